//! Events under way to webhooks: one row says what happened; when it is its turn, it becomes a row for each webhook that there is.

use serde::{Deserialize, Serialize};
use store::{Guard, Id, Message, NewEvent, Unit, Webhook, WriteError};

use super::{KEPT, LEASE, Outcome, Slot, TRIED_FOR, derive_associated, end, find_pause, seal};
use super::{Standings, unless_moved};
use crate::audit::{self, Entry};
use crate::notices::Notice;
use crate::tenant::refuse_write;
use crate::webhooks::{Recipient, Signed};
use crate::{Identity, Micros, Refusal};

const EVENT: &str = "event";
const CALL: &str = "webhook";
/// Whose turn it is to become rows of their own.
const ALL: Id = Id(*b"claviger: events");
/// How many events become rows at once.
const AT_ONCE: i64 = 20;

/// As sealed: no link, which is between us and the person alone.
#[derive(Clone, Serialize, Deserialize)]
struct Happened {
    notice: Notice,
    person: String,
    /// As it was when the event became calls; a call says the same at each try.
    user_name: Option<String>,
    at: Micros,
}

fn seal_event(identity: &Identity, kind: &str, message: Id, happened: &Happened) -> Vec<u8> {
    let plain = serde_json::to_vec(happened).unwrap_or_default();
    seal(identity, kind, message, &plain)
}

fn open(identity: &Identity, kind: &str, message: &Message) -> Option<(Id, Happened)> {
    let associated = derive_associated(identity.0.tenant_id, kind, message.message_id);
    let sealer = &identity.0.outbox.sealer;
    let plain = sealer.open(&associated, &message.payload)?;
    let happened: Happened = serde_json::from_slice(&plain).ok()?;
    Some((Id::parse(&happened.person)?, happened))
}

/// Tells all webhooks, if there are any and the unit takes effect.
pub(crate) fn tell_webhooks(identity: &Identity, unit: &mut Unit, person: Id, notice: &Notice) {
    let (message_id, at) = (identity.0.ambient.make_id(), identity.0.ambient.now());
    let happened = Happened {
        notice: notice.clone(),
        person: person.to_string(),
        user_name: None,
        at,
    };
    let event = NewEvent {
        message_id,
        recipient_id: ALL,
        topic: notice.topic(),
        person_id: person,
        payload: seal_event(identity, EVENT, message_id, &happened),
        created_at: at,
    };
    unit.insert_event(identity.0.tenant_id, event);
}

/// Makes a row for each webhook of what happened.
async fn spread(identity: &Identity) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let due = store.list_due_recipients(tenant, EVENT, now).await?;
    if due.is_empty() {
        return Ok(());
    }
    let webhooks = store.list_webhooks(tenant).await?;
    let lease = identity.0.ambient.make_id();
    let mut unit = Unit::new();
    let reading = unit.lease_messages(tenant, (EVENT, ALL), lease, (now, now + LEASE), AT_ONCE);
    let mut written = identity.write(unit).await.map_err(refuse_write)?;
    for message in written.take_messages(reading)? {
        let mut unit = Unit::new();
        match open(identity, EVENT, &message) {
            Some((person, mut happened)) => {
                let found = store.find_person(tenant, person).await?;
                happened.user_name = found.map(|person| person.user_name);
                for webhook in &webhooks {
                    insert_call(identity, &mut unit, webhook.webhook_id, person, &happened);
                }
            }
            // Of another key, or changed by hand: it stays like that.
            None => tracing::error!("an event in the outbox can't be opened; it is deleted"),
        }
        unit.end_message(tenant, message.message_id, lease);
        unless_moved(identity.write(unit).await)?;
    }
    Ok(())
}

fn insert_call(identity: &Identity, unit: &mut Unit, webhook: Id, person: Id, happened: &Happened) {
    let message_id = identity.0.ambient.make_id();
    let call = NewEvent {
        message_id,
        recipient_id: webhook,
        topic: happened.notice.topic(),
        person_id: person,
        payload: seal_event(identity, CALL, message_id, happened),
        created_at: happened.at,
    };
    unit.insert_call(identity.0.tenant_id, call);
}

/// A call under way. Whoever drops it unfinished leaves it to the end of its lease.
pub struct Call {
    message: Message,
    lease: Id,
    recipient: Recipient,
    /// `webhook-id`: the same at each try.
    pub id: String,
    pub notice: Notice,
    pub at: Micros,
    pub person: Id,
    /// `None` when the person was gone by then.
    pub user_name: Option<String>,
    _slot: Slot,
}

/// Without what it says.
impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Call {
    #[must_use]
    pub fn url(&self) -> &str {
        &self.recipient.url
    }

    /// See [`Recipient::sign`].
    #[must_use]
    pub fn sign(&self, now: Micros, body: &str) -> Signed {
        self.recipient.sign(&self.id, now, body)
    }
}

/// Takes calls that are due, and makes calls of what happened.
///
/// # Errors
/// If the database can't answer.
pub async fn take_due_calls(identity: &Identity) -> Result<Vec<Call>, Refusal> {
    let mut calls = Vec::new();
    if identity.check_clock().is_err() {
        return Ok(calls);
    }
    spread(identity).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let (standings, now) = (&identity.0.outbox.calls, identity.0.ambient.now());
    let due = store.list_due_recipients(tenant, CALL, now).await?;
    if due.is_empty() {
        return Ok(calls);
    }
    let webhooks = store.list_webhooks(tenant).await?;
    for webhook_id in standings.rotate(due) {
        let Some(webhook) = webhooks.iter().find(|it| it.webhook_id == webhook_id) else {
            let mut unit = Unit::new();
            unit.drop_messages(tenant, CALL, webhook_id);
            identity.write(unit).await.map_err(refuse_write)?;
            continue;
        };
        calls.extend(take_of(identity, webhook, standings).await?);
    }
    Ok(calls)
}

