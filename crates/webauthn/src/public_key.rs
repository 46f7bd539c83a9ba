//! Credential public keys: `COSE_Key` (RFC 9052, RFC 9053, RFC 8230, RFC 9964) as WebAuthn section 6.5.1.1
//! narrows it, and the verification of signatures with them (section 6.5.5).

mod cose;
mod edwards;

use crate::algorithm::Algorithm;
use crate::cbor::CborError;
pub(crate) use cose::{CoseKey, Material};

/// A credential public key that was checked: its signatures can be verified.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey {
    algorithm: Algorithm,
    cose: Vec<u8>,
}

/// Why a public key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not one well-formed CBOR map.
    #[error("{0}")]
    Cbor(#[from] CborError),
    /// A parameter is absent.
    #[error("COSE parameter {label} is missing")]
    MissingParameter {
        /// The parameter's label.
        label: i64,
    },
    /// A parameter that WebAuthn does not allow in a credential public key.
    #[error("a COSE parameter that is not allowed here")]
    UnexpectedParameter {
        /// The parameter's label; `None` for a text label.
        label: Option<i64>,
    },
    /// Ed448, which this crate refuses by name.
    #[error(
        "Ed448 is not supported: it must not be offered, and its signatures cannot be verified"
    )]
    Ed448,
    /// Another algorithm that this crate does not verify.
    #[error("COSE algorithm {id} is not supported")]
    UnsupportedAlgorithm {
        /// The number found.
        id: i64,
    },
    /// The key type does not belong to the algorithm.
    #[error("{algorithm} does not go with COSE key type {found}")]
    KeyTypeMismatch {
        /// The key's algorithm.
        algorithm: Algorithm,
        /// The key type found.
        found: i64,
    },
    /// The curve does not belong to the algorithm.
    #[error("{algorithm} does not go with COSE curve {found}")]
    CurveMismatch {
        /// The key's algorithm.
        algorithm: Algorithm,
        /// The curve found.
        found: i64,
    },
    /// A compressed point.
    #[error("the point is compressed")]
    CompressedPoint,
    /// A coordinate or key of the wrong length.
    #[error("COSE parameter {label} is {found} bytes long instead of {expected}")]
    WrongLength {
        /// The parameter's label.
        label: i64,
        /// The length that the algorithm requires, in bytes.
        expected: usize,
        /// The length found.
        found: usize,
    },
    /// An RSA modulus outside 2048 to 8192 bits.
    #[error("the RSA modulus has {bits} bits; it must have 2048 to 8192")]
    ModulusSize {
        /// The size found.
        bits: usize,
    },
    /// An RSA modulus that is even or has leading zeros.
    #[error("the RSA modulus is even or has leading zeros")]
    ModulusEncoding,
    /// An RSA exponent that is even, below 3, above 32 bits, or has leading zeros.
    #[error("the RSA exponent is not an odd number from 3 to 2^32 without leading zeros")]
    Exponent,
    /// An Ed25519 point of small order, for which signatures can be forged without a private key.
    #[error("the Ed25519 key has small order")]
    WeakPoint,
    /// The cryptographic library refuses the key, for instance because its point is not on the curve.
    #[error("the key is not valid")]
    Unusable,
}

/// A signature that is not valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the signature is not valid")]
pub struct SignatureInvalid;

impl PublicKey {
    /// Parses and checks a `COSE_Key`.
    ///
    /// The key is loaded into the cryptographic library once, so that a key which could never verify
    /// anything is refused here, at registration, and not at the first sign-in.
    ///
    /// # Errors
    /// If the bytes are not exactly one CBOR map with exactly the parameters that WebAuthn allows; if key
    /// type, curve and algorithm do not belong together; if the algorithm is not one of [`Algorithm`]; if
    /// the key is not valid.
    pub fn parse(cose: &[u8]) -> Result<Self, KeyError> {
        CoseKey::parse(cose)?.into_public_key(cose)
    }

    /// The key's algorithm.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key as it was received: CBOR, a `COSE_Key`. This is what to store.
    #[must_use]
    pub fn cose_bytes(&self) -> &[u8] {
        &self.cose
    }

    /// Verifies a signature in WebAuthn's encoding: ASN.1 DER for ECDSA, raw bytes for the others.
    ///
    /// # Errors
    /// If the signature is not valid for this key and message.
    pub fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), SignatureInvalid> {
        CoseKey::parse(&self.cose)
            .map_err(|_| SignatureInvalid)?
            .verify(message, signature)
    }
}

impl CoseKey<'_> {
    /// Checks a key that was read from these bytes, and keeps them.
    pub(crate) fn into_public_key(self, cose: &[u8]) -> Result<PublicKey, KeyError> {
        self.check()?;
        Ok(PublicKey {
            algorithm: self.algorithm(),
            cose: cose.to_vec(),
        })
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "PublicKey({}, {} bytes)",
            self.algorithm,
            self.cose.len()
        )
    }
}
