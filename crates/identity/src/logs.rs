//! The organisation's sign-in and audit logs, for those who may read them.

use serde_json::{Map, Value};
use store::{LogRange, ShownRecord, VOID};

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::{Id, Identity, Micros, Refusal};

pub use store::Log;

/// A record, opened.
#[derive(Debug, Clone)]
pub struct LogEntry {
    pub record_id: Id,
    pub at: Micros,
    /// `ok` or the code of a refusal, for a sign-in; the activity, for an audit record.
    pub word: String,
    /// Who signed in, or who did it: a person or a service principal.
    pub subject: Option<Id>,
    /// The credential id of a sign-in; the id of what an audit record is about.
    pub object: Option<Vec<u8>>,
    /// The subject's names of now, if it is a person.
    pub user_name: Option<String>,
    pub display_name: Option<String>,
    /// Whether the passkey of a sign-in is synced; `None` when it is not known any more.
    pub synced: Option<bool>,
    /// The names of now of the person whom an audit record is about.
    pub target_user_name: Option<String>,
    pub target_display_name: Option<String>,
    body: Map<String, Value>,
    personal: Map<String, Value>,
}

impl LogEntry {
    fn open(shown: ShownRecord) -> LogEntry {
        let record = shown.record;
        LogEntry {
            record_id: record.record_id,
            at: record.created_at,
            word: record.word,
            subject: record.subject_id,
            object: record.object,
            user_name: shown.user_name,
            display_name: shown.display_name,
            synced: shown.synced,
            target_user_name: shown.target_user_name,
            target_display_name: shown.target_display_name,
            body: parse(Some(&record.body)),
            personal: parse(record.personal.as_deref()),
        }
    }

    /// A field that is not personal.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }

    /// A personal field, unless it was erased.
    pub fn personal(&self, name: &str) -> Option<&str> {
        self.personal.get(name)?.get(1)?.as_str()
    }

    /// Every field that is not personal and a plain text, number or truth.
    pub fn fields(&self) -> impl Iterator<Item = (&str, String)> {
        self.body.iter().filter_map(|(name, value)| {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                _ => return None,
            };
            Some((name.as_str(), text))
        })
    }

    /// What a change of a policy changed: where, and what stood and stands there, as JSON.
    pub fn changes(&self) -> impl Iterator<Item = (&str, Option<String>, Option<String>)> {
        let changed = self.body.get("changed").and_then(Value::as_array);
        changed.into_iter().flatten().filter_map(|change| {
            let text = |name| {
                let value = change.get(name).filter(|value| !value.is_null());
                value.map(Value::to_string)
            };
            let path = change.get("path")?.as_str()?;
            Some((path, text("before"), text("after")))
        })
    }

    /// What a policy said, where a record tells it: `policy`, the one in force, or `reportOnly`, the one tried out.
    pub fn verdict(&self, name: &str) -> Option<PolicyVerdict<'_>> {
        let told = self.body.get(name)?;
        let text = |name| told.get(name).and_then(Value::as_str);
        Some(PolicyVerdict {
            version: told.get("version")?.as_i64()?,
            result: text("result")?,
            rule: text("rule"),
            profile: text("profile"),
        })
    }
}

/// A policy's decision as a record tells it.
#[derive(Debug, Clone, Copy)]
pub struct PolicyVerdict<'a> {
    pub version: i64,
    /// `accepted` or `refused`.
    pub result: &'a str,
    /// The rule that refused.
    pub rule: Option<&'a str>,
    /// The profile that accepted, or whose rule refused.
    pub profile: Option<&'a str>,
}

fn parse(text: Option<&str>) -> Map<String, Value> {
    text.and_then(|text| serde_json::from_str(text).ok())
        .unwrap_or_default()
}

/// Which part of a log, and where to go on.
#[derive(Debug, Clone)]
pub struct LogQuery {
    /// Both ends belong to it.
    pub from: Micros,
    pub to: Micros,
    /// The place where the page before ended.
    pub after: Option<(Micros, Id)>,
    /// Oldest first.
    pub forward: bool,
    /// Only sign-ins of this person, or records about this target.
    pub about: Option<Id>,
    /// Entries of a page.
    pub top: usize,
}

/// A page; it may be short, or empty, and still not be the last.
#[derive(Debug)]
pub struct LogPage<T> {
    pub entries: Vec<T>,
    pub next: Option<(Micros, Id)>,
}

/// How many records a page looks at before it ends early: so a question that nothing answers costs little, too.
const SCAN: usize = 2_500;
/// How many are read at a time.
const BATCH: usize = 500;

/// A page of a log: what `keep` makes of records, as far as it keeps them.
pub async fn list<T: Send>(
    identity: &Identity,
    actor: Actor<'_>,
    log: Log,
    query: &LogQuery,
    mut keep: impl FnMut(LogEntry) -> Option<T> + Send,
) -> Result<LogPage<T>, Refusal> {
    let _allowed = access::check(identity, actor, Operation::ReadLogs, None).await?;
    let mut page = LogPage {
        entries: Vec::new(),
        next: query.after,
    };
    let mut scanned = 0;
    loop {
        // The first batch is the page, if everything is kept; whoever passes records over reads on in whole batches.
        let limit = match scanned {
            0 => query.top.saturating_add(1).min(BATCH),
            _ => BATCH,
        };
        let batch = read(identity, log, query, page.next, limit).await?;
        let ended = batch.len() < limit;
        scanned += batch.len();
        for shown in batch {
            if page.entries.len() == query.top {
                return Ok(page);
            }
            page.next = Some((shown.record.created_at, shown.record.record_id));
            if shown.record.word != VOID {
                page.entries.extend(keep(LogEntry::open(shown)));
            }
        }
        if ended {
            page.next = None;
            return Ok(page);
        }
        if scanned >= SCAN {
            return Ok(page);
        }
    }
}

async fn read(
    identity: &Identity,
    log: Log,
    query: &LogQuery,
    after: Option<(Micros, Id)>,
    limit: usize,
) -> Result<Vec<ShownRecord>, Refusal> {
    let range = LogRange {
        from: query.from,
        to: query.to,
        after,
        forward: query.forward,
        about: query.about.as_ref().map(|id| id.0.as_slice()),
    };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    Ok(identity
        .0
        .store
        .list_log(identity.0.tenant_id, log, range, limit)
        .await?)
}

/// One record of a log.
pub async fn find(
    identity: &Identity,
    actor: Actor<'_>,
    log: Log,
    record: Id,
) -> Result<Option<LogEntry>, Refusal> {
    let _allowed = access::check(identity, actor, Operation::ReadLogs, None).await?;
    let found = identity
        .0
        .store
        .find_log_record(identity.0.tenant_id, log, record)
        .await?;
    Ok(found.map(LogEntry::open))
}
