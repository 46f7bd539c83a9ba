//! An attacker who can write the database, but has no key, against the chains.

use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use store::{Durability, Location, Log, OpenOptions, Store, Unit, WriteError};
use tempfile::TempDir;

use super::*;
use crate::ambient::Ambient;
use crate::keys::KeyEncryptionKey;
use crate::settings::{Origin, RpId, Settings};
use crate::tenant::EmptyDatabase;

const NOW: Micros = 1_795_251_600_000_000;

/// One database in a folder of its own, and nodes on it.
struct Scene {
    folder: TempDir,
    ambient: Ambient,
}

impl Scene {
    fn make() -> Scene {
        Scene {
            folder: TempDir::new().unwrap(),
            ambient: Ambient::frozen(NOW, 1),
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("claviger.db")
    }

    async fn node(&self) -> Identity {
        self.node_on(self.file(), 7).await
    }

    async fn node_on(&self, file: PathBuf, key: u8) -> Identity {
        let options = OpenOptions {
            durability: Durability::Normal,
            ..OpenOptions::new(Location::Sqlite { file })
        };
        let origin = Origin::parse("https://login.example.org").unwrap();
        let settings = Settings::new(origin, RpId::parse("login.example.org").unwrap());
        Identity::open(
            Store::open(&options).await.unwrap(),
            settings,
            self.ambient.clone(),
            KeyEncryptionKey::new([key; 32]),
            EmptyDatabase::Accept,
        )
        .await
        .unwrap()
    }

    fn advance(&self, by: Micros) {
        self.ambient.clock.advance(by);
    }

    /// Changes the database past the product; gives the number of rows.
    fn tamper(&self, sql: &str, args: &[Cell]) -> usize {
        let connection = Connection::open(self.file()).unwrap();
        connection
            .execute(sql, rusqlite::params_from_iter(args))
            .unwrap()
    }

    fn count(&self, sql: &str, args: &[Cell]) -> i64 {
        let connection = Connection::open(self.file()).unwrap();
        connection
            .query_row(sql, rusqlite::params_from_iter(args), |row| row.get(0))
            .unwrap()
    }
}

fn blob(bytes: &[u8]) -> Cell {
    Cell::Blob(bytes.to_vec())
}

fn name_of(identity: &Identity) -> Id {
    identity.0.log.lock().node_id
}

fn entry() -> Entry {
    let mut entry = Entry::default();
    entry.say("method", "passkey").confide("user", "ada");
    entry
}

/// Commits `count` records, in both logs by turns.
async fn write(identity: &Identity, count: u64) {
    for index in 0..count {
        let log = if index % 2 == 0 {
            Log::SignIn
        } else {
            Log::Audit
        };
        commit(identity, Unit::new(), log, "ok", (None, None), entry())
            .await
            .unwrap();
    }
}

async fn write_and_seal(identity: &Identity, count: u64) {
    write(identity, count).await;
    seal_chain(identity).await.unwrap();
}

/// A unit whose state is spent already: refused whole.
async fn write_refused(identity: &Identity) {
    let (tenant, id) = (identity.0.tenant_id, identity.0.ambient.make_id());
    for expected in [true, false] {
        let mut unit = Unit::new();
        unit.spend(tenant, id, id);
        let written = if expected {
            identity.write(unit).await
        } else {
            commit(identity, unit, Log::SignIn, "ok", (None, None), entry()).await
        };
        assert_eq!(written.is_ok(), expected);
    }
}

/// What `verify` says is wrong.
async fn flaws(identity: &Identity) -> Vec<String> {
    told(verify(identity).await)
}

fn told(outcome: Result<Verified, Broken>) -> Vec<String> {
    match outcome {
        Ok(verified) => panic!("nothing was noticed: {verified}"),
        Err(Broken::Chain { flaws }) => flaws.iter().map(ToString::to_string).collect(),
        Err(other) => panic!("{other}"),
    }
}

#[track_caller]
fn assert_told(flaws: &[String], part: &str) {
    assert!(
        flaws.iter().any(|flaw| flaw.contains(part)),
        "\"{part}\" is not in {flaws:#?}"
    );
}

#[tokio::test]
async fn an_honest_run_verifies() {
    let scene = Scene::make();
    let (first, second) = (scene.node().await, scene.node().await);
    write_and_seal(&first, 5).await;
    write_refused(&first).await;
    write_and_seal(&first, 2).await;
    write_and_seal(&second, 3).await;
    write(&second, 4).await;
    let verified = verify(&first).await.unwrap();
    let expected = Verified {
        nodes: 2,
        links: 3,
        records: 14,
        unsealed: 4,
        adopted: 0,
        gaps: 1,
    };
    assert_eq!(verified, expected);
    stop(&first).await.unwrap();
    stop(&second).await.unwrap();
    let verified = verify(&second).await.unwrap();
    assert_eq!((verified.links, verified.unsealed), (4, 0));
}

#[tokio::test]
async fn nothing_is_written_after_the_end() {
    let scene = Scene::make();
    let node = scene.node().await;
    write(&node, 1).await;
    stop(&node).await.unwrap();
    let late = commit(&node, Unit::new(), Log::Audit, "ok", (None, None), entry()).await;
    assert!(matches!(late, Err(WriteError::Store(_))), "{late:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_at_once_are_all_registered() {
    let scene = Scene::make();
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let node = scene.node().await;
        // Several first records at once register a node once.
        for _ in 0..3 {
            let node = node.clone();
            tasks.push(tokio::spawn(async move { write(&node, 2).await }));
        }
    }
    for task in tasks {
        task.await.unwrap();
    }
    let verified = verify(&scene.node().await).await.unwrap();
    assert_eq!((verified.nodes, verified.records), (4, 24));
    assert_eq!(scene.count("SELECT COUNT(*) FROM node_event", &[]), 4);
}

#[tokio::test]
async fn erasing_a_value_keeps_the_chain_whole_and_replacing_one_does_not() {
    let scene = Scene::make();
    let node = scene.node().await;
    write_and_seal(&node, 3).await;
    assert!(scene.tamper("UPDATE sign_in SET personal = NULL", &[]) > 0);
    verify(&node).await.unwrap();
    let replaced = "UPDATE audit SET personal = replace(personal, 'ada', 'eve')";
    assert!(scene.tamper(replaced, &[]) > 0);
    assert_told(&flaws(&node).await, "the clear value of \"user\"");
}

#[tokio::test]
async fn sealed_records_can_not_be_changed_removed_or_added() {
    let scene = Scene::make();
    let node = scene.node().await;
    write_and_seal(&node, 6).await;
    write_refused(&node).await;
    write_and_seal(&node, 1).await;
    let changed = "UPDATE sign_in SET body = replace(body, 'passkey', 'password')";
    scene.tamper(changed, &[]);
    assert_told(&flaws(&node).await, "a record was changed");
    let back = "UPDATE sign_in SET body = replace(body, 'password', 'passkey')";
    scene.tamper(back, &[]);
    verify(&node).await.unwrap();
    let gap = blob(&numbers::derive_record_id(name_of(&node), 7).0);
    let add = "INSERT INTO audit SELECT tenant_id, ?1, created_at, activity, actor_id, target_id, body, personal \
               FROM audit LIMIT 1";
    assert_eq!(scene.tamper(add, std::slice::from_ref(&gap)), 1);
    assert_told(&flaws(&node).await, "a record was removed or added");
    scene.tamper("DELETE FROM audit WHERE record_id = ?1", &[gap]);
    verify(&node).await.unwrap();
    scene.tamper("DELETE FROM audit", &[]);
    assert_told(&flaws(&node).await, "a record was removed or added");
}

/// 4a: makes a node look as if it had never sealed anything and crashed long ago.
fn reopen(scene: &Scene, node: Id) {
    let id = [blob(&node.0)];
    scene.tamper("DELETE FROM chain_link WHERE node_id = ?1", &id);
    let row = "UPDATE node SET sealed_number = 0, sealed_seq = 0, sealed_hash = zeroblob(32), stopped_at = NULL, \
               seen_at = 0 WHERE node_id = ?1";
    assert_eq!(scene.tamper(row, &id), 1);
    scene.tamper("UPDATE sign_in SET result = 'sign_in.refused'", &[]);
}

#[tokio::test]
async fn what_was_rewritten_is_not_adopted() {
    for stopped in [false, true] {
        let scene = Scene::make();
        let (server, victim) = (scene.node().await, scene.node().await);
        write_and_seal(&server, 1).await;
        write_and_seal(&victim, 4).await;
        if stopped {
            stop(&victim).await.unwrap();
        }
        let node = name_of(&victim);
        reopen(&scene, node);
        tend(&server).await.unwrap();
        let links = "SELECT COUNT(*) FROM chain_link WHERE node_id = ?1";
        assert_eq!(scene.count(links, &[blob(&node.0)]), 0, "it was signed");
        let flaws = flaws(&server).await;
        assert_told(&flaws, "its row was changed");
        assert_told(&flaws, "tampering was noticed and recorded");
    }
}

#[tokio::test]
async fn a_node_that_ended_is_not_adopted_again() {
    let scene = Scene::make();
    let (server, victim) = (scene.node().await, scene.node().await);
    write_and_seal(&victim, 4).await;
    stop(&victim).await.unwrap();
    let node = name_of(&victim);
    scene.tamper("UPDATE node SET stopped_at = NULL, seen_at = 0", &[]);
    let invented = blob(&numbers::derive_record_id(node, 5).0);
    let add = "INSERT INTO audit SELECT tenant_id, ?1, created_at, activity, actor_id, target_id, body, personal \
               FROM audit LIMIT 1";
    assert_eq!(scene.tamper(add, &[invented]), 1);
    assert_told(&flaws(&server).await, "1 records after its end");
    tend(&server).await.unwrap();
    let flaws = flaws(&server).await;
    assert_told(&flaws, "1 records after its end");
    assert_told(&flaws, "tampering was noticed and recorded");
}

#[tokio::test]
async fn an_invented_node_is_not_adopted() {
    let scene = Scene::make();
    let server = scene.node().await;
    write_and_seal(&server, 2).await;
    let row = "INSERT INTO node SELECT tenant_id, ?1, 0, 0, NULL, 0, 0, zeroblob(32), signature, '' FROM node LIMIT 1";
    assert_eq!(scene.tamper(row, &[blob(&[9; 16])]), 1);
    let record = blob(&numbers::derive_record_id(Id([9; 16]), 1).0);
    let add = "INSERT INTO audit SELECT tenant_id, ?1, created_at, activity, actor_id, target_id, body, personal \
               FROM audit LIMIT 1";
    assert_eq!(scene.tamper(add, &[record]), 1);
    assert_told(&flaws(&server).await, "its start is not in the register");
    tend(&server).await.unwrap();
    let links = "SELECT COUNT(*) FROM chain_link WHERE node_id = ?1";
    assert_eq!(scene.count(links, &[blob(&[9; 16])]), 0, "it was signed");
    assert_told(&flaws(&server).await, "tampering was noticed and recorded");
    // Without its row the record is still nobody's.
    scene.tamper("DELETE FROM node WHERE node_id = ?1", &[blob(&[9; 16])]);
    assert_told(&flaws(&server).await, "a node that is not registered");
}

#[tokio::test]
async fn what_does_not_agree_is_not_adopted() {
    let cut = "DELETE FROM chain_link WHERE number = 2";
    let unregistered = "DELETE FROM node_event WHERE number = 1";
    let forged = "UPDATE node_event SET kind = 'resume' WHERE number = 1";
    for attack in [cut, unregistered, forged] {
        let scene = Scene::make();
        let (crashed, server) = (scene.node().await, scene.node().await);
        write_and_seal(&crashed, 2).await;
        write_and_seal(&crashed, 2).await;
        write(&crashed, 2).await;
        write(&server, 1).await;
        assert_eq!(scene.tamper(attack, &[]), 1);
        let links = scene.count("SELECT COUNT(*) FROM chain_link", &[]);
        scene.advance(ABANDONED_AFTER + 1);
        tend(&server).await.unwrap();
        let found = scene.count("SELECT COUNT(*) FROM chain_link", &[]);
        assert_eq!(found, links, "it was signed after {attack}");
        assert_told(&flaws(&server).await, "tampering was noticed and recorded");
    }
}

#[tokio::test]
async fn a_hash_without_a_signature_is_worth_nothing() {
    let scene = Scene::make();
    let node = scene.node().await;
    write_and_seal(&node, 2).await;
    let (store, tenant) = (&node.0.store, node.0.tenant_id);
    // Everything that needs no key fits: the record, the link's hashes, the entry's hash.
    let mut link = store
        .find_last_link(tenant, name_of(&node))
        .await
        .unwrap()
        .unwrap();
    scene.tamper("UPDATE sign_in SET result = 'eve'", &[]);
    let records = run::read_run(&node, name_of(&node), 1, 2).await.unwrap();
    link.records_hash = run::derive_records_hash(&records);
    link.link_hash = run::derive_link_hash(tenant, &link, &numbers::UNSEALED.hash);
    let sql = "UPDATE chain_link SET records_hash = ?1, link_hash = ?2";
    scene.tamper(sql, &[blob(&link.records_hash), blob(&link.link_hash)]);
    let row = "UPDATE node SET sealed_hash = ?1";
    scene.tamper(row, &[blob(&link.link_hash)]);
    let mut event = store.find_node_event(tenant, 1).await.unwrap().unwrap();
    event.created_at += 1;
    event.event_hash = register::derive_event_hash(tenant, &event, &[0; 32]);
    let sql = "UPDATE node_event SET created_at = created_at + 1, event_hash = ?1";
    scene.tamper(sql, &[blob(&event.event_hash)]);
    let flaws = flaws(&node).await;
    assert_told(&flaws, "link 1: it was changed or forged");
    assert_told(&flaws, "register, entry 1: it was changed or forged");
    assert_told(&flaws, "its row was changed: the signature doesn't verify");
}

#[tokio::test]
async fn a_chain_can_not_be_cut_short() {
    for stopped in [false, true] {
        let scene = Scene::make();
        let victim = scene.node().await;
        write_and_seal(&victim, 4).await;
        write_and_seal(&victim, 4).await;
        if stopped {
            stop(&victim).await.unwrap();
        }
        scene.tamper("DELETE FROM chain_link WHERE number = 2", &[]);
        let cut = blob(&numbers::derive_record_id(name_of(&victim), 4).0);
        for log in ["sign_in", "audit"] {
            let sql = format!("DELETE FROM {log} WHERE record_id > ?1");
            assert_eq!(scene.tamper(&sql, std::slice::from_ref(&cut)), 2);
        }
        let row = "UPDATE node SET sealed_number = 1, sealed_seq = 4, sealed_hash = (SELECT link_hash FROM chain_link)";
        scene.tamper(row, &[]);
        let flaws = flaws(&scene.node().await).await;
        assert_told(&flaws, "its row was changed: the signature doesn't verify");
        if stopped {
            assert_told(&flaws, "link 2: removed or rewritten: the register tells");
        }
    }
}

/// 4c: removes every trace of a node but its entries in the register.
fn erase(scene: &Scene, node: Id) {
    for table in ["node", "chain_link"] {
        let sql = format!("DELETE FROM {table} WHERE node_id = ?1");
        assert!(scene.tamper(&sql, &[blob(&node.0)]) > 0);
    }
    for log in ["sign_in", "audit"] {
        let sql = format!("DELETE FROM {log} WHERE substr(record_id, 1, 8) = ?1");
        assert!(scene.tamper(&sql, &[blob(&node.0[..8])]) > 0);
    }
}

/// One command of the command line, as it were.
async fn run_command(scene: &Scene) -> Id {
    let command = scene.node().await;
    write(&command, 2).await;
    stop(&command).await.unwrap();
    name_of(&command)
}

#[tokio::test]
async fn a_run_can_not_be_erased() {
    let scene = Scene::make();
    let node = run_command(&scene).await;
    run_command(&scene).await;
    erase(&scene, node);
    let reader = scene.node().await;
    assert_told(&flaws(&reader).await, "its row was removed");
    let entries = "DELETE FROM node_event WHERE node_id = ?1";
    assert_eq!(scene.tamper(entries, &[blob(&node.0)]), 2);
    assert_told(&flaws(&reader).await, "entries before this one are missing");
}

#[tokio::test]
async fn a_running_server_notices_that_the_newest_run_was_erased() {
    let scene = Scene::make();
    let server = scene.node().await;
    write_and_seal(&server, 1).await;
    let node = run_command(&scene).await;
    tend(&server).await.unwrap();
    erase(&scene, node);
    scene.tamper(
        "DELETE FROM node_event WHERE node_id = ?1",
        &[blob(&node.0)],
    );
    // What a checkpoint is for: the database alone says nothing any more.
    verify(&server).await.unwrap();
    tend(&server).await.unwrap();
    assert_told(&flaws(&server).await, "tampering was noticed and recorded");
}

#[tokio::test]
async fn what_is_altered_before_sealing_is_marked() {
    let deleted = "DELETE FROM audit";
    let changed = "UPDATE sign_in SET result = 'sign_in.refused'";
    let moved = "UPDATE sign_in SET created_at = created_at - 1";
    let doubled = "INSERT INTO audit SELECT tenant_id, record_id, created_at, result, person_id, credential_id, body, \
                   personal FROM sign_in";
    for attack in [deleted, changed, moved, doubled] {
        let scene = Scene::make();
        let node = scene.node().await;
        write(&node, 2).await;
        assert_eq!(scene.tamper(attack, &[]), 1);
        seal_chain(&node).await.unwrap();
        assert_told(&flaws(&node).await, "records were altered before sealing");
    }
}

#[tokio::test]
async fn a_record_in_a_refused_number_is_marked() {
    let scene = Scene::make();
    let node = scene.node().await;
    write(&node, 2).await;
    write_refused(&node).await;
    let number = blob(&numbers::derive_record_id(name_of(&node), 3).0);
    let add = "INSERT INTO audit SELECT tenant_id, ?1, created_at, activity, actor_id, target_id, body, personal \
               FROM audit LIMIT 1";
    assert_eq!(scene.tamper(add, &[number]), 1);
    seal_chain(&node).await.unwrap();
    assert_told(&flaws(&node).await, "altered before sealing: [3]");
}

/// A unit with its record, on its way to the database; its answer never comes.
async fn send(identity: &Identity) -> Unit {
    let ticket = register::take_ticket(identity).await.unwrap();
    let mut unit = Unit::new();
    let record = NewRecord {
        log: Log::SignIn,
        word: "ok",
        about: (None, None),
        entry: entry(),
    };
    write_record(&mut unit, identity, &ticket, record);
    unit
}

#[tokio::test]
async fn a_late_commit_collides_with_the_void() {
    let scene = Scene::make();
    let node = scene.node().await;
    write(&node, 1).await;
    let late = send(&node).await;
    write_and_seal(&node, 1).await;
    // It is waited for.
    assert_eq!(verify(&node).await.unwrap().unsealed, 1);
    scene.advance(UNRESOLVED);
    seal_chain(&node).await.unwrap();
    let written = node.write(late).await;
    assert!(matches!(written, Err(WriteError::Store(_))), "{written:?}");
    let verified = verify(&node).await.unwrap();
    let counted = (verified.records, verified.unsealed, verified.gaps);
    assert_eq!(counted, (2, 0, 1));
    stop(&node).await.unwrap();
    verify(&scene.node().await).await.unwrap();
}

#[tokio::test]
async fn a_commit_whose_answer_was_lost_is_sealed_as_written() {
    let scene = Scene::make();
    let node = scene.node().await;
    let unit = send(&node).await;
    node.write(unit).await.unwrap();
    scene.advance(UNRESOLVED);
    seal_chain(&node).await.unwrap();
    let verified = verify(&node).await.unwrap();
    let counted = (verified.records, verified.unsealed, verified.gaps);
    assert_eq!(counted, (1, 0, 0));
    // And is watched like any other.
    let unit = send(&node).await;
    node.write(unit).await.unwrap();
    scene.tamper("UPDATE sign_in SET result = 'eve'", &[]);
    scene.advance(UNRESOLVED);
    seal_chain(&node).await.unwrap();
    assert_told(&flaws(&node).await, "altered before sealing: [2]");
}

#[tokio::test]
async fn a_database_error_leaves_the_number_open() {
    let scene = Scene::make();
    let node = scene.node().await;
    write(&node, 1).await;
    let next = blob(&numbers::derive_record_id(name_of(&node), 2).0);
    let squat = "INSERT INTO sign_in SELECT tenant_id, ?1, created_at, person_id, credential_id, result, body, personal \
                 FROM sign_in LIMIT 1";
    assert_eq!(scene.tamper(squat, &[next]), 1);
    let failed = commit(&node, Unit::new(), Log::SignIn, "ok", (None, None), entry()).await;
    assert!(matches!(failed, Err(WriteError::Store(_))), "{failed:?}");
    seal_chain(&node).await.unwrap();
    assert!(node.0.log.lock().has_open());
    scene.advance(UNRESOLVED);
    seal_chain(&node).await.unwrap();
    assert_told(&flaws(&node).await, "altered before sealing: [2]");
}

#[tokio::test]
async fn many_voids_take_several_links() {
    let scene = Scene::make();
    let node = scene.node().await;
    for _ in 0..250 {
        drop(send(&node).await);
    }
    write(&node, 700).await;
    scene.advance(UNRESOLVED);
    seal_chain(&node).await.unwrap();
    let verified = verify(&node).await.unwrap();
    assert_eq!((verified.records, verified.gaps), (700, 250));
    assert!(verified.links >= 4, "{verified}");
}

#[tokio::test]
async fn what_a_crashed_node_left_is_adopted_and_said_so() {
    let scene = Scene::make();
    let (server, crashed) = (scene.node().await, scene.node().await);
    write_and_seal(&crashed, 3).await;
    write(&crashed, 3).await;
    let lost = send(&crashed).await;
    write(&crashed, 1_200).await;
    let verified = verify(&server).await.unwrap();
    assert_eq!(verified.unsealed, 1_203);
    tend(&server).await.unwrap();
    assert_eq!(verify(&server).await.unwrap().unsealed, 1_203);
    scene.advance(ABANDONED_AFTER + 1);
    tend(&server).await.unwrap();
    let verified = verify(&server).await.unwrap();
    let counted = (verified.unsealed, verified.adopted, verified.gaps);
    assert_eq!(counted, (0, 1_203, 1));
    // What was still under way in the dead node is not committed any more.
    assert!(node_write_fails(&server, lost).await);
    verify(&server).await.unwrap();
}

async fn node_write_fails(node: &Identity, unit: Unit) -> bool {
    node.write(unit).await.is_err()
}

#[tokio::test]
async fn a_number_that_was_never_handed_out_is_not_adopted() {
    let scene = Scene::make();
    let (server, crashed) = (scene.node().await, scene.node().await);
    write_and_seal(&crashed, 2).await;
    let far = blob(&numbers::derive_record_id(name_of(&crashed), 1 << 40).0);
    let add = "INSERT INTO audit SELECT tenant_id, ?1, created_at, activity, actor_id, target_id, body, personal \
               FROM audit LIMIT 1";
    assert_eq!(scene.tamper(add, &[far]), 1);
    scene.advance(ABANDONED_AFTER + 1);
    tend(&server).await.unwrap();
    assert_told(&flaws(&server).await, "tampering was noticed and recorded");
}

#[tokio::test]
async fn a_node_adopted_while_alive_goes_on_sealing() {
    let scene = Scene::make();
    let (server, asleep) = (scene.node().await, scene.node().await);
    write_and_seal(&asleep, 3).await;
    write(&asleep, 1).await;
    let in_flight = send(&asleep).await;
    write(&asleep, 2).await;
    scene.advance(ABANDONED_AFTER + 1);
    tend(&server).await.unwrap();
    assert_eq!(verify(&server).await.unwrap().adopted, 3);
    // It wakes: what was voided meanwhile is refused, the rest goes on.
    assert!(node_write_fails(&asleep, in_flight).await);
    write(&asleep, 5).await;
    for _ in 0..2 {
        seal_chain(&asleep).await.unwrap();
    }
    let verified = verify(&server).await.unwrap();
    let counted = (verified.records, verified.unsealed, verified.gaps);
    assert_eq!(counted, (11, 0, 1));
    write_and_seal(&asleep, 2).await;
    stop(&asleep).await.unwrap();
    let verified = verify(&server).await.unwrap();
    assert_eq!((verified.records, verified.unsealed), (13, 0));
    assert_eq!(verified.nodes, 1, "it kept its name");
}

#[tokio::test]
async fn an_idle_node_that_was_adopted_resumes() {
    let scene = Scene::make();
    let (server, asleep) = (scene.node().await, scene.node().await);
    write_and_seal(&asleep, 3).await;
    scene.advance(ABANDONED_AFTER + 1);
    tend(&server).await.unwrap();
    write(&asleep, 2).await;
    for _ in 0..2 {
        seal_chain(&asleep).await.unwrap();
    }
    assert_eq!(verify(&server).await.unwrap().unsealed, 0);
}

#[tokio::test]
async fn a_living_node_compares_what_another_one_sealed() {
    let scene = Scene::make();
    let (server, victim) = (scene.node().await, scene.node().await);
    write(&victim, 2).await;
    scene.tamper("UPDATE sign_in SET result = 'eve'", &[]);
    scene.tamper("UPDATE node SET seen_at = 0", &[]);
    tend(&server).await.unwrap();
    assert_eq!(verify(&server).await.unwrap().adopted, 2);
    write_and_seal(&victim, 1).await;
    assert_told(&flaws(&server).await, "tampering was noticed and recorded");
}

#[tokio::test]
async fn an_own_link_whose_answer_was_lost_is_recognised() {
    let scene = Scene::make();
    let node = scene.node().await;
    write_and_seal(&node, 2).await;
    node.0.log.lock().sealed = numbers::UNSEALED;
    write(&node, 2).await;
    for _ in 0..2 {
        seal_chain(&node).await.unwrap();
    }
    let verified = verify(&node).await.unwrap();
    assert_eq!((verified.records, verified.unsealed), (4, 0));
    assert_eq!(scene.count("SELECT COUNT(*) FROM node_event", &[]), 1);
}

#[tokio::test]
async fn obstacles_are_told_and_later_records_are_sealed_elsewhere() {
    let forged = "INSERT INTO chain_link SELECT tenant_id, node_id, 2, 3, 4, gaps, altered, adopted, records_hash, \
                  link_hash, signature, created_at FROM chain_link";
    let unreadable = "UPDATE sign_in SET created_at = 'soon' WHERE record_id = (SELECT MAX(record_id) FROM sign_in)";
    let removed = "DELETE FROM node";
    for obstacle in [forged, unreadable, removed] {
        let scene = Scene::make();
        let node = scene.node().await;
        write_and_seal(&node, 2).await;
        let name = name_of(&node);
        write(&node, 2).await;
        assert_eq!(scene.tamper(obstacle, &[]), 1);
        seal_chain(&node).await.unwrap();
        write_and_seal(&node, 3).await;
        assert_ne!(name_of(&node), name);
        let sealed = "SELECT sealed_seq FROM node WHERE node_id = ?1";
        assert_eq!(scene.count(sealed, &[blob(&name_of(&node).0)]), 3);
        assert_told(&flaws(&node).await, "tampering was noticed and recorded");
    }
}

#[tokio::test]
async fn a_checkpoint_shows_a_rollback() {
    let scene = Scene::make();
    let server = scene.node().await;
    write_and_seal(&server, 2).await;
    let older = scene.folder.path().join("older.db");
    scene.tamper("VACUUM INTO ?1", &[Cell::Text(older.display().to_string())]);
    write_and_seal(&server, 2).await;
    let checkpoint = export_checkpoint(&server).await.unwrap();
    // As it stands in a line of the log.
    let line = format!(
        "INFO audit.checkpoint checkpoint={}\n",
        checkpoint.to_json()
    );
    let checkpoint = Checkpoint::parse(&line).unwrap();
    write_and_seal(&server, 2).await;
    run_command(&scene).await;
    verify_against(&server, &checkpoint).await.unwrap();
    let rolled_back = scene.node_on(older.clone(), 7).await;
    verify(&rolled_back).await.unwrap();
    let told = told(verify_against(&rolled_back, &checkpoint).await);
    assert_told(&told, "link 2: removed or rewritten: the checkpoint tells");
    // The register's end, too.
    let checkpoint = export_checkpoint(&server).await.unwrap();
    let told = self::told(verify_against(&rolled_back, &checkpoint).await);
    assert_told(&told, "cut off: the checkpoint tells of entry 3");
}

#[tokio::test]
async fn a_checkpoint_can_not_be_changed() {
    let scene = Scene::make();
    let server = scene.node().await;
    write_and_seal(&server, 2).await;
    let text = export_checkpoint(&server).await.unwrap().to_json();
    let outcome = |text: &str| {
        let checkpoint = Checkpoint::parse(text).unwrap();
        let server = server.clone();
        async move { verify_against(&server, &checkpoint).await }
    };
    outcome(&text).await.unwrap();
    let bent = text.replace("\"seq\":2", "\"seq\":1");
    assert_ne!(bent, text);
    let refused = outcome(&bent).await;
    assert!(
        matches!(refused, Err(Broken::Checkpoint(UnfitCheckpoint::Forged))),
        "{refused:?}"
    );
    let elsewhere = scene.node_on(scene.folder.path().join("other.db"), 8).await;
    let checkpoint = Checkpoint::parse(&text).unwrap();
    let refused = verify_against(&elsewhere, &checkpoint).await;
    assert!(
        matches!(refused, Err(Broken::Checkpoint(UnfitCheckpoint::Foreign))),
        "{refused:?}"
    );
    assert!(Checkpoint::parse("{}").is_err());
}

#[tokio::test]
async fn what_was_tampered_with_gets_no_checkpoint() {
    let scene = Scene::make();
    let server = scene.node().await;
    write_and_seal(&server, 2).await;
    scene.tamper("UPDATE node SET sealed_seq = 1", &[]);
    export_checkpoint(&server).await.unwrap_err();
}
