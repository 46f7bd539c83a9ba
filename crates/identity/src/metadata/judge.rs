//! Judging stored attestations anew: in turns, in small units, on one node at a time, from wherever the last one
//! stopped.

use serde_json::json;
use store::{
    AttestationCounts, DueAttestation, Guard, Id, Judgement, Log, Metadata, Phase, StoreError,
    Unit, WriteError,
};
use webauthn::{Aaguid, base64url};

use super::update::{ensure, next_change};
use super::{By, InUse, parse_model};
use crate::attestation::{self, Evidence, Models};
use crate::audit::{self, Entry as Record};
use crate::tenant::refuse_write;
use crate::{Identity, MINUTE, Micros, Refusal};

/// How long a batch may take without a sign of life.
const HELD: Micros = 2 * MINUTE;

/// More than one in so many passkeys touched, and changes without a security report wait (security 32).
const MANY: i64 = 20;

/// How far [`judge_due`] came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Judged now, and of those: verdicts that changed.
    pub judged: u64,
    pub changed: u64,
    /// Of the changed: passkeys whose model is now revoked, compromised, or reported in unknown words.
    pub undesired: u64,
    /// Still to be judged in this turn.
    pub due: i64,
    /// Changes that wait for approval.
    pub waiting: i64,
    /// They began to wait just now.
    pub began_waiting: bool,
    /// Another node is at it.
    pub busy: bool,
    /// Nothing is left to do in this turn, but for what waits.
    pub finished: bool,
}

/// Judges what is due, at most `batches` times a hundred passkeys. Call it again until [`Progress::finished`].
pub async fn judge_due(identity: &Identity, batches: usize) -> Result<Progress, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut current = InUse::read(identity).await?;
    if has_changed_by_itself(&current) {
        begin_turn(identity, &current).await?;
        current = InUse::read(identity).await?;
    }
    let turn = current.turn();
    let mut progress = Progress::default();
    if current.is_settled() && store.list_due_attestations(tenant, turn).await?.is_empty() {
        return count(identity, progress).await;
    }
    ensure(identity).await?;
    let mut turn = Turn {
        identity,
        current,
        holder: identity.0.ambient.make_id(),
        models: Models::new(),
    };
    if !turn.hold().await? {
        progress.busy = true;
        return count(identity, progress).await;
    }
    let outcome = turn.work(batches, &mut progress).await;
    let mut unit = Unit::new();
    unit.release_metadata(tenant, turn.holder);
    identity.write(unit).await.map_err(refuse_write)?;
    outcome?;
    count(identity, progress).await
}

async fn count(identity: &Identity, progress: Progress) -> Result<Progress, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let current = InUse::read(identity).await?;
    let counted = store.count_attestations(tenant, current.turn()).await?;
    let AttestationCounts { due, waiting, .. } = counted;
    Ok(Progress {
        due,
        waiting,
        finished: due == 0 && current.is_settled(),
        ..progress
    })
}

/// Whether the day has come on which a report begins to hold, or a certification has ended.
fn has_changed_by_itself(current: &InUse) -> bool {
    let at = current.row.as_ref().and_then(|row| row.next_change_at);
    at.is_some_and(|at| at <= current.now)
}

async fn begin_turn(identity: &Identity, current: &InUse) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut next: Option<Micros> = None;
    let mut after = Vec::new();
    loop {
        let page = store.list_models(tenant, &after).await?;
        let Some((last, ..)) = page.last() else { break };
        after.clone_from(last);
        for (_, name, body) in page {
            let record = store::ModelRecord {
                entry_number: 0,
                name,
                body,
            };
            let entry = parse_model(&record);
            let day = next_change(entry.as_slice(), current.now);
            next = next.into_iter().chain(day).min();
        }
    }
    let mut unit = Unit::new();
    unit.begin_turn(tenant, current.turn(), next);
    match identity.write(unit).await {
        // Another node began it.
        Ok(_) | Err(WriteError::Refused(Guard::Moved)) => Ok(()),
        Err(error) => Err(refuse_write(error)),
    }
}

/// What one node does in a turn.
struct Turn<'a> {
    identity: &'a Identity,
    current: InUse,
    holder: Id,
    /// Entries that were read already.
    models: Models,
}

