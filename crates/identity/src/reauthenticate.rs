//! Confirming that it's still the same person, for what needs a fresh proof.

use crate::authentication::{self, Try};
use crate::ceremony::{self, Binding};
use crate::flow::Purpose;
use crate::passkeys::has_active;
use crate::sign_in::{Challenge, SignedIn, begin_for, derive_descriptor, limit_address};
use crate::{Caller, Identity, Refusal, Session, assurance};

fn bind<'a>(caller: &'a Caller, session: &Session) -> Binding<'a> {
    Binding {
        caller,
        purpose: Purpose::Reauthenticate,
        session: Some(session.session_id),
    }
}

/// With which of the person's passkeys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    All,
    /// Those that prove to be kept in hardware; all of them where none does.
    InHardware,
}

/// Whether the person signed in has one: with a password alone somebody else asks.
pub async fn has_passkey(identity: &Identity, session: &Session) -> Result<bool, Refusal> {
    has_active(identity, session.person_id).await
}

/// A challenge for the passkeys of the person signed in, and the names of those that were chosen among them; the account can't change on the way. It offers
/// those and demands none of them: what came of it is judged where it is needed.
pub async fn begin(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    among: Among,
) -> Result<(Challenge, Vec<String>), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut credentials = store.list_credentials(tenant, session.person_id).await?;
    let mut names = Vec::new();
    if among == Among::InHardware {
        let fit = assurance::list_in_hardware(identity, session.person_id).await?;
        if !fit.is_empty() {
            credentials.retain(|each| fit.contains(&each.credential_id));
            names = credentials.iter().map(|each| each.name.clone()).collect();
        }
    }
    let allowed = credentials.iter().map(derive_descriptor).collect();
    let binding = bind(caller, session);
    let challenge = begin_for(identity, binding, Some(session.person_id), allowed)?;
    Ok((challenge, names))
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
