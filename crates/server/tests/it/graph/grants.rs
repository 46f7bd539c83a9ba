//! `oauth2PermissionGrants`, `appRoleAssignments`, `appRoleAssignedTo`: what applications may do.

use serde_json::{Value, json};
use testkit::House;

use super::{Client, Said, ids};
use crate::{at_once, brief, count, in_each_house};

const NOBODY: &str = "11111111-2222-4333-8444-555555555555";
const GRANTS: &str = "/v1.0/oauth2PermissionGrants";

/// An application that grants what is not of tier 0, and the id of our own API.
async fn granter(house: &House) -> (Client<'_>, String) {
    let permissions = [
        "Application.Read.All",
        "AppRoleAssignment.ReadWrite.All",
        "DelegatedPermissionGrant.ReadWrite.All",
        "User.ReadWrite.All",
    ];
    let client = Client::of(house, &permissions).await;
    let api = identity::applications::find_own_api(house.identity()).await;
    (client, api.unwrap().to_string())
}

fn for_everybody(client: &str, api: &str, scope: &str) -> Value {
    json!({"clientId": client, "consentType": "AllPrincipals", "resourceId": api, "scope": scope})
}

/// A permission of applications, by its name.
fn app_role(name: &str) -> String {
    let permission = identity::permissions::Permission::parse(name).unwrap();
    permission.application_id().unwrap().to_string()
}

#[test]
fn a_grant_is_made_read_changed_and_revoked() {
    in_each_house(async |house| {
        let (client, api) = granter(&house).await;
        let travel = house.application("Travel", &[]).await;
        let principal = travel.principal_id.to_string();
        let made = client
            .post(
                GRANTS,
                &for_everybody(&principal, &api, "User.Read  openid User.Read"),
            )
            .await;
        let place = made.header("location").to_owned();
        let made = made.is(201);
        let id = made["id"].as_str().unwrap();
        assert_eq!(place, format!("{}{GRANTS}/{id}", testkit::ORIGIN));
        assert_eq!(
            made["@odata.context"],
            format!(
                "{}/v1.0/$metadata#oauth2PermissionGrants/$entity",
                testkit::ORIGIN
            )
        );
        // Each name once.
        assert_eq!(made["scope"], "User.Read openid");
        assert_eq!(made["principalId"], Value::Null);
        let one = format!("{GRANTS}/{id}");
        assert_eq!(client.get(&one).await.is(200), made);
        let cut = client.get(&format!("{one}?$select=scope")).await.is(200);
        assert_eq!(
            (&cut["scope"], &cut["clientId"]),
            (&made["scope"], &Value::Null)
        );

        // One for a single person stands beside it.
        let cem = json!({"userPrincipalName": "cem", "displayName": "Cem"});
        let cem = client.post("/v1.0/users", &cem).await.is(201);
        let for_cem = json!({
            "clientId": principal, "consentType": "Principal", "principalId": cem["id"], "resourceId": api,
            "scope": "User.Read.All",
        });
        let second = client.post(GRANTS, &for_cem).await.is(201);
        assert_eq!(second["principalId"], cem["id"]);
        let all = client.all(&format!("{GRANTS}?$top=1"), 1).await;
        let mut expected = vec![id.to_owned(), second["id"].as_str().unwrap().to_owned()];
        expected.sort();
        assert_eq!(ids(&all), expected);

        let wider = json!({"scope": "User.Read Group.Read.All"});
        client.patch(&one, &wider).await.is(204);
        assert_eq!(client.get(&one).await.is(200)["scope"], wider["scope"]);
        client.delete(&one).await.is(204);
        for told in [client.get(&one).await, client.delete(&one).await] {
            told.refused_as(404, "Request_ResourceNotFound", "directory.object_missing");
        }
        let left = client.get(GRANTS).await.is(200);
        assert_eq!(
            ids(left["value"].as_array().unwrap()),
            [second["id"].as_str().unwrap()]
        );
    });
}