/// What becomes of a verdict that was judged anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    /// It came out as before.
    None,
    /// It is changed at once, on record.
    Now,
    /// It is changed when somebody approved it, or when there are few of its kind.
    Waits,
}

impl Turn<'_> {
    async fn hold(&self) -> Result<bool, Refusal> {
        let now = self.identity.0.ambient.now();
        let mut unit = Unit::new();
        unit.hold_metadata(self.identity.0.tenant_id, self.holder, now, now + HELD);
        match self.identity.write(unit).await {
            Ok(_) => Ok(true),
            Err(WriteError::Refused(Guard::Moved)) => Ok(false),
            Err(error) => Err(refuse_write(error)),
        }
    }

    async fn work(&mut self, batches: usize, progress: &mut Progress) -> Result<(), Refusal> {
        let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
        let turn = self.current.turn();
        for _ in 0..batches {
            let due = store.list_due_attestations(tenant, turn).await?;
            if due.is_empty() {
                progress.began_waiting |= self.settle().await?;
                let applied = self.apply(progress).await?;
                if !applied {
                    return Ok(());
                }
                continue;
            }
            self.judge(&due, progress).await?;
            if !self.hold().await? {
                progress.busy = true;
                return Ok(());
            }
        }
        Ok(())
    }

    async fn judge(
        &mut self,
        due: &[DueAttestation],
        progress: &mut Progress,
    ) -> Result<(), Refusal> {
        let tenant = self.identity.0.tenant_id;
        let turn = self.current.turn();
        let mut quiet = Unit::new();
        for one in due {
            let new = self.judge_one(one).await?;
            let (id, old) = (&one.record.credential_id, &one.record.judgement);
            progress.judged += 1;
            match derive_change(old, &new, self.is_approved()) {
                Change::None => {
                    quiet.confirm_attestation(tenant, id, old.turn, &new);
                }
                Change::Waits => {
                    quiet.hold_back_attestation(tenant, id, old.turn, turn);
                }
                Change::Now => self.write_change(one, &new, progress).await?,
            }
        }
        self.identity
            .write(quiet)
            .await
            .map_err(refuse_write)
            .map(drop)
    }

    async fn judge_one(&mut self, one: &DueAttestation) -> Result<Judgement, StoreError> {
        let record = &one.record;
        let evidence = Evidence {
            aaguid: Aaguid(record.aaguid.0),
            attestation_object: &one.attestation_object,
            client_data_json: &one.client_data_json,
            registered_at: record.registered_at,
            before: Some(&record.judgement),
        };
        attestation::judge(self.identity, &self.current, &evidence, &mut self.models).await
    }

    fn row(&self) -> Option<&Metadata> {
        self.current.row.as_ref()
    }

    fn is_approved(&self) -> bool {
        self.row().is_none_or(|row| row.approved_turn == row.turn)
    }

    /// One verdict and its record. One that somebody else judged or removed meanwhile is left to them.
    async fn write_change(
        &self,
        one: &DueAttestation,
        new: &Judgement,
        progress: &mut Progress,
    ) -> Result<(), Refusal> {
        let (id, old) = (&one.record.credential_id, &one.record.judgement);
        let mut unit = Unit::new();
        unit.judge_attestation(self.identity.0.tenant_id, id, old.turn, new);
        let mut record = Record::default();
        record.confide("passkey", one.passkey_name.as_str());
        record
            .say("credential", base64url::encode(id))
            .say("before", describe(old))
            .say("after", describe(new))
            .say("metadata", new.metadata_number);
        let is_alert = new.undesired && !old.undesired;
        if is_alert {
            record.say("alert", true);
        }
        let about = (None, Some(one.person_id.0.as_slice()));
        let word = "passkey.attestation_changed";
        match audit::commit(self.identity, unit, Log::Audit, word, about, record).await {
            Ok(_) => {
                progress.changed += 1;
                progress.undesired += u64::from(is_alert);
                Ok(())
            }
            Err(WriteError::Refused(Guard::Moved)) => Ok(()),
            Err(error) => Err(refuse_write(error)),
        }
    }

    /// When all are judged: few changes are made, many wait. Gives whether they began to wait just now.
    async fn settle(&mut self) -> Result<bool, Refusal> {
        let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
        self.current = InUse::read(self.identity).await?;
        let Some(row) = self.row().filter(|row| row.phase == Phase::Judging) else {
            return Ok(false);
        };
        let waiting = store.count_attestations(tenant, row.turn).await?.waiting;
        let passkeys = store.count_passkeys(tenant).await?;
        let is_few = waiting.saturating_mul(MANY) <= passkeys;
        let next = match waiting {
            0 => Phase::Done,
            _ if is_few || self.is_approved() => Phase::Applying,
            _ => Phase::Waiting,
        };
        let mut unit = Unit::new();
        unit.move_phase(tenant, row.turn, Phase::Judging, next);
        let moved = if next == Phase::Waiting {
            let mut record = Record::default();
            record
                .say("alert", true)
                .say("metadata", row.number)
                .say("changes", waiting)
                .say("passkeys", passkeys);
            let word = "metadata.waits_for_approval";
            audit::commit(self.identity, unit, Log::Audit, word, (None, None), record).await
        } else {
            self.identity.write(unit).await
        };
        match moved {
            Ok(_) => {
                self.current = InUse::read(self.identity).await?;
                Ok(next == Phase::Waiting)
            }
            Err(WriteError::Refused(Guard::Moved)) => Ok(false),
            Err(error) => Err(refuse_write(error)),
        }
    }

    /// Makes a hundred of the changes that waited. `false` when there is nothing (more) to make.
    async fn apply(&mut self, progress: &mut Progress) -> Result<bool, Refusal> {
        let (store, tenant) = (&self.identity.0.store, self.identity.0.tenant_id);
        let Some(row) = self.row().filter(|row| row.phase == Phase::Applying) else {
            return Ok(false);
        };
        let turn = row.turn;
        let waiting = store.list_waiting_attestations(tenant, turn).await?;
        if waiting.is_empty() {
            let mut unit = Unit::new();
            unit.move_phase(tenant, turn, Phase::Applying, Phase::Done);
            return match self.identity.write(unit).await {
                Ok(_) | Err(WriteError::Refused(Guard::Moved)) => Ok(false),
                Err(error) => Err(refuse_write(error)),
            };
        }
        for one in &waiting {
            let new = self.judge_one(one).await?;
            self.write_change(one, &new, progress).await?;
        }
        self.hold().await
    }
}

