//! Attestations that Chromium's virtual authenticator made, recorded by `browser/record-attestations.mjs`: an
//! independent maker of `packed` and `fido-u2f` statements and of certificates.

use serde_json::Value;
use webauthn::attestation::{AttestationPolicy, Model, Trust};
use webauthn::x509::{Anchor, Certificate, Revocation, Time};
use webauthn::{
    AttestationKind, CrossOrigin, ExpectedRegistration, Mediation, Origin, RegistrationResponse,
    RpId, UserVerification, VerifiedRegistration, base64url, registration,
};

const FILE: &str = include_str!("../data/chromium/attestations.json");
/// 2026-11-21.
const RECORDED_AT: i64 = 1_795_219_200;

fn records() -> Vec<Value> {
    let file: Value = serde_json::from_str(FILE).unwrap();
    file["recorded"].as_array().unwrap().clone()
}

fn verify(record: &Value, anchors: &[Anchor]) -> VerifiedRegistration {
    let file: Value = serde_json::from_str(FILE).unwrap();
    let challenge = base64url::decode(file["challenge"].as_str().unwrap()).unwrap();
    let response = record["response"].to_string();
    let response = RegistrationResponse::from_json(response.as_bytes()).unwrap();
    let search = |_: &Model| anchors.iter().collect();
    let trust = Trust {
        anchors: &search,
        is_shared: &|_| false,
        at: Time::from_unix_seconds(RECORDED_AT),
        revocation: Revocation::Unchecked,
        android: None,
    };
    let is_u2f = record["device"] == "u2f";
    let expected = ExpectedRegistration {
        challenge: &challenge,
        rp_id: &RpId::parse("localhost").unwrap(),
        origins: &[Origin::parse(record["origin"].as_str().unwrap()).unwrap()],
        cross_origin: CrossOrigin::Refused,
        algorithms: &webauthn::DEFAULT_ALGORITHMS,
        mediation: Mediation::Modal,
        user_verification: if is_u2f {
            UserVerification::Preferred
        } else {
            UserVerification::Required
        },
        attestation: &AttestationPolicy::NOT_REQUIRED.with_trust(trust),
    };
    registration::verify(&response, &expected).expect("Chromium's registrations are correct")
}

/// The certificates in a recorded statement.
fn certificates(record: &Value) -> Vec<Vec<u8>> {
    let object = record["response"]["response"]["attestationObject"]
        .as_str()
        .unwrap();
    let object = base64url::decode(object).unwrap();
    let object = webauthn::attestation::AttestationObject::parse(&object).unwrap();
    let mut found = vec![];
    webauthn::cbor::Reader::new(object.statement)
        .map::<webauthn::cbor::CborError>(|key, value| match key {
            webauthn::cbor::Key::Text("x5c") => value.array(|entry| {
                found.push(entry.bytes()?.to_vec());
                Ok(())
            }),
            _ => value.skip(),
        })
        .unwrap();
    found
}

#[test]
fn chromiums_attestations_verify() {
    let records = records();
    assert_eq!(records.len(), 6);
    for record in &records {
        let direct = record["attestation"] == "direct";
        let (format, kind) = match (record["device"].as_str().unwrap(), direct) {
            (_, false) => ("none", AttestationKind::None),
            ("u2f", true) => ("fido-u2f", AttestationKind::Basic),
            (_, true) => ("packed", AttestationKind::Basic),
        };
        let verified = verify(record, &[]);
        let attestation = verified.attestation();
        assert_eq!((&attestation.format[..], attestation.kind), (format, kind));
        assert!(!attestation.verdict.is_attested(), "nobody is believed");
        let sent = certificates(record);
        assert_eq!(attestation.certificates.len(), sent.len());
        // The leaf itself may be believed: its issuer is nobody's.
        if let Some(leaf) = sent.first() {
            let anchors = [Anchor::parse(leaf).unwrap()];
            let verified = verify(record, &anchors);
            assert!(verified.attestation().verdict.is_attested(), "{format}");
        }
    }
}

#[test]
fn x509_parser_reads_chromiums_certificates_alike() {
    use x509_parser::prelude::{FromDer, X509Certificate};
    let all: Vec<_> = records().iter().flat_map(certificates).collect();
    assert!(all.len() >= 3);
    for der in all {
        let ours = Certificate::parse(&der).unwrap();
        let (_, theirs) = X509Certificate::from_der(&der).unwrap();
        assert_eq!(ours.subject(), theirs.subject().as_raw());
        assert_eq!(ours.issuer(), theirs.issuer().as_raw());
        assert_eq!(
            ours.not_after().unix_seconds(),
            theirs.validity().not_after.timestamp()
        );
    }
}
