//! What applications may do: in their own name (app role assignments) and in that of people (permission grants).
//!
//! The resource is our own API, or another application's: what was given at one says nothing at another. A permission of tier 0 is granted by a Global Administrator with fresh user
//! verification, or on the server's own command line, and the record of it is an alert (security 11).

use store::{
    AppRoleAssignment, EVERYBODY, Guard, Id, PermissionGrant, PrincipalKind, ServicePrincipal,
    Unit, WriteError,
};

use super::own_api::{OWN_API, OWN_API_NAME};
use super::principals::find_existing;
use super::{
    Api, ApiScope, AppRole, TokenSettings, assignments, find_own_api, find_target_of_principal,
    may_read,
};
use crate::access::{self, Allowed, Operation};
use crate::actor::Actor;
use crate::audit::Entry;
use crate::groups::members::find_kind;
use crate::permissions::Permission;
use crate::tenant::refuse_write;
use crate::{Identity, Micros, Refusal, codes};

/// A permission that an application uses in its own name; or that a person, or those in a group, may sign in to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    pub assignment_id: Id,
    /// A service principal, a person or a group.
    pub principal_id: Id,
    /// A service principal.
    pub resource_id: Id,
    pub app_role_id: Id,
    /// Of our own API; `None` for an id that this version doesn't know, which gives no right, and for another application's.
    pub permission: Option<Permission>,
    pub principal_name: String,
    pub principal_kind: PrincipalKind,
    pub resource_name: String,
    pub created_at: Micros,
}

/// For whom a grant is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Consent {
    Everybody,
    Person(Id),
}

/// Permissions that an application uses in the name of people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantView {
    pub grant_id: Id,
    /// Service principals, both.
    pub client_id: Id,
    pub resource_id: Id,
    pub consent: Consent,
    /// Names with spaces between them.
    pub scope: String,
}

pub(super) fn derive_assignment(found: AppRoleAssignment) -> Assignment {
    Assignment {
        assignment_id: found.assignment_id,
        principal_id: found.principal_id,
        resource_id: found.resource_id,
        app_role_id: found.app_role_id,
        permission: Some(found.app_role_id)
            .filter(|_| found.resource_app_id == OWN_API)
            .and_then(Permission::find_application),
        principal_name: found.principal_name,
        principal_kind: found.principal_kind,
        resource_name: found.resource_name,
        created_at: found.created_at,
    }
}

fn derive_grant(found: PermissionGrant) -> GrantView {
    GrantView {
        grant_id: found.grant_id,
        client_id: found.client_id,
        resource_id: found.resource_id,
        consent: match found.person_id {
            EVERYBODY => Consent::Everybody,
            person => Consent::Person(person),
        },
        scope: found.scope,
    }
}

fn describe(
    identity: &Identity,
    actor: Actor<'_>,
    principal: &ServicePrincipal,
    permissions: &[Permission],
) -> Entry {
    let names: Vec<&str> = permissions.iter().map(|each| each.name()).collect();
    let mut entry = actor.entry(identity);
    entry
        .say("application", principal.display_name.as_str())
        .say("appId", principal.app_id.to_string())
        .say("permissions", names.join(" "));
    if permissions.iter().any(|each| each.is_tier_zero()) {
        entry.say("tierZero", true).say("alert", true);
    }
    entry
}

/// A change of a principal's rights that the actor may make, and its unit.
pub(super) struct Change {
    pub(super) principal: ServicePrincipal,
    pub(super) allowed: Allowed,
    pub(super) unit: Unit,
    /// The registration's id and the version of its rights.
    pub(super) application: (Id, i64),
}

impl Change {
    /// Of one that adds `permissions`; none: it only takes away. Who may not even take away is not told which applications
    /// there are.
    pub(super) async fn begin(
        identity: &Identity,
        actor: Actor<'_>,
        operation: Operation,
        principal: Id,
        permissions: &[Permission],
    ) -> Result<Change, Refusal> {
        let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
        let principal = find_existing(identity, principal).await?;
        let application = store
            .find_application_by_app(tenant, principal.app_id)
            .await?
            // Our own API holds no permissions: it has no registration.
            .ok_or(&codes::APPLICATION_MISSING)?;
        let operation = match permissions.iter().any(|each| each.is_tier_zero()) {
            true => Operation::GrantTierZero,
            false => operation,
        };
        let find = || find_target_of_principal(identity, principal.object_id);
        let allowed = access::check_object(identity, actor, operation, find).await?;
        let mut change = Change {
            principal,
            unit: allowed.begin(identity),
            allowed,
            application: (application.object_id, application.security_version),
        };
        change.bump(identity, change.application);
        Ok(change)
    }

