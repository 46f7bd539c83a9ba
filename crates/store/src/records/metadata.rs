//! FIDO metadata: the blob in use, entry by entry, and what is under way with it.
//!
//! A new blob's entries are written beside those in use, under a generation of their own, in several units; one more
//! unit makes them the ones in use. So readers see either blob whole, and a crash leaves rows that nobody reads.

use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    ENSURE = "metadata.ensure" Tenant
        "INSERT INTO metadata (tenant_id, generation, number, next_update, sha256, source, fetched_at, entries, unusable,
             legal_header, next_change_at, turn, approved_turn, phase, asked_at, holder, held_until)
         VALUES ($1, $2, 0, 0, $3, '', 0, 0, 0, '', NULL, 0, 0, 'judging', 0, $2, 0) ON CONFLICT DO NOTHING";
    FIND = "metadata.find" Tenant
        "SELECT generation, number, next_update, sha256, source, fetched_at, entries, unusable, legal_header, next_change_at,
             turn, approved_turn, phase, asked_at
         FROM metadata WHERE tenant_id = $1";
    CLAIM_ASKING = "metadata.claim_asking" Tenant
        "UPDATE metadata SET asked_at = $2 WHERE tenant_id = $1 AND asked_at <= $3";
    HOLD = "metadata.hold" Tenant
        "UPDATE metadata SET holder = $2, held_until = $4 WHERE tenant_id = $1 AND (holder = $2 OR held_until <= $3)";
    RELEASE = "metadata.release" Tenant
        "UPDATE metadata SET held_until = 0 WHERE tenant_id = $1 AND holder = $2";
    INSERT_ENTRY = "metadata.insert_entry" Tenant
        "INSERT INTO metadata_entry (tenant_id, generation, entry_number, name, body, icon) VALUES ($1, $2, $3, $4, $5, $6)";
    INSERT_KEY = "metadata.insert_key" Tenant
        "INSERT INTO metadata_key (tenant_id, generation, model_key, entry_number) VALUES ($1, $2, $3, $4)";
    /// The first blob's changes need nobody's approval: there was nothing before it.
    SWAP = "metadata.swap" Tenant
        "UPDATE metadata SET generation = $3, number = $4, next_update = $5, sha256 = $6, source = $7, fetched_at = $8,
             entries = $9, unusable = $10, legal_header = $11, next_change_at = $12, turn = turn + 1, phase = 'judging',
             approved_turn = CASE WHEN number = 0 THEN turn + 1 ELSE approved_turn END
         WHERE tenant_id = $1 AND generation = $2";
    CONFIRM = "metadata.confirm" Tenant
        "UPDATE metadata SET source = $3, fetched_at = $4 WHERE tenant_id = $1 AND generation = $2";
    BEGIN_TURN = "metadata.begin_turn" Tenant
        "UPDATE metadata SET turn = turn + 1, phase = 'judging', next_change_at = $3 WHERE tenant_id = $1 AND turn = $2";
    MOVE_PHASE = "metadata.move_phase" Tenant
        "UPDATE metadata SET phase = $4 WHERE tenant_id = $1 AND turn = $2 AND phase = $3";
    APPROVE = "metadata.approve" Tenant
        "UPDATE metadata SET approved_turn = turn, phase = 'applying' WHERE tenant_id = $1 AND turn = $2 AND phase = 'waiting'";
    FIND_MODEL = "metadata.find_model" Tenant
        "SELECT e.entry_number, e.name, e.body FROM metadata m
         JOIN metadata_key k ON k.tenant_id = $1 AND k.generation = m.generation AND k.model_key = $2
         JOIN metadata_entry e ON e.tenant_id = $1 AND e.generation = m.generation AND e.entry_number = k.entry_number
         WHERE m.tenant_id = $1";
    FIND_ICON = "metadata.find_icon" Tenant
        "SELECT e.icon FROM metadata m
         JOIN metadata_key k ON k.tenant_id = $1 AND k.generation = m.generation AND k.model_key = $2
         JOIN metadata_entry e ON e.tenant_id = $1 AND e.generation = m.generation AND e.entry_number = k.entry_number
         WHERE m.tenant_id = $1";
    /// Without the picture itself, which is long.
    HAS_ICON = "metadata.has_icon" Tenant
        "SELECT 1 FROM metadata m
         JOIN metadata_key k ON k.tenant_id = $1 AND k.generation = m.generation AND k.model_key = $2
         JOIN metadata_entry e ON e.tenant_id = $1 AND e.generation = m.generation AND e.entry_number = k.entry_number
         WHERE m.tenant_id = $1 AND e.icon IS NOT NULL";
    LIST_MODELS = "metadata.list_models" Tenant
        "SELECT k.model_key, e.name, e.body FROM metadata m
         JOIN metadata_key k ON k.tenant_id = $1 AND k.generation = m.generation AND k.model_key > $2
         JOIN metadata_entry e ON e.tenant_id = $1 AND e.generation = m.generation AND e.entry_number = k.entry_number
         WHERE m.tenant_id = $1 ORDER BY k.model_key LIMIT 100";
    LIST_LEFT_ENTRIES = "metadata.list_left_entries" Tenant
        "SELECT generation, entry_number FROM metadata_entry WHERE tenant_id = $1 AND generation <> $2 LIMIT 200";
    LIST_LEFT_KEYS = "metadata.list_left_keys" Tenant
        "SELECT generation, model_key FROM metadata_key WHERE tenant_id = $1 AND generation <> $2 LIMIT 200";
    DELETE_ENTRY = "metadata.delete_entry" Tenant
        "DELETE FROM metadata_entry WHERE tenant_id = $1 AND generation = $2 AND entry_number = $3";
    DELETE_KEY = "metadata.delete_key" Tenant
        "DELETE FROM metadata_key WHERE tenant_id = $1 AND generation = $2 AND model_key = $3";
}

