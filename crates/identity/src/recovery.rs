//! The ways back in that time or somebody else confirms: a letter and a waiting time ([`mail`]), the manager or another device
//! ([`approval`]). Each gives one passkey and nothing else, in the browser that asked (security 17, 19).
//!
//! A request stands in the database, for days if need be; the browser proves itself by its cookie, which no script reads. Policy,
//! roles, account, address and manager are asked when it is asked for, when it is confirmed, and again of the passkey. Whoever
//! asks learns nothing: names that nobody has leave a row as well, and are answered alike (security 20).

pub mod approval;
pub mod mail;

use store::{Channels, Id, PersonStatus, RecoveryRequest, RecoveryStatus, Unit};

pub use crate::policies::Rung;

use crate::audit::{self, Entry};
use crate::device::{derive_letters, write_code};
use crate::policies::{check_rung, is_rung_on};
use crate::proof::Basis;
use crate::seal::{derive_hash, derive_mac};
use crate::sign_in::{limit_address, limit_person};
use crate::tenant::refuse_write;
use crate::{
    Caller, Class, DAY, Identity, Micros, Place, Refusal, Session, codes, look_alike, names, shown,
};

/// Addresses and managers changed since then count for nothing.
const SETTLED: Micros = 7 * DAY;

/// Proof that a request was confirmed and may give this very browser a passkey now. Neither `Clone` nor made in another way
/// than by [`restore`]; it is used up in the unit that stores the passkey.
#[derive(Debug)]
pub(crate) struct Presented {
    request_id: Id,
    person_id: Id,
    rung: Rung,
    browser_hash: [u8; 32],
    basis: Basis,
}

impl Presented {
    pub(crate) fn request_id(&self) -> Id {
        self.request_id
    }

    pub(crate) fn person_id(&self) -> Id {
        self.person_id
    }

    pub(crate) fn rung(&self) -> Rung {
        self.rung
    }

    pub(crate) fn browser_hash(&self) -> [u8; 32] {
        self.browser_hash
    }

    pub(crate) fn basis(&self) -> Basis {
        self.basis
    }

    pub(crate) fn is_for(&self, person: Id) -> bool {
        self.person_id == person
    }
}

/// How far the browser that asks is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Somebody has to type the code.
    Asked { rung: Rung, code: String },
    /// Time has to pass.
    Waiting { ready_at: Micros },
    /// It may create a passkey: by this word, in this browser.
    Ready { request_id: String },
}

/// What is under way for somebody, for their own eyes.
#[derive(Debug, Clone)]
pub struct UnderWay {
    pub ready_at: Micros,
    pub place: Place,
}

/// What somebody's manager is asked.
#[derive(Debug, Clone)]
pub struct AskedOfManager {
    pub display_name: String,
    pub asked_at: Micros,
    pub place: Place,
}

/// Which of these ways the organisation has, in the order in which they are offered; the same for everybody.
pub async fn list_on(identity: &Identity) -> Result<Vec<Rung>, Refusal> {
    // By the policy of now, not of a minute ago: who is sent here to ask shall find where.
    identity.current().await?;
    let all = Rung::ALL.into_iter();
    Ok(all.filter(|rung| is_rung_on(identity, *rung)).collect())
}

/// Refuses what nobody in the organisation may.
async fn check_on(identity: &Identity, rung: Rung) -> Result<(), Refusal> {
    match list_on(identity).await?.contains(&rung) {
        true => Ok(()),
        false => Err(Refusal::new(&codes::RUNG_NOT_ALLOWED)),
    }
}

fn unusable(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::REQUEST_UNUSABLE)
    }
}

fn derive_browser_hash(caller: &Caller) -> [u8; 32] {
    derive_hash(&[b"recovery browser", &caller.browser.0])
}

/// The code of a request: nothing of it is stored that anybody could read.
fn derive_code(identity: &Identity, request: Id) -> Option<String> {
    let key = &identity.snapshot().keys.mac;
    derive_letters(&derive_mac(key, &[b"recovery letters", &request.0]))
}

fn derive_code_hash(identity: &Identity, letters: &str) -> [u8; 32] {
    let key = &identity.snapshot().keys.mac;
    derive_mac(key, &[b"recovery request code", letters.as_bytes()])
}

/// Where the browser that asks stands; writes nothing.
pub async fn find_progress(
    identity: &Identity,
    caller: &Caller,
) -> Result<Option<Progress>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let (browser, now) = (derive_browser_hash(caller), identity.0.ambient.now());
    let found = store
        .find_recovery_request_by_browser(tenant, browser, now)
        .await?;
    Ok(found.and_then(|request| derive_progress(identity, &request)))
}

