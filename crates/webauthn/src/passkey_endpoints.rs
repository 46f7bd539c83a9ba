//! Where people create and manage passkeys (W3C "A Well-Known URL for Relying Party Passkey Endpoints", Working Draft
//! of 2026-01-14): the document at `https://<rp id>/.well-known/passkey-endpoints`.

use serde::Serialize;

/// The document, to be served as `application/json` with status 200 and without a redirect. Each member is an https
/// address below the RP ID; what is absent is not offered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PasskeyEndpoints {
    /// Where a passkey is created.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enroll: Option<String>,
    /// Where passkeys are managed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manage: Option<String>,
    /// Where it says what secrets derived by `prf` are used for: what is lost with the passkey.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prf_usage_details: Option<String>,
}
