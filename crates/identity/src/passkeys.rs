//! A person's own passkeys: add, rename, remove.

mod upgrade;

pub use upgrade::{Upgrade, begin_upgrade, finish_upgrade, is_due};

use store::{Credential, CredentialStatus, Guard, Id, Log, Person, PersonStatus, Unit, WriteError};
use webauthn::base64url;
pub use webauthn::options::CreationOptions;

use crate::audit::{self, Entry, NewRecord};
use crate::ceremony::{self, Binding};
use crate::creation::{self, Account, DECISIONS, New, Try};
use crate::flow::{Proof, Purpose};
use crate::link::refuse_use;
use crate::notices::{self, By, Notice};
use crate::people::administrators::{Administrators, Change};
use crate::policies::{self, Passwords, Verdict, Verdicts, check_method, decide_at_rest};
use crate::proof::Permitted;
use crate::sign_in::{Signals, derive_descriptor, derive_signals, limit_address, limit_person};
use crate::tenant::refuse_write;
use crate::{Caller, Identity, Micros, Refusal, Session, codes, names, providers};

/// What the page needs to run `navigator.credentials.create()`.
#[derive(Debug)]
pub struct Creation {
    /// The sealed state; see [`crate::sign_in::Challenge::state`].
    pub state: String,
    pub options: CreationOptions,
}

/// A passkey that is on disk.
#[derive(Debug)]
pub struct Added {
    /// The credential id in base64url: the passkey's id in addresses.
    pub passkey_id: String,
    /// Proposed from the provider, numbered when there are two of one; stored already.
    pub name: String,
    pub signals: Signals,
}

fn bind<'a>(caller: &'a Caller, session: &Session) -> Binding<'a> {
    Binding {
        caller,
        purpose: Purpose::AddPasskey,
        session: Some(session.session_id),
    }
}

/// The person behind a session with all passkeys, read live.
pub(crate) async fn read_own(
    identity: &Identity,
    session: &Session,
) -> Result<(Person, Vec<Credential>), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let person = store.find_person(tenant, session.person_id).await?;
    let person = person
        .filter(|person| person.status == PersonStatus::Enabled)
        .ok_or(&codes::NO_SESSION)?;
    let credentials = store.list_credentials(tenant, session.person_id).await?;
    Ok((person, credentials))
}

/// How long a session that a recovery led to removes nothing (security 17).
pub(crate) const RECOVERED_FOR: Micros = crate::DAY;

/// With a passkey of a recovery go the codes that were made since: whoever had it may have made them.
pub(crate) fn end_codes_of(unit: &mut Unit, tenant: Id, person: Id, gone: &Credential) {
    if let Some(at) = gone.recovered_at {
        unit.purge_recovery_codes_since(tenant, person, at);
    }
}

/// When the recovery was, if the passkey of this session came of one less than a day ago.
pub(crate) fn recovered_since(
    identity: &Identity,
    session: &Session,
    credentials: &[Credential],
) -> Option<Micros> {
    let mut own = credentials.iter();
    let own = own.find(|credential| credential.credential_id == session.credential_id)?;
    let now = identity.0.ambient.now();
    own.recovered_at.filter(|at| now - at < RECOVERED_FOR)
}

/// # Errors
/// [`codes::RECOVERED`] where the recovery was less than a day ago.
pub(crate) fn check_unrecovered(
    identity: &Identity,
    session: &Session,
    credentials: &[Credential],
) -> Result<(), Refusal> {
    match recovered_since(identity, session, credentials) {
        None => Ok(()),
        Some(_) => Err(Refusal::new(&codes::RECOVERED)),
    }
}

/// Whether the person has a passkey that was neither removed nor is held.
pub(crate) async fn has_active(identity: &Identity, person: store::Id) -> Result<bool, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let credentials = store.list_credentials(tenant, person).await?;
    let mut statuses = credentials.iter().map(|credential| credential.status);
    Ok(statuses.any(|status| status == store::CredentialStatus::Active))
}

/// A password and a code give the first passkey, if the policy still has passwords for the person. Who ever had one needs a passkey,
/// a pass or the recovery ladder (security 1).
async fn check_first(
    identity: &Identity,
    session: &Session,
    person: &Person,
) -> Result<(), Refusal> {
    if person.had_passkey {
        return session.require_passkey();
    }
    match session.is_by_password() {
        true => check_method::<Passwords>(identity, person.person_id)
            .await
            .map(drop),
        false => Ok(()),
    }
}

pub(crate) fn check_count(identity: &Identity, credentials: &[Credential]) -> Result<(), Refusal> {
    if credentials.len() >= identity.0.settings.max_passkeys as usize {
        return Err(Refusal::new(&codes::TOO_MANY_PASSKEYS));
    }
    Ok(())
}

