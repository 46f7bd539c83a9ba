//! `bench webauthn`: what the relying-party core adds to one raw signature verification.

use std::hint::black_box;
use std::time::Instant;

use authenticator::{CreationOptions, Device, Mediation, Page, RequestOptions};
use aws_lc_rs::signature::KeyPair as _;
use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use webauthn::attestation::{
    AttestationNeed, AttestationObject, AttestationPolicy, Model, TpmManufacturers, Trust,
};
use webauthn::x509::{Anchor, Revocation, Time};
use webauthn::{
    Algorithm, AuthenticationResponse, CrossOrigin, ExpectedAssertion, ExpectedRegistration,
    Origin, RegistrationResponse, RpId, StoredCredential, UserVerification, cbor,
};

use crate::report::Report;

/// How long each measurement goes on, and the fewest turns.
const SECONDS: f64 = 4.0;
const TURNS: usize = 2_000;

/// One algorithm's ceremony, made once.
struct Case {
    algorithm: Algorithm,
    challenge: Vec<u8>,
    registration: Vec<u8>,
    assertion: Vec<u8>,
    credential_id: Vec<u8>,
    cose: Vec<u8>,
    user_handle: Vec<u8>,
}

/// How long `work` takes once, in microseconds.
fn time(work: &mut impl FnMut()) -> f64 {
    let started = Instant::now();
    work();
    started.elapsed().as_secs_f64() * 1e6
}

/// The time of `work` in microseconds.
fn measure(mut work: impl FnMut()) -> f64 {
    let mut times = Vec::new();
    let started = Instant::now();
    while times.len() < TURNS || started.elapsed().as_secs_f64() < SECONDS {
        times.push(time(&mut work));
    }
    find_fastest(times)
}

/// Times of two kinds of work in microseconds.
struct Pair {
    one: f64,
    other: f64,
    /// How much longer `one` takes.
    added: f64,
}

/// Both take turns, one run each and either first, so that both meet the same machine. The fastest tenth of such pairs
/// counts, as noise only adds: of each the mean, and of what one adds the median, for the machine's pace changes by more
/// than that from one pair to another.
fn measure_pair(mut one: impl FnMut(), mut other: impl FnMut()) -> Pair {
    let mut pairs = Vec::new();
    let started = Instant::now();
    while pairs.len() < TURNS || started.elapsed().as_secs_f64() < SECONDS {
        if pairs.len() % 2 == 0 {
            let first = time(&mut one);
            pairs.push((first, time(&mut other)));
        } else {
            let first = time(&mut other);
            pairs.push((time(&mut one), first));
        }
    }
    pairs.sort_by(|a, b| f64::total_cmp(&(a.0 + a.1), &(b.0 + b.1)));
    pairs.truncate(pairs.len() / 10);
    let count = pairs.len() as f64;
    let mut added: Vec<f64> = pairs.iter().map(|(a, b)| a - b).collect();
    added.sort_by(f64::total_cmp);
    Pair {
        added: added.get(added.len() / 2).copied().unwrap_or(f64::NAN),
        one: pairs.iter().map(|(a, _)| a).sum::<f64>() / count,
        other: pairs.iter().map(|(_, b)| b).sum::<f64>() / count,
    }
}

fn find_fastest(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.truncate(times.len() / 10);
    times.iter().sum::<f64>() / times.len() as f64
}

fn make_case(algorithm: Algorithm) -> Result<Case, String> {
    let challenge = webauthn::base64url::encode(&[9; 32]);
    let mut device = Device::synced();
    device.algorithms = vec![algorithm];
    let page = Page::new("https://login.example.org");
    let creation = json!({
        "rp": {"id": "example.org", "name": "Example"},
        "user": {"id": webauthn::base64url::encode(&[5; 64]), "name": "ada", "displayName": "Ada"},
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm.cose_id()}],
        "authenticatorSelection": {"residentKey": "required", "userVerification": "required"},
    });
    let creation = CreationOptions::parse(creation.to_string().as_bytes())
        .map_err(|error| error.to_string())?;
    let made = device
        .create(&creation, &page, Mediation::Modal, &[3; 32])
        .map_err(|error| error.to_string())?;
    let request =
        json!({"challenge": challenge, "rpId": "example.org", "userVerification": "required"});
    let request =
        RequestOptions::parse(request.to_string().as_bytes()).map_err(|error| error.to_string())?;
    let answer = device
        .get(&request, &page)
        .map_err(|error| error.to_string())?;
    let credential = device.credentials.first().ok_or("no credential")?;
    Ok(Case {
        algorithm,
        challenge: vec![9; 32],
        registration: made.to_json(),
        assertion: answer.to_json(),
        credential_id: credential.id.clone(),
        cose: credential.key.cose_public_key(),
        user_handle: credential.user_handle.clone(),
    })
}

