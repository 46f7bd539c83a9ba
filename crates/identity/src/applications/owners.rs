//! Owners of applications: people to ask about them. Being an owner gives no right by itself.

use store::{Guard, Id, WriteError};

use super::{Change, describe, find_active, may_read};
use crate::access::{self, Operation};
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
    let about = (Operation::ChangeApplicationCredentials, Some(object));
    access::decide(identity, actor, about, || {
        add_owner_once(identity, actor, object, person)
    })
    .await
}

async fn add_owner_once(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    person: Id,
) -> Result<(), Refusal> {
    let operation = Operation::ChangeApplicationCredentials;
    let mut change = Change::begin(identity, actor, operation, object).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_person(tenant, person).await?;
    let found = found
        .filter(|found| found.status != store::PersonStatus::Deleted)
        .ok_or(&codes::USER_MISSING)?;
    let now = identity.0.ambient.now();
    change
        .unit
        .insert_application_owner(tenant, object, person, now);
    let mut entry = describe(identity, actor, &change.application);
    entry.confide("user", found.user_name);
    let activity = "application.owner_added";
    let written = change.write(identity, actor, activity, entry).await;
    written.map_err(|error| match error {
        WriteError::Refused(Guard::Taken) => Refusal::new(&codes::OWNER_EXISTS),
        error => refuse_write(error),
    })
}

/// Ends it.
pub async fn remove_owner(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    person: Id,
) -> Result<(), Refusal> {
    let about = (Operation::ChangeApplicationCredentials, Some(object));
    access::decide(identity, actor, about, || {
        remove_owner_once(identity, actor, object, person)
    })
    .await
}

async fn remove_owner_once(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    person: Id,
) -> Result<(), Refusal> {
    let operation = Operation::ChangeApplicationCredentials;
    let mut change = Change::begin(identity, actor, operation, object).await?;
    change
        .unit
        .delete_application_owner(identity.0.tenant_id, object, person);
    let mut entry = describe(identity, actor, &change.application);
    entry.say("owner", person.to_string());
    let activity = "application.owner_removed";
    let written = change.write(identity, actor, activity, entry).await;
    written.map_err(|error| match error {
        WriteError::Refused(Guard::Missing) => Refusal::new(&codes::USER_MISSING),
        error => refuse_write(error),
    })
}
