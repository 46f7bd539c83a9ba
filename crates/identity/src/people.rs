//! People, as an administrator sees them.

use store::{Id, Person, PersonStatus, PersonSummary};

use crate::access::{self, Allowed, Operation};
use crate::link::{self, LinkPurpose};
use crate::tenant::refuse_write;
use crate::{Identity, Micros, Refusal, codes, names};

pub(crate) mod administrators;
mod change;
mod profile;
mod record;
mod remove;
mod sessions;

pub use crate::actor::Actor;
pub use crate::link::Link;
pub use change::{
    Expected, NewRecord, PersonChange, create, provision, reprovision, set_manager, update,
};
pub(crate) use change::{check_expected, derive_first_fields};
pub use profile::{Attribute, Profile, ProfileChange};
pub use record::{
    Detail, PersonRecord, list_deleted, list_records, list_reports, read, read_by_name,
    read_deleted, read_manager,
};
pub(crate) use record::{derive_detail, fold_test};
pub(crate) use remove::{PURGED_AT_ONCE, fold_names, purge};
pub use remove::{RESTORABLE, delete, erase, restore};
pub use sessions::end_sessions;

#[derive(Debug, Clone)]
pub struct PersonView {
    pub person_id: Id,
    pub user_name: String,
    pub display_name: String,
    pub enabled: bool,
    pub passkeys: u32,
    pub created_at: Micros,
    pub last_sign_in_at: Option<Micros>,
    pub is_administrator: bool,
    /// An unused, unexpired registration link exists.
    pub link_open: bool,
}

/// How many people a page of the list holds.
const PAGE: i64 = 100;

fn derive_view(summary: PersonSummary, privileged: &[Id]) -> PersonView {
    PersonView {
        person_id: summary.person_id,
        user_name: summary.user_name,
        display_name: summary.display_name,
        enabled: summary.status == PersonStatus::Enabled,
        passkeys: u32::try_from(summary.passkeys).unwrap_or(u32::MAX),
        created_at: summary.created_at,
        last_sign_in_at: summary.last_sign_in_at,
        is_administrator: privileged.contains(&summary.person_id),
        link_open: summary.open_links > 0,
    }
}

/// At most 100 people whose user name comes after `after`, by user name.
pub async fn list(
    identity: &Identity,
    actor: Actor<'_>,
    after: Option<&str>,
) -> Result<Vec<PersonView>, Refusal> {
    access::check(identity, actor, Operation::ListPeople, None)
        .await
        .map(drop)?;
    let after = after.and_then(names::derive_key).unwrap_or_default();
    let now = identity.0.ambient.now();
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.list_people(tenant, now, &after, PAGE).await?;
    let keys = found
        .iter()
        .filter_map(|one| names::derive_key(&one.user_name));
    let last = keys.max().unwrap_or_default();
    let privileged = store.list_privileged(tenant, &after, &last).await?;
    Ok(found
        .into_iter()
        .map(|summary| derive_view(summary, &privileged))
        .collect())
}

/// The person of that user name.
pub async fn find(
    identity: &Identity,
    actor: Actor<'_>,
    user_name: &str,
) -> Result<PersonView, Refusal> {
    access::check(identity, actor, Operation::ListPeople, None)
        .await
        .map(drop)?;
    let person = find_by_name(identity, user_name).await?;
    view(identity, person.person_id).await
}

async fn find_by_name(identity: &Identity, user_name: &str) -> Result<Person, Refusal> {
    let key = names::derive_key(user_name).ok_or(&codes::USER_MISSING)?;
    let person = identity
        .0
        .store
        .find_person_by_name(identity.0.tenant_id, &key)
        .await?;
    person
        .filter(|person| person.status != PersonStatus::Deleted)
        .ok_or_else(|| Refusal::new(&codes::USER_MISSING))
}

async fn view(identity: &Identity, person: Id) -> Result<PersonView, Refusal> {
    let now = identity.0.ambient.now();
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_person_summary(tenant, now, person).await?;
    let summary = found.ok_or_else(|| Refusal::new(&codes::USER_MISSING))?;
    let roles = store.list_roles(tenant, person).await?;
    let privileged = if roles.is_empty() { None } else { Some(person) };
    Ok(derive_view(summary, privileged.as_slice()))
}

