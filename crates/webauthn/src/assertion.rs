//! Verifying an authentication assertion: WebAuthn Level 3 section 7.2.

use crate::algorithm::Algorithm;
use crate::authenticator_data::{AuthenticatorData, Flags};
use crate::client_data::{ClientData, CrossOrigin, Expected};
use crate::error::{AssertionError, Excerpt};
use crate::extensions::{Proof, TrustGroup, judge_trust_group};
use crate::origin::Origin;
use crate::public_key::CoseKey;
use crate::registration::UserVerification;
use crate::response::{AuthenticationResponse, AuthenticatorAttachment};
use crate::rp_id::{RpId, sha256};

/// Up to this length what is signed is put together on the stack.
const SHORT_MESSAGE: usize = 128;

/// What the ceremony was started with. Everything comes from the server's own sealed state, nothing from
/// the response.
#[derive(Debug, Clone, Copy)]
pub struct ExpectedAssertion<'a> {
    /// The challenge of this ceremony: at least 16 random bytes, used once.
    pub challenge: &'a [u8],
    /// The RP ID in the options.
    pub rp_id: &'a RpId,
    /// The origins whose pages may sign in.
    pub origins: &'a [Origin],
    /// Whether the page may be inside a frame of another origin's page.
    pub cross_origin: CrossOrigin<'a>,
    /// The user verification that *policy* requires, whatever the options in the page said.
    pub user_verification: UserVerification,
    /// The ids in `allowCredentials`; `None` where any discoverable credential was asked for.
    pub allowed_credentials: Option<&'a [Vec<u8>]>,
    /// The user handle of the account that this ceremony is for, where it was known before (name typed,
    /// step-up). The credential must then be that account's. `None` where the passkey tells who it is;
    /// the response must then carry the owner's user handle.
    pub expected_user_handle: Option<&'a [u8]>,
}

impl<'a> ExpectedAssertion<'a> {
    /// What a careful relying party expects of whoever signs in with a discoverable credential: no frames of
    /// others, user verification, the owner's user handle. Change what differs.
    #[must_use]
    pub fn new(challenge: &'a [u8], rp_id: &'a RpId, origins: &'a [Origin]) -> Self {
        Self {
            challenge,
            rp_id,
            origins,
            cross_origin: CrossOrigin::Refused,
            user_verification: UserVerification::Required,
            allowed_credentials: None,
            expected_user_handle: None,
        }
    }
}

/// The stored credential that the response names, as it was read from the store.
#[derive(Debug, Clone, Copy)]
pub struct StoredCredential<'a> {
    /// The credential id.
    pub credential_id: &'a [u8],
    /// The public key as [`PublicKey::cose_bytes`](crate::PublicKey::cose_bytes) gave it.
    pub public_key: &'a [u8],
    /// The counter of the last accepted assertion, or of the registration.
    pub sign_count: u32,
    /// Backup eligibility at registration.
    pub backup_eligible: bool,
    /// The user handle of the account that owns the credential.
    pub user_handle: &'a [u8],
}

/// What the signature counter says (section 6.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Both counters are zero: the authenticator has none.
    NotSupported,
    /// It advanced.
    Advanced,
    /// It did not, on a passkey that can be backed up: several copies are normal there. To be recorded
    /// (security 23).
    Regressed {
        /// The counter stored.
        stored: u32,
        /// The counter received.
        received: u32,
    },
}

/// An assertion that passed every check: the holder of this credential answered this challenge. Only
/// [`verify`] makes it; it is neither `Clone` nor constructible otherwise.
#[must_use = "a verified assertion that is dropped signs nobody in"]
#[derive(Debug)]
pub struct VerifiedAssertion {
    credential_id: Vec<u8>,
    user_handle: Vec<u8>,
    flags: Flags,
    sign_count: u32,
    counter: Counter,
    attachment: Option<AuthenticatorAttachment>,
    large_blob_written: Option<bool>,
    trust_group: TrustGroup,
    origin: Origin,
}

