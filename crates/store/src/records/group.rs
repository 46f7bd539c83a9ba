//! Groups. Who is in them: [`super::member`].

use crate::list::{Collection, Kind, Walk, ascending, descending};
use crate::sql::{Sql, several, slots, statements};
use crate::value::{Id, Row, Value};
use crate::{Expect, Guard, Store, StoreError, Unit};

/// What is read of a group, in the order of [`parse_group`].
macro_rules! groups {
    ($($which:expr),+) => {
        concat!(
            "SELECT group_id, display_name, display_name_key, description, mail_nickname, role_assignable, record_version,
                 created_at, changed_at, deleted_at
             FROM directory_group WHERE tenant_id = $1 AND ",
            $($which),+
        )
    };
}

statements! {
    FIND = "group.find" Tenant
        groups!("group_id = $2");
    COUNT = "group.count" Tenant
        "SELECT (SELECT COUNT(*) FROM directory_group a WHERE a.tenant_id = $1)
             - (SELECT COUNT(*) FROM directory_group d WHERE d.tenant_id = $1 AND d.deleted_at IS NOT NULL)";
    COUNT_DELETED = "group.count_deleted" Tenant
        "SELECT COUNT(*) FROM directory_group WHERE tenant_id = $1 AND deleted_at IS NOT NULL";
    BY_NAME = "group.list_by_name" Tenant
        ascending!(groups!("deleted_at IS NULL"), "display_name_key", "group_id");
    BY_NAME_DOWN = "group.list_by_name_down" Tenant
        descending!(groups!("deleted_at IS NULL"), "display_name_key", "group_id");
    BY_CREATION = "group.list_by_creation" Tenant
        ascending!(groups!("deleted_at IS NULL"), "created_at", "group_id");
    BY_CREATION_DOWN = "group.list_by_creation_down" Tenant
        descending!(groups!("deleted_at IS NULL"), "created_at", "group_id");
    BY_ID = "group.list_by_id" Tenant
        ascending!(groups!("deleted_at IS NULL AND group_id >= $2"), "group_id", "group_id");
    BY_ID_DOWN = "group.list_by_id_down" Tenant
        descending!(groups!("deleted_at IS NULL AND group_id <= $2"), "group_id", "group_id");
    BY_DELETION = "group.list_by_deletion" Tenant
        ascending!(groups!("deleted_at IS NOT NULL"), "deleted_at", "group_id");
    BY_DELETION_DOWN = "group.list_by_deletion_down" Tenant
        descending!(groups!("deleted_at IS NOT NULL"), "deleted_at", "group_id");
    INSERT = "group.insert" Tenant
        "INSERT INTO directory_group (tenant_id, group_id, display_name, display_name_key, description, mail_nickname,
             role_assignable, record_version, created_at, changed_at, deleted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $8, NULL) ON CONFLICT DO NOTHING";
    UPDATE = "group.update" Tenant
        "UPDATE directory_group SET display_name = $4, display_name_key = $5, description = $6, mail_nickname = $7,
             record_version = record_version + 1, changed_at = $8
         WHERE tenant_id = $1 AND group_id = $2 AND record_version = $3 AND deleted_at IS NULL";
    DELETE = "group.delete" Tenant
        "UPDATE directory_group SET deleted_at = $4, record_version = record_version + 1, changed_at = $4
         WHERE tenant_id = $1 AND group_id = $2 AND record_version = $3 AND deleted_at IS NULL";
    RESTORE = "group.restore" Tenant
        "UPDATE directory_group SET deleted_at = NULL, record_version = record_version + 1, changed_at = $4
         WHERE tenant_id = $1 AND group_id = $2 AND record_version = $3 AND deleted_at > 0";
    BEGIN_ERASURE = "group.begin_erasure" Tenant
        "UPDATE directory_group SET deleted_at = 0, record_version = record_version + 1
         WHERE tenant_id = $1 AND group_id = $2 AND deleted_at IS NOT NULL";
    PURGE = "group.purge" Tenant
        "DELETE FROM directory_group WHERE tenant_id = $1 AND group_id = $2 AND deleted_at IS NOT NULL";
    /// Fifty at a time: see [`several`].
    FIND_SEVERAL = "group.find_several" Tenant
        groups!("deleted_at IS NULL AND group_id IN ", slots!());
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub group_id: Id,
    pub display_name: String,
    /// The compared form.
    pub display_name_key: String,
    pub description: Option<String>,
    pub mail_nickname: String,
    /// Whether directory roles may be given to it. Never changes.
    pub role_assignable: bool,
    pub record_version: i64,
    pub created_at: i64,
    pub changed_at: i64,
    pub deleted_at: Option<i64>,
}

/// What can be changed of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupFields {
    pub display_name: String,
    pub display_name_key: String,
    pub description: Option<String>,
    pub mail_nickname: String,
}

/// By what groups are filtered and ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GroupColumn {
    Id,
    DisplayName,
    MailNickname,
    RoleAssignable,
    CreatedAt,
    DeletedAt,
}

/// Groups that are not deleted.
#[derive(Debug)]
pub struct Groups;

/// Deleted groups that can still be restored.
#[derive(Debug)]
pub struct DeletedGroups;

pub(crate) fn parse_group(mut row: Row) -> Result<Group, StoreError> {
    parse_group_of(&mut row)
}

