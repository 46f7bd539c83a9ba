//! The ways back in that time or somebody else confirms (security 17, 19, 20, 21, 22).

mod attacks;

use identity::enrolment::By;
use identity::mail::{self, MailSettings, Security};
use identity::notices::Notice;
use identity::outbox::{self, Letter, Sent, Settled};
use identity::people::{self, PersonChange};
use identity::policies::profiles::{State, Target};
use identity::policies::{self, RecoveryCodes, RecoveryPolicy, Rung};
use identity::recovery::approval::{self, Looked};
use identity::recovery::mail::tell_ready;
use identity::roles::{self, Role};
use identity::{Actor, DAY, HOUR, Id, MINUTE, SECOND, access_pass, enrolment, tenant};
use serde_json::{Value, json};
use testkit::{Answer, Browser, Device, House, Offer, Person};

use crate::{at_once, brief, count, in_each_house};

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };
const WAIT: i64 = 24 * HOUR;

async fn turn_on(house: &House, rungs: &[Rung]) {
    let mut policy = RecoveryPolicy::default();
    for rung in rungs {
        policy.rungs.of_mut(*rung).state = State::Enabled;
    }
    policies::save_method_policy::<RecoveryCodes>(house.identity(), COMMAND_LINE, None, &policy)
        .await
        .unwrap();
}

/// Lets time pass, and the first node do what a minute does.
async fn pass(house: &House, by: i64) {
    house.advance(by);
    tenant::tick_minute(house.identity()).await.unwrap();
}

async fn set_address(house: &House, name: &str, address: &str) -> Id {
    let person = house.find(name).await.person_id;
    let change = PersonChange {
        mail: Some(Some(address.to_owned())),
        ..PersonChange::default()
    };
    people::update(house.identity(), COMMAND_LINE, person, None, &change)
        .await
        .unwrap();
    person
}

/// Everything that waits for the post, taken.
async fn letters(house: &House) -> Vec<Letter> {
    let mut taken = Vec::new();
    loop {
        let mail = outbox::take_due_notices(house.identity()).await.unwrap();
        if mail.dispatches.is_empty() && mail.unaddressed == 0 {
            return taken;
        }
        for dispatch in mail.dispatches {
            taken.push(dispatch.letter.clone());
            outbox::finish_notice(
                house.identity(),
                dispatch,
                Sent::Delivered,
                Settled::default(),
            )
            .await
            .unwrap();
        }
    }
}

fn topics(letters: &[Letter]) -> Vec<&'static str> {
    letters.iter().map(|it| it.notice.topic()).collect()
}

/// Ada administers; Bob has a passkey, Carla is his manager, and all of it is a week old. Nothing waits for the post.
async fn with_bob(house: &House, rungs: &[Rung]) -> (Person, Person, Person) {
    let mut ada = house.administrator("ada").await;
    let bob = house.person(&mut ada, "bob").await;
    let carla = house.person(&mut ada, "carla").await;
    set_address(house, "ada", "ada@example.org").await;
    let id = set_address(house, "bob", "bob@example.org").await;
    let manager = set_address(house, "carla", "carla@example.org").await;
    people::set_manager(house.identity(), COMMAND_LINE, id, Some(manager))
        .await
        .unwrap();
    let settings = MailSettings::new(
        "localhost",
        Some(25),
        Security::Plain,
        "no-reply@example.org",
        None,
        None,
    );
    mail::set(house.identity(), "test", &settings.unwrap())
        .await
        .unwrap();
    turn_on(house, rungs).await;
    pass(house, 7 * DAY + SECOND).await;
    letters(house).await;
    (ada, bob, carla)
}

async fn ask(browser: &mut Browser, way: &str, name: &str) -> Answer {
    let body = json!({ "name": name });
    browser.post(&format!("/recover/{way}"), body).await
}

async fn state(browser: &mut Browser) -> Value {
    browser.post("/recover/request/state", json!({})).await.ok()
}

async fn open(browser: &mut Browser, token: &str) -> Answer {
    let body = json!({ "token": token });
    browser.post("/recover/letter/open", body).await
}

