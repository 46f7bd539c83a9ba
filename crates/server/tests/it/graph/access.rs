//! Who is let in, and to what.

use std::collections::BTreeSet;

use graph::kind::Kind;
use graph::{Mark, Type, Version};
use http::{Method, header};
use identity::access::Operation;
use identity::logs::{self, Log, LogEntry, LogQuery};
use identity::{Actor, Id};
use serde_json::{Map, Value, json};
use server::graph_api::{Access, ENDPOINTS, Endpoint, Takes};
use testkit::{House, ORIGIN};

use super::{Client, Said};
use crate::in_each_house;

/// An id that nothing has.
const NOBODY: &str = "11111111-2222-4333-8444-555555555555";

/// A request that fits the endpoint: only rights can be missing.
fn fitting(endpoint: &Endpoint, version: Version, api: &str) -> (Method, String, Option<Value>) {
    let mut path = version.prefix().to_owned();
    for segment in endpoint.pattern.split('/') {
        path.push('/');
        path.push_str(&match segment {
            "{id}" => NOBODY.to_owned(),
            other => other
                .replace(
                    "(roleTemplateId)",
                    "(roleTemplateId='62e90394-69f5-4237-9190-012177145e10')",
                )
                .replace("(appId)", &format!("(appId='{NOBODY}')"))
                .replace(
                    "(challengeTimeoutInMinutes)",
                    "(challengeTimeoutInMinutes=60)",
                )
                .replace(
                    "(includedUserTypes,includedUserRoles)",
                    "(includedUserTypes='all',includedUserRoles='all')",
                ),
        });
    }
    if endpoint.pattern.starts_with("directoryRole") {
        path = path.replacen(NOBODY, "62e90394-69f5-4237-9190-012177145e10", 1);
    }
    let body = match endpoint.takes {
        Takes::Nothing => None,
        Takes::Reference => {
            Some(json!({"@odata.id": format!("{ORIGIN}/v1.0/directoryObjects/{NOBODY}")}))
        }
        Takes::Object(of, mark) => Some(object(of, mark, api)),
        Takes::Picture(_) => Some(json!(super::logos::PICTURE)),
    };
    (endpoint.method.clone(), path, body)
}

/// A body with every property that may be written.
fn object(of: &'static Type, mark: Mark, api: &str) -> Value {
    let properties = of.properties.iter().filter(|property| property.is(mark));
    let members: Map<String, Value> = properties
        .map(|property| {
            let value = match property.name {
                "mailEnabled" => json!(false),
                "groupTypes" => json!([]),
                "signInAudience" => json!("AzureADMyOrg"),
                "userType" => json!("Member"),
                "mail" => json!("a@example.org"),
                "usageLocation" => json!("DE"),
                "preferredLanguage" => json!("de"),
                "consentType" => json!("AllPrincipals"),
                "resourceId" => json!(api),
                "principalId" | "clientId" | "appId" => json!(NOBODY),
                "scope" => json!("User.Read"),
                _ => value_of(property.kind, mark, api),
            };
            (property.name.to_owned(), value)
        })
        .collect();
    Value::Object(members)
}

fn value_of(kind: Kind, mark: Mark, api: &str) -> Value {
    match kind {
        Kind::Text => json!("word"),
        Kind::Guid => json!(NOBODY),
        Kind::Truth => json!(true),
        Kind::Time => json!("2027-01-01T00:00:00Z"),
        Kind::Bytes => json!("AAAA"),
        Kind::Int32 | Kind::Int64 => json!(1),
        Kind::Words(words) | Kind::Flags(words) => json!(words.members[0]),
        Kind::Complex(of) => object(of, mark, api),
        Kind::Open(_) => json!({}),
        Kind::Many(Kind::Complex(_)) => json!([]),
        Kind::Many(kind) => match kind {
            Kind::Text => json!(["https://a.example/"]),
            _ => json!([]),
        },
    }
}

