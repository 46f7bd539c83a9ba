//! Every refusal, with its stable code.
//!
//! A variant names the step that refused and carries what was expected and found, as far as that is
//! no secret: challenges, keys and signatures never stand in an error.

mod code;
mod excerpt;

use crate::algorithm::Algorithm;
use crate::attestation::{AttestationError, NotAttested};
use crate::cbor::CborError;
use crate::json;
use crate::public_key::KeyError;

pub use code::CODES;
pub(crate) use excerpt::shorten;
pub use excerpt::{Excerpt, ShownKey};

/// A response, or a part of it, that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// A part is longer than this crate accepts.
    #[error("{part} is {found} bytes long; the limit is {limit}")]
    TooLong {
        /// Which part.
        part: Part,
        /// The greatest length accepted, in bytes.
        limit: usize,
        /// The length found.
        found: usize,
    },
    /// Not JSON.
    #[error("{part} is not JSON (line {line}, column {column})")]
    JsonSyntax {
        /// Which document.
        part: Part,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A known member occurs twice.
    #[error("{part} has the member {member:?} twice (line {line}, column {column})")]
    JsonDuplicateMember {
        /// Which document.
        part: Part,
        /// Which member, by its standard's name.
        member: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A required member is absent.
    #[error("{part} lacks the member {member:?} (object ending at line {line}, column {column})")]
    JsonMissingMember {
        /// Which document.
        part: Part,
        /// Which member, by its standard's name.
        member: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A known member has another type than the standard gives it.
    #[error(
        "{part} has {found} in {member:?} where {expected} must stand (line {line}, column {column})"
    )]
    JsonWrongType {
        /// Which document.
        part: Part,
        /// In which member, by its standard's name; empty for the document itself, and where it is no known member's.
        member: &'static str,
        /// What must stand there, in words.
        expected: &'static str,
        /// What does, by its JSON type.
        found: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A member that must be base64url without padding is not.
    #[error("member {member} is not base64url without padding (at character {offset})")]
    Base64Url {
        /// The member's name.
        member: &'static str,
        /// Offset into the member's text.
        offset: usize,
    },
    /// `type` is not `public-key`.
    #[error("the credential's type is {found:?}, not \"public-key\"")]
    CredentialType {
        /// What it is, shortened.
        found: String,
    },
    /// `id` and `rawId` differ.
    #[error("id and rawId differ")]
    IdMismatch,
    /// The credential id is not 1 to 1,023 bytes long (WebAuthn section 4).
    #[error("the credential id is {found} bytes long; it must have 1 to 1023")]
    CredentialIdLength {
        /// The length found.
        found: usize,
    },
    /// The user handle is not 1 to 64 bytes long (section 5.4.3).
    #[error("the user handle is {found} bytes long; it must have 1 to 64")]
    UserHandleLength {
        /// The length found.
        found: usize,
    },
    /// clientDataJSON is not UTF-8.
    #[error("clientDataJSON is not UTF-8 (at byte {offset})")]
    ClientDataNotUtf8 {
        /// Offset of the first byte that is not.
        offset: usize,
    },
    /// Authenticator data ends too early.
    #[error("authenticator data ends at byte {found}, inside {field}")]
    AuthenticatorDataTruncated {
        /// The field that is cut off.
        field: &'static str,
        /// The length found.
        found: usize,
    },
    /// Bytes follow the last part of the authenticator data that the flags announce.
    #[error("authenticator data has bytes that its flags do not announce (from byte {offset})")]
    AuthenticatorDataTrailingBytes {
        /// Offset of the first such byte.
        offset: usize,
    },
    /// The attestation statement format identifier is not one (section 8.1).
    #[error("the attestation format is not 1 to 32 printable ASCII characters ({found} bytes)")]
    AttestationFormat {
        /// Its length in bytes; its text is the sender's and stands in no error.
        found: usize,
    },
    /// CBOR that is refused.
    #[error("{part}: {source}")]
    Cbor {
        /// Where the CBOR stands.
        part: Part,
        /// What is wrong with it; the offset counts from the start of the part.
        source: CborError,
    },
}

/// The parts of a response, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// RegistrationResponseJSON or AuthenticationResponseJSON.
    Response,
    /// clientDataJSON.
    ClientData,
    /// The attestation object.
    AttestationObject,
    /// Authenticator data.
    AuthenticatorData,
    /// The attestation statement.
    AttestationStatement,
    /// The transports.
    Transports,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Response => "the response",
            Self::ClientData => "clientDataJSON",
            Self::AttestationObject => "the attestation object",
            Self::AuthenticatorData => "authenticator data",
            Self::AttestationStatement => "the attestation statement",
            Self::Transports => "the list of transports",
        })
    }
}

