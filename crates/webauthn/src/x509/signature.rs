//! Public keys of certificates (SubjectPublicKeyInfo) and the signatures that they may verify: one table,
//! in which key type, curve, hash and padding are bound together.

use super::oid;
use crate::algorithm::Algorithm;
use crate::der::{DerError, Reader, Tag};
use crate::error::ShownKey;
use crate::public_key::{CoseKey, Material};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA384_ASN1,
    ECDSA_P256_SHA512_ASN1, ECDSA_P384_SHA256_ASN1, ECDSA_P384_SHA384_ASN1,
    ECDSA_P384_SHA384_FIXED, ECDSA_P384_SHA512_ASN1, ECDSA_P521_SHA256_ASN1,
    ECDSA_P521_SHA384_ASN1, ECDSA_P521_SHA512_ASN1, ECDSA_P521_SHA512_FIXED, ED25519, ML_DSA_44,
    ML_DSA_65, ML_DSA_87, RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, VerificationAlgorithm,
};

/// A SubjectPublicKeyInfo, borrowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spki<'a> {
    /// The AlgorithmIdentifier, whole.
    algorithm: &'a [u8],
    /// The contents of subjectPublicKey: a point, an RSAPublicKey, or raw bytes.
    pub(crate) key: &'a [u8],
}

/// The keys that are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyType {
    P256,
    P384,
    P521,
    Rsa,
    Ed25519,
    MlDsa44,
    MlDsa65,
    MlDsa87,
}

/// How a signature is made: everything but the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    EcdsaSha256,
    EcdsaSha384,
    EcdsaSha512,
    /// `r || s` instead of DER, as JWS has it; with its own curve only (RFC 7518 section 3.4).
    EcdsaSha256Fixed,
    EcdsaSha384Fixed,
    EcdsaSha512Fixed,
    RsaPkcs1Sha1,
    RsaPkcs1Sha256,
    RsaPkcs1Sha384,
    RsaPkcs1Sha512,
    RsaPssSha256,
    RsaPssSha384,
    RsaPssSha512,
    Ed25519,
    MlDsa44,
    MlDsa65,
    MlDsa87,
}

/// Why a signature does not verify.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unverified {
    /// Key type, curve or algorithm unknown, or not to be used together.
    Unsupported,
    /// The signature is wrong.
    Invalid,
}

impl<'a> Spki<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, DerError> {
        let mut contents = reader.expect(Tag::SEQUENCE)?;
        let algorithm = read_algorithm(&mut contents)?;
        let key = contents.bit_string()?;
        contents.finish()?;
        Ok(Self { algorithm, key })
    }

    /// SHA-256 over AlgorithmIdentifier and key bits: the same for every certificate of one key.
    pub(crate) fn fingerprint(&self) -> [u8; 32] {
        crate::rp_id::sha256(&[self.algorithm, self.key].concat())
    }

    pub(crate) fn key_type(&self) -> Option<KeyType> {
        find(KEY_TYPES, self.algorithm)
    }

    /// For an error.
    pub(crate) fn shown(&self) -> ShownKey {
        let kind = self.key_type().map_or("another kind's", KeyType::name);
        match (self.key_type(), read_rsa(self.key)) {
            (Some(KeyType::Rsa), Ok((modulus, exponent))) => {
                ShownKey::of(kind, &[modulus, exponent])
            }
            // Points are uncompressed: a byte, and the coordinates.
            (Some(KeyType::P256 | KeyType::P384 | KeyType::P521), _) => {
                ShownKey::of(kind, &[self.key.get(1..).unwrap_or_default()])
            }
            _ => ShownKey::of(kind, &[self.key]),
        }
    }

    /// Verifies a signature whose algorithm is a number of the COSE registry. Within WebAuthn the numbers of
    /// ECDSA bind a curve, too (past mistake 35).
    pub(crate) fn verify_cose(
        &self,
        id: i64,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Unverified> {
        let scheme = Scheme::from_cose_id(id).ok_or(Unverified::Unsupported)?;
        let curve = match scheme {
            Scheme::EcdsaSha256 => Some(KeyType::P256),
            Scheme::EcdsaSha384 => Some(KeyType::P384),
            Scheme::EcdsaSha512 => Some(KeyType::P521),
            _ => None,
        };
        if curve.is_some() && self.key_type() != curve {
            return Err(Unverified::Unsupported);
        }
        self.verify(scheme, message, signature)
    }

    /// Whether this is the credential's key: for every type of key, by type and value (past mistake 37).
    pub(crate) fn is_key(&self, key: &CoseKey<'_>) -> bool {
        if self.key_type() != Some(KeyType::of(key.algorithm())) {
            return false;
        }
        match key.material() {
            Material::Ec2 { .. } => key.ec_point().is_some_and(|it| it.as_slice() == self.key),
            Material::Okp(bytes) | Material::Akp(bytes) => bytes == self.key,
            Material::Rsa { n, e } => read_rsa(self.key) == Ok((n, e)),
        }
    }

    /// Verifies a signature in X.509's encoding, which is WebAuthn's too: DER for ECDSA.
    pub(crate) fn verify(
        &self,
        scheme: Scheme,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), Unverified> {
        let algorithm = self
            .key_type()
            .and_then(|key| pair(key, scheme))
            .ok_or(Unverified::Unsupported)?;
        algorithm
            .verify_sig(self.key, message, signature)
            .map_err(|_| Unverified::Invalid)
    }
}

