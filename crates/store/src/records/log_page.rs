//! Pages of the sign-in and audit logs by time, for those who read the organisation's logs. The bounds are on indexes
//! that sign-ins pay for already; whatever else is asked is tested on bounded batches of what these statements give.

use crate::records::log::VOID;
use crate::sql::{Sql, statements};
use crate::value::{Id, Row, Value};
use crate::{Store, StoreError};

/// What is shown of a sign-in, in the order of [`parse`].
macro_rules! sign_ins {
    ($which:literal, $range:expr) => {
        concat!(
            "SELECT s.record_id, s.created_at, s.person_id, s.credential_id, s.result, s.body, s.personal, p.user_name,
                 p.display_name, c.backup_eligible
             FROM sign_in s
             LEFT JOIN person p ON p.tenant_id = $1 AND p.person_id = s.person_id
             LEFT JOIN credential c ON c.tenant_id = $1 AND c.credential_id = s.credential_id
             WHERE s.tenant_id = $1 AND ",
            $which,
            $range
        )
    };
}

/// The same of an audit record.
macro_rules! audits {
    ($which:literal, $range:expr) => {
        concat!(
            "SELECT a.record_id, a.created_at, a.actor_id, a.target_id, a.activity, a.body, a.personal, p.user_name,
                 p.display_name, t.user_name, t.display_name
             FROM audit a
             LEFT JOIN person p ON p.tenant_id = $1 AND p.person_id = a.actor_id
             LEFT JOIN person t ON t.tenant_id = $1 AND t.person_id = a.target_id
             WHERE a.tenant_id = $1 AND ",
            $which,
            $range
        )
    };
}

