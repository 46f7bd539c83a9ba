//! Signing in to applications: the authorization code flow, and each thing that a code is bound to.

use data_encoding::BASE64URL_NOPAD;
use identity::applications;
use identity::permissions::Permission;
use identity::{Actor, MINUTE, SECOND, bearer};
use oidc::form;
use oidc::jwk;
use oidc::jwt::{self, Algorithm};
use oidc::redirect_uri::Platform;
use serde_json::json;
use testkit::{Answer, Application, Browser, CALLBACK, House, ORIGIN, Person, VERIFIER, challenge};

use crate::in_each_house;

mod assignments;
mod back_channel;
mod claims;
mod consent;
mod device;
mod dpop;
mod introspect;
mod logout;
mod many_renewals;
mod pushed;
mod refresh;
mod requests;
mod resources;
mod rights;
mod scripts;
mod settings;
mod user_info;

const AUTHORIZE: &str = "/oauth2/v2.0/authorize";
const TOKEN: &str = "/oauth2/v2.0/token";
const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };

/// A request that is in order, with some parameters put, replaced or (empty) left out.
fn query(app: &Application, changes: &[(&str, &str)]) -> String {
    let app_id = app.app_id.to_string();
    let challenge = challenge();
    let mut pairs = vec![
        ("client_id", app_id.as_str()),
        ("redirect_uri", CALLBACK),
        ("response_type", "code"),
        ("scope", "openid profile User.Read"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("state", "a b&c=d"),
        ("nonce", "n-1"),
    ];
    for (name, value) in changes {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name, value));
    }
    form::write(&pairs)
}

/// The parameters of an answer, after checking where it goes.
#[track_caller]
fn read_answer(location: &str) -> form::Parameters {
    let (address, query) = location
        .split_once('?')
        .unwrap_or_else(|| panic!("no answer: {location}"));
    assert_eq!(address, CALLBACK, "{location}");
    let read = form::Parameters::parse(query.as_bytes()).unwrap();
    assert_eq!(read.find("state"), Some("a b&c=d"));
    assert!(read.find("iss").is_some(), "{location}");
    read
}

#[track_caller]
fn code_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let read = read_answer(answer.header("location"));
    read.find("code")
        .unwrap_or_else(|| panic!("{}", answer.header("location")))
        .to_owned()
}

#[track_caller]
fn error_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let read = read_answer(answer.header("location"));
    assert!(read.find("code").is_none());
    read.find("error").unwrap().to_owned()
}

