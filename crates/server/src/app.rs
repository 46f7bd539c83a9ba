//! The application: a function from its state to a router.

use std::ops::Deref;
use std::sync::Arc;

use crate::config::TrustedProxies;
use crate::extract::cookies::Cookies;
use crate::host::PublicHost;
use crate::{error, forward_auth, graph_api, guards, oidc_api, pages};
use axum::Router;
use axum::middleware::from_fn_with_state;
use identity::Identity;

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

/// Every page and endpoint, behind the [guards](crate::guards) that no handler can forget.
pub fn app(state: AppState) -> Router {
    pages::routes()
        .merge(oidc_api::routes())
        .merge(forward_auth::routes())
        .merge(graph_api::routes())
        .fallback(error::not_found)
        .method_not_allowed_fallback(error::method_not_allowed)
        .layer(from_fn_with_state(state.clone(), guards::pass))
        .with_state(state)
}
