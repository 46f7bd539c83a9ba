//! Groups, roles, applications.

use http::Method;
use serde_json::{Value, json};
use testkit::ORIGIN;

use super::{Client, Said, ids};
use crate::in_each_house;

pub(super) async fn make_user(client: &Client<'_>, name: &str) -> String {
    let body = json!({"displayName": name, "userPrincipalName": name});
    let made = client.post("/v1.0/users", &body).await.is(201);
    made["id"].as_str().unwrap().to_owned()
}

pub(super) async fn make_group(client: &Client<'_>, name: &str) -> String {
    let body = json!({
        "displayName": name, "mailEnabled": false, "mailNickname": name, "securityEnabled": true, "groupTypes": [],
    });
    let made = client.post("/v1.0/groups", &body).await.is(201);
    made["id"].as_str().unwrap().to_owned()
}

pub(super) fn reference(id: &str) -> Value {
    json!({"@odata.id": format!("{ORIGIN}/v1.0/directoryObjects/{id}")})
}

#[test]
fn groups_members_and_memberships() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["User.ReadWrite.All", "Group.ReadWrite.All"]).await;
        let ada = make_user(&client, "ada").await;
        let (inner, outer) = (
            make_group(&client, "inner").await,
            make_group(&client, "outer").await,
        );
        let add = async |group: &str, member: &str| {
            let path = format!("/v1.0/groups/{group}/members/$ref");
            client.post(&path, &reference(member)).await
        };
        add(&inner, &ada).await.is(204);
        add(&outer, &inner).await.is(204);
        add(&inner, &outer)
            .await
            .refused_as(409, "Request_Conflict", "group.cycle");
        add(&inner, &ada)
            .await
            .refused_as(409, "Request_Conflict", "group.member_exists");

        let members = client
            .get(&format!("/v1.0/groups/{outer}/members"))
            .await
            .is(200);
        assert_eq!(members["value"][0]["@odata.type"], "#microsoft.graph.group");
        let path = format!("/v1.0/groups/{outer}/transitiveMembers?$count=true");
        let all = client.get(&path).await.is(200);
        let mut expected = vec![ada.clone(), inner.clone()];
        expected.sort();
        assert_eq!(ids(all["value"].as_array().unwrap()), expected);
        assert_eq!(all["@odata.count"], 2);
        let count = client
            .get(&format!("/v1.0/groups/{inner}/members/$count"))
            .await;
        assert_eq!(count.text(), "1");

        let direct = client
            .get(&format!("/v1.0/users/{ada}/memberOf"))
            .await
            .is(200);
        assert_eq!(ids(direct["value"].as_array().unwrap()), [inner.as_str()]);
        let through = client
            .all(&format!("/v1.0/users/{ada}/transitiveMemberOf?$top=1"), 1)
            .await;
        let mut expected = vec![inner.clone(), outer.clone()];
        expected.sort();
        assert_eq!(ids(&through), expected);

        let path = format!("/v1.0/groups/{inner}/members/{ada}/$ref");
        client.delete(&path).await.is(204);
        client.delete(&path).await.refused_as(
            404,
            "Request_ResourceNotFound",
            "directory.object_missing",
        );
        client
            .delete(&format!("/v1.0/groups/{outer}"))
            .await
            .is(204);
        let left = client
            .get(&format!("/v1.0/groups/{inner}/memberOf"))
            .await
            .is(200);
        assert_eq!(left["value"], json!([]));
        let listed = client
            .get("/v1.0/groups?$filter=startswith(displayName,'INN')")
            .await
            .is(200);
        assert_eq!(ids(listed["value"].as_array().unwrap()), [inner]);
    });
}

