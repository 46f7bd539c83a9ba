//! What is given, taken and erased: roles by the API, members of all levels, and what was deleted for good.

use http::Method;
use identity::roles::{self, Role};
use identity::{Actor, applications, groups};
use serde_json::{Value, json};
use testkit::{House, ORIGIN};

use super::{Client, Said, ids};
use crate::{at_once, brief, count, in_each_house};

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };
const NOBODY: &str = "11111111-2222-4333-8444-555555555555";
const GLOBAL: &str = "62e90394-69f5-4237-9190-012177145e10";
const READER: &str = "4a5d8f65-41da-4de4-8968-e035b65339cf";
const DENIED: &str = "Authorization_RequestDenied";
const MISSING: &str = "Request_ResourceNotFound";

fn reference(id: &str) -> Value {
    json!({"@odata.id": format!("{ORIGIN}/v1.0/directoryObjects/{id}")})
}

/// An application that holds the role Global Administrator itself.
async fn global<'a>(house: &'a House, permissions: &[&str]) -> Client<'a> {
    let application = house.application("Global", permissions).await;
    let holder = application.principal_id;
    let given = roles::assign(
        house.identity(),
        COMMAND_LINE,
        Role::GlobalAdministrator,
        holder,
    );
    given.await.unwrap();
    Client::with(house, &house.token(&application).await)
}

async fn make(client: &Client<'_>, collection: &str, name: &str) -> String {
    let body = match collection {
        "users" => json!({"userPrincipalName": name, "displayName": name}),
        _ => json!({"displayName": name}),
    };
    let made = client
        .post(&format!("/v1.0/{collection}"), &body)
        .await
        .is(201);
    made["id"].as_str().unwrap().to_owned()
}

#[test]
fn roles_are_given_and_taken_by_the_api() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let ada = house.find("ada").await.person_id.to_string();
        let permissions = [
            "RoleManagement.ReadWrite.Directory",
            "User.ReadWrite.All",
            "Group.ReadWrite.All",
        ];
        let client = global(&house, &permissions).await;
        let cem = make(&client, "users", "cem").await;
        let plain = make(&client, "groups", "plain").await;
        for members in [
            format!("/v1.0/directoryRoles/{READER}/members"),
            format!("/beta/directoryRoles(roleTemplateId='{READER}')/members"),
        ] {
            let (add, one) = (format!("{members}/$ref"), format!("{members}/{cem}/$ref"));
            client.post(&add, &reference(&cem)).await.is(204);
            let held = client.get(&members).await.is(200);
            assert_eq!(ids(held["value"].as_array().unwrap()), [cem.as_str()]);
            let of_cem = client.get("/v1.0/users/cem/memberOf").await.is(200);
            assert_eq!(of_cem["value"][0]["roleTemplateId"], READER);
            let twice = client.post(&add, &reference(&cem)).await;
            twice.refused_as(409, "Request_Conflict", "role.held");
            client.delete(&one).await.is(204);
            client
                .delete(&one)
                .await
                .refused_as(404, MISSING, "directory.object_missing");
            assert_eq!(client.get(&members).await.is(200)["value"], json!([]));
            for (body, status, inner) in [
                (reference(NOBODY), 404, "directory.object_missing"),
                (reference(READER), 404, "directory.object_missing"),
                (reference(&plain), 409, "group.not_role_assignable"),
                (json!({}), 400, "graph.property_missing"),
                (json!({"id": cem}), 400, "graph.property_unknown"),
                (json!({"@odata.id": 1}), 400, "graph.property_unknown"),
                (json!({"@odata.id": cem}), 400, "graph.property_type"),
            ] {
                let told = client.post(&add, &body).await.is(status);
                assert_eq!(told["error"]["innerError"]["code"], inner, "{body}");
            }
        }
        for role in [NOBODY, cem.as_str(), "Global Reader", "x"] {
            let members = format!("/v1.0/directoryRoles/{}/members", role.replace(' ', "%20"));
            client.get(&members).await.is(404);
            client
                .post(&format!("{members}/$ref"), &reference(&cem))
                .await
                .is(404);
            client
                .delete(&format!("{members}/{cem}/$ref"))
                .await
                .is(404);
        }
        // The last one who can do everything in person stays, whoever asks.
        let last = format!("/v1.0/directoryRoles/{GLOBAL}/members/{ada}/$ref");
        let told = client.delete(&last).await;
        told.refused_as(409, "Request_Conflict", "user.last_administrator");
        let held = client
            .get(&format!("/v1.0/directoryRoles/{GLOBAL}/members"))
            .await
            .is(200);
        assert!(ids(held["value"].as_array().unwrap()).contains(&ada));
    });
}

