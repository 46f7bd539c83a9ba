//! Every attestation format: what is accepted, and each step that refuses.

use crate::authority::der::{
    element, explicit, explicit_great, integer, octet_string, sequence, set, utf8,
};
use crate::authority::{
    BASIC_CONSTRAINTS, Key, SERVER_AUTH, SUBJECT_ALT_NAME, Template, other_encodings,
};
use crate::device::sha256;
use crate::statements::*;
use webauthn::AttestationKind;
use webauthn::attestation::{
    AndroidEnforcement, AttestationNeed, AttestationPolicy, Model, TpmManufacturers, Trust,
    U2fAaguid, Verdict, reevaluate,
};
use webauthn::x509::{Anchor, Certificate, PathInput, PathRule, Revocation, Time, Usage, validate};

#[test]
fn packed_is_attested_by_its_maker() {
    for credential in [
        Key::p256(),
        Key::p384(),
        Key::ed25519(),
        Key::rsa(),
        Key::ml_dsa_44(),
    ] {
        let maker = Maker::of(credential);
        let attestation = maker.judge("packed", &maker.packed()).unwrap();
        assert_eq!(attestation.kind, AttestationKind::Basic);
        let Verdict::Attested(chain) = &attestation.verdict else {
            panic!("{:?}", attestation.verdict);
        };
        assert_eq!(chain.anchor(), sha256(&maker.root()));
        assert_eq!(chain.certificates(), attestation.certificates);
        assert_eq!(attestation.key_identifier.unwrap().len(), 20);
    }
}

#[test]
fn packed_refuses_what_section_8_2_forbids() {
    let maker = Maker::new();
    let other = Key::p256();
    let cases = [
        ("alg", Cbor::Int(-35), "attestation.algorithm"),
        ("alg", Cbor::Int(-8), "attestation.algorithm"),
        ("alg", Cbor::Int(-65535), "attestation.algorithm"),
        ("alg", Cbor::Int(7), "attestation.algorithm"),
        ("alg", Cbor::Text("ES256"), "parse.cbor_wrong_type"),
        (
            "sig",
            Cbor::Bytes(other.sign(&maker.message())),
            "attestation.signature_invalid",
        ),
        (
            "sig",
            Cbor::Bytes(maker.signer.sign(b"another")),
            "attestation.signature_invalid",
        ),
        ("sig", Cbor::Bytes(vec![]), "attestation.signature_invalid"),
        ("x5c", Cbor::List(vec![]), "attestation.certificate_count"),
        (
            "x5c",
            Cbor::List(vec![maker.root(); 9]),
            "attestation.certificate_count",
        ),
        (
            "x5c",
            Cbor::List(vec![b"0".to_vec()]),
            "certificate.truncated",
        ),
        ("x5c", Cbor::Bytes(vec![]), "parse.cbor_wrong_type"),
    ];
    assert_eq!(maker.outcome("packed", &maker.packed()), "attested");
    for (name, value, expected) in cases {
        let parts = with(maker.packed(), name, value);
        assert_eq!(maker.outcome("packed", &parts), expected, "{name}");
    }
    for name in ["alg", "sig"] {
        let parts = without(maker.packed(), name);
        assert_eq!(maker.outcome("packed", &parts), "parse.cbor_missing_key");
    }
    // Without x5c the same signature is one of self attestation, and wrong.
    let parts = without(maker.packed(), "x5c");
    assert_eq!(
        maker.outcome("packed", &parts),
        "attestation.signature_invalid"
    );
}

