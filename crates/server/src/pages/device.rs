//! Letting a device in that can't show our pages.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use identity::applications;
use identity::authorize::Decision;
use identity::device::{self, Looked};
use serde::Deserialize;

use super::{Answer, Empty, json, page};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody, PageQuery, SignedIn, Visit, return_path};
use crate::view::device::{AllowDevice, EnterCode, OF_DEVICE};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/device", get(show))
        .route("/device/decide", post(decide))
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    user_code: Option<String>,
    since: Option<String>,
}

async fn show(
    State(state): State<AppState>,
    SignedIn(session): SignedIn,
    visit: Visit,
    PageQuery(query): PageQuery<Query>,
) -> Answer {
    let enter = |code: &str| {
        let template = EnterCode {
            frame: visit.frame(),
            unknown: code,
            of: &OF_DEVICE,
        };
        page(&state, &visit, &template)
    };
    let code = query.user_code.as_deref().unwrap_or_default().trim();
    if code.is_empty() {
        return enter("");
    }
    match device::look(&state.identity, &session, code, query.since.as_deref()).await? {
        Looked::Unknown => enter(code),
        Looked::Confirm { return_path } => {
            let to = return_path::with_return("/reauthenticate", &return_path);
            Ok(Redirect::to(&to).into_response())
        }
        Looked::Ask(asked) => {
            let logo = applications::find_logo_id(&state.identity, asked.object_id).await?;
            let template = AllowDevice {
                frame: visit.frame(),
                logo: logo.map(super::write_logo_path),
                user_name: &session.user_name,
                application: &asked.application,
                user_code: &asked.user_code,
                place: &asked.place,
                permissions: &asked.permissions,
                apis: &asked.apis,
                since: &asked.since,
            };
            page(&state, &visit, &template)
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Decided {
    user_code: String,
    since: String,
    decision: Word,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Word {
    Allow,
    Deny,
}

impl From<Word> for Decision {
    fn from(word: Word) -> Decision {
        match word {
            Word::Allow => Decision::Allow,
            Word::Deny => Decision::Deny,
        }
    }
}

async fn decide(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Decided>,
) -> Answer {
    let decision = Decision::from(body.decision);
    let code = (body.user_code.as_str(), body.since.as_str());
    device::decide(&state.identity, &caller, &session, code, decision).await?;
    Ok(json(&Empty {}))
}
