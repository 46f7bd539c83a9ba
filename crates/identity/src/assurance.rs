//! What a sign-in proves, in the words that applications read (RFC 8176; OpenID Connect Extended Authentication Profile,
//! ACR values).

use store::{Id, PasskeyFacts, StoreError};

use crate::policies::{AtRest, Verdict, decide_at_rest, is_kept_in_hardware};
use crate::{Identity, Refusal};

/// The level of every session that a passkey opened: phishing-resistant.
pub(crate) const PHISHING_RESISTANT: &str = "phr";
/// The same with a key that provably lies in hardware.
pub(crate) const HARDWARE_PROTECTED: &str = "phrh";
/// Every level that there is.
pub(crate) const LEVELS: [&str; 2] = [PHISHING_RESISTANT, HARDWARE_PROTECTED];

/// How somebody signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assurance {
    /// Of a sign-in on another device none is said.
    pub(crate) acr: Option<&'static str>,
    pub(crate) amr: Vec<&'static str>,
}

impl Assurance {
    /// Whether the key provably lies in hardware.
    pub(crate) fn is_in_hardware(&self) -> bool {
        self.acr == Some(HARDWARE_PROTECTED)
    }

    /// What was allowed on another device is no phishing-resistant sign-in on this one (security 19).
    pub(crate) fn elsewhere(mut self) -> Assurance {
        self.acr = None;
        self.amr.clear();
        self
    }

    /// No more than was true at the sign-in (security 29), and no other word than was asked for.
    pub(crate) fn at_most(mut self, was_in_hardware: bool) -> Assurance {
        if self.is_in_hardware() && !was_in_hardware {
            self.acr = Some(PHISHING_RESISTANT);
            self.amr.retain(|word| *word != "hwk");
        }
        self
    }
}

/// What a sign-in proves, as what it was made with is judged now. A password and a code are two factors, and can be phished.
pub(crate) async fn judge(identity: &Identity, at_rest: &AtRest) -> Result<Assurance, StoreError> {
    match (at_rest.is_by_password, &at_rest.facts) {
        (true, _) => Ok(Assurance {
            acr: None,
            amr: vec!["pwd", "otp", "mfa"],
        }),
        (false, facts) => judge_passkey(identity, facts.as_ref()).await,
    }
}

/// What a sign-in with this passkey proves, as its attestation is judged now. They begin with a verified person only:
/// possession of the key, presence, and another factor are in all of them.
async fn judge_passkey(
    identity: &Identity,
    facts: Option<&PasskeyFacts>,
) -> Result<Assurance, StoreError> {
    let mut found = Assurance {
        acr: Some(PHISHING_RESISTANT),
        amr: vec!["pop", "user", "mfa"],
    };
    let Some(facts) = facts else {
        return Ok(found);
    };
    if facts.backup_eligible {
        // Its provider hands the key on, so no one device's hardware holds it.
        found.amr.push("swk");
    } else if is_kept_in_hardware(identity, facts).await? {
        found.amr.push("hwk");
        found.acr = Some(HARDWARE_PROTECTED);
    }
    // Of a passkey that stays where it is and proves nothing neither word is known to be true.
    Ok(found)
}

/// The passkeys of a person that are accepted now and provably lie in hardware: their ids.
///
/// # Errors
/// [`crate::codes::POLICY_UNKNOWN`] when what is in force can't be understood.
pub(crate) async fn list_in_hardware(
    identity: &Identity,
    person: Id,
) -> Result<Vec<Vec<u8>>, Refusal> {
    let (_, snapshot) = identity.current().await?;
    let verdicts = decide_at_rest(identity, &snapshot.policies, person).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut found = Vec::new();
    for facts in store.list_passkey_facts(tenant, person).await? {
        let verdict = verdicts.get(&facts.credential_id);
        let is_accepted = verdict.is_some_and(Verdict::is_accepted);
        if is_accepted
            && judge_passkey(identity, Some(&facts))
                .await?
                .is_in_hardware()
        {
            found.push(facts.credential_id);
        }
    }
    Ok(found)
}
