//! Secrets and keys of applications: what they let in, what none is, and that no secret is ever told again.

use data_encoding::{BASE64, BASE64URL_NOPAD};
use http::Method;
use identity::DAY;
use serde_json::{Value, json};
use testkit::{Application, House, SigningKey};

use super::{Client, Said};
use crate::{at_once, brief, count, in_each_house};

const NOBODY: &str = "11111111-2222-4333-8444-555555555555";
const DER: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEa71LxVGkPYW-";

fn keys_of(application: &Application) -> String {
    format!("/claviger/v1/applications/{}/keys", application.object_id)
}

/// Whether the application gets a token with this key.
async fn opens(house: &House, application: &Application, key: &SigningKey) -> bool {
    let now = house.now() / identity::SECOND;
    let claims = json!({
        "iss": application.app_id.to_string(), "sub": application.app_id.to_string(),
        "aud": format!("{}/oauth2/v2.0/token", testkit::ORIGIN), "iat": now, "exp": now + 300,
        "jti": data_encoding::HEXLOWER.encode(&house.random()),
    });
    let assertion = key.sign("JWT", &claims);
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
        ("client_assertion_type", oidc::token_request::JWT_BEARER),
        ("client_assertion", assertion.as_str()),
    ];
    let answer = house.browser().ask_token("/oauth2/v2.0/token", &form).await;
    answer.status == 200
}

#[test]
fn a_key_lets_in_until_it_is_removed() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["Application.ReadWrite.All"]).await;
        let travel = house.application("Travel", &["User.Read.All"]).await;
        let keys = keys_of(&travel);
        let (first, second) = (SigningKey::make(), SigningKey::make());
        assert!(!opens(&house, &travel, &first).await);
        let body = json!({"key": first.public().to_json(), "displayName": "first"});
        let made = client.post(&keys, &body).await;
        let place = made.header("location").to_owned();
        let made = made.is(201);
        let id = made["keyId"].as_str().unwrap().to_owned();
        assert_eq!(place, format!("{}{keys}/{id}", testkit::ORIGIN));
        assert_eq!(
            (&made["displayName"], &made["usage"]),
            (&json!("first"), &json!("Verify"))
        );
        assert!(opens(&house, &travel, &first).await);
        let until = json!("2027-03-01T00:00:00Z");
        let body = json!({"key": second.public().to_json(), "endDateTime": until});
        let other = client.post(&keys, &body).await.is(201);
        assert_eq!(other["endDateTime"], until);
        assert_eq!(other["displayName"], "Key");

        // The application says so, too; a key is public and is shown.
        let shown = client
            .get(&format!("/v1.0/applications/{}", travel.object_id))
            .await
            .is(200);
        let shown = shown["keyCredentials"].as_array().unwrap();
        let found = shown
            .iter()
            .find(|it| it["keyId"] == made["keyId"])
            .unwrap();
        let thumbprint = first.public().thumbprint_text();
        let thumbprint = BASE64URL_NOPAD.decode(thumbprint.as_bytes()).unwrap();
        assert_eq!(
            found["customKeyIdentifier"],
            // In the alphabet of the schema's bytes, as the thumbprint itself is base64url.
            BASE64.encode(&thumbprint)
        );
        assert_eq!(shown.len(), 3);

        let mine = Client::with(&house, &house.token(&travel).await);
        mine.get("/v1.0/users").await.is(200);
        client.delete(&format!("{keys}/{id}")).await.is(204);
        assert!(!opens(&house, &travel, &first).await);
        assert!(opens(&house, &travel, &second).await);
        // None says by which key it came: every token is void.
        let told = mine.get("/v1.0/users").await;
        told.refused_as(401, "InvalidAuthenticationToken", "token.unusable");
        let told = client.delete(&format!("{keys}/{id}")).await;
        told.is(404);
    });
}

