//! The numbers of a node's records, and what the node remembers of each until it is sealed.

use std::collections::BTreeMap;
use std::sync::Mutex;

use store::{Id, Log, LogRecord, Sealed, StoreError, VOID, WriteError, Written};

use super::run::derive_record_hash;
use super::{TOUCH_EVERY, UNRESOLVED};
use crate::Micros;

/// The most numbers that wait to be sealed. More would be memory without end while a database is away.
pub(super) const MOST_UNSEALED: usize = 500_000;

/// Before the first link.
pub(super) const UNSEALED: Sealed = Sealed {
    number: 0,
    seq: 0,
    hash: [0; 32],
};

/// This node's numbering.
#[derive(Debug)]
pub(crate) struct NodeLog {
    state: Mutex<NodeState>,
}

#[derive(Debug)]
pub(super) struct NodeState {
    pub(super) node_id: Id,
    pub(super) registered: bool,
    /// Nothing is written any more.
    pub(super) stopping: bool,
    next: u64,
    unsealed: BTreeMap<u64, Waiting>,
    pub(super) sealed: Sealed,
    pub(super) touched_at: Micros,
    /// The newest entry of the register that this node saw.
    pub(super) seen: Option<(i64, [u8; 32])>,
    pub(super) checkpoint_at: Micros,
}

/// A number that was handed out.
#[derive(Debug, Clone, Copy)]
struct Waiting {
    since: Micros,
    /// What its unit writes.
    record: Option<(Log, [u8; 32])>,
    outcome: Outcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Under way, or its answer was lost: the unit may stand, or be committed late.
    Open,
    Written,
    /// Rolled back whole: it never comes.
    Refused,
    /// Its place was taken, so that it can't be committed any more; perhaps it was before.
    Voided,
}

/// A number in this node's log. Dropped unresolved, it stays open until the time is up, because the
/// unit may still be committed after its client went away.
#[derive(Debug)]
pub(super) struct Ticket<'a> {
    log: &'a NodeLog,
    node_id: Id,
    seq: u64,
}

/// What there is to seal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Due {
    pub(super) node_id: Id,
    pub(super) sealed: Sealed,
    pub(super) last: u64,
    pub(super) touch: bool,
}

impl NodeLog {
    pub(crate) fn new(node_id: Id) -> NodeLog {
        NodeLog {
            state: Mutex::new(NodeState::new(node_id)),
        }
    }

    pub(super) fn lock(&self) -> std::sync::MutexGuard<'_, NodeState> {
        // Every change under the lock is a single assignment or map operation.
        self.state
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The next number of a registered node; `None` when it is to be registered first.
    pub(super) fn take_ticket(&self, now: Micros) -> Result<Option<Ticket<'_>>, StoreError> {
        let mut state = self.lock();
        if state.stopping {
            return Err(StoreError::Unavailable("this node is stopping".to_owned()));
        }
        if !state.registered {
            return Ok(None);
        }
        if state.unsealed.len() >= MOST_UNSEALED {
            let cause = "too many records wait to be sealed".to_owned();
            return Err(StoreError::Unavailable(cause));
        }
        let seq = state.next;
        state.next += 1;
        let waiting = Waiting {
            since: now,
            record: None,
            outcome: Outcome::Open,
        };
        state.unsealed.insert(seq, waiting);
        let node_id = state.node_id;
        drop(state);
        Ok(Some(Ticket {
            log: self,
            node_id,
            seq,
        }))
    }

    /// Up to where every number is settled, or open for too long.
    pub(super) fn find_due(&self, now: Micros) -> Option<Due> {
        let state = self.lock();
        let under_way = |waiting: &Waiting| {
            waiting.outcome == Outcome::Open && now - waiting.since < UNRESOLVED
        };
        let first_open = state
            .unsealed
            .iter()
            .find(|(_, waiting)| under_way(waiting));
        state.registered.then(|| Due {
            node_id: state.node_id,
            sealed: state.sealed,
            last: first_open.map_or(state.next, |(seq, _)| *seq) - 1,
            touch: now - state.touched_at >= TOUCH_EVERY,
        })
    }
}

impl NodeState {
    fn new(node_id: Id) -> NodeState {
        NodeState {
            node_id,
            registered: false,
            stopping: false,
            next: 1,
            unsealed: BTreeMap::new(),
            sealed: UNSEALED,
            touched_at: 0,
            seen: None,
            checkpoint_at: 0,
        }
    }

