//! Programs are told what happens to people's accounts, signed (<https://www.standardwebhooks.com>).

use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{any, post};
use data_encoding::BASE64;
use identity::{DAY, HOUR, SECOND, outbox, webhooks};
use server::outbound::{Outbound, PrivateAddresses};
use server::webhooks::Herald;
use tokio::net::TcpListener;

use super::*;

/// A call as it came.
struct Called {
    headers: HeaderMap,
    body: String,
}

/// A program on loopback that keeps what it is told.
struct Program {
    url: String,
    status: Arc<Mutex<u16>>,
    called: Arc<Mutex<Vec<Called>>>,
}

impl Program {
    async fn open() -> Program {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/told", listener.local_addr().unwrap());
        let (status, called) = (Arc::new(Mutex::new(204)), Arc::<Mutex<Vec<_>>>::default());
        let (answer, kept) = (status.clone(), called.clone());
        let take = move |headers: HeaderMap, body: Bytes| async move {
            let body = String::from_utf8(body.to_vec()).unwrap();
            kept.lock().unwrap().push(Called { headers, body });
            let status = StatusCode::from_u16(*answer.lock().unwrap()).unwrap();
            (status, [("location", "/elsewhere")])
        };
        let router = Router::new()
            .route("/told", post(take.clone()))
            .route("/elsewhere", any(take));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Program {
            url,
            status,
            called,
        }
    }

    fn answer(&self, status: u16) {
        *self.status.lock().unwrap() = status;
    }

    fn take(&self) -> Vec<Called> {
        std::mem::take(&mut self.called.lock().unwrap())
    }
}

impl Called {
    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// As whoever has the secret checks it.
    fn verify(&self, secret: &str) -> Value {
        let key = BASE64
            .decode(secret.strip_prefix("whsec_").unwrap().as_bytes())
            .unwrap();
        let (id, time) = (self.header("webhook-id"), self.header("webhook-timestamp"));
        let signed = format!("{id}.{time}.{}", self.body);
        let signature = self
            .header("webhook-signature")
            .strip_prefix("v1,")
            .unwrap();
        let signature = BASE64.decode(signature.as_bytes()).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &key);
        hmac::verify(&key, signed.as_bytes(), &signature).unwrap();
        assert_eq!(self.header("content-type"), "application/json");
        serde_json::from_str(&self.body).unwrap()
    }
}

fn herald(private: PrivateAddresses) -> Herald {
    Herald::new(&Outbound::new(private).unwrap())
}

async fn call_at(identity: &Identity) {
    let herald = herald(PrivateAddresses::Allowed);
    while herald.step(identity).await.unwrap() > 0 {}
}

async fn call(house: &House) {
    call_at(house.identity()).await;
}

async fn add(house: &House, program: &Program) -> (Id, String) {
    let added = webhooks::add(house.identity(), "test", &program.url).await;
    let (view, secret) = added.unwrap();
    (view.webhook_id, secret)
}

fn one_call(program: &Program) -> Called {
    let [called] = <[Called; 1]>::try_from(program.take()).ok().unwrap();
    called
}

fn waiting_calls(house: &House) -> usize {
    house
        .run_sql("SELECT topic FROM outbox WHERE kind IN ('event', 'webhook')")
        .len()
}

/// Kind, cause and person of what could not be told.
async fn uncalled(house: &House) -> Vec<(String, Option<String>, Option<String>)> {
    let listed = webhooks::list_undelivered(house.identity(), COMMAND_LINE).await;
    let over = listed.unwrap().into_iter().filter(|it| it.is_over);
    over.map(|it| (it.topic, it.cause, it.user_name)).collect()
}

#[test]
fn each_program_is_told_by_its_own_signature() {
    in_each_house(async |house| {
        let (_, _, _, id) = with_bob(&house).await;
        assert_eq!(waiting_calls(&house), 0, "nobody listens");
        let programs = [Program::open().await, Program::open().await];
        let mut secrets = Vec::new();
        for program in &programs {
            secrets.push(add(&house, program).await.1);
        }
        assert_ne!(secrets[0], secrets[1]);
        assert!(!house.holds(secrets[0].strip_prefix("whsec_").unwrap()));
        make_pass(&house, id).await;
        assert!(!house.holds("expires_at\":"), "security 37: it is sealed");
        call(&house).await;
        for (program, secret) in programs.iter().zip(&secrets) {
            let called = one_call(program);
            let told = called.verify(secret);
            assert_eq!(told["type"], "pass.issued");
            assert_eq!(told["timestamp"], "2026-11-21T09:00:00Z");
            assert_eq!(told["data"]["userId"], json!(id.to_string()));
            assert_eq!(told["data"]["userName"], "bob");
            assert_eq!(told["data"]["expiresAt"], "2026-11-21T10:00:00Z");
            assert_eq!(told["data"].as_object().unwrap().len(), 3, "{told}");
            assert!(!called.body.contains("not-me"));
            let seconds = (house.now() / SECOND).to_string();
            assert_eq!(called.header("webhook-timestamp"), seconds);
        }
        assert_eq!(waiting_calls(&house), 0, "and wiped");
        call(&house).await;
        assert!(programs.iter().all(|program| program.take().is_empty()));
    });
}

