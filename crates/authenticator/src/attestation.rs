//! Registrations between "made" and "answered", and the attestation statement put on them.

use serde_json::Value;

use crate::client_data::sha256;
use crate::device::sign_trust_group;
use crate::{
    Attachment, AuthenticatorData, ClientData, Error, RegistrationResponse, SigningKey, cbor,
};

/// Which attestation statement a device gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Attestation {
    /// `none` (WebAuthn section 8.7).
    #[default]
    None,
    /// `packed`, signed by the credential's own key (section 8.2, self attestation).
    PackedSelf,
}

/// A new credential's registration before it is attested. Every field may be looked at and changed.
#[derive(Debug, Clone)]
pub struct UnsignedRegistration {
    /// What the client says.
    pub client_data: ClientData,
    /// What the authenticator says, with the new credential in it.
    pub authenticator_data: AuthenticatorData,
    /// Which statement to put on it.
    pub attestation: Attestation,
    /// The new credential's key, for self attestation and the copies of the public key.
    pub key: SigningKey,
    /// The trust group's key that will sign, too, where the page asked for it.
    pub cmtg_key: Option<SigningKey>,
    /// How the device can be reached, for `getTransports()`.
    pub transports: Vec<String>,
    /// How the device is attached.
    pub attachment: Attachment,
    /// `getClientExtensionResults()`; [`attest`](Self::attest) adds the trust group's signature.
    pub client_extension_results: Value,
}

impl UnsignedRegistration {
    /// Encodes and, for self attestation, signs.
    ///
    /// # Errors
    /// [`Error::Crypto`] when signing fails.
    pub fn attest(mut self) -> Result<RegistrationResponse, Error> {
        let client_data_json = self.client_data.to_json();
        let authenticator_data = self.authenticator_data.encode();
        sign_trust_group(
            self.cmtg_key.as_ref(),
            &[&authenticator_data[..], &sha256(&client_data_json)].concat(),
            &mut self.client_extension_results,
        )?;
        let statement = match self.attestation {
            Attestation::None => Statement {
                format: "none",
                body: vec![0xa0],
            },
            Attestation::PackedSelf => {
                make_packed_self(&self.key, &authenticator_data, &client_data_json)?
            }
        };
        Ok(RegistrationResponse {
            credential_id: self
                .authenticator_data
                .attested
                .map(|it| it.credential_id)
                .unwrap_or_default(),
            attestation_object: encode_attestation_object(&statement, &authenticator_data),
            client_data_json,
            authenticator_data,
            algorithm: self.key.algorithm(),
            public_key: self.key.subject_public_key_info()?,
            transports: self.transports,
            attachment: self.attachment,
            client_extension_results: self.client_extension_results,
        })
    }
}

/// A statement's format and its body as a CBOR map.
struct Statement {
    format: &'static str,
    body: Vec<u8>,
}

fn make_packed_self(
    key: &SigningKey,
    authenticator_data: &[u8],
    client_data_json: &[u8],
) -> Result<Statement, Error> {
    let signature = key.sign(&[authenticator_data, &sha256(client_data_json)].concat())?;
    let mut body = Vec::new();
    cbor::map(&mut body, 2);
    cbor::text(&mut body, "alg");
    cbor::int(&mut body, key.algorithm().cose_id());
    cbor::text(&mut body, "sig");
    cbor::bytes(&mut body, &signature);
    Ok(Statement {
        format: "packed",
        body,
    })
}

fn encode_attestation_object(statement: &Statement, authenticator_data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    cbor::map(&mut out, 3);
    cbor::text(&mut out, "fmt");
    cbor::text(&mut out, statement.format);
    cbor::text(&mut out, "attStmt");
    out.extend_from_slice(&statement.body);
    cbor::text(&mut out, "authData");
    cbor::bytes(&mut out, authenticator_data);
    out
}
