//! Forward authentication: a proxy asks us before it lets a request through to an application that knows no OpenID.
//!
//! The application's own host gets a cookie of its own (security 26): the browser begins there, with a random name in a
//! short-lived cookie; goes to our sign-in page with a mark that only we can make, of where it began and wants to go; and
//! comes back with a code that works once, at that address, in that browser. So nobody is signed in as somebody else by a
//! link, and no code that is seen anywhere is worth anything elsewhere.
//!
//! The cookie stands for the person's session here and ends with it. Person, session, passkey, application and address are
//! read with every request (security 3); policy and assignment when the cookie is made, every ten minutes (security 28), and
//! as soon as the policy moved.

mod mark;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use store::{
    Client, CodeHash, ForwardCode, ForwardToken, Guard, Id, LiveForward, Log, NewForwardCode,
    NewForwardSession, Unit, WriteError,
};
use webauthn::base64url;

use self::mark::Mark;
use crate::applications::check_assigned;
use crate::audit::{self, Entry};
use crate::policies::decide_one_at_rest;
use crate::seal::derive_hash;
use crate::settings::Origin;
use crate::sign_in::limit_person;
use crate::tenant::refuse_write;
use crate::token::LIFETIME;
use crate::{BrowserId, Caller, Identity, MINUTE, Micros, Refusal, Session, codes};

/// Of our own host: where somebody goes to sign in to a protected application.
pub const SIGN_IN_PATH: &str = "/forward-auth/sign-in";
/// Of the application's host: where they come back to.
pub const CALLBACK_PATH: &str = "/.claviger/callback";
/// The longest address on the application's host that somebody comes back to.
pub const MAX_URI: usize = 2048;
/// How long a code waits for the browser.
const CODE_LIFETIME: Micros = MINUTE;
/// How often a request is judged when what it rests on moves meanwhile.
const TRIES: usize = 3;
/// The most groups that an application is told of.
const MAX_GROUPS: usize = 100;

/// Whom the application is told that it has before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    pub user_name: String,
    pub display_name: String,
    pub mail: Option<String>,
    /// Names of those of their groups that are assigned to the application, in order.
    pub groups: Vec<String>,
}

/// Where a browser goes to sign in, and the name that it has on the application's host until it is back.
#[derive(Debug)]
pub struct Begun {
    pub location: String,
    pub browser: BrowserId,
}

/// What a browser does next that wants to sign in to a protected application.
#[derive(Debug)]
pub enum Outcome {
    /// Sign in, then come back to this path.
    SignIn { return_path: String },
    /// Go on to the application.
    Lead { location: String },
}

/// A browser that came back: its cookie, and where it wanted to go.
pub struct Opened {
    pub token: String,
    pub location: String,
}

/// Not what it says: that is a cookie.
impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened")
    }
}

fn derive_code_hash(code: &CodeHash) -> CodeHash {
    let mut hash = *code;
    hash[8..].copy_from_slice(&derive_hash(&[b"claviger forward code", code]));
    hash
}

fn derive_token_hash(token: &ForwardToken) -> ForwardToken {
    let mut hash = *token;
    hash[8..].copy_from_slice(&derive_hash(&[b"claviger forward session", token]));
    hash
}

fn derive_browser_hash(browser: &BrowserId) -> [u8; 32] {
    derive_hash(&[b"claviger forward browser", &browser.0])
}

fn make_secret(identity: &Identity) -> [u8; 40] {
    let ambient = &identity.0.ambient;
    let mut secret: [u8; 40] = ambient.random.make();
    secret[..8].copy_from_slice(&ambient.now().to_be_bytes());
    secret
}

fn read_secret(text: &str) -> Option<[u8; 40]> {
    base64url::decode(text).ok()?.try_into().ok()
}

fn code_unusable(detail: &'static str) -> Refusal {
    Refusal {
        detail: Some(detail),
        ..Refusal::new(&codes::FORWARD_CODE_UNUSABLE)
    }
}

// --- each request

