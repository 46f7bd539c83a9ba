//! Passwords and authenticator apps: together they sign in, and alone they do nothing (security 1, 2, 20, 21, 30).

use aws_lc_rs::hmac;
use data_encoding::BASE32_NOPAD;
use identity::policies::profiles::{GroupId, State, Target};
use identity::policies::{
    self, FactorPolicy, PasswordPolicy, Passwords, RecoveryCodes, RecoveryPolicy, Rung,
    SoftwareOath,
};
use identity::roles::{self, Role};
use identity::settings::Passwords as Cost;
use identity::{Actor, HOUR, Id, MINUTE, SECOND, lost, password, people};
use serde_json::{Value, json};
use testkit::{Answer, Browser, Device, House, Offer, Person, find_tags, listen};

use crate::{at_once, brief, count, in_each_house};

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };
pub(crate) const GOOD: &str = "correct horse battery";
pub(crate) const STEP: i64 = 30 * SECOND;

pub(crate) async fn enter(browser: &mut Browser, name: &str, password: &str) -> Answer {
    let body = json!({ "name": name, "password": password });
    browser.post("/password/enter", body).await
}

pub(crate) async fn prove(
    browser: &mut Browser,
    state: &Value,
    factor: &str,
    code: &str,
) -> Answer {
    let body = json!({ "state": state, "factor": factor, "code": code, "return": "/applications" });
    browser.post("/password/code", body).await
}

