//! What ends it: everything that it rests on, at once (security 3, 28), and signing out.

use identity::applications::{self, PrincipalChange};
use identity::tenant::tick_minute;
use identity::{DAY, HOUR, MINUTE};
use serde_json::json;
use testkit::{Device, House, ORIGIN};

use super::{
    ASK, COMMAND_LINE, OPENED, SESSION, Visitor, WIKI, begin, begin_signed_in, behind_a_proxy,
    protect, refused, sign_in_path,
};

#[test]
fn security_03_what_it_rests_on_ends_it_at_once() {
    behind_a_proxy(async |house| {
        let (app, mut ada) = begin(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut wiki = Visitor::of(&house, WIKI);
        // Signed out here.
        wiki.sign_in("/", &mut bob.browser).await;
        assert!(wiki.is_in().await);
        bob.browser.sign_out().await.ok();
        assert!(!wiki.is_in().await);
        sign_in_path(&wiki.open("/").await);
        // The session ended from elsewhere.
        bob.sign_in().await.ok();
        wiki.sign_in("/", &mut bob.browser).await;
        let session = house.session(&bob.browser).await.session_id.to_string();
        let body = json!({ "sessionId": session });
        bob.browser
            .post("/security-info/sessions/end", body)
            .await
            .ok();
        assert!(!wiki.is_in().await);
        // Disabled, and enabled again.
        bob.browser.forget_session();
        bob.sign_in().await.ok();
        wiki.sign_in("/", &mut bob.browser).await;
        assert!(wiki.is_in().await);
        let person = json!({ "personId": bob.person_id });
        for change in ["/people/disable", "/people/enable"] {
            ada.browser.post(change, person.clone()).await.ok();
            assert!(!wiki.is_in().await, "{change}");
        }
        // The passkey removed.
        bob.browser.forget_session();
        bob.sign_in().await.ok();
        let used = bob.passkey_id();
        let mut other = Device::synced();
        bob.add_device(&mut other).await;
        wiki.sign_in("/", &mut bob.browser).await;
        assert!(wiki.is_in().await);
        bob.browser.remove_passkey(&used).await.ok();
        assert!(!wiki.is_in().await);
        // The application disabled, and enabled again.
        wiki.sign_in("/", &mut ada.browser).await;
        assert!(wiki.is_in().await);
        for enabled in [false, true] {
            let change = PrincipalChange {
                enabled: Some(enabled),
                ..PrincipalChange::default()
            };
            applications::change_principal(
                house.identity(),
                COMMAND_LINE,
                app.principal_id,
                change,
            )
            .await
            .unwrap();
            let code = match enabled {
                true => (401, "forward_auth.signed_out"),
                false => (403, "forward_auth.unknown_address"),
            };
            refused(&wiki.fetch("/").await, code.0, code.1);
        }
        // The address taken away.
        wiki.sign_in("/", &mut ada.browser).await;
        assert!(wiki.is_in().await);
        protect(&house, &app, &[]).await;
        refused(&wiki.open("/").await, 403, "forward_auth.unknown_address");
        // And given to another application: the cookie of the one is nothing to the other.
        let other = house.application("Other", &[]).await;
        protect(&house, &other, &[WIKI]).await;
        assert!(!wiki.is_in().await);
    });
}

#[test]
fn a_code_under_way_ends_with_what_it_rests_on() {
    behind_a_proxy(async |house| {
        let (app, mut ada) = begin(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut wiki = Visitor::of(&house, WIKI);
        let back = wiki.come_back("/", &mut bob.browser).await;
        bob.browser.sign_out().await.ok();
        refused(&wiki.open(&back).await, 401, "session.none");
        bob.sign_in().await.ok();
        let back = wiki.come_back("/", &mut bob.browser).await;
        let person = json!({ "personId": bob.person_id });
        ada.browser.post("/people/disable", person).await.ok();
        refused(&wiki.open(&back).await, 401, "session.none");
        let back = wiki.come_back("/", &mut ada.browser).await;
        protect(&house, &app, &[]).await;
        refused(&wiki.open(&back).await, 403, "forward_auth.unknown_address");
        assert!(!wiki.cookies.contains_key(SESSION));
        // Each of them is on record, once.
        let told = house.run_sql("SELECT body FROM audit WHERE activity = 'application.refused'");
        assert_eq!(told.len(), 3, "{told:?}");
    });
}

#[test]
fn it_ends_with_the_session_and_its_row_goes() {
    behind_a_proxy(async |house| {
        let (_, _, mut wiki) = begin_signed_in(&house).await;
        house.advance(7 * HOUR + 59 * MINUTE);
        assert!(wiki.is_in().await);
        // Using the application is no use of the session here: a page left open keeps nobody signed in.
        house.advance(MINUTE);
        assert!(!wiki.is_in().await);
        house.advance(9 * DAY);
        tick_minute(house.identity()).await.unwrap();
        assert!(
            house
                .run_sql("SELECT origin FROM forward_session")
                .is_empty()
        );
        assert!(house.run_sql("SELECT origin FROM forward_code").is_empty());
    });
}

/// Confirming that it's still the same person replaces the session, and nothing that rests on it.
#[test]
fn a_proof_in_between_ends_nothing() {
    behind_a_proxy(async |house| {
        let (_, mut ada, mut wiki) = begin_signed_in(&house).await;
        house.advance(MINUTE);
        ada.reauthenticate().await.ok();
        assert!(wiki.is_in().await);
        ada.browser.sign_out().await.ok();
        assert!(!wiki.is_in().await);
    });
}

#[test]
fn a_restore_ends_it() {
    behind_a_proxy(async |house| {
        let (_, _, wiki) = begin_signed_in(&house).await;
        let restored = house.restored().await;
        let mut there = Visitor::of(&restored, WIKI);
        there.cookies = wiki.cookies;
        assert!(!there.is_in().await);
        refused(&there.fetch("/").await, 401, "forward_auth.signed_out");
    });
}

#[test]
fn signing_out_there_ends_the_cookie_and_asks_about_here() {
    behind_a_proxy(async |house| {
        let (_, mut ada, mut wiki) = begin_signed_in(&house).await;
        let mut shop = Visitor::of(&house, super::SHOP);
        let other = house.application("Shop", &[]).await;
        protect(&house, &other, &[super::SHOP]).await;
        shop.sign_in("/", &mut ada.browser).await;
        let stolen = wiki.clone();
        // Another page can't do it, on whatever host, nor a browser that looks ahead.
        for sent in [
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-site", "same-site"),
            ("sec-purpose", "prefetch"),
        ] {
            for method in ["GET", "POST"] {
                let question =
                    wiki.question(ASK, (method, "/.claviger/sign-out"), &[OPENED[0], sent]);
                let answer = wiki.send(question).await;
                refused(&answer, 403, "request.forged");
                assert!(wiki.is_in().await);
            }
        }
        let sent = [OPENED[0], ("sec-fetch-site", "same-origin")];
        let question = wiki.question(ASK, ("GET", "/.claviger/sign-out"), &sent);
        let answer = wiki.send(question).await;
        assert_eq!(answer.status, 303);
        assert_eq!(
            answer.header("location"),
            format!("{ORIGIN}/oauth2/v2.0/logout")
        );
        assert!(wiki.cookies.is_empty());
        // What somebody copied is worth nothing, either.
        let mut thief = stolen;
        assert!(!thief.is_in().await);
        // Only there; our own page asks about here.
        assert!(shop.is_in().await);
        let page = ada.browser.get("/oauth2/v2.0/logout").await;
        assert_eq!(page.status, 200);
        ada.browser.sign_out().await.ok();
        assert!(!shop.is_in().await);
        // Who is out signs out, too.
        let question = wiki.question(ASK, ("POST", "/.claviger/sign-out"), &sent);
        assert_eq!(wiki.send(question).await.status, 303);
        let question = wiki.question(ASK, ("DELETE", "/.claviger/sign-out"), &sent);
        assert_eq!(wiki.send(question).await.status, 405);
        let told =
            house.run_sql("SELECT body FROM audit WHERE activity = 'application.signed_out'");
        assert_eq!(told.len(), 1);
    });
}

/// Whichever of the two comes first, the cookie belongs to the session that is there in the end.
#[test]
fn a_proof_and_a_redemption_at_once_leave_nothing_behind() {
    behind_a_proxy(async |house: House| {
        let (_, mut ada) = begin(&house).await;
        for _ in 0..6 {
            ada.sign_in().await.ok();
            let mut wiki = Visitor::of(&house, WIKI);
            let back = wiki.come_back("/", &mut ada.browser).await;
            let (_, proof) = tokio::join!(wiki.open(&back), ada.reauthenticate());
            proof.ok();
            ada.browser.sign_out().await.ok();
            assert!(!wiki.is_in().await);
        }
    });
}
