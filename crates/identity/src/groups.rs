//! Groups: making, changing, deleting them, and reading what there is. Their members are in [`members`].

use store::{
    DeletedGroups, Direction, ERASING, Filter, Group, GroupColumn, GroupFields, Groups, Guard, Id,
    ListQuery, Page, PrincipalKind, Test, Unit, WriteError,
};

use crate::access::{self, Allowed, Operation};
use crate::actor::Actor;
use crate::audit::{self, Entry};
use crate::connectors::{self, Provisioned};
use crate::people::administrators::{Administrators, Change, check_unnamed};
use crate::people::{Expected, PURGED_AT_ONCE, RESTORABLE, check_expected, fold_test};
use crate::tenant::refuse_write;
use crate::{Identity, Micros, Refusal, codes, names, protect};

pub mod members;

pub use crate::protect::ProtectedBy;
pub use members::MemberView;

/// The longest description, in characters.
const DESCRIPTION_MAX: usize = 1024;

/// A group as the directory shows it.
#[derive(Debug, Clone)]
pub struct GroupRecord {
    pub group_id: Id,
    pub display_name: String,
    pub description: Option<String>,
    pub mail_nickname: String,
    /// Whether directory roles may be given to it; said when it is made, never changed.
    pub role_assignable: bool,
    pub created_at: Micros,
    pub changed_at: Micros,
    pub deleted_at: Option<Micros>,
    /// Moves with every change of the record: the ETag.
    pub version: i64,
}

impl From<Group> for GroupRecord {
    fn from(group: Group) -> GroupRecord {
        GroupRecord {
            group_id: group.group_id,
            display_name: group.display_name,
            description: group.description,
            mail_nickname: group.mail_nickname,
            role_assignable: group.role_assignable,
            created_at: group.created_at,
            changed_at: group.changed_at,
            deleted_at: group.deleted_at,
            version: group.record_version,
        }
    }
}

/// A group to be made.
#[derive(Debug, Clone, Default)]
pub struct NewGroup {
    pub display_name: String,
    pub description: Option<String>,
    /// `None`: made of the group's id.
    pub mail_nickname: Option<String>,
    pub role_assignable: bool,
}

/// What is to be different; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct GroupChange {
    pub display_name: Option<String>,
    /// `Some(None)` clears it.
    pub description: Option<Option<String>>,
    pub mail_nickname: Option<String>,
}

fn parse_description(text: &str) -> Result<String, Refusal> {
    names::parse_text(text, DESCRIPTION_MAX)
        .ok_or_else(|| Refusal::new(&codes::GROUP_DESCRIPTION_UNFIT))
}

/// Makes a group without members. One to which directory roles may be given only who may give roles makes.
pub async fn create(
    identity: &Identity,
    actor: Actor<'_>,
    new: &NewGroup,
) -> Result<GroupRecord, Refusal> {
    provision(identity, actor, new, &Provisioned::default()).await
}

/// As [`create`], with what a connector says beside.
pub async fn provision(
    identity: &Identity,
    actor: Actor<'_>,
    new: &NewGroup,
    provisioned: &Provisioned,
) -> Result<GroupRecord, Refusal> {
    let about = (Operation::AddGroup, None);
    access::decide(identity, actor, about, || {
        create_once(identity, actor, new, provisioned)
    })
    .await
}

async fn create_once(
    identity: &Identity,
    actor: Actor<'_>,
    new: &NewGroup,
    provisioned: &Provisioned,
) -> Result<GroupRecord, Refusal> {
    let operation = match new.role_assignable {
        true => Operation::AddRoleGroup,
        false => Operation::AddGroup,
    };
    let allowed = access::check(identity, actor, operation, None).await?;
    let (id, now) = (identity.0.ambient.make_id(), identity.0.ambient.now());
    let display_name = names::parse_group_name(&new.display_name)?;
    let fields = GroupFields {
        display_name_key: names::fold(&display_name),
        display_name,
        description: new
            .description
            .as_deref()
            .map(parse_description)
            .transpose()?,
        mail_nickname: match &new.mail_nickname {
            Some(nickname) => names::parse_nickname(nickname)?,
            None => id.to_string(),
        },
    };
    let mut unit = allowed.begin(identity);
    unit.insert_group(identity.0.tenant_id, id, &fields, new.role_assignable, now);
    let made = (id, PrincipalKind::Group);
    connectors::insert_made(identity, &mut unit, actor, made, provisioned)?;
    let mut entry = actor.entry(identity);
    entry
        .say("group", fields.display_name.as_str())
        .say("roleAssignable", new.role_assignable);
    access::write(identity, actor, &allowed, unit, "group.added", id, entry)
        .await
        .map_err(refuse_write)?;
    find_living(identity, id).await.map(GroupRecord::from)
}

