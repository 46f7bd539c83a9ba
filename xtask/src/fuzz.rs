//! `cargo xtask fuzz`: coverage-guided fuzzing on the stable compiler.
//!
//! libFuzzer needs the compiler's coverage counters, which `-Cpasses=sancov-module` gives on any compiler, and no
//! sanitizer: the crates under it forbid unsafe code. What it finds lies in `out/fuzz/TARGET`, and belongs into the
//! tests as a vector.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::{Outcome, process};

/// Counters at every edge, a table of them, and the operands of comparisons, so that constants are found.
const COVERAGE: &[&str] = &[
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "--cfg=fuzzing",
];
/// Longer than any response that is accepted, by little.
const MAX_LENGTH: &str = "-max_len=140000";
/// An input that takes longer than this, in seconds, is a finding; and one that needs more memory, in MB.
const LIMITS: &[&str] = &["-timeout=10", "-rss_limit_mb=1024"];

/// What was asked for.
struct Wish {
    seconds: u64,
    /// Only those whose names contain one of these.
    names: Vec<String>,
}

fn parse(arguments: &[String]) -> Outcome<Wish> {
    let mut wish = Wish {
        seconds: 60,
        names: Vec::new(),
    };
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--seconds" {
            let number = rest.next().and_then(|text| text.parse().ok());
            wish.seconds = number.ok_or("--seconds needs a number of seconds")?;
        } else if argument.starts_with('-') {
            return Err(format!("fuzz knows --seconds N, not {argument}"));
        } else {
            wish.names.push(argument.clone());
        }
    }
    Ok(wish)
}

pub(crate) fn run(arguments: &[String]) -> Outcome<ExitCode> {
    let wish = parse(arguments)?;
    let (passed, failed) = run_for(wish.seconds, &wish.names)?;
    println!("{passed} targets without a finding, {failed} with one");
    Ok(if failed == 0 && passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// All targets, the seconds shared among them; how many found nothing, and how many something.
pub(crate) fn run_for(seconds: u64, names: &[String]) -> Outcome<(usize, usize)> {
    let program = build()?;
    let targets: Vec<String> = process::output(&mut Command::new(&program))?
        .lines()
        .filter(|target| names.is_empty() || names.iter().any(|name| target.contains(name)))
        .map(str::to_owned)
        .collect();
    if targets.is_empty() {
        return Err("no target has such a name".to_owned());
    }
    let each = (seconds / targets.len() as u64).max(1);
    let (mut passed, mut failed) = (0, 0);
    for target in &targets {
        match run_target(&program, target, each) {
            Ok(()) => passed += 1,
            Err(message) => {
                eprintln!("{target}: {message}");
                failed += 1;
            }
        }
    }
    Ok((passed, failed))
}

/// Builds with a target named, so that build scripts and macros don't carry counters that nobody links.
fn build() -> Outcome<PathBuf> {
    let host = host()?;
    let folder = target_folder()?;
    process::run(
        process::cargo(&["build", "--quiet", "--release", "--locked"])
            .args(["--manifest-path", "fuzz/Cargo.toml", "--target", &host])
            .arg("--target-dir")
            .arg(&folder)
            .env_remove("CARGO_ENCODED_RUSTFLAGS")
            .env("RUSTFLAGS", COVERAGE.join(" ")),
    )?;
    Ok(folder.join(host).join("release/fuzz"))
}

fn host() -> Outcome<String> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let text = process::output(Command::new(rustc).arg("-vV"))?;
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| "rustc -vV names no host".to_owned())
}

/// Beside what the other commands build, so that a warm machine stays warm.
fn target_folder() -> Outcome<PathBuf> {
    let named = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    std::path::absolute(named.join("fuzz")).map_err(|e| format!("the folder for fuzz: {e}"))
}

fn run_target(program: &Path, target: &str, seconds: u64) -> Outcome {
    // New inputs that reach new code go to the first folder; the seeds stay as they are.
    let corpus = PathBuf::from("out/fuzz").join(target).join("corpus");
    std::fs::create_dir_all(&corpus).map_err(|e| format!("{}: {e}", corpus.display()))?;
    let said = Command::new(program)
        .env("FUZZ_TARGET", target)
        .arg(&corpus)
        .arg(format!("fuzz/seeds/{target}"))
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix=out/fuzz/{target}/"))
        .args([MAX_LENGTH, "-print_final_stats=1"])
        .args(LIMITS)
        .output()
        .map_err(|e| format!("cannot start {}: {e}", program.display()))?;
    let text = String::from_utf8_lossy(&said.stderr);
    if !said.status.success() {
        return Err(format!("ended with {}\n{}", said.status, end_of(&text)));
    }
    let summary = find_summary(&text)?;
    println!("  {target}: {summary}");
    Ok(())
}

/// A run that executed nothing, or saw no coverage, shows nothing: that is a failure, too.
fn find_summary(text: &str) -> Outcome<String> {
    let executed = text
        .lines()
        .find_map(|line| line.strip_prefix("stat::number_of_executed_units:"))
        .and_then(|number| number.trim().parse::<u64>().ok())
        .unwrap_or(0);
    let edges = text
        .lines()
        .filter_map(|line| line.split_once(" cov: ")?.1.split(' ').next()?.parse().ok())
        .max()
        .unwrap_or(0u64);
    if executed == 0 || edges == 0 {
        return Err(format!(
            "executed {executed} inputs and saw {edges} edges: nothing was tested\n{}",
            end_of(text)
        ));
    }
    Ok(format!("{executed} inputs, {edges} edges"))
}

fn end_of(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().collect();
    lines[lines.len().saturating_sub(25)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_did_nothing_is_no_success() {
        let done = "#12\tNEW    cov: 31 ft: 40 corp: 2/8b\n#64\tDONE   cov: 33 ft: 44 corp: 3/9b\nstat::number_of_executed_units: 64\n";
        assert_eq!(find_summary(done).unwrap(), "64 inputs, 33 edges");
        assert!(find_summary("").is_err());
        assert!(find_summary("stat::number_of_executed_units: 9\n").is_err());
    }

    #[test]
    fn arguments() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let wish = parse(&words("--seconds 5 cbor")).unwrap();
        assert_eq!((wish.seconds, wish.names), (5, vec!["cbor".to_owned()]));
        assert!(parse(&words("--seconds")).is_err());
        assert!(parse(&words("--second 5")).is_err());
    }
}
