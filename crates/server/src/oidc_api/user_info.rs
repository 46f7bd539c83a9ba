//! The userinfo endpoint (OpenID Connect Core section 5.3), whose refusals are those of RFC 6750 section 3.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use identity::bearer::Shown;
use identity::user_info::{self, UserInfo};
use identity::{Class, Refusal};
use oidc::form::Parameters;
use oidc::{ErrorKind, OAuthError};

use super::error;
use super::sent::is_form;
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
    let shown = read_token(&method, address.path(), &headers);
    answer(&state, shown, id).await
}

/// The same by `POST`, where the token may stand in a form instead (OpenID Connect Core section 5.3.1).
pub(super) async fn take(
    State(state): State<AppState>,
    Extension(id): Extension<RequestId>,
    method: Method,
    address: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    match find_sent_token(&headers, &body) {
        // RFC 9449 knows no form: a token that is bound to a key is refused here as it is with `Bearer`.
        Ok(Some(token)) => answer(&state, Ok(Shown::bearer(&token)), id).await,
        Ok(None) => answer(&state, read_token(&method, address.path(), &headers), id).await,
        Err(error) => {
            let mut response = error::write_error(error, id);
            let challenge = HeaderValue::from_static("Bearer error=\"invalid_request\"");
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, challenge);
            response
        }
    }
}

/// The token of a form (RFC 6750 section 2.2); whoever sends one in the header, too, does not know which counts.
fn find_sent_token(headers: &HeaderMap, body: &[u8]) -> Result<Option<String>, OAuthError> {
    if !is_form(headers)? {
        return Ok(None);
    }
    let parameters = Parameters::parse(body)?;
    match parameters.find("access_token") {
        Some(_) if headers.contains_key(header::AUTHORIZATION) => Err(OAuthError::new(
            ErrorKind::InvalidRequest,
            "the token must be sent in the header or in the form, not in both",
        )),
        token => Ok(token.map(str::to_owned)),
    }
}

async fn answer(state: &AppState, shown: Result<Shown<'_>, Refusal>, id: RequestId) -> Response {
    let claims = match shown {
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
