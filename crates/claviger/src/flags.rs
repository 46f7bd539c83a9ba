//! The command line's words.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use server::config::{AttestationWord, Layer, LogForm, OriginEntry};

mod app;
mod mail;
mod pass;
mod policy;
mod scim;
mod webhook;

pub(crate) use app::{Api, App, OwnedApp, SignIn};
pub(crate) use mail::{Mail, SecurityWord, SetMail};
pub(crate) use pass::{
    FactorPolicy, Pass, PassPolicy, Password, PasswordPolicy, RecoveryPolicy, Rung,
};
pub(crate) use policy::Policy;
pub(crate) use scim::Scim;
pub(crate) use webhook::Webhook;

/// People sign in with passkeys; one program, one data directory.
#[derive(Debug, Parser)]
#[command(
    name = "claviger",
    version,
    propagate_version = true,
    disable_help_subcommand = true
)]
#[command(after_help = "Examples:
  claviger serve                                     try it on http://localhost:8080
  claviger init --public-origin https://login.example.org
  claviger user add ada@example.org --display-name \"Ada Lovelace\" --link
  claviger doctor

Every setting may also stand in a file (--config, same names) or in the environment
(CLAVIGER_LISTEN for --listen): a flag overrides the environment, that overrides the file.")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) settings: SettingFlags,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the server; the first start prints the set-up link
    #[command(after_help = "Examples:
  claviger serve
  claviger serve --data /var/lib/claviger --public-origin https://login.example.org \\
      --listen 0.0.0.0:443 --tls-certificate fullchain.pem --tls-key privkey.pem
  claviger serve --config /etc/claviger.toml
  claviger serve --public-origin https://login.example.org --trusted-proxy 127.0.0.1")]
    Serve,
    /// Begin a new organisation for a real origin, also under a key file that exists
    #[command(after_help = "Example:
  claviger init --public-origin https://login.example.org --rp-id example.org")]
    Init,
    /// Write a copy of the database, also while the server runs (the key file is not in it)
    #[command(after_help = "Example:
  claviger backup /backup/claviger-2026-11-21.db")]
    Backup {
        /// The file to write; it must not exist
        file: PathBuf,
    },
    /// Put a copy in place of a missing database; everybody signs in anew
    #[command(after_help = "Example:
  claviger restore /backup/claviger-2026-11-21.db --data ./claviger-data --key-file /safe/claviger.key")]
    Restore {
        /// The file that `claviger backup` wrote
        file: PathBuf,
    },
    /// Check configuration, database, clock, origin and keys
    #[command(after_help = "Examples:
  claviger doctor
  claviger doctor --json")]
    Doctor {
        #[command(flatten)]
        form: Form,
    },
    /// People
    #[command(subcommand)]
    User(User),
    /// Groups and their members
    #[command(subcommand)]
    Group(Group),
    /// Directory roles and who holds them
    #[command(subcommand)]
    Role(Role),
    /// The passkey policy: who may use which passkey
    #[command(subcommand)]
    Policy(Policy),
    /// Applications: registrations, secrets, keys, permissions
    #[command(subcommand)]
    App(App),
    /// Administrators
    #[command(subcommand)]
    Admin(Admin),
    /// Mail to people about their accounts
    #[command(subcommand)]
    Mail(Mail),
    /// Programs that are told what happens to accounts
    #[command(subcommand)]
    Webhook(Webhook),
    /// Which programs bring people and groups by SCIM
    #[command(subcommand)]
    Scim(Scim),
    /// The audit log
    #[command(subcommand)]
    Audit(Audit),
    /// What makers and the FIDO Alliance say about models of authenticators
    #[command(subcommand)]
    Metadata(Metadata),
}

#[derive(Debug, Subcommand)]
pub(crate) enum User {
    /// Add a person
    #[command(after_help = "Example:
  claviger user add ada@example.org --display-name \"Ada Lovelace\" --link")]
    Add {
        /// The user name to sign in with
        name: String,
        /// The name that people read (the user name, when left out)
        #[arg(long, value_name = "TEXT")]
        display_name: Option<String>,
        /// Print a one-time registration link, too
        #[arg(long)]
        link: bool,
        #[command(flatten)]
        form: Form,
    },
    /// List everybody
    #[command(after_help = "Examples:
  claviger user list
  claviger user list --json")]
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Print a new registration link for a person without a usable passkey; older links end
    #[command(after_help = "Example:
  claviger user link ada@example.org")]
    Link {
        name: String,
        #[command(flatten)]
        form: Form,
    },
    /// Make a Temporary Access Pass with which a person creates a passkey; an older one ends
    #[command(after_help = "Examples:
  claviger user pass ada@example.org
  claviger user pass ada@example.org --minutes 240 --reusable
  claviger user pass ada@example.org --reason \"Seen on site, staff card 4711\"
  claviger user pass ada@example.org --show
  claviger user pass ada@example.org --remove