/// Past mistake 37 (go-webauthn #656 and others): section 8.2.1, each requirement.
#[test]
fn past_mistake_37_packed_certificates_meet_every_requirement() {
    let maker = Maker::new();
    let leaf = || maker.packed_leaf();
    let subject = |country: &str, organisation: &str, unit: &str, name: &str| {
        let mut leaf = leaf();
        leaf.subject = packed_subject(country, organisation, unit, name);
        leaf
    };
    let unit = "Authenticator Attestation";
    let old = |mut leaf: Template| {
        (leaf.version, leaf.extensions) = (0, vec![]);
        leaf
    };
    let wrong_subject = "attestation.certificate_subject";
    for (leaf, expected) in [
        (leaf(), "attested"),
        (leaf().without(FIDO_AAGUID), "attested"),
        (old(leaf()), "attestation.certificate_version"),
        (subject("", "Maker", unit, "Model"), wrong_subject),
        (subject("ut", "Maker", unit, "Model"), wrong_subject),
        (subject("UTO", "Maker", unit, "Model"), wrong_subject),
        (subject("UT", "", unit, "Model"), wrong_subject),
        (
            subject("UT", "Maker", "authenticator attestation", "Model"),
            wrong_subject,
        ),
        (subject("UT", "Maker", unit, ""), wrong_subject),
        (
            leaf().without(BASIC_CONSTRAINTS),
            "attestation.certificate_authority",
        ),
        (
            leaf().with(BASIC_CONSTRAINTS, true, sequence(&[element(1, &[0xff])])),
            "attestation.certificate_authority",
        ),
        (
            leaf().with(FIDO_AAGUID, true, octet_string(&AAGUID)),
            "attestation.aaguid_extension",
        ),
        (
            leaf().with(FIDO_AAGUID, false, AAGUID.to_vec()),
            "attestation.aaguid_extension",
        ),
        (
            leaf().with(FIDO_AAGUID, false, octet_string(&AAGUID[..15])),
            "attestation.aaguid_extension",
        ),
        (
            leaf().with(FIDO_AAGUID, false, octet_string(&[7; 16])),
            "attestation.aaguid_mismatch",
        ),
    ] {
        assert_eq!(maker.outcome("packed", &maker.packed_with(&leaf)), expected);
    }
}

/// Past mistake 37 (go-webauthn #744): a statement's signature has one encoding, in every format that has one.
#[test]
fn past_mistake_37_a_statements_signature_has_one_encoding() {
    let maker = Maker::new();
    let u2f = {
        let mut maker = Maker::new();
        maker.data.tail[..16].fill(0);
        maker
    };
    let hash = sha256(&maker.client_data);
    let described = key_description(1, &hash, &[], &[purpose(&[2]), origin(0)]);
    for (maker, format, parts) in [
        (&maker, "packed", maker.packed()),
        (&maker, "tpm", maker.tpm()),
        (&maker, "android-key", maker.android_with(described)),
        (&u2f, "fido-u2f", u2f.u2f()),
    ] {
        assert_eq!(maker.outcome(format, &parts), "attested", "{format}");
        let is_signature = |(name, _): &&(&str, Cbor)| *name == "sig";
        let Some((_, Cbor::Bytes(signature))) = parts.iter().find(is_signature) else {
            panic!("{format}");
        };
        for bent in other_encodings(signature) {
            let parts = with(parts.clone(), "sig", Cbor::Bytes(bent));
            assert_eq!(
                maker.outcome(format, &parts),
                "attestation.signature_invalid",
                "{format}"
            );
        }
    }
}

/// Sections 8.2.1 and 8.3.1 want a leaf that is no authority. Sections 8.4, 8.6 and 8.8 say nothing about it, and no more
/// is asked here: what such a leaf signed is this registration, bound to its key by the format's own steps.
#[test]
fn whether_a_leaf_may_be_an_authority_is_its_formats_rule() {
    let mut maker = Maker::new();
    let authority = |leaf: Template| {
        let is_one = sequence(&[element(1, &[0xff])]);
        leaf.with(BASIC_CONSTRAINTS, true, is_one)
    };
    let refused = "attestation.certificate_authority";
    let packed = maker.packed_with(&authority(maker.packed_leaf()));
    assert_eq!(maker.outcome("packed", &packed), refused);
    let area = public_area(&maker.credential);
    let tpm = maker.tpm_with(&authority(maker.tpm_leaf()), area, |_| ());
    assert_eq!(maker.outcome("tpm", &tpm), refused);
    let apple = maker.apple_with(&authority(maker.apple_leaf()));
    assert_eq!(maker.outcome("apple", &apple), "attested");
    let hash = sha256(&maker.client_data);
    let described = key_description(1, &hash, &[], &[purpose(&[2]), origin(0)]);
    let leaf = Template::leaf("Android", &maker.credential, "Maker Root").with(
        KEY_DESCRIPTION,
        false,
        described.clone(),
    );
    let leaf = authority(leaf).sign(&maker.root);
    let android = with(maker.android_with(described), "x5c", Cbor::List(vec![leaf]));
    assert_eq!(maker.outcome("android-key", &android), "attested");
    maker.data.tail[..16].fill(0);
    let leaf = authority(Template::leaf("U2F", &maker.signer, "Maker Root"));
    let u2f = with(maker.u2f(), "x5c", Cbor::List(vec![leaf.sign(&maker.root)]));
    assert_eq!(maker.outcome("fido-u2f", &u2f), "attested");
}