/// RFC 6238, written once more.
pub(crate) fn code_at(secret: &str, now: i64) -> String {
    let seed = BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &seed);
    let tag = hmac::sign(&key, &(now / STEP).to_be_bytes());
    let tag = tag.as_ref();
    let at = usize::from(tag[19] & 0xf);
    let number = u32::from_be_bytes(tag[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

pub(crate) async fn allow(house: &House, change: impl FnOnce(&mut PasswordPolicy)) {
    let mut policy = PasswordPolicy {
        state: State::Enabled,
        beside_passkeys: State::Enabled,
        ..PasswordPolicy::default()
    };
    change(&mut policy);
    policies::save_method_policy::<Passwords>(house.identity(), COMMAND_LINE, None, &policy)
        .await
        .unwrap();
}

pub(crate) async fn set(browser: &mut Browser, text: &str) -> Answer {
    let body = json!({ "password": text });
    browser.post("/security-info/password/set", body).await
}

/// Sets up an app; its secret.
pub(crate) async fn add_app(house: &House, browser: &mut Browser) -> String {
    let begun = browser
        .post("/security-info/app/begin", json!({}))
        .await
        .ok();
    let secret = begun["secret"].as_str().unwrap().to_owned();
    let code = code_at(&secret, house.now());
    let body = json!({ "state": begun["state"], "code": code });
    browser.post("/security-info/app/finish", body).await.ok();
    // The code that proved it is spent.
    house.advance(STEP);
    secret
}

/// Bob, who has a passkey, a password and an app; and its secret.
async fn with_bob(house: &House) -> (Person, Person, String) {
    let mut ada = house.administrator("ada").await;
    let mut bob = house.person(&mut ada, "bob").await;
    allow(house, |_| {}).await;
    set(&mut bob.browser, GOOD).await.ok();
    let secret = add_app(house, &mut bob.browser).await;
    (ada, bob, secret)
}

/// Signs in by both.
async fn sign_in(house: &House, secret: &str) -> Browser {
    let mut browser = house.browser();
    let entered = enter(&mut browser, "bob", GOOD).await.ok();
    let code = code_at(secret, house.now());
    prove(&mut browser, &entered["state"], "software_oath", &code)
        .await
        .ok();
    house.advance(STEP);
    browser
}

#[test]
fn password_and_app_sign_in_together_and_the_password_alone_does_not() {
    in_each_house(async |house| {
        let (_, _, secret) = with_bob(&house).await;
        assert!(!house.holds(GOOD) && !house.holds(&secret));
        let hashes = house.run_sql("SELECT hash FROM password");
        assert!(hashes[0].starts_with("$argon2id$v=19$"), "{hashes:?}");
        let page = house.browser().get("/sign-in").await.text();
        assert!(page.contains("/password?return="), "it is offered");
        let mut browser = house.browser();
        let entered = enter(&mut browser, "Bob", GOOD).await.ok();
        assert_eq!(entered["factors"], json!(["software_oath"]));
        assert!(!browser.has_session(), "a password opens no session");
        for wrong in ["", "000000", "12345", "abcdef"] {
            prove(&mut browser, &entered["state"], "software_oath", wrong)
                .await
                .refused(401, "factor.wrong");
        }
        assert!(!browser.has_session());
        // As an app shows it.
        let code = code_at(&secret, house.now());
        let typed = format!("{} {}", &code[..3], &code[3..]);
        let done = prove(&mut browser, &entered["state"], "software_oath", &typed).await;
        assert_eq!(done.ok()["location"], "/applications");
        assert!(browser.has_session());
        let info = house.security_info(&browser).await;
        assert!(info.by_password);
        assert_eq!(info.sessions.len(), 2);
        assert!(
            info.sessions
                .iter()
                .any(|it| it.current && it.passkey_name.is_none())
        );
        let bodies = house.run_sql("SELECT body FROM sign_in WHERE result = 'ok'");
        assert!(
            bodies.iter().any(|body| body.contains("software_oath")),
            "{bodies:?}"
        );
        // State and code are spent, in whichever browser.
        let again = prove(&mut browser, &entered["state"], "software_oath", &code).await;
        again.refused(401, "factor.wrong");
        let mut other = house.browser();
        let entered = enter(&mut other, "bob", GOOD).await.ok();
        let again = prove(&mut other, &entered["state"], "software_oath", &code).await;
        again.refused(401, "factor.wrong");
    });
}

#[test]
fn security_20_who_shows_no_right_password_is_told_nothing() {
    in_each_house(async |house| {
        let (mut ada, bob, _) = with_bob(&house).await;
        let id = Id::parse(&bob.person_id).unwrap();
        house.invite(&mut ada, "without-passkey").await;
        let mut browser = house.browser();
        let (mut told, mut heard) = (Vec::new(), Vec::new());
        browser.hold_token().await;
        for (name, typed) in [
            ("nobody", GOOD),
            ("ada", GOOD),
            ("without-passkey", GOOD),
            ("bob", "correct horse batterz"),
            ("not a name!", GOOD),
            ("", "x"),
        ] {
            let (answer, calls) = listen(enter(&mut browser, name, typed)).await;
            let error = answer.refused(401, "password.wrong");
            told.push([error["message"].clone(), error["remedy"].clone()]);
            heard.push(calls);
        }
        for typed in ["", &"x".repeat(300), "bell\u{7}"] {
            enter(&mut browser, "bob", typed)
                .await
                .refused(401, "password.wrong");
        }
        told.dedup();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            heard[0].iter().any(|call| call == "password.find"),
            "{heard:?}"
        );
        assert!(heard.iter().all(|calls| calls == &heard[0]), "{heard:?}");
        let bodies = house.run_sql("SELECT body FROM sign_in WHERE result = 'password.wrong'");
        assert_eq!(bodies.len(), 9);
        assert!(
            bodies
                .iter()
                .all(|body| !body.contains("nobody") && !body.contains(GOOD))
        );
        let swapped = json!({ "name": "bob", "password": [GOOD] });
        browser
            .post("/password/enter", swapped)
            .await
            .refused(400, "request.malformed");
        // Disabled: told to who has the password, and to nobody else.
        people::disable(house.identity(), COMMAND_LINE, id)
            .await
            .unwrap();
        let mut fresh = house.browser();
        fresh.address = "198.51.100.9:1".parse().unwrap();
        let told = enter(&mut fresh, "bob", GOOD).await;
        assert_eq!(
            told.refused(403, "sign_in.account_disabled")["code"],
            "sign_in.account_disabled"
        );
        let told = enter(&mut fresh, "bob", "wrong and wrong").await;
        told.refused(401, "password.wrong");
    });
}

#[test]
fn security_21_guessing_locks_no_passkey_and_nobody_elsewhere() {
    in_each_house(async |mut house| {
        let (_, mut bob, secret) = with_bob(&house).await;
        let second = house.add_node().await;
        for name in ["bob", "nobody"] {
            let mut told = Vec::new();
            for number in 0..12 {
                let mut attacker = match number % 2 {
                    0 => house.browser(),
                    _ => house.browser_at(second),
                };
                attacker.address = "198.51.100.7:4711".parse().unwrap();
                let answer = enter(&mut attacker, name, "wrong and wrong").await;
                told.push(answer.status.as_u16());
            }
            assert_eq!(told[..10], [401; 10], "{name}");
            assert_eq!(told[10..], [429; 2], "{name}");
        }
        // Elsewhere it works, and the passkey works there as well.
        sign_in(&house, &secret).await;
        bob.browser = house.browser();
        bob.browser.address = "198.51.100.7:4711".parse().unwrap();
        bob.sign_in().await.ok();
        // Codes: ten wrong ones, from wherever, and codes have to wait. The passkey does not.
        let mut thief = house.browser();
        let entered = enter(&mut thief, "bob", GOOD).await.ok();
        let mut told = Vec::new();
        for _ in 0..11 {
            let answer = prove(&mut thief, &entered["state"], "software_oath", "000000").await;
            told.push(answer.status.as_u16());
        }
        assert_eq!(told[..10], [401; 10]);
        assert_eq!(told[10], 429);
        let code = code_at(&secret, house.now());
        let held_up = prove(&mut thief, &entered["state"], "software_oath", &code).await;
        held_up.refused(429, "limit.reached");
        bob.browser = house.browser();
        bob.sign_in().await.ok();
        house.advance(HOUR + SECOND);
        sign_in(&house, &secret).await;
    });
}

#[test]
fn it_is_off_unless_the_policy_says_so_and_never_for_who_holds_a_role() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let id = Id::parse(&bob.person_id).unwrap();
        let page = bob.browser.get("/sign-in").await.text();
        assert!(!page.contains("/password?"));
        let page = house.browser().get("/password").await.text();
        assert!(
            find_tags(&page, "form").is_empty(),
            "there is nothing to type"
        );
        let mut stranger = house.browser();
        for told in [
            enter(&mut stranger, "bob", GOOD).await,
            set(&mut bob.browser, GOOD).await,
            bob.browser
                .post("/security-info/app/begin", json!({}))
                .await,
        ] {
            told.refused(403, "password.not_allowed");
        }
        let page = bob.browser.get("/security-info").await.text();
        assert!(!page.contains("data-password"));
        allow(&house, |_| {}).await;
        set(&mut bob.browser, GOOD).await.ok();
        let secret = add_app(&house, &mut bob.browser).await;
        // Ada holds a role.
        set(&mut ada.browser, GOOD)
            .await
            .refused(403, "password.not_allowed");
        let given = password::give(house.identity(), COMMAND_LINE, id, Some(GOOD)).await;
        given.unwrap();
        let ada_id = house.find("ada").await.person_id;
        let given = password::give(house.identity(), COMMAND_LINE, ada_id, Some(GOOD)).await;
        assert_eq!(given.unwrap_err().code.id, "password.not_allowed");
        // Bob is given a role while he is signed in by his password: it gives this session no right.
        let mut browser = sign_in(&house, &secret).await;
        roles::assign(
            house.identity(),
            COMMAND_LINE,
            Role::GlobalAdministrator,
            id,
        )
        .await
        .unwrap();
        let body = json!({ "userName": "carol", "displayName": "Carol" });
        let told = browser.post("/people/add", body).await;
        told.refused(403, "session.by_password");
        enter(&mut stranger, "bob", GOOD)
            .await
            .refused(403, "password.not_allowed");
        roles::unassign(
            house.identity(),
            COMMAND_LINE,
            Role::GlobalAdministrator,
            id,
        )
        .await
        .unwrap();
        // By groups; and by the policy of the app.
        let group = GroupId([7; 16]);
        let missing = PasswordPolicy {
            include: vec![Target::Group(group)],
            ..PasswordPolicy::default()
        };
        let identity = house.identity();
        let saved =
            policies::save_method_policy::<Passwords>(identity, COMMAND_LINE, None, &missing).await;
        let refused = saved.unwrap_err();
        assert_eq!(
            (refused.code.id, refused.detail),
            ("method_policy.unfit", Some("password_policy.group_missing"))
        );
        let off = FactorPolicy {
            state: State::Disabled,
            ..FactorPolicy::default()
        };
        policies::save_method_policy::<SoftwareOath>(identity, COMMAND_LINE, None, &off)
            .await
            .unwrap();
        enter(&mut stranger, "bob", GOOD)
            .await
            .refused(403, "password.no_second_factor");
    });
}

