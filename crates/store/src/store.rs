//! The one way into a database: open, read, write, and what an operator does with it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::check::Finding;
use crate::engine::check_args;
use crate::migrate::{MIGRATIONS, Migration};
use crate::postgres::{Length, Pg};
use crate::sql::{Pair, Scope, Sql};
use crate::sqlite::Lite;
use crate::unit::{MAX_STEPS, Unit, Written};
use crate::value::{Row, Value};
use crate::{StoreError, WriteError};

/// Where the database is.
#[derive(Clone)]
pub enum Location {
    /// A file on a local disk, made if it is missing; its folder must exist.
    Sqlite { file: PathBuf },
    /// `postgres://user:password@host/database?...`; own options are `sslmode` (`disable`, `require`
    /// or `verify-full`; the latter two mean the same), `sslrootcert` (a PEM file) and
    /// `statement_cache` (`on`, `off`).
    Postgres { url: String },
}

/// Never shows the URL, which may hold a password.
impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Sqlite { file } => f.debug_struct("Sqlite").field("file", file).finish(),
            Location::Postgres { .. } => f.write_str("Postgres"),
        }
    }
}

/// What a commit on SQLite survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// Loss of power: the log is synchronised before the answer.
    #[default]
    Full,
    /// A crash of the program only; loss of power may lose the last commits, never the file.
    Normal,
}

/// Whether units that wait together share one COMMIT on SQLite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GroupCommit {
    #[default]
    Grouped,
    /// A COMMIT for each unit, to measure what grouping brings.
    PerUnit,
}

#[derive(Debug, Clone)]
pub struct OpenOptions {
    pub location: Location,
    /// Read connections on SQLite; more than the threads that read at a time bring nothing.
    pub readers: usize,
    /// Connections to PostgreSQL.
    pub connections: usize,
    pub durability: Durability,
    pub group_commit: GroupCommit,
}

impl OpenOptions {
    pub fn new(location: Location) -> OpenOptions {
        OpenOptions {
            location,
            readers: 4,
            connections: 16,
            durability: Durability::Full,
            group_commit: GroupCommit::Grouped,
        }
    }
}

/// A handle to the database; clones are cheap and share everything.
#[derive(Clone)]
pub struct Store {
    engine: Engine,
}

#[derive(Clone)]
pub(crate) enum Engine {
    Lite(Arc<Lite>),
    Pg(Pg),
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.engine {
            Engine::Lite(_) => "Store(SQLite)",
            Engine::Pg(_) => "Store(PostgreSQL)",
        })
    }
}

/// The database's own clock, in microseconds UTC: one of the few places where dialects differ.
pub(crate) static NOW: Pair = Pair {
    lite: &Sql {
        name: "database.now",
        text: "SELECT CAST(ROUND(unixepoch('subsec') * 1000) AS INTEGER) * 1000 AS now",
        scope: Scope::Global("the clock belongs to no tenant"),
    },
    postgres: &Sql {
        name: "database.now",
        text: "SELECT CAST(EXTRACT(EPOCH FROM now()) * 1000000 AS BIGINT) AS now",
        scope: Scope::Global("the clock belongs to no tenant"),
    },
};

/// Rows after which a read on the calling task lets other tasks go first.
const LONG: usize = 100;

/// Under this target each statement is told before it runs: what the database is asked for, in order, without
/// values. Tests compare what two requests cost by it.
pub const CALLS: &str = "store::calls";

impl Store {
    /// Opens the database, makes it if it is missing, and brings its schema up to date.
    ///
    /// Errors: `Unavailable` if it can't be reached, `Unusable` if it isn't ours, is damaged, or
    /// comes from a newer version of this program.
    pub async fn open(options: &OpenOptions) -> Result<Store, StoreError> {
        Store::open_with(options, MIGRATIONS).await
    }

