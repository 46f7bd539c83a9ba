//! People, as an administrator sees them.

use identity::{MINUTE, SECOND};
use serde_json::{Value, json};
use testkit::{House, Person};

use crate::in_each_house;

#[test]
fn only_administrators() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let carol = house.invite(&mut ada, "carol").await;
        assert_eq!(bob.browser.get("/people").await.status, 403);
        let person = json!({ "personId": carol.person_id });
        let changes = [
            (
                "/people/add",
                json!({ "userName": "eve", "displayName": "Eve" }),
            ),
            ("/people/link", person.clone()),
            ("/people/pass", person.clone()),
            ("/people/passkeys", person.clone()),
            (
                "/people/rename",
                json!({ "personId": bob.person_id, "userName": "ada2", "displayName": "Ada" }),
            ),
            ("/people/disable", person.clone()),
            ("/people/enable", person),
        ];
        for (path, body) in changes {
            bob.browser
                .post(path, body)
                .await
                .refused(403, "role.insufficient");
        }
        assert!(house.find("carol").await.enabled);
        assert_eq!(house.find("bob").await.user_name, "bob");
    });
}

#[test]
fn changes_need_a_fresh_sign_in() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.invite(&mut ada, "bob").await;
        house.advance(5 * MINUTE + SECOND);
        let person = json!({ "personId": bob.person_id });
        let changes = [
            (
                "/people/add",
                json!({ "userName": "eve", "displayName": "Eve" }),
            ),
            ("/people/link", person.clone()),
            ("/people/pass", person.clone()),
            ("/people/disable", person),
        ];
        for (path, body) in &changes {
            let error = ada
                .browser
                .post(path, body.clone())
                .await
                .refused(403, "session.not_fresh");
            assert_eq!(
                error["location"], "/reauthenticate?return=%2Fpeople",
                "{path}"
            );
        }
        ada.reauthenticate().await.ok();
        for (path, body) in changes {
            ada.browser.post(path, body).await.ok();
        }
    });
}

#[test]
fn renaming_keeps_passkeys() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let body =
            json!({ "personId": bob.person_id, "userName": "robert", "displayName": "Robert B." });
        ada.browser.post("/people/rename", body).await.ok();
        let body = bob.sign_in().await.ok();
        assert_eq!(body["signals"]["currentUser"]["name"], "robert");
        assert_eq!(body["signals"]["currentUser"]["displayName"], "Robert B.");
        let handle = data_encoding::BASE64URL_NOPAD.encode(&bob.user_handle());
        assert_eq!(body["signals"]["currentUser"]["userId"], handle);
        bob.browser.sign_in_as("robert", &mut bob.device).await.ok();
        // The old name is nobody's now: a look-alike answers.
        let offer = bob.browser.name("bob").await;
        assert!(
            bob.device
                .prepare_assertion(&offer.request(), &bob.browser.page())
                .is_err()
        );
    });
}

#[test]
fn a_disabled_person_is_out_and_comes_back_when_enabled() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        ada.browser
            .post("/people/disable", json!({ "personId": bob.person_id }))
            .await
            .ok();
        assert!(!bob.browser.is_signed_in().await);
        bob.browser.forget_session();
        let error = bob.sign_in().await.refused(403, "sign_in.account_disabled");
        assert!(error["signalUnknownCredential"].is_null());
        // The typed name finds look-alikes only (security 20).
        let offer = bob.browser.name("bob").await;
        assert!(
            bob.device
                .prepare_assertion(&offer.request(), &bob.browser.page())
                .is_err()
        );
        assert!(!bob.browser.has_session());
        ada.browser
            .post("/people/enable", json!({ "personId": bob.person_id }))
            .await
            .ok();
        bob.sign_in().await.ok();
    });
}

#[test]
fn the_last_administrator_stays() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let id = house.find("ada").await.person_id.to_string();
        ada.browser
            .post("/people/disable", json!({ "personId": id }))
            .await
            .refused(409, "user.last_administrator");
        assert!(ada.browser.is_signed_in().await);
    });
}

#[test]
fn names_are_unique_also_to_the_eye() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.invite(&mut ada, "bob").await;
        for name in ["ada", "ADA", "Ada", "ａｄａ", "аda"] {
            let answer = add(&mut ada, name).await;
            assert!(
                ["user.name_taken", "user.name_unfit"].contains(&answer.code().as_str()),
                "{name}: {}",
                answer.text()
            );
            let body = json!({ "personId": bob.person_id, "userName": name, "displayName": "Bob" });
            let answer = ada.browser.post("/people/rename", body).await;
            assert!(
                ["user.name_taken", "user.name_unfit"].contains(&answer.code().as_str()),
                "{name}: {}",
                answer.text()
            );
        }
        // One's own name in another case is no collision.
        let body = json!({ "personId": bob.person_id, "userName": "Bob", "displayName": "Bob" });
        ada.browser.post("/people/rename", body).await.ok();
    });
}

async fn add(administrator: &mut Person, name: &str) -> testkit::Answer {
    administrator
        .browser
        .post(
            "/people/add",
            json!({ "userName": name, "displayName": "X" }),
        )
        .await
}

#[test]
fn unfit_input_is_refused() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for name in [
            "",
            " ",
            "a b",
            "<b>",
            "a/b",
            "a\u{0}b",
            "\u{202e}x",
            &"a".repeat(114),
        ] {
            let answer = add(&mut ada, name).await;
            answer.refused(400, "user.name_unfit");
        }
        for display_name in ["", " ", "\u{200b}", &"a".repeat(257)] {
            let body = json!({ "userName": "eve", "displayName": display_name });
            ada.browser
                .post("/people/add", body)
                .await
                .refused(400, "user.display_name_unfit");
        }
        for body in [
            json!({}),
            json!({ "userName": 1, "displayName": "x" }),
            json!({ "userName": "eve" }),
            Value::Null,
        ] {
            ada.browser
                .post("/people/add", body)
                .await
                .refused(400, "request.malformed");
        }
        for path in ["/people/link", "/people/disable", "/people/enable"] {
            for id in ["", "x", "00000000-0000-0000-0000-000000000000"] {
                ada.browser
                    .post(path, json!({ "personId": id }))
                    .await
                    .refused(404, "user.missing");
            }
        }
    });
}

#[test]
fn the_list_shows_people_and_their_state() {
    in_each_house(async |house: House| {
        let mut ada = house.administrator("ada").await;
        house.person(&mut ada, "bob").await;
        house.invite(&mut ada, "carol").await;
        let page = ada.browser.get("/people").await;
        assert_eq!(page.status, 200);
        for text in ["ada", "bob", "carol", "Carol Example"] {
            assert!(page.text().contains(text), "{text} is missing");
        }
        let carol = house.find("carol").await;
        assert!(carol.link_open && carol.enabled && carol.passkeys == 0 && !carol.is_administrator);
        let bob = house.find("bob").await;
        assert!(!bob.link_open && bob.passkeys == 1 && bob.last_sign_in_at == Some(house.now()));
    });
}
