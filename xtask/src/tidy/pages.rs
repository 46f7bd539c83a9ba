//! Generated pages say what the source says.

use super::Findings;
use super::sources::Sources;
use crate::{Outcome, errors};

pub(super) fn errors_are_fresh(sources: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    let page = sources
        .find(errors::PAGE)
        .map(|source| source.text.as_str());
    if page != Some(errors::render()?.as_str()) {
        findings.fault(format!("{} is old: run `cargo xtask errors`", errors::PAGE));
    }
    Ok(findings)
}
