//! FIDO metadata: what makers and the FIDO Alliance say about authenticator models
//! (Metadata Service 3.1.1, Proposed Standard of 2026-01-05).
//!
//! A *blob* is one signed document about all models. [`verify`] leads its signer to an anchor, checks its
//! signature, and reads it; [`Blob::check_follows`] keeps it from going back. Each [`Entry`] gives a model's name,
//! icon and attestation roots, and its [`Standing`] on a day: certified, revoked, compromised.
//!
//! Pure as everything here: fetching and keeping are the caller's.
//!
//! What one entry gets wrong spoils that entry only ([`Blob::unusable`]), what one status report gets wrong that report
//! only; a word that this version doesn't know is kept as unknown.

mod anchors;
mod attested;
mod date;
mod entry;
mod error;
mod icon;
mod jws;
mod shared;
mod status;
mod words;

pub use anchors::{SIGNER, anchors};
pub use attested::AttestedModel;
pub use date::Date;
pub use entry::{Entry, EntryError, MAX_ENTRY, ModelKey, Statement};
pub use error::MetadataError;
pub use icon::MAX_ICON;
pub(crate) use icon::parse_icon;
pub use jws::MAX_CHAIN;
pub use shared::SharedAnchors;
pub use status::{
    CertificationLevel, Compromise, NamedCertificate, Standing, StatusReport, Thumbprint,
};
pub use words::{
    AttachmentHint, AttestationTypeWord, AuthenticatorStatus, KeyProtection, UserVerificationMethod,
};

use crate::x509::{
    self, Anchor, Certificate, MissingList, PathInput, Revocation, RevocationList, Time, Usage,
};
use jws::Envelope;
use serde::Deserialize;
use serde_json::value::RawValue;
use std::collections::{BTreeSet, HashMap};

/// Whom a blob's signature is believed from.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'a> {
    /// Where the signer's chain may end: [`anchors`], or an operator's own.
    pub anchors: &'a [Anchor],
    /// The domain that the signer's certificate must be for: [`SIGNER`]. `None` only for anchors that certify
    /// nobody else.
    pub signer: Option<&'a str>,
    /// Revocation lists, where the operator supplies any; a list that doesn't cover a certificate says nothing. One that does
    /// and is past its time refuses.
    pub revocation_lists: &'a [RevocationList<'a>],
    /// Now.
    pub now: Time,
}

/// Reads a blob, after leading its signer to an anchor and checking its signature (Metadata Service 3.1.1,
/// section 3.2, steps 4 to 7).
///
/// # Errors
/// The first rule that it breaks. White space around it is no fault.
pub fn verify(text: &[u8], trust: &Trust<'_>) -> Result<Blob, MetadataError> {
    if text.len() > MAX_BLOB {
        let (limit, found) = (MAX_BLOB, text.len());
        return Err(MetadataError::TooLong { limit, found });
    }
    let envelope = Envelope::parse(text)?;
    let mut certificates = Vec::with_capacity(envelope.chain.len());
    for (position, der) in envelope.chain.iter().enumerate() {
        let unreadable = |cause| MetadataError::Certificate { position, cause };
        certificates.push(Certificate::parse(der).map_err(unreadable)?);
    }
    let anchors: Vec<_> = trust.anchors.iter().collect();
    x509::validate(&PathInput {
        certificates: &certificates,
        anchors: &anchors,
        usage: Usage::BlobSigner,
        at: trust.now,
        revocation: Revocation::Lists {
            lists: trust.revocation_lists,
            at: trust.now,
            missing: MissingList::AcceptedUnlessOutdated,
        },
    })
    .map_err(MetadataError::Chain)?;
    let signer = certificates.first().ok_or(MetadataError::NoCertificates)?;
    if let Some(expected) = trust.signer {
        check_signer(signer, expected)?;
    }
    signer
        .verify_jws(
            envelope.algorithm.as_str(),
            envelope.signed,
            &envelope.signature,
        )
        .map_err(|_| MetadataError::SignatureInvalid)?;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &envelope.payload);
    Blob::read(
        &envelope.payload,
        digest.as_ref().try_into().unwrap_or_default(),
    )
}

/// The certificate names the domain in subjectAltName; the common name counts only where there are no names.
fn check_signer(signer: &Certificate<'_>, expected: &str) -> Result<(), MetadataError> {
    let mut names = signer.dns_names().peekable();
    let named = if names.peek().is_some() {
        names.any(|name| name.eq_ignore_ascii_case(expected))
    } else {
        signer.subject_common_name() == Some(expected)
    };
    named
        .then_some(())
        .ok_or_else(|| MetadataError::SignerMismatch {
            expected: expected.to_owned(),
        })
}

