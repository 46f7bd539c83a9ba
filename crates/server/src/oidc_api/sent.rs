//! What a client sends to an endpoint that takes forms: whose endpoint it is, who asks, and the message in order.

use axum::body::Bytes;
use axum::extract::{Extension, FromRequest, FromRequestParts, Path, Request};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::Response;
use identity::Caller;
use identity::issuer::Issuer;
use oidc::form::Parameters;
use oidc::token_request::{Headers, Message};
use oidc::{ErrorKind, OAuthError};

use super::error::{no_such_tenant, write_error};
use super::find_issuer;
use crate::app::AppState;
use crate::extract::{AskedBy, DPOP};
use crate::telemetry::RequestId;

/// A message that is in order; nothing of it is proven.
pub(super) struct Sent<T> {
    pub(super) issuer: Issuer,
    pub(super) caller: Caller,
    pub(super) id: RequestId,
    pub(super) message: T,
}

impl<T: Message> FromRequest<AppState> for Sent<T> {
    type Rejection = Response;

    /// The guard of changes has taken the body and measured it.
    async fn from_request(request: Request, state: &AppState) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let tenant = Option::<Path<String>>::from_request_parts(&mut parts, state)
            .await
            .ok()
            .flatten();
        let issuer = find_issuer(state, tenant).ok_or_else(no_such_tenant)?;
        let AskedBy(caller) = AskedBy::from_request_parts(&mut parts, state)
            .await
            .map_err(axum::response::IntoResponse::into_response)?;
        let Extension(id) = Extension::<RequestId>::from_request_parts(&mut parts, state)
            .await
            .map_err(axum::response::IntoResponse::into_response)?;
        let headers = parts.headers.clone();
        let body = Bytes::from_request(Request::from_parts(parts, body), state)
            .await
            .map_err(axum::response::IntoResponse::into_response)?;
        let message = read(&headers, &body).map_err(|error| write_error(error, id))?;
        Ok(Sent {
            issuer,
            caller,
            id,
            message,
        })
    }
}

fn read<T: Message>(headers: &HeaderMap, body: &[u8]) -> Result<T, OAuthError> {
    if !is_form(headers)? {
        return Err(OAuthError::new(
            ErrorKind::InvalidRequest,
            "the body must be application/x-www-form-urlencoded",
        ));
    }
    let proofs = Headers {
        authorization: find_once(headers, &header::AUTHORIZATION)?,
        dpop: find_once(headers, &DPOP).map_err(|error| OAuthError {
            kind: ErrorKind::InvalidDpopProof,
            ..error
        })?,
    };
    T::parse(&Parameters::parse(body)?, &proofs)
}

/// Whether the body says that it is a form.
pub(super) fn is_form(headers: &HeaderMap) -> Result<bool, OAuthError> {
    let kind = find_once(headers, &header::CONTENT_TYPE)?.unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    Ok(essence.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

fn find_once<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, OAuthError> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().map(|value| value.to_str().unwrap_or("?"));
    match values.next() {
        None => Ok(value),
        Some(_) => Err(OAuthError::new(
            ErrorKind::InvalidRequest,
            "a header occurs twice",
        )),
    }
}
