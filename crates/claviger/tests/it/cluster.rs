//! Two processes on one PostgreSQL, without sticky sessions: what one does, the other knows.

use serde_json::json;
use testkit::Backend;
use testkit::postgres::Database;

use crate::client::{Person, expect};
use crate::folder::Folder;
use crate::http::Browser;
use crate::program::{Installation, Server, token_of};

/// Two nodes that run, whose administrator exists.
struct Cluster {
    servers: [Server; 2],
    installations: [Installation; 2],
    /// The administrator in front of each.
    person: [Person; 2],
    _database: Database,
    _folder: Folder,
}

/// Databases of PostgreSQL servers that this run has; SQLite has one process.
fn databases() -> impl Iterator<Item = Database> {
    testkit::backends().into_iter().filter_map(|it| match it {
        Backend::Sqlite => None,
        Backend::Postgres { url } => Some(Database::create(&url).expect("a database")),
    })
}

fn start(database: Database) -> Cluster {
    let folder = Folder::make();
    let first = Installation::on_postgres(&folder.fresh("first"), database.url());
    let one = first.start(&[]);
    let voided = one.set_up_token();
    let second = Installation::beside(&folder.fresh("second"), &first);
    let other = second.start(&[]);
    // Each prints a link, and the last one counts, at whichever node.
    let said = other.read_until("/set-up#");
    assert!(said.contains(&format!("http://localhost:{}/set-up#", first.port)));
    let refused = Person::set_up(second.door(), &voided).expect_err("the link is void");
    assert!(refused.to_string().contains("link.unusable"), "{refused}");
    let person = Person::set_up(first.door(), &token_of(&said)).expect("set-up");
    Cluster {
        person: [person.clone(), person.moved_to(second.door())],
        servers: [one, other],
        installations: [first, second],
        _database: database,
        _folder: folder,
    }
}

/// Whether this browser's session is one at the other node.
fn is_signed_in(browser: &Browser, person: &Person) -> bool {
    let mut moved = Browser::open(person.door).expect("a connection");
    moved.cookies.clone_from(&browser.cookies);
    moved.get("/security-info").expect("an answer").status == 200
}

#[test]
fn two_processes_on_one_postgresql_are_one_site() {
    for database in databases() {
        let mut cluster = start(database);
        let [at_one, at_other] = &mut cluster.person;
        // A ceremony that begins at one ends at the other; and its challenge is spent at both.
        let (asked, finish) = at_one.begin_sign_in().expect("a challenge");
        let mut moved = Browser::open(at_other.door).expect("a connection");
        moved.cookies.clone_from(&asked.cookies);
        expect(
            moved
                .get("/sign-in")
                .and_then(|_| moved.post("/sign-in/passkey", &finish))
                .expect("an answer"),
        )
        .expect("a sign-in");
        let before = moved.cookies.clone();
        let mut again = Browser::open(at_one.door).expect("a connection");
        again.cookies.clone_from(&asked.cookies);
        again.get("/sign-in").expect("the page");
        let refused = again.post("/sign-in/passkey", &finish).expect("an answer");
        assert_eq!(refused.status, 410, "{refused:?}");
        assert!(refused.body.contains("state.spent"), "{refused:?}");
        assert!(is_signed_in(&moved, at_one) && is_signed_in(&moved, at_other));
        // What one adds, the other has; what one ends, the other serves no more.
        let mut signed_in = at_one.sign_in().expect("a sign-in");
        signed_in.browser.get("/people").expect("the page");
        let bob = json!({ "userName": "bob", "displayName": "Bob" });
        expect(
            signed_in
                .browser
                .post("/people/add", &bob)
                .expect("an answer"),
        )
        .expect("Bob");
        moved.get("/people").expect("the page");
        let taken = moved.post("/people/add", &bob).expect("an answer");
        assert!(taken.body.contains("user.name_taken"), "{taken:?}");
        expect(moved.post("/sign-out", &json!({})).expect("an answer")).expect("signed out");
        moved.cookies = before;
        assert!(!is_signed_in(&moved, at_one) && !is_signed_in(&moved, at_other));
        for installation in &cluster.installations {
            let said = installation.command(&["audit", "verify"]);
            said.expect("the audit chains of both are whole");
        }
    }
}

#[test]
fn past_mistake_13_a_challenge_works_once_in_two_processes_at_once() {
    for database in databases() {
        let mut cluster = start(database);
        for _ in 0..10 {
            let (asked, finish) = cluster.person[0].begin_sign_in().expect("a challenge");
            let answers: Vec<u16> = std::thread::scope(|scope| {
                let tries: Vec<_> = (0..8)
                    .map(|number| {
                        let door = cluster.person[number % 2].door;
                        let (cookies, finish) = (asked.cookies.clone(), finish.clone());
                        scope.spawn(move || {
                            let mut browser = Browser::open(door).expect("a connection");
                            browser.cookies = cookies;
                            browser.get("/sign-in").expect("the page");
                            let answer = browser.post("/sign-in/passkey", &finish);
                            answer.expect("an answer").status
                        })
                    })
                    .collect();
                tries
                    .into_iter()
                    .map(|it| it.join().expect("a thread"))
                    .collect()
            });
            let count = |status| answers.iter().filter(|it| **it == status).count();
            assert_eq!((count(200), count(410)), (1, 7), "{answers:?}");
        }
    }
}

#[test]
fn one_of_two_processes_that_ends_takes_nothing_with_it() {
    for database in databases() {
        let mut cluster = start(database);
        let signed_in = cluster.person[0].sign_in().expect("a sign-in");
        let [one, other] = cluster.servers;
        one.kill();
        assert!(is_signed_in(&signed_in.browser, &cluster.person[1]));
        cluster.person[1].sign_in().expect("a sign-in");
        // And back on the first, which starts anew beside the other.
        let one = cluster.installations[0].start(&[]);
        other.kill();
        assert!(is_signed_in(&signed_in.browser, &cluster.person[0]));
        one.kill();
    }
}
