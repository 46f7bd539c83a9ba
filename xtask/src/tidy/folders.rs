//! Tests find their files from the package's folder, in which cargo starts them.

use super::Findings;
use super::sources::Sources;
use crate::Outcome;

/// A folder compiled in is the one of the clone that was built: with a target directory kept for the next clone, cargo
/// takes the old binary for fresh, and the test reads the old clone's files or finds none.
pub(super) fn not_compiled_in(sources: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    let macros = ["env!", "option_env!"].map(|name| format!("{name}(\"CARGO_MANIFEST_DIR\")"));
    for source in sources
        .rust()
        .filter(|source| !source.path.starts_with("xtask/"))
    {
        for (at, line) in source.text.lines().enumerate() {
            if macros.iter().any(|name| line.contains(name)) {
                findings.fault(format!("{}:{}: compiled-in folder", source.path, at + 1));
            }
        }
    }
    Ok(findings)
}
