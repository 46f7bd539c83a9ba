//! From the key by which a client names a person to the person's id, before anybody asked whether the client may know.

use crate::{Id, Identity, Refusal, names};

/// The id of a GUID or of a user name. A name that nobody has gives an id that nobody has: so the use case that is called
/// with it asks for rights first, and only those who have them learn that there is nobody.
pub async fn resolve_person(identity: &Identity, key: &str) -> Result<Id, Refusal> {
    if let Some(id) = Id::parse(key) {
        return Ok(id);
    }
    let nobody = || identity.0.ambient.make_id();
    let Some(name) = names::derive_key(key) else {
        return Ok(nobody());
    };
    let found = identity
        .0
        .store
        .find_person_by_name(identity.0.tenant_id, &name)
        .await?;
    Ok(found.map_or_else(nobody, |person| person.person_id))
}