#[test]
fn a_right_password_is_of_this_browser_for_ten_minutes_and_ends_with_what_it_rests_on() {
    in_each_house(async |mut house| {
        let (_, mut bob, secret) = with_bob(&house).await;
        let second = house.add_node().await;
        let id = Id::parse(&bob.person_id).unwrap();
        let mut browser = house.browser();
        let entered = enter(&mut browser, "bob", GOOD).await.ok();
        let state = entered["state"].clone();
        let code = code_at(&secret, house.now());
        // Another browser; a state of another step; none.
        let mut other = house.browser();
        other.hold_token().await;
        let told = prove(&mut other, &state, "software_oath", &code).await;
        told.refused(400, "state.unreadable");
        let challenge = browser.challenge().await;
        let told = prove(
            &mut browser,
            &json!(challenge.state),
            "software_oath",
            &code,
        )
        .await;
        told.refused(400, "state.unreadable");
        let told = prove(&mut browser, &json!(""), "software_oath", &code).await;
        told.refused(400, "state.unreadable");
        let told = prove(&mut browser, &state, "voice", &code).await;
        told.refused(400, "request.malformed");
        // Past mistake 27: the state of a password finishes no other ceremony.
        for path in ["/sign-in/passkey", "/recover/finish", "/pass/finish"] {
            let body = json!({ "state": state, "response": {} });
            let told = browser.post(path, body).await;
            assert!(
                told.status.is_client_error() && !browser.has_session(),
                "{path}"
            );
        }
        // Mail was not offered.
        let told = browser
            .post("/password/mail", json!({ "state": state }))
            .await;
        told.refused(403, "factor.not_allowed");
        // At another node it is as good.
        let mut moved = house.moved_to(&browser, second);
        prove(&mut moved, &state, "software_oath", &code).await.ok();
        house.advance(STEP);
        // Too late.
        let entered = enter(&mut browser, "bob", GOOD).await.ok();
        house.advance(10 * MINUTE + SECOND);
        let code = code_at(&secret, house.now());
        let told = prove(&mut browser, &entered["state"], "software_oath", &code).await;
        told.refused(410, "password.state_over");
        // What it rests on ends: password changed, person disabled.
        let entered = enter(&mut browser, "bob", GOOD).await.ok();
        bob.browser = house.browser();
        bob.sign_in().await.ok();
        set(&mut bob.browser, "another horse battery").await.ok();
        let told = prove(&mut browser, &entered["state"], "software_oath", &code).await;
        told.refused(410, "password.state_over");
        enter(&mut browser, "bob", GOOD)
            .await
            .refused(401, "password.wrong");
        let entered = enter(&mut browser, "bob", "another horse battery")
            .await
            .ok();
        people::disable(house.identity(), COMMAND_LINE, id)
            .await
            .unwrap();
        let told = prove(&mut browser, &entered["state"], "software_oath", &code).await;
        told.refused(410, "password.state_over");
        assert!(!browser.has_session());
    });
}

