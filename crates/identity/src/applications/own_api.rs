//! Our own administration API as a member of the organisation: the resource that permissions are for.

use store::{Guard, Id, PrincipalStatus, ServicePrincipal, Store, StoreError, Unit, WriteError};

use crate::ambient::Ambient;
use crate::{Identity, Refusal, codes};

/// Graph's application id, under which unchanged clients look for it.
pub const OWN_API: Id = Id(u128::to_be_bytes(0x0000_0003_0000_0000_c000_0000_0000_0000));

/// The name that Graph's own has.
pub(super) const OWN_API_NAME: &str = "Microsoft Graph";

/// Makes the service principal where it is missing. Nodes that start together make one.
pub(crate) async fn ensure(store: &Store, ambient: &Ambient, tenant: Id) -> Result<(), StoreError> {
    if store
        .find_principal_by_app(tenant, OWN_API)
        .await?
        .is_some()
    {
        return Ok(());
    }
    let principal = ServicePrincipal {
        object_id: ambient.make_id(),
        app_id: OWN_API,
        display_name: OWN_API_NAME.to_owned(),
        status: PrincipalStatus::Enabled,
        record_version: 1,
        security_version: 1,
        created_at: ambient.now(),
        deleted_at: None,
        assignment_required: false,
        token_settings: None,
        api: None,
    };
    let mut unit = Unit::new();
    unit.insert_principal(tenant, &principal);
    match store.write(unit).await {
        Ok(_) | Err(WriteError::Refused(Guard::Taken)) => Ok(()),
        Err(WriteError::Refused(guard)) => {
            Err(StoreError::Unusable(format!("our own API: {guard:?}")))
        }
        Err(WriteError::Store(cause)) => Err(cause),
    }
}

/// The object id of our own API's service principal.
pub async fn find_own_api(identity: &Identity) -> Result<Id, Refusal> {
    let found = identity
        .0
        .store
        .find_principal_by_app(identity.0.tenant_id, OWN_API)
        .await?;
    found
        .map(|principal| principal.object_id)
        .ok_or_else(|| Refusal::new(&codes::INTERNAL))
}
