//! What the commands of methods' policies share.

use identity::people::Actor;
use identity::policies::profiles::{GroupId, State, Target};
use identity::policies::{self, Method, MethodPolicyShown};
use identity::{Identity, Refusal};
use serde::Serialize;

use super::super::Failure;
use super::super::principal::find_group;
use crate::flags::OnOff;
use crate::output::say_json;

/// Stands for all people, or for none.
const EVERYBODY: &str = "everybody";
const NOBODY: &str = "nobody";

#[derive(Serialize)]
struct Shown<'a, P> {
    revision: i64,
    version: i64,
    policy: &'a P,
}

pub(super) fn say_as_json<P: Serialize>(shown: &MethodPolicyShown<P>) -> Result<(), Failure> {
    say_json(&Shown {
        revision: shown.revision,
        version: shown.version,
        policy: &shown.policy,
    })
}

/// Back to the default, also where what is in force can't be understood.
pub(super) async fn reset<M: Method>(
    identity: &Identity,
    actor: Actor<'_>,
) -> Result<MethodPolicyShown<M::Policy>, Refusal> {
    let policy = M::Policy::default();
    policies::save_method_policy::<M>(identity, actor, None, &policy).await
}

/// Saves what changed since it was shown, if anything did.
pub(super) async fn save<M: Method>(
    identity: &Identity,
    actor: Actor<'_>,
    shown: MethodPolicyShown<M::Policy>,
    policy: M::Policy,
) -> Result<MethodPolicyShown<M::Policy>, Refusal> {
    if policy == shown.policy {
        return Ok(shown);
    }
    let expected = Some(shown.revision);
    policies::save_method_policy::<M>(identity, actor, expected, &policy).await
}

pub(super) fn read_state(asked: Option<OnOff>, state: &mut State) {
    match asked {
        Some(OnOff::On) => *state = State::Enabled,
        Some(OnOff::Off) => *state = State::Disabled,
        None => {}
    }
}

pub(super) fn say_state(state: State) -> &'static str {
    match state {
        State::Enabled => "on",
        State::Disabled => "off",
    }
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
