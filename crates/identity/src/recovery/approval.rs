//! Back in because somebody says that it is them: the person's manager, or they themselves on a device where they are signed in.
//!
//! The new device shows a code, and who approves types it, so it was said or shown by whoever asks. They see the place first, and
//! say yes by a passkey used after the code was seen (security 19). A device that asks names nobody: whoever approves it lets it
//! into their own account.

use store::{
    CredentialStatus, Guard, Id, Log, NewRecoveryRequest, PersonStatus, RecoveryRequest,
    RecoveryStatus, Unit, Versioned, WriteError,
};

use super::mail::count_asked;
use super::{
    AskedOfManager, Rung, check_on, check_standing, derive_browser_hash, derive_code,
    derive_code_hash, describe_asking, find_asking, settled_manager, unusable,
};
use crate::audit::{self, Entry};
use crate::authorize::Decision;
use crate::device::{normalise, write_code};
use crate::notices::{self, Notice};
use crate::passkeys::{check_unrecovered, read_own};
use crate::policies::{check_rung, decide_one_at_rest, is_rung_on};
use crate::sign_in::{limit_address, limit_person};
use crate::tenant::refuse_write;
use crate::{
    Caller, HOUR, Identity, MINUTE, Micros, Place, Refusal, Session, codes, look_alike, marks,
};

/// How long a device shows its code, and how long it has afterwards.
const DEVICE: Micros = 10 * MINUTE;
/// How long a manager has to answer.
const MANAGER: Micros = 24 * HOUR;
/// Somebody, with the version that they had, and for the log what is said of the asking.
type Asked<'a> = (
    Option<(Id, i64)>,
    &'static str,
    Entry,
    Option<(Id, &'a str)>,
);

/// Shows a code for whoever has this browser to approve on another device.
///
/// # Errors
/// [`codes::RUNG_NOT_ALLOWED`] where nobody may.
pub async fn ask_device(identity: &Identity, caller: &Caller) -> Result<String, Refusal> {
    identity.check_clock()?;
    limit_address(identity, caller)?;
    check_on(identity, Rung::Device).await?;
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry.say("rung", Rung::Device.as_str());
    insert(
        identity,
        caller,
        Rung::Device,
        (None, "recovery.asked", entry, None),
    )
    .await
}

/// Tells the manager of whoever has this name, and shows a code: the same to every name.
///
/// # Errors
/// [`codes::RUNG_NOT_ALLOWED`] where nobody may; [`codes::LIMITED`] after too many tries from one network.
pub async fn ask_manager(
    identity: &Identity,
    caller: &Caller,
    name: &str,
) -> Result<String, Refusal> {
    let mut asking = find_asking(identity, caller, Rung::Manager, name).await?;
    let now = identity.0.ambient.now();
    let manager = asking.channels.as_ref();
    let manager = manager.and_then(|it| settled_manager(it, now));
    let nobody = look_alike::derive_person(&identity.snapshot().keys.look_alike, &asking.key);
    // Asked for every name.
    let is_able = is_able(identity, manager.unwrap_or(nobody)).await?;
    if asking.refused.is_none() && !(manager.is_some() && is_able) {
        asking.refused = Some(unusable("recovery.channel"));
    }
    let (word, entry) = describe_asking(identity, caller, (&asking, Rung::Manager));
    let told = manager.filter(|_| asking.refused.is_none());
    let told = told.map(|manager| (manager, asking.display_name.as_str()));
    // Who may not come back this way gets a code that nobody can approve.
    let person = match asking.refused {
        None => asking.person_id,
        Some(_) => nobody,
    };
    let mut told = told;
    let mut counted = Unit::new();
    count_asked(identity, &mut counted, b"recovery manager", &asking.key);
    match identity.write(counted).await {
        Ok(_) => {}
        // The manager heard enough of it today. The code works all the same, or three strangers who ask would shut somebody out.
        Err(WriteError::Refused(Guard::Count)) => told = None,
        Err(error) => return Err(refuse_write(error)),
    }
    let asked = (Some((person, asking.person_version)), word, entry, told);
    insert(identity, caller, Rung::Manager, asked).await
}

/// Somebody enabled who can sign in.
async fn is_able(identity: &Identity, manager: Id) -> Result<bool, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let person = store.find_person(tenant, manager).await?;
    let credentials = store.list_credentials(tenant, manager).await?;
    let is_enabled = person.is_some_and(|it| it.status == PersonStatus::Enabled);
    let mut credentials = credentials.iter();
    Ok(is_enabled && credentials.any(|it| it.status == CredentialStatus::Active))
}

