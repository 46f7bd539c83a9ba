//! Figures for Prometheus, on a listener of their own.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

use crate::config::TrustedProxies;
use crate::connections::{Bounded, WhenFull};
use crate::delivery::RESULTS;
use crate::error::ALERTS;
use crate::jobs::Jobs;
use crate::serve::{ServeError, bind, limit_time};

/// Seconds; a sign-in takes about a millisecond, a slow disk ten times that.
const BUCKETS: [f64; 12] = [
    0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
];

/// Whoever reads figures needs one; a few more are for those who look at them by hand.
const MAX_CONNECTIONS: u32 = 16;

/// Binds the listener and starts to collect. Returns the address that was bound.
pub(crate) fn start(address: SocketAddr, jobs: &mut Jobs) -> Result<SocketAddr, ServeError> {
    let unbound = |cause| ServeError::Bind { address, cause };
    let listener = bind(address)?;
    let bound = listener.local_addr().map_err(unbound)?;
    let handle = install()?;
    let shown = handle.clone();
    let app = Router::new().route("/metrics", get(move || std::future::ready(shown.render())));
    let shared = TrustedProxies::default();
    let mut server = axum_server::from_tcp(listener)
        .map_err(unbound)?
        .map(|acceptor| Bounded::new(acceptor, MAX_CONNECTIONS, &shared, WhenFull::Say));
    limit_time(server.http_builder());
    jobs.add(async move {
        if let Err(error) = server.serve(app.into_make_service()).await {
            tracing::error!(%error, "the listener for figures ended");
        }
    });
    jobs.add(async move {
        loop {
            tokio::time::sleep(Duration::from_secs(5)).await;
            handle.run_upkeep();
        }
    });
    Ok(bound)
}

fn install() -> Result<PrometheusHandle, ServeError> {
    let seconds = Matcher::Full("claviger_http_request_duration_seconds".to_owned());
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(seconds, &BUCKETS)
        .map_err(|cause| ServeError::Metrics(cause.to_string()))?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder)
        .map_err(|cause| ServeError::Metrics(cause.to_string()))?;
    describe();
    show_zeros();
    Ok(handle)
}

fn describe() {
    metrics::describe_counter!(
        "claviger_http_requests_total",
        "Requests by method, route and status"
    );
    metrics::describe_histogram!(
        "claviger_http_request_duration_seconds",
        "Time to answer, by route"
    );
    metrics::describe_counter!(
        "claviger_sign_ins_total",
        "Finished sign-ins and confirmations by flow and result"
    );
    metrics::describe_counter!(
        "claviger_alerts_total",
        "What somebody has to look into, by kind"
    );
    metrics::describe_counter!(
        "claviger_connections_refused_total",
        "Connections turned away because every place was taken"
    );
    metrics::describe_counter!("claviger_refusals_total", "Refusals by code");
    metrics::describe_counter!(
        "claviger_database_errors_total",
        "Requests and jobs that the database could not serve"
    );
    describe_metadata();
    metrics::describe_counter!(
        "claviger_outbox_deliveries_total",
        "Tries to deliver messages, by kind and result"
    );
    metrics::describe_gauge!(
        "claviger_outbox_waiting",
        "Messages that wait to be delivered"
    );
}

fn describe_metadata() {
    metrics::describe_counter!(
        "claviger_metadata_refreshes_total",
        "Tries to fetch metadata by result"
    );
    metrics::describe_gauge!(
        "claviger_metadata_next_update_seconds",
        "When newer metadata is due, in seconds since 1970"
    );
    metrics::describe_gauge!(
        "claviger_metadata_waiting_changes",
        "Verdicts whose change waits for approval"
    );
    metrics::describe_gauge!(
        "claviger_metadata_undesired_passkeys",
        "Passkeys of models that are revoked or compromised"
    );
}

/// A rule for an alert compares with what was before: nothing is not zero.
fn show_zeros() {
    metrics::counter!("claviger_database_errors_total").increment(0);
    metrics::counter!("claviger_connections_refused_total").increment(0);
    metrics::counter!("claviger_sign_ins_total", "flow" => "sign_in", "result" => "success")
        .increment(0);
    for result in ["updated", "failed"] {
        metrics::counter!("claviger_metadata_refreshes_total", "result" => result).increment(0);
    }
    for result in RESULTS {
        metrics::counter!("claviger_outbox_deliveries_total", "kind" => "logout", "result" => result)
            .increment(0);
    }
    for kind in ALERTS {
        metrics::counter!("claviger_alerts_total", "kind" => kind).increment(0);
    }
}
