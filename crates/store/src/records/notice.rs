//! Notices to people: what waits in the outbox for them, the links in them, how mail is sent, and addresses of a while ago.

use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    /// For somebody who is there: nothing else is refused for want of it.
    INSERT = "notice.insert" Tenant
        "INSERT INTO outbox (tenant_id, message_id, kind, recipient_id, payload, created_at, due_at, attempts, lease_id, topic, person_id)
         VALUES ($1, $2, 'notice', $3, $4, $5, $5, 0, NULL, $6, $7)";
    /// What it says goes; that it was for somebody stays for administrators to see.
    END_UNDELIVERED = "notice.end_undelivered" Tenant
        "UPDATE outbox SET kind = 'undelivered', payload = $4, cause = $5, lease_id = NULL
         WHERE tenant_id = $1 AND message_id = $2 AND lease_id = $3";
    POSTPONE = "notice.postpone" Tenant
        "UPDATE outbox SET lease_id = NULL, due_at = $4, payload = $5
         WHERE tenant_id = $1 AND message_id = $2 AND lease_id = $3";
    GIVE_UP = "notice.give_up" Tenant
        "UPDATE outbox SET kind = 'undelivered', payload = $3, cause = $4, lease_id = NULL
         WHERE tenant_id = $1 AND message_id = $2 AND kind = 'notice'";
    LIST_UNDELIVERED = "notice.list_undelivered" Tenant
        "SELECT o.message_id, o.topic, o.kind, o.cause, o.attempts, o.created_at, p.user_name FROM outbox o
         LEFT JOIN person p ON p.tenant_id = $1 AND p.person_id = o.person_id
         WHERE o.tenant_id = $1 AND o.kind IN ('notice', 'undelivered') ORDER BY o.created_at DESC, o.message_id LIMIT $2";
    COUNT_UNDELIVERED = "notice.count_undelivered" Tenant
        "SELECT COUNT(CASE WHEN kind = 'notice' THEN 1 END), COUNT(CASE WHEN kind = 'notice' AND created_at <= $2 THEN 1 END),
             COUNT(CASE WHEN kind = 'undelivered' THEN 1 END)
         FROM outbox WHERE tenant_id = $1 AND kind IN ('notice', 'undelivered')";
    PURGE_UNDELIVERED = "notice.purge_undelivered" Tenant
        "DELETE FROM outbox WHERE tenant_id = $1 AND message_id IN (SELECT o.message_id FROM outbox o
             WHERE o.tenant_id = $1 AND o.kind IN ('undelivered', 'uncalled') AND o.created_at <= $2 LIMIT 400) RETURNING 1";

    FIND_SETTINGS = "mail_settings.find" Tenant
        "SELECT sealed FROM mail_settings WHERE tenant_id = $1";
    PUT_SETTINGS = "mail_settings.put" Tenant
        "INSERT INTO mail_settings (tenant_id, sealed, changed_at) VALUES ($1, $2, $3)
         ON CONFLICT (tenant_id) DO UPDATE SET sealed = excluded.sealed, changed_at = excluded.changed_at";
    DELETE_SETTINGS = "mail_settings.delete" Tenant
        "DELETE FROM mail_settings WHERE tenant_id = $1";

    INSERT_LINK = "notice_link.insert" Tenant
        "INSERT INTO notice_link (tenant_id, token_hash, person_id, topic, epoch, created_at, expires_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, NULL)";
    FIND_LINK = "notice_link.find_open" Tenant
        "SELECT l.person_id, l.topic FROM notice_link l JOIN tenant t ON t.tenant_id = $1 AND t.epoch = l.epoch
         WHERE l.tenant_id = $1 AND l.token_hash = $2 AND l.used_at IS NULL AND l.expires_at > $3";
    USE_LINK = "notice_link.use" Tenant
        "UPDATE notice_link SET used_at = $3 WHERE tenant_id = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $3
         AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1 AND t.epoch = notice_link.epoch)";
    PURGE_LINKS = "notice_link.purge" Tenant
        "DELETE FROM notice_link WHERE tenant_id = $1 AND token_hash IN (SELECT o.token_hash FROM notice_link o
             WHERE o.tenant_id = $1 AND o.expires_at <= $2 LIMIT 400) RETURNING 1";

    KEEP_FORMER_MAIL = "former_mail.keep" Tenant
        "INSERT INTO former_mail (tenant_id, former_id, person_id, mail, until)
         SELECT $1, $3, p.person_id, p.mail, $4 FROM person p
         WHERE p.tenant_id = $1 AND p.person_id = $2 AND p.mail IS NOT NULL";
    LIST_ADDRESSES = "former_mail.list_addresses" Tenant
        "SELECT p.mail, f.mail FROM person p
         LEFT JOIN former_mail f ON f.tenant_id = $1 AND f.person_id = p.person_id AND f.until > $3
         WHERE p.tenant_id = $1 AND p.person_id = $2 AND p.status <> 'deleted' ORDER BY f.until LIMIT 10";
    PURGE_FORMER_MAIL = "former_mail.purge" Tenant
        "DELETE FROM former_mail WHERE tenant_id = $1 AND former_id IN (SELECT o.former_id FROM former_mail o
             WHERE o.tenant_id = $1 AND o.until <= $2 LIMIT 400) RETURNING 1";
}

