//! Certificate authorities of the operator's own, for what the server asks of others.

use std::path::PathBuf;

use rustls::RootCertStore;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{PemObject, SectionKind};

use super::ConfigError;
use crate::lists::read_bounded;

/// The longest file, in bytes, and the most certificates in it.
const MAX_FILE: usize = 1024 * 1024;
const MAX_CERTIFICATES: usize = 100;

/// Each of them can be an anchor of trust; in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authorities(Vec<CertificateDer<'static>>);

impl Authorities {
    /// Believed beside those that are in the store.
    pub(crate) fn add_to(&self, roots: &mut RootCertStore) -> Result<(), rustls::Error> {
        self.0.iter().try_for_each(|one| roots.add(one.clone()))
    }

    /// Each certificate.
    pub(crate) fn ders(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(AsRef::as_ref)
    }

    pub(crate) fn parse(pem: &[u8]) -> Result<Authorities, String> {
        let mut found = Vec::new();
        for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem) {
            let (kind, der) = section.map_err(|cause| format!("no PEM: {cause}"))?;
            if kind != SectionKind::Certificate {
                return Err(
                    "holds something else than certificates: leave keys where they are".to_owned(),
                );
            }
            found.push(CertificateDer::from(der));
        }
        match found.len() {
            0 => return Err("holds no certificate in PEM form".to_owned()),
            1..=MAX_CERTIFICATES => {}
            _ => return Err(format!("holds more than {MAX_CERTIFICATES} certificates")),
        }
        let mut roots = RootCertStore::empty();
        for (index, one) in found.iter().enumerate() {
            let number = index + 1;
            let added = roots.add(one.clone());
            added.map_err(|cause| format!("certificate {number} can be no authority: {cause}"))?;
        }
        Ok(Authorities(found))
    }
}

/// The file, read once at the start.
pub(super) fn read(file: Option<PathBuf>) -> Result<Authorities, ConfigError> {
    let Some(file) = file else {
        return Ok(Authorities::default());
    };
    let unfit = |cause: String| {
        ConfigError::value("outbound-authority", format!("{}: {cause}", file.display()))
    };
    let pem = read_bounded(&file, MAX_FILE).map_err(|cause| unfit(cause.to_string()))?;
    if pem.len() > MAX_FILE {
        return Err(unfit(format!("is longer than {MAX_FILE} bytes")));
    }
    Authorities::parse(&pem).map_err(unfit)
}
