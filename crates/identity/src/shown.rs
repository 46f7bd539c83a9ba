//! What was shown and is good for one passkey (a pass, a recovery code), between the page that took it and the passkey: sealed
//! into the page for ten minutes, and what is written of tries that were refused.

use serde::Serialize;
use serde::de::DeserializeOwned;
use store::{Id, Log, Person, Unit};

use crate::audit::{self, Entry};
use crate::ceremony::{self, Binding, Opened};
use crate::codes::Code;
use crate::flow::Purpose;
use crate::tenant::refuse_write;
use crate::tries::{self, TryKey};
use crate::{Caller, Identity, Refusal, codes};

/// Tries from one network for one name, right or wrong, before it has to wait.
const MAX_TRIES: i64 = 10;

/// What came back from the page.
pub(crate) struct Reopened<E> {
    pub(crate) person_id: Id,
    /// One passkey for each time that it was shown.
    pub(crate) state_id: Id,
    pub(crate) extra: E,
}

fn bind(caller: &Caller, purpose: Purpose) -> Binding<'_> {
    Binding {
        caller,
        purpose,
        session: None,
    }
}

/// Seals it into the page.
pub(crate) fn seal<E: Serialize>(
    identity: &Identity,
    (caller, purpose): (&Caller, Purpose),
    person: Id,
    extra: &E,
) -> Result<String, Refusal> {
    let extra = serde_json::to_value(extra).map_err(|_| Refusal::new(&codes::INTERNAL))?;
    let issued = ceremony::issue(identity, bind(caller, purpose), Some(person), Some(extra))?;
    Ok(issued.sealed)
}

/// What this very browser was given by [`seal`]; `too_late` after its time.
pub(crate) async fn reopen<E: DeserializeOwned>(
    identity: &Identity,
    (caller, purpose): (&Caller, Purpose),
    token: &str,
    too_late: impl FnOnce() -> Refusal,
) -> Result<Reopened<E>, Refusal> {
    let Opened { state, .. } = match ceremony::open(identity, bind(caller, purpose), token).await {
        Ok(opened) => opened,
        Err(refusal) if refusal.code == &codes::STATE_EXPIRED => return Err(too_late()),
        Err(refusal) => return Err(refusal),
    };
    let unreadable = || Refusal::new(&codes::STATE_UNREADABLE);
    let person_id = Id(state.person.ok_or_else(unreadable)?.0);
    let state_id = state.state_id();
    let extra = state.extra.ok_or_else(unreadable)?;
    Ok(Reopened {
        person_id,
        state_id,
        extra: serde_json::from_value(extra).map_err(|_| unreadable())?,
    })
}

/// Before anything is compared, and alike for every name.
pub(crate) async fn count_try(
    identity: &Identity,
    caller: &Caller,
    (label, key): (&[u8], &str),
) -> Result<TryKey, Refusal> {
    let about: [&[u8]; 3] = [label, &caller.network(), key.as_bytes()];
    tries::count(identity, &about, MAX_TRIES).await
}

/// Why, for the log; a name that nobody has may be a code in the wrong field. What is `wrong` is nobody's act, and does not
/// stand among what was done to the person: whoever knows their name could else push everything out of their sight.
pub(crate) async fn record_refusal(
    identity: &Identity,
    caller: &Caller,
    (word, wrong): (&'static str, &'static Code),
    (key, person): (&str, Option<&Person>),
    refusal: &Refusal,
) -> Result<(), Refusal> {
    let is_wrong = refusal.code == wrong;
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    match person {
        Some(person) if is_wrong => entry.confide("user", person.user_name.as_str()),
        Some(person) => entry.confide("actor", person.user_name.as_str()),
        None => entry.say("unknown", audit::derive_unknown_name(identity, "user", key)),
    };
    entry.say("code", refusal.code.id);
    if let Some(detail) = refusal.detail {
        entry.say("detail", detail);
    }
    let subject = person.filter(|_| !is_wrong).map(|person| person.person_id);
    let about = (subject, subject.as_ref().map(|id| id.0.as_slice()));
    let written = audit::commit(identity, Unit::new(), Log::Audit, word, about, entry).await;
    written.map(drop).map_err(refuse_write)
}
