//! The loop of everything that is delivered from the outbox: what is due is begun, each for itself, so that nobody who is slow
//! holds up the others.

use std::future::Future;
use std::time::Duration;

use identity::{Identity, Refusal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::jobs::report;

/// How often the outbox is looked at while nothing is under way.
const EVERY: Duration = Duration::from_secs(1);
/// What may come of a message, as figures name it.
pub(crate) const RESULTS: [&str; 5] = ["delivered", "refused", "failed", "dropped", "given_up"];

/// Delivers messages of one kind. When and how often is [`identity::outbox`]'s to say.
pub(crate) trait Deliver: Send + Sync + 'static {
    /// As figures name it.
    const KIND: &'static str;
    /// As the log names it.
    const JOB: &'static str;

    /// Takes what is due and begins to deliver it; gives how much was dealt with.
    fn begin(
        &self,
        identity: &Identity,
        under_way: &mut JoinSet<()>,
    ) -> impl Future<Output = Result<usize, Refusal>> + Send;

    /// Once a minute: gives up what can't be delivered.
    fn give_up(&self, identity: &Identity) -> impl Future<Output = Result<(), Refusal>> + Send;

    fn count(result: &'static str, number: usize) {
        metrics::counter!("claviger_outbox_deliveries_total", "kind" => Self::KIND, "result" => result)
            .increment(number as u64);
    }
}

/// Delivers what is due now, as much as goes at once, and waits for what comes of it; gives how much that was.
pub(crate) async fn step(deliver: &impl Deliver, identity: &Identity) -> Result<usize, Refusal> {
    let mut under_way = JoinSet::new();
    let begun = deliver.begin(identity, &mut under_way).await?;
    while under_way.join_next().await.is_some() {}
    Ok(begun)
}

/// Delivers what becomes due until it is stopped; what is under way then is finished.
pub(crate) async fn run<D: Deliver>(
    deliver: &D,
    identity: &Identity,
    mut stop: watch::Receiver<bool>,
) {
    let mut clock = tokio::time::interval(EVERY);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            _ = clock.tick() => {}
            // A place is free: what waits for it needn't wait for the next second.
            Some(_) = under_way.join_next() => while under_way.try_join_next().is_some() {},
            _ = stop.changed() => break,
        }
        if let Err(refusal) = deliver.begin(identity, &mut under_way).await {
            report(D::JOB, &refusal);
        }
    }
    while under_way.join_next().await.is_some() {}
}
