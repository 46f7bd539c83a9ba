//! FIDO metadata: keeping the blob in use, and judging every stored attestation anew when it changes.
//!
//! A blob is read ([`read`]), and takes the place of the one in use ([`update()`]) if it goes forward. Then every
//! stored verdict is due again: [`judge_due`] works through them in small units, on one node at a time, and stops
//! and goes on anywhere, because each verdict says in which *turn* it was judged. A turn begins with a new blob, and
//! on the day from which a report holds that an older blob announced. So a revoked model is seen the same day.
//!
//! What a security report changes is changed at once. Other changes (an entry that vanished, other roots, a lower
//! certification) that touch more than one in twenty passkeys wait until somebody approves them (security 32).

mod attestation_lists;
mod judge;
mod shared;
mod show;
mod supplied;
mod update;

pub(crate) use attestation_lists::read_attestation_lists;
pub use attestation_lists::{MAX_ATTESTATION_LISTS, list_attestation_lists, put_attestation_lists};
pub use judge::{Approved, Progress, approve, judge_due};
pub(crate) use shared::read_shared_anchors;
pub use show::{ModelView, View, find_icon, find_model, list_models, show};
pub(crate) use supplied::read_android_list;
pub use supplied::{
    AndroidListView, NotSupplied, RevocationListView, Supplied, find_android_list,
    list_revocation_lists, put_android_list, replace_revocation_lists,
};
pub use update::{NotUpdated, Updated, claim_asking, read, update};
pub use webauthn::metadata::{Blob, MAX_BLOB, MetadataError};

use store::{Metadata, ModelRecord, Phase, StoreError};
use webauthn::Aaguid;
use webauthn::metadata::{Date, Entry};

use crate::audit::Entry as Record;
use crate::{DAY, Identity, Micros, SECOND};

/// Who has the metadata changed.
#[derive(Debug, Clone, Copy)]
pub enum By<'a> {
    /// Whoever has a shell on the server: `cli:<os user>` in the audit log.
    CommandLine { os_user: &'a str },
    /// The server, by its schedule.
    Schedule,
}

impl By<'_> {
    fn record(self) -> Record {
        let mut record = Record::default();
        match self {
            By::CommandLine { os_user } => record.confide("actor", format!("cli:{os_user}")),
            By::Schedule => record.say("by", "schedule"),
        };
        record
    }
}

/// The blob in use as of now.
#[derive(Debug)]
pub(crate) struct InUse {
    row: Option<Metadata>,
    pub(crate) now: Micros,
}

impl InUse {
    pub(crate) async fn read(identity: &Identity) -> Result<InUse, StoreError> {
        let found = identity.0.store.find_metadata(identity.0.tenant_id).await?;
        Ok(InUse {
            row: found,
            now: identity.0.ambient.now(),
        })
    }

    /// Whether there is a blob at all.
    fn is_there(&self) -> bool {
        self.number() > 0
    }

    pub(crate) fn number(&self) -> i64 {
        self.row.as_ref().map_or(0, |row| row.number)
    }

    pub(crate) fn turn(&self) -> i64 {
        self.row.as_ref().map_or(0, |row| row.turn)
    }

    /// Whether every verdict of the turn is judged, and made or waiting.
    fn is_settled(&self) -> bool {
        let phase = self.row.as_ref().map(|row| row.phase);
        matches!(phase, None | Some(Phase::Done | Phase::Waiting))
    }

    /// Past `nextUpdate`: the day by which the service promised a newer one is over.
    pub(crate) fn is_stale(&self) -> bool {
        self.row
            .as_ref()
            .is_some_and(|row| row.number > 0 && self.now >= row.next_update.saturating_add(DAY))
    }

    pub(crate) fn today(&self) -> Date {
        date_of(self.now)
    }
}

fn date_of(at: Micros) -> Date {
    Date::of_unix_seconds(at.div_euclid(SECOND))
}

fn micros_of(date: Date) -> Micros {
    date.unix_seconds().saturating_mul(SECOND)
}

/// An entry as it was stored. One that can't be read any more is as good as absent, and told in the log.
fn parse_model(record: &ModelRecord) -> Option<Entry> {
    Entry::parse(&record.body)
        .inspect_err(|cause| {
            tracing::error!(entry = record.entry_number, %cause, "a stored metadata entry");
        })
        .ok()
}

/// What is known about a model in the blob in use.
pub(crate) async fn find_entry(
    identity: &Identity,
    model_key: &[u8],
) -> Result<Option<Entry>, StoreError> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_model(tenant, model_key).await?;
    Ok(found.as_ref().and_then(parse_model))
}

/// The model's name for people, from the blob in use.
pub(crate) async fn find_name(
    identity: &Identity,
    aaguid: Aaguid,
) -> Result<Option<String>, StoreError> {
    if aaguid.is_zero() {
        return Ok(None);
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_model(tenant, &aaguid.0).await?;
    Ok(found
        .map(|model| model.name)
        .filter(|name| !name.is_empty()))
}
