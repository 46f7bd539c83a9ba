//! Security 20: refusals and lists tell nobody who exists.

use std::collections::BTreeSet;

use data_encoding::BASE64URL_NOPAD;
use identity::Settings;
use serde_json::{Value, json};
use testkit::{
    ASSERTION_FAULTS, Answer, Browser, Device, Fault, House, Offer, listen, on_each_backend,
};

use crate::in_each_house;

fn without_limits(settings: &mut Settings) {
    settings.tries_per_address = 1_000_000;
    settings.tries_per_name = 1_000_000;
    settings.changes_per_person = 1_000_000;
}

/// How a stranger starts: by the button, or by typing a name.
async fn begin(browser: &mut Browser, name: Option<&str>) -> Offer {
    match name {
        None => browser.challenge().await,
        Some(name) => browser.name(name).await,
    }
}

/// All of a refusal that a stranger can compare; of the signal only whether there is one, as it repeats their own id.
fn visible(answer: Answer) -> Value {
    let mut body = answer.json();
    body["error"]["reference"] = Value::Null;
    body["error"]["signalUnknownCredential"] =
        body["error"]["signalUnknownCredential"].is_object().into();
    json!([answer.status.as_u16(), body])
}

fn decode(id: &Value) -> Vec<u8> {
    BASE64URL_NOPAD
        .decode(id.as_str().unwrap().as_bytes())
        .unwrap()
}

/// The first id that is offered for a name.
async fn look_alike(house: &House, name: &str) -> Vec<u8> {
    let offer = house.browser().name(name).await;
    decode(&offer.options["allowCredentials"][0]["id"])
}

/// A key that is not registered anywhere, under whatever id a stranger wants to try.
fn strangers_device(donor: &Device, id: &[u8]) -> Device {
    let mut device = donor.clone();
    device.credentials.truncate(1);
    device.credentials[0].id = id.to_vec();
    device.credentials[0].user_handle = vec![5; 64];
    device
}

/// Whatever is wrong with an answer: for an id that exists, one that was removed, one of a disabled account and one
/// that we made up it is refused in the same words.
#[test]
fn security_20_each_fault_is_refused_alike_for_real_and_made_up_ids() {
    on_each_backend(async |backend| {
        let house = House::open_with(backend, without_limits).await;
        let mut ada = house.administrator("ada").await;
        let mut removed = Device::synced();
        ada.add_device(&mut removed).await;
        let removed_id = removed.credentials[0].id.clone();
        ada.browser
            .remove_passkey(&testkit::passkey_id(&removed))
            .await
            .ok();
        let gone = house.person(&mut ada, "gone").await;
        ada.browser
            .post("/people/disable", json!({ "personId": gone.person_id }))
            .await
            .ok();
        let ids = [
            ("a person's", ada.device.credentials[0].id.clone()),
            ("removed", removed_id),
            (
                "a disabled account's",
                gone.device.credentials[0].id.clone(),
            ),
            ("made up", look_alike(&house, "nobody").await),
            (
                "made up for another name",
                look_alike(&house, "somebody").await,
            ),
        ];
        // Nobody's key: made in another house.
        let elsewhere = House::open_seeded(testkit::Backend::Sqlite, 9).await;
        let donor = elsewhere.set_up("stranger").await.device;
        let mut browser = house.browser();
        let none = Fault::UserHandle(vec![6; 64]);
        let faults = ASSERTION_FAULTS.iter().map(|(fault, _)| fault);
        for fault in faults.chain([&none]) {
            for starts in [
                &[None][..],
                &[Some("ada"), Some("nobody"), Some("gone")][..],
            ] {
                let mut seen: Vec<(String, Value)> = Vec::new();
                for name in starts {
                    for (kind, id) in &ids {
                        let offer = begin(&mut browser, *name).await;
                        let mut edited = offer.clone();
                        edited.options["allowCredentials"] = json!([]);
                        let mut device = strangers_device(&donor, id);
                        let response = browser.bend_assertion(&mut device, &edited, fault);
                        let answer = browser.finish_sign_in(&offer, &response).await;
                        assert_eq!(answer.status, 401, "{fault:?} {kind} {name:?}");
                        seen.push((format!("{kind} at {name:?}"), visible(answer)));
                    }
                }
                for (kind, answer) in &seen {
                    assert_eq!(*answer, seen[0].1, "{fault:?}: {kind} and {}", seen[0].0);
                }
            }
        }
    });
}

/// Lengths and transports in the order in which they were offered.
fn shapes(offer: &Offer) -> Vec<(usize, Vec<String>)> {
    let list = offer.options["allowCredentials"].as_array().unwrap();
    let transports = |it: &Value| -> Vec<String> {
        let words = it["transports"].as_array().cloned().unwrap_or_default();
        words
            .iter()
            .map(|word| word.as_str().unwrap().to_owned())
            .collect()
    };
    list.iter()
        .map(|it| (decode(&it["id"]).len(), transports(it)))
        .collect()
}

