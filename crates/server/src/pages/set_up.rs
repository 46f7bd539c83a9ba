//! The first administrator (security 18).

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use identity::codes;
use identity::setup::{self, Claim};
use serde::{Deserialize, Serialize};

use super::{Answer, Begun, Ceremony, json, page};
use crate::app::AppState;
use crate::error::Rejection;
use crate::extract::{AskedBy, JsonBody, Visit};
use crate::view::set_up::SetUp;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/set-up", get(show))
        .route("/set-up/begin", post(begin))
        .route("/set-up/finish", post(finish))
}

async fn show(State(state): State<AppState>, visit: Visit) -> Answer {
    if !setup::is_open(&state.identity).await? {
        return Err(Rejection::from(&codes::SETUP_CLOSED).toward("/sign-in".to_owned()));
    }
    let rp_id = state.identity.settings().rp_id.as_str();
    page(
        &state,
        &visit,
        &SetUp {
            frame: visit.frame(),
            rp_id,
            origin: &state.origin,
        },
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Request {
    token: String,
    organisation: String,
    user_name: String,
    display_name: String,
}

async fn begin(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Request>,
) -> Answer {
    let claim = Claim {
        organisation: body.organisation,
        user_name: body.user_name,
        display_name: body.display_name,
    };
    let creation = setup::begin(&state.identity, &caller, &body.token, &claim).await?;
    Ok(json(&Begun {
        state: creation.state,
        public_key: creation.options,
    }))
}

/// Where a first passkey's owner signs in with it.
pub(super) const AFTER_REGISTERING: &str = "/sign-in?notice=registered";

/// The new passkey's owner signs in with it next: registering opens no session (security 1).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Registered {
    pub(super) location: &'static str,
    pub(super) user_name: String,
}

async fn finish(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Ceremony>,
) -> Answer {
    let user_name = setup::finish(
        &state.identity,
        &caller,
        &body.state,
        body.response.get().as_bytes(),
    )
    .await?;
    Ok(json(&Registered {
        location: AFTER_REGISTERING,
        user_name,
    }))
}
