//! Applications as APIs of their own, in Graph's words: `identifierUris`, `api/oauth2PermissionScopes`, grants and roles there.

use http::Method;
use serde_json::{Value, json};

use super::{Client, Said};
use crate::{at_once, in_each_house};

const READ: &str = "0f5a8e1e-5a43-4f4c-9d0e-0a6f6a3c1001";
const AUDIT: &str = "0f5a8e1e-5a43-4f4c-9d0e-0a6f6a3c1002";
const IMPORT: &str = "0f5a8e1e-5a43-4f4c-9d0e-0a6f6a3c1003";
const LEDGER: &str = "https://ledger.example.org";

fn scope(id: &str, value: &str, kind: &str) -> Value {
    json!({
        "id": id,
        "value": value,
        "type": kind,
        "isEnabled": true,
        "adminConsentDisplayName": format!("May {value}"),
        "adminConsentDescription": "For administrators",
        "userConsentDisplayName": format!("{value} for you"),
        "userConsentDescription": null,
    })
}

fn permissions() -> [&'static str; 3] {
    [
        "Application.ReadWrite.All",
        "AppRoleAssignment.ReadWrite.All",
        "DelegatedPermissionGrant.ReadWrite.All",
    ]
}

#[test]
fn an_api_is_registered_granted_and_taken_away() {
    in_each_house(async |house| {
        let client = Client::of(&house, &permissions()).await;
        let travel = house.application("Travel", &[]).await;
        let (read, audit) = (scope(READ, "read", "User"), scope(AUDIT, "audit", "Admin"));
        let body = json!({
            "displayName": "Ledger",
            "identifierUris": [LEDGER, "urn:example:ledger"],
            "api": {"oauth2PermissionScopes": [read, audit]},
            "appRoles": [{
                "id": IMPORT, "value": "Import", "displayName": "Import", "description": "x", "isEnabled": true,
                "allowedMemberTypes": ["Application"],
            }],
        });
        let made = client.post("/v1.0/applications", &body).await.is(201);
        assert_eq!(made["identifierUris"], body["identifierUris"]);
        assert_eq!(
            made["appRoles"][0]["allowedMemberTypes"],
            json!(["Application"])
        );
        let path = format!("/v1.0/applications/{}", made["id"].as_str().unwrap());
        let shown = client.get(&path).await.is(200);
        let scopes = &shown["api"]["oauth2PermissionScopes"];
        assert_eq!(scopes, &body["api"]["oauth2PermissionScopes"]);
        // As a member of the organisation it shows the same.
        let app_id = &made["appId"];
        let principal = json!({ "appId": app_id });
        let principal = client
            .post("/v1.0/servicePrincipals", &principal)
            .await
            .is(201);
        assert_eq!(&principal["oauth2PermissionScopes"], scopes);
        let names = json!([app_id, LEDGER, "urn:example:ledger"]);
        assert_eq!(principal["servicePrincipalNames"], names);
        // A part that the body doesn't name stays.
        let patch = json!({"identifierUris": [LEDGER]});
        client.patch(&path, &patch).await.is(204);
        let shown = client.get(&path).await.is(200);
        assert_eq!(shown["identifierUris"], json!([LEDGER]));
        assert_eq!(&shown["api"]["oauth2PermissionScopes"], scopes);
        // Grants hold its words, and none of ours.
        let travel = travel.principal_id.to_string();
        let at = &principal["id"];
        let grant = |scope: &str| json!({"clientId": travel, "resourceId": at, "consentType": "AllPrincipals", "scope": scope});
        for unknown in ["User.Read", "read nothing", "Directory.ReadWrite.All"] {
            let told = client
                .post("/v1.0/oauth2PermissionGrants", &grant(unknown))
                .await;
            told.refused_as(400, "Request_BadRequest", "permission.unknown");
        }
        let made = client
            .post("/v1.0/oauth2PermissionGrants", &grant("read audit"))
            .await
            .is(201);
        assert_eq!(
            (&made["scope"], &made["resourceId"]),
            (&json!("read audit"), at)
        );
        let one = format!(
            "/v1.0/oauth2PermissionGrants/{}",
            made["id"].as_str().unwrap()
        );
        let told = client.patch(&one, &json!({"scope": "User.Read"})).await;
        told.refused_as(400, "Request_BadRequest", "permission.unknown");
        client.patch(&one, &json!({"scope": "read"})).await.is(204);
        assert_eq!(client.get(&one).await.is(200)["scope"], "read");
        client.delete(&one).await.is(204);
        let assignment = json!({"principalId": travel, "resourceId": at, "appRoleId": IMPORT});
        let roles = format!("/v1.0/servicePrincipals/{travel}/appRoleAssignments");
        let given = client.post(&roles, &assignment).await.is(201);
        assert_eq!(given["resourceDisplayName"], "Ledger");
        // A person is not what a machine is.
        house.administrator("ada").await;
        let ada = house.find("ada").await.person_id.to_string();
        let body = json!({"principalId": ada, "resourceId": at, "appRoleId": IMPORT});
        let told = client
            .post(&format!("/v1.0/users/{ada}/appRoleAssignments"), &body)
            .await;
        told.refused_as(400, "Request_BadRequest", "permission.unknown");
        // All of it away.
        let patch = json!({"identifierUris": [], "api": null});
        client.patch(&path, &patch).await.is(204);
        let shown = client.get(&path).await.is(200);
        assert_eq!(shown["identifierUris"], json!([]));
        assert_eq!(shown["api"], json!({"oauth2PermissionScopes": []}));
        assert_eq!(
            house.run_sql("SELECT uri FROM identifier_uri"),
            Vec::<String>::new()
        );
        // And for good.
        client.delete(&path).await.is(204);
        let gone = path.replace("applications", "directory/deletedItems");
        client.ask(Method::DELETE, &gone, None).await.is(204);
    });
}

