//! Why a chain of certificates is not accepted.

use super::oid::Oid;
use super::time::Time;

/// A chain that is refused: which certificate, and which rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {rule}")]
pub struct PathError {
    /// The certificate that breaks the rule.
    pub place: Place,
    /// The rule.
    pub rule: PathRule,
}

/// A certificate of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A certificate that was sent, by its position from 0, the leaf.
    Sent(usize),
    /// The anchor that matched by name and key.
    Anchor,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sent(position) => write!(f, "certificate {position}"),
            Self::Anchor => f.write_str("the trust anchor"),
        }
    }
}

/// The rules of [`validate`](super::validate).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathRule {
    /// There is no certificate.
    #[error("there is no certificate")]
    Empty,
    /// More certificates than any authenticator sends.
    #[error("more than {limit} certificates")]
    TooLong {
        /// The most that are accepted.
        limit: usize,
    },
    /// The validity period has not begun.
    #[error("not valid before {not_before}, which is after {at}")]
    NotYetValid {
        /// When it begins.
        not_before: Time,
        /// The time that counts.
        at: Time,
    },
    /// The validity period is over.
    #[error("expired: not valid after {not_after}, which is before {at}")]
    Expired {
        /// When it ended.
        not_after: Time,
        /// The time that counts.
        at: Time,
    },
    /// The certificate's issuer is neither an anchor nor the subject of the next certificate.
    #[error("its issuer is no trust anchor")]
    NoAnchor,
    /// The next certificate that was sent is not of this one's issuer.
    #[error("the next certificate is of another subject than its issuer")]
    NameChaining,
    /// The certificate is not signed by the next certificate's key.
    #[error("its signature is not valid")]
    Signature,
    /// Key or signature of a kind that is not accepted here, such as SHA-1 or an unknown curve.
    #[error("its key or signature is of a kind that is not accepted")]
    Algorithm,
    /// It issued a certificate and is no certificate authority.
    #[error("it is no certificate authority")]
    NotAuthority,
    /// More certificates stand below it than its pathLenConstraint allows.
    #[error("{found} authorities stand below it, and it allows {limit}")]
    PathLength {
        /// The most that it allows.
        limit: u64,
        /// How many there are, self-issued ones not counted.
        found: u64,
    },
    /// keyUsage does not allow what the key was used for.
    #[error("its key may not be used for {expected} (keyUsage is {found:04x}, bit 0 uppermost)")]
    KeyUsage {
        /// The bit that is needed, by RFC 5280's name.
        expected: &'static str,
        /// The bits, the first uppermost.
        found: u16,
    },
    /// extKeyUsage does not allow what the certificate was used for.
    #[error("it is not for the purpose {expected} but for {}", shown(.found))]
    ExtendedKeyUsage {
        /// The purpose that is needed.
        expected: Oid,
        /// The first of its purposes; `None` if it has no such extension.
        found: Option<Oid>,
    },
    /// A critical extension that is not known here.
    #[error("it has a critical extension that is not known here: {found}")]
    CriticalExtension {
        /// Its identifier.
        found: Oid,
    },
    /// It constrains names, which is not evaluated here and therefore refused.
    #[error("it constrains names")]
    NameConstraints,
    /// More signatures would have to be verified than is done for one chain.
    #[error("more signatures to verify than are accepted")]
    TooManySignatures,
    /// Its issuer revoked it.
    #[error("it is revoked")]
    Revoked,
    /// No current list says whether it is revoked, and the caller requires one.
    #[error("no current list says whether it is revoked")]
    RevocationUnknown,
    /// The lists of its issuer that the caller supplied are all past their time.
    #[error("the list that says whether it is revoked is out of date")]
    RevocationOutdated,
}

fn shown(found: &Option<Oid>) -> String {
    let none = || "none that it names".to_owned();
    found.as_ref().map_or_else(none, Oid::to_string)
}
