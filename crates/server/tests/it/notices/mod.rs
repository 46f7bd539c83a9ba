//! People are told by mail what happened to their accounts (security 17, 37).

mod codes;
mod delivery;
mod link;
mod places;
mod post_office;
mod reminders;
mod webhooks;

use identity::access_pass::{self, NewPass};
use identity::groups::{self, NewGroup, members};
use identity::mail::{self, MailSettings, Security};
use identity::people::{self, Attribute, PersonChange, ProfileChange};
use identity::roles::{self, Role};
use identity::{Actor, Id, Identity, methods, notices};
use serde_json::{Value, json};
use server::config::Authorities;
use server::mail::Mailer;
use testkit::{Device, House, Offer, Person};

use self::post_office::{Heard, PostOffice};
use crate::in_each_house;

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };
const SENDER: &str = "no-reply@example.org";

fn mailer() -> Mailer {
    Mailer::new(&Authorities::default())
}

/// Delivers what is due, until nothing is.
async fn deliver(identity: &Identity) {
    while mailer().step(identity).await.unwrap() > 0 {}
}

async fn set_mail(house: &House, port: u16) {
    let settings = MailSettings::new("localhost", Some(port), Security::Plain, SENDER, None, None);
    mail::set(house.identity(), "test", &settings.unwrap())
        .await
        .unwrap();
}

async fn change(house: &House, name: &str, change: &PersonChange) -> Id {
    let person = house.find(name).await.person_id;
    people::update(house.identity(), COMMAND_LINE, person, None, change)
        .await
        .unwrap();
    person
}

async fn set_address(house: &House, name: &str, address: Option<&str>) -> Id {
    let to = PersonChange {
        mail: Some(address.map(str::to_owned)),
        ..PersonChange::default()
    };
    change(house, name, &to).await
}

async fn set_language(house: &House, name: &str, tag: &str) {
    let texts = [(Attribute::PreferredLanguage, Some(tag.to_owned()))].into();
    let profile = ProfileChange {
        texts,
        business_phones: None,
    };
    let to = PersonChange {
        profile,
        ..PersonChange::default()
    };
    change(house, name, &to).await;
}

/// Ada administers; Bob has a passkey and reads mail, and nothing waits for him.
async fn with_bob(house: &House) -> (PostOffice, Person, Person, Id) {
    let office = PostOffice::open().await;
    let mut ada = house.administrator("ada").await;
    let bob = house.person(&mut ada, "bob").await;
    let id = set_address(house, "bob", Some("bob@example.org")).await;
    set_mail(house, office.port).await;
    deliver(house.identity()).await;
    assert_eq!(office.take().len(), 1, "of his first passkey");
    (office, ada, bob, id)
}

/// Something that is told of each time, and changes little.
async fn make_pass(house: &House, person: Id) -> String {
    let new = NewPass {
        reason: Some("seen at the desk".to_owned()),
        ..NewPass::default()
    };
    let made = access_pass::make(house.identity(), COMMAND_LINE, person, &new).await;
    made.unwrap().1
}

fn one(office: &PostOffice) -> Heard {
    let [heard] = <[Heard; 1]>::try_from(office.take()).unwrap();
    heard
}

fn subjects(office: &PostOffice) -> Vec<String> {
    let mut all: Vec<String> = office
        .take()
        .iter()
        .map(|it| it.header("Subject"))
        .collect();
    all.sort();
    all
}

/// How many wait.
fn waiting(house: &House) -> usize {
    house
        .run_sql("SELECT topic FROM outbox WHERE kind = 'notice'")
        .len()
}

/// Kind and cause of what could not be delivered.
async fn undelivered(house: &House) -> Vec<(String, Option<String>)> {
    let listed = notices::list_undelivered(house.identity(), COMMAND_LINE).await;
    let over = listed.unwrap().into_iter().filter(|it| it.is_over);
    over.map(|it| (it.topic, it.cause)).collect()
}

fn records(house: &House, activity: &str) -> Vec<Value> {
    crate::metadata::records(house, activity)
}

