//! Applications and their service principals: what may sign in without being a person.
//!
//! An *application* is the registration: names, addresses, secrets, keys. Its *service principal* is the member of the
//! organisation that holds permissions and directory roles. Both carry the same `app_id`, which is the `client_id`.
//!
//! Whoever can make a new way to sign in as an application holds what it holds. So adding a secret, a key, an owner or an
//! address needs every right of the application (security 11): the row of the authorization table for privileged
//! targets, where it holds a directory role or a permission of tier 0. Rights and ways in change under one version
//! (`bump_application`), so that a decision about the one is never overtaken by a change of the other.

use oidc::redirect_uri::{self, Platform};
use serde::{Deserialize, Serialize};
use store::{Application, ERASING, Id};

use crate::access::{self, Operation, Target};
use crate::actor::Actor;
use crate::audit::Entry;
use crate::permissions::Permission;
use crate::{Identity, Micros, Refusal, codes, names};

mod api;
mod assignments;
mod credentials;
mod logo;
mod mine;
mod own_api;
mod permissions;
mod principals;
mod protected;
mod registration;
mod token_settings;

pub use api::{Api, ApiScope};
pub use assignments::DEFAULT_ROLE;
pub(crate) use assignments::check_assigned;
pub(crate) use credentials::derive_secret_hash;
pub use credentials::{CredentialView, MadeSecret, add_key, add_secret, remove_credential};
pub use logo::{
    Logo, MAX_LOGO_FILE, find_logo, find_logo_id, find_shown_logo, put_logo, remove_logo,
};
pub use mine::{OpenApplication, OwnConsent, list_consents, list_open, withdraw};
pub(crate) use own_api::ensure as ensure_own_api;
pub use own_api::{OWN_API, find_own_api};
pub(crate) use permissions::write_scope;
pub use permissions::{
    Assignment, Consent, GrantView, assign, change_grant, find_assignment, find_grant, grant,
    grant_at, list_app_roles, list_assigned_to, list_grants, list_grants_of_client, revoke,
    unassign,
};
pub(crate) use principals::find_existing as find_existing_principal;
pub use principals::{
    PrincipalChange, PrincipalView, add_principal, change_principal, count_principals,
    delete_principal, find_principal, find_principal_by_app, list_principals,
};
use registration::Change;
pub(crate) use registration::purge;
pub use registration::{add, change, delete, erase, restore};
pub use store::CredentialKind;
pub use token_settings::{
    AppRole, ClaimRule, ID_TOKEN_ALGORITHMS, Source, TokenSettings, parse_algorithm,
};

/// The most addresses of one application.
const MAX_ADDRESSES: usize = 50;
/// As many grants of one application as are read at a time.
const GRANTS_READ: usize = 1000;
/// The longest description, in characters.
const MAX_DESCRIPTION: usize = 1024;

/// Where answers may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedirectUri {
    pub platform: Platform,
    pub uri: String,
}

impl RedirectUri {
    /// `web=https://...`, as the command line writes it. Whether it may be registered is another question.
    #[must_use]
    pub fn parse(text: &str) -> Option<RedirectUri> {
        let (platform, uri) = text.split_once('=')?;
        Some(RedirectUri {
            platform: Platform::parse(platform)?,
            uri: uri.to_owned(),
        })
    }
}

impl std::fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}={}", self.platform.as_str(), self.uri)
    }
}

#[derive(Debug, Clone)]
pub struct ApplicationView {
    pub object_id: Id,
    /// `client_id`.
    pub app_id: Id,
    pub display_name: String,
    pub description: String,
    pub redirect_uris: Vec<RedirectUri>,
    /// Where people open it; without one it has no place on their page.
    pub home_uri: Option<String>,
    /// Devices that can't show our pages may let people sign in to it on another one.
    pub device_flow: bool,
    pub token_settings: TokenSettings,
    /// Where it is told that a session is over.
    pub back_channel_logout_uri: Option<String>,
    /// It needs the session's name for that; it is told in any case.
    pub back_channel_logout_session_required: bool,
    /// What it protects by forward authentication, in order: origins.
    pub protected_origins: Vec<String>,
    /// Names its logo, if it has one.
    pub logo_id: Option<Id>,
    /// What it is as an API of its own.
    pub api: Api,
    pub secrets: Vec<CredentialView>,
    pub keys: Vec<CredentialView>,
    pub created_at: Micros,
    pub deleted_at: Option<Micros>,
    /// Moves with each change of names and addresses.
    pub record_version: i64,
}

