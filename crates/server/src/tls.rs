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
    let mut followed = Followed::new(files, live);
    loop {
        tokio::time::sleep(LOOK).await;
        followed.look();
    }
}

/// The files and what serves under them.
struct Followed {
    seen: [Option<SystemTime>; 2],
    files: TlsFiles,
    live: RustlsConfig,
}

impl Followed {
    fn new(files: TlsFiles, live: RustlsConfig) -> Followed {
        Followed {
            seen: modified(&files),
            files,
            live,
        }
    }

    fn look(&mut self) {
        let now = modified(&self.files);
        if now == self.seen {
            return;
        }
        match read(&self.files) {
            Ok(config) => {
                self.live.reload_from_config(config);
                tracing::info!("took up the renewed certificate");
                self.seen = now;
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

#[cfg(test)]
mod tests {
    use super::{Followed, read};
    use crate::config::TlsFiles;
    use axum_server::tls_rustls::RustlsConfig;
    use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConnection};
    use rustls_pki_types::CertificateDer;
    use std::io::{Read, Write};
    use std::path::Path;
    use std::sync::Arc;

    const NAME: &str = "login.example.org";

    /// A new certificate in these files; gives it to be trusted.
    fn renew(files: &TlsFiles) -> CertificateDer<'static> {
        let made = rcgen::generate_simple_self_signed([NAME.to_owned()]).unwrap();
        std::fs::write(&files.certificate, made.cert.pem()).unwrap();
        std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
        made.cert.der().clone()
    }

    fn files(folder: &Path) -> TlsFiles {
        TlsFiles {
            certificate: folder.join("fullchain.pem"),
            key: folder.join("privkey.pem"),
        }
    }

    /// A handshake in memory by somebody who trusts only this certificate.
    fn greets(live: &RustlsConfig, trusted: &CertificateDer<'static>) -> bool {
        let mut roots = RootCertStore::empty();
        roots.add(trusted.clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = NAME.try_into().unwrap();
        let mut client = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut server = ServerConnection::new(live.get_inner()).unwrap();
        for _ in 0..8 {
            let mut sent = Vec::new();
            while client.wants_write() {
                client.write_tls(&mut sent as &mut dyn Write).unwrap();
            }
            let mut sent = sent.as_slice();
            while !sent.is_empty() {
                server.read_tls(&mut sent as &mut dyn Read).unwrap();
            }
            if server.process_new_packets().is_err() {
                return false;
            }
            let mut answer = Vec::new();
            while server.wants_write() {
                server.write_tls(&mut answer as &mut dyn Write).unwrap();
            }
            let mut answer = answer.as_slice();
            while !answer.is_empty() {
                client.read_tls(&mut answer as &mut dyn Read).unwrap();
            }
            if client.process_new_packets().is_err() {
                return false;
            }
        }
        !client.is_handshaking() && !server.is_handshaking()
    }

    #[test]
    fn a_renewed_certificate_is_taken_up_and_an_unfit_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let first = renew(&files);
        let live = RustlsConfig::from_config(read(&files).unwrap());
        let mut followed = Followed::new(files.clone(), live.clone());
        followed.look();
        assert!(greets(&live, &first));
        let second = renew(&files);
        assert!(greets(&live, &first), "not before it was looked at");
        followed.look();
        assert!(greets(&live, &second) && !greets(&live, &first));
        // Half of a renewal: the certificate is there, its key is not yet.
        let key = std::fs::read(&files.key).unwrap();
        let third = renew(&files);
        let new_key = std::fs::read(&files.key).unwrap();
        std::fs::write(&files.key, key).unwrap();
        followed.look();
        assert!(greets(&live, &second) && !greets(&live, &third));
        std::fs::write(&files.key, new_key).unwrap();
        followed.look();
        assert!(greets(&live, &third));
    }

    #[test]
    fn unfit_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let files = files(folder.path());
        let message = || read(&files).unwrap_err().to_string();
        assert!(message().contains("fullchain.pem"));
        renew(&files);
        std::fs::write(&files.certificate, "").unwrap();
        assert!(message().contains("holds no certificate"));
        renew(&files);
        std::fs::write(&files.key, "-----BEGIN").unwrap();
        assert!(message().contains("privkey.pem"));
    }
}