#[test]
fn what_happens_to_an_account_is_told_to_its_owner() {
    in_each_house(async |house| {
        let (office, _, mut bob, id) = with_bob(&house).await;
        let mut device = testkit::Device::device_bound();
        let offer = bob.browser.begin_add().await;
        let response = bob.browser.create(&mut device, &offer);
        let added = bob.browser.finish_add(&offer, &response).await.ok();
        deliver(house.identity()).await;
        let heard = one(&office);
        assert_eq!(
            (heard.from.as_str(), heard.to.as_str()),
            (SENDER, "bob@example.org")
        );
        assert_eq!(
            heard.header("Subject"),
            "A passkey was added to your account"
        );
        assert_eq!(heard.header("To"), "bob@example.org");
        assert_eq!(heard.header("Auto-Submitted"), "auto-generated");
        assert!(heard.header("From").contains(SENDER), "{}", heard.data);
        let (text, html) = (heard.part("text/plain"), heard.part("text/html"));
        for part in [&text, &html] {
            assert!(part.contains(added["name"].as_str().unwrap()), "{part}");
            assert!(part.contains("21 November 2026, 09:00 UTC"), "{part}");
            assert!(
                part.contains("https://login.example.org/security-info"),
                "{part}"
            );
        }
        assert!(!html.contains("src="), "nothing is fetched: {html}");

        let passkey = added["passkeyId"].as_str().unwrap();
        methods::delete(house.identity(), COMMAND_LINE, id, passkey)
            .await
            .unwrap();
        let code = make_pass(&house, id).await;
        roles::assign(house.identity(), COMMAND_LINE, Role::UserAdministrator, id)
            .await
            .unwrap();
        let caller = house.caller();
        access_pass::enter(house.identity(), &caller, "bob", &code)
            .await
            .unwrap();
        deliver(house.identity()).await;
        let expected = [
            "A Temporary Access Pass was made for you",
            "A passkey was removed from your account",
            "You were given a role",
            "Your Temporary Access Pass was used",
        ];
        assert_eq!(subjects(&office), expected);
        assert_eq!(waiting(&house), 0);
    });
}

/// Every address hears of a recovery, of its end, and of what is reported lost (security 17).
#[test]
fn security_17_the_bad_day_is_told() {
    in_each_house(async |house| {
        let (office, _, mut bob, _) = with_bob(&house).await;
        let made = bob.browser.post("/security-info/codes/make", json!({}));
        let made = made.await.ok();
        deliver(house.identity()).await;
        let codes = "Recovery codes were made for your account";
        assert_eq!(subjects(&office), [codes]);
        let mut browser = house.browser();
        let shown = json!({ "name": "bob", "code": made["codes"][0] });
        let begun = browser.post("/recover/enter", shown).await.ok();
        deliver(house.identity()).await;
        let begins = "Somebody asked to get back into your account";
        assert_eq!(subjects(&office), [begins]);
        let mut device = Device::synced();
        let response = browser.create(&mut device, &Offer::of(&begun));
        let body = json!({ "state": begun["state"], "response": response });
        browser.post("/recover/finish", body).await.ok();
        browser.sign_in(&mut device).await.ok();
        let info = house.security_info(&browser).await;
        let old = info.passkeys.iter().find(|it| !it.current).unwrap();
        let body = json!({ "passkeyIds": [old.passkey_id] });
        browser
            .post("/security-info/passkeys/lost", body)
            .await
            .ok();
        deliver(house.identity()).await;
        let told = office.take();
        let mut subjects: Vec<String> = told.iter().map(|it| it.header("Subject")).collect();
        subjects.sort_unstable();
        let expected = ["A passkey was reported lost", "Your account was recovered"];
        assert_eq!(subjects, expected);
        let named = |heard: &Heard| heard.part("text/plain").contains(&old.name);
        assert_eq!(told.iter().filter(|heard| named(heard)).count(), 1);
    });
}

#[test]
fn security_37_what_waits_is_sealed_and_what_is_over_is_wiped() {
    in_each_house(async |house| {
        let (office, _, _, id) = with_bob(&house).await;
        office.answer("bob@example.org", 550);
        make_pass(&house, id).await;
        assert_eq!(waiting(&house), 1);
        assert!(!house.holds("\"token\"") && !house.holds("expires_at\":"));
        deliver(house.identity()).await;
        let left = "SELECT CAST(length(payload) AS TEXT) FROM outbox WHERE kind = 'undelivered'";
        assert_eq!(house.run_sql(left), ["0"]);
        let expected = [("pass_issued".to_owned(), Some("refused".to_owned()))];
        assert_eq!(undelivered(&house).await, expected);
        let told = records(&house, "notice.refused");
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["status"], 550);
        assert!(!told[0].to_string().contains("not-me"));
        // For good means for good.
        house.advance(identity::DAY);
        deliver(house.identity()).await;
        assert!(office.take().is_empty());
    });
}

#[test]
fn each_reads_their_own_language() {
    in_each_house(async |house| {
        let (office, _, _, id) = with_bob(&house).await;
        for (tag, subject, direction) in [
            (
                "de-CH",
                "Für Sie wurde ein Befristeter Zugriffspass erstellt",
                "ltr",
            ),
            ("ar", "أُنشئ لك رمز وصول مؤقت", "rtl"),
            ("fi", "A Temporary Access Pass was made for you", "ltr"),
        ] {
            set_language(&house, "bob", tag).await;
            make_pass(&house, id).await;
            deliver(house.identity()).await;
            let heard = one(&office);
            assert_eq!(heard.header("Subject"), subject);
            let html = heard.part("text/html");
            assert!(html.contains(&format!("dir=\"{direction}\"")), "{html}");
        }
    });
}

