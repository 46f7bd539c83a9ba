//! What people, groups, roles and service principals have in common: references, members, what was deleted.

use graph::odata::Options;
use graph::project::Selection;
use graph::resources::collections::{
    DELETED_APPLICATIONS, DELETED_GROUPS, DELETED_USERS, DIRECTORY_OBJECTS,
};
use graph::resources::{Application, DirectoryRole, Group, ServicePrincipal, User};
use graph::{Guid, Path, Problem, Type, Version, body};
use identity::applications::{self, ApplicationView};
use identity::groups::members::MemberView;
use identity::groups::{self, GroupRecord, members};
use identity::people::{self, PersonRecord};
use identity::roles::{self, Role};
use identity::{Cursor, Depth, GroupColumn, Id, PersonColumn, PrincipalKind};
use serde_json::{Map, Value};

use super::answer::{Outcome, done, number};
use super::applications::derive_application;
use super::call::Call;
use super::fault::Fault;
use super::groups::derive_group;
use super::listing::place_of_id;
use super::principals::derive_principal;
use super::roles::derive_role;
use super::users::derive_user;

/// Where Graph's own clients say that objects are.
const GRAPHS_OWN: &str = "https://graph.microsoft.com";

impl Call {
    /// The id in the body of a `$ref`: `{"@odata.id": "https://.../directoryObjects/GUID"}`.
    pub(super) fn read_reference(&self) -> Result<Id, Fault> {
        self.without_options()?;
        let address = body::read_reference(self.bytes())?;
        self.parse_reference(&address)
    }

    /// An object by its address here, or by the one that it would have at Graph.
    pub(super) fn parse_reference(&self, address: &str) -> Result<Id, Fault> {
        let unfit = || {
            Fault::from(Problem::WrongType {
                property: "@odata.id".to_owned(),
                expected: "the address of an object of this directory".to_owned(),
            })
        };
        let path = [self.state.origin.as_str(), GRAPHS_OWN]
            .into_iter()
            .find_map(|origin| address.strip_prefix(origin))
            .ok_or_else(unfit)?;
        let (_, rest) = Version::split(path).ok_or_else(unfit)?;
        let path = Path::parse(rest)?;
        let collections = ["directoryObjects", "users", "groups", "servicePrincipals"];
        let found = collections
            .iter()
            .find_map(|name| path.capture(&format!("{name}/{{id}}")));
        let key = found
            .and_then(|keys| keys.into_iter().next())
            .ok_or_else(unfit)?;
        Id::parse(&key).ok_or_else(|| Fault::missing(&key))
    }

    /// An object with its type, cut to what was asked for.
    pub(super) fn typed(
        &self,
        value: &impl serde::Serialize,
        of: &'static Type,
        selection: &Selection,
    ) -> Result<Value, Fault> {
        let mut cut = self.cut(value, of, selection)?;
        cut.insert("@odata.type".to_owned(), Value::String(of.odata_type()));
        Ok(Value::Object(cut))
    }

    async fn member(&self, member: MemberView, selection: &Selection) -> Result<Value, Fault> {
        match member {
            MemberView::Person(person) => self.typed(&derive_user(&person), &User::TYPE, selection),
            MemberView::Group(group) => self.typed(&derive_group(&group), &Group::TYPE, selection),
            MemberView::Application(id) => self.principal(id, selection).await,
        }
    }

    /// A holder of a role or an owner, as far as the caller may read about it.
    pub(super) async fn principal_of_kind(
        &self,
        id: Id,
        kind: PrincipalKind,
        selection: &Selection,
    ) -> Result<Value, Fault> {
        let identity = &self.state.identity;
        match kind {
            PrincipalKind::Person => match people::read(identity, self.actor(), id).await {
                Ok(person) => self.typed(&derive_user(&person), &User::TYPE, selection),
                Err(refusal) => bare(id, &User::TYPE, refusal.into()),
            },
            PrincipalKind::Group => match groups::read(identity, self.actor(), id).await {
                Ok(group) => self.typed(&derive_group(&group), &Group::TYPE, selection),
                Err(refusal) => bare(id, &Group::TYPE, refusal.into()),
            },
            PrincipalKind::Application => self.principal(id, selection).await,
        }
    }

