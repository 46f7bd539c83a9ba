//! Groups and who is in them.

use crate::list::{Collection, Kind, Walk};
use crate::records::directory::PrincipalKind;
use crate::records::profile::{DirectoryPerson, PERSON_COLUMNS, parse_person};
use crate::sql::{Sql, statements};
use crate::value::{Id, Row, Value};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    FIND = "group.find" Tenant
        "SELECT group_id, display_name, display_name_key, description, mail_nickname, role_assignable, record_version,
             created_at, changed_at, deleted_at
         FROM directory_group WHERE tenant_id = $1 AND group_id = $2";
    COUNT = "group.count" Tenant
        "SELECT (SELECT COUNT(*) FROM directory_group a WHERE a.tenant_id = $1)
             - (SELECT COUNT(*) FROM directory_group d WHERE d.tenant_id = $1 AND d.deleted_at IS NOT NULL)";
    COUNT_DELETED = "group.count_deleted" Tenant
        "SELECT COUNT(*) FROM directory_group WHERE tenant_id = $1 AND deleted_at IS NOT NULL";
    BY_NAME = "group.list_by_name" Tenant
        "SELECT group_id, display_name, display_name_key, description, mail_nickname, role_assignable, record_version,
             created_at, changed_at, deleted_at
         FROM directory_group WHERE tenant_id = $1 AND deleted_at IS NULL
             AND (display_name_key, group_id) > ($2, $3) AND display_name_key <= $4
         ORDER BY display_name_key, group_id LIMIT $5";
    BY_NAME_DOWN = "group.list_by_name_down" Tenant
        "SELECT group_id, display_name, display_name_key, description, mail_nickname, role_assignable, record_version,
             created_at, changed_at, deleted_at
         FROM directory_group WHERE tenant_id = $1 AND deleted_at IS NULL
             AND (display_name_key, group_id) < ($2, $3) AND display_name_key >= $4
         ORDER BY display_name_key DESC, group_id DESC LIMIT $5";
    BY_CREATION = "group.list_by_creation" Tenant
        "SELECT group_id, display_name, display_name_key, description, mail_nickname, role_assignable, record_version,
             created_at, changed_at, deleted_at
         FROM directory_group WHERE tenant_id = $1 AND deleted_at IS NULL
             AND (created_at, group_id) > ($2, $3) AND created_at <= $4
         ORDER BY created_at, group_id LIMIT $5";
    BY_CREATION_DOWN = "group.list_by_creation_down" Tenant
        "SELECT group_id, display_name, display_name_key, description, mail_nickname, role_assignable, record_version,
             created_at, changed_at, deleted_at
         FROM directory_group WHERE tenant_id = $1 AND deleted_at IS NULL
             AND (created_at, group_id) < ($2, $3) AND created_at >= $4
         ORDER BY created_at DESC, group_id DESC LIMIT $5";
    BY_ID = "group.list_by_id" Tenant
        "SELECT group_id, display_name, display_name_key, description, mail_nickname, role_assignable, record_version,
             created_at, changed_at, deleted_at
         FROM directory_group WHERE tenant_id = $1 AND deleted_at IS NULL
             AND (group_id, group_id) > ($2, $3) AND group_id >= $2 AND group_id <= $4
         ORDER BY group_id LIMIT $5";
    BY_ID_DOWN = "group.list_by_id_down" Tenant
        "SELECT group_id, display_name, display_name_key, description, mail_nickname, role_assignable, record_version,
             created_at, changed_at, deleted_at
         FROM directory_group WHERE tenant_id = $1 AND deleted_at IS NULL
             AND (group_id, group_id) < ($2, $3) AND group_id <= $2 AND group_id >= $4
         ORDER BY group_id DESC LIMIT $5";
    BY_DELETION = "group.list_by_deletion" Tenant
        "SELECT group_id, display_name, display_name_key, description, mail_nickname, role_assignable, record_version,
             created_at, changed_at, deleted_at
         FROM directory_group WHERE tenant_id = $1 AND deleted_at IS NOT NULL
             AND (deleted_at, group_id) > ($2, $3) AND deleted_at <= $4
         ORDER BY deleted_at, group_id LIMIT $5";
    BY_DELETION_DOWN = "group.list_by_deletion_down" Tenant
        "SELECT group_id, display_name, display_name_key, description, mail_nickname, role_assignable, record_version,
             created_at, changed_at, deleted_at
         FROM directory_group WHERE tenant_id = $1 AND deleted_at IS NOT NULL
             AND (deleted_at, group_id) < ($2, $3) AND deleted_at >= $4
         ORDER BY deleted_at DESC, group_id DESC LIMIT $5";
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
         WHERE tenant_id = $1 AND group_id = $2 AND record_version = $3 AND deleted_at IS NOT NULL";
    PURGE_MEMBERS = "group.purge_members" Tenant
        "DELETE FROM group_member WHERE tenant_id = $1 AND group_id = $2 AND member_id IN (
             SELECT o.member_id FROM group_member o WHERE o.tenant_id = $1 AND o.group_id = $2 LIMIT 400) RETURNING 1";
    PURGE_MEMBERSHIPS = "group.purge_memberships" Tenant
        "DELETE FROM group_member WHERE tenant_id = $1 AND member_id = $2 AND group_id IN (
             SELECT o.group_id FROM group_member o WHERE o.tenant_id = $1 AND o.member_id = $2 LIMIT 400) RETURNING 1";
    PURGE = "group.purge" Tenant
        "DELETE FROM directory_group WHERE tenant_id = $1 AND group_id = $2 AND deleted_at IS NOT NULL";
    INSERT_MEMBER = "group_member.insert" Tenant
        "INSERT INTO group_member (tenant_id, group_id, member_id, member_kind, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    DELETE_MEMBER = "group_member.delete" Tenant
        "DELETE FROM group_member WHERE tenant_id = $1 AND group_id = $2 AND member_id = $3";
    FIND_MEMBER = "group_member.find" Tenant
        "SELECT member_kind FROM group_member WHERE tenant_id = $1 AND group_id = $2 AND member_id = $3";
    /// The group itself, and each that it is in, however deep.
    LIST_ABOVE = "group.list_above" Tenant
        "WITH RECURSIVE above(group_id) AS (
             SELECT s.group_id FROM directory_group s WHERE s.tenant_id = $1 AND s.group_id = $2
             UNION
             SELECT m.group_id FROM above a
             JOIN group_member m ON m.tenant_id = $1 AND m.member_id = a.group_id
             JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = m.group_id AND g.deleted_at IS NULL)
         SELECT g.group_id, g.role_assignable FROM above a
         JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = a.group_id";
    LIST_MEMBERS = "group_member.list" Tenant
        "SELECT m.member_id, m.member_kind,
             p.person_id, p.user_name, p.user_name_key, p.display_name, p.display_name_key, p.status, p.created_at, p.mail,
             p.mail_key, p.user_type, p.manager_id, p.profile, p.record_version, p.changed_at, p.deleted_at,
             g.group_id, g.display_name, g.display_name_key, g.description, g.mail_nickname, g.role_assignable,
             g.record_version, g.created_at, g.changed_at, g.deleted_at
         FROM group_member m
         LEFT JOIN person p ON p.tenant_id = $1 AND p.person_id = m.member_id AND p.status <> 'deleted'
         LEFT JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = m.member_id AND g.deleted_at IS NULL
         WHERE m.tenant_id = $1 AND m.group_id = $2 AND m.member_id > $3
             AND (m.member_kind = 'application' OR p.person_id IS NOT NULL OR g.group_id IS NOT NULL)
         ORDER BY m.member_id LIMIT $4";
    COUNT_MEMBERS = "group_member.count" Tenant
        "SELECT COUNT(*) FROM group_member m
         LEFT JOIN person p ON p.tenant_id = $1 AND p.person_id = m.member_id AND p.status <> 'deleted'
         LEFT JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = m.member_id AND g.deleted_at IS NULL
         WHERE m.tenant_id = $1 AND m.group_id = $2
             AND (m.member_kind = 'application' OR p.person_id IS NOT NULL OR g.group_id IS NOT NULL)";
    LIST_TRANSITIVE_MEMBERS = "group_member.list_transitive" Tenant
        "WITH RECURSIVE below(id, kind) AS (
             SELECT m.member_id, m.member_kind FROM group_member m WHERE m.tenant_id = $1 AND m.group_id = $2
             UNION
             SELECT m.member_id, m.member_kind FROM below b
             JOIN directory_group s ON s.tenant_id = $1 AND s.group_id = b.id AND s.deleted_at IS NULL
             JOIN group_member m ON m.tenant_id = $1 AND m.group_id = b.id)
         SELECT b.id, b.kind,
             p.person_id, p.user_name, p.user_name_key, p.display_name, p.display_name_key, p.status, p.created_at, p.mail,
             p.mail_key, p.user_type, p.manager_id, p.profile, p.record_version, p.changed_at, p.deleted_at,
             g.group_id, g.display_name, g.display_name_key, g.description, g.mail_nickname, g.role_assignable,
             g.record_version, g.created_at, g.changed_at, g.deleted_at
         FROM below b
         LEFT JOIN person p ON p.tenant_id = $1 AND p.person_id = b.id AND p.status <> 'deleted'
         LEFT JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = b.id AND g.deleted_at IS NULL
         WHERE b.id > $3 AND (b.kind = 'application' OR p.person_id IS NOT NULL OR g.group_id IS NOT NULL)
         ORDER BY b.id LIMIT $4";
    COUNT_TRANSITIVE_MEMBERS = "group_member.count_transitive" Tenant
        "WITH RECURSIVE below(id, kind) AS (
             SELECT m.member_id, m.member_kind FROM group_member m WHERE m.tenant_id = $1 AND m.group_id = $2
             UNION
             SELECT m.member_id, m.member_kind FROM below b
             JOIN directory_group s ON s.tenant_id = $1 AND s.group_id = b.id AND s.deleted_at IS NULL
             JOIN group_member m ON m.tenant_id = $1 AND m.group_id = b.id)
         SELECT COUNT(*) FROM below b
         LEFT JOIN person p ON p.tenant_id = $1 AND p.person_id = b.id AND p.status <> 'deleted'
         LEFT JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = b.id AND g.deleted_at IS NULL
         WHERE (b.kind = 'application' OR p.person_id IS NOT NULL OR g.group_id IS NOT NULL)";
    LIST_OF_MEMBER = "group.list_of_member" Tenant
        "SELECT g.group_id, g.display_name, g.display_name_key, g.description, g.mail_nickname, g.role_assignable,
             g.record_version, g.created_at, g.changed_at, g.deleted_at
         FROM group_member m
         JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = m.group_id AND g.deleted_at IS NULL
         WHERE m.tenant_id = $1 AND m.member_id = $2 AND m.group_id > $3 ORDER BY m.group_id LIMIT $4";
    LIST_OF_MEMBER_TRANSITIVE = "group.list_of_member_transitive" Tenant
        "WITH RECURSIVE above(group_id) AS (
             SELECT m.group_id FROM group_member m
             JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = m.group_id AND g.deleted_at IS NULL
             WHERE m.tenant_id = $1 AND m.member_id = $2
             UNION
             SELECT m.group_id FROM above a
             JOIN group_member m ON m.tenant_id = $1 AND m.member_id = a.group_id
             JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = m.group_id AND g.deleted_at IS NULL)
         SELECT g.group_id, g.display_name, g.display_name_key, g.description, g.mail_nickname, g.role_assignable,
             g.record_version, g.created_at, g.changed_at, g.deleted_at
         FROM above a JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = a.group_id
         WHERE g.group_id > $3 ORDER BY g.group_id LIMIT $4";
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

