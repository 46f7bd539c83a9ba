//! A filter against an object as it is written.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Filter, Literal, Op, Test};
use crate::{Guid, Time};

impl Filter {
    /// Whether an object fulfils it. Text is compared without regard to case, as Graph does; an absent property is
    /// `null`; `null` is only equal to `null`.
    #[must_use]
    pub fn holds(&self, object: &Value) -> bool {
        match self {
            Filter::Test(test) => test.holds(object),
            Filter::And(parts) => parts.iter().all(|part| part.holds(object)),
            Filter::Or(parts) => parts.iter().any(|part| part.holds(object)),
            Filter::Not(inner) => !inner.holds(object),
        }
    }

    /// The tests that every object which fulfils it passes: those that a search may begin with.
    #[must_use]
    pub fn required(&self) -> Vec<&Test> {
        match self {
            Filter::Test(test) => vec![test],
            Filter::And(parts) => parts.iter().flat_map(Filter::required).collect(),
            Filter::Or(_) | Filter::Not(_) => Vec::new(),
        }
    }
}

impl Test {
    /// Whether an object passes it.
    #[must_use]
    pub fn holds(&self, object: &Value) -> bool {
        if let Some((collection, inner)) = self.path.split_once("/any") {
            let inner = inner.trim_start_matches('/');
            let members = find(object, collection).as_array();
            return members.is_some_and(|members| {
                members.iter().any(|member| self.fits(find(member, inner)))
            });
        }
        self.fits(find(object, self.path))
    }

    fn fits(&self, found: &Value) -> bool {
        let fits = |literal: &Literal| match self.op {
            Op::Eq | Op::In => compare(found, literal) == Some(Ordering::Equal),
            Op::Ne => compare(found, literal) != Some(Ordering::Equal),
            Op::Gt => compare(found, literal) == Some(Ordering::Greater),
            Op::Lt => compare(found, literal) == Some(Ordering::Less),
            Op::Ge => compare(found, literal).is_some_and(Ordering::is_ge),
            Op::Le => compare(found, literal).is_some_and(Ordering::is_le),
            Op::StartsWith => begins(found, literal),
        };
        self.values.iter().any(fits)
    }
}

fn find<'a>(object: &'a Value, path: &str) -> &'a Value {
    path.split('/')
        .filter(|name| !name.is_empty())
        .fold(object, |value, name| {
            value.get(name).unwrap_or(&Value::Null)
        })
}

fn compare(found: &Value, literal: &Literal) -> Option<Ordering> {
    match (found, literal) {
        (Value::Null, Literal::Null) => Some(Ordering::Equal),
        (Value::String(text), Literal::Text(other)) => {
            Some(text.to_lowercase().cmp(&other.to_lowercase()))
        }
        (Value::String(text), Literal::Guid(guid)) => Some(Guid::parse(text)?.cmp(guid)),
        (Value::String(text), Literal::Time(time)) => Some(Time::parse(text)?.cmp(time)),
        (Value::Bool(truth), Literal::Truth(other)) => Some(truth.cmp(other)),
        (Value::Number(number), Literal::Number(other)) => Some(number.as_i64()?.cmp(other)),
        _ => None,
    }
}

fn begins(found: &Value, literal: &Literal) -> bool {
    match (found, literal) {
        (Value::String(text), Literal::Text(start)) => {
            text.to_lowercase().starts_with(&start.to_lowercase())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::odata::filter::parse;
    use crate::resources::collections::{DIRECTORY_AUDITS, REGISTRATION_DETAILS, SIGN_INS};
    use serde_json::json;

    #[test]
    fn objects_are_tested() {
        let sign_in = json!({
            "createdDateTime": "2026-11-21T09:00:00Z", "userPrincipalName": "Ada@example.org", "appId": null,
            "status": {"errorCode": 0}, "userId": "62E90394-69f5-4237-9190-012177145e10",
        });
        let cases = [
            ("createdDateTime ge 2026-11-21T10:00:00%2B01:00", true),
            ("createdDateTime gt 2026-11-21T09:00:00Z", false),
            ("createdDateTime lt 2026-11-22", true),
            ("userPrincipalName eq 'ada@EXAMPLE.org'", true),
            ("startswith(userPrincipalName,'ADA@')", true),
            ("status/errorCode eq 0 and userPrincipalName ne 'bob'", true),
            (
                "status/errorCode ne 0 or userPrincipalName in ('bob','ada@example.org')",
                true,
            ),
            ("not (status/errorCode eq 0)", false),
            ("appId eq null", true),
            ("appId ne null", false),
            ("appId eq 'x'", false),
            ("userId eq '62e90394-69f5-4237-9190-012177145e10'", true),
        ];
        for (text, expected) in cases {
            let filter = parse(&text.replace("%2B", "+"), &SIGN_INS).unwrap();
            assert_eq!(filter.holds(&sign_in), expected, "{text}");
        }
    }

    #[test]
    fn members_of_collections_are_tested() {
        let audit = json!({"targetResources": [{"id": "x"}, {"id": "62e90394-69f5-4237-9190-012177145e10"}]});
        let text = "targetResources/any(t:t/id eq '62e90394-69f5-4237-9190-012177145e10')";
        let filter = parse(text, &DIRECTORY_AUDITS).unwrap();
        assert!(filter.holds(&audit));
        assert!(!filter.holds(&json!({"targetResources": []})));
        let filter = parse(
            "methodsRegistered/any(x:x eq 'passKeySynced')",
            &REGISTRATION_DETAILS,
        );
        let filter = filter.unwrap();
        assert!(filter.holds(&json!({"methodsRegistered": ["a", "passKeySynced"]})));
        assert!(!filter.holds(&json!({"methodsRegistered": ["a"]})));
    }

    #[test]
    fn a_search_may_begin_with_what_every_answer_has() {
        let text = "createdDateTime ge 2026-11-01 and (status/errorCode eq 0 or appId eq 'a')";
        let filter = parse(text, &SIGN_INS).unwrap();
        let required = filter.required();
        assert_eq!(required.len(), 1);
        assert_eq!(required[0].path, "createdDateTime");
    }
}