/// Needs a fresh session ([`crate::codes::NOT_FRESH`]). What the policy refuses whatever the device makes is refused
/// before it makes anything.
pub async fn begin_add(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
) -> Result<Creation, Refusal> {
    limit_person(identity, session)?;
    session.require_fresh(identity).map(drop)?;
    let (person, credentials) = read_own(identity, session).await?;
    check_first(identity, session, &person).await?;
    check_count(identity, &credentials)?;
    policies::check_self_service(identity, person.person_id).await?;
    let issued = ceremony::issue(
        identity,
        bind(caller, session),
        Some(person.person_id),
        None,
    )?;
    let account = Account {
        user_handle: &person.user_handle,
        user_name: &person.user_name,
        display_name: &person.display_name,
    };
    let exclude = credentials.iter().map(derive_descriptor).collect();
    let organisation = identity.snapshot().tenant.name.clone();
    let options =
        creation::make_options(identity, &issued.challenge, &organisation, account, exclude);
    Ok(Creation {
        state: issued.sealed,
        options,
    })
}

/// `response` is the JSON of `PublicKeyCredential.toJSON()`. A refusal carries
/// `signal_unknown` when the device now holds a passkey that was not accepted.
/// The session must still be fresh.
pub async fn finish_add(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    state: &str,
    response: &[u8],
) -> Result<Added, Refusal> {
    limit_address(identity, caller)?;
    let attempt = Try {
        identity,
        caller,
        opened: ceremony::open(identity, bind(caller, session), state).await?,
        person: Some(session.person_id),
        response,
    };
    creation::decide(&attempt, || add(&attempt, session, Purpose::AddPasskey)).await
}

async fn add(attempt: &Try<'_>, session: &Session, purpose: Purpose) -> Result<Added, Refusal> {
    let identity = attempt.identity;
    let (person, credentials) = read_own(identity, session).await?;
    if !attempt.opened.state.is_for(person.person_id) {
        return Err(Refusal::new(&codes::STATE_UNREADABLE));
    }
    check_first(identity, session, &person).await?;
    let fresh = Proof::FreshSession(session.require_fresh(identity)?);
    let permitted =
        creation::permit_registration(attempt, purpose, fresh, person.person_id).await?;
    check_count(identity, &credentials)?;
    policies::check_self_service(identity, person.person_id).await?;
    let name = propose_name(identity, &permitted, &credentials).await?;
    let credential_id = permitted.registration.credential_id().to_vec();
    // What a recovered session adds is no more than what it came of.
    let recovered_at = recovered_since(identity, session, &credentials);
    let new = New {
        recovered_at,
        ..New::own(attempt, &name)
    };
    write_added(attempt, &person, new, permitted).await?;
    let accepted = credentials
        .iter()
        .map(|credential| credential.credential_id.clone())
        .chain([credential_id.clone()])
        .collect();
    let signals = derive_signals(identity, &person, accepted);
    Ok(Added {
        passkey_id: base64url::encode(&credential_id),
        name,
        signals,
    })
}

pub(crate) async fn propose_name(
    identity: &Identity,
    permitted: &Permitted,
    credentials: &[Credential],
) -> Result<String, Refusal> {
    let provider = providers::find_name(identity, permitted.registration.aaguid()).await?;
    let taken: Vec<&str> = credentials
        .iter()
        .map(|credential| credential.name.as_str())
        .collect();
    Ok(creation::propose_name(
        provider.as_deref(),
        &permitted.registration,
        &taken,
    ))
}

async fn write_added(
    attempt: &Try<'_>,
    person: &Person,
    new: New<'_>,
    permitted: Permitted,
) -> Result<(), Refusal> {
    let (identity, tenant) = (attempt.identity, attempt.identity.0.tenant_id);
    let mut unit = creation::start_storing(attempt, &permitted);
    unit.bump_methods(tenant, person.person_id, person.method_version);
    unit.mark_passkey(tenant, person.person_id);
    let mut entry = Entry::of(attempt.caller, attempt.opened.attempt);
    entry
        .confide("actor", person.user_name.as_str())
        .confide("passkey", new.name);
    entry.say(
        "credential",
        base64url::encode(permitted.registration.credential_id()),
    );
    let name = new.name;
    creation::insert(attempt.identity, &mut unit, &mut entry, new, permitted);
    unit.void_links_of_person(tenant, person.person_id, identity.0.ambient.now());
    notices::tell_added(identity, &mut unit, person.person_id, name);
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    let written = audit::commit(identity, unit, Log::Audit, "passkey.added", about, entry).await;
    match written {
        Ok(_) => Ok(()),
        Err(WriteError::Refused(guard)) => {
            Err(refuse_use(guard).unwrap_or_else(|| Refusal::new(&codes::MOVED)))
        }
        Err(error) => Err(refuse_write(error)),
    }
}

pub(crate) fn parse_id(passkey_id: &str) -> Result<Vec<u8>, Refusal> {
    base64url::decode(passkey_id).map_err(|_| Refusal::new(&codes::PASSKEY_MISSING))
}

