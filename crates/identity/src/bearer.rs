//! What an access token proved, read live in this request (security 28).

use oidc::jwt::{self, Algorithm, Claims, JwtError};
use store::{CodeHash, FamilyId, Id, PersonClaims, Unit};
use webauthn::base64url;

use crate::issuer::{Issuer, api_audience};
use crate::permissions::Permission;
use crate::token::{ACCESS_TOKEN, LIFETIME};
use crate::{Identity, Micros, Refusal, SECOND, codes};

/// Nodes' clocks may differ by as much as each may be off the database's.
const SKEW: oidc::Seconds = 30;

/// Whoever presented a valid access token: an application, with or without a person behind it. Made only by the
/// verifier, after it compared person, session, credential and client with the database.
#[derive(Debug, Clone)]
pub struct Bearer {
    client: Id,
    principal: Id,
    principal_version: i64,
    delegate: Option<Delegate>,
    permissions: Vec<Permission>,
}

/// The person in whose name a token acts, and the session that it rests on.
#[derive(Debug, Clone)]
pub(crate) struct Delegate {
    pub(crate) person: Id,
    pub(crate) user_name: String,
    pub(crate) session: Id,
    /// Time of the last user-verified ceremony in that session.
    pub(crate) auth_time: Micros,
    /// The token was renewed: it rests on this, and the session may be over in the meantime.
    pub(crate) family: Option<FamilyId>,
}

impl Bearer {
    pub(crate) fn new(
        client: Id,
        (principal, principal_version): (Id, i64),
        delegate: Option<Delegate>,
        permissions: Vec<Permission>,
    ) -> Bearer {
        Bearer {
            client,
            principal,
            principal_version,
            delegate,
            permissions,
        }
    }

    /// The application's client id (`appId`).
    pub fn client(&self) -> Id {
        self.client
    }

    /// The object id of the application's service principal: it, and not the client id, holds directory roles.
    pub fn principal(&self) -> Id {
        self.principal
    }

    /// Moves when the application is disabled or gets other credentials.
    pub(crate) fn principal_version(&self) -> i64 {
        self.principal_version
    }

    /// The person in whose name it acts; `None` when the application acts by itself.
    pub fn person(&self) -> Option<Id> {
        self.delegate.as_ref().map(|delegate| delegate.person)
    }

    /// The session that a delegated token rests on.
    pub fn session(&self) -> Option<Id> {
        self.delegate.as_ref().map(|delegate| delegate.session)
    }

    /// When the person of a delegated token was last verified.
    pub fn auth_time(&self) -> Option<Micros> {
        self.delegate.as_ref().map(|delegate| delegate.auth_time)
    }

    /// What the token carries and was still granted when it was checked.
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// Whether the application acts by itself.
    pub fn is_application(&self) -> bool {
        self.delegate.is_none()
    }

    pub(crate) fn user_name(&self) -> Option<&str> {
        self.delegate
            .as_ref()
            .map(|delegate| delegate.user_name.as_str())
    }

    /// Guards in the unit that what the token rests on still stands when it is written (security 3).
    pub(crate) fn require(&self, unit: &mut Unit, tenant: Id) {
        unit.require_client(tenant, self.principal, self.principal_version);
        match &self.delegate {
            None => {}
            Some(Delegate {
                family: Some(family),
                ..
            }) => {
                unit.require_refresh_family(tenant, *family);
            }
            Some(delegate) => {
                unit.require_session(tenant, delegate.person, delegate.session);
            }
        }
    }
}

fn unusable(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::TOKEN_UNUSABLE)
    }
}

impl From<JwtError> for Refusal {
    fn from(error: JwtError) -> Refusal {
        unusable(match error {
            JwtError::Expired => "token.expired",
            JwtError::NotYetValid => "token.not_yet_valid",
            JwtError::SignatureInvalid => "token.signature_invalid",
            JwtError::AlgorithmRefused | JwtError::KeyMismatch => "token.algorithm",
            JwtError::TooLong | JwtError::Malformed | JwtError::Critical => "token.malformed",
            JwtError::ClaimUnfit => "token.claims",
        })
    }
}

