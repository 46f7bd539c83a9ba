//! Temporary Access Passes: whoever shows the code registers one passkey, and does nothing else (security 16).

use identity::access_pass::{self, NewPass, Usability};
use identity::groups::{self, NewGroup, members};
use identity::people;
use identity::policies::profiles::{GroupId, State, Target};
use identity::policies::{self, AccessPasses, PassPolicy};
use identity::roles::{self, Role};
use identity::{Actor, Id, MINUTE, SECOND};
use serde_json::{Value, json};
use testkit::{Answer, Browser, Device, House, Offer, Person, find_tags, listen};

use crate::{at_once, in_each_house};

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };

/// Somebody who never signed in.
async fn newcomer(house: &House, name: &str) -> Id {
    let made = people::add(house.identity(), COMMAND_LINE, name, "New Comer").await;
    made.unwrap().person_id
}

async fn make(house: &House, person: Id, new: &NewPass) -> String {
    let made = access_pass::make(house.identity(), COMMAND_LINE, person, new).await;
    made.unwrap().1
}

async fn once(house: &House, person: Id) -> String {
    make(house, person, &checked()).await
}

/// For who had a passkey already, too.
fn checked() -> NewPass {
    NewPass {
        reason: Some("seen on site".to_owned()),
        ..NewPass::default()
    }
}

fn reusable() -> NewPass {
    NewPass {
        usable_once: Some(false),
        ..checked()
    }
}

async fn enter(browser: &mut Browser, name: &str, code: &str) -> Answer {
    let body = json!({ "name": name, "code": code });
    browser.post("/pass/enter", body).await
}

async fn finish(browser: &mut Browser, device: &mut Device, begun: &Value) -> Answer {
    let offer = Offer::of(begun);
    let response = browser.create(device, &offer);
    let body = json!({ "state": begun["state"], "response": response });
    browser.post("/pass/finish", body).await
}

async fn save(house: &House, policy: &PassPolicy) {
    policies::save_method_policy::<AccessPasses>(house.identity(), COMMAND_LINE, None, policy)
        .await
        .unwrap();
}

#[test]
fn a_newcomer_registers_by_a_pass_and_signs_in_with_the_passkey() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let bob = newcomer(&house, "bob").await;
        let code = once(&house, bob).await;
        assert_eq!(code.len(), 8);
        let mut browser = house.browser();
        let page = browser.get("/pass?return=%2Fapplications").await;
        assert_eq!(page.status, 200);
        let links = find_tags(&page.text(), "a");
        let on = links
            .iter()
            .find(|tag| tag.attribute("id") == Some("go-on"));
        let address = on.unwrap().attribute("href").unwrap().to_owned();
        assert!(address.contains("return=%2Fapplications"), "{address}");
        // As people type it.
        let typed = format!(" {}-{} ", code[..4].to_lowercase(), &code[4..]);
        let begun = enter(&mut browser, "Bob", &typed).await.ok();
        assert_eq!(begun["userName"], "bob");
        assert!(!browser.has_session(), "a pass opens no session");
        let mut device = Device::synced();
        finish(&mut browser, &mut device, &begun).await.ok();
        assert!(!browser.has_session());
        browser.sign_in(&mut device).await.ok();
        let proofs = house.run_sql("SELECT created_proof FROM credential ORDER BY created_at");
        assert_eq!(proofs.last().unwrap(), "access_pass");
        // The code is nowhere.
        assert!(!house.holds(&code));
        for activity in ["pass.made", "pass.used", "passkey.added"] {
            let found = format!("SELECT activity FROM audit WHERE activity = '{activity}'");
            assert!(!house.run_sql(&found).is_empty(), "{activity}");
        }
        let shown = access_pass::read(house.identity(), COMMAND_LINE, bob).await;
        assert_eq!(shown.unwrap().unwrap().usability, Usability::OneTimeUsed);
    });
}

