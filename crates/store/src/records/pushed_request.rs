//! Authorization requests that clients pushed before a browser saw them (RFC 9126).

use crate::records::token::CodeHash;
use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    INSERT = "pushed_request.insert" Tenant
        "INSERT INTO pushed_request (tenant_id, request_hash, principal_id, principal_version, request, expires_at, epoch)
         VALUES ($1, $2, $3, $4, $5, $6, $7)";
    FIND = "pushed_request.find" Tenant
        "SELECT r.request FROM pushed_request r
         JOIN tenant t ON t.tenant_id = $1 AND t.epoch = r.epoch
         JOIN service_principal p ON p.tenant_id = $1 AND p.object_id = r.principal_id AND p.security_version = r.principal_version
         WHERE r.tenant_id = $1 AND r.request_hash = $2 AND r.principal_id = $3 AND r.expires_at > $4";
    DELETE = "pushed_request.delete" Tenant
        "DELETE FROM pushed_request WHERE tenant_id = $1 AND request_hash = $2";
    PURGE = "pushed_request.purge" Tenant
        "DELETE FROM pushed_request WHERE tenant_id = $1 AND request_hash IN (SELECT o.request_hash FROM pushed_request o
             WHERE o.tenant_id = $1 AND o.request_hash < $2 LIMIT 500) RETURNING 1";
}

/// A request, and whose it is.
#[derive(Debug, Clone)]
pub struct PushedRequest {
    /// Begins with the time (microseconds, big endian).
    pub request_hash: CodeHash,
    pub principal_id: Id,
    pub principal_version: i64,
    pub epoch: Id,
    pub request: String,
    pub expires_at: i64,
}

impl Store {
    /// The request of that name, if this client pushed it and stands as it did.
    pub async fn find_pushed_request(
        &self,
        tenant: Id,
        request_hash: CodeHash,
        principal: Id,
        now: i64,
    ) -> Result<Option<String>, StoreError> {
        let args = vec![
            tenant.into(),
            request_hash.into(),
            principal.into(),
            now.into(),
        ];
        let found = self.read_one(&FIND, args).await?;
        found.map(|mut row| row.text()).transpose()
    }
}

impl Unit {
    pub fn insert_pushed_request(&mut self, tenant: Id, pushed: &PushedRequest) -> &mut Unit {
        let args = vec![
            tenant.into(),
            pushed.request_hash.into(),
            pushed.principal_id.into(),
            pushed.principal_version.into(),
            pushed.request.as_str().into(),
            pushed.expires_at.into(),
            pushed.epoch.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Holds for exactly one unit.
    pub fn use_pushed_request(&mut self, tenant: Id, request_hash: CodeHash) -> &mut Unit {
        self.step(
            &DELETE,
            vec![tenant.into(), request_hash.into()],
            Expect::One(Guard::Missing),
        )
    }

    /// Deletes at most 500 that were pushed before; returns a row for each.
    pub fn purge_pushed_requests(&mut self, tenant: Id, pushed_before: i64) -> &mut Unit {
        let args = vec![tenant.into(), pushed_before.to_be_bytes().into()];
        self.step(&PURGE, args, Expect::Any)
    }
}
