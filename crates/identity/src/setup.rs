//! The first administrator: a one-time link, one claim, then closed for ever (security 18).

use crate::passkeys::Creation;
use crate::{Caller, Identity, Micros, Refusal};

/// A one-time link; the token is shown once and stored as a hash.
#[derive(Debug)]
pub struct Link {
    /// The whole address, with the token in the fragment, built from the configured origin only.
    pub url: String,
    pub expires_at: Micros,
}

/// What the set-up page asks for.
#[derive(Debug, Clone)]
pub struct Claim {
    pub organisation: String,
    pub user_name: String,
    pub display_name: String,
}

/// Whether the first administrator is still to be made.
pub async fn is_open(identity: &Identity) -> Result<bool, Refusal> {
    todo!()
}

/// Makes a new set-up link and voids older ones. Refused when set-up is closed.
pub async fn make_link(identity: &Identity) -> Result<Link, Refusal> {
    todo!()
}

/// Checks the token and the claim, and starts the first passkey.
pub async fn begin(identity: &Identity, caller: &Caller, token: &str, claim: &Claim) -> Result<Creation, Refusal> {
    todo!()
}

/// Makes tenant, person, role and passkey in one unit. Opens no session (security 1).
/// Returns the user name to sign in with.
pub async fn finish(identity: &Identity, caller: &Caller, state: &str, response: &[u8]) -> Result<String, Refusal> {
    todo!()
}
