//! B: assertions.

use http::{HeaderValue, Method, header};
use serde_json::{Value, json};
use testkit::{
    ASSERTION_FAULTS, Answer, Counter, Device, Fault, House, ORIGIN, REGISTRATION_FAULTS,
};

use crate::{at_once, brief, count, in_each_house};

/// Row 13: in both ceremonies, one after the other and at once; over two nodes see `nodes`.
#[test]
fn past_mistake_13_a_challenge_works_once() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let offer = ada.browser.begin_reauthentication().await;
        let response = ada.browser.answer(&mut ada.device, &offer);
        let tries = (0..6).map(|_| {
            let (mut tab, offer, response) = (ada.browser.clone(), offer.clone(), response.clone());
            async move { tab.finish_reauthentication(&offer, &response).await }
        });
        let answers = at_once(tries.collect()).await;
        assert_eq!(count(&answers, 200), 1, "{:?}", brief(&answers));
        // A registration that was refused is over, too.
        ada.browser.forget();
        ada.sign_in().await.ok();
        let offer = ada.browser.begin_add().await;
        let mut device = Device::synced();
        let bad = ada
            .browser
            .bend_creation(&mut device, &offer, &Fault::RpIdHash);
        ada.browser
            .finish_add(&offer, &bad)
            .await
            .refused(400, "registration.refused");
        let good = ada.browser.create(&mut device, &offer);
        ada.browser
            .finish_add(&offer, &good)
            .await
            .refused(410, "state.spent");
    });
}

/// The code by which a person is told of a failed step.
fn code_of(detail: &str) -> &'static str {
    match detail {
        "assertion.user_verification_missing" => "sign_in.user_not_verified",
        "assertion.backup_eligibility_changed" => "sign_in.backup_eligibility_changed",
        "assertion.counter_regressed" => "sign_in.counter_regressed",
        _ => "sign_in.passkey_refused",
    }
}

#[track_caller]
fn assert_refused(answer: Answer, fault: &Fault, detail: &str) {
    let error = answer.refused(401, code_of(detail));
    assert_eq!(error["detail"], detail, "{fault:?}: {error}");
}

/// Rows 14 to 16: each signed field is compared, in the typed-name, button and step-up ceremonies.
#[test]
fn past_mistake_14_every_field_of_an_assertion_is_checked() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for (fault, detail) in ASSERTION_FAULTS {
            // Twenty tries a minute for one name: wait for the next one.
            house.advance(10 * identity::SECOND);
            let mut browser = house.browser();
            assert_refused(
                browser.sign_in_with(&mut ada.device, fault).await,
                fault,
                detail,
            );
            assert!(!browser.has_session(), "{fault:?}");
            // Once the account is known, the user handle may be absent.
            if *fault != Fault::NoUserHandle {
                let offer = browser.name("ada").await;
                let response = browser.bend_assertion(&mut ada.device, &offer, fault);
                assert_refused(
                    browser.finish_sign_in(&offer, &response).await,
                    fault,
                    detail,
                );
                let offer = ada.browser.begin_reauthentication().await;
                let response = ada.browser.bend_assertion(&mut ada.device, &offer, fault);
                assert_refused(
                    ada.browser.finish_reauthentication(&offer, &response).await,
                    fault,
                    detail,
                );
            }
        }
        ada.sign_in().await.ok();
    });
}

/// Row 15: UV=0 although the page's options were edited to ask for less.
#[test]
fn past_mistake_15_user_verification_is_checked_whatever_the_page_asked() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let offer = ada.browser.challenge().await;
        let mut edited = offer.clone();
        edited.options["userVerification"] = json!("discouraged");
        ada.device.user_verification = testkit::UserVerification::Unavailable;
        let response = ada.browser.answer(&mut ada.device, &edited);
        let answer = ada.browser.finish_sign_in(&offer, &response).await;
        answer.refused(401, "sign_in.user_not_verified");
        assert!(!ada.browser.is_signed_in().await);
    });
}

