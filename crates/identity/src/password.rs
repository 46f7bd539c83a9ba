//! Passwords and authenticator apps: for the time until somebody has a passkey.
//!
//! A password alone opens no session and changes nothing: it takes a code beside it, of the person's authenticator app or by mail,
//! and the two together are never phishing-resistant. Off unless the policy says otherwise, and never for people with a directory role.
//! Every try is counted on disk before anything is compared (security 21), by name and network; a passkey always works.

mod app;
mod breached;
mod mail;
mod pool;
mod sign_in;

use precis_profiles::OpaqueString;
use precis_profiles::precis_core::profile::PrecisFastInvocation;
use store::{Id, Log, NO_CREDENTIAL, Unit};
use zeroize::Zeroizing;

pub use app::{NewApp, begin_app, finish_app, remove_app};
pub(crate) use pool::Hashers;
pub(crate) use sign_in::Presented;
pub use sign_in::{Entered, Factor, enter, finish, send_code};

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::audit::{self, Entry};
use crate::notices::{self, Notice};
use crate::passkeys::{check_unrecovered, read_own};
use crate::people::find_existing;
use crate::policies::{Passwords, SoftwareOath, check_method, is_method_on};
use crate::proof::Basis;
use crate::sign_in::limit_person;
use crate::tenant::refuse_write;
use crate::{Caller, Identity, Micros, Refusal, Session, codes};

/// Characters of a password at most: more is no stronger, and hashing it is work.
pub const MOST_CHARACTERS: usize = 256;

/// Proof of a second factor; used up in the unit of what it is for.
#[derive(Debug)]
pub(crate) enum FactorCode {
    App(app::AppCode),
    Mail(mail::MailCode),
}

impl FactorCode {
    pub(crate) fn is_for(&self, person: Id) -> bool {
        match self {
            FactorCode::App(code) => code.is_for(person),
            FactorCode::Mail(code) => code.is_for(person),
        }
    }

    pub(crate) fn put(&self, unit: &mut Unit, tenant: Id) {
        match self {
            FactorCode::App(code) => code.put(unit, tenant),
            FactorCode::Mail(code) => code.put(unit, tenant),
        }
    }
}

/// What somebody has of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// When the password was set; `None` where there is none.
    pub password_set_at: Option<Micros>,
    /// Somebody else set it, so somebody else knows it.
    pub is_given: bool,
    /// When the authenticator app was set up.
    pub app_added_at: Option<Micros>,
    /// Whether the policy has authenticator apps for the person.
    pub has_apps: bool,
    /// Characters of a new password, at least.
    pub minimum_length: u32,
}

/// Whether the organisation has passwords at all, as this node knows it: what to offer, not what to allow.
pub fn are_on(identity: &Identity) -> bool {
    is_method_on::<Passwords>(identity)
}

/// Whether a policy has the method for the person; what can't be understood has it for nobody.
async fn is_allowed(asked: impl Future<Output = Result<Basis, Refusal>>) -> Result<bool, Refusal> {
    match asked.await {
        Ok(_) => Ok(true),
        Err(refusal) if refusal.code == &codes::PASSWORD_NOT_ALLOWED => Ok(false),
        Err(refusal) if refusal.code == &codes::FACTOR_NOT_ALLOWED => Ok(false),
        Err(refusal) if refusal.code == &codes::POLICY_UNKNOWN => Ok(false),
        Err(refusal) => Err(refusal),
    }
}

/// What the person has, if the policy has passwords for them; or if they still have one.
pub(crate) async fn find_standing(
    identity: &Identity,
    person: Id,
) -> Result<Option<Standing>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let password = store.find_password(tenant, person).await?;
    let app = store.find_totp(tenant, person).await?;
    let allowed = is_allowed(check_method::<Passwords>(identity, person)).await?;
    if !allowed && password.is_none() && app.is_none() {
        return Ok(None);
    }
    let has_apps = allowed && is_allowed(check_method::<SoftwareOath>(identity, person)).await?;
    let snapshot = identity.snapshot();
    let policy = snapshot.policies.require::<Passwords>();
    Ok(Some(Standing {
        password_set_at: password.as_ref().map(|it| it.security_version),
        is_given: password.as_ref().is_some_and(|it| it.is_given),
        app_added_at: app.map(|it| it.created_at),
        has_apps,
        minimum_length: policy.map_or(0, |it| it.minimum_length),
    }))
}

