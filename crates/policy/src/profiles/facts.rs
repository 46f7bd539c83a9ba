//! What is known when a decision is made.

use webauthn::Aaguid;
use webauthn::metadata::{CertificationLevel, KeyProtection};

/// What the decision is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// A device has made a passkey and it is to be stored.
    Registration,
    /// The passkey is used, or it is asked whether it could be.
    SignIn,
}

/// What attestation says about the passkey's model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attestation {
    /// Nobody vouches for it, and nobody ever did as far as is known.
    #[default]
    None,
    /// A chain to a configured anchor, as last judged.
    Proven,
    /// It was proven when the passkey was added; as last judged it is not.
    Lost,
}

/// What the passkey's trust group (`cmtgKey`) is to those that were seen before (security 33).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrustGroup {
    /// Nothing speaks: none, the first, or one that was seen before.
    #[default]
    Familiar,
    /// Others were seen before, this one was not.
    New,
    /// Some were seen before, now there is none.
    Absent,
    /// One is claimed without proof.
    Forged,
}

/// A passkey and the answer at hand.
///
/// Times are microseconds UTC. What a policy doesn't ask for ([`super::Needs`]) may be left at its default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passkey<'a> {
    /// The model that it claims to be of; proven only with [`Attestation::Proven`].
    pub aaguid: Aaguid,
    /// The BE flag.
    pub backup_eligible: bool,
    pub attestation: Attestation,
    /// The metadata speaks against the model or its certificate now (revoked, compromised).
    pub compromised: bool,
    /// The **proven** model's certification. Not asked for without [`Attestation::Proven`].
    pub certification: Option<CertificationLevel>,
    /// How the **proven** model protects its keys. Not asked for without [`Attestation::Proven`].
    pub key_protection: &'a [KeyProtection],
    pub created_at: i64,
    /// `None` if it was never used.
    pub last_used_at: Option<i64>,
    pub trust_group: TrustGroup,
    /// Whether another proof accompanies the passkey, so that [`super::TrustGroupRule::StepUp`] is satisfied.
    pub stepped_up: bool,
}

impl Passkey<'_> {
    /// A passkey of which only model and type are known: unattested, made and used at `now`.
    #[must_use]
    pub fn new(aaguid: Aaguid, backup_eligible: bool, now: i64) -> Passkey<'static> {
        Passkey {
            aaguid,
            backup_eligible,
            attestation: Attestation::None,
            compromised: false,
            certification: None,
            key_protection: &[],
            created_at: now,
            last_used_at: None,
            trust_group: TrustGroup::Familiar,
            stepped_up: false,
        }
    }
}
