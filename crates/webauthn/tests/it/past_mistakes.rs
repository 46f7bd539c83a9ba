//! The rows of the list of past mistakes that concern this crate, by their numbers.

use crate::device::*;
use serde_json::{Value, json};
use webauthn::cbor::{CborError, CborErrorKind};
use webauthn::{
    AssertionError, AttestationError, AttestationKind, CrossOrigin, Excerpt, ExpectedAssertion,
    KeyError, Mediation, Origin, ParseError, Part, PublicKey, RegistrationError, RpId,
    StoredCredential, UserVerification, assertion, base64url, registration,
};

fn assertion_refusal(device: &Device, client_data: &[u8], data: &Data) -> AssertionError {
    let response = authentication(&device.assertion_json(client_data, data));
    assertion::verify(&response, &Site::new().assertion(), &device.stored()).unwrap_err()
}

fn registration_refusal(device: &Device, client_data: &[u8], data: &Data) -> RegistrationError {
    let response = registration(&device.registration_json(client_data, data));
    registration::verify(&response, &Site::new().registration()).unwrap_err()
}

#[test]
fn the_device_of_these_tests_passes_both_ceremonies() {
    let (device, site) = (Device::new(), Site::new());
    let verified = registration::verify(&device.good_registration(), &site.registration()).unwrap();
    assert_eq!(verified.credential_id(), device.credential_id);
    assert_eq!(verified.resident_key(), Some(true));
    assert_eq!(verified.transports(), ["internal", "hybrid"]);
    assert!(verified.user_verified() && verified.backup_eligible() && verified.backup_state());
    let verified = assertion::verify(
        &device.good_assertion(),
        &site.assertion(),
        &device.stored(),
    )
    .unwrap();
    assert_eq!(verified.user_handle(), USER_HANDLE);
    assert_eq!(verified.origin().as_str(), "https://login.example.org");
}

// 14: challenge compared to a copy that the caller sent, RP ID hash and counter ignored.

#[test]
fn past_mistake_14_challenge_is_read_from_the_signed_client_data() {
    let device = Device::new();
    let other = base64url::encode(b"another challenge of thirty-two b");
    let bent = client_data_with("webauthn.get", "challenge", json!(other));
    // A copy of the right challenge beside the signed one changes nothing.
    let mut json = device.assertion_json(&bent, &device.assertion_data());
    json["challenge"] = json!(base64url::encode(CHALLENGE));
    json["response"]["challenge"] = json!(base64url::encode(CHALLENGE));
    let refusal = assertion::verify(
        &authentication(&json),
        &Site::new().assertion(),
        &device.stored(),
    );
    assert_eq!(refusal.unwrap_err(), AssertionError::ChallengeMismatch);

    let bent = client_data_with("webauthn.create", "challenge", json!(other));
    assert_eq!(
        registration_refusal(&device, &bent, &device.registration_data()),
        RegistrationError::ChallengeMismatch
    );
}

#[test]
fn past_mistake_14_no_prefix_padding_or_other_spelling_of_the_challenge_passes() {
    let device = Device::new();
    let right = base64url::encode(CHALLENGE);
    for wrong in [
        String::new(),
        right[..right.len() - 1].to_owned(),
        format!("{right}="),
        format!("{right}A"),
        right.to_uppercase(),
    ] {
        let bent = client_data_with("webauthn.get", "challenge", json!(wrong));
        assert_eq!(
            assertion_refusal(&device, &bent, &device.assertion_data()),
            AssertionError::ChallengeMismatch,
            "{wrong}"
        );
    }
}

#[test]
fn past_mistake_14_counter_that_does_not_advance_is_a_clone() {
    let device = Device::new();
    let site = Site::new();
    let expected = site.assertion();
    let outcome = |stored, received, backup_eligible: bool| {
        let flags = if backup_eligible {
            UP | UV | BE
        } else {
            UP | UV
        };
        let data = Data {
            sign_count: received,
            flags,
            ..device.assertion_data()
        };
        let response = authentication(&device.assertion_json(&client_data("webauthn.get"), &data));
        let stored = StoredCredential {
            sign_count: stored,
            backup_eligible,
            ..device.stored()
        };
        assertion::verify(&response, &expected, &stored).map(|verified| verified.counter())
    };
    use webauthn::Counter::{Advanced, NotSupported, Regressed};
    for backup_eligible in [false, true] {
        assert_eq!(outcome(0, 0, backup_eligible), Ok(NotSupported));
        assert_eq!(outcome(0, 1, backup_eligible), Ok(Advanced));
        assert_eq!(outcome(7, 8, backup_eligible), Ok(Advanced));
    }
    for (stored, received) in [(7, 7), (7, 6), (7, 0), (u32::MAX, 0)] {
        let refusal = outcome(stored, received, false).unwrap_err();
        assert_eq!(
            refusal,
            AssertionError::CounterRegressed { stored, received }
        );
        assert!(refusal.signature_was_valid());
        assert_eq!(
            outcome(stored, received, true),
            Ok(Regressed { stored, received })
        );
    }
}

