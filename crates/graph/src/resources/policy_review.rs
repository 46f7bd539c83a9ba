//! Ours: what a policy does and would do, its versions, and what it has for one person.
//!
//! Rules are named by their codes (`policy.synced_not_allowed`), profiles by their ids.

use crate::kind::words;
use crate::resource::resource;
use crate::resources::{PasskeyProfile, PolicyWarning};
use crate::{Guid, Time};

words! {
    /// What a version was saved for.
    PolicyMode = "policyMode" { Enforced = "enforced", ReportOnly = "reportOnly" }
}

words! {
    /// What a policy has for somebody: nothing because passkeys are off, or they are excluded, or no target has them.
    PolicyScope = "policyScope" {
        Disabled = "disabled", Excluded = "excluded", NoProfile = "noProfile", Profiles = "profiles"
    }
}

resource! {
    /// A version of the policy that was saved.
    PolicyVersion = "policyVersion" {
        id "id": String = Shown;
        mode "mode": Option<PolicyMode> = Shown;
        saved_date_time "savedDateTime": Option<Time> = Shown;
        saved_by "savedBy": Option<Guid> = Shown;
        saved_by_name "savedByName": Option<String> = Shown;
        note "note": Option<String> = Shown;
        is_current "isCurrent": bool = Shown;
    }
}

resource! {
    /// What is different between two versions.
    PolicyComparison = "policyComparison" {
        from "from": i64 = Shown;
        to "to": i64 = Shown;
        differences "differences": Vec<PolicyDifference> = Shown;
    }
}

resource! {
    /// A place, and what stood and stands there, as JSON text; `null` where there was or is nothing.
    PolicyDifference = "policyDifference" {
        path "path": String = Shown;
        before "before": Option<String> = Shown;
        after "after": Option<String> = Shown;
    }
}

resource! {
    /// What would be different under a draft.
    PolicyPreview = "policyPreview" {
        version "version": i64 = Shown;
        people "people": i64 = Shown;
        people_in_scope "peopleInScope": i64 = Shown;
        passkeys "passkeys": i64 = Shown;
        passkeys_in_scope "passkeysInScope": i64 = Shown;
        would_stop "wouldStop": i64 = Shown;
        would_start "wouldStart": i64 = Shown;
        left_with_none "leftWithNone": i64 = Shown;
        keeps_administrator "keepsAdministrator": bool = Shown;
        by_rule "byRule": Vec<RuleCount> = Shown;
        stopping "stopping": Vec<StoppingPasskey> = Shown;
        stranded "stranded": Vec<StrandedPerson> = Shown;
        warnings "warnings": Vec<PolicyWarning> = Shown;
    }
}

resource! {
    /// How many passkeys a rule would stop.
    RuleCount = "ruleCount" {
        rule "rule": String = Shown;
        passkeys "passkeys": i64 = Shown;
    }
}

resource! {
    /// A passkey that would stop.
    StoppingPasskey = "stoppingPasskey" {
        user_id "userId": Guid = Shown;
        user_principal_name "userPrincipalName": String = Shown;
        passkey_id "passkeyId": String = Shown;
        passkey_name "passkeyName": String = Shown;
        rule "rule": String = Shown;
        profile_id "profileId": Option<Guid> = Shown;
    }
}

resource! {
    /// Somebody who would have no accepted passkey.
    StrandedPerson = "strandedPerson" {
        user_id "userId": Guid = Shown;
        user_principal_name "userPrincipalName": String = Shown;
        display_name "displayName": String = Shown;
    }
}

resource! {
    /// What the policy in force has for one person.
    EffectivePolicy = "effectivePolicy" {
        user_id "userId": Guid = Shown;
        user_principal_name "userPrincipalName": String = Shown;
        version "version": i64 = Shown;
        report_only_version "reportOnlyVersion": Option<i64> = Shown;
        scope "scope": Option<PolicyScope> = Shown;
        is_self_service_registration_allowed "isSelfServiceRegistrationAllowed": bool = Shown;
        is_break_glass "isBreakGlass": bool = Shown;
        group_ids "groupIds": Vec<Guid> = Shown;
        profiles "profiles": Vec<PasskeyProfile> = Shown;
        passkeys "passkeys": Vec<PasskeyVerdict> = Shown;
    }
}

resource! {
    /// A passkey, and every reason for and against it.
    PasskeyVerdict = "passkeyVerdict" {
        id "id": String = Shown;
        display_name "displayName": String = Shown;
        aa_guid "aaGuid": String = Shown;
        model "model": Option<String> = Shown;
        is_synced "isSynced": bool = Shown;
        is_attested "isAttested": bool = Shown;
        created_date_time "createdDateTime": Option<Time> = Shown;
        last_used_date_time "lastUsedDateTime": Option<Time> = Shown;
        decision "decision": PolicyDecision = Shown;
        report_only "reportOnly": Option<PolicyDecision> = Shown;
    }
}

resource! {
    /// What a version says about a passkey.
    PolicyDecision = "policyDecision" {
        is_accepted "isAccepted": bool = Shown;
        refused_by "refusedBy": Option<String> = Shown;
        nearest_profile "nearestProfile": Option<Guid> = Shown;
        profiles "profiles": Vec<ProfileVerdict> = Shown;
    }
}

resource! {
    /// What one profile says: nothing that failed means yes.
    ProfileVerdict = "profileVerdict" {
        id "id": Guid = Shown;
        name "name": String = Shown;
        failed "failed": Vec<FailedRule> = Shown;
    }
}

resource! {
    /// A rule, what would have passed, and what was found.
    FailedRule = "failedRule" {
        rule "rule": String = Shown;
        expected "expected": Vec<String> = Shown;
        found "found": Vec<String> = Shown;
    }
}
