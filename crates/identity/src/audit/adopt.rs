//! Adoption: sealing what nodes left behind that stopped without doing so.
//!
//! Nobody remembers what such a node wrote after its last link, so its last records are signed as they are
//! found. The link says so, and `verify` counts them.

use store::{ChainLink, Node, Sealed};

use super::ABANDONED_AFTER;
use super::chain::{Setback, void, write_link};
use super::numbers::{MOST_UNSEALED, UNSEALED, derive_seq};
use super::register::{self, Kind};
use super::run::{
    MOST_VOIDS, RUN, derive_records_hash, is_head_signed, list_gaps, read_run, sealed_by,
    write_numbers,
};
use crate::{Identity, Refusal};

pub(super) async fn adopt_abandoned(identity: &Identity) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let own = identity.0.log.lock().node_id;
    for node in store
        .list_abandoned_nodes(tenant, now - ABANDONED_AFTER)
        .await?
    {
        if node.node_id == own {
            continue;
        }
        match adopt(identity, &node).await {
            // The node lives, or another one adopts it at the same time.
            Ok(()) | Err(Setback::Moved) => {}
            Err(Setback::Unreadable) => {
                distrust(identity, &node, "a record can't be read").await?;
            }
            Err(Setback::Refused(refusal)) => return Err(refusal),
        }
    }
    Ok(())
}

async fn adopt(identity: &Identity, node: &Node) -> Result<(), Setback> {
    if let Some(what) = find_fault(identity, node).await? {
        let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
        let again = store.find_node(tenant, node.node_id).await?;
        let same = again.is_some_and(|again| {
            (again.seen_at, again.sealed, again.stopped_at)
                == (node.seen_at, node.sealed, node.stopped_at)
        });
        // It lives, and sealed while we looked.
        if !same {
            return Ok(());
        }
        return distrust(identity, node, what)
            .await
            .map_err(Setback::Refused);
    }
    let mut sealed = node.sealed;
    loop {
        let from = sealed.seq.unsigned_abs();
        let rest = read_run(identity, node.node_id, from + 1, i64::MAX.unsigned_abs()).await?;
        let Some(end) = rest.last().map(|(_, record)| derive_seq(record.record_id)) else {
            break;
        };
        if end - node.sealed.seq.unsigned_abs() > MOST_UNSEALED as u64 {
            let what = "it has numbers that it can't have handed out";
            return distrust(identity, node, what)
                .await
                .map_err(Setback::Refused);
        }
        sealed = seal_found(identity, node, sealed, end.min(from + RUN)).await?;
    }
    register::end(identity, Kind::Adopt, node.node_id, sealed)
        .await
        .map_err(Setback::Refused)
}

/// What the signatures of an abandoned node don't bear out, if anything.
async fn find_fault(identity: &Identity, node: &Node) -> Result<Option<&'static str>, Setback> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let last = store.find_last_link(tenant, node.node_id).await?;
    if !is_head_signed(identity, node) {
        return Ok(Some(
            "its row was changed: the head's signature doesn't verify",
        ));
    }
    let last = last.map_or(UNSEALED, |link| sealed_by(&link));
    if last != node.sealed {
        return Ok(Some("its last link is not the one that it sealed"));
    }
    let event = store.find_last_event_of_node(tenant, node.node_id).await?;
    let Some(event) = event else {
        return Ok(Some("its start is not in the register"));
    };
    let before = store
        .find_node_event(tenant, event.number.saturating_sub(1))
        .await?;
    let previous = before.map_or([0; 32], |before| before.event_hash);
    if !register::is_genuine(identity, &event, &previous) {
        return Ok(Some("its entry in the register was forged"));
    }
    Ok(match Kind::parse(&event.kind) {
        Some(Kind::Start | Kind::Resume) => None,
        _ => Some("it had ended already"),
    })
}

/// Says so, and leaves the node as it is: what can't be trusted is not signed.
async fn distrust(identity: &Identity, node: &Node, what: &'static str) -> Result<(), Refusal> {
    tracing::error!(node = %node.node_id, what, "the audit chain was tampered with");
    register::end(identity, Kind::Broken, node.node_id, node.sealed).await
}

async fn seal_found(
    identity: &Identity,
    node: &Node,
    before: Sealed,
    last: u64,
) -> Result<Sealed, Setback> {
    let first = before.seq.unsigned_abs() + 1;
    let mut last = last;
    let records = read_run(identity, node.node_id, first, last).await?;
    let mut gaps = list_gaps(&records, first, last);
    if let Some(beyond) = gaps.get(MOST_VOIDS) {
        last = beyond - 1;
        gaps.truncate(MOST_VOIDS);
    }
    void(identity, node.node_id, &gaps).await?;
    let records = read_run(identity, node.node_id, first, last).await?;
    let link = ChainLink {
        node_id: node.node_id,
        number: before.number + 1,
        first_seq: first as i64,
        last_seq: last as i64,
        gaps: write_numbers(&list_gaps(&records, first, last)),
        altered: write_numbers(&[]),
        adopted: true,
        records_hash: derive_records_hash(&records),
        link_hash: [0; 32],
        signature: Vec::new(),
        created_at: identity.0.ambient.now(),
    };
    Ok(write_link(identity, link, &before, node.seen_at).await?)
}
