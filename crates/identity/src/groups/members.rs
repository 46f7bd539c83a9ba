//! Who is in a group, and in which groups somebody is.

use store::{Depth, Group, Guard, Id, Member, MemberRecord, PrincipalKind, WriteError};

use super::{GroupRecord, begin_changing, check, check_reading, find_living};
use crate::access::{self, Operation, Target};
use crate::actor::Actor;
use crate::audit::Entry;
use crate::people::administrators::{Administrators, Change};
use crate::people::{Detail, PersonRecord};
use crate::tenant::refuse_write;
use crate::{Identity, Refusal, codes, connectors, protect, roles};

/// How many groups a group may be in, however deep, itself included: the bound of every question about rights.
const MOST_ABOVE: usize = 500;

/// A member as the directory shows it.
#[derive(Debug, Clone)]
pub enum MemberView {
    Person(Box<PersonRecord>),
    Group(GroupRecord),
    /// A service principal, by its id.
    Application(Id),
}

impl MemberView {
    /// The object's id.
    #[must_use]
    pub fn id(&self) -> Id {
        match self {
            MemberView::Person(person) => person.person_id,
            MemberView::Group(group) => group.group_id,
            MemberView::Application(id) => *id,
        }
    }

    fn of(member: Member, detail: Detail) -> MemberView {
        match member.record {
            MemberRecord::Person(person) => {
                MemberView::Person(Box::new(PersonRecord::of(*person, detail)))
            }
            MemberRecord::Group(group) => MemberView::Group(group.into()),
            MemberRecord::Application => MemberView::Application(member.id),
        }
    }
}

/// At most `limit` members whose id comes after `after`, by id. Those that are deleted are left out. Of people only the
/// basics are told where the permission is one for groups: it says nothing of people (security 35).
pub async fn list(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    depth: Depth,
    after: Option<Id>,
    limit: u32,
) -> Result<Vec<MemberView>, Refusal> {
    check_reading(identity, actor, Operation::ReadMembers, group).await?;
    find_living(identity, group).await?;
    let people = access::check(identity, actor, Operation::ListPeople, None).await;
    let detail = match people {
        Ok(allowed) => crate::people::derive_detail(allowed.permission),
        Err(_) => Detail::Basic,
    };
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store
        .list_members(tenant, group, depth, after, limit as usize)
        .await?;
    Ok(found
        .into_iter()
        .map(|member| MemberView::of(member, detail))
        .collect())
}

/// How many there are.
pub async fn count(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    depth: Depth,
) -> Result<u64, Refusal> {
    check_reading(identity, actor, Operation::ReadMembers, group).await?;
    find_living(identity, group).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let count = store.count_members(tenant, group, depth).await?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// At most `limit` groups that a person, group or application is in, whose id comes after `after`, by id. Everybody may
/// ask that of themselves by token.
pub async fn list_groups_of(
    identity: &Identity,
    actor: Actor<'_>,
    member: Id,
    depth: Depth,
    after: Option<Id>,
    limit: u32,
) -> Result<Vec<GroupRecord>, Refusal> {
    access::check(identity, actor, Operation::ReadMemberships, Some(member))
        .await
        .map(drop)?;
    find_kind(identity, member).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store
        .list_groups_of(tenant, member, depth, after, i64::from(limit))
        .await?;
    Ok(found.into_iter().map(GroupRecord::from).collect())
}

pub(crate) async fn find_kind(identity: &Identity, id: Id) -> Result<PrincipalKind, Refusal> {
    let found = identity.0.store.find_kind(identity.0.tenant_id, id).await?;
    found.ok_or_else(|| Refusal::new(&codes::OBJECT_MISSING))
}

/// Puts a person, a group or an application into a group.
///
/// # Errors
/// [`codes::OBJECT_MISSING`] for an id that is nothing here; [`codes::GROUP_CYCLE`]; [`codes::MEMBER_EXISTS`];
/// [`codes::NOT_ALLOWED`] where membership would confer what the actor can't give.
pub async fn add(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    member: Id,
) -> Result<(), Refusal> {
    let about = (Operation::ChangeMembers, Some(group));
    access::decide(identity, actor, about, || {
        add_once(identity, actor, group, member)
    })
    .await
}

async fn add_once(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    member: Id,
) -> Result<(), Refusal> {
    let allowed = check(identity, actor, Operation::ChangeMembers, group).await?;
    let found = find_living(identity, group).await?;
    let kind = find_kind(identity, member).await?;
    connectors::check_member(identity, actor, (member, kind)).await?;
    if kind == PrincipalKind::Group {
        check_nesting(identity, group, member).await?;
    }
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    // Whoever gets into a group gets its rights, and a nested group brings its members along: then rights change.
    let confers = kind == PrincipalKind::Group
        || protect::find_target(identity, group).await? == Target::Privileged;
    let mut unit = match confers {
        true => begin_changing(identity, &allowed).await?,
        false => allowed.begin(identity),
    };
    let joins = Change::Joins { group, member };
    let administrators = Administrators::begin(identity, &mut unit, joins).await?;
    unit.insert_member(tenant, group, (member, kind), now);
    unit.touch_connected_group(tenant, group, now);
    administrators.finish(identity, &mut unit);
    if confers {
        let store = &identity.0.store;
        let conferred = store.list_roles(tenant, group).await?;
        roles::tell_gained(identity, &mut unit, (member, kind), &conferred).await?;
    }
    let entry = describe(identity, actor, &found, (member, kind)).await?;
    let word = "group.member_added";
    let written = access::write(identity, actor, &allowed, unit, word, group, entry).await;
    written.map_err(|error| match error {
        WriteError::Refused(Guard::Taken) => Refusal::new(&codes::MEMBER_EXISTS),
        error => refuse_write(error),
    })
}

/// Refuses a group inside itself. Two units that nest at the same time meet at the directory's version, so that what
/// was read here still holds when it is written.
async fn check_nesting(identity: &Identity, group: Id, member: Id) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let above = store.list_groups_above(tenant, group).await?;
    if above.contains(&member) {
        return Err(Refusal::new(&codes::GROUP_CYCLE));
    }
    let inner = store.list_groups_above(tenant, member).await?;
    if above.len() + inner.len() > MOST_ABOVE {
        return Err(Refusal::new(&codes::GROUP_TOO_DEEP));
    }
    Ok(())
}