impl KeyType {
    /// The type of a passkey's keys.
    pub(crate) const fn of(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Es256 => Self::P256,
            Algorithm::Es384 => Self::P384,
            Algorithm::Es512 => Self::P521,
            Algorithm::EdDsa => Self::Ed25519,
            Algorithm::Rs256 | Algorithm::Ps256 => Self::Rsa,
            Algorithm::MlDsa44 => Self::MlDsa44,
            Algorithm::MlDsa65 => Self::MlDsa65,
            Algorithm::MlDsa87 => Self::MlDsa87,
        }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::P521 => "P-521",
            Self::Rsa => "RSA",
            Self::Ed25519 => "Ed25519",
            Self::MlDsa44 => "ML-DSA-44",
            Self::MlDsa65 => "ML-DSA-65",
            Self::MlDsa87 => "ML-DSA-87",
        }
    }
}

impl Scheme {
    /// By a whole AlgorithmIdentifier. Parameters are compared with it, so that none is ever ignored.
    pub(crate) fn from_identifier(identifier: &[u8]) -> Option<Self> {
        find(SCHEMES, identifier)
    }

    /// By a number of the COSE registry, as attestation statements name it. RS1 is SHA-1 and only for
    /// `tpm` (section 8.3); whoever asks decides that.
    pub(crate) const fn from_cose_id(id: i64) -> Option<Self> {
        Some(match id {
            -7 | -9 => Self::EcdsaSha256,
            -35 | -51 => Self::EcdsaSha384,
            -36 | -52 => Self::EcdsaSha512,
            -8 | -19 => Self::Ed25519,
            -257 => Self::RsaPkcs1Sha256,
            -258 => Self::RsaPkcs1Sha384,
            -259 => Self::RsaPkcs1Sha512,
            -37 => Self::RsaPssSha256,
            -38 => Self::RsaPssSha384,
            -39 => Self::RsaPssSha512,
            -48 => Self::MlDsa44,
            -49 => Self::MlDsa65,
            -50 => Self::MlDsa87,
            -65535 => Self::RsaPkcs1Sha1,
            _ => return None,
        })
    }

    /// By the `alg` of a JWS (RFC 7518 section 3.1). `none`, MACs and everything else are no schemes.
    pub(crate) fn from_jws_name(name: &str) -> Option<Self> {
        Some(match name {
            "ES256" => Self::EcdsaSha256Fixed,
            "ES384" => Self::EcdsaSha384Fixed,
            "ES512" => Self::EcdsaSha512Fixed,
            "RS256" => Self::RsaPkcs1Sha256,
            "RS384" => Self::RsaPkcs1Sha384,
            "RS512" => Self::RsaPkcs1Sha512,
            "PS256" => Self::RsaPssSha256,
            "PS384" => Self::RsaPssSha384,
            "PS512" => Self::RsaPssSha512,
            _ => return None,
        })
    }

    pub(crate) const fn uses_sha1(self) -> bool {
        matches!(self, Self::RsaPkcs1Sha1)
    }
}

