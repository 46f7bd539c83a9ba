//! Notices under way: mail to people. One server takes all of it, so all of it takes turns as one recipient.

use store::{Guard, Id, Message, Unit, WriteError};

use super::{KEPT, LEASE, Slot, TRIED_FOR, derive_associated, end, find_pause, seal, unless_moved};
use crate::audit::{self, Entry};
use crate::mail::{self, MailSettings};
use crate::notices::{self, Notice, Told};
use crate::people::{Attribute, Profile};
use crate::recovery::settled_mail;
use crate::tenant::refuse_write;
use crate::{Identity, Micros, Refusal};

const NOTICE: &str = "notice";
/// Who takes turns: the organisation's mail server, which is one.
pub(crate) const MAIL: Id = Id(*b"claviger: mail  ");

pub(crate) fn seal_notice(identity: &Identity, message: Id, told: &Told) -> Vec<u8> {
    let plain = serde_json::to_vec(told).unwrap_or_default();
    seal(identity, NOTICE, message, &plain)
}

/// What is to be written to somebody, and where they read it. Names in it are what people wrote.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Of the message: the same at each try, so that mail that came twice can be told.
    pub id: String,
    pub addresses: Vec<String>,
    /// As the directory has it.
    pub language: Option<String>,
    pub notice: Notice,
    pub at: Micros,
    pub user_name: String,
    pub display_name: String,
    pub organisation: String,
    /// A secret between us and the reader; `None` where it would be dead (the database was restored since), and
    /// in a reminder.
    pub link: Option<String>,
    pub link_expires_at: Micros,
    /// What the reader is asked to open; a secret, too.
    pub way_in: Option<String>,
    /// Where passkeys are looked at.
    pub security_info: String,
}

/// Without what it says.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// A letter under way. Whoever drops it unfinished leaves it to the end of its lease.
pub struct Dispatch {
    pub letter: Letter,
    message: Message,
    lease: Id,
    person: Id,
    told: Told,
    _slot: Slot,
}

/// Without what it says.
impl std::fmt::Debug for Dispatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dispatch")
            .field("letter", &self.letter)
            .finish_non_exhaustive()
    }
}

/// What was taken, and how it is sent.
#[derive(Debug, Default)]
pub struct Mail {
    pub dispatches: Vec<Dispatch>,
    pub settings: Option<MailSettings>,
    /// Notices for people who read no mail, and those that can't be read.
    pub unaddressed: usize,
}

/// Addresses that are not written to again, whatever comes of the others.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Settled {
    pub addresses: Vec<String>,
    /// Whether one of them took it.
    pub is_told: bool,
}

/// What came of a letter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sent {
    /// At least one address took it.
    Delivered,
    /// No address will ever take it.
    Refused { status: Option<u16> },
    /// An address may take it later; the server is well.
    Deferred { status: Option<u16> },
    /// The server can't be reached, or takes nothing from us: a stable word, and the status of an answer.
    Failed {
        cause: &'static str,
        status: Option<u16>,
    },
}

/// Takes notices that are due, if there is a server that takes mail.
///
/// # Errors
/// If the database can't answer.
pub async fn take_due_notices(identity: &Identity) -> Result<Mail, Refusal> {
    let mut taken = Mail::default();
    if identity.check_clock().is_err() {
        return Ok(taken);
    }
    let (store, tenant, now) = (
        &identity.0.store,
        identity.0.tenant_id,
        identity.0.ambient.now(),
    );
    if store
        .list_due_recipients(tenant, NOTICE, now)
        .await?
        .is_empty()
    {
        return Ok(taken);
    }
    let standings = &identity.0.outbox.mail;
    let slots = standings.reserve(MAIL, now);
    if slots.is_empty() {
        return Ok(taken);
    }
    // Settings that can't be read are looked at ever more rarely, and told of as often.
    let found = mail::find(identity).await;
    if found.is_err() {
        standings.mark_failing(MAIL, now);
    }
    taken.settings = found?;
    if taken.settings.is_none() {
        return Ok(taken);
    }
    let limit = i64::try_from(slots.len()).unwrap_or(1);
    let lease = identity.0.ambient.make_id();
    let mut unit = Unit::new();
    let until = now + LEASE;
    let reading = unit.lease_messages(tenant, (NOTICE, MAIL), lease, (now, until), limit);
    let mut written = identity.write(unit).await.map_err(refuse_write)?;
    for (message, slot) in written.take_messages(reading)?.into_iter().zip(slots) {
        let Some((person, told)) = open(identity, &message) else {
            tracing::error!("a notice in the outbox can't be opened; it is listed as undelivered");
            taken.unaddressed += 1;
            give_back(identity, &message, lease, "unreadable").await?;
            continue;
        };
        let Some(letter) = address(identity, &message, person, &told).await? else {
            match told.is_told {
                true => end(identity, message.message_id, lease).await?,
                false => {
                    taken.unaddressed += 1;
                    give_back(identity, &message, lease, "no_address").await?;
                }
            }
            continue;
        };
        taken.dispatches.push(Dispatch {
            letter,
            message,
            lease,
            person,
            told,
            _slot: slot,
        });
    }
    Ok(taken)
}

