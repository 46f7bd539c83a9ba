//! Asking the policy about a passkey: at registration, at sign-in, and at rest.
//!
//! Facts are read only where a policy asks for them: under the default one a sign-in asks the database for nothing more.

use std::collections::HashMap;

use policy::profiles::{
    Attestation, Decision, Ending, GroupId, Moment, Needs, Notice, Passkey, PasskeyPolicy,
    RestrictionKind, Rule, Scope, TrustGroup,
};
use serde_json::{Value, json};
use store::{
    AttestationFacts, AttestationRecord, Id, Judgement, MembershipChange, Owned, PasskeyFacts,
    StoreError, Unit,
};
use webauthn::metadata::{CertificationLevel, KeyProtection};
use webauthn::{Aaguid, VerifiedRegistration};

use super::in_force::{Policies, Published};
use super::method::{Passwords, check_method};
use crate::audit::Entry;
use crate::codes::More;
use crate::metadata::find_entry;
use crate::people::administrators::{Change, find_witness};
use crate::roles::Role;
use crate::trust_group::Familiarity;
use crate::{Code, Identity, Micros, Refusal, codes, providers};

/// What an attestation proves, as a policy asks for it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Proof {
    attestation: Attestation,
    compromised: bool,
    certification: Option<CertificationLevel>,
    key_protection: Vec<KeyProtection>,
}

/// Proofs of many passkeys; each model is looked up once.
#[derive(Debug, Default)]
pub(crate) struct Proofs {
    is_protection_asked: bool,
    known: HashMap<Id, Vec<KeyProtection>>,
}

impl Proofs {
    /// For decisions by these policies.
    pub(crate) fn of<'a>(policies: impl IntoIterator<Item = &'a PasskeyPolicy>) -> Proofs {
        let asks = |policy: &PasskeyPolicy| {
            let mut profiles = policy.document().profiles.iter();
            profiles.any(|profile| !profile.key_protection.is_empty())
        };
        Proofs {
            is_protection_asked: policies.into_iter().any(asks),
            known: HashMap::new(),
        }
    }

    pub(crate) async fn prove(
        &mut self,
        identity: &Identity,
        aaguid: Id,
        facts: Option<&AttestationFacts>,
    ) -> Result<Proof, StoreError> {
        let Some(facts) = facts else {
            return Ok(Proof::default());
        };
        let attestation = match (facts.attested, facts.once_attested) {
            (true, _) => Attestation::Proven,
            (false, true) => Attestation::Lost,
            (false, false) => Attestation::None,
        };
        Ok(Proof {
            attestation,
            compromised: facts.undesired,
            certification: facts.level().and_then(CertificationLevel::from_word),
            key_protection: match facts.attested {
                true => self.find_protection(identity, aaguid).await?,
                false => Vec::new(),
            },
        })
    }

    /// Of a passkey that is about to be stored.
    async fn prove_new(
        &mut self,
        identity: &Identity,
        aaguid: Id,
        judged: &Judgement,
    ) -> Result<Proof, StoreError> {
        let attested = judged.verdict == crate::attestation::ATTESTED;
        Ok(Proof {
            attestation: match attested {
                true => Attestation::Proven,
                false => Attestation::None,
            },
            compromised: judged.undesired,
            certification: judged.level().and_then(CertificationLevel::from_word),
            key_protection: match attested {
                true => self.find_protection(identity, aaguid).await?,
                false => Vec::new(),
            },
        })
    }

    /// How the model protects its keys. Devices without an AAGUID share the zeros: of them nothing is known by it.
    async fn find_protection(
        &mut self,
        identity: &Identity,
        aaguid: Id,
    ) -> Result<Vec<KeyProtection>, StoreError> {
        if !self.is_protection_asked || Aaguid(aaguid.0).is_zero() {
            return Ok(Vec::new());
        }
        if let Some(known) = self.known.get(&aaguid) {
            return Ok(known.clone());
        }
        let entry = find_entry(identity, &aaguid.0).await?;
        let words = entry.as_ref().map(|entry| entry.statement());
        let found: Vec<KeyProtection> = words
            .map(|statement| {
                let words = statement.key_protection_words();
                words.map(KeyProtection::from_word).collect()
            })
            .unwrap_or_default();
        self.known.insert(aaguid, found.clone());
        Ok(found)
    }
}

