//! What `doctor` says about the database.

use std::sync::Arc;

use crate::postgres::Pg;
use crate::postgres::client::run_text;
use crate::sqlite::Lite;
use crate::sqlite::session::{Role, Session, run_text as run_lite};
use crate::store::{Durability, Engine, blocking};
use crate::value::Row;
use crate::{Store, StoreError};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    Good,
    /// Worth changing, but nothing is wrong.
    Advice,
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// A stable name: `database.integrity`.
    pub name: &'static str,
    pub grade: Grade,
    pub detail: String,
}

impl Finding {
    fn new(name: &'static str, grade: Grade, detail: impl Into<String>) -> Finding {
        let detail = detail.into();
        Finding {
            name,
            grade,
            detail,
        }
    }

    fn judge(name: &'static str, good: bool, detail: impl Into<String>) -> Finding {
        Finding::new(name, if good { Grade::Good } else { Grade::Bad }, detail)
    }

    fn failed(name: &'static str, cause: &StoreError) -> Finding {
        Finding::new(name, Grade::Bad, cause.to_string())
    }
}

/// A node more than this far off the database's time refuses ceremonies (security 6).
const MAX_SKEW_SECONDS: i64 = 30;

pub(crate) async fn check(store: &Store, now: i64) -> Vec<Finding> {
    let mut findings = match store.engine() {
        Engine::Lite(lite) => {
            let lite = Arc::clone(lite);
            blocking(move || Ok(lite_findings(&lite)))
                .await
                .unwrap_or_else(|cause| vec![Finding::failed("database.open", &cause)])
        }
        Engine::Pg(pg) => pg_findings(pg).await,
    };
    findings.push(skew(store.database_time().await, now));
    findings
}

fn skew(database: Result<i64, StoreError>, now: i64) -> Finding {
    let name = "database.clock";
    match database {
        Err(cause) => Finding::failed(name, &cause),
        Ok(database) => {
            let ahead = now.saturating_sub(database);
            let side = if ahead < 0 { "behind" } else { "ahead of" };
            let detail = format!(
                "this machine's clock is {} ms {side} the database's",
                ahead.abs() / 1_000
            );
            Finding::judge(name, ahead.abs() <= MAX_SKEW_SECONDS * 1_000_000, detail)
        }
    }
}

/// The only column of the only row, whatever its kind, as words.
fn word(rows: Vec<Row>) -> Result<String, StoreError> {
    let mut row = rows.into_iter().next().ok_or_else(|| StoreError::Failed {
        statement: "database.check",
        cause: "no row".to_owned(),
    })?;
    row.text()
}

fn lite_findings(lite: &Lite) -> Vec<Finding> {
    let session = match Session::open(&lite.file, Role::Side, lite.durability) {
        Ok(session) => session,
        Err(cause) => return vec![Finding::new("database.open", Grade::Bad, cause.to_string())],
    };
    let ask = |text: &str| {
        run_lite(&session.connection, "database.check", text, &[])
            .and_then(|outcome| word(outcome.rows))
    };
    let found = |name, text: &str, wanted: &str| match ask(text) {
        Ok(value) => Finding::judge(name, value == wanted, value),
        Err(cause) => Finding::failed(name, &cause),
    };
    let durable = lite.durability == Durability::Full;
    let synchronous = if durable {
        "synchronous=FULL"
    } else {
        "synchronous=NORMAL: a power cut may lose the last sign-ins"
    };
    vec![
        Finding::new(
            "database.engine",
            Grade::Good,
            format!("SQLite {}", rusqlite::version()),
        ),
        found("database.integrity", "PRAGMA quick_check(1)", "ok"),
        found("database.journal", "PRAGMA journal_mode", "wal"),
        Finding::new(
            "database.durability",
            if durable { Grade::Good } else { Grade::Advice },
            synchronous,
        ),
    ]
}

async fn pg_findings(pg: &Pg) -> Vec<Finding> {
    let client = match pg.client().await {
        Ok(client) => client,
        Err(failure) => return vec![Finding::failed("database.open", &failure.error)],
    };
    let ask = async |text: &str| match run_text(&client, "database.check", text, &[]).await {
        Ok(outcome) => word(outcome.rows),
        Err(failure) => Err(failure.error),
    };
    let version = match ask("SHOW server_version").await {
        Ok(version) => {
            let major = version
                .split('.')
                .next()
                .and_then(|major| major.trim().parse::<u32>().ok());
            let supported = major.is_none_or(|major| major >= 13);
            Finding::judge(
                "database.engine",
                supported,
                format!("PostgreSQL {version}"),
            )
        }
        Err(cause) => Finding::failed("database.engine", &cause),
    };
    let setting = |name, value: Result<String, StoreError>, good: &[&str]| match value {
        Ok(value) => Finding::judge(name, good.contains(&value.as_str()), value),
        Err(cause) => Finding::failed(name, &cause),
    };
    let fsync = setting("database.fsync", ask("SHOW fsync").await, &["on"]);
    let commits = setting(
        "database.durability",
        ask("SHOW synchronous_commit").await,
        &["on", "remote_apply"],
    );
    let recovery = "SELECT CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'primary' END";
    let role = setting("database.role", ask(recovery).await, &["primary"]);
    let standby = match ask("SHOW synchronous_standby_names").await {
        Ok(names) if names.is_empty() => Finding::new(
            "database.standby",
            Grade::Advice,
            "no synchronous standby: after a failover the last sign-ins may be missing",
        ),
        Ok(names) => Finding::new("database.standby", Grade::Good, names),
        Err(cause) => Finding::failed("database.standby", &cause),
    };
    vec![version, fsync, commits, role, standby]
}
