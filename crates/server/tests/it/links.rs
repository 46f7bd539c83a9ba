//! Registration links: single use, expiring, bound to one person.

use identity::{DAY, MINUTE, SECOND};
use serde_json::json;
use testkit::Device;

use crate::{at_once, brief, count, in_each_house};

#[test]
fn a_link_makes_the_first_passkey() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let invited = house.invite(&mut ada, "bob").await;
        let mut browser = house.browser();
        let body = browser
            .post("/register/begin", json!({ "token": invited.token }))
            .await
            .ok();
        assert_eq!(
            (&body["userName"], &body["displayName"]),
            (&json!("bob"), &json!("Bob Example"))
        );
        let offer = testkit::Offer::of(&body);
        let mut device = Device::synced();
        let response = browser.create(&mut device, &offer);
        let body = browser.finish_registration(&offer, &response).await.ok();
        assert_eq!(body["userName"], "bob");
        assert!(
            !browser.has_session(),
            "registering opens no session (security 1)"
        );
        browser.sign_in(&mut device).await.ok();
        assert!(!house.find("bob").await.link_open);
    });
}

#[test]
fn a_link_works_once() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let invited = house.invite(&mut ada, "bob").await;
        let (mut first, mut second) = (house.browser(), house.browser());
        let (mine, theirs) = (
            first.begin_registration(&invited.token).await,
            second.begin_registration(&invited.token).await,
        );
        let mut device = Device::synced();
        let response = first.create(&mut device, &mine);
        first.finish_registration(&mine, &response).await.ok();
        let mut late = Device::synced();
        let response = second.create(&mut late, &theirs);
        second
            .finish_registration(&theirs, &response)
            .await
            .refused(410, "link.unusable");
        second
            .sign_in(&mut late)
            .await
            .refused(401, "sign_in.passkey_unknown");
        let again = house
            .browser()
            .post("/register/begin", json!({ "token": invited.token }))
            .await;
        again.refused(410, "link.unusable");
        assert_eq!(house.find("bob").await.passkeys, 1);
    });
}

#[test]
fn two_people_race_for_a_link_and_exactly_one_wins() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let invited = house.invite(&mut ada, "bob").await;
        let mut work = Vec::new();
        for _ in 0..4 {
            let mut browser = house.browser();
            let offer = browser.begin_registration(&invited.token).await;
            let response = browser.create(&mut Device::synced(), &offer);
            work.push(async move { browser.finish_registration(&offer, &response).await });
        }
        let answers = at_once(work).await;
        assert_eq!(
            (count(&answers, 200), count(&answers, 410)),
            (1, 3),
            "{:?}",
            brief(&answers)
        );
        assert_eq!(house.find("bob").await.passkeys, 1);
    });
}

#[test]
fn a_link_lives_one_day() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let invited = house.invite(&mut ada, "bob").await;
        house.advance(DAY - MINUTE);
        let mut browser = house.browser();
        let offer = browser.begin_registration(&invited.token).await;
        let response = browser.create(&mut Device::synced(), &offer);
        house.advance(MINUTE + SECOND);
        browser
            .finish_registration(&offer, &response)
            .await
            .refused(410, "link.unusable");
        let again = house
            .browser()
            .post("/register/begin", json!({ "token": invited.token }))
            .await;
        again.refused(410, "link.unusable");
        assert_eq!(house.find("bob").await.passkeys, 0);
    });
}

#[test]
fn a_new_link_voids_the_older_one() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let invited = house.invite(&mut ada, "bob").await;
        let mut browser = house.browser();
        let offer = browser.begin_registration(&invited.token).await;
        let response = browser.create(&mut Device::synced(), &offer);
        let link = ada
            .browser
            .post("/people/link", json!({ "personId": invited.person_id }))
            .await
            .ok();
        assert!(
            link["expiresAt"]
                .as_str()
                .unwrap()
                .starts_with("2026-11-22T09:00:00"),
            "{link}"
        );
        browser
            .finish_registration(&offer, &response)
            .await
            .refused(410, "link.unusable");
    });
}

#[test]
fn disabling_voids_the_link() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let invited = house.invite(&mut ada, "bob").await;
        let mut browser = house.browser();
        let offer = browser.begin_registration(&invited.token).await;
        let response = browser.create(&mut Device::synced(), &offer);
        let person = json!({ "personId": invited.person_id });
        ada.browser
            .post("/people/disable", person.clone())
            .await
            .ok();
        browser
            .finish_registration(&offer, &response)
            .await
            .refused(410, "link.unusable");
        ada.browser.post("/people/enable", person).await.ok();
        let again = house
            .browser()
            .post("/register/begin", json!({ "token": invited.token }))
            .await;
        again.refused(410, "link.unusable");
    });
}

