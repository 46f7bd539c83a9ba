//! Extension outputs: solicited, unsolicited and malformed, from the client and from the authenticator.

use crate::device::*;
use serde_json::{Value, json};
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::extensions::AuthenticatorOutputs;
use webauthn::{
    CredProtect, RegistrationError, TrustGroup, VerifiedAssertion, VerifiedRegistration, assertion,
};

type Encoder = minicbor::Encoder<Vec<u8>>;

/// An extension map of `entries`, written by `write`.
fn map(entries: u64, write: impl FnOnce(&mut Encoder)) -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    encoder.map(entries).unwrap();
    write(&mut encoder);
    encoder.into_writer()
}

fn register(signed: &[u8], client: Value) -> Result<VerifiedRegistration, RegistrationError> {
    let device = Device::new();
    let data = Data {
        flags: UP | UV | BE | AT | if signed.is_empty() { 0 } else { ED },
        tail: [&device.attested()[..], signed].concat(),
        ..device.registration_data()
    };
    let mut json = device.registration_json(&client_data("webauthn.create"), &data);
    json["clientExtensionResults"] = client;
    webauthn::registration::verify(&registration(&json), &Site::new().registration())
}

fn sign_in(signed: &[u8], client: Value) -> VerifiedAssertion {
    let device = Device::new();
    let data = Data {
        flags: UP | UV | BE | if signed.is_empty() { 0 } else { ED },
        tail: signed.to_vec(),
        ..device.assertion_data()
    };
    let mut json = device.assertion_json(&client_data("webauthn.get"), &data);
    json["clientExtensionResults"] = client;
    assertion::verify(
        &authentication(&json),
        &Site::new().assertion(),
        &device.stored(),
    )
    .unwrap()
}

#[test]
fn every_output_of_a_registration_becomes_a_fact() {
    let signed = map(3, |encoder| {
        encoder.str("credProtect").unwrap().u8(3).unwrap();
        encoder.str("hmac-secret").unwrap().bool(true).unwrap();
        encoder.str("minPinLength").unwrap().u8(6).unwrap();
    });
    let client = json!({
        "credProps": { "rk": true },
        "prf": { "enabled": true },
        "largeBlob": { "supported": false },
    });
    let verified = register(&signed, client).unwrap();
    assert_eq!(
        verified.cred_protect(),
        Some(CredProtect::UserVerificationRequired)
    );
    assert_eq!(verified.hmac_secret(), Some(true));
    assert_eq!(verified.min_pin_length(), Some(6));
    assert_eq!(verified.resident_key(), Some(true));
    assert_eq!(verified.prf_enabled(), Some(true));
    assert_eq!(verified.large_blob_supported(), Some(false));
    assert_eq!(verified.trust_group(), TrustGroup::None);
}

#[test]
fn no_output_is_no_fact() {
    for client in [json!({}), Value::Null, json!([]), json!("x"), json!(7)] {
        let verified = register(&[], client).unwrap();
        assert_eq!(verified.cred_protect(), None);
        assert_eq!(verified.hmac_secret(), None);
        assert_eq!(verified.min_pin_length(), None);
        assert_eq!(verified.resident_key(), None);
        assert_eq!(verified.prf_enabled(), None);
        assert_eq!(verified.large_blob_supported(), None);
        assert_eq!(verified.trust_group(), TrustGroup::None);
    }
}

