//! Development only: databases, virtual passkeys, frozen clock, people.
//!
//! A [`House`] is the whole application in this process: a database of its own, one or more nodes on
//! it, a clock that moves only when told to, randomness from a counter. A [`Browser`] talks to a node's
//! router as a real one would: cookies, CSRF token, `Origin`, address. A [`Person`] has a browser and a
//! [`Device`] with passkeys. A [`Fault`] bends what a device signs.
//!
//! ```no_run
//! use testkit::{House, on_each_backend};
//!
//! on_each_backend(async |backend| {
//!     let house = House::open(backend).await;
//!     let mut ada = house.administrator("ada").await;
//!     assert_eq!(ada.browser.get("/security-info").await.status, 200);
//! });
//! ```
//!
//! Everything here panics when something does not go as the test says: that is how a test fails.

#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod answer;
mod application;
mod backend;
mod browser;
mod calls;
mod database;
mod fault;
mod house;
mod html;
mod metadata;
mod person;
mod token;

pub mod postgres;

pub use answer::Answer;
pub use application::{Application, CALLBACK, SigningKey, VERIFIER, challenge};
pub use authenticator::{
    Attachment, Attestation, Backup, Counter, CreationOptions, Device, Discoverability, Mediation,
    RequestOptions, TrustGroups, UserVerification,
};
pub use backend::{Backend, backends, on_each_backend};
pub use browser::{Browser, Offer};
pub use calls::listen;
pub use fault::{ASSERTION_FAULTS, Fault, REGISTRATION_FAULTS};
pub use house::{House, Invited, NOW, ORIGIN, RP_ID};
pub use html::{Tag, find_tags};
pub use metadata::{MetadataService, model_entry};
pub use person::{Person, passkey_id};
/// The records themselves, for what no use case makes.
pub use store;
pub use token::read_claims;
