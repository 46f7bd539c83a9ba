//! `cargo test`, counted from its own "test result" lines.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, PipeReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::RecvTimeoutError;
use std::time::Duration;

use super::Tally;
use super::postgres::{Server, URL_VARIABLE};
use crate::{Outcome, process};

/// Longer than any crate takes to build or test to run on a busy machine: a test that hangs is told by name
/// (libtest says which ones run for long), instead of by whoever runs out of patience.
const MOST_SILENCE: Duration = Duration::from_secs(15 * 60);

/// The first lines of a failed test's output: its message, and the beginning of its trace.
const LINES_KEPT: usize = 40;

pub(super) fn workspace(database: Option<&Server>, filter: &[String]) -> Outcome<Tally> {
    let mut command = process::cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.arg("--").args(["--skip", "crash::"]).args(filter);
    counted(&mut command, database)
}

pub(super) fn package(name: &str, database: Option<&Server>, filter: &[String]) -> Outcome<Tally> {
    let mut command = process::cargo(&["test", "--no-fail-fast", "--package", name]);
    command.arg("--").args(filter);
    counted(&mut command, database)
}

/// The crash tests of `crates/claviger/tests/it/crash.rs`, out of these packages: the way by which they are
/// built already.
pub(super) fn crash(packages: &[&str], filter: &[String]) -> Outcome<Tally> {
    let mut command = process::cargo(&["test", "--no-fail-fast"]);
    command
        .args(packages)
        .args(["--test", "it", "--", "crash::"]);
    command.args(filter);
    counted(&mut command, None)
}

fn counted(command: &mut Command, database: Option<&Server>) -> Outcome<Tally> {
    if let Some(database) = database {
        command.env(URL_VARIABLE, database.url());
    }
    let (reader, writer) = std::io::pipe().map_err(|e| format!("no pipe: {e}"))?;
    let second = writer.try_clone().map_err(|e| format!("no pipe: {e}"))?;
    let mut child = command
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(second)
        .spawn()
        .map_err(|e| format!("cannot run cargo: {e}"))?;
    // Our own copies of the writing end go, so that reading ends with the child.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut report = Report::default();
    let ended = read_lines(reader, |line| report.take(line));
    if let Err(silence) = ended {
        let _ = child.kill();
        report.tally.add(Tally::broken(format!(
            "{silence}. What it said last:\n{}",
            report.last_lines()
        )));
    }
    let status = child.wait().map_err(|e| format!("cargo: {e}"))?;
    if !status.success() && report.tally.failed == 0 {
        // What would not build.
        report.tally.add(Tally::broken(format!(
            "cargo test ended with {status}. What it said last:\n{}",
            report.last_lines()
        )));
    }
    Ok(report.tally)
}

/// Hands on each line until the other end closes; an error when nothing came for too long.
fn read_lines(reader: PipeReader, mut take: impl FnMut(&str)) -> Outcome {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(reader).split(b'\n') {
            let Ok(line) = line else { return };
            // Nobody listens any more after a silence.
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    loop {
        match receiver.recv_timeout(MOST_SILENCE) {
            Ok(line) => take(String::from_utf8_lossy(&line).trim_end()),
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
            Err(RecvTimeoutError::Timeout) => {
                let minutes = MOST_SILENCE.as_secs() / 60;
                return Err(format!("cargo test was silent for {minutes} minutes"));
            }
        }
    }
}

/// Shows what matters, counts the rest, and keeps what failures said.
#[derive(Debug, Default)]
struct Report {
    tally: Tally,
    program: String,
    /// The test whose output is being told, with its lines.
    failure: Option<(String, Vec<String>)>,
    last: VecDeque<String>,
}

impl Report {
    fn take(&mut self, line: &str) {
        if let Some(program) = running(line) {
            self.program = program;
        } else if let Some((tally, ignored, time)) = result(line) {
            self.end_failure();
            self.tell(&tally, ignored, time);
            // The failures themselves were added where they were told.
            self.tally.passed += tally.passed;
            self.tally.failed += tally.failed;
        } else if !is_noise(line) {
            println!("{line}");
            self.keep(line);
        }
    }

    /// Output of failed tests comes as `---- name stdout ----` and lines, up to the next or the list of names.
    fn keep(&mut self, line: &str) {
        if self.last.len() == LINES_KEPT {
            self.last.pop_front();
        }
        self.last.push_back(line.to_owned());
        let name = line
            .strip_prefix("---- ")
            .and_then(|rest| rest.strip_suffix(" stdout ----"));
        if let Some(name) = name {
            self.end_failure();
            self.failure = Some((name.to_owned(), Vec::new()));
        } else if line == "failures:" {
            self.end_failure();
        } else if let Some((_, lines)) = &mut self.failure {
            if lines.len() < LINES_KEPT {
                lines.push(line.to_owned());
            }
        } else if line
            .trim_start()
            .starts_with("process didn't exit successfully")
            && line.contains("(signal: ")
        {
            let what = format!("{}: {}", self.program, line.trim());
            self.tally.add(Tally::broken(what));
        }
    }

    fn end_failure(&mut self) {
        if let Some((name, lines)) = self.failure.take() {
            let said = lines.join("\n          ");
            let failure = format!("{}: {name}\n          {said}", self.program);
            self.tally.failures.push(failure);
        }
    }

    fn last_lines(&self) -> String {
        Vec::from(self.last.clone()).join("\n")
    }

    fn tell(&self, tally: &Tally, ignored: usize, time: &str) {
        if *tally == Tally::default() && ignored == 0 {
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
            failures: Vec::new(),
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
    use std::io::Write;

    use super::*;

    #[test]
    fn result_lines_are_counted() {
        let line = "test result: FAILED. 12 passed; 3 failed; 1 ignored; 0 measured; 7 filtered out; finished in 0.20s";
        assert_eq!(
            result(line),
            Some((
                Tally {
                    passed: 12,
                    failed: 3,
                    failures: Vec::new(),
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
        assert!(!is_noise("test b ... FAILED"));
        assert!(is_noise("test a - should panic ... ok"));
    }

    #[test]
    fn what_failed_is_kept_with_its_message() {
        let mut report = Report::default();
        for line in [
            "     Running tests/it/main.rs (/target/debug/deps/it-0f0e0d0c)",
            "running 3 tests",
            "test a ... ok",
            "test b ... FAILED",
            "test c ... FAILED",
            "failures:",
            "---- b stdout ----",
            "thread 'b' panicked at src/lib.rs:1:1:",
            "left is not right",
            "---- c stdout ----",
            "no",
            "failures:",
            "    b",
            "    c",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s",
            "  process didn't exit successfully: `/target/debug/deps/store-0` (signal: 6, SIGABRT: process abort signal)",
        ] {
            report.take(line);
        }
        assert_eq!((report.tally.passed, report.tally.failed), (1, 3));
        let failures = &report.tally.failures;
        assert_eq!(failures.len(), 3);
        assert!(failures[0].starts_with("it tests/it/main.rs: b\n"));
        assert!(failures[0].ends_with("left is not right"));
        assert!(failures[1].ends_with(": c\n          no"));
        assert!(failures[2].contains("SIGABRT"));
    }

    #[test]
    fn reading_ends_with_the_other_end() {
        let (reader, mut writer) = std::io::pipe().unwrap();
        writer.write_all(b"one\ntwo").unwrap();
        drop(writer);
        let mut lines = Vec::new();
        read_lines(reader, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["one", "two"]);
    }
}
