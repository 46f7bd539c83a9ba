//! Whom certificates and metadata are believed from: chains under anchors and lists of any input, and blobs.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;
use std::sync::OnceLock;
use webauthn::base64url;
use webauthn::metadata::{self, Blob, Date, Entry, MAX_ENTRIES, SIGNER};
use webauthn::x509::{
    Anchor, Certificate, MissingList, PathInput, Revocation, RevocationList, Time, Usage, validate,
};

/// 2027-01-15: every certificate of the seeds is valid then.
const AT: Time = Time::from_unix_seconds(1_800_000_000);

const USAGES: [Usage; 4] = [
    Usage::Attestation,
    Usage::AndroidKey,
    Usage::TpmAttestationKey,
    Usage::BlobSigner,
];

/// Behind one byte, which has the usage in its lowest two bits and the number of anchors above: parts with two
/// bytes of length each. The anchors come first; then certificates and revocation lists as they parse.
pub(crate) fn chain(bytes: &[u8]) {
    let Some((first, mut rest)) = bytes.split_first() else {
        return;
    };
    let mut parts = Vec::new();
    while let Some((part, behind)) = split(rest) {
        parts.push(part);
        rest = behind;
    }
    let count = usize::from(first >> 2).min(parts.len());
    let (anchors, sent) = parts.split_at(count);
    let anchors: Vec<Anchor> = anchors
        .iter()
        .filter_map(|der| Anchor::parse(der).ok())
        .collect();
    let (mut certificates, mut lists) = (Vec::new(), Vec::new());
    for der in sent {
        match Certificate::parse(der) {
            Ok(certificate) => certificates.push(certificate),
            Err(_) => lists.extend(RevocationList::parse(der).ok()),
        }
    }
    judge(
        USAGES[usize::from(first & 3)],
        &anchors,
        &certificates,
        &lists,
    );
}

/// Two bytes of length, and so many.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<2>()?;
    rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))
}

