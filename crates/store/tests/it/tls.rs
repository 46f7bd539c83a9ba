//! TLS to PostgreSQL: a proxy that speaks it before a server that needn't.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::StoreError;

fn data(name: &str) -> PathBuf {
    Path::new("tests/data/tls").join(name)
}

fn acceptor() -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(data("server.pem"))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let key = PrivateKeyDer::from_pem_file(data("server.key")).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Answers the request for TLS, with yes or no, and passes on what comes through it. Tells what a
/// client that was refused TLS sent after all.
async fn start_proxy(server: String, speaks_tls: bool) -> (u16, mpsc::UnboundedReceiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(serve(client, server.clone(), speaks_tls, tell.clone()));
        }
    });
    (port, told)
}

async fn serve(
    mut client: TcpStream,
    server: String,
    speaks_tls: bool,
    tell: mpsc::UnboundedSender<Vec<u8>>,
) {
    let mut request = [0; 8];
    client.read_exact(&mut request).await.unwrap();
    assert_eq!(
        request,
        [0, 0, 0, 8, 4, 210, 22, 47],
        "the first message asks for TLS"
    );
    if !speaks_tls {
        client.write_all(b"N").await.unwrap();
        let mut sent = Vec::new();
        let _ = client.read_to_end(&mut sent).await;
        tell.send(sent).unwrap();
        return;
    }
    client.write_all(b"S").await.unwrap();
    if let Ok(mut client) = acceptor().accept(client).await {
        let mut server = TcpStream::connect(&server).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    }
}

/// Host and port of the test's server, and the path to its database.
fn parts(place: &Place) -> (String, String, String) {
    let url = place.database.as_ref().unwrap().url();
    let (credentials, rest) = url.split_once('@').unwrap();
    let (server, name) = rest.split_once('/').unwrap();
    (credentials.to_owned(), server.to_owned(), name.to_owned())
}

async fn open_at(url: String) -> Result<Store, StoreError> {
    Store::open_with(&OpenOptions::new(Location::Postgres { url }), with_notes()).await
}

#[test]
fn a_verified_server_is_spoken_to() {
    run(On::Postgres, async |place: Place| {
        let (credentials, server, name) = parts(&place);
        let (port, _told) = start_proxy(server, true).await;
        let root = data("authority.pem");
        let url = format!(
            "{credentials}@localhost:{port}/{name}?sslmode=require&sslrootcert={}",
            root.display()
        );
        let store = open_at(url).await.unwrap();
        store.write(note(1, "")).await.unwrap();
        assert_eq!(notes(&store).await, [1]);
    });
}

#[test]
fn an_unknown_authority_or_another_name_is_refused() {
    run(On::Postgres, async |place: Place| {
        let (credentials, server, name) = parts(&place);
        let (port, _told) = start_proxy(server, true).await;
        let root = data("authority.pem");
        for url in [
            // Not among the public roots.
            format!("{credentials}@localhost:{port}/{name}?sslmode=require"),
            // The certificate is for localhost.
            format!(
                "{credentials}@127.0.0.1:{port}/{name}?sslmode=require&sslrootcert={}",
                root.display()
            ),
        ] {
            let error = open_at(url).await.unwrap_err();
            assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
            assert!(error.to_string().contains("certificate"), "{error}");
        }
    });
}

#[test]
fn a_server_without_tls_hears_no_password() {
    block_on(async {
        let (port, mut told) = start_proxy(String::new(), false).await;
        let url = format!("postgres://someone:secret@localhost:{port}/claviger?sslmode=require");
        let error = open_at(url).await.unwrap_err();
        assert!(error.to_string().contains("TLS"), "{error}");
        assert_eq!(told.recv().await.unwrap(), b"");
    });
}
