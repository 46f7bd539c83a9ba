//! JSON Web Tokens.

use oidc::jwk;
use oidc::jwt::{self, ALGORITHMS, Algorithm, JwtError};
use serde_json::{Map, json};

use crate::Pair;

const PAYLOAD: &str = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";

/// RFC 7515 appendices A.2 and A.3: header, signature, key.
const PUBLISHED: [(&str, &str, &str); 2] = [
    (
        "eyJhbGciOiJSUzI1NiJ9",
        "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
        r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#,
    ),
    (
        "eyJhbGciOiJFUzI1NiJ9",
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
        r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
    ),
];

#[test]
fn published_examples_verify_and_no_other_key_does() {
    for (header, signature, key) in PUBLISHED {
        let token = format!("{header}.{PAYLOAD}.{signature}");
        let parsed = jwt::parse(&token).unwrap();
        let key = jwk::parse(key.as_bytes()).unwrap();
        let claims = parsed.verify(&key, ALGORITHMS).unwrap();
        assert_eq!(claims.text("iss"), Ok("joe"));
        assert_eq!(claims.int("exp"), Ok(1_300_819_380));
        assert_eq!(
            parsed
                .verify(&Pair::make().public(), ALGORITHMS)
                .unwrap_err(),
            match parsed.header().algorithm {
                Algorithm::Es256 => JwtError::SignatureInvalid,
                _ => JwtError::KeyMismatch,
            }
        );
        // Accepted by the key, but not by the caller.
        assert_eq!(
            parsed.verify(&key, &[Algorithm::EdDsa]).unwrap_err(),
            JwtError::AlgorithmRefused
        );
    }
}

#[test]
fn every_character_of_a_token_counts() {
    for (header, signature, key) in PUBLISHED {
        let token = format!("{header}.{PAYLOAD}.{signature}");
        let key = jwk::parse(key.as_bytes()).unwrap();
        for at in 0..token.len() {
            for other in [b'A', b'B', b'.', b'=', b' ', b'\n'] {
                let mut bent = token.clone().into_bytes();
                if bent[at] == other {
                    continue;
                }
                bent[at] = other;
                let bent = String::from_utf8(bent).unwrap();
                let verified = jwt::parse(&bent).and_then(|it| it.verify(&key, ALGORITHMS));
                assert!(verified.is_err(), "{bent}");
            }
        }
    }
}

