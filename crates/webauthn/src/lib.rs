//! WebAuthn Level 3 relying party: parse, verify, attestation. Pure: no I/O, clock, randomness or logging.
//!
//! Three layers. **Parse**: bytes become values that borrow from them, total on any input. **Verify**: one
//! function per ceremony, [`registration::verify`] and [`assertion::verify`], with every numbered step of
//! sections 7.1 and 7.2 of the Recommendation as a comment above the code that does it. **Trust**: what an
//! [`attestation`] proves, by [`x509`] chains to anchors that the caller hands in.
//!
//! What was verified is a type that only the verifier can make: [`VerifiedRegistration`] and
//! [`VerifiedAssertion`]. Every refusal has a stable code ([`CODES`]).
//!
//! # A relying party
//!
//! Challenges and user handles come from outside, as all randomness does. The server keeps the challenge
//! until the browser answers, and lets each be answered once.
//!
//! ```
//! use webauthn::options::{CreationOptions, RelyingParty, RequestOptions, User};
//! use webauthn::*;
//!
//! struct Site {
//!     rp_id: RpId,
//!     origins: Vec<Origin>,
//! }
//!
//! impl Site {
//!     /// For `PublicKeyCredential.parseCreationOptionsFromJSON()`.
//!     fn begin_registration(&self, challenge: &[u8; 32], user: User) -> CreationOptions {
//!         CreationOptions::new(challenge.to_vec(), RelyingParty::new(&self.rp_id, "Example"), user)
//!     }
//!
//!     /// `json` is `JSON.stringify(credential)`. The result is what to store.
//!     fn finish_registration(&self, challenge: &[u8; 32], json: &[u8]) -> Result<VerifiedRegistration, RegistrationError> {
//!         let expected = ExpectedRegistration {
//!             challenge,
//!             rp_id: &self.rp_id,
//!             origins: &self.origins,
//!             cross_origin: CrossOrigin::Refused,
//!             algorithms: &DEFAULT_ALGORITHMS,
//!             mediation: Mediation::Modal,
//!             user_verification: UserVerification::Required,
//!             attestation: &AttestationPolicy::NOT_REQUIRED,
//!         };
//!         registration::verify(&RegistrationResponse::from_json(json)?, &expected)
//!     }
//!
//!     /// For `PublicKeyCredential.parseRequestOptionsFromJSON()`.
//!     fn begin_sign_in(&self, challenge: &[u8; 32]) -> RequestOptions {
//!         RequestOptions::new(challenge.to_vec(), &self.rp_id)
//!     }
//!
//!     /// `stored` was found by `response.credential_id()`. The result says who signed in.
//!     fn finish_sign_in(
//!         &self,
//!         challenge: &[u8; 32],
//!         response: &AuthenticationResponse,
//!         stored: &StoredCredential<'_>,
//!     ) -> Result<VerifiedAssertion, AssertionError> {
//!         let expected = ExpectedAssertion {
//!             challenge,
//!             rp_id: &self.rp_id,
//!             origins: &self.origins,
//!             cross_origin: CrossOrigin::Refused,
//!             user_verification: UserVerification::Required,
//!             allowed_credentials: None,
//!             expected_user_handle: None,
//!         };
//!         assertion::verify(response, &expected, stored)
//!     }
//! }
//! # let site = Site { rp_id: RpId::parse("example.org").unwrap(), origins: vec![Origin::parse("https://example.org").unwrap()] };
//! # let user = User { id: vec![1], name: "ada".into(), display_name: "Ada".into() };
//! # assert!(site.origins[0].fits_rp_id(&site.rp_id));
//! # assert_eq!(site.begin_registration(&[7; 32], user).challenge, site.begin_sign_in(&[7; 32]).challenge);
//! # assert_eq!(site.finish_registration(&[7; 32], b"{}").unwrap_err().code(), "parse.json_missing_member");
//! # let _ = Site::finish_sign_in;
//! ```

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
pub mod metadata;
pub mod options;
mod origin;
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
pub use authenticator_data::CredProtect;
pub use client_data::CrossOrigin;
pub use der::{DerError, DerErrorKind};
pub use domain::DomainError;
pub use error::{AssertionError, CODES, ParseError, Part, RegistrationError};
pub use origin::{Origin, OriginError};
pub use public_key::{KeyError, PublicKey, SignatureInvalid};
pub use registration::{ExpectedRegistration, Mediation, UserVerification, VerifiedRegistration};
pub use response::{
    AuthenticationResponse, AuthenticatorAttachment, MAX_RESPONSE, RegistrationResponse,
};
pub use rp_id::{RpId, RpIdError};
