//! `/servicePrincipals`, `/oauth2PermissionGrants`: what applications may do.

use graph::project::Selection;
use graph::resources::collections::{APP_ROLE_ASSIGNMENTS, PERMISSION_GRANTS, SERVICE_PRINCIPALS};
use graph::resources::{
    AppRole, AppRoleAssignment, OAuth2PermissionGrant, PermissionScope, ServicePrincipal,
};
use graph::{Guid, Mark, Problem, Time};
use identity::applications::{
    self, Assignment, Consent, GrantView, PrincipalChange, PrincipalView,
};
use identity::permissions::Permission;
use identity::{Id, PrincipalKind};
use serde_json::Value;

use super::answer::{Outcome, done, number, object};
use super::application_api::derive_scope;
use super::application_tokens::derive_role;
use super::call::Call;
use super::fault::Fault;
use super::listing::place_of_id;

/// What our own API lets applications do.
fn derive_app_roles() -> Vec<AppRole> {
    let roles = Permission::ALL.iter().filter_map(|permission| {
        Some(AppRole {
            allowed_member_types: vec!["Application".to_owned()],
            description: Some(permission.name().to_owned()),
            display_name: Some(permission.name().to_owned()),
            id: Guid(permission.application_id()?.0),
            is_enabled: true,
            origin: Some("Application".to_owned()),
            value: Some(permission.name().to_owned()),
        })
    });
    roles.collect()
}

fn derive_scopes() -> Vec<PermissionScope> {
    let scopes = Permission::ALL.iter().filter_map(|permission| {
        Some(PermissionScope {
            admin_consent_description: Some(permission.name().to_owned()),
            admin_consent_display_name: Some(permission.name().to_owned()),
            id: Guid(permission.delegated_id()?.0),
            is_enabled: true,
            of: Some(if permission.is_low() { "User" } else { "Admin" }.to_owned()),
            value: Some(permission.name().to_owned()),
            ..PermissionScope::default()
        })
    });
    scopes.collect()
}

pub(super) fn derive_principal(call: &Call, view: &PrincipalView) -> ServicePrincipal {
    let tenant = call.state.identity.tenant_id();
    ServicePrincipal {
        id: Guid(view.object_id.0),
        account_enabled: Some(view.enabled),
        app_display_name: Some(view.display_name.clone()),
        app_id: Some(view.app_id.to_string()),
        app_owner_organization_id: Some(Guid(tenant.0)),
        app_role_assignment_required: view.assignment_required,
        app_roles: if view.is_own_api {
            derive_app_roles()
        } else {
            view.roles.iter().map(derive_role).collect()
        },
        display_name: Some(view.display_name.clone()),
        oauth2_permission_scopes: if view.is_own_api {
            derive_scopes()
        } else {
            view.api.scopes.iter().map(derive_scope).collect()
        },
        service_principal_names: std::iter::once(view.app_id.to_string())
            .chain(view.api.identifier_uris.iter().cloned())
            .collect(),
        service_principal_type: Some("Application".to_owned()),
        sign_in_audience: Some("AzureADMyOrg".to_owned()),
        ..ServicePrincipal::default()
    }
}

async fn find(call: &Call) -> Result<PrincipalView, Fault> {
    let (identity, key) = (&call.state.identity, call.key(0));
    let id = call.id(0)?;
    let found = if call
        .endpoint
        .pattern
        .starts_with("servicePrincipals(appId)")
    {
        applications::find_principal_by_app(identity, call.actor(), id).await
    } else {
        applications::find_principal(identity, call.actor(), id).await
    };
    found.map_err(|refusal| call.or_missing(refusal.into(), key))
}

fn answer(call: &Call, view: &PrincipalView, selection: &Selection) -> Outcome {
    let of = &ServicePrincipal::TYPE;
    let principal = derive_principal(call, view);
    call.entity(
        &principal,
        of,
        selection,
        "servicePrincipals",
        Some(view.record_version),
    )
}

