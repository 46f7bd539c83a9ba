//! Renewing tokens without the person, and everything that ends it (past mistake 46; security 3, 29).

use std::time::Duration;

use identity::applications::PrincipalChange;
use identity::policies::profiles::{Document, Strictness};
use identity::tenant::tick_minute;
use identity::{DAY, HOUR, MINUTE, SECOND, applications, bearer, policies};
use oidc::redirect_uri::Platform;
use serde_json::{Value, json};
use testkit::{Answer, Application, CALLBACK, Device, House, Person, read_claims};

use super::{COMMAND_LINE, TOKEN, ask, code_of, error_of, redeem, refused, web};
use crate::in_each_house;

const SCOPE: &str = "openid profile offline_access User.Read";
const REVOKE: &str = "/oauth2/v2.0/revoke";

/// An application that may renew, and somebody who signs in.
async fn begin(house: &House) -> (Application, Person) {
    let app = web(house, "Travel").await;
    house
        .grant(&app, "User.Read Group.Read.All offline_access")
        .await;
    let ada = house.administrator("ada").await;
    (app, ada)
}

/// The answer to a code of somebody who signs in.
async fn sign_in(house: &House, app: &Application, person: &mut Person) -> Value {
    let answer = ask(&mut person.browser, app, &[("scope", SCOPE)]).await;
    redeem(house, app, &code_of(&answer)).await.ok()
}

fn refresh_of(body: &Value) -> String {
    body["refresh_token"].as_str().unwrap().to_owned()
}

fn form<'a>(
    app_id: &'a str,
    secret: &'a str,
    token: &'a str,
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut pairs = vec![
        ("grant_type", "refresh_token"),
        ("client_id", app_id),
        ("client_secret", secret),
        ("refresh_token", token),
    ];
    for (name, value) in more {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name, value));
    }
    pairs
}

async fn renew_with(
    house: &House,
    app: &Application,
    token: &str,
    more: &[(&str, &str)],
) -> Answer {
    let app_id = app.app_id.to_string();
    let form = form(&app_id, &app.secret, token, more);
    house.browser().ask_token(TOKEN, &form).await
}

async fn renew(house: &House, app: &Application, token: &str) -> Answer {
    renew_with(house, app, token, &[]).await
}

async fn is_live(house: &House, body: &Value) -> bool {
    let token = body["access_token"].as_str().unwrap();
    bearer::authenticate(house.identity(), &bearer::Shown::bearer(token))
        .await
        .is_ok()
}

fn read(token: &Value) -> Value {
    read_claims(token.as_str().unwrap())
}

#[track_caller]
fn ended(answer: Answer, detail: &str) {
    let text = refused(answer, "invalid_grant");
    assert!(text.starts_with(detail), "{text}");
}

fn count_alerts(house: &House) -> usize {
    house
        .run_sql("SELECT body FROM audit WHERE activity = 'alert.refresh_reused'")
        .len()
}

