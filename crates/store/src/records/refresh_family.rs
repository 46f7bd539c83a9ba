//! What applications renew tokens by (security 3, 29): one row for all refresh tokens that follow each other.

use crate::records::password::live_method;
use crate::records::token::{CodeHash, LivePerson, parse_live_person};
use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

/// The families of the person `$2`, by their index: left to itself SQLite reads every family of the tenant.
macro_rules! of_person {
    () => {
        "family_id IN (SELECT o.family_id FROM refresh_family o WHERE o.tenant_id = $1 AND o.person_id = $2)"
    };
}

/// Of the person `$2` for the application `$3`.
macro_rules! live_of_client {
    () => {
        "o.tenant_id = $1 AND o.person_id = $2 AND o.principal_id = $3 AND o.ended_at IS NULL"
    };
}

statements! {
    /// Of the session it takes whom it is of, and every version that it rests on.
    INSERT = "refresh_family.insert" Tenant
        "INSERT INTO refresh_family (tenant_id, family_id, principal_id, person_id, person_version, credential_id, credential_version,
             epoch, renewal_version, session_id, auth_time, code_hash, in_hardware, platform, scope, issuer, generation, rotated_at,
             repeated, expires_at, ended_at, key_thumbprint, sid)
         SELECT $1, $2, k.principal_id, s.person_id, s.person_version, s.credential_id, s.credential_version,
             s.epoch, p.renewal_version, s.session_id, s.auth_time, k.code_hash, $6, k.platform, k.scope, k.issuer, 0, $4,
             0, s.auth_time + $5, NULL, $7, s.session_id
         FROM authorization_code k
         JOIN service_principal p ON p.tenant_id = $1 AND p.object_id = k.principal_id
         CROSS JOIN session b CROSS JOIN session s
         WHERE k.tenant_id = $1 AND k.code_hash = $3 AND b.tenant_id = $1 AND b.person_id = k.person_id
         AND s.tenant_id = $1 AND s.token_hash = b.token_hash AND s.session_id = k.session_id AND s.ended_at IS NULL";
    FIND = "refresh_family.find" Tenant
        "SELECT f.family_id, f.principal_id, f.person_id, f.credential_id, f.session_id, f.in_hardware, f.platform, f.scope, f.issuer, f.generation,
             f.rotated_at, f.repeated, f.expires_at, f.ended_at, f.key_thumbprint, COALESCE(f.sid, f.session_id)
         FROM refresh_family f JOIN tenant t ON t.tenant_id = $1 AND t.epoch = f.epoch
         WHERE f.tenant_id = $1 AND f.family_id = $2";
    FIND_LIVE_PERSON = "refresh_family.find_live_person" Tenant
        concat!(
            "SELECT f.auth_time, f.credential_id, n.user_name, n.display_name FROM refresh_family f
         JOIN tenant t ON t.tenant_id = $1 AND t.epoch = f.epoch
         JOIN person n ON n.tenant_id = $1 AND n.person_id = f.person_id
             AND n.security_version = f.person_version AND n.status = 'enabled'
         JOIN service_principal p ON p.tenant_id = $1 AND p.object_id = f.principal_id AND p.object_id = $4 AND p.security_version = $5
             AND p.renewal_version = f.renewal_version AND p.status = 'enabled'
         JOIN application a ON a.tenant_id = $1 AND a.app_id = p.app_id AND a.status = 'active'
         WHERE f.tenant_id = $1 AND f.family_id = $2 AND f.person_id = $3 AND f.ended_at IS NULL AND f.expires_at > $6
         AND ",
            live_method!("f")
        );
    /// All that a renewal, or a change by a renewed token, rests on stands in its unit.
    REQUIRE = "refresh_family.require" Tenant
        concat!(
            "UPDATE refresh_family SET repeated = repeated
         WHERE tenant_id = $1 AND family_id = $2 AND ended_at IS NULL
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = refresh_family.epoch)
         AND EXISTS (SELECT 1 FROM person p WHERE p.tenant_id = $1 AND p.person_id = refresh_family.person_id
             AND p.security_version = refresh_family.person_version AND p.status = 'enabled')
         AND ",
            live_method!("refresh_family"),
            "
         AND EXISTS (SELECT 1 FROM service_principal r WHERE r.tenant_id = $1 AND r.object_id = refresh_family.principal_id
             AND r.renewal_version = refresh_family.renewal_version AND r.status = 'enabled')"
        );
    ROTATE = "refresh_family.rotate" Tenant
        "UPDATE refresh_family SET generation = generation + 1, rotated_at = $4, repeated = 0, key_thumbprint = $6
         WHERE tenant_id = $1 AND family_id = $2 AND generation = $3 AND ended_at IS NULL AND expires_at > $4
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.policy_version = $5)";
    REPEAT = "refresh_family.repeat" Tenant
        "UPDATE refresh_family SET repeated = 1
         WHERE tenant_id = $1 AND family_id = $2 AND generation = $3 AND repeated = 0 AND rotated_at >= $4 AND ended_at IS NULL
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.policy_version = $5)";
    /// The access token that came with the code rests on the code.
    VOID_CODE = "refresh_family.void_code" Tenant
        "UPDATE authorization_code SET revoked_at = $3 WHERE tenant_id = $1 AND revoked_at IS NULL
         AND code_hash IN (SELECT f.code_hash FROM refresh_family f WHERE f.tenant_id = $1 AND f.family_id = $2)";
    END = "refresh_family.end" Tenant
        "UPDATE refresh_family SET ended_at = $3 WHERE tenant_id = $1 AND family_id = $2 AND ended_at IS NULL";
    END_BY_SESSION = "refresh_family.end_by_session" Tenant
        concat!(
            "UPDATE refresh_family SET ended_at = $4 WHERE tenant_id = $1 AND session_id = $3 AND ended_at IS NULL AND ",
            of_person!()
        );
    MOVE = "refresh_family.move" Tenant
        concat!(
            "UPDATE refresh_family SET session_id = $4 WHERE tenant_id = $1 AND session_id = $3 AND ended_at IS NULL AND ",
            of_person!()
        );
    END_BY_CREDENTIAL = "refresh_family.end_by_credential" Tenant
        concat!(
            "UPDATE refresh_family SET ended_at = $4 WHERE tenant_id = $1 AND ended_at IS NULL
             AND (credential_id = $3 OR session_id IN (SELECT s.session_id FROM session b CROSS JOIN session s
                 WHERE b.tenant_id = $1 AND b.person_id = $2 AND s.tenant_id = $1 AND s.token_hash = b.token_hash
                 AND s.credential_id = $3)) AND ",
            of_person!()
        );
    END_BY_PERSON = "refresh_family.end_by_person" Tenant
        concat!(
            "UPDATE refresh_family SET ended_at = $3 WHERE tenant_id = $1 AND ended_at IS NULL AND ",
            of_person!()
        );
    END_BY_CLIENT = "refresh_family.end_by_client" Tenant
        concat!(
            "UPDATE refresh_family SET ended_at = $4 WHERE tenant_id = $1 AND principal_id = $3 AND ended_at IS NULL AND ",
            of_person!()
        );
    /// One more than `$4` that have not ended, of one application for one person.
    EXCEEDED = "refresh_family.exceeded" Tenant
        concat!("SELECT o.family_id FROM refresh_family o WHERE ", live_of_client!(), " ORDER BY o.family_id LIMIT 1 OFFSET $4");
    /// All but the newest `$4`: families begin with the time of their first token.
    COUNT_OLDEST = "refresh_family.count_oldest" Tenant
        concat!(
            "SELECT COUNT(*) FROM (SELECT o.family_id FROM refresh_family o WHERE ",
            live_of_client!(),
            " ORDER BY o.family_id DESC LIMIT 5000 OFFSET $4) AS r"
        );
    VOID_CODES_OF_OLDEST = "authorization_code.revoke_of_oldest" Tenant
        concat!(
            "UPDATE authorization_code SET revoked_at = $5 WHERE tenant_id = $1 AND revoked_at IS NULL
             AND code_hash IN (SELECT n.code_hash FROM refresh_family n WHERE n.tenant_id = $1
                 AND n.family_id IN (SELECT o.family_id FROM refresh_family o WHERE ",
            live_of_client!(),
            " ORDER BY o.family_id DESC LIMIT 5000 OFFSET $4))"
        );
    END_OLDEST = "refresh_family.end_oldest" Tenant
        concat!(
            "UPDATE refresh_family SET ended_at = $5 WHERE tenant_id = $1 AND ended_at IS NULL
             AND family_id IN (SELECT o.family_id FROM refresh_family o WHERE ",
            live_of_client!(),
            " ORDER BY o.family_id DESC LIMIT 5000 OFFSET $4)"
        );
    /// Codes begin with the time of their issue: those that were issued before $5 have nothing left to void.
    VOID_CODES_OF_CLIENT = "authorization_code.revoke_of_client" Tenant
        "UPDATE authorization_code SET revoked_at = $4 WHERE tenant_id = $1 AND code_hash >= $5 AND person_id = $2 AND principal_id = $3
         AND revoked_at IS NULL";
    END_BY_CODE = "refresh_family.end_by_code" Tenant
        "UPDATE refresh_family SET ended_at = $3 WHERE tenant_id = $1 AND ended_at IS NULL
         AND family_id IN (SELECT o.family_id FROM refresh_family o WHERE o.tenant_id = $1 AND o.code_hash = $2)";
    PURGE = "refresh_family.purge" Tenant
        "DELETE FROM refresh_family WHERE tenant_id = $1 AND family_id IN (SELECT o.family_id FROM refresh_family o
             WHERE o.tenant_id = $1 AND o.family_id < $2 LIMIT 500) RETURNING 1";
}

/// Names a family: the time of its first token (microseconds, big endian), then 16 random bytes.
pub type FamilyId = [u8; 24];

/// All refresh tokens that follow each other, and what they are bound to.
#[derive(Debug, Clone)]
pub struct RefreshFamily {
    pub family_id: FamilyId,
    pub principal_id: Id,
    pub person_id: Id,
    pub credential_id: Vec<u8>,
    pub session_id: Id,
    /// The passkey proved at the sign-in that its key lies in hardware.
    pub in_hardware: bool,
    pub platform: String,
    pub scope: String,
    pub issuer: String,
    /// The number of the token that counts.
    pub generation: i64,
    pub rotated_at: i64,
    /// The token before was presented once more since.
    pub repeated: bool,
    pub expires_at: i64,
    pub ended_at: Option<i64>,
    /// Of the key that the last tokens were bound to.
    pub key_thumbprint: Option<[u8; 32]>,
    /// The session as its first id token named it; [`RefreshFamily::session_id`] may have taken its place since.
    pub sid: Id,
}

fn parse(mut row: Row) -> Result<RefreshFamily, StoreError> {
    Ok(RefreshFamily {
        family_id: row.array()?,
        principal_id: row.id()?,
        person_id: row.id()?,
        credential_id: row.bytes()?,
        session_id: row.id()?,
        in_hardware: row.truth()?,
        platform: row.text()?,
        scope: row.text()?,
        issuer: row.text()?,
        generation: row.int()?,
        rotated_at: row.int()?,
        repeated: row.truth()?,
        expires_at: row.int()?,
        ended_at: row.opt_int()?,
        key_thumbprint: row.opt_array()?,
        sid: row.id()?,
    })
}

impl Store {
    /// A family of this epoch, ended or not.
    pub async fn find_refresh_family(
        &self,
        tenant: Id,
        family: FamilyId,
    ) -> Result<Option<RefreshFamily>, StoreError> {
        let found = self
            .read_one(&FIND, vec![tenant.into(), family.into()])
            .await?;
        found.map(parse).transpose()
    }

    /// How many families of an application for a person have not ended, without the newest `kept`.
    pub async fn count_oldest_families(
        &self,
        tenant: Id,
        (person, principal): (Id, Id),
        kept: i64,
    ) -> Result<i64, StoreError> {
        let args = vec![tenant.into(), person.into(), principal.into(), kept.into()];
        let row = self.read_one(&COUNT_OLDEST, args).await?;
        row.map_or(Ok(0), |mut row| row.int())
    }

    /// The person of a family, if family, person, passkey and application (in that version) all stand as they did.
    pub async fn find_live_person_of_family(
        &self,
        tenant: Id,
        family: FamilyId,
        person: Id,
        (principal, principal_version): (Id, i64),
        now: i64,
    ) -> Result<Option<LivePerson>, StoreError> {
        let args = vec![
            tenant.into(),
            family.into(),
            person.into(),
            principal.into(),
            principal_version.into(),
            now.into(),
        ];
        let found = self.read_one(&FIND_LIVE_PERSON, args).await?;
        found.map(parse_live_person).transpose()
    }
}

impl Unit {
    /// Of what the code stands for, until `lifetime` after the sign-in; refused with [`Guard::SessionOver`] when its session
    /// has ended.
    pub fn insert_refresh_family(
        &mut self,
        tenant: Id,
        family: FamilyId,
        code_hash: CodeHash,
        (in_hardware, key): (bool, Option<&[u8; 32]>),
        now: i64,
        lifetime: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            family.into(),
            code_hash.into(),
            now.into(),
            lifetime.into(),
            in_hardware.into(),
            key.map(|it| it.as_slice()).into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::SessionOver))
    }

    /// All but the newest `kept` of an application for a person, with the access tokens that came first.
    pub fn end_oldest_families(
        &mut self,
        tenant: Id,
        (person, principal): (Id, Id),
        kept: i64,
        now: i64,
    ) -> &mut Unit {
        let args = || {
            vec![
                tenant.into(),
                person.into(),
                principal.into(),
                kept.into(),
                now.into(),
            ]
        };
        // The codes first, as everywhere.
        self.step(&VOID_CODES_OF_OLDEST, args(), Expect::Any);
        self.step(&END_OLDEST, args(), Expect::Any)
    }

    /// Guards that at most `most` families of an application for a person have not ended; refused with [`Guard::Count`]. Two units at
    /// once may exceed it by one: the next one finds that.
    pub fn bound_refresh_families(
        &mut self,
        tenant: Id,
        (person, principal): (Id, Id),
        most: i64,
    ) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), principal.into(), most.into()];
        self.step(&EXCEEDED, args, Expect::Zero(Guard::Count))
    }

    /// Guards that the family, its person and its passkey stand.
    pub fn require_refresh_family(&mut self, tenant: Id, family: FamilyId) -> &mut Unit {
        let args = vec![tenant.into(), family.into()];
        self.step(&REQUIRE, args, Expect::One(Guard::SessionOver))
    }

    /// The token of `generation` is used up and the next one counts: holds for exactly one unit, under this policy.
    pub fn rotate_refresh_family(
        &mut self,
        tenant: Id,
        family: FamilyId,
        generation: i64,
        now: i64,
        policy_version: i64,
        key: Option<&[u8; 32]>,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            family.into(),
            generation.into(),
            now.into(),
            policy_version.into(),
            key.map(|it| it.as_slice()).into(),
        ];
        self.step(&ROTATE, args, Expect::One(Guard::Moved))
    }

    /// The token before that of `generation` was presented once more: holds once, if it was followed at `since` or later.
    pub fn repeat_refresh_family(
        &mut self,
        tenant: Id,
        family: FamilyId,
        generation: i64,
        since: i64,
        policy_version: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            family.into(),
            generation.into(),
            since.into(),
            policy_version.into(),
        ];
        self.step(&REPEAT, args, Expect::One(Guard::Moved))
    }

    /// From a session to the one that takes its place.
    pub fn move_refresh_families(&mut self, tenant: Id, person: Id, from: Id, to: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), from.into(), to.into()];
        self.step(&MOVE, args, Expect::Any)
    }

    /// With the access token that came first.
    pub fn end_refresh_family(&mut self, tenant: Id, family: FamilyId, now: i64) -> &mut Unit {
        let args = || vec![tenant.into(), family.into(), now.into()];
        self.step(&VOID_CODE, args(), Expect::Any);
        let args = args();
        self.step(&END, args, Expect::Any)
    }

    pub(super) fn end_families_of_session(
        &mut self,
        tenant: Id,
        person: Id,
        session: Id,
        now: i64,
    ) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), session.into(), now.into()];
        self.step(&END_BY_SESSION, args, Expect::Any)
    }

    pub(super) fn end_families_of_credential(
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
        self.step(&END_BY_CREDENTIAL, args, Expect::Any)
    }

    pub(super) fn end_families_of_person(&mut self, tenant: Id, person: Id, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), now.into()];
        self.step(&END_BY_PERSON, args, Expect::Any)
    }

    pub(super) fn end_families_of_code(
        &mut self,
        tenant: Id,
        code_hash: CodeHash,
        now: i64,
    ) -> &mut Unit {
        let args = vec![tenant.into(), code_hash.into(), now.into()];
        self.step(&END_BY_CODE, args, Expect::Any)
    }

    /// All that an application holds of a person ends: renewals, and what codes gave that were issued since.
    pub fn end_access(
        &mut self,
        tenant: Id,
        (person, principal): (Id, Id),
        now: i64,
        issued_since: i64,
    ) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), principal.into(), now.into()];
        let mut of_codes = args.clone();
        of_codes.push(issued_since.to_be_bytes().into());
        // The codes first: a redemption under way holds its code's row, and its family is there once the row is free.
        self.step(&VOID_CODES_OF_CLIENT, of_codes, Expect::Any);
        self.step(&END_BY_CLIENT, args, Expect::Any)
    }

    /// Deletes at most 500 that began before; returns a row for each.
    pub fn purge_refresh_families(&mut self, tenant: Id, begun_before: i64) -> &mut Unit {
        let args = vec![tenant.into(), begun_before.to_be_bytes().into()];
        self.step(&PURGE, args, Expect::Any)
    }
}
