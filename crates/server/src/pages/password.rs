//! Signing in by a password and a code; and the passkey that takes their place.

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use identity::passkeys;
use identity::password::{self, Factor};
use serde::{Deserialize, Serialize};

use super::sign_in::end_replaced;
use super::{
    Answer, Ceremony, Empty, Location, Nothing, ReturnQuery, count, json, page, signals,
    with_session,
};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody, PageQuery, SignedIn, Visit, return_path};
use crate::view::password::{Password, Upgrade};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/password", get(show))
        .route("/password/enter", post(enter))
        .route("/password/mail", post(send_code))
        .route("/password/code", post(finish))
        .route("/upgrade", get(show_upgrade))
        .route("/upgrade/begin", post(begin_upgrade))
        .route("/upgrade/finish", post(finish_upgrade))
}

/// The page that asks for both, then leads to a path of ours.
pub(super) fn address(return_path: &str) -> String {
    return_path::with_return("/password", return_path)
}

async fn show(
    State(state): State<AppState>,
    visit: Visit,
    PageQuery(query): PageQuery<ReturnQuery>,
) -> Answer {
    let on = return_path::accept(query.return_path.as_deref());
    let back = oidc::form::write(&[("return", on)]);
    let template = Password {
        frame: visit.frame(),
        is_on: password::are_on(&state.identity),
        sign_in: format!("/sign-in?{back}"),
        recover: format!("/recover?{back}"),
        return_path: on,
        hint: query.hint.as_deref().unwrap_or_default(),
    };
    page(&state, &visit, &template)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entered {
    name: String,
    password: String,
}

#[derive(Serialize)]
struct Accepted {
    state: String,
    /// What the person has, the preferred one first.
    factors: Vec<&'static str>,
}

async fn enter(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Entered>,
) -> Answer {
    let entered = password::enter(&state.identity, &caller, &body.name, &body.password).await?;
    Ok(json(&Accepted {
        factors: entered.factors.into_iter().map(Factor::as_str).collect(),
        state: entered.state,
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    state: String,
}

/// To the address that the directory knows, and nowhere else (past mistake 8).
async fn send_code(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Sent>,
) -> Answer {
    password::send_code(&state.identity, &caller, &body.state).await?;
    Ok(json(&Empty {}))
}

/// As [`Factor::as_str`] writes it.
#[derive(Clone, Copy, Deserialize)]
enum FactorWord {
    #[serde(rename = "software_oath")]
    App,
    #[serde(rename = "email")]
    Mail,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    state: String,
    factor: FactorWord,
    code: String,
    #[serde(rename = "return", default)]
    return_path: Option<String>,
}

async fn finish(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Code>,
) -> Answer {
    let factor = match body.factor {
        FactorWord::App => Factor::App,
        FactorWord::Mail => Factor::Mail,
    };
    let code = (factor, body.code.as_str());
    let signed_in = password::finish(&state.identity, &caller, &body.state, code).await;
    count("password", &signed_in);
    let signed_in = signed_in?;
    end_replaced(&state, &caller, &headers, &signed_in.session).await;
    let on = return_path::accept(body.return_path.as_deref());
    // The session is on disk: what can't be read now is no reason to lose it.
    let is_due = passkeys::is_due(&state.identity, &signed_in.session).await;
    let location = match is_due.unwrap_or(false) {
        true => return_path::with_return("/upgrade", on),
        false => on.to_owned(),
    };
    Ok(with_session(
        &state,
        &signed_in,
        &Location {
            location: &location,
        },
    ))
}

/// Who has a passkey, or can't have one, goes on.
async fn show_upgrade(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    visit: Visit,
    PageQuery(query): PageQuery<ReturnQuery>,
) -> Answer {
    let on = return_path::accept(query.return_path.as_deref());
    if !passkeys::is_due(&state.identity, &session).await? {
        return Ok(Redirect::to(on).into_response());
    }
    let template = Upgrade {
        frame: visit.frame(),
        return_path: on,
        rp_id: state.identity.settings().rp_id.as_str(),
    };
    page(&state, &visit, &template)
}

#[derive(Serialize)]
struct Begun<C: Serialize> {
    state: String,
    creation: C,
}

async fn begin_upgrade(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    _: JsonBody<Nothing>,
) -> Answer {
    let begun = passkeys::begin_upgrade(&state.identity, &caller, &session).await?;
    Ok(json(&Begun {
        state: begun.state,
        creation: begun.creation,
    }))
}

#[derive(Serialize)]
struct Added<'a, S: Serialize> {
    name: &'a str,
    signals: S,
}

async fn finish_upgrade(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Ceremony>,
) -> Answer<Response> {
    let response = body.response.get().as_bytes();
    let added =
        passkeys::finish_upgrade(&state.identity, &caller, &session, &body.state, response).await?;
    Ok(json(&Added {
        name: &added.name,
        signals: signals!(added.signals),
    }))
}
