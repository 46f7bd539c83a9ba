//! A person's own passkeys on Security info.

use identity::{MINUTE, SECOND};
use serde_json::json;
use testkit::{Backup, Counter, Device, Fault, REGISTRATION_FAULTS, passkey_id};

use crate::in_each_house;

/// `location` of a refusal that asks to confirm it's still you.
const CONFIRM: &str = "/reauthenticate?return=%2Fsecurity-info";

#[test]
fn add_rename_remove() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut key = Device::device_bound();
        let added = ada.add_device(&mut key).await;
        assert_eq!(added["passkeyId"], passkey_id(&key));
        assert!(!added["name"].as_str().unwrap().is_empty());
        let mut accepted = [ada.passkey_id(), passkey_id(&key)];
        accepted.sort();
        assert_eq!(
            sorted(&added["signals"]["allAccepted"]["allAcceptedCredentialIds"]),
            accepted
        );

        ada.browser
            .rename_passkey(&passkey_id(&key), "Key on my ring")
            .await
            .ok();
        let info = house.security_info(&ada.browser).await;
        assert_eq!(info.passkeys.len(), 2);
        let card = info
            .passkeys
            .iter()
            .find(|it| it.passkey_id == passkey_id(&key))
            .unwrap();
        assert_eq!(
            (
                card.name.as_str(),
                card.synced,
                card.removable,
                card.current
            ),
            ("Key on my ring", false, true, false)
        );
        assert!(!info.recommend_second);

        let removed = ada.browser.remove_passkey(&passkey_id(&key)).await.ok();
        assert_eq!(
            removed["signals"]["allAccepted"]["allAcceptedCredentialIds"],
            json!([ada.passkey_id()])
        );
        // It is stored as removed: told so after a valid signature, and never signalled as unknown (security 24).
        let error = house
            .browser()
            .sign_in(&mut key)
            .await
            .refused(401, "sign_in.passkey_removed");
        assert!(error["signalUnknownCredential"].is_null(), "{error}");
        let forged = house
            .browser()
            .sign_in_with(&mut key, &Fault::Signature)
            .await;
        forged.refused(401, "sign_in.passkey_refused");
        ada.sign_in().await.ok();
    });
}

fn sorted(ids: &serde_json::Value) -> Vec<String> {
    let mut ids: Vec<String> = ids
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

#[test]
fn each_kind_of_passkey_is_shown_as_what_it_is() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for backup in [Backup::DeviceBound, Backup::Eligible, Backup::BackedUp] {
            let mut device = Device {
                backup,
                counter: Counter::Counting,
                ..Device::synced()
            };
            ada.add_device(&mut device).await;
            let info = house.security_info(&ada.browser).await;
            let card = info
                .passkeys
                .iter()
                .find(|it| it.passkey_id == passkey_id(&device))
                .unwrap();
            assert_eq!(card.synced, backup != Backup::DeviceBound);
            assert_eq!(card.created_at, house.now());
            assert!(card.last_used.is_none());
        }
    });
}

#[test]
fn last_use_is_kept() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut key = Device::device_bound();
        ada.add_device(&mut key).await;
        house.advance(MINUTE);
        let mut browser = house.browser();
        browser.sign_in(&mut key).await.ok();
        let info = house.security_info(&browser).await;
        let card = info
            .passkeys
            .iter()
            .find(|it| it.passkey_id == passkey_id(&key))
            .unwrap();
        let (at, place) = card.last_used.clone().unwrap();
        assert_eq!(at, house.now());
        assert_eq!(
            (place.browser.as_str(), place.system.as_str()),
            ("Chrome", "Linux")
        );
        assert!(card.current);
    });
}

#[test]
fn options_name_what_the_person_has() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let offer = ada.browser.begin_add().await;
        assert_eq!(
            offer.options["excludeCredentials"][0]["id"],
            ada.passkey_id()
        );
        let refused = ada.device.create(
            &offer.creation(),
            &ada.browser.page(),
            testkit::Mediation::Modal,
            &[5; 32],
        );
        assert_eq!(refused.unwrap_err(), authenticator::Error::InvalidState);
        assert_eq!(
            offer.creation().user.id,
            data_encoding::BASE64URL_NOPAD.encode(&ada.user_handle())
        );
    });
}