fn unfit(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::PASSWORD_UNFIT)
    }
}

/// As it is hashed (RFC 8265, `OpaqueString`); `None` for what no password can be.
fn normalise(password: &str) -> Option<Zeroizing<String>> {
    if password.chars().count() > MOST_CHARACTERS {
        return None;
    }
    let enforced = OpaqueString::enforce(password).ok()?;
    Some(Zeroizing::new(enforced.into_owned()))
}

/// No rules about kinds of characters: length, what is known from breaches, and the person's own name.
fn check_new(
    identity: &Identity,
    user_name: &str,
    password: &str,
) -> Result<Zeroizing<String>, Refusal> {
    let password = normalise(password).ok_or_else(|| unfit("password.characters"))?;
    let snapshot = identity.snapshot();
    let least = snapshot.policies.require::<Passwords>()?.minimum_length;
    if password.chars().count() < least as usize {
        return Err(unfit("password.too_short"));
    }
    let (lower, name) = (
        Zeroizing::new(password.to_lowercase()),
        user_name.to_lowercase(),
    );
    let local = name.split('@').next().unwrap_or_default();
    if *lower == name || (local.chars().count() > 3 && lower.contains(local)) {
        return Err(unfit("password.contains_name"));
    }
    Ok(password)
}

async fn make_hash(
    identity: &Identity,
    user_name: &str,
    password: &str,
) -> Result<String, Refusal> {
    let password = check_new(identity, user_name, password)?;
    let salt = identity.0.ambient.random.make();
    let hash = identity.0.hashers.hash(password, salt).await?;
    hash.ok_or_else(|| unfit("password.breached"))
}

/// Sets one's own password, in place of the one that there was. What the old one signed in ends. Needs a fresh session; not one
/// that a recovery led to less than a day ago.
///
/// # Errors
/// [`codes::PASSWORD_UNFIT`] with what; [`codes::PASSWORD_NOT_ALLOWED`]; [`codes::NOT_FRESH`]; [`codes::RECOVERED`].
pub async fn set(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    password: &str,
) -> Result<(), Refusal> {
    limit_person(identity, session)?;
    session.require_fresh(identity).map(drop)?;
    let (person, credentials) = read_own(identity, session).await?;
    let basis = check_method::<Passwords>(identity, person.person_id).await?;
    check_unrecovered(identity, session, &credentials)?;
    let hash = make_hash(identity, &person.user_name, password).await?;
    let tenant = identity.0.tenant_id;
    let mut unit = Unit::new();
    begin(
        &mut unit,
        tenant,
        basis,
        (person.person_id, person.method_version),
    );
    unit.require_session(tenant, person.person_id, session.session_id);
    put(identity, &mut unit, person.person_id, (&hash, false));
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry.confide("actor", person.user_name.as_str());
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    let word = "password.set";
    audit::commit(identity, unit, Log::Audit, word, about, entry)
        .await
        .map(drop)
        .map_err(refuse_write)
}

/// Policies and memberships as they were read; and one change of a person's methods at a time.
fn begin(unit: &mut Unit, tenant: Id, basis: Basis, (person, method_version): (Id, i64)) {
    unit.hold_membership(tenant, basis.membership);
    unit.hold_policy(tenant, basis.policy_version);
    unit.bump_methods(tenant, person, method_version);
}

fn put(identity: &Identity, unit: &mut Unit, person: Id, (hash, is_given): (&str, bool)) {
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    unit.end_sessions_of_credential(tenant, person, NO_CREDENTIAL, now);
    unit.put_password(tenant, person, hash, (now, is_given));
    notices::tell(identity, unit, person, Notice::PasswordSet);
}

