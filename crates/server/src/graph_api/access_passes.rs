//! `.../authentication/temporaryAccessPassMethods`, and the policy of such passes in Graph's words.

use axum::http::StatusCode;
use graph::body::Fields;
use graph::project::Selection;
use graph::resources::collections::ACCESS_PASSES;
use graph::resources::{
    AuthenticationMethodTarget, TargetType, TemporaryAccessPassAuthenticationMethod,
    TemporaryAccessPassAuthenticationMethodConfiguration,
};
use graph::{Guid, Mark, Time, envelope};
use identity::access_pass::{self, NewPass, PassView, Usability};
use identity::policies::{self, AccessPasses, MethodPolicyShown, PassPolicy};
use identity::{Id, MINUTE, codes};
use serde_json::{Map, Value};

use super::answer::{self, Outcome, done};
use super::call::Call;
use super::fault::Fault;
use super::method_policy::{
    change, expects, read_exclusions, read_state, read_target, write_exclusions, write_state,
};

/// The configuration's id; keys in addresses are compared in any case.
pub(super) const ID: &str = "TemporaryAccessPass";

/// In addresses, below `authentication`.
const KIND: &str = "temporaryAccessPassMethods";

fn derive(pass: &PassView, code: Option<&str>) -> TemporaryAccessPassAuthenticationMethod {
    let lifetime = (pass.expires_at - pass.starts_at) / MINUTE;
    TemporaryAccessPassAuthenticationMethod {
        id: Guid(pass.pass_id.0),
        created_date_time: Some(Time(pass.created_at)),
        is_usable: Some(pass.usability == Usability::Usable),
        is_usable_once: Some(pass.usable_once),
        lifetime_in_minutes: i32::try_from(lifetime).ok(),
        method_usability_reason: Some(
            match pass.usability {
                Usability::Usable => "EnabledByPolicy",
                Usability::DisabledByPolicy => "DisabledByPolicy",
                Usability::Expired | Usability::Ended => "Expired",
                Usability::NotYetValid => "NotYetValid",
                Usability::OneTimeUsed => "OneTimeUsed",
            }
            .to_owned(),
        ),
        reason: None,
        start_date_time: Some(Time(pass.starts_at)),
        temporary_access_pass: code.map(str::to_owned),
    }
}

/// At most one.
async fn answer_list(call: Call, person: Id, context: &str) -> Outcome {
    let options = call.options(&ACCESS_PASSES)?;
    let found = access_pass::read(&call.state.identity, call.actor(), person)
        .await
        .map_err(|refusal| match call.keys.first() {
            Some(key) => call.or_missing(refusal.into(), key),
            None => refusal.into(),
        })?;
    let of = &TemporaryAccessPassAuthenticationMethod::TYPE;
    let values = found
        .iter()
        .map(|pass| {
            let cut = call.cut(&derive(pass, None), of, &options.select)?;
            Ok(Value::Object(cut))
        })
        .collect::<Result<Vec<_>, Fault>>()?;
    let count = Some(values.len() as u64);
    call.page(&options, context, values, count, None)
}

async fn answer_one(call: Call, person: Id, key: usize, context: &str) -> Outcome {
    let of = &TemporaryAccessPassAuthenticationMethod::TYPE;
    let selection = call.selection(of)?;
    let found = access_pass::read(&call.state.identity, call.actor(), person)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    let named = Id::parse(call.key(key));
    let pass = found
        .filter(|pass| Some(pass.pass_id) == named)
        .ok_or_else(|| Fault::missing(call.key(key)))?;
    call.entity(&derive(&pass, None), of, &selection, context, None)
}

pub(super) async fn list(call: Call) -> Outcome {
    let (person, context) = call.methods_of(KIND).await?;
    answer_list(call, person, &context).await
}

pub(super) async fn list_mine(call: Call) -> Outcome {
    let (me, context) = call.methods_of_mine(KIND)?;
    answer_list(call, me, &context).await
}

pub(super) async fn read(call: Call) -> Outcome {
    let (person, context) = call.methods_of(KIND).await?;
    answer_one(call, person, 1, &context).await
}

pub(super) async fn read_mine(call: Call) -> Outcome {
    let (me, context) = call.methods_of_mine(KIND)?;
    answer_one(call, me, 0, &context).await
}

pub(super) async fn create(call: Call) -> Outcome {
    let of = &TemporaryAccessPassAuthenticationMethod::TYPE;
    let fields = call.body(of, Mark::Create)?;
    fields.allow_binds(&[], of)?;
    let new = NewPass {
        lifetime_minutes: read_number(&fields, "lifetimeInMinutes")?,
        starts_at: fields.time("startDateTime").map(|time| time.0),
        usable_once: fields.truth("isUsableOnce"),
        reason: fields.text("@claviger.reason").flatten().map(str::to_owned),
    };
    let (person, context) = call.methods_of(KIND).await?;
    let (pass, code) = access_pass::make(&call.state.identity, call.actor(), person, &new)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), call.key(0)))?;
    let whole = call.cut(&derive(&pass, Some(&code)), of, &Selection::Default)?;
    let context = call.context(&format!("{context}/$entity"));
    let response = answer::json(StatusCode::OK, &envelope::wrap_entity(context, whole));
    Ok(call.created(response, &pass.pass_id.to_string()))
}

pub(super) async fn delete(call: Call) -> Outcome {
    call.without_options()?;
    let person = call.person_id(0).await?;
    let key = call.key(1);
    // What is no id names nothing.
    let pass = Id::parse(key).unwrap_or(Id([0; 16]));
    access_pass::remove(&call.state.identity, call.actor(), person, pass)
        .await
        .map_err(|refusal| call.or_missing(refusal.into(), key))?;
    Ok(done())
}

