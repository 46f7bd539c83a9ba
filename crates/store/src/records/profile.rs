//! People as the directory shows them: more of a person than a sign-in needs, by statements of their own.

use crate::list::{Collection, Kind, Walk, ascending, descending};
use crate::records::person::{PersonStatus, UserName};
use crate::sql::{Sql, several, slots, statements};
use crate::value::{Id, Row, Value};
use crate::{Expect, Guard, Store, StoreError, Unit};

/// What the directory reads of a person, in the order of [`parse_person`].
macro_rules! people {
    ($($which:expr),+) => {
        concat!(
            "SELECT person_id, user_name, user_name_key, display_name, display_name_key, status, created_at, mail,
                 mail_key, user_type, manager_id, profile, record_version, changed_at, deleted_at
             FROM person WHERE tenant_id = $1 AND ",
            $($which),+
        )
    };
}

statements! {
    FIND = "directory_person.find" Tenant
        people!("person_id = $2");
    /// Fifty at a time: see [`several`].
    FIND_SEVERAL = "directory_person.find_several" Tenant
        people!("status <> 'deleted' AND person_id IN ", slots!());
    FIND_BY_NAME = "directory_person.find_by_name" Tenant
        people!("user_name_key = $2 AND status <> 'deleted'");
    /// Both counts come from an index alone.
    COUNT = "directory_person.count" Tenant
        "SELECT (SELECT COUNT(*) FROM person a WHERE a.tenant_id = $1)
             - (SELECT COUNT(*) FROM person d WHERE d.tenant_id = $1 AND d.deleted_at IS NOT NULL)";
    COUNT_DELETED = "directory_person.count_deleted" Tenant
        "SELECT COUNT(*) FROM person WHERE tenant_id = $1 AND deleted_at IS NOT NULL";
    BY_USER_NAME = "directory_person.list_by_user_name" Tenant
        ascending!(people!("status <> 'deleted'"), "user_name_key", "person_id");
    BY_USER_NAME_DOWN = "directory_person.list_by_user_name_down" Tenant
        descending!(people!("status <> 'deleted'"), "user_name_key", "person_id");
    BY_DISPLAY_NAME = "directory_person.list_by_display_name" Tenant
        ascending!(people!("status <> 'deleted'"), "display_name_key", "person_id");
    BY_DISPLAY_NAME_DOWN = "directory_person.list_by_display_name_down" Tenant
        descending!(people!("status <> 'deleted'"), "display_name_key", "person_id");
    BY_MAIL = "directory_person.list_by_mail" Tenant
        ascending!(people!("status <> 'deleted'"), "mail_key", "person_id");
    BY_MAIL_DOWN = "directory_person.list_by_mail_down" Tenant
        descending!(people!("status <> 'deleted'"), "mail_key", "person_id");
    BY_CREATION = "directory_person.list_by_creation" Tenant
        ascending!(people!("status <> 'deleted'"), "created_at", "person_id");
    BY_CREATION_DOWN = "directory_person.list_by_creation_down" Tenant
        descending!(people!("status <> 'deleted'"), "created_at", "person_id");
    BY_MANAGER = "directory_person.list_by_manager" Tenant
        ascending!(people!("status <> 'deleted'"), "manager_id", "person_id");
    BY_MANAGER_DOWN = "directory_person.list_by_manager_down" Tenant
        descending!(people!("status <> 'deleted'"), "manager_id", "person_id");
    BY_ID = "directory_person.list_by_id" Tenant
        ascending!(people!("status <> 'deleted' AND person_id >= $2"), "person_id", "person_id");
    BY_ID_DOWN = "directory_person.list_by_id_down" Tenant
        descending!(people!("status <> 'deleted' AND person_id <= $2"), "person_id", "person_id");
    BY_DELETION = "directory_person.list_by_deletion" Tenant
        ascending!(people!("deleted_at IS NOT NULL"), "deleted_at", "person_id");
    BY_DELETION_DOWN = "directory_person.list_by_deletion_down" Tenant
        descending!(people!("deleted_at IS NOT NULL"), "deleted_at", "person_id");
    /// The ETag moves, and so does whoever changes the same record at the same time.
    TOUCH = "directory_person.touch" Tenant
        "UPDATE person SET record_version = record_version + 1, changed_at = $4
         WHERE tenant_id = $1 AND person_id = $2 AND record_version = $3 AND status <> 'deleted'";
    UPDATE = "directory_person.update" Tenant
        "UPDATE person SET user_name = $3, user_name_key = $4, user_name_skeleton = $5, display_name = $6,
             display_name_key = $7, mail = $8, mail_key = $9, user_type = $10, profile = $11
         WHERE tenant_id = $1 AND person_id = $2
         AND NOT EXISTS (SELECT 1 FROM person o WHERE o.tenant_id = $1 AND o.person_id <> $2
             AND (o.user_name_key = $4 OR o.user_name_skeleton = $5))";
    SET_MANAGER = "directory_person.set_manager" Tenant
        "UPDATE person SET manager_id = $3 WHERE tenant_id = $1 AND person_id = $2";
    DELETE = "directory_person.delete" Tenant
        "UPDATE person SET deleted_status = status, status = 'deleted', deleted_at = $4, changed_at = $4,
             record_version = record_version + 1, security_version = security_version + 1
         WHERE tenant_id = $1 AND person_id = $2 AND record_version = $3 AND status <> 'deleted'";
    RESTORE = "directory_person.restore" Tenant
        "UPDATE person SET status = COALESCE(deleted_status, 'disabled'), deleted_status = NULL, deleted_at = NULL,
             changed_at = $4, record_version = record_version + 1, security_version = security_version + 1
         WHERE tenant_id = $1 AND person_id = $2 AND record_version = $3 AND status = 'deleted' AND deleted_at > 0";
    BEGIN_ERASURE = "directory_person.begin_erasure" Tenant
        "UPDATE person SET deleted_at = 0, record_version = record_version + 1
         WHERE tenant_id = $1 AND person_id = $2 AND status = 'deleted'";
    LIST_UNFOLDED = "directory_person.list_unfolded" Tenant
        "SELECT person_id, display_name FROM person WHERE tenant_id = $1 AND display_name_key IS NULL LIMIT 400";
    FOLD = "directory_person.fold" Tenant
        "UPDATE person SET display_name_key = $4 WHERE tenant_id = $1 AND person_id = $2 AND display_name = $3";
    CLEAR_REPORTS = "directory_person.clear_reports" Tenant
        "UPDATE person SET manager_id = NULL WHERE tenant_id = $1 AND person_id IN (
             SELECT o.person_id FROM person o WHERE o.tenant_id = $1 AND o.manager_id = $2 LIMIT 400) RETURNING 1";
    PURGE_ATTESTATIONS = "directory_person.purge_attestations" Tenant
        "DELETE FROM attestation WHERE tenant_id = $1 AND credential_id IN (
             SELECT c.credential_id FROM credential c WHERE c.tenant_id = $1 AND c.person_id = $2) RETURNING 1";
    /// The id stays, so that nobody registers it again (security 10); what was personal goes.
    WIPE_CREDENTIALS = "directory_person.wipe_credentials" Tenant
        "UPDATE credential SET status = 'removed', security_version = security_version + 1, name = '', created_place = '',
             last_used_place = NULL, transports = '[]', attestation_object = $3, client_data_json = $3, trust_groups = ''
         WHERE tenant_id = $1 AND person_id = $2 AND created_place <> '' RETURNING 1";
    PURGE_SESSIONS = "directory_person.purge_sessions" Tenant
        "DELETE FROM session WHERE tenant_id = $1 AND token_hash IN (
             SELECT o.token_hash FROM session o WHERE o.tenant_id = $1 AND o.person_id = $2
             AND NOT EXISTS (SELECT 1 FROM session_client c WHERE c.tenant_id = $1 AND c.session_id = o.session_id) LIMIT 400)
         RETURNING 1";
    PURGE_FAMILIES = "directory_person.purge_families" Tenant
        "DELETE FROM refresh_family WHERE tenant_id = $1 AND family_id IN (
             SELECT o.family_id FROM refresh_family o WHERE o.tenant_id = $1 AND o.person_id = $2 LIMIT 400) RETURNING 1";
    PURGE_LINKS = "directory_person.purge_links" Tenant
        "DELETE FROM link WHERE tenant_id = $1 AND person_id = $2 RETURNING 1";
    PURGE = "directory_person.purge" Tenant
        "DELETE FROM person WHERE tenant_id = $1 AND person_id = $2 AND status = 'deleted'";
}

