//! Directory roles: what there is, and who holds what.

use store::{
    Depth, Guard, Id, MemberRecord, PersonStatus, PrincipalKind, RoleHolder, Unit, WriteError,
};

use crate::access::{self, Operation, Target};
use crate::actor::Actor;
use crate::audit::Entry;
use crate::groups::members::{confide_name, find_kind};
use crate::groups::{self, begin_changing};
use crate::notices::{self, Notice};
use crate::people::administrators::{Administrators, Change};
use crate::tenant::refuse_write;
use crate::{Identity, Refusal, codes};

mod template;

pub use template::Role;

/// As many notices are written at once where a role comes to a group: a unit is bounded.
const MOST_TOLD: usize = 100;

/// At most `limit` direct holders of a role whose id comes after `after`, by id.
pub async fn list_holders(
    identity: &Identity,
    actor: Actor<'_>,
    role: Role,
    after: Option<Id>,
    limit: u32,
) -> Result<Vec<RoleHolder>, Refusal> {
    check_reading(identity, actor).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store
        .list_role_holders(tenant, role.template_id(), after, i64::from(limit))
        .await?;
    Ok(found)
}

/// What a holder is called: a user name, or a group's name. `None` for an application, and for what was deleted just now.
pub async fn find_name(
    identity: &Identity,
    actor: Actor<'_>,
    holder: &RoleHolder,
) -> Result<Option<String>, Refusal> {
    check_reading(identity, actor).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(match holder.kind {
        PrincipalKind::Person => {
            let person = store.find_person(tenant, holder.id).await?;
            person
                .filter(|person| person.status != PersonStatus::Deleted)
                .map(|person| person.user_name)
        }
        PrincipalKind::Group => {
            let group = store.find_group(tenant, holder.id).await?;
            group
                .filter(|group| group.deleted_at.is_none())
                .map(|group| group.display_name)
        }
        PrincipalKind::Application => None,
    })
}

/// The roles that a person, a group or an application holds, directly or through groups.
pub async fn list_of(
    identity: &Identity,
    actor: Actor<'_>,
    principal: Id,
) -> Result<Vec<Role>, Refusal> {
    access::check(identity, actor, Operation::ReadMemberships, Some(principal))
        .await
        .map(drop)?;
    find_kind(identity, principal).await?;
    let found = identity
        .0
        .store
        .list_roles(identity.0.tenant_id, principal)
        .await?;
    Ok(found.into_iter().filter_map(Role::find).collect())
}

/// The roles that were given to it itself.
pub async fn list_direct_of(
    identity: &Identity,
    actor: Actor<'_>,
    principal: Id,
) -> Result<Vec<Role>, Refusal> {
    access::check(identity, actor, Operation::ReadMemberships, Some(principal))
        .await
        .map(drop)?;
    let held = identity
        .0
        .store
        .list_direct_roles(identity.0.tenant_id, principal)
        .await?;
    Ok(held.into_iter().filter_map(Role::find).collect())
}

/// Refuses who may not read roles; the roles themselves are public knowledge.
pub async fn check_reading(identity: &Identity, actor: Actor<'_>) -> Result<(), Refusal> {
    access::check(identity, actor, Operation::ReadRoles, None)
        .await
        .map(drop)
}

/// Gives a role to a person, to an application, or to a group that was made for it.
///
/// # Errors
/// [`codes::NOT_ALLOWED`] to everybody but a Global Administrator: nobody raises himself, or somebody else beyond
/// himself. [`codes::GROUP_NOT_ASSIGNABLE`], [`codes::OBJECT_MISSING`], [`codes::ROLE_HELD`].
pub async fn assign(
    identity: &Identity,
    actor: Actor<'_>,
    role: Role,
    principal: Id,
) -> Result<(), Refusal> {
    let about = (Operation::AssignRole, Some(principal));
    access::decide(identity, actor, about, || {
        assign_once(identity, actor, role, principal)
    })
    .await
}

