//! Files are around 150 lines and rarely over 600, functions around 8 and rarely over 60.

use super::Findings;
use super::allowed::Allowed;
use super::sources::Sources;
use crate::Outcome;

/// Above the first number a reason is wanted in `xtask/tidy.allow`; above the second it is a fault without one.
const FILE: [usize; 2] = [600, 1000];
const FUNCTION: [usize; 2] = [60, 120];

pub(super) fn files(sources: &Sources) -> Outcome<Findings> {
    let allowed = Allowed::read(sources)?;
    let mut findings = Findings::default();
    for source in sources.rust() {
        judge(
            &mut findings,
            &allowed,
            &source.path,
            &source.path,
            (source.text.lines().count(), FILE),
        );
    }
    Ok(findings)
}

pub(super) fn functions(sources: &Sources) -> Outcome<Findings> {
    let allowed = Allowed::read(sources)?;
    let mut findings = Findings::default();
    for source in sources.rust() {
        for function in source.rust().functions() {
            let what = format!("{} {}", source.path, function.name);
            let place = format!("{}:{} fn {}", source.path, function.line, function.name);
            judge(
                &mut findings,
                &allowed,
                &what,
                &place,
                (function.lines, FUNCTION),
            );
        }
    }
    Ok(findings)
}

fn judge(
    findings: &mut Findings,
    allowed: &Allowed<'_>,
    what: &str,
    place: &str,
    measure: (usize, [usize; 2]),
) {
    let (lines, [rarely, never]) = measure;
    if lines > rarely && !allowed.holds(what) {
        let text = format!("{place}: {lines} lines; does it do one job?");
        if lines > never {
            findings.fault(text)
        } else {
            findings.warn(text)
        }
    }
}
