//! Generated pages say what the source says.

use std::path::Path;

use super::Findings;
use super::sources::Sources;
use crate::{Outcome, built, errors};

/// `program` prints the page, if it is built already.
pub(super) fn errors_are_fresh(sources: &Sources, program: Option<&Path>) -> Outcome<Findings> {
    let mut findings = Findings::default();
    let program = match program {
        Some(program) => program.to_owned(),
        None => built::errors_page()?,
    };
    let page = sources
        .find(errors::PAGE)
        .map(|source| source.text.as_str());
    if page != Some(errors::render(&program)?.as_str()) {
        findings.fault(format!("{} is old: run `cargo xtask errors`", errors::PAGE));
    }
    Ok(findings)
}
