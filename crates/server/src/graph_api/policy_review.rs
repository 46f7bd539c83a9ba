//! `/claviger/v1/policy` and what the policy has for one person: previews, versions, what is tried out, the effective
//! policy, accounts for the bad day.

use axum::http::StatusCode;
use graph::project::Selection;
use graph::resources::collections::POLICY_VERSIONS;
use graph::resources::{
    EffectivePolicy, FailedRule, Fido2AuthenticationMethodConfiguration, PasskeyVerdict,
    PolicyComparison, PolicyDecision, PolicyDifference, PolicyMode, PolicyPreview, PolicyScope,
    PolicyVersion, PolicyWarning, ProfileVerdict, RuleCount, StoppingPasskey, StrandedPerson,
};
use graph::{Guid, Mark, Time, Type, envelope};
use identity::policies::profiles::Explanation;
use identity::policies::{
    self, Mark as BreakGlass, PolicyFault, PolicyShown, Preview, VersionMode,
};
use identity::{Cursor, Id};
use serde::Serialize;
use serde_json::Value;

use super::answer::{self, Outcome, done};
use super::call::Call;
use super::directory_objects::guid;
use super::fault::Fault;
use super::passkey_policy::{apply, to_graph, write_profile};
use super::policies::{derive, tagged};

const PASSKEYS: &Type = &Fido2AuthenticationMethodConfiguration::TYPE;

