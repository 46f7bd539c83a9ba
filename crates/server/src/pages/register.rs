//! A person's first passkey, by a registration link.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use identity::enrolment;
use serde::{Deserialize, Serialize};

use super::set_up::Registered;
use super::{Answer, Begun, Ceremony, json};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/register/begin", post(begin)).route("/register/finish", post(finish))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invited<O: Serialize> {
    user_name: String,
    display_name: String,
    #[serde(flatten)]
    begun: Begun<O>,
}

async fn begin(State(state): State<AppState>, AskedBy(caller): AskedBy, JsonBody(body): JsonBody<Token>) -> Answer {
    let invitation = enrolment::begin(&state.identity, &caller, &body.token).await?;
    Ok(json(&Invited {
        user_name: invitation.user_name,
        display_name: invitation.display_name,
        begun: Begun { state: invitation.creation.state, public_key: invitation.creation.options },
    }))
}

async fn finish(State(state): State<AppState>, AskedBy(caller): AskedBy, JsonBody(body): JsonBody<Ceremony>) -> Answer {
    let user_name = enrolment::finish(&state.identity, &caller, &body.state, body.response.get().as_bytes()).await?;
    Ok(json(&Registered { location: "/sign-in", user_name }))
}