#[test]
fn security_17_addresses_of_a_week_ago_are_told_too() {
    in_each_house(async |house| {
        let (office, _, _, id) = with_bob(&house).await;
        set_address(&house, "bob", Some("eve@example.net")).await;
        house.advance(identity::SECOND);
        set_address(&house, "bob", Some("mallory@example.net")).await;
        make_pass(&house, id).await;
        deliver(house.identity()).await;
        let told = || {
            let mut all: Vec<String> = office.take().into_iter().map(|it| it.to).collect();
            all.sort();
            all
        };
        let all = ["bob@example.org", "eve@example.net", "mallory@example.net"];
        assert_eq!(told(), all);
        // Taking the address away takes nothing from the one of before.
        set_address(&house, "bob", None).await;
        make_pass(&house, id).await;
        deliver(house.identity()).await;
        assert_eq!(told(), all);
        house.advance(7 * identity::DAY);
        set_address(&house, "bob", Some("bob@example.com")).await;
        make_pass(&house, id).await;
        deliver(house.identity()).await;
        assert_eq!(told(), ["bob@example.com"]);
    });
}

#[test]
fn who_reads_no_mail_is_listed() {
    in_each_house(async |house| {
        let (office, _, _, id) = with_bob(&house).await;
        set_address(&house, "bob", None).await;
        house.advance(8 * identity::DAY);
        make_pass(&house, id).await;
        deliver(house.identity()).await;
        assert!(office.take().is_empty());
        let expected = [("pass_issued".to_owned(), Some("no_address".to_owned()))];
        assert_eq!(undelivered(&house).await, expected);
    });
}

#[test]
fn a_role_that_comes_through_a_group_is_told() {
    in_each_house(async |house| {
        let (office, mut ada, _, bob) = with_bob(&house).await;
        house.person(&mut ada, "carol").await;
        let carol = set_address(&house, "carol", Some("carol@example.org")).await;
        deliver(house.identity()).await;
        office.take();
        let identity = house.identity();
        let make = async |name: &str| {
            let new = NewGroup {
                display_name: name.to_owned(),
                role_assignable: true,
                ..NewGroup::default()
            };
            let made = groups::create(identity, COMMAND_LINE, &new).await;
            made.unwrap().group_id
        };
        let told = || {
            let mut all: Vec<(String, bool)> = office
                .take()
                .iter()
                .map(|it| {
                    (
                        it.to.clone(),
                        it.part("text/plain").contains("User Administrator"),
                    )
                })
                .collect();
            all.sort();
            all
        };
        let (desk, inner) = (make("Desk").await, make("Inner desk").await);
        let join = async |group, member| {
            members::add(identity, COMMAND_LINE, group, member)
                .await
                .unwrap();
            deliver(identity).await;
        };
        join(desk, bob).await;
        assert!(told().is_empty(), "it holds nothing yet");
        let role = Role::UserAdministrator;
        roles::assign(identity, COMMAND_LINE, role, desk)
            .await
            .unwrap();
        deliver(identity).await;
        assert_eq!(told(), [("bob@example.org".to_owned(), true)]);
        join(inner, carol).await;
        join(inner, bob).await;
        assert!(told().is_empty());
        // A group brings its members along; Bob holds it anyway.
        join(desk, inner).await;
        assert_eq!(told(), [("carol@example.org".to_owned(), true)]);
        // Nor does he gain anything by the role itself, until the group loses it.
        roles::assign(identity, COMMAND_LINE, role, bob)
            .await
            .unwrap();
        roles::unassign(identity, COMMAND_LINE, role, desk)
            .await
            .unwrap();
        roles::unassign(identity, COMMAND_LINE, role, bob)
            .await
            .unwrap();
        deliver(identity).await;
        assert!(told().is_empty());
        roles::assign(identity, COMMAND_LINE, role, bob)
            .await
            .unwrap();
        deliver(identity).await;
        assert_eq!(told(), [("bob@example.org".to_owned(), true)]);
    });
}

#[test]
fn what_did_not_happen_is_not_told() {
    in_each_house(async |house| {
        let (office, _, mut bob, _) = with_bob(&house).await;
        let offer = bob.browser.begin_add().await;
        let response = bob.browser.create(&mut testkit::Device::synced(), &offer);
        bob.browser.finish_add(&offer, &response).await.ok();
        deliver(house.identity()).await;
        office.take();
        // The same once more, and the removal of what isn't there.
        let again = bob.browser.finish_add(&offer, &response).await;
        assert_ne!(again.status, 200);
        let missing = bob.browser.remove_passkey("bm9uZQ").await;
        missing.refused(404, "passkey.missing");
        assert_eq!(waiting(&house), 0);
    });
}
