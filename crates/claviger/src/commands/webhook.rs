//! `webhook`: whose programs are told what happens to people's accounts.

use identity::webhooks::{self, WebhookView};
use identity::{Actor, Id, Identity, Refusal, codes};
use serde::Serialize;
use server::Start;
use server::config::Configuration;
use server::outbound::Outbound;
use server::webhooks::Herald;

use super::{Failure, open};
use crate::flags::{Form, Webhook};
use crate::os_user;
use crate::output::{escape, say, say_json, table, write_time};

pub(crate) async fn run(configuration: &Configuration, command: Webhook) -> Result<(), Failure> {
    let identity = open(configuration, Start::Beside).await?;
    let os_user = os_user::find();
    let outcome = match command {
        Webhook::Add { url, form } => add(&identity, &os_user, &url, form).await,
        Webhook::List { form } => list(&identity, form).await,
        Webhook::Remove { id } => remove(&identity, &os_user, &id).await,
        Webhook::Test { id } => test(configuration, &identity, &id).await,
        Webhook::Undelivered { form } => list_undelivered(&identity, &os_user, form).await,
    };
    identity.close().await;
    outcome
}

fn parse(id: &str) -> Result<Id, Refusal> {
    Id::parse(id).ok_or_else(|| Refusal::new(&codes::WEBHOOK_MISSING))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown<'a> {
    id: String,
    url: &'a str,
    created_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn of(webhook: &'a WebhookView, secret: Option<&'a str>) -> Shown<'a> {
        Shown {
            id: webhook.webhook_id.to_string(),
            url: &webhook.url,
            created_at: write_time(webhook.created_at),
            secret,
        }
    }
}

async fn add(identity: &Identity, os_user: &str, url: &str, form: Form) -> Result<(), Failure> {
    if !server::webhooks::is_address(url) {
        return Err(Refusal::new(&codes::WEBHOOK_UNFIT).into());
    }
    let (webhook, secret) = webhooks::add(identity, os_user, url).await?;
    let shown = Shown::of(&webhook, Some(&secret));
    if form.json {
        return say_json(&shown);
    }
    say(&format!(
        "{} is told from now on.\n  id      {}\n  secret  {secret}\nThe secret is shown this once: calls are signed by it. \
         See whether it works: claviger webhook test {}",
        escape(shown.url),
        shown.id,
        shown.id
    ))
}

async fn list(identity: &Identity, form: Form) -> Result<(), Failure> {
    let found = webhooks::list(identity).await?;
    let shown: Vec<Shown<'_>> = found.iter().map(|it| Shown::of(it, None)).collect();
    if form.json {
        return say_json(&shown);
    }
    if shown.is_empty() {
        return say("No address is told.");
    }
    let rows = shown
        .iter()
        .map(|it| [it.id.clone(), it.created_at.clone(), it.url.to_owned()]);
    say(&table(rows))
}

async fn remove(identity: &Identity, os_user: &str, id: &str) -> Result<(), Failure> {
    webhooks::remove(identity, os_user, parse(id)?).await?;
    say("That address is told nothing any more, not even what waits.")
}

async fn test(configuration: &Configuration, identity: &Identity, id: &str) -> Result<(), Failure> {
    let recipient = webhooks::find(identity, parse(id)?).await?;
    let believed = &configuration.outbound_authorities;
    let outbound = Outbound::with(configuration.outbound_private, believed)
        .map_err(|cause| Failure::Said(cause.to_string()))?;
    let tried = Herald::new(&outbound).try_out(identity, &recipient).await;
    tried.map_err(|cause| Failure::Said(escape(&cause)))?;
    say(&format!("{} took a call.", escape(&recipient.url)))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Undelivered {
    id: String,
    notice: String,
    user_name: Option<String>,
    url: Option<String>,
    state: String,
    tries: i64,
    since: String,
}

async fn list_undelivered(identity: &Identity, os_user: &str, form: Form) -> Result<(), Failure> {
    let actor = Actor::CommandLine { os_user };
    let found = webhooks::list_undelivered(identity, actor).await?;
    let shown = found.into_iter().map(|call| Undelivered {
        id: format!("msg_{}", call.message_id),
        notice: call.topic,
        user_name: call.user_name,
        url: call.url,
        state: match call.is_over {
            true => call.cause.unwrap_or_default(),
            false => "waiting".to_owned(),
        },
        tries: call.attempts,
        since: write_time(call.created_at),
    });
    let shown: Vec<Undelivered> = shown.collect();
    if form.json {
        return say_json(&shown);
    }
    if shown.is_empty() {
        return say("Every address was told.");
    }
    let name = |it: &Option<String>| it.clone().unwrap_or_else(|| "(gone)".to_owned());
    let rows = shown.iter().map(|one| {
        [
            one.since.clone(),
            one.notice.clone(),
            one.state.clone(),
            name(&one.user_name),
            name(&one.url),
        ]
    });
    say(&table(rows))
}