/// Verifies an authentication response against the stored credential that it names.
///
/// Checks that need no signature come first; all that judges signed flags and the counter comes after
/// the signature, so that [`AssertionError::signature_was_valid`] can say whom to credit a failure to.
/// The Recommendation's order is another, but each check must pass in either, so that the same responses
/// are accepted.
///
/// # Errors
/// The first step that refuses, or [`AssertionError::Parse`] with the part that cannot be read.
pub fn verify(
    response: &AuthenticationResponse,
    expected: &ExpectedAssertion<'_>,
    stored: &StoredCredential<'_>,
) -> Result<VerifiedAssertion, AssertionError> {
    // Steps 1 and 2: the server's options and the browser's call.
    // Step 3: an AuthenticatorAssertionResponse. `AuthenticationResponse` is that by construction.
    // Step 4: the client extension results stand in the response.
    // Step 5: one of the credentials that were asked for.
    if expected
        .allowed_credentials
        .is_some_and(|allowed| !allowed.iter().any(|id| id == response.credential_id()))
    {
        return Err(AssertionError::CredentialNotAllowed);
    }
    // Step 6: whose credential it is.
    check_owner(response, expected, stored)?;
    // Steps 7 to 9: the three byte strings; decode client data as UTF-8 and parse it.
    let client_data = ClientData::parse(response.client_data_json())?;
    // Steps 10 to 14: type, challenge, origin, crossOrigin and topOrigin.
    let origin = client_data.check(&Expected {
        ceremony: "webauthn.get",
        challenge: expected.challenge,
        origins: expected.origins,
        cross_origin: expected.cross_origin,
    })?;
    // Step 15: the RP ID (past mistake 18). Attested credential data should not be here, but no step
    // refuses it; it was read like the rest.
    let data = AuthenticatorData::parse(response.authenticator_data())?;
    if *data.rp_id_hash != expected.rp_id.hash() {
        return Err(AssertionError::RpIdHashMismatch {
            expected: expected.rp_id.as_str().to_owned(),
            found: Excerpt::of(data.rp_id_hash),
        });
    }
    // Steps 21 and 22: hash the raw bytes of client data and verify the signature.
    let client_data_hash = sha256(response.client_data_json());
    let algorithm = verify_signature(response, &client_data_hash, stored)?;
    // Steps 16 to 19: signed flags.
    check_flags(data.flags, expected, stored)?;
    // Step 23: the signature counter.
    let counter = check_counter(data.sign_count, stored)?;
    // Step 20: extension outputs, as facts for the caller; unsolicited ones are ignored, which the standard allows.
    let trust_group = judge_trust_group(&Proof {
        flags: data.flags,
        algorithm,
        authenticator: &data.extension_outputs(),
        client: response.extensions().cmtg_key.as_ref(),
        authenticator_data: response.authenticator_data(),
        client_data_hash: &client_data_hash,
    });
    // Step 24: the facts with which the caller updates the record.
    Ok(VerifiedAssertion {
        credential_id: stored.credential_id.to_vec(),
        user_handle: stored.user_handle.to_vec(),
        flags: data.flags,
        sign_count: data.sign_count,
        counter,
        attachment: response.authenticator_attachment(),
        large_blob_written: response.extensions().large_blob_written,
        trust_group,
        origin: origin.clone(),
    })
    // Step 25: all steps passed; the ceremony continues with what `VerifiedAssertion` allows.
}

/// Step 6. The credential's owner, the ceremony's account and the response's user handle must agree, in
/// every combination of present and absent (past mistakes 19 to 21).
fn check_owner(
    response: &AuthenticationResponse,
    expected: &ExpectedAssertion<'_>,
    stored: &StoredCredential<'_>,
) -> Result<(), AssertionError> {
    if stored.credential_id != response.credential_id() {
        return Err(AssertionError::CredentialIdMismatch);
    }
    match (expected.expected_user_handle, response.user_handle()) {
        (Some(account), _) if account != stored.user_handle => {
            Err(AssertionError::CredentialOwnerMismatch)
        }
        (_, Some(found)) if found != stored.user_handle => Err(AssertionError::UserHandleMismatch),
        (None, None) => Err(AssertionError::UserHandleMissing),
        _ => Ok(()),
    }
}

