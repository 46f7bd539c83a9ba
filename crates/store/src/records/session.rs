//! Sessions. Every use joins the versions of person, credential and database (security 3, 10).

use crate::records::member::{above_member, step_up};
use crate::records::password::live_method;
use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

/// The sessions of the person `$2`, by their index: left to itself SQLite changes rows of a table without rowids by walking the whole
/// tenant.
macro_rules! of_person {
    () => {
        "token_hash IN (SELECT o.token_hash FROM session o WHERE o.tenant_id = $1 AND o.person_id = $2)"
    };
}

statements! {
    /// Who is in no group, as most are who hold no role, is not asked for nested ones.
    FIND_LIVE = "session.find_live" Tenant
        concat!(
            "SELECT s.session_id, s.person_id, s.credential_id, s.auth_time, s.created_at, s.last_seen_at, s.expires_at, s.place,
                 p.user_name, p.display_name,
                 (SELECT COUNT(*) FROM role_member r WHERE r.tenant_id = $1 AND r.person_id = s.person_id)
                 + CASE WHEN EXISTS (SELECT 1 FROM group_member e WHERE e.tenant_id = $1 AND e.member_id = s.person_id) THEN (",
            above_member!("s.person_id"),
            " SELECT COUNT(*) FROM above a JOIN role_member r ON r.tenant_id = $1 AND r.person_id = a.group_id) ELSE 0 END
             FROM session s
             JOIN tenant t ON t.tenant_id = $1 AND t.epoch = s.epoch
             JOIN person p ON p.tenant_id = $1 AND p.person_id = s.person_id
                 AND p.security_version = s.person_version AND p.status = 'enabled'
             WHERE s.tenant_id = $1 AND s.token_hash = $2 AND s.ended_at IS NULL AND s.expires_at > $3 AND s.last_seen_at > $4
             AND ",
            live_method!("s")
        );
    LIST_LIVE = "session.list_live" Tenant
        concat!(
            "SELECT s.session_id, s.created_at, s.last_seen_at, s.place, c.name
         FROM session s
         JOIN tenant t ON t.tenant_id = $1 AND t.epoch = s.epoch
         JOIN person p ON p.tenant_id = $1 AND p.person_id = s.person_id
             AND p.security_version = s.person_version AND p.status = 'enabled'
         LEFT JOIN credential c ON c.tenant_id = $1 AND c.credential_id = s.credential_id
         WHERE s.tenant_id = $1 AND s.",
            of_person!(),
            " AND s.ended_at IS NULL AND s.expires_at > $3 AND s.last_seen_at > $4
         AND ",
            live_method!("s"),
            " ORDER BY s.last_seen_at DESC, s.session_id LIMIT 100"
        );
    INSERT = "session.insert" Tenant
        "INSERT INTO session (tenant_id, token_hash, session_id, person_id, credential_id, person_version, credential_version,
             epoch, auth_time, created_at, last_seen_at, expires_at, place)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9, $10, $11)";
    TOUCH = "session.touch" Tenant
        "UPDATE session SET last_seen_at = $3 WHERE tenant_id = $1 AND token_hash = $2 AND last_seen_at < $3";
    END = "session.end" Tenant
        concat!(
            "UPDATE session SET ended_at = $4 WHERE tenant_id = $1 AND session_id = $3 AND ended_at IS NULL AND ",
            of_person!()
        );
    /// An update that changes nothing: unlike a SELECT it locks the row, so that ending the session and this unit
    /// come one after the other.
    REQUIRE = "session.require" Tenant
        concat!(
            "UPDATE session SET last_seen_at = last_seen_at
         WHERE tenant_id = $1 AND session_id = $3 AND ended_at IS NULL AND ",
            of_person!(),
            "
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = session.epoch)
         AND EXISTS (SELECT 1 FROM person p WHERE p.tenant_id = $1 AND p.person_id = session.person_id
             AND p.security_version = session.person_version AND p.status = 'enabled')
         AND ",
            live_method!("session")
        );
    END_BY_CREDENTIAL = "session.end_by_credential" Tenant
        concat!(
            "UPDATE session SET ended_at = $4 WHERE tenant_id = $1 AND credential_id = $3 AND ended_at IS NULL AND ",
            of_person!()
        );
    END_BY_PERSON = "session.end_by_person" Tenant
        concat!(
            "UPDATE session SET ended_at = $3 WHERE tenant_id = $1 AND ended_at IS NULL AND ",
            of_person!()
        );
    PURGE = "session.purge" Tenant
        "DELETE FROM session WHERE tenant_id = $1 AND token_hash IN (SELECT o.token_hash FROM session o
             WHERE o.tenant_id = $1 AND o.token_hash < $2
             AND NOT EXISTS (SELECT 1 FROM session_client c WHERE c.tenant_id = $1 AND c.session_id = o.session_id) LIMIT 500)
         RETURNING 1";
}

/// Names a session: the time of its creation (microseconds, big endian), then the hash of its token. So new sessions
/// lie side by side in the table, and the oldest are found without an index.
pub type TokenHash = [u8; 40];

/// A session that is live by every rule at the time of reading.
#[derive(Debug, Clone)]
pub struct LiveSession {
    pub session_id: Id,
    pub person_id: Id,
    /// Empty: it was opened by a password.
    pub credential_id: Vec<u8>,
    pub auth_time: i64,
    pub created_at: i64,
    pub last_seen_at: i64,
    pub expires_at: i64,
    pub place: String,
    pub user_name: String,
    pub display_name: String,
    /// Roles held directly or by groups that the person is in: to know what to offer, not what to allow.
    pub roles: i64,
}

