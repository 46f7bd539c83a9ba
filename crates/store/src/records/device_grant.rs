//! What devices ask for that can't show our pages (RFC 8628); the codes themselves are never here.

use crate::records::token::CodeHash;
use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

macro_rules! device_grants {
    ($which:literal) => {
        concat!(
            "SELECT d.device_hash, d.user_code_hash, d.principal_id, d.principal_version, d.scope, d.issuer, d.place, d.epoch,
                 d.expires_at, d.status, d.code_hash
             FROM device_grant d JOIN tenant t ON t.tenant_id = $1 AND t.epoch = d.epoch
             WHERE d.tenant_id = $1 AND ",
            $which
        )
    };
}

statements! {
    INSERT = "device_grant.insert" Tenant
        "INSERT INTO device_grant (tenant_id, device_hash, user_code_hash, principal_id, principal_version, scope, issuer, place, epoch,
             expires_at, status, code_hash)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'pending', NULL) ON CONFLICT DO NOTHING";
    FIND = "device_grant.find" Tenant
        device_grants!("d.device_hash = $2");
    FIND_BY_USER_CODE = "device_grant.find_by_user_code" Tenant
        device_grants!("d.user_code_hash = $2");
    DECIDE = "device_grant.decide" Tenant
        "UPDATE device_grant SET status = $4, code_hash = $5
         WHERE tenant_id = $1 AND device_hash = $2 AND status = 'pending' AND expires_at > $3
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = device_grant.epoch)";
    PURGE = "device_grant.purge" Tenant
        "DELETE FROM device_grant WHERE tenant_id = $1 AND device_hash IN (SELECT o.device_hash FROM device_grant o
             WHERE o.tenant_id = $1 AND o.device_hash < $2 LIMIT 500) RETURNING 1";
}

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceStatus {
    Pending,
    Allowed,
    Denied,
}

impl DeviceStatus {
    fn as_str(self) -> &'static str {
        match self {
            DeviceStatus::Pending => "pending",
            DeviceStatus::Allowed => "allowed",
            DeviceStatus::Denied => "denied",
        }
    }

    /// An unknown word blocks: it reads as denied.
    fn parse(text: &str) -> DeviceStatus {
        match text {
            "pending" => DeviceStatus::Pending,
            "allowed" => DeviceStatus::Allowed,
            _ => DeviceStatus::Denied,
        }
    }
}

#[derive(Debug, Clone)]
pub struct DeviceGrant {
    /// Begins with the time (microseconds, big endian).
    pub device_hash: CodeHash,
    pub user_code_hash: [u8; 32],
    pub principal_id: Id,
    pub principal_version: i64,
    pub scope: String,
    pub issuer: String,
    /// JSON of a place.
    pub place: String,
    pub epoch: Id,
    pub expires_at: i64,
    pub status: DeviceStatus,
    pub code_hash: Option<CodeHash>,
}

fn parse(mut row: Row) -> Result<DeviceGrant, StoreError> {
    Ok(DeviceGrant {
        device_hash: row.array()?,
        user_code_hash: row.array()?,
        principal_id: row.id()?,
        principal_version: row.int()?,
        scope: row.text()?,
        issuer: row.text()?,
        place: row.text()?,
        epoch: row.id()?,
        expires_at: row.int()?,
        status: DeviceStatus::parse(&row.text()?),
        code_hash: row.opt_bytes()?.and_then(|bytes| bytes.try_into().ok()),
    })
}

impl Store {
    /// By the device's own code, over or not.
    pub async fn find_device_grant(
        &self,
        tenant: Id,
        device_hash: CodeHash,
    ) -> Result<Option<DeviceGrant>, StoreError> {
        let found = self
            .read_one(&FIND, vec![tenant.into(), device_hash.into()])
            .await?;
        found.map(parse).transpose()
    }

    /// By the code that people type, over or not.
    pub async fn find_device_grant_by_user_code(
        &self,
        tenant: Id,
        user_code_hash: [u8; 32],
    ) -> Result<Option<DeviceGrant>, StoreError> {
        let found = self
            .read_one(
                &FIND_BY_USER_CODE,
                vec![tenant.into(), user_code_hash.into()],
            )
            .await?;
        found.map(parse).transpose()
    }
}

impl Unit {
    /// Refused with [`Guard::Taken`] where the code that people type is in use.
    pub fn insert_device_grant(&mut self, tenant: Id, grant: &DeviceGrant) -> &mut Unit {
        let args = vec![
            tenant.into(),
            grant.device_hash.into(),
            grant.user_code_hash.into(),
            grant.principal_id.into(),
            grant.principal_version.into(),
            grant.scope.as_str().into(),
            grant.issuer.as_str().into(),
            grant.place.as_str().into(),
            grant.epoch.into(),
            grant.expires_at.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Holds for exactly one unit: allowed with the code that the device redeems, or denied.
    pub fn decide_device_grant(
        &mut self,
        tenant: Id,
        device_hash: CodeHash,
        now: i64,
        code: Option<CodeHash>,
    ) -> &mut Unit {
        let status = match code {
            Some(_) => DeviceStatus::Allowed,
            None => DeviceStatus::Denied,
        };
        let args = vec![
            tenant.into(),
            device_hash.into(),
            now.into(),
            status.as_str().into(),
            code.into(),
        ];
        self.step(&DECIDE, args, Expect::One(Guard::Missing))
    }

    /// Deletes at most 500 that were asked for before; returns a row for each.
    pub fn purge_device_grants(&mut self, tenant: Id, asked_before: i64) -> &mut Unit {
        let args = vec![tenant.into(), asked_before.to_be_bytes().into()];
        self.step(&PURGE, args, Expect::Any)
    }
}