#[test]
fn who_shows_the_code_is_told_why_it_does_not_work_and_nobody_else() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let bob = newcomer(&house, "bob").await;
        let mut browser = house.browser();
        // Nobody, somebody without a pass, a wrong code, none, one that is too long: all the same.
        let code = once(&house, bob).await;
        let wrong = match code.as_str() {
            "00000000" => "11111111",
            _ => "00000000",
        };
        let mut told = Vec::new();
        for (name, typed) in [
            ("nobody", code.as_str()),
            ("ada", code.as_str()),
            ("bob", wrong),
            ("bob", ""),
            ("bob", &code.repeat(40)),
            ("\u{202e}", code.as_str()),
            ("", ""),
        ] {
            house.advance(MINUTE);
            let answer = enter(&mut browser, name, typed).await;
            let error = answer.refused(401, "pass.wrong");
            told.push([
                error["message"].clone(),
                error["remedy"].clone(),
                error["detail"].clone(),
            ]);
        }
        told.dedup();
        assert_eq!(told.len(), 1, "{told:?}");
        // In the wrong place of the message.
        let swapped = json!({ "name": ["bob"], "code": code });
        browser
            .post("/pass/enter", swapped)
            .await
            .refused(400, "request.malformed");

        let later = NewPass {
            starts_at: Some(house.now() + 10 * MINUTE),
            ..NewPass::default()
        };
        let code = make(&house, bob, &later).await;
        enter(&mut browser, "bob", &code)
            .await
            .refused(403, "pass.not_yet_valid");
        house.advance(10 * MINUTE);
        enter(&mut browser, "bob", &code).await.ok();
        enter(&mut browser, "bob", &code)
            .await
            .refused(410, "pass.used");
        let code = once(&house, bob).await;
        house.advance(60 * MINUTE);
        enter(&mut browser, "bob", &code)
            .await
            .refused(410, "pass.expired");
        // Of somebody else.
        let code = once(&house, bob).await;
        enter(&mut browser, &ada.user_name, &code)
            .await
            .refused(401, "pass.wrong");
        // Replaced.
        let next = once(&house, bob).await;
        enter(&mut browser, "bob", &code)
            .await
            .refused(401, "pass.wrong");
        house.advance(MINUTE);
        people::disable(house.identity(), COMMAND_LINE, bob)
            .await
            .unwrap();
        enter(&mut browser, "bob", &next)
            .await
            .refused(410, "pass.unusable");
        // Enabling does not bring it back.
        people::enable(house.identity(), COMMAND_LINE, bob)
            .await
            .unwrap();
        enter(&mut browser, "bob", &next)
            .await
            .refused(410, "pass.unusable");
        let refused = house.run_sql("SELECT activity FROM audit WHERE activity = 'pass.refused'");
        assert_eq!(refused.len(), 14);
        let bodies = house.run_sql("SELECT body FROM audit WHERE activity = 'pass.refused'");
        assert!(
            bodies.iter().all(|body| !body.contains("nobody")),
            "{bodies:?}"
        );
    });
}

#[test]
fn what_a_code_gave_is_of_this_browser_for_ten_minutes_and_one_passkey() {
    in_each_house(async |mut house| {
        house.administrator("ada").await;
        let second = house.add_node().await;
        let bob = newcomer(&house, "bob").await;
        let code = once(&house, bob).await;
        let mut browser = house.browser();
        let begun = enter(&mut browser, "bob", &code).await.ok();
        let token = begun["token"].clone();
        // Elsewhere it is nothing.
        let mut thief = house.browser();
        let asked = json!({ "token": token });
        thief
            .post("/pass/begin", asked.clone())
            .await
            .refused(400, "state.unreadable");
        finish(&mut thief, &mut Device::synced(), &begun)
            .await
            .refused(400, "state.unreadable");
        for bad in [
            json!({ "token": "" }),
            json!({ "token": "AAAA" }),
            json!({ "token": begun["state"] }),
        ] {
            browser
                .post("/pass/begin", bad)
                .await
                .refused(400, "state.unreadable");
        }
        // A link's page takes none, and the other way round.
        browser
            .post("/register/begin", asked.clone())
            .await
            .refused(410, "link.unusable");
        let crossed = json!({ "state": begun["state"], "response": {} });
        browser
            .post("/register/finish", crossed)
            .await
            .refused(400, "state.unreadable");
        // The device said no at first: it goes on with another challenge.
        let again = browser.post("/pass/begin", asked.clone()).await.ok();
        finish(&mut browser, &mut Device::synced(), &again)
            .await
            .ok();
        finish(&mut browser, &mut Device::synced(), &begun)
            .await
            .refused(410, "pass.used");
        browser
            .post("/pass/begin", asked)
            .await
            .refused(410, "pass.used");

        // Too late; at another node as well.
        let code = make(&house, bob, &reusable()).await;
        let begun = enter(&mut browser, "bob", &code).await.ok();
        house.advance(10 * MINUTE + SECOND);
        let asked = json!({ "token": begun["token"] });
        browser
            .post("/pass/begin", asked.clone())
            .await
            .refused(410, "pass.unusable");
        let mut there = house.browser_at(second);
        let begun = enter(&mut there, "bob", &code).await.ok();
        let again = json!({ "token": begun["token"] });
        let again = there.post("/pass/begin", again).await.ok();
        finish(&mut there, &mut Device::synced(), &begun).await.ok();
        // One passkey for each time that the code was shown.
        finish(&mut there, &mut Device::synced(), &again)
            .await
            .refused(410, "pass.used");
        // Removed between code and passkey.
        let begun = enter(&mut browser, "bob", &code).await.ok();
        let shown = access_pass::read(house.identity(), COMMAND_LINE, bob)
            .await
            .unwrap();
        let pass_id = shown.unwrap().pass_id;
        access_pass::remove(house.identity(), COMMAND_LINE, bob, pass_id)
            .await
            .unwrap();
        finish(&mut browser, &mut Device::synced(), &begun)
            .await
            .refused(410, "pass.unusable");
        let gone = access_pass::remove(house.identity(), COMMAND_LINE, bob, pass_id).await;
        assert_eq!(gone.unwrap_err().code.id, "pass.missing");
        // Its person's disabling, too.
        let code = make(&house, bob, &reusable()).await;
        let begun = enter(&mut browser, "bob", &code).await.ok();
        people::disable(house.identity(), COMMAND_LINE, bob)
            .await
            .unwrap();
        finish(&mut browser, &mut Device::synced(), &begun)
            .await
            .refused(410, "pass.unusable");
    });
}

