//! For balancers: whether this node can answer.

use axum::Router;
use axum::extract::State;
use axum::routing::get;

use super::Answer;
use crate::app::AppState;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/healthz", get(ask))
}

async fn ask(State(state): State<AppState>) -> Answer<&'static str> {
    state.identity.ping().await?;
    Ok("ok")
}
