//! The page scripts' types and the browser suite.

use std::path::{Path, PathBuf};
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
        let checked = process::run(Command::new("node").args([
            "browser/node_modules/typescript/bin/tsc",
            "--noEmit",
            "-p",
            project,
        ]));
        match &checked {
            Ok(()) => println!("ok      {project}"),
            Err(message) => println!("FAILED  {project}: {message}"),
        }
        tally.note(checked.map_err(drop));
    }
    Ok(tally)
}

/// Runs the suite against the binary that is built here and now.
pub(super) fn suite(machine: &Machine, filter: &[String]) -> Outcome<Tally> {
    let binary = build()?;
    let counts = Path::new("out/browser.json");
    std::fs::create_dir_all("out").map_err(|e| format!("out: {e}"))?;
    let _ = std::fs::remove_file(counts);
    let status = Command::new("node")
        .arg("browser/run.mjs")
        .arg("--binary")
        .arg(&binary)
        .arg("--counts")
        .arg(counts)
        .args(filter)
        .env("CHROMIUM", &machine.chromium)
        .status()
        .map_err(|e| format!("cannot run node: {e}"))?;
    let mut tally = read_counts(counts).unwrap_or_default();
    if tally.failed == 0 && (!status.success() || tally.passed == 0) {
        eprintln!(
            "the browser suite ended with {status} and counted {} passed",
            tally.passed
        );
        tally.failed = 1;
    }
    Ok(tally)
}

fn read_counts(path: &Path) -> Option<Tally> {
    let counts: serde_json::Value = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
    let count = |name: &str| usize::try_from(counts[name].as_u64()?).ok();
    Some(Tally {
        passed: count("passed")?,
        failed: count("failed")?,
    })
}

/// Builds the product and gives the file that cargo made of it.
fn build() -> Outcome<PathBuf> {
    let mut command = process::cargo(&[
        "build",
        "--package",
        "claviger",
        "--bin",
        "claviger",
        "--message-format=json",
    ]);
    let messages = process::output(command.stderr(std::process::Stdio::inherit()))?;
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "claviger")
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| "cargo built no binary `claviger`".to_owned())
}
