//! Passkeys through the API.

use testkit::Device;

use super::{Client, Said, ids};
use crate::in_each_house;

#[test]
fn passkeys_of_a_person_are_paged_like_everything() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut key = Device::device_bound();
        ada.add_device(&mut key).await;
        ada.add_device(&mut Device::synced()).await;
        let client = Client::of(&house, &["UserAuthMethod-Passkey.Read.All"]).await;
        let path = "/v1.0/users/ada/authentication/fido2Methods";
        let all = client.all(path, 100).await;
        assert_eq!(all.len(), 3);
        let types: Vec<_> = all.iter().map(|one| one["passkeyType"].clone()).collect();
        let of = |kind: &str| types.iter().filter(|one| *one == kind).count();
        assert_eq!((of("synced"), of("deviceBound")), (2, 1));
        for top in 1..=3 {
            let found = client.all(&format!("{path}?$top={top}"), top).await;
            assert_eq!(ids(&found), ids(&all), "{top}");
        }
        let exact = client.get(&format!("{path}?$top=3")).await.is(200);
        assert!(exact.get("@odata.nextLink").is_none());
        // One that was removed in between is not passed over silently.
        let page = client.get(&format!("{path}?$top=1")).await.is(200);
        let next = page["@odata.nextLink"].as_str().unwrap().to_owned();
        let last = page["value"][0]["id"].as_str().unwrap();
        let device = match ada.passkey_id() == last {
            true => &mut key,
            false => &mut ada.device,
        };
        let mut other = house.browser();
        other.sign_in(device).await.ok();
        other.remove_passkey(last).await.ok();
        client
            .get(next.strip_prefix(testkit::ORIGIN).unwrap())
            .await
            .refused_as(400, "Request_BadRequest", "list.cursor_unfit");
    });
}
