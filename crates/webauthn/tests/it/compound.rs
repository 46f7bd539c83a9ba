//! `compound`, `android-safetynet`, stored attestations judged anew, and what published failures were about.

use crate::authority::der::{element, sequence};
use crate::authority::*;
use crate::statements::*;
use data_encoding::BASE64;
use serde_json::json;
use webauthn::attestation::{
    AttestationNeed, AttestationPolicy, CompoundNeed, Model, Trust, Verdict, list_models,
    reevaluate,
};
use webauthn::x509::{Anchor, MissingList, Revocation, RevocationList, Time};
use webauthn::{AttestationKind, base64url};

pub(crate) fn compound(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut encoder = minicbor::Encoder::new(Vec::new());
    encoder.array(parts.len() as u64).unwrap();
    for (format, statement) in parts {
        encoder
            .map(2)
            .unwrap()
            .str("fmt")
            .unwrap()
            .str(format)
            .unwrap()
            .str("attStmt")
            .unwrap();
        encoder.writer_mut().extend(statement);
    }
    encoder.into_writer()
}

fn judge(maker: &Maker, parts: &[(&str, Vec<u8>)], need: CompoundNeed) -> &'static str {
    let verified = maker.register("compound", &compound(parts), |policy| {
        policy.compound = need
    });
    match verified {
        Err(code) => code,
        Ok(verified) => {
            let attestation = verified.attestation();
            assert_eq!(attestation.format, "compound");
            assert_eq!(attestation.parts.len(), parts.len());
            attestation.verdict.code().unwrap_or("attested")
        }
    }
}

#[test]
fn how_many_statements_of_a_compound_must_pass_is_policy() {
    use CompoundNeed::{All, AtLeast};
    let mut maker = Maker::new();
    let packed = ("packed", encode(&maker.packed()));
    let same = ("tpm", encode(&maker.tpm()));
    let tpm = (
        "tpm",
        maker.with_another_signer(|maker| encode(&maker.tpm())),
    );
    let apple = ("apple", encode(&maker.apple_with(&maker.apple_leaf())));
    let broken = (
        "packed",
        encode(&with(maker.packed(), "sig", Cbor::Bytes(vec![1]))),
    );
    let unknown = ("unheard-of", vec![0xa0]);
    let own = crate::device::packed_statement(-7, &maker.credential.sign(&maker.message()));
    let own = ("packed", own);
    let too_few = "attestation.compound_not_enough";
    for (parts, all, one) in [
        (vec![packed.clone(), tpm.clone()], "attested", "attested"),
        (
            vec![packed.clone(), tpm.clone(), apple.clone()],
            "attested",
            "attested",
        ),
        (vec![packed.clone(), broken.clone()], too_few, "attested"),
        (vec![broken.clone(), tpm.clone()], too_few, "attested"),
        (vec![packed.clone(), unknown.clone()], too_few, "attested"),
        (vec![broken.clone(), unknown.clone()], too_few, too_few),
        // Self attestation is correct and attested by nobody.
        (
            vec![packed.clone(), own.clone()],
            "attestation.self",
            "attested",
        ),
        (
            vec![own.clone(), broken.clone()],
            too_few,
            "attestation.self",
        ),
    ] {
        assert_eq!(judge(&maker, &parts, All), all);
        assert_eq!(judge(&maker, &parts, AtLeast(1)), one);
        assert_eq!(
            judge(&maker, &parts, AtLeast(0)),
            one,
            "none is never enough"
        );
    }
    let three = [packed.clone(), broken.clone(), tpm.clone()];
    assert_eq!(judge(&maker, &three, AtLeast(2)), "attested");
    assert_eq!(judge(&maker, &three, AtLeast(3)), too_few);
    assert_eq!(judge(&maker, &three, AtLeast(4)), too_few);
    // One attestation key is one witness, in whichever formats and certificates.
    let one_key = [packed.clone(), same.clone()];
    assert_eq!(judge(&maker, &one_key, AtLeast(2)), too_few);
    assert_eq!(judge(&maker, &one_key, AtLeast(1)), "attested");
    assert_eq!(judge(&maker, &one_key, All), "attested");
    let own_key = [own.clone(), apple.clone()];
    assert_eq!(judge(&maker, &own_key, AtLeast(2)), too_few);
    let and_own = [packed.clone(), same, own.clone()];
    assert_eq!(judge(&maker, &and_own, AtLeast(2)), "attestation.self");
}

