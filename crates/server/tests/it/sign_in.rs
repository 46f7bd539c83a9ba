//! Signing in: by the button, by the typed name, by autofill.

use identity::{HOUR, MINUTE, SECOND};
use serde_json::{Value, json};
use testkit::{Backup, Counter, Device, Offer, RP_ID};

use crate::{at_once, brief, count, in_each_house};

#[test]
fn by_the_button() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let offer = ada.browser.challenge().await;
        assert_eq!(
            offer.options["allowCredentials"]
                .as_array()
                .map_or(0, Vec::len),
            0
        );
        assert_eq!(offer.options["userVerification"], "required");
        assert_eq!(offer.options["rpId"], RP_ID);
        let response = ada.browser.answer(&mut ada.device, &offer);
        let body = ada.browser.finish_sign_in(&offer, &response).await.ok();
        assert_eq!(body["location"], "/security-info");
        assert_eq!(body["recommendSecond"], true);
        assert_eq!(body["signals"]["allAccepted"]["rpId"], RP_ID);
        assert_eq!(
            body["signals"]["allAccepted"]["allAcceptedCredentialIds"],
            json!([ada.passkey_id()])
        );
        assert_eq!(body["signals"]["currentUser"]["name"], "ada");
        assert_eq!(body["signals"]["currentUser"]["displayName"], "Ada Example");
        assert!(ada.browser.is_signed_in().await);
    });
}

#[test]
fn by_the_typed_name() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        for name in ["ada", "ADA", " ada "] {
            let offer = ada.browser.name(name).await;
            assert_eq!(
                offer.options["allowCredentials"][0]["id"],
                ada.passkey_id(),
                "{name:?}"
            );
            assert_eq!(
                offer.options["allowCredentials"][0]["transports"],
                json!(["hybrid", "internal"]),
                "in alphabetical order, whatever the device's was"
            );
            let response = ada.browser.answer(&mut ada.device, &offer);
            ada.browser.finish_sign_in(&offer, &response).await.ok();
            assert!(ada.browser.is_signed_in().await);
            ada.browser.sign_out().await.ok();
        }
    });
}

/// A key that keeps no list of its credentials gives no user handle: the typed name says whose it is.
#[test]
fn by_the_typed_name_with_a_key_that_is_not_discoverable() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        ada.device.credentials[0].discoverable = false;
        ada.browser.sign_in_as("ada", &mut ada.device).await.ok();
        assert!(ada.browser.is_signed_in().await);
    });
}

#[test]
fn by_autofill() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let offer = ada.browser.autofill().await;
        let response = ada.browser.answer(&mut ada.device, &offer);
        ada.browser.finish_sign_in(&offer, &response).await.ok();
        assert!(ada.browser.is_signed_in().await);
    });
}

#[test]
fn each_kind_of_device() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for backup in [Backup::DeviceBound, Backup::Eligible, Backup::BackedUp] {
            for counter in [Counter::Zero, Counter::Counting] {
                let mut device = Device {
                    backup,
                    counter,
                    ..Device::synced()
                };
                ada.add_device(&mut device).await;
                let mut browser = house.browser();
                for _ in 0..3 {
                    browser.sign_in(&mut device).await.ok();
                    assert!(browser.is_signed_in().await);
                    browser.sign_out().await.ok();
                }
            }
        }
    });
}

#[test]
fn the_way_on_is_a_path_of_ours() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let cases = [
            (json!("/people"), "/people"),
            (json!("/security-info?x=1"), "/security-info?x=1"),
            (json!("//evil.example"), "/security-info"),
            (json!("https://evil.example/"), "/security-info"),
            (json!("/\\evil.example"), "/security-info"),
            (json!("javascript:alert(1)"), "/security-info"),
            (json!("/a\r\nSet-Cookie: a=b"), "/security-info"),
            (json!(""), "/security-info"),
            (Value::Null, "/security-info"),
        ];
        for (asked, given) in cases {
            let offer = ada.browser.challenge().await;
            let response = ada.browser.answer(&mut ada.device, &offer);
            let body = json!({ "state": offer.state, "response": response, "return": asked });
            let body = ada.browser.post("/sign-in/passkey", body).await.ok();
            assert_eq!(body["location"], given, "{asked}");
        }
    });
}

