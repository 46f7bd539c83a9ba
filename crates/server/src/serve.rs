//! From a configuration to a running server, and down again in good order.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use hyper_util::rt::TokioTimer;
use identity::ambient::Ambient;
use identity::setup::{self, Link};
use identity::tenant::{self, EmptyDatabase, OpenError};
use identity::{Identity, OpenOptions, Refusal, Store};
use tokio::task::JoinHandle;

use crate::app::{AppState, app};
use crate::config::{ConfigError, Configuration, Database, Key, Port, make_key_file};
use crate::connections::{Bounded, WhenFull};
use crate::jobs::Jobs;
use crate::mail::Mailer;
use crate::metadata::Keeper;
use crate::outbound::Outbound;
use crate::outbox::Courier;
use crate::webhooks::Herald;
use crate::{metrics_listener, tls};

/// How long requests under way may take after a signal.
const DRAIN: Duration = Duration::from_secs(10);
/// How long a client may take to send a request's head.
const HEAD_TIME: Duration = Duration::from_secs(15);

#[derive(Debug, Clone)]
pub struct ServeOptions {
    pub configuration: Configuration,
    pub ambient: Ambient,
}

/// Whether a key file without a tenant is what the operator expects (security 18).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// `init`: a new tenant may begin under a key that was there before.
    New,
    /// `serve`: makes what a first start needs; a key without its database is a loss to be explained.
    Existing,
    /// A command beside the server: makes nothing, so that a wrong directory is noticed.
    Beside,
}

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error("the database can't be opened: {0}")]
    Store(#[from] identity::StoreError),
    #[error("can't listen on {address}: {cause}")]
    Bind {
        address: SocketAddr,
        cause: std::io::Error,
    },
    #[error("{}: {cause}", file.display())]
    Tls { file: PathBuf, cause: String },
    #[error("figures can't be collected: {0}")]
    Metrics(String),
    #[error("nothing can be fetched: {0}")]
    Outbound(String),
    #[error("{0}")]
    Refused(Refusal),
    #[error("the server ended: {0}")]
    Ended(std::io::Error),
}

impl From<Refusal> for ServeError {
    fn from(refusal: Refusal) -> ServeError {
        ServeError::Refused(refusal)
    }
}

/// Opens the database under its key, for the server and for every command.
pub async fn open(
    configuration: &Configuration,
    ambient: &Ambient,
    start: Start,
    port: Port,
) -> Result<Identity, ServeError> {
    let (key, empty) = match (configuration.key.find().await?, start) {
        (Key::Found(key), Start::New) => (key, EmptyDatabase::Accept),
        (Key::Found(key), _) => (key, EmptyDatabase::Refuse),
        (Key::NoFile(path), _) => {
            check_nothing_lost(configuration, start).await?;
            let key = make_key_file(path, &ambient.random)?;
            (key, EmptyDatabase::Accept)
        }
    };
    // Asked before the store makes an empty file, which would stand in a restore's way.
    if empty == EmptyDatabase::Refuse && configuration.database.is_missing() {
        return Err(OpenError::LostDatabase.into());
    }
    configuration.database.make_folder()?;
    let store = Store::open(&OpenOptions::new(configuration.database.location())).await?;
    let stored = tenant::stored_names(&store).await?;
    let settings = configuration.settings(stored, port)?;
    Ok(Identity::open(store, settings, ambient.clone(), key, empty).await?)
}

/// A key is made for a new database only: under a second key the first one's records stay closed.
async fn check_nothing_lost(configuration: &Configuration, start: Start) -> Result<(), ServeError> {
    let unusable = |message: String| ServeError::from(configuration.key.unusable(message));
    match &configuration.database {
        Database::Sqlite { file } if file.exists() => Err(unusable(format!(
            "is missing, but the database {} was made under it: put your copy of the key there",
            file.display()
        ))),
        Database::Postgres { .. } if holds_tenant(configuration).await? => Err(unusable(
            "is missing, but the database holds an organisation that was made under a key: put a copy of that key \
             there, or name it with --key-file or --key-command"
                .to_owned(),
        )),
        _ if start == Start::Beside => Err(unusable(
            "is missing, and so is the database: is this the right --data directory? The first `claviger serve` or \
             `claviger init` makes both"
                .to_owned(),
        )),
        _ => Ok(()),
    }
}

async fn holds_tenant(configuration: &Configuration) -> Result<bool, ServeError> {
    let store = Store::open(&OpenOptions::new(configuration.database.location())).await?;
    let stored = tenant::stored_names(&store).await;
    store.close().await;
    Ok(stored?.is_some())
}

/// A server that answers.
#[derive(Debug)]
pub struct Running {
    /// Where it listens; with port 0 in the configuration, the port that was found.
    pub address: SocketAddr,
    pub metrics_address: Option<SocketAddr>,
    pub public_origin: String,
    /// While set-up is open: the link for the first administrator.
    pub setup_link: Option<Link>,
    identity: Identity,
    handle: Handle<SocketAddr>,
    server: JoinHandle<std::io::Result<()>>,
    jobs: Jobs,
}

