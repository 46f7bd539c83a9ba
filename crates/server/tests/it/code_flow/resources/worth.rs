//! What a token for an API is worth: by introspection, with a key, on another node, after the end of what it rests on.

use axum::http::HeaderValue;
use data_encoding::HEXLOWER;
use identity::SECOND;
use testkit::SigningKey;

use super::*;

async fn sign_in(house: &House, client: &Application, bob: &mut Person) -> Value {
    let answer = ask_for(
        bob,
        client,
        "openid offline_access expenses.read",
        &[LEDGER],
    )
    .await;
    redeem_for(house, client, &code_of(&answer), &[]).await.ok()
}

#[test]
fn an_api_is_told_of_its_own_tokens() {
    in_each_house(async |house| {
        let (client, ledger, mut bob) = begin(&house).await;
        let archive = api(&house, "Archive", ARCHIVE).await;
        grant(&house, &client, &ledger, "expenses.read").await;
        let body = sign_in(&house, &client, &mut bob).await;
        for app in [&ledger, &client] {
            let told = introspect(&house, app, &body).await;
            assert_eq!(told["active"], json!(true));
            assert_eq!(told["aud"], json!(LEDGER));
            assert_eq!(told["scope"], json!("expenses.read"));
            assert_eq!(told["client_id"], json!(client.app_id.to_string()));
            assert_eq!(told["username"], json!("bob"));
            assert_eq!(told["token_type"], json!("Bearer"));
        }
        let stranger = web(&house, "Stranger").await;
        for app in [&archive, &stranger] {
            let told = introspect(&house, app, &body).await;
            assert_eq!(told, json!({ "active": false }));
        }
        // Of the client's tokens for our own API it is told nothing, nor of what renews.
        let answer = ask(&mut bob.browser, &client, &[("scope", "openid User.Read")]).await;
        let own = redeem_for(&house, &client, &code_of(&answer), &[])
            .await
            .ok();
        assert_eq!(
            introspect(&house, &ledger, &own).await["active"],
            json!(false)
        );
        assert_eq!(
            introspect(&house, &client, &own).await["active"],
            json!(true)
        );
        let refresh = json!({ "access_token": body["refresh_token"] });
        assert_eq!(
            introspect(&house, &ledger, &refresh).await["active"],
            json!(false)
        );
        let told = introspect(&house, &client, &refresh).await;
        let scope = format!("openid offline_access {LEDGER}/expenses.read");
        assert_eq!(told["scope"], json!(scope));
        // A signature that is not ours, another audience in it.
        let token = body["access_token"].as_str().unwrap();
        let parts: Vec<&str> = token.split('.').collect();
        let mut claims = super::read(&house, &body);
        claims.insert("aud".to_owned(), json!(ORIGIN));
        let payload = serde_json::to_vec(&claims).unwrap();
        let payload = data_encoding::BASE64URL_NOPAD.encode(&payload);
        let forged = json!({ "access_token": format!("{}.{payload}.{}", parts[0], parts[2]) });
        assert_eq!(
            introspect(&house, &client, &forged).await["active"],
            json!(false)
        );
        // It ends by itself.
        house.advance(11 * identity::MINUTE);
        assert_eq!(
            introspect(&house, &ledger, &body).await["active"],
            json!(false)
        );
    });
}

#[test]
fn security_28_it_ends_with_what_it_rests_on() {
    in_each_house(async |house| {
        let (client, ledger, mut bob) = begin(&house).await;
        grant(&house, &client, &ledger, "expenses.read").await;
        let is_active =
            async |body: &Value| introspect(&house, &ledger, body).await["active"] == json!(true);
        // The refresh token is given back: the access token from the code, and the one from it.
        let first = sign_in(&house, &client, &mut bob).await;
        let token = first["refresh_token"].as_str().unwrap();
        let second = renew_for(&house, &client, token, &[]).await.ok();
        assert!(is_active(&first).await && is_active(&second).await);
        let app_id = client.app_id.to_string();
        let form = [
            ("client_id", app_id.as_str()),
            ("client_secret", &client.secret),
            ("token", second["refresh_token"].as_str().unwrap()),
        ];
        let answer = house
            .browser()
            .ask_token("/oauth2/v2.0/revoke", &form)
            .await;
        assert_eq!(answer.status, 200);
        assert!(!is_active(&first).await && !is_active(&second).await);
        // The grant at the API is taken back: tokens, renewals, codes under way.
        let body = sign_in(&house, &client, &mut bob).await;
        let answer = ask_for(&mut bob, &client, "openid expenses.read", &[LEDGER]).await;
        let code = code_of(&answer);
        let identity = house.identity();
        let grants =
            applications::list_grants_of_client(identity, COMMAND_LINE, client.principal_id);
        let grants = grants.await.unwrap();
        let held = grants
            .iter()
            .find(|it| it.resource_id == ledger.principal_id);
        applications::revoke(identity, COMMAND_LINE, held.unwrap().grant_id)
            .await
            .unwrap();
        assert!(!is_active(&body).await);
        let token = body["refresh_token"].as_str().unwrap();
        refused(
            renew_for(&house, &client, token, &[]).await,
            "invalid_target",
        );
        refused(
            redeem_for(&house, &client, &code, &[]).await,
            "invalid_grant",
        );
        grant(&house, &client, &ledger, "expenses.read").await;
        // The session is over.
        let body = sign_in(&house, &client, &mut bob).await;
        bob.browser.sign_out().await.ok();
        assert!(!is_active(&body).await);
        refused(
            renew_for(
                &house,
                &client,
                body["refresh_token"].as_str().unwrap(),
                &[],
            )
            .await,
            "invalid_grant",
        );
    });
}

