//! Applications, service principals, what they were given.

use serde_json::{Map, Value};

use crate::kind::{Bytes, words};
use crate::resource::resource;
use crate::{Described, Guid, Kind, Time};

resource! {
    /// An application's registration.
    Application = "application" {
        id "id": Guid = Shown;
        deleted_date_time "deletedDateTime": Option<Time> = Shown;
        api "api": Option<ApiApplication> = Shown Create Update;
        app_id "appId": Option<String> = Shown;
        app_roles "appRoles": Vec<AppRole> = Shown Create Update;
        back_channel_logout_session_required "@claviger.backChannelLogoutSessionRequired": Option<bool> = Shown Create Update Own;
        back_channel_logout_uri "@claviger.backChannelLogoutUri": Option<String> = Shown Create Update Own;
        created_date_time "createdDateTime": Option<Time> = Shown;
        description "description": Option<String> = Shown Create Update;
        display_name "displayName": Option<String> = Shown Create Update;
        identifier_uris "identifierUris": Vec<String> = Shown Create Update;
        info "info": Option<InformationalUrl> = Shown;
        is_device_only_auth_supported "isDeviceOnlyAuthSupported": Option<bool> = Shown Create Update;
        key_credentials "keyCredentials": Vec<KeyCredential> = Shown;
        password_credentials "passwordCredentials": Vec<PasswordCredential> = Shown;
        protected_origins "@claviger.protectedOrigins": Vec<String> = Shown Create Update Own;
        public_client "publicClient": Option<PublicClientApplication> = Shown Create Update;
        sign_in_audience "signInAudience": Option<String> = Shown Create Update;
        spa "spa": Option<SpaApplication> = Shown Create Update;
        tokens "@claviger.tokens": Option<TokenConfiguration> = Shown Create Update Own;
        web "web": Option<WebApplication> = Shown Create Update;
    }
}

resource! {
    /// Addresses about an application.
    InformationalUrl = "informationalUrl" {
        logo_url "logoUrl": Option<String> = Shown;
    }
}

words! {
    /// What signs id tokens, by JOSE's names.
    IdTokenAlgorithm = "idTokenAlgorithm" { Rs256 = "RS256", Es256 = "ES256", EdDsa = "EdDSA", MlDsa65 = "ML-DSA-65" }
}

resource! {
    /// What an application's tokens say of people, and how they are asked for and signed.
    TokenConfiguration = "tokenConfiguration" {
        claims "claims": Vec<ClaimSource> = Shown Create Update;
        id_token_algorithm "idTokenAlgorithm": Option<IdTokenAlgorithm> = Shown Create Update;
        is_pkce_optional "isPkceOptional": bool = Shown Create Update;
        is_user_info_signed "isUserInfoSigned": bool = Shown Create Update;
    }
}

resource! {
    /// A claim of id tokens and userinfo, and where its value comes from.
    ClaimSource = "claimSource" {
        name "name": String = Shown Create Update;
        source "source": String = Shown Create Update;
    }
}

resource! {
    /// For whom tokens are looked at before they are made.
    NewTokenPreview = "newTokenPreview" {
        scope "scope": Option<String> = Create;
        user_id "userId": Option<String> = Create;
    }
}

/// Claims of a token: whatever is in them is no property of the schema.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
#[serde(transparent)]
pub struct TokenClaims(pub Map<String, Value>);

impl Described for TokenClaims {
    const KIND: Kind = Kind::Open("tokenClaims");
}

resource! {
    /// What tokens of a person would say.
    TokenPreview = "tokenPreview" {
        id_token "idToken": Option<TokenClaims> = Shown;
        is_assigned "isAssigned": bool = Shown;
        user_info "userInfo": Option<TokenClaims> = Shown;
    }
}

resource! {
    /// An application as the directory sees it: what it may do, and whether it may at all.
    ServicePrincipal = "servicePrincipal" {
        id "id": Guid = Shown;
        deleted_date_time "deletedDateTime": Option<Time> = Shown;
        account_enabled "accountEnabled": Option<bool> = Shown Update;
        app_display_name "appDisplayName": Option<String> = Shown;
        app_id "appId": Option<String> = Shown Create;
        app_owner_organization_id "appOwnerOrganizationId": Option<Guid> = Shown;
        app_role_assignment_required "appRoleAssignmentRequired": bool = Shown Update;
        app_roles "appRoles": Vec<AppRole> = Shown;
        display_name "displayName": Option<String> = Shown;
        oauth2_permission_scopes "oauth2PermissionScopes": Vec<PermissionScope> = Shown;
        service_principal_names "servicePrincipalNames": Vec<String> = Shown;
        service_principal_type "servicePrincipalType": Option<String> = Shown;
        sign_in_audience "signInAudience": Option<String> = Shown;
    }
}

