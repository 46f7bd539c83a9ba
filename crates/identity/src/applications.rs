//! Applications and their service principals: what may sign in without being a person.
//!
//! An *application* is the registration: names, addresses, secrets, keys. Its *service principal* is the member of the
//! organisation that holds permissions and directory roles. Both carry the same `app_id`, which is the `client_id`.
//!
//! Whoever can make a new way to sign in as an application holds what it holds. So adding a secret, a key, an owner or an
//! address needs every right of the application (security 11): the row of the authorization table for privileged
//! targets, where it holds a directory role or a permission of tier 0. Rights and ways in change under one version
//! (`bump_application`), so that a decision about the one is never overtaken by a change of the other.

use oidc::redirect_uri::{self, Platform};
use serde::{Deserialize, Serialize};
use store::{Application, Guard, Id, Log, Unit, WriteError};

use crate::access::{self, Operation, Target};
use crate::actor::Actor;
use crate::audit::{self, Entry};
use crate::permissions::Permission;
use crate::tenant::refuse_write;
use crate::{DAY, Identity, Micros, Refusal, codes, names};

mod credentials;
mod own_api;
mod owners;
mod permissions;
mod principals;

pub(crate) use credentials::derive_secret_hash;
pub use credentials::{CredentialView, MadeSecret, add_key, add_secret, remove_credential};
pub(crate) use own_api::ensure as ensure_own_api;
pub use own_api::{OWN_API, find_own_api};
pub use owners::{add_owner, list_owners, remove_owner};
pub(crate) use permissions::write_scope;
pub use permissions::{
    Assignment, Consent, GrantView, assign, change_grant, find_grant, grant, list_app_roles,
    list_assigned_to, list_grants, list_grants_of_client, revoke, unassign,
};
pub use principals::{
    PrincipalView, add_principal, change_principal, count_principals, delete_principal,
    find_principal, find_principal_by_app, list_principals,
};

/// How long what was deleted can be restored.
pub const RESTORABLE: Micros = 30 * DAY;
/// The most addresses of one application.
const MAX_ADDRESSES: usize = 50;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 1024;

/// Where answers may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    pub platform: Platform,
    pub uri: String,
}

impl RedirectUri {
    /// `web=https://...`, as the command line writes it. Whether it may be registered is another question.
    #[must_use]
    pub fn parse(text: &str) -> Option<RedirectUri> {
        let (platform, uri) = text.split_once('=')?;
        Some(RedirectUri {
            platform: Platform::parse(platform)?,
            uri: uri.to_owned(),
        })
    }
}

impl std::fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.platform.as_str(), self.uri)
    }
}

#[derive(Debug, Clone)]
pub struct ApplicationView {
    pub object_id: Id,
    /// `client_id`.
    pub app_id: Id,
    pub display_name: String,
    pub description: String,
    pub redirect_uris: Vec<RedirectUri>,
    pub secrets: Vec<CredentialView>,
    pub keys: Vec<CredentialView>,
    pub created_at: Micros,
    pub deleted_at: Option<Micros>,
    /// Moves with each change of names and addresses.
    pub record_version: i64,
}

/// What an application is made with, or shall be; `None` leaves as it is.
#[derive(Debug, Clone, Default)]
pub struct ApplicationChange {
    pub display_name: Option<String>,
    pub description: Option<String>,
    pub redirect_uris: Option<Vec<RedirectUri>>,
    /// The record version that the change was made for; another refuses.
    pub record_version: Option<i64>,
}

/// As stored.
#[derive(Serialize, Deserialize)]
struct StoredUri {
    platform: String,
    uri: String,
}

pub(crate) fn read_redirect_uris(text: &str) -> Vec<RedirectUri> {
    let stored: Vec<StoredUri> = serde_json::from_str(text).unwrap_or_default();
    let read = |each: StoredUri| {
        // An unknown platform's address is none.
        Platform::parse(&each.platform).map(|platform| RedirectUri {
            platform,
            uri: each.uri,
        })
    };
    stored.into_iter().filter_map(read).collect()
}

