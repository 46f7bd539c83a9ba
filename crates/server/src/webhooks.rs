//! Calls webhooks: what is due is posted as <https://www.standardwebhooks.com> has it. Whom, when and how often is
//! [`identity::outbox`]'s to say.

use std::time::Duration;

use graph::Time;
use identity::notices::Notice;
use identity::outbox::{self, Call, Outcome};
use identity::webhooks::{Recipient, Signed};
use identity::{Id, Identity, Micros, Refusal};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::delivery::{self, Deliver};
use crate::jobs::report;
use crate::outbound::{self, FetchError, Outbound};

/// How long a program may take to answer.
const TIME: Duration = Duration::from_secs(10);
/// The longest address.
const MAX_URL: usize = 2048;
/// The event that says nothing.
const TRIAL: &str = "trial";

/// Posts calls.
#[derive(Debug, Clone)]
pub struct Herald {
    outbound: Outbound,
}

/// Whatever is not 2xx is tried again.
fn judge(answer: &Result<u16, FetchError>) -> Outcome {
    match answer {
        Ok(200..=299) => Outcome::Delivered,
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

/// Whether this is an address that is called: of https, or of http on this very machine.
#[must_use]
pub fn is_address(url: &str) -> bool {
    url.len() <= MAX_URL && outbound::is_post_address(url)
}

/// `passkey.added` for `passkey_added`.
fn write_type(topic: &str) -> String {
    topic.replacen('_', ".", 1)
}

fn write_body(kind: &str, at: Micros, data: &Value) -> String {
    let at = Time(at).to_string();
    json!({ "type": kind, "timestamp": at, "data": data }).to_string()
}

/// What happened, to whom, and when: nothing by which somebody gets in.
fn write_call(call: &Call) -> String {
    let mut data = json!({ "userId": call.person.to_string(), "userName": call.user_name });
    let more = match &call.notice {
        Notice::PasskeyAdded { passkey, by } | Notice::PasskeyRemoved { passkey, by } => {
            json!({ "passkey": passkey, "by": by })
        }
        Notice::PasskeyHeld { passkey } | Notice::ReportedLost { passkey } => {
            json!({ "passkey": passkey })
        }
        Notice::PasskeyNewPlace { passkey, place } => json!({ "passkey": passkey, "place": place }),
        Notice::PasskeyEnding {
            passkey,
            ends_at,
            moves_with_use,
        } => {
            json!({ "passkey": passkey, "endsAt": Time(*ends_at), "movesWithUse": moves_with_use })
        }
        Notice::PassIssued { expires_at } => json!({ "expiresAt": Time(*expires_at) }),
        Notice::RoleGranted { role } => json!({ "role": role }),
        Notice::RecoveryWaiting { ready_at } => json!({ "readyAt": Time(*ready_at) }),
        // No such event is made: they are nobody's but the person's.
        Notice::SignInCode { .. } | Notice::RecoveryLetter { .. } => json!({}),
        Notice::RecoveryReady | Notice::RecoveryAsked { .. } => json!({}),
        Notice::PassUsed
        | Notice::CodesMade
        | Notice::RecoveryBegun
        | Notice::RecoveryFinished
        | Notice::PasswordSet
        | Notice::PasswordRemoved
        | Notice::AppAdded
        | Notice::AppRemoved => json!({}),
    };
    if let (Value::Object(data), Value::Object(more)) = (&mut data, more) {
        data.extend(more);
    }
    write_body(&write_type(call.notice.topic()), call.at, &data)
}

impl Herald {
    #[must_use]
    pub fn new(outbound: &Outbound) -> Herald {
        Herald {
            outbound: outbound.within(TIME),
        }
    }

    async fn post(
        &self,
        (url, id): (&str, &str),
        signed: &Signed,
        body: &str,
    ) -> Result<u16, FetchError> {
        let headers = [
            ("webhook-id", id),
            ("webhook-timestamp", &signed.timestamp),
            ("webhook-signature", &signed.signature),
        ];
        self.outbound.post_json(url, &headers, body).await
    }

    async fn call(self, identity: Identity, call: Call) {
        let body = write_call(&call);
        let signed = call.sign(identity.ambient().now(), &body);
        let posted = self.post((call.url(), &call.id), &signed, &body).await;
        let outcome = judge(&posted);
        Herald::count(
            match outcome {
                Outcome::Delivered => "delivered",
                Outcome::Refused | Outcome::Failed { .. } => "failed",
            },
            1,
        );
        if let Err(refusal) = outbox::finish_call(&identity, call, outcome).await {
            report("webhooks", &refusal);
        }
    }

    /// Calls an address with an event that says nothing about anybody.
    ///
    /// # Errors
    /// What went wrong.
    pub async fn try_out(&self, identity: &Identity, recipient: &Recipient) -> Result<(), String> {
        let ambient = identity.ambient();
        let (id, now) = (format!("msg_{}", Id(ambient.random.make())), ambient.now());
        let body = write_body(TRIAL, now, &json!({}));
        let signed = recipient.sign(&id, now, &body);
        match self.post((&recipient.url, &id), &signed, &body).await {
            Ok(200..=299) => Ok(()),
            Ok(status) => Err(format!("It answered with status {status} instead of 2xx.")),
            Err(error) => Err(format!("It can't be called: {error}.")),
        }
    }

    /// Calls what is due now, as much as goes at once, and waits for what comes of it; gives how much that was.
    ///
    /// # Errors
    /// If the database can't answer.
    pub async fn step(&self, identity: &Identity) -> Result<usize, Refusal> {
        delivery::step(self, identity).await
    }
}

impl Deliver for Herald {
    const KIND: &'static str = "webhook";
    const JOB: &'static str = "webhooks";

    async fn begin(
        &self,
        identity: &Identity,
        under_way: &mut JoinSet<()>,
    ) -> Result<usize, Refusal> {
        let calls = outbox::take_due_calls(identity).await?;
        let begun = calls.len();
        for call in calls {
            under_way.spawn(self.clone().call(identity.clone(), call));
        }
        Ok(begun)
    }

    async fn give_up(&self, identity: &Identity) -> Result<(), Refusal> {
        let given_up = outbox::give_up_calls(identity).await?;
        Herald::count("given_up", given_up.messages);
        metrics::counter!("claviger_alerts_total", "kind" => "webhook_undelivered")
            .increment(given_up.alerts);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_can_be_called_are_named() {
        let long = format!("https://siem.example.org/{}", "x".repeat(MAX_URL));
        for unfit in [
            "",
            "siem.example.org",
            "http://siem.example.org/",
            "https://user:password@siem.example.org/",
            "https://siem.example.org:x/",
            "file:///etc/passwd",
            "https://siem.example.org/\r\nX: y",
            &long,
        ] {
            assert!(!is_address(unfit), "{unfit}");
        }
        for fit in [
            "https://siem.example.org/told?by=us",
            "http://localhost:9/told",
        ] {
            assert!(is_address(fit), "{fit}");
        }
    }

    #[test]
    fn types_and_times_are_written_as_others_read_them() {
        assert_eq!(write_type("passkey_added"), "passkey.added");
        let body = write_body("trial", 1_795_251_600_000_000, &json!({}));
        let expected = json!({ "type": "trial", "timestamp": "2026-11-21T09:00:00Z", "data": {} });
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), expected);
    }

    #[test]
    fn whatever_is_no_success_is_tried_again() {
        for status in [200, 204, 299] {
            assert_eq!(judge(&Ok(status)), Outcome::Delivered);
        }
        for status in [199, 400, 404, 410, 429, 500] {
            assert!(matches!(judge(&Ok(status)), Outcome::Failed { .. }));
        }
        let redirect = judge(&Err(FetchError::Redirect));
        let expected = Outcome::Failed {
            cause: "redirect",
            status: None,
        };
        assert_eq!(redirect, expected);
    }
}
