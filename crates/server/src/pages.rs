//! Pages and the JSON endpoints that their scripts call, one module per page (`docs/http.md`).

pub(crate) mod error;

mod applications;
mod approve;
mod assets;
mod device;
mod health;
mod home;
mod logos;
mod not_me;
mod pass;
mod password;
mod people;
mod providers;
pub(crate) mod reauthenticate;
mod recover;
mod recover_request;
mod register;
mod security_info;
mod set_up;
mod sign_in;
mod well_known;

use askama::Template;
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use identity::sign_in::{Challenge, SignedIn};
use identity::{Refusal, codes};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::app::AppState;
use crate::error::Rejection;
use crate::extract::Visit;

pub(crate) use logos::{make as make_logo, write_path as write_logo_path};

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .merge(sign_in::routes())
        .merge(reauthenticate::routes())
        .merge(set_up::routes())
        .merge(register::routes())
        .merge(pass::routes())
        .merge(password::routes())
        .merge(recover::routes())
        .merge(recover_request::routes())
        .merge(approve::routes())
        .merge(not_me::routes())
        .merge(security_info::routes())
        .merge(people::routes())
        .merge(applications::routes())
        .merge(device::routes())
        .merge(home::routes())
        .merge(logos::routes())
        .merge(providers::routes())
        .merge(assets::routes())
        .merge(well_known::routes())
        .merge(health::routes())
}

/// A page in its reader's language; a language that was chosen just now is kept.
pub(crate) fn page(state: &AppState, visit: &Visit, template: &impl Template) -> Answer {
    Ok(with_cookie(
        render(template)?,
        visit.reader.cookie(state.origin.starts_with("https://")),
    ))
}

fn render(template: &impl Template) -> Answer {
    template
        .render()
        .map(|text| Html(text).into_response())
        .map_err(|error| {
            tracing::error!(%error, "a template failed");
            Rejection::from(&codes::INTERNAL)
        })
}

/// Options of a ceremony as the page's script takes them.
fn to_value(options: &impl Serialize) -> Answer<serde_json::Value> {
    serde_json::to_value(options).map_err(|error| {
        tracing::error!(%error, "options failed");
        Rejection::from(&codes::INTERNAL)
    })
}

/// The query of a page that goes on somewhere else.
#[derive(Debug, Default, Deserialize)]
struct ReturnQuery {
    #[serde(rename = "return")]
    return_path: Option<String>,
    notice: Option<String>,
    /// Whom an application expects.
    hint: Option<String>,
}

/// Where the way leads for who has just signed out.
pub(crate) const SIGNED_OUT: &str = "/sign-in?notice=signed-out";

/// What a handler answers with.
pub(crate) type Answer<T = Response> = Result<T, Rejection>;

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
    json(&Begun {
        state: challenge.state,
        public_key: challenge.options,
    })
}

#[derive(Serialize)]
struct Empty {}

#[derive(Serialize)]
struct Location<'a> {
    location: &'a str,
}

/// An answer with a new session's cookie.
fn with_session<T: Serialize>(state: &AppState, signed_in: &SignedIn, value: &T) -> Response {
    with_cookie(
        json(value),
        state.cookies.set_session(signed_in.token.expose()),
    )
}

fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// How a ceremony with a passkey ended, for the figures.
fn count<T>(flow: &'static str, outcome: &Result<T, Refusal>) {
    let result = outcome
        .as_ref()
        .map_or_else(|refusal| refusal.code.id, |_| "success");
    metrics::counter!("claviger_sign_ins_total", "flow" => flow, "result" => result).increment(1);
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
        crate::pages::Signals {
            all_accepted: &$signals.all_accepted,
            current_user: &$signals.current_user,
        }
    };
}
use signals;
