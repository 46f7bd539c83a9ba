//! Records that can't be changed unseen (security 34).
//!
//! Each node numbers its records without gaps, and remembers their hashes until they are sealed. Once a second the
//! new ones are covered by a link: a hash over the records, the link before, and the numbers that were never
//! committed, signed by the tenant's audit key. Starts and ends of nodes stand in the register, one signed chain for
//! the tenant. What was sealed can be exported as a checkpoint, signed by another key.
//! Personal fields stand in a record as salted hashes, with the clear values beside it, so that erasing a
//! value leaves the chain whole. So a sign-in pays for one row, and not for an order among all sign-ins.

use serde_json::{Map, Value, json};
use store::{Id, Log, LogRecord, Unit, WriteError};
use webauthn::base64url;

use crate::ceremony::derive_reference;
use crate::seal::{derive_hash, derive_mac};
use crate::{Caller, Identity, MINUTE, Micros, Refusal, SECOND};

mod adopt;
mod chain;
mod checkpoint;
mod numbers;
mod register;
mod run;
mod verify;

#[cfg(test)]
mod tests;

pub(crate) use chain::{seal_chain, stop};
pub use checkpoint::{Checkpoint, UnfitCheckpoint, export_checkpoint};
pub(crate) use numbers::NodeLog;
use numbers::Ticket;
pub use verify::{Broken, Flaw, Verified, verify, verify_against};

/// After this long a number whose unit was neither committed nor refused is voided.
const UNRESOLVED: Micros = MINUTE;
/// How often an idle node says that it is alive.
const TOUCH_EVERY: Micros = 20 * SECOND;
/// A node that was not seen for this long has stopped without sealing.
const ABANDONED_AFTER: Micros = 2 * MINUTE;

/// Once a minute: compares the register with what this node remembers, seals what stopped nodes left
/// behind, writes a checkpoint to the log each hour.
pub(crate) async fn tend(identity: &Identity) -> Result<(), Refusal> {
    register::watch(identity).await?;
    adopt::adopt_abandoned(identity).await?;
    checkpoint::log_hourly(identity).await
}

/// What a record says; the personal part is kept apart.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    body: Map<String, Value>,
    personal: Vec<(&'static str, String)>,
}

impl Entry {
    /// Browser and system in clear, address and network as personal fields.
    pub(crate) fn of(caller: &Caller, attempt: Id) -> Entry {
        let place = caller.place();
        let mut entry = Entry::default();
        entry.say("reference", derive_reference(attempt));
        entry
            .say("browser", place.browser)
            .say("system", place.system);
        entry
            .confide("network", place.network)
            .confide("address", caller.address.to_string());
        entry
    }

    pub(crate) fn say(&mut self, field: &str, value: impl Into<Value>) -> &mut Entry {
        self.body.insert(field.to_owned(), value.into());
        self
    }

    /// A personal field: hashed in the record, clear beside it.
    pub(crate) fn confide(&mut self, field: &'static str, value: impl Into<String>) -> &mut Entry {
        self.personal.push((field, value.into()));
        self
    }

    pub(crate) fn reasons(&mut self, reasons: &[policy::Reason]) -> &mut Entry {
        let reasons: Vec<Value> = reasons
            .iter()
            .map(|reason| json!({"rule": reason.rule.as_str(), "held": reason.held}))
            .collect();
        self.say("reasons", reasons)
    }
}

fn derive_personal_hash(salt: &[u8], field: &str, value: &str) -> String {
    base64url::encode(&derive_hash(&[
        salt,
        field.as_bytes(),
        &[0],
        value.as_bytes(),
    ]))
}

/// A record that is to be written: the log, its word, who did it and what it is about, and what it says.
pub(crate) struct NewRecord<'a> {
    pub(crate) log: Log,
    pub(crate) word: &'a str,
    pub(crate) about: (Option<Id>, Option<&'a [u8]>),
    pub(crate) entry: Entry,
}

