//! Secrets and keys by which applications sign in.

use oidc::jwk::{self, PublicKey};
use store::{ApplicationCredential, CredentialKind, Guard, Id, WriteError};
use webauthn::base64url;

use super::{Change, describe};
use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::seal::derive_hash;
use crate::tenant::refuse_write;
use crate::{DAY, Identity, Micros, Refusal, codes, names};

/// The most secrets and keys of one application, expired ones included.
const MAX_CREDENTIALS: usize = 10;
/// How long one is valid, unless said otherwise, and at most.
const LIFETIME: Micros = 180 * DAY;
const MAX_LIFETIME: Micros = 730 * DAY;
/// How much of a secret is shown afterwards.
const HINT: usize = 3;

/// A secret or key as it is shown: never what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialView {
    pub key_id: Id,
    pub display_name: String,
    /// The first characters of a secret; the thumbprint of a key (RFC 7638).
    pub hint: String,
    pub starts_at: Micros,
    pub expires_at: Micros,
    /// The public key as a JWK; `None` for a secret.
    pub jwk: Option<String>,
}

/// A new secret; this is the only time that it is shown.
#[derive(Clone)]
pub struct MadeSecret {
    pub view: CredentialView,
    /// 43 characters of base64url, 256 random bits.
    pub secret: String,
}

impl std::fmt::Debug for MadeSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeSecret")
            .field("view", &self.view)
            .finish_non_exhaustive()
    }
}

fn derive_view(credential: &ApplicationCredential) -> CredentialView {
    let jwk = match credential.kind {
        CredentialKind::Secret => None,
        CredentialKind::Key => String::from_utf8(credential.verifier.clone()).ok(),
    };
    CredentialView {
        key_id: credential.key_id,
        display_name: credential.display_name.clone(),
        hint: credential.hint.clone(),
        starts_at: credential.starts_at,
        expires_at: credential.expires_at,
        jwk,
    }
}

/// Secrets, then keys.
pub(super) fn derive_views(
    stored: &[ApplicationCredential],
) -> (Vec<CredentialView>, Vec<CredentialView>) {
    let of = |kind| {
        stored
            .iter()
            .filter(|credential| credential.kind == kind)
            .map(derive_view)
            .collect()
    };
    (of(CredentialKind::Secret), of(CredentialKind::Key))
}

/// What is stored of a secret. One round of SHA-256 is enough: 256 random bits can't be guessed.
pub(crate) fn derive_secret_hash(secret: &str) -> [u8; 32] {
    derive_hash(&[b"claviger client secret", secret.as_bytes()])
}

fn parse_expiry(now: Micros, expires_at: Option<Micros>) -> Result<Micros, Refusal> {
    let expires_at = expires_at.unwrap_or(now + LIFETIME);
    let fits = expires_at > now && expires_at <= now + MAX_LIFETIME;
    fits.then_some(expires_at)
        .ok_or_else(|| Refusal::new(&codes::EXPIRY_UNFIT))
}

fn parse_label(text: &str) -> Result<String, Refusal> {
    if text.is_empty() {
        return Ok(String::new());
    }
    names::parse_display_name(text).map_err(|_| Refusal::new(&codes::APPLICATION_NAME_UNFIT))
}

/// Makes a secret. The application's rights decide who may.
pub async fn add_secret(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    display_name: &str,
    expires_at: Option<Micros>,
) -> Result<MadeSecret, Refusal> {
    let about = (Operation::ChangeApplicationCredentials, Some(object));
    access::decide(identity, actor, about, || {
        add_secret_once(identity, actor, object, display_name, expires_at)
    })
    .await
}

async fn add_secret_once(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    display_name: &str,
    expires_at: Option<Micros>,
) -> Result<MadeSecret, Refusal> {
    let operation = Operation::ChangeApplicationCredentials;
    let change = Change::begin(identity, actor, operation, object).await?;
    let ambient = &identity.0.ambient;
    let secret = base64url::encode(&ambient.random.make::<32>());
    let credential = ApplicationCredential {
        key_id: ambient.make_id(),
        kind: CredentialKind::Secret,
        display_name: parse_label(display_name)?,
        hint: secret.chars().take(HINT).collect(),
        verifier: derive_secret_hash(&secret).to_vec(),
        starts_at: ambient.now(),
        expires_at: parse_expiry(ambient.now(), expires_at)?,
        created_at: ambient.now(),
    };
    insert(identity, actor, change, &credential).await?;
    Ok(MadeSecret {
        view: derive_view(&credential),
        secret,
    })
}