#[test]
fn past_mistake_14_counter_is_not_reported_for_a_forged_signature() {
    let device = Device::new();
    let data = Data {
        flags: UP | UV,
        sign_count: 1,
        ..device.assertion_data()
    };
    let mut json = device.assertion_json(&client_data("webauthn.get"), &data);
    json["response"]["signature"] = json!(base64url::encode(&device.sign(b"something else")));
    let stored = StoredCredential {
        sign_count: 9,
        backup_eligible: false,
        ..device.stored()
    };
    let refusal =
        assertion::verify(&authentication(&json), &Site::new().assertion(), &stored).unwrap_err();
    assert_eq!(refusal, AssertionError::SignatureInvalid);
    assert!(!refusal.signature_was_valid());
}

// 15: user verification asked for, not checked.

#[test]
fn past_mistake_15_user_verification_is_checked_where_required() {
    let (device, site) = (Device::new(), Site::new());
    let data = Data {
        flags: UP | BE,
        ..device.assertion_data()
    };
    let refusal = assertion_refusal(&device, &client_data("webauthn.get"), &data);
    assert_eq!(refusal, AssertionError::UserVerificationMissing);
    assert!(refusal.signature_was_valid());

    let data = Data {
        flags: UP | BE | AT,
        ..device.registration_data()
    };
    assert_eq!(
        registration_refusal(&device, &client_data("webauthn.create"), &data),
        RegistrationError::UserVerificationMissing
    );

    // The same bytes pass where it is only preferred, and the result says that it did not happen.
    let response = registration(&device.registration_json(&client_data("webauthn.create"), &data));
    let mut expected = site.registration();
    expected.user_verification = UserVerification::Preferred;
    assert!(
        !registration::verify(&response, &expected)
            .unwrap()
            .user_verified()
    );
}

#[test]
fn past_mistake_15_presence_is_always_checked_but_in_conditional_creation() {
    let (device, site) = (Device::new(), Site::new());
    let data = Data {
        flags: UV | BE,
        ..device.assertion_data()
    };
    let refusal = assertion_refusal(&device, &client_data("webauthn.get"), &data);
    assert_eq!(refusal, AssertionError::UserPresenceMissing);

    let data = Data {
        flags: BE | AT,
        ..device.registration_data()
    };
    assert_eq!(
        registration_refusal(&device, &client_data("webauthn.create"), &data),
        RegistrationError::UserPresenceMissing
    );
    let response = registration(&device.registration_json(&client_data("webauthn.create"), &data));
    let mut expected = site.registration();
    expected.mediation = Mediation::Conditional;
    expected.user_verification = UserVerification::Preferred;
    let verified = registration::verify(&response, &expected).unwrap();
    assert!(!verified.user_present() && !verified.user_verified());
}

// 16: origins. The table of parsing is in `origins.rs`; here is what client data may say.

#[test]
fn past_mistake_16_origin_is_compared_as_an_exact_text() {
    let device = Device::new();
    for wrong in [
        "https://example.org",
        "https://badexample.org",
        "https://evil-login.example.org",
        "https://login.example.org.evil.net",
        "https://login.example.org.",
        "https://login.example.org:443",
        "https://login.example.org:8443",
        "https://login.example.org/",
        "https://LOGIN.example.org",
        "HTTPS://login.example.org",
        "http://login.example.org",
        "https://user@login.example.org",
        "https://lögin.example.org",
        "https://xn--lgin-5qa.example.org",
        " https://login.example.org",
        "https://login.example.org\0",
        "null",
        "",
        "android:apk-key-hash:abc",
    ] {
        let bent = client_data_with("webauthn.get", "origin", json!(wrong));
        let refusal = assertion_refusal(&device, &bent, &device.assertion_data());
        assert!(
            matches!(refusal, AssertionError::OriginMismatch { .. }),
            "{wrong}: {refusal}"
        );
        let bent = client_data_with("webauthn.create", "origin", json!(wrong));
        let refusal = registration_refusal(&device, &bent, &device.registration_data());
        assert!(
            matches!(refusal, RegistrationError::OriginMismatch { .. }),
            "{wrong}: {refusal}"
        );
    }
}

