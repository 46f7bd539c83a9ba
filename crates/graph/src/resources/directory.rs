//! People, groups, roles, the organisation.

use crate::resource::resource;
use crate::{Guid, Time};

resource! {
    /// A person.
    User = "user" {
        id "id": Guid = Shown;
        display_name "displayName": Option<String> = Shown Create Update;
        given_name "givenName": Option<String> = Shown Create Update;
        surname "surname": Option<String> = Shown Create Update;
        job_title "jobTitle": Option<String> = Shown Create Update;
        mail "mail": Option<String> = Shown Create Update;
        mobile_phone "mobilePhone": Option<String> = Shown Create Update;
        business_phones "businessPhones": Vec<String> = Shown Create Update;
        office_location "officeLocation": Option<String> = Shown Create Update;
        preferred_language "preferredLanguage": Option<String> = Shown Create Update;
        user_principal_name "userPrincipalName": Option<String> = Shown Create Update;
        account_enabled "accountEnabled": Option<bool> = Create Update;
        created_date_time "createdDateTime": Option<Time> = ;
        deleted_date_time "deletedDateTime": Option<Time> = ;
        department "department": Option<String> = Create Update;
        company_name "companyName": Option<String> = Create Update;
        employee_id "employeeId": Option<String> = Create Update;
        usage_location "usageLocation": Option<String> = Create Update;
        street_address "streetAddress": Option<String> = Create Update;
        city "city": Option<String> = Create Update;
        state "state": Option<String> = Create Update;
        postal_code "postalCode": Option<String> = Create Update;
        country "country": Option<String> = Create Update;
        mail_nickname "mailNickname": Option<String> = Create Update;
        user_type "userType": Option<String> = Create Update;
    }
}

resource! {
    /// A group.
    Group = "group" {
        id "id": Guid = Shown;
        deleted_date_time "deletedDateTime": Option<Time> = Shown;
        created_date_time "createdDateTime": Option<Time> = Shown;
        display_name "displayName": Option<String> = Shown Create Update;
        description "description": Option<String> = Shown Create Update;
        group_types "groupTypes": Vec<String> = Shown Create;
        is_assignable_to_role "isAssignableToRole": Option<bool> = Shown Create;
        mail "mail": Option<String> = Shown;
        mail_enabled "mailEnabled": Option<bool> = Shown Create;
        mail_nickname "mailNickname": Option<String> = Shown Create Update;
        security_enabled "securityEnabled": Option<bool> = Shown Create;
    }
}

resource! {
    /// A directory role; its id is its template's.
    DirectoryRole = "directoryRole" {
        id "id": Guid = Shown;
        deleted_date_time "deletedDateTime": Option<Time> = Shown;
        description "description": Option<String> = Shown;
        display_name "displayName": Option<String> = Shown;
        role_template_id "roleTemplateId": Option<String> = Shown;
    }
}

resource! {
    /// The template of a directory role.
    DirectoryRoleTemplate = "directoryRoleTemplate" {
        id "id": Guid = Shown;
        deleted_date_time "deletedDateTime": Option<Time> = Shown;
        description "description": Option<String> = Shown;
        display_name "displayName": Option<String> = Shown;
    }
}

resource! {
    /// The organisation.
    Organization = "organization" {
        id "id": Guid = Shown;
        deleted_date_time "deletedDateTime": Option<Time> = Shown;
        created_date_time "createdDateTime": Option<Time> = Shown;
        display_name "displayName": Option<String> = Shown;
        tenant_type "tenantType": Option<String> = Shown;
        verified_domains "verifiedDomains": Vec<VerifiedDomain> = Shown;
    }
}

resource! {
    /// A domain of the organisation.
    VerifiedDomain = "verifiedDomain" {
        capabilities "capabilities": Option<String> = Shown;
        is_default "isDefault": Option<bool> = Shown;
        is_initial "isInitial": Option<bool> = Shown;
        name "name": Option<String> = Shown;
        of "type": Option<String> = Shown;
    }
}

resource! {
    /// What a list of objects of several kinds may be cut to: of each, what it has.
    DirectoryObject = "directoryObject" {
        id "id": Guid = Shown;
        deleted_date_time "deletedDateTime": Option<Time> = Shown;
        display_name "displayName": Option<String> = Own;
        description "description": Option<String> = Own;
        mail "mail": Option<String> = Own;
        given_name "givenName": Option<String> = Own;
        surname "surname": Option<String> = Own;
        job_title "jobTitle": Option<String> = Own;
        user_principal_name "userPrincipalName": Option<String> = Own;
        account_enabled "accountEnabled": Option<bool> = Own;
        user_type "userType": Option<String> = Own;
        app_id "appId": Option<String> = Own;
        role_template_id "roleTemplateId": Option<String> = Own;
        security_enabled "securityEnabled": Option<bool> = Own;
        is_assignable_to_role "isAssignableToRole": Option<bool> = Own;
    }
}
