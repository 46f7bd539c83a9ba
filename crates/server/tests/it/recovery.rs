//! Recovery codes: each registers one passkey, and does nothing else (security 16, 17, 20, 21, 22).

use identity::access_pass::{self, NewPass};
use identity::policies::profiles::{GroupId, State, Strictness, Target};
use identity::policies::{self, RecoveryCodes, RecoveryPolicy};
use identity::roles::{self, Role};
use identity::{Actor, DAY, HOUR, Id, MINUTE, SECOND, lost, people};
use serde_json::{Value, json};
use testkit::{Answer, Browser, Device, House, Offer, Person, find_tags, listen, passkey_id};

use crate::{at_once, brief, in_each_house};

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };

async fn make_codes(browser: &mut Browser) -> Vec<String> {
    let made = browser
        .post("/security-info/codes/make", json!({}))
        .await
        .ok();
    let codes = made["codes"].as_array().unwrap().iter();
    codes
        .map(|code| code.as_str().unwrap().to_owned())
        .collect()
}

async fn enter(browser: &mut Browser, name: &str, code: &str) -> Answer {
    let body = json!({ "name": name, "code": code });
    browser.post("/recover/enter", body).await
}

async fn finish(browser: &mut Browser, device: &mut Device, begun: &Value) -> Answer {
    let offer = Offer::of(begun);
    let response = browser.create(device, &offer);
    let body = json!({ "state": begun["state"], "response": response });
    browser.post("/recover/finish", body).await
}

/// Enters the code and registers; the passkey's device.
async fn recover(house: &House, name: &str, code: &str) -> Device {
    let (mut browser, mut device) = (house.browser(), Device::synced());
    let begun = enter(&mut browser, name, code).await.ok();
    finish(&mut browser, &mut device, &begun).await.ok();
    device
}

async fn left(house: &House, browser: &Browser) -> Option<u32> {
    let info = house.security_info(browser).await;
    info.codes.map(|codes| codes.left)
}

async fn save(house: &House, policy: &RecoveryPolicy) {
    policies::save_method_policy::<RecoveryCodes>(house.identity(), COMMAND_LINE, None, policy)
        .await
        .unwrap();
}

async fn bob(house: &House) -> Person {
    let mut ada = house.administrator("ada").await;
    house.person(&mut ada, "bob").await
}

#[test]
fn a_code_registers_one_passkey_with_which_its_owner_signs_in() {
    in_each_house(async |house| {
        let mut bob = bob(&house).await;
        assert_eq!(left(&house, &bob.browser).await, Some(0));
        let codes = make_codes(&mut bob.browser).await;
        assert_eq!(codes.len(), 10);
        for code in &codes {
            assert_eq!(code.len(), 19, "{code}");
            assert!(!house.holds(code) && !house.holds(&code.replace('-', "")));
        }
        assert_eq!(left(&house, &bob.browser).await, Some(10));
        // As people type it.
        let typed = format!(" {} ", codes[3].to_lowercase().replace('-', " "));
        let mut browser = house.browser();
        let begun = enter(&mut browser, "Bob", &typed).await.ok();
        assert_eq!(begun["userName"], "bob");
        assert!(!browser.has_session(), "a code opens no session");
        assert_eq!(
            left(&house, &bob.browser).await,
            Some(10),
            "it is used up with the passkey"
        );
        let mut device = Device::synced();
        finish(&mut browser, &mut device, &begun).await.ok();
        assert!(!browser.has_session());
        assert_eq!(left(&house, &bob.browser).await, Some(9));
        browser.sign_in(&mut device).await.ok();
        let proofs = house.run_sql("SELECT created_proof FROM credential WHERE recovered_at > 0");
        assert_eq!(proofs, ["recovery_code"]);
        // What was there goes on working, and its owner sees what happened.
        bob.browser = house.browser();
        bob.sign_in().await.ok();
        let page = bob.browser.get("/security-info").await.text();
        assert!(page.contains("A recovery code was used") && page.contains("From a recovery"));
        assert!(page.contains("9 of 10 left"));
        for activity in ["recovery_codes.made", "recovery.begun", "passkey.added"] {
            let found = format!("SELECT activity FROM audit WHERE activity = '{activity}'");
            assert!(!house.run_sql(&found).is_empty(), "{activity}");
        }
        // Used up.
        let told = enter(&mut browser, "bob", &codes[3]).await;
        told.refused(401, "recovery.wrong");
        recover(&house, "bob", &codes[0]).await;
    });
}

