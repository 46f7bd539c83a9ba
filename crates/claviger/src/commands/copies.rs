//! `backup` and `restore`.

use std::path::Path;

use identity::ambient::Ambient;
use identity::backup;
use server::Start;
use server::config::{Configuration, Key};

use super::{Failure, open};
use crate::os_user;
use crate::output::say;

pub(crate) async fn backup(configuration: &Configuration, file: &Path) -> Result<(), Failure> {
    if file.exists() {
        let text = format!(
            "{}: it exists already, and nothing is overwritten",
            file.display()
        );
        return Err(Failure::Said(text));
    }
    let identity = open(configuration, Start::Beside).await?;
    let outcome = backup::backup(&identity, file, &os_user::find()).await;
    identity.close().await;
    outcome?;
    say(&format!(
        "Wrote {}. {} is not in it: keep a copy of the key in another place.",
        file.display(),
        capitalise(&configuration.key.to_string())
    ))
}

/// A backup is worth nothing without its key, so the key comes first.
pub(crate) async fn restore(configuration: &Configuration, file: &Path) -> Result<(), Failure> {
    let Key::Found(key) = configuration.key.find().await? else {
        let message = "is missing: put the key of this backup there, or name it with --key-file";
        return Err(configuration.key.unusable(message).into());
    };
    let ambient = Ambient::system();
    std::fs::create_dir_all(&configuration.data)
        .map_err(|error| Failure::Said(format!("{}: {error}", configuration.data.display())))?;
    backup::restore(
        &configuration.database.location(),
        &key,
        file,
        &ambient,
        &os_user::find(),
    )
    .await
    .map_err(|error| Failure::Said(error.to_string()))?;
    say(&format!(
        "Restored {}. Every earlier session and link is void; passkeys work as before.",
        file.display()
    ))
}

fn capitalise(sentence: &str) -> String {
    let (first, rest) = sentence.split_at(1);
    first.to_uppercase() + rest
}
