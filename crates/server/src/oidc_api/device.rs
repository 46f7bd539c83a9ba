//! Where a device begins that can't show our pages (RFC 8628).

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use identity::device;
use oidc::form;
use oidc::token_request::DeviceRequest;
use serde_json::json;

use super::error::write_refusal;
use super::sent::Sent;
use crate::app::AppState;

pub(super) async fn begin(State(state): State<AppState>, sent: Sent<DeviceRequest>) -> Response {
    match device::begin(&state.identity, &sent.caller, &sent.issuer, &sent.message).await {
        Ok(begun) => {
            let code = form::write(&[("user_code", &begun.user_code)]);
            let body = json!({
                "device_code": begun.device_code,
                "user_code": begun.user_code,
                "verification_uri": begun.address,
                "verification_uri_complete": format!("{}?{code}", begun.address),
                "expires_in": begun.expires_in,
                "interval": begun.interval,
                // Entra's clients show this as it stands.
                "message": format!("To sign in, open the page {} and enter the code {}.", begun.address, begun.user_code),
            });
            Json(body).into_response()
        }
        Err(refusal) => write_refusal(&refusal, sent.id),
    }
}
