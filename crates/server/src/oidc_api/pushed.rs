//! The endpoint for pushed authorization requests (RFC 9126).

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use identity::authorize::{self, Unfit};
use oidc::token_request::PushedRequest;
use serde_json::json;

use super::error::{no_such_tenant, write_error, write_refusal};
use super::token::read_form;
use super::{Tenant, find_issuer};
use crate::app::AppState;
use crate::extract::AskedBy;
use crate::telemetry::RequestId;

pub(super) async fn take(
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
        .and_then(|(parameters, proof)| PushedRequest::parse(&parameters, proof));
    let request = match request {
        Ok(request) => request,
        Err(error) => return write_error(error, id),
    };
    match authorize::push(&state.identity, &caller, &issuer, &request).await {
        Ok(pushed) => {
            let body =
                json!({ "request_uri": pushed.request_uri, "expires_in": pushed.expires_in });
            (StatusCode::CREATED, Json(body)).into_response()
        }
        Err(Unfit::Request(error)) => write_error(error, id),
        Err(Unfit::Refusal(refusal)) => write_refusal(&refusal, id),
    }
}
