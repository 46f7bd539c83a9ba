//! `policy pass`.

use identity::people::Actor;
use identity::policies::profiles::{GroupId, State, Target};
use identity::policies::{self, PassPolicy, PassPolicyShown};
use identity::{Identity, Refusal};
use serde::Serialize;

use super::super::Failure;
use super::super::principal::find_group;
use crate::flags::{Form, OnOff, PassPolicy as Asked};
use crate::output::{say, say_json};

/// Stands for all people, or for none.
const EVERYBODY: &str = "everybody";
const NOBODY: &str = "nobody";

#[derive(Serialize)]
struct Shown<'a> {
    revision: i64,
    version: i64,
    policy: &'a PassPolicy,
}

pub(super) async fn run(
    identity: &Identity,
    actor: Actor<'_>,
    asked: &Asked,
) -> Result<(), Failure> {
    if asked.reset {
        let policy = PassPolicy::default();
        let saved = policies::save_pass_policy(identity, actor, None, &policy).await?;
        return show(&saved, asked.form);
    }
    let shown = policies::show_pass_policy(identity, actor).await?;
    let policy = change(identity, actor, asked, &shown.policy).await?;
    if policy == shown.policy {
        return show(&shown, asked.form);
    }
    let expected = Some(shown.revision);
    let saved = policies::save_pass_policy(identity, actor, expected, &policy).await?;
    show(&saved, asked.form)
}

async fn change(
    identity: &Identity,
    actor: Actor<'_>,
    asked: &Asked,
    before: &PassPolicy,
) -> Result<PassPolicy, Refusal> {
    let mut after = before.clone();
    match asked.state {
        Some(OnOff::On) => after.state = State::Enabled,
        Some(OnOff::Off) => after.state = State::Disabled,
        None => {}
    }
    let numbers = [
        (asked.default_minutes, &mut after.default_lifetime),
        (asked.least_minutes, &mut after.minimum_lifetime),
        (asked.most_minutes, &mut after.maximum_lifetime),
        (asked.length, &mut after.default_length),
    ];
    for (number, place) in numbers {
        *place = number.unwrap_or(*place);
    }
    if let Some(once) = asked.once {
        after.usable_once = once == OnOff::On;
    }
    read_include(identity, actor, &asked.include, &mut after.include).await?;
    read_exclude(identity, actor, &asked.exclude, &mut after.exclude).await?;
    Ok(after)
}

/// In place of the list, unless nothing was said.
pub(super) async fn read_include(
    identity: &Identity,
    actor: Actor<'_>,
    words: &[String],
    list: &mut Vec<Target>,
) -> Result<(), Refusal> {
    if words.is_empty() {
        return Ok(());
    }
    list.clear();
    for word in words {
        list.push(match word.as_str() {
            EVERYBODY => Target::Everyone,
            word => Target::Group(find(identity, actor, word).await?),
        });
    }
    Ok(())
}

/// The same of groups that are left out.
pub(super) async fn read_exclude(
    identity: &Identity,
    actor: Actor<'_>,
    words: &[String],
    list: &mut Vec<GroupId>,
) -> Result<(), Refusal> {
    if words.is_empty() {
        return Ok(());
    }
    list.clear();
    for word in words.iter().filter(|word| *word != NOBODY) {
        list.push(find(identity, actor, word).await?);
    }
    Ok(())
}

pub(super) fn say_targets(list: &[Target]) -> String {
    let words = list.iter().map(|target| match target {
        Target::Everyone => EVERYBODY.to_owned(),
        Target::Group(group) => group.to_string(),
    });
    say_words(words.collect())
}

pub(super) fn say_groups(list: &[GroupId]) -> String {
    say_words(list.iter().map(ToString::to_string).collect())
}

fn say_words(words: Vec<String>) -> String {
    match words.is_empty() {
        true => NOBODY.to_owned(),
        false => words.join(" "),
    }
}

async fn find(identity: &Identity, actor: Actor<'_>, word: &str) -> Result<GroupId, Refusal> {
    let group = find_group(identity, actor, word).await?;
    Ok(GroupId(group.group_id.0))
}

fn show(shown: &PassPolicyShown, form: Form) -> Result<(), Failure> {
    let policy = &shown.policy;
    if form.json {
        return say_json(&Shown {
            revision: shown.revision,
            version: shown.version,
            policy,
        });
    }
    let state = match policy.state {
        State::Enabled => "on",
        State::Disabled => "off",
    };
    let once = match policy.usable_once {
        true => "always",
        false => "unless somebody says otherwise",
    };
    say(&format!(
        "Temporary Access Passes: {state} (version {})\n  \
         minutes       {}, from {} to {}\n  \
         characters    {}\n  \
         once          {once}\n  \
         for           {}\n  \
         not for       {}",
        shown.version,
        policy.default_lifetime,
        policy.minimum_lifetime,
        policy.maximum_lifetime,
        policy.default_length,
        say_targets(&policy.include),
        say_groups(&policy.exclude),
    ))
}
