//! Nodes that write records, so that every chain is known and sealed to its end, and the register
//! of their starts and ends.

use crate::records::policy;
use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    INSERT = "node.insert" Tenant
        "INSERT INTO node (tenant_id, node_id, started_at, seen_at, stopped_at, sealed_number, sealed_seq, sealed_hash, signature,
             policy_kinds)
         VALUES ($1, $2, $3, $3, NULL, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    FIND = "node.find" Tenant
        "SELECT node_id, started_at, seen_at, stopped_at, sealed_number, sealed_seq, sealed_hash, signature FROM node
         WHERE tenant_id = $1 AND node_id = $2";
    LIST = "node.list" Tenant
        "SELECT node_id, started_at, seen_at, stopped_at, sealed_number, sealed_seq, sealed_hash, signature FROM node
         WHERE tenant_id = $1 AND node_id > $2 ORDER BY node_id LIMIT $3";
    LIST_RUNNING = "node.list_running" Tenant
        "SELECT node_id, started_at, seen_at, stopped_at, sealed_number, sealed_seq, sealed_hash, signature FROM node
         WHERE tenant_id = $1 AND stopped_at IS NULL ORDER BY started_at, node_id LIMIT $2";
    LIST_ABANDONED = "node.list_abandoned" Tenant
        "SELECT node_id, started_at, seen_at, stopped_at, sealed_number, sealed_seq, sealed_hash, signature FROM node
         WHERE tenant_id = $1 AND stopped_at IS NULL AND seen_at < $2 ORDER BY started_at, node_id LIMIT 10";
    TOUCH = "node.touch" Tenant
        "UPDATE node SET seen_at = $3 WHERE tenant_id = $1 AND node_id = $2 AND stopped_at IS NULL";
    ADVANCE = "node.advance" Tenant
        "UPDATE node SET sealed_number = $3, sealed_seq = $4, sealed_hash = $5, signature = $6, seen_at = $7
         WHERE tenant_id = $1 AND node_id = $2 AND stopped_at IS NULL";
    STOP = "node.stop" Tenant
        "UPDATE node SET stopped_at = $3
         WHERE tenant_id = $1 AND node_id = $2 AND stopped_at IS NULL AND sealed_number = $4";
    RESUME = "node.resume" Tenant
        "UPDATE node SET stopped_at = NULL, seen_at = $3 WHERE tenant_id = $1 AND node_id = $2";
    INSERT_EVENT = "node_event.insert" Tenant
        "INSERT INTO node_event (tenant_id, number, kind, node_id, created_at, sealed_number, sealed_seq, sealed_hash, event_hash, signature)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    FIND_EVENT = "node_event.find" Tenant
        "SELECT number, kind, node_id, created_at, sealed_number, sealed_seq, sealed_hash, event_hash, signature FROM node_event
         WHERE tenant_id = $1 AND number = $2";
    LAST_EVENT = "node_event.last" Tenant
        "SELECT number, kind, node_id, created_at, sealed_number, sealed_seq, sealed_hash, event_hash, signature FROM node_event
         WHERE tenant_id = $1 ORDER BY number DESC LIMIT 1";
    LAST_EVENT_OF_NODE = "node_event.last_of_node" Tenant
        "SELECT number, kind, node_id, created_at, sealed_number, sealed_seq, sealed_hash, event_hash, signature FROM node_event
         WHERE tenant_id = $1 AND node_id = $2 ORDER BY number DESC LIMIT 1";
    LIST_EVENTS = "node_event.list" Tenant
        "SELECT number, kind, node_id, created_at, sealed_number, sealed_seq, sealed_hash, event_hash, signature FROM node_event
         WHERE tenant_id = $1 AND number > $2 ORDER BY number LIMIT $3";
}

/// The last link of a node's chain; all zero before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    pub number: i64,
    /// The last sequence number that a link covers.
    pub seq: i64,
    pub hash: [u8; 32],
}

#[derive(Debug, Clone)]
pub struct Node {
    pub node_id: Id,
    pub started_at: i64,
    pub seen_at: i64,
    pub stopped_at: Option<i64>,
    pub sealed: Sealed,
    /// Over `sealed`, by the audit key.
    pub signature: Vec<u8>,
}

/// An entry of the register: a node started, stopped, or was found broken.
#[derive(Debug, Clone)]
pub struct NodeEvent {
    pub number: i64,
    pub kind: String,
    pub node_id: Id,
    pub created_at: i64,
    pub sealed: Sealed,
    pub event_hash: [u8; 32],
    pub signature: Vec<u8>,
}

fn parse_sealed(row: &mut Row) -> Result<Sealed, StoreError> {
    Ok(Sealed {
        number: row.int()?,
        seq: row.int()?,
        hash: row.array()?,
    })
}

fn parse_node(mut row: Row) -> Result<Node, StoreError> {
    Ok(Node {
        node_id: row.id()?,
        started_at: row.int()?,
        seen_at: row.int()?,
        stopped_at: row.opt_int()?,
        sealed: parse_sealed(&mut row)?,
        signature: row.bytes()?,
    })
}

