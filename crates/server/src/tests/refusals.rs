//! What the operator learns of a refusal: alerts and figures.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;
use identity::{Code, Refusal, codes};
use metrics_exporter_prometheus::PrometheusBuilder;
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::error::{self, Rejection};
use crate::guards;

/// A log that can be read.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

/// Answers a request with this refusal; gives the log and the figures that came of it.
fn observe(code: &'static Code) -> (String, String) {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_max_level(tracing::Level::WARN)
        .with_writer(log.clone())
        .finish();
    let recorder = PrometheusBuilder::new().build_recorder();
    let figures = recorder.handle();
    // Both are this thread's alone: the runtime has no other.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tracing::subscriber::with_default(subscriber, || {
        metrics::with_local_recorder(&recorder, || runtime.block_on(answer(code)));
    });
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    (log, figures.render())
}

async fn answer(code: &'static Code) {
    let house = house(SECURE).await;
    let refuse = move || {
        std::future::ready(Rejection::from(Refusal {
            reference: "7K2M-9QXD".to_owned(),
            ..Refusal::new(code)
        }))
    };
    let router = Router::new()
        .route("/", get(refuse))
        .layer(from_fn_with_state(house.state.clone(), guards::pass))
        .layer(axum::Extension(PEER));
    let request = house.request(Method::GET, "/").body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), error::status(code));
}

#[test]
fn security_23_a_passkey_that_may_exist_twice_raises_an_alert() {
    for (code, kind) in [
        (&codes::PASSKEY_CLONED, "counter_regressed"),
        (&codes::PASSKEY_BACKUP_CHANGED, "backup_eligibility_changed"),
    ] {
        let (log, figures) = observe(code);
        assert!(
            log.contains("WARN") && log.contains("7K2M-9QXD") && log.contains(kind),
            "{log}"
        );
        let figure = format!("claviger_alerts_total{{kind=\"{kind}\"}} 1");
        assert!(figures.contains(&figure), "{figures}");
    }
}

#[test]
fn what_is_no_alert_raises_none() {
    let (log, figures) = observe(&codes::PASSKEY_REFUSED);
    assert!(log.is_empty(), "{log}");
    assert!(!figures.contains("claviger_alerts_total"), "{figures}");
    let refusals = "claviger_refusals_total{code=\"sign_in.passkey_refused\"} 1";
    assert!(figures.contains(refusals), "{figures}");
    assert!(!figures.contains("claviger_database_errors_total"));
}

#[test]
fn database_errors_are_counted_and_logged() {
    let (log, figures) = observe(&codes::DATABASE);
    assert!(figures.contains("claviger_database_errors_total 1"));
    assert!(
        log.contains("store.unavailable") && log.contains("7K2M-9QXD"),
        "{log}"
    );
}
