//! Signing in by a password and a code.

use serde::{Deserialize, Serialize};
use store::{Guard, Id, Log, Password, Person, PersonStatus, Unit, WriteError};
use zeroize::Zeroizing;

use super::pool::Verdict;
use super::{FactorCode, app, are_on, is_allowed, mail, normalise};
use crate::audit::{self, Entry};
use crate::ceremony::{self, Binding, Opened};
use crate::creation::DECISIONS;
use crate::flow::{Flow, Proof, Purpose};
use crate::passkeys::has_active;
use crate::policies::profiles::State;
use crate::policies::{EmailCodes, Passwords, SoftwareOath, check_method};
use crate::proof::{Basis, Granted, grant_by_password};
use crate::sign_in::{SignedIn, limit_address};
use crate::tenant::refuse_write;
use crate::tries::{self, TryKey};
use crate::{Caller, Identity, Refusal, codes, look_alike, names, sessions};

/// Tries from one network for one name, right or wrong, before it has to wait.
const MAX_TRIES: i64 = 10;
/// The same from all networks together: who guesses from many locks the password of that name, and no passkey.
const MAX_TRIES_ANYWHERE: i64 = 100;

/// Where the code comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factor {
    /// The person's authenticator app.
    App,
    /// A mail to the person's address.
    Mail,
}

impl Factor {
    /// Stands in requests and records.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Factor::App => "software_oath",
            Factor::Mail => "email",
        }
    }
}

/// A right password. No session yet: that takes a code.
#[derive(Debug)]
pub struct Entered {
    /// Goes into [`finish`], in this browser, within ten minutes.
    pub state: String,
    /// What the person has, the system's preference first; at least one.
    pub factors: Vec<Factor>,
}

/// Proof that somebody showed the right password a short while ago in this browser. Neither `Clone` nor made in another way than
/// by [`restore`].
#[derive(Debug)]
pub(crate) struct Presented {
    pub(crate) person_id: Id,
    pub(crate) person_version: i64,
    pub(crate) password_version: i64,
    pub(crate) basis: Basis,
    pub(crate) epoch: Id,
}

/// What a right password is good for, sealed into the page.
#[derive(Serialize, Deserialize)]
struct Extra {
    person_version: i64,
    password_version: i64,
}

fn bind(caller: &Caller) -> Binding<'_> {
    Binding {
        caller,
        purpose: Purpose::EnterPassword,
        session: None,
    }
}

/// Takes user name and password; gives what [`finish`] takes.
///
/// # Errors
/// [`codes::PASSWORD_WRONG`] for a wrong password, and for a name without one alike, with the same work; [`codes::LIMITED`] after too
/// many tries, whoever's name it is; [`codes::PASSWORDS_BUSY`]; to who shows the right password, why it does not work:
/// [`codes::ACCOUNT_DISABLED`], [`codes::PASSWORD_NOT_ALLOWED`], [`codes::PASSWORD_PASSKEY_FIRST`], [`codes::PASSWORD_NO_FACTOR`].
pub async fn enter(
    identity: &Identity,
    caller: &Caller,
    name: &str,
    password: &str,
) -> Result<Entered, Refusal> {
    identity.check_clock()?;
    limit_address(identity, caller)?;
    if !are_on(identity) {
        return Err(Refusal::new(&codes::PASSWORD_NOT_ALLOWED));
    }
    // Before anything is written: a flood costs no more than its refusals.
    let place = identity.0.hashers.take_place()?;
    // What can't be a user name is nobody's.
    let key = names::derive_key(name).unwrap_or_default();
    let here: [&[u8]; 3] = [b"password try", &caller.network(), key.as_bytes()];
    let try_key = tries::count(identity, &here, MAX_TRIES).await?;
    let anywhere: [&[u8]; 2] = [b"password try anywhere", key.as_bytes()];
    tries::count(identity, &anywhere, MAX_TRIES_ANYWHERE).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_person_by_name(tenant, &key).await?;
    let nobody = look_alike::derive_person(&identity.snapshot().keys.look_alike, &key);
    let person_id = found.as_ref().map_or(nobody, |person| person.person_id);
    let stored = store.find_password(tenant, person_id).await?;
    // What no password can be is nobody's, and costs the same.
    let (typed, hash) = match normalise(password) {
        Some(typed) => (typed, stored.as_ref().map(|it| it.hash.clone())),
        None => (Zeroizing::new(String::from("-")), None),
    };
    let salt = identity.0.ambient.random.make();
    let verdict = identity.0.hashers.verify(place, typed, hash, salt).await?;
    let judged = match (verdict, found, stored) {
        (Verdict::Right { renewed }, Some(person), Some(stored)) => {
            let accepted = accept(identity, caller, &person, (&stored, renewed), try_key);
            accepted.await.map_err(|refusal| (Some(person), refusal))
        }
        (_, person, _) => Err((person, Refusal::new(&codes::PASSWORD_WRONG))),
    };
    match judged {
        Ok(entered) => Ok(entered),
        Err((person, refusal)) => {
            let about = (key.as_str(), person.as_ref(), None);
            record_refusal(identity, caller, about, &refusal).await?;
            Err(refusal)
        }
    }
}

