//! Somebody's authenticator app: set up with a code that proves it took the seed, and removed.

use serde::{Deserialize, Serialize};
use store::{Guard, Id, Log, Totp, Unit, WriteError};
use webauthn::base64url;
use zeroize::Zeroizing;

use super::{FactorCode, begin};
use crate::audit::{self, Entry};
use crate::ceremony::{self, Binding};
use crate::flow::{Completed, Flow, Proof, Purpose};
use crate::notices::{self, Notice};
use crate::passkeys::{check_unrecovered, read_own};
use crate::policies::{Passwords, SoftwareOath, check_method};
use crate::sign_in::limit_person;
use crate::tenant::refuse_write;
use crate::totp;
use crate::{Caller, Identity, Refusal, Session, codes, tries};

/// Wrong codes within an hour, before they have to wait.
const MAX_TRIES: i64 = 10;

/// An app that is to be set up.
#[derive(Debug)]
pub struct NewApp {
    /// The sealed state; comes back with the first code.
    pub state: String,
    /// For apps without a camera, in base32.
    pub secret: String,
    /// What the QR code says (`otpauth:`).
    pub uri: String,
}

/// Proof that somebody has the person's authenticator app. Made only by [`prove`] and [`finish_app`].
#[derive(Debug)]
pub(crate) struct AppCode {
    person_id: Id,
    /// Of the app.
    created_at: i64,
    step: i64,
}

impl AppCode {
    pub(crate) fn is_for(&self, person: Id) -> bool {
        self.person_id == person
    }

    /// Uses the code up, in the unit of what it is for.
    pub(crate) fn put(&self, unit: &mut Unit, tenant: Id) {
        unit.use_totp(tenant, self.person_id, self.created_at, self.step);
    }
}

#[derive(Serialize, Deserialize)]
struct Extra {
    seed: String,
}

fn bind<'a>(caller: &'a Caller, session: &Session) -> Binding<'a> {
    Binding {
        caller,
        purpose: Purpose::AddApp,
        session: Some(session.session_id),
    }
}

/// A new seed, which counts only once a code of it is shown. Needs a fresh session. Writes nothing.
///
/// # Errors
/// [`codes::FACTOR_NOT_ALLOWED`], [`codes::PASSWORD_NOT_ALLOWED`], [`codes::NOT_FRESH`], [`codes::RECOVERED`].
pub async fn begin_app(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
) -> Result<NewApp, Refusal> {
    limit_person(identity, session)?;
    session.require_fresh(identity).map(drop)?;
    let (person, credentials) = read_own(identity, session).await?;
    check_both(identity, person.person_id).await.map(drop)?;
    check_unrecovered(identity, session, &credentials)?;
    let seed: Zeroizing<[u8; totp::SEED]> = Zeroizing::new(identity.0.ambient.random.make());
    let extra = Extra {
        seed: base64url::encode(seed.as_slice()),
    };
    let extra = serde_json::to_value(extra).map_err(|_| Refusal::new(&codes::INTERNAL))?;
    let binding = bind(caller, session);
    let issued = ceremony::issue(identity, binding, Some(person.person_id), Some(extra))?;
    let secret = data_encoding::BASE32_NOPAD.encode(seed.as_slice());
    let organisation = identity.snapshot().tenant.name.clone();
    let uri = write_uri(&organisation, &person.user_name, &secret);
    Ok(NewApp {
        state: issued.sealed,
        secret,
        uri,
    })
}

/// As apps read it: `otpauth://totp/ISSUER:NAME?secret=...&issuer=ISSUER`.
fn write_uri(organisation: &str, user_name: &str, secret: &str) -> String {
    let write = |text: &str| {
        let mut out = String::new();
        for byte in text.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => {
                    out.push(char::from(byte));
                }
                byte => out.push_str(&format!("%{byte:02X}")),
            }
        }
        out
    };
    // A colon parts the two.
    let issuer = write(&organisation.replace(':', " "));
    let (name, digits, period) = (write(user_name), totp::DIGITS, totp::STEP_SECONDS);
    format!(
        "otpauth://totp/{issuer}:{name}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits={digits}&period={period}"
    )
}

async fn check_both(identity: &Identity, person: Id) -> Result<crate::proof::Basis, Refusal> {
    check_method::<Passwords>(identity, person).await?;
    check_method::<SoftwareOath>(identity, person).await
}

