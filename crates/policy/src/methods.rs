//! What the policies of sign-in methods beside passkeys have in common, and those that have nothing else.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::profiles::{GroupId, State, Target};

/// The most groups of either list.
pub const MAX_TARGETS: usize = 100;

/// Whose method it is, as far as a policy asks.
#[derive(Debug, Clone, Copy)]
pub struct Holder<'a> {
    /// Holds a directory role, directly or by a group.
    pub is_privileged: bool,
    /// Nested ones included.
    pub groups: &'a [GroupId],
}

/// The policy of one method: a document (JSON, names in camelCase, unknown names refused) that is on or off, for some and not for
/// others.
pub trait MethodPolicy: Clone + Default + PartialEq + Serialize + DeserializeOwned {
    /// Whether the method works at all.
    fn state(&self) -> State;

    /// Who has it.
    fn include(&self) -> &[Target];

    /// Groups whose people don't, whatever else holds for them.
    fn exclude(&self) -> &[GroupId];

    /// Whether it is for people with a directory role, too.
    fn allows_privileged(&self) -> bool;

    /// What is wrong with it; the word is stable, and stands in refusals and logs.
    fn find_fault(&self) -> Option<&'static str>;

    /// Reads a stored policy; `None` for what this program doesn't understand, or what is wrong.
    #[must_use]
    fn parse(stored: &str) -> Option<Self> {
        let policy: Self = serde_json::from_str(stored).ok()?;
        policy.find_fault().is_none().then_some(policy)
    }

    /// To be stored.
    #[must_use]
    fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Whether the groups of a person matter at all.
    #[must_use]
    fn asks_for_groups(&self) -> bool {
        !self.exclude().is_empty() || !self.include().contains(&Target::Everyone)
    }

    /// Whether such a person has the method.
    #[must_use]
    fn covers(&self, holder: Holder<'_>) -> bool {
        let is_in = |group: &GroupId| holder.groups.contains(group);
        let included = |target: &Target| target.group().is_none_or(|group| is_in(&group));
        self.state() == State::Enabled
            && (!holder.is_privileged || self.allows_privileged())
            && self.include().iter().any(included)
            && !self.exclude().iter().any(is_in)
    }

    /// Every group that is named.
    fn groups(&self) -> impl Iterator<Item = GroupId> {
        let included = self.include().iter().filter_map(|target| target.group());
        included.chain(self.exclude().iter().copied())
    }

    /// Every group that it takes the method, or another one, from.
    fn excluded(&self) -> impl Iterator<Item = &GroupId> {
        self.exclude().iter()
    }

    /// Whether neither list is too long or has one twice.
    #[must_use]
    fn are_targets_fit(&self) -> bool {
        are_different(self.include()) && are_different(self.exclude())
    }
}

fn are_different<T: PartialEq>(all: &[T]) -> bool {
    let mut rest = all.iter().enumerate();
    all.len() <= MAX_TARGETS && rest.all(|(at, one)| all.iter().take(at).all(|it| it != one))
}

/// Passwords, as the first of two factors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PasswordPolicy {
    /// Whether anybody signs in with a password.
    pub state: State,
    /// Whether somebody who has a passkey may still sign in with their password: whoever phishes it would have no use for the passkey.
    pub beside_passkeys: State,
    /// Characters of a new one, at least.
    pub minimum_length: u32,
    /// Who may have one.
    pub include: Vec<Target>,
    /// Groups whose people may not, whatever else holds for them.
    pub exclude: Vec<GroupId>,
}

/// What [`PasswordPolicy::minimum_length`] may be (NIST SP 800-63B asks for eight).
pub const PASSWORD_LENGTHS: std::ops::RangeInclusive<u32> = 8..=64;

/// Nobody: an organisation that needs passwords for a while says so.
impl Default for PasswordPolicy {
    fn default() -> PasswordPolicy {
        PasswordPolicy {
            state: State::Disabled,
            beside_passkeys: State::Disabled,
            minimum_length: 12,
            include: vec![Target::Everyone],
            exclude: Vec::new(),
        }
    }
}

