//! The policy of recovery: who may have and use recovery codes, and the other ways back in ([`crate::rungs`]).

use serde::{Deserialize, Serialize};

use crate::access_pass::are_different;
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

/// What is wrong with such a policy: more than [`crate::access_pass::MAX_TARGETS`] of either list, or one twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetsUnfit;

/// Whose codes they are, as far as the policy asks.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// Holds a directory role, directly or by a group.
    pub is_privileged: bool,
    /// Nested ones included.
    pub groups: &'a [GroupId],
}

impl RecoveryPolicy {
    /// Reads a stored policy; `None` for what this program doesn't understand, or what is wrong.
    #[must_use]
    pub fn parse(stored: &str) -> Option<RecoveryPolicy> {
        let policy: RecoveryPolicy = serde_json::from_str(stored).ok()?;
        let is_fit = policy.check().is_ok() && policy.rungs.is_wait_fit();
        is_fit.then_some(policy)
    }

    /// To be stored.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// # Errors
    /// [`TargetsUnfit`].
    pub fn check(&self) -> Result<(), TargetsUnfit> {
        match are_different(&self.include) && are_different(&self.exclude) {
            true => self.rungs.check_targets(),
            false => Err(TargetsUnfit),
        }
    }

    /// Whether the groups of a person matter at all.
    #[must_use]
    pub fn asks_for_groups(&self) -> bool {
        !self.exclude.is_empty()
            || !self.include.contains(&Target::Everyone)
            || self.rungs.ask_for_groups()
    }

    /// Whether such a person may have codes, and use them.
    #[must_use]
    pub fn covers(&self, holder: Holder<'_>) -> bool {
        let is_in = |group: &GroupId| holder.groups.contains(group);
        let included = |target: &Target| target.group().is_none_or(|group| is_in(&group));
        self.state == State::Enabled
            && (!holder.is_privileged || self.privileged == State::Enabled)
            && self.include.iter().any(included)
            && !self.exclude.iter().any(is_in)
    }

    /// Every group that is named.
    pub fn groups(&self) -> impl Iterator<Item = GroupId> {
        let included = self.include.iter().filter_map(|target| target.group());
        let of_codes = included.chain(self.exclude.iter().copied());
        of_codes.chain(self.rungs.groups())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: GroupId = GroupId([1; 16]);
    const OTHER: GroupId = GroupId([2; 16]);

    fn plain(groups: &[GroupId]) -> Holder<'_> {
        Holder {
            is_privileged: false,
            groups,
        }
    }

    #[test]
    fn the_default_is_in_order_and_reads_as_it_is_written() {
        let policy = RecoveryPolicy::default();
        assert_eq!(policy.check(), Ok(()));
        assert_eq!(RecoveryPolicy::parse(&policy.to_json()), Some(policy));
        assert_eq!(RecoveryPolicy::parse("{\"later\": 1}"), None);
        let twice = RecoveryPolicy {
            exclude: vec![ONE, ONE],
            ..RecoveryPolicy::default()
        };
        assert_eq!(twice.check(), Err(TargetsUnfit));
        assert_eq!(RecoveryPolicy::parse(&twice.to_json()), None);
    }

    #[test]
    fn it_covers_who_is_included_and_not_excluded() {
        let mut policy = RecoveryPolicy::default();
        assert!(policy.covers(plain(&[])) && !policy.asks_for_groups());
        policy.exclude = vec![OTHER];
        assert!(policy.covers(plain(&[ONE])) && !policy.covers(plain(&[ONE, OTHER])));
        policy.include = vec![Target::Group(ONE)];
        assert!(policy.covers(plain(&[ONE])) && !policy.covers(plain(&[])));
        policy.state = State::Disabled;
        assert!(!policy.covers(plain(&[ONE])));
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