/// The group, if it is not deleted.
pub async fn read(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
) -> Result<GroupRecord, Refusal> {
    check_reading(identity, actor, Operation::ReadGroup, group).await?;
    find_living(identity, group).await.map(GroupRecord::from)
}

/// The only group of that name, in whatever case.
///
/// # Errors
/// [`codes::GROUP_AMBIGUOUS`] when there are several: names of groups need not be unique.
pub async fn read_by_name(
    identity: &Identity,
    actor: Actor<'_>,
    name: &str,
) -> Result<GroupRecord, Refusal> {
    let query = ListQuery {
        filter: Some(Filter::Is(
            GroupColumn::DisplayName,
            Test::Equal(name.into()),
        )),
        ..ListQuery::first(2)
    };
    let mut found = list(identity, actor, query).await?.rows;
    match (found.pop(), found.pop()) {
        (Some(group), None) => Ok(group),
        (Some(_), Some(_)) => Err(Refusal::new(&codes::GROUP_AMBIGUOUS)),
        (None, _) => Err(Refusal::new(&codes::GROUP_MISSING)),
    }
}

pub(crate) async fn find_living(identity: &Identity, group: Id) -> Result<Group, Refusal> {
    let found = identity
        .0
        .store
        .find_group(identity.0.tenant_id, group)
        .await?;
    found
        .filter(|group| group.deleted_at.is_none())
        .ok_or_else(|| Refusal::new(&codes::GROUP_MISSING))
}

async fn find_deleted(identity: &Identity, group: Id) -> Result<Group, Refusal> {
    let found = identity
        .0
        .store
        .find_group(identity.0.tenant_id, group)
        .await?;
    found
        .filter(|group| group.deleted_at.is_some())
        .ok_or_else(|| Refusal::new(&codes::GROUP_MISSING))
}

/// What is not just being erased.
async fn find_restorable(identity: &Identity, group: Id) -> Result<Group, Refusal> {
    let found = find_deleted(identity, group).await?;
    match found.deleted_at {
        Some(ERASING) => Err(Refusal::new(&codes::GROUP_MISSING)),
        _ => Ok(found),
    }
}

/// Why the group is protected; empty: it is plain.
pub async fn list_protections(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
) -> Result<Vec<ProtectedBy>, Refusal> {
    check_reading(identity, actor, Operation::ReadGroup, group).await?;
    find_living(identity, group).await?;
    protect::list_reasons(identity, group).await
}

/// Puts the texts of a filter into the form in which their columns are compared.
fn fold(query: ListQuery<GroupColumn>) -> ListQuery<GroupColumn> {
    query.map_tests(&|column, test| match column {
        GroupColumn::DisplayName => fold_test(test, &names::fold),
        _ => test,
    })
}

