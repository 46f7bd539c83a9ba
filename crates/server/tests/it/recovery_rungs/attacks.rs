//! What somebody tried against the rungs.

use http::{HeaderValue, Method};
use identity::DAY;
use identity::policies::Rung;
use serde_json::json;

use super::{approve, ask, letters, open, pass, set_address, sign_in, topics, with_bob};
use crate::in_each_house;

/// Who changes the address and waits until it counts can't outwait whom it was of.
#[test]
fn security_17_the_address_of_before_is_told_of_a_recovery_by_the_new_one() {
    in_each_house(async |house| {
        let (_, mut bob, _) = with_bob(&house, &[Rung::Mail]).await;
        set_address(&house, "bob", "eve@example.org").await;
        pass(&house, 8 * DAY).await;
        letters(&house).await;
        let mut eve = house.browser();
        ask(&mut eve, "mail", "bob").await.ok();
        let letter = letters(&house).await.remove(0);
        assert_eq!(letter.addresses, ["eve@example.org"]);
        let url = letter.way_in.unwrap();
        let token = url.split_once("/recover/letter#").unwrap().1;
        open(&mut eve, token).await.ok();
        let told = letters(&house).await;
        assert_eq!(topics(&told), ["recovery_waiting"]);
        let both = ["bob@example.org", "eve@example.org"];
        assert!(
            both.iter()
                .all(|it| told[0].addresses.iter().any(|to| to == it))
        );
        // Of anything else the old address is not told after a week.
        sign_in(&house, &mut bob).await;
        let made = bob.browser.post("/security-info/codes/make", json!({}));
        made.await.ok();
        let told = letters(&house).await;
        assert_eq!(topics(&told), ["codes_made"]);
        assert_eq!(told[0].addresses, ["eve@example.org"]);
    });
}

#[test]
fn strangers_who_ask_a_manager_shut_nobody_out() {
    in_each_house(async |house| {
        let (_, _, mut carla) = with_bob(&house, &[Rung::Manager]).await;
        for _ in 0..5 {
            let mut stranger = house.browser();
            stranger.address = "198.51.100.7:4711".parse().unwrap();
            ask(&mut stranger, "manager", "bob").await.ok();
        }
        let mut browser = house.browser();
        let asked = ask(&mut browser, "manager", "bob").await.ok();
        let told = topics(&letters(&house).await);
        assert_eq!(told, ["recovery_asked"; 3], "and the manager is not buried");
        sign_in(&house, &mut carla).await;
        approve(&mut carla, &house, asked["code"].as_str().unwrap())
            .await
            .ok();
    });
}

/// One stolen recovery would lead from account to account.
#[test]
fn security_17_who_came_back_lately_lets_nobody_in() {
    in_each_house(async |house| {
        let (_, mut bob, mut carla) = with_bob(&house, &[Rung::Manager, Rung::Device]).await;
        house.run_sql(&format!(
            "UPDATE credential SET recovered_at = {}",
            house.now()
        ));
        sign_in(&house, &mut carla).await;
        let asked = ask(&mut house.browser(), "manager", "bob").await.ok();
        approve(&mut carla, &house, asked["code"].as_str().unwrap())
            .await
            .refused(403, "recovery.too_recent");
        sign_in(&house, &mut bob).await;
        let asked = house
            .browser()
            .post("/recover/device", json!({}))
            .await
            .ok();
        approve(&mut bob, &house, asked["code"].as_str().unwrap())
            .await
            .refused(403, "recovery.too_recent");
    });
}

/// Whoever approves types what they see or hear: a link in a mail types nothing for them.
#[test]
fn security_19_a_link_with_a_code_asks_nothing() {
    in_each_house(async |house| {
        let (_, mut bob, _) = with_bob(&house, &[Rung::Device]).await;
        sign_in(&house, &mut bob).await;
        let asked = house
            .browser()
            .post("/recover/device", json!({}))
            .await
            .ok();
        let code = asked["code"].as_str().unwrap();
        let path = format!("/approve?code={code}");
        for (site, status) in [("cross-site", 200), ("none", 200), ("same-origin", 303)] {
            let mut request = bob.browser.request(Method::GET, &path, "");
            let site = HeaderValue::from_static(site);
            request.headers_mut().insert("sec-fetch-site", site.clone());
            let answer = bob.browser.send(request).await;
            assert_eq!(answer.status.as_u16(), status, "{site:?}");
        }
    });
}
