//! What is to be told to others: rows that are written with what they tell of, leased by a node that tries, and deleted when
//! they are over.
//!
//! A lease is a time until which nobody else tries, and a name by which its holder finds its row again. A node that dies
//! lets it run out. What was delivered just before is then delivered once more: at least once, never not at all.

use crate::sql::statements;
use crate::unit::Reading;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit, Written};

statements! {
    /// For the applications of every session of the person that ended at `$3`, which is that of this unit. After the sessions
    /// were ended, never before: an application that redeems a code at that moment is either waited for and seen, or refused.
    /// The person's sessions by their index: left to itself SQLite reads every session of the tenant.
    INSERT_LOGOUTS = "outbox.insert_logouts" Tenant
        "INSERT INTO outbox (tenant_id, message_id, kind, recipient_id, payload, created_at, due_at, attempts, lease_id)
         SELECT $1, c.message_id, 'logout', c.principal_id, c.payload, $3, $3, 0, NULL
         FROM session s CROSS JOIN session_client c CROSS JOIN service_principal p CROSS JOIN application a
         WHERE s.tenant_id = $1 AND s.ended_at = $3
         AND s.token_hash IN (SELECT o.token_hash FROM session o WHERE o.tenant_id = $1 AND o.person_id = $2)
         AND c.tenant_id = $1 AND c.session_id = s.session_id
         AND p.tenant_id = $1 AND p.object_id = c.principal_id AND p.status = 'enabled'
         AND a.tenant_id = $1 AND a.app_id = p.app_id AND a.status = 'active' AND a.back_channel_logout_uri IS NOT NULL
         ON CONFLICT DO NOTHING";
    /// From one recipient to the next by the index, however many messages wait for each. A kind that this program doesn't
    /// know is a newer one's to deliver.
    LIST_DUE = "outbox.list_due" Tenant
        "WITH RECURSIVE recipient (recipient_id) AS (
             SELECT f.recipient_id FROM (SELECT o.recipient_id FROM outbox o WHERE o.tenant_id = $1
                 ORDER BY o.recipient_id LIMIT 1) f
             UNION ALL
             SELECT (SELECT n.recipient_id FROM outbox n WHERE n.tenant_id = $1 AND n.recipient_id > r.recipient_id
                 ORDER BY n.recipient_id LIMIT 1)
             FROM recipient r WHERE r.recipient_id IS NOT NULL)
         SELECT e.recipient_id FROM recipient e
         WHERE EXISTS (SELECT 1 FROM outbox d WHERE d.tenant_id = $1 AND d.recipient_id = e.recipient_id AND d.kind = $3 AND d.due_at <= $2)
         ORDER BY e.recipient_id LIMIT 5000";
    /// Of two nodes that chose the same rows, the second finds them not due any more.
    LEASE = "outbox.lease" Tenant
        "UPDATE outbox SET lease_id = $4, due_at = $5, attempts = attempts + 1
         WHERE tenant_id = $1 AND due_at <= $3 AND message_id IN (SELECT o.message_id FROM outbox o
             WHERE o.tenant_id = $1 AND o.recipient_id = $2 AND o.kind = $7 AND o.due_at <= $3 ORDER BY o.due_at LIMIT $6)
         RETURNING message_id, payload, created_at, attempts";
    POSTPONE = "outbox.postpone" Tenant
        "UPDATE outbox SET lease_id = NULL, due_at = $4 WHERE tenant_id = $1 AND message_id = $2 AND lease_id = $3";
    END = "outbox.end" Tenant
        "DELETE FROM outbox WHERE tenant_id = $1 AND message_id = $2 AND lease_id = $3";
    DROP = "outbox.drop" Tenant
        "DELETE FROM outbox WHERE tenant_id = $1 AND message_id IN (SELECT o.message_id FROM outbox o
             WHERE o.tenant_id = $1 AND o.recipient_id = $2 AND o.kind = $3 ORDER BY o.due_at LIMIT 400) RETURNING 1";
    LIST_OLD = "outbox.list_old" Tenant
        "SELECT recipient_id, message_id FROM outbox
         WHERE tenant_id = $1 AND kind = $4 AND created_at <= $2 AND (attempts > 0 OR created_at <= $3)
         ORDER BY recipient_id, message_id LIMIT 400";
    GIVE_UP = "outbox.give_up" Tenant
        "DELETE FROM outbox WHERE tenant_id = $1 AND message_id = $2";
    COUNT = "outbox.count" Tenant
        "SELECT COUNT(*) FROM outbox WHERE tenant_id = $1 AND kind NOT IN ('undelivered', 'uncalled')";
    FIND_LOGOUT_ADDRESS = "outbox.find_logout_address" Tenant
        "SELECT a.app_id, a.display_name, a.back_channel_logout_uri, a.token_settings FROM service_principal p
         JOIN application a ON a.tenant_id = $1 AND a.app_id = p.app_id AND a.status = 'active'
             AND a.back_channel_logout_uri IS NOT NULL
         WHERE p.tenant_id = $1 AND p.object_id = $2 AND p.status = 'enabled'";
}

/// A message that a node holds the lease of.
#[derive(Clone)]
pub struct Message {
    pub message_id: Id,
    /// Sealed.
    pub payload: Vec<u8>,
    pub created_at: i64,
    /// This try counted.
    pub attempts: i64,
}

