//! `/groups`

use graph::body::Fields;
use graph::project::Selection;
use graph::resources::Group;
use graph::resources::collections::GROUPS;
use graph::{Mark, Problem, Time, envelope};
use identity::GroupColumn;
use identity::groups::{self, GroupChange, GroupRecord, NewGroup};
use serde_json::Value;

use super::answer::{Outcome, done, number};
use super::call::Call;
use super::directory_objects::guid;
use super::fault::Fault;

fn column(name: &str) -> Option<GroupColumn> {
    Some(match name {
        "displayName" => GroupColumn::DisplayName,
        "createdDateTime" => GroupColumn::CreatedAt,
        _ => return None,
    })
}

/// A group in Graph's words: a security group with assigned members, the one kind there is.
pub(super) fn derive_group(group: &GroupRecord) -> Group {
    Group {
        id: guid(group.group_id),
        deleted_date_time: group.deleted_at.map(Time),
        created_date_time: Some(Time(group.created_at)),
        display_name: Some(group.display_name.clone()),
        description: group.description.clone(),
        group_types: Vec::new(),
        is_assignable_to_role: Some(group.role_assignable),
        mail: None,
        mail_enabled: Some(false),
        mail_nickname: Some(group.mail_nickname.clone()),
        security_enabled: Some(true),
    }
}

fn answer(call: &Call, group: &GroupRecord, selection: &Selection) -> Outcome {
    let version = Some(group.version);
    call.entity(
        &derive_group(group),
        &Group::TYPE,
        selection,
        "groups",
        version,
    )
}

pub(super) async fn list(call: Call) -> Outcome {
    let options = call.options(&GROUPS)?;
    let query = call.list_query(&options, column)?;
    let page = groups::list(&call.state.identity, call.actor(), query).await?;
    let values = page
        .rows
        .iter()
        .map(|group| {
            let mut cut = call.cut(&derive_group(group), &Group::TYPE, &options.select)?;
            let etag = envelope::derive_etag(group.version);
            cut.insert("@odata.etag".to_owned(), Value::String(etag));
            Ok(Value::Object(cut))
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    call.page(&options, "groups", values, page.count, page.next)
}

pub(super) async fn count(call: Call) -> Outcome {
    let mut options = call.options(&GROUPS)?;
    (options.count, options.top) = (true, 1);
    let query = call.list_query(&options, column)?;
    let page = groups::list(&call.state.identity, call.actor(), query).await?;
    Ok(number(page.count.unwrap_or_default()))
}

pub(super) async fn read(call: Call) -> Outcome {
    let selection = call.selection(&Group::TYPE)?;
    let group = groups::read(&call.state.identity, call.actor(), call.id(0)?)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    answer(&call, &group, &selection)
}

/// There are security groups with assigned members, and no others: who asks for one of another kind must not get it.
fn check_kind(fields: &Fields) -> Result<(), Fault> {
    let unfit = |property: &str, expected: &str| {
        Fault::from(Problem::WrongType {
            property: property.to_owned(),
            expected: expected.to_owned(),
        })
    };
    if fields.truth("mailEnabled") == Some(true) {
        return Err(unfit("mailEnabled", "false: groups have no mail here"));
    }
    if fields.truth("securityEnabled") == Some(false) {
        return Err(unfit(
            "securityEnabled",
            "true: every group is a security group",
        ));
    }
    if fields
        .texts("groupTypes")
        .is_some_and(|types| !types.is_empty())
    {
        return Err(unfit(
            "groupTypes",
            "an empty collection: members are assigned",
        ));
    }
    Ok(())
}

pub(super) async fn create(call: Call) -> Outcome {
    let fields = call.body(&Group::TYPE, Mark::Create)?;
    fields.allow_binds(&[], &Group::TYPE)?;
    check_kind(&fields)?;
    let new = NewGroup {
        display_name: fields.require_text("displayName")?.to_owned(),
        description: fields.text("description").flatten().map(str::to_owned),
        mail_nickname: fields.text("mailNickname").flatten().map(str::to_owned),
        role_assignable: fields.truth("isAssignableToRole").unwrap_or(false),
    };
    let group = groups::create(&call.state.identity, call.actor(), &new).await?;
    let response = answer(&call, &group, &Selection::Default)?;
    Ok(call.created(response, &group.group_id.to_string()))
}

pub(super) async fn update(call: Call) -> Outcome {
    let fields = call.body(&Group::TYPE, Mark::Update)?;
    fields.allow_binds(&[], &Group::TYPE)?;
    let group = call.id(0)?;
    let change = GroupChange {
        display_name: fields.text("displayName").flatten().map(str::to_owned),
        description: fields
            .text("description")
            .map(|text| text.filter(|text| !text.is_empty()).map(str::to_owned)),
        mail_nickname: fields.text("mailNickname").flatten().map(str::to_owned),
    };
    let expected = call.expected_version()?;
    groups::update(&call.state.identity, call.actor(), group, expected, &change)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    Ok(done())
}

pub(super) async fn delete(call: Call) -> Outcome {
    call.without_options()?;
    let group = call.id(0)?;
    let expected = call.expected_version()?;
    groups::delete(&call.state.identity, call.actor(), group, expected)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    Ok(done())
}
