//! A connection that breaks at a chosen moment: a proxy between the driver and PostgreSQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::StoreError;

/// Where the connection breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    /// Instead of passing BEGIN on.
    BeforeBegin,
    /// Instead of passing COMMIT on.
    BeforeCommit,
    /// After COMMIT was answered, instead of passing the answer on.
    AfterCommit,
    /// Instead of passing on a unit that goes whole, which [`MARK`] is in.
    BeforeWhole,
    /// After it was answered, instead of passing the answer on.
    AfterWhole,
}

impl Cut {
    fn moment(self) -> &'static [u8] {
        match self {
            Cut::BeforeBegin => b"BEGIN\0",
            Cut::BeforeCommit | Cut::AfterCommit => b"COMMIT\0",
            Cut::BeforeWhole | Cut::AfterWhole => MARK,
        }
    }

    fn is_after(self) -> bool {
        matches!(self, Cut::AfterCommit | Cut::AfterWhole)
    }
}

/// Stands in the arguments of units that go whole.
const MARK: &[u8] = b"goes whole";

/// Passes everything on, but breaks the first `times` connections that come to the moment.
async fn start_proxy(server: String, cut: Cut, times: u32) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let left = Arc::new(AtomicU32::new(times));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(pass_on(client, server, cut, Arc::clone(&left)));
        }
    });
    port
}

async fn pass_on(mut client: TcpStream, mut server: TcpStream, cut: Cut, left: Arc<AtomicU32>) {
    let moment = cut.moment();
    let (mut asked, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(length @ 1..) = read else { return };
                let found = asked[..length].windows(moment.len()).any(|window| window == moment);
                let breaks = found && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
                if breaks && !cut.is_after() {
                    return;
                }
                server.write_all(&asked[..length]).await.unwrap();
                if breaks {
                    // The answer arrives, so the unit stands; nobody hears of it.
                    let _ = server.read(&mut answered).await;
                    return;
                }
            }
            read = server.read(&mut answered) => {
                let Ok(length @ 1..) = read else { return };
                if client.write_all(&answered[..length]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// A store behind the proxy; its schema is there already, so that only units begin and commit.
async fn open_behind(place: &Place, cut: Cut, times: u32) -> Store {
    place.open().await.close().await;
    let url = place.database.as_ref().unwrap().url();
    let (credentials, rest) = url.split_once('@').unwrap();
    let (server, name) = rest.split_once('/').unwrap();
    let port = start_proxy(server.to_owned(), cut, times).await;
    let options = OpenOptions::new(Location::Postgres {
        url: format!("{credentials}@127.0.0.1:{port}/{name}"),
    });
    Store::open_with(&options, with_notes()).await.unwrap()
}

fn spending(state: u8) -> Unit {
    let mut unit = Unit::new();
    unit.spend(TENANT, Id([state; 16]), Id([9; 16]));
    insert_note(&mut unit, state.into(), "spent");
    unit.step(&COUNT_NOTES, vec![TENANT.into()], Expect::Any);
    unit
}

fn is_unavailable(answer: &Result<Written, WriteError>) -> bool {
    matches!(answer, Err(WriteError::Store(StoreError::Unavailable(_))))
}

#[test]
fn a_connection_lost_before_commit_is_tried_again() {
    run(On::Postgres, async |place: Place| {
        let store = open_behind(&place, Cut::BeforeBegin, 3).await;
        store.write(note(1, "")).await.unwrap();
        assert_eq!(notes(&store).await, [1]);
    });
}

#[test]
fn a_commit_whose_answer_was_lost_recognises_itself() {
    run(On::Postgres, async |place: Place| {
        let store = open_behind(&place, Cut::AfterCommit, 1).await;
        let mut written = store.write(spending(1)).await.unwrap();
        let mut count = written.rows.pop().unwrap();
        assert_eq!(count.remove(0).int().unwrap(), 1);
        assert_eq!(notes(&store).await, [1]);
        assert_eq!(refused(store.write(spending(1)).await), Guard::Spent);
    });
}

#[test]
fn a_commit_without_an_attempt_whose_answer_was_lost_is_unavailable() {
    run(On::Postgres, async |place: Place| {
        let store = open_behind(&place, Cut::AfterCommit, 1).await;
        let answer = store.write(note(1, "")).await;
        assert!(is_unavailable(&answer), "{answer:?}");
        // It stands; running it again by itself would have done it twice.
        assert_eq!(notes(&store).await, [1]);
    });
}

#[test]
fn a_commit_that_never_arrived_is_not_taken_for_written() {
    run(On::Postgres, async |place: Place| {
        let store = open_behind(&place, Cut::BeforeCommit, 1).await;
        let answer = store.write(spending(1)).await;
        assert!(is_unavailable(&answer), "{answer:?}");
        assert!(notes(&store).await.is_empty());
        // And nothing is spent: the same state may come again.
        store.write(spending(1)).await.unwrap();
    });
}

#[test]
fn a_server_that_went_and_came_back_is_found_again() {
    run(On::Postgres, async |place: Place| {
        let store = place.open().await;
        let database = place.database.as_ref().unwrap();
        for round in 0..3 {
            database
                .run("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
                .unwrap();
            store.write(note(round, "")).await.unwrap();
            database
                .run("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
                .unwrap();
            assert_eq!(
                notes(&store).await.len(),
                usize::try_from(round).unwrap() + 1
            );
        }
    });
}

fn whole(state: u8) -> Unit {
    let mut unit = Unit::new();
    unit.declare_independent();
    unit.spend(TENANT, Id([state; 16]), Id([9; 16]));
    insert_note(&mut unit, state.into(), std::str::from_utf8(MARK).unwrap());
    unit.step(&COUNT_NOTES, vec![TENANT.into()], Expect::Any);
    unit
}

#[test]
fn a_whole_unit_whose_answer_was_lost_recognises_itself_and_has_no_rows() {
    run(On::Postgres, async |place: Place| {
        let store = open_behind(&place, Cut::AfterWhole, 1).await;
        let written = store.write(whole(1)).await.unwrap();
        assert!(written.rows.is_empty(), "{written:?}");
        assert_eq!(notes(&store).await, [1]);
        assert_eq!(refused(store.write(whole(1)).await), Guard::Spent);
    });
}

#[test]
fn a_whole_unit_that_never_arrived_is_sent_again() {
    run(On::Postgres, async |place: Place| {
        let store = open_behind(&place, Cut::BeforeWhole, 2).await;
        let written = store.write(whole(1)).await.unwrap();
        assert_eq!(written.rows.len(), 3);
        assert_eq!(notes(&store).await, [1]);
    });
}