#[test]
fn adding_and_removing_need_a_sign_in_at_most_five_minutes_old() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut key = Device::device_bound();
        house.advance(5 * MINUTE);
        ada.add_device(&mut key).await;
        house.advance(SECOND);
        let stale = [
            ada.browser
                .post("/security-info/passkeys/begin", json!({}))
                .await,
            ada.browser.remove_passkey(&passkey_id(&key)).await,
        ];
        for answer in stale {
            assert_eq!(
                answer.refused(403, "session.not_fresh")["location"],
                CONFIRM
            );
        }
        assert_eq!(house.security_info(&ada.browser).await.passkeys.len(), 2);
        // Renaming is no danger and stays possible.
        ada.browser
            .rename_passkey(&passkey_id(&key), "Key")
            .await
            .ok();

        let old_session = ada.browser.cookie("session").unwrap().to_owned();
        let body = ada.reauthenticate().await.ok();
        assert_eq!(body["location"], "/security-info");
        assert_ne!(
            ada.browser.cookie("session").unwrap(),
            old_session,
            "a fresh session has a new token"
        );
        ada.browser.remove_passkey(&passkey_id(&key)).await.ok();

        let mut old = ada.browser.clone();
        old.set_cookie("session", &old_session);
        old.set_token(None);
        assert!(
            !old.is_signed_in().await,
            "the token before re-authentication is void"
        );
    });
}

/// Security 7: the proof must be fresh when the passkey is stored, not only when its challenge was given.
#[test]
fn security_07_a_registration_begun_fresh_is_finished_fresh() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        house.advance(4 * MINUTE);
        let offer = ada.browser.begin_add().await;
        let mut device = Device::synced();
        let response = ada.browser.create(&mut device, &offer);
        house.advance(MINUTE + SECOND);
        let error = ada
            .browser
            .finish_add(&offer, &response)
            .await
            .refused(403, "session.not_fresh");
        assert_eq!(error["location"], CONFIRM);
        assert_eq!(
            error["signalUnknownCredential"]["credentialId"],
            passkey_id(&device),
            "the device holds a stranded passkey"
        );
        assert_eq!(house.security_info(&ada.browser).await.passkeys.len(), 1);
        // Confirmed, it goes on with a new challenge.
        ada.reauthenticate().await.ok();
        ada.add_device(&mut Device::synced()).await;
    });
}

#[test]
fn the_return_after_confirming_is_ours() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for (asked, given) in [("/people", "/people"), ("//evil.example", "/security-info")] {
            let offer = ada.browser.begin_reauthentication().await;
            let response = ada.browser.answer(&mut ada.device, &offer);
            let body = json!({ "state": offer.state, "response": response, "return": asked });
            assert_eq!(
                ada.browser.post("/reauthenticate/passkey", body).await.ok()["location"],
                given
            );
        }
    });
}

#[test]
fn at_most_ten() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for _ in 0..9 {
            ada.add_device(&mut Device::synced()).await;
        }
        assert_eq!(house.security_info(&ada.browser).await.passkeys.len(), 10);
        let begun = ada
            .browser
            .post("/security-info/passkeys/begin", json!({}))
            .await;
        begun.refused(409, "passkey.too_many");
        // The page is never the guard: begin with nine, fill up, finish with ten.
        let info = house.security_info(&ada.browser).await;
        let spare = info
            .passkeys
            .iter()
            .find(|it| it.passkey_id != ada.passkey_id())
            .unwrap();
        ada.browser.remove_passkey(&spare.passkey_id).await.ok();
        let (first, second) = (ada.browser.begin_add().await, ada.browser.begin_add().await);
        let response = ada.browser.create(&mut Device::synced(), &first);
        ada.browser.finish_add(&first, &response).await.ok();
        let mut late = Device::synced();
        let response = ada.browser.create(&mut late, &second);
        let error = ada
            .browser
            .finish_add(&second, &response)
            .await
            .refused(409, "passkey.too_many");
        assert_eq!(
            error["signalUnknownCredential"]["credentialId"],
            passkey_id(&late),
            "the device holds a stranded passkey"
        );
    });
}

