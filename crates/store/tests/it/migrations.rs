//! The schema's history, and nodes that start at the same moment.

use futures_util::future::join_all;

use super::*;
use crate::StoreError;

on_each! {
    a_newer_schema_is_refused,
    an_edited_migration_is_refused,
    opening_at_the_same_moment_is_well,
    a_later_migration_is_added_to_what_is_there,
}

fn more(sqlite: &'static str, postgres: &'static str) -> &'static [Migration] {
    let mut all = with_notes().to_vec();
    all.push(Migration {
        version: 1_001,
        name: "more",
        sqlite,
        postgres,
    });
    Box::leak(all.into_boxed_slice())
}

async fn a_newer_schema_is_refused(place: Place) {
    place.open().await.close().await;
    let error = Store::open(&place.options).await.unwrap_err();
    assert!(matches!(error, StoreError::Unusable(_)), "{error:?}");
    assert!(error.to_string().contains("version 1000"), "{error}");
    assert!(error.to_string().contains("newer version"), "{error}");
}

async fn an_edited_migration_is_refused(place: Place) {
    place.open().await.close().await;
    let mut edited = with_notes().to_vec();
    let last = edited.last_mut().unwrap();
    (last.sqlite, last.postgres) = ("SELECT 1", "SELECT 1");
    let error = Store::open_with(&place.options, Box::leak(edited.into_boxed_slice()))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("another migration 1000"),
        "{error}"
    );
}

async fn opening_at_the_same_moment_is_well(place: Place) {
    let opened = (0..4).map(|_| {
        let options = place.options.clone();
        tokio::spawn(async move { Store::open_with(&options, with_notes()).await })
    });
    for (index, store) in join_all(opened).await.into_iter().enumerate() {
        let store = store.unwrap().unwrap();
        store.write(note(index as i64, "")).await.unwrap();
    }
    assert_eq!(notes(&place.open().await).await, [0, 1, 2, 3]);
}

async fn a_later_migration_is_added_to_what_is_there(place: Place) {
    let store = place.open().await;
    store.write(note(1, "kept")).await.unwrap();
    store.close().await;
    let migrations = more(
        "ALTER TABLE note ADD COLUMN mood TEXT",
        "ALTER TABLE note ADD COLUMN IF NOT EXISTS mood TEXT;\n",
    );
    let store = Store::open_with(&place.options, migrations).await.unwrap();
    assert_eq!(body_of(&store, 1).await.as_deref(), Some("kept"));
}

#[test]
fn a_failing_migration_leaves_the_file_as_it_was() {
    run(On::Sqlite, async |place: Place| {
        place.open().await.close().await;
        let migrations = more("CREATE TABLE half (id); CREATE TABLE half (id)", "");
        Store::open_with(&place.options, migrations)
            .await
            .unwrap_err();
        // The same number with other contents: nothing of the first try was kept.
        let migrations = more("CREATE TABLE half (id)", "");
        Store::open_with(&place.options, migrations).await.unwrap();
    });
}

#[test]
fn a_migration_that_stopped_half_way_goes_on() {
    run(On::Postgres, async |place: Place| {
        let half = "CREATE TABLE IF NOT EXISTS half (id BIGINT PRIMARY KEY);\n";
        place.open().await.close().await;
        let broken = more(
            "",
            Box::leak(format!("{half}CREATE NONSENSE;\n").into_boxed_str()),
        );
        Store::open_with(&place.options, broken).await.unwrap_err();
        let whole = more(
            "",
            Box::leak(
                format!("{half}CREATE TABLE IF NOT EXISTS rest (id BIGINT PRIMARY KEY);\n")
                    .into_boxed_str(),
            ),
        );
        Store::open_with(&place.options, whole).await.unwrap();
    });
}

#[test]
fn a_lease_whose_holder_died_is_taken_over() {
    run(On::Postgres, async |place: Place| {
        place.open().await.close().await;
        let database = place.database.as_ref().unwrap();
        let lease = |expires: &str| {
            let set = format!(
                "UPDATE schema_lease SET turn = 41, expires_at = (EXTRACT(EPOCH FROM now()) * 1000000)::BIGINT + {expires}"
            );
            database.run(&set).unwrap();
        };
        let migrations = more(
            "",
            "CREATE TABLE IF NOT EXISTS later (id BIGINT PRIMARY KEY);\n",
        );
        // Held for another 300 ms: waited for, then taken.
        lease("300000");
        Store::open_with(&place.options, migrations).await.unwrap();
        assert_eq!(database.run("SELECT turn FROM schema_lease").unwrap(), "42");
        assert_eq!(
            database
                .run("SELECT count(*) FROM schema_migration WHERE version = 1001")
                .unwrap(),
            "1"
        );
        // A schema that is up to date asks for no lease.
        lease("60000000");
        Store::open_with(&place.options, migrations).await.unwrap();
    });
}
