//! Public keys as JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037). A private or shared key is never taken.

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ML_DSA_65, ParsedPublicKey,
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value, json};

use crate::json::parse_object;
use crate::jwt::Algorithm;

/// The longest JWK that is read, in bytes.
pub const MAX_JWK: usize = 8 * 1024;
/// Bits of an RSA modulus that are accepted: below it is weak, above it verifying costs others' time.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;
/// Members that only a private or a shared key has (RFC 7518 sections 6.2.2, 6.3.2, 6.4).
const PRIVATE: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];
/// Bytes of a public key of ML-DSA-65 (FIPS 204 table 2).
const ML_DSA_65_LENGTH: usize = 1952;

/// Why a key is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the message says it")]
pub enum JwkError {
    #[error("longer than is read")]
    TooLong,
    #[error("not a JSON Web Key")]
    Malformed,
    #[error("holds a private or shared key")]
    Private,
    #[error("a kind, curve or use of key that is not accepted")]
    Unsupported,
    #[error(
        "the numbers are no key: not on the curve, too short, too long, or with a weak exponent"
    )]
    Unfit,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Material {
    /// The uncompressed point.
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
    MlDsa65(Vec<u8>),
    /// Big endian without leading zeros.
    Rsa {
        modulus: Vec<u8>,
        exponent: Vec<u8>,
    },
}

/// A public key that verifies signatures of the algorithms that it [fits](PublicKey::fits).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    material: Material,
    /// The only algorithm, where the JWK names one.
    only: Option<Algorithm>,
}

/// Reads a public key from a JWK in UTF-8 JSON.
///
/// Taken are `EC` with P-256 or P-384, `OKP` with Ed25519, `AKP` with ML-DSA-65, `RSA` of 2048 to 4096 bits; `use` other than `sig`, `key_ops`
/// without `verify` and an `alg` that doesn't fit refuse. `kid`, `x5c` and the like are not looked at.
///
/// # Errors
/// A [`JwkError`]; `Private` comes before all judgement of the rest.
pub fn parse(text: &[u8]) -> Result<PublicKey, JwkError> {
    if text.len() > MAX_JWK {
        return Err(JwkError::TooLong);
    }
    let jwk = parse_object(text).map_err(|_| JwkError::Malformed)?;
    if PRIVATE.iter().any(|member| jwk.contains_key(*member)) {
        return Err(JwkError::Private);
    }
    let word = |name: &str| jwk.get(name).and_then(Value::as_str);
    let material = match (word("kty"), word("crv")) {
        (Some("EC"), Some("P-256")) => Material::P256(read_point(&jwk, 32)?),
        (Some("EC"), Some("P-384")) => Material::P384(read_point(&jwk, 48)?),
        (Some("OKP"), Some("Ed25519")) => Material::Ed25519(read_fixed(&jwk, "x", 32)?),
        // A key of this kind is for the one algorithm that it names.
        (Some("AKP"), _) if word("alg") == Some("ML-DSA-65") => {
            Material::MlDsa65(read_fixed(&jwk, "pub", ML_DSA_65_LENGTH)?)
        }
        (Some("RSA"), _) => Material::Rsa {
            modulus: read_number(&jwk, "n")?,
            exponent: read_number(&jwk, "e")?,
        },
        (Some("oct"), _) => return Err(JwkError::Private),
        (Some(_), _) => return Err(JwkError::Unsupported),
        (None, _) => return Err(JwkError::Malformed),
    };
    let mut key = PublicKey {
        material,
        only: None,
    };
    key.check()?;
    check_use(&jwk)?;
    if let Some(name) = jwk.get("alg") {
        let algorithm = name.as_str().and_then(Algorithm::parse);
        key.only = Some(
            algorithm
                .filter(|algorithm| key.fits(*algorithm))
                .ok_or(JwkError::Unsupported)?,
        );
    }
    Ok(key)
}

fn check_use(jwk: &Map<String, Value>) -> Result<(), JwkError> {
    let fits_use = jwk.get("use").is_none_or(|word| word == "sig");
    let fits_operations = jwk.get("key_ops").is_none_or(|list| {
        list.as_array()
            .is_some_and(|list| list.iter().any(|each| each == "verify"))
    });
    if fits_use && fits_operations {
        Ok(())
    } else {
        Err(JwkError::Unsupported)
    }
}

fn read_bytes(jwk: &Map<String, Value>, name: &str) -> Result<Vec<u8>, JwkError> {
    let text = jwk
        .get(name)
        .and_then(Value::as_str)
        .ok_or(JwkError::Malformed)?;
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|_| JwkError::Malformed)
}

/// Coordinates have exactly the length of the field (RFC 7518 section 6.2.1.2).
fn read_fixed(jwk: &Map<String, Value>, name: &str, length: usize) -> Result<Vec<u8>, JwkError> {
    Some(read_bytes(jwk, name)?)
        .filter(|bytes| bytes.len() == length)
        .ok_or(JwkError::Unfit)
}

