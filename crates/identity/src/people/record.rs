//! Reading people: one, a page of a list, the deleted ones.

use store::{
    DeletedPeople, DirectoryPerson, ERASING, Filter, Id, ListQuery, Page, People, PersonColumn,
    PersonStatus, Test, UserType, Value,
};

use super::profile::Profile;
use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::permissions::Permission;
use crate::{Identity, Micros, Refusal, codes, names};

/// How much of a person may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Names and mail address: `User.ReadBasic.All`.
    Basic,
    Full,
}

/// A person as the directory shows them. What may not be read is not there.
#[derive(Debug, Clone)]
pub struct PersonRecord {
    pub person_id: Id,
    pub user_name: String,
    pub display_name: String,
    pub mail: Option<String>,
    pub profile: Profile,
    /// `None` when only the basics may be read, as for everything that follows.
    pub enabled: Option<bool>,
    pub user_type: Option<UserType>,
    pub created_at: Option<Micros>,
    pub changed_at: Option<Micros>,
    pub deleted_at: Option<Micros>,
    /// Moves with every change: the ETag.
    pub version: i64,
    pub detail: Detail,
}

impl PersonRecord {
    pub(crate) fn of(person: DirectoryPerson, detail: Detail) -> PersonRecord {
        let profile = Profile::from_json(&person.profile);
        let full = detail == Detail::Full;
        PersonRecord {
            person_id: person.person_id,
            user_name: person.user_name,
            display_name: person.display_name,
            mail: person.mail,
            profile: if full { profile } else { profile.basic() },
            enabled: full.then_some(person.status == PersonStatus::Enabled),
            user_type: full.then_some(person.user_type),
            created_at: full.then_some(person.created_at),
            changed_at: person.changed_at.filter(|_| full),
            deleted_at: person.deleted_at.filter(|_| full),
            version: person.record_version,
            detail,
        }
    }
}

/// How much of people somebody may read by the permission that let them; by a role, all.
pub(crate) fn derive_detail(permission: Option<Permission>) -> Detail {
    match permission {
        Some(Permission::UserReadBasicAll) => Detail::Basic,
        _ => Detail::Full,
    }
}

/// Whether somebody who may read only the basics may filter and order by a column (security 35: what may not be read
/// may not be found out by asking whether it is this or that, either).
fn is_basic(column: PersonColumn) -> bool {
    match column {
        PersonColumn::Id
        | PersonColumn::UserName
        | PersonColumn::DisplayName
        | PersonColumn::Mail => true,
        PersonColumn::Enabled
        | PersonColumn::UserType
        | PersonColumn::Manager
        | PersonColumn::CreatedAt
        | PersonColumn::DeletedAt => false,
    }
}

