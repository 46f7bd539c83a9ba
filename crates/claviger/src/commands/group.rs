//! `group add`, `list`, `show`, `set`, `delete`, `deleted`, `restore`, `members`, `join`, `leave`, `owners`, `add-owner`,
//! `remove-owner`.

use identity::groups::{
    self, GroupChange, GroupRecord, MemberView, NewGroup, ProtectedBy, members,
};
use identity::owners::Owned;
use identity::people::Actor;
use identity::{
    Depth, Filter, GroupColumn, Id, Identity, ListQuery, MAX_TOP, Refusal, Test, codes,
};
use serde::Serialize;
use server::Start;
use server::config::Configuration;

use super::principal::{find_group, find_principal};
use super::{Failure, open, owner};
use crate::flags::{Form, Group};
use crate::os_user;
use crate::output::{escape, say, say_json, table, write_time};

pub(crate) async fn run(configuration: &Configuration, command: Group) -> Result<(), Failure> {
    let identity = open(configuration, Start::Beside).await?;
    let os_user = os_user::find();
    let outcome = execute(&identity, Actor::CommandLine { os_user: &os_user }, command).await;
    identity.close().await;
    outcome
}

async fn execute(identity: &Identity, actor: Actor<'_>, command: Group) -> Result<(), Failure> {
    match command {
        Group::Add {
            name,
            description,
            nickname,
            role_assignable,
            form,
        } => {
            let new = NewGroup {
                display_name: name,
                description,
                mail_nickname: nickname,
                role_assignable,
            };
            show(
                identity,
                actor,
                &groups::create(identity, actor, &new).await?,
                form,
            )
            .await
        }
        Group::List { prefix, form } => list(&read_all(identity, actor, prefix).await?, form),
        Group::Show { group, form } => {
            let group = find_group(identity, actor, &group).await?;
            show(identity, actor, &group, form).await
        }
        Group::Set {
            group,
            name,
            description,
            nickname,
            form,
        } => {
            let group = find_group(identity, actor, &group).await?;
            let change = GroupChange {
                display_name: name,
                description: description.map(|text| Some(text).filter(|text| !text.is_empty())),
                mail_nickname: nickname,
            };
            let group = groups::update(identity, actor, group.group_id, None, &change).await?;
            show(identity, actor, &group, form).await
        }
        Group::Delete { group } => {
            let group = find_group(identity, actor, &group).await?;
            groups::delete(identity, actor, group.group_id, None).await?;
            say(&format!(
                "{} ({}) is deleted; for thirty days: claviger group restore {}",
                escape(&group.display_name),
                group.group_id,
                group.group_id
            ))
        }
        Group::Deleted { form } => {
            let page = groups::list_deleted(identity, actor, ListQuery::first(MAX_TOP)).await?;
            list(&page.rows, form)
        }
        Group::Restore { group } => {
            let id = Id::parse(&group).ok_or_else(|| Refusal::new(&codes::GROUP_MISSING))?;
            let group = groups::restore(identity, actor, id).await?;
            say(&format!("{} is back.", escape(&group.display_name)))
        }
        Group::Members {
            group,
            transitive,
            form,
        } => {
            let group = find_group(identity, actor, &group).await?;
            let depth = match transitive {
                true => Depth::Transitive,
                false => Depth::Direct,
            };
            list_members(
                &read_members(identity, actor, group.group_id, depth).await?,
                form,
            )
        }
        Group::Join { group, member } => {
            let group = find_group(identity, actor, &group).await?;
            let id = find_principal(identity, actor, &member).await?;
            members::add(identity, actor, group.group_id, id).await?;
            say(&format!(
                "{} is in {}.",
                escape(&member),
                escape(&group.display_name)
            ))
        }
        Group::Leave { group, member } => {
            let group = find_group(identity, actor, &group).await?;
            let id = find_principal(identity, actor, &member).await?;
            members::remove(identity, actor, group.group_id, id).await?;
            say(&format!(
                "{} is not in {} any more.",
                escape(&member),
                escape(&group.display_name)
            ))
        }
        Group::Owners { group, form } => {
            let owned = find_owned(identity, actor, &group).await?;
            owner::list(identity, actor, owned, form).await
        }
        Group::AddOwner { group, owner: name } => {
            let owned = find_owned(identity, actor, &group).await?;
            owner::add(identity, actor, owned, &name).await
        }
        Group::RemoveOwner { group, owner: name } => {
            let owned = find_owned(identity, actor, &group).await?;
            owner::remove(identity, actor, owned, &name).await
        }
    }
}

async fn find_owned(identity: &Identity, actor: Actor<'_>, word: &str) -> Result<Owned, Refusal> {
    let group = find_group(identity, actor, word).await?;
    Ok(Owned::Group(group.group_id))
}