/// Every kind of request, without a token, with a session's cookie instead, and with a token that was given nothing.
#[test]
fn past_mistake_49_every_endpoint_asks_for_rights() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let api = identity::applications::find_own_api(house.identity())
            .await
            .unwrap();
        let api = api.to_string();
        let nobody = Client::without_token(&house);
        let powerless = Client::of(&house, &[]).await;
        for endpoint in ENDPOINTS {
            for version in endpoint.versions.iter().copied() {
                let (method, path, body) = fitting(endpoint, version, &api);
                let told = nobody.ask(method.clone(), &path, body.as_ref()).await;
                assert_eq!(told.header("www-authenticate"), "Bearer");
                told.refused_as(401, "InvalidAuthenticationToken", "token.unusable");

                // The cookies of an administrator, from our own page: still nobody (past mistake 50).
                let mut request = nobody.request(method.clone(), &path, body.as_ref());
                let session = ada.browser.cookie("session").unwrap();
                let cookie = format!("__Host-session={session}; session={session}");
                request
                    .headers_mut()
                    .insert(header::COOKIE, cookie.parse().unwrap());
                request
                    .headers_mut()
                    .insert(header::ORIGIN, ORIGIN.parse().unwrap());
                let told = nobody.send(request).await;
                told.refused_as(401, "InvalidAuthenticationToken", "token.unusable");

                let told = powerless.ask(method.clone(), &path, body.as_ref()).await;
                if endpoint.pattern == "me" || endpoint.pattern.starts_with("me/") {
                    told.refused_as(400, "Request_BadRequest", "graph.me_needs_person");
                } else {
                    let body =
                        told.refused_as(403, "Authorization_RequestDenied", "permission.missing");
                    let message = body["error"]["message"].as_str().unwrap();
                    assert!(
                        message.starts_with("Insufficient privileges"),
                        "{method} {path}"
                    );
                }
            }
        }
    });
}

/// The table of rights and the document agree on what there is.
#[test]
fn every_operation_is_reached_by_an_endpoint_and_told_in_the_document() {
    let reached: BTreeSet<Operation> = ENDPOINTS
        .iter()
        .flat_map(|endpoint| {
            let Access::Operations(operations) = endpoint.access;
            operations.iter().copied()
        })
        .collect();
    // What only a page or the command line does; the API has no words for it.
    let elsewhere = [Operation::MakeLink, Operation::EndSessionsOfPerson];
    for operation in Operation::ALL {
        assert_ne!(
            reached.contains(operation),
            elsewhere.contains(operation),
            "{operation:?}"
        );
    }
    let document = server::graph_api::write_openapi(ORIGIN);
    let told: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|path| path.as_object().unwrap().values())
        .flat_map(|operation| {
            operation["x-claviger-operations"]
                .as_array()
                .unwrap()
                .clone()
        })
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    let expected: BTreeSet<String> = reached.iter().map(|one| format!("{one:?}")).collect();
    assert_eq!(told, expected);
}

/// Nothing of it is for pages of other origins, and nothing that such a page could make a browser send gets in.
#[test]
fn past_mistake_50_no_other_origin_is_answered() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["User.ReadWrite.All"]).await;
        for origin in [
            "https://evil.example",
            "https://login.example.org.evil.example",
            "null",
            ORIGIN,
        ] {
            let mut preflight = client.request(Method::OPTIONS, "/v1.0/users", None);
            let headers = preflight.headers_mut();
            headers.insert(header::ORIGIN, origin.parse().unwrap());
            headers.insert("access-control-request-method", "POST".parse().unwrap());
            headers.insert(
                "access-control-request-headers",
                "authorization".parse().unwrap(),
            );
            let told = client.send(preflight).await;
            assert_eq!(told.status.as_u16(), 405);
            let mut request = client.request(Method::GET, "/v1.0/users", None);
            request
                .headers_mut()
                .insert(header::ORIGIN, origin.parse().unwrap());
            let answer = client.send(request).await;
            for told in [told, answer] {
                let allows = told
                    .headers
                    .keys()
                    .any(|name| name.as_str().starts_with("access-control"));
                assert!(!allows, "{origin}: {:?}", told.headers);
            }
        }
        // A form of another page: its type is none that is read.
        let body = json!({"displayName": "x", "userPrincipalName": "x"});
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
        ] {
            let mut request = client.request(Method::POST, "/v1.0/users", Some(&body));
            request
                .headers_mut()
                .insert(header::CONTENT_TYPE, kind.parse().unwrap());
            client.send(request).await.refused_as(
                415,
                "Request_BadRequest",
                "graph.body_malformed",
            );
        }
    });
}

