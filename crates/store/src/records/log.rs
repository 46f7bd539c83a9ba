//! Sign-in and audit records, and the links that chain them (security 34).

use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    INSERT_SIGN_IN = "sign_in.insert" Tenant
        "INSERT INTO sign_in (tenant_id, record_id, created_at, person_id, credential_id, result, body, personal)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    INSERT_AUDIT = "audit.insert" Tenant
        "INSERT INTO audit (tenant_id, record_id, created_at, activity, actor_id, target_id, body, personal)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    LIST_SIGN_INS = "sign_in.list_of_person" Tenant
        "SELECT record_id, created_at, person_id, credential_id, result, body, personal FROM sign_in
         WHERE tenant_id = $1 AND person_id = $2 ORDER BY created_at DESC, record_id DESC LIMIT $3";
    /// What somebody tried in vain is for the audit log: many tries must not push out of sight what was done.
    LIST_AUDITS = "audit.list_of_target" Tenant
        "SELECT record_id, created_at, activity, actor_id, target_id, body, personal FROM audit
         WHERE tenant_id = $1 AND target_id = $2 AND activity <> 'change.refused' ORDER BY created_at DESC, record_id DESC LIMIT $3";
    RANGE_OF_SIGN_INS = "sign_in.range" Tenant
        "SELECT record_id, created_at, person_id, credential_id, result, body, personal FROM sign_in
         WHERE tenant_id = $1 AND record_id >= $2 AND record_id <= $3 ORDER BY record_id LIMIT $4";
    RANGE_OF_AUDITS = "audit.range" Tenant
        "SELECT record_id, created_at, activity, actor_id, target_id, body, personal FROM audit
         WHERE tenant_id = $1 AND record_id >= $2 AND record_id <= $3 ORDER BY record_id LIMIT $4";
    INSERT_LINK = "chain_link.insert" Tenant
        "INSERT INTO chain_link (tenant_id, node_id, number, first_seq, last_seq, gaps, altered, adopted, records_hash, link_hash, signature, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
    LAST_LINK = "chain_link.last" Tenant
        "SELECT node_id, number, first_seq, last_seq, gaps, altered, adopted, records_hash, link_hash, signature, created_at FROM chain_link
         WHERE tenant_id = $1 AND node_id = $2 ORDER BY number DESC LIMIT 1";
    LIST_LINKS = "chain_link.list" Tenant
        "SELECT node_id, number, first_seq, last_seq, gaps, altered, adopted, records_hash, link_hash, signature, created_at FROM chain_link
         WHERE tenant_id = $1 AND node_id = $2 AND number > $3 ORDER BY number LIMIT $4";
    VOID_SIGN_IN = "sign_in.void" Tenant
        "INSERT INTO sign_in (tenant_id, record_id, created_at, person_id, credential_id, result, body, personal)
         VALUES ($1, $2, $3, NULL, NULL, 'void', '{}', NULL) ON CONFLICT DO NOTHING";
    VOID_AUDIT = "audit.void" Tenant
        "INSERT INTO audit (tenant_id, record_id, created_at, activity, actor_id, target_id, body, personal)
         VALUES ($1, $2, $3, 'void', NULL, NULL, '{}', NULL) ON CONFLICT DO NOTHING";
    SIGN_IN_AFTER = "sign_in.after" Tenant
        "SELECT record_id FROM sign_in WHERE tenant_id = $1 AND record_id > $2 ORDER BY record_id LIMIT 1";
    AUDIT_AFTER = "audit.after" Tenant
        "SELECT record_id FROM audit WHERE tenant_id = $1 AND record_id > $2 ORDER BY record_id LIMIT 1";
    LINK_NODE_AFTER = "chain_link.node_after" Tenant
        "SELECT node_id FROM chain_link WHERE tenant_id = $1 AND node_id > $2 ORDER BY node_id LIMIT 1";
}

/// What stands in place of a record whose unit was neither committed nor refused: should that unit
/// be committed late, it collides with this row and is rolled back.
pub const VOID: &str = "void";

/// A row of either log. For a sign-in `subject_id` is the person and `object` the credential id;
/// for an audit record they are the actor and the target.
#[derive(Debug, Clone)]
pub struct LogRecord {
    pub record_id: Id,
    pub created_at: i64,
    /// The result code of a sign-in, the activity of an audit record.
    pub word: String,
    pub subject_id: Option<Id>,
    pub object: Option<Vec<u8>>,
    pub body: String,
    pub personal: Option<String>,
}

/// Which log a record is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    SignIn,
    Audit,
}

#[derive(Debug, Clone)]
pub struct ChainLink {
    pub node_id: Id,
    pub number: i64,
    pub first_seq: i64,
    pub last_seq: i64,
    pub gaps: String,
    pub altered: String,
    pub adopted: bool,
    pub records_hash: [u8; 32],
    pub link_hash: [u8; 32],
    pub signature: Vec<u8>,
    pub created_at: i64,
}

fn parse_sign_in(mut row: Row) -> Result<LogRecord, StoreError> {
    let (record_id, created_at) = (row.id()?, row.int()?);
    let (subject_id, object, word) = (row.opt_id()?, row.opt_bytes()?, row.text()?);
    Ok(LogRecord {
        record_id,
        created_at,
        word,
        subject_id,
        object,
        body: row.text()?,
        personal: row.opt_text()?,
    })
}

fn parse_audit(mut row: Row) -> Result<LogRecord, StoreError> {
    let (record_id, created_at) = (row.id()?, row.int()?);
    let (word, subject_id, object) = (row.text()?, row.opt_id()?, row.opt_bytes()?);
    Ok(LogRecord {
        record_id,
        created_at,
        word,
        subject_id,
        object,
        body: row.text()?,
        personal: row.opt_text()?,
    })
}

