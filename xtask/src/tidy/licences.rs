//! What is linked, and under which licences.

use super::Findings;
use super::sources::Sources;
use crate::{Outcome, process};

const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BlueOak-1.0.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];
/// Licences that are fine for one crate only.
const SINGLE: &[(&str, &str)] = &[
    ("webpki-roots", "CDLA-Permissive-2.0"),
    ("aws-lc-sys", "OpenSSL"),
];
/// aws-lc-rs is the one crypto library.
const SECOND_CRYPTO: &[&str] = &[
    "ring",
    "openssl",
    "openssl-sys",
    "native-tls",
    "boring",
    "boring-sys",
];

/// A dependency of any of our crates on any platform, tests included.
struct Dependency {
    name: String,
    licence: String,
}

fn dependencies() -> Outcome<Vec<Dependency>> {
    let arguments = [
        "tree",
        "--workspace",
        "--locked",
        "--target",
        "all",
        "--edges",
        "normal,build,dev",
    ];
    let mut tree = process::cargo(&arguments);
    let text =
        process::output(tree.args(["--prefix", "none", "--no-dedupe", "--format", "{p}\t{l}"]))?;
    let mut lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    lines.sort_unstable();
    lines.dedup();
    let parse = |line: &str| {
        let (package, licence) = line.split_once('\t')?;
        let name = package.split(' ').next()?.to_owned();
        Some(Dependency {
            name,
            licence: licence.trim_end_matches(" (*)").to_owned(),
        })
    };
    lines
        .into_iter()
        .map(|line| parse(line).ok_or(format!("cargo tree printed `{line}`")))
        .collect()
}

pub(super) fn no_second_crypto(_: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    for dependency in dependencies()? {
        if SECOND_CRYPTO.contains(&dependency.name.as_str()) {
            findings.fault(format!(
                "{}: `cargo tree -i {0}` says who asks for it",
                dependency.name
            ));
        }
    }
    Ok(findings)
}

/// The most crates below `webauthn` on this platform, with those of build scripts and without those of tests: what
/// an embedder takes in with it.
const BELOW_WEBAUTHN: usize = 30;

pub(super) fn few_below_webauthn(_: &Sources) -> Outcome<Findings> {
    let arguments = [
        "tree",
        "--package",
        "webauthn",
        "--locked",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
    ];
    let tree = process::output(&mut process::cargo(&arguments))?;
    let names = list_below(&tree);
    let mut findings = Findings::default();
    if names.is_empty() {
        findings.fault("cargo tree shows nothing below webauthn");
    } else if names.len() > BELOW_WEBAUTHN {
        findings.fault(format!(
            "{} crates below webauthn, and {BELOW_WEBAUTHN} are the most: {}",
            names.len(),
            names.join(", ")
        ));
    }
    Ok(findings)
}

/// The packages of a tree, each version once, without the one at its root.
fn list_below(tree: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = tree
        .lines()
        .skip(1)
        .map(|line| {
            line.trim_end_matches(" (*)")
                .trim_end_matches(" (proc-macro)")
        })
        .filter(|line| !line.is_empty())
        .collect();
    lines.sort_unstable();
    lines.dedup();
    lines
}

pub(super) fn on_the_list(_: &Sources) -> Outcome<Findings> {
    let mut findings = Findings::default();
    for Dependency { name, licence } in dependencies()? {
        if !accepts(&licence, &|one| {
            LICENCES.contains(&one) || SINGLE.contains(&(name.as_str(), one))
        }) {
            findings.fault(format!("{name}: `{licence}`"));
        }
    }
    Ok(findings)
}

/// Whether an SPDX expression can be met with accepted licences alone. Older crates write `/` for OR.
fn accepts(expression: &str, accepted: &dyn Fn(&str) -> bool) -> bool {
    let expression = expression.trim().replace('/', " OR ");
    if let Some(parts) = split_outside(&expression, " OR ") {
        return parts.iter().any(|part| accepts(part, accepted));
    }
    if let Some(parts) = split_outside(&expression, " AND ") {
        return parts.iter().all(|part| accepts(part, accepted));
    }
    match expression
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'))
    {
        Some(inner) => accepts(inner, accepted),
        None => accepted(expression.trim()),
    }
}

/// Parts between operators that stand outside parentheses; `None` when there is no such operator.
fn split_outside<'a>(expression: &'a str, operator: &str) -> Option<Vec<&'a str>> {
    let (mut parts, mut depth, mut begin, mut at) = (Vec::new(), 0usize, 0, 0);
    while at < expression.len() {
        let rest = &expression[at..];
        if depth == 0 && rest.starts_with(operator) {
            parts.push(&expression[begin..at]);
            at += operator.len();
            begin = at;
            continue;
        }
        match rest.as_bytes()[0] {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        at += rest.chars().next().map_or(1, char::len_utf8);
    }
    if parts.is_empty() {
        return None;
    }
    parts.push(&expression[begin..]);
    Some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_counts_once() {
        let tree = "webauthn v0.1.0 (/here)\nserde v1.0.0\nserde_core v1.0.0\nserde_derive v1.0.0 (proc-macro)\n\
                    serde_derive v1.0.0 (proc-macro) (*)\nserde_core v1.0.0 (*)\n\nserde v2.0.0\n";
        let expected = [
            "serde v1.0.0",
            "serde v2.0.0",
            "serde_core v1.0.0",
            "serde_derive v1.0.0",
        ];
        assert_eq!(list_below(tree), expected);
        assert!(list_below("").is_empty());
    }

    #[test]
    fn expressions_are_understood() {
        let mit_or_isc = |one: &str| matches!(one, "MIT" | "ISC");
        for good in [
            "MIT",
            "GPL-3.0 OR MIT",
            "MIT/Apache-2.0",
            "ISC AND (Apache-2.0 OR MIT)",
            "(MIT OR X) AND ISC",
        ] {
            assert!(accepts(good, &mit_or_isc), "{good}");
        }
        for bad in [
            "",
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR X) AND Y",
            "MIT WITH something",
        ] {
            assert!(!accepts(bad, &mit_or_isc), "{bad}");
        }
    }
}
