//! Every reason of a decision, as data.

use serde::Serialize;
use webauthn::metadata::KeyProtection;

use super::decide::Decision;
use super::document::{Profile, Types};
use super::id::ProfileId;
use super::rule::Rule;

const DAY: i64 = 86_400_000_000;

/// A decision taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    pub accepted: bool,
    /// The one rule that a refusal names.
    pub refused_by: Option<Rule>,
    /// The profile that this rule is of; absent where no profile has a say.
    pub nearest_profile: Option<ProfileId>,
    /// Every profile of the person, in the order of their ids; none where no profile has a say.
    pub profiles: Vec<ProfileVerdict>,
}

/// What one profile says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProfileVerdict {
    pub id: ProfileId,
    pub name: String,
    /// Every rule that failed, in the fixed order; none means that the profile accepts the passkey.
    pub failed: Vec<Failure>,
}

/// A rule that failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub rule: Rule,
    /// What would have passed: words, AAGUIDs or days; any one of them. Empty where nothing can be listed.
    pub expected: Vec<String>,
    /// What the passkey has; empty where it has nothing of the kind.
    pub found: Vec<String>,
}

impl Decision<'_> {
    /// Every profile with every rule that failed.
    #[must_use]
    pub fn explain(&self) -> Explanation {
        let profiles = self.policy.places_of(self.scope);
        Explanation {
            accepted: self.is_accepted(),
            refused_by: self.refused_by(),
            nearest_profile: self.nearest_profile().map(|profile| profile.id),
            profiles: profiles
                .map(|(at, profile)| {
                    let failed = self.failed.get(at).copied().unwrap_or_default();
                    ProfileVerdict {
                        id: profile.id,
                        name: profile.name.clone(),
                        failed: failed.iter().map(|rule| self.fail(rule, profile)).collect(),
                    }
                })
                .collect(),
        }
    }

    /// What the rule of a profile expected, and what it found.
    fn fail(&self, rule: Rule, profile: &Profile) -> Failure {
        let (expected, found) = match rule {
            Rule::SyncedNotAllowed => (words([Types::DEVICE_BOUND]), words([Types::SYNCED])),
            Rule::DeviceBoundNotAllowed => (words([Types::SYNCED]), words([Types::DEVICE_BOUND])),
            Rule::ModelNotAllowed => (words(&profile.restrictions.aaguids), self.model()),
            Rule::ModelBlocked => (Vec::new(), self.model()),
            Rule::AttestationMissing => (words(["attested"]), words(["notAttested"])),
            Rule::AttestationLost => (words(["attested"]), words(["attestationLost"])),
            Rule::ModelCompromised => (Vec::new(), self.model()),
            Rule::CertificationTooLow => (
                words(profile.minimum_certification.map(|level| level.as_str())),
                words(self.passkey.certification.map(|level| level.as_str())),
            ),
            Rule::KeyProtection => (
                protections(&profile.key_protection),
                protections(self.passkey.key_protection),
            ),
            Rule::TooOld => (
                words(profile.max_age_days),
                self.days_since(self.passkey.created_at),
            ),
            Rule::UnusedTooLong => {
                let used_at = self.passkey.last_used_at;
                let since = used_at.unwrap_or(self.passkey.created_at);
                (words(profile.max_unused_days), self.days_since(since))
            }
            // Nothing to list.
            Rule::MethodDisabled
            | Rule::Excluded
            | Rule::NoProfile
            | Rule::TrustGroupNew
            | Rule::TrustGroupLost
            | Rule::StepUp => (Vec::new(), Vec::new()),
        };
        Failure {
            rule,
            expected,
            found,
        }
    }

    fn model(&self) -> Vec<String> {
        words([self.passkey.aaguid])
    }

    fn days_since(&self, then: i64) -> Vec<String> {
        words([self.now.saturating_sub(then) / DAY])
    }
}

fn words<T: ToString>(all: impl IntoIterator<Item = T>) -> Vec<String> {
    all.into_iter().map(|it| it.to_string()).collect()
}

fn protections(kinds: &[KeyProtection]) -> Vec<String> {
    words(kinds.iter().map(KeyProtection::as_str))
}
