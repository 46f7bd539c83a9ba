//! Applications behind forward authentication: their addresses, the codes by which a browser gets their cookies, and what
//! such a cookie stands for (security 26). Every use of one joins all that it rests on (security 3).

use crate::records::password::live_method;
use crate::records::token::CodeHash;
use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    LIST_ORIGINS = "protected_origin.list" Tenant
        "SELECT origin FROM protected_origin WHERE tenant_id = $1 AND object_id = $2 ORDER BY origin";
    INSERT_ORIGIN = "protected_origin.insert" Tenant
        "INSERT INTO protected_origin (tenant_id, origin, object_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    DELETE_ORIGIN = "protected_origin.delete" Tenant
        "DELETE FROM protected_origin WHERE tenant_id = $1 AND origin = $2 AND object_id = $3";
    PURGE_ORIGINS = "protected_origin.purge" Tenant
        "DELETE FROM protected_origin WHERE tenant_id = $1 AND object_id = $2";
    FIND_PROTECTED = "protected_origin.find_application" Tenant
        "SELECT a.app_id, a.display_name FROM protected_origin o
         JOIN application a ON a.tenant_id = $1 AND a.object_id = o.object_id AND a.status = 'active'
         JOIN service_principal p ON p.tenant_id = $1 AND p.app_id = a.app_id AND p.status = 'enabled'
         WHERE o.tenant_id = $1 AND o.origin = $2";
    INSERT_CODE = "forward_code.insert" Tenant
        "INSERT INTO forward_code (tenant_id, code_hash, principal_id, renewal_version, person_id, session_id, origin, browser_hash, uri,
             expires_at, used_at)
         SELECT $1, $2, p.object_id, p.renewal_version, $4, $5, o.origin, $7, $8, $9, NULL
         FROM tenant t
         JOIN service_principal p ON p.tenant_id = $1 AND p.object_id = $3 AND p.status = 'enabled'
         JOIN application a ON a.tenant_id = $1 AND a.app_id = p.app_id AND a.status = 'active'
         JOIN protected_origin o ON o.tenant_id = $1 AND o.origin = $6 AND o.object_id = a.object_id
         WHERE t.tenant_id = $1 AND t.policy_version = $10";
    FIND_CODE = "forward_code.find" Tenant
        "SELECT k.principal_id, p.app_id, k.person_id, n.user_name, k.session_id, s.credential_id, k.origin, k.browser_hash, k.uri, k.expires_at,
             k.used_at
         FROM forward_code k
         JOIN tenant t ON t.tenant_id = $1
         JOIN service_principal p ON p.tenant_id = $1 AND p.object_id = k.principal_id
             AND p.renewal_version = k.renewal_version AND p.status = 'enabled'
         CROSS JOIN session b CROSS JOIN session s
         JOIN person n ON n.tenant_id = $1 AND n.person_id = k.person_id
         WHERE k.tenant_id = $1 AND k.code_hash = $2 AND b.tenant_id = $1 AND b.person_id = k.person_id
         AND s.tenant_id = $1 AND s.token_hash = b.token_hash AND s.session_id = k.session_id AND s.epoch = t.epoch";
    USE_CODE = "forward_code.use" Tenant
        "UPDATE forward_code SET used_at = $3 WHERE tenant_id = $1 AND code_hash = $2 AND used_at IS NULL AND expires_at > $3";
    SPEND_CODE = "forward_code.spend" Tenant
        "UPDATE forward_code SET used_at = $3 WHERE tenant_id = $1 AND code_hash = $2 AND used_at IS NULL";
    PURGE_CODES = "forward_code.purge" Tenant
        "DELETE FROM forward_code WHERE tenant_id = $1 AND code_hash IN (SELECT o.code_hash FROM forward_code o
             WHERE o.tenant_id = $1 AND o.code_hash < $2 LIMIT 500) RETURNING 1";
    INSERT_SESSION = "forward_session.insert" Tenant
        "INSERT INTO forward_session (tenant_id, token_hash, principal_id, renewal_version, person_id, session_id, origin, group_names,
             checked_at, policy_version, created_at)
         SELECT $1, $2, k.principal_id, k.renewal_version, k.person_id, k.session_id, k.origin, $4, $5, t.policy_version, $5
         FROM forward_code k JOIN tenant t ON t.tenant_id = $1 AND t.policy_version = $6
         WHERE k.tenant_id = $1 AND k.code_hash = $3";
    /// Asked for every picture of every page: by keys alone.
    FIND_LIVE = "forward_session.find_live" Tenant
        concat!(
            "SELECT g.principal_id, p.app_id, g.person_id, s.credential_id, n.user_name, n.display_name, n.mail, g.group_names, g.checked_at,
             g.policy_version, t.policy_version
         FROM forward_session g
         JOIN tenant t ON t.tenant_id = $1
         CROSS JOIN session b CROSS JOIN session s
         JOIN person n ON n.tenant_id = $1 AND n.person_id = g.person_id
             AND n.security_version = s.person_version AND n.status = 'enabled'
         JOIN service_principal p ON p.tenant_id = $1 AND p.object_id = g.principal_id
             AND p.renewal_version = g.renewal_version AND p.status = 'enabled'
         JOIN application a ON a.tenant_id = $1 AND a.app_id = p.app_id AND a.status = 'active'
         JOIN protected_origin o ON o.tenant_id = $1 AND o.origin = g.origin AND o.object_id = a.object_id
         WHERE g.tenant_id = $1 AND g.token_hash = $2 AND g.origin = $3 AND b.tenant_id = $1 AND b.person_id = g.person_id
         AND s.tenant_id = $1 AND s.token_hash = b.token_hash AND s.session_id = g.session_id AND s.epoch = t.epoch
         AND s.ended_at IS NULL AND s.expires_at > $4 AND s.last_seen_at > $5
         AND ",
            live_method!("s")
        );
    RENEW = "forward_session.renew" Tenant
        "UPDATE forward_session SET group_names = $3, checked_at = $4, policy_version = $5
         WHERE tenant_id = $1 AND token_hash = $2 AND checked_at = $6
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.policy_version = $5)";
    MOVE = "forward_session.move" Tenant
        "UPDATE forward_session SET session_id = $4 WHERE tenant_id = $1 AND person_id = $2 AND session_id = $3";
    END = "forward_session.end" Tenant
        "DELETE FROM forward_session WHERE tenant_id = $1 AND token_hash = $2 AND origin = $3";
    PURGE = "forward_session.purge" Tenant
        "DELETE FROM forward_session WHERE tenant_id = $1 AND token_hash IN (SELECT o.token_hash FROM forward_session o
             WHERE o.tenant_id = $1 AND o.token_hash < $2 LIMIT 500) RETURNING 1";
}

