//! Notices: what people are told by mail because of what happened to their account.
//!
//! A notice is written in the unit that makes it true ([`tell`]) and waits in the outbox, sealed (security 37). Where it goes is
//! asked of the directory when it is sent, never of a request (past mistake 8). Its link says "this wasn't me": the token is
//! in the sealed notice alone, works once, and ends everything that is signed in.

use serde::{Deserialize, Serialize};
use store::{
    Guard, Id, Log, NewNotice, NewNoticeLink, PersonStatus, UndeliveredNotice, Unit, WriteError,
};
use webauthn::base64url;

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::audit::{self, Entry, NewRecord};
use crate::creation::DECISIONS;
use crate::seal::{derive_hash, derive_mac};
use crate::sign_in::limit_address;
use crate::tenant::refuse_write;
use crate::{Caller, DAY, Identity, MINUTE, Micros, Place, Refusal, codes, outbox};

/// How long a notice's link works.
const LINK_LIFETIME: Micros = 7 * DAY;
/// How long notices go to an address that is no longer somebody's, too (security 17).
const FORMER_MAIL: Micros = 7 * DAY;
/// The same of notices of a recovery: an address counts for that only after seven days, the waiting time is thirty at most, and three
/// are left for the passkey. Whoever changed the address can't outwait whom it was of.
const FORMER_MAIL_OF_RECOVERY: Micros = 41 * DAY;
/// How long it is shown that somebody could not be told.
const SHOWN: Micros = 30 * DAY;
/// Topics of what somebody did with recovery codes: whoever says that it wasn't them has codes in somebody else's hands.
const OF_CODES: [&str; 3] = ["codes_made", "recovery_begun", "recovery_finished"];
/// As many are listed.
const LISTED: i64 = 500;

/// Who did it, as far as the person is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// Whoever proved to be the person.
    Owner,
    /// Somebody who administers, or an application that does.
    Administrator,
}

/// What a person is told. Names in it are what people wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Notice {
    PasskeyAdded {
        passkey: String,
        by: By,
    },
    PasskeyRemoved {
        passkey: String,
        by: By,
    },
    /// Somebody else registered it, and it waits for its owner's word.
    PasskeyHeld {
        passkey: String,
    },
    PassIssued {
        expires_at: Micros,
    },
    PassUsed,
    RoleGranted {
        role: String,
    },
    /// Recovery codes, in place of those that there were.
    CodesMade,
    RecoveryBegun,
    RecoveryFinished,
    ReportedLost {
        passkey: String,
    },
    PasswordSet,
    PasswordRemoved,
    /// An authenticator app.
    AppAdded,
    AppRemoved,
    /// A code to sign in with beside a password: asked for by whoever knows that.
    SignInCode {
        code: String,
        expires_at: Micros,
    },
    /// Used where its owner had not signed in before.
    PasskeyNewPlace {
        passkey: String,
        place: Place,
    },
    /// Time is about to end it: nothing happened, so that there is nothing to deny.
    PasskeyEnding {
        passkey: String,
        ends_at: Micros,
        /// Using it puts that off.
        moves_with_use: bool,
    },
    /// With the link that begins the waiting time; to an address that is old enough alone.
    RecoveryLetter {
        token: LetterToken,
    },
    /// Until then anybody who is told can say no.
    RecoveryWaiting {
        ready_at: Micros,
    },
    RecoveryReady,
    /// To a manager: somebody who reports to them asks.
    RecoveryAsked {
        name: String,
    },
}

/// The token of a letter's link; says nothing where it is printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LetterToken(pub String);

impl std::fmt::Debug for LetterToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LetterToken")
    }
}