/// How far the verdicts of a turn are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Some are not judged yet.
    Judging,
    /// All are judged; too many would change, and somebody has to approve it.
    Waiting,
    /// What waited is being changed.
    Applying,
    Done,
}

impl Phase {
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Judging => "judging",
            Phase::Waiting => "waiting",
            Phase::Applying => "applying",
            Phase::Done => "done",
        }
    }

    /// An unknown word waits: nothing is changed under it.
    fn parse(text: &str) -> Phase {
        match text {
            "judging" => Phase::Judging,
            "applying" => Phase::Applying,
            "done" => Phase::Done,
            _ => Phase::Waiting,
        }
    }
}

/// The blob in use. Number 0: there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    pub generation: Id,
    pub number: i64,
    /// When its service's next blob is due.
    pub next_update: i64,
    pub sha256: Vec<u8>,
    pub source: String,
    pub fetched_at: i64,
    pub entries: i64,
    pub unusable: i64,
    pub legal_header: String,
    /// When a report begins to hold, or a certification ends, without a new blob.
    pub next_change_at: Option<i64>,
    pub turn: i64,
    pub approved_turn: i64,
    pub phase: Phase,
    pub asked_at: i64,
}

/// What takes the place of the blob in use.
#[derive(Debug, Clone)]
pub struct NewMetadata<'a> {
    pub generation: Id,
    pub number: i64,
    pub next_update: i64,
    pub sha256: &'a [u8],
    pub source: &'a str,
    pub fetched_at: i64,
    pub entries: i64,
    pub unusable: i64,
    pub legal_header: &'a str,
    pub next_change_at: Option<i64>,
}

/// An entry with the number it has in its blob.
#[derive(Debug, Clone)]
pub struct ModelRecord {
    pub entry_number: i64,
    pub name: String,
    pub body: String,
}

/// The generation before any blob.
const NO_GENERATION: Id = Id([0; 16]);

fn parse(row: &mut Row) -> Result<Metadata, StoreError> {
    Ok(Metadata {
        generation: row.id()?,
        number: row.int()?,
        next_update: row.int()?,
        sha256: row.bytes()?,
        source: row.text()?,
        fetched_at: row.int()?,
        entries: row.int()?,
        unusable: row.int()?,
        legal_header: row.text()?,
        next_change_at: row.opt_int()?,
        turn: row.int()?,
        approved_turn: row.int()?,
        phase: Phase::parse(&row.text()?),
        asked_at: row.int()?,
    })
}

impl Store {
    /// `None` until [`Unit::ensure_metadata`] was written.
    pub async fn find_metadata(&self, tenant: Id) -> Result<Option<Metadata>, StoreError> {
        let row = self.read_one(&FIND, vec![tenant.into()]).await?;
        row.map(|mut row| parse(&mut row)).transpose()
    }

    /// The entry in use for an AAGUID, key identifier or AAID.
    pub async fn find_model(
        &self,
        tenant: Id,
        model_key: &[u8],
    ) -> Result<Option<ModelRecord>, StoreError> {
        let row = self
            .read_one(&FIND_MODEL, vec![tenant.into(), model_key.into()])
            .await?;
        row.map(|mut row| {
            Ok(ModelRecord {
                entry_number: row.int()?,
                name: row.text()?,
                body: row.text()?,
            })
        })
        .transpose()
    }

    /// PNG.
    pub async fn find_model_icon(
        &self,
        tenant: Id,
        model_key: &[u8],
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self
            .read_one(&FIND_ICON, vec![tenant.into(), model_key.into()])
            .await?;
        Ok(row.map(|mut row| row.opt_bytes()).transpose()?.flatten())
    }

    /// Whether [`Self::find_model_icon`] has one.
    pub async fn has_model_icon(&self, tenant: Id, model_key: &[u8]) -> Result<bool, StoreError> {
        let args = vec![tenant.into(), model_key.into()];
        Ok(self.read_one(&HAS_ICON, args).await?.is_some())
    }

