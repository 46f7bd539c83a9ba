//! The token endpoint: access tokens for applications and, by authorization codes and refresh tokens, for people.

pub(crate) mod claims;
mod device;
mod introspect;
mod make;
mod preview;
mod refresh;

use oidc::jwt::Algorithm;
use oidc::pkce::Challenge;
use oidc::redirect_uri::Platform;
use oidc::token_request::{Grant, Secret, TokenRequest};
use serde_json::json;
use store::{
    AuthorizationCode, Client, CodeHash, FamilyId, Guard, Id, LivePerson, Log, Unit, WriteError,
};
use webauthn::base64url;

use crate::applications::{OWN_API, check_assigned};
use crate::assurance;
use crate::audit::{self, Entry, NewRecord};
use crate::authorize::list_granted;
use crate::client::{self, AuthenticatedClient, Claimed, Proven};
use crate::issuer::Issuer;
use crate::outbox;
use crate::permissions::Permission;
use crate::policies::decide_one_at_rest;
use crate::resources::{self, choose, choose_for_application, find_live, read_words};
use crate::seal::derive_hash;
use crate::tenant::refuse_write;
use crate::{Caller, Identity, MINUTE, Micros, Refusal, SECOND, codes};

pub use self::introspect::introspect;
use self::make::{Basis, aim, claim, make_tokens, name_type};
pub(crate) use self::make::{describe_person, sign};
pub use self::preview::{Preview, preview};
pub(crate) use self::refresh::purge as purge_refresh;
pub use self::refresh::revoke;

/// How often a code's redemption is written: others of the same person may come in between.
const MAX_REDEMPTIONS: usize = 3;
/// How long an access token lives (security 28), and an id token.
pub(crate) const LIFETIME: Micros = 10 * MINUTE;
/// `typ` of an access token (RFC 9068 section 2.1).
pub(crate) const ACCESS_TOKEN: &str = "at+jwt";
/// The activity in the audit log, and where a permission of tier 0 is in the token (security 11).
const ISSUED: &str = "token.issued";
const TIER_ZERO_USED: &str = "alert.tier_zero_use";

/// What a client gets.
#[derive(Clone)]
pub struct Tokens {
    pub access_token: String,
    /// `Bearer`, or `DPoP` where the token is bound to a key.
    pub token_type: &'static str,
    /// Seconds.
    pub expires_in: i64,
    /// Of a person's token: names with spaces between them.
    pub scope: Option<String>,
    pub id_token: Option<String>,
    pub refresh_token: Option<String>,
    /// Whose token it is, for clients that keep accounts by it: person and tenant.
    pub account: Option<(Id, Id)>,
    /// The access token carries a permission of tier 0: the record is an alert.
    pub uses_tier_zero: bool,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

pub(crate) fn derive_code_hash(code: &CodeHash) -> CodeHash {
    let mut hash = *code;
    hash[8..].copy_from_slice(&derive_hash(&[b"claviger authorization code", code]));
    hash
}

/// Answers a token request that came to this issuer's endpoint.
pub async fn issue(
    identity: &Identity,
    caller: &Caller,
    issuer: &Issuer,
    request: &TokenRequest,
) -> Result<Tokens, Refusal> {
    identity.check_clock()?;
    let claimed = Claimed {
        client_id: request.client_id.as_deref(),
        proof: &request.proof,
        dpop: request
            .dpop
            .as_ref()
            .map(|it| (it, issuer.token_endpoint())),
    };
    let client = authenticate(identity, caller, issuer, claimed).await?;
    let asked = Asked {
        identity,
        caller,
        issuer,
        client: &client,
        resource: request.resource.as_deref(),
    };
    let outcome = match &request.grant {
        Grant::ClientCredentials { scopes } => for_application(&asked, scopes).await,
        Grant::AuthorizationCode {
            code,
            redirect_uri,
            verifier,
        } => for_person(&asked, code, redirect_uri, verifier.as_ref()).await,
        Grant::DeviceCode { code } => device::redeem_device(&asked, code).await,
        Grant::RefreshToken { token, scopes } => refresh::renew(&asked, token, scopes).await,
    };
    match outcome {
        Ok(tokens) => Ok(tokens),
        Err(failure) if device::is_waiting(&failure) => device::wait(&asked, failure).await,
        Err(failure) => Err(refuse(&asked, failure).await),
    }
}

/// The client, as far as it proves itself; a failure is recorded.
pub(crate) async fn authenticate(
    identity: &Identity,
    caller: &Caller,
    issuer: &Issuer,
    claimed: Claimed<'_>,
) -> Result<AuthenticatedClient, Refusal> {
    let client_id = claimed.client_id;
    match client::authenticate(identity, caller, issuer, claimed).await {
        Ok(client) => Ok(client),
        Err(refusal) => Err(record_stranger(identity, caller, client_id, refusal).await),
    }
}

/// Somebody who proved to be nobody: recorded, so that tries are seen.
async fn record_stranger(
    identity: &Identity,
    caller: &Caller,
    client_id: Option<&str>,
    refusal: Refusal,
) -> Refusal {
    if refusal.code != &codes::CLIENT_REFUSED {
        return refusal;
    }
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    let name = client_id.unwrap_or_default();
    match Id::parse(name) {
        Some(app_id) => entry.say("appId", app_id.to_string()),
        None => entry.say(
            "unknown",
            audit::derive_unknown_name(identity, "client", name),
        ),
    };
    entry
        .say("result", refusal.code.id)
        .say("detail", refusal.detail.unwrap_or_default());
    let about = (None, None);
    let written = audit::commit(
        identity,
        Unit::new(),
        Log::Audit,
        "token.refused",
        about,
        entry,
    );
    match written.await {
        Ok(_) => refusal,
        Err(error) => refuse_write(error),
    }
}

struct Asked<'a> {
    identity: &'a Identity,
    caller: &'a Caller,
    issuer: &'a Issuer,
    client: &'a AuthenticatedClient,
    /// The API that the token is to be for, where the request says so.
    resource: Option<&'a str>,
}

