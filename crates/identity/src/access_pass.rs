//! Temporary Access Passes: made for somebody else, short, good for registering a passkey and for nothing else
//! (security 16).
//!
//! Whoever shows the code gets what registers one passkey in this browser within ten minutes ([`enter`], then
//! [`crate::enrolment`]); no session is opened, so there is nothing that a pass could see or change. Every try is counted on
//! disk before the code is compared (security 21), names that nobody has included; why a pass doesn't work is told only to
//! who shows its code.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use serde::{Deserialize, Serialize};
use store::{AccessPass, Guard, Id, Log, NewAccessPass, Person, PersonStatus, Unit, WriteError};

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::audit::{self, Entry};
use crate::ceremony::{self, ALPHABET};
use crate::flow::Purpose;
use crate::notices::{self, Notice};
use crate::passkeys::check_count;
use crate::people::find_existing;
use crate::policies::{AccessPasses, PassPolicy, check_method, is_method_on};
use crate::proof::Basis;
use crate::seal::derive_mac;
use crate::shown::{self, Reopened};
use crate::sign_in::{limit_address, limit_pass};
use crate::tenant::refuse_write;
use crate::{Caller, Class, Identity, MINUTE, Micros, Refusal, codes, look_alike, names};

/// Wrong codes after which a pass ends: one of eight characters is guessed by then with a chance of one in ten million, and
/// whoever wants to end somebody's pass has to keep at it for days from one network.
const MAX_TRIES: i64 = 100_000;

/// How far ahead a pass may begin.
const MAX_AHEAD: Micros = 30 * crate::DAY;

/// How much of what was typed is looked at.
const MAX_ENTERED: usize = 128;

/// What somebody asks a new pass to be like; what is left out is the policy's.
#[derive(Debug, Clone, Default)]
pub struct NewPass {
    pub lifetime_minutes: Option<u32>,
    /// `None`: from now on.
    pub starts_at: Option<Micros>,
    /// `None`: once.
    pub usable_once: Option<bool>,
    /// How it was made sure who it is for: must be there for somebody who had a passkey already.
    pub reason: Option<String>,
}

/// Whether a pass works now, and why not; Graph's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Usability {
    Usable,
    DisabledByPolicy,
    Expired,
    NotYetValid,
    OneTimeUsed,
    /// Its person was disabled or signed out everywhere since, or too many wrong codes were tried.
    Ended,
}

/// A pass, without its code.
#[derive(Debug, Clone)]
pub struct PassView {
    pub pass_id: Id,
    pub usability: Usability,
    pub usable_once: bool,
    pub created_at: Micros,
    pub starts_at: Micros,
    pub expires_at: Micros,
}

/// Proof that somebody showed the code of a pass a short while ago in this browser. Neither `Clone` nor made in another way
/// than by [`restore`]; it is used up in the unit that stores the passkey.
#[derive(Debug)]
pub(crate) struct Presented {
    pass_id: Id,
    person_id: Id,
    /// Of the code's state: one passkey for each time that the code was shown.
    state_id: Id,
    made_at: Micros,
    /// Passkeys that came of it before.
    registrations: i64,
    /// Of what was asked about the person and about whoever made the pass: held until the passkey is stored.
    basis: Basis,
}

impl Presented {
    pub(crate) fn state_id(&self) -> Id {
        self.state_id
    }

    pub(crate) fn basis(&self) -> Basis {
        self.basis
    }

    pub(crate) fn made_at(&self) -> Micros {
        self.made_at
    }

    pub(crate) fn registrations(&self) -> i64 {
        self.registrations
    }

    pub(crate) fn pass_id(&self) -> Id {
        self.pass_id
    }

    pub(crate) fn person_id(&self) -> Id {
        self.person_id
    }

    pub(crate) fn is_for(&self, person: Id) -> bool {
        self.person_id == person
    }
}

fn unfit(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::PASS_UNFIT)
    }
}