/// An RSA key and the COSE_Key that names it, by modulus and exponent. No authenticator of ours makes one.
struct RsaKey {
    pair: aws_lc_rs::rsa::KeyPair,
    n: Vec<u8>,
    e: Vec<u8>,
}

impl RsaKey {
    fn make() -> Result<Self, String> {
        let pair = aws_lc_rs::rsa::KeyPair::generate(aws_lc_rs::rsa::KeySize::Rsa2048)
            .map_err(|error| error.to_string())?;
        // RSAPublicKey (RFC 8017, A.1.1): a sequence of two positive integers; of 2048 bits it always has these lengths.
        let der = pair.public_key().as_ref().to_vec();
        let [
            0x30,
            0x82,
            1,
            10,
            2,
            0x82,
            1,
            1,
            0,
            n @ ..,
            2,
            3,
            e1,
            e2,
            e3,
        ] = der.as_slice()
        else {
            return Err("an RSA key of another shape".to_owned());
        };
        Ok(Self {
            n: n.to_vec(),
            e: vec![*e1, *e2, *e3],
            pair,
        })
    }

    /// {1: 3, 3: alg, -1: n, -2: e}, with a modulus of 256 bytes and an exponent of three.
    fn to_cose(&self, algorithm: Algorithm) -> Result<Vec<u8>, String> {
        let number = match algorithm {
            Algorithm::Rs256 => &[0x39, 0x01, 0x00][..],
            Algorithm::Ps256 => &[0x38, 0x24],
            other => return Err(format!("{} is not of RSA", other.name())),
        };
        let (head, n) = (&[0xa4, 0x01, 0x03, 0x03][..], &[0x20, 0x59, 0x01, 0x00][..]);
        Ok([head, number, n, &self.n, &[0x21, 0x43], &self.e].concat())
    }

    fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Result<Vec<u8>, String> {
        let padding: &'static dyn signature::RsaEncoding = match algorithm {
            Algorithm::Ps256 => &signature::RSA_PSS_SHA256,
            _ => &signature::RSA_PKCS1_SHA256,
        };
        let mut signed = vec![0; self.pair.public_modulus_len()];
        let random = aws_lc_rs::rand::SystemRandom::new();
        self.pair
            .sign(padding, &random, message, &mut signed)
            .map_err(|error| error.to_string())?;
        Ok(signed)
    }
}

/// An assertion that another key than its authenticator's signed; it has no registration to measure.
fn make_rsa_case(algorithm: Algorithm, key: &RsaKey) -> Result<Case, String> {
    let case = make_case(Algorithm::Es256)?;
    let answer =
        AuthenticationResponse::from_json(&case.assertion).map_err(|error| error.to_string())?;
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, answer.client_data_json());
    let message = [answer.authenticator_data(), hash.as_ref()].concat();
    let mut json: Value =
        serde_json::from_slice(&case.assertion).map_err(|error| error.to_string())?;
    let signed = key.sign(algorithm, &message)?;
    json["response"]["signature"] = webauthn::base64url::encode(&signed).into();
    Ok(Case {
        algorithm,
        assertion: json.to_string().into_bytes(),
        cose: key.to_cose(algorithm)?,
        ..case
    })
}

/// The same floor for RSA, whose keys are given by their two numbers.
fn verify_raw_rsa(algorithm: Algorithm, key: &RsaKey, message: &[u8], signed: &[u8]) {
    let parameters = match algorithm {
        Algorithm::Ps256 => &signature::RSA_PSS_2048_8192_SHA256,
        _ => &signature::RSA_PKCS1_2048_8192_SHA256,
    };
    let (n, e) = (black_box(&key.n), black_box(&key.e));
    let verified = signature::RsaPublicKeyComponents { n, e }.verify(
        parameters,
        black_box(message),
        black_box(signed),
    );
    assert!(verified.is_ok(), "the floor verifies a good signature");
}

