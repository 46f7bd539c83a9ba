//! Why an attestation statement proves nothing.

use crate::aaguid::Aaguid;
use crate::algorithm::Algorithm;
use crate::der::DerError;
use crate::error::{Excerpt, ParseError, ShownKey};
use crate::x509::{CertificateError, Oid, PathError};

/// A step of a verification procedure (section 8) that failed, or a chain that is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttestationError {
    /// The statement cannot be read.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// A `none` attestation with a statement.
    #[error("attestation format none has a statement that is not empty")]
    NotEmpty,
    /// Self attestation names another algorithm than the credential's.
    #[error("self attestation names algorithm {found}; the credential uses {expected}")]
    AlgorithmMismatch {
        /// The credential's algorithm.
        expected: Algorithm,
        /// The COSE number in the statement.
        found: i64,
    },
    /// The statement's algorithm is unknown, not allowed in this format, or not that of its key.
    #[error("algorithm {found} is not known, not allowed here, or not that of the attestation key")]
    Algorithm {
        /// The COSE number in the statement.
        found: i64,
    },
    /// The statement's signature is wrong.
    #[error("the attestation's signature is not valid")]
    SignatureInvalid,
    /// The statement has fewer or more certificates than its format allows.
    #[error("the statement has {found} certificates; its format allows 1 to {limit}")]
    CertificateCount {
        /// The most that are accepted.
        limit: usize,
        /// How many there are.
        found: usize,
    },
    /// A certificate cannot be read.
    #[error("certificate {position}: {source}")]
    Certificate {
        /// Its position from 0, the leaf.
        position: usize,
        /// What is wrong with it.
        source: CertificateError,
    },
    /// The attestation certificate does not meet the requirements of its format (sections 8.2.1, 8.3.1).
    #[error("the attestation certificate does not meet the requirement: {0}")]
    Requirement(Requirement),
    /// The certificate's AAGUID is not the authenticator's.
    #[error("the certificate is for AAGUID {found}, and authenticator data has {expected}")]
    AaguidMismatch {
        /// In authenticator data.
        expected: Aaguid,
        /// In the certificate.
        found: Aaguid,
    },
    /// What is certified is another key than the credential's.
    #[error("another key is attested ({found}) than the credential's ({expected})")]
    KeyMismatch {
        /// The credential's.
        expected: ShownKey,
        /// The one that is attested.
        found: ShownKey,
    },
    /// The statement was made for another registration.
    #[error(
        "the statement is for another registration: {field} is {found}, and should be {expected}"
    )]
    BindingMismatch {
        /// What binds the statement: `attestationChallenge`, `extraData`, or a nonce.
        field: &'static str,
        /// The hash that it must be.
        expected: Excerpt,
        /// What it is.
        found: Excerpt,
    },
    /// A TPM structure is malformed or is not what this procedure needs.
    #[error("TPM: {0}")]
    Tpm(TpmStep),
    /// Android's key description does not allow the key.
    #[error("Android: {0}")]
    Android(AndroidStep),
    /// SafetyNet's answer is not acceptable.
    #[error("SafetyNet: {0}")]
    SafetyNet(SafetyNetStep),
    /// `fido-u2f` with an AAGUID, or a credential that no U2F device makes.
    #[error("fido-u2f: {0}")]
    U2f(U2fStep),
    /// A compound statement of fewer than two, of another compound, or with too few that pass.
    #[error("compound: {0}")]
    Compound(CompoundStep),
    /// The certificates lead to an anchor by no acceptable chain.
    #[error("{0}")]
    Chain(PathError),
}

/// What an attestation certificate must be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Requirement {
    /// Version 3.
    #[error("version 3 (it has the number {found}, which is 2 for version 3)")]
    Version {
        /// The number found, 0 for version 1.
        found: u64,
    },
    /// Subject with country code, organisation, the unit "Authenticator Attestation", and a name.
    #[error("the subject's {field} (it is {found:?})")]
    Subject {
        /// Which.
        field: &'static str,
        /// What stands there, shortened; empty where there is nothing, more than one, or no text.
        found: String,
    },
    /// An empty subject, of a TPM's certificate.
    #[error("an empty subject (it is {found})")]
    EmptySubject {
        /// The subject as DER.
        found: Excerpt,
    },
    /// Basic constraints that say "no authority".
    #[error("basic constraints without authority ({})", shown_authority(.found))]
    NoAuthority {
        /// Whether it says that it is an authority; otherwise it says nothing.
        found: bool,
    },
    /// The FIDO AAGUID extension is an octet string in an octet string, and not critical.
    #[error("a well-formed AAGUID extension that is not critical: {0}")]
    AaguidExtension(ExtensionFault),
    /// A subject alternative name with manufacturer, model and version of the TPM.
    #[error(
        "the TPM's manufacturer, model and version in one directory name: {missing} is not there"
    )]
    TpmNames {
        /// Which is missing, or not clear.
        missing: &'static str,
    },
    /// A manufacturer that the policy knows.
    #[error("a known TPM manufacturer (it is {found:?})")]
    TpmManufacturer {
        /// What the certificate says, shortened.
        found: String,
    },
    /// The purpose tcg-kp-AIKCertificate.
    #[error("the purpose of an attestation identity key, {expected}; its first one is {}", shown(.found))]
    AttestationPurpose {
        /// tcg-kp-AIKCertificate.
        expected: Oid,
        /// The first purpose that it has, if any.
        found: Option<Oid>,
    },
    /// The extension of the format, well-formed.
    #[error("the extension of its format: {0}")]
    FormatExtension(ExtensionFault),
    /// No key description of Android's, which makes a key an app's.
    #[error("no key description of Android's keystore, which certificate {position} has")]
    NoKeyDescription {
        /// Which certificate, from 0, the leaf.
        position: usize,
    },
}

