//! The revocation endpoint (RFC 7009).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::token;
use oidc::token_request::PresentedToken;

use super::error::write_refusal;
use super::sent::Sent;
use crate::app::AppState;

pub(super) async fn take_back(
    State(state): State<AppState>,
    sent: Sent<PresentedToken>,
) -> Response {
    match token::revoke(&state.identity, &sent.caller, &sent.issuer, &sent.message).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => write_refusal(&refusal, sent.id),
    }
}
