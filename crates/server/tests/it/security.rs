//! Security decisions by their number (`docs/threat-model.md`). 3 and 4 are in `races`, 22 and 23 in
//! `past_mistakes`.

use identity::settings::{ExtraOrigin, Origin};
use serde_json::{Value, json};
use testkit::{Backend, Device, Fault, House, ORIGIN, Offer, on_each_backend, passkey_id};

use crate::in_each_house;

/// Security 1: registering opens no session and freshens none.
#[test]
fn security_01_registering_raises_nothing() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        house.advance(4 * identity::MINUTE);
        ada.add_device(&mut Device::synced()).await;
        house.advance(identity::MINUTE + identity::SECOND);
        let answer = ada
            .browser
            .post("/security-info/passkeys/begin", json!({}))
            .await;
        answer.refused(403, "session.not_fresh");
    });
}

/// Security 5: a state opens for its own step only, and its length says nothing.
#[test]
fn security_05_a_state_belongs_to_its_step() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.invite(&mut ada, "bob").await;
        let step_up = ada.browser.begin_reauthentication().await;
        let add = ada.browser.begin_add().await;
        let register = ada.browser.begin_registration(&bob.token).await;
        let button = ada.browser.challenge().await;
        let name = ada.browser.name("ada").await;
        // One length for each purpose: whose it is and what was typed can't be measured.
        let long = house.invite(&mut ada, &"n".repeat(100)).await;
        let unknown = ada.browser.name(&"x".repeat(200)).await;
        let for_long = ada.browser.begin_registration(&long.token).await;
        let groups = [vec![&button, &name, &unknown], vec![&register, &for_long]];
        for group in groups {
            assert!(
                group
                    .iter()
                    .all(|it| it.state.len() == group[0].state.len())
            );
        }
        let ceremonies: [(&str, &[&Offer]); 7] = [
            ("/sign-in/passkey", &[&step_up, &add, &register]),
            (
                "/reauthenticate/passkey",
                &[&button, &name, &add, &register],
            ),
            (
                "/security-info/passkeys/finish",
                &[&step_up, &register, &button, &name],
            ),
            ("/register/finish", &[&step_up, &add, &button, &name]),
            ("/pass/finish", &[&step_up, &add, &register, &button, &name]),
            (
                "/recover/request/finish",
                &[&step_up, &add, &register, &button, &name],
            ),
            (
                "/recover/finish",
                &[&step_up, &add, &register, &button, &name],
            ),
        ];
        let assertion = ada.browser.answer(&mut ada.device, &button);
        let mut spare = Device::device_bound();
        let creation = ada.browser.create(&mut spare, &add);
        for (path, foreign) in ceremonies {
            for offer in foreign {
                let response = if path.ends_with("passkey") {
                    &assertion
                } else {
                    &creation
                };
                let body = json!({ "state": offer.state, "response": response });
                ada.browser
                    .post(path, body)
                    .await
                    .refused(400, "state.unreadable");
            }
        }
        // None of these spent anything: each still works where it belongs.
        ada.browser.finish_add(&add, &creation).await.ok();
        ada.browser
            .finish_registration(
                &register,
                &ada.browser.create(&mut Device::synced(), &register),
            )
            .await
            .ok();
        let response = ada.browser.answer(&mut ada.device, &step_up);
        ada.browser
            .finish_reauthentication(&step_up, &response)
            .await
            .ok();
    });
}

/// Security 6: beginning writes nothing, nor does what doesn't open; a refusal is recorded.
#[test]
fn security_06_beginning_writes_nothing() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut stranger = house.browser();
        stranger.hold_token().await;
        ada.browser.hold_token().await;
        let before = house.count_rows();
        stranger.autofill().await;
        stranger.challenge().await;
        stranger.name("ada").await;
        stranger.name("nobody").await;
        ada.browser.begin_reauthentication().await;
        ada.browser.begin_add().await;
        let offer = stranger.challenge().await;
        let response = stranger.answer(&mut ada.device, &offer);
        let bent = Offer {
            state: "A".repeat(offer.state.len()),
            options: offer.options.clone(),
        };
        stranger
            .finish_sign_in(&bent, &response)
            .await
            .refused(400, "state.unreadable");
        assert_eq!(house.count_rows(), before);
        stranger
            .sign_in_with(&mut ada.device, &Fault::Signature)
            .await
            .refused(401, "sign_in.passkey_refused");
        assert!(
            house.count_rows() > before,
            "a refusal spends its challenge and is recorded"
        );
    });
}

