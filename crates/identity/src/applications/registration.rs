//! Making, changing, deleting applications.

use store::{Application, Guard, Id, Leaving, Log, ServicePrincipal, Unit, WriteError};

use super::protected::Origins;
use super::{
    Api, ApplicationChange, ApplicationView, describe, find_active, find_any, find_target,
    parse_description, parse_home, parse_logout_address, parse_name, take_active, take_deleted,
    take_restorable, view, write_redirect_uris,
};
use crate::access::{self, Allowed, Operation, Target};
use crate::actor::Actor;
use crate::audit::{self, Entry};
use crate::people::{Expected, RESTORABLE, check_expected};
use crate::tenant::refuse_write;
use crate::{Identity, Refusal, codes, leavings};

/// Refuses unless the actor may do it to that application, if there is one: who may not is not told whether there is.
async fn check(
    identity: &Identity,
    actor: Actor<'_>,
    operation: Operation,
    found: Option<&Application>,
) -> Result<Allowed, Refusal> {
    access::check_object(identity, actor, operation, || async {
        match found {
            Some(application) => find_target(identity, application.app_id).await,
            None => Ok(Target::Plain),
        }
    })
    .await
}

/// A change of an application that the actor may make, and its unit: guarded against a change of the application's rights
/// since they were looked at.
pub(super) struct Change {
    pub(super) application: Application,
    pub(super) allowed: Allowed,
    pub(super) unit: Unit,
}

impl Change {
    pub(super) async fn begin(
        identity: &Identity,
        actor: Actor<'_>,
        operation: Operation,
        object: Id,
    ) -> Result<Change, Refusal> {
        let found = find_any(identity, object).await?;
        let allowed = check(identity, actor, operation, found.as_ref()).await?;
        let application = take_active(found)?;
        let mut unit = allowed.begin(identity);
        unit.bump_application(identity.0.tenant_id, object, application.security_version);
        Ok(Change {
            application,
            allowed,
            unit,
        })
    }

    /// Writes it with its audit record.
    pub(super) async fn write(
        self,
        identity: &Identity,
        actor: Actor<'_>,
        activity: &str,
        entry: Entry,
    ) -> Result<(), WriteError> {
        let object = self.application.object_id;
        let (allowed, unit) = (&self.allowed, self.unit);
        access::write(identity, actor, allowed, unit, activity, object, entry).await
    }
}

/// Registers an application, without a service principal yet: it can't sign in until there is one.
pub async fn add(
    identity: &Identity,
    actor: Actor<'_>,
    new: &ApplicationChange,
) -> Result<ApplicationView, Refusal> {
    let about = (Operation::AddApplication, None);
    let made = access::decide(identity, actor, about, || add_once(identity, actor, new)).await?;
    // Clients read our keys before the first sign-in, and some never again: what signs for this one is there from now on.
    if !made.redirect_uris.is_empty() {
        identity
            .ensure_signing_key(made.token_settings.algorithm)
            .await?;
    }
    Ok(made)
}

