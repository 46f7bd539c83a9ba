//! Whether somebody signed in at a place before. A place is what people recognise: browser, system and network ([`Place`]).
//!
//! Where the passkey was used last, or was made, is known with the passkey itself: then nothing is asked and nothing more is
//! written. Else the person's other passkeys and a few places of before are looked at.

use store::{Id, Owned, Unit, WriteError};

use crate::notices::{self, Notice};
use crate::seal::derive_hash;
use crate::{Identity, Place};

/// What a sign-in's place is to the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Familiar {
    /// The passkey's own, as at its last use: nothing is to be written.
    Same,
    /// One that the person used before, or the first that this passkey is used at.
    Known,
    New,
}

fn derive_place_id(person: Id, place: &str) -> [u8; 32] {
    derive_hash(&[b"claviger place", &person.0, place.as_bytes()])
}

/// Asks the database only where the passkey was used elsewhere before.
pub(crate) async fn judge(
    identity: &Identity,
    owned: &Owned,
    place: &Place,
) -> Result<Familiar, WriteError> {
    let (credential, person) = (&owned.credential, owned.person.person_id);
    let (Some(last), place) = (&credential.last_used_place, place.to_json()) else {
        // Of a new passkey its owner was just told.
        return Ok(Familiar::Same);
    };
    if *last == place {
        return Ok(Familiar::Same);
    }
    if credential.created_place == place {
        return Ok(Familiar::Known);
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let place_id = derive_place_id(person, &place);
    let is_known = store
        .is_known_place(tenant, person, place_id, &place)
        .await?;
    Ok(match is_known {
        true => Familiar::Known,
        false => Familiar::New,
    })
}

/// Puts what follows into the unit of the sign-in: the place of before is remembered, and its owner is told of a new one.
pub(crate) fn note(
    identity: &Identity,
    unit: &mut Unit,
    owned: &Owned,
    (familiar, place): (Familiar, &Place),
) {
    let (credential, person) = (&owned.credential, owned.person.person_id);
    let last = credential.last_used_place.as_deref();
    if let (Familiar::Known | Familiar::New, Some(last)) = (familiar, last) {
        let seen_at = credential.last_used_at.unwrap_or(credential.created_at);
        let place_id = derive_place_id(person, last);
        unit.keep_place(identity.0.tenant_id, person, place_id, seen_at);
    }
    if familiar == Familiar::New {
        let notice = Notice::PasskeyNewPlace {
            passkey: credential.name.clone(),
            place: place.clone(),
        };
        // Each time: of two that meet, one rolls back, and would have used up what the other may say.
        notices::tell(identity, unit, person, notice);
    }
}
