//! People, as an administrator sees them.

use store::{Guard, Id, Log, NewPerson, Person, PersonStatus, PersonSummary, Unit, WriteError};

use crate::access::{self, Allowed, Operation};
use crate::audit::{self, Entry};
use crate::link::{self, LinkPurpose};
use crate::roles::Role;
use crate::tenant::refuse_write;
use crate::{Identity, Micros, Refusal, codes, names};

pub use crate::actor::Actor;
pub use crate::link::Link;

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

fn derive_view(summary: PersonSummary) -> PersonView {
    PersonView {
        person_id: summary.person_id,
        user_name: summary.user_name,
        display_name: summary.display_name,
        enabled: summary.status == PersonStatus::Enabled,
        passkeys: u32::try_from(summary.passkeys).unwrap_or(u32::MAX),
        created_at: summary.created_at,
        last_sign_in_at: summary.last_sign_in_at,
        is_administrator: summary.roles > 0,
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
    let found = identity
        .0
        .store
        .list_people(identity.0.tenant_id, now, &after, PAGE)
        .await?;
    Ok(found.into_iter().map(derive_view).collect())
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
    let found = identity
        .0
        .store
        .find_person_summary(identity.0.tenant_id, now, person)
        .await?;
    found
        .map(derive_view)
        .ok_or_else(|| Refusal::new(&codes::USER_MISSING))
}

async fn find_existing(identity: &Identity, person: Id) -> Result<Person, Refusal> {
    let found = identity
        .0
        .store
        .find_person(identity.0.tenant_id, person)
        .await?;
    found
        .filter(|person| person.status != PersonStatus::Deleted)
        .ok_or_else(|| Refusal::new(&codes::USER_MISSING))
}

/// Writes the unit with its audit record about `person`.
async fn write(
    identity: &Identity,
    actor: Actor<'_>,
    mut unit: Unit,
    activity: &str,
    person: Id,
    entry: Entry,
) -> Result<(), WriteError> {
    actor.require(&mut unit, identity.0.tenant_id);
    let about = (actor.issuer(), Some(person.0.as_slice()));
    let written = audit::commit(identity, unit, Log::Audit, activity, about, entry).await;
    written.map(drop)
}

/// A person without any sign-in method yet.
pub async fn add(
    identity: &Identity,
    actor: Actor<'_>,
    user_name: &str,
    display_name: &str,
) -> Result<PersonView, Refusal> {
    let allowed = access::check(identity, actor, Operation::AddPerson, None).await?;
    let person = NewPerson {
        person_id: identity.0.ambient.make_id(),
        user_handle: identity.0.ambient.random.make(),
        user_name: names::parse_user_name(user_name)?,
        display_name: names::parse_display_name(display_name)?,
        created_at: identity.0.ambient.now(),
    };
    let mut unit = allowed.begin(identity);
    unit.insert_person(identity.0.tenant_id, &person);
    let mut entry = actor.entry(identity);
    entry.confide("user", person.user_name.shown.as_str());
    match write(identity, actor, unit, "user.added", person.person_id, entry).await {
        Ok(()) => view(identity, person.person_id).await,
        Err(WriteError::Refused(Guard::Taken)) => Err(Refusal::new(&codes::USER_NAME_TAKEN)),
        Err(error) => Err(refuse_write(error)),
    }
}

/// A one-time registration link, 24 hours; voids older ones of the same person. For people without a usable passkey.
pub async fn make_link(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<Link, Refusal> {
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
    write(identity, actor, unit, "link.made", person.person_id, entry)
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
    let allowed = access::check(identity, actor, Operation::ChangePerson, Some(person)).await?;
    let found = find_existing(identity, person).await?;
    let name = names::parse_user_name(user_name)?;
    let display_name = names::parse_display_name(display_name)?;
    let mut unit = allowed.begin(identity);
    unit.rename_person(identity.0.tenant_id, person, &name, &display_name);
    let mut entry = actor.entry(identity);
    entry
        .confide("user", name.shown.as_str())
        .confide("before", found.user_name.as_str());
    match write(identity, actor, unit, "user.renamed", person, entry).await {
        Ok(()) => Ok(()),
        Err(WriteError::Refused(Guard::Taken)) => Err(Refusal::new(&codes::USER_NAME_TAKEN)),
        Err(error) => Err(refuse_write(error)),
    }
}

/// Lets the person sign in again with the passkeys that are there.
pub async fn enable(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<(), Refusal> {
    change_status(identity, actor, person, PersonStatus::Enabled).await
}

/// Ends every session and voids every link; refuses for the last Global Administrator.
pub async fn disable(identity: &Identity, actor: Actor<'_>, person: Id) -> Result<(), Refusal> {
    change_status(identity, actor, person, PersonStatus::Disabled).await
}

async fn change_status(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    status: PersonStatus,
) -> Result<(), Refusal> {
    let allowed = access::check(identity, actor, Operation::ChangePerson, Some(person)).await?;
    let found = find_existing(identity, person).await?;
    if found.status == status {
        return Ok(());
    }
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let mut unit = allowed.begin(identity);
    if status == PersonStatus::Disabled {
        guard_last_administrator(identity, &mut unit, person).await?;
    }
    unit.change_status(tenant, person, status, found.security_version);
    if status == PersonStatus::Disabled {
        unit.end_sessions_of_person(tenant, person, now);
        unit.void_links_of_person(tenant, person, now);
        unit.void_links_of_issuer(tenant, person, now);
    }
    let mut entry = actor.entry(identity);
    entry.confide("user", found.user_name.as_str());
    let activity = if status == PersonStatus::Enabled {
        "user.enabled"
    } else {
        "user.disabled"
    };
    write(identity, actor, unit, activity, person, entry)
        .await
        .map_err(refuse_write)
}

/// Refuses for the last Global Administrator. First in its unit: two administrators who disable each other meet
/// at the tenant's version, which only one unit holds, before either has locked the other's rows.
async fn guard_last_administrator(
    identity: &Identity,
    unit: &mut Unit,
    person: Id,
) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_tenant(tenant).await?;
    let version = found.ok_or(&codes::INTERNAL)?.administrator_version;
    let roles = store.list_roles(tenant, person).await?;
    if !roles.contains(&Role::GlobalAdministrator.template_id()) {
        return Ok(());
    }
    let others = store
        .count_other_holders(tenant, Role::GlobalAdministrator.template_id(), person)
        .await?;
    if others == 0 {
        return Err(Refusal::new(&codes::LAST_ADMINISTRATOR));
    }
    unit.bump_administrators(tenant, version);
    Ok(())
}
