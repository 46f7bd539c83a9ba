//! The first passkey without a question, right after a sign-in by password and code (conditional creation, security 30).

use store::{Guard, Unit, WriteError};
use webauthn::options::ConditionalCreation;

use super::{Added, Person, add, check_count, check_first, read_own};
use crate::ceremony::{self, Binding};
use crate::creation::{self, Account, Try};
use crate::flow::Purpose;
use crate::policies::{self, find_accepts};
use crate::seal::derive_spent_state;
use crate::sign_in::{limit_address, limit_person};
use crate::tenant::refuse_write;
use crate::{Caller, Identity, MINUTE, Micros, Refusal, SECOND, Session, codes};

/// How long after the sign-in.
const SOON: Micros = 2 * MINUTE;

/// What the page needs to run `navigator.credentials.create()` without a dialog.
#[derive(Debug)]
pub struct Upgrade {
    pub state: String,
    /// Mediation and options.
    pub creation: ConditionalCreation,
}

fn bind<'a>(caller: &'a Caller, session: &Session) -> Binding<'a> {
    Binding {
        caller,
        purpose: Purpose::Upgrade,
        session: Some(session.session_id),
    }
}

/// Whether the session may: a password opened it a moment ago, its owner never had a passkey, and may add one that proves nothing
/// about itself.
async fn check(identity: &Identity, session: &Session) -> Result<Person, Refusal> {
    let now = identity.0.ambient.now();
    if !session.is_by_password() || now - session.auth_time > SOON {
        return Err(Refusal::new(&codes::UPGRADE_NOT_NOW));
    }
    let (person, credentials) = read_own(identity, session).await?;
    check_first(identity, session, &person).await?;
    check_count(identity, &credentials)?;
    let (_, snapshot) = identity.current().await?;
    let accepts = find_accepts(identity, &snapshot.policies, person.person_id).await?;
    match accepts.proven {
        true => Err(Refusal::new(&codes::UPGRADE_NOT_NOW)),
        false => Ok(person),
    }
}

/// Whether a page may try, or ask for, the first passkey now.
pub async fn is_due(identity: &Identity, session: &Session) -> Result<bool, Refusal> {
    if !session.is_by_password() {
        return Ok(false);
    }
    let (person, _) = read_own(identity, session).await?;
    if person.had_passkey || !session.is_fresh(identity) {
        return Ok(false);
    }
    let asked = policies::check_self_service(identity, person.person_id).await;
    Ok(asked.is_ok())
}

/// Options for the browser's own provider, once for each sign-in.
///
/// # Errors
/// [`codes::UPGRADE_NOT_NOW`].
pub async fn begin_upgrade(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
) -> Result<Upgrade, Refusal> {
    limit_person(identity, session)?;
    let person = check(identity, session).await?;
    let tenant = identity.0.tenant_id;
    let name: [&[u8]; 2] = [b"upgrade", &session.session_id.0];
    let once = derive_spent_state((session.auth_time + SOON) / SECOND, &name);
    let mut unit = Unit::new();
    unit.spend(tenant, once, identity.0.ambient.make_id());
    match identity.write(unit).await {
        Ok(_) => {}
        Err(WriteError::Refused(Guard::Spent)) => {
            return Err(Refusal::new(&codes::UPGRADE_NOT_NOW));
        }
        Err(error) => return Err(refuse_write(error)),
    }
    let binding = bind(caller, session);
    let issued = ceremony::issue(identity, binding, Some(person.person_id), None)?;
    let account = Account {
        user_handle: &person.user_handle,
        user_name: &person.user_name,
        display_name: &person.display_name,
    };
    let organisation = identity.snapshot().tenant.name.clone();
    // They never had one, so there is none to be left out.
    let options = creation::make_options(
        identity,
        &issued.challenge,
        &organisation,
        account,
        Vec::new(),
    );
    Ok(Upgrade {
        state: issued.sealed,
        creation: ConditionalCreation::new(options),
    })
}

/// Stores what the provider made: without presence or verification if it had none, as is recorded.
///
/// # Errors
/// [`codes::UPGRADE_NOT_NOW`]; as [`super::finish_add`].
pub async fn finish_upgrade(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    state: &str,
    response: &[u8],
) -> Result<Added, Refusal> {
    limit_address(identity, caller)?;
    let attempt = Try {
        identity,
        caller,
        opened: ceremony::open(identity, bind(caller, session), state).await?,
        person: Some(session.person_id),
        response,
    };
    creation::decide(&attempt, || async {
        check(identity, session).await.map(drop)?;
        add(&attempt, session, Purpose::Upgrade).await
    })
    .await
}
