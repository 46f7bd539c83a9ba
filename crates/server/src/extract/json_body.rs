//! A JSON body, taken whole or refused in our own shape.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde::de::DeserializeOwned;

use super::body::malformed;
use crate::error::Rejection;

/// The guard of changes has [taken the body](super::body::buffer) and measured it.
#[derive(Debug)]
pub struct JsonBody<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Rejection;

    async fn from_request(request: Request, state: &S) -> Result<JsonBody<T>, Rejection> {
        check_type(request.headers())?;
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|_| malformed("body.broken_off"))?;
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

/// Every body is an object; a derived struct would take an array as well.
fn check_start(bytes: &[u8]) -> Result<(), Rejection> {
    match bytes.trim_ascii_start().first() {
        Some(b'{') => Ok(()),
        Some(b'[') => Err(malformed("body.unfit")),
        Some(_) => Err(malformed("body.not_json")),
        None => Err(malformed("body.empty")),
    }
}
