//! Past mistake 14, for attestations: whatever bit of a statement or of what it signs is flipped, nothing is
//! attested any more; and each field is refused by the step that is there for it.

use crate::statements::*;
use std::ops::Range;
use webauthn::attestation::{AttestationPolicy, Model, Trust, reevaluate};
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::x509::{Anchor, Revocation, Time};

/// Changes one field of authenticator data.
type Bend = fn(&mut crate::device::Data);

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
    let policy = AttestationPolicy::NOT_REQUIRED.with_trust(trust);
    let attestation = reevaluate(object, client_data, &policy).map_err(|error| error.code())?;
    attestation.verdict.code().map_or(Ok(()), Err)
}

/// Flips every bit outside of the bytes of authenticator data that the format does not sign.
fn flip_all(format: &str, maker: &Maker, statement: &[u8], unsigned: Range<usize>) {
    let anchor = Anchor::parse(&maker.root()).unwrap();
    let object = maker.object(format, statement);
    assert_eq!(judge(&anchor, &object, &maker.client_data), Ok(()));
    let data = object.len() - maker.data.bytes().len();
    for bit in 0..object.len() * 8 {
        let unsigned = (data + unsigned.start..data + unsigned.end).contains(&(bit / 8));
        let mut bent = object.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        let outcome = judge(&anchor, &bent, &maker.client_data);
        assert!(
            outcome.is_err() || unsigned,
            "{format}: bit {bit} of {}",
            object.len() * 8
        );
    }
    for bit in 0..maker.client_data.len() * 8 {
        let mut bent = maker.client_data.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        let outcome = judge(&anchor, &object, &bent);
        assert!(outcome.is_err(), "{format}: client data bit {bit}");
    }
}

#[test]
fn past_mistake_14_every_bit_of_a_packed_attestation_counts() {
    let maker = Maker::new();
    flip_all("packed", &maker, &encode(&maker.packed()), 0..0);
}

#[test]
fn past_mistake_14_every_bit_of_a_tpm_attestation_counts() {
    let maker = Maker::new();
    // The TPM's own fields that section 8.3 ignores are signed like all others.
    flip_all("tpm", &maker, &encode(&maker.tpm()), 0..0);
}

#[test]
fn past_mistake_14_every_bit_of_the_other_attestations_counts() {
    let mut maker = Maker::new();
    flip_all(
        "apple",
        &maker,
        &encode(&maker.apple_with(&maker.apple_leaf())),
        0..0,
    );
    // U2F devices sign neither flags nor counter at registration (section 8.6): an old protocol's weakness,
    // and a reason to judge a U2F attestation by what it says about the key alone.
    maker.data.tail[..16].fill(0);
    flip_all("fido-u2f", &maker, &encode(&maker.u2f()), 32..37);
}

/// Each field of authenticator data, with the step that must refuse it.
#[test]
fn past_mistake_14_each_field_of_authenticator_data_is_refused_by_its_step() {
    let maker = Maker::new();
    let anchor = Anchor::parse(&maker.root()).unwrap();
    for (format, parts, of_data) in [
        ("packed", maker.packed(), "attestation.signature_invalid"),
        ("tpm", maker.tpm(), "attestation.binding_mismatch"),
    ] {
        let statement = encode(&parts);
        let code = |maker: &Maker, statement: &[u8]| {
            let object = maker.object(format, statement);
            judge(&anchor, &object, &maker.client_data)
        };
        assert_eq!(code(&maker, &statement), Ok(()));
        // Fields of authenticator data: RP ID hash, flags, counter, AAGUID, credential id.
        let mut bent = Maker::new();
        bent.client_data.clone_from(&maker.client_data);
        let fields: [(&str, Bend); 5] = [
            ("rpIdHash", |data| data.rp_id_hash[0] ^= 1),
            ("flags", |data| data.flags ^= crate::device::UV),
            ("signCount", |data| data.sign_count += 1),
            ("aaguid", |data| data.tail[3] ^= 1),
            ("credentialId", |data| data.tail[20] ^= 1),
        ];
        for (name, bend) in fields {
            bent.data = maker.data.clone();
            bend(&mut bent.data);
            assert!(AuthenticatorData::parse(&bent.data.bytes()).is_ok());
            let expected = Err(of_data);
            assert_eq!(code(&bent, &statement), expected, "{format} {name}");
        }
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

fn certificate_end_of(parts: &Parts) -> usize {
    parts
        .iter()
        .find_map(|(_, value)| match value {
            Cbor::List(list) => Some(list[0].len() - 1),
            _ => None,
        })
        .unwrap()
}