#[test]
fn a_pass_that_works_once_does_so_for_one_of_many() {
    in_each_house(async |mut house| {
        house.administrator("ada").await;
        let second = house.add_node().await;
        let bob = newcomer(&house, "bob").await;
        let code = once(&house, bob).await;
        let browsers = (0..4).map(|number| match number % 2 {
            0 => house.browser(),
            _ => house.browser_at(second),
        });
        let mut tries = Vec::new();
        for mut browser in browsers {
            browser.hold_token().await;
            let code = code.clone();
            tries.push(async move { enter(&mut browser, "bob", &code).await.status });
        }
        let mut told = at_once(tries).await;
        told.sort_unstable();
        assert_eq!(told, [200, 410, 410, 410]);
    });
}

/// One code that works once, shown once: its two ceremonies are finished at two nodes at the same time.
#[test]
fn of_two_ceremonies_by_one_code_one_stores_a_passkey() {
    in_each_house(async |mut house| {
        house.administrator("ada").await;
        let second = house.add_node().await;
        let bob = newcomer(&house, "bob").await;
        let code = once(&house, bob).await;
        let mut browser = house.browser();
        let begun = enter(&mut browser, "bob", &code).await.ok();
        let token = json!({ "token": begun["token"] });
        let again = browser.post("/pass/begin", token).await.ok();
        let mut elsewhere = house.moved_to(&browser, second);
        let (mut one, mut two) = (Device::synced(), Device::synced());
        let (here, there) = tokio::join!(
            finish(&mut browser, &mut one, &begun),
            finish(&mut elsewhere, &mut two, &again)
        );
        let mut told = [here.status, there.status];
        told.sort_unstable();
        assert_eq!(told, [200, 410]);
        let stored =
            house.run_sql("SELECT name FROM credential WHERE created_proof = 'access_pass'");
        assert_eq!(stored.len(), 1);
    });
}

