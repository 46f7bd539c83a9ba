//! OAuth 2 and OpenID Connect: discovery, keys, the authorization endpoint with its consent page, the token endpoint,
//! pushed requests, revocation, introspection, userinfo, logout.
//!
//! Everything is served twice: below a tenant's name, as Entra's clients ask, and at the root.

mod authorize;
mod device;
mod discovery;
mod error;
mod introspect;
mod logout;
mod pushed;
mod revoke;
mod token;
mod user_info;

use axum::Router;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use identity::codes;
use identity::issuer::Issuer;
use oidc::form::{self, Parameters};

use crate::app::AppState;
use crate::error::Rejection;

/// Matched paths at which a change takes no cookie, so that nothing can be forged in a session's name. What is sent to the last
/// four is only sent on.
pub(crate) const WITHOUT_COOKIES: [&str; 15] = [
    "/oauth2/v2.0/token",
    "/{tenant}/oauth2/v2.0/token",
    "/oauth2/v2.0/revoke",
    "/{tenant}/oauth2/v2.0/revoke",
    "/oauth2/v2.0/devicecode",
    "/{tenant}/oauth2/v2.0/devicecode",
    "/oauth2/v2.0/introspect",
    "/{tenant}/oauth2/v2.0/introspect",
    "/oauth2/v2.0/par",
    "/{tenant}/oauth2/v2.0/par",
    "/oidc/userinfo",
    "/oauth2/v2.0/logout",
    "/{tenant}/oauth2/v2.0/logout",
    "/oauth2/v2.0/authorize",
    "/{tenant}/oauth2/v2.0/authorize",
];

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route(
            "/.well-known/openid-configuration",
            get(discovery::document),
        )
        .route(
            "/{tenant}/v2.0/.well-known/openid-configuration",
            get(discovery::document),
        )
        .route("/discovery/v2.0/keys", get(discovery::keys))
        .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
        .route("/oauth2/v2.0/token", post(token::issue))
        .route("/{tenant}/oauth2/v2.0/token", post(token::issue))
        .route("/oauth2/v2.0/revoke", post(revoke::take_back))
        .route("/{tenant}/oauth2/v2.0/revoke", post(revoke::take_back))
        .route("/oauth2/v2.0/devicecode", post(device::begin))
        .route("/{tenant}/oauth2/v2.0/devicecode", post(device::begin))
        .route("/oauth2/v2.0/introspect", post(introspect::tell))
        .route("/{tenant}/oauth2/v2.0/introspect", post(introspect::tell))
        .route("/oauth2/v2.0/par", post(pushed::take))
        .route("/{tenant}/oauth2/v2.0/par", post(pushed::take))
        .route("/oidc/userinfo", get(user_info::show).post(user_info::show))
        .route("/oauth2/v2.0/logout", get(logout::show).post(logout::take))
        .route(
            "/{tenant}/oauth2/v2.0/logout",
            get(logout::show).post(logout::take),
        )
        .route(
            "/oauth2/v2.0/authorize",
            get(authorize::show).post(authorize::take),
        )
        .route(
            "/{tenant}/oauth2/v2.0/authorize",
            get(authorize::show).post(authorize::take),
        )
        .route("/consent", post(authorize::decide))
}

/// The tenant of the address; none at the root.
type Tenant = Option<Path<String>>;

/// The issuer of the address; `None` for a tenant that isn't here.
fn find_issuer(state: &AppState, tenant: Tenant) -> Option<Issuer> {
    let segment = tenant.map(|Path(segment)| segment);
    Issuer::find(&state.identity, segment.as_deref())
}

/// The same request by address.
fn send_on(tenant: Tenant, endpoint: &str, body: &[u8]) -> Result<Response, Rejection> {
    let parameters =
        Parameters::parse(body).map_err(|_| Rejection::from(&codes::AUTHORIZE_MALFORMED))?;
    let below = tenant.map_or_else(String::new, |Path(segment)| {
        format!("/{}", form::encode(&segment))
    });
    let to = format!("{below}/oauth2/v2.0/{endpoint}?{}", parameters.to_query());
    Ok(Redirect::to(&to).into_response())
}
