//! `docs/errors.md`, made from the codes in the source.

use std::path::Path;
use std::process::Command;

use crate::{Outcome, built, process};

pub(crate) const PAGE: &str = "docs/errors.md";

/// What the page should say: printed by an example, which alone links the crates with the codes.
pub(crate) fn render(program: &Path) -> Outcome<String> {
    process::output(&mut Command::new(program))
}

pub(crate) fn write() -> Outcome {
    let page = render(&built::errors_page()?)?;
    let codes = page.lines().filter(|line| line.starts_with("| `")).count();
    std::fs::write(PAGE, page).map_err(|e| format!("cannot write {PAGE}: {e}"))?;
    println!("{PAGE}: {codes} codes");
    Ok(())
}
