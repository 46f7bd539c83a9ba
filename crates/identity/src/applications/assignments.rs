//! Who may sign in to an application: people, and those in groups, who are assigned to it.
//!
//! An assignment of a group makes the group a protected one (security 12): whoever could change its members would decide
//! who signs in.

use store::{AppRoleAssignment, Client, Id, PrincipalKind};

use super::own_api::OWN_API;
use super::permissions::{Assignment, Change, derive_assignment};
use super::token_settings::find_roles;
use crate::access::Operation;
use crate::actor::Actor;
use crate::audit::Entry;
use crate::groups::members::find_kind;
use crate::groups::{self, begin_changing};
use crate::{Identity, Refusal, codes};

/// "May sign in", and nothing more: Graph's own word for it.
pub const DEFAULT_ROLE: Id = Id([0; 16]);

/// Refuses who may not sign in to the application.
///
/// # Errors
/// [`codes::NOT_ASSIGNED`].
pub(crate) async fn check_assigned(
    identity: &Identity,
    client: &Client,
    person: Id,
) -> Result<(), Refusal> {
    if !client.assignment_required {
        return Ok(());
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    match store
        .is_assigned(tenant, person, client.principal_id)
        .await?
    {
        true => Ok(()),
        false => Err(Refusal::new(&codes::NOT_ASSIGNED)),
    }
}

/// Nested groups and those who are in them are read under one version, which an assignment of a group moves.
async fn hold(
    identity: &Identity,
    change: &mut Change,
    kind: PrincipalKind,
) -> Result<(), Refusal> {
    if kind == PrincipalKind::Group {
        let object = change.application;
        change.unit = begin_changing(identity, &change.allowed).await?;
        change.bump(identity, object);
    }
    Ok(())
}

async fn find_name(
    identity: &Identity,
    principal: Id,
    kind: PrincipalKind,
) -> Result<String, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(match kind {
        PrincipalKind::Group => groups::find_living(identity, principal).await?.display_name,
        _ => store
            .find_person(tenant, principal)
            .await?
            .map(|person| person.display_name)
            .unwrap_or_default(),
    })
}

fn describe(
    identity: &Identity,
    actor: Actor<'_>,
    change: &Change,
    (principal, kind): (Id, PrincipalKind),
    name: &str,
) -> Entry {
    let mut entry = actor.entry(identity);
    entry
        .say("application", change.principal.display_name.as_str())
        .say("appId", change.principal.app_id.to_string())
        .say("principal", principal.to_string())
        .say("kind", kind.as_str())
        .confide("name", name);
    entry
}

/// What [`super::assign`] does for a person or a group.
pub(super) async fn assign(
    identity: &Identity,
    actor: Actor<'_>,
    principal: Id,
    (resource, role): (Id, Id),
) -> Result<Assignment, Refusal> {
    let operation = Operation::AssignApplication;
    let mut change = Change::begin(identity, actor, operation, resource, &[]).await?;
    let kind = find_kind(identity, principal).await?;
    let is_fit = kind != PrincipalKind::Application && change.principal.app_id != OWN_API;
    let roles = find_roles(identity, change.principal.app_id).await?;
    let is_role = role == DEFAULT_ROLE
        || roles
            .iter()
            .any(|known| known.id == role && known.is_enabled && known.for_people);
    if !is_fit || !is_role {
        return Err(Refusal::new(&codes::PERMISSION_UNKNOWN));
    }
    hold(identity, &mut change, kind).await?;
    let assignment = AppRoleAssignment {
        assignment_id: identity.0.ambient.make_id(),
        principal_id: principal,
        resource_id: resource,
        app_role_id: role,
        created_at: identity.0.ambient.now(),
        principal_name: find_name(identity, principal, kind).await?,
        principal_kind: kind,
        resource_name: change.principal.display_name.clone(),
        resource_app_id: change.principal.app_id,
    };
    let unit = &mut change.unit;
    unit.insert_app_role_assignment(identity.0.tenant_id, &assignment);
    let name = assignment.principal_name.as_str();
    let entry = describe(identity, actor, &change, (principal, kind), name);
    let activity = "application.assigned";
    change.write(identity, actor, activity, entry).await?;
    Ok(derive_assignment(assignment))
}

/// What [`super::unassign`] does for a person or a group. They keep the access tokens that there are, for ten minutes at
/// most; no new one is made.
pub(super) async fn unassign(
    identity: &Identity,
    actor: Actor<'_>,
    found: AppRoleAssignment,
) -> Result<(), Refusal> {
    let operation = Operation::AssignApplication;
    let mut change = Change::begin(identity, actor, operation, found.resource_id, &[]).await?;
    hold(identity, &mut change, found.principal_kind).await?;
    let unit = &mut change.unit;
    unit.delete_app_role_assignment(identity.0.tenant_id, found.assignment_id);
    let whom = (found.principal_id, found.principal_kind);
    let entry = describe(identity, actor, &change, whom, &found.principal_name);
    let activity = "application.unassigned";
    change.write(identity, actor, activity, entry).await
}
