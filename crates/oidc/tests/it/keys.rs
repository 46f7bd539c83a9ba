//! JSON Web Keys.

use data_encoding::BASE64URL_NOPAD;
use oidc::jwk::{self, JwkError, PublicKey};
use oidc::jwt::Algorithm;

const RSA: &str = r#"{"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw","e":"AQAB","alg":"RS256","kid":"2011-04-29"}"#;
const ED25519: &str =
    r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;

#[test]
fn rfc_7638_section_3_1_and_rfc_8037_appendix_a_3() {
    let thumbprint = |text: &str| jwk::parse(text.as_bytes()).unwrap().thumbprint_text();
    assert_eq!(
        thumbprint(RSA),
        "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    );
    assert_eq!(
        thumbprint(ED25519),
        "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    );
}

#[test]
fn rfc_8037_appendix_a_4() {
    let key = jwk::parse(ED25519.as_bytes()).unwrap();
    let input = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
    let signature =
        "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).unwrap();
    assert!(key.verify(Algorithm::EdDsa, input, &signature));
    assert!(!key.verify(Algorithm::Es256, input, &signature));
    assert!(!key.verify(Algorithm::EdDsa, &input[1..], &signature));
}

#[test]
fn a_key_fits_its_own_algorithms_only() {
    let fits = |text: &str| -> Vec<Algorithm> {
        let key = jwk::parse(text.as_bytes()).unwrap();
        let all = oidc::jwt::ALGORITHMS.iter().copied();
        all.filter(|algorithm| key.fits(*algorithm)).collect()
    };
    assert_eq!(fits(P256), [Algorithm::Es256]);
    assert_eq!(fits(ED25519), [Algorithm::EdDsa]);
    // The key says that it is for one of the two.
    assert_eq!(fits(RSA), [Algorithm::Rs256]);
    let either = RSA.replace(r#","alg":"RS256""#, "");
    assert_eq!(fits(&either), [Algorithm::Rs256, Algorithm::Ps256]);
}

#[test]
fn what_is_written_is_read_again() {
    for text in [P256, ED25519, RSA] {
        let key = jwk::parse(text.as_bytes()).unwrap();
        let again = jwk::parse(key.to_json().as_bytes()).unwrap();
        assert_eq!(again.thumbprint(), key.thumbprint());
        let algorithm = match text {
            P256 => Algorithm::Es256,
            ED25519 => Algorithm::EdDsa,
            _ => Algorithm::Rs256,
        };
        let entry = key.to_set_entry("name", algorithm);
        assert_eq!(
            (&entry["kid"], &entry["use"]),
            (&"name".into(), &"sig".into())
        );
        assert!(
            jwk::parse(entry.to_string().as_bytes())
                .unwrap()
                .fits(algorithm)
        );
    }
}

#[test]
fn keys_that_are_not_taken() {
    let with = |member: &str| P256.replacen('{', &format!("{{{member},"), 1);
    let short = RSA.replace("0vx7agoebGcQSuuPiLJX", "");
    let even = RSA.replace("nqDKgw\"", "nqDKgA\"");
    let cases: Vec<(String, JwkError)> = vec![
        (with(r#""d":"AAAA""#), JwkError::Private),
        (with(r#""k":"AAAA""#), JwkError::Private),
        (RSA.replacen('{', r#"{"p":"AA","#, 1), JwkError::Private),
        (r#"{"kty":"oct","k":"AAAA"}"#.to_owned(), JwkError::Private),
        (r#"{"kty":"oct"}"#.to_owned(), JwkError::Private),
        (with(r#""use":"enc""#), JwkError::Unsupported),
        (with(r#""key_ops":["sign"]"#), JwkError::Unsupported),
        (with(r#""key_ops":"verify""#), JwkError::Unsupported),
        (with(r#""alg":"RS256""#), JwkError::Unsupported),
        (with(r#""alg":"none""#), JwkError::Unsupported),
        (with(r#""alg":7"#), JwkError::Unsupported),
        (P256.replace("P-256", "P-521"), JwkError::Unsupported),
        (P256.replace("P-256", "secp256k1"), JwkError::Unsupported),
        (P256.replace("P-256", "P-384"), JwkError::Unfit),
        (P256.replace("f83O", "AAAA"), JwkError::Unfit),
        (P256.replace("\"y\"", "\"z\""), JwkError::Malformed),
        (P256.replace("f83O", "f83O="), JwkError::Malformed),
        (short, JwkError::Unfit),
        (even, JwkError::Unfit),
        (RSA.replace("AQAB", "AQ"), JwkError::Unfit),
        (RSA.replace("AQAB", "Ag"), JwkError::Unfit),
        (RSA.replace("AQAB", "AAEAAQ"), JwkError::Unfit),
        (RSA.replace("AQAB", "AQAAAAE"), JwkError::Unfit),
        (RSA.replace("\"n\":\"", "\"n\":\"AAAA"), JwkError::Unfit),
        (with(r#""kty":"EC""#), JwkError::Malformed),
        ("{}".to_owned(), JwkError::Malformed),
        ("[]".to_owned(), JwkError::Malformed),
        (" ".repeat(9000), JwkError::TooLong),
    ];
    for (text, error) in cases {
        assert_eq!(jwk::parse(text.as_bytes()).unwrap_err(), error, "{text}");
    }
}

#[test]
fn keys_in_der() {
    // RFC 8410 section 10.1.
    let spki =
        "302a300506032b657003210019bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";
    let spki = data_encoding::HEXLOWER.decode(spki.as_bytes()).unwrap();
    let key = PublicKey::of_spki(&spki).unwrap();
    assert!(key.fits(Algorithm::EdDsa));
    assert!(
        key.to_json()
            .contains("Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE")
    );
    for at in 0..spki.len() {
        assert!(PublicKey::of_spki(&spki[..at]).is_err());
    }
    assert!(PublicKey::of_spki(&[&spki[..], &[0]].concat()).is_err());
    assert!(PublicKey::of_pkcs1(&spki).is_err());
}
