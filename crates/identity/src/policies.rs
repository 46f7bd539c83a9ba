//! The organisation's passkey policy: shown, saved, tried out, compared, restored; and what it says about a passkey.
//!
//! What is in force stands in the snapshot, under the version that every decision compares (security 8). A policy that
//! can't be understood accepts nothing.

mod break_glass;
mod capable;
mod decide;
mod effective;
mod fault;
mod in_force;
mod method;
mod preview;
mod recovery;
mod rungs;
mod save;
mod versions;

pub use policy::access_pass::PassPolicy;
pub use policy::methods::{FactorPolicy, MethodPolicy, PasswordPolicy};
pub use policy::profiles;
pub use policy::recovery::RecoveryPolicy;
pub use policy::rungs::{MAX_WAIT_HOURS, Rung, RungPolicy, Rungs};
pub use webauthn::Aaguid;
pub use webauthn::metadata::{CertificationLevel, KeyProtection};

pub use break_glass::{MAX_BREAK_GLASS, Mark, is_break_glass, mark_break_glass};
pub(crate) use capable::Capable;
pub use decide::Accepts;
pub(crate) use decide::{
    Accepted, AtRest, Proofs, Said, Verdict, Verdicts, check_self_service, code_of, decide_at_rest,
    decide_one_at_rest, decide_registration, decide_sign_in, describe, find_accepts,
    is_kept_in_hardware,
};
pub use effective::{EffectivePolicy, PasskeyVerdict, show_effective};
pub use fault::{PolicyFault, parse};
pub(crate) use in_force::Policies;
pub use method::{
    AccessPasses, EmailCodes, Method, MethodPolicyShown, Passwords, RecoveryCodes, SoftwareOath,
    save_method_policy, show_method_policy,
};
pub(crate) use method::{check_method, is_method_on};
pub use preview::{LISTED, Preview, Stopping, Stranded, begin_preview, preview};
pub(crate) use recovery::check_recovery;
pub(crate) use rungs::{check_rung, find_wait, is_rung_on};
pub use save::{Saved, begin_change, reset, restore, save, try_out};
pub use versions::{
    PolicyShown, VersionMode, VersionShown, compare_versions, list_versions, read_version, show,
};

/// The kind under which the passkey policy is stored.
pub(crate) const PASSKEY: &str = "passkey";
