//! People, as signing in knows them.

use crate::records::profile::PersonFields;
use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    FIND = "person.find" Tenant
        "SELECT person_id, user_handle, user_name, display_name, status, security_version, method_version, had_passkey, created_at
         FROM person WHERE tenant_id = $1 AND person_id = $2";
    FIND_BY_NAME = "person.find_by_name" Tenant
        "SELECT person_id, user_handle, user_name, display_name, status, security_version, method_version, had_passkey, created_at
         FROM person WHERE tenant_id = $1 AND user_name_key = $2";
    LIST = "person.list" Tenant
        "SELECT p.person_id, p.user_name, p.display_name, p.status, p.created_at,
             (SELECT MAX(c.last_used_at) FROM credential c WHERE c.tenant_id = $1 AND c.person_id = p.person_id),
             (SELECT COUNT(*) FROM credential c
              WHERE c.tenant_id = $1 AND c.person_id = p.person_id AND c.status = 'active'),
             (SELECT COUNT(*) FROM role_member r WHERE r.tenant_id = $1 AND r.person_id = p.person_id),
             (SELECT COUNT(*) FROM link l WHERE l.tenant_id = $1 AND l.person_id = p.person_id
              AND l.used_at IS NULL AND l.voided_at IS NULL AND l.expires_at > $2)
         FROM person p WHERE p.tenant_id = $1 AND p.user_name_key > $3 AND p.status <> 'deleted'
         ORDER BY p.user_name_key LIMIT $4";
    FIND_SUMMARY = "person.find_summary" Tenant
        "SELECT p.person_id, p.user_name, p.display_name, p.status, p.created_at,
             (SELECT MAX(c.last_used_at) FROM credential c WHERE c.tenant_id = $1 AND c.person_id = p.person_id),
             (SELECT COUNT(*) FROM credential c
              WHERE c.tenant_id = $1 AND c.person_id = p.person_id AND c.status = 'active'),
             (SELECT COUNT(*) FROM role_member r WHERE r.tenant_id = $1 AND r.person_id = p.person_id),
             (SELECT COUNT(*) FROM link l WHERE l.tenant_id = $1 AND l.person_id = p.person_id
              AND l.used_at IS NULL AND l.voided_at IS NULL AND l.expires_at > $2)
         FROM person p WHERE p.tenant_id = $1 AND p.person_id = $3 AND p.status <> 'deleted'";
    INSERT = "person.insert" Tenant
        "INSERT INTO person (tenant_id, person_id, user_handle, user_name, user_name_key, user_name_skeleton,
             display_name, status, security_version, method_version, had_passkey, created_at, display_name_key, mail,
             mail_key, user_type, profile, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $9, 1, 1, 0, $8, $10, $11, $12, $13, $14, $8) ON CONFLICT DO NOTHING";
    CHANGE_STATUS = "person.change_status" Tenant
        "UPDATE person SET status = $3, security_version = security_version + 1, record_version = record_version + 1
         WHERE tenant_id = $1 AND person_id = $2 AND security_version = $4 AND status <> 'deleted'";
    BUMP_METHODS = "person.bump_methods" Tenant
        "UPDATE person SET method_version = method_version + 1
         WHERE tenant_id = $1 AND person_id = $2 AND method_version = $3 AND status = 'enabled'";
    /// An update that changes nothing: it locks the row, so that units about one person come one after the other.
    HOLD = "person.hold" Tenant
        "UPDATE person SET had_passkey = had_passkey WHERE tenant_id = $1 AND person_id = $2";
    MARK_PASSKEY = "person.mark_passkey" Tenant
        "UPDATE person SET had_passkey = 1 WHERE tenant_id = $1 AND person_id = $2";
    FIND_NAME_HOLDERS = "person.find_name_holders" Tenant
        "SELECT person_id FROM person WHERE tenant_id = $1 AND (user_name_key = $2 OR user_name_skeleton = $3) LIMIT 2";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonStatus {
    Enabled,
    Disabled,
    Deleted,
}

impl PersonStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            PersonStatus::Enabled => "enabled",
            PersonStatus::Disabled => "disabled",
            PersonStatus::Deleted => "deleted",
        }
    }

    /// An unknown word blocks: it reads as disabled.
    pub(crate) fn parse(text: &str) -> PersonStatus {
        match text {
            "enabled" => PersonStatus::Enabled,
            "deleted" => PersonStatus::Deleted,
            _ => PersonStatus::Disabled,
        }
    }
}

#[derive(Debug, Clone)]
pub struct Person {
    pub person_id: Id,
    pub user_handle: Vec<u8>,
    pub user_name: String,
    pub display_name: String,
    pub status: PersonStatus,
    pub security_version: i64,
    pub method_version: i64,
    pub had_passkey: bool,
    pub created_at: i64,
}

/// A row of the administrators' list.
#[derive(Debug, Clone)]
pub struct PersonSummary {
    pub person_id: Id,
    pub user_name: String,
    pub display_name: String,
    pub status: PersonStatus,
    pub created_at: i64,
    /// The newest use of any passkey.
    pub last_sign_in_at: Option<i64>,
    pub passkeys: i64,
    pub roles: i64,
    pub open_links: i64,
}