    pub(super) fn bump(&mut self, identity: &Identity, (object, version): (Id, i64)) {
        self.unit
            .bump_application(identity.0.tenant_id, object, version);
    }

    /// From now on no token that was made before is worth anything.
    fn void_tokens(&mut self, identity: &Identity) {
        self.unit
            .void_tokens_of_client(identity.0.tenant_id, self.principal.app_id);
    }

    /// Writes it with its audit record.
    pub(super) async fn write(
        self,
        identity: &Identity,
        actor: Actor<'_>,
        activity: &str,
        entry: Entry,
    ) -> Result<(), Refusal> {
        let object = self.principal.object_id;
        let (allowed, unit) = (&self.allowed, self.unit);
        access::write(identity, actor, allowed, unit, activity, object, entry)
            .await
            .map_err(|error| match error {
                WriteError::Refused(Guard::Taken) => Refusal::new(&codes::PERMISSION_HELD),
                WriteError::Refused(Guard::Missing) => Refusal::new(&codes::GRANT_MISSING),
                error => refuse_write(error),
            })
    }
}

/// What is assigned to an application, a person or a group, oldest first.
pub async fn list_app_roles(
    identity: &Identity,
    actor: Actor<'_>,
    principal: Id,
) -> Result<Vec<Assignment>, Refusal> {
    may_read(identity, actor).await?;
    find_kind(identity, principal).await?;
    let found = identity
        .0
        .store
        .list_app_roles(identity.0.tenant_id, principal)
        .await?;
    Ok(found.into_iter().map(derive_assignment).collect())
}

/// One assignment by id.
pub async fn find_assignment(
    identity: &Identity,
    actor: Actor<'_>,
    assignment: Id,
) -> Result<Assignment, Refusal> {
    may_read(identity, actor).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_app_role_assignment(tenant, assignment).await?;
    found
        .map(derive_assignment)
        .ok_or_else(|| Refusal::new(&codes::GRANT_MISSING))
}

/// Who may do something at a resource; at most `top` (and 999), after an assignment's id.
pub async fn list_assigned_to(
    identity: &Identity,
    actor: Actor<'_>,
    resource: Id,
    after: Option<Id>,
    top: u32,
) -> Result<Vec<Assignment>, Refusal> {
    may_read(identity, actor).await?;
    let resource = find_existing(identity, resource).await?;
    let after = after.unwrap_or(Id([0; 16]));
    let found = identity
        .0
        .store
        .list_assigned_to(
            identity.0.tenant_id,
            resource.object_id,
            after,
            i64::from(top.min(999)),
        )
        .await?;
    Ok(found.into_iter().map(derive_assignment).collect())
}

/// Gives an application a permission in its own name; or lets a person, or those in a group, sign in to an application.
pub async fn assign(
    identity: &Identity,
    actor: Actor<'_>,
    principal: Id,
    resource: Id,
    app_role_id: Id,
) -> Result<Assignment, Refusal> {
    let about = (Operation::AssignApplication, Some(principal));
    access::decide(identity, actor, about, || {
        assign_once(identity, actor, principal, resource, app_role_id)
    })
    .await
}

async fn assign_once(
    identity: &Identity,
    actor: Actor<'_>,
    principal: Id,
    resource: Id,
    app_role_id: Id,
) -> Result<Assignment, Refusal> {
    // Whoever may not assign is not told which applications there are.
    access::check(identity, actor, Operation::AssignApplication, None)
        .await
        .map(drop)?;
    if resource != find_own_api(identity).await? {
        let role = (resource, app_role_id);
        return match find_kind(identity, principal).await {
            Ok(PrincipalKind::Application) => assign_at(identity, actor, principal, role).await,
            _ => assignments::assign(identity, actor, principal, role).await,
        };
    }
    let permission = Permission::find_application(app_role_id).ok_or(&codes::PERMISSION_UNKNOWN)?;
    let operation = Operation::AssignApplication;
    let mut change = Change::begin(identity, actor, operation, principal, &[permission]).await?;
    let assignment = AppRoleAssignment {
        assignment_id: identity.0.ambient.make_id(),
        principal_id: change.principal.object_id,
        resource_id: resource,
        app_role_id,
        created_at: identity.0.ambient.now(),
        principal_name: change.principal.display_name.clone(),
        principal_kind: PrincipalKind::Application,
        resource_name: OWN_API_NAME.to_owned(),
        resource_app_id: OWN_API,
    };
    change
        .unit
        .insert_app_role_assignment(identity.0.tenant_id, &assignment);
    let entry = describe(identity, actor, &change.principal, &[permission]);
    change
        .write(identity, actor, "permission.assigned", entry)
        .await?;
    Ok(derive_assignment(assignment))
}

