//! Lists that the operator supplies as files: revocation lists for the metadata's signer and for those who certify
//! authenticators, and Google's list of Android's attestation certificates. They are read at the start and again whenever they change; one that can't be read leaves the
//! one before it in use.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use identity::metadata::{self, By, NotSupplied, Supplied};
use identity::settings::{
    AndroidRevocationList, MAX_ANDROID_LIST, MAX_REVOCATION_LIST, RevocationList,
};
use identity::{Identity, Refusal};
use rustls_pki_types::CertificateRevocationListDer;
use rustls_pki_types::pem::PemObject;

/// Where the lists are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListFiles {
    pub revocation_lists: Vec<PathBuf>,
    pub android_list: Option<PathBuf>,
    /// For those who certify authenticators. `None` leaves those in use; an empty list takes them out of use.
    pub attestation_lists: Option<Vec<PathBuf>>,
}

/// Why a file is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error("{}: {cause}", file.display())]
    File {
        file: PathBuf,
        cause: std::io::Error,
    },
    #[error("{}: {cause}", file.display())]
    Unfit { file: PathBuf, cause: String },
    #[error("{}: {cause}", file.display())]
    NotSupplied {
        file: PathBuf,
        cause: Box<NotSupplied>,
    },
}

/// One byte more than allowed, so that the list's reader sees that it is too long.
pub(crate) fn read_bounded(file: &Path, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let most = limit as u64 + 1;
    std::fs::File::open(file)?
        .take(most)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read(file: &Path, limit: usize) -> Result<Vec<u8>, ListError> {
    read_bounded(file, limit).map_err(|cause| ListError::File {
        file: file.to_owned(),
        cause,
    })
}

fn unfit(file: &Path, cause: impl std::fmt::Display) -> ListError {
    ListError::Unfit {
        file: file.to_owned(),
        cause: cause.to_string(),
    }
}

/// PEM or DER: authorities publish the second.
pub(crate) fn read_revocation_list(file: &Path) -> Result<Vec<u8>, ListError> {
    // PEM is a third longer.
    let bytes = read(file, 2 * MAX_REVOCATION_LIST)?;
    let der = match CertificateRevocationListDer::from_pem_slice(&bytes) {
        Ok(list) => list.to_vec(),
        Err(_) => bytes,
    };
    RevocationList::parse(&der).map_err(|cause| unfit(file, cause))?;
    Ok(der)
}

fn read_revocation_lists<'a>(
    files: impl IntoIterator<Item = &'a PathBuf>,
) -> Result<Vec<Vec<u8>>, ListError> {
    let files = files.into_iter();
    files.map(|file| read_revocation_list(file)).collect()
}

fn read_android_list(file: &Path) -> Result<Vec<u8>, ListError> {
    let json = read(file, MAX_ANDROID_LIST)?;
    AndroidRevocationList::parse(&json).map_err(|cause| unfit(file, cause))?;
    Ok(json)
}

impl ListFiles {
    /// Whether each can be read: asked before anything starts.
    ///
    /// # Errors
    /// The first that can't, with its setting's name.
    pub(crate) fn check(&self) -> Result<Vec<Vec<u8>>, (&'static str, ListError)> {
        if let Some(file) = &self.android_list {
            read_android_list(file).map_err(|cause| ("android-revocation-list", cause))?;
        }
        read_revocation_lists(self.attestation_lists.iter().flatten())
            .map_err(|cause| ("attestation-revocation-list", cause))?;
        read_revocation_lists(&self.revocation_lists)
            .map_err(|cause| ("metadata-revocation-list", cause))
    }

    /// Puts the revocation lists for attestations in use, if they are named and others than those in use.
    ///
    /// # Errors
    /// If one of them can't be read; then those in use stay.
    pub async fn supply_attestation_lists(
        &self,
        identity: &Identity,
        by: By<'_>,
    ) -> Result<Option<Supplied>, ListError> {
        let Some(files) = self.attestation_lists.clone() else {
            return Ok(None);
        };
        let first = files.first().cloned().unwrap_or_default();
        let lists = in_background(move || read_revocation_lists(&files)).await?;
        let supplied = metadata::put_attestation_lists(identity, by, lists).await;
        supplied.map(Some).map_err(|cause| ListError::NotSupplied {
            file: first,
            cause: Box::new(cause),
        })
    }

    /// Puts the Android list in use, if there is a file and it is another than the one in use.
    ///
    /// # Errors
    /// If it can't be read; then the one in use stays.
    pub async fn supply_android_list(
        &self,
        identity: &Identity,
        by: By<'_>,
    ) -> Result<Option<Supplied>, ListError> {
        let Some(file) = &self.android_list else {
            return Ok(None);
        };
        let path = file.clone();
        let json = in_background(move || read_android_list(&path)).await?;
        let source = file.display().to_string();
        let supplied = metadata::put_android_list(identity, by, &json, &source).await;
        supplied.map(Some).map_err(|cause| ListError::NotSupplied {
            file: file.clone(),
            cause: Box::new(cause),
        })
    }
}

