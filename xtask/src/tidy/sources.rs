//! The files of the repository, as git sees them.

use std::process::Command;

use super::rust_text::RustText;
use crate::{Outcome, process};

/// A text file; `path` is from the repository's root.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: String,
    pub(super) text: String,
}

impl Source {
    pub(super) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Whether the whole file is tests, or ships nowhere.
    pub(super) fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        self.path
            .split('/')
            .any(|part| matches!(part, "tests" | "benches" | "examples"))
            || self.path.starts_with("crates/testkit/")
            || self.path.starts_with("crates/bench/")
            || name == "tests.rs"
            || name.ends_with("_tests.rs")
    }

    pub(super) fn rust(&self) -> RustText {
        RustText::new(&self.text)
    }
}

#[derive(Debug)]
pub(super) struct Sources(pub(super) Vec<Source>);

impl Sources {
    /// Everything tracked, and what is new and not ignored.
    pub(super) fn read() -> Outcome<Sources> {
        let listed = process::output(Command::new("git").args([
            // Nothing of the repository's own configuration runs for a list of files, whoever owns the clone.
            "-c",
            "safe.directory=*",
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--deduplicate",
        ]))?;
        let files = listed
            .split('\0')
            .filter(|path| !path.is_empty())
            .filter_map(|path| {
                // What is deleted and not committed yet, or is no text, has nothing to check.
                let text = std::fs::read_to_string(path).ok()?;
                Some(Source {
                    path: path.to_owned(),
                    text,
                })
            });
        Ok(Sources(files.collect()))
    }

    pub(super) fn rust(&self) -> impl Iterator<Item = &Source> {
        self.0.iter().filter(|source| source.is_rust())
    }

    pub(super) fn find(&self, path: &str) -> Option<&Source> {
        self.0.iter().find(|source| source.path == path)
    }
}