/// Whether a passkey proves that its key lies in hardware: an attested model that nothing speaks against, whose metadata
/// says so.
pub(crate) async fn is_kept_in_hardware(
    identity: &Identity,
    facts: &PasskeyFacts,
) -> Result<bool, StoreError> {
    let mut proofs = Proofs {
        is_protection_asked: true,
        known: HashMap::new(),
    };
    let attestation = facts.attestation.as_ref();
    let proof = proofs.prove(identity, facts.aaguid, attestation).await?;
    let hardware = [
        KeyProtection::Hardware,
        KeyProtection::Tee,
        KeyProtection::SecureElement,
    ];
    let is_hardware = proof.key_protection.iter().any(|it| hardware.contains(it));
    Ok(is_hardware && !proof.compromised && !facts.backup_eligible)
}

/// A stored passkey with what its attestation proves, as a policy sees it.
pub(crate) fn describe<'a>(facts: &PasskeyFacts, proof: &'a Proof) -> Passkey<'a> {
    Passkey {
        aaguid: Aaguid(facts.aaguid.0),
        backup_eligible: facts.backup_eligible,
        attestation: proof.attestation,
        compromised: proof.compromised,
        certification: proof.certification,
        key_protection: &proof.key_protection,
        created_at: facts.created_at,
        last_used_at: facts.last_used_at,
        trust_group: TrustGroup::Familiar,
        stepped_up: false,
    }
}

/// The code of a rule: the same word.
pub(crate) fn code_of(rule: Rule) -> &'static Code {
    match rule {
        Rule::MethodDisabled => &codes::METHOD_DISABLED,
        Rule::Excluded => &codes::POLICY_EXCLUDED,
        Rule::NoProfile => &codes::NO_PROFILE,
        Rule::SyncedNotAllowed => &codes::SYNCED_NOT_ALLOWED,
        Rule::DeviceBoundNotAllowed => &codes::DEVICE_BOUND_NOT_ALLOWED,
        Rule::ModelNotAllowed => &codes::MODEL_NOT_ALLOWED,
        Rule::ModelBlocked => &codes::MODEL_BLOCKED,
        Rule::AttestationMissing => &codes::ATTESTATION_MISSING,
        Rule::AttestationLost => &codes::ATTESTATION_LOST,
        Rule::ModelCompromised => &codes::MODEL_COMPROMISED,
        Rule::CertificationTooLow => &codes::CERTIFICATION_TOO_LOW,
        Rule::KeyProtection => &codes::KEY_PROTECTION,
        Rule::TooOld => &codes::TOO_OLD,
        Rule::UnusedTooLong => &codes::UNUSED_TOO_LONG,
        Rule::TrustGroupNew => &codes::TRUST_GROUP_NEW,
        Rule::TrustGroupLost => &codes::TRUST_GROUP_LOST,
        Rule::StepUp => &codes::STEP_UP,
    }
}

/// What goes into the record of a decision.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Nothing under the default policy.
    policy: Option<Value>,
    report: Option<Value>,
    notice: Option<&'static str>,
}

impl Said {
    pub(crate) fn record(self, entry: &mut Entry) {
        if let Some(policy) = self.policy {
            entry.say("policy", policy);
        }
        if let Some(report) = self.report {
            entry.say("reportOnly", report);
        }
        if let Some(notice) = self.notice {
            entry.say("notice", notice);
        }
    }
}

/// A decision in a record: the version, and the profile that accepts, or the rule that does not with its profile.
fn write(published: &Published, decision: &Decision<'_>) -> Value {
    let rule = decision.refused_by();
    let profile = match rule {
        None => decision.accepted_by().next(),
        Some(_) => decision.nearest_profile(),
    };
    json!({
        "version": published.version,
        "result": if rule.is_none() { "accepted" } else { "refused" },
        "rule": rule.map(Rule::as_str),
        "profile": profile.map(|profile| profile.id.to_string()),
    })
}

