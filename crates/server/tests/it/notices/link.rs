//! "This wasn't me".

use http::Method;
use identity::DAY;
use serde_json::json;
use testkit::{Answer, Browser};

use super::*;

async fn disown(browser: &mut Browser, token: &str) -> Answer {
    browser.post("/not-me", json!({ "token": token })).await
}

#[test]
fn its_reader_is_signed_out_everywhere_and_administrators_are_alerted() {
    in_each_house(async |house| {
        let (office, mut ada, mut bob, id) = with_bob(&house).await;
        let code = make_pass(&house, id).await;
        deliver(house.identity()).await;
        let token = one(&office).token();
        // Opening it does nothing, not even with the token where nobody put it.
        let mut browser = house.browser();
        let before = house.count_rows();
        assert_eq!(browser.get("/not-me").await.status, 200);
        let query = format!("/not-me?token={token}");
        assert_eq!(browser.get(&query).await.status, 200);
        assert_eq!(house.count_rows(), before);
        assert!(bob.browser.is_signed_in().await);

        disown(&mut browser, &token).await.ok();
        assert!(!bob.browser.is_signed_in().await);
        assert!(
            ada.browser.is_signed_in().await,
            "nobody else is signed out"
        );
        assert!(!browser.is_signed_in().await, "and nobody is signed in");
        let caller = house.caller();
        let refused = access_pass::enter(house.identity(), &caller, "bob", &code).await;
        assert_eq!(refused.unwrap_err().code.id, "pass.unusable");
        let told = records(&house, "alert.notice_disowned");
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["notice"], "pass_issued");
        assert_eq!(told[0]["alert"], true);
        // His passkey works as before, also at the safe place.
        bob.browser = house.browser();
        bob.sign_in().await.ok();
        assert_eq!(bob.browser.get("/security-info").await.status, 200);
        // Once is once.
        disown(&mut browser, &token)
            .await
            .refused(410, "notice.link_unusable");
        assert!(bob.browser.is_signed_in().await);
    });
}

#[test]
fn what_is_no_link_does_nothing() {
    in_each_house(async |house| {
        let (office, mut ada, mut bob, id) = with_bob(&house).await;
        make_pass(&house, id).await;
        deliver(house.identity()).await;
        let token = one(&office).token();
        let invited = house.invite(&mut ada, "carol").await;
        let mut browser = house.browser();
        let other = if token.starts_with('A') { "B" } else { "A" };
        let bent = format!("{other}{}", &token[1..]);
        let long = "A".repeat(5000);
        for wrong in ["", "x", &bent, &token[1..], &format!("{token}A"), &long] {
            disown(&mut browser, wrong)
                .await
                .refused(410, "notice.link_unusable");
        }
        // Links of other kinds are none of these, and these are none of them.
        disown(&mut browser, &invited.token)
            .await
            .refused(410, "notice.link_unusable");
        browser
            .post("/register/begin", json!({ "token": token }))
            .await
            .refused(410, "link.unusable");
        assert!(bob.browser.is_signed_in().await);
        house.advance(7 * DAY);
        disown(&mut browser, &token)
            .await
            .refused(410, "notice.link_unusable");
        assert!(records(&house, "alert.notice_disowned").is_empty());
    });
}

#[test]
fn security_10_a_restore_voids_it() {
    in_each_house(async |house| {
        let (office, _, _, id) = with_bob(&house).await;
        make_pass(&house, id).await;
        deliver(house.identity()).await;
        let token = one(&office).token();
        let restored = house.restored().await;
        disown(&mut restored.browser(), &token)
            .await
            .refused(410, "notice.link_unusable");
        disown(&mut house.browser(), &token).await.ok();
    });
}

#[test]
fn at_once_on_two_nodes_it_works_once() {
    in_each_house(async |mut house: House| {
        let other = house.add_node().await;
        let (office, _, _, id) = with_bob(&house).await;
        make_pass(&house, id).await;
        deliver(house.identity()).await;
        let token = one(&office).token();
        let work = [0, other, 0, other].map(|node| {
            let (mut browser, token) = (house.browser_at(node), token.clone());
            async move { disown(&mut browser, &token).await }
        });
        let answers = crate::at_once(work.into_iter().collect()).await;
        assert_eq!(
            (crate::count(&answers, 200), crate::count(&answers, 410)),
            (1, 3),
            "{:?}",
            crate::brief(&answers)
        );
        assert_eq!(records(&house, "alert.notice_disowned").len(), 1);
    });
}

/// Past mistake 10: the link is of the configured origin, which is all that a request is answered under.
#[test]
fn past_mistake_10_the_link_is_of_the_configured_origin() {
    in_each_house(async |house| {
        let (office, _, mut bob, _) = with_bob(&house).await;
        let offer = bob.browser.begin_add().await;
        let response = bob.browser.create(&mut testkit::Device::synced(), &offer);
        let body = json!({ "state": offer.state, "response": response }).to_string();
        let path = "/security-info/passkeys/finish";
        let mut request = bob.browser.request(Method::POST, path, body);
        let forged = "evil.example".parse().unwrap();
        request.headers_mut().insert("x-forwarded-host", forged);
        bob.browser.send(request).await.ok();
        deliver(house.identity()).await;
        let heard = one(&office);
        assert!(!heard.token().is_empty());
        assert!(!heard.part("text/html").contains("evil.example"));
    });
}

#[test]
fn security_10_a_notice_that_waited_over_a_restore_has_no_dead_link() {
    in_each_house(async |house| {
        let (office, _, _, id) = with_bob(&house).await;
        make_pass(&house, id).await;
        let restored = house.restored().await;
        deliver(restored.identity()).await;
        let heard = one(&office);
        let subject = "A Temporary Access Pass was made for you";
        assert_eq!(heard.header("Subject"), subject);
        for part in [heard.part("text/plain"), heard.part("text/html")] {
            assert!(!part.contains("/not-me"), "{part}");
            assert!(part.contains("/security-info"), "{part}");
        }
        // Here it works on.
        deliver(house.identity()).await;
        assert!(one(&office).part("text/plain").contains("/not-me#"));
    });
}
