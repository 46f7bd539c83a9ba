//! State keys rotate daily and open two hours longer (security 27).

use identity::{DAY, HOUR, MINUTE, SECOND, tenant};

use crate::in_each_house;

#[test]
fn security_27_a_rotation_disturbs_no_page() {
    in_each_house(async |mut house| {
        house.add_node().await;
        let mut ada = house.set_up("ada").await;
        let ancient = ada.browser.challenge().await;
        let ancient_response = ada.browser.answer(&mut ada.device, &ancient);
        house.advance(25 * HOUR);
        // Made under the first key, a moment before the second comes.
        let (young, old) = (ada.browser.challenge().await, ada.browser.challenge().await);
        tenant::tick_minute(house.identity()).await.unwrap();
        house.advance(5 * MINUTE);
        let response = ada.browser.answer(&mut ada.device, &young);
        ada.browser.finish_sign_in(&young, &response).await.ok();
        ada.browser.sign_out().await.ok();
        house.advance(SECOND);
        let response = ada.browser.answer(&mut ada.device, &old);
        ada.browser
            .finish_sign_in(&old, &response)
            .await
            .refused(410, "state.expired");
        // A node that has not ticked reads the new key when it meets it.
        let offer = ada.browser.challenge().await;
        let response = ada.browser.answer(&mut ada.device, &offer);
        let mut at_b = house.moved_to(&ada.browser, 1);
        at_b.finish_sign_in(&offer, &response).await.ok();

        // The first key still opens, so that the refusal says what is wrong; two hours later it's gone.
        let mut tab = ada.browser.clone();
        tab.finish_sign_in(&ancient, &ancient_response)
            .await
            .refused(410, "state.expired");
        house.advance(2 * HOUR);
        tab.finish_sign_in(&ancient, &ancient_response)
            .await
            .refused(400, "state.unreadable");
        ada.sign_in().await.ok();
    });
}

#[test]
fn security_27_retired_keys_are_deleted() {
    in_each_house(async |house| {
        let mut ada = house.set_up("ada").await;
        let keys = || {
            house.run_sql("SELECT CAST(created_at AS TEXT) FROM secret_key WHERE purpose = 'state'")
        };
        let first = keys();
        for _ in 0..6 {
            house.advance(DAY);
            tenant::tick_minute(house.identity()).await.unwrap();
            tenant::tick_minute(house.identity()).await.unwrap();
            ada.sign_in().await.ok();
        }
        let left = keys();
        assert!((2..=4).contains(&left.len()), "{left:?}");
        assert!(!left.contains(&first[0]));
    });
}

#[test]
fn security_27_a_long_stop_needs_no_tick() {
    in_each_house(async |mut house| {
        let mut ada = house.set_up("ada").await;
        house.advance(3 * DAY);
        house.restart().await;
        ada.browser = house.moved_to(&ada.browser, 0);
        ada.sign_in().await.ok();
        assert!(ada.browser.is_signed_in().await);
        ada.browser.sign_in_as("ada", &mut ada.device).await.ok();
    });
}
