//! `claviger scim`.

use clap::Subcommand;

use super::Form;

#[derive(Debug, Subcommand)]
pub(crate) enum Scim {
    /// Let a program bring people and groups from now on; its token is shown this once
    #[command(after_help = "Examples:
  claviger scim add Entra
  claviger scim add \"HR system\" --json
Enter the address (https://<your origin>/scim/v2) and the token in the program. It reaches only what it makes: docs/scim.md.")]
    Add {
        /// What it is called in the log
        name: String,
        #[command(flatten)]
        form: Form,
    },
    /// List the programs that may, when each came last, and how much it made
    #[command(after_help = "Example:
  claviger scim list --json")]
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Give a program another token; the one that it has works for 24 hours more
    #[command(after_help = "Example:
  claviger scim rotate Entra")]
    Rotate {
        /// Its name, as `claviger scim list` shows it
        name: String,
        #[command(flatten)]
        form: Form,
    },
    /// Let a program in no more, from its next request on; what it made stays
    #[command(after_help = "Example:
  claviger scim remove Entra")]
    Remove {
        /// Its name, as `claviger scim list` shows it
        name: String,
    },
}
