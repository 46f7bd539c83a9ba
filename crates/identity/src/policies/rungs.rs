//! The policy of the ways back in that time or somebody else confirms, asked about a person.

use policy::methods::Holder;
use policy::recovery::RecoveryPolicy;
use policy::rungs::Rung;
use store::Id;

use super::method::RecoveryCodes;
use super::recovery::check_self_made;
use crate::codes::Code;
use crate::policies::profiles::State;
use crate::proof::Basis;
use crate::{HOUR, Identity, Micros, Refusal, codes};

/// Whether the organisation has this way at all, as this node knows it: what to offer, not what to allow.
pub(crate) fn is_rung_on(identity: &Identity, rung: Rung) -> bool {
    let snapshot = identity.snapshot();
    let passkeys = snapshot.policies.enforced();
    let is_self_service = passkeys.is_some_and(|it| it.policy.document().self_service_registration);
    let policy = snapshot.policies.require::<RecoveryCodes>();
    is_self_service && policy.is_ok_and(|it| it.rungs.of(rung).state == State::Enabled)
}

/// How long somebody waits after the letter was opened.
pub(crate) fn find_wait(identity: &Identity) -> Result<Micros, Refusal> {
    let snapshot = identity.snapshot();
    let policy = snapshot.policies.require::<RecoveryCodes>()?;
    Ok(i64::from(policy.rungs.mail_wait_hours) * HOUR)
}

/// Refuses unless this person may come back this way by the policy in force; gives what that rests on.
///
/// # Errors
/// [`codes::RUNG_NOT_ALLOWED`].
pub(crate) async fn check_rung(
    identity: &Identity,
    person: Id,
    rung: Rung,
) -> Result<Basis, Refusal> {
    let no: &'static Code = &codes::RUNG_NOT_ALLOWED;
    let covers = |it: &RecoveryPolicy, holder: Holder<'_>| it.rungs.covers(rung, holder);
    check_self_made(identity, person, no, covers).await
}