/// What an application is made with, or shall be; `None` leaves as it is.
#[derive(Debug, Clone, Default)]
pub struct ApplicationChange {
    pub display_name: Option<String>,
    pub description: Option<String>,
    pub redirect_uris: Option<Vec<RedirectUri>>,
    /// An empty text takes it away.
    pub home_uri: Option<String>,
    pub device_flow: Option<bool>,
    pub token_settings: Option<TokenSettings>,
    /// An empty text takes it away.
    pub back_channel_logout_uri: Option<String>,
    pub back_channel_logout_session_required: Option<bool>,
    /// What it protects by forward authentication: all of it.
    pub protected_origins: Option<Vec<String>>,
    /// What it is called as an API: all of it.
    pub identifier_uris: Option<Vec<String>>,
    /// What others may do there in people's names: all of it.
    pub api_scopes: Option<Vec<ApiScope>>,
    /// The record version that the change was made for; another refuses.
    pub record_version: Option<i64>,
}

/// As stored.
#[derive(Serialize, Deserialize)]
struct StoredUri {
    platform: String,
    uri: String,
}

pub(crate) fn read_redirect_uris(text: &str) -> Vec<RedirectUri> {
    let stored: Vec<StoredUri> = serde_json::from_str(text).unwrap_or_default();
    let read = |each: StoredUri| {
        // An unknown platform's address is none.
        Platform::parse(&each.platform).map(|platform| RedirectUri {
            platform,
            uri: each.uri,
        })
    };
    stored.into_iter().filter_map(read).collect()
}

fn write_redirect_uris(uris: &[RedirectUri]) -> Result<String, Refusal> {
    if uris.len() > MAX_ADDRESSES {
        return Err(Refusal::new(&codes::REDIRECT_UNFIT));
    }
    let mut stored = Vec::with_capacity(uris.len());
    for RedirectUri { platform, uri } in uris {
        redirect_uri::check(*platform, uri).map_err(|_| &codes::REDIRECT_UNFIT)?;
        stored.push(StoredUri {
            platform: platform.as_str().to_owned(),
            uri: uri.clone(),
        });
    }
    serde_json::to_string(&stored).map_err(|_| Refusal::new(&codes::INTERNAL))
}

/// What a browser may be led to by a link: an address as a server's answers go to.
fn parse_home(uri: &str) -> Result<Option<String>, Refusal> {
    if uri.is_empty() {
        return Ok(None);
    }
    redirect_uri::check(Platform::Web, uri).map_err(|_| &codes::REDIRECT_UNFIT)?;
    Ok(Some(uri.to_owned()))
}

/// Where we post to: as for an answer, and nothing of it is looked up before then.
fn parse_logout_address(uri: &str) -> Result<Option<String>, Refusal> {
    if uri.is_empty() {
        return Ok(None);
    }
    redirect_uri::check(Platform::Web, uri).map_err(|_| &codes::LOGOUT_ADDRESS_UNFIT)?;
    Ok(Some(uri.to_owned()))
}

fn parse_name(text: &str) -> Result<String, Refusal> {
    names::parse_display_name(text).map_err(|_| Refusal::new(&codes::APPLICATION_NAME_UNFIT))
}

fn parse_description(text: &str) -> Result<String, Refusal> {
    let fits = text.chars().count() <= MAX_DESCRIPTION && !text.contains('\0');
    fits.then(|| text.to_owned())
        .ok_or_else(|| Refusal::new(&codes::APPLICATION_NAME_UNFIT))
}

fn describe(identity: &Identity, actor: Actor<'_>, application: &Application) -> Entry {
    let mut entry = actor.entry(identity);
    entry
        .say("application", application.display_name.as_str())
        .say("appId", application.app_id.to_string());
    entry
}

/// What stands against changing an application: it is privileged when its service principal holds a directory role or
/// a permission of tier 0, in its own name or in that of people.
pub(crate) async fn find_target(identity: &Identity, app_id: Id) -> Result<Target, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let Some(principal) = store.find_principal_by_app(tenant, app_id).await? else {
        return Ok(Target::Plain);
    };
    find_target_of_principal(identity, principal.object_id).await
}

pub(crate) async fn find_target_of_principal(
    identity: &Identity,
    principal: Id,
) -> Result<Target, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    if !store.list_roles(tenant, principal).await?.is_empty() {
        return Ok(Target::Privileged);
    }
    let roles = store.list_app_roles(tenant, principal).await?;
    let grants = store.list_grants_of_client(tenant, principal).await?;
    if grants.len() >= GRANTS_READ {
        // There may be more than were read.
        return Ok(Target::Privileged);
    }
    // A permission that we don't know may be anything. What is of another API is none here, whatever it is called.
    let raises = |found: Option<Permission>| found.is_none_or(Permission::is_tier_zero);
    let by_role = roles
        .iter()
        .filter(|role| role.resource_app_id == OWN_API)
        .any(|role| raises(Permission::find_application(role.app_role_id)));
    let by_grant = grants
        .iter()
        .filter(|grant| grant.resource_app_id == Some(OWN_API))
        .flat_map(|grant| grant.scope.split_whitespace())
        .any(|name| raises(Permission::parse(name)));
    Ok(if by_role || by_grant {
        Target::Privileged
    } else {
        Target::Plain
    })
}