/// The three forms of a user name: as shown, as compared, as it looks (security 35).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserName {
    pub shown: String,
    pub key: String,
    pub skeleton: String,
}

#[derive(Debug, Clone)]
pub struct NewPerson {
    pub person_id: Id,
    pub user_handle: [u8; 64],
    pub fields: PersonFields,
    pub status: PersonStatus,
    pub created_at: i64,
}

fn parse(mut row: Row) -> Result<Person, StoreError> {
    parse_columns(&mut row)
}

/// The nine columns that every statement reading a whole person selects first.
pub(crate) fn parse_columns(row: &mut Row) -> Result<Person, StoreError> {
    Ok(Person {
        person_id: row.id()?,
        user_handle: row.bytes()?,
        user_name: row.text()?,
        display_name: row.text()?,
        status: PersonStatus::parse(&row.text()?),
        security_version: row.int()?,
        method_version: row.int()?,
        had_passkey: row.truth()?,
        created_at: row.int()?,
    })
}

fn parse_summary(mut row: Row) -> Result<PersonSummary, StoreError> {
    Ok(PersonSummary {
        person_id: row.id()?,
        user_name: row.text()?,
        display_name: row.text()?,
        status: PersonStatus::parse(&row.text()?),
        created_at: row.int()?,
        last_sign_in_at: row.opt_int()?,
        passkeys: row.int()?,
        roles: row.int()?,
        open_links: row.int()?,
    })
}

impl Store {
    pub async fn find_person(&self, tenant: Id, person: Id) -> Result<Option<Person>, StoreError> {
        self.read_key(&FIND, vec![tenant.into(), person.into()])
            .await?
            .map(parse)
            .transpose()
    }

    /// By the compared form of the user name.
    pub async fn find_person_by_name(
        &self,
        tenant: Id,
        key: &str,
    ) -> Result<Option<Person>, StoreError> {
        self.read_key(&FIND_BY_NAME, vec![tenant.into(), key.into()])
            .await?
            .map(parse)
            .transpose()
    }

    /// At most `limit` people whose compared name comes after `after`, in that order.
    pub async fn list_people(
        &self,
        tenant: Id,
        now: i64,
        after: &str,
        limit: i64,
    ) -> Result<Vec<PersonSummary>, StoreError> {
        let args = vec![tenant.into(), now.into(), after.into(), limit.into()];
        self.read(&LIST, args)
            .await?
            .into_iter()
            .map(parse_summary)
            .collect()
    }

    /// One row of the list.
    pub async fn find_person_summary(
        &self,
        tenant: Id,
        now: i64,
        person: Id,
    ) -> Result<Option<PersonSummary>, StoreError> {
        let args = vec![tenant.into(), now.into(), person.into()];
        self.read_one(&FIND_SUMMARY, args)
            .await?
            .map(parse_summary)
            .transpose()
    }

    /// Whoever has this name or one that looks like it.
    pub async fn find_name_holders(
        &self,
        tenant: Id,
        name: &UserName,
    ) -> Result<Vec<Id>, StoreError> {
        let args = vec![
            tenant.into(),
            name.key.as_str().into(),
            name.skeleton.as_str().into(),
        ];
        let rows = self.read(&FIND_NAME_HOLDERS, args).await?;
        rows.into_iter().map(|mut row| row.id()).collect()
    }
}

impl Unit {
    pub fn insert_person(&mut self, tenant: Id, person: &NewPerson) -> &mut Unit {
        let fields = &person.fields;
        let args = vec![
            tenant.into(),
            person.person_id.into(),
            person.user_handle.into(),
            fields.user_name.shown.as_str().into(),
            fields.user_name.key.as_str().into(),
            fields.user_name.skeleton.as_str().into(),
            fields.display_name.as_str().into(),
            person.created_at.into(),
            person.status.as_str().into(),
            fields.display_name_key.as_str().into(),
            fields.mail.clone().into(),
            fields.mail_key.clone().into(),
            fields.user_type.as_str().into(),
            fields.profile.as_str().into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Moves the security version with it, so that what is under way for the person is void.
    pub fn change_status(
        &mut self,
        tenant: Id,
        person: Id,
        status: PersonStatus,
        version: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            person.into(),
            status.as_str().into(),
            version.into(),
        ];
        self.step(&CHANGE_STATUS, args, Expect::One(Guard::Moved))
    }

    /// Guards the maximum and last-passkey rules: two units that read the same version can't both hold.
    pub fn bump_methods(&mut self, tenant: Id, person: Id, version: i64) -> &mut Unit {
        self.step(
            &BUMP_METHODS,
            vec![tenant.into(), person.into(), version.into()],
            Expect::One(Guard::Moved),
        )
    }

    /// Locks the person's row. First in every unit that touches several of somebody's sessions and credentials
    /// and changes no version of theirs: person, sessions, credentials is the order, everywhere.
    pub fn hold_person(&mut self, tenant: Id, person: Id) -> &mut Unit {
        self.step(&HOLD, vec![tenant.into(), person.into()], Expect::Any)
    }

    pub fn mark_passkey(&mut self, tenant: Id, person: Id) -> &mut Unit {
        self.step(
            &MARK_PASSKEY,
            vec![tenant.into(), person.into()],
            Expect::One(Guard::Missing),
        )
    }
}
