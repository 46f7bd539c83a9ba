//! Sealing: the links of this node's chain.

use store::{ChainLink, Guard, Id, Log, Sealed, StoreError, Unit, WriteError};

use super::checkpoint;
use super::numbers::{Due, derive_record_id};
use super::register::{self, Kind};
use super::run::{
    MOST_VOIDS, RUN, derive_link_hash, derive_records_hash, follows, list_gaps, read_run,
    sealed_by, sign, sign_head, write_numbers,
};
use crate::tenant::refuse_write;
use crate::{Identity, Micros, Refusal};

/// Why a link was not written.
#[derive(Debug)]
pub(super) enum Setback {
    /// Another node sealed this run, or stopped this node; or an answer of our own was lost.
    Moved,
    /// Records can't be read: nothing that we wrote.
    Unreadable,
    Refused(Refusal),
}

impl From<WriteError> for Setback {
    fn from(error: WriteError) -> Setback {
        match error {
            WriteError::Refused(Guard::Taken | Guard::Moved) => Setback::Moved,
            error => Setback::Refused(refuse_write(error)),
        }
    }
}

impl From<StoreError> for Setback {
    fn from(error: StoreError) -> Setback {
        match error {
            StoreError::UnfitColumn { .. } => Setback::Unreadable,
            error => Setback::Refused(error.into()),
        }
    }
}

/// Seals this node's records as far as every number is settled.
pub(crate) async fn seal_chain(identity: &Identity) -> Result<(), Refusal> {
    let now = identity.0.ambient.now();
    let Some(due) = identity.0.log.find_due(now) else {
        return Ok(());
    };
    match seal_due(identity, due, now).await {
        Ok(()) => Ok(()),
        Err(Setback::Moved) => rejoin(identity, due.node_id).await,
        Err(Setback::Unreadable) => {
            leave(identity, due.node_id, "a record can't be read").await;
            Ok(())
        }
        Err(Setback::Refused(refusal)) => Err(refusal),
    }
}

async fn seal_due(identity: &Identity, due: Due, now: Micros) -> Result<(), Setback> {
    let mut sealed = due.sealed;
    while sealed.seq.unsigned_abs() < due.last {
        sealed = seal_next(identity, due.node_id, sealed, due.last).await?;
    }
    if due.touch {
        let mut unit = Unit::new();
        unit.touch_node(identity.0.tenant_id, due.node_id, now);
        identity.write(unit).await?;
        identity.0.log.lock().touched_at = now;
    }
    Ok(())
}

/// Voids what stayed open, compares what the database holds with what was written, and seals it.
async fn seal_next(
    identity: &Identity,
    node: Id,
    before: Sealed,
    last: u64,
) -> Result<Sealed, Setback> {
    let log = &identity.0.log;
    let first = before.seq.unsigned_abs() + 1;
    let mut last = last.min(before.seq.unsigned_abs() + RUN);
    let mut doubtful = log.lock().void_open(first, last, MOST_VOIDS + 1);
    if doubtful.len() > MOST_VOIDS
        && let Some(beyond) = doubtful.pop()
    {
        last = beyond - 1;
    }
    void(identity, node, &doubtful).await?;
    let records = read_run(identity, node, first, last).await?;
    let altered = log.lock().compare(&records, first, last);
    if !altered.is_empty() {
        tracing::error!(%node, numbers = ?altered, "audit records were altered before they were sealed");
    }
    let link = ChainLink {
        node_id: node,
        number: before.number + 1,
        first_seq: first as i64,
        last_seq: last as i64,
        gaps: write_numbers(&list_gaps(&records, first, last)),
        altered: write_numbers(&altered),
        adopted: false,
        records_hash: derive_records_hash(&records),
        link_hash: [0; 32],
        signature: Vec::new(),
        created_at: identity.0.ambient.now(),
    };
    let seen_at = link.created_at;
    let sealed = write_link(identity, link, &before, seen_at).await?;
    let mut state = log.lock();
    if state.node_id == node {
        state.advance(sealed);
    }
    Ok(sealed)
}

