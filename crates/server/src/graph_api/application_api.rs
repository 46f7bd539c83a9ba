//! Applications as APIs of their own: what they are called, and the scopes that others may use there.

use graph::body::Fields;
use graph::resources::{ApiApplication, PermissionScope};
use graph::{Guid, Problem};
use identity::Id;
use identity::applications::{Api, ApiScope};
use serde_json::Value;

use super::fault::Fault;

/// Graph's words for who may consent.
const USER: &str = "User";
const ADMIN: &str = "Admin";

pub(super) fn derive_api(api: &Api) -> ApiApplication {
    ApiApplication {
        oauth2_permission_scopes: api.scopes.iter().map(derive_scope).collect(),
    }
}

pub(super) fn derive_scope(scope: &ApiScope) -> PermissionScope {
    let text = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    PermissionScope {
        admin_consent_description: text(&scope.admin_description),
        admin_consent_display_name: text(&scope.admin_name),
        id: Guid(scope.id.0),
        is_enabled: scope.is_enabled,
        of: Some(if scope.is_for_people { USER } else { ADMIN }.to_owned()),
        user_consent_description: text(&scope.user_description),
        user_consent_display_name: text(&scope.user_name),
        value: Some(scope.value.clone()),
    }
}

fn read_scope(fields: &Fields) -> Result<ApiScope, Fault> {
    let place = "api/oauth2PermissionScopes/id";
    let id = fields.guid("id").ok_or(Problem::Missing(place))?;
    let text = |name| fields.text(name).flatten().unwrap_or_default().to_owned();
    let is_for_people = match fields.text("type").flatten() {
        Some(USER) => true,
        // As Graph: who says nothing of people keeps them out of it.
        None | Some(ADMIN) => false,
        Some(_) => {
            return Err(Problem::WrongType {
                property: "api/oauth2PermissionScopes/type".to_owned(),
                expected: "User or Admin".to_owned(),
            }
            .into());
        }
    };
    Ok(ApiScope {
        id: Id(id.0),
        value: text("value"),
        admin_name: text("adminConsentDisplayName"),
        admin_description: text("adminConsentDescription"),
        user_name: text("userConsentDisplayName"),
        user_description: text("userConsentDescription"),
        is_enabled: fields.truth("isEnabled").unwrap_or(true),
        is_for_people,
    })
}

/// What a body says of the scopes; `null` for the API takes them away, `None`: nothing.
pub(super) fn read_scopes(fields: &Fields) -> Result<Option<Vec<ApiScope>>, Fault> {
    match fields.value("api") {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(Vec::new())),
        Some(_) => {
            let api = fields.object("api").unwrap_or_default();
            let scopes = api.objects("oauth2PermissionScopes");
            scopes
                .map(|scopes| scopes.iter().map(read_scope).collect())
                .transpose()
        }
    }
}
