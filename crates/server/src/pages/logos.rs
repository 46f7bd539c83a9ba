//! Logos of applications, as PNG that was made here.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use identity::applications::{self, Logo};
use identity::{Id, Refusal, codes};
use tokio::sync::Semaphore;

use super::Answer;
use crate::app::AppState;
use crate::error::Rejection;

/// Another picture has another address.
const FOR_GOOD: &str = "private, max-age=31536000, immutable";

/// How many are made at once: each takes much memory for some tenths of a second.
static ROOM: Semaphore = Semaphore::const_new(2);

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/logos/{name}", get(show))
}

/// Where a logo is shown. Nobody guesses the name, so who knows it was shown the application's.
pub(crate) fn write_path(logo: Id) -> String {
    format!("/logos/{logo}.png")
}

fn read_name(name: &str) -> Option<Id> {
    let logo = Id::parse(name.strip_suffix(".png")?)?;
    // One spelling, so that caches hold it once.
    (write_path(logo).strip_prefix("/logos/") == Some(name)).then_some(logo)
}

async fn show(
    State(state): State<AppState>,
    Path(name): Path<String>,
    asked: HeaderMap,
) -> Answer<Response> {
    let missing = || Rejection::from(&codes::NOT_FOUND);
    let logo = read_name(&name).ok_or_else(missing)?;
    let png = applications::find_shown_logo(&state.identity, logo).await?;
    let png = png.ok_or_else(missing)?;
    let tag = format!("\"{logo}\"");
    let is_known = asked
        .get(header::IF_NONE_MATCH)
        .is_some_and(|known| known.as_bytes() == tag.as_bytes());
    let mut response = match is_known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => ([(header::CONTENT_TYPE, "image/png")], png).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(FOR_GOOD));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Makes a logo of a file on a thread where it holds up nobody.
///
/// # Errors
/// As [`Logo::make`], also where the reader of strangers' pictures panics (past mistake 39).
pub(crate) async fn make(file: &[u8]) -> Result<Logo, Refusal> {
    let room = ROOM.acquire().await;
    let file = file.to_vec();
    // The work keeps its place: whoever hangs up meanwhile doesn't make room for more of it.
    let work = move || {
        let _room = room;
        Logo::make(&file)
    };
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|cause| {
            tracing::error!(%cause, "a logo's file");
            Err(Refusal {
                detail: Some("logo.malformed"),
                ..Refusal::new(&codes::LOGO_UNFIT)
            })
        })
}
