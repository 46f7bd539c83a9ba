//! Telling an application that a session is over (OpenID Connect Back-Channel Logout 1.0).
//!
//! What it will be told is made when it gets its id token, so that one statement tells all applications of all sessions that
//! end at once. The token is signed at each try: it is fresh, under a key that is in the key set, and its `jti` is new, since
//! an application that has seen one refuses it.

use oidc::form;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use store::{AuthorizationCode, LogoutAddress, Message, SessionClient};

use super::{LOGOUT, derive_associated, seal};
use crate::applications::TokenSettings;
use crate::token::sign;
use crate::{Identity, MINUTE, Micros, Refusal, SECOND};

/// `typ` of a logout token (section 2.4).
const LOGOUT_TOKEN: &str = "logout+jwt";
/// The member of `events` (section 2.4).
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// Section 4 advises two minutes at most.
const LIFETIME: Micros = 2 * MINUTE;

/// As sealed: what the id token said.
#[derive(Serialize, Deserialize)]
struct Notice {
    iss: String,
    sub: String,
    sid: String,
}

/// The application of a code that is being redeemed for an id token, and what it is told when the session ends.
pub(crate) fn prepare(identity: &Identity, code: &AuthorizationCode) -> SessionClient {
    let message_id = identity.0.ambient.make_id();
    let notice = json!({
        "iss": code.issuer,
        "sub": code.person_id.to_string(),
        "sid": code.session_id.to_string(),
    });
    SessionClient {
        session_id: code.session_id,
        principal_id: code.principal_id,
        issuer: code.issuer.clone(),
        sid: code.session_id,
        message_id,
        payload: seal(identity, LOGOUT, message_id, notice.to_string().as_bytes()),
    }
}

fn open(identity: &Identity, message: &Message) -> Option<Notice> {
    let associated = derive_associated(identity.0.tenant_id, LOGOUT, message.message_id);
    let plain = identity
        .0
        .outbox
        .sealer
        .open(&associated, &message.payload)?;
    serde_json::from_slice(&plain).ok()
}

/// The form of section 2.5; `None` for what we did not seal.
pub(super) async fn write_form(
    identity: &Identity,
    address: &LogoutAddress,
    message: &Message,
) -> Result<Option<String>, Refusal> {
    let Some(notice) = open(identity, message) else {
        return Ok(None);
    };
    // By what its id tokens are signed (section 2.6).
    let algorithm = TokenSettings::read(&address.token_settings)?.algorithm;
    identity.ensure_signing_key(algorithm).await?;
    let now = identity.0.ambient.now();
    let mut claims = Map::new();
    let fixed = [
        ("iss", json!(notice.iss)),
        ("sub", json!(notice.sub)),
        ("aud", json!(address.app_id.to_string())),
        ("iat", json!(now / SECOND)),
        ("exp", json!((now + LIFETIME) / SECOND)),
        ("jti", json!(identity.0.ambient.make_id().to_string())),
        ("events", json!({ EVENT: {} })),
        ("sid", json!(notice.sid)),
    ];
    for (name, value) in fixed {
        claims.insert(name.to_owned(), value);
    }
    let token = sign(identity, algorithm, LOGOUT_TOKEN, &claims)?;
    Ok(Some(form::write(&[("logout_token", &token)])))
}
