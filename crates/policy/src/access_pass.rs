//! The policy of Temporary Access Passes: who may use one, how long and how often (Entra's model).

use serde::{Deserialize, Serialize};

use crate::methods::MethodPolicy;
use crate::profiles::{GroupId, State, Target};

/// The shortest and the longest life that a pass can have, in minutes.
pub const LIFETIMES: std::ops::RangeInclusive<u32> = 10..=43_200;

/// The fewest and the most characters of a code.
pub const LENGTHS: std::ops::RangeInclusive<u32> = 8..=48;

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

impl MethodPolicy for PassPolicy {
    fn state(&self) -> State {
        self.state
    }

    fn include(&self) -> &[Target] {
        &self.include
    }

    fn exclude(&self) -> &[GroupId] {
        &self.exclude
    }

    /// Somebody else makes it, who has to outrank them (security 16).
    fn allows_privileged(&self) -> bool {
        true
    }

    /// A life outside [`LIFETIMES`], a default outside what the policy allows, or a length outside [`LENGTHS`].
    fn find_fault(&self) -> Option<&'static str> {
        let (least, most) = (self.minimum_lifetime, self.maximum_lifetime);
        let lives = [least, most, self.default_lifetime];
        let in_order = least <= self.default_lifetime && self.default_lifetime <= most;
        if !in_order || !lives.iter().all(|minutes| LIFETIMES.contains(minutes)) {
            return Some("pass_policy.lifetime");
        }
        if !LENGTHS.contains(&self.default_length) {
            return Some("pass_policy.length");
        }
        (!self.are_targets_fit()).then_some("pass_policy.targets")
    }
}

impl PassPolicy {
    /// Whether a pass may live so many minutes.
    #[must_use]
    pub fn allows_lifetime(&self, minutes: u32) -> bool {
        (self.minimum_lifetime..=self.maximum_lifetime).contains(&minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::methods::Holder;

    const ONE: GroupId = GroupId([1; 16]);

    #[test]
    fn the_default_is_in_order_and_reads_as_it_is_written() {
        let policy = PassPolicy::default();
        assert_eq!(policy.find_fault(), None);
        assert_eq!(PassPolicy::parse(&policy.to_json()), Some(policy));
        assert_eq!(PassPolicy::parse("{\"later\": 1}"), None);
        assert_eq!(PassPolicy::parse("{\"defaultLength\": 7}"), None);
    }

    #[test]
    fn ranges_are_entras() {
        let with = |change: fn(&mut PassPolicy)| {
            let mut policy = PassPolicy::default();
            change(&mut policy);
            policy.find_fault()
        };
        let (lifetime, length) = (Some("pass_policy.lifetime"), Some("pass_policy.length"));
        assert_eq!(with(|it| it.minimum_lifetime = 10), None);
        assert_eq!(with(|it| it.minimum_lifetime = 9), lifetime);
        assert_eq!(with(|it| it.maximum_lifetime = 43_200), None);
        assert_eq!(with(|it| it.maximum_lifetime = 43_201), lifetime);
        assert_eq!(with(|it| it.default_lifetime = 59), lifetime);
        assert_eq!(with(|it| it.default_lifetime = 481), lifetime);
        assert_eq!(with(|it| it.default_length = 48), None);
        assert_eq!(with(|it| it.default_length = 49), length);
        assert_eq!(with(|it| it.default_length = 7), length);
        let twice = with(|it| it.exclude = vec![ONE, ONE]);
        assert_eq!(twice, Some("pass_policy.targets"));
    }

    #[test]
    fn it_is_for_who_holds_a_role_too() {
        let administrator = Holder {
            is_privileged: true,
            groups: &[],
        };
        assert!(PassPolicy::default().covers(administrator));
    }
}
