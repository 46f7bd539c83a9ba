//! Connectors: programs that bring people and groups from elsewhere, and what each of them made. A connector reads and
//! changes nothing else: every list here is of one connector.

use crate::records::directory::PrincipalKind;
use crate::records::group::{Group, parse_group_of};
use crate::records::profile::{DirectoryPerson, parse_person_of};
use crate::sql::{Sql, statements};
use crate::value::{Id, Row, Value};
use crate::{Expect, Guard, Store, StoreError, Unit};

/// Living people that a connector made. Whoever is made is found by the index that the condition names first.
macro_rules! people {
    ($($which:expr),+) => {
        concat!(
            "SELECT p.person_id, p.user_name, p.user_name_key, p.display_name, p.display_name_key, p.status, p.created_at,
                 p.mail, p.mail_key, p.user_type, p.manager_id, p.profile, p.record_version, p.changed_at, p.deleted_at,
                 o.external_id ",
            $($which),+
        )
    };
}

macro_rules! groups {
    ($($which:expr),+) => {
        concat!(
            "SELECT g.group_id, g.display_name, g.display_name_key, g.description, g.mail_nickname, g.role_assignable,
                 g.record_version, g.created_at, g.changed_at, g.deleted_at, o.external_id ",
            $($which),+
        )
    };
}

/// From the connector to the people: CROSS JOIN holds SQLite to that order.
macro_rules! made_people {
    () => {
        "FROM connected o CROSS JOIN person p WHERE o.tenant_id = $1 AND o.connector_id = $2 AND o.kind = 'person'
         AND p.tenant_id = $1 AND p.person_id = o.object_id AND p.status <> 'deleted'"
    };
}

/// From people to the connector.
macro_rules! people_made {
    () => {
        "FROM person p CROSS JOIN connected o WHERE p.tenant_id = $1 AND p.status <> 'deleted'
         AND o.tenant_id = $1 AND o.object_id = p.person_id AND o.connector_id = $2"
    };
}

macro_rules! made_groups {
    () => {
        "FROM connected o CROSS JOIN directory_group g WHERE o.tenant_id = $1 AND o.connector_id = $2 AND o.kind = 'group'
         AND g.tenant_id = $1 AND g.group_id = o.object_id AND g.deleted_at IS NULL"
    };
}

macro_rules! groups_made {
    () => {
        "FROM directory_group g CROSS JOIN connected o WHERE g.tenant_id = $1 AND g.deleted_at IS NULL
         AND o.tenant_id = $1 AND o.object_id = g.group_id AND o.connector_id = $2"
    };
}

/// A page, after an id.
macro_rules! page {
    () => {
        " AND o.object_id > $4 ORDER BY o.object_id LIMIT $5"
    };
}

