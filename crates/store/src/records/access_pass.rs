//! Temporary Access Passes; the code itself is never here.

use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    FIND = "access_pass.find" Tenant
        "SELECT a.pass_id, a.code_mac, a.usable_once, a.issuer_id, a.created_at, a.starts_at, a.expires_at, a.used_at, a.registrations,
             a.tries,
             CASE WHEN a.person_version = p.security_version AND p.status = 'enabled' THEN 1 ELSE 0 END AS standing
         FROM access_pass a
         JOIN tenant t ON t.tenant_id = $1 AND t.epoch = a.epoch
         JOIN person p ON p.tenant_id = $1 AND p.person_id = a.person_id
         WHERE a.tenant_id = $1 AND a.person_id = $2";
    PUT = "access_pass.put" Tenant
        "INSERT INTO access_pass (tenant_id, person_id, pass_id, code_mac, usable_once, issuer_id, person_version, epoch, created_at,
             starts_at, expires_at, tries, used_at, registrations)
         SELECT $1, p.person_id, $3, $4, $5, $6, p.security_version, $7, $8, $9, $10, 0, NULL, 0
         FROM person p WHERE p.tenant_id = $1 AND p.person_id = $2 AND p.status = 'enabled'
         ON CONFLICT (tenant_id, person_id) DO UPDATE SET pass_id = excluded.pass_id, code_mac = excluded.code_mac,
             usable_once = excluded.usable_once, issuer_id = excluded.issuer_id, person_version = excluded.person_version,
             epoch = excluded.epoch, created_at = excluded.created_at, starts_at = excluded.starts_at,
             expires_at = excluded.expires_at, tries = 0, used_at = NULL, registrations = 0";
    COUNT_TRY = "access_pass.count_try" Tenant
        "UPDATE access_pass SET tries = tries + 1 WHERE tenant_id = $1 AND person_id = $2";
    USE = "access_pass.use" Tenant
        "UPDATE access_pass SET used_at = $4, tries = 0
         WHERE tenant_id = $1 AND person_id = $2 AND pass_id = $3 AND (usable_once = 0 OR used_at IS NULL)
         AND starts_at <= $4 AND expires_at > $4 AND tries <= $5
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = access_pass.epoch)
         AND EXISTS (SELECT 1 FROM person p WHERE p.tenant_id = $1 AND p.person_id = access_pass.person_id
             AND p.security_version = access_pass.person_version AND p.status = 'enabled')";
    REGISTER = "access_pass.register" Tenant
        "UPDATE access_pass SET registrations = registrations + 1
         WHERE tenant_id = $1 AND person_id = $2 AND pass_id = $3 AND used_at IS NOT NULL AND expires_at > $4
         AND (usable_once = 0 OR registrations = 0)
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = access_pass.epoch)
         AND EXISTS (SELECT 1 FROM person p WHERE p.tenant_id = $1 AND p.person_id = access_pass.person_id
             AND p.security_version = access_pass.person_version AND p.status = 'enabled')";
    DELETE = "access_pass.delete" Tenant
        "DELETE FROM access_pass WHERE tenant_id = $1 AND person_id = $2 AND pass_id = $3";
    DELETE_OF_ISSUER = "access_pass.delete_of_issuer" Tenant
        "DELETE FROM access_pass WHERE tenant_id = $1 AND issuer_id = $2";
    PURGE_OF_PERSON = "access_pass.purge_of_person" Tenant
        "DELETE FROM access_pass WHERE tenant_id = $1 AND person_id = $2 RETURNING 1";
    /// Asked of the row once more: a new pass may have taken the place of the old one meanwhile.
    PURGE = "access_pass.purge" Tenant
        "DELETE FROM access_pass WHERE tenant_id = $1 AND person_id IN (SELECT o.person_id FROM access_pass o
             WHERE o.tenant_id = $1 AND o.expires_at < $2 LIMIT 500) AND expires_at < $2 RETURNING 1";
}

