//! All SQL: both databases, migrations, ids, records.
