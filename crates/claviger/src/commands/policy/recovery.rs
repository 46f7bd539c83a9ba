//! `policy recovery`.

use identity::Identity;
use identity::people::Actor;
use identity::policies::{self, MethodPolicyShown, RecoveryCodes, RecoveryPolicy, Rung};

use super::super::Failure;
use super::method::{
    read_exclude, read_include, read_state, reset, save, say_as_json, say_groups, say_state,
    say_targets,
};
use crate::flags::{self, Form, RecoveryPolicy as Asked};
use crate::output::say;

pub(super) async fn run(
    identity: &Identity,
    actor: Actor<'_>,
    asked: &Asked,
) -> Result<(), Failure> {
    if asked.reset {
        return show(&reset::<RecoveryCodes>(identity, actor).await?, asked.form);
    }
    let shown = policies::show_method_policy::<RecoveryCodes>(identity, actor).await?;
    let mut policy = shown.policy.clone();
    read_state(asked.privileged, &mut policy.privileged);
    let rungs = &mut policy.rungs;
    rungs.mail_wait_hours = asked.wait.unwrap_or(rungs.mail_wait_hours);
    let (state, include, exclude) = match asked.rung {
        None => (&mut policy.state, &mut policy.include, &mut policy.exclude),
        Some(rung) => {
            let of = rungs.of_mut(read_rung(rung));
            (&mut of.state, &mut of.include, &mut of.exclude)
        }
    };
    read_state(asked.state, state);
    read_include(identity, actor, &asked.include, include).await?;
    read_exclude(identity, actor, &asked.exclude, exclude).await?;
    let saved = save::<RecoveryCodes>(identity, actor, shown, policy).await?;
    show(&saved, asked.form)
}

fn read_rung(rung: flags::Rung) -> Rung {
    match rung {
        flags::Rung::Mail => Rung::Mail,
        flags::Rung::Manager => Rung::Manager,
        flags::Rung::Device => Rung::Device,
    }
}

fn show(shown: &MethodPolicyShown<RecoveryPolicy>, form: Form) -> Result<(), Failure> {
    if form.json {
        return say_as_json(shown);
    }
    let policy = &shown.policy;
    let rungs = Rung::ALL.map(|rung| {
        let of = policy.rungs.of(rung);
        let wait = match rung {
            Rung::Mail => format!(" after {} hours", policy.rungs.mail_wait_hours),
            Rung::Manager | Rung::Device => String::new(),
        };
        format!(
            "By {}: {}{wait}\n  for           {}\n  not for       {}",
            rung.as_str(),
            say_state(of.state),
            say_targets(&of.include),
            say_groups(&of.exclude),
        )
    });
    say(&format!(
        "Recovery codes: {} (version {})\n  \
         with a role   {}\n  \
         for           {}\n  \
         not for       {}\n{}",
        say_state(policy.state),
        shown.version,
        say_state(policy.privileged),
        say_targets(&policy.include),
        say_groups(&policy.exclude),
        rungs.join("\n"),
    ))
}