/// Who is in a group.
#[derive(Debug, Clone)]
pub struct Member {
    pub id: Id,
    pub record: MemberRecord,
}

#[derive(Debug, Clone)]
pub enum MemberRecord {
    Person(Box<DirectoryPerson>),
    Group(Group),
    /// Its own record is read by whoever needs it.
    Application,
}

fn parse(row: Row) -> Result<Group, StoreError> {
    let mut row = row;
    parse_columns(&mut row)
}

fn parse_columns(row: &mut Row) -> Result<Group, StoreError> {
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

fn parse_member(mut row: Row) -> Result<Member, StoreError> {
    let id = row.id()?;
    let record = match PrincipalKind::parse(&row.text()?)? {
        PrincipalKind::Application => MemberRecord::Application,
        PrincipalKind::Person => MemberRecord::Person(Box::new(parse_person(row)?)),
        PrincipalKind::Group => {
            row.skip(PERSON_COLUMNS);
            MemberRecord::Group(parse(row)?)
        }
    };
    Ok(Member { id, record })
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
        parse(row)
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
        parse(row)
    }

    fn value(row: &Group, column: GroupColumn) -> Value {
        column_of(row, column)
    }

    fn id(row: &Group) -> Id {
        row.group_id
    }
}

/// Which memberships count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Those that were made.
    Direct,
    /// Those by way of nested groups, too.
    Transitive,
}

