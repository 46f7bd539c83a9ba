//! The policy of authentication methods, and in it the one of passkeys with its profiles.
//!
//! What goes beyond Entra stands in annotations (`@claviger.NAME`), which clients that don't know them leave alone.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::kind::words;
use crate::resource::resource;
use crate::{Described, Guid, Kind, Time, Words};

words! {
    /// Whether a method is on.
    AuthenticationMethodState = "authenticationMethodState" { Enabled = "enabled", Disabled = "disabled" }
}

words! {
    /// What a target is. `user` is from before groups; it is read and refused.
    #[derive(Default)]
    TargetType = "authenticationMethodTargetType" { User = "user", #[default] Group = "group" }
}

words! {
    /// Whether passkeys' models must be proven.
    #[derive(Default)]
    AttestationEnforcement = "attestationEnforcement" { #[default] Disabled = "disabled", RegistrationOnly = "registrationOnly" }
}

words! {
    /// What a list of models says.
    RestrictionType = "fido2RestrictionEnforcementType" { Allow = "allow", Block = "block" }
}

words! {
    /// How far the move from older policies is.
    PolicyMigrationState = "authenticationMethodsPolicyMigrationState" {
        Before = "preMigration", InProgress = "migrationInProgress", Complete = "migrationComplete"
    }
}

words! {
    /// Ours: what follows when a synced passkey answers from devices that were never seen with it.
    TrustGroupRule = "trustGroupRule" { Accept = "accept", Notify = "notify", StepUp = "stepUp", Refuse = "refuse" }
}

/// Types of passkeys: a flags enumeration, on the wire one text joined by commas (`deviceBound,synced`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PasskeyTypes {
    pub device_bound: bool,
    pub synced: bool,
}

impl PasskeyTypes {
    /// Its members and their spellings.
    pub const WORDS: Words = Words {
        name: "passkeyTypes",
        members: &["deviceBound", "synced"],
        evolved: &[],
    };

    /// Reads members joined by commas, in any order, with spaces around them or without; at least one.
    #[must_use]
    pub fn parse(text: &str) -> Option<PasskeyTypes> {
        let mut types = PasskeyTypes::default();
        for word in text.split(',').map(str::trim) {
            match word {
                "deviceBound" => types.device_bound = true,
                "synced" => types.synced = true,
                _ => return None,
            }
        }
        Some(types)
    }
}

impl fmt::Display for PasskeyTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.device_bound, self.synced) {
            (true, true) => "deviceBound,synced",
            (true, false) => "deviceBound",
            (false, true) => "synced",
            (false, false) => "",
        })
    }
}

impl Serialize for PasskeyTypes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Described for PasskeyTypes {
    const KIND: Kind = Kind::Flags(&PasskeyTypes::WORDS);
}

resource! {
    /// The policy of all methods.
    AuthenticationMethodsPolicy = "authenticationMethodsPolicy" {
        id "id": String = Shown;
        display_name "displayName": Option<String> = Shown;
        description "description": Option<String> = Shown;
        last_modified_date_time "lastModifiedDateTime": Option<Time> = Shown;
        policy_version "policyVersion": Option<String> = Shown;
        policy_migration_state "policyMigrationState": Option<PolicyMigrationState> = Shown;
        configurations "authenticationMethodConfigurations": Vec<Fido2AuthenticationMethodConfiguration> = Shown Update;
    }
}

resource! {
    /// The policy of passkeys.
    Fido2AuthenticationMethodConfiguration = "fido2AuthenticationMethodConfiguration" {
        odata_type "@odata.type": String = Shown Own;
        id "id": String = Shown Update;
        state "state": Option<AuthenticationMethodState> = Shown Update;
        is_self_service_registration_allowed "isSelfServiceRegistrationAllowed": Option<bool> = Shown Update;
        is_attestation_enforced "isAttestationEnforced": Option<bool> = Shown Update;
        key_restrictions "keyRestrictions": Option<Fido2KeyRestrictions> = Shown Update;
        default_passkey_profile "defaultPasskeyProfile": Option<String> = Shown Update;
        exclude_targets "excludeTargets": Vec<ExcludeTarget> = Shown Update;
        include_targets_context "includeTargets@odata.context": String = Shown Own;
        include_targets "includeTargets": Vec<PasskeyAuthenticationMethodTarget> = Shown Update;
        passkey_profiles "passkeyProfiles": Vec<PasskeyProfile> = Shown Update;
        known_syncing "@claviger.knownSyncing": Vec<String> = Shown Update Own;
        version "@claviger.version": i64 = Shown Own;
        warnings "@claviger.warnings": Vec<PolicyWarning> = Shown Own;
    }
}

