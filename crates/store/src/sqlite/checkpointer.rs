//! Copies committed pages from the log into the database beside the writer, so that no commit pays
//! for it: p99 of a sign-in fell from 30 to 12 ms (stack.md 3.5).

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use super::session::Session;
use super::writer::{Wal, checkpoint, checkpoint_now_or_never};

const EVERY: Duration = Duration::from_millis(100);

/// Passes without a commit after which the log is cut to nothing: 5 s.
const QUIET_PASSES: u32 = 50;

/// The thread's body: until the sender of `stop` is gone.
pub(crate) fn run(session: &Session, wal: &Arc<Wal>, stop: &Receiver<()>) {
    let turn = || wal.turn.lock().unwrap_or_else(PoisonError::into_inner);
    let mut seen = u64::MAX;
    let mut pending = true;
    let mut quiet = 0;
    while let Err(RecvTimeoutError::Timeout) = stop.recv_timeout(EVERY) {
        let commits = wal.commits.load(Ordering::Acquire);
        if commits != seen || pending {
            quiet = 0;
            seen = commits;
            let _turn = turn();
            pending = pass(session, wal);
        } else {
            quiet += 1;
            if quiet == QUIET_PASSES && wal.frames.load(Ordering::Acquire) > 0 {
                let _turn = turn();
                truncate(session, wal);
            }
        }
    }
}

/// One passive pass; says whether something is left to copy.
fn pass(session: &Session, wal: &Wal) -> bool {
    match checkpoint(session, "PRAGMA wal_checkpoint(PASSIVE)") {
        Ok(done) => {
            wal.frames.store(done.frames, Ordering::Release);
            !done.complete
        }
        Err(cause) => {
            tracing::warn!(%cause, "a checkpoint failed");
            false
        }
    }
}

/// Only when idle: it stalls writers for 80 to 100 ms.
fn truncate(session: &Session, wal: &Wal) {
    match checkpoint_now_or_never(session, "PRAGMA wal_checkpoint(TRUNCATE)") {
        Ok(done) => wal.frames.store(done.frames, Ordering::Release),
        Err(cause) => tracing::warn!(%cause, "cutting the write-ahead log failed"),
    }
}