pub(crate) async fn find_active(identity: &Identity, object: Id) -> Result<Application, Refusal> {
    let found = find_any(identity, object).await?;
    take_active(found)
}

async fn find_any(identity: &Identity, object: Id) -> Result<Option<Application>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    Ok(store.find_application(tenant, object).await?)
}

fn take_active(found: Option<Application>) -> Result<Application, Refusal> {
    found
        .filter(|application| !application.deleted)
        .ok_or_else(|| Refusal::new(&codes::APPLICATION_MISSING))
}

fn take_deleted(found: Option<Application>) -> Result<Application, Refusal> {
    found
        .filter(|application| application.deleted)
        .ok_or_else(|| Refusal::new(&codes::APPLICATION_MISSING))
}

/// Nobody is deleting it for good.
fn take_restorable(found: Option<Application>) -> Result<Application, Refusal> {
    take_deleted(found.filter(|application| application.deleted_at != Some(ERASING)))
}

pub(crate) async fn may_read(identity: &Identity, actor: Actor<'_>) -> Result<(), Refusal> {
    access::check(identity, actor, Operation::ReadApplications, None)
        .await
        .map(drop)
}

async fn view(identity: &Identity, application: Application) -> Result<ApplicationView, Refusal> {
    let stored = identity
        .0
        .store
        .list_application_credentials(identity.0.tenant_id, application.object_id)
        .await?;
    let (secrets, keys) = credentials::derive_views(&stored);
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let protected_origins = store
        .list_protected_origins(tenant, application.object_id)
        .await?;
    let logo_id = store.find_logo_id(tenant, application.object_id).await?;
    Ok(ApplicationView {
        object_id: application.object_id,
        app_id: application.app_id,
        display_name: application.display_name,
        description: application.description,
        redirect_uris: read_redirect_uris(&application.redirect_uris),
        home_uri: application.home_uri,
        device_flow: application.device_flow,
        token_settings: TokenSettings::read(&application.token_settings)?,
        back_channel_logout_uri: application.back_channel_logout_uri,
        back_channel_logout_session_required: application.back_channel_logout_session_required,
        protected_origins,
        logo_id,
        api: Api::read(application.api.as_deref())?,
        secrets,
        keys,
        created_at: application.created_at,
        deleted_at: application.deleted_at,
        record_version: application.record_version,
    })
}

/// At most `top` (and 999) applications whose object id comes after `after`, in the order of object ids.
pub async fn list(
    identity: &Identity,
    actor: Actor<'_>,
    after: Option<Id>,
    top: u32,
) -> Result<Vec<ApplicationView>, Refusal> {
    list_of(identity, actor, false, after, top).await
}

/// The same of those that were deleted and can be restored.
pub async fn list_deleted(
    identity: &Identity,
    actor: Actor<'_>,
    after: Option<Id>,
    top: u32,
) -> Result<Vec<ApplicationView>, Refusal> {
    list_of(identity, actor, true, after, top).await
}

async fn list_of(
    identity: &Identity,
    actor: Actor<'_>,
    deleted: bool,
    after: Option<Id>,
    top: u32,
) -> Result<Vec<ApplicationView>, Refusal> {
    may_read(identity, actor).await?;
    let found = identity
        .0
        .store
        .list_applications(
            identity.0.tenant_id,
            deleted,
            after.unwrap_or(Id([0; 16])),
            i64::from(top.min(999)),
        )
        .await?;
    let mut views = Vec::with_capacity(found.len());
    for application in found {
        views.push(view(identity, application).await?);
    }
    Ok(views)
}

/// How many there are, deleted ones left out.
pub async fn count(identity: &Identity, actor: Actor<'_>) -> Result<i64, Refusal> {
    may_read(identity, actor).await?;
    let store = &identity.0.store;
    Ok(store
        .count_applications(identity.0.tenant_id, false)
        .await?)
}

/// By object id.
pub async fn find(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
) -> Result<ApplicationView, Refusal> {
    may_read(identity, actor).await?;
    view(identity, find_active(identity, object).await?).await
}

/// A deleted one by object id.
pub async fn find_deleted(
    identity: &Identity,
    actor: Actor<'_>,
    object: Id,
) -> Result<ApplicationView, Refusal> {
    may_read(identity, actor).await?;
    let found = find_any(identity, object).await?;
    view(identity, take_deleted(found)?).await
}

/// By `client_id`.
pub async fn find_by_app(
    identity: &Identity,
    actor: Actor<'_>,
    app_id: Id,
) -> Result<ApplicationView, Refusal> {
    may_read(identity, actor).await?;
    let found = identity
        .0
        .store
        .find_application_by_app(identity.0.tenant_id, app_id)
        .await?;
    let found = found
        .filter(|application| !application.deleted)
        .ok_or(&codes::APPLICATION_MISSING)?;
    view(identity, found).await
}