/// Some megabytes to read and parse: not on a thread that serves people.
async fn in_background<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, ListError> + Send + 'static,
) -> Result<T, ListError> {
    let cut_off = |_| {
        Err(ListError::File {
            file: PathBuf::new(),
            cause: std::io::Error::other("cut off"),
        })
    };
    tokio::task::spawn_blocking(read)
        .await
        .unwrap_or_else(cut_off)
}

/// Watches the files from minute to minute. Only what changed on this machine is taken: of nodes with different files none
/// undoes what another one supplied.
#[derive(Debug)]
pub struct Watch {
    files: ListFiles,
    /// Size and time of change, as last read.
    seen: Mutex<HashMap<PathBuf, Option<Stamp>>>,
}

type Stamp = (u64, std::time::SystemTime);

fn stamp(file: &Path) -> Option<Stamp> {
    let found = std::fs::metadata(file).ok()?;
    Some((found.len(), found.modified().ok()?))
}

impl Watch {
    /// Of these files, none of them read yet.
    #[must_use]
    pub fn new(files: ListFiles) -> Watch {
        Watch {
            files,
            seen: Mutex::new(HashMap::new()),
        }
    }

    /// Whether one of these changed since the last time that this was asked; the first time, yes.
    fn has_changed<'a>(&self, files: impl IntoIterator<Item = &'a PathBuf>) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = false;
        for file in files {
            let now = stamp(file);
            changed |= seen.insert(file.clone(), now) != Some(now);
        }
        changed
    }

    fn forget(&self, file: &Path) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.remove(file);
    }

    /// Reads what changed and puts it in use.
    ///
    /// # Errors
    /// If the database can't take it now; then it is tried again by the next tick.
    pub async fn tick(&self, identity: &Identity) -> Result<(), Refusal> {
        if self.has_changed(&self.files.revocation_lists) {
            let files = self.files.revocation_lists.clone();
            match in_background(move || read_revocation_lists(&files)).await {
                Ok(lists) => metadata::replace_revocation_lists(identity, lists),
                Err(cause) => tell(&cause),
            }
        }
        self.watch_android_list(identity).await?;
        self.watch_attestation_lists(identity).await
    }

    async fn watch_android_list(&self, identity: &Identity) -> Result<(), Refusal> {
        let android = self.files.android_list.as_ref();
        if !self.has_changed(android) {
            return Ok(());
        }
        let supplied = self.files.supply_android_list(identity, By::Schedule).await;
        let replaced = self.settle(supplied, android)?;
        if let Some(entries) = replaced {
            tracing::info!(
                entries,
                "a new list of Android's attestation certificates is in use"
            );
        }
        Ok(())
    }

    async fn watch_attestation_lists(&self, identity: &Identity) -> Result<(), Refusal> {
        let Some(files) = &self.files.attestation_lists else {
            return Ok(());
        };
        // That there is none changes no file.
        if !files.is_empty() && !self.has_changed(files) {
            return Ok(());
        }
        let supplied = self
            .files
            .supply_attestation_lists(identity, By::Schedule)
            .await;
        if let Some(lists) = self.settle(supplied, files)? {
            tracing::info!(lists, "other revocation lists for attestations are in use");
        }
        Ok(())
    }

    /// How many entries are in use now, if they are others than before. What is unfit is told.
    fn settle<'a>(
        &self,
        supplied: Result<Option<Supplied>, ListError>,
        files: impl IntoIterator<Item = &'a PathBuf>,
    ) -> Result<Option<usize>, Refusal> {
        let cause = match supplied {
            Ok(Some(Supplied::Replaced { entries })) => return Ok(Some(entries)),
            Ok(_) => return Ok(None),
            Err(cause) => cause,
        };
        match cause {
            ListError::NotSupplied { file, cause } => match *cause {
                NotSupplied::Refused(refusal) => {
                    // Not the files' fault: they are tried again in a minute.
                    files.into_iter().for_each(|file| self.forget(file));
                    return Err(refusal);
                }
                cause => tell(&ListError::NotSupplied {
                    file,
                    cause: Box::new(cause),
                }),
            },
            cause => tell(&cause),
        }
        Ok(None)
    }
}

fn tell(cause: &ListError) {
    metrics::counter!("claviger_alerts_total", "kind" => "list_unusable").increment(1);
    tracing::warn!(%cause, "alert: a list can't be read; the one before it stays in use");
}