/// Not negative, and small enough; what is out of range is for the check to name.
fn read_number(fields: &Fields, name: &'static str) -> Result<Option<u32>, Fault> {
    let Some(value) = fields.value(name) else {
        return Ok(None);
    };
    match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
        Some(number) => Ok(Some(number)),
        None if value.is_null() => Ok(None),
        None => Err(expects(name, "a number that is not negative").into()),
    }
}

fn to_graph(
    shown: &MethodPolicyShown<PassPolicy>,
    base: &str,
) -> TemporaryAccessPassAuthenticationMethodConfiguration {
    let policy = &shown.policy;
    let number = |number: u32| i32::try_from(number).ok();
    TemporaryAccessPassAuthenticationMethodConfiguration {
        odata_type: TemporaryAccessPassAuthenticationMethodConfiguration::TYPE.odata_type(),
        id: ID.to_owned(),
        state: Some(write_state(policy.state)),
        default_length: number(policy.default_length),
        default_lifetime_in_minutes: number(policy.default_lifetime),
        minimum_lifetime_in_minutes: number(policy.minimum_lifetime),
        maximum_lifetime_in_minutes: number(policy.maximum_lifetime),
        is_usable_once: Some(policy.usable_once),
        exclude_targets: write_exclusions(&policy.exclude),
        include_targets_context: format!(
            "{base}/$metadata#policies/authenticationMethodsPolicy/authenticationMethodConfigurations('{ID}')\
            /microsoft.graph.temporaryAccessPassAuthenticationMethodConfiguration/includeTargets"
        ),
        include_targets: policy
            .include
            .iter()
            .map(|target| AuthenticationMethodTarget {
                target_type: TargetType::Group,
                id: target.to_string(),
                is_registration_required: false,
            })
            .collect(),
        version: shown.version,
    }
}

/// The configuration as the call's version writes it.
pub(super) fn write_configuration(
    call: &Call,
    shown: &MethodPolicyShown<PassPolicy>,
    selection: &Selection,
) -> Result<Map<String, Value>, Fault> {
    let base = format!("{}{}", call.state.origin, call.version.prefix());
    let of = &TemporaryAccessPassAuthenticationMethodConfiguration::TYPE;
    call.cut(&to_graph(shown, &base), of, selection)
}

pub(super) async fn read_configuration(call: Call, context: &str) -> Outcome {
    let of = &TemporaryAccessPassAuthenticationMethodConfiguration::TYPE;
    let selection = call.selection(of)?;
    let shown =
        policies::show_method_policy::<AccessPasses>(&call.state.identity, call.actor()).await?;
    let base = format!("{}{}", call.state.origin, call.version.prefix());
    let whole = to_graph(&shown, &base);
    call.entity(&whole, of, &selection, context, Some(shown.revision))
}

/// What the policy in force becomes by a PATCH; still to be checked. What is left out keeps its value.
fn apply(fields: &Fields, before: &PassPolicy) -> Result<PassPolicy, Fault> {
    let mut after = before.clone();
    if let Some(state) = read_state(fields)? {
        after.state = state;
    }
    let numbers = [
        ("defaultLength", &mut after.default_length),
        ("defaultLifetimeInMinutes", &mut after.default_lifetime),
        ("minimumLifetimeInMinutes", &mut after.minimum_lifetime),
        ("maximumLifetimeInMinutes", &mut after.maximum_lifetime),
    ];
    for (name, place) in numbers {
        if let Some(number) = read_number(fields, name)? {
            *place = number;
        }
    }
    if let Some(once) = fields.truth("isUsableOnce") {
        after.usable_once = once;
    }
    if let Some(targets) = fields.objects("includeTargets") {
        after.include = targets.iter().map(read_target).collect::<Result<_, _>>()?;
    }
    if let Some(groups) = read_exclusions(fields)? {
        after.exclude = groups;
    }
    Ok(after)
}

/// Changes the policy as it is now, unless the client named another version.
pub(super) async fn update_configuration(call: Call) -> Outcome {
    let of = &TemporaryAccessPassAuthenticationMethodConfiguration::TYPE;
    let fields = call.body(of, Mark::Update)?;
    fields.allow_binds(&[], of)?;
    let identity = &call.state.identity;
    policies::begin_change(identity, call.actor()).await?;
    super::policies::require_type(of, call.bytes())?;
    let named = call.expected_version()?;
    change(named, || change_once(&call, &fields, named)).await
}

async fn change_once(call: &Call, fields: &Fields, named: Option<i64>) -> Result<(), Fault> {
    let identity = &call.state.identity;
    let shown = policies::show_method_policy::<AccessPasses>(identity, call.actor()).await?;
    if named.is_some_and(|named| named != shown.revision) {
        return Err(Fault::from(&codes::RECORD_OUTDATED));
    }
    let policy = apply(fields, &shown.policy)?;
    let expected = Some(shown.revision);
    policies::save_method_policy::<AccessPasses>(identity, call.actor(), expected, &policy).await?;
    Ok(())
}

pub(super) async fn reset_configuration(call: Call) -> Outcome {
    call.without_options()?;
    let identity = &call.state.identity;
    let expected = call.expected_version()?;
    let policy = PassPolicy::default();
    policies::save_method_policy::<AccessPasses>(identity, call.actor(), expected, &policy).await?;
    Ok(done())
}
