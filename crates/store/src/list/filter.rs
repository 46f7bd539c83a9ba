//! Filters: what passes, judged row by row, and the ranges of a column outside which nothing does.

use std::cmp::Ordering;

use crate::value::Value;

/// What a column is compared with. Texts are in the column's compared form: case-folded, normalised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Test {
    /// The same, NULL included.
    Equal(Value),
    Less(Value),
    AtMost(Value),
    Greater(Value),
    AtLeast(Value),
    /// A text that begins so.
    Prefix(String),
    /// A text in which each of these words begins a word.
    Words(Vec<String>),
}

/// A condition on the rows of a collection with columns `C`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter<C> {
    All(Vec<Filter<C>>),
    Any(Vec<Filter<C>>),
    Not(Box<Filter<C>>),
    Is(C, Test),
}

/// What a walk's column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Int,
    Id,
}

/// Values of one kind in order; `None` for two kinds, and for NULL.
pub(super) fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Int(one), Value::Int(other)) => Some(one.cmp(other)),
        (Value::Text(one), Value::Text(other)) => Some(one.as_bytes().cmp(other.as_bytes())),
        (Value::Bytes(one), Value::Bytes(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

impl Test {
    fn holds(&self, value: &Value) -> bool {
        match self {
            Test::Equal(other) => value == other,
            Test::Less(other) => compare(value, other) == Some(Ordering::Less),
            Test::Greater(other) => compare(value, other) == Some(Ordering::Greater),
            Test::AtMost(other) => compare(value, other).is_some_and(Ordering::is_le),
            Test::AtLeast(other) => compare(value, other).is_some_and(Ordering::is_ge),
            Test::Prefix(prefix) => matches!(value, Value::Text(text) if text.starts_with(prefix)),
            Test::Words(words) => matches!(value, Value::Text(text) if has_words(text, words)),
        }
    }
}

fn has_words(text: &str, words: &[String]) -> bool {
    let begins = |word: &String| {
        text.split(|c: char| !c.is_alphanumeric())
            .any(|part| part.starts_with(word.as_str()))
            || text.starts_with(word.as_str())
    };
    words.iter().all(begins)
}

impl<C: Copy + PartialEq> Filter<C> {
    /// Whether a row passes, by its columns.
    pub fn holds(&self, value: &impl Fn(C) -> Value) -> bool {
        match self {
            Filter::All(parts) => parts.iter().all(|part| part.holds(value)),
            Filter::Any(parts) => parts.iter().any(|part| part.holds(value)),
            Filter::Not(part) => !part.holds(value),
            Filter::Is(column, test) => test.holds(&value(*column)),
        }
    }

    /// The same filter with every test replaced.
    #[must_use]
    pub fn map(self, replace: &impl Fn(C, Test) -> Test) -> Filter<C> {
        let map_all = |parts: Vec<Filter<C>>| parts.into_iter().map(|part| part.map(replace));
        match self {
            Filter::All(parts) => Filter::All(map_all(parts).collect()),
            Filter::Any(parts) => Filter::Any(map_all(parts).collect()),
            Filter::Not(part) => Filter::Not(Box::new(part.map(replace))),
            Filter::Is(column, test) => Filter::Is(column, replace(column, test)),
        }
    }

    /// Every column that the filter looks at.
    #[must_use]
    pub fn columns(&self) -> Vec<C> {
        match self {
            Filter::All(parts) | Filter::Any(parts) => {
                parts.iter().flat_map(Filter::columns).collect()
            }
            Filter::Not(part) => part.columns(),
            Filter::Is(column, _) => vec![*column],
        }
    }

    /// The ranges of a column outside which nothing passes.
    pub(super) fn ranges(&self, column: C, kind: Kind) -> Vec<Range> {
        let whole = || vec![Range::whole(kind)];
        match self {
            Filter::All(parts) => parts.iter().fold(whole(), |ranges, part| {
                intersect(&ranges, &part.ranges(column, kind))
            }),
            Filter::Any(parts) => unite(
                parts
                    .iter()
                    .flat_map(|part| part.ranges(column, kind))
                    .collect(),
            ),
            Filter::Is(own, test) if *own == column => {
                Range::of(test, kind).map_or_else(whole, |range| vec![range])
            }
            Filter::Is(..) | Filter::Not(_) => whole(),
        }
    }
}

/// Both ends belong to it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Range {
    pub(super) low: Value,
    pub(super) high: Value,
}

impl Range {
    pub(super) fn whole(kind: Kind) -> Range {
        let (low, high) = match kind {
            Kind::Text => (
                Value::Text(String::new()),
                Value::Text(LAST_TEXT.to_owned()),
            ),
            Kind::Int => (Value::Int(i64::MIN), Value::Int(i64::MAX)),
            Kind::Id => (Value::Bytes(Vec::new()), Value::Bytes(vec![0xff; 17])),
        };
        Range { low, high }
    }

    fn of(test: &Test, kind: Kind) -> Option<Range> {
        let whole = Range::whole(kind);
        let fits = |value: &Value| compare(value, &whole.low).is_some();
        let (low, high) = match test {
            Test::Equal(value) if fits(value) => (value.clone(), value.clone()),
            Test::Less(value) | Test::AtMost(value) if fits(value) => (whole.low, value.clone()),
            Test::Greater(value) | Test::AtLeast(value) if fits(value) => {
                (value.clone(), whole.high)
            }
            Test::Prefix(prefix) if kind == Kind::Text => (
                Value::Text(prefix.clone()),
                Value::Text(format!("{prefix}{LAST_TEXT}")),
            ),
            _ => return None,
        };
        Some(Range { low, high })
    }

    pub(super) fn contains(&self, key: &Value) -> bool {
        compare(key, &self.low).is_some_and(Ordering::is_ge)
            && compare(key, &self.high).is_some_and(Ordering::is_le)
    }
}

/// No text that people write comes after it.
const LAST_TEXT: &str = "\u{10ffff}\u{10ffff}\u{10ffff}\u{10ffff}";

fn min<'a>(one: &'a Value, other: &'a Value) -> &'a Value {
    match compare(one, other) {
        Some(Ordering::Greater) => other,
        _ => one,
    }
}

fn max<'a>(one: &'a Value, other: &'a Value) -> &'a Value {
    match compare(one, other) {
        Some(Ordering::Less) => other,
        _ => one,
    }
}

fn intersect(ones: &[Range], others: &[Range]) -> Vec<Range> {
    let pairs = ones
        .iter()
        .flat_map(|one| others.iter().map(move |other| (one, other)));
    let both = pairs.map(|(one, other)| Range {
        low: max(&one.low, &other.low).clone(),
        high: min(&one.high, &other.high).clone(),
    });
    both.filter(|range| compare(&range.low, &range.high).is_some_and(Ordering::is_le))
        .collect()
}

/// In order, and none touches another.
pub(super) fn unite(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort_by(|one, other| compare(&one.low, &other.low).unwrap_or(Ordering::Equal));
    let mut united: Vec<Range> = Vec::new();
    for range in ranges {
        match united.last_mut() {
            Some(last) if compare(&range.low, &last.high).is_some_and(Ordering::is_le) => {
                last.high = max(&last.high, &range.high).clone();
            }
            _ => united.push(range),
        }
    }
    united
}

#[cfg(test)]
mod tests {
    use super::{Filter, Kind, Range, Test, Value, unite};

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Column {
        Name,
        Age,
    }

    fn text(value: &str) -> Value {
        Value::from(value)
    }

    fn name(test: Test) -> Filter<Column> {
        Filter::Is(Column::Name, test)
    }

    fn row(name: &str, age: i64) -> impl Fn(Column) -> Value {
        let name = name.to_owned();
        move |column| match column {
            Column::Name => Value::from(name.as_str()),
            Column::Age => Value::Int(age),
        }
    }

    #[test]
    fn filters_hold_by_what_they_say() {
        let both = Filter::All(vec![
            name(Test::Prefix("a".into())),
            Filter::Not(Box::new(Filter::Is(
                Column::Age,
                Test::Less(Value::Int(18)),
            ))),
        ]);
        assert!(both.holds(&row("ada", 18)));
        assert!(!both.holds(&row("ada", 17)));
        assert!(!both.holds(&row("bob", 40)));
        // A column of another kind, or none, is neither less nor more.
        assert!(!Test::AtLeast(Value::Int(0)).holds(&text("5")));
        assert!(!Test::AtMost(Value::Int(0)).holds(&Value::Null));
        assert!(Test::Equal(Value::Null).holds(&Value::Null));
        let words = Test::Words(vec!["love".into(), "ad".into()]);
        assert!(words.holds(&text("ada lovelace")));
        assert!(!words.holds(&text("clover adams")));
    }

    #[test]
    fn a_filter_narrows_the_walk_and_never_loses_a_row() {
        let any = Filter::Any(vec![
            name(Test::Equal(text("bob"))),
            name(Test::Prefix("a".into())),
            name(Test::Prefix("ada".into())),
        ]);
        let ranges = unite(any.ranges(Column::Name, Kind::Text));
        assert_eq!(ranges.len(), 2);
        assert!(ranges[0].contains(&text("ada")) && ranges[1].contains(&text("bob")));
        assert!(!ranges.iter().any(|range| range.contains(&text("carol"))));
        // One branch that says nothing of the column opens it wholly.
        let open = Filter::Any(vec![
            name(Test::Equal(text("bob"))),
            Filter::Is(Column::Age, Test::Equal(Value::Int(3))),
        ]);
        assert!(unite(open.ranges(Column::Name, Kind::Text)) == [Range::whole(Kind::Text)]);
        let never = Filter::All(vec![
            name(Test::Equal(text("bob"))),
            name(Test::Equal(text("ada"))),
        ]);
        assert!(never.ranges(Column::Name, Kind::Text).is_empty());
        let not = Filter::Not(Box::new(name(Test::Equal(text("bob")))));
        assert!(unite(not.ranges(Column::Name, Kind::Text)) == [Range::whole(Kind::Text)]);
    }
}
