//! The rules that the configuration must keep, each refusal with its way out (security 25).

use std::net::SocketAddr;
use std::path::PathBuf;

use identity::settings::{ExtraOrigin, Origin, RpId};

use super::{
    ConfigError, Configuration, Database, KeySource, Layer, Limits, MetadataConfiguration,
    OriginEntry, Purpose, TlsFiles, TrustedProxies, authorities, providers,
};
use crate::lists::ListFiles;
use crate::outbound::PrivateAddresses;

pub(super) fn check(layer: Layer) -> Result<Configuration, ConfigError> {
    let data = layer.data.unwrap_or_else(|| PathBuf::from("claviger-data"));
    let configuration = Configuration {
        listen: address(
            "listen",
            layer.listen.as_deref().unwrap_or("127.0.0.1:8080"),
        )?,
        public_origin: layer
            .public_origin
            .as_deref()
            .map(public_origin)
            .transpose()?,
        rp_id: layer.rp_id.as_deref().map(rp_id).transpose()?,
        extra_origins: layer
            .extra_origin
            .unwrap_or_default()
            .iter()
            .map(extra_origin)
            .collect::<Result<_, _>>()?,
        database: database(layer.database_url, &data)?,
        key: key(layer.key_file, layer.key_command, layer.key, &data)?,
        trusted_proxies: TrustedProxies::parse(&layer.trusted_proxy.unwrap_or_default())?,
        tls: tls(layer.tls_certificate, layer.tls_key)?,
        metrics_listen: layer
            .metrics_listen
            .map(|text| address("metrics-listen", &text))
            .transpose()?,
        log: layer.log.unwrap_or_default(),
        log_level: log_level(layer.log_level.unwrap_or_else(|| "info".to_owned()))?,
        limits: limits(Limits {
            max_passkeys: layer.max_passkeys,
            session_idle_minutes: layer.session_idle_minutes,
            session_absolute_hours: layer.session_absolute_hours,
            tries_per_address: layer.tries_per_address,
            tries_per_name: layer.tries_per_name,
            password_memory_kib: layer.password_memory_kib,
            password_iterations: layer.password_iterations,
            password_threads: layer.password_threads,
        })?,
        max_connections: max_connections(layer.max_connections)?,
        attestation: layer.attestation.unwrap_or_default(),
        metadata: MetadataConfiguration::check(
            layer.metadata_source,
            layer.metadata_refresh_hours,
            layer.metadata_anchor,
            layer.metadata_signer,
            ListFiles {
                revocation_lists: layer.metadata_revocation_list.unwrap_or_default(),
                android_list: layer.android_revocation_list,
                attestation_lists: layer.attestation_revocation_list,
            },
        )?,
        breached_passwords: breached_passwords(layer.breached_passwords)?,
        providers: providers::read(layer.provider_names)?,
        outbound_authorities: authorities::read(layer.outbound_authority)?,
        outbound_private: match layer.outbound_private {
            Some(true) => PrivateAddresses::Allowed,
            _ => PrivateAddresses::Refused,
        },
        unknown_variables: Vec::new(),
        data,
    };
    check_together(&configuration)?;
    Ok(configuration)
}

fn check_together(configuration: &Configuration) -> Result<(), ConfigError> {
    check_plain_listener(configuration)?;
    let Some(origin) = &configuration.public_origin else {
        return match configuration.rp_id {
            // The RP ID of a running tenant is stored; here it can only choose the one of a new tenant.
            Some(_) => Err(ConfigError::value(
                "rp-id",
                "give public-origin too: the two belong together",
            )),
            None => Ok(()),
        };
    };
    origin_against_listener(origin, configuration)?;
    extra_origins_against(origin, &configuration.extra_origins)?;
    match &configuration.rp_id {
        Some(rp_id) => rp_id_fits(origin, rp_id),
        None => Ok(()),
    }
}

