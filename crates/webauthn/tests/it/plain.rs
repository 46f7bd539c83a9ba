//! What browsers write is read by a short way of our own, all else by serde_json. A space behind the text is enough to take the
//! long way, so both ways can be compared: they must read the same texts, and the same in them.

use crate::device::{Device, Site, authentication, client_data, client_data_value};
use serde_json::{Value, json};
use webauthn::client_data::ClientData;
use webauthn::{AuthenticationResponse, ParseError};

/// What stands at some place instead of what stood there.
const CHANGES: [&str; 16] = [
    "",
    "\"",
    "\\",
    "{",
    "}",
    ",",
    ":",
    " ",
    "\n",
    "\0",
    "é",
    "null",
    "true",
    "\\u0041",
    "\"id\":\"\",",
    "[]",
];

fn show_response(json: &[u8]) -> Result<String, ParseError> {
    let response = AuthenticationResponse::from_json(json)?;
    Ok(format!(
        "{:?} {:?} {:?} {:?} {:?} {:?}",
        response.credential_id(),
        response.user_handle(),
        response.client_data_json(),
        response.authenticator_data(),
        response.signature(),
        response.authenticator_attachment(),
    ))
}

fn show_client_data(json: &[u8]) -> Result<String, ParseError> {
    ClientData::parse(json).map(|read| format!("{read:?}"))
}

/// Both ways, and whether the text was read.
fn compare(text: &str, show: fn(&[u8]) -> Result<String, ParseError>) -> bool {
    let short = show(text.as_bytes());
    let long = show(format!("{text} ").as_bytes());
    assert_eq!(short.as_ref().ok(), long.as_ref().ok(), "{text}");
    if let (Err(short), Err(long)) = (&short, &long) {
        assert_eq!(short.code(), long.code(), "{text}");
    }
    short.is_ok()
}

/// Every character of the text replaced by each of the changes, and each of them put before it.
fn compare_all_changes(text: &str, show: fn(&[u8]) -> Result<String, ParseError>) {
    assert!(compare(text, show), "{text}");
    let mut read = 0;
    for (at, character) in text.char_indices() {
        for change in CHANGES {
            let (before, behind) = text.split_at(at);
            let replaced = [before, change, &behind[character.len_utf8()..]].concat();
            let inserted = [before, change, behind].concat();
            read += usize::from(compare(&replaced, show)) + usize::from(compare(&inserted, show));
        }
    }
    assert!(read > 0, "some changes leave a text that is read");
}

#[test]
fn both_ways_read_the_same_responses() {
    let device = Device::new();
    let data = device.assertion_data();
    let plain = device.assertion_json(&client_data("webauthn.get"), &data);
    compare_all_changes(&plain.to_string(), show_response);
    let with = |member: &str, value: Value| {
        let mut changed = plain.clone();
        changed[member] = value;
        compare(&changed.to_string(), show_response)
    };
    assert!(with("authenticatorAttachment", json!("cross-platform")));
    assert!(with("authenticatorAttachment", json!("é\u{7f}")));
    assert!(with("authenticatorAttachment", json!(null)));
    assert!(with("other", json!({"id": [1, "\""]})));
    assert!(with(
        "clientExtensionResults",
        json!({"largeBlob": {"written": true}})
    ));
    assert!(!with("type", json!("password")));
    assert!(!with("rawId", json!("AAAA")));
    assert!(!with("response", json!([])));
    for (member, value, is_read) in [
        ("userHandle", json!(null), true),
        ("userHandle", json!(""), false),
        ("signature", json!("A"), false),
        ("signature", json!(7), false),
        ("signature", json!(""), true),
        ("other", json!("x"), true),
    ] {
        let mut changed = plain.clone();
        changed["response"][member] = value;
        assert_eq!(
            compare(&changed.to_string(), show_response),
            is_read,
            "{member}"
        );
    }
}

#[test]
fn both_ways_read_the_same_client_data() {
    let mut client_data = client_data_value("webauthn.get");
    compare_all_changes(&client_data.to_string(), show_client_data);
    client_data["topOrigin"] = json!("https://outer.example");
    for embedded in [
        json!(true),
        json!(false),
        json!(null),
        json!("true"),
        json!(1),
    ] {
        client_data["crossOrigin"] = embedded;
        compare_all_or_refuse(&client_data);
    }
    client_data["other_keys_can_be_added_here"] =
        json!("do not compare clientDataJSON against a template");
    client_data["crossOrigin"] = json!(false);
    compare_all_changes(&client_data.to_string(), show_client_data);
}

fn compare_all_or_refuse(client_data: &Value) {
    let text = client_data.to_string();
    let is_read = !matches!(
        client_data["crossOrigin"],
        Value::String(_) | Value::Number(_)
    );
    assert_eq!(compare(&text, show_client_data), is_read, "{text}");
}

/// The parts of a response lie in one buffer: none may show another's bytes.
#[test]
fn the_parts_of_a_response_are_what_was_sent() {
    let device = Device::new();
    let (site, data) = (Site::new(), device.assertion_data());
    let sent = device.assertion_json(&client_data("webauthn.get"), &data);
    let read = authentication(&sent);
    let part = |member: &str| {
        let text = sent["response"][member].as_str().unwrap();
        webauthn::base64url::decode(text).unwrap()
    };
    assert_eq!(read.client_data_json(), part("clientDataJSON"));
    assert_eq!(read.authenticator_data(), part("authenticatorData"));
    assert_eq!(read.signature(), part("signature"));
    assert_eq!(read.user_handle(), Some(part("userHandle").as_slice()));
    let verified = webauthn::assertion::verify(&read, &site.assertion(), &device.stored());
    assert!(verified.is_ok());
}
