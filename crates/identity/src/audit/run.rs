//! Runs of records, and the links that cover them.

use std::collections::BTreeSet;

use aws_lc_rs::digest;
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};
use store::{ChainLink, Id, Log, LogRecord, Sealed, StoreError};

use super::numbers::{derive_record_id, derive_seq};
use crate::Identity;
use crate::seal::derive_hash;

/// The most numbers that one link covers.
pub(super) const RUN: u64 = 500;
/// How many records are read at once, so that nobody who signs in meanwhile waits for a whole run; a divisor of [`RUN`].
const PAGE: u64 = 100;
/// The most numbers that are voided in one unit; each takes two rows.
pub(super) const MOST_VOIDS: usize = 100;

/// Both logs of a node, in the order of their numbers; of each log at most [`RUN`] records.
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
        let mut next = from;
        for _ in 0..RUN / PAGE {
            let found = store
                .list_records_in(tenant, log, next, to, PAGE as i64)
                .await?;
            let complete = (found.len() as u64) < PAGE;
            if let Some(last) = found.last() {
                next = derive_record_id(node, derive_seq(last.record_id).saturating_add(1));
            }
            records.extend(found.into_iter().map(|record| (log, record)));
            if complete {
                break;
            }
        }
    }
    records.sort_by_key(|(_, record)| record.record_id);
    Ok(records)
}

/// Hash of a record: every field led by its length, so that none can be moved into another.
pub(super) fn derive_record_hash(log: Log, record: &LogRecord) -> [u8; 32] {
    let kind: &[u8] = match log {
        Log::SignIn => b"sign_in",
        Log::Audit => b"audit",
    };
    let subject = record.subject_id.as_ref().map_or(&[][..], |id| &id.0);
    let fields: [&[u8]; 7] = [
        kind,
        &record.record_id.0,
        &record.created_at.to_be_bytes(),
        record.word.as_bytes(),
        subject,
        record.object.as_deref().unwrap_or_default(),
        record.body.as_bytes(),
    ];
    let mut context = digest::Context::new(&digest::SHA256);
    for field in fields {
        context.update(&(field.len() as u64).to_be_bytes());
        context.update(field);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

pub(super) fn derive_records_hash(records: &[(Log, LogRecord)]) -> [u8; 32] {
    let hashes: Vec<u8> = records
        .iter()
        .flat_map(|(log, record)| derive_record_hash(*log, record))
        .collect();
    derive_hash(&[b"claviger records", &hashes])
}

/// The numbers of `first..=last` that no record has.
pub(super) fn list_gaps(records: &[(Log, LogRecord)], first: u64, last: u64) -> Vec<u64> {
    let present: BTreeSet<u64> = records
        .iter()
        .map(|(_, record)| derive_seq(record.record_id))
        .collect();
    (first..=last)
        .filter(|seq| !present.contains(seq))
        .collect()
}

/// As stored in a link.
pub(super) fn write_numbers(numbers: &[u64]) -> String {
    serde_json::Value::from(numbers).to_string()
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
        &derive_hash(&[link.altered.as_bytes()]),
        &[u8::from(link.adopted)],
        &link.records_hash,
        previous,
    ])
}

fn derive_head_hash(tenant: Id, node: Id, sealed: &Sealed) -> [u8; 32] {
    derive_hash(&[
        b"claviger node head",
        &tenant.0,
        &node.0,
        &sealed.number.to_be_bytes(),
        &sealed.seq.to_be_bytes(),
        &sealed.hash,
    ])
}

pub(super) fn sign(key: &Ed25519KeyPair, hash: &[u8; 32]) -> Vec<u8> {
    key.sign(hash).as_ref().to_vec()
}

pub(super) fn is_signed(key: &Ed25519KeyPair, hash: &[u8; 32], signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ED25519, key.public_key().as_ref())
        .verify(hash, signature)
        .is_ok()
}

/// The signature of a node's row over its last link.
pub(super) fn sign_head(identity: &Identity, node: Id, sealed: &Sealed) -> Vec<u8> {
    let hash = derive_head_hash(identity.0.tenant_id, node, sealed);
    sign(&identity.snapshot().keys.audit, &hash)
}

pub(super) fn is_head_signed(identity: &Identity, node: &store::Node) -> bool {
    let hash = derive_head_hash(identity.0.tenant_id, node.node_id, &node.sealed);
    is_signed(&identity.snapshot().keys.audit, &hash, &node.signature)
}

/// Whether a link was signed by us as the one after `before`.
pub(super) fn follows(identity: &Identity, link: &ChainLink, before: &Sealed) -> bool {
    before.number.checked_add(1) == Some(link.number)
        && before.seq.checked_add(1) == Some(link.first_seq)
        && link.last_seq >= link.first_seq
        && is_genuine(identity, link, &before.hash)
}

/// Whether a link was signed by us as it stands, after a link of that hash.
pub(super) fn is_genuine(identity: &Identity, link: &ChainLink, previous: &[u8; 32]) -> bool {
    derive_link_hash(identity.0.tenant_id, link, previous) == link.link_hash
        && is_signed(
            &identity.snapshot().keys.audit,
            &link.link_hash,
            &link.signature,
        )
}

pub(super) fn sealed_by(link: &ChainLink) -> Sealed {
    Sealed {
        number: link.number,
        seq: link.last_seq,
        hash: link.link_hash,
    }
}