/// What an application may do in its own name at another one's API.
async fn assign_at(
    identity: &Identity,
    actor: Actor<'_>,
    principal: Id,
    (resource, role): (Id, Id),
) -> Result<Assignment, Refusal> {
    let at = find_api(identity, resource).await?;
    let is_role = |known: &&AppRole| known.id == role && known.is_enabled && known.for_applications;
    let found = at.roles.iter().find(is_role);
    let found = found.ok_or(&codes::PERMISSION_UNKNOWN)?;
    let operation = Operation::AssignApplication;
    let mut change = Change::begin(identity, actor, operation, principal, &[]).await?;
    let assignment = AppRoleAssignment {
        assignment_id: identity.0.ambient.make_id(),
        principal_id: change.principal.object_id,
        resource_id: resource,
        app_role_id: role,
        created_at: identity.0.ambient.now(),
        principal_name: change.principal.display_name.clone(),
        principal_kind: PrincipalKind::Application,
        resource_name: at.principal.display_name.clone(),
        resource_app_id: at.principal.app_id,
    };
    let unit = &mut change.unit;
    unit.insert_app_role_assignment(identity.0.tenant_id, &assignment);
    let mut entry = describe(identity, actor, &change.principal, &[]);
    entry
        .say("resource", at.principal.display_name.as_str())
        .say("roles", found.value.as_str());
    change
        .write(identity, actor, "permission.assigned", entry)
        .await?;
    Ok(derive_assignment(assignment))
}

/// An application as others' resource.
struct AtApi {
    principal: ServicePrincipal,
    scopes: Vec<ApiScope>,
    roles: Vec<AppRole>,
}

async fn find_api(identity: &Identity, resource: Id) -> Result<AtApi, Refusal> {
    let principal = find_existing(identity, resource).await?;
    let scopes = Api::read(principal.api.as_deref())?.scopes;
    let roles = match &principal.token_settings {
        Some(text) => TokenSettings::read(text)?.roles,
        None => Vec::new(),
    };
    Ok(AtApi {
        principal,
        scopes,
        roles,
    })
}

/// Takes it back. Where it was an application's permission, every token of that application is void.
pub async fn unassign(
    identity: &Identity,
    actor: Actor<'_>,
    assignment: Id,
) -> Result<(), Refusal> {
    let about = (Operation::AssignApplication, Some(assignment));
    access::decide(identity, actor, about, || {
        unassign_once(identity, actor, assignment)
    })
    .await
}

async fn unassign_once(
    identity: &Identity,
    actor: Actor<'_>,
    assignment: Id,
) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    // Whoever may not look is not told what there is.
    access::check(identity, actor, Operation::AssignApplication, None)
        .await
        .map(drop)?;
    let found = store
        .find_app_role_assignment(tenant, assignment)
        .await?
        .ok_or(&codes::GRANT_MISSING)?;
    if found.principal_kind != PrincipalKind::Application {
        return assignments::unassign(identity, actor, found).await;
    }
    let operation = Operation::AssignApplication;
    let mut change = Change::begin(identity, actor, operation, found.principal_id, &[]).await?;
    change.unit.delete_app_role_assignment(tenant, assignment);
    change.void_tokens(identity);
    let (resource, role) = (found.resource_name.clone(), found.app_role_id);
    let permission = derive_assignment(found).permission;
    let mut entry = describe(identity, actor, &change.principal, permission.as_slice());
    if permission.is_none() {
        entry
            .say("resource", resource)
            .say("roles", role.to_string());
    }
    change
        .write(identity, actor, "permission.unassigned", entry)
        .await
}