/// Without what it says.
impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message")
            .field("message_id", &self.message_id)
            .finish_non_exhaustive()
    }
}

/// An application that can be told of a session's end, and where.
#[derive(Debug, Clone)]
pub struct LogoutAddress {
    pub app_id: Id,
    pub display_name: String,
    pub uri: String,
    /// As [`Client::token_settings`](crate::Client::token_settings).
    pub token_settings: String,
}

fn parse(mut row: Row) -> Result<Message, StoreError> {
    Ok(Message {
        message_id: row.id()?,
        payload: row.bytes()?,
        created_at: row.int()?,
        attempts: row.int()?,
    })
}

impl Store {
    /// Who has a message of that kind that is due, in the order of ids.
    pub async fn list_due_recipients(
        &self,
        tenant: Id,
        kind: &str,
        now: i64,
    ) -> Result<Vec<Id>, StoreError> {
        let args = vec![tenant.into(), now.into(), kind.into()];
        let rows = self.read(&LIST_DUE, args).await?;
        rows.into_iter().map(|mut row| row.id()).collect()
    }

    /// At most 400 messages that were tried and are as old as `tried_until`, or as old as `until` in any case, with whom they
    /// are for; those of one recipient side by side.
    pub async fn list_old_messages(
        &self,
        tenant: Id,
        kind: &str,
        (tried_until, until): (i64, i64),
    ) -> Result<Vec<(Id, Id)>, StoreError> {
        let args = vec![tenant.into(), tried_until.into(), until.into(), kind.into()];
        let rows = self.read(&LIST_OLD, args).await?;
        rows.into_iter()
            .map(|mut row| Ok((row.id()?, row.id()?)))
            .collect()
    }

    pub async fn count_messages(&self, tenant: Id) -> Result<i64, StoreError> {
        let row = self.read_one(&COUNT, vec![tenant.into()]).await?;
        row.map_or(Ok(0), |mut row| row.int())
    }

    /// Where that application is told of a session's end; `None` when it isn't (any more).
    pub async fn find_logout_address(
        &self,
        tenant: Id,
        principal: Id,
    ) -> Result<Option<LogoutAddress>, StoreError> {
        let args = vec![tenant.into(), principal.into()];
        let Some(mut row) = self.read_one(&FIND_LOGOUT_ADDRESS, args).await? else {
            return Ok(None);
        };
        Ok(Some(LogoutAddress {
            app_id: row.id()?,
            display_name: row.text()?,
            uri: row.text()?,
            token_settings: row.text()?,
        }))
    }
}

impl Written {
    /// What [`Unit::lease_messages`] leased; nothing when the unit stands but its answer was lost: the lease runs out.
    pub fn take_messages(&mut self, reading: Reading) -> Result<Vec<Message>, StoreError> {
        let rows = self.take_rows(reading).unwrap_or_default();
        rows.into_iter().map(parse).collect()
    }
}

impl Unit {
    /// See [`INSERT_LOGOUTS`]: the last of the steps that end sessions.
    pub(super) fn insert_logouts(&mut self, tenant: Id, person: Id, ended_at: i64) -> &mut Unit {
        let args = vec![tenant.into(), person.into(), ended_at.into()];
        self.step(&INSERT_LOGOUTS, args, Expect::Any)
    }

    /// At most `limit` of what is due for a recipient, longest due first: nobody else tries it until `until`.
    pub fn lease_messages(
        &mut self,
        tenant: Id,
        (kind, recipient): (&str, Id),
        lease: Id,
        (now, until): (i64, i64),
        limit: i64,
    ) -> Reading {
        let reading = Reading(self.steps.len());
        let args = vec![
            tenant.into(),
            recipient.into(),
            now.into(),
            lease.into(),
            until.into(),
            limit.into(),
            kind.into(),
        ];
        self.step(&LEASE, args, Expect::Any);
        reading
    }

    /// To be tried again, unless the lease is somebody else's by now.
    pub fn postpone_message(
        &mut self,
        tenant: Id,
        message: Id,
        lease: Id,
        due_at: i64,
    ) -> &mut Unit {
        let args = vec![tenant.into(), message.into(), lease.into(), due_at.into()];
        self.step(&POSTPONE, args, Expect::Any)
    }

    /// It is over, well or not: refused with [`Guard::Moved`] when the lease is somebody else's by now.
    pub fn end_message(&mut self, tenant: Id, message: Id, lease: Id) -> &mut Unit {
        let args = vec![tenant.into(), message.into(), lease.into()];
        self.step(&END, args, Expect::One(Guard::Moved))
    }

    /// Deletes at most 400 messages for a recipient who can't be told any more; returns a row for each.
    pub fn drop_messages(&mut self, tenant: Id, kind: &str, recipient: Id) -> &mut Unit {
        let args = vec![tenant.into(), recipient.into(), kind.into()];
        self.step(&DROP, args, Expect::Any)
    }

    /// Deletes messages that nobody could deliver; refused with [`Guard::Missing`] when the first of them is not there any
    /// more: another node was first.
    pub fn give_up_messages(&mut self, tenant: Id, messages: &[Id]) -> &mut Unit {
        for (number, message) in messages.iter().enumerate() {
            let expect = match number {
                0 => Expect::One(Guard::Missing),
                _ => Expect::Any,
            };
            self.step(&GIVE_UP, vec![tenant.into(), (*message).into()], expect);
        }
        self
    }
}
