//! The token of a question at the userinfo endpoint, in a form (RFC 6750 section 2.2, OpenID Connect Core section 5.3.1).

use axum::body::Body;
use axum::http::{HeaderValue, Method, Request, header};
use identity::MINUTE;
use serde_json::json;
use testkit::{Answer, Browser, House, Person, SigningKey};

use super::dpop::{claims_of, redeem_bound};
use super::{ask, begin, code_of, redeem, refused};
use crate::in_each_house;

const USER_INFO: &str = "/oidc/userinfo";

/// Somebody's access token with these scopes.
async fn token_of(house: &House, scope: &str) -> (Person, String) {
    let (app, mut ada) = begin(house).await;
    let code = code_of(&ask(&mut ada.browser, &app, &[("scope", scope)]).await);
    let body = redeem(house, &app, &code).await.ok();
    (ada, body["access_token"].as_str().unwrap().to_owned())
}

fn form(browser: &Browser, pairs: &[(&str, &str)]) -> Request<Body> {
    browser.token_request(USER_INFO, pairs)
}

/// What somebody hears who did something wrong, and the challenge that they get.
fn challenged(answer: Answer, status: u16, error: &str) {
    let challenge = answer.header("www-authenticate").to_owned();
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(
        challenge.contains(&format!("error=\"{error}\"")),
        "{challenge}"
    );
    refused(answer, error);
}

#[test]
fn userinfo_takes_a_token_in_a_form() {
    in_each_house(async |house| {
        let (ada, token) = token_of(&house, "openid profile").await;
        let browser = house.browser();
        let pairs = [("access_token", token.as_str())];
        let told = browser.ask_token(USER_INFO, &pairs).await.ok();
        assert_eq!(
            told["sub"],
            json!(house.session(&ada.browser).await.person_id.to_string())
        );
        assert_eq!(told["preferred_username"], json!("ada"));
        // Others beside it are passed over, and so is a charset.
        let mut request = form(&browser, &[("access_token", &token), ("schema", "openid")]);
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded;charset=UTF-8");
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        assert_eq!(browser.send_program(request).await.ok(), told);
        // A form without one leaves the header as it was.
        let mut request = form(&browser, &[("schema", "openid")]);
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        request.headers_mut().insert(header::AUTHORIZATION, bearer);
        assert_eq!(browser.send_program(request).await.ok(), told);
    });
}

#[test]
fn a_token_in_a_form_is_refused_where_it_is_not_the_one_way() {
    in_each_house(async |house| {
        let (_, token) = token_of(&house, "openid profile").await;
        let browser = house.browser();
        let pairs = [("access_token", token.as_str())];
        // In the header, too: the same, another, or no token at all.
        for value in [
            format!("Bearer {token}"),
            "Bearer x".to_owned(),
            "Basic eDp5".to_owned(),
        ] {
            let mut request = form(&browser, &pairs);
            let value = HeaderValue::from_str(&value).unwrap();
            request.headers_mut().insert(header::AUTHORIZATION, value);
            challenged(browser.send_program(request).await, 400, "invalid_request");
        }
        let twice = [pairs[0], pairs[0]];
        challenged(
            browser.ask_token(USER_INFO, &twice).await,
            400,
            "invalid_request",
        );
        let long = "x".repeat(40_000);
        let long = [("access_token", long.as_str())];
        challenged(
            browser.ask_token(USER_INFO, &long).await,
            400,
            "invalid_request",
        );
        for wrong in ["x", &format!("{token}x")] {
            let pairs = [("access_token", wrong)];
            challenged(
                browser.ask_token(USER_INFO, &pairs).await,
                401,
                "invalid_token",
            );
        }
        // Nothing is sent that is a token: an empty one, one in the address, in a form that is none, in another method.
        let empty = form(&browser, &[("access_token", "")]);
        let mut address = form(&browser, &[]);
        *address.uri_mut() = format!("{USER_INFO}?access_token={token}").parse().unwrap();
        let mut text = form(&browser, &pairs);
        text.headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        let mut got = form(&browser, &pairs);
        *got.method_mut() = Method::GET;
        for request in [empty, address, text, got] {
            let answer = browser.send_program(request).await;
            assert_eq!(answer.status, 401);
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
        // Nor anywhere else: the administration API takes the header only.
        let mut elsewhere = form(&browser, &pairs);
        *elsewhere.uri_mut() = "/v1.0/users".parse().unwrap();
        assert_eq!(browser.send_program(elsewhere).await.status, 401);
        house.advance(11 * MINUTE);
        challenged(
            browser.ask_token(USER_INFO, &pairs).await,
            401,
            "invalid_token",
        );
    });
}

/// RFC 9449 section 7.1 has the header alone: a token that is bound to a key is worth nothing in a form, with a proof beside it
/// or without.
#[test]
fn a_bound_token_is_refused_in_a_form() {
    in_each_house(async |house| {
        let (app, mut ada) = super::dpop::begin(&house).await;
        let key = SigningKey::make();
        let code = super::dpop::take_code(&mut ada, &app, &[]).await;
        let body = redeem_bound(&house, &app, &code, &key).await.ok();
        let token = body["access_token"].as_str().unwrap();
        let browser = house.browser();
        let pairs = [("access_token", token)];
        challenged(
            browser.ask_token(USER_INFO, &pairs).await,
            401,
            "invalid_token",
        );
        let mut proof = claims_of(&house, "POST", USER_INFO);
        proof["ath"] = json!(oidc::dpop::derive_token_hash(token));
        let proof = HeaderValue::from_str(&key.prove(|_| {}, &proof)).unwrap();
        let mut request = form(&browser, &pairs);
        request.headers_mut().insert("dpop", proof);
        challenged(browser.send_program(request).await, 401, "invalid_token");
    });
}
