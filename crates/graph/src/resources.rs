//! The types of the admin API that this product has, and of each the properties that it has.

mod applications;
pub mod collections;
mod directory;
mod logs;
mod method_policy;
mod methods;
mod policy_review;
mod reports;
mod webauthn;

pub use applications::*;
pub use directory::*;
pub use logs::*;
pub use method_policy::*;
pub use methods::*;
pub use policy_review::*;
pub use reports::*;
pub use webauthn::*;

use crate::resource::Type;

/// Bodies and answers that are no type of the schema, or of the part of it that stands beside the tests.
pub const BODIES: &[&Type] = &[
    &InformationalUrl::TYPE,
    &NewPassword::TYPE,
    &RemovedCredential::TYPE,
    &NewKey::TYPE,
    &TokenConfiguration::TYPE,
    &ClaimSource::TYPE,
    &NewTokenPreview::TYPE,
    &TokenPreview::TYPE,
    &PasskeyCreationOptions::TYPE,
    &ProvisioningPolicy::TYPE,
    &PolicyWarning::TYPE,
    &RecordedDecision::TYPE,
    &PolicyVersion::TYPE,
    &PolicyComparison::TYPE,
    &PolicyDifference::TYPE,
    &PolicyPreview::TYPE,
    &RuleCount::TYPE,
    &StoppingPasskey::TYPE,
    &StrandedPerson::TYPE,
    &EffectivePolicy::TYPE,
    &PasskeyVerdict::TYPE,
    &PolicyDecision::TYPE,
    &ProfileVerdict::TYPE,
    &FailedRule::TYPE,
];

/// All types of Graph's schema that are here, for the tests that hold them against it, and for OpenAPI.
pub const TYPES: &[&Type] = &[
    &DirectoryObject::TYPE,
    &User::TYPE,
    &Group::TYPE,
    &DirectoryRole::TYPE,
    &DirectoryRoleTemplate::TYPE,
    &Organization::TYPE,
    &VerifiedDomain::TYPE,
    &Application::TYPE,
    &ServicePrincipal::TYPE,
    &ApiApplication::TYPE,
    &AppRole::TYPE,
    &PermissionScope::TYPE,
    &AppRoleAssignment::TYPE,
    &OAuth2PermissionGrant::TYPE,
    &PasswordCredential::TYPE,
    &KeyCredential::TYPE,
    &WebApplication::TYPE,
    &SpaApplication::TYPE,
    &PublicClientApplication::TYPE,
    &Fido2AuthenticationMethod::TYPE,
    &WebauthnPublicKeyCredential::TYPE,
    &WebauthnAuthenticatorAttestationResponse::TYPE,
    &WebauthnCredentialCreationOptions::TYPE,
    &WebauthnPublicKeyCredentialCreationOptions::TYPE,
    &WebauthnRpEntity::TYPE,
    &WebauthnUserEntity::TYPE,
    &WebauthnParameters::TYPE,
    &WebauthnDescriptor::TYPE,
    &WebauthnAuthenticatorSelection::TYPE,
    &AuthenticationMethodsPolicy::TYPE,
    &Fido2AuthenticationMethodConfiguration::TYPE,
    &TemporaryAccessPassAuthenticationMethod::TYPE,
    &TemporaryAccessPassAuthenticationMethodConfiguration::TYPE,
    &AuthenticationMethodTarget::TYPE,
    &PasskeyProfile::TYPE,
    &Fido2KeyRestrictions::TYPE,
    &PasskeyAuthenticationMethodTarget::TYPE,
    &ExcludeTarget::TYPE,
    &DirectoryAudit::TYPE,
    &AuditActivityInitiator::TYPE,
    &UserIdentity::TYPE,
    &AppIdentity::TYPE,
    &TargetResource::TYPE,
    &ModifiedProperty::TYPE,
    &KeyValue::TYPE,
    &SignIn::TYPE,
    &SignInStatus::TYPE,
    &SignInLocation::TYPE,
    &DeviceDetail::TYPE,
    &AppliedConditionalAccessPolicy::TYPE,
    &AuthenticationDetail::TYPE,
    &UserRegistrationDetails::TYPE,
    &UserRegistrationMethodCount::TYPE,
    &UserRegistrationMethodSummary::TYPE,
    &UserRegistrationFeatureCount::TYPE,
    &UserRegistrationFeatureSummary::TYPE,
];
