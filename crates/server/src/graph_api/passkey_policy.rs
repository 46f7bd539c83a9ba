//! The passkey policy in Graph's words, and what a PATCH in Graph's words makes of it. Pure; nothing is decided here.
//!
//! - What a PATCH leaves out keeps its value: properties of the configuration, and properties and annotations of a profile or
//!   target that is there already. A client that doesn't know `@claviger.` annotations can't loosen what they say.
//! - Lists (targets, profiles, AAGUIDs) are replaced whole when they are sent. `null` takes an annotation away.
//! - The deprecated global settings show the default profile. Sent without that profile they change it; sent with it, as
//!   clients do that send back what they read, the profile counts, and a global that says a third thing is refused.

use graph::body::Fields;
use graph::resources::{
    AttestationEnforcement, AuthenticationMethodsPolicy, Fido2AuthenticationMethodConfiguration,
    Fido2KeyRestrictions, PasskeyAuthenticationMethodTarget, PasskeyProfile, PasskeyTypes,
    PolicyMigrationState, PolicyWarning, RestrictionType, TargetType, TrustGroupRule,
};
use graph::{Guid, Problem, Time};
use identity::policies::profiles::{
    self as own, Aaguid, CertificationLevel, Document, Include, KeyProtection, PasskeyPolicy,
    Profile, ProfileId, RestrictionKind, Restrictions, Strictness, Target, Types,
};

use super::method_policy::{
    expects, read_exclusions, read_state, refuse_person, write_exclusions, write_state,
};

/// The configuration's id; keys in addresses are compared in any case.
pub(super) const ID: &str = "Fido2";

/// `version` is the one in force. `base` is the address in front of the version's prefix, such as
/// `https://login.example.org/v1.0`.
pub(super) fn to_graph(
    policy: &PasskeyPolicy,
    version: i64,
    base: &str,
) -> Fido2AuthenticationMethodConfiguration {
    let document = policy.document();
    let default = policy.find_profile(document.default_profile);
    Fido2AuthenticationMethodConfiguration {
        odata_type: Fido2AuthenticationMethodConfiguration::TYPE.odata_type(),
        id: ID.to_owned(),
        state: Some(write_state(document.state)),
        is_self_service_registration_allowed: Some(document.self_service_registration),
        is_attestation_enforced: default.map(Profile::enforces_attestation),
        key_restrictions: default.map(|profile| write_restrictions(&profile.restrictions)),
        default_passkey_profile: Some(document.default_profile.to_string()),
        exclude_targets: write_exclusions(&document.exclude),
        include_targets_context: format!(
            "{base}/$metadata#policies/authenticationMethodsPolicy/authenticationMethodConfigurations('{ID}')\
            /microsoft.graph.fido2AuthenticationMethodConfiguration/includeTargets"
        ),
        include_targets: document.include.iter().map(write_target).collect(),
        passkey_profiles: document.profiles.iter().map(write_profile).collect(),
        known_syncing: write_all(&document.known_syncing),
        version,
        warnings: list_warnings(document),
    }
}

/// The policy of all methods, of which passkeys are the only one.
pub(super) fn to_methods_policy(
    passkeys: Fido2AuthenticationMethodConfiguration,
    changed_at: Option<Time>,
) -> AuthenticationMethodsPolicy {
    AuthenticationMethodsPolicy {
        id: "authenticationMethodsPolicy".to_owned(),
        display_name: Some("Authentication Methods Policy".to_owned()),
        description: Some("Which sign-in methods people may use and add.".to_owned()),
        last_modified_date_time: changed_at,
        policy_version: Some("1.5".to_owned()),
        policy_migration_state: Some(PolicyMigrationState::Complete),
        configurations: vec![passkeys],
    }
}

fn write_all<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(T::to_string).collect()
}

fn write_restrictions(restrictions: &Restrictions) -> Fido2KeyRestrictions {
    Fido2KeyRestrictions {
        is_enforced: Some(restrictions.enforced),
        enforcement_type: Some(match restrictions.kind {
            RestrictionKind::Allow => RestrictionType::Allow,
            RestrictionKind::Block => RestrictionType::Block,
        }),
        aa_guids: write_all(&restrictions.aaguids),
    }
}

fn write_target(include: &Include) -> PasskeyAuthenticationMethodTarget {
    PasskeyAuthenticationMethodTarget {
        target_type: TargetType::Group,
        id: include.target.to_string(),
        is_registration_required: include.registration_required,
        allowed_passkey_profiles: include.profiles.iter().map(|id| Guid(id.0)).collect(),
    }
}

