//! C: flow and session.

use http::{HeaderValue, Method, header};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use testkit::{Browser, Device, Fault, House, ORIGIN, Offer, Person, find_tags, on_each_backend};

use crate::in_each_house;

/// A step that somebody without a session may try, in any order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Move {
    AskByButton,
    AskByName,
    /// Presents the newest state with a valid answer to its own challenge.
    AnswerNewest,
    /// Presents the oldest state again.
    AnswerOldest,
    /// Presents the newest state with the answer to another challenge.
    AnswerCrossed,
    AnswerBent,
    AnswerEmpty,
    AnswerNothing,
    /// Presents a sign-in state where another step's is due.
    StepUpWithSignInState,
    RegisterWithSignInState,
    SetUpWithSignInState,
    AddWithSignInState,
    StepUpEmpty,
    AddPasskey,
    SignOut,
    OpenSecurityInfo,
    Wait,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    use Move::*;
    let any = prop::sample::select(vec![
        AskByButton,
        AskByName,
        AnswerNewest,
        AnswerOldest,
        AnswerCrossed,
        AnswerBent,
        AnswerEmpty,
        AnswerNothing,
        StepUpWithSignInState,
        RegisterWithSignInState,
        SetUpWithSignInState,
        AddWithSignInState,
        StepUpEmpty,
        AddPasskey,
        SignOut,
        OpenSecurityInfo,
        Wait,
    ]);
    prop::collection::vec(any, 1..14)
}

/// What the walk knows: which states are open, and whether somebody must be signed in.
struct Walk {
    browser: Browser,
    open: Vec<(Offer, identity::Micros)>,
    used: Vec<Offer>,
    signed_in: bool,
}

/// Row 27: whatever the order of steps, a session exists exactly after a valid answer to an open state of
/// a sign-in, and never through anything else.
#[test]
fn past_mistake_27_no_order_of_steps_skips_the_proof() {
    on_each_backend(async |backend| {
        let house = House::open(backend).await;
        let ada = house.set_up("ada").await;
        let mut runner = TestRunner::new_with_rng(
            Config {
                cases: 48,
                failure_persistence: None,
                ..Config::default()
            },
            proptest::test_runner::TestRng::deterministic_rng(
                proptest::test_runner::RngAlgorithm::ChaCha,
            ),
        );
        let handle = tokio::runtime::Handle::current();
        let outcome = tokio::task::block_in_place(|| {
            runner.run(&moves(), |moves| {
                handle.block_on(walk(&house, ada.clone(), &moves));
                Ok(())
            })
        });
        if let Err(error) = outcome {
            panic!("{error}");
        }
    });
}

async fn walk(house: &House, mut ada: Person, moves: &[Move]) {
    let mut walk = Walk {
        browser: house.browser(),
        open: Vec::new(),
        used: Vec::new(),
        signed_in: false,
    };
    for step in moves {
        take(house, &mut walk, &mut ada, *step).await;
        assert_eq!(
            walk.browser.is_signed_in().await,
            walk.signed_in,
            "after {step:?} in {moves:?}"
        );
    }
}

