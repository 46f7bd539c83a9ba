//! What a unit and a read promise, whatever the engine.

use futures_util::FutureExt;
use futures_util::future::join_all;

use super::*;
use crate::StoreError;
use crate::engine::MAX_ROWS;

on_each! {
    every_kind_of_value_comes_back,
    returned_rows_are_in_the_order_of_the_steps,
    a_state_is_spent_once,
    a_version_moves_once,
    a_failed_guard_leaves_nothing,
    a_zero_guard_holds_and_fails,
    a_failing_statement_leaves_nothing_of_its_unit_and_all_of_its_neighbours,
    a_refused_unit_leaves_nothing_among_neighbours_that_stand,
    an_independent_unit_stands_whole_and_reads,
    an_independent_unit_whose_guard_fails_leaves_nothing,
    an_independent_state_is_spent_once,
    a_dropped_future_still_commits,
    too_many_rows_are_an_error,
    two_rows_are_not_one,
    nul_is_refused,
    too_many_steps_are_refused,
    an_empty_unit_is_written,
    a_wrong_number_of_arguments_is_an_error_and_no_more,
    a_kind_that_does_not_fit_is_an_error_and_no_more,
    an_unknown_table_is_an_error_and_no_more,
    the_database_has_a_clock,
    close_writes_what_was_queued,
    everything_is_there_after_opening_again,
    check_finds_nothing_bad,
    names_and_values_stay_out_of_errors,
}

async fn every_kind_of_value_comes_back(place: Place) {
    let store = place.open().await;
    let texts = [Value::Null, "".into(), "it's \"ünï\" 😀 $1 ?".into()];
    let bytes = [Value::Null, Vec::new().into(), vec![0, 255, 0].into()];
    for (index, (body, data)) in texts.into_iter().zip(bytes).enumerate() {
        let note = Value::Int(i64::MIN + index as i64);
        let mut unit = Unit::new();
        let args = vec![TENANT.into(), note.clone(), body.clone(), data.clone()];
        unit.step(&INSERT_NOTE, args, Expect::One(Guard::Taken));
        store.write(unit).await.unwrap();
        let row = store
            .read_one(&FIND_NOTE, vec![TENANT.into(), note])
            .await
            .unwrap()
            .unwrap();
        assert_eq!(row.into_values(), [body, data]);
    }
    assert_eq!(notes(&store).await, [i64::MIN, i64::MIN + 1, i64::MIN + 2]);
    store.write(note(i64::MAX, "")).await.unwrap();
    assert_eq!(notes(&store).await.last(), Some(&i64::MAX));
}

async fn returned_rows_are_in_the_order_of_the_steps(place: Place) {
    let store = place.open().await;
    let mut unit = note(1, "a");
    insert_note(&mut unit, 2, "b");
    // 40 steps: more than a driver would poll in plain order by itself.
    for turn in 0..40 {
        let args = vec![
            TENANT.into(),
            (turn % 2 + 1).into(),
            turn.to_string().into(),
        ];
        unit.step(&RETURN_NOTE, args, Expect::One(Guard::Missing));
    }
    let mut written = store.write(unit).await.unwrap();
    assert!(written.rows[0].is_empty());
    for (turn, rows) in written.rows.drain(2..).enumerate() {
        let values: Vec<_> = rows.into_iter().map(crate::Row::into_values).collect();
        assert_eq!(
            values,
            [vec![
                Value::Int(turn as i64 % 2 + 1),
                turn.to_string().into()
            ]]
        );
    }
    assert_eq!(body_of(&store, 2).await.as_deref(), Some("39"));
}

async fn a_state_is_spent_once(place: Place) {
    let store = place.open().await;
    for round in 0..10_u8 {
        let tries = (0..8_u8).map(|attempt| {
            let mut unit = Unit::new();
            unit.spend(TENANT, Id([round; 16]), Id([attempt; 16]));
            insert_note(&mut unit, i64::from(round), "won");
            let store = store.clone();
            tokio::spawn(async move { store.write(unit).await })
        });
        let answers: Vec<_> = join_all(tries)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        for answer in answers.into_iter().filter(Result::is_err) {
            assert_eq!(refused(answer), Guard::Spent);
        }
    }
    assert_eq!(notes(&store).await.len(), 10);
}

async fn a_version_moves_once(place: Place) {
    let store = place.open().await;
    store.write(note(1, "0")).await.unwrap();
    for version in 0..10 {
        let tries = (0..4).map(|_| {
            let mut unit = Unit::new();
            let (old, new) = (version.to_string(), (version + 1).to_string());
            let args = vec![TENANT.into(), 1.into(), new.into(), old.into()];
            unit.step(&UPDATE_NOTE, args, Expect::One(Guard::Moved));
            let store = store.clone();
            tokio::spawn(async move { store.write(unit).await })
        });
        let answers: Vec<_> = join_all(tries)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert_eq!(
            answers.iter().filter(|answer| answer.is_ok()).count(),
            1,
            "version {version}"
        );
    }
    assert_eq!(body_of(&store, 1).await.as_deref(), Some("10"));
}

