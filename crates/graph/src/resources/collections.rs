//! What may be asked of each collection.

use super::{
    AppRoleAssignment, Application, ConditionalAccessStatus, DirectoryAudit, DirectoryObject,
    DirectoryRole, DirectoryRoleTemplate, Fido2AuthenticationMethod,
    Fido2AuthenticationMethodConfiguration, Group, OAuth2PermissionGrant, OperationResult,
    Organization, PasskeyCreationOptions, PolicyVersion, ServicePrincipal, SignIn, SignInUserType,
    TemporaryAccessPassAuthenticationMethod, User, UserDefaultAuthenticationMethod,
    UserRegistrationDetails,
};
use crate::kind::Kind;
use crate::odata::{Collection, Filterable, Op};
use crate::resource::Type;

const NAMES: &[Op] = &[Op::Eq, Op::Ne, Op::StartsWith, Op::In];
const EXACT: &[Op] = &[Op::Eq, Op::Ne, Op::In];
const SAME: &[Op] = &[Op::Eq];
const RANGE: &[Op] = &[Op::Ge, Op::Gt, Op::Le, Op::Lt, Op::Eq];

const fn on(path: &'static str, kind: Kind, ops: &'static [Op]) -> Filterable {
    Filterable { path, kind, ops }
}

const fn plain(of: &'static Type) -> Collection {
    Collection {
        of,
        filter: &[],
        order: &[],
        search: &[],
        count: true,
    }
}

/// `/users`
pub static USERS: Collection = Collection {
    of: &User::TYPE,
    filter: &[
        on("userPrincipalName", Kind::Text, NAMES),
        on("mail", Kind::Text, NAMES),
        on("displayName", Kind::Text, NAMES),
        on("accountEnabled", Kind::Truth, EXACT),
    ],
    order: &["userPrincipalName", "displayName", "createdDateTime"],
    search: &["displayName", "mail"],
    count: true,
};

/// `/groups`
pub static GROUPS: Collection = Collection {
    of: &Group::TYPE,
    filter: &[on("displayName", Kind::Text, NAMES)],
    order: &["displayName", "createdDateTime"],
    search: &["displayName", "mail"],
    count: true,
};

/// Members, memberships: objects of several kinds, of which `$select` names what users have.
pub static DIRECTORY_OBJECTS: Collection = plain(&DirectoryObject::TYPE);

/// `/directory/deletedItems/microsoft.graph.user`
pub static DELETED_USERS: Collection = Collection {
    of: &User::TYPE,
    filter: &[
        on("displayName", Kind::Text, NAMES),
        on("userPrincipalName", Kind::Text, NAMES),
    ],
    order: &[],
    search: &[],
    count: true,
};

/// `/directory/deletedItems/microsoft.graph.group`
pub static DELETED_GROUPS: Collection = Collection {
    of: &Group::TYPE,
    filter: &[on("displayName", Kind::Text, NAMES)],
    order: &[],
    search: &[],
    count: true,
};

/// `/directory/deletedItems/microsoft.graph.application`
pub static DELETED_APPLICATIONS: Collection = Collection {
    count: false,
    ..plain(&Application::TYPE)
};

/// `/directoryRoles`
pub static DIRECTORY_ROLES: Collection = Collection {
    of: &DirectoryRole::TYPE,
    filter: &[
        on("roleTemplateId", Kind::Text, SAME),
        on("displayName", Kind::Text, SAME),
    ],
    order: &["displayName"],
    search: &[],
    count: true,
};

/// `/directoryRoleTemplates`
pub static DIRECTORY_ROLE_TEMPLATES: Collection = plain(&DirectoryRoleTemplate::TYPE);
/// `/organization`
pub static ORGANIZATIONS: Collection = plain(&Organization::TYPE);
/// `.../authentication/fido2Methods`
pub static FIDO2_METHODS: Collection = plain(&Fido2AuthenticationMethod::TYPE);
/// `.../authentication/temporaryAccessPassMethods`
pub static ACCESS_PASSES: Collection = plain(&TemporaryAccessPassAuthenticationMethod::TYPE);
/// `.../passkeyCreationOptions`
pub static PASSKEY_CREATION_OPTIONS: Collection = plain(&PasskeyCreationOptions::TYPE);
/// `.../authenticationMethodConfigurations`
pub static METHOD_CONFIGURATIONS: Collection = plain(&Fido2AuthenticationMethodConfiguration::TYPE);
/// `/claviger/v1/policy/versions`
pub static POLICY_VERSIONS: Collection = Collection {
    count: false,
    ..plain(&PolicyVersion::TYPE)
};
/// `.../appRoleAssignments`, `.../appRoleAssignedTo`
pub static APP_ROLE_ASSIGNMENTS: Collection = plain(&AppRoleAssignment::TYPE);