fn unusable(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::PASS_UNUSABLE)
    }
}

fn derive_view(pass: &AccessPass, is_covered: bool, now: Micros) -> PassView {
    let usability = match pass {
        pass if !pass.is_standing || pass.tries > MAX_TRIES => Usability::Ended,
        pass if pass.expires_at <= now => Usability::Expired,
        pass if pass.usable_once && pass.used_at.is_some() => Usability::OneTimeUsed,
        pass if pass.starts_at > now => Usability::NotYetValid,
        _ if !is_covered => Usability::DisabledByPolicy,
        _ => Usability::Usable,
    };
    PassView {
        pass_id: pass.pass_id,
        usability,
        usable_once: pass.usable_once,
        created_at: pass.created_at,
        starts_at: pass.starts_at,
        expires_at: pass.expires_at,
    }
}

async fn find(identity: &Identity, person: Id) -> Result<Option<AccessPass>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store.find_access_pass(tenant, person).await?)
}

async fn is_covered(identity: &Identity, person: Id) -> Result<bool, Refusal> {
    match check_method::<AccessPasses>(identity, person).await {
        Ok(_) => Ok(true),
        Err(refusal) if refusal.code == &codes::PASS_NOT_ALLOWED => Ok(false),
        Err(refusal) => Err(refusal),
    }
}

/// Whether the organisation has passes at all, as this node knows it: what to offer, not what to allow.
pub fn are_on(identity: &Identity) -> bool {
    is_method_on::<AccessPasses>(identity)
}

/// The person's pass, if there is one; its code is never shown again.
pub async fn read(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
) -> Result<Option<PassView>, Refusal> {
    access::check(identity, actor, Operation::ReadPass, Some(person))
        .await
        .map(drop)?;
    find_existing(identity, person).await?;
    let Some(pass) = find(identity, person).await? else {
        return Ok(None);
    };
    let covered = is_covered(identity, person).await?;
    let now = identity.0.ambient.now();
    Ok(Some(derive_view(&pass, covered, now)))
}

/// Makes a pass in place of the one that there was, and gives its code, this once.
///
/// # Errors
/// [`codes::PASS_OWN`] for oneself; [`codes::PASS_UNFIT`] for what the policy does not allow; [`codes::ACCOUNT_DISABLED`].
pub async fn make(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    new: &NewPass,
) -> Result<(PassView, String), Refusal> {
    let about = (Operation::MakePass, Some(person));
    access::decide(identity, actor, about, || {
        make_once(identity, actor, person, new)
    })
    .await
}

