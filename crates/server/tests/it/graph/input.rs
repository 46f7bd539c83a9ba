//! What is refused, in which words.

use http::header;
use serde_json::{Value, json};

use super::{Client, Said};
use crate::in_each_house;

#[test]
fn what_is_not_supported_is_refused_in_graphs_words() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["User.ReadWrite.All", "AuditLog.Read.All"]).await;
        let unsupported = "Request_UnsupportedQuery";
        let bad = "Request_BadRequest";
        let cases = [
            (
                "users?$expand=manager",
                unsupported,
                "graph.query_unsupported",
            ),
            ("users?$skip=10", unsupported, "graph.query_unsupported"),
            ("users?$top=1000", unsupported, "graph.query_unsupported"),
            ("users?$top=0", unsupported, "graph.query_unsupported"),
            ("users?$top=ten", bad, "graph.query_malformed"),
            ("users?$top=1&$top=2", bad, "graph.query_malformed"),
            (
                "users?$orderby=jobTitle",
                unsupported,
                "graph.query_unsupported",
            ),
            (
                "users?$filter=jobTitle%20eq%20'x'",
                unsupported,
                "graph.query_unsupported",
            ),
            (
                "users?$filter=displayName%20eq",
                bad,
                "graph.query_malformed",
            ),
            (
                "users?$select=displayName,shoeSize",
                bad,
                "graph.property_unknown",
            ),
            ("users?$select=DisplayName", bad, "graph.property_unknown"),
            ("users?$skiptoken=AAAA", bad, "list.cursor_unfit"),
            ("users?foo=bar", unsupported, "graph.query_unsupported"),
            (
                "organization?$filter=displayName%20eq%20'x'",
                unsupported,
                "graph.query_unsupported",
            ),
            (
                "auditLogs/signIns?$count=true",
                unsupported,
                "graph.query_unsupported",
            ),
            (
                "auditLogs/signIns?$filter=riskState%20eq%20'none'",
                unsupported,
                "graph.query_unsupported",
            ),
        ];
        for (path, code, inner) in cases {
            client
                .get(&format!("/v1.0/{path}"))
                .await
                .refused_as(400, code, inner);
        }
        let unknown = [
            "/v1.0/nothing",
            "/v1.0/users/ada/nothing",
            "/v1.0/users/ada/authentication/fido2Methods/creationOptions()/x",
            "/v1.0/me/todo",
            "/beta/$batch",
            "/v1.0/users/ada/authentication/passwordMethods",
        ];
        for path in unknown {
            client
                .get(path)
                .await
                .refused_as(404, "BadRequest", "graph.segment_unknown");
        }
        for path in [
            "/v1.0/users//x",
            "/v1.0/users('ada)",
            "/v1.0/users/%zz",
            "/v1.0/users/%00",
        ] {
            client
                .get(path)
                .await
                .refused_as(400, "BadRequest", "graph.path_malformed");
        }
        let told = client.delete("/v1.0/users").await;
        assert_eq!(told.header("allow"), "GET, POST");
        told.refused_as(405, "methodNotAllowed", "request.method_not_allowed");
    });
}

