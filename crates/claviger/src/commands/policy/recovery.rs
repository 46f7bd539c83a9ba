//! `policy recovery`.

use identity::Identity;
use identity::people::Actor;
use identity::policies::profiles::State;
use identity::policies::{self, RecoveryPolicy, RecoveryPolicyShown};
use serde::Serialize;

use super::super::Failure;
use super::pass::{read_exclude, read_include, say_groups, say_targets};
use crate::flags::{Form, OnOff, RecoveryPolicy as Asked};
use crate::output::{say, say_json};

#[derive(Serialize)]
struct Shown<'a> {
    revision: i64,
    version: i64,
    policy: &'a RecoveryPolicy,
}

pub(super) async fn run(
    identity: &Identity,
    actor: Actor<'_>,
    asked: &Asked,
) -> Result<(), Failure> {
    if asked.reset {
        let policy = RecoveryPolicy::default();
        let saved = policies::save_recovery_policy(identity, actor, None, &policy).await?;
        return show(&saved, asked.form);
    }
    let shown = policies::show_recovery_policy(identity, actor).await?;
    let mut policy = shown.policy.clone();
    for (asked, place) in [
        (asked.state, &mut policy.state),
        (asked.privileged, &mut policy.privileged),
    ] {
        match asked {
            Some(OnOff::On) => *place = State::Enabled,
            Some(OnOff::Off) => *place = State::Disabled,
            None => {}
        }
    }
    read_include(identity, actor, &asked.include, &mut policy.include).await?;
    read_exclude(identity, actor, &asked.exclude, &mut policy.exclude).await?;
    if policy == shown.policy {
        return show(&shown, asked.form);
    }
    let expected = Some(shown.revision);
    let saved = policies::save_recovery_policy(identity, actor, expected, &policy).await?;
    show(&saved, asked.form)
}

fn show(shown: &RecoveryPolicyShown, form: Form) -> Result<(), Failure> {
    let policy = &shown.policy;
    if form.json {
        return say_json(&Shown {
            revision: shown.revision,
            version: shown.version,
            policy,
        });
    }
    let on = |state| match state {
        State::Enabled => "on",
        State::Disabled => "off",
    };
    say(&format!(
        "Recovery codes: {} (version {})\n  \
         with a role   {}\n  \
         for           {}\n  \
         not for       {}",
        on(policy.state),
        shown.version,
        on(policy.privileged),
        say_targets(&policy.include),
        say_groups(&policy.exclude),
    ))
}
