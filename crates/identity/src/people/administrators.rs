//! The organisation keeps somebody who may do everything and can sign in.

use store::{Guard, Id, Unit, WriteError};

use crate::roles::Role;
use crate::tenant::refuse_write;
use crate::{Identity, Refusal, codes};

/// Whether a unit may take away a Global Administrator. Such units come one after the other, and each looks, when its
/// other steps are done, whether somebody is left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Administrators {
    /// It can't: nobody whom it touches holds the role.
    Untouched,
    Guarded,
}

impl Administrators {
    /// Early in its unit, before any person's row: two administrators who disable each other meet at the tenant's
    /// version, which only one unit holds, before either has locked the other's rows. `principal` is a person, group or
    /// application that is about to lose something.
    pub(crate) async fn begin(
        identity: &Identity,
        unit: &mut Unit,
        principal: Id,
    ) -> Result<Administrators, Refusal> {
        let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
        let found = store.find_tenant(tenant).await?;
        let version = found.ok_or(&codes::INTERNAL)?.administrator_version;
        let roles = store.list_roles(tenant, principal).await?;
        if !roles.contains(&Role::GlobalAdministrator.template_id()) {
            return Ok(Administrators::Untouched);
        }
        unit.bump_administrators(tenant, version);
        Ok(Administrators::Guarded)
    }

    /// After every other step.
    pub(crate) fn finish(self, identity: &Identity, unit: &mut Unit) {
        if self == Administrators::Guarded {
            unit.require_holder(
                identity.0.tenant_id,
                Role::GlobalAdministrator.template_id(),
            );
        }
    }

    /// What the refusal of such a unit means.
    pub(crate) fn refuse(error: WriteError) -> Refusal {
        match error {
            WriteError::Refused(Guard::Count) => Refusal::new(&codes::LAST_ADMINISTRATOR),
            error => refuse_write(error),
        }
    }
}