/// Registers a public key: a JWK in JSON, or a PEM block `BEGIN PUBLIC KEY`.
pub async fn add_key(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    display_name: &str,
    key: &[u8],
    expires_at: Option<Micros>,
) -> Result<CredentialView, Refusal> {
    let about = (Operation::ChangeApplicationCredentials, Some(object));
    access::decide(identity, actor, about, || {
        add_key_once(identity, actor, object, display_name, key, expires_at)
    })
    .await
}

async fn add_key_once(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    display_name: &str,
    key: &[u8],
    expires_at: Option<Micros>,
) -> Result<CredentialView, Refusal> {
    let operation = Operation::ChangeApplicationCredentials;
    let change = Change::begin(identity, actor, operation, object).await?;
    let key = parse_key(key).ok_or(&codes::KEY_UNFIT)?;
    let ambient = &identity.0.ambient;
    let credential = ApplicationCredential {
        key_id: ambient.make_id(),
        kind: CredentialKind::Key,
        display_name: parse_label(display_name)?,
        hint: key.thumbprint_text(),
        verifier: key.to_json().into_bytes(),
        starts_at: ambient.now(),
        expires_at: parse_expiry(ambient.now(), expires_at)?,
        created_at: ambient.now(),
    };
    insert(identity, actor, change, &credential).await?;
    Ok(derive_view(&credential))
}

fn parse_key(text: &[u8]) -> Option<PublicKey> {
    if text.trim_ascii_start().starts_with(b"{") {
        return jwk::parse(text.trim_ascii()).ok();
    }
    let text = std::str::from_utf8(text).ok()?.trim();
    let inside = text
        .strip_prefix("-----BEGIN PUBLIC KEY-----")?
        .strip_suffix("-----END PUBLIC KEY-----")?;
    let digits: String = inside.split_ascii_whitespace().collect();
    let der = data_encoding::BASE64.decode(digits.as_bytes()).ok()?;
    PublicKey::of_spki(&der).ok()
}

async fn insert(
    identity: &Identity,
    actor: Actor<'_>,
    mut change: Change,
    credential: &ApplicationCredential,
) -> Result<(), Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let object = change.application.object_id;
    // The version that `Change::begin` guards was read before this count, so two at once can't both be the tenth.
    let held = store.list_application_credentials(tenant, object).await?;
    if held.len() >= MAX_CREDENTIALS {
        return Err(Refusal::new(&codes::TOO_MANY_CREDENTIALS));
    }
    change
        .unit
        .insert_application_credential(tenant, object, credential);
    let mut entry = describe(identity, actor, &change.application);
    entry
        .say("keyId", credential.key_id.to_string())
        .say("expiresAt", credential.expires_at);
    let activity = match credential.kind {
        CredentialKind::Secret => "application.secret_added",
        CredentialKind::Key => "application.key_added",
    };
    if credential.kind == CredentialKind::Key {
        entry.say("thumbprint", credential.hint.as_str());
    }
    change
        .write(identity, actor, activity, entry)
        .await
        .map_err(refuse_write)
}

/// Removes a secret or key, or only one of `kind`; every token of the application is void, for none says which of them
/// it came by.
///
/// # Errors
/// [`codes::CREDENTIAL_MISSING`] where the application has none of this id and kind.
pub async fn remove_credential(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    kind: Option<CredentialKind>,
    key_id: Id,
) -> Result<(), Refusal> {
    let about = (Operation::ChangeApplicationCredentials, Some(object));
    access::decide(identity, actor, about, || {
        remove_credential_once(identity, actor, object, kind, key_id)
    })
    .await
}

async fn remove_credential_once(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
    kind: Option<CredentialKind>,
    key_id: Id,
) -> Result<(), Refusal> {
    let operation = Operation::ChangeApplicationCredentials;
    let mut change = Change::begin(identity, actor, operation, object).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let held = store.list_application_credentials(tenant, object).await?;
    let asked =
        |it: &ApplicationCredential| it.key_id == key_id && kind.is_none_or(|kind| it.kind == kind);
    if !held.iter().any(asked) {
        return Err(Refusal::new(&codes::CREDENTIAL_MISSING));
    }
    change
        .unit
        .delete_application_credential(tenant, object, key_id);
    change
        .unit
        .void_tokens_of_client(tenant, change.application.app_id);
    let mut entry = describe(identity, actor, &change.application);
    entry.say("keyId", key_id.to_string());
    let activity = "application.credential_removed";
    let written = change.write(identity, actor, activity, entry).await;
    written.map_err(|error| match error {
        WriteError::Refused(Guard::Missing) => Refusal::new(&codes::CREDENTIAL_MISSING),
        error => refuse_write(error),
    })
}
