//! JSON Web Tokens in compact form: put together to be signed, taken apart and verified (RFC 7515, RFC 7519).
//!
//! Held to RFC 8725: the caller pins the algorithms, the key says which of them it fits, `none` and MACs don't exist
//! here, a critical extension refuses, and claims are readable only once the signature holds.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Map, Value, json};

use crate::Seconds;
use crate::json::parse_object;
use crate::jwk::{self, PublicKey};

/// The longest token that is read, in bytes.
pub const MAX_TOKEN: usize = 16 * 1024;
/// The longest key id or type that is read, in bytes.
const MAX_NAME: usize = 256;

/// A signature algorithm (RFC 7518 section 3.1, RFC 8037 section 3.1). Those with a shared key are left out on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    Rs256,
    /// RSASSA-PSS with SHA-256.
    Ps256,
    /// Ed25519.
    EdDsa,
    /// ML-DSA-65 (FIPS 204), as JOSE names it.
    MlDsa65,
}

/// Every algorithm that is verified here.
pub const ALGORITHMS: &[Algorithm] = &[
    Algorithm::Es256,
    Algorithm::Es384,
    Algorithm::Rs256,
    Algorithm::Ps256,
    Algorithm::EdDsa,
    Algorithm::MlDsa65,
];

impl Algorithm {
    /// The registered name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Algorithm::Es256 => "ES256",
            Algorithm::Es384 => "ES384",
            Algorithm::Rs256 => "RS256",
            Algorithm::Ps256 => "PS256",
            Algorithm::EdDsa => "EdDSA",
            Algorithm::MlDsa65 => "ML-DSA-65",
        }
    }

    /// The algorithm of that name, letter by letter.
    #[must_use]
    pub fn parse(name: &str) -> Option<Algorithm> {
        ALGORITHMS
            .iter()
            .copied()
            .find(|algorithm| algorithm.as_str() == name)
    }
}

/// Why a token is worth nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the message says it")]
pub enum JwtError {
    #[error("longer than is read")]
    TooLong,
    #[error("not three parts in base64url with JSON objects in the first two")]
    Malformed,
    #[error("an algorithm that is not accepted here")]
    AlgorithmRefused,
    #[error("the key is for another algorithm")]
    KeyMismatch,
    #[error("a critical extension that is not understood")]
    Critical,
    #[error("the signature does not verify")]
    SignatureInvalid,
    #[error("expired")]
    Expired,
    #[error("not valid yet")]
    NotYetValid,
    #[error("a claim is missing or of the wrong kind")]
    ClaimUnfit,
}

/// What the header says; it chooses among the caller's keys and nothing more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// One of [`ALGORITHMS`].
    pub algorithm: Algorithm,
    /// `kid`.
    pub key_id: Option<String>,
    /// `typ` in lower case, without a leading `application/` (RFC 7515 section 4.1.9).
    pub token_type: Option<String>,
}

/// A token whose signature nobody has looked at yet.
#[derive(Debug)]
pub struct Unverified<'a> {
    header: Header,
    carried_key: Option<Value>,
    signing_input: &'a str,
    claims: Map<String, Value>,
    signature: Vec<u8>,
}

/// Claims whose signature holds. Made only by [`Unverified::verify`].
#[derive(Debug, Clone, PartialEq)]
pub struct Claims(Map<String, Value>);

fn decode(part: &str) -> Result<Vec<u8>, JwtError> {
    // Without padding, line breaks and stray bits: a token has one spelling.
    BASE64URL_NOPAD
        .decode(part.as_bytes())
        .map_err(|_| JwtError::Malformed)
}

fn read_name(header: &Map<String, Value>, name: &str) -> Result<Option<String>, JwtError> {
    match header.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if text.len() <= MAX_NAME => Ok(Some(text.clone())),
        Some(_) => Err(JwtError::Malformed),
    }
}

