//! What a token is worth now (RFC 7662). Every reader of tokens judges by the same functions (past mistake 44): what our API
//! or a renewal would refuse is not active.

use oidc::jwt::Claims;
use oidc::token_request::PresentedToken;
use serde_json::{Map, Value, json};

use super::refresh::{self, Renewable, Standing};
use super::{Asked, authenticate, refuse, spend_alone};
use crate::applications::write_scope;
use crate::bearer::{self, BEARER, DPOP};
use crate::client::{Claimed, Proven};
use crate::issuer::Issuer;
use crate::{Caller, Class, Identity, Refusal, SECOND, codes};

/// What a client may know of a token: `active`, and of its own ones that are, what they say. A client is told of its own
/// tokens only; another's is not active for it.
///
/// # Errors
/// [`codes::CLIENT_REFUSED`], also for a client that proves nothing.
pub async fn introspect(
    identity: &Identity,
    caller: &Caller,
    issuer: &Issuer,
    request: &PresentedToken,
) -> Result<Map<String, Value>, Refusal> {
    identity.check_clock()?;
    let claimed = Claimed {
        client_id: request.client_id.as_deref(),
        proof: &request.proof,
        dpop: None,
    };
    let client = authenticate(identity, caller, issuer, claimed).await?;
    let asked = Asked {
        identity,
        caller,
        issuer,
        client: &client,
    };
    if client.proven == Proven::Nothing {
        let refusal = Refusal {
            detail: Some("client.unproven"),
            ..Refusal::new(&codes::CLIENT_REFUSED)
        };
        return Err(refuse(&asked, refusal.into()).await);
    }
    spend_alone(identity, &client).await?;
    let token = request.token.expose();
    let found = match token.split('.').count() {
        3 => describe_access(&asked, token).await,
        _ => describe_refresh(&asked, token).await,
    };
    let mut claims = match found {
        Ok(claims) => claims,
        // What can't be told now is not "not active".
        Err(refusal) if matches!(refusal.code.class, Class::Unavailable | Class::Internal) => {
            return Err(refusal);
        }
        Err(_) => None,
    }
    .unwrap_or_default();
    claims.insert("active".to_owned(), json!(!claims.is_empty()));
    Ok(claims)
}

/// What of an access token's claims is told, in their own kinds.
const TEXTS: [&str; 7] = ["iss", "aud", "sub", "jti", "acr", "tid", "sid"];
const NUMBERS: [&str; 4] = ["exp", "iat", "nbf", "auth_time"];

fn copy(claims: &Claims) -> Map<String, Value> {
    let texts = TEXTS.iter().filter_map(|name| {
        let text = claims.text(name).ok()?;
        Some(((*name).to_owned(), json!(text)))
    });
    let numbers = NUMBERS.iter().filter_map(|name| {
        let number = claims.int(name).ok()?;
        Some(((*name).to_owned(), json!(number)))
    });
    texts.chain(numbers).collect()
}

async fn describe_access(
    asked: &Asked<'_>,
    token: &str,
) -> Result<Option<Map<String, Value>>, Refusal> {
    let (bearer, claims) = bearer::read(asked.identity, token).await?;
    if bearer.client() != asked.client.client.app_id {
        return Ok(None);
    }
    let mut told = copy(&claims);
    let names: Vec<&str> = bearer.permissions().iter().map(|it| it.name()).collect();
    let (kind, key) = match bearer.key() {
        None => (BEARER, None),
        Some(key) => (DPOP, Some(json!({ "jkt": key }))),
    };
    told.insert("token_type".to_owned(), json!(kind));
    if let Some(key) = key {
        told.insert("cnf".to_owned(), key);
    }
    told.insert("client_id".to_owned(), json!(bearer.client().to_string()));
    told.insert("scope".to_owned(), json!(names.join(" ")));
    if let Some(name) = bearer.user_name() {
        told.insert("username".to_owned(), json!(name));
    }
    if let Ok(ways) = claims.texts("amr") {
        told.insert("amr".to_owned(), json!(ways));
    }
    Ok(Some(told))
}

/// Of a token that a renewal would take now.
async fn describe_refresh(
    asked: &Asked<'_>,
    token: &str,
) -> Result<Option<Map<String, Value>>, Refusal> {
    let identity = asked.identity;
    let Some(named) = refresh::read(identity, token) else {
        return Ok(None);
    };
    let now = identity.0.ambient.now();
    // Asking ends nothing, also where a renewal would.
    let found = refresh::check(asked, named, &[], now).await;
    let Renewable {
        family,
        standing,
        live,
        permissions,
        ..
    } = found.map_err(|failure| *failure.refusal)?;
    if standing != Standing::Current {
        return Ok(None);
    }
    let told = json!({
        "token_type": "refresh_token",
        "client_id": asked.client.client.app_id.to_string(),
        "iss": family.issuer,
        "sub": family.person_id.to_string(),
        "username": live.user_name,
        "scope": write_scope(&permissions),
        "exp": family.expires_at / SECOND,
        "auth_time": live.auth_time / SECOND,
    });
    match told {
        Value::Object(map) => Ok(Some(map)),
        _ => Ok(None),
    }
}
