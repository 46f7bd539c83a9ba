//! `app create`, `list`, `show`, `add-secret`, `add-key`, `remove-credential`, `role`, `grant`, `owners`, `add-owner`,
//! `remove-owner`, `delete`, `restore`; the rest is in [`sign_in`].

use identity::applications::{
    self, ApplicationChange, ApplicationView, Assignment, Consent, CredentialView, GrantView,
    RedirectUri,
};
use identity::owners::Owned;
use identity::{Actor, DAY, Id, Identity, Micros, Refusal, codes};
use serde::Serialize;
use server::Start;
use server::config::Configuration;

mod api;
mod assigned;
mod logo;
mod sign_in;
mod tokens;

use super::{Failure, open, owner};
use crate::flags::{App, Form, OwnedApp};
use crate::os_user;
use crate::output::{escape, say, say_json, table, write_time};

pub(crate) async fn run(configuration: &Configuration, command: App) -> Result<(), Failure> {
    let identity = open(configuration, Start::Beside).await?;
    let os_user = os_user::find();
    let outcome = execute(&identity, Actor::CommandLine { os_user: &os_user }, command).await;
    identity.close().await;
    outcome
}

async fn execute(identity: &Identity, actor: Actor<'_>, command: App) -> Result<(), Failure> {
    match command {
        App::Create {
            name,
            redirect,
            description,
            home,
            form,
        } => {
            let change = ApplicationChange {
                display_name: Some(name),
                description: Some(description),
                redirect_uris: Some(parse_redirects(&redirect)?),
                home_uri: Some(home),
                ..ApplicationChange::default()
            };
            let made = applications::add(identity, actor, &change).await?;
            applications::add_principal(identity, actor, made.app_id).await?;
            show(identity, actor, made, form).await
        }
        App::SignIn(command) => sign_in::execute(identity, actor, command).await,
        App::List { form } => show_list(&list(identity, actor).await?, form),
        App::Show { client_id, form } => {
            let found = find(identity, actor, &client_id).await?;
            show(identity, actor, found, form).await
        }
        App::AddSecret {
            client_id,
            term,
            form,
        } => {
            let found = find(identity, actor, &client_id).await?;
            let ends = Some(derive_end(identity, term.days));
            let (object, note) = (found.object_id, &term.note);
            let made = applications::add_secret(identity, actor, object, note, ends).await?;
            show_secret(&made.view, &made.secret, form)
        }
        App::AddKey {
            client_id,
            file,
            term,
            form,
        } => {
            let found = find(identity, actor, &client_id).await?;
            let key = std::fs::read(&file)
                .map_err(|error| Failure::Said(format!("{}: {error}", file.display())))?;
            let ends = Some(derive_end(identity, term.days));
            let (object, note) = (found.object_id, &term.note);
            let made = applications::add_key(identity, actor, object, note, &key, ends).await?;
            show_key(&made, form)
        }
        App::RemoveCredential { client_id, key_id } => {
            let found = find(identity, actor, &client_id).await?;
            let key = Id::parse(&key_id).ok_or(Refusal::new(&codes::CREDENTIAL_MISSING))?;
            applications::remove_credential(identity, actor, found.object_id, None, key).await?;
            say("It is removed; every token of the application ended.")
        }
        App::Role {
            client_id,
            permissions,
            form,
        } => {
            let found = find(identity, actor, &client_id).await?;
            let client = find_client(identity, actor, &found).await?;
            api::assign(identity, actor, client, &permissions).await?;
            show(identity, actor, found, form).await
        }
        App::Grant {
            client_id,
            permissions,
            form,
        } => {
            let found = find(identity, actor, &client_id).await?;
            let client = find_client(identity, actor, &found).await?;
            api::grant(identity, actor, client, &permissions).await?;
            show(identity, actor, found, form).await
        }
        App::Api(asked) => {
            let found = find(identity, actor, &asked.client_id).await?;
            let form = asked.form;
            api::change(identity, actor, found, &asked, form).await
        }
        App::Owners { owned, form } => {
            let owned = find_owned(identity, actor, &owned).await?;
            owner::list(identity, actor, owned, form).await
        }
        App::AddOwner { owned, owner: name } => {
            let owned = find_owned(identity, actor, &owned).await?;
            owner::add(identity, actor, owned, &name).await
        }
        App::RemoveOwner { owned, owner: name } => {
            let owned = find_owned(identity, actor, &owned).await?;
            owner::remove(identity, actor, owned, &name).await
        }
        App::Delete { client_id } => {
            let found = find(identity, actor, &client_id).await?;
            applications::delete(identity, actor, found.object_id, None).await?;
            say(&format!(
                "{} is deleted; for 30 days it can be restored.",
                escape(&found.display_name)
            ))
        }
        App::Restore { client_id } => {
            let object = find_deleted(identity, actor, &client_id).await?;
            let found = applications::restore(identity, actor, object).await?;
            say(&format!("{} is back.", escape(&found.display_name)))
        }
    }
}