/// As [`parse_group`], of a row that goes on.
pub(crate) fn parse_group_of(row: &mut Row) -> Result<Group, StoreError> {
    Ok(Group {
        group_id: row.id()?,
        display_name: row.text()?,
        display_name_key: row.text()?,
        description: row.opt_text()?,
        mail_nickname: row.text()?,
        role_assignable: row.truth()?,
        record_version: row.int()?,
        created_at: row.int()?,
        changed_at: row.int()?,
        deleted_at: row.opt_int()?,
    })
}

fn column_of(group: &Group, column: GroupColumn) -> Value {
    match column {
        GroupColumn::Id => group.group_id.into(),
        GroupColumn::DisplayName => group.display_name_key.as_str().into(),
        GroupColumn::MailNickname => group.mail_nickname.as_str().into(),
        GroupColumn::RoleAssignable => group.role_assignable.into(),
        GroupColumn::CreatedAt => group.created_at.into(),
        GroupColumn::DeletedAt => group.deleted_at.into(),
    }
}

impl Collection for Groups {
    type Column = GroupColumn;
    type Row = Group;
    const WALKS: &'static [Walk<GroupColumn>] = &[
        Walk {
            column: GroupColumn::DisplayName,
            ascending: &BY_NAME,
            descending: &BY_NAME_DOWN,
            kind: Kind::Text,
        },
        Walk {
            column: GroupColumn::Id,
            ascending: &BY_ID,
            descending: &BY_ID_DOWN,
            kind: Kind::Id,
        },
        Walk {
            column: GroupColumn::CreatedAt,
            ascending: &BY_CREATION,
            descending: &BY_CREATION_DOWN,
            kind: Kind::Int,
        },
    ];
    const COUNT: &'static Sql = &COUNT;

    fn parse(row: Row) -> Result<Group, StoreError> {
        parse_group(row)
    }

    fn value(row: &Group, column: GroupColumn) -> Value {
        column_of(row, column)
    }

    fn id(row: &Group) -> Id {
        row.group_id
    }
}

impl Collection for DeletedGroups {
    type Column = GroupColumn;
    type Row = Group;
    const WALKS: &'static [Walk<GroupColumn>] = &[Walk {
        column: GroupColumn::DeletedAt,
        ascending: &BY_DELETION,
        descending: &BY_DELETION_DOWN,
        kind: Kind::Int,
    }];
    const COUNT: &'static Sql = &COUNT_DELETED;

    fn parse(row: Row) -> Result<Group, StoreError> {
        parse_group(row)
    }

    fn value(row: &Group, column: GroupColumn) -> Value {
        column_of(row, column)
    }

    fn id(row: &Group) -> Id {
        row.group_id
    }
}

impl Store {
    /// The group, deleted or not.
    pub async fn find_group(&self, tenant: Id, group: Id) -> Result<Option<Group>, StoreError> {
        let args = vec![tenant.into(), group.into()];
        self.read_one(&FIND, args)
            .await?
            .map(parse_group)
            .transpose()
    }

    /// Those of them that are not deleted, in no particular order.
    pub(crate) async fn find_groups(
        &self,
        tenant: Id,
        ids: &[Id],
    ) -> Result<Vec<Group>, StoreError> {
        let mut found = Vec::new();
        for args in several(tenant, ids) {
            let rows = self.read(&FIND_SEVERAL, args).await?;
            for row in rows {
                found.push(parse_group(row)?);
            }
        }
        Ok(found)
    }
}

impl Unit {
    pub fn insert_group(
        &mut self,
        tenant: Id,
        group: Id,
        fields: &GroupFields,
        role_assignable: bool,
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            group.into(),
            fields.display_name.as_str().into(),
            fields.display_name_key.as_str().into(),
            fields.description.clone().into(),
            fields.mail_nickname.as_str().into(),
            role_assignable.into(),
            now.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Refused with [`Guard::Moved`] when the record was changed or deleted since that version.
    pub fn update_group(
        &mut self,
        tenant: Id,
        group: Id,
        version: i64,
        fields: &GroupFields,
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            group.into(),
            version.into(),
            fields.display_name.as_str().into(),
            fields.display_name_key.as_str().into(),
            fields.description.clone().into(),
            fields.mail_nickname.as_str().into(),
            now.into(),
        ];
        self.step(&UPDATE, args, Expect::One(Guard::Moved))
    }

    /// Marks it deleted; members and roles stay with it and count for nothing.
    pub fn delete_group(&mut self, tenant: Id, group: Id, version: i64, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), group.into(), version.into(), now.into()];
        self.step(&DELETE, args, Expect::One(Guard::Moved))
    }

    /// The reverse.
    pub fn restore_group(&mut self, tenant: Id, group: Id, version: i64, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), group.into(), version.into(), now.into()];
        self.step(&RESTORE, args, Expect::One(Guard::Moved))
    }

    /// From now on nobody restores the group. Refused with [`Guard::Missing`] when somebody did.
    pub fn begin_group_erasure(&mut self, tenant: Id, group: Id) -> &mut Unit {
        let args = vec![tenant.into(), group.into()];
        self.step(&BEGIN_ERASURE, args, Expect::One(Guard::Missing))
    }

    /// Deletes a deleted group's record for good. [`Guard::Missing`] where there is none any more.
    pub fn purge_group(&mut self, tenant: Id, group: Id) -> &mut Unit {
        self.purge_connected(tenant, group);
        self.purge_owners(tenant, group);
        self.purge_assignments_of(tenant, group);
        let args = vec![tenant.into(), group.into()];
        self.step(&PURGE, args, Expect::One(Guard::Missing))
    }
}
