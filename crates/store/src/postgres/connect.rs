//! From a URL to a pool: our options, TLS, settings of each connection.

use std::error::Error as _;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::StoreError;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a caller waits for a free connection.
const WAIT: Duration = Duration::from_secs(10);

/// Unacknowledged data for this long means that the server is gone.
const TCP_USER_TIMEOUT: Duration = Duration::from_secs(30);

const SETTINGS: &str = "SET synchronous_commit = on; SET statement_timeout = 30000; \
                        SET idle_in_transaction_session_timeout = 60000";

/// The part of a URL that the driver doesn't know.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    /// The URL without our options.
    url: String,
    ssl_mode: Option<String>,
    ssl_root_cert: Option<String>,
    pub(crate) statement_cache: bool,
}

/// Never quotes the URL: it may hold a password.
fn unusable(sentence: &str) -> StoreError {
    StoreError::Unusable(format!("the database URL can't be used: {sentence}"))
}

/// Takes `sslmode`, `sslrootcert` and `statement_cache` out of the URL.
pub(crate) fn options(url: &str) -> Result<Options, StoreError> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(unusable("it must begin with postgres://"));
    }
    // As the driver does: what stands before an @ is name and password, whatever it looks like.
    let host = url.find('@').unwrap_or(0);
    let query_at = url[host..].find('?').map(|at| host + at);
    let (base, query) = query_at.map_or((url, ""), |at| (&url[..at], &url[at + 1..]));
    let mut options = Options {
        url: base.to_owned(),
        ssl_mode: None,
        ssl_root_cert: None,
        statement_cache: true,
    };
    let mut rest = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("sslmode", value)) => options.ssl_mode = Some(value.to_owned()),
            Some(("sslrootcert", value)) => options.ssl_root_cert = Some(unescape(value)),
            Some(("statement_cache", "on")) => options.statement_cache = true,
            Some(("statement_cache", "off")) => options.statement_cache = false,
            Some(("statement_cache", _)) => return Err(unusable("statement_cache is on or off")),
            _ => rest.push(pair),
        }
    }
    if !rest.is_empty() {
        options.url = format!("{base}?{}", rest.join("&"));
    }
    Ok(options)
}

fn parse(url: &str) -> Result<Config, StoreError> {
    // The driver's cause names an option, never a value.
    let describe = |cause: tokio_postgres::Error| match cause.source() {
        Some(source) => unusable(&source.to_string()),
        None => unusable(&cause.to_string()),
    };
    Config::from_str(url).map_err(describe)
}

/// Undoes percent encoding in a path; what isn't one stays as it is.
fn unescape(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        let pair = (ahead.next(), ahead.next());
        let digit = |byte: Option<u8>| byte.and_then(|byte| (byte as char).to_digit(16));
        match (byte, digit(pair.0), digit(pair.1)) {
            (b'%', Some(high), Some(low)) => {
                out.push(u8::try_from(high * 16 + low).unwrap_or(b'%'));
                bytes = ahead;
            }
            _ => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// A pool of at most `connections`, and whether statements may stay prepared.
pub(crate) fn pool(url: &str, connections: usize) -> Result<(Pool, bool), StoreError> {
    let options = options(url)?;
    let mut config = parse(&options.url)?;
    config.application_name("claviger");
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(TCP_USER_TIMEOUT);
    }
    if config.get_hosts().len() > 1 {
        // Several hosts are one primary and its standbys: ceremonies never read a standby (security 10).
        config.target_session_attrs(tokio_postgres::config::TargetSessionAttrs::ReadWrite);
    }
    let recycling_method = RecyclingMethod::Fast;
    let manager_config = ManagerConfig { recycling_method };
    let manager = if wants_tls(&options, &config)? {
        config.ssl_mode(SslMode::Require);
        let tls = MakeRustlsConnect::new(tls_config(options.ssl_root_cert.as_deref())?);
        Manager::from_config(config, tls, manager_config)
    } else {
        config.ssl_mode(SslMode::Disable);
        Manager::from_config(config, NoTls, manager_config)
    };
    let mut builder = Pool::builder(manager)
        .max_size(connections.max(1))
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(WAIT))
        .create_timeout(Some(CONNECT_TIMEOUT));
    if options.statement_cache {
        builder = builder.post_create(Hook::async_fn(|client, _| {
            Box::pin(async move {
                client
                    .batch_execute(SETTINGS)
                    .await
                    .map_err(HookError::Backend)
            })
        }));
    }
    let pool = builder
        .build()
        .map_err(|cause| unusable(&cause.to_string()))?;
    Ok((pool, options.statement_cache))
}

/// Whether a connection to `url` is made over TLS, for tests.
#[cfg(test)]
pub(crate) fn asks_for_tls(url: &str) -> Result<bool, StoreError> {
    let options = options(url)?;
    let config = parse(&options.url)?;
    wants_tls(&options, &config)
}

/// TLS with a verified certificate, unless the server is on this machine or the URL says `disable`.
fn wants_tls(options: &Options, config: &Config) -> Result<bool, StoreError> {
    let local = config.get_hostaddrs().is_empty() && config.get_hosts().iter().all(is_local);
    match options.ssl_mode.as_deref() {
        None => Ok(!local),
        Some("disable") => Ok(false),
        Some("prefer") if local => Ok(false),
        Some("prefer" | "allow") => Err(unusable(
            "sslmode prefer would let anyone in between take TLS away; choose require or disable",
        )),
        Some("require" | "verify-ca" | "verify-full") => Ok(true),
        Some(_) => Err(unusable("sslmode is disable, require or verify-full")),
    }
}

fn is_local(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            let address = name.trim_start_matches('[').trim_end_matches(']');
            name == "localhost"
                || address
                    .parse::<std::net::IpAddr>()
                    .is_ok_and(|address| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// The certificate is always verified: against the file if there is one, else the public roots.
fn tls_config(root_cert: Option<&str>) -> Result<ClientConfig, StoreError> {
    let mut roots = RootCertStore::empty();
    match root_cert {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(path) => {
            let unreadable = |cause: String| unusable(&format!("sslrootcert {path}: {cause}"));
            let certificates = CertificateDer::pem_file_iter(path)
                .map_err(|cause| unreadable(cause.to_string()))?;
            for certificate in certificates {
                let certificate = certificate.map_err(|cause| unreadable(cause.to_string()))?;
                roots
                    .add(certificate)
                    .map_err(|cause| unreadable(cause.to_string()))?;
            }
            if roots.is_empty() {
                return Err(unreadable("no certificate in it".to_owned()));
            }
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|cause| unusable(&cause.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
