//! Filling an empty PostgreSQL database from a backup.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use deadpool_postgres::{ClientWrapper, Object};
use futures_util::future::try_join_all;

use super::Pg;
use super::client::{Failure, batch, run, run_prepared, run_text};
use crate::StoreError;
use crate::records::tenant::REPLACE_EPOCH;
use crate::schema::{self, PAGE, Table};
use crate::sqlite::backup::{Partial, checked_copy};
use crate::sqlite::session::{self, Session, lite_text};
use crate::store::blocking;
use crate::value::{Row, Value};

/// Imports `source` in one transaction; see [`crate::Store::restore_into`].
pub(crate) async fn restore(pg: &Pg, source: &Path, epoch: [u8; 16]) -> Result<(), StoreError> {
    let (migrations, source) = (pg.migrations, source.to_owned());
    let (copy_file, mut copy, tables) = blocking(move || {
        // On a copy, because an older backup is brought up to date first.
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("claviger-restore-{}-{number}", std::process::id());
        let copy_file = Partial::beside(&std::env::temp_dir().join(name))?;
        let copy = checked_copy(&source, &copy_file.path, migrations)?;
        let tables = schema::tables(&copy)?;
        Ok((copy_file, copy, tables))
    })
    .await?;

    // Used up afterwards: an error leaves it in a transaction.
    let client = Object::take(pg.client().await?);
    batch(&client, "BEGIN").await?;
    for table in &tables {
        let any = run_text(&client, "restore.look", &table.any_text(), &[]).await?;
        if any.count > 0 {
            return Err(StoreError::Unusable(
                "the database isn't empty: a backup is restored into a new one only".to_owned(),
            ));
        }
    }
    for table in tables {
        copy = copy_table(&client, copy, table).await?;
    }
    run(&client, &REPLACE_EPOCH, &[Value::from(epoch)]).await?;
    batch(&client, "COMMIT").await?;
    drop(copy);
    drop(copy_file);
    Ok(())
}

async fn copy_table(
    client: &ClientWrapper,
    mut copy: Session,
    table: Table,
) -> Result<Session, StoreError> {
    let prepared = client.prepare(&table.insert_text()).await;
    let insert = prepared.map_err(|cause| Failure::of("restore.prepare", &cause))?;
    let mut after: Option<Vec<Value>> = None;
    loop {
        let text = lite_text(&table.page_text(after.is_some()));
        let args = after.unwrap_or_default();
        let rows: Vec<Vec<Value>>;
        (copy, rows) = blocking(move || {
            let page = session::run_text(&copy.connection, "restore.page", &text, &args)?;
            Ok((copy, page.rows.into_iter().map(Row::into_values).collect()))
        })
        .await?;
        let inserts = rows
            .iter()
            .map(|row| run_prepared(client, "restore.insert", &insert, row));
        try_join_all(inserts).await?;
        if rows.len() < PAGE {
            return Ok(copy);
        }
        after = rows.last().map(|row| table.key_of(row));
    }
}