/// The policy's "yes", with the versions that it rests on. Made only here; the unit that uses it guards them.
#[derive(Debug)]
pub(crate) struct Accepted {
    policy_version: i64,
    /// Where the policy names groups.
    membership: Option<i64>,
    pub(crate) said: Said,
    /// Words of alerts to be recorded with it.
    pub(crate) alerts: Vec<&'static str>,
}

impl Accepted {
    pub(crate) fn policy_version(&self) -> i64 {
        self.policy_version
    }

    /// The version of memberships that a sign-in's unit requires.
    pub(crate) fn membership(&self) -> Option<i64> {
        self.membership
    }

    /// First in a unit that stores a passkey: no policy and no membership changes before it is written.
    pub(crate) fn hold(&self, unit: &mut Unit, tenant: Id) {
        if let Some(version) = self.membership {
            unit.hold_membership(tenant, version);
        }
        unit.hold_policy(tenant, self.policy_version);
    }
}

/// The policy's "no".
#[derive(Debug)]
pub(crate) struct Refused {
    pub(crate) code: &'static Code,
    pub(crate) said: Said,
}

impl Refused {
    fn unknown() -> Refused {
        Refused {
            code: &codes::POLICY_UNKNOWN,
            said: Said::default(),
        }
    }
}

/// Facts about a person that a policy asks for.
pub(super) struct Membership {
    pub(super) groups: Vec<GroupId>,
    /// Read before the groups.
    version: Option<i64>,
}

impl Membership {
    pub(super) async fn read(
        identity: &Identity,
        person: Id,
        asked: bool,
    ) -> Result<Membership, StoreError> {
        if !asked {
            return Ok(Membership {
                groups: Vec::new(),
                version: None,
            });
        }
        let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
        let version = store.find_membership_version(tenant).await?;
        let found = store
            .list_group_ids_of(tenant, person, MembershipChange::default())
            .await?;
        Ok(Membership {
            groups: found.into_iter().map(|id| GroupId(id.0)).collect(),
            version: Some(version),
        })
    }
}

/// What any of the policies that decide asks for.
fn needs_of(policies: &Policies) -> Needs {
    let needs = policies.enforced().map(|it| it.policy.needs());
    let reported = policies.report().map(|it| it.policy.needs());
    let (one, other) = (needs.unwrap_or_default(), reported.unwrap_or_default());
    Needs {
        groups: one.groups || other.groups,
        attestation_at_registration: one.attestation_at_registration
            || other.attestation_at_registration,
        attestation_at_sign_in: one.attestation_at_sign_in || other.attestation_at_sign_in,
        last_use: one.last_use || other.last_use,
        trust_group: one.trust_group || other.trust_group,
    }
}

fn proofs_of(policies: &Policies) -> Proofs {
    let published = policies.enforced().into_iter().chain(policies.report());
    Proofs::of(published.map(|it| &it.policy))
}

fn translate(familiarity: Familiarity) -> TrustGroup {
    match familiarity {
        Familiarity::Silent | Familiarity::First | Familiarity::Same => TrustGroup::Familiar,
        Familiarity::New => TrustGroup::New,
        Familiarity::Absent => TrustGroup::Absent,
        Familiarity::Forged(_) => TrustGroup::Forged,
    }
}

/// What both policies say, enforced and tried out.
fn ask<'a>(
    policies: &'a Policies,
    enforced: &'a Published,
    groups: &[GroupId],
    passkey: Passkey<'a>,
    (moment, now): (Moment, Micros),
) -> (Decision<'a>, Said) {
    let decide = |published: &'a Published| {
        let policy = &published.policy;
        policy.decide(policy.find_scope(groups), passkey, moment, now)
    };
    let decision = decide(enforced);
    let said = Said {
        // The default says nothing that one would want to look up.
        policy: (enforced.version > 0).then(|| write(enforced, &decision)),
        report: policies
            .report()
            .map(|published| write(published, &decide(published))),
        notice: decision.notice().map(|notice| match notice {
            Notice::TrustGroupNew => "trust_group_new",
            Notice::TrustGroupLost => "trust_group_lost",
        }),
    };
    (decision, said)
}