fn redeem_form<'a>(
    app_id: &'a str,
    code: &'a str,
    more: &[(&'a str, &'a str)],
) -> Vec<(&'a str, &'a str)> {
    let mut pairs = vec![
        ("grant_type", "authorization_code"),
        ("client_id", app_id),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    for (name, value) in more {
        pairs.retain(|(known, _)| known != name);
        pairs.push((name, value));
    }
    pairs
}

async fn redeem(house: &House, app: &Application, code: &str) -> Answer {
    let app_id = app.app_id.to_string();
    let form = redeem_form(&app_id, code, &[("client_secret", &app.secret)]);
    house.browser().ask_token(TOKEN, &form).await
}

#[track_caller]
fn refused(answer: Answer, error: &str) -> String {
    let body = answer.json();
    assert_eq!(body["error"], json!(error), "{body}");
    body["error_description"].as_str().unwrap().to_owned()
}

/// An application of this organisation that everybody uses, and somebody who is signed in.
async fn begin(house: &House) -> (Application, Person) {
    let app = web(house, "Travel").await;
    house.grant(&app, "User.Read Group.Read.All").await;
    let ada = house.administrator("ada").await;
    (app, ada)
}

async fn web(house: &House, name: &str) -> Application {
    house
        .application_at(name, &[], &[(Platform::Web, CALLBACK)])
        .await
}

async fn ask(browser: &mut Browser, app: &Application, changes: &[(&str, &str)]) -> Answer {
    browser
        .get(&format!("{AUTHORIZE}?{}", query(app, changes)))
        .await
}

async fn take_code(person: &mut Person, app: &Application) -> String {
    code_of(&ask(&mut person.browser, app, &[]).await)
}

#[test]
fn a_code_becomes_tokens_of_the_person() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        house.advance(30 * SECOND);
        let code = take_code(&mut ada, &app).await;
        let answer = redeem(&house, &app, &code).await;
        assert!(answer.headers.get("set-cookie").is_none());
        let body = answer.ok();
        assert_eq!(body["scope"], json!("openid profile User.Read"));
        let token = body["access_token"].as_str().unwrap();
        let bearer = bearer::authenticate(house.identity(), &bearer::Shown::bearer(token))
            .await
            .unwrap();
        let session = house.session(&ada.browser).await;
        assert_eq!(bearer.person(), Some(session.person_id));
        assert_eq!(bearer.session(), Some(session.session_id));
        assert_eq!(bearer.auth_time(), Some(session.auth_time));
        assert_eq!(
            bearer.permissions(),
            [
                Permission::OpenId,
                Permission::Profile,
                Permission::UserRead
            ]
        );
        // The id token, verified as a client library does it.
        let id_token = body["id_token"].as_str().unwrap();
        let parsed = jwt::parse(id_token).unwrap();
        assert_eq!(parsed.header().algorithm, Algorithm::Rs256);
        let set = house.browser().get("/discovery/v2.0/keys").await.ok();
        let keys = set["keys"].as_array().unwrap();
        let name = parsed.header().key_id.clone().unwrap();
        let key = keys.iter().find(|key| key["kid"] == json!(name)).unwrap();
        let key = jwk::parse(key.to_string().as_bytes()).unwrap();
        let claims = parsed.verify(&key, &[Algorithm::Rs256]).unwrap();
        assert_eq!(claims.text("iss"), Ok(ORIGIN));
        assert_eq!(claims.text("aud"), Ok(app.app_id.to_string().as_str()));
        assert_eq!(claims.text("nonce"), Ok("n-1"));
        assert_eq!(claims.text("acr"), Ok("phr"));
        assert_eq!(
            claims.text("sub"),
            Ok(session.person_id.to_string().as_str())
        );
        assert_eq!(claims.int("auth_time"), Ok(session.auth_time / SECOND));
        assert_eq!(claims.text("preferred_username"), Ok("ada"));
        // An id token is no access token.
        assert!(
            bearer::authenticate(house.identity(), &bearer::Shown::bearer(id_token))
                .await
                .is_err()
        );
        // The code itself is nowhere in the database.
        assert!(!house.holds(&code));
    });
}

#[test]
fn who_is_not_signed_in_signs_in_and_comes_back() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        ada.browser.sign_out().await.ok();
        let answer = ask(&mut ada.browser, &app, &[]).await;
        assert_eq!(answer.status, 303);
        let page = answer.header("location").to_owned();
        let back =
            form::Parameters::parse(page.strip_prefix("/sign-in?").unwrap().as_bytes()).unwrap();
        let back = back.find("return").unwrap().to_owned();
        // The sign-in page gives the whole address on.
        let offer = ada.browser.challenge().await;
        let response = ada.browser.answer(&mut ada.device, &offer);
        let body = json!({ "state": offer.state, "response": response, "return": back });
        let body = ada.browser.post("/sign-in/passkey", body).await.ok();
        assert_eq!(body["location"], json!(back));
        let code = code_of(&ada.browser.get(&back).await);
        redeem(&house, &app, &code).await.ok();
    });
}

