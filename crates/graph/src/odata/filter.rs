//! `$filter`: a tree of tests on the properties that a collection lists.

use super::lexer::{self, Token};
use super::{Collection, Filterable};
use crate::error::Problem;
use crate::kind::Kind;
use crate::{Guid, Time};

/// What must hold of an object.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// One test.
    Test(Test),
    /// All of them.
    And(Vec<Filter>),
    /// One of them.
    Or(Vec<Filter>),
    /// The contrary.
    Not(Box<Filter>),
}

/// A property, an operator, and one value or, for `in`, several.
#[derive(Debug, Clone, PartialEq)]
pub struct Test {
    /// As the collection's table spells it.
    pub path: &'static str,
    /// The operator.
    pub op: Op,
    /// Of the property's type.
    pub values: Vec<Literal>,
}

/// An operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `eq`
    Eq,
    /// `ne`
    Ne,
    /// `gt`
    Gt,
    /// `ge`
    Ge,
    /// `lt`
    Lt,
    /// `le`
    Le,
    /// `in (...)`
    In,
    /// `startswith(...)`
    StartsWith,
}

/// A value in a filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// `null`
    Null,
    /// Text, and members of enumerations.
    Text(String),
    /// `true`, `false`
    Truth(bool),
    /// A number.
    Number(i64),
    /// A GUID, quoted or bare.
    Guid(Guid),
    /// A time.
    Time(Time),
}

/// The deepest nesting of parentheses and negations.
const MAX_DEPTH: usize = 10;
/// The most tests.
const MAX_TESTS: usize = 30;
/// The most values of `in`.
const MAX_VALUES: usize = 50;

/// # Errors
/// [`Problem::Syntax`], or [`Problem::Unsupported`] for what the collection does not list.
pub(super) fn parse(text: &str, collection: &'static Collection) -> Result<Filter, Problem> {
    let mut reader = Reader {
        tokens: lexer::split(text)?,
        at: 0,
        tests: 0,
        collection,
    };
    let filter = reader.either(0)?;
    match reader.peek() {
        None => Ok(filter),
        Some(_) => Err(syntax("something follows its end")),
    }
}

fn syntax(reason: &'static str) -> Problem {
    Problem::syntax("filter clause", reason)
}

struct Reader<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    tests: usize,
    collection: &'static Collection,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token<'a>> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn word(&mut self, what: &'static str) -> Result<&'a str, Problem> {
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            _ => Err(syntax(what)),
        }
    }

    fn expect(&mut self, token: &Token<'_>, what: &'static str) -> Result<(), Problem> {
        if self.next().as_ref() == Some(token) {
            Ok(())
        } else {
            Err(syntax(what))
        }
    }

    fn takes(&mut self, word: &str) -> bool {
        let there = self.peek() == Some(&Token::Word(word));
        self.at += usize::from(there);
        there
    }

    fn either(&mut self, depth: usize) -> Result<Filter, Problem> {
        if depth > MAX_DEPTH {
            return Err(syntax("it is nested too deep"));
        }
        let mut parts = vec![self.both(depth)?];
        while self.takes("or") {
            parts.push(self.both(depth)?);
        }
        Ok(join(parts, Filter::Or))
    }

    fn both(&mut self, depth: usize) -> Result<Filter, Problem> {
        let mut parts = vec![self.single(depth)?];
        while self.takes("and") {
            parts.push(self.single(depth)?);
        }
        Ok(join(parts, Filter::And))
    }

    fn single(&mut self, depth: usize) -> Result<Filter, Problem> {
        if depth > MAX_DEPTH {
            return Err(syntax("it is nested too deep"));
        }
        if self.takes("not") {
            return Ok(Filter::Not(Box::new(self.single(depth + 1)?)));
        }
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            let inner = self.either(depth + 1)?;
            self.expect(&Token::Close, "a parenthesis is not closed")?;
            return Ok(inner);
        }
        self.tests += 1;
        if self.tests > MAX_TESTS {
            return Err(syntax("it has too many tests"));
        }
        let name = self.word("a property is missing")?;
        let test = if self.peek() == Some(&Token::Open) {
            self.at += 1;
            self.call(name)?
        } else {
            let property = self.find(name)?;
            self.compare(property)?
        };
        Ok(Filter::Test(test))
    }

    /// `startswith(property,'text')` or `collection/any(x:x/property eq value)`.
    fn call(&mut self, name: &str) -> Result<Test, Problem> {
        let test = if name.eq_ignore_ascii_case("startswith") {
            let property = self.word("startswith takes a property and a text")?;
            let property = self.find(property)?;
            self.expect(&Token::Comma, "startswith takes a property and a text")?;
            self.test(property, Op::StartsWith)?
        } else if let Some(collection) = name.strip_suffix("/any") {
            let variable = self.word("any takes a variable")?;
            self.expect(&Token::Colon, "a colon follows the variable")?;
            let inner = self.word("a property is missing")?;
            let inner = inner
                .strip_prefix(variable)
                .ok_or_else(|| syntax("any tests another variable"))?;
            let property = self.find(&format!("{collection}/any{inner}"))?;
            self.compare(property)?
        } else {
            return Err(Problem::Unsupported(
                "This filter function is not supported here.".to_owned(),
            ));
        };
        self.expect(&Token::Close, "a parenthesis is not closed")?;
        Ok(test)
    }

    fn find(&self, path: &str) -> Result<&'static Filterable, Problem> {
        let known = self.collection.filter.iter();
        known
            .into_iter()
            .find(|filterable| filterable.path == path)
            .ok_or_else(|| {
                Problem::Unsupported(
                    "Unsupported or invalid query filter clause specified for this property."
                        .to_owned(),
                )
            })
    }

    fn compare(&mut self, property: &'static Filterable) -> Result<Test, Problem> {
        let op = match self.word("an operator is missing")? {
            "eq" => Op::Eq,
            "ne" => Op::Ne,
            "gt" => Op::Gt,
            "ge" => Op::Ge,
            "lt" => Op::Lt,
            "le" => Op::Le,
            "in" => Op::In,
            _ => return Err(syntax("an operator is unknown")),
        };
        self.test(property, op)
    }

    fn test(&mut self, property: &'static Filterable, op: Op) -> Result<Test, Problem> {
        if !property.ops.contains(&op) {
            return Err(Problem::Unsupported(format!(
                "This operator is not supported for '{}'.",
                property.path
            )));
        }
        let values = if op == Op::In {
            self.values(property)?
        } else {
            vec![self.value(property, op)?]
        };
        Ok(Test {
            path: property.path,
            op,
            values,
        })
    }

    fn values(&mut self, property: &Filterable) -> Result<Vec<Literal>, Problem> {
        self.expect(&Token::Open, "in takes values in parentheses")?;
        let mut values = vec![self.value(property, Op::In)?];
        while self.peek() == Some(&Token::Comma) {
            self.at += 1;
            values.push(self.value(property, Op::In)?);
            if values.len() > MAX_VALUES {
                return Err(syntax("in has too many values"));
            }
        }
        self.expect(&Token::Close, "a parenthesis is not closed")?;
        Ok(values)
    }

    fn value(&mut self, property: &Filterable, op: Op) -> Result<Literal, Problem> {
        let token = self.next();
        if token == Some(Token::Word("null")) && matches!(op, Op::Eq | Op::Ne) {
            return Ok(Literal::Null);
        }
        let read = match (&property.kind, token) {
            (Kind::Text, Some(Token::Text(text))) => Some(Literal::Text(text)),
            (Kind::Words(words), Some(Token::Text(text))) => words
                .find(&text)
                .map(|member| Literal::Text(member.to_owned())),
            (Kind::Guid, Some(Token::Text(text))) => Guid::parse(&text).map(Literal::Guid),
            (Kind::Guid, Some(Token::Word(word))) => Guid::parse(word).map(Literal::Guid),
            (Kind::Time, Some(Token::Word(word))) => Time::parse(word).map(Literal::Time),
            (Kind::Truth, Some(Token::Word(word))) => word.parse().ok().map(Literal::Truth),
            (Kind::Int32 | Kind::Int64, Some(Token::Word(word))) => {
                word.parse().ok().map(Literal::Number)
            }
            _ => None,
        };
        read.ok_or_else(|| {
            Problem::syntax(
                "filter clause",
                format!(
                    "'{}' is compared with {}",
                    property.path,
                    property.kind.name()
                ),
            )
        })
    }
}

