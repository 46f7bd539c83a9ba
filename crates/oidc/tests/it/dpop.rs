//! Proofs of possession: the standard's own example, and what is no proof of a request.

use oidc::dpop::{About, LIFETIME, SKEW, parse_thumbprint, verify, write_thumbprint};
use oidc::jwt::JwtError;

/// RFC 9449 section 4.1, without the line breaks.
const EXAMPLE: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
const MADE_AT: i64 = 1_562_262_616;
/// Section 6.1.
const THUMBPRINT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

fn about(method: &'static str, address: &'static str) -> About<'static> {
    About {
        method,
        address,
        access_token: None,
    }
}

#[test]
fn rfc_9449_example() {
    let token = about("POST", "https://server.example.com/token");
    let held = verify(EXAMPLE, token, MADE_AT).unwrap();
    assert_eq!(write_thumbprint(&held.key), THUMBPRINT);
    assert_eq!(parse_thumbprint(THUMBPRINT), Some(held.key));
    assert_eq!(held.id, "-BwC3ESc6acc2lTc");
    assert_eq!(held.expires_at, MADE_AT + LIFETIME);
    for (now, error) in [
        (MADE_AT + LIFETIME, Err(JwtError::Expired)),
        (MADE_AT + LIFETIME - 1, Ok(())),
        (MADE_AT - SKEW, Ok(())),
        (MADE_AT - SKEW - 1, Err(JwtError::NotYetValid)),
        (i64::MAX, Err(JwtError::Expired)),
        (i64::MIN, Err(JwtError::NotYetValid)),
    ] {
        assert_eq!(verify(EXAMPLE, token, now).map(drop), error, "{now}");
    }
    for same in [
        "HTTPS://server.example.com/token",
        "https://SERVER.example.com:443/token",
    ] {
        assert!(
            verify(EXAMPLE, about("POST", same), MADE_AT).is_ok(),
            "{same}"
        );
    }
    for other in [
        "http://server.example.com/token",
        "https://server.example.com:444/token",
        "https://server.example.com/token/",
        "https://server.example.com/Token",
        "https://server.example.com",
        "https://server.example.com.evil.example/token",
        "",
    ] {
        let refused = verify(EXAMPLE, about("POST", other), MADE_AT);
        assert_eq!(refused, Err(JwtError::ClaimUnfit), "{other}");
    }
    let other = about("GET", "https://server.example.com/token");
    assert_eq!(verify(EXAMPLE, other, MADE_AT), Err(JwtError::ClaimUnfit));
    // It shows no token, so it is no proof of one.
    let with = About {
        access_token: Some("token"),
        ..token
    };
    assert_eq!(verify(EXAMPLE, with, MADE_AT), Err(JwtError::ClaimUnfit));
}

#[test]
fn each_character_of_the_signature_counts() {
    let token = about("POST", "https://server.example.com/token");
    let from = EXAMPLE.rfind('.').unwrap() + 1;
    for at in from..EXAMPLE.len() {
        let mut bent = EXAMPLE.to_owned();
        let other = if bent.as_bytes()[at] == b'A' {
            "B"
        } else {
            "A"
        };
        bent.replace_range(at..=at, other);
        assert!(verify(&bent, token, MADE_AT).is_err(), "{at}");
    }
}