#[test]
fn of_several_who_show_one_code_at_once_one_is_let_in() {
    in_each_house(async |house| {
        let (_, _, secret) = with_bob(&house).await;
        let code = code_at(&secret, house.now());
        let mut work = Vec::new();
        for _ in 0..6 {
            let mut browser = house.browser();
            let entered = enter(&mut browser, "bob", GOOD).await.ok();
            let code = code.clone();
            work.push(async move {
                prove(&mut browser, &entered["state"], "software_oath", &code).await
            });
        }
        let answers = at_once(work).await;
        assert_eq!(count(&answers, 200), 1, "{:?}", brief(&answers));
        assert_eq!(count(&answers, 401), 5, "{:?}", brief(&answers));
        let opened = house.run_sql("SELECT place FROM session WHERE LENGTH(credential_id) = 0");
        assert_eq!(opened.len(), 1);
    });
}

#[test]
fn a_session_by_password_changes_little_and_ends_with_the_password() {
    in_each_house(async |house| {
        let (_, mut bob, secret) = with_bob(&house).await;
        let id = bob.passkey_id();
        let mut browser = sign_in(&house, &secret).await;
        // Bob had a passkey: a password adds none, and takes none away (security 1).
        for (path, body) in [
            ("/security-info/passkeys/begin", json!({})),
            ("/security-info/passkeys/remove", json!({ "passkeyId": id })),
            ("/security-info/codes/make", json!({})),
            ("/security-info/password/remove", json!({})),
            ("/security-info/app/remove", json!({})),
            (
                "/security-info/passkeys/lost",
                json!({ "passkeyIds": [id] }),
            ),
            (
                "/security-info/passkeys/confirm",
                json!({ "passkeyId": id }),
            ),
            ("/security-info/recovery/cancel", json!({})),
        ] {
            let told = browser.post(path, body).await;
            told.refused(403, "session.by_password");
        }
        let told = browser.post("/upgrade/begin", json!({})).await;
        told.refused(403, "session.by_password");
        // Nor does it let another device make one.
        let mut ladder = RecoveryPolicy::default();
        ladder.rungs.of_mut(Rung::Device).state = State::Enabled;
        policies::save_method_policy::<RecoveryCodes>(
            house.identity(),
            COMMAND_LINE,
            None,
            &ladder,
        )
        .await
        .unwrap();
        let asked = house
            .browser()
            .post("/recover/device", json!({}))
            .await
            .ok();
        let code = asked["code"].as_str().unwrap();
        let told = browser.get(&format!("/approve?code={code}")).await;
        assert_eq!(told.status, 403, "{}", told.text());
        // Changing the password ends it here, too.
        set(&mut browser, "another horse battery").await.ok();
        assert!(!browser.is_signed_in().await);
        assert!(
            bob.browser.is_signed_in().await,
            "the passkey's session goes on"
        );
        let mut browser = house.browser();
        let entered = enter(&mut browser, "bob", "another horse battery")
            .await
            .ok();
        let code = code_at(&secret, house.now());
        prove(&mut browser, &entered["state"], "software_oath", &code)
            .await
            .ok();
        bob.reauthenticate().await.ok();
        bob.browser
            .post("/security-info/password/remove", json!({}))
            .await
            .ok();
        assert!(!browser.is_signed_in().await);
        enter(&mut house.browser(), "bob", "another horse battery")
            .await
            .refused(401, "password.wrong");
        assert!(house.run_sql("SELECT person_id FROM totp").is_empty());
        bob.browser
            .post("/security-info/password/remove", json!({}))
            .await
            .refused(404, "password.missing");
        for activity in [
            "password.set",
            "password.removed",
            "authenticator_app.added",
        ] {
            let found = format!("SELECT activity FROM audit WHERE activity = '{activity}'");
            assert!(!house.run_sql(&found).is_empty(), "{activity}");
        }
        // All that is left of the person's goes with an erasure and a report of loss alike.
        let caller = house.caller();
        let session = house.session(&bob.browser).await;
        lost::report_own(house.identity(), &caller, &session, &[bob.passkey_id()])
            .await
            .unwrap();
    });
}

