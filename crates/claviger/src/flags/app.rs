//! `claviger app`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Form;

/// The registration, or its service principal.
#[derive(Debug, Args)]
pub(crate) struct OwnedApp {
    /// The application's client id
    pub(crate) client_id: String,
    /// Of its service principal instead
    #[arg(long)]
    pub(crate) service_principal: bool,
}

/// What an application is as an API.
#[derive(Debug, Args)]
pub(crate) struct Api {
    pub(crate) client_id: String,
    /// What it is called when tokens are asked for it: https://..., api://... or urn:...; may be repeated
    #[arg(long, value_name = "URI")]
    pub(crate) uri: Vec<String>,
    /// It is not called so any more; no token is made for that name from now on
    #[arg(long, value_name = "URI")]
    pub(crate) no_uri: Vec<String>,
    /// A scope that people may consent to, and its name; may be repeated
    #[arg(long, value_name = "WORD=NAME")]
    pub(crate) scope: Vec<String>,
    /// A scope that administrators grant, and its name; may be repeated
    #[arg(long, value_name = "WORD=NAME")]
    pub(crate) admin_scope: Vec<String>,
    /// Take a scope away; may be repeated
    #[arg(long, value_name = "WORD")]
    pub(crate) no_scope: Vec<String>,
    /// A role that other applications can have there in their own name; may be repeated (`app tokens --no-role` takes it away)
    #[arg(long, value_name = "WORD=NAME")]
    pub(crate) app_role: Vec<String>,
    #[command(flatten)]
    pub(crate) form: Form,
}

/// Of a secret or a key.
#[derive(Debug, Args)]
pub(crate) struct Term {
    /// A note to tell several apart
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(crate) note: String,
    /// How long it is valid, at most 730
    #[arg(long, default_value_t = 180)]
    pub(crate) days: u16,
}

