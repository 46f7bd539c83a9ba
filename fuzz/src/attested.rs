//! Registrations under a policy that wants an attestation and believes the makers of the seeds: the success path of
//! every format, and that nobody else gets there.

use serde_json::{Value, json};
use std::collections::HashSet;
use std::sync::OnceLock;
use webauthn::attestation::{
    AndroidEnforcement, AttestationNeed, AttestationObject, AttestationPolicy, CompoundNeed,
    Format, Model, TpmManufacturers, Trust, U2fAaguid, list_models, reevaluate,
};
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::x509::{Anchor, Revocation, Time};
use webauthn::{
    ExpectedRegistration, RegistrationResponse, VerifiedRegistration, base64url, registration,
};

const W3C: &str = include_str!("../../crates/webauthn/tests/data/w3c-webauthn-l3-vectors.json");
const OWN: &str = include_str!("../../crates/webauthn/tests/data/own-attestations.json");

/// When our own vectors were made; the Recommendation's certificates are valid then, too.
const AT: Time = Time::from_unix_seconds(1_795_219_200);

const FORMATS: [Format; 8] = [
    Format::Packed,
    Format::Tpm,
    Format::AndroidKey,
    Format::AndroidSafetyNet,
    Format::FidoU2f,
    Format::None,
    Format::Apple,
    Format::Compound,
];

struct Known {
    anchors: Vec<Anchor>,
    /// Client data and authenticator data of every seed.
    signed: HashSet<(Vec<u8>, Vec<u8>)>,
    /// Responses that must be attested.
    attested: Vec<Value>,
}

fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut known = Known {
            anchors: Vec::new(),
            signed: HashSet::new(),
            attested: Vec::new(),
        };
        let w3c: Value = serde_json::from_str(W3C).expect("JSON");
        known.believe(&read_hex(&w3c["attestation_ca_cert"]));
        for vector in w3c["vectors"].as_array().expect("a list") {
            let part = &vector["registration"];
            let id = read_hex(&part["credential_id"]);
            let client_data = read_hex(&part["clientDataJSON"]);
            let response = respond(&id, &client_data, &read_hex(&part["attestationObject"]));
            let name = vector["id"].as_str().expect("a name");
            let unattested = name.starts_with("none-") || name.contains("self");
            known.learn(response, !unattested && name != "packed-ed448");
        }
        let own: Value = serde_json::from_str(OWN).expect("JSON");
        for vector in own.as_array().expect("a list") {
            known.believe(&read_base64url(&vector["root"]));
            let attested = vector["verdict"] == "attested";
            known.learn(vector["response"].clone(), attested);
        }
        known
    })
}

impl Known {
    fn believe(&mut self, der: &[u8]) {
        let anchor = Anchor::parse(der).expect("a root");
        if !self.anchors.contains(&anchor) {
            self.anchors.push(anchor);
        }
    }

    fn learn(&mut self, response: Value, attested: bool) {
        let object = read_base64url(&response["response"]["attestationObject"]);
        let client_data = read_base64url(&response["response"]["clientDataJSON"]);
        let object = AttestationObject::parse(&object).expect("a seed's object");
        let data = signed_part(object.format, object.authenticator_data);
        self.signed.insert((client_data, data));
        if attested {
            self.attested.push(response);
        }
    }
}

fn read_hex(value: &Value) -> Vec<u8> {
    let text = value.as_str().expect("a text").as_bytes();
    data_encoding::HEXLOWER.decode(text).expect("hexadecimal")
}

fn read_base64url(value: &Value) -> Vec<u8> {
    base64url::decode(value.as_str().expect("a text")).expect("base64url")
}

fn respond(id: &[u8], client_data: &[u8], object: &[u8]) -> Value {
    let id = base64url::encode(id);
    json!({
        "id": id, "rawId": id, "type": "public-key", "clientExtensionResults": {},
        "response": {
            "clientDataJSON": base64url::encode(client_data),
            "attestationObject": base64url::encode(object),
        },
    })
}

/// What a statement of this format signs of authenticator data. U2F signs neither flags, counter, AAGUID nor extensions,
/// and of the key only its point (section 8.6).
fn signed_part(format: &str, data: &[u8]) -> Vec<u8> {
    if format != Format::FidoU2f.identifier() {
        return data.to_vec();
    }
    let read = AuthenticatorData::parse(data).expect("it was read before");
    let credential = read.attested_credential.expect("it was read before");
    [&read.rp_id_hash[..], credential.credential_id].concat()
}

/// Whom the policy believes: every root of the seeds, for whatever model.
fn believe_all(_: &Model) -> Vec<&'static Anchor> {
    known().anchors.iter().collect()
}

/// A statement of any format that is correct. With the lifetime of what it stands beside.
fn policy<'a>(anchors: &'a dyn Fn(&Model) -> Vec<&'a Anchor>) -> AttestationPolicy<'a> {
    AttestationPolicy {
        need: AttestationNeed::Correct,
        formats: &FORMATS,
        tpm_manufacturers: TpmManufacturers::Any,
        u2f_aaguid: U2fAaguid::Any,
        android: AndroidEnforcement::Any,
        compound: CompoundNeed::AtLeast(1),
        ..AttestationPolicy::NOT_REQUIRED.with_trust(Trust {
            anchors,
            is_shared: &|_| false,
            at: AT,
            revocation: Revocation::Unchecked,
            android: None,
        })
    }
}

fn verify(
    response: &RegistrationResponse,
    expected: &ExpectedRegistration<'_>,
) -> Option<VerifiedRegistration> {
    let anchors = |model: &Model| believe_all(model);
    let attestation = policy(&anchors);
    let expected = ExpectedRegistration {
        challenge: expected.challenge,
        rp_id: expected.rp_id,
        origins: expected.origins,
        cross_origin: expected.cross_origin,
        algorithms: expected.algorithms,
        mediation: expected.mediation,
        user_verification: expected.user_verification,
        attestation: &attestation,
    };
    registration::verify(response, &expected).ok()
}

/// Whoever is attested is one of the seeds, as far as the format signs; and judged anew from what is stored, the
/// attestation is the same.
pub(crate) fn check(response: &RegistrationResponse, expected: &ExpectedRegistration<'_>) {
    let Some(verified) = verify(response, expected) else {
        return;
    };
    let (object, client_data) = (verified.attestation_object(), verified.client_data_json());
    let attestation = verified.attestation();
    let anchors = |model: &Model| believe_all(model);
    let again = reevaluate(object, client_data, &policy(&anchors));
    assert_eq!(again.as_ref(), Ok(attestation));
    let models = list_models(object).expect("what was verified is read again");
    if attestation.verdict.is_attested() {
        assert!(!models.is_empty());
        let read = AttestationObject::parse(object).expect("what was verified is read again");
        let data = signed_part(read.format, read.authenticator_data);
        let seed = (client_data.to_vec(), data);
        assert!(known().signed.contains(&seed), "nobody signed this");
    }
}

/// Every seed that must be attested is: else no target that follows shows anything.
pub(crate) fn prepare(expect: impl Fn(&[u8], &dyn Fn(&ExpectedRegistration<'_>))) {
    assert!(known().attested.len() >= 20, "{}", known().attested.len());
    for json in &known().attested {
        let response = RegistrationResponse::from_json(json.to_string().as_bytes());
        let response = response.expect("a seed");
        expect(response.client_data_json(), &|expected| {
            let verified = verify(&response, expected).expect("a seed");
            assert!(verified.attestation().verdict.is_attested());
        });
    }
}
