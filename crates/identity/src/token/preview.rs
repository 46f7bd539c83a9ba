//! What an application would be told of a person, before they ever sign in to it.

use serde_json::{Map, Value};
use store::Id;

use super::claims;
use super::make::{Basis, derive_id_claims, describe_person};
use crate::access::{self, Operation};
use crate::actor::Actor;
use crate::applications::{TokenSettings, check_assigned, find_active};
use crate::assurance::{Assurance, PHISHING_RESISTANT};
use crate::issuer::Issuer;
use crate::permissions::Permission;
use crate::{Identity, Refusal, client, codes};

/// Made by the functions that make tokens; nothing is signed, nothing kept.
#[derive(Debug)]
pub struct Preview {
    /// Claims of the id token. Those that follow from a sign-in (`sid`, `auth_time`, `nonce`, `amr`, `acr`) are of one that would happen now
    /// with a synced passkey.
    pub id_token: Map<String, Value>,
    pub user_info: Map<String, Value>,
    /// Whether the person may sign in to the application at all.
    pub is_assigned: bool,
}

/// What tokens of a person would say to the application with object id `application`, for these scopes of OpenID Connect.
///
/// # Errors
/// A refusal unless the actor may read the whole directory; [`codes::SCOPE_UNKNOWN`].
pub async fn preview(
    identity: &Identity,
    actor: Actor<'_>,
    application: Id,
    person: Id,
    scopes: &[&str],
) -> Result<Preview, Refusal> {
    access::check(identity, actor, Operation::PreviewTokens, Some(person))
        .await
        .map(drop)?;
    let application = find_active(identity, application).await?;
    let mut permissions = vec![Permission::OpenId];
    for scope in scopes {
        match Permission::parse(scope) {
            Some(it) if !permissions.contains(&it) => permissions.push(it),
            Some(_) => {}
            None => return Err(Refusal::new(&codes::SCOPE_UNKNOWN)),
        }
    }
    let client = client::find(identity, &application.app_id.to_string())
        .await
        .map_err(|_| Refusal::new(&codes::APPLICATION_MISSING))?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.find_person(tenant, person).await?;
    let found = found.ok_or(&codes::USER_MISSING)?;
    let is_assigned = match check_assigned(identity, &client, person).await {
        Ok(()) => true,
        Err(refusal) if refusal.code == &codes::NOT_ASSIGNED => false,
        Err(refusal) => return Err(refusal),
    };
    let basis = Basis {
        person: &found,
        session_id: Id([0; 16]),
        sid: Id([0; 16]),
        auth_time: identity.0.ambient.now(),
        assurance: Assurance {
            acr: Some(PHISHING_RESISTANT),
            amr: vec!["pop", "user", "mfa", "swk"],
        },
        nonce: None,
        rests_on: ("cod", String::new()),
        grant: "preview",
        live: None,
    };
    let issuer = Issuer::find(identity, None).ok_or(&codes::INTERNAL)?;
    let settings = TokenSettings::of(&client)?;
    let (about, url) = ((&client, &settings), issuer.url());
    let id_token = derive_id_claims(identity, &url, about, &basis, &permissions).await?;
    let mut user_info = Map::new();
    user_info.insert("sub".to_owned(), Value::String(person.to_string()));
    user_info.extend(describe_person(identity, &found, &permissions).await?);
    user_info.extend(claims::map(identity, &client, &settings, person).await?);
    Ok(Preview {
        id_token,
        user_info,
        is_assigned,
    })
}