#[test]
fn tokens_are_renewed_and_keep_the_time_of_the_sign_in() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let session = house.session(&ada.browser).await;
        let first = sign_in(&house, &app, &mut ada).await;
        assert_eq!(first["scope"], json!(SCOPE));
        assert!(is_live(&house, &first).await);
        let mut token = refresh_of(&first);
        // The last of these comes long after the session is over.
        for wait in [MINUTE, DAY, 20 * DAY, 25 * DAY] {
            house.advance(wait);
            // New keys come, and the session's row goes.
            tick_minute(house.identity()).await.unwrap();
            let body = renew(&house, &app, &token).await.ok();
            assert_eq!(body["scope"], json!(SCOPE));
            assert_eq!(body["token_type"], json!("Bearer"));
            let next = refresh_of(&body);
            assert_ne!(next, token);
            token = next;
            assert!(is_live(&house, &body).await);
            let (access, id) = (read(&body["access_token"]), read(&body["id_token"]));
            for claims in [&access, &id] {
                assert_eq!(claims["sub"], json!(session.person_id.to_string()));
                assert_eq!(claims["auth_time"], json!(session.auth_time / SECOND));
                assert_eq!(claims["iat"], json!(house.now() / SECOND));
            }
            // OpenID Connect Core section 12.2: whose answer it is has not changed, what it answers has.
            assert_eq!(id["iss"], read(&first["id_token"])["iss"]);
            assert_eq!(id["aud"], read(&first["id_token"])["aud"]);
            assert!(id.get("nonce").is_none());
            assert_eq!(access["scp"], json!("openid profile User.Read"));
        }
        assert!(!ada.browser.is_signed_in().await);
        // It is nowhere in the database, and ends however often it is renewed.
        assert!(!house.holds(&token));
        house.advance(25 * DAY);
        tick_minute(house.identity()).await.unwrap();
        let body = renew(&house, &app, &token).await.ok();
        house.advance(20 * DAY);
        ended(
            renew(&house, &app, &refresh_of(&body)).await,
            "refresh.expired",
        );
        // One that is left lying ends sooner.
        tick_minute(house.identity()).await.unwrap();
        ada.sign_in().await.ok();
        let body = sign_in(&house, &app, &mut ada).await;
        house.advance(30 * DAY);
        ended(
            renew(&house, &app, &refresh_of(&body)).await,
            "refresh.expired",
        );
        assert_eq!(count_alerts(&house), 0);
    });
}

#[test]
fn less_may_be_asked_for_and_never_more() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let token = refresh_of(&sign_in(&house, &app, &mut ada).await);
        let scope = [("scope", "openid")];
        let body = renew_with(&house, &app, &token, &scope).await.ok();
        assert_eq!(body["scope"], json!("openid offline_access"));
        let next = refresh_of(&body);
        for more in ["openid Group.Read.All", "Mail.Read", "openid x"] {
            let answer = renew_with(&house, &app, &next, &[("scope", more)]).await;
            refused(answer, "invalid_scope");
        }
        // What was refused used nothing up; and the first scope still stands.
        let all = [(
            "scope",
            "https://graph.microsoft.com/.default openid profile offline_access",
        )];
        let body = renew_with(&house, &app, &next, &all).await.ok();
        assert_eq!(body["scope"], json!(SCOPE));
    });
}

#[test]
fn without_the_scope_there_is_no_refresh_token() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        for scope in [
            "openid User.Read",
            "https://graph.microsoft.com/.default openid",
        ] {
            let answer = ask(&mut ada.browser, &app, &[("scope", scope)]).await;
            let body = redeem(&house, &app, &code_of(&answer)).await.ok();
            assert!(body.get("refresh_token").is_none(), "{scope}");
        }
        // Asked for and not granted: where nobody can be asked it is left out (OpenID Connect Core section 11).
        let plain = web(&house, "Plain").await;
        house.grant(&plain, "User.Read").await;
        let silent = [("scope", SCOPE), ("prompt", "none")];
        let answer = ask(&mut ada.browser, &plain, &silent).await;
        let body = redeem(&house, &plain, &code_of(&answer)).await.ok();
        assert_eq!(body["scope"], json!("openid profile User.Read"));
        assert!(body.get("refresh_token").is_none());
        let page = ask(&mut ada.browser, &plain, &[("scope", SCOPE)]).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("Keep this access while you"));
        let alone = [("scope", "offline_access"), ("prompt", "none")];
        let answer = ask(&mut ada.browser, &plain, &alone).await;
        assert_eq!(error_of(&answer), "consent_required");
    });
}

#[test]
fn security_29_a_lost_answer_is_repeated_once() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let first = refresh_of(&sign_in(&house, &app, &mut ada).await);
        let second = refresh_of(&renew(&house, &app, &first).await.ok());
        house.advance(29 * SECOND);
        let repeated = renew(&house, &app, &first).await.ok();
        assert_eq!(refresh_of(&repeated), second);
        assert!(is_live(&house, &repeated).await);
        // The client goes on with the one that it got.
        let third = refresh_of(&renew(&house, &app, &second).await.ok());
        renew(&house, &app, &second).await.ok();
        assert_eq!(count_alerts(&house), 0);
        // A second time is one too many.
        ended(renew(&house, &app, &second).await, "refresh.reused");
        ended(renew(&house, &app, &third).await, "refresh.ended");
        assert!(!is_live(&house, &repeated).await);
        assert_eq!(count_alerts(&house), 1);
    });
}

