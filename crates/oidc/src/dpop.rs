//! Proofs of possession: each request of a client is signed by the key that its token is bound to (RFC 9449).

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;

use crate::Seconds;
use crate::jwt::{self, ALGORITHMS, JwtError};

/// `typ` of a proof (RFC 9449 section 4.2).
const TOKEN_TYPE: &str = "dpop+jwt";
/// How long after it was made a proof can be shown.
pub const LIFETIME: Seconds = 60;
/// How far ahead of ours a client's clock may be.
pub const SKEW: Seconds = 30;
/// The longest `jti`, in bytes.
const MAX_ID: usize = 256;
/// The longest proof that is read, in bytes: a key, an address and little else.
const MAX_PROOF: usize = 8 * 1024;

/// What the proof must be about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The request's method.
    pub method: &'a str,
    /// The request's address without query and fragment.
    pub address: &'a str,
    /// The token that the request carries (RFC 9449 section 7); `None` where it asks for one.
    pub access_token: Option<&'a str>,
}

/// A proof that holds; used up by whoever remembers its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Possession {
    /// The key's thumbprint, `jkt` (RFC 7638 with SHA-256).
    pub key: [u8; 32],
    /// `jti`.
    pub id: String,
    /// The time from which on it is void.
    pub expires_at: Seconds,
}

/// Verifies a proof at `now` (RFC 9449 section 4.3).
///
/// # Errors
/// A [`JwtError`]: `Malformed` for what is no proof, or carries a private key; `ClaimUnfit` for one of another request;
/// `Expired`, `NotYetValid` outside a minute after it was made.
pub fn verify(proof: &str, about: About<'_>, now: Seconds) -> Result<Possession, JwtError> {
    if proof.len() > MAX_PROOF {
        return Err(JwtError::TooLong);
    }
    let parsed = jwt::parse(proof)?;
    if parsed.header().token_type.as_deref() != Some(TOKEN_TYPE) {
        return Err(JwtError::Malformed);
    }
    let key = parsed.carried_key()?;
    let claims = parsed.verify(&key, ALGORITHMS)?;
    let is_of_request =
        claims.text("htm")? == about.method && is_same_address(claims.text("htu")?, about.address);
    let is_of_token = match about.access_token {
        None => true,
        Some(token) => claims.text("ath")? == derive_token_hash(token),
    };
    if !is_of_request || !is_of_token {
        return Err(JwtError::ClaimUnfit);
    }
    let made_at = claims.int("iat")?;
    let expires_at = made_at.saturating_add(LIFETIME);
    if now >= expires_at {
        return Err(JwtError::Expired);
    }
    if made_at > now.saturating_add(SKEW) {
        return Err(JwtError::NotYetValid);
    }
    let id = claims.text("jti")?;
    if id.is_empty() || id.len() > MAX_ID {
        return Err(JwtError::ClaimUnfit);
    }
    Ok(Possession {
        key: key.thumbprint(),
        id: id.to_owned(),
        expires_at,
    })
}

/// `ath`: SHA-256 of the token's ASCII, in base64url.
#[must_use]
pub fn derive_token_hash(token: &str) -> String {
    BASE64URL_NOPAD.encode(digest(&SHA256, token.as_bytes()).as_ref())
}

/// Reads a key's thumbprint as `dpop_jkt` and `jkt` have it.
#[must_use]
pub fn parse_thumbprint(text: &str) -> Option<[u8; 32]> {
    BASE64URL_NOPAD
        .decode(text.as_bytes())
        .ok()?
        .try_into()
        .ok()
}

/// A key's thumbprint as `jkt` has it.
#[must_use]
pub fn write_thumbprint(key: &[u8; 32]) -> String {
    BASE64URL_NOPAD.encode(key)
}

/// Query and fragment don't count, nor does what RFC 3986 section 6.2.2 and 6.2.3 call the same: case of scheme and host, the
/// scheme's own port, an empty path.
fn is_same_address(sent: &str, ours: &str) -> bool {
    let bare = sent.split(['?', '#']).next().unwrap_or_default();
    bare == ours || normalize(bare).is_some_and(|sent| Some(sent) == normalize(ours))
}

fn normalize(address: &str) -> Option<(String, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    let at = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at(at);
    let (scheme, host) = (scheme.to_ascii_lowercase(), host.to_ascii_lowercase());
    let port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let host = host.strip_suffix(port).unwrap_or(&host);
    let path = if path.is_empty() { "/" } else { path };
    Some((format!("{scheme}://{host}"), path))
}
