//! Owners of applications: people to ask about them. Being an owner gives no right by itself.

use store::{Guard, Id, WriteError};

use super::{begin_change, describe, find_active, may_read, write_guarded};
use crate::access::Operation;
use crate::actor::Actor;
use crate::tenant::refuse_write;
use crate::{Identity, Refusal, codes};

/// Ids of people.
pub async fn list_owners(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
) -> Result<Vec<Id>, Refusal> {
    may_read(identity, actor).await?;
    let application = find_active(identity, object).await?;
    let store = &identity.0.store;
    Ok(store
        .list_application_owners(identity.0.tenant_id, application.object_id)
        .await?)
}

/// Makes somebody an owner.
pub async fn add_owner(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    person: Id,
) -> Result<(), Refusal> {
    let operation = Operation::ChangeApplicationCredentials;
    let (application, mut unit) = begin_change(identity, actor, operation, object).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_person(tenant, person).await?;
    let found = found
        .filter(|found| found.status != store::PersonStatus::Deleted)
        .ok_or(&codes::USER_MISSING)?;
    unit.insert_application_owner(tenant, object, person, identity.0.ambient.now());
    let mut entry = describe(identity, actor, &application);
    entry.confide("user", found.user_name);
    let activity = "application.owner_added";
    match write_guarded(identity, actor, &mut unit, activity, object, entry).await {
        Err(WriteError::Refused(Guard::Taken)) => Err(Refusal::new(&codes::OWNER_EXISTS)),
        written => written.map_err(refuse_write),
    }
}

/// Ends it.
pub async fn remove_owner(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    person: Id,
) -> Result<(), Refusal> {
    let operation = Operation::ChangeApplicationCredentials;
    let (application, mut unit) = begin_change(identity, actor, operation, object).await?;
    unit.delete_application_owner(identity.0.tenant_id, object, person);
    let mut entry = describe(identity, actor, &application);
    entry.say("owner", person.to_string());
    let activity = "application.owner_removed";
    match write_guarded(identity, actor, &mut unit, activity, object, entry).await {
        Err(WriteError::Refused(Guard::Missing)) => Err(Refusal::new(&codes::USER_MISSING)),
        written => written.map_err(refuse_write),
    }
}