    /// A service principal; only its id where the caller may not read about it, as Graph does.
    async fn principal(&self, id: Id, selection: &Selection) -> Result<Value, Fault> {
        let of = &ServicePrincipal::TYPE;
        match applications::find_principal(&self.state.identity, self.actor(), id).await {
            Ok(view) => self.typed(&derive_principal(self, &view), of, selection),
            Err(refusal) => bare(id, of, refusal.into()),
        }
    }
}

/// An object about which no more than its kind may be told.
fn bare(id: Id, of: &'static Type, fault: Fault) -> Result<Value, Fault> {
    if !fault.is_forbidden() && !fault.is_missing() {
        return Err(fault);
    }
    let mut object = Map::new();
    object.insert("@odata.type".to_owned(), Value::String(of.odata_type()));
    object.insert("id".to_owned(), Value::String(id.to_string()));
    Ok(Value::Object(object))
}

async fn list_members(call: Call, depth: Depth) -> Outcome {
    let options = call.options(&DIRECTORY_OBJECTS)?;
    let group = call.id(0)?;
    let after = call.id_place(&options)?;
    let (identity, top) = (&call.state.identity, options.top);
    let found = members::list(identity, call.actor(), group, depth, after, top)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    let next = found
        .last()
        .filter(|_| found.len() >= top as usize)
        .map(|last| place_of_id(last.id()));
    let mut values = Vec::with_capacity(found.len());
    for member in found {
        values.push(call.member(member, &options.select).await?);
    }
    let count = match options.count {
        true => Some(members::count(identity, call.actor(), group, depth).await?),
        false => None,
    };
    call.page(&options, "directoryObjects", values, count, next)
}

pub(super) async fn list_direct_members(call: Call) -> Outcome {
    list_members(call, Depth::Direct).await
}

pub(super) async fn list_transitive_members(call: Call) -> Outcome {
    list_members(call, Depth::Transitive).await
}

pub(super) async fn count_members(call: Call) -> Outcome {
    count(call, Depth::Direct).await
}

pub(super) async fn count_transitive_members(call: Call) -> Outcome {
    count(call, Depth::Transitive).await
}

async fn count(call: Call, depth: Depth) -> Outcome {
    call.without_options()?;
    let group = call.id(0)?;
    let found = members::count(&call.state.identity, call.actor(), group, depth).await?;
    Ok(number(found))
}

pub(super) async fn add_member(call: Call) -> Outcome {
    let member = call.read_reference()?;
    let group = call.id(0)?;
    members::add(&call.state.identity, call.actor(), group, member).await?;
    Ok(done())
}

pub(super) async fn remove_member(call: Call) -> Outcome {
    call.without_options()?;
    let (group, member) = (call.id(0)?, call.id(1)?);
    members::remove(&call.state.identity, call.actor(), group, member)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(1)))?;
    Ok(done())
}

