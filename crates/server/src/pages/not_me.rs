//! "This wasn't me". The page does nothing by itself: mail programs open links before people do (security 17).

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use identity::notices;
use serde::Deserialize;

use super::{Answer, Empty, json, page};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody, Visit};
use crate::view::not_me::NotMe;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/not-me", get(show).post(disown))
}

async fn show(State(state): State<AppState>, visit: Visit) -> Answer {
    let frame = visit.frame();
    page(&state, &visit, &NotMe { frame })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
}

async fn disown(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Token>,
) -> Answer {
    notices::disown(&state.identity, &caller, &body.token).await?;
    metrics::counter!("claviger_alerts_total", "kind" => "notice_disowned").increment(1);
    Ok(json(&Empty {}))
}
