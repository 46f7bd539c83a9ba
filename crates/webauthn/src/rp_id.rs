//! RP ID: the domain name that passkeys are bound to (WebAuthn sections 4 and 5.1.2).

use crate::domain::{self, DomainError};
use aws_lc_rs::digest;

/// A valid RP ID: a domain name in lower case, or `localhost`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RpId {
    name: String,
    /// SHA-256 of the name, kept because every ceremony compares it.
    hash: [u8; 32],
}

/// Why a text is no RP ID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RpIdError {
    /// A letter in upper case; browsers compare with the lower-case form.
    #[error("the RP ID must be written in lower case")]
    UpperCase,
    /// Not a domain name.
    #[error("the RP ID is not a domain name: {0}")]
    Domain(#[from] DomainError),
}

impl RpId {
    /// Parses an RP ID. Whether it is a public suffix cannot be known here; browsers refuse those.
    ///
    /// # Errors
    /// If the text is not a domain name in lower-case ASCII. A scheme, a port, a path, an address and a
    /// trailing dot are all refused.
    pub fn parse(text: &str) -> Result<Self, RpIdError> {
        if text.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(RpIdError::UpperCase);
        }
        domain::check(text)?;
        Ok(Self {
            name: text.to_owned(),
            hash: sha256(text.as_bytes()),
        })
    }

    /// The domain name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the RP ID, as it stands in authenticator data (section 6.1).
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        self.hash
    }
}

impl std::fmt::Display for RpId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest::digest(&digest::SHA256, bytes).as_ref());
    hash
}
