//! The policy of Temporary Access Passes: shown, saved, asked about a person.

use policy::access_pass::PassPolicy;
use policy::profiles::GroupId;
use store::{Id, MembershipChange, PolicyVersion};

use super::ACCESS_PASS;
use super::in_force::PublishedPass;
use super::save::{KEPT, check_nodes, check_right};
use super::versions::{VersionMode, check_reading};
use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::groups::begin_changing;
use crate::people::{Expected, check_expected};
use crate::tenant::refuse_write;
use crate::{Identity, Refusal, codes};

/// As it counts now.
#[derive(Debug, Clone)]
pub struct PassPolicyShown {
    /// Moved by every change: the ETag. 0: nothing was ever saved.
    pub revision: i64,
    /// The version in force; 0 is the default, which nobody saved.
    pub version: i64,
    pub policy: PassPolicy,
}

/// The policy in force.
///
/// # Errors
/// [`codes::POLICY_UNKNOWN`] when it can't be understood by this node.
pub async fn show_pass_policy(
    identity: &Identity,
    actor: Actor<'_>,
) -> Result<PassPolicyShown, Refusal> {
    check_reading(identity, actor).await?;
    let (_, snapshot) = identity.current().await?;
    Ok(PassPolicyShown {
        revision: snapshot.policies.access_pass().revision,
        version: snapshot.policies.access_pass().version,
        policy: snapshot.policies.require_access_pass()?.clone(),
    })
}

/// Puts a policy in force: with the next decision, on every node.
///
/// # Errors
/// [`codes::PASS_POLICY_UNFIT`] with what; [`codes::RECORD_OUTDATED`] when it is not the expected revision any more.
pub async fn save_pass_policy(
    identity: &Identity,
    actor: Actor<'_>,
    expected: Expected,
    policy: &PassPolicy,
) -> Result<PassPolicyShown, Refusal> {
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
    policy: &PassPolicy,
) -> Result<PassPolicyShown, Refusal> {
    let allowed = check_right(identity, actor).await?;
    policy.check().map_err(|fault| unfit(fault.as_str()))?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    for group in policy.groups() {
        let found = store.find_group(tenant, Id(group.0)).await?;
        if found.is_none_or(|found| found.deleted_at.is_some()) {
            return Err(unfit("pass_policy.group_missing"));
        }
    }
    let (_, snapshot) = identity.current().await?;
    let PublishedPass {
        revision, version, ..
    } = *snapshot.policies.access_pass();
    check_expected(expected, revision)?;
    let shown = |revision, version| PassPolicyShown {
        revision,
        version,
        policy: policy.clone(),
    };
    if snapshot.policies.require_access_pass().ok() == Some(policy) {
        return Ok(shown(revision, version));
    }
    check_nodes(identity, ACCESS_PASS).await?;
    // It names groups, which then can't be deleted, and protects those that it excludes: rights change.
    let mut unit = begin_changing(identity, &allowed).await?;
    unit.bump_policy(tenant, snapshot.tenant.policy_version);
    let next = revision + 1;
    let saved = PolicyVersion {
        version: next,
        mode: VersionMode::Enforced.as_str().to_owned(),
        document: policy.to_json(),
        saved_at: identity.0.ambient.now(),
        saved_by: actor.issuer(),
        note: String::new(),
    };
    unit.insert_policy_version(tenant, ACCESS_PASS, &saved);
    unit.put_policy_in_force(tenant, ACCESS_PASS, next, Some(next), None);
    unit.purge_policy_versions(tenant, ACCESS_PASS, KEPT, Some(next), None);
    let mut entry = actor.entry(identity);
    entry
        .say("kind", ACCESS_PASS)
        .say("version", next)
        .say("policy", policy.to_json());
    let word = "policy.saved";
    access::write(identity, actor, &allowed, unit, word, tenant, entry)
        .await
        .map_err(refuse_write)?;
    Ok(shown(next, next))
}

fn unfit(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::PASS_POLICY_UNFIT)
    }
}

/// Refuses unless a pass of this person works by the policy in force; gives the version of all policies, by which it was asked.
///
/// # Errors
/// [`codes::PASS_NOT_ALLOWED`].
pub(crate) async fn check_covered(identity: &Identity, person: Id) -> Result<i64, Refusal> {
    let (tenant_now, snapshot) = identity.current().await?;
    let policy = snapshot.policies.require_access_pass()?;
    let groups = match policy.asks_for_groups() {
        false => Vec::new(),
        true => {
            let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
            let change = MembershipChange::default();
            store.list_group_ids_of(tenant, person, change).await?
        }
    };
    let groups: Vec<GroupId> = groups.into_iter().map(|id| GroupId(id.0)).collect();
    match policy.covers(&groups) {
        true => Ok(tenant_now.policy_version),
        false => Err(Refusal::new(&codes::PASS_NOT_ALLOWED)),
    }
}
