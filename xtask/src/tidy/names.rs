//! Names that say nothing, and marks that must stand in every file of their kind.

use super::Findings;
use super::sources::Sources;
use crate::Outcome;

const BANNED: &[&str] = &[
    "utils", "util", "helpers", "helper", "common", "misc", "manager", "service",
];
const PURE: &[&str] = &["webauthn", "policy", "oidc", "graph", "authenticator"];

pub(super) fn of_modules(sources: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    for source in &sources.0 {
        let parts = source
            .path
            .split('/')
            .map(|part| part.split('.').next().unwrap_or_default());
        if parts.clone().any(is_banned) {
            findings.fault(format!("{}: name the thing, not the drawer", source.path));
        }
        if source.is_rust() {
            let text = source.rust();
            let banned = text
                .names_after("mod")
                .into_iter()
                .filter(|(name, _)| is_banned(name));
            for (name, at) in banned {
                findings.fault(format!(
                    "{}:{}: `mod {name}`",
                    source.path,
                    text.line_of(at)
                ));
            }
        }
    }
    Ok(findings)
}

/// `manager` and `session_manager` alike.
fn is_banned(name: &str) -> bool {
    name.to_ascii_lowercase()
        .split(['_', '-'])
        .any(|word| BANNED.contains(&word))
}

pub(super) fn of_functions(sources: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    for source in sources.rust() {
        let text = source.rust();
        for (name, at) in text.names_after("fn") {
            if name.starts_with("get_") {
                findings.fault(format!(
                    "{}:{}: `fn {name}`: say find, list, read or the thing's name",
                    source.path,
                    text.line_of(at)
                ));
            }
        }
    }
    Ok(findings)
}

pub(super) fn unsafe_is_forbidden(sources: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    for room in PURE {
        let path = format!("crates/{room}/src/lib.rs");
        let forbids = |source: &super::sources::Source| {
            !source
                .rust()
                .lines_with("#![forbid(unsafe_code)]")
                .is_empty()
        };
        if !sources.find(&path).is_some_and(forbids) {
            findings.fault(format!("{path}: `#![forbid(unsafe_code)]` is missing"));
        }
    }
    Ok(findings)
}

/// An ignored test looks like one that passed.
pub(super) fn no_ignored_tests(sources: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    for source in sources.rust() {
        for line in source.rust().lines_with("#[ignore") {
            findings.fault(format!("{}:{line}", source.path));
        }
    }
    Ok(findings)
}
