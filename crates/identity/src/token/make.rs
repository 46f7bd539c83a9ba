//! Making tokens: what they say, and the signature over it.

use oidc::dpop::write_thumbprint;
use oidc::jwt::Algorithm;
use serde_json::{Map, Value, json};
use store::{Client, Id, Person};

use super::claims;
use super::{ACCESS_TOKEN, Asked, LIFETIME, TIER_ZERO_USED, Tokens, describe, name_issue};
use crate::applications::{AppRole, TokenSettings};
use crate::assurance::Assurance;
use crate::audit::Entry;
use crate::bearer::{BEARER, DPOP};
use crate::issuer::api_audience;
use crate::permissions::Permission;
use crate::resources::{Live, OF_THE_SIGN_IN, Resource, write_scopes};
use crate::{Identity, Micros, Refusal, SECOND, codes};

/// What every access token claims.
pub(super) fn claim(asked: &Asked<'_>, now: Micros) -> Map<String, Value> {
    let (identity, client) = (asked.identity, asked.client);
    let issued_at = now / SECOND;
    let app_id = client.client.app_id.to_string();
    let claims = json!({
        "iss": asked.issuer.url(),
        "aud": api_audience(identity),
        "iat": issued_at,
        "nbf": issued_at,
        "exp": issued_at + LIFETIME / SECOND,
        "jti": identity.0.ambient.make_id().to_string(),
        "tid": identity.0.tenant_id.to_string(),
        "azp": app_id,
        "azpacr": client.proven.as_str(),
        "appid": app_id,
        "app_displayname": client.client.display_name,
        "ver": "2.0",
        // Ours: what the token rests on, compared on each use (security 28).
        "prn": client.client.principal_id.to_string(),
        "pver": client.client.principal_version,
    });
    let mut claims = match claims {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    if let Some(key) = client.key() {
        // RFC 9449 section 6.1.
        claims.insert("cnf".to_owned(), json!({ "jkt": write_thumbprint(key) }));
    }
    claims
}

/// Makes it a token for another application's API and for nothing else (RFC 8707 section 2, RFC 9068 section 2.2).
pub(super) fn aim(claims: &mut Map<String, Value>, asked: &Asked<'_>, resource: &Resource) {
    claims.insert("aud".to_owned(), json!(resource.uri));
    let client_id = asked.client.client.app_id.to_string();
    claims.insert("client_id".to_owned(), json!(client_id));
    // Ours: whose API it was when the token was made. Its name may be another one's by the time that somebody asks.
    let owner = resource.principal_id.to_string();
    claims.insert("res".to_owned(), json!(owner));
}

/// What a token is called that this request gets.
pub(super) fn name_type(asked: &Asked<'_>) -> &'static str {
    match asked.client.key() {
        Some(_) => DPOP,
        None => BEARER,
    }
}

pub(crate) fn sign(
    identity: &Identity,
    algorithm: Algorithm,
    token_type: &str,
    claims: &Map<String, Value>,
) -> Result<String, Refusal> {
    let (snapshot, now) = (identity.snapshot(), identity.0.ambient.now());
    let key = snapshot.keys.signing.current(algorithm, now);
    key.and_then(|key| key.sign(token_type, claims))
        .ok_or_else(|| {
            tracing::error!(algorithm = algorithm.as_str(), "no key signs");
            Refusal::new(&codes::INTERNAL)
        })
}

/// What tokens of a person are made of.
pub(super) struct Basis<'a> {
    pub(super) person: &'a Person,
    pub(super) session_id: Id,
    /// The session as id tokens name it: by its first name, however often another one took its place.
    pub(super) sid: Id,
    pub(super) auth_time: Micros,
    pub(super) assurance: Assurance,
    /// Only what answers the request that brought it.
    pub(super) nonce: Option<&'a str>,
    /// The claim by which each use of the access token finds what it rests on.
    pub(super) rests_on: (&'static str, String),
    pub(super) grant: &'static str,
    /// The API that the access token is for; `None`: our own.
    pub(super) live: Option<&'a Live>,
}

pub(super) async fn make_tokens(
    asked: &Asked<'_>,
    basis: &Basis<'_>,
    permissions: &[Permission],
) -> Result<(Tokens, &'static str, Entry), Refusal> {
    let identity = asked.identity;
    let now = identity.0.ambient.now();
    let person = basis.person;
    let mut claims = claim(asked, now);
    for (name, value) in describe_sign_in(basis) {
        claims.insert(name.to_owned(), value);
    }
    let given = match basis.live {
        None => carry_own(&mut claims, permissions),
        Some(live) => carry_of_api(&mut claims, asked, (basis, live), permissions).await?,
    };
    let (claim, rests_on) = &basis.rests_on;
    claims.insert((*claim).to_owned(), json!(rests_on));
    let access_token = sign(identity, Algorithm::Es256, ACCESS_TOKEN, &claims)?;
    let id_token = match permissions.contains(&Permission::OpenId) {
        true => Some(make_id_token(asked, basis, permissions).await?),
        false => None,
    };
    let mut entry = describe(asked);
    entry
        .say("grant", basis.grant)
        .confide("user", person.user_name.as_str());
    if let Some(live) = basis.live {
        entry
            .say("resource", live.resource.uri.as_str())
            .say("scopes", live.values.join(" "));
    }
    let activity = name_issue(&mut entry, &given.permissions);
    let tokens = Tokens {
        access_token,
        token_type: name_type(asked),
        expires_in: LIFETIME / SECOND,
        scope: Some(given.scope),
        id_token,
        refresh_token: None,
        account: Some((person.person_id, identity.0.tenant_id)),
        uses_tier_zero: activity == TIER_ZERO_USED,
    };
    Ok((tokens, activity, entry))
}

/// What a client is told that it got.
struct Given {
    /// Of our own API and the sign-in.
    permissions: Vec<Permission>,
    scope: String,
}

fn carry_own(claims: &mut Map<String, Value>, permissions: &[Permission]) -> Given {
    // To renew is the client's, at this endpoint; the access token gives no right to it.
    let carried: Vec<&str> = permissions
        .iter()
        .filter(|each| **each != Permission::OfflineAccess)
        .map(|each| each.name())
        .collect();
    claims.insert("scp".to_owned(), json!(carried.join(" ")));
    let names: Vec<&str> = permissions.iter().map(|each| each.name()).collect();
    Given {
        permissions: permissions.to_vec(),
        scope: names.join(" "),
    }
}

/// Scopes of that API alone, and what the person is there.
async fn carry_of_api(
    claims: &mut Map<String, Value>,
    asked: &Asked<'_>,
    (basis, live): (&Basis<'_>, &Live),
    permissions: &[Permission],
) -> Result<Given, Refusal> {
    let resource = &live.resource;
    aim(claims, asked, resource);
    let scope = live.values.join(" ");
    // By the name that Entra gave it, and by the registered one (RFC 9068 section 2.2.3).
    claims.insert("scp".to_owned(), json!(scope));
    claims.insert("scope".to_owned(), json!(scope));
    if resource.roles.iter().any(AppRole::is_told_of_people) {
        let (store, tenant) = (&asked.identity.0.store, asked.identity.0.tenant_id);
        let held = store
            .list_roles_at(tenant, basis.person.person_id, resource.principal_id)
            .await?;
        let told = resource.roles.iter();
        let told = told.filter(|role| role.is_told_of_people() && held.contains(&role.id));
        let told: Vec<&str> = told.map(|role| role.value.as_str()).collect();
        if !told.is_empty() {
            claims.insert("roles".to_owned(), json!(told));
        }
    }
    // What the token endpoint gives beside the access token.
    let permissions: Vec<Permission> = permissions
        .iter()
        .copied()
        .filter(|it| OF_THE_SIGN_IN.contains(it))
        .collect();
    let mut names: Vec<String> = permissions.iter().map(|it| it.name().to_owned()).collect();
    names.extend(match asked.resource {
        Some(_) => live.values.clone(),
        None => write_scopes(&resource.uri, &live.values),
    });
    Ok(Given {
        permissions,
        scope: names.join(" "),
    })
}

/// Who signed in, and how.
fn describe_sign_in(basis: &Basis<'_>) -> Vec<(&'static str, Value)> {
    let subject = basis.person.person_id.to_string();
    let mut about = vec![
        ("sub", json!(subject)),
        ("oid", json!(subject)),
        ("sid", json!(basis.session_id.to_string())),
        ("auth_time", json!(basis.auth_time / SECOND)),
    ];
    if let Some(acr) = basis.assurance.acr {
        about.push(("acr", json!(acr)));
    }
    if !basis.assurance.amr.is_empty() {
        about.push(("amr", json!(basis.assurance.amr)));
    }
    about
}

async fn make_id_token(
    asked: &Asked<'_>,
    basis: &Basis<'_>,
    permissions: &[Permission],
) -> Result<String, Refusal> {
    let (identity, client) = (asked.identity, &asked.client.client);
    let settings = TokenSettings::of(client)?;
    let issuer = asked.issuer.url();
    let about = (client, &settings);
    let claims = derive_id_claims(identity, &issuer, about, basis, permissions).await?;
    identity.ensure_signing_key(settings.algorithm).await?;
    sign(identity, settings.algorithm, "JWT", &claims)
}

/// OpenID Connect Core section 2.
pub(super) async fn derive_id_claims(
    identity: &Identity,
    issuer: &str,
    (client, settings): (&Client, &TokenSettings),
    basis: &Basis<'_>,
    permissions: &[Permission],
) -> Result<Map<String, Value>, Refusal> {
    let now = identity.0.ambient.now() / SECOND;
    let mut claims = Map::new();
    let fixed = [
        ("iss", json!(issuer)),
        ("aud", json!(client.app_id.to_string())),
        ("iat", json!(now)),
        ("nbf", json!(now)),
        ("exp", json!(now + LIFETIME / SECOND)),
        ("tid", json!(identity.0.tenant_id.to_string())),
        ("ver", json!("2.0")),
    ];
    for (name, value) in fixed.into_iter().chain(describe_sign_in(basis)) {
        claims.insert(name.to_owned(), value);
    }
    claims.insert("sid".to_owned(), json!(basis.sid.to_string()));
    if let Some(nonce) = basis.nonce {
        claims.insert("nonce".to_owned(), json!(nonce));
    }
    claims.extend(describe_person(identity, basis.person, permissions).await?);
    claims.extend(claims::map(identity, client, settings, basis.person.person_id).await?);
    Ok(claims)
}

/// What `profile` and `email` tell (OpenID Connect Core section 5.4): only what is there, and nothing that nobody verified
/// is called verified.
pub(crate) async fn describe_person(
    identity: &Identity,
    person: &Person,
    permissions: &[Permission],
) -> Result<Map<String, Value>, Refusal> {
    let mut claims = Map::new();
    if permissions.contains(&Permission::Profile) {
        claims.insert("name".to_owned(), json!(person.display_name));
        claims.insert("preferred_username".to_owned(), json!(person.user_name));
    }
    if permissions.contains(&Permission::Email) {
        let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
        let found = store
            .find_directory_person(tenant, person.person_id)
            .await?;
        if let Some(mail) = found.and_then(|it| it.mail) {
            claims.insert("email".to_owned(), json!(mail));
        }
    }
    Ok(claims)
}
