//! Requests must not be able to end a process.

use super::Findings;
use super::sources::Sources;
use crate::Outcome;

pub(super) fn outside_tests(sources: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    for source in sources.rust().filter(|source| !source.is_test()) {
        for line in source.rust().without_tests().lines_with(".unwrap()") {
            findings.fault(format!("{}:{line}: `.unwrap()`", source.path));
        }
    }
    Ok(findings)
}
