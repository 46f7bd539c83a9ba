//! "Confirm it's you": the account stays, the session becomes fresh.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};
use identity::reauthenticate;
use serde::Serialize;

use super::{
    Answer, CeremonyWithReturn, Nothing, ReturnQuery, challenge, count, page, signals, to_value,
    with_session,
};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody, PageQuery, SignedIn, Visit, return_path};
use crate::view::reauthenticate::Reauthenticate;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/reauthenticate", get(show))
        .route("/reauthenticate/challenge", post(begin))
        .route("/reauthenticate/passkey", post(finish))
}

async fn show(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    visit: Visit,
    PageQuery(query): PageQuery<ReturnQuery>,
) -> Answer {
    let challenge = reauthenticate::begin(&state.identity, &caller, &session).await?;
    let template = Reauthenticate {
        frame: visit.frame(),
        user_name: &session.user_name,
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
    _: JsonBody<Nothing>,
) -> Answer {
    Ok(challenge(
        reauthenticate::begin(&state.identity, &caller, &session).await?,
    ))
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
