//! Parsing certificates, with `x509-parser` and `rustls-webpki` as second opinions.

use crate::authority::der::{boolean, element, sequence};
use crate::authority::*;
use rustls_pki_types as pki;
use webauthn::x509::{
    Anchor, Certificate, CertificateError, PathInput, Revocation, Time, Usage, validate,
};
use x509_parser::prelude::{FromDer, X509Certificate};

fn parse(der: &[u8]) -> Result<Certificate<'_>, &'static str> {
    Certificate::parse(der).map_err(|error| error.code())
}

/// Certificates of every kind that these tests make.
fn samples() -> Vec<Vec<u8>> {
    let key = Key::p256();
    let issuers = [
        Key::p256(),
        Key::p384(),
        Key::p521(),
        Key::ed25519(),
        Key::rsa(),
        Key::rsa_pss(),
    ];
    let mut samples = vec![];
    for issuer in &issuers {
        let root = Template::authority("Root", issuer, "Root").path_length(3);
        samples.push(root.sign(issuer));
        let leaf = Template::leaf("Leaf", &key, "Root").purposes(&[AIK, SERVER_AUTH]);
        samples.push(leaf.sign(issuer));
        let mut distant = leaf;
        (distant.not_before, distant.not_after) = (-631_152_000, 253_402_300_799);
        samples.push(distant.sign(issuer));
    }
    samples
}

#[test]
fn x509_parser_reads_the_same() {
    for der in samples() {
        let ours = Certificate::parse(&der).unwrap();
        let (rest, theirs) = X509Certificate::from_der(&der).unwrap();
        assert!(rest.is_empty());
        assert_eq!(ours.subject(), theirs.subject().as_raw());
        assert_eq!(ours.issuer(), theirs.issuer().as_raw());
        assert_eq!(ours.serial(), theirs.raw_serial());
        let validity = theirs.validity();
        assert_eq!(
            ours.not_before().unix_seconds(),
            validity.not_before.timestamp()
        );
        assert_eq!(
            ours.not_after().unix_seconds(),
            validity.not_after.timestamp()
        );
        let common = theirs.subject().iter_common_name().next().unwrap();
        assert_eq!(ours.subject_common_name(), common.as_str().ok());
    }
}

/// What is accepted of bent certificates is accepted by the other parser, too, and read alike.
#[test]
fn x509_parser_agrees_on_bent_certificates() {
    let key = Key::p256();
    let der = Template::leaf("Leaf", &key, "Root")
        .purposes(&[SERVER_AUTH])
        .with(KEY_USAGE, true, der::named_bits(0x80, 7))
        .sign(&key);
    let (mut accepted, mut refused) = (0, 0);
    for bit in 0..der.len() * 8 {
        let mut bent = der.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        let Ok(ours) = Certificate::parse(&bent) else {
            refused += 1;
            continue;
        };
        accepted += 1;
        let (rest, theirs) = X509Certificate::from_der(&bent).expect("what we accept, they read");
        assert!(rest.is_empty());
        assert_eq!(ours.subject(), theirs.subject().as_raw(), "bit {bit}");
        assert_eq!(ours.serial(), theirs.raw_serial(), "bit {bit}");
        assert_eq!(
            ours.not_after().unix_seconds(),
            theirs.validity().not_after.timestamp(),
            "bit {bit}"
        );
    }
    assert!(accepted > 500 && refused > 500, "{accepted} {refused}");
}

#[test]
fn cut_and_lengthened_certificates_are_refused() {
    let key = Key::p256();
    let der = Template::leaf("Leaf", &key, "Root").sign(&key);
    for length in 0..der.len() {
        assert!(parse(&der[..length]).is_err(), "{length}");
    }
    let longer = [&der[..], &[0]].concat();
    assert_eq!(parse(&longer).unwrap_err(), "certificate.trailing_bytes");
    let huge = vec![0x30; 32 * 1024 + 1];
    assert_eq!(
        Certificate::parse(&huge).unwrap_err(),
        CertificateError::TooLong {
            limit: 32 * 1024,
            found: 32 * 1024 + 1
        }
    );
}

