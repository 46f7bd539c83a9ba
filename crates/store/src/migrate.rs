//! The schema's history: numbered files, forward only, the same names for both databases.
//!
//! On SQLite a migration is one transaction under the write lock. On PostgreSQL each statement is a
//! transaction of its own (CockroachDB wants that) and idempotent; a lease row, not an advisory
//! lock, keeps nodes that start together from doing the same work, and runs out if its holder dies.

use std::time::Duration;

use deadpool_postgres::Object;

use crate::StoreError;
use crate::postgres::client::{batch, run};
use crate::sql::statements;
use crate::sqlite::session::{Session, store_error};
use crate::store::NOW;
use crate::value::{Row, Value};

/// One step of the schema.
#[derive(Debug, Clone)]
pub(crate) struct Migration {
    pub(crate) version: i64,
    pub(crate) name: &'static str,
    pub(crate) sqlite: &'static str,
    pub(crate) postgres: &'static str,
}

/// Every migration, oldest first. A released one is never edited: its checksum is compared.
pub(crate) static MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "begin",
        sqlite: include_str!("../migrations/sqlite/0001_begin.sql"),
        postgres: include_str!("../migrations/postgres/0001_begin.sql"),
    },
    Migration {
        version: 2,
        name: "metadata",
        sqlite: include_str!("../migrations/sqlite/0002_metadata.sql"),
        postgres: include_str!("../migrations/postgres/0002_metadata.sql"),
    },
    Migration {
        version: 3,
        name: "trust_groups",
        sqlite: include_str!("../migrations/sqlite/0003_trust_groups.sql"),
        postgres: include_str!("../migrations/postgres/0003_trust_groups.sql"),
    },
    Migration {
        version: 4,
        name: "android_list",
        sqlite: include_str!("../migrations/sqlite/0004_android_list.sql"),
        postgres: include_str!("../migrations/postgres/0004_android_list.sql"),
    },
    Migration {
        version: 5,
        name: "clients",
        sqlite: include_str!("../migrations/sqlite/0005_clients.sql"),
        postgres: include_str!("../migrations/postgres/0005_clients.sql"),
    },
    Migration {
        version: 6,
        name: "directory",
        sqlite: include_str!("../migrations/sqlite/0006_directory.sql"),
        postgres: include_str!("../migrations/postgres/0006_directory.sql"),
    },
    Migration {
        version: 7,
        name: "nesting",
        sqlite: include_str!("../migrations/sqlite/0007_nesting.sql"),
        postgres: include_str!("../migrations/postgres/0007_nesting.sql"),
    },
    Migration {
        version: 8,
        name: "owners",
        sqlite: include_str!("../migrations/sqlite/0008_owners.sql"),
        postgres: include_str!("../migrations/postgres/0008_owners.sql"),
    },
    Migration {
        version: 9,
        name: "attestation_lists",
        sqlite: include_str!("../migrations/sqlite/0009_attestation_lists.sql"),
        postgres: include_str!("../migrations/postgres/0009_attestation_lists.sql"),
    },
    Migration {
        version: 10,
        name: "policy",
        sqlite: include_str!("../migrations/sqlite/0010_policy.sql"),
        postgres: include_str!("../migrations/postgres/0010_policy.sql"),
    },
    Migration {
        version: 11,
        name: "provisioning",
        sqlite: include_str!("../migrations/sqlite/0011_provisioning.sql"),
        postgres: include_str!("../migrations/postgres/0011_provisioning.sql"),
    },
    Migration {
        version: 12,
        name: "passkey_facts",
        sqlite: include_str!("../migrations/sqlite/0012_passkey_facts.sql"),
        postgres: include_str!("../migrations/postgres/0012_passkey_facts.sql"),
    },
    Migration {
        version: 13,
        name: "refresh",
        sqlite: include_str!("../migrations/sqlite/0013_refresh.sql"),
        postgres: include_str!("../migrations/postgres/0013_refresh.sql"),
    },
    Migration {
        version: 14,
        name: "applications",
        sqlite: include_str!("../migrations/sqlite/0014_applications.sql"),
        postgres: include_str!("../migrations/postgres/0014_applications.sql"),
    },
    Migration {
        version: 15,
        name: "openid",
        sqlite: include_str!("../migrations/sqlite/0015_openid.sql"),
        postgres: include_str!("../migrations/postgres/0015_openid.sql"),
    },
    Migration {
        version: 16,
        name: "forward_authentication",
        sqlite: include_str!("../migrations/sqlite/0016_forward_authentication.sql"),
        postgres: include_str!("../migrations/postgres/0016_forward_authentication.sql"),
    },
    Migration {
        version: 17,
        name: "outbox",
        sqlite: include_str!("../migrations/sqlite/0017_outbox.sql"),
        postgres: include_str!("../migrations/postgres/0017_outbox.sql"),
    },
    Migration {
        version: 18,
        name: "resources",
        sqlite: include_str!("../migrations/sqlite/0018_resources.sql"),
        postgres: include_str!("../migrations/postgres/0018_resources.sql"),
    },
    Migration {
        version: 19,
        name: "logos_and_renewals",
        sqlite: include_str!("../migrations/sqlite/0019_logos_and_renewals.sql"),
        postgres: include_str!("../migrations/postgres/0019_logos_and_renewals.sql"),
    },
    Migration {
        version: 20,
        name: "access_pass",
        sqlite: include_str!("../migrations/sqlite/0020_access_pass.sql"),
        postgres: include_str!("../migrations/postgres/0020_access_pass.sql"),
    },
    Migration {
        version: 21,
        name: "notices",
        sqlite: include_str!("../migrations/sqlite/0021_notices.sql"),
        postgres: include_str!("../migrations/postgres/0021_notices.sql"),
    },
    Migration {
        version: 22,
        name: "recovery",
        sqlite: include_str!("../migrations/sqlite/0022_recovery.sql"),
        postgres: include_str!("../migrations/postgres/0022_recovery.sql"),
    },
    Migration {
        version: 23,
        name: "webhooks_and_reminders",
        sqlite: include_str!("../migrations/sqlite/0023_webhooks_and_reminders.sql"),
        postgres: include_str!("../migrations/postgres/0023_webhooks_and_reminders.sql"),
    },
    Migration {
        version: 24,
        name: "recovery_request",
        sqlite: include_str!("../migrations/sqlite/0024_recovery_request.sql"),
        postgres: include_str!("../migrations/postgres/0024_recovery_request.sql"),
    },
    Migration {
        version: 25,
        name: "passwords",
        sqlite: include_str!("../migrations/sqlite/0025_passwords.sql"),
        postgres: include_str!("../migrations/postgres/0025_passwords.sql"),
    },
    Migration {
        version: 26,
        name: "connectors",
        sqlite: include_str!("../migrations/sqlite/0026_connectors.sql"),
        postgres: include_str!("../migrations/postgres/0026_connectors.sql"),
    },
];

