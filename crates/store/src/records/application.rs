//! Applications with their secrets and keys.

use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

macro_rules! applications {
    ($which:literal) => {
        concat!(
            "SELECT object_id, app_id, display_name, description, redirect_uris, status, record_version,
                 security_version, created_at, deleted_at, home_uri, device_flow, token_settings, back_channel_logout_uri,
                 back_channel_logout_session_required,
                 api
             FROM application WHERE tenant_id = $1 AND ",
            $which
        )
    };
}

statements! {
    FIND = "application.find" Tenant
        applications!("object_id = $2");
    FIND_BY_APP = "application.find_by_app" Tenant
        applications!("app_id = $2");
    LIST = "application.list" Tenant
        applications!("object_id > $2 AND status = $3 ORDER BY object_id LIMIT $4");
    COUNT = "application.count" Tenant
        "SELECT COUNT(*) FROM application WHERE tenant_id = $1 AND status = $2";
    INSERT = "application.insert" Tenant
        "INSERT INTO application (tenant_id, object_id, app_id, display_name, description, redirect_uris, status, record_version,
             security_version, created_at, deleted_at, home_uri, device_flow, token_settings, back_channel_logout_uri,
             back_channel_logout_session_required)
         VALUES ($1, $2, $3, $4, $5, $6, 'active', 1, 1, $7, NULL, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
    UPDATE = "application.update" Tenant
        "UPDATE application SET display_name = $3, description = $4, redirect_uris = $5, home_uri = $6, device_flow = $7, token_settings = $8,
             back_channel_logout_uri = $10, back_channel_logout_session_required = $11, record_version = record_version + 1
         WHERE tenant_id = $1 AND object_id = $2 AND record_version = $9 AND status = 'active'";
    CHANGE_STATUS = "application.change_status" Tenant
        "UPDATE application SET status = $3, deleted_at = $4, record_version = record_version + 1, security_version = security_version + 1
         WHERE tenant_id = $1 AND object_id = $2 AND record_version = $5";
    BUMP = "application.bump" Tenant
        "UPDATE application SET security_version = security_version + 1
         WHERE tenant_id = $1 AND object_id = $2 AND security_version = $3";
    LIST_CREDENTIALS = "application_credential.list" Tenant
        "SELECT key_id, kind, display_name, hint, verifier, starts_at, expires_at, created_at
         FROM application_credential WHERE tenant_id = $1 AND object_id = $2 ORDER BY created_at, key_id";
    INSERT_CREDENTIAL = "application_credential.insert" Tenant
        "INSERT INTO application_credential (tenant_id, key_id, object_id, kind, display_name, hint, verifier, starts_at, expires_at, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";
    DELETE_CREDENTIAL = "application_credential.delete" Tenant
        "DELETE FROM application_credential WHERE tenant_id = $1 AND object_id = $2 AND key_id = $3";
    LIST_PURGEABLE = "application.list_purgeable" Tenant
        "SELECT object_id FROM application WHERE tenant_id = $1 AND status = 'deleted' AND deleted_at < $2 ORDER BY object_id LIMIT 20";
    BEGIN_ERASURE = "application.begin_erasure" Tenant
        "UPDATE application SET deleted_at = 0, record_version = record_version + 1
         WHERE tenant_id = $1 AND object_id = $2 AND status = 'deleted'";
    PURGE = "application.purge" Tenant
        "DELETE FROM application WHERE tenant_id = $1 AND object_id = $2 AND status = 'deleted'";
    PURGE_CREDENTIALS = "application_credential.purge" Tenant
        "DELETE FROM application_credential WHERE tenant_id = $1 AND object_id = $2";
}

/// An application, as it was registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    pub object_id: Id,
    /// `client_id`.
    pub app_id: Id,
    pub display_name: String,
    pub description: String,
    /// JSON.
    pub redirect_uris: String,
    pub deleted: bool,
    pub record_version: i64,
    pub security_version: i64,
    pub created_at: i64,
    pub deleted_at: Option<i64>,
    /// Where people open it.
    pub home_uri: Option<String>,
    /// Devices that can't show our pages may let people sign in to it on another one.
    pub device_flow: bool,
    /// JSON of what its tokens say, and how they are asked for and signed.
    pub token_settings: String,
    /// Where it is told that a session is over.
    pub back_channel_logout_uri: Option<String>,
    /// It needs the session's name for that, and not only the person's.
    pub back_channel_logout_session_required: bool,
    /// JSON of what it is as an API; changed by [`Unit::change_api`] alone.
    pub api: Option<String>,
}

