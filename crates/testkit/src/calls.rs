//! What the database is asked for.

use std::fmt::Debug;
use std::sync::{Arc, Mutex, PoisonError};

use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry;

#[derive(Debug, Default, Clone)]
struct Ledger(Arc<Mutex<Vec<String>>>);

impl<S: tracing::Subscriber> Layer<S> for Ledger {
    fn on_event(&self, event: &tracing::Event<'_>, _: Context<'_, S>) {
        event.record(&mut |field: &tracing::field::Field, value: &dyn Debug| {
            if field.name() == "statement" {
                let name = format!("{value:?}").trim_matches('"').to_owned();
                let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                calls.push(name);
            }
        });
    }
}

/// Runs some work and gives, beside what came of it, the names of the statements that the database was asked to
/// run, in their order. Only what the work does in its own task is seen, not what it spawns.
///
/// # Panics
/// Does not.
pub async fn listen<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    let ledger = Ledger::default();
    let targets = Targets::new().with_target(store::CALLS, LevelFilter::TRACE);
    let subscriber = registry().with(ledger.clone().with_filter(targets));
    let heard = tracing::subscriber::set_default(subscriber);
    let done = work.await;
    drop(heard);
    let calls = std::mem::take(&mut *ledger.0.lock().unwrap_or_else(PoisonError::into_inner));
    (done, calls)
}