statements! {
    INSERT = "connector.insert" Tenant
        "INSERT INTO connector (tenant_id, connector_id, name, name_key, token_hash, former_hash, former_until, created_at, used_at)
         VALUES ($1, $2, $3, $4, $5, NULL, NULL, $6, NULL) ON CONFLICT DO NOTHING";
    LIST = "connector.list" Tenant
        "SELECT c.connector_id, c.name, c.created_at, c.used_at, c.former_until,
             (SELECT COUNT(*) FROM connected o WHERE o.tenant_id = $1 AND o.connector_id = c.connector_id AND o.kind = 'person'),
             (SELECT COUNT(*) FROM connected o WHERE o.tenant_id = $1 AND o.connector_id = c.connector_id AND o.kind = 'group')
         FROM connector c WHERE c.tenant_id = $1 ORDER BY c.name_key LIMIT 100";
    FIND_BY_TOKEN = "connector.find_by_token" Tenant
        "SELECT connector_id, name, used_at FROM connector
         WHERE tenant_id = $1 AND (token_hash = $2 OR (former_hash = $2 AND former_until > $3))";
    /// Locks nothing: a unit of a connector's that comes after its end is refused.
    REQUIRE = "connector.require" Tenant
        "SELECT 1 FROM connector
         WHERE tenant_id = $1 AND connector_id = $2 AND (token_hash = $3 OR (former_hash = $3 AND former_until > $4))";
    ROTATE = "connector.rotate" Tenant
        "UPDATE connector SET former_hash = token_hash, former_until = $4, token_hash = $3
         WHERE tenant_id = $1 AND connector_id = $2";
    USE = "connector.use" Tenant
        "UPDATE connector SET used_at = $3 WHERE tenant_id = $1 AND connector_id = $2 AND COALESCE(used_at, 0) < $3";
    DELETE = "connector.delete" Tenant
        "DELETE FROM connector WHERE tenant_id = $1 AND connector_id = $2";
    INSERT_CONNECTED = "connected.insert" Tenant
        "INSERT INTO connected (tenant_id, object_id, connector_id, kind, external_id) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT DO NOTHING";
    NAME_CONNECTED = "connected.name" Tenant
        "UPDATE connected SET external_id = $4 WHERE tenant_id = $1 AND object_id = $2 AND connector_id = $3";
    PURGE_CONNECTED = "connected.purge" Tenant
        "DELETE FROM connected WHERE tenant_id = $1 AND object_id = $2";
    FIND_CONNECTED = "connected.find" Tenant
        "SELECT connector_id, kind, external_id FROM connected WHERE tenant_id = $1 AND object_id = $2";
    /// Members are part of a group as connectors read it, so its ETag moves with them.
    TOUCH_GROUP = "connected.touch_group" Tenant
        "UPDATE directory_group SET record_version = record_version + 1, changed_at = $3
         WHERE tenant_id = $1 AND group_id = $2
         AND EXISTS (SELECT 1 FROM connected o WHERE o.tenant_id = $1 AND o.object_id = $2)";
    LIST_MEMBERS = "connected.list_members" Tenant
        "SELECT m.member_id, m.member_kind, COALESCE(p.display_name, g.display_name) FROM group_member m
         CROSS JOIN connected o
         LEFT JOIN person p ON p.tenant_id = $1 AND p.person_id = m.member_id AND p.status <> 'deleted'
         LEFT JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = m.member_id AND g.deleted_at IS NULL
         WHERE m.tenant_id = $1 AND m.group_id = $3 AND m.member_id > $4
             AND o.tenant_id = $1 AND o.object_id = m.member_id AND o.connector_id = $2
             AND (p.person_id IS NOT NULL OR g.group_id IS NOT NULL)
         ORDER BY m.member_id LIMIT $5";
    COUNT_PEOPLE = "connected.count_people" Tenant
        concat!("SELECT COUNT(*) ", made_people!());
    COUNT_GROUPS = "connected.count_groups" Tenant
        concat!("SELECT COUNT(*) ", made_groups!());
    PEOPLE = "connected.list_people" Tenant
        people!(made_people!(), " AND o.object_id > $3 ORDER BY o.object_id LIMIT $4 OFFSET $5");
    PEOPLE_BY_ID = "connected.list_people_by_id" Tenant
        people!(people_made!(), " AND p.person_id = $3", page!());
    PEOPLE_BY_USER_NAME = "connected.list_people_by_user_name" Tenant
        people!(people_made!(), " AND p.user_name_key = $3", page!());
    PEOPLE_BY_DISPLAY_NAME = "connected.list_people_by_display_name" Tenant
        people!(people_made!(), " AND p.display_name_key = $3", page!());
    PEOPLE_BY_MAIL = "connected.list_people_by_mail" Tenant
        people!(people_made!(), " AND p.mail_key = $3", page!());
    PEOPLE_BY_EXTERNAL_ID = "connected.list_people_by_external_id" Tenant
        people!(made_people!(), " AND o.external_id = $3", page!());
    GROUPS = "connected.list_groups" Tenant
        groups!(made_groups!(), " AND o.object_id > $3 ORDER BY o.object_id LIMIT $4 OFFSET $5");
    GROUPS_BY_ID = "connected.list_groups_by_id" Tenant
        groups!(groups_made!(), " AND g.group_id = $3", page!());
    GROUPS_BY_DISPLAY_NAME = "connected.list_groups_by_display_name" Tenant
        groups!(groups_made!(), " AND g.display_name_key = $3", page!());
    GROUPS_BY_EXTERNAL_ID = "connected.list_groups_by_external_id" Tenant
        groups!(made_groups!(), " AND o.external_id = $3", page!());
    GROUPS_BY_MEMBER = "connected.list_groups_by_member" Tenant
        groups!(
            "FROM group_member m CROSS JOIN directory_group g CROSS JOIN connected o
             WHERE m.tenant_id = $1 AND m.member_id = $3 AND g.tenant_id = $1 AND g.group_id = m.group_id
             AND g.deleted_at IS NULL AND o.tenant_id = $1 AND o.object_id = g.group_id AND o.connector_id = $2",
            page!()
        );
}

