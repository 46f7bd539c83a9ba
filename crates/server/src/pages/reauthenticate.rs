//! "Confirm it's you": the account stays, the session becomes fresh.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect};
use axum::routing::{get, post};
use identity::reauthenticate::{self, Among};
use serde::{Deserialize, Serialize};

use super::password;
use super::{
    Answer, CeremonyWithReturn, Nothing, challenge, count, page, signals, to_value, with_session,
};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody, PageQuery, SignedIn, Visit, return_path};
use crate::view::reauthenticate::Reauthenticate;

const CHALLENGE: &str = "/reauthenticate/challenge";
/// In the address of the page that asks for a passkey in hardware: the level's own word.
const IN_HARDWARE: &str = "phrh";

/// The page that asks for a passkey in hardware, then leads to a path of ours.
pub(crate) fn step_up(return_path: &str) -> String {
    let page = return_path::with_return("/reauthenticate", return_path);
    format!("{page}&level={IN_HARDWARE}")
}

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/reauthenticate", get(show))
        .route(CHALLENGE, post(begin))
        .route("/reauthenticate/passkey", post(finish))
}

#[derive(Debug, Default, Deserialize)]
struct Query {
    #[serde(rename = "return")]
    return_path: Option<String>,
    /// The word of the level that is asked for.
    level: Option<String>,
}

impl Query {
    fn among(&self) -> Among {
        match self.level.as_deref() {
            Some(IN_HARDWARE) => Among::InHardware,
            _ => Among::All,
        }
    }
}

async fn show(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    visit: Visit,
    PageQuery(query): PageQuery<Query>,
) -> Answer {
    let among = query.among();
    if session.is_by_password() && !reauthenticate::has_passkey(&state.identity, &session).await? {
        // By the same way as before.
        let on = return_path::accept(query.return_path.as_deref());
        return Ok(Redirect::to(&password::address(on)).into_response());
    }
    let (challenge, names) =
        reauthenticate::begin(&state.identity, &caller, &session, among).await?;
    let mut renewal = CHALLENGE.to_owned();
    if among == Among::InHardware {
        renewal = format!("{CHALLENGE}?level={IN_HARDWARE}");
    }
    let template = Reauthenticate {
        renewal: &renewal,
        frame: visit.frame(),
        user_name: &session.user_name,
        only: (!names.is_empty()).then_some(names.as_slice()),
        state: &challenge.state,
        public_key: to_value(&challenge.options)?,
        return_path: return_path::accept(query.return_path.as_deref()),
    };
    page(&state, &visit, &template)
}

async fn begin(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    PageQuery(query): PageQuery<Query>,
    _: JsonBody<Nothing>,
) -> Answer {
    let begun = reauthenticate::begin(&state.identity, &caller, &session, query.among());
    let (begun, _) = begun.await?;
    Ok(challenge(begun))
}

#[derive(Serialize)]
struct Finished<'a, S: Serialize> {
    location: &'a str,
    signals: S,
}

async fn finish(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<CeremonyWithReturn>,
) -> Answer {
    let response = body.response.get().as_bytes();
    let signed_in =
        reauthenticate::finish(&state.identity, &caller, &session, &body.state, response).await;
    count("reauthenticate", &signed_in);
    let signed_in = signed_in?;
    let finished = Finished {
        location: return_path::accept(body.return_path.as_deref()),
        signals: signed_in.signals.as_ref().map(|told| signals!(told)),
    };
    Ok(with_session(&state, &signed_in, &finished))
}
