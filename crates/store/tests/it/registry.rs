//! Every statement, on both engines: it prepares, and gives the same columns.

use std::collections::HashSet;

use rusqlite::Connection;
use tokio_postgres::types::Type;

use super::lint;
use super::*;
use crate::sql::{Scope, Sql, parameters_of};
use crate::sqlite::session::lite_text;
use crate::{pairs, registry};

/// A column's name and, where it is known, its kind.
type Shape = Vec<(String, Option<&'static str>)>;

fn sqlite_shape(connection: &Connection, sql: &Sql) -> (usize, Shape) {
    let statement = connection
        .prepare(&lite_text(sql.text))
        .unwrap_or_else(|cause| panic!("{} on SQLite: {cause}", sql.name));
    let kind = |declared: &str| match declared {
        "INTEGER" | "BIGINT" => "integer",
        "TEXT" => "text",
        "BLOB" => "bytes",
        other => panic!("{}: a column of SQLite's type {other}", sql.name),
    };
    let shape = statement
        .columns()
        .map(|column| (column.name().to_owned(), column.decl_type().map(kind)))
        .collect();
    (statement.parameter_count(), shape)
}

async fn postgres_shape(client: &tokio_postgres::Client, sql: &Sql) -> (usize, Shape) {
    let statement = client
        .prepare(sql.text)
        .await
        .unwrap_or_else(|cause| panic!("{} on PostgreSQL: {cause:?}", sql.name));
    let kind = |ty: &Type| match *ty {
        Type::INT8 | Type::INT4 | Type::INT2 => "integer",
        Type::TEXT | Type::VARCHAR => "text",
        Type::BYTEA => "bytes",
        ref other => panic!(
            "{}: a column or parameter of PostgreSQL's type {other}",
            sql.name
        ),
    };
    for parameter in statement.params() {
        kind(parameter);
    }
    let shape = statement
        .columns()
        .iter()
        .map(|column| (column.name().to_owned(), Some(kind(column.type_()))))
        .collect();
    (statement.params().len(), shape)
}

/// What is the same on both sides; `count(*)` and the like are named by each engine in its own way.
fn assert_same(sql: &Sql, lite: &Shape, postgres: &Shape) {
    assert_eq!(
        lite.len(),
        postgres.len(),
        "{}: number of columns",
        sql.name
    );
    for ((lite_name, lite_kind), (postgres_name, postgres_kind)) in lite.iter().zip(postgres) {
        if let Some(lite_kind) = lite_kind {
            assert_eq!(
                Some(*lite_kind),
                *postgres_kind,
                "{}: kind of column {lite_name}",
                sql.name
            );
            assert_eq!(lite_name, postgres_name, "{}", sql.name);
        }
    }
}

#[test]
fn every_statement_prepares_on_sqlite() {
    run(On::Sqlite, async |place: Place| {
        let _store = place.open_real().await;
        let Location::Sqlite { file } = &place.options.location else {
            unreachable!()
        };
        let connection = Connection::open(file).unwrap();
        for sql in registry()
            .into_iter()
            .chain(pairs().iter().map(|pair| pair.lite))
        {
            let (parameters, _) = sqlite_shape(&connection, sql);
            assert_eq!(parameters, parameters_of(sql.text), "{}", sql.name);
        }
    });
}

#[test]
fn every_statement_has_the_same_columns_on_both_engines() {
    run(On::Postgres, async |place: Place| {
        let (_store, lite) = (place.open_real().await, Place::make(On::Sqlite));
        let _lite_store = lite.open_real().await;
        let Location::Sqlite { file } = &lite.options.location else {
            unreachable!()
        };
        let connection = Connection::open(file).unwrap();
        let url = place.database.as_ref().unwrap().url();
        let (client, driver) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(driver);

        for sql in registry() {
            let (parameters, shape) = sqlite_shape(&connection, sql);
            let (postgres_parameters, postgres_shape) = postgres_shape(&client, sql).await;
            assert_eq!(parameters, postgres_parameters, "{}: parameters", sql.name);
            assert_same(sql, &shape, &postgres_shape);
        }
        for pair in pairs() {
            let (parameters, shape) = sqlite_shape(&connection, pair.lite);
            let (postgres_parameters, postgres_shape) =
                postgres_shape(&client, pair.postgres).await;
            assert_eq!(
                parameters, postgres_parameters,
                "{}: parameters",
                pair.lite.name
            );
            assert_same(pair.lite, &shape, &postgres_shape);
            let names = |shape: &Shape| {
                shape
                    .iter()
                    .map(|(name, _)| name.clone())
                    .collect::<Vec<_>>()
            };
            assert_eq!(names(&shape), names(&postgres_shape), "{}", pair.lite.name);
        }
    });
}

#[test]
fn both_engines_have_the_same_tables_and_columns() {
    run(On::Postgres, async |place: Place| {
        let (_store, lite) = (place.open_real().await, Place::make(On::Sqlite));
        let _lite_store = lite.open_real().await;
        let Location::Sqlite { file } = &lite.options.location else {
            unreachable!()
        };
        let columns = "SELECT t.name || '.' || c.name || ' ' || CASE WHEN c.type IN ('INTEGER', 'BIGINT') THEN 'bigint'
                           WHEN c.type = 'BLOB' THEN 'bytea' ELSE lower(c.type) END
                           || CASE WHEN c.\"notnull\" = 1 OR c.pk > 0 THEN '' ELSE ' null' END
                       FROM sqlite_schema t JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY 1";
        let connection = Connection::open(file).unwrap();
        let mut statement = connection.prepare(columns).unwrap();
        let lite: Vec<String> = statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let columns = "SELECT line FROM (SELECT table_name || '.' || column_name || ' ' || data_type
                           || CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END AS line
                       FROM information_schema.columns WHERE table_schema = 'public') x ORDER BY line COLLATE \"C\"";
        let postgres = place.database.as_ref().unwrap().run(columns).unwrap();
        assert_eq!(lite, postgres.lines().collect::<Vec<_>>());

        // Unique rules too: a constraint that only one engine has would make two products.
        let rules = "SELECT t.name || ' ' || group_concat(c.name, ',') FROM sqlite_schema t JOIN pragma_index_list(t.name) i
                     JOIN pragma_index_info(i.name) c WHERE t.type = 'table' AND i.\"unique\" = 1 GROUP BY t.name, i.name ORDER BY 1";
        let mut statement = connection.prepare(rules).unwrap();
        let lite: Vec<String> = statement
            .query_map([], |row| row.get(0))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let rules = "SELECT line FROM (SELECT t.relname || ' ' || string_agg(a.attname, ',' ORDER BY k.place) AS line
                     FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
                     CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY k(number, place)
                     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
                     WHERE i.indisunique AND n.nspname = 'public' GROUP BY t.relname, i.indexrelid) x ORDER BY line COLLATE \"C\"";
        let postgres = place.database.as_ref().unwrap().run(rules).unwrap();
        assert_eq!(lite, postgres.lines().collect::<Vec<_>>());
    });
}

#[test]
fn every_statement_keeps_to_the_rules() {
    let mut names = HashSet::new();
    for sql in registry() {
        assert!(
            names.insert(sql.name),
            "two statements are called {}",
            sql.name
        );
        let problems = lint::problems(sql);
        assert!(
            problems.is_empty(),
            "{}: {}\n{}",
            sql.name,
            problems.join("; "),
            sql.text
        );
        if let Scope::Global(why) = sql.scope {
            assert!(
                why.len() > 10,
                "{}: a reason of a few words is asked for",
                sql.name
            );
        }
    }
    assert!(
        names.len() > 50,
        "the registry holds {} statements: is a module missing?",
        names.len()
    );
}

/// Each pair is a place where one database may do what the other doesn't: keep them few.
#[test]
fn there_is_one_statement_in_two_dialects() {
    assert_eq!(pairs().len(), 1);
    for pair in pairs() {
        assert_eq!(pair.lite.name, pair.postgres.name);
        assert_eq!(pair.lite.scope, pair.postgres.scope);
    }
}
