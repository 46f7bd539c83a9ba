//! Past mistake 14: a response in which any one thing is changed is refused, and the refusal names it.

use crate::device::*;
use serde_json::{Value, json};
use webauthn::{
    AttestationKind, AuthenticationResponse, RegistrationResponse, StoredCredential, assertion,
    base64url, registration,
};

pub(crate) fn member(json: &Value, name: &str) -> Vec<u8> {
    base64url::decode(json["response"][name].as_str().unwrap()).unwrap()
}

pub(crate) fn code_of_assertion(device: &Device, json: &Value) -> &'static str {
    let Ok(response) = AuthenticationResponse::from_json(json.to_string().as_bytes()) else {
        return "parse";
    };
    match assertion::verify(&response, &Site::new().assertion(), &device.stored()) {
        Ok(_) => "accepted",
        Err(refusal) => refusal.code(),
    }
}

pub(crate) fn code_of_registration(json: &Value) -> &'static str {
    let Ok(response) = RegistrationResponse::from_json(json.to_string().as_bytes()) else {
        return "parse";
    };
    match registration::verify(&response, &Site::new().registration()) {
        Ok(_) => "accepted",
        Err(refusal) => refusal.code(),
    }
}

#[test]
fn past_mistake_14_every_bit_of_a_signed_assertion_counts() {
    let device = Device::new();
    let good = device.assertion_json(&client_data("webauthn.get"), &device.assertion_data());
    assert_eq!(code_of_assertion(&device, &good), "accepted");
    for name in [
        "clientDataJSON",
        "authenticatorData",
        "signature",
        "userHandle",
    ] {
        let bytes = member(&good, name);
        for bit in 0..bytes.len() * 8 {
            let mut bent = bytes.clone();
            bent[bit / 8] ^= 1 << (bit % 8);
            let mut json = good.clone();
            json["response"][name] = json!(base64url::encode(&bent));
            assert_ne!(
                code_of_assertion(&device, &json),
                "accepted",
                "{name} bit {bit}"
            );
        }
        for length in 0..bytes.len() {
            let mut json = good.clone();
            json["response"][name] = json!(base64url::encode(&bytes[..length]));
            assert_ne!(
                code_of_assertion(&device, &json),
                "accepted",
                "{name} cut to {length}"
            );
        }
    }
}

#[test]
fn past_mistake_14_every_bit_of_a_self_attested_registration_counts() {
    let device = Device::new();
    let client_data = client_data("webauthn.create");
    let object = device.packed_self(&client_data, &device.registration_data());
    let kind = |client_data: &[u8], object: &[u8]| {
        let json = device.registration_json_of(client_data, object);
        registration::verify(&registration(&json), &Site::new().registration())
            .map(|v| v.attestation().kind)
            .ok()
    };
    assert_eq!(
        kind(&client_data, &object),
        Some(AttestationKind::SelfAttested)
    );
    for bit in 0..object.len() * 8 {
        let mut bent = object.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        // A change in the format's name makes it another format, which proves nothing and says so.
        let outcome = kind(&client_data, &bent);
        assert!(
            matches!(outcome, None | Some(AttestationKind::Unverified)),
            "bit {bit}"
        );
    }
    for bit in 0..client_data.len() * 8 {
        let mut bent = client_data.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(kind(&bent, &object), None, "bit {bit}");
    }
}

#[test]
fn no_change_of_the_text_around_is_taken_for_another_credential() {
    let device = Device::new();
    let good = device
        .assertion_json(&client_data("webauthn.get"), &device.assertion_data())
        .to_string()
        .into_bytes();
    for at in 0..good.len() {
        for change in [1, 0x20, 0x80] {
            let mut bent = good.clone();
            bent[at] ^= change;
            let Ok(response) = AuthenticationResponse::from_json(&bent) else {
                continue;
            };
            if let Ok(verified) =
                assertion::verify(&response, &Site::new().assertion(), &device.stored())
            {
                assert_eq!(verified.credential_id(), device.credential_id);
                assert_eq!(verified.user_handle(), USER_HANDLE);
            }
        }
    }
}