pub(super) fn write_profile(profile: &Profile) -> PasskeyProfile {
    let days = |days: Option<u32>| days.and_then(|days| i32::try_from(days).ok());
    let protections = profile.key_protection.iter();
    PasskeyProfile {
        id: Guid(profile.id.0),
        name: Some(profile.name.clone()),
        passkey_types: Some(PasskeyTypes {
            device_bound: profile.types.device_bound,
            synced: profile.types.synced,
        }),
        attestation_enforcement: match profile.attestation {
            own::AttestationEnforcement::Disabled => AttestationEnforcement::Disabled,
            own::AttestationEnforcement::RegistrationOnly => {
                AttestationEnforcement::RegistrationOnly
            }
        },
        key_restrictions: Some(write_restrictions(&profile.restrictions)),
        blocked: write_all(&profile.blocked),
        minimum_certification: profile
            .minimum_certification
            .map(|level| level.as_str().to_owned()),
        key_protection: protections.map(|kind| kind.as_str().to_owned()).collect(),
        max_age_days: days(profile.max_age_days),
        max_unused_days: days(profile.max_unused_days),
        attestation_rechecked: profile.attestation_rechecked,
        trust_group: Some(match profile.trust_group {
            own::TrustGroupRule::Accept => TrustGroupRule::Accept,
            own::TrustGroupRule::Notify => TrustGroupRule::Notify,
            own::TrustGroupRule::StepUp => TrustGroupRule::StepUp,
            own::TrustGroupRule::Refuse => TrustGroupRule::Refuse,
        }),
    }
}

fn list_warnings(document: &Document) -> Vec<PolicyWarning> {
    let checked = document.clone().check(Strictness::Wire);
    let faults = checked.map_or_else(|faults| faults, |checked| checked.warnings);
    faults
        .iter()
        .map(|fault| PolicyWarning {
            code: fault.kind.as_str().to_owned(),
            target: fault.field.graph_path(),
            message: fault.kind.message().to_owned(),
        })
        .collect()
}

/// What the policy in force becomes by a PATCH; still to be checked.
///
/// # Errors
/// What can't be read, or says two things at once.
pub(super) fn apply(fields: &Fields, in_force: &PasskeyPolicy) -> Result<Document, Problem> {
    let before = in_force.document();
    let mut after = before.clone();
    if let Some(id) = fields.text("id")
        && !id.is_some_and(|id| id.eq_ignore_ascii_case(ID))
    {
        return Err(expects("id", ID));
    }
    if let Some(state) = read_state(fields)? {
        after.state = state;
    }
    if let Some(allowed) = read_truth(fields, "isSelfServiceRegistrationAllowed")? {
        after.self_service_registration = allowed;
    }
    if let Some(id) = fields.text("defaultPasskeyProfile") {
        let parsed = id.and_then(ProfileId::parse);
        after.default_profile =
            parsed.ok_or_else(|| expects("defaultPasskeyProfile", "the id of a profile"))?;
    }
    if let Some(profiles) = fields.objects("passkeyProfiles") {
        let read = |fields: &Fields| read_profile(fields, before);
        after.profiles = profiles.iter().map(read).collect::<Result<_, _>>()?;
    }
    apply_globals(fields, before, &mut after)?;
    if let Some(targets) = fields.objects("includeTargets") {
        let read = |fields: &Fields| read_target(fields, before);
        after.include = targets.iter().map(read).collect::<Result<_, _>>()?;
    }
    if let Some(groups) = read_exclusions(fields)? {
        after.exclude = groups;
    }
    if let Some(known) = read_aaguids(fields, "@claviger.knownSyncing")? {
        after.known_syncing = known;
    }
    Ok(after)
}

/// `null` is no Boolean here, although the schema has it nullable.
fn read_truth(fields: &Fields, name: &str) -> Result<Option<bool>, Problem> {
    match (fields.value(name), fields.truth(name)) {
        (None, _) => Ok(None),
        (Some(_), Some(truth)) => Ok(Some(truth)),
        (Some(_), None) => Err(expects(name, "Edm.Boolean")),
    }
}

fn read_aaguids(fields: &Fields, name: &str) -> Result<Option<Vec<Aaguid>>, Problem> {
    let parse = |text: String| Aaguid::parse(&text).map_err(|_| expects(name, "GUIDs"));
    let Some(texts) = fields.texts(name) else {
        return Ok(None);
    };
    texts
        .into_iter()
        .map(parse)
        .collect::<Result<_, _>>()
        .map(Some)
}

