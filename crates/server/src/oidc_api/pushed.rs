//! The endpoint for pushed authorization requests (RFC 9126).

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use identity::authorize::{self, Unfit};
use oidc::token_request::PushedRequest;
use serde_json::json;

use super::error::{write_error, write_refusal};
use super::sent::Sent;
use crate::app::AppState;

pub(super) async fn take(State(state): State<AppState>, sent: Sent<PushedRequest>) -> Response {
    match authorize::push(&state.identity, &sent.caller, &sent.issuer, &sent.message).await {
        Ok(pushed) => {
            let body =
                json!({ "request_uri": pushed.request_uri, "expires_in": pushed.expires_in });
            (StatusCode::CREATED, Json(body)).into_response()
        }
        Err(Unfit::Request(error)) => write_error(error, sent.id),
        Err(Unfit::Refusal(refusal)) => write_refusal(&refusal, sent.id),
    }
}
