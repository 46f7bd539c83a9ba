//! Other people's sessions.

use store::{Id, PersonStatus};

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::tenant::refuse_write;
use crate::{Identity, Refusal, codes};

/// Ends every session of a person, and voids what is under way for them; they may sign in again at once.
pub async fn end_sessions(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<(), Refusal> {
    let about = (Operation::EndSessionsOfPerson, Some(person));
    access::decide(identity, actor, about, || {
        end_sessions_once(identity, actor, person)
    })
    .await
}

async fn end_sessions_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<(), Refusal> {
    let operation = Operation::EndSessionsOfPerson;
    let allowed = access::check(identity, actor, operation, Some(person)).await?;
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let found = identity.0.store.find_person(tenant, person).await?;
    let found = found
        .filter(|person| person.status != PersonStatus::Deleted)
        .ok_or_else(|| Refusal::new(&codes::USER_MISSING))?;
    let mut unit = allowed.begin(identity);
    // The status stays; the version moves.
    unit.change_status(tenant, person, found.status, found.security_version);
    unit.end_sessions_of_person(tenant, person, now);
    let mut entry = actor.entry(identity);
    entry.confide("user", found.user_name.as_str());
    let word = "user.sessions_ended";
    access::write(identity, actor, &allowed, unit, word, person, entry)
        .await
        .map_err(refuse_write)
}