/// A connector as its operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connector {
    pub connector_id: Id,
    pub name: String,
    pub created_at: i64,
    pub used_at: Option<i64>,
    /// Until when the token from before works, if there was one.
    pub former_until: Option<i64>,
    pub people: i64,
    pub groups: i64,
}

/// A connector to be made.
#[derive(Clone)]
pub struct NewConnector {
    pub connector_id: Id,
    pub name: String,
    pub name_key: String,
    pub token_hash: [u8; 32],
    pub created_at: i64,
}

/// Without the token's hash.
impl std::fmt::Debug for NewConnector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewConnector")
            .field("connector_id", &self.connector_id)
            .finish_non_exhaustive()
    }
}

/// Whose token it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveConnector {
    pub connector_id: Id,
    pub name: String,
    pub used_at: Option<i64>,
}

/// Who made something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connected {
    pub connector_id: Id,
    pub kind: PrincipalKind,
    pub external_id: Option<String>,
}

/// A record with what its connector calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made<R> {
    pub record: R,
    pub external_id: Option<String>,
}

/// A member of a connector's group that the connector made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeMember {
    pub id: Id,
    pub kind: PrincipalKind,
    pub display_name: String,
}

/// By what a list of a connector's is narrowed. Texts are in their compared form, but for the external id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MadeBy {
    Id(Id),
    /// People only.
    UserName(String),
    DisplayName(String),
    /// People only.
    Mail(String),
    ExternalId(String),
    /// Groups only: they have this member.
    Member(Id),
}

fn after(id: Option<Id>) -> Value {
    Value::Bytes(id.map_or_else(Vec::new, |id| id.0.to_vec()))
}

fn narrow(by: &MadeBy) -> Value {
    match by {
        MadeBy::Id(id) | MadeBy::Member(id) => (*id).into(),
        MadeBy::UserName(text)
        | MadeBy::DisplayName(text)
        | MadeBy::Mail(text)
        | MadeBy::ExternalId(text) => text.as_str().into(),
    }
}

fn parse_made_person(mut row: Row) -> Result<Made<DirectoryPerson>, StoreError> {
    Ok(Made {
        record: parse_person_of(&mut row)?,
        external_id: row.opt_text()?,
    })
}

fn parse_made_group(mut row: Row) -> Result<Made<Group>, StoreError> {
    Ok(Made {
        record: parse_group_of(&mut row)?,
        external_id: row.opt_text()?,
    })
}

impl Store {
    /// At most a hundred, by name.
    pub async fn list_connectors(&self, tenant: Id) -> Result<Vec<Connector>, StoreError> {
        let rows = self.read(&LIST, vec![tenant.into()]).await?;
        let parse = |mut row: Row| {
            Ok(Connector {
                connector_id: row.id()?,
                name: row.text()?,
                created_at: row.int()?,
                used_at: row.opt_int()?,
                former_until: row.opt_int()?,
                people: row.int()?,
                groups: row.int()?,
            })
        };
        rows.into_iter().map(parse).collect()
    }

