//! `user add`, `list`, `link`, `rename`, `disable`, `enable`, `break-glass`; what the directory knows of a person is in [`record`].

use identity::people::{self, Actor, PersonView};
use identity::policies::{self, Mark};
use identity::setup::Link;
use identity::{Identity, Refusal};
use identity::{lost, methods, password};
use serde::Serialize;
use server::Start;
use server::config::Configuration;

use super::mail::read_password;
use super::{Failure, open};
use crate::flags::{Form, OnOff, Password, User};
use crate::os_user;
use crate::output::{LinkShown, escape, say, say_json, table, write_time};

mod pass;
mod provisioning;
mod record;

pub(crate) async fn run(configuration: &Configuration, command: User) -> Result<(), Failure> {
    let identity = open(configuration, Start::Beside).await?;
    let os_user = os_user::find();
    let outcome = execute(&identity, Actor::CommandLine { os_user: &os_user }, command).await;
    identity.close().await;
    outcome
}

async fn set_password(
    identity: &Identity,
    actor: Actor<'_>,
    asked: &Password,
) -> Result<(), Failure> {
    let person = people::find(identity, actor, &asked.name).await?;
    let name = escape(&person.user_name);
    if asked.remove {
        password::give(identity, actor, person.person_id, None).await?;
        return say(&format!("{name} has no password any more."));
    }
    let text = read_password(&asked.file)?;
    password::give(identity, actor, person.person_id, Some(&text)).await?;
    say(&format!(
        "The password of {name} is set. Whoever set it knows it: {name} is asked to choose another."
    ))
}

async fn execute(identity: &Identity, actor: Actor<'_>, command: User) -> Result<(), Failure> {
    match command {
        User::Add {
            name,
            display_name,
            link,
            form,
        } => {
            let display_name = display_name.as_deref().unwrap_or(&name);
            let person = people::add(identity, actor, &name, display_name).await?;
            let link = match link {
                true => Some(people::make_link(identity, actor, person.person_id).await?),
                false => None,
            };
            show_added(&person, link.as_ref(), form)
        }
        User::List { form } => show(&list(identity, actor).await?, form),
        User::Link { name, form } => {
            let person = people::find(identity, actor, &name).await?;
            let link = people::make_link(identity, actor, person.person_id).await?;
            LinkShown::of(&person.user_name, &link).show(form)
        }
        User::Pass(asked) => pass::run(identity, actor, &asked).await,
        User::Password(asked) => set_password(identity, actor, &asked).await,
        User::Rename {
            name,
            to,
            display_name,
        } => {
            let person = people::find(identity, actor, &name).await?;
            let to = to.as_deref().unwrap_or(&person.user_name);
            let display_name = display_name.as_deref().unwrap_or(&person.display_name);
            people::rename(identity, actor, person.person_id, to, display_name).await?;
            say(&format!(
                "{} is {}, {}.",
                escape(&person.user_name),
                escape(to),
                escape(display_name)
            ))
        }
        User::Disable { name } => {
            let person = people::find(identity, actor, &name).await?;
            people::disable(identity, actor, person.person_id).await?;
            say(&format!(
                "{} is disabled; every session ended.",
                escape(&person.user_name)
            ))
        }
        User::Enable { name } => {
            let person = people::find(identity, actor, &name).await?;
            people::enable(identity, actor, person.person_id).await?;
            say(&format!("{} is enabled.", escape(&person.user_name)))
        }
        User::Show { name, form } => {
            let person = people::read_by_name(identity, actor, &name).await?;
            record::show(identity, actor, &person, form).await
        }
        User::Set {
            name,
            mail,
            manager,
            user_type,
            properties,
            form,
        } => {
            let change = record::read_change(mail, user_type, &properties)?;
            record::change(identity, actor, &name, &change, manager.as_deref(), form).await
        }
        User::Delete { name } => {
            let person = people::find(identity, actor, &name).await?;
            people::delete(identity, actor, person.person_id, None).await?;
            say(&format!(
                "{} is deleted; for thirty days: claviger user restore {}",
                escape(&person.user_name),
                escape(&person.user_name)
            ))
        }
        User::Deleted { form } => record::list_deleted(identity, actor, form).await,
        User::Restore { name } => {
            let person = record::find_deleted(identity, actor, &name).await?;
            let person = people::restore(identity, actor, person).await?;
            say(&format!("{} is back.", escape(&person.user_name)))
        }
        User::BreakGlass { name, mark } => {
            let person = people::find(identity, actor, &name).await?;
            let (mark, outcome) = match mark {
                OnOff::On => (Mark::On, "is marked; every use of the account is an alert"),
                OnOff::Off => (Mark::Off, "is not marked any more"),
            };
            policies::mark_break_glass(identity, actor, person.person_id, mark).await?;
            say(&format!("{} {outcome}.", escape(&person.user_name)))
        }
        User::RemovePasskey { name, passkey } => {
            let person = people::find(identity, actor, &name).await?;
            methods::delete(identity, actor, person.person_id, &passkey).await?;
            say(&format!(
                "The passkey of {} is removed.",
                escape(&person.user_name)
            ))
        }
        User::Lost {
            name,
            passkeys,
            all,
        } => report_lost(identity, actor, &name, passkeys, all).await,
        User::Options { name, cancel, form } => {
            provisioning::options(identity, actor, &name, cancel.as_deref(), form).await
        }
        User::ConfirmPasskey { name, passkey } => {
            provisioning::confirm(identity, actor, &name, &passkey).await
        }
        User::Hold { whose, form } => provisioning::hold(identity, actor, whose, form).await,
    }
}

