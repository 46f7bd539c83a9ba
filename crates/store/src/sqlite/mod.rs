//! SQLite: one writer thread with group commit, readers on the calling task, checkpoints beside.

pub(crate) mod backup;
mod checkpointer;
pub(crate) mod session;
mod writer;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc as std_mpsc;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread;

use tokio::sync::{mpsc, oneshot};

use self::session::{Role, Session, store_error};
use self::writer::{Job, Wal, Writer};
use crate::engine::Outcome;
use crate::migrate::{self, Migration};
use crate::sql::Sql;
use crate::store::{Durability, GroupCommit};
use crate::unit::{Unit, Written};
use crate::value::Value;
use crate::{StoreError, WriteError};

/// Units that may wait for the writer; past that, callers wait to be queued.
const QUEUE: usize = 1_024;

pub(crate) struct Lite {
    pub(crate) file: PathBuf,
    pub(crate) durability: Durability,
    jobs: mpsc::Sender<Job>,
    readers: Vec<Mutex<Session>>,
    /// The checkpointer ends when this goes.
    _checkpoints: std_mpsc::Sender<()>,
}

impl Lite {
    /// Opens or creates the file and brings its schema up to date. Blocks.
    pub(crate) fn open(
        file: &Path,
        readers: usize,
        durability: Durability,
        group_commit: GroupCommit,
        migrations: &[Migration],
    ) -> Result<Lite, StoreError> {
        create_private(file, false)?;
        let opening = |cause: rusqlite::Error| store_error("open", &cause);
        let session = |role| Session::open(file, role, durability).map_err(opening);
        let mut writing = session(Role::Writer)?;
        migrate::sqlite(&mut writing, migrations)?;
        let readers: Result<Vec<_>, _> = (0..readers.max(1))
            .map(|_| session(Role::Reader).map(Mutex::new))
            .collect();

        let wal = Arc::new(Wal::default());
        let (jobs, queued) = mpsc::channel(QUEUE);
        let grouped = group_commit == GroupCommit::Grouped;
        let writer = Writer::new(writing, queued, Arc::clone(&wal), grouped);
        spawn("store-writer", move || writer.run())?;
        let (checkpoints, stop) = std_mpsc::channel();
        let side = session(Role::Side)?;
        spawn("store-checkpoint", move || {
            checkpointer::run(&side, &wal, &stop)
        })?;
        Ok(Lite {
            file: file.to_owned(),
            durability,
            jobs,
            readers: readers?,
            _checkpoints: checkpoints,
        })
    }

    /// Reads on the calling task: a point read takes about 10 µs and never waits for a write, while
    /// a hop to another thread and back costs more than that.
    pub(crate) fn read(&self, sql: &'static Sql, args: &[Value]) -> Result<Outcome, StoreError> {
        // From the first on, so that a quiet server keeps one warm cache, not many.
        for reader in &self.readers {
            match reader.try_lock() {
                Ok(mut session) => return session.run(sql, args),
                Err(TryLockError::Poisoned(poisoned)) => {
                    return poisoned.into_inner().run(sql, args);
                }
                Err(TryLockError::WouldBlock) => {}
            }
        }
        match self.readers.first() {
            Some(reader) => reader
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .run(sql, args),
            None => Err(StoreError::Unavailable("no reader".to_owned())),
        }
    }

    /// Queues a unit and waits for its COMMIT. Once queued it runs, waited for or not.
    pub(crate) async fn write(&self, unit: Unit) -> Result<Written, WriteError> {
        let (answer, answered) = oneshot::channel();
        let closed =
            || WriteError::Store(StoreError::Unavailable("the store is closed".to_owned()));
        self.jobs
            .send(Job::Unit { unit, answer })
            .await
            .map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Ends the writer after what is queued, with a last checkpoint.
    pub(crate) async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.jobs.send(Job::Stop(answer)).await.is_ok() {
            // An error means that the writer ended by itself, which is what was asked for.
            let _ = answered.await;
        }
    }
}

fn spawn(name: &str, body: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    thread::Builder::new()
        .name(name.to_owned())
        .spawn(body)
        .map(|_| ())
        .map_err(|cause| StoreError::Unavailable(format!("no thread for {name}: {cause}")))
}

/// Makes an empty file that only its owner may read; an existing one is an error if `new`.
pub(crate) fn create_private(file: &Path, new: bool) -> Result<(), StoreError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(!new).create_new(new);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(file)
        .map(|_| ())
        .map_err(|cause| StoreError::Unusable(format!("{}: {cause}", file.display())))
}
