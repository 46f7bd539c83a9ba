//! The use cases: each is one function here, and pages, API and command line all call it.
//!
//! Knows no HTTP, HTML or SQL text. Time and randomness come from [`ambient::Ambient`];
//! every refusal is a [`Refusal`] with a stable code; a session is opened only by consuming
//! a [`proof::Granted`].

pub mod access;
pub mod access_pass;
mod actor;
pub mod ambient;
pub mod applications;
pub mod audit;
mod authentication;
pub mod authorize;
pub mod backup;
pub mod bearer;
pub mod caller;
pub mod codes;
pub mod connectors;
pub mod device;
pub mod doctor;
pub mod enrolment;
pub mod forward_auth;
pub mod groups;
pub mod issuer;
pub mod keys;
pub mod logout;
pub mod logs;
pub mod lost;
pub mod mail;
pub mod metadata;
pub mod methods;
pub mod names;
pub mod notices;
pub mod organisation;
pub mod outbox;
pub mod owners;
pub mod paging;
pub mod passkeys;
pub mod password;
pub mod people;
pub mod permissions;
pub mod policies;
pub mod principal_key;
pub mod proof;
pub mod providers;
pub mod provisioning;
pub mod reauthenticate;
pub mod recovery;
pub mod recovery_code;
pub mod reports;
pub mod roles;
pub mod security_info;
pub mod sessions;
pub mod settings;
pub mod setup;
pub mod sign_in;
pub mod tenant;
pub mod token;
pub mod user_info;
pub mod webhooks;

mod assurance;
mod attestation;
mod ceremony;
mod client;
mod creation;
mod familiar;
mod flow;
mod id_token_hint;
mod leavings;
mod limits;
mod link;
mod look_alike;
mod marks;
mod place;
mod possession;
mod protect;
mod reminders;
mod resources;
mod seal;
mod shown;
mod signing;
mod totp;
mod tries;
mod trust_group;

pub use actor::Actor;
pub use bearer::Bearer;
pub use caller::{BrowserId, Caller, Place};
pub use codes::{Class, Code, Refusal};
pub use connectors::Connector;
pub use sessions::{Session, SessionToken};
pub use settings::Settings;
pub use store::{
    Cursor, Depth, Direction, Filter, GroupColumn, ListQuery, MAX_TOP, MadeBy, MadeMember, Owner,
    Page, PersonColumn, PrincipalKind, PrincipalStatus, Test, UserType, Value,
};
pub use store::{
    Durability, Finding, Grade, GroupCommit, Id, Location, OpenOptions, Store, StoreError,
};
pub use tenant::{EmptyDatabase, Identity};

/// Microseconds since 1970-01-01T00:00:00Z.
pub type Micros = i64;

/// Microseconds in one second.
pub const SECOND: Micros = 1_000_000;
/// Microseconds in one minute.
pub const MINUTE: Micros = 60 * SECOND;
/// Microseconds in one hour.
pub const HOUR: Micros = 60 * MINUTE;
/// Microseconds in one day.
pub const DAY: Micros = 24 * HOUR;
