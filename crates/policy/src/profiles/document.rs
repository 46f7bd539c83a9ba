//! The document that somebody writes: its shape, nothing of what it means.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use webauthn::Aaguid;
use webauthn::metadata::{CertificationLevel, KeyProtection};

use super::id::{GroupId, ProfileId, aaguids};

/// A passkey policy as it is written: in JSON, names in camelCase, unknown names and words refused.
///
/// What has a value of its own when it is left out ("beyond Entra") is left out of the canonical form while it has that value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Document {
    /// Whether passkeys can be used at all.
    pub state: State,
    /// Whether people may add passkeys themselves, and administrators for them by the API.
    pub self_service_registration: bool,
    /// The profile that can't be removed, and that Graph's deprecated global settings show.
    pub default_profile: ProfileId,
    /// Who has which profiles.
    pub include: Vec<Include>,
    /// Groups whose people have no passkeys, whatever else holds for them.
    #[serde(default)]
    pub exclude: Vec<GroupId>,
    /// At most [`super::MAX_PROFILES`].
    pub profiles: Vec<Profile>,
    /// Beyond Entra: models that sync although their passkeys say that they can't (BE=0). They count as synced.
    #[serde(default, with = "aaguids", skip_serializing_if = "Vec::is_empty")]
    pub known_syncing: Vec<Aaguid>,
}

/// Whether the method is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// `enabled`.
    Enabled,
    /// `disabled`: nobody can use or add a passkey.
    Disabled,
}

/// People and the profiles that they have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Include {
    /// Who.
    pub target: Target,
    /// Graph's `isRegistrationRequired`; campaigns read it, no decision does.
    #[serde(default)]
    pub registration_required: bool,
    /// At least one.
    pub profiles: Vec<ProfileId>,
}

/// Whom an [`Include`] is about: `all_users`, or a group's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// `all_users`.
    Everyone,
    /// The group's people, nested groups' included.
    Group(GroupId),
}

impl Target {
    /// How everybody is written.
    pub const EVERYONE: &str = "all_users";

    /// Reads `all_users` or a GUID.
    #[must_use]
    pub fn parse(text: &str) -> Option<Target> {
        match text {
            Target::EVERYONE => Some(Target::Everyone),
            text => GroupId::parse(text).map(Target::Group),
        }
    }

    /// The group, if it is one.
    #[must_use]
    pub fn group(self) -> Option<GroupId> {
        match self {
            Target::Everyone => None,
            Target::Group(group) => Some(group),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Target::Everyone => f.write_str(Target::EVERYONE),
            Target::Group(group) => group.fmt(f),
        }
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Target {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Target, D::Error> {
        let text = String::deserialize(deserializer)?;
        Target::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("a target is `all_users` or a group's GUID"))
    }
}

/// Rules that a passkey satisfies all of, or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Profile {
    pub id: ProfileId,
    /// 1 to [`super::MAX_NAME`] characters.
    pub name: String,
    /// `["deviceBound", "synced"]`.
    pub types: Types,
    /// Whether the model must be proven.
    #[serde(default)]
    pub attestation: AttestationEnforcement,
    /// Which models.
    #[serde(default)]
    pub restrictions: Restrictions,
    /// Beyond Entra: models that are refused, beside a list of those that are allowed.
    #[serde(default, with = "aaguids", skip_serializing_if = "Vec::is_empty")]
    pub blocked: Vec<Aaguid>,
    /// Beyond Entra: the least certification of the proven model (`functional`, `L1`, `L1plus` ... `L3plus`).
    #[serde(
        default,
        with = "certification",
        skip_serializing_if = "Option::is_none"
    )]
    pub minimum_certification: Option<CertificationLevel>,
    /// Beyond Entra: the proven model must protect its keys in **one** of these ways (FIDO's words: `hardware`, `tee`,
    /// `secure_element` ...). Empty asks for nothing.
    #[serde(default, with = "protections", skip_serializing_if = "Vec::is_empty")]
    pub key_protection: Vec<KeyProtection>,
    /// Beyond Entra: passkeys older than this many days don't sign in any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_days: Option<u32>,
    /// Beyond Entra: passkeys that were not used for more than this many days don't sign in any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_unused_days: Option<u32>,
    /// Beyond Entra: the model must be proven at every sign-in, as the metadata of now judges, not at registration alone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub attestation_rechecked: bool,
    /// Beyond Entra: what follows when a synced passkey answers from devices that were never seen with it.
    #[serde(default, skip_serializing_if = "TrustGroupRule::is_accept")]
    pub trust_group: TrustGroupRule,
}

/// Which types of passkeys; written as a list of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Types {
    pub device_bound: bool,
    pub synced: bool,
}

impl Types {
    /// `deviceBound`.
    pub const DEVICE_BOUND: &str = "deviceBound";
    /// `synced`.
    pub const SYNCED: &str = "synced";

    /// The words of the types that are allowed, in a fixed order.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        let device_bound = self.device_bound.then_some(Types::DEVICE_BOUND);
        device_bound
            .into_iter()
            .chain(self.synced.then_some(Types::SYNCED))
    }

    /// Reads words; `None` for an unknown one and for one that stands twice.
    #[must_use]
    pub fn from_words<'a>(words: impl IntoIterator<Item = &'a str>) -> Option<Types> {
        let mut types = Types {
            device_bound: false,
            synced: false,
        };
        for word in words {
            let slot = match word {
                Types::DEVICE_BOUND => &mut types.device_bound,
                Types::SYNCED => &mut types.synced,
                _ => return None,
            };
            if std::mem::replace(slot, true) {
                return None;
            }
        }
        Some(types)
    }
}

