//! `/directoryRoles`, `/directoryRoleTemplates`. Every role is active, so a role's id is its template's.

use graph::Type;
use graph::resources::collections::{DIRECTORY_OBJECTS, DIRECTORY_ROLE_TEMPLATES, DIRECTORY_ROLES};
use graph::resources::{DirectoryRole, DirectoryRoleTemplate};
use identity::roles::{self, Role};
use serde_json::Value;

use super::answer::{Outcome, done, object};
use super::call::Call;
use super::directory_objects::{find_role, guid};
use super::fault::Fault;
use super::listing::place_of_id;

pub(super) fn derive_role(role: Role) -> DirectoryRole {
    let id = role.template_id();
    DirectoryRole {
        id: guid(id),
        deleted_date_time: None,
        description: Some(role.description().to_owned()),
        display_name: Some(role.name().to_owned()),
        role_template_id: Some(id.to_string()),
    }
}

fn derive_template(role: Role) -> DirectoryRoleTemplate {
    DirectoryRoleTemplate {
        id: guid(role.template_id()),
        deleted_date_time: None,
        description: Some(role.description().to_owned()),
        display_name: Some(role.name().to_owned()),
    }
}

fn derive(role: Role, of: &'static Type) -> Result<Value, Fault> {
    let whole = match of == &DirectoryRole::TYPE {
        true => object(&derive_role(role)),
        false => object(&derive_template(role)),
    };
    whole.map(Value::Object)
}

async fn answer_list(
    call: Call,
    collection: &'static graph::odata::Collection,
    context: &str,
) -> Outcome {
    let options = call.options(collection)?;
    roles::check_reading(&call.state.identity, call.actor()).await?;
    let mut found = Vec::new();
    for role in Role::ALL.iter().copied() {
        let whole = derive(role, collection.of)?;
        if options
            .filter
            .as_ref()
            .is_none_or(|filter| filter.holds(&whole))
        {
            found.push((role, whole));
        }
    }
    if let Some((_, direction)) = options.order {
        found.sort_by_key(|(role, _)| role.name());
        if direction == graph::odata::Direction::Descending {
            found.reverse();
        }
    }
    let count = Some(found.len() as u64);
    if let Some(last) = call.id_place(&options)? {
        let begin = found
            .iter()
            .position(|(role, _)| role.template_id() == last);
        found.drain(..begin.map_or(found.len(), |at| at + 1));
    }
    let more = found.len() > options.top as usize;
    found.truncate(options.top as usize);
    let next = found
        .last()
        .filter(|_| more)
        .map(|(role, _)| place_of_id(role.template_id()));
    let cut = |(_, whole): &(Role, Value)| {
        call.cut(whole, collection.of, &options.select)
            .map(Value::Object)
    };
    let values = found.iter().map(cut).collect::<Result<_, _>>()?;
    call.page(&options, context, values, count, next)
}

async fn answer_one(call: Call, of: &'static Type, context: &str) -> Outcome {
    let selection = call.selection(of)?;
    roles::check_reading(&call.state.identity, call.actor()).await?;
    let role = find_role(call.key(0))?;
    call.entity(&derive(role, of)?, of, &selection, context, None)
}

pub(super) async fn list(call: Call) -> Outcome {
    answer_list(call, &DIRECTORY_ROLES, "directoryRoles").await
}

pub(super) async fn read(call: Call) -> Outcome {
    answer_one(call, &DirectoryRole::TYPE, "directoryRoles").await
}

pub(super) async fn list_templates(call: Call) -> Outcome {
    answer_list(call, &DIRECTORY_ROLE_TEMPLATES, "directoryRoleTemplates").await
}

pub(super) async fn read_template(call: Call) -> Outcome {
    answer_one(call, &DirectoryRoleTemplate::TYPE, "directoryRoleTemplates").await
}

pub(super) async fn list_members(call: Call) -> Outcome {
    let options = call.options(&DIRECTORY_OBJECTS)?;
    if options.count {
        let message = "Query option '$count' is not supported here.";
        return Err(graph::Problem::Unsupported(message.to_owned()).into());
    }
    let after = call.id_place(&options)?;
    let (identity, top) = (&call.state.identity, options.top);
    roles::check_reading(identity, call.actor()).await?;
    let role = find_role(call.key(0))?;
    let found = roles::list_holders(identity, call.actor(), role, after, top).await?;
    let next = found
        .last()
        .filter(|_| found.len() >= top as usize)
        .map(|last| place_of_id(last.id));
    let mut values = Vec::with_capacity(found.len());
    for holder in found {
        values.push(
            call.principal_of_kind(holder.id, holder.kind, &options.select)
                .await?,
        );
    }
    call.page(&options, "directoryObjects", values, None, next)
}

pub(super) async fn add_member(call: Call) -> Outcome {
    let member = call.read_reference()?;
    let role = find_role(call.key(0))?;
    roles::assign(&call.state.identity, call.actor(), role, member).await?;
    Ok(done())
}

pub(super) async fn remove_member(call: Call) -> Outcome {
    call.without_options()?;
    let role = find_role(call.key(0))?;
    let member = call.id(1)?;
    roles::unassign(&call.state.identity, call.actor(), role, member)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(1)))?;
    Ok(done())
}
