//! Connectors: programs that bring people and groups by SCIM (security 35).

use axum::body::Body;
use axum::http::{Method, Request, header};
use identity::groups::{self, NewGroup, members};
use identity::people::{self, NewRecord};
use identity::roles::{self, Role};
use identity::{Actor, HOUR, Id, connectors};
use serde_json::{Value, json};
use testkit::{Answer, Browser, House};

use crate::{at_once, in_each_house};

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };
const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// A program that connects.
#[derive(Clone)]
struct Source {
    browser: Browser,
    token: String,
}

async fn connect(house: &House, name: &str) -> Source {
    let token = connectors::add(house.identity(), "test", name)
        .await
        .unwrap();
    Source {
        browser: house.browser(),
        token,
    }
}

impl Source {
    async fn ask(&self, method: Method, path: &str, body: Value) -> Answer {
        self.ask_if(method, path, body, &[]).await
    }

    async fn ask_if(
        &self,
        method: Method,
        path: &str,
        body: Value,
        headers: &[(header::HeaderName, &str)],
    ) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .header(header::HOST, testkit::ORIGIN.trim_start_matches("https://"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(header::CONTENT_TYPE, "application/scim+json");
        let request = headers.iter().fold(request, |request, (name, value)| {
            request.header(name, *value)
        });
        let body = match body {
            Value::Null => Body::empty(),
            body => Body::from(body.to_string()),
        };
        self.browser.send_program(request.body(body).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, Value::Null).await
    }

    async fn made(&self, path: &str, body: Value) -> Value {
        let answer = self.ask(Method::POST, path, body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    async fn person(&self, name: &str) -> Value {
        let person = json!({"schemas": [USER], "userName": name, "externalId": format!("x-{name}"),
            "name": {"givenName": name, "familyName": "Smith"}, "emails": [{"value": format!("{name}@example.org"), "type": "work", "primary": true}]});
        self.made("/Users", person).await
    }

    async fn patch(&self, path: &str, operations: Value) -> Answer {
        let body = json!({"schemas": [PATCH], "Operations": operations});
        self.ask(Method::PATCH, path, body).await
    }

    async fn total(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path} {}", answer.text());
        answer.json()["totalResults"].clone()
    }
}

#[track_caller]
fn refused(answer: &Answer, status: u16, scim_type: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    assert_eq!(answer.header("content-type"), "application/scim+json");
    let body = answer.json();
    assert_eq!(body["status"], status.to_string());
    assert_eq!(
        body["scimType"].as_str().unwrap_or_default(),
        scim_type,
        "{body}"
    );
}

fn id(of: &Value) -> String {
    of["id"].as_str().unwrap().to_owned()
}

fn at(kind: &str, of: &Value) -> String {
    format!("/{kind}/{}", id(of))
}

#[test]
fn a_person_is_made_read_changed_and_deleted() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let source = connect(&house, "HR").await;
        let bob = source.person("bob").await;
        assert_eq!(bob["displayName"], "bob Smith");
        assert_eq!(bob["active"], true);
        let path = at("Users", &bob);
        let read = source.get(&path).await;
        let tag = read.header("etag").to_owned();
        assert_eq!(read.ok(), bob);
        assert_eq!(bob["meta"]["version"], tag.as_str());
        let known = source
            .ask_if(
                Method::GET,
                &path,
                Value::Null,
                &[(header::IF_NONE_MATCH, &tag)],
            )
            .await;
        assert_eq!(known.status, 304);
        let whole = json!({"schemas": [USER], "userName": "bob", "displayName": "Bob", "active": true, "title": "Clerk"});
        let put = source
            .ask_if(
                Method::PUT,
                &path,
                whole.clone(),
                &[(header::IF_MATCH, &tag)],
            )
            .await
            .ok();
        assert_eq!(
            (&put["title"], put.get("emails"), put.get("externalId")),
            (&json!("Clerk"), None, None)
        );
        refused(
            &source
                .ask_if(Method::PUT, &path, whole, &[(header::IF_MATCH, &tag)])
                .await,
            412,
            "",
        );
        for wrong in ["W/\"x\"", "", "\u{e4}"] {
            refused(
                &source
                    .ask_if(
                        Method::DELETE,
                        &path,
                        Value::Null,
                        &[(header::IF_MATCH, wrong)],
                    )
                    .await,
                412,
                "",
            );
        }
        assert_eq!(
            source.ask(Method::DELETE, &path, Value::Null).await.status,
            204
        );
        refused(&source.get(&path).await, 404, "");
        refused(
            &source.ask(Method::DELETE, &path, Value::Null).await,
            404,
            "",
        );
        assert_eq!(source.total("/Users").await, 0);
        // Who was deleted can be restored, so the name is free only when they are gone for good.
        let again = json!({"schemas": [USER], "userName": "bob"});
        let taken = source.ask(Method::POST, "/Users", again.clone()).await;
        refused(&taken, 409, "uniqueness");
        let gone = Id::parse(&id(&bob)).unwrap();
        people::erase(house.identity(), COMMAND_LINE, gone)
            .await
            .unwrap();
        assert_ne!(source.made("/Users", again).await["id"], bob["id"]);
    });
}