#[test]
fn a_challenge_works_once_even_after_a_failed_try() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let offer = ada.browser.challenge().await;
        let response = ada.browser.answer(&mut ada.device, &offer);
        let bad = ada
            .browser
            .bend_assertion(&mut ada.device, &offer, &testkit::Fault::Signature);
        ada.browser
            .finish_sign_in(&offer, &bad)
            .await
            .refused(401, "sign_in.passkey_refused");
        ada.browser
            .finish_sign_in(&offer, &response)
            .await
            .refused(410, "state.spent");
        assert!(!ada.browser.is_signed_in().await);
    });
}

#[test]
fn a_challenge_lives_five_minutes() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let (young, old) = (ada.browser.challenge().await, ada.browser.challenge().await);
        house.advance(5 * MINUTE);
        let response = ada.browser.answer(&mut ada.device, &young);
        ada.browser.finish_sign_in(&young, &response).await.ok();
        ada.browser.sign_out().await.ok();
        house.advance(SECOND);
        let response = ada.browser.answer(&mut ada.device, &old);
        ada.browser
            .finish_sign_in(&old, &response)
            .await
            .refused(410, "state.expired");
        assert!(!ada.browser.is_signed_in().await);
    });
}

#[test]
fn a_challenge_belongs_to_its_browser() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let offer = ada.browser.challenge().await;
        let response = ada.browser.answer(&mut ada.device, &offer);
        let mut eve = house.browser();
        eve.finish_sign_in(&offer, &response)
            .await
            .refused(400, "state.unreadable");
        assert!(!eve.has_session());
        // What did not open was not spent (security 6).
        ada.browser.finish_sign_in(&offer, &response).await.ok();
    });
}

#[test]
fn two_tabs_do_not_disturb_each_other() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let autofill = ada.browser.autofill().await;
        let button = ada.browser.challenge().await;
        let name = ada.browser.name("ada").await;
        for offer in [button, autofill, name] {
            let response = ada.browser.answer(&mut ada.device, &offer);
            ada.browser.finish_sign_in(&offer, &response).await.ok();
            ada.browser.sign_out().await.ok();
        }
    });
}

#[test]
fn an_unknown_passkey_is_told_and_signalled() {
    in_each_house(async |house| {
        house.set_up("ada").await;
        // The same RP ID, another server: what the device holds is unknown here.
        let other = testkit::House::open(testkit::Backend::Sqlite).await;
        let mut stranger = other.set_up("stranger").await;
        stranger.device.credentials[0].id = vec![9; 16];
        let mut browser = house.browser();
        let error = browser
            .sign_in(&mut stranger.device)
            .await
            .refused(401, "sign_in.passkey_unknown");
        assert_eq!(error["signalUnknownCredential"]["rpId"], RP_ID);
        assert_eq!(
            error["signalUnknownCredential"]["credentialId"],
            testkit::passkey_id(&stranger.device)
        );
        assert!(!browser.has_session());
    });
}

#[test]
fn malformed_answers_are_refused() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let good = {
            let offer = ada.browser.challenge().await;
            ada.browser.answer(&mut ada.device, &offer)
        };
        let mut cases = vec![
            json!({}),
            json!([]),
            json!(""),
            json!(0),
            json!({ "id": "AAAA" }),
        ];
        for path in [
            "/id",
            "/rawId",
            "/type",
            "/response",
            "/response/clientDataJSON",
            "/response/authenticatorData",
            "/response/signature",
        ] {
            for bad in [
                Value::Null,
                json!(""),
                json!(5),
                json!("!!"),
                json!("A".repeat(20_000)),
                json!({}),
            ] {
                let mut response = good.clone();
                *response.pointer_mut(path).unwrap() = bad;
                cases.push(response);
            }
        }
        // Each try has an address of its own, so that no limit answers instead.
        for response in cases {
            let mut browser = house.browser();
            let offer = browser.challenge().await;
            let answer = browser.finish_sign_in(&offer, &response).await;
            assert!(
                [400, 401].contains(&answer.status.as_u16()),
                "{} {} for {response}",
                answer.status,
                answer.text()
            );
            assert!(
                !answer.code().is_empty() && !browser.has_session(),
                "{response}"
            );
        }
    });
}