#[test]
fn a_bound_token_for_an_api_says_its_key() {
    in_each_house(async |house| {
        let (client, ledger, mut bob) = begin(&house).await;
        grant(&house, &client, &ledger, "expenses.read").await;
        let answer = ask_for(&mut bob, &client, "openid", &[LEDGER]).await;
        let pairs = redeem_pairs(&client, &code_of(&answer), &[("resource", LEDGER)]);
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let key = SigningKey::make();
        let claims = json!({
            "htm": "POST",
            "htu": format!("{ORIGIN}{TOKEN}"),
            "iat": house.now() / SECOND,
            "jti": HEXLOWER.encode(&house.random()),
        });
        let mut request = house.browser().token_request(TOKEN, &pairs);
        let proof = HeaderValue::from_str(&key.prove(|_| {}, &claims)).unwrap();
        request.headers_mut().append("dpop", proof);
        let body = house.browser().send_program(request).await.ok();
        assert_eq!(body["token_type"], json!("DPoP"));
        let said = read(&house, &body)["cnf"]["jkt"].clone();
        assert_eq!(said, json!(key.public().thumbprint_text()));
        let told = introspect(&house, &ledger, &body).await;
        assert_eq!(
            (&told["token_type"], &told["cnf"]["jkt"]),
            (&json!("DPoP"), &said)
        );
    });
}

/// Used up on one node is used up on all, whichever resource is asked for.
#[test]
fn a_code_for_an_api_works_once_on_all_nodes() {
    in_each_house(async |mut house| {
        let node = house.add_node().await;
        let (client, ledger, mut bob) = begin(&house).await;
        grant(&house, &client, &ledger, "expenses.read").await;
        let answer = ask_for(&mut bob, &client, "openid expenses.read", &[LEDGER]).await;
        let code = code_of(&answer);
        let pairs = redeem_pairs(&client, &code, &[("resource", LEDGER)]);
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let first = house.browser_at(node).ask_token(TOKEN, &pairs).await.ok();
        assert_eq!(
            introspect(&house, &ledger, &first).await["active"],
            json!(true)
        );
        refused(
            house.browser().ask_token(TOKEN, &pairs).await,
            "invalid_grant",
        );
        // It was in two hands: what came of it is over, on the node that made it, too.
        assert_eq!(
            introspect(&house, &ledger, &first).await["active"],
            json!(false)
        );
        // A name that one node takes away is no name on the other.
        let answer = ask_for(&mut bob, &client, "openid expenses.read", &[LEDGER]).await;
        code_of(&answer);
        change(&house, &ledger, Some(&[]), None).await;
        let mut at_node = house.moved_to(&bob.browser, node);
        let query = query_for(&client, "openid expenses.read", &[LEDGER]);
        let answer = at_node.get(&format!("{AUTHORIZE}?{query}")).await;
        assert_eq!(error_of(&answer), "invalid_target");
    });
}

/// Past mistake 44: what a renewal would refuse is not active.
#[test]
fn an_api_is_told_of_rights_that_it_still_has() {
    in_each_house(async |house| {
        let (client, ledger, mut bob) = begin(&house).await;
        grant(&house, &client, &ledger, "expenses.read").await;
        let body = sign_in(&house, &client, &mut bob).await;
        let told = async || introspect(&house, &ledger, &body).await["active"].clone();
        assert_eq!(told().await, json!(true));
        // The API asks for assignments, which bob has not.
        let require = async |required: bool| {
            let change = applications::PrincipalChange {
                assignment_required: Some(required),
                ..applications::PrincipalChange::default()
            };
            let (identity, principal) = (house.identity(), ledger.principal_id);
            applications::change_principal(identity, COMMAND_LINE, principal, change)
                .await
                .unwrap();
        };
        require(true).await;
        assert_eq!(told().await, json!(false));
        require(false).await;
        assert_eq!(told().await, json!(true));
        // No scope of the token is left.
        let none = applications::ApplicationChange {
            api_scopes: Some(Vec::new()),
            ..applications::ApplicationChange::default()
        };
        applications::change(house.identity(), COMMAND_LINE, ledger.object_id, &none)
            .await
            .unwrap();
        assert_eq!(told().await, json!(false));
    });
}
