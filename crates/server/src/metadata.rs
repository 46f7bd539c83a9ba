//! Metadata from outside: fetched by schedule or command, and handed to the use case.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use identity::metadata::{self, By, MAX_BLOB, NotUpdated, Progress, RevocationListView, Updated};
use identity::{HOUR, Identity, Refusal};

use crate::lists::{ListFiles, Watch, read_bounded};
use crate::outbound::{FetchError, Outbound};

/// Where blobs come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetadataSource {
    /// An https address.
    Url(String),
    File(PathBuf),
}

impl MetadataSource {
    /// What starts with a scheme is an address; everything else is a file.
    #[must_use]
    pub fn parse(text: &str) -> MetadataSource {
        if text.contains("://") {
            MetadataSource::Url(text.to_owned())
        } else {
            MetadataSource::File(PathBuf::from(text))
        }
    }
}

impl std::fmt::Display for MetadataSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MetadataSource::Url(url) => f.write_str(url),
            MetadataSource::File(file) => write!(f, "{}", file.display()),
        }
    }
}

/// When the server asks by itself. Without a source it never does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetadataSchedule {
    pub source: Option<MetadataSource>,
    pub every_hours: u32,
}

/// Why there is nothing newer. The blob in use stays.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    #[error("{source_name}: {cause}")]
    Fetch {
        source_name: String,
        cause: FetchError,
    },
    #[error("{}: {cause}", file.display())]
    File {
        file: PathBuf,
        cause: std::io::Error,
    },
    #[error("{source_name}: {cause}")]
    NotUpdated {
        source_name: String,
        cause: NotUpdated,
    },
}

/// Gets a blob and puts it in place of the one in use, if it is sound and newer.
///
/// # Errors
/// If it isn't, or can't be had; then the one in use stays.
pub async fn refresh(
    identity: &Identity,
    outbound: &Outbound,
    source: &MetadataSource,
    by: By<'_>,
) -> Result<Updated, RefreshError> {
    let text = match source {
        MetadataSource::File(file) => read_file(file).await?,
        MetadataSource::Url(url) => {
            let fetched = outbound.fetch(url, MAX_BLOB).await;
            fetched.map_err(|cause| RefreshError::Fetch {
                source_name: source.to_string(),
                cause,
            })?
        }
    };
    let not_updated = |cause| RefreshError::NotUpdated {
        source_name: source.to_string(),
        cause,
    };
    let reader = identity.clone();
    // A tenth of a second of computing: not on a thread that serves people.
    let read = tokio::task::spawn_blocking(move || metadata::read(&reader, &text)).await;
    let blob = read
        .map_err(|_| not_updated(Refusal::new(&identity::codes::INTERNAL).into()))?
        .map_err(|cause| not_updated(cause.into()))?;
    let updated = metadata::update(identity, by, &blob, &source.to_string()).await;
    updated.map_err(not_updated)
}

async fn read_file(file: &Path) -> Result<Vec<u8>, RefreshError> {
    let path = file.to_owned();
    let read = tokio::task::spawn_blocking(move || read_bounded(&path, MAX_BLOB));
    let read = read
        .await
        .unwrap_or_else(|_| Err(std::io::Error::other("cut off")));
    read.map_err(|cause| RefreshError::File {
        file: file.to_owned(),
        cause,
    })
}

/// Batches of a hundred that one minute judges.
const BATCHES: usize = 50;

/// What a node does each minute: asks when it is time, judges what is due, says what somebody has to know.
#[derive(Debug)]
pub struct Keeper {
    outbound: Outbound,
    schedule: MetadataSchedule,
    watch: Watch,
    was_stale: AtomicBool,
    was_outdated: AtomicBool,
    were_outdated: AtomicBool,
}

impl Keeper {
    /// One that has told nothing yet.
    #[must_use]
    pub fn new(outbound: Outbound, schedule: MetadataSchedule, lists: ListFiles) -> Keeper {
        Keeper {
            outbound,
            schedule,
            watch: Watch::new(lists),
            was_stale: AtomicBool::new(false),
            was_outdated: AtomicBool::new(false),
            were_outdated: AtomicBool::new(false),
        }
    }