/// Whether the passkey may be used, after its answer was verified. `policy_version` is what was read with it.
///
/// # Errors
/// [`codes::MOVED`] when a policy changed meanwhile.
pub(crate) async fn decide_sign_in(
    identity: &Identity,
    owned: &Owned,
    familiarity: Familiarity,
) -> Result<Result<Accepted, Refused>, Refusal> {
    let snapshot = identity.snapshot_at(owned.policy_version).await?;
    let policies = &snapshot.policies;
    let Some(enforced) = policies.enforced() else {
        return Ok(Err(Refused::unknown()));
    };
    let (person, credential) = (owned.person.person_id, &owned.credential);
    let needs = needs_of(policies);
    let membership = Membership::read(identity, person, needs.groups).await?;
    let proof = match needs.attestation_at_sign_in {
        true => read_proof(identity, policies, &credential.credential_id).await?,
        false => Proof::default(),
    };
    let facts = Passkey {
        aaguid: Aaguid(credential.aaguid.0),
        backup_eligible: credential.backup_eligible,
        attestation: proof.attestation,
        compromised: proof.compromised,
        certification: proof.certification,
        key_protection: &proof.key_protection,
        created_at: credential.created_at,
        last_used_at: credential.last_used_at,
        trust_group: translate(familiarity),
        stepped_up: false,
    };
    let when = (Moment::SignIn, identity.0.ambient.now());
    let (decision, said) = ask(policies, enforced, &membership.groups, facts, when);
    let mut alerts = Vec::new();
    if let Some(rule) = decision.refused_by() {
        let by_itself = decision.is_refused_by_time_or_metadata();
        if !(by_itself && is_last_door(identity, &enforced.policy, person).await?) {
            let code = code_of(rule);
            return Ok(Err(Refused { code, said }));
        }
        alerts.push("alert.last_door");
    }
    if policies.is_break_glass(person) {
        alerts.push("alert.break_glass_use");
    }
    Ok(Ok(Accepted {
        policy_version: owned.policy_version,
        membership: membership.version,
        said,
        alerts,
    }))
}

async fn read_proof(
    identity: &Identity,
    policies: &Policies,
    credential_id: &[u8],
) -> Result<Proof, StoreError> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let Some(found) = store.find_passkey_facts(tenant, credential_id).await? else {
        return Ok(Proof::default());
    };
    let mut proofs = proofs_of(policies);
    proofs
        .prove(identity, found.aaguid, found.attestation.as_ref())
        .await
}

/// Whether nobody who may do everything has a passkey that is accepted: time or metadata took the last, which no guard
/// could refuse. Then the door stays open for whom it was open before, and it is an alert.
async fn is_last_door(
    identity: &Identity,
    policy: &PasskeyPolicy,
    person: Id,
) -> Result<bool, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let roles = store.list_roles(tenant, person).await?;
    if !roles.contains(&Role::GlobalAdministrator.template_id()) {
        return Ok(false);
    }
    let witness = find_witness(identity, policy, &Change::None).await?;
    Ok(witness.is_none())
}