#[test]
fn by_default_the_password_ends_where_a_passkey_begins() {
    in_each_house(async |house| {
        let (_, _, secret) = with_bob(&house).await;
        let browser = sign_in(&house, &secret).await;
        allow(&house, |policy| policy.beside_passkeys = State::Disabled).await;
        let told = enter(&mut house.browser(), "bob", GOOD).await;
        told.refused(403, "password.passkey_first");
        // Whoever is in stays in: it is asked where somebody comes in.
        let mut browser = browser;
        assert!(browser.is_signed_in().await);
    });
}

#[test]
fn a_new_password_is_long_enough_its_own_and_of_no_breach() {
    let list = tempfile::NamedTempFile::new().unwrap();
    let listed = "password123456";
    let hash = aws_lc_rs::digest::digest(
        &aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY,
        listed.as_bytes(),
    );
    let line = format!("{}:17\n", data_encoding::HEXUPPER.encode(hash.as_ref()));
    std::fs::write(list.path(), line).unwrap();
    let path = list.path().to_owned();
    testkit::on_each_backend(async |backend| {
        let path = path.clone();
        let house = House::open_with(backend, move |settings| {
            settings.passwords = std::sync::Arc::new(Cost {
                memory_kib: 64,
                iterations: 1,
                breached_list: Some(path),
                ..Cost::default()
            });
        })
        .await;
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "robert@example.org").await;
        allow(&house, |_| {}).await;
        for (text, detail) in [
            ("", "password.characters"),
            ("elevenchars", "password.too_short"),
            (&"x".repeat(257), "password.characters"),
            ("bell\u{7}bellbellbell", "password.characters"),
            ("Robert@Example.org", "password.contains_name"),
            ("my name is robert", "password.contains_name"),
            (listed, "password.breached"),
        ] {
            let told = set(&mut bob.browser, text).await;
            assert_eq!(
                told.refused(400, "password.unfit")["detail"],
                detail,
                "{text}"
            );
        }
        assert!(house.run_sql("SELECT hash FROM password").is_empty());
        set(&mut bob.browser, "  spaces count  ").await.ok();
        house.advance(6 * MINUTE);
        set(&mut bob.browser, GOOD)
            .await
            .refused(403, "session.not_fresh");
        bob.browser
            .post("/security-info/app/begin", json!({}))
            .await
            .refused(403, "session.not_fresh");
    });
}

