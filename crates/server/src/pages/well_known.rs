//! Addresses that browsers and password managers know.

use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::get;
use serde::Serialize;

use super::{Answer, json};
use crate::app::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/.well-known/passkey-endpoints", get(passkey_endpoints))
        .route("/.well-known/webauthn", get(related_origins))
        .route("/.well-known/change-password", get(change_password))
}

#[derive(Serialize)]
struct PasskeyEndpoints {
    enroll: String,
    manage: String,
}

async fn passkey_endpoints(State(state): State<AppState>) -> Answer {
    let page = format!("{}/security-info", state.origin);
    Ok(json(&PasskeyEndpoints {
        enroll: page.clone(),
        manage: page,
    }))
}

#[derive(Serialize)]
struct RelatedOrigins<'a> {
    origins: Vec<&'a str>,
}

/// WebAuthn Level 3, section 5.11: the origins that may use our RP ID.
async fn related_origins(State(state): State<AppState>) -> Answer {
    let further = state
        .identity
        .settings()
        .extra_origins
        .iter()
        .map(|extra| extra.origin.as_str());
    Ok(json(&RelatedOrigins {
        origins: std::iter::once(state.origin.as_str())
            .chain(further)
            .collect(),
    }))
}

async fn change_password() -> Redirect {
    Redirect::to("/security-info")
}
