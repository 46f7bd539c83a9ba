//! What both engines share: the outcome of a statement, guards, caps.

use crate::StoreError;
use crate::unit::{Expect, Guard};
use crate::value::{Row, Value};

/// The most rows that one statement may return; longer lists are read by page.
pub(crate) const MAX_ROWS: usize = 10_000;

/// What one statement did.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Rows changed, or returned where the statement returns rows.
    pub(crate) count: u64,
    pub(crate) rows: Vec<Row>,
}

/// Whether `count` rows are what a step expects.
pub(crate) fn check_guard(expect: Expect, count: u64) -> Result<(), Guard> {
    match expect {
        Expect::One(guard) if count != 1 => Err(guard),
        Expect::Zero(guard) if count != 0 => Err(guard),
        _ => Ok(()),
    }
}

pub(crate) fn too_many_rows(statement: &'static str) -> StoreError {
    StoreError::Failed {
        statement,
        cause: format!("more than {MAX_ROWS} rows"),
    }
}

/// Refuses text that PostgreSQL can't hold, on both engines alike.
pub(crate) fn check_args(statement: &'static str, args: &[Value]) -> Result<(), StoreError> {
    let unfit = |value: &Value| matches!(value, Value::Text(text) if text.as_bytes().contains(&0));
    match args.iter().position(unfit) {
        None => Ok(()),
        Some(index) => Err(StoreError::Failed {
            statement,
            cause: format!("argument {} holds a NUL character", index + 1),
        }),
    }
}