#[test]
fn what_is_no_key_is_refused_and_changes_nothing() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["Application.ReadWrite.All"]).await;
        let travel = house.application("Travel", &[]).await;
        let other = house.application("Other", &[]).await;
        let (keys, path) = (
            keys_of(&travel),
            format!("/v1.0/applications/{}", travel.object_id),
        );
        let before = client.get(&path).await.is(200);
        let good = SigningKey::make().public().to_json();
        let jwk: Value = serde_json::from_str(&good).unwrap();
        let with = |name: &str, value: Value| {
            let mut changed = jwk.clone();
            changed[name] = value;
            changed.to_string()
        };
        let texts = [
            String::new(),
            "x".to_owned(),
            "{}".to_owned(),
            "x".repeat(60_000),
            // A private key must never be sent, nor one that both sides hold.
            with("d", json!("AAAA")),
            json!({"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}).to_string(),
            with("crv", json!("secp256k1")),
            // Not on the curve.
            with("y", jwk["x"].clone()),
            with("x", json!("AAAA")),
            json!({"kty": "RSA", "e": "AQAB", "n": "q83vq83vq83vq80"}).to_string(),
            format!("-----BEGIN PUBLIC KEY-----\n{DER}\n-----END PUBLIC KEY-----"),
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----".to_owned(),
        ];
        for text in texts {
            let told = client.post(&keys, &json!({"key": text})).await.is(400);
            let inner = &told["error"]["innerError"]["code"];
            assert_eq!(inner, "application.key_unfit", "{text}");
        }
        let (past, far) = ("2026-11-21T08:59:59Z", "2028-11-21T09:00:01Z");
        let long = "n".repeat(300);
        for (body, inner) in [
            (json!({}), "graph.property_missing"),
            (json!({"key": jwk}), "graph.property_type"),
            (json!({"key": null}), "graph.property_type"),
            (
                json!({"key": good, "usage": "Sign"}),
                "graph.property_unknown",
            ),
            (
                json!({"key": good, "endDateTime": "soon"}),
                "graph.property_type",
            ),
            (
                json!({"key": good, "endDateTime": past}),
                "application.expiry_unfit",
            ),
            (
                json!({"key": good, "endDateTime": far}),
                "application.expiry_unfit",
            ),
            (
                json!({"key": good, "displayName": long}),
                "application.name_unfit",
            ),
        ] {
            let told = client.post(&keys, &body).await.is(400);
            assert_eq!(told["error"]["innerError"]["code"], inner, "{body}");
        }
        // A key of another application, a secret of this one, nothing at all.
        let of = |told: Value, list: &str| told[list][0]["keyId"].as_str().unwrap().to_owned();
        let foreign = client
            .get(&format!("/v1.0/applications/{}", other.object_id))
            .await
            .is(200);
        let secret = of(before.clone(), "passwordCredentials");
        for id in [
            of(foreign, "keyCredentials").as_str(),
            secret.as_str(),
            NOBODY,
            "x",
        ] {
            client.delete(&format!("{keys}/{id}")).await.is(404);
        }
        // And a key is no secret.
        let key = of(before.clone(), "keyCredentials");
        let told = client
            .post(&format!("{path}/removePassword"), &json!({"keyId": key}))
            .await;
        told.is(404);
        assert_eq!(client.get(&path).await.is(200), before);
    });
}

/// Ten, however many ask at once for one more.
#[test]
fn an_application_holds_no_more_than_ten_secrets_and_keys() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["Application.ReadWrite.All"]).await;
        let travel = house.application("Travel", &[]).await;
        let path = format!("/v1.0/applications/{}", travel.object_id);
        for _ in 0..7 {
            client
                .post(&format!("{path}/addPassword"), &json!({}))
                .await
                .is(200);
        }
        let requests = (0..4).map(|n| {
            let key = json!({"key": SigningKey::make().public().to_json()});
            let request = match n % 2 {
                0 => client.request(Method::POST, &keys_of(&travel), Some(&key)),
                _ => client.request(
                    Method::POST,
                    &format!("{path}/addPassword"),
                    Some(&json!({})),
                ),
            };
            let browser = house.browser();
            async move { browser.send_program(request).await }
        });
        let told = at_once(requests.collect()).await;
        let brief = brief(&told);
        assert_eq!(count(&told, 200) + count(&told, 201), 1, "{brief:?}");
        assert_eq!(count(&told, 409), 3, "{brief:?}");
        let shown = client.get(&path).await.is(200);
        let held = |list: &str| shown[list].as_array().unwrap().len();
        assert_eq!(held("keyCredentials") + held("passwordCredentials"), 10);
        let told = client
            .post(&format!("{path}/addPassword"), &json!({}))
            .await;
        told.refused_as(409, "Request_Conflict", "application.too_many_credentials");
    });
}