fn read_point(jwk: &Map<String, Value>, length: usize) -> Result<Vec<u8>, JwkError> {
    let (x, y) = (read_fixed(jwk, "x", length)?, read_fixed(jwk, "y", length)?);
    Ok([&[4], x.as_slice(), &y].concat())
}

/// Base64urlUInt has no leading zero (RFC 7518 section 2).
fn read_number(jwk: &Map<String, Value>, name: &str) -> Result<Vec<u8>, JwkError> {
    Some(read_bytes(jwk, name)?)
        .filter(|bytes| bytes.first().is_some_and(|first| *first != 0))
        .ok_or(JwkError::Unfit)
}

impl PublicKey {
    /// The key of an uncompressed point of P-256, 65 bytes that begin with 4 (SEC 1 section 2.3.3).
    ///
    /// # Errors
    /// `Unfit` when it is no point of the curve.
    pub fn of_p256(point: &[u8]) -> Result<PublicKey, JwkError> {
        PublicKey::of(Material::P256(point.to_vec()))
    }

    /// The key of Ed25519 of its 32 bytes (RFC 8032 section 5.1.5).
    ///
    /// # Errors
    /// `Unfit` when they are no point of the curve.
    pub fn of_ed25519(point: &[u8]) -> Result<PublicKey, JwkError> {
        PublicKey::of(Material::Ed25519(point.to_vec()))
    }

    /// The key of ML-DSA-65 of its encoding (FIPS 204 section 7.2).
    ///
    /// # Errors
    /// `Unfit` for another length.
    pub fn of_ml_dsa_65(key: &[u8]) -> Result<PublicKey, JwkError> {
        PublicKey::of(Material::MlDsa65(key.to_vec()))
    }

    /// The RSA key of a modulus and an exponent, big endian.
    ///
    /// # Errors
    /// `Unfit` outside 2048 to 4096 bits, or with an exponent that is weak.
    pub fn of_rsa(modulus: &[u8], exponent: &[u8]) -> Result<PublicKey, JwkError> {
        let strip = |bytes: &[u8]| {
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            bytes.get(zeros..).unwrap_or_default().to_vec()
        };
        PublicKey::of(Material::Rsa {
            modulus: strip(modulus),
            exponent: strip(exponent),
        })
    }

    /// The RSA key of a PKCS #1 `RSAPublicKey` in DER (RFC 8017 appendix A.1.1).
    ///
    /// # Errors
    /// `Malformed` for other bytes; else as [`PublicKey::of_rsa`].
    pub fn of_pkcs1(der: &[u8]) -> Result<PublicKey, JwkError> {
        let (inside, rest) = read_der(0x30, der).ok_or(JwkError::Malformed)?;
        let (modulus, inside) = read_der(0x02, inside).ok_or(JwkError::Malformed)?;
        let (exponent, inside) = read_der(0x02, inside).ok_or(JwkError::Malformed)?;
        if !rest.is_empty() || !inside.is_empty() {
            return Err(JwkError::Malformed);
        }
        PublicKey::of_rsa(modulus, exponent)
    }

    /// The key of a `SubjectPublicKeyInfo` in DER (RFC 5280 section 4.1), as `BEGIN PUBLIC KEY` wraps it.
    ///
    /// # Errors
    /// `Malformed`, `Unsupported` for an algorithm that is not taken, `Unfit`.
    pub fn of_spki(der: &[u8]) -> Result<PublicKey, JwkError> {
        // Object identifiers with their parameters, as DER has them (RFC 5480, RFC 8410, RFC 4055).
        const P256: &[u8] =
            b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
        const P384: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\x00\x22";
        const ED25519_ID: &[u8] = b"\x06\x03\x2b\x65\x70";
        const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
        let (inside, rest) = read_der(0x30, der).ok_or(JwkError::Malformed)?;
        let (algorithm, inside) = read_der(0x30, inside).ok_or(JwkError::Malformed)?;
        let (bits, inside) = read_der(0x03, inside).ok_or(JwkError::Malformed)?;
        let Some((0, key)) = bits.split_first() else {
            return Err(JwkError::Malformed);
        };
        if !rest.is_empty() || !inside.is_empty() {
            return Err(JwkError::Malformed);
        }
        match algorithm {
            P256 => PublicKey::of(Material::P256(key.to_vec())),
            P384 => PublicKey::of(Material::P384(key.to_vec())),
            ED25519_ID => PublicKey::of(Material::Ed25519(key.to_vec())),
            RSA => PublicKey::of_pkcs1(key),
            _ => Err(JwkError::Unsupported),
        }
    }

    fn of(material: Material) -> Result<PublicKey, JwkError> {
        let key = PublicKey {
            material,
            only: None,
        };
        key.check().map(|()| key)
    }

