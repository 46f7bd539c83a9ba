//! People are reminded of passkeys that time is about to end: thirty days before and seven, once each, whichever node is first.
//!
//! Each node walks over everybody, a batch a minute, and rests for a while when it is through. Where no profile of the policy
//! in force limits age or disuse, nobody is asked for.

use std::sync::{Mutex, PoisonError};

use policy::profiles::{Ending, PasskeyPolicy};
use store::{Credential, FactsAsked, Guard, Id, PasskeyFacts, Unit, WriteError};

use crate::notices::{self, Notice};
use crate::policies::decide_at_rest;
use crate::seal::derive_hash;
use crate::tenant::refuse_write;
use crate::{DAY, HOUR, Identity, Micros, Refusal};

/// How long before, longest first.
const STAGES: [Micros; 2] = [30 * DAY, 7 * DAY];
/// How long a node rests when it was through with everybody.
const REST: Micros = 6 * HOUR;
/// As many people are looked at closely in a minute.
const AT_ONCE: usize = 200;
/// How long it is remembered that somebody was reminded of an end that is past.
const REMEMBERED: Micros = 30 * DAY;

/// Where a node's walk over everybody is.
#[derive(Debug, Default)]
pub(crate) struct Walk(Mutex<Progress>);

#[derive(Debug, Default, Clone, Copy)]
struct Progress {
    after: Option<Id>,
    rests_until: Micros,
}

/// The shortest limits of any profile, in microseconds.
struct Limits {
    age: Option<Micros>,
    disuse: Option<Micros>,
}

impl Limits {
    fn of(policy: &PasskeyPolicy) -> Limits {
        let profiles = &policy.document().profiles;
        let days = |days: Option<u32>| days.map(|days| i64::from(days) * DAY);
        Limits {
            age: profiles.iter().filter_map(|it| days(it.max_age_days)).min(),
            disuse: profiles
                .iter()
                .filter_map(|it| days(it.max_unused_days))
                .min(),
        }
    }

    fn are_none(&self) -> bool {
        self.age.is_none() && self.disuse.is_none()
    }

    /// Whether one of them, whoever it is for, is reached within the longest stage.
    fn come_near(&self, passkey: &PasskeyFacts, now: Micros) -> bool {
        let soon = now.saturating_add(STAGES[0]);
        let used_at = passkey.last_used_at.unwrap_or(passkey.created_at);
        let is_near = |since: Micros, limit: Option<Micros>| {
            limit.is_some_and(|limit| since.saturating_add(limit) <= soon)
        };
        is_near(passkey.created_at, self.age) || is_near(used_at, self.disuse)
    }
}

/// Which reminder it is time for; `None`: it is too early, or too late. What lasts no longer than a stage has none of it: nobody is
/// reminded at the moment at which they make or use a passkey.
fn find_stage(credential: &Credential, ending: Ending, now: Micros) -> Option<Micros> {
    let since = match ending.moves_with_use {
        true => credential.last_used_at.unwrap_or(credential.created_at),
        false => credential.created_at,
    };
    let is_due = |stage: &&Micros| ending.at - **stage <= now && ending.at - **stage > since;
    let stage = STAGES.iter().rev().find(is_due).copied();
    stage.filter(|_| ending.at > now)
}

/// Once a minute: the next batch.
///
/// # Errors
/// If the database can't answer.
pub(crate) async fn tick(identity: &Identity) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let (snapshot, now) = (identity.snapshot(), identity.0.ambient.now());
    let progress = *lock(identity);
    // What is in force and can't be understood is told of elsewhere.
    let Ok(enforced) = snapshot.policies.require_enforced() else {
        return Ok(());
    };
    let limits = Limits::of(&enforced.policy);
    if limits.are_none() || now < progress.rests_until {
        return Ok(());
    }
    let asked = FactsAsked {
        last_use: limits.disuse.is_some(),
        attestation: false,
    };
    let people = store
        .list_passkeys_of_everybody(tenant, progress.after, asked)
        .await?;
    let Some((last, _)) = people.last() else {
        *lock(identity) = Progress {
            after: None,
            rests_until: now + REST,
        };
        return Ok(());
    };
    let mut after = *last;
    let near = |passkeys: &[PasskeyFacts]| passkeys.iter().any(|it| limits.come_near(it, now));
    let near = people.iter().filter(|(_, passkeys)| near(passkeys));
    for (number, (person, _)) in near.enumerate() {
        remind(identity, *person, now).await?;
        if number + 1 == AT_ONCE {
            after = *person;
            break;
        }
    }
    lock(identity).after = Some(after);
    Ok(())
}

fn lock(identity: &Identity) -> std::sync::MutexGuard<'_, Progress> {
    let walk = &identity.0.reminders.0;
    walk.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn remind(identity: &Identity, person: Id, now: Micros) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let snapshot = identity.snapshot();
    let verdicts = decide_at_rest(identity, &snapshot.policies, person).await?;
    for credential in store.list_credentials(tenant, person).await? {
        let verdict = verdicts.get(&credential.credential_id);
        let Some(ending) = verdict.and_then(|verdict| verdict.ends) else {
            continue;
        };
        let Some(stage) = find_stage(&credential, ending, now) else {
            continue;
        };
        let about: [&[u8]; 3] = [
            b"claviger reminder",
            &stage.to_be_bytes(),
            &credential.credential_id,
        ];
        let mut unit = Unit::new();
        unit.keep_reminder(tenant, derive_hash(&about), person, ending.at);
        let notice = Notice::PasskeyEnding {
            passkey: credential.name,
            ends_at: ending.at,
            moves_with_use: ending.moves_with_use,
        };
        notices::tell(identity, &mut unit, person, notice);
        match identity.write(unit).await {
            // Told before, perhaps by another node.
            Ok(_) | Err(WriteError::Refused(Guard::Taken)) => {}
            Err(error) => return Err(refuse_write(error)),
        }
    }
    Ok(())
}

/// Puts what is long past into the minute's deleting.
pub(crate) fn purge(unit: &mut Unit, tenant: Id, database_time: Micros) {
    unit.purge_reminders(tenant, database_time - REMEMBERED);
}
