//! The passkey policy on Graph's wire, and what is ours beside it.

use axum::body::Body;
use http::header;
use identity::Actor;
use identity::roles::{self, Role};
use serde_json::{Value, json};
use testkit::{Device, House, ORIGIN, Person};

use super::{Client, Said};
use crate::in_each_house;

const SHELL: Actor<'static> = Actor::CommandLine { os_user: "testkit" };
const WRITE: &str = "Policy.ReadWrite.AuthenticationMethod";
const FIDO2: &str =
    "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/fido2";
const DEFAULT: &str = "00000000-0000-0000-0000-000000000001";
const SECOND: &str = "7c0d6f6e-3b0e-4a63-9a0f-0c6a2d4f1b11";
/// The model of the administrator's key.
const KEY: &str = "07070707-0707-0707-0707-070707070707";
const NOTHING: &str = "11111111-2222-4333-8444-555555555555";

/// Somebody whom every policy here accepts.
async fn administrator(house: &House) -> Person {
    let mut ada = house.administrator("ada").await;
    let mut key = Device {
        aaguid: [7; 16],
        ..Device::device_bound()
    };
    ada.add_device(&mut key).await;
    ada
}

fn typed(mut body: Value) -> Value {
    body["@odata.type"] = "#microsoft.graph.fido2AuthenticationMethodConfiguration".into();
    body
}

/// The request that Microsoft publishes (graph-api.md 1.2), with a model of ours.
fn published() -> Value {
    typed(json!({
        "id": "Fido2",
        "state": "enabled",
        "isSelfServiceRegistrationAllowed": true,
        "isAttestationEnforced": false,
        "keyRestrictions": {"isEnforced": false, "enforcementType": "block", "aaGuids": []},
        "includeTargets": [{
            "targetType": "group", "id": "all_users", "isRegistrationRequired": false,
            "allowedPasskeyProfiles": [DEFAULT],
        }],
        "excludeTargets": [],
        "passkeyProfiles": [
            {
                "id": DEFAULT, "name": "Default passkey profile",
                "passkeyTypes": "deviceBound,synced", "attestationEnforcement": "disabled",
                "keyRestrictions": {"isEnforced": false, "enforcementType": "allow", "aaGuids": []},
            },
            {
                "id": SECOND, "name": "Admins, attested keys",
                "passkeyTypes": "deviceBound", "attestationEnforcement": "registrationOnly",
                "keyRestrictions": {"isEnforced": true, "enforcementType": "allow", "aaGuids": [KEY]},
            },
        ],
    }))
}

fn types(types: &str) -> Value {
    typed(json!({"passkeyProfiles": [{"id": DEFAULT, "passkeyTypes": types}]}))
}

/// A request with `If-Match`.
fn tagged(
    client: &Client<'_>,
    method: http::Method,
    body: Option<&Value>,
    tag: &str,
) -> http::Request<Body> {
    let mut request = client.request(method, FIDO2, body);
    let headers = request.headers_mut();
    headers.insert(header::IF_MATCH, tag.parse().unwrap());
    request
}

