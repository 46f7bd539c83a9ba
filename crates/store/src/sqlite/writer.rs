//! The one writer: takes what waits, commits it together, then answers (security 9).

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::session::Session;
use crate::engine::check_guard;
use crate::unit::{Guard, Unit, Written};
use crate::{StoreError, WriteError};

/// The most units that one COMMIT covers.
const MAX_BATCH: usize = 128;

/// The most statements that a batch starts with: an import's large units don't make a sign-in wait
/// behind more than this.
const MAX_BATCH_STEPS: usize = 2_000;

/// Under load a batch is held open for as long as each step brings another unit, and no longer than the steps together: 8 ms.
const HOLD_STEPS: u32 = 20;
const HOLD_STEP: Duration = Duration::from_micros(400);
/// Units for which a batch isn't held any longer, unless the last one was much larger.
const ENOUGH: usize = 16;

/// Frames after which the writer itself makes the write-ahead log start over: about 64 MiB.
const RESTART_FRAMES: u64 = 16_384;

pub(crate) type Answer = Result<Written, WriteError>;

pub(crate) enum Job {
    Unit {
        unit: Unit,
        answer: oneshot::Sender<Answer>,
    },
    /// Finish what is queued, checkpoint, answer, end.
    Stop(oneshot::Sender<()>),
}

/// What the writer and the checkpointer tell each other.
#[derive(Debug, Default)]
pub(crate) struct Wal {
    /// Batches committed since the start.
    pub(crate) commits: AtomicU64,
    /// Frames in the log, as of the last checkpoint.
    pub(crate) frames: AtomicU64,
    /// Held during a checkpoint: SQLite turns a second one away at once, without waiting.
    pub(crate) turn: Mutex<()>,
}

/// Why a unit ended without being ready to commit.
enum Setback {
    Guard(Guard),
    /// The statement failed; the transaction is still there.
    Failed(StoreError),
    /// The transaction is gone, and the neighbours' work with it.
    Lost(StoreError),
    /// The unit was refused after it had changed something, and there is no savepoint to go back to.
    Traces,
}

/// How a batch ended.
enum Together {
    Committed(Vec<Answer>),
    /// The write lock was not to be had; nothing ran.
    Locked(StoreError),
    /// The transaction fell; each unit must run again alone.
    Lost,
    /// A unit must be taken back: the batch was rolled back and runs again with savepoints.
    Undo,
}

pub(crate) struct Writer {
    pub(crate) session: Session,
    pub(crate) jobs: mpsc::Receiver<Job>,
    pub(crate) wal: Arc<Wal>,
    /// `false` commits each unit by itself; only the bench asks for that.
    pub(crate) grouped: bool,
    /// Frames at which to try the next restart.
    pub(crate) restart_at: u64,
    /// How many units the last batch had.
    pub(crate) last_batch: usize,
}

impl Writer {
    pub(crate) fn new(
        session: Session,
        jobs: mpsc::Receiver<Job>,
        wal: Arc<Wal>,
        grouped: bool,
    ) -> Writer {
        Writer {
            session,
            jobs,
            wal,
            grouped,
            restart_at: RESTART_FRAMES,
            last_batch: 1,
        }
    }

    /// The thread's body: until told to stop, or until every `Store` is gone.
    pub(crate) fn run(mut self) {
        let mut stopped = None;
        while let Some(job) = self.jobs.blocking_recv() {
            let batch = self.drain(job, &mut stopped);
            if !batch.is_empty() {
                self.write(batch);
                self.wal.commits.fetch_add(1, Ordering::Release);
                self.restart_log();
            }
        }
        let turn = self.wal.turn.lock().unwrap_or_else(PoisonError::into_inner);
        // TRUNCATE stalls for long, which is why it is kept for the end.
        if let Err(cause) = checkpoint(&self.session, "PRAGMA wal_checkpoint(TRUNCATE)") {
            tracing::warn!(%cause, "the last checkpoint failed; the next start repeats it");
        }
        drop(turn);
        // Closing before the answer, so that who waited may move or delete the file.
        drop(self.session);
        if let Some(answer) = stopped {
            let _ = answer.send(());
        }
    }