    /// Whose token that is now.
    pub async fn find_connector(
        &self,
        tenant: Id,
        token_hash: [u8; 32],
        now: i64,
    ) -> Result<Option<LiveConnector>, StoreError> {
        let args = vec![tenant.into(), token_hash.as_slice().into(), now.into()];
        let row = self.read_one(&FIND_BY_TOKEN, args).await?;
        row.map(|mut row| {
            Ok(LiveConnector {
                connector_id: row.id()?,
                name: row.text()?,
                used_at: row.opt_int()?,
            })
        })
        .transpose()
    }

    /// Which connector made a person or a group, if one did.
    pub async fn find_connected(
        &self,
        tenant: Id,
        object: Id,
    ) -> Result<Option<Connected>, StoreError> {
        let args = vec![tenant.into(), object.into()];
        let row = self.read_one(&FIND_CONNECTED, args).await?;
        row.map(|mut row| {
            Ok(Connected {
                connector_id: row.id()?,
                kind: PrincipalKind::parse(&row.text()?)?,
                external_id: row.opt_text()?,
            })
        })
        .transpose()
    }

    /// At most `limit` members of a group that the connector made, whose id comes after `from`, by id.
    pub async fn list_made_members(
        &self,
        tenant: Id,
        (connector, group): (Id, Id),
        from: Option<Id>,
        limit: i64,
    ) -> Result<Vec<MadeMember>, StoreError> {
        let args = vec![
            tenant.into(),
            connector.into(),
            group.into(),
            after(from),
            limit.into(),
        ];
        let parse = |mut row: Row| {
            Ok(MadeMember {
                id: row.id()?,
                kind: PrincipalKind::parse(&row.text()?)?,
                display_name: row.opt_text()?.unwrap_or_default(),
            })
        };
        let rows = self.read(&LIST_MEMBERS, args).await?;
        rows.into_iter().map(parse).collect()
    }

    /// How many living people, or groups, a connector made.
    pub async fn count_made(
        &self,
        tenant: Id,
        connector: Id,
        kind: PrincipalKind,
    ) -> Result<u64, StoreError> {
        let sql: &'static Sql = match kind {
            PrincipalKind::Group => &COUNT_GROUPS,
            _ => &COUNT_PEOPLE,
        };
        let args = vec![tenant.into(), connector.into()];
        let row = self.read_one(sql, args).await?;
        let count = row.map_or(Ok(0), |mut row| row.int())?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// At most `limit` living people that a connector made, by id: those after `from`, but for the first `skip`.
    pub async fn list_made_people(
        &self,
        tenant: Id,
        connector: Id,
        by: Option<&MadeBy>,
        (from, limit, skip): (Option<Id>, i64, i64),
    ) -> Result<Vec<Made<DirectoryPerson>>, StoreError> {
        let sql: &'static Sql = match by {
            None => &PEOPLE,
            Some(MadeBy::Id(_)) => &PEOPLE_BY_ID,
            Some(MadeBy::UserName(_)) => &PEOPLE_BY_USER_NAME,
            Some(MadeBy::DisplayName(_)) => &PEOPLE_BY_DISPLAY_NAME,
            Some(MadeBy::Mail(_)) => &PEOPLE_BY_MAIL,
            Some(MadeBy::ExternalId(_)) => &PEOPLE_BY_EXTERNAL_ID,
            Some(MadeBy::Member(_)) => return Ok(Vec::new()),
        };
        let args = page_args(tenant, connector, by, (from, limit, skip));
        let rows = self.read(sql, args).await?;
        rows.into_iter().map(parse_made_person).collect()
    }

    /// The same of groups.
    pub async fn list_made_groups(
        &self,
        tenant: Id,
        connector: Id,
        by: Option<&MadeBy>,
        (from, limit, skip): (Option<Id>, i64, i64),
    ) -> Result<Vec<Made<Group>>, StoreError> {
        let sql: &'static Sql = match by {
            None => &GROUPS,
            Some(MadeBy::Id(_)) => &GROUPS_BY_ID,
            Some(MadeBy::DisplayName(_)) => &GROUPS_BY_DISPLAY_NAME,
            Some(MadeBy::ExternalId(_)) => &GROUPS_BY_EXTERNAL_ID,
            Some(MadeBy::Member(_)) => &GROUPS_BY_MEMBER,
            Some(MadeBy::UserName(_) | MadeBy::Mail(_)) => return Ok(Vec::new()),
        };
        let args = page_args(tenant, connector, by, (from, limit, skip));
        let rows = self.read(sql, args).await?;
        rows.into_iter().map(parse_made_group).collect()
    }
}

