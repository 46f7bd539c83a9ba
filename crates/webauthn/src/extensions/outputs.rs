//! What came back: client extension outputs (unsigned JSON) and authenticator extension outputs (CBOR inside
//! authenticator data).

use crate::base64url;
use crate::cbor::{CborError, Key, Kind, Reader};
use crate::json::Object;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

/// Credential protection policies (CTAP 2.1 section 12.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredProtect {
    /// 1: usable without user verification.
    UserVerificationOptional,
    /// 2: without user verification only if the credential id is given.
    UserVerificationOptionalWithCredentialIdList,
    /// 3: never usable without user verification.
    UserVerificationRequired,
}

impl CredProtect {
    const fn from_number(number: i64) -> Option<Self> {
        match number {
            1 => Some(Self::UserVerificationOptional),
            2 => Some(Self::UserVerificationOptionalWithCredentialIdList),
            3 => Some(Self::UserVerificationRequired),
            _ => None,
        }
    }

    /// The word in `credentialProtectionPolicy`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UserVerificationOptional => "userVerificationOptional",
            Self::UserVerificationOptionalWithCredentialIdList => {
                "userVerificationOptionalWithCredentialIDList"
            }
            Self::UserVerificationRequired => "userVerificationRequired",
        }
    }
}

/// The authenticator extension outputs that this crate understands, borrowed from authenticator data. Each is
/// `None` where it is absent or not of its standard's form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AuthenticatorOutputs<'a> {
    /// `credProtect`: the protection that the credential has.
    pub cred_protect: Option<CredProtect>,
    /// `minPinLength`: the shortest PIN that the authenticator takes, in Unicode code points.
    pub min_pin_length: Option<u32>,
    /// `hmac-secret` at registration: whether the credential has such a secret. The encrypted outputs at
    /// sign-in are the client's and are not read.
    pub hmac_secret: Option<bool>,
    /// `cmtgKey`: bytes that should be a COSE_Key; see [`TrustGroup`](super::TrustGroup).
    pub cmtg_key: Option<&'a [u8]>,
    /// Whether `prf` results stand here, where the standard bans them (Level 4, section 10.1.4): secrets in
    /// what relying parties store.
    pub has_prf_results: bool,
}

impl<'a> AuthenticatorOutputs<'a> {
    /// Reads the map that [`AuthenticatorData::parse`](crate::authenticator_data::AuthenticatorData::parse)
    /// has read as a map of texts before; other bytes give no outputs or those before the fault.
    #[must_use]
    pub fn read(map: Option<&'a [u8]>) -> Self {
        let mut found = Self::default();
        let Some(map) = map else { return found };
        // A value of another type is an unsolicited output to be survived.
        let _ = Reader::new(map).map::<CborError>(|key, value| {
            match (key, value.kind()?) {
                (Key::Text("credProtect"), Kind::Integer) => {
                    found.cred_protect = read_number(value)?.and_then(CredProtect::from_number);
                }
                (Key::Text("minPinLength"), Kind::Integer) => {
                    found.min_pin_length =
                        read_number(value)?.and_then(|number| u32::try_from(number).ok());
                }
                (Key::Text("hmac-secret"), Kind::Bool) => found.hmac_secret = Some(value.bool()?),
                (Key::Text("cmtgKey"), Kind::Bytes) => found.cmtg_key = Some(value.bytes()?),
                (Key::Text("prf"), Kind::Map) => value.map::<CborError>(|key, value| {
                    found.has_prf_results |= key == Key::Text("results");
                    value.skip()
                })?,
                _ => value.skip()?,
            }
            Ok(())
        });
        found
    }
}

/// An integer, `None` where it does not fit: that is no reason to lose what stands behind it.
fn read_number(value: &mut Reader<'_>) -> Result<Option<i64>, CborError> {
    let number = value.clone().int().ok();
    value.skip()?;
    Ok(number)
}

/// The client extension outputs that this crate understands. PRF results and blobs are passed over when the
/// response is read, so that no copy of them is kept.
#[derive(Default)]
pub(crate) struct ClientOutputs {
    pub(crate) resident_key: Option<bool>,
    pub(crate) prf_enabled: Option<bool>,
    pub(crate) large_blob_supported: Option<bool>,
    pub(crate) large_blob_written: Option<bool>,
    pub(crate) cmtg_key: Option<ClientCmtgKey>,
}

/// The client output `cmtgKey`, decoded; `None` for what is absent or no base64url.
pub(crate) struct ClientCmtgKey {
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) signature: Option<Vec<u8>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Members<'a> {
    #[serde(borrow, default)]
    cred_props: Option<&'a RawValue>,
    #[serde(borrow, default)]
    prf: Option<&'a RawValue>,
    #[serde(borrow, default)]
    large_blob: Option<&'a RawValue>,
    #[serde(borrow, default)]
    cmtg_key: Option<&'a RawValue>,
}

/// CredentialPropertiesOutput (section 10.1.3).
#[derive(Deserialize)]
struct CredentialProperties {
    rk: Option<bool>,
}

/// AuthenticationExtensionsPRFOutputs without its results.
#[derive(Deserialize)]
struct Prf {
    enabled: Option<bool>,
}

/// AuthenticationExtensionsLargeBlobOutputs without its blob.
#[derive(Deserialize)]
struct LargeBlob {
    supported: Option<bool>,
    written: Option<bool>,
}

/// AuthenticationExtensionsCmtgKeyOutputs.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CmtgKey {
    cmtg_key: Option<String>,
    signature: Option<String>,
}

impl ClientOutputs {
    /// Reads the JSON text of `clientExtensionResults`. Each output for itself: what does not have its
    /// standard's form is no fact, and no reason to lose another.
    pub(crate) fn read(text: Option<&RawValue>) -> Self {
        let members = text
            .map(RawValue::get)
            .filter(|&text| text != "{}")
            .and_then(|text| serde_json::from_str::<Object<Members<'_>>>(text).ok());
        let Some(Object(members)) = members else {
            return Self::default();
        };
        let large_blob: Option<LargeBlob> = read(members.large_blob);
        Self {
            resident_key: read(members.cred_props).and_then(|it: CredentialProperties| it.rk),
            prf_enabled: read(members.prf).and_then(|it: Prf| it.enabled),
            large_blob_supported: large_blob.as_ref().and_then(|it| it.supported),
            large_blob_written: large_blob.and_then(|it| it.written),
            cmtg_key: members.cmtg_key.map(ClientCmtgKey::read),
        }
    }
}

fn read<T: DeserializeOwned>(text: Option<&RawValue>) -> Option<T> {
    let Object(output) = serde_json::from_str(text?.get()).ok()?;
    Some(output)
}

impl ClientCmtgKey {
    fn read(text: &RawValue) -> Self {
        let output: Option<CmtgKey> = read(Some(text));
        let decode = |text: Option<String>| text.and_then(|text| base64url::decode(&text).ok());
        let (key, signature) = output.map_or((None, None), |it| (it.cmtg_key, it.signature));
        Self {
            key: decode(key),
            signature: decode(signature),
        }
    }
}
