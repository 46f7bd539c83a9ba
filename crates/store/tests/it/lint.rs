//! Rules that every SQL text keeps: confined to its tenant (security 36), and only constructs that
//! SQLite, PostgreSQL and its relatives (CockroachDB, YugabyteDB, Citus) share.

use std::collections::HashMap;

use crate::sql::{Scope, Sql};

/// What is wrong with a statement, in words.
pub(super) fn problems(sql: &Sql) -> Vec<String> {
    let tokens = tokens(sql.text);
    let mut problems = forbidden(sql.text, &tokens);
    if sql.scope == Scope::Tenant {
        problems.extend(unconfined(&tokens));
    }
    problems
}

/// Words as upper case, everything else by character; `$1`, quoted text and numbers are one token.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => rest[1..].find('\'').map_or(rest.len(), |end| end + 2),
            '$' => 1 + rest[1..].bytes().take_while(u8::is_ascii_digit).count(),
            _ if first.is_alphanumeric() || first == '_' => rest
                .find(|next: char| !next.is_alphanumeric() && next != '_')
                .unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let token = &rest[..length];
        if !token.trim().is_empty() {
            tokens.push(if first == '\'' {
                token.to_owned()
            } else {
                token.to_uppercase()
            });
        }
        rest = &rest[length..];
    }
    tokens
}

/// Constructs that one of the engines lacks or means differently, or that would lean on one node.
fn forbidden(text: &str, tokens: &[String]) -> Vec<String> {
    const WORDS: &[&str] = &[
        "PG_ADVISORY_LOCK",
        "PG_ADVISORY_XACT_LOCK",
        "PG_TRY_ADVISORY_LOCK",
        "LISTEN",
        "NOTIFY",
        "PG_NOTIFY",
        "SERIAL",
        "BIGSERIAL",
        "AUTOINCREMENT",
        "IDENTITY",
        "SKIP",
        "NOWAIT",
        "TRIGGER",
        "TEMP",
        "TEMPORARY",
        "JSON",
        "JSONB",
        "JSON_EXTRACT",
        "JSON_VALUE",
        "JSON_EACH",
        "JSONB_SET",
        "NOW",
        "CURRENT_TIMESTAMP",
        "CURRENT_TIME",
        "CURRENT_DATE",
        "UNIXEPOCH",
        "DATETIME",
        "STRFTIME",
        "JULIANDAY",
        "CLOCK_TIMESTAMP",
        "RANDOM",
        "GEN_RANDOM_UUID",
        "RANDOMBLOB",
        "NEXTVAL",
        "LAST_INSERT_ROWID",
        "ROWID",
        "CTID",
        "ILIKE",
        "GLOB",
        "REGEXP",
        "IFNULL",
        "PRAGMA",
        "INTERVAL",
        "TRUE",
        "FALSE",
        "BOOLEAN",
        "REPLACE",
        "LATERAL",
        "MERGE",
        "ARRAY",
        "ANY",
        "GREATEST",
        "LEAST",
    ];
    let mut problems: Vec<String> = tokens
        .iter()
        .filter(|token| WORDS.contains(&token.as_str()))
        .map(|token| format!("{token} is not for both engines"))
        .collect();
    for two in tokens.windows(2) {
        let (first, second) = (two[0].as_str(), two[1].as_str());
        let wrong = match (first, second) {
            ("FOR", "UPDATE" | "SHARE") => "row locks by hand: guard by an UPDATE instead",
            ("-", ">") | ("#", ">") | ("@", ">") | ("<", "@") => "JSON is never queried inside SQL",
            (":", ":") => "a cast by ::",
            ("INSERT", "OR") => "INSERT OR ...: write ON CONFLICT",
            ("FULL", "JOIN" | "OUTER") => "a full join",
            _ => continue,
        };
        problems.push(wrong.to_owned());
    }
    if text.contains('\0')
        || text.contains('"')
        || text.contains('`')
        || text.contains("--")
        || text.contains(';')
    {
        problems.push(
            "NUL, quoted names, comments and semicolons don't belong in a statement".to_owned(),
        );
    }
    if writes_inside_with(tokens) {
        problems.push("a CTE that changes data doesn't exist in SQLite".to_owned());
    }
    problems
}

fn writes_inside_with(tokens: &[String]) -> bool {
    tokens
        .windows(2)
        .any(|two| two[0] == "(" && matches!(two[1].as_str(), "INSERT" | "UPDATE" | "DELETE"))
}

