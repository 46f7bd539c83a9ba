//! The metadata blob: its envelope, its signer, what is read of it, and what a broken part spoils.

use crate::authority::der::{element, sequence};
use crate::authority::{
    CLIENT_AUTH, DAY, Key, ListTemplate, NOW, SERVER_AUTH, SUBJECT_ALT_NAME, Template,
};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use serde_json::{Value, json};
use webauthn::Aaguid;
use webauthn::metadata::{
    AttachmentHint, Blob, Date, Entry, EntryError, MAX_BLOB, MetadataError, ModelKey, SIGNER,
    Trust, verify,
};
use webauthn::x509::{Anchor, PathRule, RevocationList, Time};

const MODEL: &str = "01020304-0506-0708-090a-0b0c0d0e0f10";

/// subjectAltName with one DNS name.
fn dns(name: &str) -> Vec<u8> {
    sequence(&[element(0x82, name.as_bytes())])
}

/// A service with two roots, as the real one has: R46, which R3 cross-signed.
pub(crate) struct Service {
    r3: Key,
    r46: Key,
    intermediate: Key,
    signer: Key,
}

impl Service {
    pub(crate) fn new() -> Self {
        Self {
            r3: Key::p256(),
            r46: Key::p384(),
            intermediate: Key::p256(),
            signer: Key::rsa(),
        }
    }

    fn root(key: &Key, name: &str) -> Vec<u8> {
        Template::authority(name, key, name).sign(key)
    }

    fn leaf(&self, domain: &str) -> Template {
        Template::leaf(domain, &self.signer, "Issuing CA")
            .with(SUBJECT_ALT_NAME, false, dns(domain))
            .purposes(&[SERVER_AUTH, CLIENT_AUTH])
    }

    fn issuing(&self) -> Vec<u8> {
        Template::authority("Issuing CA", &self.intermediate, "Root R46").sign(&self.r46)
    }

    fn cross(&self) -> Vec<u8> {
        Template::authority("Root R46", &self.r46, "Root R3").sign(&self.r3)
    }

    fn chain(&self) -> Vec<Vec<u8>> {
        vec![self.leaf(SIGNER).sign(&self.intermediate), self.issuing()]
    }

    fn r3(&self) -> Anchor {
        Anchor::parse(&Self::root(&self.r3, "Root R3")).unwrap()
    }

    fn r46(&self) -> Anchor {
        Anchor::parse(&Self::root(&self.r46, "Root R46")).unwrap()
    }

    pub(crate) fn sign(&self, payload: &Value) -> String {
        self.sign_with(
            &header("RS256", &self.chain()),
            payload.to_string().as_bytes(),
        )
    }

    fn sign_with(&self, header: &Value, payload: &[u8]) -> String {
        let signed = signing_input(header, payload);
        let signature = self.signer.sign(signed.as_bytes());
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&signature))
    }
}

fn header(algorithm: &str, chain: &[Vec<u8>]) -> Value {
    let x5c: Vec<_> = chain.iter().map(|der| BASE64.encode(der)).collect();
    json!({"alg": algorithm, "typ": "JWT", "x5c": x5c})
}

fn signing_input(header: &Value, payload: &[u8]) -> String {
    let header = BASE64URL_NOPAD.encode(header.to_string().as_bytes());
    format!("{header}.{}", BASE64URL_NOPAD.encode(payload))
}

pub(crate) fn entry() -> Value {
    json!({
        "aaguid": MODEL,
        "metadataStatement": {
            "legalHeader": "terms",
            "aaguid": MODEL,
            "description": "Example key\u{202e}\n",
            "authenticatorVersion": 5,
            "protocolFamily": "fido2",
            "schema": 3,
            "upv": [{"major": 1, "minor": 1}],
            "attestationTypes": ["basic_full"],
            "userVerificationDetails": [[{"userVerificationMethod": "passcode_external", "caDesc": {"base": 64, "minLength": 4}}]],
            "keyProtection": ["hardware", "secure_element"],
            "matcherProtection": ["on_chip"],
            "attachmentHint": ["external", "wired", "nfc"],
            "tcDisplay": [],
            "attestationRootCertificates": ["AQID", "!!"],
            "icon": "data:image/svg+xml;base64,PHN2Zy8+",
            "authenticatorGetInfo": {"versions": ["FIDO_2_3"]}
        },
        "statusReports": [{"status": "FIDO_CERTIFIED_L2", "effectiveDate": "2025-01-01"}],
        "timeOfLastStatusChange": "2025-01-01"
    })
}

