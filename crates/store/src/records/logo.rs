//! Pictures of applications.

use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    FIND_ID = "application_logo.find_id" Tenant
        "SELECT logo_id FROM application_logo WHERE tenant_id = $1 AND object_id = $2";
    FIND = "application_logo.find" Tenant
        "SELECT picture FROM application_logo WHERE tenant_id = $1 AND object_id = $2";
    /// By the name in its address; nothing of an application that was deleted.
    FIND_SHOWN = "application_logo.find_shown" Tenant
        "SELECT g.picture FROM application_logo g
         JOIN application a ON a.tenant_id = $1 AND a.object_id = g.object_id AND a.status = 'active'
         WHERE g.tenant_id = $1 AND g.logo_id = $2";
    PUT = "application_logo.put" Tenant
        "INSERT INTO application_logo (tenant_id, object_id, logo_id, picture, changed_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, object_id) DO UPDATE SET logo_id = $3, picture = $4, changed_at = $5";
    DELETE = "application_logo.delete" Tenant
        "DELETE FROM application_logo WHERE tenant_id = $1 AND object_id = $2";
}

impl Store {
    /// The name of an application's logo.
    pub async fn find_logo_id(&self, tenant: Id, object: Id) -> Result<Option<Id>, StoreError> {
        let args = vec![tenant.into(), object.into()];
        let found = self.read_one(&FIND_ID, args).await?;
        found.map(|mut row| row.id()).transpose()
    }

    /// PNG.
    pub async fn find_logo(&self, tenant: Id, object: Id) -> Result<Option<Vec<u8>>, StoreError> {
        let args = vec![tenant.into(), object.into()];
        let found = self.read_one(&FIND, args).await?;
        found.map(|mut row| row.bytes()).transpose()
    }

    /// The same, by its name.
    pub async fn find_shown_logo(
        &self,
        tenant: Id,
        logo: Id,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let args = vec![tenant.into(), logo.into()];
        let found = self.read_one(&FIND_SHOWN, args).await?;
        found.map(|mut row| row.bytes()).transpose()
    }
}

impl Unit {
    /// In place of the one that is there.
    pub fn put_logo(
        &mut self,
        tenant: Id,
        object: Id,
        (logo, picture): (Id, &[u8]),
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            object.into(),
            logo.into(),
            picture.into(),
            now.into(),
        ];
        self.step(&PUT, args, Expect::One(Guard::Moved))
    }

    pub fn delete_logo(&mut self, tenant: Id, object: Id) -> &mut Unit {
        let args = vec![tenant.into(), object.into()];
        self.step(&DELETE, args, Expect::One(Guard::Missing))
    }

    pub(super) fn purge_logo(&mut self, tenant: Id, object: Id) -> &mut Unit {
        let args = vec![tenant.into(), object.into()];
        self.step(&DELETE, args, Expect::Any)
    }
}
