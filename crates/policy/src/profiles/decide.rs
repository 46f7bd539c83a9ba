//! One passkey of one person: accepted or not, by which profiles, and by which rules not.

use webauthn::Aaguid;

use super::MAX_PROFILES;
use super::document::{Profile, RestrictionKind, TrustGroupRule};
use super::facts::{Attestation, Moment, Passkey, TrustGroup};
use super::policy::{PasskeyPolicy, Scope};
use super::rule::Rule;
use super::set::{ProfileSet, RuleSet};

const DAY: i64 = 86_400_000_000;

/// What the owner of an accepted passkey is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// Devices answered that were never seen with it.
    TrustGroupNew,
    /// Devices answered that don't show, or can't prove, the trust group that was seen before.
    TrustGroupLost,
}

/// The result for one passkey, with the facts that it was made from.
#[derive(Debug, Clone, Copy)]
pub struct Decision<'a> {
    pub(super) policy: &'a PasskeyPolicy,
    pub(super) scope: Scope,
    pub(super) passkey: Passkey<'a>,
    moment: Moment,
    pub(super) now: i64,
    /// Of each profile of the scope, by its place.
    pub(super) failed: [RuleSet; MAX_PROFILES],
    notifying: ProfileSet,
}

impl PasskeyPolicy {
    /// Asks every rule of every profile of `scope`, which this policy must have found
    /// ([`PasskeyPolicy::find_scope`]). `now` is in microseconds UTC.
    #[must_use]
    pub fn decide<'a>(
        &'a self,
        scope: Scope,
        passkey: Passkey<'a>,
        moment: Moment,
        now: i64,
    ) -> Decision<'a> {
        let mut decision = Decision {
            policy: self,
            scope,
            passkey,
            moment,
            now,
            failed: [RuleSet::default(); MAX_PROFILES],
            notifying: ProfileSet::default(),
        };
        let synced = self.is_synced(&passkey);
        for (at, profile) in self.places_of(scope) {
            let failed = ask(profile, &passkey, synced, moment, now);
            if let Some(slot) = decision.failed.get_mut(at) {
                *slot = failed;
            }
            if moment == Moment::SignIn && profile.trust_group == TrustGroupRule::Notify {
                decision.notifying.insert(at);
            }
        }
        decision
    }

    /// Whether the passkey counts as synced: by its BE flag, or because its model is known to sync all the same.
    #[must_use]
    pub fn is_synced(&self, passkey: &Passkey<'_>) -> bool {
        passkey.backup_eligible || contains(&self.document().known_syncing, passkey.aaguid)
    }
}

/// In a list that is sorted, as every list of a checked policy is.
fn contains(sorted: &[Aaguid], aaguid: Aaguid) -> bool {
    sorted.binary_search_by_key(&aaguid.0, |it| it.0).is_ok()
}

/// Every rule of one profile.
fn ask(
    profile: &Profile,
    passkey: &Passkey<'_>,
    synced: bool,
    moment: Moment,
    now: i64,
) -> RuleSet {
    let mut failed = RuleSet::default();
    // Attestation on means synced passkeys are out, at both moments: they have none (graph-api.md 1.4, rule 5).
    let accepts_synced = profile.types.synced && !profile.enforces_attestation();
    failed.insert_if(synced && !accepts_synced, Rule::SyncedNotAllowed);
    let accepts_device_bound = profile.types.device_bound;
    failed.insert_if(
        !synced && !accepts_device_bound,
        Rule::DeviceBoundNotAllowed,
    );
    ask_model(&mut failed, profile, passkey.aaguid);
    ask_attestation(&mut failed, profile, passkey, moment);
    if moment == Moment::SignIn {
        ask_time(&mut failed, profile, passkey, now);
        ask_trust_group(&mut failed, profile, passkey);
    }
    failed
}