fn write_redirect_uris(uris: &[RedirectUri]) -> Result<String, Refusal> {
    if uris.len() > MAX_ADDRESSES {
        return Err(Refusal::new(&codes::REDIRECT_UNFIT));
    }
    let mut stored = Vec::with_capacity(uris.len());
    for RedirectUri { platform, uri } in uris {
        redirect_uri::check(*platform, uri).map_err(|_| &codes::REDIRECT_UNFIT)?;
        stored.push(StoredUri {
            platform: platform.as_str().to_owned(),
            uri: uri.clone(),
        });
    }
    serde_json::to_string(&stored).map_err(|_| Refusal::new(&codes::INTERNAL))
}

fn parse_name(text: &str) -> Result<String, Refusal> {
    names::parse_display_name(text).map_err(|_| Refusal::new(&codes::APPLICATION_NAME_UNFIT))
}

fn parse_description(text: &str) -> Result<String, Refusal> {
    let fits = text.chars().count() <= MAX_DESCRIPTION && !text.contains('\0');
    fits.then(|| text.to_owned())
        .ok_or_else(|| Refusal::new(&codes::APPLICATION_NAME_UNFIT))
}

/// Writes the unit with its audit record about `target`.
async fn write(
    identity: &Identity,
    actor: Actor<'_>,
    mut unit: Unit,
    activity: &str,
    target: Id,
    entry: Entry,
) -> Result<(), Refusal> {
    write_guarded(identity, actor, &mut unit, activity, target, entry)
        .await
        .map_err(refuse_write)
}

async fn write_guarded(
    identity: &Identity,
    actor: Actor<'_>,
    unit: &mut Unit,
    activity: &str,
    target: Id,
    entry: Entry,
) -> Result<(), WriteError> {
    actor.require(unit, identity.0.tenant_id);
    let about = (actor.issuer(), Some(target.0.as_slice()));
    let unit = std::mem::take(unit);
    audit::commit(identity, unit, Log::Audit, activity, about, entry)
        .await
        .map(drop)
}

fn describe(identity: &Identity, actor: Actor<'_>, application: &Application) -> Entry {
    let mut entry = actor.entry(identity);
    entry
        .say("application", application.display_name.as_str())
        .say("appId", application.app_id.to_string());
    entry
}

/// What stands against changing an application: it is privileged when its service principal holds a directory role or
/// a permission of tier 0, in its own name or in that of people.
async fn find_target(identity: &Identity, app_id: Id) -> Result<Target, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let Some(principal) = store.find_principal_by_app(tenant, app_id).await? else {
        return Ok(Target::Plain);
    };
    find_target_of_principal(identity, principal.object_id).await
}

async fn find_target_of_principal(identity: &Identity, principal: Id) -> Result<Target, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    if !store.list_roles(tenant, principal).await?.is_empty() {
        return Ok(Target::Privileged);
    }
    let roles = store.list_app_roles(tenant, principal).await?;
    let grants = store.list_grants_of_client(tenant, principal).await?;
    // A permission that we don't know may be anything.
    let raises = |found: Option<Permission>| found.is_none_or(Permission::is_tier_zero);
    let by_role = roles
        .iter()
        .any(|role| raises(Permission::find_application(role.app_role_id)));
    let by_grant = grants
        .iter()
        .flat_map(|grant| grant.scope.split_whitespace())
        .any(|name| raises(Permission::parse(name)));
    Ok(if by_role || by_grant {
        Target::Privileged
    } else {
        Target::Plain
    })
}

async fn find_active(identity: &Identity, object: Id) -> Result<Application, Refusal> {
    let found = identity
        .0
        .store
        .find_application(identity.0.tenant_id, object)
        .await?;
    found
        .filter(|application| !application.deleted)
        .ok_or_else(|| Refusal::new(&codes::APPLICATION_MISSING))
}

/// An application that may be changed in this way, and the unit of the change: guarded against a change of its rights
/// since they were looked at.
async fn begin_change(
    identity: &Identity,
    actor: Actor<'_>,
    operation: Operation,
    object: Id,
) -> Result<(Application, Unit), Refusal> {
    let application = find_active(identity, object).await?;
    let find = || find_target(identity, application.app_id);
    let allowed = access::check_object(identity, actor, operation, find).await?;
    let mut unit = allowed.begin(identity);
    unit.bump_application(identity.0.tenant_id, object, application.security_version);
    Ok((application, unit))
}

async fn may_read(identity: &Identity, actor: Actor<'_>) -> Result<(), Refusal> {
    access::check(identity, actor, Operation::ReadApplications, None)
        .await
        .map(drop)
}

