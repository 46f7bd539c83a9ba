//! What passkeys' makers are called and look like, where the operator supplies it.

use std::path::PathBuf;
use std::sync::Arc;

use identity::providers::{MAX_FILE, OperatorProviders};

use super::ConfigError;
use crate::lists::read_bounded;

/// The file in either public form, read once at the start.
pub(super) fn read(file: Option<PathBuf>) -> Result<Arc<OperatorProviders>, ConfigError> {
    let Some(file) = file else {
        return Ok(Arc::default());
    };
    let unfit = |cause: &dyn std::fmt::Display| {
        ConfigError::value("provider-names", format!("{}: {cause}", file.display()))
    };
    let json = read_bounded(&file, MAX_FILE).map_err(|cause| unfit(&cause))?;
    let read = OperatorProviders::parse(&json).map_err(|cause| unfit(&cause))?;
    Ok(Arc::new(read))
}