/// Everything that fits, in the order of ids: an organisation has some hundreds of them.
async fn list_fitting(
    call: &Call,
    options: &graph::odata::Options,
    mut after: Option<Id>,
    most: usize,
) -> Result<(Vec<Value>, Option<Id>), Fault> {
    let identity = &call.state.identity;
    let mut values = Vec::new();
    loop {
        let batch = applications::list_principals(identity, call.actor(), after, 500).await?;
        let ended = batch.len() < 500;
        for view in batch {
            let whole = Value::Object(object(&derive_principal(call, &view))?);
            if options
                .filter
                .as_ref()
                .is_none_or(|filter| filter.holds(&whole))
            {
                if values.len() == most {
                    return Ok((values, after));
                }
                let cut = call.cut(&whole, &ServicePrincipal::TYPE, &options.select)?;
                values.push(Value::Object(cut));
            }
            after = Some(view.object_id);
        }
        if ended {
            return Ok((values, None));
        }
    }
}

pub(super) async fn list(call: Call) -> Outcome {
    let options = call.options(&SERVICE_PRINCIPALS)?;
    let after = call.id_place(&options)?;
    let (values, next) = list_fitting(&call, &options, after, options.top as usize).await?;
    let count = match options.count {
        true => Some(count_fitting(&call, &options).await?),
        false => None,
    };
    call.page(
        &options,
        "servicePrincipals",
        values,
        count,
        next.map(place_of_id),
    )
}

async fn count_fitting(call: &Call, options: &graph::odata::Options) -> Result<u64, Fault> {
    let (all, _) = list_fitting(call, options, None, usize::MAX).await?;
    Ok(all.len() as u64)
}

pub(super) async fn count(call: Call) -> Outcome {
    let options = call.options(&SERVICE_PRINCIPALS)?;
    Ok(number(count_fitting(&call, &options).await?))
}

pub(super) async fn read(call: Call) -> Outcome {
    let selection = call.selection(&ServicePrincipal::TYPE)?;
    let found = find(&call).await?;
    answer(&call, &found, &selection)
}

pub(super) async fn create(call: Call) -> Outcome {
    let fields = call.body(&ServicePrincipal::TYPE, Mark::Create)?;
    fields.allow_binds(&[], &ServicePrincipal::TYPE)?;
    let app_id = fields.require_text("appId")?;
    let app_id = Id::parse(app_id).ok_or_else(|| Fault::missing(app_id))?;
    let view = applications::add_principal(&call.state.identity, call.actor(), app_id).await?;
    let response = answer(&call, &view, &Selection::Default)?;
    Ok(call.created(response, &view.object_id.to_string()))
}

pub(super) async fn update(call: Call) -> Outcome {
    let fields = call.body(&ServicePrincipal::TYPE, Mark::Update)?;
    fields.allow_binds(&[], &ServicePrincipal::TYPE)?;
    let found = find(&call).await?;
    let change = PrincipalChange {
        enabled: fields.truth("accountEnabled"),
        assignment_required: fields.truth("appRoleAssignmentRequired"),
        record_version: call.expected_version()?,
    };
    let identity = &call.state.identity;
    applications::change_principal(identity, call.actor(), found.object_id, change).await?;
    Ok(done())
}

pub(super) async fn delete(call: Call) -> Outcome {
    call.without_options()?;
    let found = find(&call).await?;
    let (expected, identity) = (call.expected_version()?, &call.state.identity);
    applications::delete_principal(identity, call.actor(), found.object_id, expected).await?;
    Ok(done())
}

fn name_kind(kind: PrincipalKind) -> &'static str {
    match kind {
        PrincipalKind::Person => "User",
        PrincipalKind::Group => "Group",
        PrincipalKind::Application => "ServicePrincipal",
    }
}

fn derive_assignment(assignment: &Assignment) -> AppRoleAssignment {
    AppRoleAssignment {
        id: assignment.assignment_id.to_string(),
        app_role_id: Guid(assignment.app_role_id.0),
        created_date_time: Some(Time(assignment.created_at)),
        principal_display_name: Some(assignment.principal_name.clone()),
        principal_id: Some(Guid(assignment.principal_id.0)),
        principal_type: Some(name_kind(assignment.principal_kind).to_owned()),
        resource_display_name: Some(assignment.resource_name.clone()),
        resource_id: Some(Guid(assignment.resource_id.0)),
        ..AppRoleAssignment::default()
    }
}