/// Verifies an access token for our API and compares everything that it rests on with the database (security 28).
///
/// One row is read, uncached: the application in the version of the token; for a person's token also the person, the
/// passkey, and either the session and the code that the token was made of, or what it was renewed by.
pub async fn authenticate(identity: &Identity, token: &str) -> Result<Bearer, Refusal> {
    read(identity, token).await.map(|(bearer, _)| bearer)
}

/// The same, with what the token says.
pub(crate) async fn read(identity: &Identity, token: &str) -> Result<(Bearer, Claims), Refusal> {
    let claims = verify(identity, token).await?;
    let id = |name: &str| Id::parse(claims.text(name)?).ok_or(JwtError::ClaimUnfit);
    if id("tid")? != identity.0.tenant_id {
        return Err(unusable("token.tenant"));
    }
    let principal = (id("prn")?, claims.int("pver")?);
    let client = id("azp")?;
    if claims.has("scp") {
        let delegate = find_delegate(identity, &claims, principal).await?;
        let permissions = parse_permissions(claims.text("scp")?.split(' '));
        let bearer = Bearer::new(client, principal, Some(delegate), permissions);
        return Ok((bearer, claims));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let live = store
        .is_client_live(tenant, principal.0, principal.1, id("epoch")?)
        .await?;
    if !live {
        return Err(unusable("token.revoked"));
    }
    let permissions = parse_permissions(claims.texts("roles")?.into_iter());
    Ok((Bearer::new(client, principal, None, permissions), claims))
}

/// A name that this version doesn't know gives no right.
fn parse_permissions<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Permission> {
    names.filter_map(Permission::parse).collect()
}

async fn find_delegate(
    identity: &Identity,
    claims: &Claims,
    principal: (Id, i64),
) -> Result<Delegate, Refusal> {
    let id = |name: &str| Id::parse(claims.text(name)?).ok_or(JwtError::ClaimUnfit);
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let (person, session) = (id("oid")?, id("sid")?);
    let family: Option<FamilyId> = match claims.has("fam") {
        true => Some(read_name(claims.text("fam")?)?),
        false => None,
    };
    let found = match family {
        Some(family) => {
            store
                .find_live_person_of_family(tenant, family, person, principal, now)
                .await?
        }
        None => {
            let code_hash: CodeHash = read_name(claims.text("cod")?)?;
            let claimed = PersonClaims {
                person_id: person,
                session_id: session,
                principal_id: principal.0,
                principal_version: principal.1,
                code_hash,
            };
            let seen_after = now - identity.0.settings.session_idle;
            store
                .find_live_person(tenant, &claimed, now, seen_after)
                .await?
        }
    };
    let found = found.ok_or_else(|| unusable("token.revoked"))?;
    Ok(Delegate {
        person,
        user_name: found.user_name,
        session,
        auth_time: found.auth_time,
        family,
    })
}

fn read_name<const N: usize>(text: &str) -> Result<[u8; N], JwtError> {
    base64url::decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(JwtError::ClaimUnfit)
}

/// Signature, type, issuer, audience and time: all that the token says for itself.
async fn verify(identity: &Identity, token: &str) -> Result<Claims, Refusal> {
    let parsed = jwt::parse(token)?;
    // RFC 9068 section 4: nothing but an access token is one; an id token is signed by us, too.
    if parsed.header().token_type.as_deref() != Some(ACCESS_TOKEN) {
        return Err(unusable("token.kind"));
    }
    let name = parsed
        .header()
        .key_id
        .clone()
        .ok_or(JwtError::KeyMismatch)?;
    let now = identity.0.ambient.now();
    let mut snapshot = identity.snapshot();
    if snapshot.keys.signing.find(&name, now).is_none() {
        // Another node may have made it just now (security 27).
        snapshot = identity.refresh().await?;
    }
    let key = snapshot
        .keys
        .signing
        .find(&name, now)
        .ok_or(JwtError::KeyMismatch)?;
    let claims = parsed.verify(&key.public, &[Algorithm::Es256])?;
    claims.check_time(now / SECOND, SKEW)?;
    if claims.int("exp")? - claims.int("iat")? > LIFETIME / SECOND {
        return Err(unusable("token.lifetime"));
    }
    let issuer = claims.text("iss")?;
    if !Issuer::all(identity).any(|ours| ours.url() == issuer) {
        return Err(unusable("token.issuer"));
    }
    if claims.text("aud")? != api_audience(identity) {
        return Err(unusable("token.audience"));
    }
    Ok(claims)
}
