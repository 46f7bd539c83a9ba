//! Signing in with a passkey: by autofill, by the button, by the typed name.

use webauthn::options::RequestOptions;
use webauthn::signals::{AllAcceptedCredentials, CurrentUserDetails};

use crate::{Caller, Identity, Refusal, Session, SessionToken};

/// What the page needs to run `navigator.credentials.get()`.
#[derive(Debug)]
pub struct Challenge {
    /// The sealed state, of fixed length; travels in the page and comes back with the answer.
    pub state: String,
    pub options: RequestOptions,
}

/// A finished sign-in, on disk already.
#[derive(Debug)]
pub struct SignedIn {
    pub token: SessionToken,
    pub session: Session,
    pub signals: Signals,
    /// The person has just one passkey: the page recommends a second.
    pub recommend_second: bool,
}

/// What the page tells the passkey's provider.
#[derive(Debug, Clone)]
pub struct Signals {
    pub all_accepted: AllAcceptedCredentials,
    pub current_user: CurrentUserDetails,
}

/// A challenge without an allow list, for autofill and for the button. Writes nothing.
pub fn begin(identity: &Identity, caller: &Caller) -> Result<Challenge, Refusal> {
    todo!()
}

/// A challenge for a typed name: the same answer, work and look for names that don't exist
/// (security 20). Writes nothing.
pub async fn begin_named(identity: &Identity, caller: &Caller, name: &str) -> Result<Challenge, Refusal> {
    todo!()
}

/// Judges the authenticator's answer: `response` is the JSON of `PublicKeyCredential.toJSON()`.
/// Spends the state whatever the outcome.
pub async fn finish(identity: &Identity, caller: &Caller, state: &str, response: &[u8]) -> Result<SignedIn, Refusal> {
    todo!()
}