/// The code was right; what it rests on ends before the passkey is there.
#[test]
fn between_code_and_passkey_time_and_policy_count() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let bob = newcomer(&house, "bob").await;
        let mut browser = house.browser();
        let short = NewPass {
            lifetime_minutes: Some(60),
            ..reusable()
        };
        let code = make(&house, bob, &short).await;
        house.advance(59 * MINUTE + 50 * SECOND);
        let begun = enter(&mut browser, "bob", &code).await.ok();
        house.advance(11 * SECOND);
        finish(&mut browser, &mut Device::synced(), &begun)
            .await
            .refused(410, "pass.expired");

        let code = make(&house, bob, &reusable()).await;
        let begun = enter(&mut browser, "bob", &code).await.ok();
        let off = PassPolicy {
            state: State::Disabled,
            ..PassPolicy::default()
        };
        save(&house, &off).await;
        finish(&mut browser, &mut Device::synced(), &begun)
            .await
            .refused(403, "pass.not_allowed");
        // On again, for a group that bob joins and leaves.
        let of_group = |group: Id| PassPolicy {
            include: vec![Target::Group(GroupId(group.0))],
            ..PassPolicy::default()
        };
        let new = NewGroup {
            display_name: "Newcomers".to_owned(),
            ..NewGroup::default()
        };
        let group = groups::create(house.identity(), COMMAND_LINE, &new).await;
        let group = group.unwrap().group_id;
        save(&house, &of_group(group)).await;
        members::add(house.identity(), COMMAND_LINE, group, bob)
            .await
            .unwrap();
        let begun = enter(&mut browser, "bob", &code).await.ok();
        members::remove(house.identity(), COMMAND_LINE, group, bob)
            .await
            .unwrap();
        finish(&mut browser, &mut Device::synced(), &begun)
            .await
            .refused(403, "pass.not_allowed");
        members::add(house.identity(), COMMAND_LINE, group, bob)
            .await
            .unwrap();
        let begun = enter(&mut browser, "bob", &code).await.ok();
        finish(&mut browser, &mut Device::synced(), &begun)
            .await
            .ok();
    });
}

#[test]
fn security_20_each_code_asks_the_database_the_same() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = newcomer(&house, "bob").await;
        let code = once(&house, bob).await;
        let mallory = house.person(&mut ada, "mallory").await;
        let body = json!({ "personId": mallory.person_id });
        ada.browser.post("/people/disable", body).await.ok();
        let wrong: String = code.chars().rev().chain("0".chars()).collect();
        let mut stranger = house.browser();
        stranger.hold_token().await;
        let mut heard = Vec::new();
        for name in ["bob", "ada", "mallory", "nobody", "not a name!", ""] {
            house.advance(MINUTE);
            let (answer, calls) = listen(enter(&mut stranger, name, &wrong)).await;
            answer.refused(401, "pass.wrong");
            heard.push(calls);
        }
        let pass = "access_pass.find".to_owned();
        assert!(heard[0].contains(&pass), "they are heard at all: {heard:?}");
        assert!(heard.iter().all(|calls| calls == &heard[0]), "{heard:?}");
    });
}

#[test]
fn security_21_tries_are_counted_and_lock_no_passkey() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let id = Id::parse(&bob.person_id).unwrap();
        let code = once(&house, id).await;
        let mut attacker = house.browser();
        let mut refused = 0;
        loop {
            let answer = enter(&mut attacker, "bob", "00000000").await;
            refused += 1;
            if answer.status == 429 {
                break;
            }
            answer.refused(401, "pass.wrong");
            assert!(refused < 100, "no limit");
        }
        // Whoever guesses elsewhere locks out neither the pass nor a passkey.
        bob.browser = house.browser();
        bob.sign_in().await.ok();
        let tries = house.run_sql("SELECT CAST(tries AS TEXT) FROM access_pass");
        assert_eq!(tries, [(refused - 1).to_string()]);
        enter(&mut house.browser(), "bob", &code).await.ok();
        // Too many in all: the pass ends, whatever is typed; the passkey still works.
        let code = once(&house, id).await;
        house.run_sql("UPDATE access_pass SET tries = 100000");
        let mut browser = house.browser();
        enter(&mut browser, "bob", &code)
            .await
            .refused(410, "pass.unusable");
        bob.browser = house.browser();
        bob.sign_in().await.ok();
    });
}

