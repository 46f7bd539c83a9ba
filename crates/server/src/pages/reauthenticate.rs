//! "Confirm it's you": the account stays, the session becomes fresh.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use identity::reauthenticate;
use serde::Serialize;

use super::{Answer, CeremonyWithReturn, Nothing, challenge, signals, with_session};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody, SignedIn, return_path};

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/reauthenticate/challenge", post(begin))
        .route("/reauthenticate/passkey", post(finish))
}

async fn begin(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    _: JsonBody<Nothing>,
) -> Answer {
    Ok(challenge(reauthenticate::begin(&state.identity, &caller, &session).await?))
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
    let signed_in = reauthenticate::finish(&state.identity, &caller, &session, &body.state, response).await?;
    let finished = Finished {
        location: return_path::accept(body.return_path.as_deref()),
        signals: signals!(signed_in.signals),
    };
    Ok(with_session(&state, &signed_in, &finished))
}
