//! Codes by mail beside a password: the first day of somebody who has nothing else yet (security 30; past mistakes 8, 9).

use identity::{HOUR, MINUTE, SECOND, password};
use serde_json::{Value, json};
use testkit::{Browser, Device, Fault, House, listen};

use super::post_office::PostOffice;
use super::{COMMAND_LINE, deliver, one, set_address, set_mail};
use crate::passwords::{GOOD, allow, enter, finish_upgrade, prove, upgrade};
use crate::{at_once, brief, count, in_each_house};

/// Carol reads mail, was given a password, and never had a passkey.
async fn with_carol(house: &House) -> PostOffice {
    let office = PostOffice::open().await;
    let mut ada = house.administrator("ada").await;
    house.invite(&mut ada, "carol").await;
    let id = set_address(house, "carol", Some("carol@example.org")).await;
    set_mail(house, office.port).await;
    allow(house, |policy| {
        policy.beside_passkeys = identity::policies::profiles::State::Disabled;
    })
    .await;
    password::give(house.identity(), COMMAND_LINE, id, Some(GOOD))
        .await
        .unwrap();
    deliver(house.identity()).await;
    office.take();
    office
}

async fn send(browser: &mut Browser, state: &Value) -> testkit::Answer {
    browser
        .post("/password/mail", json!({ "state": state }))
        .await
}

/// Enters the password and asks for a code; the state, and the code that came.
async fn ask(house: &House, office: &PostOffice, browser: &mut Browser) -> (Value, String) {
    let entered = enter(browser, "carol", GOOD).await.ok();
    assert_eq!(entered["factors"], json!(["email"]));
    send(browser, &entered["state"]).await.ok();
    (entered["state"].clone(), read(house, office).await)
}

async fn read(house: &House, office: &PostOffice) -> String {
    deliver(house.identity()).await;
    let heard = one(office);
    assert_eq!(heard.to, "carol@example.org");
    assert_eq!(heard.header("Subject"), "Your code to sign in");
    let text = heard.part("text/plain");
    let mut words = text.split_whitespace();
    let is_code = |word: &&str| word.len() == 6 && word.bytes().all(|it| it.is_ascii_digit());
    words.find(is_code).unwrap().to_owned()
}

#[test]
fn past_mistake_8_a_code_goes_to_the_address_of_the_directory_and_signs_in_once() {
    in_each_house(async |mut house| {
        let office = with_carol(&house).await;
        let second = house.add_node().await;
        let mut browser = house.browser();
        let entered = enter(&mut browser, "carol", GOOD).await.ok();
        let state = &entered["state"];
        let elsewhere = json!({ "state": state, "to": "mallory@example.org" });
        browser
            .post("/password/mail", elsewhere)
            .await
            .refused(400, "request.malformed");
        // A former address is told of what happens, and reads no code.
        set_address(&house, "carol", Some("former@example.org")).await;
        set_address(&house, "carol", Some("carol@example.org")).await;
        send(&mut browser, state).await.ok();
        let code = read(&house, &office).await;
        assert!(!house.holds(&code), "it is kept nowhere");
        let wrong = if code == "000000" { "000001" } else { "000000" };
        for typed in [wrong, "", "1"] {
            let told = prove(&mut browser, state, "email", typed).await;
            told.refused(401, "factor.wrong");
        }
        // Of this sign-in alone (past mistake 9).
        let mut other = house.browser();
        let entered = enter(&mut other, "carol", GOOD).await.ok();
        let told = prove(&mut other, &entered["state"], "email", &code).await;
        told.refused(401, "factor.wrong");
        let told = prove(&mut other, state, "email", &code).await;
        told.refused(400, "state.unreadable");
        // Another one ends the first.
        send(&mut browser, state).await.ok();
        let newer = read(&house, &office).await;
        if newer != code {
            let told = prove(&mut browser, state, "email", &code).await;
            told.refused(401, "factor.wrong");
        }
        let mut moved = house.moved_to(&browser, second);
        let done = prove(&mut moved, state, "email", &newer).await.ok();
        assert!(done["location"].as_str().unwrap().starts_with("/upgrade?"));
        let told = prove(&mut browser, state, "email", &newer).await;
        assert_eq!(told.status, 401);
    });
}