fn ask_model(failed: &mut RuleSet, profile: &Profile, aaguid: Aaguid) {
    let restrictions = &profile.restrictions;
    let listed = restrictions.enforced && contains(&restrictions.aaguids, aaguid);
    let allows = restrictions.kind == RestrictionKind::Allow;
    let not_allowed = restrictions.enforced && allows && !listed;
    let blocked = (!allows && listed) || contains(&profile.blocked, aaguid);
    failed.insert_if(not_allowed, Rule::ModelNotAllowed);
    failed.insert_if(blocked, Rule::ModelBlocked);
}

fn ask_attestation(failed: &mut RuleSet, profile: &Profile, passkey: &Passkey<'_>, moment: Moment) {
    let proven = passkey.attestation == Attestation::Proven;
    let asked = match moment {
        Moment::Registration => profile.enforces_attestation(),
        // Attestation is not retroactive unless the profile says so (graph-api.md 1.4).
        Moment::SignIn => profile.attestation_rechecked,
    };
    let lost = passkey.attestation == Attestation::Lost;
    failed.insert_if(asked && !proven && !lost, Rule::AttestationMissing);
    failed.insert_if(asked && lost, Rule::AttestationLost);
    failed.insert_if(asked && passkey.compromised, Rule::ModelCompromised);
    // Whoever claims to be a certified model is not thereby certified.
    let certification = passkey.certification.filter(|_| proven);
    let minimum = profile.minimum_certification;
    let too_low = minimum.is_some_and(|minimum| certification < Some(minimum));
    failed.insert_if(too_low, Rule::CertificationTooLow);
    let protects = |kind| proven && passkey.key_protection.contains(kind);
    let accepted = &profile.key_protection;
    let unprotected = !accepted.is_empty() && !accepted.iter().any(protects);
    failed.insert_if(unprotected, Rule::KeyProtection);
}

fn ask_time(failed: &mut RuleSet, profile: &Profile, passkey: &Passkey<'_>, now: i64) {
    let exceeds = |since: i64, days: Option<u32>| {
        days.is_some_and(|days| now.saturating_sub(since) > i64::from(days) * DAY)
    };
    let used_at = passkey.last_used_at.unwrap_or(passkey.created_at);
    failed.insert_if(
        exceeds(passkey.created_at, profile.max_age_days),
        Rule::TooOld,
    );
    failed.insert_if(
        exceeds(used_at, profile.max_unused_days),
        Rule::UnusedTooLong,
    );
}

/// When the profile's limits are reached; `None` where it has none.
fn find_ending(profile: &Profile, passkey: &Passkey<'_>) -> Option<Ending> {
    let after = |since: i64, days: u32| since.saturating_add(i64::from(days) * DAY);
    let used_at = passkey.last_used_at.unwrap_or(passkey.created_at);
    let by_age = profile.max_age_days.map(|days| Ending {
        at: after(passkey.created_at, days),
        moves_with_use: false,
    });
    let by_disuse = profile.max_unused_days.map(|days| Ending {
        at: after(used_at, days),
        moves_with_use: true,
    });
    by_age.into_iter().chain(by_disuse).min()
}

fn ask_trust_group(failed: &mut RuleSet, profile: &Profile, passkey: &Passkey<'_>) {
    let Some(notice) = find_notice(passkey.trust_group) else {
        return;
    };
    let rule = match notice {
        Notice::TrustGroupNew => Rule::TrustGroupNew,
        Notice::TrustGroupLost => Rule::TrustGroupLost,
    };
    match profile.trust_group {
        TrustGroupRule::Accept | TrustGroupRule::Notify => {}
        TrustGroupRule::StepUp => failed.insert_if(!passkey.stepped_up, Rule::StepUp),
        TrustGroupRule::Refuse => failed.insert_if(true, rule),
    }
}

fn find_notice(trust_group: TrustGroup) -> Option<Notice> {
    match trust_group {
        TrustGroup::Familiar => None,
        TrustGroup::New => Some(Notice::TrustGroupNew),
        TrustGroup::Absent | TrustGroup::Forged => Some(Notice::TrustGroupLost),
    }
}

/// When a passkey is not accepted any more, if nothing happens until then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ending {
    /// The last moment at which it is: microseconds UTC.
    pub at: i64,
    /// Using the passkey puts it off.
    pub moves_with_use: bool,
}

