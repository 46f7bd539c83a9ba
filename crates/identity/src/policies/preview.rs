//! What a policy would change, asked of everybody before it is saved.
//!
//! People are walked by id, in batches between which others get their turn; nothing is written. It is as of now, batch
//! by batch: saving asks its own questions again.

use std::collections::{BTreeMap, HashMap};

use policy::profiles::{Document, GroupId, Moment, PasskeyPolicy, ProfileId, Rule, Strictness};
use store::{Credential, FactsAsked, Id, PasskeyFacts};
use webauthn::base64url;

use super::decide::{Proof, Proofs, describe};
use super::fault::unfit;
use super::save::find_missing_groups;
use super::versions::{PolicyShown, read_shown};
use super::{PolicyFault, profiles};
use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::people::administrators::{Change, find_witness};
use crate::{Identity, Micros, Refusal};

/// How many passkeys, and how many people, a preview names; it counts all.
pub const LISTED: usize = 500;

/// What would be different under a policy.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// The version in force, with which it was compared; 0 is the default.
    pub version: i64,
    /// What is wrong with the draft and could be saved all the same.
    pub warnings: Vec<PolicyFault>,
    /// Everybody who can sign in.
    pub people: u64,
    /// Of these, who would have a profile.
    pub people_in_scope: u64,
    /// Usable passkeys, and of these those of people in scope.
    pub passkeys: u64,
    pub passkeys_in_scope: u64,
    /// Passkeys that are accepted now and would not be.
    pub would_stop: u64,
    /// Passkeys that are not accepted now and would be.
    pub would_start: u64,
    /// People who have an accepted passkey now and would have none.
    pub left_with_none: u64,
    /// By the rule that would refuse them, passkeys that would stop.
    pub by_rule: BTreeMap<Rule, u64>,
    /// The first [`LISTED`] of [`Preview::would_stop`], by person.
    pub stopping: Vec<Stopping>,
    /// The first [`LISTED`] of [`Preview::left_with_none`].
    pub stranded: Vec<Stranded>,
    /// Whether a Global Administrator would have an accepted passkey: without one it can't be saved.
    pub keeps_administrator: bool,
}

/// A passkey that would stop.
#[derive(Debug, Clone)]
pub struct Stopping {
    pub person_id: Id,
    pub user_name: String,
    /// The credential id in base64url.
    pub passkey_id: String,
    pub passkey_name: String,
    pub rule: Rule,
    /// The profile whose rule that is; `None` where no profile has a say.
    pub profile: Option<ProfileId>,
}

/// Somebody who would have no accepted passkey.
#[derive(Debug, Clone)]
pub struct Stranded {
    pub person_id: Id,
    pub user_name: String,
    pub display_name: String,
}

/// What is in force, for somebody who is about to ask what a draft would change.
///
/// # Errors
/// Those of the right to ask; [`crate::codes::POLICY_UNKNOWN`].
pub async fn begin_preview(identity: &Identity, actor: Actor<'_>) -> Result<PolicyShown, Refusal> {
    check_right(identity, actor).await?;
    read_shown(identity).await
}

async fn check_right(identity: &Identity, actor: Actor<'_>) -> Result<(), Refusal> {
    access::check(identity, actor, Operation::PreviewPolicy, None)
        .await
        .map(drop)
}

/// Compares a draft with the policy in force, over the whole directory.
///
/// # Errors
/// [`crate::codes::POLICY_UNFIT`] with every fault of the draft.
pub async fn preview(
    identity: &Identity,
    actor: Actor<'_>,
    draft: &Document,
) -> Result<Preview, Refusal> {
    check_right(identity, actor).await?;
    let (draft, warnings) = check(identity, draft).await?;
    let (_, snapshot) = identity.current().await?;
    let enforced = snapshot.policies.require_enforced()?;
    let keeps = find_witness(identity, &draft, &Change::None).await?;
    let members = read_members(identity, [&enforced.policy, &draft]).await?;
    let mut walk = Walk {
        now: &enforced.policy,
        then: &draft,
        at: identity.0.ambient.now(),
        preview: Preview {
            version: enforced.version,
            warnings,
            keeps_administrator: keeps.is_some(),
            ..Preview::default()
        },
    };
    let mut proofs = Proofs::of([&enforced.policy, &draft]);
    let (now, then) = (enforced.policy.needs(), draft.needs());
    let asked = FactsAsked {
        last_use: now.last_use || then.last_use,
        attestation: now.attestation_at_sign_in || then.attestation_at_sign_in,
    };
    let mut stopping = Vec::new();
    let mut stranded = Vec::new();
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut after = None;
    loop {
        let people = store.list_passkeys_of_everybody(tenant, after, asked);
        let people = people.await?;
        let Some((last, _)) = people.last() else {
            break;
        };
        after = Some(*last);
        for (person, passkeys) in &people {
            let groups = members.get(person).map_or(&[][..], Vec::as_slice);
            let mut proven = Vec::with_capacity(passkeys.len());
            for facts in passkeys {
                let attestation = facts.attestation.as_ref();
                proven.push(proofs.prove(identity, facts.aaguid, attestation).await?);
            }
            let outcome = walk.take(groups, passkeys, &proven, &mut stopping);
            if outcome == Outcome::Stranded && stranded.len() < LISTED {
                stranded.push(*person);
            }
        }
    }
    let mut preview = walk.preview;
    preview.stopping = name_stopping(identity, stopping).await?;
    preview.stranded = name_stranded(identity, stranded).await?;
    Ok(preview)
}

