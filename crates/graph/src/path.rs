//! Addresses: version, segments, keys in both styles, parameters of functions.

use crate::error::Problem;
use crate::percent;

/// Which of the two surfaces was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// `/v1.0`
    V1,
    /// `/beta`
    Beta,
    /// `/claviger/v1`: what Graph has no word for.
    Own,
}

impl Version {
    /// All of them.
    pub const ALL: [Version; 3] = [Version::V1, Version::Beta, Version::Own];

    /// The path's beginning, without a slash at its end.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Version::V1 => "/v1.0",
            Version::Beta => "/beta",
            Version::Own => "/claviger/v1",
        }
    }

    /// Which surface a path belongs to, and what follows the prefix. The prefix is compared without regard to case,
    /// and ends at a slash or with the path.
    #[must_use]
    pub fn split(path: &str) -> Option<(Version, &str)> {
        Version::ALL.into_iter().find_map(|version| {
            let (head, rest) = path.split_at_checked(version.prefix().len())?;
            let fits = head.eq_ignore_ascii_case(version.prefix());
            (fits && (rest.is_empty() || rest.starts_with('/'))).then_some((version, rest))
        })
    }
}

/// The longest path that is read.
const MAX_LENGTH: usize = 2048;
/// The most segments.
const MAX_SEGMENTS: usize = 12;

/// One step of a path: `users`, `users('ada@example.org')`, `usersRegisteredByMethod(includedUserTypes='all')`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Before the parenthesis; compared without regard to case.
    pub name: String,
    /// In parentheses behind it.
    pub inside: Inside,
}

/// What stands in a segment's parentheses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inside {
    /// There are none.
    Absent,
    /// `()`.
    Empty,
    /// `('key')` or `(key)`.
    Key(String),
    /// `(name='value',other=value)`.
    Parameters(Vec<(String, String)>),
}

/// A path behind its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// At least one.
    pub segments: Vec<Segment>,
}

impl Path {
    /// Reads what follows the version's prefix, percent-encoded as it came. Each segment is decoded once, after the
    /// path was split, so that an encoded slash is part of a key.
    ///
    /// # Errors
    /// [`Problem::Path`] for a path too long or deep, an empty segment, a broken escape, broken parentheses.
    pub fn parse(path: &str) -> Result<Path, Problem> {
        if path.len() > MAX_LENGTH {
            return Err(Problem::Path("it is too long"));
        }
        let inner = path.strip_prefix('/').unwrap_or(path);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        let segments: Vec<Segment> = inner
            .split('/')
            .map(parse_segment)
            .collect::<Result<_, _>>()?;
        if segments.len() > MAX_SEGMENTS {
            return Err(Problem::Path("it has too many segments"));
        }
        Ok(Path { segments })
    }

    /// Matches a pattern such as `users/{id}/authentication/fido2Methods/{id}` or `reports/f(a,b)`; gives the keys and
    /// the parameters' values in the pattern's order. Names are compared without regard to case; a key may stand in
    /// parentheses or as a segment of its own; a function may have `()` or not; parameters may come in any order and
    /// may all be absent from pattern and path, but not one of them.
    #[must_use]
    pub fn capture(&self, pattern: &str) -> Option<Vec<String>> {
        let mut found = Vec::new();
        let mut wanted = pattern.split('/').peekable();
        for segment in &self.segments {
            let want = wanted.next()?;
            if want == "{id}" {
                // `{id}` takes a plain segment; `$count` and other words of the protocol are no keys.
                if segment.inside != Inside::Absent || segment.name.starts_with('$') {
                    return None;
                }
                found.push(segment.name.clone());
                continue;
            }
            let (name, parameters) = split_pattern(want);
            if !is_called(&segment.name, name) {
                return None;
            }
            match (&segment.inside, parameters) {
                (Inside::Absent | Inside::Empty, None) => {}
                (Inside::Key(key), None) if wanted.peek() == Some(&"{id}") => {
                    wanted.next();
                    found.push(key.clone());
                }
                (Inside::Parameters(given), Some(names)) => {
                    found.extend(take_parameters(given, names)?);
                }
                _ => return None,
            }
        }
        wanted.next().is_none().then_some(found)
    }

