//! Past mistake 14, by a second opinion: for every bit of client data, and of the attestation object around
//! authenticator data, other parsers say what the change has made of it, and so which refusal is right.

use crate::device::*;
use crate::mutation::{code_of_assertion, code_of_registration, flip, member};
use ciborium::Value as Cbor;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use webauthn::attestation::{NotAttested, Verdict};
use webauthn::{base64url, registration};

/// What serde_json's tree says of client data with bits changed in the byte `at`. `unsigned` where no step of client data
/// refuses: an ignored member was renamed, or one white space became another.
fn expected_of(client_data: &[u8], at: usize, ceremony: &str, unsigned: &'static str) -> String {
    let word = if ceremony == "webauthn.get" {
        "assertion"
    } else {
        "registration"
    };
    let Ok(text) = std::str::from_utf8(client_data) else {
        return "parse.client_data_not_utf8".to_owned();
    };
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        // Where a value begins, what begins a value of another type is told before what comes behind it is read.
        let begins_a_value = at == 0 || client_data[at - 1] == b':';
        let is_of_another_type = matches!(client_data[at], b'[' | b'{' | b'"' | b'-' | b'0'..=b'9');
        return match begins_a_value && is_of_another_type {
            true => "parse.json_wrong_type".to_owned(),
            false => "parse.json_syntax".to_owned(),
        };
    };
    let good = client_data_value(ceremony);
    let required = ["type", "challenge", "origin"];
    if required.iter().any(|name| value.get(name).is_none()) {
        return "parse.json_missing_member".to_owned();
    }
    for (name, step) in [
        ("type", "type_mismatch"),
        ("challenge", "challenge_mismatch"),
        ("origin", "origin_mismatch"),
    ] {
        assert!(value[name].is_string());
        if value[name] != good[name] {
            return format!("{word}.{step}");
        }
    }
    // `false` is one bit from no other word.
    let embedded = value.get("crossOrigin");
    assert!(embedded.is_none() || embedded == Some(&json!(false)));
    unsigned.to_owned()
}

/// Each bit of client data, and how often each refusal was the right one.
fn judge_all(
    client_data: &[u8],
    ceremony: &str,
    unsigned: &'static str,
    code: impl Fn(&[u8]) -> &'static str,
) -> BTreeMap<String, usize> {
    let mut seen = BTreeMap::new();
    for bit in 0..client_data.len() * 8 {
        let bent = flip(client_data, bit);
        let expected = expected_of(&bent, bit / 8, ceremony, unsigned);
        let text = String::from_utf8_lossy(&bent);
        assert_eq!(code(&bent), expected, "bit {bit}: {text}");
        *seen.entry(expected).or_default() += 1;
    }
    seen
}

/// Every step was the right one for some bit: the opinion is not one that says the same always.
fn check_steps(seen: &BTreeMap<String, usize>, word: &str, unsigned: &str) {
    let steps = ["type_mismatch", "challenge_mismatch", "origin_mismatch"];
    let steps = steps.map(|step| format!("{word}.{step}"));
    let parser = ["client_data_not_utf8", "json_syntax", "json_missing_member"];
    let parser = parser.map(|step| format!("parse.{step}"));
    for expected in steps.iter().chain(&parser) {
        assert!(seen.get(expected).is_some_and(|it| *it > 20), "{expected}");
    }
    // The object's brace and the three texts' quotation marks.
    assert_eq!(seen.get("parse.json_wrong_type"), Some(&4));
    assert!(seen.get(unsigned).is_some_and(|it| *it > 20), "{unsigned}");
}

#[test]
fn past_mistake_14_each_bit_of_an_assertions_client_data_meets_its_step() {
    let device = Device::new();
    let good = device.assertion_json(&client_data("webauthn.get"), &device.assertion_data());
    let unsigned = "assertion.signature_invalid";
    let seen = judge_all(
        &member(&good, "clientDataJSON"),
        "webauthn.get",
        unsigned,
        |bent| {
            let mut json = good.clone();
            json["response"]["clientDataJSON"] = json!(base64url::encode(bent));
            code_of_assertion(&device, &json)
        },
    );
    check_steps(&seen, "assertion", unsigned);
}

