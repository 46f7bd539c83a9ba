//! Whether a verified passkey ceremony signs its owner in.

use crate::passkey::{self, PasskeyFacts};
use crate::{Decision, Reason, Rule, profiles};

/// What is known when the signature has been verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInFacts {
    pub passkey: PasskeyFacts,
    /// The UV flag of the signed authenticator data.
    pub user_verified: bool,
}

/// All rules are asked, so that the record names each; the first that fails refuses.
pub fn decide(facts: &SignInFacts) -> Decision {
    let mut reasons = passkey::reasons(&facts.passkey);
    reasons.push(Reason {
        rule: Rule::UserVerified,
        held: facts.user_verified,
    });
    Decision::new(reasons)
}

/// The same, and the passkey policy: [`Rule::PasskeyPolicy`] is asked last, so that it is named only where nothing
/// else is wrong.
pub fn decide_under(facts: &SignInFacts, policy: &profiles::Decision<'_>) -> Decision {
    let mut reasons = passkey::reasons(&facts.passkey);
    reasons.extend([
        Reason {
            rule: Rule::UserVerified,
            held: facts.user_verified,
        },
        crate::judge_policy(policy),
    ]);
    Decision::new(reasons)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every combination: granted only when all hold, and a false fact never allows more.
    #[test]
    fn granted_only_when_every_fact_holds() {
        for bits in 0u8..8 {
            let facts = SignInFacts {
                passkey: PasskeyFacts {
                    account_enabled: bits & 1 != 0,
                    active: bits & 2 != 0,
                },
                user_verified: bits & 4 != 0,
            };
            let decision = decide(&facts);
            assert_eq!(decision.is_granted(), bits == 7, "{facts:?}");
            assert_eq!(decision.reasons().len(), 3);
            assert_eq!(
                decision
                    .reasons()
                    .iter()
                    .filter(|reason| reason.held)
                    .count(),
                bits.count_ones() as usize
            );
        }
    }

    #[test]
    fn the_first_failed_rule_is_named() {
        let facts = SignInFacts {
            passkey: PasskeyFacts {
                account_enabled: true,
                active: false,
            },
            user_verified: false,
        };
        assert_eq!(decide(&facts).refused_by(), Some(Rule::PasskeyActive));
    }
}