    /// One minute's work. A source that gives nothing newer is told, and is no error.
    ///
    /// # Errors
    /// If the database can't take it now; the next minute tries again.
    pub async fn tick(&self, identity: &Identity) -> Result<(), Refusal> {
        self.watch.tick(identity).await?;
        self.watch_lists(identity).await?;
        self.ask(identity).await?;
        let progress = metadata::judge_due(identity, BATCHES).await?;
        report(&progress);
        self.watch(identity).await
    }

    async fn ask(&self, identity: &Identity) -> Result<(), Refusal> {
        let Some(source) = &self.schedule.source else {
            return Ok(());
        };
        let every = i64::from(self.schedule.every_hours) * HOUR;
        if !metadata::claim_asking(identity, every).await? {
            return Ok(());
        }
        match refresh(identity, &self.outbound, source, By::Schedule).await {
            Ok(updated) => {
                tracing::info!(?updated, "metadata");
                count("updated");
            }
            Err(cause) => {
                tracing::warn!(%cause, "no new metadata; what is in use stays, and it is tried again in an hour");
                count("failed");
            }
        }
        Ok(())
    }

    /// An alert when a revocation list is past its time.
    async fn watch_lists(&self, identity: &Identity) -> Result<(), Refusal> {
        tell_outdated(
            &self.was_outdated,
            &metadata::list_revocation_lists(identity),
            "no newer metadata is put in use",
        );
        tell_outdated(
            &self.were_outdated,
            &metadata::list_attestation_lists(identity).await?,
            "no new attestation by it is believed",
        );
        Ok(())
    }

    /// Figures of the blob in use; an alert when its time is over.
    async fn watch(&self, identity: &Identity) -> Result<(), Refusal> {
        let Some(view) = metadata::show(identity).await? else {
            return Ok(());
        };
        let seconds = Duration::from_micros(view.next_update.unsigned_abs()).as_secs_f64();
        metrics::gauge!("claviger_metadata_next_update_seconds").set(seconds);
        metrics::gauge!("claviger_metadata_waiting_changes").set(view.verdicts.waiting as f64);
        metrics::gauge!("claviger_metadata_undesired_passkeys").set(view.verdicts.undesired as f64);
        if view.stale && !self.was_stale.swap(true, Ordering::Relaxed) {
            metrics::counter!("claviger_alerts_total", "kind" => "metadata_stale").increment(1);
            tracing::warn!(
                number = view.number,
                "alert: the metadata should have been replaced by now; new models are not attested under it"
            );
        }
        if !view.stale {
            self.was_stale.store(false, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Once, until none is outdated any more.
fn tell_outdated(told: &AtomicBool, lists: &[RevocationListView], consequence: &str) {
    let outdated = lists.iter().find(|list| list.outdated);
    let was_outdated = told.swap(outdated.is_some(), Ordering::Relaxed);
    if let Some(list) = outdated.filter(|_| !was_outdated) {
        metrics::counter!("claviger_alerts_total", "kind" => "revocation_list_outdated")
            .increment(1);
        let issuer = list.issuer.as_str();
        tracing::warn!(
            issuer,
            "alert: a revocation list is past its time; {consequence} until the current one is supplied"
        );
    }
}

fn count(result: &'static str) {
    metrics::counter!("claviger_metadata_refreshes_total", "result" => result).increment(1);
}

fn report(progress: &Progress) {
    if progress.undesired > 0 {
        metrics::counter!("claviger_alerts_total", "kind" => "model_undesired")
            .increment(progress.undesired);
        tracing::warn!(
            passkeys = progress.undesired,
            "alert: passkeys of a model that is now revoked or compromised; the audit log names them"
        );
    }
    if progress.began_waiting {
        metrics::counter!("claviger_alerts_total", "kind" => "metadata_waits").increment(1);
        tracing::warn!(
            changes = progress.waiting,
            "alert: new metadata would change many verdicts; look at `claviger metadata show` and approve them"
        );
    }
    if progress.judged > 0 {
        tracing::info!(
            judged = progress.judged,
            changed = progress.changed,
            due = progress.due,
            "attestations judged anew"
        );
    }
}
