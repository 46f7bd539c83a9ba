//! Signing in and out.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::post;
use identity::{Refusal, sessions, sign_in};
use serde::{Deserialize, Serialize};

use super::{Answer, CeremonyWithReturn, Location, Nothing, challenge, json, signals, with_cookie, with_session};
use crate::app::AppState;
use crate::extract::{AskedBy, CurrentSession, JsonBody, return_path};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/sign-in/challenge", post(begin))
        .route("/sign-in/name", post(begin_named))
        .route("/sign-in/passkey", post(finish))
        .route("/sign-out", post(sign_out))
}

async fn begin(State(state): State<AppState>, AskedBy(caller): AskedBy, _: JsonBody<Nothing>) -> Answer {
    Ok(challenge(sign_in::begin(&state.identity, &caller)?))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    name: String,
}

async fn begin_named(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Name>,
) -> Answer {
    Ok(challenge(sign_in::begin_named(&state.identity, &caller, &body.name).await?))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finished<'a, S: Serialize> {
    location: &'a str,
    signals: S,
    recommend_second: bool,
}

async fn finish(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<CeremonyWithReturn>,
) -> Answer {
    let signed_in = sign_in::finish(&state.identity, &caller, &body.state, body.response.get().as_bytes()).await;
    count(&signed_in);
    let signed_in = signed_in?;
    let finished = Finished {
        location: return_path::accept(body.return_path.as_deref()),
        signals: signals!(signed_in.signals),
        recommend_second: signed_in.recommend_second,
    };
    Ok(with_session(&state, &signed_in, &finished))
}

fn count<T>(outcome: &Result<T, Refusal>) {
    let result = outcome.as_ref().map_or_else(|refusal| refusal.code.id, |_| "success");
    metrics::counter!("claviger_sign_ins_total", "result" => result).increment(1);
}

/// Signing out where nobody is signed in is done already.
async fn sign_out(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    CurrentSession(session): CurrentSession,
    _: JsonBody<Nothing>,
) -> Answer<Response> {
    if let Some(session) = session {
        sessions::sign_out(&state.identity, &caller, &session).await?;
    }
    Ok(with_cookie(json(&Location { location: "/sign-in" }), state.cookies.clear_session()))
}