/// The floor: the key parsed from bytes and one signature verified by aws-lc, nothing else.
fn verify_raw(
    algorithm: &'static dyn VerificationAlgorithm,
    key: &[u8],
    message: &[u8],
    signed: &[u8],
) {
    let verified = UnparsedPublicKey::new(algorithm, black_box(key))
        .verify(black_box(message), black_box(signed));
    assert!(verified.is_ok(), "the floor verifies a good signature");
}

fn find_raw(algorithm: Algorithm) -> Option<&'static dyn VerificationAlgorithm> {
    match algorithm {
        Algorithm::Es256 => Some(&signature::ECDSA_P256_SHA256_ASN1),
        Algorithm::Es384 => Some(&signature::ECDSA_P384_SHA384_ASN1),
        Algorithm::Es512 => Some(&signature::ECDSA_P521_SHA512_ASN1),
        Algorithm::EdDsa => Some(&signature::ED25519),
        Algorithm::MlDsa44 => Some(&signature::ML_DSA_44),
        Algorithm::MlDsa65 => Some(&signature::ML_DSA_65),
        Algorithm::MlDsa87 => Some(&signature::ML_DSA_87),
        _ => None,
    }
}

/// The public key as aws-lc takes it: the last bytes of the COSE_Key's coordinates.
fn derive_raw_key(case: &Case) -> Result<Vec<u8>, String> {
    let coordinate = |length: usize, from_end: usize| {
        let end = case.cose.len().checked_sub(from_end)?;
        case.cose.get(end.checked_sub(length)?..end)
    };
    let key = match case.algorithm {
        Algorithm::Es256 => derive_point(coordinate(32, 35), coordinate(32, 0)),
        Algorithm::Es384 => derive_point(coordinate(48, 51), coordinate(48, 0)),
        Algorithm::Es512 => derive_point(coordinate(66, 69), coordinate(66, 0)),
        Algorithm::EdDsa => coordinate(32, 0).map(<[u8]>::to_vec),
        Algorithm::MlDsa44 => coordinate(1312, 0).map(<[u8]>::to_vec),
        Algorithm::MlDsa65 => coordinate(1952, 0).map(<[u8]>::to_vec),
        Algorithm::MlDsa87 => coordinate(2592, 0).map(<[u8]>::to_vec),
        _ => None,
    };
    key.ok_or_else(|| "an unexpected COSE_Key".to_owned())
}

fn derive_point(x: Option<&[u8]>, y: Option<&[u8]>) -> Option<Vec<u8>> {
    Some([&[4], x?, y?].concat())
}

fn measure_case(case: &Case, rsa: &RsaKey, report: &mut Report) -> Result<(), String> {
    let rp_id = RpId::parse("example.org").map_err(|error| error.to_string())?;
    let origins = [Origin::parse("https://login.example.org").map_err(|error| error.to_string())?];
    let expected = ExpectedAssertion {
        challenge: &case.challenge,
        rp_id: &rp_id,
        origins: &origins,
        cross_origin: CrossOrigin::Refused,
        user_verification: UserVerification::Required,
        allowed_credentials: None,
        expected_user_handle: None,
    };
    let stored = StoredCredential {
        credential_id: &case.credential_id,
        public_key: &case.cose,
        sign_count: 0,
        backup_eligible: true,
        user_handle: &case.user_handle,
    };
    let answer =
        AuthenticationResponse::from_json(&case.assertion).map_err(|error| error.to_string())?;
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, answer.client_data_json());
    let message = [answer.authenticator_data(), hash.as_ref()].concat();
    let name = case.algorithm.name().to_lowercase();
    let whole = || {
        let answer = AuthenticationResponse::from_json(black_box(&case.assertion));
        let verified = answer
            .is_ok_and(|answer| webauthn::assertion::verify(&answer, &expected, &stored).is_ok());
        assert!(verified, "a good assertion verifies");
    };
    let pair = match find_raw(case.algorithm) {
        Some(algorithm) => {
            let key = derive_raw_key(case)?;
            measure_pair(whole, || {
                verify_raw(algorithm, &key, &message, answer.signature())
            })
        }
        None => measure_pair(whole, || {
            verify_raw_rsa(case.algorithm, rsa, &message, answer.signature());
        }),
    };
    report.add(&format!("{name}_raw_us"), pair.other, "us");
    report.add(&format!("{name}_assertion_us"), pair.one, "us");
    report.add(&format!("{name}_added_us"), pair.added, "us   (at most 2)");
    Ok(())
}