fn derive_progress(identity: &Identity, request: &RecoveryRequest) -> Option<Progress> {
    let rung = Rung::parse(&request.rung)?;
    match (request.status, request.ready_at) {
        // Who asked for a name that nobody has is told no more.
        (RecoveryStatus::Ended, _) if rung != Rung::Manager => None,
        (RecoveryStatus::Asked | RecoveryStatus::Ended, _) => {
            let letters = derive_code(identity, request.request_id)?;
            let code = write_code(&letters);
            Some(Progress::Asked { rung, code })
        }
        (RecoveryStatus::Open, Some(ready_at)) if ready_at > identity.0.ambient.now() => {
            Some(Progress::Waiting { ready_at })
        }
        (RecoveryStatus::Open, Some(_)) => Some(Progress::Ready {
            request_id: request.request_id.to_string(),
        }),
        _ => None,
    }
}

/// The address, if it is old enough to count at that time.
pub(crate) fn settled_mail(channels: &Channels, at: Micros) -> Option<&str> {
    let since = channels.mail_since.unwrap_or(channels.created_at);
    channels
        .mail
        .as_deref()
        .filter(|_| since.max(channels.created_at) <= at - SETTLED)
}

/// The manager, if they are it for long enough at that time.
fn settled_manager(channels: &Channels, at: Micros) -> Option<Id> {
    let since = channels.manager_since.unwrap_or(channels.created_at);
    channels.manager_id.filter(|_| since <= at - SETTLED)
}

/// Somebody by a name that was typed, and whether they may come back this way; nobody else learns of it.
struct Asking {
    key: String,
    /// Of nobody, for names that nobody has.
    person_id: Id,
    person_version: i64,
    user_name: Option<String>,
    display_name: String,
    channels: Option<Channels>,
    /// Why not; for the log alone.
    refused: Option<Refusal>,
}

/// The same questions for every name (security 20), after the try is counted (security 21).
async fn find_asking(
    identity: &Identity,
    caller: &Caller,
    rung: Rung,
    name: &str,
) -> Result<Asking, Refusal> {
    identity.check_clock()?;
    limit_address(identity, caller)?;
    check_on(identity, rung).await?;
    // What can't be a user name is nobody's.
    let key = names::derive_key(name).unwrap_or_default();
    shown::count_try(identity, caller, (b"recovery asked", &key)).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let found = store.find_person_by_name(tenant, &key).await?;
    let nobody = look_alike::derive_person(&identity.snapshot().keys.look_alike, &key);
    let person_id = found.as_ref().map_or(nobody, |person| person.person_id);
    let covered = check_rung(identity, person_id, rung).await;
    let channels = store.find_recovery_channels(tenant, person_id).await?;
    let under_way = store.list_recovery_requests(tenant, person_id, now).await?;
    // What a sign-out everywhere ended hinders nobody, and what somebody approved can be asked for again.
    let version = found.as_ref().map(|person| person.security_version);
    let waits = |it: &RecoveryRequest| {
        let is_mail = rung == Rung::Mail && it.rung == rung.as_str();
        is_mail && it.status == RecoveryStatus::Open && it.person_version == version
    };
    let refused = match (&found, covered) {
        (_, Err(refusal)) if is_ours(&refusal) => return Err(refusal),
        (None, _) => Some(unusable("recovery.no_account")),
        (Some(person), _) if person.status != PersonStatus::Enabled => {
            Some(unusable("recovery.account"))
        }
        // A first passkey comes by a link or a pass.
        (Some(person), _) if !person.had_passkey => Some(unusable("recovery.first_passkey")),
        (_, Err(refusal)) => Some(refusal),
        // Asking again takes nothing away from what is under way.
        _ if under_way.iter().any(waits) => Some(unusable("recovery.under_way")),
        _ => None,
    };
    let person = found.as_ref();
    Ok(Asking {
        key,
        person_id,
        person_version: person.map_or(0, |person| person.security_version),
        user_name: person.map(|person| person.user_name.clone()),
        display_name: person.map_or_else(String::new, |person| person.display_name.clone()),
        channels,
        refused,
    })
}

fn is_ours(refusal: &Refusal) -> bool {
    matches!(refusal.code.class, Class::Internal | Class::Unavailable)
}

/// Asked for, or why not: it is nobody's act, as anybody can ask.
fn describe_asking(
    identity: &Identity,
    caller: &Caller,
    (asking, rung): (&Asking, Rung),
) -> (&'static str, Entry) {
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    match &asking.user_name {
        Some(name) => entry.confide("user", name.as_str()),
        None => entry.say(
            "unknown",
            audit::derive_unknown_name(identity, "user", &asking.key),
        ),
    };
    entry.say("rung", rung.as_str());
    match &asking.refused {
        None => ("recovery.asked", entry),
        Some(refusal) => {
            entry.say("code", refusal.code.id);
            if let Some(detail) = refusal.detail {
                entry.say("detail", detail);
            }
            ("recovery.refused", entry)
        }
    }
}

