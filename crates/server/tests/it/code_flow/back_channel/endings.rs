//! Each way in which a session ends, and who is told of it.

use identity::tenant::tick_minute;
use identity::{DAY, methods, people};
use testkit::{Device, passkey_id};

use super::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    SignOut,
    ByTheApplication,
    FromAnotherBrowser,
    ByAnAdministrator,
    PasskeyRemoved,
    PasskeyRemovedByAnAdministrator,
    Disabled,
    Deleted,
    Erased,
}

const ENDS: [End; 9] = [
    End::SignOut,
    End::ByTheApplication,
    End::FromAnotherBrowser,
    End::ByAnAdministrator,
    End::PasskeyRemoved,
    End::PasskeyRemovedByAnAdministrator,
    End::Disabled,
    End::Deleted,
    End::Erased,
];

async fn end(house: &House, end: End, bob: &mut Person, spare: &mut Device, id_token: &str) {
    let (identity, person) = (house.identity(), house.find(&bob.user_name).await.person_id);
    let passkey = bob.passkey_id();
    match end {
        End::SignOut => drop(bob.browser.sign_out().await.ok()),
        End::ByTheApplication => {
            let address = format!("/oauth2/v2.0/logout?id_token_hint={id_token}");
            assert_eq!(bob.browser.get(&address).await.status, 303);
        }
        End::FromAnotherBrowser => {
            let session = house.session(&bob.browser).await.session_id.to_string();
            let mut other = house.browser();
            other.sign_in(spare).await.ok();
            let body = json!({ "sessionId": session });
            let path = "/security-info/sessions/end";
            other.post(path, body).await.ok();
        }
        End::ByAnAdministrator => {
            people::end_sessions(identity, COMMAND_LINE, person)
                .await
                .unwrap();
        }
        End::PasskeyRemoved => {
            let mut other = house.browser();
            other.sign_in(spare).await.ok();
            other.remove_passkey(&passkey).await.ok();
        }
        End::PasskeyRemovedByAnAdministrator => {
            methods::delete(identity, COMMAND_LINE, person, &passkey)
                .await
                .unwrap();
        }
        End::Disabled => people::disable(identity, COMMAND_LINE, person)
            .await
            .unwrap(),
        End::Deleted => people::delete(identity, COMMAND_LINE, person, None)
            .await
            .unwrap(),
        End::Erased => {
            people::delete(identity, COMMAND_LINE, person, None)
                .await
                .unwrap();
            people::erase(identity, COMMAND_LINE, person).await.unwrap();
        }
    }
    let over = !bob.browser.is_signed_in().await;
    assert!(over, "{end:?}");
}

#[test]
fn each_way_in_which_a_session_ends_is_told() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        let (_, mut ada) = begin(&house).await;
        let app = told_at(&house, "Told", &receiver).await;
        id_token(&house, &app, &mut ada).await;
        for (number, each) in ENDS.into_iter().enumerate() {
            house.advance(SECOND);
            ada.reauthenticate().await.ok();
            let mut bob = house.person(&mut ada, &format!("bob{number}")).await;
            let mut spare = Device::synced();
            bob.add_device(&mut spare).await;
            assert_ne!(passkey_id(&spare), bob.passkey_id());
            let token = id_token(&house, &app, &mut bob).await;
            let claims = read_claims(&token);
            house.advance(SECOND);
            end(&house, each, &mut bob, &mut spare, &token).await;
            deliver(house.identity()).await;
            let [heard] = <[Heard; 1]>::try_from(receiver.take())
                .unwrap_or_else(|all| panic!("{each:?}: {all:?}"));
            let told = verify(&house, &heard).await;
            assert_eq!(told["sid"], claims["sid"], "{each:?}");
            assert_eq!(told["sub"], claims["sub"], "{each:?}");
            assert_eq!(waiting(&house), 0);
        }
    });
}

#[test]
fn only_the_applications_of_that_session_are_told() {
    in_each_house(async |house| {
        let (mut of_both, mut of_phone, mut of_nobody) = (
            Receiver::open().await,
            Receiver::open().await,
            Receiver::open().await,
        );
        let (silent, mut ada) = begin(&house).await;
        let both = told_at(&house, "Both", &of_both).await;
        let phone_only = told_at(&house, "Phone", &of_phone).await;
        told_at(&house, "Nobody", &of_nobody).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let bobs = sid(&house, &both, &mut bob).await;
        let at_desk = sid(&house, &both, &mut ada).await;
        // One that has no address.
        id_token(&house, &silent, &mut ada).await;
        let mut desk = std::mem::replace(&mut ada.browser, house.browser());
        ada.sign_in().await.ok();
        let at_phone = sid(&house, &both, &mut ada).await;
        assert_eq!(sid(&house, &phone_only, &mut ada).await, at_phone);
        assert_ne!(at_desk, at_phone);

        desk.sign_out().await.ok();
        deliver(house.identity()).await;
        assert_eq!(sids(&house, &mut of_both).await, [at_desk]);
        assert!(of_phone.take().is_empty());

        house.advance(SECOND);
        let person = house.find("ada").await.person_id;
        people::end_sessions(house.identity(), COMMAND_LINE, person)
            .await
            .unwrap();
        deliver(house.identity()).await;
        assert_eq!(
            sids(&house, &mut of_both).await,
            std::slice::from_ref(&at_phone)
        );
        assert_eq!(sids(&house, &mut of_phone).await, [at_phone]);

        house.advance(SECOND);
        bob.browser.sign_out().await.ok();
        deliver(house.identity()).await;
        assert_eq!(sids(&house, &mut of_both).await, [bobs]);
        assert!(of_nobody.take().is_empty());
        assert_eq!(waiting(&house), 0);
    });
}

