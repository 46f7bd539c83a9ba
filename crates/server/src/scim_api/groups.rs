//! `/Groups`: groups that the connector made, and of their members those that it made, too.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use graph::scim::{Patch, Problem, RESOURCE_TYPES, ResourceType, Selection};
use identity::connectors::{self, MadeGroup, Provisioned};
use identity::groups::{self, GroupChange, NewGroup, members};
use identity::{Id, MadeMember, PrincipalKind, codes};
use serde_json::{Map, Value, json};

use super::Answer;
use super::call::{Asked, Call, etag};
use super::users::USERS;
use crate::error::ScimError;

pub(super) const GROUPS: &ResourceType = &RESOURCE_TYPES[1];
/// The most members that are shown, and that a group may have for its members to be changed here.
const MEMBERS_MAX: usize = 20_000;
/// The most members that one request may bring or take.
const CHANGES_MAX: usize = 1_000;
const TRIES: usize = 4;

fn write_member(call: &Call<'_>, member: &MadeMember) -> Value {
    let of = match member.kind {
        PrincipalKind::Group => GROUPS,
        _ => USERS,
    };
    json!({
        "value": member.id.to_string(),
        "$ref": call.location(of, member.id),
        "type": of.name,
    })
}

/// A group as a resource, without its members.
pub(super) fn write(call: &Call<'_>, made: &MadeGroup) -> Map<String, Value> {
    let record = &made.record;
    let names = (record.group_id, made.external_id.as_deref());
    let times = (record.created_at, record.changed_at);
    let mut group = call.begin(GROUPS, names, times, record.version);
    group.insert(
        "displayName".to_owned(),
        record.display_name.as_str().into(),
    );
    group
}

/// With its members.
pub(super) async fn write_whole(
    call: &Call<'_>,
    made: &MadeGroup,
) -> Result<Map<String, Value>, ScimError> {
    let mut group = write(call, made);
    let (identity, id) = (&call.state.identity, made.record.group_id);
    let found = connectors::list_members(identity, call.actor(), id, MEMBERS_MAX).await?;
    if found.len() > MEMBERS_MAX {
        return Err(ScimError::from(&super::codes::TOO_MANY));
    }
    if !found.is_empty() {
        let members = found.iter().map(|member| write_member(call, member));
        group.insert("members".to_owned(), members.collect());
    }
    Ok(group)
}

struct Said {
    display_name: String,
    provisioned: Provisioned,
    members: BTreeSet<Id>,
}

fn parse(group: &Map<String, Value>) -> Result<Said, ScimError> {
    let own = |name: &str| group.get(name).and_then(Value::as_str);
    let display_name = own("displayName").ok_or(Problem::InvalidValue("displayName"))?;
    let values = group.get("members").and_then(Value::as_array);
    let mut members = BTreeSet::new();
    for value in values.into_iter().flatten() {
        let text = |name: &str| value.get(name).and_then(Value::as_str);
        let reference = text("$ref").and_then(|it| it.rsplit('/').next());
        let id = text("value").or(reference).and_then(Id::parse);
        members.insert(id.ok_or(Problem::InvalidValue("members"))?);
    }
    Ok(Said {
        display_name: display_name.to_owned(),
        provisioned: Provisioned {
            external_id: Some(own("externalId").map(str::to_owned)),
            manager: None,
        },
        members,
    })
}

/// Refuses before anything is changed when one of them isn't there.
async fn check_members(call: &Call<'_>, members: &[Id]) -> Result<(), ScimError> {
    if members.len() > CHANGES_MAX {
        return Err(ScimError::from(&super::codes::TOO_MANY));
    }
    for member in members {
        connectors::find_kind(&call.state.identity, call.actor(), *member).await?;
    }
    Ok(())
}

/// Who is there, or gone, already is no error: a request that broke off is sent again.
async fn change_members(
    call: &Call<'_>,
    group: Id,
    (joining, leaving): (&[Id], &[Id]),
) -> Result<(), ScimError> {
    let identity = &call.state.identity;
    for member in joining {
        match members::add(identity, call.actor(), group, *member).await {
            Err(refusal) if refusal.code == &codes::MEMBER_EXISTS => {}
            added => added?,
        }
    }
    for member in leaving {
        match members::remove(identity, call.actor(), group, *member).await {
            Err(refusal) if refusal.code == &codes::MEMBER_MISSING => {}
            removed => removed?,
        }
    }
    Ok(())
}

async fn show(
    call: &Call<'_>,
    id: Id,
    status: StatusCode,
    selection: &Selection,
) -> Result<Answer, ScimError> {
    let made = connectors::find_group(&call.state.identity, call.actor(), id).await?;
    let group = match selection.wants("members") {
        true => write_whole(call, &made).await?,
        false => write(call, &made),
    };
    Ok(Answer {
        status,
        body: Some(selection.show(&group)),
        location: Some(call.location(GROUPS, id)),
        etag: Some(etag(made.record.version)),
    })
}

