//! An application's own API: what it is called, what others may do there, and who may.

use identity::applications::{
    self, ApiScope, AppRole, ApplicationChange, ApplicationView, Consent,
};
use identity::permissions::Permission;
use identity::{Actor, Id, Identity, Refusal, codes};
use serde::Serialize;

use super::super::Failure;
use super::list;
use super::tokens::Role;
use crate::flags::{Api as Asked, Form};
use crate::output::{escape, say, say_json};

fn split<'a>(text: &'a str, flag: &str) -> Result<(&'a str, &'a str), Failure> {
    text.split_once('=')
        .ok_or_else(|| Failure::Said(format!("{flag} is WORD=NAME, not {text}")))
}

/// By its word: there already, or new.
fn put_scope(
    identity: &Identity,
    scopes: &mut Vec<ApiScope>,
    (value, name): (&str, &str),
    is_for_people: bool,
) {
    match scopes.iter_mut().find(|it| it.value == value) {
        Some(scope) => {
            scope.admin_name = name.to_owned();
            scope.is_for_people = is_for_people;
        }
        None => scopes.push(ApiScope {
            is_for_people,
            ..ApiScope::make(identity, value, name)
        }),
    }
}

fn put_role(identity: &Identity, roles: &mut Vec<AppRole>, (value, name): (&str, &str)) {
    match roles.iter_mut().find(|it| it.value == value) {
        Some(role) => {
            role.display_name = name.to_owned();
            role.for_applications = true;
        }
        None => roles.push(AppRole {
            for_people: false,
            for_applications: true,
            ..AppRole::make(identity, value, name)
        }),
    }
}

fn apply(identity: &Identity, asked: &Asked, to: &mut ApplicationView) -> Result<(), Failure> {
    let (uris, scopes) = (&mut to.api.identifier_uris, &mut to.api.scopes);
    for uri in &asked.uri {
        if !uris.contains(uri) {
            uris.push(uri.clone());
        }
    }
    for uri in &asked.no_uri {
        let before = uris.len();
        uris.retain(|it| it != uri);
        if uris.len() == before {
            return Err(Failure::Said(format!("It is not called {uri}.")));
        }
    }
    for text in &asked.scope {
        put_scope(identity, scopes, split(text, "--scope")?, true);
    }
    for text in &asked.admin_scope {
        put_scope(identity, scopes, split(text, "--admin-scope")?, false);
    }
    for value in &asked.no_scope {
        let before = scopes.len();
        scopes.retain(|it| it.value != *value);
        if scopes.len() == before {
            return Err(Failure::Said(format!("There is no scope {value}.")));
        }
    }
    for text in &asked.app_role {
        let roles = &mut to.token_settings.roles;
        put_role(identity, roles, split(text, "--app-role")?);
    }
    Ok(())
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    identifier_uris: Vec<String>,
    scopes: Vec<Scope>,
    app_roles: Vec<Role>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Scope {
    id: String,
    value: String,
    name: String,
    consent: &'static str,
    is_enabled: bool,
}

impl Shown {
    fn of(view: &ApplicationView) -> Shown {
        let scope = |it: &ApiScope| Scope {
            id: it.id.to_string(),
            value: it.value.clone(),
            name: it.admin_name.clone(),
            consent: match it.is_for_people {
                true => "people",
                false => "administrators",
            },
            is_enabled: it.is_enabled,
        };
        let roles = view.token_settings.roles.iter();
        Shown {
            identifier_uris: view.api.identifier_uris.clone(),
            scopes: view.api.scopes.iter().map(scope).collect(),
            app_roles: roles
                .filter(|it| it.for_applications)
                .map(Role::of)
                .collect(),
        }
    }
}

pub(super) async fn change(
    identity: &Identity,
    actor: Actor<'_>,
    found: ApplicationView,
    asked: &Asked,
    form: Form,
) -> Result<(), Failure> {
    let mut after = found.clone();
    apply(identity, asked, &mut after)?;
    if after.api != found.api || after.token_settings != found.token_settings {
        let change = ApplicationChange {
            identifier_uris: Some(after.api.identifier_uris.clone()),
            api_scopes: Some(after.api.scopes.clone()),
            token_settings: Some(after.token_settings.clone())
                .filter(|it| *it != found.token_settings),
            record_version: Some(found.record_version),
            ..ApplicationChange::default()
        };
        applications::change(identity, actor, found.object_id, &change).await?;
    }
    let shown = Shown::of(&after);
    if form.json {
        return say_json(&shown);
    }
    let name = escape(&found.display_name);
    let mut lines = vec![match shown.identifier_uris.as_slice() {
        [] => {
            format!("{name} is no API: nobody can ask for tokens for it. Give it a name by --uri.")
        }
        _ => format!("{name} as an API"),
    }];
    for uri in &shown.identifier_uris {
        lines.push(format!("  called    {}", escape(uri)));
    }
    for scope in &shown.scopes {
        let (value, name) = (escape(&scope.value), escape(&scope.name));
        lines.push(format!(
            "  scope     {value} ({name}; {} consent)",
            scope.consent
        ));
    }
    for role in &shown.app_roles {
        let (value, name) = (escape(&role.value), escape(&role.display_name));
        lines.push(format!("  app role  {value} ({name})"));
    }
    say(&lines.join("\n"))
}

/// What is named `URI/WORD`: an API of another application, and a word of it. Everything else is of our own API.
fn split_name(name: &str) -> Option<(&str, &str)> {
    name.rsplit_once('/')
}

struct At {
    resource: Id,
    roles: Vec<AppRole>,
    /// Words of its scopes.
    scopes: Vec<String>,
}

async fn find_api(identity: &Identity, actor: Actor<'_>, uri: &str) -> Result<At, Failure> {
    let all = list(identity, actor).await?;
    let is_called = |it: &ApplicationView| it.api.identifier_uris.iter().any(|one| one == uri);
    let found = all
        .into_iter()
        .find(is_called)
        .ok_or_else(|| Failure::Said(format!("No application's API is called {uri}.")))?;
    let principal = applications::find_principal_by_app(identity, actor, found.app_id).await?;
    Ok(At {
        resource: principal.object_id,
        roles: found.token_settings.roles,
        scopes: found.api.scopes.into_iter().map(|it| it.value).collect(),
    })
}

/// Gives an application permissions in its own name.
pub(super) async fn assign(
    identity: &Identity,
    actor: Actor<'_>,
    client: Id,
    names: &[String],
) -> Result<(), Failure> {
    for name in names {
        let unknown = || Refusal::new(&codes::PERMISSION_UNKNOWN);
        let (resource, role) = match split_name(name) {
            None => {
                let role = Permission::parse(name).and_then(Permission::application_id);
                let resource = applications::find_own_api(identity).await?;
                (resource, role.ok_or_else(unknown)?)
            }
            Some((uri, word)) => {
                let at = find_api(identity, actor, uri).await?;
                let role = at.roles.iter().find(|it| it.value == word);
                (at.resource, role.ok_or_else(unknown)?.id)
            }
        };
        applications::assign(identity, actor, client, resource, role).await?;
    }
    Ok(())
}

/// At one API: the words that are asked for, and those that it has; `None` at ours.
type Wanted<'a> = (Id, Vec<&'a str>, Option<Vec<String>>);