async fn view(identity: &Identity, application: Application) -> Result<ApplicationView, Refusal> {
    let stored = identity
        .0
        .store
        .list_application_credentials(identity.0.tenant_id, application.object_id)
        .await?;
    let (secrets, keys) = credentials::derive_views(&stored);
    Ok(ApplicationView {
        object_id: application.object_id,
        app_id: application.app_id,
        display_name: application.display_name,
        description: application.description,
        redirect_uris: read_redirect_uris(&application.redirect_uris),
        secrets,
        keys,
        created_at: application.created_at,
        deleted_at: application.deleted_at,
        record_version: application.record_version,
    })
}

/// At most `top` (and 999) applications whose object id comes after `after`, in the order of object ids.
pub async fn list(
    identity: &Identity,
    actor: Actor<'_>,
    after: Option<Id>,
    top: u32,
) -> Result<Vec<ApplicationView>, Refusal> {
    list_of(identity, actor, false, after, top).await
}

/// The same of those that were deleted and can be restored.
pub async fn list_deleted(
    identity: &Identity,
    actor: Actor<'_>,
    after: Option<Id>,
    top: u32,
) -> Result<Vec<ApplicationView>, Refusal> {
    list_of(identity, actor, true, after, top).await
}

async fn list_of(
    identity: &Identity,
    actor: Actor<'_>,
    deleted: bool,
    after: Option<Id>,
    top: u32,
) -> Result<Vec<ApplicationView>, Refusal> {
    may_read(identity, actor).await?;
    let found = identity
        .0
        .store
        .list_applications(
            identity.0.tenant_id,
            deleted,
            after.unwrap_or(Id([0; 16])),
            i64::from(top.min(999)),
        )
        .await?;
    let mut views = Vec::with_capacity(found.len());
    for application in found {
        views.push(view(identity, application).await?);
    }
    Ok(views)
}

/// How many there are, deleted ones left out.
pub async fn count(identity: &Identity, actor: Actor<'_>) -> Result<i64, Refusal> {
    may_read(identity, actor).await?;
    let store = &identity.0.store;
    Ok(store
        .count_applications(identity.0.tenant_id, false)
        .await?)
}

/// By object id.
pub async fn find(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
) -> Result<ApplicationView, Refusal> {
    may_read(identity, actor).await?;
    view(identity, find_active(identity, object).await?).await
}

/// A deleted one by object id.
pub async fn find_deleted(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
) -> Result<ApplicationView, Refusal> {
    may_read(identity, actor).await?;
    view(identity, find_removed(identity, object).await?).await
}

async fn find_removed(identity: &Identity, object: Id) -> Result<Application, Refusal> {
    let found = identity
        .0
        .store
        .find_application(identity.0.tenant_id, object)
        .await?;
    found
        .filter(|application| application.deleted)
        .ok_or_else(|| Refusal::new(&codes::APPLICATION_MISSING))
}

/// By `client_id`.
pub async fn find_by_app(
    identity: &Identity,
    actor: Actor<'_>,
    app_id: Id,
) -> Result<ApplicationView, Refusal> {
    may_read(identity, actor).await?;
    let found = identity
        .0
        .store
        .find_application_by_app(identity.0.tenant_id, app_id)
        .await?;
    let found = found
        .filter(|application| !application.deleted)
        .ok_or(&codes::APPLICATION_MISSING)?;
    view(identity, found).await
}

/// Registers an application, without a service principal yet: it can't sign in until there is one.
pub async fn add(
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
        deleted: false,
        record_version: 1,
        security_version: 1,
        created_at: ambient.now(),
        deleted_at: None,
    };
    let mut unit = allowed.begin(identity);
    unit.insert_application(identity.0.tenant_id, &application);
    let entry = describe(identity, actor, &application);
    let object = application.object_id;
    write(identity, actor, unit, "application.added", object, entry).await?;
    view(identity, application).await
}

