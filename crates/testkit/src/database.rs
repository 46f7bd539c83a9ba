//! A fresh database for one house.

use std::thread::JoinHandle;
use std::time::Duration;

use store::{Location, OpenOptions};
use tempfile::TempDir;

use crate::{Backend, postgres};

/// A database that nobody else uses; removed with the value.
#[derive(Debug)]
pub(crate) enum Database {
    Sqlite(TempDir),
    Postgres(postgres::Database),
}

impl Database {
    pub(crate) fn make(backend: &Backend) -> Database {
        match backend {
            Backend::Sqlite => Database::Sqlite(make_folder()),
            Backend::Postgres { url } => {
                Database::Postgres(postgres::Database::create(url).unwrap())
            }
        }
    }

    pub(crate) fn options(&self) -> OpenOptions {
        let location = match self {
            Database::Sqlite(folder) => Location::Sqlite {
                file: folder.path().join("claviger.db"),
            },
            Database::Postgres(database) => Location::Postgres {
                url: database.url(),
            },
        };
        OpenOptions {
            // Enough for lanes beside the pool.
            connections: 8,
            ..OpenOptions::new(location)
        }
    }

    /// Whether this text stands anywhere, as text or as the bytes of a column.
    pub(crate) fn holds(&self, text: &str) -> bool {
        match self {
            Database::Sqlite(folder) => folder_holds(folder.path(), text.as_bytes()),
            Database::Postgres(database) => {
                let all = database
                    .run("SET xmlbinary TO hex; SELECT database_to_xml(true, false, '')::text")
                    .unwrap();
                let hex: String = text.bytes().map(|byte| format!("{byte:02X}")).collect();
                all.contains(text) || all.to_uppercase().contains(&hex)
            }
        }
    }

    /// Runs a statement past the product; gives the first column of each row, which must be text.
    pub(crate) fn run_sql(&self, statement: &str) -> Vec<String> {
        match self {
            Database::Sqlite(folder) => {
                run_in_sqlite(&folder.path().join("claviger.db"), statement).unwrap()
            }
            Database::Postgres(database) => {
                let printed = database.run(statement).unwrap();
                printed.lines().map(str::to_owned).collect()
            }
        }
    }

    /// A thread that keeps a table from being written for a while: on SQLite, where there is one writer, all of them.
    pub(crate) fn hold(&self, table: &str, how_long: Duration) -> JoinHandle<()> {
        match self {
            Database::Sqlite(folder) => {
                let file = folder.path().join("claviger.db");
                std::thread::spawn(move || {
                    let connection = rusqlite::Connection::open(file).unwrap();
                    connection.busy_timeout(Duration::from_secs(5)).unwrap();
                    connection.execute_batch("BEGIN IMMEDIATE").unwrap();
                    std::thread::sleep(how_long);
                    connection.execute_batch("COMMIT").unwrap();
                })
            }
            Database::Postgres(database) => {
                let (url, seconds) = (database.url(), how_long.as_secs_f32());
                let text = format!(
                    "BEGIN; LOCK TABLE {table} IN SHARE MODE; SELECT pg_sleep({seconds}); COMMIT"
                );
                std::thread::spawn(move || {
                    postgres::psql(&url, &text).unwrap();
                })
            }
        }
    }

    /// Where it is, for the product.
    pub(crate) fn location(&self) -> Location {
        self.options().location
    }

    /// Rows in all tables together, read past the product.
    pub(crate) fn count_rows(&self) -> i64 {
        match self {
            Database::Sqlite(folder) => {
                count_in_sqlite(&folder.path().join("claviger.db")).unwrap()
            }
            Database::Postgres(database) => {
                database.run(COUNT_IN_POSTGRES).unwrap().parse().unwrap()
            }
        }
    }
}

/// In memory where Linux offers it: a suite that waits for a disk measures the disk. What survives a
/// power cut is the crash tests' business.
fn make_folder() -> TempDir {
    let memory = std::path::Path::new("/dev/shm");
    if memory.is_dir() {
        TempDir::new_in(memory).unwrap()
    } else {
        TempDir::new().unwrap()
    }
}

fn folder_holds(folder: &std::path::Path, needle: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
        bytes.windows(needle.len()).any(|window| window == needle)
    })
}

const COUNT_IN_POSTGRES: &str = "SELECT COALESCE(SUM((xpath('/row/c/text()', query_to_xml(format('SELECT COUNT(*) AS c \
     FROM %I.%I', schemaname, tablename), false, true, '')))[1]::text::bigint), 0) \
     FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";

fn run_in_sqlite(file: &std::path::Path, statement: &str) -> rusqlite::Result<Vec<String>> {
    let connection = rusqlite::Connection::open(file)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    let mut prepared = connection.prepare(statement)?;
    if prepared.column_count() == 0 {
        prepared.execute([])?;
        return Ok(Vec::new());
    }
    prepared.query_map([], |row| row.get(0))?.collect()
}

fn count_in_sqlite(file: &std::path::Path) -> rusqlite::Result<i64> {
    let connection =
        rusqlite::Connection::open_with_flags(file, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut tables = connection.prepare("SELECT name FROM sqlite_master WHERE type = 'table'")?;
    let names = tables
        .query_map([], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    let count = |name: &String| {
        connection.query_row(&format!("SELECT COUNT(*) FROM \"{name}\""), [], |row| {
            row.get::<_, i64>(0)
        })
    };
    names.iter().map(count).sum()
}