#[test]
fn what_a_grant_let_somebody_do_ends_with_it() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let (client, _) = granter(&house).await;
        let travel = house.client("Travel", "User.Read Group.Read.All").await;
        let found = client.get(GRANTS).await.is(200);
        let one = format!("{GRANTS}/{}", found["value"][0]["id"].as_str().unwrap());
        let scope = "User.Read Group.Read.All";
        let old = house
            .delegated_token(&travel, &mut ada.browser, scope)
            .await;
        let old = Client::with(&house, &old);
        old.get("/v1.0/groups").await.is(200);
        let less = json!({"scope": "User.Read"});
        client.patch(&one, &less).await.is(204);
        let told = old.get("/v1.0/me").await;
        told.refused_as(401, "InvalidAuthenticationToken", "token.unusable");
        let new = house
            .delegated_token(&travel, &mut ada.browser, "User.Read")
            .await;
        let new = Client::with(&house, &new);
        new.get("/v1.0/me").await.is(200);
        let told = new.get("/v1.0/groups").await;
        told.refused_as(403, "Authorization_RequestDenied", "permission.missing");
        client.delete(&one).await.is(204);
        let told = new.get("/v1.0/me").await;
        told.refused_as(401, "InvalidAuthenticationToken", "token.unusable");
    });
}

#[test]
fn what_is_no_grant_is_refused_and_changes_nothing() {
    in_each_house(async |house| {
        let (client, api) = granter(&house).await;
        let travel = house
            .application("Travel", &[])
            .await
            .principal_id
            .to_string();
        let other = house
            .application("Other", &[])
            .await
            .principal_id
            .to_string();
        let good = for_everybody(&travel, &api, "User.Read");
        client.post(GRANTS, &good).await.is(201);
        let before = client.get(GRANTS).await.is(200);
        let with = |name: &str, value: Value| {
            let mut body = for_everybody(&other, &api, "User.Read");
            body[name] = value;
            body
        };
        let without = |name: &str| {
            let mut body = for_everybody(&other, &api, "User.Read");
            body.as_object_mut().unwrap().remove(name);
            body
        };
        let of_cem = |principal: Value| {
            let mut body = with("consentType", json!("Principal"));
            body["principalId"] = principal;
            body
        };
        let cases = [
            (good.clone(), 409, "permission.held"),
            (with("scope", json!(1)), 400, "graph.property_type"),
            (
                with("scope", json!(["User.Read"])),
                400,
                "graph.property_type",
            ),
            (with("scope", Value::Null), 400, "graph.property_missing"),
            (without("scope"), 400, "graph.property_missing"),
            (with("scope", json!("")), 400, "permission.unknown"),
            (with("scope", json!("user.read")), 400, "permission.unknown"),
            (with("scope", json!("Mail.Read")), 400, "permission.unknown"),
            (
                with("scope", json!("x".repeat(60_000))),
                400,
                "permission.unknown",
            ),
            (
                with("scope", json!("User.Read\0")),
                400,
                "permission.unknown",
            ),
            (without("clientId"), 400, "graph.property_missing"),
            (
                with("clientId", json!("Travel")),
                404,
                "directory.object_missing",
            ),
            (with("clientId", json!(NOBODY)), 404, "application.missing"),
            (with("clientId", json!(api)), 404, "application.missing"),
            // An application without scopes of its own.
            (with("resourceId", json!(travel)), 400, "permission.unknown"),
            (
                with("resourceId", json!(NOBODY)),
                404,
                "application.missing",
            ),
            (
                with("consentType", json!("Everybody")),
                400,
                "graph.property_type",
            ),
            (without("consentType"), 400, "graph.property_type"),
            (of_cem(Value::Null), 400, "graph.property_missing"),
            (of_cem(json!(NOBODY)), 404, "user.missing"),
            // An id of another kind names nobody.
            (of_cem(json!(travel)), 404, "user.missing"),
            (
                with("expiryTime", json!("2027-01-01T00:00:00Z")),
                400,
                "graph.property_unknown",
            ),
            (with("id", json!("x")), 400, "graph.property_read_only"),
        ];
        for (body, status, inner) in cases {
            let said = client.post(GRANTS, &body).await.is(status);
            assert_eq!(said["error"]["innerError"]["code"], inner, "{body}");
        }
        let told = client.get(&format!("{GRANTS}?$count=true")).await;
        told.refused_as(400, "Request_UnsupportedQuery", "graph.query_unsupported");
        assert_eq!(client.get(GRANTS).await.is(200), before);
    });
}