/// A notice that waits, or that nobody could deliver: without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndeliveredNotice {
    pub message_id: Id,
    pub topic: String,
    /// It is tried no more.
    pub is_over: bool,
    pub cause: Option<String>,
    pub attempts: i64,
    pub created_at: i64,
    /// `None` when the person is gone.
    pub user_name: Option<String>,
}

/// How many notices wait, how many of these for a while, and how many were given up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoticeCounts {
    pub waiting: i64,
    pub stuck: i64,
    pub undelivered: i64,
}

#[derive(Debug, Clone)]
pub struct NewNotice {
    pub message_id: Id,
    /// Who is asked for a turn: the one way by which mail goes.
    pub recipient_id: Id,
    pub person_id: Id,
    pub topic: &'static str,
    /// Sealed.
    pub payload: Vec<u8>,
    pub created_at: i64,
}

#[derive(Debug, Clone)]
pub struct NewNoticeLink {
    pub token_hash: [u8; 32],
    pub person_id: Id,
    pub topic: &'static str,
    pub epoch: Id,
    pub created_at: i64,
    pub expires_at: i64,
}

fn parse(mut row: Row) -> Result<UndeliveredNotice, StoreError> {
    Ok(UndeliveredNotice {
        message_id: row.id()?,
        topic: row.opt_text()?.unwrap_or_default(),
        is_over: row.text()? == "undelivered",
        cause: row.opt_text()?,
        attempts: row.int()?,
        created_at: row.int()?,
        user_name: row.opt_text()?,
    })
}

impl Store {
    /// At most `limit`, newest first.
    pub async fn list_undelivered_notices(
        &self,
        tenant: Id,
        limit: i64,
    ) -> Result<Vec<UndeliveredNotice>, StoreError> {
        let rows = self.read(&LIST_UNDELIVERED, vec![tenant.into(), limit.into()]);
        rows.await?.into_iter().map(parse).collect()
    }

    /// `until`: what is as old as that is stuck.
    pub async fn count_undelivered_notices(
        &self,
        tenant: Id,
        until: i64,
    ) -> Result<NoticeCounts, StoreError> {
        let args = vec![tenant.into(), until.into()];
        let Some(mut row) = self.read_one(&COUNT_UNDELIVERED, args).await? else {
            return Ok(NoticeCounts::default());
        };
        Ok(NoticeCounts {
            waiting: row.int()?,
            stuck: row.int()?,
            undelivered: row.int()?,
        })
    }

    /// Sealed.
    pub async fn find_mail_settings(&self, tenant: Id) -> Result<Option<Vec<u8>>, StoreError> {
        let row = self.read_one(&FIND_SETTINGS, vec![tenant.into()]).await?;
        row.map(|mut row| row.bytes()).transpose()
    }

    /// Whose link it is, and in what notice it stood, if it can be used.
    pub async fn find_notice_link(
        &self,
        tenant: Id,
        token_hash: [u8; 32],
        now: i64,
    ) -> Result<Option<(Id, String)>, StoreError> {
        let args = vec![tenant.into(), token_hash.into(), now.into()];
        let row = self.read_one(&FIND_LINK, args).await?;
        row.map(|mut row| Ok((row.id()?, row.text()?))).transpose()
    }