fn judge(
    usage: Usage,
    anchors: &[Anchor],
    certificates: &[Certificate<'_>],
    lists: &[RevocationList<'_>],
) {
    let believed: Vec<&Anchor> = anchors.iter().collect();
    let ask = |anchors, revocation| {
        validate(&PathInput {
            certificates,
            anchors,
            usage,
            at: AT,
            revocation,
        })
    };
    let whole = ask(&believed, Revocation::Unchecked);
    // Nobody is believed: whatever was sent proves nothing.
    assert!(ask(&[], Revocation::Unchecked).is_err());
    let sent: Vec<_> = certificates.iter().map(Certificate::thumbprint).collect();
    if let Ok(chain) = &whole {
        assert!(anchors.iter().any(|it| it.thumbprint() == chain.anchor()));
        assert!(sent.starts_with(chain.certificates()));
        assert!(!chain.certificates().is_empty() || sent[0] == chain.anchor());
    }
    for missing in [
        MissingList::Accepted,
        MissingList::AcceptedUnlessOutdated,
        MissingList::Refused,
    ] {
        let lists = Revocation::Lists {
            lists,
            at: AT,
            missing,
        };
        // Lists take away and never give.
        if let Ok(chain) = ask(&believed, lists) {
            assert_eq!(whole.as_ref(), Ok(&chain));
        }
    }
}

/// The private number of the key that signs blobs here: published, and believed by nobody else.
const SIGNER_KEY: [u8; 32] = [7; 32];
const SIGNER_CERTIFICATE: &[u8] = include_bytes!("../data/blob-signer.der");
const ROOT: &[u8] = include_bytes!("../data/blob-root.der");

struct Service {
    anchors: [Anchor; 1],
    key: EcdsaKeyPair,
    /// base64url of the header that names the certificate.
    header: String,
}

fn service() -> &'static Service {
    static SERVICE: OnceLock<Service> = OnceLock::new();
    SERVICE.get_or_init(|| {
        let curve = b"\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00";
        let mut windows = SIGNER_CERTIFICATE.windows(curve.len());
        let at = windows.position(|it| it == curve).expect("a key of P-256") + curve.len();
        let point = &SIGNER_CERTIFICATE[at..at + 65];
        let algorithm = &ECDSA_P256_SHA256_FIXED_SIGNING;
        let key = EcdsaKeyPair::from_private_key_and_public_key(algorithm, &SIGNER_KEY, point);
        let text = data_encoding::BASE64.encode(SIGNER_CERTIFICATE);
        let header = json!({ "alg": "ES256", "typ": "JWT", "x5c": [text] });
        Service {
            anchors: [Anchor::parse(ROOT).expect("a root")],
            key: key.expect("the certificate's key"),
            header: base64url::encode(header.to_string().as_bytes()),
        }
    })
}

fn read(text: &[u8]) -> Option<Blob> {
    let trust = metadata::Trust {
        anchors: &service().anchors,
        signer: Some(SIGNER),
        revocation_lists: &[],
        now: AT,
    };
    metadata::verify(text, &trust).ok()
}

/// A blob as it comes: nobody but the service signs one, so what is accepted is the seed.
pub(crate) fn metadata_blob(bytes: &[u8]) {
    const SIGNED: &[u8] = include_bytes!("../seeds/metadata_blob/signed");
    if read(bytes).is_some() {
        assert_eq!(bytes.trim_ascii(), SIGNED.trim_ascii());
    }
}

/// A payload that the service signs, whatever it says.
pub(crate) fn metadata_payload(bytes: &[u8]) {
    let service = service();
    let signed = format!("{}.{}", service.header, base64url::encode(bytes));
    let signature = service.key.sign(&SystemRandom::new(), signed.as_bytes());
    let signature = signature.expect("a key signs");
    let text = format!("{signed}.{}", base64url::encode(signature.as_ref()));
    let Some(blob) = read(text.as_bytes()) else {
        return;
    };
    assert!(blob.entries().len() + blob.unusable().len() <= MAX_ENTRIES);
    assert_eq!(blob.check_follows(blob.number(), blob.sha256()), Ok(false));
    if let Some(before) = blob.number().checked_sub(1) {
        assert_eq!(blob.check_follows(before, b""), Ok(true));
    }
    let today = Date::of_unix_seconds(AT.unix_seconds());
    let mut keys = std::collections::HashSet::new();
    for entry in blob.entries() {
        assert!(
            entry.keys().iter().all(|key| keys.insert(key)),
            "a key twice"
        );
        let _ = entry.standing(today, &[]);
        // What is stored says the same.
        assert_eq!(Entry::parse(entry.text()).as_ref(), Ok(entry));
    }
}

/// What takes memory once is taken before anything is measured; and the seed must pass, or nothing that follows
/// shows anything.
pub(crate) fn prepare() {
    assert!(read(include_bytes!("../seeds/metadata_blob/signed")).is_some());
    let chains: [(&[u8], usize); 3] = [
        (include_bytes!("../seeds/chain/three-links"), 2),
        (include_bytes!("../seeds/chain/tpm-es256"), 1),
        (include_bytes!("../seeds/chain/leaf-is-the-anchor"), 0),
    ];
    for (seed, below) in chains {
        let usage = USAGES[usize::from(seed[0] & 3)];
        let (anchor, mut rest) = split(&seed[1..]).expect("an anchor");
        let anchor = Anchor::parse(anchor).expect("an anchor");
        let mut certificates = Vec::new();
        while let Some((der, behind)) = split(rest) {
            certificates.push(Certificate::parse(der).expect("a certificate"));
            rest = behind;
        }
        let chain = validate(&PathInput {
            certificates: &certificates,
            anchors: &[&anchor],
            usage,
            at: AT,
            revocation: Revocation::Unchecked,
        });
        assert_eq!(chain.expect("a good chain").certificates().len(), below);
    }
}