/// Row 16: an origin is compared whole: scheme, host, port, no suffix, no other case.
#[test]
fn past_mistake_16_origins_are_compared_whole() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let near = [
            "https://badlogin.example.org",
            "https://login.example.org.evil.example",
            "https://xn--lgin-5qa.example.org",
            "https://login.example.org:443",
            "https://login.example.org/",
            "HTTPS://login.example.org",
            "http://login.example.org",
            "https://login.example.org@evil.example",
            "https://login.example.org.",
            "android:apk-key-hash:AAAA",
            "null",
        ];
        for origin in near {
            let fault = Fault::Origin(origin);
            let answer = house.browser().sign_in_with(&mut ada.device, &fault).await;
            assert_refused(answer, &fault, "assertion.origin_mismatch");
            let offer = ada.browser.begin_add().await;
            let response = ada
                .browser
                .bend_creation(&mut Device::synced(), &offer, &fault);
            let error = ada
                .browser
                .finish_add(&offer, &response)
                .await
                .refused(400, "registration.refused");
            assert_eq!(error["detail"], "registration.origin_mismatch", "{origin}");
        }
    });
}

/// Row 17: nothing that a request says about its host has an effect.
#[test]
fn past_mistake_17_the_host_header_decides_nothing() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        ada.browser.hold_token().await;
        let hosts = [
            "evil.example",
            "login.example.org.evil.example",
            "127.0.0.1",
            "localhost",
            "login.example.org:8080",
            "login.example.org.",
            "",
            "a b",
        ];
        for host in hosts {
            let mut request = ada
                .browser
                .request(Method::POST, "/sign-in/challenge", "{}");
            request
                .headers_mut()
                .insert(header::HOST, HeaderValue::from_static(host));
            let answer = ada.browser.send(request).await;
            assert_eq!(
                (answer.status.as_u16(), answer.code().as_str()),
                (421, "request.wrong_host"),
                "{host:?}: {}",
                answer.text()
            );
            let mut page = ada.browser.request(Method::GET, "/sign-in", "");
            page.headers_mut()
                .insert(header::HOST, HeaderValue::from_static(host));
            let answer = ada.browser.send(page).await;
            assert_eq!(answer.status, 421, "{host:?}");
            assert!(
                answer.text().contains(ORIGIN),
                "the page links to the right address"
            );
            assert!(
                host.is_empty() || !answer.text().contains("evil.example"),
                "{host:?}"
            );
        }
        for (name, value) in [
            ("x-forwarded-host", "evil.example"),
            ("forwarded", "host=evil.example"),
            ("x-host", "evil.example"),
        ] {
            let mut request = ada
                .browser
                .request(Method::POST, "/sign-in/challenge", "{}");
            request
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
            let body = ada.browser.send(request).await.ok();
            assert_eq!(body["publicKey"]["rpId"], testkit::RP_ID, "{name}");
        }
        ada.sign_in().await.ok();
    });
}

/// Row 18: the RP ID hash is compared in both ceremonies.
#[test]
fn past_mistake_18_the_rp_id_is_checked_in_both_ceremonies() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let error = house
            .browser()
            .sign_in_with(&mut ada.device, &Fault::RpIdHash)
            .await
            .refused(401, "sign_in.passkey_refused");
        assert_eq!(error["detail"], "assertion.rp_id_mismatch");
        let offer = ada.browser.begin_add().await;
        let response = ada
            .browser
            .bend_creation(&mut Device::synced(), &offer, &Fault::RpIdHash);
        let error = ada
            .browser
            .finish_add(&offer, &response)
            .await
            .refused(400, "registration.refused");
        assert_eq!(error["detail"], "registration.rp_id_mismatch");
        assert!(
            REGISTRATION_FAULTS
                .iter()
                .any(|(fault, _)| *fault == Fault::RpIdHash)
        );
    });
}