/// Adds to what everybody's grants hold already.
pub(super) async fn grant(
    identity: &Identity,
    actor: Actor<'_>,
    client: Id,
    names: &[String],
) -> Result<(), Failure> {
    let mut wanted: Vec<Wanted<'_>> = Vec::new();
    for name in names {
        let (resource, word, scopes) = match split_name(name) {
            None => {
                let own = applications::find_own_api(identity).await?;
                (own, name.as_str(), None)
            }
            Some((uri, word)) => {
                let at = find_api(identity, actor, uri).await?;
                (at.resource, word, Some(at.scopes))
            }
        };
        match wanted.iter_mut().find(|(known, ..)| *known == resource) {
            Some((_, words, _)) => words.push(word),
            None => wanted.push((resource, vec![word], scopes)),
        }
    }
    for (resource, words, scopes) in wanted {
        let grants = applications::list_grants_of_client(identity, actor, client).await?;
        let held = grants
            .iter()
            .find(|it| it.consent == Consent::Everybody && it.resource_id == resource);
        let scope = words.join(" ");
        match held {
            Some(held) => {
                // What the API has no more stays behind.
                let is_there = |word: &&str| {
                    let known = |scopes: &Vec<String>| scopes.iter().any(|it| it == word);
                    scopes.as_ref().is_none_or(known)
                };
                let held_words: Vec<&str> = held.scope.split(' ').filter(is_there).collect();
                let scope = format!("{} {scope}", held_words.join(" "));
                applications::change_grant(identity, actor, held.grant_id, &scope).await?;
            }
            None => {
                let (at, whom) = ((client, resource), Consent::Everybody);
                applications::grant_at(identity, actor, at, whom, &scope).await?;
            }
        }
    }
    Ok(())
}
