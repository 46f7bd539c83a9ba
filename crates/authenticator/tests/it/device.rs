use authenticator::{
    Attestation, Backup, Counter, CreationOptions, Device, Discoverability, Error, Mediation, Page,
    RequestOptions, UserVerification,
};
use serde_json::{Value, json};
use webauthn::Algorithm;

fn page() -> Page {
    Page::new("https://id.example.org")
}

fn creation(changes: Value) -> CreationOptions {
    let mut options = json!({
        "rp": { "id": "example.org", "name": "Example" },
        "user": { "id": "AQID", "name": "ada", "displayName": "Ada" },
        "challenge": "AAAA",
        "pubKeyCredParams": [{ "type": "public-key", "alg": -8 }, { "type": "public-key", "alg": -7 }],
        "excludeCredentials": [],
        "authenticatorSelection": { "residentKey": "required", "userVerification": "required" },
        "extensions": { "credProps": true },
    });
    merge(&mut options, changes);
    CreationOptions::parse(options.to_string().as_bytes()).unwrap()
}

fn request(changes: Value) -> RequestOptions {
    let mut options =
        json!({ "challenge": "AAAA", "rpId": "example.org", "userVerification": "required" });
    merge(&mut options, changes);
    RequestOptions::parse(options.to_string().as_bytes()).unwrap()
}

fn merge(into: &mut Value, changes: Value) {
    for (key, value) in changes.as_object().unwrap() {
        into[key] = value.clone();
    }
}

fn create(device: &mut Device, changes: Value, seed: u8) -> Result<Value, Error> {
    let response = device.create(&creation(changes), &page(), Mediation::Modal, &[seed; 32])?;
    Ok(response.to_value())
}

#[test]
fn the_order_of_the_offer_decides_the_algorithm() {
    let mut device = Device::synced();
    let made = create(&mut device, json!({}), 1).unwrap();
    assert_eq!(made["response"]["publicKeyAlgorithm"], -8);
    device.algorithms = vec![Algorithm::Es256];
    let made = create(&mut device, json!({}), 2).unwrap();
    assert_eq!(made["response"]["publicKeyAlgorithm"], -7);
    device.algorithms = vec![Algorithm::MlDsa44];
    assert_eq!(
        create(&mut device, json!({}), 3).unwrap_err(),
        Error::NotSupported
    );
}

#[test]
fn responses_have_the_members_of_the_json_forms() {
    let mut device = Device::synced();
    let made = create(&mut device, json!({}), 1).unwrap();
    assert_eq!(made["type"], "public-key");
    assert_eq!(made["id"], made["rawId"]);
    assert_eq!(made["clientExtensionResults"]["credProps"]["rk"], true);
    assert_eq!(
        made["response"]["transports"],
        json!(["internal", "hybrid"])
    );
    let got = device.get(&request(json!({})), &page()).unwrap().to_value();
    assert_eq!(got["id"], made["id"]);
    assert_eq!(got["response"]["userHandle"], "AQID");
    assert_eq!(got["authenticatorAttachment"], "platform");
}

#[test]
fn an_excluded_credential_is_an_invalid_state() {
    let mut device = Device::synced();
    let made = create(&mut device, json!({}), 1).unwrap();
    let again = json!({ "excludeCredentials": [{ "type": "public-key", "id": made["id"] }] });
    assert_eq!(
        create(&mut device, again.clone(), 2).unwrap_err(),
        Error::InvalidState
    );
    assert_eq!(device.credentials.len(), 1);
    // Another device doesn't hold it.
    assert!(create(&mut Device::synced(), again, 2).is_ok());
}

#[test]
fn one_discoverable_credential_for_each_person_and_relying_party() {
    let mut device = Device::synced();
    create(&mut device, json!({}), 1).unwrap();
    create(&mut device, json!({}), 2).unwrap();
    assert_eq!(device.credentials.len(), 1);
    create(
        &mut device,
        json!({ "user": { "id": "AQIE", "name": "bob", "displayName": "Bob" } }),
        3,
    )
    .unwrap();
    assert_eq!(device.credentials.len(), 2);
}

