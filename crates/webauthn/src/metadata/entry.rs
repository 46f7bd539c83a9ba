//! MetadataBLOBPayloadEntry (Metadata Service 3.1.1, section 3.1.1) with its MetadataStatement (Metadata
//! Statement 3.1.1, section 4): the members that a relying party uses.

use super::date::Date;
use super::icon::parse_icon;
use super::status::{
    Attested, NamedCertificate, Standing, StatusReport, Thumbprint, derive_standing, next_change,
    read_report,
};
use super::words::{AttachmentHint, AttestationTypeWord, KeyProtection, UserVerificationMethod};
use crate::aaguid::Aaguid;
use crate::attestation::Format;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

/// The longest entry accepted, in bytes of JSON. Those of the service have 5 to 100 KiB.
pub const MAX_ENTRY: usize = 1024 * 1024;

/// The most key identifiers, roots or reports that one entry may have.
const MAX_LIST: usize = 1_000;

/// The longest name kept, in characters.
const MAX_NAME: usize = 128;

/// Members of a statement that hold pictures: kept apart from the entry's text.
const PICTURES: [&str; 4] = ["icon", "iconDark", "providerLogoLight", "providerLogoDark"];

/// By what an entry's model is recognised.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ModelKey {
    /// A FIDO2 model's AAGUID.
    Aaguid(Aaguid),
    /// A UAF model's AAID, such as `0045#0001`. No WebAuthn credential names one.
    Aaid(String),
    /// A U2F model: the SHA-1 of its attestation certificate's public key bits (RFC 5280 section 4.2.1.2,
    /// method 1).
    KeyIdentifier([u8; 20]),
}

impl std::fmt::Display for ModelKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Aaguid(aaguid) => aaguid.fmt(f),
            Self::Aaid(aaid) => f.write_str(aaid),
            Self::KeyIdentifier(bytes) => f.write_str(&data_encoding::HEXLOWER.encode(bytes)),
        }
    }
}

/// Why an entry can't be used; the others of its blob can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EntryError {
    /// More than [`MAX_ENTRY`] bytes, or a list in it with more than a thousand members.
    #[error("it is longer than any entry has reason to be")]
    TooLong,
    /// Not of the standard's form: a member of the wrong type, twice, missing, or nested too deeply.
    #[error("it is not in the standard's form (line {line}, column {column})")]
    Form {
        /// Line in the entry, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// It names no model, or more than one kind of model, or another than its statement.
    #[error("it does not name exactly one model")]
    Model,
    /// Another entry before it names the same model; what its status reports say counts for that one.
    #[error("another entry names the same model")]
    Duplicate,
}

/// One model, or one family of U2F models.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    keys: Vec<ModelKey>,
    reports: Vec<StatusReport>,
    statement: Statement,
    /// Of [`Statement::attestation_roots`].
    roots: Vec<NamedCertificate>,
    text: String,
}

/// What the model's maker states. Every word may be unknown, every list empty. What a rule about a *passkey* could rest on
/// is read from [`AttestedModel`](super::AttestedModel).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Statement {
    /// The model's name for people, without control characters, at most 128 characters.
    pub name: String,
    /// The firmware that the statement is about.
    pub authenticator_version: Option<u64>,
    /// `fido2`, `u2f` or `uaf`.
    pub protocol_family: String,
    /// How it attests.
    pub attestation_types: Vec<AttestationTypeWord>,
    /// Where private keys are.
    pub(super) key_protection: Vec<KeyProtection>,
    /// How it is attached.
    pub attachment: Vec<AttachmentHint>,
    /// Alternatives of combinations of methods.
    pub(super) user_verification: Vec<Vec<UserVerificationMethod>>,
    /// Whether keys sign for FIDO only, so that its signatures prove what they say. True unless denied.
    pub(super) is_key_restricted: bool,
    /// Whether each use verifies the user anew. True unless denied.
    pub(super) is_fresh_user_verification_required: bool,
    /// `unsupported`, `explicit` or `implicit`: whether passkeys may be on several devices.
    pub multi_device: Option<String>,
    /// Trust anchors of its attestations, DER: roots, intermediates, or attestation certificates themselves.
    pub attestation_roots: Vec<Vec<u8>>,
    /// How many of them could not be read.
    pub unusable_roots: usize,
    /// PNG.
    pub icon: Option<Vec<u8>>,
    /// Of its `authenticatorGetInfo`; empty where that doesn't say.
    attestation_formats: Vec<String>,
}

