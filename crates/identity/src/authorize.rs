//! The authorization endpoint: what stands between a client's request and the code that answers it.
//!
//! Nothing is remembered between the steps: each time the browser comes back (from signing in, from consent) the whole
//! request is read and judged anew, from an address that we wrote. So there is no stored request to tamper with (past
//! mistake 43): what somebody changes in the address is another request, which gets what it would have got anyway.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use oidc::authorize::{Echo, Prompt, Request, Target};
use oidc::form::Parameters;
use oidc::redirect_uri::{self, Platform};
use oidc::{ErrorKind, OAuthError};
use store::{
    AuthorizationCode, Client, CodeHash, EVERYBODY, Guard, Id, Log, PermissionGrant, Unit,
    WriteError,
};
use webauthn::base64url;

use crate::applications::{find_own_api, read_redirect_uris, write_scope};
use crate::audit::{self, Entry};
use crate::client;
use crate::issuer::{Issuer, Scope, parse_scope};
use crate::permissions::Permission;
use crate::policies::decide_one_at_rest;
use crate::seal::derive_mac;
use crate::sign_in::limit_person;
use crate::tenant::refuse_write;
use crate::token::derive_code_hash;
use crate::{Caller, Identity, MINUTE, Micros, Refusal, SECOND, Session, codes};

/// How long a code waits for its client.
const CODE_LIFETIME: Micros = MINUTE;
/// Carries the time after which somebody must have proven anew who is there, sealed against change.
const SINCE: &str = "claviger_since";
/// Scopes of OpenID Connect itself: about nothing but the sign-in.
const SIGN_IN_SCOPES: [Permission; 3] =
    [Permission::OpenId, Permission::Profile, Permission::Email];

/// What the browser does next.
#[derive(Debug)]
pub enum Outcome {
    /// Sign in, then come back to this path.
    SignIn { return_path: String },
    /// Confirm who is there, then come back to this path.
    Reauthenticate { return_path: String },
    /// Ask the person.
    Consent(Consent),
    /// Go to the client: with a code, or with what went wrong.
    Answer { location: String },
}

/// What the consent page shows.
#[derive(Debug)]
pub struct Consent {
    pub application: String,
    /// The host that the answer goes to.
    pub host: String,
    pub permissions: Vec<Permission>,
    /// The request, to be sent back with the person's decision.
    pub query: String,
}

/// A request of a known client, to an address of its own.
struct Known {
    client: Client,
    platform: Platform,
    redirect_uri: String,
    echo: Echo,
}

/// A request that is in order, and what it asks for.
struct Checked {
    known: Known,
    request: Request,
    asks_default: bool,
    named: Vec<Permission>,
}

enum Stop {
    Refusal(Refusal),
    Answer(String),
}

impl<R: Into<Refusal>> From<R> for Stop {
    fn from(refusal: R) -> Stop {
        Stop::Refusal(refusal.into())
    }
}

fn malformed(_: OAuthError) -> Refusal {
    Refusal::new(&codes::AUTHORIZE_MALFORMED)
}

impl Known {
    /// RFC 6749 section 4.1.2 and RFC 9207: every answer says whose it is.
    fn answer(&self, issuer: &Issuer, pairs: &[(&str, &str)]) -> String {
        let url = issuer.url();
        let mut pairs = pairs.to_vec();
        if let Some(state) = &self.echo.state {
            pairs.push(("state", state));
        }
        pairs.push(("iss", &url));
        redirect_uri::answer(&self.redirect_uri, self.echo.mode, &pairs)
    }

    fn refuse(&self, issuer: &Issuer, error: OAuthError) -> Stop {
        let pairs = [
            ("error", error.kind.as_str()),
            ("error_description", error.reason),
        ];
        Stop::Answer(self.answer(issuer, &pairs))
    }
}

/// Until this holds nothing is sent anywhere: client and address are known, and belong together.
async fn recognise(identity: &Identity, parameters: &Parameters) -> Result<Known, Refusal> {
    let target = Target::parse(parameters).map_err(malformed)?;
    let client = client::find(identity, &target.client_id).await;
    let client = client.map_err(|refusal| match refusal.code {
        code if code == &codes::CLIENT_REFUSED => Refusal::new(&codes::REDIRECT_UNKNOWN),
        _ => refusal,
    })?;
    let registered = read_redirect_uris(&client.redirect_uris);
    let found = registered
        .iter()
        .find(|each| redirect_uri::matches(each.platform, &each.uri, &target.redirect_uri))
        .ok_or(&codes::REDIRECT_UNKNOWN)?;
    Ok(Known {
        client,
        platform: found.platform,
        redirect_uri: target.redirect_uri,
        echo: Echo::of(parameters),
    })
}

