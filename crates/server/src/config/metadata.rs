//! Whose metadata is believed, where it comes from, and how often.

use std::path::{Path, PathBuf};

use identity::settings::{Anchor, MetadataTrust};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::ConfigError;
use crate::lists::ListFiles;
use crate::metadata::{MetadataSchedule, MetadataSource};

/// How often the source is asked when nothing is said.
const EVERY_HOURS: u32 = 24;

/// Metadata's settings.
#[derive(Debug, Clone)]
pub struct MetadataConfiguration {
    pub schedule: MetadataSchedule,
    pub trust: MetadataTrust,
    pub lists: ListFiles,
}

impl MetadataConfiguration {
    pub(super) fn check(
        source: Option<String>,
        every_hours: Option<u32>,
        anchor: Option<PathBuf>,
        signer: Option<String>,
        lists: ListFiles,
    ) -> Result<MetadataConfiguration, ConfigError> {
        let source = source.as_deref().map(check_source).transpose()?;
        let every_hours = every_hours.unwrap_or(EVERY_HOURS);
        if !(1..=720).contains(&every_hours) {
            let key = "metadata-refresh-hours";
            return Err(ConfigError::value(key, "must be between 1 and 720"));
        }
        Ok(MetadataConfiguration {
            schedule: MetadataSchedule {
                source,
                every_hours,
            },
            trust: check_trust(anchor, signer, &lists)?,
            lists,
        })
    }
}

fn check_source(text: &str) -> Result<MetadataSource, ConfigError> {
    let source = MetadataSource::parse(text);
    match &source {
        MetadataSource::Url(url) if !crate::outbound::is_address(url) => Err(ConfigError::value(
            "metadata-source",
            "an address must be https://HOST[:PORT]/PATH, without user name and password",
        )),
        MetadataSource::File(file) if file.as_os_str().is_empty() => Err(ConfigError::value(
            "metadata-source",
            "must be an https address or a file",
        )),
        _ => Ok(source),
    }
}

/// Other anchors take the place of the FIDO Alliance's: whoever signs for one must not sign for the other.
fn check_trust(
    anchor: Option<PathBuf>,
    signer: Option<String>,
    lists: &ListFiles,
) -> Result<MetadataTrust, ConfigError> {
    let mut trust = MetadataTrust::default();
    match (anchor, signer) {
        (None, None) => {}
        (None, Some(_)) => {
            return Err(ConfigError::value(
                "metadata-signer",
                "give metadata-anchor too: the FIDO Alliance's own service has its signer built in",
            ));
        }
        (Some(file), signer) => {
            trust.anchors = read_anchors(&file)?;
            trust.signer = signer;
        }
    }
    trust.revocation_lists = lists
        .check()
        .map_err(|(key, cause)| ConfigError::value(key, cause.to_string()))?;
    Ok(trust)
}

fn unfit(key: &'static str, file: &Path, cause: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::value(key, format!("{}: {cause}", file.display()))
}

fn read_anchors(file: &Path) -> Result<Vec<Anchor>, ConfigError> {
    let key = "metadata-anchor";
    let certificates = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|cause| unfit(key, file, &cause))?;
    if certificates.is_empty() {
        return Err(unfit(key, file, &"holds no certificate in PEM form"));
    }
    certificates
        .iter()
        .map(|der| Anchor::parse(der).map_err(|cause| unfit(key, file, &cause)))
        .collect()
}
