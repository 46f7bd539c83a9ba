//! The outbox: what others are told because of what happened here.
//!
//! A message is a row that the unit writes which makes it true, so nothing is told that was rolled back, and nothing that
//! stands is forgotten. Nodes take what is due under a lease, and hand it to whoever has a network. What comes of it ends the
//! row or sets its next time; a node that dies lets its leases run out. Payloads are sealed (security 37) and go with the row.

use store::{Guard, Id, LogoutAddress, Message, Unit, WriteError};

use crate::audit::{self, Entry};
use crate::keys::KeyEncryptionKey;
use crate::limits::Limit;
use crate::seal::Sealer;
use crate::tenant::refuse_write;
use crate::{DAY, HOUR, Identity, MINUTE, Micros, Refusal, SECOND};

mod logout;
mod notice;
mod standing;
mod webhook;

pub(crate) use logout::prepare as prepare_logout;
pub use notice::{
    Dispatch, GivenUpNotices, Letter, Mail, Sent, Settled, finish_notice, give_up_notices,
    take_due_notices,
};
pub(crate) use notice::{MAIL, seal_notice};
use standing::{Slot, Standings};
pub(crate) use webhook::tell_webhooks;
pub use webhook::{Call, GivenUpCalls, finish_call, give_up_calls, take_due_calls};

/// What applications are told; notices to people and webhooks have files of their own.
const LOGOUT: &str = "logout";
/// How long a node may take over a try: longer than any takes, and than clocks may be apart (security 6).
const LEASE: Micros = MINUTE;
/// After the first try, the second, ...; then always the last.
const PAUSES: [Micros; 6] = [
    SECOND,
    5 * SECOND,
    30 * SECOND,
    2 * MINUTE,
    10 * MINUTE,
    HOUR,
];
/// How long a message is tried; and how long one waits for its first try where many wait before it.
const TRIED_FOR: Micros = DAY;
const KEPT: Micros = 3 * DAY;

/// What a node knows of its own tries, and the key of payloads.
#[derive(Debug)]
pub(crate) struct Outbox {
    sealer: Sealer,
    /// Of how mail is sent.
    mail_sealer: Sealer,
    /// Of the keys of webhooks.
    webhook_sealer: Sealer,
    /// Of applications.
    standings: Standings,
    /// Of the mail server.
    mail: Standings,
    /// Of webhooks.
    calls: Standings,
    /// Records of refusals and failures, by recipient.
    record_limit: Limit,
    /// Notices of one topic to one person, where somebody may cause many.
    pub(crate) notice_limit: Limit,
}

impl Outbox {
    pub(crate) fn new(kek: &KeyEncryptionKey) -> Outbox {
        Outbox {
            sealer: Sealer::new(&kek.derive("outbox")),
            mail_sealer: Sealer::new(&kek.derive("mail")),
            webhook_sealer: Sealer::new(&kek.derive("webhook")),
            standings: Standings::pausing(SECOND),
            mail: Standings::pausing(MINUTE),
            calls: Standings::pausing(MINUTE),
            record_limit: Limit::new(1),
            notice_limit: Limit::new(1),
        }
    }

    pub(crate) fn mail_sealer(&self) -> &Sealer {
        &self.mail_sealer
    }

    pub(crate) fn webhook_sealer(&self) -> &Sealer {
        &self.webhook_sealer
    }
}

fn derive_associated(tenant: Id, kind: &str, message: Id) -> Vec<u8> {
    [b"outbox".as_slice(), &tenant.0, &message.0, kind.as_bytes()].concat()
}

fn seal(identity: &Identity, kind: &str, message: Id, plain: &[u8]) -> Vec<u8> {
    let associated = derive_associated(identity.0.tenant_id, kind, message);
    let random = &identity.0.ambient.random;
    identity.0.outbox.sealer.seal(random, &associated, plain)
}

/// A message under way: what is posted as a form, and where. Whoever drops it unfinished leaves it to the end of its lease.
pub struct Delivery {
    message: Message,
    lease: Id,
    recipient: Id,
    address: LogoutAddress,
    form: String,
    /// Counts as under way until it is dropped.
    _slot: Slot,
}

/// Without what it says.
impl std::fmt::Debug for Delivery {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delivery")
            .field("message", &self.message)
            .finish_non_exhaustive()
    }
}

impl Delivery {
    #[must_use]
    pub fn uri(&self) -> &str {
        &self.address.uri
    }

    /// `application/x-www-form-urlencoded`; a secret between us and the recipient.
    #[must_use]
    pub fn form(&self) -> &str {
        &self.form
    }
}

