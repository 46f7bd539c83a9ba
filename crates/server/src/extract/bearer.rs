//! The access token of a request (RFC 6750 section 2.1, RFC 9449 section 7.1), and what the refused are told.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use identity::Refusal;
use identity::bearer::{Shown, ShownProof};
use identity::codes;
use oidc::jwt::ALGORITHMS;

/// The header of a proof of possession (RFC 9449 section 4.1).
pub(crate) const DPOP: HeaderName = HeaderName::from_static("dpop");

/// The one value of a header that was sent once.
fn find_one<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let (first, second) = (values.next(), values.next());
    first
        .filter(|_| second.is_none())
        .and_then(|value| value.to_str().ok())
}

/// The one token in the one `Authorization` header, with the proof that belongs to it; unverified.
pub(crate) fn read_token<'a>(
    method: &'a Method,
    path: &'a str,
    headers: &'a HeaderMap,
) -> Result<Shown<'a>, Refusal> {
    let missing = || Refusal {
        detail: Some("token.missing"),
        ..Refusal::new(&codes::TOKEN_UNUSABLE)
    };
    let (scheme, token) = find_one(headers, &header::AUTHORIZATION)
        .and_then(|value| value.split_once(' '))
        .ok_or_else(missing)?;
    let token = token.trim();
    let is_bound = scheme.eq_ignore_ascii_case("dpop");
    if token.is_empty() || !(is_bound || scheme.eq_ignore_ascii_case("bearer")) {
        return Err(missing());
    }
    let proof = is_bound.then(|| ShownProof {
        // None, or more than one, is no proof.
        proof: find_one(headers, &DPOP).unwrap_or_default(),
        method: method.as_str(),
        path,
    });
    Ok(Shown { token, proof })
}

/// What an unauthenticated request is told (RFC 6750 section 3, RFC 9449 section 7.1): `error` of the scheme that it meant.
pub(crate) fn write_challenge(detail: Option<&str>, code: &str) -> HeaderValue {
    let names: Vec<&str> = ALGORITHMS.iter().map(|it| it.as_str()).collect();
    let algorithms = names.join(" ");
    let text = match (code, detail) {
        ("proof.unfit", _) => format!("DPoP error=\"invalid_dpop_proof\", algs=\"{algorithms}\""),
        (_, Some("token.bound_to_key" | "token.not_bound" | "token.other_key")) => {
            format!("DPoP error=\"invalid_token\", algs=\"{algorithms}\"")
        }
        // RFC 6750 section 3.1: who did not try to prove anything is told nothing but the scheme.
        (_, Some("token.missing")) => "Bearer".to_owned(),
        _ => "Bearer error=\"invalid_token\"".to_owned(),
    };
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Bearer"))
}
