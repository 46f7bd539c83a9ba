//! Whether somebody may have recovery codes, or come back another way.

use policy::methods::{Holder, MethodPolicy};
use policy::recovery::RecoveryPolicy;
use store::Id;

use super::method::{RecoveryCodes, check_covering};
use crate::proof::Basis;
use crate::{Code, Identity, Refusal, codes};

/// Refuses unless this person may have recovery codes by the policies in force; gives what that rests on.
///
/// # Errors
/// [`codes::RECOVERY_NOT_ALLOWED`].
pub(crate) async fn check_recovery(identity: &Identity, person: Id) -> Result<Basis, Refusal> {
    let no: &'static Code = &codes::RECOVERY_NOT_ALLOWED;
    check_self_made(identity, person, no, RecoveryPolicy::covers).await
}

/// Refuses with `no` unless the policy in force `covers` this person, and lets people add passkeys themselves.
pub(super) async fn check_self_made(
    identity: &Identity,
    person: Id,
    no: &'static Code,
    covers: impl Fn(&RecoveryPolicy, Holder<'_>) -> bool,
) -> Result<Basis, Refusal> {
    let basis = check_covering::<RecoveryCodes>(identity, person, no, covers).await?;
    let (_, snapshot) = identity.current().await?;
    // Nobody gave it to them: it is adding a passkey oneself. Where this moved since, the basis is outdated, too.
    let passkeys = snapshot.policies.require_enforced()?;
    match passkeys.policy.document().self_service_registration {
        true => Ok(basis),
        false => Err(Refusal::new(no)),
    }
}
