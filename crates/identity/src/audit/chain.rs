//! Sealing: the links of a node's chain.

use store::{ChainLink, Guard, Id, Log, LogRecord, StoreError, Unit, WriteError};

use super::{
    ABANDONED_AFTER, Sealed, TOUCH_EVERY, UNRESOLVED, UNSEALED, derive_record_id, derive_seq,
};
use crate::seal::derive_hash;
use crate::tenant::refuse_write;
use crate::{Identity, Micros, Refusal, codes};

/// The most numbers that one link covers.
const RUN: u64 = 500;

/// Seals this node's records as far as every number is settled.
pub(crate) async fn seal_chain(identity: &Identity) -> Result<(), Refusal> {
    let now = identity.0.ambient.now();
    let (mut sealed, last, touch) = {
        let mut state = identity.0.log.lock();
        if !state.registered {
            return Ok(());
        }
        state.open.retain(|_, since| now - *since < UNRESOLVED);
        let last = state
            .open
            .first_key_value()
            .map_or(state.next, |(seq, _)| *seq)
            - 1;
        let touch = now - state.touched_at >= TOUCH_EVERY;
        (state.sealed, last, touch)
    };
    let node = identity.0.log.node_id;
    while sealed.seq < last {
        sealed = seal_run(identity, node, sealed, last.min(sealed.seq + RUN)).await?;
        identity.0.log.lock().sealed = sealed;
    }
    if touch {
        let mut unit = Unit::new();
        unit.touch_node(identity.0.tenant_id, node, now);
        identity.write(unit).await.map_err(refuse_write)?;
        identity.0.log.lock().touched_at = now;
    }
    Ok(())
}

/// Both logs of a node, in the order of their numbers.
pub(super) async fn read_run(
    identity: &Identity,
    node: Id,
    first: u64,
    last: u64,
) -> Result<Vec<(Log, LogRecord)>, StoreError> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let (from, to) = (derive_record_id(node, first), derive_record_id(node, last));
    let mut records = Vec::new();
    for log in [Log::SignIn, Log::Audit] {
        let found = store
            .list_records_in(tenant, log, from, to, RUN as i64 + 1)
            .await?;
        records.extend(found.into_iter().map(|record| (log, record)));
    }
    records.sort_by_key(|(_, record)| record.record_id);
    Ok(records)
}

/// Hash of a record: every field led by its length, so that none can be moved into another.
fn derive_record_hash(log: Log, record: &LogRecord) -> [u8; 32] {
    let kind: &[u8] = match log {
        Log::SignIn => b"sign_in",
        Log::Audit => b"audit",
    };
    let subject = record.subject_id.map_or(Vec::new(), |id| id.0.to_vec());
    let fields: [&[u8]; 7] = [
        kind,
        &record.record_id.0,
        &record.created_at.to_be_bytes(),
        record.word.as_bytes(),
        &subject,
        record.object.as_deref().unwrap_or_default(),
        record.body.as_bytes(),
    ];
    let mut bytes = Vec::with_capacity(256 + record.body.len());
    for field in fields {
        bytes.extend_from_slice(&(field.len() as u64).to_be_bytes());
        bytes.extend_from_slice(field);
    }
    derive_hash(&[&bytes])
}

pub(super) fn derive_records_hash(records: &[(Log, LogRecord)]) -> [u8; 32] {
    let hashes: Vec<u8> = records
        .iter()
        .flat_map(|(log, record)| derive_record_hash(*log, record))
        .collect();
    derive_hash(&[b"claviger records", &hashes])
}

/// The numbers of `first..=last` that no record has, as JSON.
pub(super) fn derive_gaps(records: &[(Log, LogRecord)], first: u64, last: u64) -> String {
    let present: std::collections::BTreeSet<u64> = records
        .iter()
        .map(|(_, record)| derive_seq(record.record_id))
        .collect();
    let gaps: Vec<u64> = (first..=last)
        .filter(|seq| !present.contains(seq))
        .collect();
    serde_json::Value::from(gaps).to_string()
}

