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
mod sent;
mod token;
mod user_info;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::map_response;
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

/// Methods and headers that a script of another origin may use (Fetch, section 3.2).
const FOR_SCRIPTS: [(HeaderName, HeaderValue); 3] = [
    (
        header::ACCESS_CONTROL_ALLOW_METHODS,
        HeaderValue::from_static("GET, POST"),
    ),
    (
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        HeaderValue::from_static("authorization, content-type, dpop"),
    ),
    (
        header::ACCESS_CONTROL_MAX_AGE,
        HeaderValue::from_static("600"),
    ),
];

pub(crate) fn routes() -> Router<AppState> {
    let pages = Router::new()
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
        .route("/consent", post(authorize::decide));
    pages.merge(open_to_scripts())
}

/// What programs ask, scripts in pages of applications too. Nothing here is done in the name of a cookie, so it is open to every
/// origin, and no origin is compared (past mistake 50).
fn open_to_scripts() -> Router<AppState> {
    let mut router = Router::new().route(
        "/oidc/userinfo",
        get(user_info::show)
            .post(user_info::take)
            .options(preflight),
    );
    for below in ["", "/{tenant}"] {
        let document = match below {
            "" => "/.well-known/openid-configuration".to_owned(),
            _ => format!("{below}/v2.0/.well-known/openid-configuration"),
        };
        let at = |path: &str| format!("{below}{path}");
        router = router
            .route(&document, get(discovery::document).options(preflight))
            .route(
                &at("/discovery/v2.0/keys"),
                get(discovery::keys).options(preflight),
            )
            .route(
                &at("/oauth2/v2.0/token"),
                post(token::issue).options(preflight),
            )
            .route(
                &at("/oauth2/v2.0/revoke"),
                post(revoke::take_back).options(preflight),
            )
            .route(
                &at("/oauth2/v2.0/devicecode"),
                post(device::begin).options(preflight),
            )
            .route(
                &at("/oauth2/v2.0/introspect"),
                post(introspect::tell).options(preflight),
            )
            .route(
                &at("/oauth2/v2.0/par"),
                post(pushed::take).options(preflight),
            );
    }
    router.layer(map_response(open))
}

async fn preflight() -> (StatusCode, [(HeaderName, HeaderValue); 3]) {
    (StatusCode::NO_CONTENT, FOR_SCRIPTS)
}

async fn open(mut response: Response) -> Response {
    response.headers_mut().insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    response
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
