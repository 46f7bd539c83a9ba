//! A restore voids what was issued before it and keeps what people have (security 10, 27).

use identity::access_pass::{self, NewPass};
use serde_json::json;
use testkit::Device;

use crate::in_each_house;

#[test]
fn security_10_a_restore_voids_sessions_states_and_links() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.invite(&mut ada, "bob").await;
        let offer = ada.browser.challenge().await;
        let response = ada.browser.answer(&mut ada.device, &offer);
        let mut newcomer = house.browser();
        let begun = newcomer.begin_registration(&bob.token).await;
        let made = newcomer.create(&mut Device::synced(), &begun);

        let carol = house.person(&mut ada, "carol").await;
        let carol = identity::Id::parse(&carol.person_id).unwrap();
        let command = identity::Actor::CommandLine { os_user: "test" };
        let new = NewPass {
            reason: Some("seen on site".to_owned()),
            ..NewPass::default()
        };
        let pass = access_pass::make(house.identity(), command, carol, &new).await;
        let (_, code) = pass.unwrap();

        let restored = house.restored().await;
        let mut moved = restored.moved_to(&ada.browser, 0);
        assert!(!moved.is_signed_in().await, "sessions");
        let mut moved = restored.moved_to(&ada.browser, 0);
        moved.set_token(None);
        moved
            .finish_sign_in(&offer, &response)
            .await
            .refused(400, "state.unreadable");
        restored
            .browser()
            .post("/register/begin", json!({ "token": bob.token }))
            .await
            .refused(410, "link.unusable");
        let shown = json!({ "name": "carol", "code": code });
        restored
            .browser()
            .post("/pass/enter", shown)
            .await
            .refused(401, "pass.wrong");
        let mut moved = restored.moved_to(&newcomer, 0);
        moved.set_token(None);
        moved
            .finish_registration(&begun, &made)
            .await
            .refused(400, "state.unreadable");

        // Passkeys are what people have: they work at once, by the button and by the name.
        let mut browser = restored.browser();
        browser.sign_in(&mut ada.device).await.ok();
        assert!(browser.is_signed_in().await);
        let mut browser = restored.browser();
        browser.sign_in_as("ada", &mut ada.device).await.ok();
        assert_eq!(
            restored.browser().name("nobody").await.options["allowCredentials"],
            house.browser().name("nobody").await.options["allowCredentials"],
            "look-alikes stay as they were (security 20)"
        );

        // It is on record there, the backup here, and what was recorded before is still whole.
        let activities = |house: &testkit::House| house.run_sql("SELECT activity FROM audit");
        let restores = |house: &testkit::House| {
            let word = |it: &&String| *it == "database.restored";
            activities(house).iter().filter(word).count()
        };
        assert_eq!((restores(&restored), restores(&house)), (1, 0));
        assert!(activities(&house).contains(&"database.backed_up".to_owned()));
        assert!(activities(&restored).contains(&"link.made".to_owned()));
        identity::audit::verify(restored.identity()).await.unwrap();
        // This house goes on as if nothing had been.
        assert!(ada.browser.is_signed_in().await);
        newcomer.finish_registration(&begun, &made).await.ok();
    });
}

#[test]
fn security_10_a_restore_voids_a_set_up_under_way() {
    in_each_house(async |house| {
        let token = house.set_up_token().await;
        let mut browser = house.browser();
        let offer = browser.begin_set_up(&token, "Example", "ada", "Ada").await;
        let response = browser.create(&mut Device::synced(), &offer);
        let restored = house.restored().await;
        let mut moved = restored.moved_to(&browser, 0);
        moved.set_token(None);
        moved
            .finish_set_up(&offer, &response)
            .await
            .refused(400, "state.unreadable");
        let body =
            json!({ "token": token, "organisation": "E", "userName": "eve", "displayName": "Eve" });
        restored
            .browser()
            .post("/set-up/begin", body)
            .await
            .refused(410, "link.unusable");
        let mut ada = restored.administrator("ada").await;
        assert!(ada.browser.is_signed_in().await);
    });
}
