//! What makes a group protected (security 12): being in it, or changing it, confers something.
//!
//! Asked over the nested result: a group inside a protected one is protected as well, as its members are members
//! there. Whoever changes a protected group needs the right to confer what membership confers. Whoever makes a group a
//! protected one moves the directory's version ([`crate::access::Allowed::begin_changing`]), on which every change of
//! members rests.

use store::Id;

use crate::access::Target;
use crate::{Identity, Refusal};

/// Why a group is protected. More reasons come with what uses groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProtectedBy {
    /// Directory roles may be given to it, or to a group that it is in, whether or not one was.
    RoleAssignable,
    /// It, or a group that it is in, holds a directory role.
    DirectoryRole,
    /// It, or a group that it is in, is assigned to an application.
    ApplicationAssignment,
    /// The passkey policy in force excludes it, or a group that it is in.
    PolicyExclusion,
}

/// The reasons for which a group is protected; none: it is plain.
pub(crate) async fn list_reasons(
    identity: &Identity,
    group: Id,
) -> Result<Vec<ProtectedBy>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let uses = store.find_group_uses(tenant, group).await?;
    let reasons = [
        (uses.role_assignable, ProtectedBy::RoleAssignable),
        (uses.holds_role, ProtectedBy::DirectoryRole),
        (uses.is_assigned, ProtectedBy::ApplicationAssignment),
        (
            is_excluded(identity, group).await?,
            ProtectedBy::PolicyExclusion,
        ),
    ];
    Ok(reasons
        .into_iter()
        .filter_map(|(holds, reason)| holds.then_some(reason))
        .collect())
}

/// Whether the policy in force excludes the group, or one that it is in. Asked of the directory only where it excludes any.
async fn is_excluded(identity: &Identity, group: Id) -> Result<bool, Refusal> {
    let (_, snapshot) = identity.current().await?;
    if !snapshot.policies.excludes_any() {
        return Ok(false);
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let above = store.list_groups_above(tenant, group).await?;
    Ok(above.iter().any(|id| snapshot.policies.excludes(*id)))
}

/// Whether membership confers something.
pub(crate) async fn find_target(identity: &Identity, group: Id) -> Result<Target, Refusal> {
    let reasons = list_reasons(identity, group).await?;
    Ok(match reasons.is_empty() {
        true => Target::Plain,
        false => Target::Privileged,
    })
}