async fn take(house: &House, walk: &mut Walk, ada: &mut Person, step: Move) {
    let newest = walk.open.last().cloned();
    let browser = &mut walk.browser;
    match (step, newest) {
        (Move::AskByButton, _) => walk.open.push((browser.challenge().await, house.now())),
        (Move::AskByName, _) => walk.open.push((browser.name("ada").await, house.now())),
        (Move::AnswerNewest, Some((offer, issued))) => {
            let response = browser.answer(&mut ada.device, &offer);
            let answer = browser.finish_sign_in(&offer, &response).await;
            let in_time = house.now() - issued <= 5 * identity::MINUTE;
            assert_eq!(answer.status == 200, in_time, "{}", answer.text());
            walk.signed_in |= in_time;
            walk.open.pop();
            walk.used.push(offer);
        }
        (Move::AnswerOldest, _) => {
            if let Some(offer) = walk.used.first().cloned() {
                let response = browser.answer(&mut ada.device, &offer);
                assert_eq!(browser.finish_sign_in(&offer, &response).await.status, 410);
            }
        }
        (Move::AnswerCrossed, Some((offer, _))) => {
            let other = browser.challenge().await;
            let response = browser.answer(&mut ada.device, &other);
            refuse(
                browser,
                walk.signed_in,
                "/sign-in/passkey",
                &offer,
                &response,
            )
            .await;
            walk.open.pop();
            walk.used.push(offer);
        }
        (Move::AnswerBent, Some((offer, _))) => {
            let response = browser.bend_assertion(&mut ada.device, &offer, &Fault::Signature);
            refuse(
                browser,
                walk.signed_in,
                "/sign-in/passkey",
                &offer,
                &response,
            )
            .await;
            walk.open.pop();
            walk.used.push(offer);
        }
        (Move::AnswerNothing, Some((offer, _))) => {
            assert_eq!(
                browser
                    .post("/sign-in/passkey", json!({ "state": offer.state }))
                    .await
                    .status,
                400
            );
        }
        (Move::AnswerEmpty, _) => {
            assert_eq!(
                browser.post("/sign-in/passkey", json!({})).await.status,
                400
            );
            assert_eq!(
                browser
                    .post_text("/sign-in/passkey", String::new())
                    .await
                    .status,
                400
            );
        }
        (Move::StepUpWithSignInState, Some((offer, _))) => {
            let response = browser.answer(&mut ada.device, &offer);
            refuse(
                browser,
                walk.signed_in,
                "/reauthenticate/passkey",
                &offer,
                &response,
            )
            .await;
        }
        (Move::RegisterWithSignInState, Some((offer, _))) => {
            refuse(
                browser,
                walk.signed_in,
                "/register/finish",
                &offer,
                &json!({}),
            )
            .await;
        }
        (Move::SetUpWithSignInState, Some((offer, _))) => {
            refuse(
                browser,
                walk.signed_in,
                "/set-up/finish",
                &offer,
                &json!({}),
            )
            .await;
        }
        (Move::AddWithSignInState, Some((offer, _))) => {
            refuse(
                browser,
                walk.signed_in,
                "/security-info/passkeys/finish",
                &offer,
                &json!({}),
            )
            .await;
        }
        (Move::StepUpEmpty, _) => {
            let status = browser
                .post("/reauthenticate/passkey", json!({}))
                .await
                .status;
            assert!(status.is_client_error());
        }
        (Move::AddPasskey, _) => {
            let answer = browser
                .post("/security-info/passkeys/begin", json!({}))
                .await;
            assert!(walk.signed_in || answer.status == 401, "{}", answer.text());
        }
        (Move::SignOut, _) => {
            browser.sign_out().await.ok();
            walk.signed_in = false;
        }
        (Move::OpenSecurityInfo, _) => {
            browser.get("/security-info").await;
        }
        (Move::Wait, _) => house.advance(2 * identity::MINUTE),
        (_, None) => {}
    }
}

/// The state belongs to another step: whatever the answer is, it is a refusal.
async fn refuse(
    browser: &mut Browser,
    signed_in: bool,
    path: &str,
    offer: &Offer,
    response: &Value,
) {
    let body = json!({ "state": offer.state, "response": response });
    let answer = browser.post(path, body).await;
    assert!(
        answer.status.is_client_error(),
        "{path} answered {} {}",
        answer.status,
        answer.text()
    );
    assert!(signed_in || !browser.has_session());
}

/// Row 28: one gate; everything that is not a finished sign-in opens no session.
#[test]
fn past_mistake_28_only_a_finished_sign_in_opens_a_session() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        assert!(!ada.browser.has_session());
        ada.browser.challenge().await;
        ada.browser.name("ada").await;
        assert!(!ada.browser.has_session());
        ada.browser
            .sign_in_with(&mut ada.device, &Fault::UserUnverified)
            .await
            .refused(401, "sign_in.user_not_verified");
        assert!(!ada.browser.has_session());
        ada.sign_in().await.ok();
        let invited = house.invite(&mut ada, "bob").await;
        let mut bob = house.browser();
        let offer = bob.begin_registration(&invited.token).await;
        let response = bob.create(&mut Device::synced(), &offer);
        bob.finish_registration(&offer, &response).await.ok();
        assert!(!bob.has_session() && !bob.is_signed_in().await);
    });
}

