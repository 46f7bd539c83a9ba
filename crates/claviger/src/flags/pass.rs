//! `claviger user pass` and `user password`; the policies of the methods beside passkeys.

use std::path::PathBuf;

use clap::Args;

use super::{Form, OnOff};

#[derive(Debug, Args)]
pub(crate) struct Pass {
    /// The user name
    pub(crate) name: String,
    /// How long it works, in minutes (the policy's default, when left out)
    #[arg(long, value_name = "N")]
    pub(crate) minutes: Option<u32>,
    /// From when on it works, in minutes from now
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) starts_in: u32,
    /// It works more than once
    #[arg(long)]
    pub(crate) reusable: bool,
    /// How it was made sure who it is for; must be given for somebody who had a passkey already
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,
    /// Make none: show the one that there is, without its code
    #[arg(long, conflicts_with_all = ["minutes", "starts_in", "reusable", "reason", "remove"])]
    pub(crate) show: bool,
    /// Make none: remove the one that there is
    #[arg(long, conflicts_with_all = ["minutes", "starts_in", "reusable", "reason"])]
    pub(crate) remove: bool,
    #[command(flatten)]
    pub(crate) form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct Password {
    /// The user name
    pub(crate) name: String,
    /// Read it from the first line of this file; - is standard input
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) file: PathBuf,
    /// Set none: remove the one that there is
    #[arg(long, conflicts_with = "file")]
    pub(crate) remove: bool,
}

#[derive(Debug, Args)]
pub(crate) struct PassPolicy {
    /// Whether passes can be used at all
    #[arg(long)]
    pub(crate) state: Option<OnOff>,
    /// Minutes that a pass works where nobody says how long
    #[arg(long, value_name = "N")]
    pub(crate) default_minutes: Option<u32>,
    /// Minutes that a pass works at least
    #[arg(long, value_name = "N")]
    pub(crate) least_minutes: Option<u32>,
    /// Minutes that a pass works at most
    #[arg(long, value_name = "N")]
    pub(crate) most_minutes: Option<u32>,
    /// Characters of a code, 8 to 48
    #[arg(long, value_name = "N")]
    pub(crate) length: Option<u32>,
    /// Whether every pass works once only
    #[arg(long)]
    pub(crate) once: Option<OnOff>,
    /// Whose passes work: everybody, or groups by name or id; may be repeated, and replaces the list
    #[arg(long, value_name = "GROUP")]
    pub(crate) include: Vec<String>,
    /// Groups whose people's passes don't work; may be repeated, and replaces the list; nobody empties it
    #[arg(long, value_name = "GROUP")]
    pub(crate) exclude: Vec<String>,
    /// Back to the default that nobody saved; also where what was saved can't be understood
    #[arg(long, conflicts_with_all = ["state", "default_minutes", "least_minutes", "most_minutes", "length", "once", "include", "exclude"])]
    pub(crate) reset: bool,
    #[command(flatten)]
    pub(crate) form: Form,
}

/// A way back in besides recovery codes.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum Rung {
    /// A letter and a waiting time
    Mail,
    /// The person's manager
    Manager,
    /// The person on a device where they are signed in
    Device,
}

#[derive(Debug, Args)]
pub(crate) struct RecoveryPolicy {
    /// Which way back in is meant by --state, --include and --exclude, if not recovery codes
    #[arg(long, value_enum)]
    pub(crate) rung: Option<Rung>,
    /// Hours to wait after the letter of the way by mail was opened: 1 to 720
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=720))]
    pub(crate) wait: Option<u32>,
    /// Whether there are recovery codes, or this way, at all
    #[arg(long)]
    pub(crate) state: Option<OnOff>,
    /// Whether people with a directory role may have recovery codes, too; the other ways are never for them
    #[arg(long, conflicts_with = "rung")]
    pub(crate) privileged: Option<OnOff>,
    /// Who may have them: everybody, or groups by name or id; may be repeated, and replaces the list
    #[arg(long, value_name = "GROUP")]
    pub(crate) include: Vec<String>,
    /// Groups whose people may not; may be repeated, and replaces the list; nobody empties it
    #[arg(long, value_name = "GROUP")]
    pub(crate) exclude: Vec<String>,
    /// Back to the default that nobody saved; also where what was saved can't be understood
    #[arg(long, conflicts_with_all = ["rung", "wait", "state", "privileged", "include", "exclude"])]
    pub(crate) reset: bool,
    #[command(flatten)]
    pub(crate) form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct PasswordPolicy {
    /// Whether anybody signs in with a password, and a second factor
    #[arg(long)]
    pub(crate) state: Option<OnOff>,
    /// Whether people who have a passkey may still sign in with their password
    #[arg(long)]
    pub(crate) beside_passkeys: Option<OnOff>,
    /// Characters of a new password at least, 8 to 64
    #[arg(long, value_name = "N")]
    pub(crate) min_length: Option<u32>,
    /// Who may have one: everybody, or groups by name or id; may be repeated, and replaces the list
    #[arg(long, value_name = "GROUP")]
    pub(crate) include: Vec<String>,
    /// Groups whose people may not; may be repeated, and replaces the list; nobody empties it
    #[arg(long, value_name = "GROUP")]
    pub(crate) exclude: Vec<String>,
    /// Back to the default that nobody saved, which is off; also where what was saved can't be understood
    #[arg(long, conflicts_with_all = ["state", "beside_passkeys", "min_length", "include", "exclude"])]
    pub(crate) reset: bool,
    #[command(flatten)]
    pub(crate) form: Form,
}

#[derive(Debug, Args)]
pub(crate) struct FactorPolicy {
    /// Whether the second factor works at all
    #[arg(long)]
    pub(crate) state: Option<OnOff>,
    /// Who may have it: everybody, or groups by name or id; may be repeated, and replaces the list
    #[arg(long, value_name = "GROUP")]
    pub(crate) include: Vec<String>,
    /// Groups whose people may not; may be repeated, and replaces the list; nobody empties it
    #[arg(long, value_name = "GROUP")]
    pub(crate) exclude: Vec<String>,
    /// Back to the default that nobody saved; also where what was saved can't be understood
    #[arg(long, conflicts_with_all = ["state", "include", "exclude"])]
    pub(crate) reset: bool,
    #[command(flatten)]
    pub(crate) form: Form,
}
