//! Proof Key for Code Exchange, method S256 only (RFC 7636).

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64URL_NOPAD;

use crate::OAuthError;

/// What is told to a client that may not leave it out.
pub const MISSING: OAuthError = OAuthError::request("code_challenge is missing");

/// SHA-256 of the verifier that the client keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Challenge([u8; 32]);

impl Challenge {
    /// Reads `code_challenge` (43 characters of base64url) and `code_challenge_method`.
    ///
    /// # Errors
    /// `invalid_request` for a method without a challenge, or when the method is not `S256`: `plain` shows the verifier to whoever sees
    /// the request (RFC 7636 section 7.2), so an absent method, which means `plain`, is refused too.
    pub fn parse(
        challenge: Option<&str>,
        method: Option<&str>,
    ) -> Result<Option<Challenge>, OAuthError> {
        if challenge.is_none() && method.is_none() {
            return Ok(None);
        }
        let challenge = challenge.ok_or(MISSING)?;
        if method != Some("S256") {
            return Err(OAuthError::request("code_challenge_method must be S256"));
        }
        BASE64URL_NOPAD
            .decode(challenge.as_bytes())
            .ok()
            .and_then(|bytes| bytes.try_into().ok())
            .map(|bytes| Some(Challenge(bytes)))
            .ok_or(OAuthError::request(
                "code_challenge is no SHA-256 in base64url",
            ))
    }

    /// The challenge that was stored.
    #[must_use]
    pub fn of(bytes: [u8; 32]) -> Challenge {
        Challenge(bytes)
    }

    /// To be stored.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        self.0
    }

    /// Whether the verifier (43 to 128 unreserved characters) is the one behind the challenge.
    #[must_use]
    pub fn is_of(&self, verifier: &str) -> bool {
        let fits = (43..=128).contains(&verifier.len())
            && verifier
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        let hash = digest(&SHA256, verifier.as_bytes());
        fits && verify_slices_are_equal(hash.as_ref(), &self.0).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_7636_appendix_b() {
        let challenge = Challenge::parse(
            Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            Some("S256"),
        )
        .unwrap()
        .unwrap();
        assert!(challenge.is_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"));
        for wrong in [
            "",
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        ] {
            assert!(!challenge.is_of(wrong), "{wrong}");
        }
    }

    #[test]
    fn past_mistake_47_no_method_but_s256() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        for method in [None, Some("plain"), Some("s256"), Some("")] {
            assert!(Challenge::parse(Some(challenge), method).is_err());
        }
        assert_eq!(Challenge::parse(None, None), Ok(None));
        for challenge in [None, Some(""), Some("short"), Some(&challenge[1..])] {
            assert!(Challenge::parse(challenge, Some("S256")).is_err());
        }
        // Shorter than RFC 7636 section 4.1 allows, though its hash is right.
        let short = "a".repeat(42);
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, short.as_bytes()).as_ref());
        assert!(!Challenge::of(hash).is_of(&short));
    }
}
