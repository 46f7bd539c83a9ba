//! Recovery codes: ten that a person makes and keeps, each good for registering one passkey and for nothing else
//! (security 16, 17).
//!
//! Whoever shows one gets what registers one passkey in this browser within ten minutes ([`enter`], then
//! [`crate::enrolment`]); no session is opened. The code is used up with the passkey, in one unit: a device that says no costs no
//! code. Every try is counted on disk before anything is compared (security 21), by name and network, names that nobody has
//! included: who guesses holds up nobody elsewhere, and no passkey.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Serialize};
use store::{Id, Log, NewRecoveryCode, Person, PersonStatus, Unit};

use crate::audit::{self, Entry};
use crate::ceremony::{self, ALPHABET};
use crate::flow::Purpose;
use crate::notices::{self, Notice};
use crate::passkeys::{check_count, check_unrecovered, read_own};
use crate::policies::{RecoveryCodes, check_recovery, is_method_on};
use crate::proof::Basis;
use crate::seal::derive_mac;
use crate::shown::{self, Reopened};
use crate::sign_in::{limit_address, limit_person};
use crate::tenant::refuse_write;
use crate::tries::TryKey;
use crate::{Caller, Identity, Micros, Refusal, Session, codes, look_alike, names};

/// How many there are at once.
pub const COUNT: usize = 10;

/// Characters of a code, of five bits each.
const LENGTH: usize = 16;

/// They are shown and printed in groups of so many.
const GROUP: usize = 4;

/// How much of what was typed is looked at.
const MAX_ENTERED: usize = 128;

/// What somebody has of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Not used yet.
    pub left: u32,
    /// `None` where there are none.
    pub made_at: Option<Micros>,
}

/// Proof that somebody showed a recovery code a short while ago in this browser. Neither `Clone` nor made in another way than
/// by [`restore`]; it is used up in the unit that stores the passkey.
#[derive(Debug)]
pub(crate) struct Presented {
    code_id: Id,
    person_id: Id,
    /// Of the code's state: one passkey for each time that it was shown.
    state_id: Id,
    /// Of the person when the code was shown: disabling, signing out everywhere and reporting a device lost end what it gave.
    person_version: i64,
    basis: Basis,
}

impl Presented {
    pub(crate) fn state_id(&self) -> Id {
        self.state_id
    }

    pub(crate) fn code_id(&self) -> Id {
        self.code_id
    }

    pub(crate) fn person_id(&self) -> Id {
        self.person_id
    }

    pub(crate) fn person_version(&self) -> i64 {
        self.person_version
    }

    pub(crate) fn basis(&self) -> Basis {
        self.basis
    }

    pub(crate) fn is_for(&self, person: Id) -> bool {
        self.person_id == person
    }
}

/// Whether the organisation has recovery codes at all, as this node knows it: what to offer, not what to allow.
pub fn are_on(identity: &Identity) -> bool {
    let snapshot = identity.snapshot();
    let passkeys = snapshot.policies.enforced();
    let is_self_service = passkeys.is_some_and(|it| it.policy.document().self_service_registration);
    is_self_service && is_method_on::<RecoveryCodes>(identity)
}

