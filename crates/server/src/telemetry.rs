//! What the operator sees: a log on stderr, a span and an id for each request, figures.

mod escape;
mod request_id;

use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use identity::Micros;
use tracing::Span;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::app::AppState;
use crate::config::LogForm;

pub use request_id::RequestId;

/// Sends the log to stderr. A second call changes nothing.
pub fn install(form: LogForm, level: &str) {
    let filter = EnvFilter::try_new(level).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_ansi(false);
    // A subscriber that is there already was put there by a test: it stays.
    let _ = match form {
        LogForm::Text => registry
            .with(layer.with_writer(|| escape::Escaping::text(std::io::stderr())))
            .try_init(),
        LogForm::Json => registry
            .with(
                layer
                    .json()
                    .flatten_event(true)
                    .with_writer(|| escape::Escaping::json(std::io::stderr())),
            )
            .try_init(),
    };
}

/// A request under way: named, timed, counted at its end. Query strings, cookies and bodies never reach the log.
#[derive(Debug)]
pub(crate) struct Observed {
    id: RequestId,
    started: Micros,
    method: &'static str,
    route: Option<MatchedPath>,
    /// Of a request that no router matched, because another table did.
    pattern: Option<&'static str>,
}

/// Names the request.
pub(crate) fn begin(state: &AppState, request: &mut Request) -> Observed {
    let ambient = state.identity.ambient();
    let id = RequestId::make(&ambient.random);
    request.extensions_mut().insert(id);
    Observed {
        id,
        started: ambient.now(),
        method: method_label(request.method()),
        route: request.extensions().get::<MatchedPath>().cloned(),
        pattern: None,
    }
}

impl Observed {
    fn route(&self) -> &str {
        let matched = self.route.as_ref().map(MatchedPath::as_str);
        self.pattern.or(matched).unwrap_or("unmatched")
    }

    pub(crate) fn span(&self) -> Span {
        tracing::info_span!("request", id = %self.id, method = self.method, route = self.route())
    }

    /// Counts it under another table's pattern.
    pub(crate) fn call_it(&mut self, pattern: Option<&'static str>) {
        self.pattern = pattern;
    }

    pub(crate) fn end(&self, state: &AppState, status: StatusCode) {
        let micros = state.identity.ambient().now().saturating_sub(self.started);
        tracing::debug!(status = status.as_u16(), micros, "answered");
        count(self.method, self.route().to_owned(), status, micros);
    }
}

fn count(method: &'static str, route: String, status: StatusCode, micros: i64) {
    // Micros of one request are far below the 2^52 that a double holds exactly.
    #[allow(clippy::cast_precision_loss)]
    let seconds = micros as f64 / 1e6;
    metrics::histogram!("claviger_http_request_duration_seconds", "route" => route.clone())
        .record(seconds);
    metrics::counter!(
        "claviger_http_requests_total", "method" => method, "route" => route, "status" => status.as_str().to_owned()
    )
    .increment(1);
}

/// A label has few values, whatever a client sends.
fn method_label(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        "PATCH" => "PATCH",
        "PUT" => "PUT",
        "DELETE" => "DELETE",
        _ => "other",
    }
}
