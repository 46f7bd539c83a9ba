//! What attestation statements prove, as last judged: one row for each passkey that came with a statement.

use crate::sql::statements;
use crate::value::{Id, Row, Value};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    INSERT = "attestation.insert" Tenant
        "INSERT INTO attestation (tenant_id, credential_id, aaguid, format, kind, verdict, reason, anchor, chain, model, level,
             standing, undesired, registered_at, judged_at, metadata_number, turn, waits, once_attested)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 0,
             CASE WHEN $6 = 'attested' THEN 1 ELSE 0 END)
         ON CONFLICT DO NOTHING";
    DELETE = "attestation.delete" Tenant
        "DELETE FROM attestation WHERE tenant_id = $1 AND credential_id = $2";
    FIND = "attestation.find" Tenant
        "SELECT credential_id, aaguid, format, kind, verdict, reason, anchor, chain, model, level, standing, undesired,
             registered_at, judged_at, metadata_number, turn, waits
         FROM attestation WHERE tenant_id = $1 AND credential_id = $2";
    LIST_OF_PERSON = "attestation.list_of_person" Tenant
        "SELECT a.credential_id, a.aaguid, a.format, a.kind, a.verdict, a.reason, a.anchor, a.chain, a.model, a.level, a.standing,
             a.undesired, a.registered_at, a.judged_at, a.metadata_number, a.turn, a.waits
         FROM credential c JOIN attestation a ON a.tenant_id = $1 AND a.credential_id = c.credential_id
         WHERE c.tenant_id = $1 AND c.person_id = $2 AND c.status <> 'removed'";
    LIST_DUE = "attestation.list_due" Tenant
        "SELECT a.credential_id, a.aaguid, a.format, a.kind, a.verdict, a.reason, a.anchor, a.chain, a.model, a.level, a.standing,
             a.undesired, a.registered_at, a.judged_at, a.metadata_number, a.turn, a.waits,
             c.person_id, c.name, c.attestation_object, c.client_data_json
         FROM attestation a JOIN credential c ON c.tenant_id = $1 AND c.credential_id = a.credential_id
         WHERE a.tenant_id = $1 AND a.turn < $2 AND c.status <> 'removed' ORDER BY a.turn, a.credential_id LIMIT 100";
    LIST_WAITING = "attestation.list_waiting" Tenant
        "SELECT a.credential_id, a.aaguid, a.format, a.kind, a.verdict, a.reason, a.anchor, a.chain, a.model, a.level, a.standing,
             a.undesired, a.registered_at, a.judged_at, a.metadata_number, a.turn, a.waits,
             c.person_id, c.name, c.attestation_object, c.client_data_json
         FROM attestation a JOIN credential c ON c.tenant_id = $1 AND c.credential_id = a.credential_id
         WHERE a.tenant_id = $1 AND a.turn = $2 AND a.waits = 1 AND c.status <> 'removed' ORDER BY a.credential_id LIMIT 100";
    JUDGE = "attestation.judge" Tenant
        "UPDATE attestation SET kind = $4, verdict = $5, reason = $6, anchor = $7, chain = $8, model = $9, level = $10,
             standing = $11, undesired = $12, judged_at = $13, metadata_number = $14, turn = $15, waits = 0,
             once_attested = CASE WHEN $5 = 'attested' THEN 1 ELSE once_attested END
         WHERE tenant_id = $1 AND credential_id = $2 AND turn = $3";
    HOLD_BACK = "attestation.hold_back" Tenant
        "UPDATE attestation SET turn = $4, waits = 1 WHERE tenant_id = $1 AND credential_id = $2 AND turn = $3";
    COUNT = "attestation.count" Tenant
        "SELECT count(*), count(CASE WHEN turn < $2 THEN 1 END), count(CASE WHEN turn = $2 AND waits = 1 THEN 1 END),
             count(CASE WHEN verdict = 'attested' THEN 1 END), count(CASE WHEN undesired = 1 THEN 1 END)
         FROM attestation WHERE tenant_id = $1";
    COUNT_PASSKEYS = "attestation.count_passkeys" Tenant
        "SELECT count(*) FROM credential WHERE tenant_id = $1 AND status <> 'removed'";
    HAS_MODEL = "attestation.has_model" Tenant
        "SELECT 1 FROM attestation WHERE tenant_id = $1 AND aaguid = $2 AND verdict = 'attested' LIMIT 1";
}

