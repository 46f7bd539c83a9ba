//! How a request may come, whom it may mean, and how its answer may travel.

use axum::body::Body;
use axum::http::{Method, header};
use oidc::redirect_uri::Platform;
use serde_json::json;
use testkit::{Answer, CALLBACK, find_tags};

use super::{AUTHORIZE, ask, begin, code_of, error_of, query, redeem, take_code};
use crate::in_each_house;

/// The form of an answer: where it goes, and its fields.
fn read_form(page: &Answer) -> (String, Vec<(String, String)>) {
    assert_eq!(page.status, 200, "{}", page.text());
    let html = page.text();
    let form = find_tags(&html, "form")
        .into_iter()
        .find(|it| it.attribute("id") == Some("answer"))
        .unwrap();
    assert_eq!(form.attribute("method"), Some("post"));
    let fields = find_tags(&html, "input").into_iter().map(|it| {
        assert_eq!(it.attribute("type"), Some("hidden"));
        let text = |name| it.attribute(name).unwrap().to_owned();
        (text("name"), text("value"))
    });
    (
        form.attribute("action").unwrap().to_owned(),
        fields.collect(),
    )
}

fn find<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let mut values = fields.iter().filter(|(known, _)| known == name);
    let value = values.next().map(|(_, value)| value.as_str());
    assert!(values.next().is_none(), "{name} twice");
    value
}

#[test]
fn an_answer_travels_in_a_form() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let by_form = ("response_mode", "form_post");
        let state = ("state", "\"><script>alert(1)</script>");
        let page = ask(&mut ada.browser, &app, &[by_form, state]).await;
        let (address, fields) = read_form(&page);
        assert_eq!(address, CALLBACK);
        assert_eq!(find(&fields, "state"), Some(state.1));
        assert!(find(&fields, "iss").is_some());
        // No page of ours but this one sends a form elsewhere, and this one there only.
        let policy = page.header("content-security-policy");
        assert!(policy.contains("form-action 'self' https:;"), "{policy}");
        assert!(policy.contains("default-src 'none'"));
        assert_eq!(page.header("cache-control"), "no-store");
        let code = find(&fields, "code").unwrap();
        redeem(&house, &app, code).await.ok();
        // What went wrong travels in the same way, also a person's no.
        let page = ask(&mut ada.browser, &app, &[by_form, ("scope", "openid x.y")]).await;
        let (_, fields) = read_form(&page);
        assert_eq!(find(&fields, "error"), Some("invalid_scope"));
        let asked = query(&app, &[by_form, ("prompt", "consent")]);
        let body = json!({ "query": asked, "tenant": null, "decision": "deny" });
        let denied = ada.browser.post("/consent", body).await.ok();
        let page = ada.browser.get(denied["location"].as_str().unwrap()).await;
        let (address, fields) = read_form(&page);
        assert_eq!(address, CALLBACK);
        assert_eq!(find(&fields, "error"), Some("access_denied"));
        assert_eq!(find(&fields, "code"), None);
    });
}

/// A form is for what a browser posts to; and what is wrong with a request is told where its answer can go.
#[test]
fn no_form_goes_to_an_application_of_the_device() {
    in_each_house(async |house| {
        let own = "org.example.app://callback";
        let app = house
            .application_at("Tool", &[], &[(Platform::Native, own)])
            .await;
        house.grant(&app, "User.Read").await;
        let mut ada = house.administrator("ada").await;
        let changes = [("redirect_uri", own), ("response_mode", "form_post")];
        let answer = ask(&mut ada.browser, &app, &changes).await;
        assert_eq!(answer.status, 303);
        let location = answer.header("location");
        assert!(
            location.starts_with(&format!("{own}?error=invalid_request")),
            "{location}"
        );
    });
}

/// A request that would be lost on its way through our pages is refused before that.
#[test]
fn a_request_that_is_too_long_is_told_so() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let (long, name) = ("%".repeat(1024), "x".repeat(321));
        let changes = [("nonce", long.as_str()), ("login_hint", "ada")];
        code_of(&ask(&mut ada.browser, &app, &changes).await);
        let answer = ask(&mut ada.browser, &app, &[("login_hint", &name)]).await;
        assert_eq!(error_of(&answer), "invalid_request");
        let words = "y".repeat(900);
        let many: Vec<String> = (0..8).map(|number| format!("{number}{words}")).collect();
        let many = many.join(" ");
        let changes = [("nonce", long.as_str()), ("acr_values", &many)];
        let answer = ask(&mut ada.browser, &app, &changes).await;
        assert_eq!(error_of(&answer), "invalid_request");
    });
}

