//! Lists that are asked for by filter and order, a page at a time, in bounded work.
//!
//! What is asked is neutral: columns are an enum of each collection, values are typed. No SQL text is made from it. Each
//! collection has a *walk* for each column that has an index: two constant statements that read a range of it in
//! either direction. A query chooses its walk and the ranges of it; whatever else the filter says is judged row by row.
//! A page that had to look at many rows for few ends early, with a cursor to go on from: work is bounded, answers are
//! not wrong.

use std::cmp::Ordering;
use std::fmt;

use crate::sql::Sql;
use crate::value::{Id, Row, Value};
use crate::{Store, StoreError};

/// The most rows that a page may hold.
pub const MAX_TOP: u32 = 999;
/// The rows that a page looks at, at most, before it ends early.
const SCAN_BUDGET: usize = 20_000;
/// Rows read at a time where many are passed over.
const BATCH: usize = 1_000;

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    Ascending,
    Descending,
}

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

/// Where a page ended: the key and the id of the last row that was looked at.
#[derive(Clone, PartialEq, Eq)]
pub struct Cursor {
    pub key: Value,
    pub id: Id,
}

/// Shows nothing: a key may be somebody's name.
impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cursor")
    }
}

/// A page of a list, as asked for.
#[derive(Debug, Clone)]
pub struct ListQuery<C> {
    pub filter: Option<Filter<C>>,
    /// A column that has a walk; `None` lets the filter choose.
    pub order: Option<(C, Direction)>,
    /// Rows of a page, 1 to [`MAX_TOP`].
    pub top: u32,
    /// Go on after this.
    pub after: Option<Cursor>,
    /// Count every row that the filter lets through, on whatever page.
    pub count: bool,
}

impl<C> ListQuery<C> {
    /// The first `top` rows of everything.
    #[must_use]
    pub fn first(top: u32) -> ListQuery<C> {
        ListQuery {
            filter: None,
            order: None,
            top,
            after: None,
            count: false,
        }
    }
}

/// A page of a list.
#[derive(Debug, Clone)]
pub struct Page<R> {
    pub rows: Vec<R>,
    /// There may be more after this; a page may be short, or empty, and still not be the last.
    pub next: Option<Cursor>,
    pub count: Option<u64>,
}

/// How a collection is read along one column.
///
/// `ascending`: `$1` tenant, `$2` and `$3` the key and id after which it begins, `$4` the last key, `$5` how many.
/// `descending`: the same the other way: `$2`, `$3` before which it begins, `$4` the first key.
#[derive(Debug)]
pub struct Walk<C: 'static> {
    pub column: C,
    pub ascending: &'static Sql,
    pub descending: &'static Sql,
    /// The kind of the column's values: the ends of a range that has none.
    pub kind: Kind,
}

/// What a walk's column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Int,
    Id,
}

/// A kind of record that can be listed.
pub trait Collection {
    type Column: Copy + PartialEq + fmt::Debug + Send + Sync + 'static;
    type Row: Send;

    /// The walks; the first is taken when nothing speaks for another. Of those that the filter narrows, the first is
    /// taken.
    const WALKS: &'static [Walk<Self::Column>];

    /// `$1` the tenant: how many there are.
    const COUNT: &'static Sql;

    /// A row of any walk.
    fn parse(row: Row) -> Result<Self::Row, StoreError>;

    /// A column in its compared form.
    fn value(row: &Self::Row, column: Self::Column) -> Value;

    fn id(row: &Self::Row) -> Id;
}

