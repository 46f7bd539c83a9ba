//! Changing people: making them, their properties, their manager.

use store::{
    DirectoryPerson, Guard, Id, NewPerson, PersonFields, PersonStatus, PrincipalKind, Unit,
    UserName, UserType, WriteError,
};

use super::administrators::{Administrators, Change};
use super::profile::{Profile, ProfileChange};
use super::record::{Detail, PersonRecord, find_living};
use crate::access::{self, Allowed, Operation};
use crate::actor::Actor;
use crate::connectors::{self, Provisioned};
use crate::tenant::refuse_write;
use crate::{Identity, Refusal, codes, names, notices};

/// A person to be made.
#[derive(Debug, Clone)]
pub struct NewRecord {
    pub user_name: String,
    pub display_name: String,
    pub enabled: bool,
    pub mail: Option<String>,
    pub user_type: UserType,
    pub profile: ProfileChange,
}

impl NewRecord {
    /// Somebody of the organisation with a name and nothing else.
    #[must_use]
    pub fn named(user_name: &str, display_name: &str) -> NewRecord {
        NewRecord {
            user_name: user_name.to_owned(),
            display_name: display_name.to_owned(),
            enabled: true,
            mail: None,
            user_type: UserType::Member,
            profile: ProfileChange::default(),
        }
    }
}

/// What is to be different; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct PersonChange {
    pub user_name: Option<String>,
    pub display_name: Option<String>,
    pub enabled: Option<bool>,
    /// `Some(None)` clears it.
    pub mail: Option<Option<String>>,
    pub user_type: Option<UserType>,
    pub profile: ProfileChange,
}

/// The version that whoever changes a record has read (`If-Match`); `None` changes whatever is there.
pub type Expected = Option<i64>;

/// Refuses unless the record is as it was when it was read.
pub(crate) fn check_expected(expected: Expected, version: i64) -> Result<(), Refusal> {
    if expected.is_some_and(|expected| expected != version) {
        return Err(Refusal::new(&codes::RECORD_OUTDATED));
    }
    Ok(())
}

fn refuse_name(error: WriteError) -> Refusal {
    match error {
        WriteError::Refused(Guard::Taken) => Refusal::new(&codes::USER_NAME_TAKEN),
        error => refuse_write(error),
    }
}

fn derive_fields(
    user_name: UserName,
    display_name: String,
    mail: Option<String>,
    user_type: UserType,
    profile: &Profile,
) -> PersonFields {
    PersonFields {
        user_name,
        display_name_key: names::fold(&display_name),
        display_name,
        mail_key: mail.as_deref().map(names::fold),
        mail,
        user_type,
        profile: profile.to_json(),
    }
}

/// What set-up knows of the first person.
pub(crate) fn derive_first_fields(user_name: UserName, display_name: String) -> PersonFields {
    derive_fields(
        user_name,
        display_name,
        None,
        UserType::Member,
        &Profile::default(),
    )
}

/// A person without any sign-in method yet.
pub async fn create(
    identity: &Identity,
    actor: Actor<'_>,
    new: &NewRecord,
) -> Result<PersonRecord, Refusal> {
    provision(identity, actor, new, &Provisioned::default()).await
}

/// As [`create`], with what a connector says beside.
///
/// # Errors
/// [`codes::OBJECT_MISSING`] for a manager whom it did not make.
pub async fn provision(
    identity: &Identity,
    actor: Actor<'_>,
    new: &NewRecord,
    provisioned: &Provisioned,
) -> Result<PersonRecord, Refusal> {
    let about = (Operation::AddPerson, None);
    access::decide(identity, actor, about, || {
        create_once(identity, actor, new, provisioned)
    })
    .await
}

async fn create_once(
    identity: &Identity,
    actor: Actor<'_>,
    new: &NewRecord,
    provisioned: &Provisioned,
) -> Result<PersonRecord, Refusal> {
    let allowed = access::check(identity, actor, Operation::AddPerson, None).await?;
    let mut profile = Profile::default();
    profile.apply(&new.profile)?;
    let fields = derive_fields(
        names::parse_user_name(&new.user_name)?,
        names::parse_display_name(&new.display_name)?,
        new.mail.as_deref().map(names::parse_mail).transpose()?,
        new.user_type,
        &profile,
    );
    let person = NewPerson {
        person_id: identity.0.ambient.make_id(),
        user_handle: identity.0.ambient.random.make(),
        status: if new.enabled {
            PersonStatus::Enabled
        } else {
            PersonStatus::Disabled
        },
        created_at: identity.0.ambient.now(),
        fields,
    };
    let mut unit = allowed.begin(identity);
    unit.insert_person(identity.0.tenant_id, &person);
    let made = (person.person_id, PrincipalKind::Person);
    connectors::insert_made(identity, &mut unit, actor, made, provisioned)?;
    if let Some(Some(manager)) = provisioned.manager {
        find_manager(identity, actor, person.person_id, manager).await?;
        name_manager(identity, &mut unit, person.person_id, Some(manager));
    }
    let mut entry = actor.entry(identity);
    entry.confide("user", person.fields.user_name.shown.as_str());
    let (word, id) = ("user.added", person.person_id);
    access::write(identity, actor, &allowed, unit, word, id, entry)
        .await
        .map_err(refuse_name)?;
    let found = find_living(identity, id).await?;
    Ok(PersonRecord::of(found, Detail::Full))
}

