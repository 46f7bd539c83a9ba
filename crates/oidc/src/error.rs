//! Errors as they go over the wire.

use serde::Serialize;

/// The registered words for what went wrong (RFC 6749 sections 4.1.2.1 and 5.2, OpenID Connect Core section 3.1.2.6, RFC 7009 section 2.2.1, RFC 6750
/// section 3.1, OpenID Connect Core Unmet Authentication Requirements, RFC 8628
/// section 3.5, RFC 9449 section 12.2, RFC 8707 section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is the registered word itself")]
pub enum ErrorKind {
    InvalidRequest,
    InvalidClient,
    InvalidGrant,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    UnsupportedTokenType,
    InvalidToken,
    InsufficientScope,
    InvalidScope,
    AccessDenied,
    ServerError,
    TemporarilyUnavailable,
    LoginRequired,
    ConsentRequired,
    InteractionRequired,
    UnmetAuthenticationRequirements,
    RequestNotSupported,
    RequestUriNotSupported,
    InvalidRequestUri,
    AuthorizationPending,
    SlowDown,
    ExpiredToken,
    RegistrationNotSupported,
    InvalidDpopProof,
    InvalidTarget,
}

impl ErrorKind {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ErrorKind::InvalidRequest => "invalid_request",
            ErrorKind::InvalidClient => "invalid_client",
            ErrorKind::InvalidGrant => "invalid_grant",
            ErrorKind::UnauthorizedClient => "unauthorized_client",
            ErrorKind::UnsupportedGrantType => "unsupported_grant_type",
            ErrorKind::UnsupportedResponseType => "unsupported_response_type",
            ErrorKind::UnsupportedTokenType => "unsupported_token_type",
            ErrorKind::InvalidToken => "invalid_token",
            ErrorKind::InsufficientScope => "insufficient_scope",
            ErrorKind::InvalidScope => "invalid_scope",
            ErrorKind::AccessDenied => "access_denied",
            ErrorKind::ServerError => "server_error",
            ErrorKind::TemporarilyUnavailable => "temporarily_unavailable",
            ErrorKind::LoginRequired => "login_required",
            ErrorKind::ConsentRequired => "consent_required",
            ErrorKind::InteractionRequired => "interaction_required",
            ErrorKind::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            ErrorKind::RequestNotSupported => "request_not_supported",
            ErrorKind::RequestUriNotSupported => "request_uri_not_supported",
            ErrorKind::InvalidRequestUri => "invalid_request_uri",
            ErrorKind::AuthorizationPending => "authorization_pending",
            ErrorKind::SlowDown => "slow_down",
            ErrorKind::ExpiredToken => "expired_token",
            ErrorKind::RegistrationNotSupported => "registration_not_supported",
            ErrorKind::InvalidDpopProof => "invalid_dpop_proof",
            ErrorKind::InvalidTarget => "invalid_target",
        }
    }
}

/// A refusal in words of the protocol: the registered word, and a short reason in English for the client's developer.
/// The reason never quotes what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}: {reason}", kind.as_str())]
pub struct OAuthError {
    /// The registered word.
    pub kind: ErrorKind,
    /// What exactly, in English.
    pub reason: &'static str,
}

impl OAuthError {
    /// A refusal of that kind for that reason.
    #[must_use]
    pub const fn new(kind: ErrorKind, reason: &'static str) -> OAuthError {
        OAuthError { kind, reason }
    }

    pub(crate) const fn request(reason: &'static str) -> OAuthError {
        OAuthError::new(ErrorKind::InvalidRequest, reason)
    }
}

/// The token endpoint's error body (RFC 6749 section 5.2), in JSON.
#[derive(Debug, Serialize)]
pub struct ErrorBody<'a> {
    /// The registered word.
    pub error: &'static str,
    /// What exactly, in ASCII without quote and backslash.
    pub error_description: &'a str,
    /// Names this answer in the log, as Entra's clients show it.
    pub trace_id: &'a str,
}