/// At most `top` (and 999) grants after an id, in the order of ids.
pub async fn list_grants(
    identity: &Identity,
    actor: Actor<'_>,
    after: Option<Id>,
    top: u32,
) -> Result<Vec<GrantView>, Refusal> {
    may_read(identity, actor).await?;
    let after = after.unwrap_or(Id([0; 16]));
    let found = identity
        .0
        .store
        .list_permission_grants(identity.0.tenant_id, after, i64::from(top.min(999)))
        .await?;
    Ok(found.into_iter().map(derive_grant).collect())
}

/// At most 1000 grants of one client.
pub async fn list_grants_of_client(
    identity: &Identity,
    actor: Actor<'_>,
    client: Id,
) -> Result<Vec<GrantView>, Refusal> {
    may_read(identity, actor).await?;
    let client = find_existing(identity, client).await?;
    let found = identity
        .0
        .store
        .list_grants_of_client(identity.0.tenant_id, client.object_id)
        .await?;
    Ok(found.into_iter().map(derive_grant).collect())
}

/// One grant by id.
pub async fn find_grant(
    identity: &Identity,
    actor: Actor<'_>,
    grant: Id,
) -> Result<GrantView, Refusal> {
    may_read(identity, actor).await?;
    find_stored(identity, grant).await.map(derive_grant)
}

async fn find_stored(identity: &Identity, grant: Id) -> Result<PermissionGrant, Refusal> {
    let found = identity
        .0
        .store
        .find_permission_grant(identity.0.tenant_id, grant)
        .await?;
    found.ok_or_else(|| Refusal::new(&codes::GRANT_MISSING))
}

/// Names of delegated permissions, each once, in the order given.
fn parse_scope(scope: &str) -> Result<Vec<Permission>, Refusal> {
    let mut permissions = Vec::new();
    for name in scope.split_whitespace() {
        let permission = Permission::parse(name)
            .filter(|permission| permission.delegated_id().is_some())
            .ok_or(&codes::PERMISSION_UNKNOWN)?;
        if !permissions.contains(&permission) {
            permissions.push(permission);
        }
    }
    Ok(permissions)
}

pub(crate) fn write_scope(permissions: &[Permission]) -> String {
    let names: Vec<&str> = permissions.iter().map(|each| each.name()).collect();
    names.join(" ")
}

/// What a grant is to hold.
struct Scopes {
    /// Of our own API.
    permissions: Vec<Permission>,
    /// Names with spaces between them, of whichever resource it is.
    text: String,
    /// The name of another application's API.
    resource: Option<String>,
}

impl Scopes {
    /// # Errors
    /// [`codes::PERMISSION_UNKNOWN`] for a scope that the resource doesn't have.
    async fn parse(identity: &Identity, resource: Id, scope: &str) -> Result<Scopes, Refusal> {
        if resource == find_own_api(identity).await? {
            let permissions = parse_scope(scope)?;
            let text = write_scope(&permissions);
            return Ok(Scopes {
                permissions,
                text,
                resource: None,
            });
        }
        let at = find_api(identity, resource).await?;
        let mut words: Vec<&str> = Vec::new();
        for word in scope.split_whitespace() {
            if !at.scopes.iter().any(|known| known.value == word) {
                return Err(Refusal::new(&codes::PERMISSION_UNKNOWN));
            }
            if !words.contains(&word) {
                words.push(word);
            }
        }
        Ok(Scopes {
            permissions: Vec::new(),
            text: words.join(" "),
            resource: Some(at.principal.display_name),
        })
    }

    fn say(&self, entry: &mut Entry) {
        if let Some(resource) = &self.resource {
            entry
                .say("resource", resource.as_str())
                .say("scopes", self.text.as_str());
        }
    }
}

/// Lets an application act in the name of everybody, or of one person, at our own API.
pub async fn grant(
    identity: &Identity,
    actor: Actor<'_>,
    client: Id,
    consent: Consent,
    scope: &str,
) -> Result<GrantView, Refusal> {
    let resource = find_own_api(identity).await?;
    grant_at(identity, actor, (client, resource), consent, scope).await
}

/// The same at any resource: another application's API has scopes of its own.
pub async fn grant_at(
    identity: &Identity,
    actor: Actor<'_>,
    (client, resource): (Id, Id),
    consent: Consent,
    scope: &str,
) -> Result<GrantView, Refusal> {
    let about = (Operation::GrantPermission, Some(client));
    access::decide(identity, actor, about, || {
        grant_once(identity, actor, (client, resource), consent, scope)
    })
    .await
}