#[test]
fn a_link_is_for_people_without_a_passkey() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let answer = ada
            .browser
            .post("/people/link", json!({ "personId": bob.person_id }))
            .await;
        answer.refused(409, "link.not_needed");
    });
}

#[test]
fn the_state_of_one_link_does_not_finish_another() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let (bob, carol) = (
            house.invite(&mut ada, "bob").await,
            house.invite(&mut ada, "carol").await,
        );
        let mut browser = house.browser();
        let for_bob = browser.begin_registration(&bob.token).await;
        let for_carol = browser.begin_registration(&carol.token).await;
        let mut device = Device::synced();
        let response = browser.create(&mut device, &for_bob);
        // Bob's challenge is answered; presented with Carol's state it is another challenge.
        let error = browser
            .finish_registration(&for_carol, &response)
            .await
            .refused(400, "registration.refused");
        assert_eq!(error["detail"], "registration.challenge_mismatch");
        browser.finish_registration(&for_bob, &response).await.ok();
        assert_eq!(
            (
                house.find("bob").await.passkeys,
                house.find("carol").await.passkeys
            ),
            (1, 0)
        );
    });
}

#[test]
fn wrong_tokens_are_refused() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let invited = house.invite(&mut ada, "bob").await;
        let mut browser = house.browser();
        let set_up_like = "A".repeat(invited.token.len());
        for token in [
            "",
            "x",
            &invited.token[1..],
            &set_up_like,
            &"A".repeat(10_000),
            "é",
        ] {
            let answer = browser
                .post("/register/begin", json!({ "token": token }))
                .await;
            assert!(
                ["link.unusable", "request.malformed"].contains(&answer.code().as_str()),
                "{token:?}: {}",
                answer.text()
            );
        }
        for body in [json!({}), json!({ "token": null }), json!({ "token": 1 })] {
            browser
                .post("/register/begin", body)
                .await
                .refused(400, "request.malformed");
        }
        browser.begin_registration(&invited.token).await;
    });
}

/// Of all passkeys; the newest last.
fn created_proofs(house: &testkit::House) -> Vec<String> {
    house.run_sql("SELECT created_proof FROM credential ORDER BY created_at")
}

/// A recovery link doesn't stand above the maximum, and what it makes says how it came about.
#[test]
fn a_recovery_link_obeys_the_maximum_and_is_recorded() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for _ in 0..9 {
            ada.add_device(&mut Device::synced()).await;
        }
        let token = house.recovery_token("ada").await;
        let mut browser = house.browser();
        let offer = browser.begin_registration(&token).await;
        let mut device = Device::synced();
        let response = browser.create(&mut device, &offer);
        let error = browser
            .finish_registration(&offer, &response)
            .await
            .refused(409, "passkey.too_many");
        assert_eq!(
            error["signalUnknownCredential"]["credentialId"],
            testkit::passkey_id(&device)
        );
        assert_eq!(house.find("ada").await.passkeys, 10);
        assert!(!created_proofs(&house).contains(&"recovery_link".to_owned()));

        let info = house.security_info(&ada.browser).await;
        let other = info
            .passkeys
            .iter()
            .find(|it| it.passkey_id != ada.passkey_id())
            .unwrap();
        ada.browser.remove_passkey(&other.passkey_id).await.ok();
        // Refused, the link was not used up.
        house.advance(SECOND);
        let offer = browser.begin_registration(&token).await;
        let response = browser.create(&mut device, &offer);
        browser.finish_registration(&offer, &response).await.ok();
        browser.sign_in(&mut device).await.ok();
        let proofs = created_proofs(&house);
        assert!(proofs.contains(&"set_up_link".to_owned()));
        assert_eq!(proofs.last().unwrap(), "recovery_link");
        assert_eq!(
            proofs.iter().filter(|it| *it == "passkey").count(),
            9,
            "the tombstone included"
        );
        house
            .browser()
            .post("/register/begin", json!({ "token": token }))
            .await
            .refused(410, "link.unusable");
    });
}

#[test]
fn a_recovery_link_is_for_enabled_administrators() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        house.person(&mut ada, "bob").await;
        let actor = identity::people::Actor::CommandLine { os_user: "root" };
        let code_for = async |name: &str| {
            identity::people::make_recovery_link(house.identity(), actor, name)
                .await
                .unwrap_err()
                .code
                .id
        };
        assert_eq!(code_for("bob").await, "user.not_administrator");
        assert_eq!(code_for("nobody").await, "user.missing");
        // No page makes one, whoever asks.
        let (caller, session) = (house.caller(), house.session(&ada.browser).await);
        let actor = identity::people::Actor::Person(&caller, &session);
        let refused = identity::people::make_recovery_link(house.identity(), actor, "ada").await;
        assert_eq!(refused.unwrap_err().code.id, "role.insufficient");
    });
}
