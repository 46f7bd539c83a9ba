//! Filters (RFC 7644 section 3.4.2.2): the whole grammar, in bounded depth.

use serde_json::{Map, Value};

use super::place::{Place, Target};
use super::schema::{Attribute, Kind, ResourceType};
use super::{DEPTH_MAX, Problem, TERMS_MAX, TEXT_MAX};
use crate::time::Time;

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// `eq`
    Equal,
    /// `ne`
    NotEqual,
    /// `co`
    Contains,
    /// `sw`
    StartsWith,
    /// `ew`
    EndsWith,
    /// `gt`
    Greater,
    /// `ge`
    GreaterOrEqual,
    /// `lt`
    Less,
    /// `le`
    LessOrEqual,
}

/// What an attribute is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// As compared: folded where case does not count.
    Text(String),
    /// `true` or `false`
    Truth(bool),
    /// `null`: not there.
    Null,
}

/// A comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Of what.
    pub place: Place,
    /// How.
    pub op: Op,
    /// With what.
    pub with: Literal,
}

/// A condition on a resource, or on a value of a complex attribute.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All of them hold.
    And(Vec<Filter>),
    /// One of them holds.
    Or(Vec<Filter>),
    /// It does not hold.
    Not(Box<Filter>),
    /// `pr`
    Present(Place),
    /// A comparison.
    Is(Comparison),
    /// `emails[type eq "work"]`: one value of the attribute passes.
    Within(Place, Box<Filter>),
}

fn wrong(what: &'static str) -> Problem {
    Problem::InvalidFilter(what)
}