/// The time of deletion of what is being deleted for good: the next minute goes on with it first, if it was interrupted.
pub const ERASING: i64 = 0;

/// A person as the directory shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryPerson {
    pub person_id: Id,
    pub user_name: String,
    /// The compared form.
    pub user_name_key: String,
    pub display_name: String,
    /// The compared form; `None` until the minute's work has filled it.
    pub display_name_key: Option<String>,
    pub status: PersonStatus,
    pub created_at: i64,
    pub mail: Option<String>,
    /// The compared form.
    pub mail_key: Option<String>,
    pub user_type: UserType,
    pub manager_id: Option<Id>,
    /// JSON of what nobody filters by.
    pub profile: String,
    pub record_version: i64,
    pub changed_at: Option<i64>,
    pub deleted_at: Option<i64>,
}

/// Whether somebody belongs to the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserType {
    Member,
    Guest,
}

impl UserType {
    pub fn as_str(self) -> &'static str {
        match self {
            UserType::Member => "member",
            UserType::Guest => "guest",
        }
    }

    /// An unknown word reads as the lesser one.
    pub(crate) fn parse(text: &str) -> UserType {
        match text {
            "member" => UserType::Member,
            _ => UserType::Guest,
        }
    }
}

/// What can be changed of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonFields {
    pub user_name: UserName,
    pub display_name: String,
    pub display_name_key: String,
    pub mail: Option<String>,
    pub mail_key: Option<String>,
    pub user_type: UserType,
    /// JSON.
    pub profile: String,
}

