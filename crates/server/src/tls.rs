//! TLS by rustls: certificate and key from PEM files, read again when they change.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::{default_provider, kx_group};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::config::TlsFiles;
use crate::serve::ServeError;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(60);

pub(crate) fn read(files: &TlsFiles) -> Result<Arc<ServerConfig>, ServeError> {
    let unfit = |file: &Path, cause: &dyn std::fmt::Display| ServeError::Tls {
        file: file.to_owned(),
        cause: cause.to_string(),
    };
    let chain = CertificateDer::pem_file_iter(&files.certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| unfit(&files.certificate, &cause))?;
    if chain.is_empty() {
        return Err(unfit(
            &files.certificate,
            &"holds no certificate in PEM form",
        ));
    }
    let key =
        PrivateKeyDer::from_pem_file(&files.key).map_err(|cause| unfit(&files.key, &cause))?;
    let mut provider = default_provider();
    // The hybrid exchange first: what is recorded today stays sealed when quantum computers come.
    provider.kx_groups = vec![
        kx_group::X25519MLKEM768,
        kx_group::X25519,
        kx_group::SECP256R1,
        kx_group::SECP384R1,
    ];
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
        .map_err(|cause| unfit(&files.certificate, &cause))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Renewed certificates are taken up without a restart; unfit files leave the old ones in use.
pub(crate) async fn follow(files: TlsFiles, live: RustlsConfig) {
    let mut seen = modified(&files);
    loop {
        tokio::time::sleep(LOOK).await;
        let now = modified(&files);
        if now == seen {
            continue;
        }
        match read(&files) {
            Ok(config) => {
                live.reload_from_config(config);
                tracing::info!("took up the renewed certificate");
                seen = now;
            }
            // Perhaps only one of the two is written yet: look again next time.
            Err(error) => {
                tracing::error!(%error, "the renewed certificate is unfit; the old one stays in use")
            }
        }
    }
}

fn modified(files: &TlsFiles) -> [Option<SystemTime>; 2] {
    [&files.certificate, &files.key].map(|file| {
        std::fs::metadata(file)
            .and_then(|metadata| metadata.modified())
            .ok()
    })
}