fn check_plain_listener(configuration: &Configuration) -> Result<(), ConfigError> {
    let reachable = !configuration.listen.ip().is_loopback();
    if reachable && configuration.tls.is_none() && configuration.trusted_proxies.is_empty() {
        return Err(ConfigError::Contradiction(format!(
            "listen {} is plain http and open to the network: give tls-certificate and tls-key, or \
             trusted-proxy with the addresses of the proxy that ends TLS",
            configuration.listen
        )));
    }
    Ok(())
}

/// The rules between the public origin and what listens.
pub(super) fn origin_against_listener(
    origin: &Origin,
    configuration: &Configuration,
) -> Result<(), ConfigError> {
    if origin.scheme() == "https" {
        return Ok(());
    }
    if !origin.is_localhost() {
        return Err(ConfigError::value(
            "public-origin",
            format!("{origin} is plain http, which is allowed for localhost only: use https"),
        ));
    }
    if configuration.tls.is_some() {
        return Err(ConfigError::value(
            "public-origin",
            format!(
                "{origin} is plain http, but tls-certificate is given: write the https origin that people open"
            ),
        ));
    }
    if !configuration.listen.ip().is_loopback() {
        return Err(ConfigError::value(
            "public-origin",
            format!(
                "{origin} is for this machine only, but listen {} is open to the network: \
                 give the https origin that people open, or listen on 127.0.0.1",
                configuration.listen
            ),
        ));
    }
    Ok(())
}

/// Beside an https origin no page without TLS may register or sign in: whoever is on the same
/// machine, or answers for its name, could run one. An evaluation on localhost has nothing to lose.
pub(super) fn extra_origins_against(
    origin: &Origin,
    extra_origins: &[ExtraOrigin],
) -> Result<(), ConfigError> {
    let plain = |extra: &&ExtraOrigin| extra.origin.scheme() != "https";
    match extra_origins.iter().find(plain) {
        Some(extra) if !origin.is_localhost() => Err(ConfigError::value(
            "extra-origin",
            format!(
                "{} is plain http, which is allowed only where the public origin is localhost, not {origin}: use https",
                extra.origin
            ),
        )),
        _ => Ok(()),
    }
}

pub(super) fn rp_id_fits(origin: &Origin, rp_id: &RpId) -> Result<(), ConfigError> {
    if origin.fits_rp_id(rp_id) {
        return Ok(());
    }
    Err(ConfigError::Contradiction(format!(
        "public-origin {origin} does not fit the RP ID {rp_id}: passkeys of {rp_id} work only on {rp_id} and hosts \
         below it. Give a public-origin there; the RP ID of an existing tenant can't change"
    )))
}

pub(super) fn rp_id(text: &str) -> Result<RpId, ConfigError> {
    RpId::parse(text).map_err(|error| ConfigError::value("rp-id", error))
}

pub(super) fn localhost(port: u16) -> Result<Origin, ConfigError> {
    public_origin(&format!("http://localhost:{port}"))
}

fn public_origin(text: &str) -> Result<Origin, ConfigError> {
    Origin::parse(text).map_err(|error| ConfigError::value("public-origin", error))
}

fn extra_origin(entry: &OriginEntry) -> Result<ExtraOrigin, ConfigError> {
    let origin = Origin::parse(&entry.origin).map_err(|error| {
        ConfigError::value("extra-origin", format!("{}: {error}", entry.origin))
    })?;
    if origin.scheme() != "https" && !origin.is_localhost() {
        return Err(ConfigError::value(
            "extra-origin",
            format!("{origin} is plain http: use https"),
        ));
    }
    if entry.purposes.is_empty() {
        return Err(ConfigError::value(
            "extra-origin",
            format!("{origin} has no purpose: name register, assert or both"),
        ));
    }
    Ok(ExtraOrigin {
        origin,
        register: entry.purposes.contains(&Purpose::Register),
        assert: entry.purposes.contains(&Purpose::Assert),
    })
}

fn address(key: &'static str, text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| {
        ConfigError::value(
            key,
            format!("{text} is not ADDRESS:PORT; write for example 127.0.0.1:8080 or [::1]:8080"),
        )
    })
}

