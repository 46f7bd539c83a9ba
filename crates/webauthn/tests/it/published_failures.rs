//! How other verifiers have failed, as far as it concerns what this crate does today. Owner, origin and
//! signature failures of that list are in `past_mistakes.rs`, `origins.rs` and `wycheproof_sets.rs`.

use crate::device::*;
use serde_json::json;
use webauthn::attestation::AttestationNeed;
use webauthn::{
    AttestationError, AttestationKind, AttestationPolicy, AuthenticationResponse,
    RegistrationError, RegistrationResponse, base64url, registration,
};

#[test]
fn psychic_signature_of_two_zeros_is_refused() {
    // CVE-2022-21449: ECDSA with r = s = 0 verified for every message and key.
    let (device, site) = (Device::new(), Site::new());
    let mut json = device.assertion_json(&client_data("webauthn.get"), &device.assertion_data());
    for signature in [
        &[0x30, 6, 2, 1, 0, 2, 1, 0][..],
        &[0x30, 4, 2, 0, 2, 0],
        &[0; 64],
        &[],
    ] {
        json["response"]["signature"] = json!(base64url::encode(signature));
        let refusal = webauthn::assertion::verify(
            &authentication(&json),
            &site.assertion(),
            &device.stored(),
        );
        assert_eq!(refusal.unwrap_err().code(), "assertion.signature_invalid");
    }
}

#[test]
fn a_self_attestation_of_another_key_is_refused() {
    let (device, other, site) = (Device::new(), Device::new(), Site::new());
    let client_data = client_data("webauthn.create");
    let data = device.registration_data().bytes();
    let message = [&data[..], &sha256(&client_data)].concat();
    let verify = |statement: &[u8]| {
        let object = attestation_object("packed", &data, statement);
        let json = device.registration_json_of(&client_data, &object);
        registration::verify(&registration(&json), &site.registration())
            .map(|v| v.attestation().kind)
    };
    assert_eq!(
        verify(&packed_statement(-7, &device.sign(&message))),
        Ok(AttestationKind::SelfAttested)
    );
    assert_eq!(
        verify(&packed_statement(-7, &other.sign(&message))),
        Err(RegistrationError::Attestation(
            AttestationError::SignatureInvalid
        ))
    );
    let refusal = verify(&packed_statement(-8, &device.sign(&message))).unwrap_err();
    assert_eq!(refusal.code(), "attestation.algorithm_mismatch");
    let refusal = verify(&[0xa0]).unwrap_err();
    assert_eq!(refusal.code(), "parse.cbor_missing_key");
    let refusal = verify(&[0x80]).unwrap_err();
    assert_eq!(refusal.code(), "parse.cbor_wrong_type");
}

#[test]
fn certificates_that_nobody_looked_at_verify_nothing() {
    let (device, site) = (Device::new(), Site::new());
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder
        .map(3)
        .unwrap()
        .str("alg")
        .unwrap()
        .i8(-7)
        .unwrap()
        .str("sig")
        .unwrap()
        .bytes(b"x")
        .unwrap();
    encoder
        .str("x5c")
        .unwrap()
        .array(1)
        .unwrap()
        .bytes(b"not a certificate")
        .unwrap();
    let object = attestation_object(
        "packed",
        &device.registration_data().bytes(),
        &encoder.into_writer(),
    );
    let json = device.registration_json_of(&client_data("webauthn.create"), &object);
    let refusal = registration::verify(&registration(&json), &site.registration()).unwrap_err();
    assert_eq!(refusal.code(), "certificate.truncated");
    // Where nothing is needed of the statement, it is recorded as wrong.
    let policy = AttestationPolicy {
        need: AttestationNeed::Nothing,
        ..AttestationPolicy::NOT_REQUIRED
    };
    let expected = webauthn::ExpectedRegistration {
        attestation: &policy,
        ..site.registration()
    };
    let verified = registration::verify(&registration(&json), &expected).unwrap();
    assert_eq!(verified.attestation().kind, AttestationKind::Unverified);
    assert_eq!(
        verified.attestation().verdict.code(),
        Some("certificate.truncated")
    );
    assert_eq!(verified.attestation().format, "packed");
}

#[test]
fn format_none_has_no_statement() {
    let (device, site) = (Device::new(), Site::new());
    let object = attestation_object(
        "none",
        &device.registration_data().bytes(),
        &[0xa1, 0x61, b'a', 0],
    );
    let json = device.registration_json_of(&client_data("webauthn.create"), &object);
    let refusal = registration::verify(&registration(&json), &site.registration()).unwrap_err();
    assert_eq!(
        refusal,
        RegistrationError::Attestation(AttestationError::NotEmpty)
    );
}

