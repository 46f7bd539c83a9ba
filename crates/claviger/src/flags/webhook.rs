//! `claviger webhook`.

use clap::Subcommand;

use super::Form;

#[derive(Debug, Subcommand)]
pub(crate) enum Webhook {
    /// Tell an address from now on what happens to accounts; its secret is shown this once
    #[command(after_help = "Examples:
  claviger webhook add https://siem.example.org/claviger
  claviger webhook add https://siem.example.org/claviger --json
Whoever has the secret (whsec_...) can check that a call is from here: https://www.standardwebhooks.com.")]
    Add {
        /// https, or http for a program on this very machine
        url: String,
        #[command(flatten)]
        form: Form,
    },
    /// List whom is told
    #[command(after_help = "Example:
  claviger webhook list --json")]
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Tell an address nothing any more
    #[command(after_help = "Example:
  claviger webhook remove 5f0c1d3e-5d0e-4a53-8ad4-5a4a9f4a8c11")]
    Remove {
        /// Its id, as `claviger webhook list` shows it
        id: String,
    },
    /// Call an address with an event that says nothing, and say what it answers
    #[command(after_help = "Example:
  claviger webhook test 5f0c1d3e-5d0e-4a53-8ad4-5a4a9f4a8c11")]
    Test {
        /// Its id, as `claviger webhook list` shows it
        id: String,
    },
    /// List what waits to be told or could not be: kind and person, never what it says
    #[command(after_help = "Examples:
  claviger webhook undelivered
  claviger webhook undelivered --json")]
    Undelivered {
        #[command(flatten)]
        form: Form,
    },
}
