//! Registering a new credential: WebAuthn Level 3 section 7.1.

use crate::aaguid::Aaguid;
use crate::algorithm::{Algorithm, DEFAULT_ALGORITHMS};
use crate::attestation::{
    Attestation, AttestationNeed, AttestationObject, AttestationPolicy, NotAttested, Subject,
    Verdict, evaluate,
};
use crate::authenticator_data::{AuthenticatorData, Flags};
use crate::client_data::{ClientData, CrossOrigin, Expected};
use crate::error::{Excerpt, RegistrationError};
use crate::extensions::{CredProtect, Proof, TrustGroup, judge_trust_group};
use crate::origin::Origin;
use crate::public_key::{CoseKey, PublicKey};
use crate::response::{AuthenticatorAttachment, RegistrationResponse};
use crate::rp_id::{RpId, sha256};
use serde::Serialize;

/// What the ceremony was started with. Everything comes from the server's own sealed state, nothing from
/// the response.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedRegistration<'a> {
    /// The challenge of this ceremony: at least 16 random bytes, used once.
    pub challenge: &'a [u8],
    /// The RP ID in the options.
    pub rp_id: &'a RpId,
    /// The origins whose pages may register.
    pub origins: &'a [Origin],
    /// Whether the page may be inside a frame of another origin's page.
    pub cross_origin: CrossOrigin<'a>,
    /// The algorithms that were offered.
    pub algorithms: &'a [Algorithm],
    /// How `create()` was called.
    pub mediation: Mediation,
    /// The user verification that was asked for.
    pub user_verification: UserVerification,
    /// What is accepted as attestation.
    pub attestation: &'a AttestationPolicy<'a>,
}

impl<'a> ExpectedRegistration<'a> {
    /// What a careful relying party expects: no frames of others, the default algorithms, a dialog, user
    /// verification. Change what differs.
    #[must_use]
    pub fn new(challenge: &'a [u8], rp_id: &'a RpId, origins: &'a [Origin]) -> Self {
        Self {
            challenge,
            rp_id,
            origins,
            cross_origin: CrossOrigin::Refused,
            algorithms: &DEFAULT_ALGORITHMS,
            mediation: Mediation::Modal,
            user_verification: UserVerification::Required,
            attestation: &AttestationPolicy::NOT_REQUIRED,
        }
    }
}

/// The `mediation` with which `create()` was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mediation {
    /// With a dialog.
    Modal,
    /// `conditional`: without one, right after a sign-in by password. The user may be neither present nor
    /// verified; only a ceremony that was *sealed* as conditional may expect this (security 30).
    Conditional,
}

/// Whether the authenticator must verify the user (section 5.8.6). `discouraged` is never asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UserVerification {
    /// It must, and the response is refused if it did not.
    Required,
    /// It should.
    Preferred,
}

/// A registration that passed every check. Only [`verify`] makes it; it is neither `Clone` nor
/// constructible otherwise, so that it stands for exactly one verified response.
///
/// That no credential with this id exists yet (step 27) is *not* known here: the unique key of the
/// store decides that, in the transaction that inserts the record.
#[must_use = "a verified registration that is dropped registers nothing"]
#[derive(Debug)]
pub struct VerifiedRegistration {
    credential_id: Vec<u8>,
    public_key: PublicKey,
    flags: Flags,
    sign_count: u32,
    aaguid: Aaguid,
    transports: Vec<String>,
    attachment: Option<AuthenticatorAttachment>,
    attestation: Attestation,
    attestation_object: Vec<u8>,
    client_data_json: Vec<u8>,
    cred_protect: Option<CredProtect>,
    min_pin_length: Option<u32>,
    hmac_secret: Option<bool>,
    resident_key: Option<bool>,
    prf_enabled: Option<bool>,
    large_blob_supported: Option<bool>,
    trust_group: TrustGroup,
    origin: Origin,
}