/// What a client proves itself with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    Secret,
    Key,
}

impl CredentialKind {
    fn as_str(self) -> &'static str {
        match self {
            CredentialKind::Secret => "secret",
            CredentialKind::Key => "key",
        }
    }
}

/// A secret's hash or a public key.
#[derive(Clone)]
pub struct ApplicationCredential {
    pub key_id: Id,
    pub kind: CredentialKind,
    pub display_name: String,
    pub hint: String,
    /// The hash of a secret, or a JWK in JSON.
    pub verifier: Vec<u8>,
    pub starts_at: i64,
    pub expires_at: i64,
    pub created_at: i64,
}

/// Without the hash.
impl std::fmt::Debug for ApplicationCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApplicationCredential")
            .field("key_id", &self.key_id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

fn parse(mut row: Row) -> Result<Application, StoreError> {
    Ok(Application {
        object_id: row.id()?,
        app_id: row.id()?,
        display_name: row.text()?,
        description: row.text()?,
        redirect_uris: row.text()?,
        // An unknown word blocks.
        deleted: row.text()? != "active",
        record_version: row.int()?,
        security_version: row.int()?,
        created_at: row.int()?,
        deleted_at: row.opt_int()?,
        home_uri: row.opt_text()?,
        device_flow: row.truth()?,
        token_settings: row.text()?,
        back_channel_logout_uri: row.opt_text()?,
        back_channel_logout_session_required: row.truth()?,
        api: row.opt_text()?,
    })
}

fn parse_credential(mut row: Row) -> Result<ApplicationCredential, StoreError> {
    let key_id = row.id()?;
    let kind = match row.text()?.as_str() {
        "secret" => CredentialKind::Secret,
        _ => CredentialKind::Key,
    };
    Ok(ApplicationCredential {
        key_id,
        kind,
        display_name: row.text()?,
        hint: row.text()?,
        verifier: row.bytes()?,
        starts_at: row.int()?,
        expires_at: row.int()?,
        created_at: row.int()?,
    })
}

fn word(deleted: bool) -> &'static str {
    if deleted { "deleted" } else { "active" }
}

impl Store {
    pub async fn find_application(
        &self,
        tenant: Id,
        object: Id,
    ) -> Result<Option<Application>, StoreError> {
        let found = self
            .read_one(&FIND, vec![tenant.into(), object.into()])
            .await?;
        found.map(parse).transpose()
    }

    /// By `client_id`.
    pub async fn find_application_by_app(
        &self,
        tenant: Id,
        app: Id,
    ) -> Result<Option<Application>, StoreError> {
        let found = self
            .read_one(&FIND_BY_APP, vec![tenant.into(), app.into()])
            .await?;
        found.map(parse).transpose()
    }

    /// At most `limit` whose id comes after `after`, in the order of ids; all zeros for the first.
    pub async fn list_applications(
        &self,
        tenant: Id,
        deleted: bool,
        after: Id,
        limit: i64,
    ) -> Result<Vec<Application>, StoreError> {
        let args = vec![
            tenant.into(),
            after.into(),
            word(deleted).into(),
            limit.into(),
        ];
        let rows = self.read(&LIST, args).await?;
        rows.into_iter().map(parse).collect()
    }

    pub async fn count_applications(&self, tenant: Id, deleted: bool) -> Result<i64, StoreError> {
        let row = self
            .read_one(&COUNT, vec![tenant.into(), word(deleted).into()])
            .await?;
        row.map_or(Ok(0), |mut row| row.int())
    }

    /// Oldest first.
    pub async fn list_application_credentials(
        &self,
        tenant: Id,
        object: Id,
    ) -> Result<Vec<ApplicationCredential>, StoreError> {
        let rows = self
            .read(&LIST_CREDENTIALS, vec![tenant.into(), object.into()])
            .await?;
        rows.into_iter().map(parse_credential).collect()
    }