/// Whom this cookie lets in at this address. One question to the database, of keys alone, for whoever is let in; every ten
/// minutes a few more.
///
/// # Errors
/// [`codes::FORWARD_SIGNED_OUT`] without a cookie that lets anybody in; [`codes::FORWARD_UNKNOWN`] where no application is
/// behind the address; [`codes::NOT_ASSIGNED`] and what the policy says of whom it does not let in any more.
pub async fn check(
    identity: &Identity,
    origin: &Origin,
    token: Option<&str>,
) -> Result<Told, Refusal> {
    let hash = token.and_then(read_secret).map(|it| derive_token_hash(&it));
    let Some(hash) = hash else {
        return Err(refuse_stranger(identity, origin).await);
    };
    for _ in 0..TRIES {
        let Some(live) = find_live(identity, origin, hash).await? else {
            return Err(refuse_stranger(identity, origin).await);
        };
        let age = identity.0.ambient.now() - live.checked_at;
        if age < LIFETIME && live.checked_policy == live.policy_version {
            return Ok(tell(live));
        }
        if let Some(told) = check_again(identity, hash, live).await? {
            return Ok(told);
        }
    }
    Err(Refusal::new(&codes::MOVED))
}

async fn find_live(
    identity: &Identity,
    origin: &Origin,
    hash: ForwardToken,
) -> Result<Option<LiveForward>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let now = identity.0.ambient.now();
    let seen_after = now - identity.0.settings.session_idle;
    let found = store.find_live_forward(tenant, hash, origin.as_str(), now, seen_after);
    Ok(found.await?)
}

/// Who is not in is told whether there is anything to be let in to.
async fn refuse_stranger(identity: &Identity, origin: &Origin) -> Refusal {
    match find_client(identity, origin.as_str()).await {
        Ok(_) => Refusal::new(&codes::FORWARD_SIGNED_OUT),
        Err(refusal) => refusal,
    }
}

fn tell(live: LiveForward) -> Told {
    Told {
        user_name: live.user_name,
        display_name: live.display_name,
        mail: live.mail,
        groups: serde_json::from_str(&live.group_names).unwrap_or_default(),
    }
}

/// The application behind an address.
///
/// # Errors
/// [`codes::FORWARD_UNKNOWN`].
async fn find_client(identity: &Identity, origin: &str) -> Result<Client, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let unknown = || Refusal::new(&codes::FORWARD_UNKNOWN);
    let found = store.find_protected_application(tenant, origin).await?;
    let app_id = found.ok_or_else(unknown)?.app_id;
    store.find_client(tenant, app_id).await?.ok_or_else(unknown)
}

/// What was asked of policy and assignment: the policy's version, and the groups that the application is told of, as stored.
struct Judged {
    policy_version: i64,
    groups: String,
}

/// # Errors
/// [`codes::NOT_ASSIGNED`]; what the policy says of the passkey that signed in (security 29).
async fn judge(
    identity: &Identity,
    client: &Client,
    (person, credential): (Id, &[u8]),
) -> Result<Judged, Refusal> {
    let at_rest = decide_one_at_rest(identity, person, credential).await?;
    if let Some(code) = at_rest.refused_by {
        return Err(Refusal::new(code));
    }
    check_assigned(identity, client, person).await?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let groups = store.list_assigned_groups_of(tenant, person, client.principal_id);
    let groups = groups.await?.into_iter();
    let mut names: Vec<String> = groups.map(|group| group.display_name).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(MAX_GROUPS);
    Ok(Judged {
        policy_version: at_rest.policy_version,
        groups: serde_json::to_string(&names).map_err(|_| &codes::INTERNAL)?,
    })
}

/// `None` when another request did so meanwhile, or the policy moved.
async fn check_again(
    identity: &Identity,
    hash: ForwardToken,
    live: LiveForward,
) -> Result<Option<Told>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let client = store.find_client(tenant, live.app_id).await?;
    let client = client.ok_or(&codes::FORWARD_UNKNOWN)?;
    let judged = judge(identity, &client, (live.person_id, &live.credential_id)).await?;
    let checked = (live.checked_at, identity.0.ambient.now());
    let mut unit = Unit::new();
    unit.renew_forward_session(tenant, hash, &judged.groups, checked, judged.policy_version);
    match identity.write(unit).await {
        Ok(_) => Ok(Some(tell(LiveForward {
            group_names: judged.groups,
            ..live
        }))),
        Err(WriteError::Refused(Guard::Moved)) => Ok(None),
        Err(error) => Err(refuse_write(error)),
    }
}

// --- the way to sign in and back

/// Sends a browser to our sign-in page, from an address of an application. Writes nothing.
pub fn begin(identity: &Identity, origin: &Origin, uri: &str, browser: Option<BrowserId>) -> Begun {
    // A browser that has begun in another tab keeps its name, so that both come back.
    let browser = browser.unwrap_or_else(|| BrowserId(identity.0.ambient.random.make()));
    let mark = Mark {
        origin: origin.as_str().to_owned(),
        uri: uri.to_owned(),
        browser_hash: derive_browser_hash(&browser),
        began_at: identity.0.ambient.now(),
    };
    let ours = identity.settings().public_origin.as_str();
    let path = derive_path(&mark.write(identity));
    Begun {
        location: format!("{ours}{path}"),
        browser,
    }
}

