//! The server under load: the product's router and store, one worker thread, limits out of the way.

use std::path::PathBuf;

use clap::Args;
use identity::ambient::Ambient;
use identity::keys::KeyEncryptionKey;
use identity::settings::{Origin, RpId};
use identity::{
    BrowserId, EmptyDatabase, GroupCommit, Identity, Location, OpenOptions, Settings, Store, tenant,
};
use server::config::TrustedProxies;
use server::{AppState, PeerAddress, app};

/// The browser whose states and token every request carries.
pub(crate) const BROWSER: BrowserId = BrowserId([1; 32]);
/// The key of every bench database.
pub(crate) const KEY: [u8; 32] = [7; 32];

#[derive(Debug, Args)]
pub(crate) struct Serve {
    #[arg(long)]
    file: Option<PathBuf>,
    #[arg(long)]
    database_url: Option<String>,
    #[arg(long)]
    commit_per_request: bool,
}

pub(crate) fn make_runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|cause| cause.to_string())
}

/// Opens a bench database under an origin that names the port.
pub(crate) async fn open(options: &OpenOptions, port: u16) -> Result<Identity, String> {
    let store = Store::open(options)
        .await
        .map_err(|cause| cause.to_string())?;
    let origin =
        Origin::parse(&format!("http://localhost:{port}")).map_err(|cause| cause.to_string())?;
    let mut settings = Settings::new(
        origin,
        RpId::parse("localhost").map_err(|cause| cause.to_string())?,
    );
    settings.tries_per_address = u32::MAX;
    settings.tries_per_name = u32::MAX;
    settings.changes_per_person = u32::MAX;
    settings.tokens_per_client = u32::MAX;
    let key = KeyEncryptionKey::new(KEY);
    Identity::open(
        store,
        settings,
        Ambient::system(),
        key,
        EmptyDatabase::Accept,
    )
    .await
    .map_err(|cause| cause.to_string())
}

pub(crate) fn run(options: &Serve) -> Result<(), String> {
    let runtime = make_runtime()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
            .await
            .map_err(|cause| cause.to_string())?;
        let port = listener
            .local_addr()
            .map_err(|cause| cause.to_string())?
            .port();
        let location = match (&options.file, &options.database_url) {
            (Some(file), None) => Location::Sqlite { file: file.clone() },
            (None, Some(url)) => Location::Postgres { url: url.clone() },
            _ => return Err("either --file or --database-url".to_owned()),
        };
        let mut open_options = OpenOptions::new(location);
        if options.commit_per_request {
            open_options.group_commit = GroupCommit::PerUnit;
        }
        let identity = open(&open_options, port).await?;
        let ticking = identity.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                if let Err(refusal) = tenant::tick_second(&ticking).await {
                    eprintln!("{refusal}");
                }
            }
        });
        let token = identity.csrf_token(&BROWSER, None);
        let peer = PeerAddress(std::net::SocketAddr::from(([127, 0, 0, 1], 9)));
        let app =
            app(AppState::new(identity, TrustedProxies::default())).layer(axum::Extension(peer));
        println!("ready {port} {token}");
        axum::serve(listener, app)
            .await
            .map_err(|cause| cause.to_string())
    })
}