/// What is wrong with an extension that a format needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionFault {
    /// There is none.
    #[error("it is not there")]
    Missing,
    /// It is marked as critical, and must not be.
    #[error("it is critical")]
    Critical,
    /// Its value is not of the structure; the offset counts from the start of the certificate.
    #[error("{0}")]
    Malformed(DerError),
}

/// Steps of section 8.3.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TpmStep {
    /// `ver` is not "2.0".
    #[error("the version is {found:?}, not \"2.0\"")]
    Version {
        /// What it is, shortened.
        found: String,
    },
    /// A structure is cut off, has bytes left over, or a type that is unknown.
    #[error("{part} is malformed at byte {offset}")]
    Malformed {
        /// `pubArea` or `certInfo`.
        part: &'static str,
        /// Offset of the field that can't be read.
        offset: usize,
    },
    /// `magic` is not TPM_GENERATED_VALUE: the TPM did not make the structure itself.
    #[error("certInfo was not generated by a TPM: magic is {found:08x}, not {expected:08x}")]
    Magic {
        /// TPM_GENERATED_VALUE.
        expected: u32,
        /// What it is.
        found: u32,
    },
    /// `type` is not TPM_ST_ATTEST_CERTIFY.
    #[error("certInfo certifies no key: its type is {found:04x}, not {expected:04x}")]
    Type {
        /// TPM_ST_ATTEST_CERTIFY.
        expected: u16,
        /// What it is.
        found: u16,
    },
    /// The name that is certified is not that of `pubArea`.
    #[error("certInfo certifies the public area {found}, not {expected}")]
    Name {
        /// The name of `pubArea`: its hash algorithm and its hash.
        expected: Excerpt,
        /// The name in certInfo.
        found: Excerpt,
    },
}

/// Steps of section 8.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AndroidStep {
    /// allApplications is present: the key is not bound to the RP ID.
    #[error("the key may be used by all applications, says {list}")]
    AllApplications {
        /// `softwareEnforced` or `teeEnforced`.
        list: &'static str,
    },
    /// origin is not KM_ORIGIN_GENERATED.
    #[error("the key was not generated in the keystore (origin is {}, not 0)", shown(.found))]
    Origin {
        /// The first that is not KM_ORIGIN_GENERATED (0); `None` if there is none at all.
        found: Option<u64>,
    },
    /// purpose is not KM_PURPOSE_SIGN.
    #[error("the key is not for signing alone (a purpose is {}, not 2)", shown(.found))]
    Purpose {
        /// The first that is not KM_PURPOSE_SIGN (2); `None` if there is none at all.
        found: Option<u64>,
    },
    /// The key description was not made by hardware, where policy requires it.
    #[error("the keystore is not in hardware: {field} is {found}, not 1 or 2")]
    SecurityLevel {
        /// `attestationSecurityLevel` or `keymasterSecurityLevel`.
        field: &'static str,
        /// What it is.
        found: u64,
    },
}

/// Steps of section 8.5.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SafetyNetStep {
    /// The response is no compact JWS with the members that are needed.
    #[error("the response's {part} is malformed (at character {offset})")]
    Malformed {
        /// `response`, `header`, `payload`, `signature` or `x5c`.
        part: &'static str,
        /// Offset into the part as it was sent, and into the document in header and payload; 0 where the part as a whole
        /// is not there.
        offset: usize,
    },
    /// The certificate is not that of attest.android.com.
    #[error("the certificate is for {found:?}, not for {expected:?}")]
    Hostname {
        /// The host.
        expected: &'static str,
        /// The certificate's first name, shortened.
        found: String,
    },
    /// ctsProfileMatch is not true.
    #[error("the device's integrity is not attested")]
    Integrity,
    /// The answer is too old, or from the future.
    #[error("the answer is {age} seconds old; from -{limit} to {limit} are accepted")]
    Time {
        /// Seconds before the registration; negative if after it.
        age: i64,
        /// The most accepted, either way.
        limit: i64,
    },
}

/// Steps of section 8.6, and policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum U2fStep {
    /// The certificate's key, or the credential's, is not on P-256.
    #[error("{key} is not on P-256: {found}")]
    Curve {
        /// `the certificate's key` or `the credential's key`.
        key: &'static str,
        /// What it is.
        found: ShownKey,
    },
    /// The AAGUID is not zero, although U2F devices have none.
    #[error("the AAGUID is {found}, not zero")]
    Aaguid {
        /// What it is.
        found: Aaguid,
    },
}

/// Steps of section 8.9, and policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CompoundStep {
    /// Fewer than two statements.
    #[error("{found} statements; there must be two")]
    TooFew {
        /// How many there are.
        found: usize,
    },
    /// More statements than are accepted.
    #[error("more than {0} statements")]
    TooMany(usize),
    /// A compound inside.
    #[error("a compound statement inside")]
    Nested,
    /// Fewer statements passed than policy requires.
    #[error("{passed} statements passed, {needed} are needed")]
    NotEnough {
        /// How many passed.
        passed: usize,
        /// How many must.
        needed: usize,
    },
}

fn shown<T: std::fmt::Display>(found: &Option<T>) -> String {
    let absent = || "absent".to_owned();
    found.as_ref().map_or_else(absent, T::to_string)
}

fn shown_authority(says: &bool) -> &'static str {
    match says {
        true => "it is an authority",
        false => "there are none",
    }
}