#[test]
fn a_tpm_attests_rsa_and_ecc_keys() {
    for (credential, signer) in [
        (Key::p256(), Key::p256()),
        (Key::rsa(), Key::p256()),
        (Key::p256(), Key::rsa()),
    ] {
        let mut maker = Maker::of(credential);
        maker.signer = signer;
        let attestation = maker.judge("tpm", &maker.tpm()).unwrap();
        assert_eq!(attestation.kind, AttestationKind::AttCa);
        assert!(
            attestation.verdict.is_attested(),
            "{:?}",
            attestation.verdict
        );
    }
}

/// SHA-1 is verified inside a TPM attestation, in its statement and its chain, and nowhere else.
#[test]
fn sha1_belongs_to_tpms_alone() {
    let file: serde_json::Value =
        serde_json::from_str(include_str!("../data/tpm-rs1.json")).unwrap();
    let member = |name: &str| webauthn::base64url::decode(file[name].as_str().unwrap()).unwrap();
    let anchor = Anchor::parse(&member("root")).unwrap();
    let search = |_: &Model| vec![&anchor];
    let trust = Trust {
        anchors: &search,
        is_shared: &|_| false,
        at: Time::from_unix_seconds(crate::authority::NOW),
        revocation: Revocation::Unchecked,
        android: None,
    };
    let policy = AttestationPolicy::NOT_REQUIRED.with_trust(trust);
    let (object, client_data) = (member("attestationObject"), member("clientDataJSON"));
    let attestation = reevaluate(&object, &client_data, &policy).unwrap();
    assert!(
        attestation.verdict.is_attested(),
        "{:?}",
        attestation.verdict
    );
    // The same certificate under any other usage.
    let leaf = member("leaf");
    let leaf = Certificate::parse(&leaf).unwrap();
    for (usage, expected) in [
        (Usage::TpmAttestationKey, None),
        (Usage::AndroidKey, Some(PathRule::Algorithm)),
        (Usage::Attestation, Some(PathRule::Algorithm)),
    ] {
        let outcome = validate(&PathInput {
            certificates: &[leaf],
            anchors: &[&anchor],
            usage,
            at: Time::from_unix_seconds(crate::authority::NOW),
            revocation: Revocation::Unchecked,
        });
        assert_eq!(outcome.err().map(|error| error.rule), expected);
    }
    // The same signature in another format, and asked of the certificate directly.
    assert!(leaf.verify(-65535, b"", &[7; 256]).is_err());
    let maker = Maker::new();
    let parts = with(maker.packed(), "alg", Cbor::Int(-65535));
    assert_eq!(maker.outcome("packed", &parts), "attestation.algorithm");
}

