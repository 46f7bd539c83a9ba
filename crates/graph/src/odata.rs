//! Query options: `$select $filter $orderby $search $top $skiptoken $count`, for the properties and operators that a
//! collection lists; everything else is refused, never ignored.

mod filter;
mod holds;
mod lexer;
mod search;

use crate::error::Problem;
use crate::kind::Kind;
use crate::path::Version;
use crate::percent;
use crate::project::Selection;
use crate::resource::Type;

pub use filter::{Filter, Literal, Op, Test};
pub use search::Clause;

/// A collection, and what may be asked of it.
#[derive(Debug)]
pub struct Collection {
    /// What it holds.
    pub of: &'static Type,
    /// What `$filter` may name.
    pub filter: &'static [Filterable],
    /// What `$orderby` may name; the first is the order without it.
    pub order: &'static [&'static str],
    /// What `$search` may name.
    pub search: &'static [&'static str],
    /// Whether `$count=true` is answered.
    pub count: bool,
}

/// A property that `$filter` may name.
#[derive(Debug)]
pub struct Filterable {
    /// `displayName`, `status/errorCode`; `methodsRegistered/any` for the members of a collection, and
    /// `targetResources/any/id` for a property of them.
    pub path: &'static str,
    /// The type of values.
    pub kind: Kind,
    /// The operators.
    pub ops: &'static [Op],
}

/// The direction of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `asc`, the default.
    Ascending,
    /// `desc`
    Descending,
}

/// What was asked of a collection. Names are those of its table.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// `$select`
    pub select: Selection,
    /// `$filter`
    pub filter: Option<Filter>,
    /// `$orderby`
    pub order: Option<(&'static str, Direction)>,
    /// `$search`: any of these.
    pub search: Vec<Clause>,
    /// `$top`: 1 to 999.
    pub top: u32,
    /// `$skiptoken`, opaque.
    pub skip_token: Option<String>,
    /// `$count=true`
    pub count: bool,
    /// The options as they came, in order, without `$skiptoken`: what a next link repeats and a token is bound to.
    pub repeated: String,
}

/// Without `$top`.
pub const DEFAULT_TOP: u32 = 100;
/// The largest `$top`.
pub const MAX_TOP: u32 = 999;
/// The longest query that is read, in bytes.
pub const MAX_QUERY: usize = 8192;
/// The longest value of one option, in bytes after decoding.
pub const MAX_VALUE: usize = 4096;

impl Options {
    /// Reads a query string as it came, without `?`.
    ///
    /// # Errors
    /// [`Problem::Unsupported`] for an option, property or operator that the collection does not list;
    /// [`Problem::Syntax`] for one that can't be read, is there twice or is too long.
    pub fn parse(
        query: &str,
        collection: &'static Collection,
        version: Version,
    ) -> Result<Options, Problem> {
        let mut options = Options {
            select: Selection::Default,
            filter: None,
            order: None,
            search: Vec::new(),
            top: DEFAULT_TOP,
            skip_token: None,
            count: false,
            repeated: String::new(),
        };
        for (name, value, raw) in split(query)? {
            match name.as_str() {
                "select" => options.select = Selection::parse(&value, collection.of, version)?,
                "filter" => options.filter = Some(filter::parse(&value, collection)?),
                "orderby" => options.order = Some(parse_order(&value, collection)?),
                "search" => options.search = search::parse(&value, collection)?,
                "top" => options.top = parse_top(&value)?,
                "count" => options.count = parse_count(&value, collection)?,
                "skiptoken" => options.skip_token = Some(value),
                _ => return Err(unsupported(&name)),
            }
            if name != "skiptoken" {
                if !options.repeated.is_empty() {
                    options.repeated.push('&');
                }
                options.repeated.push_str(raw);
            }
        }
        Ok(options)
    }

    /// The address of the next page: this one's path and options with another token.
    #[must_use]
    pub fn derive_next(&self, address: &str, token: &str) -> String {
        let token = percent::encode(token);
        if self.repeated.is_empty() {
            format!("{address}?$skiptoken={token}")
        } else {
            format!("{address}?{}&$skiptoken={token}", self.repeated)
        }
    }
}

/// Reads the query of a single object, which knows `$select` only.
///
/// # Errors
/// As [`Options::parse`].
pub fn parse_entity(
    query: &str,
    of: &'static Type,
    version: Version,
) -> Result<Selection, Problem> {
    let mut select = Selection::Default;
    for (name, value, _) in split(query)? {
        match name.as_str() {
            "select" => select = Selection::parse(&value, of, version)?,
            _ => return Err(unsupported(&name)),
        }
    }
    Ok(select)
}