#[test]
fn past_mistake_46_a_used_token_ends_the_family() {
    in_each_house(async |mut house: House| {
        let second_node = house.add_node().await;
        let (app, mut ada) = begin(&house).await;
        // Too late for a lost answer; and one that is two behind, however soon.
        for (wait, renewals) in [(31 * SECOND, 1), (0, 2)] {
            let first = sign_in(&house, &app, &mut ada).await;
            let stolen = refresh_of(&first);
            let mut newest = first.clone();
            for _ in 0..renewals {
                newest = renew(&house, &app, &refresh_of(&newest)).await.ok();
            }
            house.advance(wait);
            let before = count_alerts(&house);
            ended(renew(&house, &app, &stolen).await, "refresh.reused");
            assert_eq!(count_alerts(&house), before + 1);
            assert!(!is_live(&house, &first).await);
            // Whoever has the newest one is out, too; also on the other node, and with the access token.
            let app_id = app.app_id.to_string();
            let token = refresh_of(&newest);
            let pairs = form(&app_id, &app.secret, &token, &[]);
            let there = house.browser_at(second_node);
            ended(there.ask_token(TOKEN, &pairs).await, "refresh.ended");
            assert!(!is_live(&house, &newest).await);
            // Again is no second alert.
            ended(renew(&house, &app, &stolen).await, "refresh.ended");
            assert_eq!(count_alerts(&house), before + 1);
        }
    });
}

/// At once, on two nodes: one is first, one may be the repetition of a lost answer, and both got the same.
#[test]
fn past_mistake_46_of_many_at_once_two_get_the_same_successor() {
    in_each_house(async |mut house: House| {
        let second = house.add_node().await;
        let (app, mut ada) = begin(&house).await;
        let token = refresh_of(&sign_in(&house, &app, &mut ada).await);
        let work = (0..8).map(|number| {
            let browser = house.browser_at(if number % 2 == 0 { 0 } else { second });
            let (app_id, secret) = (app.app_id.to_string(), app.secret.clone());
            let token = token.clone();
            async move {
                let pairs = form(&app_id, &secret, &token, &[]);
                browser.ask_token(TOKEN, &pairs).await
            }
        });
        let answers = crate::at_once(work.collect()).await;
        let mut given: Vec<String> = Vec::new();
        for answer in answers {
            match answer.status.as_u16() {
                200 => given.push(refresh_of(&answer.ok())),
                400 => drop(refused(answer, "invalid_grant")),
                other => assert_eq!(other, 503, "{}", answer.text()),
            }
        }
        assert!((1..=2).contains(&given.len()), "{}", given.len());
        given.dedup();
        assert_eq!(given.len(), 1);
    });
}