/// Everything that holds for a request from its confirmation to the passkey, asked anew: policy and roles, the account, and the
/// channel by which it came. Gives what the policy's answer rests on.
async fn check_standing(identity: &Identity, request: &RecoveryRequest) -> Result<Basis, Refusal> {
    let rung = Rung::parse(&request.rung).ok_or(&codes::REQUEST_UNUSABLE)?;
    let person_id = request.person_id.ok_or(&codes::REQUEST_UNUSABLE)?;
    let basis = check_rung(identity, person_id, rung).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let person = store.find_person(tenant, person_id).await?;
    let stands = person.is_some_and(|it| {
        it.status == PersonStatus::Enabled && Some(it.security_version) == request.person_version
    });
    if !stands {
        return Err(unusable("recovery.account"));
    }
    let channels = store.find_recovery_channels(tenant, person_id).await?;
    let channels = channels.ok_or_else(|| unusable("recovery.account"))?;
    let at = request.created_at;
    let holds = match rung {
        Rung::Mail => settled_mail(&channels, at).is_some(),
        Rung::Manager => {
            let manager = settled_manager(&channels, at);
            manager.is_some() && (request.approver_id.is_none() || manager == request.approver_id)
        }
        Rung::Device => true,
    };
    if !holds {
        return Err(unusable("recovery.channel"));
    }
    if let Some(approver) = request.approver_id {
        let approver = store.find_person(tenant, approver).await?;
        let stands = approver.is_some_and(|it| {
            it.status == PersonStatus::Enabled
                && Some(it.security_version) == request.approver_version
        });
        if !stands {
            return Err(unusable("recovery.approver"));
        }
    }
    Ok(basis)
}

/// The request that gives this browser a passkey, if it still does.
///
/// # Errors
/// [`codes::REQUEST_UNUSABLE`]; [`codes::REQUEST_WAITS`] before its time; [`codes::RUNG_NOT_ALLOWED`] when policy or roles changed.
pub(crate) async fn restore(
    identity: &Identity,
    caller: &Caller,
    request_id: &str,
) -> Result<Presented, Refusal> {
    identity.check_clock()?;
    let request_id = Id::parse(request_id).ok_or(&codes::REQUEST_UNUSABLE)?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let found = store.find_recovery_request(tenant, request_id, now).await?;
    let browser_hash = derive_browser_hash(caller);
    let is_ours =
        |it: &RecoveryRequest| it.status == RecoveryStatus::Open && it.browser_hash == browser_hash;
    let request = found.filter(is_ours).ok_or(&codes::REQUEST_UNUSABLE)?;
    if request.ready_at.is_none_or(|ready_at| ready_at > now) {
        return Err(Refusal::new(&codes::REQUEST_WAITS));
    }
    let basis = check_standing(identity, &request).await?;
    Ok(Presented {
        request_id,
        person_id: request.person_id.ok_or(&codes::REQUEST_UNUSABLE)?,
        rung: Rung::parse(&request.rung).ok_or(&codes::REQUEST_UNUSABLE)?,
        browser_hash,
        basis,
    })
}

/// What waits for somebody's own account, for Security info.
pub(crate) async fn list_under_way(
    identity: &Identity,
    person: Id,
) -> Result<Vec<UnderWay>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let found = store.list_recovery_requests(tenant, person, now).await?;
    let open = found.into_iter().filter_map(|request| {
        let ready_at = request.ready_at?;
        (request.status == RecoveryStatus::Open).then(|| UnderWay {
            ready_at,
            place: Place::from_json(&request.place),
        })
    });
    Ok(open.collect())
}

/// Ends whatever is asked or under way for one's own account.
///
/// # Errors
/// If the database can't take it.
pub async fn cancel(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
) -> Result<(), Refusal> {
    limit_person(identity, session)?;
    // Who has the password only would keep the owner out for ever.
    session.require_passkey()?;
    let (tenant, person) = (identity.0.tenant_id, session.person_id);
    let mut unit = Unit::new();
    unit.require_session(tenant, person, session.session_id);
    unit.end_recovery_requests(tenant, person, Id([0; 16]));
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry.confide("actor", session.user_name.as_str());
    let about = (Some(person), Some(person.0.as_slice()));
    let word = "recovery.cancelled";
    audit::commit(identity, unit, store::Log::Audit, word, about, entry)
        .await
        .map(drop)
        .map_err(refuse_write)
}

/// Puts what is over into the minute's deleting.
pub(crate) fn purge(unit: &mut Unit, tenant: Id, database_time: Micros) {
    unit.purge_recovery_requests(tenant, database_time - DAY);
}
