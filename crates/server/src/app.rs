//! The application: a function from its state to a router.

use std::ops::Deref;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn_with_state;
use identity::Identity;
use tower_http::catch_panic::CatchPanicLayer;

use crate::config::TrustedProxies;
use crate::extract::cookies::Cookies;
use crate::host::PublicHost;
use crate::{csrf, error, extract, host, pages, security_headers, telemetry};

/// What handlers share; cheap to clone.
#[derive(Debug, Clone)]
pub struct AppState(Arc<Shared>);

#[derive(Debug)]
pub struct Shared {
    pub identity: Identity,
    pub trusted_proxies: TrustedProxies,
    /// The public origin, from which every address that leaves us is built.
    pub origin: String,
    pub cookies: Cookies,
    pub(crate) host: PublicHost,
}

impl AppState {
    pub fn new(identity: Identity, trusted_proxies: TrustedProxies) -> AppState {
        let origin = identity.settings().public_origin.clone();
        AppState(Arc::new(Shared {
            trusted_proxies,
            cookies: Cookies::of(&origin),
            host: PublicHost::of(&origin),
            origin: origin.as_str().to_owned(),
            identity,
        }))
    }
}

impl Deref for AppState {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// Every page and endpoint, behind the guards that no handler can forget.
///
/// The last layer is the outermost: a request is observed, its answer gets the security headers,
/// refusals are written in the reader's language, panics become refusals; then the host, the
/// caller and, for a change, token and origin are checked before a handler runs.
pub fn app(state: AppState) -> Router {
    pages::routes()
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(from_fn_with_state(state.clone(), csrf::guard))
        .layer(from_fn_with_state(state.clone(), extract::recognise))
        .layer(from_fn_with_state(state.clone(), host::guard))
        .layer(CatchPanicLayer::custom(error::from_panic))
        .layer(from_fn_with_state(state.clone(), error::render))
        .layer(from_fn_with_state(state.clone(), security_headers::apply))
        .layer(from_fn_with_state(state.clone(), telemetry::observe))
        .with_state(state)
}