#[test]
fn what_happens_is_told_with_its_name_and_who_did_it() {
    in_each_house(async |house| {
        let (_, _, mut bob, id) = with_bob(&house).await;
        let program = Program::open().await;
        let (_, secret) = add(&house, &program).await;
        let offer = bob.browser.begin_add().await;
        let response = bob.browser.create(&mut Device::synced(), &offer);
        let added = bob.browser.finish_add(&offer, &response).await.ok();
        call(&house).await;
        let told = one_call(&program).verify(&secret);
        assert_eq!(told["type"], "passkey.added");
        assert_eq!(told["data"]["passkey"], added["name"]);
        assert_eq!(told["data"]["by"], "owner");
        let passkey = added["passkeyId"].as_str().unwrap();
        methods::delete(house.identity(), COMMAND_LINE, id, passkey)
            .await
            .unwrap();
        roles::assign(house.identity(), COMMAND_LINE, Role::UserAdministrator, id)
            .await
            .unwrap();
        call(&house).await;
        let told: Vec<Value> = program.take().iter().map(|it| it.verify(&secret)).collect();
        let find = |kind: &str| told.iter().find(|it| it["type"] == kind).unwrap();
        assert_eq!(find("passkey.removed")["data"]["by"], "administrator");
        assert_eq!(find("role.granted")["data"]["role"], "User Administrator");
        assert_eq!(told.len(), 2);
        // What did not happen is told to nobody.
        let again = bob.browser.finish_add(&offer, &response).await;
        assert_ne!(again.status, 200);
        assert_eq!(waiting_calls(&house), 0);
    });
}

#[test]
fn a_call_that_fails_comes_again_under_its_own_id() {
    in_each_house(async |house| {
        let (_, _, _, id) = with_bob(&house).await;
        let program = Program::open().await;
        let (webhook, secret) = add(&house, &program).await;
        program.answer(500);
        make_pass(&house, id).await;
        call(&house).await;
        // Not before its time.
        call(&house).await;
        assert_eq!(program.called.lock().unwrap().len(), 1);
        house.advance(SECOND);
        // Where that leads is not asked.
        program.answer(307);
        call(&house).await;
        house.advance(5 * SECOND);
        program.answer(200);
        call(&house).await;
        let called = program.take();
        assert_eq!(called.len(), 3);
        let bodies: Vec<Value> = called.iter().map(|it| it.verify(&secret)).collect();
        assert!(bodies.iter().all(|body| *body == bodies[0]));
        let all = |name| called.iter().map(move |it| it.header(name));
        assert!(all("webhook-id").all(|it| it == called[0].header("webhook-id")));
        let times: Vec<i64> = all("webhook-timestamp")
            .map(|it| it.parse().unwrap())
            .collect();
        assert_eq!((times[1] - times[0], times[2] - times[1]), (1, 5));
        assert_eq!(waiting_calls(&house), 0);
        let told = records(&house, "webhook.failed");
        assert_eq!((told.len(), told[0]["status"].clone()), (1, json!(500)));
        assert_eq!(told[0]["webhook"], json!(webhook.to_string()));
    });
}

#[test]
fn a_trial_says_nothing_and_who_is_removed_is_told_nothing() {
    in_each_house(async |house| {
        let (_, _, _, id) = with_bob(&house).await;
        let program = Program::open().await;
        let (webhook, secret) = add(&house, &program).await;
        let recipient = webhooks::find(house.identity(), webhook).await.unwrap();
        assert!(!format!("{recipient:?}").contains("127.0.0.1"));
        let caller = herald(PrivateAddresses::Allowed);
        caller.try_out(house.identity(), &recipient).await.unwrap();
        let trial = one_call(&program).verify(&secret);
        assert_eq!(
            (&trial["type"], &trial["data"]),
            (&json!("trial"), &json!({}))
        );
        program.answer(404);
        let refused = caller.try_out(house.identity(), &recipient).await;
        assert!(refused.unwrap_err().contains("404"));
        program.take();
        make_pass(&house, id).await;
        webhooks::remove(house.identity(), "test", webhook)
            .await
            .unwrap();
        call(&house).await;
        assert_eq!((program.take().len(), waiting_calls(&house)), (0, 0));
        for missing in [webhook, Id([9; 16])] {
            let again = webhooks::remove(house.identity(), "test", missing).await;
            assert_eq!(again.unwrap_err().code.id, "webhook.missing");
        }
        let found = webhooks::find(house.identity(), webhook).await;
        assert_eq!(found.unwrap_err().code.id, "webhook.missing");
        for word in ["organisation.webhook_added", "organisation.webhook_removed"] {
            let told = records(&house, word);
            assert_eq!(told.len(), 1);
            // Its address may hold a secret.
            assert!(!told[0].to_string().contains("127.0.0.1"));
        }
    });
}