fn measure_registration(case: &Case, report: &mut Report) -> Result<(), String> {
    let rp_id = RpId::parse("example.org").map_err(|error| error.to_string())?;
    let origins = [Origin::parse("https://login.example.org").map_err(|error| error.to_string())?];
    let expected = ExpectedRegistration {
        challenge: &case.challenge,
        rp_id: &rp_id,
        origins: &origins,
        cross_origin: CrossOrigin::Refused,
        algorithms: &[case.algorithm],
        mediation: webauthn::Mediation::Modal,
        user_verification: UserVerification::Required,
        attestation: &webauthn::AttestationPolicy::NOT_REQUIRED,
    };
    let time = measure(|| {
        let made = RegistrationResponse::from_json(black_box(&case.registration));
        let verified =
            made.is_ok_and(|made| webauthn::registration::verify(&made, &expected).is_ok());
        assert!(verified, "a good registration verifies");
    });
    let name = case.algorithm.name().to_lowercase();
    report.add(
        &format!("{name}_registration_none_us"),
        time,
        "us   (at most 5)",
    );
    Ok(())
}

/// A registration of the Recommendation's test vectors (section 16) with certificates, and what it must verify.
struct Attested {
    name: &'static str,
    challenge: Vec<u8>,
    response: Vec<u8>,
    anchor: Anchor,
    /// Key, message and signature of each verification that can't be saved: the statement's, by the leaf's key, and
    /// the leaf's, by the anchor's.
    signatures: [(Vec<u8>, Vec<u8>, Vec<u8>); 2],
}

const VECTORS: &str = include_str!("../../webauthn/tests/data/w3c-webauthn-l3-vectors.json");

fn make_attested(name: &'static str, id: &str) -> Option<Attested> {
    let hex = |value: &Value| HEXLOWER.decode(value.as_str()?.as_bytes()).ok();
    let file: Value = serde_json::from_str(VECTORS).ok()?;
    let vector = file["vectors"]
        .as_array()?
        .iter()
        .find(|it| it["id"] == id)?;
    let part = &vector["registration"];
    let (object, client_data) = (
        hex(&part["attestationObject"])?,
        hex(&part["clientDataJSON"])?,
    );
    let credential_id = webauthn::base64url::encode(&hex(&part["credential_id"])?);
    let response = json!({
        "id": credential_id, "rawId": credential_id, "type": "public-key", "clientExtensionResults": {},
        "response": {
            "clientDataJSON": webauthn::base64url::encode(&client_data),
            "attestationObject": webauthn::base64url::encode(&object),
            "transports": [],
        },
    });
    let parsed = AttestationObject::parse(&object).ok()?;
    let (mut signature, mut cert_info, mut leaf) = (None, None, None);
    cbor::Reader::new(parsed.statement)
        .map::<cbor::CborError>(|key, value| {
            match key {
                cbor::Key::Text("sig") => signature = Some(value.bytes()?),
                cbor::Key::Text("certInfo") => cert_info = Some(value.bytes()?),
                cbor::Key::Text("x5c") => {
                    value.array::<cbor::CborError>(|entry| {
                        leaf = Some(entry.bytes()?);
                        Ok(())
                    })?;
                }
                _ => value.skip()?,
            }
            Ok(())
        })
        .ok()?;
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &client_data);
    let message = match cert_info {
        Some(cert_info) => cert_info.to_vec(),
        None => [parsed.authenticator_data, hash.as_ref()].concat(),
    };
    let (leaf, anchor) = (leaf?, hex(&file["attestation_ca_cert"])?);
    let (signed, leaf_signature, leaf_key) = split_certificate(leaf)?;
    let (_, _, anchor_key) = split_certificate(&anchor)?;
    Some(Attested {
        name,
        challenge: hex(&part["challenge"])?,
        response: response.to_string().into_bytes(),
        anchor: Anchor::parse(&anchor).ok()?,
        signatures: [
            (leaf_key, message, signature?.to_vec()),
            (anchor_key, signed, leaf_signature),
        ],
    })
}

