//! Our own vectors for what public material lacks: `compound`, ML-DSA in credentials and in attestation keys,
//! SafetyNet, and conditional creation, each with its result and reason.
//!
//! `own-attestations.json` was written by the second half of this file, which draws keys and nonces anew each time.

use crate::authority::{Key, NOW};
use crate::compound::{compound, good_safety_net};
use crate::device::{ALL, AT, BE, BS, Site, UP, UV};
use crate::statements::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use webauthn::attestation::{
    AndroidEnforcement, AttestationNeed, AttestationPolicy, CompoundNeed, Model, Trust,
};
use webauthn::x509::{Anchor, Revocation, Time};
use webauthn::{
    AttestationKind, ExpectedRegistration, Mediation, RegistrationResponse, UserVerification,
    base64url, registration,
};

const FILE: &str = include_str!("../data/own-attestations.json");

/// A registration with what must come of it, where every format is accepted, a statement must be correct, and the
/// one root is believed for every model.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    /// What it shows.
    name: String,
    /// Why, in words.
    reason: String,
    /// The certificate that is believed, DER in base64url.
    root: String,
    /// `modal`, with user verification required; or `conditional`.
    mediation: String,
    /// How many statements of a compound must pass; absent for all.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    at_least: Option<usize>,
    /// RegistrationResponseJSON.
    response: Value,
    /// `accepted`, or the refusal's code.
    result: String,
    /// `none`, `self`, `basic`, `attca` or `anonca`; absent where the response is refused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    kind: Option<String>,
    /// `attested`, or the code of what stands in the way; absent where the response is refused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    verdict: Option<String>,
    /// The same for each statement of a compound.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    statements: Vec<String>,
}

/// Result, kind, verdict, and the verdicts of a compound's statements.
type Judgement = (String, Option<String>, Option<String>, Vec<String>);

fn judge(vector: &Vector) -> Judgement {
    let anchor = Anchor::parse(&base64url::decode(&vector.root).unwrap()).unwrap();
    let anchors = |_: &Model| vec![&anchor];
    let policy = AttestationPolicy {
        need: AttestationNeed::Correct,
        formats: &ALL_FORMATS,
        compound: vector
            .at_least
            .map_or(CompoundNeed::All, CompoundNeed::AtLeast),
        android: AndroidEnforcement::Hardware,
        ..AttestationPolicy::NOT_REQUIRED.with_trust(Trust {
            anchors: &anchors,
            is_shared: &|_| false,
            at: Time::from_unix_seconds(NOW),
            revocation: Revocation::Unchecked,
            android: None,
        })
    };
    let site = Site::new();
    let (mediation, user_verification) = match vector.mediation.as_str() {
        "modal" => (Mediation::Modal, UserVerification::Required),
        "conditional" => (Mediation::Conditional, UserVerification::Preferred),
        other => panic!("{other}"),
    };
    let expected = ExpectedRegistration {
        algorithms: ALL,
        attestation: &policy,
        mediation,
        user_verification,
        ..site.registration()
    };
    let json = vector.response.to_string();
    let response = RegistrationResponse::from_json(json.as_bytes()).unwrap();
    match registration::verify(&response, &expected) {
        Err(refusal) => (refusal.code().to_owned(), None, None, vec![]),
        Ok(verified) => {
            let attestation = verified.attestation();
            let word =
                |it: &webauthn::Attestation| it.verdict.code().unwrap_or("attested").to_owned();
            (
                "accepted".to_owned(),
                Some(kind(attestation.kind).to_owned()),
                Some(word(attestation)),
                attestation.parts.iter().map(word).collect(),
            )
        }
    }
}

fn kind(kind: AttestationKind) -> &'static str {
    match kind {
        AttestationKind::None => "none",
        AttestationKind::SelfAttested => "self",
        AttestationKind::Basic => "basic",
        AttestationKind::AttCa => "attca",
        AttestationKind::AnonCa => "anonca",
        other => panic!("{other:?} is not accepted"),
    }
}