#[test]
fn each_binding_of_a_refresh_token_counts_alone() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let other = web(&house, "Other").await;
        house.grant(&other, "User.Read offline_access").await;
        let token = refresh_of(&sign_in(&house, &app, &mut ada).await);
        // Bent, cut, empty, of another make: nothing of it is ours, and nothing happens to what is.
        let bent = format!("B{}", &token[1..]);
        let mut last = token.clone();
        last.replace_range(70..71, if &token[70..71] == "A" { "B" } else { "A" });
        for wrong in [&bent, &last, &token[..40], "x", &"A".repeat(86)] {
            ended(renew(&house, &app, wrong).await, "refresh.unknown");
        }
        refused(renew(&house, &app, "").await, "invalid_request");
        let long = "A".repeat(600);
        refused(renew(&house, &app, &long).await, "invalid_request");
        // Without the client's proof, and with a wrong one.
        let unproven = [("client_secret", "")];
        let answer = renew_with(&house, &app, &token, &unproven).await;
        assert!(matches!(answer.status.as_u16(), 400 | 401));
        let answer = renew_with(&house, &app, &token, &[("client_secret", "wrong")]).await;
        refused(answer, "invalid_client");
        // At another issuer of ours.
        let app_id = app.app_id.to_string();
        let pairs = form(&app_id, &app.secret, &token, &[]);
        let elsewhere = "/common/oauth2/v2.0/token";
        let answer = house.browser().ask_token(elsewhere, &pairs).await;
        ended(answer, "refresh.other_issuer");
        let token = refresh_of(&renew(&house, &app, &token).await.ok());
        // An application that proves nothing can't end another's with an old one out of a log.
        let script = [(Platform::SinglePage, "https://script.example.org/")];
        let script = house.application_at("Script", &[], &script).await;
        let old = token.clone();
        let token = refresh_of(&renew(&house, &app, &token).await.ok());
        let unproven = [("client_secret", "")];
        let answer = renew_with(&house, &script, &old, &unproven).await;
        ended(answer, "refresh.unknown");
        let token = refresh_of(&renew(&house, &app, &token).await.ok());
        // Another application has it, also within the time for lost answers: that is for nobody any more, and an alert.
        ended(renew(&house, &other, &token).await, "refresh.other_client");
        ended(renew(&house, &app, &token).await, "refresh.ended");
        assert_eq!(count_alerts(&house), 1);
    });
}

#[test]
fn security_3_what_a_sign_in_rests_on_ends_its_renewal() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let identity = house.identity();
        // Signed out there, where the application was signed in to.
        let body = sign_in(&house, &app, &mut bob).await;
        let renewed = renew(&house, &app, &refresh_of(&body)).await.ok();
        assert!(is_live(&house, &renewed).await);
        bob.browser.sign_out().await.ok();
        ended(
            renew(&house, &app, &refresh_of(&renewed)).await,
            "refresh.ended",
        );
        assert!(!is_live(&house, &renewed).await);
        // Disabled, and enabled again.
        bob.sign_in().await.ok();
        let body = sign_in(&house, &app, &mut bob).await;
        let person = json!({ "personId": bob.person_id });
        ada.browser
            .post("/people/disable", person.clone())
            .await
            .ok();
        let answer = renew(&house, &app, &refresh_of(&body)).await;
        refused(answer, "invalid_grant");
        ada.browser.post("/people/enable", person).await.ok();
        let answer = renew(&house, &app, &refresh_of(&body)).await;
        refused(answer, "invalid_grant");
        // The passkey removed.
        bob.browser.forget_session();
        bob.sign_in().await.ok();
        let used = bob.passkey_id();
        let mut other = Device::synced();
        bob.add_device(&mut other).await;
        let body = sign_in(&house, &app, &mut bob).await;
        bob.browser.remove_passkey(&used).await.ok();
        let answer = renew(&house, &app, &refresh_of(&body)).await;
        refused(answer, "invalid_grant");
        // The application disabled, and enabled again.
        let body = sign_in(&house, &app, &mut ada).await;
        for enabled in [false, true] {
            let change = PrincipalChange {
                enabled: Some(enabled),
                ..PrincipalChange::default()
            };
            applications::change_principal(identity, COMMAND_LINE, app.principal_id, change)
                .await
                .unwrap();
        }
        let answer = renew(&house, &app, &refresh_of(&body)).await;
        ended(answer, "refresh.revoked");
        // The consent taken back; a change of the application that leaves it is no end.
        let body = sign_in(&house, &app, &mut ada).await;
        applications::add_secret(identity, COMMAND_LINE, app.object_id, "second", None)
            .await
            .unwrap();
        let body = renew(&house, &app, &refresh_of(&body)).await.ok();
        let grants = applications::list_grants_of_client(identity, COMMAND_LINE, app.principal_id)
            .await
            .unwrap();
        let less = "offline_access openid";
        applications::change_grant(identity, COMMAND_LINE, grants[0].grant_id, less)
            .await
            .unwrap();
        let body = renew(&house, &app, &refresh_of(&body)).await.ok();
        assert_eq!(body["scope"], json!("openid profile offline_access"));
        applications::revoke(identity, COMMAND_LINE, grants[0].grant_id)
            .await
            .unwrap();
        ended(
            renew(&house, &app, &refresh_of(&body)).await,
            "refresh.consent_withdrawn",
        );
    });
}