/// The longest blob accepted, in bytes of JWS. The service's has about 10 MiB.
pub const MAX_BLOB: usize = 64 * 1024 * 1024;

/// The most entries of a blob. The service's has some hundreds.
pub const MAX_ENTRIES: usize = 20_000;

/// The longest legal header kept, in characters.
const MAX_LEGAL: usize = 16 * 1024;

/// A blob whose signature was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    number: u64,
    next_update: Date,
    legal_header: String,
    sha256: [u8; 32],
    entries: Vec<Entry>,
    unusable: Vec<Unusable>,
}

/// An entry that can't be used, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unusable {
    /// Its place among the entries, from 0.
    pub index: usize,
    /// Why.
    pub why: EntryError,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PayloadJson<'a> {
    legal_header: Option<String>,
    no: u64,
    next_update: String,
    #[serde(borrow)]
    entries: Vec<&'a RawValue>,
}

impl Blob {
    /// Reads a payload that was verified.
    fn read(payload: &[u8], sha256: [u8; 32]) -> Result<Self, MetadataError> {
        let read: PayloadJson<'_> = serde_json::from_slice(payload)
            .map_err(|error| MetadataError::json("payload", &error))?;
        let found = read.entries.len();
        if found > MAX_ENTRIES {
            let limit = MAX_ENTRIES;
            return Err(MetadataError::TooManyEntries { limit, found });
        }
        let (mut entries, mut unusable) = (Vec::<Entry>::new(), Vec::new());
        let mut seen = HashMap::new();
        for (index, json) in read.entries.iter().enumerate() {
            let entry = match Entry::parse(json.get()) {
                Ok(entry) => entry,
                Err(why) => {
                    unusable.push(Unusable { index, why });
                    continue;
                }
            };
            let same: BTreeSet<usize> = entry
                .keys()
                .iter()
                .filter_map(|key| seen.get(key).copied())
                .collect();
            if same.is_empty() {
                let place = entries.len();
                seen.extend(entry.keys().iter().map(|key| (key.clone(), place)));
                entries.push(entry);
                continue;
            }
            for place in same {
                if let Some(first) = entries.get_mut(place) {
                    first.merge_reports(&entry);
                }
            }
            let why = EntryError::Duplicate;
            unusable.push(Unusable { index, why });
        }
        if entries.is_empty() && found > 0 {
            return Err(MetadataError::NothingReadable { found });
        }
        let legal = read.legal_header.unwrap_or_default();
        Ok(Self {
            number: read.no,
            next_update: Date::parse(&read.next_update).ok_or(MetadataError::NextUpdate)?,
            legal_header: legal.chars().take(MAX_LEGAL).collect(),
            sha256,
            entries,
            unusable,
        })
    }

    /// `no`: blobs are numbered, and a later one has a greater number.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The day by which there will be a newer one.
    #[must_use]
    pub fn next_update(&self) -> Date {
        self.next_update
    }

    /// The terms under which the service gives it.
    #[must_use]
    pub fn legal_header(&self) -> &str {
        &self.legal_header
    }

    /// SHA-256 of the payload: two blobs that say the same have the same, whenever they were signed.
    #[must_use]
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// The entries that can be used. No two have a key in common.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entries that can't.
    #[must_use]
    pub fn unusable(&self) -> &[Unusable] {
        &self.unusable
    }

    /// Whether this blob may take the place of the one with `number` and `sha256`: `Ok(true)` if it is newer,
    /// `Ok(false)` if it is the same.
    ///
    /// # Errors
    /// If it is older, or has the same number and says something else.
    pub fn check_follows(&self, number: u64, sha256: &[u8]) -> Result<bool, MetadataError> {
        match self.number.cmp(&number) {
            std::cmp::Ordering::Greater => Ok(true),
            std::cmp::Ordering::Equal if self.sha256 == sha256 => Ok(false),
            std::cmp::Ordering::Equal => Err(MetadataError::Altered { number }),
            std::cmp::Ordering::Less => Err(MetadataError::Rollback {
                current: number,
                found: self.number,
            }),
        }
    }
}

/// Base64 as RFC 4648 section 4 has it; makers break lines in certificates, so white space is skipped.
///
/// # Errors
/// Where the text stops being that: the offset in bytes.
fn decode_base64(text: &str) -> Result<Vec<u8>, usize> {
    let is_letter = |byte: &u8| !byte.is_ascii_whitespace();
    let compact: Vec<u8> = text.bytes().filter(is_letter).collect();
    data_encoding::BASE64.decode(&compact).map_err(|error| {
        let mut letters = (0..).zip(text.bytes()).filter(|(_, byte)| is_letter(byte));
        letters.nth(error.position).map_or(text.len(), |(at, _)| at)
    })
}