async fn begin(browser: &mut Browser, request: &Value) -> Answer {
    let body = json!({ "token": request });
    browser.post("/recover/request/begin", body).await
}

async fn finish(browser: &mut Browser, device: &mut Device, begun: &Value) -> Answer {
    let response = browser.create(device, &Offer::of(begun));
    let body = json!({ "state": begun["state"], "response": response });
    browser.post("/recover/request/finish", body).await
}

/// The token of the one letter that waits.
async fn letter_token(house: &House) -> String {
    let letters = letters(house).await;
    assert_eq!(topics(&letters), ["recovery_letter"]);
    let url = letters[0].way_in.clone().unwrap();
    assert_eq!(letters[0].addresses, ["bob@example.org"]);
    url.split_once("/recover/letter#").unwrap().1.to_owned()
}

/// A browser in which the waiting time began.
async fn waiting(house: &House) -> (Browser, String) {
    let mut browser = house.browser();
    ask(&mut browser, "mail", "bob").await.ok();
    let token = letter_token(house).await;
    let opened = open(&mut browser, &token).await.ok();
    assert_eq!(opened["kind"], "waiting");
    (browser, token)
}

fn bobs_passkeys(house: &House, proof: &str) -> usize {
    let found = format!(
        "SELECT created_proof FROM credential WHERE created_proof = '{proof}' AND recovered_at > 0"
    );
    house.run_sql(&found).len()
}

/// What the page of the code says to this person, after they proved who is there.
async fn since(person: &mut Person, house: &House, code: &str) -> Option<String> {
    let session = house.session(&person.browser).await;
    let looked = approval::look(house.identity(), &session, code, None).await;
    match looked.unwrap() {
        Looked::Confirm { return_path } => {
            let (_, since) = return_path.split_once("&since=").unwrap();
            Some(since.to_owned())
        }
        Looked::Unknown => None,
        Looked::Ask(_) => panic!("nobody proved anything since the code was seen"),
    }
}

async fn decide(person: &mut Person, (code, since): (&str, &str), decision: &str) -> Answer {
    let body = json!({ "code": code, "since": since, "decision": decision });
    person.browser.post("/approve/decide", body).await
}

async fn approve(person: &mut Person, house: &House, code: &str) -> Answer {
    let since = since(person, house, code).await.expect("a code that waits");
    person.reauthenticate().await.ok();
    decide(person, (code, &since), "allow").await
}

async fn sign_in(house: &House, person: &mut Person) {
    person.browser = house.browser();
    person.sign_in().await.ok();
}