async fn make_once(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    new: &NewPass,
) -> Result<(PassView, String), Refusal> {
    let allowed = access::check(identity, actor, Operation::MakePass, Some(person)).await?;
    if actor.person() == Some(person) {
        return Err(Refusal::new(&codes::PASS_OWN));
    }
    let found = find_existing(identity, person).await?;
    if found.status != PersonStatus::Enabled {
        return Err(Refusal::new(&codes::ACCOUNT_DISABLED));
    }
    let (_, snapshot) = identity.current().await?;
    let policy = snapshot.policies.require::<AccessPasses>()?;
    let now = identity.0.ambient.now();
    let asked = check_new(policy, new, now)?;
    let reason = check_reason(new)?;
    // Of who never had one nothing can be taken over: the first day.
    if found.had_passkey && reason.is_none() {
        return Err(Refusal::new(&codes::PASS_REASON_MISSING));
    }
    let (tenant, pass_id) = (identity.0.tenant_id, identity.0.ambient.make_id());
    let code = make_code(identity, policy.default_length);
    let pass = NewAccessPass {
        pass_id,
        code_mac: derive_code_mac(identity, pass_id, &code),
        usable_once: asked.usable_once,
        issuer_id: actor.issuer(),
        epoch: snapshot.tenant.epoch,
        created_at: now,
        starts_at: asked.starts_at,
        expires_at: asked.expires_at,
    };
    // Before the code exists: what fails afterwards would lose it.
    let covered = is_covered(identity, person).await?;
    let mut unit = allowed.begin(identity);
    unit.put_access_pass(tenant, person, &pass);
    let expires_at = asked.expires_at;
    notices::tell(
        identity,
        &mut unit,
        person,
        Notice::PassIssued { expires_at },
    );
    let mut entry = actor.entry(identity);
    entry
        .confide("user", found.user_name.as_str())
        .say("pass", pass_id.to_string())
        .say("usableOnce", asked.usable_once)
        .say("startsAt", asked.starts_at)
        .say("expiresAt", asked.expires_at)
        .say("recovery", found.had_passkey);
    if let Some(reason) = reason {
        entry.confide("reason", reason);
    }
    let word = "pass.made";
    match access::write(identity, actor, &allowed, unit, word, person, entry).await {
        Ok(()) => {}
        Err(WriteError::Refused(Guard::Missing)) => {
            return Err(Refusal::new(&codes::ACCOUNT_DISABLED));
        }
        Err(error) => return Err(refuse_write(error)),
    }
    let usability = match (covered, asked.starts_at > now) {
        (false, _) => Usability::DisabledByPolicy,
        (true, true) => Usability::NotYetValid,
        (true, false) => Usability::Usable,
    };
    let view = PassView {
        pass_id,
        usability,
        usable_once: asked.usable_once,
        created_at: now,
        starts_at: asked.starts_at,
        expires_at: asked.expires_at,
    };
    Ok((view, code))
}

struct Asked {
    usable_once: bool,
    starts_at: Micros,
    expires_at: Micros,
}

fn check_new(policy: &PassPolicy, new: &NewPass, now: Micros) -> Result<Asked, Refusal> {
    let minutes = new.lifetime_minutes.unwrap_or(policy.default_lifetime);
    if !policy.allows_lifetime(minutes) {
        return Err(unfit("pass.lifetime"));
    }
    if policy.usable_once && new.usable_once == Some(false) {
        return Err(unfit("pass.usable_once"));
    }
    // A beginning a moment ago is a clock that goes a little slow.
    let starts_at = new.starts_at.unwrap_or(now);
    if starts_at < now - 5 * MINUTE || starts_at > now + MAX_AHEAD {
        return Err(unfit("pass.starts_at"));
    }
    let starts_at = starts_at.max(now);
    Ok(Asked {
        usable_once: new.usable_once.unwrap_or(true),
        starts_at,
        expires_at: starts_at + i64::from(minutes) * MINUTE,
    })
}

/// The most characters of a reason.
const MAX_REASON: usize = 500;

/// A few words, as they stand in the record.
fn check_reason(new: &NewPass) -> Result<Option<&str>, Refusal> {
    let Some(reason) = new.reason.as_deref().map(str::trim) else {
        return Ok(None);
    };
    if reason.chars().count() > MAX_REASON || reason.chars().any(char::is_control) {
        return Err(unfit("pass.reason"));
    }
    Ok(Some(reason).filter(|reason| !reason.is_empty()))
}

/// Removes the person's pass.
///
/// # Errors
/// [`codes::PASS_MISSING`] when it is not theirs, or no longer.
pub async fn remove(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    pass_id: Id,
) -> Result<(), Refusal> {
    let about = (Operation::MakePass, Some(person));
    access::decide(identity, actor, about, || async {
        let allowed = access::check(identity, actor, Operation::MakePass, Some(person)).await?;
        let found = find_existing(identity, person).await?;
        let mut unit = allowed.begin(identity);
        unit.delete_access_pass(identity.0.tenant_id, person, pass_id);
        let mut entry = actor.entry(identity);
        entry
            .confide("user", found.user_name.as_str())
            .say("pass", pass_id.to_string());
        let word = "pass.removed";
        match access::write(identity, actor, &allowed, unit, word, person, entry).await {
            Err(WriteError::Refused(Guard::Missing)) => Err(Refusal::new(&codes::PASS_MISSING)),
            written => written.map_err(refuse_write),
        }
    })
    .await
}

