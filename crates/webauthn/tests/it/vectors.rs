//! The test vectors of the Recommendation (section 16): all 15 pairs.

use crate::device::ALL;
use serde::Deserialize;
use serde_json::json;
use webauthn::attestation::{
    AndroidEnforcement, AttestationNeed, AttestationObject, AttestationPolicy, NotAttested,
    TpmManufacturers, Trust, U2fAaguid, Verdict,
};
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::x509::{Anchor, Revocation, Time};
use webauthn::{
    AttestationKind, AuthenticationResponse, CrossOrigin, ExpectedAssertion, ExpectedRegistration,
    KeyError, Mediation, Origin, RegistrationError, RegistrationResponse, RpId, StoredCredential,
    UserVerification, VerifiedAssertion, VerifiedRegistration, assertion, base64url, registration,
};

const FILE: &str = include_str!("../data/w3c-webauthn-l3-vectors.json");

#[derive(Deserialize)]
struct File {
    rp_id: String,
    origin: String,
    top_origin: String,
    attestation_ca_cert: Hex,
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
struct Vector {
    id: String,
    registration: Registration,
    authentication: Authentication,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    challenge: Hex,
    #[serde(rename = "credential_id")]
    credential_id: Hex,
    #[serde(rename = "clientDataJSON")]
    client_data_json: Hex,
    attestation_object: Hex,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Authentication {
    challenge: Hex,
    authenticator_data: Hex,
    #[serde(rename = "clientDataJSON")]
    client_data_json: Hex,
    signature: Hex,
}

#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Hex(Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = data_encoding::DecodeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        data_encoding::HEXLOWER.decode(text.as_bytes()).map(Self)
    }
}

struct World {
    rp_id: RpId,
    origins: [Origin; 1],
    top_origins: [Origin; 1],
    anchor: Anchor,
}

fn load() -> (World, Vec<Vector>) {
    let file: File = serde_json::from_str(FILE).unwrap();
    let world = World {
        rp_id: RpId::parse(&file.rp_id).unwrap(),
        origins: [Origin::parse(&file.origin).unwrap()],
        top_origins: [Origin::parse(&file.top_origin).unwrap()],
        anchor: Anchor::parse(&file.attestation_ca_cert.0).unwrap(),
    };
    (world, file.vectors)
}

impl World {
    fn cross_origin(&self, vector: &Vector) -> CrossOrigin<'_> {
        if vector.id.ends_with("-crossOrigin") || vector.id.ends_with("-topOrigin") {
            CrossOrigin::AllowedUnder(&self.top_origins)
        } else {
            CrossOrigin::Refused
        }
    }

    fn register(
        &self,
        vector: &Vector,
        cross_origin: CrossOrigin<'_>,
    ) -> Result<VerifiedRegistration, RegistrationError> {
        let part = &vector.registration;
        let id = base64url::encode(&part.credential_id.0);
        let json = json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url::encode(&part.client_data_json.0),
                "attestationObject": base64url::encode(&part.attestation_object.0),
                "transports": [],
            },
        });
        let response = RegistrationResponse::from_json(json.to_string().as_bytes()).unwrap();
        // The vectors' TPM has no manufacturer, its U2F device an AAGUID, and its Android is software.
        let anchors = |_: &_| vec![&self.anchor];
        let policy = AttestationPolicy {
            need: AttestationNeed::Correct,
            trust: Trust {
                anchors: &anchors,
                is_shared: &|_| false,
                at: Time::from_unix_seconds(1_800_000_000),
                revocation: Revocation::Unchecked,
                android: None,
            },
            tpm_manufacturers: TpmManufacturers::Any,
            u2f_aaguid: U2fAaguid::Any,
            android: AndroidEnforcement::Any,
            ..AttestationPolicy::NOT_REQUIRED
        };
        registration::verify(
            &response,
            &ExpectedRegistration {
                challenge: &part.challenge.0,
                rp_id: &self.rp_id,
                origins: &self.origins,
                cross_origin,
                algorithms: ALL,
                mediation: Mediation::Modal,
                user_verification: required_if(registered(vector).flags.user_verified()),
                attestation: &policy,
            },
        )
    }

    fn assert(
        &self,
        vector: &Vector,
        verified: &VerifiedRegistration,
        tamper: impl FnOnce(&mut Vec<u8>),
    ) -> Result<VerifiedAssertion, webauthn::AssertionError> {
        let part = &vector.authentication;
        let id = base64url::encode(&vector.registration.credential_id.0);
        let mut signature = part.signature.0.clone();
        tamper(&mut signature);
        let json = json!({
            "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
            "response": {
                "clientDataJSON": base64url::encode(&part.client_data_json.0),
                "authenticatorData": base64url::encode(&part.authenticator_data.0),
                "signature": base64url::encode(&signature),
            },
        });
        let response = AuthenticationResponse::from_json(json.to_string().as_bytes()).unwrap();
        let flags = AuthenticatorData::parse(&part.authenticator_data.0)
            .unwrap()
            .flags;
        let expected = ExpectedAssertion {
            challenge: &part.challenge.0,
            rp_id: &self.rp_id,
            origins: &self.origins,
            cross_origin: self.cross_origin(vector),
            user_verification: required_if(flags.user_verified()),
            allowed_credentials: None,
            // The vectors have no user handle, so the account is known from before.
            expected_user_handle: Some(b"user"),
        };
        assertion::verify(
            &response,
            &expected,
            &StoredCredential {
                credential_id: verified.credential_id(),
                public_key: verified.public_key().cose_bytes(),
                sign_count: verified.sign_count(),
                backup_eligible: verified.backup_eligible(),
                user_handle: b"user",
            },
        )
    }
}