impl Call {
    /// One object of ours that is no member of a collection.
    pub(super) fn whole(
        &self,
        value: &impl Serialize,
        of: &'static Type,
        context: &str,
    ) -> Outcome {
        let cut = self.cut(value, of, &Selection::Default)?;
        let context = self.context(context);
        Ok(answer::json(
            StatusCode::OK,
            &envelope::wrap_entity(context, cut),
        ))
    }
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn warn(faults: &[PolicyFault]) -> Vec<PolicyWarning> {
    let warning = |fault: &PolicyFault| PolicyWarning {
        code: fault.word.to_owned(),
        target: fault.graph_path.clone(),
        message: fault.message.clone().into_owned(),
    };
    faults.iter().map(warning).collect()
}

/// A draft is what a PATCH of the policy in force would make of it.
pub(super) async fn preview(call: Call) -> Outcome {
    let fields = call.body(PASSKEYS, Mark::Update)?;
    fields.allow_binds(&[], PASSKEYS)?;
    let identity = &call.state.identity;
    let base = policies::begin_preview(identity, call.actor()).await?;
    let draft = apply(&fields, &base.policy)?;
    let found = policies::preview(identity, call.actor(), &draft).await?;
    call.whole(
        &derive_preview(&found),
        &PolicyPreview::TYPE,
        "policy/preview",
    )
}

fn derive_preview(found: &Preview) -> PolicyPreview {
    let by_rule = found.by_rule.iter().map(|(rule, passkeys)| RuleCount {
        rule: rule.as_str().to_owned(),
        passkeys: count(*passkeys),
    });
    let stopping = found.stopping.iter().map(|one| StoppingPasskey {
        user_id: guid(one.person_id),
        user_principal_name: one.user_name.clone(),
        passkey_id: one.passkey_id.clone(),
        passkey_name: one.passkey_name.clone(),
        rule: one.rule.as_str().to_owned(),
        profile_id: one.profile.map(|id| Guid(id.0)),
    });
    let stranded = found.stranded.iter().map(|one| StrandedPerson {
        user_id: guid(one.person_id),
        user_principal_name: one.user_name.clone(),
        display_name: one.display_name.clone(),
    });
    PolicyPreview {
        version: found.version,
        people: count(found.people),
        people_in_scope: count(found.people_in_scope),
        passkeys: count(found.passkeys),
        passkeys_in_scope: count(found.passkeys_in_scope),
        would_stop: count(found.would_stop),
        would_start: count(found.would_start),
        left_with_none: count(found.left_with_none),
        keeps_administrator: found.keeps_administrator,
        by_rule: by_rule.collect(),
        stopping: stopping.collect(),
        stranded: stranded.collect(),
        warnings: warn(&found.warnings),
    }
}

pub(super) async fn list_versions(call: Call) -> Outcome {
    let options = call.options(&POLICY_VERSIONS)?;
    let before = match call.place(&options)? {
        None => None,
        Some(Cursor {
            key: identity::Value::Int(before),
            ..
        }) => Some(before),
        Some(_) => return Err(Fault::from(&identity::codes::CURSOR_UNFIT)),
    };
    let identity = &call.state.identity;
    let found = policies::list_versions(identity, call.actor(), before, options.top).await?;
    let next = found.last().filter(|_| found.len() == options.top as usize);
    let next = next.map(|last| Cursor {
        key: identity::Value::Int(last.version),
        id: Id([0; 16]),
    });
    let write = |version: &policies::VersionShown| PolicyVersion {
        id: version.version.to_string(),
        mode: Some(match version.mode {
            VersionMode::Enforced => PolicyMode::Enforced,
            VersionMode::ReportOnly => PolicyMode::ReportOnly,
        }),
        saved_date_time: Some(Time(version.saved_at)),
        saved_by: version.saved_by.map(guid),
        saved_by_name: version.saved_by_name.clone(),
        note: Some(version.note.clone()).filter(|note| !note.is_empty()),
        is_current: version.current,
    };
    let values = found
        .iter()
        .map(|one| {
            let cut = call.cut(&write(one), &PolicyVersion::TYPE, &options.select)?;
            Ok(Value::Object(cut))
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    call.page(&options, "policy/versions", values, None, next)
}

/// The number of a version; anything else names none.
fn version(call: &Call, index: usize) -> Result<i64, Fault> {
    let key = call.key(index);
    let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    let number = key.parse().ok().filter(|_| plain);
    number.ok_or_else(|| Fault::missing(key))
}

pub(super) async fn read_version(call: Call) -> Outcome {
    call.without_options()?;
    let identity = &call.state.identity;
    // Who may not read any is not told which there are.
    policies::show(identity, call.actor()).await?;
    let version = version(&call, 0)?;
    let policy = policies::read_version(identity, call.actor(), version).await?;
    let base = format!("{}{}", call.state.origin, call.version.prefix());
    let written = to_graph(&policy, version, &base);
    call.whole(&written, PASSKEYS, "policy/versions/$entity")
}

/// `policy/versions/{id}/compareTo/{id}`: what changed from the first to the second.
pub(super) async fn compare(call: Call) -> Outcome {
    call.without_options()?;
    let identity = &call.state.identity;
    policies::show(identity, call.actor()).await?;
    let (from, to) = (version(&call, 0)?, version(&call, 1)?);
    let found = policies::compare_versions(identity, call.actor(), from, to).await?;
    let text = |value: &Option<Value>| value.as_ref().map(Value::to_string);
    let differences = found.iter().map(|one| PolicyDifference {
        path: one.path.clone(),
        before: text(&one.before),
        after: text(&one.after),
    });
    let compared = PolicyComparison {
        from,
        to,
        differences: differences.collect(),
    };
    call.whole(&compared, &PolicyComparison::TYPE, "policy/comparison")
}

pub(super) async fn restore(call: Call) -> Outcome {
    call.without_options()?;
    let identity = &call.state.identity;
    policies::begin_change(identity, call.actor()).await?;
    let (expected, version) = (call.expected_version()?, version(&call, 0)?);
    policies::restore(identity, call.actor(), expected, version).await?;
    Ok(done())
}

/// What is tried out, if something is.
pub(super) async fn read_trial(call: Call) -> Outcome {
    call.without_options()?;
    let shown = policies::show(&call.state.identity, call.actor()).await?;
    let revision = shown.revision;
    let Some((version, policy)) = shown.report else {
        return Err(Fault::missing("reportOnly"));
    };
    let tried = PolicyShown {
        version,
        policy,
        report: None,
        ..shown
    };
    let cut = call.cut(&derive(&call, &tried), PASSKEYS, &Selection::Default)?;
    Ok(tagged(call.context("policy/reportOnly"), cut, revision))
}

/// Tries a draft out: what a PATCH of the policy in force would make of it.
pub(super) async fn try_out(call: Call) -> Outcome {
    let fields = call.body(PASSKEYS, Mark::Update)?;
    fields.allow_binds(&[], PASSKEYS)?;
    let identity = &call.state.identity;
    let base = policies::begin_change(identity, call.actor()).await?;
    let expected = call.expected_version()?.or(Some(base.revision));
    let draft = apply(&fields, &base.policy)?;
    policies::try_out(identity, call.actor(), expected, Some(&draft), "").await?;
    Ok(done())
}

pub(super) async fn end_trial(call: Call) -> Outcome {
    call.without_options()?;
    let identity = &call.state.identity;
    policies::begin_change(identity, call.actor()).await?;
    let expected = call.expected_version()?;
    policies::try_out(identity, call.actor(), expected, None, "").await?;
    Ok(done())
}

/// `/claviger/v1/users/{id}/effectivePolicy`
pub(super) async fn show_effective(call: Call) -> Outcome {
    call.without_options()?;
    let person = call.person_id(0).await?;
    let found = policies::show_effective(&call.state.identity, call.actor(), person)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    call.whole(
        &derive_effective(&found),
        &EffectivePolicy::TYPE,
        "effectivePolicy",
    )
}

fn derive_effective(found: &policies::EffectivePolicy) -> EffectivePolicy {
    EffectivePolicy {
        user_id: guid(found.person_id),
        user_principal_name: found.user_name.clone(),
        version: found.version,
        report_only_version: found.report_version,
        scope: Some(match found.scope {
            "profiles" => PolicyScope::Profiles,
            "excluded" => PolicyScope::Excluded,
            "no_profile" => PolicyScope::NoProfile,
            _ => PolicyScope::Disabled,
        }),
        is_self_service_registration_allowed: found.self_service,
        is_break_glass: found.break_glass,
        group_ids: found.groups.iter().copied().map(guid).collect(),
        profiles: found.profiles.iter().map(write_profile).collect(),
        passkeys: found.passkeys.iter().map(derive_verdict).collect(),
    }
}

fn derive_verdict(verdict: &policies::PasskeyVerdict) -> PasskeyVerdict {
    PasskeyVerdict {
        id: verdict.passkey_id.clone(),
        display_name: verdict.name.clone(),
        aa_guid: verdict.aaguid.to_string(),
        model: verdict.model.clone(),
        is_synced: verdict.synced,
        is_attested: verdict.attested,
        created_date_time: Some(Time(verdict.created_at)),
        last_used_date_time: verdict.last_used_at.map(Time),
        decision: derive_decision(&verdict.decision),
        report_only: verdict.report.as_ref().map(derive_decision),
    }
}

fn derive_decision(decision: &Explanation) -> PolicyDecision {
    let failed = |rules: &[policies::profiles::Failure]| {
        let failed = rules.iter().map(|failure| FailedRule {
            rule: failure.rule.as_str().to_owned(),
            expected: failure.expected.clone(),
            found: failure.found.clone(),
        });
        failed.collect()
    };
    let profiles = decision.profiles.iter().map(|profile| ProfileVerdict {
        id: Guid(profile.id.0),
        name: profile.name.clone(),
        failed: failed(&profile.failed),
    });
    PolicyDecision {
        is_accepted: decision.accepted,
        refused_by: decision.refused_by.map(|rule| rule.as_str().to_owned()),
        nearest_profile: decision.nearest_profile.map(|id| Guid(id.0)),
        profiles: profiles.collect(),
    }
}

/// `/claviger/v1/users/{id}/breakGlass`
pub(super) async fn mark(call: Call) -> Outcome {
    set_mark(call, BreakGlass::On).await
}

pub(super) async fn unmark(call: Call) -> Outcome {
    set_mark(call, BreakGlass::Off).await
}

async fn set_mark(call: Call, mark: BreakGlass) -> Outcome {
    call.without_options()?;
    let person = call.person_id(0).await?;
    policies::mark_break_glass(&call.state.identity, call.actor(), person, mark)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    Ok(done())
}
