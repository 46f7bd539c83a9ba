//! What is not the registration that was asked for.

use serde_json::{Value, json};
use testkit::Device;

use super::{Tool, body_of, make};
use crate::graph::Said;
use crate::in_each_house;

/// What is not the asked-for registration is refused by the same checks as on the page, and changes nothing.
#[test]
fn what_does_not_fit_is_refused_and_changes_nothing() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let tool = Tool::usual(&house).await;
        let bob = tool.add_person("bob").await;
        let options = tool.options(&bob).await;
        let good = make(&house, &mut Device::device_bound(), &options);
        let bent = |place: &str, value: Value| {
            let mut body = good.clone();
            *body.pointer_mut(place).unwrap() = value;
            body
        };
        let with = |place: &str, name: &str, value: Value| {
            let mut body = good.clone();
            body.pointer_mut(place).unwrap()[name] = value;
            body
        };
        let without = |place: &str, name: &str| {
            let mut body = good.clone();
            let object = body.pointer_mut(place).unwrap().as_object_mut().unwrap();
            object.remove(name);
            body
        };
        let credential = "/publicKeyCredential";
        let response = "/publicKeyCredential/response";
        let object = good["publicKeyCredential"]["response"]["attestationObject"].clone();
        let cases = [
            (with("", "id", json!("x")), "graph.property_read_only"),
            (with("", "aaGuid", json!("x")), "graph.property_read_only"),
            (with("", "nickname", json!("x")), "graph.property_unknown"),
            (
                with(credential, "rawId", json!("AAAA")),
                "graph.property_unknown",
            ),
            (
                with(response, "transports", json!([])),
                "graph.property_unknown",
            ),
            (without("", "publicKeyCredential"), "graph.property_missing"),
            (without(credential, "response"), "graph.property_missing"),
            (without(credential, "id"), "graph.property_missing"),
            (
                without(response, "attestationObject"),
                "graph.property_missing",
            ),
            (bent("/displayName", json!(7)), "graph.property_type"),
            (bent(credential, json!("AAAA")), "graph.property_type"),
            (
                bent(&format!("{credential}/id"), json!("*")),
                "graph.property_type",
            ),
            (
                bent(&format!("{credential}/clientExtensionResults"), json!([])),
                "graph.property_type",
            ),
            (
                bent("/displayName", json!("x".repeat(65))),
                "passkey.name_unfit",
            ),
            (
                bent("/displayName", json!("a\u{202e}b")),
                "passkey.name_unfit",
            ),
            (
                bent(&format!("{credential}/id"), json!("AAAA")),
                "registration.refused",
            ),
            (
                bent(&format!("{response}/clientDataJSON"), json!("AAAA")),
                "registration.refused",
            ),
            (
                bent(&format!("{response}/clientDataJSON"), object),
                "registration.refused",
            ),
            (
                bent(&format!("{response}/attestationObject"), json!("AAAA")),
                "registration.refused",
            ),
            (
                with(
                    credential,
                    "clientExtensionResults",
                    json!({"credProps": {"rk": false}}),
                ),
                "registration.refused",
            ),
        ];
        let before = house.run_sql("SELECT name FROM credential").len();
        for (body, inner) in cases {
            let told = tool.post(&bob, &body).await;
            told.refused_as(400, "Request_BadRequest", inner);
        }
        let huge = with("", "displayName", json!("x".repeat(70_000)));
        let told = tool.post(&bob, &huge).await;
        told.refused_as(413, "Request_BadRequest", "request.too_large");
        assert_eq!(house.run_sql("SELECT name FROM credential").len(), before);
        assert!(
            house
                .run_sql("SELECT planter_kind FROM provisioned_credential")
                .is_empty()
        );
        // And the good one is still good.
        tool.post(&bob, &good).await.is(201);
    });
}

/// Every way in which a registration can be wrong, as posted to the page (past mistakes 1, 14, 15, 18).
#[test]
fn past_mistake_01_a_hand_built_registration_is_refused_here_too() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let tool = Tool::usual(&house).await;
        let bob = tool.add_person("bob").await;
        let options = tool.options(&bob).await;
        let offer = testkit::Offer {
            state: String::new(),
            options,
        };
        let browser = house.browser();
        for (fault, step) in testkit::REGISTRATION_FAULTS {
            let mut device = Device::device_bound();
            let made = browser.bend_creation(&mut device, &offer, fault);
            let told = tool.post(&bob, &body_of(&made)).await;
            let bad = "Request_BadRequest";
            if step.ends_with("challenge_mismatch") {
                // By it the options are found.
                told.refused_as(400, bad, "provisioning.challenge_unknown");
                continue;
            }
            let told = told.refused_as(400, bad, "registration.refused");
            let message = told["error"]["message"].as_str().unwrap();
            assert!(message.contains(step), "{fault:?}: {message}");
        }
        assert!(
            house
                .run_sql("SELECT planter_kind FROM provisioned_credential")
                .is_empty()
        );
    });
}
