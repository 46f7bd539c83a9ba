//! What developers and CI run: `cargo xtask test`, `tidy`, `errors`, `matrix`, `fuzz`, `bench`.
#![allow(clippy::print_stdout, reason = "a command line program")]

mod built;
mod fuzz;
mod generated;
mod process;
mod test;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

/// A failure is a sentence for the person at the terminal.
type Outcome<T = ()> = Result<T, String>;

const HELP: &str = "\
What developers and CI run.

  cargo xtask test [STAGE...] [-- ARGS]   run every test, or some stages
  cargo xtask tidy                        the house rules alone
  cargo xtask errors                      write docs/errors.md from the codes in the source
  cargo xtask matrix                      write docs/authorization.md from the table in the source
  cargo xtask fuzz [--seconds N] [TARGET...]
                                          fuzz every parser and both ceremonies, N seconds in all (60)
  cargo xtask bench NAME [ARGS]           measure; --json prints one object

Stages of `test`, in their order:
  tidy       arrows between crates, lengths, names, licences, links, generated pages
  rust       cargo test over the workspace: unit, vectors, store on both databases, HTTP
  fuzz       60 seconds of fuzzing in all, every target
  crash      kill -9 under load, and with a shim that loses unsynced writes
  types      tsc over the page scripts and the browser suite
  browser    Chromium with its virtual authenticator, http://localhost and https
  clients    Microsoft's Graph SDKs and MSAL, schemathesis; over TLS, on loopback
or the name of a package (`store`, `webauthn` ...) for its tests alone.

`test` installs what is missing (Chromium and PostgreSQL by apt-get when run as root, npm packages
into browser/), starts one PostgreSQL of its own on loopback and stops it at the end. The last line
counts: `N passed, N failed`.

Examples:
  cargo xtask test                        everything
  cargo xtask test store                  one crate, with PostgreSQL at hand
  cargo xtask test store -- spent         its tests whose names contain `spent`
  cargo xtask test browser -- autofill    browser tests whose names contain `autofill`
  cargo xtask test tidy types             two stages
  cargo xtask bench webauthn --json
  cargo xtask bench sign-in
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Outcome<ExitCode> {
    std::env::set_current_dir(root()).map_err(|e| format!("cannot enter the repository: {e}"))?;
    let (command, rest) = match arguments.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("--help", arguments),
    };
    let asks_help = rest
        .iter()
        .take_while(|a| *a != "--")
        .any(|a| a == "--help" || a == "-h");
    match command {
        "bench" => bench(rest),
        "fuzz" if !asks_help => fuzz::run(rest),
        _ if asks_help || matches!(command, "help" | "--help" | "-h") => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        "test" => test::run(rest),
        "tidy" => test::run(&["tidy".to_owned()]),
        "errors" => generated::write_errors().map(|()| ExitCode::SUCCESS),
        "matrix" => generated::write_matrix().map(|()| ExitCode::SUCCESS),
        unknown => Err(format!(
            "there is no `{unknown}`; `cargo xtask --help` lists what there is"
        )),
    }
}

/// The repository: where this package stands when cargo runs it, whatever clone built it.
fn root() -> PathBuf {
    let here =
        std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    PathBuf::from(here).join("..")
}

fn bench(arguments: &[String]) -> Outcome<ExitCode> {
    let status = process::cargo(&[
        "run",
        "--quiet",
        "--profile",
        "dist",
        "--package",
        "bench",
        "--",
    ])
    .args(arguments)
    .status()
    .map_err(|e| format!("cannot run cargo: {e}"))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
