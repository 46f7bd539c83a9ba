//! Recovery codes; the codes themselves are never here.

use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    LIST = "recovery_code.list" Tenant
        "SELECT r.code_id, r.code_mac, r.created_at
         FROM recovery_code r
         JOIN tenant t ON t.tenant_id = $1 AND t.epoch = r.epoch
         WHERE r.tenant_id = $1 AND r.person_id = $2 AND r.spent_at IS NULL
         ORDER BY r.code_id";
    INSERT = "recovery_code.insert" Tenant
        "INSERT INTO recovery_code (tenant_id, person_id, code_id, code_mac, epoch, created_at, spent_at)
         VALUES ($1, $2, $3, $4, $5, $6, NULL)";
    SPEND = "recovery_code.spend" Tenant
        "UPDATE recovery_code SET spent_at = $5
         WHERE tenant_id = $1 AND person_id = $2 AND code_id = $3 AND spent_at IS NULL
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = recovery_code.epoch)
         AND EXISTS (SELECT 1 FROM person p WHERE p.tenant_id = $1 AND p.person_id = recovery_code.person_id
             AND p.security_version = $4 AND p.status = 'enabled')";
    PURGE_OF_PERSON = "recovery_code.purge_of_person" Tenant
        "DELETE FROM recovery_code WHERE tenant_id = $1 AND person_id = $2 RETURNING 1";
    PURGE_SINCE = "recovery_code.purge_since" Tenant
        "DELETE FROM recovery_code WHERE tenant_id = $1 AND person_id = $2 AND created_at > $3";
}

/// A code of somebody, of this epoch, that was not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveryCode {
    pub code_id: Id,
    pub code_mac: [u8; 32],
    pub created_at: i64,
}

#[derive(Debug, Clone)]
pub struct NewRecoveryCode {
    pub code_id: Id,
    pub code_mac: [u8; 32],
    pub epoch: Id,
    pub created_at: i64,
}

impl Store {
    /// Those that can still be used.
    pub async fn list_recovery_codes(
        &self,
        tenant: Id,
        person: Id,
    ) -> Result<Vec<RecoveryCode>, StoreError> {
        let rows = self.read(&LIST, vec![tenant.into(), person.into()]).await?;
        rows.into_iter()
            .map(|mut row| {
                Ok(RecoveryCode {
                    code_id: row.id()?,
                    code_mac: row.array()?,
                    created_at: row.int()?,
                })
            })
            .collect()
    }
}

impl Unit {
    pub fn insert_recovery_code(
        &mut self,
        tenant: Id,
        person: Id,
        code: &NewRecoveryCode,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            person.into(),
            code.code_id.into(),
            code.code_mac.into(),
            code.epoch.into(),
            code.created_at.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// For exactly one unit; refused with [`Guard::Missing`] afterwards, and when the code was replaced, or its person is
    /// not who they were.
    pub fn spend_recovery_code(
        &mut self,
        tenant: Id,
        person: Id,
        code: Id,
        person_version: i64,
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            person.into(),
            code.into(),
            person_version.into(),
            now.into(),
        ];
        self.step(&SPEND, args, Expect::One(Guard::Missing))
    }

    /// Those that were made after this time.
    pub fn purge_recovery_codes_since(&mut self, tenant: Id, person: Id, at: i64) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), at.into()];
        self.step(&PURGE_SINCE, args, Expect::Any)
    }

    /// All, used ones too; returns a row for each.
    pub fn purge_recovery_codes_of(&mut self, tenant: Id, person: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into()];
        self.step(&PURGE_OF_PERSON, args, Expect::Any)
    }
}
