//! Payloads of the signal methods (WebAuthn section 5.1.10), for the page to hand to
//! `PublicKeyCredential.signal…()`. Byte strings are given raw here and become base64url.

use crate::base64url;
use serde::Serialize;

/// For `signalUnknownCredential()`: the passkey provider should delete this credential.
///
/// Send it only for an id that is unknown to the whole server (past mistake 26, security 24): it deletes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnknownCredential {
    /// The RP ID.
    pub rp_id: String,
    /// The credential id, raw.
    #[serde(serialize_with = "base64url::serialize")]
    pub credential_id: Vec<u8>,
}

/// For `signalAllAcceptedCredentials()`: the provider should hide or delete all others of this account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AllAcceptedCredentials {
    /// The RP ID.
    pub rp_id: String,
    /// The user handle, raw.
    #[serde(serialize_with = "base64url::serialize")]
    pub user_id: Vec<u8>,
    /// Every stored credential id of the account, raw, in any status. An empty list becomes `[]`.
    #[serde(serialize_with = "base64url::serialize_list")]
    pub all_accepted_credential_ids: Vec<Vec<u8>>,
}

/// For `signalCurrentUserDetails()`: the provider should show these names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CurrentUserDetails {
    /// The RP ID.
    pub rp_id: String,
    /// The user handle, raw.
    #[serde(serialize_with = "base64url::serialize")]
    pub user_id: Vec<u8>,
    /// The account's name.
    pub name: String,
    /// The person's name.
    pub display_name: String,
}