#[test]
fn the_published_request_round_trips_in_every_spelling() {
    in_each_house(async |house| {
        administrator(&house).await;
        let client = Client::of(&house, &[WRITE]).await;
        // Before anybody saved anything: what a new organisation has.
        let new = client.get(FIDO2).await.is(200);
        assert_eq!(new["passkeyProfiles"].as_array().unwrap().len(), 1);
        assert_eq!(new["@claviger.version"], 0);
        for version in ["v1.0", "beta"] {
            for root in [
                "policies/authenticationMethodsPolicy",
                "authenticationMethodsPolicy",
            ] {
                for key in ["/fido2", "/Fido2", "/FIDO2", "('Fido2')", "('fido2')"] {
                    let path = format!("/{version}/{root}/authenticationMethodConfigurations{key}");
                    client.patch(&path, &published()).await.is(204);
                    let told = client.get(&path).await.is(200);
                    assert_eq!(told["id"], "Fido2");
                    assert_eq!(told["defaultPasskeyProfile"], DEFAULT);
                    for name in ["state", "includeTargets", "excludeTargets", "@odata.type"] {
                        assert_eq!(told[name], published()[name], "{path} {name}");
                    }
                    for at in 0..2 {
                        for (name, value) in published()["passkeyProfiles"][at].as_object().unwrap()
                        {
                            assert_eq!(&told["passkeyProfiles"][at][name], value, "{path} {name}");
                        }
                    }
                    assert!(
                        told["includeTargets@odata.context"]
                            .as_str()
                            .unwrap()
                            .starts_with(ORIGIN)
                    );
                }
                let whole = client.get(&format!("/{version}/{root}")).await.is(200);
                let inside = &whole["authenticationMethodConfigurations"];
                assert_eq!(inside[0]["id"], "Fido2");
                assert_eq!(inside[0]["passkeyProfiles"].as_array().unwrap().len(), 2);
                assert!(whole["lastModifiedDateTime"].is_string(), "{whole}");
                let all = format!("/{version}/{root}/authenticationMethodConfigurations");
                let all = client.get(&all).await.is(200);
                assert_eq!(all["value"][0]["id"], "Fido2");
            }
        }
        // The same again and again is no change.
        let told = client.get(FIDO2).await.is(200);
        assert_eq!(told["@claviger.version"], 1);
        // The whole, with the configuration inside.
        let body = json!({"authenticationMethodConfigurations": [types("deviceBound")]});
        client
            .patch("/beta/policies/authenticationMethodsPolicy", &body)
            .await
            .is(204);
        let told = client.get(FIDO2).await.is(200);
        assert_eq!(told["passkeyProfiles"][0]["passkeyTypes"], "deviceBound");
        client.delete(FIDO2).await.is(204);
        let told = client.get(FIDO2).await.is(200);
        assert_eq!(told["passkeyProfiles"], new["passkeyProfiles"]);
        assert_eq!(told["includeTargets"], new["includeTargets"]);
        let selected = client.get(&format!("{FIDO2}?$select=state")).await.is(200);
        assert_eq!(selected["state"], "enabled");
        assert!(selected.get("passkeyProfiles").is_none());
    });
}

/// What a change says holds for the very next sign-in, and what a client doesn't send stays as it is.
#[test]
fn a_patch_is_enforced_with_the_next_decision() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let mut bob = house.person(&mut ada, "bob").await;
        let client = Client::of(&house, &[WRITE, "AuditLog.Read.All"]).await;
        client.patch(FIDO2, &types("deviceBound")).await.is(204);
        bob.browser = house.browser();
        bob.sign_in()
            .await
            .refused(403, "policy.synced_not_allowed");
        // A trial beside it is on record with both decisions.
        let tried = "/claviger/v1/policy/reportOnly";
        client
            .ask(http::Method::PUT, tried, Some(&types("deviceBound,synced")))
            .await
            .is(204);
        bob.browser = house.browser();
        bob.sign_in()
            .await
            .refused(403, "policy.synced_not_allowed");
        let told = client.get("/v1.0/auditLogs/signIns?$top=1").await.is(200);
        let record = &told["value"][0];
        assert_eq!(
            record["@claviger.passkeyPolicy"]["rule"],
            "policy.synced_not_allowed"
        );
        assert_eq!(record["@claviger.passkeyPolicy"]["profile"], DEFAULT);
        assert_eq!(record["@claviger.reportOnly"]["result"], "accepted");
        let shown = client.get(tried).await.is(200);
        assert_eq!(
            shown["passkeyProfiles"][0]["passkeyTypes"],
            "deviceBound,synced"
        );
        client.delete(tried).await.is(204);
        client.get(tried).await.refused_as(
            404,
            "Request_ResourceNotFound",
            "directory.object_missing",
        );
        client.delete(FIDO2).await.is(204);
        bob.browser = house.browser();
        bob.sign_in().await.ok();
        let state = json!({"state": "disabled", "isSelfServiceRegistrationAllowed": false});
        // Nobody would be left: not even the key's owner.
        client.patch(FIDO2, &typed(state)).await.refused_as(
            409,
            "Request_Conflict",
            "policy.last_administrator",
        );
        let own = typed(json!({"isSelfServiceRegistrationAllowed": false}));
        client.patch(FIDO2, &own).await.is(204);
        let told = client.get(FIDO2).await.is(200);
        assert_eq!(told["isSelfServiceRegistrationAllowed"], false);
        assert_eq!(
            told["passkeyProfiles"][0]["passkeyTypes"],
            "deviceBound,synced"
        );
    });
}