#[test]
fn past_mistake_14_each_field_of_an_assertion_has_its_own_refusal() {
    let device = Device::new();
    let data = device.assertion_data();
    let signed = |client_data: &[u8], data: &Data| {
        code_of_assertion(&device, &device.assertion_json(client_data, data))
    };
    let client =
        |name: &str, value: Value| signed(&client_data_with("webauthn.get", name, value), &data);
    assert_eq!(
        client("type", json!("webauthn.create")),
        "assertion.type_mismatch"
    );
    assert_eq!(
        client("type", json!("payment.get")),
        "assertion.type_mismatch"
    );
    assert_eq!(
        client("challenge", json!("AAAA")),
        "assertion.challenge_mismatch"
    );
    assert_eq!(
        client("origin", json!("https://example.org")),
        "assertion.origin_mismatch"
    );
    assert_eq!(
        client("crossOrigin", json!(true)),
        "assertion.cross_origin_refused"
    );
    assert_eq!(
        client("topOrigin", json!("https://login.example.org")),
        "assertion.cross_origin_refused"
    );
    assert_eq!(
        client("crossOrigin", json!("false")),
        "parse.json_wrong_type"
    );
    assert_eq!(client("unknown", json!({"anything": [1]})), "accepted");
    assert_eq!(
        client("tokenBinding", json!({"status": "present", "id": "x"})),
        "accepted"
    );

    let get = client_data("webauthn.get");
    let flags = |flags| {
        signed(
            &get,
            &Data {
                flags,
                ..data.clone()
            },
        )
    };
    assert_eq!(flags(UV | BE | BS), "assertion.user_presence_missing");
    assert_eq!(flags(UP | BE | BS), "assertion.user_verification_missing");
    assert_eq!(flags(UP | UV | BS), "assertion.backup_state_invalid");
    assert_eq!(flags(UP | UV), "assertion.backup_eligibility_changed");
    assert_eq!(flags(UP | UV | BE), "accepted");
    assert_eq!(flags(UP | UV | BE | BS | 0x22), "accepted");
    assert_eq!(
        flags(UP | UV | BE | BS | AT),
        "parse.authenticator_data_truncated"
    );
    assert_eq!(flags(UP | UV | BE | BS | ED), "parse.cbor_truncated");
    assert_eq!(
        signed(
            &get,
            &Data {
                rp_id_hash: [7; 32],
                ..data.clone()
            }
        ),
        "assertion.rp_id_mismatch"
    );
    let tail = vec![0];
    assert_eq!(
        signed(
            &get,
            &Data {
                tail,
                ..data.clone()
            }
        ),
        "parse.authenticator_data_trailing_bytes"
    );

    let good = device.assertion_json(&get, &data);
    let bent = |name: &str, value: Value| {
        let mut json = good.clone();
        json["response"][name] = value;
        code_of_assertion(&device, &json)
    };
    assert_eq!(
        bent("userHandle", json!("b3RoZXI")),
        "assertion.user_handle_mismatch"
    );
    assert_eq!(
        bent("userHandle", Value::Null),
        "assertion.user_handle_missing"
    );
    assert_eq!(
        bent("signature", json!("AAAA")),
        "assertion.signature_invalid"
    );
    let mut json = good.clone();
    (json["id"], json["rawId"]) = (json!("b3RoZXI"), json!("b3RoZXI"));
    assert_eq!(
        code_of_assertion(&device, &json),
        "assertion.credential_id_mismatch"
    );

    let other = Device::new();
    let stored = |stored: StoredCredential<'_>| {
        assertion::verify(&device.good_assertion(), &Site::new().assertion(), &stored)
            .unwrap_err()
            .code()
    };
    assert_eq!(
        stored(StoredCredential {
            public_key: &other.cose,
            ..device.stored()
        }),
        "assertion.signature_invalid"
    );
    assert_eq!(
        stored(StoredCredential {
            public_key: &[],
            ..device.stored()
        }),
        "assertion.stored_key"
    );
    assert_eq!(
        stored(StoredCredential {
            user_handle: b"eve",
            ..device.stored()
        }),
        "assertion.user_handle_mismatch"
    );
}

