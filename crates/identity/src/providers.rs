//! What people are shown about a passkey's maker: a name and an icon, by its AAGUID. For display only: without an
//! attestation an AAGUID is a claim.
//!
//! Asked in this order: the metadata in use, the operator's file, the built-in table. An AAGUID that none of them knows is
//! shown as it is.

pub use webauthn::providers::{Background, MAX_FILE, OperatorProviders, ProvidersError};

use store::StoreError;
use webauthn::Aaguid;
use webauthn::providers;

use crate::{Identity, Refusal, metadata};

/// A passkey's maker as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Provider {
    /// `None` where nobody knows it.
    pub name: Option<String>,
    /// `None` for an authenticator that doesn't say what it is.
    pub aaguid: Option<String>,
    /// Whether [`find_icon`] has one, and one for dark backgrounds.
    pub has_icon: bool,
    pub has_dark_icon: bool,
}

/// The maker's name.
pub(crate) async fn find_name(
    identity: &Identity,
    aaguid: Aaguid,
) -> Result<Option<String>, StoreError> {
    let stated = metadata::find_name(identity, aaguid).await?;
    let operator = &identity.0.settings.providers;
    let found = providers::find(aaguid, stated.as_deref(), operator);
    Ok(found.map(|provider| provider.name.to_owned()))
}

/// The maker as it is shown.
pub(crate) async fn describe(identity: &Identity, aaguid: Aaguid) -> Result<Provider, StoreError> {
    if aaguid.is_zero() {
        return Ok(Provider::default());
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let operator = &identity.0.settings.providers;
    let listed = |background| operator.icon(aaguid, background).is_some();
    let stated = store.has_model_icon(tenant, &aaguid.0).await?;
    Ok(Provider {
        name: find_name(identity, aaguid).await?,
        aaguid: Some(aaguid.to_string()),
        has_icon: stated || listed(Background::Light),
        // One maker's two icons belong together.
        has_dark_icon: !stated && listed(Background::Light) && listed(Background::Dark),
    })
}

/// The maker's icon as PNG, put together anew when it came in (security 35). `None` for a text that is no AAGUID, and where
/// nobody has an icon.
pub async fn find_icon(
    identity: &Identity,
    aaguid: &str,
    background: Background,
) -> Result<Option<Vec<u8>>, Refusal> {
    let Ok(aaguid) = Aaguid::parse(aaguid) else {
        return Ok(None);
    };
    if let Some(stated) = metadata::find_icon(identity, aaguid).await? {
        return Ok(Some(stated).filter(|_| background == Background::Light));
    }
    let listed = identity.0.settings.providers.icon(aaguid, background);
    Ok(listed.map(<[u8]>::to_vec))
}