/// What was taken from the outbox.
#[derive(Debug, Default)]
pub struct Taken {
    pub deliveries: Vec<Delivery>,
    /// Messages that are gone because nobody is to be told any more: the application is disabled or deleted, or has no address.
    pub dropped: usize,
}

/// What came of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Delivered,
    /// The recipient was reached and says that it takes no such message: it would say so again.
    Refused,
    /// To be tried again: a stable word, and the status of an answer.
    Failed {
        cause: &'static str,
        status: Option<u16>,
    },
}

/// Takes what is due, as far as this node has slots: a few for each recipient, fewer for those who failed last. A node whose
/// clock is off leaves it to the others.
///
/// # Errors
/// If the database can't answer. What was leased until then is left to the end of its lease.
pub async fn take_due(identity: &Identity) -> Result<Taken, Refusal> {
    if identity.check_clock().is_err() {
        return Ok(Taken::default());
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let standings = &identity.0.outbox.standings;
    let now = identity.0.ambient.now();
    let recipients = store.list_due_recipients(tenant, LOGOUT, now).await?;
    let mut taken = Taken::default();
    for recipient in standings.rotate(recipients) {
        let slots = standings.reserve(recipient, now);
        if slots.is_empty() {
            continue;
        }
        match store.find_logout_address(tenant, recipient).await? {
            Some(address) => {
                let leased = lease(identity, recipient, slots.len()).await?;
                taken
                    .deliveries
                    .extend(prepare(identity, recipient, &address, leased, slots).await?);
            }
            None => taken.dropped += drop_all(identity, recipient).await?,
        }
    }
    Ok(taken)
}

async fn lease(
    identity: &Identity,
    recipient: Id,
    limit: usize,
) -> Result<(Id, Vec<Message>), Refusal> {
    let ambient = &identity.0.ambient;
    let (lease, now) = (ambient.make_id(), ambient.now());
    let mut unit = Unit::new();
    let reading = unit.lease_messages(
        identity.0.tenant_id,
        (LOGOUT, recipient),
        lease,
        (now, now + LEASE),
        i64::try_from(limit).unwrap_or(1),
    );
    let mut written = identity.write(unit).await.map_err(refuse_write)?;
    Ok((lease, written.take_messages(reading)?))
}

async fn prepare(
    identity: &Identity,
    recipient: Id,
    address: &LogoutAddress,
    (lease, messages): (Id, Vec<Message>),
    slots: Vec<Slot>,
) -> Result<Vec<Delivery>, Refusal> {
    let mut deliveries = Vec::with_capacity(messages.len());
    for (message, slot) in messages.into_iter().zip(slots) {
        let Some(form) = logout::write_form(identity, address, &message).await? else {
            // Of another key, or changed by hand: it stays like that.
            tracing::error!("a message in the outbox can't be opened; it is deleted");
            end(identity, message.message_id, lease).await?;
            continue;
        };
        deliveries.push(Delivery {
            message,
            lease,
            recipient,
            address: address.clone(),
            form,
            _slot: slot,
        });
    }
    Ok(deliveries)
}

async fn drop_all(identity: &Identity, recipient: Id) -> Result<usize, Refusal> {
    let mut dropped = 0;
    loop {
        let mut unit = Unit::new();
        unit.drop_messages(identity.0.tenant_id, LOGOUT, recipient);
        let written = identity.write(unit).await.map_err(refuse_write)?;
        let rows = written.rows.iter().map(Vec::len).sum::<usize>();
        if rows == 0 {
            return Ok(dropped);
        }
        dropped += rows;
    }
}

/// Nothing, where somebody else has the lease by now.
fn unless_moved(written: Result<store::Written, WriteError>) -> Result<(), Refusal> {
    match written {
        Ok(_) | Err(WriteError::Refused(Guard::Moved)) => Ok(()),
        Err(error) => Err(refuse_write(error)),
    }
}

async fn end(identity: &Identity, message: Id, lease: Id) -> Result<(), Refusal> {
    let mut unit = Unit::new();
    unit.end_message(identity.0.tenant_id, message, lease);
    unless_moved(identity.write(unit).await)
}

/// Writes down what came of a try.
///
/// # Errors
/// If the database can't take it: then it is tried again after the lease, and may be delivered twice.
pub async fn finish(
    identity: &Identity,
    delivery: Delivery,
    outcome: Outcome,
) -> Result<(), Refusal> {
    let outbox = &identity.0.outbox;
    let (message, lease) = (delivery.message.message_id, delivery.lease);
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    match outcome {
        Outcome::Delivered => {
            outbox.standings.mark_sound(delivery.recipient);
            end(identity, message, lease).await
        }
        Outcome::Refused => {
            outbox.standings.mark_sound(delivery.recipient);
            let mut unit = Unit::new();
            unit.end_message(tenant, message, lease);
            let mut entry = describe(&delivery.address);
            entry.say("status", 400);
            record(identity, unit, &delivery, ("logout.refused", entry)).await
        }
        Outcome::Failed { cause, status } => {
            let began = outbox.standings.mark_failing(delivery.recipient, now);
            let mut unit = Unit::new();
            let pause = find_pause(delivery.message.attempts);
            unit.postpone_message(tenant, message, lease, now + pause);
            if !began {
                return unless_moved(identity.write(unit).await);
            }
            tracing::warn!(
                application = %delivery.address.app_id,
                cause,
                "an application can't be told that a session is over; it is tried again for a day"
            );
            let mut entry = describe(&delivery.address);
            entry.say("cause", cause);
            if let Some(status) = status {
                entry.say("status", status);
            }
            record(identity, unit, &delivery, ("logout.failed", entry)).await
        }
    }
}

fn find_pause(attempts: i64) -> Micros {
    let index = usize::try_from(attempts - 1).unwrap_or(0);
    PAUSES[index.min(PAUSES.len() - 1)]
}

fn describe(address: &LogoutAddress) -> Entry {
    let mut entry = Entry::default();
    entry
        .say("application", address.display_name.as_str())
        .say("appId", address.app_id.to_string());
    entry
}

/// With a record, unless there was one about that recipient a minute ago: who refuses thousands is told of once.
async fn record(
    identity: &Identity,
    unit: Unit,
    delivery: &Delivery,
    (word, entry): (&'static str, Entry),
) -> Result<(), Refusal> {
    let (limit, now) = (&identity.0.outbox.record_limit, identity.0.ambient.now());
    if limit.take(delivery.recipient.0, now).is_err() {
        return unless_moved(identity.write(unit).await);
    }
    let about = (None, Some(delivery.recipient.0.as_slice()));
    unless_moved(audit::commit(identity, unit, store::Log::Audit, word, about, entry).await)
}

/// What was given up, and what waits.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct GivenUp {
    pub messages: usize,
    /// Recipients, each of which is an alert.
    pub recipients: usize,
    pub waiting: i64,
}

/// Once a minute: gives up what could not be delivered for a day. One record for each recipient says how much it was.
///
/// # Errors
/// If the database can't answer.
pub async fn give_up(identity: &Identity) -> Result<GivenUp, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let mut given_up = GivenUp::default();
    loop {
        let ages = (now - TRIED_FOR, now - KEPT);
        let old = store.list_old_messages(tenant, LOGOUT, ages).await?;
        for of_one in old.chunk_by(|one, other| one.0 == other.0) {
            let messages: Vec<Id> = of_one.iter().map(|(_, message)| *message).collect();
            let Some((recipient, _)) = of_one.first() else {
                continue;
            };
            if give_up_on(identity, *recipient, &messages).await? {
                given_up.messages += messages.len();
                given_up.recipients += 1;
            }
        }
        if old.is_empty() {
            given_up.waiting = store.count_messages(tenant).await?;
            return Ok(given_up);
        }
    }
}

