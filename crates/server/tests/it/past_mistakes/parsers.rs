//! D: parsers and secrets.

use http::{HeaderValue, Method, header};
use serde_json::{Value, json};
use testkit::Device;

use crate::in_each_house;

/// All addresses that take a body.
const POSTS: [&str; 43] = [
    "/sign-in/challenge",
    "/sign-in/name",
    "/sign-in/passkey",
    "/sign-out",
    "/reauthenticate/challenge",
    "/reauthenticate/passkey",
    "/set-up/begin",
    "/set-up/finish",
    "/register/begin",
    "/register/finish",
    "/pass/enter",
    "/pass/begin",
    "/pass/finish",
    "/password/enter",
    "/password/mail",
    "/password/code",
    "/upgrade/begin",
    "/upgrade/finish",
    "/recover/enter",
    "/recover/begin",
    "/recover/finish",
    "/security-info/passkeys/begin",
    "/security-info/passkeys/finish",
    "/security-info/passkeys/rename",
    "/security-info/passkeys/remove",
    "/security-info/passkeys/confirm",
    "/security-info/passkeys/lost",
    "/security-info/codes/make",
    "/security-info/password/set",
    "/security-info/password/remove",
    "/security-info/app/begin",
    "/security-info/app/finish",
    "/security-info/app/remove",
    "/security-info/sessions/end",
    "/people/add",
    "/people/link",
    "/people/pass",
    "/people/passkeys",
    "/people/lost",
    "/people/rename",
    "/people/disable",
    "/people/enable",
    "/people/nothing-here",
];

/// Row 39: no body brings the server down or takes long; each gets a refusal in our shape.
#[test]
fn past_mistake_39_hostile_bodies_are_refused() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        ada.browser.hold_token().await;
        let deep = |open: &str, close: &str| {
            format!(
                "{}{}",
                open.repeat(30_000 / open.len()),
                close.repeat(30_000 / open.len())
            )
        };
        let bodies = [
            String::new(),
            "{".to_owned(),
            "null".to_owned(),
            "\"\\ud800\"".to_owned(),
            "{\"state\":\"\u{0}\"}".to_owned(),
            deep("[", "]"),
            deep("{\"a\":", "}"),
            format!("{{\"state\":\"x\",\"response\":{}}}", deep("[", "]")),
            format!("{{\"name\":\"{}\"}}", "a".repeat(60_000)),
            format!("{{\"state\":{}}}", "9".repeat(40_000)),
            "{\"state\":1e999999}".to_owned(),
            "\u{feff}{}".to_owned(),
            "{\"token\":\"a\",\"token\":\"b\"}".to_owned(),
        ];
        for path in POSTS {
            for body in &bodies {
                // A name may be anything: what can't be one is answered like a name that nobody has.
                if path == "/sign-in/name" && body.starts_with("{\"name\":\"aaa") {
                    continue;
                }
                let answer = ada.browser.post_text(path, body.clone()).await;
                assert!(
                    answer.status.is_client_error(),
                    "{path} answered {} to {:.80}",
                    answer.status,
                    body
                );
                assert!(!answer.code().is_empty(), "{path}: {}", answer.text());
            }
        }
        assert!(ada.browser.is_signed_in().await);
    });
}

#[test]
fn past_mistake_39_large_bodies_are_not_read() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        ada.browser.hold_token().await;
        for path in POSTS.iter().filter(|it| !it.ends_with("nothing-here")) {
            let body = format!("{{\"name\":\"{}\"}}", "a".repeat(65 * 1024));
            let answer = ada.browser.post_text(path, body).await;
            answer.refused(413, "request.too_large");
        }
        // The same without a declared length.
        let chunks = axum::body::Body::new(Endless);
        let request = ada.browser.request(Method::POST, "/sign-in/name", chunks);
        ada.browser
            .send(request)
            .await
            .refused(413, "request.too_large");
    });
}

/// A body that never ends and says nothing about its length.
struct Endless;

impl axum::body::HttpBody for Endless {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(
            axum::body::Bytes::from_static(&[b' '; 4096]),
        ))))
    }
}

#[test]
fn past_mistake_39_other_content_types_are_refused() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        ada.browser.hold_token().await;
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "",
        ] {
            let mut request = ada
                .browser
                .request(Method::POST, "/sign-in/challenge", "{}");
            request
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
            ada.browser
                .send(request)
                .await
                .refused(400, "request.malformed");
        }
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::GET] {
            let mut request = ada.browser.request(Method::POST, "/sign-out", "{}");
            *request.method_mut() = method.clone();
            let answer = ada.browser.send(request).await;
            assert!(
                [404, 405].contains(&answer.status.as_u16()),
                "{method}: {}",
                answer.status
            );
        }
        assert!(ada.browser.is_signed_in().await);
    });
}

