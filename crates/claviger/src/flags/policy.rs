//! `policy ...`

use std::path::PathBuf;

use clap::Subcommand;

use super::{FactorPolicy, Form, PassPolicy, PasswordPolicy, RecoveryPolicy};

#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Show the passkey policy in force; with --json it is the file that `set` takes
    #[command(after_help = "Examples:
  claviger policy show
  claviger policy show 3
  claviger policy show --json > policy.json")]
    Show {
        /// An earlier version instead; 0 is the default that nobody saved
        number: Option<i64>,
        #[command(flatten)]
        form: Form,
    },
    /// Say what a policy would change for whom, and change nothing
    #[command(after_help = "Examples:
  claviger policy preview policy.json
  claviger policy preview policy.json --json")]
    Preview {
        /// The policy as JSON; - is the standard input
        file: PathBuf,
        #[command(flatten)]
        form: Form,
    },
    /// Put a policy in force, with the next decision on every node
    #[command(after_help = "Example:
  claviger policy set policy.json --note \"Security keys for administrators\"")]
    Set {
        /// The policy as JSON; - is the standard input
        file: PathBuf,
        /// Why, for the list of versions
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        /// Refuse when the policy was changed since this revision (`show` gives it)
        #[arg(long, value_name = "NUMBER")]
        expect: Option<i64>,
        #[command(flatten)]
        form: Form,
    },
    /// Try a policy out: its decisions are recorded beside the real ones, and nothing follows from them
    #[command(after_help = "Examples:
  claviger policy report-only policy.json
  claviger policy report-only --off")]
    ReportOnly {
        /// The policy as JSON; - is the standard input
        #[arg(required_unless_present = "off", conflicts_with = "off")]
        file: Option<PathBuf>,
        /// End the trial
        #[arg(long)]
        off: bool,
        /// Why, for the list of versions
        #[arg(long, value_name = "TEXT")]
        note: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// List what was saved, newest first
    #[command(after_help = "Example:
  claviger policy versions")]
    Versions {
        #[command(flatten)]
        form: Form,
    },
    /// Say what is different from one version to another
    #[command(after_help = "Example:
  claviger policy compare 3 5")]
    Compare {
        from: i64,
        to: i64,
        #[command(flatten)]
        form: Form,
    },
    /// Put an earlier version in force again
    #[command(after_help = "Example:
  claviger policy restore 3")]
    Restore {
        number: i64,
        #[command(flatten)]
        form: Form,
    },
    /// Put the default in force: every passkey of everybody is accepted
    #[command(after_help = "Example:
  claviger policy reset")]
    Reset {
        #[command(flatten)]
        form: Form,
    },
    /// Show or change the policy of Temporary Access Passes
    #[command(after_help = "Examples:
  claviger policy pass
  claviger policy pass --least-minutes 10 --default-minutes 30 --length 12
  claviger policy pass --include \"New joiners\" --exclude \"Administrators\"
  claviger policy pass --state off
  claviger policy pass --reset")]
    Pass(PassPolicy),
    /// Show or change the policy of recovery codes
    #[command(after_help = "Examples:
  claviger policy recovery
  claviger policy recovery --exclude \"Finance\"
  claviger policy recovery --privileged on
  claviger policy recovery --rung mail --state on --wait 48
  claviger policy recovery --rung manager --state on --include \"Pilots\"
  claviger policy recovery --state off")]
    Recovery(RecoveryPolicy),
    /// Show or change the policy of passwords, which are off unless somebody turns them on
    #[command(after_help = "Examples:
  claviger policy password
  claviger policy password --state on --include \"New joiners\"
  claviger policy password --min-length 15 --beside-passkeys off
  claviger policy password --state off")]
    Password(PasswordPolicy),
    /// Show or change the policy of authenticator apps, a second factor beside passwords
    #[command(after_help = "Examples:
  claviger policy authenticator-app
  claviger policy authenticator-app --state off")]
    AuthenticatorApp(FactorPolicy),
    /// Show or change the policy of codes by mail, a second factor beside passwords
    #[command(after_help = "Examples:
  claviger policy email-code
  claviger policy email-code --exclude \"Finance\"")]
    EmailCode(FactorPolicy),
    /// Say what the policy has for a person: profiles, and each passkey with its reasons
    #[command(after_help = "Example:
  claviger policy effective ada@example.org")]
    Effective {
        /// The user name
        name: String,
        #[command(flatten)]
        form: Form,
    },
}