#[test]
fn no_secret_stands_in_debug_or_errors() {
    // Key material and trace logs (2026-04): PRF outputs come with the extension results.
    let device = Device::new();
    let mut json = device.assertion_json(&client_data("webauthn.get"), &device.assertion_data());
    json["clientExtensionResults"] =
        json!({ "prf": { "results": { "first": "c2VjcmV0LXByZi1vdXRwdXQ" } } });
    let response = AuthenticationResponse::from_json(json.to_string().as_bytes()).unwrap();
    assert!(!format!("{response:?}").contains("c2VjcmV0"));

    let mut json =
        device.registration_json(&client_data("webauthn.create"), &device.registration_data());
    json["clientExtensionResults"] =
        json!({ "prf": { "results": { "first": "c2VjcmV0LXByZi1vdXRwdXQ" } } });
    let response = RegistrationResponse::from_json(json.to_string().as_bytes()).unwrap();
    assert!(!format!("{response:?}").contains("c2VjcmV0"));

    let challenge = base64url::encode(CHALLENGE);
    let bent = client_data_with("webauthn.get", "challenge", json!("c2VjcmV0LWNoYWxsZW5nZQ"));
    let response = authentication(&device.assertion_json(&bent, &device.assertion_data()));
    let refusal =
        webauthn::assertion::verify(&response, &Site::new().assertion(), &device.stored())
            .unwrap_err();
    for text in [refusal.to_string(), format!("{refusal:?}")] {
        assert!(
            !text.contains("c2VjcmV0") && !text.contains(&challenge),
            "{text}"
        );
    }
}

#[test]
fn unsolicited_extension_outputs_are_survived() {
    let (device, site) = (Device::new(), Site::new());
    // {"unheard.of": [1, {"a": h'00'}], "credProtect": 2}
    let mut extensions = vec![0xa2, 0x6a];
    extensions.extend(b"unheard.of");
    extensions.extend([0x82, 0x01, 0xa1, 0x61, b'a', 0x41, 0x00, 0x6b]);
    extensions.extend(b"credProtect");
    extensions.push(0x02);
    let tail = [device.attested(), extensions].concat();
    let data = Data {
        flags: UP | UV | BE | AT | ED,
        tail,
        ..device.registration_data()
    };
    let mut json = device.registration_json(&client_data("webauthn.create"), &data);
    json["clientExtensionResults"] = json!({ "credProps": { "rk": "maybe" }, "what": [[[1e3]]] });
    let verified = registration::verify(&registration(&json), &site.registration()).unwrap();
    assert_eq!(verified.resident_key(), None);
    let expected = webauthn::CredProtect::UserVerificationOptionalWithCredentialIdList;
    assert_eq!(verified.cred_protect(), Some(expected));
}

#[test]
fn credential_ids_have_1_to_1023_bytes() {
    let site = Site::new();
    for (length, passes) in [(0, false), (1, true), (1023, true), (1024, false)] {
        let mut device = Device::new();
        device.credential_id = vec![7; length];
        let json =
            device.registration_json(&client_data("webauthn.create"), &device.registration_data());
        let outcome = RegistrationResponse::from_json(json.to_string().as_bytes())
            .map_err(RegistrationError::from)
            .and_then(|response| registration::verify(&response, &site.registration()));
        assert_eq!(outcome.is_ok(), passes, "{length}");
        if let Err(refusal) = outcome {
            assert_eq!(refusal.code(), "parse.credential_id_length");
        }
        // The same limit holds for the length inside authenticator data.
        let data = webauthn::authenticator_data::AuthenticatorData::parse(
            &device.registration_data().bytes(),
        )
        .is_ok();
        assert_eq!(data, passes, "{length}");
    }
}

#[test]
fn the_client_cannot_rename_the_credential() {
    let (device, site) = (Device::new(), Site::new());
    let mut json =
        device.registration_json(&client_data("webauthn.create"), &device.registration_data());
    json["id"] = json!("b3RoZXI");
    json["rawId"] = json!("b3RoZXI");
    let refusal = registration::verify(&registration(&json), &site.registration()).unwrap_err();
    assert_eq!(refusal, RegistrationError::CredentialIdMismatch);
}