/// `none` inside a compound is correct and says nothing: it passes where some number must, and proves no more than it does
/// alone.
#[test]
fn a_statement_without_attestation_inside_a_compound_proves_nothing() {
    use CompoundNeed::{All, AtLeast};
    let maker = Maker::new();
    let none = ("none", vec![0xa0]);
    let packed = ("packed", encode(&maker.packed()));
    let unsigned = with(maker.packed(), "sig", Cbor::Bytes(vec![1]));
    let broken = ("packed", encode(&unsigned));
    let nothing = "attestation.no_statement";
    let too_few = "attestation.compound_not_enough";
    for (parts, all, one, two) in [
        // Both must pass: the one that says nothing stands in the way.
        ([none.clone(), packed.clone()], nothing, "attested", nothing),
        ([packed, none.clone()], nothing, "attested", nothing),
        ([none.clone(), none.clone()], nothing, nothing, too_few),
        ([none, broken], too_few, nothing, too_few),
    ] {
        assert_eq!(judge(&maker, &parts, All), all);
        assert_eq!(judge(&maker, &parts, AtLeast(1)), one);
        assert_eq!(judge(&maker, &parts, AtLeast(2)), two);
    }
}

/// Whatever passed counts for what is known about its certificates, not the first statement alone.
#[test]
fn every_statement_of_a_compound_that_passed_counts_for_the_standing() {
    let mut maker = Maker::new();
    let packed = maker.packed();
    let tpm = maker.with_another_signer(|maker| encode(&maker.tpm()));
    let broken = with(maker.packed(), "sig", Cbor::Bytes(vec![1]));
    let alone = |format: &str, statement: &[u8]| {
        let verified = maker.register(format, statement, |_| ()).unwrap();
        verified.attestation().clone()
    };
    let (first, second) = (alone("packed", &encode(&packed)), alone("tpm", &tpm));
    let parts = [
        ("packed", encode(&packed)),
        ("tpm", tpm),
        ("packed", encode(&broken)),
    ];
    let whole = maker
        .register("compound", &compound(&parts), |policy| {
            policy.compound = CompoundNeed::AtLeast(1);
        })
        .unwrap();
    let whole = whole.attestation();
    assert!(whole.verdict.is_attested());
    assert_eq!(
        whole.certificates,
        [&first.certificates[..], &second.certificates].concat()
    );
    let union = |one: Vec<[u8; 32]>, other: Vec<[u8; 32]>| {
        let all: std::collections::BTreeSet<_> = one.into_iter().chain(other).collect();
        Vec::from_iter(all)
    };
    let fingerprints = whole.fingerprints();
    assert_eq!(
        fingerprints,
        union(first.fingerprints(), second.fingerprints())
    );
    let root = Anchor::parse(&maker.root()).unwrap();
    for expected in [
        first.certificates[0],
        second.certificates[0],
        root.thumbprint(),
        root.key_fingerprint(),
    ] {
        assert!(fingerprints.contains(&expected));
    }
    assert_eq!(fingerprints.len(), 6);
    let mut identifiers = [
        first.key_identifier.unwrap(),
        second.key_identifier.unwrap(),
    ];
    identifiers.sort();
    assert_eq!(whole.key_identifiers(), identifiers);
    assert_eq!(first.key_identifiers(), [first.key_identifier.unwrap()]);
}

#[test]
fn a_compound_has_two_to_four_statements_and_no_compound() {
    let maker = Maker::new();
    let packed = ("packed", encode(&maker.packed()));
    let judge = |parts: &[(&str, Vec<u8>)]| judge(&maker, parts, CompoundNeed::AtLeast(1));
    assert_eq!(judge(&[]), "attestation.compound_too_few");
    assert_eq!(judge(&[packed.clone()]), "attestation.compound_too_few");
    let inner = compound(&[packed.clone(), packed.clone()]);
    let nested = [packed.clone(), ("compound", inner)];
    assert_eq!(judge(&nested), "attestation.compound_nested");
    assert_eq!(judge(&vec![packed.clone(); 4]), "attested");
    assert_eq!(
        judge(&vec![packed.clone(); 5]),
        "attestation.compound_too_many"
    );
    let code = |statement: &[u8]| maker.register("compound", statement, |_| ()).unwrap_err();
    assert_eq!(code(&[0xa0]), "parse.cbor_wrong_type");
    assert_eq!(code(&[0x82, 0xa0, 0xa0]), "parse.cbor_missing_key");
    assert_eq!(code(&[0x82, 0x01, 0x02]), "parse.cbor_wrong_type");
    // Names of formats are identifiers here, too.
    for name in ["", "two words", "\u{202e}enon", &"x".repeat(33)] {
        let parts = [packed.clone(), packed.clone(), (name, vec![0xa0])];
        assert_eq!(judge(&parts), "parse.attestation_format");
    }
    // A packed statement that names another format's inside proves nothing about this one.
    let mixed = [("tpm", encode(&maker.packed())), packed];
    assert_eq!(judge(&mixed), "attested");
}

