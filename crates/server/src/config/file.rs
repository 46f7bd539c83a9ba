//! The configuration file: TOML, where an unknown key is an error with its line.

use std::path::{Path, PathBuf};

use super::{ConfigError, Layer};
use crate::metadata::MetadataSource;

pub(super) fn read(path: &Path) -> Result<Layer, ConfigError> {
    let text = std::fs::read_to_string(path).map_err(|cause| ConfigError::Unreadable {
        file: path.to_owned(),
        cause,
    })?;
    let mut layer = parse(&text, path)?;
    resolve_paths(&mut layer, path.parent().unwrap_or(Path::new("")));
    Ok(layer)
}

pub(super) fn parse(text: &str, path: &Path) -> Result<Layer, ConfigError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        ConfigError::File {
            file: path.to_owned(),
            line: text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1,
            message: error.message().to_owned(),
        }
    })
}

/// Relative paths in a file mean "beside the file", wherever the program was started.
fn resolve_paths(layer: &mut Layer, folder: &Path) {
    let paths = [
        &mut layer.data,
        &mut layer.key_file,
        &mut layer.tls_certificate,
        &mut layer.tls_key,
        &mut layer.metadata_anchor,
        &mut layer.android_revocation_list,
        &mut layer.breached_passwords,
        &mut layer.provider_names,
        &mut layer.outbound_authority,
    ];
    for slot in paths {
        *slot = slot.take().map(|path: PathBuf| folder.join(path));
    }
    let lists = [
        &mut layer.metadata_revocation_list,
        &mut layer.attestation_revocation_list,
    ];
    for list in lists.into_iter().flatten().flatten() {
        *list = folder.join(&list);
    }
    layer.metadata_source =
        layer
            .metadata_source
            .take()
            .map(|text| match MetadataSource::parse(&text) {
                MetadataSource::Url(url) => url,
                MetadataSource::File(file) => folder.join(file).to_string_lossy().into_owned(),
            });
}