#[test]
fn past_mistake_41_each_binding_of_a_code_counts_alone() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let other = web(&house, "Other").await;
        house.grant(&other, "User.Read").await;
        let (app_id, other_id) = (app.app_id.to_string(), other.app_id.to_string());
        let wrong: [(&str, &[(&str, &str)]); 7] = [
            (
                "code.other_client",
                &[("client_id", &other_id), ("client_secret", &other.secret)],
            ),
            (
                "code.other_address",
                &[
                    ("redirect_uri", "https://app.example.org/callback/"),
                    ("client_secret", &app.secret),
                ],
            ),
            (
                "code.other_address",
                &[
                    ("redirect_uri", "https://app.example.org/Callback"),
                    ("client_secret", &app.secret),
                ],
            ),
            (
                "code.verifier",
                &[
                    (
                        "code_verifier",
                        "aBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
                    ),
                    ("client_secret", &app.secret),
                ],
            ),
            (
                "code.verifier",
                &[("code_verifier", "short"), ("client_secret", &app.secret)],
            ),
            (
                "code.verifier",
                &[
                    ("code_verifier", &VERIFIER[1..]),
                    ("client_secret", &app.secret),
                ],
            ),
            ("client.unproven", &[]),
        ];
        for (detail, more) in wrong {
            let code = take_code(&mut ada, &app).await;
            let form = redeem_form(&app_id, &code, more);
            let kind = if detail.starts_with("client") {
                "invalid_client"
            } else {
                "invalid_grant"
            };
            let text = refused(house.browser().ask_token(TOKEN, &form).await, kind);
            assert!(text.starts_with(detail), "{text}");
            // And it is void from then on, also for its own client.
            let text = refused(redeem(&house, &app, &code).await, "invalid_grant");
            assert!(text.starts_with("code.used"), "{text}");
        }
        // Expired, of another issuer, of another time of the application, unknown.
        let code = take_code(&mut ada, &app).await;
        house.advance(MINUTE);
        let text = refused(redeem(&house, &app, &code).await, "invalid_grant");
        assert!(text.starts_with("code.expired"), "{text}");
        let code = take_code(&mut ada, &app).await;
        let form = redeem_form(&app_id, &code, &[("client_secret", &app.secret)]);
        let answer = house
            .browser()
            .ask_token("/organizations/oauth2/v2.0/token", &form)
            .await;
        assert!(refused(answer, "invalid_grant").starts_with("code.other_issuer"));
        for code in ["", "x", &BASE64URL_NOPAD.encode(&[0; 40])] {
            let answer = redeem(&house, &app, code).await;
            assert_eq!(answer.status, 400);
        }
        // Without the verifier at all (past mistake 47).
        let code = take_code(&mut ada, &app).await;
        let mut form = redeem_form(&app_id, &code, &[("client_secret", &app.secret)]);
        form.retain(|(name, _)| *name != "code_verifier");
        let answer = house.browser().ask_token(TOKEN, &form).await;
        assert!(refused(answer, "invalid_grant").starts_with("code.verifier"));
        // Who has it without the verifier should not have it.
        refused(redeem(&house, &app, &code).await, "invalid_grant");
    });
}

#[test]
fn a_code_works_once_and_its_tokens_end_when_it_comes_again() {
    in_each_house(async |mut house: House| {
        let second = house.add_node().await;
        let (app, mut ada) = begin(&house).await;
        let code = take_code(&mut ada, &app).await;
        let token = redeem(&house, &app, &code).await.ok()["access_token"].clone();
        let token = token.as_str().unwrap().to_owned();
        assert!(
            bearer::authenticate(house.identity(), &bearer::Shown::bearer(&token))
                .await
                .is_ok()
        );
        assert!(
            bearer::authenticate(house.identity_at(second), &bearer::Shown::bearer(&token))
                .await
                .is_ok()
        );
        refused(redeem(&house, &app, &code).await, "invalid_grant");
        assert!(
            bearer::authenticate(house.identity_at(second), &bearer::Shown::bearer(&token))
                .await
                .is_err()
        );
        // At once, on two nodes: one of eight at most, and in the end none is good.
        let code = take_code(&mut ada, &app).await;
        let work = (0..8).map(|number| {
            let browser = house.browser_at(if number % 2 == 0 { 0 } else { second });
            let (app_id, secret, code) = (app.app_id.to_string(), app.secret.clone(), code.clone());
            async move {
                let form = redeem_form(&app_id, &code, &[("client_secret", &secret)]);
                browser.ask_token(TOKEN, &form).await
            }
        });
        let answers = crate::at_once(work.collect()).await;
        assert!(
            crate::count(&answers, 200) <= 1,
            "{:?}",
            crate::brief(&answers)
        );
        for answer in answers.into_iter().filter(|answer| answer.status == 200) {
            let token = answer.ok()["access_token"].as_str().unwrap().to_owned();
            assert!(
                bearer::authenticate(house.identity(), &bearer::Shown::bearer(&token))
                    .await
                    .is_err()
            );
        }
    });
}

