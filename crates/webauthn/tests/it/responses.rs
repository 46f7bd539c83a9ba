//! RegistrationResponseJSON, AuthenticationResponseJSON and clientDataJSON as texts.

use crate::device::*;
use crate::statements::{Cbor, Maker, encode, with, without};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use webauthn::authenticator_data::AuthenticatorData;
use webauthn::cbor::CborErrorKind;
use webauthn::client_data::ClientData;
use webauthn::x509::{Certificate, PathInput, Revocation, Time, Usage, validate};
use webauthn::{
    AuthenticationResponse, AuthenticatorAttachment, CODES, MAX_RESPONSE, ParseError, Part,
    PublicKey, RegistrationResponse, assertion, base64url, metadata, registration as ceremony,
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

/// Each says where, in which member, what must stand there and what does: in words of ours alone.
#[test]
fn json_errors_name_the_member() {
    let refusal = |text: &str| AuthenticationResponse::from_json(text.as_bytes()).unwrap_err();
    let part = Part::Response;
    assert_eq!(
        refusal("{\"id\": \"a\",\n \"rawId\": 7}"),
        ParseError::JsonWrongType {
            part,
            member: "rawId",
            expected: "a text",
            found: "a number",
            line: 2,
            column: 11,
        }
    );
    let good = good().to_string();
    for (from, to, member, expected, found) in [
        ("\"public-key\"", "[]", "type", "a text", "an array"),
        (
            "\"public-key\"",
            "{\"a\": 1}",
            "type",
            "a text",
            "an object",
        ),
        ("\"public-key\"", "null", "type", "a text", "null"),
        (
            "\"signature\":\"",
            "\"signature\":true,\"x\":\"",
            "signature",
            "a text",
            "a boolean",
        ),
        (
            "\"response\":{",
            "\"response\":1.5,\"x\":{",
            "response",
            "an object",
            "a number",
        ),
    ] {
        let bent = good.replacen(from, to, 1);
        assert_ne!(bent, good);
        let ParseError::JsonWrongType {
            member: named,
            expected: wanted,
            found: seen,
            ..
        } = refusal(&bent)
        else {
            panic!("{bent}");
        };
        assert_eq!((named, wanted, seen), (member, expected, found), "{bent}");
    }
    assert_eq!(
        refusal("[]"),
        ParseError::JsonWrongType {
            part,
            member: "",
            expected: "an object",
            found: "an array",
            line: 1,
            column: 0,
        }
    );
    assert_eq!(
        refusal("{\"id\":\"a\",\"id\":\"b\"}"),
        ParseError::JsonDuplicateMember {
            part,
            member: "id",
            line: 1,
            column: 14,
        }
    );
    assert_eq!(
        refusal("{\"id\":\"a\"}"),
        ParseError::JsonMissingMember {
            part,
            member: "rawId",
            line: 1,
            column: 10,
        }
    );
    let cut = "{\"id\":\"a";
    assert_eq!(
        refusal(cut),
        ParseError::JsonSyntax {
            part,
            line: 1,
            column: cut.len(),
        }
    );
    // What the sender wrote is repeated by no error.
    for text in ["{\"id\": 123456789}", "{\"secret-name\": 1, \"id\": []}"] {
        let said = refusal(text).to_string();
        assert!(
            !said.contains("secret") && !said.contains("123456789"),
            "{said}"
        );
    }
    let refusal = |client_data: &[u8]| ClientData::parse(client_data).unwrap_err();
    let part = Part::ClientData;
    assert_eq!(
        refusal(b"{\"type\":\"x\",\"challenge\":\"\",\"origin\":\"\",\"crossOrigin\":\"yes\"}"),
        ParseError::JsonWrongType {
            part,
            member: "crossOrigin",
            expected: "a boolean",
            found: "a text",
            line: 1,
            column: 58,
        }
    );
    assert_eq!(
        refusal(b"{\"type\":\"\xff\"}"),
        ParseError::ClientDataNotUtf8 { offset: 9 }
    );
}

/// base64url and authenticator data: the offset, and what stands there.
#[test]
fn offsets_lead_to_the_fault() {
    let refusal = |change: fn(&mut Value)| {
        let mut json = good();
        change(&mut json);
        AuthenticationResponse::from_json(json.to_string().as_bytes()).unwrap_err()
    };
    for (text, offset) in [("AA=A", 2), ("AAAA+A", 4), ("A", 0), ("AAB", 2)] {
        let mut json = good();
        json["response"]["signature"] = json!(text);
        let found = AuthenticationResponse::from_json(json.to_string().as_bytes());
        let member = "signature";
        assert_eq!(
            found.unwrap_err(),
            ParseError::Base64Url { member, offset },
            "{text}"
        );
    }
    assert_eq!(
        refusal(|json| json["type"] = json!("pass\nword")),
        ParseError::CredentialType {
            found: "password".to_owned()
        }
    );
    let whole = Device::new().registration_data().bytes();
    for (length, field) in [
        (31, "rpIdHash"),
        (32, "flags"),
        (36, "signCount"),
        (52, "aaguid"),
        (54, "credentialIdLength"),
        (60, "credentialId"),
    ] {
        assert_eq!(
            AuthenticatorData::parse(&whole[..length]).unwrap_err(),
            ParseError::AuthenticatorDataTruncated {
                field,
                found: length
            }
        );
    }
    let longer = [&whole[..], &[0]].concat();
    assert_eq!(
        AuthenticatorData::parse(&longer).unwrap_err(),
        ParseError::AuthenticatorDataTrailingBytes {
            offset: whole.len()
        }
    );
    // The key's map cut off, counted from the start of authenticator data.
    let cut = &whole[..whole.len() - 3];
    let ParseError::Cbor { part, source } = AuthenticatorData::parse(cut).unwrap_err() else {
        panic!("not the key");
    };
    assert_eq!(part, Part::AuthenticatorData);
    assert_eq!(source.kind, CborErrorKind::Truncated);
    assert_eq!(source.offset, whole.len() - 34, "the head of y");
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

/// What refuses in fact, from every table of codes: its code is explained, and its words are its own.
#[test]
fn codes_given_are_codes_explained() {
    let given = refusals();
    let explanation = |code: &str| {
        let found = CODES.iter().find(|(known, _)| *known == code);
        found.map(|(_, explanation)| *explanation)
    };
    for (code, said) in &given {
        let explained = explanation(code).unwrap_or_else(|| panic!("{code}"));
        assert!(!said.is_empty() && said != explained, "{code}");
        assert!(!said.chars().any(char::is_control), "{code}: {said:?}");
        assert!(said.len() < 600, "{code}: {said:?}");
    }
    let areas: BTreeSet<_> = given.iter().map(|(code, _)| area(code)).collect();
    let explained: BTreeSet<_> = CODES.iter().map(|(code, _)| area(code)).collect();
    assert_eq!(areas, explained);
}

fn area(code: &str) -> &str {
    code.split('.').next().unwrap()
}

/// Codes and words of refusals, some of each kind.
fn refusals() -> Vec<(&'static str, String)> {
    let (device, site) = (Device::new(), Site::new());
    let mut given = Vec::new();
    let mut note = |code: &'static str, said: String| given.push((code, said));
    for text in ["", "{", "[]", "{}"] {
        let error = AuthenticationResponse::from_json(text.as_bytes()).unwrap_err();
        note(error.code(), error.to_string());
    }
    for cose in [&[][..], &[0xa0], &[0xa1, 0x18, 0x01, 0x02], &[0xa1, 1, 2]] {
        let error = PublicKey::parse(cose).unwrap_err();
        note(error.code(), error.to_string());
    }
    for bent in [0_usize, 31, 32, 37] {
        let mut data = device.registration_data().bytes();
        data[bent] ^= 0xff;
        let object = attestation_object("none", &data, &[0xa0]);
        let json = device.registration_json_of(&client_data("webauthn.create"), &object);
        if let Err(error) = ceremony::verify(&registration(&json), &site.registration()) {
            note(error.code(), error.to_string());
        }
        let data = Data {
            flags: 0,
            ..device.assertion_data()
        };
        let response = authentication(&device.assertion_json(&client_data("webauthn.get"), &data));
        let error = assertion::verify(&response, &site.assertion(), &device.stored()).unwrap_err();
        note(error.code(), error.to_string());
    }
    let maker = Maker::new();
    for statement in [
        encode(&without(maker.packed(), "sig")),
        vec![0xa0],
        vec![0xf6],
    ] {
        let object = maker.object("packed", &statement);
        let json = maker
            .device
            .registration_json_of(&maker.client_data, &object);
        let error = ceremony::verify(&registration(&json), &site.registration()).unwrap_err();
        note(error.code(), error.to_string());
    }
    let unsigned = with(maker.packed(), "sig", Cbor::Bytes(vec![1]));
    let object = maker.object("packed", &encode(&unsigned));
    let json = maker
        .device
        .registration_json_of(&maker.client_data, &object);
    let error = ceremony::verify(&registration(&json), &site.registration()).unwrap_err();
    note(error.code(), error.to_string());
    for der in [&[][..], &[0x30, 0x80], &[4, 0]] {
        let error = Certificate::parse(der).unwrap_err();
        note(error.code(), error.to_string());
    }
    let error = validate(&PathInput {
        certificates: &[],
        anchors: &[],
        usage: Usage::Attestation,
        at: Time::from_unix_seconds(0),
        revocation: Revocation::Unchecked,
    })
    .unwrap_err();
    note(error.rule.code(), error.to_string());
    let trust = metadata::Trust {
        anchors: &[],
        signer: None,
        revocation_lists: &[],
        now: Time::from_unix_seconds(0),
    };
    for blob in [&b""[..], b"a.b", b"a.b.c", b"e30.e30.e30"] {
        let error = metadata::verify(blob, &trust).unwrap_err();
        note(error.code(), error.to_string());
    }
    given
}