    /// At most 20 that were deleted before.
    pub async fn list_purgeable_applications(
        &self,
        tenant: Id,
        deleted_before: i64,
    ) -> Result<Vec<Id>, StoreError> {
        let rows = self
            .read(&LIST_PURGEABLE, vec![tenant.into(), deleted_before.into()])
            .await?;
        rows.into_iter().map(|mut row| row.id()).collect()
    }
}

impl Unit {
    pub fn insert_application(&mut self, tenant: Id, application: &Application) -> &mut Unit {
        let args = vec![
            tenant.into(),
            application.object_id.into(),
            application.app_id.into(),
            application.display_name.as_str().into(),
            application.description.as_str().into(),
            application.redirect_uris.as_str().into(),
            application.created_at.into(),
            application.home_uri.as_deref().into(),
            application.device_flow.into(),
            application.token_settings.as_str().into(),
            application.back_channel_logout_uri.as_deref().into(),
            application.back_channel_logout_session_required.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Names and addresses; refused when the record is another than the one that was read.
    pub fn update_application(&mut self, tenant: Id, application: &Application) -> &mut Unit {
        let args = vec![
            tenant.into(),
            application.object_id.into(),
            application.display_name.as_str().into(),
            application.description.as_str().into(),
            application.redirect_uris.as_str().into(),
            application.home_uri.as_deref().into(),
            application.device_flow.into(),
            application.token_settings.as_str().into(),
            application.record_version.into(),
            application.back_channel_logout_uri.as_deref().into(),
            application.back_channel_logout_session_required.into(),
        ];
        self.step(&UPDATE, args, Expect::One(Guard::Moved))
    }

    /// Deletes (with a time) or restores (without).
    pub fn change_application_status(
        &mut self,
        tenant: Id,
        application: &Application,
        deleted_at: Option<i64>,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            application.object_id.into(),
            word(deleted_at.is_some()).into(),
            deleted_at.into(),
            application.record_version.into(),
        ];
        self.step(&CHANGE_STATUS, args, Expect::One(Guard::Moved))
    }

    /// Guards what was decided about the application's rights and ways to sign in: both change under this version only.
    pub fn bump_application(&mut self, tenant: Id, object: Id, version: i64) -> &mut Unit {
        self.step(
            &BUMP,
            vec![tenant.into(), object.into(), version.into()],
            Expect::One(Guard::Moved),
        )
    }

    pub fn insert_application_credential(
        &mut self,
        tenant: Id,
        object: Id,
        credential: &ApplicationCredential,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            credential.key_id.into(),
            object.into(),
            credential.kind.as_str().into(),
            credential.display_name.as_str().into(),
            credential.hint.as_str().into(),
            credential.verifier.as_slice().into(),
            credential.starts_at.into(),
            credential.expires_at.into(),
            credential.created_at.into(),
        ];
        self.step(&INSERT_CREDENTIAL, args, Expect::One(Guard::Taken))
    }

    pub fn delete_application_credential(&mut self, tenant: Id, object: Id, key: Id) -> &mut Unit {
        self.step(
            &DELETE_CREDENTIAL,
            vec![tenant.into(), object.into(), key.into()],
            Expect::One(Guard::Missing),
        )
    }

    /// From now on nobody restores the application. Refused with [`Guard::Missing`] when somebody did.
    pub fn begin_application_erasure(&mut self, tenant: Id, object: Id) -> &mut Unit {
        let args = vec![tenant.into(), object.into()];
        self.step(&BEGIN_ERASURE, args, Expect::One(Guard::Missing))
    }

    /// For good; only what was deleted before.
    pub fn purge_application(&mut self, tenant: Id, object: Id) -> &mut Unit {
        let args = || vec![tenant.into(), object.into()];
        self.step(&PURGE, args(), Expect::One(Guard::Missing));
        self.step(&PURGE_CREDENTIALS, args(), Expect::Any);
        self.purge_protected_origins(tenant, object);
        self.purge_logo(tenant, object);
        self.purge_identifier_uris(tenant, object);
        self.purge_owners(tenant, object)
    }
}