/// Whoever is there and not deleted.
pub(crate) async fn find_existing(identity: &Identity, person: Id) -> Result<Person, Refusal> {
    let found = identity
        .0
        .store
        .find_person(identity.0.tenant_id, person)
        .await?;
    found
        .filter(|person| person.status != PersonStatus::Deleted)
        .ok_or_else(|| Refusal::new(&codes::USER_MISSING))
}

/// A person without any sign-in method yet.
pub async fn add(
    identity: &Identity,
    actor: Actor<'_>,
    user_name: &str,
    display_name: &str,
) -> Result<PersonView, Refusal> {
    let new = NewRecord::named(user_name, display_name);
    let person = create(identity, actor, &new).await?;
    view(identity, person.person_id).await
}

/// A one-time registration link, 24 hours; voids older ones of the same person. For people without a usable passkey.
pub async fn make_link(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<Link, Refusal> {
    let about = (Operation::MakeLink, Some(person));
    access::decide(identity, actor, about, || {
        make_link_once(identity, actor, person)
    })
    .await
}

async fn make_link_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<Link, Refusal> {
    let allowed = access::check(identity, actor, Operation::MakeLink, Some(person)).await?;
    let found = find_existing(identity, person).await?;
    if found.status != PersonStatus::Enabled {
        return Err(Refusal::new(&codes::ACCOUNT_DISABLED));
    }
    if view(identity, person).await?.passkeys > 0 {
        return Err(Refusal::new(&codes::LINK_NOT_NEEDED));
    }
    insert_link(identity, actor, &allowed, &found, LinkPurpose::Register).await
}

/// `claviger admin link`: re-opens enrolment for an administrator who lost every passkey. Command line only.
pub async fn make_recovery_link(
    identity: &Identity,
    actor: Actor<'_>,
    user_name: &str,
) -> Result<Link, Refusal> {
    let Actor::CommandLine { .. } = actor else {
        return Err(Refusal::new(&codes::NOT_ALLOWED));
    };
    let found = find_by_name(identity, user_name).await?;
    if identity
        .0
        .store
        .list_roles(identity.0.tenant_id, found.person_id)
        .await?
        .is_empty()
    {
        return Err(Refusal::new(&codes::NOT_ADMINISTRATOR));
    }
    if found.status != PersonStatus::Enabled {
        return Err(Refusal::new(&codes::ACCOUNT_DISABLED));
    }
    let allowed =
        access::check(identity, actor, Operation::MakeLink, Some(found.person_id)).await?;
    insert_link(identity, actor, &allowed, &found, LinkPurpose::Recover).await
}

async fn insert_link(
    identity: &Identity,
    actor: Actor<'_>,
    allowed: &Allowed,
    person: &Person,
    purpose: LinkPurpose,
) -> Result<Link, Refusal> {
    let mut unit = allowed.begin(identity);
    unit.void_links_of_person(
        identity.0.tenant_id,
        person.person_id,
        identity.0.ambient.now(),
    );
    let link = link::insert(
        &mut unit,
        identity,
        purpose,
        Some(person.person_id),
        actor.issuer(),
    );
    let mut entry = actor.entry(identity);
    entry
        .confide("user", person.user_name.as_str())
        .say("link", purpose.as_str());
    let (word, id) = ("link.made", person.person_id);
    access::write(identity, actor, allowed, unit, word, id, entry)
        .await
        .map_err(refuse_write)?;
    Ok(link)
}

/// Changes user name and display name; every passkey stays.
pub async fn rename(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    user_name: &str,
    display_name: &str,
) -> Result<(), Refusal> {
    let change = PersonChange {
        user_name: Some(user_name.to_owned()),
        display_name: Some(display_name.to_owned()),
        ..PersonChange::default()
    };
    update(identity, actor, person, None, &change)
        .await
        .map(drop)
}

/// Lets the person sign in again with the passkeys that are there.
pub async fn enable(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<(), Refusal> {
    change_status(identity, actor, person, true).await
}

/// Ends every session and voids every link; refuses for the last Global Administrator.
pub async fn disable(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<(), Refusal> {
    change_status(identity, actor, person, false).await
}

async fn change_status(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    enabled: bool,
) -> Result<(), Refusal> {
    let change = PersonChange {
        enabled: Some(enabled),
        ..PersonChange::default()
    };
    update(identity, actor, person, None, &change)
        .await
        .map(drop)
}