/// A pass of somebody, of this epoch, whether it can be used or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessPass {
    pub pass_id: Id,
    pub code_mac: [u8; 32],
    pub usable_once: bool,
    pub issuer_id: Option<Id>,
    pub created_at: i64,
    pub starts_at: i64,
    pub expires_at: i64,
    pub used_at: Option<i64>,
    pub registrations: i64,
    /// Since the right code was shown last.
    pub tries: i64,
    /// The person is enabled and was not signed out everywhere since.
    pub is_standing: bool,
}

#[derive(Debug, Clone)]
pub struct NewAccessPass {
    pub pass_id: Id,
    pub code_mac: [u8; 32],
    pub usable_once: bool,
    pub issuer_id: Option<Id>,
    pub epoch: Id,
    pub created_at: i64,
    pub starts_at: i64,
    pub expires_at: i64,
}

fn parse(mut row: Row) -> Result<AccessPass, StoreError> {
    Ok(AccessPass {
        pass_id: row.id()?,
        code_mac: row.array()?,
        usable_once: row.truth()?,
        issuer_id: row.opt_id()?,
        created_at: row.int()?,
        starts_at: row.int()?,
        expires_at: row.int()?,
        used_at: row.opt_int()?,
        registrations: row.int()?,
        tries: row.int()?,
        is_standing: row.truth()?,
    })
}

impl Store {
    pub async fn find_access_pass(
        &self,
        tenant: Id,
        person: Id,
    ) -> Result<Option<AccessPass>, StoreError> {
        let args = vec![tenant.into(), person.into()];
        let found = self.read_key(&FIND, args).await?;
        found.map(parse).transpose()
    }
}

impl Unit {
    /// In place of the one that there was. Refused with [`Guard::Missing`] when the person is not enabled.
    pub fn put_access_pass(&mut self, tenant: Id, person: Id, pass: &NewAccessPass) -> &mut Unit {
        let args = vec![
            tenant.into(),
            person.into(),
            pass.pass_id.into(),
            pass.code_mac.into(),
            pass.usable_once.into(),
            pass.issuer_id.into(),
            pass.epoch.into(),
            pass.created_at.into(),
            pass.starts_at.into(),
            pass.expires_at.into(),
        ];
        self.step(&PUT, args, Expect::One(Guard::Missing))
    }

    /// A try, before the code is compared. Who has no pass is not told from who has one.
    pub fn count_access_pass_try(&mut self, tenant: Id, person: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into()];
        self.step(&COUNT_TRY, args, Expect::Any)
    }

    /// The right code was shown, before more than `max_tries` wrong ones. Of one that can be used once it holds for exactly
    /// one unit; refused with [`Guard::Missing`] afterwards, and when the pass was replaced, has expired, or its person is not who
    /// they were.
    pub fn use_access_pass(
        &mut self,
        tenant: Id,
        person: Id,
        pass: Id,
        now: i64,
        max_tries: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            person.into(),
            pass.into(),
            now.into(),
            max_tries.into(),
        ];
        self.step(&USE, args, Expect::One(Guard::Missing))
    }

    /// A passkey is registered by a pass whose code was shown; refused with [`Guard::Missing`] as above.
    pub fn register_by_access_pass(
        &mut self,
        tenant: Id,
        person: Id,
        pass: Id,
        now: i64,
    ) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), pass.into(), now.into()];
        self.step(&REGISTER, args, Expect::One(Guard::Missing))
    }

    pub fn delete_access_pass(&mut self, tenant: Id, person: Id, pass: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), pass.into()];
        self.step(&DELETE, args, Expect::One(Guard::Missing))
    }

    /// All that somebody made who may not any more.
    pub fn delete_access_passes_of_issuer(&mut self, tenant: Id, issuer: Id) -> &mut Unit {
        let args = vec![tenant.into(), issuer.into()];
        self.step(&DELETE_OF_ISSUER, args, Expect::Any)
    }

    /// Whatever it is good for.
    pub fn purge_access_pass_of(&mut self, tenant: Id, person: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into()];
        self.step(&PURGE_OF_PERSON, args, Expect::Any)
    }

    /// Deletes at most 500 that expired before; returns a row for each.
    pub fn purge_access_passes(&mut self, tenant: Id, expired_before: i64) -> &mut Unit {
        let args = vec![tenant.into(), expired_before.into()];
        self.step(&PURGE, args, Expect::Any)
    }
}
