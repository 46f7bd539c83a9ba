//! Ways back in that time or somebody else confirms; tokens and codes themselves are never here.

use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

macro_rules! requests {
    ($which:literal) => {
        concat!(
            "SELECT r.request_id, r.rung, r.status, r.person_id, r.person_version, r.browser_hash, r.approver_id, r.approver_version,
                 r.place, r.created_at, r.ready_at, r.expires_at
             FROM recovery_request r JOIN tenant t ON t.tenant_id = $1 AND t.epoch = r.epoch
             WHERE r.tenant_id = $1 AND ",
            $which
        )
    };
}

statements! {
    INSERT = "recovery_request.insert" Tenant
        "INSERT INTO recovery_request (tenant_id, request_id, rung, status, person_id, person_version, browser_hash, token_hash,
             code_hash, place, epoch, created_at, expires_at)
         VALUES ($1, $2, $3, 'asked', $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING";
    FIND = "recovery_request.find" Tenant
        requests!("r.request_id = $2 AND r.expires_at > $3");
    FIND_BY_TOKEN = "recovery_request.find_by_token" Tenant
        requests!("r.token_hash = $2 AND r.expires_at > $3");
    FIND_BY_CODE = "recovery_request.find_by_code" Tenant
        requests!("r.code_hash = $2 AND r.expires_at > $3");
    FIND_BY_BROWSER = "recovery_request.find_by_browser" Tenant
        requests!("r.browser_hash = $2 AND r.expires_at > $3 AND (r.status = 'open' OR r.status = 'asked' AND r.rung <> 'mail'
                 OR r.status = 'ended' AND r.rung = 'manager') ORDER BY CASE r.status WHEN 'open' THEN 0 ELSE 1 END, r.created_at DESC LIMIT 1");
    LIST_OF_PERSON = "recovery_request.list_of_person" Tenant
        requests!("r.person_id = $2 AND r.expires_at > $3 AND r.status IN ('asked', 'open') ORDER BY r.created_at DESC LIMIT 20");
    /// Of whoever somebody is the manager of.
    LIST_OF_MANAGER = "recovery_request.list_of_manager" Tenant
        requests!("r.person_id IN (SELECT p.person_id FROM person p WHERE p.tenant_id = $1 AND p.manager_id = $2)
             AND r.expires_at > $3 AND r.status = 'asked' AND r.rung = 'manager' ORDER BY r.created_at DESC LIMIT 20");
    LIST_READY = "recovery_request.list_ready" Tenant
        requests!("r.rung = 'mail' AND r.status = 'open' AND r.told_at IS NULL AND r.ready_at <= $2 AND r.expires_at > $2 LIMIT 100");
    /// The waiting time begins, in this browser.
    WAIT = "recovery_request.wait" Tenant
        "UPDATE recovery_request SET status = 'open', browser_hash = $4, ready_at = $5, expires_at = $6
         WHERE tenant_id = $1 AND request_id = $2 AND status = 'asked' AND rung = 'mail' AND expires_at > $3
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = recovery_request.epoch)";
    /// Whoever has the letter goes on in another browser.
    MOVE = "recovery_request.move" Tenant
        "UPDATE recovery_request SET browser_hash = $4
         WHERE tenant_id = $1 AND request_id = $2 AND status = 'open' AND rung = 'mail' AND expires_at > $3";
    /// Somebody says that it is who it says.
    APPROVE = "recovery_request.approve" Tenant
        "UPDATE recovery_request SET status = 'open', person_id = $4, person_version = $5, approver_id = $6, approver_version = $7,
             ready_at = $3, expires_at = $8
         WHERE tenant_id = $1 AND request_id = $2 AND status = 'asked' AND rung <> 'mail' AND expires_at > $3
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = recovery_request.epoch)";
    END = "recovery_request.end" Tenant
        "UPDATE recovery_request SET status = 'ended'
         WHERE tenant_id = $1 AND request_id = $2 AND status IN ('asked', 'open') AND expires_at > $3";
    END_OF_PERSON = "recovery_request.end_of_person" Tenant
        "UPDATE recovery_request SET status = 'ended'
         WHERE tenant_id = $1 AND person_id = $2 AND request_id <> $3 AND status IN ('asked', 'open')";
    USE = "recovery_request.use" Tenant
        "UPDATE recovery_request SET status = 'used'
         WHERE tenant_id = $1 AND request_id = $2 AND person_id = $3 AND browser_hash = $4 AND status = 'open' AND ready_at <= $5
         AND expires_at > $5
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = recovery_request.epoch)
         AND EXISTS (SELECT 1 FROM person p WHERE p.tenant_id = $1 AND p.person_id = recovery_request.person_id
             AND p.security_version = recovery_request.person_version AND p.status = 'enabled'
             AND (recovery_request.rung <> 'mail' OR p.mail_since IS NULL OR p.mail_since <= recovery_request.created_at)
             AND (recovery_request.rung <> 'manager' OR p.manager_id = recovery_request.approver_id))
         AND (recovery_request.approver_id IS NULL OR EXISTS (SELECT 1 FROM person a WHERE a.tenant_id = $1
             AND a.person_id = recovery_request.approver_id AND a.security_version = recovery_request.approver_version
             AND a.status = 'enabled'))";
    MARK_TOLD = "recovery_request.mark_told" Tenant
        "UPDATE recovery_request SET told_at = $3 WHERE tenant_id = $1 AND request_id = $2 AND told_at IS NULL AND status = 'open'";
    PURGE = "recovery_request.purge" Tenant
        "DELETE FROM recovery_request WHERE tenant_id = $1 AND request_id IN (SELECT o.request_id FROM recovery_request o
             WHERE o.tenant_id = $1 AND o.expires_at < $2 LIMIT 400) RETURNING 1";

    FIND_CHANNELS = "recovery_request.find_channels" Tenant
        "SELECT p.mail, p.mail_since, p.manager_id, p.manager_since, p.created_at FROM person p
         WHERE p.tenant_id = $1 AND p.person_id = $2 AND p.status = 'enabled'";
    MARK_MAIL = "recovery_request.mark_mail_changed" Tenant
        "UPDATE person SET mail_since = $3 WHERE tenant_id = $1 AND person_id = $2";
    MARK_MANAGER = "recovery_request.mark_manager_changed" Tenant
        "UPDATE person SET manager_since = $3 WHERE tenant_id = $1 AND person_id = $2";
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecoveryStatus {
    Asked,
    /// Gives a passkey from its time on.
    Open,
    Used,
    Ended,
}