/// Format `none` signs nothing: whatever no step refuses is accepted. Self attestation signs it.
#[test]
fn past_mistake_14_each_bit_of_a_registrations_client_data_meets_its_step() {
    let device = Device::new();
    let client_data = client_data("webauthn.create");
    let data = device.registration_data();
    let none = attestation_object("none", &data.bytes(), &[0xa0]);
    let own = device.packed_self(&client_data, &data);
    for (object, unsigned) in [(none, "accepted"), (own, "attestation.signature_invalid")] {
        let seen = judge_all(&client_data, "webauthn.create", unsigned, |bent| {
            code_of_registration(&device.registration_json_of(bent, &object))
        });
        check_steps(&seen, "registration", unsigned);
    }
}

/// What ciborium makes of an attestation object with one bit changed: `None` if it is not one CBOR item.
fn read_by_ciborium(mut bytes: &[u8]) -> Option<Vec<(Cbor, Cbor)>> {
    let value: Cbor = ciborium::from_reader(&mut bytes).ok()?;
    value.into_map().ok().filter(|_| bytes.is_empty())
}

#[test]
fn past_mistake_14_each_bit_around_authenticator_data_meets_its_step() {
    let device = Device::new();
    let client_data = client_data("webauthn.create");
    let data = device.registration_data().bytes();
    let object = attestation_object("none", &data, &[0xa0]);
    let around = object.len() - data.len();
    let name = b"\x67attStmt";
    let statement = object.windows(8).position(|it| it == name).unwrap() + name.len();
    let mut seen = BTreeMap::<String, usize>::new();
    for bit in 0..around * 8 {
        let bent = flip(&object, bit);
        let json = device.registration_json_of(&client_data, &bent);
        let found = match registration::verify(&registration(&json), &Site::new().registration()) {
            Err(refusal) => refusal.code().to_owned(),
            Ok(verified) => match &verified.attestation().verdict {
                Verdict::NotAttested(NotAttested::FormatNotAccepted) => "another format".to_owned(),
                other => panic!("bit {bit}: {other:?}"),
            },
        };
        let expected = match read_by_ciborium(&bent) {
            // A simple value without a meaning is CBOR, and ciborium knows none.
            None if bit / 8 == statement && (0xe0..0xf4).contains(&bent[statement]) => {
                "attestation.not_empty"
            }
            None => "parse.cbor",
            // The object's keys are texts.
            Some(map) if map.iter().any(|(key, _)| !key.is_text()) => "parse.cbor_wrong_type",
            Some(map) => {
                let find = |name: &str| {
                    let mut same = map.iter().filter(|(key, _)| key.as_text() == Some(name));
                    same.next().map(|(_, value)| value)
                };
                match (find("fmt"), find("attStmt"), find("authData")) {
                    // Section 8.1: "printable USASCII characters excluding backslash and doublequote".
                    (Some(Cbor::Text(format)), Some(_), Some(Cbor::Bytes(_)))
                        if !format
                            .bytes()
                            .all(|it| it.is_ascii_graphic() && !matches!(it, b'"' | b'\\')) =>
                    {
                        "parse.attestation_format"
                    }
                    (Some(Cbor::Text(format)), Some(statement), Some(Cbor::Bytes(_))) => {
                        if format == "none" {
                            assert_ne!(statement, &Cbor::Map(vec![]), "bit {bit}");
                            "attestation.not_empty"
                        } else {
                            "another format"
                        }
                    }
                    (Some(Cbor::Text(_)) | None, _, Some(Cbor::Bytes(_)) | None) => {
                        "parse.cbor_missing_key"
                    }
                    _ => "parse.cbor_wrong_type",
                }
            }
        };
        let fits =
            found == expected || (expected == "parse.cbor" && found.starts_with("parse.cbor_"));
        assert!(fits, "bit {bit}: {found}, and ciborium says {expected}");
        *seen.entry(expected.to_owned()).or_default() += 1;
    }
    for (expected, least) in [
        ("parse.cbor", 10),
        ("parse.cbor_missing_key", 10),
        ("parse.cbor_wrong_type", 3),
        ("parse.attestation_format", 1),
        ("attestation.not_empty", 2),
        ("another format", 10),
    ] {
        let found = seen.get(expected).copied().unwrap_or_default();
        assert!(found >= least, "{expected}: {found}");
    }
}
