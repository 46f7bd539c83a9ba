//! `claviger mail`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Form;

#[derive(Debug, Subcommand)]
pub(crate) enum Mail {
    /// Name the server that takes mail, in place of the one that there is
    #[command(after_help = "Examples:
  claviger mail set mail.example.org --from no-reply@example.org
  claviger mail set mail.example.org --from no-reply@example.org --user claviger --password-file /run/secrets/mail
  claviger mail set localhost --security none --from no-reply@example.org
The password is read from a file, or from standard input with --password-file -; it is stored sealed. \
`claviger mail test ADDRESS` shows whether it works.")]
    Set(SetMail),
    /// Show how mail is sent, without the password
    #[command(after_help = "Example:
  claviger mail show --json")]
    Show {
        #[command(flatten)]
        form: Form,
    },
    /// Send no mail any more
    #[command(after_help = "Example:
  claviger mail remove")]
    Remove,
    /// Send a trial letter, and say what the server answers
    #[command(after_help = "Example:
  claviger mail test ada@example.org")]
    Test {
        /// Whom to write to
        address: String,
    },
    /// List notices that wait or could not be delivered: kind and person, never what they say
    #[command(after_help = "Examples:
  claviger mail undelivered
  claviger mail undelivered --json")]
    Undelivered {
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SetMail {
    /// The server's name, which its certificate must be for
    pub(crate) host: String,
    /// [default: 587 for starttls, 465 for tls, 25 for none]
    #[arg(long, value_name = "PORT")]
    pub(crate) port: Option<u16>,
    /// How the connection is protected; none is for this very machine only
    #[arg(long, value_name = "WORD", default_value = "starttls")]
    pub(crate) security: SecurityWord,
    /// The address that mail comes from
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) from: String,
    /// Who signs in at the server
    #[arg(long, value_name = "NAME", requires = "password_file")]
    pub(crate) user: Option<String>,
    /// A file that holds the password; - for standard input
    #[arg(long, value_name = "FILE", requires = "user")]
    pub(crate) password_file: Option<PathBuf>,
    /// The language of whoever has none in the directory [default: en]
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Option<String>,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum SecurityWord {
    Starttls,
    Tls,
    None,
}
