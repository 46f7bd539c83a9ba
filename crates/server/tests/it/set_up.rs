//! The first administrator.

use identity::{HOUR, MINUTE, SECOND, codes, setup};
use serde_json::{Value, json};
use testkit::{Answer, Browser, Device};

use crate::{at_once, brief, count, in_each_house};

#[test]
fn the_first_administrator_is_made_and_signs_in() {
    in_each_house(async |house| {
        let mut browser = house.browser();
        assert_eq!(browser.open("/").await.status, 200);
        let mut ada = house.set_up("ada").await;
        assert!(
            !ada.browser.has_session(),
            "registering opens no session (security 1)"
        );
        assert!(!ada.browser.is_signed_in().await);
        ada.sign_in().await.ok();
        assert!(ada.browser.is_signed_in().await);
        assert_eq!(ada.browser.get("/people").await.status, 200);
        assert!(house.find("ada").await.is_administrator);
    });
}

#[test]
fn options_ask_for_a_passkey() {
    in_each_house(async |house| {
        let token = house.set_up_token().await;
        let offer = house
            .browser()
            .begin_set_up(&token, "Example", "ada", "Ada Example")
            .await;
        let options = &offer.options;
        assert_eq!(options["rp"]["id"], testkit::RP_ID);
        assert_eq!(options["user"]["name"], "ada");
        assert_eq!(options["user"]["displayName"], "Ada Example");
        let handle = webauthn_bytes(&options["user"]["id"]);
        assert_eq!(handle.len(), 64, "a user handle is 64 random bytes");
        assert!(webauthn_bytes(&options["challenge"]).len() >= 16);
        assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
        assert_eq!(
            options["authenticatorSelection"]["userVerification"],
            "required"
        );
        let algorithms: Vec<i64> = options["pubKeyCredParams"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["alg"].as_i64().unwrap())
            .collect();
        assert_eq!(algorithms, [-8, -7, -257]);
    });
}

fn webauthn_bytes(text: &Value) -> Vec<u8> {
    data_encoding::BASE64URL_NOPAD
        .decode(text.as_str().unwrap().as_bytes())
        .unwrap()
}

#[test]
fn the_link_works_once() {
    in_each_house(async |house| {
        let token = house.set_up_token().await;
        let mut browser = house.browser();
        let offer = browser.begin_set_up(&token, "Example", "ada", "Ada").await;
        let response = browser.create(&mut Device::synced(), &offer);
        browser.finish_set_up(&offer, &response).await.ok();
        assert_closed(begin(&mut house.browser(), &token).await);
        assert_closed(browser.finish_set_up(&offer, &response).await);
        let refused = setup::make_link(house.identity()).await.unwrap_err();
        assert_eq!(refused.code.id, codes::SETUP_CLOSED.id);
    });
}

async fn begin(browser: &mut Browser, token: &str) -> Answer {
    let body = json!({ "token": token, "organisation": "Example", "userName": "eve", "displayName": "Eve" });
    browser.post("/set-up/begin", body).await
}

#[track_caller]
fn assert_closed(answer: Answer) {
    let code = answer.code();
    assert!(
        ["setup.closed", "state.spent"].contains(&code.as_str()),
        "{} {code}",
        answer.status
    );
    assert_eq!(answer.status, 410);
}

#[test]
fn the_link_lives_one_hour() {
    in_each_house(async |house| {
        let token = house.set_up_token().await;
        house.advance(HOUR - MINUTE);
        let mut early = house.browser();
        let offer = early.begin_set_up(&token, "Example", "ada", "Ada").await;
        let response = early.create(&mut Device::synced(), &offer);
        house.advance(MINUTE + SECOND);
        begin(&mut house.browser(), &token)
            .await
            .refused(410, "link.unusable");
        // Begun in time, but the link is over when the passkey would be kept.
        early
            .finish_set_up(&offer, &response)
            .await
            .refused(410, "link.unusable");
        assert!(setup::is_open(house.identity()).await.unwrap());
    });
}

#[test]
fn a_new_link_voids_the_older_one() {
    in_each_house(async |house| {
        let older = house.set_up_token().await;
        let newer = house.set_up_token().await;
        begin(&mut house.browser(), &older)
            .await
            .refused(410, "link.unusable");
        begin(&mut house.browser(), &newer).await.ok();
    });
}