#[test]
fn templates_of_roles_are_those_of_the_roles() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["RoleManagement.Read.Directory"]).await;
        let templates = client.get("/v1.0/directoryRoleTemplates").await.is(200);
        let roles = client.get("/v1.0/directoryRoles").await.is(200);
        let [templates, roles] =
            [templates, roles].map(|page| page["value"].as_array().unwrap().clone());
        assert_eq!((templates.len(), ids(&templates)), (13, ids(&roles)));
        let one = client
            .get(&format!("/v1.0/directoryRoleTemplates/{GLOBAL}"))
            .await
            .is(200);
        assert_eq!(one["displayName"], "Global Administrator");
        let role = client
            .get(&format!("/v1.0/directoryRoles/{GLOBAL}"))
            .await
            .is(200);
        assert_eq!(
            (&role["displayName"], &role["roleTemplateId"]),
            (&one["displayName"], &one["id"])
        );
        for id in [NOBODY, "x"] {
            for collection in ["directoryRoleTemplates", "directoryRoles"] {
                let told = client.get(&format!("/v1.0/{collection}/{id}")).await;
                told.refused_as(404, MISSING, "directory.object_missing");
            }
        }
    });
}

#[test]
fn members_of_all_levels_are_counted_once() {
    in_each_house(async |house| {
        let permissions = [
            "Group.ReadWrite.All",
            "User.ReadWrite.All",
            "Application.Read.All",
        ];
        let client = Client::of(&house, &permissions).await;
        let travel = house
            .application("Travel", &[])
            .await
            .principal_id
            .to_string();
        let (outer, inner) = (
            make(&client, "groups", "outer").await,
            make(&client, "groups", "inner").await,
        );
        let (ada, bob) = (
            make(&client, "users", "ada").await,
            make(&client, "users", "bob").await,
        );
        // Ada is in both: she is one member of all levels.
        for (group, member) in [
            (&outer, &inner),
            (&outer, &ada),
            (&inner, &ada),
            (&inner, &bob),
            (&inner, &travel),
        ] {
            let add = format!("/v1.0/groups/{group}/members/$ref");
            client.post(&add, &reference(member)).await.is(204);
        }
        let numbers = [
            (&outer, "members", "2"),
            (&outer, "transitiveMembers", "4"),
            (&inner, "members", "3"),
            (&inner, "transitiveMembers", "3"),
        ];
        for (group, of, number) in numbers {
            let path = format!("/v1.0/groups/{group}/{of}");
            let answer = client.get(&format!("{path}/$count")).await;
            assert_eq!(answer.header("content-type"), "text/plain");
            assert_eq!(
                (answer.status.as_u16(), answer.text().as_str()),
                (200, number),
                "{path}"
            );
            assert_eq!(
                client
                    .all(&format!("{path}?$top=1"), 1)
                    .await
                    .len()
                    .to_string(),
                number
            );
            let counted = client
                .get(&format!("{path}?$count=true&$top=1"))
                .await
                .is(200);
            assert_eq!(counted["@odata.count"].to_string(), number);
        }
        for path in ["memberOf", "transitiveMemberOf"] {
            let groups = client
                .get(&format!("/v1.0/servicePrincipals/{travel}/{path}"))
                .await
                .is(200);
            let mut expected = vec![inner.clone()];
            if path == "transitiveMemberOf" {
                expected.push(outer.clone());
            }
            expected.sort();
            assert_eq!(ids(groups["value"].as_array().unwrap()), expected);
            let above = client
                .get(&format!("/v1.0/groups/{inner}/{path}"))
                .await
                .is(200);
            assert_eq!(ids(above["value"].as_array().unwrap()), [outer.as_str()]);
        }
        for id in [NOBODY, ada.as_str(), "x"] {
            for of in ["members", "transitiveMembers"] {
                let told = client.get(&format!("/v1.0/groups/{id}/{of}/$count")).await;
                told.is(404);
            }
        }
        let told = client
            .get(&format!("/v1.0/groups/{outer}/members/$count?$filter=x"))
            .await;
        told.refused_as(400, "Request_UnsupportedQuery", "graph.query_unsupported");
    });
}

