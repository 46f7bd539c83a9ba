//! What is wrong with a document: every fault with its place.

use std::collections::HashSet;
use std::fmt;
use std::hash::Hash;

use webauthn::Aaguid;

use super::document::{AttestationEnforcement, Document, Include, Profile, RestrictionKind};
use super::field::{Field, Part};
use super::id::{GroupId, ProfileId};
use super::policy::PasskeyPolicy;
use super::size::{MAX_SIZE, derive_size};
use super::{MAX_DAYS, MAX_NAME, MAX_PROFILES};

/// How much is put up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// Our own editor, API and command line: a profile that asks for attestation and for synced passkeys is refused.
    Own,
    /// Graph's wire, where that is stored and has the effect of device-bound ones only; and what was stored.
    Wire,
}

/// How bad a fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Saved, and said.
    Warning,
    /// Not saved.
    Error,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal, $text:literal;)*) => {
        /// What can be wrong. The word is stable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum FaultKind {
            $(#[doc = $text] $kind,)*
        }

        impl FaultKind {
            /// Every kind.
            pub const ALL: [FaultKind; [$($word),*].len()] = [$(FaultKind::$kind),*];

            /// The stable word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(FaultKind::$kind => $word),* }
            }

            /// In English: what is wrong and what to do.
            #[must_use]
            pub fn message(self) -> &'static str {
                match self { $(FaultKind::$kind => $text),* }
            }
        }
    };
}

kinds! {
    TooManyProfiles = "policy.too_many_profiles", "There are more than 10 profiles. Remove some, or let targets share them.";
    TooLarge = "policy.too_large", "The policy is larger than 20 KB. Remove AAGUIDs, targets or profiles.";
    ProfileDuplicate = "policy.profile_duplicate", "Two profiles have this id. Give one of them another.";
    DefaultProfileMissing = "policy.default_profile_missing", "The default profile can't be removed. Keep it, or name another profile as the default first.";
    ProfileUnknown = "policy.profile_unknown", "A target names a profile that isn't there. A profile can be removed once no target names it.";
    TargetDuplicate = "policy.target_duplicate", "This target stands twice. Put its profiles together.";
    TargetWithoutProfile = "policy.target_without_profile", "This target has no profile. Name one, or remove the target.";
    TargetProfileDuplicate = "policy.target_profile_duplicate", "This target names a profile twice.";
    ExclusionDuplicate = "policy.exclusion_duplicate", "This group is excluded twice.";
    NameEmpty = "policy.name_empty", "A profile needs a name.";
    NameTooLong = "policy.name_too_long", "A profile's name has at most 100 characters.";
    NameUnfit = "policy.name_unfit", "A profile's name has no control characters and none that turn the direction of writing.";
    AcceptsNothing = "policy.accepts_nothing", "This profile accepts no passkey at all: it has no type, or only synced passkeys and asks for attestation, which they can't give.";
    AttestationExcludesSynced = "policy.attestation_excludes_synced", "Synced passkeys have no attestation. This profile asks for what only an attestation proves, so it accepts device-bound passkeys only.";
    RecheckWithoutAttestation = "policy.recheck_without_attestation", "Attestation is checked anew at sign-in but not asked for at registration. Enforce it at registration too.";
    AllowListEmpty = "policy.allow_list_empty", "Only listed models are allowed and the list is empty. List some, or don't enforce the restriction.";
    ListsContradict = "policy.lists_contradict", "This model is allowed and blocked in one profile. Remove it from one list.";
    AaguidDuplicate = "policy.aaguid_duplicate", "This model stands twice in one list.";
    KeyProtectionDuplicate = "policy.key_protection_duplicate", "This key protection stands twice.";
    Unproven = "policy.unproven", "Without attestation a passkey only says which model it is, whether it syncs, and that it verified its owner. These rules guide people and stop no attacker. Enforce attestation where they must hold.";
    NumberOutOfRange = "policy.number_out_of_range", "Days are from 1 to 3650.";
}

impl FaultKind {
    fn severity(self, strictness: Strictness) -> Severity {
        match (self, strictness) {
            (FaultKind::AttestationExcludesSynced, Strictness::Wire) | (FaultKind::Unproven, _) => {
                Severity::Warning
            }
            _ => Severity::Error,
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub kind: FaultKind,
    pub severity: Severity,
    /// In the document as it was handed in.
    pub field: Field,
    /// What stands there, or how much; empty where the place says it all.
    pub found: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.kind.message())?;
        match self.found.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", self.found),
        }
    }
}