#[test]
fn bodies_are_read_strictly() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["User.ReadWrite.All", "Group.ReadWrite.All"]).await;
        let ada = json!({"displayName": "Ada", "userPrincipalName": "ada"});
        client.post("/v1.0/users", &ada).await.is(201);
        let long = "x".repeat(300);
        let cases: [(&str, Value, u16, &str); 13] = [
            (
                "users",
                json!({"displayName": 1, "userPrincipalName": "b"}),
                400,
                "graph.property_type",
            ),
            (
                "users",
                json!({"displayName": "B", "userPrincipalName": "b", "shoeSize": 1}),
                400,
                "graph.property_unknown",
            ),
            (
                "users",
                json!({"displayName": "B", "userPrincipalName": "b", "id": "x"}),
                400,
                "graph.property_read_only",
            ),
            (
                "users",
                json!({"displayName": "B", "userPrincipalName": "b", "passwordProfile": {"password": "x"}}),
                400,
                "graph.property_unknown",
            ),
            (
                "users",
                json!({"displayName": "B"}),
                400,
                "graph.property_missing",
            ),
            ("users", json!([]), 400, "graph.body_malformed"),
            (
                "users",
                json!({"displayName": long, "userPrincipalName": "b"}),
                400,
                "user.display_name_unfit",
            ),
            (
                "users",
                json!({"displayName": "B", "userPrincipalName": long}),
                400,
                "user.name_unfit",
            ),
            (
                "users",
                json!({"displayName": "B", "userPrincipalName": "ada"}),
                409,
                "user.name_taken",
            ),
            // Cyrillic letters that look like those of "ada".
            (
                "users",
                json!({"displayName": "B", "userPrincipalName": "а\u{0501}а"}),
                409,
                "user.name_taken",
            ),
            (
                "users",
                json!({"displayName": "B", "userPrincipalName": "b", "userType": "Admin"}),
                400,
                "graph.property_type",
            ),
            (
                "groups",
                json!({"displayName": "G", "groupTypes": ["Unified"]}),
                400,
                "graph.property_type",
            ),
            (
                "groups",
                json!({"displayName": "G", "mailEnabled": true}),
                400,
                "graph.property_type",
            ),
        ];
        for (path, body, status, inner) in cases {
            let answer = client.post(&format!("/v1.0/{path}"), &body).await;
            let said = answer.is(status);
            assert_eq!(said["error"]["innerError"]["code"], inner, "{body}");
        }
        let twice = r#"{"displayName":"B","userPrincipalName":"b","displayName":"C"}"#;
        let mut request = client.request(http::Method::POST, "/v1.0/users", Some(&Value::Null));
        *request.body_mut() = axum::body::Body::from(twice);
        client
            .send(request)
            .await
            .refused_as(400, "Request_BadRequest", "graph.body_malformed");
        let mut request = client.request(http::Method::POST, "/v1.0/users", Some(&Value::Null));
        *request.body_mut() = axum::body::Body::from(vec![b' '; 70_000]);
        client
            .send(request)
            .await
            .refused_as(413, "Request_BadRequest", "request.too_large");
        let left = client.get("/v1.0/users/$count").await.text();
        assert_eq!(left, "1", "what is refused changes nothing");
        let groups = client.get("/v1.0/groups").await.is(200);
        assert_eq!(groups["value"], json!([]));
    });
}

#[test]
fn a_page_token_goes_on_with_nothing_else() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["User.ReadWrite.All"]).await;
        for name in ["a1", "a2", "a3"] {
            let body = json!({"displayName": name, "userPrincipalName": name});
            client.post("/v1.0/users", &body).await.is(201);
        }
        let page = client.get("/v1.0/users?$top=1").await.is(200);
        let next = page["@odata.nextLink"].as_str().unwrap();
        let token = next.split("$skiptoken=").nth(1).unwrap();
        client
            .get(&format!("/v1.0/users?$top=1&$skiptoken={token}"))
            .await
            .is(200);
        // Of another page size, filter, version or client it is none.
        let other = Client::of(&house, &["User.Read.All"]).await;
        let forged = format!("{}A", &token[..token.len() - 1]);
        for (client, path) in [
            (&client, format!("/v1.0/users?$top=2&$skiptoken={token}")),
            (&client, format!("/v1.0/users?$skiptoken={token}")),
            (&client, format!("/v1.0/groups?$top=1&$skiptoken={token}")),
            (&client, format!("/beta/users?$top=1&$skiptoken={token}")),
            (&client, format!("/v1.0/users?$top=1&$skiptoken={forged}B")),
            (&other, format!("/v1.0/users?$top=1&$skiptoken={token}")),
        ] {
            let status = client.get(&path).await.status.as_u16();
            assert!([400, 403].contains(&status), "{path}: {status}");
        }
    });
}

/// Whoever may read only the basics can't find out the rest by asking whether it is this or that (security 35).
#[test]
fn security_35_a_filter_obeys_read_rights() {
    in_each_house(async |house| {
        let writer = Client::of(&house, &["User.ReadWrite.All"]).await;
        let body = json!({
            "displayName": "Ada", "userPrincipalName": "ada", "accountEnabled": false, "jobTitle": "Countess",
        });
        writer.post("/v1.0/users", &body).await.is(201);
        let basic = Client::of(&house, &["User.ReadBasic.All"]).await;
        let shown = basic.get("/beta/users/ada").await.is(200);
        assert_eq!(
            (&shown["displayName"], &shown["jobTitle"]),
            (&json!("Ada"), &Value::Null)
        );
        assert_eq!(shown["accountEnabled"], Value::Null);
        for query in [
            "$filter=accountEnabled%20eq%20false",
            "$filter=not%20(accountEnabled%20eq%20true)",
            "$filter=displayName%20eq%20'Ada'%20and%20accountEnabled%20eq%20false",
            "$orderby=createdDateTime",
        ] {
            basic.get(&format!("/v1.0/users?{query}")).await.refused_as(
                403,
                "Authorization_RequestDenied",
                "list.column_hidden",
            );
        }
        basic
            .get("/v1.0/users?$filter=displayName%20eq%20'Ada'")
            .await
            .is(200);
    });
}