resource! {
    /// The policy of Temporary Access Passes.
    TemporaryAccessPassAuthenticationMethodConfiguration = "temporaryAccessPassAuthenticationMethodConfiguration" {
        odata_type "@odata.type": String = Shown Own;
        id "id": String = Shown Update;
        state "state": Option<AuthenticationMethodState> = Shown Update;
        default_length "defaultLength": Option<i32> = Shown Update;
        default_lifetime_in_minutes "defaultLifetimeInMinutes": Option<i32> = Shown Update;
        minimum_lifetime_in_minutes "minimumLifetimeInMinutes": Option<i32> = Shown Update;
        maximum_lifetime_in_minutes "maximumLifetimeInMinutes": Option<i32> = Shown Update;
        is_usable_once "isUsableOnce": Option<bool> = Shown Update;
        exclude_targets "excludeTargets": Vec<ExcludeTarget> = Shown Update;
        include_targets_context "includeTargets@odata.context": String = Shown Own;
        include_targets "includeTargets": Vec<AuthenticationMethodTarget> = Shown Update;
        version "@claviger.version": i64 = Shown Own;
    }
}

resource! {
    /// People whom a method's policy is about; `all_users` is everybody.
    AuthenticationMethodTarget = "authenticationMethodTarget" {
        target_type "targetType": TargetType = Shown Create Update;
        id "id": String = Shown Create Update;
        is_registration_required "isRegistrationRequired": bool = Shown Create Update;
    }
}

resource! {
    /// Rules that a passkey satisfies all of, or not.
    PasskeyProfile = "passkeyProfile" {
        id "id": Guid = Shown Create Update;
        name "name": Option<String> = Shown Create Update;
        passkey_types "passkeyTypes": Option<PasskeyTypes> = Shown Create Update;
        attestation_enforcement "attestationEnforcement": AttestationEnforcement = Shown Create Update;
        key_restrictions "keyRestrictions": Option<Fido2KeyRestrictions> = Shown Create Update;
        blocked "@claviger.blocked": Vec<String> = Shown Create Update Own;
        minimum_certification "@claviger.minimumCertification": Option<String> = Shown Create Update Own;
        key_protection "@claviger.keyProtection": Vec<String> = Shown Create Update Own;
        max_age_days "@claviger.maxAgeDays": Option<i32> = Shown Create Update Own;
        max_unused_days "@claviger.maxUnusedDays": Option<i32> = Shown Create Update Own;
        attestation_rechecked "@claviger.attestationRechecked": bool = Shown Create Update Own;
        trust_group "@claviger.trustGroup": Option<TrustGroupRule> = Shown Create Update Own;
    }
}

resource! {
    /// Which models are accepted.
    Fido2KeyRestrictions = "fido2KeyRestrictions" {
        is_enforced "isEnforced": Option<bool> = Shown Create Update;
        enforcement_type "enforcementType": Option<RestrictionType> = Shown Create Update;
        aa_guids "aaGuids": Vec<String> = Shown Create Update;
    }
}

resource! {
    /// People and the profiles that they have; `all_users` is everybody.
    PasskeyAuthenticationMethodTarget = "passkeyAuthenticationMethodTarget" {
        target_type "targetType": TargetType = Shown Create Update;
        id "id": String = Shown Create Update;
        is_registration_required "isRegistrationRequired": bool = Shown Create Update;
        allowed_passkey_profiles "allowedPasskeyProfiles": Vec<Guid> = Shown Create Update;
    }
}

resource! {
    /// People who have no passkeys.
    ExcludeTarget = "excludeTarget" {
        id "id": String = Shown Create Update;
        target_type "targetType": TargetType = Shown Create Update;
    }
}

resource! {
    /// Ours: what was saved although it contradicts itself.
    PolicyWarning = "policyWarning" {
        code "code": String = Shown;
        target "target": String = Shown;
        message "message": String = Shown;
    }
}