/// Row 19: whose ceremony it is stands in the sealed state and the session, nowhere else.
#[test]
fn past_mistake_19_a_ceremony_takes_no_user_from_the_request() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let bobs = &bob.person_id;
        let claims = [
            ("userId", json!(bobs)),
            ("personId", json!(bobs)),
            ("userName", json!("bob")),
            ("user", json!({ "id": bobs })),
            ("name", json!("bob")),
        ];
        for (field, value) in claims {
            let offer = ada.browser.begin_add().await;
            let response = ada.browser.create(&mut Device::synced(), &offer);
            let mut body = json!({ "state": offer.state, "response": response });
            body[field] = value.clone();
            let answer = ada
                .browser
                .post(&format!("/security-info/passkeys/finish?{field}=bob"), body)
                .await;
            // Refused as malformed, or the field is ignored: Bob never gets the passkey.
            assert!(
                [200, 400].contains(&answer.status.as_u16()),
                "{}",
                answer.text()
            );
            assert_eq!(
                house.security_info(&bob.browser).await.passkeys.len(),
                1,
                "{field}"
            );

            let offer = ada.browser.challenge().await;
            let response = ada.browser.answer(&mut ada.device, &offer);
            let mut body = json!({ "state": offer.state, "response": response });
            body[field] = value;
            let mut tab = ada.browser.clone();
            let answer = tab.post("/sign-in/passkey", body).await;
            if answer.status == 200 {
                assert_eq!(
                    answer.json()["signals"]["currentUser"]["name"],
                    "ada",
                    "{field}"
                );
            }
        }
        bob.sign_in().await.ok();
    });
}

/// Row 20: step-up is tied to whoever is signed in.
#[test]
fn past_mistake_20_another_persons_passkey_confirms_nothing() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let before = ada.browser.cookie("session").unwrap().to_owned();
        let offer = ada.browser.begin_reauthentication().await;
        let mut edited = offer.clone();
        edited.options["allowCredentials"] = json!([]);
        let response = ada.browser.answer(&mut bob.device, &edited);
        let answer = ada.browser.finish_reauthentication(&offer, &response).await;
        answer.refused(401, "sign_in.passkey_refused");
        assert_eq!(ada.browser.cookie("session").unwrap(), before);
        // A typed-name ceremony is tied to the name in the same way.
        let mut browser = house.browser();
        let offer = browser.name("ada").await;
        let mut edited = offer.clone();
        edited.options["allowCredentials"] = json!([]);
        let response = browser.answer(&mut bob.device, &edited);
        browser
            .finish_sign_in(&offer, &response)
            .await
            .refused(401, "sign_in.passkey_refused");
        assert!(!browser.has_session());
    });
}

/// How many refused sign-ins are on record for this cause.
fn count_causes(house: &House, cause: &str) -> usize {
    house
        .run_sql("SELECT body FROM sign_in WHERE result <> 'ok'")
        .into_iter()
        .filter(|body| serde_json::from_str::<Value>(body).unwrap()["detail"] == cause)
        .count()
}

/// Row 21: the user handle must be the owner's, and the credential the signer's.
#[test]
fn past_mistake_21_handle_and_owner_must_agree() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let (adas, bobs) = (ada.user_handle(), bob.user_handle());
        let wrong_handle = Fault::UserHandle(adas);
        let answer = house
            .browser()
            .sign_in_with(&mut bob.device, &wrong_handle)
            .await;
        // Whose handle is stored is told to nobody (security 20); the record has the true cause.
        assert_refused(answer, &wrong_handle, "assertion.signature_invalid");
        assert_eq!(
            count_causes(&house, "assertion.user_handle_mismatch"),
            1,
            "the record tells the operator"
        );
        let handles = [vec![0], vec![0; 64], bobs[..63].to_vec()];
        for fault in handles.map(Fault::UserHandle) {
            let answer = house.browser().sign_in_with(&mut bob.device, &fault).await;
            assert_refused(answer, &fault, "assertion.signature_invalid");
        }
        assert_eq!(count_causes(&house, "assertion.user_handle_mismatch"), 4);
        let wrong_credential = Fault::CredentialId(ada.device.credentials[0].id.clone());
        let mut browser = house.browser();
        browser
            .sign_in_with(&mut bob.device, &wrong_credential)
            .await
            .refused(401, "sign_in.passkey_refused");
        assert!(!browser.has_session());
        // Everything of Ada's except the key: id and handle.
        bob.device.credentials[0]
            .id
            .clone_from(&ada.device.credentials[0].id);
        bob.device.credentials[0].user_handle = ada.user_handle();
        let error = house
            .browser()
            .sign_in(&mut bob.device)
            .await
            .refused(401, "sign_in.passkey_refused");
        assert_eq!(error["detail"], "assertion.signature_invalid");
    });
}

