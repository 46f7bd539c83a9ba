//! A blob takes the place of the one in use.

use store::{Guard, Id, Log, Metadata, ModelRecord, NewMetadata, StoreError, Unit, WriteError};
use webauthn::metadata::{Blob, Entry, MetadataError, ModelKey, Trust, verify};
use webauthn::x509::{RevocationList, Time};

use super::{By, InUse, date_of, micros_of};
use crate::audit;
use crate::tenant::refuse_write;
use crate::{HOUR, Identity, MINUTE, Micros, Refusal};

/// How long writing entries may take without a sign of life.
const HELD: Micros = 10 * MINUTE;

/// Statements and bytes of one unit: others write between two of them.
const STEPS: usize = 200;
const BYTES: usize = 512 * 1024;

/// What came of an update.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Updated {
    /// The blob is in use now, and every verdict is due.
    Replaced {
        number: u64,
        entries: usize,
        /// Entries that could not be read, by their places from 0, with the reason.
        unusable: Vec<(usize, String)>,
    },
    /// It is the one in use.
    Unchanged { number: u64 },
}

/// Why the blob in use stays.
#[derive(Debug, thiserror::Error)]
pub enum NotUpdated {
    #[error("the metadata blob is refused: {0} ({code})", code = .0.code())]
    Unfit(#[from] MetadataError),
    #[error("another node is updating the metadata just now; try again in some minutes")]
    Busy,
    #[error(transparent)]
    Refused(#[from] Refusal),
}

impl From<StoreError> for NotUpdated {
    fn from(cause: StoreError) -> NotUpdated {
        NotUpdated::Refused(cause.into())
    }
}

/// Reads a blob after checking its signer and signature. A tenth of a second of computing for the service's.
///
/// # Errors
/// What is wrong with it.
pub fn read(identity: &Identity, text: &[u8]) -> Result<Blob, MetadataError> {
    let trust = &identity.0.settings.metadata;
    let supplied = identity.revocation_lists();
    let lists: Vec<_> = supplied
        .iter()
        .filter_map(|der| RevocationList::parse(der).ok())
        .collect();
    verify(
        text,
        &Trust {
            anchors: &trust.anchors,
            signer: trust.signer.as_deref(),
            revocation_lists: &lists,
            now: Time::from_unix_micros(identity.0.ambient.now()),
        },
    )
}

/// Puts a blob in the place of the one in use, whole or not at all. `source` says where it came from.
///
/// # Errors
/// [`NotUpdated::Unfit`] if it goes back; then the one in use stays.
pub async fn update(
    identity: &Identity,
    by: By<'_>,
    blob: &Blob,
    source: &str,
) -> Result<Updated, NotUpdated> {
    let holder = identity.0.ambient.make_id();
    ensure(identity).await?;
    hold(identity, holder).await?;
    let outcome = replace(identity, by, blob, source, holder).await;
    let mut unit = Unit::new();
    unit.release_metadata(identity.0.tenant_id, holder);
    // If this fails, it is free again when its time is over.
    if let Err(cause) = identity.write(unit).await {
        tracing::warn!(?cause, "the metadata stays held for some minutes");
    }
    outcome
}

pub(super) async fn ensure(identity: &Identity) -> Result<(), Refusal> {
    let mut unit = Unit::new();
    unit.ensure_metadata(identity.0.tenant_id);
    identity.write(unit).await.map_err(refuse_write).map(drop)
}

async fn hold(identity: &Identity, holder: Id) -> Result<(), NotUpdated> {
    let now = identity.0.ambient.now();
    let mut unit = Unit::new();
    unit.hold_metadata(identity.0.tenant_id, holder, now, now + HELD);
    match identity.write(unit).await {
        Ok(_) => Ok(()),
        Err(WriteError::Refused(Guard::Moved)) => Err(NotUpdated::Busy),
        Err(error) => Err(refuse_write(error).into()),
    }
}

async fn replace(
    identity: &Identity,
    by: By<'_>,
    blob: &Blob,
    source: &str,
    holder: Id,
) -> Result<Updated, NotUpdated> {
    let tenant = identity.0.tenant_id;
    let current = InUse::read(identity).await?;
    let Some(row) = &current.row else {
        return Err(NotUpdated::Busy);
    };
    sweep(identity, row.generation).await?;
    let number = blob.number();
    if current.is_there() && !blob.check_follows(row.number.unsigned_abs(), &row.sha256)? {
        let mut unit = Unit::new();
        unit.confirm_metadata(tenant, row.generation, source, current.now);
        identity.write(unit).await.map_err(refuse_write)?;
        return Ok(Updated::Unchanged { number });
    }
    let generation = identity.0.ambient.make_id();
    stage(identity, blob, generation, holder).await?;
    swap(identity, by, blob, source, generation, row).await?;
    sweep(identity, generation).await?;
    Ok(Updated::Replaced {
        number,
        entries: blob.entries().len(),
        unusable: blob
            .unusable()
            .iter()
            .map(|unusable| (unusable.index, unusable.why.to_string()))
            .collect(),
    })
}

/// Writes the entries beside those in use.
async fn stage(
    identity: &Identity,
    blob: &Blob,
    generation: Id,
    holder: Id,
) -> Result<(), NotUpdated> {
    let tenant = identity.0.tenant_id;
    let mut batch = Batch::default();
    for (number, entry) in (0..).zip(blob.entries()) {
        let steps = 1 + entry.keys().len();
        let bytes = entry.text().len() + entry.statement().icon.as_ref().map_or(0, Vec::len);
        if !batch.has_room(steps, bytes) {
            std::mem::take(&mut batch).write(identity, holder).await?;
        }
        batch.steps += steps;
        batch.bytes += bytes;
        insert(&mut batch.unit, tenant, generation, number, entry);
        // Families of U2F models have as many keys as their makers had batches.
        for (part, keys) in entry.keys().chunks(STEPS).enumerate() {
            if part > 0 {
                std::mem::take(&mut batch).write(identity, holder).await?;
            }
            for key in keys {
                let key = bytes_of(key);
                batch
                    .unit
                    .insert_model_key(tenant, generation, &key, number);
            }
        }
    }
    batch.write(identity, holder).await
}

#[derive(Default)]
struct Batch {
    unit: Unit,
    steps: usize,
    bytes: usize,
}

impl Batch {
    fn has_room(&self, steps: usize, bytes: usize) -> bool {
        self.steps == 0 || (self.steps + steps <= STEPS && self.bytes + bytes <= BYTES)
    }

    /// Whoever lost the hold meanwhile writes nothing more.
    async fn write(mut self, identity: &Identity, holder: Id) -> Result<(), NotUpdated> {
        let now = identity.0.ambient.now();
        self.unit
            .hold_metadata(identity.0.tenant_id, holder, now, now + HELD);
        match identity.write(self.unit).await {
            Ok(_) => Ok(()),
            Err(WriteError::Refused(Guard::Moved)) => Err(NotUpdated::Busy),
            Err(error) => Err(refuse_write(error).into()),
        }
    }
}

fn insert(unit: &mut Unit, tenant: Id, generation: Id, entry_number: i64, entry: &Entry) {
    let model = ModelRecord {
        entry_number,
        name: entry.statement().name.clone(),
        body: entry.text().to_owned(),
    };
    unit.insert_model(
        tenant,
        generation,
        &model,
        entry.statement().icon.as_deref(),
    );
}

/// How a key stands in the database: its length says which kind it is.
pub(super) fn bytes_of(key: &ModelKey) -> Vec<u8> {
    match key {
        ModelKey::Aaguid(aaguid) => aaguid.0.to_vec(),
        ModelKey::KeyIdentifier(bytes) => bytes.to_vec(),
        ModelKey::Aaid(aaid) => aaid.as_bytes().to_vec(),
    }
}

/// One unit: the new entries are the ones in use, and the audit log says so.
async fn swap(
    identity: &Identity,
    by: By<'_>,
    blob: &Blob,
    source: &str,
    generation: Id,
    old: &Metadata,
) -> Result<(), NotUpdated> {
    let now = identity.0.ambient.now();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let new = NewMetadata {
        generation,
        number: i64::try_from(blob.number()).unwrap_or(i64::MAX),
        next_update: micros_of(blob.next_update()),
        sha256: blob.sha256(),
        source,
        fetched_at: now,
        entries: count(blob.entries().len()),
        unusable: count(blob.unusable().len()),
        legal_header: blob.legal_header(),
        next_change_at: next_change(blob.entries(), now),
    };
    let mut unit = Unit::new();
    unit.swap_metadata(identity.0.tenant_id, old.generation, &new);
    let mut record = by.record();
    record
        .say("number", new.number)
        .say("numberBefore", old.number)
        .say("entries", new.entries)
        .say("unusable", new.unusable)
        .say("nextUpdate", blob.next_update().to_string())
        .say("source", source);
    let about = (None, None);
    let word = "metadata.updated";
    match audit::commit(identity, unit, Log::Audit, word, about, record).await {
        Ok(_) => Ok(()),
        Err(WriteError::Refused(Guard::Moved)) => Err(NotUpdated::Busy),
        Err(error) => Err(refuse_write(error).into()),
    }
}

/// When the first of these entries changes its standing without a new blob.
pub(super) fn next_change(entries: &[Entry], now: Micros) -> Option<Micros> {
    let today = date_of(now);
    let days = entries.iter().filter_map(|entry| entry.next_change(today));
    days.min().map(micros_of)
}

/// Deletes what belongs to no blob in use, in small units.
async fn sweep(identity: &Identity, generation: Id) -> Result<(), NotUpdated> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    while let Some(unit) = store.left_of_metadata(tenant, generation).await? {
        identity.write(unit).await.map_err(refuse_write)?;
    }
    Ok(())
}

/// Whether it is time to ask the source: `every` after the blob in use was last seen there, and an hour after a try
/// that failed. Of all nodes one gets `true`.
pub async fn claim_asking(identity: &Identity, every: Micros) -> Result<bool, Refusal> {
    let current = InUse::read(identity).await?;
    let now = current.now;
    let (seen, asked) = current
        .row
        .as_ref()
        .map_or((0, 0), |row| (row.fetched_at, row.asked_at));
    let since = now.saturating_sub(every.min(HOUR));
    if now.saturating_sub(seen) < every || asked > since {
        return Ok(false);
    }
    ensure(identity).await?;
    let mut unit = Unit::new();
    unit.claim_asking(identity.0.tenant_id, now, since);
    match identity.write(unit).await {
        Ok(_) => Ok(true),
        Err(WriteError::Refused(Guard::Moved)) => Ok(false),
        Err(error) => Err(refuse_write(error)),
    }
}