#[test]
fn changes_as_entra_and_okta_send_them() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let source = connect(&house, "Entra").await;
        let bob = source.person("bob").await;
        let boss = source.person("boss").await;
        let path = at("Users", &bob);
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let changed = source.patch(&path, json!([
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "robert@example.org"},
            {"op": "Add", "path": format!("{urn}:manager"), "value": id(&boss)},
            {"op": "Replace", "value": {"displayName": "Robert", "name.givenName": "Robert", (format!("{urn}:department")): "Sales"}},
            {"op": "Replace", "path": "active", "value": "False"},
        ])).await.ok();
        assert_eq!(changed["emails"][0]["value"], "robert@example.org");
        assert_eq!(
            changed["name"],
            json!({"givenName": "Robert", "familyName": "Smith"})
        );
        assert_eq!(changed[urn]["department"], "Sales");
        assert_eq!(changed[urn]["manager"]["value"], boss["id"]);
        assert_eq!(changed["active"], false);
        assert!(!house.find("bob").await.enabled);
        for (operations, kind) in [
            (
                json!([{"op": "replace", "path": "id", "value": "x"}]),
                "mutability",
            ),
            (
                json!([{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "x@y"}]),
                "noTarget",
            ),
            (
                json!([{"op": "replace", "path": "nothing", "value": "x"}]),
                "invalidPath",
            ),
            (
                json!([{"op": "replace", "path": "userName", "value": "a b"}]),
                "invalidValue",
            ),
            (
                json!([{"op": "replace", "path": format!("{urn}:manager"), "value": Id([9; 16]).to_string()}]),
                "invalidValue",
            ),
        ] {
            // Of a request that is refused nothing counts.
            let mut all = vec![json!({"op": "replace", "path": "title", "value": "Changed"})];
            all.extend(operations.as_array().unwrap().clone());
            refused(&source.patch(&path, json!(all)).await, 400, kind);
            assert!(source.get(&path).await.ok().get("title").is_none());
        }
    });
}