fn open(identity: &Identity, message: &Message) -> Option<(Id, Told)> {
    let associated = derive_associated(identity.0.tenant_id, NOTICE, message.message_id);
    let sealer = &identity.0.outbox.sealer;
    let plain = sealer.open(&associated, &message.payload)?;
    let told: Told = serde_json::from_slice(&plain).ok()?;
    Some((Id::parse(&told.person)?, told))
}

/// Where the directory says that the person reads mail, now and until a week ago, and was not told yet; `None`: nowhere.
async fn address(
    identity: &Identity,
    message: &Message,
    person: Id,
    told: &Told,
) -> Result<Option<Letter>, Refusal> {
    let (store, tenant, now) = (
        &identity.0.store,
        identity.0.tenant_id,
        identity.0.ambient.now(),
    );
    let snapshot = identity.snapshot();
    let is_of_now = told.epoch == snapshot.tenant.epoch.to_string();
    let has_way_in = matches!(told.notice, Notice::RecoveryLetter { .. });
    if told.notice.is_over(told.at, now) || (has_way_in && !is_of_now) {
        return Ok(None);
    }
    let until = match told.notice {
        // A secret goes to where the person reads mail now, and to no former address.
        Notice::SignInCode { .. } => Micros::MAX,
        _ => told.notice.former_since(now),
    };
    let mut addresses: Vec<String> = match told.notice {
        // Who changed the address a short while ago gets no way in by it (security 17).
        Notice::RecoveryLetter { .. } => {
            let channels = store.find_recovery_channels(tenant, person).await?;
            let settled = channels.and_then(|it| settled_mail(&it, now).map(str::to_owned));
            settled.into_iter().collect()
        }
        _ => store.list_mail_addresses(tenant, person, until).await?,
    };
    addresses.retain(|address| !told.settled.contains(address));
    let found = store.find_directory_person(tenant, person).await?;
    let Some(found) = found.filter(|_| !addresses.is_empty()) else {
        return Ok(None);
    };
    let profile = Profile::from_json(&found.profile);
    let language = profile.text(Attribute::PreferredLanguage);
    let origin = identity.0.settings.public_origin.as_str();
    let is_live = is_of_now && told.notice.can_be_disowned();
    Ok(Some(Letter {
        id: message.message_id.to_string(),
        addresses,
        language: language.map(str::to_owned),
        at: told.at,
        user_name: found.user_name,
        display_name: found.display_name,
        organisation: snapshot.tenant.name.clone(),
        link: is_live.then(|| notices::write_link(identity, &told.token)),
        link_expires_at: notices::link_expires_at(&told.notice, told.at),
        way_in: notices::write_way_in(identity, &told.notice),
        security_info: format!("{origin}/security-info"),
        notice: told.notice.clone(),
    }))
}

async fn give_back(
    identity: &Identity,
    message: &Message,
    lease: Id,
    cause: &str,
) -> Result<(), Refusal> {
    let mut unit = Unit::new();
    unit.end_undelivered_notice(identity.0.tenant_id, message.message_id, lease, cause);
    unless_moved(identity.write(unit).await)
}