/// Row 29: no change without our page's token and origin, in the browser that got it.
#[test]
fn past_mistake_29_changes_need_our_origin_and_this_browsers_token() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        ada.browser.hold_token().await;
        let mut stranger = house.browser();
        stranger.hold_token().await;
        let strangers_token = HeaderValue::from_str(stranger.token().unwrap()).unwrap();
        let paths = [
            "/sign-out",
            "/sign-in/challenge",
            "/security-info/passkeys/begin",
            "/people/add",
            "/register/begin",
            "/pass/enter",
            "/password/enter",
            "/upgrade/begin",
            "/recover/enter",
            "/set-up/begin",
        ];
        for path in paths {
            let origins: [Option<&'static str>; 6] = [
                None,
                Some("null"),
                Some("https://evil.example"),
                Some("http://login.example.org"),
                Some("https://login.example.org.evil.example"),
                Some("https://sub.login.example.org"),
            ];
            for origin in origins {
                let mut request = ada.browser.request(Method::POST, path, "{}");
                request.headers_mut().remove(header::ORIGIN);
                if let Some(origin) = origin {
                    request
                        .headers_mut()
                        .insert(header::ORIGIN, HeaderValue::from_static(origin));
                }
                ada.browser
                    .send(request)
                    .await
                    .refused(403, "request.forged");
            }
            for token in [
                None,
                Some(HeaderValue::from_static("")),
                Some(HeaderValue::from_static("x")),
                Some(strangers_token.clone()),
            ] {
                let mut request = ada.browser.request(Method::POST, path, "{}");
                request.headers_mut().remove("x-csrf-token");
                if let Some(token) = token {
                    request.headers_mut().insert("x-csrf-token", token);
                }
                ada.browser
                    .send(request)
                    .await
                    .refused(403, "request.forged");
            }
            let mut request = ada.browser.request(Method::POST, path, "{}");
            request.headers_mut().remove(header::COOKIE);
            ada.browser
                .send(request)
                .await
                .refused(403, "request.forged");
        }
        assert!(ada.browser.is_signed_in().await);
    });
}

/// Row 29: a new session id at each sign-in; a planted one is not taken over.
#[test]
fn past_mistake_29_sign_in_makes_a_new_session() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut eve = house.person(&mut ada, "eve").await;
        let planted = eve.browser.cookie("session").unwrap().to_owned();
        let mut victim = house.browser();
        victim.hold_token().await;
        victim.sign_in(&mut ada.device).await.ok();
        victim.set_cookie("session", &planted);
        victim.set_token(None);
        victim.sign_in(&mut ada.device).await.ok();
        assert_ne!(victim.cookie("session").unwrap(), planted);
        // The planted one ends with it: a browser holds one session.
        assert!(!eve.browser.is_signed_in().await);
        let tokens: Vec<String> = {
            let mut tokens = Vec::new();
            for _ in 0..3 {
                ada.sign_in().await.ok();
                tokens.push(ada.browser.cookie("session").unwrap().to_owned());
            }
            tokens
        };
        assert!(tokens[0] != tokens[1] && tokens[1] != tokens[2]);
        eve.sign_in().await.ok();
    });
}

/// Row 30: what the page hides, the server refuses. (Ten passkeys and other people's things are in
/// `passkeys`, administrators' pages in `people`.)
#[test]
fn past_mistake_30_what_the_page_hides_is_refused() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        assert!(
            !bob.browser
                .get("/security-info")
                .await
                .text()
                .contains("href=\"/people\"")
        );
        assert_eq!(bob.browser.get("/people").await.status, 403);
        bob.browser
            .post(
                "/people/add",
                json!({ "userName": "x", "displayName": "X" }),
            )
            .await
            .refused(403, "role.insufficient");
        bob.browser
            .remove_passkey(&bob.passkey_id())
            .await
            .refused(409, "passkey.last");
        // The set-up is closed and hidden.
        let body =
            json!({ "token": "x", "organisation": "E", "userName": "x", "displayName": "X" });
        bob.browser
            .post("/set-up/begin", body)
            .await
            .refused(410, "setup.closed");
    });
}