async fn check(
    identity: &Identity,
    draft: &Document,
) -> Result<(PasskeyPolicy, Vec<PolicyFault>), Refusal> {
    let mut faults = find_missing_groups(identity, draft).await?;
    match draft.clone().check(Strictness::Own) {
        Ok(profiles::Checked { policy, warnings }) if faults.is_empty() => {
            let warnings = warnings.into_iter().map(PolicyFault::from).collect();
            return Ok((policy, warnings));
        }
        Ok(checked) => faults.extend(checked.warnings.into_iter().map(PolicyFault::from)),
        Err(wrong) => faults.extend(wrong.into_iter().map(PolicyFault::from)),
    }
    Err(unfit(faults))
}

/// Of the groups that the policies name, who is in which, nested groups included.
pub(super) async fn read_members<const N: usize>(
    identity: &Identity,
    policies: [&PasskeyPolicy; N],
) -> Result<HashMap<Id, Vec<GroupId>>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut named: Vec<GroupId> = policies
        .iter()
        .flat_map(|it| it.groups())
        .copied()
        .collect();
    named.sort_unstable();
    named.dedup();
    let mut members: HashMap<Id, Vec<GroupId>> = HashMap::new();
    for group in named {
        for inner in store.list_groups_below(tenant, Id(group.0)).await? {
            let mut after = None;
            loop {
                let people = store.list_people_ids_in(tenant, inner, after).await?;
                let Some(last) = people.last() else {
                    break;
                };
                after = Some(*last);
                for person in people {
                    let groups = members.entry(person).or_default();
                    // Of one group all inner ones follow each other.
                    if groups.last() != Some(&group) {
                        groups.push(group);
                    }
                }
            }
        }
    }
    Ok(members)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// They can sign in as before, or could not before.
    Same,
    /// They had an accepted passkey and would have none.
    Stranded,
}

/// A passkey that would stop, before it is named.
struct Found {
    person: Id,
    credential_id: Vec<u8>,
    rule: Rule,
    profile: Option<ProfileId>,
}

/// The count, person by person.
struct Walk<'a> {
    now: &'a PasskeyPolicy,
    then: &'a PasskeyPolicy,
    at: Micros,
    preview: Preview,
}

impl Walk<'_> {
    fn take(
        &mut self,
        groups: &[GroupId],
        passkeys: &[PasskeyFacts],
        proofs: &[Proof],
        stopping: &mut Vec<Found>,
    ) -> Outcome {
        let (now, then) = (self.now.find_scope(groups), self.then.find_scope(groups));
        let count = u64::try_from(passkeys.len()).unwrap_or(u64::MAX);
        let preview = &mut self.preview;
        preview.people += 1;
        preview.passkeys += count;
        if matches!(then, profiles::Scope::Profiles(_)) {
            preview.people_in_scope += 1;
            preview.passkeys_in_scope += count;
        }
        let (mut usable_now, mut usable_then) = (false, false);
        for (facts, proof) in passkeys.iter().zip(proofs) {
            let passkey = describe(facts, proof);
            let before = self.now.decide(now, passkey, Moment::SignIn, self.at);
            let after = self.then.decide(then, passkey, Moment::SignIn, self.at);
            let was_accepted = before.is_accepted();
            usable_now |= was_accepted;
            match after.refused_by() {
                None => {
                    usable_then = true;
                    preview.would_start += u64::from(!was_accepted);
                }
                Some(rule) if was_accepted => {
                    preview.would_stop += 1;
                    *preview.by_rule.entry(rule).or_default() += 1;
                    if stopping.len() < LISTED {
                        stopping.push(Found {
                            person: facts.person_id,
                            credential_id: facts.credential_id.clone(),
                            rule,
                            profile: after.nearest_profile().map(|profile| profile.id),
                        });
                    }
                }
                Some(_) => {}
            }
        }
        match usable_now && !usable_then {
            true => {
                preview.left_with_none += 1;
                Outcome::Stranded
            }
            false => Outcome::Same,
        }
    }
}

async fn name_stopping(identity: &Identity, found: Vec<Found>) -> Result<Vec<Stopping>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut named = Vec::with_capacity(found.len());
    let mut owner: Option<(Id, String, Vec<Credential>)> = None;
    for one in found {
        if owner.as_ref().is_none_or(|(id, ..)| *id != one.person) {
            let person = store.find_person(tenant, one.person).await?;
            let credentials = store.list_credentials(tenant, one.person).await?;
            let user_name = person.map_or_else(String::new, |person| person.user_name);
            owner = Some((one.person, user_name, credentials));
        }
        let Some((_, user_name, credentials)) = &owner else {
            continue;
        };
        let credential = credentials
            .iter()
            .find(|credential| credential.credential_id == one.credential_id);
        named.push(Stopping {
            person_id: one.person,
            user_name: user_name.clone(),
            passkey_id: base64url::encode(&one.credential_id),
            passkey_name: credential.map_or_else(String::new, |it| it.name.clone()),
            rule: one.rule,
            profile: one.profile,
        });
    }
    Ok(named)
}

async fn name_stranded(identity: &Identity, found: Vec<Id>) -> Result<Vec<Stranded>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut named = Vec::with_capacity(found.len());
    for person_id in found {
        if let Some(person) = store.find_person(tenant, person_id).await? {
            named.push(Stranded {
                person_id,
                user_name: person.user_name,
                display_name: person.display_name,
            });
        }
    }
    Ok(named)
}