#[test]
fn a_request_may_come_in_a_form() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        for below in ["", "/common"] {
            let path = format!("{below}{AUTHORIZE}");
            let stranger = house.browser();
            let mut request = stranger.request(Method::POST, &path, Body::from(query(&app, &[])));
            let form = "application/x-www-form-urlencoded".parse().unwrap();
            request.headers_mut().insert(header::CONTENT_TYPE, form);
            let elsewhere = "https://app.example.org".parse().unwrap();
            request.headers_mut().insert(header::ORIGIN, elsewhere);
            let sent_on = stranger.send_program(request).await;
            assert_eq!(sent_on.status, 303, "{}", sent_on.text());
            let to = sent_on.header("location").to_owned();
            assert!(to.starts_with(&format!("{path}?")), "{to}");
            code_of(&ada.browser.get(&to).await);
        }
    });
}

/// Whom the application means: somebody else never answers in their place.
#[test]
fn a_hint_is_met_or_refused() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let code = take_code(&mut ada, &app).await;
        let token = redeem(&house, &app, &code).await.ok()["id_token"].clone();
        let token = token.as_str().unwrap();
        let subject = house.find("ada").await.person_id.to_string();
        let claims = json!({ "id_token": { "sub": { "value": subject } } }).to_string();
        for hint in [("id_token_hint", token), ("claims", claims.as_str())] {
            code_of(&ask(&mut ada.browser, &app, &[hint]).await);
            let answer = ask(&mut bob.browser, &app, &[hint]).await;
            assert_eq!(error_of(&answer), "login_required");
            // Nobody yet: the hint is kept on the way through the sign-in page.
            let answer = ask(&mut house.browser(), &app, &[hint]).await;
            let page = answer.header("location").to_owned();
            let back = page.strip_prefix("/sign-in?").unwrap();
            let back = oidc::form::Parameters::parse(back.as_bytes()).unwrap();
            let back = back.find("return").unwrap();
            code_of(&ada.browser.get(back).await);
            assert_eq!(error_of(&bob.browser.get(back).await), "login_required");
        }
        let other = house.find("bob").await.person_id.to_string();
        let claims = json!({ "id_token": { "sub": { "value": other } } }).to_string();
        let both = [("id_token_hint", token), ("claims", claims.as_str())];
        let answer = ask(&mut ada.browser, &app, &both).await;
        assert_eq!(error_of(&answer), "invalid_request");
        // What can't be read says nothing; where nobody can be asked, that is not enough.
        let (rest, last) = token.split_at(token.len() - 6);
        let bent = format!(
            "{rest}{}",
            if last == "AAAAAA" { "BBBBBB" } else { "AAAAAA" }
        );
        for hint in [("id_token_hint", bent.as_str()), ("id_token_hint", "x")] {
            code_of(&ask(&mut ada.browser, &app, &[hint]).await);
            let answer = ask(&mut ada.browser, &app, &[hint, ("prompt", "none")]).await;
            assert_eq!(error_of(&answer), "login_required");
        }
    });
}

/// RFC 6749 section 3.1: a parameter that we don't know, or have no use for, changes nothing.
#[test]
fn what_nobody_here_knows_is_passed_over() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let plain = redeem(&house, &app, &take_code(&mut ada, &app).await).await;
        let plain = plain.ok();
        for (name, value) in [
            ("extra", "foobar"),
            ("display", "page"),
            ("display", "popup"),
            ("display", "x"),
            ("ui_locales", "se"),
            ("claims_locales", "se"),
            ("acr_values", "1 2"),
            ("claims", r#"{"userinfo":{"name":{"essential":true}}}"#),
            ("nonce", ""),
        ] {
            let code = code_of(&ask(&mut ada.browser, &app, &[(name, value)]).await);
            let body = redeem(&house, &app, &code).await.ok();
            assert_eq!(body["scope"], plain["scope"], "{name}={value}");
        }
    });
}

/// Shown where somebody signs in, and never believed.
#[test]
fn a_name_that_an_application_expects_is_shown() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let hint = ("login_hint", "bob\"><script>@example.org");
        code_of(&ask(&mut ada.browser, &app, &[hint]).await);
        let mut stranger = house.browser();
        let answer = ask(&mut stranger, &app, &[hint]).await;
        let page = stranger.get(answer.header("location")).await;
        let field = find_tags(&page.text(), "input")
            .into_iter()
            .find(|it| it.attribute("name") == Some("username"))
            .unwrap();
        assert_eq!(field.attribute("value"), Some(hint.1));
    });
}