#[test]
fn wrong_tokens_are_refused_and_change_nothing() {
    in_each_house(async |house| {
        let token = house.set_up_token().await;
        let mut browser = house.browser();
        let mut swapped = token.clone().into_bytes();
        swapped.swap(0, 1);
        let swapped = String::from_utf8(swapped).unwrap();
        let wrong = [
            "",
            "x",
            &token[1..],
            &format!("{token}A"),
            &"A".repeat(43),
            &"A".repeat(10_000),
            "\u{0}",
            "é",
        ];
        for wrong in wrong
            .iter()
            .copied()
            .chain((swapped != token).then_some(swapped.as_str()))
        {
            let answer = begin(&mut browser, wrong).await;
            assert!(
                answer.status.is_client_error(),
                "{wrong:?}: {}",
                answer.status
            );
            assert!(
                ["link.unusable", "request.malformed"].contains(&answer.code().as_str()),
                "{}",
                answer.code()
            );
        }
        for body in [
            json!({}),
            json!({ "token": 5 }),
            json!({ "token": token }),
            json!([]),
            json!(null),
        ] {
            browser
                .post("/set-up/begin", body)
                .await
                .refused(400, "request.malformed");
        }
        begin(&mut browser, &token).await.ok();
    });
}

#[test]
fn unfit_names_are_refused_by_name() {
    in_each_house(async |house| {
        let token = house.set_up_token().await;
        let mut browser = house.browser();
        let long = |length| "a".repeat(length);
        let cases = [
            ("organisation", String::new(), "setup.organisation_unfit"),
            ("organisation", " \t".to_owned(), "setup.organisation_unfit"),
            ("organisation", long(129), "setup.organisation_unfit"),
            ("userName", String::new(), "user.name_unfit"),
            ("userName", "two words".to_owned(), "user.name_unfit"),
            ("userName", "<b>".to_owned(), "user.name_unfit"),
            ("userName", "a\u{202e}b".to_owned(), "user.name_unfit"),
            ("userName", long(114), "user.name_unfit"),
            ("displayName", String::new(), "user.display_name_unfit"),
            (
                "displayName",
                "\u{200b}".to_owned(),
                "user.display_name_unfit",
            ),
            ("displayName", long(257), "user.display_name_unfit"),
        ];
        for (field, value, code) in cases {
            let mut body = json!({ "token": token, "organisation": "E", "userName": "ada", "displayName": "Ada" });
            body[field] = value.clone().into();
            browser.post("/set-up/begin", body).await.refused(400, code);
        }
        begin(&mut browser, &token).await.ok();
    });
}

#[test]
fn the_state_belongs_to_its_browser() {
    in_each_house(async |house| {
        let token = house.set_up_token().await;
        let mut ada = house.browser();
        let offer = ada.begin_set_up(&token, "Example", "ada", "Ada").await;
        let response = ada.create(&mut Device::synced(), &offer);
        house
            .browser()
            .finish_set_up(&offer, &response)
            .await
            .refused(400, "state.unreadable");
        ada.finish_set_up(&offer, &response).await.ok();
    });
}

#[test]
fn past_mistake_11_two_people_race_for_the_set_up_and_exactly_one_wins() {
    in_each_house(async |house| {
        let token = house.set_up_token().await;
        let (mut work, mut devices) = (Vec::new(), Vec::new());
        for name in ["ada", "eve", "mallory", "trudy"] {
            let mut browser = house.browser();
            let offer = browser.begin_set_up(&token, name, name, name).await;
            let mut device = Device::synced();
            let response = browser.create(&mut device, &offer);
            devices.push(device);
            work.push(async move { browser.finish_set_up(&offer, &response).await });
        }
        let answers = at_once(work).await;
        assert_eq!(count(&answers, 200), 1, "{:?}", brief(&answers));
        for (answer, mut device) in answers.into_iter().zip(devices) {
            let signed_in = house.browser().sign_in(&mut device).await;
            if answer.status == 200 {
                signed_in.ok();
            } else {
                assert_eq!(answer.status, 410, "{}", answer.code());
                assert!(
                    ["setup.closed", "link.unusable"].contains(&answer.code().as_str()),
                    "{}",
                    answer.code()
                );
                signed_in.refused(401, "sign_in.passkey_unknown");
            }
        }
        assert!(!setup::is_open(house.identity()).await.unwrap());
    });
}

#[test]
fn past_mistake_11_set_up_stays_closed_after_a_restart() {
    in_each_house(async |mut house| {
        let mut ada = house.set_up("ada").await;
        house.restart().await;
        assert!(!setup::is_open(house.identity()).await.unwrap());
        assert!(setup::make_link(house.identity()).await.is_err());
        let mut browser = house.browser();
        assert_closed(begin(&mut browser, &"A".repeat(43)).await);
        ada.browser = house.moved_to(&ada.browser, 0);
        ada.sign_in().await.ok();
    });
}
