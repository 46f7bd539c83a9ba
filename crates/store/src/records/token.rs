//! What tokens rest on: authorization codes, and the live rows that every use of a token joins (security 28).

use crate::records::password::live_method;
use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    FIND_CLIENT = "client.find" Tenant
        "SELECT a.object_id, a.app_id, a.display_name, a.redirect_uris, p.object_id, p.security_version, t.epoch, p.assignment_required, a.device_flow,
             a.token_settings
         FROM application a
         JOIN tenant t ON t.tenant_id = $1
         JOIN service_principal p ON p.tenant_id = $1 AND p.app_id = a.app_id AND p.status = 'enabled'
         WHERE a.tenant_id = $1 AND a.app_id = $2 AND a.status = 'active'";
    FIND_LIVE_CLIENT = "client.find_live" Tenant
        "SELECT p.object_id FROM service_principal p
         JOIN tenant t ON t.tenant_id = $1 AND t.epoch = $4
         JOIN application a ON a.tenant_id = $1 AND a.app_id = p.app_id AND a.status = 'active'
         WHERE p.tenant_id = $1 AND p.object_id = $2 AND p.security_version = $3 AND p.status = 'enabled'";
    REQUIRE_CLIENT = "client.require" Tenant
        "UPDATE service_principal SET security_version = security_version
         WHERE tenant_id = $1 AND object_id = $2 AND security_version = $3 AND status = 'enabled'";
    /// `b` are the person's sessions, by their index: see [`crate::records::session`].
    FIND_LIVE_PERSON = "token.find_live_person" Tenant
        concat!(
            "SELECT s.auth_time, s.credential_id, n.user_name, n.display_name FROM session b CROSS JOIN session s
         JOIN tenant t ON t.tenant_id = $1 AND t.epoch = s.epoch
         JOIN person n ON n.tenant_id = $1 AND n.person_id = s.person_id
             AND n.security_version = s.person_version AND n.status = 'enabled'
         JOIN service_principal p ON p.tenant_id = $1 AND p.object_id = $4 AND p.security_version = $5 AND p.status = 'enabled'
         JOIN application a ON a.tenant_id = $1 AND a.app_id = p.app_id AND a.status = 'active'
         JOIN authorization_code k ON k.tenant_id = $1 AND k.code_hash = $6 AND k.session_id = s.session_id AND k.revoked_at IS NULL
         WHERE b.tenant_id = $1 AND b.person_id = $2 AND s.tenant_id = $1 AND s.token_hash = b.token_hash
         AND s.session_id = $3 AND s.ended_at IS NULL AND s.expires_at > $7 AND s.last_seen_at > $8
         AND ",
            live_method!("s")
        );
    INSERT_CODE = "authorization_code.insert" Tenant
        "INSERT INTO authorization_code (tenant_id, code_hash, principal_id, principal_version, person_id, session_id, redirect_uri,
             platform, challenge, scope, nonce, issuer, epoch, expires_at, is_acr_plain, key_thumbprint, used_at, revoked_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, NULL, NULL
         FROM tenant t WHERE t.tenant_id = $1 AND t.policy_version = $17";
    FIND_CODE = "authorization_code.find" Tenant
        "SELECT k.code_hash, k.principal_id, k.principal_version, k.person_id, k.session_id, k.redirect_uri, k.platform, k.challenge, k.scope,
             k.nonce, k.issuer, k.epoch, k.expires_at, k.is_acr_plain, k.key_thumbprint, k.used_at, k.revoked_at
         FROM authorization_code k JOIN tenant t ON t.tenant_id = $1 AND t.epoch = k.epoch
         WHERE k.tenant_id = $1 AND k.code_hash = $2";
    USE_CODE = "authorization_code.use" Tenant
        "UPDATE authorization_code SET used_at = $3
         WHERE tenant_id = $1 AND code_hash = $2 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3";
    REVOKE_CODE = "authorization_code.revoke" Tenant
        "UPDATE authorization_code SET revoked_at = $3 WHERE tenant_id = $1 AND code_hash = $2 AND revoked_at IS NULL";
    PURGE_CODES = "authorization_code.purge" Tenant
        "DELETE FROM authorization_code WHERE tenant_id = $1 AND code_hash IN (SELECT o.code_hash FROM authorization_code o
             WHERE o.tenant_id = $1 AND o.code_hash < $2 LIMIT 500) RETURNING 1";
}

