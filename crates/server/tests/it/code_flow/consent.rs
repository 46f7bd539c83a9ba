//! What people are asked on the consent page, and what becomes of their answer.

use identity::{MINUTE, SECOND};
use oidc::form;
use serde_json::{Value, json};
use testkit::{Answer, Person, find_tags};

use super::{AUTHORIZE, ask, code_of, error_of, query, redeem, web};
use crate::in_each_house;

/// The request as the page would send it back.
fn read_query(page: &Answer) -> String {
    let data = find_tags(&page.text(), "meta")
        .into_iter()
        .find(|it| it.attribute("name") == Some("page-data"))
        .unwrap();
    let data: Value = serde_json::from_str(data.attribute("content").unwrap()).unwrap();
    data["query"].as_str().unwrap().to_owned()
}

async fn decide(person: &mut Person, query: &str, decision: &str) -> Answer {
    let body = json!({ "query": query, "tenant": null, "decision": decision });
    person.browser.post("/consent", body).await
}

#[test]
fn people_consent_to_little_and_once() {
    in_each_house(async |house| {
        let app = web(&house, "<b>Free</b> offers").await;
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let silent = ask(&mut bob.browser, &app, &[("prompt", "none")]).await;
        assert_eq!(error_of(&silent), "consent_required");
        let page = ask(&mut bob.browser, &app, &[]).await;
        assert_eq!(page.status, 200);
        assert!(!page.text().contains("<b>Free"));
        assert!(page.text().contains("app.example.org"));
        let data = find_tags(&page.text(), "meta")
            .into_iter()
            .find(|it| it.attribute("name") == Some("page-data"))
            .unwrap();
        let data: Value = serde_json::from_str(data.attribute("content").unwrap()).unwrap();
        let decide = |decision: &str| json!({ "query": data["query"], "tenant": null, "decision": decision });
        // Denied: told, and nothing is kept.
        let denied = bob.browser.post("/consent", decide("deny")).await.ok();
        let answer = bob.browser.get(denied["location"].as_str().unwrap()).await;
        assert_eq!(error_of(&answer), "access_denied");
        assert_eq!(ask(&mut bob.browser, &app, &[]).await.status, 200);
        // Without the page's token, or by nobody, it is no decision.
        let mut forged = bob.browser.clone();
        forged.set_token(Some("x".to_owned()));
        forged
            .post("/consent", decide("allow"))
            .await
            .refused(403, "request.forged");
        let mut nobody = house.browser();
        nobody
            .post("/consent", decide("allow"))
            .await
            .refused(401, "session.none");
        assert_eq!(ask(&mut bob.browser, &app, &[]).await.status, 200);
        // Allowed: the very request goes on, and the next is not asked again.
        let allowed = bob.browser.post("/consent", decide("allow")).await.ok();
        let code = code_of(&bob.browser.get(allowed["location"].as_str().unwrap()).await);
        let body = redeem(&house, &app, &code).await.ok();
        assert_eq!(body["scope"], json!("openid profile User.Read"));
        code_of(&ask(&mut bob.browser, &app, &[("prompt", "none")]).await);
        // More is asked for again; another person is asked, too.
        assert_eq!(
            ask(&mut bob.browser, &app, &[("scope", "openid email")])
                .await
                .status,
            200
        );
        assert_eq!(ask(&mut ada.browser, &app, &[]).await.status, 200);
        // Nobody consents to what only an administrator grants, however the page is bent.
        let bent = data["query"]
            .as_str()
            .unwrap()
            .replace("User.Read", "User.ReadWrite.All");
        let body = json!({ "query": bent, "tenant": null, "decision": "allow" });
        bob.browser
            .post("/consent", body)
            .await
            .refused(403, "role.insufficient");
        let answer = ask(
            &mut bob.browser,
            &app,
            &[("scope", "openid User.ReadWrite.All")],
        )
        .await;
        assert_eq!(error_of(&answer), "consent_required");
        let evil = data["query"]
            .as_str()
            .unwrap()
            .replace("app.example.org", "evil.example");
        for decision in ["allow", "deny"] {
            let body = json!({ "query": evil, "tenant": null, "decision": decision });
            bob.browser
                .post("/consent", body)
                .await
                .refused(400, "client.redirect_unknown");
        }
    });
}

/// Whoever proved anew who is there for this very request, and then read the page, is not asked for a proof again.
#[test]
fn a_proof_that_was_asked_for_lasts_through_the_consent() {
    in_each_house(async |house| {
        let app = web(&house, "Free").await;
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        for changes in [
            vec![("prompt", "login")],
            vec![("max_age", "0"), ("scope", "openid email")],
            vec![("max_age", "0"), ("prompt", "consent")],
        ] {
            house.advance(MINUTE);
            let answer = ask(&mut bob.browser, &app, &changes).await;
            let page = answer.header("location").to_owned();
            let back = page.strip_prefix("/reauthenticate?").unwrap();
            let back = form::Parameters::parse(back.as_bytes()).unwrap();
            let back = back.find("return").unwrap().to_owned();
            house.advance(SECOND);
            bob.reauthenticate().await.ok();
            let page = bob.browser.get(&back).await;
            assert_eq!(page.status, 200, "{changes:?}");
            let query = read_query(&page);
            let allowed = decide(&mut bob, &query, "allow").await.ok();
            code_of(&bob.browser.get(allowed["location"].as_str().unwrap()).await);
            // A mark that somebody made up proves nothing.
            let bent = query.replace("claviger_since=", "claviger_since=9");
            assert_ne!(bent, query);
            let allowed = decide(&mut bob, &bent, "allow").await.ok();
            let answer = bob.browser.get(allowed["location"].as_str().unwrap()).await;
            let location = answer.header("location");
            assert!(location.starts_with("/reauthenticate?"), "{location}");
        }
    });
}