impl Statement {
    /// The words of where private keys are, for pages about the model.
    pub fn key_protection_words(&self) -> impl Iterator<Item = &str> {
        self.key_protection.iter().map(KeyProtection::as_str)
    }

    /// Whether the model attests in this format, by what its maker states: protocol family, attestation types and, where
    /// they are listed, formats. Its roots vouch for statements of these formats and for no others: a maker who certifies
    /// phones' keystores doesn't thereby certify security keys.
    #[must_use]
    pub fn attests_in(&self, format: Format) -> bool {
        use AttestationTypeWord::{AnonCa, AttCa, BasicFull};
        // The types of section 8 of the Recommendation, format by format.
        let (family, types): (_, &[AttestationTypeWord]) = match format {
            Format::Packed => ("fido2", &[BasicFull, AttCa]),
            Format::Tpm => ("fido2", &[AttCa]),
            Format::AndroidKey | Format::AndroidSafetyNet => ("fido2", &[BasicFull]),
            Format::Apple => ("fido2", &[AnonCa]),
            Format::FidoU2f => ("u2f", &[BasicFull, AttCa]),
            // Neither has certificates of its own.
            Format::None | Format::Compound => return false,
        };
        let mut listed = self.attestation_formats.iter();
        self.protocol_family == family
            && self.attestation_types.iter().any(|it| types.contains(it))
            && (self.attestation_formats.is_empty() || listed.any(|it| it == format.identifier()))
    }
}

impl Entry {
    /// Reads one entry from its JSON, of a blob or as [`Self::text`] gave it.
    ///
    /// # Errors
    /// If it is too long, not in the standard's form, or not about exactly one model.
    pub fn parse(json: &str) -> Result<Self, EntryError> {
        if json.len() > MAX_ENTRY {
            return Err(EntryError::TooLong);
        }
        let form = |error: serde_json::Error| EntryError::Form {
            line: error.line(),
            column: error.column(),
        };
        let read: EntryJson = serde_json::from_str(json).map_err(form)?;
        read.check_lists()?;
        let keys = read.keys()?;
        let statement = read.metadata_statement.read();
        let roots = statement.attestation_roots.iter();
        let reports = read.status_reports.iter();
        let reports: Vec<_> = reports.map(|json| read_report(json)).collect();
        Ok(Self {
            keys,
            roots: roots.map(|der| NamedCertificate::of_der(der)).collect(),
            statement,
            text: write_text(json, &reports).map_err(form)?,
            reports,
        })
    }

    /// What the model is recognised by; never empty.
    #[must_use]
    pub fn keys(&self) -> &[ModelKey] {
        &self.keys
    }

    /// What its maker states.
    #[must_use]
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// Its reports in the order of the blob.
    #[must_use]
    pub fn reports(&self) -> &[StatusReport] {
        &self.reports
    }

    /// What the reports amount to on `today` for a passkey whose attestation has the certificates `chain`: those
    /// that were sent and the anchor, as [`Attestation::fingerprints`](crate::Attestation::fingerprints) lists them.
    /// Without the anchor, a compromised root of the model concerns every chain. With none, for the model as a
    /// whole.
    #[must_use]
    pub fn standing(&self, today: Date, chain: &[Thumbprint]) -> Standing {
        let roots = &self.roots;
        derive_standing(&self.reports, today, Attested { chain, roots })
    }

    /// Whether it lists this certificate, by its SHA-256, as an attestation root.
    pub(super) fn lists_root(&self, thumbprint: &Thumbprint) -> bool {
        self.roots.iter().any(|root| root.thumbprint == *thumbprint)
    }

