//! Past mistake 14, for attestations: whatever bit of a statement or of what it signs is flipped, nothing is
//! attested any more; and each field is refused by the step that is there for it.

use crate::authority::Key;
use crate::compound::{compound, good_safety_net};
use crate::device::Data;
use crate::formats::{origin, purpose};
use crate::statements::*;
use std::ops::Range;
use webauthn::attestation::{AttestationPolicy, Model, Trust, reevaluate};
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::x509::{Anchor, Revocation, Time};

/// Changes one field of authenticator data.
type Bend = fn(&mut Data);

/// Whether bytes are attested by this maker; the code otherwise.
fn judge(anchor: &Anchor, object: &[u8], client_data: &[u8]) -> Result<(), &'static str> {
    let search = |_: &Model| vec![anchor];
    let trust = Trust {
        anchors: &search,
        is_shared: &|_| false,
        at: Time::from_unix_seconds(crate::authority::NOW),
        revocation: Revocation::Unchecked,
        android: None,
    };
    let policy = AttestationPolicy {
        formats: &ALL_FORMATS,
        ..AttestationPolicy::NOT_REQUIRED.with_trust(trust)
    };
    let attestation = reevaluate(object, client_data, &policy).map_err(|error| error.code())?;
    attestation.verdict.code().map_or(Ok(()), Err)
}

/// Flips every bit, and finds that exactly the bytes in `unsigned` may change.
fn flip_all(format: &str, maker: &Maker, object: &[u8], unsigned: &Range<usize>) {
    let anchor = Anchor::parse(&maker.root()).unwrap();
    assert_eq!(judge(&anchor, object, &maker.client_data), Ok(()));
    let mut free = std::collections::BTreeSet::new();
    for bit in 0..object.len() * 8 {
        let mut bent = object.to_vec();
        bent[bit / 8] ^= 1 << (bit % 8);
        if judge(&anchor, &bent, &maker.client_data).is_ok() {
            assert!(unsigned.contains(&(bit / 8)), "{format}: bit {bit}");
            free.insert(bit / 8);
        }
    }
    assert!(free.into_iter().eq(unsigned.clone()), "{format}");
    for bit in 0..maker.client_data.len() * 8 {
        let mut bent = maker.client_data.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        let outcome = judge(&anchor, object, &bent);
        assert!(outcome.is_err(), "{format}: client data bit {bit}");
    }
}

#[test]
fn past_mistake_14_every_bit_of_a_packed_attestation_counts() {
    let maker = Maker::new();
    let object = maker.object("packed", &encode(&maker.packed()));
    flip_all("packed", &maker, &object, &(0..0));
}

#[test]
fn past_mistake_14_every_bit_of_a_tpm_attestation_counts() {
    let maker = Maker::new();
    // The TPM's own fields that section 8.3 ignores are signed like all others.
    let object = maker.object("tpm", &encode(&maker.tpm()));
    flip_all("tpm", &maker, &object, &(0..0));
}

#[test]
fn past_mistake_14_every_bit_of_an_android_attestation_counts() {
    let maker = Maker::new();
    let object = maker.object("android-key", &encode(&android(&maker)));
    flip_all("android-key", &maker, &object, &(0..0));
}

#[test]
fn past_mistake_14_every_bit_of_the_other_attestations_counts() {
    let mut maker = Maker::new();
    let apple = encode(&maker.apple_with(&maker.apple_leaf()));
    flip_all("apple", &maker, &maker.object("apple", &apple), &(0..0));
    // U2F devices sign neither flags nor counter at registration (section 8.6): an old protocol's weakness,
    // and a reason to judge a U2F attestation by what it says about the key alone.
    maker.data.tail[..16].fill(0);
    let object = maker.object("fido-u2f", &encode(&maker.u2f()));
    let data = object.len() - maker.data.bytes().len();
    flip_all("fido-u2f", &maker, &object, &(data + 32..data + 37));
}