/// Names a protected application's cookie: the time of its issue (microseconds, big endian), then the hash of its secret.
pub type ForwardToken = [u8; 40];

/// An application that lets people in by forward authentication now.
#[derive(Debug, Clone)]
pub struct ProtectedApplication {
    pub app_id: Id,
    pub display_name: String,
}

/// What a new code is bound to.
#[derive(Debug, Clone)]
pub struct NewForwardCode<'a> {
    pub code_hash: CodeHash,
    pub principal_id: Id,
    pub person_id: Id,
    pub session_id: Id,
    pub origin: &'a str,
    pub browser_hash: [u8; 32],
    pub uri: &'a str,
    pub expires_at: i64,
}

/// A code of an application that is enabled, used or not.
#[derive(Debug, Clone)]
pub struct ForwardCode {
    pub principal_id: Id,
    pub app_id: Id,
    pub person_id: Id,
    pub user_name: String,
    pub session_id: Id,
    /// The passkey that opened the session.
    pub credential_id: Vec<u8>,
    pub origin: String,
    pub browser_hash: [u8; 32],
    pub uri: String,
    pub expires_at: i64,
    pub used_at: Option<i64>,
}

/// What a redeemed code becomes.
#[derive(Debug, Clone)]
pub struct NewForwardSession<'a> {
    pub token_hash: ForwardToken,
    pub code_hash: CodeHash,
    /// JSON.
    pub group_names: &'a str,
    pub now: i64,
}