    /// The first segment's name, for messages.
    #[must_use]
    pub fn first(&self) -> &str {
        self.segments
            .first()
            .map_or("", |segment| segment.name.as_str())
    }
}

/// A cast such as `microsoft.graph.user` may name the schema by its alias, as SDKs do: `graph.user`.
fn is_called(name: &str, wanted: &str) -> bool {
    let alias = wanted.strip_prefix("microsoft.");
    name.eq_ignore_ascii_case(wanted) || alias.is_some_and(|alias| name.eq_ignore_ascii_case(alias))
}

fn split_pattern(want: &str) -> (&str, Option<&str>) {
    match want.strip_suffix(')').and_then(|want| want.split_once('(')) {
        Some((name, names)) => (name, Some(names)),
        None => (want, None),
    }
}

fn take_parameters(given: &[(String, String)], names: &str) -> Option<Vec<String>> {
    let values: Vec<String> = names
        .split(',')
        .map(|name| {
            let found = given.iter().find(|(given, _)| given == name);
            found.map(|(_, value)| value.clone())
        })
        .collect::<Option<_>>()?;
    (values.len() == given.len()).then_some(values)
}

fn parse_segment(raw: &str) -> Result<Segment, Problem> {
    let text = percent::decode_segment(raw).ok_or(Problem::Path("a segment can't be decoded"))?;
    if text.is_empty() {
        return Err(Problem::Path("a segment is empty"));
    }
    // A key that is a segment of its own may hold parentheses of any kind; only a name before one makes it a call.
    let Some((name, inside)) = text
        .strip_suffix(')')
        .and_then(|text| text.split_once('('))
        .filter(|(name, _)| is_name(name))
    else {
        return Ok(Segment {
            name: text,
            inside: Inside::Absent,
        });
    };
    Ok(Segment {
        name: name.to_owned(),
        inside: parse_inside(inside)?,
    })
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || char == '_' || char == '.')
}

