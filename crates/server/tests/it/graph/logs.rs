//! Logs, reports, the organisation.

use identity::MINUTE;
use serde_json::{Value, json};

use super::{Client, Said, ids};
use crate::in_each_house;

#[test]
fn sign_ins_are_listed_filtered_and_paged() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let ada_id = house.find("ada").await.person_id.to_string();
        let mut bob = house.person(&mut ada, "bob").await;
        for _ in 0..4 {
            house.advance(MINUTE);
            bob.sign_in().await.ok();
        }
        let client = Client::of(&house, &["AuditLog.Read.All"]).await;
        let all = client.all("/v1.0/auditLogs/signIns?$top=2", 2).await;
        assert_eq!(all.len(), 6);
        let times: Vec<&str> = all
            .iter()
            .map(|one| one["createdDateTime"].as_str().unwrap())
            .collect();
        assert!(times.is_sorted_by(|one, next| one >= next), "{times:?}");
        let mut unique = ids(&all);
        unique.dedup();
        assert_eq!(unique.len(), 6);
        let newest = &all[0];
        assert_eq!(newest["userId"], json!(bob.person_id));
        assert_eq!(newest["userPrincipalName"], "bob");
        assert_eq!(newest["status"]["errorCode"], 0);
        assert_eq!(newest["conditionalAccessStatus"], "notApplied");
        assert!(newest.get("authenticationDetails").is_none());

        let count = async |filter: &str| {
            let path = format!("/v1.0/auditLogs/signIns?$filter={filter}&$top=3");
            client.all(&path.replace(' ', "%20"), 3).await.len()
        };
        assert_eq!(count(&format!("userId eq '{}'", bob.person_id)).await, 5);
        assert_eq!(count("userPrincipalName eq 'ADA'").await, 1);
        assert_eq!(count("createdDateTime ge 2026-11-21T09:03:00Z").await, 2);
        assert_eq!(count("createdDateTime gt 2026-11-21T09:03:00Z").await, 1);
        assert_eq!(count("createdDateTime le 2026-11-21T09:00:00Z").await, 2);
        assert_eq!(count("status/errorCode ne 0").await, 0);
        assert_eq!(
            count(&format!("userId eq '{}' and status/errorCode eq 0", ada_id)).await,
            1
        );
        assert_eq!(count("ipAddress eq '192.0.2.200'").await, 0);

        let oldest = client
            .get("/v1.0/auditLogs/signIns?$orderby=createdDateTime&$top=1")
            .await
            .is(200);
        assert_eq!(oldest["value"][0]["userPrincipalName"], "ada");
        let forward = client
            .all(
                "/v1.0/auditLogs/signIns?$orderby=createdDateTime asc&$top=4"
                    .replace(' ', "%20")
                    .as_str(),
                4,
            )
            .await;
        assert_eq!(ids(&forward), ids(&all));

        let id = newest["id"].as_str().unwrap();
        let one = client
            .get(&format!("/beta/auditLogs/signIns/{id}"))
            .await
            .is(200);
        assert_eq!(
            one["authenticationDetails"][0]["authenticationMethod"],
            "Passkey (synced)"
        );
        assert_eq!(
            one["authenticationRequirement"],
            "multiFactorAuthentication"
        );
    });
}

#[test]
fn refused_sign_ins_say_why() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let body = json!({ "personId": bob.person_id });
        ada.browser.post("/people/disable", body).await.ok();
        house.advance(MINUTE);
        assert_eq!(bob.sign_in().await.status, 403);
        house.advance(MINUTE);
        let fault = testkit::Fault::Signature;
        let wrong = ada.browser.sign_in_with(&mut ada.device, &fault).await;
        assert_eq!(wrong.status, 401);
        let client = Client::of(&house, &["AuditLog.Read.All"]).await;
        let find = async |filter: &str| {
            let path = format!("/beta/auditLogs/signIns?$filter={filter}");
            client.all(&path.replace(' ', "%20"), 999).await
        };
        let refused = find("status/errorCode ne 0").await;
        assert_eq!(refused.len(), 2, "{refused:?}");
        let disabled = find("status/errorCode eq 50057").await;
        assert_eq!(disabled.len(), 1);
        let disabled = &disabled[0];
        assert_eq!(disabled["userPrincipalName"], "bob");
        assert_eq!(disabled["userId"], json!(bob.person_id));
        assert_eq!(
            disabled["status"]["additionalDetails"],
            "sign_in.account_disabled"
        );
        let reason = disabled["status"]["failureReason"].as_str().unwrap();
        assert!(reason.contains("disabled"), "{reason}");
        assert_eq!(disabled["authenticationDetails"][0]["succeeded"], false);
        let wrong = find("status/errorCode eq 500121").await;
        assert_eq!(wrong.len(), 1);
        assert_eq!(
            wrong[0]["status"]["additionalDetails"],
            "sign_in.passkey_refused"
        );
        let address = disabled["ipAddress"].as_str().unwrap();
        let there = find(&format!(
            "ipAddress eq '{address}' and status/errorCode ne 0"
        ))
        .await;
        assert_eq!(ids(&there), [disabled["id"].as_str().unwrap()]);
    });
}