async fn grant_once(
    identity: &Identity,
    actor: Actor<'_>,
    (client, resource): (Id, Id),
    consent: Consent,
    scope: &str,
) -> Result<GrantView, Refusal> {
    // Whoever may not grant is not told which applications there are.
    access::check(identity, actor, Operation::GrantPermission, None)
        .await
        .map(drop)?;
    let scopes = Scopes::parse(identity, resource, scope).await?;
    let permissions = &scopes.permissions;
    let operation = Operation::GrantPermission;
    let mut change = Change::begin(identity, actor, operation, client, permissions).await?;
    if scopes.text.is_empty() {
        return Err(Refusal::new(&codes::PERMISSION_UNKNOWN));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let person_id = match consent {
        Consent::Everybody => EVERYBODY,
        Consent::Person(person) => {
            let found = store.find_person(tenant, person).await?;
            let found = found.filter(|found| found.status != store::PersonStatus::Deleted);
            found.ok_or(&codes::USER_MISSING)?.person_id
        }
    };
    let grant = PermissionGrant {
        grant_id: identity.0.ambient.make_id(),
        client_id: change.principal.object_id,
        resource_id: resource,
        person_id,
        scope: scopes.text.clone(),
        created_at: identity.0.ambient.now(),
        resource_app_id: None,
    };
    change.unit.insert_permission_grant(tenant, &grant);
    let mut entry = describe(identity, actor, &change.principal, permissions);
    scopes.say(&mut entry);
    change
        .write(identity, actor, "permission.granted", entry)
        .await?;
    Ok(derive_grant(grant))
}

/// Puts another scope in place of a grant's. Where a permission goes, every token of the application is void.
pub async fn change_grant(
    identity: &Identity,
    actor: Actor<'_>,
    grant: Id,
    scope: &str,
) -> Result<(), Refusal> {
    let about = (Operation::GrantPermission, Some(grant));
    access::decide(identity, actor, about, || {
        change_grant_once(identity, actor, grant, scope)
    })
    .await
}

async fn change_grant_once(
    identity: &Identity,
    actor: Actor<'_>,
    grant: Id,
    scope: &str,
) -> Result<(), Refusal> {
    access::check(identity, actor, Operation::GrantPermission, None)
        .await
        .map(drop)?;
    let before = find_stored(identity, grant).await?;
    let scopes = Scopes::parse(identity, before.resource_id, scope).await?;
    let permissions = &scopes.permissions;
    let held = |permission: &Permission| {
        before
            .scope
            .split_whitespace()
            .any(|name| name == permission.name())
    };
    let added: Vec<Permission> = permissions
        .iter()
        .copied()
        .filter(|each| !held(each))
        .collect();
    let operation = Operation::GrantPermission;
    let mut change = Change::begin(identity, actor, operation, before.client_id, &added).await?;
    change
        .unit
        .update_permission_grant(identity.0.tenant_id, grant, &scopes.text, &before.scope);
    change.void_tokens(identity);
    let mut entry = describe(identity, actor, &change.principal, permissions);
    scopes.say(&mut entry);
    entry.say("before", before.scope.as_str());
    change
        .write(identity, actor, "permission.grant_changed", entry)
        .await
}

/// Takes a grant back; every token of the application is void.
pub async fn revoke(identity: &Identity, actor: Actor<'_>, grant: Id) -> Result<(), Refusal> {
    let about = (Operation::GrantPermission, Some(grant));
    access::decide(identity, actor, about, || {
        revoke_once(identity, actor, grant)
    })
    .await
}

async fn revoke_once(identity: &Identity, actor: Actor<'_>, grant: Id) -> Result<(), Refusal> {
    access::check(identity, actor, Operation::GrantPermission, None)
        .await
        .map(drop)?;
    let found = find_stored(identity, grant).await?;
    let operation = Operation::GrantPermission;
    let mut change = Change::begin(identity, actor, operation, found.client_id, &[]).await?;
    change
        .unit
        .delete_permission_grant(identity.0.tenant_id, grant);
    change.void_tokens(identity);
    let mut entry = describe(identity, actor, &change.principal, &[]);
    entry.say("before", found.scope.as_str());
    change
        .write(identity, actor, "permission.revoked", entry)
        .await
}