#[test]
fn a_letter_and_a_day_later_give_one_passkey() {
    in_each_house(async |mut house| {
        let (_, mut bob, _) = with_bob(&house, &[Rung::Mail]).await;
        let second = house.add_node().await;
        let mut browser = house.browser();
        let page = browser.get("/recover").await.text();
        assert!(page.contains("mail-form") && !page.contains("manager-form"));
        ask(&mut browser, "mail", "bob").await.ok();
        assert_eq!(state(&mut browser).await["kind"], "none");
        let token = letter_token(&house).await;
        assert!(!house.holds(&token), "its hash alone is stored");
        // Programs that open links do nothing.
        assert_eq!(browser.get("/recover/letter").await.status, 200);
        assert!(letters(&house).await.is_empty());
        for bad in ["", "AAAA", &token[1..], &"A".repeat(43)] {
            open(&mut browser, bad)
                .await
                .refused(410, "recovery.request_unusable");
        }
        let opened = open(&mut browser, &token).await.ok();
        assert_eq!(opened["kind"], "waiting");
        assert_eq!(topics(&letters(&house).await), ["recovery_waiting"]);
        // Opened again it begins nothing anew.
        pass(&house, HOUR).await;
        open(&mut browser, &token).await.ok();
        assert!(letters(&house).await.is_empty());
        sign_in(&house, &mut bob).await;
        let page = bob.browser.get("/security-info").await.text();
        assert!(page.contains("data-cancel-recovery"));
        // The time runs by the clock of all nodes.
        pass(&house, WAIT - HOUR - SECOND).await;
        let mut there = house.moved_to(&browser, second);
        assert_eq!(state(&mut there).await["kind"], "waiting");
        assert_eq!(tell_ready(house.identity()).await.unwrap(), 0);
        pass(&house, SECOND).await;
        tenant::tick_minute(house.identity_at(second))
            .await
            .unwrap();
        let ready = state(&mut there).await;
        assert_eq!(ready["kind"], "ready");
        assert_eq!(tell_ready(house.identity()).await.unwrap(), 1);
        assert_eq!(tell_ready(house.identity_at(second)).await.unwrap(), 0);
        assert_eq!(topics(&letters(&house).await), ["recovery_ready"]);
        // Somebody else's browser has nothing by its name.
        let mut thief = house.browser();
        begin(&mut thief, &ready["request"])
            .await
            .refused(410, "recovery.request_unusable");
        // Who has the letter goes on elsewhere; then the first browser does not.
        let mut elsewhere = house.browser_at(second);
        assert_eq!(open(&mut elsewhere, &token).await.ok()["kind"], "ready");
        begin(&mut browser, &ready["request"])
            .await
            .refused(410, "recovery.request_unusable");
        let begun = begin(&mut elsewhere, &ready["request"]).await.ok();
        assert_eq!(begun["userName"], "bob");
        let mut device = Device::synced();
        finish(&mut elsewhere, &mut device, &begun).await.ok();
        assert!(!elsewhere.has_session());
        assert_eq!(bobs_passkeys(&house, "recovery_mail"), 1);
        assert_eq!(topics(&letters(&house).await), ["recovery_finished"]);
        elsewhere.sign_in(&mut device).await.ok();
        // Once.
        open(&mut elsewhere, &token)
            .await
            .refused(410, "recovery.request_unusable");
        begin(&mut elsewhere, &ready["request"])
            .await
            .refused(410, "recovery.request_unusable");
    });
}

#[test]
fn before_its_time_it_gives_nothing_and_afterwards_not_for_ever() {
    in_each_house(async |house| {
        with_bob(&house, &[Rung::Mail]).await;
        let (mut browser, token) = waiting(&house).await;
        let found = house.identity();
        let request = house.run_sql("SELECT status FROM recovery_request WHERE status = 'open'");
        assert_eq!(request.len(), 1);
        pass(&house, WAIT).await;
        let request = state(&mut browser).await["request"].clone();
        // Whoever set their own clock back meets the server's.
        pass(&house, -SECOND).await;
        begin(&mut browser, &request)
            .await
            .refused(403, "recovery.request_waits");
        pass(&house, 3 * DAY + SECOND).await;
        assert_eq!(state(&mut browser).await["kind"], "none");
        begin(&mut browser, &request)
            .await
            .refused(410, "recovery.request_unusable");
        open(&mut browser, &token)
            .await
            .refused(410, "recovery.request_unusable");
        // A letter that nobody opens for a day.
        letters(&house).await;
        ask(&mut browser, "mail", "bob").await.ok();
        let token = letter_token(&house).await;
        pass(&house, DAY).await;
        open(&mut browser, &token)
            .await
            .refused(410, "recovery.request_unusable");
        // What enrolment takes is no code or pass.
        let told = enrolment::begin(found, &house.caller(), By::Request, "").await;
        assert_eq!(told.unwrap_err().code.id, "recovery.request_unusable");
    });
}