#[test]
fn security_31_no_webhook_leads_into_the_operators_network() {
    in_each_house(async |house| {
        let (_, _, bob, id) = with_bob(&house).await;
        let program = Program::open().await;
        add(&house, &program).await;
        make_pass(&house, id).await;
        let careful = herald(PrivateAddresses::Refused);
        assert_eq!(careful.step(house.identity()).await.unwrap(), 1);
        assert!(program.take().is_empty());
        let told = records(&house, "webhook.failed");
        assert_eq!(told[0]["cause"], "private_address");
        // Who may not read the logs reads no such list.
        let session = house.session(&bob.browser).await;
        let caller = house.caller();
        let listed = webhooks::list_undelivered(house.identity(), Actor::Person(&caller, &session));
        assert_eq!(listed.await.unwrap_err().code.id, "role.insufficient");
        house.advance(DAY - 1);
        let none = outbox::give_up_calls(house.identity()).await.unwrap();
        assert_eq!(none.messages, 0);
        house.advance(1);
        let given_up = outbox::give_up_calls(house.identity()).await.unwrap();
        assert_eq!((given_up.messages, given_up.alerts), (1, 1));
        let alerts = records(&house, "alert.webhook_undelivered");
        assert_eq!(alerts.len(), 1);
        assert_eq!(alerts[0]["alert"], true);
        assert_eq!(waiting_calls(&house), 0);
        let (topic, cause, name) = ("pass_issued", "given_up", "bob");
        let expected = [(
            topic.to_owned(),
            Some(cause.to_owned()),
            Some(name.to_owned()),
        )];
        assert_eq!(uncalled(&house).await, expected);
        let left = "SELECT CAST(length(payload) AS TEXT) FROM outbox WHERE kind = 'uncalled'";
        assert_eq!(house.run_sql(left), ["0"]);
        house.advance(29 * DAY);
        identity::tenant::tick_minute(house.identity())
            .await
            .unwrap();
        assert!(uncalled(&house).await.is_empty());
    });
}

#[test]
fn who_fails_is_left_alone_ever_longer_and_holds_up_nobody() {
    in_each_house(async |house| {
        let (_, _, _, id) = with_bob(&house).await;
        let (failing, sound) = (Program::open().await, Program::open().await);
        add(&house, &failing).await;
        add(&house, &sound).await;
        failing.answer(503);
        for _ in 0..12 {
            make_pass(&house, id).await;
        }
        call(&house).await;
        assert_eq!(sound.take().len(), 12);
        let mut tried = failing.take().len();
        assert!(tried <= 4, "{tried}");
        for _ in 0..120 {
            house.advance(SECOND);
            call(&house).await;
        }
        tried = failing.take().len();
        assert!((4..=8).contains(&tried), "{tried} tries in two minutes");
        failing.answer(204);
        for _ in 0..4 {
            house.advance(HOUR);
            call(&house).await;
        }
        assert_eq!(failing.take().len(), 12);
    });
}

#[test]
fn two_nodes_call_once() {
    in_each_house(async |mut house: House| {
        house.add_node().await;
        let (_, _, _, id) = with_bob(&house).await;
        let program = Program::open().await;
        add(&house, &program).await;
        for _ in 0..12 {
            make_pass(&house, id).await;
        }
        while waiting_calls(&house) > 0 {
            let work = [0, 1, 0, 1].map(|node| {
                let identity = house.identity_at(node).clone();
                async move { call_at(&identity).await }
            });
            crate::at_once(work.into_iter().collect()).await;
        }
        let called = program.take();
        let mut ids: Vec<&str> = called.iter().map(|it| it.header("webhook-id")).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((called.len(), ids.len()), (12, 12));
    });
}

#[test]
fn there_are_not_endless_webhooks() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let url = "https://siem.example.org/";
        for _ in 0..20 {
            webhooks::add(house.identity(), "test", url).await.unwrap();
        }
        let refused = webhooks::add(house.identity(), "test", url).await;
        assert_eq!(refused.unwrap_err().code.id, "webhook.unfit");
        assert_eq!(webhooks::list(house.identity()).await.unwrap().len(), 20);
    });
}