fn join(mut parts: Vec<Filter>, several: fn(Vec<Filter>) -> Filter) -> Filter {
    if parts.len() == 1 {
        parts.remove(0)
    } else {
        several(parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::collections::USERS;

    fn name(op: Op, values: &[&str]) -> Filter {
        Filter::Test(Test {
            path: "displayName",
            op,
            values: values
                .iter()
                .map(|&value| Literal::Text(value.to_owned()))
                .collect(),
        })
    }

    #[test]
    fn and_binds_closer_than_or() {
        let enabled = Filter::Test(Test {
            path: "accountEnabled",
            op: Op::Eq,
            values: vec![Literal::Truth(true)],
        });
        let parsed = parse(
            "displayName eq 'a' or displayName eq 'o''b' and accountEnabled eq true",
            &USERS,
        );
        assert_eq!(
            parsed.unwrap(),
            Filter::Or(vec![
                name(Op::Eq, &["a"]),
                Filter::And(vec![name(Op::Eq, &["o'b"]), enabled])
            ])
        );
    }

    #[test]
    fn functions_lists_and_negations() {
        assert_eq!(
            parse("not (startsWith(displayName, 'A'))", &USERS).unwrap(),
            Filter::Not(Box::new(name(Op::StartsWith, &["A"])))
        );
        assert_eq!(
            parse("displayName in ('a', 'b')", &USERS).unwrap(),
            name(Op::In, &["a", "b"])
        );
    }

    #[test]
    fn past_mistake_39_nesting_and_length_have_limits() {
        let nested = |depth: usize| {
            let (open, close) = ("(".repeat(depth), ")".repeat(depth));
            parse(&format!("{open}displayName eq 'a'{close}"), &USERS)
        };
        assert!(nested(MAX_DEPTH).is_ok());
        assert!(nested(MAX_DEPTH + 1).is_err());
        assert!(nested(300).is_err());
        let negated = format!("{}displayName eq 'a'", "not ".repeat(100));
        assert!(parse(&negated, &USERS).is_err());
        let many = vec!["displayName eq 'a'"; MAX_TESTS + 1].join(" or ");
        assert!(parse(&many, &USERS).is_err());
        let listed = format!("displayName in ({})", vec!["'a'"; MAX_VALUES + 1].join(","));
        assert!(parse(&listed, &USERS).is_err());
    }
}