pub(super) async fn create(call: &Call<'_>, mut asked: Asked) -> Result<Answer, ScimError> {
    let selection = asked.selection(GROUPS)?;
    let said = parse(&graph::scim::read(GROUPS, &asked.taken()?)?)?;
    let members: Vec<Id> = said.members.into_iter().collect();
    check_members(call, &members).await?;
    let new = NewGroup {
        display_name: said.display_name,
        ..NewGroup::default()
    };
    let identity = &call.state.identity;
    let made = groups::provision(identity, call.actor(), &new, &said.provisioned).await?;
    change_members(call, made.group_id, (&members, &[])).await?;
    show(call, made.group_id, StatusCode::CREATED, &selection).await
}

pub(super) async fn read(call: &Call<'_>, id: Id, asked: &Asked) -> Result<Answer, ScimError> {
    let selection = asked.selection(GROUPS)?;
    let made = connectors::find_group(&call.state.identity, call.actor(), id).await?;
    if asked.conditions.is_known(made.record.version) {
        return Ok(Answer {
            etag: Some(etag(made.record.version)),
            ..Answer::empty(StatusCode::NOT_MODIFIED)
        });
    }
    show(call, id, StatusCode::OK, &selection).await
}

/// Makes of a group what is said of it: first its record, by the version that was read, then its members.
async fn put(
    call: &Call<'_>,
    made: &MadeGroup,
    before: &Map<String, Value>,
    said: Said,
    is_expected: bool,
) -> Result<(), ScimError> {
    let there = parse(before)?.members;
    let joining: Vec<Id> = said.members.difference(&there).copied().collect();
    let leaving: Vec<Id> = there.difference(&said.members).copied().collect();
    check_members(call, &joining).await?;
    if leaving.len() > CHANGES_MAX {
        return Err(ScimError::from(&super::codes::TOO_MANY));
    }
    let (identity, id) = (&call.state.identity, made.record.group_id);
    let is_other = said.display_name != made.record.display_name
        || said.provisioned.external_id != Some(made.external_id.clone());
    // Whoever named a version meets others who change the same group at its record.
    if is_other || is_expected {
        let change = GroupChange {
            display_name: Some(said.display_name),
            ..GroupChange::default()
        };
        let change = (&change, &said.provisioned);
        let expected = Some(made.record.version);
        groups::reprovision(identity, call.actor(), id, expected, change).await?;
    }
    change_members(call, id, (&joining, &leaving)).await
}

pub(super) async fn replace(call: &Call<'_>, id: Id, asked: Asked) -> Result<Answer, ScimError> {
    rewrite(call, id, asked, &|_, body| {
        Ok(graph::scim::read(GROUPS, body)?)
    })
    .await
}

pub(super) async fn change(call: &Call<'_>, id: Id, asked: Asked) -> Result<Answer, ScimError> {
    rewrite(call, id, asked, &|before, body| {
        let patch = Patch::read(GROUPS, body)?;
        let mut group = before.clone();
        patch.apply(&mut group)?;
        Ok(group)
    })
    .await
}

type Rewriting<'a> =
    &'a (dyn Fn(&Map<String, Value>, &Value) -> Result<Map<String, Value>, ScimError> + Sync);

async fn rewrite(
    call: &Call<'_>,
    id: Id,
    mut asked: Asked,
    make: Rewriting<'_>,
) -> Result<Answer, ScimError> {
    let selection = asked.selection(GROUPS)?;
    let body = asked.taken()?;
    for tried in 1.. {
        let made = connectors::find_group(&call.state.identity, call.actor(), id).await?;
        let is_expected = asked.conditions.expect(made.record.version)?.is_some();
        let before = write_whole(call, &made).await?;
        let said = parse(&make(&before, &body)?)?;
        match put(call, &made, &before, said, is_expected).await {
            Err(error) if error.is(&codes::RECORD_OUTDATED) && !is_expected && tried < TRIES => {}
            done => {
                done?;
                break;
            }
        }
    }
    show(call, id, StatusCode::OK, &selection).await
}

pub(super) async fn delete(call: &Call<'_>, id: Id, asked: &Asked) -> Result<Answer, ScimError> {
    let identity = &call.state.identity;
    let made = connectors::find_group(identity, call.actor(), id).await?;
    let expected = asked.conditions.expect(made.record.version)?;
    groups::delete(identity, call.actor(), id, expected).await?;
    Ok(Answer::empty(StatusCode::NO_CONTENT))
}
