//! The end-session endpoint, at which applications sign people out.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use identity::codes;
use identity::logout::{self, Outcome};

use super::{Tenant, find_issuer};
use crate::app::AppState;
use crate::error::Rejection;
use crate::extract::{AskedBy, Visit};
use crate::pages;
use crate::view::sign_out::SignOut;

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
    super::send_on(tenant, "logout", &body)
}
