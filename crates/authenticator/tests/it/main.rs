//! The authenticator from outside: what a page would see of it, and that `webauthn` accepts it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod device;
mod round_trip;