#[track_caller]
fn assert_in_order(offer: &Offer, of: &str) {
    let list = offer.options["allowCredentials"].as_array().unwrap();
    let ids: Vec<Vec<u8>> = list.iter().map(|it| decode(&it["id"])).collect();
    assert!(ids.windows(2).all(|pair| pair[0] < pair[1]), "{of}: by id");
    for (_, transports) in shapes(offer) {
        assert!(
            transports.windows(2).all(|pair| pair[0] < pair[1]),
            "{of}: {transports:?}"
        );
    }
}

/// The order says nothing, and what is made up is as varied as what people have.
#[test]
fn security_20_lists_are_sorted_and_varied() {
    on_each_backend(async |backend| {
        let house = House::open_with(backend, without_limits).await;
        let mut ada = house.administrator("ada").await;
        for _ in 0..5 {
            ada.add_device(&mut Device::synced()).await;
            ada.add_device(&mut Device::device_bound()).await;
            if house.security_info(&ada.browser).await.passkeys.len() > 8 {
                break;
            }
        }
        let mut browser = house.browser();
        let real = browser.name("ada").await;
        assert!(shapes(&real).len() > 8);
        assert_in_order(&real, "ada");
        let (mut counts, mut kinds) = (BTreeSet::new(), BTreeSet::new());
        for number in 0..420 {
            let offer = browser.name(&format!("nobody{number}")).await;
            assert_in_order(&offer, &format!("nobody{number}"));
            let list = shapes(&offer);
            counts.insert(list.len());
            kinds.extend(list);
        }
        assert_eq!(counts, BTreeSet::from([1, 2, 3, 4, 5]));
        assert!(kinds.len() >= 8, "{kinds:?}");
    });
}

/// What a field can't hold is refused or unknown, but never a failure of ours.
#[test]
fn text_that_no_name_can_be_is_no_failure() {
    on_each_backend(async |backend| {
        let house = House::open_with(backend, without_limits).await;
        let mut ada = house.administrator("ada").await;
        let invited = house.invite(&mut ada, "bob").await;
        let texts = [
            "\0".to_owned(),
            "ada\0".to_owned(),
            "a\0b".to_owned(),
            "\u{1}\u{7f}\u{85}\u{9f}".to_owned(),
            "\u{feff}\u{fffe}\u{10ffff}".to_owned(),
            "😀".to_owned(),
            "👩‍👩‍👧‍👦🏳️‍🌈".to_owned(),
            "\u{300}\u{301}".repeat(100),
            "ﷺ".repeat(150),
            "a".repeat(10_240),
            "é".repeat(10_240),
        ];
        let mut browser = house.browser();
        for text in &texts {
            let offer = browser.name(text).await;
            let list = offer.options["allowCredentials"].as_array().unwrap();
            assert!((1..=5).contains(&list.len()), "{text:?}");
            let again = browser.name(text).await;
            assert_eq!(again.options["allowCredentials"].as_array().unwrap(), list);
            let passkey = ada.passkey_id();
            let unfit = [
                ada.browser
                    .post(
                        "/people/add",
                        json!({ "userName": text, "displayName": "Eve" }),
                    )
                    .await,
                ada.browser
                    .post("/people/link", json!({ "personId": text }))
                    .await,
                ada.browser.rename_passkey(text, "Key").await,
                ada.browser.remove_passkey(text).await,
                ada.browser
                    .post("/security-info/sessions/end", json!({ "sessionId": text }))
                    .await,
                browser
                    .post("/register/begin", json!({ "token": text }))
                    .await,
            ];
            for answer in unfit {
                let status = answer.status.as_u16();
                assert!((400..500).contains(&status), "{text:?}: {}", answer.text());
            }
            // Some are fit for a display name or a passkey's; none breaks anything.
            let perhaps = [
                ada.browser.rename_passkey(&passkey, text).await,
                ada.browser
                    .post(
                        "/people/rename",
                        json!({ "personId": invited.person_id, "userName": "bob", "displayName": text }),
                    )
                    .await,
            ];
            for answer in perhaps {
                let status = answer.status.as_u16();
                assert!([200, 400].contains(&status), "{text:?}: {}", answer.text());
            }
        }
        let too_large = json!({ "name": "a".repeat(70_000) });
        browser
            .post("/sign-in/name", too_large)
            .await
            .refused(413, "request.too_large");
    });
}

