//! What the policy has for one person: every profile, every passkey, accepted or not, reason by reason.

use policy::profiles::{Explanation, Moment, Profile, Scope};
use store::{CredentialStatus, Id, MembershipChange, PersonStatus};
use webauthn::{Aaguid, base64url};

use super::decide::{Proofs, describe};
use super::in_force::Published;
use super::profiles::GroupId;
use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::{Identity, Micros, Refusal, codes, providers};

/// A person and the policy.
#[derive(Debug, Clone)]
pub struct EffectivePolicy {
    pub person_id: Id,
    pub user_name: String,
    /// The version in force; 0 is the default.
    pub version: i64,
    /// Passkeys are off (`disabled`), the person is `excluded`, no target has them (`no_profile`), or they have
    /// `profiles`.
    pub scope: &'static str,
    /// In the order of their ids.
    pub profiles: Vec<Profile>,
    /// Whether they may add passkeys themselves.
    pub self_service: bool,
    pub break_glass: bool,
    /// The groups that the policy names and the person is in, sorted.
    pub groups: Vec<Id>,
    /// Newest first.
    pub passkeys: Vec<PasskeyVerdict>,
    /// The version that is tried out.
    pub report_version: Option<i64>,
}

/// A passkey and every reason.
#[derive(Debug, Clone)]
pub struct PasskeyVerdict {
    /// The credential id in base64url.
    pub passkey_id: String,
    pub name: String,
    pub aaguid: Aaguid,
    /// What the model or provider is called, where that is known.
    pub model: Option<String>,
    /// By its BE flag, or because its model is known to sync all the same.
    pub synced: bool,
    pub attested: bool,
    pub created_at: Micros,
    pub last_used_at: Option<Micros>,
    pub decision: Explanation,
    /// By the version that is tried out.
    pub report: Option<Explanation>,
}

/// Decided as a sign-in of now would be, as far as that can be known before: who is told apart by devices (trust groups)
/// is seen only then.
pub async fn show_effective(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<EffectivePolicy, Refusal> {
    access::check(
        identity,
        actor,
        Operation::ReadEffectivePolicy,
        Some(person),
    )
    .await
    .map(drop)?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_person(tenant, person).await?;
    let found = found
        .filter(|person| person.status != PersonStatus::Deleted)
        .ok_or(&codes::USER_MISSING)?;
    let (_, snapshot) = identity.current().await?;
    let policies = &snapshot.policies;
    let enforced = policies.require_enforced()?;
    let held = store
        .list_group_ids_of(tenant, person, MembershipChange::default())
        .await?;
    let groups: Vec<GroupId> = held.iter().map(|id| GroupId(id.0)).collect();
    let scope = enforced.policy.find_scope(&groups);
    let named = enforced.policy.groups().iter();
    let policy = enforced.policy.document();
    Ok(EffectivePolicy {
        person_id: person,
        user_name: found.user_name,
        version: enforced.version,
        scope: match scope {
            Scope::Disabled => "disabled",
            Scope::Excluded => "excluded",
            Scope::NoProfile => "no_profile",
            Scope::Profiles(_) => "profiles",
        },
        profiles: enforced.policy.profiles_of(scope).cloned().collect(),
        self_service: policy.self_service_registration,
        break_glass: policies.is_break_glass(person),
        groups: named
            .filter(|group| groups.contains(group))
            .map(|group| Id(group.0))
            .collect(),
        passkeys: list_verdicts(identity, person, (enforced, policies.report()), &groups).await?,
        report_version: policies.report().map(|report| report.version),
    })
}

async fn list_verdicts(
    identity: &Identity,
    person: Id,
    (enforced, report): (&Published, Option<&Published>),
    groups: &[GroupId],
) -> Result<Vec<PasskeyVerdict>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let published = [Some(enforced), report];
    let mut proofs = Proofs::of(published.into_iter().flatten().map(|it| &it.policy));
    let now = identity.0.ambient.now();
    let facts = store.list_passkey_facts(tenant, person).await?;
    let mut verdicts = Vec::with_capacity(facts.len());
    for credential in store.list_credentials(tenant, person).await? {
        let found = facts
            .iter()
            .find(|facts| facts.credential_id == credential.credential_id);
        let (Some(facts), CredentialStatus::Active) = (found, credential.status) else {
            continue;
        };
        let attestation = facts.attestation.as_ref();
        let proof = proofs.prove(identity, facts.aaguid, attestation).await?;
        let passkey = describe(facts, &proof);
        let explain = |published: &Published| {
            let policy = &published.policy;
            let scope = policy.find_scope(groups);
            policy.decide(scope, passkey, Moment::SignIn, now).explain()
        };
        let aaguid = Aaguid(credential.aaguid.0);
        verdicts.push(PasskeyVerdict {
            passkey_id: base64url::encode(&credential.credential_id),
            name: credential.name,
            aaguid,
            model: providers::find_name(identity, aaguid).await?,
            synced: enforced.policy.is_synced(&passkey),
            attested: attestation.is_some_and(|facts| facts.attested),
            created_at: credential.created_at,
            last_used_at: credential.last_used_at,
            decision: explain(enforced),
            report: report.map(explain),
        });
    }
    Ok(verdicts)
}
