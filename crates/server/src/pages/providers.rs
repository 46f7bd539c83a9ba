//! Icons of passkeys' makers, as PNG.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use identity::codes;
use identity::providers::{self, Background};

use super::Answer;
use crate::app::AppState;
use crate::error::Rejection;
use crate::extract::SignedIn;

/// Icons change with the metadata, so a browser asks again each day.
const A_DAY: &str = "private, max-age=86400";

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/providers/{aaguid}/{icon}", get(show))
}

/// Only people who are signed in see cards with icons.
async fn show(
    State(state): State<AppState>,
    SignedIn(_): SignedIn,
    Path((aaguid, icon)): Path<(String, String)>,
) -> Answer<Response> {
    let background = match icon.as_str() {
        "light.png" => Some(Background::Light),
        "dark.png" => Some(Background::Dark),
        _ => None,
    };
    let found = match background {
        Some(background) => providers::find_icon(&state.identity, &aaguid, background).await?,
        None => None,
    };
    let png = found.ok_or_else(|| Rejection::from(&codes::NOT_FOUND))?;
    let headers = [
        (header::CONTENT_TYPE, "image/png"),
        (header::CACHE_CONTROL, A_DAY),
    ];
    Ok((headers, png).into_response())
}
