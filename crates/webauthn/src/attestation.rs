//! Attestation: what an authenticator says about its own make, and whether anybody who is believed vouches
//! for it (WebAuthn sections 6.5 and 8).
//!
//! One file per format verifies the *statement*: that it is correct and belongs to this registration. What the
//! certificates in it prove is a second question, answered by [`x509::validate`](crate::x509::validate) over
//! anchors that the caller hands in. The result is a value, [`Attestation`]; what refuses a registration is
//! the caller's [`AttestationPolicy`].

mod android_key;
mod android_list;
mod android_safetynet;
mod apple;
mod certificate;
mod compound;
mod error;
mod evaluate;
mod fido_u2f;
mod packed;
mod policy;
mod roots;
mod statement;
mod tpm;

use crate::cbor::{CborError, CborErrorKind, Key, Reader};
use crate::error::{ParseError, Part as ResponsePart};
use crate::x509::Chain;

pub use android_list::{
    AndroidListError, AndroidRevocationList, MAX_ANDROID_LIST, MAX_ANDROID_SERIALS,
};
pub use error::{
    AndroidStep, AttestationError, CompoundStep, ExtensionFault, Requirement, SafetyNetStep,
    TpmStep, U2fStep,
};
pub(crate) use evaluate::{Subject, evaluate};
pub use evaluate::{list_models, reevaluate};
pub use policy::{
    AndroidEnforcement, AttestationNeed, AttestationPolicy, CompoundNeed, Format, Model,
    TpmManufacturers, Trust, U2fAaguid,
};
pub use roots::roots;
pub use tpm::TPM_MANUFACTURERS;

use evaluate::{Correct, TrustPath, verify_with};

/// Longest attestation object accepted, in bytes.
pub const MAX_ATTESTATION_OBJECT: usize = 64 * 1024;

/// Longest attestation statement format identifier, in octets (section 8.1).
const MAX_FORMAT: usize = 32;

/// What an attestation said, and what it proves. Of which model the authenticator is, by name, is told by
/// [`Entry::prove`](crate::metadata::Entry::prove) of the model's metadata, and by nothing that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attestation {
    /// The attestation statement format identifier, such as `packed`.
    pub format: String,
    /// The attestation type, as far as the statement is correct.
    pub kind: AttestationKind,
    /// What it proves.
    pub verdict: Verdict,
    /// SHA-256 of each certificate that was sent, the leaf first; of a compound, those of every statement that is
    /// correct, one statement after the other.
    pub certificates: Vec<[u8; 32]>,
    /// The leaf's key identifier (of a compound: of the statement that decides), by which metadata names devices without AAGUID
    /// ([`Certificate::key_identifier`](crate::x509::Certificate::key_identifier)).
    pub key_identifier: Option<[u8; 20]>,
    /// The statements of a compound, each judged alone.
    pub parts: Vec<Attestation>,
    /// Key fingerprints of `certificates`, in their order.
    certificate_keys: Vec<[u8; 32]>,
    /// The fingerprint of the leaf's key, where that is not the credential's own.
    signer: Option<[u8; 32]>,
}

impl Attestation {
    /// All by which metadata may name what attested this: SHA-256 of each certificate that was sent and of the
    /// anchor, and the fingerprints of their keys; of a compound, those of every statement that is correct. For
    /// [`Entry::standing`](crate::metadata::Entry::standing).
    #[must_use]
    pub fn fingerprints(&self) -> Vec<[u8; 32]> {
        let mut found = Vec::new();
        for part in self.correct_parts() {
            found.extend(part.certificates.iter().chain(&part.certificate_keys));
            if let Verdict::Attested(chain) = &part.verdict {
                found.extend([chain.anchor(), chain.anchor_key()]);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The key identifier of the leaf; of a compound, that of every statement that is correct.
    #[must_use]
    pub fn key_identifiers(&self) -> Vec<[u8; 20]> {
        let mut found: Vec<_> = self
            .correct_parts()
            .filter_map(|part| part.key_identifier)
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The statements that are correct: this one, or those of a compound.
    fn correct_parts(&self) -> impl Iterator<Item = &Self> {
        let parts = if self.parts.is_empty() {
            std::slice::from_ref(self)
        } else {
            &self.parts
        };
        // A statement that was not verified has not passed.
        parts
            .iter()
            .filter(|part| part.kind != AttestationKind::Unverified)
    }
}

/// The attestation types (section 6.5.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AttestationKind {
    /// There is no attestation.
    None,
    /// The credential attested itself: it proves possession of its private key and nothing about its make.
    SelfAttested,
    /// By a key that a model's devices share, or by an authority's certificate for one: the two can't be told
    /// apart by the statement.
    Basic,
    /// By an attestation identity key, certified by an authority for one TPM.
    AttCa,
    /// By a certificate for this credential alone.
    AnonCa,
    /// There is a statement, and it was not verified or is not correct.
    Unverified,
}

/// What an attestation proves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Somebody who is believed vouches for the authenticator's make.
    Attested(Chain),
    /// Nobody does.
    NotAttested(NotAttested),
    /// The statement is not correct, or its certificates break a rule.
    Failed(AttestationError),
}

/// Why nobody vouches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAttested {
    /// There is no statement.
    #[error("there is no attestation")]
    NoStatement,
    /// The credential attests itself.
    #[error("the credential attests itself")]
    SelfAttested,
    /// The statement's format is not one of those that are accepted.
    #[error("the attestation's format is not accepted")]
    FormatNotAccepted,
    /// The statement is correct, and leads to nobody who is believed.
    #[error("the attestation leads to no trust anchor")]
    NoAnchor,
    /// The statement is correct and leads to an anchor that vouches for several models, and its certificate does not say
    /// for which (section 8.2.1). Not a fault of the statement: the Recommendation has relying parties compare the
    /// extension where it is, as they may not know how many models an anchor is for. Who knows it believes no more than was
    /// certified.
    #[error("the attestation certificate names no model, and its anchor vouches for several")]
    ModelNotNamed,
}

impl Verdict {
    /// Whether somebody who is believed vouches for the authenticator's make.
    #[must_use]
    pub fn is_attested(&self) -> bool {
        matches!(self, Self::Attested(_))
    }

