//! What browsers are given: PublicKeyCredentialCreationOptionsJSON and PublicKeyCredentialRequestOptionsJSON
//! (WebAuthn sections 5.1.8 and 5.1.9), exactly as `parseCreationOptionsFromJSON()` and
//! `parseRequestOptionsFromJSON()` read them. Byte strings are given raw here and become base64url.

use crate::algorithm::{Algorithm, DEFAULT_ALGORITHMS};
use crate::base64url;
use crate::extensions::{CreationExtensions, RequestExtensions};
use crate::registration::UserVerification;
use crate::response::AuthenticatorAttachment;
use crate::rp_id::RpId;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// PublicKeyCredentialCreationOptionsJSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreationOptions {
    /// The relying party.
    pub rp: RelyingParty,
    /// The account.
    pub user: User,
    /// The challenge, raw.
    #[serde(serialize_with = "base64url::serialize")]
    pub challenge: Vec<u8>,
    /// The algorithms offered, best first.
    #[serde(serialize_with = "serialize_algorithms")]
    pub pub_key_cred_params: Vec<Algorithm>,
    /// How long the browser may wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    /// Credentials whose authenticators must not make another.
    pub exclude_credentials: Vec<CredentialDescriptor>,
    /// What kind of authenticator and credential is wanted.
    pub authenticator_selection: AuthenticatorSelection,
    /// Hints for the browser's dialog, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// Whether an attestation is wanted.
    pub attestation: AttestationConveyance,
    /// Attestation formats, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attestation_formats: Vec<String>,
    /// Extension inputs.
    pub extensions: CreationExtensions,
}

impl CreationOptions {
    /// Options for a passkey: discoverable, user verification required, no attestation, the default
    /// algorithms, and `credProps` asked for.
    #[must_use]
    pub fn new(challenge: Vec<u8>, rp: RelyingParty, user: User) -> Self {
        Self {
            rp,
            user,
            challenge,
            pub_key_cred_params: DEFAULT_ALGORITHMS.to_vec(),
            timeout: None,
            exclude_credentials: Vec::new(),
            authenticator_selection: AuthenticatorSelection::passkey(UserVerification::Required),
            hints: Vec::new(),
            attestation: AttestationConveyance::None,
            attestation_formats: Vec::new(),
            extensions: CreationExtensions {
                cred_props: true,
                ..CreationExtensions::default()
            },
        }
    }
}

/// What `navigator.credentials.create()` is called with for *conditional creation* (section 5.1.3): right after a
/// sign-in by password, the person's own provider may make a passkey without a dialog. `publicKey` is for
/// `parseCreationOptionsFromJSON()`; `mediation` stands beside it.
///
/// Its answer may have neither user presence nor user verification, so it is verified as
/// [`Mediation::Conditional`](crate::Mediation::Conditional), and only where the ceremony was sealed as such
/// (security 30).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConditionalCreation {
    mediation: &'static str,
    public_key: CreationOptions,
}

impl ConditionalCreation {
    /// These options, bent to what can be had without a dialog: user verification is preferred, since a client that
    /// can't collect it must fail where it is required; and no attestation is asked for, since none is believed here.
    #[must_use]
    pub fn new(options: CreationOptions) -> Self {
        let selection = AuthenticatorSelection {
            user_verification: UserVerification::Preferred,
            ..options.authenticator_selection
        };
        Self {
            mediation: "conditional",
            public_key: CreationOptions {
                authenticator_selection: selection,
                attestation: AttestationConveyance::None,
                attestation_formats: Vec::new(),
                ..options
            },
        }
    }

    /// The options as they are sent.
    #[must_use]
    pub fn public_key(&self) -> &CreationOptions {
        &self.public_key
    }
}

/// PublicKeyCredentialRequestOptionsJSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestOptions {
    /// The challenge, raw.
    #[serde(serialize_with = "base64url::serialize")]
    pub challenge: Vec<u8>,
    /// How long the browser may wait, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u32>,
    /// The RP ID.
    pub rp_id: String,
    /// The credentials asked for; empty for any discoverable one.
    pub allow_credentials: Vec<CredentialDescriptor>,
    /// The user verification asked for.
    pub user_verification: UserVerification,
    /// Hints for the browser's dialog, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<Hint>,
    /// Extension inputs.
    #[serde(skip_serializing_if = "RequestExtensions::is_empty")]
    pub extensions: RequestExtensions,
}