/// Verifies a registration response. Steps 1 and 2 are the server's options and the browser's call.
///
/// # Errors
/// The first step that refuses, or [`RegistrationError::Parse`] with the part that cannot be read.
pub fn verify(
    response: &RegistrationResponse,
    expected: &ExpectedRegistration<'_>,
) -> Result<VerifiedRegistration, RegistrationError> {
    // Step 3: an AuthenticatorAttestationResponse. `RegistrationResponse` is that by construction.
    // Step 4: the client extension results stand in the response.
    // Steps 5 and 6: decode client data as UTF-8 and parse it.
    let client_data = ClientData::parse(response.client_data_json())?;
    // Steps 7 to 11: type, challenge, origin, crossOrigin and topOrigin.
    let origin = client_data.check(&Expected {
        ceremony: "webauthn.create",
        challenge: expected.challenge,
        origins: expected.origins,
        cross_origin: expected.cross_origin,
    })?;
    // Step 12: hash the raw bytes of client data.
    let client_data_hash = sha256(response.client_data_json());
    // Step 13: decode the attestation object.
    let object = AttestationObject::parse(response.attestation_object())?;
    let data = AuthenticatorData::parse(object.authenticator_data)?;
    // Step 14: the RP ID (past mistake 18).
    if *data.rp_id_hash != expected.rp_id.hash() {
        return Err(RegistrationError::RpIdHashMismatch {
            expected: expected.rp_id.as_str().to_owned(),
            found: Excerpt::of(data.rp_id_hash),
        });
    }
    // Steps 15 to 17.
    check_flags(data.flags, expected)?;
    // Steps 18 and 19: whether the credential is or may be backed up is policy; the result carries both.
    let credential = data
        .attested_credential
        .ok_or(RegistrationError::AttestedCredentialDataMissing)?;
    // Not a step: the id that the client names must be the one that the authenticator attested, or the
    // credential could never be found again.
    if credential.credential_id != response.credential_id() {
        return Err(RegistrationError::CredentialIdMismatch);
    }
    // Step 20: the key's algorithm was offered. The key is checked before, so that one which could not be
    // verified at sign-in is refused now.
    let key = CoseKey::parse(credential.public_key)?;
    let public_key = key.into_public_key(credential.public_key)?;
    if !expected.algorithms.contains(&public_key.algorithm()) {
        return Err(RegistrationError::AlgorithmNotOffered {
            expected: expected.algorithms.to_vec(),
            found: public_key.algorithm(),
        });
    }
    // Step 21: extension outputs, as facts for the caller; unsolicited ones are ignored, which the standard
    // allows. Except for one that would put a secret into what the caller stores.
    let extensions = data.extension_outputs();
    if extensions.has_prf_results {
        return Err(RegistrationError::PrfResultsSigned);
    }
    let trust_group = judge_trust_group(&Proof {
        flags: data.flags,
        algorithm: public_key.algorithm(),
        authenticator: &extensions,
        client: response.extensions().cmtg_key.as_ref(),
        authenticator_data: object.authenticator_data,
        client_data_hash: &client_data_hash,
    });
    // Steps 22 to 24: the attestation statement by its format, and whether anybody who is believed vouches.
    let subject = Subject {
        authenticator_data: object.authenticator_data,
        client_data_hash: &client_data_hash,
        rp_id_hash: data.rp_id_hash,
        aaguid: credential.aaguid,
        credential_id: credential.credential_id,
        key,
    };
    let attestation = evaluate(&object, &subject, expected.attestation);
    // Steps 23, 25 and 29: whether this attestation is good enough.
    check_attestation(&attestation, expected.attestation.need)?;
    // Step 26: the credential id has at most 1,023 bytes. `AuthenticatorData::parse` refused longer ones.
    // Step 27: the credential id is not registered for anybody. The store's unique key decides that.
    // Step 28: the record, as a value that the store can keep.
    Ok(VerifiedRegistration {
        credential_id: credential.credential_id.to_vec(),
        public_key,
        flags: data.flags,
        sign_count: data.sign_count,
        aaguid: credential.aaguid,
        transports: response.transports().to_vec(),
        attachment: response.authenticator_attachment(),
        attestation,
        attestation_object: response.attestation_object().to_vec(),
        client_data_json: response.client_data_json().to_vec(),
        cred_protect: extensions.cred_protect,
        min_pin_length: extensions.min_pin_length,
        hmac_secret: extensions.hmac_secret,
        resident_key: response.extensions().resident_key,
        prf_enabled: response.extensions().prf_enabled,
        large_blob_supported: response.extensions().large_blob_supported,
        trust_group,
        origin: origin.clone(),
    })
}

/// What a verdict refuses is what the caller needs.
fn check_attestation(
    attestation: &Attestation,
    need: AttestationNeed,
) -> Result<(), RegistrationError> {
    let enough = match need {
        AttestationNeed::Nothing => true,
        AttestationNeed::CorrectIfAccepted => {
            let reason = NotAttested::FormatNotAccepted;
            attestation.verdict.is_correct() || attestation.verdict == Verdict::NotAttested(reason)
        }
        AttestationNeed::Correct => attestation.verdict.is_correct(),
        AttestationNeed::Attested => attestation.verdict.is_attested(),
    };
    match &attestation.verdict {
        _ if enough => Ok(()),
        Verdict::Failed(error) => Err(RegistrationError::Attestation(error.clone())),
        Verdict::NotAttested(reason) => Err(RegistrationError::NotAttested(*reason)),
        // Attested is enough for anybody.
        Verdict::Attested(_) => Ok(()),
    }
}

