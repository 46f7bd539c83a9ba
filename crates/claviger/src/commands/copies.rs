//! `backup` and `restore`.

use std::path::Path;

use identity::ambient::Ambient;
use identity::backup;
use server::Start;
use server::config::{ConfigError, Configuration, KeyFile, read_key_file};

use super::{Failure, find_os_user, open};
use crate::output::say;

pub(crate) async fn backup(configuration: &Configuration, file: &Path) -> Result<(), Failure> {
    if file.exists() {
        let text = format!(
            "{}: it exists already, and nothing is overwritten",
            file.display()
        );
        return Err(Failure::Said(text));
    }
    let identity = open(configuration, Start::Existing).await?;
    let outcome = backup::backup(&identity, file, &find_os_user()).await;
    identity.close().await;
    outcome?;
    say(&format!(
        "Wrote {}. The key {} is not in it: keep a copy of the key in another place.",
        file.display(),
        configuration.key_file.display()
    ))
}

/// A backup is worth nothing without its key, so the key comes first.
pub(crate) async fn restore(configuration: &Configuration, file: &Path) -> Result<(), Failure> {
    if !configuration.key_file.exists() {
        let message =
            "is missing: put the key of this backup there, or name it with --key-file".to_owned();
        return Err(ConfigError::KeyFile {
            file: configuration.key_file.clone(),
            message,
        }
        .into());
    }
    let ambient = Ambient::system();
    let (KeyFile::Found(key) | KeyFile::Made(key)) = read_key_file(
        &configuration.key_file,
        &configuration.database,
        &ambient.random,
    )?;
    std::fs::create_dir_all(&configuration.data)
        .map_err(|error| Failure::Said(format!("{}: {error}", configuration.data.display())))?;
    backup::restore(&configuration.database.location(), &key, file, &ambient, &find_os_user())
        .await
        .map_err(|error| Failure::Said(error.to_string()))?;
    say(&format!(
        "Restored {}. Every earlier session and link is void; passkeys work as before.",
        file.display()
    ))
}
