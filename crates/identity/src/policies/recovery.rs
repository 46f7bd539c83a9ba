//! The policy of recovery codes: shown, saved, asked about a person.

use policy::profiles::GroupId;
use policy::recovery::{Holder, RecoveryPolicy};
use store::{Id, MembershipChange, PolicyVersion};

use super::RECOVERY_CODE;
use super::in_force::PublishedRecovery;
use super::save::{KEPT, check_nodes, check_right};
use super::versions::{VersionMode, check_reading};
use crate::access::{self, Allowed, Operation};
use crate::actor::Actor;
use crate::codes::Code;
use crate::groups::begin_changing;
use crate::people::{Expected, check_expected};
use crate::proof::Basis;
use crate::tenant::{Snapshot, refuse_write};
use crate::{Identity, Refusal, codes};

/// As it counts now.
#[derive(Debug, Clone)]
pub struct RecoveryPolicyShown {
    /// Moved by every change: the ETag. 0: nothing was ever saved.
    pub revision: i64,
    /// The version in force; 0 is the default, which nobody saved.
    pub version: i64,
    pub policy: RecoveryPolicy,
}

/// The policy in force.
///
/// # Errors
/// [`codes::POLICY_UNKNOWN`] when it can't be understood by this node.
pub async fn show_recovery_policy(
    identity: &Identity,
    actor: Actor<'_>,
) -> Result<RecoveryPolicyShown, Refusal> {
    check_reading(identity, actor).await?;
    let (_, snapshot) = identity.current().await?;
    Ok(RecoveryPolicyShown {
        revision: snapshot.policies.recovery().revision,
        version: snapshot.policies.recovery().version,
        policy: snapshot.policies.require_recovery()?.clone(),
    })
}

/// Puts a policy in force: with the next decision, on every node.
///
/// # Errors
/// [`codes::RECOVERY_POLICY_UNFIT`] with what; [`codes::RECORD_OUTDATED`] when it is not the expected revision any more.
pub async fn save_recovery_policy(
    identity: &Identity,
    actor: Actor<'_>,
    expected: Expected,
    policy: &RecoveryPolicy,
) -> Result<RecoveryPolicyShown, Refusal> {
    let about = (Operation::ChangePasskeyPolicy, None);
    access::decide(identity, actor, about, || {
        save_once(identity, actor, expected, policy)
    })
    .await
}

async fn save_once(
    identity: &Identity,
    actor: Actor<'_>,
    expected: Expected,
    policy: &RecoveryPolicy,
) -> Result<RecoveryPolicyShown, Refusal> {
    let allowed = check_right(identity, actor).await?;
    policy
        .check()
        .map_err(|_| unfit("recovery_policy.targets"))?;
    if !policy.rungs.is_wait_fit() {
        return Err(unfit("recovery_policy.wait"));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    for group in policy.groups() {
        let found = store.find_group(tenant, Id(group.0)).await?;
        if found.is_none_or(|found| found.deleted_at.is_some()) {
            return Err(unfit("recovery_policy.group_missing"));
        }
    }
    let (_, snapshot) = identity.current().await?;
    let PublishedRecovery {
        revision, version, ..
    } = *snapshot.policies.recovery();
    check_expected(expected, revision)?;
    let shown = |revision, version| RecoveryPolicyShown {
        revision,
        version,
        policy: policy.clone(),
    };
    if snapshot.policies.require_recovery().ok() == Some(policy) {
        return Ok(shown(revision, version));
    }
    check_nodes(identity, RECOVERY_CODE).await?;
    let next = revision + 1;
    write(identity, actor, (&allowed, &snapshot), next, policy).await?;
    Ok(shown(next, next))
}

async fn write(
    identity: &Identity,
    actor: Actor<'_>,
    (allowed, snapshot): (&Allowed, &Snapshot),
    next: i64,
    policy: &RecoveryPolicy,
) -> Result<(), Refusal> {
    let tenant = identity.0.tenant_id;
    // It names groups, which then can't be deleted, and protects those that it excludes: rights change.
    let mut unit = begin_changing(identity, allowed).await?;
    unit.bump_policy(tenant, snapshot.tenant.policy_version);
    let saved = PolicyVersion {
        version: next,
        mode: VersionMode::Enforced.as_str().to_owned(),
        document: policy.to_json(),
        saved_at: identity.0.ambient.now(),
        saved_by: actor.issuer(),
        note: String::new(),
    };
    unit.insert_policy_version(tenant, RECOVERY_CODE, &saved);
    unit.put_policy_in_force(tenant, RECOVERY_CODE, next, Some(next), None);
    unit.purge_policy_versions(tenant, RECOVERY_CODE, KEPT, Some(next), None);
    let mut entry = actor.entry(identity);
    entry
        .say("kind", RECOVERY_CODE)
        .say("version", next)
        .say("policy", policy.to_json());
    let word = "policy.saved";
    access::write(identity, actor, allowed, unit, word, tenant, entry)
        .await
        .map_err(refuse_write)
}

fn unfit(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::RECOVERY_POLICY_UNFIT)
    }
}

/// Refuses unless this person may have recovery codes by the policy in force; gives what that rests on.
///
/// # Errors
/// [`codes::RECOVERY_NOT_ALLOWED`].
pub(crate) async fn check_recovery(identity: &Identity, person: Id) -> Result<Basis, Refusal> {
    let no: &'static Code = &codes::RECOVERY_NOT_ALLOWED;
    check_covering(identity, person, no, RecoveryPolicy::covers).await
}

/// Refuses with `no` unless the policy in force `covers` this person; gives what that rests on.
pub(super) async fn check_covering(
    identity: &Identity,
    person: Id,
    no: &'static Code,
    covers: impl Fn(&RecoveryPolicy, Holder<'_>) -> bool,
) -> Result<Basis, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    // Before what it is compared with.
    let membership = store.find_membership_version(tenant).await?;
    let (tenant_now, snapshot) = identity.current().await?;
    let policy = snapshot.policies.require_recovery()?;
    // Nobody gave it to them: it is adding a passkey oneself.
    let passkeys = snapshot.policies.require_enforced()?;
    if !passkeys.policy.document().self_service_registration {
        return Err(Refusal::new(no));
    }
    let groups = match policy.asks_for_groups() {
        false => Vec::new(),
        true => {
            let change = MembershipChange::default();
            store.list_group_ids_of(tenant, person, change).await?
        }
    };
    let groups: Vec<GroupId> = groups.into_iter().map(|id| GroupId(id.0)).collect();
    let holder = Holder {
        is_privileged: !store.list_roles(tenant, person).await?.is_empty(),
        groups: &groups,
    };
    match covers(policy, holder) {
        true => Ok(Basis {
            policy_version: tenant_now.policy_version,
            membership,
        }),
        false => Err(Refusal::new(no)),
    }
}