async fn add_once(
    identity: &Identity,
    actor: Actor<'_>,
    new: &ApplicationChange,
) -> Result<ApplicationView, Refusal> {
    let allowed = access::check(identity, actor, Operation::AddApplication, None).await?;
    let ambient = &identity.0.ambient;
    let application = Application {
        object_id: ambient.make_id(),
        app_id: ambient.make_id(),
        display_name: parse_name(new.display_name.as_deref().unwrap_or_default())?,
        description: parse_description(new.description.as_deref().unwrap_or_default())?,
        redirect_uris: write_redirect_uris(new.redirect_uris.as_deref().unwrap_or_default())?,
        home_uri: parse_home(new.home_uri.as_deref().unwrap_or_default())?,
        device_flow: new.device_flow.unwrap_or(false),
        token_settings: new.token_settings.clone().unwrap_or_default().write()?,
        back_channel_logout_uri: parse_logout_address(
            new.back_channel_logout_uri.as_deref().unwrap_or_default(),
        )?,
        back_channel_logout_session_required: new
            .back_channel_logout_session_required
            .unwrap_or(false),
        deleted: false,
        record_version: 1,
        security_version: 1,
        created_at: ambient.now(),
        deleted_at: None,
        api: None,
    };
    let api_of = (new.identifier_uris.as_deref(), new.api_scopes.as_deref());
    let api = Api::default().change(identity, application.app_id, api_of)?;
    let origins = Origins::parse(
        identity,
        new.protected_origins.as_deref().unwrap_or_default(),
    )?;
    let mut unit = allowed.begin(identity);
    unit.insert_application(identity.0.tenant_id, &application);
    let (word, object) = ("application.added", application.object_id);
    let mut entry = describe(identity, actor, &application);
    origins.put(identity, (&mut unit, &mut entry), object, &[]);
    api.put(identity, (&mut unit, &mut entry), object, &Api::default())?;
    let written = access::write(identity, actor, &allowed, unit, word, object, entry).await;
    if let Err(error) = written {
        return Err(refuse_taken(identity, error, (object, &api)).await);
    }
    view(identity, find_active(identity, object).await?).await
}

/// Changes names and addresses. The service principal takes the new name, too.
///
/// # Errors
/// [`codes::RECORD_OUTDATED`] when the record is not the expected one any more.
pub async fn change(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    change: &ApplicationChange,
) -> Result<ApplicationView, Refusal> {
    let about = (Operation::ChangeApplication, Some(object));
    access::decide(identity, actor, about, || {
        change_once(identity, actor, object, change)
    })
    .await?;
    view(identity, find_active(identity, object).await?).await
}

async fn change_once(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    asked: &ApplicationChange,
) -> Result<(), Refusal> {
    let operation = Operation::ChangeApplication;
    let mut change = Change::begin(identity, actor, operation, object).await?;
    let before = change.application.clone();
    check_expected(asked.record_version, before.record_version)?;
    let mut after = before.clone();
    if let Some(name) = &asked.display_name {
        after.display_name = parse_name(name)?;
    }
    if let Some(text) = &asked.description {
        after.description = parse_description(text)?;
    }
    if let Some(uris) = &asked.redirect_uris {
        after.redirect_uris = write_redirect_uris(uris)?;
    }
    if let Some(home) = &asked.home_uri {
        after.home_uri = parse_home(home)?;
    }
    after.device_flow = asked.device_flow.unwrap_or(before.device_flow);
    if let Some(settings) = &asked.token_settings {
        after.token_settings = settings.write()?;
    }
    if let Some(uri) = &asked.back_channel_logout_uri {
        after.back_channel_logout_uri = parse_logout_address(uri)?;
    }
    after.back_channel_logout_session_required = asked
        .back_channel_logout_session_required
        .unwrap_or(before.back_channel_logout_session_required);
    let tenant = identity.0.tenant_id;
    change.unit.update_application(tenant, &after);
    if after.display_name != before.display_name {
        change
            .unit
            .rename_principal(tenant, after.app_id, &after.display_name);
    }
    let mut entry = describe(identity, actor, &after);
    say_changes(&mut entry, &before, &after);
    if let Some(origins) = &asked.protected_origins {
        let origins = Origins::parse(identity, origins)?;
        let held = identity.0.store.list_protected_origins(tenant, object);
        origins.put(
            identity,
            (&mut change.unit, &mut entry),
            object,
            &held.await?,
        );
    }
    let held = Api::read(before.api.as_deref())?;
    let api_of = (
        asked.identifier_uris.as_deref(),
        asked.api_scopes.as_deref(),
    );
    let api = held.change(identity, before.app_id, api_of)?;
    api.put(identity, (&mut change.unit, &mut entry), object, &held)?;
    let written = change.write(identity, actor, "application.changed", entry);
    match written.await {
        Ok(()) => Ok(()),
        Err(error) => Err(refuse_taken(identity, error, (object, &api)).await),
    }
}

