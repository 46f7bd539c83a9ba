//! Forward authentication: the proxy's question, the way to sign in and back, and everything that ends it.

use std::collections::BTreeMap;

use axum::body::Body;
use http::{Method, Request, header};
use identity::applications::{self, ApplicationChange};
use identity::{Actor, Id, MINUTE};
use server::config::TrustedProxies;
use testkit::{
    Answer, Application, Backend, Browser, House, ORIGIN, Person, listen, on_each_backend,
};

mod addresses;
mod attacks;
mod endings;
mod judged;

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };
const WIKI: &str = "https://wiki.example.org";
const SHOP: &str = "https://shop.example.org:8443";
const ASK: &str = "/forward-auth";
const CHECK: &str = "/forward-auth/check";
/// What a browser sends with a page that somebody opens.
const OPENED: [(&str, &str); 3] = [
    ("accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-dest", "document"),
];

/// Runs a test in a fresh house behind a proxy on each database.
fn behind_a_proxy(test: impl AsyncFn(House)) {
    on_each_backend(async |backend: Backend| {
        let proxies = TrustedProxies::parse(&["10.0.0.0/8".to_owned()]).unwrap();
        test(House::open_behind(backend, proxies, |_| {}).await).await;
    });
}

/// One browser at one application's host, behind the proxy there: with the cookies of that host alone.
#[derive(Clone)]
struct Visitor {
    proxy: Browser,
    origin: String,
    cookies: BTreeMap<String, String>,
}

impl Visitor {
    fn of(house: &House, origin: &str) -> Visitor {
        Visitor::at(house, 0, origin)
    }

    fn at(house: &House, node: usize, origin: &str) -> Visitor {
        let mut proxy = house.browser_at(node);
        proxy.address = "10.1.2.3:4711".parse().unwrap();
        Visitor {
            proxy,
            origin: origin.to_owned(),
            cookies: BTreeMap::new(),
        }
    }

