//! Where the key-encryption key comes from: a file of its own, the environment or a command, never
//! the database (security 27).

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use data_encoding::BASE64;
use identity::ambient::Random;
use identity::keys::KeyEncryptionKey;

use super::ConfigError;

/// How long a key command may take: somebody may have to touch a token.
const COMMAND_TIME: Duration = Duration::from_secs(60);

/// The one place of the key. Debug and Display show no key.
#[derive(Clone, PartialEq, Eq)]
pub enum KeySource {
    /// 32 bytes in base64, for its owner's eyes only; made by the first start.
    File(PathBuf),
    /// The same text, from `CLAVIGER_KEY`.
    Environment(String),
    /// A shell command that prints the same text.
    Command(String),
}

/// A key, or the place where it would be made.
#[derive(Debug)]
pub enum Key<'a> {
    Found(KeyEncryptionKey),
    NoFile(&'a Path),
}

impl std::fmt::Debug for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::fmt::Display for KeySource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            KeySource::File(path) => write!(f, "the key file {}", path.display()),
            KeySource::Environment(_) => f.write_str("the key in CLAVIGER_KEY"),
            KeySource::Command(_) => f.write_str("the key command"),
        }
    }
}

impl KeySource {
    /// Reads the key; a file that is not there is no error yet.
    pub async fn find(&self) -> Result<Key<'_>, ConfigError> {
        match self {
            KeySource::File(path) => self.read(path),
            KeySource::Environment(text) => self.parse(text).map(Key::Found),
            KeySource::Command(command) => self.parse(&self.ask(command).await?).map(Key::Found),
        }
    }

    fn read<'a>(&self, path: &'a Path) -> Result<Key<'a>, ConfigError> {
        match std::fs::read_to_string(path) {
            Ok(text) => {
                self.check_mode(path)?;
                self.parse(&text).map(Key::Found)
            }
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(Key::NoFile(path)),
            Err(cause) => Err(self.unusable(format!("can't be read: {cause}"))),
        }
    }

    fn parse(&self, text: &str) -> Result<KeyEncryptionKey, ConfigError> {
        BASE64
            .decode(text.trim().as_bytes())
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
            .map(KeyEncryptionKey::new)
            .ok_or_else(|| {
                self.unusable(
                    "must be 32 bytes in base64, as claviger wrote it; restore it from your copy",
                )
            })
    }

    /// What the command prints on stdout; its messages go to ours.
    async fn ask(&self, command: &str) -> Result<String, ConfigError> {
        let child = tokio::process::Command::new("sh")
            .args(["-c", command])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|cause| self.unusable(format!("can't be started: {cause}")))?;
        let output = tokio::time::timeout(COMMAND_TIME, child.wait_with_output())
            .await
            .map_err(|_| {
                self.unusable(format!("gave no key in {} seconds", COMMAND_TIME.as_secs()))
            })?
            .map_err(|cause| self.unusable(format!("gave no key: {cause}")))?;
        if !output.status.success() {
            return Err(self.unusable(format!("gave no key: {}", output.status)));
        }
        // What is no text is no base64 either.
        Ok(String::from_utf8(output.stdout).unwrap_or_default())
    }

    #[cfg(unix)]
    fn check_mode(&self, path: &Path) -> Result<(), ConfigError> {
        use std::os::unix::fs::PermissionsExt;
        let metadata = std::fs::metadata(path)
            .map_err(|cause| self.unusable(format!("can't be read: {cause}")))?;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 == 0 {
            return Ok(());
        }
        Err(self.unusable(format!(
            "can be read by others (mode {mode:03o}): run `chmod 600 {}`",
            path.display()
        )))
    }

    #[cfg(not(unix))]
    fn check_mode(&self, _path: &Path) -> Result<(), ConfigError> {
        Ok(())
    }

    /// The refusal to go on with this source.
    pub fn unusable(&self, message: impl Into<String>) -> ConfigError {
        ConfigError::Key {
            place: self.to_string(),
            message: message.into(),
        }
    }
}

/// Makes the key file of a new installation. One that is there is never overwritten.
pub fn make_key_file(path: &Path, random: &Random) -> Result<KeyEncryptionKey, ConfigError> {
    let bytes: [u8; 32] = random.make();
    write(path, &BASE64.encode(&bytes)).map_err(|cause| {
        KeySource::File(path.to_owned()).unusable(format!("can't be written: {cause}"))
    })?;
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
pub(crate) fn make_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