/// Whether it was this node that did.
async fn give_up_on(identity: &Identity, recipient: Id, messages: &[Id]) -> Result<bool, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let address = store.find_logout_address(tenant, recipient).await?;
    let mut unit = Unit::new();
    unit.give_up_messages(tenant, messages);
    let mut entry = address.as_ref().map(describe).unwrap_or_default();
    entry.say("messages", messages.len()).say("alert", true);
    let (word, about) = (
        "alert.logout_undelivered",
        (None, Some(recipient.0.as_slice())),
    );
    match audit::commit(identity, unit, store::Log::Audit, word, about, entry).await {
        Ok(_) => {
            tracing::warn!(
                alert = "logout_undelivered",
                messages = messages.len(),
                "alert: an application could not be told for a day that sessions are over; the record in the log names it"
            );
            Ok(true)
        }
        Err(WriteError::Refused(Guard::Missing)) => Ok(false),
        Err(error) => Err(refuse_write(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stay_at_an_hour() {
        let pauses: Vec<Micros> = (1..=8).map(find_pause).collect();
        assert!(pauses.is_sorted());
        assert_eq!((pauses[0], pauses[1]), (SECOND, 5 * SECOND));
        assert_eq!((pauses[6], pauses[7]), (HOUR, HOUR));
        assert_eq!(find_pause(0), SECOND);
    }
}
