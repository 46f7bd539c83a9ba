//! Logos: pictures that administrators send, made anew from pixels (security 35). Nothing is ever fetched for one.

use raster::Unfit;
use store::{Guard, Id, WriteError};

use super::registration::Change;
use super::{find_active, may_read};
use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::tenant::refuse_write;
use crate::{Identity, Refusal, codes};

/// The longest file that is taken, in bytes.
pub const MAX_LOGO_FILE: usize = raster::MAX_BYTES;

/// A picture that was made here.
#[derive(Debug, Clone)]
pub struct Logo(Vec<u8>);

impl Logo {
    /// Of a file that somebody sent. It takes some tenths of a second and much memory: on a thread of its own, and few at a
    /// time.
    ///
    /// # Errors
    /// [`codes::LOGO_UNFIT`].
    pub fn make(file: &[u8]) -> Result<Logo, Refusal> {
        raster::remake(file).map(Logo).map_err(|unfit| Refusal {
            detail: Some(match unfit {
                Unfit::TooLong => "logo.too_long",
                Unfit::Kind => "logo.kind",
                Unfit::TooLarge => "logo.too_large",
                Unfit::Animated => "logo.animated",
                Unfit::Malformed => "logo.malformed",
            }),
            ..Refusal::new(&codes::LOGO_UNFIT)
        })
    }
}

/// Gives an application a logo, in place of the one that it has. `make` is asked for it once the actor may do that.
///
/// # Errors
/// What `make` refuses.
pub async fn put_logo<F>(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    make: impl Fn() -> F,
) -> Result<(), Refusal>
where
    F: Future<Output = Result<Logo, Refusal>>,
{
    let about = (Operation::ChangeApplication, Some(object));
    access::decide(identity, actor, about, || async {
        let operation = Operation::ChangeApplication;
        let mut change = Change::begin(identity, actor, operation, object).await?;
        let Logo(picture) = make().await?;
        let (tenant, ambient) = (identity.0.tenant_id, &identity.0.ambient);
        let named = (ambient.make_id(), picture.as_slice());
        change.unit.put_logo(tenant, object, named, ambient.now());
        let entry = super::describe(identity, actor, &change.application);
        change
            .write(identity, actor, "application.logo_changed", entry)
            .await
            .map_err(refuse_write)
    })
    .await
}

/// Takes an application's logo away.
///
/// # Errors
/// [`codes::LOGO_MISSING`] where it has none.
pub async fn remove_logo(identity: &Identity, actor: Actor<'_>, object: Id) -> Result<(), Refusal> {
    let about = (Operation::ChangeApplication, Some(object));
    access::decide(identity, actor, about, || async {
        let operation = Operation::ChangeApplication;
        let mut change = Change::begin(identity, actor, operation, object).await?;
        change.unit.delete_logo(identity.0.tenant_id, object);
        let entry = super::describe(identity, actor, &change.application);
        let written = change.write(identity, actor, "application.logo_removed", entry);
        written.await.map_err(|error| match error {
            WriteError::Refused(Guard::Missing) => Refusal::new(&codes::LOGO_MISSING),
            error => refuse_write(error),
        })
    })
    .await
}

/// An application's logo, as PNG.
///
/// # Errors
/// [`codes::LOGO_MISSING`] where it has none.
pub async fn find_logo(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
) -> Result<Vec<u8>, Refusal> {
    may_read(identity, actor).await?;
    find_active(identity, object).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_logo(tenant, object).await?;
    found.ok_or_else(|| Refusal::new(&codes::LOGO_MISSING))
}

/// The name of an application's logo, for a page that shows the application's name.
pub async fn find_logo_id(identity: &Identity, object: Id) -> Result<Option<Id>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store.find_logo_id(tenant, object).await?)
}

/// A logo by its name, which only those know who were shown the application's: as PNG.
pub async fn find_shown_logo(identity: &Identity, logo: Id) -> Result<Option<Vec<u8>>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store.find_shown_logo(tenant, logo).await?)
}
