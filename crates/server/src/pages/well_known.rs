//! Addresses that browsers and password managers know.

use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::get;

use super::{Answer, json};
use crate::app::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/.well-known/passkey-endpoints", get(passkey_endpoints))
        .route("/.well-known/webauthn", get(related_origins))
        .route("/.well-known/change-password", get(change_password))
}

const SECURITY_INFO: &str = "/security-info";

async fn passkey_endpoints(State(state): State<AppState>) -> Answer {
    Ok(json(
        &state.identity.settings().passkey_endpoints(SECURITY_INFO),
    ))
}

/// WebAuthn Level 3, section 5.11: the origins that may use our RP ID.
async fn related_origins(State(state): State<AppState>) -> Answer {
    Ok(json(&state.identity.settings().related_origins()))
}

async fn change_password() -> Redirect {
    Redirect::to(SECURITY_INFO)
}