/// Changes properties of a person; every passkey stays, whatever the name. Disabling ends every session.
///
/// # Errors
/// [`codes::RECORD_OUTDATED`] when the record is not the expected one any more.
pub async fn update(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    expected: Expected,
    change: &PersonChange,
) -> Result<PersonRecord, Refusal> {
    let provisioned = Provisioned::default();
    reprovision(identity, actor, person, expected, (change, &provisioned)).await
}

/// As [`update`], with what a connector says beside.
///
/// # Errors
/// As [`update`], and as [`set_manager`].
pub async fn reprovision(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    expected: Expected,
    (change, provisioned): (&PersonChange, &Provisioned),
) -> Result<PersonRecord, Refusal> {
    let about = (Operation::ChangePerson, Some(person));
    access::decide(identity, actor, about, || {
        update_once(identity, actor, person, expected, (change, provisioned))
    })
    .await?;
    let found = find_living(identity, person).await?;
    Ok(PersonRecord::of(found, Detail::Full))
}

/// What a change makes of a person.
struct Outcome {
    fields: PersonFields,
    status: PersonStatus,
    /// Names of the properties that are different.
    changed: Vec<&'static str>,
}

fn derive_outcome(found: &DirectoryPerson, change: &PersonChange) -> Result<Outcome, Refusal> {
    let user_name = change.user_name.as_deref().unwrap_or(&found.user_name);
    let user_name = names::parse_user_name(user_name)?;
    let display_name = match &change.display_name {
        Some(name) => names::parse_display_name(name)?,
        None => found.display_name.clone(),
    };
    let mail = match &change.mail {
        Some(mail) => mail.as_deref().map(names::parse_mail).transpose()?,
        None => found.mail.clone(),
    };
    let before = Profile::from_json(&found.profile);
    let mut profile = before.clone();
    profile.apply(&change.profile)?;
    let status = match change.enabled {
        Some(true) => PersonStatus::Enabled,
        Some(false) => PersonStatus::Disabled,
        None => found.status,
    };
    let user_type = change.user_type.unwrap_or(found.user_type);
    let mut changed = before.list_changes(&profile);
    for (name, differs) in [
        ("userPrincipalName", user_name.shown != found.user_name),
        ("displayName", display_name != found.display_name),
        ("mail", mail != found.mail),
        ("userType", user_type != found.user_type),
        ("accountEnabled", status != found.status),
    ] {
        if differs {
            changed.push(name);
        }
    }
    Ok(Outcome {
        fields: derive_fields(user_name, display_name, mail, user_type, &profile),
        status,
        changed,
    })
}

/// The record's word: the most telling of what changed.
fn derive_word(found: &DirectoryPerson, outcome: &Outcome) -> &'static str {
    match (outcome.status == found.status, outcome.status) {
        (false, PersonStatus::Enabled) => "user.enabled",
        (false, _) => "user.disabled",
        (true, _) => {
            let renamed = |name: &&str| ["userPrincipalName", "displayName"].contains(name);
            if outcome.changed.iter().any(renamed) {
                "user.renamed"
            } else {
                "user.changed"
            }
        }
    }
}

async fn update_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    expected: Expected,
    (change, provisioned): (&PersonChange, &Provisioned),
) -> Result<(), Refusal> {
    let operation = find_operation(identity, actor, person, (change, provisioned)).await?;
    let allowed = access::check(identity, actor, operation, Some(person)).await?;
    let found = find_living(identity, person).await?;
    check_expected(expected, found.record_version)?;
    let mut outcome = derive_outcome(&found, change)?;
    let renaming = connectors::find_renaming(identity, actor, person, provisioned).await?;
    if renaming.is_some() {
        outcome.changed.push("externalId");
    }
    let manager = provisioned.manager.filter(|it| *it != found.manager_id);
    if let Some(manager) = manager {
        outcome.changed.push("manager");
        if let Some(manager) = manager {
            find_manager(identity, actor, person, manager).await?;
        }
    }
    if outcome.changed.is_empty() {
        return Ok(());
    }
    let mut entry = actor.entry(identity);
    entry
        .confide("user", outcome.fields.user_name.shown.as_str())
        .say("changed", outcome.changed.clone());
    if outcome.fields.user_name.shown != found.user_name {
        entry.confide("before", found.user_name.as_str());
    }
    let mut unit = make_unit(identity, &allowed, &found, &outcome).await?;
    if let Some(external_id) = renaming {
        connectors::rename(identity, &mut unit, actor, person, external_id.as_deref());
    }
    if let Some(manager) = manager {
        name_manager(identity, &mut unit, person, manager);
    }
    let word = derive_word(&found, &outcome);
    access::write(identity, actor, &allowed, unit, word, person, entry)
        .await
        .map_err(refuse_name)
}