#[test]
fn outputs_of_another_form_are_survived_each_for_itself() {
    // Each of another type or out of range; the good one stands last.
    let signed = map(5, |encoder| {
        encoder.str("credProtect").unwrap().u64(u64::MAX).unwrap();
        encoder.str("hmac-secret").unwrap().bytes(b"x").unwrap();
        encoder.str("cmtgKey").unwrap().bool(true).unwrap();
        encoder.str("unheard.of").unwrap().array(0).unwrap();
        encoder.str("minPinLength").unwrap().u8(4).unwrap();
    });
    let client = json!({
        "credProps": { "rk": "maybe" },
        "prf": [],
        "largeBlob": { "supported": true, "blob": 7 },
        "unheard.of": [[[1e3]]],
    });
    let verified = register(&signed, client).unwrap();
    assert_eq!(verified.cred_protect(), None);
    assert_eq!(verified.hmac_secret(), None);
    assert_eq!(verified.min_pin_length(), Some(4));
    assert_eq!(verified.resident_key(), None);
    assert_eq!(verified.prf_enabled(), None);
    assert_eq!(verified.large_blob_supported(), Some(true));
    assert_eq!(verified.trust_group(), TrustGroup::None);
    for (policy, expected) in [
        (0, None),
        (1, Some(CredProtect::UserVerificationOptional)),
        (
            2,
            Some(CredProtect::UserVerificationOptionalWithCredentialIdList),
        ),
        (4, None),
    ] {
        let signed = map(1, |encoder| {
            encoder.str("credProtect").unwrap().u8(policy).unwrap();
        });
        let verified = register(&signed, json!({})).unwrap();
        assert_eq!(verified.cred_protect(), expected);
    }
}

#[test]
fn outputs_at_sign_in() {
    // An encrypted hmac-secret output is the client's business.
    let signed = map(2, |encoder| {
        encoder.str("hmac-secret").unwrap().bytes(&[9; 80]).unwrap();
        encoder.str("credProtect").unwrap().u8(2).unwrap();
    });
    let client = json!({
        "largeBlob": { "written": true, "blob": "c2VjcmV0" },
        "prf": { "results": { "first": "c2VjcmV0" } },
    });
    let verified = sign_in(&signed, client);
    assert_eq!(verified.large_blob_written(), Some(true));
    assert_eq!(verified.trust_group(), TrustGroup::None);
    assert_eq!(sign_in(&[], json!({})).large_blob_written(), None);
}

#[test]
fn no_prf_result_is_kept_or_shown() {
    let secret = "c2VjcmV0LXByZi1vdXRwdXQ";
    let client = json!({ "prf": { "enabled": true, "results": { "first": secret } } });
    let verified = register(&[], client.clone()).unwrap();
    assert_eq!(verified.prf_enabled(), Some(true));
    assert!(!format!("{verified:?}").contains(secret));
    assert!(!format!("{:?}", sign_in(&[], client)).contains(secret));
}

#[test]
fn a_secret_in_what_would_be_stored_is_refused() {
    // Level 4 bans PRF results in authenticator data: the attestation object is stored.
    let with = |name: &str| {
        map(1, |encoder| {
            encoder.str("prf").unwrap().map(1).unwrap();
            encoder.str(name).unwrap().bytes(&[7; 32]).unwrap();
        })
    };
    let refusal = register(&with("results"), json!({})).unwrap_err();
    assert_eq!(refusal, RegistrationError::PrfResultsSigned);
    assert_eq!(refusal.code(), "registration.prf_results_signed");
    assert!(register(&with("enabled"), json!({})).is_ok());
    // At sign-in nothing of authenticator data is stored.
    let _ = sign_in(&with("results"), json!({}));
}

#[test]
fn the_map_must_be_one_and_have_texts_as_keys() {
    let device = Device::new();
    let code = |tail: &[u8]| {
        let data = Data {
            flags: UP | UV | BE | ED,
            tail: tail.to_vec(),
            ..device.assertion_data()
        };
        AuthenticatorData::parse(&data.bytes())
            .map(drop)
            .map_err(|error| error.code())
    };
    for (tail, expected) in [
        (&[0x80][..], "parse.cbor_wrong_type"),
        (&[0xa1, 0x01, 0x02], "parse.cbor_wrong_type"),
        (&[0xa1, 0x61, b'a'], "parse.cbor_truncated"),
        (
            &[0xa2, 0x61, b'a', 0, 0x61, b'a', 0],
            "parse.cbor_duplicate_key",
        ),
        (&[0xa0, 0xa0], "parse.authenticator_data_trailing_bytes"),
    ] {
        assert_eq!(code(tail).err(), Some(expected), "{tail:02x?}");
    }
    assert!(code(&[0xa0]).is_ok());
    // What was never checked gives nothing instead of panicking.
    assert_eq!(
        AuthenticatorOutputs::read(Some(&[0xff])),
        AuthenticatorOutputs::default()
    );
}