#[test]
fn audits_say_who_did_what_to_whom() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let ada_id = house.find("ada").await.person_id.to_string();
        let bob = house.person(&mut ada, "bob").await;
        let client = Client::of(&house, &["AuditLog.Read.All"]).await;
        let filter = format!("targetResources/any(t:t/id eq '{}')", bob.person_id);
        let path =
            format!("/v1.0/auditLogs/directoryAudits?$filter={filter}&$top=1").replace(' ', "%20");
        let about_bob = client.all(&path, 1).await;
        let names: Vec<&str> = about_bob
            .iter()
            .map(|one| one["activityDisplayName"].as_str().unwrap())
            .collect();
        assert!(
            names.contains(&"Add user") && names.contains(&"User registered security info"),
            "{names:?}"
        );
        let registered = about_bob
            .iter()
            .find(|one| one["activityDisplayName"] == "User registered security info")
            .unwrap();
        let details = registered["additionalDetails"].as_array().unwrap();
        for (key, value) in [
            ("aaguid", "00000000-0000-0000-0000-000000000000"),
            ("passkeyType", "synced"),
        ] {
            assert!(
                details.contains(&json!({"key": key, "value": value})),
                "{details:?}"
            );
        }
        let added = about_bob
            .iter()
            .find(|one| one["activityDisplayName"] == "Add user")
            .unwrap();
        assert_eq!(added["initiatedBy"]["user"]["userPrincipalName"], "ada");
        assert_eq!(added["initiatedBy"]["user"]["id"], json!(ada_id));
        assert_eq!(added["targetResources"][0]["userPrincipalName"], "bob");
        assert_eq!(
            (&added["category"], &added["result"]),
            (&json!("UserManagement"), &json!("success"))
        );
        assert_eq!(added["initiatedBy"]["app"], Value::Null);

        let count = async |filter: &str| {
            let path = format!("/v1.0/auditLogs/directoryAudits?$filter={filter}");
            client.all(&path.replace(' ', "%20"), 999).await.len()
        };
        assert_eq!(count("activityDisplayName eq 'Add user'").await, 1);
        assert!(count(&format!("initiatedBy/user/id eq '{}'", ada_id)).await >= 2);
        assert_eq!(count("category eq 'Nothing'").await, 0);
        assert_eq!(count("result eq 'timeout'").await, 0);

        // What an application did is told as the application's.
        let writer = Client::of(&house, &["User.ReadWrite.All"]).await;
        let carol = json!({"displayName": "Carol", "userPrincipalName": "carol"});
        let carol = writer.post("/v1.0/users", &carol).await.is(201);
        let filter = format!(
            "targetResources/any(t:t/id eq '{}')",
            carol["id"].as_str().unwrap()
        );
        let path = format!("/v1.0/auditLogs/directoryAudits?$filter={filter}").replace(' ', "%20");
        let found = client.all(&path, 999).await;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["initiatedBy"]["user"], Value::Null);
        assert!(found[0]["initiatedBy"]["app"]["servicePrincipalId"].is_string());
    });
}