/// The directory's record of a person who is not deleted.
pub async fn read(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<PersonRecord, Refusal> {
    let allowed = access::check(identity, actor, Operation::ReadPerson, Some(person)).await?;
    let found = find_living(identity, person).await?;
    Ok(PersonRecord::of(found, derive_detail(allowed.permission)))
}

/// As [`read`], by user name.
pub async fn read_by_name(
    identity: &Identity,
    actor: Actor<'_>,
    user_name: &str,
) -> Result<PersonRecord, Refusal> {
    let missing = || Refusal::new(&codes::USER_MISSING);
    let key = names::derive_key(user_name).ok_or_else(missing)?;
    let tenant = identity.0.tenant_id;
    let found = identity
        .0
        .store
        .find_directory_person_by_name(tenant, &key)
        .await?;
    let person = found.map(|person| person.person_id);
    let allowed = access::check(identity, actor, Operation::ReadPerson, person).await?;
    let person = find_living(identity, person.ok_or_else(missing)?).await?;
    Ok(PersonRecord::of(person, derive_detail(allowed.permission)))
}

pub(super) async fn find_living(
    identity: &Identity,
    person: Id,
) -> Result<DirectoryPerson, Refusal> {
    let tenant = identity.0.tenant_id;
    let found = identity
        .0
        .store
        .find_directory_person(tenant, person)
        .await?;
    found
        .filter(|person| person.status != PersonStatus::Deleted)
        .ok_or_else(|| Refusal::new(&codes::USER_MISSING))
}

/// Puts the texts of a filter into the form in which their columns are compared.
fn fold(query: ListQuery<PersonColumn>) -> ListQuery<PersonColumn> {
    // What is no name at all is equal to none, but "not equal" of all.
    let fold_name = |text: &str| names::derive_key(text).unwrap_or_else(|| names::fold(text));
    query.map_tests(&|column, test| match column {
        PersonColumn::UserName => fold_test(test, &fold_name),
        PersonColumn::DisplayName | PersonColumn::Mail => fold_test(test, &names::fold),
        _ => test,
    })
}

/// Puts the texts of a test into another form.
pub(crate) fn fold_test(test: Test, fold: &impl Fn(&str) -> String) -> Test {
    let value = |value: Value| match value {
        Value::Text(text) => Value::Text(fold(&text)),
        other => other,
    };
    match test {
        Test::Equal(other) => Test::Equal(value(other)),
        Test::Less(other) => Test::Less(value(other)),
        Test::AtMost(other) => Test::AtMost(value(other)),
        Test::Greater(other) => Test::Greater(value(other)),
        Test::AtLeast(other) => Test::AtLeast(value(other)),
        Test::Prefix(text) => Test::Prefix(fold(&text)),
        Test::Words(words) => Test::Words(words.iter().map(|word| fold(word)).collect()),
    }
}

/// A page of the people who are not deleted. Texts in the filter are as people write them.
///
/// # Errors
/// [`codes::FILTER_HIDDEN`] for a column that the actor may not read; [`codes::FILTER_UNFIT`] for an order without an
/// index.
pub async fn list_records(
    identity: &Identity,
    actor: Actor<'_>,
    query: ListQuery<PersonColumn>,
) -> Result<Page<PersonRecord>, Refusal> {
    let allowed = access::check(identity, actor, Operation::ListPeople, None).await?;
    let detail = derive_detail(allowed.permission);
    let query = prepare(query, detail)?;
    let page = identity
        .0
        .store
        .list::<People>(identity.0.tenant_id, &query)
        .await?;
    Ok(page.map(|row| PersonRecord::of(row, detail)))
}

fn prepare(
    query: ListQuery<PersonColumn>,
    detail: Detail,
) -> Result<ListQuery<PersonColumn>, Refusal> {
    let filtered = query.filter.iter().flat_map(Filter::columns);
    let ordered = query.order.map(|(column, _)| column);
    let mut asked = filtered.chain(ordered);
    if detail == Detail::Basic && !asked.all(is_basic) {
        return Err(Refusal::new(&codes::FILTER_HIDDEN));
    }
    // By the address there is an order only among those who have one.
    let orders = [
        PersonColumn::UserName,
        PersonColumn::DisplayName,
        PersonColumn::CreatedAt,
        PersonColumn::Id,
    ];
    if ordered.is_some_and(|column| !orders.contains(&column)) {
        return Err(Refusal::new(&codes::FILTER_UNFIT));
    }
    Ok(fold(query))
}

/// A page of the deleted people who can still be restored, by the time of their deletion.
pub async fn list_deleted(
    identity: &Identity,
    actor: Actor<'_>,
    query: ListQuery<PersonColumn>,
) -> Result<Page<PersonRecord>, Refusal> {
    access::check(identity, actor, Operation::ReadDeletedPeople, None)
        .await
        .map(drop)?;
    if query.order.is_some() {
        return Err(Refusal::new(&codes::FILTER_UNFIT));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let page = store.list::<DeletedPeople>(tenant, &fold(query)).await?;
    Ok(page.map(|row| PersonRecord::of(row, Detail::Full)))
}

/// A deleted person who can still be restored.
pub async fn read_deleted(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<PersonRecord, Refusal> {
    access::check(identity, actor, Operation::ReadDeletedPeople, None)
        .await
        .map(drop)?;
    let found = find_restorable(identity, person).await?;
    Ok(PersonRecord::of(found, Detail::Full))
}

pub(super) async fn find_deleted(
    identity: &Identity,
    person: Id,
) -> Result<DirectoryPerson, Refusal> {
    let tenant = identity.0.tenant_id;
    let found = identity
        .0
        .store
        .find_directory_person(tenant, person)
        .await?;
    found
        .filter(|person| person.status == PersonStatus::Deleted)
        .ok_or_else(|| Refusal::new(&codes::USER_MISSING))
}

/// Who is not just being erased.
pub(super) async fn find_restorable(
    identity: &Identity,
    person: Id,
) -> Result<DirectoryPerson, Refusal> {
    let found = find_deleted(identity, person).await?;
    match found.deleted_at {
        Some(ERASING) => Err(Refusal::new(&codes::USER_MISSING)),
        _ => Ok(found),
    }
}

/// The person's manager; `None` when there is none.
pub async fn read_manager(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<Option<PersonRecord>, Refusal> {
    let allowed = access::check(identity, actor, Operation::ReadManager, Some(person)).await?;
    let detail = derive_detail(allowed.permission);
    let found = find_living(identity, person).await?;
    let Some(manager) = found.manager_id else {
        return Ok(None);
    };
    let manager = identity
        .0
        .store
        .find_directory_person(identity.0.tenant_id, manager)
        .await?;
    // A deleted manager is none until restored.
    let living = manager.filter(|manager| manager.status != PersonStatus::Deleted);
    Ok(living.map(|manager| PersonRecord::of(manager, detail)))
}

/// A page of the people whose manager somebody is.
pub async fn list_reports(
    identity: &Identity,
    actor: Actor<'_>,
    manager: Id,
    query: ListQuery<PersonColumn>,
) -> Result<Page<PersonRecord>, Refusal> {
    let allowed = access::check(identity, actor, Operation::ReadManager, Some(manager)).await?;
    let detail = derive_detail(allowed.permission);
    find_living(identity, manager).await?;
    let prepared = prepare(query, detail)?;
    let theirs = Filter::Is(PersonColumn::Manager, Test::Equal(manager.into()));
    let filter = match prepared.filter {
        Some(filter) => Filter::All(vec![theirs, filter]),
        None => theirs,
    };
    let query = ListQuery {
        filter: Some(filter),
        ..prepared
    };
    let page = identity
        .0
        .store
        .list::<People>(identity.0.tenant_id, &query)
        .await?;
    Ok(page.map(|row| PersonRecord::of(row, detail)))
}
