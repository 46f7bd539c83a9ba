//! WebAuthn Level 3 relying party: parse, verify, attestation. Pure: no I/O, clock, randomness or logging.
//!
//! Three layers. **Parse**: bytes become values that borrow from them, total on any input. **Verify**: one
//! function per ceremony, [`registration::verify`] and [`assertion::verify`], with every numbered step of
//! sections 7.1 and 7.2 of the Recommendation as a comment above the code that does it. **Trust**: what an
//! attestation proves; so far the formats `none` and `packed` with self attestation.
//!
//! What was verified is a type that only the verifier can make: [`registration::VerifiedRegistration`] and
//! [`assertion::VerifiedAssertion`]. Every refusal has a stable code ([`CODES`]).

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
mod domain;
mod error;
pub mod options;
mod origin;
mod public_key;
pub mod registration;
pub mod related_origins;
mod response;
mod rp_id;
pub mod signals;

pub use aaguid::{Aaguid, AaguidError};
pub use algorithm::{Algorithm, DEFAULT_ALGORITHMS};
pub use assertion::{Counter, ExpectedAssertion, StoredCredential, VerifiedAssertion};
pub use attestation::{Attestation, AttestationKind};
pub use authenticator_data::CredProtect;
pub use client_data::CrossOrigin;
pub use domain::DomainError;
pub use error::{AssertionError, CODES, ParseError, Part, RegistrationError};
pub use origin::{Origin, OriginError};
pub use public_key::{KeyError, PublicKey, SignatureInvalid};
pub use registration::{ExpectedRegistration, Mediation, UserVerification, VerifiedRegistration};
pub use response::{
    AuthenticationResponse, AuthenticatorAttachment, MAX_RESPONSE, RegistrationResponse,
};
pub use rp_id::{RpId, RpIdError};
