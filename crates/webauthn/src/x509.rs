//! X.509 certificates (RFC 5280), as far as attestations and metadata need them: a parser that borrows, a
//! path validator that starts from anchors given as data, and revocation lists given as data.
//!
//! ```
//! use webauthn::x509::{Certificate, PathInput, PathRule, Revocation, Time, Usage, validate};
//!
//! // A chain proves something only where it meets an anchor; without anchors, nothing is proven.
//! let certificates: [Certificate<'_>; 0] = [];
//! let refusal = validate(&PathInput {
//!     certificates: &certificates,
//!     anchors: &[],
//!     usage: Usage::Attestation,
//!     at: Time::from_unix_seconds(1_800_000_000),
//!     revocation: Revocation::Unchecked,
//! });
//! assert_eq!(refusal.unwrap_err().rule, PathRule::Empty);
//! ```

mod anchor;
mod certificate;
mod error;
mod name;
pub(crate) mod oid;
mod path;
mod revocation;
mod signature;
mod time;

pub use anchor::Anchor;
pub use certificate::{Certificate, CertificateError, MAX_CERTIFICATE};
pub use error::{PathError, PathRule, Place};
pub(crate) use name::Name;
pub use oid::Oid;
pub use path::{Chain, MAX_CERTIFICATES, MAX_SIGNATURES, PathInput, Usage, validate};
pub use revocation::{MAX_REVOCATION_LIST, MissingList, Revocation, RevocationList};
pub(crate) use signature::{KeyType, Scheme, Unverified};
pub use time::Time;
