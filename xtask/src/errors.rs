//! `docs/errors.md`, made from the codes in the source.

use crate::{Outcome, process};

pub(crate) const PAGE: &str = "docs/errors.md";

/// What the page should say: printed by an example, which alone links the crates with the codes.
pub(crate) fn render() -> Outcome<String> {
    process::output(&mut process::cargo(&[
        "run",
        "--quiet",
        "--package",
        "xtask",
        "--example",
        "errors_page",
    ]))
}

pub(crate) fn write() -> Outcome {
    let page = render()?;
    let codes = page.lines().filter(|line| line.starts_with("| `")).count();
    std::fs::write(PAGE, page).map_err(|e| format!("cannot write {PAGE}: {e}"))?;
    println!("{PAGE}: {codes} codes");
    Ok(())
}