/// Whoever may delete somebody may disable them: so a connector ends an account that was given a role, and changes nothing
/// else of it.
async fn find_operation(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    (change, provisioned): (&PersonChange, &Provisioned),
) -> Result<Operation, Refusal> {
    let Actor::Connector(..) = actor else {
        return Ok(Operation::ChangePerson);
    };
    access::check(identity, actor, Operation::ReadPerson, Some(person))
        .await
        .map(drop)?;
    let found = find_living(identity, person).await?;
    let outcome = derive_outcome(&found, change)?;
    let renaming = connectors::find_renaming(identity, actor, person, provisioned).await?;
    let manager = provisioned.manager.filter(|it| *it != found.manager_id);
    let ends = outcome.changed == ["accountEnabled"] && outcome.status == PersonStatus::Disabled;
    Ok(match ends && renaming.is_none() && manager.is_none() {
        true => Operation::DeletePerson,
        false => Operation::ChangePerson,
    })
}

/// The manager to be, if they fit.
async fn find_manager(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    manager: Id,
) -> Result<DirectoryPerson, Refusal> {
    if manager == person {
        return Err(Refusal::new(&codes::MANAGER_UNFIT));
    }
    connectors::check_manager(identity, actor, manager).await?;
    find_living(identity, manager)
        .await
        .map_err(|_| Refusal::new(&codes::OBJECT_MISSING))
}

fn name_manager(identity: &Identity, unit: &mut Unit, person: Id, manager: Option<Id>) {
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    unit.set_manager(tenant, person, manager);
    unit.mark_manager_changed(tenant, person, now);
}

async fn make_unit(
    identity: &Identity,
    allowed: &Allowed,
    found: &DirectoryPerson,
    outcome: &Outcome,
) -> Result<Unit, Refusal> {
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let person = found.person_id;
    let mut unit = allowed.begin(identity);
    let disabled = outcome.status != found.status && outcome.status == PersonStatus::Disabled;
    let administrators = match disabled {
        true => Administrators::begin(identity, &mut unit, Change::Person(person)).await?,
        false => Administrators::Untouched,
    };
    unit.touch_person(tenant, person, found.record_version, now);
    if outcome.changed.contains(&"mail") {
        notices::keep_former_mail(identity, &mut unit, person);
    }
    unit.update_person(tenant, person, &outcome.fields);
    if outcome.status != found.status {
        let signing = identity.0.store.find_person(tenant, person).await?;
        let signing = signing.ok_or(&codes::USER_MISSING)?;
        unit.change_status(tenant, person, outcome.status, signing.security_version);
    }
    if disabled {
        unit.end_sessions_of_person(tenant, person, now);
        unit.void_links_of_person(tenant, person, now);
        unit.void_links_of_issuer(tenant, person, now);
        unit.delete_access_passes_of_issuer(tenant, person);
    }
    administrators.finish(identity, &mut unit);
    Ok(unit)
}

/// Names the person's manager; `None` for nobody.
///
/// # Errors
/// [`codes::MANAGER_UNFIT`] for the person itself; [`codes::OBJECT_MISSING`] for a manager who isn't there.
pub async fn set_manager(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    manager: Option<Id>,
) -> Result<(), Refusal> {
    let about = (Operation::ChangePerson, Some(person));
    access::decide(identity, actor, about, || {
        set_manager_once(identity, actor, person, manager)
    })
    .await
}

async fn set_manager_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    manager: Option<Id>,
) -> Result<(), Refusal> {
    let allowed = access::check(identity, actor, Operation::ChangePerson, Some(person)).await?;
    let found = find_living(identity, person).await?;
    if manager == Some(person) {
        return Err(Refusal::new(&codes::MANAGER_UNFIT));
    }
    if manager == found.manager_id {
        return Ok(());
    }
    let mut entry = actor.entry(identity);
    entry.confide("user", found.user_name.as_str());
    if let Some(manager) = manager {
        let manager = find_living(identity, manager)
            .await
            .map_err(|_| Refusal::new(&codes::OBJECT_MISSING))?;
        entry.confide("manager", manager.user_name);
    }
    let tenant = identity.0.tenant_id;
    let mut unit = allowed.begin(identity);
    unit.touch_person(
        tenant,
        person,
        found.record_version,
        identity.0.ambient.now(),
    );
    unit.set_manager(tenant, person, manager);
    unit.mark_manager_changed(tenant, person, identity.0.ambient.now());
    let word = "user.manager_changed";
    access::write(identity, actor, &allowed, unit, word, person, entry)
        .await
        .map_err(refuse_write)
}
