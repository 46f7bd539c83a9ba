//! What browsers send: RegistrationResponseJSON and AuthenticationResponseJSON (WebAuthn section 5.1),
//! as `PublicKeyCredential.toJSON()` makes them.
//!
//! Unknown members are ignored; known members that occur twice, have the wrong type or are not base64url
//! are refused. Of the client extension outputs only what [`extensions`](crate::extensions) names is kept: PRF results
//! are secrets, and no copy of them is made. The convenience members (`authenticatorData`, `publicKey`, `publicKeyAlgorithm`) of a
//! registration are ignored: they repeat what stands in the attestation object, and only that is used.

use crate::base64url;
use crate::client_data::Text;
use crate::error::{ParseError, Part, shorten};
use crate::extensions::ClientOutputs;
use crate::json::Object;
use crate::plain_json::{Cursor, set};
use serde::Deserialize;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::ops::Range;

/// Longest response accepted, in bytes of JSON.
pub const MAX_RESPONSE: usize = 128 * 1024;

const MAX_TRANSPORTS: usize = 16;
const MAX_TRANSPORT: usize = 64;

/// How the authenticator is attached to the client (section 5.4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthenticatorAttachment {
    /// Built into the device.
    Platform,
    /// A security key, or a phone used over hybrid transport.
    CrossPlatform,
}

/// The envelope of both responses.
#[derive(Deserialize)]
#[serde(
    rename_all = "camelCase",
    bound(deserialize = "'de: 'a, R: Deserialize<'de>")
)]
struct Envelope<'a, R> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    raw_id: Cow<'a, str>,
    #[serde(borrow, rename = "type")]
    credential_type: Cow<'a, str>,
    response: Object<R>,
    #[serde(borrow, default)]
    authenticator_attachment: Option<Text<'a>>,
    #[serde(borrow, default)]
    client_extension_results: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AttestationResponseMembers<'a> {
    #[serde(borrow, rename = "clientDataJSON")]
    client_data_json: Cow<'a, str>,
    #[serde(borrow)]
    attestation_object: Cow<'a, str>,
    #[serde(default)]
    transports: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AssertionResponseMembers<'a> {
    #[serde(borrow, rename = "clientDataJSON")]
    client_data_json: Cow<'a, str>,
    #[serde(borrow)]
    authenticator_data: Cow<'a, str>,
    #[serde(borrow)]
    signature: Cow<'a, str>,
    #[serde(borrow, default)]
    user_handle: Option<Text<'a>>,
}

/// An assertion's texts as they stand in the JSON, in base64url but for the last two.
#[derive(Default)]
struct AssertionTexts<'a> {
    id: &'a [u8],
    raw_id: &'a [u8],
    client_data_json: &'a [u8],
    authenticator_data: &'a [u8],
    signature: &'a [u8],
    user_handle: Option<&'a [u8]>,
    credential_type: &'a str,
    attachment: Option<&'a str>,
}

impl<'a> AssertionTexts<'a> {
    /// What browsers write where no extension answered; `None` for all else. What is not base64url may still stand in the
    /// place of what ought to be.
    fn read_plain(json: &'a [u8]) -> Option<Self> {
        let (mut id, mut raw_id, mut credential_type) = (None, None, None);
        let (mut attachment, mut outputs, mut response) = (None, None, None);
        let mut texts = Self::default();
        let mut cursor = Cursor::new(json);
        cursor.object(|name, value| match name {
            b"id" => set(&mut id, value.raw()?),
            b"rawId" => set(&mut raw_id, value.raw()?),
            b"type" => set(&mut credential_type, value.text()?),
            b"authenticatorAttachment" => set(&mut attachment, value.text()?),
            b"clientExtensionResults" => set(&mut outputs, value.skip("{}")?),
            b"response" => set(&mut response, texts.read_response(value)?),
            _ => None,
        })?;
        cursor.finish()?;
        response?;
        Some(Self {
            id: id?,
            raw_id: raw_id?,
            credential_type: credential_type?,
            attachment,
            ..texts
        })
    }

    fn read_response(&mut self, cursor: &mut Cursor<'a>) -> Option<()> {
        let (mut client_data_json, mut authenticator_data) = (None, None);
        let (mut signature, mut user_handle) = (None, None);
        cursor.object(|name, value| match name {
            b"clientDataJSON" => set(&mut client_data_json, value.raw()?),
            b"authenticatorData" => set(&mut authenticator_data, value.raw()?),
            b"signature" => set(&mut signature, value.raw()?),
            b"userHandle" => set(&mut user_handle, value.raw()?),
            _ => None,
        })?;
        self.client_data_json = client_data_json?;
        self.authenticator_data = authenticator_data?;
        self.signature = signature?;
        self.user_handle = user_handle;
        Some(())
    }
}

/// What both responses have, decoded.
struct Credential {
    id: Vec<u8>,
    attachment: Option<AuthenticatorAttachment>,
    extensions: ClientOutputs,
}

/// A registration response: parsed, not verified.
pub struct RegistrationResponse {
    credential: Credential,
    client_data_json: Vec<u8>,
    attestation_object: Vec<u8>,
    transports: Vec<String>,
}