/// Where every statement must pass, every bit of each counts; and the names of their formats do.
#[test]
fn past_mistake_14_every_bit_of_a_compound_counts() {
    let maker = Maker::new();
    let apple = encode(&maker.apple_with(&maker.apple_leaf()));
    let parts = [("packed", encode(&maker.packed())), ("apple", apple)];
    let object = maker.object("compound", &compound(&parts));
    flip_all("compound", &maker, &object, &(0..0));
}

/// `ver` is the version of a program on the phone, which nobody signs and section 8.5 gives no step for.
#[test]
fn past_mistake_14_every_bit_of_a_safetynet_attestation_counts() {
    let mut maker = Maker::new();
    maker.signer = Key::rsa();
    let object = maker.object("android-safetynet", &good_safety_net(&maker));
    let name = object
        .windows(5)
        .position(|it| it == b"\x63ver\x61")
        .unwrap();
    flip_all("android-safetynet", &maker, &object, &(name + 5..name + 6));
}

fn android(maker: &Maker) -> Parts {
    let hash = crate::device::sha256(&maker.client_data);
    let hardware = [purpose(&[2]), origin(0)];
    maker.android_with(key_description(1, &hash, &[], &hardware))
}

/// Each field of authenticator data, with the step that must refuse it in each format.
#[test]
fn past_mistake_14_each_field_of_authenticator_data_is_refused_by_its_step() {
    const SIGNATURE: Result<(), &str> = Err("attestation.signature_invalid");
    const BINDING: Result<(), &str> = Err("attestation.binding_mismatch");
    const MODEL: Result<(), &str> = Err("attestation.u2f_aaguid");
    const NOT_ENOUGH: Result<(), &str> = Err("attestation.compound_not_enough");
    let maker = Maker::new();
    let mut without_model = Maker::new();
    without_model.data.tail[..16].fill(0);
    let mut of_rsa = Maker::new();
    of_rsa.signer = Key::rsa();
    let apple = encode(&maker.apple_with(&maker.apple_leaf()));
    let both = compound(&[
        ("packed", encode(&maker.packed())),
        ("apple", apple.clone()),
    ]);
    // RP ID hash, flags, counter, AAGUID, credential id; client data last.
    for (format, maker, statement, expected) in [
        ("packed", &maker, encode(&maker.packed()), [SIGNATURE; 6]),
        ("tpm", &maker, encode(&maker.tpm()), [BINDING; 6]),
        ("apple", &maker, apple, [BINDING; 6]),
        (
            "android-key",
            &maker,
            encode(&android(&maker)),
            [SIGNATURE; 6],
        ),
        (
            "fido-u2f",
            &without_model,
            encode(&without_model.u2f()),
            [SIGNATURE, Ok(()), Ok(()), MODEL, SIGNATURE, SIGNATURE],
        ),
        (
            "android-safetynet",
            &of_rsa,
            good_safety_net(&of_rsa),
            [BINDING; 6],
        ),
        ("compound", &maker, both, [NOT_ENOUGH; 6]),
    ] {
        let anchor = Anchor::parse(&maker.root()).unwrap();
        let code = |data: &Data, client_data: &[u8]| {
            let object = crate::device::attestation_object(format, &data.bytes(), &statement);
            judge(&anchor, &object, client_data)
        };
        assert_eq!(code(&maker.data, &maker.client_data), Ok(()), "{format}");
        let fields: [(&str, Bend); 5] = [
            ("rpIdHash", |data| data.rp_id_hash[0] ^= 1),
            ("flags", |data| data.flags ^= crate::device::UV),
            ("signCount", |data| data.sign_count += 1),
            ("aaguid", |data| data.tail[3] ^= 1),
            ("credentialId", |data| data.tail[20] ^= 1),
        ];
        for ((name, bend), expected) in fields.into_iter().zip(expected) {
            let mut bent = maker.data.clone();
            bend(&mut bent);
            assert!(AuthenticatorData::parse(&bent.bytes()).is_ok());
            let found = code(&bent, &maker.client_data);
            assert_eq!(found, expected, "{format} {name}");
        }
        let other = [&maker.client_data[..], b" "].concat();
        let found = code(&maker.data, &other);
        assert_eq!(found, expected[5], "{format} clientDataJSON");
    }
}