fn say_changes(entry: &mut Entry, before: &Application, after: &Application) {
    if after.redirect_uris != before.redirect_uris {
        entry
            .say("addressesBefore", before.redirect_uris.as_str())
            .say("addresses", after.redirect_uris.as_str());
    }
    if after.device_flow != before.device_flow {
        entry.say("deviceFlow", after.device_flow);
    }
    if after.token_settings != before.token_settings {
        entry
            .say("tokensBefore", before.token_settings.as_str())
            .say("tokens", after.token_settings.as_str());
    }
    if after.home_uri != before.home_uri {
        entry.say("home", after.home_uri.as_deref().unwrap_or_default());
    }
    if after.back_channel_logout_uri != before.back_channel_logout_uri {
        let address = |of: &Application| of.back_channel_logout_uri.clone().unwrap_or_default();
        entry
            .say("logoutAddressBefore", address(before))
            .say("logoutAddress", address(after));
    }
    if after.display_name != before.display_name {
        entry.say("before", before.display_name.as_str());
    }
}

/// Nothing else that is written with names and addresses is anybody's alone: ids are made here.
async fn refuse_taken(
    identity: &Identity,
    error: WriteError,
    (object, api): (Id, &Api),
) -> Refusal {
    let WriteError::Refused(Guard::Taken) = error else {
        return refuse_write(error);
    };
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    for uri in &api.identifier_uris {
        match store.find_owner_of_identifier_uri(tenant, uri).await {
            Ok(Some(owner)) if owner != object => {
                return Refusal::new(&codes::IDENTIFIER_URI_TAKEN);
            }
            Ok(_) => {}
            Err(error) => return error.into(),
        }
    }
    Refusal::new(&codes::ORIGIN_TAKEN)
}

/// Deletes the application with its service principal; both can be restored for [`RESTORABLE`]. Every token of it is void.
///
/// # Errors
/// [`codes::RECORD_OUTDATED`] when the record is not the expected one any more.
pub async fn delete(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    expected: Expected,
) -> Result<(), Refusal> {
    let about = (Operation::DeleteApplication, Some(object));
    access::decide(identity, actor, about, || {
        delete_once(identity, actor, object, expected)
    })
    .await
}

async fn delete_once(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    expected: Expected,
) -> Result<(), Refusal> {
    let operation = Operation::DeleteApplication;
    let mut change = Change::begin(identity, actor, operation, object).await?;
    check_expected(expected, change.application.record_version)?;
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let application = &change.application;
    change
        .unit
        .change_application_status(tenant, application, Some(now));
    if let Some(principal) = find_principal_of(identity, application).await? {
        change.unit.delete_principal(tenant, &principal, now);
    }
    let entry = describe(identity, actor, application);
    change
        .write(identity, actor, "application.deleted", entry)
        .await
        .map_err(refuse_write)
}

/// Brings a deleted application and its service principal back, with secrets, keys and permissions.
pub async fn restore(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
) -> Result<ApplicationView, Refusal> {
    let about = (Operation::RestoreApplication, Some(object));
    access::decide(identity, actor, about, || {
        restore_once(identity, actor, object)
    })
    .await?;
    view(identity, find_active(identity, object).await?).await
}

async fn restore_once(identity: &Identity, actor: Actor<'_>, object: Id) -> Result<(), Refusal> {
    let found = find_any(identity, object).await?;
    let operation = Operation::RestoreApplication;
    let allowed = check(identity, actor, operation, found.as_ref()).await?;
    let application = take_restorable(found)?;
    let tenant = identity.0.tenant_id;
    let mut unit = allowed.begin(identity);
    unit.change_application_status(tenant, &application, None);
    if let Some(principal) = find_principal_of(identity, &application).await? {
        unit.restore_principal(tenant, &principal);
    }
    let entry = describe(identity, actor, &application);
    let word = "application.restored";
    access::write(identity, actor, &allowed, unit, word, object, entry)
        .await
        .map_err(refuse_write)
}

