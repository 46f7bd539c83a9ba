//! `group` and `app`: `owners`, `add-owner`, `remove-owner`.

use identity::owners::{self, Owned};
use identity::people::{self, Actor};
use identity::{Identity, MAX_TOP, Owner, PrincipalKind, Refusal, applications};
use serde::Serialize;

use super::Failure;
use super::principal::find_principal;
use crate::flags::Form;
use crate::output::{escape, say, say_json, table};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    id: String,
    kind: &'static str,
    name: String,
}

async fn describe(identity: &Identity, actor: Actor<'_>, owner: Owner) -> Result<Shown, Refusal> {
    let name = match owner.kind {
        PrincipalKind::Person => people::read(identity, actor, owner.id).await?.user_name,
        PrincipalKind::Group => String::new(),
        PrincipalKind::Application => {
            applications::find_principal(identity, actor, owner.id)
                .await?
                .display_name
        }
    };
    Ok(Shown {
        id: owner.id.to_string(),
        kind: owner.kind.as_str(),
        name,
    })
}

pub(super) async fn list(
    identity: &Identity,
    actor: Actor<'_>,
    owned: Owned,
    form: Form,
) -> Result<(), Failure> {
    let mut shown = Vec::new();
    for owner in owners::list(identity, actor, owned, None, MAX_TOP).await? {
        shown.push(describe(identity, actor, owner).await?);
    }
    if form.json {
        return say_json(&shown);
    }
    let heads = ["KIND", "NAME", "ID"].map(str::to_owned);
    let rows = shown
        .into_iter()
        .map(|owner| [owner.kind.to_owned(), owner.name, owner.id]);
    say(&table(std::iter::once(heads).chain(rows)))
}

pub(super) async fn add(
    identity: &Identity,
    actor: Actor<'_>,
    owned: Owned,
    owner: &str,
) -> Result<(), Failure> {
    let id = find_principal(identity, actor, owner).await?;
    owners::add(identity, actor, owned, id).await?;
    say(&format!("{} is an owner now.", escape(owner)))
}

pub(super) async fn remove(
    identity: &Identity,
    actor: Actor<'_>,
    owned: Owned,
    owner: &str,
) -> Result<(), Failure> {
    let id = find_principal(identity, actor, owner).await?;
    owners::remove(identity, actor, owned, id).await?;
    say(&format!("{} is not an owner any more.", escape(owner)))
}
