//! `cargo xtask test`: everything, stage by stage, and one line that counts.

mod browser;
mod machine;
mod postgres;
mod rust;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::{Outcome, fuzz, tidy};
use postgres::Postgres;

/// What a stage counted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    pub(crate) fn note(&mut self, passed: Result<(), ()>) {
        match passed {
            Ok(()) => self.passed += 1,
            Err(()) => self.failed += 1,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Stage {
    Tidy,
    /// `cargo test` of the whole workspace, without the crash tests, which have a stage.
    Rust,
    Package(String),
    /// Every fuzz target for a short while.
    Fuzz,
    Crash,
    Types,
    Browser,
}

impl Stage {
    fn parse(name: &str) -> Outcome<Stage> {
        match name {
            "tidy" => Ok(Stage::Tidy),
            "rust" => Ok(Stage::Rust),
            "fuzz" => Ok(Stage::Fuzz),
            "crash" => Ok(Stage::Crash),
            "types" => Ok(Stage::Types),
            "browser" => Ok(Stage::Browser),
            package if tidy::is_room(package) => Ok(Stage::Package(package.to_owned())),
            other => Err(format!(
                "`{other}` is neither a stage nor one of our packages; see `cargo xtask --help`"
            )),
        }
    }

    fn name(&self) -> &str {
        match self {
            Stage::Tidy => "tidy",
            Stage::Rust => "rust",
            Stage::Package(name) => name,
            Stage::Fuzz => "fuzz",
            Stage::Crash => "crash",
            Stage::Types => "types",
            Stage::Browser => "browser",
        }
    }

    fn wants_postgres(&self) -> bool {
        matches!(self, Stage::Rust | Stage::Package(_))
    }

    fn run(
        &self,
        machine: &machine::Machine,
        database: Option<&Postgres>,
        filter: &[String],
    ) -> Outcome<Tally> {
        match self {
            Stage::Tidy => Ok(tidy::run()),
            Stage::Rust => rust::workspace(database, filter),
            Stage::Package(name) => rust::package(name, database, filter),
            Stage::Fuzz => smoke(filter),
            Stage::Crash => rust::crash(filter),
            Stage::Types => browser::types(),
            Stage::Browser => browser::suite(machine, filter),
        }
    }
}

pub(crate) fn run(arguments: &[String]) -> Outcome<ExitCode> {
    let (names, filter) = split(arguments);
    let stages = if names.is_empty() {
        vec![
            Stage::Tidy,
            Stage::Rust,
            Stage::Fuzz,
            Stage::Crash,
            Stage::Types,
            Stage::Browser,
        ]
    } else {
        names
            .iter()
            .map(|name| Stage::parse(name))
            .collect::<Outcome<Vec<_>>>()?
    };
    let begun = now();
    let mut total = Tally::default();
    match prepare(&stages) {
        Ok((machine, database)) => {
            for stage in &stages {
                total.add(timed(stage, &machine, database.as_ref(), filter));
            }
        }
        // Nothing could run: that is a failure, and the last line says so.
        Err(message) => {
            eprintln!("xtask: {message}");
            total.failed += 1;
        }
    }
    println!("\nall stages took {}", spoken(begun.elapsed()));
    println!("{} passed, {} failed", total.passed, total.failed);
    Ok(if total.failed == 0 && total.passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// How long the smoke takes in all.
const SMOKE_SECONDS: u64 = 60;

fn smoke(filter: &[String]) -> Outcome<Tally> {
    let (passed, failed) = fuzz::run_for(SMOKE_SECONDS, filter)?;
    Ok(Tally { passed, failed })
}

fn split(arguments: &[String]) -> (&[String], &[String]) {
    match arguments.iter().position(|a| a == "--") {
        Some(at) => (&arguments[..at], &arguments[at + 1..]),
        None => (arguments, &[]),
    }
}

fn prepare(stages: &[Stage]) -> Outcome<(machine::Machine, Option<Postgres>)> {
    let wants_postgres = stages.iter().any(Stage::wants_postgres);
    let machine = machine::Machine::prepare(machine::Needs {
        postgres: wants_postgres,
        chromium: stages.contains(&Stage::Browser),
        compiler: stages.contains(&Stage::Fuzz),
        npm: stages
            .iter()
            .any(|s| matches!(s, Stage::Types | Stage::Browser)),
    })?;
    let database = if wants_postgres {
        Some(Postgres::start(&machine)?)
    } else {
        None
    };
    Ok((machine, database))
}

fn timed(
    stage: &Stage,
    machine: &machine::Machine,
    database: Option<&Postgres>,
    filter: &[String],
) -> Tally {
    println!("\n== {} ==", stage.name());
    let begun = now();
    let tally = stage
        .run(machine, database, filter)
        .unwrap_or_else(|message| {
            eprintln!("xtask: {message}");
            Tally {
                passed: 0,
                failed: 1,
            }
        });
    println!(
        "== {}: {} passed, {} failed in {} ==",
        stage.name(),
        tally.passed,
        tally.failed,
        spoken(begun.elapsed())
    );
    tally
}

/// Durations are for the reader only; nothing is decided by them.
#[allow(
    clippy::disallowed_methods,
    reason = "tells the reader how long a stage took"
)]
fn now() -> Instant {
    Instant::now()
}

fn spoken(duration: Duration) -> String {
    match duration.as_secs() {
        0..60 => format!("{:.1} s", duration.as_secs_f64()),
        seconds => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}