/// Row 39 in the parsers of the ceremony: broken CBOR and JSON inside the response.
#[test]
fn past_mistake_39_hostile_attestation_objects_are_refused() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let encode = |bytes: &[u8]| data_encoding::BASE64URL_NOPAD.encode(bytes);
        let nested = [vec![0x81; 9_000], vec![0]].concat();
        let objects = [
            encode(&[]),
            encode(&[0xff]),
            encode(&[0xbf, 0xff]),
            encode(&[0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            encode(&[0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
            encode(&nested),
            encode(&[0xa3, 0x63, b'f', b'm', b't', 0x64, b'n', b'o', b'n', b'e']),
        ];
        for object in objects {
            let offer = ada.browser.begin_add().await;
            let mut response = ada.browser.create(&mut Device::synced(), &offer);
            response["response"]["attestationObject"] = json!(object);
            ada.browser
                .finish_add(&offer, &response)
                .await
                .refused(400, "registration.refused");
        }
        let client_data = [
            "",
            "{",
            "null",
            "[]",
            "{}",
            &"[".repeat(20_000),
            r#"{"type":"webauthn.create","type":"webauthn.get"}"#,
        ];
        for text in client_data {
            let offer = ada.browser.begin_add().await;
            let mut response = ada.browser.create(&mut Device::synced(), &offer);
            response["response"]["clientDataJSON"] = json!(encode(text.as_bytes()));
            ada.browser
                .finish_add(&offer, &response)
                .await
                .refused(400, "registration.refused");
        }
        for extensions in [
            json!(null),
            json!(5),
            json!([]),
            Value::String("A".repeat(20_000)),
        ] {
            let offer = ada.browser.begin_add().await;
            let mut response = ada.browser.create(&mut Device::synced(), &offer);
            response["clientExtensionResults"] = extensions;
            let answer = ada.browser.finish_add(&offer, &response).await;
            assert!(
                [200, 400].contains(&answer.status.as_u16()),
                "{}",
                answer.text()
            );
        }
    });
}

/// Row 40: secrets are compared by `constant_time` only. Reads our own sources: whoever compares a
/// token, hash, tag or MAC by `==` must say why on the line.
#[test]
fn past_mistake_40_secrets_are_compared_in_constant_time() {
    let crates = std::path::Path::new("..");
    let mut wrong = Vec::new();
    let mut uses = 0;
    for room in ["identity", "server", "webauthn", "store"] {
        for file in rust_files(&crates.join(room).join("src")) {
            // The reader of DER compares nothing but the kinds of values.
            if file.ends_with("webauthn/src/der.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&file).unwrap();
            // Tests stand at the end of a file.
            let product = text.split("#[cfg(test)]").next().unwrap_or_default();
            uses += product.matches("verify_slices_are_equal").count();
            for (number, line) in product.lines().enumerate() {
                if compares_a_secret(line) {
                    wrong.push(format!(
                        "{}:{}: {}",
                        file.display(),
                        number + 1,
                        line.trim()
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "compared by ==:\n{}", wrong.join("\n"));
    assert!(uses > 0, "nothing at all is compared in constant time");
}

const SECRET_WORDS: [&str; 7] = [
    "token",
    "secret",
    "mac",
    "tag",
    "csrf",
    "digest",
    "token_hash",
];

/// `==` or `!=` between values named as secrets; lengths, options and variants are none.
fn compares_a_secret(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or_default();
    let Some(at) = code.find(" == ").or_else(|| code.find(" != ")) else {
        return false;
    };
    let (left, right) = (&code[..at], &code[at + 4..]);
    // A tag of ASN.1 says what kind of value follows.
    if right.starts_with("Tag::") {
        return false;
    }
    let word = |side: &str, last: bool| -> String {
        let clean = |c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.');
        let mut words = side.split(clean).filter(|it| !it.is_empty());
        let word = if last {
            words.next_back()
        } else {
            words.next()
        };
        word.unwrap_or_default()
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    let named = |word: &str| SECRET_WORDS.contains(&word);
    named(&word(left, true)) || named(&word(right, false))
}

fn rust_files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn past_mistake_40_the_lint_sees_what_it_shall_see() {
    for bad in [
        "if token == stored {",
        "a.tag != b.tag",
        "expected.secret == other",
        "if x.mac == mac {",
    ] {
        assert!(compares_a_secret(bad), "{bad}");
    }
    for good in [
        "token.len() == 32",
        "a == b",
        "if kind == Token::Secret {",
        "// token == stored",
        "stage == other",
        "if tag == Tag::constructed(4) {",
    ] {
        assert!(!compares_a_secret(good), "{good}");
    }
}
