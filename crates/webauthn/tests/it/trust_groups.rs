//! `cmtgKey` and the backup flags: our own vectors, each with its result and reason.
//!
//! `own-vectors.json` was written by the second half of this file, which draws keys and nonces anew each time.

use crate::device::*;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::rc::Rc;
use webauthn::{
    AuthenticationResponse, CredProtect, ExpectedAssertion, ExpectedRegistration, Origin,
    RegistrationResponse, RpId, StoredCredential, TrustGroup, assertion, base64url, registration,
};

const FILE: &str = include_str!("../data/own-vectors.json");

/// One response with what must come of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    /// What it shows.
    name: String,
    /// `create` or `get`.
    ceremony: String,
    /// The stored credential, for `get`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    stored: Option<Stored>,
    /// RegistrationResponseJSON or AuthenticationResponseJSON.
    response: Value,
    /// `accepted`, or the refusal's code.
    result: String,
    /// `none`, the group's thumbprint, or the code of the fault; absent where the response is refused.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    trust_group: Option<String>,
    /// Why, in words.
    reason: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored {
    public_key: String,
    backup_eligible: bool,
}

fn word(group: TrustGroup) -> String {
    match group {
        TrustGroup::None => "none".to_owned(),
        TrustGroup::Verified(thumbprint) => thumbprint.to_string(),
        TrustGroup::Forged(fault) => fault.as_str().to_owned(),
        other => panic!("{other:?}"),
    }
}

/// Result and trust group.
fn judge(vector: &Vector) -> (String, Option<String>) {
    let (site, json) = (Site::new(), vector.response.to_string());
    let judged = match &vector.stored {
        None => {
            let response = RegistrationResponse::from_json(json.as_bytes()).unwrap();
            registration::verify(&response, &site.registration())
                .map(|verified| verified.trust_group())
                .map_err(|error| error.code())
        }
        Some(stored) => {
            let response = AuthenticationResponse::from_json(json.as_bytes()).unwrap();
            let stored = StoredCredential {
                credential_id: b"credential-0001",
                public_key: &base64url::decode(&stored.public_key).unwrap(),
                sign_count: 0,
                backup_eligible: stored.backup_eligible,
                user_handle: USER_HANDLE,
            };
            assertion::verify(&response, &site.assertion(), &stored)
                .map(|verified| verified.trust_group())
                .map_err(|error| error.code())
        }
    };
    match judged {
        Ok(group) => ("accepted".to_owned(), Some(word(group))),
        Err(code) => (code.to_owned(), None),
    }
}

fn load() -> Vec<Vector> {
    serde_json::from_str(FILE).unwrap()
}

#[test]
fn each_vector_has_its_result_and_reason() {
    let vectors = load();
    assert!(vectors.len() >= 40, "{}", vectors.len());
    for vector in &vectors {
        let expected = (vector.result.clone(), vector.trust_group.clone());
        assert_eq!(
            judge(vector),
            expected,
            "{}: {}",
            vector.name,
            vector.reason
        );
        assert_eq!(vector.stored.is_some(), vector.ceremony == "get");
    }
}

#[test]
fn the_vectors_cover_every_result() {
    let vectors = load();
    for expected in [
        "registration.backup_state_invalid",
        "assertion.backup_state_invalid",
        "assertion.backup_eligibility_changed",
    ] {
        assert!(vectors.iter().any(|it| it.result == expected), "{expected}");
    }
    for ceremony in ["create", "get"] {
        for expected in [
            "none",
            "trust_group.key_not_signed",
            "trust_group.key_mismatch",
            "trust_group.key_unreadable",
            "trust_group.algorithm_mismatch",
            "trust_group.signature_missing",
            "trust_group.signature_invalid",
        ] {
            let found = vectors
                .iter()
                .any(|it| it.ceremony == ceremony && it.trust_group.as_deref() == Some(expected));
            assert!(found, "{ceremony}: {expected}");
        }
    }
}

/// Rotation: the same passkey answers with one group, then with another, then with the first again.
#[test]
fn a_group_is_known_again_by_its_thumbprint() {
    let group = |name: &str| {
        let vectors = load();
        let vector = vectors.iter().find(|it| it.name == name).unwrap();
        vector.trust_group.clone().unwrap()
    };
    let good = group("get: a good group");
    assert_eq!(good, group("create: a good group"));
    assert_eq!(good, group("get: switched back"));
    assert_ne!(good, group("get: rotated"));
}

// --- the writer

/// A trust group's key.
struct Group {
    pair: EcdsaKeyPair,
    cose: Vec<u8>,
}