#[test]
fn past_mistake_16_no_expected_origin_means_no_origin_passes() {
    let (device, site) = (Device::new(), Site::new());
    let expected = ExpectedAssertion {
        origins: &[],
        ..site.assertion()
    };
    let refusal =
        assertion::verify(&device.good_assertion(), &expected, &device.stored()).unwrap_err();
    assert!(matches!(refusal, AssertionError::OriginMismatch { .. }));
}

// 18: the RP ID hash, in both ceremonies.

#[test]
fn past_mistake_18_both_ceremonies_check_the_rp_id() {
    let device = Device::new();
    for wrong in [
        sha256(b"evil.example"),
        sha256(b"login.example.org"),
        sha256(b"example.org."),
        [0; 32],
    ] {
        let data = Data {
            rp_id_hash: wrong,
            ..device.assertion_data()
        };
        let refusal = assertion_refusal(&device, &client_data("webauthn.get"), &data);
        assert_eq!(
            refusal,
            AssertionError::RpIdHashMismatch {
                expected: "example.org".into(),
                found: Excerpt::of(&wrong),
            }
        );
        let data = Data {
            rp_id_hash: wrong,
            ..device.registration_data()
        };
        let refusal = registration_refusal(&device, &client_data("webauthn.create"), &data);
        assert_eq!(
            refusal,
            RegistrationError::RpIdHashMismatch {
                expected: "example.org".into(),
                found: Excerpt::of(&wrong),
            }
        );
    }
}

// 20 and 21: whose passkey it is. Owner of the record, account of the ceremony, user handle in the response.

#[test]
fn past_mistake_20_and_21_owner_account_and_user_handle_must_agree() {
    const EVE: &[u8] = b"user-handle-of-eve";
    let (device, site) = (Device::new(), Site::new());
    let outcome = |account: Option<&'static [u8]>, handle: Option<&[u8]>, owner: &'static [u8]| {
        let mut json =
            device.assertion_json(&client_data("webauthn.get"), &device.assertion_data());
        json["response"]["userHandle"] =
            handle.map_or(Value::Null, |handle| json!(base64url::encode(handle)));
        let expected = ExpectedAssertion {
            expected_user_handle: account,
            ..site.assertion()
        };
        let stored = StoredCredential {
            user_handle: owner,
            ..device.stored()
        };
        assertion::verify(&authentication(&json), &expected, &stored)
            .map(|verified| verified.user_handle().to_vec())
    };
    use AssertionError::{CredentialOwnerMismatch, UserHandleMismatch, UserHandleMissing};
    let ada = USER_HANDLE;
    for (account, handle, owner, expected) in [
        (None, Some(ada), ada, Ok(ada.to_vec())),
        (Some(ada), Some(ada), ada, Ok(ada.to_vec())),
        (Some(ada), None, ada, Ok(ada.to_vec())),
        (None, None, ada, Err(UserHandleMissing)),
        (None, Some(EVE), ada, Err(UserHandleMismatch)),
        (Some(ada), Some(EVE), ada, Err(UserHandleMismatch)),
        // Eve's passkey in Ada's ceremony, whatever Eve's client says (CVE-2026-46419).
        (Some(ada), None, EVE, Err(CredentialOwnerMismatch)),
        (Some(ada), Some(EVE), EVE, Err(CredentialOwnerMismatch)),
        (Some(ada), Some(ada), EVE, Err(CredentialOwnerMismatch)),
    ] {
        assert_eq!(
            outcome(account, handle, owner),
            expected,
            "{account:?} {handle:?} {owner:?}"
        );
    }
}

#[test]
fn past_mistake_20_another_credential_than_the_named_one_is_refused() {
    let (device, site) = (Device::new(), Site::new());
    let stored = StoredCredential {
        credential_id: b"credential-0002",
        ..device.stored()
    };
    let refusal =
        assertion::verify(&device.good_assertion(), &site.assertion(), &stored).unwrap_err();
    assert_eq!(refusal, AssertionError::CredentialIdMismatch);

    let others = [b"credential-0002".to_vec()];
    for (allowed, passes) in [
        (&others[..], false),
        (&[], false),
        (
            &[b"credential-0002".to_vec(), b"credential-0001".to_vec()],
            true,
        ),
    ] {
        let expected = ExpectedAssertion {
            allowed_credentials: Some(allowed),
            ..site.assertion()
        };
        let outcome = assertion::verify(&device.good_assertion(), &expected, &device.stored());
        assert_eq!(
            outcome.map(drop).err(),
            (!passes).then_some(AssertionError::CredentialNotAllowed)
        );
    }
}

