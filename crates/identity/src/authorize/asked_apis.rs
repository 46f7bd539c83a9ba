//! What a request asks of applications' own APIs (RFC 8707): whether it was granted, what people read, and what they consent to.

use oidc::{ErrorKind, OAuthError};
use store::{Client, Id, PermissionGrant, Unit};

use super::{Asked, Checked, list_granted};
use crate::applications::{ApiScope, OWN_API, find_own_api, write_scope};
use crate::permissions::Permission;
use crate::resources::{self, Granted, Held, Target, sort, tell, write_scopes};
use crate::{Identity, Refusal};

/// An API, as the consent page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentApi {
    pub name: String,
    pub scopes: Vec<ConsentScope>,
}

/// In the words of whoever runs the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentScope {
    pub name: String,
    /// May be empty.
    pub description: String,
}

impl ConsentScope {
    pub(crate) fn of(scope: &ApiScope) -> ConsentScope {
        ConsentScope {
            name: scope.name_for_people().to_owned(),
            description: scope.description_for_people().to_owned(),
        }
    }
}

pub(crate) fn show_api(target: &Target) -> ConsentApi {
    ConsentApi {
        name: target.resource.name.clone(),
        scopes: target.scopes().map(ConsentScope::of).collect(),
    }
}

impl Asked {
    /// The second half of reading a request; nothing is asked where it names no API.
    pub(super) async fn find_apis(
        &mut self,
        identity: &Identity,
    ) -> Result<Result<(), OAuthError>, Refusal> {
        let request = &self.request;
        let words = sort(identity, &request.scopes, !request.resources.is_empty());
        match resources::resolve(identity, &request.resources, &words).await {
            Ok(apis) => {
                self.apis = apis;
                Ok(Ok(()))
            }
            Err(refusal) => tell(refusal).map(Err),
        }
    }

    /// Whether anything of it is no person's to consent to.
    pub(super) fn may_need_administrator(&self) -> bool {
        let mut apis = self.apis.iter();
        self.named.iter().any(|it| !it.is_low())
            || apis.any(|api| api.scopes().any(|scope| !scope.is_for_people))
    }

    /// Whether anything of it is an administrator's to grant, and was not granted.
    pub(super) fn needs_administrator(&self, granted: &Granted) -> bool {
        let of_ours = self
            .named
            .iter()
            .any(|it| !it.is_low() && !granted.permissions.contains(it));
        of_ours
            || self
                .apis
                .iter()
                .any(|api| list_missing(api, granted).any(|scope| !scope.is_for_people))
    }
}

fn list_missing<'a>(target: &'a Target, granted: &Granted) -> impl Iterator<Item = &'a ApiScope> {
    let held: Vec<String> = granted
        .at(&target.resource)
        .into_iter()
        .map(str::to_owned)
        .collect();
    target
        .scopes()
        .filter(move |scope| !held.contains(&scope.value))
}

/// What of the APIs can be given at once.
pub(super) struct Judged {
    pub(super) held: Vec<Held>,
    pub(super) needs_consent: bool,
}

/// What was granted at the APIs that are asked for, and whether the person may have tokens for them.
pub(super) async fn judge(
    identity: &Identity,
    checked: &Checked,
    granted: &Granted,
    person: Id,
) -> Result<Result<Judged, OAuthError>, Refusal> {
    let mut judged = Judged {
        held: Vec::new(),
        needs_consent: false,
    };
    for target in &checked.asked.apis {
        if !target.resource.is_open_to(identity, person).await? {
            return Ok(Err(OAuthError::new(
                ErrorKind::AccessDenied,
                "the person is not assigned to the API",
            )));
        }
        let mut missing = list_missing(target, granted).peekable();
        let is_missing = missing.peek().is_some();
        if missing.any(|scope| !scope.is_for_people) {
            return Ok(Err(OAuthError::new(
                ErrorKind::ConsentRequired,
                "an administrator must grant what is asked for",
            )));
        }
        let values = target.derive_values(granted);
        if values.is_empty() && !is_missing {
            let refusal = Refusal::new(&crate::codes::RESOURCE_NOT_GRANTED);
            return tell(refusal).map(Err);
        }
        judged.needs_consent |= is_missing;
        judged.held.push((target.resource.uri.clone(), values));
    }
    Ok(Ok(judged))
}

/// Puts into the unit that the person lets the application do this, besides what they let it do already; gives the whole, as
/// the record shows it.
pub(crate) async fn add_grants(
    identity: &Identity,
    unit: &mut Unit,
    (client, person): (&Client, Id),
    permissions: &[Permission],
    apis: &[Target],
) -> Result<String, Refusal> {
    let granted = list_granted(identity, client, person).await?;
    let put = Put {
        identity,
        client,
        person,
    };
    let own = granted.own(OWN_API);
    let mut all: Vec<Permission> = own
        .iter()
        .flat_map(|grant| grant.scope.split(' '))
        .filter_map(Permission::parse)
        .collect();
    for permission in permissions.iter().filter(|it| it.is_low()) {
        if !all.contains(permission) {
            all.push(*permission);
        }
    }
    let scope = write_scope(&all);
    if !all.is_empty() {
        let resource = find_own_api(identity).await?;
        put.grant(unit, resource, own, &scope);
    }
    let mut said = vec![scope];
    for target in apis {
        let own = granted.own(target.resource.app_id);
        let mut all: Vec<String> = own
            .iter()
            .flat_map(|grant| grant.scope.split_whitespace())
            .map(str::to_owned)
            .collect();
        for scope in target.scopes().filter(|it| it.is_for_people) {
            if !all.contains(&scope.value) {
                all.push(scope.value.clone());
            }
        }
        if !all.is_empty() {
            put.grant(unit, target.resource.principal_id, own, &all.join(" "));
            said.extend(write_scopes(&target.resource.uri, &all));
        }
    }
    said.retain(|words| !words.is_empty());
    Ok(said.join(" "))
}

struct Put<'a> {
    identity: &'a Identity,
    client: &'a Client,
    person: Id,
}

impl Put<'_> {
    fn grant(&self, unit: &mut Unit, resource: Id, own: Option<&PermissionGrant>, scope: &str) {
        let (tenant, ambient) = (self.identity.0.tenant_id, &self.identity.0.ambient);
        match own {
            Some(own) => {
                unit.update_permission_grant(tenant, own.grant_id, scope, &own.scope);
            }
            None => {
                unit.insert_permission_grant(
                    tenant,
                    &PermissionGrant {
                        grant_id: ambient.make_id(),
                        client_id: self.client.principal_id,
                        resource_id: resource,
                        person_id: self.person,
                        scope: scope.to_owned(),
                        created_at: ambient.now(),
                        resource_app_id: None,
                    },
                );
            }
        }
    }
}