/// Past mistake 35 (go-webauthn #752, #760): a number of COSE binds curve and hash, and an unknown one refuses.
#[test]
fn past_mistake_35_attestation_algorithms_bind_curve_and_hash() {
    let mut maker = Maker::new();
    maker.signer = Key::p384();
    // A P-384 key under ES256's number, though X.509 would know how to verify that.
    assert_eq!(
        maker.outcome("packed", &maker.packed()),
        "attestation.algorithm"
    );
    let es384 = with(maker.packed(), "alg", Cbor::Int(-35));
    assert_eq!(maker.outcome("packed", &es384), "attested");
    let maker = Maker::new();
    for number in [-65535, -258, -259, -260, 0, 1, i64::MAX] {
        let parts = with(maker.tpm(), "alg", Cbor::Int(number));
        let expected = match number {
            // Known hashes, of which extraData is not one.
            -65535 | -258 | -259 => "attestation.binding_mismatch",
            _ => "attestation.algorithm",
        };
        assert_eq!(maker.outcome("tpm", &parts), expected, "{number}");
    }
    // The name's hash: SHA-256's structure under an unknown number.
    let mut area = public_area(&maker.credential);
    area[3] = 0x27;
    let parts = maker.tpm_with(&maker.tpm_leaf(), area, |_| ());
    assert_eq!(maker.outcome("tpm", &parts), "attestation.tpm_malformed");
}

/// Past mistake 37 (go-webauthn #725): every step of section 8.3.
#[test]
fn past_mistake_37_every_tpm_step_is_taken() {
    let maker = Maker::new();
    let area = || public_area(&maker.credential);
    let bent = |bend: fn(&mut CertInfo)| maker.tpm_with(&maker.tpm_leaf(), area(), bend);
    let of_area = |area: Vec<u8>| maker.tpm_with(&maker.tpm_leaf(), area, |_| ());
    let other_key = public_area(&Key::p256());
    let longer = [area(), vec![0]].concat();
    let shorter = area()[..area().len() - 1].to_vec();
    let mut other_type = area();
    other_type[1] = 8;
    let mut other_curve = area();
    other_curve[47] = 4;
    for (parts, expected) in [
        (maker.tpm(), "attested"),
        (
            with(maker.tpm(), "ver", Cbor::Text("1.2")),
            "attestation.tpm_version",
        ),
        (
            with(maker.tpm(), "alg", Cbor::Int(-257)),
            "attestation.algorithm",
        ),
        (
            with(maker.tpm(), "alg", Cbor::Int(-8)),
            "attestation.algorithm",
        ),
        (
            bent(|info| info.magic = 0xff54_4348),
            "attestation.tpm_magic",
        ),
        (bent(|info| info.kind = 0x8018), "attestation.tpm_type"),
        (
            bent(|info| info.extra_data[0] ^= 1),
            "attestation.binding_mismatch",
        ),
        (
            bent(|info| info.extra_data.clear()),
            "attestation.binding_mismatch",
        ),
        (bent(|info| info.name[5] ^= 1), "attestation.tpm_name"),
        (bent(|info| info.name[1] = 0x0c), "attestation.tpm_name"),
        (bent(|info| info.name.clear()), "attestation.tpm_malformed"),
        (bent(|info| info.tail.push(0)), "attestation.tpm_malformed"),
        (of_area(other_key.clone()), "attestation.key_mismatch"),
        (of_area(longer), "attestation.tpm_malformed"),
        (of_area(shorter), "attestation.tpm_malformed"),
        (of_area(other_type), "attestation.tpm_malformed"),
        (of_area(other_curve), "attestation.key_mismatch"),
        (
            with(maker.tpm(), "pubArea", Cbor::Bytes(other_key)),
            "attestation.key_mismatch",
        ),
        (
            with(maker.tpm(), "sig", Cbor::Bytes(maker.signer.sign(b"x"))),
            "attestation.signature_invalid",
        ),
        (
            with(maker.tpm(), "certInfo", Cbor::Bytes(vec![])),
            "attestation.tpm_malformed",
        ),
        (
            with(maker.tpm(), "x5c", Cbor::List(vec![])),
            "attestation.certificate_count",
        ),
    ] {
        assert_eq!(maker.outcome("tpm", &parts), expected);
    }
    for name in ["ver", "alg", "x5c", "sig", "certInfo", "pubArea"] {
        let parts = without(maker.tpm(), name);
        assert_eq!(
            maker.outcome("tpm", &parts),
            "parse.cbor_missing_key",
            "{name}"
        );
    }
    // Signed over the right structure, but certInfo is exchanged for another that this TPM signed before.
    let before = maker.tpm_with(&maker.tpm_leaf(), area(), |info| info.extra_data[0] ^= 1);
    assert_eq!(
        maker.outcome("tpm", &before),
        "attestation.binding_mismatch"
    );
}