/// RSAPublicKey (RFC 8017 appendix A.1.1): modulus and exponent without sign bytes.
fn read_rsa<'a>(key: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), DerError> {
    let mut outer = Reader::new(key);
    let mut fields = outer.expect(Tag::SEQUENCE)?;
    outer.finish()?;
    let (modulus, exponent) = (fields.integer(Tag::INTEGER)?, fields.integer(Tag::INTEGER)?);
    fields.finish()?;
    // A zero in front keeps a number positive.
    let strip = |bytes: &'a [u8]| bytes.strip_prefix(&[0]).unwrap_or(bytes);
    Ok((strip(modulus), strip(exponent)))
}

/// An AlgorithmIdentifier whole: an object identifier, and at most one element of parameters.
pub(crate) fn read_algorithm<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DerError> {
    let mut ahead = *reader;
    let mut contents = ahead.expect(Tag::SEQUENCE)?;
    contents.oid()?;
    if !contents.is_empty() {
        contents.element()?;
    }
    contents.finish()?;
    reader.raw(Tag::SEQUENCE)
}

fn find<T: Copy>(table: &[(&[u8], T)], identifier: &[u8]) -> Option<T> {
    table
        .iter()
        .find(|(known, _)| *known == identifier)
        .map(|&(_, value)| value)
}

/// What a key may verify. In COSE each number binds a curve; certificates may combine hash and curve.
fn pair(key: KeyType, scheme: Scheme) -> Option<&'static dyn VerificationAlgorithm> {
    Some(match (key, scheme) {
        (KeyType::P256, Scheme::EcdsaSha256) => &ECDSA_P256_SHA256_ASN1,
        (KeyType::P256, Scheme::EcdsaSha384) => &ECDSA_P256_SHA384_ASN1,
        (KeyType::P256, Scheme::EcdsaSha512) => &ECDSA_P256_SHA512_ASN1,
        (KeyType::P384, Scheme::EcdsaSha256) => &ECDSA_P384_SHA256_ASN1,
        (KeyType::P384, Scheme::EcdsaSha384) => &ECDSA_P384_SHA384_ASN1,
        (KeyType::P384, Scheme::EcdsaSha512) => &ECDSA_P384_SHA512_ASN1,
        (KeyType::P521, Scheme::EcdsaSha256) => &ECDSA_P521_SHA256_ASN1,
        (KeyType::P521, Scheme::EcdsaSha384) => &ECDSA_P521_SHA384_ASN1,
        (KeyType::P521, Scheme::EcdsaSha512) => &ECDSA_P521_SHA512_ASN1,
        (KeyType::P256, Scheme::EcdsaSha256Fixed) => &ECDSA_P256_SHA256_FIXED,
        (KeyType::P384, Scheme::EcdsaSha384Fixed) => &ECDSA_P384_SHA384_FIXED,
        (KeyType::P521, Scheme::EcdsaSha512Fixed) => &ECDSA_P521_SHA512_FIXED,
        (KeyType::Rsa, Scheme::RsaPkcs1Sha1) => &RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        (KeyType::Rsa, Scheme::RsaPkcs1Sha256) => &RSA_PKCS1_2048_8192_SHA256,
        (KeyType::Rsa, Scheme::RsaPkcs1Sha384) => &RSA_PKCS1_2048_8192_SHA384,
        (KeyType::Rsa, Scheme::RsaPkcs1Sha512) => &RSA_PKCS1_2048_8192_SHA512,
        (KeyType::Rsa, Scheme::RsaPssSha256) => &RSA_PSS_2048_8192_SHA256,
        (KeyType::Rsa, Scheme::RsaPssSha384) => &RSA_PSS_2048_8192_SHA384,
        (KeyType::Rsa, Scheme::RsaPssSha512) => &RSA_PSS_2048_8192_SHA512,
        (KeyType::Ed25519, Scheme::Ed25519) => &ED25519,
        (KeyType::MlDsa44, Scheme::MlDsa44) => &ML_DSA_44,
        (KeyType::MlDsa65, Scheme::MlDsa65) => &ML_DSA_65,
        (KeyType::MlDsa87, Scheme::MlDsa87) => &ML_DSA_87,
        _ => return None,
    })
}

