//! A server on loopback with TLS and a certificate of its own, for tests here and in `tests/it`.

use std::sync::Arc;
use std::time::Duration;

use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// Answers one request with these bytes as they stand, then waits before it hangs up.
pub(crate) struct Site {
    pub(crate) url: String,
    pub(crate) roots: RootCertStore,
    /// Of the one authority that signed for it: itself.
    #[allow(dead_code, reason = "the other suite that has this file reads it")]
    pub(crate) pem: String,
}

impl Site {
    pub(crate) async fn open(answer: Vec<u8>, then_wait: Duration) -> Site {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let mut roots = RootCertStore::empty();
        roots.add(made.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let Ok(mut tls) = acceptor.accept(tcp).await else {
                    continue;
                };
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = tls.read_u8().await else { break };
                    request.push(byte);
                }
                assert!(request.starts_with(b"GET /blob?x=1 HTTP/1.1\r\n"));
                let _ = tls.write_all(&answer).await;
                let _ = tls.flush().await;
                tokio::time::sleep(then_wait).await;
                let _ = tls.shutdown().await;
            }
        });
        Site {
            url: format!("https://localhost:{port}/blob?x=1"),
            roots,
            pem: made.cert.pem(),
        }
    }

    pub(crate) async fn answering(head: &str, body: &[u8]) -> Site {
        Site::open(
            [head.as_bytes(), b"\r\n\r\n", body].concat(),
            Duration::ZERO,
        )
        .await
    }
}