#[test]
fn the_last_one_stays() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        ada.browser
            .remove_passkey(&ada.passkey_id())
            .await
            .refused(409, "passkey.last");
        let info = house.security_info(&ada.browser).await;
        assert!(!info.passkeys[0].removable && info.recommend_second);
        house.browser().sign_in(&mut ada.device).await.ok();
    });
}

#[test]
fn removing_a_passkey_ends_the_sessions_that_it_opened() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut key = Device::device_bound();
        ada.add_device(&mut key).await;
        let (mut first, mut second) = (house.browser(), house.browser());
        first.sign_in(&mut key).await.ok();
        second.sign_in(&mut key).await.ok();
        ada.browser.remove_passkey(&passkey_id(&key)).await.ok();
        assert!(!first.is_signed_in().await && !second.is_signed_in().await);
        assert!(ada.browser.is_signed_in().await);
        first
            .post("/security-info/passkeys/begin", json!({}))
            .await
            .refused(401, "session.none");
    });
}

#[test]
fn removing_the_passkey_of_ones_own_session_ends_it() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut key = Device::device_bound();
        ada.add_device(&mut key).await;
        ada.browser.remove_passkey(&ada.passkey_id()).await.ok();
        assert!(!ada.browser.is_signed_in().await);
        ada.browser.forget();
        ada.browser.sign_in(&mut key).await.ok();
    });
}

#[test]
fn someone_elses_passkey_is_not_there() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        bob.add_device(&mut Device::synced()).await;
        for id in [
            bob.passkey_id(),
            "AAAA".to_owned(),
            String::new(),
            "!".to_owned(),
            "A".repeat(4000),
        ] {
            for answer in [
                ada.browser.remove_passkey(&id).await,
                ada.browser.rename_passkey(&id, "Mine").await,
            ] {
                assert!(
                    ["passkey.missing", "request.malformed"].contains(&answer.code().as_str()),
                    "{}",
                    answer.text()
                );
                assert!([404, 400].contains(&answer.status.as_u16()));
            }
        }
        assert_eq!(house.security_info(&bob.browser).await.passkeys.len(), 2);
        bob.sign_in().await.ok();
    });
}

#[test]
fn unfit_passkey_names_are_refused() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let id = ada.passkey_id();
        for name in [
            "",
            "   ",
            "\u{200b}",
            "a\nb",
            "\u{202e}evil",
            &"a".repeat(65),
        ] {
            ada.browser
                .rename_passkey(&id, name)
                .await
                .refused(400, "passkey.name_unfit");
        }
        for name in [json!(null), json!(5), json!([])] {
            let body = json!({ "passkeyId": id, "name": name });
            ada.browser
                .post("/security-info/passkeys/rename", body)
                .await
                .refused(400, "request.malformed");
        }
        for name in ["a", "Grüße 🔑", &"ä".repeat(64)] {
            ada.browser.rename_passkey(&id, name).await.ok();
            assert_eq!(
                house.security_info(&ada.browser).await.passkeys[0].name,
                name
            );
        }
    });
}

#[test]
fn each_bent_registration_is_refused_for_its_own_reason() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for (fault, detail) in REGISTRATION_FAULTS {
            let offer = ada.browser.begin_add().await;
            let mut device = Device::device_bound();
            let response = ada.browser.bend_creation(&mut device, &offer, fault);
            let answer = ada.browser.finish_add(&offer, &response).await;
            assert_eq!(
                answer.json()["error"]["detail"],
                *detail,
                "{fault:?}: {}",
                answer.text()
            );
            let error = answer.refused(400, "registration.refused");
            if error["signalUnknownCredential"].is_object() {
                assert_eq!(
                    error["signalUnknownCredential"]["credentialId"],
                    passkey_id(&device)
                );
            }
            assert_eq!(
                house.security_info(&ada.browser).await.passkeys.len(),
                1,
                "{fault:?}"
            );
        }
    });
}