The code is shown this once. Whoever has it can register a passkey for the account: give it to the person alone.")]
    Pass(Pass),
    /// Set a person's password, or remove it with the authenticator app; every sign-in by password ends
    #[command(after_help = "Examples:
  claviger user password ada@example.org < first-password.txt
  claviger user password ada@example.org --file first-password.txt
  claviger user password ada@example.org --remove
A password signs nobody in alone: it takes an authenticator app beside it. The policy (`claviger policy password`) is off
unless somebody turns it on, and never covers people with a directory role.")]
    Password(Password),
    /// Change user name or display name; every passkey stays
    #[command(after_help = "Example:
  claviger user rename ada@example.org --to ada.king@example.org --display-name \"Ada King\"")]
    Rename {
        name: String,
        /// The new user name
        #[arg(long, value_name = "NAME")]
        to: Option<String>,
        /// The new display name
        #[arg(long, value_name = "TEXT")]
        display_name: Option<String>,
    },
    /// Disable a person: every session ends, passkeys stay
    #[command(after_help = "Example:
  claviger user disable ada@example.org")]
    Disable { name: String },
    /// Let a disabled person in again
    #[command(after_help = "Example:
  claviger user enable ada@example.org")]
    Enable { name: String },
    /// Show what the directory knows of a person, with groups, roles and passkeys
    #[command(after_help = "Examples:
  claviger user show ada@example.org
  claviger user show ada@example.org --json")]
    Show {
        name: String,
        #[command(flatten)]
        form: Form,
    },
    /// Change properties of a person
    #[command(after_help = "Examples:
  claviger user set ada@example.org --mail ada@example.org --manager grace@example.org
  claviger user set ada@example.org --property jobTitle=Countess --property department=
  claviger user set guest@example.net --type guest")]
    Set {
        name: String,
        /// The mail address; empty for none
        #[arg(long, value_name = "ADDRESS")]
        mail: Option<String>,
        /// The manager's user name; empty for nobody
        #[arg(long, value_name = "NAME")]
        manager: Option<String>,
        /// member or guest
        #[arg(long = "type", value_name = "WORD")]
        user_type: Option<UserTypeWord>,
        /// A property by its name in Microsoft Graph, such as givenName; empty for none; may be repeated
        #[arg(long = "property", value_name = "NAME=VALUE")]
        properties: Vec<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Delete a person: out at once, restorable for thirty days
    #[command(after_help = "Example:
  claviger user delete ada@example.org")]
    Delete { name: String },
    /// List the deleted people who can still be restored
    #[command(after_help = "Example:
  claviger user deleted --json")]
    Deleted {
        #[command(flatten)]
        form: Form,
    },
    /// Bring a deleted person back, with passkeys, groups and roles
    #[command(after_help = "Example:
  claviger user restore ada@example.org")]
    Restore {
        /// The user name or id, as `claviger user deleted` shows them
        name: String,
    },
    /// Remove one of a person's passkeys, the last one too; sessions that it opened end
    #[command(after_help = "Example:
  claviger user remove-passkey ada@example.org 5Ks0mXkQ1c8")]
    RemovePasskey {
        name: String,
        /// The passkey's id, as `claviger user show` gives it
        passkey: String,
    },
    /// Mark an account for the bad day, so that every use of it is an alert, or take the mark away
    #[command(after_help = "Example:
  claviger user break-glass glass1@example.org on")]
    BreakGlass { name: String, mark: OnOff },
    /// Show the creation options that are open for a person, or cancel some
    #[command(after_help = "Examples:
  claviger user options ada@example.org --json
  claviger user options ada@example.org --cancel 8f2b0c1e-5d5a-4a39-9d8e-0d5a3e6f7a10")]
    Options {
        name: String,
        /// The id of the options that nobody shall use any more
        #[arg(long, value_name = "ID")]
        cancel: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Report passkeys of a person lost: they are revoked and every session ends
    #[command(after_help = "Examples:
  claviger user lost ada@example.org 5Ks0mXkQ1c8
  claviger user lost ada@example.org --all
Without another passkey the person comes back by a recovery code, or by a pass: claviger user pass ada@example.org --reason TEXT")]
    Lost {
        /// The user name
        name: String,
        /// The passkeys' ids, as `claviger user show` gives them
        #[arg(required_unless_present = "all")]
        passkeys: Vec<String>,
        /// All that the person has
        #[arg(long, conflicts_with = "passkeys")]
        all: bool,
    },
    /// Let a passkey be used that somebody else registered for the person
    #[command(after_help = "Example:
  claviger user confirm-passkey ada@example.org 5Ks0mXkQ1c8")]
    ConfirmPasskey {
        name: String,
        /// The passkey's id, as `claviger user show` gives it
        passkey: String,
    },
    /// Show or say whose passkeys wait for a confirmation when somebody else created them
    #[command(after_help = "Examples:
  claviger user hold
  claviger user hold all")]
    Hold {
        /// Of nobody, of people who can sign in already, or of everybody
        whose: Option<HoldWord>,
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OnOff {
    On,
    Off,
}

/// Whose provisioned passkeys are held.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum HoldWord {
    None,
    Existing,
    All,
}

/// Whether somebody belongs to the organisation.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(crate) enum UserTypeWord {
    Member,
    Guest,
}

/// Groups are named by their name, where it is the only one, or by their id.
#[derive(Debug, Subcommand)]
pub(crate) enum Group {
    /// Make a group
    #[command(after_help = "Examples:
  claviger group add \"Pilots\" --description \"Who try passkeys first\"
  claviger group add \"Help desk\" --role-assignable")]
    Add {
        name: String,
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        /// What stands before the @ of its address [default: made of the id]
        #[arg(long, value_name = "WORD")]
        nickname: Option<String>,
        /// Let directory roles be given to it; can't be changed later
        #[arg(long)]
        role_assignable: bool,
        #[command(flatten)]
        form: Form,
    },
    /// List groups by name
    #[command(after_help = "Examples:
  claviger group list
  claviger group list --prefix pil --json")]
    List {
        /// Only those whose name begins so
        #[arg(long, value_name = "TEXT")]
        prefix: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Show a group and why it is protected
    #[command(after_help = "Example:
  claviger group show Pilots --json")]
    Show {
        group: String,
        #[command(flatten)]
        form: Form,
    },
    /// Change name, description or nickname
    #[command(after_help = "Example:
  claviger group set Pilots --name \"First pilots\" --description \"\"")]
    Set {
        group: String,
        #[arg(long, value_name = "TEXT")]
        name: Option<String>,
        /// Empty for none
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
        #[arg(long, value_name = "WORD")]
        nickname: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Delete a group: it confers nothing from then on; restorable for thirty days
    #[command(after_help = "Example:
  claviger group delete Pilots")]
    Delete { group: String },
    /// List the deleted groups that can still be restored
    #[command(after_help = "Example:
  claviger group deleted --json")]
    Deleted {
        #[command(flatten)]
        form: Form,
    },
    /// Bring a deleted group back with its members and roles
    #[command(after_help = "Example:
  claviger group restore 5f0c1d3e-5d0e-4a53-8ad4-5a4a9f4a8c11")]
    Restore {
        /// Its id, as `claviger group deleted` shows it
        group: String,
    },
    /// List who is in a group
    #[command(after_help = "Examples:
  claviger group members Pilots
  claviger group members Pilots --transitive --json")]
    Members {
        group: String,
        /// Members of nested groups, too
        #[arg(long)]
        transitive: bool,
        #[command(flatten)]
        form: Form,
    },
    /// Put a person or a group into a group
    #[command(after_help = "Examples:
  claviger group join Pilots ada@example.org
  claviger group join Everybody Pilots")]
    Join {
        group: String,
        /// A user name, a group's name, or an id
        member: String,
    },
    /// Take a direct member out of a group
    #[command(after_help = "Example:
  claviger group leave Pilots ada@example.org")]
    Leave {
        group: String,
        /// A user name, a group's name, or an id
        member: String,
    },
    /// List who owns a group
    #[command(after_help = "Example:
  claviger group owners Pilots --json")]
    Owners {
        group: String,
        #[command(flatten)]
        form: Form,
    },
    /// Make somebody an owner, who manages the group's members as long as it is not protected
    #[command(after_help = "Example:
  claviger group add-owner Pilots ada@example.org")]
    AddOwner {
        group: String,
        /// A user name, or the id of a person or of a service principal
        owner: String,
    },
    /// Remove an owner
    #[command(after_help = "Example:
  claviger group remove-owner Pilots ada@example.org")]
    RemoveOwner {
        group: String,
        /// A user name, or the id of a person or of a service principal
        owner: String,
    },
}