/// Tables of a (sub)query, and which of their `tenant_id`s are equal to which.
#[derive(Default)]
struct Query {
    /// Alias to table.
    tables: HashMap<String, String>,
    /// Sides of `=` at the query's own level, where one is a `tenant_id`.
    equal: Vec<(String, String)>,
    or_at_own_level: bool,
}

/// Each table of each (sub)query must have its `tenant_id` equal to `$1`, directly or by way of
/// another table of the same query that has. The comparison must stand at the query's own level, and
/// no OR may stand beside it.
fn unconfined(tokens: &[String]) -> Vec<String> {
    let mut problems = Vec::new();
    let ctes = cte_names(tokens);
    for query in queries(tokens) {
        problems.extend(check_query(&query, &ctes));
        if query.first().is_some_and(|token| token == "INSERT") {
            problems.extend(check_insert(&query));
        }
    }
    problems
}

/// `WITH name AS (`, `, name(columns) AS (`, at the statement's beginning or at a subquery's.
fn cte_names(tokens: &[String]) -> Vec<String> {
    let begins = |index: usize| index == 0 || tokens[index - 1] == "(";
    let with = (0..tokens.len()).filter(|index| tokens[*index] == "WITH" && begins(*index));
    with.flat_map(|index| cte_names_from(&tokens[index..]))
        .collect()
}

/// Of the one WITH that the tokens begin with.
fn cte_names_from(tokens: &[String]) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(1) {
        match token.as_str() {
            "(" => depth += 1,
            ")" => depth -= 1,
            "SELECT" | "INSERT" | "UPDATE" | "DELETE" if depth == 0 => break,
            "RECURSIVE" | "AS" | "," => {}
            _ if depth == 0 && matches!(tokens[index - 1].as_str(), "WITH" | "RECURSIVE" | ",") => {
                names.push(token.clone())
            }
            _ => {}
        }
    }
    names
}

/// The statement cut into queries: one for each SELECT, INSERT, UPDATE or DELETE, in each of which
/// subqueries are replaced by `( )` and other parentheses are kept.
fn queries(tokens: &[String]) -> Vec<Vec<String>> {
    let mut done = Vec::new();
    // Whether each open parenthesis began a subquery, and the query around it.
    let mut stack: Vec<Option<Vec<String>>> = Vec::new();
    let mut current: Vec<String> = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "(" => {
                current.push(token.clone());
                let inner = tokens
                    .get(index + 1)
                    .is_some_and(|next| next == "SELECT" || next == "WITH");
                stack.push(inner.then(|| std::mem::take(&mut current)));
            }
            ")" => {
                if let Some(Some(around)) = stack.pop() {
                    done.push(std::mem::replace(&mut current, around));
                }
                current.push(token.clone());
            }
            "UNION" | "EXCEPT" | "INTERSECT" => done.push(std::mem::take(&mut current)),
            // INSERT ... SELECT: the target is looked at with the INSERT, the sources with the SELECT.
            "SELECT" if current.first().is_some_and(|first| first == "INSERT") => {
                current.push("SELECT".to_owned());
                current.extend(
                    tokens[index + 1..]
                        .iter()
                        .take_while(|token| *token != "FROM")
                        .cloned(),
                );
                done.push(std::mem::replace(&mut current, vec!["SELECT".to_owned()]));
            }
            _ => current.push(token.clone()),
        }
    }
    done.push(current);
    done
}

fn read_query(query: &[String]) -> Query {
    const ENDS_ALIAS: &[&str] = &[
        "WHERE",
        "ON",
        "SET",
        "JOIN",
        "LEFT",
        "INNER",
        "CROSS",
        "ORDER",
        "GROUP",
        "LIMIT",
        "RETURNING",
        "USING",
        "VALUES",
        "HAVING",
        "OFFSET",
        "NATURAL",
        "RIGHT",
        "DO",
        "SELECT",
    ];
    let mut read = Query::default();
    let mut depth = 0;
    let word = |index: usize| query.get(index).map_or("", String::as_str);
    let is_name =
        |token: &str| token.starts_with(|first: char| first.is_alphabetic() || first == '_');
    let (mut in_from, mut in_set) = (false, false);
    for index in 0..query.len() {
        match word(index) {
            "(" => depth += 1,
            ")" => depth -= 1,
            "OR" if depth == 0 => read.or_at_own_level = true,
            _ => {}
        }
        match word(index) {
            "SET" if depth == 0 => in_set = true,
            "WHERE" | "FROM" if depth == 0 => in_set = false,
            _ => {}
        }
        match word(index) {
            "WHERE" | "ON" | "SET" | "ORDER" | "GROUP" | "RETURNING" if depth == 0 => {
                in_from = false
            }
            "FROM" | "JOIN" | "UPDATE" if depth == 0 => in_from = true,
            _ => {}
        }
        let starts = matches!(word(index), "FROM" | "JOIN")
            // At the beginning, or after WITH ... AS ( ).
            || (word(index) == "UPDATE" && (index == 0 || word(index - 1) == ")"))
            || (word(index) == "," && in_from);
        if depth == 0 && starts && is_name(word(index + 1)) {
            let table = word(index + 1).to_owned();
            let after = if word(index + 2) == "AS" {
                index + 3
            } else {
                index + 2
            };
            let alias = word(after);
            let alias = if is_name(alias) && !ENDS_ALIAS.contains(&alias) {
                alias
            } else {
                &table
            };
            read.tables.insert(alias.to_owned(), table.clone());
        }
        if depth == 0 && !in_set && word(index) == "=" {
            let left = if index >= 2 && word(index - 2) == "." {
                format!("{}.{}", word(index - 3), word(index - 1))
            } else {
                word(index - 1).to_owned()
            };
            let right = if word(index + 2) == "." {
                format!("{}.{}", word(index + 1), word(index + 3))
            } else {
                word(index + 1).to_owned()
            };
            read.equal.push((left, right));
        }
    }
    read
}