/// Names a code: the time of its issue (microseconds, big endian), then the hash of its secret.
pub type CodeHash = [u8; 40];

/// An application that may sign in now.
#[derive(Debug, Clone)]
pub struct Client {
    pub object_id: Id,
    pub app_id: Id,
    pub display_name: String,
    pub redirect_uris: String,
    pub principal_id: Id,
    pub principal_version: i64,
    pub epoch: Id,
    /// Only people who are assigned to it may sign in to it.
    pub assignment_required: bool,
    /// Devices that can't show our pages may let people sign in to it on another one.
    pub device_flow: bool,
    /// JSON of what its tokens say, and how they are asked for and signed.
    pub token_settings: String,
}

/// A code, and everything that it is bound to.
#[derive(Debug, Clone)]
pub struct AuthorizationCode {
    pub code_hash: CodeHash,
    pub principal_id: Id,
    pub principal_version: i64,
    pub person_id: Id,
    pub session_id: Id,
    pub redirect_uri: String,
    pub platform: String,
    /// `None`: the client used no PKCE.
    pub challenge: Option<[u8; 32]>,
    pub scope: String,
    pub nonce: Option<String>,
    pub issuer: String,
    pub epoch: Id,
    pub expires_at: i64,
    /// The application is told `phr` even where more is true: it asked for no other word.
    pub is_acr_plain: bool,
    /// The thumbprint of the only key that may redeem it.
    pub key_thumbprint: Option<[u8; 32]>,
    pub used_at: Option<i64>,
    pub revoked_at: Option<i64>,
}

/// What a token of a person claims; all of it must still be so.
#[derive(Debug, Clone, Copy)]
pub struct PersonClaims {
    pub person_id: Id,
    pub session_id: Id,
    pub principal_id: Id,
    pub principal_version: i64,
    pub code_hash: CodeHash,
}

/// Who a token of a person is of, as of now.
#[derive(Debug, Clone)]
pub struct LivePerson {
    pub auth_time: i64,
    /// The passkey that signed in.
    pub credential_id: Vec<u8>,
    pub user_name: String,
    pub display_name: String,
}

pub(super) fn parse_live_person(mut row: Row) -> Result<LivePerson, StoreError> {
    Ok(LivePerson {
        auth_time: row.int()?,
        credential_id: row.bytes()?,
        user_name: row.text()?,
        display_name: row.text()?,
    })
}

fn parse_code(mut row: Row) -> Result<AuthorizationCode, StoreError> {
    Ok(AuthorizationCode {
        code_hash: row.array()?,
        principal_id: row.id()?,
        principal_version: row.int()?,
        person_id: row.id()?,
        session_id: row.id()?,
        redirect_uri: row.text()?,
        platform: row.text()?,
        challenge: row.opt_array()?,
        scope: row.text()?,
        nonce: row.opt_text()?,
        issuer: row.text()?,
        epoch: row.id()?,
        expires_at: row.int()?,
        is_acr_plain: row.truth()?,
        key_thumbprint: row.opt_array()?,
        used_at: row.opt_int()?,
        revoked_at: row.opt_int()?,
    })
}

impl Store {
    /// The client of that `client_id`, if it may sign in.
    pub async fn find_client(&self, tenant: Id, app: Id) -> Result<Option<Client>, StoreError> {
        let found = self
            .read_one(&FIND_CLIENT, vec![tenant.into(), app.into()])
            .await?;
        let Some(mut row) = found else {
            return Ok(None);
        };
        Ok(Some(Client {
            object_id: row.id()?,
            app_id: row.id()?,
            display_name: row.text()?,
            redirect_uris: row.text()?,
            principal_id: row.id()?,
            principal_version: row.int()?,
            epoch: row.id()?,
            assignment_required: row.truth()?,
            device_flow: row.truth()?,
            token_settings: row.text()?,
        }))
    }