#[test]
fn past_mistake_42_answers_go_to_registered_addresses_only() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        for address in [
            "https://app.example.org/callback/",
            "https://app.example.org/callback?x=1",
            "https://app.example.org@evil.example/callback",
            "https://app.example.org.evil.example/callback",
            "https://evil.example/callback",
            "http://app.example.org/callback",
            "//evil.example",
            "javascript:alert(1)",
        ] {
            for changes in [
                vec![("redirect_uri", address)],
                vec![("redirect_uri", address), ("response_type", "token")],
                vec![("redirect_uri", address), ("prompt", "none")],
            ] {
                let answer = ask(&mut ada.browser, &app, &changes).await;
                assert_eq!(answer.status, 400, "{address}: {}", answer.text());
                assert!(answer.headers.get("location").is_none());
                // The address stands in the language links, within our own.
                assert!(!answer.text().contains("\"https://evil"), "{address}");
            }
        }
        let twice = format!(
            "{AUTHORIZE}?{}&redirect_uri=https%3A%2F%2Fevil.example",
            query(&app, &[])
        );
        assert_eq!(ada.browser.get(&twice).await.status, 400);
        for id in ["", "x", "00000000-0000-0000-0000-000000000000"] {
            let answer = ask(&mut ada.browser, &app, &[("client_id", id)]).await;
            assert_eq!(answer.status, 400, "{id}");
        }
        let elsewhere = format!("/elsewhere.example{AUTHORIZE}?{}", query(&app, &[]));
        assert_eq!(ada.browser.get(&elsewhere).await.status, 404);
    });
}

#[test]
fn what_is_wrong_is_told_to_the_client() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let cases = [
            ("response_type", "token", "unsupported_response_type"),
            (
                "response_type",
                "id_token token",
                "unsupported_response_type",
            ),
            ("code_challenge", "", "invalid_request"),
            ("code_challenge_method", "plain", "invalid_request"),
            ("code_challenge_method", "", "invalid_request"),
            ("scope", "", "invalid_scope"),
            ("scope", "openid Unknown.Scope", "invalid_scope"),
            (
                "scope",
                "https://elsewhere.example/.default",
                "invalid_target",
            ),
            (
                "scope",
                "openid Directory.ReadWrite.All",
                "consent_required",
            ),
            ("request", "e30.e30.", "request_not_supported"),
            (
                "request_uri",
                "https://evil.example/r",
                "request_uri_not_supported",
            ),
            ("response_mode", "jwt", "invalid_request"),
            ("claims", "[]", "invalid_request"),
            (
                "claims",
                r#"{"id_token":{"acr":{"essential":true,"values":["loa-9"]}}}"#,
                "unmet_authentication_requirements",
            ),
            ("prompt", "none login", "invalid_request"),
        ];
        for (name, value, error) in cases {
            let answer = ask(&mut ada.browser, &app, &[(name, value)]).await;
            assert_eq!(error_of(&answer), error, "{name}={value}");
        }
        let answer = ask(&mut ada.browser, &app, &[("response_mode", "fragment")]).await;
        let location = answer.header("location");
        assert!(
            location.starts_with(&format!("{CALLBACK}#code=")),
            "{location}"
        );
        // Nothing is said twice, and nothing is taken out of its place.
        let answer = ask(&mut ada.browser, &app, &[("state", "x\r\nSet-Cookie: a=b")]).await;
        assert_eq!(answer.status, 400);
    });
}

#[test]
fn prompts_and_ages_ask_for_a_proof() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let mut nobody = house.browser();
        assert_eq!(
            error_of(&ask(&mut nobody, &app, &[("prompt", "none")]).await),
            "login_required"
        );
        code_of(&ask(&mut ada.browser, &app, &[("prompt", "none")]).await);
        // Not older than a minute.
        code_of(&ask(&mut ada.browser, &app, &[("max_age", "60")]).await);
        house.advance(MINUTE + SECOND);
        let silent = [("max_age", "60"), ("prompt", "none")];
        assert_eq!(
            error_of(&ask(&mut ada.browser, &app, &silent).await),
            "login_required"
        );
        for changes in [
            [("max_age", "60")],
            [("max_age", "0")],
            [("prompt", "login")],
            [("prompt", "select_account")],
        ] {
            house.advance(2 * MINUTE);
            let answer = ask(&mut ada.browser, &app, &changes).await;
            let page = answer.header("location").to_owned();
            let back = page
                .strip_prefix("/reauthenticate?")
                .unwrap_or_else(|| panic!("{changes:?} {page}"));
            let back = form::Parameters::parse(back.as_bytes())
                .unwrap()
                .find("return")
                .unwrap()
                .to_owned();
            // Coming back without having proven anything leads there again, however the mark is bent.
            for path in [
                back.clone(),
                back.replace("claviger_since=", "claviger_since=1"),
                back.split("&claviger_since").next().unwrap().to_owned(),
            ] {
                let answer = ada.browser.get(&path).await;
                assert!(
                    answer.header("location").starts_with("/reauthenticate?"),
                    "{path}"
                );
            }
            house.advance(SECOND);
            ada.reauthenticate().await.ok();
            code_of(&ada.browser.get(&back).await);
        }
    });
}

