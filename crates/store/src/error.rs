//! What can go wrong in a database, told apart by what the caller can do about it.

use crate::unit::Guard;

/// The database failed, or holds something that it should not.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("statement {statement} returned an unfit column {column}")]
    UnfitColumn {
        statement: &'static str,
        column: usize,
    },
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    #[error("statement {statement} failed: {cause}")]
    Failed {
        statement: &'static str,
        cause: String,
    },
    #[error("{0}")]
    Unusable(String),
}

/// A unit was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A guard did not hold; nothing of the unit remains.
    #[error("guard {0:?}")]
    Refused(Guard),
    /// The database failed; nothing of the unit remains.
    #[error(transparent)]
    Store(#[from] StoreError),
}