impl ParseError {
    /// Translates serde_json's error without its text, which may quote what the sender wrote. `text` is what was read.
    pub(crate) fn json(part: Part, text: &[u8], error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        if !error.is_data() {
            return Self::JsonSyntax { part, line, column };
        }
        match json::describe(text, error) {
            json::Fault::Duplicate { member } => Self::JsonDuplicateMember {
                part,
                member,
                line,
                column,
            },
            json::Fault::Missing { member } => Self::JsonMissingMember {
                part,
                member,
                line,
                column,
            },
            json::Fault::WrongType {
                member,
                expected,
                found,
            } => Self::JsonWrongType {
                part,
                member,
                expected,
                found,
                line,
                column,
            },
        }
    }

    /// For `map_err` around a reader of this part.
    pub(crate) fn cbor(part: Part) -> impl Fn(CborError) -> Self {
        move |source| Self::Cbor { part, source }
    }
}

/// What the checks of client data report to either ceremony, which gives it the ceremony's own name.
pub(crate) enum ClientDataError {
    Type { found: String },
    WeakChallenge { found: usize },
    Challenge,
    Origin { expected: String, found: String },
    CrossOrigin,
    TopOrigin { expected: String, found: String },
}

macro_rules! from_client_data {
    ($error:ty) => {
        impl From<ClientDataError> for $error {
            fn from(error: ClientDataError) -> Self {
                match error {
                    ClientDataError::Type { found } => Self::TypeMismatch { found },
                    ClientDataError::WeakChallenge { found } => Self::WeakChallenge { found },
                    ClientDataError::Challenge => Self::ChallengeMismatch,
                    ClientDataError::Origin { expected, found } => {
                        Self::OriginMismatch { expected, found }
                    }
                    ClientDataError::CrossOrigin => Self::CrossOriginRefused,
                    ClientDataError::TopOrigin { expected, found } => {
                        Self::TopOriginMismatch { expected, found }
                    }
                }
            }
        }
    };
}
from_client_data!(RegistrationError);
from_client_data!(AssertionError);

/// Why a registration was refused. Steps are those of WebAuthn Level 3 section 7.1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistrationError {
    /// A part of the response cannot be read.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// Step 7: `type` is not `webauthn.create`.
    #[error("client data has type {found:?} instead of \"webauthn.create\"")]
    TypeMismatch {
        /// The type found, shortened.
        found: String,
    },
    /// The caller expects a challenge of less than 16 bytes, which can be guessed (section 13.4.3).
    #[error("the expected challenge has {found} bytes; it must have at least 16")]
    WeakChallenge {
        /// The length of the expected challenge.
        found: usize,
    },
    /// Step 8: the challenge is not the ceremony's.
    #[error("client data has another challenge than this ceremony")]
    ChallengeMismatch,
    /// Step 9: the origin is not expected.
    #[error("client data has origin {found:?}; allowed: {expected}")]
    OriginMismatch {
        /// The origins that are allowed, shortened.
        expected: String,
        /// The origin found, shortened.
        found: String,
    },
    /// Steps 10 and 11: the call came from a frame of another origin's page, which is not expected.
    #[error("the call came from a cross-origin frame, which is not allowed")]
    CrossOriginRefused,
    /// Step 11: the page around the frame is not expected.
    #[error("client data has top origin {found:?}; allowed: {expected}")]
    TopOriginMismatch {
        /// The origins that are allowed, shortened; empty if none is.
        expected: String,
        /// The top origin found, shortened.
        found: String,
    },
    /// Step 14: authenticator data is for another RP ID.
    #[error("authenticator data is for another RP ID (of hash {found}) than {expected}")]
    RpIdHashMismatch {
        /// The RP ID expected.
        expected: String,
        /// The hash found.
        found: Excerpt,
    },
    /// Step 15: the user was not present.
    #[error("the authenticator did not test the user's presence")]
    UserPresenceMissing,
    /// Step 16: the user was not verified.
    #[error("the authenticator did not verify the user")]
    UserVerificationMissing,
    /// Step 17: backed up, yet not eligible for backup.
    #[error("authenticator data says backed up but not eligible for backup")]
    BackupStateInvalid,
    /// Step 13: authenticator data carries no credential.
    #[error("authenticator data has no attested credential data")]
    AttestedCredentialDataMissing,
    /// The response's id is not the id of the attested credential.
    #[error("the response's id is not that of the attested credential")]
    CredentialIdMismatch,
    /// The credential public key cannot be used.
    #[error("credential public key: {0}")]
    Key(#[from] KeyError),
    /// Step 20: the key's algorithm was not offered.
    #[error("the credential uses {found}; offered: {}", listed(.expected))]
    AlgorithmNotOffered {
        /// What was offered.
        expected: Vec<Algorithm>,
        /// The key's algorithm.
        found: Algorithm,
    },
    /// Step 21: authenticator data carries PRF results, which are secrets, where the standard bans them.
    #[error("authenticator data has prf results, which must not stand there")]
    PrfResultsSigned,
    /// Step 23: the attestation statement is not correct; or, where attestation is required, its
    /// certificates break a rule (step 24).
    #[error("attestation: {0}")]
    Attestation(AttestationError),
    /// Step 25: attestation is required, and nobody who is believed vouches for the authenticator.
    #[error("{0}, and attestation is required")]
    NotAttested(NotAttested),
}