/// Keeps the app in place of the one that there was, if the code is of its seed.
///
/// # Errors
/// [`codes::FACTOR_WRONG`]: the same state takes another try; and as [`begin_app`].
pub async fn finish_app(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    state: &str,
    code: &str,
) -> Result<(), Refusal> {
    limit_person(identity, session)?;
    let fresh = session.require_fresh(identity)?;
    let opened = ceremony::open(identity, bind(caller, session), state).await?;
    let unreadable = || Refusal::new(&codes::STATE_UNREADABLE);
    let (person, credentials) = read_own(identity, session).await?;
    if !opened.state.is_for(person.person_id) {
        return Err(unreadable());
    }
    let basis = check_both(identity, person.person_id).await?;
    check_unrecovered(identity, session, &credentials)?;
    let extra = opened.state.extra.clone().ok_or_else(unreadable)?;
    let extra: Extra = serde_json::from_value(extra).map_err(|_| unreadable())?;
    let seed = Zeroizing::new(base64url::decode(&extra.seed).map_err(|_| unreadable())?);
    let now = identity.0.ambient.now();
    let wrong = || Refusal::new(&codes::FACTOR_WRONG);
    let step = totp::find_step(&seed, &totp::normalise(code), now).ok_or_else(wrong)?;
    let code = AppCode {
        person_id: person.person_id,
        created_at: now,
        step,
    };
    let completed = Flow::start(Purpose::AddApp)
        .pass(Proof::FreshSession(fresh))
        .and_then(|flow| flow.pass(Proof::Factor(FactorCode::App(code))))
        .and_then(Flow::complete);
    completed
        .map(|_: Completed| ())
        .map_err(|_| Refusal::new(&codes::INTERNAL))?;
    let tenant = identity.0.tenant_id;
    let mut unit = Unit::new();
    begin(
        &mut unit,
        tenant,
        basis,
        (person.person_id, person.method_version),
    );
    unit.require_session(tenant, person.person_id, session.session_id);
    unit.spend(tenant, opened.state.state_id(), opened.attempt);
    let associated = derive_associated(identity, person.person_id, now);
    let random = &identity.0.ambient.random;
    let totp = Totp {
        sealed_seed: identity.0.seed_sealer.seal(random, &associated, &seed),
        last_step: step,
        created_at: now,
    };
    unit.put_totp(tenant, person.person_id, &totp);
    notices::tell(identity, &mut unit, person.person_id, Notice::AppAdded);
    record(identity, caller, (&person, unit), "authenticator_app.added").await
}

/// Removes one's own authenticator app: the password is good for nothing then.
///
/// # Errors
/// [`codes::FACTOR_MISSING`], [`codes::NOT_FRESH`]; [`codes::PASSWORD_SESSION`] where it is all that the person has.
pub async fn remove_app(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
) -> Result<(), Refusal> {
    limit_person(identity, session)?;
    session.require_fresh(identity).map(drop)?;
    session.require_passkey()?;
    let (person, _) = read_own(identity, session).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_totp(tenant, person.person_id).await?;
    found.ok_or(&codes::FACTOR_MISSING)?;
    let mut unit = Unit::new();
    unit.bump_methods(tenant, person.person_id, person.method_version);
    unit.require_session(tenant, person.person_id, session.session_id);
    unit.remove_totp(tenant, person.person_id);
    notices::tell(identity, &mut unit, person.person_id, Notice::AppRemoved);
    record(
        identity,
        caller,
        (&person, unit),
        "authenticator_app.removed",
    )
    .await
}

async fn record(
    identity: &Identity,
    caller: &Caller,
    (person, unit): (&store::Person, Unit),
    word: &str,
) -> Result<(), Refusal> {
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry.confide("actor", person.user_name.as_str());
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    let written = audit::commit(identity, unit, Log::Audit, word, about, entry).await;
    match written {
        Ok(_) => Ok(()),
        // A double click: the app is there.
        Err(WriteError::Refused(Guard::Spent)) => Err(Refusal::new(&codes::STATE_SPENT)),
        Err(error) => Err(refuse_write(error)),
    }
}

fn derive_associated(identity: &Identity, person: Id, created_at: i64) -> Vec<u8> {
    let parts: [&[u8]; 4] = [
        b"totp",
        &identity.0.tenant_id.0,
        &person.0,
        &created_at.to_be_bytes(),
    ];
    parts.concat()
}

/// Proves a code of the person's app. The try is counted first, right or wrong, wherever it comes from: who gets here knows the
/// password already.
///
/// # Errors
/// [`codes::FACTOR_WRONG`], [`codes::LIMITED`].
pub(super) async fn prove(identity: &Identity, person: Id, code: &str) -> Result<AppCode, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let about: [&[u8]; 2] = [b"totp try", &person.0];
    tries::count(identity, &about, MAX_TRIES).await?;
    let wrong = || Refusal::new(&codes::FACTOR_WRONG);
    let found = store.find_totp(tenant, person).await?.ok_or_else(wrong)?;
    let associated = derive_associated(identity, person, found.created_at);
    let seed = identity.0.seed_sealer.open(&associated, &found.sealed_seed);
    let seed = seed.ok_or_else(|| {
        tracing::error!("the seed of an authenticator app does not open");
        Refusal::new(&codes::INTERNAL)
    })?;
    let now = identity.0.ambient.now();
    let step = totp::find_step(&seed, &totp::normalise(code), now);
    match step.filter(|step| *step > found.last_step) {
        Some(step) => Ok(AppCode {
            person_id: person,
            created_at: found.created_at,
            step,
        }),
        None => Err(wrong()),
    }
}

/// Names the tries of [`prove`], to be forgotten in the unit of a sign-in that it led to.
pub(super) fn derive_try_key(identity: &Identity, person: Id) -> tries::TryKey {
    tries::derive_key(identity, &[b"totp try", &person.0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_uri_is_what_apps_read() {
        assert_eq!(
            write_uri("Ada & Co: Berlin", "ada@example.org", "MFRGG"),
            "otpauth://totp/Ada%20%26%20Co%20%20Berlin:ada@example.org?secret=MFRGG\
             &issuer=Ada%20%26%20Co%20%20Berlin&algorithm=SHA1&digits=6&period=30"
        );
    }
}
