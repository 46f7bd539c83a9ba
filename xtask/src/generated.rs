//! Pages of `docs` that are made from the source: every refusal's code, and who may do what.

use std::path::Path;
use std::process::Command;

use crate::{Outcome, built, process};

pub(crate) const ERRORS: &str = "docs/errors.md";
pub(crate) const MATRIX: &str = "docs/authorization.md";

/// What a page should say: printed by an example, which alone links the crates that know it.
pub(crate) fn render(program: &Path) -> Outcome<String> {
    process::output(&mut Command::new(program))
}

/// `cargo xtask errors`
pub(crate) fn write_errors() -> Outcome {
    write(ERRORS, &built::printers()?.errors)
}

/// `cargo xtask matrix`
pub(crate) fn write_matrix() -> Outcome {
    write(MATRIX, &built::printers()?.matrix)
}

fn write(name: &str, program: &Path) -> Outcome {
    let page = render(program)?;
    let rows = page.lines().filter(|line| line.starts_with("| `")).count();
    std::fs::write(name, page).map_err(|e| format!("cannot write {name}: {e}"))?;
    println!("{name}: {rows} rows");
    Ok(())
}
