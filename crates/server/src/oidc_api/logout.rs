//! The end-session endpoint, at which applications sign people out.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use identity::codes;
use identity::logout::{self, Outcome};
use oidc::form::{self, Parameters};

use super::{Tenant, find_issuer};
use crate::app::AppState;
use crate::error::Rejection;
use crate::extract::{AskedBy, Visit};
use crate::pages;
use crate::view::sign_out::SignOut;

/// What is taken along from a form.
const TAKEN: [&str; 5] = [
    "id_token_hint",
    "client_id",
    "post_logout_redirect_uri",
    "state",
    "logout_hint",
];

pub(super) async fn show(
    State(state): State<AppState>,
    AskedBy(caller): AskedBy,
    tenant: Tenant,
    RawQuery(query): RawQuery,
    visit: Visit,
) -> Result<Response, Rejection> {
    if find_issuer(&state, tenant).is_none() {
        return Err(Rejection::from(&codes::NOT_FOUND));
    }
    let query = query.unwrap_or_default();
    let session = visit.session.as_ref();
    let outcome = logout::begin(&state.identity, &caller, query.as_bytes(), session).await?;
    match outcome {
        Outcome::Left { location } => {
            let to = location.as_deref().unwrap_or(pages::SIGNED_OUT);
            let mut response = Redirect::to(to).into_response();
            if let Some(cookie) = state.cookies.clear_session() {
                response.headers_mut().append(header::SET_COOKIE, cookie);
            }
            Ok(response)
        }
        Outcome::Ask {
            application,
            location,
        } => {
            let template = SignOut {
                frame: visit.frame(),
                user_name: session.map_or("", |session| session.user_name.as_str()),
                application: application.as_deref(),
                location: location.as_deref(),
            };
            pages::page(&state, &visit, &template)
        }
    }
}

/// A form that another origin's page sends comes without the session's cookie; so it becomes the same request by address,
/// which comes with it. Nothing is decided here.
pub(super) async fn take(tenant: Tenant, body: Bytes) -> Result<Response, Rejection> {
    let parameters =
        Parameters::parse(&body).map_err(|_| Rejection::from(&codes::AUTHORIZE_MALFORMED))?;
    let pairs: Vec<(&str, &str)> = TAKEN
        .into_iter()
        .filter_map(|name| Some((name, parameters.find(name)?)))
        .collect();
    let below = tenant.map_or_else(String::new, |segment| {
        format!("/{}", form::encode(&segment.0))
    });
    let to = format!("{below}/oauth2/v2.0/logout?{}", form::write(&pairs));
    Ok(Redirect::to(&to).into_response())
}