#[test]
fn the_policy_says_whose_passes_work_how_long_and_how_often() {
    in_each_house(async |mut house| {
        house.administrator("ada").await;
        let second = house.add_node().await;
        let bob = newcomer(&house, "bob").await;
        let identity = house.identity();
        let new = NewGroup {
            display_name: "Joiners".to_owned(),
            ..NewGroup::default()
        };
        let joiners = groups::create(identity, COMMAND_LINE, &new)
            .await
            .unwrap()
            .group_id;
        let policy = PassPolicy {
            include: vec![Target::Group(GroupId(joiners.0))],
            default_lifetime: 20,
            minimum_lifetime: 10,
            maximum_lifetime: 30,
            default_length: 12,
            usable_once: true,
            ..PassPolicy::default()
        };
        save(&house, &policy).await;
        let unfit = async |new: NewPass, detail: &str| {
            let made = access_pass::make(house.identity(), COMMAND_LINE, bob, &new).await;
            let refusal = made.unwrap_err();
            assert_eq!(
                (refusal.code.id, refusal.detail),
                ("pass.unfit", Some(detail))
            );
        };
        for minutes in [0, 9, 31, u32::MAX] {
            let new = NewPass {
                lifetime_minutes: Some(minutes),
                ..NewPass::default()
            };
            unfit(new, "pass.lifetime").await;
        }
        unfit(reusable(), "pass.usable_once").await;
        for starts_at in [0, house.now() - 6 * MINUTE, i64::MAX / 2] {
            let new = NewPass {
                starts_at: Some(starts_at),
                ..NewPass::default()
            };
            unfit(new, "pass.starts_at").await;
        }
        let code = once(&house, bob).await;
        assert_eq!(code.len(), 12);
        // Made for anybody, it works for who is covered: at the other node from the next decision on.
        let mut there = house.browser_at(second);
        enter(&mut there, "bob", &code)
            .await
            .refused(403, "pass.not_allowed");
        members::add(identity, COMMAND_LINE, joiners, bob)
            .await
            .unwrap();
        enter(&mut there, "bob", &code).await.ok();
        // A group that the policy names is not deleted from under it.
        let refused = groups::delete(identity, COMMAND_LINE, joiners, None).await;
        assert!(refused.is_err());

        let mut wrong = policy.clone();
        wrong.default_length = 7;
        let missing = PassPolicy {
            exclude: vec![GroupId([7; 16])],
            ..policy.clone()
        };
        for (policy, detail) in [
            (wrong, "pass_policy.length"),
            (missing, "pass_policy.group_missing"),
        ] {
            let saved =
                policies::save_method_policy::<AccessPasses>(identity, COMMAND_LINE, None, &policy)
                    .await;
            let refusal = saved.unwrap_err();
            assert_eq!(
                (refusal.code.id, refusal.detail),
                ("pass_policy.unfit", Some(detail))
            );
        }
        let stale =
            policies::save_method_policy::<AccessPasses>(identity, COMMAND_LINE, Some(7), &policy)
                .await;
        assert_eq!(stale.unwrap_err().code.id, "record.outdated");

        let off = PassPolicy {
            state: policies::profiles::State::Disabled,
            ..PassPolicy::default()
        };
        let page = house.browser().get("/sign-in").await.text();
        assert!(page.contains("/pass?"));
        save(&house, &off).await;
        let code = once(&house, bob).await;
        enter(&mut there, "bob", &code)
            .await
            .refused(403, "pass.not_allowed");
        let page = house.browser().get("/sign-in").await.text();
        assert!(
            !page.contains("/pass?"),
            "nothing is offered that nobody can use"
        );
    });
}

