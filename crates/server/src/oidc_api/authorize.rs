//! The authorization endpoint, and the consent page's answer.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use identity::authorize::{self, Decision, Outcome};
use identity::codes;
use identity::issuer::Issuer;
use serde::{Deserialize, Serialize};

use super::{Tenant, find_issuer};
use crate::app::AppState;
use crate::error::Rejection;
use crate::extract::{AskedBy, JsonBody, SignedIn, Visit, return_path};
use crate::pages;
use crate::view::consent::Consent;

pub(super) async fn show(
    State(state): State<AppState>,
    tenant: Tenant,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Rejection> {
    let segment = tenant.as_ref().map(|segment| segment.0.clone());
    let Some(issuer) = find_issuer(&state, tenant) else {
        // A browser shows this to somebody, who is helped by a page and not by an answer for programs.
        return Err(Rejection::from(&codes::NOT_FOUND));
    };
    let query = query.unwrap_or_default();
    let session = visit.session.as_ref();
    let outcome = authorize::begin(&state.identity, &issuer, query.as_bytes(), session).await?;
    match outcome {
        Outcome::SignIn { return_path } => Ok(lead("/sign-in", &return_path)),
        Outcome::Reauthenticate { return_path } => Ok(lead("/reauthenticate", &return_path)),
        Outcome::Answer { location } => Ok(Redirect::to(&location).into_response()),
        Outcome::Consent(asked) => {
            let template = Consent {
                frame: visit.frame(),
                user_name: session.map_or("", |session| session.user_name.as_str()),
                application: &asked.application,
                host: &asked.host,
                permissions: &asked.permissions,
                query: &asked.query,
                tenant: segment.as_deref(),
            };
            pages::page(&state, &visit, &template)
        }
    }
}

fn lead(page: &str, back: &str) -> Response {
    Redirect::to(&return_path::with_return(page, back)).into_response()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decided {
    query: String,
    tenant: Option<String>,
    decision: Word,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Word {
    Allow,
    Deny,
}

#[derive(Serialize)]
struct Location {
    location: String,
}

pub(super) async fn decide(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    SignedIn(session): SignedIn,
    JsonBody(body): JsonBody<Decided>,
) -> Result<Response, Rejection> {
    let issuer = Issuer::find(&state.identity, body.tenant.as_deref())
        .ok_or_else(|| Rejection::from(&codes::AUTHORIZE_MALFORMED))?;
    let decision = match body.decision {
        Word::Allow => Decision::Allow,
        Word::Deny => Decision::Deny,
    };
    let location = authorize::decide(
        &state.identity,
        &caller,
        &issuer,
        &session,
        &body.query,
        decision,
    )
    .await?;
    Ok(axum::Json(Location { location }).into_response())
}