#[test]
fn security_20_every_name_is_answered_alike() {
    in_each_house(async |house| {
        let (mut ada, _, _) = with_bob(&house, &[Rung::Mail, Rung::Manager]).await;
        sign_in(&house, &mut ada).await;
        house.invite(&mut ada, "newcomer").await;
        letters(&house).await;
        let mut browser = house.browser();
        let mut told = Vec::new();
        let names = ["nobody", "ada", "newcomer", "", "\u{202e}", "bob"];
        for name in names {
            let answer = ask(&mut browser, "mail", name).await;
            told.push((answer.status, answer.ok()));
        }
        told.dedup();
        assert_eq!(told.len(), 1, "{told:?}");
        // Only Bob has a way: Ada holds a role, and a first passkey comes otherwise.
        letter_token(&house).await;
        for name in names {
            let mut browser = house.browser();
            let code = ask(&mut browser, "manager", name).await.ok();
            assert_eq!(code["code"].as_str().unwrap().len(), 9);
            assert_eq!(state(&mut browser).await["kind"], "asked", "{name}");
        }
        let told = letters(&house).await;
        assert_eq!(topics(&told), ["recovery_asked"]);
        assert_eq!(told[0].addresses, ["carla@example.org"]);
        for body in house.run_sql("SELECT body FROM audit WHERE activity = 'recovery.refused'") {
            assert!(!body.contains("nobody"), "{body}");
        }
        browser
            .post("/recover/mail", json!({ "name": ["bob"] }))
            .await
            .refused(400, "request.malformed");
    });
}

#[test]
fn security_22_letters_are_few() {
    in_each_house(async |house| {
        with_bob(&house, &[Rung::Mail]).await;
        let mut sent = 0;
        for number in 0..12 {
            let mut browser = house.browser();
            browser.address = "198.51.100.7:4711".parse().unwrap();
            let answer = ask(&mut browser, "mail", "bob").await;
            assert_eq!(answer.status.as_u16(), if number < 10 { 200 } else { 429 });
            sent += letters(&house).await.len();
        }
        assert_eq!(sent, 3);
    });
}

#[test]
fn security_17_who_was_given_a_role_comes_back_no_more() {
    in_each_house(async |house| {
        let (_, bob, _) = with_bob(&house, &[Rung::Mail]).await;
        let id = Id::parse(&bob.person_id).unwrap();
        let (mut browser, _) = waiting(&house).await;
        pass(&house, WAIT).await;
        let request = state(&mut browser).await["request"].clone();
        let begun = begin(&mut browser, &request).await.ok();
        roles::assign(house.identity(), COMMAND_LINE, Role::UserAdministrator, id)
            .await
            .unwrap();
        finish(&mut browser, &mut Device::synced(), &begun)
            .await
            .refused(410, "recovery.request_unusable");
        letters(&house).await;
        ask(&mut browser, "mail", "bob").await.ok();
        assert!(letters(&house).await.is_empty());
        assert_eq!(bobs_passkeys(&house, "recovery_mail"), 0);
    });
}

#[test]
fn security_17_addresses_and_managers_of_this_week_do_not_count() {
    in_each_house(async |house| {
        let (_, bob, mut carla) = with_bob(&house, &[Rung::Mail, Rung::Manager]).await;
        let id = Id::parse(&bob.person_id).unwrap();
        // Under way when the address changes.
        let (mut browser, token) = waiting(&house).await;
        set_address(&house, "bob", "thief@example.net").await;
        letters(&house).await;
        pass(&house, WAIT).await;
        assert_eq!(
            open(&mut browser, &token)
                .await
                .refused(410, "recovery.request_unusable")["detail"],
            "recovery.channel"
        );
        ask(&mut browser, "mail", "bob").await.ok();
        assert!(letters(&house).await.is_empty());
        // And the manager.
        let ada = house.find("ada").await.person_id;
        people::set_manager(house.identity(), COMMAND_LINE, id, Some(ada))
            .await
            .unwrap();
        let manager = house.find("carla").await.person_id;
        people::set_manager(house.identity(), COMMAND_LINE, id, Some(manager))
            .await
            .unwrap();
        let code = ask(&mut browser, "manager", "bob").await.ok();
        assert!(letters(&house).await.is_empty());
        sign_in(&house, &mut carla).await;
        let code = code["code"].as_str().unwrap();
        assert_eq!(since(&mut carla, &house, code).await, None);
    });
}