#[derive(Debug, Subcommand)]
pub(crate) enum App {
    /// Register an application with its service principal
    #[command(after_help = "Examples:
  claviger app create Provisioning
  claviger app create \"Travel expenses\" --redirect web=https://expenses.example.org/callback
  claviger app create Tool --redirect publicClient=http://localhost --json")]
    Create {
        /// The name that people read when they are asked for consent
        name: String,
        /// Where answers may be sent: web=URL, spa=URL or publicClient=URL; may be repeated
        #[arg(long, value_name = "PLATFORM=URL")]
        redirect: Vec<String>,
        /// What it is for
        #[arg(long, value_name = "TEXT", default_value = "")]
        description: String,
        /// Where people open it: gives it a place on their page of applications
        #[arg(long, value_name = "URL", default_value = "")]
        home: String,
        #[command(flatten)]
        form: Form,
    },
    #[command(flatten)]
    SignIn(SignIn),
    /// Say what it is called as an API, and what other applications may do there; without an option, show it
    #[command(after_help = "Examples:
  claviger app api 6731de76-14a6-49ae-97bc-6eba6914391e --uri https://ledger.example.org --scope expenses.read=\"Read your expenses\"
  claviger app api 6731de76-14a6-49ae-97bc-6eba6914391e --admin-scope expenses.audit=\"Read everybody's expenses\"
  claviger app api 6731de76-14a6-49ae-97bc-6eba6914391e --app-role Expenses.Import=\"Bring expenses in\"
Who may: `claviger app grant CLIENT_ID https://ledger.example.org/expenses.audit`, `claviger app role CLIENT_ID https://ledger.example.org/Expenses.Import`")]
    Api(Api),
    /// List every application
    #[command(after_help = "Example:
  claviger app list --json")]
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Show an application: addresses, secrets, keys, permissions
    #[command(after_help = "Example:
  claviger app show 6731de76-14a6-49ae-97bc-6eba6914391e")]
    Show {
        /// The application's client id
        client_id: String,
        #[command(flatten)]
        form: Form,
    },
    /// Make a secret; it is printed once and kept as a hash
    #[command(after_help = "Example:
  claviger app add-secret 6731de76-14a6-49ae-97bc-6eba6914391e --days 90")]
    AddSecret {
        client_id: String,
        #[command(flatten)]
        term: Term,
        #[command(flatten)]
        form: Form,
    },
    /// Register a public key: a JWK, or PEM (BEGIN PUBLIC KEY)
    #[command(after_help = "Example:
  claviger app add-key 6731de76-14a6-49ae-97bc-6eba6914391e --file public.pem")]
    AddKey {
        client_id: String,
        #[arg(long)]
        file: PathBuf,
        #[command(flatten)]
        term: Term,
        #[command(flatten)]
        form: Form,
    },
    /// Remove a secret or key; every token of the application ends
    #[command(after_help = "Example:
  claviger app remove-credential CLIENT_ID KEY_ID")]
    RemoveCredential { client_id: String, key_id: String },
    /// Give the application permissions in its own name
    #[command(after_help = "Example:
  claviger app role 6731de76-14a6-49ae-97bc-6eba6914391e User.Read.All AuditLog.Read.All
  claviger app role 6731de76-14a6-49ae-97bc-6eba6914391e https://ledger.example.org/Expenses.Import     at another application's API")]
    Role {
        client_id: String,
        #[arg(required = true, value_name = "PERMISSION")]
        permissions: Vec<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Let the application act in the name of everybody who signs in to it
    #[command(after_help = "Example:
  claviger app grant 6731de76-14a6-49ae-97bc-6eba6914391e User.Read Group.Read.All
  claviger app grant 6731de76-14a6-49ae-97bc-6eba6914391e https://ledger.example.org/expenses.audit     at another application's API")]
    Grant {
        client_id: String,
        #[arg(required = true, value_name = "PERMISSION")]
        permissions: Vec<String>,
        #[command(flatten)]
        form: Form,
    },
    /// List who owns the application
    #[command(after_help = "Example:
  claviger app owners 6731de76-14a6-49ae-97bc-6eba6914391e")]
    Owners {
        #[command(flatten)]
        owned: OwnedApp,
        #[command(flatten)]
        form: Form,
    },
    /// Make somebody an owner: whom to ask about it; owning gives no right
    #[command(after_help = "Example:
  claviger app add-owner 6731de76-14a6-49ae-97bc-6eba6914391e ada@example.org")]
    AddOwner {
        #[command(flatten)]
        owned: OwnedApp,
        /// A user name, or the id of a person or of a service principal
        owner: String,
    },
    /// Remove an owner
    #[command(after_help = "Example:
  claviger app remove-owner 6731de76-14a6-49ae-97bc-6eba6914391e ada@example.org")]
    RemoveOwner {
        #[command(flatten)]
        owned: OwnedApp,
        /// A user name, or the id of a person or of a service principal
        owner: String,
    },
    /// Delete the application; it can be restored for 30 days
    #[command(after_help = "Example:
  claviger app delete 6731de76-14a6-49ae-97bc-6eba6914391e")]
    Delete { client_id: String },
    /// Bring a deleted application back
    #[command(after_help = "Example:
  claviger app restore 6731de76-14a6-49ae-97bc-6eba6914391e")]
    Restore { client_id: String },
}

/// Who signs in to it, and what it is told of them.
#[derive(Debug, Subcommand)]
pub(crate) enum SignIn {
    /// Let a person, or those in a group, sign in to the application
    #[command(after_help = "Examples:
  claviger app assign 6731de76-14a6-49ae-97bc-6eba6914391e ada@example.org
  claviger app assign 6731de76-14a6-49ae-97bc-6eba6914391e \"Travellers\"
  claviger app require-assignment 6731de76-14a6-49ae-97bc-6eba6914391e     from then on nobody else may")]
    Assign {
        client_id: String,
        /// A user name, a group's name, or an id
        whom: String,
        /// What they are in it: the value of one of its roles (`app tokens --role`)
        #[arg(long, value_name = "VALUE")]
        role: Option<String>,
    },
    /// Take that back
    #[command(after_help = "Example:
  claviger app unassign 6731de76-14a6-49ae-97bc-6eba6914391e ada@example.org")]
    Unassign {
        client_id: String,
        /// A user name, a group's name, or an id
        whom: String,
    },
    /// List who may sign in to the application
    #[command(after_help = "Example:
  claviger app assigned 6731de76-14a6-49ae-97bc-6eba6914391e --json")]
    Assigned {
        client_id: String,
        #[command(flatten)]
        form: Form,
    },
    /// Let only those sign in to the application who are assigned to it
    #[command(after_help = "Examples:
  claviger app require-assignment 6731de76-14a6-49ae-97bc-6eba6914391e
  claviger app require-assignment 6731de76-14a6-49ae-97bc-6eba6914391e --off     everybody may again")]
    RequireAssignment {
        client_id: String,
        /// Everybody may sign in to it again
        #[arg(long)]
        off: bool,
    },
    /// Let devices that can't show our pages (a television, a terminal far away) ask people to sign in elsewhere
    #[command(after_help = "Examples:
  claviger app devices 6731de76-14a6-49ae-97bc-6eba6914391e
  claviger app devices 6731de76-14a6-49ae-97bc-6eba6914391e --off")]
    Devices {
        client_id: String,
        /// They may not any more
        #[arg(long)]
        off: bool,
    },
    /// Say where people open the application: it gets a place on their page
    #[command(after_help = "Examples:
  claviger app home 6731de76-14a6-49ae-97bc-6eba6914391e https://expenses.example.org
  claviger app home 6731de76-14a6-49ae-97bc-6eba6914391e     takes it away")]
    Home {
        client_id: String,
        /// An address of https; none takes it away
        #[arg(default_value = "")]
        url: String,
    },
    /// Say what its tokens tell of people, and how they are asked for and signed; without an option, show it
    #[command(after_help = "Examples:
  claviger app tokens 6731de76-14a6-49ae-97bc-6eba6914391e
  claviger app tokens 6731de76-14a6-49ae-97bc-6eba6914391e --claim email=userName --claim groups=assignedGroupNames
  claviger app tokens 6731de76-14a6-49ae-97bc-6eba6914391e --role approver=\"Approves expenses\" --role clerk=Clerk
  claviger app tokens 6731de76-14a6-49ae-97bc-6eba6914391e --algorithm ES256 --pkce optional

Where claims come from: userName, displayName, mail, id, givenName, surname, jobTitle, department, employeeId and the other
properties of people, groupIds, groupNames, assignedGroupIds, assignedGroupNames, roles, fixed:TEXT.
`claviger app preview` shows the outcome for one person.")]
    Tokens {
        client_id: String,
        /// A claim of id tokens and userinfo, and where it comes from; may be repeated
        #[arg(long, value_name = "NAME=SOURCE")]
        claim: Vec<String>,
        /// Take a claim away; may be repeated
        #[arg(long, value_name = "NAME")]
        no_claim: Vec<String>,
        /// A role that people can have in it, and its name; may be repeated
        #[arg(long, value_name = "VALUE=NAME")]
        role: Vec<String>,
        /// Take a role away; may be repeated
        #[arg(long, value_name = "VALUE")]
        no_role: Vec<String>,
        /// What signs id tokens: RS256, ES256, EdDSA or ML-DSA-65
        #[arg(long)]
        algorithm: Option<String>,
        /// Whether it must use PKCE; one that keeps no secret always must
        #[arg(long, value_parser = ["required", "optional"])]
        pkce: Option<String>,
        /// Whether userinfo answers with a signed token
        #[arg(long, value_parser = ["on", "off"])]
        signed_user_info: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Show what tokens of a person would say to the application; none is made
    #[command(after_help = "Example:
  claviger app preview 6731de76-14a6-49ae-97bc-6eba6914391e ada@example.org --scope \"openid profile\"")]
    Preview {
        client_id: String,
        /// A user name, or an id
        whom: String,
        /// Scopes of OpenID Connect, with spaces between them
        #[arg(long, default_value = "openid profile email")]
        scope: String,
        #[command(flatten)]
        form: Form,
    },
    /// Say where the application is told that somebody's session is over, so that it ends its own
    #[command(after_help = "Examples:
  claviger app logout-address 6731de76-14a6-49ae-97bc-6eba6914391e https://expenses.example.org/backchannel-logout
  claviger app logout-address 6731de76-14a6-49ae-97bc-6eba6914391e --remove")]
    LogoutAddress {
        client_id: String,
        /// An address of https, or of http on this very machine
        #[arg(required_unless_present = "remove", value_parser = clap::builder::NonEmptyStringValueParser::new())]
        url: Option<String>,
        /// It is not told any more
        #[arg(long, conflicts_with = "url")]
        remove: bool,
    },
    /// Give the application a logo, or take it away
    #[command(after_help = "Examples:
  claviger app logo 6731de76-14a6-49ae-97bc-6eba6914391e ./expenses.png
  claviger app logo 6731de76-14a6-49ae-97bc-6eba6914391e --remove
The picture is made anew as a small PNG; of the file nothing is kept.")]
    Logo {
        client_id: String,
        /// One still PNG or JPEG, at most 512 KiB and 2048 pixels each way; best is a square of 240
        #[arg(required_unless_present = "remove")]
        file: Option<PathBuf>,
        /// It has none any more
        #[arg(long, conflicts_with = "file")]
        remove: bool,
    },
    /// Say which addresses the application protects by forward authentication
    #[command(after_help = "Examples:
  claviger app protect 6731de76-14a6-49ae-97bc-6eba6914391e https://wiki.example.org
  claviger app protect 6731de76-14a6-49ae-97bc-6eba6914391e https://wiki.example.org --remove
The proxy before it: docs/forward-authentication.md")]
    Protect {
        client_id: String,
        /// Scheme, host and port: https, or http on localhost
        #[arg(required = true, value_name = "ADDRESS")]
        addresses: Vec<String>,
        /// It protects them no longer
        #[arg(long)]
        remove: bool,
    },
}