/// Whether a passkey that a device has just made may be stored for the person.
///
/// # Errors
/// The rule that refuses it, with the profile for the record; [`codes::MOVED`] when a policy changed meanwhile.
pub(crate) async fn decide_registration(
    identity: &Identity,
    person: Id,
    registration: &VerifiedRegistration,
    judged: Option<&AttestationRecord>,
) -> Result<Accepted, Refusal> {
    let (tenant, snapshot) = identity.current().await?;
    let policies = &snapshot.policies;
    let enforced = policies.require_enforced()?;
    let needs = needs_of(policies);
    let membership = Membership::read(identity, person, needs.groups).await?;
    let aaguid = registration.aaguid();
    let mut proofs = proofs_of(policies);
    let proof = match judged.filter(|_| needs.attestation_at_registration) {
        Some(record) => {
            let judgement = &record.judgement;
            proofs.prove_new(identity, Id(aaguid.0), judgement).await?
        }
        None => Proof::default(),
    };
    let now = identity.0.ambient.now();
    let passkey = Passkey {
        attestation: proof.attestation,
        compromised: proof.compromised,
        certification: proof.certification,
        key_protection: &proof.key_protection,
        ..Passkey::new(aaguid, registration.backup_eligible(), now)
    };
    let when = (Moment::Registration, now);
    let (decision, said) = ask(policies, enforced, &membership.groups, passkey, when);
    if let Some(rule) = decision.refused_by() {
        let noted = json!({
            "policy": said.policy,
            "reportOnly": said.report,
            "aaguid": aaguid.to_string(),
            "synced": registration.backup_eligible(),
        });
        return Err(Refusal::new(code_of(rule)).with(More::Noted(noted)));
    }
    Ok(Accepted {
        policy_version: tenant.policy_version,
        membership: membership.version,
        said,
        alerts: Vec::new(),
    })
}

/// By credential id, what holds for a usable passkey.
pub(crate) type Verdicts = HashMap<Vec<u8>, Verdict>;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Verdict {
    /// `None`: it is accepted.
    pub(crate) refused_by: Option<Rule>,
    /// When time alone ends that.
    pub(crate) ends: Option<Ending>,
}

impl Verdict {
    pub(crate) fn is_accepted(&self) -> bool {
        self.refused_by.is_none()
    }
}

/// What the policy in force says about each of a person's usable passkeys as they lie there: the rule that refuses it,
/// if one does.
///
/// # Errors
/// [`codes::POLICY_UNKNOWN`] when what is in force can't be understood.
pub(crate) async fn decide_at_rest(
    identity: &Identity,
    policies: &Policies,
    person: Id,
) -> Result<Verdicts, Refusal> {
    let enforced = policies.require_enforced()?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let membership = Membership::read(identity, person, enforced.policy.needs().groups).await?;
    let scope = enforced.policy.find_scope(&membership.groups);
    let mut proofs = Proofs::of([&enforced.policy]);
    let now = identity.0.ambient.now();
    let mut found = HashMap::new();
    for facts in store.list_passkey_facts(tenant, person).await? {
        let proof = proofs
            .prove(identity, facts.aaguid, facts.attestation.as_ref())
            .await?;
        let passkey = describe(&facts, &proof);
        let decision = enforced.policy.decide(scope, passkey, Moment::SignIn, now);
        let verdict = Verdict {
            refused_by: decision.refused_by(),
            ends: decision.ends(),
        };
        found.insert(facts.credential_id, verdict);
    }
    Ok(found)
}

/// What the policy in force says now about the passkey that a sign-in was made with.
#[derive(Debug)]
pub(crate) struct AtRest {
    /// The code of the rule that refuses it, if one does, or that it is not there any more.
    pub(crate) refused_by: Option<&'static Code>,
    /// To be compared in the unit that rests on this.
    pub(crate) policy_version: i64,
    /// What was judged; `None` when it is not there any more, or was a password.
    pub(crate) facts: Option<PasskeyFacts>,
    pub(crate) is_by_password: bool,
}