/// What is left out keeps the value that it has in `base`.
fn read_restrictions(fields: &Fields, base: &Restrictions) -> Result<Restrictions, Problem> {
    let kind = match fields.text("enforcementType") {
        None => base.kind,
        Some(kind) => match kind.and_then(RestrictionType::parse) {
            Some(RestrictionType::Allow) => RestrictionKind::Allow,
            Some(RestrictionType::Block) => RestrictionKind::Block,
            None => return Err(expects("enforcementType", "allow or block")),
        },
    };
    let aaguids = read_aaguids(fields, "aaGuids")?;
    Ok(Restrictions {
        enforced: read_truth(fields, "isEnforced")?.unwrap_or(base.enforced),
        kind,
        aaguids: aaguids.unwrap_or_else(|| base.aaguids.clone()),
    })
}

/// `keyRestrictions`: `None` if left out; `null` takes them away.
fn read_key_restrictions(
    fields: &Fields,
    base: &Restrictions,
) -> Result<Option<Restrictions>, Problem> {
    match (
        fields.value("keyRestrictions"),
        fields.object("keyRestrictions"),
    ) {
        (None, _) => Ok(None),
        (Some(_), Some(object)) => read_restrictions(&object, base).map(Some),
        (Some(_), None) => Ok(Some(Restrictions::default())),
    }
}

/// A profile that is there already keeps what the request leaves out.
fn read_profile(fields: &Fields, before: &Document) -> Result<Profile, Problem> {
    let id = fields.guid("id").ok_or(Problem::Missing("id"))?;
    let id = ProfileId(id.0);
    let stored = before.profiles.iter().find(|profile| profile.id == id);
    let mut profile = match stored {
        Some(stored) => stored.clone(),
        None => {
            fields.require_text("name")?;
            fields.require_text("passkeyTypes")?;
            Profile::new(id, "")
        }
    };
    if let Some(name) = fields.text("name") {
        profile.name = name.unwrap_or_default().to_owned();
    }
    if let Some(types) = fields.text("passkeyTypes") {
        let types = types.and_then(PasskeyTypes::parse);
        let types = types.ok_or_else(|| expects("passkeyTypes", "deviceBound, synced"))?;
        profile.types = Types {
            device_bound: types.device_bound,
            synced: types.synced,
        };
    }
    if let Some(word) = fields.text("attestationEnforcement") {
        profile.attestation = match word.and_then(AttestationEnforcement::parse) {
            Some(word) => read_attestation(word == AttestationEnforcement::RegistrationOnly),
            None => {
                return Err(expects(
                    "attestationEnforcement",
                    "disabled or registrationOnly",
                ));
            }
        };
    }
    if let Some(restrictions) = read_key_restrictions(fields, &profile.restrictions)? {
        profile.restrictions = restrictions;
    }
    read_beyond(fields, &mut profile)?;
    Ok(profile)
}

fn read_attestation(enforced: bool) -> own::AttestationEnforcement {
    match enforced {
        true => own::AttestationEnforcement::RegistrationOnly,
        false => own::AttestationEnforcement::Disabled,
    }
}

/// The annotations of a profile.
fn read_beyond(fields: &Fields, profile: &mut Profile) -> Result<(), Problem> {
    if let Some(blocked) = read_aaguids(fields, "@claviger.blocked")? {
        profile.blocked = blocked;
    }
    if let Some(level) = fields.text("@claviger.minimumCertification") {
        profile.minimum_certification = level.map(read_certification).transpose()?;
    }
    if let Some(kinds) = fields.texts("@claviger.keyProtection") {
        let kinds = kinds.iter().map(|word| read_protection(word));
        profile.key_protection = kinds.collect::<Result<_, _>>()?;
    }
    if let Some(days) = read_days(fields, "@claviger.maxAgeDays")? {
        profile.max_age_days = days;
    }
    if let Some(days) = read_days(fields, "@claviger.maxUnusedDays")? {
        profile.max_unused_days = days;
    }
    if let Some(rechecked) = read_truth(fields, "@claviger.attestationRechecked")? {
        profile.attestation_rechecked = rechecked;
    }
    if let Some(rule) = fields.text("@claviger.trustGroup") {
        profile.trust_group = match rule.and_then(TrustGroupRule::parse) {
            None | Some(TrustGroupRule::Accept) => own::TrustGroupRule::Accept,
            Some(TrustGroupRule::Notify) => own::TrustGroupRule::Notify,
            Some(TrustGroupRule::StepUp) => own::TrustGroupRule::StepUp,
            Some(TrustGroupRule::Refuse) => own::TrustGroupRule::Refuse,
        };
    }
    Ok(())
}