/// By what people are filtered and ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PersonColumn {
    Id,
    UserName,
    DisplayName,
    Mail,
    /// 1 or 0.
    Enabled,
    /// `member` or `guest`.
    UserType,
    Manager,
    CreatedAt,
    DeletedAt,
}

/// People who are not deleted.
#[derive(Debug)]
pub struct People;

/// Deleted people who can still be restored.
#[derive(Debug)]
pub struct DeletedPeople;

pub(crate) fn parse_person(mut row: Row) -> Result<DirectoryPerson, StoreError> {
    parse_person_of(&mut row)
}

/// As [`parse_person`], of a row that goes on.
pub(crate) fn parse_person_of(row: &mut Row) -> Result<DirectoryPerson, StoreError> {
    Ok(DirectoryPerson {
        person_id: row.id()?,
        user_name: row.text()?,
        user_name_key: row.text()?,
        display_name: row.text()?,
        display_name_key: row.opt_text()?,
        status: PersonStatus::parse(&row.text()?),
        created_at: row.int()?,
        mail: row.opt_text()?,
        mail_key: row.opt_text()?,
        user_type: UserType::parse(&row.text()?),
        manager_id: row.opt_id()?,
        profile: row.text()?,
        record_version: row.int()?,
        changed_at: row.opt_int()?,
        deleted_at: row.opt_int()?,
    })
}

fn column_of(person: &DirectoryPerson, column: PersonColumn) -> Value {
    match column {
        PersonColumn::Id => person.person_id.into(),
        PersonColumn::UserName => person.user_name_key.as_str().into(),
        PersonColumn::DisplayName => person.display_name_key.clone().into(),
        PersonColumn::Mail => person.mail_key.clone().into(),
        PersonColumn::Enabled => (person.status == PersonStatus::Enabled).into(),
        PersonColumn::UserType => person.user_type.as_str().into(),
        PersonColumn::Manager => person.manager_id.into(),
        PersonColumn::CreatedAt => person.created_at.into(),
        PersonColumn::DeletedAt => person.deleted_at.into(),
    }
}