pub(crate) fn payload(number: u64, entries: Vec<Value>) -> Value {
    json!({"legalHeader": "terms", "no": number, "nextUpdate": "2026-12-21", "entries": entries})
}

fn read_with(text: &str, anchors: &[Anchor]) -> Result<Blob, MetadataError> {
    verify(
        text.as_bytes(),
        &Trust {
            anchors,
            signer: Some(SIGNER),
            revocation_lists: &[],
            now: Time::from_unix_seconds(NOW),
        },
    )
}

pub(crate) fn read(service: &Service, text: &str) -> Result<Blob, MetadataError> {
    read_with(text, &[service.r46(), service.r3()])
}

fn refuse(service: &Service, text: &str) -> MetadataError {
    read(service, text).unwrap_err()
}

fn broken_rule(error: MetadataError) -> PathRule {
    match error {
        MetadataError::Chain(error) => error.rule,
        other => panic!("not the chain: {other:?}"),
    }
}

#[test]
fn a_blob_is_read() {
    let service = Service::new();
    let blob = read(&service, &service.sign(&payload(93, vec![entry()]))).unwrap();
    assert_eq!(blob.number(), 93);
    assert_eq!(blob.next_update(), Date::parse("2026-12-21").unwrap());
    assert_eq!(blob.legal_header(), "terms");
    assert!(blob.unusable().is_empty());
    let [model] = blob.entries() else { panic!() };
    let aaguid = Aaguid::parse(MODEL).unwrap();
    assert_eq!(model.keys(), [ModelKey::Aaguid(aaguid)]);
    let statement = model.statement();
    assert_eq!(statement.name, "Example key");
    let protection: Vec<_> = statement.key_protection_words().collect();
    assert_eq!(protection, ["hardware", "secure_element"]);
    assert_eq!(statement.attachment[2], AttachmentHint::Nfc);
    assert_eq!(statement.attestation_roots, [vec![1, 2, 3]]);
    assert_eq!(
        (statement.unusable_roots, statement.icon.as_ref()),
        (1, None)
    );
    let today = Date::of_unix_seconds(NOW);
    assert_eq!(model.standing(today, &[]).certification_word(), Some("L2"));
    // What is stored says the same, without the picture.
    assert!(!model.text().contains("svg") && model.text().contains("FIDO_2_3"));
    let again = Entry::parse(model.text()).unwrap();
    assert_eq!(&again, model);
}

#[test]
fn every_pinned_algorithm_and_no_other() {
    let mut service = Service::new();
    let contents = payload(1, vec![entry()]).to_string();
    read(&service, &service.sign(&payload(1, vec![]))).unwrap();
    service.signer = Key::p256();
    let signed = signing_input(&header("ES256", &service.chain()), contents.as_bytes());
    // r and s of the ASN.1 signature, each in 32 bytes.
    let der = service.signer.sign(signed.as_bytes());
    let number = |der: &[u8]| {
        let digits = &der[2..2 + usize::from(der[1])];
        let digits = digits.strip_prefix(&[0]).unwrap_or(digits);
        [&vec![0; 32 - digits.len()], digits].concat()
    };
    let r = &der[2..];
    let s = &r[2 + usize::from(r[1])..];
    let raw = [number(r), number(s)].concat();
    let text = format!("{signed}.{}", BASE64URL_NOPAD.encode(&raw));
    assert_eq!(read(&service, &text).unwrap().entries().len(), 1);
    let text = format!("{signed}.{}", BASE64URL_NOPAD.encode(&der));
    assert_eq!(refuse(&service, &text), MetadataError::SignatureInvalid);
    for unpinned in ["none", "HS256", "RS1", "RS512", "EdDSA", "rs256", ""] {
        let text = service.sign_with(&header(unpinned, &service.chain()), contents.as_bytes());
        let found = unpinned.to_owned();
        assert_eq!(
            refuse(&service, &text),
            MetadataError::AlgorithmNotAllowed { found }
        );
    }
    // The key decides whether the algorithm fits, not the header.
    let text = service.sign_with(&header("RS256", &service.chain()), contents.as_bytes());
    assert_eq!(refuse(&service, &text), MetadataError::SignatureInvalid);
}

