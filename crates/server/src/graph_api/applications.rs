//! `/applications`: registrations, their secrets and keys.

use axum::http::StatusCode;
use axum::response::Response;
use graph::body::{self, Fields};
use graph::kind::Bytes;
use graph::project::Selection;
use graph::resources::collections::APPLICATIONS;
use graph::resources::{
    Application, InformationalUrl, KeyCredential, NewKey, NewPassword, PasswordCredential,
    PublicClientApplication, RemovedCredential, SpaApplication, WebApplication,
};
use graph::{Guid, Mark, Problem, Time, envelope};
use identity::applications::{
    self, ApplicationChange, ApplicationView, CredentialKind, CredentialView, RedirectUri,
};
use identity::{Id, Refusal, codes};
use oidc::redirect_uri::Platform;
use serde_json::Value;

use super::answer::{Outcome, done, json, number, object, picture};
use super::application_api::{derive_api, read_scopes};
use super::application_tokens::{derive_role, derive_tokens, read_tokens};
use super::call::Call;
use super::fault::Fault;
use super::listing::place_of_id;
use crate::pages;

const SESSION_REQUIRED: &str = "@claviger.backChannelLogoutSessionRequired";

fn derive_secret(view: &CredentialView) -> PasswordCredential {
    PasswordCredential {
        display_name: Some(view.display_name.clone()),
        end_date_time: Some(Time(view.expires_at)),
        hint: Some(view.hint.clone()),
        key_id: Some(Guid(view.key_id.0)),
        start_date_time: Some(Time(view.starts_at)),
        ..PasswordCredential::default()
    }
}

fn derive_key(view: &CredentialView) -> KeyCredential {
    KeyCredential {
        // The thumbprint (RFC 7638), by which a client finds its key again.
        custom_key_identifier: graph::bytes::decode(&view.hint).map(Bytes),
        display_name: Some(view.display_name.clone()),
        end_date_time: Some(Time(view.expires_at)),
        key: view.jwk.as_ref().map(|jwk| Bytes(jwk.clone().into_bytes())),
        key_id: Some(Guid(view.key_id.0)),
        start_date_time: Some(Time(view.starts_at)),
        of: Some("JsonWebKey".to_owned()),
        usage: Some("Verify".to_owned()),
    }
}

/// With addresses of ours below `origin`.
pub(super) fn derive_application(view: &ApplicationView, origin: &str) -> Application {
    let of = |platform| {
        let uris = view.redirect_uris.iter();
        uris.filter(|uri| uri.platform == platform)
            .map(|uri| uri.uri.clone())
            .collect()
    };
    Application {
        id: Guid(view.object_id.0),
        deleted_date_time: view.deleted_at.map(Time),
        api: Some(derive_api(&view.api)),
        app_id: Some(view.app_id.to_string()),
        app_roles: view.token_settings.roles.iter().map(derive_role).collect(),
        back_channel_logout_session_required: Some(view.back_channel_logout_session_required),
        back_channel_logout_uri: view.back_channel_logout_uri.clone(),
        created_date_time: Some(Time(view.created_at)),
        description: Some(view.description.clone()).filter(|text| !text.is_empty()),
        display_name: Some(view.display_name.clone()),
        identifier_uris: view.api.identifier_uris.clone(),
        is_device_only_auth_supported: Some(view.device_flow),
        info: Some(InformationalUrl {
            logo_url: view
                .logo_id
                .map(|logo| format!("{origin}{}", pages::write_logo_path(logo))),
        }),
        key_credentials: view.keys.iter().map(derive_key).collect(),
        password_credentials: view.secrets.iter().map(derive_secret).collect(),
        protected_origins: view.protected_origins.clone(),
        public_client: Some(PublicClientApplication {
            redirect_uris: of(Platform::Native),
        }),
        sign_in_audience: Some("AzureADMyOrg".to_owned()),
        spa: Some(SpaApplication {
            redirect_uris: of(Platform::SinglePage),
        }),
        tokens: Some(derive_tokens(&view.token_settings)),
        web: Some(WebApplication {
            home_page_url: view.home_uri.clone(),
            redirect_uris: of(Platform::Web),
        }),
    }
}