#[test]
fn changes_are_audited_in_graphs_words_with_what_changed_alone() {
    in_each_house(async |house| {
        administrator(&house).await;
        let client = Client::of(&house, &[WRITE, "AuditLog.Read.All"]).await;
        client.patch(FIDO2, &types("deviceBound")).await.is(204);
        client.delete(FIDO2).await.is(204);
        let all = "/v1.0/auditLogs/directoryAudits?$filter=category eq 'ApplicationManagement' \
                   and startswith(activityDisplayName,'Authentication Methods Policy')";
        let told = client.get(&all.replace(' ', "%20")).await.is(200);
        let names: Vec<&str> = told["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["activityDisplayName"].as_str().unwrap())
            .collect();
        let (reset, update) = (
            "Authentication Methods Policy Reset",
            "Authentication Methods Policy Update",
        );
        assert_eq!(names, [reset, update]);
        let update = &told["value"][1];
        assert_eq!(update["loggedByService"], "Authentication Methods");
        let changed = update["targetResources"][0]["modifiedProperties"]
            .as_array()
            .unwrap();
        assert_eq!(changed.len(), 1, "{update}");
        assert_eq!(
            changed[0]["displayName"],
            format!("profiles/{DEFAULT}/types")
        );
        assert_eq!(changed[0]["newValue"], "[\"deviceBound\"]");
    });
}

#[test]
fn stale_and_parallel_changes_lose_nothing() {
    in_each_house(async |house| {
        administrator(&house).await;
        let client = Client::of(&house, &[WRITE]).await;
        let tag = client.get(FIDO2).await.is(200)["@odata.etag"].clone();
        let tag = tag.as_str().unwrap();
        let body = types("deviceBound");
        let send = |method, body, tag: &str| client.send(tagged(&client, method, body, tag));
        send(http::Method::PATCH, Some(&body), tag).await.is(204);
        for method in [http::Method::PATCH, http::Method::DELETE] {
            let body = Some(&body).filter(|_| method == http::Method::PATCH);
            send(method, body, tag).await.refused_as(
                412,
                "Request_PreconditionFailed",
                "record.outdated",
            );
        }
        send(http::Method::PATCH, Some(&body), "*").await.is(204);
        // Two clients that name no version change different things: both hold.
        let (one, other) = (
            typed(json!({"isSelfServiceRegistrationAllowed": false})),
            types("deviceBound,synced"),
        );
        let (first, second) = tokio::join!(client.patch(FIDO2, &one), client.patch(FIDO2, &other));
        first.is(204);
        second.is(204);
        let told = client.get(FIDO2).await.is(200);
        assert_eq!(told["isSelfServiceRegistrationAllowed"], false);
        assert_eq!(
            told["passkeyProfiles"][0]["passkeyTypes"],
            "deviceBound,synced"
        );
    });
}

/// What is read and does not fit, with the word and the place that it is told with.
fn unfit() -> Vec<(Value, &'static str, &'static str)> {
    let profile = |number: usize| {
        json!({
            "id": format!("00000000-0000-0000-0000-{number:012}"), "name": format!("Profile {number}"),
            "passkeyTypes": "deviceBound",
        })
    };
    let profiles = |count: usize| (1..=count).map(profile).collect::<Vec<Value>>();
    let mut long = profiles(10);
    for profile in &mut long {
        let aaguids: Vec<String> = (0..60)
            .map(|at| format!("{at:08}-1111-4222-8333-{at:012}"))
            .collect();
        profile["keyRestrictions"] =
            json!({"isEnforced": true, "enforcementType": "allow", "aaGuids": aaguids});
    }
    let target = |id: &str, profile: &str| json!([{"id": id, "targetType": "group", "isRegistrationRequired": false, "allowedPasskeyProfiles": [profile]}]);
    let restricted = |aaguids: Value| {
        json!({"passkeyProfiles": [{
            "id": DEFAULT, "keyRestrictions": {"isEnforced": true, "enforcementType": "allow", "aaGuids": aaguids},
        }]})
    };
    vec![
        (
            json!({"passkeyProfiles": profiles(11)}),
            "policy.too_many_profiles",
            "passkeyProfiles",
        ),
        (json!({"passkeyProfiles": long}), "policy.too_large", ""),
        (
            json!({"includeTargets": target(NOTHING, DEFAULT)}),
            "policy.group_missing",
            "includeTargets/0/id",
        ),
        (
            json!({"excludeTargets": [{"id": NOTHING, "targetType": "group"}]}),
            "policy.group_missing",
            "excludeTargets/0",
        ),
        (
            json!({"includeTargets": target("all_users", SECOND)}),
            "",
            "includeTargets/0/allowedPasskeyProfiles",
        ),
        (
            restricted(json!([])),
            "",
            "passkeyProfiles/0/keyRestrictions/aaGuids",
        ),
        (
            json!({"passkeyProfiles": [profile(1), profile(1)]}),
            "",
            "passkeyProfiles/1/id",
        ),
        (json!({"passkeyProfiles": []}), "", ""),
    ]
}

#[test]
fn what_is_wrong_is_refused_with_its_place_and_changes_nothing() {
    in_each_house(async |house| {
        administrator(&house).await;
        let client = Client::of(&house, &[WRITE]).await;
        let before = client.get(FIDO2).await.is(200);
        for (body, word, place) in unfit() {
            let told = client.patch(FIDO2, &typed(body)).await;
            let told = told.refused_as(400, "Request_BadRequest", "policy.unfit");
            let details = told["error"]["details"].as_array().unwrap();
            let fits = |detail: &Value| {
                let (code, target) = (
                    detail["code"].as_str().unwrap(),
                    detail["target"].as_str().unwrap_or_default(),
                );
                code.starts_with("policy.")
                    && (word.is_empty() || code == word)
                    && target.starts_with(place)
            };
            assert!(details.iter().any(fits), "{word} {place}: {told}");
        }
        let unread = [
            (json!({"state": "enabled"}), "graph.property_missing"),
            (
                json!({"@odata.type": "#microsoft.graph.smsAuthenticationMethodConfiguration"}),
                "graph.property_type",
            ),
            (typed(json!({"id": "Sms"})), "graph.property_type"),
            (
                typed(json!({"passkeyProfile": []})),
                "graph.property_unknown",
            ),
            (
                typed(json!({"@claviger.maxAge": 1})),
                "graph.property_unknown",
            ),
            (
                typed(json!({"defaultPasskeyProfile": "x"})),
                "graph.property_type",
            ),
        ];
        for (body, code) in unread {
            client
                .patch(FIDO2, &body)
                .await
                .refused_as(400, "Request_BadRequest", code);
        }
        // Twice the same method, or one that is not there.
        let whole = "/v1.0/policies/authenticationMethodsPolicy";
        let twice =
            json!({"authenticationMethodConfigurations": [types("synced"), types("deviceBound")]});
        client.patch(whole, &twice).await.refused_as(
            400,
            "Request_BadRequest",
            "graph.property_type",
        );
        for key in ["Sms", "MicrosoftAuthenticator", NOTHING] {
            let path = FIDO2.replace("fido2", key);
            let missing = |told: testkit::Answer| {
                told.refused_as(404, "Request_ResourceNotFound", "directory.object_missing")
            };
            missing(client.get(&path).await);
            missing(client.patch(&path, &types("synced")).await);
            missing(client.delete(&path).await);
        }
        assert_eq!(client.get(FIDO2).await.is(200), before);
        // Attestation and synced: the wire takes it with a warning, as Entra stores it; our own words refuse it.
        let both = typed(json!({"isAttestationEnforced": true}));
        client
            .post("/claviger/v1/policy/preview", &both)
            .await
            .refused_as(400, "Request_BadRequest", "policy.unfit");
        client.patch(FIDO2, &both).await.is(204);
        let told = client.get(FIDO2).await.is(200);
        assert_eq!(
            told["@claviger.warnings"][0]["code"],
            "policy.attestation_excludes_synced"
        );
        assert_eq!(
            told["passkeyProfiles"][0]["attestationEnforcement"],
            "registrationOnly"
        );
    });
}

#[test]
fn drafts_versions_and_effects_are_shown() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let bob = house.person(&mut ada, "bob").await;
        let permissions = [WRITE, "UserAuthMethod-Passkey.Read.All"];
        let client = Client::of(&house, &permissions).await;
        let draft = types("deviceBound");
        let told = client
            .post("/claviger/v1/policy/preview", &draft)
            .await
            .is(200);
        let counts = ["people", "passkeys", "wouldStop", "leftWithNone"];
        assert_eq!(
            counts.map(|name| told[name].as_i64().unwrap()),
            [2, 3, 2, 1]
        );
        assert_eq!(
            told["byRule"],
            json!([{"rule": "policy.synced_not_allowed", "passkeys": 2}])
        );
        assert_eq!(told["stranded"][0]["userPrincipalName"], bob.user_name);
        assert_eq!(told["stopping"].as_array().unwrap().len(), 2);
        assert_eq!(told["keepsAdministrator"], true);
        assert_eq!(
            client.get(FIDO2).await.is(200)["@claviger.version"],
            0,
            "nothing is saved"
        );

        client.patch(FIDO2, &draft).await.is(204);
        client.delete(FIDO2).await.is(204);
        let restore = "/claviger/v1/policy/versions/1/restore";
        client.ask(http::Method::POST, restore, None).await.is(204);
        let versions = client.all("/claviger/v1/policy/versions?$top=1", 1).await;
        let told: Vec<(&str, bool)> = versions
            .iter()
            .map(|one| (one["id"].as_str().unwrap(), one["isCurrent"] == true))
            .collect();
        assert_eq!(told, [("3", true), ("2", false), ("1", false)]);
        let first = client.get("/claviger/v1/policy/versions/1").await.is(200);
        assert_eq!(first["passkeyProfiles"][0]["passkeyTypes"], "deviceBound");
        let told = client
            .get("/claviger/v1/policy/versions/0/compareTo/1")
            .await
            .is(200);
        assert_eq!(
            told["differences"][0]["path"],
            format!("profiles/{DEFAULT}/types")
        );
        for none in ["9", "x", "-1", NOTHING] {
            let path = format!("/claviger/v1/policy/versions/{none}");
            assert_eq!(client.get(&path).await.status.as_u16(), 404, "{none}");
        }

        let path = format!("/claviger/v1/users/{}/effectivePolicy", bob.user_name);
        let told = client.get(&path).await.is(200);
        assert_eq!(told["scope"], "profiles");
        let decision = &told["passkeys"][0]["decision"];
        assert_eq!(decision["refusedBy"], "policy.synced_not_allowed");
        assert_eq!(
            decision["profiles"][0]["failed"][0]["found"],
            json!(["synced"])
        );
        let nobody = format!("/claviger/v1/users/{NOTHING}/effectivePolicy");
        client.get(&nobody).await.refused_as(
            404,
            "Request_ResourceNotFound",
            "directory.object_missing",
        );
    });
}

