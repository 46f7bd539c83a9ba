//! Records that can't be changed unseen (security 34).
//!
//! Each node numbers its records without gaps. Once a second the new ones are covered by a link: a hash over
//! the records, the link before, and the numbers that were never committed, signed by the tenant's audit key.
//! Personal fields stand in a record as salted hashes, with the clear values beside it, so that erasing a
//! value leaves the chain whole. So a sign-in pays for one row, and not for an order among all sign-ins.

use std::collections::BTreeMap;
use std::sync::Mutex;

use serde_json::{Map, Value, json};
use store::{Id, Log, LogRecord, Unit, WriteError};
use webauthn::base64url;

use crate::ceremony::derive_reference;
use crate::seal::derive_hash;
use crate::{Caller, Identity, MINUTE, Micros, SECOND};

mod chain;
mod verify;

pub(crate) use chain::{adopt_abandoned, seal_chain, stop};
pub use verify::{Broken, Verified, verify};

/// After this long a number whose unit was neither committed nor refused counts as never committed.
const UNRESOLVED: Micros = MINUTE;

/// This node's numbering.
#[derive(Debug)]
pub(crate) struct NodeLog {
    pub(crate) node_id: Id,
    state: Mutex<NodeState>,
}

#[derive(Debug)]
struct NodeState {
    registered: bool,
    next: u64,
    /// Numbers handed out whose units are under way, with the time.
    open: BTreeMap<u64, Micros>,
    sealed: Sealed,
    touched_at: Micros,
}

/// Up to where a chain is sealed.
#[derive(Debug, Clone, Copy)]
struct Sealed {
    number: i64,
    seq: u64,
    link_hash: [u8; 32],
}

const UNSEALED: Sealed = Sealed {
    number: 0,
    seq: 0,
    link_hash: [0; 32],
};

/// A number in this node's log. Dropped unresolved, it stays open until the time is up, because the
/// unit may still be committed after its client went away.
#[derive(Debug)]
struct Ticket<'a> {
    log: &'a NodeLog,
    seq: u64,
}

impl NodeLog {
    pub(crate) fn new(node_id: Id) -> NodeLog {
        let state = NodeState {
            registered: false,
            next: 1,
            open: BTreeMap::new(),
            sealed: UNSEALED,
            touched_at: 0,
        };
        NodeLog {
            node_id,
            state: Mutex::new(state),
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, NodeState> {
        // Every change under the lock is a single assignment or map operation.
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

impl Ticket<'_> {
    fn record_id(&self) -> Id {
        derive_record_id(self.log.node_id, self.seq)
    }

    /// The unit was committed, or refused whole: either way the number is settled.
    fn settle(self) {
        self.log.lock().open.remove(&self.seq);
    }
}

/// The node's first eight bytes and the number, big endian: the order of the chain.
fn derive_record_id(node: Id, seq: u64) -> Id {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&node.0[..8]);
    id[8..].copy_from_slice(&seq.to_be_bytes());
    Id(id)
}

fn derive_seq(record_id: Id) -> u64 {
    let mut seq = [0; 8];
    seq.copy_from_slice(&record_id.0[8..]);
    u64::from_be_bytes(seq)
}

/// The next number. The first one registers the node.
async fn take_ticket(identity: &Identity) -> Result<Ticket<'_>, WriteError> {
    let log = &identity.0.log;
    let now = identity.0.ambient.now();
    if !log.lock().registered {
        let mut unit = Unit::new();
        unit.insert_node(identity.0.tenant_id, log.node_id, now);
        identity.write(unit).await?;
        log.lock().registered = true;
    }
    let mut state = log.lock();
    let seq = state.next;
    state.next += 1;
    state.open.insert(seq, now);
    Ok(Ticket { log, seq })
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

/// Commits a unit together with the record of what it does.
///
/// # Errors
/// As [`Identity::write`]; then neither the unit's effects nor the record remain.
pub(crate) async fn commit(
    identity: &Identity,
    mut unit: Unit,
    log: Log,
    word: &str,
    about: (Option<Id>, Option<&[u8]>),
    entry: Entry,
) -> Result<store::Written, WriteError> {
    let ticket = take_ticket(identity).await?;
    write_record(&mut unit, identity, &ticket, log, word, about, entry);
    let written = identity.write(unit).await;
    ticket.settle();
    written
}

fn write_record(
    unit: &mut Unit,
    identity: &Identity,
    ticket: &Ticket<'_>,
    log: Log,
    word: &str,
    (subject_id, object): (Option<Id>, Option<&[u8]>),
    entry: Entry,
) {
    let ambient = &identity.0.ambient;
    let (mut hashes, mut clear) = (Map::new(), Map::new());
    for (field, value) in entry.personal {
        let salt: [u8; 16] = ambient.random.make();
        hashes.insert(
            field.to_owned(),
            derive_personal_hash(&salt, field, &value).into(),
        );
        clear.insert(field.to_owned(), json!([base64url::encode(&salt), value]));
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

/// How often an idle node says that it is alive.
const TOUCH_EVERY: Micros = 20 * SECOND;
/// A node that was not seen for this long has stopped without sealing.
const ABANDONED_AFTER: Micros = 2 * MINUTE;