#[test]
fn security_20_who_shows_no_right_code_is_told_nothing() {
    in_each_house(async |house| {
        let mut bob = bob(&house).await;
        let codes = make_codes(&mut bob.browser).await;
        let id = Id::parse(&bob.person_id).unwrap();
        let mut browser = house.browser();
        let mut told = Vec::new();
        for (name, typed) in [
            ("nobody", codes[0].as_str()),
            // Without codes.
            ("ada", codes[0].as_str()),
            ("bob", "0000-0000-0000-0000"),
            ("bob", ""),
            ("bob", &codes[0][..18]),
            ("bob", &codes[0].repeat(40)),
            ("\u{202e}", codes[0].as_str()),
            ("", ""),
        ] {
            let answer = enter(&mut browser, name, typed).await;
            let error = answer.refused(401, "recovery.wrong");
            told.push([
                error["message"].clone(),
                error["remedy"].clone(),
                error["detail"].clone(),
            ]);
        }
        told.dedup();
        assert_eq!(told.len(), 1, "{told:?}");
        let swapped = json!({ "name": ["bob"], "code": codes[0] });
        let told = browser.post("/recover/enter", swapped).await;
        told.refused(400, "request.malformed");
        let bodies = house.run_sql("SELECT body FROM audit WHERE activity = 'recovery.refused'");
        assert_eq!(bodies.len(), 8);
        assert!(
            bodies.iter().all(|body| !body.contains("nobody")),
            "{bodies:?}"
        );
        // The page, too, is the same for everybody.
        let page = house.browser().get("/recover").await.text();
        assert!(!find_tags(&page, "form").is_empty() && page.contains("/pass?"));

        // Disabled: told to who has the code, and to nobody else.
        people::disable(house.identity(), COMMAND_LINE, id)
            .await
            .unwrap();
        let told = enter(&mut browser, "bob", &codes[0]).await;
        assert_eq!(
            told.refused(410, "recovery.unusable")["detail"],
            "recovery.account"
        );
        enter(&mut browser, "bob", "1111")
            .await
            .refused(401, "recovery.wrong");
        // They are still there afterwards: enabling brings the codes back with the passkeys.
        people::enable(house.identity(), COMMAND_LINE, id)
            .await
            .unwrap();
        recover(&house, "bob", &codes[0]).await;
    });
}

#[test]
fn security_20_each_recovery_code_asks_the_database_the_same() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mallory = house.person(&mut ada, "mallory").await;
        house.invite(&mut ada, "without-passkey").await;
        make_codes(&mut bob.browser).await;
        let mallory_id = Id::parse(&mallory.person_id).unwrap();
        people::disable(house.identity(), COMMAND_LINE, mallory_id)
            .await
            .unwrap();
        let mut stranger = house.browser();
        stranger.hold_token().await;
        let mut heard = Vec::new();
        for name in [
            "bob",
            "nobody",
            "mallory",
            "without-passkey",
            "not a name!",
            "",
        ] {
            let (_, calls) = listen(enter(&mut stranger, name, "0000-0000-0000-0000")).await;
            heard.push(calls);
        }
        assert!(
            ["recovery_code.list", "person.find_by_name"]
                .iter()
                .all(|name| heard[0].iter().any(|call| call == name)),
            "they are heard at all: {heard:?}"
        );
        assert!(heard.iter().all(|calls| calls == &heard[0]), "{heard:?}");
    });
}