/// Flips a bit in one member; for a number, takes another.
fn flip(parts: &Parts, name: &str, at: usize) -> Parts {
    let mut parts = parts.clone();
    for (member, value) in &mut parts {
        match value {
            Cbor::Bytes(bytes) if *member == name => bytes[at] ^= 1,
            Cbor::List(list) if *member == name => list[0][at] ^= 1,
            Cbor::Int(number) if *member == name => *number -= 28,
            _ => {}
        }
    }
    parts
}

#[test]
fn past_mistake_14_each_field_of_a_statement_is_refused_by_its_step() {
    let maker = Maker::new();
    let anchor = Anchor::parse(&maker.root()).unwrap();
    // Made once: an ECDSA signature's length differs from one to the next.
    let (packed, tpm) = (maker.packed(), maker.tpm());
    let certificate_end = certificate_end_of(&tpm);
    for (format, parts, name, at, expected) in [
        ("packed", packed.clone(), "alg", 0, "attestation.algorithm"),
        (
            "packed",
            packed.clone(),
            "sig",
            20,
            "attestation.signature_invalid",
        ),
        // The last byte of the certificate is of its signature: no anchor's key made it.
        (
            "packed",
            packed.clone(),
            "x5c",
            certificate_end_of(&packed),
            "attestation.no_anchor",
        ),
        ("tpm", tpm.clone(), "alg", 0, "attestation.binding_mismatch"),
        (
            "tpm",
            tpm.clone(),
            "sig",
            20,
            "attestation.signature_invalid",
        ),
        ("tpm", tpm.clone(), "certInfo", 0, "attestation.tpm_magic"),
        ("tpm", tpm.clone(), "certInfo", 5, "attestation.tpm_type"),
        // qualifiedSigner, clockInfo and firmwareVersion are ignored, and signed.
        (
            "tpm",
            tpm.clone(),
            "certInfo",
            10,
            "attestation.signature_invalid",
        ),
        (
            "tpm",
            tpm.clone(),
            "certInfo",
            28,
            "attestation.binding_mismatch",
        ),
        (
            "tpm",
            tpm.clone(),
            "certInfo",
            60,
            "attestation.signature_invalid",
        ),
        (
            "tpm",
            tpm.clone(),
            "certInfo",
            80,
            "attestation.signature_invalid",
        ),
        ("tpm", tpm.clone(), "certInfo", 100, "attestation.tpm_name"),
        ("tpm", tpm.clone(), "pubArea", 5, "attestation.tpm_name"),
        (
            "tpm",
            tpm.clone(),
            "pubArea",
            60,
            "attestation.key_mismatch",
        ),
        (
            "tpm",
            tpm.clone(),
            "x5c",
            certificate_end,
            "attestation.no_anchor",
        ),
    ] {
        let object = maker.object(format, &encode(&flip(&parts, name, at)));
        let outcome = judge(&anchor, &object, &maker.client_data);
        assert_eq!(outcome, Err(expected), "{format} {name} {at}");
    }
}

/// The same for the formats with fewer fields.
#[test]
fn past_mistake_14_each_field_of_the_other_statements_is_refused_by_its_step() {
    let maker = Maker::new();
    let mut without_model = Maker::new();
    without_model.data.tail[..16].fill(0);
    let apple = maker.apple_with(&maker.apple_leaf());
    let u2f = without_model.u2f();
    let android = android(&maker);
    let end = certificate_end_of;
    for (format, maker, parts, name, at, expected) in [
        ("apple", &maker, &apple, "x5c", end(&apple), "no_anchor"),
        (
            "fido-u2f",
            &without_model,
            &u2f,
            "sig",
            20,
            "signature_invalid",
        ),
        (
            "fido-u2f",
            &without_model,
            &u2f,
            "x5c",
            end(&u2f),
            "no_anchor",
        ),
        ("android-key", &maker, &android, "alg", 0, "algorithm"),
        (
            "android-key",
            &maker,
            &android,
            "sig",
            20,
            "signature_invalid",
        ),
        (
            "android-key",
            &maker,
            &android,
            "x5c",
            end(&android),
            "no_anchor",
        ),
    ] {
        let anchor = Anchor::parse(&maker.root()).unwrap();
        let object = maker.object(format, &encode(&flip(parts, name, at)));
        let outcome = judge(&anchor, &object, &maker.client_data).unwrap_err();
        let expected = format!("attestation.{expected}");
        assert_eq!(outcome, expected, "{format} {name} {at}");
    }
}

