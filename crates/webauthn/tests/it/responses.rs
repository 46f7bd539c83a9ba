//! RegistrationResponseJSON, AuthenticationResponseJSON and clientDataJSON as texts.

use crate::device::*;
use serde_json::{Value, json};
use webauthn::client_data::ClientData;
use webauthn::{
    AuthenticationResponse, AuthenticatorAttachment, CODES, MAX_RESPONSE, RegistrationResponse,
    assertion, base64url,
};

fn code(json: &str) -> &'static str {
    AuthenticationResponse::from_json(json.as_bytes())
        .map_or_else(|error| error.code(), |_| "parsed")
}

fn good() -> Value {
    let device = Device::new();
    device.assertion_json(&client_data("webauthn.get"), &device.assertion_data())
}

#[test]
fn json_errors_are_told_apart() {
    let good = good().to_string();
    assert_eq!(code(&good), "parsed");
    assert_eq!(code(""), "parse.json_syntax");
    assert_eq!(code("{"), "parse.json_syntax");
    assert_eq!(code("[]"), "parse.json_wrong_type");
    assert_eq!(code("{}"), "parse.json_missing_member");
    assert_eq!(code(&format!("{good} {{}}")), "parse.json_syntax");
    assert_eq!(
        code(&good.replacen('{', "{\"id\":\"AAAA\",", 1)),
        "parse.json_duplicate_member"
    );
    assert_eq!(
        code(&good.replacen("\"signature\"", "\"signature\":\"AAAA\",\"signature\"", 1)),
        "parse.json_duplicate_member"
    );
    assert_eq!(
        code(&good.replace("\"public-key\"", "7")),
        "parse.json_wrong_type"
    );
    assert_eq!(code(&" ".repeat(MAX_RESPONSE + 1)), "parse.too_long");
}

#[test]
fn members_are_judged() {
    let with = |change: fn(&mut Value)| {
        let mut json = good();
        change(&mut json);
        code(&json.to_string())
    };
    assert_eq!(
        with(|json| json["type"] = json!("password")),
        "parse.credential_type"
    );
    assert_eq!(
        with(|json| json["rawId"] = json!("AAAA")),
        "parse.id_mismatch"
    );
    assert_eq!(
        with(|json| (json["id"], json["rawId"]) = (json!("AA=="), json!("AA=="))),
        "parse.base64url"
    );
    assert_eq!(
        with(|json| (json["id"], json["rawId"]) = (json!("AB"), json!("AB"))),
        "parse.base64url"
    );
    assert_eq!(
        with(|json| (json["id"], json["rawId"]) = (json!(""), json!(""))),
        "parse.credential_id_length"
    );
    assert_eq!(
        with(|json| json["response"]["signature"] = json!("+/")),
        "parse.base64url"
    );
    assert_eq!(
        with(|json| json["response"]["userHandle"] = json!("")),
        "parse.user_handle_length"
    );
    let long =
        |json: &mut Value| json["response"]["userHandle"] = json!(base64url::encode(&[1; 65]));
    assert_eq!(with(long), "parse.user_handle_length");
    assert_eq!(with(|json| json["anything"] = json!([1, 2])), "parsed");
    assert_eq!(
        with(|json| drop(
            json.as_object_mut()
                .unwrap()
                .remove("clientExtensionResults")
        )),
        "parsed"
    );
    assert_eq!(
        with(|json| json["authenticatorAttachment"] = Value::Null),
        "parsed"
    );
}

#[test]
fn accessors_give_what_was_sent() {
    let device = Device::new();
    let response = device.good_assertion();
    assert_eq!(response.credential_id(), device.credential_id);
    assert_eq!(response.user_handle(), Some(USER_HANDLE));
    assert_eq!(
        response.authenticator_attachment(),
        Some(AuthenticatorAttachment::Platform)
    );
    assert_eq!(response.client_data_json(), client_data("webauthn.get"));
    assert_eq!(
        response.authenticator_data(),
        device.assertion_data().bytes()
    );
    let response = device.good_registration();
    assert_eq!(response.transports(), ["internal", "hybrid"]);

    let mut json = good();
    json["authenticatorAttachment"] = json!("telepathic");
    assert_eq!(authentication(&json).authenticator_attachment(), None);
}

#[test]
fn transports_are_bounded() {
    let device = Device::new();
    let mut json =
        device.registration_json(&client_data("webauthn.create"), &device.registration_data());
    for transports in [json!(vec!["usb"; 17]), json!(["x".repeat(65)])] {
        json["response"]["transports"] = transports;
        let refusal = RegistrationResponse::from_json(json.to_string().as_bytes()).unwrap_err();
        assert_eq!(refusal.code(), "parse.too_long");
    }
    json["response"]["transports"] = json!(["unheard-of"]);
    assert_eq!(registration(&json).transports(), ["unheard-of"]);
}

