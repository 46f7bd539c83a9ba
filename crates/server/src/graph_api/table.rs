//! What there is: each endpoint with the operation that it asks for, what it takes and what it gives.

use std::pin::Pin;

use axum::http::Method;
use graph::odata::Collection;
use graph::resources::collections as of;
use graph::resources::{
    AppRoleAssignment, Application, AuthenticationMethodsPolicy, DirectoryAudit, DirectoryObject,
    DirectoryRole, DirectoryRoleTemplate, EffectivePolicy, Fido2AuthenticationMethod,
    Fido2AuthenticationMethodConfiguration, Group, KeyCredential, NewKey, NewPassword,
    NewTokenPreview, OAuth2PermissionGrant, Organization, PasswordCredential, PolicyComparison,
    PolicyPreview, ProvisioningPolicy, RemovedCredential, ServicePrincipal, SignIn,
    TemporaryAccessPassAuthenticationMethod, TokenPreview, User, UserRegistrationDetails,
    UserRegistrationFeatureSummary, UserRegistrationMethodSummary,
    WebauthnCredentialCreationOptions,
};
use graph::{Mark, Type, Version};
use identity::Code;
use identity::access::Operation as O;
use identity::applications::MAX_LOGO_FILE;

use super::answer::Outcome;
use super::call::Call;
use super::{
    access_passes, application_tokens, applications, directory_objects as objects, groups, logs,
    methods, organization, owners, policies, policy_review, principals, provisioning, reports,
    roles, users,
};

type Handler = fn(Call) -> Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Whoever one of these operations is allowed to; which of them, the request says.
    Operations(&'static [O]),
}

/// What a request carries.
#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// No body.
    Nothing,
    /// An object with the properties that bear the mark.
    Object(&'static Type, Mark),
    /// `{"@odata.id": ...}`
    Reference,
    /// A picture as it is, of at most so many bytes.
    Picture(usize),
}

