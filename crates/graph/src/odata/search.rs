//! `$search`: `"displayName:ada"`, several joined by `OR`.

use super::Collection;
use crate::error::Problem;

/// A property must begin with this text, or one of its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// As the collection's table spells it.
    pub property: &'static str,
    /// What to look for.
    pub text: String,
}

/// The most clauses.
const MAX_CLAUSES: usize = 4;

/// # Errors
/// [`Problem::Syntax`]; [`Problem::Unsupported`] for `AND`, `NOT` and properties that the collection does not list.
pub(super) fn parse(value: &str, collection: &'static Collection) -> Result<Vec<Clause>, Problem> {
    let mut clauses = Vec::new();
    let mut rest = value.trim();
    loop {
        let (inner, after) = rest
            .strip_prefix('"')
            .and_then(|rest| rest.split_once('"'))
            .ok_or_else(|| Problem::syntax("$search", "a clause stands in double quotes"))?;
        clauses.push(parse_clause(inner, collection)?);
        let after = after.trim_start();
        if after.is_empty() {
            return Ok(clauses);
        }
        rest = after
            .strip_prefix("OR ")
            .filter(|_| clauses.len() < MAX_CLAUSES)
            .ok_or_else(|| {
                Problem::Unsupported("Clauses of $search can be joined by OR only.".to_owned())
            })?
            .trim_start();
    }
}

fn parse_clause(inner: &str, collection: &'static Collection) -> Result<Clause, Problem> {
    let (property, text) = inner
        .split_once(':')
        .ok_or_else(|| Problem::syntax("$search", "a clause is property:text"))?;
    let known = collection.search.iter().find(|known| **known == property);
    let property = known.ok_or_else(|| {
        Problem::Unsupported("Searching this property is not supported here.".to_owned())
    })?;
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::syntax("$search", "there is nothing to look for"));
    }
    Ok(Clause {
        property,
        text: text.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::collections::USERS;

    #[test]
    fn clauses_joined_by_or() {
        let found = parse("\"displayName:Ada L\" OR \"mail:ada\"", &USERS).unwrap();
        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].property, found[0].text.as_str()),
            ("displayName", "Ada L")
        );
        for unfit in [
            "",
            "ada",
            "\"ada\"",
            "\"displayName:\"",
            "\"displayName:a\" AND \"mail:b\"",
            "\"jobTitle:a\"",
            "\"displayName:a",
        ] {
            assert!(parse(unfit, &USERS).is_err(), "{unfit}");
        }
    }
}
