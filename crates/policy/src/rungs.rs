//! The ways back in beside recovery codes: by mail and a waiting time, by the manager, by another device. All are off until
//! somebody turns them on, and none is ever for people with a directory role (security 17, 19).

use serde::{Deserialize, Serialize};

use crate::methods::{Holder, MethodPolicy};
use crate::profiles::{GroupId, State, Target};

/// The longest that somebody can have to wait, in hours: 30 days.
pub const MAX_WAIT_HOURS: u32 = 720;

/// A way back in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rung {
    /// A letter, then a waiting time.
    Mail,
    /// The person's manager says that it is them.
    Manager,
    /// The person themselves, on a device where they are signed in.
    Device,
}

impl Rung {
    /// In the order in which they are offered.
    pub const ALL: [Rung; 3] = [Rung::Device, Rung::Mail, Rung::Manager];

    /// As stored and in the log.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Rung::Mail => "mail",
            Rung::Manager => "manager",
            Rung::Device => "device",
        }
    }

    /// `None` for a word that this program doesn't know.
    #[must_use]
    pub fn parse(text: &str) -> Option<Rung> {
        Rung::ALL.into_iter().find(|rung| rung.as_str() == text)
    }
}

/// Who may use one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RungPolicy {
    /// Whether there is this way at all.
    pub state: State,
    /// Who may use it.
    pub include: Vec<Target>,
    /// Groups whose people may not, whatever else holds for them.
    pub exclude: Vec<GroupId>,
}

/// Off.
impl Default for RungPolicy {
    fn default() -> RungPolicy {
        RungPolicy {
            state: State::Disabled,
            include: vec![Target::Everyone],
            exclude: Vec::new(),
        }
    }
}

impl MethodPolicy for RungPolicy {
    fn state(&self) -> State {
        self.state
    }

    fn include(&self) -> &[Target] {
        &self.include
    }

    fn exclude(&self) -> &[GroupId] {
        &self.exclude
    }

    /// Never (security 17, 19).
    fn allows_privileged(&self) -> bool {
        false
    }

    fn find_fault(&self) -> Option<&'static str> {
        (!self.are_targets_fit()).then_some("recovery_policy.targets")
    }
}

/// The part of the recovery policy about these ways.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Rungs {
    /// By mail.
    pub mail: RungPolicy,
    /// How long after the letter was opened.
    pub mail_wait_hours: u32,
    /// By the manager.
    pub manager: RungPolicy,
    /// By another device.
    pub device: RungPolicy,
}

/// All off; a day to wait.
impl Default for Rungs {
    fn default() -> Rungs {
        Rungs {
            mail: RungPolicy::default(),
            mail_wait_hours: 24,
            manager: RungPolicy::default(),
            device: RungPolicy::default(),
        }
    }
}

impl Rungs {
    /// Whether nobody ever changed anything: then a document does without it, and older programs read it.
    #[must_use]
    pub fn are_default(&self) -> bool {
        *self == Rungs::default()
    }

    /// Of one way.
    #[must_use]
    pub fn of(&self, rung: Rung) -> &RungPolicy {
        match rung {
            Rung::Mail => &self.mail,
            Rung::Manager => &self.manager,
            Rung::Device => &self.device,
        }
    }

    /// The same, to be changed.
    pub fn of_mut(&mut self, rung: Rung) -> &mut RungPolicy {
        match rung {
            Rung::Mail => &mut self.mail,
            Rung::Manager => &mut self.manager,
            Rung::Device => &mut self.device,
        }
    }

    /// From an hour to 30 days.
    #[must_use]
    pub fn is_wait_fit(&self) -> bool {
        (1..=MAX_WAIT_HOURS).contains(&self.mail_wait_hours)
    }

    /// What is wrong with it; the word is stable.
    pub(crate) fn find_fault(&self) -> Option<&'static str> {
        if !self.is_wait_fit() {
            return Some("recovery_policy.wait");
        }
        Rung::ALL
            .into_iter()
            .find_map(|rung| self.of(rung).find_fault())
    }

    /// Whether the groups of a person matter at all.
    #[must_use]
    pub fn ask_for_groups(&self) -> bool {
        Rung::ALL
            .into_iter()
            .any(|rung| self.of(rung).asks_for_groups())
    }

    /// Whether such a person may come back by it: never who holds a directory role.
    #[must_use]
    pub fn covers(&self, rung: Rung, holder: Holder<'_>) -> bool {
        self.of(rung).covers(holder)
    }

    /// Every group that is named.
    pub fn groups(&self) -> impl Iterator<Item = GroupId> {
        Rung::ALL
            .into_iter()
            .flat_map(|rung| self.of(rung).groups())
    }

    /// Every group that is left out somewhere.
    pub(crate) fn excluded(&self) -> impl Iterator<Item = &GroupId> {
        Rung::ALL
            .into_iter()
            .flat_map(|rung| self.of(rung).exclude())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recovery::RecoveryPolicy;

    const ONE: GroupId = GroupId([1; 16]);

    fn holder(is_privileged: bool, groups: &[GroupId]) -> Holder<'_> {
        Holder {
            is_privileged,
            groups,
        }
    }

    #[test]
    fn an_older_document_means_codes_only() {
        let policy = RecoveryPolicy::default();
        let written = policy.to_json();
        assert!(!written.contains("rungs"), "{written}");
        let parsed = RecoveryPolicy::parse(&written).unwrap();
        for rung in Rung::ALL {
            assert!(!parsed.rungs.covers(rung, holder(false, &[])));
            assert_eq!(Rung::parse(rung.as_str()), Some(rung));
        }
        assert_eq!(Rung::parse("pigeon"), None);
    }

    #[test]
    fn each_covers_who_is_included_and_nobody_with_a_role() {
        for rung in Rung::ALL {
            let mut rungs = Rungs::default();
            rungs.of_mut(rung).state = State::Enabled;
            assert!(rungs.covers(rung, holder(false, &[])) && !rungs.ask_for_groups());
            assert!(!rungs.covers(rung, holder(true, &[])));
            let others = Rung::ALL.into_iter().filter(|other| *other != rung);
            let mut others = others;
            assert!(others.all(|other| !rungs.covers(other, holder(false, &[]))));
            rungs.of_mut(rung).include = vec![Target::Group(ONE)];
            assert!(rungs.covers(rung, holder(false, &[ONE])) && rungs.ask_for_groups());
            assert!(!rungs.covers(rung, holder(false, &[])));
            assert!(!rungs.covers(rung, holder(true, &[ONE])));
            rungs.of_mut(rung).include = vec![Target::Everyone];
            rungs.of_mut(rung).exclude = vec![ONE];
            assert!(!rungs.covers(rung, holder(false, &[ONE])));
            assert_eq!(rungs.groups().collect::<Vec<_>>(), [ONE]);
        }
    }

    #[test]
    fn a_document_out_of_range_is_none() {
        for hours in [0, MAX_WAIT_HOURS + 1] {
            let mut policy = RecoveryPolicy::default();
            policy.rungs.mail_wait_hours = hours;
            assert_eq!(RecoveryPolicy::parse(&policy.to_json()), None, "{hours}");
        }
        let mut policy = RecoveryPolicy::default();
        policy.rungs.mail_wait_hours = MAX_WAIT_HOURS;
        assert_eq!(
            RecoveryPolicy::parse(&policy.to_json()),
            Some(policy.clone())
        );
        policy.rungs.device.exclude = vec![ONE, ONE];
        assert_eq!(policy.find_fault(), Some("recovery_policy.targets"));
    }
}