/// 1 to 64 visible characters.
pub async fn rename(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    passkey_id: &str,
    name: &str,
) -> Result<(), Refusal> {
    limit_person(identity, session)?;
    let name = names::parse_passkey_name(name)?;
    let credential_id = parse_id(passkey_id)?;
    let tenant = identity.0.tenant_id;
    let mut unit = Unit::new();
    unit.require_session(tenant, session.person_id, session.session_id);
    unit.rename_credential(tenant, &credential_id, session.person_id, &name);
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", session.user_name.as_str())
        .confide("passkey", name.as_str())
        .say("credential", passkey_id);
    let about = (
        Some(session.person_id),
        Some(session.person_id.0.as_slice()),
    );
    let written = audit::commit(identity, unit, Log::Audit, "passkey.renamed", about, entry).await;
    match written {
        Ok(_) => Ok(()),
        Err(WriteError::Refused(Guard::Missing)) => Err(Refusal::new(&codes::PASSKEY_MISSING)),
        Err(error) => Err(refuse_write(error)),
    }
}

/// Needs a fresh session; refuses the last usable one, and the last that the policy accepts; ends the sessions that the
/// passkey opened.
pub async fn remove(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    passkey_id: &str,
) -> Result<Signals, Refusal> {
    limit_person(identity, session)?;
    session.require_fresh(identity).map(drop)?;
    let credential_id = parse_id(passkey_id)?;
    for _ in 0..DECISIONS {
        match remove_once(identity, caller, session, &credential_id).await {
            Err(refusal) if refusal.code == &codes::MOVED => continue,
            decided => return decided,
        }
    }
    Err(Refusal::new(&codes::MOVED))
}

async fn remove_once(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    credential_id: &[u8],
) -> Result<Signals, Refusal> {
    let (person, credentials) = read_own(identity, session).await?;
    let found = credentials
        .iter()
        .find(|credential| credential.credential_id == credential_id);
    let found = found.ok_or(&codes::PASSKEY_MISSING)?;
    session.require_passkey()?;
    // Its own it may, and what waits: that takes nothing from whoever was there before.
    let is_own = found.credential_id == session.credential_id;
    if !is_own && found.status != CredentialStatus::Held {
        check_unrecovered(identity, session, &credentials)?;
    }
    let (current, snapshot) = identity.current().await?;
    let verdicts = decide_at_rest(identity, &snapshot.policies, person.person_id).await?;
    if is_last(&credentials, found, &verdicts) {
        return Err(Refusal::new(&codes::LAST_PASSKEY));
    }
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let mut unit = Unit::new();
    let change = Change::Passkey {
        person: person.person_id,
        credential_id,
    };
    let is_accepted = verdicts
        .get(credential_id)
        .is_some_and(Verdict::is_accepted);
    let administrators = Administrators::begin(identity, &mut unit, change)
        .await
        .map_err(|refusal| match refusal.code == &codes::LAST_ADMINISTRATOR {
            // Another one that is accepted was there a moment ago: it was removed meanwhile.
            true if is_accepted => Refusal::new(&codes::MOVED),
            _ => refusal,
        })?;
    unit.hold_policy(tenant, current.policy_version);
    unit.bump_methods(tenant, person.person_id, person.method_version);
    unit.require_session(tenant, person.person_id, session.session_id);
    // The person's row is locked by now; then sessions, then credentials: whoever touches them in this order
    // waits, and doesn't deadlock.
    unit.end_sessions_of_credential(tenant, person.person_id, credential_id, now);
    unit.remove_credential(
        tenant,
        credential_id,
        person.person_id,
        found.security_version,
        now,
    );
    end_codes_of(&mut unit, tenant, person.person_id, found);
    administrators.finish(identity, &mut unit);
    let (passkey, by) = (found.name.clone(), By::Owner);
    let notice = Notice::PasskeyRemoved { passkey, by };
    notices::tell(identity, &mut unit, person.person_id, notice);
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", person.user_name.as_str())
        .confide("passkey", found.name.as_str());
    entry.say("credential", base64url::encode(credential_id));
    let about = (Some(person.person_id), Some(person.person_id.0.as_slice()));
    let record = |word, entry| NewRecord {
        log: Log::Audit,
        word,
        about,
        entry,
    };
    let mut records = Vec::new();
    if found.status == CredentialStatus::Held {
        // Somebody registered it and its owner does not want it: whoever watches the organisation has to know.
        let mut alert = Entry::of(caller, identity.0.ambient.make_id());
        alert
            .confide("user", person.user_name.as_str())
            .say("credential", base64url::encode(credential_id));
        records.push(record("alert.held_passkey_refused", alert));
    }
    records.push(record("passkey.removed", entry));
    let written = audit::commit_all(identity, unit, records).await;
    written.map_err(refuse_write)?;
    let rest = credentials
        .iter()
        .filter(|credential| credential.credential_id != credential_id);
    Ok(derive_signals(
        identity,
        &person,
        rest.map(|credential| credential.credential_id.clone())
            .collect(),
    ))
}

/// Whether no usable passkey would be left without this one, or none that the policy accepts.
pub(crate) fn is_last(credentials: &[Credential], one: &Credential, verdicts: &Verdicts) -> bool {
    let accepted = |credential: &Credential| {
        let verdict = verdicts.get(&credential.credential_id);
        verdict.is_some_and(Verdict::is_accepted)
    };
    let others = || {
        credentials.iter().filter(|other| {
            other.status == CredentialStatus::Active && other.credential_id != one.credential_id
        })
    };
    others().next().is_none() || (accepted(one) && !others().any(accepted))
}
