//! Sign-in and audit records.

use crate::Time;
use crate::kind::words;
use crate::resource::resource;

words! {
    /// What Conditional Access said in all.
    ConditionalAccessStatus = "conditionalAccessStatus" {
        Success = "success", Failure = "failure", NotApplied = "notApplied"
    }
}

words! {
    /// What one policy said.
    PolicyResult = "appliedConditionalAccessPolicyResult" {
        Success = "success", Failure = "failure", NotApplied = "notApplied", NotEnabled = "notEnabled",
        Unknown = "unknown",
        | ReportOnlySuccess = "reportOnlySuccess", ReportOnlyFailure = "reportOnlyFailure",
        ReportOnlyNotApplied = "reportOnlyNotApplied", ReportOnlyInterrupted = "reportOnlyInterrupted"
    }
}

words! {
    /// How an activity ended.
    OperationResult = "operationResult" { Success = "success", Failure = "failure", Timeout = "timeout" }
}

resource! {
    /// A try to sign in.
    SignIn = "signIn" {
        id "id": String = Shown;
        created_date_time "createdDateTime": Time = Shown;
        user_id "userId": String = Shown;
        user_principal_name "userPrincipalName": Option<String> = Shown;
        user_display_name "userDisplayName": Option<String> = Shown;
        app_id "appId": Option<String> = Shown;
        app_display_name "appDisplayName": Option<String> = Shown;
        resource_id "resourceId": Option<String> = Shown;
        resource_display_name "resourceDisplayName": Option<String> = Shown;
        ip_address "ipAddress": Option<String> = Shown;
        client_app_used "clientAppUsed": Option<String> = Shown;
        correlation_id "correlationId": Option<String> = Shown;
        is_interactive "isInteractive": Option<bool> = Shown;
        conditional_access_status "conditionalAccessStatus": Option<ConditionalAccessStatus> = Shown;
        applied_conditional_access_policies "appliedConditionalAccessPolicies":
            Vec<AppliedConditionalAccessPolicy> = Shown;
        status "status": Option<SignInStatus> = Shown;
        device_detail "deviceDetail": Option<DeviceDetail> = Shown;
        location "location": Option<SignInLocation> = Shown;
        authentication_requirement "authenticationRequirement": Option<String> = Shown Beta;
        authentication_details "authenticationDetails": Vec<AuthenticationDetail> = Shown Beta;
        sign_in_event_types "signInEventTypes": Vec<String> = Shown Beta;
        passkey_policy "@claviger.passkeyPolicy": Option<RecordedDecision> = Shown Own;
        report_only "@claviger.reportOnly": Option<RecordedDecision> = Shown Own;
    }
}

resource! {
    /// Ours: what a version of the passkey policy said at a sign-in.
    RecordedDecision = "recordedDecision" {
        version "version": i64 = Shown;
        result "result": String = Shown;
        rule "rule": Option<String> = Shown;
        profile "profile": Option<String> = Shown;
    }
}

resource! {
    /// How a try ended; 0 is success.
    SignInStatus = "signInStatus" {
        error_code "errorCode": Option<i32> = Shown;
        failure_reason "failureReason": Option<String> = Shown;
        additional_details "additionalDetails": Option<String> = Shown;
    }
}

resource! {
    /// Where: without a geographic database nothing is known.
    SignInLocation = "signInLocation" {
        city "city": Option<String> = Shown;
        country_or_region "countryOrRegion": Option<String> = Shown;
        state "state": Option<String> = Shown;
    }
}

resource! {
    /// With what.
    DeviceDetail = "deviceDetail" {
        browser "browser": Option<String> = Shown;
        device_id "deviceId": Option<String> = Shown;
        display_name "displayName": Option<String> = Shown;
        is_compliant "isCompliant": Option<bool> = Shown;
        is_managed "isManaged": Option<bool> = Shown;
        operating_system "operatingSystem": Option<String> = Shown;
        trust_type "trustType": Option<String> = Shown;
    }
}

resource! {
    /// A policy and what it said.
    AppliedConditionalAccessPolicy = "appliedConditionalAccessPolicy" {
        id "id": Option<String> = Shown;
        display_name "displayName": Option<String> = Shown;
        enforced_grant_controls "enforcedGrantControls": Vec<String> = Shown;
        enforced_session_controls "enforcedSessionControls": Vec<String> = Shown;
        result "result": Option<PolicyResult> = Shown;
    }
}

resource! {
    /// One step of a sign-in; beta only.
    AuthenticationDetail = "authenticationDetail" {
        authentication_method "authenticationMethod": Option<String> = Shown;
        authentication_method_detail "authenticationMethodDetail": Option<String> = Shown;
        authentication_step_date_time "authenticationStepDateTime": Option<Time> = Shown;
        authentication_step_requirement "authenticationStepRequirement": Option<String> = Shown;
        authentication_step_result_detail "authenticationStepResultDetail": Option<String> = Shown;
        succeeded "succeeded": Option<bool> = Shown;
    }
}

resource! {
    /// Something that was done.
    DirectoryAudit = "directoryAudit" {
        id "id": String = Shown;
        activity_date_time "activityDateTime": Time = Shown;
        activity_display_name "activityDisplayName": String = Shown;
        additional_details "additionalDetails": Vec<KeyValue> = Shown;
        category "category": String = Shown;
        correlation_id "correlationId": Option<String> = Shown;
        initiated_by "initiatedBy": AuditActivityInitiator = Shown;
        logged_by_service "loggedByService": Option<String> = Shown;
        operation_type "operationType": Option<String> = Shown;
        result "result": Option<OperationResult> = Shown;
        result_reason "resultReason": Option<String> = Shown;
        target_resources "targetResources": Vec<TargetResource> = Shown;
    }
}

resource! {
    /// Who did it.
    AuditActivityInitiator = "auditActivityInitiator" {
        app "app": Option<AppIdentity> = Shown;
        user "user": Option<UserIdentity> = Shown;
    }
}

resource! {
    /// A person who did something.
    UserIdentity = "userIdentity" {
        id "id": Option<String> = Shown;
        display_name "displayName": Option<String> = Shown;
        ip_address "ipAddress": Option<String> = Shown;
        user_principal_name "userPrincipalName": Option<String> = Shown;
    }
}

resource! {
    /// An application that did something.
    AppIdentity = "appIdentity" {
        app_id "appId": Option<String> = Shown;
        display_name "displayName": Option<String> = Shown;
        service_principal_id "servicePrincipalId": Option<String> = Shown;
        service_principal_name "servicePrincipalName": Option<String> = Shown;
    }
}

resource! {
    /// To whom or what.
    TargetResource = "targetResource" {
        id "id": Option<String> = Shown;
        display_name "displayName": Option<String> = Shown;
        modified_properties "modifiedProperties": Vec<ModifiedProperty> = Shown;
        of "type": Option<String> = Shown;
        user_principal_name "userPrincipalName": Option<String> = Shown;
    }
}

resource! {
    /// A property before and after.
    ModifiedProperty = "modifiedProperty" {
        display_name "displayName": Option<String> = Shown;
        new_value "newValue": Option<String> = Shown;
        old_value "oldValue": Option<String> = Shown;
    }
}

resource! {
    /// A name and a value.
    KeyValue = "keyValue" {
        key "key": Option<String> = Shown;
        value "value": Option<String> = Shown;
    }
}