#[test]
fn members_come_and_go() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let source = connect(&house, "HR").await;
        let (bob, eve) = (source.person("bob").await, source.person("eve").await);
        let team = source.made("/Groups", json!({"schemas": [GROUP], "displayName": "Team", "members": [{"value": id(&bob)}]})).await;
        let path = at("Groups", &team);
        assert_eq!(team["members"][0]["value"], bob["id"]);
        let added = source
            .patch(
                &path,
                json!([{"op": "Add", "path": "members", "value": [{"value": id(&eve)}]}]),
            )
            .await
            .ok();
        assert_eq!(added["members"].as_array().unwrap().len(), 2);
        assert_ne!(added["meta"]["version"], team["meta"]["version"]);
        assert_eq!(
            source
                .total(&format!(
                    "/Groups?filter=members%5Bvalue%20eq%20%22{}%22%5D&attributes=id",
                    id(&eve)
                ))
                .await,
            1
        );
        for _ in 0..2 {
            let path_of_eve = format!("members[value eq \"{}\"]", id(&eve));
            let left = source
                .patch(&path, json!([{"op": "Remove", "path": path_of_eve}]))
                .await
                .ok();
            assert_eq!(left["members"].as_array().unwrap().len(), 1);
        }
        let slim = source
            .get(&format!("{path}?excludedAttributes=members"))
            .await
            .ok();
        assert!(slim.get("members").is_none());
        // Whom it did not make is nobody, and nothing is changed.
        let ada = house.find("ada").await.person_id.to_string();
        let both = json!([{"op": "add", "path": "members", "value": [{"value": id(&eve)}, {"value": ada}]}]);
        refused(&source.patch(&path, both).await, 400, "invalidValue");
        assert_eq!(
            source.get(&path).await.ok()["members"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
    });
}

#[test]
fn a_connector_sees_and_changes_only_what_it_made() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let (source, other) = (connect(&house, "HR").await, connect(&house, "Other").await);
        let bob = source.person("bob").await;
        let others = house.find("ada").await.person_id.to_string();
        let path = at("Users", &bob);
        for (who, path) in [
            (&other, path.as_str()),
            (&source, &format!("/Users/{others}")),
            (&source, "/Users/x"),
        ] {
            refused(&who.get(path).await, 404, "");
            refused(&who.ask(Method::DELETE, path, Value::Null).await, 404, "");
            refused(
                &who.patch(
                    path,
                    json!([{"op": "replace", "path": "active", "value": false}]),
                )
                .await,
                404,
                "",
            );
            let whole = json!({"schemas": [USER], "userName": "mine"});
            refused(&who.ask(Method::PUT, path, whole).await, 404, "");
        }
        assert_eq!(other.total("/Users").await, 0);
        assert_eq!(
            other.total("/Users?filter=userName%20eq%20%22bob%22").await,
            0
        );
        for name in ["ada", "ADA", "\u{430}d\u{430}", "bob"] {
            let taken = other
                .ask(
                    Method::POST,
                    "/Users",
                    json!({"schemas": [USER], "userName": name}),
                )
                .await;
            refused(&taken, 409, "uniqueness");
        }
        // The same address is nobody's name: somebody new.
        let same = json!({"schemas": [USER], "userName": "robert", "emails": [{"value": "bob@example.org"}]});
        assert_ne!(other.made("/Users", same).await["id"], bob["id"]);
        assert!(house.find("ada").await.enabled && house.find("bob").await.enabled);
        drop(ada);
    });
}

#[test]
fn privilege_is_out_of_reach() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let identity = house.identity();
        let source = connect(&house, "HR").await;
        let (bob, eve) = (source.person("bob").await, source.person("eve").await);
        let path = at("Users", &bob);
        let person = Id::parse(&id(&bob)).unwrap();
        roles::assign(identity, COMMAND_LINE, Role::GlobalAdministrator, person)
            .await
            .unwrap();
        refused(&source.patch(&path, json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x@evil.example"}])).await, 403, "");
        refused(
            &source
                .patch(
                    &path,
                    json!([{"op": "replace", "value": {"active": false, "displayName": "X"}}]),
                )
                .await,
            403,
            "",
        );
        assert_eq!(
            source
                .patch(
                    &path,
                    json!([{"op": "replace", "path": "active", "value": false}])
                )
                .await
                .ok()["active"],
            false
        );
        refused(
            &source
                .patch(
                    &path,
                    json!([{"op": "replace", "path": "active", "value": true}]),
                )
                .await,
            403,
            "",
        );
        // A group that confers something refuses members, whoever made it.
        let team = source
            .made(
                "/Groups",
                json!({"schemas": [GROUP], "displayName": "Team"}),
            )
            .await;
        let group = Id::parse(&id(&team)).unwrap();
        let admins = NewGroup {
            display_name: "Admins".to_owned(),
            role_assignable: true,
            ..NewGroup::default()
        };
        let admins = groups::create(identity, COMMAND_LINE, &admins)
            .await
            .unwrap()
            .group_id;
        members::add(identity, COMMAND_LINE, admins, group)
            .await
            .unwrap();
        let join = json!([{"op": "add", "path": "members", "value": [{"value": id(&eve)}]}]);
        refused(
            &source.patch(&at("Groups", &team), join.clone()).await,
            403,
            "",
        );
        refused(
            &source.patch(&format!("/Groups/{admins}"), join).await,
            404,
            "",
        );
        assert_eq!(
            members::count(identity, COMMAND_LINE, group, identity::Depth::Direct)
                .await
                .unwrap(),
            0
        );
    });
}