#[test]
fn roles_and_who_holds_them() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let ada = house.find("ada").await.person_id.to_string();
        let client = Client::of(&house, &["RoleManagement.Read.Directory"]).await;
        let roles = client
            .get("/v1.0/directoryRoles?$orderby=displayName")
            .await
            .is(200);
        assert_eq!(roles["value"].as_array().unwrap().len(), 13);
        let global = "62e90394-69f5-4237-9190-012177145e10";
        for path in [
            format!("/v1.0/directoryRoles/{global}/members"),
            format!("/v1.0/directoryRoles(roleTemplateId='{global}')/members"),
        ] {
            let members = client.get(&path).await.is(200);
            assert_eq!(ids(members["value"].as_array().unwrap()), [ada.as_str()]);
            // Whoever may read roles but not people learns who it is, and no more.
            assert!(members["value"][0].get("displayName").is_none());
        }
        let readers = Client::of(&house, &["RoleManagement.Read.Directory", "User.Read.All"]).await;
        let path = format!("/v1.0/directoryRoles/{global}/members?$select=userPrincipalName");
        let members = readers.get(&path).await.is(200);
        assert_eq!(members["value"][0]["userPrincipalName"], "ada");
        let filter = "/v1.0/directoryRoles?$filter=displayName%20eq%20'Global%20Reader'";
        assert_eq!(
            client.get(filter).await.is(200)["value"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    });
}

/// Nobody raises himself, nor somebody else: not with a permission that is for it, and not without.
#[test]
fn an_application_without_roles_gives_none() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let ada = house.find("ada").await.person_id.to_string();
        let application = house
            .application("raiser", &["RoleManagement.ReadWrite.Directory"])
            .await;
        let client = Client::with(&house, &house.token(&application).await);
        let role = "/v1.0/directoryRoles/62e90394-69f5-4237-9190-012177145e10/members/$ref";
        for id in [application.principal_id.to_string(), ada] {
            client.post(role, &reference(&id)).await.refused_as(
                403,
                "Authorization_RequestDenied",
                "role.insufficient",
            );
        }
    });
}

async fn own_api(client: &Client<'_>) -> Value {
    let path = "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')";
    client.get(path).await.is(200)
}

#[test]
fn applications_secrets_and_permissions() {
    in_each_house(async |house| {
        let client = Client::of(
            &house,
            &[
                "Application.ReadWrite.All",
                "AppRoleAssignment.ReadWrite.All",
            ],
        )
        .await;
        let body =
            json!({"displayName": "Reader", "web": {"redirectUris": ["https://app.example/back"]}});
        let made = client.post("/v1.0/applications", &body).await.is(201);
        let (object, app_id) = (
            made["id"].as_str().unwrap(),
            made["appId"].as_str().unwrap(),
        );
        assert_ne!(object, app_id);
        let path = format!("/v1.0/applications/{object}");
        let by_app = client
            .get(&format!("/v1.0/applications(appId='{app_id}')"))
            .await
            .is(200);
        assert_eq!(by_app["id"], object);
        client
            .patch(
                &path,
                &json!({"spa": {"redirectUris": ["https://spa.example/"]}}),
            )
            .await
            .is(204);
        let read = client.get(&path).await.is(200);
        assert_eq!(
            read["web"]["redirectUris"],
            json!(["https://app.example/back"])
        );
        assert_eq!(read["spa"]["redirectUris"], json!(["https://spa.example/"]));
        // What was read before the change does not count for a later one, nor for a deletion.
        for (method, body) in [
            (Method::PATCH, Some(json!({"displayName": "Late"}))),
            (Method::DELETE, None),
        ] {
            let mut late = client.request(method, &path, body.as_ref());
            let etag = made["@odata.etag"].as_str().unwrap();
            late.headers_mut().insert("if-match", etag.parse().unwrap());
            client.send(late).await.refused_as(
                412,
                "Request_PreconditionFailed",
                "record.outdated",
            );
        }
        assert_eq!(client.get(&path).await.is(200), read);

        let principal = client
            .post("/v1.0/servicePrincipals", &json!({"appId": app_id}))
            .await
            .is(201);
        let etag = principal["@odata.etag"].as_str().unwrap().to_owned();
        let principal = principal["id"].as_str().unwrap().to_owned();
        let principal_path = format!("/v1.0/servicePrincipals/{principal}");
        for enabled in [false, true] {
            client
                .patch(&principal_path, &json!({"accountEnabled": enabled}))
                .await
                .is(204);
        }
        let mut late = client.request(Method::DELETE, &principal_path, None);
        late.headers_mut().insert("if-match", etag.parse().unwrap());
        client
            .send(late)
            .await
            .refused_as(412, "Request_PreconditionFailed", "record.outdated");
        client.get(&principal_path).await.is(200);
        let api = own_api(&client).await;
        let role = api["appRoles"]
            .as_array()
            .unwrap()
            .iter()
            .find(|role| role["value"] == "User.Read.All")
            .unwrap();
        let assignments = format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments");
        let assignment =
            json!({"principalId": principal, "resourceId": api["id"], "appRoleId": role["id"]});
        let assigned = client.post(&assignments, &assignment).await.is(201);
        assert_eq!(
            client.get(&assignments).await.is(200)["value"][0]["id"],
            assigned["id"]
        );
        let one = format!("{assignments}/{}", assigned["id"].as_str().unwrap());
        client.delete(&one).await.is(204);
        client.delete(&one).await.refused_as(
            404,
            "Request_ResourceNotFound",
            "directory.object_missing",
        );

        client.delete(&path).await.is(204);
        let deleted = client
            .get("/v1.0/directory/deletedItems/microsoft.graph.application")
            .await
            .is(200);
        assert_eq!(ids(deleted["value"].as_array().unwrap()), [object]);
        let restore = format!("/v1.0/directory/deletedItems/{object}/restore");
        client.ask(Method::POST, &restore, None).await.is(200);
        client.get(&path).await.is(200);
    });
}

