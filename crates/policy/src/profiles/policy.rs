//! A policy that was checked: the only thing that decides.

use std::fmt;

use serde_path_to_error::{Path, Segment};

use super::MAX_PROFILES;
use super::check::{Fault, Strictness};
use super::document::{Document, Profile, State, Target};
use super::id::{GroupId, ProfileId};
use super::set::ProfileSet;

/// A checked policy in its canonical form: profiles, targets and lists are sorted, so that two policies that mean the
/// same are equal and have the same text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyPolicy {
    document: Document,
    /// The profiles of each target, in the order of the document's.
    targets: Vec<(Target, ProfileSet)>,
    groups: Vec<GroupId>,
    needs: Needs,
}

/// Which facts a policy asks for; what it doesn't need not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Needs {
    /// Which of [`PasskeyPolicy::groups`] hold the person.
    pub groups: bool,
    /// Options must ask the browser for attestation, for some profile asks what only that proves; and a registration
    /// is decided with what it proves.
    pub attestation_at_registration: bool,
    /// A sign-in is decided with attestation, certification, key protection or the model's standing.
    pub attestation_at_sign_in: bool,
    /// When the passkey was last used.
    pub last_use: bool,
    /// What the trust group is to those seen before.
    pub trust_group: bool,
}

/// What a policy has for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Passkeys are off.
    Disabled,
    /// The person is in an excluded group.
    Excluded,
    /// No target has the person.
    NoProfile,
    /// The person's profiles.
    Profiles(ProfileSet),
}

/// A document that can't be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the policy can't be read at `{pointer}`: {reason}")]
pub struct Unreadable {
    /// A JSON pointer (RFC 6901) to where reading stopped; empty for the whole.
    pub pointer: String,
    /// In English: what stands there and what was expected.
    pub reason: String,
}

impl Document {
    /// Reads a document. Unknown names and words, names that stand twice and missing names are refused: what is not
    /// understood blocks.
    ///
    /// # Errors
    /// [`Unreadable`] with the place.
    pub fn from_json(text: &[u8]) -> Result<Document, Unreadable> {
        let mut reader = serde_json::Deserializer::from_slice(text);
        let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| Unreadable {
            pointer: write_pointer(error.path()),
            reason: error.inner().to_string(),
        })?;
        reader.end().map_err(|error| Unreadable {
            pointer: String::new(),
            reason: error.to_string(),
        })?;
        Ok(read)
    }
}

fn write_pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path.iter() {
        let step = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Enum { .. } | Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&step);
    }
    pointer
}

/// Why a stored policy can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Its text can't be read.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// It says something that can't be.
    #[error("the policy is wrong in {} places", .0.len())]
    Wrong(Vec<Fault>),
}

impl PasskeyPolicy {
    /// Reads a policy as it was stored ([`PasskeyPolicy::to_json`]).
    ///
    /// # Errors
    /// When it can't be read, for instance because a newer version wrote it; then nothing is accepted.
    pub fn parse(stored: &str) -> Result<PasskeyPolicy, Unusable> {
        let document = Document::from_json(stored.as_bytes())?;
        let checked = document.check(Strictness::Wire).map_err(Unusable::Wrong)?;
        Ok(checked.policy)
    }

    /// `document` was checked, and has at most [`MAX_PROFILES`] profiles with ids of their own.
    pub(super) fn of_checked(mut document: Document) -> PasskeyPolicy {
        sort(&mut document);
        let place = |id: &ProfileId| document.profiles.iter().position(|it| it.id == *id);
        let targets = document
            .include
            .iter()
            .map(|include| {
                let mut set = ProfileSet::default();
                include
                    .profiles
                    .iter()
                    .filter_map(place)
                    .for_each(|at| set.insert(at));
                (include.target, set)
            })
            .collect();
        let named = document.include.iter().filter_map(|it| it.target.group());
        let mut groups: Vec<GroupId> = named.chain(document.exclude.iter().copied()).collect();
        groups.sort_unstable();
        groups.dedup();
        let needs = Needs::of(&document, &groups);
        PasskeyPolicy {
            document,
            targets,
            groups,
            needs,
        }
    }

