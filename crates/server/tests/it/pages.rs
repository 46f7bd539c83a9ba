//! Pages and addresses that are no ceremonies.

use serde_json::json;
use testkit::ORIGIN;

use crate::in_each_house;

#[test]
fn the_root_leads_on() {
    in_each_house(async |house| {
        let hint = house.browser().open("/").await;
        assert_eq!(hint.status, 200);
        let mut ada = house.set_up("ada").await;
        let answer = house.browser().get("/").await;
        assert!(
            answer.header("location").starts_with("/sign-in"),
            "{}",
            answer.header("location")
        );
        ada.sign_in().await.ok();
        assert_eq!(
            ada.browser.get("/").await.header("location"),
            "/security-info"
        );
    });
}

#[test]
fn pages_say_what_they_are() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for page in [
            "/security-info",
            "/people",
            "/reauthenticate?return=%2Fpeople",
        ] {
            let answer = ada.browser.get(page).await;
            assert_eq!(answer.status, 200, "{page}");
            assert!(
                answer.header("content-type").starts_with("text/html"),
                "{page}"
            );
            assert!(
                answer.header("cache-control").contains("no-store"),
                "{page}: personal pages are not cached"
            );
            assert!(answer.text().contains("csrf-token"), "{page}");
        }
        let answer = house.browser().get("/sign-in").await;
        assert_eq!(answer.status, 200);
        assert!(
            answer.header("cache-control").contains("no-store"),
            "the page holds a challenge"
        );
    });
}

#[test]
fn unknown_addresses_are_refused_in_the_shape_that_was_asked_for() {
    in_each_house(async |house| {
        house.set_up("ada").await;
        let mut browser = house.browser();
        browser.open("/").await;
        let page = browser.get("/nothing-here").await;
        assert_eq!(page.status, 404);
        assert!(page.header("content-type").starts_with("text/html"));
        browser
            .post("/nothing-here", json!({}))
            .await
            .refused(404, "request.not_found");
    });
}

#[test]
fn well_known_addresses() {
    in_each_house(async |house| {
        house.set_up("ada").await;
        let mut browser = house.browser();
        let endpoints = browser.get("/.well-known/passkey-endpoints").await.ok();
        let page = format!("{ORIGIN}/security-info");
        assert_eq!(endpoints, json!({ "enroll": page, "manage": page }));
        let change = browser.get("/.well-known/change-password").await;
        assert!(change.status.is_redirection());
        assert_eq!(change.header("location"), "/security-info");
        let health = browser.get("/healthz").await;
        assert_eq!(
            (health.status.as_u16(), health.text().as_str()),
            (200, "ok")
        );
    });
}

#[test]
fn pages_come_in_the_readers_language() {
    in_each_house(async |house| {
        house.set_up("ada").await;
        let mut browser = house.browser();
        for (asked, language, direction) in [
            ("de-DE,de;q=0.9", "de", "ltr"),
            ("ar", "ar", "rtl"),
            ("xx", "en", "ltr"),
        ] {
            let mut request = browser.request(http::Method::GET, "/sign-in", "");
            request
                .headers_mut()
                .insert("accept-language", http::HeaderValue::from_static(asked));
            let answer = browser.send(request).await;
            let html = testkit::find_tags(&answer.text(), "html").remove(0);
            assert_eq!(html.attribute("lang"), Some(language), "{asked}");
            assert_eq!(html.attribute("dir").unwrap_or("ltr"), direction, "{asked}");
        }
    });
}