    /// The first job and whatever else waits already.
    fn drain(
        &mut self,
        first: Job,
        stopped: &mut Option<oneshot::Sender<()>>,
    ) -> Vec<(Unit, oneshot::Sender<Answer>)> {
        let mut batch = Vec::new();
        let mut steps = 0;
        let most = if self.grouped { MAX_BATCH } else { 1 };
        if self.grouped && matches!(first, Job::Unit { .. }) {
            self.hold();
        }
        let mut next = Some(first);
        while let Some(job) = next {
            match job {
                Job::Unit { unit, answer } => {
                    steps += unit.steps.len();
                    batch.push((unit, answer));
                }
                Job::Stop(answer) => {
                    // What was queued before is still received after this.
                    self.jobs.close();
                    *stopped = Some(answer);
                }
            }
            next = if batch.len() < most && steps < MAX_BATCH_STEPS {
                self.jobs.try_recv().ok()
            } else {
                None
            };
        }
        self.last_batch = batch.len();
        batch
    }

    /// Under load, waits for units that are on their way, as long as they keep coming: they share the cost of one
    /// COMMIT. Not for all of them: who is worked on meanwhile makes good use of the time of this batch's fsync.
    /// A single person never waits.
    fn hold(&self) {
        if self.last_batch < 2 && self.jobs.is_empty() {
            return;
        }
        let enough = (self.last_batch / 4 * 3).clamp(ENOUGH, MAX_BATCH);
        let mut seen = self.jobs.len();
        for _ in 0..HOLD_STEPS {
            if seen >= enough {
                break;
            }
            thread::sleep(HOLD_STEP);
            let now = self.jobs.len();
            if now == seen {
                break;
            }
            seen = now;
        }
    }

    fn write(&mut self, batch: Vec<(Unit, oneshot::Sender<Answer>)>) {
        let (units, waiting): (Vec<Unit>, Vec<_>) = batch.into_iter().unzip();
        let answers = match units.as_slice() {
            [unit] => vec![self.alone_twice(unit)],
            units => match self.together(units) {
                Together::Committed(answers) => answers,
                Together::Locked(cause) => {
                    let cause = cause.to_string();
                    let locked = |_| Err(WriteError::Store(StoreError::Unavailable(cause.clone())));
                    units.iter().map(locked).collect()
                }
                Together::Lost | Together::Undo => units
                    .iter()
                    .map(|unit| self.alone(unit).unwrap_or_else(lost))
                    .collect(),
            },
        };
        for (answer, waiting) in answers.into_iter().zip(waiting) {
            // The client may have gone; its unit stands all the same.
            let _ = waiting.send(answer);
        }
    }

    /// All units in one transaction. Most batches hold no unit that must be taken back, so they do without
    /// savepoints, which cost a copy of every page that two units change; a batch that holds one runs again with them.
    fn together(&mut self, units: &[Unit]) -> Together {
        match self.run_batch(units, Writer::in_the_open) {
            Together::Undo => self.run_batch(units, Writer::in_savepoint),
            ended => ended,
        }
    }

    fn run_batch(
        &mut self,
        units: &[Unit],
        run: fn(&mut Writer, &Unit) -> Result<Written, Setback>,
    ) -> Together {
        if let Err(cause) = self.session.control("BEGIN IMMEDIATE") {
            return Together::Locked(cause);
        }
        let mut answers = Vec::with_capacity(units.len());
        for unit in units {
            match run(self, unit) {
                Ok(written) => answers.push(Ok(written)),
                Err(Setback::Guard(guard)) => answers.push(Err(WriteError::Refused(guard))),
                Err(Setback::Failed(cause)) => answers.push(Err(WriteError::Store(cause))),
                Err(Setback::Lost(_)) => {
                    self.roll_back();
                    return Together::Lost;
                }
                Err(Setback::Traces) => {
                    self.roll_back();
                    return Together::Undo;
                }
            }
        }
        if self.session.control("COMMIT").is_err() {
            self.roll_back();
            return Together::Lost;
        }
        Together::Committed(answers)
    }

    /// A unit that is refused before it changed anything (a replayed state, say) leaves nothing to take back.
    fn in_the_open(&mut self, unit: &Unit) -> Result<Written, Setback> {
        let before = self.session.connection.total_changes();
        let outcome = self.apply(unit);
        let unchanged = self.session.connection.total_changes() == before;
        match outcome {
            Err(Setback::Guard(_) | Setback::Failed(_)) if !unchanged => Err(Setback::Traces),
            outcome => outcome,
        }
    }

    fn in_savepoint(&mut self, unit: &Unit) -> Result<Written, Setback> {
        self.session
            .control("SAVEPOINT unit")
            .map_err(Setback::Lost)?;
        let outcome = self.apply(unit);
        if matches!(outcome, Err(Setback::Lost(_))) {
            return outcome;
        }
        if outcome.is_err() {
            self.session
                .control("ROLLBACK TO unit")
                .map_err(Setback::Lost)?;
        }
        self.session
            .control("RELEASE unit")
            .map_err(Setback::Lost)?;
        outcome
    }