/// Confirming that it's still the same person replaces the session, not what applications got through it; and it renews
/// nobody's sign-in.
#[test]
fn a_proof_in_between_ends_nothing() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let session = house.session(&ada.browser).await;
        let body = sign_in(&house, &app, &mut ada).await;
        house.advance(MINUTE);
        ada.reauthenticate().await.ok();
        let body = renew(&house, &app, &refresh_of(&body)).await.ok();
        let claims = read(&body["access_token"]);
        assert_eq!(claims["auth_time"], json!(session.auth_time / SECOND));
        assert_ne!(claims["sid"], json!(session.session_id.to_string()));
        // Signing out ends it as before.
        ada.browser.sign_out().await.ok();
        ended(
            renew(&house, &app, &refresh_of(&body)).await,
            "refresh.ended",
        );
    });
}

/// Whichever of the two comes first, what the code gave belongs to the session that is there in the end.
#[test]
fn a_proof_and_a_redemption_at_once_leave_nothing_behind() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let mut given = 0;
        // With a head start for the redemption, so that each comes first at times.
        for head_start in [0, 0, 5, 10, 20, 40, 80, 160] {
            ada.sign_in().await.ok();
            let answer = ask(&mut ada.browser, &app, &[("scope", SCOPE)]).await;
            let code = code_of(&answer);
            let prove = async {
                tokio::time::sleep(Duration::from_millis(head_start)).await;
                ada.reauthenticate().await
            };
            let (answer, proof) = tokio::join!(redeem(&house, &app, &code), prove);
            proof.ok();
            ada.browser.sign_out().await.ok();
            if answer.status == 200 {
                given += 1;
                let answer = renew(&house, &app, &refresh_of(&answer.ok())).await;
                ended(answer, "refresh.ended");
            }
        }
        assert!(given > 0);
    });
}

/// The passkey of the sign-in must still be one that signs in; also for the next application.
#[test]
fn security_29_the_policy_is_asked_at_every_renewal_and_authorization() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut key = Device::device_bound();
        ada.add_device(&mut key).await;
        let body = sign_in(&house, &app, &mut bob).await;
        let mut document = Document::default();
        document.profiles[0].types.synced = false;
        let identity = house.identity();
        let own = Strictness::Own;
        policies::save(identity, COMMAND_LINE, None, &document, own, "")
            .await
            .unwrap();
        let token = refresh_of(&body);
        let detail = "policy.synced_not_allowed";
        ended(renew(&house, &app, &token).await, detail);
        let silent = [("scope", SCOPE), ("prompt", "none")];
        let answer = ask(&mut bob.browser, &app, &silent).await;
        assert_eq!(error_of(&answer), "login_required");
        let page = ask(&mut bob.browser, &app, &[("scope", SCOPE)]).await;
        assert_eq!(page.status, 403);
        assert!(page.text().contains("policy.synced_not_allowed"));
        // It ended nothing: with the policy taken back it goes on.
        policies::save(
            identity,
            COMMAND_LINE,
            Some(1),
            &Document::default(),
            own,
            "",
        )
        .await
        .unwrap();
        renew(&house, &app, &token).await.ok();
    });
}

#[test]
fn a_code_that_comes_again_ends_what_it_gave() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let answer = ask(&mut ada.browser, &app, &[("scope", SCOPE)]).await;
        let code = code_of(&answer);
        let body = redeem(&house, &app, &code).await.ok();
        let renewed = renew(&house, &app, &refresh_of(&body)).await.ok();
        refused(redeem(&house, &app, &code).await, "invalid_grant");
        assert!(!is_live(&house, &renewed).await);
        ended(
            renew(&house, &app, &refresh_of(&renewed)).await,
            "refresh.ended",
        );
    });
}

