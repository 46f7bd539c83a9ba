//! The token endpoint.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use data_encoding::BASE64URL_NOPAD;
use identity::token::{self, Tokens};
use oidc::token_request::TokenRequest;
use serde::Serialize;
use serde_json::json;

use super::error::write_refusal;
use super::sent::Sent;
use crate::app::AppState;

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

pub(super) async fn issue(State(state): State<AppState>, sent: Sent<TokenRequest>) -> Response {
    match token::issue(&state.identity, &sent.caller, &sent.issuer, &sent.message).await {
        Ok(tokens) => {
            if tokens.uses_tier_zero {
                metrics::counter!("claviger_alerts_total", "kind" => "tier_zero_use").increment(1);
            }
            write(&tokens)
        }
        Err(refusal) => write_refusal(&refusal, sent.id),
    }
}

fn write(tokens: &Tokens) -> Response {
    let client_info = tokens.account.map(|(person, tenant)| {
        let info = json!({ "uid": person.to_string(), "utid": tenant.to_string() });
        BASE64URL_NOPAD.encode(info.to_string().as_bytes())
    });
    let body = Body {
        token_type: tokens.token_type,
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
