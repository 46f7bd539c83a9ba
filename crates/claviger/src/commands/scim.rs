//! `scim`: which programs bring people and groups.

use identity::{Identity, connectors};
use serde::Serialize;
use server::Start;
use server::config::Configuration;

use super::{Failure, open};
use crate::flags::{Form, Scim};
use crate::os_user;
use crate::output::{escape, say, say_json, table, write_time};

pub(crate) async fn run(configuration: &Configuration, command: Scim) -> Result<(), Failure> {
    let identity = open(configuration, Start::Beside).await?;
    let os_user = os_user::find();
    let outcome = match command {
        Scim::Add { name, form } => add(&identity, &os_user, &name, form).await,
        Scim::List { form } => list(&identity, form).await,
        Scim::Rotate { name, form } => rotate(&identity, &os_user, &name, form).await,
        Scim::Remove { name } => remove(&identity, &os_user, &name).await,
    };
    identity.close().await;
    outcome
}

#[derive(Serialize)]
struct Given<'a> {
    name: &'a str,
    url: String,
    token: String,
}

fn give(
    identity: &Identity,
    name: &str,
    token: String,
    form: Form,
    more: &str,
) -> Result<(), Failure> {
    let origin = identity.settings().public_origin.as_str();
    let given = Given {
        name,
        url: format!("{origin}/scim/v2"),
        token,
    };
    if form.json {
        return say_json(&given);
    }
    say(&format!(
        "{} brings people and groups with this token.\n  address  {}\n  token    {}\nThe token is shown this once.{more}",
        escape(given.name),
        given.url,
        given.token
    ))
}

async fn add(identity: &Identity, os_user: &str, name: &str, form: Form) -> Result<(), Failure> {
    let token = connectors::add(identity, os_user, name).await?;
    give(identity, name, token, form, "")
}

async fn rotate(identity: &Identity, os_user: &str, name: &str, form: Form) -> Result<(), Failure> {
    let token = connectors::rotate(identity, os_user, name).await?;
    let more = " The one from before works for 24 hours more.";
    give(identity, name, token, form, more)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: String,
    name: String,
    created_at: String,
    last_used_at: Option<String>,
    former_token_until: Option<String>,
    people: i64,
    groups: i64,
}

async fn list(identity: &Identity, form: Form) -> Result<(), Failure> {
    let found = connectors::list(identity).await?;
    let shown = found.into_iter().map(|one| Shown {
        id: one.connector_id.to_string(),
        name: one.name,
        created_at: write_time(one.created_at),
        last_used_at: one.used_at.map(write_time),
        former_token_until: one.former_until.map(write_time),
        people: one.people,
        groups: one.groups,
    });
    let shown: Vec<Shown> = shown.collect();
    if form.json {
        return say_json(&shown);
    }
    if shown.is_empty() {
        return say("No program brings people.");
    }
    let rows = shown.iter().map(|one| {
        let used = one.last_used_at.as_deref();
        [
            one.name.clone(),
            format!("since {}", one.created_at),
            format!("last {}", used.unwrap_or("never")),
            format!("{} people", one.people),
            format!("{} groups", one.groups),
        ]
    });
    say(&table(rows))
}

async fn remove(identity: &Identity, os_user: &str, name: &str) -> Result<(), Failure> {
    connectors::remove(identity, os_user, name).await?;
    say("That program is let in no more. What it made stays in the directory.")
}
