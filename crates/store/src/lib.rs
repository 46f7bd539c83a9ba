//! All SQL: both databases, migrations, ids, records.
//!
//! Holds no decisions and knows no HTTP. One SQL text serves SQLite and PostgreSQL; a write is a
//! [`Unit`] of guards and statements, a read is one statement. [`Store`] is the one way in.

mod check;
mod engine;
mod error;
mod migrate;
mod postgres;
pub mod records;
mod registry;
mod schema;
mod sql;
mod sqlite;
mod store;
mod unit;
mod value;

pub use check::{Finding, Grade};
pub use error::{StoreError, WriteError};
pub use registry::{pairs, registry};
pub use sql::{Pair, Scope, Sql};
pub use sqlite::backup::restore_file;
pub use store::{Durability, GroupCommit, Location, OpenOptions, Store};
pub use unit::{Expect, Guard, MAX_STEPS, Step, Unit, Written};
pub use value::{Id, Row, Value};

#[cfg(test)]
#[path = "../tests/it/main.rs"]
mod it;
