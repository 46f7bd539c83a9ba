//! Passkeys that are reported lost: revoked at once, with every session, by their owner or the help desk.

use identity::roles::{self, Role};
use identity::{Actor, Id, MINUTE, lost, people};
use serde_json::{Value, json};
use testkit::{Answer, Browser, Device, House, Offer, Person, passkey_id};

use crate::{at_once, brief, in_each_house};

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };

async fn report(browser: &mut Browser, ids: &[String]) -> Answer {
    let body = json!({ "passkeyIds": ids });
    browser.post("/security-info/passkeys/lost", body).await
}

async fn bob(house: &House) -> Person {
    let mut ada = house.administrator("ada").await;
    house.person(&mut ada, "bob").await
}

fn ids_of(signals: &Value) -> Value {
    signals["allAccepted"]["allAcceptedCredentialIds"].clone()
}

#[test]
fn a_lost_device_is_out_at_once_and_so_is_every_session() {
    in_each_house(async |house| {
        let mut bob = bob(&house).await;
        let mut key = Device::device_bound();
        bob.add_device(&mut key).await;
        let mut elsewhere = house.browser();
        elsewhere.sign_in(&mut key).await.ok();
        // From any session, fresh or not.
        house.advance(10 * MINUTE);
        let own = [bob.passkey_id()];
        let done = report(&mut bob.browser, &own).await.ok();
        assert_eq!(done["location"], "/sign-in?notice=reported-lost");
        assert_eq!(ids_of(&done["signals"]), json!([passkey_id(&key)]));
        assert!(!bob.browser.is_signed_in().await);
        assert!(!elsewhere.is_signed_in().await);
        let told = house.browser().sign_in(&mut bob.device).await;
        told.refused(401, "sign_in.passkey_removed");
        elsewhere.sign_in(&mut key).await.ok();
        let page = elsewhere.get("/security-info").await.text();
        assert!(page.contains("Reported lost:"));
        let found = "SELECT activity FROM audit WHERE activity = 'passkey.reported_lost'";
        assert_eq!(house.run_sql(found).len(), 1);
    });
}

#[test]
fn the_last_passkey_may_go_and_leads_to_the_ways_back_in() {
    in_each_house(async |house| {
        let mut bob = bob(&house).await;
        let made = bob
            .browser
            .post("/security-info/codes/make", json!({}))
            .await
            .ok();
        let code = made["codes"][0].clone();
        let told = bob.browser.remove_passkey(&bob.passkey_id()).await;
        told.refused(409, "passkey.last");
        let own = [bob.passkey_id()];
        let done = report(&mut bob.browser, &own).await.ok();
        assert_eq!(done["location"], "/recover?notice=reported-lost");
        assert_eq!(ids_of(&done["signals"]), json!([]));
        let page = house
            .browser()
            .get("/recover?notice=reported-lost")
            .await
            .text();
        assert!(page.contains("What you reported no longer works"));
        // The codes are not on the device.
        let (mut browser, mut device) = (house.browser(), Device::synced());
        let asked = json!({ "name": "bob", "code": code });
        let begun = browser.post("/recover/enter", asked).await.ok();
        let response = browser.create(&mut device, &Offer::of(&begun));
        let body = json!({ "state": begun["state"], "response": response });
        browser.post("/recover/finish", body).await.ok();
        browser.sign_in(&mut device).await.ok();
    });
}

#[test]
fn security_17_a_session_after_a_recovery_may_report_the_old_device() {
    in_each_house(async |house| {
        let mut bob = bob(&house).await;
        let made = bob
            .browser
            .post("/security-info/codes/make", json!({}))
            .await
            .ok();
        let (mut browser, mut device) = (house.browser(), Device::synced());
        let asked = json!({ "name": "bob", "code": made["codes"][9] });
        let begun = browser.post("/recover/enter", asked).await.ok();
        let response = browser.create(&mut device, &Offer::of(&begun));
        let body = json!({ "state": begun["state"], "response": response });
        browser.post("/recover/finish", body).await.ok();
        browser.sign_in(&mut device).await.ok();
        let old = bob.passkey_id();
        let told = browser.remove_passkey(&old).await;
        told.refused(403, "recovery.too_recent");
        report(&mut browser, &[old]).await.ok();
        let mut browser = house.browser();
        browser.sign_in(&mut device).await.ok();
        assert_eq!(house.security_info(&browser).await.passkeys.len(), 1);
    });
}

#[test]
fn what_is_reported_is_there_ones_own_and_of_one_maker() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut key = Device::device_bound();
        bob.add_device(&mut key).await;
        let own = bob.passkey_id();
        let many = vec!["AAAA".to_owned(); 1000];
        for (ids, status, code) in [
            (vec![], 400, "lost.unfit"),
            (many, 400, "lost.unfit"),
            (vec!["AAAA".to_owned()], 404, "passkey.missing"),
            (vec!["*".to_owned()], 404, "passkey.missing"),
            (vec![ada.passkey_id()], 404, "passkey.missing"),
            (vec![own.clone(), ada.passkey_id()], 404, "passkey.missing"),
        ] {
            report(&mut bob.browser, &ids).await.refused(status, code);
        }
        for bad in [json!({}), json!({ "passkeyIds": own }), json!([own])] {
            let told = bob.browser.post("/security-info/passkeys/lost", bad).await;
            told.refused(400, "request.malformed");
        }
        let told = report(&mut house.browser(), std::slice::from_ref(&own)).await;
        told.refused(401, "session.none");
        // Nothing of it happened.
        assert!(bob.browser.is_signed_in().await);
        bob.sign_in().await.ok();
        assert_eq!(house.security_info(&bob.browser).await.passkeys.len(), 2);

        // Of makers that don't say who they are; of two makers; of one.
        let told = report(&mut bob.browser, &[own.clone(), passkey_id(&key)]).await;
        told.refused(400, "lost.unfit");
        let of = |maker: u8| {
            let mut device = Device::synced();
            device.aaguid = [maker; 16];
            device
        };
        let (mut one, mut same, mut other) = (of(1), of(1), of(2));
        for device in [&mut one, &mut same, &mut other] {
            bob.browser.add_passkey(device).await.ok();
        }
        let [one, same, other] = [one, same, other].map(|device| passkey_id(&device));
        let told = report(&mut bob.browser, &[one.clone(), other]).await;
        told.refused(400, "lost.unfit");
        assert!(bob.browser.is_signed_in().await);
        // Named twice it is one.
        report(&mut bob.browser, &[one.clone(), same, one])
            .await
            .ok();
        bob.browser = house.browser();
        bob.sign_in().await.ok();
        assert_eq!(house.security_info(&bob.browser).await.passkeys.len(), 3);
    });
}