// 23: backup flags.

#[test]
fn past_mistake_23_backup_eligibility_never_changes() {
    let (device, site) = (Device::new(), Site::new());
    for (stored, flags) in [
        (true, UP | UV),
        (false, UP | UV | BE),
        (false, UP | UV | BE | BS),
    ] {
        let data = Data {
            flags,
            ..device.assertion_data()
        };
        let response = authentication(&device.assertion_json(&client_data("webauthn.get"), &data));
        let record = StoredCredential {
            backup_eligible: stored,
            ..device.stored()
        };
        let refusal = assertion::verify(&response, &site.assertion(), &record).unwrap_err();
        assert_eq!(
            refusal,
            AssertionError::BackupEligibilityChanged {
                expected: stored,
                found: !stored
            }
        );
        assert!(refusal.signature_was_valid());
    }
}

#[test]
fn past_mistake_23_backed_up_without_being_eligible_is_refused() {
    let device = Device::new();
    let data = Data {
        flags: UP | UV | BS,
        ..device.assertion_data()
    };
    let refusal = assertion_refusal(&device, &client_data("webauthn.get"), &data);
    assert_eq!(refusal, AssertionError::BackupStateInvalid);
    let data = Data {
        flags: UP | UV | BS | AT,
        ..device.registration_data()
    };
    let refusal = registration_refusal(&device, &client_data("webauthn.create"), &data);
    assert_eq!(refusal, RegistrationError::BackupStateInvalid);
}

// 35: parsers. Keys have their own table in `keys.rs`.

/// A length in more bytes than it needs, in each part of a response that is CBOR: refused with its place wherever an
/// authenticator wrote it, and read in the map that the client puts around.
#[test]
fn past_mistake_35_longer_forms_of_lengths_are_refused_where_authenticators_write() {
    let device = Device::new();
    let outcome = |object: &[u8]| {
        let json = device.registration_json_of(&client_data("webauthn.create"), object);
        registration::verify(&registration(&json), &Site::new().registration())
    };
    let refused_at = |object: &[u8]| match outcome(object).unwrap_err() {
        RegistrationError::Parse(ParseError::Cbor { part, source })
            if source.kind == CborErrorKind::NotShortest =>
        {
            (part, source.offset)
        }
        other => panic!("{other:?}"),
    };
    let data = device.registration_data();
    let good = attestation_object("none", &data.bytes(), &[0xa0]);
    assert!(outcome(&good).is_ok());
    // `fmt` and `authData` as the client may write them: text of length 4, bytes of length below 256.
    let head = |bytes: &[u8]| {
        good.windows(bytes.len())
            .position(|it| it == bytes)
            .unwrap()
    };
    let mut longer = good.clone();
    longer.splice(head(b"\x64none")..=head(b"\x64none"), [0x78, 4]);
    let at = head_of_data(&longer);
    longer.splice(at..at + 2, [0x59, 0, data.bytes().len() as u8]);
    assert!(outcome(&longer).is_ok());
    // The key inside authenticator data: `1: 2` as `18 01: 2`.
    let key_at = 37 + 16 + 2 + device.credential_id.len();
    let mut bent = data.bytes();
    assert_eq!(bent[key_at..key_at + 3], [0xa5, 1, 2]);
    bent.splice(key_at + 1..key_at + 2, [0x18, 1]);
    let object = attestation_object("none", &bent, &[0xa0]);
    assert_eq!(refused_at(&object), (Part::AuthenticatorData, key_at + 1));
    // Extension outputs: `credProtect: 2` as `credProtect: 19 00 02`.
    let mut bent = Data {
        flags: data.flags | ED,
        ..data.clone()
    }
    .bytes();
    let extensions_at = bent.len();
    bent.extend(b"\xa1\x6bcredProtect\x19\x00\x02");
    let object = attestation_object("none", &bent, &[0xa0]);
    assert_eq!(
        refused_at(&object),
        (Part::AuthenticatorData, extensions_at + 13)
    );
    // The statement: its algorithm.
    let object = attestation_object("packed", &data.bytes(), b"\xa1\x63alg\x38\x06");
    let RegistrationError::Attestation(AttestationError::Parse(refusal)) =
        outcome(&object).unwrap_err()
    else {
        panic!("not the statement");
    };
    let source = CborError {
        offset: 5,
        kind: CborErrorKind::NotShortest,
    };
    let part = Part::AttestationStatement;
    assert_eq!(refusal, ParseError::Cbor { part, source });
}

