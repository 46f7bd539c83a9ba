//! What only SQLite's writer can get wrong: batches, the log, the file.

use std::os::unix::fs::PermissionsExt;

use futures_util::FutureExt;
use futures_util::future::join_all;
use rusqlite::Connection;

use super::*;
use crate::sqlite::session::lite_text;
use crate::{Durability, GroupCommit, StoreError};

statements! {
    /// Ends the whole transaction if the note exists: what a full disk does, on demand.
    INSERT_OR_ROLLBACK = "note.insert_or_rollback" Tenant
        "INSERT OR ROLLBACK INTO note (tenant_id, note_id) VALUES ($1, $2)";
    REPLACE_NOTE = "note.replace" Tenant
        "INSERT INTO note (tenant_id, note_id, body, data) VALUES ($1, $2, $3, $4)
         ON CONFLICT (tenant_id, note_id) DO UPDATE SET body = excluded.body, data = excluded.data";
}

fn file(place: &Place) -> std::path::PathBuf {
    match &place.options.location {
        Location::Sqlite { file } => file.clone(),
        Location::Postgres { .. } => unreachable!(),
    }
}

/// Has all units wait for the writer at once, so that they make one batch (after the first, which
/// the writer already holds), and returns their answers.
async fn write_together(
    place: &Place,
    store: &Store,
    units: Vec<Unit>,
) -> Vec<Result<Written, WriteError>> {
    let lock = Connection::open(file(place)).unwrap();
    lock.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut writes: Vec<_> = units
        .into_iter()
        .map(|unit| Box::pin(store.write(unit)))
        .collect();
    for write in &mut writes {
        assert!(write.now_or_never().is_none(), "answered before COMMIT");
    }
    lock.execute_batch("COMMIT").unwrap();
    join_all(writes).await
}

#[test]
fn a_batch_whose_transaction_falls_is_run_again_one_by_one() {
    run(On::Sqlite, async |place: Place| {
        let store = place.open().await;
        store.write(note(5, "there")).await.unwrap();
        let mut units: Vec<Unit> = (10..30).map(|index| note(index, "")).collect();
        let mut falling = note(6, "with it");
        falling.step(
            &INSERT_OR_ROLLBACK,
            vec![TENANT.into(), 5.into()],
            Expect::Any,
        );
        units.insert(10, falling);
        let answers = write_together(&place, &store, units).await;
        for (index, answer) in answers.iter().enumerate() {
            assert_eq!(answer.is_ok(), index != 10, "{index}: {answer:?}");
        }
        let expected: Vec<i64> = [5].into_iter().chain(10..30).collect();
        assert_eq!(notes(&store).await, expected);
    });
}

#[test]
fn a_refused_unit_in_a_batch_leaves_its_neighbours() {
    run(On::Sqlite, async |place: Place| {
        let store = place.open().await;
        let mut units: Vec<Unit> = (0..20).map(|index| note(index, "")).collect();
        let mut refused_unit = note(50, "");
        let args = vec![TENANT.into(), 3.into(), "".into()];
        refused_unit.step(&INSERT_NEW_NOTE, args, Expect::One(Guard::Taken));
        units.insert(10, refused_unit);
        let mut answers = write_together(&place, &store, units).await;
        assert_eq!(refused(answers.remove(10)), Guard::Taken);
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(notes(&store).await, (0..20).collect::<Vec<_>>());
    });
}

#[test]
fn a_dropped_future_in_the_queue_still_commits() {
    run(On::Sqlite, async |place: Place| {
        let store = place.open().await;
        let lock = Connection::open(file(&place)).unwrap();
        lock.execute_batch("BEGIN IMMEDIATE").unwrap();
        for index in 0..5 {
            assert!(store.write(note(index, "")).now_or_never().is_none());
        }
        lock.execute_batch("COMMIT").unwrap();
        // The queue keeps its order, so these came before it.
        store.write(note(5, "")).await.unwrap();
        assert_eq!(notes(&store).await, [0, 1, 2, 3, 4, 5]);
    });
}