#[test]
fn whoever_owns_the_account_can_end_it() {
    in_each_house(async |house| {
        let (_, mut bob, _) = with_bob(&house, &[Rung::Mail]).await;
        let id = Id::parse(&bob.person_id).unwrap();
        let identity = house.identity();
        for ending in 0..5 {
            pass(&house, DAY).await;
            let (mut browser, token) = waiting(&house).await;
            let told = letters(&house).await;
            assert_eq!(topics(&told), ["recovery_waiting"]);
            match ending {
                0 => {
                    sign_in(&house, &mut bob).await;
                    bob.browser
                        .post("/security-info/recovery/cancel", json!({}))
                        .await
                        .ok();
                }
                1 => people::end_sessions(identity, COMMAND_LINE, id)
                    .await
                    .map(drop)
                    .unwrap(),
                2 => {
                    people::disable(identity, COMMAND_LINE, id).await.unwrap();
                    people::enable(identity, COMMAND_LINE, id).await.unwrap();
                }
                3 => {
                    let (_, token) = told[0].link.as_ref().unwrap().split_once('#').unwrap();
                    let mut reader = house.browser();
                    let body = json!({ "token": token });
                    reader.post("/not-me", body.clone()).await.ok();
                    let again = reader.post("/not-me", body).await;
                    assert_eq!(again.status, 410, "it works once");
                }
                _ => turn_on(&house, &[]).await,
            }
            pass(&house, WAIT).await;
            let told = open(&mut browser, &token).await;
            assert!([403, 410].contains(&told.status.as_u16()), "{ending}");
            let request = state(&mut browser).await["request"].clone();
            if request.is_string() {
                let told = begin(&mut browser, &request).await;
                assert!([403, 410].contains(&told.status.as_u16()), "{ending}");
            }
        }
        assert_eq!(bobs_passkeys(&house, "recovery_mail"), 0);
    });
}

#[test]
fn of_many_at_once_on_two_nodes_one_gets_a_passkey() {
    in_each_house(async |mut house| {
        with_bob(&house, &[Rung::Mail]).await;
        house.add_node().await;
        let (mut browser, token) = waiting(&house).await;
        letters(&house).await;
        pass(&house, WAIT).await;
        tenant::tick_minute(house.identity_at(1)).await.unwrap();
        open(&mut browser, &token).await.ok();
        let request = state(&mut browser).await["request"].clone();
        let mut tries = Vec::new();
        for number in 0..6 {
            let mut browser = house.moved_to(&browser, number % 2);
            let begun = begin(&mut browser, &request).await.ok();
            tries.push(async move { finish(&mut browser, &mut Device::synced(), &begun).await });
        }
        let answers = at_once(tries).await;
        assert_eq!(count(&answers, 200), 1, "{:?}", brief(&answers));
        assert_eq!(bobs_passkeys(&house, "recovery_mail"), 1);
    });
}

#[test]
fn security_10_a_restore_voids_what_waits() {
    in_each_house(async |house| {
        with_bob(&house, &[Rung::Mail]).await;
        let (_, token) = waiting(&house).await;
        let restored = house.restored().await;
        restored.advance(WAIT);
        let mut browser = restored.browser();
        open(&mut browser, &token)
            .await
            .refused(410, "recovery.request_unusable");
    });
}