/// SafetyNet's answer in which nothing is wrong; the maker's signer has an RSA key.
pub(crate) fn good_safety_net(maker: &Maker) -> Vec<u8> {
    let payload = json!({
        "nonce": BASE64.encode(&crate::device::sha256(&maker.message())),
        "timestampMs": (NOW - 5) * 1000, "ctsProfileMatch": true, "apkPackageName": "x",
    });
    safety_net(maker, b"attest.android.com", &payload, &maker.signer)
}

/// SafetyNet's answer, with each part as given.
fn safety_net(maker: &Maker, host: &[u8], payload: &serde_json::Value, signer: &Key) -> Vec<u8> {
    let leaf = Template::leaf("SafetyNet", &maker.signer, "Maker Root")
        .purposes(&[SERVER_AUTH])
        .with(SUBJECT_ALT_NAME, false, sequence(&[element(0x82, host)]))
        .sign(&maker.root);
    let header = json!({"alg": "RS256", "x5c": [BASE64.encode(&leaf)]}).to_string();
    let signed = format!(
        "{}.{}",
        base64url::encode(header.as_bytes()),
        base64url::encode(payload.to_string().as_bytes())
    );
    let signature = base64url::encode(&signer.sign(signed.as_bytes()));
    let response = format!("{signed}.{signature}").into_bytes();
    encode(&vec![
        ("ver", Cbor::Text("1")),
        ("response", Cbor::Bytes(response)),
    ])
}

#[test]
fn past_mistake_37_safetynet_is_off_by_default_and_whole_when_it_is_on() {
    let mut maker = Maker::new();
    maker.signer = Key::rsa();
    let payload = |nonce: &[u8], time: i64, intact: bool| {
        json!({
            "nonce": BASE64.encode(&crate::device::sha256(nonce)), "timestampMs": time * 1000,
            "ctsProfileMatch": intact, "apkPackageName": "x",
        })
    };
    let good = payload(&maker.message(), NOW - 5, true);
    let host = b"attest.android.com";
    let statement = safety_net(&maker, host, &good, &maker.signer);
    let off = maker
        .register("android-safetynet", &statement, |policy| {
            policy.need = AttestationNeed::CorrectIfAccepted;
        })
        .unwrap();
    assert_eq!(off.attestation().kind, AttestationKind::Unverified);
    let code = |statement: &[u8]| {
        let verified = maker.register("android-safetynet", statement, |policy| {
            policy.formats = &ALL_FORMATS;
        });
        verified.map(|it| it.attestation().verdict.code().unwrap_or("attested"))
    };
    assert_eq!(code(&statement), Ok("attested"));
    let of = |payload: &serde_json::Value| code(&safety_net(&maker, host, payload, &maker.signer));
    assert_eq!(
        of(&payload(b"another", NOW, true)),
        Err("attestation.binding_mismatch")
    );
    assert_eq!(
        of(&payload(&maker.message(), NOW, false)),
        Err("attestation.safetynet_integrity")
    );
    for time in [NOW - 61, NOW + 61] {
        let old = payload(&maker.message(), time, true);
        assert_eq!(of(&old), Err("attestation.safetynet_time"));
    }
    let elsewhere = safety_net(
        &maker,
        b"attest.android.com.example.org",
        &good,
        &maker.signer,
    );
    assert_eq!(code(&elsewhere), Err("attestation.safetynet_hostname"));
    let forged = safety_net(&maker, host, &good, &Key::p256());
    assert_eq!(code(&forged), Err("attestation.signature_invalid"));
    let broken = encode(&vec![
        ("ver", Cbor::Text("1")),
        ("response", Cbor::Bytes(b"a.b".to_vec())),
    ]);
    assert_eq!(code(&broken), Err("attestation.safetynet_malformed"));
}

/// GHSA-6hxq-p678-4hr2: the attacker's own root inside x5c.
#[test]
fn a_root_inside_the_statement_is_never_an_anchor() {
    let (maker, mut forger) = (Maker::new(), Maker::new());
    (forger.client_data, forger.data) = (maker.client_data.clone(), forger.data.clone());
    let leaf = forger.packed_leaf().sign(&forger.root);
    let parts = with(
        forger.packed(),
        "x5c",
        Cbor::List(vec![leaf.clone(), forger.root()]),
    );
    // Everything about it is right, but nobody believes its root, though it bears the true one's name.
    assert_eq!(forger.outcome("packed", &parts), "attested");
    let object = forger.object("packed", &encode(&parts));
    let judged = judge_stored(&object, &forger.client_data, &[maker.root()], NOW);
    assert_eq!(judged.verdict.code(), Some("attestation.no_anchor"));
    let judged = judge_stored(&object, &forger.client_data, &[], NOW);
    assert_eq!(judged.verdict.code(), Some("attestation.no_anchor"));
}