#[derive(Debug, Clone)]
pub struct SessionSummary {
    pub session_id: Id,
    pub created_at: i64,
    pub last_seen_at: i64,
    pub place: String,
    /// `None`: it was opened by a password.
    pub credential_name: Option<String>,
}

#[derive(Debug, Clone)]
pub struct NewSession<'a> {
    pub token_hash: TokenHash,
    pub session_id: Id,
    pub person_id: Id,
    pub credential_id: &'a [u8],
    pub person_version: i64,
    pub credential_version: i64,
    pub epoch: Id,
    pub now: i64,
    pub expires_at: i64,
    pub place: String,
}

fn parse(mut row: Row) -> Result<LiveSession, StoreError> {
    Ok(LiveSession {
        session_id: row.id()?,
        person_id: row.id()?,
        credential_id: row.bytes()?,
        auth_time: row.int()?,
        created_at: row.int()?,
        last_seen_at: row.int()?,
        expires_at: row.int()?,
        place: row.text()?,
        user_name: row.text()?,
        display_name: row.text()?,
        roles: row.int()?,
    })
}

impl Store {
    /// `seen_after` is the time before which an unused session is over.
    pub async fn find_live_session(
        &self,
        tenant: Id,
        token_hash: TokenHash,
        now: i64,
        seen_after: i64,
    ) -> Result<Option<LiveSession>, StoreError> {
        let args = vec![
            tenant.into(),
            token_hash.into(),
            now.into(),
            seen_after.into(),
        ];
        self.read_key(&FIND_LIVE, args)
            .await?
            .map(parse)
            .transpose()
    }

    pub async fn list_live_sessions(
        &self,
        tenant: Id,
        person: Id,
        now: i64,
        seen_after: i64,
    ) -> Result<Vec<SessionSummary>, StoreError> {
        let args = vec![tenant.into(), person.into(), now.into(), seen_after.into()];
        let rows = self.read(&LIST_LIVE, args).await?;
        rows.into_iter()
            .map(|mut row| {
                Ok(SessionSummary {
                    session_id: row.id()?,
                    created_at: row.int()?,
                    last_seen_at: row.int()?,
                    place: row.text()?,
                    credential_name: row.opt_text()?,
                })
            })
            .collect()
    }
}

impl Unit {
    pub fn insert_session(&mut self, tenant: Id, session: &NewSession<'_>) -> &mut Unit {
        let args = vec![
            tenant.into(),
            session.token_hash.into(),
            session.session_id.into(),
            session.person_id.into(),
            session.credential_id.into(),
            session.person_version.into(),
            session.credential_version.into(),
            session.epoch.into(),
            session.now.into(),
            session.expires_at.into(),
            session.place.as_str().into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Writes the time of last use.
    pub fn touch_session(&mut self, tenant: Id, token_hash: TokenHash, now: i64) -> &mut Unit {
        self.step(
            &TOUCH,
            vec![tenant.into(), token_hash.into(), now.into()],
            Expect::Any,
        )
    }

    /// Refused with [`Guard::Missing`] when it is not this person's or ended already. Here and below, what applications got
    /// through it to renew tokens by ends with it, and those that want to be told are.
    pub fn end_session(&mut self, tenant: Id, person: Id, session: Id, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), session.into(), now.into()];
        self.step(&END, args, Expect::One(Guard::Missing));
        self.end_families_of_session(tenant, person, session, now);
        self.insert_logouts(tenant, person, now)
    }

    /// The same, of a session that another one of the same person takes the place of: what applications got through it
    /// goes on, see [`Unit::move_refresh_families`] and [`Unit::move_session_clients`].
    pub fn supersede_session(
        &mut self,
        tenant: Id,
        person: Id,
        session: Id,
        now: i64,
    ) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), session.into(), now.into()];
        self.step(&END, args, Expect::One(Guard::Missing))
    }

    /// Guards that the session that asks is still live by every rule.
    pub fn require_session(&mut self, tenant: Id, person: Id, session: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), session.into()];
        self.step(&REQUIRE, args, Expect::One(Guard::SessionOver))
    }

    pub fn end_sessions_of_credential(
        &mut self,
        tenant: Id,
        person: Id,
        credential_id: &[u8],
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            person.into(),
            credential_id.into(),
            now.into(),
        ];
        self.step(&END_BY_CREDENTIAL, args, Expect::Any);
        self.end_families_of_credential(tenant, person, credential_id, now);
        self.insert_logouts(tenant, person, now)
    }

    pub fn end_sessions_of_person(&mut self, tenant: Id, person: Id, now: i64) -> &mut Unit {
        self.step(
            &END_BY_PERSON,
            vec![tenant.into(), person.into(), now.into()],
            Expect::Any,
        );
        self.end_families_of_person(tenant, person, now);
        self.insert_logouts(tenant, person, now)
    }

    /// Deletes at most 500 that were opened before; returns a row for each.
    pub fn purge_sessions(&mut self, tenant: Id, before: i64) -> &mut Unit {
        self.purge_session_clients(tenant, before);
        let args = vec![tenant.into(), before.to_be_bytes().into()];
        self.step(&PURGE, args, Expect::Any)
    }
}