/// What the person has, if they may have any.
pub(crate) async fn find_standing(
    identity: &Identity,
    person: Id,
) -> Result<Option<Standing>, Refusal> {
    match check_recovery(identity, person).await {
        Ok(_) => {}
        Err(refusal) if refusal.code == &codes::RECOVERY_NOT_ALLOWED => return Ok(None),
        // Then nobody may, as long as it lasts.
        Err(refusal) if refusal.code == &codes::POLICY_UNKNOWN => return Ok(None),
        Err(refusal) => return Err(refusal),
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let codes = store.list_recovery_codes(tenant, person).await?;
    Ok(Some(Standing {
        left: u32::try_from(codes.len()).unwrap_or(u32::MAX),
        made_at: codes.first().map(|code| code.created_at),
    }))
}

/// Makes ten in place of those that there were, and gives them, this once. Needs a fresh session; not one that a
/// recovery led to less than a day ago.
///
/// # Errors
/// [`codes::RECOVERY_NOT_ALLOWED`], [`codes::RECOVERED`], [`codes::NOT_FRESH`].
pub async fn make(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
) -> Result<Vec<String>, Refusal> {
    limit_person(identity, session)?;
    session.require_fresh(identity).map(drop)?;
    session.require_passkey()?;
    let (person, credentials) = read_own(identity, session).await?;
    let basis = check_recovery(identity, person.person_id).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let standing = store.list_recovery_codes(tenant, person.person_id).await?;
    // Not even where there are none: they would outlive the passkey that this session came of.
    check_unrecovered(identity, session, &credentials)?;
    let ambient = &identity.0.ambient;
    let (now, epoch) = (ambient.now(), identity.snapshot().tenant.epoch);
    let mut unit = Unit::new();
    unit.hold_membership(tenant, basis.membership);
    unit.hold_policy(tenant, basis.policy_version);
    // Two that make them at once: one of the lists would be worth nothing.
    unit.bump_methods(tenant, person.person_id, person.method_version);
    unit.require_session(tenant, person.person_id, session.session_id);
    unit.purge_recovery_codes_of(tenant, person.person_id);
    let mut made = Vec::with_capacity(COUNT);
    for _ in 0..COUNT {
        let code = make_code(identity);
        let new = NewRecoveryCode {
            code_id: ambient.make_id(),
            code_mac: derive_code_mac(identity, person.person_id, &code),
            epoch,
            created_at: now,
        };
        unit.insert_recovery_code(tenant, person.person_id, &new);
        made.push(write_in_groups(&code));
    }
    notices::tell(identity, &mut unit, person.person_id, Notice::CodesMade);
    let mut entry = Entry::of(caller, ambient.make_id());
    entry
        .confide("actor", person.user_name.as_str())
        .say("replaced", standing.len());
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    let word = "recovery_codes.made";
    audit::commit(identity, unit, Log::Audit, word, about, entry)
        .await
        .map_err(refuse_write)?;
    Ok(made)
}

fn make_code(identity: &Identity) -> String {
    let random: [u8; LENGTH] = identity.0.ambient.random.make();
    let letters = random
        .iter()
        .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)));
    letters.map(|letter| char::from(*letter)).collect()
}

fn write_in_groups(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups = letters.chunks(GROUP).map(String::from_iter);
    groups.collect::<Vec<_>>().join("-")
}

fn derive_code_mac(identity: &Identity, person: Id, code: &str) -> [u8; 32] {
    let about: [&[u8]; 3] = [b"recovery code", &person.0, code.as_bytes()];
    derive_mac(&identity.snapshot().keys.mac, &about)
}

/// What a code that was shown is good for, sealed into the page.
#[derive(Serialize, Deserialize)]
struct Extra {
    code: String,
    person_version: i64,
}

