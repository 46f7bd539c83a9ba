//! What happens by itself while the server runs; everything ends when [`Jobs`] is stopped.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use identity::{Identity, Refusal, codes, tenant};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::delivery::{self, Deliver};
use crate::metadata::Keeper;

/// A step that failed.
pub(crate) fn report(name: &'static str, refusal: &Refusal) {
    if refusal.code.id == codes::DATABASE.id {
        metrics::counter!("claviger_database_errors_total").increment(1);
    }
    tracing::warn!(
        job = name,
        code = refusal.code.id,
        "a job failed; it runs again at its next time"
    );
}

/// The running jobs.
#[derive(Debug)]
pub(crate) struct Jobs {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Jobs {
    /// Starts the jobs of the use cases: each second the audit chain is sealed, each half minute the
    /// clock is measured, each minute what is over is purged and metadata is looked after.
    pub(crate) fn start(identity: &Identity, keeper: Keeper) -> Jobs {
        let mut jobs = Jobs {
            stop: watch::channel(false).0,
            tasks: JoinSet::new(),
        };
        let each_second = identity.clone();
        jobs.repeat("second", Duration::from_secs(1), move || {
            let identity = each_second.clone();
            async move { tenant::tick_second(&identity).await }
        });
        let each_half_minute = identity.clone();
        jobs.repeat("clock", Duration::from_secs(30), move || {
            let identity = each_half_minute.clone();
            async move { Ok(tenant::measure_clock(&identity).await.map(drop)?) }
        });
        let each_minute = identity.clone();
        jobs.repeat("minute", Duration::from_secs(60), move || {
            let identity = each_minute.clone();
            async move { tenant::tick_minute(&identity).await }
        });
        // Apart from the others: a slow source holds up nothing but itself.
        let (keeper, kept) = (Arc::new(keeper), identity.clone());
        jobs.repeat("metadata", Duration::from_secs(60), move || {
            let (keeper, identity) = (keeper.clone(), kept.clone());
            async move { keeper.tick(&identity).await }
        });
        jobs
    }

    /// Delivers messages of one kind as they come.
    pub(crate) fn deliver<D: Deliver>(&mut self, identity: &Identity, deliver: D) {
        let (deliver, sent) = (Arc::new(deliver), identity.clone());
        let each_minute = (deliver.clone(), identity.clone());
        self.repeat(D::JOB, Duration::from_secs(60), move || {
            let (deliver, identity) = each_minute.clone();
            async move { deliver.give_up(&identity).await }
        });
        let stop = self.stop.subscribe();
        self.tasks
            .spawn(async move { delivery::run(&*deliver, &sent, stop).await });
    }

    /// Something that runs until the jobs are stopped, wherever it is just then.
    pub(crate) fn add(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        let mut stop = self.stop.subscribe();
        self.tasks.spawn(async move {
            tokio::select! {
                () = task => {}
                _ = stop.changed() => {}
            }
        });
    }

    /// A step is never cut: stopping waits for the one under way.
    fn repeat<F, T>(&mut self, name: &'static str, every: Duration, step: F)
    where
        F: Fn() -> T + Send + 'static,
        T: Future<Output = Result<(), Refusal>> + Send,
    {
        let mut stop = self.stop.subscribe();
        self.tasks.spawn(async move {
            let mut clock = tokio::time::interval(every);
            clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = clock.tick() => {}
                    _ = stop.changed() => return,
                }
                if let Err(refusal) = step().await {
                    report(name, &refusal);
                }
            }
        });
    }

    pub(crate) async fn stop(mut self) {
        // Without receivers all tasks have ended already.
        let _ = self.stop.send(true);
        while let Some(ended) = self.tasks.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a job panicked");
            }
        }
    }
}