fn parse_link(mut row: Row) -> Result<ChainLink, StoreError> {
    Ok(ChainLink {
        node_id: row.id()?,
        number: row.int()?,
        first_seq: row.int()?,
        last_seq: row.int()?,
        gaps: row.text()?,
        altered: row.text()?,
        adopted: row.truth()?,
        records_hash: row.array()?,
        link_hash: row.array()?,
        signature: row.bytes()?,
        created_at: row.int()?,
    })
}

impl Store {
    /// A person's newest sign-in records (as subject) or audit records (as target).
    pub async fn list_records_of_person(
        &self,
        tenant: Id,
        log: Log,
        person: Id,
        limit: i64,
    ) -> Result<Vec<LogRecord>, StoreError> {
        let args = vec![tenant.into(), person.into(), limit.into()];
        match log {
            Log::SignIn => self
                .read(&LIST_SIGN_INS, args)
                .await?
                .into_iter()
                .map(parse_sign_in)
                .collect(),
            Log::Audit => self
                .read(&LIST_AUDITS, args)
                .await?
                .into_iter()
                .map(parse_audit)
                .collect(),
        }
    }

    /// Records from `first` to `last` in the order of the chain, at most `limit`.
    pub async fn list_records_in(
        &self,
        tenant: Id,
        log: Log,
        first: Id,
        last: Id,
        limit: i64,
    ) -> Result<Vec<LogRecord>, StoreError> {
        let args = vec![tenant.into(), first.into(), last.into(), limit.into()];
        match log {
            Log::SignIn => self
                .read(&RANGE_OF_SIGN_INS, args)
                .await?
                .into_iter()
                .map(parse_sign_in)
                .collect(),
            Log::Audit => self
                .read(&RANGE_OF_AUDITS, args)
                .await?
                .into_iter()
                .map(parse_audit)
                .collect(),
        }
    }

    /// The first record after `after`: how to skip from node to node.
    pub async fn find_record_after(
        &self,
        tenant: Id,
        log: Log,
        after: Id,
    ) -> Result<Option<Id>, StoreError> {
        let sql = match log {
            Log::SignIn => &SIGN_IN_AFTER,
            Log::Audit => &AUDIT_AFTER,
        };
        self.read_one(sql, vec![tenant.into(), after.into()])
            .await?
            .map(|mut row| row.id())
            .transpose()
    }

    /// The next node after `after` that has links.
    pub async fn find_linked_node_after(
        &self,
        tenant: Id,
        after: Id,
    ) -> Result<Option<Id>, StoreError> {
        self.read_one(&LINK_NODE_AFTER, vec![tenant.into(), after.into()])
            .await?
            .map(|mut row| row.id())
            .transpose()
    }

    pub async fn find_last_link(
        &self,
        tenant: Id,
        node: Id,
    ) -> Result<Option<ChainLink>, StoreError> {
        self.read_one(&LAST_LINK, vec![tenant.into(), node.into()])
            .await?
            .map(parse_link)
            .transpose()
    }

    /// Links of a node's chain after `number`, at most `limit`.
    pub async fn list_links(
        &self,
        tenant: Id,
        node: Id,
        number: i64,
        limit: i64,
    ) -> Result<Vec<ChainLink>, StoreError> {
        let args = vec![tenant.into(), node.into(), number.into(), limit.into()];
        self.read(&LIST_LINKS, args)
            .await?
            .into_iter()
            .map(parse_link)
            .collect()
    }
}

impl Unit {
    pub fn insert_record(&mut self, tenant: Id, log: Log, record: &LogRecord) -> &mut Unit {
        let head = [
            tenant.into(),
            record.record_id.into(),
            record.created_at.into(),
        ];
        let (word, subject) = (record.word.as_str().into(), record.subject_id.into());
        let object = record.object.as_deref().into();
        let tail = [
            record.body.as_str().into(),
            record.personal.as_deref().into(),
        ];
        match log {
            Log::SignIn => {
                let args = head
                    .into_iter()
                    .chain([subject, object, word])
                    .chain(tail)
                    .collect();
                self.step(&INSERT_SIGN_IN, args, Expect::One(Guard::Taken))
            }
            Log::Audit => {
                let args = head
                    .into_iter()
                    .chain([word, subject, object])
                    .chain(tail)
                    .collect();
                self.step(&INSERT_AUDIT, args, Expect::One(Guard::Taken))
            }
        }
    }

    /// Takes the place of a record that may be committed late; does nothing where the record is.
    pub fn void_record(&mut self, tenant: Id, log: Log, record: Id, now: i64) -> &mut Unit {
        let sql = match log {
            Log::SignIn => &VOID_SIGN_IN,
            Log::Audit => &VOID_AUDIT,
        };
        let args = vec![tenant.into(), record.into(), now.into()];
        self.step(sql, args, Expect::Any)
    }

    /// Refused with [`Guard::Taken`] when another node sealed the same run first.
    pub fn insert_link_of_chain(&mut self, tenant: Id, link: &ChainLink) -> &mut Unit {
        let args = vec![
            tenant.into(),
            link.node_id.into(),
            link.number.into(),
            link.first_seq.into(),
            link.last_seq.into(),
            link.gaps.as_str().into(),
            link.altered.as_str().into(),
            link.adopted.into(),
            link.records_hash.into(),
            link.link_hash.into(),
            link.signature.as_slice().into(),
            link.created_at.into(),
        ];
        self.step(&INSERT_LINK, args, Expect::One(Guard::Taken))
    }
}