/// Takes user name and code; gives what [`crate::enrolment`] takes for ten minutes in this browser.
///
/// # Errors
/// [`codes::RECOVERY_WRONG`] for a wrong or used code, and for a name without codes alike; [`codes::LIMITED`] after too many
/// tries, whoever's name it is; to who shows the right code, why it does not work: [`codes::RECOVERY_UNUSABLE`],
/// [`codes::RECOVERY_NOT_ALLOWED`].
pub async fn enter(
    identity: &Identity,
    caller: &Caller,
    name: &str,
    code: &str,
) -> Result<String, Refusal> {
    identity.check_clock()?;
    limit_address(identity, caller)?;
    // What can't be a user name is nobody's.
    let key = names::derive_key(name).unwrap_or_default();
    let try_key = shown::count_try(identity, caller, (b"recovery code try", &key)).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_person_by_name(tenant, &key).await?;
    let nobody = look_alike::derive_person(&identity.snapshot().keys.look_alike, &key);
    let person_id = found.as_ref().map_or(nobody, |person| person.person_id);
    let standing = store.list_recovery_codes(tenant, person_id).await?;
    let typed = ceremony::normalise(code, MAX_ENTERED);
    let shown = derive_code_mac(identity, person_id, &typed);
    // As many comparisons for everybody, and none of them the last.
    let mut right = None;
    for at in 0..COUNT {
        let expected = standing.get(at).map_or([0; 32], |code| code.code_mac);
        if verify_slices_are_equal(&expected, &shown).is_ok() {
            right = standing.get(at).map(|code| code.code_id);
        }
    }
    let judged = match (right, found) {
        (Some(code_id), Some(person)) => {
            let accepted = accept(identity, caller, &person, (code_id, try_key)).await;
            accepted.map_err(|refusal| (Some(person), refusal))
        }
        (_, person) => Err((person, Refusal::new(&codes::RECOVERY_WRONG))),
    };
    match judged {
        Ok(token) => Ok(token),
        Err((person, refusal)) => {
            let words = ("recovery.refused", &codes::RECOVERY_WRONG);
            let about = (key.as_str(), person.as_ref());
            shown::record_refusal(identity, caller, words, about, &refusal).await?;
            Err(refusal)
        }
    }
}

fn unusable(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::RECOVERY_UNUSABLE)
    }
}

/// The code is right. It stays good until the passkey is there.
async fn accept(
    identity: &Identity,
    caller: &Caller,
    person: &Person,
    (code_id, try_key): (Id, TryKey),
) -> Result<String, Refusal> {
    if person.status != PersonStatus::Enabled {
        return Err(unusable("recovery.account"));
    }
    check_recovery(identity, person.person_id).await.map(drop)?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    // Who can't have another passkey is told before the device is asked.
    let credentials = store.list_credentials(tenant, person.person_id).await?;
    check_count(identity, &credentials)?;
    let mut unit = Unit::new();
    unit.forget_secret_tries(tenant, try_key);
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", person.user_name.as_str())
        .say("recoveryCode", code_id.to_string());
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    notices::tell_sparingly(identity, &mut unit, person.person_id, Notice::RecoveryBegun);
    let word = "recovery.begun";
    audit::commit(identity, unit, Log::Audit, word, about, entry)
        .await
        .map_err(refuse_write)?;
    let extra = Extra {
        code: code_id.to_string(),
        person_version: person.security_version,
    };
    let by = (caller, Purpose::EnterCode);
    shown::seal(identity, by, person.person_id, &extra)
}

/// The code that was shown in this browser, if it still stands; policy, roles and status are asked again.
pub(crate) async fn restore(
    identity: &Identity,
    caller: &Caller,
    token: &str,
) -> Result<Presented, Refusal> {
    let by = (caller, Purpose::EnterCode);
    let too_late = || unusable("recovery.too_late");
    let Reopened {
        person_id,
        state_id,
        extra,
    } = shown::reopen::<Extra>(identity, by, token, too_late).await?;
    let unreadable = || Refusal::new(&codes::STATE_UNREADABLE);
    let code_id = Id::parse(&extra.code).ok_or_else(unreadable)?;
    let basis = check_recovery(identity, person_id).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let person = store.find_person(tenant, person_id).await?;
    let stands = person.is_some_and(|person| {
        person.status == PersonStatus::Enabled && person.security_version == extra.person_version
    });
    if !stands {
        return Err(unusable("recovery.account"));
    }
    let standing = store.list_recovery_codes(tenant, person_id).await?;
    if !standing.iter().any(|code| code.code_id == code_id) {
        return Err(unusable("recovery.code_used"));
    }
    Ok(Presented {
        code_id,
        person_id,
        state_id,
        person_version: extra.person_version,
        basis,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_shown_in_groups_and_read_without() {
        let shown = write_in_groups("0123456789ABCDEF");
        assert_eq!(shown, "0123-4567-89AB-CDEF");
        assert_eq!(ceremony::normalise(&shown, MAX_ENTERED), "0123456789ABCDEF");
    }
}