/// The password is right.
async fn accept(
    identity: &Identity,
    caller: &Caller,
    person: &Person,
    (stored, renewed): (&Password, Option<String>),
    try_key: TryKey,
) -> Result<Entered, Refusal> {
    check_person(identity, person).await.map(drop)?;
    let factors = list_factors(identity, person.person_id).await?;
    if factors.is_empty() {
        return Err(Refusal::new(&codes::PASSWORD_NO_FACTOR));
    }
    let tenant = identity.0.tenant_id;
    let mut unit = Unit::new();
    unit.forget_secret_tries(tenant, try_key);
    if let Some(hash) = renewed {
        unit.renew_password(tenant, person.person_id, (&stored.hash, &hash));
    }
    identity.write(unit).await.map_err(refuse_write)?;
    let extra = Extra {
        person_version: person.security_version,
        password_version: stored.security_version,
    };
    let extra = serde_json::to_value(extra).map_err(|_| Refusal::new(&codes::INTERNAL))?;
    let issued = ceremony::issue(identity, bind(caller), Some(person.person_id), Some(extra))?;
    Ok(Entered {
        state: issued.sealed,
        factors,
    })
}

/// What the person has and the policies have for them: an app before mail, which whoever has the mailbox reads.
async fn list_factors(identity: &Identity, person: Id) -> Result<Vec<Factor>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let mut found = Vec::new();
    if store.find_totp(tenant, person).await?.is_some()
        && is_allowed(check_method::<SoftwareOath>(identity, person)).await?
    {
        found.push(Factor::App);
    }
    if mail::can_be_sent(identity, person).await?
        && is_allowed(check_method::<EmailCodes>(identity, person)).await?
    {
        found.push(Factor::Mail);
    }
    Ok(found)
}

/// Status, policy, and that there is no passkey where the policy wants one to be used: asked of the password, and again of the
/// code.
async fn check_person(identity: &Identity, person: &Person) -> Result<Basis, Refusal> {
    if person.status != PersonStatus::Enabled {
        return Err(Refusal::new(&codes::ACCOUNT_DISABLED));
    }
    let basis = check_method::<Passwords>(identity, person.person_id).await?;
    let (_, snapshot) = identity.current().await?;
    let policy = snapshot.policies.require::<Passwords>()?;
    if policy.beside_passkeys == State::Disabled && has_active(identity, person.person_id).await? {
        return Err(Refusal::new(&codes::PASSWORD_PASSKEY_FIRST));
    }
    Ok(basis)
}

/// The right password of this browser's page, if everything that it rests on still stands.
async fn restore(identity: &Identity, opened: &Opened) -> Result<(Person, Presented), Refusal> {
    let unreadable = || Refusal::new(&codes::STATE_UNREADABLE);
    let over = || Refusal::new(&codes::PASSWORD_STATE_OVER);
    let state = &opened.state;
    let person_id = Id(state.person.ok_or_else(unreadable)?.0);
    let extra = state.extra.clone().ok_or_else(unreadable)?;
    let extra: Extra = serde_json::from_value(extra).map_err(|_| unreadable())?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let (tenant_now, _) = identity.current().await?;
    let person = store.find_person(tenant, person_id).await?;
    let person = person.filter(|it| it.security_version == extra.person_version);
    let person = person.ok_or_else(over)?;
    let stored = store.find_password(tenant, person_id).await?;
    let stored = stored.filter(|it| it.security_version == extra.password_version);
    stored.ok_or_else(over)?;
    let basis = check_person(identity, &person).await?;
    let presented = Presented {
        person_id,
        person_version: person.security_version,
        password_version: extra.password_version,
        basis,
        epoch: tenant_now.epoch,
    };
    Ok((person, presented))
}

/// Sends a code by mail to who showed the right password; an earlier one of this sign-in ends.
///
/// # Errors
/// [`codes::FACTOR_NOT_ALLOWED`]; [`codes::LIMITED`] after five within an hour; as [`finish`].
pub async fn send_code(identity: &Identity, caller: &Caller, state: &str) -> Result<(), Refusal> {
    limit_address(identity, caller)?;
    let opened = open(identity, caller, state).await?;
    let (person, _) = restore(identity, &opened).await?;
    if !list_factors(identity, person.person_id)
        .await?
        .contains(&Factor::Mail)
    {
        return Err(Refusal::new(&codes::FACTOR_NOT_ALLOWED));
    }
    mail::send(identity, caller, &person, &opened).await
}

