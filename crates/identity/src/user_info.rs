//! The userinfo endpoint: whom an access token acts for (OpenID Connect Core section 5.3).

use serde_json::{Map, Value, json};

use crate::permissions::Permission;
use crate::token::describe_person;
use crate::{Identity, Refusal, bearer, codes};

/// The claims that the token's scopes tell, as of now; always with `sub`, which is that of the id token.
///
/// # Errors
/// [`codes::TOKEN_UNUSABLE`], also for a token that acts for nobody; [`codes::NOT_ALLOWED`] without the scope `openid`.
pub async fn read(identity: &Identity, token: &str) -> Result<Map<String, Value>, Refusal> {
    let bearer = bearer::authenticate(identity, token).await?;
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
    Ok(claims)
}
