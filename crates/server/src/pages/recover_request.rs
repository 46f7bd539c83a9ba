//! Asking to come back by mail, by the manager or by another device, and the passkey that comes of it.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use identity::enrolment::By;
use identity::recovery::{self, Progress, approval, mail};
use serde::{Deserialize, Serialize};

use super::register::{Invited, Token, complete};
use super::{Answer, Ceremony, Empty, Nothing, json, page};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody, Visit};
use crate::view::recover::RecoverLetter;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/recover/mail", post(ask_by_mail))
        .route("/recover/letter", get(show_letter))
        .route("/recover/letter/open", post(open_letter))
        .route("/recover/manager", post(ask_manager))
        .route("/recover/device", post(ask_device))
        .route("/recover/request/state", post(show_state))
        .route("/recover/request/begin", post(begin))
        .route("/recover/request/finish", post(finish))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

/// The same answer for every name.
async fn ask_by_mail(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Named>,
) -> Answer {
    mail::ask(&state.identity, &caller, &body.name).await?;
    Ok(json(&Empty {}))
}

/// A GET acts on nothing: the button does.
async fn show_letter(State(state): State<AppState>, visit: Visit) -> Answer {
    let frame = visit.frame();
    page(&state, &visit, &RecoverLetter { frame })
}

async fn open_letter(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Token>,
) -> Answer {
    let progress = mail::open(&state.identity, &caller, &body.token).await?;
    Ok(json(&Shown::of(Some(&progress))))
}

#[derive(Serialize)]
struct Code {
    code: String,
}

async fn ask_manager(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Named>,
) -> Answer {
    let code = approval::ask_manager(&state.identity, &caller, &body.name).await?;
    Ok(json(&Code { code }))
}

async fn ask_device(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    _: JsonBody<Nothing>,
) -> Answer {
    let code = approval::ask_device(&state.identity, &caller).await?;
    Ok(json(&Code { code }))
}

/// How far this browser is.
#[derive(Serialize)]
struct Shown<'a> {
    kind: &'static str,
    request: Option<&'a str>,
}

impl Shown<'_> {
    fn of(progress: Option<&Progress>) -> Shown<'_> {
        let (kind, request) = match progress {
            None => ("none", None),
            Some(Progress::Asked { .. }) => ("asked", None),
            Some(Progress::Waiting { .. }) => ("waiting", None),
            Some(Progress::Ready { request_id }) => ("ready", Some(request_id.as_str())),
        };
        Shown { kind, request }
    }
}

async fn show_state(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    _: JsonBody<Nothing>,
) -> Answer {
    let progress = recovery::find_progress(&state.identity, &caller).await?;
    Ok(json(&Shown::of(progress.as_ref())))
}

async fn begin(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Token>,
) -> Answer {
    let invited = identity::enrolment::begin(&state.identity, &caller, By::Request, &body.token);
    Ok(json(&Invited::of(invited.await?)))
}

async fn finish(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Ceremony>,
) -> Answer {
    complete(&state, &caller, By::Request, &body).await
}
