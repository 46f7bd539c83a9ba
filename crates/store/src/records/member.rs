//! Who is in which group.
//!
//! Members of all levels are not joined together in one statement: of a large organisation that would be everybody, for
//! each page anew. The nested groups are read first, of which there are few; then ids of members in their order until the
//! page is full, then the records of those.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::records::directory::PrincipalKind;
use crate::records::group::{Group, parse_group};
use crate::records::profile::DirectoryPerson;
use crate::sql::{several, slots, statements};
use crate::value::{Id, Value};
use crate::{Expect, Guard, Store, StoreError, Unit};

/// Ids of groups that are read at a time.
const GROUPS_READ: i64 = 5_000;
/// Ids of people that are read at a time.
const PEOPLE_READ: i64 = 4_000;
/// With at most so many nested groups their members are read by group, without trying otherwise.
const FEW_GROUPS: usize = 50;
/// Memberships that are looked at, at most, for members that are in one of many groups; and how many at a time.
const WALKED: usize = 4_000;
const BATCH: usize = 500;

/// Of a member `m`: what it is now, as `p`, `g` or `s`; a deleted one is none of them.
macro_rules! living_member {
    ($m:literal) => {
        concat!(
            " LEFT JOIN person p ON p.tenant_id = $1 AND p.person_id = ", $m, " AND p.status <> 'deleted'
              LEFT JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = ", $m, " AND g.deleted_at IS NULL
              LEFT JOIN service_principal s ON s.tenant_id = $1 AND s.object_id = ", $m, " AND s.status <> 'deleted'
              WHERE (p.person_id IS NOT NULL OR g.group_id IS NOT NULL OR s.object_id IS NOT NULL)"
        )
    };
}
pub(crate) use living_member;

/// The group `$2` with every group in it, however deep. UNION, not UNION ALL: a cycle, which none should be, ends.
///
/// CROSS JOIN here and below holds SQLite to the order: from the group just found to its members. Left to itself it reads
/// every membership of the tenant at each step, because a step's one row looks like a whole table to it.
macro_rules! below {
    () => {
        "WITH RECURSIVE below(group_id) AS (
             SELECT r.group_id FROM directory_group r WHERE r.tenant_id = $1 AND r.group_id = $2
             UNION
             SELECT n.member_id FROM below b
             CROSS JOIN group_member n
             JOIN directory_group d ON d.tenant_id = $1 AND d.group_id = n.member_id AND d.deleted_at IS NULL
             WHERE n.tenant_id = $1 AND n.group_id = b.group_id AND n.member_kind = 'group')"
    };
}

/// From the groups in `above` to those that they are in.
macro_rules! step_up {
    () => {
        " UNION
          SELECT n.group_id FROM above b
          CROSS JOIN group_member n
          JOIN directory_group d ON d.tenant_id = $1 AND d.group_id = n.group_id AND d.deleted_at IS NULL
          WHERE n.tenant_id = $1 AND n.member_id = b.group_id)"
    };
}
pub(crate) use step_up;

/// The group `$2` with every group that it is in, however deep.
macro_rules! above_group {
    () => {
        concat!(
            "WITH RECURSIVE above(group_id) AS (
                 SELECT r.group_id FROM directory_group r WHERE r.tenant_id = $1 AND r.group_id = $2",
            step_up!()
        )
    };
}

/// Every group that a member is in, however deep.
macro_rules! above_member {
    ($member:literal) => {
        concat!(
            "WITH RECURSIVE above(group_id) AS (
                 SELECT r.group_id FROM group_member r
                 JOIN directory_group f ON f.tenant_id = $1 AND f.group_id = r.group_id AND f.deleted_at IS NULL
                 WHERE r.tenant_id = $1 AND r.member_id = ",
            $member,
            step_up!()
        )
    };
}
pub(crate) use above_member;