/// A page of the groups that are not deleted. Texts in the filter are as people write them.
///
/// # Errors
/// [`codes::FILTER_UNFIT`] for an order without an index.
pub async fn list(
    identity: &Identity,
    actor: Actor<'_>,
    query: ListQuery<GroupColumn>,
) -> Result<Page<GroupRecord>, Refusal> {
    access::check(identity, actor, Operation::ListGroups, None)
        .await
        .map(drop)?;
    let orders = [
        GroupColumn::DisplayName,
        GroupColumn::CreatedAt,
        GroupColumn::Id,
    ];
    if query
        .order
        .is_some_and(|(column, _)| !orders.contains(&column))
    {
        return Err(Refusal::new(&codes::FILTER_UNFIT));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let page = store.list::<Groups>(tenant, &fold(query)).await?;
    Ok(page.map(GroupRecord::from))
}

/// A page of the deleted groups that can still be restored, by the time of their deletion.
pub async fn list_deleted(
    identity: &Identity,
    actor: Actor<'_>,
    query: ListQuery<GroupColumn>,
) -> Result<Page<GroupRecord>, Refusal> {
    access::check(identity, actor, Operation::ReadDeletedGroups, None)
        .await
        .map(drop)?;
    if query.order.is_some() {
        return Err(Refusal::new(&codes::FILTER_UNFIT));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let page = store.list::<DeletedGroups>(tenant, &fold(query)).await?;
    Ok(page.map(GroupRecord::from))
}

/// A deleted group that can still be restored.
pub async fn read_deleted(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
) -> Result<GroupRecord, Refusal> {
    access::check(identity, actor, Operation::ReadDeletedGroups, None)
        .await
        .map(drop)?;
    find_restorable(identity, group)
        .await
        .map(GroupRecord::from)
}

/// Refuses unless the actor may do it to that group, protected or not.
pub(crate) async fn check(
    identity: &Identity,
    actor: Actor<'_>,
    operation: Operation,
    group: Id,
) -> Result<Allowed, Refusal> {
    access::check_group(identity, actor, operation, group, || {
        protect::find_target(identity, group)
    })
    .await
}

/// As [`check`], for what only reads.
pub(crate) async fn check_reading(
    identity: &Identity,
    actor: Actor<'_>,
    operation: Operation,
    group: Id,
) -> Result<(), Refusal> {
    check(identity, actor, operation, group).await.map(drop)
}

/// Changes properties of a group.
///
/// # Errors
/// [`codes::RECORD_OUTDATED`] when the record is not the expected one any more.
pub async fn update(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    expected: Expected,
    change: &GroupChange,
) -> Result<GroupRecord, Refusal> {
    let provisioned = Provisioned::default();
    reprovision(identity, actor, group, expected, (change, &provisioned)).await
}

/// As [`update`], with what a connector says beside.
///
/// # Errors
/// As [`update`].
pub async fn reprovision(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    expected: Expected,
    (change, provisioned): (&GroupChange, &Provisioned),
) -> Result<GroupRecord, Refusal> {
    let about = (Operation::ChangeGroup, Some(group));
    access::decide(identity, actor, about, || {
        update_once(identity, actor, group, expected, (change, provisioned))
    })
    .await?;
    find_living(identity, group).await.map(GroupRecord::from)
}

async fn update_once(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    expected: Expected,
    (change, provisioned): (&GroupChange, &Provisioned),
) -> Result<(), Refusal> {
    let allowed = check(identity, actor, Operation::ChangeGroup, group).await?;
    let found = find_living(identity, group).await?;
    check_expected(expected, found.record_version)?;
    let display_name = match &change.display_name {
        Some(name) => names::parse_group_name(name)?,
        None => found.display_name.clone(),
    };
    let fields = GroupFields {
        display_name_key: names::fold(&display_name),
        display_name,
        description: match &change.description {
            Some(text) => text.as_deref().map(parse_description).transpose()?,
            None => found.description.clone(),
        },
        mail_nickname: match &change.mail_nickname {
            Some(nickname) => names::parse_nickname(nickname)?,
            None => found.mail_nickname.clone(),
        },
    };
    let mut unit = allowed.begin(identity);
    unit.update_group(
        identity.0.tenant_id,
        group,
        found.record_version,
        &fields,
        identity.0.ambient.now(),
    );
    let renaming = connectors::find_renaming(identity, actor, group, provisioned).await?;
    if let Some(external_id) = renaming {
        connectors::rename(identity, &mut unit, actor, group, external_id.as_deref());
    }
    let mut entry = actor.entry(identity);
    entry.say("group", fields.display_name.as_str());
    if fields.display_name != found.display_name {
        entry.say("before", found.display_name.as_str());
    }
    let word = "group.changed";
    access::write(identity, actor, &allowed, unit, word, group, entry)
        .await
        .map_err(refuse_write)
}

/// Deletes a group: from now on it confers nothing; restorable for [`RESTORABLE`] with members and roles.
///
/// # Errors
/// [`codes::LAST_ADMINISTRATOR`] when nobody would be left who can do everything; [`codes::GROUP_IN_POLICY`] while a
/// policy names it.
pub async fn delete(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    expected: Expected,
) -> Result<(), Refusal> {
    let about = (Operation::DeleteGroup, Some(group));
    access::decide(identity, actor, about, || {
        delete_once(identity, actor, group, expected)
    })
    .await
}

async fn delete_once(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    expected: Expected,
) -> Result<(), Refusal> {
    let allowed = check(identity, actor, Operation::DeleteGroup, group).await?;
    let found = find_living(identity, group).await?;
    check_expected(expected, found.record_version)?;
    check_unnamed(identity, group).await?;
    let mut unit = begin_changing(identity, &allowed).await?;
    let administrators = Administrators::begin(identity, &mut unit, Change::Group(group)).await?;
    unit.delete_group(
        identity.0.tenant_id,
        group,
        found.record_version,
        identity.0.ambient.now(),
    );
    administrators.finish(identity, &mut unit);
    let mut entry = actor.entry(identity);
    entry.say("group", found.display_name.as_str());
    let word = "group.deleted";
    access::write(identity, actor, &allowed, unit, word, group, entry)
        .await
        .map_err(refuse_write)
}

/// A unit that changes who has which rights: it and every other that rests on rights come one after the other.
pub(crate) async fn begin_changing(
    identity: &Identity,
    allowed: &Allowed,
) -> Result<Unit, Refusal> {
    allowed
        .begin_changing(identity)
        .ok_or_else(|| Refusal::new(&codes::INTERNAL))
}

/// Brings a deleted group back with its members and roles. Whoever does that confers what it confers.
pub async fn restore(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
) -> Result<GroupRecord, Refusal> {
    let about = (Operation::RestoreGroup, Some(group));
    access::decide(identity, actor, about, || {
        restore_once(identity, actor, group)
    })
    .await?;
    find_living(identity, group).await.map(GroupRecord::from)
}

async fn restore_once(identity: &Identity, actor: Actor<'_>, group: Id) -> Result<(), Refusal> {
    let allowed = check(identity, actor, Operation::RestoreGroup, group).await?;
    let found = find_restorable(identity, group).await?;
    let mut unit = begin_changing(identity, &allowed).await?;
    let change = Change::Restored(group);
    let administrators = Administrators::begin(identity, &mut unit, change).await?;
    unit.restore_group(
        identity.0.tenant_id,
        group,
        found.record_version,
        identity.0.ambient.now(),
    );
    administrators.finish(identity, &mut unit);
    let mut entry = actor.entry(identity);
    entry.say("group", found.display_name.as_str());
    let word = "group.restored";
    access::write(identity, actor, &allowed, unit, word, group, entry)
        .await
        .map_err(refuse_write)
}

/// Deletes a deleted group for good, before its time.
pub async fn erase(identity: &Identity, actor: Actor<'_>, group: Id) -> Result<(), Refusal> {
    let about = (Operation::EraseDeletedGroup, Some(group));
    access::decide(identity, actor, about, || {
        erase_once(identity, actor, group)
    })
    .await
}

async fn erase_once(identity: &Identity, actor: Actor<'_>, group: Id) -> Result<(), Refusal> {
    let allowed = check(identity, actor, Operation::EraseDeletedGroup, group).await?;
    let found = find_deleted(identity, group).await?;
    purge_members(identity, group).await?;
    let mut unit = begin_changing(identity, &allowed).await?;
    unit.delete_roles_of(identity.0.tenant_id, group);
    unit.purge_group(identity.0.tenant_id, group);
    let mut entry = actor.entry(identity);
    entry.say("group", found.display_name.as_str());
    let word = "group.erased";
    access::write(identity, actor, &allowed, unit, word, group, entry)
        .await
        .map_err(refuse_erasure)
}

/// Of several who erase at once, one did it; for the others there is no group any more.
fn refuse_erasure(error: WriteError) -> Refusal {
    match error {
        WriteError::Refused(Guard::Missing) => Refusal::new(&codes::GROUP_MISSING),
        error => refuse_write(error),
    }
}

/// In small units, so that others are written between them, each of which makes sure that nobody restores the group.
async fn purge_members(identity: &Identity, group: Id) -> Result<(), Refusal> {
    loop {
        let mut unit = Unit::new();
        unit.begin_group_erasure(identity.0.tenant_id, group);
        unit.purge_members(identity.0.tenant_id, group);
        unit.purge_memberships(identity.0.tenant_id, group);
        let written = identity.write(unit).await.map_err(refuse_erasure)?;
        if written.rows.iter().all(Vec::is_empty) {
            return Ok(());
        }
    }
}

/// Once a minute: deletes for good what was deleted long enough ago.
pub(crate) async fn purge(identity: &Identity, now: Micros) -> Result<(), Refusal> {
    let tenant = identity.0.tenant_id;
    let oldest = ListQuery {
        order: Some((GroupColumn::DeletedAt, Direction::Ascending)),
        ..ListQuery::first(PURGED_AT_ONCE)
    };
    let page = identity
        .0
        .store
        .list::<DeletedGroups>(tenant, &oldest)
        .await?;
    for group in page.rows {
        if group.deleted_at.is_none_or(|at| now - at < RESTORABLE) {
            break;
        }
        match purge_members(identity, group.group_id).await {
            // Restored, or another node was first.
            Err(refusal) if refusal.code == &codes::GROUP_MISSING => continue,
            purged => purged?,
        }
        let mut unit = Unit::new();
        unit.delete_roles_of(tenant, group.group_id);
        unit.purge_group(tenant, group.group_id);
        let mut entry = Entry::default();
        entry.say("group", group.display_name.as_str());
        let about = (None, Some(group.group_id.0.as_slice()));
        let log = store::Log::Audit;
        match audit::commit(identity, unit, log, "group.erased", about, entry).await {
            Err(WriteError::Refused(Guard::Missing)) => continue,
            written => written.map_err(refuse_write)?,
        };
    }
    Ok(())
}
