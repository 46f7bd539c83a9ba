//! The key-encryption key's file: 32 random bytes in base64, for its owner's eyes only (security 27).

use std::io::Write;
use std::path::Path;

use data_encoding::BASE64;
use identity::ambient::Random;
use identity::keys::KeyEncryptionKey;

use super::{ConfigError, Database};

/// A key, and whether it was there before this start.
#[derive(Debug)]
pub enum KeyFile {
    Found(KeyEncryptionKey),
    /// Just made: the database must be new as well.
    Made(KeyEncryptionKey),
}

/// Reads the key file, or makes it when neither it nor a SQLite database exists yet.
pub fn read_key_file(
    path: &Path,
    database: &Database,
    random: &Random,
) -> Result<KeyFile, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => {
            check_mode(path)?;
            parse(path, &text).map(KeyFile::Found)
        }
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            make(path, database, random).map(KeyFile::Made)
        }
        Err(cause) => Err(unusable(path, format!("can't be read: {cause}"))),
    }
}

fn parse(path: &Path, text: &str) -> Result<KeyEncryptionKey, ConfigError> {
    BASE64
        .decode(text.trim().as_bytes())
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .map(KeyEncryptionKey::new)
        .ok_or_else(|| {
            unusable(
                path,
                "must hold 32 bytes in base64, as claviger wrote it; restore it from your copy"
                    .to_owned(),
            )
        })
}

fn make(
    path: &Path,
    database: &Database,
    random: &Random,
) -> Result<KeyEncryptionKey, ConfigError> {
    if let Database::Sqlite { file } = database
        && file.exists()
    {
        let why = format!(
            "is missing, but the database {} was made under it: put your copy of the key there",
            file.display()
        );
        return Err(unusable(path, why));
    }
    let bytes: [u8; 32] = random.make();
    write(path, &BASE64.encode(&bytes))
        .map_err(|cause| unusable(path, format!("can't be written: {cause}")))?;
    Ok(KeyEncryptionKey::new(bytes))
}

/// On disk, with its name, before anything is sealed under it.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        make_folder(folder)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

/// The data directory is its owner's alone, too.
fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(unix)]
fn check_mode(path: &Path) -> Result<(), ConfigError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = std::fs::metadata(path)
        .map_err(|cause| unusable(path, format!("can't be read: {cause}")))?;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(unusable(
        path,
        format!(
            "can be read by others (mode {mode:03o}): run `chmod 600 {}`",
            path.display()
        ),
    ))
}

#[cfg(not(unix))]
fn check_mode(_path: &Path) -> Result<(), ConfigError> {
    Ok(())
}

fn unusable(path: &Path, message: String) -> ConfigError {
    ConfigError::KeyFile {
        file: path.to_owned(),
        message,
    }
}