/// Binds, opens, starts. When it returns, requests are answered.
pub async fn serve(options: ServeOptions) -> Result<Running, ServeError> {
    let ServeOptions {
        configuration,
        ambient,
    } = options;
    let listener = bind(configuration.listen)?;
    let address = listener.local_addr().map_err(|cause| ServeError::Bind {
        address: configuration.listen,
        cause,
    })?;
    let identity = open(
        &configuration,
        &ambient,
        Start::Existing,
        Port::Bound(address.port()),
    )
    .await?;
    let setup_link = match setup::is_open(&identity).await? {
        true => Some(setup::make_link(&identity).await?),
        false => None,
    };
    let believed = &configuration.outbound_authorities;
    let outbound = Outbound::with(configuration.outbound_private, believed)
        .map_err(|cause| ServeError::Outbound(cause.to_string()))?;
    let (courier, herald) = (Courier::new(&outbound), Herald::new(&outbound));
    let mut jobs = Jobs::start(&identity, keeper(&configuration, outbound));
    jobs.deliver(&identity, courier);
    jobs.deliver(&identity, Mailer::new(believed));
    jobs.deliver(&identity, herald);
    let metrics_address = match configuration.metrics_listen {
        Some(address) => Some(metrics_listener::start(address, &mut jobs)?),
        None => None,
    };
    let state = AppState::new(identity.clone(), configuration.trusted_proxies.clone());
    advise(&configuration, &state);
    let handle = Handle::new();
    let server = spawn(
        &configuration,
        listener,
        state.clone(),
        handle.clone(),
        &mut jobs,
    )?;
    tracing::info!(%address, origin = state.origin, "listening");
    let public_origin = state.origin.clone();
    Ok(Running {
        address,
        metrics_address,
        public_origin,
        setup_link,
        identity,
        handle,
        server,
        jobs,
    })
}

/// Who keeps the metadata while the server runs.
fn keeper(configuration: &Configuration, outbound: Outbound) -> Keeper {
    Keeper::new(
        outbound,
        configuration.metadata.schedule.clone(),
        configuration.metadata.lists.clone(),
    )
}

pub(crate) fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    let listen = || {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    listen().map_err(|cause| ServeError::Bind { address, cause })
}

/// What is allowed and yet looks like an oversight.
///
/// Behind a proxy that isn't named, all people share the proxy's address and its limits.
fn advise(configuration: &Configuration, state: &AppState) {
    for name in &configuration.unknown_variables {
        tracing::warn!("{name} is no setting; `claviger serve --help` lists them");
    }
    if state.origin.starts_with("https://")
        && configuration.tls.is_none()
        && configuration.trusted_proxies.is_empty()
    {
        tracing::warn!(
            "a proxy ends TLS, but no trusted-proxy is named: every person counts as {}; give its address, \
             for example --trusted-proxy 127.0.0.1",
            configuration.listen.ip()
        );
    }
}

fn spawn(
    configuration: &Configuration,
    listener: TcpListener,
    state: AppState,
    handle: Handle<SocketAddr>,
    jobs: &mut Jobs,
) -> Result<JoinHandle<std::io::Result<()>>, ServeError> {
    let address = configuration.listen;
    let service = app(state).into_make_service_with_connect_info::<SocketAddr>();
    let unbound = |cause| ServeError::Bind { address, cause };
    let (most, shared) = (
        configuration.max_connections,
        &configuration.trusted_proxies,
    );
    Ok(match &configuration.tls {
        Some(files) => {
            let live = RustlsConfig::from_config(tls::read(files)?);
            jobs.add(tls::follow(files.clone(), live.clone()));
            let mut server = axum_server::from_tcp_rustls(listener, live)
                .map_err(unbound)?
                .handle(handle)
                .map(|acceptor| Bounded::new(acceptor, most, shared, WhenFull::HangUp));
            limit_time(server.http_builder());
            tokio::spawn(server.serve(service))
        }
        None => {
            let mut server = axum_server::from_tcp(listener)
                .map_err(unbound)?
                .handle(handle)
                .map(|acceptor| Bounded::new(acceptor, most, shared, WhenFull::Say));
            limit_time(server.http_builder());
            tokio::spawn(server.serve(service))
        }
    })
}

/// How long a client may take over a head, and between two of them; [`Bounded`] limits the rest.
pub(crate) fn limit_time(
    builder: &mut hyper_util::server::conn::auto::Builder<hyper_util::rt::TokioExecutor>,
) {
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(64);
}

impl Running {
    /// Runs until SIGTERM or SIGINT, then ends in good order.
    pub async fn wait(mut self) -> Result<(), ServeError> {
        tokio::select! {
            () = signalled() => tracing::info!("asked to stop"),
            ended = &mut self.server => {
                self.jobs.stop().await;
                self.identity.close().await;
                return flatten(ended).map_err(ServeError::Ended);
            }
        }
        self.stop().await
    }

    /// Takes no new connections, finishes the requests under way, then the jobs, then the database.
    pub async fn stop(self) -> Result<(), ServeError> {
        self.handle.graceful_shutdown(Some(DRAIN));
        let ended = flatten(self.server.await);
        self.jobs.stop().await;
        self.identity.close().await;
        ended.map_err(ServeError::Ended)
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }
}

fn flatten(ended: Result<std::io::Result<()>, tokio::task::JoinError>) -> std::io::Result<()> {
    ended.unwrap_or_else(|error| Err(std::io::Error::other(error)))
}

#[cfg(unix)]
async fn signalled() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        // Without handlers the system's own way of ending a process remains.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signalled() {
    let _ = tokio::signal::ctrl_c().await;
}
