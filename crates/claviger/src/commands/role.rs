//! `role list`, `members`, `assign`, `unassign`.

use identity::people::Actor;
use identity::roles::{self, Role};
use identity::{Id, Identity, MAX_TOP, Refusal, codes};
use serde::Serialize;
use server::Start;
use server::config::Configuration;

use super::principal::find_principal;
use super::{Failure, open};
use crate::flags::{self, Form};
use crate::os_user;
use crate::output::{escape, say, say_json, table, write_time};

pub(crate) async fn run(
    configuration: &Configuration,
    command: flags::Role,
) -> Result<(), Failure> {
    let identity = open(configuration, Start::Beside).await?;
    let os_user = os_user::find();
    let outcome = execute(&identity, Actor::CommandLine { os_user: &os_user }, command).await;
    identity.close().await;
    outcome
}

fn find_role(word: &str) -> Result<Role, Refusal> {
    let by_id = Id::parse(word).and_then(Role::find);
    by_id
        .or_else(|| Role::parse(word))
        .ok_or_else(|| Refusal::new(&codes::ROLE_MISSING))
}

async fn execute(
    identity: &Identity,
    actor: Actor<'_>,
    command: flags::Role,
) -> Result<(), Failure> {
    match command {
        flags::Role::List { form } => list(form),
        flags::Role::Members { role, form } => {
            list_members(identity, actor, find_role(&role)?, form).await
        }
        flags::Role::Assign { role, holder } => {
            let role = find_role(&role)?;
            let id = find_principal(identity, actor, &holder).await?;
            roles::assign(identity, actor, role, id).await?;
            say(&format!("{} is {}.", escape(&holder), role.name()))
        }
        flags::Role::Unassign { role, holder } => {
            let role = find_role(&role)?;
            let id = find_principal(identity, actor, &holder).await?;
            roles::unassign(identity, actor, role, id).await?;
            say(&format!(
                "{} is not {} any more.",
                escape(&holder),
                role.name()
            ))
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RoleShown {
    template_id: String,
    name: &'static str,
    may: &'static str,
}

fn list(form: Form) -> Result<(), Failure> {
    if form.json {
        let shown = Role::ALL.iter().map(|role| RoleShown {
            template_id: role.template_id().to_string(),
            name: role.name(),
            may: role.description(),
        });
        return say_json(&shown.collect::<Vec<_>>());
    }
    let heads = ["ROLE", "MAY"].map(str::to_owned);
    let rows = Role::ALL
        .iter()
        .map(|role| [role.name().to_owned(), role.description().to_owned()]);
    say(&table(std::iter::once(heads).chain(rows)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HolderShown {
    id: String,
    kind: &'static str,
    name: Option<String>,
    since: String,
}

async fn list_members(
    identity: &Identity,
    actor: Actor<'_>,
    role: Role,
    form: Form,
) -> Result<(), Failure> {
    let (mut shown, mut after) = (Vec::new(), None);
    loop {
        let page = roles::list_holders(identity, actor, role, after, MAX_TOP).await?;
        if page.is_empty() {
            break;
        }
        for holder in page {
            after = Some(holder.id);
            shown.push(HolderShown {
                id: holder.id.to_string(),
                kind: holder.kind.as_str(),
                name: roles::find_name(identity, actor, &holder).await?,
                since: write_time(holder.created_at),
            });
        }
    }
    if form.json {
        return say_json(&shown);
    }
    let heads = ["KIND", "NAME", "SINCE", "ID"].map(str::to_owned);
    let rows = shown.into_iter().map(|holder| {
        [
            holder.kind.to_owned(),
            holder.name.unwrap_or_default(),
            holder.since,
            holder.id,
        ]
    });
    say(&table(std::iter::once(heads).chain(rows)))
}
