//! Sessions: server-side, listed, revocable.

use store::{Id, Log, NO_CREDENTIAL, NewSession, Person, TokenHash, Unit, WriteError};
use webauthn::base64url;

use crate::audit::{self, Entry};
use crate::proof::{Granted, Used};
use crate::seal::derive_hash;
use crate::sign_in::limit_person;
use crate::tenant::refuse_write;
use crate::{Caller, Identity, MINUTE, Micros, Place, Refusal, codes};

/// The time of last use is written at most this often.
const TOUCH_EVERY: Micros = 5 * MINUTE;

/// The secret that the browser keeps, stored only as a hash: 54 characters of base64url, of which the first eight bytes
/// are the time of creation and the other 32 are random.
#[derive(Clone)]
pub struct SessionToken(String);

impl SessionToken {
    /// The cookie's value.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken")
    }
}

/// A live session, as read from the database in this request.
#[derive(Debug, Clone)]
pub struct Session {
    pub session_id: Id,
    pub person_id: Id,
    pub user_name: String,
    pub display_name: String,
    /// Time of the last user-verified ceremony in this session.
    pub auth_time: Micros,
    pub is_administrator: bool,
    /// Empty: a password opened it.
    pub(crate) credential_id: Vec<u8>,
}

/// Proof that a request came with a live session. Made only from a [`Session`], which is read from the
/// database in the request.
#[derive(Debug)]
pub(crate) struct LiveSession(());

/// Proof that a session was fresh when it was asked. Made only by [`Session::require_fresh`].
#[derive(Debug)]
pub(crate) struct FreshSession {
    session_id: Id,
    person_id: Id,
    by_password: bool,
}

impl FreshSession {
    pub(crate) fn session_id(&self) -> Id {
        self.session_id
    }

    pub(crate) fn person_id(&self) -> Id {
        self.person_id
    }

    /// A password and a code opened it.
    pub(crate) fn is_by_password(&self) -> bool {
        self.by_password
    }
}

/// A session in the list on Security info.
#[derive(Debug, Clone)]
pub struct SessionView {
    pub session_id: Id,
    pub current: bool,
    pub started_at: Micros,
    pub last_seen_at: Micros,
    pub place: Place,
    /// The name of the passkey that opened it; `None` where a password did.
    pub passkey_name: Option<String>,
}

fn derive_token_hash(token: &TokenHash) -> TokenHash {
    let mut key = *token;
    key[8..].copy_from_slice(&derive_hash(&[b"claviger session", token]));
    key
}

/// Puts the session, and the use of the passkey with all its guards, into the unit.
pub(crate) fn open(
    identity: &Identity,
    caller: &Caller,
    unit: &mut Unit,
    granted: Granted,
    person: &Person,
) -> (SessionToken, Session) {
    let (ambient, settings) = (&identity.0.ambient, &identity.0.settings);
    let (mut token, now) = (ambient.random.make::<40>(), ambient.now());
    token[..8].copy_from_slice(&now.to_be_bytes());
    let place = caller.place().to_json();
    let (tenant, person_version) = (identity.0.tenant_id, granted.person_version);
    let (credential_id, credential_version) = match granted.used {
        Used::Passkey(used) => {
            let version = used.credential_version;
            unit.record_use(
                tenant,
                &store::CredentialUse {
                    credential_id: &used.credential_id,
                    security_version: version,
                    old_sign_count: used.old_sign_count,
                    sign_count: used.sign_count,
                    backup_state: used.backup_state,
                    used_at: now,
                    place: place.clone(),
                    person_id: granted.person_id,
                    person_version,
                    method_version: used.method_version,
                    policy_version: granted.policy_version,
                    epoch: granted.epoch,
                    old_trust_groups: used.old_trust_groups,
                    trust_groups: used.trust_groups,
                },
            );
            (used.credential_id, version)
        }
        Used::Password { version, code } => {
            code.put(unit, tenant);
            unit.use_password(
                tenant,
                &store::PasswordUse {
                    person_id: granted.person_id,
                    security_version: version,
                    person_version,
                    policy_version: granted.policy_version,
                    epoch: granted.epoch,
                    now,
                },
            );
            (NO_CREDENTIAL.to_vec(), version)
        }
    };
    let session_id = ambient.make_id();
    unit.insert_session(
        tenant,
        &NewSession {
            token_hash: derive_token_hash(&token),
            session_id,
            person_id: granted.person_id,
            credential_id: &credential_id,
            person_version,
            credential_version,
            epoch: granted.epoch,
            now,
            expires_at: now + settings.session_absolute,
            place,
        },
    );
    let session = Session {
        session_id,
        person_id: granted.person_id,
        user_name: person.user_name.clone(),
        display_name: person.display_name.clone(),
        auth_time: now,
        is_administrator: false,
        credential_id,
    };
    (SessionToken(base64url::encode(&token)), session)
}

