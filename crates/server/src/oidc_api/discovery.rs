//! Where things are, and the keys that verify our tokens.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use identity::issuer;

use super::error::no_such_tenant;
use super::{Tenant, find_issuer};
use crate::app::AppState;

/// Short enough that a new key is seen long before it signs.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=300");

pub(super) async fn document(State(state): State<AppState>, tenant: Tenant) -> Response {
    match find_issuer(&state, tenant) {
        Some(issuer) => cached(Json(issuer.document()).into_response()),
        None => no_such_tenant(),
    }
}

pub(super) async fn keys(State(state): State<AppState>, tenant: Tenant) -> Response {
    match find_issuer(&state, tenant) {
        Some(_) => cached(Json(issuer::key_set(&state.identity)).into_response()),
        None => no_such_tenant(),
    }
}

fn cached(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, CACHED);
    response
}