async fn describe(
    identity: &Identity,
    actor: Actor<'_>,
    group: &Group,
    (member, kind): (Id, PrincipalKind),
) -> Result<Entry, Refusal> {
    let mut entry = actor.entry(identity);
    entry
        .say("group", group.display_name.as_str())
        .say("member", member.to_string())
        .say("kind", kind.as_str());
    confide_name(identity, &mut entry, (member, kind)).await?;
    Ok(entry)
}

/// Tells a record the user name of a principal that is a person.
pub(crate) async fn confide_name(
    identity: &Identity,
    entry: &mut Entry,
    (principal, kind): (Id, PrincipalKind),
) -> Result<(), Refusal> {
    if kind == PrincipalKind::Person {
        let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
        if let Some(person) = store.find_person(tenant, principal).await? {
            entry.confide("user", person.user_name);
        }
    }
    Ok(())
}

/// Takes a direct member out of a group.
///
/// # Errors
/// [`codes::MEMBER_MISSING`]; [`codes::LAST_ADMINISTRATOR`] when nobody would be left who can do everything.
pub async fn remove(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    member: Id,
) -> Result<(), Refusal> {
    let about = (Operation::ChangeMembers, Some(group));
    access::decide(identity, actor, about, || {
        remove_once(identity, actor, group, member)
    })
    .await
}

async fn remove_once(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    member: Id,
) -> Result<(), Refusal> {
    let allowed = check(identity, actor, Operation::ChangeMembers, group).await?;
    let found = find_living(identity, group).await?;
    let tenant = identity.0.tenant_id;
    let kind = identity.0.store.find_member(tenant, group, member).await?;
    let kind = kind.ok_or_else(|| Refusal::new(&codes::MEMBER_MISSING))?;
    connectors::check_member(identity, actor, (member, kind)).await?;
    let mut unit = begin_changing(identity, &allowed).await?;
    let administrators =
        Administrators::begin(identity, &mut unit, Change::Leaves { group, member }).await?;
    unit.delete_member(tenant, group, member);
    unit.touch_connected_group(tenant, group, identity.0.ambient.now());
    administrators.finish(identity, &mut unit);
    let entry = describe(identity, actor, &found, (member, kind)).await?;
    let word = "group.member_removed";
    let written = access::write(identity, actor, &allowed, unit, word, group, entry).await;
    written.map_err(|error| match error {
        WriteError::Refused(Guard::Missing) => Refusal::new(&codes::MEMBER_MISSING),
        error => refuse_write(error),
    })
}
