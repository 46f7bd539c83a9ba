//! Copies of a SQLite database as single files, made and put back without a half-done state.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use super::create_private;
use super::session::{Role, Session, store_error};
use crate::StoreError;
use crate::migrate::{self, Migration};
use crate::store::Durability;
use crate::value::Value;

/// Copies `file` to `target` as of one moment, while others read and write it. Blocks.
pub(crate) fn backup(file: &Path, target: &Path) -> Result<(), StoreError> {
    let partial = Partial::beside(target)?;
    // A connection of its own: the copy takes long, and holds a snapshot meanwhile.
    let source = Session::open(file, Role::Side, Durability::Full)
        .map_err(|cause| store_error("backup", &cause))?;
    let path = partial
        .path
        .to_str()
        .ok_or_else(|| unusable(target, "the path is not UTF-8"))?;
    source
        .connection
        .execute("VACUUM INTO ?1", [path])
        .map_err(|cause| store_error("backup", &cause))?;
    partial.publish()
}

/// A file that becomes `target` whole, or is removed.
pub(crate) struct Partial {
    pub(crate) path: PathBuf,
    target: PathBuf,
}

impl Partial {
    /// Makes an empty private file beside `target`, which must not exist.
    pub(crate) fn beside(target: &Path) -> Result<Partial, StoreError> {
        for taken in [target.to_owned(), with_suffix(target, "-wal")] {
            if taken.symlink_metadata().is_ok() {
                return Err(unusable(
                    &taken,
                    "it exists already, and nothing is overwritten",
                ));
            }
        }
        let path = with_suffix(target, ".partial");
        create_private(&path, true)?;
        let target = target.to_owned();
        Ok(Partial { path, target })
    }

    /// Puts the file in its place, durably. Errors if something came there meanwhile.
    pub(crate) fn publish(self) -> Result<(), StoreError> {
        let failed = |cause: std::io::Error| unusable(&self.target, &cause.to_string());
        File::open(&self.path)
            .and_then(|file| file.sync_all())
            .map_err(failed)?;
        // A link, unlike a rename, never replaces what is there.
        fs::hard_link(&self.path, &self.target).map_err(failed)?;
        fs::remove_file(&self.path).map_err(failed)?;
        let folder = match self.target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(failed)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        for suffix in ["", "-wal", "-shm", "-journal"] {
            // Most are not there, and a published one isn't either.
            let _ = fs::remove_file(with_suffix(&self.path, suffix));
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn unusable(path: &Path, sentence: &str) -> StoreError {
    StoreError::Unusable(format!("{}: {sentence}", path.display()))
}

/// Puts a backup in place as a new database file. Blocks.
///
/// `target` must not exist. The copy is checked (integrity, ours, not newer than this program),
/// brought up to date, and every tenant in it gets `epoch` (16 random bytes from the caller), which
/// voids every session, state and link issued before (security 10).
pub fn restore_file(source: &Path, target: &Path, epoch: [u8; 16]) -> Result<(), StoreError> {
    let partial = Partial::beside(target)?;
    let mut session = checked_copy(source, &partial.path, migrate::MIGRATIONS)?;
    session.run(
        &crate::records::tenant::REPLACE_EPOCH,
        &[Value::from(epoch)],
    )?;
    leave_wal(session)?;
    partial.publish()
}

/// Copies a backup into the empty file `to` and opens it, checked and migrated.
pub(crate) fn checked_copy(
    source: &Path,
    to: &Path,
    migrations: &[Migration],
) -> Result<Session, StoreError> {
    if with_suffix(source, "-wal").exists() {
        return Err(unusable(
            source,
            "it is a database in use (a -wal file lies beside it); make a backup of it first",
        ));
    }
    let copied = File::open(source).and_then(|mut from| {
        let mut into = fs::OpenOptions::new().write(true).open(to)?;
        std::io::copy(&mut from, &mut into)
    });
    copied.map_err(|cause| unusable(source, &cause.to_string()))?;

    let failed = |cause: rusqlite::Error| match store_error("restore", &cause) {
        StoreError::Failed { cause, .. } => unusable(source, &cause),
        other => other,
    };
    let mut session = Session::open(to, Role::Writer, Durability::Full).map_err(failed)?;
    let verdict: String = session
        .connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(failed)?;
    if verdict != "ok" {
        return Err(unusable(source, &format!("it is damaged: {verdict}")));
    }
    let version = "SELECT coalesce(max(version), 0) FROM schema_migration";
    let version = session
        .connection
        .query_row(version, [], |row| row.get::<_, i64>(0));
    if !matches!(version, Ok(1..)) {
        return Err(unusable(source, "it is not a backup of this program"));
    }
    migrate::sqlite(&mut session, migrations)?;
    Ok(session)
}

/// Makes the database one single file again and closes it.
pub(crate) fn leave_wal(session: Session) -> Result<(), StoreError> {
    let failed = |cause: rusqlite::Error| store_error("close", &cause);
    session.connection.flush_prepared_statement_cache();
    session
        .connection
        .pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
        .map_err(failed)?;
    session
        .connection
        .close()
        .map_err(|(_, cause)| failed(cause))
}