    /// Keys with their entries, a hundred at a time, in the order of the keys; `after` is empty for the first.
    pub async fn list_models(
        &self,
        tenant: Id,
        after: &[u8],
    ) -> Result<Vec<(Vec<u8>, String, String)>, StoreError> {
        let rows = self
            .read(&LIST_MODELS, vec![tenant.into(), after.into()])
            .await?;
        let read = |mut row: Row| Ok((row.bytes()?, row.text()?, row.text()?));
        rows.into_iter().map(read).collect()
    }

    /// A unit that deletes some of what belongs to no blob in use; `None` when there is nothing left.
    pub async fn left_of_metadata(
        &self,
        tenant: Id,
        generation: Id,
    ) -> Result<Option<Unit>, StoreError> {
        let args = || vec![tenant.into(), generation.into()];
        let mut unit = Unit::new();
        for mut row in self.read(&LIST_LEFT_ENTRIES, args()).await? {
            let args = vec![tenant.into(), row.id()?.into(), row.int()?.into()];
            unit.step(&DELETE_ENTRY, args, Expect::Any);
        }
        for mut row in self.read(&LIST_LEFT_KEYS, args()).await? {
            let args = vec![tenant.into(), row.id()?.into(), row.bytes()?.into()];
            unit.step(&DELETE_KEY, args, Expect::Any);
        }
        Ok((!unit.steps.is_empty()).then_some(unit))
    }
}

impl Unit {
    /// Makes the row that says that there is no blob yet, unless it is there.
    pub fn ensure_metadata(&mut self, tenant: Id) -> &mut Unit {
        let args = vec![tenant.into(), NO_GENERATION.into(), [].as_slice().into()];
        self.step(&ENSURE, args, Expect::Any)
    }

    /// One of all nodes may ask now: whoever moves the time from before `not_since`.
    pub fn claim_asking(&mut self, tenant: Id, now: i64, not_since: i64) -> &mut Unit {
        let args = vec![tenant.into(), now.into(), not_since.into()];
        self.step(&CLAIM_ASKING, args, Expect::One(Guard::Moved))
    }

    /// Takes or renews the right to work on verdicts and entries.
    pub fn hold_metadata(&mut self, tenant: Id, holder: Id, now: i64, until: i64) -> &mut Unit {
        let args = vec![tenant.into(), holder.into(), now.into(), until.into()];
        self.step(&HOLD, args, Expect::One(Guard::Moved))
    }

    pub fn release_metadata(&mut self, tenant: Id, holder: Id) -> &mut Unit {
        self.step(&RELEASE, vec![tenant.into(), holder.into()], Expect::Any)
    }

    pub fn insert_model(
        &mut self,
        tenant: Id,
        generation: Id,
        model: &ModelRecord,
        icon: Option<&[u8]>,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            generation.into(),
            model.entry_number.into(),
            model.name.as_str().into(),
            model.body.as_str().into(),
            icon.into(),
        ];
        self.step(&INSERT_ENTRY, args, Expect::One(Guard::Taken))
    }

    pub fn insert_model_key(
        &mut self,
        tenant: Id,
        generation: Id,
        key: &[u8],
        entry_number: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            generation.into(),
            key.into(),
            entry_number.into(),
        ];
        self.step(&INSERT_KEY, args, Expect::One(Guard::Taken))
    }

    /// Makes a generation the one in use, if `old` still is.
    pub fn swap_metadata(&mut self, tenant: Id, old: Id, new: &NewMetadata<'_>) -> &mut Unit {
        let args = vec![
            tenant.into(),
            old.into(),
            new.generation.into(),
            new.number.into(),
            new.next_update.into(),
            new.sha256.into(),
            new.source.into(),
            new.fetched_at.into(),
            new.entries.into(),
            new.unusable.into(),
            new.legal_header.into(),
            new.next_change_at.into(),
        ];
        self.step(&SWAP, args, Expect::One(Guard::Moved))
    }

    /// The blob in use was seen again.
    pub fn confirm_metadata(
        &mut self,
        tenant: Id,
        generation: Id,
        source: &str,
        at: i64,
    ) -> &mut Unit {
        let args = vec![tenant.into(), generation.into(), source.into(), at.into()];
        self.step(&CONFIRM, args, Expect::One(Guard::Moved))
    }

    /// Has every verdict judged anew under the same blob.
    pub fn begin_turn(&mut self, tenant: Id, turn: i64, next_change_at: Option<i64>) -> &mut Unit {
        let args = vec![tenant.into(), turn.into(), next_change_at.into()];
        self.step(&BEGIN_TURN, args, Expect::One(Guard::Moved))
    }

    pub fn move_phase(&mut self, tenant: Id, turn: i64, from: Phase, to: Phase) -> &mut Unit {
        let args = vec![
            tenant.into(),
            turn.into(),
            from.as_str().into(),
            to.as_str().into(),
        ];
        self.step(&MOVE_PHASE, args, Expect::One(Guard::Moved))
    }

    pub fn approve_turn(&mut self, tenant: Id, turn: i64) -> &mut Unit {
        let args = vec![tenant.into(), turn.into()];
        self.step(&APPROVE, args, Expect::One(Guard::Moved))
    }
}
