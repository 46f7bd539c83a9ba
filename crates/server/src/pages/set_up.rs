//! The first administrator (security 18).

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use identity::setup::{self, Claim};
use serde::{Deserialize, Serialize};

use super::{Answer, Begun, Ceremony, json};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/set-up/begin", post(begin)).route("/set-up/finish", post(finish))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Request {
    token: String,
    organisation: String,
    user_name: String,
    display_name: String,
}

async fn begin(State(state): State<AppState>, AskedBy(caller): AskedBy, JsonBody(body): JsonBody<Request>) -> Answer {
    let claim =
        Claim { organisation: body.organisation, user_name: body.user_name, display_name: body.display_name };
    let creation = setup::begin(&state.identity, &caller, &body.token, &claim).await?;
    Ok(json(&Begun { state: creation.state, public_key: creation.options }))
}

/// The new passkey's owner signs in with it next: registering opens no session (security 1).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Registered {
    pub(super) location: &'static str,
    pub(super) user_name: String,
}

async fn finish(State(state): State<AppState>, AskedBy(caller): AskedBy, JsonBody(body): JsonBody<Ceremony>) -> Answer {
    let user_name = setup::finish(&state.identity, &caller, &body.state, body.response.get().as_bytes()).await?;
    Ok(json(&Registered { location: "/sign-in", user_name }))
}