fn parse_inside(inside: &str) -> Result<Inside, Problem> {
    if inside.is_empty() {
        return Ok(Inside::Empty);
    }
    let mut parameters = Vec::new();
    let mut rest = inside;
    loop {
        let name = rest.split_once('=').map(|(name, _)| name);
        let Some(name) = name.filter(|name| is_name(name)) else {
            break;
        };
        let (value, after) = take_value(rest.get(name.len() + 1..).unwrap_or_default())?;
        parameters.push((name.to_owned(), value));
        if after.is_empty() {
            return Ok(Inside::Parameters(parameters));
        }
        // Microsoft's SDK for Python (msgraph-sdk 1.65) loses the comma behind a quoted value; nothing else it could mean.
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    if !parameters.is_empty() {
        return Err(Problem::Path("a parameter has no name"));
    }
    match take_value(inside)? {
        (key, "") => Ok(Inside::Key(key)),
        _ => Err(Problem::Path("a key is not closed")),
    }
}

/// A quoted value, in which a quote is written twice, or a bare one up to the next comma.
fn take_value(text: &str) -> Result<(String, &str), Problem> {
    let Some(mut rest) = text.strip_prefix('\'') else {
        let end = text.find(',').unwrap_or(text.len());
        let (value, after) = text.split_at(end);
        return if value.is_empty() || value.contains(['\'', '(', ')']) {
            Err(Problem::Path("a value is empty or half quoted"))
        } else {
            Ok((value.to_owned(), after))
        };
    };
    let mut value = String::new();
    loop {
        let (part, after) = rest
            .split_once('\'')
            .ok_or(Problem::Path("a quote is not closed"))?;
        value.push_str(part);
        match after.strip_prefix('\'') {
            Some(after) => {
                value.push('\'');
                rest = after;
            }
            None if value.is_empty() => return Err(Problem::Path("a key is empty")),
            None => return Ok((value, after)),
        }
    }
}

/// Writes a value as one segment of a path.
#[must_use]
pub fn encode_segment(text: &str) -> String {
    percent::encode(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn capture(path: &str, pattern: &str) -> Option<Vec<String>> {
        Path::parse(path).unwrap().capture(pattern)
    }

    fn list(values: &[&str]) -> Option<Vec<String>> {
        Some(values.iter().map(|&value| value.to_owned()).collect())
    }

    #[test]
    fn both_key_styles_and_any_case() {
        let pattern = "users/{id}/authentication/fido2Methods/{id}";
        for path in [
            "/users/ada@example.org/authentication/fido2Methods/AbC",
            "/Users/ada%40example.org/Authentication/FIDO2METHODS/AbC/",
            "/users('ada@example.org')/authentication/fido2methods('AbC')",
            "/users(ada%40example.org)/authentication/fido2Methods(AbC)",
        ] {
            assert_eq!(
                capture(path, pattern),
                list(&["ada@example.org", "AbC"]),
                "{path}"
            );
        }
        assert_eq!(
            capture("/users('o''hara')", "users/{id}"),
            list(&["o'hara"])
        );
        assert_eq!(capture("/users/a%2Fb", "users/{id}"), list(&["a/b"]));
        assert_eq!(capture("/users", "users/{id}"), None);
        assert_eq!(capture("/users/$count", "users/{id}"), None);
        assert_eq!(capture("/users/$count", "users/$count"), list(&[]));
        for cast in ["microsoft.graph.user", "graph.user", "Microsoft.Graph.User"] {
            let path = format!("/deletedItems/{cast}");
            assert_eq!(
                capture(&path, "deletedItems/microsoft.graph.user"),
                list(&[])
            );
        }
        assert_eq!(capture("/x/user", "x/microsoft.graph.user"), None);
    }

    #[test]
    fn functions_with_and_without_parentheses_and_parameters() {
        let (bare, full) = (
            "reports/authenticationMethods/usersRegisteredByMethod",
            "reports/authenticationMethods/usersRegisteredByMethod(includedUserTypes,includedUserRoles)",
        );
        for path in [format!("/{bare}"), format!("/{bare}()")] {
            assert_eq!(capture(&path, bare), list(&[]));
            assert_eq!(capture(&path, full), None);
        }
        for comma in [",", ""] {
            let path = format!("/{bare}(includedUserRoles='admin'{comma}includedUserTypes='all')");
            assert_eq!(capture(&path, full), list(&["all", "admin"]));
        }
        let path = format!("/{bare}(includedUserRoles='admin',includedUserTypes='all')");
        assert_eq!(capture(&path, bare), None);
        let one = format!("/{bare}(includedUserTypes='all')");
        assert_eq!(capture(&one, full), None);
    }

    #[test]
    fn broken_paths_are_refused() {
        for path in [
            "/users//x",
            "/users('a",
            "/users('')",
            "/users(a='b',)",
            "/users(a='b','c')",
            "/users/%zz",
            "/users/%00",
            "/users(a'b)",
        ] {
            let parsed = Path::parse(path);
            let refused = parsed
                .as_ref()
                .map_or(true, |path| path.capture("users/{id}").is_none());
            assert!(refused, "{path}: {parsed:?}");
        }
        assert!(Path::parse(&format!("/users/{}", "a".repeat(2048))).is_err());
        assert!(Path::parse(&"/a".repeat(13)).is_err());
    }

    #[test]
    fn a_version_ends_at_a_slash() {
        assert_eq!(Version::split("/v1.0/me"), Some((Version::V1, "/me")));
        assert_eq!(Version::split("/BETA/me"), Some((Version::Beta, "/me")));
        assert_eq!(Version::split("/claviger/v1/x"), Some((Version::Own, "/x")));
        assert_eq!(Version::split("/v1.0x/me"), None);
        assert_eq!(Version::split("/betamax"), None);
    }

    proptest! {
        #[test]
        fn any_path_is_safe(path in "[/a-z('=,)%0-9$]{0,60}") {
            if let Ok(path) = Path::parse(&path) {
                let _ = path.capture("users/{id}");
                let _ = path.capture("f(a,b)/{id}");
            }
        }

        #[test]
        fn a_key_comes_back_in_either_style(key in "[^\\p{Cc}$][^\\p{Cc}]{0,20}") {
            prop_assume!(key != "." && key != "..");
            let quoted = key.replace('\'', "''");
            let path = format!("/users('{}')", encode_segment(&quoted));
            prop_assert_eq!(capture(&path, "users/{id}"), Some(vec![key]));
        }
    }
}
