//! `.../owners` as Graph's clients ask for them.

use serde_json::json;
use testkit::{House, ORIGIN};

use super::objects::{make_group, make_user, reference};
use super::{Client, Said, ids};
use crate::in_each_house;

const DENIED: &str = "Authorization_RequestDenied";

async fn writer(house: &House) -> Client<'_> {
    let permissions = [
        "User.ReadWrite.All",
        "Group.ReadWrite.All",
        "Application.ReadWrite.All",
        "AuditLog.Read.All",
    ];
    Client::of(house, &permissions).await
}

#[test]
fn owners_are_added_listed_and_removed() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let client = writer(&house).await;
        let bob = make_user(&client, "bob").await;
        let cem = make_user(&client, "cem").await;
        let group = make_group(&client, "Pilots").await;
        let app = house.application("App", &[]).await;
        let owner = house
            .application("Owner", &[])
            .await
            .principal_id
            .to_string();
        for (path, activity) in [
            (format!("groups/{group}"), "Add owner to group"),
            (
                format!("applications/{}", app.object_id),
                "Add owner to application",
            ),
            (
                format!("servicePrincipals/{}", app.principal_id),
                "Add owner to service principal",
            ),
        ] {
            let owners = format!("/v1.0/{path}/owners");
            assert_eq!(client.get(&owners).await.is(200)["value"], json!([]));
            for id in [&bob, &cem, &owner] {
                let added = client.post(&format!("{owners}/$ref"), &reference(id)).await;
                added.is(204);
            }
            for (version, top) in [("v1.0", 1), ("beta", 2), ("v1.0", 999)] {
                let path = format!("/{version}/{path}/owners?$top={top}");
                let found = client.all(&path, top).await;
                let mut expected = vec![bob.clone(), cem.clone(), owner.clone()];
                expected.sort();
                assert_eq!(ids(&found), expected);
                for one in found {
                    let of = match one["id"] == json!(owner) {
                        true => "#microsoft.graph.servicePrincipal",
                        false => "#microsoft.graph.user",
                    };
                    assert_eq!(one["@odata.type"], of);
                    assert!(one["displayName"].is_string(), "{one}");
                }
            }
            client
                .post(&format!("{owners}/$ref"), &reference(&bob))
                .await
                .refused_as(409, "Request_Conflict", "directory.owner_exists");
            client
                .post(&format!("{owners}/$ref"), &reference(&group))
                .await
                .refused_as(409, "Request_Conflict", "directory.owner_unfit");
            let nobody = "11111111-2222-4333-8444-555555555555";
            client
                .post(&format!("{owners}/$ref"), &reference(nobody))
                .await
                .refused_as(404, "Request_ResourceNotFound", "directory.object_missing");
            for bad in [
                json!({}),
                json!({"@odata.id": "https://evil.example/v1.0/users/x"}),
                json!({"@odata.id": format!("{ORIGIN}/v1.0/users/{bob}"), "x": 1}),
                json!({"@odata.id": 5}),
            ] {
                let told = client.post(&format!("{owners}/$ref"), &bad).await;
                assert_eq!(told.status, 400, "{bad}");
            }
            client
                .get(&format!("{owners}?$count=true"))
                .await
                .refused_as(400, "Request_UnsupportedQuery", "graph.query_unsupported");
            client.delete(&format!("{owners}/{cem}/$ref")).await.is(204);
            client
                .delete(&format!("{owners}/{cem}/$ref"))
                .await
                .refused_as(404, "Request_ResourceNotFound", "directory.object_missing");
            assert_eq!(client.all(&owners, 100).await.len(), 2);
            let filter = format!("activityDisplayName eq '{activity}'").replace(' ', "%20");
            let log = format!("/v1.0/auditLogs/directoryAudits?$filter={filter}");
            assert_eq!(client.all(&log, 100).await.len(), 3);
        }
        // What was refused on the way is in the log as what it is.
        let filter = "result eq 'failure' and activityDisplayName eq 'change.refused'";
        let log = format!("/v1.0/auditLogs/directoryAudits?$filter={filter}").replace(' ', "%20");
        assert!(client.all(&log, 999).await.len() >= 9);
    });
}

#[test]
fn changing_owners_takes_the_right_to_change_what_is_owned() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let client = writer(&house).await;
        let bob = make_user(&client, "bob").await;
        let group = make_group(&client, "Pilots").await;
        let group = format!("/v1.0/groups/{group}/owners");
        let plain = house.application("plain", &[]).await;
        let plain = format!("/v1.0/applications/{}/owners", plain.object_id);
        let powerful = house
            .application("powerful", &["Directory.ReadWrite.All"])
            .await;
        let powerful = [
            format!("/v1.0/applications/{}/owners", powerful.object_id),
            format!("/v1.0/servicePrincipals/{}/owners", powerful.principal_id),
        ];
        let reader = Client::of(
            &house,
            &[
                "Group.Read.All",
                "Application.Read.All",
                "GroupMember.ReadWrite.All",
            ],
        )
        .await;
        for path in [&group, &plain, &powerful[0], &powerful[1]] {
            reader.get(path).await.is(200);
            let told = reader.post(&format!("{path}/$ref"), &reference(&bob)).await;
            told.refused_as(403, DENIED, "permission.missing");
            let told = reader.delete(&format!("{path}/{bob}/$ref")).await;
            told.refused_as(403, DENIED, "permission.missing");
        }
        // Security 11: an owner of an application needs every right that it holds.
        for path in &powerful {
            let told = client.post(&format!("{path}/$ref"), &reference(&bob)).await;
            told.refused_as(403, DENIED, "role.insufficient");
            assert_eq!(client.get(path).await.is(200)["value"], json!([]));
        }
        for path in [&group, &plain] {
            let told = client.post(&format!("{path}/$ref"), &reference(&bob)).await;
            told.is(204);
        }
        // Names of the owner are for those who may read people.
        let bare = reader.get(&group).await.is(200)["value"].clone();
        assert_eq!(
            bare,
            json!([{"@odata.type": "#microsoft.graph.user", "id": bob}])
        );
    });
}