fn read_certification(word: &str) -> Result<CertificationLevel, Problem> {
    let words = "functional, L1, L1plus, L2, L2plus, L3 or L3plus";
    let level = CertificationLevel::from_word(word);
    level.ok_or_else(|| expects("@claviger.minimumCertification", words))
}

fn read_protection(word: &str) -> Result<KeyProtection, Problem> {
    let words = "software, hardware, tee, secure_element or remote_handle";
    match KeyProtection::from_word(word) {
        KeyProtection::Unknown(_) => Err(expects("@claviger.keyProtection", words)),
        known => Ok(known),
    }
}

/// Left out, taken away, or given. What is out of range is for the check to name.
fn read_days(fields: &Fields, name: &str) -> Result<Option<Option<u32>>, Problem> {
    let Some(value) = fields.value(name) else {
        return Ok(None);
    };
    if value.is_null() {
        return Ok(Some(None));
    }
    let days = value.as_i64().and_then(|days| u32::try_from(days).ok());
    days.map_or_else(
        || Err(expects(name, "a number of days")),
        |days| Ok(Some(Some(days))),
    )
}

/// The deprecated global settings, which are the default profile's.
fn apply_globals(fields: &Fields, before: &Document, after: &mut Document) -> Result<(), Problem> {
    let stored = find_default(before).cloned();
    let is_sent = fields.value("passkeyProfiles").is_some();
    let enforced = read_truth(fields, "isAttestationEnforced")?;
    let base = stored.as_ref().map(|profile| profile.restrictions.clone());
    let restrictions = read_key_restrictions(fields, &base.clone().unwrap_or_default())?;
    let id = after.default_profile;
    let Some(profile) = after.profiles.iter_mut().find(|profile| profile.id == id) else {
        // The check says that the default profile is missing.
        return Ok(());
    };
    if let Some(enforced) = enforced {
        let was = stored.as_ref().map(Profile::enforces_attestation);
        let is_other = enforced != profile.enforces_attestation();
        if !is_sent && is_other {
            profile.attestation = read_attestation(enforced);
        } else if is_other && was != Some(enforced) {
            return Err(contradicts("isAttestationEnforced"));
        }
    }
    if let Some(restrictions) = restrictions {
        let is_other = !have_one_effect(&restrictions, &profile.restrictions);
        if !is_sent {
            profile.restrictions = restrictions;
        } else if is_other && base.is_none_or(|base| !have_one_effect(&restrictions, &base)) {
            return Err(contradicts("keyRestrictions"));
        }
    }
    Ok(())
}

fn find_default(document: &Document) -> Option<&Profile> {
    let mut profiles = document.profiles.iter();
    profiles.find(|profile| profile.id == document.default_profile)
}

fn contradicts(property: &str) -> Problem {
    let expected = "what passkeyProfiles says of the default profile; send one of the two";
    expects(property, expected)
}

/// Two that are not enforced do the same, whatever they list.
fn have_one_effect(one: &Restrictions, other: &Restrictions) -> bool {
    let mut lists = [one.aaguids.clone(), other.aaguids.clone()];
    for list in &mut lists {
        list.sort_unstable_by_key(|aaguid| aaguid.0);
    }
    let [ours, theirs] = lists;
    let same = one.enforced == other.enforced && one.kind == other.kind && ours == theirs;
    same || (!one.enforced && !other.enforced)
}

fn read_target(fields: &Fields, before: &Document) -> Result<Include, Problem> {
    let target = Target::parse(fields.require_text("id")?)
        .ok_or_else(|| expects("id", "all_users or the id of a group"))?;
    refuse_person(fields)?;
    let stored = before.include.iter().find(|it| it.target == target);
    let profiles = match fields.texts("allowedPasskeyProfiles") {
        Some(ids) => {
            let parse = |id: &String| ProfileId::parse(id);
            let parsed: Option<Vec<ProfileId>> = ids.iter().map(parse).collect();
            parsed.ok_or_else(|| expects("allowedPasskeyProfiles", "GUIDs"))?
        }
        // A new target without profiles is for the check to refuse.
        None => stored.map_or_else(Vec::new, |it| it.profiles.clone()),
    };
    let required = read_truth(fields, "isRegistrationRequired")?;
    Ok(Include {
        target,
        registration_required: required
            .unwrap_or_else(|| stored.is_some_and(|it| it.registration_required)),
        profiles,
    })
}

#[cfg(test)]
mod tests;