/// What a check makes of a document without errors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub policy: PasskeyPolicy,
    /// What is saved all the same.
    pub warnings: Vec<Fault>,
}

impl Document {
    /// Makes a policy of the document. Whether groups exist is for the caller to say ([`Document::groups`]).
    ///
    /// # Errors
    /// Every fault: errors, at least one, before warnings; both in the order of the document.
    pub fn check(self, strictness: Strictness) -> Result<Checked, Vec<Fault>> {
        let mut check = Check {
            strictness,
            faults: Vec::new(),
        };
        check.whole(&self);
        let mut faults = check.faults;
        faults.sort_by_key(|it| it.severity == Severity::Warning);
        match faults.first().map(|first| first.severity) {
            Some(Severity::Error) => Err(faults),
            Some(Severity::Warning) | None => Ok(Checked {
                policy: PasskeyPolicy::of_checked(self),
                warnings: faults,
            }),
        }
    }

    /// Every group that it names, with its place.
    pub fn groups(&self) -> impl Iterator<Item = (Field, GroupId)> {
        let targets = self.include.iter().enumerate().filter_map(|(at, include)| {
            let place = Field::of(Part::Include).at(at).part(Part::Target);
            include.target.group().map(|group| (place, group))
        });
        let excluded = self.exclude.iter().enumerate();
        targets.chain(excluded.map(|(at, group)| (Field::of(Part::Exclude).at(at), *group)))
    }
}

struct Check {
    strictness: Strictness,
    faults: Vec<Fault>,
}

impl Check {
    fn say(&mut self, kind: FaultKind, field: Field, found: impl fmt::Display) {
        self.faults.push(Fault {
            kind,
            severity: kind.severity(self.strictness),
            field,
            found: found.to_string(),
        });
    }

    /// Names each member that stood before.
    fn duplicates<T: Eq + Hash + fmt::Display>(
        &mut self,
        kind: FaultKind,
        list: &Field,
        members: impl IntoIterator<Item = T>,
    ) {
        let mut seen = HashSet::new();
        for (at, member) in members.into_iter().enumerate() {
            if seen.contains(&member) {
                self.say(kind, list.clone().at(at), member);
            } else {
                seen.insert(member);
            }
        }
    }

    fn whole(&mut self, document: &Document) {
        let known: HashSet<ProfileId> = document.profiles.iter().map(|it| it.id).collect();
        if !known.contains(&document.default_profile) {
            let place = Field::of(Part::DefaultProfile);
            let id = document.default_profile;
            self.say(FaultKind::DefaultProfileMissing, place, id);
        }
        self.targets(document, &known);
        let excluded = document.exclude.iter().copied();
        let place = Field::of(Part::Exclude);
        self.duplicates(FaultKind::ExclusionDuplicate, &place, excluded);
        self.profiles(document);
        let place = Field::of(Part::KnownSyncing);
        self.aaguids(&place, &document.known_syncing);
        let size = derive_size(document);
        if size > MAX_SIZE {
            let found = format_args!("{size} of {MAX_SIZE} bytes");
            self.say(FaultKind::TooLarge, Field::whole(), found);
        }
    }

    fn aaguids(&mut self, list: &Field, aaguids: &[Aaguid]) {
        let members = aaguids.iter().copied();
        self.duplicates(FaultKind::AaguidDuplicate, list, members);
    }

    fn targets(&mut self, document: &Document, known: &HashSet<ProfileId>) {
        let list = Field::of(Part::Include);
        let mut seen = HashSet::new();
        for (at, include) in document.include.iter().enumerate() {
            let place = list.clone().at(at);
            if !seen.insert(include.target) {
                let place = place.clone().part(Part::Target);
                self.say(FaultKind::TargetDuplicate, place, include.target);
            }
            self.target(&place, include, known);
        }
    }

    fn target(&mut self, place: &Field, include: &Include, known: &HashSet<ProfileId>) {
        let list = place.clone().part(Part::TargetProfiles);
        if include.profiles.is_empty() {
            let target = include.target;
            self.say(FaultKind::TargetWithoutProfile, list.clone(), target);
        }
        let members = include.profiles.iter().copied();
        self.duplicates(FaultKind::TargetProfileDuplicate, &list, members);
        for (at, id) in include.profiles.iter().enumerate() {
            if !known.contains(id) {
                self.say(FaultKind::ProfileUnknown, list.clone().at(at), id);
            }
        }
    }