/// `applications/{id}`, or by `appId` where the pattern says so.
async fn find(call: &Call) -> Result<ApplicationView, Fault> {
    let (identity, key) = (&call.state.identity, call.key(0));
    let id = call.id(0)?;
    let found = if call.endpoint.pattern.starts_with("applications(appId)") {
        applications::find_by_app(identity, call.actor(), id).await
    } else {
        applications::find(identity, call.actor(), id).await
    };
    found.map_err(|refusal| call.or_missing(refusal.into(), key))
}

fn answer(call: &Call, view: &ApplicationView, selection: &Selection) -> Outcome {
    let version = Some(view.record_version);
    let application = derive_application(view, &call.state.origin);
    call.entity(
        &application,
        &Application::TYPE,
        selection,
        "applications",
        version,
    )
}

/// How many records a page looks at, where a filter keeps few of them.
const SCAN: usize = 2_000;

pub(super) async fn list(call: Call) -> Outcome {
    let options = call.options(&APPLICATIONS)?;
    if options.order.is_some() {
        return Err(Problem::Unsupported("Applications can't be sorted.".to_owned()).into());
    }
    let mut after = call.id_place(&options)?;
    let (mut values, mut scanned, top) = (Vec::new(), 0, options.top as usize);
    let identity = &call.state.identity;
    let next = loop {
        let batch = applications::list(identity, call.actor(), after, 500).await?;
        scanned += batch.len();
        let ended = batch.len() < 500;
        let mut full = false;
        for view in batch {
            let whole = Value::Object(object(&derive_application(&view, &call.state.origin))?);
            if options
                .filter
                .as_ref()
                .is_none_or(|filter| filter.holds(&whole))
            {
                if values.len() == top {
                    full = true;
                    break;
                }
                let cut = call.cut(&whole, &Application::TYPE, &options.select)?;
                values.push(Value::Object(cut));
            }
            after = Some(view.object_id);
        }
        if full || (!ended && scanned >= SCAN) {
            break after;
        }
        if ended {
            break None;
        }
    };
    let count = if options.count {
        Some(count_fitting(&call, &options).await?)
    } else {
        None
    };
    call.page(
        &options,
        "applications",
        values,
        count,
        next.map(place_of_id),
    )
}

async fn count_fitting(call: &Call, options: &graph::odata::Options) -> Result<u64, Fault> {
    let identity = &call.state.identity;
    let Some(filter) = &options.filter else {
        let count = applications::count(identity, call.actor()).await?;
        return Ok(u64::try_from(count).unwrap_or_default());
    };
    let (mut count, mut after) = (0, None);
    loop {
        let batch = applications::list(identity, call.actor(), after, 500).await?;
        for view in &batch {
            let whole = Value::Object(object(&derive_application(view, &call.state.origin))?);
            count += u64::from(filter.holds(&whole));
        }
        match batch.last() {
            Some(last) if batch.len() == 500 => after = Some(last.object_id),
            _ => return Ok(count),
        }
    }
}

pub(super) async fn count(call: Call) -> Outcome {
    let options = call.options(&APPLICATIONS)?;
    Ok(number(count_fitting(&call, &options).await?))
}

pub(super) async fn read(call: Call) -> Outcome {
    let selection = call.selection(&Application::TYPE)?;
    let found = find(&call).await?;
    answer(&call, &found, &selection)
}

fn read_addresses(fields: &Fields) -> Option<Vec<RedirectUri>> {
    let platforms = [
        ("web", Platform::Web),
        ("spa", Platform::SinglePage),
        ("publicClient", Platform::Native),
    ];
    let mut uris = Vec::new();
    let mut there = false;
    for (name, platform) in platforms {
        if let Some(given) = find_addresses(fields, name) {
            there = true;
            uris.extend(given.into_iter().map(|uri| RedirectUri { platform, uri }));
        }
    }
    there.then_some(uris)
}

/// What a body says of the addresses of one platform; `null` for the platform takes them away.
fn find_addresses(fields: &Fields, platform: &str) -> Option<Vec<String>> {
    match fields.value(platform)? {
        Value::Null => Some(Vec::new()),
        _ => fields.object(platform)?.texts("redirectUris"),
    }
}

