//! A person's first passkey, by a registration link.

use axum::Router;
use axum::extract::State;
use axum::routing::{get, post};

use identity::Caller;
use identity::enrolment::{self, By, Invitation};
use identity::passkeys::CreationOptions;
use serde::{Deserialize, Serialize};

use super::set_up::{AFTER_REGISTERING, Registered};
use super::{Answer, Begun, Ceremony, json, page};
use crate::app::AppState;
use crate::extract::{AskedBy, JsonBody, Visit};
use crate::view::register::Register;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/register", get(show))
        .route("/register/begin", post(begin))
        .route("/register/finish", post(finish))
}

async fn show(State(state): State<AppState>, visit: Visit) -> Answer {
    let rp_id = state.identity.settings().rp_id.as_str();
    page(
        &state,
        &visit,
        &Register {
            frame: visit.frame(),
            rp_id,
        },
    )
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    pub(super) token: String,
}

/// Who may register, and the ceremony.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invited {
    user_name: String,
    display_name: String,
    #[serde(flatten)]
    begun: Begun<CreationOptions>,
}

impl Invited {
    pub(super) fn of(invitation: Invitation) -> Invited {
        Invited {
            user_name: invitation.user_name,
            display_name: invitation.display_name,
            begun: Begun {
                state: invitation.creation.state,
                public_key: invitation.creation.options,
            },
        }
    }
}

async fn begin(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Token>,
) -> Answer {
    let invitation = enrolment::begin(&state.identity, &caller, By::Link, &body.token).await?;
    Ok(json(&Invited::of(invitation)))
}

/// Stores what the device made, whatever entitles to it.
pub(super) async fn complete(state: &AppState, caller: &Caller, by: By, body: &Ceremony) -> Answer {
    let response = body.response.get().as_bytes();
    let user_name = enrolment::finish(&state.identity, caller, by, &body.state, response).await?;
    Ok(json(&Registered {
        location: AFTER_REGISTERING,
        user_name,
    }))
}

async fn finish(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    JsonBody(body): JsonBody<Ceremony>,
) -> Answer {
    complete(&state, &caller, By::Link, &body).await
}
