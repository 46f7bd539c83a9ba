//! Copies: whole, of one moment, private, and void of what was issued before.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::Connection;

use super::*;
use crate::records::spent::FIND_ATTEMPT;
use crate::records::tenant::Tenant;
use crate::restore_file;

on_each! {
    a_backup_while_writing_is_of_one_moment,
    a_backup_replaces_nothing,
    a_backup_is_restored_into_a_file_with_a_new_epoch,
    many_pages_are_copied,
}

const EPOCH: [u8; 16] = [0xee; 16];

fn tenant() -> Tenant {
    Tenant {
        tenant_id: TENANT,
        name: "Grünwald & Söhne".to_owned(),
        rp_id: "localhost".to_owned(),
        public_origin: "http://localhost:8080".to_owned(),
        policy_version: 1,
        administrator_version: 1,
        epoch: Id([1; 16]),
        created_at: 5,
        claimed_at: None,
    }
}

/// A tenant and `spent` rows in the product's own tables.
async fn fill(store: &Store, spent: u16) {
    let mut unit = Unit::new();
    unit.insert_tenant(&tenant());
    store.write(unit).await.unwrap();
    for first in (0..spent).step_by(400) {
        let mut unit = Unit::new();
        for number in first..spent.min(first + 400) {
            let mut state = [0; 16];
            state[..2].copy_from_slice(&number.to_be_bytes());
            unit.spend(TENANT, Id(state), Id([2; 16]));
        }
        store.write(unit).await.unwrap();
    }
}

fn count(file: &Path, text: &str) -> i64 {
    Connection::open(file)
        .unwrap()
        .query_row(text, [], |row| row.get(0))
        .unwrap()
}

/// Everything in a database file, as text, without the schema's own tables.
fn dump(file: &Path) -> String {
    let connection = Connection::open(file).unwrap();
    let session = crate::sqlite::session::Session::open(
        file,
        crate::sqlite::session::Role::Side,
        crate::Durability::Full,
    )
    .unwrap();
    let mut out = String::new();
    for table in crate::schema::tables(&session).unwrap() {
        let mut statement = connection
            .prepare(&table.page_text(false).replace("LIMIT 500", ""))
            .unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                out.push_str(&format!("{:?};", row.get_ref(column).unwrap()));
            }
            out.push('\n');
        }
    }
    out
}

async fn a_backup_while_writing_is_of_one_moment(place: Place) {
    let store = place.open().await;
    let writing = {
        let store = store.clone();
        tokio::spawn(async move {
            for index in 0..300 {
                // Two notes a unit: a copy has both or none.
                let mut unit = note(index * 2, "");
                insert_note(&mut unit, index * 2 + 1, "");
                store.write(unit).await.unwrap();
            }
        })
    };
    for round in 0..5 {
        let target = place.folder.path().join(format!("backup-{round}"));
        store.backup(&target).await.unwrap();
        let mode = std::fs::metadata(&target).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        assert_eq!(count(&target, "SELECT count(*) FROM note") % 2, 0);
        let verdict: String = Connection::open(&target)
            .unwrap()
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(verdict, "ok");
    }
    writing.await.unwrap();
    let target = place.folder.path().join("backup-last");
    store.backup(&target).await.unwrap();
    assert_eq!(count(&target, "SELECT count(*) FROM note"), 600);
    let left: Vec<_> = std::fs::read_dir(place.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        !left
            .iter()
            .any(|name| name.to_string_lossy().contains(".partial")),
        "{left:?}"
    );
}

async fn a_backup_replaces_nothing(place: Place) {
    let store = place.open().await;
    let target = place.folder.path().join("precious");
    std::fs::write(&target, "mine").unwrap();
    let error = store.backup(&target).await.unwrap_err();
    assert!(error.to_string().contains("exists already"), "{error}");
    assert_eq!(std::fs::read(&target).unwrap(), b"mine");
    let error = store
        .backup(&place.folder.path().join("missing/backup"))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
}

