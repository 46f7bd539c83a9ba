//! Webhooks: programs of the organisation's that are told what happens to people's accounts, signed as
//! <https://www.standardwebhooks.com> has it. Made on the command line only: who names an address reads what is told about people.

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use store::{Guard, Id, Log, UndeliveredCall, Unit, Webhook, WriteError};

use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::audit::{self, Entry};
use crate::tenant::refuse_write;
use crate::{Identity, Micros, Refusal, SECOND, codes};

/// As many are told.
const MOST: usize = 20;
/// As many undelivered calls are listed.
const LISTED: i64 = 500;
const PREFIX: &str = "whsec_";

/// Who is told, without the key.
#[derive(Debug, Clone)]
pub struct WebhookView {
    pub webhook_id: Id,
    pub url: String,
    pub created_at: Micros,
}

/// Who is called, and by what the call is signed.
#[derive(Clone)]
pub struct Recipient {
    pub webhook_id: Id,
    pub url: String,
    key: hmac::Key,
}

/// Without the key; an address may hold a secret of its program's.
impl std::fmt::Debug for Recipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recipient")
            .field("webhook_id", &self.webhook_id)
            .finish_non_exhaustive()
    }
}

/// What a call has beside its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// `webhook-timestamp`: when it was signed, in seconds since 1970.
    pub timestamp: String,
    /// `webhook-signature`.
    pub signature: String,
}

impl Recipient {
    pub(crate) fn open(identity: &Identity, webhook: &Webhook) -> Option<Recipient> {
        let associated = derive_associated(identity.0.tenant_id, webhook.webhook_id);
        let sealer = identity.0.outbox.webhook_sealer();
        let key = sealer.open(&associated, &webhook.sealed)?;
        Some(Recipient {
            webhook_id: webhook.webhook_id,
            url: webhook.url.clone(),
            key: hmac::Key::new(hmac::HMAC_SHA256, &key),
        })
    }

    /// Over id, time and body: whoever takes it sees that it is ours, whole, and of now.
    #[must_use]
    pub fn sign(&self, id: &str, now: Micros, body: &str) -> Signed {
        let timestamp = now.div_euclid(SECOND).to_string();
        let tag = hmac::sign(&self.key, format!("{id}.{timestamp}.{body}").as_bytes());
        Signed {
            timestamp,
            signature: format!("v1,{}", BASE64.encode(tag.as_ref())),
        }
    }
}

fn derive_associated(tenant: Id, webhook: Id) -> Vec<u8> {
    [b"webhook".as_slice(), &tenant.0, &webhook.0].concat()
}

/// Names an address that is told from now on, and gives the secret of its signatures, this once. Whether the address is one
/// that can be called is the caller's to check ([`codes::WEBHOOK_UNFIT`]).
///
/// # Errors
/// [`codes::WEBHOOK_UNFIT`] when there are too many.
pub async fn add(
    identity: &Identity,
    os_user: &str,
    url: &str,
) -> Result<(WebhookView, String), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    if store.list_webhooks(tenant).await?.len() >= MOST {
        return Err(Refusal {
            detail: Some("webhook.many"),
            ..Refusal::new(&codes::WEBHOOK_UNFIT)
        });
    }
    let ambient = &identity.0.ambient;
    let (webhook_id, key, created_at) = (
        ambient.make_id(),
        ambient.random.make::<32>(),
        ambient.now(),
    );
    let associated = derive_associated(tenant, webhook_id);
    let sealer = identity.0.outbox.webhook_sealer();
    let webhook = Webhook {
        webhook_id,
        url: url.to_owned(),
        sealed: sealer.seal(&ambient.random, &associated, &key),
        created_at,
    };
    let mut unit = Unit::new();
    unit.insert_webhook(tenant, &webhook);
    let word = "organisation.webhook_added";
    record(
        identity,
        unit,
        word,
        describe(identity, os_user, webhook_id),
    )
    .await
    .map_err(refuse_write)?;
    let view = WebhookView {
        webhook_id,
        url: webhook.url,
        created_at,
    };
    Ok((view, format!("{PREFIX}{}", BASE64.encode(&key))))
}

/// Who is told, oldest first.
pub async fn list(identity: &Identity) -> Result<Vec<WebhookView>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.list_webhooks(tenant).await?;
    let view = |webhook: Webhook| WebhookView {
        webhook_id: webhook.webhook_id,
        url: webhook.url,
        created_at: webhook.created_at,
    };
    Ok(found.into_iter().map(view).collect())
}

/// To call it by hand.
///
/// # Errors
/// [`codes::WEBHOOK_MISSING`]; [`codes::INTERNAL`] when its key was sealed under another one.
pub async fn find(identity: &Identity, webhook: Id) -> Result<Recipient, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let all = store.list_webhooks(tenant).await?;
    let found = all.into_iter().find(|it| it.webhook_id == webhook);
    let found = found.ok_or_else(|| Refusal::new(&codes::WEBHOOK_MISSING))?;
    Recipient::open(identity, &found).ok_or_else(|| {
        tracing::error!(%webhook, "the key of a webhook can't be opened: remove it, and add it anew");
        Refusal::new(&codes::INTERNAL)
    })
}

/// Tells that address nothing any more, not even what waits.
///
/// # Errors
/// [`codes::WEBHOOK_MISSING`].
pub async fn remove(identity: &Identity, os_user: &str, webhook: Id) -> Result<(), Refusal> {
    let mut unit = Unit::new();
    unit.delete_webhook(identity.0.tenant_id, webhook);
    let word = "organisation.webhook_removed";
    match record(identity, unit, word, describe(identity, os_user, webhook)).await {
        Err(WriteError::Refused(Guard::Missing)) => Err(Refusal::new(&codes::WEBHOOK_MISSING)),
        written => written.map_err(refuse_write),
    }
}

/// Calls that wait or that nobody took, newest first: what kind and about whom, never what they say.
pub async fn list_undelivered(
    identity: &Identity,
    actor: Actor<'_>,
) -> Result<Vec<UndeliveredCall>, Refusal> {
    access::check(identity, actor, Operation::ReadLogs, None)
        .await
        .map(drop)?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store.list_undelivered_calls(tenant, LISTED).await?)
}

/// By its id: an address may hold a secret of its program's.
fn describe(identity: &Identity, os_user: &str, webhook: Id) -> Entry {
    let mut entry = Actor::CommandLine { os_user }.entry(identity);
    entry.say("webhook", webhook.to_string());
    entry
}

async fn record(
    identity: &Identity,
    unit: Unit,
    word: &'static str,
    entry: Entry,
) -> Result<(), WriteError> {
    let about = (None, None);
    let written = audit::commit(identity, unit, Log::Audit, word, about, entry).await;
    written.map(drop)
}