impl RecoveryStatus {
    /// An unknown word blocks: it reads as ended.
    fn parse(text: &str) -> RecoveryStatus {
        match text {
            "asked" => RecoveryStatus::Asked,
            "open" => RecoveryStatus::Open,
            "used" => RecoveryStatus::Used,
            _ => RecoveryStatus::Ended,
        }
    }
}

/// Of this epoch, before its end.
#[derive(Debug, Clone)]
pub struct RecoveryRequest {
    pub request_id: Id,
    pub rung: String,
    pub status: RecoveryStatus,
    pub person_id: Option<Id>,
    pub person_version: Option<i64>,
    pub browser_hash: [u8; 32],
    pub approver_id: Option<Id>,
    pub approver_version: Option<i64>,
    /// JSON of a place.
    pub place: String,
    pub created_at: i64,
    pub ready_at: Option<i64>,
    pub expires_at: i64,
}

#[derive(Debug, Clone)]
pub struct NewRecoveryRequest<'a> {
    pub request_id: Id,
    pub rung: &'a str,
    /// With their version.
    pub person: Option<(Id, i64)>,
    pub browser_hash: [u8; 32],
    pub token_hash: Option<[u8; 32]>,
    pub code_hash: Option<[u8; 32]>,
    pub place: String,
    pub epoch: Id,
    pub created_at: i64,
    pub expires_at: i64,
}

/// Somebody with the version that they had.
#[derive(Debug, Clone, Copy)]
pub struct Versioned {
    pub id: Id,
    pub version: i64,
}