impl Group {
    fn new() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let point = pair.public_key().as_ref().to_vec();
        Self {
            cose: cose_ec2(-7, 1, &point[1..33], &point[33..]),
            pair,
        }
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        let random = aws_lc_rs::rand::SystemRandom::new();
        self.pair.sign(&random, message).unwrap().as_ref().to_vec()
    }
}

fn extension(key: &[u8]) -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder.map(1).unwrap().str("cmtgKey").unwrap();
    encoder.bytes(key).unwrap();
    encoder.into_writer()
}

type Client = Box<dyn Fn(&[u8]) -> Option<Value>>;

/// What a case puts where, and what must come of it.
struct Case {
    name: &'static str,
    reason: &'static str,
    flags: u8,
    signed_key: Option<Vec<u8>>,
    /// Makes the client output from the message that is signed.
    client: Client,
    trust_group: String,
}

fn extend(mut data: Data, case: &Case) -> Data {
    data.flags |= case.flags;
    if let Some(key) = &case.signed_key {
        data.flags |= ED;
        data.tail.extend(extension(key));
    }
    data
}

fn create(device: &Device, case: &Case) -> Value {
    let start = Data {
        flags: AT,
        ..device.registration_data()
    };
    let (data, client_data) = (extend(start, case), client_data("webauthn.create"));
    let mut json = device.registration_json(&client_data, &data);
    let message = [&data.bytes()[..], &sha256(&client_data)].concat();
    set_client_output(&mut json, (case.client)(&message));
    json
}

fn get(device: &Device, case: &Case) -> Value {
    let start = Data {
        flags: 0,
        ..device.assertion_data()
    };
    let (data, client_data) = (extend(start, case), client_data("webauthn.get"));
    let mut json = device.assertion_json(&client_data, &data);
    let message = [&data.bytes()[..], &sha256(&client_data)].concat();
    set_client_output(&mut json, (case.client)(&message));
    json
}

fn set_client_output(json: &mut Value, output: Option<Value>) {
    if let Some(output) = output {
        json["clientExtensionResults"]["cmtgKey"] = output;
    }
}

fn output(key: &[u8], signature: &[u8]) -> Option<Value> {
    Some(json!({ "cmtgKey": base64url::encode(key), "signature": base64url::encode(signature) }))
}

const SYNCED: u8 = UP | UV | BE | BS;

fn none() -> Client {
    Box::new(|_| None)
}

/// The honest output of a group.
fn honest(group: &Rc<Group>) -> Client {
    let group = Rc::clone(group);
    Box::new(move |message| output(&group.cose, &group.sign(message)))
}

/// This key beside a good signature of the group.
fn naming(key: Vec<u8>, group: &Rc<Group>) -> Client {
    let group = Rc::clone(group);
    Box::new(move |message| output(&key, &group.sign(message)))
}

/// A synced passkey's case.
fn case(
    name: &'static str,
    reason: &'static str,
    signed_key: Option<&[u8]>,
    client: Client,
    trust_group: &str,
) -> Case {
    Case {
        name,
        reason,
        flags: SYNCED,
        signed_key: signed_key.map(<[u8]>::to_vec),
        client,
        trust_group: trust_group.to_owned(),
    }
}