fn judge_stored(
    object: &[u8],
    client_data: &[u8],
    anchors: &[Vec<u8>],
    registered_at: i64,
) -> webauthn::Attestation {
    judge_with(
        object,
        client_data,
        anchors,
        registered_at,
        Revocation::Unchecked,
    )
}

fn judge_with(
    object: &[u8],
    client_data: &[u8],
    anchors: &[Vec<u8>],
    registered_at: i64,
    revocation: Revocation<'_>,
) -> webauthn::Attestation {
    let anchors: Vec<_> = anchors
        .iter()
        .map(|der| Anchor::parse(der).unwrap())
        .collect();
    let search = |_: &Model| anchors.iter().collect();
    let trust = Trust {
        anchors: &search,
        is_shared: &|_| false,
        at: Time::from_unix_seconds(registered_at),
        revocation,
        android: None,
    };
    let policy = AttestationPolicy::NOT_REQUIRED.with_trust(trust);
    reevaluate(object, client_data, &policy).unwrap()
}

/// Security 32: certificates are judged at the time of registration, revocation at now.
#[test]
fn security_32_a_stored_attestation_is_judged_anew_without_its_challenge() {
    let maker = Maker::new();
    let object = maker.object("packed", &encode(&maker.packed()));
    let root = [maker.root()];
    let code = |anchors: &[Vec<u8>], at| {
        judge_stored(&object, &maker.client_data, anchors, at)
            .verdict
            .code()
    };
    // New anchors come and go.
    assert_eq!(code(&[], NOW), Some("attestation.no_anchor"));
    assert_eq!(code(&root, NOW), None);
    // Expiry after the registration changes nothing; what was expired then stays so.
    assert_eq!(code(&root, NOW + 400 * DAY), Some("chain.expired"));
    // Revocation does.
    let serial = maker.packed_leaf().serial;
    let list = ListTemplate::new("Maker Root", &[&serial]).sign(&maker.root);
    let lists = [RevocationList::parse(&list).unwrap()];
    let revocation = Revocation::Lists {
        lists: &lists,
        at: Time::from_unix_seconds(NOW),
        missing: MissingList::Accepted,
    };
    let judged = judge_with(&object, &maker.client_data, &root, NOW, revocation);
    assert_eq!(judged.verdict.code(), Some("chain.revoked"));
    assert_eq!(judged.kind, AttestationKind::Basic);
    // The statement is verified again, so a record that was tampered with is noticed.
    let other = crate::device::client_data_with("webauthn.create", "origin", json!("https://x"));
    let judged = judge_stored(&object, &other, &root, NOW);
    assert_eq!(judged.verdict.code(), Some("attestation.signature_invalid"));
    assert!(reevaluate(&object[1..], &other, &AttestationPolicy::NOT_REQUIRED).is_err());
    // The same value as at registration.
    let first = maker.judge("packed", &maker.packed()).unwrap();
    let object = maker.object("packed", &encode(&maker.packed()));
    let again = judge_stored(&object, &maker.client_data, &root, NOW);
    let (Verdict::Attested(first), Verdict::Attested(again)) = (first.verdict, again.verdict)
    else {
        panic!("both are attested");
    };
    assert_eq!(first.anchor(), again.anchor());
}

#[test]
fn anchors_are_asked_for_by_the_models_that_are_claimed() {
    let maker = Maker::new();
    let parts = [
        ("packed", encode(&maker.packed())),
        ("tpm", encode(&maker.tpm())),
        ("unheard-of", vec![0xa0]),
    ];
    let object = maker.object("compound", &compound(&parts));
    let listed = list_models(&object).unwrap();
    assert_eq!(listed.len(), 2);
    assert!(listed.iter().all(|model| model.aaguid.0 == AAGUID));
    let asked = std::cell::RefCell::new(vec![]);
    let search = |model: &Model| {
        asked.borrow_mut().push(*model);
        vec![]
    };
    let trust = Trust {
        anchors: &search,
        is_shared: &|_| false,
        at: Time::from_unix_seconds(NOW),
        revocation: Revocation::Unchecked,
        android: None,
    };
    let policy = AttestationPolicy {
        compound: CompoundNeed::AtLeast(1),
        ..AttestationPolicy::NOT_REQUIRED.with_trust(trust)
    };
    let judged = reevaluate(&object, &maker.client_data, &policy).unwrap();
    assert_eq!(judged.verdict.code(), Some("attestation.no_anchor"));
    assert_eq!(*asked.borrow(), listed);
    let none = maker.object("none", &[0xa0]);
    assert_eq!(list_models(&none).unwrap(), []);
    // Known without any statement's signature: the key identifier is SHA-1 of the key's bits.
    let hash = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY,
        &maker.signer.public(),
    );
    assert_eq!(listed[0].key_identifier, hash.as_ref());
}