#[test]
fn an_undiscoverable_credential_needs_the_allow_list() {
    let mut device = Device::device_bound();
    device.discoverability = Discoverability::OnlyByAllowList;
    assert_eq!(
        create(&mut device, json!({}), 1).unwrap_err(),
        Error::NotAllowed
    );
    let made = create(&mut device, json!({ "authenticatorSelection": {} }), 1).unwrap();
    assert_eq!(
        device.get(&request(json!({})), &page()).unwrap_err(),
        Error::NotAllowed
    );
    let named =
        request(json!({ "allowCredentials": [{ "type": "public-key", "id": made["id"] }] }));
    let got = device.get(&named, &page()).unwrap();
    assert_eq!(got.user_handle, None);
}

#[test]
fn a_device_without_user_verification_refuses_where_it_is_required() {
    let mut device = Device::device_bound();
    device.user_verification = UserVerification::Unavailable;
    assert_eq!(
        create(&mut device, json!({}), 1).unwrap_err(),
        Error::NotAllowed
    );
    create(&mut device, json!({ "authenticatorSelection": {} }), 1).unwrap();
    assert_eq!(
        device.get(&request(json!({})), &page()).unwrap_err(),
        Error::NotAllowed
    );
    let got = device
        .get(
            &request(json!({ "userVerification": "preferred" })),
            &page(),
        )
        .unwrap();
    assert_eq!(got.authenticator_data[32], 0b0000_0001);
}

#[test]
fn flags_and_counters_follow_the_model() {
    for (backup, flags) in [
        (Backup::DeviceBound, 0b0000_0101),
        (Backup::Eligible, 0b0000_1101),
        (Backup::BackedUp, 0b0001_1101),
    ] {
        let mut device = Device {
            backup,
            counter: Counter::Counting,
            ..Device::synced()
        };
        create(&mut device, json!({}), 1).unwrap();
        for count in 1..=2 {
            let got = device.get(&request(json!({})), &page()).unwrap();
            assert_eq!(got.authenticator_data[32], flags);
            assert_eq!(got.authenticator_data[33..37], [0, 0, 0, count]);
        }
    }
    let mut device = Device::synced();
    create(&mut device, json!({}), 1).unwrap();
    let got = device.get(&request(json!({})), &page()).unwrap();
    assert_eq!(got.authenticator_data[33..37], [0; 4]);
}

#[test]
fn conditional_create_asks_nobody() {
    let made = Device::synced()
        .create(
            &creation(json!({})),
            &page(),
            Mediation::Conditional,
            &[1; 32],
        )
        .unwrap();
    // AT, BS and BE; neither UP nor UV.
    assert_eq!(made.authenticator_data[32], 0b0101_1000);
}

#[test]
fn a_foreign_relying_party_is_a_security_error() {
    let mut device = Device::synced();
    let foreign = json!({ "rp": { "id": "other.org", "name": "Other" } });
    assert_eq!(
        create(&mut device, foreign, 1).unwrap_err(),
        Error::Security
    );
    create(&mut device, json!({}), 1).unwrap();
    let lookalike = Page::new("https://badexample.org");
    assert_eq!(
        device.get(&request(json!({})), &lookalike).unwrap_err(),
        Error::Security
    );
}

#[test]
fn a_credential_answers_only_its_own_relying_party() {
    let mut device = Device::synced();
    create(&mut device, json!({}), 1).unwrap();
    let below = request(json!({ "rpId": "id.example.org" }));
    assert_eq!(device.get(&below, &page()).unwrap_err(), Error::NotAllowed);
}

#[test]
fn self_attestation_is_packed_and_signed_by_the_new_key() {
    let mut device = Device {
        attestation: Attestation::PackedSelf,
        ..Device::synced()
    };
    let made = device
        .create(&creation(json!({})), &page(), Mediation::Modal, &[1; 32])
        .unwrap();
    assert!(made.attestation_object.windows(6).any(|it| it == b"packed"));
}

#[test]
fn malformed_options_are_refused() {
    for text in ["", "[]", "{}", r#"{"challenge":5}"#, "null"] {
        assert_eq!(
            CreationOptions::parse(text.as_bytes()).unwrap_err(),
            Error::Malformed,
            "{text}"
        );
        assert_eq!(
            RequestOptions::parse(text.as_bytes()).unwrap_err(),
            Error::Malformed,
            "{text}"
        );
    }
}

#[test]
fn debug_of_a_device_shows_no_secret() {
    let mut device = Device::synced();
    create(&mut device, json!({}), 1).unwrap();
    let text = format!("{device:?}");
    assert!(text.contains("key: SigningKey(EdDSA)"), "{text}");
}