/// What a success is.
#[derive(Debug, Clone, Copy)]
pub enum Gives {
    /// 200 with a page of a collection.
    Page(&'static Collection),
    /// 200 with an object, of which `$select` takes a part.
    Entity(&'static Type),
    /// 200 with an object.
    Whole(&'static Type),
    /// 201 with the new object.
    Made(&'static Type),
    /// 200 with a number as text.
    Count,
    /// 200 with a PNG.
    Picture,
    /// 204.
    Nothing,
}

/// A kind of request.
#[derive(Debug)]
pub struct Endpoint {
    pub method: Method,
    /// Behind the version; see [`graph::Path::capture`].
    pub pattern: &'static str,
    pub versions: &'static [Version],
    pub access: Access,
    pub takes: Takes,
    pub gives: Gives,
    /// One line for the OpenAPI document.
    pub summary: &'static str,
    pub(super) handler: Handler,
}

const GRAPH: &[Version] = &[Version::V1, Version::Beta];
const BETA: &[Version] = &[Version::Beta];
const OWN: &[Version] = &[Version::Own];

macro_rules! endpoints {
    ($($method:ident $versions:ident $pattern:literal [$($operation:ident)*] $takes:expr => $gives:expr, $handler:path, $summary:literal;)*) => {
        /// All of them.
        pub static ENDPOINTS: &[Endpoint] = &[$(Endpoint {
            method: Method::$method,
            pattern: $pattern,
            versions: $versions,
            access: Access::Operations(&[$(O::$operation),*]),
            takes: $takes,
            gives: $gives,
            summary: $summary,
            handler: |call| Box::pin($handler(call)),
        }),*];
    };
}

use Gives::{Count, Entity, Made, Page, Whole};
use Takes::{Object, Reference};
const LOGO: Takes = Takes::Picture(MAX_LOGO_FILE);
const NONE: Takes = Takes::Nothing;
const DONE: Gives = Gives::Nothing;

endpoints! {
    GET GRAPH "me" [ReadPerson] NONE => Entity(&User::TYPE), users::read_me, "The person behind the token.";
    GET GRAPH "me/manager" [ReadManager] NONE => Entity(&User::TYPE), users::read_my_manager, "One's manager.";
    GET GRAPH "me/directReports" [ReadManager] NONE => Page(&of::USERS), users::list_my_reports, "Whose manager one is.";
    GET GRAPH "me/memberOf" [ReadMemberships] NONE => Page(&of::DIRECTORY_OBJECTS), objects::list_my_member_of, "One's groups and directory roles.";
    GET GRAPH "me/transitiveMemberOf" [ReadMemberships] NONE => Page(&of::DIRECTORY_OBJECTS), objects::list_my_transitive_member_of, "The same, with those by way of groups.";
    GET GRAPH "me/authentication/fido2Methods" [ReadMethods] NONE => Page(&of::FIDO2_METHODS), methods::list_mine, "One's passkeys.";
    GET GRAPH "me/authentication/fido2Methods/{id}" [ReadMethods] NONE => Entity(&Fido2AuthenticationMethod::TYPE), methods::read_mine, "One of one's passkeys.";

    GET GRAPH "users" [ListPeople] NONE => Page(&of::USERS), users::list, "People.";
    POST GRAPH "users" [AddPerson] Object(&User::TYPE, Mark::Create) => Made(&User::TYPE), users::create, "Adds a person without any sign-in method.";
    GET GRAPH "users/$count" [ListPeople] NONE => Count, users::count, "How many people there are.";
    GET GRAPH "users/{id}" [ReadPerson] NONE => Entity(&User::TYPE), users::read, "A person, by id or user name.";
    PATCH GRAPH "users/{id}" [ChangePerson] Object(&User::TYPE, Mark::Update) => DONE, users::update, "Changes a person; every passkey stays.";
    DELETE GRAPH "users/{id}" [DeletePerson] NONE => DONE, users::delete, "Deletes a person, who can be restored for 30 days.";
    GET GRAPH "users/{id}/manager" [ReadManager] NONE => Entity(&User::TYPE), users::read_manager, "A person's manager.";
    PUT GRAPH "users/{id}/manager/$ref" [ChangePerson] Reference => DONE, users::set_manager, "Names a person's manager.";
    DELETE GRAPH "users/{id}/manager/$ref" [ChangePerson] NONE => DONE, users::clear_manager, "Leaves a person without a manager.";
    GET GRAPH "users/{id}/directReports" [ReadManager] NONE => Page(&of::USERS), users::list_reports, "Whose manager a person is.";
    GET GRAPH "users/{id}/memberOf" [ReadMemberships] NONE => Page(&of::DIRECTORY_OBJECTS), objects::list_member_of, "A person's groups and directory roles.";
    GET GRAPH "users/{id}/transitiveMemberOf" [ReadMemberships] NONE => Page(&of::DIRECTORY_OBJECTS), objects::list_transitive_member_of, "The same, with those by way of groups.";
    GET GRAPH "me/authentication/temporaryAccessPassMethods" [ReadPass] NONE => Page(&of::ACCESS_PASSES), access_passes::list_mine, "One's Temporary Access Pass.";
    GET GRAPH "me/authentication/temporaryAccessPassMethods/{id}" [ReadPass] NONE => Entity(&TemporaryAccessPassAuthenticationMethod::TYPE), access_passes::read_mine, "The same, by its id.";
    GET GRAPH "users/{id}/authentication/temporaryAccessPassMethods" [ReadPass] NONE => Page(&of::ACCESS_PASSES), access_passes::list, "A person's Temporary Access Pass.";
    POST GRAPH "users/{id}/authentication/temporaryAccessPassMethods" [MakePass] Object(&TemporaryAccessPassAuthenticationMethod::TYPE, Mark::Create) => Made(&TemporaryAccessPassAuthenticationMethod::TYPE), access_passes::create, "Makes a Temporary Access Pass in place of the one that there was.";
    GET GRAPH "users/{id}/authentication/temporaryAccessPassMethods/{id}" [ReadPass] NONE => Entity(&TemporaryAccessPassAuthenticationMethod::TYPE), access_passes::read, "The same, by its id.";
    DELETE GRAPH "users/{id}/authentication/temporaryAccessPassMethods/{id}" [MakePass] NONE => DONE, access_passes::delete, "Removes a person's Temporary Access Pass.";
    GET GRAPH "users/{id}/authentication/fido2Methods" [ReadMethods] NONE => Page(&of::FIDO2_METHODS), methods::list, "A person's passkeys.";
    POST GRAPH "users/{id}/authentication/fido2Methods" [ProvisionMethod] Object(&Fido2AuthenticationMethod::TYPE, Mark::Create) => Made(&Fido2AuthenticationMethod::TYPE), provisioning::create, "Stores a passkey that was created on behalf of a person.";
    GET GRAPH "users/{id}/authentication/fido2Methods/creationOptions" [ProvisionMethod] NONE => Whole(&WebauthnCredentialCreationOptions::TYPE), provisioning::begin, "Options for creating a passkey on behalf of a person.";
    GET BETA "users/{id}/authentication/fido2Methods/creationOptions(challengeTimeoutInMinutes)" [ProvisionMethod] NONE => Whole(&WebauthnCredentialCreationOptions::TYPE), provisioning::begin_for, "The same, for a time of 5 to 43200 minutes.";
    GET GRAPH "users/{id}/authentication/fido2Methods/{id}" [ReadMethods] NONE => Entity(&Fido2AuthenticationMethod::TYPE), methods::read, "One of a person's passkeys.";
    DELETE GRAPH "users/{id}/authentication/fido2Methods/{id}" [DeleteMethod] NONE => DONE, methods::delete, "Removes a person's passkey and ends the sessions that it opened.";

    GET OWN "users/{id}/passkeyCreationOptions" [ReadMethods] NONE => Page(&of::PASSKEY_CREATION_OPTIONS), provisioning::list_options, "Creation options that are open for a person.";
    DELETE OWN "users/{id}/passkeyCreationOptions/{id}" [ProvisionMethod] NONE => DONE, provisioning::cancel_options, "Makes creation options void.";
    POST OWN "users/{id}/passkeys/{id}/confirm" [ConfirmMethod] NONE => DONE, provisioning::confirm, "Lets a passkey be used that somebody else registered for the person.";
    GET OWN "provisioning" [ReadProvisioning] NONE => Whole(&ProvisioningPolicy::TYPE), provisioning::read_policy, "Whose passkeys wait for a confirmation when they were created on behalf of people.";
    PATCH OWN "provisioning" [ChangeProvisioning] Object(&ProvisioningPolicy::TYPE, Mark::Update) => DONE, provisioning::change_policy, "Changes that.";

    GET GRAPH "groups" [ListGroups] NONE => Page(&of::GROUPS), groups::list, "Groups.";
    POST GRAPH "groups" [AddGroup AddRoleGroup] Object(&Group::TYPE, Mark::Create) => Made(&Group::TYPE), groups::create, "Makes a group.";
    GET GRAPH "groups/$count" [ListGroups] NONE => Count, groups::count, "How many groups there are.";
    GET GRAPH "groups/{id}" [ReadGroup] NONE => Entity(&Group::TYPE), groups::read, "A group.";
    PATCH GRAPH "groups/{id}" [ChangeGroup] Object(&Group::TYPE, Mark::Update) => DONE, groups::update, "Changes a group.";
    DELETE GRAPH "groups/{id}" [DeleteGroup] NONE => DONE, groups::delete, "Deletes a group, which can be restored for 30 days.";
    GET GRAPH "groups/{id}/members" [ReadMembers] NONE => Page(&of::DIRECTORY_OBJECTS), objects::list_direct_members, "A group's direct members.";
    GET GRAPH "groups/{id}/members/$count" [ReadMembers] NONE => Count, objects::count_members, "How many direct members a group has.";
    POST GRAPH "groups/{id}/members/$ref" [ChangeMembers] Reference => DONE, objects::add_member, "Adds a member.";
    DELETE GRAPH "groups/{id}/members/{id}/$ref" [ChangeMembers] NONE => DONE, objects::remove_member, "Removes a member.";
    GET GRAPH "groups/{id}/owners" [ReadGroup] NONE => Page(&of::DIRECTORY_OBJECTS), owners::list_of_group, "Who owns a group.";
    POST GRAPH "groups/{id}/owners/$ref" [ChangeOwners] Reference => DONE, owners::add_to_group, "Adds an owner, who manages its members as long as the group is not protected.";
    DELETE GRAPH "groups/{id}/owners/{id}/$ref" [ChangeOwners] NONE => DONE, owners::remove_from_group, "Removes an owner.";
    GET GRAPH "groups/{id}/transitiveMembers" [ReadMembers] NONE => Page(&of::DIRECTORY_OBJECTS), objects::list_transitive_members, "A group's members, those of nested groups too.";
    GET GRAPH "groups/{id}/transitiveMembers/$count" [ReadMembers] NONE => Count, objects::count_transitive_members, "How many there are.";
    GET GRAPH "groups/{id}/memberOf" [ReadMemberships] NONE => Page(&of::DIRECTORY_OBJECTS), objects::list_groups_of_object, "The groups that a group is in, and its roles.";
    GET GRAPH "groups/{id}/transitiveMemberOf" [ReadMemberships] NONE => Page(&of::DIRECTORY_OBJECTS), objects::list_transitive_groups_of_object, "The same, with those by way of groups.";

    GET GRAPH "policies/authenticationMethodsPolicy" [ReadPolicies] NONE => Entity(&AuthenticationMethodsPolicy::TYPE), policies::read, "Which sign-in methods people may use and add.";
    GET GRAPH "authenticationMethodsPolicy" [ReadPolicies] NONE => Entity(&AuthenticationMethodsPolicy::TYPE), policies::read, "The same.";
    PATCH GRAPH "policies/authenticationMethodsPolicy" [ChangePasskeyPolicy] Object(&AuthenticationMethodsPolicy::TYPE, Mark::Update) => DONE, policies::update, "Changes the configurations that it is sent with.";
    PATCH GRAPH "authenticationMethodsPolicy" [ChangePasskeyPolicy] Object(&AuthenticationMethodsPolicy::TYPE, Mark::Update) => DONE, policies::update, "The same.";
    GET GRAPH "policies/authenticationMethodsPolicy/authenticationMethodConfigurations" [ReadPolicies] NONE => Page(&of::METHOD_CONFIGURATIONS), policies::list_configurations, "The policy of each method: of passkeys.";
    GET GRAPH "authenticationMethodsPolicy/authenticationMethodConfigurations" [ReadPolicies] NONE => Page(&of::METHOD_CONFIGURATIONS), policies::list_configurations, "The same.";
    GET GRAPH "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{id}" [ReadPolicies] NONE => Entity(&Fido2AuthenticationMethodConfiguration::TYPE), policies::read_configuration, "The policy of passkeys (Fido2).";
    GET GRAPH "authenticationMethodsPolicy/authenticationMethodConfigurations/{id}" [ReadPolicies] NONE => Entity(&Fido2AuthenticationMethodConfiguration::TYPE), policies::read_configuration, "The same.";
    PATCH GRAPH "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{id}" [ChangePasskeyPolicy] Object(&Fido2AuthenticationMethodConfiguration::TYPE, Mark::Update) => DONE, policies::update_configuration, "Changes the policy of passkeys; what is left out keeps its value.";
    PATCH GRAPH "authenticationMethodsPolicy/authenticationMethodConfigurations/{id}" [ChangePasskeyPolicy] Object(&Fido2AuthenticationMethodConfiguration::TYPE, Mark::Update) => DONE, policies::update_configuration, "The same.";
    DELETE GRAPH "policies/authenticationMethodsPolicy/authenticationMethodConfigurations/{id}" [ChangePasskeyPolicy] NONE => DONE, policies::reset_configuration, "Puts the default in force.";
    DELETE GRAPH "authenticationMethodsPolicy/authenticationMethodConfigurations/{id}" [ChangePasskeyPolicy] NONE => DONE, policies::reset_configuration, "The same.";

    POST OWN "policy/preview" [PreviewPolicy] Object(&Fido2AuthenticationMethodConfiguration::TYPE, Mark::Update) => Whole(&PolicyPreview::TYPE), policy_review::preview, "What a change of the passkey policy would do, to whom; nothing is saved.";
    GET OWN "policy/versions" [ReadPolicies] NONE => Page(&of::POLICY_VERSIONS), policy_review::list_versions, "Saved versions of the passkey policy, newest first.";
    GET OWN "policy/versions/{id}" [ReadPolicies] NONE => Whole(&Fido2AuthenticationMethodConfiguration::TYPE), policy_review::read_version, "One version; 0 is the default.";
    GET OWN "policy/versions/{id}/compareTo/{id}" [ReadPolicies] NONE => Whole(&PolicyComparison::TYPE), policy_review::compare, "What changed from one version to another.";
    POST OWN "policy/versions/{id}/restore" [ChangePasskeyPolicy] NONE => DONE, policy_review::restore, "Puts a version in force again, as a new one.";
    GET OWN "policy/reportOnly" [ReadPolicies] NONE => Whole(&Fido2AuthenticationMethodConfiguration::TYPE), policy_review::read_trial, "The policy that is tried out.";
    PUT OWN "policy/reportOnly" [ChangePasskeyPolicy] Object(&Fido2AuthenticationMethodConfiguration::TYPE, Mark::Update) => DONE, policy_review::try_out, "Tries a change out: decisions by it are recorded, and nothing follows from them.";
    DELETE OWN "policy/reportOnly" [ChangePasskeyPolicy] NONE => DONE, policy_review::end_trial, "Ends the trial.";
    GET OWN "users/{id}/effectivePolicy" [ReadEffectivePolicy] NONE => Whole(&EffectivePolicy::TYPE), policy_review::show_effective, "What the policy has for a person: every profile, every passkey, reason by reason.";
    PUT OWN "users/{id}/breakGlass" [MarkBreakGlass] NONE => DONE, policy_review::mark, "Marks an account for the bad day: every use is an alert.";
    DELETE OWN "users/{id}/breakGlass" [MarkBreakGlass] NONE => DONE, policy_review::unmark, "Takes the mark away.";

    GET GRAPH "directoryRoles" [ReadRoles] NONE => Page(&of::DIRECTORY_ROLES), roles::list, "Directory roles.";
    GET GRAPH "directoryRoles/{id}" [ReadRoles] NONE => Entity(&DirectoryRole::TYPE), roles::read, "A directory role.";
    GET GRAPH "directoryRoles(roleTemplateId)" [ReadRoles] NONE => Entity(&DirectoryRole::TYPE), roles::read, "A directory role, by its template.";
    GET GRAPH "directoryRoles/{id}/members" [ReadRoles] NONE => Page(&of::DIRECTORY_OBJECTS), roles::list_members, "Who holds a role directly.";
    GET GRAPH "directoryRoles(roleTemplateId)/members" [ReadRoles] NONE => Page(&of::DIRECTORY_OBJECTS), roles::list_members, "The same, by the role's template.";
    POST GRAPH "directoryRoles/{id}/members/$ref" [AssignRole] Reference => DONE, roles::add_member, "Gives a role.";
    POST GRAPH "directoryRoles(roleTemplateId)/members/$ref" [AssignRole] Reference => DONE, roles::add_member, "The same, by the role's template.";
    DELETE GRAPH "directoryRoles/{id}/members/{id}/$ref" [AssignRole] NONE => DONE, roles::remove_member, "Takes a role away.";
    DELETE GRAPH "directoryRoles(roleTemplateId)/members/{id}/$ref" [AssignRole] NONE => DONE, roles::remove_member, "The same, by the role's template.";
    GET GRAPH "directoryRoleTemplates" [ReadRoles] NONE => Page(&of::DIRECTORY_ROLE_TEMPLATES), roles::list_templates, "Templates of directory roles.";
    GET GRAPH "directoryRoleTemplates/{id}" [ReadRoles] NONE => Entity(&DirectoryRoleTemplate::TYPE), roles::read_template, "The template of a directory role.";

    GET GRAPH "directory/deletedItems/microsoft.graph.user" [ReadDeletedPeople] NONE => Page(&of::DELETED_USERS), objects::list_deleted_users, "Deleted people.";
    GET GRAPH "directory/deletedItems/microsoft.graph.group" [ReadDeletedGroups] NONE => Page(&of::DELETED_GROUPS), objects::list_deleted_groups, "Deleted groups.";
    GET GRAPH "directory/deletedItems/microsoft.graph.application" [ReadApplications] NONE => Page(&of::DELETED_APPLICATIONS), objects::list_deleted_applications, "Deleted applications.";
    GET GRAPH "directory/deletedItems/{id}" [ReadDeletedPeople ReadDeletedGroups ReadApplications] NONE => Whole(&DirectoryObject::TYPE), objects::read_deleted, "Something deleted.";
    POST GRAPH "directory/deletedItems/{id}/restore" [RestorePerson RestoreGroup RestoreApplication] NONE => Whole(&DirectoryObject::TYPE), objects::restore, "Brings it back.";
    DELETE GRAPH "directory/deletedItems/{id}" [EraseDeletedPerson EraseDeletedGroup DeleteApplication] NONE => DONE, objects::erase, "Erases it for good.";

    GET GRAPH "organization" [ReadOrganization] NONE => Page(&of::ORGANIZATIONS), organization::list, "The organisation.";
    GET GRAPH "organization/{id}" [ReadOrganization] NONE => Entity(&Organization::TYPE), organization::read, "The organisation, by its id.";

    GET GRAPH "applications" [ReadApplications] NONE => Page(&of::APPLICATIONS), applications::list, "Applications.";
    POST GRAPH "applications" [AddApplication] Object(&Application::TYPE, Mark::Create) => Made(&Application::TYPE), applications::create, "Registers an application.";
    GET GRAPH "applications/$count" [ReadApplications] NONE => Count, applications::count, "How many applications there are.";
    GET GRAPH "applications/{id}" [ReadApplications] NONE => Entity(&Application::TYPE), applications::read, "An application.";
    GET GRAPH "applications(appId)" [ReadApplications] NONE => Entity(&Application::TYPE), applications::read, "An application, by its appId.";
    PATCH GRAPH "applications/{id}" [ChangeApplication] Object(&Application::TYPE, Mark::Update) => DONE, applications::update, "Changes an application.";
    DELETE GRAPH "applications/{id}" [DeleteApplication] NONE => DONE, applications::delete, "Deletes an application, which can be restored for 30 days.";
    GET GRAPH "applications/{id}/logo" [ReadApplications] NONE => Gives::Picture, applications::read_logo, "An application's logo.";
    PUT GRAPH "applications/{id}/logo" [ChangeApplication] LOGO => DONE, applications::put_logo, "Gives an application a logo: a PNG or JPEG, made anew as a small PNG.";
    DELETE GRAPH "applications/{id}/logo" [ChangeApplication] NONE => DONE, applications::remove_logo, "Takes an application's logo away.";
    POST GRAPH "applications/{id}/addPassword" [ChangeApplicationCredentials] Object(&NewPassword::TYPE, Mark::Create) => Whole(&PasswordCredential::TYPE), applications::add_password, "Makes a secret, which this answer alone shows.";
    POST GRAPH "applications/{id}/removePassword" [ChangeApplicationCredentials] Object(&RemovedCredential::TYPE, Mark::Create) => DONE, applications::remove_password, "Removes a secret.";
    GET GRAPH "applications/{id}/owners" [ReadApplications] NONE => Page(&of::DIRECTORY_OBJECTS), owners::list_of_application, "Who owns an application.";
    POST GRAPH "applications/{id}/owners/$ref" [ChangeApplicationCredentials] Reference => DONE, owners::add_to_application, "Adds an owner; owning gives no right.";
    DELETE GRAPH "applications/{id}/owners/{id}/$ref" [ChangeApplicationCredentials] NONE => DONE, owners::remove_from_application, "Removes an owner.";
    POST OWN "applications/{id}/tokenPreview" [PreviewTokens] Object(&NewTokenPreview::TYPE, Mark::Create) => Whole(&TokenPreview::TYPE), application_tokens::preview, "What tokens of a person would say to an application; none is made.";
    POST OWN "applications/{id}/keys" [ChangeApplicationCredentials] Object(&NewKey::TYPE, Mark::Create) => Made(&KeyCredential::TYPE), applications::add_key, "Adds a public key that the application signs with.";
    DELETE OWN "applications/{id}/keys/{id}" [ChangeApplicationCredentials] NONE => DONE, applications::remove_key, "Removes a key.";

    GET GRAPH "servicePrincipals" [ReadApplications] NONE => Page(&of::SERVICE_PRINCIPALS), principals::list, "Service principals.";
    POST GRAPH "servicePrincipals" [AddApplication] Object(&ServicePrincipal::TYPE, Mark::Create) => Made(&ServicePrincipal::TYPE), principals::create, "Lets an application sign in.";
    GET GRAPH "servicePrincipals/$count" [ReadApplications] NONE => Count, principals::count, "How many service principals there are.";
    GET GRAPH "servicePrincipals/{id}" [ReadApplications] NONE => Entity(&ServicePrincipal::TYPE), principals::read, "A service principal.";
    GET GRAPH "servicePrincipals(appId)" [ReadApplications] NONE => Entity(&ServicePrincipal::TYPE), principals::read, "A service principal, by its appId.";
    PATCH GRAPH "servicePrincipals/{id}" [ChangeApplication] Object(&ServicePrincipal::TYPE, Mark::Update) => DONE, principals::update, "Enables or disables a service principal.";
    DELETE GRAPH "servicePrincipals/{id}" [DeleteApplication] NONE => DONE, principals::delete, "Removes a service principal with all its permissions.";
    GET GRAPH "servicePrincipals/{id}/owners" [ReadApplications] NONE => Page(&of::DIRECTORY_OBJECTS), owners::list_of_principal, "Who owns a service principal.";
    POST GRAPH "servicePrincipals/{id}/owners/$ref" [ChangeApplicationCredentials] Reference => DONE, owners::add_to_principal, "Adds an owner; owning gives no right.";
    DELETE GRAPH "servicePrincipals/{id}/owners/{id}/$ref" [ChangeApplicationCredentials] NONE => DONE, owners::remove_from_principal, "Removes an owner.";
    GET GRAPH "servicePrincipals/{id}/memberOf" [ReadMemberships] NONE => Page(&of::DIRECTORY_OBJECTS), objects::list_groups_of_object, "The groups and directory roles of a service principal.";
    GET GRAPH "servicePrincipals/{id}/transitiveMemberOf" [ReadMemberships] NONE => Page(&of::DIRECTORY_OBJECTS), objects::list_transitive_groups_of_object, "The same, with those by way of groups.";
    GET GRAPH "servicePrincipals/{id}/appRoleAssignments" [ReadApplications] NONE => Page(&of::APP_ROLE_ASSIGNMENTS), principals::list_app_roles, "What an application may do in its own name.";
    POST GRAPH "servicePrincipals/{id}/appRoleAssignments" [AssignApplication GrantTierZero] Object(&AppRoleAssignment::TYPE, Mark::Create) => Made(&AppRoleAssignment::TYPE), principals::assign, "Gives it a permission.";
    DELETE GRAPH "servicePrincipals/{id}/appRoleAssignments/{id}" [AssignApplication] NONE => DONE, principals::unassign, "Takes a permission back.";
    GET GRAPH "users/{id}/appRoleAssignments" [ReadApplications] NONE => Page(&of::APP_ROLE_ASSIGNMENTS), principals::list_app_roles, "The applications that a person is assigned to.";
    POST GRAPH "users/{id}/appRoleAssignments" [AssignApplication] Object(&AppRoleAssignment::TYPE, Mark::Create) => Made(&AppRoleAssignment::TYPE), principals::assign, "Lets a person sign in to an application.";
    DELETE GRAPH "users/{id}/appRoleAssignments/{id}" [AssignApplication] NONE => DONE, principals::unassign, "Takes that back.";
    GET GRAPH "groups/{id}/appRoleAssignments" [ReadApplications] NONE => Page(&of::APP_ROLE_ASSIGNMENTS), principals::list_app_roles, "The applications that a group is assigned to.";
    POST GRAPH "groups/{id}/appRoleAssignments" [AssignApplication] Object(&AppRoleAssignment::TYPE, Mark::Create) => Made(&AppRoleAssignment::TYPE), principals::assign, "Lets those in a group sign in to an application; the group is protected from then on.";
    DELETE GRAPH "groups/{id}/appRoleAssignments/{id}" [AssignApplication] NONE => DONE, principals::unassign, "Takes that back.";
    GET GRAPH "servicePrincipals/{id}/appRoleAssignedTo" [ReadApplications] NONE => Page(&of::APP_ROLE_ASSIGNMENTS), principals::list_assigned_to, "Who has permissions for a resource, or may sign in to an application.";
    POST GRAPH "servicePrincipals/{id}/appRoleAssignedTo" [AssignApplication GrantTierZero] Object(&AppRoleAssignment::TYPE, Mark::Create) => Made(&AppRoleAssignment::TYPE), principals::assign, "Gives a permission for a resource, or lets somebody sign in to an application.";
    DELETE GRAPH "servicePrincipals/{id}/appRoleAssignedTo/{id}" [AssignApplication] NONE => DONE, principals::unassign, "Takes that back.";
    GET GRAPH "oauth2PermissionGrants" [ReadApplications] NONE => Page(&of::PERMISSION_GRANTS), principals::list_grants, "What applications may do in people's names.";
    POST GRAPH "oauth2PermissionGrants" [GrantPermission GrantTierZero] Object(&OAuth2PermissionGrant::TYPE, Mark::Create) => Made(&OAuth2PermissionGrant::TYPE), principals::create_grant, "Lets an application act in people's names.";
    GET GRAPH "oauth2PermissionGrants/{id}" [ReadApplications] NONE => Entity(&OAuth2PermissionGrant::TYPE), principals::read_grant, "One grant.";
    PATCH GRAPH "oauth2PermissionGrants/{id}" [GrantPermission GrantTierZero] Object(&OAuth2PermissionGrant::TYPE, Mark::Update) => DONE, principals::change_grant, "Changes its scopes.";
    DELETE GRAPH "oauth2PermissionGrants/{id}" [GrantPermission] NONE => DONE, principals::revoke_grant, "Revokes it.";

    GET GRAPH "auditLogs/signIns" [ReadLogs] NONE => Page(&of::SIGN_INS), logs::list_sign_ins, "Sign-ins, newest first.";
    GET GRAPH "auditLogs/signIns/{id}" [ReadLogs] NONE => Entity(&SignIn::TYPE), logs::read_sign_in, "One sign-in.";
    GET GRAPH "auditLogs/directoryAudits" [ReadLogs] NONE => Page(&of::DIRECTORY_AUDITS), logs::list_audits, "What was changed, newest first.";
    GET GRAPH "auditLogs/directoryAudits/{id}" [ReadLogs] NONE => Entity(&DirectoryAudit::TYPE), logs::read_audit, "One change.";
    GET GRAPH "reports/authenticationMethods/userRegistrationDetails" [ReadReports] NONE => Page(&of::REGISTRATION_DETAILS), reports::list, "Who registered what.";
    GET GRAPH "reports/authenticationMethods/userRegistrationDetails/{id}" [ReadReports] NONE => Entity(&UserRegistrationDetails::TYPE), reports::read, "What one person registered.";
    GET GRAPH "reports/authenticationMethods/usersRegisteredByMethod" [ReadReports] NONE => Whole(&UserRegistrationMethodSummary::TYPE), reports::by_method, "People by method.";
    GET GRAPH "reports/authenticationMethods/usersRegisteredByMethod(includedUserTypes,includedUserRoles)" [ReadReports] NONE => Whole(&UserRegistrationMethodSummary::TYPE), reports::by_method, "Some people by method.";
    GET GRAPH "reports/authenticationMethods/usersRegisteredByFeature" [ReadReports] NONE => Whole(&UserRegistrationFeatureSummary::TYPE), reports::by_feature, "People by feature.";
    GET GRAPH "reports/authenticationMethods/usersRegisteredByFeature(includedUserTypes,includedUserRoles)" [ReadReports] NONE => Whole(&UserRegistrationFeatureSummary::TYPE), reports::by_feature, "Some people by feature.";
}

/// What Graph has and this product has not, with the reason.
pub(super) static REFUSED: &[(Method, &str, &Code)] = &[
    (
        Method::POST,
        "me/authentication/fido2Methods",
        &super::codes::ME_READ_ONLY,
    ),
    (
        Method::GET,
        "me/authentication/fido2Methods/creationOptions",
        &super::codes::ME_READ_ONLY,
    ),
    (
        Method::GET,
        "me/authentication/fido2Methods/creationOptions(challengeTimeoutInMinutes)",
        &super::codes::ME_READ_ONLY,
    ),
    (
        Method::DELETE,
        "me/authentication/fido2Methods/{id}",
        &super::codes::ME_READ_ONLY,
    ),
];