#[test]
fn malformed_states_are_refused() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let offer = ada.browser.challenge().await;
        let response = ada.browser.answer(&mut ada.device, &offer);
        let (first, rest) = offer.state.split_at(1);
        let flipped = format!("{}{rest}", if first == "A" { "B" } else { "A" });
        let cut = offer.state[..offer.state.len() - 4].to_owned();
        for state in [
            String::new(),
            "x".to_owned(),
            flipped,
            cut,
            format!("{}AAAA", offer.state),
            "A".repeat(30_000),
        ] {
            let bent = Offer {
                state,
                options: offer.options.clone(),
            };
            ada.browser
                .finish_sign_in(&bent, &response)
                .await
                .refused(400, "state.unreadable");
        }
        for state in [Value::Null, json!(5), json!([]), json!({})] {
            let body = json!({ "state": state, "response": response });
            ada.browser
                .post("/sign-in/passkey", body)
                .await
                .refused(400, "request.malformed");
        }
        ada.browser.finish_sign_in(&offer, &response).await.ok();
    });
}

#[test]
fn names_that_cannot_be_are_answered_like_names_that_are_not() {
    in_each_house(async |house| {
        house.set_up("ada").await;
        let mut browser = house.browser();
        for name in [
            "",
            "nobody",
            "two words",
            "\u{202e}",
            "<script>",
            "'; DROP TABLE person; --",
            &"a".repeat(5_000),
        ] {
            let offer = browser.name(name).await;
            assert!(
                !offer.options["allowCredentials"]
                    .as_array()
                    .unwrap()
                    .is_empty(),
                "{name:?}"
            );
        }
        for name in [Value::Null, json!(5), json!(["ada"])] {
            browser
                .post("/sign-in/name", json!({ "name": name }))
                .await
                .refused(400, "request.malformed");
        }
    });
}

#[test]
fn the_same_challenge_at_once_signs_in_once() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let offer = ada.browser.challenge().await;
        let response = ada.browser.answer(&mut ada.device, &offer);
        let tries = (0..8).map(|_| {
            let (mut tab, offer, response) = (ada.browser.clone(), offer.clone(), response.clone());
            async move { tab.finish_sign_in(&offer, &response).await }
        });
        let answers = at_once(tries.collect()).await;
        assert_eq!(
            (count(&answers, 200), count(&answers, 410)),
            (1, 7),
            "{:?}",
            brief(&answers)
        );
    });
}

#[test]
fn the_session_cookie_is_locked_down() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let answer = ada.sign_in().await;
        let cookies: Vec<&str> = answer
            .headers
            .get_all("set-cookie")
            .iter()
            .map(|it| it.to_str().unwrap())
            .collect();
        let session = cookies.iter().find(|it| it.contains("session=")).unwrap();
        assert!(session.starts_with("__Host-"), "{session}");
        for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
            assert!(
                session.split(';').any(|it| it.trim() == attribute),
                "{attribute} is missing in {session}"
            );
        }
        assert!(!session.contains("Domain"), "{session}");
        assert_eq!(
            ada.browser.cookie("session").unwrap().len(),
            54,
            "eight bytes of time and 256 random bits in base64url"
        );
    });
}

#[test]
fn a_session_ends_when_idle_and_after_a_week() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        house.advance(7 * HOUR);
        assert!(ada.browser.is_signed_in().await);
        house.advance(8 * HOUR + 6 * MINUTE);
        assert!(
            !ada.browser.is_signed_in().await,
            "idle for over eight hours"
        );
        ada.sign_in().await.ok();
        let mut hours = 0;
        while hours < 7 * 24 - 6 {
            house.advance(6 * HOUR);
            hours += 6;
            assert!(
                ada.browser.is_signed_in().await,
                "after {hours} hours in use"
            );
        }
        house.advance(6 * HOUR + SECOND);
        assert!(!ada.browser.is_signed_in().await, "over a week old");
    });
}