#[test]
fn security_19_the_manager_says_yes_by_a_passkey() {
    in_each_house(async |mut house| {
        let (mut ada, mut bob, mut carla) = with_bob(&house, &[Rung::Manager]).await;
        let second = house.add_node().await;
        let mut browser = house.browser();
        let asked = ask(&mut browser, "manager", "bob").await.ok();
        let code = asked["code"].as_str().unwrap().to_owned();
        let told = letters(&house).await;
        assert_eq!(topics(&told), ["recovery_asked"]);
        assert!(matches!(&told[0].notice, Notice::RecoveryAsked { .. }));
        for person in [&mut ada, &mut bob, &mut carla] {
            sign_in(&house, person).await;
        }
        // Nobody else's to say, not even the person's.
        for person in [&mut ada, &mut bob] {
            assert_eq!(since(person, &house, &code).await, None);
        }
        let page = carla.browser.get("/security-info").await.text();
        assert!(page.contains("href=\"/approve\""));
        assert!(!page.contains(&code), "the person says it");
        pass(&house, MINUTE).await;
        let mark = since(&mut carla, &house, &code).await.unwrap();
        for (code, mark) in [(code.as_str(), mark.as_str()), (code.as_str(), "")] {
            decide(&mut carla, (code, mark), "allow")
                .await
                .refused(403, "session.not_fresh");
        }
        decide(&mut carla, ("BBBB-BBBB", &mark), "allow")
            .await
            .refused(404, "recovery.request_unknown");
        carla.reauthenticate().await.ok();
        let page = carla
            .browser
            .get(&format!("/approve?code={code}&since={mark}"))
            .await
            .text();
        assert!(
            page.contains(&code) && page.contains("network 198.51"),
            "{page}"
        );
        decide(&mut carla, (&code, &mark), "allow").await.ok();
        decide(&mut carla, (&code, &mark), "allow")
            .await
            .refused(404, "recovery.request_unknown");
        assert_eq!(topics(&letters(&house).await), ["recovery_begun"]);
        let mut there = house.moved_to(&browser, second);
        let ready = state(&mut there).await;
        assert_eq!(ready["kind"], "ready");
        begin(&mut house.browser(), &ready["request"])
            .await
            .refused(410, "recovery.request_unusable");
        let begun = begin(&mut there, &ready["request"]).await.ok();
        // A manager who is not any more what they were.
        let manager = Id::parse(&carla.person_id).unwrap();
        people::disable(house.identity(), COMMAND_LINE, manager)
            .await
            .unwrap();
        finish(&mut there, &mut Device::synced(), &begun)
            .await
            .refused(410, "recovery.request_unusable");
        people::enable(house.identity(), COMMAND_LINE, manager)
            .await
            .unwrap();
        begin(&mut there, &ready["request"])
            .await
            .refused(410, "recovery.request_unusable");
        // Again, to the end.
        let asked = ask(&mut browser, "manager", "bob").await.ok();
        let code = asked["code"].as_str().unwrap();
        sign_in(&house, &mut carla).await;
        approve(&mut carla, &house, code).await.ok();
        let ready = state(&mut browser).await;
        let begun = begin(&mut browser, &ready["request"]).await.ok();
        let mut device = Device::synced();
        finish(&mut browser, &mut device, &begun).await.ok();
        assert_eq!(bobs_passkeys(&house, "recovery_manager"), 1);
        browser.sign_in(&mut device).await.ok();
    });
}

#[test]
fn what_the_manager_denies_or_leaves_gives_nothing() {
    in_each_house(async |house| {
        let (_, _, mut carla) = with_bob(&house, &[Rung::Manager]).await;
        sign_in(&house, &mut carla).await;
        let mut browser = house.browser();
        let asked = ask(&mut browser, "manager", "bob").await.ok();
        let code = asked["code"].as_str().unwrap();
        let mark = since(&mut carla, &house, code).await.unwrap();
        carla.reauthenticate().await.ok();
        decide(&mut carla, (code, &mark), "deny").await.ok();
        // As for a name that nobody has.
        assert_eq!(state(&mut browser).await["kind"], "asked");
        assert_eq!(since(&mut carla, &house, code).await, None);
        let asked = ask(&mut browser, "manager", "bob").await.ok();
        let code = asked["code"].as_str().unwrap();
        pass(&house, DAY).await;
        sign_in(&house, &mut carla).await;
        assert_eq!(since(&mut carla, &house, code).await, None);
        assert_eq!(state(&mut browser).await["kind"], "none");
    });
}