    /// Goes on as another node; what was not sealed stays behind.
    pub(super) fn rename(&mut self, node_id: Id) {
        *self = NodeState {
            stopping: self.stopping,
            seen: self.seen,
            checkpoint_at: self.checkpoint_at,
            ..NodeState::new(node_id)
        };
    }

    pub(super) fn has_open(&self) -> bool {
        self.unsealed
            .values()
            .any(|waiting| matches!(waiting.outcome, Outcome::Open | Outcome::Voided))
    }

    /// Numbers from `first` to `last` whose outcome nobody knows, at most `limit`; from now on they
    /// count as voided, whatever their units answer.
    pub(super) fn void_open(&mut self, first: u64, last: u64, limit: usize) -> Vec<u64> {
        let doubtful = self
            .unsealed
            .range_mut(first..=last)
            .filter(|(_, waiting)| matches!(waiting.outcome, Outcome::Open | Outcome::Voided));
        doubtful
            .take(limit)
            .map(|(seq, waiting)| {
                waiting.outcome = Outcome::Voided;
                *seq
            })
            .collect()
    }

    /// Numbers from `first` to `last` at which the database holds something else than was written.
    pub(super) fn compare(&self, records: &[(Log, LogRecord)], first: u64, last: u64) -> Vec<u64> {
        let mut found: BTreeMap<u64, Vec<&(Log, LogRecord)>> = BTreeMap::new();
        for record in records {
            let seq = derive_seq(record.1.record_id);
            found.entry(seq).or_default().push(record);
        }
        let as_written = |seq: u64, waiting: &Waiting| {
            let found = found.get(&seq).map_or(&[][..], Vec::as_slice);
            waiting.fits(found)
        };
        self.unsealed
            .range(first..=last)
            .filter(|(seq, waiting)| !as_written(**seq, waiting))
            .map(|(seq, _)| *seq)
            .collect()
    }

    /// Up to here everything is sealed: nothing of it is remembered any more.
    pub(super) fn advance(&mut self, sealed: Sealed) {
        self.sealed = sealed;
        self.unsealed = self.unsealed.split_off(&(sealed.seq.unsigned_abs() + 1));
    }
}

impl Waiting {
    fn fits(&self, found: &[&(Log, LogRecord)]) -> bool {
        let expected = |(log, record): &(Log, LogRecord)| {
            self.record
                .is_none_or(|known| known == (*log, derive_record_hash(*log, record)))
        };
        match (self.outcome, found) {
            (Outcome::Refused, found) => found.is_empty(),
            (Outcome::Written, [only]) => expected(only),
            // The void stands in both logs, or in the other one than the record that came first.
            (Outcome::Open | Outcome::Voided, found) => {
                let mut records = found.iter().filter(|(_, record)| record.word != VOID);
                !found.is_empty()
                    && records.next().is_none_or(|record| expected(record))
                    && records.next().is_none()
            }
            (Outcome::Written, _) => false,
        }
    }
}

impl Ticket<'_> {
    pub(super) fn record_id(&self) -> Id {
        derive_record_id(self.node_id, self.seq)
    }

    /// What the unit is about to write, to be compared when it is sealed.
    pub(super) fn expect(&self, log: Log, hash: [u8; 32]) {
        self.change(|waiting| waiting.record = Some((log, hash)));
    }

    /// Committed, or refused whole: either way the number is settled. After any other answer the unit
    /// may stand all the same, so the number stays open.
    pub(super) fn settle(self, written: &Result<Written, WriteError>) {
        let outcome = match written {
            Ok(_) => Outcome::Written,
            Err(WriteError::Refused(_)) => Outcome::Refused,
            Err(WriteError::Store(_)) => return,
        };
        self.change(|waiting| {
            if waiting.outcome == Outcome::Open {
                waiting.outcome = outcome;
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        let mut state = self.log.lock();
        if state.node_id == self.node_id
            && let Some(waiting) = state.unsealed.get_mut(&self.seq)
        {
            change(waiting);
        }
    }
}

/// The node's first eight bytes and the number, big endian: the order of the chain.
pub(super) fn derive_record_id(node: Id, seq: u64) -> Id {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&node.0[..8]);
    id[8..].copy_from_slice(&seq.to_be_bytes());
    Id(id)
}

pub(super) fn derive_seq(record_id: Id) -> u64 {
    let mut seq = [0; 8];
    seq.copy_from_slice(&record_id.0[8..]);
    u64::from_be_bytes(seq)
}
