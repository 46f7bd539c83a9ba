//! The store's tests: one suite, run on SQLite and on PostgreSQL.
//!
//! They are a module of the library (see `lib.rs`), not a crate beside it, because statements are
//! the library's own business: nothing outside can hand SQL to a `Store`.

mod backup;
mod engine;
mod faults;
mod lint;
mod members;
mod metadata;
mod migrations;
mod plans;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "a file of testkit; its other half starts the server"
)]
#[path = "../../../testkit/src/postgres.rs"]
mod postgres;
mod postgres_only;
mod registry;
mod rows;
mod sqlite_only;
mod tenants;
mod tls;

use std::future::Future;
use std::sync::OnceLock;

use tempfile::TempDir;

use self::postgres::Database;
use crate::migrate::{MIGRATIONS, Migration};
use crate::sql::statements;
use crate::value::{Id, Value};
use crate::{Expect, Guard, Location, OpenOptions, Store, Unit, WriteError, Written};

/// Which engine, in which mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum On {
    Sqlite,
    Postgres,
    /// Without prepared statements, as behind an old pooler.
    PostgresUnnamed,
}

/// The same test on each engine, by the names `sqlite::..`, `postgres::..`.
macro_rules! on_each {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $(#[test] fn $name() { crate::it::run(crate::it::On::Sqlite, super::$name); })* }
        mod postgres { $(#[test] fn $name() { crate::it::run(crate::it::On::Postgres, super::$name); })* }
        mod postgres_unnamed { $(#[test] fn $name() { crate::it::run(crate::it::On::PostgresUnnamed, super::$name); })* }
    };
}
use on_each;

/// A database of a test's own, with the product's tables and `note`.
struct Place {
    on: On,
    options: OpenOptions,
    folder: TempDir,
    database: Option<Database>,
}

impl Place {
    fn make(on: On) -> Place {
        let folder = TempDir::new().unwrap();
        let database = (on != On::Sqlite).then(|| Database::create(&server_url()).unwrap());
        let location = match &database {
            None => Location::Sqlite {
                file: folder.path().join("claviger.db"),
            },
            Some(database) => {
                let mode = if on == On::PostgresUnnamed {
                    "?statement_cache=off"
                } else {
                    ""
                };
                Location::Postgres {
                    url: format!("{}{mode}", database.url()),
                }
            }
        };
        let options = OpenOptions {
            connections: 8,
            ..OpenOptions::new(location)
        };
        Place {
            on,
            options,
            folder,
            database,
        }
    }

    async fn open(&self) -> Store {
        Store::open_with(&self.options, with_notes()).await.unwrap()
    }

    /// Without the table `note`: what the product itself opens.
    async fn open_real(&self) -> Store {
        Store::open(&self.options).await.unwrap()
    }
}

/// Runs a test on a runtime with two threads, so that what runs at once really does.
fn run<F: Future<Output = ()>>(on: On, test: impl FnOnce(Place) -> F) {
    if on != On::Sqlite && sqlite_only() {
        return;
    }
    let place = Place::make(on);
    block_on(test(place));
}

fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(test);
}

/// Said by hand only, so that nobody takes half of the suite for the whole.
fn sqlite_only() -> bool {
    std::env::var("CLAVIGER_TEST_SQLITE_ONLY").is_ok_and(|value| value == "1")
}

fn server_url() -> String {
    std::env::var(postgres::URL_VARIABLE).unwrap_or_else(|_| {
        panic!(
            "{} is not set: run `cargo xtask test`, or set CLAVIGER_TEST_SQLITE_ONLY=1 to leave PostgreSQL out",
            postgres::URL_VARIABLE
        )
    })
}

/// The product's migrations and one of the tests' own, far behind them.
fn with_notes() -> &'static [Migration] {
    static ALL: OnceLock<Vec<Migration>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all = MIGRATIONS.to_vec();
        all.push(Migration {
            version: 1_000,
            name: "note",
            sqlite: "CREATE TABLE note (tenant_id BLOB NOT NULL, note_id INTEGER NOT NULL, body TEXT, data BLOB,
                     PRIMARY KEY (tenant_id, note_id), CHECK (length(body) < 100));\n",
            postgres: "-- A comment before; with a semicolon.\n
                     CREATE TABLE IF NOT EXISTS note (tenant_id BYTEA NOT NULL, note_id BIGINT NOT NULL, body TEXT, data BYTEA,
                     PRIMARY KEY (tenant_id, note_id), CHECK (length(body) < 100));\n",
        });
        all
    })
}

const TENANT: Id = Id([7; 16]);

statements! {
    INSERT_NOTE = "note.insert" Tenant
        "INSERT INTO note (tenant_id, note_id, body, data) VALUES ($1, $2, $3, $4)";
    INSERT_NEW_NOTE = "note.insert_new" Tenant
        "INSERT INTO note (tenant_id, note_id, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    UPDATE_NOTE = "note.update" Tenant
        "UPDATE note SET body = $3 WHERE tenant_id = $1 AND note_id = $2 AND body = $4";
    RETURN_NOTE = "note.update_returning" Tenant
        "UPDATE note SET body = $3 WHERE tenant_id = $1 AND note_id = $2 RETURNING note_id, body";
    FIND_NOTE = "note.find" Tenant
        "SELECT body, data FROM note WHERE tenant_id = $1 AND note_id = $2";
    LIST_NOTES = "note.list" Tenant
        "SELECT note_id FROM note WHERE tenant_id = $1 ORDER BY note_id";
    COUNT_NOTES = "note.count" Tenant
        "SELECT COUNT(*) FROM note WHERE tenant_id = $1";
    NOWHERE = "nowhere.find" Tenant
        "SELECT nothing FROM nowhere WHERE tenant_id = $1";
    COUNT_UP = "note.count_up" Global("reads no table")
        "WITH RECURSIVE up(i) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT i + 1 FROM up WHERE i < $1) SELECT i FROM up";
}

fn insert_note(unit: &mut Unit, note: i64, body: &str) {
    unit.step(
        &INSERT_NOTE,
        vec![TENANT.into(), note.into(), body.into(), Value::Null],
        Expect::Any,
    );
}

/// A unit of one note.
fn note(note: i64, body: &str) -> Unit {
    let mut unit = Unit::new();
    insert_note(&mut unit, note, body);
    unit
}

async fn notes(store: &Store) -> Vec<i64> {
    let rows = store.read(&LIST_NOTES, vec![TENANT.into()]).await.unwrap();
    rows.into_iter().map(|mut row| row.int().unwrap()).collect()
}

async fn body_of(store: &Store, note: i64) -> Option<String> {
    let row = store
        .read_one(&FIND_NOTE, vec![TENANT.into(), note.into()])
        .await
        .unwrap();
    row.and_then(|mut row| row.opt_text().unwrap())
}

fn refused(answer: Result<Written, WriteError>) -> Guard {
    match answer {
        Err(WriteError::Refused(guard)) => guard,
        other => panic!("not refused: {other:?}"),
    }
}