impl MethodPolicy for PasswordPolicy {
    fn state(&self) -> State {
        self.state
    }

    fn include(&self) -> &[Target] {
        &self.include
    }

    fn exclude(&self) -> &[GroupId] {
        &self.exclude
    }

    /// Never: a role asks for a passkey.
    fn allows_privileged(&self) -> bool {
        false
    }

    fn find_fault(&self) -> Option<&'static str> {
        if !PASSWORD_LENGTHS.contains(&self.minimum_length) {
            return Some("password_policy.length");
        }
        (!self.are_targets_fit()).then_some("password_policy.targets")
    }
}

/// Second factors beside a password: codes of an authenticator app (TOTP), or codes by mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FactorPolicy {
    /// Whether the factor works at all.
    pub state: State,
    /// Who may have it.
    pub include: Vec<Target>,
    /// Groups whose people may not, whatever else holds for them.
    pub exclude: Vec<GroupId>,
}

/// For everybody who signs in with a password.
impl Default for FactorPolicy {
    fn default() -> FactorPolicy {
        FactorPolicy {
            state: State::Enabled,
            include: vec![Target::Everyone],
            exclude: Vec::new(),
        }
    }
}

impl MethodPolicy for FactorPolicy {
    fn state(&self) -> State {
        self.state
    }

    fn include(&self) -> &[Target] {
        &self.include
    }

    fn exclude(&self) -> &[GroupId] {
        &self.exclude
    }

    /// Beside a password, which they don't have.
    fn allows_privileged(&self) -> bool {
        false
    }

    fn find_fault(&self) -> Option<&'static str> {
        (!self.are_targets_fit()).then_some("factor_policy.targets")
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
    fn defaults_are_in_order_and_read_as_they_are_written() {
        let password = PasswordPolicy::default();
        assert_eq!(PasswordPolicy::parse(&password.to_json()), Some(password));
        let factor = FactorPolicy::default();
        assert_eq!(FactorPolicy::parse(&factor.to_json()), Some(factor));
        for wrong in ["", "null", "{\"later\": 1}", "{\"minimumLength\": 7}"] {
            assert_eq!(PasswordPolicy::parse(wrong), None, "{wrong}");
        }
        let wrong = "{\"minimumLength\": 65}";
        assert_eq!(PasswordPolicy::parse(wrong), None);
        let twice = FactorPolicy {
            exclude: vec![ONE, ONE],
            ..FactorPolicy::default()
        };
        assert_eq!(twice.find_fault(), Some("factor_policy.targets"));
        assert_eq!(FactorPolicy::parse(&twice.to_json()), None);
    }

    #[test]
    fn they_cover_who_is_included_and_not_excluded() {
        let mut policy = FactorPolicy::default();
        assert!(policy.covers(plain(&[])) && !policy.asks_for_groups());
        policy.exclude = vec![OTHER];
        assert!(policy.covers(plain(&[ONE])) && !policy.covers(plain(&[ONE, OTHER])));
        policy.include = vec![Target::Group(ONE)];
        assert!(policy.covers(plain(&[ONE])) && !policy.covers(plain(&[])));
        assert!(!policy.covers(plain(&[ONE, OTHER])) && policy.asks_for_groups());
        policy.state = State::Disabled;
        assert!(!policy.covers(plain(&[ONE])));
        let named: Vec<GroupId> = policy.groups().collect();
        assert_eq!(named, [ONE, OTHER]);
    }

    #[test]
    fn passwords_are_off_and_never_for_who_holds_a_role() {
        let mut policy = PasswordPolicy::default();
        assert!(!policy.covers(plain(&[])));
        policy.state = State::Enabled;
        assert!(policy.covers(plain(&[])));
        let administrator = Holder {
            is_privileged: true,
            groups: &[],
        };
        assert!(!policy.covers(administrator));
    }
}
