//! Whose provisioned passkeys are held.

use store::Hold;

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::tenant::refuse_write;
use crate::{Identity, Refusal};

/// Whose provisioned passkeys wait for their owner.
pub async fn read_hold(identity: &Identity, actor: Actor<'_>) -> Result<Hold, Refusal> {
    let operation = Operation::ReadProvisioning;
    let _allowed = access::check(identity, actor, operation, None).await?;
    let (hold, _) = identity.0.store.find_hold(identity.0.tenant_id).await?;
    Ok(hold)
}

/// Changes it, for passkeys that are registered from now on: what is held stays so.
pub async fn change_hold(identity: &Identity, actor: Actor<'_>, hold: Hold) -> Result<(), Refusal> {
    access::decide(
        identity,
        actor,
        (Operation::ChangeProvisioning, None),
        || change_hold_once(identity, actor, hold),
    )
    .await
}

async fn change_hold_once(
    identity: &Identity,
    actor: Actor<'_>,
    hold: Hold,
) -> Result<(), Refusal> {
    let allowed = access::check(identity, actor, Operation::ChangeProvisioning, None).await?;
    let tenant = identity.0.tenant_id;
    let (before, version) = identity.0.store.find_hold(tenant).await?;
    let mut unit = allowed.begin(identity);
    // A registration that was decided by the old rule is decided anew.
    unit.bump_policy(tenant, version);
    unit.put_hold(tenant, hold);
    let mut entry = actor.entry(identity);
    entry
        .say("before", before.as_str())
        .say("after", hold.as_str());
    let word = "policy.provisioning_changed";
    access::write(identity, actor, &allowed, unit, word, tenant, entry)
        .await
        .map_err(refuse_write)
}
