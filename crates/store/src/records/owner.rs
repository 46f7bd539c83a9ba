//! Owners of groups, applications and service principals.

use crate::records::directory::PrincipalKind;
use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    /// Those that are deleted are left out; they are back when they are restored.
    LIST = "owner.list" Tenant
        "SELECT o.person_id, o.owner_kind FROM application_owner o
         LEFT JOIN person p ON p.tenant_id = $1 AND p.person_id = o.person_id AND p.status <> 'deleted'
         LEFT JOIN service_principal s ON s.tenant_id = $1 AND s.object_id = o.person_id AND s.status <> 'deleted'
         WHERE o.tenant_id = $1 AND o.object_id = $2 AND o.person_id > $3
             AND (p.person_id IS NOT NULL OR s.object_id IS NOT NULL)
         ORDER BY o.person_id LIMIT $4";
    COUNT = "owner.count" Tenant
        "SELECT COUNT(*) FROM application_owner WHERE tenant_id = $1 AND object_id = $2";
    FIND = "owner.find" Tenant
        "SELECT owner_kind FROM application_owner WHERE tenant_id = $1 AND object_id = $2 AND person_id = $3";
    INSERT = "owner.insert" Tenant
        "INSERT INTO application_owner (tenant_id, object_id, person_id, owner_kind, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    DELETE = "owner.delete" Tenant
        "DELETE FROM application_owner WHERE tenant_id = $1 AND object_id = $2 AND person_id = $3";
    PURGE = "owner.purge" Tenant
        "DELETE FROM application_owner WHERE tenant_id = $1 AND object_id = $2";
    PURGE_OWNED = "owner.purge_owned" Tenant
        "DELETE FROM application_owner WHERE tenant_id = $1 AND person_id = $2 AND object_id IN (
             SELECT o.object_id FROM application_owner o WHERE o.tenant_id = $1 AND o.person_id = $2 LIMIT 400) RETURNING 1";
}

/// Who owns something: a person or an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner {
    /// Of an application the id of its service principal.
    pub id: Id,
    pub kind: PrincipalKind,
}

impl Store {
    /// At most `limit` owners that are not deleted, whose id comes after `after`, by id.
    pub async fn list_owners(
        &self,
        tenant: Id,
        object: Id,
        after: Option<Id>,
        limit: i64,
    ) -> Result<Vec<Owner>, StoreError> {
        let args = vec![
            tenant.into(),
            object.into(),
            after.unwrap_or(Id([0; 16])).into(),
            limit.into(),
        ];
        let rows = self.read(&LIST, args).await?;
        rows.into_iter()
            .map(|mut row| {
                Ok(Owner {
                    id: row.id()?,
                    kind: PrincipalKind::parse(&row.text()?)?,
                })
            })
            .collect()
    }

    /// How many there are, deleted ones included.
    pub async fn count_owners(&self, tenant: Id, object: Id) -> Result<i64, StoreError> {
        let row = self
            .read_one(&COUNT, vec![tenant.into(), object.into()])
            .await?;
        row.map_or(Ok(0), |mut row| row.int())
    }

    /// What kind of owner it is; `None` when it is none.
    pub async fn find_owner(
        &self,
        tenant: Id,
        object: Id,
        owner: Id,
    ) -> Result<Option<PrincipalKind>, StoreError> {
        let row = self
            .read_one(&FIND, vec![tenant.into(), object.into(), owner.into()])
            .await?;
        row.map(|mut row| PrincipalKind::parse(&row.text()?))
            .transpose()
    }
}

impl Unit {
    /// Refused with [`Guard::Taken`] when it is an owner already.
    pub fn insert_owner(&mut self, tenant: Id, object: Id, owner: Owner, now: i64) -> &mut Unit {
        let args = vec![
            tenant.into(),
            object.into(),
            owner.id.into(),
            owner.kind.as_str().into(),
            now.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    pub fn delete_owner(&mut self, tenant: Id, object: Id, owner: Id) -> &mut Unit {
        self.step(
            &DELETE,
            vec![tenant.into(), object.into(), owner.into()],
            Expect::One(Guard::Missing),
        )
    }

    /// Leaves what is deleted for good without owners.
    pub fn purge_owners(&mut self, tenant: Id, object: Id) -> &mut Unit {
        self.step(&PURGE, vec![tenant.into(), object.into()], Expect::Any)
    }

    /// Takes an owner who is deleted for good from at most 400 objects; returns a row for each.
    pub fn purge_owned(&mut self, tenant: Id, owner: Id) -> &mut Unit {
        self.step(&PURGE_OWNED, vec![tenant.into(), owner.into()], Expect::Any)
    }
}
