//! People through the API.

use http::Method;
use serde_json::{Value, json};

use super::{Client, Said, ids};
use crate::in_each_house;

#[test]
fn a_person_is_made_changed_deleted_and_restored() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["User.ReadWrite.All"]).await;
        let made = client
            .post(
                "/v1.0/users",
                &json!({
                    "@odata.type": "#microsoft.graph.user", "accountEnabled": "true",
                    "displayName": "Ada Lovelace", "userPrincipalName": "ada@example.org",
                    "mailNickname": "ada", "givenName": "Ada", "businessPhones": ["+49 30 1"],
                }),
            )
            .await;
        let place = made.header("location").to_owned();
        let etag = made.header("etag").to_owned();
        let made = made.is(201);
        let id = made["id"].as_str().unwrap().to_owned();
        assert!(place.ends_with(&format!("/v1.0/users/{id}")), "{place}");
        assert_eq!(
            made["@odata.context"],
            "https://login.example.org/v1.0/$metadata#users/$entity"
        );
        assert_eq!(made["businessPhones"], json!(["+49 30 1"]));
        // The default set of v1.0 has no accountEnabled; $select and beta have.
        assert!(made.get("accountEnabled").is_none());
        let path = format!("/v1.0/users/{id}");
        let chosen = client
            .get(&format!("{path}?$select=accountEnabled,createdDateTime"))
            .await
            .is(200);
        assert_eq!(chosen["accountEnabled"], true);
        assert_eq!(chosen["createdDateTime"], "2026-11-21T09:00:00Z");
        assert!(chosen.get("displayName").is_none());
        let beta = client.get(&format!("/beta/users/{id}")).await.is(200);
        assert_eq!(
            (&beta["mailNickname"], &beta["userType"]),
            (&json!("ada"), &json!("Member"))
        );

        client
            .patch(&path, &json!({"jobTitle": "Countess", "surname": null}))
            .await
            .is(204);
        let changed = client.get(&path).await.is(200);
        assert_eq!(changed["jobTitle"], "Countess");
        assert_ne!(changed["@odata.etag"], json!(etag));
        // Whoever read it before the change does not overwrite it.
        let mut late = client.request(Method::PATCH, &path, Some(&json!({"jobTitle": "x"})));
        late.headers_mut().insert("if-match", etag.parse().unwrap());
        client
            .send(late)
            .await
            .refused_as(412, "Request_PreconditionFailed", "record.outdated");

        client.delete(&path).await.is(204);
        client.get(&path).await.refused_as(
            404,
            "Request_ResourceNotFound",
            "directory.object_missing",
        );
        let deleted = client
            .get("/v1.0/directory/deletedItems/microsoft.graph.user")
            .await
            .is(200);
        assert_eq!(ids(deleted["value"].as_array().unwrap()), [id.as_str()]);
        let restored = client
            .ask(
                Method::POST,
                &format!("/v1.0/directory/deletedItems/{id}/restore"),
                None,
            )
            .await
            .is(200);
        assert_eq!(restored["@odata.type"], "#microsoft.graph.user");
        assert_eq!(client.get(&path).await.is(200)["jobTitle"], "Countess");
        client.delete(&path).await.is(204);
        client
            .delete(&format!("/v1.0/directory/deletedItems/{id}"))
            .await
            .is(204);
        client
            .get(&format!("/v1.0/directory/deletedItems/{id}"))
            .await
            .refused_as(404, "Request_ResourceNotFound", "directory.object_missing");
    });
}

#[test]
fn keys_in_both_styles_and_in_any_case() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["User.ReadWrite.All"]).await;
        let body = json!({"displayName": "O'Hara", "userPrincipalName": "scarlett@example.org"});
        let id = client.post("/v1.0/users", &body).await.is(201)["id"].clone();
        let id = id.as_str().unwrap();
        for path in [
            format!("/v1.0/users/{id}"),
            format!("/V1.0/Users('{id}')"),
            format!("/beta/USERS/{}", id.to_uppercase()),
            "/v1.0/users/scarlett@example.org".to_owned(),
            "/v1.0/users/SCARLETT%40example.org".to_owned(),
            "/v1.0/users('scarlett@example.org')".to_owned(),
            "/v1.0/users(scarlett%40example.org)/".to_owned(),
        ] {
            assert_eq!(client.get(&path).await.is(200)["id"], id, "{path}");
        }
    });
}