/// Of [`GOOD`], at another cost than the house's; made by argon2-cffi.
const OLD_HASH: &str = "$argon2id$v=19$m=32,t=1,p=1$BwcHBwcHBwcHBwcHBwcHBw$wBw1WKI2VB24W+afO86P99xjvbuxq8vhHUacqbBVUgs";

#[test]
fn a_hash_of_another_cost_is_made_anew_and_ends_nothing() {
    in_each_house(async |house| {
        let (_, _, secret) = with_bob(&house).await;
        house.run_sql(&format!("UPDATE password SET hash = '{OLD_HASH}'"));
        let mut before = sign_in(&house, &secret).await;
        let hash = house.run_sql("SELECT hash FROM password").remove(0);
        assert!(hash.starts_with("$argon2id$v=19$m=64,"), "{hash}");
        assert!(before.is_signed_in().await);
        sign_in(&house, &secret).await;
        assert_eq!(house.run_sql("SELECT hash FROM password"), [hash]);
        assert!(before.is_signed_in().await);
        // A wrong one changes nothing.
        house.run_sql(&format!("UPDATE password SET hash = '{OLD_HASH}'"));
        enter(&mut house.browser(), "bob", "wrong and wrong")
            .await
            .refused(401, "password.wrong");
        assert_eq!(house.run_sql("SELECT hash FROM password"), [OLD_HASH]);
    });
}

#[test]
fn an_app_is_kept_once_it_shows_its_code() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        allow(&house, |_| {}).await;
        set(&mut bob.browser, GOOD).await.ok();
        let begun = bob
            .browser
            .post("/security-info/app/begin", json!({}))
            .await
            .ok();
        let secret = begun["secret"].as_str().unwrap();
        let uri = begun["uri"].as_str().unwrap();
        assert!(
            uri.starts_with("otpauth://totp/") && uri.contains(secret),
            "{uri}"
        );
        assert!(begun["code"]["width"].as_u64().unwrap() > 20);
        let finish = async |browser: &mut Browser, code: &str| {
            let body = json!({ "state": begun["state"], "code": code });
            browser.post("/security-info/app/finish", body).await
        };
        finish(&mut bob.browser, "000000")
            .await
            .refused(401, "factor.wrong");
        // Two minutes off.
        let late = code_at(secret, house.now() + 120 * SECOND);
        finish(&mut bob.browser, &late)
            .await
            .refused(401, "factor.wrong");
        let code = code_at(secret, house.now());
        finish(&mut ada.browser, &code)
            .await
            .refused(400, "state.unreadable");
        assert!(house.run_sql("SELECT person_id FROM totp").is_empty());
        finish(&mut bob.browser, &code).await.ok();
        finish(&mut bob.browser, &code)
            .await
            .refused(410, "state.spent");
        // The first code was used; the next one is good.
        let mut browser = house.browser();
        let entered = enter(&mut browser, "bob", GOOD).await.ok();
        prove(&mut browser, &entered["state"], "software_oath", &code)
            .await
            .refused(401, "factor.wrong");
        house.advance(STEP);
        let next = code_at(secret, house.now());
        prove(&mut browser, &entered["state"], "software_oath", &next)
            .await
            .ok();
        bob.browser
            .post("/security-info/app/remove", json!({}))
            .await
            .ok();
        enter(&mut house.browser(), "bob", GOOD)
            .await
            .refused(403, "password.no_second_factor");
    });
}

