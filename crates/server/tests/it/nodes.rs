//! Several nodes on one database, without sticky sessions: no node remembers what another must know.

use serde_json::json;
use testkit::{Device, House};

use crate::{at_once, brief, count, in_each_house};

/// A house with two nodes.
fn in_each_house_of_two(test: impl AsyncFn(House)) {
    in_each_house(async |mut house| {
        house.add_node().await;
        test(house).await;
    });
}

#[test]
fn each_step_of_each_ceremony_may_meet_another_node() {
    in_each_house_of_two(async |house| {
        let token = house.set_up_token().await;
        let mut at_a = house.browser_at(0);
        let mut device = Device::synced();
        let offer = at_a.begin_set_up(&token, "Example", "ada", "Ada").await;
        let response = at_a.create(&mut device, &offer);
        let mut at_b = house.moved_to(&at_a, 1);
        at_b.finish_set_up(&offer, &response).await.ok();

        let offer = at_b.challenge().await;
        let response = at_b.answer(&mut device, &offer);
        let mut at_a = house.moved_to(&at_b, 0);
        at_a.finish_sign_in(&offer, &response).await.ok();
        let mut at_b = house.moved_to(&at_a, 1);
        assert!(at_b.is_signed_in().await);

        let offer = at_b.begin_add().await;
        let response = at_b.create(&mut Device::synced(), &offer);
        let mut at_a = house.moved_to(&at_b, 0);
        at_a.finish_add(&offer, &response).await.ok();

        let offer = at_a.begin_reauthentication().await;
        let response = at_a.answer(&mut device, &offer);
        let mut at_b = house.moved_to(&at_a, 1);
        at_b.finish_reauthentication(&offer, &response).await.ok();
        at_b.sign_out().await.ok();
        assert!(!house.moved_to(&at_a, 0).is_signed_in().await);
    });
}

#[test]
fn past_mistake_13_a_challenge_works_once_on_all_nodes_together() {
    in_each_house_of_two(async |house| {
        let mut ada = house.set_up("ada").await;
        let offer = ada.browser.challenge().await;
        let response = ada.browser.answer(&mut ada.device, &offer);
        let tries = (0..8).map(|number| {
            let (mut browser, offer, response) = (
                house.moved_to(&ada.browser, number % 2),
                offer.clone(),
                response.clone(),
            );
            async move { browser.finish_sign_in(&offer, &response).await }
        });
        let answers = at_once(tries.collect()).await;
        assert_eq!(
            (count(&answers, 200), count(&answers, 410)),
            (1, 7),
            "{:?}",
            brief(&answers)
        );
        let mut late = house.moved_to(&ada.browser, 1);
        late.finish_sign_in(&offer, &response)
            .await
            .refused(410, "state.spent");
    });
}

#[test]
fn what_one_node_ends_no_node_serves() {
    in_each_house_of_two(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut at_b = house.moved_to(&bob.browser, 1);
        assert!(at_b.is_signed_in().await);
        ada.browser
            .post("/people/disable", json!({ "personId": bob.person_id }))
            .await
            .ok();
        assert!(!at_b.is_signed_in().await);
        let mut fresh = house.browser_at(1);
        fresh
            .sign_in(&mut bob.device)
            .await
            .refused(403, "sign_in.account_disabled");
    });
}

#[test]
fn past_mistake_11_the_set_up_race_over_two_nodes() {
    in_each_house_of_two(async |house| {
        let token = house.set_up_token().await;
        let mut work = Vec::new();
        for number in 0..4 {
            let mut browser = house.browser_at(number % 2);
            let offer = browser
                .begin_set_up(&token, "Example", &format!("ada{number}"), "Ada")
                .await;
            let response = browser.create(&mut Device::synced(), &offer);
            work.push(async move { browser.finish_set_up(&offer, &response).await });
        }
        let answers = at_once(work).await;
        assert_eq!(
            (count(&answers, 200), count(&answers, 410)),
            (1, 3),
            "{:?}",
            brief(&answers)
        );
        let closed =
            json!({ "token": token, "organisation": "E", "userName": "eve", "displayName": "Eve" });
        house
            .browser_at(1)
            .post("/set-up/begin", closed)
            .await
            .refused(410, "setup.closed");
    });
}

#[test]
fn nothing_is_lost_by_a_restart() {
    in_each_house(async |mut house| {
        let mut ada = house.administrator("ada").await;
        let offer = ada.browser.challenge().await;
        let response = ada.browser.answer(&mut ada.device, &offer);
        house.restart().await;
        ada.browser = house.moved_to(&ada.browser, 0);
        assert!(ada.browser.is_signed_in().await, "sessions survive");
        ada.browser.finish_sign_in(&offer, &response).await.ok();
        ada.browser
            .finish_sign_in(&offer, &response)
            .await
            .refused(410, "state.spent");
    });
}
