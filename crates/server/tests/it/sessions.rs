//! Sessions: listed, ended, and only one's own.

use identity::MINUTE;
use serde_json::json;

use crate::in_each_house;

#[test]
fn sessions_are_listed_with_what_opened_them() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        house.advance(MINUTE);
        let mut phone = house.browser();
        phone.user_agent =
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1".to_owned();
        phone.sign_in(&mut ada.device).await.ok();
        let sessions = house.security_info(&ada.browser).await.sessions;
        assert_eq!(sessions.len(), 2);
        assert_eq!(sessions.iter().filter(|it| it.current).count(), 1);
        let other = sessions.iter().find(|it| !it.current).unwrap();
        assert_eq!(
            (other.place.browser.as_str(), other.place.system.as_str()),
            ("Safari", "iOS")
        );
        assert_eq!(other.started_at, house.now());
        assert!(other.passkey_name.is_some());
    });
}

#[test]
fn ending_a_session_signs_that_browser_out() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut phone = house.browser();
        phone.sign_in(&mut ada.device).await.ok();
        let sessions = house.security_info(&ada.browser).await.sessions;
        let other = sessions
            .iter()
            .find(|it| !it.current)
            .unwrap()
            .session_id
            .to_string();
        let body = json!({ "sessionId": other });
        ada.browser
            .post("/security-info/sessions/end", body.clone())
            .await
            .ok();
        assert!(!phone.is_signed_in().await);
        assert!(ada.browser.is_signed_in().await);
        ada.browser
            .post("/security-info/sessions/end", body)
            .await
            .refused(404, "session.missing");
    });
}

#[test]
fn someone_elses_session_is_not_there() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let bobs = house.security_info(&bob.browser).await.sessions[0]
            .session_id
            .to_string();
        for id in [
            bobs.as_str(),
            "",
            "x",
            "00000000-0000-0000-0000-000000000000",
        ] {
            let answer = ada
                .browser
                .post("/security-info/sessions/end", json!({ "sessionId": id }))
                .await;
            assert!(
                ["session.missing", "request.malformed"].contains(&answer.code().as_str()),
                "{}",
                answer.text()
            );
        }
        assert!(bob.browser.is_signed_in().await);
        for id in [json!(null), json!(5)] {
            ada.browser
                .post("/security-info/sessions/end", json!({ "sessionId": id }))
                .await
                .refused(400, "request.malformed");
        }
    });
}

#[test]
fn signing_out_ends_the_session_on_the_server() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let copy = ada.browser.clone();
        let answer = ada.browser.sign_out().await;
        assert!(
            answer.ok()["location"]
                .as_str()
                .unwrap()
                .starts_with("/sign-in")
        );
        assert!(!ada.browser.has_session());
        let mut thief = copy;
        assert!(
            !thief.is_signed_in().await,
            "the token is void, not only forgotten"
        );
    });
}

#[test]
fn malformed_tokens_are_nobody() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let good = ada.browser.cookie("session").unwrap().to_owned();
        for token in [
            "",
            "x",
            &good[1..],
            &format!("{good}A"),
            &"A".repeat(43),
            &good.to_uppercase(),
            &"A".repeat(5000),
        ] {
            let mut thief = ada.browser.clone();
            thief.set_cookie("session", token);
            assert!(!thief.is_signed_in().await, "{token:?}");
        }
    });
}

#[test]
fn pages_for_people_send_strangers_to_sign_in_and_back() {
    in_each_house(async |house| {
        house.set_up("ada").await;
        for (page, back) in [
            ("/security-info", "%2Fsecurity-info"),
            ("/people", "%2Fpeople"),
        ] {
            let answer = house.browser().get(page).await;
            assert!(answer.status.is_redirection(), "{page}: {}", answer.status);
            assert_eq!(answer.header("location"), format!("/sign-in?return={back}"));
        }
    });
}

#[test]
fn changes_without_a_session_are_refused() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let id = ada.passkey_id();
        let changes = [
            ("/reauthenticate/challenge", json!({})),
            (
                "/reauthenticate/passkey",
                json!({ "state": "x", "response": {}, "return": null }),
            ),
            ("/security-info/passkeys/begin", json!({})),
            (
                "/security-info/passkeys/finish",
                json!({ "state": "x", "response": {} }),
            ),
            (
                "/security-info/passkeys/rename",
                json!({ "passkeyId": id, "name": "x" }),
            ),
            ("/security-info/passkeys/remove", json!({ "passkeyId": id })),
            (
                "/security-info/passkeys/confirm",
                json!({ "passkeyId": id }),
            ),
            (
                "/security-info/passkeys/lost",
                json!({ "passkeyIds": [id] }),
            ),
            ("/security-info/codes/make", json!({})),
            ("/security-info/password/set", json!({ "password": "x" })),
            ("/security-info/password/remove", json!({})),
            ("/security-info/app/begin", json!({})),
            (
                "/security-info/app/finish",
                json!({ "state": "x", "code": "1" }),
            ),
            ("/security-info/app/remove", json!({})),
            ("/upgrade/begin", json!({})),
            ("/upgrade/finish", json!({ "state": "x", "response": {} })),
            ("/security-info/sessions/end", json!({ "sessionId": "x" })),
            (
                "/people/add",
                json!({ "userName": "eve", "displayName": "Eve" }),
            ),
            ("/people/link", json!({ "personId": "x" })),
            ("/people/pass", json!({ "personId": "x" })),
            ("/people/passkeys", json!({ "personId": "x" })),
            (
                "/people/lost",
                json!({ "personId": "x", "passkeyIds": [id] }),
            ),
            (
                "/people/rename",
                json!({ "personId": "x", "userName": "a", "displayName": "b" }),
            ),
            ("/people/disable", json!({ "personId": "x" })),
            ("/people/enable", json!({ "personId": "x" })),
        ];
        let mut stranger = house.browser();
        for (path, body) in changes {
            let error = stranger.post(path, body).await.refused(401, "session.none");
            assert!(
                error["location"].as_str().unwrap().starts_with("/sign-in"),
                "{path}: {error}"
            );
        }
    });
}

/// Signing in over a session hides its cookie: it must not live on where nobody sees it.
#[test]
fn signing_in_anew_ends_the_session_of_this_browser_alone() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut phone = house.browser();
        phone.sign_in(&mut ada.device).await.ok();
        let mut shared = house.browser();
        let tab = shared.challenge().await;
        let page = (shared.token().map(str::to_owned), shared.clone());
        shared.sign_in(&mut ada.device).await.ok();
        let hidden = shared.clone();
        assert_eq!(house.security_info(&phone).await.sessions.len(), 3);
        // The other tab was open before: it still holds the page of nobody.
        let response = page.1.answer(&mut bob.device, &tab);
        shared.set_token(page.0);
        shared.finish_sign_in(&tab, &response).await.ok();
        assert!(shared.is_signed_in().await);
        assert_eq!(house.security_info(&phone).await.sessions.len(), 2);
        assert!(!hidden.clone().is_signed_in().await);
        assert!(phone.is_signed_in().await && ada.browser.is_signed_in().await);
        assert!(bob.browser.is_signed_in().await);
    });
}
