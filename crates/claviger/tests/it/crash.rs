//! Nothing acknowledged is lost: after `kill -9`, and on a disk that forgets what was not synced.
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
use crate::program::{Installation, Server};
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
    let installation = Installation::new(folder.path());
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

/// Many connections at once until together they have `kill_after` answers; then the server is killed under them.
fn load_at_once(
    person: &Person,
    ledger: &mut Ledger,
    server: Server,
    random: &mut Random,
    kill_after: u64,
) {
    let answers = AtomicU64::new(0);
    let server = Mutex::new(Some(server));
    let label = random.next();
    let (answers, server_of_all) = (&answers, &server);
    let acknowledged = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS)
            .map(|thread| {
                let mut person = person.clone();
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
                        // An error is the kill; whatever else it were, the count below would show.
                        if done.is_err() {
                            break;
                        }
                        if answers.fetch_add(1, Ordering::SeqCst) + 1 == kill_after {
                            server_of_all
                                .lock()
                                .expect("no panic with the lock")
                                .take()
                                .expect("killed once")
                                .kill();
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
    assert!(
        answers.load(Ordering::SeqCst) >= kill_after,
        "the load ended before the kill: {answers:?}"
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
        load_at_once(&person, &mut ledger, server, &mut random, kill_after);
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
            load_at_once(&person, &mut ledger, server, &mut random, kill_after);
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