/// Gives the algorithm of the key that verified.
fn verify_signature(
    response: &AuthenticationResponse,
    client_data_hash: &[u8; 32],
    stored: &StoredCredential<'_>,
) -> Result<Algorithm, AssertionError> {
    let key = CoseKey::parse(stored.public_key).map_err(AssertionError::StoredKey)?;
    let data = response.authenticator_data();
    let mut place = [0; SHORT_MESSAGE];
    let verified = match place.get_mut(..data.len() + client_data_hash.len()) {
        Some(message) => {
            let (before, behind) = message.split_at_mut(data.len());
            before.copy_from_slice(data);
            behind.copy_from_slice(client_data_hash);
            key.verify(message, response.signature())
        }
        None => key.verify(&[data, client_data_hash].concat(), response.signature()),
    };
    verified.map_err(|_| AssertionError::SignatureInvalid)?;
    Ok(key.algorithm())
}

fn check_flags(
    flags: Flags,
    expected: &ExpectedAssertion<'_>,
    stored: &StoredCredential<'_>,
) -> Result<(), AssertionError> {
    // Step 16: user presence.
    if !flags.user_present() {
        return Err(AssertionError::UserPresenceMissing);
    }
    // Step 17: user verification, wherever it is required (past mistake 15).
    if expected.user_verification == UserVerification::Required && !flags.user_verified() {
        return Err(AssertionError::UserVerificationMissing);
    }
    // Step 18: not backed up unless eligible for backup (past mistake 23).
    if flags.backup_state() && !flags.backup_eligible() {
        return Err(AssertionError::BackupStateInvalid);
    }
    // Step 19: backup eligibility is as it was at registration (past mistake 23).
    if flags.backup_eligible() != stored.backup_eligible {
        let (expected, found) = (stored.backup_eligible, flags.backup_eligible());
        return Err(AssertionError::BackupEligibilityChanged { expected, found });
    }
    Ok(())
}

fn check_counter(received: u32, stored: &StoredCredential<'_>) -> Result<Counter, AssertionError> {
    match stored.sign_count {
        0 if received == 0 => Ok(Counter::NotSupported),
        before if received > before => Ok(Counter::Advanced),
        before if stored.backup_eligible => Ok(Counter::Regressed {
            stored: before,
            received,
        }),
        before => Err(AssertionError::CounterRegressed {
            stored: before,
            received,
        }),
    }
}

impl VerifiedAssertion {
    /// The credential that signed.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        &self.credential_id
    }

    /// The user handle of the credential's owner: who this is.
    #[must_use]
    pub fn user_handle(&self) -> &[u8] {
        &self.user_handle
    }

    /// The counter received, to be stored.
    #[must_use]
    pub fn sign_count(&self) -> u32 {
        self.sign_count
    }

    /// What the counter says.
    #[must_use]
    pub fn counter(&self) -> Counter {
        self.counter
    }

    /// Whether the authenticator verified the user.
    #[must_use]
    pub fn user_verified(&self) -> bool {
        self.flags.user_verified()
    }

    /// Whether the credential is backed up now, to be stored.
    #[must_use]
    pub fn backup_state(&self) -> bool {
        self.flags.backup_state()
    }

    /// Whether the credential may be backed up; as it was at registration.
    #[must_use]
    pub fn backup_eligible(&self) -> bool {
        self.flags.backup_eligible()
    }

    /// How the authenticator was attached. A hint from the client.
    #[must_use]
    pub fn authenticator_attachment(&self) -> Option<AuthenticatorAttachment> {
        self.attachment
    }

    /// `largeBlob.written`: whether the client says that the blob was written. Unsigned.
    #[must_use]
    pub fn large_blob_written(&self) -> Option<bool> {
        self.large_blob_written
    }

    /// The trust group of the device that answered (`cmtgKey`). No attestation (security 33).
    #[must_use]
    pub fn trust_group(&self) -> TrustGroup {
        self.trust_group
    }

    /// The allowed origin from whose page the assertion came.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}