/// What stands at `deletedItems`, of each kind.
const KINDS: [(&str, &str); 3] = [
    ("users", "microsoft.graph.user"),
    ("groups", "microsoft.graph.group"),
    ("applications", "microsoft.graph.application"),
];

const WRITERS: [&str; 3] = [
    "User.ReadWrite.All",
    "Group.ReadWrite.All",
    "Application.ReadWrite.All",
];

#[test]
fn what_was_erased_is_gone_for_good() {
    in_each_house(async |house| {
        let client = Client::of(&house, &WRITERS).await;
        for (collection, kind) in KINDS {
            let id = make(&client, collection, "gone").await;
            let kept = make(&client, collection, "kept").await;
            let (living, deleted) = (
                format!("/v1.0/{collection}/{id}"),
                format!("/v1.0/directory/deletedItems/{id}"),
            );
            // What lives is neither restored nor erased.
            let told = client.delete(&deleted).await;
            told.refused_as(404, MISSING, "directory.object_missing");
            let told = client
                .ask(Method::POST, &format!("{deleted}/restore"), None)
                .await;
            told.refused_as(404, MISSING, "directory.object_missing");
            client.delete(&living).await.is(204);
            client
                .get(&living)
                .await
                .refused_as(404, MISSING, "directory.object_missing");
            let found = client.get(&deleted).await.is(200);
            assert_eq!(found["@odata.type"], format!("#{kind}"));
            assert_eq!(found["displayName"], "gone");
            client.delete(&deleted).await.is(204);
            for told in [
                client.get(&deleted).await,
                client.delete(&deleted).await,
                client
                    .ask(Method::POST, &format!("{deleted}/restore"), None)
                    .await,
                client.get(&living).await,
            ] {
                told.refused_as(404, MISSING, "directory.object_missing");
            }
            let listed = format!("/v1.0/directory/deletedItems/{kind}");
            assert_eq!(client.get(&listed).await.is(200)["value"], json!([]));
            client
                .get(&format!("/v1.0/{collection}/{kept}"))
                .await
                .is(200);
            // The name is free again.
            make(&client, collection, "gone").await;
        }
    });
}

/// An application that was erased has left nothing that would come back with another of its name.
#[test]
fn with_an_application_its_rights_are_erased() {
    in_each_house(async |house| {
        let permissions = [
            "Application.ReadWrite.All",
            "AppRoleAssignment.ReadWrite.All",
            "Group.Read.All",
        ];
        let client = Client::of(&house, &permissions).await;
        let travel = house.application("Travel", &["User.Read.All"]).await;
        house.grant(&travel, "User.Read").await;
        let identity = house.identity();
        let new = groups::NewGroup {
            display_name: "G".to_owned(),
            description: None,
            mail_nickname: None,
            role_assignable: false,
        };
        let group = groups::create(identity, COMMAND_LINE, &new).await;
        let group = group.unwrap().group_id;
        groups::members::add(identity, COMMAND_LINE, group, travel.principal_id)
            .await
            .unwrap();
        let mine = Client::with(&house, &house.token(&travel).await);
        let (object, principal) = (travel.object_id, travel.principal_id);
        client
            .delete(&format!("/v1.0/applications/{object}"))
            .await
            .is(204);
        mine.get("/v1.0/users").await.is(401);
        client
            .delete(&format!("/v1.0/directory/deletedItems/{object}"))
            .await
            .is(204);
        mine.get("/v1.0/users").await.is(401);
        let told = client
            .get(&format!("/v1.0/servicePrincipals/{principal}"))
            .await;
        told.refused_as(404, MISSING, "directory.object_missing");
        let told = client
            .get(&format!(
                "/v1.0/servicePrincipals(appId='{}')",
                travel.app_id
            ))
            .await;
        told.refused_as(404, MISSING, "directory.object_missing");
        let grants = client.get("/v1.0/oauth2PermissionGrants").await.is(200);
        assert_eq!(grants["value"], json!([]));
        let api = applications::find_own_api(identity).await.unwrap();
        let assigned = client
            .all(
                &format!("/v1.0/servicePrincipals/{api}/appRoleAssignedTo"),
                100,
            )
            .await;
        assert!(
            assigned
                .iter()
                .all(|it| it["principalId"] != json!(principal.to_string()))
        );
        let members = client
            .get(&format!("/v1.0/groups/{group}/members"))
            .await
            .is(200);
        assert_eq!(members["value"], json!([]));
    });
}

