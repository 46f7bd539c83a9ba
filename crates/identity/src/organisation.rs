//! The organisation as those see it who may read about it.

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::{Id, Identity, Micros, Refusal};

/// What there is to read.
#[derive(Debug, Clone)]
pub struct OrganisationView {
    pub tenant_id: Id,
    pub name: String,
    /// The host of the public origin: the one domain, proven by being answered under it.
    pub domain: String,
    pub created_at: Micros,
}

/// The organisation of this database.
pub async fn read(identity: &Identity, actor: Actor<'_>) -> Result<OrganisationView, Refusal> {
    access::check(identity, actor, Operation::ReadOrganization, actor.person())
        .await
        .map(drop)?;
    let snapshot = identity.snapshot();
    Ok(OrganisationView {
        tenant_id: identity.0.tenant_id,
        name: snapshot.tenant.name.clone(),
        domain: identity.0.settings.public_origin.host().to_owned(),
        created_at: snapshot.tenant.created_at,
    })
}