#[test]
fn what_is_no_change_of_a_grant_is_refused_and_changes_nothing() {
    in_each_house(async |house| {
        let (client, api) = granter(&house).await;
        let travel = house.application("Travel", &[]).await;
        let travel = travel.principal_id.to_string();
        let good = for_everybody(&travel, &api, "User.Read");
        let made = client.post(GRANTS, &good).await.is(201);
        let one = format!("{GRANTS}/{}", made["id"].as_str().unwrap());
        let before = client.get(GRANTS).await.is(200);
        for (body, status, inner) in [
            (json!({}), 400, "graph.property_missing"),
            (json!({"scope": false}), 400, "graph.property_type"),
            (json!({"scope": "Mail.Read"}), 400, "permission.unknown"),
            (
                json!({"scope": "User.Read", "clientId": NOBODY}),
                400,
                "graph.property_read_only",
            ),
        ] {
            let said = client.patch(&one, &body).await.is(status);
            assert_eq!(said["error"]["innerError"]["code"], inner, "{body}");
        }
        for id in [NOBODY, travel.as_str(), "x"] {
            let path = format!("{GRANTS}/{id}");
            let scope = json!({"scope": "User.Read"});
            for told in [
                client.get(&path).await,
                client.patch(&path, &scope).await,
                client.delete(&path).await,
            ] {
                told.is(404);
            }
        }
        assert_eq!(client.get(GRANTS).await.is(200), before);
    });
}

/// Two who do the same at once: one of them did it.
#[test]
fn of_grants_and_assignments_made_at_once_there_is_one() {
    in_each_house(async |house| {
        let (client, api) = granter(&house).await;
        let travel = house
            .application("Travel", &[])
            .await
            .principal_id
            .to_string();
        let assignments = format!("/v1.0/servicePrincipals/{travel}/appRoleAssignments");
        let grant = for_everybody(&travel, &api, "User.Read");
        let role = app_role("Group.Read.All");
        let assignment = json!({"principalId": travel, "resourceId": api, "appRoleId": role});
        for (path, body) in [(GRANTS.to_owned(), grant), (assignments, assignment)] {
            let requests = (0..6).map(|_| {
                let request = client.request(http::Method::POST, &path, Some(&body));
                let browser = house.browser();
                async move { browser.send_program(request).await }
            });
            let told = at_once(requests.collect()).await;
            let brief = brief(&told);
            assert_eq!(count(&told, 201), 1, "{brief:?}");
            assert_eq!(count(&told, 409), 5, "{brief:?}");
            let there = client.get(&path).await.is(200);
            assert_eq!(there["value"].as_array().unwrap().len(), 1);
            // And two who take it away.
            let one = format!("{path}/{}", there["value"][0]["id"].as_str().unwrap());
            let requests = (0..4).map(|_| {
                let request = client.request(http::Method::DELETE, &one, None);
                let browser = house.browser();
                async move { browser.send_program(request).await }
            });
            let told = at_once(requests.collect()).await;
            let brief = crate::brief(&told);
            assert_eq!(count(&told, 204), 1, "{brief:?}");
            assert_eq!(client.get(&path).await.is(200)["value"], json!([]));
        }
    });
}

#[test]
fn assignments_are_seen_from_both_sides() {
    in_each_house(async |house| {
        let (client, api) = granter(&house).await;
        let travel = house
            .application("Travel", &[])
            .await
            .principal_id
            .to_string();
        let other = house.application("Other", &["User.Read.All"]).await;
        let (reads_groups, reads_people) = (app_role("Group.Read.All"), app_role("User.Read.All"));
        let of_travel = format!("/v1.0/servicePrincipals/{travel}/appRoleAssignments");
        let of_api = format!("/v1.0/servicePrincipals/{api}/appRoleAssignedTo");
        let before = client.all(&of_api, 100).await.len();
        let assignment =
            |role: &str| json!({"principalId": travel, "resourceId": api, "appRoleId": role});
        let first = client
            .post(&of_travel, &assignment(&reads_groups))
            .await
            .is(201);
        let second = client
            .post(&of_api, &assignment(&reads_people))
            .await
            .is(201);
        assert_eq!(first["principalDisplayName"], "Travel");
        assert_eq!(first["principalType"], "ServicePrincipal");
        assert_eq!(second["appRoleId"], json!(reads_people));
        let mine = client.get(&of_travel).await.is(200);
        let mut expected = [&first, &second].map(|it| it["id"].as_str().unwrap().to_owned());
        expected.sort();
        assert_eq!(ids(mine["value"].as_array().unwrap()), expected);
        // From the other side they stand among those of everybody, a few to a page.
        let theirs = client.all(&format!("{of_api}?$top=2"), 2).await;
        assert_eq!(theirs.len(), before + 2);
        for id in &expected {
            assert!(ids(&theirs).contains(id));
        }
        // Nobody is assigned to what is no resource, and our own API is assigned to nothing.
        let nobody = format!("/v1.0/servicePrincipals/{travel}/appRoleAssignedTo");
        assert_eq!(client.get(&nobody).await.is(200)["value"], json!([]));
        let nothing = format!("/v1.0/servicePrincipals/{api}/appRoleAssignments");
        assert_eq!(client.get(&nothing).await.is(200)["value"], json!([]));

        // Taken away from either side; under somebody else's address it is not there.
        let [one, two] = [&first, &second].map(|it| it["id"].as_str().unwrap());
        let foreign = format!(
            "/v1.0/servicePrincipals/{}/appRoleAssignments/{one}",
            other.principal_id
        );
        let told = client.delete(&foreign).await;
        told.refused_as(404, "Request_ResourceNotFound", "directory.object_missing");
        assert_eq!(client.get(&of_travel).await.is(200), mine);
        client.delete(&format!("{of_api}/{one}")).await.is(204);
        client.delete(&format!("{of_travel}/{two}")).await.is(204);
        assert_eq!(client.get(&of_travel).await.is(200)["value"], json!([]));
        assert_eq!(client.all(&of_api, 100).await.len(), before);
    });
}

