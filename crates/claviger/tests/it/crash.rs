//! Nothing acknowledged is lost: after `kill -9` of a node or of PostgreSQL, and on a disk that forgets what was not
//! synced.
//!
//! `CLAVIGER_CRASH_ROUNDS` kills that often per test (3), `CLAVIGER_CRASH_SEED` repeats a failure.

mod disk;
mod journal;
mod ledger;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use crate::client::Person;
use crate::folder::Folder;
use crate::program::Installation;
use crate::random::Random;
use disk::Disk;
use ledger::Ledger;

const CONNECTIONS: usize = 16;

fn rounds() -> u64 {
    std::env::var("CLAVIGER_CRASH_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(3)
}

/// An installation whose administrator exists, and no process.
fn set_up(folder: &Folder) -> (Installation, Person) {
    claim(Installation::new(folder.path()))
}

fn claim(installation: Installation) -> (Installation, Person) {
    let server = installation.start(&[]);
    let person = Person::set_up(installation.port, &server.set_up_token()).expect("set-up");
    server.kill();
    (installation, person)
}

/// One change after the other until `kill_after` are acknowledged; the next is sent and not waited for.
fn load_in_sequence(
    person: &mut Person,
    ledger: &mut Ledger,
    random: &mut Random,
    kill_after: u64,
) {
    let mut signed_in = person.sign_in().expect("a sign-in");
    signed_in.browser.get("/people").expect("the page");
    for step in 0..kill_after {
        match random.below(3) {
            0 => ledger.rename_passkey(person, &mut signed_in),
            1 => ledger.add_person(
                &mut signed_in,
                &format!("seq-{step}-{}", random.below(1 << 40)),
            ),
            _ => ledger.sign_in(person),
        }
        .expect("an acknowledged change");
    }
    let last = json!({ "passkeyId": person.passkey_id(), "name": "unanswered" });
    signed_in
        .browser
        .send_post("/security-info/passkeys/rename", &last)
        .expect("a last request");
    ledger.unanswered = Some("unanswered".to_owned());
    // Somewhere between the request's arrival and its answer.
    for _ in 0..random.below(2_000_000) {
        std::hint::spin_loop();
    }
}

/// Many connections at once, by turns at each of these doors, until together they have `kill_after` answers; then
/// something is killed under them. Those at the first door may fail from then on; those at another one go on until
/// there are as many answers again.
fn load_at_once(
    doors: &[Person],
    ledger: &mut Ledger,
    random: &mut Random,
    kill_after: u64,
    kill: impl FnOnce() + Send,
) {
    let answers = AtomicU64::new(0);
    let kill = Mutex::new(Some(kill));
    let label = random.next();
    let (answers, kill) = (&answers, &kill);
    let acknowledged = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS)
            .map(|thread| {
                let door = thread % doors.len();
                let mut person = doors[door].clone();
                scope.spawn(move || {
                    let mut own = Ledger::default();
                    let Ok(mut signed_in) = person.sign_in() else {
                        return own;
                    };
                    for step in 0.. {
                        let done = if step % 2 == 0 {
                            own.add_person(
                                &mut signed_in,
                                &format!("at-once-{label}-{thread}-{step}"),
                            )
                        } else {
                            own.sign_in(&mut person)
                        };
                        if let Err(cause) = done {
                            // It is the kill; whatever else it were, the count below would show.
                            assert!(door == 0, "another node fails, too: {cause}");
                            break;
                        }
                        let answered = answers.fetch_add(1, Ordering::SeqCst) + 1;
                        if answered >= 2 * kill_after {
                            break;
                        }
                        if answered == kill_after {
                            let mut kill = kill.lock().expect("no panic with the lock");
                            kill.take().expect("killed once")();
                        }
                    }
                    own
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a thread"))
            .collect::<Vec<_>>()
    });
    let wanted = if doors.len() > 1 { 2 } else { 1 } * kill_after;
    let answers = answers.load(Ordering::SeqCst);
    assert!(
        answers >= wanted,
        "the load ended before the kill: {answers}"
    );
    acknowledged.into_iter().for_each(|own| ledger.join(own));
}

fn check(installation: &Installation, person: &mut Person, ledger: &Ledger) {
    installation
        .command(&["audit", "verify"])
        .expect("the audit chain is whole");
    let server = installation.start(&[]);
    let lost = ledger.lost(person);
    assert!(lost.is_empty(), "acknowledged and lost: {lost:#?}");
    server.kill();
}

#[test]
fn killed_under_load_loses_nothing() {
    let folder = Folder::make();
    let (installation, mut person) = set_up(&folder);
    let (mut ledger, mut random) = (Ledger::default(), Random::new(1));
    for _ in 0..rounds() {
        let server = installation.start(&[]);
        let kill_after = 40 + random.below(120);
        load_at_once(
            std::slice::from_ref(&person),
            &mut ledger,
            &mut random,
            kill_after,
            || server.kill(),
        );
        check(&installation, &mut person, &ledger);
    }
}

/// A server of this test's own, which syncs what it commits.
fn postgres() -> (testkit::postgres::Server, testkit::postgres::Database) {
    let server = testkit::postgres::Server::start_durable().expect("PostgreSQL");
    let database = testkit::postgres::Database::create(&server.url()).expect("a database");
    (server, database)
}

#[test]
fn killed_under_load_on_postgresql_loses_nothing() {
    let folder = Folder::make();
    let (_cluster, database) = postgres();
    let (installation, mut person) =
        claim(Installation::on_postgres(folder.path(), database.url()));
    let (mut ledger, mut random) = (Ledger::default(), Random::new(5));
    for _ in 0..rounds() {
        let server = installation.start(&[]);
        let kill_after = 40 + random.below(120);
        load_at_once(
            std::slice::from_ref(&person),
            &mut ledger,
            &mut random,
            kill_after,
            || server.kill(),
        );
        check(&installation, &mut person, &ledger);
    }
}

/// The node that is left serves on, and has everything that the other one acknowledged.
#[test]
fn one_of_two_nodes_killed_under_load_loses_nothing() {
    let folder = Folder::make();
    let (_cluster, database) = postgres();
    let (first, person) = claim(Installation::on_postgres(folder.path(), database.url()));
    let second = Installation::beside(&folder.fresh("second"), &first);
    let mut at_second = person.moved_to(second.door());
    let (mut ledger, mut random) = (Ledger::default(), Random::new(6));
    let survivor = second.start(&[]);
    for _ in 0..rounds() {
        let server = first.start(&[]);
        let kill_after = 40 + random.below(120);
        let doors = [person.clone(), at_second.clone()];
        load_at_once(&doors, &mut ledger, &mut random, kill_after, || {
            server.kill();
        });
        let lost = ledger.lost(&mut at_second);
        assert!(lost.is_empty(), "acknowledged and lost: {lost:#?}");
        let verify = first.command(&["audit", "verify"]);
        verify.expect("the audit chain is whole");
    }
    survivor.kill();
    check(&first, &mut person.clone(), &ledger);
}

/// The database's server ends at once under the load, and recovers by its log when it is started again.
#[test]
fn a_database_server_that_dies_under_load_loses_nothing() {
    let folder = Folder::make();
    let (mut cluster, database) = postgres();
    let (installation, mut person) =
        claim(Installation::on_postgres(folder.path(), database.url()));
    let (mut ledger, mut random) = (Ledger::default(), Random::new(7));
    for _ in 0..rounds() {
        let server = installation.start(&[]);
        let kill_after = 40 + random.below(120);
        load_at_once(
            std::slice::from_ref(&person),
            &mut ledger,
            &mut random,
            kill_after,
            || cluster.kill().expect("the server ends at once"),
        );
        cluster.recover().expect("the server starts again");
        // The node that saw it end goes on by itself.
        let lost = ledger.lost(&mut person);
        assert!(lost.is_empty(), "acknowledged and lost: {lost:#?}");
        server.kill();
        check(&installation, &mut person, &ledger);
    }
}

#[test]
fn a_forgetful_disk_loses_nothing_that_was_acknowledged() {
    let folder = Folder::make();
    let (installation, mut person) = set_up(&folder);
    let (mut ledger, mut random) = (Ledger::default(), Random::new(2));
    for round in 0..2 * rounds() {
        let disk = Disk::under(&folder, &installation.data);
        let server = installation.start(&disk.environment());
        let kill_after = 5 + random.below(60);
        if round % 2 == 0 {
            load_in_sequence(&mut person, &mut ledger, &mut random, kill_after);
            server.kill();
        } else {
            load_at_once(
                std::slice::from_ref(&person),
                &mut ledger,
                &mut random,
                kill_after,
                || server.kill(),
            );
        }
        disk.forget_unsynced(&mut random);
        check(&installation, &mut person, &ledger);
        ledger.unanswered = None;
        ledger.settle_name(&mut person, &installation);
    }
}

#[test]
fn the_set_up_survives_a_forgetful_disk() {
    let folder = Folder::make();
    let installation = Installation::new(folder.path());
    let disk = Disk::under(&folder, &installation.data);
    let server = installation.start(&disk.environment());
    let mut person = Person::set_up(installation.port, &server.set_up_token()).expect("set-up");
    server.kill();
    disk.forget_everything_unsynced();
    check(&installation, &mut person, &Ledger::default());
}

#[test]
fn every_answer_to_a_change_follows_its_sync() {
    let folder = Folder::make();
    let (installation, mut person) = set_up(&folder);
    let disk = Disk::under(&folder, &installation.data);
    let server = installation.start(&disk.environment());
    load_in_sequence(&mut person, &mut Ledger::default(), &mut Random::new(3), 60);
    server.kill();
    let verdict = journal::judge(&disk.journal());
    assert!(
        verdict.changes >= 60,
        "the witness saw the changes: {verdict:?}"
    );
    assert!(
        verdict.early.is_empty(),
        "answered before the sync: {:#?}",
        verdict.early
    );
}

/// The tests above would notice a database that doesn't sync.
#[test]
fn lying_syncs_are_noticed() {
    let folder = Folder::make();
    let (installation, mut person) = set_up(&folder);
    let mut ledger = Ledger::default();
    let disk = Disk::under(&folder, &installation.data).lying();
    let server = installation.start(&disk.environment());
    load_in_sequence(&mut person, &mut ledger, &mut Random::new(4), 20);
    server.kill();
    let verdict = journal::judge(&disk.journal());
    assert!(verdict.early.len() >= 20, "{verdict:?}");
    disk.forget_everything_unsynced();
    let server = installation.start(&[]);
    assert!(
        !ledger.lost(&mut person).is_empty(),
        "a disk that kept nothing lost nothing?"
    );
    server.kill();
}