#[test]
fn extension_results_that_are_no_value_are_survived() {
    let text = good().to_string();
    for results in ["{\"a\":1e999}", "[1]", "null", "7"] {
        let text = text.replace(
            "\"clientExtensionResults\":{}",
            &format!("\"clientExtensionResults\":{results}"),
        );
        AuthenticationResponse::from_json(text.as_bytes()).expect(results);
    }
    for member in ["a", "credProps", "cmtgKey", "largeBlob"] {
        let (open, close) = ("[".repeat(1000), "]".repeat(1000));
        let text = text.replace(
            "\"clientExtensionResults\":{}",
            &format!("\"clientExtensionResults\":{{\"{member}\":{open}{close}}}"),
        );
        AuthenticationResponse::from_json(text.as_bytes()).expect(member);
    }
}

#[test]
fn arrays_are_no_objects() {
    // serde would take the members' values in their order.
    let good = good();
    let in_order = |value: &Value, names: &[&str]| -> Value {
        names.iter().map(|&name| value[name].clone()).collect()
    };
    let inner = [
        "clientDataJSON",
        "authenticatorData",
        "signature",
        "userHandle",
    ];
    let mut bent = good.clone();
    bent["response"] = in_order(&good["response"], &inner);
    assert_eq!(code(&bent.to_string()), "parse.json_wrong_type");
    let outer = ["id", "rawId", "type", "response", "authenticatorAttachment"];
    let bent = in_order(&good, &outer);
    assert_eq!(code(&bent.to_string()), "parse.json_wrong_type");
    let members = ["type", "challenge", "origin"];
    let bent = in_order(&client_data_value("webauthn.get"), &members).to_string();
    let refusal = ClientData::parse(bent.as_bytes()).unwrap_err();
    assert_eq!(refusal.code(), "parse.json_wrong_type");
}

#[test]
fn a_byte_order_mark_before_client_data_is_stripped_but_signed() {
    let (device, site) = (Device::new(), Site::new());
    let marked = [b"\xef\xbb\xbf", &client_data("webauthn.get")[..]].concat();
    let response = authentication(&device.assertion_json(&marked, &device.assertion_data()));
    assert!(assertion::verify(&response, &site.assertion(), &device.stored()).is_ok());
    let twice = [b"\xef\xbb\xbf", &marked[..]].concat();
    assert_eq!(
        ClientData::parse(&twice).unwrap_err().code(),
        "parse.json_syntax"
    );
}

#[test]
fn client_data_is_judged() {
    let good = String::from_utf8(client_data("webauthn.get")).unwrap();
    let code =
        |text: &[u8]| ClientData::parse(text).map_or_else(|error| error.code(), |_| "parsed");
    assert_eq!(code(good.as_bytes()), "parsed");
    assert_eq!(code(b"\xff"), "parse.client_data_not_utf8");
    assert_eq!(code(b"{}"), "parse.json_missing_member");
    assert_eq!(code(b"\"text\""), "parse.json_wrong_type");
    assert_eq!(
        code(
            good.replacen('{', "{\"origin\":\"https://evil.example\",", 1)
                .as_bytes()
        ),
        "parse.json_duplicate_member"
    );
    assert_eq!(
        code(
            good.replacen('{', "{\"unknown\":1,\"unknown\":2,", 1)
                .as_bytes()
        ),
        "parsed"
    );
    assert_eq!(code(&vec![b' '; 16 * 1024 + 1]), "parse.too_long");
    assert_eq!(
        code(format!("{{\"x\":{}", "[".repeat(10_000)).as_bytes()),
        "parse.json_syntax"
    );
}

#[test]
fn escapes_in_client_data_are_read() {
    let (device, site) = (Device::new(), Site::new());
    let text = String::from_utf8(client_data("webauthn.get"))
        .unwrap()
        .replace("https://login", "https:\\/\\/\\u006cogin");
    let response =
        authentication(&device.assertion_json(text.as_bytes(), &device.assertion_data()));
    assert!(assertion::verify(&response, &site.assertion(), &device.stored()).is_ok());
}

#[test]
fn codes_given_are_codes_explained() {
    for code in [
        "assertion.origin_mismatch",
        "registration.algorithm_not_offered",
        "assertion.user_verification_missing",
        "parse.cbor_trailing_bytes",
    ] {
        assert!(CODES.iter().any(|(known, _)| *known == code), "{code}");
    }
}
