//! Facts in, a decision with its reasons out. Pure: no I/O, clock, randomness, async or logging.
//!
//! What is not understood blocks: every `match` on a word from outside ends in a refusal.

#![forbid(unsafe_code)]

pub mod passkey;
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
}

impl Rule {
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::AccountEnabled => "account_enabled",
            Rule::PasskeyActive => "passkey_active",
            Rule::UserVerified => "user_verified",
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
