//! Secret keys, sealed by `identity` before they come here.

use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    LIST = "secret_key.list" Tenant
        "SELECT key_id, purpose, sealed, created_at, retires_at FROM secret_key WHERE tenant_id = $1
         ORDER BY created_at, key_id";
    INSERT = "secret_key.insert" Tenant
        "INSERT INTO secret_key (tenant_id, key_id, purpose, sealed, created_at, retires_at)
         VALUES ($1, $2, $3, $4, $5, $6)";
    DELETE_RETIRED = "secret_key.delete_retired" Tenant
        "DELETE FROM secret_key WHERE tenant_id = $1 AND retires_at IS NOT NULL AND retires_at < $2";
}

#[derive(Debug, Clone)]
pub struct SecretKey {
    pub key_id: Id,
    pub purpose: String,
    pub sealed: Vec<u8>,
    pub created_at: i64,
    /// When it no longer opens anything; `None` for keys that never rotate.
    pub retires_at: Option<i64>,
}

impl Store {
    /// All keys of the tenant, oldest first.
    pub async fn list_secret_keys(&self, tenant: Id) -> Result<Vec<SecretKey>, StoreError> {
        let rows = self.read(&LIST, vec![tenant.into()]).await?;
        rows.into_iter()
            .map(|mut row| {
                Ok(SecretKey {
                    key_id: row.id()?,
                    purpose: row.text()?,
                    sealed: row.bytes()?,
                    created_at: row.int()?,
                    retires_at: row.opt_int()?,
                })
            })
            .collect()
    }
}

impl Unit {
    pub fn insert_secret_key(&mut self, tenant: Id, key: &SecretKey) -> &mut Unit {
        let args = vec![
            tenant.into(),
            key.key_id.into(),
            key.purpose.as_str().into(),
            key.sealed.as_slice().into(),
            key.created_at.into(),
            key.retires_at.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    pub fn delete_retired_keys(&mut self, tenant: Id, before: i64) -> &mut Unit {
        self.step(
            &DELETE_RETIRED,
            vec![tenant.into(), before.into()],
            Expect::Any,
        )
    }
}