fn after(id: Option<Id>) -> Value {
    Value::Bytes(id.map_or_else(Vec::new, |id| id.0.to_vec()))
}

impl Store {
    /// The group, deleted or not.
    pub async fn find_group(&self, tenant: Id, group: Id) -> Result<Option<Group>, StoreError> {
        let args = vec![tenant.into(), group.into()];
        self.read_one(&FIND, args).await?.map(parse).transpose()
    }

    /// The group itself and every group that it is in, however deep, each with whether it may hold directory roles.
    pub async fn list_groups_above(
        &self,
        tenant: Id,
        group: Id,
    ) -> Result<Vec<(Id, bool)>, StoreError> {
        let args = vec![tenant.into(), group.into()];
        let rows = self.read(&LIST_ABOVE, args).await?;
        rows.into_iter()
            .map(|mut row| Ok((row.id()?, row.truth()?)))
            .collect()
    }

    /// What kind of member it is, if it is one directly.
    pub async fn find_member(
        &self,
        tenant: Id,
        group: Id,
        member: Id,
    ) -> Result<Option<PrincipalKind>, StoreError> {
        let args = vec![tenant.into(), group.into(), member.into()];
        let row = self.read_one(&FIND_MEMBER, args).await?;
        row.map(|mut row| PrincipalKind::parse(&row.text()?))
            .transpose()
    }