async fn assign_once(
    identity: &Identity,
    actor: Actor<'_>,
    role: Role,
    principal: Id,
) -> Result<(), Refusal> {
    let allowed = check_assigning(identity, actor).await?;
    let kind = find_kind(identity, principal).await?;
    if kind == PrincipalKind::Group
        && !groups::find_living(identity, principal)
            .await?
            .role_assignable
    {
        return Err(Refusal::new(&codes::GROUP_NOT_ASSIGNABLE));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let held = store.list_direct_roles(tenant, principal).await?;
    if held.contains(&role.template_id()) {
        return Err(Refusal::new(&codes::ROLE_HELD));
    }
    let mut unit = begin_changing(identity, &allowed).await?;
    let now = identity.0.ambient.now();
    unit.insert_role(tenant, role.template_id(), (principal, kind), now);
    if kind == PrincipalKind::Person {
        // A link made by somebody who may not make one for an administrator is void from now on.
        unit.void_links_of_person(tenant, principal, now);
        // So is what they asked for before they held one.
        unit.end_recovery_requests(tenant, principal, Id([0; 16]));
    }
    let gained = [role.template_id()];
    tell_gained(identity, &mut unit, (principal, kind), &gained).await?;
    let entry = describe(identity, actor, role, (principal, kind)).await?;
    let word = "role.assigned";
    access::write(identity, actor, &allowed, unit, word, principal, entry)
        .await
        .map_err(refuse_write)
}

/// Tells people of roles that come to them or to a group of theirs, but not of those that they hold anyway.
pub(crate) async fn tell_gained(
    identity: &Identity,
    unit: &mut Unit,
    (principal, kind): (Id, PrincipalKind),
    roles: &[Id],
) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let people: Vec<Id> = match kind {
        _ if roles.is_empty() => Vec::new(),
        PrincipalKind::Person => vec![principal],
        PrincipalKind::Group => {
            let found = store
                .list_members(tenant, principal, Depth::Transitive, None, MOST_TOLD)
                .await?;
            let people = found
                .into_iter()
                .filter(|it| matches!(it.record, MemberRecord::Person(_)));
            people.map(|it| it.id).collect()
        }
        PrincipalKind::Application => Vec::new(),
    };
    let mut gained = Vec::new();
    for person in people {
        let held = store.list_roles(tenant, person).await?;
        let new = roles.iter().filter(|role| !held.contains(role));
        gained.extend(new.filter_map(|role| Some((person, Role::find(*role)?))));
    }
    for (person, role) in gained.into_iter().take(MOST_TOLD) {
        let role = role.name().to_owned();
        notices::tell(identity, unit, person, Notice::RoleGranted { role });
    }
    Ok(())
}

async fn check_assigning(
    identity: &Identity,
    actor: Actor<'_>,
) -> Result<access::Allowed, Refusal> {
    access::check_object(identity, actor, Operation::AssignRole, || async {
        Ok(Target::Nobody)
    })
    .await
}

async fn describe(
    identity: &Identity,
    actor: Actor<'_>,
    role: Role,
    (principal, kind): (Id, PrincipalKind),
) -> Result<Entry, Refusal> {
    let mut entry = actor.entry(identity);
    entry
        .say("role", role.name())
        .say("principal", principal.to_string())
        .say("kind", kind.as_str());
    confide_name(identity, &mut entry, (principal, kind)).await?;
    Ok(entry)
}

/// Takes a role away from whom it was given to.
///
/// # Errors
/// [`codes::LAST_ADMINISTRATOR`] when nobody would be left who can do everything; [`codes::ROLE_NOT_HELD`].
pub async fn unassign(
    identity: &Identity,
    actor: Actor<'_>,
    role: Role,
    principal: Id,
) -> Result<(), Refusal> {
    let about = (Operation::AssignRole, Some(principal));
    access::decide(identity, actor, about, || {
        unassign_once(identity, actor, role, principal)
    })
    .await
}

async fn unassign_once(
    identity: &Identity,
    actor: Actor<'_>,
    role: Role,
    principal: Id,
) -> Result<(), Refusal> {
    let allowed = check_assigning(identity, actor).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let holders = store.list_direct_roles(tenant, principal).await?;
    if !holders.contains(&role.template_id()) {
        return Err(Refusal::new(&codes::ROLE_NOT_HELD));
    }
    let kind = store.find_kind(tenant, principal).await?;
    let mut unit = begin_changing(identity, &allowed).await?;
    let administrators = match role {
        Role::GlobalAdministrator => {
            Administrators::begin(identity, &mut unit, Change::Role(principal)).await?
        }
        _ => Administrators::Untouched,
    };
    unit.delete_role(tenant, role.template_id(), principal);
    unit.delete_access_passes_of_issuer(tenant, principal);
    if kind == Some(PrincipalKind::Person) {
        unit.void_links_of_issuer(tenant, principal, identity.0.ambient.now());
    }
    administrators.finish(identity, &mut unit);
    // What a deleted holder was is not known any more; it loses the role like another.
    let kind = kind.unwrap_or(PrincipalKind::Person);
    let entry = describe(identity, actor, role, (principal, kind)).await?;
    let word = "role.unassigned";
    let written = access::write(identity, actor, &allowed, unit, word, principal, entry).await;
    written.map_err(|error| match error {
        WriteError::Refused(Guard::Missing) => Refusal::new(&codes::ROLE_NOT_HELD),
        error => refuse_write(error),
    })
}