#[test]
fn security_19_another_device_says_yes_by_a_passkey() {
    in_each_house(async |house| {
        let (mut ada, mut bob, _) = with_bob(&house, &[Rung::Device]).await;
        sign_in(&house, &mut bob).await;
        sign_in(&house, &mut ada).await;
        let mut browser = house.browser();
        let asked = browser.post("/recover/device", json!({})).await.ok();
        let code = asked["code"].as_str().unwrap().to_owned();
        assert!(!house.holds(&code) && !house.holds(&code.replace('-', "")));
        assert_eq!(state(&mut browser).await["kind"], "asked");
        for bad in ["", "BBBB-BBBB", &code[1..], &code.repeat(9)] {
            assert_eq!(since(&mut bob, &house, bad).await, None, "{bad}");
        }
        // Who holds a directory role has no such way.
        approve(&mut ada, &house, &code)
            .await
            .refused(403, "recovery.rung_not_allowed");
        let typed = code.to_lowercase().replace('-', " ");
        approve(&mut bob, &house, &typed).await.ok();
        let ready = state(&mut browser).await;
        let begun = begin(&mut browser, &ready["request"]).await.ok();
        assert_eq!(begun["userName"], "bob");
        let mut device = Device::synced();
        finish(&mut browser, &mut device, &begun).await.ok();
        assert_eq!(bobs_passkeys(&house, "recovery_device"), 1);
        browser.sign_in(&mut device).await.ok();
        // Ten minutes for the code, and ten for the passkey.
        let mut browser = house.browser();
        let asked = browser.post("/recover/device", json!({})).await.ok();
        let code = asked["code"].as_str().unwrap().to_owned();
        pass(&house, 10 * MINUTE).await;
        assert_eq!(since(&mut bob, &house, &code).await, None);
        let asked = browser.post("/recover/device", json!({})).await.ok();
        approve(&mut bob, &house, asked["code"].as_str().unwrap())
            .await
            .ok();
        pass(&house, 10 * MINUTE).await;
        begin(&mut browser, &ready["request"])
            .await
            .refused(410, "recovery.request_unusable");
        assert_eq!(state(&mut browser).await["kind"], "none");
    });
}

#[test]
fn what_is_off_or_not_for_somebody_is_refused() {
    in_each_house(async |house| {
        with_bob(&house, &[]).await;
        let mut browser = house.browser();
        let page = browser.get("/recover").await.text();
        for form in ["mail-form", "manager-form", "ask-device"] {
            assert!(!page.contains(form), "{form}");
        }
        for way in ["mail", "manager"] {
            ask(&mut browser, way, "bob")
                .await
                .refused(403, "recovery.rung_not_allowed");
        }
        browser
            .post("/recover/device", json!({}))
            .await
            .refused(403, "recovery.rung_not_allowed");
        let mut policy = RecoveryPolicy::default();
        policy.rungs.mail.state = State::Enabled;
        policy.rungs.mail.include = Vec::<Target>::new();
        policies::save_method_policy::<RecoveryCodes>(
            house.identity(),
            COMMAND_LINE,
            None,
            &policy,
        )
        .await
        .unwrap();
        ask(&mut browser, "mail", "bob").await.ok();
        assert!(letters(&house).await.is_empty());
        policy.rungs.mail_wait_hours = 721;
        let told = policies::save_method_policy::<RecoveryCodes>(
            house.identity(),
            COMMAND_LINE,
            None,
            &policy,
        )
        .await;
        assert_eq!(told.unwrap_err().detail, Some("recovery_policy.wait"));
    });
}

#[test]
fn a_newcomers_pass_ends_with_the_first_passkey() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let invited = house.invite(&mut ada, "newcomer").await;
        let id = house.find("newcomer").await.person_id;
        let new = access_pass::NewPass::default();
        let made = access_pass::make(house.identity(), COMMAND_LINE, id, &new).await;
        let (_, code) = made.unwrap();
        let mut browser = house.browser();
        let body = json!({ "token": invited.token });
        let begun = browser.post("/register/begin", body).await.ok();
        let response = browser.create(&mut Device::synced(), &Offer::of(&begun));
        let body = json!({ "state": begun["state"], "response": response });
        browser.post("/register/finish", body).await.ok();
        let body = json!({ "name": "newcomer", "code": code });
        house
            .browser()
            .post("/pass/enter", body)
            .await
            .refused(401, "pass.wrong");
    });
}
