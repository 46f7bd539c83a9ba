//! Who has a passkey that is accepted, asked of many people at a time.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use policy::profiles::{GroupId, Moment, PasskeyPolicy};
use store::{Id, PasskeyFacts};

use super::decide::{Membership, Proofs, describe};
use super::preview::read_members;
use crate::tenant::Snapshot;
use crate::{Identity, Micros, Refusal};

/// The policy in force as it was when the question was begun, with what decisions by it ask for.
pub(crate) struct Capable {
    snapshot: Arc<Snapshot>,
    proofs: Proofs,
    /// Who is in which of the policy's groups; `None`: looked up person by person.
    members: Option<HashMap<Id, Vec<GroupId>>>,
    now: Micros,
}

impl Capable {
    /// For a few people.
    ///
    /// # Errors
    /// [`crate::codes::POLICY_UNKNOWN`] when what is in force can't be understood.
    pub(crate) async fn begin(identity: &Identity) -> Result<Capable, Refusal> {
        let (_, snapshot) = identity.current().await?;
        let proofs = Proofs::of([&snapshot.policies.require_enforced()?.policy]);
        Ok(Capable {
            snapshot,
            proofs,
            members: None,
            now: identity.0.ambient.now(),
        })
    }

    /// For everybody: the policy's groups are read once.
    ///
    /// # Errors
    /// As [`Capable::begin`].
    pub(crate) async fn begin_for_everybody(identity: &Identity) -> Result<Capable, Refusal> {
        let begun = Capable::begin(identity).await?;
        let members = read_members(identity, [begun.policy()?]).await?;
        Ok(Capable {
            members: Some(members),
            ..begun
        })
    }

    fn policy(&self) -> Result<&PasskeyPolicy, Refusal> {
        Ok(&self.snapshot.policies.require_enforced()?.policy)
    }

    /// Of these people's usable passkeys, each person's beside each other, the people who have one that is accepted.
    pub(crate) async fn find(
        &mut self,
        identity: &Identity,
        passkeys: &[PasskeyFacts],
    ) -> Result<HashSet<Id>, Refusal> {
        let mut capable = HashSet::new();
        for of_one in passkeys.chunk_by(|one, next| one.person_id == next.person_id) {
            let person = of_one[0].person_id;
            let groups = self.find_groups(identity, person).await?;
            for facts in of_one {
                let attestation = facts.attestation.as_ref();
                let proof = self.proofs.prove(identity, facts.aaguid, attestation);
                let proof = proof.await?;
                let policy = self.policy()?;
                let (scope, passkey) = (policy.find_scope(&groups), describe(facts, &proof));
                let decision = policy.decide(scope, passkey, Moment::SignIn, self.now);
                if decision.is_accepted() {
                    capable.insert(person);
                    break;
                }
            }
        }
        Ok(capable)
    }

    async fn find_groups(&self, identity: &Identity, person: Id) -> Result<Vec<GroupId>, Refusal> {
        if let Some(members) = &self.members {
            return Ok(members.get(&person).cloned().unwrap_or_default());
        }
        let asked = self.policy()?.needs().groups;
        Ok(Membership::read(identity, person, asked).await?.groups)
    }
}