/// Where the bytes of `authData` begin.
fn head_of_data(object: &[u8]) -> usize {
    let name = b"\x68authData";
    let at = object.windows(name.len()).position(|it| it == name);
    at.unwrap() + name.len()
}

#[test]
fn past_mistake_35_trailing_bytes_are_refused_everywhere() {
    let device = Device::new();
    let data = device.registration_data();

    let mut object = attestation_object("none", &data.bytes(), &[0xa0]);
    object.push(0);
    let json = device.registration_json_of(&client_data("webauthn.create"), &object);
    let refusal =
        registration::verify(&registration(&json), &Site::new().registration()).unwrap_err();
    assert_eq!(refusal.code(), "parse.cbor_trailing_bytes");

    let mut tail = device.attested();
    tail.push(0);
    let refusal = registration_refusal(
        &device,
        &client_data("webauthn.create"),
        &Data {
            tail,
            ..data.clone()
        },
    );
    assert_eq!(refusal.code(), "parse.authenticator_data_trailing_bytes");

    // A second item behind the key, announced by no flag; and extensions followed by a byte.
    let tail = [&device.attested()[..], &[0xa0]].concat();
    let refusal = registration_refusal(
        &device,
        &client_data("webauthn.create"),
        &Data {
            tail,
            ..data.clone()
        },
    );
    assert_eq!(refusal.code(), "parse.authenticator_data_trailing_bytes");
    let data = Data {
        flags: UP | UV | BE | ED,
        tail: vec![0xa0, 0],
        ..device.assertion_data()
    };
    let refusal = assertion_refusal(&device, &client_data("webauthn.get"), &data);
    assert_eq!(refusal.code(), "parse.authenticator_data_trailing_bytes");

    let mut cose = device.cose.clone();
    cose.push(0);
    assert_eq!(PublicKey::parse(&cose).unwrap_err().code(), "key.cbor");
    let mut bent = client_data("webauthn.get");
    bent.extend(b"{}");
    let refusal = assertion_refusal(&device, &bent, &device.assertion_data());
    assert_eq!(refusal.code(), "parse.json_syntax");
}

#[test]
fn past_mistake_35_algorithm_and_curve_are_bound() {
    let device = Device::new();
    let (x, y) = (&device.cose[10..42], &device.cose[45..77]);
    assert!(PublicKey::parse(&cose_ec2(-7, 1, x, y)).is_ok());
    // ES384 and ES512 over a P-256 key, ES256 over "P-384".
    for (algorithm, curve) in [(-35, 1), (-36, 1), (-7, 2), (-7, 3), (-51, 1), (-9, 8)] {
        let refusal = PublicKey::parse(&cose_ec2(algorithm, curve, x, y)).unwrap_err();
        assert!(
            matches!(refusal, KeyError::CurveMismatch { .. }),
            "{algorithm} {curve}: {refusal}"
        );
    }
    // Past mistake 35 (#759): the algorithm of an OKP key is looked at.
    let refusal = PublicKey::parse(&cose_okp(-7, 6, &[9; 32])).unwrap_err();
    assert!(matches!(refusal, KeyError::KeyTypeMismatch { .. }));
}

#[test]
fn past_mistake_35_unknown_algorithms_fail_closed() {
    for id in [0, -1, -47, -38, -65535, -258, 7, i64::MIN, i64::MAX] {
        let refusal = PublicKey::parse(&cose_ec2(id, 1, &[1; 32], &[2; 32])).unwrap_err();
        assert_eq!(refusal, KeyError::UnsupportedAlgorithm { id });
    }
}

