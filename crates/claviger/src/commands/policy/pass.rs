//! `policy pass`.

use identity::people::Actor;
use identity::policies::{self, AccessPasses, MethodPolicyShown, PassPolicy};
use identity::{Identity, Refusal};

use super::super::Failure;
use super::method::{
    read_exclude, read_include, read_state, reset, save, say_as_json, say_groups, say_state,
    say_targets,
};
use crate::flags::{Form, OnOff, PassPolicy as Asked};
use crate::output::say;

pub(super) async fn run(
    identity: &Identity,
    actor: Actor<'_>,
    asked: &Asked,
) -> Result<(), Failure> {
    let shown = match asked.reset {
        true => reset::<AccessPasses>(identity, actor).await?,
        false => {
            let shown = policies::show_method_policy::<AccessPasses>(identity, actor).await?;
            let policy = change(identity, actor, asked, &shown.policy).await?;
            save::<AccessPasses>(identity, actor, shown, policy).await?
        }
    };
    show(&shown, asked.form)
}

async fn change(
    identity: &Identity,
    actor: Actor<'_>,
    asked: &Asked,
    before: &PassPolicy,
) -> Result<PassPolicy, Refusal> {
    let mut after = before.clone();
    read_state(asked.state, &mut after.state);
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

fn show(shown: &MethodPolicyShown<PassPolicy>, form: Form) -> Result<(), Failure> {
    let policy = &shown.policy;
    if form.json {
        return say_as_json(shown);
    }
    let state = say_state(policy.state);
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
