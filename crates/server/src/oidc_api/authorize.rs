//! The authorization endpoint, and the consent page's answer.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use identity::applications;
use identity::authorize::{self, Decision, Outcome};
use identity::codes;
use identity::issuer::Issuer;
use oidc::form;
use oidc::redirect_uri::{self, Reply};
use serde::{Deserialize, Serialize};

use super::{Tenant, find_issuer};
use crate::app::AppState;
use crate::error::Rejection;
use crate::extract::{AskedBy, JsonBody, SignedIn, Visit, return_path};
use crate::pages;
use crate::security_headers::CONTENT_SECURITY_POLICY;
use crate::view::answer_form::AnswerForm;
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
        Outcome::SignIn { return_path, hint } => {
            let mut page = return_path::with_return("/sign-in", &return_path);
            if let Some(hint) = hint {
                page.push_str(&format!("&hint={}", form::encode(&hint)));
            }
            Ok(lead(&page))
        }
        Outcome::Reauthenticate { return_path } => Ok(lead(&return_path::with_return(
            "/reauthenticate",
            &return_path,
        ))),
        Outcome::StepUp { return_path } => Ok(lead(&pages::reauthenticate::step_up(&return_path))),
        Outcome::Answer(reply) => answer(&state, &visit, &reply),
        Outcome::Consent(asked) => {
            let logo = applications::find_logo_id(&state.identity, asked.object_id).await?;
            let template = Consent {
                frame: visit.frame(),
                logo: logo.map(pages::write_logo_path),
                user_name: session.map_or("", |session| session.user_name.as_str()),
                application: &asked.application,
                host: &asked.host,
                permissions: &asked.permissions,
                apis: &asked.apis,
                query: &asked.query,
                tenant: segment.as_deref(),
            };
            pages::page(&state, &visit, &template)
        }
    }
}

fn lead(page: &str) -> Response {
    Redirect::to(page).into_response()
}

fn answer(state: &AppState, visit: &Visit, reply: &Reply) -> Result<Response, Rejection> {
    let (address, fields) = match reply {
        Reply::Redirect(location) => return Ok(lead(location)),
        Reply::Form { address, fields } => (address, fields),
    };
    let origin = redirect_uri::origin(address).unwrap_or_default();
    let template = AnswerForm {
        frame: visit.frame(),
        address,
        host: redirect_uri::host(address),
        fields,
    };
    let mut response = pages::page(state, visit, &template)?;
    // No page of ours but this one sends a form elsewhere, and where to we write into it. The application may lead people on from
    // there, which browsers count as the form's going, too: so it may go anywhere that the application itself could be.
    let onward = match origin.starts_with("https://") {
        true => "https:",
        false => "https: http:",
    };
    let policy = CONTENT_SECURITY_POLICY.replace(
        "form-action 'self'",
        &format!("form-action 'self' {onward}"),
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// A form that another origin's page sends comes without the session's cookie; so it becomes the same request by address,
/// which comes with it. Nothing is decided here.
pub(super) async fn take(tenant: Tenant, body: Bytes) -> Result<Response, Rejection> {
    super::send_on(tenant, "authorize", &body)
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