impl Notice {
    /// What administrators read of it.
    #[must_use]
    pub fn topic(&self) -> &'static str {
        match self {
            Notice::PasskeyAdded { .. } => "passkey_added",
            Notice::PasskeyRemoved { .. } => "passkey_removed",
            Notice::PasskeyHeld { .. } => "passkey_held",
            Notice::PassIssued { .. } => "pass_issued",
            Notice::PassUsed => "pass_used",
            Notice::RoleGranted { .. } => "role_granted",
            Notice::CodesMade => "codes_made",
            Notice::RecoveryBegun => "recovery_begun",
            Notice::RecoveryFinished => "recovery_finished",
            Notice::ReportedLost { .. } => "reported_lost",
            Notice::PasswordSet => "password_set",
            Notice::PasswordRemoved => "password_removed",
            Notice::AppAdded => "app_added",
            Notice::AppRemoved => "app_removed",
            Notice::SignInCode { .. } => "sign_in_code",
            Notice::PasskeyNewPlace { .. } => "passkey_new_place",
            Notice::PasskeyEnding { .. } => "passkey_ending",
            Notice::RecoveryLetter { .. } => "recovery_letter",
            Notice::RecoveryWaiting { .. } => "recovery_waiting",
            Notice::RecoveryReady => "recovery_ready",
            Notice::RecoveryAsked { .. } => "recovery_asked",
        }
    }

    /// Whether it tells of what is to come.
    #[must_use]
    pub fn is_reminder(&self) -> bool {
        matches!(self, Notice::PasskeyEnding { .. })
    }

    /// Whether it has a link that says "this wasn't me": not what is to come, nor what somebody else did, which ending the reader's
    /// own sessions would not undo.
    #[must_use]
    pub fn can_be_disowned(&self) -> bool {
        !self.is_reminder() && !matches!(self, Notice::RecoveryAsked { .. })
    }

    /// Whether there is nothing to do where the reader did it.
    #[must_use]
    pub fn is_fine_if_own(&self) -> bool {
        self.can_be_disowned()
            && !matches!(self, Notice::RecoveryLetter { .. } | Notice::RecoveryReady)
    }

    /// From when on what it holds, told of at `at`, is good for nothing.
    pub(crate) fn is_over(&self, at: Micros, now: Micros) -> bool {
        match self {
            Notice::RecoveryLetter { .. } => at + DAY <= now,
            Notice::SignInCode { .. } => at + 10 * MINUTE <= now,
            _ => false,
        }
    }

    /// Whether it is about coming back in, of which a former address is told longer.
    fn is_of_recovery(&self) -> bool {
        matches!(
            self,
            Notice::RecoveryBegun
                | Notice::RecoveryFinished
                | Notice::RecoveryWaiting { .. }
                | Notice::RecoveryReady
        )
    }

    /// The time that an address must not have been given up before, to be told at `now`: what [`store`] compares.
    pub(crate) fn former_since(&self, now: Micros) -> Micros {
        match self.is_of_recovery() {
            true => now,
            false => now + FORMER_MAIL_OF_RECOVERY - FORMER_MAIL,
        }
    }
}

/// As sealed; never shown.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Told {
    pub(crate) notice: Notice,
    pub(crate) person: String,
    pub(crate) at: Micros,
    /// Of the link.
    pub(crate) token: String,
    /// In which the link works: a restore ends all links, and one that is sent later would be dead.
    #[serde(default)]
    pub(crate) epoch: String,
    /// Addresses that took it, or never will, where it is tried again for another's sake.
    #[serde(default)]
    pub(crate) settled: Vec<String>,
    /// Whether one of these took it.
    #[serde(default)]
    pub(crate) is_told: bool,
}

fn derive_token_hash(token: &[u8; 32]) -> [u8; 32] {
    derive_hash(&[b"claviger notice link", token])
}

/// Tells somebody, if the unit takes effect.
pub(crate) fn tell(identity: &Identity, unit: &mut Unit, person: Id, notice: Notice) {
    outbox::tell_webhooks(identity, unit, person, &notice);
    write(identity, unit, person, notice);
}

/// Sends what holds a secret to its owner alone: no program is told of it.
pub(crate) fn send(identity: &Identity, unit: &mut Unit, person: Id, notice: Notice) {
    write(identity, unit, person, notice);
}

fn write(identity: &Identity, unit: &mut Unit, person: Id, notice: Notice) {
    let (ambient, tenant) = (&identity.0.ambient, identity.0.tenant_id);
    let (token, message_id, now) = (
        ambient.random.make::<32>(),
        ambient.make_id(),
        ambient.now(),
    );
    let topic = notice.topic();
    let epoch = identity.snapshot().tenant.epoch;
    let link = NewNoticeLink {
        token_hash: derive_token_hash(&token),
        person_id: person,
        topic,
        epoch,
        created_at: now,
        expires_at: link_expires_at(&notice, now),
    };
    let told = Told {
        notice,
        person: person.to_string(),
        at: now,
        token: base64url::encode(&token),
        epoch: epoch.to_string(),
        settled: Vec::new(),
        is_told: false,
    };
    if told.notice.can_be_disowned() {
        unit.insert_notice_link(tenant, &link);
    }
    let notice = NewNotice {
        message_id,
        recipient_id: outbox::MAIL,
        person_id: person,
        topic,
        payload: outbox::seal_notice(identity, message_id, &told),
        created_at: now,
    };
    unit.insert_notice(tenant, &notice);
}

/// As [`tell`], of what may be done as often as somebody likes: once a minute, so that it buries nothing else.
pub(crate) fn tell_sparingly(identity: &Identity, unit: &mut Unit, person: Id, notice: Notice) {
    let about: [&[u8]; 3] = [b"notice", &person.0, notice.topic().as_bytes()];
    let mac = derive_mac(&identity.snapshot().keys.mac, &about);
    let mut key = [0; 16];
    key.copy_from_slice(&mac[..16]);
    let limit = &identity.0.outbox.notice_limit;
    if limit.take(key, identity.0.ambient.now()).is_ok() {
        tell(identity, unit, person, notice);
    }
}

/// Tells somebody of a passkey that they added themselves.
pub(crate) fn tell_added(identity: &Identity, unit: &mut Unit, person: Id, passkey: &str) {
    let (passkey, by) = (passkey.to_owned(), By::Owner);
    tell(identity, unit, person, Notice::PasskeyAdded { passkey, by });
}