#[test]
fn past_mistake_14_each_field_of_a_registration_has_its_own_refusal() {
    let device = Device::new();
    let data = device.registration_data();
    let sent = |client_data: &[u8], data: &Data| {
        code_of_registration(&device.registration_json(client_data, data))
    };
    let client =
        |name: &str, value: Value| sent(&client_data_with("webauthn.create", name, value), &data);
    assert_eq!(
        client("type", json!("webauthn.get")),
        "registration.type_mismatch"
    );
    assert_eq!(
        client("challenge", json!("AAAA")),
        "registration.challenge_mismatch"
    );
    assert_eq!(
        client("origin", json!("https://example.org")),
        "registration.origin_mismatch"
    );
    assert_eq!(
        client("crossOrigin", json!(true)),
        "registration.cross_origin_refused"
    );
    assert_eq!(
        client("topOrigin", json!("https://a.example")),
        "registration.cross_origin_refused"
    );
    assert_eq!(client("unknown", json!(null)), "accepted");

    let create = client_data("webauthn.create");
    let flags = |flags| {
        sent(
            &create,
            &Data {
                flags,
                ..data.clone()
            },
        )
    };
    assert_eq!(flags(UV | BE | AT), "registration.user_presence_missing");
    assert_eq!(
        flags(UP | BE | AT),
        "registration.user_verification_missing"
    );
    assert_eq!(
        flags(UP | UV | BS | AT),
        "registration.backup_state_invalid"
    );
    assert_eq!(
        flags(UP | UV | BE),
        "parse.authenticator_data_trailing_bytes"
    );
    assert_eq!(flags(UP | UV | AT), "accepted");
    assert_eq!(flags(UP | UV | AT | ED), "parse.cbor_truncated");
    let without = Data {
        flags: UP | UV,
        tail: vec![],
        ..data.clone()
    };
    assert_eq!(
        sent(&create, &without),
        "registration.attested_credential_data_missing"
    );
    assert_eq!(
        sent(
            &create,
            &Data {
                rp_id_hash: [7; 32],
                ..data.clone()
            }
        ),
        "registration.rp_id_mismatch"
    );
    for length in 0..data.tail.len() {
        let code = sent(
            &create,
            &Data {
                tail: data.tail[..length].to_vec(),
                ..data.clone()
            },
        );
        assert!(code.starts_with("parse."), "{length}: {code}");
    }
    let long = Data {
        tail: attested(&[7; 1024], &device.cose),
        ..data.clone()
    };
    assert_eq!(sent(&create, &long), "parse.credential_id_length");
    let unknown = cose_ec2(-47, 8, &[1; 32], &[2; 32]);
    let secp256k1 = Data {
        tail: attested(&device.credential_id, &unknown),
        ..data.clone()
    };
    assert_eq!(sent(&create, &secp256k1), "key.unsupported_algorithm");
    let missing = attestation_object("none", &data.bytes(), &[]);
    assert!(
        code_of_registration(&device.registration_json_of(&create, &missing))
            .starts_with("parse.cbor")
    );
}

/// Where what stands in authenticator data, in bytes; the credential id has 15, and the key follows it.
const FLAGS: usize = 32;
const COUNTER: std::ops::Range<usize> = 33..37;
const AAGUID: std::ops::Range<usize> = 37..53;
const ID_LENGTH: std::ops::Range<usize> = 53..55;
const ID: std::ops::Range<usize> = 55..70;

pub(crate) fn flip(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut bent = bytes.to_vec();
    bent[bit / 8] ^= 1 << (bit % 8);
    bent
}

/// Without a new signature: what is judged before it has its own refusal, all else is a bad signature.
#[test]
fn past_mistake_14_each_unsigned_change_of_an_assertion_meets_its_step() {
    let device = Device::new();
    let good = device.assertion_json(&client_data("webauthn.get"), &device.assertion_data());
    let code = |name: &str, bytes: &[u8]| {
        let mut json = good.clone();
        json["response"][name] = json!(base64url::encode(bytes));
        code_of_assertion(&device, &json)
    };
    let data = member(&good, "authenticatorData");
    assert_eq!(data.len(), COUNTER.end);
    for bit in 0..data.len() * 8 {
        let expected = match (bit / 8, bit % 8) {
            (..FLAGS, _) => "assertion.rp_id_mismatch",
            (FLAGS, 6) => "parse.authenticator_data_truncated",
            (FLAGS, 7) => "parse.cbor_truncated",
            _ => "assertion.signature_invalid",
        };
        let found = code("authenticatorData", &flip(&data, bit));
        assert_eq!(found, expected, "byte {} bit {}", bit / 8, bit % 8);
    }
    for (name, expected) in [
        ("signature", "assertion.signature_invalid"),
        ("userHandle", "assertion.user_handle_mismatch"),
    ] {
        let bytes = member(&good, name);
        for bit in 0..bytes.len() * 8 {
            assert_eq!(code(name, &flip(&bytes, bit)), expected, "{name} bit {bit}");
        }
    }
}