#[test]
fn headers_that_are_not_taken() {
    let pair = Pair::make();
    let cases = [
        (r#"{"alg":"none"}"#, JwtError::AlgorithmRefused),
        (r#"{"alg":"None"}"#, JwtError::AlgorithmRefused),
        (r#"{"alg":"HS256"}"#, JwtError::AlgorithmRefused),
        (r#"{"alg":"es256"}"#, JwtError::AlgorithmRefused),
        (r#"{"alg":"RS1"}"#, JwtError::AlgorithmRefused),
        (r#"{"alg":["ES256"]}"#, JwtError::Malformed),
        (r#"{"typ":"JWT"}"#, JwtError::Malformed),
        (r#"{"alg":"ES256","alg":"ES256"}"#, JwtError::Malformed),
        (r#"{"alg":"ES256","crit":["exp"]}"#, JwtError::Critical),
        (r#"{"alg":"ES256","crit":[]}"#, JwtError::Critical),
        (
            r#"{"alg":"ES256","b64":false,"crit":["b64"]}"#,
            JwtError::Critical,
        ),
        (r#"{"alg":"ES256","kid":1}"#, JwtError::Malformed),
        (r#"["ES256"]"#, JwtError::Malformed),
        ("", JwtError::Malformed),
    ];
    for (header, error) in cases {
        let token = pair.sign(header, r#"{"sub":"x"}"#);
        assert_eq!(jwt::parse(&token).unwrap_err(), error, "{header}");
    }
    for claims in ["[]", "", r#"{"a":1,"a":2}"#, "{} "] {
        let token = pair.sign(r#"{"alg":"ES256"}"#, claims);
        let parsed = jwt::parse(&token);
        assert_eq!(parsed.is_ok(), claims == "{} ", "{claims}");
    }
    let long = format!(r#"{{"alg":"ES256","kid":"{}"}}"#, "x".repeat(257));
    assert_eq!(
        jwt::parse(&pair.sign(&long, "{}")).unwrap_err(),
        JwtError::Malformed
    );
    let long = format!(r#"{{"a":"{}"}}"#, "x".repeat(16 * 1024));
    assert_eq!(
        jwt::parse(&pair.sign(r#"{"alg":"ES256"}"#, &long)).unwrap_err(),
        JwtError::TooLong
    );
}

/// A key that the token carries or points to is nobody's.
#[test]
fn keys_in_the_header_are_not_looked_at() {
    let (ours, theirs) = (Pair::make(), Pair::make());
    let header = format!(
        r#"{{"alg":"ES256","jwk":{},"jku":"https://evil.example/keys","x5c":["AAAA"],"kid":"ours"}}"#,
        theirs.public().to_json()
    );
    let token = theirs.sign(&header, r#"{"sub":"x"}"#);
    let verified = jwt::parse(&token)
        .unwrap()
        .verify(&ours.public(), ALGORITHMS);
    assert_eq!(verified.unwrap_err(), JwtError::SignatureInvalid);
}

#[test]
fn time_is_judged_at_both_ends() {
    let pair = Pair::make();
    let check = |claims: serde_json::Value, now| {
        let token = pair.sign_claims(&claims);
        let parsed = jwt::parse(&token).unwrap();
        let claims = parsed.verify(&pair.public(), ALGORITHMS).unwrap();
        claims.check_time(now, 10)
    };
    assert_eq!(check(json!({ "exp": 100 }), 109), Ok(()));
    assert_eq!(check(json!({ "exp": 100 }), 110), Err(JwtError::Expired));
    assert_eq!(check(json!({ "exp": 100, "nbf": 50 }), 40), Ok(()));
    assert_eq!(
        check(json!({ "exp": 100, "nbf": 50 }), 39),
        Err(JwtError::NotYetValid)
    );
    assert_eq!(
        check(json!({ "exp": 100, "iat": 50 }), 39),
        Err(JwtError::NotYetValid)
    );
    for claims in [
        json!({}),
        json!({ "exp": "100" }),
        json!({ "exp": 100.5 }),
        json!({ "exp": null }),
        json!({ "exp": 100, "nbf": "1" }),
        json!({ "exp": 100, "iat": [1] }),
    ] {
        assert_eq!(
            check(claims.clone(), 1),
            Err(JwtError::ClaimUnfit),
            "{claims}"
        );
    }
    // Numbers at the edges overflow nothing.
    assert_eq!(
        check(json!({ "exp": i64::MAX, "nbf": i64::MIN }), i64::MAX - 1),
        Ok(())
    );
}

#[test]
fn what_is_put_together_is_taken_apart() {
    let pair = Pair::make();
    let mut claims = Map::new();
    claims.insert("aud".to_owned(), json!(["a", "b"]));
    let input = jwt::prepare(Algorithm::Es256, "name", "at+jwt", &claims);
    let signature = pair
        .0
        .sign(&aws_lc_rs::rand::SystemRandom::new(), input.as_bytes())
        .unwrap();
    let token = jwt::finish(&input, signature.as_ref());
    let parsed = jwt::parse(&token).unwrap();
    assert_eq!(parsed.header().key_id.as_deref(), Some("name"));
    assert_eq!(parsed.header().token_type.as_deref(), Some("at+jwt"));
    let claims = parsed.verify(&pair.public(), &[Algorithm::Es256]).unwrap();
    assert_eq!(claims.texts("aud").unwrap(), ["a", "b"]);
    assert!(claims.text("aud").is_err() && claims.texts("sub").is_err());
    let typed = pair.sign(r#"{"alg":"ES256","typ":"application/AT+jwt"}"#, "{}");
    let typed = jwt::parse(&typed).unwrap();
    assert_eq!(typed.header().token_type.as_deref(), Some("at+jwt"));
}