fn derive_path(mark: &str) -> String {
    format!("{SIGN_IN_PATH}?request={mark}")
}

/// What a browser that was sent here by [`begin`] does next.
///
/// # Errors
/// For a page of ours: [`codes::FORWARD_REQUEST_UNUSABLE`] for a mark that we did not make; [`codes::FORWARD_UNKNOWN`] when the
/// address is no application's any more; [`codes::NOT_ASSIGNED`]; what the policy says.
pub async fn sign_in(
    identity: &Identity,
    mark: &str,
    session: Option<&Session>,
) -> Result<Outcome, Refusal> {
    identity.check_clock()?;
    let read = Mark::read(identity, mark).ok_or(&codes::FORWARD_REQUEST_UNUSABLE)?;
    if !read.is_recent(identity) {
        // Whoever left the page open for an hour begins anew, where they began.
        find_client(identity, &read.origin).await?;
        let location = format!("{}{}", read.origin, read.uri);
        return Ok(Outcome::Lead { location });
    }
    let Some(session) = session else {
        find_client(identity, &read.origin).await?;
        let return_path = derive_path(mark);
        return Ok(Outcome::SignIn { return_path });
    };
    limit_person(identity, session)?;
    for _ in 0..TRIES {
        if let Some(location) = issue(identity, &read, session).await? {
            return Ok(Outcome::Lead { location });
        }
    }
    Err(Refusal::new(&codes::MOVED))
}

/// The way back, with a code; `None` when what it rests on moved meanwhile.
async fn issue(
    identity: &Identity,
    mark: &Mark,
    session: &Session,
) -> Result<Option<String>, Refusal> {
    let (person, tenant) = (session.person_id, identity.0.tenant_id);
    let client = find_client(identity, &mark.origin).await?;
    let judged = judge(identity, &client, (person, &session.credential_id)).await?;
    let code = make_secret(identity);
    let mut unit = Unit::new();
    unit.require_session(tenant, person, session.session_id);
    unit.insert_forward_code(
        tenant,
        &NewForwardCode {
            code_hash: derive_code_hash(&code),
            principal_id: client.principal_id,
            person_id: person,
            session_id: session.session_id,
            origin: &mark.origin,
            browser_hash: mark.browser_hash,
            uri: &mark.uri,
            expires_at: identity.0.ambient.now() + CODE_LIFETIME,
        },
        judged.policy_version,
    );
    match identity.write(unit).await {
        Ok(_) => Ok(Some(format!(
            "{}{CALLBACK_PATH}?code={}",
            mark.origin,
            base64url::encode(&code)
        ))),
        Err(WriteError::Refused(Guard::Moved)) => Ok(None),
        Err(error) => Err(refuse_write(error)),
    }
}

/// Gives the browser that came back its cookie. `replaced` is the one that it had.
///
/// # Errors
/// [`codes::FORWARD_CODE_UNUSABLE`], with what was wrong; the code is spent then. [`codes::NOT_ASSIGNED`]; what the policy says.
pub async fn redeem(
    identity: &Identity,
    caller: &Caller,
    (origin, code): (&Origin, &str),
    browser: Option<BrowserId>,
    replaced: Option<&str>,
) -> Result<Opened, Refusal> {
    identity.check_clock()?;
    let unknown = || code_unusable("code.unknown");
    let hash = derive_code_hash(&read_secret(code).ok_or_else(unknown)?);
    for _ in 0..TRIES {
        let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
        let found = store.find_forward_code(tenant, hash).await?;
        let found = found.ok_or_else(unknown)?;
        if found.used_at.is_some() {
            // Nothing is left to spend: nobody fills the log with one old code.
            return Err(code_unusable("code.used"));
        }
        let presented = Presented {
            identity,
            caller,
            origin,
            browser,
            replaced,
        };
        match presented.redeem_once(hash, &found).await {
            Ok(Some(opened)) => return Ok(opened),
            Ok(None) => {}
            Err(refusal) => return Err(presented.refuse(hash, &found, refusal).await),
        }
    }
    Err(Refusal::new(&codes::MOVED))
}

/// What came with a code.
struct Presented<'a> {
    identity: &'a Identity,
    caller: &'a Caller,
    origin: &'a Origin,
    browser: Option<BrowserId>,
    replaced: Option<&'a str>,
}