#[test]
fn a_token_works_until_it_is_replaced_or_its_connector_removed() {
    in_each_house(async |mut house| {
        house.administrator("ada").await;
        let node = house.add_node().await;
        let source = connect(&house, "HR").await;
        let bob = source.person("bob").await;
        let elsewhere = Source {
            browser: house.browser_at(node),
            token: source.token.clone(),
        };
        assert_eq!(elsewhere.get(&at("Users", &bob)).await.ok(), bob);
        let identity = house.identity();
        let token = connectors::rotate(identity, "test", "hr").await.unwrap();
        let next = Source {
            browser: house.browser(),
            token,
        };
        assert_eq!(
            (source.total("/Users").await, next.total("/Users").await),
            (json!(1), json!(1))
        );
        house.advance(24 * HOUR);
        refused(&source.get("/Users").await, 401, "");
        assert_eq!(next.total("/Users").await, 1);
        let listed = connectors::list(house.identity()).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(
            (listed[0].people, listed[0].used_at),
            (1, Some(house.now()))
        );
        connectors::remove(house.identity(), "test", "HR")
            .await
            .unwrap();
        let elsewhere = Source {
            browser: house.browser_at(node),
            token: next.token.clone(),
        };
        for gone in [
            &next,
            &elsewhere,
            &Source {
                token: String::new(),
                ..next.clone()
            },
            &Source {
                token: "claviger_scim_x".to_owned(),
                ..next.clone()
            },
        ] {
            let answer = gone.get("/Users").await;
            assert_eq!(answer.header("www-authenticate"), "Bearer");
            refused(&answer, 401, "");
        }
        assert!(!house.holds(&next.token) && !house.holds(&source.token));
        // What it made stays, and is nobody's: not even of another connector of that name.
        let again = connect(&house, "HR").await;
        refused(&again.get(&at("Users", &bob)).await, 404, "");
        assert!(house.find("bob").await.enabled);
        let taken = connectors::add(house.identity(), "test", " hR ")
            .await
            .unwrap_err();
        assert_eq!(taken.code.id, "connector.name_taken");
    });
}