/// Takes the places of records that may still be committed, so that they can't be any more.
pub(super) async fn void(identity: &Identity, node: Id, numbers: &[u64]) -> Result<(), WriteError> {
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let mut unit = Unit::new();
    for seq in numbers {
        for log in [Log::SignIn, Log::Audit] {
            unit.void_record(tenant, log, derive_record_id(node, *seq), now);
        }
    }
    identity.write(unit).await.map(drop)
}

/// Hashes, signs and writes a link, and the node's new head with it.
pub(super) async fn write_link(
    identity: &Identity,
    mut link: ChainLink,
    before: &Sealed,
    seen_at: Micros,
) -> Result<Sealed, WriteError> {
    let tenant = identity.0.tenant_id;
    link.link_hash = derive_link_hash(tenant, &link, &before.hash);
    link.signature = sign(&identity.snapshot().keys.audit, &link.link_hash);
    let sealed = sealed_by(&link);
    let head = sign_head(identity, link.node_id, &sealed);
    let mut unit = Unit::new();
    unit.insert_link_of_chain(tenant, &link);
    unit.advance_node(tenant, link.node_id, &sealed, &head, seen_at);
    identity.write(unit).await?;
    Ok(sealed)
}

/// Takes up the chain where somebody else of us left it: after an answer that was lost, or after this
/// node was taken for dead. What others sealed is compared with what this node wrote.
async fn rejoin(identity: &Identity, node: Id) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut sealed = identity.0.log.lock().sealed;
    while let Some(link) = store
        .list_links(tenant, node, sealed.number, 1)
        .await?
        .into_iter()
        .next()
    {
        if !follows(identity, &link, &sealed) {
            leave(identity, node, "a link was forged").await;
            return Ok(());
        }
        let (first, last) = (link.first_seq.unsigned_abs(), link.last_seq.unsigned_abs());
        let records = match read_run(identity, node, first, last).await {
            Ok(records) => records,
            Err(StoreError::UnfitColumn { .. }) => {
                leave(identity, node, "a record can't be read").await;
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let altered = identity.0.log.lock().compare(&records, first, last);
        if !altered.is_empty() && link.adopted {
            let what = "records were altered before another node sealed them";
            register::raise_alarm(identity, node, what).await;
        }
        sealed = sealed_by(&link);
        identity.0.log.lock().advance(sealed);
    }
    let Some(row) = store.find_node(tenant, node).await? else {
        leave(identity, node, "the row of this node was removed").await;
        return Ok(());
    };
    if row.stopped_at.is_some() {
        let now = identity.0.ambient.now();
        let resumed = register::append(identity, Kind::Resume, node, sealed, |unit| {
            unit.resume_node(tenant, node, now);
        });
        resumed.await.map_err(refuse_write)?;
    }
    Ok(())
}

/// Somebody without the key is in this chain's way: it can't be continued, and `verify` says so. What
/// comes from now on is written under another node's name.
async fn leave(identity: &Identity, node: Id, what: &str) {
    register::raise_alarm(identity, node, what).await;
    let name = identity.0.ambient.make_id();
    let mut state = identity.0.log.lock();
    if state.node_id == node {
        state.rename(name);
    }
}

/// Seals to the end, marks this node as stopped, writes a last checkpoint to the log.
pub(crate) async fn stop(identity: &Identity) -> Result<(), Refusal> {
    let registered = {
        let mut state = identity.0.log.lock();
        // What is under way may still be committed: then another node seals the end.
        state.stopping = !state.has_open();
        state.registered
    };
    seal_chain(identity).await?;
    if registered {
        let (node, sealed, settled) = {
            let state = identity.0.log.lock();
            let settled = state.stopping && state.registered && !state.has_open();
            (state.node_id, state.sealed, settled)
        };
        if settled {
            register::end(identity, Kind::Stop, node, sealed).await?;
        }
    }
    checkpoint::log(identity).await
}
