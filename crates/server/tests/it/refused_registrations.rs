//! A refused registration leaves a passkey on the device that nobody knows: the page must say so to the device's
//! provider, except where the passkey may be known (security 24).

use identity::{MINUTE, SECOND};
use serde_json::{Value, json};
use testkit::{Answer, Device, House, Invited, Offer, Person, REGISTRATION_FAULTS, passkey_id};

use crate::in_each_house;

#[track_caller]
fn assert_signalled(answer: Answer, device: &Device, why: &str) {
    let error = answer.json()["error"].take();
    assert_eq!(
        error["signalUnknownCredential"],
        json!({ "rpId": testkit::RP_ID, "credentialId": passkey_id(device) }),
        "{why}: {error}"
    );
}

#[track_caller]
fn assert_silent(answer: Answer, why: &str) {
    assert!(answer.status.as_u16() >= 400, "{why}: {}", answer.text());
    let error = answer.json()["error"].take();
    assert_eq!(
        error["signalUnknownCredential"],
        Value::Null,
        "{why}: {error}"
    );
}

/// Begins and creates; the answer is to be sent.
async fn made(person: &mut Person) -> (Offer, Device, Value) {
    let offer = person.browser.begin_add().await;
    let mut device = Device::synced();
    let response = person.browser.create(&mut device, &offer);
    (offer, device, response)
}

#[test]
fn security_24_each_fault_is_signalled() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for (fault, _) in REGISTRATION_FAULTS {
            let offer = ada.browser.begin_add().await;
            let mut device = Device::synced();
            let response = ada.browser.bend_creation(&mut device, &offer, fault);
            let answer = ada.browser.finish_add(&offer, &response).await;
            assert_eq!(answer.code(), "registration.refused", "{fault:?}");
            assert_signalled(answer, &device, &format!("{fault:?}"));
        }
        let (offer, device, mut response) = made(&mut ada).await;
        response["clientExtensionResults"] = json!({ "credProps": { "rk": false } });
        let answer = ada.browser.finish_add(&offer, &response).await;
        assert_signalled(answer, &device, "not discoverable");
        // What was signalled really is unknown, and what is known works.
        assert_eq!(house.security_info(&ada.browser).await.passkeys.len(), 1);
        ada.sign_in().await.ok();
    });
}

#[test]
fn security_24_what_the_rules_refuse_is_signalled() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let (offer, device, response) = made(&mut ada).await;
        house.advance(4 * MINUTE);
        let (late, late_device, late_response) = made(&mut ada).await;
        house.advance(MINUTE + SECOND);
        let answer = ada.browser.finish_add(&late, &late_response).await;
        assert_eq!(answer.code(), "session.not_fresh");
        assert_signalled(answer, &late_device, "not fresh");
        // A state that does not open spends and reads nothing (security 6): nothing can be said of the passkey.
        ada.reauthenticate().await.ok();
        let answer = ada.browser.finish_add(&offer, &response).await;
        assert_ne!(answer.status, 200);
        assert_silent(answer, "unopened state");
        drop(device);
        let (offer, device, response) = made(&mut ada).await;
        for _ in 0..9 {
            ada.add_device(&mut Device::synced()).await;
        }
        let answer = ada.browser.finish_add(&offer, &response).await;
        assert_eq!(answer.code(), "passkey.too_many");
        assert_signalled(answer, &device, "too many");
    });
}

async fn register(house: &House, invited: &Invited) -> (testkit::Browser, Offer, Device, Value) {
    let mut browser = house.browser();
    let offer = browser.begin_registration(&invited.token).await;
    let mut device = Device::synced();
    let response = browser.create(&mut device, &offer);
    (browser, offer, device, response)
}

#[test]
fn security_24_a_dead_link_is_signalled() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.invite(&mut ada, "bob").await;
        let (mut first, offer, _, response) = register(&house, &bob).await;
        let (mut second, late, device, late_response) = register(&house, &bob).await;
        first.finish_registration(&offer, &response).await.ok();
        let answer = second.finish_registration(&late, &late_response).await;
        assert_eq!(answer.code(), "link.unusable");
        assert_signalled(answer, &device, "used");
        // The winner, sent once more: stored, so nothing is signalled.
        let answer = first.finish_registration(&offer, &response).await;
        assert_silent(answer, "sent twice");

        let carol = house.invite(&mut ada, "carol").await;
        let (mut browser, offer, device, response) = register(&house, &carol).await;
        let person = json!({ "personId": carol.person_id });
        ada.browser.post("/people/disable", person).await.ok();
        let answer = browser.finish_registration(&offer, &response).await;
        assert_eq!(answer.code(), "link.unusable");
        assert_signalled(answer, &device, "voided");
    });
}

#[test]
fn security_24_a_lost_set_up_is_signalled() {
    in_each_house(async |house| {
        let token = house.set_up_token().await;
        let (mut browser, mut device) = (house.browser(), Device::synced());
        let offer = browser.begin_set_up(&token, "Example", "eve", "Eve").await;
        let response = browser.create(&mut device, &offer);
        house.set_up("ada").await;
        let answer = browser.finish_set_up(&offer, &response).await;
        assert_signalled(answer, &device, "closed");
    });
}

#[test]
fn security_24_what_may_be_known_is_not_signalled() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let (offer, _, response) = made(&mut ada).await;
        ada.browser.finish_add(&offer, &response).await.ok();
        let answer = ada.browser.finish_add(&offer, &response).await;
        assert_eq!(answer.code(), "state.spent");
        assert_silent(answer, "spent by its own success");

        // Refused as bent, then sent again as it should be: spent, and this time nobody knows what is stored.
        let offer = ada.browser.begin_add().await;
        let mut device = Device::synced();
        let fault = testkit::Fault::RpIdHash;
        let bent = ada.browser.bend_creation(&mut device, &offer, &fault);
        ada.browser
            .finish_add(&offer, &bent)
            .await
            .refused(400, "registration.refused");
        let answer = ada.browser.finish_add(&offer, &bent).await;
        assert_eq!(answer.code(), "state.spent");
        assert_silent(answer, "spent");

        // A fault in the id that a response names must not delete the good passkey of that id.
        let offer = ada.browser.begin_add().await;
        let known = testkit::Fault::CredentialId(ada.device.credentials[0].id.clone());
        let response = ada
            .browser
            .bend_creation(&mut Device::synced(), &offer, &known);
        let answer = ada.browser.finish_add(&offer, &response).await;
        assert_eq!(answer.code(), "registration.refused");
        assert_silent(answer, "a known id");

        // The database fails in the middle: whether it is stored is not known.
        let (offer, _, response) = made(&mut ada).await;
        house.run_sql("ALTER TABLE link RENAME TO link_elsewhere");
        let answer = ada.browser.finish_add(&offer, &response).await;
        assert!(answer.status.is_server_error(), "{}", answer.text());
        assert_silent(answer, "our failure");
        house.run_sql("ALTER TABLE link_elsewhere RENAME TO link");
        let (offer, _, response) = made(&mut ada).await;
        ada.browser.finish_add(&offer, &response).await.ok();
    });
}