resource! {
    /// A permission that applications can be given, or what people can be in an application.
    AppRole = "appRole" {
        allowed_member_types "allowedMemberTypes": Vec<String> = Shown Create Update;
        description "description": Option<String> = Shown Create Update;
        display_name "displayName": Option<String> = Shown Create Update;
        id "id": Guid = Shown Create Update;
        is_enabled "isEnabled": bool = Shown Create Update;
        origin "origin": Option<String> = Shown;
        value "value": Option<String> = Shown Create Update;
    }
}

resource! {
    /// A permission that applications use in a person's name.
    PermissionScope = "permissionScope" {
        admin_consent_description "adminConsentDescription": Option<String> = Shown Create Update;
        admin_consent_display_name "adminConsentDisplayName": Option<String> = Shown Create Update;
        id "id": Guid = Shown Create Update;
        is_enabled "isEnabled": bool = Shown Create Update;
        of "type": Option<String> = Shown Create Update;
        user_consent_description "userConsentDescription": Option<String> = Shown Create Update;
        user_consent_display_name "userConsentDisplayName": Option<String> = Shown Create Update;
        value "value": Option<String> = Shown Create Update;
    }
}

resource! {
    /// What an application is as an API of its own.
    ApiApplication = "apiApplication" {
        oauth2_permission_scopes "oauth2PermissionScopes": Vec<PermissionScope> = Shown Create Update;
    }
}

resource! {
    /// A permission that an application was given.
    AppRoleAssignment = "appRoleAssignment" {
        id "id": String = Shown;
        deleted_date_time "deletedDateTime": Option<Time> = Shown;
        app_role_id "appRoleId": Guid = Shown Create;
        created_date_time "createdDateTime": Option<Time> = Shown;
        principal_display_name "principalDisplayName": Option<String> = Shown;
        principal_id "principalId": Option<Guid> = Shown Create;
        principal_type "principalType": Option<String> = Shown;
        resource_display_name "resourceDisplayName": Option<String> = Shown;
        resource_id "resourceId": Option<Guid> = Shown Create;
    }
}

resource! {
    /// Scopes that an application may use in people's names.
    OAuth2PermissionGrant = "oAuth2PermissionGrant" {
        id "id": String = Shown;
        client_id "clientId": String = Shown Create;
        consent_type "consentType": Option<String> = Shown Create;
        principal_id "principalId": Option<String> = Shown Create;
        resource_id "resourceId": String = Shown Create;
        scope "scope": Option<String> = Shown Create Update;
    }
}

resource! {
    /// A secret. Its text is in one answer only: that of the request that made it.
    PasswordCredential = "passwordCredential" {
        custom_key_identifier "customKeyIdentifier": Option<Bytes> = Shown;
        display_name "displayName": Option<String> = Shown Create;
        end_date_time "endDateTime": Option<Time> = Shown Create;
        hint "hint": Option<String> = Shown;
        key_id "keyId": Option<Guid> = Shown;
        secret_text "secretText": Option<String> = Shown;
        start_date_time "startDateTime": Option<Time> = Shown Create;
    }
}

resource! {
    /// A public key.
    KeyCredential = "keyCredential" {
        custom_key_identifier "customKeyIdentifier": Option<Bytes> = Shown;
        display_name "displayName": Option<String> = Shown Create;
        end_date_time "endDateTime": Option<Time> = Shown Create;
        key "key": Option<Bytes> = Shown Create;
        key_id "keyId": Option<Guid> = Shown;
        start_date_time "startDateTime": Option<Time> = Shown Create;
        of "type": Option<String> = Shown Create;
        usage "usage": Option<String> = Shown Create;
    }
}

resource! {
    /// Where a web application's answers go.
    WebApplication = "webApplication" {
        home_page_url "homePageUrl": Option<String> = Shown Create Update;
        redirect_uris "redirectUris": Vec<String> = Shown Create Update;
    }
}

resource! {
    /// Where the answers of an application in the browser go.
    SpaApplication = "spaApplication" {
        redirect_uris "redirectUris": Vec<String> = Shown Create Update;
    }
}

resource! {
    /// Where an installed application's answers go.
    PublicClientApplication = "publicClientApplication" {
        redirect_uris "redirectUris": Vec<String> = Shown Create Update;
    }
}

resource! {
    /// The body of `addPassword`.
    NewPassword = "addPasswordRequestBody" {
        password_credential "passwordCredential": Option<PasswordCredential> = Create;
    }
}

resource! {
    /// The body of `removePassword`.
    RemovedCredential = "removePasswordRequestBody" {
        key_id "keyId": Option<Guid> = Create;
    }
}

resource! {
    /// Ours: a public key that an application shall sign with, as a JWK in JSON or as PEM.
    NewKey = "newKey" {
        display_name "displayName": Option<String> = Create;
        end_date_time "endDateTime": Option<Time> = Create;
        key "key": String = Create;
    }
}
