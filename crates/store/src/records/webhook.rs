//! Webhooks: whose programs are told what happens to people's accounts, and what waits for them in the outbox.

use crate::sql::statements;
use crate::value::{Id, Row};
use crate::{Expect, Guard, Store, StoreError, Unit};

statements! {
    INSERT = "webhook.insert" Tenant
        "INSERT INTO webhook (tenant_id, webhook_id, url, sealed, created_at) VALUES ($1, $2, $3, $4, $5)";
    LIST = "webhook.list" Tenant
        "SELECT webhook_id, url, sealed, created_at FROM webhook WHERE tenant_id = $1 ORDER BY created_at, webhook_id LIMIT 50";
    DELETE = "webhook.delete" Tenant
        "DELETE FROM webhook WHERE tenant_id = $1 AND webhook_id = $2";
    /// Where nobody listens, nothing is written.
    INSERT_EVENT = "webhook.insert_event" Tenant
        "INSERT INTO outbox (tenant_id, message_id, kind, recipient_id, payload, created_at, due_at, attempts, lease_id, topic, person_id)
         SELECT $1, $2, 'event', $3, $4, $5, $5, 0, NULL, $6, $7 FROM tenant t
         WHERE t.tenant_id = $1 AND EXISTS (SELECT 1 FROM webhook w WHERE w.tenant_id = $1)";
    INSERT_CALL = "webhook.insert_call" Tenant
        "INSERT INTO outbox (tenant_id, message_id, kind, recipient_id, payload, created_at, due_at, attempts, lease_id, topic, person_id)
         SELECT $1, $2, 'webhook', w.webhook_id, $4, $5, $5, 0, NULL, $6, $7 FROM webhook w
         WHERE w.tenant_id = $1 AND w.webhook_id = $3";
    /// What it says goes; that somebody was not told stays for administrators to see.
    GIVE_UP = "webhook.give_up" Tenant
        "UPDATE outbox SET kind = 'uncalled', payload = $3, cause = $4, lease_id = NULL
         WHERE tenant_id = $1 AND message_id = $2 AND kind = 'webhook'";
    LIST_UNDELIVERED = "webhook.list_undelivered" Tenant
        "SELECT o.message_id, o.topic, o.kind, o.cause, o.attempts, o.created_at, p.user_name, w.url FROM outbox o
         LEFT JOIN person p ON p.tenant_id = $1 AND p.person_id = o.person_id
         LEFT JOIN webhook w ON w.tenant_id = $1 AND w.webhook_id = o.recipient_id
         WHERE o.tenant_id = $1 AND o.kind IN ('webhook', 'uncalled') ORDER BY o.created_at DESC, o.message_id LIMIT $2";
}

/// Who is told.
#[derive(Clone)]
pub struct Webhook {
    pub webhook_id: Id,
    pub url: String,
    /// The key of signatures, sealed.
    pub sealed: Vec<u8>,
    pub created_at: i64,
}

/// Without the key.
impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Webhook")
            .field("webhook_id", &self.webhook_id)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// A call that waits, or that nobody took: without what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndeliveredCall {
    pub message_id: Id,
    pub topic: String,
    /// It is tried no more.
    pub is_over: bool,
    pub cause: Option<String>,
    pub attempts: i64,
    pub created_at: i64,
    /// `None` when the person is gone.
    pub user_name: Option<String>,
    /// `None` when the webhook is gone.
    pub url: Option<String>,
}

/// What is to be told to one, or to all that there are.
#[derive(Debug, Clone)]
pub struct NewEvent {
    pub message_id: Id,
    pub recipient_id: Id,
    pub topic: &'static str,
    pub person_id: Id,
    /// Sealed.
    pub payload: Vec<u8>,
    pub created_at: i64,
}

impl NewEvent {
    fn into_args(self, tenant: Id) -> Vec<crate::value::Value> {
        vec![
            tenant.into(),
            self.message_id.into(),
            self.recipient_id.into(),
            self.payload.into(),
            self.created_at.into(),
            self.topic.into(),
            self.person_id.into(),
        ]
    }
}

fn parse(mut row: Row) -> Result<Webhook, StoreError> {
    Ok(Webhook {
        webhook_id: row.id()?,
        url: row.text()?,
        sealed: row.bytes()?,
        created_at: row.int()?,
    })
}

fn parse_undelivered(mut row: Row) -> Result<UndeliveredCall, StoreError> {
    Ok(UndeliveredCall {
        message_id: row.id()?,
        topic: row.opt_text()?.unwrap_or_default(),
        is_over: row.text()? == "uncalled",
        cause: row.opt_text()?,
        attempts: row.int()?,
        created_at: row.int()?,
        user_name: row.opt_text()?,
        url: row.opt_text()?,
    })
}

impl Store {
    /// At most fifty, oldest first.
    pub async fn list_webhooks(&self, tenant: Id) -> Result<Vec<Webhook>, StoreError> {
        let rows = self.read(&LIST, vec![tenant.into()]).await?;
        rows.into_iter().map(parse).collect()
    }

    /// At most `limit`, newest first.
    pub async fn list_undelivered_calls(
        &self,
        tenant: Id,
        limit: i64,
    ) -> Result<Vec<UndeliveredCall>, StoreError> {
        let rows = self.read(&LIST_UNDELIVERED, vec![tenant.into(), limit.into()]);
        rows.await?.into_iter().map(parse_undelivered).collect()
    }
}

impl Unit {
    pub fn insert_webhook(&mut self, tenant: Id, webhook: &Webhook) -> &mut Unit {
        let args = vec![
            tenant.into(),
            webhook.webhook_id.into(),
            webhook.url.as_str().into(),
            webhook.sealed.as_slice().into(),
            webhook.created_at.into(),
        ];
        self.step(&INSERT, args, Expect::One(Guard::Taken))
    }

    /// Refused with [`Guard::Missing`] when there is none of that id.
    pub fn delete_webhook(&mut self, tenant: Id, webhook: Id) -> &mut Unit {
        let args = vec![tenant.into(), webhook.into()];
        self.step(&DELETE, args, Expect::One(Guard::Missing))
    }

    /// For all webhooks that there are when it is their turn, if there are any now.
    pub fn insert_event(&mut self, tenant: Id, event: NewEvent) -> &mut Unit {
        self.step(&INSERT_EVENT, event.into_args(tenant), Expect::Any)
    }

    /// For one webhook, if it is there.
    pub fn insert_call(&mut self, tenant: Id, event: NewEvent) -> &mut Unit {
        self.step(&INSERT_CALL, event.into_args(tenant), Expect::Any)
    }
    /// As [`Unit::give_up_messages`], but who was not told of what is kept.
    pub fn give_up_calls(&mut self, tenant: Id, messages: &[Id], cause: &str) -> &mut Unit {
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
}
