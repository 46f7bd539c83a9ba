//! The introspection endpoint (RFC 7662).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use identity::token;
use oidc::token_request::PresentedToken;

use super::error::write_refusal;
use super::sent::Sent;
use crate::app::AppState;

pub(super) async fn tell(State(state): State<AppState>, sent: Sent<PresentedToken>) -> Response {
    match token::introspect(&state.identity, &sent.caller, &sent.issuer, &sent.message).await {
        Ok(claims) => Json(claims).into_response(),
        Err(refusal) => write_refusal(&refusal, sent.id),
    }
}
