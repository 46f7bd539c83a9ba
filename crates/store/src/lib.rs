//! All SQL: both databases, migrations, ids, records.
//!
//! Holds no decisions and knows no HTTP. One SQL text serves SQLite and PostgreSQL; a write is a
//! [`Unit`] of guards and statements, a read is one statement. [`Store`] is the one way in.

mod error;
mod sql;
mod unit;
mod value;

pub use error::{StoreError, WriteError};
pub use sql::{Scope, Sql};
pub use unit::{Expect, Guard, MAX_STEPS, Step, Unit, Written};
pub use value::{Id, Row, Value};
