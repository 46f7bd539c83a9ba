//! Whether somebody may have recovery codes.

use store::Id;

use super::method::{RecoveryCodes, check_method};
use crate::proof::Basis;
use crate::{Identity, Refusal, codes};

/// Refuses unless this person may have recovery codes by the policies in force; gives what that rests on.
///
/// # Errors
/// [`codes::RECOVERY_NOT_ALLOWED`].
pub(crate) async fn check_recovery(identity: &Identity, person: Id) -> Result<Basis, Refusal> {
    let basis = check_method::<RecoveryCodes>(identity, person).await?;
    let (_, snapshot) = identity.current().await?;
    // Nobody gave it to them: it is adding a passkey oneself. Where this moved since, the basis is outdated, too.
    let passkeys = snapshot.policies.require_enforced()?;
    match passkeys.policy.document().self_service_registration {
        true => Ok(basis),
        false => Err(Refusal::new(&codes::RECOVERY_NOT_ALLOWED)),
    }
}
