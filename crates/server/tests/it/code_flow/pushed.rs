//! Requests that a client pushes before a browser sees them (RFC 9126).

use identity::{MINUTE, SECOND};
use oidc::form::{self, Parameters};
use oidc::redirect_uri::Platform;
use serde_json::json;
use testkit::{Answer, Application, Browser, CALLBACK, House};

use super::{AUTHORIZE, begin, code_of, error_of, query, redeem, web};
use crate::in_each_house;

const PUSH: &str = "/oauth2/v2.0/par";

/// A request in order, with some parameters put, replaced or (empty) left out, and the client's secret.
async fn try_push(house: &House, app: &Application, changes: &[(&str, &str)]) -> Answer {
    let mut changes = changes.to_vec();
    if !changes.iter().any(|(name, _)| *name == "client_secret") {
        changes.push(("client_secret", &app.secret));
    }
    let text = query(app, &changes);
    let pairs: Vec<(String, String)> = text
        .split('&')
        .map(|pair| {
            let one = Parameters::parse(pair.as_bytes()).unwrap();
            let name = pair.split('=').next().unwrap().to_owned();
            let value = one.find(&name).unwrap_or_default().to_owned();
            (name, value)
        })
        .collect();
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    house.browser().ask_token(PUSH, &pairs).await
}

async fn push(house: &House, app: &Application, changes: &[(&str, &str)]) -> String {
    let answer = try_push(house, app, changes).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let body = answer.json();
    assert_eq!(body["expires_in"], json!(600));
    body["request_uri"].as_str().unwrap().to_owned()
}

async fn come(
    browser: &mut Browser,
    app: &Application,
    name: &str,
    more: &[(&str, &str)],
) -> Answer {
    let app_id = app.app_id.to_string();
    let mut pairs = vec![("client_id", app_id.as_str()), ("request_uri", name)];
    pairs.extend(more);
    let address = format!("{AUTHORIZE}?{}", form::write(&pairs));
    browser.get(&address).await
}

#[test]
fn what_was_pushed_is_what_is_answered() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let name = push(&house, &app, &[]).await;
        // What else stands in the address is nothing to it.
        let bent = [
            ("scope", "openid"),
            ("redirect_uri", "https://evil.example"),
            ("state", "x"),
        ];
        let code = code_of(&come(&mut ada.browser, &app, &name, &bent).await);
        let body = redeem(&house, &app, &code).await.ok();
        assert_eq!(body["scope"], json!("openid profile User.Read"));
        // One code answers it.
        let again = come(&mut ada.browser, &app, &name, &[]).await;
        assert_eq!(again.status, 400);
        assert!(again.text().contains("authorize.request_gone"));
    });
}

/// Through signing in and consent, and without the request ever standing in an address.
#[test]
fn a_pushed_request_lasts_through_the_pages() {
    in_each_house(async |house| {
        let app = web(&house, "Free").await;
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let changes = [("prompt", "consent"), ("max_age", "0")];
        let name = push(&house, &app, &changes).await;
        let mut stranger = bob.clone();
        stranger.browser.forget_session();
        let answer = come(&mut stranger.browser, &app, &name, &[]).await;
        let page = answer.header("location").to_owned();
        assert!(
            page.starts_with("/sign-in?") && !page.contains("redirect_uri"),
            "{page}"
        );
        let back = page.strip_prefix("/sign-in?").unwrap();
        let back = Parameters::parse(back.as_bytes()).unwrap();
        let back = back.find("return").unwrap().to_owned();
        house.advance(SECOND);
        bob.sign_in().await.ok();
        let page = bob.browser.get(&back).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let asked = back.split_once('?').unwrap().1;
        let body = json!({ "query": asked, "tenant": null, "decision": "allow" });
        let allowed = bob.browser.post("/consent", body.clone()).await.ok();
        let location = allowed["location"].as_str().unwrap();
        // The mark of having been asked is of this person alone.
        let answer = ada.browser.get(location).await;
        assert_ne!(answer.status, 303, "{}", answer.text());
        code_of(&bob.browser.get(location).await);
        assert_eq!(bob.browser.post("/consent", body).await.status, 400);
        // A no is told in the same way.
        let name = push(&house, &app, &[]).await;
        let asked = form::write(&[
            ("client_id", &app.app_id.to_string()),
            ("request_uri", &name),
        ]);
        let body = json!({ "query": asked, "tenant": null, "decision": "deny" });
        let denied = bob.browser.post("/consent", body).await.ok();
        let answer = bob.browser.get(denied["location"].as_str().unwrap()).await;
        assert_eq!(error_of(&answer), "access_denied");
    });
}

#[test]
fn what_can_not_be_pushed_is_told_to_the_client() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let other = web(&house, "Other").await;
        let other_id = other.app_id.to_string();
        for (name, value, status, error) in [
            ("client_secret", "x", 401, "invalid_client"),
            ("client_secret", "", 401, "invalid_client"),
            ("client_id", other_id.as_str(), 401, "invalid_client"),
            (
                "redirect_uri",
                "https://evil.example/",
                400,
                "invalid_request",
            ),
            ("redirect_uri", "", 400, "invalid_request"),
            ("scope", "openid x.y", 400, "invalid_scope"),
            ("response_type", "token", 400, "unsupported_response_type"),
            ("code_challenge", "", 400, "invalid_request"),
            ("request_uri", "urn:x", 400, "invalid_request"),
            ("request", "e30.e30.", 400, "request_not_supported"),
        ] {
            let answer = try_push(&house, &app, &[(name, value)]).await;
            assert_eq!(answer.status, status, "{name}={value}: {}", answer.text());
            assert_eq!(answer.json()["error"], json!(error), "{name}={value}");
        }
        assert!(
            house
                .run_sql("SELECT request FROM pushed_request")
                .is_empty()
        );
        // Another client's, expired, bent, unknown: a page says to begin again.
        let name = push(&house, &app, &[]).await;
        let gone = async |browser: &mut Browser, app: &Application, name: &str| {
            let answer = come(browser, app, name, &[]).await;
            assert_eq!(answer.status, 400, "{}", answer.text());
            assert!(answer.text().contains("authorize.request_gone"));
        };
        gone(&mut ada.browser, &other, &name).await;
        gone(&mut ada.browser, &app, &format!("{name}A")).await;
        gone(
            &mut ada.browser,
            &app,
            "urn:ietf:params:oauth:request_uri:x",
        )
        .await;
        let answer = come(
            &mut ada.browser,
            &app,
            "https://app.example.org/r",
            &[("redirect_uri", CALLBACK)],
        )
        .await;
        let location = answer.header("location");
        assert!(
            location.contains("error=request_uri_not_supported"),
            "{location}"
        );
        house.advance(11 * MINUTE);
        gone(&mut ada.browser, &app, &name).await;
    });
}

#[test]
fn an_application_on_a_device_pushes_without_a_secret() {
    in_each_house(async |house| {
        let native = house
            .application_at("Tool", &[], &[(Platform::Native, CALLBACK)])
            .await;
        house.grant(&native, "User.Read").await;
        let mut ada = house.administrator("ada").await;
        let name = push(&house, &native, &[("client_secret", "")]).await;
        code_of(&come(&mut ada.browser, &native, &name, &[]).await);
    });
}
