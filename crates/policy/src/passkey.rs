//! Whether a passkey may be used by its owner, apart from any ceremony.

use crate::{Decision, Reason, Rule, profiles};

/// What is known of a passkey and its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasskeyFacts {
    pub account_enabled: bool,
    pub active: bool,
}

/// The rules that hold for a passkey at rest: shown on Security info as "accepted now".
pub fn judge(facts: &PasskeyFacts) -> Decision {
    Decision::new(reasons(facts))
}

/// The same, and the passkey policy (decided for [`profiles::Moment::SignIn`]).
pub fn judge_under(facts: &PasskeyFacts, policy: &profiles::Decision<'_>) -> Decision {
    let mut reasons = reasons(facts);
    reasons.push(crate::judge_policy(policy));
    Decision::new(reasons)
}

pub(crate) fn reasons(facts: &PasskeyFacts) -> Vec<Reason> {
    vec![
        Reason {
            rule: Rule::AccountEnabled,
            held: facts.account_enabled,
        },
        Reason {
            rule: Rule::PasskeyActive,
            held: facts.active,
        },
    ]
}