/// Changes names and addresses. The service principal takes the new name, too.
pub async fn change(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    change: &ApplicationChange,
) -> Result<ApplicationView, Refusal> {
    let (before, mut unit) =
        begin_change(identity, actor, Operation::ChangeApplication, object).await?;
    let mut after = before.clone();
    if let Some(version) = change.record_version {
        after.record_version = version;
    }
    if let Some(name) = &change.display_name {
        after.display_name = parse_name(name)?;
    }
    if let Some(text) = &change.description {
        after.description = parse_description(text)?;
    }
    if let Some(uris) = &change.redirect_uris {
        after.redirect_uris = write_redirect_uris(uris)?;
    }
    let tenant = identity.0.tenant_id;
    unit.update_application(tenant, &after);
    if after.display_name != before.display_name {
        unit.rename_principal(tenant, after.app_id, &after.display_name);
    }
    let mut entry = describe(identity, actor, &after);
    if after.redirect_uris != before.redirect_uris {
        entry
            .say("addressesBefore", before.redirect_uris.as_str())
            .say("addresses", after.redirect_uris.as_str());
    }
    if after.display_name != before.display_name {
        entry.say("before", before.display_name.as_str());
    }
    write(identity, actor, unit, "application.changed", object, entry).await?;
    after.record_version += 1;
    view(identity, after).await
}

/// Deletes the application with its service principal; both can be restored for 30 days. Every token of it is void.
pub async fn delete(identity: &Identity, actor: Actor<'_>, object: Id) -> Result<(), Refusal> {
    let (application, mut unit) =
        begin_change(identity, actor, Operation::DeleteApplication, object).await?;
    change_status(identity, &mut unit, &application, true).await?;
    let entry = describe(identity, actor, &application);
    write(identity, actor, unit, "application.deleted", object, entry).await
}

/// Brings a deleted application and its service principal back, with secrets, keys and permissions.
pub async fn restore(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
) -> Result<ApplicationView, Refusal> {
    let application = find_removed(identity, object).await?;
    let operation = Operation::RestoreApplication;
    let find = || find_target(identity, application.app_id);
    let allowed = access::check_object(identity, actor, operation, find).await?;
    let mut unit = allowed.begin(identity);
    change_status(identity, &mut unit, &application, false).await?;
    let entry = describe(identity, actor, &application);
    write(identity, actor, unit, "application.restored", object, entry).await?;
    view(identity, find_active(identity, object).await?).await
}

/// Removes a deleted application for good.
pub async fn erase(identity: &Identity, actor: Actor<'_>, object: Id) -> Result<(), Refusal> {
    let application = find_removed(identity, object).await?;
    let operation = Operation::DeleteApplication;
    let find = || find_target(identity, application.app_id);
    let allowed = access::check_object(identity, actor, operation, find).await?;
    let mut unit = allowed.begin(identity);
    put_erasure(identity, &mut unit, &application).await?;
    let entry = describe(identity, actor, &application);
    write(identity, actor, unit, "application.erased", object, entry).await
}

async fn put_erasure(
    identity: &Identity,
    unit: &mut Unit,
    application: &Application,
) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    unit.purge_application(tenant, application.object_id);
    let principal = store
        .find_principal_by_app(tenant, application.app_id)
        .await?;
    if let Some(principal) = principal.filter(|it| it.status == store::PrincipalStatus::Deleted) {
        unit.purge_principal(tenant, principal.object_id);
    }
    Ok(())
}

async fn change_status(
    identity: &Identity,
    unit: &mut Unit,
    application: &Application,
    deletes: bool,
) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let deleted_at = deletes.then(|| identity.0.ambient.now());
    unit.change_application_status(tenant, application, deleted_at);
    let principal = store
        .find_principal_by_app(tenant, application.app_id)
        .await?;
    if let Some(principal) = principal {
        let status = match deletes {
            true => store::PrincipalStatus::Deleted,
            false => store::PrincipalStatus::Enabled,
        };
        unit.change_principal_status(tenant, &principal, status, deleted_at);
    }
    Ok(())
}

/// Erases what was deleted more than 30 days ago, in small units; part of the minute's work.
pub(crate) async fn purge(identity: &Identity) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let before = identity.0.ambient.now() - RESTORABLE;
    for object in store.list_purgeable_applications(tenant, before).await? {
        let Some(application) = store.find_application(tenant, object).await? else {
            continue;
        };
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
            // Another node was first, or it was restored just now.
            Ok(_) | Err(WriteError::Refused(Guard::Missing)) => {}
            Err(error) => return Err(refuse_write(error)),
        }
    }
    Ok(())
}
