//! The register: starts and ends of nodes in one signed chain, so that no run of a node vanishes unseen.

use store::{Guard, Id, NodeEvent, Sealed, StoreError, Unit, WriteError};

use super::numbers::{Ticket, UNSEALED};
use super::run::{is_signed, sign, sign_head};
use crate::seal::derive_hash;
use crate::tenant::refuse_write;
use crate::{Identity, Refusal};

/// Tries to get the next number; each failure means that another node got one.
const TRIES: u32 = 30;

/// What happened to a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Start,
    Stop,
    /// Stopped by another node, which sealed what was left.
    Adopt,
    /// It was taken for stopped, but runs.
    Resume,
    /// Somebody without the key changed something.
    Broken,
}

impl Kind {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Kind::Start => "start",
            Kind::Stop => "stop",
            Kind::Adopt => "adopt",
            Kind::Resume => "resume",
            Kind::Broken => "broken",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Kind> {
        [
            Kind::Start,
            Kind::Stop,
            Kind::Adopt,
            Kind::Resume,
            Kind::Broken,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == word)
    }
}

pub(super) fn derive_event_hash(tenant: Id, event: &NodeEvent, previous: &[u8; 32]) -> [u8; 32] {
    derive_hash(&[
        b"claviger node event",
        &tenant.0,
        &event.number.to_be_bytes(),
        &(event.kind.len() as u64).to_be_bytes(),
        event.kind.as_bytes(),
        &event.node_id.0,
        &event.created_at.to_be_bytes(),
        &event.sealed.number.to_be_bytes(),
        &event.sealed.seq.to_be_bytes(),
        &event.sealed.hash,
        previous,
    ])
}

/// Whether an entry was signed by us as it stands, after an entry of that hash.
pub(super) fn is_genuine(identity: &Identity, event: &NodeEvent, previous: &[u8; 32]) -> bool {
    derive_event_hash(identity.0.tenant_id, event, previous) == event.event_hash
        && is_signed(
            &identity.snapshot().keys.audit,
            &event.event_hash,
            &event.signature,
        )
}

/// Appends an entry, in one unit with what `fill` adds.
pub(super) async fn append(
    identity: &Identity,
    kind: Kind,
    node_id: Id,
    sealed: Sealed,
    fill: impl Fn(&mut Unit),
) -> Result<(), WriteError> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    for _ in 0..TRIES {
        let last = store.find_last_node_event(tenant).await?;
        let (number, previous) = last.map_or((0, [0; 32]), |last| (last.number, last.event_hash));
        let full = || StoreError::Unusable("the register of nodes is damaged".to_owned());
        let mut event = NodeEvent {
            number: number.checked_add(1).ok_or_else(full)?,
            kind: kind.as_str().to_owned(),
            node_id,
            created_at: identity.0.ambient.now(),
            sealed,
            event_hash: [0; 32],
            signature: Vec::new(),
        };
        event.event_hash = derive_event_hash(tenant, &event, &previous);
        event.signature = sign(&identity.snapshot().keys.audit, &event.event_hash);
        let mut unit = Unit::new();
        unit.insert_node_event(tenant, &event);
        fill(&mut unit);
        match identity.write(unit).await {
            Ok(_) => return Ok(()),
            // Another node was faster, or this one: the row that `fill` inserts is there.
            Err(WriteError::Refused(Guard::Taken)) => {
                if kind == Kind::Start && store.find_node(tenant, node_id).await?.is_some() {
                    return Ok(());
                }
            }
            Err(error) => return Err(error),
        }
    }
    let busy = "too many nodes start and stop at once".to_owned();
    Err(StoreError::Unavailable(busy).into())
}

/// The next number. The first one registers the node.
pub(super) async fn take_ticket(identity: &Identity) -> Result<Ticket<'_>, WriteError> {
    let log = &identity.0.log;
    loop {
        let now = identity.0.ambient.now();
        if let Some(ticket) = log.take_ticket(now)? {
            return Ok(ticket);
        }
        let node_id = log.lock().node_id;
        let signature = sign_head(identity, node_id, &UNSEALED);
        append(identity, Kind::Start, node_id, UNSEALED, |unit| {
            unit.insert_node(identity.0.tenant_id, node_id, now, &UNSEALED, &signature);
        })
        .await?;
        let mut state = log.lock();
        if state.node_id == node_id {
            state.registered = true;
        }
    }
}

/// Says that somebody without the key was at work: in the log, and for ever in the register.
pub(super) async fn raise_alarm(identity: &Identity, node_id: Id, what: &str) {
    tracing::error!(node = %node_id, what, "the audit chain was tampered with");
    let sealed = UNSEALED;
    if let Err(error) = append(identity, Kind::Broken, node_id, sealed, |_| {}).await {
        tracing::error!(%error, "and that could not be recorded");
    }
}

/// Compares the register with the newest entry that this node saw: its end can't be cut off while a
/// node runs.
pub(super) async fn watch(identity: &Identity) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let (node_id, seen) = {
        let state = identity.0.log.lock();
        (state.node_id, state.seen)
    };
    if let Some((number, hash)) = seen {
        let found = store.find_node_event(tenant, number).await?;
        if found.is_none_or(|event| event.event_hash != hash) {
            raise_alarm(
                identity,
                node_id,
                "the register of nodes was cut or rewritten",
            )
            .await;
        }
    }
    let last = store.find_last_node_event(tenant).await?;
    identity.0.log.lock().seen = last.map(|last| (last.number, last.event_hash));
    Ok(())
}

/// Marks a node as stopped by `kind`, provided that nobody sealed more of it meanwhile.
pub(super) async fn end(
    identity: &Identity,
    kind: Kind,
    node_id: Id,
    sealed: Sealed,
) -> Result<(), Refusal> {
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let ended = append(identity, kind, node_id, sealed, |unit| {
        unit.stop_node(tenant, node_id, now, sealed.number);
    });
    match ended.await {
        Ok(()) | Err(WriteError::Refused(Guard::Moved)) => Ok(()),
        Err(error) => Err(refuse_write(error)),
    }
}
