//! Passkey profiles: who may use which passkey (Microsoft Entra's model, and what goes beyond it).
//!
//! A [`Document`] is what somebody wrote: it is read from JSON, unknown names refused, and may be wrong. [`Document::check`]
//! makes a [`PasskeyPolicy`] of it or names every [`Fault`]. Only a checked policy decides:
//!
//! 1. [`PasskeyPolicy::find_scope`]: what the policy has for a person, from those of its groups that hold them.
//! 2. [`PasskeyPolicy::decide`]: that scope and the [`Passkey`]'s facts make a [`Decision`]. It allocates nothing.
//! 3. [`Decision::explain`]: every profile, every rule that failed, what was expected and found.
//!
//! A passkey is accepted if it fully satisfies **at least one** profile of the person. Rules are never merged across
//! profiles, and neither the order of profiles nor that of targets matters.
//!
//! # What the facts prove
//!
//! Without an attestation that a configured anchor vouches for, the AAGUID, the backup eligibility flag (BE) and the
//! user verification flag (UV) are what the authenticator *says*. A list of AAGUIDs then guides honest people and stops
//! nobody who builds an authenticator of their own; `deviceBound` is best effort, for there are providers that sync
//! although BE=0 ([`Document::known_syncing`] names them); UV=1 from a browser's extension may mean nothing. Where that
//! matters, a profile asks for attestation: then model, certification and key protection are proven, and synced
//! passkeys, which have none, are out.

mod check;
mod compare;
mod decide;
mod document;
mod explain;
mod facts;
mod field;
mod id;
mod policy;
mod rule;
mod set;
mod size;

pub use check::{Checked, Fault, FaultKind, Severity, Strictness};
pub use compare::{Change, compare};
pub use decide::{Decision, Ending, Notice};
pub use document::{
    AttestationEnforcement, Document, Include, Profile, RestrictionKind, Restrictions, State,
    Target, TrustGroupRule, Types,
};
pub use explain::{Explanation, Failure, ProfileVerdict};
pub use facts::{Attestation, Moment, Passkey, TrustGroup};
pub use field::{Field, Part};
pub use id::{GroupId, ProfileId};
pub use policy::{Needs, PasskeyPolicy, Scope, Unreadable, Unusable};
pub use rule::Rule;
pub use set::ProfileSet;
pub use size::{MAX_SIZE, derive_size};

/// Value types that documents and facts hold.
pub use webauthn::{
    Aaguid,
    metadata::{CertificationLevel, KeyProtection},
};

/// The most profiles of a tenant, the default one included.
pub const MAX_PROFILES: usize = 10;

/// The most characters of a profile's name.
pub const MAX_NAME: usize = 100;

/// The longest that a profile can let a passkey get old or stay unused, in days.
pub const MAX_DAYS: u32 = 3650;