/// Graph's "capable": registered, and allowed by policy.
#[test]
fn capable_in_the_reports_is_who_has_a_passkey_that_is_accepted() {
    in_each_house(async |house| {
        let mut ada = administrator(&house).await;
        let bob = house.person(&mut ada, "bob").await;
        house.invite(&mut ada, "carol").await;
        let permissions = [WRITE, "AuditLog.Read.All", "Group.ReadWrite.All"];
        let client = Client::of(&house, &permissions).await;
        let base = "/v1.0/reports/authenticationMethods";
        let details = format!("{base}/userRegistrationDetails");
        // By pages, by filter, for one person and in the summary.
        let expect = async |expected: &[&str]| {
            for property in ["isMfaCapable", "isPasswordlessCapable"] {
                let filter = format!("{details}?$filter={property}%20eq%20true");
                for path in [&details, &filter] {
                    let found = client.all(path, 999).await;
                    let capable = found.iter().filter(|one| one[property] == true);
                    let names: Vec<&str> = capable
                        .map(|one| one["userPrincipalName"].as_str().unwrap())
                        .collect();
                    assert_eq!(names, expected, "{path}");
                }
            }
            let one = client.get(&format!("{details}/{}", bob.person_id)).await;
            let one = one.is(200);
            assert_eq!(one["isMfaCapable"], expected.contains(&"bob"));
            assert_eq!(one["isMfaRegistered"], true, "that is another question");
            let summary = format!("{base}/usersRegisteredByFeature");
            let summary = client.get(&summary).await.is(200);
            let mut counts = summary["userRegistrationFeatureCounts"]
                .as_array()
                .unwrap()
                .iter();
            let capable = counts.find(|one| one["feature"] == "mfaCapable").unwrap();
            assert_eq!(capable["userCount"], expected.len());
        };
        expect(&["ada", "bob"]).await;
        client.patch(FIDO2, &types("deviceBound")).await.is(204);
        expect(&["ada"]).await;

        let new = json!({"displayName": "Team", "mailEnabled": false, "mailNickname": "team", "securityEnabled": true});
        let group = client.post("/v1.0/groups", &new).await.is(201);
        let group = group["id"].as_str().unwrap();
        let profile = |id, types| json!({"id": id, "name": id, "passkeyTypes": types});
        let target = |id: &str, profile| json!({"targetType": "group", "id": id, "allowedPasskeyProfiles": [profile]});
        let policy = typed(json!({
            "passkeyProfiles": [profile(DEFAULT, "deviceBound"), profile(SECOND, "synced")],
            "includeTargets": [target("all_users", DEFAULT), target(group, SECOND)],
        }));
        client.patch(FIDO2, &policy).await.is(204);
        expect(&["ada"]).await;
        let member =
            json!({"@odata.id": format!("{ORIGIN}/v1.0/directoryObjects/{}", bob.person_id)});
        let path = format!("/v1.0/groups/{group}/members/$ref");
        client.post(&path, &member).await.is(204);
        expect(&["ada", "bob"]).await;
    });
}

/// Marks are for people: an application, whatever it may do, marks nobody.
#[test]
fn an_application_marks_no_account_for_the_bad_day() {
    in_each_house(async |house| {
        let ada = administrator(&house).await;
        let permissions = ["RoleManagement.ReadWrite.Directory", WRITE];
        let application = house.application("marker", &permissions).await;
        let role = Role::GlobalAdministrator;
        roles::assign(house.identity(), SHELL, role, application.principal_id)
            .await
            .unwrap();
        let client = Client::with(&house, &house.token(&application).await);
        let path = format!("/claviger/v1/users/{}/breakGlass", ada.user_name);
        for method in [http::Method::PUT, http::Method::DELETE] {
            let told = client.ask(method, &path, None).await;
            assert_eq!(told.status.as_u16(), 403, "{}", told.text());
        }
        let marks = house.run_sql("SELECT CAST(COUNT(*) AS TEXT) FROM break_glass");
        assert_eq!(marks, ["0"]);
    });
}
