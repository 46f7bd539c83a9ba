//! The server on real sockets: figures, TLS with both versions of HTTP, and the limit of connections.

use std::path::Path;
use std::sync::Arc;

use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::*;
use crate::config::Layer;
use crate::{Configuration, Running, ServeOptions, serve};

async fn start(layer: Layer) -> Running {
    let options = ServeOptions {
        configuration: Configuration::resolve(layer, []).unwrap(),
        ambient: Ambient::system(),
    };
    serve(options).await.unwrap()
}

async fn ask_plainly(address: SocketAddr, request: &str) -> String {
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

/// Connections that have their places, as their answers show.
async fn hold_places(address: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for _ in 0..count {
        let mut socket = TcpStream::connect(address).await.unwrap();
        socket
            .write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        let mut answer = [0; 9];
        socket.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 ");
        held.push(socket);
    }
    held
}

/// The one test in this process that collects figures: the recorder is the process's.
#[tokio::test]
async fn figures_are_off_unless_asked_for_and_then_on_a_listener_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let silent = start(flags(&folder)).await;
    assert!(silent.metrics_address.is_none());
    silent.stop().await.unwrap();
    let running = start(Layer {
        metrics_listen: Some("127.0.0.1:0".to_owned()),
        ..flags(&folder)
    })
    .await;
    let figures = running.metrics_address.unwrap();
    assert_ne!(figures, running.address);
    let host = running.public_origin.trim_start_matches("http://");
    let page = format!("GET /set-up HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    assert!(
        ask_plainly(running.address, &page)
            .await
            .contains(" 200 OK\r\n")
    );
    let request = format!("GET /metrics HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let public = ask_plainly(running.address, &request).await;
    assert!(public.starts_with("HTTP/1.1 404 "), "{public}");
    let shown = ask_plainly(figures, &request).await;
    assert!(shown.starts_with("HTTP/1.1 200 OK\r\n"), "{shown}");
    for figure in [
        "claviger_http_requests_total{method=\"GET\",route=\"/set-up\",status=\"200\"}",
        "claviger_http_request_duration_seconds_bucket{route=\"/set-up\",le=\"0.05\"}",
        "claviger_sign_ins_total{flow=\"sign_in\",result=\"success\"}",
        "claviger_refusals_total{code=\"request.not_found\"}",
        "claviger_database_errors_total",
        "claviger_alerts_total{kind=\"counter_regressed\"}",
        "claviger_alerts_total{kind=\"backup_eligibility_changed\"}",
        "claviger_alerts_total{kind=\"list_unusable\"}",
        "claviger_alerts_total{kind=\"revocation_list_outdated\"}",
        "claviger_connections_refused_total",
    ] {
        assert!(shown.contains(figure), "{figure}\n{shown}");
    }
    let held = hold_places(figures, 16).await;
    let refused = ask_plainly(figures, &request).await;
    assert!(refused.starts_with("HTTP/1.1 503 "), "{refused}");
    drop(held);
    running.stop().await.unwrap();
    assert!(TcpStream::connect(figures).await.is_err());
}

#[tokio::test]
async fn one_connection_too_many_is_turned_away() {
    let folder = tempfile::tempdir().unwrap();
    let running = start(Layer {
        max_connections: Some(16),
        ..flags(&folder)
    })
    .await;
    let held = hold_places(running.address, 16).await;
    let request = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let refused = ask_plainly(running.address, request).await;
    assert!(
        refused.starts_with("HTTP/1.1 503 ") && refused.contains("retry-after: 5"),
        "{refused}"
    );
    drop(held);
    // The place is free as soon as the server has seen the end of a connection.
    let mut answer = refused;
    for _ in 0..500 {
        answer = ask_plainly(running.address, request).await;
        if answer.starts_with("HTTP/1.1 200 ") {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    running.stop().await.unwrap();
}

/// A server under a certificate of its own, and what trusts it.
async fn start_with_tls(folder: &TempDir) -> (Running, RootCertStore) {
    let made = rcgen::generate_simple_self_signed(["login.example.org".to_owned()]).unwrap();
    let write = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let running = start(Layer {
        public_origin: Some(SECURE.to_owned()),
        tls_certificate: Some(write("fullchain.pem", made.cert.pem())),
        tls_key: Some(write("privkey.pem", made.signing_key.serialize_pem())),
        ..flags(folder)
    })
    .await;
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    (running, roots)
}

async fn connect(
    address: SocketAddr,
    roots: &RootCertStore,
    protocol: &[u8],
) -> TlsStream<TcpStream> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots.clone())
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.to_vec()];
    let socket = TcpStream::connect(address).await.unwrap();
    let name = "login.example.org".try_into().unwrap();
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, socket)
        .await
        .unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(protocol));
    stream
}