/// Security 6: a failure is credited to a person only after a valid signature.
#[test]
fn security_06_strangers_leave_no_trace_in_a_persons_activity() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        house
            .browser()
            .sign_in_with(&mut ada.device, &Fault::Signature)
            .await
            .refused(401, "sign_in.passkey_refused");
        let refused = |activity: &[identity::security_info::Activity]| {
            activity
                .iter()
                .filter(|it| {
                    matches!(
                        it.what,
                        identity::security_info::ActivityKind::SignInRefused(_)
                    )
                })
                .count()
        };
        assert_eq!(
            refused(&house.security_info(&ada.browser).await.activity),
            0
        );
        house
            .browser()
            .sign_in_with(&mut ada.device, &Fault::UserUnverified)
            .await
            .refused(401, "sign_in.user_not_verified");
        assert_eq!(
            refused(&house.security_info(&ada.browser).await.activity),
            1
        );
    });
}

/// Security 18: tokens travel in the fragment only, are redeemed by POST only, and are stored hashed.
#[test]
fn security_18_link_tokens_stay_out_of_addresses_and_of_the_database() {
    in_each_house(async |house| {
        let set_up = house.set_up_token().await;
        assert!(!house.holds(&set_up));
        for page in [
            format!("/set-up?token={set_up}"),
            format!("/set-up/begin?token={set_up}"),
        ] {
            house.browser().get(&page).await;
        }
        assert!(
            identity::setup::is_open(house.identity()).await.unwrap(),
            "a GET acts on nothing"
        );
        let mut ada = house.administrator("ada").await;
        let bob = house.invite(&mut ada, "bob").await;
        house
            .browser()
            .get(&format!("/register?token={}", bob.token))
            .await;
        assert!(house.find("bob").await.link_open, "a GET acts on nothing");
        for secret in [&set_up, &bob.token, ada.browser.cookie("session").unwrap()] {
            assert!(secret.len() >= 43, "at least 256 bits");
            assert!(!house.holds(secret), "a secret stands in the database");
        }
        assert!(house.holds("ada"), "the search itself works");
    });
}

/// What a name's challenge looks like, without what must differ: ids, challenge, state.
fn shape(offer: &Offer) -> Value {
    let mut options = offer.options.clone();
    options["challenge"] = Value::Null;
    for descriptor in options["allowCredentials"].as_array_mut().unwrap() {
        descriptor["id"] = json!(descriptor["id"].as_str().unwrap().len());
    }
    json!([options, offer.state.len()])
}

/// Security 20: a name that doesn't exist looks like one that does.
#[test]
fn security_20_unknown_names_look_like_known_ones() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        house.invite(&mut ada, "newcomer").await;
        let gone = house.person(&mut ada, "gone").await;
        ada.browser
            .post("/people/disable", json!({ "personId": gone.person_id }))
            .await
            .ok();
        let mut browser = house.browser();
        let known = shape(&browser.name("ada").await);
        let without_passkeys = |shape: &Value| {
            let mut shape = shape.clone();
            shape[0]["allowCredentials"] = Value::Null;
            shape
        };
        let mut shapes = Vec::new();
        for name in [
            "nobody",
            "newcomer",
            "gone",
            "somebody.else@example.org",
            "ädä",
            "",
        ] {
            let offer = browser.name(name).await;
            assert_eq!(
                without_passkeys(&shape(&offer)),
                without_passkeys(&known),
                "{name:?}"
            );
            let real = [&ada, &gone].map(testkit::Person::passkey_id);
            for descriptor in offer.options["allowCredentials"].as_array().unwrap() {
                assert!(
                    !real.iter().any(|it| descriptor["id"] == **it),
                    "{name:?} gives a real id away"
                );
            }
        }
        for number in 0..60 {
            let mut browser = house.browser();
            shapes.push(shape(&browser.name(&format!("nobody{number}")).await));
        }
        assert!(shapes.contains(&known), "a real person's shape stands out");
    });
}