#[test]
fn a_stale_etag_changes_no_group_and_no_application() {
    in_each_house(async |house| {
        let permissions = ["Application.ReadWrite.All", "Group.ReadWrite.All"];
        let client = Client::of(&house, &permissions).await;
        let group = make_group(&client, "Pilots").await;
        let app = house.application("App", &[]).await;
        let change = |name: &str| json!({ "displayName": name });
        for (path, body) in [
            (format!("/v1.0/groups/{group}"), change("x")),
            (format!("/v1.0/applications/{}", app.object_id), change("x")),
            (
                format!("/v1.0/servicePrincipals/{}", app.principal_id),
                json!({"accountEnabled": false}),
            ),
        ] {
            let etag = client.get(&path).await.header("etag").to_owned();
            let patch = async |tag: &str, body: &Value| {
                let mut request = client.request(Method::PATCH, &path, Some(body));
                request
                    .headers_mut()
                    .insert("if-match", tag.parse().unwrap());
                client.send(request).await
            };
            patch(&etag, &body).await.is(204);
            let after = client.get(&path).await.is(200);
            for tag in [etag.as_str(), "W/\"999\"", "x"] {
                let told = patch(tag, &body).await;
                assert_eq!(told.status, 412, "{path} {tag}: {}", told.text());
            }
            assert_eq!(client.get(&path).await.is(200), after);
            patch("*", &body).await.is(204);
        }
    });
}

/// A secret is in the answer that makes it, and never again, under no name and in no version.
#[test]
fn past_mistake_48_a_secret_is_shown_once() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["Application.ReadWrite.All"]).await;
        let made = client
            .post("/v1.0/applications", &json!({"displayName": "Keeper"}))
            .await
            .is(201);
        let object = made["id"].as_str().unwrap();
        let path = format!("/v1.0/applications/{object}");
        let body = json!({"passwordCredential": {"displayName": "first"}});
        let secret = client
            .post(&format!("{path}/addPassword"), &body)
            .await
            .is(200);
        let text = secret["secretText"].as_str().unwrap().to_owned();
        assert!(text.len() >= 43);
        client
            .post("/v1.0/servicePrincipals", &json!({"appId": made["appId"]}))
            .await
            .is(201);
        for path in [
            path.clone(),
            format!("/beta/applications/{object}"),
            format!("{path}?$select=passwordCredentials"),
            "/v1.0/applications".to_owned(),
            "/beta/servicePrincipals".to_owned(),
        ] {
            let answer = client.get(&path).await;
            assert!(!answer.text().contains(&text), "{path}");
            answer.is(200);
        }
        let read = client.get(&path).await.is(200);
        assert_eq!(read["passwordCredentials"][0]["secretText"], Value::Null);
        assert!(!house.holds(&text));
        let key = json!({"keyId": secret["keyId"]});
        client
            .post(&format!("{path}/removePassword"), &key)
            .await
            .is(204);
        assert_eq!(
            client.get(&path).await.is(200)["passwordCredentials"],
            json!([])
        );
    });
}