    /// A batch of one: no savepoint, and one more try if the transaction fell under it.
    fn alone_twice(&mut self, unit: &Unit) -> Answer {
        match self.alone(unit) {
            Ok(answer) => answer,
            Err(_) => self.alone(unit).unwrap_or_else(lost),
        }
    }

    /// One unit in a transaction of its own; `Err` if the transaction fell.
    fn alone(&mut self, unit: &Unit) -> Result<Answer, StoreError> {
        if let Err(cause) = self.session.control("BEGIN IMMEDIATE") {
            return Ok(Err(WriteError::Store(cause)));
        }
        let answer = match self.apply(unit) {
            Ok(written) => match self.session.control("COMMIT") {
                Ok(()) => return Ok(Ok(written)),
                Err(cause) => Err(cause),
            },
            Err(Setback::Guard(guard)) => Ok(Err(WriteError::Refused(guard))),
            Err(Setback::Failed(cause)) => Ok(Err(WriteError::Store(cause))),
            Err(Setback::Lost(cause)) => Err(cause),
            // Only batches go without a way back; here the transaction is it.
            Err(Setback::Traces) => Ok(Err(WriteError::Store(StoreError::Unavailable(
                "a unit left traces".to_owned(),
            )))),
        };
        self.roll_back();
        answer
    }

    fn apply(&mut self, unit: &Unit) -> Result<Written, Setback> {
        let mut rows = Vec::with_capacity(unit.steps.len());
        for step in &unit.steps {
            let outcome = match self.session.run(step.sql, &step.args) {
                Ok(outcome) => outcome,
                Err(cause) if self.session.connection.is_autocommit() => {
                    return Err(Setback::Lost(cause));
                }
                Err(cause) => return Err(Setback::Failed(cause)),
            };
            check_guard(step.expect, outcome.count).map_err(Setback::Guard)?;
            rows.push(outcome.rows);
        }
        Ok(Written { rows })
    }

    /// Leaves no transaction behind, whatever became of it.
    fn roll_back(&mut self) {
        if self.session.connection.is_autocommit() {
            return;
        }
        if let Err(cause) = self.session.control("ROLLBACK") {
            tracing::error!(%cause, "a rollback failed");
        }
    }

    /// Between two batches: past 16,384 frames the log starts over. A passive checkpoint alone
    /// never lets it while the writer keeps going (1.2 GB in 30 s were measured).
    fn restart_log(&mut self) {
        if self.wal.frames.load(Ordering::Acquire) < self.restart_at {
            return;
        }
        // The checkpointer is at it: after the next batch, then.
        let Ok(_turn) = self.wal.turn.try_lock() else {
            return;
        };
        match checkpoint_now_or_never(&self.session, "PRAGMA wal_checkpoint(RESTART)") {
            Ok(done) if done.complete => {
                self.wal.frames.store(0, Ordering::Release);
                self.restart_at = RESTART_FRAMES;
            }
            // A long reader (a backup) holds the log: try again a good deal later.
            Ok(done) => self.restart_at = done.frames + RESTART_FRAMES / 4,
            Err(cause) => {
                self.restart_at += RESTART_FRAMES;
                tracing::warn!(%cause, "restarting the write-ahead log failed");
            }
        }
    }
}

fn lost(cause: StoreError) -> Answer {
    Err(WriteError::Store(cause))
}

/// How far a checkpoint came.
pub(crate) struct Checkpoint {
    pub(crate) complete: bool,
    /// Frames in the log.
    pub(crate) frames: u64,
}

/// Runs one checkpoint pragma.
pub(crate) fn checkpoint(
    session: &Session,
    pragma: &'static str,
) -> Result<Checkpoint, rusqlite::Error> {
    let (busy, frames, copied): (i64, i64, i64) =
        session.connection.query_row(pragma, [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
    Ok(Checkpoint {
        complete: busy == 0 && frames == copied,
        frames: u64::try_from(frames).unwrap_or(0),
    })
}

/// The same, giving up soon when a reader is in the way.
pub(crate) fn checkpoint_now_or_never(
    session: &Session,
    pragma: &'static str,
) -> Result<Checkpoint, rusqlite::Error> {
    session.connection.pragma_update(None, "busy_timeout", 20)?;
    let done = checkpoint(session, pragma);
    session
        .connection
        .pragma_update(None, "busy_timeout", super::session::BUSY_TIMEOUT_MS)?;
    done
}