/// Row 34: the host is compared in its canonical form: case and default port change nothing.
#[test]
fn past_mistake_34_the_host_is_canonical() {
    in_each_house(async |house| {
        let mut browser = house.browser();
        for host in ["LOGIN.example.ORG", "login.example.org:443"] {
            let mut request = browser.request(Method::GET, "/", "");
            request
                .headers_mut()
                .insert(header::HOST, HeaderValue::from_static(host));
            assert_ne!(browser.send(request).await.status, 421, "{host}");
        }
        for host in [
            "login.example.org.",
            "login.example.org:80",
            "xlogin.example.org",
            "login.example.org@evil.example",
        ] {
            let mut request = browser.request(Method::GET, "/", "");
            request
                .headers_mut()
                .insert(header::HOST, HeaderValue::from_static(host));
            assert_eq!(browser.send(request).await.status, 421, "{host}");
        }
        // Two names in one request are none.
        let mut request = browser.request(Method::GET, "/", "");
        request
            .headers_mut()
            .append(header::HOST, HeaderValue::from_static("evil.example"));
        assert_eq!(browser.send(request).await.status, 421);
        assert!(ORIGIN.ends_with("login.example.org"));
    });
}

/// Row 52: what the address says appears nowhere as markup, and no page allows inline script.
#[test]
fn past_mistake_52_the_address_is_never_markup() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let attacks = [
            "%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E",
            "javascript:alert(1)",
            "%2F%22%20onfocus%3Dalert(1)%20autofocus%3D%22",
            "%2Fpeople%3C%2Fscript%3E%3Csvg%20onload%3Dalert(1)%3E",
            "%2F%2Fevil.example",
            "https:%2F%2Fevil.example",
        ];
        for attack in attacks {
            for page in [
                "/sign-in",
                "/reauthenticate",
                "/security-info",
                "/people",
                "/set-up",
                "/register",
                "/nothing-here",
            ] {
                for mut browser in [house.browser(), ada.browser.clone()] {
                    let answer = browser
                        .get(&format!("{page}?return={attack}&x={attack}"))
                        .await;
                    let text = answer.text();
                    for raw in ["<script>alert", "onfocus=alert", "<svg onload"] {
                        assert!(!text.contains(raw), "{page}?return={attack} holds {raw}");
                    }
                    assert_links_are_ours(&text);
                    let location = answer.header("location");
                    assert!(
                        location.is_empty() || is_ours(location),
                        "{page}: {location}"
                    );
                    assert_policy(&answer, page);
                }
            }
        }
        ada.sign_in().await.ok();
    });
}

/// No link, form or script leads elsewhere, and what scripts read holds nothing from the address.
#[track_caller]
fn assert_links_are_ours(html: &str) {
    for name in [
        "a", "form", "link", "script", "iframe", "img", "button", "base", "use",
    ] {
        for tag in find_tags(html, name) {
            for (key, value) in &tag.attributes {
                assert!(!key.starts_with("on"), "{tag:?}");
                let leads = ["href", "src", "action", "formaction"].contains(&key.as_str());
                assert!(!leads || is_ours(value), "{tag:?}");
            }
        }
    }
    for meta in find_tags(html, "meta")
        .iter()
        .filter(|it| it.attribute("name") == Some("page-data"))
    {
        let content = meta.attribute("content").unwrap();
        assert!(
            !content.contains("evil.example") && !content.contains("alert("),
            "{content}"
        );
        assert_ne!(meta.attribute("http-equiv"), Some("refresh"));
    }
}

fn is_ours(address: &str) -> bool {
    let path = address.strip_prefix(ORIGIN).unwrap_or(address);
    path.is_empty()
        || path.starts_with('#')
        || (path.starts_with('/') && !path.starts_with("//") && !path.contains('\\'))
}

#[track_caller]
fn assert_policy(answer: &testkit::Answer, page: &str) {
    let policy = answer.header("content-security-policy");
    assert!(!policy.is_empty(), "{page} has no policy");
    assert!(!policy.contains("unsafe"), "{policy}");
    for part in ["base-uri 'none'", "frame-ancestors 'none'", "form-action"] {
        assert!(
            policy.contains(part),
            "{page}: {part} is missing in {policy}"
        );
    }
    assert!(
        policy.contains("default-src 'none'") || policy.contains("default-src 'self'"),
        "{policy}"
    );
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(
        answer
            .header("strict-transport-security")
            .contains("max-age="),
        "{page}"
    );
}
