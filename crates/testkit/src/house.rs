//! The whole application in one process.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use axum::Router;
use identity::ambient::{Ambient, Clock, Random};
use identity::keys::KeyEncryptionKey;
use identity::people::{self, Actor, PersonView};
use identity::security_info::{self, SecurityInfo};
use identity::settings::{Origin, Passwords, RpId, Settings};
use identity::tenant::EmptyDatabase;
use identity::{BrowserId, Caller, Identity, Micros, Session, backup, sessions};
use serde_json::json;
use server::app::{AppState, app};
use server::config::TrustedProxies;
use store::Store;

use crate::database::Database;
use crate::{Backend, Browser, Device, Person};

/// When the frozen clock starts: 2026-11-21T09:00:00Z.
pub const NOW: Micros = 1_795_251_600_000_000;

/// The public origin of every house.
pub const ORIGIN: &str = "https://login.example.org";

/// The RP ID of every house.
pub const RP_ID: &str = "login.example.org";

/// A database with one or more nodes on it, a frozen clock and seeded randomness.
#[derive(Debug)]
pub struct House {
    backend: Backend,
    database: Database,
    nodes: Vec<Node>,
    ambient: Ambient,
    settings: Settings,
    proxies: TrustedProxies,
    /// Gives each browser an address of its own.
    browsers: AtomicU32,
}

/// One process, as it were: its own connections and its own memory.
#[derive(Debug)]
struct Node {
    identity: Identity,
    router: Router,
}

impl House {
    /// A house with one node and the default settings.
    pub async fn open(backend: Backend) -> House {
        House::open_with(backend, |_| {}).await
    }

    /// A house whose randomness differs from that of all with another seed.
    pub async fn open_seeded(backend: Backend, seed: u64) -> House {
        House::build(backend, TrustedProxies::default(), seed, |_| {}).await
    }

    /// A house with changed settings.
    pub async fn open_with(backend: Backend, change: impl FnOnce(&mut Settings)) -> House {
        House::open_behind(backend, TrustedProxies::default(), change).await
    }

    /// A house behind proxies whose `X-Forwarded-For` is believed.
    pub async fn open_behind(
        backend: Backend,
        proxies: TrustedProxies,
        change: impl FnOnce(&mut Settings),
    ) -> House {
        House::build(backend, proxies, 1, change).await
    }

    /// A house whose clock is the machine's, wrong by as much as [`House::advance`] says; the database's is right.
    pub async fn open_with_a_wrong_clock(backend: Backend) -> House {
        let clock = Clock::Wrong(Arc::new(AtomicI64::new(0)));
        House::build_by(clock, backend, TrustedProxies::default(), 1, |_| ()).await
    }

    async fn build(
        backend: Backend,
        proxies: TrustedProxies,
        seed: u64,
        change: impl FnOnce(&mut Settings),
    ) -> House {
        let clock = Clock::Frozen(Arc::new(AtomicI64::new(NOW)));
        House::build_by(clock, backend, proxies, seed, change).await
    }

    async fn build_by(
        clock: Clock,
        backend: Backend,
        proxies: TrustedProxies,
        seed: u64,
        change: impl FnOnce(&mut Settings),
    ) -> House {
        let mut settings =
            Settings::new(Origin::parse(ORIGIN).unwrap(), RpId::parse(RP_ID).unwrap());
        // As the real ones, and quick.
        settings.passwords = Arc::new(Passwords {
            memory_kib: 64,
            iterations: 1,
            ..Passwords::default()
        });
        change(&mut settings);
        let ambient = Ambient {
            clock,
            random: Random::Seeded(Arc::new(AtomicU64::new(seed << 32))),
        };
        let database = Database::make(&backend);
        let browsers = AtomicU32::new(1);
        let mut house = House {
            backend,
            database,
            nodes: Vec::new(),
            ambient,
            settings,
            proxies,
            browsers,
        };
        house.add_node().await;
        house
    }

