//! Bulk requests (RFC 7644 section 3.7): each operation as if it came alone, with references by `bulkId` to what others
//! of the request make.

use std::collections::HashMap;

use axum::http::Method;
use graph::scim::{BULK_REQUEST, BULK_RESPONSE, read_number};
use serde_json::{Value, json};

use super::call::{Asked, Call, Conditions};
use super::{Answer, codes, dispatch, segments};
use crate::error::ScimError;

/// The most operations of a request.
pub(super) const OPERATIONS_MAX: usize = 200;
const PREFIX: &str = "bulkId:";

struct Operation {
    method: Method,
    path: String,
    bulk_id: Option<String>,
    version: Option<String>,
    data: Option<Value>,
}

fn read(operation: &Value) -> Result<Operation, ScimError> {
    let wrong = || ScimError::from(&codes::BODY);
    let text = |name: &str| operation.get(name).and_then(Value::as_str);
    let method = match text("method")
        .unwrap_or_default()
        .to_ascii_uppercase()
        .as_str()
    {
        "POST" => Method::POST,
        "PUT" => Method::PUT,
        "PATCH" => Method::PATCH,
        "DELETE" => Method::DELETE,
        _ => return Err(wrong()),
    };
    let path = text("path").ok_or_else(wrong)?;
    let bulk_id = text("bulkId").map(str::to_owned);
    let is_nested = segments(path).first() == Some(&"Bulk") || path.contains('?');
    if is_nested || (method == Method::POST && bulk_id.is_none()) {
        return Err(wrong());
    }
    Ok(Operation {
        method,
        path: path.to_owned(),
        bulk_id,
        version: text("version").map(str::to_owned),
        data: operation.get("data").cloned(),
    })
}

/// Puts ids in place of references; `false` when one is not known yet.
fn resolve(value: &mut Value, made: &HashMap<String, String>) -> bool {
    match value {
        Value::String(text) => match text.strip_prefix(PREFIX) {
            None => true,
            Some(name) => match made.get(name) {
                Some(id) => {
                    *text = id.clone();
                    true
                }
                None => false,
            },
        },
        Value::Array(values) => values.iter_mut().all(|it| resolve(it, made)),
        Value::Object(members) => members.values_mut().all(|it| resolve(it, made)),
        _ => true,
    }
}

fn resolve_path(path: &str, made: &HashMap<String, String>) -> Option<String> {
    let mut resolved = String::new();
    for segment in segments(path) {
        resolved.push('/');
        match segment.strip_prefix(PREFIX) {
            None => resolved.push_str(segment),
            Some(name) => resolved.push_str(made.get(name)?),
        }
    }
    Some(format!("{}{resolved}", super::BASE))
}

fn write(operation: &Operation, answered: &Result<Answer, ScimError>) -> Value {
    let mut written = json!({"method": operation.method.as_str()});
    if let Some(bulk_id) = &operation.bulk_id {
        written["bulkId"] = bulk_id.as_str().into();
    }
    match answered {
        Ok(answer) => {
            written["status"] = answer.status.as_u16().to_string().into();
            if let Some(location) = &answer.location {
                written["location"] = location.as_str().into();
            }
            if let Some(etag) = &answer.etag {
                written["version"] = etag.as_str().into();
            }
        }
        Err(error) => {
            written["status"] = error.status.as_u16().to_string().into();
            written["response"] = error.body();
        }
    }
    written
}

async fn run_one(
    call: &Call<'_>,
    operation: &Operation,
    made: &HashMap<String, String>,
) -> Option<Result<Answer, ScimError>> {
    let path = resolve_path(&operation.path, made)?;
    let mut body = operation.data.clone();
    if let Some(body) = &mut body
        && !resolve(body, made)
    {
        return None;
    }
    let asked = Asked {
        method: operation.method.clone(),
        path,
        query: String::new(),
        conditions: Conditions {
            if_match: operation.version.clone(),
            if_none_match: None,
        },
        body,
    };
    Some(dispatch(call, asked).await)
}

pub(super) async fn run(call: &Call<'_>, body: Value) -> Result<Answer, ScimError> {
    let wrong = || ScimError::from(&codes::BODY);
    let schemas = body.get("schemas").and_then(Value::as_array);
    if !schemas.is_some_and(|it| it.contains(&BULK_REQUEST.into())) {
        return Err(wrong());
    }
    let operations = body.get("Operations").and_then(Value::as_array);
    let operations = operations.ok_or_else(wrong)?;
    if operations.len() > OPERATIONS_MAX {
        // RFC 7644 section 3.7.4.
        return Err(ScimError::from(&identity::codes::TOO_LARGE));
    }
    let operations: Vec<Operation> = operations.iter().map(read).collect::<Result<_, _>>()?;
    let fail_on = body.get("failOnErrors").and_then(read_number);
    let fail_on = fail_on
        .and_then(|it| usize::try_from(it).ok())
        .filter(|it| *it > 0);
    let mut made: HashMap<String, String> = HashMap::new();
    let mut answers: Vec<Option<Value>> = operations.iter().map(|_| None).collect();
    let mut errors = 0;
    let mut moved = true;
    // Whoever waits for what comes later is taken up again, until nothing moves.
    while moved {
        moved = false;
        for (at, operation) in operations.iter().enumerate() {
            let is_over = fail_on.is_some_and(|most| errors >= most);
            if is_over || answers.get(at).is_none_or(Option::is_some) {
                continue;
            }
            let Some(answered) = run_one(call, operation, &made).await else {
                continue;
            };
            moved = true;
            errors += usize::from(answered.is_err());
            if let (Ok(answer), Some(bulk_id)) = (&answered, &operation.bulk_id) {
                let id = answer
                    .location
                    .as_deref()
                    .and_then(|it| it.rsplit('/').next());
                made.extend(id.map(|id| (bulk_id.clone(), id.to_owned())));
            }
            if let Some(slot) = answers.get_mut(at) {
                *slot = Some(write(operation, &answered));
            }
        }
    }
    for (slot, operation) in answers.iter_mut().zip(&operations) {
        let is_over = fail_on.is_some_and(|most| errors >= most);
        if slot.is_none() && !is_over {
            // It waits for itself, or for what was not made.
            let error = ScimError::unresolved();
            *slot = Some(write(operation, &Err(error)));
            errors += 1;
        }
    }
    let answers: Vec<Value> = answers.into_iter().flatten().collect();
    Ok(Answer::of(
        json!({"schemas": [BULK_RESPONSE], "Operations": answers}),
    ))
}
