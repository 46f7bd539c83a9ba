//! Where a device begins that can't show our pages (RFC 8628).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use identity::device;
use oidc::form;
use oidc::token_request::DeviceRequest;
use serde_json::json;

use super::error::{no_such_tenant, write_error, write_refusal};
use super::token::read_form;
use super::{Tenant, find_issuer};
use crate::app::AppState;
use crate::extract::AskedBy;
use crate::telemetry::RequestId;

pub(super) async fn begin(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    Extension(id): Extension<RequestId>,
    tenant: Tenant,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(issuer) = find_issuer(&state, tenant) else {
        return no_such_tenant();
    };
    let request = read_form(&headers, &body)
        .and_then(|(parameters, proof)| DeviceRequest::parse(&parameters, proof));
    let request = match request {
        Ok(request) => request,
        Err(error) => return write_error(error, id),
    };
    match device::begin(&state.identity, &caller, &issuer, &request).await {
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
        Err(refusal) => write_refusal(&refusal, id),
    }
}
