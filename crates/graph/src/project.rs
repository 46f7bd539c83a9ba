//! From a whole object to what was asked for.

use serde_json::{Map, Value};

use crate::error::Problem;
use crate::kind::{Kind, Words};
use crate::path::Version;
use crate::prefer::Preferences;
use crate::resource::{Mark, Property, Type};

/// Which properties an answer holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// What an answer holds without `$select`.
    Default,
    /// What `$select` names; `id` always comes along.
    Named(Vec<String>),
}

/// The most names in `$select`.
const MAX_NAMES: usize = 64;

impl Selection {
    /// Reads the value of `$select`, decoded.
    ///
    /// # Errors
    /// An unknown, hidden or nested property, or too many.
    pub fn parse(text: &str, of: &'static Type, version: Version) -> Result<Selection, Problem> {
        let mut names = Vec::new();
        for name in text.split(',').map(str::trim) {
            if name == "*" {
                return Ok(Selection::Default);
            }
            if names.len() >= MAX_NAMES {
                return Err(Problem::syntax("$select", "it names too many properties"));
            }
            let property = of.find(name).filter(|property| is_there(property, version));
            let property = property.ok_or_else(|| Problem::UnknownProperty {
                property: name.to_owned(),
                of: of.name,
            })?;
            names.push(property.name.to_owned());
        }
        Ok(Selection::Named(names))
    }

    fn holds(&self, property: &Property, version: Version) -> bool {
        match self {
            _ if !is_there(property, version) => false,
            Selection::Default => version == Version::Beta || property.is(Mark::Shown),
            Selection::Named(names) => {
                property.name == "id" || names.iter().any(|name| name == property.name)
            }
        }
    }
}

fn is_there(property: &Property, version: Version) -> bool {
    !property.is(Mark::Hidden) && (version != Version::V1 || !property.is(Mark::Beta))
}

/// Cuts a whole object to the selection and hides enumeration members that the client doesn't know. Annotations stay.
pub fn project(
    whole: &mut Map<String, Value>,
    of: &'static Type,
    selection: &Selection,
    version: Version,
    preferences: Preferences,
) {
    whole.retain(|name, _| {
        name.contains('@')
            || of
                .find(name)
                .is_some_and(|property| selection.holds(property, version))
    });
    hide(whole, of, version, preferences);
}

/// Nested types: write-only and beta-only properties vanish, late members become `unknownFutureValue`.
fn hide(
    object: &mut Map<String, Value>,
    of: &'static Type,
    version: Version,
    preferences: Preferences,
) {
    object.retain(|name, _| {
        name.contains('@')
            || of
                .find(name)
                .is_some_and(|property| is_there(property, version))
    });
    for (name, value) in object.iter_mut() {
        if let Some(property) = of.find(name) {
            hide_in(value, &property.kind, version, preferences);
        }
    }
}

fn hide_in(value: &mut Value, kind: &Kind, version: Version, preferences: Preferences) {
    match (kind, value) {
        (Kind::Many(kind), Value::Array(values)) => {
            for value in values {
                hide_in(value, kind, version, preferences);
            }
        }
        (Kind::Complex(of), Value::Object(object)) => hide(object, of, version, preferences),
        (Kind::Words(words), Value::String(text))
            if !preferences.unknown_enum_members && words.evolved.contains(&text.as_str()) =>
        {
            Words::UNKNOWN.clone_into(text);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::{AppliedConditionalAccessPolicy, PolicyResult, SignIn, User};
    use serde_json::to_value;

    fn object(value: impl serde::Serialize) -> Map<String, Value> {
        match to_value(value).unwrap() {
            Value::Object(object) => object,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn select_cuts_and_keeps_the_id() {
        let mut user = object(User::default());
        let selection = Selection::parse("mail, accountEnabled", &User::TYPE, Version::V1).unwrap();
        let preferences = Preferences::default();
        project(&mut user, &User::TYPE, &selection, Version::V1, preferences);
        // Their order is that of a feature of serde_json, which another crate may turn on.
        let names: std::collections::BTreeSet<&str> = user.keys().map(String::as_str).collect();
        assert!(names.into_iter().eq(["accountEnabled", "id", "mail"]));
        for unfit in ["Mail", "passwordProfile", "manager/id", "", "nothing"] {
            assert!(Selection::parse(unfit, &User::TYPE, Version::V1).is_err());
        }
    }

    #[test]
    fn beta_gives_all_and_v1_its_default_set() {
        let (mut v1, mut beta) = (object(User::default()), object(User::default()));
        let preferences = Preferences::default();
        project(
            &mut v1,
            &User::TYPE,
            &Selection::Default,
            Version::V1,
            preferences,
        );
        project(
            &mut beta,
            &User::TYPE,
            &Selection::Default,
            Version::Beta,
            preferences,
        );
        assert!(!v1.contains_key("accountEnabled") && v1.contains_key("displayName"));
        assert!(beta.contains_key("accountEnabled"));
    }

    #[test]
    fn late_members_are_written_only_for_those_who_ask() {
        let sign_in = SignIn {
            applied_conditional_access_policies: vec![AppliedConditionalAccessPolicy {
                result: Some(PolicyResult::ReportOnlySuccess),
                ..Default::default()
            }],
            ..Default::default()
        };
        for (asked, expected) in [(false, "unknownFutureValue"), (true, "reportOnlySuccess")] {
            let mut whole = object(&sign_in);
            let preferences = Preferences {
                unknown_enum_members: asked,
            };
            project(
                &mut whole,
                &SignIn::TYPE,
                &Selection::Default,
                Version::V1,
                preferences,
            );
            assert_eq!(
                whole["appliedConditionalAccessPolicies"][0]["result"],
                expected
            );
        }
    }
}
