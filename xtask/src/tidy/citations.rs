//! Numbers in comments and test names that refer to the specification.

use super::Findings;
use super::sources::{Source, Sources};
use crate::Outcome;

/// The published failures that the issues House and Core must test.
const PAST_MISTAKES: &[u32] = &[
    1, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28, 29, 30, 32, 33, 34,
    35, 36, 37, 38, 39, 40, 48, 49, 50, 52,
];

/// The manual page whose last column names tests.
const PAST_BUGS: &str = "crates/webauthn/manual/past_bugs.md";
const SECURITY_DECISIONS: std::ops::RangeInclusive<u32> = 1..=37;

/// One rule per row: some test is named after it.
pub(super) fn of_past_mistakes(sources: &Sources) -> Vec<(String, Findings)> {
    let tested: Vec<u32> = sources.0.iter().flat_map(past_mistakes).collect();
    let rule = |row: &u32| {
        let mut findings = Findings::default();
        if !tested.contains(row) {
            findings.fault(format!("no test is named past_mistake_{row:02}"));
        }
        (format!("past mistake {row} has a test"), findings)
    };
    PAST_MISTAKES.iter().map(rule).collect()
}

/// `fn past_mistake_13_…` or `mod past_mistake_13` in Rust; `past mistake 13` in a test's name in the browser suite.
fn past_mistakes(source: &Source) -> Vec<u32> {
    if source.is_rust() {
        let text = source.rust();
        let names = text
            .names_after("fn")
            .into_iter()
            .chain(text.names_after("mod"));
        return names
            .filter_map(|(name, _)| number(name.strip_prefix("past_mistake_")?))
            .collect();
    }
    if source.path.starts_with("browser/") && source.path.ends_with(".mjs") {
        let tests = source
            .text
            .lines()
            .filter(|line| line.trim_start().starts_with("test("));
        return tests
            .flat_map(|line| line.split("past mistake ").skip(1).filter_map(number))
            .collect();
    }
    Vec::new()
}

/// The last column of each table on the page of past bugs names what would fail: a test of the pure core, some by their
/// common beginning (`past_mistake_14_*`), or one of its test files.
pub(super) fn of_past_bugs(sources: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    let core = || {
        let files = sources.0.iter();
        files.filter(|source| source.path.starts_with("crates/webauthn/"))
    };
    let Some(page) = sources.find(PAST_BUGS) else {
        findings.fault(format!("{PAST_BUGS} is not there"));
        return Ok(findings);
    };
    let functions: Vec<String> = core()
        .filter(|source| source.is_rust())
        .flat_map(|source| source.rust().names_after("fn"))
        .map(|(name, _)| name)
        .collect();
    for (at, line) in page.text.lines().enumerate() {
        for name in tests_named(line) {
            let exists = match name.strip_suffix('*') {
                Some(beginning) => functions.iter().any(|it| it.starts_with(beginning)),
                None if name.contains('.') => {
                    core().any(|it| it.path.ends_with(&format!("/{name}")))
                }
                None => functions.iter().any(|it| it == name),
            };
            if !exists {
                let at = at + 1;
                findings.fault(format!("{PAST_BUGS}:{at}: there is no test {name}"));
            }
        }
    }
    Ok(findings)
}

/// What stands in code marks in the last column of a table's row.
fn tests_named(line: &str) -> Vec<&str> {
    let row = line
        .trim()
        .strip_prefix('|')
        .and_then(|it| it.strip_suffix('|'));
    let column = row.and_then(|row| row.rsplit('|').next());
    let parts = column.unwrap_or_default().split('`');
    parts.skip(1).step_by(2).collect()
}

fn number(text: &str) -> Option<u32> {
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    text[..digits].parse().ok()
}

/// `security 5`, `security 5, 6`.
pub(super) fn of_security(sources: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    for source in sources
        .0
        .iter()
        .filter(|s| s.path != "xtask/src/tidy/citations.rs")
    {
        for (at, line) in source.text.lines().enumerate() {
            for cited in cited(line) {
                if !SECURITY_DECISIONS.contains(&cited) {
                    findings.fault(format!(
                        "{}:{}: there is no security {cited}",
                        source.path,
                        at + 1
                    ));
                }
            }
        }
    }
    Ok(findings)
}

fn cited(line: &str) -> Vec<u32> {
    let mut numbers = Vec::new();
    for rest in line.split("security ").skip(1) {
        let list = rest
            .split([',', ' ', 'a', 'n', 'd'])
            .filter(|word| !word.is_empty());
        numbers.extend(list.map_while(|word| number(word.trim_end_matches([')', '.', ';', ':']))));
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_numbers_are_read() {
        assert_eq!(cited("(security 5, 6) and security 27: x"), vec![5, 6, 27]);
        assert_eq!(cited("security keys, security info"), Vec::<u32>::new());
    }

    #[test]
    fn the_last_column_names_tests() {
        let row = "| a `bug` | `file.rs` | `one_test`, `past_mistake_14_*` in `mutation.rs` |";
        let named = ["one_test", "past_mistake_14_*", "mutation.rs"];
        assert_eq!(tests_named(row), named);
        assert_eq!(tests_named("no `table`"), Vec::<&str>::new());
    }

    #[test]
    fn a_test_that_is_cited_and_gone_is_a_fault() {
        let source = |path: &str, text: &str| Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        let page =
            "| x | y | `there`, `begins_*`, `it.rs` |\n| x | y | `gone`, `ends_*`, `no.rs` |";
        let sources = Sources(vec![
            source(PAST_BUGS, page),
            source(
                "crates/webauthn/tests/it.rs",
                "fn there() {} fn begins_so() {} // fn gone",
            ),
            source("crates/store/tests/no.rs", "fn gone() {}"),
        ]);
        let findings = of_past_bugs(&sources).unwrap();
        assert_eq!(findings.faults.len(), 3, "{:?}", findings.faults);
    }

    #[test]
    fn names_of_tests_carry_the_row() {
        let rust = Source {
            path: "a.rs".to_owned(),
            text: "fn past_mistake_07_x() {} // past_mistake_08".to_owned(),
        };
        assert_eq!(past_mistakes(&rust), vec![7]);
    }
}