fn database(url: Option<String>, data: &std::path::Path) -> Result<Database, ConfigError> {
    match url {
        None => Ok(Database::Sqlite {
            file: data.join("claviger.db"),
        }),
        Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
            Ok(Database::Postgres { url })
        }
        // The value is not shown: it may hold a password.
        Some(_) => Err(ConfigError::value(
            "database-url",
            "must start with postgres://; leave it out for SQLite in the data directory",
        )),
    }
}

/// The key has one place: two that disagree would be told apart by chance.
fn key(
    file: Option<PathBuf>,
    command: Option<String>,
    text: Option<String>,
    data: &std::path::Path,
) -> Result<KeySource, ConfigError> {
    match (file, command, text) {
        (None, None, None) => Ok(KeySource::File(data.join("claviger.key"))),
        (Some(file), None, None) => Ok(KeySource::File(file)),
        (None, Some(command), None) => Ok(KeySource::Command(command)),
        (None, None, Some(text)) => Ok(KeySource::Environment(text)),
        _ => Err(ConfigError::Contradiction(
            "the key has one place: give key-file, key-command or CLAVIGER_KEY, not several of them".to_owned(),
        )),
    }
}

/// Each one takes a file descriptor and some memory.
fn max_connections(given: Option<u32>) -> Result<u32, ConfigError> {
    let number = given.unwrap_or(1024);
    if (16..=100_000).contains(&number) {
        return Ok(number);
    }
    Err(ConfigError::value(
        "max-connections",
        "must be between 16 and 100000",
    ))
}

fn tls(
    certificate: Option<PathBuf>,
    key: Option<PathBuf>,
) -> Result<Option<TlsFiles>, ConfigError> {
    match (certificate, key) {
        (Some(certificate), Some(key)) => Ok(Some(TlsFiles { certificate, key })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(ConfigError::value("tls-certificate", "give tls-key too")),
        (None, Some(_)) => Err(ConfigError::value("tls-key", "give tls-certificate too")),
    }
}

fn log_level(text: String) -> Result<String, ConfigError> {
    tracing_subscriber::EnvFilter::try_new(&text)
        .map(|_| text)
        .map_err(|_| {
            ConfigError::value(
                "log-level",
                "must be error, warn, info, debug or trace, or targets with levels",
            )
        })
}

/// KiB.
const LEAST_PASSWORD_MEMORY: u32 = 7168;

/// A list that can't be opened is said now, and not with the first new password.
fn breached_passwords(path: Option<PathBuf>) -> Result<Option<PathBuf>, ConfigError> {
    if let Some(path) = &path {
        std::fs::File::open(path).map_err(|cause| {
            ConfigError::value("breached-passwords", format!("{}: {cause}", path.display()))
        })?;
    }
    Ok(path)
}

fn limits(limits: Limits) -> Result<Limits, ConfigError> {
    let named = [
        ("max-passkeys", limits.max_passkeys, 100),
        (
            "session-idle-minutes",
            limits.session_idle_minutes,
            60 * 24 * 90,
        ),
        (
            "session-absolute-hours",
            limits.session_absolute_hours,
            24 * 365,
        ),
        ("tries-per-address", limits.tries_per_address, 1_000_000),
        ("tries-per-name", limits.tries_per_name, 1_000_000),
        ("password-memory-kib", limits.password_memory_kib, 262_144),
        ("password-iterations", limits.password_iterations, 16),
        ("password-threads", limits.password_threads, 16),
    ];
    // Less is guessed too fast (RFC 9106, OWASP).
    let memory = limits.password_memory_kib;
    if memory.is_some_and(|memory| memory < LEAST_PASSWORD_MEMORY) {
        return Err(ConfigError::value(
            "password-memory-kib",
            format!("must be at least {LEAST_PASSWORD_MEMORY}"),
        ));
    }
    for (key, value, most) in named {
        if value.is_some_and(|value| value == 0 || value > most) {
            return Err(ConfigError::value(
                key,
                format!("must be between 1 and {most}"),
            ));
        }
    }
    Ok(limits)
}