pub(super) fn derive_link_hash(tenant: Id, link: &ChainLink, previous: &[u8; 32]) -> [u8; 32] {
    derive_hash(&[
        b"claviger chain link",
        &tenant.0,
        &link.node_id.0,
        &link.number.to_be_bytes(),
        &link.first_seq.to_be_bytes(),
        &link.last_seq.to_be_bytes(),
        &link.created_at.to_be_bytes(),
        &derive_hash(&[link.gaps.as_bytes()]),
        &link.records_hash,
        previous,
    ])
}

async fn seal_run(
    identity: &Identity,
    node: Id,
    before: Sealed,
    last: u64,
) -> Result<Sealed, Refusal> {
    let first = before.seq + 1;
    let records = read_run(identity, node, first, last).await?;
    let mut link = ChainLink {
        node_id: node,
        number: before.number + 1,
        first_seq: first as i64,
        last_seq: last as i64,
        gaps: derive_gaps(&records, first, last),
        records_hash: derive_records_hash(&records),
        link_hash: [0; 32],
        signature: Vec::new(),
        created_at: identity.0.ambient.now(),
    };
    link.link_hash = derive_link_hash(identity.0.tenant_id, &link, &before.link_hash);
    link.signature = identity
        .snapshot()
        .keys
        .audit
        .sign(&link.link_hash)
        .as_ref()
        .to_vec();
    let mut unit = Unit::new();
    unit.insert_link_of_chain(identity.0.tenant_id, &link);
    unit.advance_node(identity.0.tenant_id, node, link.last_seq, link.created_at);
    match identity.write(unit).await {
        Ok(_) => {}
        // Another node sealed this run meanwhile.
        Err(WriteError::Refused(Guard::Taken)) => return Err(Refusal::new(&codes::MOVED)),
        Err(error) => return Err(refuse_write(error)),
    }
    Ok(Sealed {
        number: link.number,
        seq: last,
        link_hash: link.link_hash,
    })
}

/// Seals what nodes left behind that stopped without doing so.
pub(crate) async fn adopt_abandoned(identity: &Identity) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    for node in store
        .list_abandoned_nodes(tenant, now - ABANDONED_AFTER)
        .await?
    {
        if node.node_id != identity.0.log.node_id {
            adopt(identity, node.node_id, now).await?;
        }
    }
    Ok(())
}

async fn adopt(identity: &Identity, node: Id, now: Micros) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut sealed = store
        .find_last_link(tenant, node)
        .await?
        .map_or(UNSEALED, |link| Sealed {
            number: link.number,
            seq: u64::try_from(link.last_seq).unwrap_or(0),
            link_hash: link.link_hash,
        });
    loop {
        let rest = read_run(identity, node, sealed.seq + 1, u64::MAX >> 1).await?;
        let Some(last) = rest.last().map(|(_, record)| derive_seq(record.record_id)) else {
            break;
        };
        match seal_run(identity, node, sealed, last.min(sealed.seq + RUN)).await {
            Ok(next) => sealed = next,
            // Another node adopts it at the same time.
            Err(refusal) if refusal.code == &codes::MOVED => return Ok(()),
            Err(refusal) => return Err(refusal),
        }
    }
    let mut unit = Unit::new();
    unit.stop_node(tenant, node, now);
    match identity.write(unit).await {
        Ok(_) | Err(WriteError::Refused(Guard::Moved)) => Ok(()),
        Err(error) => Err(refuse_write(error)),
    }
}

/// Seals to the end and marks this node as stopped.
pub(crate) async fn stop(identity: &Identity) -> Result<(), Refusal> {
    seal_chain(identity).await?;
    let open = {
        let state = identity.0.log.lock();
        !state.registered || !state.open.is_empty()
    };
    if open {
        return Ok(());
    }
    let mut unit = Unit::new();
    unit.stop_node(
        identity.0.tenant_id,
        identity.0.log.node_id,
        identity.0.ambient.now(),
    );
    identity.write(unit).await.map_err(refuse_write).map(drop)
}
