//! The picture of an application.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use identity::applications::{self, Logo, MAX_LOGO_FILE};
use identity::{Actor, Identity};

use super::super::Failure;
use super::find;
use crate::output::{escape, say};

/// One byte more than is taken: whatever is longer is refused as too long.
fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let said = |error| Failure::Said(format!("{}: {error}", file.display()));
    let mut bytes = Vec::new();
    let most = MAX_LOGO_FILE as u64 + 1;
    let opened = File::open(file).map_err(said)?;
    opened.take(most).read_to_end(&mut bytes).map_err(said)?;
    Ok(bytes)
}

pub(super) async fn change(
    identity: &Identity,
    actor: Actor<'_>,
    client_id: &str,
    file: Option<&Path>,
) -> Result<(), Failure> {
    let found = find(identity, actor, client_id).await?;
    let name = escape(&found.display_name);
    let Some(file) = file else {
        applications::remove_logo(identity, actor, found.object_id).await?;
        return say(&format!("{name} has no logo any more."));
    };
    let bytes = read(file)?;
    let make = || std::future::ready(Logo::make(&bytes));
    applications::put_logo(identity, actor, found.object_id, make).await?;
    say(&format!(
        "{name} has a logo, on every page that shows its name."
    ))
}
