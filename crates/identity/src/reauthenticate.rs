//! Confirming that it's still the same person, for what needs a fresh proof.

use crate::authentication::{self, Try};
use crate::ceremony::{self, Binding};
use crate::flow::Purpose;
use crate::sign_in::{Challenge, SignedIn, begin_for, derive_descriptor, limit_address};
use crate::{Caller, Identity, Refusal, Session};

fn bind<'a>(caller: &'a Caller, session: &Session) -> Binding<'a> {
    Binding {
        caller,
        purpose: Purpose::Reauthenticate,
        session: Some(session.session_id),
    }
}

/// A challenge for the passkeys of the person signed in; the account can't change on the way.
pub async fn begin(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
) -> Result<Challenge, Refusal> {
    let credentials = identity
        .0
        .store
        .list_credentials(identity.0.tenant_id, session.person_id)
        .await?;
    let allowed = credentials.iter().map(derive_descriptor).collect();
    begin_for(
        identity,
        bind(caller, session),
        Some(session.person_id),
        allowed,
    )
}

/// Replaces the session by a fresh one under a new token.
pub async fn finish(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    state: &str,
    response: &[u8],
) -> Result<SignedIn, Refusal> {
    limit_address(identity, caller)?;
    let opened = ceremony::open(identity, bind(caller, session), state).await?;
    let attempt = Try {
        identity,
        caller,
        purpose: Purpose::Reauthenticate,
        session: Some(session),
        opened,
    };
    authentication::finish(attempt, response).await
}