/// RFC 7009: the client's own is taken back with all that came of it; what isn't one is no error.
#[test]
fn a_client_gives_its_token_back() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let other = web(&house, "Other").await;
        let revoke = async |app: &Application, secret: &str, token: &str| {
            let app_id = app.app_id.to_string();
            let pairs = [
                ("client_id", app_id.as_str()),
                ("client_secret", secret),
                ("token", token),
                ("token_type_hint", "refresh_token"),
            ];
            house.browser().ask_token(REVOKE, &pairs).await
        };
        let first = sign_in(&house, &app, &mut ada).await;
        let token = refresh_of(&first);
        refused(revoke(&app, "wrong", &token).await, "invalid_client");
        assert_eq!(revoke(&other, &other.secret, &token).await.status, 200);
        assert_eq!(revoke(&app, &app.secret, "unknown").await.status, 200);
        let access = first["access_token"].as_str().unwrap();
        refused(
            revoke(&app, &app.secret, access).await,
            "unsupported_token_type",
        );
        refused(revoke(&app, &app.secret, "").await, "invalid_request");
        let body = renew(&house, &app, &token).await.ok();
        let token = refresh_of(&body);
        for _ in 0..2 {
            assert_eq!(revoke(&app, &app.secret, &token).await.status, 200);
        }
        assert!(!is_live(&house, &body).await);
        assert!(!is_live(&house, &first).await);
        ended(renew(&house, &app, &token).await, "refresh.ended");
        let told = house.run_sql("SELECT body FROM audit WHERE activity = 'token.revoked'");
        assert_eq!(told.len(), 1);
        assert_eq!(count_alerts(&house), 0);
    });
}

/// Security 10: what was made after the backup is worth nothing in what was restored from it, nor what was before.
#[test]
fn security_10_a_restored_database_renews_nothing() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let token = refresh_of(&sign_in(&house, &app, &mut ada).await);
        let restored = house.restored().await;
        ended(renew(&restored, &app, &token).await, "refresh.unknown");
        renew(&house, &app, &token).await.ok();
    });
}

#[test]
fn userinfo_tells_what_the_scopes_tell() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let session = house.session(&ada.browser).await;
        let sub = json!(session.person_id.to_string());
        let body = sign_in(&house, &app, &mut ada).await;
        let ask_info = async |token: Option<&str>, method: &str| {
            let mut request = house.browser().token_request("/oidc/userinfo", &[]);
            *request.method_mut() = method.parse().unwrap();
            if let Some(token) = token {
                let value = format!("Bearer {token}").parse().unwrap();
                request.headers_mut().insert("authorization", value);
            }
            house.browser().send_program(request).await
        };
        let access = body["access_token"].as_str().unwrap();
        let told = ask_info(Some(access), "GET").await.ok();
        assert_eq!(told["sub"], sub);
        assert_eq!(told["preferred_username"], json!("ada"));
        assert!(told.get("email").is_none());
        assert_eq!(ask_info(Some(access), "POST").await.ok(), told);
        let renewed = renew_with(&house, &app, &refresh_of(&body), &[("scope", "openid")]).await;
        let renewed = renewed.ok();
        let little = renewed["access_token"].as_str().unwrap();
        assert_eq!(
            ask_info(Some(little), "GET").await.ok(),
            json!({"sub": sub})
        );
        // Nothing, an id token, an application's own, one without `openid`, one that is over.
        let answer = ask_info(None, "GET").await;
        assert_eq!(answer.status, 401);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        let own = house.application("Own", &["User.Read.All"]).await;
        let own = house.token(&own).await;
        for wrong in [body["id_token"].as_str().unwrap(), &own, "x"] {
            let answer = ask_info(Some(wrong), "GET").await;
            assert_eq!(answer.status, 401);
            let challenge = answer.header("www-authenticate").to_owned();
            assert_eq!(challenge, "Bearer error=\"invalid_token\"");
            refused(answer, "invalid_token");
        }
        let token = house
            .delegated_token(&app, &mut ada.browser, "User.Read")
            .await;
        let answer = ask_info(Some(&token), "GET").await;
        assert_eq!(answer.status, 403);
        refused(answer, "insufficient_scope");
        house.advance(11 * MINUTE);
        refused(ask_info(Some(access), "GET").await, "invalid_token");
    });
}