#[test]
fn published_failure_the_root_moved_to_r46_and_was_cross_signed() {
    let service = Service::new();
    let contents = payload(1, vec![entry()]).to_string();
    let mut with_root = service.chain();
    with_root.push(Service::root(&service.r46, "Root R46"));
    let mut crossed = service.chain();
    crossed.push(service.cross());
    let mut crossed_with_root = crossed.clone();
    crossed_with_root.push(Service::root(&service.r3, "Root R3"));
    let (r3, r46) = ([service.r3()], [service.r46()]);
    let both = [service.r3(), service.r46()];
    for (chain, under_r3) in [
        (service.chain(), false),
        (with_root, false),
        (crossed, true),
        (crossed_with_root, true),
    ] {
        let text = service.sign_with(&header("RS256", &chain), contents.as_bytes());
        // The new root is met at its own link, whoever else signed it.
        read_with(&text, &r46).unwrap();
        read_with(&text, &both).unwrap();
        let old = read_with(&text, &r3);
        if under_r3 {
            old.unwrap();
        } else {
            assert_eq!(broken_rule(old.unwrap_err()), PathRule::NoAnchor);
        }
        assert!(read_with(&text, &[]).is_err());
    }
}

#[test]
fn a_root_that_was_sent_proves_nothing() {
    let service = Service::new();
    let other = Service::new();
    let mut chain = other.chain();
    chain.push(Service::root(&other.r46, "Root R46"));
    let contents = payload(1, vec![entry()]).to_string();
    let text = other.sign_with(&header("RS256", &chain), contents.as_bytes());
    assert!(matches!(refuse(&service, &text), MetadataError::Chain(_)));
}

#[test]
fn only_the_services_own_certificate_signs() {
    // Its root certifies anybody's domain.
    let service = Service::new();
    let contents = payload(1, vec![entry()]).to_string();
    for domain in [
        "example.org",
        "mds.fidoalliance.org.evil.example",
        "fidoalliance.org",
    ] {
        let chain = [
            service.leaf(domain).sign(&service.intermediate),
            service.issuing(),
        ];
        let text = service.sign_with(&header("RS256", &chain), contents.as_bytes());
        let expected = SIGNER.to_owned();
        assert_eq!(
            refuse(&service, &text),
            MetadataError::SignerMismatch { expected }
        );
    }
    // A common name beside other names counts for nothing.
    let leaf = Template::leaf(SIGNER, &service.signer, "Issuing CA")
        .with(SUBJECT_ALT_NAME, false, dns("example.org"))
        .purposes(&[SERVER_AUTH]);
    let chain = [leaf.sign(&service.intermediate), service.issuing()];
    let text = service.sign_with(&header("RS256", &chain), contents.as_bytes());
    assert!(matches!(
        refuse(&service, &text),
        MetadataError::SignerMismatch { .. }
    ));
}