/// Security 20: look-alikes are the same at every time, in every browser and after a restart.
#[test]
fn security_20_look_alikes_are_stable() {
    in_each_house(async |mut house| {
        house.set_up("ada").await;
        let ids = |offer: Offer| offer.options["allowCredentials"].clone();
        let first = ids(house.browser().name("nobody").await);
        assert_eq!(ids(house.browser().name("nobody").await), first);
        assert_eq!(
            ids(house.browser().name("NOBODY").await),
            first,
            "normalised like a name"
        );
        assert_ne!(ids(house.browser().name("nobody2").await), first);
        house.advance(40 * identity::DAY);
        assert_eq!(ids(house.browser().name("nobody").await), first);
        house.restart().await;
        assert_eq!(ids(house.browser().name("nobody").await), first);
    });
}

/// Security 20: answering for a look-alike is refused like a bad signature, and never signalled.
#[test]
fn security_20_a_look_alike_is_refused_like_a_bad_signature() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let expected = {
            let mut browser = house.browser();
            let offer = browser.name("ada").await;
            let response = browser.bend_assertion(&mut ada.device, &offer, &Fault::Signature);
            visible(browser.finish_sign_in(&offer, &response).await)
        };
        // By the typed name, and by the button with an id that was given out for a name.
        let mut browser = house.browser();
        let offer = browser.name("nobody").await;
        let id = offer.options["allowCredentials"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let mut fake = ada.device.clone();
        fake.credentials[0].id = data_encoding::BASE64URL_NOPAD
            .decode(id.as_bytes())
            .unwrap();
        let response = browser.bend_assertion(&mut fake, &offer, &Fault::NoUserHandle);
        assert_eq!(
            visible(browser.finish_sign_in(&offer, &response).await),
            expected
        );
        let offer = browser.challenge().await;
        let response = browser.answer(&mut fake, &offer);
        let error = browser
            .finish_sign_in(&offer, &response)
            .await
            .refused(401, "sign_in.passkey_refused");
        assert_eq!(error["signalUnknownCredential"], Value::Null);
        // A real stranger's id is told apart only because nobody was ever offered it.
        fake.credentials[0].id = vec![1; 16];
        let offer = browser.challenge().await;
        let response = browser.answer(&mut fake, &offer);
        let error = browser
            .finish_sign_in(&offer, &response)
            .await
            .refused(401, "sign_in.passkey_unknown");
        assert!(error["signalUnknownCredential"].is_object());
    });
}

/// All of a refusal that a stranger can compare.
fn visible(answer: testkit::Answer) -> Value {
    let mut body = answer.json();
    body["error"]["reference"] = Value::Null;
    json!([answer.status.as_u16(), body])
}

/// Security 24: `all accepted` lists every stored credential, also of a disabled account's neighbour.
#[test]
fn security_24_all_accepted_lists_every_stored_passkey() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut stored = vec![ada.passkey_id()];
        for _ in 0..3 {
            let mut device = Device::synced();
            let added = ada.add_device(&mut device).await;
            stored.push(passkey_id(&device));
            assert_eq!(
                sorted(&added["signals"]["allAccepted"]["allAcceptedCredentialIds"]),
                in_order(&stored)
            );
        }
        let body = ada.sign_in().await.ok();
        assert_eq!(
            sorted(&body["signals"]["allAccepted"]["allAcceptedCredentialIds"]),
            in_order(&stored)
        );
        let body = ada.reauthenticate().await.ok();
        assert_eq!(
            sorted(&body["signals"]["allAccepted"]["allAcceptedCredentialIds"]),
            in_order(&stored)
        );
        let gone = stored.pop().unwrap();
        let body = ada.browser.remove_passkey(&gone).await.ok();
        assert_eq!(
            sorted(&body["signals"]["allAccepted"]["allAcceptedCredentialIds"]),
            in_order(&stored)
        );
        let handle = data_encoding::BASE64URL_NOPAD.encode(&ada.user_handle());
        assert_eq!(body["signals"]["allAccepted"]["userId"], handle);
    });
}