async fn take_of(
    identity: &Identity,
    webhook: &Webhook,
    standings: &Standings,
) -> Result<Vec<Call>, Refusal> {
    let (tenant, webhook_id) = (identity.0.tenant_id, webhook.webhook_id);
    let now = identity.0.ambient.now();
    let slots = standings.reserve(webhook_id, now);
    if slots.is_empty() {
        return Ok(Vec::new());
    }
    let Some(recipient) = Recipient::open(identity, webhook) else {
        if standings.mark_failing(webhook_id, now) {
            tracing::error!(webhook = %webhook_id, "the key of a webhook can't be opened: remove it, and add it anew");
        }
        return Ok(Vec::new());
    };
    let limit = i64::try_from(slots.len()).unwrap_or(1);
    let lease = identity.0.ambient.make_id();
    let mut unit = Unit::new();
    let times = (now, now + LEASE);
    let reading = unit.lease_messages(tenant, (CALL, webhook_id), lease, times, limit);
    let mut written = identity.write(unit).await.map_err(refuse_write)?;
    let mut calls = Vec::new();
    for (message, slot) in written.take_messages(reading)?.into_iter().zip(slots) {
        let Some((person, happened)) = open(identity, CALL, &message) else {
            tracing::error!("a call in the outbox can't be opened; it is deleted");
            end(identity, message.message_id, lease).await?;
            continue;
        };
        calls.push(Call {
            id: format!("msg_{}", message.message_id),
            message,
            lease,
            recipient: recipient.clone(),
            notice: happened.notice,
            at: happened.at,
            person,
            user_name: happened.user_name,
            _slot: slot,
        });
    }
    Ok(calls)
}

/// Writes down what came of a call.
///
/// # Errors
/// If the database can't take it: then it is tried again after the lease, and may come twice.
pub async fn finish_call(identity: &Identity, call: Call, outcome: Outcome) -> Result<(), Refusal> {
    let (outbox, now) = (&identity.0.outbox, identity.0.ambient.now());
    let (tenant, webhook) = (identity.0.tenant_id, call.recipient.webhook_id);
    let (message, lease) = (call.message.message_id, call.lease);
    let (cause, status) = match outcome {
        Outcome::Delivered => {
            outbox.calls.mark_sound(webhook);
            return end(identity, message, lease).await;
        }
        Outcome::Refused => ("refused", None),
        Outcome::Failed { cause, status } => (cause, status),
    };
    let began = outbox.calls.mark_failing(webhook, now);
    let pause = find_pause(call.message.attempts);
    let mut unit = Unit::new();
    unit.postpone_message(tenant, message, lease, now + pause);
    if !began || outbox.record_limit.take(webhook.0, now).is_err() {
        return unless_moved(identity.write(unit).await);
    }
    tracing::warn!(
        %webhook,
        cause,
        status,
        "a webhook can't be called: `claviger webhook test ID` says what it answers; it is tried again for a day"
    );
    let mut entry = describe(webhook);
    entry.say("cause", cause).say("status", status);
    let (word, about, log) = ("webhook.failed", (None, None), store::Log::Audit);
    unless_moved(audit::commit(identity, unit, log, word, about, entry).await)
}

fn describe(webhook: Id) -> Entry {
    let mut entry = Entry::default();
    entry.say("webhook", webhook.to_string());
    entry
}

/// What was given up.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct GivenUpCalls {
    pub messages: usize,
    /// One for each webhook.
    pub alerts: u64,
}

/// Once a minute: gives up calls that nobody took for a day; what nobody was told of stays on a list for administrators.
///
/// # Errors
/// If the database can't answer.
pub async fn give_up_calls(identity: &Identity) -> Result<GivenUpCalls, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let ages = (now - TRIED_FOR, now - KEPT);
    let mut given_up = GivenUpCalls::default();
    loop {
        let old = store.list_old_messages(tenant, CALL, ages).await?;
        if old.is_empty() {
            return Ok(given_up);
        }
        for of_one in old.chunk_by(|one, other| one.0 == other.0) {
            let Some((webhook, _)) = of_one.first() else {
                continue;
            };
            let messages: Vec<Id> = of_one.iter().map(|(_, message)| *message).collect();
            if give_up_on(identity, *webhook, &messages).await? {
                given_up.messages += messages.len();
                given_up.alerts += 1;
            }
        }
    }
}

/// Whether it was this node that did.
async fn give_up_on(identity: &Identity, webhook: Id, messages: &[Id]) -> Result<bool, Refusal> {
    let mut unit = Unit::new();
    unit.give_up_calls(identity.0.tenant_id, messages, "given_up");
    let mut entry = describe(webhook);
    entry.say("messages", messages.len()).say("alert", true);
    let (word, about, log) = ("alert.webhook_undelivered", (None, None), store::Log::Audit);
    match audit::commit(identity, unit, log, word, about, entry).await {
        Ok(_) => {
            tracing::warn!(
                alert = "webhook_undelivered",
                %webhook,
                messages = messages.len(),
                "alert: a webhook took nothing for a day; `claviger webhook undelivered` lists what it was not told"
            );
            Ok(true)
        }
        Err(WriteError::Refused(Guard::Missing)) => Ok(false),
        Err(error) => Err(refuse_write(error)),
    }
}