fn check_flags(flags: Flags, expected: &ExpectedRegistration<'_>) -> Result<(), RegistrationError> {
    // Conditional creation may happen without any gesture, so neither flag can be asked for there.
    if expected.mediation == Mediation::Modal {
        // Step 15: user presence.
        if !flags.user_present() {
            return Err(RegistrationError::UserPresenceMissing);
        }
        // Step 16: user verification, wherever it was required (past mistake 15).
        if expected.user_verification == UserVerification::Required && !flags.user_verified() {
            return Err(RegistrationError::UserVerificationMissing);
        }
    }
    // Step 17: not backed up unless eligible for backup (past mistake 23).
    if flags.backup_state() && !flags.backup_eligible() {
        return Err(RegistrationError::BackupStateInvalid);
    }
    Ok(())
}

impl VerifiedRegistration {
    /// The credential id, 1 to 1,023 bytes. Must be unique over all accounts (step 27).
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        &self.credential_id
    }

    /// The public key, to be stored as [`PublicKey::cose_bytes`].
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public_key
    }

    /// The signature counter; zero where the authenticator has none.
    #[must_use]
    pub fn sign_count(&self) -> u32 {
        self.sign_count
    }

    /// Whether the authenticator says that it verified the user.
    #[must_use]
    pub fn user_verified(&self) -> bool {
        self.flags.user_verified()
    }

    /// Whether the authenticator says that somebody was there. False only after conditional creation.
    #[must_use]
    pub fn user_present(&self) -> bool {
        self.flags.user_present()
    }

    /// Whether the credential may be backed up ("synced"). Must be stored: it may never change.
    #[must_use]
    pub fn backup_eligible(&self) -> bool {
        self.flags.backup_eligible()
    }

    /// Whether the credential is backed up now.
    #[must_use]
    pub fn backup_state(&self) -> bool {
        self.flags.backup_state()
    }

    /// The authenticator's model as it names itself; unproven without a verified attestation.
    #[must_use]
    pub fn aaguid(&self) -> Aaguid {
        self.aaguid
    }

    /// The transports to put into later options. A hint from the client.
    #[must_use]
    pub fn transports(&self) -> &[String] {
        &self.transports
    }

    /// How the authenticator was attached. A hint from the client.
    #[must_use]
    pub fn authenticator_attachment(&self) -> Option<AuthenticatorAttachment> {
        self.attachment
    }

    /// What the attestation said and what it proves.
    #[must_use]
    pub fn attestation(&self) -> &Attestation {
        &self.attestation
    }

    /// The raw attestation object, worth storing for a later evaluation.
    #[must_use]
    pub fn attestation_object(&self) -> &[u8] {
        &self.attestation_object
    }

    /// The raw client data, which an attestation's signature covers.
    #[must_use]
    pub fn client_data_json(&self) -> &[u8] {
        &self.client_data_json
    }

    /// The credential protection that the authenticator reports, if any. Signed with an attestation.
    #[must_use]
    pub fn cred_protect(&self) -> Option<CredProtect> {
        self.cred_protect
    }

    /// The shortest PIN that the authenticator takes, in code points, where it reports that. Signed with an
    /// attestation.
    #[must_use]
    pub fn min_pin_length(&self) -> Option<u32> {
        self.min_pin_length
    }

    /// Whether the authenticator says that the credential has an `hmac-secret`. Signed with an attestation.
    #[must_use]
    pub fn hmac_secret(&self) -> Option<bool> {
        self.hmac_secret
    }

    /// `prf.enabled`: whether the client says that the credential can derive secrets. Unsigned.
    #[must_use]
    pub fn prf_enabled(&self) -> Option<bool> {
        self.prf_enabled
    }

    /// `largeBlob.supported`: whether the client says that the credential can keep a blob. Unsigned.
    #[must_use]
    pub fn large_blob_supported(&self) -> Option<bool> {
        self.large_blob_supported
    }

    /// The trust group of the device that made the credential (`cmtgKey`). No attestation (security 33).
    #[must_use]
    pub fn trust_group(&self) -> TrustGroup {
        self.trust_group
    }

    /// `credProps.rk`: whether the client says that the credential is discoverable. Unsigned.
    #[must_use]
    pub fn resident_key(&self) -> Option<bool> {
        self.resident_key
    }

    /// The allowed origin from whose page the credential was made.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}
