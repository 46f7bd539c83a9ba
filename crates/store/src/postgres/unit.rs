//! A unit on PostgreSQL: BEGIN and every statement in one go, then COMMIT or ROLLBACK. An independent one goes
//! [whole](super::whole).

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;

use deadpool_postgres::{ClientWrapper, Object};
use futures_util::future::poll_fn;
use tokio_postgres::Statement;

use super::client::{self, Failure, Remedy};
use super::lanes::Lanes;
use super::{Length, Pg, TRIES, pause, whole};
use crate::engine::{Outcome, check_guard};
use crate::records::spent::FIND_ATTEMPT;
use crate::unit::{Guard, Step, Unit, Written};
use crate::value::Row;
use crate::{StoreError, WriteError};

/// A pooler may hand each transaction another session, so its settings travel with it.
const BEGIN_WITH_SETTINGS: &str =
    "BEGIN; SET LOCAL synchronous_commit = on; SET LOCAL statement_timeout = 30000";

/// How one try ended without being written.
enum Setback {
    Guard(Guard),
    Failed(Failure),
    /// COMMIT was sent and its answer lost; these are the rows, should it have held.
    Unanswered(Written, StoreError),
    /// The connection broke before a unit that goes whole was answered: it stands, or it never arrived.
    Doubtful(StoreError),
}

/// Runs the unit until it stands, is refused, or can't be written.
pub(crate) async fn write(pg: &Pg, unit: Unit) -> Result<Written, WriteError> {
    let mut tried = 0;
    let mut doubt = None;
    loop {
        tried += 1;
        match once(pg, &unit).await {
            Ok(written) => return Ok(written),
            Err(Setback::Guard(guard)) => {
                return match doubt {
                    Some(cause) if is_own(pg, &unit).await? => {
                        tracing::debug!(%cause, "a unit stood although its answer was lost");
                        Ok(Written { rows: Vec::new() })
                    }
                    _ => Err(WriteError::Refused(guard)),
                };
            }
            // What spends a state can't stand twice, so it may be sent again; it then meets itself at worst.
            Err(Setback::Doubtful(cause)) if unit.attempt.is_some() && tried < TRIES => {
                doubt = Some(cause);
                pause(tried).await;
            }
            Err(Setback::Doubtful(cause)) => {
                return recognise(pg, &unit, Written { rows: Vec::new() }, cause).await;
            }
            Err(Setback::Unanswered(written, cause)) => {
                return recognise(pg, &unit, written, cause).await;
            }
            Err(Setback::Failed(failure))
                if failure.remedy == Remedy::Nothing || tried == TRIES =>
            {
                return Err(WriteError::Store(failure.error));
            }
            Err(Setback::Failed(_)) => pause(tried).await,
        }
    }
}

async fn once(pg: &Pg, unit: &Unit) -> Result<Written, Setback> {
    if unit.independent
        && let Some(lanes) = &pg.lanes
        && let Some(written) = on_lane(pg, lanes, unit).await?
    {
        return Ok(written);
    }
    // Also after a guard that did not hold: this way says which.
    let client = pg.client().await.map_err(Setback::Failed)?;
    match attempt(pg, &client, unit).await {
        Err(setback) => {
            // Whatever happened, no transaction goes back into the pool.
            let gone = match &setback {
                Setback::Failed(failure) => failure.remedy == Remedy::Reconnect,
                Setback::Unanswered(..) | Setback::Doubtful(_) => true,
                Setback::Guard(_) => false,
            };
            if gone || client.batch_execute("ROLLBACK").await.is_err() {
                drop(Object::take(client));
            }
            Err(setback)
        }
        written => written,
    }
}

/// The unit as one statement; `None` when a guard did not hold.
async fn on_lane(pg: &Pg, lanes: &Lanes, unit: &Unit) -> Result<Option<Written>, Setback> {
    let turn = lanes.take(pg).await.map_err(Setback::Failed)?;
    let failure = match whole::run(pg, &turn.client, unit).await {
        Ok(written) => return Ok(written),
        Err(failure) => failure,
    };
    if !failure.answered || failure.remedy == Remedy::Reconnect {
        turn.give_up().await;
    }
    Err(if failure.answered {
        Setback::Failed(failure)
    } else {
        Setback::Doubtful(failure.error)
    })
}