/// Asks as a sign-in does, with the door that stays open for the last administrator.
///
/// # Errors
/// [`codes::POLICY_UNKNOWN`] when what is in force can't be understood.
pub(crate) async fn decide_one_at_rest(
    identity: &Identity,
    person: Id,
    credential_id: &[u8],
) -> Result<AtRest, Refusal> {
    let (found, snapshot) = identity.current().await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let enforced = snapshot.policies.require_enforced()?;
    let is_by_password = credential_id.is_empty();
    let said = |refused_by, facts| AtRest {
        refused_by,
        policy_version: found.policy_version,
        facts,
        is_by_password,
    };
    if is_by_password {
        return match check_method::<Passwords>(identity, person).await {
            Ok(_) => Ok(said(None, None)),
            Err(refusal) if refusal.code == &codes::PASSWORD_NOT_ALLOWED => {
                Ok(said(Some(refusal.code), None))
            }
            Err(refusal) => Err(refusal),
        };
    }
    let Some(facts) = store.find_passkey_facts(tenant, credential_id).await? else {
        return Ok(said(Some(&codes::PASSKEY_MISSING), None));
    };
    let membership = Membership::read(identity, person, enforced.policy.needs().groups).await?;
    let mut proofs = Proofs::of([&enforced.policy]);
    let proof = proofs
        .prove(identity, facts.aaguid, facts.attestation.as_ref())
        .await?;
    let scope = enforced.policy.find_scope(&membership.groups);
    let passkey = describe(&facts, &proof);
    let now = identity.0.ambient.now();
    let decision = enforced.policy.decide(scope, passkey, Moment::SignIn, now);
    let rule = decision.refused_by();
    let by_itself = decision.is_refused_by_time_or_metadata();
    let stays_open = by_itself && is_last_door(identity, &enforced.policy, person).await?;
    let refused_by = rule.filter(|_| !stays_open).map(code_of);
    Ok(said(refused_by, Some(facts)))
}

/// Refuses who may not add passkeys themselves, or can't have any whatever a device makes. A registration link is not
/// meant by the switch: an administrator made it for this very person.
///
/// # Errors
/// [`codes::SELF_SERVICE_OFF`], [`codes::METHOD_DISABLED`], [`codes::POLICY_EXCLUDED`], [`codes::NO_PROFILE`].
pub(crate) async fn check_self_service(identity: &Identity, person: Id) -> Result<(), Refusal> {
    let (_, snapshot) = identity.current().await?;
    let policy = &snapshot.policies.require_enforced()?.policy;
    find_self_service(identity, policy, person).await.map(drop)
}

/// The profiles under which somebody may add a passkey.
async fn find_self_service(
    identity: &Identity,
    policy: &PasskeyPolicy,
    person: Id,
) -> Result<Scope, Refusal> {
    if !policy.document().self_service_registration {
        return Err(Refusal::new(&codes::SELF_SERVICE_OFF));
    }
    let membership = Membership::read(identity, person, policy.needs().groups).await?;
    match policy.find_scope(&membership.groups) {
        scope @ Scope::Profiles(_) => Ok(scope),
        Scope::Disabled => Err(Refusal::new(&codes::METHOD_DISABLED)),
        Scope::Excluded => Err(Refusal::new(&codes::POLICY_EXCLUDED)),
        Scope::NoProfile => Err(Refusal::new(&codes::NO_PROFILE)),
    }
}

/// What kinds of passkeys somebody's profiles accept, for a page that says so before a device makes one.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Accepts {
    pub synced: bool,
    pub device_bound: bool,
    /// Names of the only models and providers, or AAGUIDs where no name is known; empty: any, but for those blocked.
    pub models: Vec<String>,
    /// Only those that prove their model.
    pub proven: bool,
}

/// # Errors
/// As [`check_self_service`].
pub(crate) async fn find_accepts(
    identity: &Identity,
    policies: &Policies,
    person: Id,
) -> Result<Accepts, Refusal> {
    let policy = &policies.require_enforced()?.policy;
    let scope = find_self_service(identity, policy, person).await?;
    let mut accepts = Accepts {
        proven: true,
        ..Accepts::default()
    };
    let mut listed: Vec<Aaguid> = Vec::new();
    let mut is_any = false;
    for profile in policy.profiles_of(scope) {
        accepts.synced |= profile.types.synced && !profile.needs_attestation();
        accepts.device_bound |= profile.types.device_bound;
        accepts.proven &= profile.needs_attestation();
        let restrictions = &profile.restrictions;
        match restrictions.enforced && restrictions.kind == RestrictionKind::Allow {
            true => listed.extend(&restrictions.aaguids),
            false => is_any = true,
        }
    }
    if !is_any {
        for aaguid in listed {
            let name = providers::find_name(identity, aaguid).await?;
            accepts
                .models
                .push(name.unwrap_or_else(|| aaguid.to_string()));
        }
        accepts.models.sort_unstable();
        accepts.models.dedup();
    }
    Ok(accepts)
}