async fn check(
    identity: &Identity,
    issuer: &Issuer,
    parameters: &Parameters,
) -> Result<Checked, Stop> {
    let known = recognise(identity, parameters).await?;
    let request = Request::parse(parameters).map_err(|error| known.refuse(issuer, error))?;
    let (mut named, mut asks_default) = (Vec::new(), false);
    for scope in &request.scopes {
        match parse_scope(identity, scope) {
            Some(Scope::Default) => asks_default = true,
            Some(Scope::One(permission)) if !named.contains(&permission) => named.push(permission),
            Some(Scope::One(_)) => {}
            None => {
                let error = OAuthError::new(ErrorKind::InvalidScope, "a scope is unknown");
                return Err(known.refuse(issuer, error));
            }
        }
    }
    Ok(Checked {
        known,
        request,
        asks_default,
        named,
    })
}

/// What was granted to the client, for everybody and for this person; and the person's own grant.
pub(crate) async fn list_granted(
    identity: &Identity,
    client: &Client,
    person: Id,
) -> Result<(Vec<Permission>, Option<PermissionGrant>), Refusal> {
    let found = identity
        .0
        .store
        .list_grants_for(identity.0.tenant_id, client.principal_id, person)
        .await?;
    let mut granted: Vec<Permission> = Vec::new();
    for name in found.iter().flat_map(|grant| grant.scope.split(' ')) {
        granted.extend(Permission::parse(name).filter(|it| !granted.contains(it)));
    }
    if found.iter().any(|grant| grant.person_id == EVERYBODY) {
        // What an administrator let act for everybody may know that they signed in.
        let implied = SIGN_IN_SCOPES.into_iter();
        granted.extend(
            implied
                .filter(|it| !granted.contains(it))
                .collect::<Vec<_>>(),
        );
    }
    let own = found.into_iter().find(|grant| grant.person_id == person);
    Ok((granted, own))
}

/// Judges a request as it stands in the query, for whoever is signed in.
///
/// # Errors
/// A [`Refusal`] is for a page of ours: who asks is unknown, or where the answer would go. Everything else that is wrong
/// is told to the client, as an [`Outcome::Answer`].
pub async fn begin(
    identity: &Identity,
    issuer: &Issuer,
    query: &[u8],
    session: Option<&Session>,
) -> Result<Outcome, Refusal> {
    match judge(identity, issuer, query, session).await {
        Ok(outcome) => Ok(outcome),
        Err(Stop::Answer(location)) => Ok(Outcome::Answer { location }),
        Err(Stop::Refusal(refusal)) => Err(refusal),
    }
}

async fn judge(
    identity: &Identity,
    issuer: &Issuer,
    query: &[u8],
    session: Option<&Session>,
) -> Result<Outcome, Stop> {
    identity.check_clock()?;
    let parameters = Parameters::parse(query).map_err(malformed)?;
    let checked = check(identity, issuer, &parameters).await?;
    let since = find_since(identity, &checked.request, &parameters);
    let refuse = |kind, reason| checked.known.refuse(issuer, OAuthError::new(kind, reason));
    let silent = checked.request.prompt == Prompt::None;
    let Some(session) = session else {
        if silent {
            return Err(refuse(ErrorKind::LoginRequired, "nobody is signed in"));
        }
        let return_path = derive_return_path(identity, issuer, &checked.request, since);
        return Ok(Outcome::SignIn { return_path });
    };
    if !is_recent(identity, &checked.request, since, session) {
        if silent {
            return Err(refuse(ErrorKind::LoginRequired, "the sign-in is too old"));
        }
        let return_path = derive_return_path(identity, issuer, &checked.request, since);
        return Ok(Outcome::Reauthenticate { return_path });
    }
    // The passkey that signed in may have stopped being one that signs in (security 29).
    let at_rest = decide_one_at_rest(identity, session.person_id, &session.credential_id).await?;
    if let Some(code) = at_rest.refused_by {
        if silent {
            return Err(refuse(
                ErrorKind::LoginRequired,
                "the passkey is not accepted any more",
            ));
        }
        return Err(Refusal::new(code).into());
    }
    let (granted, _) = list_granted(identity, &checked.known.client, session.person_id).await?;
    let is_missing = |permission: &Permission| !granted.contains(permission);
    let mut missing = checked.named.clone();
    // Client libraries ask for it as a matter of course: where nobody can be asked, it is left out and not refused
    // (OpenID Connect Core section 11).
    missing.retain(|it| is_missing(it) && !(silent && *it == Permission::OfflineAccess));
    if missing.iter().any(|permission| !permission.is_low()) {
        return Err(refuse(
            ErrorKind::ConsentRequired,
            "an administrator must grant what is asked for",
        ));
    }
    if !missing.is_empty() || checked.request.prompt == Prompt::Consent {
        if silent {
            return Err(refuse(
                ErrorKind::ConsentRequired,
                "the person must consent",
            ));
        }
        return Ok(Outcome::Consent(show(identity, &checked, since)));
    }
    let mut permissions = checked.named.clone();
    permissions.retain(|it| granted.contains(it));
    if checked.asks_default {
        permissions.extend(
            granted
                .iter()
                .copied()
                // To renew tokens without the person is for who asks for it by name.
                .filter(|it| !checked.named.contains(it) && *it != Permission::OfflineAccess),
        );
    }
    if permissions.is_empty() {
        return Err(refuse(
            ErrorKind::ConsentRequired,
            "nothing was granted to the application yet",
        ));
    }
    let location = answer_with_code(identity, issuer, &checked, session, &permissions).await?;
    Ok(Outcome::Answer { location })
}

