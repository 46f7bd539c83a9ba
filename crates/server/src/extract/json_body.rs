//! A JSON body, taken whole or refused in our own shape.

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use identity::{Refusal, codes};
use serde::de::DeserializeOwned;

use crate::error::Rejection;

/// The largest body that is read.
pub const BODY_LIMIT: usize = 64 * 1024;

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(15);

#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<JsonBody<T>, Rejection> {
        check_type(request.headers())?;
        check_length(request.headers())?;
        let bytes = read(request, state).await?;
        check_start(&bytes)?;
        serde_json::from_slice(&bytes)
            .map(JsonBody)
            .map_err(|error| {
                // The text of the error may quote the body, which may hold a token: only its place is logged.
                tracing::debug!(line = error.line(), column = error.column(), "unfit body");
                malformed(if error.is_data() {
                    "body.unfit"
                } else {
                    "body.not_json"
                })
            })
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Rejection> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        Ok(())
    } else {
        Err(malformed("body.content_type"))
    }
}

fn check_length(headers: &HeaderMap) -> Result<(), Rejection> {
    let length = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    match length.map(str::parse::<usize>) {
        Some(Ok(length)) if length > BODY_LIMIT => Err(Rejection::from(&codes::TOO_LARGE)),
        _ => Ok(()),
    }
}

/// Every body is an object; a derived struct would take an array as well.
fn check_start(bytes: &[u8]) -> Result<(), Rejection> {
    match bytes.trim_ascii_start().first() {
        Some(b'{') => Ok(()),
        Some(b'[') => Err(malformed("body.unfit")),
        Some(_) => Err(malformed("body.not_json")),
        None => Err(malformed("body.empty")),
    }
}

/// The limit itself is a layer of the app ([`BODY_LIMIT`]).
async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Rejection> {
    match tokio::time::timeout(BODY_TIME, Bytes::from_request(request, state)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(_)))) => {
            Err(Rejection::from(&codes::TOO_LARGE))
        }
        Ok(Err(_)) => Err(malformed("body.broken_off")),
        Err(_) => Err(malformed("body.too_slow")),
    }
}

fn malformed(detail: &'static str) -> Rejection {
    Rejection::from(Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::BAD_REQUEST)
    })
}
