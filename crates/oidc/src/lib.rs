//! OAuth 2 and OpenID Connect messages, client rules, JOSE, PKCE and DPoP.
//!
//! Pure: bytes and the time go in, a value or a reason comes out. Signing needs randomness and a private key, so it is
//! done by whoever holds both; here a message is put in the form that is signed, and every signature is verified.
//! Whether a client, a person or a permission is known is decided by the caller, too.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod authorize;
pub mod claims_request;
pub mod client_assertion;
pub mod discovery;
pub mod dpop;
pub mod error;
pub mod form;
pub mod json;
pub mod jwk;
pub mod jwt;
pub mod pkce;
pub mod redirect_uri;
pub mod resource;
pub mod token_request;

pub use error::{ErrorKind, OAuthError};

/// Seconds since 1970-01-01T00:00:00Z, as JWTs count (RFC 7519 section 2, NumericDate).
pub type Seconds = i64;