/// Where people open it; `null` takes it away.
fn read_home(fields: &Fields) -> Option<String> {
    let home = fields
        .object("web")?
        .text("homePageUrl")?
        .map(str::to_owned);
    Some(home.unwrap_or_default())
}

/// Where it is told that a session is over; `null` takes it away.
fn read_logout_address(fields: &Fields) -> Option<String> {
    let address = fields.text("@claviger.backChannelLogoutUri")?;
    Some(address.unwrap_or_default().to_owned())
}

fn check_audience(fields: &Fields) -> Result<(), Fault> {
    match fields.text("signInAudience").flatten() {
        None | Some("AzureADMyOrg") => Ok(()),
        Some(_) => Err(Problem::WrongType {
            property: "signInAudience".to_owned(),
            expected: "AzureADMyOrg, the one audience there is".to_owned(),
        }
        .into()),
    }
}

pub(super) async fn create(call: Call) -> Outcome {
    let fields = call.body(&Application::TYPE, Mark::Create)?;
    fields.allow_binds(&[], &Application::TYPE)?;
    check_audience(&fields)?;
    let change = ApplicationChange {
        display_name: Some(fields.require_text("displayName")?.to_owned()),
        description: fields.text("description").flatten().map(str::to_owned),
        redirect_uris: read_addresses(&fields),
        home_uri: read_home(&fields),
        device_flow: fields.truth("isDeviceOnlyAuthSupported"),
        token_settings: read_tokens(&fields, None)?,
        back_channel_logout_uri: read_logout_address(&fields),
        back_channel_logout_session_required: fields.truth(SESSION_REQUIRED),
        protected_origins: fields.texts("@claviger.protectedOrigins"),
        identifier_uris: fields.texts("identifierUris"),
        api_scopes: read_scopes(&fields)?,
        record_version: None,
    };
    let view = applications::add(&call.state.identity, call.actor(), &change).await?;
    let response = answer(&call, &view, &Selection::Default)?;
    Ok(call.created(response, &view.object_id.to_string()))
}

pub(super) async fn update(call: Call) -> Outcome {
    let fields = call.body(&Application::TYPE, Mark::Update)?;
    fields.allow_binds(&[], &Application::TYPE)?;
    check_audience(&fields)?;
    let found = find(&call).await?;
    // A platform that the body doesn't name keeps its addresses.
    let redirect_uris = read_addresses(&fields).map(|mut uris| {
        let named = |platform| {
            let name = match platform {
                Platform::Web => "web",
                Platform::SinglePage => "spa",
                Platform::Native => "publicClient",
            };
            find_addresses(&fields, name).is_some()
        };
        let kept = found
            .redirect_uris
            .iter()
            .filter(|uri| !named(uri.platform));
        uris.extend(kept.cloned());
        uris
    });
    // Addresses that were read and are written back must still be those.
    let token_settings = read_tokens(&fields, Some(&found.token_settings))?;
    let is_read = redirect_uris.is_some() || token_settings.is_some();
    let read = is_read.then_some(found.record_version);
    let change = ApplicationChange {
        display_name: fields.text("displayName").flatten().map(str::to_owned),
        description: fields
            .text("description")
            .map(|text| text.unwrap_or_default().to_owned()),
        redirect_uris,
        home_uri: read_home(&fields),
        device_flow: fields.truth("isDeviceOnlyAuthSupported"),
        token_settings,
        back_channel_logout_uri: read_logout_address(&fields),
        back_channel_logout_session_required: fields.truth(SESSION_REQUIRED),
        protected_origins: fields.texts("@claviger.protectedOrigins"),
        identifier_uris: fields.texts("identifierUris"),
        api_scopes: read_scopes(&fields)?,
        record_version: call.expected_version()?.or(read),
    };
    applications::change(&call.state.identity, call.actor(), found.object_id, &change).await?;
    Ok(done())
}

pub(super) async fn delete(call: Call) -> Outcome {
    call.without_options()?;
    let found = find(&call).await?;
    let (expected, identity) = (call.expected_version()?, &call.state.identity);
    applications::delete(identity, call.actor(), found.object_id, expected).await?;
    Ok(done())
}

