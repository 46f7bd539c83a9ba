//! The page scripts' types and the browser suite.

use std::path::Path;
use std::process::Command;

use super::Tally;
use super::machine::Machine;
use crate::{Outcome, process};

/// `tsc --noEmit` over each project: every one is a test.
pub(super) fn types() -> Outcome<Tally> {
    let mut tally = Tally::default();
    for project in [
        "crates/server/assets/jsconfig.json",
        "browser/tsconfig.json",
    ] {
        let checked = process::output(Command::new("node").args([
            "browser/node_modules/typescript/bin/tsc",
            "--noEmit",
            "-p",
            project,
        ]));
        match &checked {
            Ok(_) => println!("ok      {project}"),
            Err(message) => println!("FAILED  {project}: {message}"),
        }
        let checked = checked.map(drop);
        tally.note(checked.map_err(|message| format!("types: {project}: {message}")));
    }
    Ok(tally)
}

/// Runs the suite against this binary.
pub(super) fn suite(binary: &Path, machine: &Machine, filter: &[String]) -> Outcome<Tally> {
    let counts = Path::new("out/browser.json");
    std::fs::create_dir_all("out").map_err(|e| format!("out: {e}"))?;
    let _ = std::fs::remove_file(counts);
    let status = Command::new("node")
        .arg("browser/run.mjs")
        .arg("--binary")
        .arg(binary)
        .arg("--counts")
        .arg(counts)
        .args(filter)
        .env("CHROMIUM", &machine.chromium)
        .status()
        .map_err(|e| format!("cannot run node: {e}"))?;
    let mut tally = read_counts(counts).unwrap_or_default();
    if tally.failed == 0 && (!status.success() || tally.passed == 0) {
        tally.add(Tally::broken(format!(
            "the browser suite ended with {status} and counted {} passed",
            tally.passed
        )));
    }
    Ok(tally)
}

fn read_counts(path: &Path) -> Option<Tally> {
    let counts: serde_json::Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    let failures = counts["failures"].as_array()?.iter();
    let failures: Vec<String> = failures
        .map(|failure| format!("browser: {}", failure.as_str().unwrap_or_default()))
        .collect();
    Some(Tally {
        passed: usize::try_from(counts["passed"].as_u64()?).ok()?,
        failed: failures.len(),
        failures,
    })
}
