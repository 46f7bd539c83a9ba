//! Attestation objects (WebAuthn section 6.5) and the formats verified so far: `none` (8.7) and `packed`
//! with self attestation (8.2).
//!
//! Every other statement is read as CBOR, kept with the registration, and marked
//! [`AttestationKind::Unverified`]: it proves nothing yet, and nobody may treat it as if it did.

use crate::algorithm::Algorithm;
use crate::cbor::{CborError, CborErrorKind, Key, Reader};
use crate::error::{ParseError, Part, RegistrationError};
use crate::public_key::CoseKey;

/// Longest attestation object accepted, in bytes.
pub const MAX_ATTESTATION_OBJECT: usize = 64 * 1024;

/// Longest attestation statement format identifier, in octets (section 8.1).
const MAX_FORMAT: usize = 32;

/// What an attestation said and how far that was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Attestation {
    /// The attestation statement format identifier, such as `packed`.
    pub format: String,
    /// How far the statement was verified.
    pub kind: AttestationKind,
}

/// How far an attestation statement was verified (section 6.5.4 has the types).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttestationKind {
    /// There is no attestation.
    None,
    /// The credential attested itself: it proves possession of its private key and nothing about its make.
    SelfAttested,
    /// There is a statement, and it was not verified.
    Unverified,
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
            let (part, found) = (Part::AttestationObject, bytes.len());
            return Err(ParseError::TooLong {
                part,
                limit: MAX_ATTESTATION_OBJECT,
                found,
            });
        }
        let object = Self::read(bytes).map_err(ParseError::cbor(Part::AttestationObject))?;
        check_format(object.format)?;
        Ok(object)
    }

    fn read(bytes: &'a [u8]) -> Result<Self, CborError> {
        let (mut format, mut authenticator_data, mut statement) = (None, None, None);
        let mut reader = Reader::new(bytes);
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

    /// Section 7.1 steps 22 and 23 for the formats of this module.
    pub(crate) fn verify(
        &self,
        key: &CoseKey<'_>,
        client_data_hash: &[u8; 32],
    ) -> Result<AttestationKind, RegistrationError> {
        match self.format {
            "none" => self.verify_none(),
            "packed" => self.verify_packed(key, client_data_hash),
            _ => Ok(AttestationKind::Unverified),
        }
    }

    /// Section 8.7: the statement is an empty map.
    fn verify_none(&self) -> Result<AttestationKind, RegistrationError> {
        match self.statement {
            [0xa0] => Ok(AttestationKind::None),
            _ => Err(RegistrationError::AttestationNotEmpty),
        }
    }

    /// Section 8.2, the branch without `x5c`.
    fn verify_packed(
        &self,
        key: &CoseKey<'_>,
        client_data_hash: &[u8; 32],
    ) -> Result<AttestationKind, RegistrationError> {
        let statement = PackedStatement::read(self.statement)
            .map_err(ParseError::cbor(Part::AttestationStatement))?;
        if statement.has_certificates {
            return Ok(AttestationKind::Unverified);
        }
        // "Validate that alg matches the algorithm of the credentialPublicKey."
        if Algorithm::from_cose_id(statement.algorithm) != Some(key.algorithm()) {
            let (expected, found) = (key.algorithm(), statement.algorithm);
            return Err(RegistrationError::AttestationAlgorithmMismatch { expected, found });
        }
        // "Verify that sig is a valid signature over the concatenation of authenticatorData and
        // clientDataHash using the credential public key with alg."
        let message = [self.authenticator_data, client_data_hash].concat();
        key.verify(&message, statement.signature)
            .map_err(|_| RegistrationError::AttestationSignatureInvalid)?;
        Ok(AttestationKind::SelfAttested)
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

struct PackedStatement<'a> {
    algorithm: i64,
    signature: &'a [u8],
    has_certificates: bool,
}

impl<'a> PackedStatement<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, CborError> {
        let (mut algorithm, mut signature, mut has_certificates) = (None, None, false);
        Reader::new(bytes).map::<CborError>(|key, value| {
            match key {
                Key::Text("alg") => algorithm = Some(value.int()?),
                Key::Text("sig") => signature = Some(value.bytes()?),
                Key::Text("x5c") => {
                    has_certificates = true;
                    value.array(|certificate| certificate.bytes().map(drop))?;
                }
                _ => value.skip()?,
            }
            Ok(())
        })?;
        let missing = |key| CborError {
            offset: bytes.len(),
            kind: CborErrorKind::MissingKey(key),
        };
        Ok(Self {
            algorithm: algorithm.ok_or_else(|| missing("alg"))?,
            signature: signature.ok_or_else(|| missing("sig"))?,
            has_certificates,
        })
    }
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