/// Reads the query of a function with one parameter, which may stand there by its name or, as an alias, behind `@`.
/// `None` when it is absent.
///
/// # Errors
/// [`Problem::Unsupported`] for any other option, and for the parameter in both ways at once.
pub fn parse_parameter(query: &str, parameter: &str) -> Result<Option<String>, Problem> {
    let mut found = None;
    for (name, value, _) in split(query)? {
        let plain = name.strip_prefix('@').unwrap_or(&name);
        if !plain.eq_ignore_ascii_case(parameter) || found.is_some() {
            return Err(unsupported(&name));
        }
        found = Some(value);
    }
    Ok(found)
}

/// Reads the query of a request that knows no option.
///
/// # Errors
/// [`Problem::Unsupported`] for any.
pub fn parse_none(query: &str) -> Result<(), Problem> {
    match split(query)?.first() {
        Some((name, ..)) => Err(unsupported(name)),
        None => Ok(()),
    }
}

fn unsupported(name: &str) -> Problem {
    // The name comes from outside: what is no plain word is not repeated.
    let plain = name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    Problem::Unsupported(if plain {
        format!("Query option '${name}' is not supported here.")
    } else {
        "A query option is not supported here.".to_owned()
    })
}

/// Name (in lower case, without `$`), value, and both as they came. Graph takes its options with and without `$`.
fn split(query: &str) -> Result<Vec<(String, String, &str)>, Problem> {
    if query.len() > MAX_QUERY {
        return Err(Problem::syntax("query", "it is too long"));
    }
    let mut found: Vec<(String, String, &str)> = Vec::new();
    for raw in query.split('&').filter(|raw| !raw.is_empty()) {
        let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
        let undecodable = || Problem::syntax("query", "it can't be decoded");
        let name = percent::decode_query(name).ok_or_else(undecodable)?;
        let name = name.strip_prefix('$').unwrap_or(&name).to_ascii_lowercase();
        let value = percent::decode_query(value).ok_or_else(undecodable)?;
        if value.len() > MAX_VALUE {
            return Err(Problem::syntax("query", "an option is too long"));
        }
        if found.iter().any(|(other, ..)| *other == name) {
            return Err(Problem::syntax("query", "an option is there twice"));
        }
        found.push((name, value, raw));
    }
    Ok(found)
}

fn parse_top(value: &str) -> Result<u32, Problem> {
    let plain = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    if !plain {
        return Err(Problem::syntax("$top", "it is no number"));
    }
    let top = value.parse().ok().filter(|top| (1..=MAX_TOP).contains(top));
    top.ok_or_else(|| {
        Problem::Unsupported(format!(
            "Invalid page size specified. Must be between 1 and {MAX_TOP} inclusive."
        ))
    })
}

fn parse_count(value: &str, collection: &Collection) -> Result<bool, Problem> {
    match value {
        "true" if collection.count => Ok(true),
        "true" => Err(unsupported("count")),
        "false" => Ok(false),
        _ => Err(Problem::syntax("$count", "it is neither true nor false")),
    }
}