fn parse_redirects(texts: &[String]) -> Result<Vec<RedirectUri>, Failure> {
    texts
        .iter()
        .map(|text| {
            RedirectUri::parse(text).ok_or_else(|| {
                Failure::Said(format!(
                    "--redirect is web=URL, spa=URL or publicClient=URL, not {text}"
                ))
            })
        })
        .collect()
}

fn derive_end(identity: &Identity, days: u16) -> Micros {
    identity.ambient().now() + i64::from(days) * DAY
}

async fn find(
    identity: &Identity,
    actor: Actor<'_>,
    client_id: &str,
) -> Result<ApplicationView, Refusal> {
    let app_id = Id::parse(client_id).ok_or(&codes::APPLICATION_MISSING)?;
    applications::find_by_app(identity, actor, app_id).await
}

async fn find_owned(
    identity: &Identity,
    actor: Actor<'_>,
    owned: &OwnedApp,
) -> Result<Owned, Refusal> {
    let found = find(identity, actor, &owned.client_id).await?;
    if !owned.service_principal {
        return Ok(Owned::Application(found.object_id));
    }
    let principal = applications::find_principal_by_app(identity, actor, found.app_id).await?;
    Ok(Owned::ServicePrincipal(principal.object_id))
}

async fn find_deleted(
    identity: &Identity,
    actor: Actor<'_>,
    client_id: &str,
) -> Result<Id, Refusal> {
    let app_id = Id::parse(client_id).ok_or(&codes::APPLICATION_MISSING)?;
    let mut after = None;
    loop {
        let page = applications::list_deleted(identity, actor, after, 100).await?;
        let Some(last) = page.last() else {
            return Err(Refusal::new(&codes::APPLICATION_MISSING));
        };
        after = Some(last.object_id);
        if let Some(found) = page.iter().find(|application| application.app_id == app_id) {
            return Ok(found.object_id);
        }
    }
}