/// Groups by id, and before them, on the first page, the directory roles.
async fn answer_memberships(call: Call, member: Id, depth: Depth, roles_too: bool) -> Outcome {
    let options = call.options(&DIRECTORY_OBJECTS)?;
    if options.count {
        let message = "Query option '$count' is not supported here.";
        return Err(Problem::Unsupported(message.to_owned()).into());
    }
    let place = call.id_place(&options)?;
    let named = |fault: Fault| match call.keys.first() {
        Some(key) => call.or_missing(fault, key),
        None => fault,
    };
    let identity = &call.state.identity;
    let mut values = Vec::new();
    if place.is_none() && roles_too {
        let held = match depth {
            Depth::Direct => roles::list_direct_of(identity, call.actor(), member).await,
            Depth::Transitive => roles::list_of(identity, call.actor(), member).await,
        };
        for role in held.map_err(|refusal| named(refusal.into()))? {
            values.push(call.typed(&derive_role(role), &DirectoryRole::TYPE, &options.select)?);
        }
    }
    // There are thirteen roles: a page may hold those more than was asked for.
    let top = options.top;
    let found = members::list_groups_of(identity, call.actor(), member, depth, place, top)
        .await
        .map_err(|refusal| named(refusal.into()))?;
    let next = found
        .last()
        .filter(|_| found.len() >= top as usize)
        .map(|last| place_of_id(last.group_id));
    for group in &found {
        values.push(call.typed(&derive_group(group), &Group::TYPE, &options.select)?);
    }
    call.page(&options, "directoryObjects", values, None, next)
}

pub(super) async fn list_member_of(call: Call) -> Outcome {
    let person = call.person_id(0).await?;
    answer_memberships(call, person, Depth::Direct, true).await
}

pub(super) async fn list_transitive_member_of(call: Call) -> Outcome {
    let person = call.person_id(0).await?;
    answer_memberships(call, person, Depth::Transitive, true).await
}

pub(super) async fn list_my_member_of(call: Call) -> Outcome {
    let me = call.me()?;
    answer_memberships(call, me, Depth::Direct, true).await
}

pub(super) async fn list_my_transitive_member_of(call: Call) -> Outcome {
    let me = call.me()?;
    answer_memberships(call, me, Depth::Transitive, true).await
}

pub(super) async fn list_groups_of_object(call: Call) -> Outcome {
    let id = call.id(0)?;
    answer_memberships(call, id, Depth::Direct, true).await
}

pub(super) async fn list_transitive_groups_of_object(call: Call) -> Outcome {
    let id = call.id(0)?;
    answer_memberships(call, id, Depth::Transitive, true).await
}

/// Something that was deleted and can still be restored.
enum Deleted {
    Person(Box<PersonRecord>),
    Group(GroupRecord),
    Application(Box<ApplicationView>),
}

impl Deleted {
    fn write(&self, call: &Call, selection: &Selection) -> Result<Value, Fault> {
        match self {
            Deleted::Person(person) => call.typed(&derive_user(person), &User::TYPE, selection),
            Deleted::Group(group) => call.typed(&derive_group(group), &Group::TYPE, selection),
            Deleted::Application(view) => call.typed(
                &derive_application(view, &call.state.origin),
                &Application::TYPE,
                selection,
            ),
        }
    }
}

/// Whatever of the three kinds has this id. Who may read none of them is told so; who may read some is not told
/// whether the id is one of the others.
async fn find_deleted(call: &Call) -> Result<Deleted, Fault> {
    let (identity, id) = (&call.state.identity, call.id(0)?);
    let person = people::read_deleted(identity, call.actor(), id).await;
    let person = match person {
        Ok(found) => return Ok(Deleted::Person(Box::new(found))),
        Err(refusal) => Fault::from(refusal),
    };
    let group = match groups::read_deleted(identity, call.actor(), id).await {
        Ok(found) => return Ok(Deleted::Group(found)),
        Err(refusal) => Fault::from(refusal),
    };
    let application = match applications::find_deleted(identity, call.actor(), id).await {
        Ok(found) => return Ok(Deleted::Application(Box::new(found))),
        Err(refusal) => Fault::from(refusal),
    };
    let faults = [person, group, application];
    if faults.iter().any(Fault::is_missing) {
        return Err(Fault::missing(call.key(0)));
    }
    let [person, ..] = faults;
    Err(person)
}

