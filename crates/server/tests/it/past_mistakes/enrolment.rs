//! A: enrolment and recovery.

use authenticator::{Attestation, Flags};
use http::{HeaderValue, Method};
use serde_json::{Value, json};
use testkit::{Device, Fault, ORIGIN, find_tags};
use webauthn::Algorithm;

use crate::in_each_house;

/// Row 1: what the options ask for is checked on the server, not by the page.
#[test]
fn past_mistake_01_policy_is_enforced_by_the_server() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        // Algorithms that were not offered.
        for algorithm in [Algorithm::Es384, Algorithm::Es512, Algorithm::MlDsa65] {
            let offer = ada.browser.begin_add().await;
            let mut creation = offer.creation();
            creation.pub_key_cred_params[0].alg = algorithm.cose_id();
            let mut device = Device {
                algorithms: vec![algorithm],
                ..Device::synced()
            };
            let made = device
                .create(
                    &creation,
                    &ada.browser.page(),
                    testkit::Mediation::Modal,
                    &house.random(),
                )
                .unwrap();
            let error = ada
                .browser
                .finish_add(&offer, &made.to_value())
                .await
                .refused(400, "registration.refused");
            assert_eq!(
                error["detail"], "registration.algorithm_not_offered",
                "{algorithm}"
            );
        }
        // Neither presence nor verification, although the page could have asked for a silent one.
        for flags in [
            Flags {
                user_present: false,
                user_verified: true,
                backup_eligible: true,
                backed_up: true,
            },
            Flags {
                user_present: true,
                user_verified: false,
                backup_eligible: true,
                backed_up: true,
            },
            Flags {
                user_present: false,
                user_verified: false,
                backup_eligible: true,
                backed_up: true,
            },
        ] {
            let offer = ada.browser.begin_add().await;
            let mut device = Device {
                attestation: Attestation::PackedSelf,
                ..Device::synced()
            };
            let mut unsigned = device
                .prepare_creation(
                    &offer.creation(),
                    &ada.browser.page(),
                    testkit::Mediation::Modal,
                    &house.random(),
                )
                .unwrap();
            unsigned.authenticator_data.flags = flags;
            let response = unsigned.attest().unwrap().to_value();
            ada.browser
                .finish_add(&offer, &response)
                .await
                .refused(400, "registration.refused");
        }
        assert_eq!(house.security_info(&ada.browser).await.passkeys.len(), 1);
    });
}

/// Row 1, the resident key: a credential that says of itself that it is not discoverable is no passkey.
#[test]
fn past_mistake_01_a_credential_that_is_not_discoverable_is_refused() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let offer = ada.browser.begin_add().await;
        let mut response = ada.browser.create(&mut Device::device_bound(), &offer);
        response["clientExtensionResults"] = json!({ "credProps": { "rk": false } });
        ada.browser
            .finish_add(&offer, &response)
            .await
            .refused(400, "registration.refused");
    });
}

/// Row 10: links are built from the configured origin only.
#[test]
fn past_mistake_10_links_ignore_the_requests_host() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.invite(&mut ada, "bob").await;
        ada.browser.hold_token().await;
        let liars = [
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "http"),
            ("x-forwarded-server", "evil.example"),
            ("x-original-host", "evil.example"),
            ("x-host", "evil.example"),
            ("forwarded", "for=1.2.3.4;host=evil.example;proto=http"),
            ("x-original-url", "http://evil.example/"),
            ("x-rewrite-url", "http://evil.example/"),
            ("referer", "https://evil.example/"),
        ];
        for (name, value) in liars {
            let body = json!({ "personId": bob.person_id }).to_string();
            let mut request = ada.browser.request(Method::POST, "/people/link", body);
            request
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
            let body = ada.browser.send(request).await.ok();
            let url = body["url"].as_str().unwrap();
            assert!(
                url.starts_with(&format!("{ORIGIN}/register#")),
                "{name}: {url}"
            );
        }
    });
}