#[test]
fn reports_are_true() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        house.person(&mut ada, "bob").await;
        house.invite(&mut ada, "carol").await;
        let gone = house.person(&mut ada, "gone").await;
        let body = json!({ "personId": gone.person_id });
        ada.browser.post("/people/disable", body).await.ok();
        let client = Client::of(&house, &["AuditLog.Read.All"]).await;
        let path = "/v1.0/reports/authenticationMethods/userRegistrationDetails";
        let details = client.all(&format!("{path}?$top=1"), 1).await;
        let names: Vec<&str> = details
            .iter()
            .map(|one| one["userPrincipalName"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["ada", "bob", "carol"], "the disabled are left out");
        assert_eq!(
            (&details[0]["isAdmin"], &details[1]["isAdmin"]),
            (&json!(true), &json!(false))
        );
        assert_eq!(details[1]["methodsRegistered"], json!(["passKeySynced"]));
        assert_eq!(details[1]["isPasswordlessCapable"], true);
        assert_eq!(details[2]["methodsRegistered"], json!([]));
        assert_eq!(details[2]["isMfaRegistered"], false);
        let names = async |filter: &str| -> Vec<String> {
            let path = format!("{path}?$filter={filter}").replace(' ', "%20");
            let found = client.all(&path, 999).await;
            found
                .iter()
                .map(|one| one["userPrincipalName"].as_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(names("isMfaCapable eq false").await, ["carol"]);
        assert_eq!(
            names("methodsRegistered/any(x:x eq 'passKeySynced')").await,
            ["ada", "bob"]
        );
        assert_eq!(
            names("isAdmin eq true and userType eq 'member'").await,
            ["ada"]
        );
        let one = format!("{path}/{}", details[1]["id"].as_str().unwrap());
        assert_eq!(client.get(&one).await.is(200)["userPrincipalName"], "bob");
        client
            .get(&format!("{path}/{}", gone.person_id))
            .await
            .refused_as(404, "Request_ResourceNotFound", "directory.object_missing");

        let base = "/v1.0/reports/authenticationMethods";
        let summary = client
            .get(&format!("{base}/usersRegisteredByMethod()"))
            .await
            .is(200);
        assert_eq!(summary["totalUserCount"], 3);
        let counted = |summary: &Value, name: &str| {
            let counts = summary["userRegistrationMethodCounts"].as_array().unwrap();
            let found = counts
                .iter()
                .find(|one| one["authenticationMethod"] == name)
                .unwrap();
            found["userCount"].as_i64().unwrap()
        };
        assert_eq!(counted(&summary, "passKeySynced"), 2);
        assert_eq!(counted(&summary, "passKeyDeviceBound"), 0);
        let admins = "usersRegisteredByMethod(includedUserTypes='member',includedUserRoles='privilegedAdmin')";
        let summary = client.get(&format!("{base}/{admins}")).await.is(200);
        assert_eq!(
            (
                summary["totalUserCount"].as_i64(),
                counted(&summary, "passKeySynced")
            ),
            (Some(1), 1)
        );
        let features = client
            .get(&format!("{base}/usersRegisteredByFeature"))
            .await
            .is(200);
        let capable = features["userRegistrationFeatureCounts"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["feature"] == "mfaCapable")
            .unwrap();
        assert_eq!(capable["userCount"], 2);
        let unfit = "usersRegisteredByFeature(includedUserTypes='x',includedUserRoles='all')";
        client.get(&format!("{base}/{unfit}")).await.refused_as(
            400,
            "Request_BadRequest",
            "graph.property_type",
        );
    });
}

#[test]
fn the_organisation_is_one() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let client = Client::of(&house, &["Organization.Read.All"]).await;
        let listed = client.get("/v1.0/organization").await.is(200);
        assert_eq!(listed["value"].as_array().unwrap().len(), 1);
        let one = &listed["value"][0];
        assert_eq!(one["displayName"], "Example");
        assert_eq!(one["verifiedDomains"][0]["name"], "login.example.org");
        let id = one["id"].as_str().unwrap();
        assert_eq!(id, house.identity().tenant_id().to_string());
        client
            .get(&format!("/v1.0/organization/{id}"))
            .await
            .is(200);
        let other = "11111111-2222-4333-8444-555555555555";
        client
            .get(&format!("/v1.0/organization/{other}"))
            .await
            .refused_as(404, "Request_ResourceNotFound", "directory.object_missing");
    });
}