fn sorted(ids: &Value) -> Vec<String> {
    in_order(
        &ids.as_array()
            .unwrap()
            .iter()
            .map(|it| it.as_str().unwrap().to_owned())
            .collect::<Vec<_>>(),
    )
}

fn in_order(ids: &[String]) -> Vec<String> {
    let mut ids = ids.to_vec();
    ids.sort();
    ids
}

const APPLICATION: &str = "https://app.login.example.org";

/// Security 25: a further origin may do exactly what it was allowed for.
#[test]
fn security_25_further_origins_have_purposes() {
    on_each_backend(async |backend| {
        for (register, assert) in [(false, false), (true, false), (false, true), (true, true)] {
            let origin = Origin::parse(APPLICATION).unwrap();
            let house = House::open_with(backend.clone(), |settings| {
                settings.extra_origins = vec![ExtraOrigin {
                    origin,
                    register,
                    assert,
                }];
            })
            .await;
            let mut ada = house.administrator("ada").await;
            let signed_in = house
                .browser()
                .sign_in_with(&mut ada.device, &Fault::Origin(APPLICATION))
                .await;
            assert_eq!(signed_in.status == 200, assert, "{}", signed_in.text());
            let offer = ada.browser.begin_add().await;
            let response = ada.browser.bend_creation(
                &mut Device::synced(),
                &offer,
                &Fault::Origin(APPLICATION),
            );
            let added = ada.browser.finish_add(&offer, &response).await;
            assert_eq!(added.status == 200, register, "{}", added.text());
            // In no case may it change anything by itself: pages are served under one origin.
            let mut request = ada.browser.request(http::Method::POST, "/sign-out", "{}");
            request
                .headers_mut()
                .insert("origin", http::HeaderValue::from_static(APPLICATION));
            ada.browser
                .send(request)
                .await
                .refused(403, "request.forged");
        }
    });
}

/// Security 25 and the related-origins document: the same list.
#[test]
fn security_25_related_origins_are_the_allowed_ones() {
    on_each_backend(async |backend| {
        let origin = Origin::parse(APPLICATION).unwrap();
        let house = House::open_with(backend, |settings| {
            settings.extra_origins = vec![ExtraOrigin {
                origin,
                register: false,
                assert: true,
            }];
        })
        .await;
        house.set_up("ada").await;
        let body = house.browser().get("/.well-known/webauthn").await.ok();
        assert_eq!(body["origins"], json!([ORIGIN, APPLICATION]));
    });
}

/// Security 36: nothing of one organisation opens anything at another, not even under one name, one
/// RP ID and one key.
#[test]
fn security_36_two_organisations_share_nothing() {
    in_each_house(async |house| {
        let other = House::open_seeded(Backend::Sqlite, 2).await;
        let mut ada = house.administrator("ada").await;
        let mut twin = other.administrator("ada").await;
        // Session and CSRF token.
        let mut visitor = other.moved_to(&ada.browser, 0);
        assert!(!visitor.is_signed_in().await);
        let mut visitor = other.moved_to(&ada.browser, 0);
        visitor.set_token(ada.browser.token().map(str::to_owned));
        if visitor.token().is_some() {
            visitor
                .post("/sign-in/challenge", json!({}))
                .await
                .refused(403, "request.forged");
        }
        // States, in the same browser.
        let offer = ada.browser.challenge().await;
        let response = ada.browser.answer(&mut ada.device, &offer);
        let mut visitor = other.moved_to(&ada.browser, 0);
        visitor.forget_session();
        visitor
            .finish_sign_in(&offer, &response)
            .await
            .refused(400, "state.unreadable");
        // Passkeys.
        let mut browser = other.browser();
        browser
            .sign_in(&mut ada.device)
            .await
            .refused(401, "sign_in.passkey_unknown");
        // People and look-alikes.
        let person_id = house.find("ada").await.person_id.to_string();
        twin.browser
            .post("/people/link", json!({ "personId": person_id }))
            .await
            .refused(404, "user.missing");
        let (here, there) = (
            house.browser().name("nobody").await,
            other.browser().name("nobody").await,
        );
        assert_ne!(
            here.options["allowCredentials"][0]["id"],
            there.options["allowCredentials"][0]["id"]
        );
    });
}