impl Collection for People {
    type Column = PersonColumn;
    type Row = DirectoryPerson;
    const WALKS: &'static [Walk<PersonColumn>] = &[
        Walk {
            column: PersonColumn::UserName,
            ascending: &BY_USER_NAME,
            descending: &BY_USER_NAME_DOWN,
            kind: Kind::Text,
        },
        Walk {
            column: PersonColumn::Id,
            ascending: &BY_ID,
            descending: &BY_ID_DOWN,
            kind: Kind::Id,
        },
        Walk {
            column: PersonColumn::Mail,
            ascending: &BY_MAIL,
            descending: &BY_MAIL_DOWN,
            kind: Kind::Text,
        },
        Walk {
            column: PersonColumn::Manager,
            ascending: &BY_MANAGER,
            descending: &BY_MANAGER_DOWN,
            kind: Kind::Id,
        },
        Walk {
            column: PersonColumn::DisplayName,
            ascending: &BY_DISPLAY_NAME,
            descending: &BY_DISPLAY_NAME_DOWN,
            kind: Kind::Text,
        },
        Walk {
            column: PersonColumn::CreatedAt,
            ascending: &BY_CREATION,
            descending: &BY_CREATION_DOWN,
            kind: Kind::Int,
        },
    ];
    const COUNT: &'static Sql = &COUNT;

    fn parse(row: Row) -> Result<DirectoryPerson, StoreError> {
        parse_person(row)
    }

    fn value(row: &DirectoryPerson, column: PersonColumn) -> Value {
        column_of(row, column)
    }

    fn id(row: &DirectoryPerson) -> Id {
        row.person_id
    }
}

impl Collection for DeletedPeople {
    type Column = PersonColumn;
    type Row = DirectoryPerson;
    const WALKS: &'static [Walk<PersonColumn>] = &[Walk {
        column: PersonColumn::DeletedAt,
        ascending: &BY_DELETION,
        descending: &BY_DELETION_DOWN,
        kind: Kind::Int,
    }];
    const COUNT: &'static Sql = &COUNT_DELETED;

    fn parse(row: Row) -> Result<DirectoryPerson, StoreError> {
        parse_person(row)
    }

    fn value(row: &DirectoryPerson, column: PersonColumn) -> Value {
        column_of(row, column)
    }

    fn id(row: &DirectoryPerson) -> Id {
        row.person_id
    }
}

impl Store {
    /// Those of them that are not deleted, in no particular order.
    pub(crate) async fn find_people(
        &self,
        tenant: Id,
        ids: &[Id],
    ) -> Result<Vec<DirectoryPerson>, StoreError> {
        let mut found = Vec::new();
        for args in several(tenant, ids) {
            let rows = self.read(&FIND_SEVERAL, args).await?;
            for row in rows {
                found.push(parse_person(row)?);
            }
        }
        Ok(found)
    }

    /// The person, deleted or not.
    pub async fn find_directory_person(
        &self,
        tenant: Id,
        person: Id,
    ) -> Result<Option<DirectoryPerson>, StoreError> {
        let args = vec![tenant.into(), person.into()];
        self.read_one(&FIND, args)
            .await?
            .map(parse_person)
            .transpose()
    }

    /// Who has that compared name and is not deleted.
    pub async fn find_directory_person_by_name(
        &self,
        tenant: Id,
        key: &str,
    ) -> Result<Option<DirectoryPerson>, StoreError> {
        let args = vec![tenant.into(), key.into()];
        self.read_one(&FIND_BY_NAME, args)
            .await?
            .map(parse_person)
            .transpose()
    }

    /// At most 400 people whose display name has no compared form yet, with that name.
    pub async fn list_unfolded(&self, tenant: Id) -> Result<Vec<(Id, String)>, StoreError> {
        let rows = self.read(&LIST_UNFOLDED, vec![tenant.into()]).await?;
        rows.into_iter()
            .map(|mut row| Ok((row.id()?, row.text()?)))
            .collect()
    }
}

