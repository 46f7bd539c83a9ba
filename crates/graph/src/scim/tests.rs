use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{Filter, PATCH_OP, Patch, Problem, RESOURCE_TYPES, ResourceType, Selection, read};

fn user() -> &'static ResourceType {
    &RESOURCE_TYPES[0]
}

fn group() -> &'static ResourceType {
    &RESOURCE_TYPES[1]
}

fn ada() -> Map<String, Value> {
    let ada = json!({
        "id": "2819c223-7f76-453a-919d-413861904646",
        "userName": "ada@example.org", "displayName": "Ada Lovelace", "active": true,
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"value": "ada@example.org", "type": "work", "primary": true}],
        "meta": {"created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-02T00:00:00.5Z"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Analysis"},
    });
    ada.as_object().cloned().unwrap()
}

fn passes(filter: &str) -> bool {
    Filter::parse(user(), filter).unwrap().holds(&ada())
}

#[test]
fn filters_of_the_standard_hold_by_what_they_say() {
    for filter in [
        "userName eq \"ADA@example.org\"",
        "UserName Eq \"ada@example.org\"",
        "name.familyName co \"velac\"",
        "urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"A\"",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"analysis\"",
        "emails[type eq \"work\" and value co \"@example.org\"]",
        "emails.type eq \"work\"",
        "emails co \"example\"",
        "active eq true and not (title pr)",
        "active eq \"True\"",
        "(active eq True)",
        "title eq null",
        "title ne \"x\" and displayName ew \"lace\"",
        "meta.lastModified gt \"2026-01-01T23:59:59+00:00\" and meta.created le \"2026-01-01T00:00:00Z\"",
        "title pr or userName ge \"ada\" and userName lt \"adb\"",
        "id eq \"2819c223-7f76-453a-919d-413861904646\"",
    ] {
        assert!(passes(filter), "{filter}");
    }
    for filter in [
        "title pr",
        "emails[type eq \"home\"]",
        "not (active eq true)",
        "id eq \"2819C223-7F76-453A-919D-413861904646\"",
        "title pr and (active eq true or active eq false)",
        "externalId pr",
    ] {
        assert!(!passes(filter), "{filter}");
    }
}

#[test]
fn unfit_filters_are_refused() {
    let deep = format!("{}title pr{}", "(".repeat(30), ")".repeat(30));
    let deeper = format!("{}title pr", "not (".repeat(2_000));
    let many = ["title pr"; 300].join(" or ");
    let long = format!("title eq \"{}\"", "x".repeat(9_000));
    for filter in [
        "",
        " ",
        "title",
        "title eq",
        "title eq x",
        "title is \"x\"",
        "nothing eq \"x\"",
        "title pr pr",
        "(title pr",
        "title pr)",
        "active gt true",
        "active eq \"x\"",
        "title eq 5",
        "emails[type eq \"x\"].value pr",
        "title[type pr]",
        "emails[type pr",
        "meta.created gt \"x\"",
        "title eq [\"x\"]",
        "password sw \"a\"",
        &deep,
        &deeper,
        &many,
        &long,
    ] {
        let refused = Filter::parse(user(), filter).unwrap_err();
        assert!(matches!(refused, Problem::InvalidFilter(_)), "{filter:.60}");
    }
}

fn patch(of: &'static ResourceType, operations: &Value) -> Result<Patch, Problem> {
    Patch::read(
        of,
        &json!({"schemas": [PATCH_OP], "Operations": operations}),
    )
}

fn patched(operations: &Value) -> Result<Value, Problem> {
    let mut resource = ada();
    patch(user(), operations)?.apply(&mut resource)?;
    Ok(Value::Object(resource))
}