    pub(crate) async fn open_with(
        options: &OpenOptions,
        migrations: &'static [Migration],
    ) -> Result<Store, StoreError> {
        let engine = match &options.location {
            Location::Postgres { url } => {
                Engine::Pg(Pg::open(url, options.connections, migrations).await?)
            }
            Location::Sqlite { file } => {
                let (file, options) = (file.clone(), options.clone());
                let open = move || {
                    Lite::open(
                        &file,
                        options.readers,
                        options.durability,
                        options.group_commit,
                        migrations,
                    )
                };
                Engine::Lite(Arc::new(blocking(open).await?))
            }
        };
        Ok(Store { engine })
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    /// All rows of one statement, at most 10,000; more are an error.
    pub(crate) async fn read(
        &self,
        sql: &'static Sql,
        args: Vec<Value>,
    ) -> Result<Vec<Row>, StoreError> {
        self.read_of(sql, args, Length::Long).await
    }

    async fn read_of(
        &self,
        sql: &'static Sql,
        args: Vec<Value>,
        length: Length,
    ) -> Result<Vec<Row>, StoreError> {
        check_args(sql.name, &args)?;
        tracing::trace!(target: CALLS, statement = sql.name, "read");
        match &self.engine {
            Engine::Lite(lite) => {
                let rows = lite.read(sql, &args)?.rows;
                if rows.len() >= LONG {
                    // It ran on this very thread: others go first now.
                    tokio::task::yield_now().await;
                }
                Ok(rows)
            }
            Engine::Pg(pg) => Ok(pg.read(sql, &args, length).await?.rows),
        }
    }

    /// The only row of a statement; more than one is an error.
    pub(crate) async fn read_one(
        &self,
        sql: &'static Sql,
        args: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        only(sql, self.read_of(sql, args, Length::Long).await?)
    }

    /// The same for a row that is found by a key at once: others may wait behind it.
    pub(crate) async fn read_key(
        &self,
        sql: &'static Sql,
        args: Vec<Value>,
    ) -> Result<Option<Row>, StoreError> {
        only(sql, self.read_of(sql, args, Length::Short).await?)
    }

    /// Commits a unit, or nothing of it. Answers only after the COMMIT.
    ///
    /// Dropping the future doesn't cancel a unit that was queued. An error of kind `Unavailable` on
    /// PostgreSQL may mean that the answer to COMMIT was lost, so that the unit may stand; one that
    /// spends a state recognises itself and is answered as written.
    pub async fn write(&self, unit: Unit) -> Result<Written, WriteError> {
        if unit.steps.len() > MAX_STEPS {
            let cause = format!(
                "a unit of {} steps, at most {MAX_STEPS} may be",
                unit.steps.len()
            );
            return Err(WriteError::Store(StoreError::Unusable(cause)));
        }
        for step in &unit.steps {
            check_args(step.sql.name, &step.args)?;
            tracing::trace!(target: CALLS, statement = step.sql.name, "write");
        }
        if unit.steps.is_empty() {
            return Ok(Written { rows: Vec::new() });
        }
        match &self.engine {
            Engine::Lite(lite) => lite.write(unit).await,
            Engine::Pg(pg) => pg.write(unit).await,
        }
    }

    /// The database's clock in microseconds UTC. On SQLite that is this machine's.
    pub async fn database_time(&self) -> Result<i64, StoreError> {
        let sql = match self.engine {
            Engine::Lite(_) => NOW.lite,
            Engine::Pg(_) => NOW.postgres,
        };
        let missing = || StoreError::Failed {
            statement: sql.name,
            cause: "no row".to_owned(),
        };
        self.read_one(sql, Vec::new())
            .await?
            .ok_or_else(missing)?
            .int()
    }

    /// Writes a copy of everything, as of one moment, to a new SQLite file that only its owner may
    /// read, while the store goes on serving. `target` must not exist; it appears whole or not at all.
    pub async fn backup(&self, target: &Path) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Lite(lite) => {
                let (lite, target) = (Arc::clone(lite), target.to_owned());
                blocking(move || crate::sqlite::backup::backup(&lite.file, &target)).await
            }
            Engine::Pg(pg) => crate::postgres::export::backup(pg, target).await,
        }
    }

    /// Fills an empty PostgreSQL database from a backup and gives every tenant the epoch `epoch`
    /// (random, from the caller), which voids what was issued before (security 10). For SQLite see
    /// [`crate::restore_file`].
    pub async fn restore_into(&self, source: &Path, epoch: [u8; 16]) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Lite(_) => Err(StoreError::Unusable(
                "a SQLite database is restored by putting its file in place, before it is opened"
                    .to_owned(),
            )),
            Engine::Pg(pg) => crate::postgres::import::restore(pg, source, epoch).await,
        }
    }

    /// What `doctor` shows about the database. `now` is the caller's clock in microseconds UTC.
    pub async fn check(&self, now: i64) -> Vec<Finding> {
        crate::check::check(self, now).await
    }

    /// Ends after what is queued is committed; on SQLite with a last checkpoint. Other clones
    /// answer `Unavailable` from then on.
    pub async fn close(self) {
        match &self.engine {
            Engine::Lite(lite) => lite.close().await,
            Engine::Pg(pg) => pg.close().await,
        }
    }
}

fn only(sql: &'static Sql, mut rows: Vec<Row>) -> Result<Option<Row>, StoreError> {
    if rows.len() > 1 {
        return Err(StoreError::Failed {
            statement: sql.name,
            cause: format!("{} rows where one may be", rows.len()),
        });
    }
    Ok(rows.pop())
}

/// Runs file work off the async threads.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|cause| StoreError::Unavailable(format!("the work was cut off: {cause}")))?
}