/// Uses a client's assertion up where nothing else is written.
pub(crate) async fn spend_alone(
    identity: &Identity,
    client: &AuthenticatedClient,
) -> Result<(), Refusal> {
    if !client.has_something_to_spend() {
        return Ok(());
    }
    let mut unit = Unit::new();
    client.spend(identity, &mut unit);
    match identity.write(unit).await {
        Ok(_) => Ok(()),
        Err(WriteError::Refused(Guard::Spent)) => Err(client::replayed()),
        Err(error) => Err(refuse_write(error)),
    }
}

/// A refusal after the client proved itself; with what is void from now on.
struct Failure {
    refusal: Box<Refusal>,
    void: Option<Void>,
}

enum Void {
    Code(CodeHash),
    /// All refresh tokens that follow each other, since somebody has one who should not.
    Family {
        id: FamilyId,
        /// Whose they are: person and application.
        person: Id,
        principal: Id,
    },
}

impl<R: Into<Refusal>> From<R> for Failure {
    fn from(refusal: R) -> Failure {
        Failure {
            refusal: Box::new(refusal.into()),
            void: None,
        }
    }
}

fn describe(asked: &Asked<'_>) -> Entry {
    let client = &asked.client.client;
    let mut entry = Entry::of(asked.caller, asked.identity.0.ambient.make_id());
    entry
        .say("application", client.display_name.as_str())
        .say("appId", client.app_id.to_string())
        .say("proof", asked.client.proven.as_str());
    entry
}

/// Spends what was presented, and records the refusal.
async fn refuse(asked: &Asked<'_>, failure: Failure) -> Refusal {
    let Failure { refusal, void } = failure;
    let refusal = *refusal;
    let (identity, client) = (asked.identity, asked.client);
    let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
    let principal = client.client.principal_id;
    let (mut activity, mut about) = ("token.refused", (principal, principal));
    let mut unit = Unit::new();
    client.spend(identity, &mut unit);
    let mut entry = describe(asked);
    match void {
        None => {}
        Some(Void::Code(hash)) => {
            unit.revoke_code(tenant, hash, now);
        }
        Some(Void::Family {
            id,
            person,
            principal,
        }) => {
            unit.end_refresh_family(tenant, id, now);
            (activity, about) = (refresh::REUSED, (person, principal));
            entry.say("alert", true);
        }
    }
    entry
        .say("result", refusal.code.id)
        .say("detail", refusal.detail.unwrap_or_default());
    let (subject, object) = about;
    let about = (Some(subject), Some(object.0.as_slice()));
    let written = audit::commit(identity, unit, Log::Audit, activity, about, entry).await;
    match written {
        Ok(_) => {
            if activity == refresh::REUSED {
                tracing::warn!(
                    alert = "refresh_reused",
                    "alert: a refresh token is in two hands; the record in the log names the person and the application"
                );
            }
            refusal
        }
        Err(WriteError::Refused(Guard::Spent)) => client::replayed(),
        Err(error) => refuse_write(error),
    }
}