pub(super) async fn read_deleted(call: Call) -> Outcome {
    call.without_options()?;
    let found = find_deleted(&call).await?;
    let value = found.write(&call, &Selection::Default)?;
    let Value::Object(entity) = value else {
        return Err(Fault::from(&identity::codes::INTERNAL));
    };
    let context = call.context("directoryObjects/$entity");
    let whole = graph::envelope::wrap_entity(context, entity);
    Ok(super::answer::json(axum::http::StatusCode::OK, &whole))
}

pub(super) async fn restore(call: Call) -> Outcome {
    call.without_options()?;
    let identity = &call.state.identity;
    let id = call.id(0)?;
    let restored = match find_deleted(&call).await? {
        Deleted::Person(_) => {
            let person = people::restore(identity, call.actor(), id).await?;
            Deleted::Person(Box::new(person))
        }
        Deleted::Group(_) => Deleted::Group(groups::restore(identity, call.actor(), id).await?),
        Deleted::Application(_) => {
            let view = applications::restore(identity, call.actor(), id).await?;
            Deleted::Application(Box::new(view))
        }
    };
    let value = restored.write(&call, &Selection::Default)?;
    Ok(super::answer::json(axum::http::StatusCode::OK, &value))
}

pub(super) async fn erase(call: Call) -> Outcome {
    call.without_options()?;
    let identity = &call.state.identity;
    let id = call.id(0)?;
    match find_deleted(&call).await? {
        Deleted::Person(_) => people::erase(identity, call.actor(), id).await?,
        Deleted::Group(_) => groups::erase(identity, call.actor(), id).await?,
        Deleted::Application(_) => applications::erase(identity, call.actor(), id).await?,
    }
    Ok(done())
}

pub(super) async fn list_deleted_users(call: Call) -> Outcome {
    let options = call.options(&DELETED_USERS)?;
    let query = call.list_query(&options, |name| match name {
        "displayName" => Some(PersonColumn::DisplayName),
        "userPrincipalName" => Some(PersonColumn::UserName),
        _ => None,
    })?;
    let page = people::list_deleted(&call.state.identity, call.actor(), query).await?;
    let value = |person| call.typed(&derive_user(person), &User::TYPE, &options.select);
    let values = page.rows.iter().map(value).collect::<Result<_, _>>()?;
    call.page(&options, "users", values, page.count, page.next)
}

pub(super) async fn list_deleted_groups(call: Call) -> Outcome {
    let options = call.options(&DELETED_GROUPS)?;
    let query = call.list_query(&options, |name| match name {
        "displayName" => Some(GroupColumn::DisplayName),
        _ => None,
    })?;
    let page = groups::list_deleted(&call.state.identity, call.actor(), query).await?;
    let value = |group| call.typed(&derive_group(group), &Group::TYPE, &options.select);
    let values = page.rows.iter().map(value).collect::<Result<_, _>>()?;
    call.page(&options, "groups", values, page.count, page.next)
}

pub(super) async fn list_deleted_applications(call: Call) -> Outcome {
    let options: Options = call.options(&DELETED_APPLICATIONS)?;
    let after = call.id_place(&options)?;
    let (identity, top) = (&call.state.identity, options.top);
    let found = applications::list_deleted(identity, call.actor(), after, top).await?;
    let next: Option<Cursor> = found
        .last()
        .filter(|_| found.len() >= top as usize)
        .map(|last| place_of_id(last.object_id));
    let of = &Application::TYPE;
    let values = found
        .iter()
        .map(|view| {
            call.typed(
                &derive_application(view, &call.state.origin),
                of,
                &options.select,
            )
        })
        .collect::<Result<_, _>>()?;
    call.page(&options, "applications", values, None, next)
}

/// A GUID of an id.
pub(super) fn guid(id: Id) -> Guid {
    Guid(id.0)
}

/// What a role is known by.
pub(super) fn find_role(key: &str) -> Result<Role, Fault> {
    Id::parse(key)
        .and_then(Role::find)
        .ok_or_else(|| Fault::missing(key))
}
