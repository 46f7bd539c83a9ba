//! What may be concluded about a passkey from its model's metadata: only where an attestation proves the model.

use super::date::Date;
use super::entry::{Entry, ModelKey};
use super::status::{CertificationLevel, Standing};
use super::words::{KeyProtection, UserVerificationMethod};
use crate::aaguid::Aaguid;
use crate::attestation::{Attestation, Format, Verdict};

/// A model that an attestation proves: [`Entry::prove`] makes it, and nothing else does. Certification, key protection
/// and user verification of a *passkey* are read here and nowhere else: an AAGUID alone is a claim, and whoever claims
/// to be a certified model is not thereby certified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestedModel<'a> {
    entry: &'a Entry,
    standing: Standing,
}

impl Entry {
    /// The model, if this attestation proves that the passkey is of it: the verdict is attested, under one of the entry's
    /// own roots, in a format that the entry states, and for an AAGUID or key identifier that is the entry's.
    ///
    /// `aaguid` is the one of the registration that was attested; `today` the day for which certification is asked.
    #[must_use]
    pub fn prove(
        &self,
        attestation: &Attestation,
        aaguid: Aaguid,
        today: Date,
    ) -> Option<AttestedModel<'_>> {
        let Verdict::Attested(chain) = &attestation.verdict else {
            return None;
        };
        let identifier = attestation
            .key_identifier
            .map_or(ModelKey::Aaguid(aaguid), ModelKey::KeyIdentifier);
        let key = match aaguid.is_zero() {
            true => identifier,
            false => ModelKey::Aaguid(aaguid),
        };
        let is_own = self.keys().contains(&key) && self.lists_root(&chain.anchor());
        if !is_own || !self.states_formats(attestation) {
            return None;
        }
        Some(AttestedModel {
            entry: self,
            standing: self.standing(today, &attestation.fingerprints()),
        })
    }

    /// Of a compound: the formats of all statements for which somebody vouches.
    fn states_formats(&self, attestation: &Attestation) -> bool {
        let states = |one: &Attestation| {
            Format::from_identifier(&one.format).is_some_and(|it| self.statement().attests_in(it))
        };
        let mut parts = attestation.parts.iter();
        match attestation.parts.is_empty() {
            true => states(attestation),
            false => parts.all(|part| !part.verdict.is_attested() || states(part)),
        }
    }
}

impl<'a> AttestedModel<'a> {
    /// Its name for people, by metadata.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.entry.statement().name
    }

    /// The certification that holds; none once the model is revoked.
    #[must_use]
    pub fn certification(&self) -> Option<CertificationLevel> {
        self.standing.certification
    }

    /// What its reports amount to.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Where private keys are.
    #[must_use]
    pub fn key_protection(&self) -> &'a [KeyProtection] {
        &self.entry.statement().key_protection
    }

    /// Alternatives of combinations of methods.
    #[must_use]
    pub fn user_verification(&self) -> &'a [Vec<UserVerificationMethod>] {
        &self.entry.statement().user_verification
    }

    /// Whether keys sign for FIDO only, so that its signatures prove what they say.
    #[must_use]
    pub fn is_key_restricted(&self) -> bool {
        self.entry.statement().is_key_restricted
    }

    /// Whether each use verifies the user anew.
    #[must_use]
    pub fn is_fresh_user_verification_required(&self) -> bool {
        self.entry.statement().is_fresh_user_verification_required
    }
}