/// A permission of tier 0 needs a key (security 11). Loud rather than left out: an application that relied on its secret
/// is told.
fn check_tier_zero(
    client: &AuthenticatedClient,
    permissions: &[Permission],
) -> Result<(), Refusal> {
    let has = permissions.iter().any(|each| each.is_tier_zero());
    if has && client.proven != Proven::Key {
        return Err(Refusal {
            detail: Some("client.tier_zero_needs_key"),
            ..Refusal::new(&codes::CLIENT_NOT_ALLOWED)
        });
    }
    Ok(())
}

/// The record's activity, and its alert.
fn name_issue(entry: &mut Entry, permissions: &[Permission]) -> &'static str {
    let names: Vec<&str> = permissions.iter().map(|each| each.name()).collect();
    entry.say("permissions", names.join(" "));
    if permissions.iter().any(|each| each.is_tier_zero()) {
        entry.say("alert", true);
        tracing::warn!(
            alert = "tier_zero_use",
            "alert: a token with a permission of tier 0 was issued; the record in the log names the application"
        );
        TIER_ZERO_USED
    } else {
        ISSUED
    }
}

/// RFC 6749 section 4.4: everything that was assigned, and nothing less.
async fn for_application(asked: &Asked<'_>, scopes: &[String]) -> Result<Tokens, Failure> {
    let (identity, client) = (asked.identity, asked.client);
    if client.proven == Proven::Nothing {
        return Err(Refusal::new(&codes::CLIENT_REFUSED).into());
    }
    if let Some(uri) = choose_for_application(identity, asked.resource, scopes)? {
        return for_application_at(asked, uri).await;
    }
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let Client {
        principal_id,
        epoch,
        ..
    } = client.client;
    let assigned = store.list_app_roles(tenant, principal_id).await?;
    let mut permissions: Vec<Permission> = assigned
        .iter()
        // A role of another API may have any id.
        .filter(|role| role.resource_app_id == OWN_API)
        .filter_map(|role| Permission::find_application(role.app_role_id))
        .collect();
    permissions.sort_unstable();
    check_tier_zero(client, &permissions)?;
    let mut claims = claim(asked, identity.0.ambient.now());
    let names: Vec<&str> = permissions.iter().map(|each| each.name()).collect();
    claims.insert("sub".to_owned(), json!(principal_id.to_string()));
    claims.insert("oid".to_owned(), json!(principal_id.to_string()));
    claims.insert("idtyp".to_owned(), json!("app"));
    claims.insert("roles".to_owned(), json!(names));
    claims.insert("epoch".to_owned(), json!(epoch.to_string()));
    let access_token = sign(identity, Algorithm::Es256, ACCESS_TOKEN, &claims)?;
    let mut entry = describe(asked);
    let activity = name_issue(&mut entry, &permissions);
    give_application(asked, access_token, activity, entry).await
}

/// The same for another application's API: every role that was assigned there.
async fn for_application_at(asked: &Asked<'_>, uri: &str) -> Result<Tokens, Failure> {
    let (identity, client) = (asked.identity, &asked.client.client);
    let live = resources::find_roles(identity, client, uri).await?;
    let mut claims = claim(asked, identity.0.ambient.now());
    aim(&mut claims, asked, &live.resource);
    claims.insert("sub".to_owned(), json!(client.principal_id.to_string()));
    claims.insert("oid".to_owned(), json!(client.principal_id.to_string()));
    claims.insert("idtyp".to_owned(), json!("app"));
    claims.insert("roles".to_owned(), json!(live.values));
    claims.insert("epoch".to_owned(), json!(client.epoch.to_string()));
    let access_token = sign(identity, Algorithm::Es256, ACCESS_TOKEN, &claims)?;
    let mut entry = describe(asked);
    entry
        .say("resource", uri)
        .say("roles", live.values.join(" "));
    give_application(asked, access_token, ISSUED, entry).await
}

async fn give_application(
    asked: &Asked<'_>,
    access_token: String,
    activity: &'static str,
    mut entry: Entry,
) -> Result<Tokens, Failure> {
    let (identity, client) = (asked.identity, asked.client);
    let principal_id = client.client.principal_id;
    let mut unit = Unit::new();
    // The application is not guarded: each use of the token compares the version that it carries, and many tokens of one
    // application at once must not wait for each other at its row.
    client.spend(identity, &mut unit);
    entry.say("grant", "client_credentials");
    let about = (Some(principal_id), Some(principal_id.0.as_slice()));
    match audit::commit(identity, unit, Log::Audit, activity, about, entry).await {
        Ok(_) => Ok(Tokens {
            access_token,
            token_type: name_type(asked),
            expires_in: LIFETIME / SECOND,
            scope: None,
            id_token: None,
            refresh_token: None,
            account: None,
            uses_tier_zero: activity == TIER_ZERO_USED,
        }),
        Err(WriteError::Refused(Guard::Spent)) => Err(client::replayed().into()),
        Err(error) => Err(refuse_write(error).into()),
    }
}