/// Why an assertion was refused. Steps are those of WebAuthn Level 3 section 7.2.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AssertionError {
    /// A part of the response cannot be read.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// Step 5: the credential is not one of those that were asked for.
    #[error("the credential is not one of those asked for")]
    CredentialNotAllowed,
    /// Step 6: the stored credential is not the one that the response names.
    #[error("the stored credential is not the one that the response names")]
    CredentialIdMismatch,
    /// Step 6: the credential belongs to another account than the one this ceremony is for.
    #[error("the credential belongs to another account than this ceremony")]
    CredentialOwnerMismatch,
    /// Step 6: no user handle, although the account was not identified before.
    #[error("the response has no user handle, and the account is not known otherwise")]
    UserHandleMissing,
    /// Step 6: the user handle is not the owner's.
    #[error("the response's user handle is not that of the credential's owner")]
    UserHandleMismatch,
    /// Step 10: `type` is not `webauthn.get`.
    #[error("client data has type {found:?} instead of \"webauthn.get\"")]
    TypeMismatch {
        /// The type found, shortened.
        found: String,
    },
    /// The caller expects a challenge of less than 16 bytes, which can be guessed (section 13.4.3).
    #[error("the expected challenge has {found} bytes; it must have at least 16")]
    WeakChallenge {
        /// The length of the expected challenge.
        found: usize,
    },
    /// Step 11: the challenge is not the ceremony's.
    #[error("client data has another challenge than this ceremony")]
    ChallengeMismatch,
    /// Step 12: the origin is not expected.
    #[error("client data has origin {found:?}; allowed: {expected}")]
    OriginMismatch {
        /// The origins that are allowed, shortened.
        expected: String,
        /// The origin found, shortened.
        found: String,
    },
    /// Steps 13 and 14: the call came from a frame of another origin's page, which is not expected.
    #[error("the call came from a cross-origin frame, which is not allowed")]
    CrossOriginRefused,
    /// Step 14: the page around the frame is not expected.
    #[error("client data has top origin {found:?}; allowed: {expected}")]
    TopOriginMismatch {
        /// The origins that are allowed, shortened; empty if none is.
        expected: String,
        /// The top origin found, shortened.
        found: String,
    },
    /// Step 15: authenticator data is for another RP ID.
    #[error("authenticator data is for another RP ID (of hash {found}) than {expected}")]
    RpIdHashMismatch {
        /// The RP ID expected.
        expected: String,
        /// The hash found.
        found: Excerpt,
    },
    /// The stored public key cannot be read: a damaged record, not a fault of the response.
    #[error("stored public key: {0}")]
    StoredKey(KeyError),
    /// Step 22: the signature is not valid.
    #[error("the signature is not valid")]
    SignatureInvalid,
    /// Step 16: the user was not present. The signature was valid.
    #[error("the authenticator did not test the user's presence")]
    UserPresenceMissing,
    /// Step 17: the user was not verified. The signature was valid.
    #[error("the authenticator did not verify the user")]
    UserVerificationMissing,
    /// Step 18: backed up, yet not eligible for backup. The signature was valid.
    #[error("authenticator data says backed up but not eligible for backup")]
    BackupStateInvalid,
    /// Step 19: backup eligibility is not what it was at registration. The signature was valid.
    #[error("backup eligibility was {expected} at registration and is {found} now")]
    BackupEligibilityChanged {
        /// At registration.
        expected: bool,
        /// Now.
        found: bool,
    },
    /// Step 23: a device-bound passkey's counter did not advance, so a clone may exist (security 23).
    /// The signature was valid.
    #[error("the signature counter is {received}, at least {stored} was seen before")]
    CounterRegressed {
        /// The counter of the last accepted assertion.
        stored: u32,
        /// The counter received.
        received: u32,
    },
}

impl AssertionError {
    /// Whether the credential's holder signed this response for this ceremony, so that the failure may
    /// be credited to the person (security 6). True exactly for the errors reported after step 22.
    #[must_use]
    pub fn signature_was_valid(&self) -> bool {
        match self {
            Self::UserPresenceMissing
            | Self::UserVerificationMissing
            | Self::BackupStateInvalid
            | Self::BackupEligibilityChanged { .. }
            | Self::CounterRegressed { .. } => true,
            Self::Parse(_)
            | Self::CredentialNotAllowed
            | Self::CredentialIdMismatch
            | Self::CredentialOwnerMismatch
            | Self::UserHandleMissing
            | Self::UserHandleMismatch
            | Self::TypeMismatch { .. }
            | Self::WeakChallenge { .. }
            | Self::ChallengeMismatch
            | Self::OriginMismatch { .. }
            | Self::CrossOriginRefused
            | Self::TopOriginMismatch { .. }
            | Self::RpIdHashMismatch { .. }
            | Self::StoredKey(_)
            | Self::SignatureInvalid => false,
        }
    }
}

fn listed(algorithms: &[Algorithm]) -> String {
    let names: Vec<_> = algorithms.iter().map(|it| it.name()).collect();
    names.join(", ")
}
