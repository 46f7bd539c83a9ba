//! Service principals: applications as members of the organisation.

use store::{Guard, Id, Leaving, PrincipalStatus, ServicePrincipal, WriteError};

use super::{Api, AppRole, OWN_API, TokenSettings, find_target_of_principal, may_read};
use crate::access::{self, Allowed, Operation};
use crate::actor::Actor;
use crate::audit::Entry;
use crate::people::{Expected, check_expected};
use crate::tenant::refuse_write;
use crate::{Identity, Micros, Refusal, codes, leavings};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrincipalView {
    pub object_id: Id,
    /// `client_id`.
    pub app_id: Id,
    pub display_name: String,
    pub enabled: bool,
    /// Only people who are assigned to it may sign in to it.
    pub assignment_required: bool,
    pub created_at: Micros,
    pub record_version: i64,
    /// It is the administration API itself, which can't be changed.
    pub is_own_api: bool,
    /// What people can be in it.
    pub roles: Vec<AppRole>,
    /// What it is as an API of its own.
    pub api: Api,
}

fn derive_view(principal: ServicePrincipal) -> PrincipalView {
    PrincipalView {
        object_id: principal.object_id,
        app_id: principal.app_id,
        enabled: principal.status == PrincipalStatus::Enabled,
        assignment_required: principal.assignment_required,
        display_name: principal.display_name,
        created_at: principal.created_at,
        record_version: principal.record_version,
        is_own_api: principal.app_id == OWN_API,
        roles: principal
            .token_settings
            .and_then(|text| TokenSettings::read(&text).ok())
            .map(|settings| settings.roles)
            .unwrap_or_default(),
        api: Api::read(principal.api.as_deref()).unwrap_or_default(),
    }
}

fn describe(identity: &Identity, actor: Actor<'_>, principal: &ServicePrincipal) -> Entry {
    let mut entry = actor.entry(identity);
    entry
        .say("application", principal.display_name.as_str())
        .say("appId", principal.app_id.to_string());
    entry
}

/// At most `top` (and 999) whose object id comes after `after`, in the order of object ids.
pub async fn list_principals(
    identity: &Identity,
    actor: Actor<'_>,
    after: Option<Id>,
    top: u32,
) -> Result<Vec<PrincipalView>, Refusal> {
    may_read(identity, actor).await?;
    let after = after.unwrap_or(Id([0; 16]));
    let found = identity
        .0
        .store
        .list_principals(identity.0.tenant_id, after, i64::from(top.min(999)))
        .await?;
    Ok(found.into_iter().map(derive_view).collect())
}

/// How many there are.
pub async fn count_principals(identity: &Identity, actor: Actor<'_>) -> Result<i64, Refusal> {
    may_read(identity, actor).await?;
    Ok(identity
        .0
        .store
        .count_principals(identity.0.tenant_id)
        .await?)
}

/// By object id.
pub async fn find_principal(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
) -> Result<PrincipalView, Refusal> {
    may_read(identity, actor).await?;
    find_existing(identity, object).await.map(derive_view)
}

/// By `client_id`.
pub async fn find_principal_by_app(
    identity: &Identity,
    actor: Actor<'_>,
    app_id: Id,
) -> Result<PrincipalView, Refusal> {
    may_read(identity, actor).await?;
    let found = identity
        .0
        .store
        .find_principal_by_app(identity.0.tenant_id, app_id)
        .await?;
    found
        .filter(|principal| principal.status != PrincipalStatus::Deleted)
        .map(derive_view)
        .ok_or_else(|| Refusal::new(&codes::APPLICATION_MISSING))
}

pub(crate) async fn find_existing(
    identity: &Identity,
    object: Id,
) -> Result<ServicePrincipal, Refusal> {
    let found = identity
        .0
        .store
        .find_principal(identity.0.tenant_id, object)
        .await?;
    found
        .filter(|principal| principal.status != PrincipalStatus::Deleted)
        .ok_or_else(|| Refusal::new(&codes::APPLICATION_MISSING))
}

/// Makes an application a member of the organisation: from now on it may sign in.
pub async fn add_principal(
    identity: &Identity,
    actor: Actor<'_>,
    app_id: Id,
) -> Result<PrincipalView, Refusal> {
    let about = (Operation::AddApplication, Some(app_id));
    access::decide(identity, actor, about, || {
        add_principal_once(identity, actor, app_id)
    })
    .await
}

