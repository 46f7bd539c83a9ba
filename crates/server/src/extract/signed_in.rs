//! The session that the cookie names, read from the database once in a request.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use identity::{Refusal, Session, codes, sessions};

use crate::app::AppState;
use crate::error::Rejection;

/// The live session, if there is one.
#[derive(Debug, Clone)]
pub struct CurrentSession(pub Option<Session>);

/// A live session; without one the answer is `session.none` and the way to sign in.
#[derive(Debug, Clone)]
pub struct SignedIn(pub Session);

/// Reads the session and keeps it with the request, so that guard and handler ask once.
pub async fn read_session(
    state: &AppState,
    headers: &HeaderMap,
    extensions: &mut Extensions,
) -> Result<Option<Session>, Refusal> {
    if let Some(CurrentSession(session)) = extensions.get() {
        return Ok(session.clone());
    }
    let session = match state.cookies.find_session(headers) {
        Some(token) => sessions::authenticate(&state.identity, token).await?,
        None => None,
    };
    extensions.insert(CurrentSession(session.clone()));
    Ok(session)
}

impl FromRequestParts<AppState> for CurrentSession {
    type Rejection = Rejection;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<CurrentSession, Rejection> {
        Ok(CurrentSession(
            read_session(state, &parts.headers, &mut parts.extensions).await?,
        ))
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Rejection;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &AppState,
    ) -> Result<SignedIn, Rejection> {
        let CurrentSession(session) = CurrentSession::from_request_parts(parts, state).await?;
        session
            .map(SignedIn)
            .ok_or_else(|| Rejection::from(&codes::NO_SESSION))
    }
}
