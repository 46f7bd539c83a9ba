//! `policy password`.

use identity::Identity;
use identity::people::Actor;
use identity::policies::{self, MethodPolicyShown, PasswordPolicy, Passwords};

use super::super::Failure;
use super::method::{
    read_exclude, read_include, read_state, reset, save, say_as_json, say_groups, say_state,
    say_targets,
};
use crate::flags::{Form, PasswordPolicy as Asked};
use crate::output::say;

pub(super) async fn run(
    identity: &Identity,
    actor: Actor<'_>,
    asked: &Asked,
) -> Result<(), Failure> {
    if asked.reset {
        return show(&reset::<Passwords>(identity, actor).await?, asked.form);
    }
    let shown = policies::show_method_policy::<Passwords>(identity, actor).await?;
    let mut policy = shown.policy.clone();
    read_state(asked.state, &mut policy.state);
    read_state(asked.beside_passkeys, &mut policy.beside_passkeys);
    policy.minimum_length = asked.min_length.unwrap_or(policy.minimum_length);
    read_include(identity, actor, &asked.include, &mut policy.include).await?;
    read_exclude(identity, actor, &asked.exclude, &mut policy.exclude).await?;
    let saved = save::<Passwords>(identity, actor, shown, policy).await?;
    show(&saved, asked.form)
}

fn show(shown: &MethodPolicyShown<PasswordPolicy>, form: Form) -> Result<(), Failure> {
    if form.json {
        return say_as_json(shown);
    }
    let policy = &shown.policy;
    say(&format!(
        "Passwords: {} (version {})\n  \
         with passkeys {}\n  \
         characters    at least {}\n  \
         for           {}\n  \
         not for       {}",
        say_state(policy.state),
        shown.version,
        say_state(policy.beside_passkeys),
        policy.minimum_length,
        say_targets(&policy.include),
        say_groups(&policy.exclude),
    ))
}