#[test]
fn security_21_guessing_holds_up_nobody_else() {
    in_each_house(async |mut house| {
        let mut bob = bob(&house).await;
        let second = house.add_node().await;
        let codes = make_codes(&mut bob.browser).await;
        // At either node, for a name that there is and for one that there isn't: alike.
        for name in ["bob", "nobody"] {
            let mut told = Vec::new();
            for number in 0..12 {
                let mut attacker = match number % 2 {
                    0 => house.browser(),
                    _ => house.browser_at(second),
                };
                attacker.address = "198.51.100.7:4711".parse().unwrap();
                let answer = enter(&mut attacker, name, "0000-0000-0000-0000").await;
                told.push(answer.status.as_u16());
            }
            assert_eq!(told[..10], [401; 10], "{name}");
            assert_eq!(told[10..], [429; 2], "{name}");
        }
        // The right code is held up there as well, for the rest of the hour; elsewhere nothing is, and no passkey anywhere.
        let mut attacker = house.browser();
        attacker.address = "198.51.100.7:4711".parse().unwrap();
        let told = enter(&mut attacker, "bob", &codes[0]).await;
        told.refused(429, "limit.reached");
        recover(&house, "bob", &codes[0]).await;
        bob.browser = house.browser();
        bob.browser.address = "198.51.100.7:4711".parse().unwrap();
        bob.sign_in().await.ok();
        house.advance(HOUR + SECOND);
        enter(&mut attacker, "bob", &codes[1]).await.ok();
        // The right code forgets the tries before it.
        for _ in 0..9 {
            let told = enter(&mut attacker, "bob", "0000").await;
            told.refused(401, "recovery.wrong");
        }
        enter(&mut attacker, "bob", &codes[1]).await.ok();
        enter(&mut attacker, "bob", "0000")
            .await
            .refused(401, "recovery.wrong");
    });
}

#[test]
fn what_a_code_gave_is_of_this_browser_for_ten_minutes_and_one_passkey() {
    in_each_house(async |mut house| {
        let mut bob = bob(&house).await;
        let second = house.add_node().await;
        let id = Id::parse(&bob.person_id).unwrap();
        let codes = make_codes(&mut bob.browser).await;
        let mut browser = house.browser();
        let begun = enter(&mut browser, "bob", &codes[0]).await.ok();
        let asked = json!({ "token": begun["token"] });
        let mut thief = house.browser();
        let told = thief.post("/recover/begin", asked.clone()).await;
        told.refused(400, "state.unreadable");
        let told = finish(&mut thief, &mut Device::synced(), &begun).await;
        told.refused(400, "state.unreadable");
        for bad in ["", "AAAA", begun["state"].as_str().unwrap()] {
            let told = browser
                .post("/recover/begin", json!({ "token": bad }))
                .await;
            told.refused(400, "state.unreadable");
        }
        // Of another way in: neither takes what the other gave.
        let told = browser.post("/pass/begin", asked.clone()).await;
        told.refused(400, "state.unreadable");
        let crossed = json!({ "state": begun["state"], "response": {} });
        let told = browser.post("/pass/finish", crossed).await;
        told.refused(400, "state.unreadable");
        // The device said no at first; then one passkey, and the code is gone, at the other node as well.
        let again = browser.post("/recover/begin", asked.clone()).await.ok();
        finish(&mut browser, &mut Device::synced(), &again)
            .await
            .ok();
        let told = finish(&mut browser, &mut Device::synced(), &begun).await;
        told.refused(410, "recovery.unusable");
        let told = browser.post("/recover/begin", asked).await;
        told.refused(410, "recovery.unusable");
        let mut there = house.browser_at(second);
        let told = enter(&mut there, "bob", &codes[0]).await;
        told.refused(401, "recovery.wrong");
        // Too late.
        let begun = enter(&mut there, "bob", &codes[1]).await.ok();
        house.advance(10 * MINUTE + SECOND);
        let told = there
            .post("/recover/begin", json!({ "token": begun["token"] }))
            .await;
        assert_eq!(
            told.refused(410, "recovery.unusable")["detail"],
            "recovery.too_late"
        );
        // Signed out everywhere, disabled and enabled, made anew: what a code gave before is over.
        let begun = enter(&mut there, "bob", &codes[1]).await.ok();
        people::end_sessions(house.identity(), COMMAND_LINE, id)
            .await
            .unwrap();
        let told = finish(&mut there, &mut Device::synced(), &begun).await;
        told.refused(410, "recovery.unusable");
        let begun = enter(&mut there, "bob", &codes[1]).await.ok();
        people::disable(house.identity(), COMMAND_LINE, id)
            .await
            .unwrap();
        let told = finish(&mut there, &mut Device::synced(), &begun).await;
        told.refused(410, "recovery.unusable");
        people::enable(house.identity(), COMMAND_LINE, id)
            .await
            .unwrap();
        let begun = enter(&mut there, "bob", &codes[1]).await.ok();
        bob.browser = house.browser();
        bob.sign_in().await.ok();
        let newer = make_codes(&mut bob.browser).await;
        let told = finish(&mut there, &mut Device::synced(), &begun).await;
        told.refused(410, "recovery.unusable");
        let told = enter(&mut there, "bob", &codes[2]).await;
        told.refused(401, "recovery.wrong");
        recover(&house, "bob", &newer[2]).await;
    });
}