#[test]
fn codes_run_out_and_fill_no_mailbox() {
    in_each_house(async |house| {
        let office = with_carol(&house).await;
        let mut browser = house.browser();
        let (state, code) = ask(&house, &office, &mut browser).await;
        house.advance(10 * MINUTE + SECOND);
        let told = prove(&mut browser, &state, "email", &code).await;
        told.refused(410, "password.state_over");
        for _ in 0..4 {
            let entered = enter(&mut browser, "carol", GOOD).await.ok();
            send(&mut browser, &entered["state"]).await.ok();
        }
        let entered = enter(&mut browser, "carol", GOOD).await.ok();
        send(&mut browser, &entered["state"])
            .await
            .refused(429, "limit.reached");
        deliver(house.identity()).await;
        assert_eq!(office.take().len(), 4);
        house.advance(HOUR + SECOND);
        // Several who show one code at once: one is let in.
        let (state, code) = ask(&house, &office, &mut browser).await;
        let mut work = Vec::new();
        for _ in 0..4 {
            let mut same = house.moved_to(&browser, 0);
            let (state, code) = (state.clone(), code.clone());
            work.push(async move { prove(&mut same, &state, "email", &code).await });
        }
        let answers = at_once(work).await;
        assert_eq!(count(&answers, 200), 1, "{:?}", brief(&answers));
        assert_eq!(count(&answers, 401), 3, "{:?}", brief(&answers));
    });
}

#[test]
fn security_30_the_first_passkey_comes_without_a_question_and_ends_the_password() {
    in_each_house(async |house| {
        let office = with_carol(&house).await;
        let mut browser = house.browser();
        let (state, code) = ask(&house, &office, &mut browser).await;
        let done = prove(&mut browser, &state, "email", &code).await.ok();
        assert_eq!(done["location"], "/upgrade?return=%2Fapplications");
        let (offer, _) = upgrade(&house, &mut browser).await;
        // Once for each sign-in.
        let told = browser.post("/upgrade/begin", json!({})).await;
        told.refused(403, "passkey.upgrade_not_now");
        let mut device = Device::synced();
        let absent = browser.bend_creation(&mut device, &offer, &Fault::UserAbsent);
        let added = finish_upgrade(&mut browser, &offer, &absent).await.ok();
        assert!(!added["name"].as_str().unwrap().is_empty());
        let made = house.run_sql("SELECT created_proof FROM credential WHERE user_verified = 0");
        assert_eq!(made, ["password"]);
        deliver(house.identity()).await;
        assert_eq!(
            one(&office).header("Subject"),
            "A passkey was added to your account"
        );
        // Its first use verifies; and the password is over.
        let mut fresh = house.browser();
        fresh.sign_in(&mut device).await.ok();
        let left = house.run_sql("SELECT created_proof FROM credential WHERE user_verified = 0");
        assert!(left.is_empty());
        enter(&mut fresh, "carol", GOOD)
            .await
            .refused(403, "password.passkey_first");
        // What is made by the button still needs presence and verification.
        house.advance(SECOND);
        let offer = fresh.begin_add().await;
        let mut other = Device::synced();
        let absent = fresh.bend_creation(&mut other, &offer, &Fault::UserAbsent);
        fresh
            .finish_add(&offer, &absent)
            .await
            .refused(400, "registration.refused");
    });
}

#[test]
fn security_30_a_passkey_without_a_question_is_of_the_first_two_minutes() {
    in_each_house(async |house| {
        let office = with_carol(&house).await;
        let mut browser = house.browser();
        let (state, code) = ask(&house, &office, &mut browser).await;
        prove(&mut browser, &state, "email", &code).await.ok();
        house.advance(MINUTE);
        let (offer, _) = upgrade(&house, &mut browser).await;
        house.advance(MINUTE + SECOND);
        let mut device = Device::synced();
        let absent = browser.bend_creation(&mut device, &offer, &Fault::UserAbsent);
        finish_upgrade(&mut browser, &offer, &absent)
            .await
            .refused(403, "passkey.upgrade_not_now");
        // By the button it works for five minutes, with presence and verification.
        let offer = browser.begin_add().await;
        let response = browser.create(&mut device, &offer);
        browser.finish_add(&offer, &response).await.ok();
        // Now that there is one, this session adds no second.
        let told = browser
            .post("/security-info/passkeys/begin", json!({}))
            .await;
        told.refused(403, "session.by_password");
    });
}

#[test]
fn without_mail_there_is_a_way_on_and_no_loop() {
    in_each_house(async |house| {
        let office = with_carol(&house).await;
        identity::mail::remove(house.identity(), "test")
            .await
            .unwrap();
        let mut browser = house.browser();
        let told = enter(&mut browser, "carol", GOOD).await;
        let error = told.refused(403, "password.no_second_factor");
        assert!(
            error["remedy"]
                .as_str()
                .unwrap()
                .contains("Temporary Access Pass")
        );
        set_mail(&house, office.port).await;
        set_address(&house, "carol", None).await;
        let (told, _) = listen(enter(&mut browser, "carol", GOOD)).await;
        told.refused(403, "password.no_second_factor");
    });
}