fn make_cases(group: &Rc<Group>, other: &Rc<Group>) -> Vec<Case> {
    let thumbprint = base64url::encode(&sha256(&group.cose));
    let edwards = Ed25519KeyPair::from_seed_unchecked(&[5; 32]).unwrap();
    let edwards_cose = cose_okp(-8, 6, edwards.public_key().as_ref());
    let named = edwards_cose.clone();
    let by_edwards: Client =
        Box::new(move |message| output(&named, edwards.sign(message).as_ref()));
    let mut small_order = [0; 32];
    small_order[0] = 1;
    let weak = cose_okp(-8, 6, &small_order);
    let (mine, forger) = (group.cose.clone(), Rc::clone(other));
    let by_another: Client = Box::new(move |message| output(&mine, &forger.sign(message)));
    let (mine, replayed) = (
        group.cose.clone(),
        group.sign(b"another ceremony's message"),
    );
    let from_before: Client = Box::new(move |_| output(&mine, &replayed));
    let mine = group.cose.clone();
    let unsigned: Client = Box::new(move |_| Some(json!({ "cmtgKey": base64url::encode(&mine) })));
    let key = Some(&group.cose[..]);
    let mut cases = vec![
        case(
            "nothing",
            "No output: nothing is said about a group.",
            None,
            none(),
            "none",
        ),
        case(
            "a good group",
            "The key is in what the passkey signed, and signed itself.",
            key,
            honest(group),
            &thumbprint,
        ),
        case(
            "forged",
            "The signature was made by another key.",
            key,
            by_another,
            "trust_group.signature_invalid",
        ),
        case(
            "replayed",
            "The signature is the group's, from another ceremony.",
            key,
            from_before,
            "trust_group.signature_invalid",
        ),
        case(
            "no signature",
            "The client sent the key alone.",
            key,
            unsigned,
            "trust_group.signature_missing",
        ),
        case(
            "no client output",
            "The key is signed by the passkey, and nobody proves to hold it.",
            key,
            none(),
            "trust_group.signature_missing",
        ),
        case(
            "client output alone",
            "The passkey did not sign the key.",
            None,
            honest(group),
            "trust_group.key_not_signed",
        ),
        case(
            "two keys",
            "The client names another key than authenticator data.",
            key,
            naming(other.cose.clone(), group),
            "trust_group.key_mismatch",
        ),
        case(
            "no key",
            "The bytes are no COSE_Key.",
            Some(b"no key"),
            naming(b"no key".to_vec(), group),
            "trust_group.key_unreadable",
        ),
        case(
            "a weak key",
            "Signatures under a point of small order prove nothing.",
            Some(&weak),
            naming(weak.clone(), group),
            "trust_group.key_unreadable",
        ),
        case(
            "another algorithm",
            "The group's key must have the passkey's algorithm.",
            Some(&edwards_cose),
            by_edwards,
            "trust_group.algorithm_mismatch",
        ),
    ];
    cases.extend(make_device_bound_cases(group));
    cases
}

fn make_device_bound_cases(group: &Rc<Group>) -> [Case; 2] {
    [
        case(
            "BE=0, a good group",
            "Ignored: what stays on its device has no group of devices.",
            Some(&group.cose),
            honest(group),
            "none",
        ),
        case(
            "BE=0, client output alone",
            "Ignored, even where it would be a forgery.",
            None,
            honest(group),
            "none",
        ),
    ]
    .map(|it| Case {
        flags: UP | UV,
        ..it
    })
}

/// The four combinations of BE and BS, at sign-in with either that is stored.
fn make_backup_vectors(device: &Device) -> Vec<Vector> {
    let mut vectors = Vec::new();
    for (be, bs) in [(false, false), (true, false), (true, true), (false, true)] {
        let flags = UP | UV | if be { BE } else { 0 } | if bs { BS } else { 0 };
        let case = Case {
            name: "",
            reason: "",
            flags,
            signed_key: None,
            client: none(),
            trust_group: String::new(),
        };
        let (be, bs) = (u8::from(be), u8::from(bs));
        let impossible = be == 0 && bs == 1;
        let vector =
            |name: String, stored: Option<Stored>, response: Value, result: &str, reason: &str| {
                Vector {
                    name,
                    ceremony: if stored.is_some() { "get" } else { "create" }.to_owned(),
                    stored,
                    response,
                    trust_group: (result == "accepted").then(|| "none".to_owned()),
                    result: result.to_owned(),
                    reason: reason.to_owned(),
                }
            };
        let (result, reason) = if impossible {
            (
                "registration.backup_state_invalid",
                "Backed up, yet not eligible for backup.",
            )
        } else {
            ("accepted", "A combination that the standard knows.")
        };
        vectors.push(vector(
            format!("create: BE={be} BS={bs}"),
            None,
            create(device, &case),
            result,
            reason,
        ));
        for stored in [0, 1] {
            let (result, reason) = if impossible {
                (
                    "assertion.backup_state_invalid",
                    "Backed up, yet not eligible for backup.",
                )
            } else if be == stored {
                ("accepted", "Eligible for backup as at registration.")
            } else {
                (
                    "assertion.backup_eligibility_changed",
                    "Eligibility for backup never changes.",
                )
            };
            vectors.push(vector(
                format!("get: BE={be} BS={bs}, BE={stored} at registration"),
                Some(Stored {
                    public_key: base64url::encode(&device.cose),
                    backup_eligible: stored == 1,
                }),
                get(device, &case),
                result,
                reason,
            ));
        }
    }
    vectors
}

