//! Devices that ask for tokens for an API.

use oidc::redirect_uri::Platform;
use oidc::token_request::DEVICE_CODE;
use testkit::CALLBACK;

use super::super::device::{come, decide, turn};
use super::*;

const BEGIN: &str = "/oauth2/v2.0/devicecode";

async fn begin_device(house: &House, app: &Application, more: &[(&str, &str)]) -> Answer {
    let app_id = app.app_id.to_string();
    let mut pairs = vec![("client_id", app_id.as_str())];
    pairs.extend(more);
    house.browser().ask_token(BEGIN, &pairs).await
}

async fn poll(house: &House, app: &Application, begun: &Value, more: &[(&str, &str)]) -> Answer {
    let app_id = app.app_id.to_string();
    let mut pairs = vec![
        ("grant_type", DEVICE_CODE),
        ("client_id", app_id.as_str()),
        ("device_code", begun["device_code"].as_str().unwrap()),
    ];
    pairs.extend(more);
    house.browser().ask_token(TOKEN, &pairs).await
}

#[test]
fn a_device_gets_a_token_for_an_api() {
    in_each_house(async |house| {
        let (_, ledger, mut bob) = begin(&house).await;
        api(&house, "Archive", ARCHIVE).await;
        let board = house
            .application_at("Board", &[], &[(Platform::Native, CALLBACK)])
            .await;
        turn(&house, &board, true).await;
        let default = format!("openid {LEDGER}/.default");
        let of_archive = format!("openid {ARCHIVE}/expenses.read");
        for (scope, resource, error) in [
            ("openid expenses.read", "urn:example:none", "invalid_target"),
            ("openid expenses.read", "ledger", "invalid_target"),
            ("openid expenses.read", ORIGIN, "invalid_target"),
            (of_archive.as_str(), LEDGER, "invalid_target"),
            // An administrator's, and what nobody named.
            ("openid expenses.audit", LEDGER, "invalid_scope"),
            ("openid", LEDGER, "invalid_scope"),
            (&default, LEDGER, "invalid_scope"),
        ] {
            let more = [("scope", scope), ("resource", resource)];
            refused(begin_device(&house, &board, &more).await, error);
        }
        let scope = "openid offline_access expenses.read";
        let more = [
            ("scope", scope),
            ("resource", LEDGER),
            ("resource", ARCHIVE),
        ];
        let begun = begin_device(&house, &board, &more).await.ok();
        let data = come(&house, &mut bob, &begun).await;
        decide(&mut bob, &data, "allow").await.ok();
        let answer = poll(&house, &board, &begun, &[("resource", ORIGIN)]).await;
        refused(answer, "invalid_target");
        house.advance(identity::MINUTE);
        let body = poll(&house, &board, &begun, &[("resource", LEDGER)])
            .await
            .ok();
        let claims = read(&house, &body);
        assert_eq!(
            (&claims["aud"], &claims["scp"]),
            (&json!(LEDGER), &json!("expenses.read"))
        );
        assert!(!claims.contains_key("acr"));
        is_refused_here(&house, &body).await;
        // What the API doesn't let people consent to any more is not there to be allowed.
        let more = [("scope", scope), ("resource", LEDGER)];
        let begun = begin_device(&house, &board, &more).await.ok();
        change(&house, &ledger, None, Some(Vec::new())).await;
        let code = begun["user_code"].as_str().unwrap();
        let page = bob.browser.get(&format!("/device?user_code={code}")).await;
        assert_eq!(page.status, 200);
        assert!(!page.text().contains("Board"));
    });
}