#[test]
fn tpm_certificates_meet_every_requirement() {
    let maker = Maker::new();
    let leaf = || maker.tpm_leaf();
    let named = |mut leaf: Template| {
        leaf.subject = crate::authority::name("TPM");
        leaf
    };
    let only_mail = sequence(&[element(0x81, b"a@example.org")]);
    let twice = sequence(&[
        contents_of(&tpm_names("id:FFFFF1D0")).to_vec(),
        contents_of(&tpm_names("id:494E5443")).to_vec(),
    ]);
    for (leaf, expected) in [
        (leaf(), "attested"),
        (
            leaf().with(SUBJECT_ALT_NAME, false, tpm_names("id:494e5443")),
            "attested",
        ),
        (named(leaf()), "attestation.certificate_subject_not_empty"),
        (leaf().without(SUBJECT_ALT_NAME), "attestation.tpm_names"),
        (
            leaf().with(SUBJECT_ALT_NAME, true, only_mail),
            "attestation.tpm_names",
        ),
        // Two directory names, the good one last: whose TPM would it be?
        (
            leaf().with(SUBJECT_ALT_NAME, true, twice),
            "attestation.tpm_names",
        ),
        (
            leaf().with(SUBJECT_ALT_NAME, true, tpm_names("id:FFFFF1D0")),
            "attestation.tpm_manufacturer",
        ),
        (leaf().purposes(&[SERVER_AUTH]), "attestation.tpm_purpose"),
        (
            leaf().without(BASIC_CONSTRAINTS),
            "attestation.certificate_authority",
        ),
        (
            leaf().with(FIDO_AAGUID, false, octet_string(&[7; 16])),
            "attestation.aaguid_mismatch",
        ),
    ] {
        let parts = maker.tpm_with(&leaf, public_area(&maker.credential), |_| ());
        assert_eq!(maker.outcome("tpm", &parts), expected);
    }
    // The table of manufacturers is the caller's.
    let leaf = leaf().with(SUBJECT_ALT_NAME, true, tpm_names("id:FFFFF1D0"));
    let parts = maker.tpm_with(&leaf, public_area(&maker.credential), |_| ());
    for manufacturers in [
        TpmManufacturers::Any,
        TpmManufacturers::Listed(&["id:FFFFF1D0"]),
    ] {
        let verified = maker.register("tpm", &encode(&parts), |policy| {
            policy.tpm_manufacturers = manufacturers;
        });
        assert!(verified.unwrap().attestation().verdict.is_attested());
    }
}

/// What stands behind tag and length, which has one byte below 128 and two below 256.
fn contents_of(element: &[u8]) -> &[u8] {
    match element[1] {
        0x81 => &element[3..],
        _ => &element[2..],
    }
}

#[test]
fn u2f_attests_p256_keys_without_aaguid() {
    let mut maker = Maker::new();
    let outcome = maker.outcome("fido-u2f", &maker.u2f());
    assert_eq!(outcome, "attestation.u2f_aaguid");
    let any = maker.register("fido-u2f", &encode(&maker.u2f()), |policy| {
        policy.u2f_aaguid = U2fAaguid::Any;
    });
    assert!(any.unwrap().attestation().verdict.is_attested());
    maker.data.tail[..16].fill(0);
    assert_eq!(maker.outcome("fido-u2f", &maker.u2f()), "attested");
    let leaf = Template::leaf("U2F", &maker.signer, "Maker Root").sign(&maker.root);
    let of_p384 = Template::leaf("U2F", &Key::p384(), "Maker Root").sign(&maker.root);
    for (name, value, expected) in [
        (
            "sig",
            Cbor::Bytes(maker.signer.sign(&maker.message())),
            "attestation.signature_invalid",
        ),
        (
            "x5c",
            Cbor::List(vec![leaf, maker.root()]),
            "attestation.certificate_count",
        ),
        ("x5c", Cbor::List(vec![]), "attestation.certificate_count"),
        ("x5c", Cbor::List(vec![of_p384]), "attestation.u2f_curve"),
    ] {
        let parts = with(maker.u2f(), name, value);
        assert_eq!(maker.outcome("fido-u2f", &parts), expected, "{name}");
    }
    let mut maker = Maker::of(Key::p384());
    maker.data.tail[..16].fill(0);
    assert_eq!(
        maker.outcome("fido-u2f", &maker.u2f()),
        "attestation.u2f_curve"
    );
}