    /// Starts one more node on the same database; gives its number. The first has number 0.
    pub async fn add_node(&mut self) -> usize {
        let store = Store::open(&self.database.options()).await.unwrap();
        // All nodes draw from one counter, so that no two draw the same.
        let identity = Identity::open(
            store,
            self.settings.clone(),
            self.ambient.clone(),
            key_encryption_key(),
            EmptyDatabase::Accept,
        )
        .await
        .unwrap();
        let router = app(AppState::new(identity.clone(), self.proxies.clone()));
        self.nodes.push(Node { identity, router });
        self.nodes.len() - 1
    }

    /// Closes all nodes and opens one anew on the same database.
    pub async fn restart(&mut self) {
        for node in self.nodes.drain(..) {
            node.identity.close().await;
        }
        self.add_node().await;
    }

    /// Which engine this house stands on.
    #[must_use]
    pub fn backend(&self) -> &Backend {
        &self.backend
    }

    /// The use cases of the first node, for what has no page.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.nodes[0].identity
    }

    /// The use cases of a node.
    #[must_use]
    pub fn identity_at(&self, node: usize) -> &Identity {
        &self.nodes[node].identity
    }

    /// Moves the clock of all nodes.
    pub fn advance(&self, by: Micros) {
        self.ambient.clock.advance(by);
    }

    /// The time on the frozen clock.
    #[must_use]
    pub fn now(&self) -> Micros {
        self.ambient.now()
    }

    /// Rows in all tables together: what writes nothing leaves it as it was.
    #[must_use]
    pub fn count_rows(&self) -> i64 {
        self.database.count_rows()
    }

    /// Whether this text stands anywhere in the database, as text or as the bytes of a column.
    #[must_use]
    pub fn holds(&self, text: &str) -> bool {
        self.database.holds(text)
    }

    /// Runs a statement past the product; gives the first column of each row, which must be text.
    /// Both engines must understand it.
    pub fn run_sql(&self, statement: &str) -> Vec<String> {
        self.database.run_sql(statement)
    }

    /// Keeps a table from being written for a while, as a slow neighbour does; SQLite has one writer, so there all
    /// wait. It takes a moment until it holds.
    #[must_use]
    pub fn hold(&self, table: &str, how_long: Duration) -> JoinHandle<()> {
        self.database.hold(table, how_long)
    }

    /// Backs up to a file and restores it into a database of its own; the clock is shared, this house goes on.
    pub async fn restored(&self) -> House {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backup");
        backup::backup(self.identity(), &file, "testkit")
            .await
            .unwrap();
        let database = Database::make(&self.backend);
        let (location, key) = (database.location(), key_encryption_key());
        backup::restore(&location, &key, &file, &self.ambient, "testkit")
            .await
            .unwrap();
        let mut house = House {
            backend: self.backend.clone(),
            database,
            nodes: Vec::new(),
            ambient: self.ambient.clone(),
            settings: self.settings.clone(),
            proxies: self.proxies.clone(),
            browsers: AtomicU32::new(0x8000),
        };
        house.add_node().await;
        house
    }

    /// 32 bytes that were not given out before.
    #[must_use]
    pub fn random(&self) -> [u8; 32] {
        self.ambient.random.make()
    }

    /// A new browser, at an address of its own, talking to the first node.
    #[must_use]
    pub fn browser(&self) -> Browser {
        self.browser_at(0)
    }

    /// A new browser talking to a node.
    #[must_use]
    pub fn browser_at(&self, node: usize) -> Browser {
        let number = self.browsers.fetch_add(1, Ordering::SeqCst);
        let [_, _, high, low] = number.to_be_bytes();
        let address = IpAddr::V4(Ipv4Addr::new(198, 51, high, low));
        Browser::new(
            self.nodes[node].router.clone(),
            SocketAddr::new(address, 40_000),
            self.ambient.random.clone(),
        )
    }

    /// The same browser (cookies, address, token), talking to another node.
    #[must_use]
    pub fn moved_to(&self, browser: &Browser, node: usize) -> Browser {
        browser.with_router(self.nodes[node].router.clone())
    }

    /// A fresh set-up link's token.
    pub async fn set_up_token(&self) -> String {
        let link = identity::setup::make_link(self.identity()).await.unwrap();
        token_of(&link.url)
    }

    /// Makes the first administrator through the set-up page; nobody is signed in after it.
    pub async fn set_up(&self, user_name: &str) -> Person {
        let mut person = Person::new(user_name, self.browser(), Device::synced());
        let token = self.set_up_token().await;
        let offer = person
            .browser
            .begin_set_up(&token, "Example", user_name, &person.display_name)
            .await;
        let response = person.browser.create(&mut person.device, &offer);
        person.browser.finish_set_up(&offer, &response).await.ok();
        person
    }

    /// The first administrator, signed in.
    pub async fn administrator(&self, user_name: &str) -> Person {
        let mut person = self.set_up(user_name).await;
        person.sign_in().await.ok();
        person
    }

    /// A person as the command line sees them.
    pub async fn find(&self, user_name: &str) -> PersonView {
        let actor = Actor::CommandLine { os_user: "testkit" };
        people::find(self.identity(), actor, user_name)
            .await
            .unwrap()
    }

    /// The session of whoever is signed in in this browser, as a handler reads it.
    pub async fn session(&self, browser: &Browser) -> Session {
        let token = browser.cookie("session").expect("somebody is signed in");
        sessions::authenticate(self.identity(), token)
            .await
            .unwrap()
            .expect("the session lives")
    }

    /// A caller for use cases that are called past HTTP.
    #[must_use]
    pub fn caller(&self) -> Caller {
        Caller {
            browser: BrowserId(self.random()),
            address: IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)),
            user_agent: String::new(),
        }
    }

    /// What Security info shows to whoever is signed in in this browser.
    pub async fn security_info(&self, browser: &Browser) -> SecurityInfo {
        let session = self.session(browser).await;
        security_info::view(self.identity(), &session)
            .await
            .unwrap()
    }

    /// The token of a link by which an administrator registers anew, made on the command line.
    pub async fn recovery_token(&self, user_name: &str) -> String {
        let actor = Actor::CommandLine { os_user: "testkit" };
        let link = people::make_recovery_link(self.identity(), actor, user_name)
            .await
            .unwrap();
        token_of(&link.url)
    }

    /// Adds a person through an administrator's pages and gives the token of a registration link.
    pub async fn invite(&self, administrator: &mut Person, user_name: &str) -> Invited {
        let body =
            json!({ "userName": user_name, "displayName": Person::display_name_of(user_name) });
        let added = administrator.browser.post("/people/add", body).await.ok();
        let person_id = added["personId"].as_str().unwrap().to_owned();
        let link = administrator
            .browser
            .post("/people/link", json!({ "personId": person_id }))
            .await
            .ok();
        Invited {
            person_id,
            token: token_of(link["url"].as_str().unwrap()),
        }
    }

    /// Adds a person, registers their synced passkey by the link, and signs them in.
    pub async fn person(&self, administrator: &mut Person, user_name: &str) -> Person {
        let invited = self.invite(administrator, user_name).await;
        let mut person = Person::new(user_name, self.browser(), Device::synced());
        person.person_id = invited.person_id;
        let offer = person.browser.begin_registration(&invited.token).await;
        let response = person.browser.create(&mut person.device, &offer);
        person
            .browser
            .finish_registration(&offer, &response)
            .await
            .ok();
        person.sign_in().await.ok();
        person
    }
}

/// Somebody who has a registration link but no passkey yet.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The person's id.
    pub person_id: String,
    /// The secret in the link's fragment.
    pub token: String,
}

fn key_encryption_key() -> KeyEncryptionKey {
    KeyEncryptionKey::new([7; 32])
}

/// The secret in a link's fragment, after checking that the link leads to us.
#[track_caller]
fn token_of(url: &str) -> String {
    let (address, fragment) = url
        .split_once('#')
        .expect("the token stands in the fragment");
    assert!(
        address.starts_with(ORIGIN),
        "{url} does not lead to {ORIGIN}"
    );
    fragment.rsplit('=').next().unwrap_or_default().to_owned()
}
