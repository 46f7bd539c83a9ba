//! A backup of a PostgreSQL database: a SQLite file of the same schema.

use std::path::Path;

use super::Pg;
use super::client::{batch, run_text};
use crate::StoreError;
use crate::migrate;
use crate::schema::{self, PAGE, Table};
use crate::sqlite::backup::{Partial, leave_wal};
use crate::sqlite::session::{self, Role, Session, lite_text};
use crate::store::{Durability, blocking};
use crate::value::{Row, Value};

/// Copies every table as of one moment.
pub(crate) async fn backup(pg: &Pg, target: &Path) -> Result<(), StoreError> {
    let (migrations, target) = (pg.migrations, target.to_owned());
    let (partial, mut copy, tables) = blocking(move || {
        let partial = Partial::beside(&target)?;
        let open = Session::open(&partial.path, Role::Writer, Durability::Normal);
        let mut copy = open.map_err(|cause| session::store_error("backup", &cause))?;
        migrate::sqlite(&mut copy, migrations)?;
        let tables = schema::tables(&copy)?;
        copy.control("BEGIN IMMEDIATE")?;
        Ok((partial, copy, tables))
    })
    .await?;

    // Used up afterwards: it has a transaction and settings of its own.
    let client = deadpool_postgres::Object::take(pg.client().await?);
    batch(
        &client,
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0",
    )
    .await?;
    for table in tables {
        copy = copy_table(&client, copy, table).await?;
    }
    batch(&client, "COMMIT").await?;
    blocking(move || {
        copy.control("COMMIT")?;
        leave_wal(copy)?;
        partial.publish()
    })
    .await
}

async fn copy_table(
    client: &tokio_postgres::Client,
    mut copy: Session,
    table: Table,
) -> Result<Session, StoreError> {
    let insert = lite_text(&table.insert_text());
    let mut after: Option<Vec<Value>> = None;
    loop {
        let text = table.page_text(after.is_some());
        let page = run_text(client, "backup.page", &text, &after.unwrap_or_default()).await?;
        let rows: Vec<Vec<Value>> = page.rows.into_iter().map(Row::into_values).collect();
        let last = rows.len() < PAGE;
        after = rows.last().map(|row| table.key_of(row));
        let insert = insert.clone();
        copy = blocking(move || {
            for row in &rows {
                session::run_text(&copy.connection, "backup.insert", &insert, row)?;
            }
            Ok(copy)
        })
        .await?;
        if last {
            return Ok(copy);
        }
    }
}
