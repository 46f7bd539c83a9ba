//! Passkeys created on behalf of people: open options, confirmations, whose are held.

use identity::people::{self, Actor};
use identity::provisioning::{self, Hold, OpenOptions};
use identity::{Id, Identity};
use serde::Serialize;

use crate::commands::Failure;
use crate::flags::{Form, HoldWord};
use crate::output::{escape, say, say_json, table, write_time};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Options {
    id: String,
    created_at: String,
    expires_at: String,
    requested_by: Option<String>,
    requested_by_name: Option<String>,
    app_id: Option<String>,
    passkeys_created: i64,
}

impl Options {
    fn of(open: &OpenOptions) -> Options {
        Options {
            id: open.options_id.to_string(),
            created_at: write_time(open.created_at),
            expires_at: write_time(open.expires_at),
            requested_by: open.asked_by.map(|id| id.to_string()),
            requested_by_name: open.asked_by_name.clone(),
            app_id: open.client_id.map(|id| id.to_string()),
            passkeys_created: open.uses,
        }
    }
}

/// Shows what is open, or cancels one of them.
pub(super) async fn options(
    identity: &Identity,
    actor: Actor<'_>,
    name: &str,
    cancel: Option<&str>,
    form: Form,
) -> Result<(), Failure> {
    let person = people::find(identity, actor, name).await?;
    if let Some(text) = cancel {
        let id = Id::parse(text)
            .ok_or_else(|| Failure::Said(format!("{} is no id of options", escape(text))))?;
        provisioning::cancel(identity, actor, person.person_id, id).await?;
        return say("Cancelled: nobody registers a passkey with them any more.");
    }
    let open = provisioning::list(identity, actor, person.person_id).await?;
    let shown: Vec<Options> = open.iter().map(Options::of).collect();
    if form.json {
        return say_json(&shown);
    }
    let heads = ["ID", "REQUESTED BY", "UNTIL", "PASSKEYS"].map(str::to_owned);
    let rows = shown.into_iter().map(|one| {
        [
            one.id,
            one.requested_by_name
                .or(one.requested_by)
                .unwrap_or_else(|| "command line".to_owned()),
            one.expires_at,
            one.passkeys_created.to_string(),
        ]
    });
    say(&table(std::iter::once(heads).chain(rows)))
}

pub(super) async fn confirm(
    identity: &Identity,
    actor: Actor<'_>,
    name: &str,
    passkey: &str,
) -> Result<(), Failure> {
    let person = people::find(identity, actor, name).await?;
    provisioning::confirm(identity, actor, person.person_id, passkey).await?;
    say(&format!(
        "The passkey of {} can be used.",
        escape(&person.user_name)
    ))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    hold: &'static str,
}

/// Shows whose passkeys are held, after changing it where a word is given.
pub(super) async fn hold(
    identity: &Identity,
    actor: Actor<'_>,
    word: Option<HoldWord>,
    form: Form,
) -> Result<(), Failure> {
    if let Some(word) = word {
        provisioning::change_hold(identity, actor, word.into()).await?;
    }
    let hold = provisioning::read_hold(identity, actor).await?;
    if form.json {
        return say_json(&Policy {
            hold: hold.as_str(),
        });
    }
    say(match hold {
        Hold::Nobody => "Nobody's: a passkey that was created for somebody can be used at once.",
        Hold::Existing => "Those of people who can sign in already wait for a confirmation.",
        Hold::Everybody => "Everybody's wait for a confirmation.",
    })
}

impl From<HoldWord> for Hold {
    fn from(word: HoldWord) -> Hold {
        match word {
            HoldWord::None => Hold::Nobody,
            HoldWord::Existing => Hold::Existing,
            HoldWord::All => Hold::Everybody,
        }
    }
}