#[test]
fn of_many_who_show_one_code_one_gets_a_passkey() {
    in_each_house(async |mut house| {
        let mut bob = bob(&house).await;
        let second = house.add_node().await;
        let codes = make_codes(&mut bob.browser).await;
        let mut ready = Vec::new();
        for number in 0..4 {
            let mut browser = match number % 2 {
                0 => house.browser(),
                _ => house.browser_at(second),
            };
            let begun = enter(&mut browser, "bob", &codes[0]).await.ok();
            ready.push((browser, begun));
        }
        let tries = ready.into_iter().map(|(mut browser, begun)| async move {
            finish(&mut browser, &mut Device::synced(), &begun).await
        });
        let told = at_once(tries.collect()).await;
        let mut statuses: Vec<u16> = told.iter().map(|it| it.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 410, 410, 410], "{:?}", brief(&told));
        assert_eq!(house.run_sql("SELECT name FROM credential").len(), 3);
    });
}

#[test]
fn security_17_a_session_after_a_recovery_takes_nothing_away_for_a_day() {
    in_each_house(async |house| {
        let mut bob = bob(&house).await;
        let codes = make_codes(&mut bob.browser).await;
        let mut found = recover(&house, "bob", &codes[0]).await;
        let mut browser = house.browser();
        browser.sign_in(&mut found).await.ok();
        let old = bob.passkey_id();
        browser
            .remove_passkey(&old)
            .await
            .refused(403, "recovery.too_recent");
        let told = browser.post("/security-info/codes/make", json!({})).await;
        told.refused(403, "recovery.too_recent");
        let page = browser.get("/security-info").await.text();
        assert!(page.contains("You came back with a passkey from a recovery"));
        // What it adds is no way around.
        let mut next = Device::synced();
        browser.add_passkey(&mut next).await.ok();
        let mut other = house.browser();
        other.sign_in(&mut next).await.ok();
        other
            .remove_passkey(&old)
            .await
            .refused(403, "recovery.too_recent");
        // Whoever was there before may remove what came of it.
        bob.browser = house.browser();
        bob.sign_in().await.ok();
        bob.browser.remove_passkey(&passkey_id(&next)).await.ok();
        // Its own it may give back.
        let second = recover(&house, "bob", &codes[1]).await;
        let mut device = second;
        let mut browser = house.browser();
        browser.sign_in(&mut device).await.ok();
        browser.remove_passkey(&passkey_id(&device)).await.ok();
        house.advance(DAY);
        let mut browser = house.browser();
        browser.sign_in(&mut found).await.ok();
        browser.remove_passkey(&old).await.ok();
        make_codes(&mut browser).await;
    });
}

