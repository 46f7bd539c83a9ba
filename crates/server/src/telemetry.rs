//! What the operator sees: a log on stderr, a span and an id for each request, figures.

mod escape;
mod request_id;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
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

/// The outermost layer: names the request, times it, counts it. Query strings, cookies and bodies
/// never reach the log.
pub(crate) async fn observe(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = RequestId::make(&state.identity.ambient().random);
    let started = state.identity.ambient().now();
    let method = method_label(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route_label = route
        .as_ref()
        .map_or("unmatched", MatchedPath::as_str)
        .to_owned();
    let span = tracing::info_span!("request", id = %id, method, route = route_label);
    request.extensions_mut().insert(id);
    async move {
        let response = next.run(request).await;
        let micros = state.identity.ambient().now().saturating_sub(started);
        let status = response.status().as_u16();
        tracing::debug!(status, micros, "answered");
        count(method, route_label, status, micros);
        response
    }
    .instrument(span)
    .await
}

fn count(method: &'static str, route: String, status: u16, micros: i64) {
    // Micros of one request are far below the 2^52 that a double holds exactly.
    #[allow(clippy::cast_precision_loss)]
    let seconds = micros as f64 / 1e6;
    metrics::histogram!("claviger_http_request_duration_seconds", "route" => route.clone())
        .record(seconds);
    metrics::counter!(
        "claviger_http_requests_total", "method" => method, "route" => route, "status" => status.to_string()
    )
    .increment(1);
}

/// A label has few values, whatever a client sends.
fn method_label(method: &axum::http::Method) -> &'static str {
    match method.as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => "other",
    }
}
