//! What hangs on somebody who is being deleted for good, and has no index of its own.

use store::{Id, Leaving, Unit};

use crate::tenant::refuse_write;
use crate::{Identity, Refusal};

/// In small units, so that others are written between them.
pub(crate) async fn purge(
    identity: &Identity,
    leavings: &'static [Leaving],
    owner: Id,
) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    for leaving in leavings {
        let mut after = Vec::new();
        loop {
            let keys = store.list_leavings(tenant, leaving, owner, &after).await?;
            let Some(last) = keys.last() else { break };
            let mut unit = Unit::new();
            unit.delete_leavings(tenant, leaving, owner, &keys);
            identity.write(unit).await.map_err(refuse_write)?;
            after.clone_from(last);
        }
    }
    Ok(())
}
