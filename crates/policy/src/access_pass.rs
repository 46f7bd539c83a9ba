//! The policy of Temporary Access Passes: who may use one, how long and how often (Entra's model).

use serde::{Deserialize, Serialize};

use crate::profiles::{GroupId, State, Target};

/// The shortest and the longest life that a pass can have, in minutes.
pub const LIFETIMES: std::ops::RangeInclusive<u32> = 10..=43_200;

/// The fewest and the most characters of a code.
pub const LENGTHS: std::ops::RangeInclusive<u32> = 8..=48;

/// The most groups of either list.
pub const MAX_TARGETS: usize = 100;

/// As it is written and stored: JSON, names in camelCase, unknown names refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PassPolicy {
    /// Whether passes can be used at all.
    pub state: State,
    /// Minutes that a pass lives where nobody says how long.
    pub default_lifetime: u32,
    /// Minutes that it lives at least.
    pub minimum_lifetime: u32,
    /// Minutes that it lives at most.
    pub maximum_lifetime: u32,
    /// Characters of its code.
    pub default_length: u32,
    /// No pass can be used more than once.
    pub usable_once: bool,
    /// Whose passes work.
    pub include: Vec<Target>,
    /// Groups whose people's passes don't work, whatever else holds for them.
    pub exclude: Vec<GroupId>,
}

/// Passes of an hour for everybody; whoever makes one may let it be used more than once.
impl Default for PassPolicy {
    fn default() -> PassPolicy {
        PassPolicy {
            state: State::Enabled,
            default_lifetime: 60,
            minimum_lifetime: 60,
            maximum_lifetime: 480,
            default_length: 8,
            usable_once: false,
            include: vec![Target::Everyone],
            exclude: Vec::new(),
        }
    }
}

/// What is wrong with such a policy; the word is stable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PassFault {
    /// A life outside [`LIFETIMES`], or a default outside what the policy allows.
    Lifetime,
    /// A length outside [`LENGTHS`].
    Length,
    /// More than [`MAX_TARGETS`], or one twice.
    Targets,
}

impl PassFault {
    /// Stands in refusals and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            PassFault::Lifetime => "pass_policy.lifetime",
            PassFault::Length => "pass_policy.length",
            PassFault::Targets => "pass_policy.targets",
        }
    }
}

pub(crate) fn are_different<T: PartialEq>(all: &[T]) -> bool {
    let mut rest = all.iter().enumerate();
    all.len() <= MAX_TARGETS && rest.all(|(at, one)| all.iter().take(at).all(|it| it != one))
}

impl PassPolicy {
    /// Reads a stored policy; `None` for what this program doesn't understand, or what is wrong.
    #[must_use]
    pub fn parse(stored: &str) -> Option<PassPolicy> {
        let policy: PassPolicy = serde_json::from_str(stored).ok()?;
        policy.check().is_ok().then_some(policy)
    }

    /// To be stored.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// # Errors
    /// The first fault.
    pub fn check(&self) -> Result<(), PassFault> {
        let (least, most) = (self.minimum_lifetime, self.maximum_lifetime);
        let lives = [least, most, self.default_lifetime];
        let in_order = least <= self.default_lifetime && self.default_lifetime <= most;
        if !in_order || !lives.iter().all(|minutes| LIFETIMES.contains(minutes)) {
            return Err(PassFault::Lifetime);
        }
        if !LENGTHS.contains(&self.default_length) {
            return Err(PassFault::Length);
        }
        if !are_different(&self.include) || !are_different(&self.exclude) {
            return Err(PassFault::Targets);
        }
        Ok(())
    }

    /// Whether a pass may live so many minutes.
    #[must_use]
    pub fn allows_lifetime(&self, minutes: u32) -> bool {
        (self.minimum_lifetime..=self.maximum_lifetime).contains(&minutes)
    }

    /// Whether the groups of a person matter at all.
    #[must_use]
    pub fn asks_for_groups(&self) -> bool {
        !self.exclude.is_empty() || !self.include.contains(&Target::Everyone)
    }

    /// Whether passes of somebody in these groups (nested ones included) work.
    #[must_use]
    pub fn covers(&self, groups: &[GroupId]) -> bool {
        let is_in = |group: &GroupId| groups.contains(group);
        let included = |target: &Target| target.group().is_none_or(|group| is_in(&group));
        self.state == State::Enabled
            && self.include.iter().any(included)
            && !self.exclude.iter().any(is_in)
    }

    /// Every group that is named.
    pub fn groups(&self) -> impl Iterator<Item = GroupId> {
        let included = self.include.iter().filter_map(|target| target.group());
        included.chain(self.exclude.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: GroupId = GroupId([1; 16]);
    const OTHER: GroupId = GroupId([2; 16]);

    #[test]
    fn the_default_is_in_order_and_reads_as_it_is_written() {
        let policy = PassPolicy::default();
        assert_eq!(policy.check(), Ok(()));
        assert_eq!(PassPolicy::parse(&policy.to_json()), Some(policy));
        assert_eq!(PassPolicy::parse("{\"later\": 1}"), None);
        assert_eq!(PassPolicy::parse("{\"defaultLength\": 7}"), None);
    }

    #[test]
    fn ranges_are_entras() {
        let with = |change: fn(&mut PassPolicy)| {
            let mut policy = PassPolicy::default();
            change(&mut policy);
            policy.check()
        };
        let lifetime = Err(PassFault::Lifetime);
        assert_eq!(with(|it| it.minimum_lifetime = 10), Ok(()));
        assert_eq!(with(|it| it.minimum_lifetime = 9), lifetime);
        assert_eq!(with(|it| it.maximum_lifetime = 43_200), Ok(()));
        assert_eq!(with(|it| it.maximum_lifetime = 43_201), lifetime);
        assert_eq!(with(|it| it.default_lifetime = 59), lifetime);
        assert_eq!(with(|it| it.default_lifetime = 481), lifetime);
        assert_eq!(with(|it| it.default_length = 48), Ok(()));
        assert_eq!(with(|it| it.default_length = 49), Err(PassFault::Length));
        assert_eq!(with(|it| it.default_length = 7), Err(PassFault::Length));
        let twice = with(|it| it.exclude = vec![ONE, ONE]);
        assert_eq!(twice, Err(PassFault::Targets));
    }

    #[test]
    fn it_covers_who_is_included_and_not_excluded() {
        let mut policy = PassPolicy::default();
        assert!(policy.covers(&[]) && !policy.asks_for_groups());
        policy.exclude = vec![OTHER];
        assert!(policy.covers(&[ONE]) && !policy.covers(&[ONE, OTHER]));
        policy.include = vec![Target::Group(ONE)];
        assert!(policy.covers(&[ONE]) && !policy.covers(&[]));
        assert!(!policy.covers(&[ONE, OTHER]) && policy.asks_for_groups());
        policy.state = State::Disabled;
        assert!(!policy.covers(&[ONE]));
    }
}