    /// What it says, in canonical order.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The canonical text: the same for policies that mean the same. [`PasskeyPolicy::parse`] reads it.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts, numbers and lists of them always serialise.
        serde_json::to_string(&self.document).unwrap_or_default()
    }

    /// Every group that it names, sorted, each once.
    #[must_use]
    pub fn groups(&self) -> &[GroupId] {
        &self.groups
    }

    /// Which facts it asks for.
    #[must_use]
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// The profile of this id.
    #[must_use]
    pub fn find_profile(&self, id: ProfileId) -> Option<&Profile> {
        self.document.profiles.iter().find(|it| it.id == id)
    }

    /// What the policy has for a person. `groups` are those of [`PasskeyPolicy::groups`] that hold the person, through
    /// nested groups too; others do no harm.
    #[must_use]
    pub fn find_scope(&self, groups: &[GroupId]) -> Scope {
        if self.document.state == State::Disabled {
            return Scope::Disabled;
        }
        // Exclusion beats any inclusion.
        if self.document.exclude.iter().any(|it| groups.contains(it)) {
            return Scope::Excluded;
        }
        let profiles = self
            .targets
            .iter()
            .filter(|(target, _)| target.group().is_none_or(|it| groups.contains(&it)))
            .fold(ProfileSet::default(), |all, (_, set)| all.join(*set));
        match profiles.is_empty() {
            true => Scope::NoProfile,
            false => Scope::Profiles(profiles),
        }
    }

    /// The profiles of a scope that this policy found, in the order of their ids; none unless it is
    /// [`Scope::Profiles`].
    pub fn profiles_of(&self, scope: Scope) -> impl Iterator<Item = &Profile> {
        self.places_of(scope).map(|(_, profile)| profile)
    }

    pub(super) fn places_of(&self, scope: Scope) -> impl Iterator<Item = (usize, &Profile)> {
        let set = match scope {
            Scope::Profiles(set) => set,
            _ => ProfileSet::default(),
        };
        let all = self.document.profiles.iter().take(MAX_PROFILES).enumerate();
        all.filter(move |(at, _)| set.contains(*at))
    }
}

impl Default for PasskeyPolicy {
    /// [`Document::default`], which needs no check.
    fn default() -> PasskeyPolicy {
        PasskeyPolicy::of_checked(Document::default())
    }
}

impl fmt::Display for PasskeyPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

impl Needs {
    fn of(document: &Document, groups: &[GroupId]) -> Needs {
        // A profile that no target names is nobody's.
        let used: Vec<&Profile> = document
            .profiles
            .iter()
            .filter(|profile| {
                let mut targets = document.include.iter();
                targets.any(|include| include.profiles.contains(&profile.id))
            })
            .collect();
        let any = |asks: fn(&Profile) -> bool| used.iter().any(|profile| asks(profile));
        Needs {
            groups: !groups.is_empty(),
            attestation_at_registration: any(Profile::needs_attestation),
            attestation_at_sign_in: any(|it| {
                it.attestation_rechecked
                    || it.minimum_certification.is_some()
                    || !it.key_protection.is_empty()
            }),
            last_use: any(|it| it.max_unused_days.is_some()),
            trust_group: any(|it| it.trust_group != Default::default()),
        }
    }
}

fn sort(document: &mut Document) {
    document.profiles.sort_by_key(|profile| profile.id);
    for profile in &mut document.profiles {
        profile.restrictions.aaguids.sort_unstable_by_key(|it| it.0);
        profile.blocked.sort_unstable_by_key(|it| it.0);
        profile
            .key_protection
            .sort_by(|one, other| one.as_str().cmp(other.as_str()));
    }
    document.include.sort_by_key(|include| include.target);
    for include in &mut document.include {
        include.profiles.sort_unstable();
    }
    document.exclude.sort_unstable();
    document.known_syncing.sort_unstable_by_key(|it| it.0);
}