fn required_if(verified: bool) -> UserVerification {
    if verified {
        UserVerification::Required
    } else {
        UserVerification::Preferred
    }
}

fn registered(vector: &Vector) -> AuthenticatorData<'_> {
    let object = AttestationObject::parse(&vector.registration.attestation_object.0).unwrap();
    AuthenticatorData::parse(object.authenticator_data).unwrap()
}

#[test]
fn there_are_fifteen_pairs() {
    assert_eq!(load().1.len(), 15);
}

#[test]
fn every_pair_but_ed448_passes() {
    let (world, vectors) = load();
    let mut passed = 0;
    for vector in vectors.iter().filter(|vector| vector.id != "packed-ed448") {
        let verified = world
            .register(vector, world.cross_origin(vector))
            .expect(&vector.id);
        let attestation = verified.attestation();
        let (format, kind) = expected_attestation(&vector.id);
        assert_eq!(
            (&attestation.format[..], attestation.kind),
            (format, kind),
            "{}",
            vector.id
        );
        match (&attestation.verdict, kind) {
            (Verdict::NotAttested(NotAttested::NoStatement), AttestationKind::None)
            | (Verdict::NotAttested(NotAttested::SelfAttested), AttestationKind::SelfAttested) => {}
            (Verdict::Attested(chain), _) => {
                assert_eq!(chain.anchor(), world.anchor.thumbprint(), "{}", vector.id);
                assert_eq!(chain.certificates(), attestation.certificates);
            }
            (other, _) => panic!("{}: {other:?}", vector.id),
        }
        assert_eq!(
            verified.credential_id(),
            vector.registration.credential_id.0
        );
        let asserted = world.assert(vector, &verified, |_| ()).expect(&vector.id);
        assert_eq!(asserted.backup_eligible(), verified.backup_eligible());
        passed += 1;
    }
    assert_eq!(passed, 14);
}

fn expected_attestation(id: &str) -> (&str, AttestationKind) {
    match id {
        "packed-self-es256" => ("packed", AttestationKind::SelfAttested),
        "tpm-es256" => ("tpm", AttestationKind::AttCa),
        "android-key-es256" => ("android-key", AttestationKind::Basic),
        "apple-es256" => ("apple", AttestationKind::AnonCa),
        "fido-u2f-es256" => ("fido-u2f", AttestationKind::Basic),
        none if none.starts_with("none-") => ("none", AttestationKind::None),
        _ => ("packed", AttestationKind::Basic),
    }
}

#[test]
fn every_signature_is_really_verified() {
    let (world, vectors) = load();
    for vector in vectors.iter().filter(|vector| vector.id != "packed-ed448") {
        let verified = world
            .register(vector, world.cross_origin(vector))
            .expect(&vector.id);
        let refusal = world.assert(vector, &verified, |signature| {
            *signature.last_mut().unwrap() ^= 1
        });
        assert_eq!(
            refusal.unwrap_err().code(),
            "assertion.signature_invalid",
            "{}",
            vector.id
        );
    }
}

#[test]
fn ed448_is_refused_by_name() {
    let (world, vectors) = load();
    let vector = vectors
        .iter()
        .find(|vector| vector.id == "packed-ed448")
        .unwrap();
    let refusal = world.register(vector, CrossOrigin::Refused).unwrap_err();
    assert_eq!(refusal, RegistrationError::Key(KeyError::Ed448));
    assert_eq!(refusal.code(), "key.ed448");
    assert!(refusal.to_string().contains("Ed448"));
}

#[test]
fn embedded_pages_pass_only_where_they_are_expected() {
    let (world, vectors) = load();
    for id in ["none-es256-crossOrigin", "none-es256-topOrigin"] {
        let vector = vectors.iter().find(|vector| vector.id == id).unwrap();
        let refusal = world.register(vector, CrossOrigin::Refused).unwrap_err();
        assert_eq!(refusal, RegistrationError::CrossOriginRefused, "{id}");
    }
    let vector = vectors
        .iter()
        .find(|vector| vector.id == "none-es256-topOrigin")
        .unwrap();
    let other = [Origin::parse("https://example.net").unwrap()];
    let refusal = world
        .register(vector, CrossOrigin::AllowedUnder(&other))
        .unwrap_err();
    assert_eq!(
        refusal,
        RegistrationError::TopOriginMismatch {
            expected: "https://example.net".into(),
            found: "https://example.com".into()
        }
    );
}