async fn list(identity: &Identity, actor: Actor<'_>) -> Result<Vec<ApplicationView>, Refusal> {
    let mut all: Vec<ApplicationView> = Vec::new();
    loop {
        let after = all.last().map(|application| application.object_id);
        let page = applications::list(identity, actor, after, 100).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// The service principal, which is what is given permissions.
async fn find_client(
    identity: &Identity,
    actor: Actor<'_>,
    application: &ApplicationView,
) -> Result<Id, Refusal> {
    let app_id = application.app_id;
    let principal = applications::find_principal_by_app(identity, actor, app_id).await?;
    Ok(principal.object_id)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    client_id: String,
    object_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    principal_id: Option<String>,
    display_name: String,
    description: String,
    redirect_uris: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    home: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logout_address: Option<String>,
    protects: Vec<String>,
    identifier_uris: Vec<String>,
    secrets: Vec<Credential>,
    keys: Vec<Credential>,
    roles: Vec<String>,
    grants: Vec<String>,
    created_at: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    key_id: String,
    note: String,
    hint: String,
    expires_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl Credential {
    fn of(view: &CredentialView) -> Credential {
        Credential {
            key_id: view.key_id.to_string(),
            note: view.display_name.clone(),
            hint: view.hint.clone(),
            expires_at: write_time(view.expires_at),
            secret: None,
        }
    }
}

/// A permission by its name; what is of another application's API, by that one's name.
fn name_role(role: &Assignment) -> String {
    match role.permission {
        Some(permission) => permission.name().to_owned(),
        None => format!("{} at {}", role.app_role_id, role.resource_name),
    }
}

impl Shown {
    fn of(
        application: ApplicationView,
        principal: Option<Id>,
        roles: &[Assignment],
        grants: &[GrantView],
    ) -> Shown {
        let whom = |consent| match consent {
            Consent::Everybody => "everybody".to_owned(),
            Consent::Person(person) => person.to_string(),
        };
        Shown {
            client_id: application.app_id.to_string(),
            object_id: application.object_id.to_string(),
            principal_id: principal.map(|id| id.to_string()),
            display_name: application.display_name,
            description: application.description,
            redirect_uris: application
                .redirect_uris
                .iter()
                .map(RedirectUri::to_string)
                .collect(),
            home: application.home_uri,
            logout_address: application.back_channel_logout_uri,
            protects: application.protected_origins,
            identifier_uris: application.api.identifier_uris,
            secrets: application.secrets.iter().map(Credential::of).collect(),
            keys: application.keys.iter().map(Credential::of).collect(),
            roles: roles.iter().map(name_role).collect(),
            grants: grants
                .iter()
                .map(|grant| format!("{}: {}", whom(grant.consent), grant.scope))
                .collect(),
            created_at: write_time(application.created_at),
        }
    }
}

async fn show(
    identity: &Identity,
    actor: Actor<'_>,
    application: ApplicationView,
    form: Form,
) -> Result<(), Failure> {
    let app_id = application.app_id;
    let principal = match applications::find_principal_by_app(identity, actor, app_id).await {
        Ok(principal) => Some(principal.object_id),
        Err(refusal) if refusal.code == &codes::APPLICATION_MISSING => None,
        Err(refusal) => return Err(refusal.into()),
    };
    let (mut roles, mut grants) = (Vec::new(), Vec::new());
    if let Some(principal) = principal {
        roles = applications::list_app_roles(identity, actor, principal).await?;
        grants = applications::list_grants_of_client(identity, actor, principal).await?;
    }
    let shown = Shown::of(application, principal, &roles, &grants);
    if form.json {
        return say_json(&shown);
    }
    let mut lines = vec![
        format!("{} ({})", escape(&shown.display_name), shown.client_id),
        format!("  object id          {}", shown.object_id),
    ];
    let principal = shown.principal_id.as_deref().unwrap_or("none");
    lines.push(format!("  service principal  {principal}"));
    if let Some(home) = &shown.home {
        lines.push(format!("  people open it at  {}", escape(home)));
    }
    if let Some(address) = &shown.logout_address {
        lines.push(format!("  told of sign-outs   {}", escape(address)));
    }
    let lists = [
        ("answers go to", &shown.redirect_uris),
        ("protects", &shown.protects),
        ("called as an API", &shown.identifier_uris),
        ("in people's names", &shown.grants),
    ];
    for (head, list) in lists {
        lines.extend(
            list.iter()
                .map(|each| format!("  {head:<18} {}", escape(each))),
        );
    }
    if !shown.roles.is_empty() {
        lines.push(format!(
            "  in its own name    {}",
            escape(&shown.roles.join(" "))
        ));
    }
    for (head, list) in [("secret", &shown.secrets), ("key", &shown.keys)] {
        lines.extend(list.iter().map(|each| {
            let (id, hint, ends) = (&each.key_id, &each.hint, &each.expires_at);
            format!(
                "  {head:<18} {id} {hint}... until {ends} {}",
                escape(&each.note)
            )
        }));
    }
    say(&lines.join("\n"))
}

fn show_list(all: &[ApplicationView], form: Form) -> Result<(), Failure> {
    if form.json {
        let shown = |application: &ApplicationView| Shown::of(application.clone(), None, &[], &[]);
        return say_json(&all.iter().map(shown).collect::<Vec<_>>());
    }
    let heads = ["NAME", "CLIENT ID", "SECRETS", "KEYS"].map(str::to_owned);
    let rows = all.iter().map(|application| {
        [
            application.display_name.clone(),
            application.app_id.to_string(),
            application.secrets.len().to_string(),
            application.keys.len().to_string(),
        ]
    });
    say(&table(std::iter::once(heads).chain(rows)))
}

fn show_secret(view: &CredentialView, secret: &str, form: Form) -> Result<(), Failure> {
    if form.json {
        return say_json(&Credential {
            secret: Some(secret.to_owned()),
            ..Credential::of(view)
        });
    }
    say(&format!(
        "Secret {} (shown this once, until {}):\n  {secret}",
        view.key_id,
        write_time(view.expires_at)
    ))
}

fn show_key(view: &CredentialView, form: Form) -> Result<(), Failure> {
    if form.json {
        return say_json(&Credential::of(view));
    }
    say(&format!(
        "Key {} (thumbprint {}), until {}.",
        view.key_id,
        view.hint,
        write_time(view.expires_at)
    ))
}