const HISTORY: &str = "CREATE TABLE IF NOT EXISTS schema_migration (
    version BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at BIGINT NOT NULL,
    checksum TEXT NOT NULL
)";

const LEASE: &str = "CREATE TABLE IF NOT EXISTS schema_lease (
    name TEXT PRIMARY KEY,
    turn BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
)";

statements! {
    LIST = "schema.list_migrations" Global("the schema is the whole database's")
        "SELECT version, name, checksum FROM schema_migration ORDER BY version";
    RECORD = "schema.record_migration" Global("the schema is the whole database's")
        "INSERT INTO schema_migration (version, name, applied_at, checksum) VALUES ($1, $2, $3, $4)
         ON CONFLICT (version) DO NOTHING";
    /// `turn` counts the takings, so each holder knows its own without a random name.
    TAKE_LEASE = "schema.take_lease" Global("the schema is the whole database's")
        "INSERT INTO schema_lease (name, turn, expires_at) VALUES ('migrate', 1, $2)
         ON CONFLICT (name) DO UPDATE SET turn = schema_lease.turn + 1, expires_at = $2
         WHERE schema_lease.expires_at <= $1
         RETURNING turn";
    RENEW_LEASE = "schema.renew_lease" Global("the schema is the whole database's")
        "UPDATE schema_lease SET expires_at = $2 WHERE name = 'migrate' AND turn = $1";
}

