//! The userinfo endpoint: whom an access token acts for (OpenID Connect Core section 5.3).

use serde_json::{Map, Value, json};

use crate::applications::TokenSettings;
use crate::bearer::{self, Shown};
use crate::permissions::Permission;
use crate::token::{claims, describe_person, sign};
use crate::{Identity, Refusal, codes};

/// What the endpoint answers.
#[derive(Debug)]
pub enum UserInfo {
    Plain(Map<String, Value>),
    /// As a JWT, where the application asked for that (OpenID Connect Core section 5.3.2).
    Signed(String),
}

/// The claims that the token's scopes tell, as of now; always with `sub`, which is that of the id token.
///
/// # Errors
/// [`codes::TOKEN_UNUSABLE`], also for a token that acts for nobody; [`codes::NOT_ALLOWED`] without the scope `openid`.
pub async fn read(identity: &Identity, token: &Shown<'_>) -> Result<UserInfo, Refusal> {
    let (bearer, issuer) = bearer::authenticate_told(identity, token).await?;
    let unusable = |detail| Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::TOKEN_UNUSABLE)
    };
    let person = bearer
        .person()
        .ok_or_else(|| unusable("token.of_an_application"))?;
    if !bearer.permissions().contains(&Permission::OpenId) {
        return Err(Refusal::new(&codes::NOT_ALLOWED));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_person(tenant, person).await?;
    let found = found.ok_or_else(|| unusable("token.revoked"))?;
    let mut claims = Map::new();
    claims.insert("sub".to_owned(), json!(person.to_string()));
    claims.extend(describe_person(identity, &found, bearer.permissions()).await?);
    let client = store.find_client(tenant, bearer.client()).await?;
    let client = client.ok_or_else(|| unusable("token.revoked"))?;
    let settings = TokenSettings::of(&client)?;
    claims.extend(claims::map(identity, &client, &settings, person).await?);
    if !settings.is_user_info_signed {
        return Ok(UserInfo::Plain(claims));
    }
    claims.insert("iss".to_owned(), json!(issuer));
    claims.insert("aud".to_owned(), json!(bearer.client().to_string()));
    identity.ensure_signing_key(settings.algorithm).await?;
    let token = sign(identity, settings.algorithm, "JWT", &claims)?;
    Ok(UserInfo::Signed(token))
}