/// Past mistake 37 (go-webauthn #732): the keys are compared for every type of key.
#[test]
fn past_mistake_37_apple_certifies_this_very_key() {
    for credential in [
        Key::p256(),
        Key::p384(),
        Key::ed25519(),
        Key::rsa(),
        Key::ml_dsa_44(),
    ] {
        let maker = Maker::of(credential);
        let attestation = maker
            .judge("apple", &maker.apple_with(&maker.apple_leaf()))
            .unwrap();
        assert_eq!(attestation.kind, AttestationKind::AnonCa);
        assert!(attestation.verdict.is_attested());
        // Another key, and one of the same type that differs in one bit of its value.
        let mut bent = maker.credential.spki();
        let at = bent.len() - 20;
        bent[at] ^= 1;
        for other in [maker.signer.spki(), bent] {
            let mut leaf = maker.apple_leaf();
            leaf.spki = other;
            assert_eq!(
                maker.outcome("apple", &maker.apple_with(&leaf)),
                "attestation.key_mismatch"
            );
        }
    }
    let maker = Maker::new();
    let nonce = |value: Vec<u8>| maker.apple_leaf().with(APPLE_NONCE, false, value);
    let good = octet_string(&sha256(&maker.message()));
    for (leaf, expected) in [
        (
            maker.apple_leaf().without(APPLE_NONCE),
            "attestation.format_extension",
        ),
        (
            nonce(sequence(&[good.clone()])),
            "attestation.format_extension",
        ),
        (nonce(good), "attestation.format_extension"),
        (
            nonce(sequence(&[explicit(1, &octet_string(&[7; 32]))])),
            "attestation.binding_mismatch",
        ),
    ] {
        assert_eq!(maker.outcome("apple", &maker.apple_with(&leaf)), expected);
    }
}

pub(crate) fn purpose(values: &[u8]) -> Vec<u8> {
    let list: Vec<_> = values.iter().map(|value| integer(&[*value])).collect();
    explicit(1, &set(&list))
}

pub(crate) fn origin(value: u8) -> Vec<u8> {
    explicit_great(702, &integer(&[value]))
}

pub(crate) fn all_applications() -> Vec<u8> {
    explicit_great(600, &element(5, &[]))
}

