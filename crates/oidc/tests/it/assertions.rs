//! `private_key_jwt`.

use oidc::client_assertion::{ClientKey, MAX_LIFETIME, SKEW, unverified_client, verify};
use oidc::jwt::JwtError;
use serde_json::{Value, json};

use crate::Pair;

const NOW: i64 = 1_800_000_000;
const AUDIENCES: [&str; 2] = [
    "https://login.example.org/token",
    "https://login.example.org",
];

fn claims() -> Value {
    json!({ "iss": "me", "sub": "me", "aud": AUDIENCES[0], "exp": NOW + 60, "jti": "once" })
}

fn keys(pairs: &[&Pair]) -> Vec<ClientKey> {
    let key = |(number, pair): (usize, &&Pair)| ClientKey {
        names: vec![format!("key {number}")],
        key: pair.public(),
    };
    pairs.iter().enumerate().map(key).collect()
}

#[test]
fn an_assertion_holds_for_its_client() {
    let (one, two) = (Pair::make(), Pair::make());
    for pair in [&one, &two] {
        let token = pair.sign_claims(&claims());
        assert_eq!(unverified_client(&token).unwrap(), "me");
        let held = verify(&token, "me", &keys(&[&one, &two]), &AUDIENCES, NOW).unwrap();
        assert_eq!((held.id.as_str(), held.expires_at), ("once", NOW + 60));
    }
    let token = one.sign_claims(&claims());
    let other = verify(&token, "me", &keys(&[&two]), &AUDIENCES, NOW);
    assert_eq!(other.unwrap_err(), JwtError::SignatureInvalid);
    let none = verify(&token, "me", &[], &AUDIENCES, NOW);
    assert_eq!(none.unwrap_err(), JwtError::KeyMismatch);
}

#[test]
fn a_key_that_is_named_is_the_only_one_tried() {
    let (one, two) = (Pair::make(), Pair::make());
    let sign = |pair: &Pair, name: &str| {
        let header = format!(r#"{{"alg":"ES256","kid":"{name}"}}"#);
        pair.sign(&header, &claims().to_string())
    };
    let check = |token: &str| verify(token, "me", &keys(&[&one, &two]), &AUDIENCES, NOW);
    assert!(check(&sign(&two, "key 1")).is_ok());
    assert_eq!(
        check(&sign(&two, "key 0")).unwrap_err(),
        JwtError::SignatureInvalid
    );
    // A name of the client's own software.
    assert!(check(&sign(&two, "sha1 of something")).is_ok());
}

#[test]
fn each_claim_counts() {
    let pair = Pair::make();
    let cases: [(&str, Value, Result<(), JwtError>); 20] = [
        ("aud", json!(AUDIENCES[1]), Ok(())),
        (
            "aud",
            json!(["https://elsewhere.example", AUDIENCES[0]]),
            Ok(()),
        ),
        ("exp", json!(NOW + MAX_LIFETIME), Ok(())),
        ("exp", json!(NOW - SKEW + 1), Ok(())),
        ("iat", json!(NOW - 30), Ok(())),
        ("iss", json!("you"), Err(JwtError::ClaimUnfit)),
        ("sub", json!("you"), Err(JwtError::ClaimUnfit)),
        ("sub", Value::Null, Err(JwtError::ClaimUnfit)),
        (
            "aud",
            json!("https://login.example.org/token/"),
            Err(JwtError::ClaimUnfit),
        ),
        ("aud", json!([]), Err(JwtError::ClaimUnfit)),
        ("aud", json!([1]), Err(JwtError::ClaimUnfit)),
        (
            "aud",
            json!({ "a": AUDIENCES[0] }),
            Err(JwtError::ClaimUnfit),
        ),
        ("exp", json!(NOW - SKEW), Err(JwtError::Expired)),
        (
            "exp",
            json!(NOW + MAX_LIFETIME + SKEW + 1),
            Err(JwtError::ClaimUnfit),
        ),
        ("exp", Value::Null, Err(JwtError::ClaimUnfit)),
        ("nbf", json!(NOW + SKEW + 1), Err(JwtError::NotYetValid)),
        ("iat", json!(NOW + SKEW + 1), Err(JwtError::NotYetValid)),
        ("jti", json!(""), Err(JwtError::ClaimUnfit)),
        ("jti", json!(7), Err(JwtError::ClaimUnfit)),
        ("jti", json!("x".repeat(257)), Err(JwtError::ClaimUnfit)),
    ];
    for (name, value, expected) in cases {
        let mut claims = claims();
        claims[name] = value.clone();
        let token = pair.sign_claims(&claims);
        let held = verify(&token, "me", &keys(&[&pair]), &AUDIENCES, NOW);
        assert_eq!(held.map(drop), expected, "{name} = {value}");
    }
}

#[test]
fn tokens_of_another_kind_are_no_assertions() {
    let pair = Pair::make();
    for (kind, fits) in [
        ("JWT", true),
        ("client-authentication+jwt", true),
        ("at+jwt", false),
        ("dpop+jwt", false),
        ("logout+jwt", false),
    ] {
        let header = format!(r#"{{"alg":"ES256","typ":"{kind}"}}"#);
        let token = pair.sign(&header, &claims().to_string());
        let held = verify(&token, "me", &keys(&[&pair]), &AUDIENCES, NOW);
        assert_eq!(held.is_ok(), fits, "{kind}");
    }
}
