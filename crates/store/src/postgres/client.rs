//! One statement on one connection, and what its errors mean for the unit around it.

use std::error::Error as _;
use std::fmt::Write as _;

use futures_util::TryStreamExt;
use std::pin::pin;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, RowStream, Statement};

use super::value::type_of;
use crate::StoreError;
use crate::engine::{MAX_ROWS, Outcome, too_many_rows};
use crate::sql::{Sql, parameters_of};
use crate::value::{Row, Value};

/// What may be done after an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// The database asks to run the unit again whole (40001, 40P01).
    Again,
    /// The connection is of no use any more; another may be.
    Reconnect,
    Nothing,
}

/// An error with its remedy.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) remedy: Remedy,
    /// The server itself said so; otherwise what became of the statement is unknown.
    pub(crate) answered: bool,
    pub(crate) error: StoreError,
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> StoreError {
        failure.error
    }
}

impl Failure {
    /// For what we refuse ourselves.
    pub(crate) fn own(error: StoreError) -> Failure {
        Failure {
            remedy: Remedy::Nothing,
            answered: true,
            error,
        }
    }

    pub(crate) fn of(statement: &'static str, cause: &tokio_postgres::Error) -> Failure {
        let Some(answer) = cause.as_db_error() else {
            let lost = cause.is_closed()
                || cause
                    .source()
                    .is_some_and(|source| source.is::<std::io::Error>());
            return Failure {
                remedy: if lost {
                    Remedy::Reconnect
                } else {
                    Remedy::Nothing
                },
                answered: false,
                error: if lost {
                    StoreError::Unavailable(describe(cause))
                } else {
                    let cause = describe(cause);
                    StoreError::Failed { statement, cause }
                },
            };
        };
        let remedy = remedy_of(answer);
        let out_of_means = answer.code().code().starts_with("53")
            || matches!(
                *answer.code(),
                SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE
            );
        Failure {
            remedy,
            answered: !ends_the_session(answer.code()),
            error: if remedy == Remedy::Nothing && !out_of_means {
                let cause = describe(cause);
                StoreError::Failed { statement, cause }
            } else {
                StoreError::Unavailable(describe(cause))
            },
        }
    }
}

/// After these the server is gone or goes, and a COMMIT under way may have held or not.
fn ends_the_session(code: &SqlState) -> bool {
    // 40003: CockroachDB's "result is ambiguous".
    code.code().starts_with("57P") || code.code().starts_with("08") || code.code() == "40003"
}

fn remedy_of(answer: &tokio_postgres::error::DbError) -> Remedy {
    let code = answer.code();
    if matches!(
        *code,
        SqlState::T_R_SERIALIZATION_FAILURE | SqlState::T_R_DEADLOCK_DETECTED
    ) {
        return Remedy::Again;
    }
    // A standby after a failover; statements that a pooler or another node's migration took away.
    let stale = matches!(
        *code,
        SqlState::READ_ONLY_SQL_TRANSACTION
            | SqlState::INVALID_SQL_STATEMENT_NAME
            | SqlState::DUPLICATE_PSTATEMENT
            | SqlState::TOO_MANY_CONNECTIONS
    ) || (*code == SqlState::FEATURE_NOT_SUPPORTED
        && answer.message().starts_with("cached plan"));
    if stale || ends_the_session(code) {
        Remedy::Reconnect
    } else {
        Remedy::Nothing
    }
}

/// An error in words, without its detail: that quotes values.
fn describe(cause: &tokio_postgres::Error) -> String {
    if let Some(answer) = cause.as_db_error() {
        let mut text = format!("{} {}", answer.code().code(), answer.message());
        if let Some(constraint) = answer.constraint() {
            // Writing to a String can't fail.
            let _ = write!(text, " ({constraint})");
        }
        return text;
    }
    match cause.source() {
        Some(source) => format!("{cause}: {source}"),
        None => cause.to_string(),
    }
}

/// Runs a text without parameters or result.
pub(crate) async fn batch(client: &Client, text: &str) -> Result<(), StoreError> {
    client
        .batch_execute(text)
        .await
        .map_err(|cause| Failure::of("batch", &cause).into())
}

/// Runs one statement by text, without leaving a prepared one behind.
pub(crate) async fn run(
    client: &Client,
    sql: &'static Sql,
    args: &[Value],
) -> Result<Outcome, StoreError> {
    Ok(run_text(client, sql.name, sql.text, args).await?)
}

/// The same for a text that is not in the registry (backup and restore).
pub(crate) async fn run_text(
    client: &Client,
    name: &'static str,
    text: &str,
    args: &[Value],
) -> Result<Outcome, Failure> {
    // The server would take more than the text names.
    if parameters_of(text) != args.len() {
        return Err(Failure::own(StoreError::Failed {
            statement: name,
            cause: format!(
                "{} parameters, {} arguments",
                parameters_of(text),
                args.len()
            ),
        }));
    }
    let typed = args.iter().map(|value| (value, type_of(value)));
    let stream = client
        .query_typed_raw(text, typed)
        .await
        .map_err(|cause| Failure::of(name, &cause))?;
    collect(name, stream).await
}

/// Runs a prepared statement. Its message is sent when the future is first polled, so futures that
/// are polled in order are pipelined in that order.
pub(crate) async fn run_prepared(
    client: &Client,
    name: &'static str,
    statement: &Statement,
    args: &[Value],
) -> Result<Outcome, Failure> {
    let stream = client
        .query_raw(statement, args)
        .await
        .map_err(|cause| Failure::of(name, &cause))?;
    collect(name, stream).await
}

async fn collect(name: &'static str, stream: RowStream) -> Result<Outcome, Failure> {
    let mut stream = pin!(stream);
    let mut rows = Vec::new();
    let mut returns_rows = false;
    while let Some(row) = stream
        .try_next()
        .await
        .map_err(|cause| Failure::of(name, &cause))?
    {
        if rows.len() == MAX_ROWS {
            // The rest is read and thrown away by the driver.
            return Err(Failure::own(too_many_rows(name)));
        }
        returns_rows = true;
        let values: Result<Vec<Value>, StoreError> = (0..row.len())
            .map(|column| {
                row.try_get(column).map_err(|_| StoreError::UnfitColumn {
                    statement: name,
                    column: column + 1,
                })
            })
            .collect();
        rows.push(Row::new(name, values.map_err(Failure::own)?));
    }
    let count = if returns_rows {
        rows.len() as u64
    } else {
        stream.rows_affected().unwrap_or(0)
    };
    Ok(Outcome { count, rows })
}