#[test]
fn a_registration_works_once_in_its_own_session() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let offer = ada.browser.begin_add().await;
        let response = ada.browser.create(&mut Device::synced(), &offer);
        bob.browser
            .finish_add(&offer, &response)
            .await
            .refused(400, "state.unreadable");
        house
            .browser()
            .finish_add(&offer, &response)
            .await
            .refused(401, "session.none");
        ada.browser.finish_add(&offer, &response).await.ok();
        ada.browser
            .finish_add(&offer, &response)
            .await
            .refused(410, "state.spent");
        assert_eq!(house.security_info(&bob.browser).await.passkeys.len(), 1);
        assert_eq!(house.security_info(&ada.browser).await.passkeys.len(), 2);
    });
}

#[test]
fn a_registration_state_dies_with_its_session() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let offer = ada.browser.begin_add().await;
        let response = ada.browser.create(&mut Device::synced(), &offer);
        ada.browser.sign_out().await.ok();
        ada.sign_in().await.ok();
        ada.browser
            .finish_add(&offer, &response)
            .await
            .refused(400, "state.unreadable");
    });
}

#[test]
fn a_registration_expires() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let offer = ada.browser.begin_add().await;
        let response = ada.browser.create(&mut Device::synced(), &offer);
        house.advance(5 * MINUTE + SECOND);
        let answer = ada.browser.finish_add(&offer, &response).await;
        assert!(
            ["state.expired", "session.not_fresh"].contains(&answer.code().as_str()),
            "{}",
            answer.text()
        );
        assert_eq!(house.security_info(&ada.browser).await.passkeys.len(), 1);
    });
}

/// The same id again must neither be kept twice nor be reported to the provider as unknown: that would
/// delete the good one (past mistake 26).
#[test]
fn a_credential_id_that_exists_is_refused_without_a_signal() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        for person in [&mut ada, &mut bob] {
            let offer = person.browser.begin_add().await;
            let mut copy = Device::synced();
            // The device derives id and key from the randomness: the same 32 bytes give the same id.
            let mut creation = offer.creation();
            creation.exclude_credentials.clear();
            let randomness = [42; 32];
            let made = copy
                .create(
                    &creation,
                    &person.browser.page(),
                    testkit::Mediation::Modal,
                    &randomness,
                )
                .unwrap();
            let answer = person.browser.finish_add(&offer, &made.to_value()).await;
            if person.user_name == "ada" {
                answer.ok();
                let offer = person.browser.begin_add().await;
                let mut creation = offer.creation();
                creation.exclude_credentials.clear();
                let page = person.browser.page();
                let again = Device::synced()
                    .create(&creation, &page, testkit::Mediation::Modal, &randomness)
                    .unwrap();
                let error = person
                    .browser
                    .finish_add(&offer, &again.to_value())
                    .await
                    .refused(409, "registration.credential_exists");
                assert!(error["signalUnknownCredential"].is_null(), "{error}");
            } else {
                let error = answer.refused(409, "registration.credential_exists");
                assert!(error["signalUnknownCredential"].is_null(), "{error}");
            }
        }
    });
}

#[test]
fn an_unsolicited_fault_in_the_client_id_is_refused() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let offer = ada.browser.begin_add().await;
        let other = Fault::CredentialId(ada.device.credentials[0].id.clone());
        let response = ada
            .browser
            .bend_creation(&mut Device::synced(), &offer, &other);
        let error = ada
            .browser
            .finish_add(&offer, &response)
            .await
            .refused(400, "registration.refused");
        assert_eq!(error["detail"], "registration.credential_id_mismatch");
        // The id that the response names is a good passkey of this very person: no signal for it.
        assert_ne!(
            error["signalUnknownCredential"]["credentialId"],
            ada.passkey_id()
        );
    });
}
