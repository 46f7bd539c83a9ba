//! HTTP: pages, JSON endpoints, configuration, telemetry, jobs.
//!
//! Translates and nothing else: each handler reads a request, calls one use case of `identity` and
//! writes its answer. [`app`] returns the whole application as a function of its state, [`serve`]
//! puts it behind a listener.

pub mod app;
pub mod assets;
pub mod config;
pub mod error;
pub mod extract;
pub mod graph_api;
pub mod i18n;
pub mod lists;
pub mod mail;
pub mod metadata;
pub mod outbound;
pub mod outbox;
pub mod scim_api;
pub mod security_headers;
pub mod serve;
pub mod telemetry;
pub mod view;
pub mod webhooks;

mod connections;
mod csrf;
mod delivery;
mod forward_auth;
mod guards;
mod host;
mod jobs;
mod metrics_listener;
mod oidc_api;
mod pages;
mod time;
mod tls;

#[cfg(test)]
mod tests;

pub use app::{AppState, app};
pub use config::Configuration;
pub use extract::PeerAddress;
pub use serve::{Running, ServeError, ServeOptions, Start, open, serve};
