//! Applications as APIs of their own: what they are called when tokens are asked for them (RFC 8707).

use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    /// Asked whenever a token is made for it, so what was taken away gives no more of them.
    FIND_RESOURCE = "identifier_uri.find_resource" Tenant
        "SELECT a.app_id, a.display_name, a.api, a.token_settings, p.object_id, p.assignment_required FROM identifier_uri u
         JOIN application a ON a.tenant_id = $1 AND a.object_id = u.object_id AND a.status = 'active'
         JOIN service_principal p ON p.tenant_id = $1 AND p.app_id = a.app_id AND p.status = 'enabled'
         WHERE u.tenant_id = $1 AND u.uri = $2";
    FIND_OWNER = "identifier_uri.find_application" Tenant
        "SELECT object_id FROM identifier_uri WHERE tenant_id = $1 AND uri = $2";
    INSERT = "identifier_uri.insert" Tenant
        "INSERT INTO identifier_uri (tenant_id, uri, object_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    DELETE = "identifier_uri.delete" Tenant
        "DELETE FROM identifier_uri WHERE tenant_id = $1 AND uri = $2 AND object_id = $3";
    PURGE = "identifier_uri.purge" Tenant
        "DELETE FROM identifier_uri WHERE tenant_id = $1 AND object_id = $2";
    CHANGE_API = "application.change_api" Tenant
        "UPDATE application SET api = $3 WHERE tenant_id = $1 AND object_id = $2 AND status = 'active'";
}

/// An API that is there now.
#[derive(Debug, Clone)]
pub struct Resource {
    pub app_id: Id,
    pub display_name: String,
    /// JSON.
    pub api: Option<String>,
    /// JSON.
    pub token_settings: String,
    pub principal_id: Id,
    /// Tokens for it are for people only who are assigned to it.
    pub assignment_required: bool,
}

impl Store {
    /// By one of its names, letter by letter.
    pub async fn find_resource(
        &self,
        tenant: Id,
        uri: &str,
    ) -> Result<Option<Resource>, StoreError> {
        let found = self
            .read_one(&FIND_RESOURCE, vec![tenant.into(), uri.into()])
            .await?;
        let Some(mut row) = found else {
            return Ok(None);
        };
        Ok(Some(Resource {
            app_id: row.id()?,
            display_name: row.text()?,
            api: row.opt_text()?,
            token_settings: row.text()?,
            principal_id: row.id()?,
            assignment_required: row.truth()?,
        }))
    }

    /// Whose name it is, also of a deleted application that can be restored.
    pub async fn find_owner_of_identifier_uri(
        &self,
        tenant: Id,
        uri: &str,
    ) -> Result<Option<Id>, StoreError> {
        let found = self
            .read_one(&FIND_OWNER, vec![tenant.into(), uri.into()])
            .await?;
        found.map(|mut row| row.id()).transpose()
    }
}

impl Unit {
    pub fn insert_identifier_uri(&mut self, tenant: Id, uri: &str, object: Id) -> &mut Unit {
        let args = vec![tenant.into(), uri.into(), object.into()];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    pub fn delete_identifier_uri(&mut self, tenant: Id, uri: &str, object: Id) -> &mut Unit {
        let args = vec![tenant.into(), uri.into(), object.into()];
        self.step(&DELETE, args, Expect::One(Guard::Moved))
    }

    pub(super) fn purge_identifier_uris(&mut self, tenant: Id, object: Id) -> &mut Unit {
        self.step(&PURGE, vec![tenant.into(), object.into()], Expect::Any)
    }

    /// In the unit that moves the record's version.
    pub fn change_api(&mut self, tenant: Id, object: Id, api: Option<&str>) -> &mut Unit {
        let args = vec![tenant.into(), object.into(), api.into()];
        self.step(&CHANGE_API, args, Expect::One(Guard::Moved))
    }
}