/// Credential ids are for those who may read them; whoever has none is answered with an empty list.
#[test]
fn past_mistake_25_passkeys_are_listed_for_those_who_may() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.invite(&mut ada, "bob").await;
        let path = format!("/v1.0/users/{}/authentication/fido2Methods", bob.person_id);
        let nobody = Client::without_token(&house);
        nobody
            .get(&path)
            .await
            .refused_as(401, "InvalidAuthenticationToken", "token.unusable");
        let stranger = Client::of(&house, &["User.Read.All"]).await;
        for path in [&path, "/v1.0/users/nobody/authentication/fido2Methods"] {
            stranger.get(path).await.refused_as(
                403,
                "Authorization_RequestDenied",
                "permission.missing",
            );
        }
        let reader = Client::of(&house, &["UserAuthMethod-Passkey.Read.All"]).await;
        assert_eq!(reader.get(&path).await.is(200)["value"], json!([]));
    });
}

/// Removing somebody's passkey takes a permission and, of an application, directory roles of its own (security 11).
#[test]
fn security_11_an_application_removes_passkeys_only_where_its_roles_reach() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let application = house
            .application("desk", &["UserAuthMethod-Passkey.ReadWrite.All"])
            .await;
        let client = Client::with(&house, &house.token(&application).await);
        let listed = client
            .get("/v1.0/users/bob/authentication/fido2Methods")
            .await
            .is(200);
        let id = listed["value"][0]["id"].as_str().unwrap();
        let path = format!("/v1.0/users/bob/authentication/fido2Methods/{id}");
        client.delete(&path).await.refused_as(
            403,
            "Authorization_RequestDenied",
            "role.insufficient",
        );
        let actor = identity::Actor::CommandLine { os_user: "test" };
        let role = identity::roles::Role::AuthenticationAdministrator;
        identity::roles::assign(house.identity(), actor, role, application.principal_id)
            .await
            .unwrap();
        let client = Client::with(&house, &house.token(&application).await);
        let listed = client
            .get("/v1.0/users/ada/authentication/fido2Methods")
            .await
            .is(200);
        let hers = listed["value"][0]["id"].as_str().unwrap();
        let theirs = format!("/v1.0/users/ada/authentication/fido2Methods/{hers}");
        client.delete(&theirs).await.refused_as(
            403,
            "Authorization_RequestDenied",
            "role.insufficient",
        );
        client.delete(&path).await.is(204);
        assert!(!bob.browser.is_signed_in().await);
        let left = client
            .get("/v1.0/users/bob/authentication/fido2Methods")
            .await
            .is(200);
        assert_eq!(left["value"], json!([]));
    });
}

/// Operation, code and who asked, of each record of a refusal, oldest first.
async fn list_refusals(house: &House) -> Vec<(String, String, Option<Id>)> {
    let query = LogQuery {
        from: 0,
        to: i64::MAX,
        after: None,
        forward: true,
        about: None,
        top: 500,
    };
    let keep = |entry: LogEntry| {
        let field = |name| entry.field(name).unwrap_or_default().to_owned();
        let told = (field("operation"), field("code"), entry.subject);
        entry.word.ends_with(".refused").then_some(told)
    };
    let actor = Actor::CommandLine { os_user: "test" };
    let page = logs::list(house.identity(), actor, Log::Audit, &query, keep).await;
    page.unwrap().entries
}