/// An application on a device proves nothing but that it has the token.
#[test]
fn applications_on_devices_renew_without_a_secret() {
    in_each_house(async |house| {
        let app = [(Platform::Native, CALLBACK)];
        let app = house.application_at("Tool", &[], &app).await;
        house.grant(&app, "User.Read offline_access").await;
        let mut ada = house.administrator("ada").await;
        let scope = [("scope", SCOPE)];
        let code = code_of(&ask(&mut ada.browser, &app, &scope).await);
        let app_id = app.app_id.to_string();
        let pairs = super::redeem_form(&app_id, &code, &[]);
        let body = house.browser().ask_token(TOKEN, &pairs).await.ok();
        let unproven = [("client_secret", "")];
        let body = renew_with(&house, &app, &refresh_of(&body), &unproven).await;
        let body = body.ok();
        assert!(is_live(&house, &body).await);
        let claims = read(&body["access_token"]);
        assert_eq!(claims["azpacr"], json!("0"));
    });
}

/// What a renewal is made of came with the sign-in: 90 days are counted from there, however late the application was signed
/// in to.
#[test]
fn security_29_the_time_of_the_sign_in_counts() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        house.advance(5 * HOUR);
        let body = sign_in(&house, &app, &mut ada).await;
        let mut token = refresh_of(&body);
        for _ in 0..3 {
            house.advance(29 * DAY);
            tick_minute(house.identity()).await.unwrap();
            token = refresh_of(&renew(&house, &app, &token).await.ok());
        }
        house.advance(3 * DAY - 5 * HOUR);
        tick_minute(house.identity()).await.unwrap();
        ended(renew(&house, &app, &token).await, "refresh.expired");
    });
}

/// What can raise rights needs a key at every renewal, too, and each assertion is good once (security 11).
#[test]
fn security_11_tier_zero_is_renewed_with_a_key_only() {
    in_each_house(async |house| {
        let app = web(&house, "Admin tool").await;
        let scope = "openid offline_access Application.ReadWrite.All";
        house.grant(&app, scope).await;
        let mut ada = house.administrator("ada").await;
        let answer = ask(&mut ada.browser, &app, &[("scope", scope)]).await;
        let code = code_of(&answer);
        let app_id = app.app_id.to_string();
        let by_key = |assertion: &str| {
            [
                (
                    "client_assertion_type".to_owned(),
                    oidc::token_request::JWT_BEARER.to_owned(),
                ),
                ("client_assertion".to_owned(), assertion.to_owned()),
            ]
        };
        let proof = by_key(&app.assertion(&house));
        let more = proof.each_ref().map(|(a, b)| (a.as_str(), b.as_str()));
        let pairs = super::redeem_form(&app_id, &code, &more);
        let body = house.browser().ask_token(TOKEN, &pairs).await.ok();
        let token = refresh_of(&body);
        // With a secret it is refused, and nothing is used up.
        let text = refused(renew(&house, &app, &token).await, "unauthorized_client");
        assert!(text.starts_with("client.tier_zero_needs_key"), "{text}");
        let proof = by_key(&app.assertion(&house));
        let [kind, assertion] = proof.each_ref().map(|(a, b)| (a.as_str(), b.as_str()));
        let more = [kind, assertion, ("client_secret", "")];
        let body = renew_with(&house, &app, &token, &more).await.ok();
        assert!(is_live(&house, &body).await);
        let again = renew_with(&house, &app, &refresh_of(&body), &more).await;
        let text = refused(again, "invalid_client");
        assert!(text.starts_with("client.assertion_replayed"), "{text}");
        let alerts = house.run_sql("SELECT body FROM audit WHERE activity = 'alert.tier_zero_use'");
        assert_eq!(alerts.len(), 2);
    });
}