fn expected(vector: &Vector) -> Judgement {
    (
        vector.result.clone(),
        vector.kind.clone(),
        vector.verdict.clone(),
        vector.statements.clone(),
    )
}

fn load() -> Vec<Vector> {
    serde_json::from_str(FILE).unwrap()
}

#[test]
fn each_attestation_has_its_result_and_reason() {
    let vectors = load();
    assert!(vectors.len() >= 30, "{}", vectors.len());
    for vector in &vectors {
        let (name, reason) = (&vector.name, &vector.reason);
        assert_eq!(judge(vector), expected(vector), "{name}: {reason}");
    }
}

/// One bit of a response and nobody vouches any more, whatever kind of key attested it.
#[test]
fn each_attested_vector_is_signed() {
    for mut vector in load() {
        if vector.verdict.as_deref() != Some("attested") || vector.at_least.is_some() {
            continue;
        }
        let member = &mut vector.response["response"]["clientDataJSON"];
        let mut client_data = base64url::decode(member.as_str().unwrap()).unwrap();
        client_data.push(b' ');
        *member = json!(base64url::encode(&client_data));
        let (result, ..) = judge(&vector);
        assert!(
            result.starts_with("attestation."),
            "{}: {result}",
            vector.name
        );
    }
}

// --- The writer

fn vector(maker: &Maker, name: &str, reason: &str, format: &str, statement: &[u8]) -> Vector {
    let object = maker.object(format, statement);
    Vector {
        name: format!("{format}: {name}"),
        reason: reason.to_owned(),
        root: base64url::encode(&maker.root()),
        mediation: "modal".to_owned(),
        at_least: None,
        response: maker
            .device
            .registration_json_of(&maker.client_data, &object),
        result: "accepted".to_owned(),
        kind: None,
        verdict: None,
        statements: vec![],
    }
}

impl Vector {
    fn attested(self, kind: &str) -> Self {
        self.found(kind, "attested")
    }

    fn found(mut self, kind: &str, verdict: &str) -> Self {
        self.kind = Some(kind.to_owned());
        self.verdict = Some(verdict.to_owned());
        self
    }

    fn refused(mut self, code: &str) -> Self {
        self.result = code.to_owned();
        self
    }

    fn of(mut self, statements: &[&str]) -> Self {
        self.statements = statements.iter().map(|&it| it.to_owned()).collect();
        self
    }

    fn at_least(mut self, count: usize) -> Self {
        self.at_least = Some(count);
        self
    }
}

type MakeKey = fn() -> Key;

/// Name, COSE number, and how to make one.
const ML_DSA: [(&str, i64, MakeKey); 3] = [
    ("ML-DSA-44", -48, Key::ml_dsa_44),
    ("ML-DSA-65", -49, Key::ml_dsa_65),
    ("ML-DSA-87", -50, Key::ml_dsa_87),
];

fn make_ml_dsa() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (name, number, make) in ML_DSA {
        let maker = Maker::of(make());
        vectors.push(
            vector(
                &maker,
                &format!("an {name} credential"),
                "Attested by a P-256 key.",
                "packed",
                &encode(&maker.packed()),
            )
            .attested("basic"),
        );
        let own = |signature: &[u8]| crate::device::packed_statement(number, signature);
        let signature = maker.credential.sign(&maker.message());
        vectors.push(
            vector(
                &maker,
                &format!("an {name} credential attests itself"),
                "The credential's own key signed.",
                "packed",
                &own(&signature),
            )
            .found("self", "attestation.self"),
        );
        let another = maker.credential.sign(b"another message");
        vectors.push(
            vector(
                &maker,
                &format!("an {name} credential attests something else"),
                "The signature is its own, over another message.",
                "packed",
                &own(&another),
            )
            .refused("attestation.signature_invalid"),
        );
        vectors.push(
            vector(
                &maker,
                &format!("an {name} credential certified for itself"),
                "The certificate's key is the credential's.",
                "apple",
                &encode(&maker.apple_with(&maker.apple_leaf())),
            )
            .attested("anonca"),
        );
        vectors.extend(make_ml_dsa_signer(name, number, make));
    }
    vectors
}

