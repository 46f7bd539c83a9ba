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

mod filter;

pub use filter::{Filter, Kind, Test};
use filter::{Range, compare, unite};

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

impl<C: Copy + PartialEq> ListQuery<C> {
    /// The same query with every test of its filter replaced.
    #[must_use]
    pub fn map_tests(self, replace: &impl Fn(C, Test) -> Test) -> ListQuery<C> {
        ListQuery {
            filter: self.filter.map(|filter| filter.map(replace)),
            ..self
        }
    }
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

impl<R> Page<R> {
    /// The same page of something made of each row.
    pub fn map<T>(self, make: impl FnMut(R) -> T) -> Page<T> {
        Page {
            rows: self.rows.into_iter().map(make).collect(),
            next: self.next,
            count: self.count,
        }
    }
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

/// The text of [`Walk::ascending`]: `$rows` ends in a condition, `$id` is unique.
macro_rules! ascending {
    ($rows:expr, $key:literal, $id:literal) => {
        concat!(
            $rows,
            " AND (",
            $key,
            ", ",
            $id,
            ") > ($2, $3) AND ",
            $key,
            " <= $4
             ORDER BY ",
            $key,
            ", ",
            $id,
            " LIMIT $5"
        )
    };
}
pub(crate) use ascending;

/// The text of [`Walk::descending`].
macro_rules! descending {
    ($rows:expr, $key:literal, $id:literal) => {
        concat!(
            $rows,
            " AND (",
            $key,
            ", ",
            $id,
            ") < ($2, $3) AND ",
            $key,
            " >= $4
             ORDER BY ",
            $key,
            " DESC, ",
            $id,
            " DESC LIMIT $5"
        )
    };
}
pub(crate) use descending;

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