fn code_unusable(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::CODE_UNUSABLE)
    }
}

/// Each thing that a code is bound to, tested alone (past mistake 41).
fn check_code(
    asked: &Asked<'_>,
    code: &AuthorizationCode,
    redirect_uri: &str,
    verifier: Option<&Secret>,
) -> Result<(), Refusal> {
    let client = &asked.client.client;
    if code.used_at.is_some() || code.revoked_at.is_some() {
        return Err(code_unusable("code.used"));
    }
    if asked.identity.0.ambient.now() >= code.expires_at {
        return Err(code_unusable("code.expired"));
    }
    if code.principal_id != client.principal_id {
        return Err(code_unusable("code.other_client"));
    }
    if code.principal_version != client.principal_version {
        return Err(code_unusable("code.client_changed"));
    }
    if code.issuer != asked.issuer.url() {
        return Err(code_unusable("code.other_issuer"));
    }
    if code.redirect_uri != redirect_uri {
        return Err(code_unusable("code.other_address"));
    }
    // RFC 9700 section 4.8.2: a verifier for a code without a challenge shows that somebody took the challenge away.
    let is_proven = match (code.challenge, verifier) {
        (Some(challenge), Some(verifier)) => Challenge::of(challenge).is_of(verifier.expose()),
        (challenge, verifier) => challenge.is_none() && verifier.is_none(),
    };
    if !is_proven {
        return Err(code_unusable("code.verifier"));
    }
    if code.key_thumbprint.is_some() && code.key_thumbprint.as_ref() != asked.client.key() {
        return Err(code_unusable("code.other_key"));
    }
    check_proven(asked, &code.platform)
}

/// In the place of a platform: the person allowed it on another device.
pub(crate) const DEVICE: &str = "device";

pub(crate) fn may_be_unproven(platform: Platform) -> bool {
    matches!(platform, Platform::SinglePage | Platform::Native)
}

/// An application with a server keeps a secret or a key; only scripts and devices can't.
fn check_proven(asked: &Asked<'_>, platform: &str) -> Result<(), Refusal> {
    let public = platform == DEVICE || Platform::parse(platform).is_some_and(may_be_unproven);
    if !public && asked.client.proven == Proven::Nothing {
        return Err(Refusal {
            detail: Some("client.unproven"),
            ..Refusal::new(&codes::CLIENT_REFUSED)
        });
    }
    Ok(())
}

/// RFC 6749 section 4.1.3.
async fn for_person(
    asked: &Asked<'_>,
    code: &Secret,
    redirect_uri: &str,
    verifier: Option<&Secret>,
) -> Result<Tokens, Failure> {
    let identity = asked.identity;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let code: CodeHash = base64url::decode(code.expose())
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| code_unusable("code.unknown"))?;
    let found = store.find_code(tenant, derive_code_hash(&code)).await?;
    let code = found.ok_or_else(|| code_unusable("code.unknown"))?;
    check_code(asked, &code, redirect_uri, verifier).map_err(|refusal| void(&code, refusal))?;
    redeem(asked, &code, "authorization_code").await
}

/// Whatever is wrong with it: somebody has a code who should not have, or uses it wrongly. It is void, with all that was
/// made of it.
fn void(code: &AuthorizationCode, refusal: Refusal) -> Failure {
    Failure {
        refusal: Box::new(refusal),
        void: Some(Void::Code(code.code_hash)),
    }
}