/// A proof in between makes another session of the same person; what the application knows is the first one's name.
#[test]
fn after_a_proof_in_between_an_application_is_told_of_the_session_that_it_knows() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        let (_, mut ada) = begin(&house).await;
        let app = told_at(&house, "Told", &receiver).await;
        let scope = [("scope", "openid offline_access")];
        let answer = ask(&mut ada.browser, &app, &scope).await;
        let body = redeem(&house, &app, &code_of(&answer)).await.ok();
        let first = read_claims(body["id_token"].as_str().unwrap())["sid"].clone();
        for _ in 0..2 {
            house.advance(SECOND);
            ada.reauthenticate().await.ok();
        }
        deliver(house.identity()).await;
        assert!(receiver.take().is_empty(), "it goes on");

        // A renewal tells the same name; the access token goes with the session that is.
        let (app_id, refresh) = (app.app_id.to_string(), &body["refresh_token"]);
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", &app_id),
            ("client_secret", &app.secret),
            ("refresh_token", refresh.as_str().unwrap()),
        ];
        let renewed = house
            .browser()
            .ask_token(super::super::TOKEN, &form)
            .await
            .ok();
        let again = read_claims(renewed["id_token"].as_str().unwrap());
        assert_eq!(again["sid"], first);
        let token = renewed["access_token"].as_str().unwrap();
        let bearer = bearer::authenticate(house.identity(), &bearer::Shown::bearer(token))
            .await
            .unwrap();
        let session = house.session(&ada.browser).await.session_id;
        assert_eq!(bearer.session(), Some(session));

        // Another sign-in to it knows the new one, too.
        let second = sid(&house, &app, &mut ada).await;
        assert_eq!(second, session.to_string());
        house.advance(SECOND);
        ada.browser.sign_out().await.ok();
        deliver(house.identity()).await;
        let mut expected = [first.as_str().unwrap().to_owned(), second];
        expected.sort();
        assert_eq!(sids(&house, &mut receiver).await, expected);
    });
}

#[test]
fn what_ends_no_session_tells_nobody() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        let (_, mut ada) = begin(&house).await;
        let app = told_at(&house, "Told", &receiver).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let bobs = sid(&house, &app, &mut bob).await;
        id_token(&house, &app, &mut ada).await;
        // Somebody else's session, and one that there is not.
        for id in [bobs.as_str(), "00000000-0000-0000-0000-000000000000"] {
            let body = json!({ "sessionId": id });
            let path = "/security-info/sessions/end";
            ada.browser
                .post(path, body)
                .await
                .refused(404, "session.missing");
        }
        // The last passkey stays, and so does what it opened.
        let passkey = ada.passkey_id();
        ada.browser
            .remove_passkey(&passkey)
            .await
            .refused(409, "passkey.last");
        let person = house.find("ada").await.person_id;
        let refused = people::disable(house.identity(), COMMAND_LINE, person).await;
        assert!(refused.is_err(), "the last administrator");
        assert_eq!(waiting(&house), 0);
        // Time alone ends it without a word, and what was remembered goes with it.
        house.advance(9 * DAY);
        tick_minute(house.identity()).await.unwrap();
        let left = house.run_sql("SELECT issuer FROM session_client");
        assert!(left.is_empty(), "{left:?}");
        deliver(house.identity()).await;
        assert!(receiver.take().is_empty());
    });
}

/// The unit that ends a session asks for one thing more than it did, whoever was signed in to.
#[test]
fn ending_a_session_costs_one_statement_more() {
    in_each_house(async |house| {
        let receiver = Receiver::open().await;
        let (_, mut ada) = begin(&house).await;
        let count = async |person: &mut Person| {
            let (answer, calls) = testkit::listen(person.browser.sign_out()).await;
            answer.ok();
            calls
        };
        let without = count(&mut ada).await;
        ada.sign_in().await.ok();
        let app = told_at(&house, "Told", &receiver).await;
        id_token(&house, &app, &mut ada).await;
        let with = count(&mut ada).await;
        assert_eq!(without, with);
        let told = without.iter().filter(|name| name.starts_with("outbox"));
        assert_eq!(told.count(), 1, "{without:?}");
    });
}