/// Format `none` signs nothing, so a changed value is another value; everything that is judged has its refusal.
#[test]
fn past_mistake_14_each_change_of_an_unattested_registration_meets_its_step() {
    let device = Device::new();
    let client_data = client_data("webauthn.create");
    let data = device.registration_data().bytes();
    let key = ID.end..data.len();
    assert_eq!(data[ID], device.credential_id);
    for bit in 0..data.len() * 8 {
        let bent = flip(&data, bit);
        let object = attestation_object("none", &bent, &[0xa0]);
        let found = code_of_registration(&device.registration_json_of(&client_data, &object));
        let (byte, expected) = (
            bit / 8,
            match (bit / 8, bit % 8) {
                (..FLAGS, _) => "registration.rp_id_mismatch",
                (FLAGS, 0) => "registration.user_presence_missing",
                (FLAGS, 2) => "registration.user_verification_missing",
                (FLAGS, 3) => "registration.backup_state_invalid",
                (FLAGS, 6) => "parse.authenticator_data_trailing_bytes",
                (FLAGS, 7) => "parse.cbor_truncated",
                // Reserved bits, BS under BE, and what the authenticator may say freely.
                (FLAGS, _) => "accepted",
                (byte, _) if COUNTER.contains(&byte) || AAGUID.contains(&byte) => "accepted",
                (byte, _) if ID.contains(&byte) => "registration.credential_id_mismatch",
                _ => "",
            },
        );
        if !expected.is_empty() {
            assert_eq!(found, expected, "byte {byte} bit {}", bit % 8);
        } else if ID_LENGTH.contains(&byte) {
            // The key then begins elsewhere, or beyond the end.
            assert_ne!(found, "accepted", "byte {byte} bit {}", bit % 8);
        } else {
            assert!(key.contains(&byte));
            let refused = ["key.", "parse.", "registration.algorithm_not_offered"];
            assert!(
                refused.iter().any(|start| found.starts_with(start)),
                "byte {byte} bit {}: {found}",
                bit % 8
            );
        }
    }
}

/// The JSON around: each member gone, of another type, or empty.
#[test]
fn past_mistake_14_each_member_of_the_json_counts() {
    let device = Device::new();
    let get = device.assertion_json(&client_data("webauthn.get"), &device.assertion_data());
    let create =
        device.registration_json(&client_data("webauthn.create"), &device.registration_data());
    let code = |json: &Value, create: bool| {
        if create {
            code_of_registration_text(&json.to_string())
        } else {
            code_of_assertion_text(&device, &json.to_string())
        }
    };
    let outer = ["id", "rawId", "type", "response"];
    for (good, inner, is_create) in [
        (
            &get,
            &["clientDataJSON", "authenticatorData", "signature"][..],
            false,
        ),
        (&create, &["clientDataJSON", "attestationObject"][..], true),
    ] {
        assert_eq!(code(good, is_create), "accepted");
        let places = outer
            .map(|name| format!("/{name}"))
            .into_iter()
            .chain(inner.iter().map(|name| format!("/response/{name}")));
        for place in places {
            let (parent, name) = place.rsplit_once('/').unwrap();
            let mut bent = good.clone();
            let object = bent.pointer_mut(parent).unwrap().as_object_mut().unwrap();
            object.remove(name);
            assert_eq!(
                code(&bent, is_create),
                "parse.json_missing_member",
                "{place}"
            );
            for value in [json!(null), json!(7), json!(["x"]), json!(true)] {
                let mut bent = good.clone();
                *bent.pointer_mut(&place).unwrap() = value;
                assert_eq!(code(&bent, is_create), "parse.json_wrong_type", "{place}");
            }
            if name != "response" && name != "type" {
                for value in ["=", "AA==", "A", "+A"] {
                    let mut bent = good.clone();
                    *bent.pointer_mut(&place).unwrap() = json!(value);
                    let found = code(&bent, is_create);
                    let by_id = ["id", "rawId"].contains(&name) && found == "parse.id_mismatch";
                    assert!(
                        by_id || found == "parse.base64url",
                        "{place} {value}: {found}"
                    );
                }
            }
        }
    }
}

fn code_of_assertion_text(device: &Device, json: &str) -> &'static str {
    match AuthenticationResponse::from_json(json.as_bytes()) {
        Err(refusal) => refusal.code(),
        Ok(response) => assertion::verify(&response, &Site::new().assertion(), &device.stored())
            .map_or_else(|refusal| refusal.code(), |_| "accepted"),
    }
}

fn code_of_registration_text(json: &str) -> &'static str {
    match RegistrationResponse::from_json(json.as_bytes()) {
        Err(refusal) => refusal.code(),
        Ok(response) => registration::verify(&response, &Site::new().registration())
            .map_or_else(|refusal| refusal.code(), |_| "accepted"),
    }
}
