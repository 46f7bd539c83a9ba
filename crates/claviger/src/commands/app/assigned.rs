//! Who may sign in to an application.

use identity::applications::{
    self, AppRole, Assignment, DEFAULT_ROLE, PrincipalChange, PrincipalView,
};
use identity::{Actor, Id, Identity, PrincipalKind, Refusal, codes};
use serde::Serialize;

use super::super::Failure;
use super::super::principal::find_principal;
use crate::flags::Form;
use crate::output::{escape, say, say_json, table, write_time};

/// As many as are read at a time.
const PAGE: u32 = 999;

async fn find(
    identity: &Identity,
    actor: Actor<'_>,
    client_id: &str,
) -> Result<PrincipalView, Refusal> {
    let id = Id::parse(client_id).ok_or(Refusal::new(&codes::APPLICATION_MISSING))?;
    applications::find_principal_by_app(identity, actor, id).await
}

async fn read_all(
    identity: &Identity,
    actor: Actor<'_>,
    resource: Id,
) -> Result<Vec<Assignment>, Refusal> {
    let mut all: Vec<Assignment> = Vec::new();
    loop {
        let after = all.last().map(|last| last.assignment_id);
        let page = applications::list_assigned_to(identity, actor, resource, after, PAGE).await?;
        let ended = page.len() < PAGE as usize;
        all.extend(page);
        if ended {
            return Ok(all);
        }
    }
}

pub(super) async fn add(
    identity: &Identity,
    actor: Actor<'_>,
    client_id: &str,
    whom: &str,
    role: Option<&str>,
) -> Result<(), Failure> {
    let resource = find(identity, actor, client_id).await?;
    let principal = find_principal(identity, actor, whom).await?;
    let object = resource.object_id;
    let role_id = match role {
        None => DEFAULT_ROLE,
        Some(value) => resource
            .roles
            .iter()
            .find(|it| it.value == value)
            .map(|it| it.id)
            .ok_or(Refusal::new(&codes::PERMISSION_UNKNOWN))?,
    };
    applications::assign(identity, actor, principal, object, role_id).await?;
    let (whom, name) = (escape(whom), escape(&resource.display_name));
    if let Some(value) = role {
        return say(&format!("{whom} is {} in {name}.", escape(value)));
    }
    let note = match resource.assignment_required {
        true => "",
        false => " So may everybody else, until `claviger app require-assignment`.",
    };
    say(&format!("{whom} may sign in to {name}.{note}"))
}

pub(super) async fn remove(
    identity: &Identity,
    actor: Actor<'_>,
    client_id: &str,
    whom: &str,
) -> Result<(), Failure> {
    let resource = find(identity, actor, client_id).await?;
    let principal = find_principal(identity, actor, whom).await?;
    let held = applications::list_app_roles(identity, actor, principal).await?;
    let held: Vec<Id> = held
        .iter()
        .filter(|one| one.resource_id == resource.object_id)
        .map(|one| one.assignment_id)
        .collect();
    if held.is_empty() {
        return Err(Refusal::new(&codes::GRANT_MISSING).into());
    }
    // Whatever they are in it.
    for assignment in held {
        applications::unassign(identity, actor, assignment).await?;
    }
    let (whom, name) = (escape(whom), escape(&resource.display_name));
    say(&format!("{whom} is not assigned to {name} any more."))
}

pub(super) async fn require(
    identity: &Identity,
    actor: Actor<'_>,
    client_id: &str,
    required: bool,
) -> Result<(), Failure> {
    let resource = find(identity, actor, client_id).await?;
    let change = PrincipalChange {
        assignment_required: Some(required),
        ..PrincipalChange::default()
    };
    applications::change_principal(identity, actor, resource.object_id, change).await?;
    let name = escape(&resource.display_name);
    say(&match required {
        true => format!("Only who is assigned to {name} may sign in to it."),
        false => format!("Everybody may sign in to {name}."),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: String,
    kind: &'static str,
    principal_id: String,
    name: String,
    /// The value of the application's role; none for who may just sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
    since: String,
}

impl Shown {
    fn of(assignment: &Assignment, roles: &[AppRole]) -> Shown {
        let role = roles.iter().find(|it| it.id == assignment.app_role_id);
        Shown {
            id: assignment.assignment_id.to_string(),
            kind: match assignment.principal_kind {
                PrincipalKind::Person => "person",
                PrincipalKind::Group => "group",
                PrincipalKind::Application => "application",
            },
            principal_id: assignment.principal_id.to_string(),
            name: assignment.principal_name.clone(),
            role: role.map(|it| it.value.clone()),
            since: write_time(assignment.created_at),
        }
    }
}

pub(super) async fn list(
    identity: &Identity,
    actor: Actor<'_>,
    client_id: &str,
    form: Form,
) -> Result<(), Failure> {
    let resource = find(identity, actor, client_id).await?;
    let all = read_all(identity, actor, resource.object_id).await?;
    let shown: Vec<Shown> = all
        .iter()
        .map(|one| Shown::of(one, &resource.roles))
        .collect();
    if form.json {
        return say_json(&shown);
    }
    let heads = ["NAME", "KIND", "ROLE", "ID", "SINCE"].map(str::to_owned);
    let rows = shown.into_iter().map(|one| {
        let role = one.role.unwrap_or_default();
        [
            one.name,
            one.kind.to_owned(),
            role,
            one.principal_id,
            one.since,
        ]
    });
    say(&table(std::iter::once(heads).chain(rows)))
}
