//! The policy of recovery: who may have and use recovery codes, and the other ways back in ([`crate::rungs`]).

use serde::{Deserialize, Serialize};

use crate::methods::MethodPolicy;
use crate::profiles::{GroupId, State, Target};
use crate::rungs::Rungs;

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
    /// The other ways back in. A document without them is of an older program, and means codes only.
    #[serde(skip_serializing_if = "Rungs::are_default")]
    pub rungs: Rungs,
}

/// For everybody who holds no directory role.
impl Default for RecoveryPolicy {
    fn default() -> RecoveryPolicy {
        RecoveryPolicy {
            state: State::Enabled,
            privileged: State::Disabled,
            include: vec![Target::Everyone],
            exclude: Vec::new(),
            rungs: Rungs::default(),
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
        match self.are_targets_fit() {
            true => self.rungs.find_fault(),
            false => Some("recovery_policy.targets"),
        }
    }

    fn asks_for_groups(&self) -> bool {
        !self.exclude.is_empty()
            || !self.include.contains(&Target::Everyone)
            || self.rungs.ask_for_groups()
    }

    fn groups(&self) -> impl Iterator<Item = GroupId> {
        let included = self.include.iter().filter_map(|target| target.group());
        let of_codes = included.chain(self.exclude.iter().copied());
        of_codes.chain(self.rungs.groups())
    }

    fn excluded(&self) -> impl Iterator<Item = &GroupId> {
        self.exclude.iter().chain(self.rungs.excluded())
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
