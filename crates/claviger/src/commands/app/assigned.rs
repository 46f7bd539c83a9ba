//! Who may sign in to an application.

use identity::applications::{self, Assignment, DEFAULT_ROLE, PrincipalChange, PrincipalView};
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
) -> Result<(), Failure> {
    let resource = find(identity, actor, client_id).await?;
    let principal = find_principal(identity, actor, whom).await?;
    let object = resource.object_id;
    applications::assign(identity, actor, principal, object, DEFAULT_ROLE).await?;
    let (whom, name) = (escape(whom), escape(&resource.display_name));
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
    let found = held
        .iter()
        .find(|one| one.resource_id == resource.object_id)
        .ok_or(Refusal::new(&codes::GRANT_MISSING))?;
    applications::unassign(identity, actor, found.assignment_id).await?;
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
    since: String,
}

impl Shown {
    fn of(assignment: &Assignment) -> Shown {
        Shown {
            id: assignment.assignment_id.to_string(),
            kind: match assignment.principal_kind {
                PrincipalKind::Person => "person",
                PrincipalKind::Group => "group",
                PrincipalKind::Application => "application",
            },
            principal_id: assignment.principal_id.to_string(),
            name: assignment.principal_name.clone(),
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
    let shown: Vec<Shown> = all.iter().map(Shown::of).collect();
    if form.json {
        return say_json(&shown);
    }
    let heads = ["NAME", "KIND", "ID", "SINCE"].map(str::to_owned);
    let rows = shown
        .into_iter()
        .map(|one| [one.name, one.kind.to_owned(), one.principal_id, one.since]);
    say(&table(std::iter::once(heads).chain(rows)))
}