#[test]
fn an_expired_or_revoked_signer_is_refused() {
    let service = Service::new();
    let mut leaf = service.leaf(SIGNER);
    leaf.not_after = NOW - DAY;
    let chain = [leaf.sign(&service.intermediate), service.issuing()];
    let text = service.sign_with(&header("RS256", &chain), b"{}");
    let (not_after, at) = (NOW - DAY, NOW);
    let [not_after, at] = [not_after, at].map(Time::from_unix_seconds);
    let expired = PathRule::Expired { not_after, at };
    assert_eq!(broken_rule(refuse(&service, &text)), expired);
    let text = service.sign(&payload(1, vec![entry()]));
    let leaf = service.leaf(SIGNER);
    let revoking = ListTemplate::new("Issuing CA", &[&leaf.serial]).sign(&service.intermediate);
    let other = ListTemplate::new("Issuing CA", &[&[9]]).sign(&service.intermediate);
    let (anchors, now) = ([service.r46()], Time::from_unix_seconds(NOW));
    let judge = |list: &[u8]| {
        let lists = [RevocationList::parse(list).unwrap()];
        let signer = Some(SIGNER);
        let (anchors, revocation_lists) = (&anchors, &lists);
        let trust = Trust {
            anchors,
            signer,
            revocation_lists,
            now,
        };
        verify(text.as_bytes(), &trust)
    };
    judge(&other).unwrap();
    assert_eq!(
        broken_rule(judge(&revoking).unwrap_err()),
        PathRule::Revoked
    );
    // A list past its time no longer says what is not revoked, and whoever supplied it wants to be told.
    let mut old = ListTemplate::new("Issuing CA", &[&[9]]);
    old.next_update = Some(NOW - 1);
    let outdated = old.sign(&service.intermediate);
    let refusal = judge(&outdated).unwrap_err();
    assert_eq!(refusal.code(), "metadata.chain");
    assert_eq!(broken_rule(refusal), PathRule::RevocationOutdated);
    // It still says what is revoked; another issuer's, or one that the issuer didn't sign, says nothing.
    let mut old = ListTemplate::new("Issuing CA", &[&leaf.serial]);
    old.next_update = Some(NOW - 1);
    let refusal = judge(&old.sign(&service.intermediate)).unwrap_err();
    assert_eq!(broken_rule(refusal), PathRule::Revoked);
    judge(&old.sign(&Key::p256())).unwrap();
    let mut elsewhere = ListTemplate::new("Elsewhere", &[]);
    elsewhere.next_update = Some(NOW - 1);
    judge(&elsewhere.sign(&service.intermediate)).unwrap();
}