/// AlgorithmIdentifiers of keys, whole (RFC 5480, RFC 3279, RFC 8410, RFC 9881).
const KEY_TYPES: &[(&[u8], KeyType)] = &[
    (
        b"\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07",
        KeyType::P256,
    ),
    (
        b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22",
        KeyType::P384,
    ),
    (
        b"\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x23",
        KeyType::P521,
    ),
    (
        b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00",
        KeyType::Rsa,
    ),
    (oid::ED25519_IDENTIFIER, KeyType::Ed25519),
    (oid::ML_DSA_44_IDENTIFIER, KeyType::MlDsa44),
    (oid::ML_DSA_65_IDENTIFIER, KeyType::MlDsa65),
    (oid::ML_DSA_87_IDENTIFIER, KeyType::MlDsa87),
];

/// AlgorithmIdentifiers of signatures, whole. RFC 4055 lets RSA's NULL be absent when it is read.
const SCHEMES: &[(&[u8], Scheme)] = &[
    (
        b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02",
        Scheme::EcdsaSha256,
    ),
    (
        b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03",
        Scheme::EcdsaSha384,
    ),
    (
        b"\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x04",
        Scheme::EcdsaSha512,
    ),
    (
        b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00",
        Scheme::RsaPkcs1Sha256,
    ),
    (
        b"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b",
        Scheme::RsaPkcs1Sha256,
    ),
    (
        b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c\x05\x00",
        Scheme::RsaPkcs1Sha384,
    ),
    (
        b"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c",
        Scheme::RsaPkcs1Sha384,
    ),
    (
        b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d\x05\x00",
        Scheme::RsaPkcs1Sha512,
    ),
    (
        b"\x30\x0b\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d",
        Scheme::RsaPkcs1Sha512,
    ),
    (
        b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05\x05\x00",
        Scheme::RsaPkcs1Sha1,
    ),
    (&pss(0x01, 0x20), Scheme::RsaPssSha256),
    (&pss(0x02, 0x30), Scheme::RsaPssSha384),
    (&pss(0x03, 0x40), Scheme::RsaPssSha512),
    (oid::ED25519_IDENTIFIER, Scheme::Ed25519),
    (oid::ML_DSA_44_IDENTIFIER, Scheme::MlDsa44),
    (oid::ML_DSA_65_IDENTIFIER, Scheme::MlDsa65),
    (oid::ML_DSA_87_IDENTIFIER, Scheme::MlDsa87),
];

/// RFC 4055 section 3.1: id-RSASSA-PSS with one hash for message and mask, and a salt of the hash's length.
const fn pss(hash: u8, salt: u8) -> [u8; 67] {
    let mut bytes = *b"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x34\
\xa0\x0f\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x00\x05\x00\
\xa1\x1c\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x00\x05\x00\
\xa2\x03\x02\x01\x00";
    bytes[29] = hash;
    bytes[59] = hash;
    bytes[66] = salt;
    bytes
}

#[cfg(test)]
mod sets;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_der_and_tell_no_two_apart_wrongly() {
        for (identifier, _) in SCHEMES {
            Reader::new(identifier).raw(Tag::SEQUENCE).unwrap();
        }
        for (at, (identifier, scheme)) in SCHEMES.iter().enumerate() {
            let mut reader = Reader::new(identifier);
            reader.expect(Tag::SEQUENCE).unwrap();
            reader.finish().unwrap();
            assert!(
                SCHEMES
                    .iter()
                    .skip(at + 1)
                    .all(|(other, _)| other != identifier)
            );
            assert_eq!(Scheme::from_identifier(identifier), Some(*scheme));
        }
        for (identifier, key) in KEY_TYPES {
            let mut reader = Reader::new(identifier);
            reader.expect(Tag::SEQUENCE).unwrap();
            reader.finish().unwrap();
            assert_eq!(find(KEY_TYPES, identifier), Some(*key));
        }
    }

    #[test]
    fn a_key_verifies_only_what_belongs_to_it() {
        assert!(pair(KeyType::P256, Scheme::RsaPkcs1Sha256).is_none());
        assert!(pair(KeyType::Rsa, Scheme::EcdsaSha256).is_none());
        assert!(pair(KeyType::MlDsa44, Scheme::MlDsa65).is_none());
        assert!(pair(KeyType::Ed25519, Scheme::EcdsaSha256).is_none());
    }
}