fn check_query(query: &[String], ctes: &[String]) -> Vec<String> {
    let read = read_query(query);
    let only_one = read.tables.len() == 1;
    let column = |side: &str| match side.strip_suffix(".TENANT_ID") {
        Some(alias) => Some(alias.to_owned()),
        None if side == "TENANT_ID" && only_one => read.tables.keys().next().cloned(),
        None => None,
    };
    let mut confined: Vec<String> = Vec::new();
    // As often as there are tables: each round may reach one further along a chain of joins.
    for _ in 0..=read.tables.len() {
        for (left, right) in &read.equal {
            for (one, other) in [(left, right), (right, left)] {
                let Some(alias) = column(one) else { continue };
                if other == "$1" || column(other).is_some_and(|other| confined.contains(&other)) {
                    confined.push(alias);
                }
            }
        }
    }
    let real = |table: &str| !ctes.iter().any(|name| name == table);
    let mut problems: Vec<String> = read
        .tables
        .iter()
        .filter(|(alias, table)| real(table) && !confined.contains(alias))
        .map(|(alias, table)| format!("{table} ({alias}) is not compared to the tenant $1"))
        .collect();
    if read.or_at_own_level && !read.tables.is_empty() {
        problems.push(
            "an OR beside the comparison with the tenant: put it into parentheses".to_owned(),
        );
    }
    problems
}

/// `INSERT INTO table (tenant_id, ...)` with `VALUES ($1, ...)` or `SELECT $1, ...`.
fn check_insert(query: &[String]) -> Vec<String> {
    let begin = query.iter().position(|token| token == "(");
    let first_column = begin.and_then(|begin| query.get(begin + 1));
    let values = query
        .iter()
        .position(|token| token == "VALUES")
        .map(|at| at + 2);
    let select = query
        .iter()
        .position(|token| token == "SELECT")
        .map(|at| at + 1);
    let first_value = values.or(select).and_then(|at| query.get(at));
    let mut problems = Vec::new();
    if first_column.is_none_or(|column| column != "TENANT_ID") {
        problems.push("the first column inserted is not tenant_id".to_owned());
    }
    if first_value.is_none_or(|value| value != "$1") {
        problems.push("the first value inserted is not $1".to_owned());
    }
    if values.is_some_and(|at| {
        query[at..]
            .windows(2)
            .any(|two| two[0] == ")" && two[1] == ",")
    }) {
        problems.push("more than one row inserted".to_owned());
    }
    problems
}

fn problems_of(scope: Scope, text: &'static str) -> Vec<String> {
    problems(&Sql {
        name: "test.lint",
        text,
        scope,
    })
}