#[test]
fn what_is_no_assignment_is_refused_and_changes_nothing() {
    in_each_house(async |house| {
        let (client, api) = granter(&house).await;
        let travel = house.application("Travel", &["User.Read.All"]).await;
        let travel = travel.principal_id.to_string();
        let other = house
            .application("Other", &[])
            .await
            .principal_id
            .to_string();
        let role = app_role("Group.Read.All");
        let of_travel = format!("/v1.0/servicePrincipals/{travel}/appRoleAssignments");
        let of_api = format!("/v1.0/servicePrincipals/{api}/appRoleAssignedTo");
        let before = client.all(&of_api, 100).await;
        let body = |principal: &str, resource: &str, role: &str| json!({"principalId": principal, "resourceId": resource, "appRoleId": role});
        // The scope of a name is another right than the app role of that name.
        let scope = identity::permissions::Permission::GroupReadAll.delegated_id();
        let scope = scope.unwrap().to_string();
        let cases = [
            (
                &of_travel,
                body(&travel, &api, &app_role("User.Read.All")),
                409,
                "permission.held",
            ),
            (
                &of_travel,
                body(&travel, &api, NOBODY),
                400,
                "permission.unknown",
            ),
            (
                &of_travel,
                body(&travel, &api, &scope),
                400,
                "permission.unknown",
            ),
            (
                &of_travel,
                body(&travel, &api, "Group.Read.All"),
                400,
                "graph.property_type",
            ),
            (
                &of_travel,
                body(&travel, &other, &role),
                400,
                "permission.unknown",
            ),
            (
                &of_travel,
                body(&travel, NOBODY, &role),
                404,
                "application.missing",
            ),
            // Neither side of it is the one of the address.
            (
                &of_travel,
                body(&other, &api, &role),
                400,
                "graph.property_type",
            ),
            (
                &of_api,
                body(&travel, &other, &role),
                400,
                "graph.property_type",
            ),
            (
                &of_api,
                body(NOBODY, &api, &role),
                404,
                "application.missing",
            ),
            (&of_api, body(&api, &api, &role), 404, "application.missing"),
            (
                &of_travel,
                json!({"principalId": travel, "resourceId": api}),
                400,
                "graph.property_missing",
            ),
            (
                &of_travel,
                json!({"principalId": 1, "resourceId": api, "appRoleId": role}),
                400,
                "graph.property_type",
            ),
            (
                &of_travel,
                json!({"principalId": travel, "resourceId": api, "appRoleId": role, "principalType": "User"}),
                400,
                "graph.property_read_only",
            ),
        ];
        for (path, body, status, inner) in cases {
            let said = client.post(path, &body).await.is(status);
            assert_eq!(said["error"]["innerError"]["code"], inner, "{body}");
        }
        for path in [
            format!("/v1.0/servicePrincipals/{NOBODY}/appRoleAssignments"),
            format!("/v1.0/servicePrincipals/{NOBODY}/appRoleAssignedTo"),
        ] {
            let told = client.get(&path).await;
            told.refused_as(404, "Request_ResourceNotFound", "directory.object_missing");
            client
                .post(&path, &body(&travel, &api, &role))
                .await
                .is(404);
        }
        for id in [NOBODY, travel.as_str(), "x"] {
            client.delete(&format!("{of_travel}/{id}")).await.is(404);
            client.delete(&format!("{of_api}/{id}")).await.is(404);
        }
        assert_eq!(client.all(&of_api, 100).await, before);
    });
}