/// Keeps the address of now for a while, in a unit that changes it; the next one counts for no recovery as long (security 17).
pub(crate) fn keep_former_mail(identity: &Identity, unit: &mut Unit, person: Id) {
    let (ambient, tenant) = (&identity.0.ambient, identity.0.tenant_id);
    let until = ambient.now() + FORMER_MAIL_OF_RECOVERY;
    unit.keep_former_mail(tenant, person, ambient.make_id(), until);
    unit.mark_mail_changed(tenant, person, ambient.now());
}

/// The address of a notice's link, built from the configured origin only (past mistake 10).
pub(crate) fn write_link(identity: &Identity, token: &str) -> String {
    let origin = identity.0.settings.public_origin.as_str();
    format!("{origin}/not-me#{token}")
}

/// What the reader does next, for the notices that ask for something.
pub(crate) fn write_way_in(identity: &Identity, notice: &Notice) -> Option<String> {
    let origin = identity.0.settings.public_origin.as_str();
    match notice {
        Notice::RecoveryLetter { token } => Some(format!("{origin}/recover/letter#{}", token.0)),
        Notice::RecoveryAsked { .. } => Some(format!("{origin}/approve")),
        _ => None,
    }
}

/// When a link of a notice of that time ends: not before what it could prevent.
pub(crate) fn link_expires_at(notice: &Notice, at: Micros) -> Micros {
    match notice {
        Notice::RecoveryWaiting { ready_at } => (*ready_at + 3 * DAY).max(at + LINK_LIFETIME),
        _ => at + LINK_LIFETIME,
    }
}

/// Takes the word of whoever has a notice's link that it wasn't them: every session of the person ends, with what rests on
/// them, and so do links and passes that are open, and recovery codes if it was about them; administrators are alerted. Signs nobody in,
/// and removes no passkey.
///
/// # Errors
/// [`codes::LINK_UNUSABLE`] when the link is unknown, over, or was used.
pub async fn disown(identity: &Identity, caller: &Caller, token: &str) -> Result<(), Refusal> {
    identity.check_clock()?;
    limit_address(identity, caller)?;
    let unusable = || Refusal::new(&codes::NOTICE_LINK_UNUSABLE);
    let token = base64url::decode(token)
        .ok()
        .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        .ok_or_else(unusable)?;
    let hash = derive_token_hash(&token);
    for _ in 0..DECISIONS {
        match disown_once(identity, caller, hash).await {
            Err(WriteError::Refused(Guard::Moved)) => continue,
            Err(WriteError::Refused(Guard::Missing)) => return Err(unusable()),
            written => return written.map_err(refuse_write),
        }
    }
    Err(Refusal::new(&codes::MOVED))
}

async fn disown_once(
    identity: &Identity,
    caller: &Caller,
    token_hash: [u8; 32],
) -> Result<(), WriteError> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let missing = || WriteError::Refused(Guard::Missing);
    let found = store.find_notice_link(tenant, token_hash, now).await?;
    let (person_id, topic) = found.ok_or_else(missing)?;
    let person = store.find_person(tenant, person_id).await?;
    let person = person
        .filter(|person| person.status != PersonStatus::Deleted)
        .ok_or_else(missing)?;
    let mut unit = Unit::new();
    // The status stays; the version moves, and with it ends what was under way.
    unit.change_status(tenant, person_id, person.status, person.security_version);
    unit.end_sessions_of_person(tenant, person_id, now);
    unit.void_links_of_person(tenant, person_id, now);
    if OF_CODES.contains(&topic.as_str()) {
        unit.purge_recovery_codes_of(tenant, person_id);
    }
    unit.use_notice_link(tenant, token_hash, now);
    let describe = || {
        let mut entry = Entry::of(caller, identity.0.ambient.make_id());
        entry
            .confide("user", person.user_name.as_str())
            .say("notice", topic.as_str());
        entry
    };
    let mut alert = describe();
    alert.say("alert", true);
    let record = |word, entry| NewRecord {
        log: Log::Audit,
        word,
        // Whoever has the mail, which need not be the person: nobody in particular did it.
        about: (None, Some(person_id.0.as_slice())),
        entry,
    };
    let records = vec![
        record("user.disowned_notice", describe()),
        record("alert.notice_disowned", alert),
    ];
    audit::commit_all(identity, unit, records).await?;
    tracing::warn!(
        alert = "notice_disowned",
        topic,
        "alert: somebody says that what a notice told was not them; the record in the log names the account"
    );
    Ok(())
}

/// Notices that wait to be delivered or could not be, newest first: what kind and for whom, never what they say.
pub async fn list_undelivered(
    identity: &Identity,
    actor: Actor<'_>,
) -> Result<Vec<UndeliveredNotice>, Refusal> {
    access::check(identity, actor, Operation::ReadLogs, None)
        .await
        .map(drop)?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store.list_undelivered_notices(tenant, LISTED).await?)
}

/// Puts what is over into the minute's deleting.
pub(crate) fn purge(unit: &mut Unit, tenant: Id, database_time: Micros) {
    unit.purge_notices(tenant, database_time - SHOWN, database_time);
}