#[test]
fn lists_are_filtered_sorted_counted_and_paged() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["User.ReadWrite.All"]).await;
        for number in 0..7 {
            let body = json!({
                "displayName": format!("Person {number}"), "userPrincipalName": format!("p{number}@example.org"),
                "accountEnabled": number != 3, "mail": format!("p{number}@mail.example"),
            });
            client.post("/v1.0/users", &body).await.is(201);
        }
        let everybody = client.all("/v1.0/users?$top=2", 2).await;
        assert_eq!(everybody.len(), 7);
        let mut unique = ids(&everybody);
        unique.dedup();
        assert_eq!(unique.len(), 7);
        let names = async |query: &str| -> Vec<String> {
            let path = format!("/v1.0/users?{query}");
            let found = client
                .all(&path.replace(' ', "%20").replace('"', "%22"), 999)
                .await;
            let name = |user: &Value| user["displayName"].as_str().unwrap().to_owned();
            found.iter().map(name).collect()
        };
        assert_eq!(names("$filter=accountEnabled eq false").await, ["Person 3"]);
        assert_eq!(
            names("$filter=startswith(displayName,'person 5')").await,
            ["Person 5"]
        );
        assert_eq!(
            names("$filter=userPrincipalName in ('p1@example.org','P2@example.org')")
                .await
                .len(),
            2
        );
        assert_eq!(
            names("$filter=mail eq 'p4@mail.example' or displayName eq 'Person 6'")
                .await
                .len(),
            2
        );
        assert_eq!(names("$filter=displayName ne 'Person 0'").await.len(), 6);
        assert_eq!(names("$search=\"displayName:6\"").await, ["Person 6"]);
        let sorted = names("$orderby=displayName desc&$top=3").await;
        assert_eq!(sorted.first().map(String::as_str), Some("Person 6"));
        assert_eq!(sorted.len(), 7);

        let counted = client.get("/v1.0/users?$count=true&$top=1").await.is(200);
        assert_eq!(counted["@odata.count"], 7);
        let number = client.get("/v1.0/users/$count").await;
        assert_eq!(
            (number.status.as_u16(), number.text()),
            (200, "7".to_owned())
        );
        let filtered = client
            .get("/v1.0/users/$count?$filter=accountEnabled%20eq%20false")
            .await;
        assert_eq!(filtered.text(), "1");
    });
}

#[test]
fn a_renamed_person_keeps_every_passkey() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let client = Client::of(
            &house,
            &["User.ReadWrite.All", "UserAuthMethod-Passkey.Read.All"],
        )
        .await;
        let methods = "/v1.0/users/bob/authentication/fido2Methods";
        let before = client.get(methods).await.is(200);
        assert_eq!(before["value"].as_array().unwrap().len(), 1);
        let renamed = json!({"userPrincipalName": "robert", "displayName": "Robert"});
        client.patch("/v1.0/users/bob", &renamed).await.is(204);
        let after = client
            .get("/v1.0/users/robert/authentication/fido2Methods")
            .await
            .is(200);
        assert_eq!(before["value"], after["value"]);
        let passkey = &after["value"][0];
        assert_eq!(passkey["passkeyType"], "synced");
        assert_eq!(passkey["attestationLevel"], "notAttested");
        assert!(passkey.get("lastUsedDateTime").is_none());
        let id = passkey["id"].as_str().unwrap();
        let beta = format!(
            "/beta/users('{}')/authentication/fido2methods('{id}')",
            bob.person_id
        );
        assert!(client.get(&beta).await.is(200)["lastUsedDateTime"].is_string());
        client.get(methods).await.refused_as(
            404,
            "Request_ResourceNotFound",
            "directory.object_missing",
        );
    });
}

#[test]
fn managers_and_reports() {
    in_each_house(async |house| {
        let client = Client::of(&house, &["User.ReadWrite.All"]).await;
        let mut made = Vec::new();
        for name in ["chief", "clerk"] {
            let body = json!({"displayName": name, "userPrincipalName": name});
            let id = client.post("/v1.0/users", &body).await.is(201)["id"].clone();
            made.push(id.as_str().unwrap().to_owned());
        }
        let [chief, clerk] = &made[..] else { panic!() };
        let reference =
            json!({"@odata.id": format!("https://graph.microsoft.com/v1.0/users/{chief}")});
        let address = format!("/v1.0/users/{clerk}/manager/$ref");
        client
            .ask(Method::PUT, &address, Some(&reference))
            .await
            .is(204);
        let manager = client
            .get(&format!("/v1.0/users/{clerk}/manager"))
            .await
            .is(200);
        assert_eq!(&manager["id"], chief);
        let reports = client
            .get(&format!("/v1.0/users/{chief}/directReports"))
            .await
            .is(200);
        assert_eq!(ids(reports["value"].as_array().unwrap()), [clerk.as_str()]);
        client.delete(&address).await.is(204);
        client
            .get(&format!("/v1.0/users/{clerk}/manager"))
            .await
            .refused_as(404, "Request_ResourceNotFound", "directory.object_missing");
    });
}
