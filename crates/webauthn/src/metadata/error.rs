//! Why a metadata blob was refused.

use crate::x509::{CertificateError, PathError};

/// Why a blob was refused. Nothing of it may be used then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// The blob, or its header, is longer than accepted.
    #[error("it is {found} bytes long; the limit is {limit}")]
    TooLong {
        /// The greatest length accepted, in bytes.
        limit: usize,
        /// The length found.
        found: usize,
    },
    /// Not three parts of ASCII with dots between.
    #[error("it is not a signed document of three parts (JWS in compact form)")]
    NotCompact,
    /// A part is not base64url.
    #[error("its {part} is not base64 (at character {offset})")]
    Base64 {
        /// `header`, `payload` or `signature`.
        part: &'static str,
        /// Offset into the part.
        offset: usize,
    },
    /// A certificate in the header is not base64.
    #[error("its certificate {position} is not base64 (at character {offset})")]
    CertificateBase64 {
        /// From 0, the signer's.
        position: usize,
        /// Offset into the certificate's text.
        offset: usize,
    },
    /// Header or payload is not JSON of the standard's form.
    #[error("its {part} is not in the standard's form (line {line}, column {column})")]
    Form {
        /// `header` or `payload`.
        part: &'static str,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// The header names an algorithm that is not pinned; `none` is one of them.
    #[error("it is signed with {found:?}; RS256, PS256 and ES256 are accepted")]
    AlgorithmNotAllowed {
        /// What the header says, shortened.
        found: String,
    },
    /// The header wants its certificates fetched.
    #[error("it names its certificates by address (x5u); only certificates inside it are read")]
    X5uRefused,
    /// The header has an extension that must be understood.
    #[error("its header has critical extensions, and none is known")]
    CriticalHeader,
    /// The header has no certificate.
    #[error("it carries no certificate")]
    NoCertificates,
    /// The header has more certificates than any chain needs.
    #[error("it carries {found} certificates; the limit is {limit}")]
    TooManyCertificates {
        /// The greatest number accepted.
        limit: usize,
        /// The number found.
        found: usize,
    },
    /// A certificate is none.
    #[error("its certificate {position} can't be read: {cause}")]
    Certificate {
        /// From 0, the signer's.
        position: usize,
        /// What is wrong with it.
        cause: CertificateError,
    },
    /// The certificates lead to no anchor, are not valid now, or break a rule.
    #[error("its signer is not trusted: {0}")]
    Chain(PathError),
    /// The signer's certificate is sound and somebody else's.
    #[error("its signer's certificate is not {expected}'s")]
    SignerMismatch {
        /// The domain expected.
        expected: String,
    },
    /// The signature is wrong, or the signer's key is not of the algorithm's kind.
    #[error("its signature is not valid")]
    SignatureInvalid,
    /// `nextUpdate` is no day.
    #[error("it does not say by when there will be a newer one")]
    NextUpdate,
    /// More entries than any blob has reason to have.
    #[error("it has {found} entries; the limit is {limit}")]
    TooManyEntries {
        /// The greatest number accepted.
        limit: usize,
        /// The number found.
        found: usize,
    },
    /// There are entries, and none can be read.
    #[error("none of its {found} entries can be read")]
    NothingReadable {
        /// How many there are.
        found: usize,
    },
    /// Older than the one in use.
    #[error("it is number {found}; number {current} is in use, and numbers only go forward")]
    Rollback {
        /// The number in use.
        current: u64,
        /// The number found.
        found: u64,
    },
    /// Of the number in use, with other contents.
    #[error("it is number {number} like the one in use, and says something else")]
    Altered {
        /// The number of both.
        number: u64,
    },
}

impl MetadataError {
    /// Translates serde_json's error without its text, which may quote the document.
    pub(super) fn json(part: &'static str, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        Self::Form { part, line, column }
    }
}
