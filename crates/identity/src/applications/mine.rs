//! A person's own view: the applications that they can open, and what they let applications do in their name.

pub use store::OpenApplication;
use store::{Guard, Id, Log, Unit, WriteError};

use super::{Api, OWN_API};
use crate::audit::{self, Entry};
use crate::authorize::{ConsentApi, ConsentScope};
use crate::permissions::Permission;
use crate::sign_in::limit_person;
use crate::tenant::refuse_write;
use crate::{Caller, HOUR, Identity, Micros, Refusal, Session, codes};

/// For so long after its issue a code may have something to show for it, with room for clocks that differ.
const TOKENS_LIVE: Micros = HOUR;

/// What somebody let an application do in their name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnConsent {
    pub grant_id: Id,
    pub application: String,
    pub permissions: Vec<Permission>,
    /// The same of another application's API, which then stands alone.
    pub api: Option<ConsentApi>,
    pub created_at: Micros,
}

/// At most 200 applications that the person of this session can open, by name.
pub async fn list_open(
    identity: &Identity,
    session: &Session,
) -> Result<Vec<OpenApplication>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.list_applications_open_to(tenant, session.person_id);
    Ok(found.await?)
}

/// At most 200 of what the person of this session consented to, newest first.
pub async fn list_consents(
    identity: &Identity,
    session: &Session,
) -> Result<Vec<OwnConsent>, Refusal> {
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.list_consents(tenant, session.person_id).await?;
    Ok(found.into_iter().map(show).collect())
}

fn show(found: store::OwnConsent) -> OwnConsent {
    let words = found.scope.split_whitespace();
    let (permissions, api) = match found.resource_app_id == OWN_API {
        true => (words.filter_map(Permission::parse).collect(), None),
        false => {
            let known = Api::read(found.resource_api.as_deref()).unwrap_or_default();
            let name = |word: &str| match known.scopes.iter().find(|it| it.value == word) {
                Some(scope) => ConsentScope::of(scope),
                // Gone from the API, not from what was allowed.
                None => ConsentScope {
                    name: word.to_owned(),
                    description: String::new(),
                },
            };
            let api = ConsentApi {
                name: found.resource_name.clone(),
                scopes: words.map(name).collect(),
            };
            (Vec::new(), Some(api))
        }
    };
    OwnConsent {
        grant_id: found.grant_id,
        application: found.display_name,
        permissions,
        api,
        created_at: found.created_at,
    }
}

/// Takes back what this person consented to for an application. All that came of it ends: access at our API at once,
/// and every renewal.
///
/// # Errors
/// [`codes::GRANT_MISSING`], also for somebody else's.
pub async fn withdraw(
    identity: &Identity,
    caller: &Caller,
    session: &Session,
    grant: Id,
) -> Result<(), Refusal> {
    limit_person(identity, session)?;
    let (store, tenant) = (&identity.0.store, identity.0.tenant_id);
    let found = store.list_consents(tenant, session.person_id).await?;
    let found = found
        .into_iter()
        .find(|it| it.grant_id == grant)
        .ok_or(&codes::GRANT_MISSING)?;
    let now = identity.0.ambient.now();
    let mut unit = Unit::new();
    unit.require_session(tenant, session.person_id, session.session_id);
    unit.delete_permission_grant(tenant, grant);
    let whose = (session.person_id, found.client_id);
    unit.end_access(tenant, whose, now, now - TOKENS_LIVE);
    let mut entry = Entry::of(caller, identity.0.ambient.make_id());
    entry
        .confide("actor", session.user_name.as_str())
        .say("application", found.display_name.as_str())
        .say("before", found.scope.as_str());
    let about = (Some(session.person_id), Some(found.client_id.0.as_slice()));
    let activity = "permission.withdrawn";
    match audit::commit(identity, unit, Log::Audit, activity, about, entry).await {
        Ok(_) => Ok(()),
        Err(WriteError::Refused(Guard::Missing)) => Err(Refusal::new(&codes::GRANT_MISSING)),
        Err(error) => Err(refuse_write(error)),
    }
}
