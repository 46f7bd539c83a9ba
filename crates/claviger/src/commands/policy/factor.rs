//! `policy authenticator-app`, `policy email-code`.

use identity::Identity;
use identity::people::Actor;
use identity::policies::{self, FactorPolicy, Method, MethodPolicyShown};

use super::super::Failure;
use super::method::{
    read_exclude, read_include, read_state, reset, save, say_as_json, say_groups, say_state,
    say_targets,
};
use crate::flags::{FactorPolicy as Asked, Form};
use crate::output::say;

pub(super) async fn run<M: Method<Policy = FactorPolicy>>(
    identity: &Identity,
    actor: Actor<'_>,
    asked: &Asked,
    title: &str,
) -> Result<(), Failure> {
    if asked.reset {
        return show(title, &reset::<M>(identity, actor).await?, asked.form);
    }
    let shown = policies::show_method_policy::<M>(identity, actor).await?;
    let mut policy = shown.policy.clone();
    read_state(asked.state, &mut policy.state);
    read_include(identity, actor, &asked.include, &mut policy.include).await?;
    read_exclude(identity, actor, &asked.exclude, &mut policy.exclude).await?;
    let saved = save::<M>(identity, actor, shown, policy).await?;
    show(title, &saved, asked.form)
}

fn show(title: &str, shown: &MethodPolicyShown<FactorPolicy>, form: Form) -> Result<(), Failure> {
    if form.json {
        return say_as_json(shown);
    }
    let policy = &shown.policy;
    say(&format!(
        "{title}: {} (version {})\n  \
         for           {}\n  \
         not for       {}",
        say_state(policy.state),
        shown.version,
        say_targets(&policy.include),
        say_groups(&policy.exclude),
    ))
}