/// Somebody who got in by a recovery could else come back by codes of their own.
#[test]
fn security_17_codes_made_since_a_recovery_go_with_its_passkey() {
    in_each_house(async |house| {
        let mut bob = bob(&house).await;
        let id = Id::parse(&bob.person_id).unwrap();
        let new = NewPass {
            reason: Some("said to be bob".to_owned()),
            ..NewPass::default()
        };
        let made = access_pass::make(house.identity(), COMMAND_LINE, id, &new).await;
        let code = made.unwrap().1;
        let (mut browser, mut device) = (house.browser(), Device::synced());
        let shown = json!({ "name": "bob", "code": code });
        let begun = browser.post("/pass/enter", shown).await.ok();
        let response = browser.create(&mut device, &Offer::of(&begun));
        let body = json!({ "state": begun["state"], "response": response });
        browser.post("/pass/finish", body).await.ok();
        browser.sign_in(&mut device).await.ok();
        let told = browser.post("/security-info/codes/make", json!({})).await;
        told.refused(403, "recovery.too_recent");
        house.advance(DAY);
        let mut browser = house.browser();
        browser.sign_in(&mut device).await.ok();
        let codes = make_codes(&mut browser).await;
        bob.browser = house.browser();
        bob.sign_in().await.ok();
        assert_eq!(left(&house, &bob.browser).await, Some(10));
        let planted = passkey_id(&device);
        bob.browser.remove_passkey(&planted).await.ok();
        assert_eq!(left(&house, &bob.browser).await, Some(0));
        let told = enter(&mut house.browser(), "bob", &codes[0]).await;
        told.refused(401, "recovery.wrong");
    });
}

/// Of a pass after a loss every passkey is marked; of one for a first day none.
#[test]
fn security_17_each_passkey_of_a_recovery_is_marked() {
    in_each_house(async |house| {
        let bob = bob(&house).await;
        let id = Id::parse(&bob.person_id).unwrap();
        let passkeys = [bob.passkey_id()];
        lost::report(house.identity(), COMMAND_LINE, id, &passkeys)
            .await
            .unwrap();
        let newcomer = people::add(house.identity(), COMMAND_LINE, "new", "New Comer").await;
        let newcomer = newcomer.unwrap().person_id;
        let new = NewPass {
            reason: Some("seen at the desk".to_owned()),
            usable_once: Some(false),
            ..NewPass::default()
        };
        for (name, person) in [("bob", id), ("new", newcomer)] {
            let made = access_pass::make(house.identity(), COMMAND_LINE, person, &new).await;
            let code = made.unwrap().1;
            for _ in 0..2 {
                let mut browser = house.browser();
                let shown = json!({ "name": name, "code": code });
                let begun = browser.post("/pass/enter", shown).await.ok();
                let response = browser.create(&mut Device::synced(), &Offer::of(&begun));
                let body = json!({ "state": begun["state"], "response": response });
                browser.post("/pass/finish", body).await.ok();
                house.advance(SECOND);
            }
        }
        let marked =
            "SELECT p.user_name FROM credential c JOIN person p ON p.person_id = c.person_id
             WHERE c.recovered_at IS NOT NULL";
        assert_eq!(house.run_sql(marked), ["bob", "bob"]);
    });
}

/// Codes are self-made: none where nobody may add a passkey themselves.
#[test]
fn without_self_service_there_are_no_codes() {
    in_each_house(async |house| {
        let mut bob = bob(&house).await;
        let codes = make_codes(&mut bob.browser).await;
        let mut browser = house.browser();
        let begun = enter(&mut browser, "bob", &codes[0]).await.ok();
        let shown = policies::show(house.identity(), COMMAND_LINE)
            .await
            .unwrap();
        let mut closed = shown.policy.document().clone();
        closed.self_service_registration = false;
        let mode = Strictness::Wire;
        policies::save(house.identity(), COMMAND_LINE, None, &closed, mode, "")
            .await
            .unwrap();
        let told = finish(&mut browser, &mut Device::synced(), &begun).await;
        told.refused(403, "recovery.not_allowed");
        let told = enter(&mut browser, "bob", &codes[1]).await;
        told.refused(403, "recovery.not_allowed");
        assert_eq!(left(&house, &bob.browser).await, None);
    });
}