    /// Takes the reports of another entry about the same model, after its own and each once: which of two entries
    /// comes first must not decide whether a revocation is heard. Where there are too many to keep, a status that
    /// nobody knows stands for the rest.
    pub(super) fn merge_reports(&mut self, other: &Self) {
        // Both texts were read before.
        let Ok(mut entry) = serde_json::from_str::<Map<String, Value>>(&self.text) else {
            return;
        };
        let Ok(mut other) = serde_json::from_str::<Map<String, Value>>(&other.text) else {
            return;
        };
        let (Some(Value::Array(own)), Some(Value::Array(more))) = (
            entry.get_mut("statusReports"),
            other.get_mut("statusReports"),
        ) else {
            return;
        };
        for report in more.drain(..) {
            if !own.contains(&report) {
                own.push(report);
            }
        }
        if own.len() > MAX_LIST {
            own.truncate(MAX_LIST - 1);
            own.push(json!({"status": "TOO_MANY_REPORTS"}));
        }
        let text = Value::Object(entry).to_string();
        if let Ok(merged) = Self::parse(&text) {
            *self = Self {
                statement: self.statement.clone(),
                ..merged
            };
        }
    }

    /// The first day after `today` on which the standing may change without a new blob.
    #[must_use]
    pub fn next_change(&self, today: Date) -> Option<Date> {
        next_change(&self.reports, today)
    }

    /// The entry as JSON without its pictures: what to store, all members kept.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct EntryJson {
    aaid: Option<String>,
    aaguid: Option<String>,
    attestation_certificate_key_identifiers: Option<Vec<String>>,
    metadata_statement: StatementJson,
    /// Read one by one, so that one of another form spoils itself only.
    status_reports: Vec<Box<RawValue>>,
}

impl EntryJson {
    fn check_lists(&self) -> Result<(), EntryError> {
        let identifiers = &self.attestation_certificate_key_identifiers;
        let longest = [
            self.status_reports.len(),
            identifiers.as_ref().map_or(0, Vec::len),
            self.metadata_statement.attestation_root_certificates.len(),
        ];
        if longest.iter().any(|length| *length > MAX_LIST) {
            return Err(EntryError::TooLong);
        }
        Ok(())
    }

    /// Exactly one of the three members names the model, and the statement agrees where it says so too.
    fn keys(&self) -> Result<Vec<ModelKey>, EntryError> {
        let identifiers = self.attestation_certificate_key_identifiers.as_deref();
        let statement = &self.metadata_statement;
        let keys = match (&self.aaguid, &self.aaid, identifiers) {
            (Some(aaguid), None, None) => {
                let stated = statement.aaguid.as_ref().unwrap_or(aaguid);
                let aaguid = Aaguid::parse(aaguid).ok();
                if Aaguid::parse(stated).ok() != aaguid {
                    return Err(EntryError::Model);
                }
                aaguid.map(|aaguid| vec![ModelKey::Aaguid(aaguid)])
            }
            (None, Some(aaid), None) if is_aaid(aaid) => Some(vec![ModelKey::Aaid(aaid.clone())]),
            (None, None, Some(list)) => list.iter().map(|text| key_identifier(text)).collect(),
            _ => None,
        };
        keys.filter(|keys| !keys.is_empty())
            .ok_or(EntryError::Model)
    }
}

/// Four hexadecimal digits, `#`, four more (UAF).
fn is_aaid(text: &str) -> bool {
    let hex = |part: &str| part.len() == 4 && part.bytes().all(|b| b.is_ascii_hexdigit());
    text.split_once('#')
        .is_some_and(|(vendor, model)| hex(vendor) && hex(model))
}

