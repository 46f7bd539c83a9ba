//! Tells applications that sessions are over. Whom, when and how often is [`identity::outbox`]'s to say.

use std::time::Duration;

use identity::outbox::{self, Delivery, Outcome};
use identity::{Identity, Refusal};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::delivery::{self, Deliver};
use crate::jobs::report;
use crate::outbound::{FetchError, Outbound};

/// How long an application may take to answer.
const TIME: Duration = Duration::from_secs(10);

/// Posts messages.
#[derive(Debug, Clone)]
pub struct Courier {
    outbound: Outbound,
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
        Courier::count(
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

    /// Posts what is due now, as much as goes at once, and waits for what comes of it; gives how much that was.
    ///
    /// # Errors
    /// If the database can't answer.
    pub async fn step(&self, identity: &Identity) -> Result<usize, Refusal> {
        delivery::step(self, identity).await
    }

    /// Posts what becomes due until it is stopped; what is under way then is finished.
    pub async fn run(&self, identity: &Identity, stop: watch::Receiver<bool>) {
        delivery::run(self, identity, stop).await;
    }
}

impl Deliver for Courier {
    const KIND: &'static str = "logout";
    const JOB: &'static str = "outbox";

    async fn begin(
        &self,
        identity: &Identity,
        under_way: &mut JoinSet<()>,
    ) -> Result<usize, Refusal> {
        let taken = outbox::take_due(identity).await?;
        if taken.dropped > 0 {
            Courier::count("dropped", taken.dropped);
        }
        let begun = taken.deliveries.len();
        for delivery in taken.deliveries {
            under_way.spawn(self.clone().deliver(identity.clone(), delivery));
        }
        Ok(begun)
    }

    async fn give_up(&self, identity: &Identity) -> Result<(), Refusal> {
        let given_up = outbox::give_up(identity).await?;
        Courier::count("given_up", given_up.messages);
        metrics::counter!("claviger_alerts_total", "kind" => "logout_undelivered")
            .increment(given_up.recipients as u64);
        metrics::gauge!("claviger_outbox_waiting").set(given_up.waiting as f64);
        Ok(())
    }
}