async fn open(identity: &Identity, caller: &Caller, state: &str) -> Result<Opened, Refusal> {
    match ceremony::open(identity, bind(caller), state).await {
        Err(refusal) if refusal.code == &codes::STATE_EXPIRED => {
            Err(Refusal::new(&codes::PASSWORD_STATE_OVER))
        }
        opened => opened,
    }
}

/// Takes the code; gives a session.
///
/// # Errors
/// [`codes::FACTOR_WRONG`]: the same state takes another try; [`codes::LIMITED`]; [`codes::PASSWORD_STATE_OVER`]; and as [`enter`].
pub async fn finish(
    identity: &Identity,
    caller: &Caller,
    state: &str,
    (factor, code): (Factor, &str),
) -> Result<SignedIn, Refusal> {
    limit_address(identity, caller)?;
    for _ in 0..DECISIONS {
        let opened = open(identity, caller, state).await?;
        let (person, presented) = restore(identity, &opened).await?;
        if !list_factors(identity, person.person_id)
            .await?
            .contains(&factor)
        {
            return Err(Refusal::new(&codes::FACTOR_NOT_ALLOWED));
        }
        let proven = match factor {
            Factor::App => app::prove(identity, person.person_id, code)
                .await
                .map(FactorCode::App),
            Factor::Mail => mail::prove(identity, person.person_id, &opened, code)
                .await
                .map(FactorCode::Mail),
        };
        let code = match proven {
            Ok(code) => code,
            Err(refusal) => {
                let about = ("", Some(&person), Some(factor));
                record_refusal(identity, caller, about, &refusal).await?;
                return Err(refusal);
            }
        };
        let granted = complete(presented, code)?;
        match open_session(identity, caller, (&person, &opened, factor), granted).await {
            Err(WriteError::Refused(Guard::Moved)) => continue,
            // The state, or the code.
            Err(WriteError::Refused(Guard::Spent)) => {
                return Err(Refusal::new(&codes::FACTOR_WRONG));
            }
            written => return written.map_err(refuse_write),
        }
    }
    Err(Refusal::new(&codes::MOVED))
}

/// Passes the steps with their proofs and makes the right to a session of them.
fn complete(presented: Presented, code: FactorCode) -> Result<Granted, Refusal> {
    let completed = Flow::start(Purpose::SignInByPassword)
        .pass(Proof::Password(presented))
        .and_then(|flow| flow.pass(Proof::Factor(code)))
        .and_then(Flow::complete);
    let granted = completed.ok().and_then(grant_by_password);
    granted.ok_or_else(|| Refusal::new(&codes::POLICY_REFUSED))
}

/// ONE unit: state and code spent, session, record.
async fn open_session(
    identity: &Identity,
    caller: &Caller,
    (person, opened, factor): (&Person, &Opened, Factor),
    granted: Granted,
) -> Result<SignedIn, WriteError> {
    let tenant = identity.0.tenant_id;
    let mut unit = Unit::new();
    if let Some(version) = granted.membership {
        unit.require_membership(tenant, version);
    }
    unit.spend(tenant, opened.state.state_id(), opened.attempt);
    let tries = match factor {
        Factor::App => app::derive_try_key(identity, person.person_id),
        Factor::Mail => mail::derive_try_key(identity, person.person_id),
    };
    unit.forget_secret_tries(tenant, tries);
    let (token, session) = sessions::open(identity, caller, &mut unit, granted, person);
    let mut entry = Entry::of(caller, opened.attempt);
    entry
        .say("method", "password")
        .say("factor", factor.as_str())
        .say("flow", Purpose::SignInByPassword.as_str())
        .confide("user", person.user_name.as_str());
    let about = (Some(person.person_id), None);
    audit::commit(identity, unit, Log::SignIn, "ok", about, entry).await?;
    Ok(SignedIn {
        token,
        session,
        signals: None,
        recommend_second: false,
    })
}

/// Why, for the log; a name that nobody has may be a password in the wrong field. A wrong password is nobody's act, and does not
/// stand among what was done to the person; a wrong code after the right password is worth seeing.
async fn record_refusal(
    identity: &Identity,
    caller: &Caller,
    (key, person, factor): (&str, Option<&Person>, Option<Factor>),
    refusal: &Refusal,
) -> Result<(), Refusal> {
    let is_wrong = refusal.code == &codes::PASSWORD_WRONG;
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    match person {
        Some(person) => entry.confide("user", person.user_name.as_str()),
        None => entry.say("unknown", audit::derive_unknown_name(identity, "user", key)),
    };
    entry.say("method", "password");
    if let Some(factor) = factor {
        entry.say("factor", factor.as_str());
    }
    let subject = person.filter(|_| !is_wrong).map(|person| person.person_id);
    let word = refusal.code.id;
    let written = audit::commit(
        identity,
        Unit::new(),
        Log::SignIn,
        word,
        (subject, None),
        entry,
    )
    .await;
    written.map(drop).map_err(refuse_write)
}