/// SafetyNet's answer is a text in three parts: header, payload, signature.
#[test]
fn past_mistake_14_each_part_of_a_safetynet_answer_is_refused_by_its_step() {
    let mut maker = Maker::new();
    maker.signer = Key::rsa();
    let anchor = Anchor::parse(&maker.root()).unwrap();
    let good = maker.object("android-safetynet", &good_safety_net(&maker));
    let start = good.windows(3).position(|it| it == b"eyJ").unwrap();
    let dots: Vec<_> = (start..good.len())
        .filter(|at| good[*at] == b'.')
        .take(2)
        .collect();
    let code = |bent: &[u8]| judge(&anchor, bent, &maker.client_data).unwrap_err();
    for (name, at, expected) in [
        // The first letter of a text in base64url: another `{`.
        ("header", start, "safetynet_malformed"),
        ("first dot", dots[0], "safetynet_malformed"),
        ("payload", dots[0] + 1, "safetynet_malformed"),
        ("second dot", dots[1], "safetynet_malformed"),
        ("signature", dots[1] + 9, "signature_invalid"),
    ] {
        let mut bent = good.clone();
        bent[at] = if bent[at] == b'A' { b'B' } else { b'A' };
        assert_eq!(code(&bent), format!("attestation.{expected}"), "{name}");
    }
    // A payload that is as good as the other, and nobody signed.
    let text = std::str::from_utf8(&good[dots[0] + 1..dots[1]]).unwrap();
    let mut payload = webauthn::base64url::decode(text).unwrap();
    let name = payload.windows(3).position(|it| it == b"\"x\"").unwrap();
    payload[name + 1] = b'y';
    let mut bent = good.clone();
    bent[dots[0] + 1..dots[1]].copy_from_slice(webauthn::base64url::encode(&payload).as_bytes());
    assert_eq!(code(&bent), "attestation.signature_invalid");
}

/// What is wrong with one statement of a compound is told with that statement.
#[test]
fn past_mistake_14_each_statement_of_a_compound_has_its_own_verdict() {
    let maker = Maker::new();
    let anchor = Anchor::parse(&maker.root()).unwrap();
    let (packed, tpm) = (maker.packed(), maker.tpm());
    for (packed, tpm, expected) in [
        (packed.clone(), tpm.clone(), [None, None]),
        (
            flip(&packed, "sig", 20),
            tpm.clone(),
            [Some("attestation.signature_invalid"), None],
        ),
        (
            packed.clone(),
            flip(&tpm, "certInfo", 0),
            [None, Some("attestation.tpm_magic")],
        ),
        (
            flip(&packed, "alg", 0),
            flip(&tpm, "pubArea", 60),
            [
                Some("attestation.algorithm"),
                Some("attestation.key_mismatch"),
            ],
        ),
    ] {
        let parts = [("packed", encode(&packed)), ("tpm", encode(&tpm))];
        let object = maker.object("compound", &compound(&parts));
        let search = |_: &Model| vec![&anchor];
        let trust = Trust {
            anchors: &search,
            is_shared: &|_| false,
            at: Time::from_unix_seconds(crate::authority::NOW),
            revocation: Revocation::Unchecked,
            android: None,
        };
        let policy = AttestationPolicy::NOT_REQUIRED.with_trust(trust);
        let judged = reevaluate(&object, &maker.client_data, &policy).unwrap();
        let found: Vec<_> = judged.parts.iter().map(|it| it.verdict.code()).collect();
        assert_eq!(found, expected);
    }
}

fn certificate_end_of(parts: &Parts) -> usize {
    parts
        .iter()
        .find_map(|(_, value)| match value {
            Cbor::List(list) => Some(list[0].len() - 1),
            _ => None,
        })
        .unwrap()
}
