//! `policy recovery`.

use identity::Identity;
use identity::people::Actor;
use identity::policies::profiles::State;
use identity::policies::{self, RecoveryPolicy, RecoveryPolicyShown, Rung};
use serde::Serialize;

use super::super::Failure;
use super::pass::{read_exclude, read_include, say_groups, say_targets};
use crate::flags::{self, Form, OnOff, RecoveryPolicy as Asked};
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
    set(asked.privileged, &mut policy.privileged);
    let rungs = &mut policy.rungs;
    rungs.mail_wait_hours = asked.wait.unwrap_or(rungs.mail_wait_hours);
    let (state, include, exclude) = match asked.rung {
        None => (&mut policy.state, &mut policy.include, &mut policy.exclude),
        Some(rung) => {
            let of = rungs.of_mut(read_rung(rung));
            (&mut of.state, &mut of.include, &mut of.exclude)
        }
    };
    set(asked.state, state);
    read_include(identity, actor, &asked.include, include).await?;
    read_exclude(identity, actor, &asked.exclude, exclude).await?;
    if policy == shown.policy {
        return show(&shown, asked.form);
    }
    let expected = Some(shown.revision);
    let saved = policies::save_recovery_policy(identity, actor, expected, &policy).await?;
    show(&saved, asked.form)
}

fn set(asked: Option<OnOff>, place: &mut State) {
    match asked {
        Some(OnOff::On) => *place = State::Enabled,
        Some(OnOff::Off) => *place = State::Disabled,
        None => {}
    }
}

fn read_rung(rung: flags::Rung) -> Rung {
    match rung {
        flags::Rung::Mail => Rung::Mail,
        flags::Rung::Manager => Rung::Manager,
        flags::Rung::Device => Rung::Device,
    }
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
    let rungs = Rung::ALL.map(|rung| {
        let of = policy.rungs.of(rung);
        let wait = match rung {
            Rung::Mail => format!(" after {} hours", policy.rungs.mail_wait_hours),
            Rung::Manager | Rung::Device => String::new(),
        };
        format!(
            "By {}: {}{wait}\n  for           {}\n  not for       {}",
            rung.as_str(),
            on(of.state),
            say_targets(&of.include),
            say_groups(&of.exclude),
        )
    });
    say(&format!(
        "Recovery codes: {} (version {})\n  \
         with a role   {}\n  \
         for           {}\n  \
         not for       {}\n{}",
        on(policy.state),
        shown.version,
        on(policy.privileged),
        say_targets(&policy.include),
        say_groups(&policy.exclude),
        rungs.join("\n"),
    ))
}