/// Who a protected application's cookie lets in, as of now.
#[derive(Debug, Clone)]
pub struct LiveForward {
    pub principal_id: Id,
    pub app_id: Id,
    pub person_id: Id,
    pub credential_id: Vec<u8>,
    pub user_name: String,
    pub display_name: String,
    pub mail: Option<String>,
    /// JSON, as of `checked_at`.
    pub group_names: String,
    /// When policy and assignment were asked last.
    pub checked_at: i64,
    /// The policy's version then.
    pub checked_policy: i64,
    /// The policy's version now.
    pub policy_version: i64,
}

fn parse_code(mut row: Row) -> Result<ForwardCode, StoreError> {
    Ok(ForwardCode {
        principal_id: row.id()?,
        app_id: row.id()?,
        person_id: row.id()?,
        user_name: row.text()?,
        session_id: row.id()?,
        credential_id: row.bytes()?,
        origin: row.text()?,
        browser_hash: row.array()?,
        uri: row.text()?,
        expires_at: row.int()?,
        used_at: row.opt_int()?,
    })
}

fn parse_live(mut row: Row) -> Result<LiveForward, StoreError> {
    Ok(LiveForward {
        principal_id: row.id()?,
        app_id: row.id()?,
        person_id: row.id()?,
        credential_id: row.bytes()?,
        user_name: row.text()?,
        display_name: row.text()?,
        mail: row.opt_text()?,
        group_names: row.text()?,
        checked_at: row.int()?,
        checked_policy: row.int()?,
        policy_version: row.int()?,
    })
}

impl Store {
    /// The addresses of one application, in their order.
    pub async fn list_protected_origins(
        &self,
        tenant: Id,
        object: Id,
    ) -> Result<Vec<String>, StoreError> {
        let rows = self
            .read(&LIST_ORIGINS, vec![tenant.into(), object.into()])
            .await?;
        rows.into_iter().map(|mut row| row.text()).collect()
    }

    /// The application behind an address, if it lets anybody in.
    pub async fn find_protected_application(
        &self,
        tenant: Id,
        origin: &str,
    ) -> Result<Option<ProtectedApplication>, StoreError> {
        let found = self
            .read_key(&FIND_PROTECTED, vec![tenant.into(), origin.into()])
            .await?;
        let Some(mut row) = found else {
            return Ok(None);
        };
        Ok(Some(ProtectedApplication {
            app_id: row.id()?,
            display_name: row.text()?,
        }))
    }

    /// A code of this epoch, used or not.
    pub async fn find_forward_code(
        &self,
        tenant: Id,
        code_hash: CodeHash,
    ) -> Result<Option<ForwardCode>, StoreError> {
        let found = self
            .read_one(&FIND_CODE, vec![tenant.into(), code_hash.into()])
            .await?;
        found.map(parse_code).transpose()
    }

    /// Whom a cookie lets in at this address, if session, person, passkey, application and address all stand as they did.
    /// `seen_after` is the time before which an unused session is over.
    pub async fn find_live_forward(
        &self,
        tenant: Id,
        token_hash: ForwardToken,
        origin: &str,
        now: i64,
        seen_after: i64,
    ) -> Result<Option<LiveForward>, StoreError> {
        let args = vec![
            tenant.into(),
            token_hash.into(),
            origin.into(),
            now.into(),
            seen_after.into(),
        ];
        let found = self.read_key(&FIND_LIVE, args).await?;
        found.map(parse_live).transpose()
    }
}

impl Unit {
    /// Refused with [`Guard::Taken`] when an application has it already.
    pub fn insert_protected_origin(&mut self, tenant: Id, origin: &str, object: Id) -> &mut Unit {
        let args = vec![tenant.into(), origin.into(), object.into()];
        self.step(&INSERT_ORIGIN, args, Expect::One(Guard::Taken))
    }