fn show(identity: &Identity, checked: &Checked, since: Option<Micros>) -> Consent {
    let uri = &checked.known.redirect_uri;
    let rest = uri.split_once("://").map_or(uri.as_str(), |(_, rest)| rest);
    Consent {
        application: checked.known.client.display_name.clone(),
        host: rest.split(['/', '?']).next().unwrap_or(rest).to_owned(),
        permissions: checked.named.clone(),
        query: write_query(identity, &checked.request, since),
    }
}

// --- proving anew who is there

fn derive_since_mac(identity: &Identity, request: &Request, since: Micros) -> String {
    let mac = derive_mac(
        &identity.snapshot().keys.mac,
        &[
            b"authorize since",
            request.to_query().as_bytes(),
            &since.to_be_bytes(),
        ],
    );
    base64url::encode(&mac)
}

/// The time that we ourselves put into the address, when this very request came first.
fn find_since(identity: &Identity, request: &Request, parameters: &Parameters) -> Option<Micros> {
    let (time, mac) = parameters.find(SINCE)?.split_once('.')?;
    let since: Micros = time.parse().ok()?;
    let expected = derive_since_mac(identity, request, since);
    verify_slices_are_equal(expected.as_bytes(), mac.as_bytes())
        .is_ok()
        .then_some(since)
}

/// `prompt=login` and `max_age=0` ask for a proof after the request came; `max_age` for one that is not older.
fn is_recent(
    identity: &Identity,
    request: &Request,
    since: Option<Micros>,
    session: &Session,
) -> bool {
    let now = identity.0.ambient.now();
    let proven_anew = since.is_some_and(|since| session.auth_time >= since);
    match (request.prompt, request.max_age) {
        (Prompt::Login, _) | (_, Some(0)) => proven_anew,
        // A proof that was made for this request counts, however long the person then read.
        (_, Some(seconds)) => {
            proven_anew || now - session.auth_time <= seconds.saturating_mul(SECOND)
        }
        (_, None) => true,
    }
}

fn derive_return_path(
    identity: &Identity,
    issuer: &Issuer,
    request: &Request,
    since: Option<Micros>,
) -> String {
    let since = since.unwrap_or_else(|| identity.0.ambient.now());
    let query = write_query(identity, request, Some(since));
    format!("{}?{query}", issuer.authorize_path())
}

/// The request as a query, with our mark of when it came first: who has proven anew who is there since then need not do
/// so again behind the consent page.
fn write_query(identity: &Identity, request: &Request, since: Option<Micros>) -> String {
    let query = request.to_query();
    let Some(since) = since else {
        return query;
    };
    let mac = derive_since_mac(identity, request, since);
    let mark = oidc::form::write(&[(SINCE, &format!("{since}.{mac}"))]);
    format!("{query}&{mark}")
}

// --- consent