impl Presented<'_> {
    /// Each thing that a code is bound to, tested alone (past mistake 41).
    fn check_bindings(&self, code: &ForwardCode) -> Result<(), Refusal> {
        if self.identity.0.ambient.now() >= code.expires_at {
            return Err(code_unusable("code.expired"));
        }
        if code.origin != self.origin.as_str() {
            return Err(code_unusable("code.other_address"));
        }
        let browser = self
            .browser
            .ok_or_else(|| code_unusable("code.no_browser"))?;
        verify_slices_are_equal(&derive_browser_hash(&browser), &code.browser_hash)
            .map_err(|_| code_unusable("code.other_browser"))
    }

    /// `None` when what it rests on moved meanwhile.
    async fn redeem_once(
        &self,
        hash: CodeHash,
        code: &ForwardCode,
    ) -> Result<Option<Opened>, Refusal> {
        self.check_bindings(code)?;
        let identity = self.identity;
        let (tenant, now) = (identity.0.tenant_id, identity.0.ambient.now());
        let client = find_client(identity, &code.origin).await?;
        if client.principal_id != code.principal_id {
            return Err(code_unusable("code.other_application"));
        }
        // Asked again: what was taken back since the code was made is worth nothing.
        let judged = judge(identity, &client, (code.person_id, &code.credential_id)).await?;
        let token = make_secret(identity);
        let mut unit = Unit::new();
        unit.require_session(tenant, code.person_id, code.session_id);
        unit.use_forward_code(tenant, hash, now);
        let session = NewForwardSession {
            token_hash: derive_token_hash(&token),
            code_hash: hash,
            group_names: &judged.groups,
            now,
        };
        unit.insert_forward_session(tenant, &session, judged.policy_version);
        if let Some(replaced) = self.replaced.and_then(read_secret) {
            let replaced = derive_token_hash(&replaced);
            unit.end_forward_session(tenant, replaced, self.origin.as_str());
        }
        match self.write(unit, "application.opened", code, None).await {
            Ok(()) => Ok(Some(Opened {
                token: base64url::encode(&token),
                location: format!("{}{}", code.origin, code.uri),
            })),
            Err(WriteError::Refused(Guard::Moved)) => Ok(None),
            Err(WriteError::Refused(Guard::Missing)) => Err(code_unusable("code.used")),
            Err(error) => Err(refuse_write(error)),
        }
    }

    /// Spends the code, and records the refusal once.
    async fn refuse(&self, hash: CodeHash, code: &ForwardCode, refusal: Refusal) -> Refusal {
        let identity = self.identity;
        let mut unit = Unit::new();
        unit.spend_forward_code(identity.0.tenant_id, hash, identity.0.ambient.now());
        let word = "application.refused";
        match self.write(unit, word, code, Some(&refusal)).await {
            // Another request with the same code was first.
            Ok(()) | Err(WriteError::Refused(Guard::Missing)) => refusal,
            Err(error) => refuse_write(error),
        }
    }

    async fn write(
        &self,
        unit: Unit,
        word: &str,
        code: &ForwardCode,
        refusal: Option<&Refusal>,
    ) -> Result<(), WriteError> {
        let mut entry = Entry::of(self.caller, self.identity.0.ambient.make_id());
        entry
            .confide("actor", code.user_name.as_str())
            .say("appId", code.app_id.to_string())
            .say("address", self.origin.as_str());
        if let Some(refusal) = refusal {
            entry
                .say("result", refusal.code.id)
                .say("detail", refusal.detail.unwrap_or_default());
        }
        let principal = code.principal_id;
        let about = (Some(code.person_id), Some(principal.0.as_slice()));
        audit::commit(self.identity, unit, Log::Audit, word, about, entry)
            .await
            .map(drop)
    }
}

/// Ends the cookie at this address. One that lets nobody in is ended already.
pub async fn sign_out(
    identity: &Identity,
    caller: &Caller,
    origin: &Origin,
    token: Option<&str>,
) -> Result<(), Refusal> {
    let Some(hash) = token.and_then(read_secret).map(|it| derive_token_hash(&it)) else {
        return Ok(());
    };
    let Some(live) = find_live(identity, origin, hash).await? else {
        return Ok(());
    };
    let mut unit = Unit::new();
    unit.end_forward_session(identity.0.tenant_id, hash, origin.as_str());
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", live.user_name.as_str())
        .say("appId", live.app_id.to_string())
        .say("address", origin.as_str());
    let about = (Some(live.person_id), Some(live.principal_id.0.as_slice()));
    let word = "application.signed_out";
    audit::commit(identity, unit, Log::Audit, word, about, entry)
        .await
        .map(drop)
        .map_err(refuse_write)
}