fn key_identifier(text: &str) -> Option<ModelKey> {
    let bytes = data_encoding::HEXLOWER_PERMISSIVE
        .decode(text.as_bytes())
        .ok()?;
    bytes.try_into().ok().map(ModelKey::KeyIdentifier)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct StatementJson {
    aaguid: Option<String>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    friendly_names: Value,
    /// A number that fits, or none: it is no reason to know nothing about the model.
    #[serde(default)]
    authenticator_version: Value,
    #[serde(default)]
    protocol_family: String,
    #[serde(default)]
    attestation_types: Vec<AttestationTypeWord>,
    #[serde(default)]
    key_protection: Vec<KeyProtection>,
    #[serde(default)]
    attachment_hint: Vec<AttachmentHint>,
    #[serde(default)]
    user_verification_details: Vec<Vec<MethodJson>>,
    is_key_restricted: Option<bool>,
    is_fresh_user_verification_required: Option<bool>,
    multi_device_credential_support: Option<String>,
    #[serde(default)]
    attestation_root_certificates: Vec<String>,
    icon: Option<String>,
    /// What the authenticator says about itself; only one list of it is read.
    #[serde(default)]
    authenticator_get_info: Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MethodJson {
    user_verification_method: UserVerificationMethod,
}

impl StatementJson {
    fn read(self) -> Statement {
        let roots: Vec<_> = self
            .attestation_root_certificates
            .iter()
            .filter_map(|text| super::decode_base64(text).ok())
            .filter(|der| !der.is_empty())
            .collect();
        // The family name in English is what people read on the box; the description is the maker's own line.
        let friendly = ["en-US", "en"]
            .iter()
            .find_map(|tag| self.friendly_names.get(tag)?.as_str());
        let name = friendly.unwrap_or(&self.description);
        let methods = |list: Vec<MethodJson>| list.into_iter().map(|m| m.user_verification_method);
        Statement {
            name: clean(name),
            authenticator_version: self.authenticator_version.as_u64(),
            protocol_family: self.protocol_family,
            attestation_types: self.attestation_types,
            key_protection: self.key_protection,
            attachment: self.attachment_hint,
            user_verification: self
                .user_verification_details
                .into_iter()
                .map(|list| methods(list).collect())
                .collect(),
            is_key_restricted: self.is_key_restricted.unwrap_or(true),
            is_fresh_user_verification_required: self
                .is_fresh_user_verification_required
                .unwrap_or(true),
            multi_device: self.multi_device_credential_support,
            unusable_roots: self.attestation_root_certificates.len() - roots.len(),
            attestation_roots: roots,
            icon: self.icon.as_deref().and_then(parse_icon),
            attestation_formats: read_formats(&self.authenticator_get_info),
        }
    }
}

/// `attestationFormats`; a member that is no text names a format that nobody has.
fn read_formats(info: &Value) -> Vec<String> {
    let listed = info.get("attestationFormats").and_then(Value::as_array);
    let read = |format: &Value| format.as_str().unwrap_or_default().to_owned();
    listed.map_or(Vec::new(), |list| list.iter().map(read).collect())
}

/// A name stands on pages and in logs: one line, nothing that turns or hides text.
fn clean(name: &str) -> String {
    let hides = |c: char| {
        c.is_control()
            || matches!(c, '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    let visible: String = name.chars().filter(|c| !hides(*c)).take(MAX_NAME).collect();
    visible.trim().to_owned()
}

/// Without pictures. Reports that can't be read are written so that they read as the same again: a member that
/// stands twice would stand once.
fn write_text(json: &str, reports: &[StatusReport]) -> Result<String, serde_json::Error> {
    let mut entry: Map<String, Value> = serde_json::from_str(json)?;
    if let Some(Value::Object(statement)) = entry.get_mut("metadataStatement") {
        statement.retain(|member, _| !PICTURES.contains(&member.as_str()));
    }
    if let Some(Value::Array(list)) = entry.get_mut("statusReports") {
        for (written, report) in list.iter_mut().zip(reports) {
            if report.unreadable {
                *written = json!({"status": report.status.as_str(), "effectiveDate": ""});
            }
        }
    }
    serde_json::to_string(&entry)
}
