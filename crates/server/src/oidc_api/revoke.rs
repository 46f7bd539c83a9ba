//! The revocation endpoint (RFC 7009).

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use identity::token;
use oidc::token_request::PresentedToken;

use super::error::{no_such_tenant, write_error, write_refusal};
use super::token::read_form;
use super::{Tenant, find_issuer};
use crate::app::AppState;
use crate::extract::AskedBy;
use crate::telemetry::RequestId;

pub(super) async fn take_back(
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
        .and_then(|(parameters, authorization)| PresentedToken::parse(&parameters, authorization));
    let request = match request {
        Ok(request) => request,
        Err(error) => return write_error(error, id),
    };
    match token::revoke(&state.identity, &caller, &issuer, &request).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refusal) => write_refusal(&refusal, id),
    }
}
