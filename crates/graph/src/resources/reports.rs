//! Who registered what.

use crate::Time;
use crate::kind::words;
use crate::resource::resource;

words! {
    /// Which people a summary counts, by kind.
    IncludedUserTypes = "includedUserTypes" { All = "all", Member = "member", Guest = "guest" }
}

words! {
    /// Which people a summary counts, by role.
    IncludedUserRoles = "includedUserRoles" {
        All = "all", PrivilegedAdmin = "privilegedAdmin", Admin = "admin", User = "user"
    }
}

words! {
    /// What a summary of features counts.
    AuthenticationMethodFeature = "authenticationMethodFeature" {
        SsprRegistered = "ssprRegistered", SsprEnabled = "ssprEnabled", SsprCapable = "ssprCapable",
        PasswordlessCapable = "passwordlessCapable", MfaCapable = "mfaCapable"
    }
}

words! {
    /// The kind of a person in reports.
    SignInUserType = "signInUserType" { Member = "member", Guest = "guest" }
}

words! {
    /// The second factor that a person prefers.
    UserDefaultAuthenticationMethod = "userDefaultAuthenticationMethod" {
        Push = "push", Oath = "oath", VoiceMobile = "voiceMobile", VoiceAlternateMobile = "voiceAlternateMobile",
        VoiceOffice = "voiceOffice", Sms = "sms", None = "none"
    }
}

resource! {
    /// What one person registered.
    UserRegistrationDetails = "userRegistrationDetails" {
        id "id": String = Shown;
        user_principal_name "userPrincipalName": String = Shown;
        user_display_name "userDisplayName": String = Shown;
        user_type "userType": Option<SignInUserType> = Shown;
        is_admin "isAdmin": Option<bool> = Shown;
        is_mfa_registered "isMfaRegistered": bool = Shown;
        is_mfa_capable "isMfaCapable": bool = Shown;
        is_passwordless_capable "isPasswordlessCapable": bool = Shown;
        is_sspr_registered "isSsprRegistered": bool = Shown;
        is_sspr_enabled "isSsprEnabled": bool = Shown;
        is_sspr_capable "isSsprCapable": bool = Shown;
        is_system_preferred "isSystemPreferredAuthenticationMethodEnabled": Option<bool> = Shown;
        system_preferred "systemPreferredAuthenticationMethods": Vec<String> = Shown;
        user_preferred_second "userPreferredMethodForSecondaryAuthentication":
            Option<UserDefaultAuthenticationMethod> = Shown;
        methods_registered "methodsRegistered": Vec<String> = Shown;
        last_updated_date_time "lastUpdatedDateTime": Time = Shown;
    }
}

resource! {
    /// People with a method.
    UserRegistrationMethodCount = "userRegistrationMethodCount" {
        authentication_method "authenticationMethod": String = Shown;
        user_count "userCount": i64 = Shown;
    }
}

resource! {
    /// People by method.
    UserRegistrationMethodSummary = "userRegistrationMethodSummary" {
        total_user_count "totalUserCount": i64 = Shown;
        counts "userRegistrationMethodCounts": Vec<UserRegistrationMethodCount> = Shown;
        user_roles "userRoles": Option<IncludedUserRoles> = Shown;
        user_types "userTypes": Option<IncludedUserTypes> = Shown;
    }
}

resource! {
    /// People who can use a feature.
    UserRegistrationFeatureCount = "userRegistrationFeatureCount" {
        feature "feature": AuthenticationMethodFeature = Shown;
        user_count "userCount": i64 = Shown;
    }
}

#[allow(
    clippy::derivable_impls,
    reason = "the macro that declares enumerations knows no default"
)]
impl Default for AuthenticationMethodFeature {
    fn default() -> Self {
        AuthenticationMethodFeature::MfaCapable
    }
}

resource! {
    /// People by feature.
    UserRegistrationFeatureSummary = "userRegistrationFeatureSummary" {
        total_user_count "totalUserCount": i64 = Shown;
        counts "userRegistrationFeatureCounts": Vec<UserRegistrationFeatureCount> = Shown;
        user_roles "userRoles": Option<IncludedUserRoles> = Shown;
        user_types "userTypes": Option<IncludedUserTypes> = Shown;
    }
}