fn ask_for_sign_in(uri: &str) -> Request<String> {
    Request::get(uri)
        .header(header::HOST, "login.example.org")
        .body(String::new())
        .unwrap()
}

fn check_secure(headers: &HeaderMap) {
    assert_eq!(headers["strict-transport-security"], "max-age=63072000");
    let cookie = headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-claviger-browser=") && cookie.contains("; Secure"),
        "{cookie}"
    );
}

#[tokio::test]
async fn https_serves_both_versions_of_http() {
    let folder = tempfile::tempdir().unwrap();
    let (running, roots) = start_with_tls(&folder).await;
    let stream = connect(running.address, &roots, b"http/1.1").await;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake::<_, String>(TokioIo::new(stream))
            .await
            .unwrap();
    let first = tokio::spawn(connection);
    let answer = sender.send_request(ask_for_sign_in("/sign-in")).await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.version(), http::Version::HTTP_11);
    check_secure(answer.headers());
    drop((sender, answer));
    let stream = connect(running.address, &roots, b"h2").await;
    let (mut sender, connection) = hyper::client::conn::http2::handshake::<_, _, String>(
        TokioExecutor::new(),
        TokioIo::new(stream),
    )
    .await
    .unwrap();
    let second = tokio::spawn(connection);
    // Here the name stands in the target; a second one that differs is foreign.
    let mut request = ask_for_sign_in("https://login.example.org/sign-in");
    request.headers_mut().remove(header::HOST);
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.version(), http::Version::HTTP_2);
    check_secure(answer.headers());
    let foreign = Request::get("https://evil.example/").body(String::new());
    let answer = sender.send_request(foreign.unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST);
    drop((sender, answer));
    let _ = (first.await, second.await);
    running.stop().await.unwrap();
}

/// Over TLS no plain request is answered, not even with a redirect that could be forged.
#[tokio::test]
async fn plain_http_gets_nothing_from_a_tls_port() {
    let folder = tempfile::tempdir().unwrap();
    let (running, _) = start_with_tls(&folder).await;
    let mut socket = TcpStream::connect(running.address).await.unwrap();
    let request = b"GET /sign-in HTTP/1.1\r\nHost: login.example.org\r\n\r\n";
    socket.write_all(request).await.unwrap();
    let mut heard = Vec::new();
    let _ = socket.read_to_end(&mut heard).await;
    assert!(!heard.starts_with(b"HTTP/"));
    running.stop().await.unwrap();
}

#[tokio::test]
async fn a_tls_certificate_that_cannot_be_read_starts_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let layer = Layer {
        public_origin: Some(SECURE.to_owned()),
        tls_certificate: Some(Path::new("/nowhere/fullchain.pem").to_owned()),
        tls_key: Some(Path::new("/nowhere/privkey.pem").to_owned()),
        ..flags(&folder)
    };
    let options = ServeOptions {
        configuration: Configuration::resolve(layer, []).unwrap(),
        ambient: Ambient::system(),
    };
    let error = serve(options).await.unwrap_err().to_string();
    assert!(error.contains("/nowhere/fullchain.pem"), "{error}");
}
