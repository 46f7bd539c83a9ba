//! A change comes from our own page: its origin and its token are checked for every request that
//! is not a plain read, before any handler runs.

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, Method, header};
use identity::{BrowserId, Refusal, codes};

use crate::app::AppState;
use crate::error::Rejection;
use crate::extract::{Browser, body, read_session};
use crate::oidc_api;

/// The header in which page scripts send the token of `<meta name="csrf-token">`.
pub(crate) const HEADER: &str = "x-csrf-token";

/// What a request needs that carries no session: these pages may have been opened before
/// somebody signed in elsewhere in the same browser, so a token of the browser alone does.
const WITHOUT_SESSION: [&str; 6] = [
    "/sign-in/",
    "/set-up/",
    "/register/",
    "/pass/",
    "/password/",
    "/recover/",
];

/// For a request that is not a plain read: what costs nothing comes first, then the body, and only then, for what it is
/// worth now, the session.
pub(crate) async fn check(state: &AppState, request: &mut Request) -> Result<(), Rejection> {
    if matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        return Ok(());
    }
    if takes_no_cookie(request) {
        return body::buffer(request).await;
    }
    check_origin(&state.origin, request.headers())?;
    let Some(Browser::Known(browser)) = request.extensions().get().copied() else {
        return Err(forged("csrf.no_browser_cookie").into());
    };
    let token = read_token(request.headers())?.to_owned();
    body::buffer(request).await?;
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str);
    let sessionless = WITHOUT_SESSION
        .iter()
        .any(|prefix| path.starts_with(prefix));
    if sessionless && state.identity.check_csrf(&browser, None, &token) {
        return Ok(());
    }
    Ok(check_with_session(state, request, &browser, &token).await?)
}

/// An endpoint for programs: whoever asks proves it in the request itself, and no cookie of a browser is looked at.
fn takes_no_cookie(request: &Request) -> bool {
    request
        .extensions()
        .get::<MatchedPath>()
        .is_some_and(|path| oidc_api::WITHOUT_COOKIES.contains(&path.as_str()))
}

async fn check_with_session(
    state: &AppState,
    request: &mut Request,
    browser: &BrowserId,
    token: &str,
) -> Result<(), Refusal> {
    let headers = request.headers().clone();
    let session = read_session(state, &headers, request.extensions_mut()).await?;
    if state.identity.check_csrf(
        browser,
        session.as_ref().map(|session| session.session_id),
        token,
    ) {
        return Ok(());
    }
    // The page is ours, but its session is over: say that instead of blaming the page.
    match session {
        None if state.cookies.find_session(&headers).is_some() => {
            Err(Refusal::new(&codes::NO_SESSION))
        }
        _ => Err(forged("csrf.token")),
    }
}

fn check_origin(ours: &str, headers: &HeaderMap) -> Result<(), Refusal> {
    let mut origins = headers.get_all(header::ORIGIN).iter();
    let origin = origins.next().map(|value| value.as_bytes());
    if origin != Some(ours.as_bytes()) || origins.next().is_some() {
        return Err(forged("csrf.origin"));
    }
    match headers.get("sec-fetch-site").map(|value| value.as_bytes()) {
        None | Some(b"same-origin") => Ok(()),
        Some(_) => Err(forged("csrf.fetch_site")),
    }
}

fn read_token(headers: &HeaderMap) -> Result<&str, Refusal> {
    headers
        .get(HEADER)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(|| forged("csrf.no_token"))
}

fn forged(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::CSRF)
    }
}

#[cfg(test)]
mod tests {
    use super::check_origin;
    use axum::http::HeaderMap;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|&(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .fold(
                HeaderMap::new(),
                |mut map, (name, value): (axum::http::HeaderName, axum::http::HeaderValue)| {
                    map.append(name, value);
                    map
                },
            )
    }

    #[test]
    fn origin_must_be_the_public_origin_exactly() {
        let ours = "https://login.example.org";
        assert!(check_origin(ours, &headers(&[("origin", ours)])).is_ok());
        assert!(
            check_origin(
                ours,
                &headers(&[("origin", ours), ("sec-fetch-site", "same-origin")])
            )
            .is_ok()
        );
        let refused: [&[(&str, &str)]; 10] = [
            &[],
            &[("origin", "null")],
            &[("origin", "https://login.example.org/")],
            &[("origin", "https://login.example.org:443")],
            &[("origin", "HTTPS://login.example.org")],
            &[("origin", "http://login.example.org")],
            &[("origin", "https://evil.example")],
            &[("origin", ours), ("origin", "https://evil.example")],
            &[("origin", ours), ("sec-fetch-site", "cross-site")],
            &[("origin", ours), ("sec-fetch-site", "same-site")],
        ];
        for case in refused {
            assert!(check_origin(ours, &headers(case)).is_err(), "{case:?}");
        }
    }
}
