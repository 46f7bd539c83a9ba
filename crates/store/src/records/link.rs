//! One-time links; the token itself is never here.

use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    FIND_OPEN = "link.find_open" Tenant
        "SELECT l.link_id, l.purpose, l.person_id, l.issuer_id, l.created_at, l.expires_at
         FROM link l JOIN tenant t ON t.tenant_id = $1 AND t.epoch = l.epoch
         WHERE l.tenant_id = $1 AND l.token_hash = $2 AND l.used_at IS NULL AND l.voided_at IS NULL AND l.expires_at > $3";
    INSERT = "link.insert" Tenant
        "INSERT INTO link (tenant_id, link_id, token_hash, purpose, person_id, issuer_id, epoch, created_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    USE = "link.use" Tenant
        "UPDATE link SET used_at = $3
         WHERE tenant_id = $1 AND link_id = $2 AND used_at IS NULL AND voided_at IS NULL AND expires_at > $3
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = link.epoch)";
    VOID_OF_PERSON = "link.void_of_person" Tenant
        "UPDATE link SET voided_at = $3
         WHERE tenant_id = $1 AND person_id = $2 AND used_at IS NULL AND voided_at IS NULL";
    VOID_OF_PURPOSE = "link.void_of_purpose" Tenant
        "UPDATE link SET voided_at = $3
         WHERE tenant_id = $1 AND purpose = $2 AND used_at IS NULL AND voided_at IS NULL";
    VOID_OF_ISSUER = "link.void_of_issuer" Tenant
        "UPDATE link SET voided_at = $3
         WHERE tenant_id = $1 AND issuer_id = $2 AND used_at IS NULL AND voided_at IS NULL";
}

#[derive(Debug, Clone)]
pub struct OpenLink {
    pub link_id: Id,
    pub purpose: String,
    pub person_id: Option<Id>,
    pub issuer_id: Option<Id>,
    pub created_at: i64,
    pub expires_at: i64,
}

#[derive(Debug, Clone)]
pub struct NewLink<'a> {
    pub link_id: Id,
    pub token_hash: [u8; 32],
    pub purpose: &'a str,
    pub person_id: Option<Id>,
    pub issuer_id: Option<Id>,
    pub epoch: Id,
    pub created_at: i64,
    pub expires_at: i64,
}

fn parse(mut row: Row) -> Result<OpenLink, StoreError> {
    Ok(OpenLink {
        link_id: row.id()?,
        purpose: row.text()?,
        person_id: row.opt_id()?,
        issuer_id: row.opt_id()?,
        created_at: row.int()?,
        expires_at: row.int()?,
    })
}

impl Store {
    /// The link if it can still be used at `now`.
    pub async fn find_open_link(
        &self,
        tenant: Id,
        token_hash: [u8; 32],
        now: i64,
    ) -> Result<Option<OpenLink>, StoreError> {
        let args = vec![tenant.into(), token_hash.into(), now.into()];
        self.read_key(&FIND_OPEN, args)
            .await?
            .map(parse)
            .transpose()
    }
}

impl Unit {
    pub fn insert_link(&mut self, tenant: Id, link: &NewLink<'_>) -> &mut Unit {
        let args = vec![
            tenant.into(),
            link.link_id.into(),
            link.token_hash.into(),
            link.purpose.into(),
            link.person_id.into(),
            link.issuer_id.into(),
            link.epoch.into(),
            link.created_at.into(),
            link.expires_at.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Holds for exactly one unit; refused with [`Guard::Missing`] afterwards.
    pub fn use_link(&mut self, tenant: Id, link: Id, now: i64) -> &mut Unit {
        self.step(
            &USE,
            vec![tenant.into(), link.into(), now.into()],
            Expect::One(Guard::Missing),
        )
    }

    pub fn void_links_of_person(&mut self, tenant: Id, person: Id, now: i64) -> &mut Unit {
        self.step(
            &VOID_OF_PERSON,
            vec![tenant.into(), person.into(), now.into()],
            Expect::Any,
        )
    }

    pub fn void_links_of_purpose(&mut self, tenant: Id, purpose: &str, now: i64) -> &mut Unit {
        self.step(
            &VOID_OF_PURPOSE,
            vec![tenant.into(), purpose.into(), now.into()],
            Expect::Any,
        )
    }

    pub fn void_links_of_issuer(&mut self, tenant: Id, issuer: Id, now: i64) -> &mut Unit {
        self.step(
            &VOID_OF_ISSUER,
            vec![tenant.into(), issuer.into(), now.into()],
            Expect::Any,
        )
    }
}