async fn report_lost(
    identity: &Identity,
    actor: Actor<'_>,
    name: &str,
    mut passkeys: Vec<String>,
    all: bool,
) -> Result<(), Failure> {
    let person = people::find(identity, actor, name).await?;
    if all {
        let found = methods::list(identity, actor, person.person_id).await?;
        passkeys.extend(found.into_iter().map(|method| method.method_id));
    }
    let reported = lost::report(identity, actor, person.person_id, &passkeys).await?;
    let then = match reported.has_another {
        true => "another passkey is left to sign in with",
        false => "no passkey is left: they come back by a recovery code or a pass",
    };
    say(&format!(
        "{} passkeys of {} are revoked and every session ended; {then}.",
        reported.revoked,
        escape(&person.user_name)
    ))
}

async fn list(identity: &Identity, actor: Actor<'_>) -> Result<Vec<PersonView>, Refusal> {
    let mut everybody: Vec<PersonView> = Vec::new();
    loop {
        let after = everybody.last().map(|person| person.user_name.clone());
        let page = people::list(identity, actor, after.as_deref()).await?;
        if page.is_empty() {
            return Ok(everybody);
        }
        everybody.extend(page);
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Person<'a> {
    person_id: String,
    user_name: &'a str,
    display_name: &'a str,
    enabled: bool,
    administrator: bool,
    passkeys: u32,
    link_open: bool,
    created_at: String,
    last_sign_in_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<LinkShown<'a>>,
}

impl<'a> Person<'a> {
    fn of(person: &'a PersonView) -> Person<'a> {
        Person {
            person_id: person.person_id.to_string(),
            user_name: &person.user_name,
            display_name: &person.display_name,
            enabled: person.enabled,
            administrator: person.is_administrator,
            passkeys: person.passkeys,
            link_open: person.link_open,
            created_at: write_time(person.created_at),
            last_sign_in_at: person.last_sign_in_at.map(write_time),
            link: None,
        }
    }
}

fn show_added(person: &PersonView, link: Option<&Link>, form: Form) -> Result<(), Failure> {
    let link = link.map(|link| LinkShown::of(&person.user_name, link));
    if form.json {
        return say_json(&Person {
            link,
            ..Person::of(person)
        });
    }
    say(&format!(
        "Added {} ({}).",
        escape(&person.user_name),
        escape(&person.display_name)
    ))?;
    match link {
        Some(link) => link.show(form),
        None => say(&format!(
            "Hand out a registration link with: claviger user link {}",
            escape(&person.user_name)
        )),
    }
}

fn show(everybody: &[PersonView], form: Form) -> Result<(), Failure> {
    if form.json {
        return say_json(&everybody.iter().map(Person::of).collect::<Vec<_>>());
    }
    let heads = [
        "USER NAME",
        "DISPLAY NAME",
        "STATUS",
        "PASSKEYS",
        "LAST SIGN-IN",
    ]
    .map(str::to_owned);
    let rows = everybody.iter().map(|person| {
        [
            person.user_name.clone(),
            person.display_name.clone(),
            describe(person).to_owned(),
            person.passkeys.to_string(),
            person
                .last_sign_in_at
                .map_or_else(|| "never".to_owned(), write_time),
        ]
    });
    say(&table(std::iter::once(heads).chain(rows)))
}

fn describe(person: &PersonView) -> &'static str {
    match person {
        PersonView { enabled: false, .. } => "disabled",
        PersonView {
            is_administrator: true,
            ..
        } => "administrator",
        PersonView {
            link_open: true, ..
        } => "link open",
        _ => "enabled",
    }
}