/// By what somebody can be reached, and since when.
#[derive(Debug, Clone)]
pub struct Channels {
    pub mail: Option<String>,
    /// `None`: for as long as the person is there.
    pub mail_since: Option<i64>,
    pub manager_id: Option<Id>,
    pub manager_since: Option<i64>,
    pub created_at: i64,
}

fn parse(mut row: Row) -> Result<RecoveryRequest, StoreError> {
    Ok(RecoveryRequest {
        request_id: row.id()?,
        rung: row.text()?,
        status: RecoveryStatus::parse(&row.text()?),
        person_id: row.opt_id()?,
        person_version: row.opt_int()?,
        browser_hash: row.array()?,
        approver_id: row.opt_id()?,
        approver_version: row.opt_int()?,
        place: row.text()?,
        created_at: row.int()?,
        ready_at: row.opt_int()?,
        expires_at: row.int()?,
    })
}

impl Store {
    pub async fn find_recovery_request(
        &self,
        tenant: Id,
        request: Id,
        now: i64,
    ) -> Result<Option<RecoveryRequest>, StoreError> {
        let args = vec![tenant.into(), request.into(), now.into()];
        self.read_one(&FIND, args).await?.map(parse).transpose()
    }

    /// By the letter's token, whatever became of it.
    pub async fn find_recovery_request_by_token(
        &self,
        tenant: Id,
        token_hash: [u8; 32],
        now: i64,
    ) -> Result<Option<RecoveryRequest>, StoreError> {
        let args = vec![tenant.into(), token_hash.into(), now.into()];
        let found = self.read_one(&FIND_BY_TOKEN, args).await?;
        found.map(parse).transpose()
    }

    /// By the code that somebody else types, whatever became of it.
    pub async fn find_recovery_request_by_code(
        &self,
        tenant: Id,
        code_hash: [u8; 32],
        now: i64,
    ) -> Result<Option<RecoveryRequest>, StoreError> {
        let args = vec![tenant.into(), code_hash.into(), now.into()];
        let found = self.read_one(&FIND_BY_CODE, args).await?;
        found.map(parse).transpose()
    }

    /// The newest that this browser may go on with: of letters, once one was opened in it; of managers, also what they denied.
    pub async fn find_recovery_request_by_browser(
        &self,
        tenant: Id,
        browser_hash: [u8; 32],
        now: i64,
    ) -> Result<Option<RecoveryRequest>, StoreError> {
        let args = vec![tenant.into(), browser_hash.into(), now.into()];
        let found = self.read_one(&FIND_BY_BROWSER, args).await?;
        found.map(parse).transpose()
    }

    /// What is asked or under way for somebody, newest first, at most 20.
    pub async fn list_recovery_requests(
        &self,
        tenant: Id,
        person: Id,
        now: i64,
    ) -> Result<Vec<RecoveryRequest>, StoreError> {
        let args = vec![tenant.into(), person.into(), now.into()];
        let rows = self.read(&LIST_OF_PERSON, args).await?;
        rows.into_iter().map(parse).collect()
    }

    /// What those ask whose manager somebody is, newest first, at most 20.
    pub async fn list_recovery_requests_of_manager(
        &self,
        tenant: Id,
        manager: Id,
        now: i64,
    ) -> Result<Vec<RecoveryRequest>, StoreError> {
        let args = vec![tenant.into(), manager.into(), now.into()];
        let rows = self.read(&LIST_OF_MANAGER, args).await?;
        rows.into_iter().map(parse).collect()
    }

    /// Whose waiting time is over, and who were not told yet; at most 100.
    pub async fn list_ready_recovery_requests(
        &self,
        tenant: Id,
        now: i64,
    ) -> Result<Vec<RecoveryRequest>, StoreError> {
        let rows = self
            .read(&LIST_READY, vec![tenant.into(), now.into()])
            .await?;
        rows.into_iter().map(parse).collect()
    }