    /// What the proxy asks about a request with these headers of the browser's.
    fn question(
        &self,
        endpoint: &str,
        (method, uri): (&str, &str),
        sent: &[(&'static str, &str)],
    ) -> Request<Body> {
        let (scheme, host) = self.origin.split_once("://").unwrap();
        let mut request = Request::builder()
            .method(Method::GET)
            .uri(endpoint)
            // As Traefik asks: under the name by which it found us.
            .header(header::HOST, "127.0.0.1:8080")
            .header("x-forwarded-for", "192.0.2.9")
            .header("x-forwarded-proto", scheme)
            .header("x-forwarded-host", host)
            .header("x-forwarded-method", method)
            .header("x-forwarded-uri", uri);
        for (name, value) in sent {
            request = request.header(*name, *value);
        }
        if !self.cookies.is_empty() {
            let pairs = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            let pairs: Vec<String> = pairs.collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        request.body(Body::empty()).unwrap()
    }

    async fn send(&mut self, request: Request<Body>) -> Answer {
        let answer = self.proxy.send_program(request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (pair, attributes) = text.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            assert!(name.starts_with("__Host-claviger-"), "{name}");
            let expected = " Path=/; Secure; HttpOnly; SameSite=Lax";
            assert!(attributes.starts_with(expected), "{attributes}");
            match attributes.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    /// Somebody opens a page there.
    async fn open(&mut self, uri: &str) -> Answer {
        self.send(self.question(ASK, ("GET", uri), &OPENED)).await
    }

    /// A script of a page there asks for something.
    async fn fetch(&mut self, uri: &str) -> Answer {
        let sent = [("accept", "*/*"), ("sec-fetch-mode", "cors")];
        self.send(self.question(ASK, ("GET", uri), &sent)).await
    }

    /// What nginx is told.
    async fn check(&mut self, uri: &str) -> u16 {
        let answer = self.send(self.question(CHECK, ("GET", uri), &OPENED)).await;
        assert!(answer.body.is_empty());
        assert!(answer.headers.get("location").is_none());
        assert!(answer.headers.get("set-cookie").is_none());
        answer.status.as_u16()
    }

    async fn is_in(&mut self) -> bool {
        self.fetch("/").await.status == 200
    }

    fn cookie(&self, name: &str) -> &str {
        &self.cookies[name]
    }

    /// The path here of an address that an answer leads to.
    #[track_caller]
    fn path_of(&self, answer: &Answer) -> String {
        assert_eq!(answer.status, 303, "{}", answer.text());
        let location = answer.header("location");
        let path = location.strip_prefix(self.origin.as_str());
        let path = path.unwrap_or_else(|| panic!("elsewhere: {location}"));
        assert!(path.starts_with('/'), "elsewhere: {location}");
        path.to_owned()
    }

    /// Opens a page and signs in, with whoever is signed in in that browser, up to the way back.
    async fn come_back(&mut self, uri: &str, person: &mut Browser) -> String {
        let sent = self.open(uri).await;
        let led = person.get(&sign_in_path(&sent)).await;
        self.path_of(&led)
    }

    /// The same to the end: what the application's host sets, and where it leads.
    async fn sign_in(&mut self, uri: &str, person: &mut Browser) -> Answer {
        let back = self.come_back(uri, person).await;
        self.open(&back).await
    }
}

const SESSION: &str = "__Host-claviger-app";
const BEGUN: &str = "__Host-claviger-begun";

/// Our own page that an answer leads to.
#[track_caller]
fn sign_in_path(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{}", answer.text());
    let location = answer.header("location");
    let path = location.strip_prefix(ORIGIN).unwrap_or_default();
    assert!(
        path.starts_with("/forward-auth/sign-in?request="),
        "{location}"
    );
    path.to_owned()
}

async fn protect(house: &House, app: &Application, origins: &[&str]) {
    let change = ApplicationChange {
        protected_origins: Some(origins.iter().map(|it| (*it).to_owned()).collect()),
        ..ApplicationChange::default()
    };
    applications::change(house.identity(), COMMAND_LINE, app.object_id, &change)
        .await
        .unwrap();
}

/// An application behind the proxy, and somebody who is signed in here.
async fn begin(house: &House) -> (Application, Person) {
    let app = house.application("Wiki", &[]).await;
    protect(house, &app, &[WIKI]).await;
    let ada = house.administrator("ada").await;
    (app, ada)
}

/// The same, with a browser that the application lets in.
async fn begin_signed_in(house: &House) -> (Application, Person, Visitor) {
    let (app, mut ada) = begin(house).await;
    let mut wiki = Visitor::of(house, WIKI);
    wiki.sign_in("/", &mut ada.browser).await;
    assert!(wiki.is_in().await);
    (app, ada, wiki)
}

async fn assign(house: &House, app: &Application, whom: Id) -> Id {
    let (resource, role) = (app.principal_id, Id([0; 16]));
    applications::assign(house.identity(), COMMAND_LINE, whom, resource, role)
        .await
        .unwrap()
        .assignment_id
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert!(answer.text().contains(code), "{code}: {}", answer.text());
    assert!(answer.headers.get("location").is_none());
    assert!(answer.headers.get("remote-user").is_none());
}

#[test]
fn who_signs_in_comes_back_to_the_page_and_the_application_is_told() {
    behind_a_proxy(async |house| {
        let (_, mut ada) = begin(&house).await;
        ada.browser.sign_out().await.ok();
        let mut wiki = Visitor::of(&house, WIKI);
        let sent = wiki.open("/page?x=1&y=%2F").await;
        let path = sign_in_path(&sent);
        // Signing in leads back to the very address.
        let asked = ada.browser.get(&path).await;
        let page = asked.header("location").to_owned();
        assert!(page.starts_with("/sign-in?return="), "{page}");
        let back = oidc::form::Parameters::parse(page.trim_start_matches("/sign-in?").as_bytes());
        assert_eq!(back.unwrap().find("return"), Some(path.as_str()));
        assert_eq!(server::extract::return_path::accept(Some(&path)), path);
        ada.sign_in().await.ok();
        let led = ada.browser.get(&path).await;
        let callback = wiki.path_of(&led);
        assert!(
            callback.starts_with("/.claviger/callback?code="),
            "{callback}"
        );
        let opened = wiki.open(&callback).await;
        assert_eq!(wiki.path_of(&opened), "/page?x=1&y=%2F");
        let answer = wiki.open("/page?x=1&y=%2F").await;
        assert_eq!(answer.status, 200);
        assert!(answer.body.is_empty());
        assert_eq!(answer.header("remote-user"), "ada");
        assert_eq!(answer.header("remote-name"), ada.display_name);
        // Always there, so that the proxy overwrites what the browser sent.
        assert_eq!(answer.header("remote-email"), "");
        assert_eq!(answer.header("remote-groups"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.headers.get("set-cookie").is_none());
        // Neither the code nor the cookies are in the database, and the log knows who and what.
        let code = callback.split_once("code=").unwrap().1;
        for secret in [code, wiki.cookie(SESSION), wiki.cookie(BEGUN)] {
            assert!(secret.len() >= 43 && !house.holds(secret));
        }
        let records = house.run_sql("SELECT body FROM audit WHERE activity = 'application.opened'");
        assert_eq!(records.len(), 1);
        assert!(records[0].contains(WIKI), "{records:?}");
        // A second application asks nobody anything.
        let shop = house.application("Shop", &[]).await;
        protect(&house, &shop, &[SHOP]).await;
        let mut visitor = Visitor::of(&house, SHOP);
        let opened = visitor.sign_in("/", &mut ada.browser).await;
        assert_eq!(visitor.path_of(&opened), "/");
        assert!(visitor.is_in().await);
    });
}

#[test]
fn nginx_gets_a_yes_or_a_no() {
    behind_a_proxy(async |house| {
        let (_, mut ada) = begin(&house).await;
        let mut wiki = Visitor::of(&house, WIKI);
        assert_eq!(wiki.check("/").await, 401);
        let back = wiki.come_back("/", &mut ada.browser).await;
        // The way back is handled by the whole answer alone.
        assert_eq!(wiki.check(&back).await, 401);
        wiki.open(&back).await;
        assert_eq!(wiki.check("/").await, 200);
        for reserved in [back.as_str(), "/.claviger/sign-out", "/.claviger/x"] {
            assert_eq!(wiki.check(reserved).await, 401, "{reserved}");
        }
        let answer = wiki.send(wiki.question(CHECK, ("POST", "/"), &[])).await;
        assert_eq!(answer.header("remote-user"), "ada");
        let mut other = Visitor::of(&house, "https://unknown.example.org");
        assert_eq!(other.check("/").await, 403);
        let mut request = wiki.question(CHECK, ("GET", "/"), &[]);
        request.headers_mut().remove("x-forwarded-uri");
        assert_eq!(wiki.send(request).await.status, 403);
    });
}

/// A question comes with every picture: it is one question to the database, writes nothing, and no limit counts it.
#[test]
fn each_request_is_one_question_and_no_write() {
    behind_a_proxy(async |house| {
        let (_, _, mut wiki) = begin_signed_in(&house).await;
        let rows = house.count_rows();
        for _ in 0..300 {
            let request = wiki.question(ASK, ("GET", "/picture.png"), &[("accept", "image/*")]);
            let (answer, calls) = listen(wiki.send(request)).await;
            assert_eq!(answer.status, 200);
            assert_eq!(calls, ["forward_session.find_live"]);
        }
        assert_eq!(house.count_rows(), rows);
        // After ten minutes policy and assignment are asked once.
        house.advance(10 * MINUTE);
        let (answer, calls) = listen(wiki.fetch("/")).await;
        assert_eq!(answer.status, 200);
        assert!(
            calls.contains(&"forward_session.renew".to_owned()),
            "{calls:?}"
        );
        let (_, calls) = listen(wiki.fetch("/")).await;
        assert_eq!(calls, ["forward_session.find_live"]);
    });
}

/// Scripts, forms, pictures and sockets can't sign anybody in: they are told so, and led nowhere.
#[test]
fn only_who_opens_a_page_is_led_to_sign_in() {
    behind_a_proxy(async |house| {
        begin(&house).await;
        let mut wiki = Visitor::of(&house, WIKI);
        let answer = wiki.fetch("/api").await;
        refused(&answer, 401, "forward_auth.signed_out");
        assert_eq!(answer.code(), "forward_auth.signed_out");
        assert!(answer.headers.get("set-cookie").is_none());
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "HEAD"] {
            let answer = wiki.send(wiki.question(ASK, (method, "/"), &OPENED)).await;
            refused(&answer, 401, "forward_auth.signed_out");
        }
        let socket = [
            OPENED[0],
            ("upgrade", "websocket"),
            ("sec-websocket-key", "x"),
        ];
        let answer = wiki.send(wiki.question(ASK, ("GET", "/"), &socket)).await;
        refused(&answer, 401, "forward_auth.signed_out");
        // A page says so to people, in their language, with nothing of ours that would not load there.
        let frame = [
            OPENED[0],
            OPENED[1],
            ("sec-fetch-dest", "iframe"),
            ("accept-language", "de"),
        ];
        let answer = wiki.send(wiki.question(ASK, ("GET", "/"), &frame)).await;
        refused(&answer, 401, "forward_auth.signed_out");
        assert!(answer.text().contains("lang=\"de\""));
        assert!(!answer.text().contains("/assets/"));
    });
}

#[test]
fn two_tabs_both_come_back() {
    behind_a_proxy(async |house| {
        let (_, mut ada) = begin(&house).await;
        let mut wiki = Visitor::of(&house, WIKI);
        let first = wiki.open("/first").await;
        let second = wiki.open("/second").await;
        for (sent, uri) in [(second, "/second"), (first, "/first")] {
            let led = ada.browser.get(&sign_in_path(&sent)).await;
            let opened = wiki.open(&wiki.path_of(&led)).await;
            assert_eq!(wiki.path_of(&opened), uri);
            assert!(wiki.is_in().await);
        }
        // The second cookie took the place of the first.
        assert_eq!(house.run_sql("SELECT origin FROM forward_session").len(), 1);
    });
}

#[test]
fn every_node_lets_in_whom_one_let_in() {
    behind_a_proxy(async |mut house: House| {
        let second = house.add_node().await;
        let (_, mut ada) = begin(&house).await;
        let mut wiki = Visitor::of(&house, WIKI);
        let mut elsewhere = Visitor::at(&house, second, WIKI);
        let sent = wiki.open("/").await;
        let path = sign_in_path(&sent);
        let mut moved = house.moved_to(&ada.browser, second);
        let led = moved.get(&path).await;
        elsewhere.cookies = wiki.cookies.clone();
        elsewhere.open(&wiki.path_of(&led)).await;
        wiki.cookies = elsewhere.cookies.clone();
        assert!(wiki.is_in().await && elsewhere.is_in().await);
        ada.browser.sign_out().await.ok();
        assert!(!wiki.is_in().await && !elsewhere.is_in().await);
    });
}
