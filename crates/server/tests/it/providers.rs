//! What a card says and shows about a passkey's maker.

use std::sync::Arc;

use data_encoding::BASE64;
use identity::Id;
use identity::providers::OperatorProviders;
use serde_json::json;
use testkit::{Device, House, find_tags, model_entry, on_each_backend};

use crate::metadata::{CERTIFIED, MODEL, NEXT, in_each_house, put};

/// One pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const KNOWN_TO_NOBODY: &str = "99999999-0506-0708-090a-0b0c0d0e0f10";

fn operators_file() -> Arc<OperatorProviders> {
    let png = format!("data:image/png;base64,{PNG}");
    let file = json!({
        "$schema": "x",
        MODEL: {"name": "Keys & Co", "icon_light": png, "icon_dark": png},
    });
    Arc::new(OperatorProviders::parse(file.to_string().as_bytes()).unwrap())
}

async fn add(house: &House, aaguids: &[&str]) -> testkit::Person {
    let mut ada = house.administrator("ada").await;
    for aaguid in aaguids {
        let mut key = Device::device_bound();
        key.aaguid = Id::parse(aaguid).unwrap().0;
        ada.add_device(&mut key).await;
    }
    ada
}

#[test]
fn the_makers_icon_comes_from_us() {
    on_each_backend(async |backend| {
        let house = House::open_with(backend, |settings| settings.providers = operators_file());
        let house = house.await;
        let mut ada = add(&house, &[MODEL, KNOWN_TO_NOBODY]).await;
        let (light, dark) = (
            format!("/providers/{MODEL}/light.png"),
            format!("/providers/{MODEL}/dark.png"),
        );
        let html = ada.browser.open("/security-info").await.text();
        // The operator's name is proposed for the passkey and stands on its card; what nobody knows is shown as it is.
        assert_eq!(
            html.matches("<bdi>Keys &#38; Co</bdi>").count(),
            2,
            "{html}"
        );
        assert!(html.contains(KNOWN_TO_NOBODY));
        let images = find_tags(&html, "img");
        let images: Vec<_> = images
            .iter()
            .filter(|it| it.attribute("class") == Some("provider-icon"))
            .collect();
        let sources: Vec<_> = images.iter().filter_map(|it| it.attribute("src")).collect();
        assert_eq!(sources, [light.as_str()]);
        assert_eq!(
            images[0].attribute("alt"),
            Some(""),
            "its name stands beside it"
        );
        let for_dark = find_tags(&html, "source");
        assert_eq!(for_dark[0].attribute("srcset"), Some(dark.as_str()));
        for address in [&light, &dark] {
            let icon = ada.browser.get(address).await;
            assert_eq!(icon.status, 200);
            assert_eq!(icon.header("content-type"), "image/png");
            assert_eq!(icon.header("x-content-type-options"), "nosniff");
            assert_eq!(icon.header("cache-control"), "private, max-age=86400");
            assert!(
                icon.header("content-security-policy")
                    .contains("default-src 'none'")
            );
            assert_eq!(icon.body, BASE64.decode(PNG.as_bytes()).unwrap());
        }
        for nothing in [
            format!("/providers/{KNOWN_TO_NOBODY}/light.png"),
            format!("/providers/{MODEL}/light.svg"),
            "/providers/nonsense/light.png".to_owned(),
            "/providers/00000000-0000-0000-0000-000000000000/light.png".to_owned(),
        ] {
            let answer = ada.browser.get(&nothing).await;
            assert_eq!(answer.status, 404, "{nothing}");
        }
        let stranger = house.browser().get(&light).await;
        assert_ne!(stranger.status, 200);
        assert_ne!(stranger.header("content-type"), "image/png");
    });
}

/// The metadata's word comes before the operator's.
#[test]
fn the_metadata_names_a_maker_first() {
    in_each_house(async |house, service| {
        let identity = house.identity();
        let mut entry = model_entry(MODEL, "Signed name", &[CERTIFIED]);
        entry["metadataStatement"]["icon"] = format!("data:image/png;base64,{PNG}").into();
        put(identity, &service.blob(1, NEXT, &[entry]))
            .await
            .unwrap();
        let mut ada = add(&house, &[MODEL]).await;
        let html = ada.browser.open("/security-info").await.text();
        assert_eq!(html.matches("<bdi>Signed name</bdi>").count(), 2);
        let icon = ada
            .browser
            .get(&format!("/providers/{MODEL}/light.png"))
            .await;
        assert_eq!(icon.status, 200);
        let dark = ada
            .browser
            .get(&format!("/providers/{MODEL}/dark.png"))
            .await;
        assert_eq!(dark.status, 404);
    });
}