/// What a verdict says to whoever reads the log.
fn describe(judgement: &Judgement) -> serde_json::Value {
    json!({
        "verdict": judgement.verdict,
        "reason": judgement.reason,
        "model": judgement.model,
        "level": judgement.level().unwrap_or_default(),
        "undesired": judgement.undesired,
    })
}

fn derive_change(old: &Judgement, new: &Judgement, approved: bool) -> Change {
    let says = |one: &Judgement| {
        let Judgement {
            verdict,
            level,
            undesired,
            ..
        } = one.clone();
        (verdict, level, undesired)
    };
    if says(old) == says(new) && (!new.undesired || old.standing == new.standing) {
        return Change::None;
    }
    let is_security = new.undesired && old.standing != new.standing;
    let is_first = old.verdict == attestation::PENDING;
    if is_security || is_first || approved {
        Change::Now
    } else {
        Change::Waits
    }
}

/// Whether something waited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approved {
    /// This many changes are made now, by [`judge_due`].
    Changes(i64),
    Nothing,
}

/// Approves the changes that wait.
pub async fn approve(identity: &Identity, by: By<'_>) -> Result<Approved, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let current = InUse::read(identity).await?;
    let Some(row) = current.row.filter(|row| row.phase == Phase::Waiting) else {
        return Ok(Approved::Nothing);
    };
    let waiting = store.count_attestations(tenant, row.turn).await?.waiting;
    let mut unit = Unit::new();
    unit.approve_turn(tenant, row.turn);
    let mut record = by.record();
    record.say("metadata", row.number).say("changes", waiting);
    let word = "metadata.approved";
    match audit::commit(identity, unit, Log::Audit, word, (None, None), record).await {
        Ok(_) => Ok(Approved::Changes(waiting)),
        Err(WriteError::Refused(Guard::Moved)) => Ok(Approved::Nothing),
        Err(error) => Err(refuse_write(error)),
    }
}