/// Names that would be markup, script or attributes if a page forgot to escape them.
const MARKUP: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</title></script><svg onload=alert(1)>",
    "{{7*7}}${7*7}&lt;b&gt;",
    "</meta><meta http-equiv=refresh content=0>",
];

/// Row 12: names are text in every page and in every ceremony.
#[test]
fn past_mistake_12_names_are_text_everywhere() {
    in_each_house(async |house| {
        let token = house.set_up_token().await;
        let mut browser = house.browser();
        let mut device = Device::synced();
        let offer = browser
            .begin_set_up(&token, MARKUP[0], "ada", MARKUP[1])
            .await;
        assert_eq!(
            offer.options["user"]["displayName"], MARKUP[1],
            "options are data: unchanged"
        );
        let response = browser.create(&mut device, &offer);
        browser.finish_set_up(&offer, &response).await.ok();
        assert_inert(&mut browser, "/sign-in").await;
        browser.sign_in(&mut device).await.ok();
        for (number, name) in MARKUP.iter().enumerate() {
            let body = json!({ "userName": format!("person{number}"), "displayName": name });
            browser.post("/people/add", body).await.ok();
            browser
                .rename_passkey(&testkit::passkey_id(&device), name)
                .await
                .ok();
            for page in [
                "/security-info",
                "/people",
                "/reauthenticate?return=%2Fpeople",
            ] {
                assert_inert(&mut browser, page).await;
            }
        }
    });
}

/// No tag and no attribute in the page came from a name.
async fn assert_inert(browser: &mut testkit::Browser, page: &str) {
    let answer = browser.get(page).await;
    assert_eq!(answer.status, 200, "{page}");
    let html = answer.text();
    for tag in ["img", "svg"] {
        for found in find_tags(&html, tag) {
            for (name, value) in &found.attributes {
                assert!(
                    !name.starts_with("on") && !value.contains("alert"),
                    "{page}: {found:?}"
                );
            }
        }
    }
    for raw in [
        "<script>alert",
        "onerror=alert(1)>",
        "<svg onload",
        "content=0>",
        "' onmouseover='",
    ] {
        assert!(!html.contains(raw), "{page} holds {raw}");
    }
    for script in find_tags(&html, "script") {
        let inline_data = script.attribute("type") == Some("application/json");
        assert!(
            inline_data
                || script
                    .attribute("src")
                    .is_some_and(|it| it.starts_with("/assets/")),
            "{script:?}"
        );
    }
}

/// Row 26: the provider is told to forget a passkey only when nobody here knows it.
#[test]
fn past_mistake_26_unknown_is_signalled_only_for_ids_that_nobody_has() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut tries = Vec::new();
        for (fault, _) in testkit::ASSERTION_FAULTS {
            tries.push(house.browser().sign_in_with(&mut bob.device, fault).await);
        }
        // Somebody else's id, an expired and a spent state, a disabled account.
        let other = Fault::CredentialId(ada.device.credentials[0].id.clone());
        tries.push(house.browser().sign_in_with(&mut bob.device, &other).await);
        let mut browser = house.browser();
        let (spent, old) = (browser.challenge().await, browser.challenge().await);
        let response = browser.answer(&mut bob.device, &spent);
        browser.finish_sign_in(&spent, &response).await.ok();
        tries.push(browser.finish_sign_in(&spent, &response).await);
        ada.browser
            .post("/people/disable", json!({ "personId": bob.person_id }))
            .await
            .ok();
        tries.push(house.browser().sign_in(&mut bob.device).await);
        house.advance(6 * identity::MINUTE);
        let response = browser.answer(&mut bob.device, &old);
        tries.push(browser.finish_sign_in(&old, &response).await);
        for answer in tries {
            assert_ne!(answer.status, 200);
            assert_eq!(
                answer.json()["error"]["signalUnknownCredential"],
                Value::Null,
                "{}",
                answer.text()
            );
        }
    });
}