/// Five bits a character, from an alphabet that can be read out on the telephone.
fn make_code(identity: &Identity, length: u32) -> String {
    let random: [u8; 48] = identity.0.ambient.random.make();
    let letters = random.iter().take(length as usize);
    letters
        .filter_map(|byte| ALPHABET.get(usize::from(byte & 31)))
        .map(|letter| char::from(*letter))
        .collect()
}

fn derive_code_mac(identity: &Identity, pass_id: Id, code: &str) -> [u8; 32] {
    let snapshot = identity.snapshot();
    derive_mac(
        &snapshot.keys.mac,
        &[b"access pass", &pass_id.0, code.as_bytes()],
    )
}

/// What a code that was shown is good for, sealed into the page.
#[derive(Serialize, Deserialize)]
struct Extra {
    pass: String,
}

/// Takes user name and code; gives what [`crate::enrolment`] takes for ten minutes in this browser.
///
/// # Errors
/// [`codes::PASS_WRONG`] for a wrong code, and for a name without a pass alike; to who shows the right code, why it does
/// not work: [`codes::PASS_EXPIRED`], [`codes::PASS_NOT_YET`], [`codes::PASS_USED`], [`codes::PASS_UNUSABLE`],
/// [`codes::PASS_NOT_ALLOWED`].
pub async fn enter(
    identity: &Identity,
    caller: &Caller,
    name: &str,
    code: &str,
) -> Result<String, Refusal> {
    identity.check_clock()?;
    limit_address(identity, caller)?;
    let snapshot = identity.snapshot();
    // What can't be a user name is nobody's.
    let key = names::derive_key(name).unwrap_or_default();
    limit_pass(identity, caller, &key)?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_person_by_name(tenant, &key).await?;
    let nobody = look_alike::derive_person(&snapshot.keys.look_alike, &key);
    let person_id = found.as_ref().map_or(nobody, |person| person.person_id);
    let mut unit = Unit::new();
    // Something is written for names without a pass, too: they take as long (security 20).
    unit.spend(tenant, derive_try(identity), identity.0.ambient.make_id());
    unit.count_access_pass_try(tenant, person_id);
    identity.write(unit).await.map_err(refuse_write)?;
    let pass = find(identity, person_id).await?;
    let pass_id = pass.as_ref().map_or(nobody, |pass| pass.pass_id);
    let expected = pass.as_ref().map_or([0; 32], |pass| pass.code_mac);
    let shown = derive_code_mac(identity, pass_id, &ceremony::normalise(code, MAX_ENTERED));
    let is_right = verify_slices_are_equal(&expected, &shown).is_ok();
    let judged = match (pass, found) {
        (Some(pass), Some(person)) if is_right => accept(identity, caller, &person, &pass).await,
        (_, person) => Err((person, Refusal::new(&codes::PASS_WRONG))),
    };
    match judged {
        Ok(token) => Ok(token),
        Err((person, refusal)) => {
            let words = ("pass.refused", &codes::PASS_WRONG);
            let about = (key.as_str(), person.as_ref());
            shown::record_refusal(identity, caller, words, about, &refusal).await?;
            Err(refusal)
        }
    }
}

/// Led by the time, as spent states are, so that it is purged with them.
fn derive_try(identity: &Identity) -> Id {
    let mut id = identity.0.ambient.make_id().0;
    id[..8].copy_from_slice(&identity.0.ambient.now().to_be_bytes());
    Id(id)
}