impl Serialize for Types {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.words())
    }
}

impl<'de> Deserialize<'de> for Types {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Types, D::Error> {
        let words = Vec::<String>::deserialize(deserializer)?;
        Types::from_words(words.iter().map(String::as_str)).ok_or_else(|| {
            serde::de::Error::custom("types are `deviceBound` and `synced`, each at most once")
        })
    }
}

/// Whether a passkey's model must be proven by attestation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AttestationEnforcement {
    /// `disabled`: what the authenticator says of itself is believed.
    #[default]
    Disabled,
    /// `registrationOnly`: it must be proven when the passkey is added. Synced passkeys are out.
    RegistrationOnly,
}

/// Which models are accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Restrictions {
    /// Whether the list is asked at all.
    pub enforced: bool,
    pub kind: RestrictionKind,
    #[serde(with = "aaguids")]
    pub aaguids: Vec<Aaguid>,
}

impl Default for Restrictions {
    /// Not enforced.
    fn default() -> Restrictions {
        Restrictions {
            enforced: false,
            kind: RestrictionKind::Allow,
            aaguids: Vec::new(),
        }
    }
}

/// What a list of models says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RestrictionKind {
    /// `allow`: only these.
    Allow,
    /// `block`: all but these.
    Block,
}

/// What follows when a synced passkey, of which a trust group (`cmtgKey`) was seen, answers with a new one or with none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TrustGroupRule {
    /// `accept`: nothing; the record says it.
    #[default]
    Accept,
    /// `notify`: its owner is told.
    Notify,
    /// `stepUp`: only together with another proof.
    StepUp,
    /// `refuse`.
    Refuse,
}

impl TrustGroupRule {
    fn is_accept(&self) -> bool {
        *self == TrustGroupRule::Accept
    }
}

impl Profile {
    /// A profile that accepts every passkey.
    #[must_use]
    pub fn new(id: ProfileId, name: &str) -> Profile {
        Profile {
            id,
            name: name.to_owned(),
            types: Types {
                device_bound: true,
                synced: true,
            },
            attestation: AttestationEnforcement::Disabled,
            restrictions: Restrictions::default(),
            blocked: Vec::new(),
            minimum_certification: None,
            key_protection: Vec::new(),
            max_age_days: None,
            max_unused_days: None,
            attestation_rechecked: false,
            trust_group: TrustGroupRule::Accept,
        }
    }

    /// Whether the model must be proven when a passkey is added. A profile that does accepts no synced passkey: synced
    /// ones have no attestation.
    #[must_use]
    pub fn enforces_attestation(&self) -> bool {
        self.attestation == AttestationEnforcement::RegistrationOnly || self.attestation_rechecked
    }

    /// Whether a rule is about what only an attestation proves.
    #[must_use]
    pub fn needs_attestation(&self) -> bool {
        self.enforces_attestation()
            || self.minimum_certification.is_some()
            || !self.key_protection.is_empty()
    }
}

impl Default for Document {
    /// What a new tenant has: passkeys of both types for everybody, self-service on.
    fn default() -> Document {
        Document {
            state: State::Enabled,
            self_service_registration: true,
            default_profile: ProfileId::DEFAULT,
            include: vec![Include {
                target: Target::Everyone,
                registration_required: false,
                profiles: vec![ProfileId::DEFAULT],
            }],
            exclude: Vec::new(),
            profiles: vec![Profile::new(ProfileId::DEFAULT, "Default passkey profile")],
            known_syncing: Vec::new(),
        }
    }
}

mod certification {
    use super::{CertificationLevel, Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        level: &Option<CertificationLevel>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match level {
            Some(level) => serializer.serialize_some(level.as_str()),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<CertificationLevel>, D::Error> {
        let Some(word) = Option::<String>::deserialize(deserializer)? else {
            return Ok(None);
        };
        let level = CertificationLevel::from_word(&word);
        level.map(Some).ok_or_else(|| {
            serde::de::Error::custom(
                "a certification is functional, L1, L1plus, L2, L2plus, L3 or L3plus",
            )
        })
    }
}

mod protections {
    use super::{Deserialize, Deserializer, KeyProtection, Serializer};

    struct Written(KeyProtection);

    impl<'de> Deserialize<'de> for Written {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Written, D::Error> {
            let word = String::deserialize(deserializer)?;
            match KeyProtection::from_word(&word) {
                KeyProtection::Unknown(_) => Err(serde::de::Error::custom(
                    "a key protection is software, hardware, tee, secure_element or remote_handle",
                )),
                known => Ok(Written(known)),
            }
        }
    }

    pub(super) fn serialize<S: Serializer>(
        kinds: &[KeyProtection],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(kinds.iter().map(KeyProtection::as_str))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<KeyProtection>, D::Error> {
        let written = Vec::<Written>::deserialize(deserializer)?;
        Ok(written.into_iter().map(|Written(kind)| kind).collect())
    }
}
