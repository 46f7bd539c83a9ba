//! Who registered what, for reports: people who can sign in, with how many passkeys of each kind.

use crate::records::profile::UserType;
use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Store, StoreError};

statements! {
    LIST = "registration.list" Tenant
        "SELECT p.person_id, p.user_name, p.user_name_key, p.display_name, p.user_type,
             (SELECT COUNT(*) FROM credential c WHERE c.tenant_id = $1 AND c.person_id = p.person_id
              AND c.status = 'active' AND c.backup_eligible <> 0),
             (SELECT COUNT(*) FROM credential c WHERE c.tenant_id = $1 AND c.person_id = p.person_id
              AND c.status = 'active' AND c.backup_eligible = 0)
         FROM person p WHERE p.tenant_id = $1 AND p.user_name_key > $2 AND p.status = 'enabled'
         ORDER BY p.user_name_key LIMIT $3";
    FIND = "registration.find" Tenant
        "SELECT p.person_id, p.user_name, p.user_name_key, p.display_name, p.user_type,
             (SELECT COUNT(*) FROM credential c WHERE c.tenant_id = $1 AND c.person_id = p.person_id
              AND c.status = 'active' AND c.backup_eligible <> 0),
             (SELECT COUNT(*) FROM credential c WHERE c.tenant_id = $1 AND c.person_id = p.person_id
              AND c.status = 'active' AND c.backup_eligible = 0)
         FROM person p WHERE p.tenant_id = $1 AND p.person_id = $2 AND p.status = 'enabled'";
}

/// An enabled person and their active passkeys.
#[derive(Debug, Clone)]
pub struct Registration {
    pub person_id: Id,
    pub user_name: String,
    /// The compared form, by which the list goes on.
    pub user_name_key: String,
    pub display_name: String,
    pub user_type: UserType,
    pub synced: i64,
    pub device_bound: i64,
}

fn parse(mut row: Row) -> Result<Registration, StoreError> {
    Ok(Registration {
        person_id: row.id()?,
        user_name: row.text()?,
        user_name_key: row.text()?,
        display_name: row.text()?,
        user_type: UserType::parse(&row.text()?),
        synced: row.int()?,
        device_bound: row.int()?,
    })
}

impl Store {
    /// At most `limit` people whose compared name comes after `after`.
    pub async fn list_registrations(
        &self,
        tenant: Id,
        after: &str,
        limit: i64,
    ) -> Result<Vec<Registration>, StoreError> {
        let args = vec![tenant.into(), after.into(), limit.into()];
        let rows = self.read(&LIST, args).await?;
        rows.into_iter().map(parse).collect()
    }

    /// One person; `None` also for the disabled and deleted, whom reports leave out.
    pub async fn find_registration(
        &self,
        tenant: Id,
        person: Id,
    ) -> Result<Option<Registration>, StoreError> {
        let row = self
            .read_one(&FIND, vec![tenant.into(), person.into()])
            .await?;
        row.map(parse).transpose()
    }
}