/// Commits a unit together with the record of what it does.
///
/// # Errors
/// As [`Identity::write`]; then neither the unit's effects nor the record remain.
pub(crate) async fn commit(
    identity: &Identity,
    unit: Unit,
    log: Log,
    word: &str,
    about: (Option<Id>, Option<&[u8]>),
    entry: Entry,
) -> Result<store::Written, WriteError> {
    let record = NewRecord {
        log,
        word,
        about,
        entry,
    };
    let written = commit_and_read(identity, unit, (record, Vec::new()), |_| ()).await;
    written.map(|(written, ())| written)
}

/// The same with further records, and with a step that reads as the last one of all: nothing of this unit is waited for
/// after it, so what it read is as new as can be.
pub(crate) async fn commit_and_read<R>(
    identity: &Identity,
    mut unit: Unit,
    (record, more): (NewRecord<'_>, Vec<NewRecord<'_>>),
    read: impl FnOnce(&mut Unit) -> R,
) -> Result<(store::Written, R), WriteError> {
    let ticket = register::take_ticket(identity).await?;
    write_record(&mut unit, identity, &ticket, record);
    let mut tickets = Vec::with_capacity(more.len());
    for record in more {
        let ticket = register::take_ticket(identity).await?;
        write_record(&mut unit, identity, &ticket, record);
        tickets.push(ticket);
    }
    let reading = read(&mut unit);
    let written = identity.write(unit).await;
    for ticket in std::iter::once(ticket).chain(tickets) {
        ticket.settle(&written);
    }
    Ok((written?, reading))
}

/// As [`commit`], for a unit that is told by several records.
pub(crate) async fn commit_all(
    identity: &Identity,
    unit: Unit,
    records: Vec<NewRecord<'_>>,
) -> Result<store::Written, WriteError> {
    let mut records = records.into_iter();
    let Some(first) = records.next() else {
        return identity.write(unit).await;
    };
    let written = commit_and_read(identity, unit, (first, records.collect()), |_| ()).await;
    written.map(|(written, ())| written)
}

fn write_record(unit: &mut Unit, identity: &Identity, ticket: &Ticket<'_>, record: NewRecord<'_>) {
    let NewRecord {
        log,
        word,
        about: (subject_id, object),
        entry,
    } = record;
    let ambient = &identity.0.ambient;
    let (mut hashes, mut clear) = (Map::new(), Map::new());
    // Drawn once: a salt of one field tells nothing of those of the others.
    let seed: [u8; 32] = ambient.random.make();
    for (field, value) in entry.personal {
        let salt = &derive_hash(&[b"claviger salt", &seed, field.as_bytes()])[..16];
        hashes.insert(
            field.to_owned(),
            derive_personal_hash(salt, field, &value).into(),
        );
        clear.insert(field.to_owned(), json!([base64url::encode(salt), value]));
    }
    let mut body = entry.body;
    body.insert("personal".to_owned(), Value::Object(hashes));
    let record = LogRecord {
        record_id: ticket.record_id(),
        created_at: ambient.now(),
        word: word.to_owned(),
        subject_id,
        object: object.map(<[u8]>::to_vec),
        body: Value::Object(body).to_string(),
        personal: (!clear.is_empty()).then(|| Value::Object(clear).to_string()),
    };
    ticket.expect(log, run::derive_record_hash(log, &record));
    unit.insert_record(identity.0.tenant_id, log, &record);
}

/// A personal field of a stored record, unless it was erased.
pub(crate) fn read_personal(record: &LogRecord, field: &str) -> Option<String> {
    let personal: Value = serde_json::from_str(record.personal.as_deref()?).ok()?;
    personal.get(field)?.get(1)?.as_str().map(str::to_owned)
}

/// A clear field of a stored record.
pub(crate) fn read_field(record: &LogRecord, field: &str) -> Option<String> {
    let body: Value = serde_json::from_str(&record.body).ok()?;
    body.get(field)?.as_str().map(str::to_owned)
}

/// What stands in a log for a name that nobody has: it may be anything, a secret in the wrong field too.
pub(crate) fn derive_unknown_name(identity: &Identity, kind: &str, name: &str) -> String {
    let of: [&[u8]; 3] = [b"unknown", kind.as_bytes(), name.as_bytes()];
    let mac = derive_mac(&identity.snapshot().keys.mac, &of);
    base64url::encode(&mac[..9])
}