#[test]
fn what_the_api_refuses_is_on_record_once_a_minute() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let application = house.application("tool", &["User.ReadBasic.All"]).await;
        let client = Client::with(&house, &house.token(&application).await);
        let denied = "Authorization_RequestDenied";
        for _ in 0..3 {
            for (path, code) in [
                ("/v1.0/groups", "permission.missing"),
                ("/beta/auditLogs/signIns?$top=1", "permission.missing"),
                (
                    "/v1.0/users?$filter=accountEnabled%20eq%20true",
                    "list.column_hidden",
                ),
            ] {
                client.get(path).await.refused_as(403, denied, code);
            }
        }
        // Nothing is told of what was allowed, of what isn't there, and of what is malformed.
        client.get("/v1.0/users?$top=1").await.is(200);
        client.get("/v1.0/users/nobody").await.is(404);
        client.get("/v1.0/users?$filter=x").await.is(400);
        let told = |operation: &str, code: &str| {
            let by = Some(application.principal_id);
            (operation.to_owned(), code.to_owned(), by)
        };
        let mut expected = vec![
            told("ListGroups", "permission.missing"),
            told("ReadLogs", "permission.missing"),
            told("ListPeople", "list.column_hidden"),
        ];
        assert_eq!(list_refusals(&house).await, expected);
        // A change that is refused while its object is looked up is told once, too.
        house.advance(identity::MINUTE);
        let path = format!("/v1.0/applications/{NOBODY}");
        client
            .delete(&path)
            .await
            .refused_as(403, denied, "permission.missing");
        client.get("/v1.0/groups").await.is(403);
        let all = list_refusals(&house).await;
        assert_eq!(all.len(), 5, "{all:?}");
        expected.push(all[3].clone());
        expected.push(told("ListGroups", "permission.missing"));
        assert_eq!(all, expected);
        assert_eq!(
            (all[3].1.as_str(), all[3].2),
            ("permission.missing", Some(application.principal_id))
        );
    });
}

/// A change that is refused before a use case sees it is recorded like one that a use case refuses: once.
#[test]
fn a_change_that_can_not_be_read_is_on_record() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let permissions = ["User.ReadWrite.All", "Group.ReadWrite.All"];
        let application = house.application("tool", &permissions).await;
        let client = Client::with(&house, &house.token(&application).await);
        let mut expected = Vec::new();
        let person = format!("/v1.0/users/{NOBODY}");
        let members = format!("/v1.0/groups/{NOBODY}/members");
        let missing = "directory.object_missing";
        for (method, path, body, status, operation, code) in [
            (
                Method::POST,
                "/v1.0/users",
                json!({"displayName": 1}),
                400,
                "AddPerson",
                "graph.property_type",
            ),
            (
                Method::POST,
                "/v1.0/users",
                json!({"shoeSize": 1}),
                400,
                "AddPerson",
                "graph.property_unknown",
            ),
            (
                Method::POST,
                "/beta/groups",
                json!([]),
                400,
                "AddGroup",
                "graph.body_malformed",
            ),
            (
                Method::PATCH,
                &person,
                json!({"id": NOBODY}),
                400,
                "ChangePerson",
                "graph.property_read_only",
            ),
            (
                Method::PATCH,
                &person,
                json!({"jobTitle": "x"}),
                404,
                "ChangePerson",
                "user.missing",
            ),
            (
                Method::PATCH,
                "/v1.0/groups/x",
                json!({"description": "x"}),
                404,
                "ChangeGroup",
                missing,
            ),
            (
                Method::POST,
                &format!("{members}/$ref"),
                json!({"@odata.id": "x"}),
                400,
                "ChangeMembers",
                "graph.property_type",
            ),
            (
                Method::DELETE,
                &format!("{members}/x/$ref"),
                Value::Null,
                404,
                "ChangeMembers",
                missing,
            ),
        ] {
            let body = Some(&body).filter(|body| !body.is_null());
            client.ask(method, path, body).await.is(status);
            let by = Some(application.principal_id);
            expected.push((operation.to_owned(), code.to_owned(), by));
            assert_eq!(list_refusals(&house).await, expected);
        }
        let mut form = client.request(Method::POST, "/v1.0/users", Some(&json!({})));
        let kind = "text/plain".parse().unwrap();
        form.headers_mut().insert(header::CONTENT_TYPE, kind);
        client.send(form).await.is(415);
        let mut heavy = client.request(Method::POST, "/v1.0/users", Some(&json!({})));
        *heavy.body_mut() = axum::body::Body::from(vec![b' '; 70_000]);
        client.send(heavy).await.is(413);
        let all = list_refusals(&house).await;
        let codes: Vec<&str> = all[expected.len()..]
            .iter()
            .map(|it| it.1.as_str())
            .collect();
        assert_eq!(codes, ["graph.body_malformed", "request.too_large"]);
        // Whoever has no token writes nothing, and looking for what is not there is nothing to tell.
        let nobody = Client::without_token(&house);
        nobody
            .post("/v1.0/users", &json!({"displayName": 1}))
            .await
            .is(401);
        client.get(&person).await.is(404);
        assert_eq!(list_refusals(&house).await, all);
    });
}
