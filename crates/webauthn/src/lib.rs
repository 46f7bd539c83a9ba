#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![warn(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::expect_used
)]
#![cfg_attr(
    test,
    allow(clippy::indexing_slicing, clippy::panic, clippy::expect_used)
)]

mod aaguid;
mod algorithm;
pub mod assertion;
pub mod attestation;
pub mod authenticator_data;
pub mod base64url;
pub mod cbor;
pub mod client_data;
mod der;
mod domain;
mod error;
pub mod extensions;
mod json;
mod plain_json;
/// Longer texts that belong to no item.
pub mod manual {
    #[doc = include_str!("../manual/past_bugs.md")]
    pub mod past_bugs {}
}
pub mod metadata;
pub mod options;
mod origin;
pub mod passkey_endpoints;
pub mod providers;
mod public_key;
pub mod registration;
pub mod related_origins;
mod response;
mod rp_id;
pub mod signals;
pub mod x509;

pub use aaguid::{Aaguid, AaguidError};
pub use algorithm::{Algorithm, DEFAULT_ALGORITHMS};
pub use assertion::{Counter, ExpectedAssertion, StoredCredential, VerifiedAssertion};
pub use attestation::{
    Attestation, AttestationError, AttestationKind, AttestationPolicy, NotAttested, Verdict,
};
pub use client_data::CrossOrigin;
pub use der::{DerError, DerErrorKind, Tag as DerTag};
pub use domain::DomainError;
pub use error::{AssertionError, CODES, Excerpt, ParseError, Part, RegistrationError, ShownKey};
pub use extensions::{CredProtect, Thumbprint, TrustGroup, TrustGroupFault};
pub use origin::{Origin, OriginError};
pub use public_key::{KeyError, PublicKey, SignatureInvalid};
pub use registration::{ExpectedRegistration, Mediation, UserVerification, VerifiedRegistration};
pub use response::{
    AuthenticationResponse, AuthenticatorAttachment, MAX_RESPONSE, RegistrationResponse,
};
pub use rp_id::{RpId, RpIdError};
