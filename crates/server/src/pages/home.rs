//! `/`: on to where it goes from here.

use axum::Router;
use axum::extract::State;
use axum::response::Redirect;
use axum::routing::get;
use identity::setup;

use super::Answer;
use crate::app::AppState;
use crate::extract::CurrentSession;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/", get(go_on))
}

async fn go_on(
    State(state): State<AppState>,
    CurrentSession(session): CurrentSession,
) -> Answer<Redirect> {
    if session.is_some() {
        return Ok(Redirect::to("/security-info"));
    }
    let open = setup::is_open(&state.identity).await?;
    Ok(Redirect::to(if open { "/set-up" } else { "/sign-in" }))
}
