//! What options ask for, in the JSON of `parseCreationOptionsFromJSON()` and `parseRequestOptionsFromJSON()`.

use super::CredProtect;
use crate::base64url;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// AuthenticationExtensionsClientInputsJSON for `create()`. What is not asked for is not written.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreationExtensions {
    /// `credProps` (section 10.1.3): whether the credential is discoverable.
    #[serde(skip_serializing_if = "is_false")]
    pub cred_props: bool,
    /// `credentialProtectionPolicy` and `enforceCredentialProtectionPolicy` (CTAP 2.2 section 12.1).
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub credential_protection: Option<CredentialProtection>,
    /// `minPinLength` (CTAP 2.2 section 12.5). Answered only to relying parties that the authenticator's
    /// administrator has listed.
    #[serde(skip_serializing_if = "is_false")]
    pub min_pin_length: bool,
    /// `hmacCreateSecret` (CTAP 2.2 section 12.7). Browsers prefer `prf`.
    #[serde(skip_serializing_if = "is_false")]
    pub hmac_create_secret: bool,
    /// `prf` (section 10.1.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prf: Option<PrfInput>,
    /// `largeBlob` (section 10.1.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub large_blob: Option<LargeBlobSupport>,
    /// `cmtgKey` (w3c/webauthn pull request 2377, a draft).
    #[serde(skip_serializing_if = "is_false")]
    pub cmtg_key: bool,
    /// Inputs that this crate does not know, by their identifiers. Their outputs are ignored.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

/// AuthenticationExtensionsClientInputsJSON for `get()`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestExtensions {
    /// `prf` (section 10.1.4).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prf: Option<PrfInput>,
    /// `largeBlob` (section 10.1.5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub large_blob: Option<LargeBlobInput>,
    /// `cmtgKey` (w3c/webauthn pull request 2377, a draft).
    #[serde(skip_serializing_if = "is_false")]
    pub cmtg_key: bool,
    /// Inputs that this crate does not know, by their identifiers. Their outputs are ignored.
    #[serde(flatten)]
    pub others: Map<String, Value>,
}

impl RequestExtensions {
    /// Whether nothing is asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What protection a new credential should have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CredentialProtection {
    /// The policy asked for.
    #[serde(
        rename = "credentialProtectionPolicy",
        serialize_with = "serialize_policy"
    )]
    pub policy: CredProtect,
    /// Whether `create()` must fail where the authenticator can't give it.
    #[serde(rename = "enforceCredentialProtectionPolicy")]
    pub enforce: bool,
}

fn serialize_policy<S: Serializer>(policy: &CredProtect, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(policy.as_str())
}

/// AuthenticationExtensionsPRFInputs. The values are salts, not secrets; what comes of them is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PrfInput {
    /// For whichever credential answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eval: Option<PrfValues>,
    /// For each credential by its id, raw; `get()` with an allow list only.
    #[serde(
        skip_serializing_if = "BTreeMap::is_empty",
        serialize_with = "serialize_by_credential"
    )]
    pub eval_by_credential: BTreeMap<Vec<u8>, PrfValues>,
}

/// AuthenticationExtensionsPRFValues, raw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrfValues {
    /// The first salt.
    #[serde(serialize_with = "base64url::serialize")]
    pub first: Vec<u8>,
    /// The second, for two outputs at once (a change of keys).
    #[serde(
        skip_serializing_if = "Option::is_none",
        serialize_with = "base64url::serialize_option"
    )]
    pub second: Option<Vec<u8>>,
}

fn serialize_by_credential<S: Serializer>(
    values: &BTreeMap<Vec<u8>, PrfValues>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(
        values
            .iter()
            .map(|(id, values)| (base64url::encode(id), values)),
    )
}

/// `largeBlob` at `create()`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "support", rename_all = "lowercase")]
pub enum LargeBlobSupport {
    /// Only an authenticator that can keep a blob will do.
    Required,
    /// One that can is preferred.
    Preferred,
}

/// `largeBlob` at `get()`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LargeBlobInput {
    /// Read the blob; it stays in the page, this crate does not keep it.
    Read,
    /// Write this blob, raw. Needs an allow list with one credential.
    Write(Vec<u8>),
}

impl Serialize for LargeBlobInput {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Read => serializer.collect_map([("read", true)]),
            Self::Write(blob) => serializer.collect_map([("write", base64url::encode(blob))]),
        }
    }
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it by reference"
)]
fn is_false(asked: &bool) -> bool {
    !asked
}
