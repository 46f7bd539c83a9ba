//! `cargo test`, counted from its own "test result" lines.

use std::io::{BufRead, BufReader};
use std::process::Command;

use super::Tally;
use super::postgres::Postgres;
use crate::{Outcome, process};

pub(super) fn workspace(database: Option<&Postgres>, filter: &[String]) -> Outcome<Tally> {
    let mut command = process::cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.arg("--").args(["--skip", "crash::"]).args(filter);
    counted(&mut command, database)
}

pub(super) fn package(
    name: &str,
    database: Option<&Postgres>,
    filter: &[String],
) -> Outcome<Tally> {
    let mut command = process::cargo(&["test", "--no-fail-fast", "--package", name]);
    command.arg("--").args(filter);
    counted(&mut command, database)
}

/// The crash tests of `crates/claviger/tests/it/crash.rs`.
pub(super) fn crash(filter: &[String]) -> Outcome<Tally> {
    let mut command = process::cargo(&[
        "test",
        "--no-fail-fast",
        "--package",
        "claviger",
        "--test",
        "it",
    ]);
    command.args(["--", "crash::"]).args(filter);
    counted(&mut command, None)
}

fn counted(command: &mut Command, database: Option<&Postgres>) -> Outcome<Tally> {
    if let Some(database) = database {
        command.env("CLAVIGER_TEST_POSTGRES", &database.url);
    }
    let (reader, writer) = std::io::pipe().map_err(|e| format!("no pipe: {e}"))?;
    let second = writer.try_clone().map_err(|e| format!("no pipe: {e}"))?;
    let mut child = command
        .stdout(writer)
        .stderr(second)
        .spawn()
        .map_err(|e| format!("cannot run cargo: {e}"))?;
    // Our own copies of the writing end go, so that reading ends with the child.
    command
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null());
    let mut report = Report::default();
    for line in BufReader::new(reader).split(b'\n') {
        let line = line.map_err(|e| format!("cannot read from cargo: {e}"))?;
        report.take(String::from_utf8_lossy(&line).trim_end());
    }
    let status = child.wait().map_err(|e| format!("cargo: {e}"))?;
    let mut tally = report.tally;
    if !status.success() && tally.failed == 0 {
        // A test program that would not build or died without its last line.
        eprintln!("cargo test ended with {status}");
        tally.failed += 1;
    }
    Ok(tally)
}

/// Shows what matters and counts the rest.
#[derive(Debug, Default)]
struct Report {
    tally: Tally,
    program: String,
}

impl Report {
    fn take(&mut self, line: &str) {
        if let Some(program) = running(line) {
            self.program = program;
        } else if let Some((tally, ignored, time)) = result(line) {
            self.tally.add(tally);
            self.tell(tally, ignored, time);
        } else if !is_noise(line) {
            println!("{line}");
        }
    }

    fn tell(&self, tally: Tally, ignored: usize, time: &str) {
        if tally == Tally::default() && ignored == 0 {
            return;
        }
        let ignored = if ignored == 0 {
            String::new()
        } else {
            format!(", {ignored} NOT RUN (ignored)")
        };
        println!(
            "  {}: {} passed, {} failed{ignored}{time}",
            self.program, tally.passed, tally.failed
        );
    }
}

/// `     Running tests/it/main.rs (/…/deps/it-0123)` and `   Doc-tests store`.
fn running(line: &str) -> Option<String> {
    if let Some(name) = line.trim_start().strip_prefix("Doc-tests ") {
        return Some(format!("{name} (documentation)"));
    }
    let rest = line.trim_start().strip_prefix("Running ")?;
    let (source, file) = rest.strip_suffix(')')?.rsplit_once(" (")?;
    let program = file.rsplit('/').next()?.rsplit_once('-')?.0;
    Some(format!(
        "{program} {}",
        source.trim_start_matches("unittests ")
    ))
}

fn result(line: &str) -> Option<(Tally, usize, &str)> {
    let rest = line.strip_prefix("test result: ")?;
    let count = |word: &str| -> Option<usize> {
        let part = rest
            .split([';', '.'])
            .find_map(|part| part.trim().strip_suffix(word))?;
        part.trim().rsplit(' ').next()?.parse().ok()
    };
    let time = rest.rsplit_once("finished").map_or("", |(_, time)| time);
    Some((
        Tally {
            passed: count(" passed")?,
            failed: count(" failed")?,
        },
        count(" ignored")?,
        time,
    ))
}

fn is_noise(line: &str) -> bool {
    line.is_empty()
        || (line.starts_with("test ") && line.ends_with("ok"))
        || (line.starts_with("running ") && (line.ends_with(" tests") || line.ends_with(" test")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn result_lines_are_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.20s";
        assert_eq!(
            result(line),
            Some((
                Tally {
                    passed: 12,
                    failed: 3
                },
                1,
                " in 0.20s"
            ))
        );
        assert_eq!(result("test result_of_something ... ok"), None);
    }

    #[test]
    fn programs_are_named_by_their_source() {
        let line = "     Running tests/it/main.rs (/target/debug/deps/it-0f0e0d0c)";
        assert_eq!(running(line).as_deref(), Some("it tests/it/main.rs"));
        let line = "     Running unittests src/lib.rs (target/debug/deps/store-0f0e)";
        assert_eq!(running(line).as_deref(), Some("store src/lib.rs"));
        assert_eq!(
            running("   Doc-tests store").as_deref(),
            Some("store (documentation)")
        );
    }

    #[test]
    fn failures_are_never_noise() {
        let mut report = Report::default();
        for line in ["running 2 tests", "test a ... ok", "test b ... FAILED"] {
            report.take(line);
        }
        assert!(!is_noise("test b ... FAILED"));
        assert!(is_noise("test a - should panic ... ok"));
    }
}
