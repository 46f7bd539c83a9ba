//! Trust groups (`cmtgKey`): asked for, kept with the passkey, and told in the records (security 33).

use identity::{HOUR, MINUTE};
use serde_json::{Value, json};
use testkit::{Backup, Device, House, Person, TrustGroups};

use crate::in_each_house;

/// A device that keeps trust groups; with another randomness than the browser's, so that tests can join groups.
fn device() -> Device {
    Device {
        trust_groups: TrustGroups::Kept,
        ..Device::synced()
    }
}

/// What the last sign-in's record says.
fn last_record(house: &House) -> Value {
    let bodies = house.run_sql("SELECT body FROM sign_in ORDER BY created_at DESC");
    serde_json::from_str(&bodies[0]).unwrap()
}

/// The groups that are stored with the newest passkey.
fn stored(house: &House) -> Vec<Value> {
    // With a mark, because an empty line is none.
    let columns =
        house.run_sql("SELECT '>' || trust_groups FROM credential ORDER BY created_at DESC");
    match columns[0].strip_prefix('>').unwrap() {
        "" => Vec::new(),
        text => serde_json::from_str(text).unwrap(),
    }
}

/// Ada, whose only passkey now is on a device that keeps trust groups.
async fn ada_with(house: &House, mut device: Device) -> Person {
    let mut ada = house.administrator("ada").await;
    house.advance(MINUTE);
    ada.add_device(&mut device).await;
    ada.device = device;
    ada
}

async fn sign_in(house: &House, ada: &mut Person) -> Value {
    house.advance(HOUR);
    ada.browser = house.browser();
    ada.sign_in().await.ok();
    last_record(house)
}

#[test]
fn every_ceremony_asks_for_the_trust_group() {
    in_each_house(async |house| {
        let token = house.set_up_token().await;
        let mut browser = house.browser();
        let offer = browser.begin_set_up(&token, "Example", "eve", "Eve").await;
        assert_eq!(
            offer.options["extensions"],
            json!({ "credProps": true, "cmtgKey": true })
        );
        let mut ada = house.set_up("ada").await;
        for offer in [
            ada.browser.challenge().await,
            ada.browser.name("ada").await,
            ada.browser.name("nobody").await,
            ada.browser.autofill().await,
        ] {
            assert_eq!(offer.options["extensions"], json!({ "cmtgKey": true }));
        }
    });
}

#[test]
fn security_33_a_group_is_known_again_a_new_one_and_absence_are_told() {
    in_each_house(async |house| {
        let mut ada = ada_with(&house, device()).await;
        let made = house.now();
        assert_eq!(stored(&house).len(), 1, "from the registration");
        let group = stored(&house)[0]["thumbprint"].clone();
        let audit = house.run_sql("SELECT body FROM audit WHERE activity = 'passkey.added'");
        assert!(audit[0].contains("\"trustGroup\":\"first\""), "{audit:?}");

        assert_eq!(sign_in(&house, &mut ada).await["trustGroup"], "same");
        let groups = stored(&house);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0]["thumbprint"], group);
        assert_eq!(groups[0]["firstSeen"], made);
        assert_eq!(groups[0]["lastSeen"], house.now());

        // The passkey is synced to a device that has no sign of belonging to the first.
        let credential = ada.device.credentials.last_mut().unwrap();
        credential.join_trust_group(&[9; 32]).unwrap();
        assert_eq!(sign_in(&house, &mut ada).await["trustGroup"], "new");
        assert_eq!(sign_in(&house, &mut ada).await["trustGroup"], "same");
        assert_eq!(stored(&house).len(), 2);
        // And back on the first.
        ada.device.credentials.last_mut().unwrap().active_cmtg_key = 0;
        assert_eq!(sign_in(&house, &mut ada).await["trustGroup"], "same");

        // A provider that suddenly keeps silent.
        let credential = ada.device.credentials.last_mut().unwrap();
        let keys = std::mem::take(&mut credential.cmtg_keys);
        assert_eq!(sign_in(&house, &mut ada).await["trustGroup"], "absent");
        assert_eq!(stored(&house).len(), 2, "what was seen stays");
        ada.device.credentials.last_mut().unwrap().cmtg_keys = keys;
        assert_eq!(sign_in(&house, &mut ada).await["trustGroup"], "same");
    });
}

#[test]
fn security_33_a_forged_group_counts_as_none_and_alerts() {
    in_each_house(async |house| {
        let mut ada = ada_with(&house, device()).await;
        let before = stored(&house);
        house.advance(HOUR);
        let mut browser = house.browser();
        let offer = browser.challenge().await;
        let mut response = browser.answer(&mut ada.device, &offer);
        // The passkey's own signature as the group's.
        response["clientExtensionResults"]["cmtgKey"]["signature"] =
            response["response"]["signature"].clone();
        browser.finish_sign_in(&offer, &response).await.ok();
        let record = last_record(&house);
        assert_eq!(record["trustGroup"], "forged");
        assert_eq!(record["trustGroupFault"], "trust_group.signature_invalid");
        assert_eq!(record["alert"], true);
        assert_eq!(stored(&house), before);
    });
}

#[test]
fn providers_without_trust_groups_are_not_mentioned() {
    let bound = Device {
        backup: Backup::DeviceBound,
        ..device()
    };
    for device in [Device::synced(), bound] {
        in_each_house(async |house| {
            let mut ada = ada_with(&house, device.clone()).await;
            let record = sign_in(&house, &mut ada).await;
            assert_eq!(record.get("trustGroup"), None, "{record}");
            assert!(stored(&house).is_empty());
        });
    }
}

#[test]
fn what_a_page_sends_beyond_what_is_read_is_not_kept() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let offer = ada.browser.challenge().await;
        let mut response = ada.browser.answer(&mut ada.device, &offer);
        let secret = "c2VjcmV0LXByZi1vdXRwdXQ";
        response["clientExtensionResults"]["prf"] =
            json!({ "enabled": true, "results": { "first": secret } });
        ada.browser.finish_sign_in(&offer, &response).await.ok();
        assert!(!house.holds(secret));
    });
}