async fn add_principal_once(
    identity: &Identity,
    actor: Actor<'_>,
    app_id: Id,
) -> Result<PrincipalView, Refusal> {
    let allowed = access::check(identity, actor, Operation::AddApplication, None).await?;
    let (store, tenant, ambient) = (&identity.0.store, identity.0.tenant_id, &identity.0.ambient);
    let application = store.find_application_by_app(tenant, app_id).await?;
    let application = application
        .filter(|application| !application.deleted)
        .ok_or(&codes::APPLICATION_MISSING)?;
    let principal = ServicePrincipal {
        object_id: ambient.make_id(),
        app_id,
        display_name: application.display_name.clone(),
        status: PrincipalStatus::Enabled,
        record_version: 1,
        security_version: 1,
        created_at: ambient.now(),
        deleted_at: None,
        assignment_required: false,
        token_settings: None,
        api: application.api,
    };
    let mut unit = allowed.begin(identity);
    unit.bump_application(tenant, application.object_id, application.security_version);
    unit.insert_principal(tenant, &principal);
    let entry = describe(identity, actor, &principal);
    let (word, object) = ("principal.added", principal.object_id);
    match access::write(identity, actor, &allowed, unit, word, object, entry).await {
        Err(WriteError::Refused(Guard::Taken)) => Err(Refusal::new(&codes::PRINCIPAL_EXISTS)),
        written => written
            .map_err(refuse_write)
            .map(|()| derive_view(principal)),
    }
}

/// The principal, if the actor may do it to it: who may not is not told whether there is one.
async fn check(
    identity: &Identity,
    actor: Actor<'_>,
    operation: Operation,
    object: Id,
) -> Result<(ServicePrincipal, Allowed), Refusal> {
    let find = || find_target_of_principal(identity, object);
    let allowed = access::check_object(identity, actor, operation, find).await?;
    let principal = find_existing(identity, object).await?;
    if principal.app_id == OWN_API {
        return Err(Refusal::new(&codes::OWN_API_FIXED));
    }
    Ok((principal, allowed))
}

/// What is to be different of a principal; what is `None` stays.
#[derive(Debug, Clone, Copy, Default)]
pub struct PrincipalChange {
    /// Whether it may sign in.
    pub enabled: Option<bool>,
    /// Whether only people who are assigned to it may sign in to it.
    pub assignment_required: Option<bool>,
    /// The record version that the change was made for; another refuses.
    pub record_version: Expected,
}

/// Lets it sign in, or not, which voids every token of it; lets everybody sign in to it, or only who is assigned.
///
/// # Errors
/// [`codes::RECORD_OUTDATED`] when the record is not the expected one any more.
pub async fn change_principal(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    change: PrincipalChange,
) -> Result<(), Refusal> {
    let about = (Operation::ChangeApplication, Some(object));
    access::decide(identity, actor, about, || {
        change_principal_once(identity, actor, object, change)
    })
    .await
}

async fn change_principal_once(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    change: PrincipalChange,
) -> Result<(), Refusal> {
    let operation = Operation::ChangeApplication;
    let (principal, allowed) = check(identity, actor, operation, object).await?;
    check_expected(change.record_version, principal.record_version)?;
    let status = match change.enabled {
        None => principal.status,
        Some(true) => PrincipalStatus::Enabled,
        Some(false) => PrincipalStatus::Disabled,
    };
    let required = change
        .assignment_required
        .unwrap_or(principal.assignment_required);
    let (tenant, mut unit) = (identity.0.tenant_id, allowed.begin(identity));
    let mut entry = describe(identity, actor, &principal);
    let mut word = None;
    // Each step moves the record on.
    let mut principal = principal;
    if principal.assignment_required != required {
        unit.require_assignment(tenant, &principal, required);
        entry.say("assignmentRequired", required);
        principal.record_version += 1;
        word = Some("principal.assignment_required");
    }
    if principal.status != status {
        unit.change_principal_status(tenant, &principal, status);
        word = Some(match status {
            PrincipalStatus::Enabled => "principal.enabled",
            _ => "principal.disabled",
        });
    }
    let Some(word) = word else {
        return Ok(());
    };
    access::write(identity, actor, &allowed, unit, word, object, entry)
        .await
        .map_err(refuse_write)
}

/// Ends the membership for good, with every permission. (Deleting the application instead can be undone.)
///
/// # Errors
/// [`codes::RECORD_OUTDATED`] when the record is not the expected one any more.
pub async fn delete_principal(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    expected: Expected,
) -> Result<(), Refusal> {
    let about = (Operation::DeleteApplication, Some(object));
    access::decide(identity, actor, about, || {
        delete_principal_once(identity, actor, object, expected)
    })
    .await
}

async fn delete_principal_once(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    expected: Expected,
) -> Result<(), Refusal> {
    let operation = Operation::DeleteApplication;
    let (principal, allowed) = check(identity, actor, operation, object).await?;
    check_expected(expected, principal.record_version)?;
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let mut unit = allowed.begin(identity);
    unit.delete_principal(tenant, &principal, now);
    // Only an application is restored, with the principal that was deleted with it: a new one begins without rights.
    unit.purge_principal(tenant, object);
    let entry = describe(identity, actor, &principal);
    let word = "principal.deleted";
    access::write(identity, actor, &allowed, unit, word, object, entry)
        .await
        .map_err(refuse_write)?;
    // It is gone, and what is left is worth nothing and would age: whether that is gone at once, too, changes no answer.
    if let Err(refusal) = leavings::purge(identity, Leaving::of_principals(), object).await {
        tracing::warn!(code = refusal.code.id, "what a service principal left");
    }
    Ok(())
}