/// What a statement was found to prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// `self`, `basic`, `attca`, `anonca` or `unknown`.
    pub kind: String,
    /// `attested`, `unattested`, `failed` or `pending`.
    pub verdict: String,
    /// Why, when it is not attested.
    pub reason: String,
    pub anchor: Option<Vec<u8>>,
    /// SHA-256 of each certificate of the statement, one after the other.
    pub chain: Vec<u8>,
    pub model: String,
    pub level: ClaimedLevel,
    /// JSON.
    pub standing: String,
    pub undesired: bool,
    pub judged_at: i64,
    /// The blob's number; 0 for none.
    pub metadata_number: i64,
    pub turn: i64,
}

/// The certification level of the model that a passkey claims to be of, or empty. It can be compared and not read: a
/// claim certifies nothing. [`Judgement::level`] reads it where an attestation proves the model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClaimedLevel(String);

impl ClaimedLevel {
    pub fn new(word: &str) -> ClaimedLevel {
        ClaimedLevel(word.to_owned())
    }

    /// The level, where an attestation proves the model and it has one.
    pub(crate) fn proven(&self, attested: bool) -> Option<&str> {
        let level = self.0.as_str();
        (attested && !level.is_empty()).then_some(level)
    }
}

impl Judgement {
    /// The certification level of an attested passkey's model, if it has one.
    pub fn level(&self) -> Option<&str> {
        self.level.proven(self.verdict == "attested")
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttestationRecord {
    pub credential_id: Vec<u8>,
    pub aaguid: Id,
    pub format: String,
    pub judgement: Judgement,
    pub registered_at: i64,
    /// Judged in this turn, but the change waits for approval.
    pub waits: bool,
}

/// A verdict to be judged anew, with what it is judged from.
#[derive(Debug, Clone)]
pub struct DueAttestation {
    pub record: AttestationRecord,
    pub person_id: Id,
    pub passkey_name: String,
    pub attestation_object: Vec<u8>,
    pub client_data_json: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct AttestationCounts {
    pub all: i64,
    /// Not judged in this turn yet.
    pub due: i64,
    /// Judged, and waiting for approval.
    pub waiting: i64,
    pub attested: i64,
    pub undesired: i64,
}

fn judge_args(tenant: Id, credential_id: &[u8], turn: i64, judgement: &Judgement) -> Vec<Value> {
    vec![
        tenant.into(),
        credential_id.into(),
        turn.into(),
        judgement.kind.as_str().into(),
        judgement.verdict.as_str().into(),
        judgement.reason.as_str().into(),
        judgement.anchor.as_deref().into(),
        judgement.chain.as_slice().into(),
        judgement.model.as_str().into(),
        judgement.level.0.as_str().into(),
        judgement.standing.as_str().into(),
        judgement.undesired.into(),
        judgement.judged_at.into(),
        judgement.metadata_number.into(),
        judgement.turn.into(),
    ]
}

fn parse(row: &mut Row) -> Result<AttestationRecord, StoreError> {
    let (credential_id, aaguid, format) = (row.bytes()?, row.id()?, row.text()?);
    let (kind, verdict, reason) = (row.text()?, row.text()?, row.text()?);
    let (anchor, chain) = (row.opt_bytes()?, row.bytes()?);
    let (model, level, standing) = (row.text()?, row.text()?, row.text()?);
    let (undesired, registered_at) = (row.truth()?, row.int()?);
    Ok(AttestationRecord {
        credential_id,
        aaguid,
        format,
        judgement: Judgement {
            kind,
            verdict,
            reason,
            anchor,
            chain,
            model,
            level: ClaimedLevel(level),
            standing,
            undesired,
            judged_at: row.int()?,
            metadata_number: row.int()?,
            turn: row.int()?,
        },
        registered_at,
        waits: row.truth()?,
    })
}

fn parse_due(mut row: Row) -> Result<DueAttestation, StoreError> {
    Ok(DueAttestation {
        record: parse(&mut row)?,
        person_id: row.id()?,
        passkey_name: row.text()?,
        attestation_object: row.bytes()?,
        client_data_json: row.bytes()?,
    })
}

impl Store {
    pub async fn find_attestation(
        &self,
        tenant: Id,
        credential_id: &[u8],
    ) -> Result<Option<AttestationRecord>, StoreError> {
        let row = self
            .read_one(&FIND, vec![tenant.into(), credential_id.into()])
            .await?;
        row.map(|mut row| parse(&mut row)).transpose()
    }

    /// Those of a person's passkeys that came with a statement.
    pub async fn list_attestations(
        &self,
        tenant: Id,
        person: Id,
    ) -> Result<Vec<AttestationRecord>, StoreError> {
        let rows = self
            .read(&LIST_OF_PERSON, vec![tenant.into(), person.into()])
            .await?;
        rows.into_iter().map(|mut row| parse(&mut row)).collect()
    }

    /// At most a hundred that were judged before `turn`.
    pub async fn list_due_attestations(
        &self,
        tenant: Id,
        turn: i64,
    ) -> Result<Vec<DueAttestation>, StoreError> {
        let rows = self
            .read(&LIST_DUE, vec![tenant.into(), turn.into()])
            .await?;
        rows.into_iter().map(parse_due).collect()
    }

    /// At most a hundred whose change in `turn` waits for approval.
    pub async fn list_waiting_attestations(
        &self,
        tenant: Id,
        turn: i64,
    ) -> Result<Vec<DueAttestation>, StoreError> {
        let rows = self
            .read(&LIST_WAITING, vec![tenant.into(), turn.into()])
            .await?;
        rows.into_iter().map(parse_due).collect()
    }

    pub async fn count_attestations(
        &self,
        tenant: Id,
        turn: i64,
    ) -> Result<AttestationCounts, StoreError> {
        let row = self
            .read_one(&COUNT, vec![tenant.into(), turn.into()])
            .await?;
        let Some(mut row) = row else {
            return Ok(AttestationCounts::default());
        };
        Ok(AttestationCounts {
            all: row.int()?,
            due: row.int()?,
            waiting: row.int()?,
            attested: row.int()?,
            undesired: row.int()?,
        })
    }

    /// All passkeys, with a statement and without.
    pub async fn count_passkeys(&self, tenant: Id) -> Result<i64, StoreError> {
        let row = self.read_one(&COUNT_PASSKEYS, vec![tenant.into()]).await?;
        row.map_or(Ok(0), |mut row| row.int())
    }

    /// Whether a passkey of this model is attested already.
    pub async fn has_attested_model(&self, tenant: Id, aaguid: Id) -> Result<bool, StoreError> {
        let row = self
            .read_one(&HAS_MODEL, vec![tenant.into(), aaguid.into()])
            .await?;
        Ok(row.is_some())
    }
}

impl Unit {
    /// The verdict of a passkey that is inserted in the same unit.
    pub fn insert_attestation(&mut self, tenant: Id, record: &AttestationRecord) -> &mut Unit {
        let judgement = &record.judgement;
        let args = vec![
            tenant.into(),
            record.credential_id.as_slice().into(),
            record.aaguid.into(),
            record.format.as_str().into(),
            judgement.kind.as_str().into(),
            judgement.verdict.as_str().into(),
            judgement.reason.as_str().into(),
            judgement.anchor.as_deref().into(),
            judgement.chain.as_slice().into(),
            judgement.model.as_str().into(),
            judgement.level.0.as_str().into(),
            judgement.standing.as_str().into(),
            judgement.undesired.into(),
            record.registered_at.into(),
            judgement.judged_at.into(),
            judgement.metadata_number.into(),
            judgement.turn.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Guards that nobody else judged it since `turn`, and that it is still there.
    pub fn judge_attestation(
        &mut self,
        tenant: Id,
        credential_id: &[u8],
        turn: i64,
        judgement: &Judgement,
    ) -> &mut Unit {
        let args = judge_args(tenant, credential_id, turn, judgement);
        self.step(&JUDGE, args, Expect::One(Guard::Moved))
    }

    /// The same without a guard, for many that came out as before: one that moved is left as it is.
    pub fn confirm_attestation(
        &mut self,
        tenant: Id,
        credential_id: &[u8],
        turn: i64,
        judgement: &Judgement,
    ) -> &mut Unit {
        let args = judge_args(tenant, credential_id, turn, judgement);
        self.step(&JUDGE, args, Expect::Any)
    }

    /// Judged in `new_turn`; the change itself waits. One that moved meanwhile is left as it is.
    pub fn hold_back_attestation(
        &mut self,
        tenant: Id,
        credential_id: &[u8],
        turn: i64,
        new_turn: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            credential_id.into(),
            turn.into(),
            new_turn.into(),
        ];
        self.step(&HOLD_BACK, args, Expect::Any)
    }

    pub(crate) fn delete_attestation(&mut self, tenant: Id, credential_id: &[u8]) -> &mut Unit {
        self.step(
            &DELETE,
            vec![tenant.into(), credential_id.into()],
            Expect::Any,
        )
    }
}
