//! What goes back to the relying party: the JSON of `PublicKeyCredential.toJSON()` (WebAuthn section 5.1).

use serde_json::{Value, json};
use webauthn::Algorithm;

use crate::Attachment;
use crate::options::encode;

/// The answer to a creation, before it becomes `RegistrationResponseJSON`.
#[derive(Debug, Clone)]
pub struct RegistrationResponse {
    /// The credential id, raw.
    pub credential_id: Vec<u8>,
    /// The bytes of `clientDataJSON`.
    pub client_data_json: Vec<u8>,
    /// The CBOR of the attestation object.
    pub attestation_object: Vec<u8>,
    /// The same bytes as inside the attestation object; relying parties should not trust this copy.
    pub authenticator_data: Vec<u8>,
    /// The new key's algorithm.
    pub algorithm: Algorithm,
    /// `SubjectPublicKeyInfo`.
    pub public_key: Vec<u8>,
    /// How the device can be reached.
    pub transports: Vec<String>,
    /// How the device is attached.
    pub attachment: Attachment,
    /// `getClientExtensionResults()`.
    pub client_extension_results: Value,
}

impl RegistrationResponse {
    /// `RegistrationResponseJSON`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let id = encode(&self.credential_id);
        json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": self.attachment.as_str(),
            "clientExtensionResults": self.client_extension_results,
            "response": {
                "clientDataJSON": encode(&self.client_data_json),
                "attestationObject": encode(&self.attestation_object),
                "authenticatorData": encode(&self.authenticator_data),
                "publicKey": encode(&self.public_key),
                "publicKeyAlgorithm": self.algorithm.cose_id(),
                "transports": self.transports,
            },
        })
    }

    /// The JSON text.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        self.to_value().to_string().into_bytes()
    }
}

/// The answer to a request, before it becomes `AuthenticationResponseJSON`.
#[derive(Debug, Clone)]
pub struct AuthenticationResponse {
    /// The credential id, raw.
    pub credential_id: Vec<u8>,
    /// The bytes of `clientDataJSON`.
    pub client_data_json: Vec<u8>,
    /// Authenticator data, as it was signed.
    pub authenticator_data: Vec<u8>,
    /// Over authenticator data and the hash of the client data.
    pub signature: Vec<u8>,
    /// Absent for credentials that are not discoverable.
    pub user_handle: Option<Vec<u8>>,
    /// How the device is attached.
    pub attachment: Attachment,
    /// `getClientExtensionResults()`.
    pub client_extension_results: Value,
}

impl AuthenticationResponse {
    /// `AuthenticationResponseJSON`.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let id = encode(&self.credential_id);
        let mut value = json!({
            "id": id,
            "rawId": id,
            "type": "public-key",
            "authenticatorAttachment": self.attachment.as_str(),
            "clientExtensionResults": self.client_extension_results,
            "response": {
                "clientDataJSON": encode(&self.client_data_json),
                "authenticatorData": encode(&self.authenticator_data),
                "signature": encode(&self.signature),
            },
        });
        if let Some(handle) = &self.user_handle {
            value["response"]["userHandle"] = encode(handle).into();
        }
        value
    }

    /// The JSON text.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        self.to_value().to_string().into_bytes()
    }
}
