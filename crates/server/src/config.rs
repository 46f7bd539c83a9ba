//! What the operator said, by flag, environment or file, checked as a whole before anything starts.
//!
//! A flag overrides the environment, the environment overrides the file, the file overrides the
//! default. All three are read into the same [`Layer`], so a name means the same everywhere.

mod authorities;
mod check;
mod environment;
mod error;
mod file;
mod findings;
mod key;
mod layer;
mod metadata;
mod providers;
mod proxies;

#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use identity::providers::OperatorProviders;
use identity::settings::{AttestationConveyance, ExtraOrigin, Origin, Passwords, RpId};
use identity::{Location, Settings};

use crate::outbound::PrivateAddresses;

pub use authorities::Authorities;
pub use error::ConfigError;
pub use key::{Key, KeySource, make_key_file};
pub use layer::{AttestationWord, Layer, LogForm, OriginEntry, Purpose};
pub use metadata::MetadataConfiguration;
pub use proxies::{TrustedProxies, TrustedProxy};

/// The whole configuration; everything in it was checked, alone and against the rest.
#[derive(Debug, Clone)]
pub struct Configuration {
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// `None`: the origin that set-up stored, or `http://localhost` with the port that listens.
    pub public_origin: Option<Origin>,
    /// `None`: the host of the public origin.
    pub rp_id: Option<RpId>,
    pub extra_origins: Vec<ExtraOrigin>,
    pub database: Database,
    pub key: KeySource,
    pub trusted_proxies: TrustedProxies,
    pub tls: Option<TlsFiles>,
    pub metrics_listen: Option<SocketAddr>,
    pub log: LogForm,
    pub log_level: String,
    pub limits: Limits,
    /// Connections at once; one more is turned away.
    pub max_connections: u32,
    pub attestation: AttestationWord,
    pub metadata: MetadataConfiguration,
    /// Names and icons of passkeys' makers.
    /// SHA-1 hashes of passwords that nobody may choose.
    pub breached_passwords: Option<PathBuf>,
    pub providers: Arc<OperatorProviders>,
    pub outbound_private: PrivateAddresses,
    /// Certificate authorities that are believed besides those that browsers believe.
    pub outbound_authorities: Authorities,
    /// Variables named like settings that are none: perhaps misspelt.
    pub unknown_variables: Vec<String>,
}

/// Where it listens when nothing is said.
pub const DEFAULT_PORT: u16 = 8080;

/// The port that listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    Bound(u16),
    /// A command beside the server: it does not listen.
    Unbound,
}

/// The certificate chain and its key, both PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    pub certificate: PathBuf,
    pub key: PathBuf,
}

/// Where the records are. Debug hides the address of PostgreSQL: it may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    Sqlite { file: PathBuf },
    Postgres { url: String },
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Database::Sqlite { file } => f.debug_struct("Sqlite").field("file", file).finish(),
            Database::Postgres { .. } => f.write_str("Postgres"),
        }
    }
}

impl Database {
    /// A SQLite file that is not there; of PostgreSQL only the server can say.
    pub fn is_missing(&self) -> bool {
        matches!(self, Database::Sqlite { file } if !file.exists())
    }

    /// Makes the folder of a SQLite file that is to be made.
    pub(crate) fn make_folder(&self) -> Result<(), ConfigError> {
        let Database::Sqlite { file } = self else {
            return Ok(());
        };
        let folder = file.parent().filter(|it| !it.as_os_str().is_empty());
        let Some(folder) = folder else { return Ok(()) };
        key::make_folder(folder).map_err(|cause| ConfigError::DataFolder {
            folder: folder.to_owned(),
            cause,
        })
    }

    pub fn location(&self) -> Location {
        match self.clone() {
            Database::Sqlite { file } => Location::Sqlite { file },
            Database::Postgres { url } => Location::Postgres { url },
        }
    }
}

/// Numbers that an organisation may choose; `None` leaves the default of [`Settings::new`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    pub max_passkeys: Option<u32>,
    pub session_idle_minutes: Option<u32>,
    pub session_absolute_hours: Option<u32>,
    pub tries_per_address: Option<u32>,
    pub tries_per_name: Option<u32>,
    pub password_memory_kib: Option<u32>,
    pub password_iterations: Option<u32>,
    pub password_threads: Option<u32>,
}

impl Configuration {
    /// Reads the file that the flags or the environment name, if any, lays the three over each
    /// other and checks the result.
    pub fn resolve(
        flags: Layer,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Configuration, ConfigError> {
        let (variables, unknown_variables) = environment::read(environment)?;
        let upper = flags.over(variables);
        let file = match &upper.config {
            Some(path) => file::read(path)?,
            None => Layer::default(),
        };
        Ok(Configuration {
            unknown_variables,
            ..check::check(upper.over(file))?
        })
    }

    /// The settings of the use cases. `stored` is what set-up stored.
    ///
    /// While serving, an origin on localhost is not taken from the store: it follows the port.
    pub fn settings(
        &self,
        stored: Option<(Origin, RpId)>,
        port: Port,
    ) -> Result<Settings, ConfigError> {
        let (port, stored) = match port {
            Port::Bound(port) => (port, stored.filter(|(origin, _)| !origin.is_localhost())),
            // With port 0 only the server knows; a stored origin says it where there is one.
            Port::Unbound if self.listen.port() == 0 => (DEFAULT_PORT, stored),
            Port::Unbound => (self.listen.port(), stored),
        };
        let (stored_origin, stored_rp_id) = stored.unzip();
        let origin = match self.public_origin.clone().or(stored_origin) {
            Some(origin) => origin,
            None => check::localhost(port)?,
        };
        let rp_id = match self.rp_id.clone().or(stored_rp_id) {
            Some(rp_id) => rp_id,
            None => check::rp_id(origin.host())?,
        };
        check::origin_against_listener(&origin, self)?;
        check::rp_id_fits(&origin, &rp_id)?;
        check::extra_origins_against(&origin, &self.extra_origins)?;
        let mut settings = Settings::new(origin, rp_id);
        settings.extra_origins.clone_from(&self.extra_origins);
        settings.attestation = match self.attestation {
            AttestationWord::None => AttestationConveyance::None,
            AttestationWord::Direct => AttestationConveyance::Direct,
        };
        settings.metadata = self.metadata.trust.clone();
        settings.providers = self.providers.clone();
        self.limits.apply(&mut settings);
        let limits = self.limits;
        let passwords = Passwords::default();
        settings.passwords = Arc::new(Passwords {
            memory_kib: limits.password_memory_kib.unwrap_or(passwords.memory_kib),
            iterations: limits.password_iterations.unwrap_or(passwords.iterations),
            threads: limits.password_threads.unwrap_or(passwords.threads),
            breached_list: self.breached_passwords.clone(),
            ..passwords
        });
        Ok(settings)
    }
}

impl Limits {
    fn apply(self, settings: &mut Settings) {
        let choose = |slot: &mut u32, value: Option<u32>| *slot = value.unwrap_or(*slot);
        choose(&mut settings.max_passkeys, self.max_passkeys);
        choose(&mut settings.tries_per_address, self.tries_per_address);
        choose(&mut settings.tries_per_name, self.tries_per_name);
        if let Some(minutes) = self.session_idle_minutes {
            settings.session_idle = i64::from(minutes) * identity::MINUTE;
        }
        if let Some(hours) = self.session_absolute_hours {
            settings.session_absolute = i64::from(hours) * identity::HOUR;
        }
    }
}
