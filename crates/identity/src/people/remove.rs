//! Deleting people: kept for thirty days, restorable; then for good.

use store::{
    DeletedPeople, Direction, DirectoryPerson, Guard, Id, Leaving, ListQuery, PersonColumn, Unit,
    WriteError,
};

use super::administrators::{Administrators, Change};
use super::change::{Expected, check_expected};
use super::record::{Detail, PersonRecord, find_deleted, find_living, find_restorable};
use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::audit::{self, Entry};
use crate::tenant::refuse_write;
use crate::{DAY, Identity, Micros, Refusal, codes, leavings};

/// How long what was deleted can be restored.
pub const RESTORABLE: Micros = 30 * DAY;

/// The most people or groups that a minute deletes for good; what is left waits for the next.
pub(crate) const PURGED_AT_ONCE: u32 = 100;

/// Deletes a person: signed out everywhere at once, links void; restorable for [`RESTORABLE`] with every passkey.
///
/// # Errors
/// [`codes::LAST_ADMINISTRATOR`] for the last Global Administrator.
pub async fn delete(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    expected: Expected,
) -> Result<(), Refusal> {
    let about = (Operation::DeletePerson, Some(person));
    access::decide(identity, actor, about, || {
        delete_once(identity, actor, person, expected)
    })
    .await
}

async fn delete_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    expected: Expected,
) -> Result<(), Refusal> {
    let allowed = access::check(identity, actor, Operation::DeletePerson, Some(person)).await?;
    let found = find_living(identity, person).await?;
    check_expected(expected, found.record_version)?;
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let mut unit = allowed.begin(identity);
    let administrators = Administrators::begin(identity, &mut unit, Change::Person(person)).await?;
    unit.delete_person(tenant, person, found.record_version, now);
    unit.end_sessions_of_person(tenant, person, now);
    unit.void_links_of_person(tenant, person, now);
    unit.void_links_of_issuer(tenant, person, now);
    unit.delete_access_passes_of_issuer(tenant, person);
    administrators.finish(identity, &mut unit);
    let mut entry = actor.entry(identity);
    entry.confide("user", found.user_name.as_str());
    let word = "user.deleted";
    access::write(identity, actor, &allowed, unit, word, person, entry)
        .await
        .map_err(refuse_write)
}

/// Brings a deleted person back as they were, with roles, groups and passkeys.
pub async fn restore(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<PersonRecord, Refusal> {
    let about = (Operation::RestorePerson, Some(person));
    access::decide(identity, actor, about, || {
        restore_once(identity, actor, person)
    })
    .await?;
    let found = find_living(identity, person).await?;
    Ok(PersonRecord::of(found, Detail::Full))
}

async fn restore_once(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<(), Refusal> {
    let allowed = access::check(identity, actor, Operation::RestorePerson, Some(person)).await?;
    let found = find_restorable(identity, person).await?;
    let mut unit = allowed.begin(identity);
    unit.restore_person(
        identity.0.tenant_id,
        person,
        found.record_version,
        identity.0.ambient.now(),
    );
    let mut entry = actor.entry(identity);
    entry.confide("user", found.user_name.as_str());
    let word = "user.restored";
    access::write(identity, actor, &allowed, unit, word, person, entry)
        .await
        .map_err(refuse_write)
}

/// Deletes a deleted person for good, before their time.
pub async fn erase(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<(), Refusal> {
    let about = (Operation::EraseDeletedPerson, Some(person));
    access::decide(identity, actor, about, || {
        erase_once(identity, actor, person)
    })
    .await
}

async fn erase_once(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<(), Refusal> {
    let operation = Operation::EraseDeletedPerson;
    let allowed = access::check(identity, actor, operation, Some(person)).await?;
    let found = find_deleted(identity, person).await?;
    let mut first = allowed.begin(identity);
    actor.require(identity, &mut first);
    purge_belongings(identity, first, person).await?;
    let mut unit = allowed.begin(identity);
    erase_record(&mut unit, identity, &found);
    let mut entry = actor.entry(identity);
    entry.confide("user", found.user_name.as_str());
    access::write(
        identity,
        actor,
        &allowed,
        unit,
        "user.erased",
        person,
        entry,
    )
    .await
    .map_err(refuse_erasure)
}

/// Of several who erase at once, one did it; for the others there is nobody any more.
fn refuse_erasure(error: WriteError) -> Refusal {
    match error {
        WriteError::Refused(Guard::Missing) => Refusal::new(&codes::USER_MISSING),
        error => refuse_write(error),
    }
}

fn erase_record(unit: &mut Unit, identity: &Identity, found: &DirectoryPerson) {
    let tenant = identity.0.tenant_id;
    unit.delete_roles_of(tenant, found.person_id);
    unit.unmark_break_glass(tenant, found.person_id);
    unit.purge_person(tenant, found.person_id);
}

/// In small units, so that others are written between them, each of which makes sure that nobody restores the person. The
/// first is `unit`: what is gone by then is gone only if whoever asked might ask.
async fn purge_belongings(identity: &Identity, mut unit: Unit, person: Id) -> Result<(), Refusal> {
    loop {
        unit.begin_person_erasure(identity.0.tenant_id, person);
        unit.purge_belongings(identity.0.tenant_id, person);
        let written = identity.write(unit).await.map_err(refuse_erasure)?;
        if written.rows.iter().all(Vec::is_empty) {
            break;
        }
        unit = Unit::new();
    }
    leavings::purge(identity, Leaving::of_people(), person).await
}

/// Once a minute: deletes for good who was deleted long enough ago.
pub(crate) async fn purge(identity: &Identity, now: Micros) -> Result<(), Refusal> {
    let query = ListQuery {
        order: Some((PersonColumn::DeletedAt, Direction::Ascending)),
        ..ListQuery::first(PURGED_AT_ONCE)
    };
    let tenant = identity.0.tenant_id;
    let page = identity
        .0
        .store
        .list::<DeletedPeople>(tenant, &query)
        .await?;
    for person in page.rows {
        if person.deleted_at.is_none_or(|at| now - at < RESTORABLE) {
            break;
        }
        match purge_belongings(identity, Unit::new(), person.person_id).await {
            // Restored, or another node was first.
            Err(refusal) if refusal.code == &codes::USER_MISSING => continue,
            purged => purged?,
        }
        let mut unit = Unit::new();
        erase_record(&mut unit, identity, &person);
        let mut entry = Entry::default();
        entry.confide("user", person.user_name.as_str());
        let about = (None, Some(person.person_id.0.as_slice()));
        let log = store::Log::Audit;
        match audit::commit(identity, unit, log, "user.erased", about, entry).await {
            Err(WriteError::Refused(Guard::Missing)) => continue,
            written => written.map_err(refuse_write)?,
        };
    }
    Ok(())
}

/// Once a minute: gives a compared form to display names from before there was one.
pub(crate) async fn fold_names(identity: &Identity) -> Result<(), Refusal> {
    let tenant = identity.0.tenant_id;
    loop {
        let unfolded = identity.0.store.list_unfolded(tenant).await?;
        if unfolded.is_empty() {
            return Ok(());
        }
        let mut unit = Unit::new();
        for (person, display_name) in &unfolded {
            let key = crate::names::fold(display_name);
            unit.fold_display_name(tenant, *person, display_name, &key);
        }
        identity.write(unit).await.map_err(refuse_write)?;
    }
}
