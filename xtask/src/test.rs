//! `cargo xtask test`: everything, stage by stage, and one line that counts.

mod browser;
mod clients;
mod machine;
#[allow(
    dead_code,
    unreachable_pub,
    reason = "a file of testkit; its other half makes databases in the server"
)]
#[path = "../../crates/testkit/src/postgres.rs"]
mod postgres;
mod rust;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::built::{self, Built};
use crate::{Outcome, fuzz, tidy};
use postgres::Server;

/// What a stage counted.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// Each failure with what it said: told once more at the very end, where whoever reads only the end
    /// of a long output finds it.
    pub(crate) failures: Vec<String>,
}

impl Tally {
    /// One failure that is no test's: nothing could run, or not to the end.
    pub(crate) fn broken(message: impl Into<String>) -> Tally {
        Tally {
            passed: 0,
            failed: 1,
            failures: vec![message.into()],
        }
    }

    pub(crate) fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.failures.extend(other.failures);
    }

    pub(crate) fn note(&mut self, outcome: Result<(), String>) {
        match outcome {
            Ok(()) => self.passed += 1,
            Err(failure) => self.add(Tally::broken(failure)),
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
    /// Clients that others wrote.
    Clients,
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
            "clients" => Ok(Stage::Clients),
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
            Stage::Clients => "clients",
        }
    }

    fn wants_postgres(&self) -> bool {
        matches!(self, Stage::Rust | Stage::Package(_))
    }

    fn run(&self, ground: &Ground, filter: &[String]) -> Outcome<Tally> {
        let (database, built) = (ground.database.as_ref(), ground.built.as_ref());
        match self {
            Stage::Tidy => Ok(tidy::run(built.map(|built| &built.printers))),
            Stage::Rust => rust::workspace(database, filter),
            Stage::Package(name) => rust::package(name, database, filter),
            Stage::Fuzz => smoke(filter),
            Stage::Crash => match built {
                Some(_) => rust::crash(&["--workspace"], filter),
                None => rust::crash(&["--package", "claviger"], filter),
            },
            Stage::Types => browser::types(),
            Stage::Browser => match built {
                Some(built) => browser::suite(&built.claviger, &ground.machine, filter),
                None => browser::suite(&built::product()?, &ground.machine, filter),
            },
            Stage::Clients => match built {
                Some(built) => clients::suite(&built.claviger, filter),
                None => clients::suite(&built::product()?, filter),
            },
        }
    }
}

/// What the stages of a run share.
#[derive(Debug)]
struct Ground {
    machine: machine::Machine,
    database: Option<Server>,
    /// In a run that tests the whole workspace.
    built: Option<Built>,
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
            Stage::Clients,
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
        Ok(ground) => {
            for stage in &stages {
                total.add(timed(stage, &ground, filter));
            }
        }
        // Nothing could run: that is a failure, and the last line says so.
        Err(message) => total.add(Tally::broken(message)),
    }
    println!("\nall stages took {}", spoken(begun.elapsed()));
    for failure in &total.failures {
        println!("\nFAILED  {failure}");
    }
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
    let finding =
        || "fuzz: a target has a finding, told above; what found it lies in out/fuzz".to_owned();
    Ok(Tally {
        passed,
        failed,
        failures: (0..failed.min(1)).map(|_| finding()).collect(),
    })
}

fn split(arguments: &[String]) -> (&[String], &[String]) {
    match arguments.iter().position(|a| a == "--") {
        Some(at) => (&arguments[..at], &arguments[at + 1..]),
        None => (arguments, &[]),
    }
}

fn prepare(stages: &[Stage]) -> Outcome<Ground> {
    let machine = machine::Machine::prepare(machine::Needs {
        postgres: stages.iter().any(Stage::wants_postgres),
        chromium: stages.contains(&Stage::Browser),
        clients: stages.contains(&Stage::Clients),
        compiler: stages.contains(&Stage::Fuzz),
        npm: stages
            .iter()
            .any(|s| matches!(s, Stage::Types | Stage::Browser)),
    })?;
    let built = if stages.contains(&Stage::Rust) {
        println!("building every test");
        let begun = now();
        let built = built::everything()?;
        println!("built in {}", spoken(begun.elapsed()));
        Some(built)
    } else {
        None
    };
    let database = if stages.iter().any(Stage::wants_postgres) {
        let server = Server::start()?;
        println!("PostgreSQL of this run: {}", server.folder().display());
        Some(server)
    } else {
        None
    };
    Ok(Ground {
        machine,
        database,
        built,
    })
}

fn timed(stage: &Stage, ground: &Ground, filter: &[String]) -> Tally {
    println!("\n== {} ==", stage.name());
    let begun = now();
    let tally = stage.run(ground, filter).unwrap_or_else(|message| {
        println!("xtask: {message}");
        Tally::broken(format!("{}: {message}", stage.name()))
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