/// The code is right.
async fn accept(
    identity: &Identity,
    caller: &Caller,
    person: &Person,
    pass: &AccessPass,
) -> Result<String, (Option<Person>, Refusal)> {
    let refuse = |refusal| (Some(person.clone()), refusal);
    check_usable(identity, person, pass).await.map_err(refuse)?;
    check_room(identity, person).await.map_err(refuse)?;
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let mut unit = Unit::new();
    unit.use_access_pass(tenant, person.person_id, pass.pass_id, now, MAX_TRIES);
    notices::tell_sparingly(identity, &mut unit, person.person_id, Notice::PassUsed);
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", person.user_name.as_str())
        .say("pass", pass.pass_id.to_string());
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    match audit::commit(identity, unit, Log::Audit, "pass.used", about, entry).await {
        Ok(_) => {}
        Err(WriteError::Refused(Guard::Missing)) => {
            return Err(refuse(Refusal::new(&codes::PASS_USED)));
        }
        Err(error) => return Err(refuse(refuse_write(error))),
    }
    let extra = Extra {
        pass: pass.pass_id.to_string(),
    };
    let by = (caller, Purpose::EnterPass);
    shown::seal(identity, by, person.person_id, &extra).map_err(refuse)
}

/// Who can't have another passkey keeps the pass.
async fn check_room(identity: &Identity, person: &Person) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let credentials = store.list_credentials(tenant, person.person_id).await?;
    check_count(identity, &credentials)
}

async fn check_usable(
    identity: &Identity,
    person: &Person,
    pass: &AccessPass,
) -> Result<(), Refusal> {
    match derive_view(pass, true, identity.0.ambient.now()).usability {
        Usability::Usable | Usability::DisabledByPolicy => {}
        Usability::Expired => return Err(Refusal::new(&codes::PASS_EXPIRED)),
        Usability::NotYetValid => return Err(Refusal::new(&codes::PASS_NOT_YET)),
        Usability::OneTimeUsed => return Err(Refusal::new(&codes::PASS_USED)),
        Usability::Ended => return Err(unusable("pass.ended")),
    }
    check_allowed(identity, person.person_id, pass)
        .await
        .map(drop)
}

/// The policy covers the person, and whoever made the pass may still make one for them: asked of the code, and again of
/// the passkey. Gives what that rests on.
async fn check_allowed(
    identity: &Identity,
    person: Id,
    pass: &AccessPass,
) -> Result<Basis, Refusal> {
    let basis = check_method::<AccessPasses>(identity, person).await?;
    let Some(issuer) = pass.issuer_id else {
        return Ok(basis);
    };
    let checked = access::check_issuer(identity, Operation::MakePass, issuer, person).await;
    match checked {
        Ok(()) => Ok(basis),
        Err(refusal) => Err(match refusal.code.class {
            Class::Unavailable | Class::Internal => refusal,
            _ => unusable("pass.issuer"),
        }),
    }
}

/// The pass whose code was shown in this browser, if it still stands.
pub(crate) async fn restore(
    identity: &Identity,
    caller: &Caller,
    token: &str,
) -> Result<Presented, Refusal> {
    let by = (caller, Purpose::EnterPass);
    let too_late = || unusable("pass.too_late");
    let Reopened {
        person_id,
        state_id,
        extra,
    } = shown::reopen::<Extra>(identity, by, token, too_late).await?;
    let unreadable = || Refusal::new(&codes::STATE_UNREADABLE);
    let pass_id = Id::parse(&extra.pass).ok_or_else(unreadable)?;
    let pass = find(identity, person_id).await?;
    let pass = pass
        .filter(|pass| pass.pass_id == pass_id)
        .ok_or_else(|| unusable("pass.replaced"))?;
    if !pass.is_standing {
        return Err(unusable("pass.ended"));
    }
    if pass.expires_at <= identity.0.ambient.now() {
        return Err(Refusal::new(&codes::PASS_EXPIRED));
    }
    if pass.usable_once && pass.registrations > 0 {
        return Err(Refusal::new(&codes::PASS_USED));
    }
    let basis = check_allowed(identity, person_id, &pass).await?;
    Ok(Presented {
        pass_id,
        person_id,
        state_id,
        made_at: pass.created_at,
        registrations: pass.registrations,
        basis,
    })
}