    fn profiles(&mut self, document: &Document) {
        let list = Field::of(Part::Profiles);
        let count = document.profiles.len();
        if count > MAX_PROFILES {
            self.say(FaultKind::TooManyProfiles, list.clone(), count);
        }
        let mut seen = HashSet::new();
        for (at, profile) in document.profiles.iter().enumerate() {
            let place = list.clone().at(at);
            if !seen.insert(profile.id) {
                let place = place.clone().part(Part::Id);
                self.say(FaultKind::ProfileDuplicate, place, profile.id);
            }
            self.name(&place, &profile.name);
            self.types(&place, profile);
            self.models(&place, profile);
            self.limits(&place, profile);
            self.claims(&place, profile);
        }
    }

    fn name(&mut self, profile: &Field, name: &str) {
        let place = profile.clone().part(Part::Name);
        let length = name.chars().count();
        if name.trim().is_empty() {
            self.say(FaultKind::NameEmpty, place.clone(), "");
        }
        if length > MAX_NAME {
            self.say(FaultKind::NameTooLong, place.clone(), length);
        }
        if name.chars().any(is_unfit) {
            self.say(FaultKind::NameUnfit, place, "");
        }
    }

    fn types(&mut self, place: &Field, profile: &Profile) {
        let (types, place) = (profile.types, place.clone());
        let found = types.words().collect::<Vec<_>>().join(",");
        if !types.device_bound && (!types.synced || profile.needs_attestation()) {
            let place = place.clone().part(Part::Types);
            self.say(FaultKind::AcceptsNothing, place, found);
        } else if types.synced && profile.needs_attestation() {
            let place = place.clone().part(Part::Types);
            self.say(FaultKind::AttestationExcludesSynced, place, found);
        }
        let enforced = profile.attestation == AttestationEnforcement::RegistrationOnly;
        if profile.attestation_rechecked && !enforced {
            let place = place.part(Part::AttestationRechecked);
            self.say(FaultKind::RecheckWithoutAttestation, place, "");
        }
    }

    fn models(&mut self, profile: &Field, of: &Profile) {
        let restrictions = &of.restrictions;
        let list = profile.clone().part(Part::Restrictions).part(Part::Aaguids);
        let allows = restrictions.enforced && restrictions.kind == RestrictionKind::Allow;
        if allows && restrictions.aaguids.is_empty() {
            self.say(FaultKind::AllowListEmpty, list.clone(), "");
        }
        self.aaguids(&list, &restrictions.aaguids);
        let blocked = profile.clone().part(Part::Blocked);
        self.aaguids(&blocked, &of.blocked);
        if allows {
            for (at, aaguid) in of.blocked.iter().enumerate() {
                if restrictions.aaguids.contains(aaguid) {
                    self.say(FaultKind::ListsContradict, blocked.clone().at(at), aaguid);
                }
            }
        }
        let place = profile.clone().part(Part::KeyProtection);
        let words = of.key_protection.iter().map(|kind| kind.as_str());
        self.duplicates(FaultKind::KeyProtectionDuplicate, &place, words);
    }

    /// Rules that ask only what every device may say of itself.
    fn claims(&mut self, profile: &Field, of: &Profile) {
        let restrictions = &of.restrictions;
        let lists =
            (restrictions.enforced && !restrictions.aaguids.is_empty()) || !of.blocked.is_empty();
        let types = of.types.device_bound && !of.types.synced;
        if (lists || types) && !of.needs_attestation() {
            let place = profile.clone().part(Part::Attestation);
            self.say(FaultKind::Unproven, place, "");
        }
    }

    fn limits(&mut self, profile: &Field, of: &Profile) {
        let limits = [
            (Part::MaxAgeDays, of.max_age_days),
            (Part::MaxUnusedDays, of.max_unused_days),
        ];
        for (part, days) in limits {
            if let Some(days) = days.filter(|days| !(1..=MAX_DAYS).contains(days)) {
                let place = profile.clone().part(part);
                self.say(FaultKind::NumberOutOfRange, place, days);
            }
        }
    }
}

/// Control characters, and the marks, embeddings, overrides and isolates of bidirectional text: they make a name look
/// like another.
fn is_unfit(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}
