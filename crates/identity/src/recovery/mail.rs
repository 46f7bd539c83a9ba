//! Back in by mail: a letter to an address that is a week old at least, and a waiting time in which everybody is told who could
//! say no. Opening the letter's link acts by POST alone (security 17).

use store::{
    Guard, Id, Log, NewRecoveryRequest, RecoveryRequest, RecoveryStatus, SecretTry, Unit,
    WriteError,
};
use webauthn::base64url;

use super::{
    Progress, Rung, check_standing, derive_browser_hash, derive_progress, describe_asking,
    find_asking, is_ours, settled_mail, unusable,
};
use crate::audit::{self, Entry};
use crate::creation::DECISIONS;
use crate::notices::{self, LetterToken, Notice};
use crate::policies::find_wait;
use crate::seal::{derive_hash, derive_mac};
use crate::sign_in::limit_address;
use crate::tenant::refuse_write;
use crate::{Caller, DAY, Identity, Micros, Refusal, codes};

/// How long the letter can be opened.
const LETTER: Micros = DAY;
/// Letters to one name in a day: whoever asks for somebody else's shall not fill their mailbox.
const MAX_LETTERS: i64 = 3;
/// How long the passkey can be created after the waiting time.
const AFTERWARDS: Micros = 3 * DAY;

fn derive_token_hash(token: &[u8; 32]) -> [u8; 32] {
    derive_hash(&[b"claviger recovery letter", token])
}

fn derive_key(identity: &Identity, (label, key): (&[u8], &str)) -> [u8; 16] {
    let mac = derive_mac(&identity.snapshot().keys.mac, &[label, key.as_bytes()]);
    let mut short = [0; 16];
    short.copy_from_slice(&mac[..16]);
    short
}

/// One more request of a name in a day; refused with [`Guard::Count`] after a few.
pub(super) fn count_asked(identity: &Identity, unit: &mut Unit, label: &[u8], key: &str) {
    let now = identity.0.ambient.now();
    let tried = SecretTry {
        key: derive_key(identity, (label, key)),
        now,
        until: now + DAY,
        most: MAX_LETTERS,
    };
    unit.count_secret_try(identity.0.tenant_id, &tried);
}

/// Sends a letter to whoever has this name, if they may come back this way. What is answered is the same for every name, and
/// after a few in a day there is no further letter.
///
/// # Errors
/// [`codes::RUNG_NOT_ALLOWED`] where nobody may; [`codes::LIMITED`] after too many tries from one network.
pub async fn ask(identity: &Identity, caller: &Caller, name: &str) -> Result<(), Refusal> {
    let mut asking = find_asking(identity, caller, Rung::Mail, name).await?;
    let (ambient, tenant) = (&identity.0.ambient, identity.0.tenant_id);
    let now = ambient.now();
    let channels = asking.channels.as_ref();
    if asking.refused.is_none() && channels.is_none_or(|it| settled_mail(it, now).is_none()) {
        asking.refused = Some(unusable("recovery.channel"));
    }
    let token = ambient.random.make::<32>();
    let request = NewRecoveryRequest {
        request_id: ambient.make_id(),
        rung: Rung::Mail.as_str(),
        person: Some((asking.person_id, asking.person_version)),
        browser_hash: derive_browser_hash(caller),
        // Of a letter that nobody gets nobody has the token.
        token_hash: Some(derive_token_hash(&token)),
        code_hash: None,
        place: caller.place().to_json(),
        epoch: identity.snapshot().tenant.epoch,
        created_at: now,
        expires_at: now + LETTER,
    };
    let mut unit = Unit::new();
    count_asked(identity, &mut unit, b"recovery letter", &asking.key);
    unit.insert_recovery_request(tenant, &request);
    if asking.refused.is_none() {
        let token = LetterToken(base64url::encode(&token));
        notices::send(
            identity,
            &mut unit,
            asking.person_id,
            Notice::RecoveryLetter { token },
        );
    }
    let (word, entry) = describe_asking(identity, caller, (&asking, Rung::Mail));
    let about = (None, Some(asking.person_id.0.as_slice()));
    match audit::commit(identity, unit, Log::Audit, word, about, entry).await {
        Ok(_) | Err(WriteError::Refused(Guard::Count)) => Ok(()),
        Err(error) => Err(refuse_write(error)),
    }
}

fn read_token(token: &str) -> Result<[u8; 32], Refusal> {
    let bytes = base64url::decode(token).ok();
    let token = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    token.ok_or_else(|| Refusal::new(&codes::REQUEST_UNUSABLE))
}

