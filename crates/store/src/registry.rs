//! Every statement of the product in one list, for tests that prepare and lint them all.

use crate::sql::{Pair, Sql};

/// Every statement that both databases share.
pub fn registry() -> Vec<&'static Sql> {
    crate::records::ALL
        .iter()
        .chain(&[crate::migrate::ALL])
        .flat_map(|statements| statements.iter().copied())
        .collect()
}

/// Every statement that exists in two dialects.
pub fn pairs() -> Vec<&'static Pair> {
    vec![&crate::store::NOW]
}