    /// Of somebody who is enabled.
    pub async fn find_recovery_channels(
        &self,
        tenant: Id,
        person: Id,
    ) -> Result<Option<Channels>, StoreError> {
        let args = vec![tenant.into(), person.into()];
        let found = self.read_one(&FIND_CHANNELS, args).await?;
        found
            .map(|mut row| {
                Ok(Channels {
                    mail: row.opt_text()?,
                    mail_since: row.opt_int()?,
                    manager_id: row.opt_id()?,
                    manager_since: row.opt_int()?,
                    created_at: row.int()?,
                })
            })
            .transpose()
    }
}

impl Unit {
    /// Refused with [`Guard::Taken`] where another has the same code.
    pub fn insert_recovery_request(
        &mut self,
        tenant: Id,
        request: &NewRecoveryRequest<'_>,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            request.request_id.into(),
            request.rung.into(),
            request.person.map(|(id, _)| id).into(),
            request.person.map(|(_, version)| version).into(),
            request.browser_hash.into(),
            request.token_hash.into(),
            request.code_hash.into(),
            request.place.as_str().into(),
            request.epoch.into(),
            request.created_at.into(),
            request.expires_at.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Begins the waiting time, for exactly one unit; refused with [`Guard::Missing`] afterwards.
    pub fn begin_recovery_wait(
        &mut self,
        tenant: Id,
        request: Id,
        browser_hash: [u8; 32],
        (now, ready_at, expires_at): (i64, i64, i64),
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            request.into(),
            now.into(),
            browser_hash.into(),
            ready_at.into(),
            expires_at.into(),
        ];
        self.step(&WAIT, args, Expect::One(Guard::Missing))
    }

    pub fn move_recovery_request(
        &mut self,
        tenant: Id,
        request: Id,
        browser_hash: [u8; 32],
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            request.into(),
            now.into(),
            browser_hash.into(),
        ];
        self.step(&MOVE, args, Expect::One(Guard::Missing))
    }

    /// For exactly one unit; refused with [`Guard::Missing`] afterwards.
    pub fn approve_recovery_request(
        &mut self,
        tenant: Id,
        request: Id,
        (person, approver): (Versioned, Versioned),
        (now, expires_at): (i64, i64),
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            request.into(),
            now.into(),
            person.id.into(),
            person.version.into(),
            approver.id.into(),
            approver.version.into(),
            expires_at.into(),
        ];
        self.step(&APPROVE, args, Expect::One(Guard::Missing))
    }

    pub fn end_recovery_request(&mut self, tenant: Id, request: Id, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), request.into(), now.into()];
        self.step(&END, args, Expect::One(Guard::Missing))
    }

    /// All that are asked or under way, but this one.
    pub fn end_recovery_requests(&mut self, tenant: Id, person: Id, but: Id) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), but.into()];
        self.step(&END_OF_PERSON, args, Expect::Any)
    }

    /// Holds for exactly one unit; refused with [`Guard::Missing`] afterwards, before its time, in another browser, and when the
    /// person, or whoever approved, is not who they were.
    pub fn use_recovery_request(
        &mut self,
        tenant: Id,
        request: Id,
        person: Id,
        browser_hash: [u8; 32],
        now: i64,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            request.into(),
            person.into(),
            browser_hash.into(),
            now.into(),
        ];
        self.step(&USE, args, Expect::One(Guard::Missing))
    }

    /// For exactly one unit.
    pub fn mark_recovery_told(&mut self, tenant: Id, request: Id, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), request.into(), now.into()];
        self.step(&MARK_TOLD, args, Expect::One(Guard::Missing))
    }

    /// Deletes at most 400 that were over before; returns a row for each.
    pub fn purge_recovery_requests(&mut self, tenant: Id, before: i64) -> &mut Unit {
        let args = vec![tenant.into(), before.into()];
        self.step(&PURGE, args, Expect::Any)
    }

    /// In a unit that changes the address.
    pub fn mark_mail_changed(&mut self, tenant: Id, person: Id, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), now.into()];
        self.step(&MARK_MAIL, args, Expect::Any)
    }

    /// In a unit that changes the manager.
    pub fn mark_manager_changed(&mut self, tenant: Id, person: Id, now: i64) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), now.into()];
        self.step(&MARK_MANAGER, args, Expect::Any)
    }
}
