//! From Graph's query options to the lists of `identity`.

use graph::odata::{Clause, Direction, Filter, Literal, Op, Options, Test};
use identity::{Cursor, Id, ListQuery, Value};

use super::call::Call;
use super::fault::Fault;

/// Which column a property of Graph's is; `None` for one that the collection doesn't filter by.
pub(super) type Columns<C> = fn(&str) -> Option<C>;

impl Call {
    /// The question to a list of `identity`.
    pub(super) fn list_query<C: Copy>(
        &self,
        options: &Options,
        columns: Columns<C>,
    ) -> Result<ListQuery<C>, Fault> {
        let column = |name: &str| {
            columns(name).ok_or_else(|| {
                Fault::from(graph::Problem::Unsupported(format!(
                    "'{name}' is not supported here."
                )))
            })
        };
        let mut parts = Vec::new();
        if let Some(filter) = &options.filter {
            parts.push(derive_filter(filter, &column)?);
        }
        if !options.search.is_empty() {
            // A property that nothing of the kind has here (a group's mail) begins with no text.
            let found = options
                .search
                .iter()
                .filter_map(|clause| Some(derive_search(clause, columns(clause.property)?)))
                .collect();
            parts.push(identity::Filter::Any(found));
        }
        let order = options.order.map(|(name, direction)| {
            let direction = match direction {
                Direction::Ascending => identity::Direction::Ascending,
                Direction::Descending => identity::Direction::Descending,
            };
            column(name).map(|column| (column, direction))
        });
        Ok(ListQuery {
            filter: (!parts.is_empty()).then_some(identity::Filter::All(parts)),
            order: order.transpose()?,
            top: options.top,
            after: self.place(options)?,
            count: options.count,
        })
    }

    /// Goes on after an id.
    pub(super) fn id_place(&self, options: &Options) -> Result<Option<Id>, Fault> {
        Ok(self.place(options)?.map(|place| place.id))
    }
}

fn derive_filter<C: Copy>(
    filter: &Filter,
    column: &impl Fn(&str) -> Result<C, Fault>,
) -> Result<identity::Filter<C>, Fault> {
    let all = |parts: &[Filter]| {
        parts
            .iter()
            .map(|part| derive_filter(part, column))
            .collect::<Result<Vec<_>, _>>()
    };
    Ok(match filter {
        Filter::And(parts) => identity::Filter::All(all(parts)?),
        Filter::Or(parts) => identity::Filter::Any(all(parts)?),
        Filter::Not(inner) => identity::Filter::Not(Box::new(derive_filter(inner, column)?)),
        Filter::Test(test) => derive_test(test, column(test.path)?),
    })
}

fn derive_test<C: Copy>(test: &Test, column: C) -> identity::Filter<C> {
    use identity::Test as To;
    let of = |literal: &Literal| {
        let value = derive_value(literal);
        match test.op {
            Op::Eq | Op::Ne | Op::In => To::Equal(value),
            Op::Gt => To::Greater(value),
            Op::Ge => To::AtLeast(value),
            Op::Lt => To::Less(value),
            Op::Le => To::AtMost(value),
            Op::StartsWith => match literal {
                Literal::Text(text) => To::Prefix(text.clone()),
                _ => To::Equal(value),
            },
        }
    };
    let mut tests: Vec<_> = test
        .values
        .iter()
        .map(|literal| identity::Filter::Is(column, of(literal)))
        .collect();
    let one = match tests.len() {
        1 => tests.remove(0),
        _ => identity::Filter::Any(tests),
    };
    match test.op {
        Op::Ne => identity::Filter::Not(Box::new(one)),
        _ => one,
    }
}

fn derive_value(literal: &Literal) -> Value {
    match literal {
        Literal::Null => Value::Null,
        Literal::Text(text) => Value::Text(text.clone()),
        Literal::Truth(truth) => Value::from(*truth),
        Literal::Number(number) => Value::Int(*number),
        Literal::Guid(guid) => Value::Bytes(guid.0.to_vec()),
        Literal::Time(time) => Value::Int(time.0),
    }
}

fn derive_search<C>(clause: &Clause, column: C) -> identity::Filter<C> {
    let words = clause.text.split_whitespace().map(str::to_owned).collect();
    identity::Filter::Is(column, identity::Test::Words(words))
}

/// The place behind an id, in a list that goes by ids.
pub(super) fn place_of_id(id: Id) -> Cursor {
    Cursor {
        key: Value::Null,
        id,
    }
}
