//! The authorization endpoint: what stands between a client's request and the code that answers it.
//!
//! Nothing but what a client pushed is remembered between the steps: each time the browser comes back (from signing in,
//! from consent) the whole request is read and judged anew, from an address that we wrote. So there is no half-done request
//! to tamper with (past mistake 43): what somebody changes in the address is another request, which gets what it would have got anyway.

mod asked_apis;
mod consent;
mod pushed;
mod step_up;

use std::borrow::Cow;

use oidc::authorize::{Echo, MAX_QUERY, Prompt, Request, Target};
use oidc::form::Parameters;
use oidc::pkce;
use oidc::redirect_uri::{self, Platform, Reply};
use oidc::{ErrorKind, OAuthError};
use store::{AuthorizationCode, Client, CodeHash, EVERYBODY, Guard, Id, Unit, WriteError};
use webauthn::base64url;

use crate::applications::{OWN_API, TokenSettings, check_assigned, read_redirect_uris};
use crate::client;
use crate::issuer::Issuer;
use crate::permissions::Permission;
use crate::policies::decide_one_at_rest;
use crate::resources::{Granted, Held, Target as Api, sort, write_words};
use crate::sign_in::limit_person;
use crate::tenant::refuse_write;
use crate::token::{derive_code_hash, may_be_unproven};
use crate::{Identity, MINUTE, Micros, Refusal, SECOND, Session, codes, marks};

pub use self::asked_apis::{ConsentApi, ConsentScope};
pub(crate) use self::asked_apis::{add_grants, show_api};
pub use self::consent::{Decision, decide};
pub use self::pushed::{Pushed, Unfit, push};
use self::step_up::Wanted;

/// How long a code waits for its client.
const CODE_LIFETIME: Micros = MINUTE;
/// How often a request is judged when what it rests on moves meanwhile.
const TRIES: usize = 3;
/// Carries the time after which somebody must have proven anew who is there, sealed against change.
const SINCE: &str = "claviger_since";
/// Says that the person denied the request. Unsealed: who makes one up gets an application told that somebody said no.
const DENIED: &str = "claviger_denied";
/// Scopes of OpenID Connect itself: about nothing but the sign-in.
const SIGN_IN_SCOPES: [Permission; 3] =
    [Permission::OpenId, Permission::Profile, Permission::Email];

/// What the browser does next.
#[derive(Debug)]
pub enum Outcome {
    /// Sign in, then come back to this path.
    SignIn {
        return_path: String,
        /// Whom the application expects; shown, never believed.
        hint: Option<String>,
    },
    /// Confirm who is there, then come back to this path.
    Reauthenticate { return_path: String },
    /// The same with a passkey that proves that it is kept in hardware.
    StepUp { return_path: String },
    /// Ask the person.
    Consent(Consent),
    /// Go to the client: with a code, or with what went wrong.
    Answer(Reply),
}

/// What the consent page shows.
#[derive(Debug)]
pub struct Consent {
    /// The application's, by which its logo is found.
    pub object_id: Id,
    pub application: String,
    /// The host that the answer goes to.
    pub host: String,
    pub permissions: Vec<Permission>,
    /// What is asked of applications' own APIs.
    pub apis: Vec<ConsentApi>,
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
    asked: Asked,
    /// The name under which the client pushed it.
    pushed: Option<String>,
}

struct Asked {
    request: Request,
    /// Of our own API.
    asks_default: bool,
    named: Vec<Permission>,
    /// Of others.
    apis: Vec<Api>,
}

enum Stop {
    Refusal(Refusal),
    Answer(Reply),
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
    fn answer(&self, issuer: &Issuer, pairs: &[(&str, &str)]) -> Reply {
        let url = issuer.url();
        let mut pairs = pairs.to_vec();
        if let Some(state) = &self.echo.state {
            pairs.push(("state", state));
        }
        pairs.push(("iss", &url));
        redirect_uri::reply(&self.redirect_uri, self.echo.mode, &pairs)
    }

