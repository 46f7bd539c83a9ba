//! `private_key_jwt`: a client signs who it is (RFC 7523 section 3, OpenID Connect Core section 9).

use crate::Seconds;
use crate::jwk::PublicKey;
use crate::jwt::{self, ALGORITHMS, Claims, JwtError};

/// How long an assertion may live, from now: widespread clients make them for up to an hour. Its `jti` is remembered until
/// then, so it works once however long it lives.
pub const MAX_LIFETIME: Seconds = 60 * 60;
/// Clocks of clients may be off by this much.
pub const SKEW: Seconds = 60;
/// The longest `jti`, in bytes.
const MAX_ID: usize = 256;

/// A key that the client registered, and the names under which an assertion may point to it.
#[derive(Debug, Clone)]
pub struct ClientKey {
    /// Our own name of it, and any that the client gave it.
    pub names: Vec<String>,
    /// The key.
    pub key: PublicKey,
}

/// An assertion that holds; used up by whoever remembers its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assertion {
    /// `jti`.
    pub id: String,
    /// `exp`.
    pub expires_at: Seconds,
}

/// Who an assertion says it is of, before anything is verified: good for finding the keys.
///
/// # Errors
/// As [`jwt::parse`], and `ClaimUnfit` without a `sub`.
pub fn unverified_client(token: &str) -> Result<String, JwtError> {
    let parsed = jwt::parse(token)?;
    let subject = parsed.unverified_text("sub").ok_or(JwtError::ClaimUnfit)?;
    Ok(subject.to_owned())
}

/// Verifies an assertion of `client_id` with one of its keys, for one of `audiences`, at `now`.
///
/// A `kid` that names one of the keys chooses it; without one (and with one that only the client's own software
/// understands) each key that fits the algorithm is tried, of which a client has few.
///
/// # Errors
/// A [`JwtError`]; `KeyMismatch` when no key fits.
pub fn verify(
    token: &str,
    client_id: &str,
    keys: &[ClientKey],
    audiences: &[&str],
    now: Seconds,
) -> Result<Assertion, JwtError> {
    let claims = verify_signature(token, keys)?;
    // RFC 7523 section 3, 1 and 2: both are the client itself.
    if claims.text("iss")? != client_id || claims.text("sub")? != client_id {
        return Err(JwtError::ClaimUnfit);
    }
    // 3: made for us.
    let sent_to = claims.texts("aud")?;
    if !sent_to.iter().any(|each| audiences.contains(each)) {
        return Err(JwtError::ClaimUnfit);
    }
    // 4 to 6: short-lived.
    claims.check_time(now, SKEW)?;
    let expires_at = claims.int("exp")?;
    if expires_at > now.saturating_add(MAX_LIFETIME + SKEW) {
        return Err(JwtError::ClaimUnfit);
    }
    // 7: once.
    let id = claims.text("jti")?;
    if id.is_empty() || id.len() > MAX_ID {
        return Err(JwtError::ClaimUnfit);
    }
    Ok(Assertion {
        id: id.to_owned(),
        expires_at,
    })
}

fn verify_signature(token: &str, keys: &[ClientKey]) -> Result<Claims, JwtError> {
    let parsed = jwt::parse(token)?;
    let header = parsed.header();
    // RFC 7523 leaves the type open; an access token or id token is none.
    if !matches!(
        header.token_type.as_deref(),
        None | Some("jwt" | "client-authentication+jwt")
    ) {
        return Err(JwtError::Malformed);
    }
    let named: Vec<&ClientKey> = match &header.key_id {
        Some(id) => keys.iter().filter(|key| key.names.contains(id)).collect(),
        None => Vec::new(),
    };
    let tried = if named.is_empty() {
        keys.iter().collect()
    } else {
        named
    };
    let mut outcome = Err(JwtError::KeyMismatch);
    for key in tried {
        match parsed.verify(&key.key, ALGORITHMS) {
            Ok(claims) => return Ok(claims),
            Err(JwtError::KeyMismatch) => {}
            Err(error) => outcome = Err(error),
        }
    }
    outcome
}