async fn a_failed_guard_leaves_nothing(place: Place) {
    let store = place.open().await;
    store.write(note(1, "taken")).await.unwrap();
    let mut unit = note(2, "before");
    let args = vec![TENANT.into(), 1.into(), "again".into()];
    unit.step(&INSERT_NEW_NOTE, args, Expect::One(Guard::Taken));
    // Would fail if it ran; the guard before it is what counts.
    insert_note(&mut unit, 2, "twice");
    assert_eq!(refused(store.write(unit).await), Guard::Taken);
    assert_eq!(notes(&store).await, [1]);
    assert_eq!(body_of(&store, 1).await.as_deref(), Some("taken"));
}

async fn a_zero_guard_holds_and_fails(place: Place) {
    let store = place.open().await;
    let guarded = || {
        let mut unit = Unit::new();
        unit.step(
            &FIND_NOTE,
            vec![TENANT.into(), 1.into()],
            Expect::Zero(Guard::Count),
        );
        insert_note(&mut unit, 1, "");
        unit
    };
    store.write(guarded()).await.unwrap();
    assert_eq!(refused(store.write(guarded()).await), Guard::Count);
}

async fn a_failing_statement_leaves_nothing_of_its_unit_and_all_of_its_neighbours(place: Place) {
    let store = place.open().await;
    let long = "x".repeat(200);
    let units = (0..60).map(|index| {
        let mut unit = note(index * 10, "first");
        // Every third breaks the CHECK of the table in its second step.
        insert_note(
            &mut unit,
            index * 10 + 1,
            if index % 3 == 0 { &long } else { "" },
        );
        store.write(unit)
    });
    for (index, answer) in join_all(units).await.into_iter().enumerate() {
        match answer {
            Ok(_) => assert_ne!(index % 3, 0),
            Err(WriteError::Store(StoreError::Failed { statement, .. })) => {
                assert_eq!((statement, index % 3), ("note.insert", 0));
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    let expected: Vec<i64> = (0..60)
        .filter(|index| index % 3 != 0)
        .flat_map(|index| [index * 10, index * 10 + 1])
        .collect();
    assert_eq!(notes(&store).await, expected);
}

async fn a_dropped_future_still_commits(place: Place) {
    let store = place.open().await;
    // Polled once, then dropped.
    let _ = store.write(note(1, "gone")).now_or_never();
    while notes(&store).await.is_empty() {
        tokio::task::yield_now().await;
    }
    // No transaction was left open behind it, on any connection.
    let more = (2..40).map(|index| store.write(note(index, "")));
    assert!(join_all(more).await.iter().all(Result::is_ok));
    assert_eq!(notes(&store).await.len(), 39);
}

async fn too_many_rows_are_an_error(place: Place) {
    let store = place.open().await;
    let most = i64::try_from(MAX_ROWS).unwrap();
    assert_eq!(
        store
            .read(&COUNT_UP, vec![most.into()])
            .await
            .unwrap()
            .len(),
        MAX_ROWS
    );
    let error = store
        .read(&COUNT_UP, vec![(most + 1).into()])
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("more than 10000 rows"),
        "{error}"
    );
    assert_eq!(
        store.read(&COUNT_UP, vec![3.into()]).await.unwrap().len(),
        3
    );
}

async fn two_rows_are_not_one(place: Place) {
    let store = place.open().await;
    assert!(
        store
            .read_one(&COUNT_UP, vec![1.into()])
            .await
            .unwrap()
            .is_some()
    );
    store.read_one(&COUNT_UP, vec![2.into()]).await.unwrap_err();
    assert!(
        store
            .read_one(&FIND_NOTE, vec![TENANT.into(), 1.into()])
            .await
            .unwrap()
            .is_none()
    );
}

async fn nul_is_refused(place: Place) {
    let store = place.open().await;
    let error = store.write(note(1, "a\0b")).await.unwrap_err();
    assert!(error.to_string().contains("NUL"), "{error}");
    assert!(notes(&store).await.is_empty());
}

async fn too_many_steps_are_refused(place: Place) {
    let store = place.open().await;
    let unit_of = |count: i64| {
        let mut unit = Unit::new();
        (0..count).for_each(|index| insert_note(&mut unit, index, ""));
        unit
    };
    store.write(unit_of(501)).await.unwrap_err();
    assert!(notes(&store).await.is_empty());
    store.write(unit_of(500)).await.unwrap();
    assert_eq!(notes(&store).await.len(), 500);
}

async fn an_empty_unit_is_written(place: Place) {
    let store = place.open().await;
    assert!(store.write(Unit::new()).await.unwrap().rows.is_empty());
}

async fn a_wrong_number_of_arguments_is_an_error_and_no_more(place: Place) {
    let store = place.open().await;
    for args in [
        vec![],
        vec![TENANT.into()],
        vec![TENANT.into(), 1.into(), 2.into()],
    ] {
        store.read(&FIND_NOTE, args.clone()).await.unwrap_err();
        let mut unit = note(1, "");
        unit.step(&FIND_NOTE, args, Expect::Any);
        store.write(unit).await.unwrap_err();
    }
    assert!(notes(&store).await.is_empty());
    store.write(note(1, "")).await.unwrap();
}

async fn a_kind_that_does_not_fit_is_an_error_and_no_more(place: Place) {
    let store = place.open().await;
    if place.on != On::Sqlite {
        let mut unit = note(1, "");
        let args = vec![TENANT.into(), "two".into(), Value::Null, Value::Null];
        unit.step(&INSERT_NOTE, args, Expect::Any);
        store.write(unit).await.unwrap_err();
        assert!(notes(&store).await.is_empty());
    }
    let mut row = store
        .read_one(&COUNT_UP, vec![1.into()])
        .await
        .unwrap()
        .unwrap();
    row.text().unwrap_err();
    store.write(note(1, "")).await.unwrap();
}

async fn an_unknown_table_is_an_error_and_no_more(place: Place) {
    let store = place.open().await;
    store.read(&NOWHERE, vec![TENANT.into()]).await.unwrap_err();
    let mut unit = note(1, "");
    unit.step(&NOWHERE, vec![TENANT.into()], Expect::Any);
    store.write(unit).await.unwrap_err();
    assert!(notes(&store).await.is_empty());
    store.write(note(1, "")).await.unwrap();
}

async fn the_database_has_a_clock(place: Place) {
    let store = place.open().await;
    let first = store.database_time().await.unwrap();
    let second = store.database_time().await.unwrap();
    // Some day after these lines were written, in microseconds.
    assert!(
        first > 1_700_000_000_000_000 && first < 10_000_000_000_000_000,
        "{first}"
    );
    assert!(second >= first);
}

async fn close_writes_what_was_queued(place: Place) {
    let store = place.open().await;
    let mut writes: Vec<_> = (0..50)
        .map(|index| Box::pin(store.write(note(index, ""))))
        .collect();
    let early: Vec<_> = writes
        .iter_mut()
        .map(|write| write.now_or_never())
        .collect();
    let clone = store.clone();
    if place.on == On::Sqlite {
        store.clone().close().await;
    }
    for (write, early) in writes.into_iter().zip(early) {
        match early {
            Some(answer) => answer,
            None => write.await,
        }
        .unwrap();
    }
    store.close().await;
    let late = clone.write(note(99, "")).await;
    assert!(
        matches!(late, Err(WriteError::Store(StoreError::Unavailable(_)))),
        "{late:?}"
    );
    assert_eq!(
        notes(&place.open().await).await,
        (0..50).collect::<Vec<_>>()
    );
}

async fn everything_is_there_after_opening_again(place: Place) {
    let store = place.open().await;
    store.write(note(1, "kept")).await.unwrap();
    store.close().await;
    let store = place.open().await;
    assert_eq!(body_of(&store, 1).await.as_deref(), Some("kept"));
    // And beside one that is open already, as the command line does.
    let second = place.open().await;
    second.write(note(2, "other")).await.unwrap();
    store.write(note(3, "first")).await.unwrap();
    assert_eq!(notes(&store).await, [1, 2, 3]);
    assert_eq!(notes(&second).await, [1, 2, 3]);
}

async fn check_finds_nothing_bad(place: Place) {
    let store = place.open().await;
    let now = store.database_time().await.unwrap();
    let findings = store.check(now + 5_000_000).await;
    assert!(findings.len() >= 5, "{findings:?}");
    for finding in &findings {
        // The test's own server runs without it, for speed, and `doctor` must notice.
        let bad = finding.name == "database.fsync";
        assert_eq!(finding.grade == crate::Grade::Bad, bad, "{finding:?}");
    }
    let skewed = store.check(now + 60_000_000).await;
    let clock = skewed
        .iter()
        .find(|finding| finding.name == "database.clock")
        .unwrap();
    assert_eq!(clock.grade, crate::Grade::Bad);
}

async fn names_and_values_stay_out_of_errors(place: Place) {
    let store = place.open().await;
    store.write(note(1, "secret")).await.unwrap();
    let error = store.write(note(1, "secret")).await.unwrap_err();
    let shown = format!(
        "{error} {error:?} {store:?} {:?} {:?}",
        place.options,
        Value::from("secret")
    );
    assert!(
        !shown.contains("secret") && !shown.contains("\\x07"),
        "{shown}"
    );
    assert!(!shown.contains("postgres://"), "{shown}");
}

/// Refused after it had changed something: on SQLite its batch runs a second time, with savepoints.
async fn a_refused_unit_leaves_nothing_among_neighbours_that_stand(place: Place) {
    let store = place.open().await;
    store.write(note(1, "taken")).await.unwrap();
    let units = (1..60).map(|index| {
        let mut unit = note(index * 10, "first");
        if index % 3 == 0 {
            let args = vec![TENANT.into(), 1.into(), "again".into()];
            unit.step(&INSERT_NEW_NOTE, args, Expect::One(Guard::Taken));
        }
        store.write(unit)
    });
    for (index, answer) in (1..60).zip(join_all(units).await) {
        assert_eq!(answer.is_ok(), index % 3 != 0, "{index}: {answer:?}");
    }
    let mut expected: Vec<i64> = (1..60)
        .filter(|index| index % 3 != 0)
        .map(|index| index * 10)
        .collect();
    expected.insert(0, 1);
    assert_eq!(notes(&store).await, expected);
    assert_eq!(body_of(&store, 1).await.as_deref(), Some("taken"));
}

async fn an_independent_unit_stands_whole_and_reads(place: Place) {
    let store = place.open().await;
    store.write(note(1, "one")).await.unwrap();
    store.write(note(2, "two")).await.unwrap();
    for found in [1_i64, 2, 9] {
        let mut unit = Unit::new();
        unit.declare_independent();
        unit.spend(TENANT, Id([u8::try_from(found).unwrap(); 16]), Id([7; 16]));
        insert_note(&mut unit, 100 + found, "new");
        unit.step(&FIND_NOTE, vec![TENANT.into(), found.into()], Expect::Any);
        let args = vec![
            TENANT.into(),
            1.into(),
            "moved".into(),
            if found == 1 { "one" } else { "moved" }.into(),
        ];
        unit.step(&UPDATE_NOTE, args, Expect::One(Guard::Moved));
        let mut written = store.write(unit).await.unwrap();
        let read: Vec<_> = written
            .rows
            .swap_remove(2)
            .into_iter()
            .map(|row| row.into_values().remove(0))
            .collect();
        let expected: &[Value] = match found {
            1 => &["one".into()],
            2 => &["two".into()],
            _ => &[],
        };
        assert_eq!(read, expected);
    }
    assert_eq!(notes(&store).await, [1, 2, 101, 102, 109]);
    assert_eq!(body_of(&store, 1).await.as_deref(), Some("moved"));
}

async fn an_independent_unit_whose_guard_fails_leaves_nothing(place: Place) {
    let store = place.open().await;
    store.write(note(1, "one")).await.unwrap();
    let unit = |state: u8, old: &str| {
        let mut unit = Unit::new();
        unit.declare_independent();
        unit.spend(TENANT, Id([state; 16]), Id([7; 16]));
        let args = vec![TENANT.into(), 1.into(), "two".into(), old.into()];
        unit.step(&UPDATE_NOTE, args, Expect::One(Guard::Moved));
        insert_note(&mut unit, 2, "");
        unit
    };
    assert_eq!(refused(store.write(unit(1, "zero")).await), Guard::Moved);
    assert_eq!(notes(&store).await, [1]);
    assert_eq!(body_of(&store, 1).await.as_deref(), Some("one"));
    // Nothing was spent by it either.
    store.write(unit(1, "one")).await.unwrap();
    assert_eq!(refused(store.write(unit(1, "two")).await), Guard::Spent);
    // A statement that fails is an error, not a guard.
    store.write(unit(2, "two")).await.unwrap_err();
    assert_eq!(notes(&store).await, [1, 2]);
}

async fn an_independent_state_is_spent_once(place: Place) {
    let store = place.open().await;
    for round in 0..10_u8 {
        let tries = (0..8_u8).map(|attempt| {
            let mut unit = Unit::new();
            unit.declare_independent();
            unit.spend(TENANT, Id([round; 16]), Id([attempt; 16]));
            insert_note(&mut unit, i64::from(round), "won");
            let store = store.clone();
            tokio::spawn(async move { store.write(unit).await })
        });
        let answers = join_all(tries).await.into_iter().map(Result::unwrap);
        let (won, lost): (Vec<_>, Vec<_>) = answers.partition(Result::is_ok);
        assert_eq!(won.len(), 1);
        for answer in lost {
            assert_eq!(refused(answer), Guard::Spent);
        }
    }
    assert_eq!(notes(&store).await.len(), 10);
}