/// Values of one kind in order; `None` for two kinds, and for NULL.
fn compare(one: &Value, other: &Value) -> Option<Ordering> {
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
    fn ranges(&self, column: C, kind: Kind) -> Vec<Range> {
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
struct Range {
    low: Value,
    high: Value,
}

impl Range {
    fn whole(kind: Kind) -> Range {
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

    fn contains(&self, key: &Value) -> bool {
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
fn unite(mut ranges: Vec<Range>) -> Vec<Range> {
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

/// A walk with the ranges of it that matter.
struct Plan<C: 'static> {
    walk: &'static Walk<C>,
    direction: Direction,
    ranges: Vec<Range>,
}

fn plan<K: Collection>(query: &ListQuery<K::Column>) -> Result<Plan<K::Column>, StoreError> {
    let ranges = |walk: &Walk<K::Column>| match &query.filter {
        Some(filter) => unite(filter.ranges(walk.column, walk.kind)),
        None => vec![Range::whole(walk.kind)],
    };
    let narrowed = || {
        K::WALKS
            .iter()
            .find(|walk| ranges(walk) != [Range::whole(walk.kind)])
    };
    let (walk, direction) = match query.order {
        Some((column, direction)) => (
            K::WALKS.iter().find(|walk| walk.column == column),
            direction,
        ),
        None => (narrowed().or(K::WALKS.first()), Direction::Ascending),
    };
    let walk = walk.ok_or_else(|| {
        StoreError::Unusable(format!("no walk along {:?}", query.order.map(|o| o.0)))
    })?;
    let mut ranges = ranges(walk);
    if direction == Direction::Descending {
        ranges.reverse();
    }
    Ok(Plan {
        walk,
        direction,
        ranges,
    })
}

impl<C> Plan<C> {
    /// Drops what lies before the cursor, and begins after it.
    fn resume(&self, after: &Cursor) -> Vec<(Range, Option<Cursor>)> {
        let ahead = |range: &Range| match self.direction {
            Direction::Ascending => compare(&range.low, &after.key) == Some(Ordering::Greater),
            Direction::Descending => compare(&range.high, &after.key) == Some(Ordering::Less),
        };
        let mut rest = Vec::new();
        for range in &self.ranges {
            if range.contains(&after.key) {
                rest.push((range.clone(), Some(after.clone())));
            } else if ahead(range) {
                rest.push((range.clone(), None));
            }
        }
        rest
    }

    fn statement(&self) -> &'static Sql {
        match self.direction {
            Direction::Ascending => self.walk.ascending,
            Direction::Descending => self.walk.descending,
        }
    }

    fn args(&self, tenant: Id, range: &Range, after: Option<&Cursor>, limit: usize) -> Vec<Value> {
        let (begin, end) = match self.direction {
            Direction::Ascending => (&range.low, &range.high),
            Direction::Descending => (&range.high, &range.low),
        };
        let (key, id) = match (after, self.direction) {
            (Some(cursor), _) => (&cursor.key, Value::from(cursor.id)),
            (None, Direction::Ascending) => (begin, Value::Bytes(Vec::new())),
            (None, Direction::Descending) => (begin, Value::Bytes(vec![0xff; 17])),
        };
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        vec![tenant.into(), key.clone(), id, end.clone(), limit.into()]
    }
}

/// Whether to look at the next row.
enum Go {
    On,
    Stop,
}

impl Store {
    /// A page of a collection.
    ///
    /// # Errors
    /// `Unusable` where the order's column has no walk; as every read.
    pub async fn list<K: Collection>(
        &self,
        tenant: Id,
        query: &ListQuery<K::Column>,
    ) -> Result<Page<K::Row>, StoreError> {
        let plan = plan::<K>(query)?;
        let top = query.top.clamp(1, MAX_TOP) as usize;
        let mut page = Page {
            rows: Vec::new(),
            next: None,
            count: None,
        };
        let mut seen = 0;
        let mut last: Option<Cursor> = None;
        let column = plan.walk.column;
        let take = |row: K::Row| {
            if page.rows.len() == top || seen == SCAN_BUDGET {
                page.next.clone_from(&last);
                return Go::Stop;
            }
            seen += 1;
            last = Some(Cursor {
                key: K::value(&row, column),
                id: K::id(&row),
            });
            let passes = match &query.filter {
                Some(filter) => filter.holds(&|column| K::value(&row, column)),
                None => true,
            };
            if passes {
                page.rows.push(row);
            }
            Go::On
        };
        self.walk::<K>(tenant, &plan, query.after.as_ref(), top + 1, take)
            .await?;
        if query.count {
            page.count = Some(self.count::<K>(tenant, query).await?);
        }
        Ok(page)
    }

    /// How many rows of a collection a query's filter lets through.
    async fn count<K: Collection>(
        &self,
        tenant: Id,
        query: &ListQuery<K::Column>,
    ) -> Result<u64, StoreError> {
        let Some(filter) = &query.filter else {
            let row = self.read_one(K::COUNT, vec![tenant.into()]).await?;
            let count = row.map_or(Ok(0), |mut row| row.int())?;
            return Ok(u64::try_from(count).unwrap_or(0));
        };
        // Whatever the order: the walk that the filter narrows most.
        let plan = plan::<K>(&ListQuery {
            order: None,
            ..query.clone()
        })?;
        let mut count = 0;
        let tally = |row: K::Row| {
            count += u64::from(filter.holds(&|column| K::value(&row, column)));
            Go::On
        };
        self.walk::<K>(tenant, &plan, None, BATCH, tally).await?;
        Ok(count)
    }

    /// Every row of the plan's ranges after the cursor, in order, until `take` stops it. `first` rows are read at first.
    async fn walk<K: Collection>(
        &self,
        tenant: Id,
        plan: &Plan<K::Column>,
        after: Option<&Cursor>,
        first: usize,
        mut take: impl FnMut(K::Row) -> Go,
    ) -> Result<(), StoreError> {
        let ranges = match after {
            Some(cursor) => plan.resume(cursor),
            None => plan.ranges.iter().map(|r| (r.clone(), None)).collect(),
        };
        let mut limit = first;
        for (range, mut after) in ranges {
            loop {
                let args = plan.args(tenant, &range, after.as_ref(), limit);
                let rows = self.read(plan.statement(), args).await?;
                let whole = rows.len() < limit;
                for row in rows {
                    let row = K::parse(row)?;
                    after = Some(Cursor {
                        key: K::value(&row, plan.walk.column),
                        id: K::id(&row),
                    });
                    if let Go::Stop = take(row) {
                        return Ok(());
                    }
                }
                if whole {
                    break;
                }
                limit = BATCH;
            }
        }
        Ok(())
    }
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