async fn attempt(pg: &Pg, client: &ClientWrapper, unit: &Unit) -> Result<Written, Setback> {
    let outcomes = if pg.statement_cache {
        let statements = prepare(client, unit).await.map_err(Setback::Failed)?;
        let steps = unit
            .steps
            .iter()
            .zip(&statements)
            .map(|(step, statement)| {
                client::run_prepared(client, step.sql.name, statement, &step.args)
            })
            .map(Box::pin)
            .collect();
        pipeline(client, "BEGIN", steps).await
    } else {
        let steps = unit
            .steps
            .iter()
            .map(|step| client::run_text(client, step.sql.name, step.sql.text, &step.args))
            .map(Box::pin)
            .collect();
        pipeline(client, BEGIN_WITH_SETTINGS, steps).await
    };
    let written = Written {
        rows: judge(&unit.steps, outcomes.map_err(Setback::Failed)?)?,
    };
    match client.batch_execute("COMMIT").await {
        Ok(()) => Ok(written),
        Err(cause) => {
            let failure = Failure::of("COMMIT", &cause);
            if failure.answered {
                Err(Setback::Failed(failure))
            } else {
                Err(Setback::Unanswered(written, failure.error))
            }
        }
    }
}

/// Compiled once per connection; nothing travels when all are known.
async fn prepare(client: &ClientWrapper, unit: &Unit) -> Result<Vec<Statement>, Failure> {
    let mut statements = Vec::with_capacity(unit.steps.len());
    for step in &unit.steps {
        let prepared = client.prepare_cached(step.sql.text).await;
        statements.push(prepared.map_err(|cause| Failure::of(step.sql.name, &cause))?);
    }
    Ok(statements)
}

/// Sends BEGIN and all steps without waiting, then collects the answers in order.
///
/// The driver queues a request when its future is first polled, so one poll of each, in order, is
/// what fixes the order on the wire. An error of BEGIN outweighs those of the steps, which follow from it.
async fn pipeline<F: Future<Output = Result<Outcome, Failure>>>(
    client: &ClientWrapper,
    begin: &str,
    mut steps: Vec<Pin<Box<F>>>,
) -> Result<Vec<Result<Outcome, Failure>>, Failure> {
    let mut begin = pin!(client.batch_execute(begin));
    let (begun, early) = poll_fn(|context| {
        let begun = begin.as_mut().poll(context);
        let early: Vec<_> = steps
            .iter_mut()
            .map(|step| step.as_mut().poll(context))
            .collect();
        Poll::Ready((begun, early))
    })
    .await;
    let begun = match begun {
        Poll::Ready(begun) => begun,
        Poll::Pending => begin.await,
    };
    let mut outcomes = Vec::with_capacity(steps.len());
    for (step, early) in steps.into_iter().zip(early) {
        outcomes.push(match early {
            Poll::Ready(outcome) => outcome,
            Poll::Pending => step.await,
        });
    }
    match begun {
        Ok(()) => Ok(outcomes),
        Err(cause) => Err(Failure::of("BEGIN", &cause)),
    }
}

/// The first setback in the order of the steps counts: what comes after an error only says that the
/// transaction is aborted, and what comes after a failed guard would not have run on SQLite.
fn judge(
    steps: &[Step],
    outcomes: Vec<Result<Outcome, Failure>>,
) -> Result<Vec<Vec<Row>>, Setback> {
    let mut rows = Vec::with_capacity(steps.len());
    for (step, outcome) in steps.iter().zip(outcomes) {
        let outcome = outcome.map_err(Setback::Failed)?;
        check_guard(step.expect, outcome.count).map_err(Setback::Guard)?;
        rows.push(outcome.rows);
    }
    Ok(rows)
}

/// A unit whose COMMIT was not answered looks for the row of `spent` that only it can have written.
/// Not finding one proves nothing (the server may still be committing), so it is not run again.
async fn recognise(
    pg: &Pg,
    unit: &Unit,
    written: Written,
    cause: StoreError,
) -> Result<Written, WriteError> {
    if unit.attempt.is_none() {
        return Err(WriteError::Store(cause));
    }
    if is_own(pg, unit).await? {
        return Ok(written);
    }
    Err(WriteError::Store(StoreError::Unavailable(format!(
        "the answer to COMMIT was lost: {cause}"
    ))))
}

/// Whether the state was spent by this very unit.
async fn is_own(pg: &Pg, unit: &Unit) -> Result<bool, StoreError> {
    let Some(attempt) = unit.attempt else {
        return Ok(false);
    };
    let args = [
        attempt.tenant.into(),
        attempt.state.into(),
        attempt.attempt.into(),
    ];
    Ok(pg.read(&FIND_ATTEMPT, &args, Length::Short).await?.count == 1)
}
