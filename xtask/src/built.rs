//! What cargo built, by its own account.

use std::path::PathBuf;
use std::process::Stdio;

use crate::{Outcome, process};

/// Programs that come out of building every test.
#[derive(Debug)]
pub(crate) struct Built {
    /// The product.
    pub(crate) claviger: PathBuf,
    /// Print the generated pages of `docs`.
    pub(crate) printers: Printers,
}

/// Programs that print a page of `docs` from the source.
#[derive(Debug)]
pub(crate) struct Printers {
    /// `docs/errors.md`
    pub(crate) errors: PathBuf,
    /// `docs/authorization.md`
    pub(crate) matrix: PathBuf,
}

impl Printers {
    fn find(messages: &str) -> Outcome<Printers> {
        Ok(Printers {
            errors: find(messages, "example", "errors_page")?,
            matrix: find(messages, "example", "authorization_page")?,
        })
    }
}

/// Builds all tests of the workspace, and with them the product and the example. Whatever else a run needs is
/// then taken from here: built package by package, features come together in other ways, and most of the
/// dependencies would be built two or three times.
pub(crate) fn everything() -> Outcome<Built> {
    let messages = build(&["test", "--workspace", "--no-run"])?;
    Ok(Built {
        claviger: find(&messages, "bin", "claviger")?,
        printers: Printers::find(&messages)?,
    })
}

/// The product alone.
pub(crate) fn product() -> Outcome<PathBuf> {
    let messages = build(&["build", "--package", "claviger", "--bin", "claviger"])?;
    find(&messages, "bin", "claviger")
}

/// The programs that print pages of `docs` alone.
pub(crate) fn printers() -> Outcome<Printers> {
    Printers::find(&build(&["build", "--workspace", "--examples"])?)
}

fn build(arguments: &[&str]) -> Outcome<String> {
    let mut command = process::cargo(arguments);
    command
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    process::output(&mut command)
}

fn find(messages: &str, kind: &str, name: &str) -> Outcome<PathBuf> {
    messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| {
            let target = &message["target"];
            target["name"] == name
                && target["kind"][0] == kind
                && message["profile"]["test"] == false
        })
        .find_map(|message| message["executable"].as_str().map(PathBuf::from))
        .ok_or_else(|| format!("cargo built no {kind} `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_among_cargos_messages() {
        let messages = r#"
{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"claviger"},"profile":{"test":false},"executable":null}
{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"claviger"},"profile":{"test":true},"executable":"/t/deps/claviger-1"}
{"reason":"compiler-artifact","target":{"kind":["bin"],"name":"claviger"},"profile":{"test":false},"executable":"/t/claviger"}
{"reason":"build-finished","success":true}"#;
        let found = find(messages, "bin", "claviger").unwrap();
        assert_eq!(found, PathBuf::from("/t/claviger"));
        assert!(Printers::find(messages).is_err());
    }
}