#[test]
fn changes_follow_their_paths() {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let done = patched(&json!([
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "replace", "value": {"displayName": "A", "name.givenName": "Augusta", "id": "x", "nothing": 1}},
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "a@example.org"},
        {"op": "Add", "path": "phoneNumbers[type eq \"mobile\"].value", "value": "1"},
        {"op": "add", "path": format!("{urn}:manager"), "value": "m"},
        {"op": "add", "value": {(format!("{urn}:employeeNumber")): "7", (urn): {"organization": "O"}}},
        {"op": "remove", "path": format!("{urn}:department")},
    ]))
    .unwrap();
    assert_eq!(done["active"], json!(false));
    assert_eq!(done["displayName"], json!("A"));
    assert_eq!(done["id"], ada()["id"]);
    assert_eq!(
        done["name"],
        json!({"givenName": "Augusta", "familyName": "Lovelace"})
    );
    assert_eq!(done["emails"][0]["value"], json!("a@example.org"));
    assert_eq!(
        done["phoneNumbers"],
        json!([{"type": "mobile", "value": "1"}])
    );
    assert_eq!(
        done[urn],
        json!({"manager": {"value": "m"}, "employeeNumber": "7", "organization": "O"})
    );
    let removed = patched(&json!([
        {"op": "remove", "path": "emails[type eq \"work\"]"}, {"op": "remove", "path": urn}, {"op": "remove", "path": "name"},
    ]));
    let removed = removed.unwrap();
    assert!(
        removed.get("emails").is_none()
            && removed.get(urn).is_none()
            && removed.get("name").is_none()
    );
}