/// The one answer that holds a secret: past mistake 48.
pub(super) async fn add_password(call: Call) -> Outcome {
    let found = find(&call).await?;
    let fields = call.body(&NewPassword::TYPE, Mark::Create)?;
    let inner = fields.object("passwordCredential").unwrap_or_default();
    let name = inner.text("displayName").flatten().unwrap_or("Secret");
    let until = inner.time("endDateTime").map(|time| time.0);
    let identity = &call.state.identity;
    let made =
        applications::add_secret(identity, call.actor(), found.object_id, name, until).await?;
    let credential = PasswordCredential {
        secret_text: Some(made.secret),
        ..derive_secret(&made.view)
    };
    answer_made(&call, &credential, "passwordCredential")
}

fn answer_made(call: &Call, credential: &impl serde::Serialize, name: &str) -> Outcome {
    let context = call.context(&format!("microsoft.graph.{name}"));
    let whole = object(credential)?;
    Ok(json(StatusCode::OK, &envelope::wrap_entity(context, whole)))
}

pub(super) async fn remove_password(call: Call) -> Outcome {
    let found = find(&call).await?;
    let fields = call.body(&RemovedCredential::TYPE, Mark::Create)?;
    let key = fields.guid("keyId").ok_or(Problem::Missing("keyId"))?;
    remove(&call, found.object_id, CredentialKind::Secret, Id(key.0)).await
}

async fn remove(call: &Call, object: Id, kind: CredentialKind, key: Id) -> Result<Response, Fault> {
    let (identity, actor) = (&call.state.identity, call.actor());
    applications::remove_credential(identity, actor, object, Some(kind), key).await?;
    Ok(done())
}

/// Ours: Graph's `addKey` asks for a proof by a key that is there already, and so can't give the first.
pub(super) async fn add_key(call: Call) -> Outcome {
    let found = find(&call).await?;
    let fields = body::read(call.bytes(), &NewKey::TYPE, Mark::Create)?;
    call.without_options()?;
    let key = fields.require_text("key")?;
    let name = fields.text("displayName").flatten().unwrap_or("Key");
    let until = fields.time("endDateTime").map(|time| time.0);
    let identity = &call.state.identity;
    let object = found.object_id;
    let view =
        applications::add_key(identity, call.actor(), object, name, key.as_bytes(), until).await?;
    let response = answer_made(&call, &derive_key(&view), "keyCredential")?;
    Ok(call.created(response, &view.key_id.to_string()))
}

/// Whether the application is missing or only its logo.
fn no_logo(call: &Call, refusal: Refusal, key: &str) -> Fault {
    match refusal.code {
        code if code == &codes::LOGO_MISSING => refusal.into(),
        _ => call.or_missing(refusal.into(), key),
    }
}

pub(super) async fn read_logo(call: Call) -> Outcome {
    call.without_options()?;
    let (identity, key, id) = (&call.state.identity, call.key(0), call.id(0)?);
    let found = applications::find_logo(identity, call.actor(), id).await;
    Ok(picture(
        found.map_err(|refusal| no_logo(&call, refusal, key))?,
    ))
}

pub(super) async fn put_logo(call: Call) -> Outcome {
    call.without_options()?;
    let (identity, key, id) = (&call.state.identity, call.key(0), call.id(0)?);
    let make = || pages::make_logo(call.bytes());
    let put = applications::put_logo(identity, call.actor(), id, make).await;
    put.map_err(|refusal| call.or_missing(refusal.into(), key))?;
    Ok(done())
}

pub(super) async fn remove_logo(call: Call) -> Outcome {
    call.without_options()?;
    let (identity, key, id) = (&call.state.identity, call.key(0), call.id(0)?);
    let removed = applications::remove_logo(identity, call.actor(), id).await;
    removed.map_err(|refusal| no_logo(&call, refusal, key))?;
    Ok(done())
}

pub(super) async fn remove_key(call: Call) -> Outcome {
    call.without_options()?;
    let found = find(&call).await?;
    let key = call.id(1)?;
    remove(&call, found.object_id, CredentialKind::Key, key).await
}