#[test]
fn past_mistake_38_a_corrupt_blob_is_refused_by_name() {
    use MetadataError as E;
    let service = Service::new();
    let good = service.sign(&payload(7, vec![entry()]));
    read(&service, &format!("\n {good}\r\n")).unwrap();
    let parts: Vec<_> = good.split('.').collect();
    assert_eq!(refuse(&service, ""), E::NotCompact);
    assert_eq!(refuse(&service, "{\"no\": 1}"), E::NotCompact);
    assert_eq!(refuse(&service, &format!("{good}.x")), E::NotCompact);
    assert_eq!(refuse(&service, &parts[..2].join(".")), E::NotCompact);
    let cut = &good[..good.len() - 3];
    assert!(matches!(
        refuse(&service, cut),
        E::SignatureInvalid
            | E::Base64 {
                part: "signature",
                ..
            }
    ));
    let spaced = good.replace('.', " . ");
    assert!(matches!(refuse(&service, &spaced), E::Base64 { .. }));
    let other = service.sign(&payload(8, vec![entry()]));
    let other: Vec<_> = other.split('.').collect();
    let swapped = [parts[0], other[1], parts[2]].join(".");
    assert_eq!(refuse(&service, &swapped), E::SignatureInvalid);
    let headers = [
        (json!({"alg": "RS256"}), "metadata.no_certificates"),
        (
            json!({"alg": "RS256", "x5c": []}),
            "metadata.no_certificates",
        ),
        (json!({"alg": "RS256", "x5c": ["!"]}), "metadata.base64"),
        (
            json!({"alg": "RS256", "x5c": ["AAAA"]}),
            "metadata.certificate",
        ),
        (json!({"alg": "RS256", "x5c": [1]}), "metadata.form"),
        (json!({"x5c": []}), "metadata.form"),
        (json!([]), "metadata.form"),
        (
            json!({"alg": "RS256", "x5u": "https://evil.example/"}),
            "metadata.x5u_refused",
        ),
        (
            json!({"alg": "RS256", "crit": ["b64"], "b64": false}),
            "metadata.critical_header",
        ),
        (
            header("RS256", &vec![vec![1]; 9]),
            "metadata.too_many_certificates",
        ),
        (
            json!({"alg": "RS256", "x": "y".repeat(200_000)}),
            "metadata.too_long",
        ),
    ];
    for (header, code) in headers {
        let text = service.sign_with(&header, b"{}");
        assert_eq!(refuse(&service, &text).code(), code, "{header:.80}");
    }
    for (contents, code) in [
        ("", "metadata.form"),
        ("null", "metadata.form"),
        ("{}", "metadata.form"),
        (
            r#"{"no": -1, "nextUpdate": "2026-12-21", "entries": []}"#,
            "metadata.form",
        ),
        (
            r#"{"no": 1.5, "nextUpdate": "2026-12-21", "entries": []}"#,
            "metadata.form",
        ),
        (
            r#"{"no": 1, "no": 2, "nextUpdate": "2026-12-21", "entries": []}"#,
            "metadata.form",
        ),
        (
            r#"{"no": 1, "nextUpdate": "soon", "entries": []}"#,
            "metadata.next_update",
        ),
        (r#"{"no": 1, "nextUpdate": "2026-12-21"}"#, "metadata.form"),
        (
            r#"{"no": 1, "nextUpdate": "2026-12-21", "entries": [{}]}"#,
            "metadata.nothing_readable",
        ),
    ] {
        let text = service.sign_with(&header("RS256", &service.chain()), contents.as_bytes());
        assert_eq!(refuse(&service, &text).code(), code, "{contents}");
    }
    let long = "A".repeat(MAX_BLOB + 1);
    assert_eq!(refuse(&service, &long).code(), "metadata.too_long");
    let many = vec![json!(0); 20_001];
    let text = service.sign(&payload(1, many));
    assert_eq!(refuse(&service, &text).code(), "metadata.too_many_entries");
}

#[test]
fn every_flipped_character_is_refused() {
    let service = Service::new();
    let good = service.sign(&payload(7, vec![]));
    let step = good.len() / 97;
    for at in (0..good.len()).step_by(step) {
        let mut text = good.clone().into_bytes();
        text[at] = if text[at] == b'A' { b'B' } else { b'A' };
        let text = String::from_utf8(text).unwrap();
        assert!(read(&service, &text).is_err(), "at {at}");
    }
}

#[test]
fn published_failure_an_unknown_word_spoils_nothing() {
    let service = Service::new();
    let mut odd = entry();
    odd["metadataStatement"]["keyProtection"] = json!(["quantum_vault", 7]);
    odd["metadataStatement"]["attestationTypes"] = json!(["basic_new"]);
    odd["metadataStatement"]["userVerificationDetails"] =
        json!([[{"userVerificationMethod": "gait_internal"}]]);
    odd["metadataStatement"]["multiDeviceCredentialSupport"] = json!("sometimes");
    odd["metadataStatement"]["somethingNew"] = json!({"deep": [1, 2, {"er": null}]});
    odd["statusReports"] = json!([{"status": "FIDO_CERTIFIED_L9", "fresh": true}]);
    odd["newMember"] = json!([]);
    let blob = read(&service, &service.sign(&payload(1, vec![odd]))).unwrap();
    let statement = blob.entries()[0].statement();
    let protection: Vec<_> = statement.key_protection_words().collect();
    assert_eq!(protection, ["quantum_vault", ""]);
    let standing = blob.entries()[0].standing(Date::of_unix_seconds(NOW), &[]);
    assert_eq!(standing.unknown, ["FIDO_CERTIFIED_L9"]);
    assert_eq!(standing.certification_word(), None);
}

#[test]
fn one_broken_entry_spoils_itself_only() {
    let service = Service::new();
    let bend = |change: &dyn Fn(&mut Value)| {
        let mut entry = entry();
        change(&mut entry);
        entry
    };
    let deep = (0..200).fold(json!(1), |inner, _| json!([inner]));
    let second = "99999999-0506-0708-090a-0b0c0d0e0f10";
    let entries = vec![
        bend(&|_| ()),
        bend(&|_| ()),
        json!("no object"),
        bend(&|entry| entry["aaguid"] = json!("not one")),
        bend(&|entry| entry["aaguid"] = json!(second)),
        bend(&|entry| entry["aaid"] = json!("0045#0001")),
        bend(&|entry| entry["statusReports"] = json!({})),
        bend(&|entry| entry["statusReports"] = Value::Null),
        bend(&|entry| entry["metadataStatement"]["deep"] = deep.clone()),
        bend(&|entry| {
            entry["statusReports"] = vec![entry["statusReports"][0].clone(); 1001].into()
        }),
        bend(&|entry| {
            entry["aaguid"] = json!(second);
            entry["metadataStatement"]["aaguid"] = json!(second);
        }),
    ];
    let blob = read(&service, &service.sign(&payload(1, entries))).unwrap();
    assert_eq!(blob.entries().len(), 2);
    let why: Vec<_> = blob.unusable().iter().map(|u| (u.index, u.why)).collect();
    assert_eq!(why[0], (1, EntryError::Duplicate));
    assert!(matches!(why[1], (2, EntryError::Form { .. })));
    assert_eq!(
        why[2..5],
        [
            (3, EntryError::Model),
            (4, EntryError::Model),
            (5, EntryError::Model)
        ]
    );
    assert!(matches!(why[5], (6, EntryError::Form { .. })));
    assert!(matches!(why[6], (7, EntryError::Form { .. })));
    assert!(matches!(why[7], (8, EntryError::Form { .. })));
    assert_eq!(why[8], (9, EntryError::TooLong));
    assert_eq!(why.len(), 9);
}

#[test]
fn u2f_and_uaf_models_have_their_own_keys() {
    let service = Service::new();
    let mut u2f = entry();
    u2f.as_object_mut().unwrap().remove("aaguid");
    u2f["metadataStatement"]
        .as_object_mut()
        .unwrap()
        .remove("aaguid");
    let mut uaf = u2f.clone();
    u2f["attestationCertificateKeyIdentifiers"] = json!([
        "7c0903708b87115b0b422def3138c3c864e44573",
        "7C0903708B87115B0B422DEF3138C3C864E44574"
    ]);
    uaf["aaid"] = json!("0045#00a1");
    let mut none = u2f.clone();
    none["attestationCertificateKeyIdentifiers"] = json!([]);
    let mut short = u2f.clone();
    short["attestationCertificateKeyIdentifiers"] = json!(["7c09"]);
    let blob = read(
        &service,
        &service.sign(&payload(1, vec![u2f, uaf, none, short])),
    )
    .unwrap();
    let [u2f, uaf] = blob.entries() else { panic!() };
    let keys: Vec<_> = u2f.keys().iter().map(ToString::to_string).collect();
    assert_eq!(
        keys,
        [
            "7c0903708b87115b0b422def3138c3c864e44573",
            "7c0903708b87115b0b422def3138c3c864e44574"
        ]
    );
    assert_eq!(uaf.keys(), [ModelKey::Aaid("0045#00a1".into())]);
    assert_eq!(blob.unusable().len(), 2);
}

#[test]
fn a_blob_only_goes_forward() {
    let service = Service::new();
    let blob = read(&service, &service.sign(&payload(5, vec![entry()]))).unwrap();
    assert_eq!(blob.check_follows(4, &[0; 32]), Ok(true));
    assert_eq!(blob.check_follows(5, blob.sha256()), Ok(false));
    let altered = MetadataError::Altered { number: 5 };
    assert_eq!(blob.check_follows(5, &[0; 32]), Err(altered));
    let rollback = MetadataError::Rollback {
        current: 6,
        found: 5,
    };
    assert_eq!(blob.check_follows(6, blob.sha256()), Err(rollback));
}

/// As large as the real one, with room to spare: 400 models of 30 KiB. Quadratic work would show.
#[test]
fn a_large_blob_is_read_in_one_pass() {
    let service = Service::new();
    let entries: Vec<_> = (0..400)
        .map(|number| {
            let aaguid = format!("{number:08x}-0506-0708-090a-0b0c0d0e0f10");
            let mut entry = entry();
            entry["aaguid"] = json!(aaguid);
            entry["metadataStatement"]["aaguid"] = json!(aaguid);
            entry["metadataStatement"]["padding"] = json!("x".repeat(30_000));
            entry
        })
        .collect();
    let text = service.sign(&payload(1, entries));
    assert!(text.len() > 12_000_000);
    assert_eq!(read(&service, &text).unwrap().entries().len(), 400);
}
