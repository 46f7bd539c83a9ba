//! Why an attestation statement proves nothing.

use crate::algorithm::Algorithm;
use crate::error::ParseError;
use crate::x509::{CertificateError, PathError};

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
    #[error("the statement has {found} certificates")]
    CertificateCount {
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
    #[error("the certificate is for another AAGUID than authenticator data has")]
    AaguidMismatch,
    /// What is certified is another key than the credential's.
    #[error("another key is attested than the credential's")]
    KeyMismatch,
    /// The statement was made for another registration.
    #[error("the statement is for another registration")]
    BindingMismatch,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Requirement {
    /// Version 3.
    #[error("version 3")]
    Version,
    /// Subject with country code, organisation, the unit "Authenticator Attestation", and a name.
    #[error("the subject's {0}")]
    Subject(&'static str),
    /// An empty subject, of a TPM's certificate.
    #[error("an empty subject")]
    EmptySubject,
    /// Basic constraints that say "no authority".
    #[error("basic constraints without authority")]
    NoAuthority,
    /// The FIDO AAGUID extension is an octet string in an octet string, and not critical.
    #[error("a well-formed AAGUID extension that is not critical")]
    AaguidExtension,
    /// A subject alternative name with manufacturer, model and version of the TPM.
    #[error("the TPM's manufacturer, model and version")]
    TpmNames,
    /// A manufacturer that the policy knows.
    #[error("a known TPM manufacturer")]
    TpmManufacturer,
    /// The purpose tcg-kp-AIKCertificate.
    #[error("the purpose of an attestation identity key")]
    AttestationPurpose,
    /// The extension of the format, well-formed.
    #[error("the extension of its format")]
    FormatExtension,
    /// No key description of Android's, which makes a key an app's.
    #[error("no key description of Android's keystore")]
    NoKeyDescription,
}

/// Steps of section 8.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TpmStep {
    /// `ver` is not "2.0".
    #[error("the version is not 2.0")]
    Version,
    /// A structure is cut off, has bytes left over, or a type that is unknown.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// `magic` is not TPM_GENERATED_VALUE: the TPM did not make the structure itself.
    #[error("certInfo was not generated by a TPM")]
    Magic,
    /// `type` is not TPM_ST_ATTEST_CERTIFY.
    #[error("certInfo certifies no key")]
    Type,
    /// The name that is certified is not that of `pubArea`.
    #[error("certInfo certifies another public area")]
    Name,
}

/// Steps of section 8.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AndroidStep {
    /// allApplications is present: the key is not bound to the RP ID.
    #[error("the key may be used by all applications")]
    AllApplications,
    /// origin is not KM_ORIGIN_GENERATED.
    #[error("the key was not generated in the keystore")]
    Origin,
    /// purpose is not KM_PURPOSE_SIGN.
    #[error("the key is not for signing alone")]
    Purpose,
    /// The key description was not made by hardware, where policy requires it.
    #[error("the keystore is in software")]
    SecurityLevel,
}

/// Steps of section 8.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SafetyNetStep {
    /// The response is no compact JWS with the members that are needed.
    #[error("the response is malformed")]
    Malformed,
    /// The certificate is not that of attest.android.com.
    #[error("the certificate is for another host")]
    Hostname,
    /// ctsProfileMatch is not true.
    #[error("the device's integrity is not attested")]
    Integrity,
    /// The answer is too old, or from the future.
    #[error("the answer is not from this time")]
    Time,
}

/// Steps of section 8.6, and policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum U2fStep {
    /// The certificate's key, or the credential's, is not on P-256.
    #[error("a key is not on P-256")]
    Curve,
    /// The AAGUID is not zero, although U2F devices have none.
    #[error("the AAGUID is not zero")]
    Aaguid,
}

/// Steps of section 8.9, and policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CompoundStep {
    /// Fewer than two statements.
    #[error("fewer than two statements")]
    TooFew,
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
