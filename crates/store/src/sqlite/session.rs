//! One SQLite connection and how a statement of the registry runs on it.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::StoreError;
use crate::engine::{MAX_ROWS, Outcome, too_many_rows};
use crate::sql::Sql;
use crate::store::Durability;
use crate::value::{Row, Value};

/// How long another process (the command line) may keep us waiting for the write lock.
pub(crate) const BUSY_TIMEOUT_MS: u32 = 5_000;

/// Compiled statements that each connection keeps.
const CACHED_STATEMENTS: usize = 256;

/// What a connection is for; decides its cache and whether it may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Writer,
    Reader,
    /// Checkpoints and backups.
    Side,
}

pub(crate) struct Session {
    pub(crate) connection: Connection,
    /// The registry's texts in SQLite's spelling, by the address of the statement.
    texts: HashMap<usize, Box<str>>,
}

impl Session {
    /// Opens an existing file with the settings that durability and the checkpoint design ask for.
    pub(crate) fn open(
        file: &Path,
        role: Role,
        durability: Durability,
    ) -> Result<Session, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(file, flags)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        // Otherwise SQLite compiles a statement anew when an argument that the plan may depend on changes: with
        // nearly every run. It was a sixth of the processor time of a sign-in.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.pragma_update(None, "busy_timeout", BUSY_TIMEOUT_MS)?;
        if role == Role::Writer {
            enter_wal(&connection)?;
        }
        let synchronous = match durability {
            Durability::Full => "FULL",
            Durability::Normal => "NORMAL",
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        // macOS only: its plain fsync leaves data in the drive's cache.
        connection.pragma_update(None, "fullfsync", durability == Durability::Full)?;
        connection.pragma_update(None, "checkpoint_fullfsync", durability == Durability::Full)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.pragma_update(None, "mmap_size", 0)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        // Checkpoints are made beside the writer, never inside a commit (stack.md 3.5).
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        // In KiB when negative; pages are read from the operating system's cache otherwise. More is not faster: a reader
        // drops its pages with every commit, and the writer looks through all of its own with some splits of a page. Less
        // is slower beside millions of records.
        let cache = if role == Role::Writer {
            -16_384
        } else {
            -4_096
        };
        connection.pragma_update(None, "cache_size", cache)?;
        if role == Role::Reader {
            connection.pragma_update(None, "query_only", true)?;
        }
        Ok(Session {
            connection,
            texts: HashMap::new(),
        })
    }

    /// Runs one statement to its end and returns its rows and how many rows it changed or returned.
    pub(crate) fn run(&mut self, sql: &'static Sql, args: &[Value]) -> Result<Outcome, StoreError> {
        let text = self
            .texts
            .entry(std::ptr::from_ref(sql).addr())
            .or_insert_with(|| lite_text(sql.text));
        run_text(&self.connection, sql.name, text, args)
    }

    /// Runs a fixed word of transaction control, compiled once.
    pub(crate) fn control(&self, text: &'static str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(text)
            .and_then(|mut statement| statement.raw_execute())
            .map(|_| ())
            .map_err(|cause| store_error(text, &cause))
    }
}

/// The file keeps the mode, so only the first opening changes it. Several that do so at once are
/// turned away without SQLite's own waiting, lest they wait for each other.
fn enter_wal(connection: &Connection) -> Result<(), rusqlite::Error> {
    let mut outcome = try_enter_wal(connection);
    for _ in 0..100 {
        match &outcome {
            Err(cause) if cause.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {}
            _ => break,
        }
        std::thread::sleep(Duration::from_millis(20));
        outcome = try_enter_wal(connection);
    }
    outcome
}

fn try_enter_wal(connection: &Connection) -> Result<(), rusqlite::Error> {
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode != "wal" {
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    }
    Ok(())
}

/// Runs `text` (in SQLite's spelling) under the name that an error shall show.
pub(crate) fn run_text(
    connection: &Connection,
    name: &'static str,
    text: &str,
    args: &[Value],
) -> Result<Outcome, StoreError> {
    let failed = |cause: rusqlite::Error| store_error(name, &cause);
    let mut statement = connection.prepare_cached(text).map_err(failed)?;
    if statement.parameter_count() != args.len() {
        return Err(StoreError::Failed {
            statement: name,
            cause: format!(
                "{} parameters, {} arguments",
                statement.parameter_count(),
                args.len()
            ),
        });
    }
    for (index, value) in args.iter().enumerate() {
        statement
            .raw_bind_parameter(index + 1, value)
            .map_err(failed)?;
    }
    let columns = statement.column_count();
    if columns == 0 {
        let count = statement.raw_execute().map_err(failed)?;
        return Ok(Outcome {
            count: count as u64,
            rows: Vec::new(),
        });
    }
    let mut rows = Vec::new();
    let mut cursor = statement.raw_query();
    while let Some(row) = cursor.next().map_err(failed)? {
        if rows.len() == MAX_ROWS {
            return Err(too_many_rows(name));
        }
        let values: Result<Vec<Value>, StoreError> = (0..columns)
            .map(|column| {
                value_at(row, column).ok_or(StoreError::UnfitColumn {
                    statement: name,
                    column: column + 1,
                })
            })
            .collect();
        rows.push(Row::new(name, values?));
    }
    Ok(Outcome {
        count: rows.len() as u64,
        rows,
    })
}

fn value_at(row: &rusqlite::Row<'_>, column: usize) -> Option<Value> {
    match row.get_ref(column).ok()? {
        ValueRef::Null => Some(Value::Null),
        ValueRef::Integer(value) => Some(Value::Int(value)),
        ValueRef::Text(value) => String::from_utf8(value.to_vec()).ok().map(Value::Text),
        ValueRef::Blob(value) => Some(Value::Bytes(value.to_vec())),
        // No column of ours holds one, and PostgreSQL's side would not know it either.
        ValueRef::Real(_) => None,
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Value::Null => ValueRef::Null,
            Value::Int(value) => ValueRef::Integer(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

/// Spells `$n` as `?n`: SQLite would number `$n` by first appearance, not by its digits.
/// Quoted text is left as it is.
pub(crate) fn lite_text(text: &str) -> Box<str> {
    let mut quoted = false;
    text.chars()
        .map(|character| match character {
            '\'' => {
                quoted = !quoted;
                '\''
            }
            '$' if !quoted => '?',
            other => other,
        })
        .collect::<String>()
        .into_boxed_str()
}

/// Tells a database that can't be used now from a statement that failed.
pub(crate) fn store_error(statement: &'static str, cause: &rusqlite::Error) -> StoreError {
    match cause.sqlite_error_code() {
        Some(
            ErrorCode::DatabaseBusy
            | ErrorCode::DatabaseLocked
            | ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::CannotOpen
            | ErrorCode::ReadOnly
            | ErrorCode::OutOfMemory
            | ErrorCode::OperationInterrupted,
        ) => StoreError::Unavailable(cause.to_string()),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            StoreError::Unusable(format!("the database file is damaged: {cause}"))
        }
        _ => StoreError::Failed {
            statement,
            cause: cause.to_string(),
        },
    }
}
