//! What changed between two versions of a policy.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::policy::PasskeyPolicy;

/// One name whose value differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Where, with profiles and targets named by their ids and not by their places:
    /// `profiles/7c0d6f6e-.../types`, `include/all_users/profiles`, `state`.
    pub path: String,
    /// The value before as JSON; absent for what is new, or had its default.
    pub before: Option<Value>,
    /// The value after; absent for what is gone, or has its default now.
    pub after: Option<Value>,
}

/// Every change from `before` to `after`, in the order of paths; none for two that mean the same.
#[must_use]
pub fn compare(before: &PasskeyPolicy, after: &PasskeyPolicy) -> Vec<Change> {
    let (mut before, mut after) = (flatten(before), flatten(after));
    let paths: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
    let mut changes: Vec<Change> = paths
        .into_iter()
        .filter_map(|path| {
            let (before, after) = (before.remove(&path), after.remove(&path));
            (before != after).then_some(Change {
                path,
                before,
                after,
            })
        })
        .collect();
    changes.sort_by(|one, other| one.path.cmp(&other.path));
    changes
}

/// Values by path. Lists of values stay whole; profiles and targets are taken apart.
fn flatten(policy: &PasskeyPolicy) -> BTreeMap<String, Value> {
    let mut found = BTreeMap::new();
    // Texts, numbers and lists of them always serialise.
    let whole = serde_json::to_value(policy.document()).unwrap_or_default();
    collect(&mut found, "", whole);
    found
}

fn collect(found: &mut BTreeMap<String, Value>, path: &str, value: Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let separator = if path.is_empty() { "" } else { "/" };
                collect(found, &format!("{path}{separator}{name}"), value);
            }
        }
        Value::Array(members) if members.first().is_some_and(Value::is_object) => {
            for member in members {
                let name = ["id", "target"].iter().find_map(|key| member.get(key));
                let name = name.and_then(Value::as_str).unwrap_or_default().to_owned();
                collect(found, &format!("{path}/{name}"), member);
            }
        }
        value => {
            found.insert(path.to_owned(), value);
        }
    }
}
