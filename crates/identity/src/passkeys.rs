//! A person's own passkeys: add, rename, remove.

use webauthn::options::CreationOptions;

use crate::sign_in::Signals;
use crate::{Caller, Identity, Refusal, Session};

/// What the page needs to run `navigator.credentials.create()`.
#[derive(Debug)]
pub struct Creation {
    /// The sealed state; see [`crate::sign_in::Challenge::state`].
    pub state: String,
    pub options: CreationOptions,
}

/// A passkey that is on disk.
#[derive(Debug)]
pub struct Added {
    /// The credential id in base64url: the passkey's id in addresses.
    pub passkey_id: String,
    /// Proposed from the provider, numbered when there are two of one; stored already.
    pub name: String,
    pub signals: Signals,
}

/// Needs a fresh session ([`crate::codes::NOT_FRESH`]).
pub async fn begin_add(identity: &Identity, caller: &Caller, session: &Session) -> Result<Creation, Refusal> {
    todo!()
}

/// `response` is the JSON of `PublicKeyCredential.toJSON()`. A refusal carries
/// `signal_unknown` when the device now holds a passkey that was not accepted.
pub async fn finish_add(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    state: &str,
    response: &[u8],
) -> Result<Added, Refusal> {
    todo!()
}

/// 1 to 64 visible characters.
pub async fn rename(identity: &Identity, caller: &Caller, session: &Session, passkey_id: &str, name: &str) -> Result<(), Refusal> {
    todo!()
}

/// Needs a fresh session; refuses the last one; ends the sessions that the passkey opened.
/// `Ok(None)` when the own session ended with it.
pub async fn remove(identity: &Identity, caller: &Caller, session: &Session, passkey_id: &str) -> Result<Signals, Refusal> {
    todo!()
}