    /// Whether a token of an application is of one that still stands as it did.
    pub async fn is_client_live(
        &self,
        tenant: Id,
        principal: Id,
        version: i64,
        epoch: Id,
    ) -> Result<bool, StoreError> {
        let args = vec![
            tenant.into(),
            principal.into(),
            version.into(),
            epoch.into(),
        ];
        Ok(self.read_one(&FIND_LIVE_CLIENT, args).await?.is_some())
    }

    /// The person of a token, if person, session, passkey, application and code all stand as they did.
    pub async fn find_live_person(
        &self,
        tenant: Id,
        claims: &PersonClaims,
        now: i64,
        seen_after: i64,
    ) -> Result<Option<LivePerson>, StoreError> {
        let args = vec![
            tenant.into(),
            claims.person_id.into(),
            claims.session_id.into(),
            claims.principal_id.into(),
            claims.principal_version.into(),
            claims.code_hash.into(),
            now.into(),
            seen_after.into(),
        ];
        let found = self.read_one(&FIND_LIVE_PERSON, args).await?;
        found.map(parse_live_person).transpose()
    }

    /// A code of this epoch, used or not.
    pub async fn find_code(
        &self,
        tenant: Id,
        code_hash: CodeHash,
    ) -> Result<Option<AuthorizationCode>, StoreError> {
        let found = self
            .read_one(&FIND_CODE, vec![tenant.into(), code_hash.into()])
            .await?;
        found.map(parse_code).transpose()
    }
}

impl Unit {
    /// Guards what was decided for a client.
    pub fn require_client(&mut self, tenant: Id, principal: Id, version: i64) -> &mut Unit {
        self.step(
            &REQUIRE_CLIENT,
            vec![tenant.into(), principal.into(), version.into()],
            Expect::One(Guard::Moved),
        )
    }

    /// Refused with [`Guard::Moved`] when the policy is another than the one that was asked.
    pub fn insert_code(
        &mut self,
        tenant: Id,
        code: &AuthorizationCode,
        policy_version: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            code.code_hash.into(),
            code.principal_id.into(),
            code.principal_version.into(),
            code.person_id.into(),
            code.session_id.into(),
            code.redirect_uri.as_str().into(),
            code.platform.as_str().into(),
            // No bytes stand for none: the column came before clients that may leave it out.
            code.challenge.as_ref().map_or(&[][..], |it| it).into(),
            code.scope.as_str().into(),
            code.nonce.as_deref().into(),
            code.issuer.as_str().into(),
            code.epoch.into(),
            code.expires_at.into(),
            code.is_acr_plain.into(),
            code.key_thumbprint.as_ref().map(|it| it.as_slice()).into(),
            policy_version.into(),
        ];
        self.step(&INSERT_CODE, args, Expect::One(Guard::Moved))
    }

    /// Holds for exactly one unit.
    pub fn use_code(&mut self, tenant: Id, code_hash: CodeHash, now: i64) -> &mut Unit {
        self.step(
            &USE_CODE,
            vec![tenant.into(), code_hash.into(), now.into()],
            Expect::One(Guard::Missing),
        )
    }

    /// The code, and every token made of it, is void.
    pub fn revoke_code(&mut self, tenant: Id, code_hash: CodeHash, now: i64) -> &mut Unit {
        self.step(
            &REVOKE_CODE,
            vec![tenant.into(), code_hash.into(), now.into()],
            Expect::Any,
        );
        self.end_families_of_code(tenant, code_hash, now)
    }

    /// Deletes at most 500 that were issued before; returns a row for each.
    pub fn purge_codes(&mut self, tenant: Id, issued_before: i64) -> &mut Unit {
        self.step(
            &PURGE_CODES,
            vec![tenant.into(), issued_before.to_be_bytes().into()],
            Expect::Any,
        )
    }
}