#[test]
fn android_keys_are_described_by_their_keystore() {
    let maker = Maker::new();
    let hash = sha256(&maker.client_data);
    let good = || vec![purpose(&[2]), explicit(3, &integer(&[1, 0])), origin(0)];
    let description = |hardware: &[Vec<u8>]| key_description(1, &hash, &[], hardware);
    let hardware = |parts: &[Vec<u8>]| maker.android_with(description(parts));
    for (parts, expected) in [
        (hardware(&good()), "attested"),
        (
            hardware(&[purpose(&[2, 3]), origin(0)]),
            "attestation.android_purpose",
        ),
        (
            hardware(&[purpose(&[]), origin(0)]),
            "attestation.android_purpose",
        ),
        (hardware(&[origin(0)]), "attestation.android_purpose"),
        (
            hardware(&[purpose(&[2]), origin(2)]),
            "attestation.android_origin",
        ),
        (hardware(&[purpose(&[2])]), "attestation.android_origin"),
        // Twice, the good one last: two readers would believe two different ones.
        (
            hardware(&[purpose(&[3]), purpose(&[2]), origin(0)]),
            "attestation.format_extension",
        ),
        (
            hardware(&[purpose(&[2]), origin(2), origin(0)]),
            "attestation.format_extension",
        ),
        (
            hardware(&[good(), vec![all_applications(), all_applications()]].concat()),
            "attestation.format_extension",
        ),
        (
            hardware(&[good(), vec![all_applications()]].concat()),
            "attestation.android_all_applications",
        ),
        (
            maker.android_with(key_description(1, &hash, &[all_applications()], &good())),
            "attestation.android_all_applications",
        ),
        (
            maker.android_with(key_description(1, &[7; 32], &[], &good())),
            "attestation.binding_mismatch",
        ),
        (
            maker.android_with(key_description(1, &hash, &good(), &[])),
            "attestation.android_origin",
        ),
        (
            maker.android_with(key_description(0, &hash, &good(), &[])),
            "attestation.android_security_level",
        ),
        (
            maker.android_with(utf8("nothing")),
            "attestation.format_extension",
        ),
        (
            with(
                hardware(&good()),
                "sig",
                Cbor::Bytes(maker.credential.sign(b"x")),
            ),
            "attestation.signature_invalid",
        ),
        (
            with(hardware(&good()), "alg", Cbor::Int(-8)),
            "attestation.algorithm",
        ),
    ] {
        assert_eq!(maker.outcome("android-key", &parts), expected);
    }
    // Both levels are of hardware, and known (past: only the first was asked, and only for software).
    for (first, second, expected) in [
        (1, 1, "attested"),
        (2, 2, "attested"),
        (2, 1, "attested"),
        (1, 0, "attestation.android_security_level"),
        (0, 1, "attestation.android_security_level"),
        (3, 1, "attestation.android_security_level"),
        (1, 3, "attestation.android_security_level"),
    ] {
        let parts = maker.android_with(key_description_of([first, second], &hash, &[], &good()));
        assert_eq!(maker.outcome("android-key", &parts), expected);
    }
    // Where software is accepted, what it says counts; but it can't outvote hardware.
    let software = |description: Vec<u8>| {
        let parts = maker.android_with(description);
        maker
            .register("android-key", &encode(&parts), |policy| {
                policy.android = AndroidEnforcement::Any;
            })
            .map(|verified| verified.attestation().verdict.is_attested())
    };
    assert_eq!(software(key_description(0, &hash, &good(), &[])), Ok(true));
    assert_eq!(
        software(key_description(1, &hash, &good(), &[origin(2)])),
        Err("attestation.android_origin")
    );
    // Another key than the credential's, however well described.
    let leaf = Template::leaf("Android", &maker.signer, "Maker Root").with(
        KEY_DESCRIPTION,
        false,
        description(&good()),
    );
    let parts: Parts = vec![
        ("alg", Cbor::Int(-7)),
        ("sig", Cbor::Bytes(maker.signer.sign(&maker.message()))),
        ("x5c", Cbor::List(vec![leaf.sign(&maker.root)])),
    ];
    assert_eq!(
        maker.outcome("android-key", &parts),
        "attestation.key_mismatch"
    );
}