fn assignment_context(call: &Call, name: &str) -> String {
    let pattern = call.endpoint.pattern;
    let set = pattern.split(['/', '(']).next().unwrap_or_default();
    format!("{set}('{}')/{name}", call.key(0).replace('\'', "''"))
}

/// The object of the address: an application by its service principal, a person, or a group.
async fn find_object(call: &Call) -> Result<Id, Fault> {
    match call.endpoint.pattern.starts_with("servicePrincipals") {
        true => find(call).await.map(|principal| principal.object_id),
        false => call.id(0),
    }
}

fn cut_assignments(
    call: &Call,
    found: &[Assignment],
    selection: &Selection,
) -> Result<Vec<Value>, Fault> {
    let of = &AppRoleAssignment::TYPE;
    let cut = |one| {
        Ok(Value::Object(call.cut(
            &derive_assignment(one),
            of,
            selection,
        )?))
    };
    found.iter().map(cut).collect()
}

pub(super) async fn list_app_roles(call: Call) -> Outcome {
    let options = call.options(&APP_ROLE_ASSIGNMENTS)?;
    let principal = find_object(&call).await?;
    let identity = &call.state.identity;
    let found = applications::list_app_roles(identity, call.actor(), principal).await;
    let mut found = found.map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    let count = found.len() as u64;
    if let Some(last) = call.id_place(&options)? {
        let begin = found.iter().position(|one| one.assignment_id == last);
        // The one that was last is gone: what came after it can't be told any more.
        let begin = begin.ok_or(&identity::codes::CURSOR_UNFIT)?;
        found.drain(..=begin);
    }
    let more = found.len() > options.top as usize;
    found.truncate(options.top as usize);
    let next = found
        .last()
        .filter(|_| more)
        .map(|last| place_of_id(last.assignment_id));
    let values = cut_assignments(&call, &found, &options.select)?;
    let context = assignment_context(&call, "appRoleAssignments");
    call.page(&options, &context, values, Some(count), next)
}

pub(super) async fn list_assigned_to(call: Call) -> Outcome {
    let options = call.options(&APP_ROLE_ASSIGNMENTS)?;
    if options.count {
        let message = "Query option '$count' is not supported here.";
        return Err(Problem::Unsupported(message.to_owned()).into());
    }
    let after = call.id_place(&options)?;
    let resource = find(&call).await?.object_id;
    let (identity, top) = (&call.state.identity, options.top);
    let found =
        applications::list_assigned_to(identity, call.actor(), resource, after, top).await?;
    let next = found
        .last()
        .filter(|_| found.len() >= top as usize)
        .map(|last| place_of_id(last.assignment_id));
    let values = cut_assignments(&call, &found, &options.select)?;
    let context = assignment_context(&call, "appRoleAssignedTo");
    call.page(&options, &context, values, None, next)
}

/// `POST .../appRoleAssignments` at the client, or `.../appRoleAssignedTo` at the resource: the same.
pub(super) async fn assign(call: Call) -> Outcome {
    let fields = call.body(&AppRoleAssignment::TYPE, Mark::Create)?;
    let id = |name: &'static str| {
        fields
            .guid(name)
            .map(|guid| Id(guid.0))
            .ok_or(Problem::Missing(name))
    };
    let (principal, resource, role) = (id("principalId")?, id("resourceId")?, id("appRoleId")?);
    let at = find_object(&call).await?;
    if at != principal && at != resource {
        return Err(Problem::WrongType {
            property: "principalId".to_owned(),
            expected: "the object of the address, or resourceId does".to_owned(),
        }
        .into());
    }
    let identity = &call.state.identity;
    let made = applications::assign(identity, call.actor(), principal, resource, role).await?;
    let response = call.entity(
        &derive_assignment(&made),
        &AppRoleAssignment::TYPE,
        &Selection::Default,
        &assignment_context(&call, "appRoleAssignments"),
        None,
    )?;
    Ok(call.created(response, &made.assignment_id.to_string()))
}