/// With an attestation key, and a whole authority, of ML-DSA.
fn make_ml_dsa_signer(name: &str, number: i64, make: MakeKey) -> Vec<Vector> {
    let maker = Maker::with_authority(make(), make());
    let good = with(maker.packed(), "alg", Cbor::Int(number));
    let mut bent = maker.signer.sign(&maker.message());
    bent[100] ^= 1;
    let case = |what: &str, reason: &str, parts: &Parts| {
        let name = format!("an {name} attestation key{what}");
        vector(&maker, &name, reason, "packed", &encode(parts))
    };
    let other = if number == -48 { -49 } else { -48 };
    vec![
        case(
            "",
            "Statement, certificate and root are signed with this algorithm.",
            &good,
        )
        .attested("basic"),
        case(
            " with one bit changed in the signature",
            "The signature does not verify.",
            &with(good.clone(), "sig", Cbor::Bytes(bent)),
        )
        .refused("attestation.signature_invalid"),
        case(
            " under another set's number",
            "The number of COSE names the parameter set, and the certificate has another.",
            &with(good.clone(), "alg", Cbor::Int(other)),
        )
        .refused("attestation.algorithm"),
        case(
            " under ES256's number",
            "The certificate has no key of P-256.",
            &with(good, "alg", Cbor::Int(-7)),
        )
        .refused("attestation.algorithm"),
    ]
}

fn make_compounds() -> Vec<Vector> {
    let mut maker = Maker::new();
    let packed = ("packed", encode(&maker.packed()));
    let tpm = (
        "tpm",
        maker.with_another_signer(|maker| encode(&maker.tpm())),
    );
    let same_key = ("tpm", encode(&maker.tpm()));
    let broken = with(maker.packed(), "sig", Cbor::Bytes(vec![1]));
    let broken = ("packed", encode(&broken));
    let own = maker.credential.sign(&maker.message());
    let own = ("packed", crate::device::packed_statement(-7, &own));
    let none = ("none", vec![0xa0]);
    let unknown = ("unheard-of", vec![0xa0]);
    let nested = ("compound", compound(&[packed.clone(), tpm.clone()]));
    let case = |name: &str, reason: &str, parts: &[&(&str, Vec<u8>)]| {
        let parts: Vec<_> = parts.iter().map(|&it| it.clone()).collect();
        vector(&maker, name, reason, "compound", &compound(&parts))
    };
    let not_enough = "attestation.compound_not_enough";
    let invalid = "attestation.signature_invalid";
    vec![
        case("two witnesses", "Both are attested.", &[&packed, &tpm])
            .attested("basic")
            .of(&["attested", "attested"]),
        case(
            "one is broken",
            "All must pass, and one does not.",
            &[&packed, &broken],
        )
        .refused(not_enough),
        case(
            "one is broken, one is enough",
            "One must pass, and one does.",
            &[&packed, &broken],
        )
        .at_least(1)
        .attested("basic")
        .of(&["attested", invalid]),
        case(
            "one key twice, two are needed",
            "The same attestation key is one witness, in whichever formats.",
            &[&packed, &same_key],
        )
        .at_least(2)
        .refused(not_enough),
        case(
            "two keys, two are needed",
            "Each was signed by a key of its own.",
            &[&packed, &tpm, &broken],
        )
        .at_least(2)
        .attested("basic")
        .of(&["attested", "attested", invalid]),
        case(
            "one attests itself",
            "Correct, and nobody vouches for one of the statements.",
            &[&packed, &own],
        )
        .found("self", "attestation.self")
        .of(&["attested", "attestation.self"]),
        case(
            "one says nothing",
            "Format none is correct and proves nothing, so not all are attested.",
            &[&packed, &none],
        )
        .found("none", "attestation.no_statement")
        .of(&["attested", "attestation.no_statement"]),
        case(
            "one is of an unknown format",
            "What was not verified has not passed.",
            &[&packed, &unknown],
        )
        .refused(not_enough),
        case(
            "nested",
            "No statement of a compound is a compound.",
            &[&packed, &nested],
        )
        .refused("attestation.compound_nested"),
        case("one statement", "A compound has at least two.", &[&packed])
            .refused("attestation.compound_too_few"),
        case(
            "five statements",
            "More than anybody needs.",
            &[&packed, &tpm, &own, &none, &broken],
        )
        .refused("attestation.compound_too_many"),
    ]
}

