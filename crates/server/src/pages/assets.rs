//! Styles, scripts and icons.

use axum::Router;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use identity::codes;

use super::Answer;
use crate::app::AppState;
use crate::assets;
use crate::error::Rejection;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/assets/{hash}/{name}", get(show))
}

async fn show(Path((hash, name)): Path<(String, String)>) -> Answer<Response> {
    let (asset, caching) =
        assets::find(&hash, &name).ok_or_else(|| Rejection::from(&codes::NOT_FOUND))?;
    let headers = [
        (header::CONTENT_TYPE, asset.content_type),
        (header::CACHE_CONTROL, caching),
    ];
    Ok((headers, asset.content).into_response())
}