fn parse_header(header: &Map<String, Value>) -> Result<Header, JwtError> {
    // RFC 7515 section 4.1.11: what isn't understood must refuse; we understand none.
    if header.contains_key("crit") {
        return Err(JwtError::Critical);
    }
    let name = header
        .get("alg")
        .and_then(Value::as_str)
        .ok_or(JwtError::Malformed)?;
    let algorithm = Algorithm::parse(name).ok_or(JwtError::AlgorithmRefused)?;
    let token_type = read_name(header, "typ")?.map(|text| text.to_ascii_lowercase());
    Ok(Header {
        algorithm,
        key_id: read_name(header, "kid")?,
        token_type: token_type.map(|text| match text.strip_prefix("application/") {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
    })
}

/// Takes a token in compact form apart. Keys that the header names an address of (`jku`, `x5c`, `x5u`) are never looked at;
/// one that it carries (`jwk`) only by who asks for [it](Unverified::carried_key).
///
/// # Errors
/// `TooLong`, `Malformed`, `Critical`, or `AlgorithmRefused` for an algorithm that is not in [`ALGORITHMS`].
pub fn parse(token: &str) -> Result<Unverified<'_>, JwtError> {
    if token.len() > MAX_TOKEN {
        return Err(JwtError::TooLong);
    }
    let (signing_input, signature) = token.rsplit_once('.').ok_or(JwtError::Malformed)?;
    let (header, claims) = signing_input.split_once('.').ok_or(JwtError::Malformed)?;
    let mut header = parse_object(&decode(header)?).map_err(|_| JwtError::Malformed)?;
    Ok(Unverified {
        header: parse_header(&header)?,
        carried_key: header.remove("jwk"),
        claims: parse_object(&decode(claims)?).map_err(|_| JwtError::Malformed)?,
        signature: decode(signature)?,
        signing_input,
    })
}

impl Unverified<'_> {
    /// What the header says.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// A claim of text that is good for nothing but finding the sender's keys.
    #[must_use]
    pub fn unverified_text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// The public key in the header: anybody's. What it verifies was signed by whoever has it, and nothing more is known of
    /// them.
    ///
    /// # Errors
    /// `Malformed` without one, for a private one, and for one that is not taken.
    pub fn carried_key(&self) -> Result<PublicKey, JwtError> {
        let key = self.carried_key.as_ref().ok_or(JwtError::Malformed)?;
        jwk::parse(key.to_string().as_bytes()).map_err(|_| JwtError::Malformed)
    }

    /// Verifies the signature under `key` with one of `pinned`.
    ///
    /// # Errors
    /// `AlgorithmRefused`, `KeyMismatch`, `SignatureInvalid`.
    pub fn verify(&self, key: &PublicKey, pinned: &[Algorithm]) -> Result<Claims, JwtError> {
        let algorithm = self.header.algorithm;
        if !pinned.contains(&algorithm) {
            return Err(JwtError::AlgorithmRefused);
        }
        if !key.fits(algorithm) {
            return Err(JwtError::KeyMismatch);
        }
        if key.verify(algorithm, self.signing_input.as_bytes(), &self.signature) {
            Ok(Claims(self.claims.clone()))
        } else {
            Err(JwtError::SignatureInvalid)
        }
    }
}

impl Claims {
    /// A claim of text.
    ///
    /// # Errors
    /// `ClaimUnfit` when it is absent or no text.
    pub fn text(&self, name: &str) -> Result<&str, JwtError> {
        self.0
            .get(name)
            .and_then(Value::as_str)
            .ok_or(JwtError::ClaimUnfit)
    }

    /// A text inside a claim that is an object.
    ///
    /// # Errors
    /// `ClaimUnfit` when either is absent or of another kind.
    pub fn member(&self, name: &str, member: &str) -> Result<&str, JwtError> {
        self.0
            .get(name)
            .and_then(Value::as_object)
            .and_then(|object| object.get(member))
            .and_then(Value::as_str)
            .ok_or(JwtError::ClaimUnfit)
    }

    /// A whole number, such as a NumericDate.
    ///
    /// # Errors
    /// `ClaimUnfit` when it is absent or no whole number.
    pub fn int(&self, name: &str) -> Result<i64, JwtError> {
        self.0
            .get(name)
            .and_then(Value::as_i64)
            .ok_or(JwtError::ClaimUnfit)
    }

    /// Whether the claim is there at all, whatever its kind.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A list of texts; one text counts as a list of one, as `aud` may be (RFC 7519 section 4.1.3).
    ///
    /// # Errors
    /// `ClaimUnfit` when it is absent or something else stands in it.
    pub fn texts(&self, name: &str) -> Result<Vec<&str>, JwtError> {
        match self.0.get(name) {
            Some(Value::String(text)) => Ok(vec![text]),
            Some(Value::Array(list)) => list
                .iter()
                .map(|each| each.as_str().ok_or(JwtError::ClaimUnfit))
                .collect(),
            _ => Err(JwtError::ClaimUnfit),
        }
    }

    /// Refuses outside `nbf` and `exp`, of which `exp` must be there; `skew` seconds are forgiven at either end.
    ///
    /// # Errors
    /// `Expired`, `NotYetValid`, `ClaimUnfit`.
    pub fn check_time(&self, now: Seconds, skew: Seconds) -> Result<(), JwtError> {
        if now >= self.int("exp")?.saturating_add(skew) {
            return Err(JwtError::Expired);
        }
        for name in ["nbf", "iat"] {
            if self.has(name) && self.int(name)?.saturating_sub(skew) > now {
                return Err(JwtError::NotYetValid);
            }
        }
        Ok(())
    }
}

/// Header and claims in the form that is signed: `BASE64URL(header).BASE64URL(claims)`.
#[must_use]
pub fn prepare(
    algorithm: Algorithm,
    key_id: &str,
    token_type: &str,
    claims: &Map<String, Value>,
) -> String {
    let header = json!({ "alg": algorithm.as_str(), "kid": key_id, "typ": token_type });
    let claims = Value::Object(claims.clone()).to_string();
    format!(
        "{}.{}",
        BASE64URL_NOPAD.encode(header.to_string().as_bytes()),
        BASE64URL_NOPAD.encode(claims.as_bytes())
    )
}

/// The whole token: what [`prepare`] gave, and the signature over its bytes (R and S side by side for ECDSA).
#[must_use]
pub fn finish(signing_input: &str, signature: &[u8]) -> String {
    format!("{signing_input}.{}", BASE64URL_NOPAD.encode(signature))
}