async fn a_backup_is_restored_into_a_file_with_a_new_epoch(place: Place) {
    let store = place.open_real().await;
    fill(&store, 3).await;
    let (backup, restored) = (
        place.folder.path().join("backup"),
        place.folder.path().join("restored.db"),
    );
    store.backup(&backup).await.unwrap();
    restore_file(&backup, &restored, EPOCH).unwrap();
    let options = OpenOptions::new(Location::Sqlite {
        file: restored.clone(),
    });
    let copy = Store::open(&options).await.unwrap();
    let found = copy.find_sole_tenant().await.unwrap().unwrap();
    let expected = Tenant {
        epoch: Id(EPOCH),
        policy_version: 2,
        ..tenant()
    };
    assert_eq!(found, expected);
    let attempt = vec![TENANT.into(), Id([0; 16]).into(), Id([2; 16]).into()];
    assert!(
        copy.read_one(&FIND_ATTEMPT, attempt)
            .await
            .unwrap()
            .is_some()
    );
    // The original is as it was.
    assert_eq!(store.find_sole_tenant().await.unwrap(), Some(tenant()));
    // And nothing is restored over what is there.
    let error = restore_file(&backup, &restored, EPOCH).unwrap_err();
    assert!(error.to_string().contains("exists already"), "{error}");
    if place.on == On::Sqlite {
        store.restore_into(&backup, EPOCH).await.unwrap_err();
    }
}

async fn many_pages_are_copied(place: Place) {
    let store = place.open_real().await;
    // More than two pages, and one short of three.
    fill(&store, 1_499).await;
    let backup = place.folder.path().join("backup");
    store.backup(&backup).await.unwrap();
    assert_eq!(count(&backup, "SELECT count(*) FROM spent"), 1_499);
    assert_eq!(
        count(&backup, "SELECT count(DISTINCT state_id) FROM spent"),
        1_499
    );
}

#[test]
fn a_database_moves_between_the_engines_whole() {
    run(On::Postgres, async |place: Place| {
        let from = Place::make(On::Sqlite);
        let store = from.open_real().await;
        fill(&store, 1_000).await;
        let (first, second) = (
            from.folder.path().join("first"),
            from.folder.path().join("second"),
        );
        store.backup(&first).await.unwrap();

        let moved = place.open_real().await;
        moved.restore_into(&first, EPOCH).await.unwrap();
        moved.backup(&second).await.unwrap();
        let expected = dump(&first).replace(&format!("{:?}", [1_u8; 16]), &format!("{EPOCH:?}"));
        let expected = expected.replacen("Integer(1);Integer(1);", "Integer(2);Integer(1);", 1);
        assert_eq!(dump(&second), expected);

        let error = moved.restore_into(&first, EPOCH).await.unwrap_err();
        assert!(error.to_string().contains("isn't empty"), "{error}");
        assert_eq!(
            moved
                .find_sole_tenant()
                .await
                .unwrap()
                .unwrap()
                .policy_version,
            2
        );
    });
}

#[test]
fn only_a_sound_backup_of_ours_is_restored() {
    run(On::Sqlite, async |place: Place| {
        let folder = place.folder.path();
        let target = folder.join("restored.db");
        let refused = |source: &Path, word: &str| {
            let error = restore_file(source, &target, EPOCH).unwrap_err();
            assert!(error.to_string().contains(word), "{error}");
            assert!(!target.exists() && !folder.join("restored.db.partial").exists());
        };
        refused(&folder.join("missing"), "missing");
        std::fs::write(folder.join("empty"), "").unwrap();
        refused(&folder.join("empty"), "not a backup");
        std::fs::write(folder.join("text"), "not a database".repeat(500)).unwrap();
        refused(&folder.join("text"), "not a database");
        Connection::open(folder.join("theirs"))
            .unwrap()
            .execute_batch("CREATE TABLE theirs (id)")
            .unwrap();
        refused(&folder.join("theirs"), "not a backup");

        // From a newer version: it has a migration that the product doesn't know.
        let store = place.open().await;
        for index in 0..200 {
            store.write(note(index, &"x".repeat(90))).await.unwrap();
        }
        store.backup(&folder.join("newer")).await.unwrap();
        refused(&folder.join("newer"), "newer version");
        // In use: a log lies beside it.
        refused(&folder.join("claviger.db"), "in use");

        let mut damaged = std::fs::read(folder.join("newer")).unwrap();
        let middle = damaged.len() / 2;
        damaged[middle..middle + 5_000].fill(0xff);
        std::fs::write(folder.join("damaged"), damaged).unwrap();
        refused(&folder.join("damaged"), "damaged");
    });
}

#[test]
fn a_log_left_beside_the_target_is_not_replayed_into_it() {
    run(On::Sqlite, async |place: Place| {
        let store = place.open_real().await;
        let (backup, target) = (
            place.folder.path().join("backup"),
            place.folder.path().join("new.db"),
        );
        store.backup(&backup).await.unwrap();
        std::fs::write(place.folder.path().join("new.db-wal"), "old frames").unwrap();
        let error = restore_file(&backup, &target, EPOCH).unwrap_err();
        assert!(error.to_string().contains("new.db-wal"), "{error}");
    });
}
