//! What a token is worth now (RFC 7662). Every reader of tokens judges by the same functions (past mistake 44): what our API
//! or a renewal would refuse is not active.

use oidc::jwt::Claims;
use oidc::token_request::PresentedToken;
use serde_json::{Map, Value, json};
use store::Id;

use super::refresh::{self, Renewable, Standing, Wanted};
use super::{Asked, authenticate, refuse, spend_alone};
use crate::bearer::{self, BEARER, DPOP, Token};
use crate::client::{Claimed, Proven};
use crate::issuer::Issuer;
use crate::resources::{self, Held, find_live, write_words};
use crate::{Caller, Class, Identity, Refusal, SECOND, codes};

/// What a client may know of a token: `active`, and of its own ones that are, what they say. A client is told of its own
/// tokens, and of those for its own API; another's is not active for it.
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
        resource: None,
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

/// `None` for a token that this client is not told of.
async fn describe_access(
    asked: &Asked<'_>,
    token: &str,
) -> Result<Option<Map<String, Value>>, Refusal> {
    let ours = asked.client.client.app_id;
    let told = match bearer::read_any(asked.identity, token).await? {
        Token::Own(bearer, claims) => {
            if bearer.client() != ours {
                return Ok(None);
            }
            let names: Vec<&str> = bearer.permissions().iter().map(|it| it.name()).collect();
            let said = Said {
                client: bearer.client(),
                scope: names.join(" "),
                roles: claims.texts("roles").unwrap_or_default(),
                user_name: bearer.user_name(),
                key: bearer.key(),
            };
            said.tell(&claims)
        }
        Token::Foreign(foreign, claims) => {
            // Another application's API, as it is now.
            let resource = resources::find(asked.identity, claims.text("aud")?).await?;
            let is_same = claims.text("res")? == resource.principal_id.to_string();
            if !is_same || ![foreign.client, resource.app_id].contains(&ours) {
                return Ok(None);
            }
            // What would not be issued now is not active.
            let roles = claims.texts("roles").unwrap_or_default();
            let roles = resource.keep_roles(&roles, foreign.person.is_some());
            let kept = match foreign.person {
                Some(person) if !resource.is_open_to(asked.identity, person).await? => Vec::new(),
                Some(_) => {
                    let values: Vec<&str> = claims.text("scp")?.split(' ').collect();
                    resource.keep_known(&values)
                }
                None => roles.clone(),
            };
            if kept.is_empty() {
                return Ok(None);
            }
            let said = Said {
                client: foreign.client,
                scope: kept.join(" "),
                roles,
                user_name: foreign.user_name.as_deref(),
                key: foreign.key.as_deref(),
            };
            said.tell(&claims)
        }
    };
    Ok(Some(told))
}

/// What is told of an access token beside its own words.
struct Said<'a> {
    client: Id,
    scope: String,
    roles: Vec<&'a str>,
    user_name: Option<&'a str>,
    key: Option<&'a str>,
}

impl Said<'_> {
    fn tell(&self, claims: &Claims) -> Map<String, Value> {
        let mut told = copy(claims);
        let kind = match self.key {
            None => BEARER,
            Some(_) => DPOP,
        };
        told.insert("token_type".to_owned(), json!(kind));
        if let Some(key) = self.key {
            told.insert("cnf".to_owned(), json!({ "jkt": key }));
        }
        told.insert("client_id".to_owned(), json!(self.client.to_string()));
        told.insert("scope".to_owned(), json!(self.scope));
        if let Some(name) = self.user_name {
            told.insert("username".to_owned(), json!(name));
        }
        if let Ok(words) = claims.texts("amr") {
            told.insert("amr".to_owned(), json!(words));
        }
        if !self.roles.is_empty() {
            told.insert("roles".to_owned(), json!(self.roles));
        }
        told
    }
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
    let found = refresh::check(asked, named, Wanted::All, now).await;
    let (renewable, _) = found.map_err(|failure| *failure.refusal)?;
    let Renewable {
        family,
        standing,
        live,
        permissions,
        apis,
        granted,
        ..
    } = renewable;
    if standing != Standing::Current {
        return Ok(None);
    }
    let mut held: Vec<Held> = Vec::new();
    for api in &apis {
        match find_live(identity, api, &granted, family.person_id).await {
            Ok(live) => held.push((live.resource.uri, live.values)),
            // Nothing of it would be given now.
            Err(refusal) if !matches!(refusal.code.class, Class::Unavailable | Class::Internal) => {
            }
            Err(refusal) => return Err(refusal),
        }
    }
    let told = json!({
        "token_type": "refresh_token",
        "client_id": asked.client.client.app_id.to_string(),
        "iss": family.issuer,
        "sub": family.person_id.to_string(),
        "username": live.user_name,
        "scope": write_words(&permissions, &held),
        "exp": family.expires_at / SECOND,
        "auth_time": live.auth_time / SECOND,
    });
    match told {
        Value::Object(map) => Ok(Some(map)),
        _ => Ok(None),
    }
}
