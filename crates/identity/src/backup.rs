//! Backup and restore. A backup holds no key-encryption key; a restore asks for it and voids what was issued
//! before: sessions, states, links (security 10, 27).

use std::path::Path;

use store::{Location, Log, OpenOptions, Store, StoreError, Unit, WriteError};

use crate::ambient::Ambient;
use crate::audit::{self, Entry};
use crate::keys::KeyEncryptionKey;
use crate::tenant::{EmptyDatabase, OpenError, refuse_write, stored_names};
use crate::{Identity, Refusal, Settings};

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

/// Puts a backup in place of an absent SQLite file or into an empty PostgreSQL database, under a new epoch.
/// Audited. With a key that does not open the backup, a SQLite file is taken away again.
pub async fn restore(
    location: &Location,
    key: &KeyEncryptionKey,
    source: &Path,
    ambient: &Ambient,
    os_user: &str,
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
    let recorded = record_restore(location, key, ambient, os_user).await;
    if let (Err(OpenError::Key(_)), Location::Sqlite { file }) = (&recorded, location) {
        for end in ["", "-wal", "-shm"] {
            let mut name = file.clone().into_os_string();
            name.push(end);
            // What is not there needs no removing.
            let _ = std::fs::remove_file(name);
        }
    }
    recorded
}

/// Opens what was restored, which shows that the key fits, and writes the record of it.
async fn record_restore(
    location: &Location,
    key: &KeyEncryptionKey,
    ambient: &Ambient,
    os_user: &str,
) -> Result<(), OpenError> {
    let store = Store::open(&OpenOptions::new(location.clone())).await?;
    let Some((origin, rp_id)) = stored_names(&store).await? else {
        store.close().await;
        return Ok(());
    };
    let opened = Identity::open(
        store.clone(),
        Settings::new(origin, rp_id),
        ambient.clone(),
        key.clone(),
        EmptyDatabase::Refuse,
    );
    let identity = match opened.await {
        Ok(identity) => identity,
        Err(error) => {
            store.close().await;
            return Err(error);
        }
    };
    let mut entry = Entry::default();
    entry.confide("actor", format!("cli:{os_user}"));
    let about = (None, None);
    let written = audit::commit(
        &identity,
        Unit::new(),
        Log::Audit,
        "database.restored",
        about,
        entry,
    )
    .await;
    identity.close().await;
    match written {
        Ok(_) => Ok(()),
        Err(WriteError::Store(cause)) => Err(cause.into()),
        Err(WriteError::Refused(guard)) => {
            Err(StoreError::Unusable(format!("record: {guard:?}")).into())
        }
    }
}