/// `/oauth2PermissionGrants`
pub static PERMISSION_GRANTS: Collection = plain(&OAuth2PermissionGrant::TYPE);

/// `/applications`
pub static APPLICATIONS: Collection = Collection {
    of: &Application::TYPE,
    filter: &[
        on("appId", Kind::Text, SAME),
        on("displayName", Kind::Text, &[Op::Eq, Op::StartsWith]),
    ],
    order: &["displayName"],
    search: &[],
    count: true,
};

/// `/servicePrincipals`
pub static SERVICE_PRINCIPALS: Collection = Collection {
    of: &ServicePrincipal::TYPE,
    filter: &[
        on("appId", Kind::Text, SAME),
        on("displayName", Kind::Text, &[Op::Eq, Op::StartsWith]),
    ],
    order: &["displayName"],
    search: &[],
    count: true,
};

/// `/auditLogs/signIns`
pub static SIGN_INS: Collection = Collection {
    of: &SignIn::TYPE,
    filter: &[
        on("createdDateTime", Kind::Time, RANGE),
        on("userId", Kind::Guid, EXACT),
        on("userPrincipalName", Kind::Text, NAMES),
        on("appId", Kind::Text, EXACT),
        on("status/errorCode", Kind::Int32, EXACT),
        on(
            "conditionalAccessStatus",
            Kind::Words(&ConditionalAccessStatus::WORDS),
            EXACT,
        ),
        on("ipAddress", Kind::Text, NAMES),
    ],
    order: &["createdDateTime"],
    search: &[],
    count: false,
};

/// `/auditLogs/directoryAudits`
pub static DIRECTORY_AUDITS: Collection = Collection {
    of: &DirectoryAudit::TYPE,
    filter: &[
        on("activityDateTime", Kind::Time, RANGE),
        on("activityDisplayName", Kind::Text, NAMES),
        on("category", Kind::Text, EXACT),
        on("result", Kind::Words(&OperationResult::WORDS), EXACT),
        on("initiatedBy/user/id", Kind::Guid, EXACT),
        on("targetResources/any/id", Kind::Guid, SAME),
    ],
    order: &["activityDateTime"],
    search: &[],
    count: false,
};

/// `/reports/authenticationMethods/userRegistrationDetails`
pub static REGISTRATION_DETAILS: Collection = Collection {
    of: &UserRegistrationDetails::TYPE,
    filter: &[
        on("id", Kind::Guid, EXACT),
        on("userPrincipalName", Kind::Text, NAMES),
        on("userDisplayName", Kind::Text, NAMES),
        on("userType", Kind::Words(&SignInUserType::WORDS), EXACT),
        on("isAdmin", Kind::Truth, EXACT),
        on("isMfaRegistered", Kind::Truth, EXACT),
        on("isMfaCapable", Kind::Truth, EXACT),
        on("isPasswordlessCapable", Kind::Truth, EXACT),
        on("isSsprRegistered", Kind::Truth, EXACT),
        on("isSsprEnabled", Kind::Truth, EXACT),
        on("isSsprCapable", Kind::Truth, EXACT),
        on(
            "isSystemPreferredAuthenticationMethodEnabled",
            Kind::Truth,
            EXACT,
        ),
        on(
            "userPreferredMethodForSecondaryAuthentication",
            Kind::Words(&UserDefaultAuthenticationMethod::WORDS),
            EXACT,
        ),
        on("methodsRegistered/any", Kind::Text, SAME),
    ],
    order: &["userPrincipalName"],
    search: &[],
    count: false,
};