#[test]
fn reads_do_not_wait_for_a_writer() {
    run(On::Sqlite, async |place: Place| {
        let store = place.open().await;
        store.write(note(1, "")).await.unwrap();
        let lock = Connection::open(file(&place)).unwrap();
        lock.execute_batch("BEGIN IMMEDIATE; UPDATE note SET body = 'unseen'")
            .unwrap();
        assert_eq!(body_of(&store, 1).await.as_deref(), Some(""));
        lock.execute_batch("COMMIT").unwrap();
        assert_eq!(body_of(&store, 1).await.as_deref(), Some("unseen"));
    });
}

#[test]
fn a_read_can_not_write() {
    run(On::Sqlite, async |place: Place| {
        let store = place.open().await;
        let args = vec![TENANT.into(), 1.into(), "".into()];
        store.read(&INSERT_NEW_NOTE, args).await.unwrap_err();
        assert!(notes(&store).await.is_empty());
    });
}

#[test]
fn each_unit_by_itself_and_less_durably_works_too() {
    run(On::Sqlite, async |mut place: Place| {
        place.options.group_commit = GroupCommit::PerUnit;
        place.options.durability = Durability::Normal;
        let store = place.open().await;
        let answers = join_all((0..50).map(|index| store.write(note(index, "")))).await;
        assert!(answers.iter().all(Result::is_ok));
        let findings = store.check(0).await;
        let durability = findings
            .iter()
            .find(|finding| finding.name == "database.durability")
            .unwrap();
        assert_eq!(durability.grade, crate::Grade::Advice);
        store.close().await;
        assert_eq!(notes(&place.open().await).await.len(), 50);
    });
}

#[test]
fn only_the_owner_may_read_the_file_and_its_log() {
    run(On::Sqlite, async |place: Place| {
        let store = place.open().await;
        store.write(note(1, "")).await.unwrap();
        for suffix in ["", "-wal", "-shm"] {
            let path = format!("{}{suffix}", file(&place).display());
            assert_eq!(
                std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o600,
                "{path}"
            );
        }
    });
}

#[test]
fn the_log_stays_bounded_while_the_writer_keeps_going_and_goes_at_the_end() {
    run(On::Sqlite, async |place: Place| {
        let store = place.open().await;
        let log = std::path::PathBuf::from(format!("{}-wal", file(&place).display()));
        let mut longest = 0;
        for index in 0..400 {
            let mut unit = Unit::new();
            let args = vec![
                TENANT.into(),
                (index % 10).into(),
                "x".into(),
                vec![1_u8; 1 << 20].into(),
            ];
            unit.step(&REPLACE_NOTE, args, Expect::One(Guard::Missing));
            store.write(unit).await.unwrap();
            longest = longest.max(std::fs::metadata(&log).unwrap().len());
        }
        // 400 MiB went through a log that starts over at 64; a slow disk lets it overshoot.
        assert!(longest < 200 << 20, "the log grew to {longest} bytes");
        store.close().await;
        assert!(!log.exists() || std::fs::metadata(&log).unwrap().len() == 0);
    });
}

#[test]
fn a_file_of_another_program_is_left_alone() {
    run(On::Sqlite, async |place: Place| {
        Connection::open(file(&place))
            .unwrap()
            .execute_batch("CREATE TABLE theirs (id)")
            .unwrap();
        let error = Store::open(&place.options).await.unwrap_err();
        assert!(matches!(error, StoreError::Unusable(_)), "{error:?}");
        assert!(error.to_string().contains("another program"), "{error}");
    });
}

#[test]
fn a_damaged_file_is_refused() {
    run(On::Sqlite, async |place: Place| {
        std::fs::write(
            file(&place),
            b"this is not a database, but long enough to be looked at".repeat(40),
        )
        .unwrap();
        let error = Store::open(&place.options).await.unwrap_err();
        assert!(matches!(error, StoreError::Unusable(_)), "{error:?}");
    });
}

#[test]
fn a_missing_folder_is_named() {
    run(On::Sqlite, async |mut place: Place| {
        let missing = place.folder.path().join("missing/claviger.db");
        place.options.location = Location::Sqlite {
            file: missing.clone(),
        };
        let error = Store::open(&place.options).await.unwrap_err();
        assert!(
            error.to_string().contains(missing.to_str().unwrap()),
            "{error}"
        );
    });
}

#[test]
fn parameters_are_spelled_for_sqlite() {
    assert_eq!(
        &*lite_text("a = $2 AND b = '$1 ''$3' OR c = $10"),
        "a = ?2 AND b = '$1 ''$3' OR c = ?10"
    );
}
