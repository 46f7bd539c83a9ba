//! Sessions: server-side, listed, revocable.

use crate::{Caller, Id, Identity, Micros, Place, Refusal};

/// The secret that the browser keeps; 43 characters of base64url, stored only as a hash.
#[derive(Clone)]
pub struct SessionToken(pub(crate) String);

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
}

/// A session in the list on Security info.
#[derive(Debug, Clone)]
pub struct SessionView {
    pub session_id: Id,
    pub current: bool,
    pub started_at: Micros,
    pub last_seen_at: Micros,
    pub place: Place,
    /// The name of the passkey that opened it.
    pub passkey_name: Option<String>,
}

/// The live session that a cookie names; `None` when there is none. Malformed tokens are `None`.
pub async fn authenticate(identity: &Identity, token: &str) -> Result<Option<Session>, Refusal> {
    todo!()
}

impl Session {
    /// Whether the last verified ceremony is recent enough for sensitive changes (security 7).
    pub fn is_fresh(&self, identity: &Identity) -> bool {
        todo!()
    }
}

pub async fn list(identity: &Identity, session: &Session) -> Result<Vec<SessionView>, Refusal> {
    todo!()
}

/// Ends one of the person's own sessions.
pub async fn end(identity: &Identity, caller: &Caller, session: &Session, target: Id) -> Result<(), Refusal> {
    todo!()
}

/// Ends this session.
pub async fn sign_out(identity: &Identity, caller: &Caller, session: &Session) -> Result<(), Refusal> {
    todo!()
}