/// Restored or erased, and not both; and the log has it once.
#[test]
fn of_those_who_restore_and_erase_at_once_one_did_it() {
    in_each_house(async |house| {
        let client = Client::of(&house, &WRITERS).await;
        let mut done = 0;
        for (collection, _) in KINDS {
            for round in 0..3 {
                let id = make(&client, collection, &format!("x{round}")).await;
                let living = format!("/v1.0/{collection}/{id}");
                client.delete(&living).await.is(204);
                let deleted = format!("/v1.0/directory/deletedItems/{id}");
                let requests = (0..4).map(|n| {
                    let request = match n % 2 {
                        0 => client.request(Method::DELETE, &deleted, None),
                        _ => client.request(Method::POST, &format!("{deleted}/restore"), None),
                    };
                    let browser = house.browser();
                    async move { browser.send_program(request).await }
                });
                let told = at_once(requests.collect()).await;
                let brief = brief(&told);
                assert_eq!(
                    count(&told, 200) + count(&told, 204),
                    1,
                    "{collection} {brief:?}"
                );
                done += 1;
                let there = client.get(&living).await.status.as_u16();
                let expected = if count(&told, 200) == 1 { 200 } else { 404 };
                assert_eq!(there, expected, "{collection} {brief:?}");
                let again = client.get(&deleted).await;
                again.refused_as(404, MISSING, "directory.object_missing");
            }
        }
        let reader = Client::of(&house, &["AuditLog.Read.All"]).await;
        let audits = reader
            .all("/beta/auditLogs/directoryAudits?$top=100", 100)
            .await;
        let word = |it: &&Value| {
            let name = it["activityDisplayName"].as_str().unwrap_or_default();
            let erased = ["Hard Delete user", "group.erased", "application.erased"];
            (name.starts_with("Restore") || erased.contains(&name)) && it["result"] == "success"
        };
        let told: Vec<&Value> = audits.iter().filter(word).collect();
        assert_eq!(told.len(), done, "{audits:#?}");
    });
}

/// Whoever may not, may not erase either, and sees only what they may see.
#[test]
fn erasing_takes_the_right_to_delete() {
    in_each_house(async |house| {
        let client = Client::of(&house, &WRITERS).await;
        let reader = Client::of(
            &house,
            &["User.Read.All", "Group.Read.All", "Application.Read.All"],
        )
        .await;
        let people = Client::of(&house, &["User.ReadWrite.All"]).await;
        for (collection, _) in KINDS {
            let id = make(&client, collection, "gone").await;
            client
                .delete(&format!("/v1.0/{collection}/{id}"))
                .await
                .is(204);
            let deleted = format!("/v1.0/directory/deletedItems/{id}");
            let before = client.get(&deleted).await.is(200);
            reader
                .delete(&deleted)
                .await
                .refused_as(403, DENIED, "permission.missing");
            let told = reader
                .ask(Method::POST, &format!("{deleted}/restore"), None)
                .await;
            told.refused_as(403, DENIED, "permission.missing");
            if collection != "users" {
                people
                    .delete(&deleted)
                    .await
                    .refused_as(404, MISSING, "directory.object_missing");
            }
            assert_eq!(client.get(&deleted).await.is(200), before);
        }
    });
}
