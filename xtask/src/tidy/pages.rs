//! Generated pages say what the source says.

use std::path::Path;

use super::Findings;
use super::sources::Sources;
use crate::built::{self, Printers};
use crate::{Outcome, generated};

/// Each generated page with whether it is fresh. `printers` print them, if they are built already.
pub(super) fn are_fresh(
    sources: &Sources,
    printers: Option<&Printers>,
) -> Vec<(&'static str, Outcome<Findings>)> {
    let own;
    let printers = match printers {
        Some(printers) => Ok(printers),
        None => match built::printers() {
            Ok(printers) => {
                own = printers;
                Ok(&own)
            }
            Err(message) => Err(message),
        },
    };
    let check = |name, command, program: fn(&Printers) -> &Path| {
        let printers = printers.clone()?;
        is_fresh(sources, name, command, program(printers))
    };
    vec![
        (
            "docs/errors.md is fresh",
            check(generated::ERRORS, "errors", |built| &built.errors),
        ),
        (
            "docs/authorization.md is fresh",
            check(generated::MATRIX, "matrix", |built| &built.matrix),
        ),
    ]
}

fn is_fresh(sources: &Sources, name: &str, command: &str, program: &Path) -> Outcome<Findings> {
    let mut findings = Findings::default();
    let page = sources.find(name).map(|source| source.text.as_str());
    if page != Some(generated::render(program)?.as_str()) {
        findings.fault(format!("{name} is old: run `cargo xtask {command}`"));
    }
    Ok(findings)
}
