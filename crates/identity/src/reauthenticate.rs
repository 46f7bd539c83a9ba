//! Confirming that it's still the same person, for what needs a fresh proof.

use crate::sign_in::{Challenge, SignedIn};
use crate::{Caller, Identity, Refusal, Session};

/// A challenge for the passkeys of the person signed in; the account can't change on the way.
pub async fn begin(identity: &Identity, caller: &Caller, session: &Session) -> Result<Challenge, Refusal> {
    todo!()
}

/// Replaces the session by a fresh one under a new token.
pub async fn finish(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    state: &str,
    response: &[u8],
) -> Result<SignedIn, Refusal> {
    todo!()
}