#[test]
fn lists_are_filtered_sorted_and_paged() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let source = connect(&house, "HR").await;
        for name in ["carol", "bob", "dave", "eve"] {
            source.person(name).await;
        }
        let encode = |filter: &str| {
            filter
                .replace(' ', "%20")
                .replace('"', "%22")
                .replace('[', "%5B")
                .replace(']', "%5D")
        };
        for (filter, count) in [
            ("userName eq \"BOB\"", 1),
            ("externalId eq \"x-bob\"", 1),
            ("externalId eq \"X-bob\"", 0),
            (
                "emails[type eq \"work\" and value eq \"bob@example.org\"]",
                1,
            ),
            (
                "emails.value ew \"@example.org\" and not (userName sw \"b\")",
                3,
            ),
            ("userName eq \"bob\" or userName eq \"eve\"", 2),
            ("displayName co \"smith\" and active eq true", 4),
            ("title pr", 0),
            ("id eq \"x\"", 0),
        ] {
            assert_eq!(
                source
                    .total(&format!("/Users?filter={}", encode(filter)))
                    .await,
                count,
                "{filter}"
            );
        }
        let names = async |path: &str| {
            let body = source.get(path).await.ok();
            let found = body["Resources"].as_array().unwrap().clone();
            let names: Vec<String> = found
                .iter()
                .map(|one| one["userName"].as_str().unwrap().to_owned())
                .collect();
            (body["totalResults"].clone(), names)
        };
        let (total, page) = names("/Users?sortBy=userName&startIndex=2&count=2").await;
        assert_eq!(
            (total, page),
            (json!(4), vec!["carol".to_owned(), "dave".to_owned()])
        );
        let (_, page) = names("/Users?sortBy=userName&sortOrder=descending&count=1").await;
        assert_eq!(page, ["eve"]);
        let (total, first) = names("/Users?count=3").await;
        let (_, second) = names("/Users?startIndex=4&count=3").await;
        assert_eq!((total, first.len(), second.len()), (json!(4), 3, 1));
        assert!(!first.contains(&second[0]));
        let (total, none) = names("/Users?count=0").await;
        assert_eq!((total, none.len()), (json!(4), 0));
        let search = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "userName eq \"bob\"", "attributes": ["userName"]});
        for path in ["/.search", "/Users/.search"] {
            let found = source.ask(Method::POST, path, search.clone()).await.ok();
            assert_eq!(found["totalResults"], 1);
            assert_eq!(found["Resources"][0].as_object().unwrap().len(), 3);
        }
    });
}

#[test]
fn bulk_requests_refer_to_what_they_make() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let source = connect(&house, "HR").await;
        let send = async |operations: Value, fail_on: i64| {
            let body =
                json!({"schemas": [BULK], "failOnErrors": fail_on, "Operations": operations});
            source.ask(Method::POST, "/Bulk", body).await
        };
        let group = json!({"method": "POST", "path": "/Groups", "bulkId": "g", "data": {"schemas": [GROUP], "displayName": "G", "members": [{"value": "bulkId:u"}]}});
        let user = json!({"method": "POST", "path": "/Users", "bulkId": "u", "data": {"schemas": [USER], "userName": "bob"}});
        let done = send(json!([group, user, {"method": "PATCH", "path": "/Users/bulkId:u", "data": {"schemas": [PATCH], "Operations": [{"op": "add", "path": "title", "value": "T"}]}}]), 0).await.ok();
        let statuses: Vec<&Value> = done["Operations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["status"])
            .collect();
        assert_eq!(statuses, ["201", "201", "200"]);
        let made = source.get("/Groups").await.ok();
        assert_eq!(made["Resources"][0]["members"].as_array().unwrap().len(), 1);
        let taken = json!({"method": "POST", "path": "/Users", "bulkId": "t", "data": {"schemas": [USER], "userName": "bob"}});
        let loose = json!({"method": "POST", "path": "/Groups", "bulkId": "l", "data": {"schemas": [GROUP], "displayName": "L", "members": [{"value": "bulkId:l"}]}});
        let done = send(json!([taken, loose]), 0).await.ok();
        assert_eq!(done["Operations"][0]["response"]["scimType"], "uniqueness");
        assert_eq!(done["Operations"][1]["status"], "409");
        let done = send(json!([taken, {"method": "POST", "path": "/Users", "bulkId": "n", "data": {"schemas": [USER], "userName": "never"}}]), 1).await.ok();
        assert_eq!(done["Operations"].as_array().unwrap().len(), 1);
        assert_eq!(source.total("/Users").await, 1);
        let nested = json!({"method": "POST", "path": "/Bulk", "bulkId": "b", "data": {}});
        refused(&send(json!([nested]), 0).await, 400, "invalidSyntax");
        let many: Vec<Value> = (0..201)
            .map(|_| json!({"method": "DELETE", "path": "/Users/x"}))
            .collect();
        refused(&send(json!(many), 0).await, 413, "");
    });
}