/// Opens the letter: the waiting time begins, once; afterwards this browser is the one that goes on.
///
/// # Errors
/// [`codes::REQUEST_UNUSABLE`]; [`codes::RUNG_NOT_ALLOWED`] when policy or roles changed.
pub async fn open(identity: &Identity, caller: &Caller, token: &str) -> Result<Progress, Refusal> {
    identity.check_clock()?;
    limit_address(identity, caller)?;
    let hash = derive_token_hash(&read_token(token)?);
    for _ in 0..DECISIONS {
        match open_once(identity, caller, hash).await {
            Err(refusal) if refusal.code == &codes::MOVED => continue,
            decided => return decided,
        }
    }
    Err(Refusal::new(&codes::MOVED))
}

async fn open_once(
    identity: &Identity,
    caller: &Caller,
    token_hash: [u8; 32],
) -> Result<Progress, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let found = store
        .find_recovery_request_by_token(tenant, token_hash, now)
        .await?;
    let mut request = found.ok_or(&codes::REQUEST_UNUSABLE)?;
    let browser = derive_browser_hash(caller);
    match request.status {
        RecoveryStatus::Asked => return begin_wait(identity, caller, &request).await,
        RecoveryStatus::Open => {}
        RecoveryStatus::Used | RecoveryStatus::Ended => {
            return Err(Refusal::new(&codes::REQUEST_UNUSABLE));
        }
    }
    check_standing(identity, &request).await?;
    if request.browser_hash != browser {
        let mut unit = Unit::new();
        unit.move_recovery_request(tenant, request.request_id, browser, now);
        identity.write(unit).await.map_err(refuse_moved)?;
        request.browser_hash = browser;
    }
    derive_progress(identity, &request).ok_or_else(|| Refusal::new(&codes::REQUEST_UNUSABLE))
}

/// Somebody else was first: read anew.
fn refuse_moved(error: WriteError) -> Refusal {
    match error {
        WriteError::Refused(Guard::Missing) => Refusal::new(&codes::MOVED),
        error => refuse_write(error),
    }
}

async fn begin_wait(
    identity: &Identity,
    caller: &Caller,
    request: &RecoveryRequest,
) -> Result<Progress, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let basis = check_standing(identity, request).await?;
    let person_id = request.person_id.ok_or(&codes::REQUEST_UNUSABLE)?;
    let person = store.find_person(tenant, person_id).await?;
    let person = person.ok_or(&codes::REQUEST_UNUSABLE)?;
    let now = identity.0.ambient.now();
    let ready_at = now + find_wait(identity)?;
    let times = (now, ready_at, ready_at + AFTERWARDS);
    let mut unit = Unit::new();
    unit.hold_membership(tenant, basis.membership);
    unit.hold_policy(tenant, basis.policy_version);
    let browser = derive_browser_hash(caller);
    unit.begin_recovery_wait(tenant, request.request_id, browser, times);
    // A new wait ends the others.
    unit.end_recovery_requests(tenant, person_id, request.request_id);
    notices::tell(
        identity,
        &mut unit,
        person_id,
        Notice::RecoveryWaiting { ready_at },
    );
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", person.user_name.as_str())
        .say("rung", Rung::Mail.as_str())
        .say("request", request.request_id.to_string())
        .say("readyAt", ready_at);
    let about = (Some(person_id), Some(person_id.0.as_slice()));
    audit::commit(identity, unit, Log::Audit, "recovery.waiting", about, entry)
        .await
        .map_err(refuse_moved)?;
    Ok(Progress::Waiting { ready_at })
}

/// Once a minute: tells whose waiting time is over, at every address, so that who did not ask can still say no.
///
/// # Errors
/// If the database can't answer.
pub async fn tell_ready(identity: &Identity) -> Result<usize, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let mut told = 0;
    for request in store.list_ready_recovery_requests(tenant, now).await? {
        let Some(person_id) = request.person_id else {
            continue;
        };
        let person: Id = person_id;
        let mut unit = Unit::new();
        unit.mark_recovery_told(tenant, request.request_id, now);
        match check_standing(identity, &request).await {
            Ok(_) => notices::tell(identity, &mut unit, person, Notice::RecoveryReady),
            // The next minute asks again.
            Err(refusal) if is_ours(&refusal) => return Err(refusal),
            // Nobody is told of what came to nothing, and it stays that.
            Err(_) => {
                unit.end_recovery_request(tenant, request.request_id, now);
            }
        }
        match identity.write(unit).await {
            Ok(_) => told += 1,
            // Another node was first.
            Err(WriteError::Refused(Guard::Missing)) => {}
            Err(error) => return Err(refuse_write(error)),
        }
    }
    Ok(told)
}