/// Roles are named by their name or template id.
#[derive(Debug, Subcommand)]
pub(crate) enum Role {
    /// List the directory roles and what each may do
    #[command(after_help = "Examples:
  claviger role list
  claviger role list --json")]
    List {
        #[command(flatten)]
        form: Form,
    },
    /// List who was given a role
    #[command(after_help = "Example:
  claviger role members \"User Administrator\"")]
    Members {
        role: String,
        #[command(flatten)]
        form: Form,
    },
    /// Give a role to a person, or to a group made for it
    #[command(after_help = "Example:
  claviger role assign \"User Administrator\" ada@example.org")]
    Assign {
        role: String,
        /// A user name, a group's name, or an id
        holder: String,
    },
    /// Take a role away
    #[command(after_help = "Example:
  claviger role unassign \"User Administrator\" ada@example.org")]
    Unassign {
        role: String,
        /// A user name, a group's name, or an id
        holder: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// Re-open enrolment for an administrator who lost every passkey (audited)
    #[command(after_help = "Example:
  claviger admin link ada@example.org")]
    Link {
        name: String,
        #[command(flatten)]
        form: Form,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Check the chain of audit records: nothing changed, nothing missing
    #[command(after_help = "Examples:
  claviger audit verify
  claviger audit verify --checkpoint /mnt/elsewhere/claviger-2026-11-21.json
  claviger audit verify --file /backup/claviger-2026-11-21.db")]
    Verify {
        /// A backup instead of the live database (SQLite)
        #[arg(long)]
        file: Option<PathBuf>,
        /// A checkpoint kept elsewhere: shows a database that was set back
        #[arg(long, value_name = "FILE")]
        checkpoint: Option<PathBuf>,
        #[command(flatten)]
        form: Form,
    },
    /// Write how far the chain reaches, signed, to be kept on another machine
    #[command(after_help = "Examples:
  claviger audit checkpoint
  claviger audit checkpoint /mnt/elsewhere/claviger-2026-11-21.json")]
    Checkpoint {
        /// The file to write; it must not exist [default: standard output]
        file: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum Metadata {
    /// Put a newer blob in use and judge every attestation anew; an older or altered one is refused
    #[command(after_help = "Examples:
  claviger metadata update https://mds3.fidoalliance.org/
  claviger metadata update ./blob.jwt
  claviger metadata update                           from metadata-source")]
    Update {
        /// An https address or a file [default: the setting metadata-source]
        #[arg(value_name = "FILE|URL")]
        source: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Show the blob in use, or what it says about one model
    #[command(after_help = "Examples:
  claviger metadata show
  claviger metadata show 2fc0579f-8113-47ea-b116-bb5a8db9202a
  claviger metadata show --models")]
    Show {
        /// An AAGUID, or the key identifier of an attestation certificate in hexadecimal digits
        #[arg(value_name = "AAGUID", conflicts_with = "models")]
        model: Option<String>,
        /// List every model
        #[arg(long)]
        models: bool,
        #[command(flatten)]
        form: Form,
    },
    /// Make the changes of verdicts that wait because they touch many passkeys
    #[command(after_help = "Example:
  claviger metadata approve")]
    Approve {
        #[command(flatten)]
        form: Form,
    },
}

/// How a result is printed.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Form {
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Settings; what is not given here is taken from CLAVIGER_*, then the file, then the default.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
pub(crate) struct SettingFlags {
    /// Configuration file (TOML, the names of these flags)
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data directory: database and key [default: ./claviger-data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// The address that people open; https, or http for localhost [default: http://localhost:8080]
    #[arg(long, global = true, value_name = "URL")]
    public_origin: Option<String>,
    /// The domain that passkeys belong to, fixed at set-up [default: the origin's host]
    #[arg(long, global = true, value_name = "DOMAIN")]
    rp_id: Option<String>,
    /// A further origin: https://app.example.org=register+assert
    #[arg(long, global = true, value_name = "ORIGIN=PURPOSES")]
    extra_origin: Vec<OriginEntry>,
    /// PostgreSQL instead of SQLite (better in the environment: other users see flags)
    #[arg(
        long,
        global = true,
        value_name = "postgres://...",
        hide_env_values = true
    )]
    database_url: Option<String>,
    /// The key-encryption key [default: claviger.key in the data directory]
    #[arg(long, global = true, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// A shell command that prints the key, instead of the file; or give it in CLAVIGER_KEY
    #[arg(long, global = true, value_name = "COMMAND")]
    key_command: Option<String>,
    /// A proxy's network whose X-Forwarded-For is believed; may be repeated [default: none]
    #[arg(long, global = true, value_name = "CIDR", value_delimiter = ',')]
    trusted_proxy: Vec<String>,
    /// Certificate chain (PEM), read again when it changes
    #[arg(long, global = true, value_name = "FILE")]
    tls_certificate: Option<PathBuf>,
    /// The certificate's key (PEM)
    #[arg(long, global = true, value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Serve Prometheus figures at /metrics on this address [default: off]
    #[arg(long, global = true, value_name = "ADDRESS:PORT")]
    metrics_listen: Option<String>,
    /// What registrations ask of authenticators: none, or direct for an attestation [default: none]
    #[arg(long, global = true, value_name = "WORD")]
    attestation: Option<AttestationWord>,
    /// Where newer metadata is asked for by itself, an https address or a file [default: never]
    #[arg(long, global = true, value_name = "FILE|URL")]
    metadata_source: Option<String>,
    /// The log on stderr: text or json [default: text]
    #[arg(long, global = true, value_name = "FORM")]
    log: Option<LogForm>,
    /// error, warn, info, debug or trace [default: info]
    #[arg(long, global = true, value_name = "LEVEL")]
    log_level: Option<String>,
}

impl SettingFlags {
    pub(crate) fn into_layer(self) -> Layer {
        Layer {
            config: self.config,
            data: self.data,
            listen: self.listen,
            public_origin: self.public_origin,
            rp_id: self.rp_id,
            extra_origin: Some(self.extra_origin).filter(|list| !list.is_empty()),
            database_url: self.database_url,
            key_file: self.key_file,
            key_command: self.key_command,
            trusted_proxy: Some(self.trusted_proxy).filter(|list| !list.is_empty()),
            tls_certificate: self.tls_certificate,
            tls_key: self.tls_key,
            metrics_listen: self.metrics_listen,
            attestation: self.attestation,
            metadata_source: self.metadata_source,
            log: self.log,
            log_level: self.log_level,
            ..Layer::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Arguments, Command, User};
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_shows_an_example() {
        fn check(command: &clap::Command) {
            if command.has_subcommands() {
                command.get_subcommands().for_each(check);
            } else {
                let help = command
                    .get_after_help()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                assert!(help.contains("claviger "), "{}", command.get_name());
            }
        }
        check(&Arguments::command());
    }

    #[test]
    fn settings_stand_before_or_after_the_command() {
        for line in [
            [
                "claviger",
                "--listen",
                "127.0.0.1:1",
                "user",
                "add",
                "ada",
                "--link",
            ],
            [
                "claviger",
                "user",
                "add",
                "ada",
                "--link",
                "--listen",
                "127.0.0.1:1",
            ],
        ] {
            let arguments = Arguments::try_parse_from(line).unwrap();
            assert!(matches!(
                arguments.command,
                Command::User(User::Add { link: true, .. })
            ));
            assert_eq!(
                arguments.settings.into_layer().listen.as_deref(),
                Some("127.0.0.1:1")
            );
        }
    }

    #[test]
    fn several_proxies_and_origins() {
        let line = [
            "claviger",
            "serve",
            "--trusted-proxy",
            "10.0.0.0/8,127.0.0.1",
            "--extra-origin",
            "https://a.example=assert",
        ];
        let layer = Arguments::try_parse_from(line)
            .unwrap()
            .settings
            .into_layer();
        assert_eq!(layer.trusted_proxy.unwrap(), ["10.0.0.0/8", "127.0.0.1"]);
        assert_eq!(layer.extra_origin.unwrap().len(), 1);
    }
}
