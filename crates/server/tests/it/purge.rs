//! What is over is deleted, once a minute, in batches.

use identity::{DAY, MINUTE, SECOND, tenant};
use serde_json::json;
use testkit::{House, on_each_backend};

/// Rows in a table.
fn count(house: &House, table: &str) -> usize {
    // As text on both engines.
    let found = house.run_sql(&format!("SELECT CAST(COUNT(*) AS TEXT) FROM {table}"));
    found[0].parse().unwrap()
}

#[test]
fn spent_states_and_ended_sessions_go() {
    on_each_backend(async |backend| {
        let house = House::open_with(backend, |settings| {
            settings.tries_per_address = 1_000_000;
        })
        .await;
        let mut ada = house.set_up("ada").await;
        let mut browser = house.browser();
        for _ in 0..1_100 {
            let offer = browser.challenge().await;
            let answer = browser.finish_sign_in(&offer, &json!({})).await;
            assert!([400, 401].contains(&answer.status.as_u16()));
        }
        // More than two batches.
        let spent = count(&house, "spent");
        assert!(spent > 1_000, "each refused try spends its state: {spent}");
        for _ in 0..6 {
            ada.sign_in().await.ok();
            ada.browser.sign_out().await.ok();
        }
        ada.sign_in().await.ok();
        assert_eq!(count(&house, "session"), 7);

        tenant::tick_minute(house.identity()).await.unwrap();
        assert_eq!(
            (count(&house, "spent"), count(&house, "session")),
            (spent + 7, 7),
            "nothing is over yet"
        );
        // Five minutes until they expire, fifteen more to be on the safe side.
        house.advance(20 * MINUTE);
        tenant::tick_minute(house.identity()).await.unwrap();
        assert_eq!(count(&house, "spent"), spent + 7);
        house.advance(SECOND);
        tenant::tick_minute(house.identity()).await.unwrap();
        assert_eq!(count(&house, "spent"), 0, "all batches in one minute");
        assert_eq!(count(&house, "session"), 7);
        // Seven days until none of them can be live, and one more.
        house.advance(8 * DAY - 20 * MINUTE - SECOND);
        tenant::tick_minute(house.identity()).await.unwrap();
        assert_eq!(count(&house, "session"), 7);
        house.advance(SECOND);
        tenant::tick_minute(house.identity()).await.unwrap();
        assert_eq!(count(&house, "session"), 0);
        // The records of all this stay.
        assert!(count(&house, "sign_in") > 1_100);
        ada.sign_in().await.ok();
    });
}