async fn insert(
    identity: &Identity,
    caller: &Caller,
    rung: Rung,
    (person, word, entry, told): Asked<'_>,
) -> Result<String, Refusal> {
    let (ambient, tenant) = (&identity.0.ambient, identity.0.tenant_id);
    let now = ambient.now();
    let lifetime = match rung {
        Rung::Manager => MANAGER,
        Rung::Device | Rung::Mail => DEVICE,
    };
    let request_id = ambient.make_id();
    let letters = derive_code(identity, request_id).ok_or(&codes::INTERNAL)?;
    let request = NewRecoveryRequest {
        request_id,
        rung: rung.as_str(),
        person,
        browser_hash: derive_browser_hash(caller),
        token_hash: None,
        code_hash: Some(derive_code_hash(identity, &letters)),
        place: caller.place().to_json(),
        epoch: identity.snapshot().tenant.epoch,
        created_at: now,
        expires_at: now + lifetime,
    };
    let mut unit = Unit::new();
    unit.insert_recovery_request(tenant, &request);
    if let Some((manager, name)) = told {
        let name = name.to_owned();
        notices::tell(identity, &mut unit, manager, Notice::RecoveryAsked { name });
    }
    let target = person.map(|(id, _)| id);
    let about = (None, target.as_ref().map(|id| id.0.as_slice()));
    audit::commit(identity, unit, Log::Audit, word, about, entry)
        .await
        .map_err(refuse_write)?;
    Ok(write_code(&letters))
}

/// What stands behind a typed code.
#[derive(Debug)]
pub enum Looked {
    /// Nothing that waits for whoever asks.
    Unknown,
    /// Prove who is there first, then come back to this path.
    Confirm { return_path: String },
    /// Ask.
    Ask(Box<Asking>),
}

/// What the page shows.
#[derive(Debug)]
pub struct Asking {
    pub rung: Rung,
    /// Who comes back: the person who looks, or who reports to them.
    pub display_name: String,
    pub user_name: String,
    /// Where it was asked.
    pub place: Place,
    /// As people type it.
    pub code: String,
    /// Since when the proof of who is there counts; to be sent back with the decision.
    pub since: String,
    person: Versioned,
    request: RecoveryRequest,
}

/// Whom a request that waits is for, if it is for this one to say; by the policy of now.
async fn find_waiting(
    identity: &Identity,
    session: &Session,
    letters: &str,
) -> Result<Option<(RecoveryRequest, Rung, Id)>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let (hash, now) = (
        derive_code_hash(identity, letters),
        identity.0.ambient.now(),
    );
    let found = store
        .find_recovery_request_by_code(tenant, hash, now)
        .await?;
    let Some(request) = found.filter(|it| it.status == RecoveryStatus::Asked) else {
        return Ok(None);
    };
    match (Rung::parse(&request.rung), request.person_id) {
        (Some(Rung::Device), None) => Ok(Some((request, Rung::Device, session.person_id))),
        (Some(Rung::Manager), Some(person)) => {
            let channels = store.find_recovery_channels(tenant, person).await?;
            let manager = channels.and_then(|it| settled_manager(&it, request.created_at));
            let is_theirs = manager == Some(session.person_id);
            Ok(is_theirs.then_some((request, Rung::Manager, person)))
        }
        _ => Ok(None),
    }
}

/// What a code that somebody typed stands for; `since` is what this function gave before, if it did.
///
/// # Errors
/// [`codes::RUNG_NOT_ALLOWED`] for whoever may not approve for themselves, as who holds a directory role.
pub async fn look(
    identity: &Identity,
    session: &Session,
    code: &str,
    since: Option<&str>,
) -> Result<Looked, Refusal> {
    identity.check_clock()?;
    // Whoever is signed in may guess so often and no more.
    limit_person(identity, session)?;
    session.require_passkey()?;
    let Some(letters) = normalise(code) else {
        return Ok(Looked::Unknown);
    };
    let Some((request, rung, person)) = find_waiting(identity, session, &letters).await? else {
        return Ok(Looked::Unknown);
    };
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_person(tenant, person).await?;
    let Some(found) = found.filter(|it| it.status == PersonStatus::Enabled) else {
        return Ok(Looked::Unknown);
    };
    let by = session.person_id;
    let of: [&[u8]; 3] = [b"recovery since", letters.as_bytes(), &by.0];
    let given = since.and_then(|mark| marks::read(identity, &of, mark));
    let since = given.unwrap_or_else(|| identity.0.ambient.now());
    let mark = marks::write(identity, &of, since);
    let code = write_code(&letters);
    if given.is_none() || session.auth_time < since {
        return Ok(Looked::Confirm {
            return_path: format!("/approve?code={code}&since={mark}"),
        });
    }
    Ok(Looked::Ask(Box::new(Asking {
        rung,
        display_name: found.display_name,
        user_name: found.user_name,
        place: Place::from_json(&request.place),
        code,
        since: mark,
        person: Versioned {
            id: person,
            version: found.security_version,
        },
        request,
    })))
}