/// An authentication response: parsed, not verified.
pub struct AuthenticationResponse {
    credential: Credential,
    /// Client data, authenticator data, signature and user handle, one behind the other.
    bytes: Vec<u8>,
    client_data_json: Range<usize>,
    authenticator_data: Range<usize>,
    signature: Range<usize>,
    user_handle: Option<Range<usize>>,
}

impl RegistrationResponse {
    /// Parses RegistrationResponseJSON.
    ///
    /// # Errors
    /// If the text is too long, is not such JSON, a member is not base64url, `type` is not `public-key`,
    /// `id` and `rawId` differ, or the id does not have 1 to 1,023 bytes.
    pub fn from_json(json: &[u8]) -> Result<Self, ParseError> {
        check_length(json)?;
        let envelope: Envelope<'_, AttestationResponseMembers<'_>> = parse_envelope(json)?;
        let Object(members) = envelope.response;
        let transports = members.transports.unwrap_or_default();
        check_transports(&transports)?;
        Ok(Self {
            client_data_json: decode("clientDataJSON", members.client_data_json.as_bytes())?,
            attestation_object: decode("attestationObject", members.attestation_object.as_bytes())?,
            transports,
            credential: Credential::check(
                envelope.id.as_bytes(),
                envelope.raw_id.as_bytes(),
                &envelope.credential_type,
                read(envelope.authenticator_attachment.as_ref()),
                envelope.client_extension_results,
            )?,
        })
    }

    /// The credential id that the client names. Unverified.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        &self.credential.id
    }

    /// Always `None`: registration responses carry no user handle. It stands here so that both responses
    /// can be logged alike.
    #[must_use]
    pub fn user_handle(&self) -> Option<&[u8]> {
        None
    }

    /// The transports that the client names, unknown ones included. A hint for later options, never a proof.
    #[must_use]
    pub fn transports(&self) -> &[String] {
        &self.transports
    }

    /// How the authenticator was attached, where the client names a known value.
    #[must_use]
    pub fn authenticator_attachment(&self) -> Option<AuthenticatorAttachment> {
        self.credential.attachment
    }

    /// The client extension outputs. Unsigned.
    pub(crate) fn extensions(&self) -> &ClientOutputs {
        &self.credential.extensions
    }

    /// The raw bytes of clientDataJSON.
    #[must_use]
    pub fn client_data_json(&self) -> &[u8] {
        &self.client_data_json
    }

    /// The raw bytes of the attestation object.
    #[must_use]
    pub fn attestation_object(&self) -> &[u8] {
        &self.attestation_object
    }
}

impl AuthenticationResponse {
    /// Parses AuthenticationResponseJSON.
    ///
    /// # Errors
    /// If the text is too long, is not such JSON, a member is not base64url, `type` is not `public-key`,
    /// `id` and `rawId` differ, the id does not have 1 to 1,023 bytes, or a user handle is there that does
    /// not have 1 to 64.
    pub fn from_json(json: &[u8]) -> Result<Self, ParseError> {
        check_length(json)?;
        // Whatever is wrong is told by the reader that knows everything.
        if let Some(texts) = AssertionTexts::read_plain(json)
            && let Ok(response) = Self::decode(&texts, None, json.len())
        {
            return Ok(response);
        }
        let envelope: Envelope<'_, AssertionResponseMembers<'_>> = parse_envelope(json)?;
        let Object(members) = &envelope.response;
        let texts = AssertionTexts {
            id: envelope.id.as_bytes(),
            raw_id: envelope.raw_id.as_bytes(),
            client_data_json: members.client_data_json.as_bytes(),
            authenticator_data: members.authenticator_data.as_bytes(),
            signature: members.signature.as_bytes(),
            user_handle: read(members.user_handle.as_ref()).map(str::as_bytes),
            credential_type: &envelope.credential_type,
            attachment: read(envelope.authenticator_attachment.as_ref()),
        };
        Self::decode(&texts, envelope.client_extension_results, json.len())
    }

    /// `length` is that of the whole JSON.
    fn decode(
        texts: &AssertionTexts<'_>,
        extensions: Option<&RawValue>,
        length: usize,
    ) -> Result<Self, ParseError> {
        // Three bytes for four characters, of less than is in the text.
        let mut bytes = Vec::with_capacity(length / 4 * 3);
        let mut append = |member, text: &[u8]| {
            let start = bytes.len();
            decode_append(member, text, &mut bytes).map(|()| start..bytes.len())
        };
        let user_handle = texts
            .user_handle
            .map(|text| append("userHandle", text))
            .transpose()?;
        if let Some(found) = user_handle
            .as_ref()
            .map(Range::len)
            .filter(|length| !(1..=64).contains(length))
        {
            return Err(ParseError::UserHandleLength { found });
        }
        Ok(Self {
            client_data_json: append("clientDataJSON", texts.client_data_json)?,
            authenticator_data: append("authenticatorData", texts.authenticator_data)?,
            signature: append("signature", texts.signature)?,
            user_handle,
            bytes,
            credential: Credential::check(
                texts.id,
                texts.raw_id,
                texts.credential_type,
                texts.attachment,
                extensions,
            )?,
        })
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }

    /// The credential id: look the stored credential up by it.
    #[must_use]
    pub fn credential_id(&self) -> &[u8] {
        &self.credential.id
    }

    /// The user handle that the authenticator gave, if any. Compared by
    /// [`assertion::verify`](crate::assertion::verify).
    #[must_use]
    pub fn user_handle(&self) -> Option<&[u8]> {
        self.user_handle.as_ref().map(|range| self.part(range))
    }

    /// Always empty: authentication responses carry no transports.
    #[must_use]
    pub fn transports(&self) -> &[String] {
        &[]
    }

    /// How the authenticator was attached, where the client names a known value.
    #[must_use]
    pub fn authenticator_attachment(&self) -> Option<AuthenticatorAttachment> {
        self.credential.attachment
    }

    /// The client extension outputs. Unsigned.
    pub(crate) fn extensions(&self) -> &ClientOutputs {
        &self.credential.extensions
    }

    /// The raw bytes of clientDataJSON.
    #[must_use]
    pub fn client_data_json(&self) -> &[u8] {
        self.part(&self.client_data_json)
    }

    /// The raw bytes of authenticator data.
    #[must_use]
    pub fn authenticator_data(&self) -> &[u8] {
        self.part(&self.authenticator_data)
    }

    /// The signature over authenticator data and the hash of client data.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        self.part(&self.signature)
    }
}

/// Signatures are long and nobody's business, so only facts are shown.
impl std::fmt::Debug for RegistrationResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RegistrationResponse")
            .field("credential_id", &base64url::encode(&self.credential.id))
            .field("transports", &self.transports)
            .field("authenticator_attachment", &self.credential.attachment)
            .finish_non_exhaustive()
    }
}

/// Signatures are long and nobody's business, so only facts are shown.
impl std::fmt::Debug for AuthenticationResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthenticationResponse")
            .field("credential_id", &base64url::encode(&self.credential.id))
            .field("authenticator_attachment", &self.credential.attachment)
            .finish_non_exhaustive()
    }
}

impl Credential {
    fn check(
        id: &[u8],
        raw_id: &[u8],
        credential_type: &str,
        attachment: Option<&str>,
        extensions: Option<&RawValue>,
    ) -> Result<Self, ParseError> {
        if credential_type != "public-key" {
            let found = shorten(credential_type);
            return Err(ParseError::CredentialType { found });
        }
        if id != raw_id {
            return Err(ParseError::IdMismatch);
        }
        let id = decode("id", id)?;
        if !(1..=1023).contains(&id.len()) {
            return Err(ParseError::CredentialIdLength { found: id.len() });
        }
        let attachment = attachment.and_then(|text| match text {
            "platform" => Some(AuthenticatorAttachment::Platform),
            "cross-platform" => Some(AuthenticatorAttachment::CrossPlatform),
            // Section 2.1.1: unknown values are as if the member were absent.
            _ => None,
        });
        Ok(Self {
            id,
            attachment,
            extensions: ClientOutputs::read(extensions),
        })
    }
}

fn check_length(json: &[u8]) -> Result<(), ParseError> {
    if json.len() > MAX_RESPONSE {
        return Err(ParseError::TooLong {
            part: Part::Response,
            limit: MAX_RESPONSE,
            found: json.len(),
        });
    }
    Ok(())
}

fn parse_envelope<'a, R: Deserialize<'a>>(json: &'a [u8]) -> Result<Envelope<'a, R>, ParseError> {
    // Text that is known to be UTF-8 is read faster; what is not gets its error from the same reader.
    match std::str::from_utf8(json) {
        Ok(text) => serde_json::from_str(text),
        Err(_) => serde_json::from_slice(json),
    }
    .map(|Object(envelope)| envelope)
    .map_err(|error| ParseError::json(Part::Response, json, &error))
}

fn read<'a>(text: Option<&'a Text<'_>>) -> Option<&'a str> {
    text.map(|Text(text)| text.as_ref())
}

fn decode(member: &'static str, text: &[u8]) -> Result<Vec<u8>, ParseError> {
    base64url::decode_bytes(text).map_err(|error| ParseError::Base64Url {
        member,
        offset: error.offset,
    })
}

fn decode_append(member: &'static str, text: &[u8], bytes: &mut Vec<u8>) -> Result<(), ParseError> {
    base64url::decode_append(text, bytes).map_err(|error| ParseError::Base64Url {
        member,
        offset: error.offset,
    })
}

fn check_transports(transports: &[String]) -> Result<(), ParseError> {
    let part = Part::Transports;
    if transports.len() > MAX_TRANSPORTS {
        return Err(ParseError::TooLong {
            part,
            limit: MAX_TRANSPORTS,
            found: transports.len(),
        });
    }
    match transports
        .iter()
        .map(String::len)
        .find(|&length| length > MAX_TRANSPORT)
    {
        Some(found) => Err(ParseError::TooLong {
            part,
            limit: MAX_TRANSPORT,
            found,
        }),
        None => Ok(()),
    }
}