#[test]
fn of_two_in_parallel_each_counts_or_is_refused() {
    in_each_house(async |mut house| {
        house.administrator("ada").await;
        let node = house.add_node().await;
        let source = connect(&house, "HR").await;
        let elsewhere = Source {
            browser: house.browser_at(node),
            token: source.token.clone(),
        };
        let make = |source: Source| async move {
            source
                .ask(
                    Method::POST,
                    "/Users",
                    json!({"schemas": [USER], "userName": "bob"}),
                )
                .await
                .status
                .as_u16()
        };
        let mut statuses = at_once(vec![make(source.clone()), make(elsewhere.clone())]).await;
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
        let bob = source.get("/Users").await.ok()["Resources"][0].clone();
        let change = |source: Source, path: String, name: &'static str| async move {
            source
                .patch(&path, json!([{"op": "add", "path": name, "value": "x"}]))
                .await
                .status
                .as_u16()
        };
        let path = at("Users", &bob);
        let both = vec![
            change(source.clone(), path.clone(), "title"),
            change(elsewhere, path.clone(), "name.givenName"),
        ];
        assert_eq!(at_once(both).await, [200, 200]);
        let bob = source.get(&path).await.ok();
        assert_eq!(
            (&bob["title"], &bob["name"]["givenName"]),
            (&json!("x"), &json!("x"))
        );
    });
}

/// Past mistake 39: unbounded recursion in a filter, before and after authentication, and bodies without bound.
#[test]
fn past_mistake_39_deep_filters_wrong_paths_and_huge_bodies_are_refused() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let source = connect(&house, "HR").await;
        let deep = "(".repeat(3_000);
        let not = "not%20(".repeat(800);
        for filter in [
            format!("{deep}title%20pr"),
            format!("{not}title%20pr"),
            "title%20eq".to_owned(),
            "emails%5Btype".to_owned(),
        ] {
            refused(
                &source.get(&format!("/Users?filter={filter}")).await,
                400,
                "invalidFilter",
            );
        }
        let nested = format!("{}1{}", "[".repeat(5_000), "]".repeat(5_000));
        let body = format!("{{\"schemas\":[\"{USER}\"],\"userName\":{nested}}}");
        let request = |body: String, kind: &str| {
            Request::post("/scim/v2/Users")
                .header(header::HOST, testkit::ORIGIN.trim_start_matches("https://"))
                .header(header::AUTHORIZATION, format!("Bearer {}", source.token))
                .header(header::CONTENT_TYPE, kind)
                .body(Body::from(body))
                .unwrap()
        };
        let send =
            async |body: String, kind: &str| source.browser.send_program(request(body, kind)).await;
        refused(
            &send(body, "application/scim+json").await,
            400,
            "invalidSyntax",
        );
        refused(
            &send("x".repeat(1024 * 1024 + 1), "application/scim+json").await,
            413,
            "",
        );
        refused(
            &send("{}".to_owned(), "text/plain").await,
            415,
            "invalidSyntax",
        );
        refused(
            &send(String::new(), "application/scim+json").await,
            400,
            "invalidSyntax",
        );
        for path in ["", "/Nothing", "/Users/x/y", "/Me", "/Schemas/x"] {
            let answer = source.get(path).await;
            assert!(
                [200, 404].contains(&answer.status.as_u16())
                    && (answer.status == 404 || path.is_empty()),
                "{path}"
            );
        }
        assert_eq!(
            source
                .ask(Method::POST, "/Schemas", Value::Null)
                .await
                .status,
            405
        );
        let nobody = people::create(
            house.identity(),
            COMMAND_LINE,
            &NewRecord::named("still", "Works"),
        )
        .await;
        assert!(nobody.is_ok());
    });
}