    /// Required of who proves nothing else at the token endpoint, and of the others as long as nobody says otherwise.
    fn may_leave_out_pkce(&self) -> bool {
        !may_be_unproven(self.platform)
            && TokenSettings::of(&self.client).is_ok_and(|it| it.is_pkce_optional)
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
    let client = client::find_for_page(identity, &target.client_id).await?;
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

/// What a request of this client asks for.
fn read(identity: &Identity, known: &Known, parameters: &Parameters) -> Result<Asked, OAuthError> {
    let mut request = Request::parse(parameters)?;
    if request.challenge.is_none() && !known.may_leave_out_pkce() {
        return Err(pkce::MISSING);
    }
    step_up::take_hint(identity, &mut request)?;
    if request.to_query().len() > MAX_QUERY {
        return Err(OAuthError::new(
            ErrorKind::InvalidRequest,
            "the request is too long",
        ));
    }
    let words = sort(identity, &request.scopes, !request.resources.is_empty());
    let (asks_default, named) = (words.asks_default, words.named);
    Ok(Asked {
        request,
        asks_default,
        named,
        apis: Vec::new(),
    })
}

async fn check(
    identity: &Identity,
    issuer: &Issuer,
    parameters: &Parameters,
) -> Result<Checked, Stop> {
    let (parameters, pushed) = match pushed::find(identity, parameters).await? {
        Some((request, name)) => (Cow::Owned(request), Some(name)),
        None => (Cow::Borrowed(parameters), None),
    };
    let known = recognise(identity, &parameters).await?;
    let mut asked =
        read(identity, &known, &parameters).map_err(|error| known.refuse(issuer, error))?;
    if let Err(error) = asked.find_apis(identity).await? {
        return Err(known.refuse(issuer, error));
    }
    Ok(Checked {
        known,
        asked,
        pushed,
    })
}

impl Checked {
    /// The request as the address carries it: in one spelling, or by the name under which it was pushed.
    fn to_query(&self) -> String {
        match &self.pushed {
            None => self.asked.request.to_query(),
            Some(name) => {
                let client_id = &self.asked.request.target.client_id;
                oidc::form::write(&[("client_id", client_id), ("request_uri", name)])
            }
        }
    }
}

/// What was granted to the client, for everybody and for this person.
pub(crate) async fn list_granted(
    identity: &Identity,
    client: &Client,
    person: Id,
) -> Result<Granted, Refusal> {
    let found = identity
        .0
        .store
        .list_grants_for(identity.0.tenant_id, client.principal_id, person)
        .await?;
    let mut granted: Vec<Permission> = Vec::new();
    // A scope of another API may be called as one of ours, and is none.
    let ours: Vec<&store::PermissionGrant> = found
        .iter()
        .filter(|grant| grant.resource_app_id == Some(OWN_API))
        .collect();
    for name in ours.iter().flat_map(|grant| grant.scope.split(' ')) {
        granted.extend(Permission::parse(name).filter(|it| !granted.contains(it)));
    }
    if ours.iter().any(|grant| grant.person_id == EVERYBODY) {
        // What an administrator let act for everybody may know that they signed in.
        let implied = SIGN_IN_SCOPES.into_iter();
        granted.extend(
            implied
                .filter(|it| !granted.contains(it))
                .collect::<Vec<_>>(),
        );
    }
    Ok(Granted::new(granted, found, person))
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
    let mut tries = 0;
    loop {
        tries += 1;
        match judge(identity, issuer, query, session).await {
            Ok(outcome) => return Ok(outcome),
            Err(Stop::Answer(reply)) => return Ok(Outcome::Answer(reply)),
            // What it rests on moved meanwhile: judged anew.
            Err(Stop::Refusal(refusal)) if refusal.code == &codes::MOVED && tries < TRIES => {}
            Err(Stop::Refusal(refusal)) => return Err(refusal),
        }
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
    let since = find_since(identity, &checked, &parameters);
    let refuse = |kind, reason| checked.known.refuse(issuer, OAuthError::new(kind, reason));
    if parameters.find(DENIED).is_some() {
        return Err(refuse(ErrorKind::AccessDenied, "the person said no"));
    }
    let wanted = step_up::find_wanted(&checked.asked.request)
        .map_err(|error| checked.known.refuse(issuer, error))?;
    let silent = checked.asked.request.prompt == Prompt::None;
    let Some(session) = session else {
        if silent {
            return Err(refuse(ErrorKind::LoginRequired, "nobody is signed in"));
        }
        let return_path = derive_return_path(identity, issuer, &checked, since);
        return Ok(Outcome::SignIn {
            return_path,
            hint: checked.asked.request.login_hint,
        });
    };
    let policy = match prove_who(identity, issuer, &checked, (session, since), wanted).await? {
        Sure::Enough(policy) => policy,
        Sure::Ask(outcome) => return Ok(outcome),
    };
    let all = list_granted(identity, &checked.known.client, session.person_id).await?;
    let granted = &all.permissions;
    let is_missing = |permission: &Permission| !granted.contains(permission);
    let mut missing = checked.asked.named.clone();
    // Client libraries ask for it as a matter of course: where nobody can be asked, it is left out and not refused
    // (OpenID Connect Core section 11).
    missing.retain(|it| is_missing(it) && !(silent && *it == Permission::OfflineAccess));
    let apis = asked_apis::judge(identity, &checked, &all, session.person_id).await;
    let apis = apis?.map_err(|error| checked.known.refuse(issuer, error))?;
    if missing.iter().any(|permission| !permission.is_low()) {
        return Err(refuse(
            ErrorKind::ConsentRequired,
            "an administrator must grant what is asked for",
        ));
    }
    let was_asked = consent::was_asked(identity, &checked, &parameters, session.person_id);
    let ask_anyway = checked.asked.request.prompt == Prompt::Consent && !was_asked;
    if !missing.is_empty() || apis.needs_consent || ask_anyway {
        if silent {
            return Err(refuse(
                ErrorKind::ConsentRequired,
                "the person must consent",
            ));
        }
        return Ok(Outcome::Consent(show(identity, &checked, since)));
    }
    let mut permissions = checked.asked.named.clone();
    permissions.retain(|it| granted.contains(it));
    if checked.asked.asks_default {
        permissions.extend(
            granted
                .iter()
                .copied()
                // To renew tokens without the person is for who asks for it by name.
                .filter(|it| !checked.asked.named.contains(it) && *it != Permission::OfflineAccess),
        );
    }
    if permissions.is_empty() && apis.held.is_empty() {
        return Err(refuse(
            ErrorKind::ConsentRequired,
            "nothing was granted to the application yet",
        ));
    }
    let rests_on = (session, wanted, policy);
    let given = (permissions.as_slice(), apis.held.as_slice());
    let reply = answer_with_code(identity, issuer, &checked, rests_on, given).await?;
    Ok(Outcome::Answer(reply))
}

/// Whether it is sure enough who is there.
enum Sure {
    /// By this version of the policy, under which the answer is written.
    Enough(i64),
    Ask(Outcome),
}

/// That it is the right person, in time, with a passkey that is accepted and proves enough, and who may sign in here.
async fn prove_who(
    identity: &Identity,
    issuer: &Issuer,
    checked: &Checked,
    (session, since): (&Session, Option<Micros>),
    wanted: Wanted,
) -> Result<Sure, Stop> {
    let refuse = |kind, reason| checked.known.refuse(issuer, OAuthError::new(kind, reason));
    let silent = checked.asked.request.prompt == Prompt::None;
    let expected = checked.asked.request.claims.subject.as_deref();
    if expected.is_some_and(|expected| expected != session.person_id.to_string()) {
        return Err(refuse(
            ErrorKind::LoginRequired,
            "somebody else is signed in than the application expects",
        ));
    }
    if !is_recent(identity, &checked.asked.request, since, session) {
        if silent {
            return Err(refuse(ErrorKind::LoginRequired, "the sign-in is too old"));
        }
        let return_path = derive_return_path(identity, issuer, checked, since);
        return Ok(Sure::Ask(Outcome::Reauthenticate { return_path }));
    }
    if let Err(refusal) = check_assigned(identity, &checked.known.client, session.person_id).await {
        if silent && refusal.code == &codes::NOT_ASSIGNED {
            return Err(refuse(
                ErrorKind::AccessDenied,
                "the person is not assigned to the application",
            ));
        }
        return Err(refusal.into());
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
    // What a password opened reaches nothing of ours beside who the person is.
    let asked = &checked.asked;
    let is_ours = asked.asks_default || !asked.named.iter().all(|it| it.is_low());
    let wanted = match wanted {
        Wanted::Any if is_ours => Wanted::Resistant,
        wanted => wanted,
    };
    if !step_up::is_met(identity, wanted, &at_rest).await? {
        if !step_up::can_be_met(identity, wanted, session.person_id).await? {
            return Err(refuse(
                ErrorKind::UnmetAuthenticationRequirements,
                match wanted {
                    Wanted::Hardware => {
                        "the person has no passkey that proves to be kept in hardware"
                    }
                    _ => "the person has no passkey",
                },
            ));
        }
        if silent {
            return Err(refuse(
                ErrorKind::LoginRequired,
                "another passkey must be asked for",
            ));
        }
        let return_path = derive_return_path(identity, issuer, checked, since);
        return Ok(Sure::Ask(match wanted {
            Wanted::Hardware => Outcome::StepUp { return_path },
            _ => Outcome::Reauthenticate { return_path },
        }));
    }
    Ok(Sure::Enough(at_rest.policy_version))
}

fn show(identity: &Identity, checked: &Checked, since: Option<Micros>) -> Consent {
    Consent {
        object_id: checked.known.client.object_id,
        application: checked.known.client.display_name.clone(),
        host: redirect_uri::host(&checked.known.redirect_uri).to_owned(),
        permissions: checked.asked.named.clone(),
        apis: checked.asked.apis.iter().map(show_api).collect(),
        query: write_query(identity, checked, since),
    }
}

// --- proving anew who is there

/// The time that we ourselves put into the address, when this very request came first.
fn find_since(identity: &Identity, checked: &Checked, parameters: &Parameters) -> Option<Micros> {
    let query = checked.to_query();
    let of = [SINCE.as_bytes(), query.as_bytes()];
    marks::read(identity, &of, parameters.find(SINCE)?)
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
    checked: &Checked,
    since: Option<Micros>,
) -> String {
    let since = since.unwrap_or_else(|| identity.0.ambient.now());
    let query = write_query(identity, checked, Some(since));
    format!("{}?{query}", issuer.authorize_path())
}

/// The request as a query, with our mark of when it came first: who has proven anew who is there since then need not do
/// so again behind the consent page.
fn write_query(identity: &Identity, checked: &Checked, since: Option<Micros>) -> String {
    let query = checked.to_query();
    let Some(since) = since else {
        return query;
    };
    let of = [SINCE.as_bytes(), query.as_bytes()];
    let mark = oidc::form::write(&[(SINCE, &marks::write(identity, &of, since))]);
    format!("{query}&{mark}")
}

// --- the code

async fn answer_with_code(
    identity: &Identity,
    issuer: &Issuer,
    checked: &Checked,
    (session, wanted, policy): (&Session, Wanted, i64),
    (permissions, apis): (&[Permission], &[Held]),
) -> Result<Reply, Refusal> {
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
            challenge: checked.asked.request.challenge.map(|it| it.bytes()),
            scope: write_words(permissions, apis),
            nonce: checked.asked.request.nonce.clone(),
            issuer: issuer.url(),
            epoch: client.epoch,
            is_acr_plain: wanted == Wanted::Plain,
            key_thumbprint: checked.asked.request.dpop_jkt,
            expires_at: now + CODE_LIFETIME,
            used_at: None,
            revoked_at: None,
        },
        policy,
    );
    if let Some(name) = &checked.pushed {
        pushed::use_up(tenant, &mut unit, name)?;
    }
    identity.write(unit).await.map_err(|error| match error {
        WriteError::Refused(Guard::Missing) => Refusal::new(&codes::REQUEST_GONE),
        error => refuse_write(error),
    })?;
    let code = base64url::encode(&code);
    Ok(checked.known.answer(issuer, &[("code", &code)]))
}