#[test]
fn what_an_application_is_told_is_no_more_than_true() {
    in_each_house(async |house| {
        let (_, _, secret) = with_bob(&house).await;
        let app = house
            .client("Travel", "openid profile User.ReadWrite.All")
            .await;
        let mut browser = sign_in(&house, &secret).await;
        let token = house
            .delegated_token(&app, &mut browser, "openid profile")
            .await;
        let (claims, _) = house.verify_token(&token).await;
        assert_eq!(claims["amr"], json!(["pwd", "otp", "mfa"]));
        assert!(claims.get("acr").is_none(), "{claims}");
        // Phishing-resistant it is not, and our own API is closed to it: both lead to the passkey.
        for asked in [
            "&acr_values=phr",
            "&acr_values=phr%20phrh",
            "&acr_values=phrh",
        ] {
            let to = browser.get(&authorize(&app, "openid", asked)).await;
            let location = to.header("location");
            let is_told = location.contains("/reauthenticate")
                || location.contains("error=unmet_authentication_requirements");
            assert!(is_told, "{asked}: {location}");
        }
        let ours = format!("{}/.default", testkit::ORIGIN);
        for scope in [
            "openid User.ReadWrite.All",
            ours.as_str(),
            "openid https://graph.microsoft.com/.default",
        ] {
            let to = browser.get(&authorize(&app, scope, "")).await;
            let location = to.header("location");
            assert!(location.contains("/reauthenticate"), "{scope}: {location}");
        }
        // By default the policy ends: so does what was signed in by it.
        policies::save_method_policy::<Passwords>(
            house.identity(),
            COMMAND_LINE,
            None,
            &PasswordPolicy::default(),
        )
        .await
        .unwrap();
        let told = browser.get(&authorize(&app, "openid profile", "")).await;
        assert!(!told.header("location").contains("code="));
    });
}

fn authorize(app: &testkit::Application, scope: &str, more: &str) -> String {
    format!(
        "/oauth2/v2.0/authorize?client_id={}&response_type=code&redirect_uri={}&scope={}&code_challenge={}&code_challenge_method=S256{more}",
        app.app_id,
        "https%3A%2F%2Fapp.example.org%2Fcallback",
        scope.replace(' ', "%20"),
        testkit::challenge(),
    )
}

/// Somebody who has a password and never had a passkey, with a session that both opened a moment ago.
pub(crate) async fn upgrade(house: &House, browser: &mut Browser) -> (Offer, Value) {
    let page = browser.get("/upgrade?return=%2Fapplications").await.text();
    assert!(page.contains("/applications"), "{}", house.now());
    let begun = browser.post("/upgrade/begin", json!({})).await.ok();
    assert_eq!(begun["creation"]["mediation"], "conditional");
    let offer = json!({ "state": begun["state"], "publicKey": begun["creation"]["publicKey"] });
    (Offer::of(&offer), begun)
}

/// A device that makes a passkey for an offer, and posts it.
pub(crate) async fn finish_upgrade(browser: &mut Browser, offer: &Offer, made: &Value) -> Answer {
    let body = json!({ "state": offer.state, "response": made });
    browser.post("/upgrade/finish", body).await
}

#[test]
fn who_has_a_passkey_is_shown_no_upgrade() {
    in_each_house(async |house| {
        let (_, mut bob, secret) = with_bob(&house).await;
        for browser in [&mut bob.browser, &mut sign_in(&house, &secret).await] {
            let told = browser.get("/upgrade?return=%2Fapplications").await;
            assert_eq!(told.header("location"), "/applications");
        }
        let mut device = Device::synced();
        let told = bob.browser.post("/upgrade/begin", json!({})).await;
        told.refused(403, "passkey.upgrade_not_now");
        let offer = bob.browser.begin_add().await;
        let response = bob.browser.create(&mut device, &offer);
        // A state of another purpose.
        finish_upgrade(&mut bob.browser, &offer, &response)
            .await
            .refused(400, "state.unreadable");
    });
}
