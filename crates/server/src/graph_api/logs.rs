//! `/auditLogs/signIns` and `/auditLogs/directoryAudits`.

use graph::Time;
use graph::odata::{Direction, Filter, Literal, Op, Options};
use graph::resources::collections::{DIRECTORY_AUDITS, SIGN_INS};
use graph::resources::{
    AppIdentity, AuditActivityInitiator, AuthenticationDetail, ConditionalAccessStatus,
    DeviceDetail, DirectoryAudit, KeyValue, ModifiedProperty, OperationResult, RecordedDecision,
    SignIn, SignInLocation, SignInStatus, TargetResource, UserIdentity,
};
use identity::logs::{self, Log, LogEntry, LogQuery};
use identity::{Cursor, Id, Micros, Value as PlaceKey};
use serde_json::Value;

use super::answer::{Outcome, object};
use super::call::Call;
use super::fault::Fault;

mod words;

/// What stands for a person whom a sign-in record does not know.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

fn owned(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

fn derive_sign_in(entry: &LogEntry) -> SignIn {
    let succeeded = entry.word == "ok";
    let (error_code, failure_reason) = words::describe_result(&entry.word);
    SignIn {
        id: entry.record_id.to_string(),
        created_date_time: Time(entry.at),
        user_id: entry
            .subject
            .map_or_else(|| NOBODY.to_owned(), |id| id.to_string()),
        user_principal_name: owned(entry.personal("user").or(entry.user_name.as_deref()))
            .map(|name| name.to_lowercase()),
        user_display_name: entry.display_name.clone(),
        app_id: owned(entry.field("appId")),
        app_display_name: Some(
            owned(entry.field("application")).unwrap_or_else(|| "Claviger".to_owned()),
        ),
        resource_id: None,
        resource_display_name: None,
        ip_address: owned(entry.personal("address")),
        client_app_used: Some("Browser".to_owned()),
        correlation_id: owned(entry.field("reference")),
        is_interactive: Some(true),
        // There are no policies yet, so none was applied.
        conditional_access_status: Some(ConditionalAccessStatus::NotApplied),
        applied_conditional_access_policies: Vec::new(),
        status: Some(SignInStatus {
            error_code: Some(error_code),
            failure_reason: owned(Some(failure_reason)),
            additional_details: owned(Some(&entry.word).filter(|_| !succeeded).map(String::as_str)),
        }),
        device_detail: Some(DeviceDetail {
            browser: owned(entry.field("browser")),
            operating_system: owned(entry.field("system")),
            ..DeviceDetail::default()
        }),
        location: Some(SignInLocation::default()),
        authentication_requirement: Some("multiFactorAuthentication".to_owned()),
        authentication_details: derive_steps(entry, succeeded),
        sign_in_event_types: vec!["interactiveUser".to_owned()],
        passkey_policy: derive_decision(entry, "policy"),
        report_only: derive_decision(entry, "reportOnly"),
    }
}

/// What was shown, in order: a passkey, or a password and then what stands beside it.
fn derive_steps(entry: &LogEntry, succeeded: bool) -> Vec<AuthenticationDetail> {
    let step = |method: &str, detail, succeeded| AuthenticationDetail {
        authentication_method: Some(method.to_owned()),
        authentication_method_detail: detail,
        authentication_step_date_time: Some(Time(entry.at)),
        authentication_step_requirement: Some("Primary authentication".to_owned()),
        authentication_step_result_detail: owned(entry.field("detail")),
        succeeded: Some(succeeded),
    };
    if entry.field("method") != Some("password") {
        let method = match entry.synced {
            Some(true) => "Passkey (synced)",
            Some(false) => "Passkey (device-bound)",
            None => "Passkey",
        };
        return vec![step(method, owned(entry.personal("passkey")), succeeded)];
    }
    let beside = match entry.field("factor") {
        Some("email") => Some("Email"),
        Some(_) => Some("OATH verification code"),
        None => None,
    };
    let first = step("Password", None, beside.is_some() || succeeded);
    let second = beside.map(|method| AuthenticationDetail {
        authentication_step_requirement: Some("Secondary authentication".to_owned()),
        ..step(method, None, succeeded)
    });
    std::iter::once(first).chain(second).collect()
}

fn derive_decision(entry: &LogEntry, name: &str) -> Option<RecordedDecision> {
    entry.verdict(name).map(|verdict| RecordedDecision {
        version: verdict.version,
        result: verdict.result.to_owned(),
        rule: owned(verdict.rule),
        profile: owned(verdict.profile),
    })
}

/// Fields of a record that stand in properties of their own.
const SHOWN_ELSEWHERE: [&str; 3] = ["reference", "client", "appId"];

fn derive_audit(entry: &LogEntry) -> DirectoryAudit {
    let activity = words::describe_activity(&entry.word);
    let refused = entry.word.ends_with("refused") || entry.word.ends_with("failed");
    let details = entry
        .fields()
        .filter(|(name, _)| !SHOWN_ELSEWHERE.contains(name))
        .map(|(name, value)| KeyValue {
            key: Some(name.to_owned()),
            value: Some(value),
        });
    DirectoryAudit {
        id: entry.record_id.to_string(),
        activity_date_time: Time(entry.at),
        activity_display_name: activity.name,
        additional_details: details.collect(),
        category: activity.category.to_owned(),
        correlation_id: owned(entry.field("reference")),
        initiated_by: derive_initiator(entry),
        logged_by_service: Some(activity.service.to_owned()),
        operation_type: Some(activity.operation.to_owned()),
        result: Some(if refused {
            OperationResult::Failure
        } else {
            OperationResult::Success
        }),
        result_reason: owned(entry.field("detail").or(Some(entry.word.as_str()))),
        target_resources: derive_target(entry, activity.target).into_iter().collect(),
    }
}

fn derive_initiator(entry: &LogEntry) -> AuditActivityInitiator {
    let app = owned(entry.field("client")).map(|client| AppIdentity {
        app_id: Some(client),
        // Without a person behind it, the application itself did it.
        service_principal_id: entry
            .subject
            .filter(|_| entry.user_name.is_none())
            .map(|id| id.to_string()),
        ..AppIdentity::default()
    });
    let actor = owned(entry.personal("actor").or(entry.user_name.as_deref()));
    let acts_alone = app.is_some() && entry.user_name.is_none() && actor.is_none();
    let user =
        (!acts_alone && (actor.is_some() || entry.subject.is_some())).then(|| UserIdentity {
            id: entry.subject.map(|id| id.to_string()),
            display_name: entry.display_name.clone(),
            ip_address: owned(entry.personal("address")),
            user_principal_name: actor,
        });
    AuditActivityInitiator { app, user }
}

fn derive_target(entry: &LogEntry, kind: &str) -> Option<TargetResource> {
    let id = entry
        .object
        .as_deref()
        .and_then(|bytes| bytes.try_into().ok())
        .map(Id);
    let named = ["user", "group", "application", "passkey"]
        .into_iter()
        .find_map(|field| entry.personal(field).or(entry.field(field)));
    let display_name = entry.target_display_name.as_deref().or(named);
    if id.is_none() && display_name.is_none() {
        return None;
    }
    let modified = entry
        .changes()
        .map(|(path, before, after)| ModifiedProperty {
            display_name: Some(path.to_owned()),
            new_value: after,
            old_value: before,
        });
    Some(TargetResource {
        id: id.map(|id| id.to_string()),
        display_name: owned(display_name),
        modified_properties: modified.collect(),
        of: Some(kind.to_owned()),
        user_principal_name: entry.target_user_name.clone(),
    })
}

/// The ends of the time and whose records: what a search through the log begins with. Everything else that a filter
/// says is tested record by record.
fn derive_query(
    call: &Call,
    options: &Options,
    time: &str,
    about: &str,
) -> Result<LogQuery, Fault> {
    let mut query = LogQuery {
        from: 0,
        to: Micros::MAX - 1,
        after: call
            .place(options)?
            .map(|place| read_place(&place))
            .transpose()?,
        forward: options
            .order
            .is_some_and(|(_, direction)| direction == Direction::Ascending),
        about: None,
        top: options.top as usize,
    };
    let required = options.filter.iter().flat_map(Filter::required);
    for test in required {
        match (test.op, test.values.as_slice()) {
            (Op::Ge | Op::Gt, [Literal::Time(at)]) if test.path == time => {
                query.from = query.from.max(at.0);
            }
            (Op::Le | Op::Lt, [Literal::Time(at)]) if test.path == time => {
                query.to = query.to.min(at.0);
            }
            (Op::Eq, [Literal::Time(at)]) if test.path == time => {
                (query.from, query.to) = (query.from.max(at.0), query.to.min(at.0));
            }
            (Op::Eq, [Literal::Guid(id)]) if test.path == about => query.about = Some(Id(id.0)),
            _ => {}
        }
    }
    Ok(query)
}

fn read_place(place: &Cursor) -> Result<(Micros, Id), Fault> {
    match place.key {
        PlaceKey::Int(at) => Ok((at, place.id)),
        _ => Err(Fault::from(&identity::codes::CURSOR_UNFIT)),
    }
}

async fn answer_list(
    call: Call,
    log: Log,
    options: Options,
    query: LogQuery,
    context: &str,
) -> Outcome {
    let filter = options.filter.clone();
    let keep = move |entry: LogEntry| {
        let whole = derive(log, &entry).ok()?;
        let passes = filter.as_ref().is_none_or(|filter| filter.holds(&whole));
        passes.then_some(whole)
    };
    let page = logs::list(&call.state.identity, call.actor(), log, &query, keep).await?;
    let of = type_of(log);
    let values = page
        .entries
        .iter()
        .map(|whole| Ok(Value::Object(call.cut(whole, of, &options.select)?)))
        .collect::<Result<Vec<_>, Fault>>()?;
    let next = page.next.map(|(at, id)| Cursor {
        key: PlaceKey::Int(at),
        id,
    });
    call.page(&options, context, values, None, next)
}

fn derive(log: Log, entry: &LogEntry) -> Result<Value, Fault> {
    match log {
        Log::SignIn => object(&derive_sign_in(entry)).map(Value::Object),
        Log::Audit => object(&derive_audit(entry)).map(Value::Object),
    }
}

fn type_of(log: Log) -> &'static graph::Type {
    match log {
        Log::SignIn => &SignIn::TYPE,
        Log::Audit => &DirectoryAudit::TYPE,
    }
}

