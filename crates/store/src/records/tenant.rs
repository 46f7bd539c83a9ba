//! The tenant: its name and origin, and the versions that guards compare.

use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    FIND_ALL = "tenant.find_all" Global("a starting node finds the tenant that it serves")
        "SELECT tenant_id, name, rp_id, public_origin, policy_version, administrator_version, epoch, created_at, claimed_at
         FROM tenant ORDER BY created_at, tenant_id LIMIT 2";
    FIND = "tenant.find" Tenant
        "SELECT tenant_id, name, rp_id, public_origin, policy_version, administrator_version, epoch, created_at, claimed_at
         FROM tenant WHERE tenant_id = $1";
    INSERT = "tenant.insert" Tenant
        "INSERT INTO tenant (tenant_id, name, rp_id, public_origin, policy_version, administrator_version, epoch, created_at, claimed_at)
         VALUES ($1, $2, $3, $4, 1, 1, $5, $6, NULL) ON CONFLICT DO NOTHING";
    CLAIM = "tenant.claim" Tenant
        "UPDATE tenant SET name = $2, rp_id = $3, public_origin = $4, claimed_at = $5,
             policy_version = policy_version + 1, administrator_version = administrator_version + 1
         WHERE tenant_id = $1 AND claimed_at IS NULL";
    BUMP_ADMINISTRATORS = "tenant.bump_administrators" Tenant
        "UPDATE tenant SET administrator_version = administrator_version + 1
         WHERE tenant_id = $1 AND administrator_version = $2";
    REPLACE_EPOCH = "tenant.replace_epoch" Global("a restore voids what was issued before, for every tenant")
        "UPDATE tenant SET epoch = $1, policy_version = policy_version + 1";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    pub tenant_id: Id,
    pub name: String,
    pub rp_id: String,
    pub public_origin: String,
    pub policy_version: i64,
    pub administrator_version: i64,
    pub epoch: Id,
    pub created_at: i64,
    pub claimed_at: Option<i64>,
}

fn parse(mut row: Row) -> Result<Tenant, StoreError> {
    Ok(Tenant {
        tenant_id: row.id()?,
        name: row.text()?,
        rp_id: row.text()?,
        public_origin: row.text()?,
        policy_version: row.int()?,
        administrator_version: row.int()?,
        epoch: row.id()?,
        created_at: row.int()?,
        claimed_at: row.opt_int()?,
    })
}

impl Store {
    /// The one tenant of this database, or `None` in a new one; two are an error until hosting
    /// several is built.
    pub async fn find_sole_tenant(&self) -> Result<Option<Tenant>, StoreError> {
        let mut rows = self.read(&FIND_ALL, vec![]).await?;
        if rows.len() > 1 {
            return Err(StoreError::Unusable(
                "the database holds more than one tenant".into(),
            ));
        }
        rows.pop().map(parse).transpose()
    }

    pub async fn find_tenant(&self, tenant: Id) -> Result<Option<Tenant>, StoreError> {
        self.read_key(&FIND, vec![tenant.into()])
            .await?
            .map(parse)
            .transpose()
    }
}

impl Unit {
    /// An unclaimed tenant.
    pub fn insert_tenant(&mut self, tenant: &Tenant) -> &mut Unit {
        let args = vec![
            tenant.tenant_id.into(),
            tenant.name.as_str().into(),
            tenant.rp_id.as_str().into(),
            tenant.public_origin.as_str().into(),
            tenant.epoch.into(),
            tenant.created_at.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken));
        self.insert_directory_state(tenant.tenant_id)
    }

    /// The set-up's claim: holds for exactly one unit, ever.
    pub fn claim_tenant(
        &mut self,
        tenant: Id,
        name: &str,
        rp_id: &str,
        public_origin: &str,
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            name.into(),
            rp_id.into(),
            public_origin.into(),
            now.into(),
        ];
        self.step(&CLAIM, args, Expect::One(Guard::Closed))
    }

    /// Guards a decision about who remains an administrator.
    pub fn bump_administrators(&mut self, tenant: Id, version: i64) -> &mut Unit {
        self.step(
            &BUMP_ADMINISTRATORS,
            vec![tenant.into(), version.into()],
            Expect::One(Guard::Moved),
        )
    }
}