fn make_safety_net() -> Vec<Vector> {
    let mut maker = Maker::new();
    maker.signer = Key::rsa();
    let good = good_safety_net(&maker);
    let mut forger = Maker::new();
    forger.client_data = crate::device::client_data_with("webauthn.create", "x", json!(1));
    forger.signer = Key::rsa();
    let name = "android-safetynet";
    vec![
        vector(&maker, "a good answer", "An intact phone's.", name, &good).attested("basic"),
        vector(
            &forger,
            "another registration's answer",
            "The nonce is of other client data.",
            name,
            &good,
        )
        .refused("attestation.binding_mismatch"),
    ]
}

/// Nobody touched anything: only a ceremony that was sealed as conditional accepts that (security 30).
fn make_conditional() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (name, flags, modal) in [
        (
            "nobody present",
            AT | BE | BS,
            "registration.user_presence_missing",
        ),
        (
            "present, not verified",
            AT | BE | BS | UP,
            "registration.user_verification_missing",
        ),
        (
            "verified, not present",
            AT | BE | BS | UV,
            "registration.user_presence_missing",
        ),
    ] {
        let mut maker = Maker::new();
        maker.data.flags = flags;
        for mediation in ["conditional", "modal"] {
            let mut vector = vector(
                &maker,
                &format!("{name}, {mediation}"),
                "Without a dialog neither can be asked for; with one, both are.",
                "none",
                &[0xa0],
            );
            vector.mediation = mediation.to_owned();
            vectors.push(if mediation == "modal" {
                vector.refused(modal)
            } else {
                vector.found("none", "attestation.no_statement")
            });
        }
    }
    // What conditional mediation does not excuse.
    let mut maker = Maker::new();
    maker.data.flags = AT | BS;
    let mut vector = vector(
        &maker,
        "backed up and not eligible, conditional",
        "A backup state without eligibility is an error in every ceremony.",
        "none",
        &[0xa0],
    );
    vector.mediation = "conditional".to_owned();
    vectors.push(vector.refused("registration.backup_state_invalid"));
    vectors
}

fn make_vectors() -> Vec<Vector> {
    [
        make_ml_dsa(),
        make_compounds(),
        make_safety_net(),
        make_conditional(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the writer makes is judged as it says; the file is what it once made. With `WRITE_OWN_VECTORS=1` in the
/// environment it makes the file anew.
#[test]
fn the_file_of_attestations_is_the_writers() {
    let vectors = make_vectors();
    for vector in &vectors {
        let (name, reason) = (&vector.name, &vector.reason);
        assert_eq!(judge(vector), expected(vector), "{name}: {reason}");
    }
    if std::env::var_os("WRITE_OWN_VECTORS").is_some() {
        let file = "tests/data/own-attestations.json";
        std::fs::write(file, serde_json::to_string_pretty(&vectors).unwrap() + "\n").unwrap();
        return;
    }
    let names = |vectors: Vec<Vector>| -> Vec<String> {
        vectors.into_iter().map(|vector| vector.name).collect()
    };
    assert_eq!(
        names(vectors),
        names(load()),
        "run it once with WRITE_OWN_VECTORS=1"
    );
}