#[test]
fn what_rfc_5280_forbids_is_refused() {
    let key = Key::p256();
    let leaf = Template::leaf("Leaf", &key, "Root");
    let code = |template: Template| parse(&template.sign(&key)).map(drop);
    assert_eq!(code(leaf.clone()), Ok(()));
    let mut twice = leaf.clone();
    twice.extensions.push(twice.extensions[0].clone());
    assert_eq!(code(twice), Err("certificate.duplicate"));
    let mut old = leaf.clone();
    old.version = 1;
    assert_eq!(code(old), Err("certificate.version"));
    let mut future = leaf.clone();
    future.version = 3;
    assert_eq!(code(future), Err("certificate.version"));
    let mut split = leaf.clone();
    split.inner_algorithm = Some(Key::p384().signature_algorithm());
    assert_eq!(code(split), Err("certificate.algorithm_mismatch"));
    let mut many = leaf.clone();
    many.extensions = (0..33).map(|at| (vec![0x2a, at], false, vec![])).collect();
    assert_eq!(code(many), Err("certificate.too_many"));
    let constraints = sequence(&[element(1, &[1])]);
    let bent = leaf.clone().with(BASIC_CONSTRAINTS, true, constraints);
    assert_eq!(code(bent), Err("certificate.value"));
    let trailing = [sequence(&[boolean(true)]), vec![5, 0]].concat();
    let bent = leaf.with(BASIC_CONSTRAINTS, true, trailing);
    assert_eq!(code(bent), Err("certificate.trailing_bytes"));
}

/// rustls-webpki as oracle on chains that it takes: those of TLS servers.
#[test]
fn webpki_agrees_on_chains() {
    let (root_key, middle_key, leaf_key) = (Key::p256(), Key::p384(), Key::p256());
    let names = sequence(&[element(0x82, b"example.org")]);
    let root = Template::authority("Root", &root_key, "Root");
    let middle = Template::authority("Middle", &middle_key, "Root").path_length(0);
    let leaf = Template::leaf("Leaf", &leaf_key, "Middle")
        .purposes(&[SERVER_AUTH])
        .with(SUBJECT_ALT_NAME, false, names);
    let expired = |mut template: Template| {
        template.not_after = NOW - 1;
        template
    };
    let cases = [
        (leaf.clone(), middle.clone(), true),
        (expired(leaf.clone()), middle.clone(), false),
        (leaf.clone(), expired(middle.clone()), false),
        (
            leaf.clone(),
            middle.clone().without(BASIC_CONSTRAINTS),
            false,
        ),
        (
            leaf.clone(),
            middle
                .clone()
                .with(KEY_USAGE, true, der::named_bits(0x80, 7)),
            false,
        ),
        (leaf.clone(), middle.clone().path_length(1), true),
        (leaf.clone().purposes(&[CLIENT_AUTH]), middle.clone(), false),
        (leaf.clone(), middle.clone().purposes(&[SERVER_AUTH]), true),
        (leaf.clone(), middle.clone().purposes(&[CLIENT_AUTH]), false),
        (
            leaf.clone().with(&[0x2a, 3], true, vec![5, 0]),
            middle.clone(),
            false,
        ),
        (
            leaf.clone(),
            middle.clone().with(&[0x2a, 3], true, vec![5, 0]),
            false,
        ),
        (
            leaf.clone(),
            Template::authority("Other", &middle_key, "Root"),
            false,
        ),
        (
            leaf.clone(),
            Template::authority("Middle", &leaf_key, "Root"),
            false,
        ),
    ];
    let root = root.sign(&root_key);
    for (number, (leaf, middle, expected)) in cases.into_iter().enumerate() {
        let (leaf, middle) = (leaf.sign(&middle_key), middle.sign(&root_key));
        let ours = judge_ours(&leaf, &middle, &root);
        let theirs = judge_webpki(&leaf, &middle, &root);
        assert_eq!(ours, expected, "case {number}");
        // webpki does not look at an authority's keyUsage; apart from that the two agree.
        assert_eq!(theirs, expected || number == 4, "case {number}");
    }
}

fn judge_ours(leaf: &[u8], middle: &[u8], root: &[u8]) -> bool {
    let certificates = [
        Certificate::parse(leaf).unwrap(),
        Certificate::parse(middle).unwrap(),
    ];
    let anchor = Anchor::parse(root).unwrap();
    let judged = validate(&PathInput {
        certificates: &certificates,
        anchors: &[&anchor],
        usage: Usage::BlobSigner,
        at: Time::from_unix_seconds(NOW),
        revocation: Revocation::Unchecked,
    });
    assert!(certificates[0].dns_names().eq(["example.org"]));
    judged.is_ok()
}

fn judge_webpki(leaf: &[u8], middle: &[u8], root: &[u8]) -> bool {
    let (leaf, root) = (
        pki::CertificateDer::from(leaf),
        pki::CertificateDer::from(root),
    );
    let Ok(leaf) = webpki::EndEntityCert::try_from(&leaf) else {
        return false;
    };
    let anchor = webpki::anchor_from_trusted_cert(&root).unwrap();
    let now = pki::UnixTime::since_unix_epoch(std::time::Duration::from_secs(NOW as u64));
    let (anchors, middle) = ([anchor], [pki::CertificateDer::from(middle)]);
    let judged = leaf.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &anchors,
        &middle,
        now,
        webpki::KeyUsage::server_auth(),
        None,
        None,
    );
    judged.is_ok()
}