    pub fn delete_protected_origin(&mut self, tenant: Id, origin: &str, object: Id) -> &mut Unit {
        let args = vec![tenant.into(), origin.into(), object.into()];
        self.step(&DELETE_ORIGIN, args, Expect::One(Guard::Moved))
    }

    pub(super) fn purge_protected_origins(&mut self, tenant: Id, object: Id) -> &mut Unit {
        let args = vec![tenant.into(), object.into()];
        self.step(&PURGE_ORIGINS, args, Expect::Any)
    }

    /// Refused with [`Guard::Moved`] when the policy is another than the one that was asked, or the address is no longer the
    /// application's.
    pub fn insert_forward_code(
        &mut self,
        tenant: Id,
        code: &NewForwardCode<'_>,
        policy_version: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            code.code_hash.into(),
            code.principal_id.into(),
            code.person_id.into(),
            code.session_id.into(),
            code.origin.into(),
            code.browser_hash.into(),
            code.uri.into(),
            code.expires_at.into(),
            policy_version.into(),
        ];
        self.step(&INSERT_CODE, args, Expect::One(Guard::Moved))
    }

    /// Holds for exactly one unit.
    pub fn use_forward_code(&mut self, tenant: Id, code_hash: CodeHash, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), code_hash.into(), now.into()];
        self.step(&USE_CODE, args, Expect::One(Guard::Missing))
    }

    /// Nobody uses it any more; holds for exactly one unit, too, so that one record tells of it.
    pub fn spend_forward_code(&mut self, tenant: Id, code_hash: CodeHash, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), code_hash.into(), now.into()];
        self.step(&SPEND_CODE, args, Expect::One(Guard::Missing))
    }

    /// Deletes at most 500 that were issued before; returns a row for each.
    pub fn purge_forward_codes(&mut self, tenant: Id, issued_before: i64) -> &mut Unit {
        let args = vec![tenant.into(), issued_before.to_be_bytes().into()];
        self.step(&PURGE_CODES, args, Expect::Any)
    }

    /// Of what the code stands for; refused with [`Guard::Moved`] when the policy is another than the one that was asked.
    pub fn insert_forward_session(
        &mut self,
        tenant: Id,
        session: &NewForwardSession<'_>,
        policy_version: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            session.token_hash.into(),
            session.code_hash.into(),
            session.group_names.into(),
            session.now.into(),
            policy_version.into(),
        ];
        self.step(&INSERT_SESSION, args, Expect::One(Guard::Moved))
    }

    /// Policy and assignment were asked again; refused with [`Guard::Moved`] when another request did so since `checked_at`,
    /// or the policy moved.
    pub fn renew_forward_session(
        &mut self,
        tenant: Id,
        token_hash: ForwardToken,
        group_names: &str,
        (checked_at, now): (i64, i64),
        policy_version: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            token_hash.into(),
            group_names.into(),
            now.into(),
            policy_version.into(),
            checked_at.into(),
        ];
        self.step(&RENEW, args, Expect::One(Guard::Moved))
    }

    /// From a session to the one that takes its place.
    pub fn move_forward_sessions(&mut self, tenant: Id, person: Id, from: Id, to: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), from.into(), to.into()];
        self.step(&MOVE, args, Expect::Any)
    }

    /// What is not there (any more) is ended.
    pub fn end_forward_session(
        &mut self,
        tenant: Id,
        token_hash: ForwardToken,
        origin: &str,
    ) -> &mut Unit {
        let args = vec![tenant.into(), token_hash.into(), origin.into()];
        self.step(&END, args, Expect::Any)
    }

    /// Deletes at most 500 that began before; returns a row for each.
    pub fn purge_forward_sessions(&mut self, tenant: Id, begun_before: i64) -> &mut Unit {
        let args = vec![tenant.into(), begun_before.to_be_bytes().into()];
        self.step(&PURGE, args, Expect::Any)
    }
}