    /// At most `limit` members whose id comes after `after`, by id; deleted ones are left out.
    pub async fn list_members(
        &self,
        tenant: Id,
        group: Id,
        depth: Depth,
        from: Option<Id>,
        limit: i64,
    ) -> Result<Vec<Member>, StoreError> {
        let sql = match depth {
            Depth::Direct => &LIST_MEMBERS,
            Depth::Transitive => &LIST_TRANSITIVE_MEMBERS,
        };
        let args = vec![tenant.into(), group.into(), after(from), limit.into()];
        let rows = self.read(sql, args).await?;
        rows.into_iter().map(parse_member).collect()
    }

    pub async fn count_members(
        &self,
        tenant: Id,
        group: Id,
        depth: Depth,
    ) -> Result<i64, StoreError> {
        let sql = match depth {
            Depth::Direct => &COUNT_MEMBERS,
            Depth::Transitive => &COUNT_TRANSITIVE_MEMBERS,
        };
        let row = self
            .read_one(sql, vec![tenant.into(), group.into()])
            .await?;
        row.map_or(Ok(0), |mut row| row.int())
    }

    /// At most `limit` groups that a person, group or application is in, whose id comes after `after`, by id.
    pub async fn list_groups_of(
        &self,
        tenant: Id,
        member: Id,
        depth: Depth,
        from: Option<Id>,
        limit: i64,
    ) -> Result<Vec<Group>, StoreError> {
        let sql = match depth {
            Depth::Direct => &LIST_OF_MEMBER,
            Depth::Transitive => &LIST_OF_MEMBER_TRANSITIVE,
        };
        let args = vec![tenant.into(), member.into(), after(from), limit.into()];
        let rows = self.read(sql, args).await?;
        rows.into_iter().map(parse).collect()
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

    /// Deletes at most 400 members of the group; returns a row for each.
    pub fn purge_members(&mut self, tenant: Id, group: Id) -> &mut Unit {
        self.step(
            &PURGE_MEMBERS,
            vec![tenant.into(), group.into()],
            Expect::Any,
        )
    }

    /// Takes the member out of at most 400 groups; returns a row for each.
    pub fn purge_memberships(&mut self, tenant: Id, member: Id) -> &mut Unit {
        self.step(
            &PURGE_MEMBERSHIPS,
            vec![tenant.into(), member.into()],
            Expect::Any,
        )
    }

    /// Deletes a deleted group's record for good.
    pub fn purge_group(&mut self, tenant: Id, group: Id) -> &mut Unit {
        self.step(&PURGE, vec![tenant.into(), group.into()], Expect::Any)
    }

    /// Refused with [`Guard::Taken`] when it is a member already.
    pub fn insert_member(
        &mut self,
        tenant: Id,
        group: Id,
        (member, kind): (Id, PrincipalKind),
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            group.into(),
            member.into(),
            kind.as_str().into(),
            now.into(),
        ];
        self.step(&INSERT_MEMBER, args, Expect::One(Guard::Taken))
    }

    /// Refused with [`Guard::Missing`] when it is none directly.
    pub fn delete_member(&mut self, tenant: Id, group: Id, member: Id) -> &mut Unit {
        let args = vec![tenant.into(), group.into(), member.into()];
        self.step(&DELETE_MEMBER, args, Expect::One(Guard::Missing))
    }
}
