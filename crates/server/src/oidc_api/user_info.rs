//! The userinfo endpoint (OpenID Connect Core section 5.3), whose refusals are those of RFC 6750 section 3.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use identity::{Class, Refusal, codes, user_info};

use super::error;
use crate::app::AppState;
use crate::extract::read_bearer;
use crate::telemetry::RequestId;

pub(super) async fn show(
    State(state): State<AppState>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
) -> Response {
    let claims = match read_bearer(&headers) {
        Some(token) => user_info::read(&state.identity, token).await,
        None => Err(Refusal {
            detail: Some("token.missing"),
            ..Refusal::new(&codes::TOKEN_UNUSABLE)
        }),
    };
    match claims {
        Ok(claims) => Json(claims).into_response(),
        Err(refusal) => refuse(&refusal, id),
    }
}

fn refuse(refusal: &Refusal, id: RequestId) -> Response {
    let (status, challenge) = match (refusal.code.class, refusal.detail) {
        // RFC 6750 section 3.1: who did not try to prove anything is told nothing but the scheme.
        (Class::Unauthenticated, Some("token.missing")) => (StatusCode::UNAUTHORIZED, "Bearer"),
        (Class::Unauthenticated, _) => (StatusCode::UNAUTHORIZED, "Bearer error=\"invalid_token\""),
        (Class::Forbidden, _) => (
            StatusCode::FORBIDDEN,
            "Bearer error=\"insufficient_scope\", scope=\"openid\"",
        ),
        _ => return error::write_refusal(refusal, id),
    };
    let mut response = error::write_refusal(refusal, id);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        header::WWW_AUTHENTICATE,
        HeaderValue::from_static(challenge),
    );
    response
}