/// The decision of whoever typed the code.
///
/// # Errors
/// [`codes::REQUEST_UNKNOWN`], also when somebody decided before; [`codes::NOT_FRESH`] without a proof since the code was seen;
/// [`codes::RUNG_NOT_ALLOWED`] and [`codes::REQUEST_UNUSABLE`] for whoever may not come back this way; what the policy says of
/// the passkey that approves.
pub async fn decide(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    (code, since): (&str, &str),
    decision: Decision,
) -> Result<(), Refusal> {
    let asking = match look(identity, session, code, Some(since)).await? {
        Looked::Ask(asking) => asking,
        Looked::Unknown => return Err(Refusal::new(&codes::REQUEST_UNKNOWN)),
        Looked::Confirm { .. } => return Err(Refusal::new(&codes::NOT_FRESH)),
    };
    session.require_fresh(identity).map(drop)?;
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let (request, person) = (asking.request.request_id, asking.person.id);
    let mut unit = Unit::new();
    let word = match decision {
        Decision::Deny => {
            unit.require_session(tenant, session.person_id, session.session_id);
            unit.end_recovery_request(tenant, request, now);
            "recovery.denied"
        }
        Decision::Allow => {
            allow(identity, session, &asking, &mut unit).await?;
            "recovery.approved"
        }
    };
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", session.user_name.as_str())
        .confide("user", asking.user_name.as_str())
        .say("rung", asking.rung.as_str())
        .say("request", request.to_string())
        .confide("device", asking.request.place.as_str());
    let about = (Some(person), Some(person.0.as_slice()));
    match audit::commit(identity, unit, Log::Audit, word, about, entry).await {
        Ok(_) => Ok(()),
        Err(WriteError::Refused(Guard::Missing)) => Err(Refusal::new(&codes::REQUEST_UNKNOWN)),
        Err(error) => Err(refuse_write(error)),
    }
}

/// Puts the approval into the unit, with what it rests on.
async fn allow(
    identity: &Identity,
    session: &Session,
    asking: &Asking,
    unit: &mut Unit,
) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let basis = match asking.rung {
        Rung::Manager => check_standing(identity, &asking.request).await?,
        Rung::Device | Rung::Mail => check_rung(identity, asking.person.id, asking.rung).await?,
    };
    // What a password opened adds no passkey to an account that had one (security 1), nor lets anybody else do so.
    session.require_passkey()?;
    // Nor does who came back by a recovery a short while ago: one stolen code would lead from account to account.
    let (_, credentials) = read_own(identity, session).await?;
    check_unrecovered(identity, session, &credentials)?;
    let by = session.person_id;
    let at_rest = decide_one_at_rest(identity, by, &session.credential_id).await?;
    if let Some(code) = at_rest.refused_by {
        return Err(Refusal::new(code));
    }
    let approver = store.find_person(tenant, by).await?;
    let approver = approver.ok_or(&codes::NO_SESSION)?;
    let approver = Versioned {
        id: by,
        version: approver.security_version,
    };
    let now = identity.0.ambient.now();
    let lasts = match asking.rung {
        Rung::Manager => MANAGER,
        Rung::Device | Rung::Mail => DEVICE,
    };
    unit.hold_membership(tenant, basis.membership);
    unit.hold_policy(tenant, basis.policy_version);
    unit.require_session(tenant, by, session.session_id);
    let request = asking.request.request_id;
    let people = (asking.person, approver);
    unit.approve_recovery_request(tenant, request, people, (now, now + lasts));
    unit.end_recovery_requests(tenant, asking.person.id, request);
    notices::tell(identity, unit, asking.person.id, Notice::RecoveryBegun);
    Ok(())
}

/// What those ask whose manager somebody is, for Security info.
pub(crate) async fn list_asked(
    identity: &Identity,
    manager: Id,
) -> Result<Vec<AskedOfManager>, Refusal> {
    if !is_rung_on(identity, Rung::Manager) {
        return Ok(Vec::new());
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let found = store
        .list_recovery_requests_of_manager(tenant, manager, now)
        .await?;
    let mut asked = Vec::with_capacity(found.len());
    for request in found {
        let Some(person) = request.person_id else {
            continue;
        };
        let Some(person) = store.find_person(tenant, person).await? else {
            continue;
        };
        asked.push(AskedOfManager {
            display_name: person.display_name,
            asked_at: request.created_at,
            place: Place::from_json(&request.place),
        });
    }
    Ok(asked)
}