impl RequestOptions {
    /// Options for any discoverable passkey, user verification required.
    #[must_use]
    pub fn new(challenge: Vec<u8>, rp_id: &RpId) -> Self {
        Self {
            challenge,
            timeout: None,
            rp_id: rp_id.as_str().to_owned(),
            allow_credentials: Vec::new(),
            user_verification: UserVerification::Required,
            hints: Vec::new(),
            extensions: RequestExtensions::default(),
        }
    }
}

/// PublicKeyCredentialRpEntity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelyingParty {
    /// The RP ID.
    pub id: String,
    /// A name for people.
    pub name: String,
}

impl RelyingParty {
    /// A relying party with this RP ID and name.
    #[must_use]
    pub fn new(id: &RpId, name: impl Into<String>) -> Self {
        Self {
            id: id.as_str().to_owned(),
            name: name.into(),
        }
    }
}

/// PublicKeyCredentialUserEntityJSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct User {
    /// The user handle: 1 to 64 random bytes that say nothing about the person (section 14.6.1).
    #[serde(serialize_with = "base64url::serialize")]
    pub id: Vec<u8>,
    /// The account's name, as typed at sign-in.
    pub name: String,
    /// The person's name.
    pub display_name: String,
}

/// PublicKeyCredentialDescriptorJSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialDescriptor {
    /// The credential id, raw.
    pub id: Vec<u8>,
    /// The transports stored at registration.
    pub transports: Vec<String>,
}

impl Serialize for CredentialDescriptor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // An empty list would mean "over no transport", so it is left out.
        let with_transports = !self.transports.is_empty();
        let mut descriptor = serializer
            .serialize_struct("CredentialDescriptor", 2 + usize::from(with_transports))?;
        descriptor.serialize_field("type", "public-key")?;
        descriptor.serialize_field("id", &base64url::encode(&self.id))?;
        if with_transports {
            descriptor.serialize_field("transports", &self.transports)?;
        }
        descriptor.end()
    }
}

/// AuthenticatorSelectionCriteria.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthenticatorSelection {
    /// Restricts to built-in or to roaming authenticators.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authenticator_attachment: Option<AuthenticatorAttachment>,
    /// Whether the credential must be discoverable.
    pub resident_key: ResidentKey,
    /// The same in the words of Level 1; must be true exactly if `resident_key` is `Required`.
    pub require_resident_key: bool,
    /// The user verification asked for.
    pub user_verification: UserVerification,
}

impl AuthenticatorSelection {
    /// A discoverable credential on any authenticator.
    #[must_use]
    pub fn passkey(user_verification: UserVerification) -> Self {
        Self {
            authenticator_attachment: None,
            resident_key: ResidentKey::Required,
            require_resident_key: true,
            user_verification,
        }
    }
}

/// ResidentKeyRequirement (section 5.4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ResidentKey {
    /// The credential must be discoverable.
    Required,
    /// It should be.
    Preferred,
    /// It should not be.
    Discouraged,
}

/// AttestationConveyancePreference (section 5.4.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AttestationConveyance {
    /// No attestation wanted.
    None,
    /// The authenticator's own attestation wanted.
    Direct,
    /// The same with identifying certificates, where the authenticator's administrator allows this RP.
    Enterprise,
}

/// PublicKeyCredentialHint (section 5.8.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Hint {
    /// A physical security key.
    SecurityKey,
    /// The device in front of the person.
    ClientDevice,
    /// A phone, by QR code.
    Hybrid,
}

fn serialize_algorithms<S: Serializer>(
    algorithms: &[Algorithm],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Parameters {
        r#type: &'static str,
        alg: i64,
    }
    serializer.collect_seq(algorithms.iter().map(|a| Parameters {
        r#type: "public-key",
        alg: a.cose_id(),
    }))
}
