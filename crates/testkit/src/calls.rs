//! What the database is asked for.

use std::cell::RefCell;
use std::fmt::Debug;
use std::sync::Once;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::{EnvFilter, Layer, registry};

thread_local! {
    /// What was asked on this thread since somebody listens; `None` while nobody does.
    static HEARD: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

struct Ear;

impl<S: tracing::Subscriber> Layer<S> for Ear {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut |field: &tracing::field::Field, value: &dyn Debug| {
            if field.name() == "statement" {
                let name = format!("{value:?}").trim_matches('"').to_owned();
                HEARD.with_borrow_mut(|heard| {
                    heard.iter_mut().for_each(|calls| calls.push(name.clone()))
                });
            }
        });
    }
}

/// One subscriber for the whole process: one that comes and goes with its thread misses events that another thread met
/// first while nobody listened. `CLAVIGER_TEST_LOG=debug` also shows what the product logs, to find out why a test fails.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        let log = std::env::var("CLAVIGER_TEST_LOG").ok().map(|filter| {
            tracing_subscriber::fmt::layer()
                .with_test_writer()
                .with_filter(EnvFilter::new(filter))
        });
        let targets = Targets::new().with_target(store::CALLS, LevelFilter::TRACE);
        let subscriber = registry().with(log).with(Ear.with_filter(targets));
        tracing::subscriber::set_global_default(subscriber)
            .expect("nothing else in tests listens to the whole process");
    });
}

/// Runs some work and gives, beside what came of it, the names of the statements that the database was asked to
/// run, in their order. Only what the work does in its own task is seen, not what it spawns.
///
/// # Panics
/// When something else in this process installed a subscriber for all of it.
pub async fn listen<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    install();
    HEARD.set(Some(Vec::new()));
    let done = work.await;
    (done, HEARD.take().unwrap_or_default())
}
