//! What only PostgreSQL can ask for: running a unit again, connections, addresses.

use futures_util::future::join_all;

use super::*;
use crate::StoreError;
use crate::postgres::connect;

statements! {
    FAIL = "fault.fail" Global("a function of the test")
        "SELECT fail()";
    FAILED = "fault.count" Global("a sequence of the test")
        "SELECT last_value FROM failed";
    SERIES = "fault.series" Global("reads no table")
        "SELECT number FROM generate_series(1, CAST($1 AS BIGINT)) AS number";
    SET_BODY = "note.set_body" Tenant
        "UPDATE note SET body = $3 WHERE tenant_id = $1 AND note_id = $2";
}

/// A function that fails with `code` the first `times` times, and counts: a sequence is not rolled back.
fn make_fault(place: &Place, code: &str, times: u32) {
    let function = format!(
        "CREATE SEQUENCE failed; CREATE FUNCTION fail() RETURNS BIGINT LANGUAGE plpgsql AS $$ BEGIN
         IF nextval('failed') <= {times} THEN RAISE EXCEPTION 'as asked' USING ERRCODE = '{code}'; END IF; RETURN 0; END $$"
    );
    place.database.as_ref().unwrap().run(&function).unwrap();
}

fn failing_unit() -> Unit {
    let mut unit = note(1, "");
    unit.step(&FAIL, vec![], Expect::Any);
    insert_note(&mut unit, 2, "");
    unit
}

async fn tries(store: &Store) -> i64 {
    store
        .read_one(&FAILED, vec![])
        .await
        .unwrap()
        .unwrap()
        .int()
        .unwrap()
}

#[test]
fn a_unit_is_run_again_whole_when_the_database_asks() {
    for code in ["40001", "40P01"] {
        run(On::Postgres, async |place: Place| {
            let store = place.open().await;
            make_fault(&place, code, 3);
            store.write(failing_unit()).await.unwrap();
            assert_eq!(tries(&store).await, 4);
            assert_eq!(notes(&store).await, [1, 2]);
        });
    }
}

#[test]
fn running_again_has_an_end() {
    run(On::PostgresUnnamed, async |place: Place| {
        let store = place.open().await;
        make_fault(&place, "40001", 1_000);
        let answer = store.write(failing_unit()).await;
        assert!(
            matches!(answer, Err(WriteError::Store(StoreError::Unavailable(_)))),
            "{answer:?}"
        );
        assert_eq!(tries(&store).await, 8);
        assert!(notes(&store).await.is_empty());
    });
}

#[test]
fn another_error_is_not_run_again() {
    run(On::Postgres, async |place: Place| {
        let store = place.open().await;
        make_fault(&place, "23505", 1_000);
        store.write(failing_unit()).await.unwrap_err();
        assert_eq!(tries(&store).await, 1);
    });
}

#[test]
fn units_that_deadlock_are_all_written() {
    run(On::Postgres, async |place: Place| {
        place
            .database
            .as_ref()
            .unwrap()
            .run("ALTER ROLE postgres SET deadlock_timeout = '5ms'")
            .unwrap();
        let store = place.open().await;
        let mut both = note(1, "");
        insert_note(&mut both, 2, "");
        store.write(both).await.unwrap();
        let writes = (0..40_i64).map(|index| {
            let mut unit = Unit::new();
            for step in 0..2 {
                let args = vec![
                    TENANT.into(),
                    ((index + step) % 2 + 1).into(),
                    index.to_string().into(),
                ];
                unit.step(&SET_BODY, args, Expect::One(Guard::Missing));
            }
            store.write(unit)
        });
        for answer in join_all(writes).await {
            answer.unwrap();
        }
    });
}

#[test]
fn more_units_than_connections_wait_their_turn() {
    run(On::Postgres, async |mut place: Place| {
        place.options.connections = 2;
        let store = place.open().await;
        let answers = join_all((0..100).map(|index| store.write(note(index, "")))).await;
        assert!(answers.iter().all(Result::is_ok));
        assert_eq!(notes(&store).await.len(), 100);
    });
}

#[test]
fn a_server_that_is_not_there_is_unavailable() {
    block_on(async {
        // Nothing listens on a port that was just given back.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let url = format!("postgres://someone:secret@127.0.0.1:{port}/claviger");
        let error = Store::open(&OpenOptions::new(Location::Postgres { url }))
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
        assert!(!format!("{error} {error:?}").contains("secret"));
    });
}

#[test]
fn an_unknown_database_is_named() {
    run(On::Postgres, async |mut place: Place| {
        place.options.location = Location::Postgres {
            url: server_url().replace("/postgres", "/nowhere"),
        };
        let error = Store::open(&place.options).await.unwrap_err();
        assert!(error.to_string().contains("nowhere"), "{error}");
    });
}

#[test]
fn addresses_that_give_tls_away_are_refused() {
    let refused = [
        ("mysql://host/db", "begin with postgres://"),
        ("postgres://u:secret@db.example/c?sslmode=prefer", "prefer"),
        ("postgres://u:secret@db.example/c?sslmode=allow", "prefer"),
        ("postgres://u:secret@db.example/c?sslmode=what", "sslmode"),
        (
            "postgres://u:secret@db.example/c?sslrootcert=/nowhere.pem",
            "/nowhere.pem",
        ),
        (
            "postgres://u:secret@db.example/c?statement_cache=maybe",
            "statement_cache",
        ),
        ("postgres://u:secret@db.example/c?nonsense=1", "nonsense"),
        ("postgres://u:secret@db.example:port/c", "port"),
        (
            "postgres://u:what?secret=1@db.example/c?nonsense=1",
            "nonsense",
        ),
    ];
    for (url, word) in refused {
        let error = connect::pool(url, 1)
            .err()
            .unwrap_or_else(|| panic!("{url} was taken"))
            .to_string();
        assert!(
            error.contains(word) && !error.contains("secret"),
            "{url}: {error}"
        );
    }
}

#[test]
fn tls_is_asked_for_unless_the_server_is_on_this_machine() {
    let tls = |url: &str| connect::asks_for_tls(url).unwrap();
    for url in [
        "postgres://db.example/c",
        "postgres://10.0.0.1/c?sslmode=verify-full",
        "postgres://localhost/c?sslmode=require",
    ] {
        assert!(tls(url), "{url}");
    }
    for url in [
        "postgres://localhost/c",
        "postgres://127.0.0.1:5433/c?sslmode=prefer",
        "postgres://[::1]/c",
        "postgres://u@%2Frun%2Fpostgresql/c",
        "postgres:///c?host=/run/postgresql",
        "postgres://db.example/c?sslmode=disable",
    ] {
        assert!(!tls(url), "{url}");
    }
    // One of several that isn't here is enough.
    assert!(tls("postgres://localhost,db.example/c"));
    assert!(tls("postgres://localhost/c?hostaddr=10.0.0.1"));
}

#[test]
fn a_whole_unit_that_reads_too_much_stands_without_rows() {
    run(On::Postgres, async |place: Place| {
        let store = place.open().await;
        let mut unit = Unit::new();
        unit.declare_independent();
        insert_note(&mut unit, 1, "");
        unit.step(&SERIES, vec![10_002.into()], Expect::Any);
        let written = store.write(unit).await.unwrap();
        assert!(written.rows.is_empty());
        assert_eq!(notes(&store).await, [1]);
    });
}
