//! Facts in, a decision with its reasons out. Pure: no I/O, clock, randomness, async or logging.
//!
//! What is not understood blocks: every `match` on a word from outside ends in a refusal.

#![forbid(unsafe_code)]

pub mod access_pass;
pub mod methods;
pub mod passkey;
pub mod profiles;
pub mod recovery;
pub mod rungs;
pub mod sign_in;

/// A rule that took part in a decision. The word is stable: it stands in logs and texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The person's account is enabled.
    AccountEnabled,
    /// The passkey's record is active: neither removed nor held.
    PasskeyActive,
    /// The authenticator verified the person in this very ceremony.
    UserVerified,
    /// The passkey policy accepts the passkey; if not, the rule of it that says no.
    PasskeyPolicy(Option<profiles::Rule>),
}

impl Rule {
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::AccountEnabled => "account_enabled",
            Rule::PasskeyActive => "passkey_active",
            Rule::UserVerified => "user_verified",
            Rule::PasskeyPolicy(None) => "passkey_policy",
            Rule::PasskeyPolicy(Some(rule)) => rule.as_str(),
        }
    }
}

/// One rule and whether it held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    pub rule: Rule,
    pub held: bool,
}

/// The result of all rules: granted if every one held, otherwise refused by the first that did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    reasons: Vec<Reason>,
}

impl Decision {
    pub(crate) fn new(reasons: Vec<Reason>) -> Decision {
        Decision { reasons }
    }

    /// The first rule that did not hold; `None` means granted. A decision without any rule is refused.
    pub fn refused_by(&self) -> Option<Rule> {
        debug_assert!(!self.reasons.is_empty(), "a decision without a rule");
        self.reasons
            .iter()
            .find(|reason| !reason.held)
            .map(|reason| reason.rule)
    }

    pub fn is_granted(&self) -> bool {
        !self.reasons.is_empty() && self.refused_by().is_none()
    }

    /// Every rule that was asked, in order.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }
}

/// The passkey policy's decision as one rule beside the others. A refusal for want of a step-up is a refusal.
fn judge_policy(policy: &profiles::Decision<'_>) -> Reason {
    let refused_by = policy.refused_by();
    Reason {
        rule: Rule::PasskeyPolicy(refused_by),
        held: refused_by.is_none(),
    }
}
