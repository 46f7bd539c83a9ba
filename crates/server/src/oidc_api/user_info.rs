//! The userinfo endpoint (OpenID Connect Core section 5.3), whose refusals are those of RFC 6750 section 3.

use axum::Json;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use identity::user_info::{self, UserInfo};
use identity::{Class, Refusal};

use super::error;
use crate::app::AppState;
use crate::extract::{read_token, write_challenge};
use crate::telemetry::RequestId;

pub(super) async fn show(
    State(state): State<AppState>,
    Extension(id): Extension<RequestId>,
    method: Method,
    address: Uri,
    headers: HeaderMap,
) -> Response {
    let claims = match read_token(&method, address.path(), &headers) {
        Ok(shown) => user_info::read(&state.identity, &shown).await,
        Err(refusal) => Err(refusal),
    };
    match claims {
        Ok(UserInfo::Plain(claims)) => Json(claims).into_response(),
        Ok(UserInfo::Signed(token)) => {
            ([(header::CONTENT_TYPE, "application/jwt")], token).into_response()
        }
        Err(refusal) => refuse(&refusal, id),
    }
}

fn refuse(refusal: &Refusal, id: RequestId) -> Response {
    let (status, challenge) = match refusal.code.class {
        Class::Unauthenticated => (
            StatusCode::UNAUTHORIZED,
            write_challenge(refusal.detail, refusal.code.id),
        ),
        Class::Forbidden => (
            StatusCode::FORBIDDEN,
            HeaderValue::from_static("Bearer error=\"insufficient_scope\", scope=\"openid\""),
        ),
        _ => return error::write_refusal(refusal, id),
    };
    let mut response = error::write_refusal(refusal, id);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::WWW_AUTHENTICATE, challenge);
    response
}
