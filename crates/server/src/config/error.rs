//! What is wrong with the configuration, and what to do about it.

use std::path::PathBuf;

/// Shown to the operator as it stands; never holds a value that may be a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration file {}: {cause}", file.display())]
    Unreadable {
        file: PathBuf,
        cause: std::io::Error,
    },
    #[error("{}, line {line}: {message}", file.display())]
    File {
        file: PathBuf,
        line: usize,
        message: String,
    },
    #[error("{name}: {message}")]
    Environment { name: String, message: String },
    #[error("{key}: {message}")]
    Value { key: &'static str, message: String },
    #[error("{0}")]
    Contradiction(String),
    #[error("{place}: {message}")]
    Key { place: String, message: String },
    #[error("the data directory {}: {cause}", folder.display())]
    DataFolder {
        folder: PathBuf,
        cause: std::io::Error,
    },
}

impl ConfigError {
    pub(crate) fn value(key: &'static str, message: impl ToString) -> ConfigError {
        ConfigError::Value {
            key,
            message: message.to_string(),
        }
    }
}