fn parse_order(value: &str, collection: &Collection) -> Result<(&'static str, Direction), Problem> {
    let mut words = value.split_ascii_whitespace();
    let (name, direction) = (words.next().unwrap_or_default(), words.next());
    let direction = match direction {
        None | Some("asc") => Direction::Ascending,
        Some("desc") => Direction::Descending,
        Some(_) => return Err(Problem::syntax("$orderby", "a direction is asc or desc")),
    };
    if words.next().is_some() {
        return Err(Problem::syntax("$orderby", "it takes one property"));
    }
    let known = collection.order.iter().find(|known| **known == name);
    let known = known.ok_or_else(|| {
        Problem::Unsupported("Sorting by this property is not supported here.".to_owned())
    })?;
    Ok((known, direction))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::collections::{DIRECTORY_AUDITS, SIGN_INS, USERS};
    use proptest::prelude::*;

    fn users(query: &str) -> Result<Options, Problem> {
        Options::parse(query, &USERS, Version::V1)
    }

    #[test]
    fn all_options_at_once() {
        let options = users(
            "$select=id,mail&$filter=startswith(displayName,%27A%26b%27)&$orderby=displayName%20desc\
             &$top=5&$count=true&$skiptoken=abc&$search=%22displayName%3Aada%22",
        )
        .unwrap();
        assert_eq!((options.top, options.count), (5, true));
        assert_eq!(options.order, Some(("displayName", Direction::Descending)));
        assert_eq!(options.skip_token.as_deref(), Some("abc"));
        let next = options.derive_next("https://x/v1.0/users", "n+1");
        assert!(next.ends_with("&$skiptoken=n%2B1"), "{next}");
        assert!(next.contains("$top=5") && !next.contains("abc"));
        // The next link leads to the same question.
        let again = users(next.split_once('?').unwrap().1).unwrap();
        assert_eq!(
            (again.filter, again.order, again.repeated),
            (options.filter, options.order, options.repeated)
        );
    }

    #[test]
    fn names_work_without_dollar_and_in_any_case() {
        assert_eq!(users("top=5").unwrap().top, 5);
        assert_eq!(users("$TOP=5").unwrap().top, 5);
        assert_eq!(users("").unwrap().top, DEFAULT_TOP);
    }

    #[test]
    fn what_is_not_listed_is_refused() {
        for query in [
            "$expand=manager",
            "$skip=5",
            "$apply=x",
            "$top=1000",
            "$top=0",
            "$top=99999999999999",
            "foo=bar",
            "$orderby=mail",
            "$filter=jobTitle eq 'x'",
            "$filter=endswith(mail,'x')",
            "$filter=displayName gt 'x'",
            "$search=\"jobTitle:x\"",
        ] {
            let problem = users(&query.replace(' ', "%20")).unwrap_err();
            assert_eq!(
                problem.code(),
                "Request_UnsupportedQuery",
                "{query}: {problem}"
            );
        }
        for query in [
            "$top=-1",
            "$top=x",
            "$top=",
            "$top=1&$top=2",
            "$top=1&top=2",
            "$count=yes",
            "$orderby=displayName up",
            "$orderby=displayName,mail",
            "$select=nothing",
            "$filter=",
            "$filter=displayName eq",
            "$filter=displayName eq 'x",
            "$filter=displayName eq 5",
            "$filter=accountEnabled eq 'x'",
            "$filter=%ff",
        ] {
            let problem = users(&query.replace(' ', "%20")).unwrap_err();
            assert!(
                ["Request_BadRequest", "Request_UnsupportedQuery"].contains(&problem.code()),
                "{query}: {problem}"
            );
        }
        let long = format!("$filter=displayName eq '{}'", "x".repeat(5000));
        assert!(users(&long).is_err());
        assert!(parse_none("a=b").is_err() && parse_none("").is_ok());
        let minutes = |query| parse_parameter(query, "challengeTimeoutInMinutes");
        assert_eq!(minutes(""), Ok(None));
        for query in [
            "challengeTimeoutInMinutes=60",
            "@challengeTimeoutInMinutes=60",
            "%40challengetimeoutinminutes=60",
        ] {
            assert_eq!(minutes(query), Ok(Some("60".to_owned())), "{query}");
        }
        for query in [
            "$top=1",
            "challengeTimeoutInMinutes=5&@challengeTimeoutInMinutes=6",
            "challengeTimeoutInMinutes=5&x=1",
        ] {
            assert!(minutes(query).is_err(), "{query}");
        }
        assert!(parse_entity("$top=1", USERS.of, Version::V1).is_err());
    }

    #[test]
    fn listed_filters_of_the_logs() {
        for query in [
            "createdDateTime ge 2026-11-01T00:00:00Z and createdDateTime le 2026-11-02",
            "userId eq '62e90394-69f5-4237-9190-012177145e10'",
            "status/errorCode eq 0",
            "conditionalAccessStatus eq 'notApplied'",
            "ipAddress eq '192.0.2.1' or startswith(userPrincipalName,'ada')",
        ] {
            let query = format!("$filter={}", percent::encode(query));
            Options::parse(&query, &SIGN_INS, Version::V1).unwrap();
        }
        for query in [
            "activityDisplayName eq 'Add user'",
            "result eq 'success'",
            "initiatedBy/user/id eq '62e90394-69f5-4237-9190-012177145e10'",
            "targetResources/any(t:t/id eq '62e90394-69f5-4237-9190-012177145e10')",
            "targetResources/any(t: t/id eq '62e90394-69f5-4237-9190-012177145e10')",
        ] {
            let query = format!("$filter={}", percent::encode(query));
            Options::parse(&query, &DIRECTORY_AUDITS, Version::V1).unwrap();
        }
        for query in [
            "targetResources/any(t:u/id eq 'x')",
            "targetResources/all(t:t/id eq 'x')",
            "targetResources/any()",
            "result eq 'bogus'",
            "initiatedBy/user/id eq 'x'",
        ] {
            let query = format!("$filter={}", percent::encode(query));
            assert!(Options::parse(&query, &DIRECTORY_AUDITS, Version::V1).is_err());
        }
    }

    proptest! {
        #[test]
        fn any_query_is_safe(query in "[$&=a-zA-Z'()%0-9 ,:\"/.-]{0,120}") {
            let _ = users(&query);
            let _ = Options::parse(&format!("$filter={query}"), &DIRECTORY_AUDITS, Version::Beta);
        }
    }
}