fn make_vectors() -> Vec<Vector> {
    let device = Device::new();
    let (group, other) = (Rc::new(Group::new()), Rc::new(Group::new()));
    let vector = |ceremony: &str, case: &Case| Vector {
        name: format!("{ceremony}: {}", case.name),
        ceremony: ceremony.to_owned(),
        stored: (ceremony == "get").then(|| Stored {
            public_key: base64url::encode(&device.cose),
            backup_eligible: case.flags & BE != 0,
        }),
        response: if ceremony == "get" {
            get(&device, case)
        } else {
            create(&device, case)
        },
        result: "accepted".to_owned(),
        trust_group: Some(case.trust_group.clone()),
        reason: case.reason.to_owned(),
    };
    let mut vectors = Vec::new();
    for ceremony in ["create", "get"] {
        let cases = make_cases(&group, &other);
        vectors.extend(cases.iter().map(|case| vector(ceremony, case)));
    }
    for (name, reason, group) in [
        (
            "rotated",
            "A second group of the same passkey is a good group.",
            &other,
        ),
        (
            "switched back",
            "The first group again, known by its thumbprint.",
            &group,
        ),
    ] {
        let case = Case {
            name,
            reason,
            flags: SYNCED,
            signed_key: Some(group.cose.clone()),
            client: honest(group),
            trust_group: base64url::encode(&sha256(&group.cose)),
        };
        vectors.push(vector("get", &case));
    }
    vectors.extend(make_backup_vectors(&device));
    vectors
}

/// What the writer makes is judged as it says; the file is what it once made. With `WRITE_OWN_VECTORS=1` in the
/// environment it makes the file anew.
#[test]
fn the_file_is_the_writers() {
    let vectors = make_vectors();
    for vector in &vectors {
        let expected = (vector.result.clone(), vector.trust_group.clone());
        assert_eq!(
            judge(vector),
            expected,
            "{}: {}",
            vector.name,
            vector.reason
        );
    }
    if std::env::var_os("WRITE_OWN_VECTORS").is_some() {
        let file = "tests/data/own-vectors.json";
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

// --- Chromium

/// What Chromium 156 and its virtual authenticator made with every extension asked for; see `NOTICE.md`.
#[derive(Deserialize)]
struct Recording {
    origin: String,
    responses: Vec<Recorded>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recorded {
    name: String,
    /// A name for the group, the same for the same key.
    trust_group: Option<String>,
    response: Value,
}

#[test]
fn chromiums_extension_outputs_are_read() {
    let recording: Recording =
        serde_json::from_str(include_str!("../data/chromium-extensions.json")).unwrap();
    let (rp_id, origins) = (
        RpId::parse("localhost").unwrap(),
        [Origin::parse(&recording.origin).unwrap()],
    );
    let (mut key, mut backup_eligible, mut sign_count) = (Vec::new(), false, 0);
    let mut names: HashMap<String, TrustGroup> = HashMap::new();
    for it in recording.responses {
        let json = it.response.to_string();
        let group = if it.name.contains("registration") {
            let response = RegistrationResponse::from_json(json.as_bytes()).unwrap();
            let expected = ExpectedRegistration::new(CHALLENGE, &rp_id, &origins);
            let verified = registration::verify(&response, &expected).unwrap();
            assert_eq!(verified.resident_key(), Some(true));
            assert_eq!(verified.prf_enabled(), Some(true));
            // The virtual authenticator tells the client alone.
            assert_eq!(verified.hmac_secret(), None);
            assert_eq!(
                verified.cred_protect(),
                Some(CredProtect::UserVerificationRequired)
            );
            assert!(verified.min_pin_length().is_some());
            assert!(verified.large_blob_supported().is_some());
            key = verified.public_key().cose_bytes().to_vec();
            (backup_eligible, sign_count) = (verified.backup_eligible(), verified.sign_count());
            verified.trust_group()
        } else {
            let response = AuthenticationResponse::from_json(json.as_bytes()).unwrap();
            let expected = ExpectedAssertion::new(CHALLENGE, &rp_id, &origins);
            let stored = StoredCredential {
                credential_id: response.credential_id(),
                public_key: &key,
                sign_count,
                backup_eligible,
                user_handle: USER_HANDLE,
            };
            let verified = assertion::verify(&response, &expected, &stored).unwrap();
            sign_count = verified.sign_count();
            verified.trust_group()
        };
        match it.trust_group {
            // Chromium's device-bound credentials have the output, too; it is ignored.
            None => assert_eq!(group, TrustGroup::None, "{}", it.name),
            Some(name) => {
                assert!(
                    matches!(group, TrustGroup::Verified(_)),
                    "{}: {group:?}",
                    it.name
                );
                assert_eq!(*names.entry(name).or_insert(group), group, "{}", it.name);
            }
        }
    }
    assert_eq!(names.len(), 2);
    assert_ne!(names["A"], names["B"]);
}