/// Whatever one asks for, and however: a secret is in the one answer that made it.
#[test]
fn past_mistake_48_no_question_brings_a_secret_back() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["Application.ReadWrite.All"]).await;
        let travel = house.application("Travel", &[]).await;
        let path = format!("/v1.0/applications/{}", travel.object_id);
        let made = client
            .post(&format!("{path}/addPassword"), &json!({}))
            .await
            .is(200);
        let text = made["secretText"].as_str().unwrap();
        let hint = made["hint"].as_str().unwrap();
        assert!(text.starts_with(hint) && hint.len() < 5);
        let before = client.get(&path).await.is(200);
        // Asked for by name, sorted and filtered by, guessed bit by bit.
        for query in [
            "$select=secretText",
            "$select=passwordCredentials/secretText",
            "$expand=passwordCredentials",
        ] {
            let told = client.get(&format!("{path}?{query}")).await;
            assert!(!told.text().contains(text));
            told.is(400);
        }
        for query in [
            "$filter=passwordCredentials/any(p:startswith(p/secretText,'a'))",
            "$filter=startswith(passwordCredentials,'a')",
            "$filter=secretText%20ne%20null",
            "$orderby=passwordCredentials",
            "$search=%22secretText:a%22",
        ] {
            client
                .get(&format!("/v1.0/applications?{query}"))
                .await
                .is(400);
        }
        let shown = client
            .get("/beta/applications?$select=id,passwordCredentials")
            .await;
        assert!(!shown.text().contains(text));
        for one in shown.is(200)["value"].as_array().unwrap() {
            for credential in one["passwordCredentials"].as_array().unwrap() {
                assert_eq!(credential["secretText"], Value::Null);
            }
        }
        // Nobody chooses a secret: neither a new one, nor in place of one, nor with a new application.
        let chosen = json!([{"displayName": "mine", "secretText": "hunter2"}]);
        for (method, path, body, inner) in [
            (
                Method::PATCH,
                path.clone(),
                json!({"passwordCredentials": chosen}),
                "graph.property_read_only",
            ),
            (
                Method::PATCH,
                path.clone(),
                json!({"secretText": "hunter2"}),
                "graph.property_unknown",
            ),
            (
                Method::POST,
                "/v1.0/applications".to_owned(),
                json!({"displayName": "x", "passwordCredentials": chosen}),
                "graph.property_read_only",
            ),
            (
                Method::POST,
                format!("{path}/addPassword"),
                json!({"passwordCredential": {"secretText": "hunter2"}}),
                "graph.property_read_only",
            ),
            (
                Method::POST,
                format!("{path}/addPassword"),
                json!({"passwordCredential": {"keyId": made["keyId"]}}),
                "graph.property_read_only",
            ),
        ] {
            let told = client.ask(method, &path, Some(&body)).await.is(400);
            assert_eq!(told["error"]["innerError"]["code"], inner, "{body}");
        }
        assert_eq!(client.get(&path).await.is(200), before);
        // What is written of it in the log is the key's id.
        let logs = Client::of(&house, &["AuditLog.Read.All"]).await;
        let audits = logs.get("/beta/auditLogs/directoryAudits").await;
        assert!(audits.text().contains(made["keyId"].as_str().unwrap()));
        assert!(!audits.text().contains(text));
        assert!(!house.holds(text));
    });
}

/// A secret that ended lets nobody in, and its end is what was asked for.
#[test]
fn a_secret_ends_when_it_was_said_to() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["Application.ReadWrite.All"]).await;
        let travel = house.application("Travel", &["User.Read.All"]).await;
        let add = format!("/v1.0/applications/{}/addPassword", travel.object_id);
        let until = "2026-11-23T09:00:00Z";
        let body = json!({"passwordCredential": {"displayName": "short", "endDateTime": until}});
        let made = client.post(&add, &body).await.is(200);
        assert_eq!(made["endDateTime"], until);
        let secret = made["secretText"].as_str().unwrap().to_owned();
        let id = travel.app_id.to_string();
        let status = async || {
            let form = [
                ("grant_type", "client_credentials"),
                ("scope", "https://graph.microsoft.com/.default"),
                ("client_id", id.as_str()),
                ("client_secret", secret.as_str()),
            ];
            let browser = house.browser();
            browser
                .ask_token("/oauth2/v2.0/token", &form)
                .await
                .status
                .as_u16()
        };
        assert_eq!(status().await, 200);
        house.advance(2 * DAY);
        assert_eq!(status().await, 401);
        for end in ["2026-11-23T09:00:00Z", "2028-11-24T09:00:01Z"] {
            let body = json!({"passwordCredential": {"endDateTime": end}});
            let client = Client::of(&house, &["Application.ReadWrite.All"]).await;
            let told = client.post(&add, &body).await;
            told.refused_as(400, "Request_BadRequest", "application.expiry_unfit");
        }
    });
}