/// Newest first, from `$3` back to `$2`; of the time `$3` itself only what comes before the record `$4`.
macro_rules! backward {
    ($table:literal) => {
        concat!(
            $table,
            ".created_at >= $2 AND ",
            $table,
            ".created_at <= $3
             AND (",
            $table,
            ".created_at < $3 OR ",
            $table,
            ".record_id < $4)
             ORDER BY ",
            $table,
            ".created_at DESC, ",
            $table,
            ".record_id DESC LIMIT $5"
        )
    };
}

/// Oldest first, the same the other way.
macro_rules! forward {
    ($table:literal) => {
        concat!(
            $table,
            ".created_at >= $2 AND ",
            $table,
            ".created_at <= $3
             AND (",
            $table,
            ".created_at > $2 OR ",
            $table,
            ".record_id > $4)
             ORDER BY ",
            $table,
            ".created_at, ",
            $table,
            ".record_id LIMIT $5"
        )
    };
}

statements! {
    SIGN_INS_BACKWARD = "sign_in.page_backward" Tenant
        sign_ins!("", backward!("s"));
    SIGN_INS_FORWARD = "sign_in.page_forward" Tenant
        sign_ins!("", forward!("s"));
    SIGN_INS_OF_PERSON_BACKWARD = "sign_in.page_of_person_backward" Tenant
        sign_ins!("s.person_id = $6 AND ", backward!("s"));
    SIGN_INS_OF_PERSON_FORWARD = "sign_in.page_of_person_forward" Tenant
        sign_ins!("s.person_id = $6 AND ", forward!("s"));
    AUDITS_BACKWARD = "audit.page_backward" Tenant
        audits!("", backward!("a"));
    AUDITS_FORWARD = "audit.page_forward" Tenant
        audits!("", forward!("a"));
    AUDITS_OF_TARGET_BACKWARD = "audit.page_of_target_backward" Tenant
        audits!("a.target_id = $6 AND ", backward!("a"));
    AUDITS_OF_TARGET_FORWARD = "audit.page_of_target_forward" Tenant
        audits!("a.target_id = $6 AND ", forward!("a"));
    FIND_SIGN_IN = "sign_in.find_shown" Tenant
        sign_ins!("s.record_id = $2", "");
    FIND_AUDIT = "audit.find_shown" Tenant
        audits!("a.record_id = $2", "");
}

/// A record with what its subject is called now.
#[derive(Debug, Clone)]
pub struct ShownRecord {
    pub record: crate::LogRecord,
    /// The person's names of now: of who signed in, or of who did it.
    pub user_name: Option<String>,
    pub display_name: Option<String>,
    /// Of a sign-in: whether its passkey, if it is still known, is synced.
    pub synced: Option<bool>,
    /// Of an audit record: the names of now of the person it is about.
    pub target_user_name: Option<String>,
    pub target_display_name: Option<String>,
}

/// A part of a log: records of the time from `from` to `to`, and in the order's direction only those behind `after`.
#[derive(Debug, Clone, Copy)]
pub struct LogRange<'a> {
    pub from: i64,
    pub to: i64,
    /// The last record that was given before, by time and id.
    pub after: Option<(i64, Id)>,
    /// Oldest first.
    pub forward: bool,
    /// The person of sign-ins, the target of audit records.
    pub about: Option<&'a [u8]>,
}

fn parse(log: crate::Log, mut row: Row) -> Result<ShownRecord, StoreError> {
    let (record_id, created_at) = (row.id()?, row.int()?);
    let (subject_id, object, word) = (row.opt_id()?, row.opt_bytes()?, row.text()?);
    let record = crate::LogRecord {
        record_id,
        created_at,
        word,
        subject_id,
        object,
        body: row.text()?,
        personal: row.opt_text()?,
    };
    let (user_name, display_name) = (row.opt_text()?, row.opt_text()?);
    let (synced, target_user_name, target_display_name) = match log {
        crate::Log::SignIn => (row.opt_int()?, None, None),
        crate::Log::Audit => (None, row.opt_text()?, row.opt_text()?),
    };
    Ok(ShownRecord {
        record,
        user_name,
        display_name,
        synced: synced.map(|eligible| eligible != 0),
        target_user_name,
        target_display_name,
    })
}

fn statement(log: crate::Log, range: LogRange<'_>) -> &'static Sql {
    use crate::Log::{Audit, SignIn};
    match (log, range.about.is_some(), range.forward) {
        (SignIn, false, false) => &SIGN_INS_BACKWARD,
        (SignIn, false, true) => &SIGN_INS_FORWARD,
        (SignIn, true, false) => &SIGN_INS_OF_PERSON_BACKWARD,
        (SignIn, true, true) => &SIGN_INS_OF_PERSON_FORWARD,
        (Audit, false, false) => &AUDITS_BACKWARD,
        (Audit, false, true) => &AUDITS_FORWARD,
        (Audit, true, false) => &AUDITS_OF_TARGET_BACKWARD,
        (Audit, true, true) => &AUDITS_OF_TARGET_FORWARD,
    }
}

impl Store {
    /// At most `limit` records of a range, in its order. Places kept for units that were never committed are among
    /// them: they count for the limit, so that a caller knows whether there is more.
    pub async fn list_log(
        &self,
        tenant: Id,
        log: crate::Log,
        range: LogRange<'_>,
        limit: i64,
    ) -> Result<Vec<ShownRecord>, StoreError> {
        let (mut from, mut to) = (range.from, range.to);
        // Before the first page, the edge lies outside of every record's id.
        let edge = match (range.after, range.forward) {
            (Some((at, id)), true) => {
                from = from.max(at);
                if at >= from { id } else { Id([0; 16]) }
            }
            (Some((at, id)), false) => {
                to = to.min(at);
                if at <= to { id } else { Id([0xff; 16]) }
            }
            (None, true) => {
                from = from.saturating_sub(1);
                Id([0xff; 16])
            }
            (None, false) => {
                to = to.saturating_add(1);
                Id([0; 16])
            }
        };
        let mut args: Vec<Value> = vec![
            tenant.into(),
            from.into(),
            to.into(),
            edge.into(),
            limit.into(),
        ];
        if let Some(about) = range.about {
            args.push(about.into());
        }
        self.read(statement(log, range), args)
            .await?
            .into_iter()
            .map(|row| parse(log, row))
            .collect()
    }

    /// One record.
    pub async fn find_log_record(
        &self,
        tenant: Id,
        log: crate::Log,
        record: Id,
    ) -> Result<Option<ShownRecord>, StoreError> {
        let sql = match log {
            crate::Log::SignIn => &FIND_SIGN_IN,
            crate::Log::Audit => &FIND_AUDIT,
        };
        let found = self
            .read_one(sql, vec![tenant.into(), record.into()])
            .await?
            .map(|row| parse(log, row))
            .transpose()?;
        Ok(found.filter(|shown| shown.record.word != VOID))
    }
}
