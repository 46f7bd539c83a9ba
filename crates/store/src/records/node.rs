//! Nodes that write records, so that every chain is known and sealed to its end.

use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Store, StoreError, Unit};

statements! {
    INSERT = "node.insert" Tenant
        "INSERT INTO node (tenant_id, node_id, started_at, seen_at, stopped_at, sealed_seq) VALUES ($1, $2, $3, $3, NULL, 0)
         ON CONFLICT DO NOTHING";
    LIST = "node.list" Tenant
        "SELECT node_id, started_at, seen_at, stopped_at, sealed_seq FROM node WHERE tenant_id = $1 ORDER BY started_at, node_id";
    LIST_ABANDONED = "node.list_abandoned" Tenant
        "SELECT node_id, started_at, seen_at, stopped_at, sealed_seq FROM node
         WHERE tenant_id = $1 AND stopped_at IS NULL AND seen_at < $2 ORDER BY started_at, node_id LIMIT 10";
    TOUCH = "node.touch" Tenant
        "UPDATE node SET seen_at = $3 WHERE tenant_id = $1 AND node_id = $2";
    ADVANCE = "node.advance" Tenant
        "UPDATE node SET sealed_seq = $3, seen_at = $4 WHERE tenant_id = $1 AND node_id = $2";
    STOP = "node.stop" Tenant
        "UPDATE node SET stopped_at = $3 WHERE tenant_id = $1 AND node_id = $2 AND stopped_at IS NULL";
}

#[derive(Debug, Clone)]
pub struct Node {
    pub node_id: Id,
    pub started_at: i64,
    pub seen_at: i64,
    pub stopped_at: Option<i64>,
    /// The last sequence number that a link covers.
    pub sealed_seq: i64,
}

impl Store {
    async fn parse_nodes(
        &self,
        sql: &'static crate::Sql,
        args: Vec<crate::Value>,
    ) -> Result<Vec<Node>, StoreError> {
        let rows = self.read(sql, args).await?;
        rows.into_iter()
            .map(|mut row| {
                Ok(Node {
                    node_id: row.id()?,
                    started_at: row.int()?,
                    seen_at: row.int()?,
                    stopped_at: row.opt_int()?,
                    sealed_seq: row.int()?,
                })
            })
            .collect()
    }

    pub async fn list_nodes(&self, tenant: Id) -> Result<Vec<Node>, StoreError> {
        self.parse_nodes(&LIST, vec![tenant.into()]).await
    }

    /// Nodes that neither stopped nor were seen since `seen_before`.
    pub async fn list_abandoned_nodes(
        &self,
        tenant: Id,
        seen_before: i64,
    ) -> Result<Vec<Node>, StoreError> {
        self.parse_nodes(&LIST_ABANDONED, vec![tenant.into(), seen_before.into()])
            .await
    }
}

impl Unit {
    /// Once for a node; again does nothing.
    pub fn insert_node(&mut self, tenant: Id, node: Id, now: i64) -> &mut Unit {
        self.step(
            &INSERT,
            vec![tenant.into(), node.into(), now.into()],
            Expect::Any,
        )
    }

    pub fn touch_node(&mut self, tenant: Id, node: Id, now: i64) -> &mut Unit {
        self.step(
            &TOUCH,
            vec![tenant.into(), node.into(), now.into()],
            Expect::Any,
        )
    }

    pub fn advance_node(&mut self, tenant: Id, node: Id, sealed_seq: i64, now: i64) -> &mut Unit {
        self.step(
            &ADVANCE,
            vec![tenant.into(), node.into(), sealed_seq.into(), now.into()],
            Expect::Any,
        )
    }

    pub fn stop_node(&mut self, tenant: Id, node: Id, now: i64) -> &mut Unit {
        self.step(
            &STOP,
            vec![tenant.into(), node.into(), now.into()],
            Expect::Any,
        )
    }
}