/// Client libraries ask for it as a matter of course: people are asked about it like about the rest, and it is remembered.
#[test]
fn people_consent_to_be_signed_in_while_they_are_away() {
    in_each_house(async |house| {
        let app = web(&house, "Free").await;
        let mut ada = house.administrator("ada").await;
        let scope = [("scope", "openid profile offline_access")];
        let page = ask(&mut ada.browser, &app, &scope).await;
        assert!(page.text().contains("Keep this access while you"));
        let allowed = decide(&mut ada, &read_query(&page), "allow").await.ok();
        let code = code_of(&ada.browser.get(allowed["location"].as_str().unwrap()).await);
        let body = redeem(&house, &app, &code).await.ok();
        assert_eq!(body["scope"], json!("openid profile offline_access"));
        assert!(body["refresh_token"].is_string());
        let kept = house.run_sql("SELECT scope FROM permission_grant");
        assert_eq!(kept, ["openid profile offline_access"]);
        code_of(&ask(&mut ada.browser, &app, &scope).await);
        code_of(&ask(&mut ada.browser, &app, &[scope[0], ("prompt", "none")]).await);
    });
}

#[test]
fn a_page_whose_session_is_over_decides_nothing() {
    in_each_house(async |house| {
        let app = web(&house, "Free").await;
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let query = read_query(&ask(&mut bob.browser, &app, &[]).await);
        // Somebody else signed in at the same browser: the page's token is not theirs.
        let token = bob.browser.token().map(str::to_owned);
        let mut shared = bob.browser.clone();
        shared.sign_out().await.ok();
        shared.sign_in(&mut ada.device).await.ok();
        let mut there = bob.clone();
        there.browser = shared.clone();
        there.browser.set_token(token.clone());
        for decision in ["allow", "deny"] {
            let told = decide(&mut there, &query, decision).await;
            told.refused(403, "request.forged");
        }
        // Over altogether: the way leads to signing in, and from there to a page, not to where decisions are sent.
        shared.sign_out().await.ok();
        there.browser = shared;
        there.browser.set_token(token);
        for decision in ["allow", "deny"] {
            let told = decide(&mut there, &query, decision).await;
            assert!(matches!(told.status.as_u16(), 401 | 403));
            let location = told.json()["error"]["location"].clone();
            assert_ne!(location, json!("/sign-in?return=%2Fconsent"));
        }
        assert!(
            house
                .run_sql("SELECT scope FROM permission_grant")
                .is_empty()
        );
        assert!(
            house
                .run_sql("SELECT principal_id FROM authorization_code")
                .is_empty()
        );
    });
}

/// Twice, from the page that the back button shows again, and after an administrator took the application away.
#[test]
fn deciding_again_changes_little() {
    in_each_house(async |house| {
        let app = web(&house, "Free").await;
        let mut ada = house.administrator("ada").await;
        let query = read_query(&ask(&mut ada.browser, &app, &[]).await);
        for _ in 0..2 {
            let allowed = decide(&mut ada, &query, "allow").await.ok();
            code_of(&ada.browser.get(allowed["location"].as_str().unwrap()).await);
        }
        assert_eq!(house.run_sql("SELECT scope FROM permission_grant").len(), 1);
        let denied = decide(&mut ada, &query, "deny").await.ok();
        let answer = ada.browser.get(denied["location"].as_str().unwrap()).await;
        assert_eq!(error_of(&answer), "access_denied");
        let actor = super::COMMAND_LINE;
        identity::applications::delete(house.identity(), actor, app.object_id, None)
            .await
            .unwrap();
        for decision in ["allow", "deny"] {
            let told = decide(&mut ada, &query, decision).await;
            told.refused(400, "client.redirect_unknown");
        }
        assert_eq!(ask(&mut ada.browser, &app, &[]).await.status, 400);
    });
}

#[test]
fn what_is_no_request_of_a_client_is_refused_on_a_page() {
    in_each_house(async |house| {
        let app = web(&house, "Free").await;
        let mut ada = house.administrator("ada").await;
        for query in [
            "",
            "client_id=x",
            "%",
            "client_id=%00&redirect_uri=x",
            &"a=b&".repeat(5000),
            &format!("{}&state={}", query(&app, &[]), "x".repeat(9000)),
        ] {
            let answer = ada.browser.get(&format!("{AUTHORIZE}?{query}")).await;
            assert_eq!(answer.status, 400, "{}", &query[..query.len().min(40)]);
            assert!(answer.text().contains("<h1>"));
            let told = decide(&mut ada, query, "allow").await;
            assert_eq!(told.status, 400);
        }
        // A tenant that is not here is a page, too.
        let path = format!("/elsewhere.example{AUTHORIZE}?{}", query(&app, &[]));
        let answer = ada.browser.get(&path).await;
        assert_eq!(answer.status, 404);
        assert!(answer.text().contains("<h1>"));
    });
}
