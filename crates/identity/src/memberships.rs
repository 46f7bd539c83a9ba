//! The roles that were given to somebody directly; those by way of groups are in [`crate::roles::list_of`].

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::roles::Role;
use crate::{Id, Identity, Refusal};

/// In no particular order.
pub async fn list_direct_roles(
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
