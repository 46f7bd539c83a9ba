//! What refusals say: what was expected, what was found, and where.

use crate::authority::der::{element, explicit, octet_string, sequence, utf8};
use crate::authority::{BASIC_CONSTRAINTS, Key, SERVER_AUTH, SUBJECT_ALT_NAME, Template, name};
use crate::device::{Data, Device, Site, client_data, registration, sha256};
use crate::formats::{origin, purpose};
use crate::statements::*;
use webauthn::attestation::AttestationNeed;
use webauthn::{
    Algorithm, Excerpt, ExpectedRegistration, RegistrationError, registration as ceremony,
};

fn said(maker: &Maker, format: &str, parts: &Parts) -> String {
    let refusal = maker.try_register(format, &encode(parts), |_| ());
    refusal.unwrap_err().to_string()
}

/// The first eight bytes in hexadecimal, as refusals show them.
fn start(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&bytes[..8])
}

/// A passkey's key as refusals show it: by its hash.
fn shown(kind: &str, parts: &[u8]) -> String {
    format!("{kind} {}", start(&sha256(parts)))
}

fn check(maker: &Maker, format: &str, cases: &[(Parts, Vec<String>)]) {
    for (parts, words) in cases {
        let said = said(maker, format, parts);
        for word in words {
            assert!(said.contains(word.as_str()), "{word:?} in {said:?}");
        }
        assert!(!said.chars().any(char::is_control) && said.len() < 600);
    }
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

#[test]
fn a_packed_certificates_requirements() {
    let maker = Maker::new();
    let leaf = || maker.packed_leaf();
    let subject = |country: &str, unit: &str| {
        let mut leaf = leaf();
        leaf.subject = packed_subject(country, "Maker", unit, "Model");
        maker.packed_with(&leaf)
    };
    let with_aaguid =
        |critical, value| maker.packed_with(&leaf().with(FIDO_AAGUID, critical, value));
    let mut old = leaf();
    (old.version, old.extensions) = (0, vec![]);
    check(
        &maker,
        "packed",
        &[
            (
                maker.packed_with(&old),
                words(["the number 0", "2 for version 3"]),
            ),
            (
                subject("ut", "Authenticator Attestation"),
                words(["country code", "\"ut\""]),
            ),
            (
                subject("UT", "a\nb"),
                words(["\"Authenticator Attestation\"", "\"ab\""]),
            ),
            (
                maker.packed_with(&leaf().without(BASIC_CONSTRAINTS)),
                words(["there are none"]),
            ),
            (
                maker.packed_with(&leaf().with(
                    BASIC_CONSTRAINTS,
                    true,
                    sequence(&[element(1, &[0xff])]),
                )),
                words(["it is an authority"]),
            ),
            (
                with_aaguid(true, octet_string(&AAGUID)),
                words(["critical"]),
            ),
            // An AAGUID that is no octet string: the offset is the certificate's.
            (
                with_aaguid(false, utf8("sixteen bytes...")),
                words(["element 04, found 0c at byte "]),
            ),
            (
                with_aaguid(false, octet_string(&[7; 15])),
                words(["not DER at byte "]),
            ),
            (
                with_aaguid(false, octet_string(&[7; 16])),
                vec![
                    "07070707-0707-0707-0707-070707070707".to_owned(),
                    webauthn::Aaguid(AAGUID).to_string(),
                ],
            ),
            (
                with(maker.packed(), "x5c", Cbor::List(vec![maker.root(); 9])),
                words(["9 certificates", "1 to 8"]),
            ),
            (
                with(
                    maker.packed(),
                    "x5c",
                    Cbor::List(vec![b"\x30\x80".to_vec()]),
                ),
                words(["certificate 0: ", "at byte 2"]),
            ),
        ],
    );
}

#[test]
fn a_tpms_steps() {
    let maker = Maker::new();
    let area = || public_area(&maker.credential);
    let of_area = |area: Vec<u8>| maker.tpm_with(&maker.tpm_leaf(), area, |_| ());
    let bent = |bend: fn(&mut CertInfo)| maker.tpm_with(&maker.tpm_leaf(), area(), bend);
    let of_leaf = |leaf: Template| maker.tpm_with(&leaf, area(), |_| ());
    let mut named = maker.tpm_leaf();
    named.subject = name("TPM");
    let other = Key::p256();
    let longer = [area(), vec![0]].concat();
    let mut other_hash = area();
    other_hash[3] = 0x27;
    let message = sha256(&maker.message());
    let area_hash = sha256(&area());
    check(
        &maker,
        "tpm",
        &[
            (
                with(maker.tpm(), "ver", Cbor::Text("1.2")),
                words(["\"1.2\"", "\"2.0\""]),
            ),
            (
                of_area(longer.clone()),
                vec![format!("pubArea is malformed at byte {}", area().len())],
            ),
            (
                of_area(area()[..40].to_vec()),
                words(["pubArea is malformed at byte "]),
            ),
            (
                of_area(other_hash),
                words(["pubArea is malformed at byte 2"]),
            ),
            (
                of_area(public_area(&other)),
                vec![
                    shown("P-256", &other.public()[1..]),
                    shown("P-256", &maker.credential.public()[1..]),
                ],
            ),
            (
                bent(|info| info.magic = 7),
                words(["00000007, not ff544347"]),
            ),
            (bent(|info| info.kind = 0x8018), words(["8018, not 8017"])),
            (
                bent(|info| info.extra_data = vec![9; 32]),
                vec![
                    "extraData is 0909090909090909".to_owned(),
                    format!("should be {}", start(&message)),
                ],
            ),
            (
                bent(|info| info.name = vec![0, 0x0b, 1]),
                vec![
                    "the public area 000b01".to_owned(),
                    format!("not 000b{}", &start(&area_hash)[..12]),
                ],
            ),
            (
                bent(|info| info.tail = vec![1]),
                words(["certInfo is malformed at byte "]),
            ),
            (of_leaf(named), words(["an empty subject (it is 30"])),
            (
                of_leaf(maker.tpm_leaf().without(SUBJECT_ALT_NAME)),
                words(["the one directory name is not there"]),
            ),
            (
                of_leaf(maker.tpm_leaf().with(
                    SUBJECT_ALT_NAME,
                    true,
                    sequence(&[explicit(4, &name("x"))]),
                )),
                words(["the manufacturer is not there"]),
            ),
            (
                of_leaf(
                    maker
                        .tpm_leaf()
                        .with(SUBJECT_ALT_NAME, true, tpm_names("id:FFFFF1D0")),
                ),
                words(["\"id:FFFFF1D0\""]),
            ),
            (
                of_leaf(maker.tpm_leaf().purposes(&[SERVER_AUTH])),
                words(["2.23.133.8.3; its first one is 1.3.6.1.5.5.7.3.1"]),
            ),
        ],
    );
}

#[test]
fn an_android_keys_description() {
    let maker = Maker::new();
    let hash = sha256(&maker.client_data);
    let good = [purpose(&[2]), origin(0)];
    let described = |levels: [u8; 2], challenge: &[u8], hardware: &[Vec<u8>]| {
        maker.android_with(key_description_of(levels, challenge, &[], hardware))
    };
    let everybody = [good.to_vec(), vec![crate::formats::all_applications()]].concat();
    check(
        &maker,
        "android-key",
        &[
            (
                described([1; 2], &[7; 32], &good),
                vec![
                    "attestationChallenge is 0707070707070707".to_owned(),
                    format!("should be {}", start(&hash)),
                ],
            ),
            (
                described([1; 2], &hash, &[good[0].clone(), origin(2)]),
                words(["origin is 2, not 0"]),
            ),
            (
                described([1; 2], &hash, &good[..1]),
                words(["origin is absent"]),
            ),
            (
                described([1; 2], &hash, &[purpose(&[2, 3]), origin(0)]),
                words(["a purpose is 3, not 2"]),
            ),
            (
                described([1; 2], &hash, &[purpose(&[]), origin(0)]),
                words(["a purpose is absent"]),
            ),
            (described([1; 2], &hash, &everybody), words(["teeEnforced"])),
            (
                described([1, 0], &hash, &good),
                words(["keymasterSecurityLevel is 0"]),
            ),
            (
                described([0, 1], &hash, &good),
                words(["attestationSecurityLevel is 0"]),
            ),
            (
                maker.android_with(utf8("nothing")),
                words(["element 30, found 0c at byte "]),
            ),
            (
                with(
                    maker.android_with(Vec::new()),
                    "x5c",
                    Cbor::List(vec![
                        Template::leaf("Android", &maker.credential, "Maker Root")
                            .sign(&maker.root),
                    ]),
                ),
                words(["the extension of its format: it is not there"]),
            ),
        ],
    );
}

#[test]
fn the_other_formats() {
    let maker = Maker::new();
    let other = Template::leaf("Apple", &maker.signer, "Maker Root").with(
        APPLE_NONCE,
        false,
        sequence(&[explicit(1, &octet_string(&sha256(&maker.message())))]),
    );
    let nonce = |value: &[u8]| {
        let nonce = sequence(&[explicit(1, &octet_string(value))]);
        maker.apple_with(&maker.apple_leaf().with(APPLE_NONCE, false, nonce))
    };
    check(
        &maker,
        "apple",
        &[
            (
                nonce(&[1; 32]),
                vec![format!(
                    "the nonce is 0101010101010101… (32 bytes), and should be {}",
                    start(&sha256(&maker.message()))
                )],
            ),
            (nonce(&[]), words(["the nonce is nothing"])),
            (
                maker.apple_with(&maker.apple_leaf().without(APPLE_NONCE)),
                words(["it is not there"]),
            ),
            (
                maker.apple_with(&other),
                vec![
                    shown("P-256", &maker.signer.public()[1..]),
                    shown("P-256", &maker.credential.public()[1..]),
                ],
            ),
        ],
    );
    let mut zero = Maker::new();
    check(
        &zero,
        "fido-u2f",
        &[(zero.u2f(), vec![webauthn::Aaguid(AAGUID).to_string()])],
    );
    zero.data.tail[..16].fill(0);
    let p384 = Key::p384();
    let of_p384 = Template::leaf("U2F", &p384, "Maker Root").sign(&zero.root);
    let two = vec![of_p384.clone(), of_p384.clone()];
    check(
        &zero,
        "fido-u2f",
        &[
            (
                with(zero.u2f(), "x5c", Cbor::List(vec![of_p384])),
                vec![
                    "the certificate's key".to_owned(),
                    shown("P-384", &p384.public()[1..]),
                ],
            ),
            (
                with(zero.u2f(), "x5c", Cbor::List(two)),
                words(["2 certificates", "1 to 1"]),
            ),
        ],
    );
}

/// Keys are compared whole, and shown by hashes alone.
#[test]
fn no_key_stands_in_a_refusal() {
    for credential in [
        Key::p256(),
        Key::p384(),
        Key::ed25519(),
        Key::rsa(),
        Key::ml_dsa_44(),
    ] {
        let maker = Maker::of(credential);
        let other = Template::leaf("Apple", &maker.signer, "Maker Root").with(
            APPLE_NONCE,
            false,
            sequence(&[explicit(1, &octet_string(&sha256(&maker.message())))]),
        );
        let said = said(&maker, "apple", &maker.apple_with(&other));
        assert!(said.contains("another key is attested"), "{said}");
        let public = maker.credential.public();
        let middle = &public[public.len() / 2..][..4];
        assert!(
            !said.contains(&data_encoding::HEXLOWER.encode(middle)),
            "{said}"
        );
    }
}

#[test]
fn the_ceremonys_own_checks() {
    let (device, site) = (Device::new(), Site::new());
    let refusal = |device: &Device, expected: &ExpectedRegistration<'_>| {
        ceremony::verify(&device.good_registration(), expected).unwrap_err()
    };
    let expected = ExpectedRegistration {
        algorithms: &[Algorithm::EdDsa, Algorithm::Rs256],
        ..site.registration()
    };
    let error = refusal(&device, &expected);
    assert_eq!(
        error,
        RegistrationError::AlgorithmNotOffered {
            expected: vec![Algorithm::EdDsa, Algorithm::Rs256],
            found: Algorithm::Es256,
        }
    );
    assert!(
        error.to_string().ends_with("offered: EdDSA, RS256"),
        "{error}"
    );
    let expected = ExpectedRegistration {
        origins: &[],
        ..site.registration()
    };
    let RegistrationError::OriginMismatch { expected, found } = refusal(&device, &expected) else {
        panic!("not the origin");
    };
    assert_eq!(
        (expected.as_str(), found.as_str()),
        ("", "https://login.example.org")
    );
    let data = Data {
        rp_id_hash: [0xab; 32],
        ..device.registration_data()
    };
    let json = device.registration_json(&client_data("webauthn.create"), &data);
    let error = ceremony::verify(&registration(&json), &site.registration()).unwrap_err();
    let RegistrationError::RpIdHashMismatch { expected, found } = &error else {
        panic!("{error:?}");
    };
    assert_eq!(expected, "example.org");
    let shown: &Excerpt = found;
    assert_eq!(shown.to_string(), "abababababababab… (32 bytes)");
    // What a verdict says is what the refusal says.
    let maker = Maker::new();
    let wrong = with(maker.packed(), "sig", Cbor::Bytes(vec![]));
    let verdict = maker.try_register("packed", &encode(&wrong), |policy| {
        policy.need = AttestationNeed::Nothing;
    });
    let verdict = verdict.unwrap().attestation().verdict.clone();
    let refused = maker
        .try_register("packed", &encode(&wrong), |_| ())
        .unwrap_err();
    assert_eq!(verdict.code(), Some(refused.code()));
}