/// Writes down what came of a letter.
///
/// # Errors
/// If the database can't take it: then it is tried again after the lease, and may be delivered twice.
pub async fn finish_notice(
    identity: &Identity,
    mut dispatch: Dispatch,
    sent: Sent,
    settled: Settled,
) -> Result<(), Refusal> {
    let (standings, now) = (&identity.0.outbox.mail, identity.0.ambient.now());
    let (message, lease) = (dispatch.message.message_id, dispatch.lease);
    let tenant = identity.0.tenant_id;
    let mut unit = Unit::new();
    dispatch.told.is_told |= settled.is_told;
    dispatch.told.settled.extend(settled.addresses);
    match sent {
        // Whoever was told at one of several addresses is told.
        Sent::Refused { .. } if dispatch.told.is_told => {
            standings.mark_sound(MAIL);
            end(identity, message, lease).await
        }
        Sent::Delivered => {
            standings.mark_sound(MAIL);
            end(identity, message, lease).await
        }
        Sent::Refused { status } => {
            standings.mark_sound(MAIL);
            unit.end_undelivered_notice(tenant, message, lease, "refused");
            let mut entry = Entry::default();
            entry
                .confide("user", dispatch.letter.user_name.as_str())
                .say("notice", dispatch.letter.notice.topic())
                .say("status", status);
            let about = Some(dispatch.person.0.as_slice());
            commit(identity, unit, ("notice.refused", about), entry).await
        }
        Sent::Deferred { .. } => {
            standings.mark_sound(MAIL);
            postpone(identity, &mut unit, &dispatch);
            unless_moved(identity.write(unit).await)
        }
        Sent::Failed { cause, status } => {
            let began = standings.mark_failing(MAIL, now);
            postpone(identity, &mut unit, &dispatch);
            if !began {
                return unless_moved(identity.write(unit).await);
            }
            tracing::warn!(
                cause,
                status,
                "notices can't be sent: `claviger mail test ADDRESS` says what the mail server answers; they are tried \
                 again for a day"
            );
            let mut entry = Entry::default();
            entry.say("cause", cause).say("status", status);
            let limit = &identity.0.outbox.record_limit;
            if limit.take(MAIL.0, now).is_err() {
                return unless_moved(identity.write(unit).await);
            }
            commit(identity, unit, ("notice.server_failed", None), entry).await
        }
    }
}

/// With the addresses that needn't be tried again.
fn postpone(identity: &Identity, unit: &mut Unit, dispatch: &Dispatch) {
    let message = dispatch.message.message_id;
    let due_at = identity.0.ambient.now() + find_pause(dispatch.message.attempts);
    let payload = seal_notice(identity, message, &dispatch.told);
    let tenant = identity.0.tenant_id;
    unit.postpone_notice(tenant, message, dispatch.lease, (due_at, payload));
}

async fn commit(
    identity: &Identity,
    unit: Unit,
    (word, object): (&'static str, Option<&[u8]>),
    entry: Entry,
) -> Result<(), Refusal> {
    let about = (None, object);
    unless_moved(audit::commit(identity, unit, store::Log::Audit, word, about, entry).await)
}

/// What was given up.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct GivenUpNotices {
    pub messages: usize,
    pub alerts: u64,
}

/// Once a minute: gives up what could not be delivered for a day; who was not told stays on a list for administrators.
///
/// # Errors
/// If the database can't answer.
pub async fn give_up_notices(identity: &Identity) -> Result<GivenUpNotices, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let ages = (now - TRIED_FOR, now - KEPT);
    let mut given_up = GivenUpNotices::default();
    loop {
        let old = store.list_old_messages(tenant, NOTICE, ages).await?;
        if old.is_empty() {
            return Ok(given_up);
        }
        // Nobody has to be alarmed because there is no mail; but because it can't be read how it is sent.
        let found = mail::find(identity).await;
        let is_configured = found.map_or(true, |settings| settings.is_some());
        let cause = match is_configured {
            true => "given_up",
            false => "not_configured",
        };
        let messages: Vec<Id> = old.into_iter().map(|(_, message)| message).collect();
        let mut unit = Unit::new();
        unit.give_up_notices(tenant, &messages, cause);
        let mut entry = Entry::default();
        entry.say("messages", messages.len()).say("cause", cause);
        let word = match is_configured {
            true => "alert.notices_undelivered",
            false => "notice.given_up",
        };
        if is_configured {
            entry.say("alert", true);
        }
        let written =
            audit::commit(identity, unit, store::Log::Audit, word, (None, None), entry).await;
        match written {
            Ok(_) => {
                given_up.messages += messages.len();
                given_up.alerts += u64::from(is_configured);
            }
            // Another node was first.
            Err(WriteError::Refused(Guard::Missing)) => continue,
            Err(error) => return Err(refuse_write(error)),
        }
        if is_configured {
            tracing::warn!(
                alert = "notices_undelivered",
                messages = messages.len(),
                "alert: people could not be told what happened to their accounts; `claviger mail undelivered` lists them"
            );
        }
    }
}