fn page_args(
    tenant: Id,
    connector: Id,
    by: Option<&MadeBy>,
    (from, limit, skip): (Option<Id>, i64, i64),
) -> Vec<Value> {
    let mut args = vec![tenant.into(), connector.into()];
    match by {
        None => args.extend([after(from), limit.into(), skip.into()]),
        Some(by) => args.extend([narrow(by), after(from), limit.into()]),
    }
    args
}

impl Unit {
    /// Refused with [`Guard::Taken`] when there is one of that name.
    pub fn insert_connector(&mut self, tenant: Id, new: &NewConnector) -> &mut Unit {
        let args = vec![
            tenant.into(),
            new.connector_id.into(),
            new.name.as_str().into(),
            new.name_key.as_str().into(),
            new.token_hash.as_slice().into(),
            new.created_at.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Guards that the token still is the connector's when the unit is written. [`Guard::SessionOver`] otherwise.
    pub fn require_connector(
        &mut self,
        tenant: Id,
        connector: Id,
        token_hash: [u8; 32],
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            connector.into(),
            token_hash.as_slice().into(),
            now.into(),
        ];
        self.step(&REQUIRE, args, Expect::One(Guard::SessionOver))
    }

    /// Gives a connector another token; the one that it has works until then.
    pub fn rotate_connector(
        &mut self,
        tenant: Id,
        connector: Id,
        token_hash: [u8; 32],
        former_until: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            connector.into(),
            token_hash.as_slice().into(),
            former_until.into(),
        ];
        self.step(&ROTATE, args, Expect::One(Guard::Missing))
    }

    pub fn use_connector(&mut self, tenant: Id, connector: Id, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), connector.into(), now.into()];
        self.step(&USE, args, Expect::Any)
    }

    /// What it made stays. Refused with [`Guard::Missing`] when there is none of that id.
    pub fn delete_connector(&mut self, tenant: Id, connector: Id) -> &mut Unit {
        let args = vec![tenant.into(), connector.into()];
        self.step(&DELETE, args, Expect::One(Guard::Missing))
    }

    /// In the unit that makes the person or group.
    pub fn insert_connected(&mut self, tenant: Id, object: Id, connected: &Connected) -> &mut Unit {
        let args = vec![
            tenant.into(),
            object.into(),
            connected.connector_id.into(),
            connected.kind.as_str().into(),
            connected.external_id.clone().into(),
        ];
        self.step(&INSERT_CONNECTED, args, Expect::One(Guard::Taken))
    }

    /// What its connector calls it from now on. Refused with [`Guard::Missing`] when another one made it.
    pub fn name_connected(
        &mut self,
        tenant: Id,
        (connector, object): (Id, Id),
        external_id: Option<&str>,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            object.into(),
            connector.into(),
            external_id.map(str::to_owned).into(),
        ];
        self.step(&NAME_CONNECTED, args, Expect::One(Guard::Missing))
    }

    /// With a group whose members change, if a connector made it.
    pub fn touch_connected_group(&mut self, tenant: Id, group: Id, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), group.into(), now.into()];
        self.step(&TOUCH_GROUP, args, Expect::Any)
    }

    pub(crate) fn purge_connected(&mut self, tenant: Id, object: Id) -> &mut Unit {
        let args = vec![tenant.into(), object.into()];
        self.step(&PURGE_CONNECTED, args, Expect::Any)
    }
}