/// Removes one's own password and with it the authenticator app, which is good for nothing alone. What they signed in ends.
///
/// # Errors
/// [`codes::PASSWORD_MISSING`]; [`codes::NOT_FRESH`]; [`codes::PASSWORD_SESSION`] where it is all that the person has.
pub async fn remove(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
) -> Result<(), Refusal> {
    limit_person(identity, session)?;
    session.require_fresh(identity).map(drop)?;
    session.require_passkey()?;
    let (person, _) = read_own(identity, session).await?;
    let tenant = identity.0.tenant_id;
    let mut unit = Unit::new();
    let methods = (person.person_id, person.method_version);
    begin_removing(identity, &mut unit, methods).await?;
    unit.require_session(tenant, person.person_id, session.session_id);
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry.confide("actor", person.user_name.as_str());
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    let word = "password.removed";
    audit::commit(identity, unit, Log::Audit, word, about, entry)
        .await
        .map(drop)
        .map_err(refuse_write)
}

async fn begin_removing(
    identity: &Identity,
    unit: &mut Unit,
    (person, method_version): (Id, i64),
) -> Result<(), Refusal> {
    let (store, tenant, now) = (
        &identity.0.store,
        identity.0.tenant_id,
        identity.0.ambient.now(),
    );
    let found = store.find_password(tenant, person).await?;
    found.ok_or(&codes::PASSWORD_MISSING)?;
    unit.bump_methods(tenant, person, method_version);
    unit.end_sessions_of_credential(tenant, person, NO_CREDENTIAL, now);
    unit.remove_password(tenant, person);
    unit.remove_totp(tenant, person);
    notices::tell(identity, unit, person, Notice::PasswordRemoved);
    Ok(())
}

/// Sets somebody's password, or removes it. Whoever set it knows it: Security info says so until its owner changes it.
///
/// # Errors
/// As [`set`]; [`codes::NOT_ALLOWED`].
pub async fn give(
    identity: &Identity,
    actor: Actor<'_>,
    person: Id,
    password: Option<&str>,
) -> Result<(), Refusal> {
    let operation = match password {
        Some(_) => Operation::ProvisionMethod,
        None => Operation::DeleteMethod,
    };
    access::decide(identity, actor, (operation, Some(person)), || {
        give_once(identity, actor, operation, (person, password))
    })
    .await
}

async fn give_once(
    identity: &Identity,
    actor: Actor<'_>,
    operation: Operation,
    (person, password): (Id, Option<&str>),
) -> Result<(), Refusal> {
    let allowed = access::check(identity, actor, operation, Some(person)).await?;
    let found = find_existing(identity, person).await?;
    let methods = (found.person_id, found.method_version);
    let mut unit = allowed.begin(identity);
    let word = match password {
        Some(password) => {
            let basis = check_method::<Passwords>(identity, person).await?;
            let hash = make_hash(identity, &found.user_name, password).await?;
            begin(&mut unit, identity.0.tenant_id, basis, methods);
            put(identity, &mut unit, person, (&hash, true));
            "password.given"
        }
        None => {
            begin_removing(identity, &mut unit, methods).await?;
            "password.taken"
        }
    };
    let mut entry = actor.entry(identity);
    entry.confide("user", found.user_name.as_str());
    access::write(identity, actor, &allowed, unit, word, person, entry)
        .await
        .map_err(refuse_write)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_compared_as_the_standard_prepares_it() {
        let of = |text: &str| normalise(text).map(|it| it.to_string());
        // Width and composition are one, case and inner spaces stay (RFC 8265 section 4.2).
        assert_eq!(of("Correct horse"), Some("Correct horse".to_owned()));
        assert_eq!(of("e\u{301}te\u{301}"), of("\u{e9}t\u{e9}"));
        assert_eq!(of("a\u{2003}b"), Some("a b".to_owned()));
        assert_eq!(of(""), None);
        assert_eq!(of("bell\u{7}"), None);
        assert_eq!(
            of(&"x".repeat(MOST_CHARACTERS)).map(|it| it.len()),
            Some(256)
        );
        assert_eq!(of(&"x".repeat(MOST_CHARACTERS + 1)), None);
    }
}
