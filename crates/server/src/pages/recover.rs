//! The ways back in, and a passkey by a recovery code.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use identity::enrolment::By;
use identity::{access_pass, recovery, recovery_code};

use super::pass::{Entered, invite};
use super::register::{Token, complete};
use super::set_up::AFTER_REGISTERING;
use super::{Answer, Ceremony, ReturnQuery, page};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody, PageQuery, Visit, return_path};
use crate::view::recover::Recover;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/recover", get(show))
        .route("/recover/enter", post(enter))
        .route("/recover/begin", post(begin))
        .route("/recover/finish", post(finish))
}

/// Where the way leads for who has reported their last passkey lost.
pub(super) const AFTER_LOSS: &str = "/recover?notice=reported-lost";

/// The ways are the organisation's, the same for everybody: who asks is not known yet.
async fn show(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    visit: Visit,
    PageQuery(query): PageQuery<ReturnQuery>,
) -> Answer {
    let on = return_path::accept(query.return_path.as_deref());
    let on = oidc::form::write(&[("return", on)]);
    let template = Recover {
        frame: visit.frame(),
        rp_id: state.identity.settings().rp_id.as_str(),
        sign_in: format!("/sign-in?{on}"),
        registered: format!("{AFTER_REGISTERING}&{on}"),
        has_codes: recovery_code::are_on(&state.identity),
        rungs: recovery::list_on(&state.identity).await?,
        progress: recovery::find_progress(&state.identity, &caller).await?,
        pass: access_pass::are_on(&state.identity).then(|| format!("/pass?{on}")),
        reported: query.notice.as_deref() == Some("reported-lost"),
    };
    page(&state, &visit, &template)
}

async fn enter(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Entered>,
) -> Answer {
    let token = recovery_code::enter(&state.identity, &caller, &body.name, &body.code).await?;
    invite(&state, &caller, By::Code, &token).await
}

async fn begin(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Token>,
) -> Answer {
    invite(&state, &caller, By::Code, &body.token).await
}

async fn finish(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Ceremony>,
) -> Answer {
    complete(&state, &caller, By::Code, &body).await
}
