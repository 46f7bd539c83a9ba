//! Backup and restore. A backup holds no key-encryption key; a restore asks for it and voids what was issued
//! before: sessions, states, links (security 10, 27).

use std::path::Path;

use store::{Location, Log, OpenOptions, Store, Unit};

use crate::ambient::Ambient;
use crate::audit::{self, Entry};
use crate::keys::{self, KeyEncryptionKey};
use crate::tenant::{OpenError, refuse_write};
use crate::{Identity, Refusal};

/// Copies everything, as of one moment, into a new file, while the server goes on. Audited.
pub async fn backup(identity: &Identity, file: &Path, os_user: &str) -> Result<(), Refusal> {
    identity.0.store.backup(file).await?;
    let unit = Unit::new();
    let mut entry = Entry::default();
    entry.confide("actor", format!("cli:{os_user}"));
    let written = audit::commit(
        identity,
        unit,
        Log::Audit,
        "database.backed_up",
        (None, None),
        entry,
    )
    .await;
    written.map(drop).map_err(refuse_write)
}

/// Puts a backup in place of an absent SQLite file or into an empty PostgreSQL database.
pub async fn restore(
    location: &Location,
    key: &KeyEncryptionKey,
    source: &Path,
    ambient: &Ambient,
) -> Result<(), OpenError> {
    let epoch = ambient.make_id().0;
    match location {
        Location::Sqlite { file } => store::restore_file(source, file, epoch)?,
        Location::Postgres { .. } => {
            let store = Store::open(&OpenOptions::new(location.clone())).await?;
            store.restore_into(source, epoch).await?;
            store.close().await;
        }
    }
    // A backup is worth nothing without its key: said now, not at the next start.
    let store = Store::open(&OpenOptions::new(location.clone())).await?;
    if let Some(tenant) = store.find_sole_tenant().await? {
        keys::load(&store, key, tenant.tenant_id).await?;
    }
    store.close().await;
    Ok(())
}
