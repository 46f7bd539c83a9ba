//! Where a person goes on after a step: a path of ours, or Security info.

/// The way on when none, or none of ours, was asked for.
pub const DEFAULT: &str = "/security-info";

/// An application's request, with all that it wants given back, is the longest.
const LONGEST: usize = 8192;

/// The path, if it is one of ours as it stands and as a browser or proxy may decode it.
pub fn accept(path: Option<&str>) -> &str {
    path.filter(|path| is_ours(path)).unwrap_or(DEFAULT)
}

fn is_ours(text: &str) -> bool {
    let path = text.split(['?', '#']).next().unwrap_or_default();
    text.starts_with('/')
        && text.len() <= LONGEST
        && text.bytes().all(|byte| byte.is_ascii_graphic())
        && !text.contains("//")
        && !text.contains('\\')
        && !hides_separator(path)
        && !leads_back(path)
}

/// An encoded slash, backslash, dot, percent or control character has no place in our paths.
fn hides_separator(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    ["%2f", "%5c", "%2e", "%25", "%0", "%1", "%7f"]
        .iter()
        .any(|hidden| lower.contains(hidden))
        || lower
            .split('/')
            .any(|segment| segment == "." || segment == "..")
}

/// Signing in ends somewhere else than at signing in, and not at an address that only takes a decision.
fn leads_back(path: &str) -> bool {
    ["/sign-in", "/sign-out", "/reauthenticate", "/consent"]
        .iter()
        .any(|step| {
            path.strip_prefix(step)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
}

/// `page?return=path`, with the path encoded.
pub fn with_return(page: &str, path: &str) -> String {
    let mut address = format!("{page}?return=");
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            address.push(char::from(byte));
        } else {
            address.push_str(&format!("%{byte:02X}"));
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT, accept, with_return};

    #[test]
    fn paths_of_ours_are_kept() {
        for path in [
            "/",
            "/people",
            "/security-info?added=1",
            "/security-info#sessions",
            "/people?after=a%2Fb",
            "/oauth2/v2.0/authorize?redirect_uri=https%3A%2F%2Fapp.example.org%2Fcb&state=a%25",
        ] {
            assert_eq!(accept(Some(path)), path);
        }
    }

    #[test]
    fn everything_else_becomes_security_info() {
        let refused = [
            "",
            "people",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/people//x",
            "%2f%2fevil.example",
            "/%2f%2fevil.example",
            "/%2Fevil.example",
            "/%5cevil.example",
            "/%5Cevil.example",
            "/%252f%252fevil.example",
            "/a/../../b",
            "/./a",
            "/%2e%2e/evil",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a\r\nSet-Cookie: x=y",
            "/a\u{0}b",
            "/%0d%0aSet-Cookie:x",
            "/%00",
            "/a b",
            "/\u{202e}gpj",
            "/ü",
            "/sign-in",
            "/sign-in?return=%2F",
            "/sign-out",
            "/reauthenticate?return=%2Fpeople",
            " /people",
            "/people\u{7f}",
            "@evil.example",
            "/people?next=//evil.example",
        ];
        for path in refused {
            assert_eq!(accept(Some(path)), DEFAULT, "{path:?}");
        }
        assert_eq!(accept(None), DEFAULT);
        assert_eq!(accept(Some(&format!("/{}", "a".repeat(8192)))), DEFAULT);
    }

    #[test]
    fn the_way_back_is_encoded() {
        assert_eq!(
            with_return("/reauthenticate", "/security-info"),
            "/reauthenticate?return=%2Fsecurity-info"
        );
        assert_eq!(
            with_return("/sign-in", "/people?after=a&b"),
            "/sign-in?return=%2Fpeople%3Fafter%3Da%26b"
        );
    }
}