#[test]
fn past_mistake_35_short_challenges_are_never_expected() {
    let (device, site) = (Device::new(), Site::new());
    for challenge in [&b""[..], b"fifteen bytes.."] {
        let text = json!(base64url::encode(challenge));
        let bent = client_data_with("webauthn.get", "challenge", text.clone());
        let response = authentication(&device.assertion_json(&bent, &device.assertion_data()));
        let expected = ExpectedAssertion {
            challenge,
            ..site.assertion()
        };
        let refusal = assertion::verify(&response, &expected, &device.stored()).unwrap_err();
        assert_eq!(
            refusal,
            AssertionError::WeakChallenge {
                found: challenge.len()
            }
        );

        let bent = client_data_with("webauthn.create", "challenge", text);
        let response = registration(&device.registration_json(&bent, &device.registration_data()));
        let mut expected = site.registration();
        expected.challenge = challenge;
        let refusal = registration::verify(&response, &expected).unwrap_err();
        assert_eq!(
            refusal,
            RegistrationError::WeakChallenge {
                found: challenge.len()
            }
        );
    }
}

// 36: RP ID and origin.

#[test]
fn past_mistake_36_the_ceremonys_own_rp_id_counts() {
    let (device, mut site) = (Device::new(), Site::new());
    site.rp_id = RpId::parse("login.example.org").unwrap();
    let refusal = assertion::verify(
        &device.good_assertion(),
        &site.assertion(),
        &device.stored(),
    )
    .unwrap_err();
    assert_eq!(
        refusal,
        AssertionError::RpIdHashMismatch {
            expected: "login.example.org".into(),
            found: Excerpt::of(&sha256(b"example.org")),
        }
    );
}

#[test]
fn past_mistake_36_frames_of_other_origins_are_refused_by_default() {
    let (device, site) = (Device::new(), Site::new());
    let top = [Origin::parse("https://portal.example.net").unwrap()];
    for (member, value, under_top) in [
        ("crossOrigin", json!(true), Ok(())),
        ("topOrigin", json!("https://portal.example.net"), Ok(())),
        ("topOrigin", json!("https://evil.example.net"), Err(())),
        (
            "topOrigin",
            json!("https://portal.example.net:8443"),
            Err(()),
        ),
        ("topOrigin", json!("null"), Err(())),
    ] {
        let bent = client_data_with("webauthn.get", member, value.clone());
        let response = authentication(&device.assertion_json(&bent, &device.assertion_data()));
        let refusal =
            assertion::verify(&response, &site.assertion(), &device.stored()).unwrap_err();
        assert_eq!(
            refusal,
            AssertionError::CrossOriginRefused,
            "{member} {value}"
        );
        let expected = ExpectedAssertion {
            cross_origin: CrossOrigin::AllowedUnder(&top),
            ..site.assertion()
        };
        let outcome = assertion::verify(&response, &expected, &device.stored());
        assert_eq!(
            outcome.map(drop).map_err(|_| ()),
            under_top,
            "{member} {value}"
        );
    }
}

// 2 belongs to policy, but rests on this: what was not verified never looks verified.

#[test]
fn past_mistake_2_attestation_kinds_are_told_apart() {
    let (device, site) = (Device::new(), Site::new());
    let client_data = client_data("webauthn.create");
    let data = device.registration_data();
    let kind = |object: Vec<u8>| {
        let json = device.registration_json_of(&client_data, &object);
        registration::verify(&registration(&json), &site.registration())
            .map(|v| v.attestation().kind)
    };
    assert_eq!(
        kind(attestation_object("none", &data.bytes(), &[0xa0])),
        Ok(AttestationKind::None)
    );
    assert_eq!(
        kind(device.packed_self(&client_data, &data)),
        Ok(AttestationKind::SelfAttested)
    );
    // Formats that are not known or not accepted are kept as such.
    for format in ["android-safetynet", "Packed", "NONE", "unheard-of"] {
        let outcome = kind(attestation_object(format, &data.bytes(), &[0xa0]));
        assert_eq!(outcome, Ok(AttestationKind::Unverified), "{format}");
    }
    // An empty statement of the others is wrong.
    for format in ["tpm", "android-key", "apple", "fido-u2f", "compound"] {
        let outcome = kind(attestation_object(format, &data.bytes(), &[0xa0]));
        assert!(
            outcome.unwrap_err().code().starts_with("parse.cbor_"),
            "{format}"
        );
    }
    let outcome = kind(attestation_object("compound", &data.bytes(), &[0x80]));
    assert_eq!(outcome.unwrap_err().code(), "attestation.compound_too_few");
    // Not an identifier at all: refused, not kept (section 8.1).
    assert_eq!(
        kind(attestation_object("", &data.bytes(), &[0xa0])),
        Err(RegistrationError::Parse(
            webauthn::ParseError::AttestationFormat { found: 0 }
        ))
    );
}
