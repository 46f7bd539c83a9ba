//! A pure software authenticator: WebAuthn options in, responses out.
//!
//! Plays both halves of the far side of a ceremony: the *client* (builds `clientDataJSON`, checks the
//! RP ID against the origin, as a browser does) and the *authenticator* (holds keys, builds
//! authenticator data, signs). In and out are the JSON forms of WebAuthn Level 3:
//! `PublicKeyCredentialCreationOptionsJSON` and `PublicKeyCredentialRequestOptionsJSON` in,
//! `RegistrationResponseJSON` and `AuthenticationResponseJSON` out.
//!
//! No I/O, no clock, no randomness: what must be random (credential id, private key) is derived from
//! 32 bytes that the caller hands in. The one exception is inside aws-lc, which draws the nonce of an
//! ECDSA or ML-DSA signature itself.
//!
//! A ceremony has two visible steps, so that a test (or a tool) can look at or change what will be
//! signed: [`Device::prepare_creation`] and [`Device::prepare_assertion`] give an unsigned value with
//! public fields, which [`UnsignedRegistration::attest`] and [`UnsignedAssertion::sign`] turn into the
//! response. [`Device::create`] and [`Device::get`] do both.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod attestation;
pub mod authenticator_data;
pub mod client_data;
pub mod credential;
pub mod device;
pub mod key;
pub mod options;
pub mod response;

mod cbor;
mod error;

pub use attestation::{Attestation, UnsignedRegistration};
pub use authenticator_data::{AttestedCredentialData, AuthenticatorData, Flags};
pub use client_data::{ClientData, Page};
pub use credential::Credential;
pub use device::{
    Attachment, Backup, Counter, Device, Discoverability, TrustGroups, UnsignedAssertion,
    UserVerification,
};
pub use error::Error;
pub use key::SigningKey;
pub use options::{CreationOptions, Mediation, RequestOptions};
pub use response::{AuthenticationResponse, RegistrationResponse};
