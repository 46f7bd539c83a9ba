//! A node whose clock is off the database's. The database's is the machine's, so the house's is the wrong one.

use identity::tenant::measure_clock;
use identity::{Identity, SECOND};
use serde_json::json;
use testkit::{House, on_each_backend};

/// What `claviger doctor` says about the clock.
async fn doctor(identity: &Identity) -> String {
    let findings = identity::doctor::check(identity).await;
    let finding = findings.into_iter().find(|it| it.name == "database.clock");
    let finding = finding.unwrap();
    format!("{:?}: {}", finding.grade, finding.detail)
}

#[test]
fn security_06_a_node_whose_clock_is_off_refuses_ceremonies_and_the_doctor_says_so() {
    on_each_backend(async |backend| {
        let house = House::open_with_a_wrong_clock(backend).await;
        let identity = house.identity();
        let mut ada = house.administrator("ada").await;
        // Behind, and ahead; by little and by too much. (The other way round limits would count tries of the time to come.)
        for (side, little, more) in [("behind", -20, -15), ("ahead of", 20, 15)] {
            house.advance(little * SECOND);
            measure_clock(identity).await.unwrap();
            let mut browser = house.browser();
            let offer = browser.challenge().await;
            let response = browser.answer(&mut ada.device, &offer);
            assert!(doctor(identity).await.starts_with("Good"));

            house.advance(more * SECOND);
            measure_clock(identity).await.unwrap();
            let before = house.count_rows();
            let refused = browser.finish_sign_in(&offer, &response).await;
            refused.refused(503, "state.clock_skewed");
            let begun = browser.post("/sign-in/challenge", json!({})).await;
            begun.refused(503, "state.clock_skewed");
            let adding = ada.browser.post("/security-info/passkeys/begin", json!({}));
            adding.await.refused(503, "state.clock_skewed");
            assert_eq!(house.count_rows(), before, "a refusal writes nothing");
            let said = doctor(identity).await;
            assert!(said.starts_with("Bad") && said.contains(side), "{said}");

            // Set right again, and measured: the same answer is good, for nothing was spent.
            house.advance(-(little + more) * SECOND);
            measure_clock(identity).await.unwrap();
            browser.finish_sign_in(&offer, &response).await.ok();
            assert!(doctor(identity).await.starts_with("Good"));
        }
    });
}
