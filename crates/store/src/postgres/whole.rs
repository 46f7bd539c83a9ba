//! An independent unit as one statement: one round trip, one plan, its own transaction.
//!
//! Each step becomes a part of `WITH`; the main query counts what the parts changed and divides by zero when a guard
//! does not hold, which takes everything back. PostgreSQL runs the parts that write in the order in which the main
//! query asks for their counts: the order of the steps, which is also the order of locks.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use deadpool_postgres::ClientWrapper;
use futures_util::TryStreamExt;
use tokio_postgres::Row as Answer;
use tokio_postgres::error::SqlState;

use super::Pg;
use super::client::Failure;
use crate::StoreError;
use crate::engine::{MAX_ROWS, too_many_rows};
use crate::sql::parameters_of;
use crate::unit::{Expect, Step, Unit, Written};
use crate::value::{Row, Value};

const NAME: &str = "unit.whole";

/// Statements and expectations, in order.
type Shape = Vec<(usize, Expect)>;

#[derive(Debug, Default)]
pub(crate) struct Texts(Mutex<HashMap<Shape, Arc<str>>>);

impl Texts {
    fn find_or_compose(&self, steps: &[Step]) -> Arc<str> {
        let shape = steps
            .iter()
            .map(|step| (std::ptr::from_ref(step.sql).addr(), step.expect))
            .collect();
        let mut texts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(texts.entry(shape).or_insert_with(|| compose(steps).into()))
    }
}

/// Runs a unit of which at most one step reads; `None` when a guard did not hold and nothing was changed.
pub(crate) async fn run(
    pg: &Pg,
    client: &ClientWrapper,
    unit: &Unit,
) -> Result<Option<Written>, Failure> {
    let failed = |cause: tokio_postgres::Error| Failure::of(NAME, &cause);
    let text = pg.whole.find_or_compose(&unit.steps);
    let statement = client.prepare_cached(&text).await.map_err(failed)?;
    let args: Vec<&Value> = unit.steps.iter().flat_map(|step| &step.args).collect();
    let answers = match client.query_raw(&statement, args).await {
        Ok(stream) => {
            let mut stream = pin!(stream);
            let mut answers = Vec::new();
            loop {
                match stream.try_next().await {
                    // The rest is read all the same, or nobody knows whether the unit stands.
                    Ok(Some(_)) if answers.len() > MAX_ROWS => {}
                    Ok(Some(answer)) => answers.push(answer),
                    Ok(None) => break Ok(answers),
                    Err(cause) => break Err(cause),
                }
            }
        }
        Err(cause) => Err(cause),
    };
    match answers {
        // It stands by now: what can't be read of its answer is lost, and no more.
        Ok(answers) => Ok(Some(parse(&unit.steps, &answers).unwrap_or_else(|cause| {
            tracing::warn!(%cause, "a unit stands whose answer can't be read");
            Written { rows: Vec::new() }
        }))),
        Err(cause) if cause.code() == Some(&SqlState::DIVISION_BY_ZERO) => Ok(None),
        Err(cause) => Err(failed(cause)),
    }
}

fn is_reading(step: &Step) -> bool {
    step.sql.text.starts_with("SELECT")
}

/// Every answer is the quotient, how many rows were read, and one of them.
fn parse(steps: &[Step], answers: &[Answer]) -> Result<Written, StoreError> {
    if answers.len() > MAX_ROWS {
        return Err(too_many_rows(NAME));
    }
    let mut read = Vec::new();
    for answer in answers {
        let values: Result<Vec<Value>, StoreError> = (1..answer.len())
            .map(|column| {
                answer.try_get(column).map_err(|_| StoreError::UnfitColumn {
                    statement: NAME,
                    column,
                })
            })
            .collect();
        let mut row = Row::new(NAME, values?);
        if row.int()? > 0 {
            read.push(row);
        }
    }
    let rows = steps.iter().map(|step| {
        if is_reading(step) {
            std::mem::take(&mut read)
        } else {
            Vec::new()
        }
    });
    Ok(Written {
        rows: rows.collect(),
    })
}

fn compose(steps: &[Step]) -> String {
    let mut text = String::from("WITH ");
    let mut held = String::from("TRUE");
    let mut reading = None;
    let mut shift = 0;
    for (index, step) in steps.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        let returning = if is_reading(step) {
            reading = Some(index);
            ""
        } else if step.sql.text.contains(" RETURNING ") {
            ""
        } else {
            " RETURNING 1"
        };
        // Writing to a String can't fail.
        let _ = write!(
            text,
            "s{index} AS ({}{returning})",
            renumber(step.sql.text, shift)
        );
        shift += parameters_of(step.sql.text);
        let wanted = match step.expect {
            Expect::Any => continue,
            Expect::One(_) => 1,
            Expect::Zero(_) => 0,
        };
        let _ = write!(held, " AND (SELECT COUNT(*) FROM s{index}) = {wanted}");
    }
    let _ = write!(text, " SELECT 1 / CASE WHEN {held} THEN 1 ELSE 0 END, ");
    match reading {
        Some(index) => {
            let _ = write!(
                text,
                "(SELECT COUNT(*) FROM s{index}), s{index}.* FROM (SELECT 1) AS one LEFT JOIN s{index} ON TRUE"
            );
        }
        None => text.push_str("CAST(0 AS BIGINT)"),
    }
    text
}

/// The text with every `$n` moved up.
fn renumber(text: &str, shift: usize) -> String {
    let mut pieces = text.split('$');
    let mut moved = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = piece.split_at(digits);
        let number = number.parse::<usize>().map_or(0, |number| number + shift);
        let _ = write!(moved, "${number}{rest}");
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::{compose, renumber};
    use crate::records::{credential, spent};
    use crate::unit::{Expect, Guard, Step};

    #[test]
    fn parameters_move_up() {
        assert_eq!(renumber("a = $1 AND b = $12", 3), "a = $4 AND b = $15");
        assert_eq!(renumber("no parameter", 3), "no parameter");
    }

    #[test]
    fn a_unit_becomes_one_statement_that_fails_when_a_guard_does() {
        let step = |sql, expect| Step {
            sql,
            args: Vec::new(),
            expect,
        };
        let text = compose(&[
            step(&spent::INSERT, Expect::One(Guard::Spent)),
            step(&credential::EXISTS, Expect::Zero(Guard::Moved)),
        ]);
        assert_eq!(
            text,
            "WITH s0 AS (INSERT INTO spent (tenant_id, state_id, attempt_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 1), \
             s1 AS (SELECT 1 FROM credential WHERE tenant_id = $4 AND credential_id = $5) \
             SELECT 1 / CASE WHEN TRUE AND (SELECT COUNT(*) FROM s0) = 1 AND (SELECT COUNT(*) FROM s1) = 0 THEN 1 ELSE 0 END, \
             (SELECT COUNT(*) FROM s1), s1.* FROM (SELECT 1) AS one LEFT JOIN s1 ON TRUE"
        );
    }
}
