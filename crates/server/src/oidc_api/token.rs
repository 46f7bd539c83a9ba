//! The token endpoint.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use identity::token::{self, Tokens};
use oidc::form::Parameters;
use oidc::token_request::TokenRequest;
use oidc::{ErrorKind, OAuthError};
use serde::Serialize;
use serde_json::json;

use super::error::{no_such_tenant, write_error, write_refusal};
use super::{Tenant, find_issuer};
use crate::app::AppState;
use crate::extract::AskedBy;
use crate::telemetry::RequestId;

/// RFC 6749 section 5.1, OpenID Connect Core section 3.1.3.3, and what Entra's clients read besides.
#[derive(Serialize)]
struct Body<'a> {
    token_type: &'static str,
    access_token: &'a str,
    expires_in: i64,
    ext_expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_info: Option<String>,
}

/// The guard of changes has taken the body and measured it.
pub(super) async fn issue(
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
    let request = match parse(&headers, &body) {
        Ok(request) => request,
        Err(error) => return write_error(error, id),
    };
    match token::issue(&state.identity, &caller, &issuer, &request).await {
        Ok(tokens) => {
            if tokens.uses_tier_zero {
                metrics::counter!("claviger_alerts_total", "kind" => "tier_zero_use").increment(1);
            }
            write(&tokens)
        }
        Err(refusal) => write_refusal(&refusal, id),
    }
}

fn parse(headers: &HeaderMap, body: &[u8]) -> Result<TokenRequest, OAuthError> {
    let (parameters, authorization) = read_form(headers, body)?;
    TokenRequest::parse(&parameters, authorization)
}

/// A body's parameters, and the `Authorization` header, if one was sent.
pub(super) fn read_form<'a>(
    headers: &'a HeaderMap,
    body: &[u8],
) -> Result<(Parameters, Option<&'a str>), OAuthError> {
    let unfit = |reason| OAuthError::new(ErrorKind::InvalidRequest, reason);
    let text = |name| {
        let mut values = headers.get_all(name).iter();
        let value = values.next().map(|value| value.to_str().unwrap_or("?"));
        match values.next() {
            None => Ok(value),
            Some(_) => Err(unfit("a header occurs twice")),
        }
    };
    let kind = text(header::CONTENT_TYPE)?.unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if !essence.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(unfit("the body must be application/x-www-form-urlencoded"));
    }
    let authorization = text(header::AUTHORIZATION)?;
    Ok((Parameters::parse(body)?, authorization))
}

fn write(tokens: &Tokens) -> Response {
    let client_info = tokens.account.map(|(person, tenant)| {
        let info = json!({ "uid": person.to_string(), "utid": tenant.to_string() });
        BASE64URL_NOPAD.encode(info.to_string().as_bytes())
    });
    let body = Body {
        token_type: "Bearer",
        access_token: &tokens.access_token,
        expires_in: tokens.expires_in,
        ext_expires_in: tokens.expires_in,
        scope: tokens.scope.as_deref(),
        id_token: tokens.id_token.as_deref(),
        refresh_token: tokens.refresh_token.as_deref(),
        client_info,
    };
    Json(body).into_response()
}