/// Of whose attributes names are.
#[derive(Clone, Copy)]
enum Scope {
    Resource(&'static ResourceType),
    Value(&'static Attribute),
}

impl Scope {
    fn find(self, name: &str) -> Result<Place, Problem> {
        let found = match self {
            Scope::Resource(of) => match Target::parse(of, name) {
                Some(Target::At(place)) => Some(place),
                _ => None,
            },
            Scope::Value(attribute) => Place::find_sub(attribute, name),
        };
        found.ok_or(wrong("it names no attribute"))
    }
}

pub(super) struct Reader<'a> {
    rest: &'a str,
    terms: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str) -> Result<Reader<'a>, Problem> {
        match text.len() > TEXT_MAX {
            true => Err(wrong("it is too long")),
            false => Ok(Reader {
                rest: text,
                terms: 0,
            }),
        }
    }

    fn skip(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    pub(super) fn is_over(&mut self) -> bool {
        self.skip();
        self.rest.is_empty()
    }

    pub(super) fn take(&mut self, mark: char) -> bool {
        self.skip();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// A name: letters, digits and what URNs have.
    pub(super) fn word(&mut self) -> &'a str {
        self.skip();
        let inner = |c: char| c.is_ascii_alphanumeric() || "_-$:.".contains(c);
        let end = self.rest.find(|c| !inner(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }

    /// Takes a word if it is that one, in any case.
    fn keyword(&mut self, keyword: &str) -> bool {
        let before = self.rest;
        if self.word().eq_ignore_ascii_case(keyword) {
            return true;
        }
        self.rest = before;
        false
    }

    fn any(&mut self, scope: Scope, depth: usize) -> Result<Filter, Problem> {
        let mut parts = vec![self.all(scope, depth)?];
        while self.keyword("or") {
            parts.push(self.all(scope, depth)?);
        }
        Ok(only(parts, Filter::Or))
    }

    fn all(&mut self, scope: Scope, depth: usize) -> Result<Filter, Problem> {
        let mut parts = vec![self.one(scope, depth)?];
        while self.keyword("and") {
            parts.push(self.one(scope, depth)?);
        }
        Ok(only(parts, Filter::And))
    }

    fn inner(&mut self, scope: Scope, depth: usize, end: char) -> Result<Filter, Problem> {
        if depth == DEPTH_MAX {
            return Err(wrong("it is nested too deeply"));
        }
        let filter = self.any(scope, depth + 1)?;
        match self.take(end) {
            true => Ok(filter),
            false => Err(wrong("a bracket is not closed")),
        }
    }

    fn one(&mut self, scope: Scope, depth: usize) -> Result<Filter, Problem> {
        if self.take('(') {
            return self.inner(scope, depth, ')');
        }
        let name = self.word();
        if name.eq_ignore_ascii_case("not") && self.take('(') {
            let filter = self.inner(scope, depth, ')')?;
            return Ok(Filter::Not(Box::new(filter)));
        }
        self.terms += 1;
        if self.terms > TERMS_MAX {
            return Err(wrong("it has too many comparisons"));
        }
        let place = scope.find(name)?;
        if self.rest.starts_with('[') {
            return self.value_path(place, depth);
        }
        if self.keyword("pr") {
            return Ok(Filter::Present(place));
        }
        let op = read_op(self.word())?;
        let with = self.literal()?;
        compare_with(place, op, with).map(Filter::Is)
    }

    fn value_path(&mut self, place: Place, depth: usize) -> Result<Filter, Problem> {
        if place.sub.is_some() || place.attribute.subs.is_empty() || !self.take('[') {
            return Err(wrong("only complex attributes have values to filter"));
        }
        let inner = self.inner(Scope::Value(place.attribute), depth, ']')?;
        if self.rest.starts_with('.') {
            return Err(wrong("nothing follows a filtered value"));
        }
        Ok(Filter::Within(place, Box::new(inner)))
    }

    /// JSON (RFC 7159), as far as attributes hold it.
    fn literal(&mut self) -> Result<Value, Problem> {
        self.skip();
        let mut values = serde_json::Deserializer::from_str(self.rest).into_iter::<Value>();
        let value = values.next().and_then(Result::ok);
        let value = value.filter(|it| !it.is_array() && !it.is_object());
        let end = values.byte_offset();
        match (value, self.rest.get(end..)) {
            (Some(value), Some(rest)) => {
                self.rest = rest;
                Ok(value)
            }
            // `active eq True`, as some write it.
            _ if self.keyword("true") => Ok(Value::Bool(true)),
            _ if self.keyword("false") => Ok(Value::Bool(false)),
            _ if self.keyword("null") => Ok(Value::Null),
            _ => Err(wrong("a value is missing")),
        }
    }
}

fn only(mut parts: Vec<Filter>, several: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(one) if parts.is_empty() => one,
        Some(last) => {
            parts.push(last);
            several(parts)
        }
        None => several(parts),
    }
}

fn read_op(word: &str) -> Result<Op, Problem> {
    let ops = [
        ("eq", Op::Equal),
        ("ne", Op::NotEqual),
        ("co", Op::Contains),
        ("sw", Op::StartsWith),
        ("ew", Op::EndsWith),
        ("gt", Op::Greater),
        ("ge", Op::GreaterOrEqual),
        ("lt", Op::Less),
        ("le", Op::LessOrEqual),
    ];
    ops.iter()
        .find(|(name, _)| word.eq_ignore_ascii_case(name))
        .map(|(_, op)| *op)
        .ok_or(wrong("it has an unknown operator"))
}

fn fold(text: &str, leaf: &Attribute) -> String {
    match leaf.case_exact {
        true => text.to_owned(),
        false => text.to_lowercase(),
    }
}

fn compare_with(place: Place, op: Op, with: Value) -> Result<Comparison, Problem> {
    let leaf = place.leaf();
    let is_equality = matches!(op, Op::Equal | Op::NotEqual);
    let with = match (leaf.kind, with) {
        (_, Value::Null) if is_equality => Literal::Null,
        (Kind::Boolean, Value::Bool(truth)) if is_equality => Literal::Truth(truth),
        (Kind::Boolean, Value::String(text)) if is_equality => match text.to_lowercase().as_str() {
            "true" => Literal::Truth(true),
            "false" => Literal::Truth(false),
            _ => return Err(wrong("a value is of another type")),
        },
        (Kind::DateTime, Value::String(text)) => match Time::parse(&text) {
            Some(_) => Literal::Text(text),
            None => return Err(wrong("a value is no time")),
        },
        (Kind::String | Kind::Reference, Value::String(text)) => Literal::Text(fold(&text, leaf)),
        _ => return Err(wrong("a value is of another type")),
    };
    Ok(Comparison { place, op, with })
}

impl Comparison {
    fn holds(&self, resource: &Map<String, Value>) -> bool {
        let leaves = self.place.leaves(resource);
        match (&self.with, self.op) {
            (Literal::Null, Op::Equal) => leaves.is_empty(),
            (Literal::Null, _) => !leaves.is_empty(),
            (with, Op::NotEqual) => !leaves.iter().any(|it| self.passes(it, with, Op::Equal)),
            (with, op) => leaves.iter().any(|it| self.passes(it, with, op)),
        }
    }

    fn passes(&self, value: &Value, with: &Literal, op: Op) -> bool {
        let leaf = self.place.leaf();
        match (value, with) {
            (Value::Bool(value), Literal::Truth(with)) => op == Op::Equal && value == with,
            (Value::String(value), Literal::Text(with)) if leaf.kind == Kind::DateTime => {
                match (Time::parse(value), Time::parse(with)) {
                    (Some(value), Some(with)) => match op {
                        Op::Equal => value.0 == with.0,
                        Op::Greater => value.0 > with.0,
                        Op::GreaterOrEqual => value.0 >= with.0,
                        Op::Less => value.0 < with.0,
                        Op::LessOrEqual => value.0 <= with.0,
                        _ => false,
                    },
                    _ => false,
                }
            }
            (Value::String(value), Literal::Text(with)) => {
                let (value, with) = (fold(value, leaf), with.as_str());
                match op {
                    Op::Equal => value == with,
                    Op::NotEqual => value != with,
                    Op::Contains => value.contains(with),
                    Op::StartsWith => value.starts_with(with),
                    Op::EndsWith => value.ends_with(with),
                    Op::Greater => value.as_str() > with,
                    Op::GreaterOrEqual => value.as_str() >= with,
                    Op::Less => value.as_str() < with,
                    Op::LessOrEqual => value.as_str() <= with,
                }
            }
            _ => false,
        }
    }
}

impl Filter {
    /// Reads the text of a filter on resources of that kind.
    ///
    /// # Errors
    /// [`Problem::InvalidFilter`], also for one that is too long, too deep or has too many comparisons.
    pub fn parse(of: &'static ResourceType, text: &str) -> Result<Filter, Problem> {
        let mut reader = Reader::new(text)?;
        let filter = reader.any(Scope::Resource(of), 0)?;
        match reader.is_over() {
            true => Ok(filter),
            false => Err(wrong("something follows it")),
        }
    }

    /// Reads a filter on the values of an attribute, to its closing bracket.
    pub(super) fn read_within(
        reader: &mut Reader<'_>,
        attribute: &'static Attribute,
    ) -> Result<Filter, Problem> {
        reader.inner(Scope::Value(attribute), 0, ']')
    }

    /// Whether a resource, or a value of the attribute, passes.
    #[must_use]
    pub fn holds(&self, resource: &Map<String, Value>) -> bool {
        match self {
            Filter::And(parts) => parts.iter().all(|part| part.holds(resource)),
            Filter::Or(parts) => parts.iter().any(|part| part.holds(resource)),
            Filter::Not(part) => !part.holds(resource),
            Filter::Present(place) => match place.sub {
                None => place.values(resource).iter().any(|it| is_there(it)),
                Some(_) => place.leaves(resource).iter().any(|it| is_there(it)),
            },
            Filter::Is(comparison) => comparison.holds(resource),
            Filter::Within(place, part) => place
                .values(resource)
                .into_iter()
                .filter_map(Value::as_object)
                .any(|value| part.holds(value)),
        }
    }

    /// Whether it looks at an attribute anywhere.
    #[must_use]
    pub fn names(&self, attribute: &str) -> bool {
        match self {
            Filter::And(parts) | Filter::Or(parts) => parts.iter().any(|it| it.names(attribute)),
            Filter::Not(part) => part.names(attribute),
            Filter::Present(place) | Filter::Within(place, _) => place.attribute.name == attribute,
            Filter::Is(it) => it.place.attribute.name == attribute,
        }
    }

    /// The comparisons all of which hold of whatever passes, with the attribute whose value they are of: by one of them
    /// a list can be narrowed.
    #[must_use]
    pub fn required(&self) -> Vec<(&'static str, &Comparison)> {
        match self {
            Filter::And(parts) => parts.iter().flat_map(Filter::required).collect(),
            Filter::Is(it) => vec![(it.place.attribute.name, it)],
            Filter::Within(place, part) => {
                let inner = part.required().into_iter();
                let inner = inner.filter(|(name, _)| *name == "value");
                inner.map(|(_, it)| (place.attribute.name, it)).collect()
            }
            Filter::Or(_) | Filter::Not(_) | Filter::Present(_) => Vec::new(),
        }
    }
}

/// RFC 7644 section 3.4.2.2: neither null nor empty.
fn is_there(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(values) => !values.is_empty(),
        _ => true,
    }
}