    /// Where somebody reads mail, and where they did until a short while ago; nowhere for who is gone.
    pub async fn list_mail_addresses(
        &self,
        tenant: Id,
        person: Id,
        now: i64,
    ) -> Result<Vec<String>, StoreError> {
        let args = vec![tenant.into(), person.into(), now.into()];
        let mut found: Vec<String> = Vec::new();
        for mut row in self.read(&LIST_ADDRESSES, args).await? {
            for mail in [row.opt_text()?, row.opt_text()?].into_iter().flatten() {
                if !found.contains(&mail) {
                    found.push(mail);
                }
            }
        }
        Ok(found)
    }
}

impl Unit {
    pub fn insert_notice(&mut self, tenant: Id, notice: &NewNotice) -> &mut Unit {
        let args = vec![
            tenant.into(),
            notice.message_id.into(),
            notice.recipient_id.into(),
            notice.payload.as_slice().into(),
            notice.created_at.into(),
            notice.topic.into(),
            notice.person_id.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// It is over without having been delivered; refused with [`Guard::Moved`] when the lease is somebody else's by now.
    pub fn end_undelivered_notice(
        &mut self,
        tenant: Id,
        message: Id,
        lease: Id,
        cause: &str,
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            message.into(),
            lease.into(),
            [0_u8; 0].into(),
            cause.into(),
        ];
        self.step(&END_UNDELIVERED, args, Expect::One(Guard::Moved))
    }

    /// As [`Unit::postpone_message`], with what is to be known at the next try.
    pub fn postpone_notice(
        &mut self,
        tenant: Id,
        message: Id,
        lease: Id,
        (due_at, payload): (i64, Vec<u8>),
    ) -> &mut Unit {
        let args = vec![
            tenant.into(),
            message.into(),
            lease.into(),
            due_at.into(),
            payload.into(),
        ];
        self.step(&POSTPONE, args, Expect::Any)
    }

    /// As [`Unit::give_up_messages`], but who they were for is kept.
    pub fn give_up_notices(&mut self, tenant: Id, messages: &[Id], cause: &str) -> &mut Unit {
        for (number, message) in messages.iter().enumerate() {
            let expect = match number {
                0 => Expect::One(Guard::Missing),
                _ => Expect::Any,
            };
            let args = vec![
                tenant.into(),
                (*message).into(),
                [0_u8; 0].into(),
                cause.into(),
            ];
            self.step(&GIVE_UP, args, expect);
        }
        self
    }

    /// Deletes at most 400 that were given up long ago, of links that are over and of addresses that count no more; returns a
    /// row for each.
    pub fn purge_notices(&mut self, tenant: Id, created_until: i64, now: i64) -> &mut Unit {
        let tenant: crate::value::Value = tenant.into();
        let args = vec![tenant.clone(), created_until.into()];
        self.step(&PURGE_UNDELIVERED, args, Expect::Any);
        self.step(&PURGE_LINKS, vec![tenant.clone(), now.into()], Expect::Any);
        self.step(&PURGE_FORMER_MAIL, vec![tenant, now.into()], Expect::Any)
    }

    pub fn put_mail_settings(&mut self, tenant: Id, sealed: &[u8], now: i64) -> &mut Unit {
        let args = vec![tenant.into(), sealed.into(), now.into()];
        self.step(&PUT_SETTINGS, args, Expect::Any)
    }

    pub fn delete_mail_settings(&mut self, tenant: Id) -> &mut Unit {
        self.step(&DELETE_SETTINGS, vec![tenant.into()], Expect::Any)
    }

    pub fn insert_notice_link(&mut self, tenant: Id, link: &NewNoticeLink) -> &mut Unit {
        let args = vec![
            tenant.into(),
            link.token_hash.into(),
            link.person_id.into(),
            link.topic.into(),
            link.epoch.into(),
            link.created_at.into(),
            link.expires_at.into(),
        ];
        self.step(&INSERT_LINK, args, Expect::One(Guard::Taken))
    }

    /// Refused with [`Guard::Missing`] when it can't be used (any more).
    pub fn use_notice_link(&mut self, tenant: Id, token_hash: [u8; 32], now: i64) -> &mut Unit {
        let args = vec![tenant.into(), token_hash.into(), now.into()];
        self.step(&USE_LINK, args, Expect::One(Guard::Missing))
    }

    /// Before the address changes: the one of now, until then.
    pub fn keep_former_mail(
        &mut self,
        tenant: Id,
        person: Id,
        former_id: Id,
        until: i64,
    ) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), former_id.into(), until.into()];
        self.step(&KEEP_FORMER_MAIL, args, Expect::Any)
    }
}