#[test]
fn past_mistake_04_a_pass_is_made_by_somebody_else_who_may() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let carol = house.person(&mut ada, "carol").await;
        let (bob_id, carol_id) = (
            Id::parse(&bob.person_id).unwrap(),
            Id::parse(&carol.person_id).unwrap(),
        );
        let identity = house.identity();
        let by = async |person: &Person, target: Id| {
            let session = house.session(&person.browser).await;
            let caller = house.caller();
            let actor = Actor::Person(&caller, &session);
            let made = access_pass::make(identity, actor, target, &checked()).await;
            made.map(|made| made.1).map_err(|refusal| refusal.code.id)
        };
        assert_eq!(by(&bob, carol_id).await, Err("role.insufficient"));
        let role = Role::AuthenticationAdministrator;
        roles::assign(identity, COMMAND_LINE, role, bob_id)
            .await
            .unwrap();
        let code = by(&bob, carol_id).await.unwrap();
        assert_eq!(by(&bob, bob_id).await, Err("role.insufficient"));
        let ada_id = house.find("ada").await.person_id;
        assert_eq!(by(&bob, ada_id).await, Err("role.insufficient"));
        assert_eq!(by(&ada, ada_id).await, Err("pass.own"));
        // On the page, as well.
        let about = |id: Id| json!({ "personId": id.to_string() });
        let told = ada.browser.post("/people/pass", about(ada_id)).await;
        told.refused(403, "pass.own");
        // Who had a passkey already is somebody to be made sure of: with a reason, on record.
        for reason in [None, Some(""), Some("  ")] {
            let mut asked = about(bob_id);
            asked["reason"] = reason.into();
            let told = ada.browser.post("/people/pass", asked).await;
            told.refused(400, "pass.reason_missing");
        }
        for reason in ["x".repeat(501), "a\nb".to_owned()] {
            let mut asked = about(bob_id);
            asked["reason"] = reason.into();
            let told = ada.browser.post("/people/pass", asked).await;
            assert_eq!(told.refused(400, "pass.unfit")["detail"], "pass.reason");
        }
        let mut asked = about(bob_id);
        asked["reason"] = "Called back: staff list".into();
        let made = ada.browser.post("/people/pass", asked).await.ok();
        assert!(house.holds("Called back: staff list"));
        assert_eq!(made["code"].as_str().unwrap().len(), 8);
        // Whoever made it has no right to any more: it does not work, also between code and passkey.
        let mut browser = house.browser();
        let begun = enter(&mut browser, "carol", &code).await.ok();
        roles::unassign(identity, COMMAND_LINE, role, bob_id)
            .await
            .unwrap();
        let told = finish(&mut browser, &mut Device::synced(), &begun).await;
        let error = told.refused(410, "pass.unusable");
        assert_eq!(error["detail"], "pass.replaced");
        // The same of a role that came by way of a group: it is asked of whoever shows the code.
        let new = NewGroup {
            display_name: "Help desk".to_owned(),
            role_assignable: true,
            ..NewGroup::default()
        };
        let desk = groups::create(identity, COMMAND_LINE, &new).await.unwrap();
        let desk = desk.group_id;
        roles::assign(identity, COMMAND_LINE, role, desk)
            .await
            .unwrap();
        members::add(identity, COMMAND_LINE, desk, bob_id)
            .await
            .unwrap();
        let code = by(&bob, carol_id).await.unwrap();
        members::remove(identity, COMMAND_LINE, desk, bob_id)
            .await
            .unwrap();
        let told = enter(&mut browser, "carol", &code).await;
        let error = told.refused(410, "pass.unusable");
        assert_eq!(error["detail"], "pass.issuer");
        // Not fresh.
        house.advance(6 * MINUTE);
        assert_eq!(by(&ada, carol_id).await, Err("session.not_fresh"));
        people::disable(identity, COMMAND_LINE, carol_id)
            .await
            .unwrap();
        let made = access_pass::make(identity, COMMAND_LINE, carol_id, &checked()).await;
        assert_eq!(made.unwrap_err().code.id, "sign_in.account_disabled");
    });
}

#[test]
fn who_may_not_any_more_leaves_no_pass_behind() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let bob_id = Id::parse(&bob.person_id).unwrap();
        let carol_id = newcomer(&house, "carol").await;
        let identity = house.identity();
        let role = Role::AuthenticationAdministrator;
        let give = async || {
            roles::assign(identity, COMMAND_LINE, role, bob_id)
                .await
                .unwrap();
        };
        let by_bob = async |bob: &Person| {
            let session = house.session(&bob.browser).await;
            let caller = house.caller();
            let actor = Actor::Person(&caller, &session);
            let made = access_pass::make(identity, actor, carol_id, &NewPass::default()).await;
            made.unwrap().1
        };
        give().await;
        // Taken and given back, disabled and enabled: an old pass does not come back with it.
        let code = by_bob(&bob).await;
        roles::unassign(identity, COMMAND_LINE, role, bob_id)
            .await
            .unwrap();
        give().await;
        let mut browser = house.browser();
        enter(&mut browser, "carol", &code)
            .await
            .refused(401, "pass.wrong");
        bob.sign_in().await.ok();
        let code = by_bob(&bob).await;
        people::disable(identity, COMMAND_LINE, bob_id)
            .await
            .unwrap();
        people::enable(identity, COMMAND_LINE, bob_id)
            .await
            .unwrap();
        enter(&mut browser, "carol", &code)
            .await
            .refused(401, "pass.wrong");
        // The person themselves, signed out everywhere.
        let code = once(&house, carol_id).await;
        people::end_sessions(identity, COMMAND_LINE, carol_id)
            .await
            .unwrap();
        enter(&mut browser, "carol", &code)
            .await
            .refused(410, "pass.unusable");
    });
}

#[test]
fn wrong_codes_push_nothing_out_of_sight() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let id = Id::parse(&bob.person_id).unwrap();
        once(&house, id).await;
        for _ in 0..25 {
            let mut attacker = house.browser();
            enter(&mut attacker, "bob", "00000000")
                .await
                .refused(401, "pass.wrong");
        }
        let page = bob.browser.get("/security-info").await.text();
        assert!(page.contains("A Temporary Access Pass was made for you"));
        assert!(!page.contains("was tried and refused"));
    });
}