pub(super) async fn list_sign_ins(call: Call) -> Outcome {
    let options = call.options(&SIGN_INS)?;
    let query = derive_query(&call, &options, "createdDateTime", "userId")?;
    answer_list(call, Log::SignIn, options, query, "auditLogs/signIns").await
}

pub(super) async fn list_audits(call: Call) -> Outcome {
    let options = call.options(&DIRECTORY_AUDITS)?;
    let query = derive_query(
        &call,
        &options,
        "activityDateTime",
        "targetResources/any/id",
    )?;
    answer_list(
        call,
        Log::Audit,
        options,
        query,
        "auditLogs/directoryAudits",
    )
    .await
}

async fn answer_one(call: Call, log: Log, context: &str) -> Outcome {
    let selection = call.selection(type_of(log))?;
    let record = call.id(0)?;
    let found = logs::find(&call.state.identity, call.actor(), log, record).await?;
    let found = found.ok_or_else(|| Fault::missing(call.key(0)))?;
    let whole = derive(log, &found)?;
    call.entity(&whole, type_of(log), &selection, context, None)
}

pub(super) async fn read_sign_in(call: Call) -> Outcome {
    answer_one(call, Log::SignIn, "auditLogs/signIns").await
}

pub(super) async fn read_audit(call: Call) -> Outcome {
    answer_one(call, Log::Audit, "auditLogs/directoryAudits").await
}
