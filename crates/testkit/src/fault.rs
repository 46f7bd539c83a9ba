//! What can be wrong with a response, one fault at a time. The device signs what was bent, so that the
//! check meant is the one that must notice, unless the fault is the signature itself.

use authenticator::{UnsignedAssertion, UnsignedRegistration};
use serde_json::Value;

/// One thing wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Another challenge than the ceremony's.
    Challenge,
    /// An empty challenge.
    NoChallenge,
    /// The page was this origin's.
    Origin(&'static str),
    /// The page sat in a frame of another origin.
    CrossOrigin,
    /// `webauthn.create` for `webauthn.get` and the other way round.
    Type,
    /// The RP ID hash of another RP ID.
    RpIdHash,
    /// UP=0.
    UserAbsent,
    /// UV=0.
    UserUnverified,
    /// BE the other way round, BS with it.
    BackupEligibilityFlipped,
    /// BS=1 with BE=0.
    BackedUpNotEligible,
    /// A bit of the signature flipped.
    Signature,
    /// No signature at all.
    NoSignature,
    /// The signature covers other authenticator data than is sent.
    UnsignedFlags,
    /// Bytes after the end of the authenticator data.
    TrailingBytes,
    /// The user handle of somebody else.
    UserHandle(Vec<u8>),
    /// No user handle.
    NoUserHandle,
    /// The id of another credential (registration: only outside the signed part).
    CredentialId(Vec<u8>),
}

/// Faults that every sign-in must refuse, with the step that says no.
pub const ASSERTION_FAULTS: &[(Fault, &str)] = &[
    (Fault::Challenge, "assertion.challenge_mismatch"),
    (Fault::NoChallenge, "assertion.challenge_mismatch"),
    (
        Fault::Origin("https://badlogin.example.org"),
        "assertion.origin_mismatch",
    ),
    (
        Fault::Origin("https://login.example.org.evil.example"),
        "assertion.origin_mismatch",
    ),
    (
        Fault::Origin("http://login.example.org"),
        "assertion.origin_mismatch",
    ),
    (
        Fault::Origin("https://login.example.org:8443"),
        "assertion.origin_mismatch",
    ),
    (
        Fault::Origin("https://LOGIN.example.org"),
        "assertion.origin_mismatch",
    ),
    (
        Fault::Origin("https://login.example.org."),
        "assertion.origin_mismatch",
    ),
    (
        Fault::Origin("https://sub.login.example.org"),
        "assertion.origin_mismatch",
    ),
    (
        Fault::Origin("https://example.org"),
        "assertion.origin_mismatch",
    ),
    (Fault::Origin("null"), "assertion.origin_mismatch"),
    (Fault::Origin(""), "assertion.origin_mismatch"),
    (Fault::CrossOrigin, "assertion.cross_origin_refused"),
    (Fault::Type, "assertion.type_mismatch"),
    (Fault::RpIdHash, "assertion.rp_id_mismatch"),
    (Fault::UserAbsent, "assertion.user_presence_missing"),
    (Fault::UserUnverified, "assertion.user_verification_missing"),
    (
        Fault::BackupEligibilityFlipped,
        "assertion.backup_eligibility_changed",
    ),
    (Fault::BackedUpNotEligible, "assertion.backup_state_invalid"),
    (Fault::Signature, "assertion.signature_invalid"),
    (Fault::NoSignature, "assertion.signature_invalid"),
    (Fault::UnsignedFlags, "assertion.signature_invalid"),
    (
        Fault::TrailingBytes,
        "parse.authenticator_data_trailing_bytes",
    ),
    (Fault::NoUserHandle, "assertion.user_handle_missing"),
];

