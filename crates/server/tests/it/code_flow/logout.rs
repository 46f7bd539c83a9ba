//! Signing out at an application's wish (OpenID Connect RP-Initiated Logout 1.0).

use identity::DAY;
use identity::tenant::tick_minute;
use oidc::form;
use serde_json::Value;
use testkit::{Answer, Application, Browser, CALLBACK, House, Person, find_tags};

use super::{begin, redeem, take_code, web};
use crate::in_each_house;

const LOGOUT: &str = "/oauth2/v2.0/logout";

async fn ask(browser: &mut Browser, pairs: &[(&str, &str)]) -> Answer {
    let address = format!("{LOGOUT}?{}", form::write(pairs));
    browser.get(&address).await
}

async fn id_token(house: &House, app: &Application, person: &mut Person) -> String {
    let code = take_code(person, app).await;
    let body = redeem(house, app, &code).await.ok();
    body["id_token"].as_str().unwrap().to_owned()
}

/// The page asks, and nothing has happened.
async fn asks(answer: &Answer, browser: &mut Browser) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().contains("Sign out here?"));
    assert!(browser.is_signed_in().await);
    let data = find_tags(&answer.text(), "meta")
        .into_iter()
        .find(|it| it.attribute("name") == Some("page-data"))
        .unwrap();
    serde_json::from_str(data.attribute("content").unwrap()).unwrap()
}

#[track_caller]
fn leads(answer: &Answer, to: &str) {
    assert_eq!(answer.status, 303, "{}", answer.text());
    assert_eq!(answer.header("location"), to);
}

#[test]
fn an_application_signs_its_person_out() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let token = id_token(&house, &app, &mut ada).await;
        let back = [
            ("id_token_hint", token.as_str()),
            ("post_logout_redirect_uri", CALLBACK),
            ("state", "a&b"),
        ];
        // However old the token is; keys that signed it go on verifying for a while.
        house.advance(DAY / 4);
        tick_minute(house.identity()).await.unwrap();
        let answer = ask(&mut ada.browser, &back).await;
        leads(&answer, &format!("{CALLBACK}?state=a%26b"));
        assert!(!ada.browser.is_signed_in().await);
        // Nobody is signed in: the way is the same, and without an address it leads to signing in.
        let answer = ask(&mut ada.browser, &back).await;
        leads(&answer, &format!("{CALLBACK}?state=a%26b"));
        leads(
            &ask(&mut ada.browser, &[]).await,
            "/sign-in?notice=signed-out",
        );
        let told =
            house.run_sql("SELECT activity FROM audit WHERE activity = 'session.signed_out'");
        assert_eq!(told.len(), 1);
        // After a proof in between it is another session of the same person.
        ada.sign_in().await.ok();
        ada.reauthenticate().await.ok();
        leads(&ask(&mut ada.browser, &back[..2]).await, CALLBACK);
        assert!(!ada.browser.is_signed_in().await);
        // A form of the application's own page comes without a cookie, and is sent on.
        ada.sign_in().await.ok();
        let answer = house.browser().ask_token(LOGOUT, &back).await;
        let address = answer.header("location").to_owned();
        assert!(address.starts_with(LOGOUT), "{address}");
        let answer = ada.browser.get(&address).await;
        leads(&answer, &format!("{CALLBACK}?state=a%26b"));
        assert!(!ada.browser.is_signed_in().await);
    });
}

/// Two tabs, or the same link twice: both lead to where the application wants, and one record tells of it.
#[test]
fn who_is_signed_out_twice_at_once_is_signed_out() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let token = id_token(&house, &app, &mut ada).await;
        let back = [
            ("id_token_hint", token.as_str()),
            ("post_logout_redirect_uri", CALLBACK),
        ];
        let address = format!("{LOGOUT}?{}", form::write(&back));
        let work = (0..4).map(|_| {
            let (mut browser, address) = (ada.browser.clone(), address.clone());
            async move { browser.get(&address).await }
        });
        for answer in crate::at_once(work.collect()).await {
            leads(&answer, CALLBACK);
        }
        assert!(!ada.browser.is_signed_in().await);
        let told =
            house.run_sql("SELECT activity FROM audit WHERE activity = 'session.signed_out'");
        assert_eq!(told.len(), 1);
    });
}

/// Without a token of the person who is there nobody is signed out without being asked.
#[test]
fn who_can_not_say_whom_they_mean_has_people_asked() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let theirs = id_token(&house, &app, &mut bob).await;
        let mut own = id_token(&house, &app, &mut ada).await;
        let app_id = app.app_id.to_string();
        for pairs in [
            vec![],
            vec![("client_id", app_id.as_str())],
            vec![("id_token_hint", theirs.as_str())],
            vec![("id_token_hint", "x"), ("client_id", app_id.as_str())],
        ] {
            let answer = ask(&mut ada.browser, &pairs).await;
            let data = asks(&answer, &mut ada.browser).await;
            assert_eq!(data["location"], Value::Null);
        }
        // A token that somebody bent, and an access token, say nothing.
        let access = house
            .delegated_token(&app, &mut ada.browser, "openid")
            .await;
        own.pop();
        for hint in [own.as_str(), access.as_str()] {
            let pairs = [("id_token_hint", hint), ("client_id", app_id.as_str())];
            asks(&ask(&mut ada.browser, &pairs).await, &mut ada.browser).await;
        }
        // The page knows who asks and where the way leads.
        let pairs = [
            ("client_id", app_id.as_str()),
            ("post_logout_redirect_uri", CALLBACK),
        ];
        let answer = ask(&mut ada.browser, &pairs).await;
        assert!(answer.text().contains("Travel asks to sign you out"));
        let data = asks(&answer, &mut ada.browser).await;
        assert_eq!(data["location"], Value::from(CALLBACK));
        ada.browser.sign_out().await.ok();
    });
}

/// Past mistake 42: as everywhere, nothing is sent to an address that was not registered, and nobody signed out for it.
#[test]
fn past_mistake_42_a_sign_out_leads_to_registered_addresses_only() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let other = web(&house, "Other").await;
        let token = id_token(&house, &app, &mut ada).await;
        let (app_id, other_id) = (app.app_id.to_string(), other.app_id.to_string());
        let cases: [&[(&str, &str)]; 6] = [
            &[("post_logout_redirect_uri", CALLBACK)],
            &[
                ("id_token_hint", &token),
                ("post_logout_redirect_uri", "https://evil.example/"),
            ],
            &[
                ("client_id", &app_id),
                (
                    "post_logout_redirect_uri",
                    "https://app.example.org/callback/",
                ),
            ],
            &[("id_token_hint", &token), ("client_id", &other_id)],
            &[("client_id", "00000000-0000-0000-0000-000000000000")],
            &[("state", "a"), ("state", "b")],
        ];
        for pairs in cases {
            let answer = ask(&mut ada.browser, pairs).await;
            assert_eq!(answer.status, 400, "{pairs:?}");
            assert!(answer.headers.get("location").is_none());
            assert!(ada.browser.is_signed_in().await, "{pairs:?}");
        }
        // A form that can't be read is told on a page, too.
        let twice = [("state", "a"), ("state", "b")];
        let answer = house.browser().ask_token(LOGOUT, &twice).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains("authorize.malformed"));
        let elsewhere = format!("/elsewhere.example{LOGOUT}");
        assert_eq!(ada.browser.get(&elsewhere).await.status, 404);
    });
}