#[test]
fn what_can_not_be_an_api_changes_nothing() {
    in_each_house(async |house| {
        let client = Client::of(&house, &permissions()).await;
        let ledger = house.application("Ledger", &[]).await;
        let other = house.application("Other", &[]).await;
        let path = format!("/v1.0/applications/{}", ledger.object_id);
        let own = format!("api://{}", ledger.app_id);
        let good = json!({"identifierUris": [LEDGER, own], "api": {"oauth2PermissionScopes": [scope(READ, "read", "User")]}});
        client.patch(&path, &good).await.is(204);
        let before = client.get(&path).await.is(200);
        let long = format!("https://ledger.example.org/{}", "a".repeat(300));
        let of_other = format!("api://{}/x", other.app_id);
        let ours = format!("{}/api", testkit::ORIGIN);
        let many: Vec<String> = (0..6).map(|it| format!("urn:example:{it}")).collect();
        let mut lists = vec![json!(many), json!([LEDGER, LEDGER])];
        for uri in [
            "",
            "ledger",
            "/ledger",
            "https://ledger.example.org/#x",
            "https://ledger.example.org/?x",
            "https://user@ledger.example.org",
            "http://ledger.example.org",
            "https://LEDGER.example.org",
            "https://ledger.example.org/ x",
            &long,
            // Ours and Graph's, by whatever name.
            testkit::ORIGIN,
            &ours,
            "https://login.example.org:8443",
            "https://graph.microsoft.com",
            "https://graph.microsoft.com/x",
            "api://00000003-0000-0000-c000-000000000000",
            &of_other,
        ] {
            lists.push(json!([uri]));
        }
        for list in lists {
            let told = client
                .patch(&path, &json!({ "identifierUris": list }))
                .await;
            told.refused_as(
                400,
                "Request_BadRequest",
                "application.identifier_uri_unfit",
            );
        }
        let with = |name: &str, value: Value| {
            let mut one = scope(READ, "read", "User");
            one[name] = value;
            json!([one])
        };
        let twice = json!([scope(READ, "read", "User"), scope(AUDIT, "read", "User")]);
        let same_id = json!([scope(READ, "read", "User"), scope(READ, "audit", "User")]);
        for scopes in [
            with("value", json!("")),
            with("value", json!("two words")),
            with("value", json!("a/b")),
            with("value", json!(".default")),
            with("value", json!("a\"b")),
            with("value", json!("\u{e4}")),
            with("value", json!("x".repeat(121))),
            with("value", json!("User.Read")),
            with("value", json!("openid")),
            with("value", Value::Null),
            with("id", json!("00000000-0000-0000-0000-000000000000")),
            // Of a permission of ours.
            with("id", json!("c5366453-9fb0-48a5-a156-24f0c49a4b84")),
            with("id", json!("19dbc75e-c2e2-444c-a770-ec69d8559fc7")),
            with("adminConsentDisplayName", json!("")),
            with("adminConsentDisplayName", json!("a\u{202e}b")),
            with("userConsentDescription", json!("x".repeat(1025))),
            twice,
            same_id,
        ] {
            let body = json!({"api": {"oauth2PermissionScopes": scopes}});
            let told = client.patch(&path, &body).await;
            told.refused_as(400, "Request_BadRequest", "application.api_scope_unfit");
        }
        for (name, value, code) in [
            ("type", json!("Anybody"), "graph.property_type"),
            ("type", json!(1), "graph.property_type"),
            ("id", json!("x"), "graph.property_type"),
            ("isEnabled", json!("yes"), "graph.property_type"),
            ("origin", json!("x"), "graph.property_unknown"),
        ] {
            let body = json!({"api": {"oauth2PermissionScopes": with(name, value)}});
            let told = client.patch(&path, &body).await;
            told.refused_as(400, "Request_BadRequest", code);
        }
        assert_eq!(client.get(&path).await.is(200), before);
        // Another's, also while that one can be restored; letter by letter.
        let others = format!("/v1.0/applications/{}", other.object_id);
        let taken = json!({"identifierUris": [LEDGER]});
        let told = client.patch(&others, &taken).await;
        told.refused_as(409, "Request_Conflict", "application.identifier_uri_taken");
        let near = json!({"identifierUris": [format!("{LEDGER}/")]});
        client.patch(&others, &near).await.is(204);
        client.delete(&path).await.is(204);
        let told = client.patch(&others, &taken).await;
        told.refused_as(409, "Request_Conflict", "application.identifier_uri_taken");
        // Whoever may only read changes nothing.
        let reader = Client::of(&house, &["Application.Read.All"]).await;
        let told = reader.patch(&others, &taken).await;
        told.refused_as(403, "Authorization_RequestDenied", "permission.missing");
    });
}

/// Two who take the same name at once: one has it.
#[test]
fn a_name_is_one_applications() {
    in_each_house(async |house| {
        let client = Client::of(&house, &permissions()).await;
        let apps = [
            house.application("One", &[]).await,
            house.application("Two", &[]).await,
        ];
        let body = json!({"identifierUris": [LEDGER]});
        let tries = apps.iter().map(|app| {
            let path = format!("/v1.0/applications/{}", app.object_id);
            let request = client.request(Method::PATCH, &path, Some(&body));
            let browser = house.browser();
            async move { browser.send_program(request).await }
        });
        let told = at_once(tries.collect()).await;
        let mut told: Vec<u16> = told.iter().map(|it| it.status.as_u16()).collect();
        told.sort_unstable();
        assert_eq!(told, [204, 409]);
    });
}
