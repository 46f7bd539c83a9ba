//! What an access token proved, read live in this request (security 28).

use oidc::dpop::{About, write_thumbprint};
use oidc::jwt::{self, Algorithm, Claims, JwtError};
use store::{CodeHash, FamilyId, Id, PersonClaims, Unit};
use webauthn::base64url;

use crate::issuer::{Issuer, api_audience};
use crate::permissions::Permission;
use crate::possession::{self, Possession};
use crate::token::{ACCESS_TOKEN, LIFETIME};
use crate::{Identity, Micros, Refusal, SECOND, codes};

/// What tokens are called (RFC 6750, RFC 9449 section 5).
pub(crate) const BEARER: &str = "Bearer";
pub(crate) const DPOP: &str = "DPoP";
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
    /// The thumbprint of the key that the token is bound to.
    key: Option<String>,
    /// The proof of that key which came with the request.
    possession: Option<Possession>,
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
            key: None,
            possession: None,
        }
    }

    /// The thumbprint (`jkt`) of the key that the token is bound to; each request with it was signed by that key.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
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
    pub(crate) fn require(&self, identity: &Identity, unit: &mut Unit) {
        let tenant = identity.0.tenant_id;
        if let Some(possession) = &self.possession {
            possession.spend(identity, unit);
        }
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
///
/// # Errors
/// [`codes::TOKEN_UNUSABLE`], also for a token that is bound to a key; [`codes::PROOF_UNFIT`].
pub async fn authenticate(identity: &Identity, shown: &Shown<'_>) -> Result<Bearer, Refusal> {
    let (bearer, _) = authenticate_told(identity, shown).await?;
    Ok(bearer)
}

/// The same, with the issuer that the token was asked for through.
pub(crate) async fn authenticate_told(
    identity: &Identity,
    shown: &Shown<'_>,
) -> Result<(Bearer, String), Refusal> {
    let (bearer, claims) = read(identity, shown.token).await?;
    let issuer = claims.text("iss")?.to_owned();
    Ok((prove(identity, shown, bearer)?, issuer))
}

fn prove(identity: &Identity, shown: &Shown<'_>, mut bearer: Bearer) -> Result<Bearer, Refusal> {
    match (&bearer.key, &shown.proof) {
        (None, None) => Ok(bearer),
        // RFC 9449 section 7.2: what is bound to a key is worth nothing without it, and the scheme says which is meant.
        (Some(_), None) => Err(unusable("token.bound_to_key")),
        (None, Some(_)) => Err(unusable("token.not_bound")),
        (Some(key), Some(proof)) => {
            let address = format!("{}{}", api_audience(identity), proof.path);
            let about = About {
                method: proof.method,
                address: &address,
                access_token: Some(shown.token),
            };
            let possession = possession::check(identity, proof.proof, about)?;
            if write_thumbprint(&possession.key) != *key {
                return Err(unusable("token.other_key"));
            }
            bearer.possession = Some(possession);
            Ok(bearer)
        }
    }
}

/// A token as a request shows it; nothing of it is proven.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    pub token: &'a str,
    /// What came with the scheme `DPoP`; `None` with `Bearer`.
    pub proof: Option<ShownProof<'a>>,
}

/// A proof of possession (RFC 9449 section 7.1), and the request that it must be about.
#[derive(Debug, Clone, Copy)]
pub struct ShownProof<'a> {
    /// Empty where none came.
    pub proof: &'a str,
    pub method: &'a str,
    /// Below our origin, without query.
    pub path: &'a str,
}

impl<'a> Shown<'a> {
    /// A token that comes with the scheme `Bearer` (RFC 6750 section 2.1).
    #[must_use]
    pub fn bearer(token: &'a str) -> Shown<'a> {
        Shown { token, proof: None }
    }
}

/// What a token of ours proved, and for whom it is.
pub(crate) enum Token {
    /// For our own API.
    Own(Bearer, Claims),
    /// For another application's API. It is no [`Bearer`]: it opens nothing here.
    Foreign(Foreign, Claims),
}

/// A token for another application's API, of which everything that it rests on still stands.
pub(crate) struct Foreign {
    pub(crate) client: Id,
    /// Whose it is; `None`: the application's own.
    pub(crate) person: Option<Id>,
    pub(crate) user_name: Option<String>,
    pub(crate) key: Option<String>,
}

/// The same, with what the token says.
pub(crate) async fn read(identity: &Identity, token: &str) -> Result<(Bearer, Claims), Refusal> {
    let claims = verify(identity, token).await?;
    if claims.text("aud")? != api_audience(identity) {
        return Err(unusable("token.audience"));
    }
    read_own(identity, claims).await
}

/// The same of a token for whichever API.
pub(crate) async fn read_any(identity: &Identity, token: &str) -> Result<Token, Refusal> {
    let claims = verify(identity, token).await?;
    if claims.text("aud")? == api_audience(identity) {
        let (bearer, claims) = read_own(identity, claims).await?;
        return Ok(Token::Own(bearer, claims));
    }
    let (client, _, delegate) = find_standing(identity, &claims).await?;
    let foreign = Foreign {
        client,
        person: delegate.as_ref().map(|delegate| delegate.person),
        user_name: delegate.map(|delegate| delegate.user_name),
        key: read_key(&claims)?,
    };
    Ok(Token::Foreign(foreign, claims))
}

async fn read_own(identity: &Identity, claims: Claims) -> Result<(Bearer, Claims), Refusal> {
    let (client, principal, delegate) = find_standing(identity, &claims).await?;
    let permissions = match &delegate {
        Some(_) => parse_permissions(claims.text("scp")?.split(' ')),
        None => parse_permissions(claims.texts("roles")?.into_iter()),
    };
    let mut bearer = Bearer::new(client, principal, delegate, permissions);
    bearer.key = read_key(&claims)?;
    Ok((bearer, claims))
}

/// Compares everything that a token rests on with the database: who asked for it, in which version, and for whom.
async fn find_standing(
    identity: &Identity,
    claims: &Claims,
) -> Result<(Id, (Id, i64), Option<Delegate>), Refusal> {
    let id = |name: &str| Id::parse(claims.text(name)?).ok_or(JwtError::ClaimUnfit);
    if id("tid")? != identity.0.tenant_id {
        return Err(unusable("token.tenant"));
    }
    let principal = (id("prn")?, claims.int("pver")?);
    let client = id("azp")?;
    if claims.has("scp") {
        let delegate = find_delegate(identity, claims, principal).await?;
        return Ok((client, principal, Some(delegate)));
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let live = store
        .is_client_live(tenant, principal.0, principal.1, id("epoch")?)
        .await?;
    match live {
        true => Ok((client, principal, None)),
        false => Err(unusable("token.revoked")),
    }
}

/// `cnf` (RFC 7800): whatever stands there must be understood.
fn read_key(claims: &Claims) -> Result<Option<String>, JwtError> {
    match claims.has("cnf") {
        false => Ok(None),
        true => claims.member("cnf", "jkt").map(|key| Some(key.to_owned())),
    }
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

/// Signature, type, issuer and time: all that the token says for itself, but for whom it is.
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
    Ok(claims)
}