#[test]
fn confined_statements_pass() {
    for text in [
        "SELECT a FROM person WHERE tenant_id = $1 AND person_id = $2",
        "SELECT a FROM person WHERE person_id = $2 AND $1 = tenant_id",
        "SELECT p.a FROM person p JOIN credential AS c ON c.tenant_id = p.tenant_id AND c.x = p.x WHERE p.tenant_id = $1",
        "SELECT p.a FROM person p LEFT JOIN credential c ON c.tenant_id = $1 WHERE p.tenant_id = $1 ORDER BY p.a LIMIT $2",
        "SELECT a FROM person WHERE tenant_id = $1 AND (a = $2 OR b = $3)",
        "SELECT (SELECT COUNT(*) FROM session s WHERE s.tenant_id = $1) FROM person WHERE tenant_id = $1",
        "UPDATE person SET a = a + 1 WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM tenant t WHERE t.tenant_id = $1)",
        "DELETE FROM spent WHERE tenant_id = $1 AND expires_at < $2",
        "INSERT INTO spent (tenant_id, state_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        "INSERT INTO spent (tenant_id, state_id) SELECT $1, $2 FROM person WHERE tenant_id = $1",
        "INSERT INTO spent (tenant_id, a) VALUES ($1, $2) ON CONFLICT (tenant_id) DO UPDATE SET a = excluded.a WHERE spent.a < $2 OR spent.b = 1",
        "WITH mine AS (SELECT a FROM person WHERE tenant_id = $1) SELECT a FROM mine",
        "WITH mine AS (SELECT a FROM person WHERE tenant_id = $1) UPDATE tenant SET a = 1 WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM mine)",
        "SELECT (WITH mine AS (SELECT a FROM link WHERE tenant_id = $1) SELECT COUNT(*) FROM mine m) FROM person WHERE tenant_id = $1",
        "SELECT a FROM person WHERE tenant_id = $1 UNION ALL SELECT a FROM link WHERE tenant_id = $1",
        "SELECT 'FOR UPDATE -> now' FROM person WHERE tenant_id = $1",
    ] {
        let found = problems_of(Scope::Tenant, text);
        assert!(found.is_empty(), "{text}: {found:?}");
    }
}

#[test]
fn unconfined_statements_are_found() {
    for text in [
        "SELECT a FROM person WHERE person_id = $1",
        "SELECT a FROM person WHERE tenant_id = $2",
        "SELECT a FROM person WHERE tenant_id <> $1",
        "SELECT a FROM person WHERE tenant_id = $1 OR person_id = $2",
        "SELECT a FROM person WHERE (tenant_id = $1 OR a = $2)",
        "SELECT p.a FROM person p JOIN credential c ON c.x = p.x WHERE p.tenant_id = $1",
        "SELECT p.a FROM person p, credential c WHERE p.tenant_id = $1",
        "SELECT p.a FROM person p JOIN credential c ON c.tenant_id = p.tenant_id WHERE p.x = $1",
        "SELECT p.a FROM person p JOIN credential c ON c.x = p.x WHERE tenant_id = $1",
        "SELECT a FROM person WHERE tenant_id = $1 AND EXISTS (SELECT 1 FROM tenant t WHERE t.a = $2)",
        "SELECT a FROM person WHERE tenant_id = $1 UNION SELECT a FROM link",
        "UPDATE person SET a = 1 WHERE person_id = $1",
        "UPDATE person SET tenant_id = $1",
        "DELETE FROM spent WHERE expires_at < $1",
        "INSERT INTO spent (state_id, tenant_id) VALUES ($1, $2)",
        "INSERT INTO spent (tenant_id, state_id) VALUES ($2, $1)",
        "INSERT INTO spent (tenant_id) VALUES ($1), ($2)",
        "INSERT INTO spent (tenant_id, state_id) SELECT $1, a FROM person",
        "WITH all_of_it AS (SELECT a FROM person) SELECT a FROM all_of_it",
        "SELECT (WITH all_of_it AS (SELECT a FROM link) SELECT COUNT(*) FROM all_of_it) FROM person WHERE tenant_id = $1",
    ] {
        assert!(
            !problems_of(Scope::Tenant, text).is_empty(),
            "{text} passed"
        );
    }
}

#[test]
fn forbidden_constructs_are_found() {
    for text in [
        "SELECT pg_advisory_lock(1)",
        "LISTEN changes",
        "SELECT a FROM job FOR UPDATE SKIP LOCKED",
        "SELECT a FROM job FOR UPDATE",
        "SELECT body -> 'a' FROM log",
        "SELECT body ->> 'a' FROM log",
        "SELECT json_extract(body, 'a') FROM log",
        "SELECT now()",
        "SELECT CURRENT_TIMESTAMP",
        "SELECT a::bigint FROM log",
        "CREATE TEMP TABLE t (a BIGINT)",
        "CREATE TABLE t (a SERIAL)",
        "CREATE TRIGGER t",
        "SELECT a FROM log; SELECT b FROM log",
        "SELECT a FROM log -- and more",
        "SELECT 'a\0b'",
        "INSERT OR IGNORE INTO log (a) VALUES ($1)",
        "WITH gone AS (DELETE FROM log RETURNING a) SELECT a FROM gone",
    ] {
        let why = Scope::Global("a test of the lint");
        assert!(!problems_of(why, text).is_empty(), "{text} passed");
    }
}