/// Row 22: the status is read after the assertion, on every path.
#[test]
fn past_mistake_22_a_disabled_account_stays_out_on_every_path() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        // Begun while enabled, finished while disabled.
        let mut browser = house.browser();
        let (button, name, autofill) = (
            browser.challenge().await,
            browser.name("bob").await,
            browser.autofill().await,
        );
        let step_up = bob.browser.begin_reauthentication().await;
        let add = bob.browser.begin_add().await;
        ada.browser
            .post("/people/disable", json!({ "personId": bob.person_id }))
            .await
            .ok();
        for offer in [button, name, autofill] {
            let response = browser.answer(&mut bob.device, &offer);
            browser
                .finish_sign_in(&offer, &response)
                .await
                .refused(403, "sign_in.account_disabled");
            assert!(!browser.has_session());
        }
        let response = bob.browser.answer(&mut bob.device, &step_up);
        bob.browser
            .finish_reauthentication(&step_up, &response)
            .await
            .refused(401, "session.none");
        let response = bob.browser.create(&mut Device::synced(), &add);
        bob.browser
            .finish_add(&add, &response)
            .await
            .refused(401, "session.none");
        // Without a valid signature nothing is said about the account.
        let error = house
            .browser()
            .sign_in_with(&mut bob.device, &Fault::Signature)
            .await;
        error.refused(401, "sign_in.passkey_refused");
    });
}

/// Row 23: backup eligibility never changes, and nothing is backed up that may not be.
#[test]
fn past_mistake_23_backup_eligibility_is_fixed() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut key = Device {
            counter: Counter::Zero,
            ..Device::device_bound()
        };
        ada.add_device(&mut key).await;
        for device in [&mut key, &mut ada.device] {
            let answer = house
                .browser()
                .sign_in_with(device, &Fault::BackupEligibilityFlipped)
                .await;
            answer.refused(401, "sign_in.backup_eligibility_changed");
            let answer = house
                .browser()
                .sign_in_with(device, &Fault::BackedUpNotEligible)
                .await;
            assert_eq!(
                answer.refused(401, "sign_in.passkey_refused")["detail"],
                "assertion.backup_state_invalid"
            );
            house.browser().sign_in(device).await.ok();
        }
        let offer = ada.browser.begin_add().await;
        let response =
            ada.browser
                .bend_creation(&mut Device::synced(), &offer, &Fault::BackedUpNotEligible);
        ada.browser
            .finish_add(&offer, &response)
            .await
            .refused(400, "registration.refused");
        // BS alone may change: backup was switched off.
        ada.device.backup = testkit::Backup::Eligible;
        ada.sign_in().await.ok();
        let activity = house.security_info(&ada.browser).await.activity;
        assert!(
            activity.iter().any(|it| matches!(
                it.what,
                identity::security_info::ActivityKind::SignInRefused(_)
            )),
            "{activity:?}"
        );
    });
}

/// Security 23: a clone of a device-bound key is refused; a synced one is only recorded.
#[test]
fn security_23_a_counter_that_goes_back_refuses_device_bound_keys_only() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut key = Device::device_bound();
        ada.add_device(&mut key).await;
        let mut clone = key.clone();
        house.browser().sign_in(&mut key).await.ok();
        house.browser().sign_in(&mut key).await.ok();
        let error = house
            .browser()
            .sign_in(&mut clone)
            .await
            .refused(401, "sign_in.counter_regressed");
        assert_eq!(error["signalUnknownCredential"], Value::Null);
        // Other passkeys stay usable, and the real key, whose counter is ahead, too.
        house.browser().sign_in(&mut ada.device).await.ok();
        house.browser().sign_in(&mut key).await.ok();
        let mut synced = Device {
            counter: Counter::Counting,
            ..Device::synced()
        };
        ada.add_device(&mut synced).await;
        let mut copy = synced.clone();
        house.browser().sign_in(&mut synced).await.ok();
        house.browser().sign_in(&mut synced).await.ok();
        house.browser().sign_in(&mut copy).await.ok();
    });
}