/// What the database's history asks of this program.
fn pending(
    applied: Vec<Row>,
    migrations: &[Migration],
    text: Text,
) -> Result<Vec<&Migration>, StoreError> {
    let known = migrations.last().map_or(0, |migration| migration.version);
    let mut done = Vec::new();
    for mut row in applied {
        let (version, name, checksum) = (row.int()?, row.text()?, row.text()?);
        if version > known {
            return Err(StoreError::Unusable(format!(
                "the database's schema is at version {version}, but this program knows versions up to {known} only: \
                 start a newer version of it"
            )));
        }
        let ours = migrations
            .iter()
            .find(|migration| migration.version == version);
        if ours.is_none_or(|migration| checksum_of(text(migration)) != checksum) {
            return Err(StoreError::Unusable(format!(
                "the database was made with another migration {version} ({name}) than this program has"
            )));
        }
        done.push(version);
    }
    Ok(migrations
        .iter()
        .filter(|migration| !done.contains(&migration.version))
        .collect())
}

type Text = fn(&Migration) -> &'static str;

fn record(migration: &Migration, now: i64, text: Text) -> [Value; 4] {
    [
        migration.version.into(),
        migration.name.into(),
        now.into(),
        checksum_of(text(migration)).into(),
    ]
}

/// FNV-1a, 64 bits: tells an edited file from the one that was applied; it is no defence.
fn checksum_of(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

fn int_of(rows: Vec<Row>) -> Result<Option<i64>, StoreError> {
    rows.into_iter().next().map(|mut row| row.int()).transpose()
}

/// Brings a SQLite file up to date; refuses one that isn't ours or is newer.
pub(crate) fn sqlite(session: &mut Session, migrations: &[Migration]) -> Result<(), StoreError> {
    session.control("BEGIN IMMEDIATE")?;
    let outcome = apply_sqlite(session, migrations);
    session.control(if outcome.is_ok() {
        "COMMIT"
    } else {
        "ROLLBACK"
    })?;
    outcome
}

fn apply_sqlite(session: &mut Session, migrations: &[Migration]) -> Result<(), StoreError> {
    let text: Text = |migration| migration.sqlite;
    let execute = |session: &Session, text: &str| {
        session
            .connection
            .execute_batch(text)
            .map_err(|cause| store_error("schema.migrate", &cause))
    };
    refuse_foreign(session)?;
    execute(session, HISTORY)?;
    execute(session, LEASE)?;
    let applied = session.run(&LIST, &[])?.rows;
    for migration in pending(applied, migrations, text)? {
        tracing::info!(
            version = migration.version,
            name = migration.name,
            "migrating the schema"
        );
        execute(session, migration.sqlite)?;
        let now = int_of(session.run(NOW.lite, &[])?.rows)?.unwrap_or(0);
        session.run(&RECORD, &record(migration, now, text))?;
    }
    Ok(())
}

/// A file with tables of someone else's is left alone.
fn refuse_foreign(session: &Session) -> Result<(), StoreError> {
    let count = |text: &str| {
        session
            .connection
            .query_row(text, [], |row| row.get::<_, i64>(0))
            .map_err(|cause| store_error("schema.look", &cause))
    };
    let tables = count("SELECT count(*) FROM sqlite_schema WHERE type = 'table'")?;
    let ours = count(
        "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'",
    )?;
    if tables > 0 && ours == 0 {
        return Err(StoreError::Unusable(
            "the file is a database of another program".to_owned(),
        ));
    }
    Ok(())
}

/// How long a lease holds without renewal, in microseconds.
const LEASE_FOR: i64 = 120_000_000;

/// Shorter than the lease, so that no statement outlives it.
const STATEMENT_TIMEOUT: &str = "SET statement_timeout = 90000";

const POLL: Duration = Duration::from_millis(100);

/// Polls after which waiting for another node's migration ends: two leases' time.
const POLLS: u32 = 2_400;

/// Brings a PostgreSQL database up to date. The connection is used up: it has settings of its own.
pub(crate) async fn postgres(client: Object, migrations: &[Migration]) -> Result<(), StoreError> {
    let client = Object::take(client);
    batch(&client, STATEMENT_TIMEOUT).await?;
    make_tables(&client).await?;
    let text: Text = |migration| migration.postgres;
    if pending(run(&client, &LIST, &[]).await?.rows, migrations, text)?.is_empty() {
        return Ok(());
    }
    let turn = take_lease(&client).await?;
    let outcome = apply_postgres(&client, migrations, turn).await;
    // Also after an error, so that the next try needn't wait for the lease to run out.
    let released = renew(&client, turn, 0).await;
    outcome.and(released)
}

async fn apply_postgres(
    client: &tokio_postgres::Client,
    migrations: &[Migration],
    turn: i64,
) -> Result<(), StoreError> {
    let text: Text = |migration| migration.postgres;
    // Anew under the lease: another node may have done it while this one waited.
    let applied = run(client, &LIST, &[]).await?.rows;
    for migration in pending(applied, migrations, text)? {
        tracing::info!(
            version = migration.version,
            name = migration.name,
            "migrating the schema"
        );
        for statement in migration
            .postgres
            .split(";\n")
            .filter(|statement| has_code(statement))
        {
            renew(client, turn, LEASE_FOR).await?;
            batch(client, statement).await?;
        }
        renew(client, turn, LEASE_FOR).await?;
        let now = database_now(client).await?;
        run(client, &RECORD, &record(migration, now, text)).await?;
    }
    Ok(())
}

/// Whether a piece holds more than comments and white space.
fn has_code(statement: &str) -> bool {
    statement
        .lines()
        .map(str::trim)
        .any(|line| !line.is_empty() && line != ";" && !line.starts_with("--"))
}

/// Two nodes that do this at the same moment may collide inside PostgreSQL's catalogue in spite of
/// IF NOT EXISTS: the loser tries again and finds the table.
async fn make_tables(client: &tokio_postgres::Client) -> Result<(), StoreError> {
    for table in [HISTORY, LEASE] {
        let mut outcome = batch(client, table).await;
        for _ in 0..5 {
            if outcome.is_ok() {
                break;
            }
            tokio::time::sleep(POLL).await;
            outcome = batch(client, table).await;
        }
        outcome?;
    }
    Ok(())
}

async fn database_now(client: &tokio_postgres::Client) -> Result<i64, StoreError> {
    Ok(int_of(run(client, NOW.postgres, &[]).await?.rows)?.unwrap_or(0))
}

/// Waits for the lease and returns the turn by which this holder is known.
async fn take_lease(client: &tokio_postgres::Client) -> Result<i64, StoreError> {
    for _ in 0..POLLS {
        let now = database_now(client).await?;
        let args = [now.into(), (now + LEASE_FOR).into()];
        if let Some(turn) = int_of(run(client, &TAKE_LEASE, &args).await?.rows)? {
            return Ok(turn);
        }
        tokio::time::sleep(POLL).await;
    }
    Err(StoreError::Unavailable(
        "another node is migrating the schema and doesn't end".to_owned(),
    ))
}

/// Holds the lease for `span` microseconds more; 0 gives it up. An error if it was taken over.
async fn renew(client: &tokio_postgres::Client, turn: i64, span: i64) -> Result<(), StoreError> {
    let until = database_now(client).await? + span;
    let renewed = run(client, &RENEW_LEASE, &[turn.into(), until.into()]).await?;
    if renewed.count == 1 {
        return Ok(());
    }
    Err(StoreError::Unavailable(
        "another node took over the migration; start again".to_owned(),
    ))
}
