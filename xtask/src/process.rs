//! Finding and running other programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Outcome;

/// The cargo that runs us, with arguments.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).env("CARGO_TERM_COLOR", "never");
    command
}

/// Looks a program up on PATH.
pub(crate) fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| is_file(file))
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|m| m.is_file())
}

/// Runs to the end; a failure names the command.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let status = command
        .status()
        .map_err(|e| format!("cannot start {command:?}: {e}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{command:?} ended with {status}"))
    }
}

/// Runs to the end and gives what it printed.
pub(crate) fn output(command: &mut Command) -> Outcome<String> {
    let output = command
        .output()
        .map_err(|e| format!("cannot start {command:?}: {e}"))?;
    if !output.status.success() {
        // Some programs complain on stdout.
        let said = [&output.stdout[..], &output.stderr[..]].map(String::from_utf8_lossy);
        let said = said.map(|text| last_lines(&text)).join("\n");
        return Err(format!("{command:?} ended with {}\n{said}", output.status));
    }
    String::from_utf8(output.stdout).map_err(|_| format!("{command:?} printed what is not UTF-8"))
}

/// The end of a long complaint says what went wrong.
fn last_lines(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}
