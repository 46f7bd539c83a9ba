//! Verifying the whole chain: what `claviger audit verify` runs.

use aws_lc_rs::signature::{ED25519, KeyPair, UnparsedPublicKey};
use serde_json::Value;
use store::{ChainLink, Id, Log, LogRecord, StoreError};
use webauthn::base64url;

use super::chain::{derive_gaps, derive_link_hash, derive_records_hash, read_run};
use super::{derive_personal_hash, derive_seq};
use crate::Identity;

/// A chain that holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Verified {
    pub nodes: u64,
    pub links: u64,
    pub records: u64,
    /// Records newer than the last link of their node; sealed within a second while it runs.
    pub unsealed: u64,
    /// Numbers that were handed out but never committed.
    pub gaps: u64,
}

impl std::fmt::Display for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Verified {
            nodes,
            links,
            records,
            unsealed,
            gaps,
        } = self;
        write!(
            f,
            "{records} records of {nodes} nodes in {links} links hold together ({unsealed} not yet sealed, {gaps} numbers never committed)"
        )
    }
}

/// Where and how a chain is broken.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("node {node}, link {number}: {what}")]
    Link {
        node: Id,
        number: i64,
        what: &'static str,
    },
    #[error("record {record}: the clear value of \"{field}\" is not the one that was recorded")]
    Personal { record: Id, field: String },
}

/// Recomputes every link of every node.
pub async fn verify(identity: &Identity) -> Result<Verified, Broken> {
    let mut verified = Verified::default();
    for node in identity.0.store.list_nodes(identity.0.tenant_id).await? {
        verified.nodes += 1;
        verify_node(identity, node.node_id, node.sealed_seq, &mut verified).await?;
    }
    Ok(verified)
}

async fn verify_node(
    identity: &Identity,
    node: Id,
    sealed_seq: i64,
    verified: &mut Verified,
) -> Result<(), Broken> {
    let (mut number, mut seq, mut previous) = (0, 0u64, [0; 32]);
    loop {
        let links = identity
            .0
            .store
            .list_links(identity.0.tenant_id, node, number, 100)
            .await?;
        if links.is_empty() {
            break;
        }
        for link in links {
            let broken = |what| Broken::Link {
                node,
                number: link.number,
                what,
            };
            if link.number != number + 1
                || link.first_seq != seq as i64 + 1
                || link.last_seq < link.first_seq
            {
                return Err(broken("a link is missing or out of order"));
            }
            verify_link(identity, &link, &previous, verified).await?;
            (number, seq, previous) = (link.number, link.last_seq as u64, link.link_hash);
            verified.links += 1;
        }
    }
    if sealed_seq != seq as i64 {
        return Err(Broken::Link {
            node,
            number,
            what: "links after this one are missing",
        });
    }
    let rest = read_run(identity, node, seq + 1, u64::MAX >> 1).await?;
    verified.unsealed += rest.len() as u64;
    verified.records += rest.len() as u64;
    rest.iter()
        .try_for_each(|(_, record)| verify_personal(record))
}

async fn verify_link(
    identity: &Identity,
    link: &ChainLink,
    previous: &[u8; 32],
    verified: &mut Verified,
) -> Result<(), Broken> {
    let broken = |what| Broken::Link {
        node: link.node_id,
        number: link.number,
        what,
    };
    let (first, last) = (link.first_seq as u64, link.last_seq as u64);
    let records: Vec<(Log, LogRecord)> = read_run(identity, link.node_id, first, last).await?;
    if derive_gaps(&records, first, last) != link.gaps {
        return Err(broken("a record was removed or added"));
    }
    if derive_records_hash(&records) != link.records_hash {
        return Err(broken("a record was changed"));
    }
    if derive_link_hash(identity.0.tenant_id, link, previous) != link.link_hash {
        return Err(broken("the link was changed"));
    }
    let snapshot = identity.snapshot();
    let key = UnparsedPublicKey::new(&ED25519, snapshot.keys.audit.public_key().as_ref().to_vec());
    key.verify(&link.link_hash, &link.signature)
        .map_err(|_| broken("the signature does not verify"))?;
    verified.records += records.len() as u64;
    verified.gaps += (last - first + 1) - records.len() as u64;
    debug_assert!(
        records
            .iter()
            .all(|(_, record)| derive_seq(record.record_id) <= last)
    );
    records
        .iter()
        .try_for_each(|(_, record)| verify_personal(record))
}

/// Clear values may be erased, but not replaced.
fn verify_personal(record: &LogRecord) -> Result<(), Broken> {
    let Some(personal) = &record.personal else {
        return Ok(());
    };
    let broken = |field: &str| Broken::Personal {
        record: record.record_id,
        field: field.to_owned(),
    };
    let clear: Value = serde_json::from_str(personal).map_err(|_| broken("*"))?;
    let body: Value = serde_json::from_str(&record.body).map_err(|_| broken("*"))?;
    for (field, pair) in clear.as_object().ok_or_else(|| broken("*"))? {
        let salt = pair
            .get(0)
            .and_then(Value::as_str)
            .and_then(|salt| base64url::decode(salt).ok());
        let value = pair.get(1).and_then(Value::as_str);
        let (Some(salt), Some(value)) = (salt, value) else {
            return Err(broken(field));
        };
        let recorded = body
            .get("personal")
            .and_then(|hashes| hashes.get(field))
            .and_then(Value::as_str);
        if recorded != Some(derive_personal_hash(&salt, field, value).as_str()) {
            return Err(broken(field));
        }
    }
    Ok(())
}
