//! Delivers what waits in the outbox: what is due is posted, a few at a time and each for itself, so that nobody who is slow
//! holds up the others. Whom, when and how often is [`identity::outbox`]'s to say.

use std::time::Duration;

use identity::outbox::{self, Delivery, Outcome};
use identity::{Identity, Refusal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::jobs::report;
use crate::outbound::{FetchError, Outbound};

/// How long an application may take to answer.
const TIME: Duration = Duration::from_secs(10);
/// How often the outbox is looked at while nothing is under way.
const EVERY: Duration = Duration::from_secs(1);
/// What may come of a message, as figures name it.
pub(crate) const RESULTS: [&str; 5] = ["delivered", "refused", "failed", "dropped", "given_up"];

/// Posts messages.
#[derive(Debug, Clone)]
pub struct Courier {
    outbound: Outbound,
}

fn count(result: &'static str, number: usize) {
    metrics::counter!("claviger_outbox_deliveries_total", "kind" => "logout", "result" => result)
        .increment(number as u64);
}

/// Back-Channel Logout section 2.8. Whatever isn't in it is no word about the token: the next try may go better.
fn judge(answer: &Result<u16, FetchError>) -> Outcome {
    match answer {
        Ok(200 | 204) => Outcome::Delivered,
        Ok(400) => Outcome::Refused,
        Ok(status) => Outcome::Failed {
            cause: "status",
            status: Some(*status),
        },
        Err(error) => Outcome::Failed {
            cause: error.word(),
            status: None,
        },
    }
}

impl Courier {
    #[must_use]
    pub fn new(outbound: &Outbound) -> Courier {
        Courier {
            outbound: outbound.within(TIME),
        }
    }

    async fn deliver(self, identity: Identity, delivery: Delivery) {
        let answer = self.outbound.post(delivery.uri(), delivery.form()).await;
        let outcome = judge(&answer);
        count(
            match outcome {
                Outcome::Delivered => "delivered",
                Outcome::Refused => "refused",
                Outcome::Failed { .. } => "failed",
            },
            1,
        );
        if let Err(refusal) = outbox::finish(&identity, delivery, outcome).await {
            report("outbox", &refusal);
        }
    }

    /// Takes what is due and begins to post it; gives how much that is.
    async fn begin(
        &self,
        identity: &Identity,
        under_way: &mut JoinSet<()>,
    ) -> Result<usize, Refusal> {
        let taken = outbox::take_due(identity).await?;
        if taken.dropped > 0 {
            count("dropped", taken.dropped);
        }
        let begun = taken.deliveries.len();
        for delivery in taken.deliveries {
            under_way.spawn(self.clone().deliver(identity.clone(), delivery));
        }
        Ok(begun)
    }

    /// Posts what is due now, as much as goes at once, and waits for what comes of it; gives how much that was.
    ///
    /// # Errors
    /// If the database can't answer.
    pub async fn step(&self, identity: &Identity) -> Result<usize, Refusal> {
        let mut under_way = JoinSet::new();
        let begun = self.begin(identity, &mut under_way).await?;
        while under_way.join_next().await.is_some() {}
        Ok(begun)
    }

    /// Posts what becomes due until it is stopped; what is under way then is finished.
    pub async fn run(&self, identity: &Identity, mut stop: watch::Receiver<bool>) {
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
            if let Err(refusal) = self.begin(identity, &mut under_way).await {
                report("outbox", &refusal);
            }
        }
        while under_way.join_next().await.is_some() {}
    }

    /// Once a minute: gives up what can't be delivered.
    ///
    /// # Errors
    /// If the database can't answer.
    pub async fn give_up(&self, identity: &Identity) -> Result<(), Refusal> {
        let given_up = outbox::give_up(identity).await?;
        count("given_up", given_up.messages);
        metrics::counter!("claviger_alerts_total", "kind" => "logout_undelivered")
            .increment(given_up.recipients as u64);
        metrics::gauge!("claviger_outbox_waiting").set(given_up.waiting as f64);
        Ok(())
    }
}
