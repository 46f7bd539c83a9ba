//! The applications that somebody can open.

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use identity::applications;

use super::{Answer, page};
use crate::app::AppState;
use crate::extract::{SignedIn, Visit};
use crate::view::applications::Applications;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/applications", get(show))
}

async fn show(State(state): State<AppState>, SignedIn(session): SignedIn, visit: Visit) -> Answer {
    let open = applications::list_open(&state.identity, &session).await?;
    let template = Applications {
        frame: visit.frame(),
        open: &open,
    };
    page(&state, &visit, &template)
}
