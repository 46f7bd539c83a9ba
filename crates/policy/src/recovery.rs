//! The policy of recovery codes: who may have and use them.

use serde::{Deserialize, Serialize};

use crate::methods::MethodPolicy;
use crate::profiles::{GroupId, State, Target};

/// As it is written and stored: JSON, names in camelCase, unknown names refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RecoveryPolicy {
    /// Whether there are recovery codes at all.
    pub state: State,
    /// Whether people with a directory role may have them, too: a code on paper is less than what such a role asks of whoever
    /// holds it, so somebody has to say so.
    pub privileged: State,
    /// Who may have them.
    pub include: Vec<Target>,
    /// Groups whose people may not, whatever else holds for them.
    pub exclude: Vec<GroupId>,
}

/// For everybody who holds no directory role.
impl Default for RecoveryPolicy {
    fn default() -> RecoveryPolicy {
        RecoveryPolicy {
            state: State::Enabled,
            privileged: State::Disabled,
            include: vec![Target::Everyone],
            exclude: Vec::new(),
        }
    }
}

impl MethodPolicy for RecoveryPolicy {
    fn state(&self) -> State {
        self.state
    }

    fn include(&self) -> &[Target] {
        &self.include
    }

    fn exclude(&self) -> &[GroupId] {
        &self.exclude
    }

    fn allows_privileged(&self) -> bool {
        self.privileged == State::Enabled
    }

    fn find_fault(&self) -> Option<&'static str> {
        (!self.are_targets_fit()).then_some("recovery_policy.targets")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::Holder;

    const ONE: GroupId = GroupId([1; 16]);

    #[test]
    fn the_default_is_in_order_and_reads_as_it_is_written() {
        let policy = RecoveryPolicy::default();
        assert_eq!(policy.find_fault(), None);
        assert_eq!(RecoveryPolicy::parse(&policy.to_json()), Some(policy));
        assert_eq!(RecoveryPolicy::parse("{\"later\": 1}"), None);
        let twice = RecoveryPolicy {
            exclude: vec![ONE, ONE],
            ..RecoveryPolicy::default()
        };
        assert_eq!(twice.find_fault(), Some("recovery_policy.targets"));
        assert_eq!(RecoveryPolicy::parse(&twice.to_json()), None);
    }

    #[test]
    fn who_holds_a_role_is_covered_only_where_it_says_so() {
        let administrator = Holder {
            is_privileged: true,
            groups: &[],
        };
        let mut policy = RecoveryPolicy::default();
        assert!(!policy.covers(administrator));
        policy.privileged = State::Enabled;
        assert!(policy.covers(administrator));
        policy.state = State::Disabled;
        assert!(!policy.covers(administrator));
    }
}
