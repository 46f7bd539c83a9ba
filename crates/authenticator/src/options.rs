//! What the relying party asks for: the JSON forms of the options (WebAuthn sections 5.1.8 and 5.1.9).
//! Members that a device has no use for (`timeout`, `hints`, `attestation`, ...) are ignored.

use serde::Deserialize;

use crate::Error;

/// How the ceremony came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mediation {
    /// Somebody pressed a button and was asked.
    #[default]
    Modal,
    /// Conditional create: nobody was asked, UP and UV are 0 (section 5.1.3).
    Conditional,
}

/// `PublicKeyCredentialCreationOptionsJSON`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    /// Who asks.
    pub rp: RelyingParty,
    /// For which account.
    pub user: UserEntity,
    /// base64url.
    pub challenge: String,
    /// The algorithms offered, best first.
    pub pub_key_cred_params: Vec<CredentialParameters>,
    /// A device that holds one of these refuses.
    #[serde(default)]
    pub exclude_credentials: Vec<CredentialDescriptor>,
    /// What kind of device and credential is wanted.
    #[serde(default)]
    pub authenticator_selection: AuthenticatorSelection,
    /// Extension inputs.
    #[serde(default)]
    pub extensions: Extensions,
}

/// `PublicKeyCredentialRequestOptionsJSON`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    /// base64url.
    pub challenge: String,
    /// The RP ID; without one the origin's host.
    #[serde(default)]
    pub rp_id: Option<String>,
    /// Only these may answer; empty for any discoverable one.
    #[serde(default)]
    pub allow_credentials: Vec<CredentialDescriptor>,
    /// Whether the owner must be verified.
    #[serde(default)]
    pub user_verification: Requirement,
    /// Extension inputs.
    #[serde(default)]
    pub extensions: Extensions,
}

/// `PublicKeyCredentialRpEntity`.
#[derive(Debug, Clone, Deserialize)]
pub struct RelyingParty {
    /// The RP ID; without one the origin's host.
    #[serde(default)]
    pub id: Option<String>,
}

/// `PublicKeyCredentialUserEntityJSON`.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UserEntity {
    /// The user handle, base64url.
    pub id: String,
    /// The account's name.
    pub name: String,
    /// The person's name.
    pub display_name: String,
}

/// `PublicKeyCredentialParameters`.
#[derive(Debug, Clone, Deserialize)]
pub struct CredentialParameters {
    /// A number of the registry "COSE Algorithms".
    pub alg: i64,
}

/// `PublicKeyCredentialDescriptorJSON`.
#[derive(Debug, Clone, Deserialize)]
pub struct CredentialDescriptor {
    /// base64url.
    pub id: String,
}

/// `AuthenticatorSelectionCriteria`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorSelection {
    /// Whether the credential must be discoverable.
    #[serde(default)]
    pub resident_key: Requirement,
    /// Whether the owner must be verified.
    #[serde(default)]
    pub user_verification: Requirement,
    /// `platform` or `cross-platform`.
    #[serde(default)]
    pub authenticator_attachment: Option<String>,
}

/// How much something is wanted; unknown words count as `preferred`, as in browsers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Requirement {
    /// It must be so.
    Required,
    /// It had better not.
    Discouraged,
    /// It should be so.
    #[default]
    #[serde(other)]
    Preferred,
}

/// The extension inputs that a device answers.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Extensions {
    /// Whether the page wants to know that the credential is discoverable.
    #[serde(default)]
    pub cred_props: bool,
    /// Whether the page wants to know the trust group of the device (w3c/webauthn pull request 2377, a draft).
    #[serde(default)]
    pub cmtg_key: bool,
}

impl CreationOptions {
    /// Reads the JSON text.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn parse(json: &[u8]) -> Result<CreationOptions, Error> {
        serde_json::from_slice(json).map_err(|_| Error::Malformed)
    }
}

impl RequestOptions {
    /// Reads the JSON text.
    ///
    /// # Errors
    /// [`Error::Malformed`].
    pub fn parse(json: &[u8]) -> Result<RequestOptions, Error> {
        serde_json::from_slice(json).map_err(|_| Error::Malformed)
    }
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Error> {
    data_encoding::BASE64URL_NOPAD
        .decode(text.as_bytes())
        .map_err(|_| Error::Malformed)
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(bytes)
}
