//! The tables as the database itself describes them, for copying a database whole.
//!
//! The only place where SQL text is put together at run time, from names of the schema only.

use crate::StoreError;
use crate::sqlite::session::{Session, run_text};
use crate::value::Value;

/// Rows that travel together.
pub(crate) const PAGE: usize = 500;

#[derive(Debug)]
pub(crate) struct Table {
    name: String,
    columns: Vec<String>,
    /// Where the primary key's columns stand in `columns`, in the order of the key.
    key: Vec<usize>,
}

/// Every table of ours except those about the schema itself, by name.
pub(crate) fn tables(session: &Session) -> Result<Vec<Table>, StoreError> {
    let list = "SELECT name FROM sqlite_schema WHERE type = 'table'
                AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'schema\\_%' ESCAPE '\\' ORDER BY name";
    let columns = "SELECT name, pk FROM pragma_table_info(?1) ORDER BY cid";
    let mut tables = Vec::new();
    for mut row in run_text(&session.connection, "schema.list_tables", list, &[])?.rows {
        let name = row.text()?;
        let described = run_text(
            &session.connection,
            "schema.list_columns",
            columns,
            &[Value::from(name.as_str())],
        )?;
        let mut table = Table {
            name,
            columns: Vec::new(),
            key: Vec::new(),
        };
        let mut key = Vec::new();
        for (index, mut row) in described.rows.into_iter().enumerate() {
            table.columns.push(row.text()?);
            let place = row.int()?;
            if place > 0 {
                key.push((place, index));
            }
        }
        key.sort_unstable();
        table.key = key.into_iter().map(|(_, index)| index).collect();
        if table.key.is_empty() {
            return Err(StoreError::Unusable(format!(
                "table {} has no primary key",
                table.name
            )));
        }
        tables.push(table);
    }
    Ok(tables)
}

impl Table {
    /// The first row's truth, if there is one.
    pub(crate) fn any_text(&self) -> String {
        format!("SELECT 1 FROM \"{}\" LIMIT 1", self.name)
    }

    /// A page in the order of the key; `after` one: its key follows as the arguments.
    pub(crate) fn page_text(&self, after: bool) -> String {
        let key = self.list(self.key.iter().filter_map(|&index| self.columns.get(index)));
        let beyond = if after {
            format!(" WHERE ({key}) > ({})", numbers(self.key.len()))
        } else {
            String::new()
        };
        let columns = self.list(self.columns.iter());
        format!(
            "SELECT {columns} FROM \"{}\"{beyond} ORDER BY {key} LIMIT {PAGE}",
            self.name
        )
    }

    /// The key of a row of a page.
    pub(crate) fn key_of(&self, row: &[Value]) -> Vec<Value> {
        self.key
            .iter()
            .filter_map(|&index| row.get(index).cloned())
            .collect()
    }

    pub(crate) fn insert_text(&self) -> String {
        let columns = self.list(self.columns.iter());
        format!(
            "INSERT INTO \"{}\" ({columns}) VALUES ({})",
            self.name,
            numbers(self.columns.len())
        )
    }

    fn list<'a>(&self, names: impl Iterator<Item = &'a String>) -> String {
        names
            .map(|name| format!("\"{name}\""))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

fn numbers(count: usize) -> String {
    (1..=count)
        .map(|number| format!("${number}"))
        .collect::<Vec<_>>()
        .join(", ")
}