impl<'a> Decision<'a> {
    /// Whether at least one profile is fully satisfied.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.accepting().next().is_some()
    }

    /// The profiles that are fully satisfied, in the order of their ids.
    pub fn accepted_by(&self) -> impl Iterator<Item = &'a Profile> {
        self.accepting().map(|(_, profile)| profile)
    }

    fn accepting(&self) -> impl Iterator<Item = (usize, &'a Profile)> {
        let failed = self.failed;
        let profiles = self.policy.places_of(self.scope);
        profiles.filter(move |(at, _)| failed.get(*at).is_some_and(|rules| rules.is_empty()))
    }

    /// When time alone ends it that the passkey is accepted at a sign-in; `None` when it never does, and when it is not
    /// accepted. Of several profiles, the last to end counts.
    #[must_use]
    pub fn ends(&self) -> Option<Ending> {
        let mut last = None;
        for profile in self.accepted_by() {
            last = last.max(Some(find_ending(profile, &self.passkey)?));
        }
        last
    }

    /// The one rule that a refusal names; `None` if the passkey is accepted.
    ///
    /// It is of the profile with the fewest failed rules (one that needs a step-up only comes first, then the lowest id),
    /// and there the first in the fixed order of [`Rule::ALL`].
    #[must_use]
    pub fn refused_by(&self) -> Option<Rule> {
        match self.scope {
            Scope::Disabled => Some(Rule::MethodDisabled),
            Scope::Excluded => Some(Rule::Excluded),
            Scope::NoProfile => Some(Rule::NoProfile),
            Scope::Profiles(_) => match self.nearest() {
                // A scope that another policy found.
                None => Some(Rule::NoProfile),
                Some((rules, _)) => rules.iter().next(),
            },
        }
    }

    /// The profile whose rule [`Decision::refused_by`] names; `None` if the passkey is accepted, or refused whatever the
    /// profiles say.
    #[must_use]
    pub fn nearest_profile(&self) -> Option<&'a Profile> {
        let (rules, profile) = self.nearest()?;
        (!rules.is_empty()).then_some(profile)
    }

    fn nearest(&self) -> Option<(RuleSet, &'a Profile)> {
        let profiles = self.policy.places_of(self.scope);
        profiles
            .filter_map(|(at, profile)| Some((*self.failed.get(at)?, profile)))
            .min_by_key(|(rules, profile)| {
                let only_step_up = rules.len() == 1 && rules.contains(Rule::StepUp);
                (!only_step_up && !rules.is_empty(), rules.len(), profile.id)
            })
    }

    /// Whether it is refused, and another proof beside the passkey would make it accepted.
    #[must_use]
    pub fn asks_step_up(&self) -> bool {
        self.refused_by() == Some(Rule::StepUp)
    }

    /// Whether a stored passkey is refused, in at least one profile, by rules alone that begin to fail without anybody's
    /// doing ([`Rule::is_of_time_or_metadata`]). A model that never was proven can't have lost anything by metadata.
    #[must_use]
    pub fn is_refused_by_time_or_metadata(&self) -> bool {
        let never_proven = self.passkey.attestation == Attestation::None;
        let of_model = |rule| matches!(rule, Rule::CertificationTooLow | Rule::KeyProtection);
        let excuses =
            |rule: Rule| rule.is_of_time_or_metadata() && !(never_proven && of_model(rule));
        let profiles = self.policy.places_of(self.scope);
        self.moment == Moment::SignIn
            && !self.is_accepted()
            && profiles
                .filter_map(|(at, _)| self.failed.get(at))
                .any(|rules| rules.iter().all(excuses))
    }

    /// What the owner of an accepted passkey is told: only if every profile that accepts it says so.
    #[must_use]
    pub fn notice(&self) -> Option<Notice> {
        let mut accepting = self.accepting().peekable();
        accepting.peek()?;
        let all_notify = accepting.all(|(at, _)| self.notifying.contains(at));
        find_notice(self.passkey.trust_group).filter(|_| all_notify)
    }
}
