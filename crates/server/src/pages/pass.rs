//! A passkey by a Temporary Access Pass.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use identity::enrolment::{self, By};
use identity::{Caller, access_pass};
use serde::{Deserialize, Serialize};

use super::register::{Invited, Token, complete};
use super::set_up::AFTER_REGISTERING;
use super::{Answer, Ceremony, ReturnQuery, json, page};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody, PageQuery, Visit, return_path};
use crate::view::pass::Pass;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/pass", get(show))
        .route("/pass/enter", post(enter))
        .route("/pass/begin", post(begin))
        .route("/pass/finish", post(finish))
}

async fn show(
    State(state): State<AppState>,
    visit: Visit,
    PageQuery(query): PageQuery<ReturnQuery>,
) -> Answer {
    let on = return_path::accept(query.return_path.as_deref());
    let template = Pass {
        frame: visit.frame(),
        rp_id: state.identity.settings().rp_id.as_str(),
        sign_in: format!(
            "{AFTER_REGISTERING}&{}",
            oidc::form::write(&[("return", on)])
        ),
    };
    page(&state, &visit, &template)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entered {
    pub(super) name: String,
    pub(super) code: String,
}

/// With what a try after this one shows in place of the code.
#[derive(Serialize)]
struct Entitled<'a> {
    token: &'a str,
    #[serde(flatten)]
    invited: Invited,
}

#[derive(Serialize)]
struct OnlyToken<'a> {
    token: &'a str,
}

pub(super) async fn invite(state: &AppState, caller: &Caller, by: By, token: &str) -> Answer {
    let invitation = enrolment::begin(&state.identity, caller, by, token).await?;
    let invited = Invited::of(invitation);
    Ok(json(&Entitled { token, invited }))
}

async fn enter(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Entered>,
) -> Answer {
    let token = access_pass::enter(&state.identity, &caller, &body.name, &body.code).await?;
    match invite(&state, &caller, By::Pass, &token).await {
        Ok(answer) => Ok(answer),
        // The code may work no second time: the page asks for the rest again.
        Err(_) => Ok(json(&OnlyToken { token: &token })),
    }
}

async fn begin(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Token>,
) -> Answer {
    invite(&state, &caller, By::Pass, &body.token).await
}

async fn finish(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Ceremony>,
) -> Answer {
    complete(&state, &caller, By::Pass, &body).await
}