/// Removes a deleted application for good.
pub async fn erase(identity: &Identity, actor: Actor<'_>, object: Id) -> Result<(), Refusal> {
    let about = (Operation::DeleteApplication, Some(object));
    access::decide(identity, actor, about, || {
        erase_once(identity, actor, object)
    })
    .await
}

async fn erase_once(identity: &Identity, actor: Actor<'_>, object: Id) -> Result<(), Refusal> {
    let found = find_any(identity, object).await?;
    let operation = Operation::DeleteApplication;
    let allowed = check(identity, actor, operation, found.as_ref()).await?;
    let application = take_deleted(found)?;
    let mut first = allowed.begin(identity);
    actor.require(identity, &mut first);
    purge_belongings(identity, first, &application).await?;
    let mut unit = allowed.begin(identity);
    put_erasure(identity, &mut unit, &application).await?;
    let entry = describe(identity, actor, &application);
    let word = "application.erased";
    access::write(identity, actor, &allowed, unit, word, object, entry)
        .await
        .map_err(refuse_erasure)
}

/// Somebody else was first, or it was restored just now.
fn refuse_erasure(error: WriteError) -> Refusal {
    match error {
        WriteError::Refused(Guard::Missing) => Refusal::new(&codes::APPLICATION_MISSING),
        error => refuse_write(error),
    }
}

/// What hangs on a deleted application and confers nothing: after nobody can restore it any more, which `unit` makes so, so
/// that an erasure that is interrupted is gone on with.
async fn purge_belongings(
    identity: &Identity,
    mut unit: Unit,
    application: &Application,
) -> Result<(), Refusal> {
    unit.begin_application_erasure(identity.0.tenant_id, application.object_id);
    identity.write(unit).await.map_err(refuse_erasure)?;
    let principal = find_principal_of(identity, application).await?;
    match principal.filter(|it| it.status == store::PrincipalStatus::Deleted) {
        Some(principal) => {
            leavings::purge(identity, Leaving::of_principals(), principal.object_id).await
        }
        None => Ok(()),
    }
}

async fn find_principal_of(
    identity: &Identity,
    application: &Application,
) -> Result<Option<ServicePrincipal>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store
        .find_principal_by_app(tenant, application.app_id)
        .await?)
}

async fn put_erasure(
    identity: &Identity,
    unit: &mut Unit,
    application: &Application,
) -> Result<(), Refusal> {
    let tenant = identity.0.tenant_id;
    unit.purge_application(tenant, application.object_id);
    let principal = find_principal_of(identity, application).await?;
    if let Some(principal) = principal.filter(|it| it.status == store::PrincipalStatus::Deleted) {
        unit.purge_principal(tenant, principal.object_id);
    }
    Ok(())
}

/// Erases what was deleted longer ago than [`RESTORABLE`], in small units; part of the minute's work.
pub(crate) async fn purge(identity: &Identity) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let before = identity.0.ambient.now() - RESTORABLE;
    for object in store.list_purgeable_applications(tenant, before).await? {
        let Some(application) = store.find_application(tenant, object).await? else {
            continue;
        };
        match purge_belongings(identity, Unit::new(), &application).await {
            // Another node was first, or it was restored just now.
            Err(refusal) if refusal.code == &codes::APPLICATION_MISSING => continue,
            purged => purged?,
        }
        let mut unit = Unit::new();
        put_erasure(identity, &mut unit, &application).await?;
        let mut entry = Entry::default();
        entry.say("application", application.display_name.as_str());
        let about = (None, Some(object.0.as_slice()));
        let written = audit::commit(
            identity,
            unit,
            Log::Audit,
            "application.erased",
            about,
            entry,
        )
        .await;
        match written {
            Ok(_) | Err(WriteError::Refused(Guard::Missing)) => {}
            Err(error) => return Err(refuse_write(error)),
        }
    }
    Ok(())
}