async fn read_all(
    identity: &Identity,
    actor: Actor<'_>,
    prefix: Option<String>,
) -> Result<Vec<GroupRecord>, Refusal> {
    let mut query = ListQuery {
        filter: prefix.map(|text| Filter::Is(GroupColumn::DisplayName, Test::Prefix(text))),
        ..ListQuery::first(MAX_TOP)
    };
    let mut all = Vec::new();
    loop {
        let page = groups::list(identity, actor, query.clone()).await?;
        all.extend(page.rows);
        if page.next.is_none() {
            return Ok(all);
        }
        query.after = page.next;
    }
}

async fn read_members(
    identity: &Identity,
    actor: Actor<'_>,
    group: Id,
    depth: Depth,
) -> Result<Vec<MemberView>, Refusal> {
    let mut all: Vec<MemberView> = Vec::new();
    loop {
        let after = all.last().map(MemberView::id);
        let page = members::list(identity, actor, group, depth, after, MAX_TOP).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    group_id: String,
    name: &'a str,
    description: Option<&'a str>,
    nickname: &'a str,
    role_assignable: bool,
    created_at: String,
    deleted_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    protected_by: Option<Vec<&'static str>>,
}

impl<'a> Shown<'a> {
    fn of(group: &'a GroupRecord) -> Shown<'a> {
        Shown {
            group_id: group.group_id.to_string(),
            name: &group.display_name,
            description: group.description.as_deref(),
            nickname: &group.mail_nickname,
            role_assignable: group.role_assignable,
            created_at: write_time(group.created_at),
            deleted_at: group.deleted_at.map(write_time),
            protected_by: None,
        }
    }
}

fn describe(reason: ProtectedBy) -> &'static str {
    match reason {
        ProtectedBy::RoleAssignable => "roleAssignable",
        ProtectedBy::DirectoryRole => "directoryRole",
        ProtectedBy::ApplicationAssignment => "applicationAssignment",
        ProtectedBy::PolicyExclusion => "policyExclusion",
    }
}

async fn show(
    identity: &Identity,
    actor: Actor<'_>,
    group: &GroupRecord,
    form: Form,
) -> Result<(), Failure> {
    let reasons = groups::list_protections(identity, actor, group.group_id).await?;
    let reasons: Vec<_> = reasons.into_iter().map(describe).collect();
    if form.json {
        return say_json(&Shown {
            protected_by: Some(reasons),
            ..Shown::of(group)
        });
    }
    let mut lines = vec![
        format!("{} ({})", escape(&group.display_name), group.group_id),
        format!("nickname: {}", escape(&group.mail_nickname)),
    ];
    if let Some(description) = &group.description {
        lines.push(escape(description));
    }
    if !reasons.is_empty() {
        lines.push(format!("protected: {}", reasons.join(", ")));
    }
    say(&lines.join("\n"))
}

fn list(groups: &[GroupRecord], form: Form) -> Result<(), Failure> {
    if form.json {
        return say_json(&groups.iter().map(Shown::of).collect::<Vec<_>>());
    }
    let heads = ["NAME", "ID", "ROLES"].map(str::to_owned);
    let rows = groups.iter().map(|group| {
        let roles = if group.role_assignable {
            "can be given"
        } else {
            ""
        };
        [
            group.display_name.clone(),
            group.group_id.to_string(),
            roles.to_owned(),
        ]
    });
    say(&table(std::iter::once(heads).chain(rows)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MemberShown<'a> {
    id: String,
    kind: &'static str,
    name: Option<&'a str>,
    display_name: Option<&'a str>,
}

fn describe_member(member: &MemberView) -> MemberShown<'_> {
    let (kind, name, display_name) = match member {
        MemberView::Person(person) => (
            "person",
            Some(person.user_name.as_str()),
            Some(person.display_name.as_str()),
        ),
        MemberView::Group(group) => ("group", None, Some(group.display_name.as_str())),
        MemberView::Application(_) => ("application", None, None),
    };
    MemberShown {
        id: member.id().to_string(),
        kind,
        name,
        display_name,
    }
}

fn list_members(members: &[MemberView], form: Form) -> Result<(), Failure> {
    let shown: Vec<_> = members.iter().map(describe_member).collect();
    if form.json {
        return say_json(&shown);
    }
    let heads = ["KIND", "NAME", "DISPLAY NAME", "ID"].map(str::to_owned);
    let rows = shown.into_iter().map(|member| {
        [
            member.kind.to_owned(),
            member.name.unwrap_or_default().to_owned(),
            member.display_name.unwrap_or_default().to_owned(),
            member.id,
        ]
    });
    say(&table(std::iter::once(heads).chain(rows)))
}