/// What is signed, the signature, and the P-256 key of a certificate of the vectors.
fn split_certificate(der: &[u8]) -> Option<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    // Certificate and TBSCertificate are sequences with lengths of two bytes.
    let length = usize::from(u16::from_be_bytes([*der.get(6)?, *der.get(7)?])) + 4;
    let signed = der.get(4..4 + length)?;
    // ecdsa-with-SHA256 (12 bytes), then a bit string with a short length and no unused bits.
    let signature = der.get(4 + length + 12 + 3..)?;
    // The point stands behind id-ecPublicKey, prime256v1 and the head of its bit string.
    let curve = b"\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
    let at = der
        .windows(curve.len())
        .position(|window| window == curve)?;
    let key = der.get(at + curve.len()..at + curve.len() + 65)?;
    Some((signed.to_vec(), signature.to_vec(), key.to_vec()))
}

fn measure_attested(case: &Attested, report: &mut Report) -> Result<(), String> {
    let rp_id = RpId::parse("example.org").map_err(|error| error.to_string())?;
    let origins = [Origin::parse("https://example.org").map_err(|error| error.to_string())?];
    let anchors = |_: &Model| vec![&case.anchor];
    let trust = Trust {
        anchors: &anchors,
        is_shared: &|_| false,
        at: Time::from_unix_seconds(1_800_000_000),
        revocation: Revocation::Unchecked,
        android: None,
    };
    let policy = AttestationPolicy {
        need: AttestationNeed::Attested,
        tpm_manufacturers: TpmManufacturers::Any,
        ..AttestationPolicy::NOT_REQUIRED.with_trust(trust)
    };
    let expected = ExpectedRegistration {
        challenge: &case.challenge,
        rp_id: &rp_id,
        origins: &origins,
        cross_origin: CrossOrigin::Refused,
        algorithms: &[Algorithm::Es256],
        mediation: webauthn::Mediation::Modal,
        user_verification: UserVerification::Preferred,
        attestation: &policy,
    };
    let whole = || {
        let made = RegistrationResponse::from_json(black_box(&case.response));
        let verified =
            made.is_ok_and(|made| webauthn::registration::verify(&made, &expected).is_ok());
        assert!(verified, "a good attestation verifies");
    };
    let pair = measure_pair(whole, || {
        for (key, message, signed) in &case.signatures {
            verify_raw(&signature::ECDSA_P256_SHA256_ASN1, key, message, signed);
        }
    });
    let name = case.name;
    report.add(&format!("{name}_raw_us"), pair.other, "us");
    report.add(&format!("{name}_registration_us"), pair.one, "us");
    report.add(
        &format!("{name}_ratio"),
        pair.one / pair.other,
        "   (at most 1.15)",
    );
    Ok(())
}

pub(crate) fn run(json: bool) -> Result<(), String> {
    let mut report = Report::new(json);
    report.head("Assertion: JSON text to verdict, beside one raw verification (key from bytes)");
    let algorithms = [
        Algorithm::Es256,
        Algorithm::Es384,
        Algorithm::Es512,
        Algorithm::EdDsa,
        Algorithm::MlDsa44,
        Algorithm::MlDsa65,
        Algorithm::MlDsa87,
    ];
    let rsa = RsaKey::make()?;
    let mut cases: Vec<Case> = algorithms
        .into_iter()
        .map(make_case)
        .collect::<Result<_, _>>()?;
    for algorithm in [Algorithm::Rs256, Algorithm::Ps256] {
        cases.push(make_rsa_case(algorithm, &rsa)?);
    }
    for case in &cases {
        measure_case(case, &rsa, &mut report)?;
    }
    report.head("Registration with attestation none: JSON text to verdict");
    for case in cases
        .iter()
        .filter(|case| matches!(case.algorithm, Algorithm::Es256 | Algorithm::EdDsa))
    {
        measure_registration(case, &mut report)?;
    }
    report.head(
        "Registration with certificates: JSON text to verdict, beside the raw verification of the statement's \
         signature and of its certificate's",
    );
    for (name, id) in [("packed_x5c", "packed-es256"), ("tpm", "tpm-es256")] {
        let case = make_attested(name, id).ok_or("the test vectors have another form")?;
        measure_attested(&case, &mut report)?;
    }
    report.finish();
    Ok(())
}