    /// The stable code of the reason; `None` if there is nothing to explain.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::Attested(_) => None,
            Self::NotAttested(reason) => Some(reason.code()),
            Self::Failed(error) => Some(error.code()),
        }
    }

    /// Whether the statement itself was verified and is correct, whatever its certificates prove.
    pub(crate) fn is_correct(&self) -> bool {
        match self {
            Self::NotAttested(NotAttested::FormatNotAccepted) => false,
            Self::Attested(_) | Self::NotAttested(_) => true,
            Self::Failed(error) => matches!(error, AttestationError::Chain(_)),
        }
    }
}

/// A format's name and its statement.
#[derive(Debug, Clone, Copy)]
struct Part<'a> {
    format: &'a str,
    statement: &'a [u8],
}

/// An attestation object, borrowed from its CBOR.
#[derive(Debug, Clone, Copy)]
pub struct AttestationObject<'a> {
    /// `fmt`.
    pub format: &'a str,
    /// `authData`.
    pub authenticator_data: &'a [u8],
    /// `attStmt`, as CBOR: a map, or an array for `compound`.
    pub statement: &'a [u8],
}

impl<'a> AttestationObject<'a> {
    /// Parses an attestation object. Members that it does not know are ignored.
    ///
    /// # Errors
    /// If the bytes are too many, not exactly one CBOR map, lack one of the three members, or name a
    /// format that is no identifier.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, ParseError> {
        if bytes.len() > MAX_ATTESTATION_OBJECT {
            let (part, found) = (ResponsePart::AttestationObject, bytes.len());
            return Err(ParseError::TooLong {
                part,
                limit: MAX_ATTESTATION_OBJECT,
                found,
            });
        }
        let object =
            Self::read(bytes).map_err(ParseError::cbor(ResponsePart::AttestationObject))?;
        check_format(object.format)?;
        Ok(object)
    }

    fn read(bytes: &'a [u8]) -> Result<Self, CborError> {
        let (mut format, mut authenticator_data, mut statement) = (None, None, None);
        // The client writes this map: CTAP2's answer has numbers for these names.
        let mut reader = Reader::of_client(bytes);
        reader.map::<CborError>(|key, value| {
            match key {
                Key::Text("fmt") => format = Some(value.text()?),
                Key::Text("authData") => authenticator_data = Some(value.bytes()?),
                Key::Text("attStmt") => statement = Some(value.raw()?),
                _ => value.skip()?,
            }
            Ok(())
        })?;
        let missing = |key| CborError {
            offset: bytes.len(),
            kind: CborErrorKind::MissingKey(key),
        };
        let object = Self {
            format: format.ok_or_else(|| missing("fmt"))?,
            authenticator_data: authenticator_data.ok_or_else(|| missing("authData"))?,
            statement: statement.ok_or_else(|| missing("attStmt"))?,
        };
        reader.finish()?;
        Ok(object)
    }
}

/// Section 8.1: at most 32 octets of printable US-ASCII without quotation mark and backslash.
fn check_format(format: &str) -> Result<(), ParseError> {
    let fits = (1..=MAX_FORMAT).contains(&format.len())
        && format
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\');
    if fits {
        return Ok(());
    }
    let found = format.len();
    Err(ParseError::AttestationFormat { found })
}

#[cfg(test)]
mod tests {
    use super::AttestationObject;
    use crate::error::ParseError;

    /// `{"fmt": format, "attStmt": {}, "authData": h''}`, each length in one byte behind its head.
    fn object(format: &str) -> Vec<u8> {
        let length = u8::try_from(format.len()).unwrap();
        let mut bytes = b"\xa3\x63fmt\x78".to_vec();
        bytes.push(length);
        bytes.extend(format.as_bytes());
        bytes.extend(b"\x67attStmt\xa0\x68authData\x40");
        if format.len() < 24 {
            // The shortest form is the only one that CTAP2 allows.
            bytes.splice(5..7, [0x60 + length]);
        }
        bytes
    }

    #[test]
    fn a_format_is_an_identifier() {
        let longest = "x".repeat(32);
        for good in ["none", "packed", "android-safetynet", "x", longest.as_str()] {
            let bytes = object(good);
            assert_eq!(AttestationObject::parse(&bytes).unwrap().format, good);
        }
        let too_long = "x".repeat(33);
        let unfit = [
            "",
            "two words",
            "a\n",
            "a\u{0}",
            "a\u{7f}",
            "caf\u{e9}",
            "a\"",
            "a\\",
            "\u{202e}enon",
            too_long.as_str(),
        ];
        for unfit in unfit {
            let bytes = object(unfit);
            let error = AttestationObject::parse(&bytes).unwrap_err();
            let found = unfit.len();
            assert_eq!(error, ParseError::AttestationFormat { found }, "{unfit:?}");
            assert_eq!(error.code(), "parse.attestation_format");
        }
    }
}