impl Unit {
    /// Refused with [`Guard::Moved`] when the record was changed or deleted since that version.
    pub fn touch_person(&mut self, tenant: Id, person: Id, version: i64, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), version.into(), now.into()];
        self.step(&TOUCH, args, Expect::One(Guard::Moved))
    }

    /// After [`Unit::touch_person`]. Refused with [`Guard::Taken`] when the name, or one that looks like it, is taken.
    pub fn update_person(&mut self, tenant: Id, person: Id, fields: &PersonFields) -> &mut Unit {
        let args = vec![
            tenant.into(),
            person.into(),
            fields.user_name.shown.as_str().into(),
            fields.user_name.key.as_str().into(),
            fields.user_name.skeleton.as_str().into(),
            fields.display_name.as_str().into(),
            fields.display_name_key.as_str().into(),
            fields.mail.clone().into(),
            fields.mail_key.clone().into(),
            fields.user_type.as_str().into(),
            fields.profile.as_str().into(),
        ];
        self.step(&UPDATE, args, Expect::One(Guard::Taken))
    }

    /// After [`Unit::touch_person`].
    pub fn set_manager(&mut self, tenant: Id, person: Id, manager: Option<Id>) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), manager.into()];
        self.step(&SET_MANAGER, args, Expect::One(Guard::Missing))
    }

    /// Marks the person deleted; everything stays for a restore. What is under way for them is void.
    pub fn delete_person(&mut self, tenant: Id, person: Id, version: i64, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), version.into(), now.into()];
        self.step(&DELETE, args, Expect::One(Guard::Moved))
    }

    /// The reverse, to the status from before.
    pub fn restore_person(&mut self, tenant: Id, person: Id, version: i64, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), version.into(), now.into()];
        self.step(&RESTORE, args, Expect::One(Guard::Moved))
    }

    /// Fills the compared form of a display name, unless the name was changed meanwhile.
    pub fn fold_display_name(
        &mut self,
        tenant: Id,
        person: Id,
        display_name: &str,
        key: &str,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            person.into(),
            display_name.into(),
            key.into(),
        ];
        self.step(&FOLD, args, Expect::Any)
    }

    /// From now on nobody restores the person. Refused with [`Guard::Missing`] when somebody did.
    pub fn begin_person_erasure(&mut self, tenant: Id, person: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into()];
        self.step(&BEGIN_ERASURE, args, Expect::One(Guard::Missing))
    }

    /// Deletes, at most 400 of each kind, what hangs on a deleted person; returns a row for each. When there is none,
    /// [`Unit::purge_person`] follows.
    pub fn purge_belongings(&mut self, tenant: Id, person: Id) -> &mut Unit {
        self.purge_session_clients_of(tenant, person);
        for sql in [
            &CLEAR_REPORTS,
            &PURGE_SESSIONS,
            &PURGE_FAMILIES,
            &PURGE_ATTESTATIONS,
            &PURGE_LINKS,
        ] {
            self.step(sql, vec![tenant.into(), person.into()], Expect::Any);
        }
        let nothing = Value::Bytes(Vec::new());
        let args = vec![tenant.into(), person.into(), nothing];
        self.step(&WIPE_CREDENTIALS, args, Expect::Any);
        self.purge_owned(tenant, person);
        self.purge_access_pass_of(tenant, person);
        self.purge_recovery_codes_of(tenant, person);
        self.remove_password(tenant, person);
        self.remove_totp(tenant, person);
        self.remove_email_code(tenant, person);
        self.purge_provisioning(tenant, person);
        self.purge_assignments_of(tenant, person);
        self.purge_memberships(tenant, person)
    }

    /// Deletes a deleted person's record for good. [`Guard::Missing`] where there is none any more.
    pub fn purge_person(&mut self, tenant: Id, person: Id) -> &mut Unit {
        self.purge_connected(tenant, person);
        let args = vec![tenant.into(), person.into()];
        self.step(&PURGE, args, Expect::One(Guard::Missing))
    }
}
