//! Refusals in the shape of RFC 6749 section 5.2.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use identity::{Class, Refusal};
use oidc::error::ErrorBody;
use oidc::{ErrorKind, OAuthError};
use serde_json::json;

use crate::telemetry::RequestId;

/// The answer at the address of a tenant that isn't here.
pub(super) fn no_such_tenant() -> Response {
    let body = json!({
        "error": "invalid_tenant",
        "error_description": "There is no such tenant here: use its id, its domain, common or organizations.",
    });
    (StatusCode::NOT_FOUND, Json(body)).into_response()
}

/// The registered word for one of our codes, and the status.
fn derive_kind(refusal: &Refusal) -> (ErrorKind, StatusCode) {
    match (refusal.code.id, refusal.code.class) {
        ("client.refused", _) => (ErrorKind::InvalidClient, StatusCode::UNAUTHORIZED),
        ("client.not_allowed", _) => (ErrorKind::UnauthorizedClient, StatusCode::BAD_REQUEST),
        // RFC 9449 section 5; a resource answers 401.
        ("proof.unfit", _) => (ErrorKind::InvalidDpopProof, StatusCode::BAD_REQUEST),
        ("code.unusable" | "refresh.unusable" | "application.not_assigned", _) => {
            (ErrorKind::InvalidGrant, StatusCode::BAD_REQUEST)
        }
        ("device.pending", _) => (ErrorKind::AuthorizationPending, StatusCode::BAD_REQUEST),
        ("device.slow_down", _) => (ErrorKind::SlowDown, StatusCode::BAD_REQUEST),
        ("device.expired", _) => (ErrorKind::ExpiredToken, StatusCode::BAD_REQUEST),
        ("device.denied", _) => (ErrorKind::AccessDenied, StatusCode::BAD_REQUEST),
        ("revocation.unfit", _) => (ErrorKind::UnsupportedTokenType, StatusCode::BAD_REQUEST),
        ("token.unusable", _) => (ErrorKind::InvalidToken, StatusCode::UNAUTHORIZED),
        ("role.insufficient", _) => (ErrorKind::InsufficientScope, StatusCode::FORBIDDEN),
        ("scope.unknown", _) => (ErrorKind::InvalidScope, StatusCode::BAD_REQUEST),
        // RFC 8707 section 2.
        (
            "resource.unknown"
            | "resource.not_granted"
            | "resource.contradictory"
            | "resource.ambiguous",
            _,
        ) => (ErrorKind::InvalidTarget, StatusCode::BAD_REQUEST),
        (_, Class::Limited) => (
            ErrorKind::TemporarilyUnavailable,
            StatusCode::TOO_MANY_REQUESTS,
        ),
        (_, Class::Unavailable) => (
            ErrorKind::TemporarilyUnavailable,
            StatusCode::SERVICE_UNAVAILABLE,
        ),
        // Something moved while it was asked: the same request may pass in a moment.
        (_, Class::Conflict) => (
            ErrorKind::TemporarilyUnavailable,
            StatusCode::SERVICE_UNAVAILABLE,
        ),
        (_, Class::Internal) => (ErrorKind::ServerError, StatusCode::INTERNAL_SERVER_ERROR),
        _ => (ErrorKind::InvalidRequest, StatusCode::BAD_REQUEST),
    }
}

/// A use case's refusal, on the wire.
pub(super) fn write_refusal(refusal: &Refusal, id: RequestId) -> Response {
    let (kind, status) = derive_kind(refusal);
    metrics::counter!("claviger_refusals_total", "code" => refusal.code.id).increment(1);
    if matches!(
        refusal.detail,
        Some("refresh.reused" | "refresh.other_client")
    ) {
        metrics::counter!("claviger_alerts_total", "kind" => "refresh_reused").increment(1);
    }
    tracing::debug!(
        code = refusal.code.id,
        detail = refusal.detail.unwrap_or_default(),
        "refused"
    );
    let word = refusal.detail.unwrap_or(refusal.code.id);
    let text = format!("{word}: {} {}", refusal.code.meaning, refusal.code.remedy);
    let mut response = write(kind, status, &text, id);
    if let Some(seconds) = refusal.retry_after {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

/// A request that could not be read.
pub(super) fn write_error(error: OAuthError, id: RequestId) -> Response {
    let status = match error.kind {
        ErrorKind::InvalidClient => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    write(error.kind, status, error.reason, id)
}

fn write(kind: ErrorKind, status: StatusCode, text: &str, id: RequestId) -> Response {
    let body = ErrorBody {
        error: kind.as_str(),
        error_description: text,
        trace_id: &id.to_string(),
    };
    let mut response = (status, Json(body)).into_response();
    if status == StatusCode::UNAUTHORIZED {
        // RFC 6749 section 5.2: a client that used the header is told the scheme; the others don't mind.
        response.headers_mut().insert(
            header::WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"token\""),
        );
    }
    response
}