/// Tokens for a code that is this client's.
async fn redeem(
    asked: &Asked<'_>,
    code: &AuthorizationCode,
    grant: &'static str,
) -> Result<Tokens, Failure> {
    let (identity, client) = (asked.identity, asked.client);
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let failed = |refusal| void(code, refusal);
    let (permissions, apis) = read_words(&code.scope);
    check_tier_zero(client, &permissions).map_err(failed)?;
    let target = choose(identity, (&permissions, &apis), asked.resource, &[])?.target;
    let person = store.find_person(tenant, code.person_id).await?;
    let person = person.ok_or_else(|| failed(code_unusable("code.person")))?;
    let person_now = find_person_now(asked, code).await?;
    // What let the code be made may have been taken back since: assignment, consent, the passkey's being accepted.
    check_assigned(identity, &client.client, code.person_id).await?;
    let granted = list_granted(identity, &client.client, code.person_id).await?;
    if !permissions
        .iter()
        .all(|it| granted.permissions.contains(it))
    {
        return Err(failed(code_unusable("code.consent_withdrawn")));
    }
    let live = match &target {
        Some(held) => Some(find_live(identity, held, &granted, code.person_id).await?),
        None => None,
    };
    let at_rest = decide_one_at_rest(identity, code.person_id, &person_now.credential_id).await?;
    if let Some(code) = at_rest.refused_by {
        return Err(failed(code_unusable(code.id)));
    }
    let assurance = assurance::judge(identity, &at_rest)
        .await?
        .at_most(!code.is_acr_plain);
    let basis = Basis {
        person: &person,
        session_id: code.session_id,
        sid: code.session_id,
        auth_time: person_now.auth_time,
        assurance: match code.platform == DEVICE {
            true => assurance.elsewhere(),
            false => assurance,
        },
        nonce: code.nonce.as_deref(),
        rests_on: ("cod", base64url::encode(&code.code_hash)),
        grant,
        live: live.as_ref(),
    };
    // Nothing is counted ahead: the unit says who has too many renewals, and is then written anew.
    let mut displaced = 0;
    for _ in 0..MAX_REDEMPTIONS {
        let (tokens, unit, records) =
            prepare(asked, code, (&basis, &permissions), displaced).await?;
        return match audit::commit_all(identity, unit, records).await {
            Ok(_) => Ok(tokens),
            Err(WriteError::Refused(Guard::Count)) => {
                displaced = refresh::count_displaced(identity, code).await?;
                continue;
            }
            Err(WriteError::Refused(Guard::Spent)) => Err(failed(client::replayed())),
            Err(WriteError::Refused(Guard::Missing)) => Err(failed(code_unusable("code.used"))),
            Err(WriteError::Refused(Guard::SessionOver)) => {
                Err(failed(code_unusable("code.session_over")))
            }
            Err(error) => Err(refuse_write(error).into()),
        };
    }
    Err(Refusal::new(&codes::MOVED).into())
}

/// The tokens of a code, the unit that redeems it, and the records: one of them about how many renewals end for it.
async fn prepare<'a>(
    asked: &Asked<'_>,
    code: &'a AuthorizationCode,
    (basis, permissions): (&Basis<'_>, &[Permission]),
    displaced: i64,
) -> Result<(Tokens, Unit, Vec<NewRecord<'a>>), Failure> {
    let (identity, client) = (asked.identity, asked.client);
    let tenant = identity.0.tenant_id;
    let (mut tokens, word, entry) = make_tokens(asked, basis, permissions).await?;
    let mut unit = Unit::new();
    client.spend(identity, &mut unit);
    unit.require_session(tenant, code.person_id, code.session_id);
    unit.use_code(tenant, code.code_hash, identity.0.ambient.now());
    if tokens.id_token.is_some() {
        unit.insert_session_client(tenant, &outbox::prepare_logout(identity, code));
    }
    if permissions.contains(&Permission::OfflineAccess) {
        let with = (basis.assurance.is_in_hardware(), client.key());
        let token = refresh::begin(identity, &mut unit, code, with, displaced);
        tokens.refresh_token = Some(token);
    }
    let record = |word, entry| NewRecord {
        log: Log::Audit,
        word,
        about: (Some(code.person_id), Some(code.principal_id.0.as_slice())),
        entry,
    };
    let mut records = vec![record(word, entry)];
    if displaced > 0 {
        let mut entry = describe(asked);
        entry.say("ended", displaced);
        records.push(record("token.displaced", entry));
    }
    Ok((tokens, unit, records))
}

/// How the person of the code was last verified, read live: session, person, passkey and client must still stand.
async fn find_person_now(
    asked: &Asked<'_>,
    code: &AuthorizationCode,
) -> Result<LivePerson, Refusal> {
    let identity = asked.identity;
    let now = identity.0.ambient.now();
    let claims = store::PersonClaims {
        person_id: code.person_id,
        session_id: code.session_id,
        principal_id: code.principal_id,
        principal_version: code.principal_version,
        code_hash: code.code_hash,
    };
    let seen_after = now - identity.0.settings.session_idle;
    let found = identity
        .0
        .store
        .find_live_person(identity.0.tenant_id, &claims, now, seen_after)
        .await?;
    found.ok_or_else(|| code_unusable("code.session_over"))
}