#[test]
fn two_reports_at_once_and_a_sign_in_between_leave_nothing_behind() {
    in_each_house(async |mut house| {
        let mut bob = bob(&house).await;
        let second = house.add_node().await;
        let own = bob.passkey_id();
        let mut there = house.browser_at(second);
        there.sign_in(&mut bob.device).await.ok();
        let mut late = house.browser();
        let offer = late.challenge().await;
        let answer = late.answer(&mut bob.device, &offer);
        let mut tries = Vec::new();
        for mut browser in [bob.browser.clone(), there] {
            browser.hold_token().await;
            let own = own.clone();
            tries.push(async move { report(&mut browser, &[own]).await });
        }
        let told = at_once(tries).await;
        let done = told.iter().filter(|it| it.status == 200).count();
        assert_eq!(done, 1, "{:?}", brief(&told));
        let told = late.finish_sign_in(&offer, &answer).await;
        told.refused(401, "sign_in.passkey_removed");
        let live = "SELECT token_hash FROM session WHERE ended_at IS NULL AND person_id = (SELECT person_id FROM person WHERE user_name = 'bob')";
        assert!(house.run_sql(live).is_empty());
    });
}

#[test]
fn the_help_desk_reports_whom_it_may_and_never_the_last_administrator() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut carol = house.person(&mut ada, "carol").await;
        let mut key = Device::device_bound();
        carol.add_device(&mut key).await;
        let codes = carol.browser.post("/security-info/codes/make", json!({}));
        let codes = codes.await.ok();
        let bob_id = Id::parse(&bob.person_id).unwrap();
        let about = |person: &Person, ids: &[String]| json!({ "personId": person.person_id, "passkeyIds": ids });
        let both = [carol.passkey_id(), passkey_id(&key)];
        let told = bob.browser.post("/people/lost", about(&carol, &both)).await;
        told.refused(403, "role.insufficient");
        roles::assign(
            house.identity(),
            COMMAND_LINE,
            Role::AuthenticationAdministrator,
            bob_id,
        )
        .await
        .unwrap();
        bob.sign_in().await.ok();
        let asked = json!({ "personId": carol.person_id });
        let shown = bob.browser.post("/people/passkeys", asked).await.ok();
        assert_eq!(shown["passkeys"].as_array().unwrap().len(), 2);
        house.advance(6 * MINUTE);
        let told = bob.browser.post("/people/lost", about(&carol, &both)).await;
        told.refused(403, "session.not_fresh");
        bob.reauthenticate().await.ok();
        let own = about(&bob, &[bob.passkey_id()]);
        // A role holder outranks them, they themselves included.
        let told = bob.browser.post("/people/lost", own).await;
        told.refused(403, "role.insufficient");
        let done = bob
            .browser
            .post("/people/lost", about(&carol, &both))
            .await
            .ok();
        assert_eq!(done["hasAnother"], false);
        assert!(!carol.browser.is_signed_in().await);
        // They may have been in the same bag.
        let shown = json!({ "name": "carol", "code": codes["codes"][0] });
        let told = house.browser().post("/recover/enter", shown).await;
        told.refused(401, "recovery.wrong");
        let told = house.browser().sign_in(&mut key).await;
        told.refused(401, "sign_in.passkey_removed");
        let told = bob.browser.post("/people/lost", about(&carol, &both)).await;
        told.refused(404, "passkey.missing");

        // Somebody who can do everything stays.
        let ada_id = house.find("ada").await.person_id;
        let last = [ada.passkey_id()];
        let told = lost::report(house.identity(), COMMAND_LINE, ada_id, &last).await;
        assert_eq!(told.unwrap_err().code.id, "user.last_administrator");
        ada.sign_in().await.ok();
        report(&mut ada.browser, &last)
            .await
            .refused(409, "user.last_administrator");
        // With another passkey it is no last one.
        let mut spare = Device::device_bound();
        ada.add_device(&mut spare).await;
        // A way back that may lie on the same device ends with it.
        let identity = house.identity();
        let link = people::make_recovery_link(identity, COMMAND_LINE, "ada").await;
        let link = link.unwrap();
        let (_, token) = link.url.rsplit_once('#').unwrap();
        report(&mut ada.browser, &last).await.ok();
        let body = json!({ "token": token });
        let told = house.browser().post("/register/begin", body).await;
        told.refused(410, "link.unusable");
        house.browser().sign_in(&mut spare).await.ok();
    });
}