/// Faults that every registration must refuse, with the step that says no.
pub const REGISTRATION_FAULTS: &[(Fault, &str)] = &[
    (Fault::Challenge, "registration.challenge_mismatch"),
    (Fault::NoChallenge, "registration.challenge_mismatch"),
    (
        Fault::Origin("https://badlogin.example.org"),
        "registration.origin_mismatch",
    ),
    (
        Fault::Origin("http://login.example.org"),
        "registration.origin_mismatch",
    ),
    (
        Fault::Origin("https://example.org"),
        "registration.origin_mismatch",
    ),
    (Fault::Origin("null"), "registration.origin_mismatch"),
    (Fault::CrossOrigin, "registration.cross_origin_refused"),
    (Fault::Type, "registration.type_mismatch"),
    (Fault::RpIdHash, "registration.rp_id_mismatch"),
    (Fault::UserAbsent, "registration.user_presence_missing"),
    (
        Fault::UserUnverified,
        "registration.user_verification_missing",
    ),
    (
        Fault::BackedUpNotEligible,
        "registration.backup_state_invalid",
    ),
    (Fault::TrailingBytes, "parse.cbor_trailing_bytes"),
];

impl Fault {
    /// Bends an assertion, signs it and gives the JSON.
    #[must_use]
    pub fn bend_assertion(&self, mut unsigned: UnsignedAssertion) -> Value {
        self.bend_client_data(&mut unsigned.client_data);
        self.bend_authenticator_data(&mut unsigned.authenticator_data);
        match self {
            Fault::UserHandle(handle) => unsigned.user_handle = Some(handle.clone()),
            Fault::NoUserHandle => unsigned.user_handle = None,
            Fault::CredentialId(id) => unsigned.credential_id.clone_from(id),
            _ => {}
        }
        let mut response = unsigned.sign().unwrap();
        match self {
            Fault::Signature => flip_last(&mut response.signature),
            Fault::NoSignature => response.signature.clear(),
            Fault::UnsignedFlags => response.authenticator_data[32] ^= 0b0001_0000,
            Fault::TrailingBytes => response.authenticator_data.push(0xa0),
            _ => {}
        }
        response.to_value()
    }

    /// Bends a registration, attests it and gives the JSON.
    #[must_use]
    pub fn bend_registration(&self, mut unsigned: UnsignedRegistration) -> Value {
        self.bend_client_data(&mut unsigned.client_data);
        self.bend_authenticator_data(&mut unsigned.authenticator_data);
        let mut response = unsigned.attest().unwrap();
        match self {
            Fault::CredentialId(id) => response.credential_id.clone_from(id),
            Fault::TrailingBytes => response.attestation_object.push(0),
            _ => {}
        }
        response.to_value()
    }

    fn bend_client_data(&self, client_data: &mut authenticator::ClientData) {
        match self {
            Fault::Challenge => client_data.challenge = "A".repeat(client_data.challenge.len()),
            Fault::NoChallenge => client_data.challenge.clear(),
            Fault::Origin(origin) => client_data.origin = (*origin).to_owned(),
            Fault::CrossOrigin => {
                client_data.cross_origin = true;
                client_data.top_origin = Some("https://evil.example".to_owned());
            }
            Fault::Type => {
                let other = if client_data.kind == "webauthn.get" {
                    "webauthn.create"
                } else {
                    "webauthn.get"
                };
                client_data.kind = other.to_owned();
            }
            _ => {}
        }
    }

    fn bend_authenticator_data(&self, data: &mut authenticator::AuthenticatorData) {
        match self {
            Fault::RpIdHash => data.rp_id_hash[0] ^= 1,
            Fault::UserAbsent => data.flags.user_present = false,
            Fault::UserUnverified => data.flags.user_verified = false,
            Fault::BackupEligibilityFlipped => {
                data.flags.backup_eligible = !data.flags.backup_eligible;
                data.flags.backed_up = data.flags.backup_eligible;
            }
            Fault::BackedUpNotEligible => {
                data.flags.backup_eligible = false;
                data.flags.backed_up = true;
            }
            _ => {}
        }
    }
}

fn flip_last(bytes: &mut [u8]) {
    if let Some(last) = bytes.last_mut() {
        *last ^= 1;
    }
}
