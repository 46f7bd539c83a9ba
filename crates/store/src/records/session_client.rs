//! Who got an id token in a session: told of its end, wherever it ends (OpenID Connect Back-Channel Logout 1.0).

use crate::sql::statements;
use crate::value::Id;
use crate::{Expect, Unit};

statements! {
    /// Once for each application, issuer and name of the session, however often it signs the person in.
    INSERT = "session_client.insert" Tenant
        "INSERT INTO session_client (tenant_id, session_id, principal_id, issuer, sid, message_id, payload)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING";
    /// Its application knows the session by the name that it was told first.
    MOVE = "session_client.move" Tenant
        "UPDATE session_client SET session_id = $3 WHERE tenant_id = $1 AND session_id = $2";
    PURGE = "session_client.purge" Tenant
        "DELETE FROM session_client WHERE tenant_id = $1 AND session_id IN (SELECT o.session_id FROM session o
             WHERE o.tenant_id = $1 AND o.token_hash < $2 LIMIT 500) RETURNING 1";
    PURGE_OF_PERSON = "session_client.purge_of_person" Tenant
        "DELETE FROM session_client WHERE tenant_id = $1 AND session_id IN (SELECT o.session_id FROM session o
             WHERE o.tenant_id = $1 AND o.token_hash IN (SELECT i.token_hash FROM session i WHERE i.tenant_id = $1 AND i.person_id = $2)
             LIMIT 400) RETURNING 1";
}

/// An application that gets an id token, and the message that tells it of the session's end.
#[derive(Debug, Clone)]
pub struct SessionClient {
    pub session_id: Id,
    pub principal_id: Id,
    pub issuer: String,
    /// The session as the id token names it.
    pub sid: Id,
    pub message_id: Id,
    /// Sealed.
    pub payload: Vec<u8>,
}

impl Unit {
    /// To be written under [`Unit::require_session`]: whoever ends the session then waits, and finds it.
    pub fn insert_session_client(&mut self, tenant: Id, client: &SessionClient) -> &mut Unit {
        let args = vec![
            tenant.into(),
            client.session_id.into(),
            client.principal_id.into(),
            client.issuer.as_str().into(),
            client.sid.into(),
            client.message_id.into(),
            client.payload.as_slice().into(),
        ];
        self.step(&INSERT, args, Expect::Any)
    }

    /// From a session to the one that takes its place.
    pub fn move_session_clients(&mut self, tenant: Id, from: Id, to: Id) -> &mut Unit {
        let args = vec![tenant.into(), from.into(), to.into()];
        self.step(&MOVE, args, Expect::Any)
    }

    /// Of sessions that are purged: first, since they are found by them.
    pub(super) fn purge_session_clients(&mut self, tenant: Id, before: i64) -> &mut Unit {
        let args = vec![tenant.into(), before.to_be_bytes().into()];
        self.step(&PURGE, args, Expect::Any)
    }

    pub(super) fn purge_session_clients_of(&mut self, tenant: Id, person: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into()];
        self.step(&PURGE_OF_PERSON, args, Expect::Any)
    }
}
