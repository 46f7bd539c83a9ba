//! Tries of secrets that can be guessed, counted on disk before anything is compared (security 21).

use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    COUNT = "secret_try.count" Tenant
        "INSERT INTO secret_try (tenant_id, try_key, tries, until) VALUES ($1, $2, 1, $4)
         ON CONFLICT (tenant_id, try_key) DO UPDATE SET
             tries = CASE WHEN secret_try.until > $3 THEN secret_try.tries + 1 ELSE 1 END,
             until = CASE WHEN secret_try.until > $3 THEN secret_try.until ELSE excluded.until END
         WHERE secret_try.until <= $3 OR secret_try.tries < $5";
    FIND = "secret_try.find" Tenant
        "SELECT until FROM secret_try WHERE tenant_id = $1 AND try_key = $2";
    FORGET = "secret_try.forget" Tenant
        "DELETE FROM secret_try WHERE tenant_id = $1 AND try_key = $2";
    /// Asked of the row once more: it may count anew meanwhile.
    PURGE = "secret_try.purge" Tenant
        "DELETE FROM secret_try WHERE tenant_id = $1 AND try_key IN (SELECT o.try_key FROM secret_try o
             WHERE o.tenant_id = $1 AND o.until < $2 LIMIT 500) AND until < $2 RETURNING 1";
}

/// What is counted under one key.
#[derive(Debug, Clone, Copy)]
pub struct SecretTry {
    pub key: [u8; 16],
    pub now: i64,
    /// When counting begins anew, if it begins now.
    pub until: i64,
    pub most: i64,
}

impl Store {
    /// Until when the tries under this key count, if there were any.
    pub async fn find_secret_tries(
        &self,
        tenant: Id,
        key: [u8; 16],
    ) -> Result<Option<i64>, StoreError> {
        let args = vec![tenant.into(), Id(key).into()];
        let found = self.read_key(&FIND, args).await?;
        found.map(|mut row| row.int()).transpose()
    }
}

impl Unit {
    /// One more; refused with [`Guard::Count`] when there were as many as may be.
    pub fn count_secret_try(&mut self, tenant: Id, tried: &SecretTry) -> &mut Unit {
        let args = vec![
            tenant.into(),
            Id(tried.key).into(),
            tried.now.into(),
            tried.until.into(),
            tried.most.into(),
        ];
        self.step(&COUNT, args, Expect::One(Guard::Count))
    }

    /// The secret was right.
    pub fn forget_secret_tries(&mut self, tenant: Id, key: [u8; 16]) -> &mut Unit {
        let args = vec![tenant.into(), Id(key).into()];
        self.step(&FORGET, args, Expect::Any)
    }

    /// Deletes at most 500 whose time was over before; returns a row for each.
    pub fn purge_secret_tries(&mut self, tenant: Id, before: i64) -> &mut Unit {
        let args = vec![tenant.into(), before.into()];
        self.step(&PURGE, args, Expect::Any)
    }
}
