//! OAuth 2 and OpenID Connect: discovery, keys, the authorization endpoint with its consent page, the token endpoint,
//! the revocation endpoint, userinfo, logout.
//!
//! Everything is served twice: below a tenant's name, as Entra's clients ask, and at the root.

mod authorize;
mod discovery;
mod error;
mod logout;
mod revoke;
mod token;
mod user_info;

use axum::Router;
use axum::extract::Path;
use axum::routing::{get, post};
use identity::issuer::Issuer;

use crate::app::AppState;

/// Matched paths at which a change takes no cookie, so that nothing can be forged in a session's name. What is sent to the last
/// two is only sent on.
pub(crate) const WITHOUT_COOKIES: [&str; 7] = [
    "/oauth2/v2.0/token",
    "/{tenant}/oauth2/v2.0/token",
    "/oauth2/v2.0/revoke",
    "/{tenant}/oauth2/v2.0/revoke",
    "/oidc/userinfo",
    "/oauth2/v2.0/logout",
    "/{tenant}/oauth2/v2.0/logout",
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
        .route("/oidc/userinfo", get(user_info::show).post(user_info::show))
        .route("/oauth2/v2.0/logout", get(logout::show).post(logout::take))
        .route(
            "/{tenant}/oauth2/v2.0/logout",
            get(logout::show).post(logout::take),
        )
        .route("/oauth2/v2.0/authorize", get(authorize::show))
        .route("/{tenant}/oauth2/v2.0/authorize", get(authorize::show))
        .route("/consent", post(authorize::decide))
}

/// The tenant of the address; none at the root.
type Tenant = Option<Path<String>>;

/// The issuer of the address; `None` for a tenant that isn't here.
fn find_issuer(state: &AppState, tenant: Tenant) -> Option<Issuer> {
    let segment = tenant.map(|Path(segment)| segment);
    Issuer::find(&state.identity, segment.as_deref())
}
