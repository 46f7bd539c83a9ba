//! Accounts for the bad day: marked, so that every use of one is an alert.

use store::{Id, PersonStatus};

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::tenant::refuse_write;
use crate::{Identity, Refusal, codes};

/// More are no exception any more.
pub const MAX_BREAK_GLASS: usize = 20;

/// Whether the account is marked.
pub async fn is_break_glass(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<bool, Refusal> {
    access::check(identity, actor, Operation::ReadPerson, Some(person))
        .await
        .map(drop)?;
    let (_, snapshot) = identity.current().await?;
    Ok(snapshot.policies.is_break_glass(person))
}

/// Marks an account, or takes the mark away. A mark keeps nobody out and lets nobody in.
///
/// # Errors
/// [`codes::TOO_MANY_BREAK_GLASS`].
pub async fn mark_break_glass(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    marked: Mark,
) -> Result<(), Refusal> {
    let about = (Operation::MarkBreakGlass, Some(person));
    access::decide(identity, actor, about, || {
        mark_once(identity, actor, person, marked)
    })
    .await
}

/// What becomes of an account's mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    On,
    Off,
}

async fn mark_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    mark: Mark,
) -> Result<(), Refusal> {
    let allowed = access::check(identity, actor, Operation::MarkBreakGlass, Some(person)).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_person(tenant, person).await?;
    let found = found
        .filter(|person| person.status != PersonStatus::Deleted)
        .ok_or(&codes::USER_MISSING)?;
    let (current, snapshot) = identity.current().await?;
    let policies = &snapshot.policies;
    if policies.is_break_glass(person) == (mark == Mark::On) {
        return Ok(());
    }
    if mark == Mark::On && policies.break_glass().len() >= MAX_BREAK_GLASS {
        return Err(Refusal::new(&codes::TOO_MANY_BREAK_GLASS));
    }
    let mut unit = allowed.begin(identity);
    // Every node knows of it with the next sign-in.
    unit.bump_policy(tenant, current.policy_version);
    let word = match mark {
        Mark::On => {
            unit.mark_break_glass(tenant, person, identity.0.ambient.now());
            "user.break_glass_marked"
        }
        Mark::Off => {
            unit.unmark_break_glass(tenant, person);
            "user.break_glass_unmarked"
        }
    };
    let mut entry = actor.entry(identity);
    entry.confide("user", found.user_name.as_str());
    access::write(identity, actor, &allowed, unit, word, person, entry)
        .await
        .map_err(refuse_write)
}