/// An app has the keystore certify a key, and signs certificates with it: for a key of its own, described as it
/// likes, or as another model's attestation key.
#[test]
fn a_key_that_android_describes_certifies_and_attests_nothing_else() {
    let mut maker = Maker::new();
    let hash = sha256(&maker.client_data);
    let app = Key::p256();
    let good = key_description(1, &hash, &[], &[purpose(&[2]), origin(0)]);
    let of_app = || Template::authority("App", &app, "Maker Root");
    let leaf = Template::leaf("Android", &maker.credential, "App")
        .with(KEY_DESCRIPTION, false, good.clone())
        .sign(&app);
    let sent = |authority: &Template| {
        let chain = vec![leaf.clone(), authority.sign(&maker.root)];
        with(maker.android_with(good.clone()), "x5c", Cbor::List(chain))
    };
    assert_eq!(maker.outcome("android-key", &sent(&of_app())), "attested");
    for description in [good.clone(), utf8("anything")] {
        let described = of_app().with(KEY_DESCRIPTION, false, description);
        let expected = "attestation.key_description";
        assert_eq!(maker.outcome("android-key", &sent(&described)), expected);
        let any = maker.register("android-key", &encode(&sent(&described)), |policy| {
            policy.android = AndroidEnforcement::Any;
        });
        assert_eq!(any.err(), Some(expected));
        let described = |leaf: Template| leaf.with(KEY_DESCRIPTION, false, utf8("anything"));
        let packed = maker.packed_with(&described(maker.packed_leaf()));
        assert_eq!(maker.outcome("packed", &packed), expected);
    }
    maker.data.tail[..16].fill(0);
    let leaf = Template::leaf("U2F", &maker.signer, "Maker Root");
    for (leaf, expected) in [
        (leaf.clone(), "attested"),
        (
            leaf.with(KEY_DESCRIPTION, false, good),
            "attestation.key_description",
        ),
    ] {
        let chain = Cbor::List(vec![leaf.sign(&maker.root)]);
        let parts = with(maker.u2f(), "x5c", chain);
        assert_eq!(maker.outcome("fido-u2f", &parts), expected);
    }
}

#[test]
fn what_refuses_is_what_the_caller_needs() {
    let maker = Maker::new();
    let good = encode(&maker.packed());
    let self_attested =
        crate::device::packed_statement(-7, &maker.credential.sign(&maker.message()));
    let broken = encode(&with(maker.packed(), "sig", Cbor::Bytes(vec![7])));
    let expired = {
        let mut leaf = maker.packed_leaf();
        leaf.not_after = crate::authority::NOW - 1;
        encode(&maker.packed_with(&leaf))
    };
    let ask = |format: &str, statement: &[u8], change: &dyn Fn(&mut AttestationPolicy<'_>)| {
        maker
            .register(format, statement, |policy| change(policy))
            .map(|verified| verified.attestation().verdict.code().unwrap_or("attested"))
    };
    let need = |need| move |policy: &mut AttestationPolicy<'_>| policy.need = need;
    use AttestationNeed::{Attested, Correct, CorrectIfAccepted, Nothing};
    for (format, statement, code, refused_from) in [
        ("packed", &good[..], "attested", 4),
        ("none", &[0xa0], "attestation.no_statement", 3),
        ("packed", &self_attested, "attestation.self", 3),
        ("unheard-of", &[0xa0], "attestation.format_not_accepted", 2),
        (
            "android-safetynet",
            &[0xa0],
            "attestation.format_not_accepted",
            2,
        ),
        ("packed", &expired, "chain.expired", 3),
        ("packed", &broken, "attestation.signature_invalid", 1),
        ("none", &[0xa1, 0, 0], "attestation.not_empty", 1),
    ] {
        for (level, needed) in [Nothing, CorrectIfAccepted, Correct, Attested]
            .into_iter()
            .enumerate()
        {
            let expected = if level >= refused_from {
                Err(code)
            } else {
                Ok(code)
            };
            assert_eq!(
                ask(format, statement, &need(needed)),
                expected,
                "{format} {level}"
            );
        }
    }
    // Nobody is believed by default, and the list of formats is the caller's.
    let nobody = ask("packed", &good, &|policy| {
        *policy = AttestationPolicy::NOT_REQUIRED;
    });
    assert_eq!(nobody, Ok("attestation.no_anchor"));
    let none_only = ask("packed", &good, &|policy| {
        policy.formats = &[webauthn::attestation::Format::None];
    });
    assert_eq!(none_only, Err("attestation.format_not_accepted"));
    // A registration that needs no attestation takes any format.
    for format in ["packed", "unheard-of"] {
        let taken = ask(format, &good, &|policy| {
            *policy = AttestationPolicy {
                formats: &[webauthn::attestation::Format::None],
                ..AttestationPolicy::NOT_REQUIRED
            };
        });
        assert_eq!(taken, Ok("attestation.format_not_accepted"));
    }
}