/// Asks for a name from an address and says whether it was answered.
async fn passes(browser: &mut Browser, address: &str, number: usize) -> bool {
    browser.address = address.parse().unwrap();
    let body = json!({ "name": format!("somebody{number}") });
    match browser.post("/sign-in/name", body).await.status.as_u16() {
        200 => true,
        429 => false,
        other => panic!("{other}"),
    }
}

/// Security 22: of IPv6 a /64 is one client, and a /48 ten.
#[test]
fn security_22_a_site_cannot_multiply_its_tries() {
    on_each_backend(async |backend| {
        let house = House::open_with(backend, |settings| settings.tries_per_address = 5).await;
        house.set_up("ada").await;
        let mut browser = house.browser();
        browser.hold_token().await;
        let mut passed = 0;
        for number in 0..600 {
            let address = format!("[2001:db8:1:{number:x}::1]:4711");
            passed += usize::from(passes(&mut browser, &address, number).await);
        }
        assert_eq!(passed, 50, "six hundred /64 of one /48");
        let mut passed = 0;
        for number in 0..20 {
            let address = format!("[2001:db8:2:1:{number:x}::1]:4711");
            passed += usize::from(passes(&mut browser, &address, 1000 + number).await);
        }
        assert_eq!(passed, 5, "one /64");
        assert!(
            passes(&mut browser, "[2001:db8:2:2::1]:4711", 1100).await,
            "its neighbour is another client"
        );
        // IPv4 in IPv6's clothes is the same client.
        let mut passed = 0;
        for number in 0..10 {
            let address = ["203.0.113.5:4711", "[::ffff:203.0.113.5]:4711"][number % 2];
            passed += usize::from(passes(&mut browser, address, 1200 + number).await);
        }
        assert_eq!(passed, 5);
        house.advance(identity::MINUTE);
        assert!(passes(&mut browser, "[2001:db8:1:1::1]:4711", 1300).await);
    });
}

/// The list of a person whose last passkey went is made up, too, and theirs are not in it.
#[test]
fn security_20_a_list_never_holds_what_cannot_sign_in() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut removed = Device::synced();
        ada.add_device(&mut removed).await;
        let id = testkit::passkey_id(&removed);
        let offered = |offer: Offer| {
            let list = offer.options["allowCredentials"]
                .as_array()
                .unwrap()
                .clone();
            list.into_iter().map(|it| it["id"].clone())
        };
        let mut before = offered(house.browser().name("ada").await);
        assert!(before.any(|it| it == *id));
        ada.browser.remove_passkey(&id).await.ok();
        let mut after = offered(house.browser().name("ada").await);
        assert!(after.all(|it| it != *id));
    });
}

/// Timing equality is shown by counting: whoever a name belongs to, or nobody, the database is asked the same
/// questions in the same order.
#[test]
fn security_20_each_name_asks_the_database_the_same() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        house.person(&mut ada, "bob").await;
        let mallory = house.person(&mut ada, "mallory").await;
        let body = json!({ "personId": mallory.person_id });
        ada.browser.post("/people/disable", body).await.ok();
        house.invite(&mut ada, "without-passkey").await;
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
            let (_, calls) = listen(stranger.name(name)).await;
            heard.push(calls);
        }
        assert_eq!(
            heard[0],
            ["person.find_by_name", "credential.list"],
            "they are heard at all"
        );
        assert!(heard.iter().all(|calls| calls == &heard[0]), "{heard:?}");
    });
}

/// The same for answers: a wrong signature under an id that exists, and one under an id that we made up. (An id
/// that is neither is told as unknown, which is checked once more in the unit that refuses: security 24.)
#[test]
fn security_20_each_answer_asks_the_database_the_same() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let mallory = house.person(&mut ada, "mallory").await;
        let body = json!({ "personId": mallory.person_id });
        ada.browser.post("/people/disable", body).await.ok();
        let made_up = look_alike(&house, "nobody").await;
        let ids = [
            bob.device.credentials[0].id.clone(),
            mallory.device.credentials[0].id.clone(),
            made_up,
        ];
        for name in [None, Some("bob"), Some("nobody")] {
            let mut heard = Vec::new();
            for id in &ids {
                let mut stranger = house.browser();
                let offer = begin(&mut stranger, name).await;
                let mut edited = offer.clone();
                edited.options["allowCredentials"] = json!([]);
                let mut device = strangers_device(&ada.device, id);
                let response = stranger.bend_assertion(&mut device, &edited, &Fault::Signature);
                let (answer, calls) = listen(stranger.finish_sign_in(&offer, &response)).await;
                answer.refused(401, "sign_in.passkey_refused");
                heard.push(calls);
            }
            assert!(heard[0].contains(&"sign_in.insert".to_owned()), "{heard:?}");
            assert!(
                heard.iter().all(|calls| calls == &heard[0]),
                "{name:?}: {heard:?}"
            );
        }
    });
}