#[test]
fn security_28_a_persons_token_ends_with_what_it_rests_on() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let live = async |token: &str| {
            bearer::authenticate(house.identity(), &bearer::Shown::bearer(token))
                .await
                .is_ok()
        };
        let get = async |person: &mut Person| {
            let code = take_code(person, &app).await;
            let body = redeem(&house, &app, &code).await.ok();
            let token = body["access_token"].as_str().unwrap().to_owned();
            assert!(live(&token).await);
            token
        };
        // Signed out; a code that was on its way is worth nothing either.
        let token = get(&mut bob).await;
        let code = take_code(&mut bob, &app).await;
        bob.browser.sign_out().await.ok();
        assert!(!live(&token).await);
        let text = refused(redeem(&house, &app, &code).await, "invalid_grant");
        assert!(text.starts_with("code.session_over"), "{text}");
        // Disabled, and enabled again.
        bob.sign_in().await.ok();
        let token = get(&mut bob).await;
        let person = json!({ "personId": bob.person_id });
        ada.browser
            .post("/people/disable", person.clone())
            .await
            .ok();
        assert!(!live(&token).await);
        ada.browser.post("/people/enable", person).await.ok();
        assert!(!live(&token).await);
        // The application's grant taken back.
        bob.browser.forget_session();
        bob.sign_in().await.ok();
        let token = get(&mut bob).await;
        let identity = house.identity();
        let grants = applications::list_grants_of_client(identity, COMMAND_LINE, app.principal_id)
            .await
            .unwrap();
        applications::change_grant(identity, COMMAND_LINE, grants[0].grant_id, "User.Read")
            .await
            .unwrap();
        assert!(!live(&token).await);
        let token = get(&mut bob).await;
        applications::revoke(identity, COMMAND_LINE, grants[0].grant_id)
            .await
            .unwrap();
        assert!(!live(&token).await);
    });
}

#[test]
fn what_was_granted_is_what_default_gives() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let scope = [("scope", "https://graph.microsoft.com/.default openid")];
        let code = code_of(&ask(&mut ada.browser, &app, &scope).await);
        let body = redeem(&house, &app, &code).await.ok();
        let mut names: Vec<&str> = body["scope"].as_str().unwrap().split(' ').collect();
        names.sort_unstable();
        assert_eq!(
            names,
            ["Group.Read.All", "User.Read", "email", "openid", "profile"]
        );
        // An application that was granted nothing gets nothing.
        let bare = web(&house, "Bare").await;
        let answer = ask(
            &mut ada.browser,
            &bare,
            &[("scope", "https://graph.microsoft.com/.default")],
        )
        .await;
        assert_eq!(error_of(&answer), "consent_required");
    });
}

#[test]
fn applications_on_devices_need_no_secret_but_the_verifier() {
    in_each_house(async |house| {
        let app = house
            .application_at("Tool", &[], &[(Platform::Native, "http://localhost")])
            .await;
        house.grant(&app, "User.Read").await;
        let mut ada = house.administrator("ada").await;
        let address = "http://localhost:53117";
        let answer = ask(&mut ada.browser, &app, &[("redirect_uri", address)]).await;
        let location = answer.header("location").to_owned();
        let read = form::Parameters::parse(location.split_once('?').unwrap().1.as_bytes()).unwrap();
        assert!(
            location.starts_with("http://localhost:53117?code="),
            "{location}"
        );
        let app_id = app.app_id.to_string();
        let code = read.find("code").unwrap();
        let form = redeem_form(&app_id, code, &[("redirect_uri", address)]);
        house.browser().ask_token(TOKEN, &form).await.ok();
        for address in [
            "http://localhost.evil.example:1",
            "http://localhost:1/x",
            "https://localhost:1",
        ] {
            let answer = ask(&mut ada.browser, &app, &[("redirect_uri", address)]).await;
            assert_eq!(answer.status, 400, "{address}");
        }
    });
}