/// What is read of the groups of a member, in the order of [`parse_group`].
macro_rules! groups_of_member {
    () => {
        "SELECT g.group_id, g.display_name, g.display_name_key, g.description, g.mail_nickname, g.role_assignable,
             g.record_version, g.created_at, g.changed_at, g.deleted_at"
    };
}

statements! {
    PURGE_MEMBERS = "group.purge_members" Tenant
        "DELETE FROM group_member WHERE tenant_id = $1 AND group_id = $2 AND member_id IN (
             SELECT o.member_id FROM group_member o WHERE o.tenant_id = $1 AND o.group_id = $2 LIMIT 400) RETURNING 1";
    PURGE_MEMBERSHIPS = "group.purge_memberships" Tenant
        "DELETE FROM group_member WHERE tenant_id = $1 AND member_id = $2 AND group_id IN (
             SELECT o.group_id FROM group_member o WHERE o.tenant_id = $1 AND o.member_id = $2 LIMIT 400) RETURNING 1";
    INSERT = "group_member.insert" Tenant
        "INSERT INTO group_member (tenant_id, group_id, member_id, member_kind, created_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING";
    DELETE = "group_member.delete" Tenant
        "DELETE FROM group_member WHERE tenant_id = $1 AND group_id = $2 AND member_id = $3";
    FIND = "group_member.find" Tenant
        "SELECT member_kind FROM group_member WHERE tenant_id = $1 AND group_id = $2 AND member_id = $3";
    LIST_ABOVE = "group.list_above" Tenant
        concat!(above_group!(), " SELECT group_id FROM above");
    FIND_USES = "group.find_uses" Tenant
        concat!(
            above_group!(),
            " SELECT (SELECT COUNT(*) FROM above a
                  JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = a.group_id AND g.role_assignable = 1),
                  (SELECT COUNT(*) FROM above a JOIN role_member r ON r.tenant_id = $1 AND r.person_id = a.group_id),
                  (SELECT COUNT(*) FROM above a JOIN app_role_assignment x ON x.tenant_id = $1 AND x.principal_id = a.group_id)"
        );
    LIST_BELOW = "group.list_below" Tenant
        concat!(below!(), " SELECT group_id FROM below WHERE group_id > $3 ORDER BY group_id LIMIT $4");
    /// Of fifty groups: see [`several`].
    LIST_IN_SEVERAL = "group_member.list_in_several" Tenant
        concat!(
            "SELECT DISTINCT member_id FROM group_member WHERE tenant_id = $1 AND group_id IN ", slots!(),
            " AND member_id > $52 ORDER BY member_id LIMIT $53"
        );
    WALK = "group_member.walk" Tenant
        "SELECT member_id, group_id FROM group_member WHERE tenant_id = $1 AND (member_id, group_id) > ($2, $3)
         ORDER BY member_id, group_id LIMIT $4";
    COUNT = "group_member.count" Tenant
        concat!("SELECT COUNT(*) FROM group_member m", living_member!("m.member_id"), " AND m.tenant_id = $1 AND m.group_id = $2");
    COUNT_TRANSITIVE = "group_member.count_transitive" Tenant
        concat!(
            below!(), " SELECT COUNT(DISTINCT m.member_id) FROM below b CROSS JOIN group_member m",
            living_member!("m.member_id"), " AND m.tenant_id = $1 AND m.group_id = b.group_id"
        );
    LIST_OF_MEMBER = "group.list_of_member" Tenant
        concat!(
            groups_of_member!(),
            " FROM group_member m
             JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = m.group_id AND g.deleted_at IS NULL
             WHERE m.tenant_id = $1 AND m.member_id = $2 AND m.group_id > $3 ORDER BY m.group_id LIMIT $4"
        );
    LIST_OF_MEMBER_TRANSITIVE = "group.list_of_member_transitive" Tenant
        concat!(
            above_member!("$2"), " ",
            groups_of_member!(),
            " FROM above a JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = a.group_id
             WHERE g.group_id > $3 ORDER BY g.group_id LIMIT $4"
        );
    LIST_ASSIGNED = "group.list_assigned_of_member" Tenant
        concat!(
            above_member!("$2"), " ",
            groups_of_member!(),
            " FROM above a JOIN directory_group g ON g.tenant_id = $1 AND g.group_id = a.group_id
             WHERE EXISTS (SELECT 1 FROM app_role_assignment x
                 WHERE x.tenant_id = $1 AND x.resource_id = $3 AND x.principal_id = a.group_id)
             ORDER BY g.group_id LIMIT $4"
        );
    /// In which groups somebody is or, with what a change is about, would be: without the membership of $4 in $3, without
    /// the group $6, and as if $5 were not deleted.
    LIST_IDS_OF_MEMBER = "group.list_ids_of_member" Tenant
        "WITH RECURSIVE above(group_id) AS (
             SELECT r.group_id FROM group_member r
             JOIN directory_group f ON f.tenant_id = $1 AND f.group_id = r.group_id
                 AND (f.deleted_at IS NULL OR f.group_id = $5) AND f.group_id <> $6
             WHERE r.tenant_id = $1 AND r.member_id = $2 AND NOT (r.group_id = $3 AND r.member_id = $4)
             UNION
             SELECT n.group_id FROM above b
             CROSS JOIN group_member n
             JOIN directory_group d ON d.tenant_id = $1 AND d.group_id = n.group_id
                 AND (d.deleted_at IS NULL OR d.group_id = $5) AND d.group_id <> $6
             WHERE n.tenant_id = $1 AND n.member_id = b.group_id AND NOT (n.group_id = $3 AND n.member_id = $4))
         SELECT group_id FROM above";
    LIST_PEOPLE = "group_member.list_people" Tenant
        "SELECT member_id FROM group_member
         WHERE tenant_id = $1 AND group_id = $2 AND member_id > $3 AND member_kind = 'person'
         ORDER BY member_id LIMIT $4";
}

