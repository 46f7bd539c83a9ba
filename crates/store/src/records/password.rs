//! Passwords, authenticator apps and codes by mail. Neither a password nor a code is ever here.

use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

/// What a session, or a family of tokens, that was opened by a password names as its passkey: none.
pub const NO_CREDENTIAL: &[u8] = &[];

/// That what a row was signed in with still stands: its passkey or, where it names none, the password. Every use joins the
/// version (security 3).
macro_rules! live_method {
    ($row:literal) => {
        concat!(
            "(EXISTS (SELECT 1 FROM credential c WHERE c.tenant_id = $1 AND c.credential_id = ",
            $row,
            ".credential_id AND c.security_version = ",
            $row,
            ".credential_version AND c.status = 'active')
             OR (LENGTH(",
            $row,
            ".credential_id) = 0 AND EXISTS (SELECT 1 FROM password w WHERE w.tenant_id = $1 AND w.person_id = ",
            $row,
            ".person_id AND w.security_version = ",
            $row,
            ".credential_version)))"
        )
    };
}
pub(super) use live_method;

statements! {
    FIND = "password.find" Tenant
        "SELECT hash, security_version, is_given, used_at FROM password WHERE tenant_id = $1 AND person_id = $2";
    PUT = "password.put" Tenant
        "INSERT INTO password (tenant_id, person_id, hash, security_version, is_given, used_at) VALUES ($1, $2, $3, $4, $5, NULL)
         ON CONFLICT (tenant_id, person_id) DO UPDATE SET
             hash = excluded.hash, security_version = excluded.security_version, is_given = excluded.is_given, used_at = NULL
         WHERE password.security_version < excluded.security_version";
    /// The same password at another cost: what it signed in stands.
    RENEW = "password.renew" Tenant
        "UPDATE password SET hash = $4 WHERE tenant_id = $1 AND person_id = $2 AND hash = $3";
    REMOVE = "password.remove" Tenant
        "DELETE FROM password WHERE tenant_id = $1 AND person_id = $2";
    USE = "password.use" Tenant
        "UPDATE password SET used_at = $7
         WHERE tenant_id = $1 AND person_id = $2 AND security_version = $3
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = $6 AND t.policy_version = $5)
         AND EXISTS (SELECT 1 FROM person p WHERE p.tenant_id = $1 AND p.person_id = $2
             AND p.security_version = $4 AND p.status = 'enabled')";
    FIND_TOTP = "totp.find" Tenant
        "SELECT sealed_seed, last_step, created_at FROM totp WHERE tenant_id = $1 AND person_id = $2";
    PUT_TOTP = "totp.put" Tenant
        "INSERT INTO totp (tenant_id, person_id, sealed_seed, last_step, created_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (tenant_id, person_id) DO UPDATE SET
             sealed_seed = excluded.sealed_seed, last_step = excluded.last_step, created_at = excluded.created_at";
    REMOVE_TOTP = "totp.remove" Tenant
        "DELETE FROM totp WHERE tenant_id = $1 AND person_id = $2";
    USE_TOTP = "totp.use" Tenant
        "UPDATE totp SET last_step = $4 WHERE tenant_id = $1 AND person_id = $2 AND created_at = $3 AND last_step < $4";
    FIND_CODE = "email_code.find" Tenant
        "SELECT code_mac FROM email_code WHERE tenant_id = $1 AND code_id = $2 AND person_id = $3";
    PUT_CODE = "email_code.put" Tenant
        "INSERT INTO email_code (tenant_id, person_id, code_id, code_mac) VALUES ($1, $3, $2, $4)
         ON CONFLICT (tenant_id, person_id) DO UPDATE SET code_id = excluded.code_id, code_mac = excluded.code_mac";
    USE_CODE = "email_code.use" Tenant
        "DELETE FROM email_code WHERE tenant_id = $1 AND code_id = $2 AND person_id = $3 AND code_mac = $4";
    REMOVE_CODE = "email_code.remove" Tenant
        "DELETE FROM email_code WHERE tenant_id = $1 AND person_id = $2";
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Password {
    /// Argon2id in PHC form.
    pub hash: String,
    /// When it was set.
    pub security_version: i64,
    /// Somebody else set it.
    pub is_given: bool,
    pub used_at: Option<i64>,
}

/// A sign-in by password, with what it rests on.
#[derive(Debug, Clone, Copy)]
pub struct PasswordUse {
    pub person_id: Id,
    pub security_version: i64,
    pub person_version: i64,
    pub policy_version: i64,
    pub epoch: Id,
    pub now: i64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totp {
    pub sealed_seed: Vec<u8>,
    /// The time step of the last code that was taken.
    pub last_step: i64,
    pub created_at: i64,
}

/// A code that was sent by mail, and to whom.
#[derive(Debug, Clone, Copy)]
pub struct EmailCode {
    /// Of the sign-in that it is for.
    pub code_id: Id,
    pub person_id: Id,
    pub code_mac: [u8; 32],
}

fn parse(mut row: Row) -> Result<Password, StoreError> {
    Ok(Password {
        hash: row.text()?,
        security_version: row.int()?,
        is_given: row.truth()?,
        used_at: row.opt_int()?,
    })
}

fn parse_totp(mut row: Row) -> Result<Totp, StoreError> {
    Ok(Totp {
        sealed_seed: row.bytes()?,
        last_step: row.int()?,
        created_at: row.int()?,
    })
}

impl Store {
    pub async fn find_password(
        &self,
        tenant: Id,
        person: Id,
    ) -> Result<Option<Password>, StoreError> {
        let args = vec![tenant.into(), person.into()];
        let found = self.read_key(&FIND, args).await?;
        found.map(parse).transpose()
    }

    pub async fn find_totp(&self, tenant: Id, person: Id) -> Result<Option<Totp>, StoreError> {
        let args = vec![tenant.into(), person.into()];
        let found = self.read_key(&FIND_TOTP, args).await?;
        found.map(parse_totp).transpose()
    }

    /// The MAC of the code that was sent last, if it is of this sign-in.
    pub async fn find_email_code(
        &self,
        tenant: Id,
        code_id: Id,
        person: Id,
    ) -> Result<Option<[u8; 32]>, StoreError> {
        let args = vec![tenant.into(), code_id.into(), person.into()];
        let found = self.read_key(&FIND_CODE, args).await?;
        found.map(|mut row| row.array()).transpose()
    }
}

impl Unit {
    /// In place of the one that there was; refused with [`Guard::Moved`] where that is not older.
    pub fn put_password(
        &mut self,
        tenant: Id,
        person: Id,
        hash: &str,
        (now, is_given): (i64, bool),
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            person.into(),
            hash.into(),
            now.into(),
            is_given.into(),
        ];
        self.step(&PUT, args, Expect::One(Guard::Moved))
    }

    /// One hash of a password in place of another of the same; nothing where it was changed meanwhile.
    pub fn renew_password(
        &mut self,
        tenant: Id,
        person: Id,
        (old, new): (&str, &str),
    ) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), old.into(), new.into()];
        self.step(&RENEW, args, Expect::Any)
    }

    pub fn remove_password(&mut self, tenant: Id, person: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into()];
        self.step(&REMOVE, args, Expect::Any)
    }

    /// Refused with [`Guard::Moved`] when something that the decision had read is not the same any more.
    pub fn use_password(&mut self, tenant: Id, used: &PasswordUse) -> &mut Unit {
        let args = vec![
            tenant.into(),
            used.person_id.into(),
            used.security_version.into(),
            used.person_version.into(),
            used.policy_version.into(),
            used.epoch.into(),
            used.now.into(),
        ];
        self.step(&USE, args, Expect::One(Guard::Moved))
    }

    /// In place of the one that there was.
    pub fn put_totp(&mut self, tenant: Id, person: Id, totp: &Totp) -> &mut Unit {
        let args = vec![
            tenant.into(),
            person.into(),
            totp.sealed_seed.clone().into(),
            totp.last_step.into(),
            totp.created_at.into(),
        ];
        self.step(&PUT_TOTP, args, Expect::One(Guard::Taken))
    }

    pub fn remove_totp(&mut self, tenant: Id, person: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into()];
        self.step(&REMOVE_TOTP, args, Expect::Any)
    }

    /// Takes the code of a time step; refused with [`Guard::Spent`] when it, or a later one, was taken, or the app replaced.
    pub fn use_totp(&mut self, tenant: Id, person: Id, created_at: i64, step: i64) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), created_at.into(), step.into()];
        self.step(&USE_TOTP, args, Expect::One(Guard::Spent))
    }

    /// In place of the one that was sent before.
    pub fn put_email_code(&mut self, tenant: Id, code: &EmailCode) -> &mut Unit {
        let args = vec![
            tenant.into(),
            code.code_id.into(),
            code.person_id.into(),
            code.code_mac.into(),
        ];
        self.step(&PUT_CODE, args, Expect::One(Guard::Taken))
    }

    /// Takes it; refused with [`Guard::Spent`] when it was taken, or another was sent since.
    pub fn use_email_code(&mut self, tenant: Id, code: &EmailCode) -> &mut Unit {
        let args = vec![
            tenant.into(),
            code.code_id.into(),
            code.person_id.into(),
            code.code_mac.into(),
        ];
        self.step(&USE_CODE, args, Expect::One(Guard::Spent))
    }

    /// The code that was sent to the person last, if there is one.
    pub fn remove_email_code(&mut self, tenant: Id, person: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into()];
        self.step(&REMOVE_CODE, args, Expect::Any)
    }
}
