//! Pages and the JSON endpoints that their scripts call, one module per page (`docs/http.md`).

pub(crate) mod error;

mod health;
mod people;
mod reauthenticate;
mod register;
mod security_info;
mod set_up;
mod sign_in;
mod well_known;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use identity::sign_in::{Challenge, SignedIn};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::app::AppState;
use crate::error::Rejection;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .merge(sign_in::routes())
        .merge(reauthenticate::routes())
        .merge(set_up::routes())
        .merge(register::routes())
        .merge(security_info::routes())
        .merge(people::routes())
        .merge(well_known::routes())
        .merge(health::routes())
}

/// What a handler answers with.
type Answer<T = Response> = Result<T, Rejection>;

/// The body of an endpoint that needs none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// What the authenticator answered, untouched: `identity` parses it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ceremony {
    state: String,
    response: Box<RawValue>,
}

/// The same, with the page to go on to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CeremonyWithReturn {
    state: String,
    response: Box<RawValue>,
    #[serde(rename = "return", default)]
    return_path: Option<String>,
}

/// A challenge or a creation: the sealed state and the options beside it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Begun<O: Serialize> {
    state: String,
    public_key: O,
}

fn json<T: Serialize>(value: &T) -> Response {
    axum::Json(value).into_response()
}

fn challenge(challenge: Challenge) -> Response {
    json(&Begun { state: challenge.state, public_key: challenge.options })
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Location<'a> {
    location: &'a str,
}

/// An answer with a new session's cookie.
fn with_session<T: Serialize>(state: &AppState, signed_in: &SignedIn, value: &T) -> Response {
    with_cookie(json(value), state.cookies.set_session(signed_in.token.expose()))
}

fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// `signals` as the page script takes them.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Signals<'a, A: Serialize, C: Serialize> {
    all_accepted: &'a A,
    current_user: &'a C,
}

/// Made by a macro because the types of the arguments belong to a room that this one may not name.
macro_rules! signals {
    ($signals:expr) => {
        crate::pages::Signals { all_accepted: &$signals.all_accepted, current_user: &$signals.current_user }
    };
}
use signals;
