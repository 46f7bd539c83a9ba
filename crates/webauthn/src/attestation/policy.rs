//! What the caller accepts. Everything here is data handed in: formats, anchors, time, vendor table.

use super::android_list::AndroidRevocationList;
use crate::aaguid::Aaguid;
use crate::x509::{Anchor, Revocation, Time};

/// The attestation statement formats that this crate verifies (section 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Section 8.2.
    Packed,
    /// Section 8.3.
    Tpm,
    /// Section 8.4.
    AndroidKey,
    /// Section 8.5, deprecated: in no default list.
    AndroidSafetyNet,
    /// Section 8.6.
    FidoU2f,
    /// Section 8.7.
    None,
    /// Section 8.8.
    Apple,
    /// Section 8.9.
    Compound,
}

impl Format {
    /// All formats that are not deprecated.
    pub const CURRENT: [Self; 7] = [
        Self::Packed,
        Self::Tpm,
        Self::AndroidKey,
        Self::FidoU2f,
        Self::None,
        Self::Apple,
        Self::Compound,
    ];

    /// The format with this identifier.
    #[must_use]
    pub fn from_identifier(identifier: &str) -> Option<Self> {
        Some(match identifier {
            "packed" => Self::Packed,
            "tpm" => Self::Tpm,
            "android-key" => Self::AndroidKey,
            "android-safetynet" => Self::AndroidSafetyNet,
            "fido-u2f" => Self::FidoU2f,
            "none" => Self::None,
            "apple" => Self::Apple,
            "compound" => Self::Compound,
            _ => return None,
        })
    }

    /// The identifier, as `fmt` and `attestationFormats` have it.
    #[must_use]
    pub const fn identifier(self) -> &'static str {
        match self {
            Self::Packed => "packed",
            Self::Tpm => "tpm",
            Self::AndroidKey => "android-key",
            Self::AndroidSafetyNet => "android-safetynet",
            Self::FidoU2f => "fido-u2f",
            Self::None => "none",
            Self::Apple => "apple",
            Self::Compound => "compound",
        }
    }
}

/// What a registration needs of its attestation. The ceremony refuses only what is asked for here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttestationNeed {
    /// Nothing: a statement that is wrong is recorded as [`Verdict::Failed`](super::Verdict::Failed) and proves nothing.
    Nothing,
    /// That a statement of an accepted format is correct. One of any other format, unknown ones included, is not
    /// verified and passes as [`NotAttested::FormatNotAccepted`](super::NotAttested::FormatNotAccepted).
    CorrectIfAccepted,
    /// That the statement is of an accepted format and correct (section 7.1 steps 22 and 23). Whether anybody
    /// vouches for it is only recorded.
    Correct,
    /// [`Verdict::Attested`](super::Verdict::Attested) (step 25).
    Attested,
}

/// Whose authenticator it claims to be: by this the anchors are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// The statement's format.
    pub format: Format,
    /// The AAGUID in authenticator data; zero where U2F devices have none.
    pub aaguid: Aaguid,
    /// The attestation certificate's key identifier, by which metadata names U2F devices.
    pub key_identifier: [u8; 20],
    /// Whether the attestation certificate has the extension id-fido-gen-ce-aaguid, so that its issuer says of which
    /// model it is.
    pub is_named: bool,
}

/// Who is believed, and when. Enough to evaluate a stored statement anew.
#[derive(Clone, Copy)]
pub struct Trust<'a> {
    /// The anchors for a model. Whoever answers with the anchors of one model for another believes the
    /// wrong people: a chain proves what the anchor's owner makes, nothing about the AAGUID.
    pub anchors: &'a dyn Fn(&Model) -> Vec<&'a Anchor>,
    /// Whether this anchor vouches for more models than one
    /// ([`SharedAnchors`](crate::metadata::SharedAnchors) knows it of metadata's). Under such a one a `packed`
    /// certificate must name its model (section 8.2.1), or the keys of any of them could pass for any other.
    pub is_shared: &'a dyn Fn(&Anchor) -> bool,
    /// The time of registration, at which certificates must be valid (security 32).
    pub at: Time,
    /// What is known about revocation now.
    pub revocation: Revocation<'a>,
    /// Google's list, where it is supplied: asked for every certificate of an `android-key` statement.
    pub android: Option<&'a AndroidRevocationList>,
}

impl Trust<'_> {
    /// Nobody: nothing is ever attested.
    pub const NOBODY: Self = Self {
        anchors: &|_| Vec::new(),
        is_shared: &|_| true,
        at: Time::from_unix_seconds(0),
        revocation: Revocation::Unchecked,
        android: None,
    };
}

impl std::fmt::Debug for Trust<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Trust")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// Which TPM manufacturers are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TpmManufacturers<'a> {
    /// Those of this table, in the form `id:494E5443`.
    Listed(&'a [&'a str]),
    /// Any. For test vectors, whose manufacturer does not exist.
    Any,
}

/// What an AAGUID of a `fido-u2f` statement may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum U2fAaguid {
    /// Zero, as clients set it.
    Zero,
    /// Anything.
    Any,
}

/// Where the properties of an Android key must be enforced (section 8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AndroidEnforcement {
    /// In hardware: trusted execution environment or StrongBox.
    Hardware,
    /// In hardware or software.
    Any,
}

/// How many statements of a compound must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompoundNeed {
    /// All.
    All,
    /// At least so many (and at least one), each signed by another key.
    AtLeast(usize),
}

/// What is accepted as attestation.
#[derive(Debug, Clone, Copy)]
pub struct AttestationPolicy<'a> {
    /// What refuses a registration.
    pub need: AttestationNeed,
    /// The formats that are verified; any other is recorded as not accepted.
    pub formats: &'a [Format],
    /// Who is believed.
    pub trust: Trust<'a>,
    /// TPM manufacturers.
    pub tpm_manufacturers: TpmManufacturers<'a>,
    /// AAGUIDs of U2F devices.
    pub u2f_aaguid: U2fAaguid,
    /// Where Android keys are enforced.
    pub android: AndroidEnforcement,
    /// How many statements of a compound must pass.
    pub compound: CompoundNeed,
}

impl<'a> AttestationPolicy<'a> {
    /// Attestation is not required, nobody is believed, and what is sent must be correct if its format is known.
    pub const NOT_REQUIRED: Self = Self {
        need: AttestationNeed::CorrectIfAccepted,
        formats: &Format::CURRENT,
        trust: Trust::NOBODY,
        tpm_manufacturers: TpmManufacturers::Listed(super::TPM_MANUFACTURERS),
        u2f_aaguid: U2fAaguid::Zero,
        android: AndroidEnforcement::Hardware,
        compound: CompoundNeed::All,
    };

    /// The same with other people to believe.
    #[must_use]
    pub const fn with_trust(self, trust: Trust<'a>) -> Self {
        Self { trust, ..self }
    }
}
