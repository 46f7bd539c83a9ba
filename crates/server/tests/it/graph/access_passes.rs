//! Temporary Access Passes on Graph's wire.

use identity::Actor;
use identity::people;
use identity::roles::{self, Role};
use serde_json::{Value, json};

use super::Client;
use crate::in_each_house;

const SHELL: Actor<'static> = Actor::CommandLine { os_user: "testkit" };
const METHODS: &str = "UserAuthenticationMethod.ReadWrite.All";
const POLICY: &str = "Policy.ReadWrite.AuthenticationMethod";
const CONFIGURATION: &str = "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations/temporaryaccesspass";

#[test]
fn a_pass_is_made_as_graphs_clients_do_and_its_code_shown_once() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let application = house.application("help desk", &[METHODS]).await;
        let role = Role::AuthenticationAdministrator;
        roles::assign(house.identity(), SHELL, role, application.principal_id)
            .await
            .unwrap();
        let client = Client::with(&house, &house.token(&application).await);
        let passes = format!(
            "/v1.0/users/{}/authentication/temporaryAccessPassMethods",
            bob.person_id
        );
        assert_eq!(client.get(&passes).await.ok()["value"], json!([]));
        let asked =
            json!({ "lifetimeInMinutes": 120, "isUsableOnce": false, "startDateTime": null });
        // Bob had a passkey already: with a reason, in an annotation of ours.
        let told = client.post(&passes, &asked).await;
        assert_eq!(told.status, 400, "{}", told.text());
        assert!(told.text().contains("pass.reason_missing"));
        let mut asked = asked;
        asked["@claviger.reason"] = "Ticket 4711, seen on site".into();
        let answer = client.post(&passes, &asked).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let made = answer.json();
        let code = made["temporaryAccessPass"].as_str().unwrap().to_owned();
        assert_eq!(code.len(), 8);
        assert_eq!(made["lifetimeInMinutes"], 120);
        assert_eq!(made["isUsableOnce"], false);
        assert_eq!(made["isUsable"], true);
        assert_eq!(made["methodUsabilityReason"], "EnabledByPolicy");
        let one = format!("{passes}/{}", made["id"].as_str().unwrap());
        let read = client.get(&one).await.ok();
        assert_eq!(read["temporaryAccessPass"], Value::Null);
        assert!(!client.get(&passes).await.text().contains(&code));
        // A new one takes its place.
        let next = client
            .post(&passes, &json!({ "@claviger.reason": "Ticket 4712" }))
            .await
            .json();
        assert_eq!(next["isUsableOnce"], true, "once, where nothing was said");
        assert_eq!(client.get(&one).await.status, 404);
        assert_eq!(
            client.get(&passes).await.ok()["value"]
                .as_array()
                .unwrap()
                .len(),
            1
        );
        // The first pass of somebody new needs nothing that Entra's clients don't send.
        let new = people::add(house.identity(), SHELL, "new", "New Comer").await;
        let first = format!(
            "/v1.0/users/{}/authentication/temporaryAccessPassMethods",
            new.unwrap().person_id
        );
        assert_eq!(client.post(&first, &json!({})).await.status, 201);
        for (bad, code) in [
            (json!({ "@claviger.reason": 7 }), ""),
            (json!({ "lifetimeInMinutes": 9 }), "pass.unfit"),
            (json!({ "lifetimeInMinutes": -1 }), ""),
            (json!({ "lifetimeInMinutes": "60" }), ""),
            (json!({ "temporaryAccessPass": "ABCDEFGH" }), ""),
            (
                json!({ "startDateTime": "2001-01-01T00:00:00Z" }),
                "pass.unfit",
            ),
        ] {
            let answer = client.post(&passes, &bad).await;
            assert_eq!(answer.status, 400, "{bad}: {}", answer.text());
            assert!(answer.text().contains(code), "{bad}: {}", answer.text());
        }
        let newest = format!("{passes}/{}", next["id"].as_str().unwrap());
        assert_eq!(client.delete(&newest).await.status, 204);
        assert_eq!(client.delete(&newest).await.status, 404);
        assert_eq!(client.delete(&format!("{passes}/x")).await.status, 404);
    });
}

#[test]
fn the_policy_of_passes_stands_beside_that_of_passkeys() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let client = Client::of(&house, &[POLICY]).await;
        let whole = client
            .get("/v1.0/policies/authenticationMethodsPolicy")
            .await
            .ok();
        let ids: Vec<&str> = whole["authenticationMethodConfigurations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, ["Fido2", "TemporaryAccessPass"]);
        let list = "/v1.0/policies/authenticationMethodsPolicy/authenticationMethodConfigurations";
        assert_eq!(
            client.get(list).await.ok()["value"]
                .as_array()
                .unwrap()
                .len(),
            2
        );
        let read = client.get(CONFIGURATION).await.ok();
        let kind = "#microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration";
        assert_eq!(read["@odata.type"], kind);
        assert_eq!(
            [
                &read["defaultLifetimeInMinutes"],
                &read["minimumLifetimeInMinutes"],
                &read["maximumLifetimeInMinutes"],
                &read["defaultLength"]
            ],
            [&json!(60), &json!(60), &json!(480), &json!(8)]
        );
        assert_eq!(read["includeTargets"][0]["id"], "all_users");
        let change = json!({ "@odata.type": kind, "defaultLength": 10, "isUsableOnce": true });
        let answer = client.patch(CONFIGURATION, &change).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
        let after = client.get(CONFIGURATION).await.ok();
        assert_eq!(
            (&after["defaultLength"], &after["isUsableOnce"]),
            (&json!(10), &json!(true))
        );
        assert_eq!(
            after["maximumLifetimeInMinutes"], 480,
            "what is left out stays"
        );
        for bad in [
            json!({ "defaultLength": 10 }),
            json!({ "@odata.type": "#microsoft.graph.fido2AuthenticationMethodConfiguration" }),
            json!({ "@odata.type": kind, "defaultLength": 7 }),
            json!({ "@odata.type": kind, "minimumLifetimeInMinutes": 9 }),
            json!({ "@odata.type": kind, "state": "maybe" }),
            json!({ "@odata.type": kind, "includeTargets": [{ "targetType": "user", "id": "all_users" }] }),
            json!({ "@odata.type": kind, "excludeTargets": [{ "targetType": "group", "id": "11111111-2222-4333-8444-555555555555" }] }),
        ] {
            let answer = client.patch(CONFIGURATION, &bad).await;
            assert_eq!(answer.status, 400, "{bad}: {}", answer.text());
        }
        assert_eq!(client.get(CONFIGURATION).await.ok()["@claviger.version"], 1);
        assert_eq!(client.delete(CONFIGURATION).await.status, 204);
        assert_eq!(client.get(CONFIGURATION).await.ok()["defaultLength"], 8);
    });
}