fn parse_event(mut row: Row) -> Result<NodeEvent, StoreError> {
    Ok(NodeEvent {
        number: row.int()?,
        kind: row.text()?,
        node_id: row.id()?,
        created_at: row.int()?,
        sealed: parse_sealed(&mut row)?,
        event_hash: row.array()?,
        signature: row.bytes()?,
    })
}

impl Store {
    pub async fn find_node(&self, tenant: Id, node: Id) -> Result<Option<Node>, StoreError> {
        self.read_one(&FIND, vec![tenant.into(), node.into()])
            .await?
            .map(parse_node)
            .transpose()
    }

    /// Nodes after `after`, by id, at most `limit`.
    pub async fn list_nodes(
        &self,
        tenant: Id,
        after: Id,
        limit: i64,
    ) -> Result<Vec<Node>, StoreError> {
        let args = vec![tenant.into(), after.into(), limit.into()];
        let rows = self.read(&LIST, args).await?;
        rows.into_iter().map(parse_node).collect()
    }

    /// Nodes that did not stop, oldest first.
    pub async fn list_running_nodes(
        &self,
        tenant: Id,
        limit: i64,
    ) -> Result<Vec<Node>, StoreError> {
        let args = vec![tenant.into(), limit.into()];
        let rows = self.read(&LIST_RUNNING, args).await?;
        rows.into_iter().map(parse_node).collect()
    }

    /// Nodes that neither stopped nor were seen since `seen_before`.
    pub async fn list_abandoned_nodes(
        &self,
        tenant: Id,
        seen_before: i64,
    ) -> Result<Vec<Node>, StoreError> {
        let args = vec![tenant.into(), seen_before.into()];
        let rows = self.read(&LIST_ABANDONED, args).await?;
        rows.into_iter().map(parse_node).collect()
    }

    pub async fn find_node_event(
        &self,
        tenant: Id,
        number: i64,
    ) -> Result<Option<NodeEvent>, StoreError> {
        self.read_one(&FIND_EVENT, vec![tenant.into(), number.into()])
            .await?
            .map(parse_event)
            .transpose()
    }

    pub async fn find_last_node_event(&self, tenant: Id) -> Result<Option<NodeEvent>, StoreError> {
        self.read_one(&LAST_EVENT, vec![tenant.into()])
            .await?
            .map(parse_event)
            .transpose()
    }

    pub async fn find_last_event_of_node(
        &self,
        tenant: Id,
        node: Id,
    ) -> Result<Option<NodeEvent>, StoreError> {
        self.read_one(&LAST_EVENT_OF_NODE, vec![tenant.into(), node.into()])
            .await?
            .map(parse_event)
            .transpose()
    }

    /// Entries of the register after `number`, at most `limit`.
    pub async fn list_node_events(
        &self,
        tenant: Id,
        number: i64,
        limit: i64,
    ) -> Result<Vec<NodeEvent>, StoreError> {
        let args = vec![tenant.into(), number.into(), limit.into()];
        let rows = self.read(&LIST_EVENTS, args).await?;
        rows.into_iter().map(parse_event).collect()
    }
}

impl Unit {
    /// Refused with [`Guard::Taken`] when the node is there already.
    pub fn insert_node(
        &mut self,
        tenant: Id,
        node: Id,
        now: i64,
        sealed: &Sealed,
        signature: &[u8],
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            node.into(),
            now.into(),
            sealed.number.into(),
            sealed.seq.into(),
            sealed.hash.into(),
            signature.into(),
            policy::write_kinds().into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Refused with [`Guard::Moved`] when another node stopped this one.
    pub fn touch_node(&mut self, tenant: Id, node: Id, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), node.into(), now.into()];
        self.step(&TOUCH, args, Expect::One(Guard::Moved))
    }

    /// Refused with [`Guard::Moved`] when another node stopped this one.
    pub fn advance_node(
        &mut self,
        tenant: Id,
        node: Id,
        sealed: &Sealed,
        signature: &[u8],
        seen_at: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            node.into(),
            sealed.number.into(),
            sealed.seq.into(),
            sealed.hash.into(),
            signature.into(),
            seen_at.into(),
        ];
        self.step(&ADVANCE, args, Expect::One(Guard::Moved))
    }

    /// Refused with [`Guard::Moved`] unless its last link is number `sealed`.
    pub fn stop_node(&mut self, tenant: Id, node: Id, now: i64, sealed: i64) -> &mut Unit {
        let args = vec![tenant.into(), node.into(), now.into(), sealed.into()];
        self.step(&STOP, args, Expect::One(Guard::Moved))
    }

    /// It runs after all.
    pub fn resume_node(&mut self, tenant: Id, node: Id, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), node.into(), now.into()];
        self.step(&RESUME, args, Expect::One(Guard::Missing))
    }

    /// Refused with [`Guard::Taken`] when another node took the number meanwhile.
    pub fn insert_node_event(&mut self, tenant: Id, event: &NodeEvent) -> &mut Unit {
        let args = vec![
            tenant.into(),
            event.number.into(),
            event.kind.as_str().into(),
            event.node_id.into(),
            event.created_at.into(),
            event.sealed.number.into(),
            event.sealed.seq.into(),
            event.sealed.hash.into(),
            event.event_hash.into(),
            event.signature.as_slice().into(),
        ];
        self.step(&INSERT_EVENT, args, Expect::One(Guard::Taken))
    }
}