    fn check(&self) -> Result<(), JwkError> {
        let fits = match &self.material {
            Material::P256(point) => {
                point.len() == 65 && ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).is_ok()
            }
            Material::P384(point) => {
                point.len() == 97 && ParsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).is_ok()
            }
            Material::Ed25519(point) => ParsedPublicKey::new(&ED25519, point).is_ok(),
            Material::MlDsa65(key) => {
                key.len() == ML_DSA_65_LENGTH && ParsedPublicKey::new(&ML_DSA_65, key).is_ok()
            }
            Material::Rsa { modulus, exponent } => fits_rsa(modulus, exponent),
        };
        if fits { Ok(()) } else { Err(JwkError::Unfit) }
    }

    /// Whether the key verifies signatures of this algorithm.
    #[must_use]
    pub fn fits(&self, algorithm: Algorithm) -> bool {
        let kind = match self.material {
            Material::P256(_) => algorithm == Algorithm::Es256,
            Material::P384(_) => algorithm == Algorithm::Es384,
            Material::Ed25519(_) => algorithm == Algorithm::EdDsa,
            Material::MlDsa65(_) => algorithm == Algorithm::MlDsa65,
            Material::Rsa { .. } => matches!(algorithm, Algorithm::Rs256 | Algorithm::Ps256),
        };
        kind && self.only.is_none_or(|only| only == algorithm)
    }

    /// Whether `signature` is this key's over `message`. ECDSA signatures are R and S side by side (RFC 7518 section 3.4).
    #[must_use]
    pub fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if !self.fits(algorithm) {
            return false;
        }
        match &self.material {
            Material::P256(point) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(message, signature)
                .is_ok(),
            Material::P384(point) => UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point)
                .verify(message, signature)
                .is_ok(),
            Material::Ed25519(point) => UnparsedPublicKey::new(&ED25519, point)
                .verify(message, signature)
                .is_ok(),
            Material::MlDsa65(key) => UnparsedPublicKey::new(&ML_DSA_65, key)
                .verify(message, signature)
                .is_ok(),
            Material::Rsa { modulus, exponent } => {
                let parameters = match algorithm {
                    Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
                    _ => &RSA_PKCS1_2048_8192_SHA256,
                };
                let key = PublicKeyComponents {
                    n: modulus,
                    e: exponent,
                };
                key.verify(parameters, message, signature).is_ok()
            }
        }
    }

    /// The JWK with its required members only, in the order of RFC 7638 section 3.2.
    #[must_use]
    pub fn to_json(&self) -> String {
        let text = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let point = |name: &str, point: &[u8]| {
            let (x, y) = point.split_at(1).1.split_at(point.len() / 2);
            format!(
                r#"{{"crv":"{name}","kty":"EC","x":"{}","y":"{}"}}"#,
                text(x),
                text(y)
            )
        };
        match &self.material {
            Material::P256(bytes) => point("P-256", bytes),
            Material::P384(bytes) => point("P-384", bytes),
            Material::Ed25519(bytes) => {
                format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, text(bytes))
            }
            Material::MlDsa65(bytes) => {
                format!(
                    r#"{{"alg":"ML-DSA-65","kty":"AKP","pub":"{}"}}"#,
                    text(bytes)
                )
            }
            Material::Rsa { modulus, exponent } => {
                format!(
                    r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#,
                    text(exponent),
                    text(modulus)
                )
            }
        }
    }

    /// The SHA-256 thumbprint (RFC 7638 section 3).
    #[must_use]
    pub fn thumbprint(&self) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(digest(&SHA256, self.to_json().as_bytes()).as_ref());
        out
    }

    /// The thumbprint in base64url: a key's name that follows from the key.
    #[must_use]
    pub fn thumbprint_text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.thumbprint())
    }

    /// The entry of a JWK Set that says what the key is for (RFC 7517 section 5).
    #[must_use]
    pub fn to_set_entry(&self, key_id: &str, algorithm: Algorithm) -> Value {
        let mut entry = parse_object(self.to_json().as_bytes()).unwrap_or_default();
        entry.insert("kid".to_owned(), json!(key_id));
        entry.insert("use".to_owned(), json!("sig"));
        entry.insert("alg".to_owned(), json!(algorithm.as_str()));
        Value::Object(entry)
    }
}

/// The content of one element with this tag, and what follows it. Lengths are in their shortest form.
fn read_der(tag: u8, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (head, rest) = bytes.split_at_checked(2)?;
    let [found, first] = head else { return None };
    if *found != tag {
        return None;
    }
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81 => {
            let (length, rest) = rest.split_first()?;
            (usize::from(*length).checked_sub(0x80)? + 0x80, rest)
        }
        0x82 => {
            let (bytes, rest) = rest.split_at_checked(2)?;
            let length = usize::from(u16::from_be_bytes(bytes.try_into().ok()?));
            (length.checked_sub(0x100)? + 0x100, rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// Odd numbers of a fit length; the exponent is at least 3 and fits 32 bits.
fn fits_rsa(modulus: &[u8], exponent: &[u8]) -> bool {
    let bits = modulus.first().map_or(0, |first| {
        modulus.len() * 8 - first.leading_zeros() as usize
    });
    let exponent_value = exponent
        .iter()
        .fold(0u64, |value, byte| (value << 8) | u64::from(*byte));
    RSA_BITS.contains(&bits)
        && modulus.last().is_some_and(|last| last % 2 == 1)
        && exponent.len() <= 4
        && exponent_value >= 3
        && exponent_value % 2 == 1
}
