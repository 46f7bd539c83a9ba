//! Saying that somebody who asks to come back is who they say: oneself on another device, or who reports to one.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use identity::authorize::Decision;
use identity::recovery::approval::{self, Looked};
use serde::Deserialize;

use super::device::Word;
use super::{Answer, Empty, json, page};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody, PageQuery, SignedIn, Visit, return_path};
use crate::view::approve::Approve;
use crate::view::device::{EnterCode, OF_RECOVERY};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/approve", get(show))
        .route("/approve/decide", post(decide))
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    code: Option<String>,
    since: Option<String>,
}

async fn show(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    visit: Visit,
    headers: HeaderMap,
    PageQuery(query): PageQuery<Query>,
) -> Answer {
    let enter = |code: &str| {
        let template = EnterCode {
            frame: visit.frame(),
            unknown: code,
            of: &OF_RECOVERY,
        };
        page(&state, &visit, &template)
    };
    // Whoever approves has the code from a screen or a voice, and types it: a link that brings one is somebody else's.
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let is_typed = site.is_none_or(|site| site == b"same-origin");
    let code = query.code.as_deref().filter(|_| is_typed);
    let code = code.unwrap_or_default().trim();
    if code.is_empty() {
        return enter("");
    }
    match approval::look(&state.identity, &session, code, query.since.as_deref()).await? {
        Looked::Unknown => enter(code),
        Looked::Confirm { return_path } => {
            let to = return_path::with_return("/reauthenticate", &return_path);
            Ok(Redirect::to(&to).into_response())
        }
        Looked::Ask(asking) => page(&state, &visit, &Approve::of(visit.frame(), &asking)),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Decided {
    code: String,
    since: String,
    decision: Word,
}

async fn decide(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Decided>,
) -> Answer {
    let code = (body.code.as_str(), body.since.as_str());
    let decision = Decision::from(body.decision);
    approval::decide(&state.identity, &caller, &session, code, decision).await?;
    Ok(json(&Empty {}))
}