pub(super) async fn unassign(call: Call) -> Outcome {
    call.without_options()?;
    let assignment = call.id(1)?;
    let at = find_object(&call).await?;
    let identity = &call.state.identity;
    // An assignment of another object is none of this address.
    let found = applications::find_assignment(identity, call.actor(), assignment)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(1)))?;
    if at != found.principal_id && at != found.resource_id {
        return Err(Fault::missing(call.key(1)));
    }
    applications::unassign(identity, call.actor(), assignment)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(1)))?;
    Ok(done())
}

fn derive_grant(grant: &GrantView) -> OAuth2PermissionGrant {
    let (consent_type, principal_id) = match grant.consent {
        Consent::Everybody => ("AllPrincipals", None),
        Consent::Person(id) => ("Principal", Some(id.to_string())),
    };
    OAuth2PermissionGrant {
        id: grant.grant_id.to_string(),
        client_id: grant.client_id.to_string(),
        consent_type: Some(consent_type.to_owned()),
        principal_id,
        resource_id: grant.resource_id.to_string(),
        scope: Some(grant.scope.clone()),
    }
}

pub(super) async fn list_grants(call: Call) -> Outcome {
    let options = call.options(&PERMISSION_GRANTS)?;
    if options.count {
        let message = "Query option '$count' is not supported here.";
        return Err(Problem::Unsupported(message.to_owned()).into());
    }
    let after = call.id_place(&options)?;
    let (identity, top) = (&call.state.identity, options.top);
    let found = applications::list_grants(identity, call.actor(), after, top).await?;
    let next = found
        .last()
        .filter(|_| found.len() >= top as usize)
        .map(|last| place_of_id(last.grant_id));
    let of = &OAuth2PermissionGrant::TYPE;
    let values = found
        .iter()
        .map(|grant| {
            Ok(Value::Object(call.cut(
                &derive_grant(grant),
                of,
                &options.select,
            )?))
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    call.page(&options, "oauth2PermissionGrants", values, None, next)
}

fn answer_grant(call: &Call, grant: &GrantView, selection: &Selection) -> Outcome {
    let of = &OAuth2PermissionGrant::TYPE;
    call.entity(
        &derive_grant(grant),
        of,
        selection,
        "oauth2PermissionGrants",
        None,
    )
}

pub(super) async fn read_grant(call: Call) -> Outcome {
    let selection = call.selection(&OAuth2PermissionGrant::TYPE)?;
    let id = call.id(0)?;
    let found = applications::find_grant(&call.state.identity, call.actor(), id)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    answer_grant(&call, &found, &selection)
}

pub(super) async fn create_grant(call: Call) -> Outcome {
    let fields = call.body(&OAuth2PermissionGrant::TYPE, Mark::Create)?;
    let id = |name: &'static str| {
        let text = fields.require_text(name)?;
        Id::parse(text).ok_or_else(|| Fault::missing(text))
    };
    let (client, resource) = (id("clientId")?, id("resourceId")?);
    let identity = &call.state.identity;
    let consent = match fields.text("consentType").flatten() {
        Some("AllPrincipals") => Consent::Everybody,
        Some("Principal") => Consent::Person(id("principalId")?),
        _ => {
            return Err(Problem::WrongType {
                property: "consentType".to_owned(),
                expected: "AllPrincipals or Principal".to_owned(),
            }
            .into());
        }
    };
    let scope = fields.require_text("scope")?;
    let made =
        applications::grant_at(identity, call.actor(), (client, resource), consent, scope).await?;
    let response = answer_grant(&call, &made, &Selection::Default)?;
    Ok(call.created(response, &made.grant_id.to_string()))
}

pub(super) async fn change_grant(call: Call) -> Outcome {
    let fields = call.body(&OAuth2PermissionGrant::TYPE, Mark::Update)?;
    let id = call.id(0)?;
    let scope = fields.require_text("scope")?;
    applications::change_grant(&call.state.identity, call.actor(), id, scope).await?;
    Ok(done())
}

pub(super) async fn revoke_grant(call: Call) -> Outcome {
    call.without_options()?;
    let id = call.id(0)?;
    applications::revoke(&call.state.identity, call.actor(), id)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    Ok(done())
}