#[test]
fn security_11_delegated_tier_zero_needs_a_key() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        house.grant(&web(&house, "unused").await, "User.Read").await;
        let identity = house.identity();
        let grants = applications::list_grants_of_client(identity, COMMAND_LINE, app.principal_id)
            .await
            .unwrap();
        applications::change_grant(
            identity,
            COMMAND_LINE,
            grants[0].grant_id,
            "User.Read Application.ReadWrite.All",
        )
        .await
        .unwrap();
        let scope = [("scope", "openid Application.ReadWrite.All")];
        let code = code_of(&ask(&mut ada.browser, &app, &scope).await);
        let text = refused(redeem(&house, &app, &code).await, "unauthorized_client");
        assert!(text.starts_with("client.tier_zero_needs_key"), "{text}");
        let code = code_of(&ask(&mut ada.browser, &app, &scope).await);
        let (app_id, assertion) = (app.app_id.to_string(), app.assertion(&house));
        let form = redeem_form(
            &app_id,
            &code,
            &[
                ("client_assertion_type", oidc::token_request::JWT_BEARER),
                ("client_assertion", &assertion),
            ],
        );
        house.browser().ask_token(TOKEN, &form).await.ok();
        let alerts = house.run_sql("SELECT body FROM audit WHERE activity = 'alert.tier_zero_use'");
        assert_eq!(alerts.len(), 1);
    });
}

#[test]
fn past_mistake_33_no_header_decides_where_an_answer_goes() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let evil = format!(
            "{AUTHORIZE}?{}",
            query(&app, &[("redirect_uri", "https://evil.example/")])
        );
        for (name, value) in [
            ("x-original-url", evil.as_str()),
            ("x-rewrite-url", &evil),
            ("x-forwarded-uri", &evil),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "http"),
            ("forwarded", "host=evil.example;proto=http"),
            ("referer", "https://evil.example/"),
        ] {
            let path = format!("{AUTHORIZE}?{}", query(&app, &[]));
            let mut request = ada.browser.request(http::Method::GET, &path, "");
            request.headers_mut().insert(name, value.parse().unwrap());
            let answer = ada.browser.send(request).await;
            assert!(!answer.header("location").contains("evil"), "{name}");
            let read = read_answer(answer.header("location"));
            assert_eq!(read.find("iss"), Some(ORIGIN), "{name}");
            let path = "/.well-known/openid-configuration";
            let mut request = house.browser().request(http::Method::GET, path, "");
            request.headers_mut().insert(name, value.parse().unwrap());
            let document = house.browser().send_program(request).await.ok();
            assert!(!document.to_string().contains("evil"), "{name}");
            assert_eq!(document["issuer"], json!(ORIGIN), "{name}");
        }
    });
}

#[test]
fn past_mistake_43_a_request_that_was_bent_on_the_way_is_another_request() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        ada.browser.sign_out().await.ok();
        let answer = ask(&mut ada.browser, &app, &[]).await;
        let page = answer.header("location").to_owned();
        let back =
            form::Parameters::parse(page.strip_prefix("/sign-in?").unwrap().as_bytes()).unwrap();
        let back = back.find("return").unwrap().to_owned();
        ada.sign_in().await.ok();
        // The implicit flow, another method, another scope: refused as if they had been asked for first.
        for (from, to, error) in [
            (
                "response_type=code",
                "response_type=token",
                "unsupported_response_type",
            ),
            (
                "response_type=code",
                "response_type=code%20token",
                "unsupported_response_type",
            ),
            (
                "code_challenge_method=S256",
                "code_challenge_method=plain",
                "invalid_request",
            ),
            ("User.Read", "Directory.ReadWrite.All", "consent_required"),
        ] {
            assert!(back.contains(from), "{back}");
            let answer = ada.browser.get(&back.replace(from, to)).await;
            assert_eq!(error_of(&answer), error, "{to}");
        }
        for (from, to) in [
            ("app.example.org", "evil.example"),
            (
                app.app_id.to_string().as_str(),
                "00000000-0000-0000-0000-000000000000",
            ),
        ] {
            let answer = ada.browser.get(&back.replace(from, to)).await;
            assert_eq!(answer.status, 400, "{to}");
        }
        code_of(&ada.browser.get(&back).await);
    });
}
