//! The rules by which a passkey is refused, and the order in which they are named.

use serde::{Serialize, Serializer};

macro_rules! rules {
    ($($(#[$doc:meta])* $rule:ident = $word:literal,)*) => {
        /// Why a passkey is not accepted. The word is stable: it stands in records, texts and answers.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[$doc])* #[doc = concat!("`", $word, "`.")] $rule,)*
        }

        impl Rule {
            /// Every rule, in the order in which a refusal names the first that failed.
            pub const ALL: [Rule; [$($word),*].len()] = [$(Rule::$rule),*];

            /// The stable word.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Rule::$rule => $word),* }
            }

            /// Reads a stable word.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Rule> {
                match word { $($word => Some(Rule::$rule),)* _ => None }
            }
        }
    };
}

rules! {
    /// Passkeys are off for everybody.
    MethodDisabled = "policy.method_disabled",
    /// The person is in a group that is excluded.
    Excluded = "policy.excluded",
    /// No target has the person, so no profile is theirs.
    NoProfile = "policy.no_profile",
    /// The passkey is synced, the profile has device-bound ones only.
    SyncedNotAllowed = "policy.synced_not_allowed",
    /// The passkey is device-bound, the profile has synced ones only.
    DeviceBoundNotAllowed = "policy.device_bound_not_allowed",
    /// The model is not in the list of those that are allowed.
    ModelNotAllowed = "policy.model_not_allowed",
    /// The model is in a list of those that are blocked.
    ModelBlocked = "policy.model_blocked",
    /// Nobody vouches for the model, and the profile asks for it.
    AttestationMissing = "policy.attestation_missing",
    /// The model was proven once; by the metadata of now it is not.
    AttestationLost = "policy.attestation_lost",
    /// The metadata speaks against the model or its certificate: revoked, compromised.
    ModelCompromised = "policy.model_compromised",
    /// The proven model's certification is too low, or it has none.
    CertificationTooLow = "policy.certification_too_low",
    /// The proven model protects its keys in none of the ways that are accepted.
    KeyProtection = "policy.key_protection",
    /// The passkey was made too long ago.
    TooOld = "policy.too_old",
    /// The passkey was not used for too long.
    UnusedTooLong = "policy.unused_too_long",
    /// Devices answered that were never seen with this passkey.
    TrustGroupNew = "policy.trust_group_new",
    /// Devices answered that don't show, or can't prove, the trust group that was seen before.
    TrustGroupLost = "policy.trust_group_lost",
    /// The same, but another proof beside the passkey would do.
    StepUp = "policy.step_up",
}

impl Rule {
    /// Whether it can begin to fail without anybody's doing: by time, or by what the metadata says.
    #[must_use]
    pub fn is_of_time_or_metadata(self) -> bool {
        matches!(
            self,
            Rule::AttestationLost
                | Rule::ModelCompromised
                | Rule::CertificationTooLow
                | Rule::KeyProtection
                | Rule::TooOld
                | Rule::UnusedTooLong
        )
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