/// How memberships would be after a change, for [`Store::list_group_ids_of`].
#[derive(Debug, Clone, Copy, Default)]
pub struct MembershipChange {
    /// The group, and the direct member that leaves it.
    pub leaving: Option<(Id, Id)>,
    pub restored: Option<Id>,
    pub deleted: Option<Id>,
}

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

/// For what a group, or one that it is in, is used: what its members have by being in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupUses {
    /// Directory roles may be given to it.
    pub role_assignable: bool,
    pub holds_role: bool,
    /// It was assigned to an application.
    pub is_assigned: bool,
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
    /// The group itself and every group that it is in, however deep, in no particular order.
    pub async fn list_groups_above(&self, tenant: Id, group: Id) -> Result<Vec<Id>, StoreError> {
        let args = vec![tenant.into(), group.into()];
        let rows = self.read(&LIST_ABOVE, args).await?;
        rows.into_iter().map(|mut row| row.id()).collect()
    }

    /// For what the group, or one that it is in, is used; for a deleted one, for what it would be if it were restored.
    pub async fn find_group_uses(&self, tenant: Id, group: Id) -> Result<GroupUses, StoreError> {
        let args = vec![tenant.into(), group.into()];
        let row = self.read_one(&FIND_USES, args).await?;
        let mut row = row.ok_or_else(|| StoreError::Unusable("no uses".to_owned()))?;
        Ok(GroupUses {
            role_assignable: row.int()? > 0,
            holds_role: row.int()? > 0,
            is_assigned: row.int()? > 0,
        })
    }

    /// The group itself and every group in it, however deep, by id.
    pub async fn list_groups_below(&self, tenant: Id, group: Id) -> Result<Vec<Id>, StoreError> {
        let mut below: Vec<Id> = Vec::new();
        loop {
            let place = after(below.last().copied());
            let args = vec![tenant.into(), group.into(), place, GROUPS_READ.into()];
            let rows = self.read(&LIST_BELOW, args).await?;
            let whole = (rows.len() as i64) < GROUPS_READ;
            for mut row in rows {
                below.push(row.id()?);
            }
            if whole {
                return Ok(below);
            }
        }
    }

    /// The ids of all groups that somebody is in, however deep, as they would be after a change.
    pub async fn list_group_ids_of(
        &self,
        tenant: Id,
        member: Id,
        change: MembershipChange,
    ) -> Result<Vec<Id>, StoreError> {
        let args = vec![
            tenant.into(),
            member.into(),
            after(change.leaving.map(|(group, _)| group)),
            after(change.leaving.map(|(_, member)| member)),
            after(change.restored),
            after(change.deleted),
        ];
        let rows = self.read(&LIST_IDS_OF_MEMBER, args).await?;
        rows.into_iter().map(|mut row| row.id()).collect()
    }

    /// At most 4,000 people who are direct members and whose id comes after `from`, by id, whatever became of them.
    pub async fn list_people_ids_in(
        &self,
        tenant: Id,
        group: Id,
        from: Option<Id>,
    ) -> Result<Vec<Id>, StoreError> {
        let args = vec![tenant.into(), group.into(), after(from), PEOPLE_READ.into()];
        let rows = self.read(&LIST_PEOPLE, args).await?;
        rows.into_iter().map(|mut row| row.id()).collect()
    }

    /// What kind of member it is, if it is one directly.
    pub async fn find_member(
        &self,
        tenant: Id,
        group: Id,
        member: Id,
    ) -> Result<Option<PrincipalKind>, StoreError> {
        let args = vec![tenant.into(), group.into(), member.into()];
        let row = self.read_one(&FIND, args).await?;
        row.map(|mut row| PrincipalKind::parse(&row.text()?))
            .transpose()
    }

    /// At most `limit` members whose id comes after `from`, by id; deleted ones are left out.
    pub async fn list_members(
        &self,
        tenant: Id,
        group: Id,
        depth: Depth,
        from: Option<Id>,
        limit: usize,
    ) -> Result<Vec<Member>, StoreError> {
        let groups = match depth {
            Depth::Direct => vec![group],
            Depth::Transitive => self.list_groups_below(tenant, group).await?,
        };
        let mut members = Vec::with_capacity(limit);
        let mut place = from;
        while members.len() < limit {
            let wanted = limit - members.len();
            let ids = self.list_member_ids(tenant, &groups, place, wanted).await?;
            members.extend(self.find_members(tenant, &ids).await?);
            if ids.len() < wanted {
                break;
            }
            place = ids.last().copied();
        }
        Ok(members)
    }

    /// The next `wanted` ids after `from` that are in any of the groups, by id; fewer only when there are no more.
    ///
    /// Of many groups either most members of the organisation are in one of them, then few memberships in the order of
    /// members are passed over; or there are few members, and all of them can be read. The first is tried first.
    async fn list_member_ids(
        &self,
        tenant: Id,
        groups: &[Id],
        from: Option<Id>,
        wanted: usize,
    ) -> Result<Vec<Id>, StoreError> {
        if groups.len() > FEW_GROUPS {
            let walked = self.walk_members(tenant, groups, from, wanted).await?;
            if let Some(ids) = walked {
                return Ok(ids);
            }
        }
        let mut ids = BTreeSet::new();
        for mut args in several(tenant, groups) {
            args.extend([
                after(from),
                Value::Int(i64::try_from(wanted).unwrap_or(i64::MAX)),
            ]);
            for mut row in self.read(&LIST_IN_SEVERAL, args).await? {
                ids.insert(row.id()?);
            }
        }
        Ok(ids.into_iter().take(wanted).collect())
    }

    /// The same, by looking at every membership of the tenant in the order of members; `None` when too many were passed
    /// over.
    async fn walk_members(
        &self,
        tenant: Id,
        groups: &[Id],
        from: Option<Id>,
        wanted: usize,
    ) -> Result<Option<Vec<Id>>, StoreError> {
        let groups: HashSet<Id> = groups.iter().copied().collect();
        let mut ids: Vec<Id> = Vec::with_capacity(wanted);
        // No group's id comes after this.
        let mut place = (after(from), Value::Bytes(vec![0xff; 17]));
        for _ in 0..(wanted + WALKED) / BATCH {
            let (member, group) = place;
            let args = vec![tenant.into(), member, group, Value::Int(BATCH as i64)];
            let rows = self.read(&WALK, args).await?;
            let whole = rows.len() < BATCH;
            let mut last = None;
            for mut row in rows {
                let (member, group) = (row.id()?, row.id()?);
                last = Some((member, group));
                if groups.contains(&group) && ids.last() != Some(&member) {
                    ids.push(member);
                    if ids.len() == wanted {
                        return Ok(Some(ids));
                    }
                }
            }
            match last {
                Some((member, group)) if !whole => place = (member.into(), group.into()),
                _ => return Ok(Some(ids)),
            }
        }
        Ok(None)
    }

    /// The records of ids, in the order of these; what is deleted is left out.
    async fn find_members(&self, tenant: Id, ids: &[Id]) -> Result<Vec<Member>, StoreError> {
        let people = self.find_people(tenant, ids).await?;
        let mut found: HashMap<Id, MemberRecord> = people
            .into_iter()
            .map(|person| (person.person_id, MemberRecord::Person(Box::new(person))))
            .collect();
        let missing = |found: &HashMap<Id, MemberRecord>| -> Vec<Id> {
            let ids = ids.iter().copied();
            ids.filter(|id| !found.contains_key(id)).collect()
        };
        for group in self.find_groups(tenant, &missing(&found)).await? {
            found.insert(group.group_id, MemberRecord::Group(group));
        }
        for principal in self.find_principals(tenant, &missing(&found)).await? {
            found.insert(principal.object_id, MemberRecord::Application);
        }
        let member = |id: &Id| found.remove(id).map(|record| Member { id: *id, record });
        Ok(ids.iter().filter_map(member).collect())
    }

    /// How many members there are; deleted ones are left out.
    pub async fn count_members(
        &self,
        tenant: Id,
        group: Id,
        depth: Depth,
    ) -> Result<i64, StoreError> {
        let sql = match depth {
            Depth::Direct => &COUNT,
            Depth::Transitive => &COUNT_TRANSITIVE,
        };
        let row = self
            .read_one(sql, vec![tenant.into(), group.into()])
            .await?;
        row.map_or(Ok(0), |mut row| row.int())
    }

    /// At most `limit` groups that a person, group or application is in, whose id comes after `from`, by id.
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
        rows.into_iter().map(parse_group).collect()
    }

    /// At most one more than [`MAX_GROUPS_TOLD`] groups that a person is in, however deep, and that are assigned to the
    /// application, by id.
    pub async fn list_assigned_groups_of(
        &self,
        tenant: Id,
        person: Id,
        resource: Id,
    ) -> Result<Vec<Group>, StoreError> {
        let limit = MAX_GROUPS_TOLD as i64 + 1;
        let args = vec![tenant.into(), person.into(), resource.into(), limit.into()];
        let rows = self.read(&LIST_ASSIGNED, args).await?;
        rows.into_iter().map(parse_group).collect()
    }
}

/// As many groups as a token has room for.
pub const MAX_GROUPS_TOLD: usize = 200;

impl Unit {
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
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Refused with [`Guard::Missing`] when it is none directly.
    pub fn delete_member(&mut self, tenant: Id, group: Id, member: Id) -> &mut Unit {
        let args = vec![tenant.into(), group.into(), member.into()];
        self.step(&DELETE, args, Expect::One(Guard::Missing))
    }
}