#[test]
fn ids_of_another_kind_name_nothing() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["User.ReadWrite.All", "Group.ReadWrite.All"]).await;
        let user = client
            .post(
                "/v1.0/users",
                &json!({"displayName": "Ada", "userPrincipalName": "ada"}),
            )
            .await
            .is(201);
        let group = client
            .post("/v1.0/groups", &json!({"displayName": "G"}))
            .await
            .is(201);
        let (user, group) = (user["id"].as_str().unwrap(), group["id"].as_str().unwrap());
        for path in [
            format!("/v1.0/users/{group}"),
            format!("/v1.0/groups/{user}"),
            format!("/v1.0/groups/{user}/members"),
            "/v1.0/groups/ada".to_owned(),
            format!("/v1.0/directory/deletedItems/{user}"),
        ] {
            client.get(&path).await.refused_as(
                404,
                "Request_ResourceNotFound",
                "directory.object_missing",
            );
        }
        let members = format!("/v1.0/groups/{group}/members/$ref");
        for address in [
            "https://evil.example/v1.0/users/11111111-2222-4333-8444-555555555555",
            "https://login.example.org.evil.example/v1.0/users/11111111-2222-4333-8444-555555555555",
            "https://login.example.org/v1.0/auditLogs/11111111-2222-4333-8444-555555555555",
            "ada",
        ] {
            let told = client.post(&members, &json!({"@odata.id": address})).await;
            told.refused_as(400, "Request_BadRequest", "graph.property_type");
        }
        let address = "https://login.example.org/v1.0/users/11111111-2222-4333-8444-555555555555";
        let told = client.post(&members, &json!({"@odata.id": address})).await;
        told.refused_as(404, "Request_ResourceNotFound", "directory.object_missing");
    });
}

#[test]
fn every_answer_can_be_found_again() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["User.Read.All"]).await;
        let mut request = client.request(http::Method::GET, "/v1.0/users/nobody", None);
        request
            .headers_mut()
            .insert("client-request-id", "my-own-name".parse().unwrap());
        let answer = client.send(request).await;
        let request_id = answer.header("request-id").to_owned();
        assert_eq!(request_id.len(), 36);
        assert_eq!(answer.header("client-request-id"), "my-own-name");
        assert_eq!(answer.header("cache-control"), "no-store");
        let inner = answer.is(404)["error"]["innerError"].clone();
        assert_eq!(inner["request-id"], json!(request_id));
        assert_eq!(inner["client-request-id"], "my-own-name");
        assert_eq!(inner["date"], "2026-11-21T09:00:00");
        let good = client.get("/v1.0/users").await;
        assert_eq!(good.header("request-id").len(), 36);
        let mut odd = client.request(http::Method::GET, "/v1.0/users", None);
        odd.headers_mut()
            .insert("client-request-id", "a b".parse().unwrap());
        assert!(
            client
                .send(odd)
                .await
                .header("client-request-id")
                .is_empty()
        );
        // Two tokens are none.
        let mut double = client.request(http::Method::GET, "/v1.0/users", None);
        let token = double.headers()[header::AUTHORIZATION].clone();
        double.headers_mut().append(header::AUTHORIZATION, token);
        client
            .send(double)
            .await
            .refused_as(401, "InvalidAuthenticationToken", "token.unusable");
    });
}

/// What a client only prefers is honoured or ignored (RFC 7240), never refused.
#[test]
fn what_a_client_prefers_changes_no_answer_that_it_can_not() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["User.ReadWrite.All"]).await;
        let ada = json!({"displayName": "Ada", "userPrincipalName": "ada"});
        client.post("/v1.0/users", &ada).await.is(201);
        let plain = client.get("/v1.0/users").await.is(200);
        for prefer in [
            "include-unknown-enum-members",
            "return=minimal, odata.maxpagesize=0",
            "respond-async; wait=10",
            "\u{e4}",
            ",;=",
        ] {
            let mut request = client.request(http::Method::GET, "/v1.0/users", None);
            let value = header::HeaderValue::from_bytes(prefer.as_bytes()).unwrap();
            request.headers_mut().insert("prefer", value);
            let told = client.send(request).await;
            assert!(told.headers.get("preference-applied").is_none());
            assert_eq!(told.is(200), plain, "{prefer}");
        }
        let bob = json!({"displayName": "Bob", "userPrincipalName": "bob"});
        let mut request = client.request(http::Method::POST, "/v1.0/users", Some(&bob));
        let value = "return=minimal".parse().unwrap();
        request.headers_mut().insert("prefer", value);
        let made = client.send(request).await.is(201);
        assert_eq!(made["displayName"], "Bob");
    });
}