/// The live session that a cookie names; `None` when there is none. Malformed tokens are `None`.
pub async fn authenticate(identity: &Identity, token: &str) -> Result<Option<Session>, Refusal> {
    let Some(token) = base64url::decode(token)
        .ok()
        .and_then(|bytes| TokenHash::try_from(bytes).ok())
    else {
        return Ok(None);
    };
    let (store, tenant, now) = (
        &identity.0.store,
        identity.0.tenant_id,
        identity.0.ambient.now(),
    );
    let hash = derive_token_hash(&token);
    let seen_after = now - identity.0.settings.session_idle;
    let Some(live) = store
        .find_live_session(tenant, hash, now, seen_after)
        .await?
    else {
        return Ok(None);
    };
    // Often enough that a session in use never idles out.
    if now - live.last_seen_at >= TOUCH_EVERY.min(identity.0.settings.session_idle / 4) {
        let mut unit = Unit::new();
        unit.touch_session(tenant, hash, now);
        identity.write(unit).await.map_err(refuse_write)?;
    }
    Ok(Some(Session {
        session_id: live.session_id,
        person_id: live.person_id,
        user_name: live.user_name,
        display_name: live.display_name,
        auth_time: live.auth_time,
        is_administrator: live.roles > 0,
        credential_id: live.credential_id,
    }))
}

impl Session {
    /// Whether the last verified ceremony is recent enough for sensitive changes (security 7).
    pub fn is_fresh(&self, identity: &Identity) -> bool {
        identity.0.ambient.now() - self.auth_time <= identity.0.settings.freshness
    }

    pub(crate) fn require_fresh(&self, identity: &Identity) -> Result<FreshSession, Refusal> {
        if self.is_fresh(identity) {
            Ok(FreshSession {
                session_id: self.session_id,
                person_id: self.person_id,
                by_password: self.is_by_password(),
            })
        } else {
            Err(Refusal::new(&codes::NOT_FRESH))
        }
    }

    /// Whether a password opened it, and no passkey.
    pub fn is_by_password(&self) -> bool {
        self.credential_id.is_empty()
    }

    /// Refuses what takes a passkey: whatever administers, whatever takes a way to sign in away.
    pub(crate) fn require_passkey(&self) -> Result<(), Refusal> {
        match self.is_by_password() {
            false => Ok(()),
            true => Err(Refusal::new(&codes::PASSWORD_SESSION)),
        }
    }

    pub(crate) fn prove(&self) -> LiveSession {
        LiveSession(())
    }
}

/// The person's live sessions, last used first.
pub async fn list(identity: &Identity, session: &Session) -> Result<Vec<SessionView>, Refusal> {
    let now = identity.0.ambient.now();
    let seen_after = now - identity.0.settings.session_idle;
    let store = &identity.0.store;
    let live = store
        .list_live_sessions(identity.0.tenant_id, session.person_id, now, seen_after)
        .await?;
    Ok(live
        .into_iter()
        .map(|summary| SessionView {
            session_id: summary.session_id,
            current: summary.session_id == session.session_id,
            started_at: summary.created_at,
            last_seen_at: summary.last_seen_at,
            place: Place::from_json(&summary.place),
            passkey_name: summary.credential_name,
        })
        .collect())
}

/// Ends one of the person's own sessions.
pub async fn end(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    target: Id,
) -> Result<(), Refusal> {
    limit_person(identity, session)?;
    end_recorded(identity, caller, session, target, "session.ended").await
}

/// Ends this session. Never refused for being asked too often.
pub async fn sign_out(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
) -> Result<(), Refusal> {
    end_recorded(
        identity,
        caller,
        session,
        session.session_id,
        "session.signed_out",
    )
    .await
}

async fn end_recorded(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    target: Id,
    activity: &str,
) -> Result<(), Refusal> {
    let tenant = identity.0.tenant_id;
    let mut unit = Unit::new();
    // Two sessions are touched: the person's row comes first, so that two that end each other wait, and don't
    // deadlock.
    unit.hold_person(tenant, session.person_id);
    unit.require_session(tenant, session.person_id, session.session_id);
    unit.end_session(tenant, session.person_id, target, identity.0.ambient.now());
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", session.user_name.as_str())
        .say("session", target.to_string());
    let about = (
        Some(session.person_id),
        Some(session.person_id.0.as_slice()),
    );
    let written = audit::commit(identity, unit, Log::Audit, activity, about, entry).await;
    match written {
        Ok(_) => Ok(()),
        Err(WriteError::Refused(store::Guard::Missing)) => {
            Err(Refusal::new(&codes::SESSION_MISSING))
        }
        Err(error) => Err(refuse_write(error)),
    }
}
