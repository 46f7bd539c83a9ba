//! Tries of secrets that can be guessed: each is counted on disk before anything is compared (security 21).

use store::{Guard, SecretTry, Unit, WriteError};

use crate::seal::derive_mac;
use crate::tenant::refuse_write;
use crate::{HOUR, Identity, Micros, Refusal, SECOND, codes};

/// How long they count.
const COUNTED_FOR: Micros = HOUR;

/// Names what is counted together.
pub(crate) type TryKey = [u8; 16];

/// Under which they are counted.
pub(crate) fn derive_key(identity: &Identity, about: &[&[u8]]) -> TryKey {
    let mac = derive_mac(&identity.snapshot().keys.mac, about);
    let mut key = [0; 16];
    key.copy_from_slice(&mac[..16]);
    key
}

/// Counts one more of what these parts name, alike for what nobody has.
///
/// # Errors
/// [`codes::LIMITED`] where there were `most` within the hour, with the time to wait.
pub(crate) async fn count(
    identity: &Identity,
    about: &[&[u8]],
    most: i64,
) -> Result<TryKey, Refusal> {
    let key = derive_key(identity, about);
    let (store, tenant, now) = (
        &identity.0.store,
        identity.0.tenant_id,
        identity.0.ambient.now(),
    );
    let tried = SecretTry {
        key,
        now,
        until: now + COUNTED_FOR,
        most,
    };
    let mut unit = Unit::new();
    unit.count_secret_try(tenant, &tried);
    match identity.write(unit).await {
        Ok(_) => Ok(key),
        Err(WriteError::Refused(Guard::Count)) => {
            let until = store.find_secret_tries(tenant, key).await?;
            let wait = (until.unwrap_or(now) - now).max(0) / SECOND + 1;
            Err(Refusal {
                retry_after: u32::try_from(wait).ok(),
                ..Refusal::new(&codes::LIMITED)
            })
        }
        Err(error) => Err(refuse_write(error)),
    }
}