/// The person's decision about a request that the consent page showed. Gives the address to go to.
pub async fn decide(
    identity: &Identity,
    caller: &Caller,
    issuer: &Issuer,
    session: &Session,
    query: &str,
    decision: Decision,
) -> Result<String, Refusal> {
    limit_person(identity, session)?;
    let parameters = Parameters::parse(query.as_bytes()).map_err(malformed)?;
    let checked = match check(identity, issuer, &parameters).await {
        Ok(checked) => checked,
        Err(Stop::Answer(location)) => return Ok(location),
        Err(Stop::Refusal(refusal)) => return Err(refusal),
    };
    if decision == Decision::Deny {
        let pairs = [("error", ErrorKind::AccessDenied.as_str())];
        return Ok(checked.known.answer(issuer, &pairs));
    }
    if checked.named.iter().any(|permission| !permission.is_low()) {
        // What an administrator granted needs no consent; what nobody granted can't be consented to here.
        let (granted, _) = list_granted(identity, &checked.known.client, session.person_id).await?;
        if !checked
            .named
            .iter()
            .all(|it| it.is_low() || granted.contains(it))
        {
            return Err(Refusal::new(&codes::NOT_ALLOWED));
        }
    }
    consent(identity, caller, session, &checked).await?;
    // The same request once more, which now finds the grant; it was shown, so it need not be shown again.
    let since = find_since(identity, &checked.request, &parameters);
    let mut request = checked.request;
    if request.prompt == Prompt::Consent {
        request.prompt = Prompt::AsNeeded;
    }
    Ok(format!(
        "{}?{}",
        issuer.authorize_path(),
        write_query(identity, &request, since)
    ))
}

/// What the person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    Allow,
    Deny,
}

async fn consent(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    checked: &Checked,
) -> Result<(), Refusal> {
    let tenant = identity.0.tenant_id;
    let client = &checked.known.client;
    let (_, own) = list_granted(identity, client, session.person_id).await?;
    let mut permissions: Vec<Permission> = own
        .iter()
        .flat_map(|grant| grant.scope.split(' '))
        .filter_map(Permission::parse)
        .collect();
    for permission in checked.named.iter().filter(|it| it.is_low()) {
        if !permissions.contains(permission) {
            permissions.push(*permission);
        }
    }
    let scope = write_scope(&permissions);
    let mut unit = Unit::new();
    unit.require_session(tenant, session.person_id, session.session_id);
    unit.require_client(tenant, client.principal_id, client.principal_version);
    match own {
        Some(own) => {
            unit.update_permission_grant(tenant, own.grant_id, &scope, &own.scope);
        }
        None => {
            unit.insert_permission_grant(
                tenant,
                &PermissionGrant {
                    grant_id: identity.0.ambient.make_id(),
                    client_id: client.principal_id,
                    resource_id: find_own_api(identity).await?,
                    person_id: session.person_id,
                    scope: scope.clone(),
                    created_at: identity.0.ambient.now(),
                },
            );
        }
    }
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", session.user_name.as_str())
        .say("application", client.display_name.as_str())
        .say("appId", client.app_id.to_string())
        .say("permissions", scope);
    let about = (
        Some(session.person_id),
        Some(client.principal_id.0.as_slice()),
    );
    let activity = "permission.consented";
    match audit::commit(identity, unit, Log::Audit, activity, about, entry).await {
        // Another tab was first: what it consented to is looked at anew.
        Ok(_) | Err(WriteError::Refused(Guard::Taken)) => Ok(()),
        Err(error) => Err(refuse_write(error)),
    }
}

// --- the code

async fn answer_with_code(
    identity: &Identity,
    issuer: &Issuer,
    checked: &Checked,
    session: &Session,
    permissions: &[Permission],
) -> Result<String, Refusal> {
    let (tenant, ambient) = (identity.0.tenant_id, &identity.0.ambient);
    let (client, now) = (&checked.known.client, ambient.now());
    let mut code: CodeHash = ambient.random.make();
    code[..8].copy_from_slice(&now.to_be_bytes());
    limit_person(identity, session)?;
    let mut unit = Unit::new();
    unit.require_session(tenant, session.person_id, session.session_id);
    unit.insert_code(
        tenant,
        &AuthorizationCode {
            code_hash: derive_code_hash(&code),
            principal_id: client.principal_id,
            principal_version: client.principal_version,
            person_id: session.person_id,
            session_id: session.session_id,
            redirect_uri: checked.known.redirect_uri.clone(),
            platform: checked.known.platform.as_str().to_owned(),
            challenge: checked.request.challenge.bytes(),
            scope: write_scope(permissions),
            nonce: checked.request.nonce.clone(),
            issuer: issuer.url(),
            epoch: client.epoch,
            expires_at: now + CODE_LIFETIME,
            used_at: None,
            revoked_at: None,
        },
    );
    identity.write(unit).await.map_err(refuse_write)?;
    let code = base64url::encode(&code);
    Ok(checked.known.answer(issuer, &[("code", &code)]))
}
