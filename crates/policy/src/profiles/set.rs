//! Sets as bits: a decision about a quarter of a million passkeys allocates nothing.

use super::rule::Rule;

/// Profiles of a policy, by their place in its canonical form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ProfileSet(u16);

impl ProfileSet {
    pub(super) fn insert(&mut self, at: usize) {
        self.0 |= 1 << at;
    }

    pub(super) fn join(self, other: ProfileSet) -> ProfileSet {
        ProfileSet(self.0 | other.0)
    }

    pub(super) fn contains(self, at: usize) -> bool {
        self.0 & (1 << at) != 0
    }

    /// Whether no profile is there.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Rules that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RuleSet(u32);

impl RuleSet {
    pub(super) fn insert_if(&mut self, failed: bool, rule: Rule) {
        if failed {
            self.0 |= bit(rule);
        }
    }

    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) fn len(self) -> u32 {
        self.0.count_ones()
    }

    pub(super) fn contains(self, rule: Rule) -> bool {
        self.0 & bit(rule) != 0
    }

    /// In the fixed order of rules.
    pub(super) fn iter(self) -> impl Iterator<Item = Rule> {
        Rule::ALL
            .into_iter()
            .filter(move |rule| self.contains(*rule))
    }
}

fn bit(rule: Rule) -> u32 {
    1 << rule as u32
}
