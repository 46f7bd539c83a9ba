//! Which of the metadata's roots vouch for several models.

use std::sync::{Arc, PoisonError};

use store::{ModelRecord, StoreError};
use webauthn::metadata::SharedAnchors;

use super::update::bytes_of;
use super::{InUse, parse_model};
use crate::Identity;

/// Of the blob in use; read once for each blob, from all of its entries. Asked for only by attestations that don't name
/// their model, of which there are few.
pub(crate) async fn read_shared_anchors(
    identity: &Identity,
    in_use: &InUse,
) -> Result<Arc<SharedAnchors>, StoreError> {
    let Some(row) = &in_use.row else {
        return Ok(Arc::default());
    };
    let held = identity.0.shared_anchors.read();
    let held = held.unwrap_or_else(PoisonError::into_inner).clone();
    if let Some((_, shared)) = held.filter(|(generation, _)| *generation == row.generation) {
        return Ok(shared);
    }
    let shared = Arc::new(read(identity).await?);
    // Where another blob came in use meanwhile, this is a mixture of both: its turn will ask again.
    let now = InUse::read(identity).await?;
    if now.row.is_some_and(|now| now.generation == row.generation) {
        let held = identity.0.shared_anchors.write();
        *held.unwrap_or_else(PoisonError::into_inner) = Some((row.generation, shared.clone()));
    }
    Ok(shared)
}

async fn read(identity: &Identity) -> Result<SharedAnchors, StoreError> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut shared = SharedAnchors::default();
    let mut after = Vec::new();
    loop {
        let page = store.list_models(tenant, &after).await?;
        let Some((last, ..)) = page.last() else {
            return Ok(shared);
        };
        after.clone_from(last);
        for (key, name, body) in page {
            let record = ModelRecord {
                entry_number: 0,
                name,
                body,
            };
            // An entry comes once for each of its keys, and is one model.
            let entry = parse_model(&record);
            let is_first = |entry: &webauthn::metadata::Entry| {
                entry
                    .keys()
                    .first()
                    .is_some_and(|first| bytes_of(first) == key)
            };
            if let Some(entry) = entry.filter(is_first) {
                shared.add(&entry);
            }
        }
    }
}
