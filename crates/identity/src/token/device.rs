//! A device asks whether somebody has allowed it elsewhere (RFC 8628 section 3.4).

use oidc::token_request::Secret;
use store::{CodeHash, DeviceStatus};
use webauthn::base64url;

use super::{Asked, Failure, Tokens, code_unusable, derive_code_hash, redeem, spend_alone};
use crate::{Refusal, codes};

/// Asking again is no failure: nothing is recorded.
pub(super) fn is_waiting(failure: &Failure) -> bool {
    [&codes::DEVICE_PENDING, &codes::DEVICE_SLOW_DOWN].contains(&failure.refusal.code)
}

/// An assertion is used up all the same.
pub(super) async fn wait(asked: &Asked<'_>, failure: Failure) -> Result<Tokens, Refusal> {
    spend_alone(asked.identity, asked.client).await?;
    Err(*failure.refusal)
}

pub(super) async fn redeem_device(asked: &Asked<'_>, code: &Secret) -> Result<Tokens, Failure> {
    let (identity, client) = (asked.identity, &asked.client.client);
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let unusable = |detail| Failure::from(code_unusable(detail));
    let code: CodeHash = base64url::decode(code.expose())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| unusable("device.unknown"))?;
    let hash = derive_code_hash(&code);
    let grant = store.find_device_grant(tenant, hash).await?;
    let grant = grant.ok_or_else(|| unusable("device.unknown"))?;
    if grant.principal_id != client.principal_id || grant.issuer != asked.issuer.url() {
        return Err(unusable("device.other_client"));
    }
    let now = identity.0.ambient.now();
    if now >= grant.expires_at {
        return Err(Refusal::new(&codes::DEVICE_EXPIRED).into());
    }
    let mut key = [0; 16];
    key.copy_from_slice(&hash[8..24]);
    if identity.0.device_limit.take(key, now).is_err() {
        return Err(Refusal::new(&codes::DEVICE_SLOW_DOWN).into());
    }
    match grant.status {
        DeviceStatus::Pending => return Err(Refusal::new(&codes::DEVICE_PENDING).into()),
        DeviceStatus::Denied => return Err(Refusal::new(&codes::DEVICE_DENIED).into()),
        DeviceStatus::Allowed => {}
    }
    let found = match grant.code_hash {
        Some(hash) => store.find_code(tenant, hash).await?,
        None => None,
    };
    let found = found.ok_or_else(|| unusable("device.unknown"))?;
    if found.used_at.is_some() || found.revoked_at.is_some() {
        return Err(unusable("device.used"));
    }
    if found.principal_version != client.principal_version {
        return Err(unusable("code.client_changed"));
    }
    // Who asks twice at once has lost an answer, and stolen nothing: one of them gets the tokens (past mistake 45).
    redeem(asked, &found, "device_code")
        .await
        .map_err(|failure| Failure {
            void: None,
            ..failure
        })
}