#[test]
fn members_come_and_go_as_connectors_write_it() {
    let mut resource = json!({"displayName": "G"}).as_object().cloned().unwrap();
    let mut change = |operations: Value| {
        patch(group(), &operations)
            .unwrap()
            .apply(&mut resource)
            .unwrap();
        let members = resource.get("members").and_then(Value::as_array);
        let ids = members
            .into_iter()
            .flatten()
            .map(|it| it["value"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let add = json!([{"op": "Add", "path": "members", "value": [{"value": "a"}, {"value": "b"}, {"value": "a"}]}]);
    assert_eq!(change(add), ["a", "b"]);
    assert_eq!(
        change(json!([{"op": "remove", "path": "members[value eq \"a\"]"}])),
        ["b"]
    );
    assert_eq!(
        change(json!([{"op": "remove", "path": "members[value eq \"a\"]"}])),
        ["b"]
    );
    assert_eq!(
        change(json!([{"op": "Remove", "path": "members", "value": [{"value": "b"}]}])),
        [""; 0]
    );
    assert_eq!(
        change(json!([{"op": "replace", "path": "members", "value": [{"value": "c"}]}])),
        ["c"]
    );
    assert_eq!(
        change(json!([{"op": "remove", "path": "members"}])),
        [""; 0]
    );
}

#[test]
fn unfit_changes_are_refused_by_what_is_wrong() {
    let deep = format!("emails[{}type pr", "(".repeat(5_000));
    for (operations, problem) in [
        (
            json!([{"op": "replace", "path": "id", "value": "x"}]),
            "mutability",
        ),
        (
            json!([{"op": "replace", "path": "meta.version", "value": "x"}]),
            "mutability",
        ),
        (json!([{"op": "remove", "path": "userName"}]), "mutability"),
        (json!([{"op": "remove"}]), "noTarget"),
        (
            json!([{"op": "replace", "path": "emails[type eq \"home\"].value", "value": "x"}]),
            "noTarget",
        ),
        (
            json!([{"op": "add", "path": "nothing", "value": "x"}]),
            "invalidPath",
        ),
        (
            json!([{"op": "add", "path": "title[type eq \"x\"]", "value": "x"}]),
            "invalidPath",
        ),
        (
            json!([{"op": "add", "path": "emails[type eq \"x\"].nothing", "value": "x"}]),
            "invalidPath",
        ),
        (
            json!([{"op": "add", "path": "title x", "value": "x"}]),
            "invalidPath",
        ),
        (
            json!([{"op": "add", "path": deep, "value": "x"}]),
            "invalidFilter",
        ),
        (
            json!([{"op": "add", "path": "active", "value": "x"}]),
            "invalidValue",
        ),
        (
            json!([{"op": "add", "path": "title", "value": 5}]),
            "invalidValue",
        ),
        (
            json!([{"op": "replace", "path": "userName", "value": null}]),
            "invalidValue",
        ),
        (json!([{"op": "add", "path": "title"}]), "invalidValue"),
        (json!([{"op": "move", "path": "title"}]), "invalidSyntax"),
        (json!([]), "invalidSyntax"),
        (json!({}), "invalidSyntax"),
    ] {
        let refused = patched(&operations).unwrap_err();
        assert_eq!(refused.scim_type(), problem, "{operations:.80}");
    }
}

#[test]
fn what_is_shown_is_what_was_asked_for() {
    let show = |only: &str, without: &str| {
        Selection::of(user(), only.split(','), without.split(',')).show(&ada())
    };
    let keys = |value: &Value| {
        let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
        // Whether maps keep their order is for whoever builds with other crates.
        keys.sort();
        keys
    };
    assert_eq!(
        keys(&show("username, name.GIVENNAME", "")),
        ["id", "name", "schemas", "userName"]
    );
    assert_eq!(
        show("name.givenName", "")["name"],
        json!({"givenName": "Ada"})
    );
    let without = show(
        "",
        "emails,urn:ietf:params:scim:schemas:extension:enterprise:2.0:User,name.familyName,id",
    );
    assert_eq!(
        keys(&without),
        [
            "active",
            "displayName",
            "id",
            "meta",
            "name",
            "schemas",
            "userName"
        ]
    );
    assert_eq!(without["name"], json!({"givenName": "Ada"}));
    assert!(show("", "")["emails"][0].get("primary").is_none());
}

#[test]
fn a_body_is_read_in_any_case_and_without_what_is_the_servers() {
    let body = json!({
        "Schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "USERNAME": "ada", "id": "x", "password": "secret",
        "emails": {"value": "a@b"}, "title": "", "name": {"GivenName": "Ada", "middleName": "x"},
    });
    let read_body = Value::Object(read(user(), &body).unwrap());
    assert_eq!(
        read_body,
        json!({"userName": "ada", "emails": [{"value": "a@b"}], "name": {"givenName": "Ada"}})
    );
    for body in [
        json!(null),
        json!([]),
        json!({"userName": "x"}),
        json!({"schemas": ["x"]}),
    ] {
        assert_eq!(
            read(user(), &body).unwrap_err().scim_type(),
            "invalidSyntax"
        );
    }
}

proptest! {
    /// Whatever comes: an answer or a reason, never more.
    #[test]
    fn any_text_is_a_filter_or_not(text in ".{0,200}") {
        if let Ok(filter) = Filter::parse(user(), &text) {
            let _ = filter.holds(&ada());
        }
    }

    /// A filter and its negation never agree.
    #[test]
    fn not_turns_every_filter_around(
        name in prop::sample::select(vec!["userName", "title", "emails.value", "name.givenName"]),
        op in prop::sample::select(vec!["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]),
        value in "[a-z@.\"\\\\ ]{0,8}",
    ) {
        let text = format!("{name} {op} {}", json!(value));
        let plain = Filter::parse(user(), &text).unwrap().holds(&ada());
        let not = Filter::parse(user(), &format!("not ({text})")).unwrap().holds(&ada());
        prop_assert_ne!(plain, not);
    }

    /// What a path puts somewhere is found there, and nowhere when it is removed.
    #[test]
    fn what_is_set_is_there_and_what_is_removed_is_not(value in "[a-zA-Z0-9 ]{1,20}") {
        for path in ["title", "name.givenName", "preferredLanguage", "addresses[type eq \"work\"].locality"] {
            let set = json!([{"op": "add", "path": path, "value": value}]);
            let mut resource = ada();
            patch(user(), &set).unwrap().apply(&mut resource).unwrap();
            prop_assert!(Value::Object(resource.clone()).to_string().contains(&value));
            let name = path.split(['.', '[']).next().unwrap();
            patch(user(), &json!([{"op": "remove", "path": name}])).unwrap().apply(&mut resource).unwrap();
            prop_assert!(resource.get(name).is_none());
        }
    }
}