#[test]
fn codes_are_made_by_their_owner_who_has_just_signed_in() {
    in_each_house(async |house| {
        let mut bob = bob(&house).await;
        let mut stranger = house.browser();
        let told = stranger.post("/security-info/codes/make", json!({})).await;
        told.refused(401, "session.none");
        house.advance(6 * MINUTE);
        let told = bob
            .browser
            .post("/security-info/codes/make", json!({}))
            .await;
        told.refused(403, "session.not_fresh");
        bob.reauthenticate().await.ok();
        let codes = make_codes(&mut bob.browser).await;
        let mut different = codes.clone();
        different.sort();
        different.dedup();
        assert_eq!(different.len(), 10);
        // Of somebody else they are nothing.
        let told = enter(&mut stranger, "ada", &codes[0]).await;
        told.refused(401, "recovery.wrong");
        // A restored database would bring used ones back: none of it count.
        let restored = house.restored().await;
        let mut browser = restored.browser();
        let told = enter(&mut browser, "bob", &codes[0]).await;
        told.refused(401, "recovery.wrong");
    });
}

#[test]
fn the_policy_says_who_may_have_codes_and_roles_are_asked_twice() {
    in_each_house(async |mut house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let second = house.add_node().await;
        let id = Id::parse(&bob.person_id).unwrap();
        let identity = house.identity();
        // Nobody with a role, unless it is said.
        assert_eq!(left(&house, &ada.browser).await, None);
        let told = ada
            .browser
            .post("/security-info/codes/make", json!({}))
            .await;
        told.refused(403, "recovery.not_allowed");
        let codes = make_codes(&mut bob.browser).await;
        let role = Role::SecurityReader;
        let mut there = house.browser_at(second);
        let begun = enter(&mut there, "bob", &codes[0]).await.ok();
        roles::assign(identity, COMMAND_LINE, role, id)
            .await
            .unwrap();
        let told = finish(&mut there, &mut Device::synced(), &begun).await;
        told.refused(403, "recovery.not_allowed");
        let told = enter(&mut there, "bob", &codes[0]).await;
        told.refused(403, "recovery.not_allowed");
        let allowed = RecoveryPolicy {
            privileged: State::Enabled,
            ..RecoveryPolicy::default()
        };
        save(&house, &allowed).await;
        let begun = enter(&mut there, "bob", &codes[0]).await.ok();
        // Switched off in between.
        let off = RecoveryPolicy {
            state: State::Disabled,
            ..RecoveryPolicy::default()
        };
        save(&house, &off).await;
        let told = finish(&mut there, &mut Device::synced(), &begun).await;
        told.refused(403, "recovery.not_allowed");
        assert_eq!(left(&house, &bob.browser).await, None);
        let page = house.browser().get("/recover").await.text();
        assert!(
            !page.contains("code-form"),
            "nothing is offered that nobody has"
        );
        save(&house, &RecoveryPolicy::default()).await;
        roles::unassign(identity, COMMAND_LINE, role, id)
            .await
            .unwrap();
        recover(&house, "bob", &codes[0]).await;

        let twice = RecoveryPolicy {
            include: vec![Target::Everyone, Target::Everyone],
            ..RecoveryPolicy::default()
        };
        let missing = RecoveryPolicy {
            exclude: vec![GroupId([7; 16])],
            ..RecoveryPolicy::default()
        };
        for (policy, detail) in [
            (twice, "recovery_policy.targets"),
            (missing, "recovery_policy.group_missing"),
        ] {
            let saved = policies::save_method_policy::<RecoveryCodes>(
                identity,
                COMMAND_LINE,
                None,
                &policy,
            )
            .await;
            let refusal = saved.unwrap_err();
            assert_eq!(
                (refusal.code.id, refusal.detail),
                ("recovery_policy.unfit", Some(detail))
            );
        }
        let stale = policies::save_method_policy::<RecoveryCodes>(
            identity,
            COMMAND_LINE,
            Some(77),
            &allowed,
        )
        .await;
        assert_eq!(stale.unwrap_err().code.id, "record.outdated");
    });
}
