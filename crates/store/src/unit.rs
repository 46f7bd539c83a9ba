//! A write unit: guards and statements that take effect together or not at all.
//!
//! A unit is data, so the engine can put it into a batch (SQLite) or a transaction of its own
//! (PostgreSQL), and run it again whole when the database asks for that.
//!
//! # For authors of units: what a guard is worth
//!
//! On SQLite units run one after the other, so whatever a step saw still holds at COMMIT. On
//! PostgreSQL several run at once, at READ COMMITTED: each statement sees what was committed before
//! *it* began. So there:
//!
//! - `UPDATE ... WHERE version = $n` with [`Expect::One`] is a guard that holds: it locks the row
//!   until COMMIT, a competitor waits and then finds the version moved. `INSERT ... ON CONFLICT DO
//!   NOTHING` with [`Expect::One`] is one too: the second of two waits for the first.
//! - A `SELECT` step, or an `EXISTS (...)` inside another statement, is *not* such a guard: it locks
//!   nothing, and what it saw may change before this unit commits. It may serve where a late change
//!   does no harm, because whoever uses the result compares again (a session compares the versions
//!   under which it was opened, each time: security 3).
//! - A rule about a *count* or about *absence* ("the last administrator", "at most ten") must
//!   therefore bump a version row that every unit under the same rule bumps too (security 4): two
//!   such units then collide on that row, and one of them reads and decides anew.
//!
//! Guards come first: on SQLite nothing after a failed guard runs; on PostgreSQL everything is sent
//! at once, and rolled back. Touch rows in the same order everywhere, or units deadlock (they are
//! then run again, but late).

use crate::sql::Sql;
use crate::value::{Id, Row, Value};

/// Why a unit was rolled back although the database is well: a guard did not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guard {
    /// The state, link or code was used before.
    Spent,
    /// The same of a proof of possession: another request used it before.
    ProofSpent,
    /// A version that the decision had read moved meanwhile: read and decide anew.
    Moved,
    /// The session that asks has ended, or what it rests on has.
    SessionOver,
    /// A unique name or id is taken already.
    Taken,
    /// The record to change is not there (any more).
    Missing,
    /// The tenant exists already: set-up is closed.
    Closed,
    /// A maximum or minimum of the tenant's rules would be broken.
    Count,
}

/// What a statement must do for its unit to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Expect {
    /// Nothing in particular.
    Any,
    /// Exactly one row changed or returned; otherwise the unit is rolled back with this guard.
    One(Guard),
    /// No row changed or returned; otherwise the unit is rolled back with this guard.
    Zero(Guard),
}

#[derive(Debug)]
pub struct Step {
    pub sql: &'static Sql,
    pub args: Vec<Value>,
    pub expect: Expect,
}

/// The most steps that a unit may hold (security 9).
pub const MAX_STEPS: usize = 500;

/// Guards plus statements, at most [`MAX_STEPS`].
#[derive(Debug, Default)]
pub struct Unit {
    pub(crate) steps: Vec<Step>,
    pub(crate) attempt: Option<Attempt>,
    pub(crate) independent: bool,
}

/// How a commit whose answer was lost recognises itself: the row of `spent` that it wrote.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Attempt {
    pub(crate) tenant: Id,
    pub(crate) state: Id,
    pub(crate) attempt: Id,
}

impl Unit {
    pub fn new() -> Unit {
        Unit::default()
    }

    /// Says that no step sees or changes a row that another step of this unit changes. PostgreSQL then gets the whole
    /// unit as one statement, in one round trip. For units of the hot path only: a step that does depend on another
    /// would see what was there before the unit.
    pub fn declare_independent(&mut self) -> &mut Unit {
        self.independent = true;
        self
    }

    pub(crate) fn step(
        &mut self,
        sql: &'static Sql,
        args: Vec<Value>,
        expect: Expect,
    ) -> &mut Unit {
        self.steps.push(Step { sql, args, expect });
        self
    }
}

/// Names a step that reads, to find its rows when the unit was written.
#[derive(Debug, Clone, Copy)]
pub struct Reading(pub(crate) usize);

/// What a committed unit returned: the rows of each step, in order.
#[derive(Debug)]
pub struct Written {
    pub rows: Vec<Vec<Row>>,
}

impl Written {
    /// Takes the rows of a step that read; they can be taken once. `None` when the unit stands but its answer was lost.
    pub(crate) fn take_rows(&mut self, reading: Reading) -> Option<Vec<Row>> {
        self.rows.get_mut(reading.0).map(std::mem::take)
    }
}
