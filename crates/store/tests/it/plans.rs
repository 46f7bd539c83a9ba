//! How the databases go about questions to large tables: by an index, whatever the bounds are.

use rusqlite::Connection;

use super::*;
use crate::records::forward_auth::ALL as FORWARD_AUTH;
use crate::records::log_page::ALL as LOG_PAGES;
use crate::records::member::ALL as MEMBERS;
use crate::records::outbox::ALL as OUTBOX;
use crate::records::refresh_family::ALL as REFRESH_FAMILIES;
use crate::records::session::ALL as SESSIONS;
use crate::records::session_client::ALL as SESSION_CLIENTS;
use crate::records::token::ALL as TOKENS;
use crate::registry;
use crate::sql::{Sql, parameters_of};
use crate::sqlite::session::lite_text;

/// Statements that answer a page, with the tables that they must not read from end to end, and the index that must be
/// used where there is a choice of several.
fn questions() -> Vec<(&'static Sql, &'static [&'static str], Option<&'static str>)> {
    let logs = LOG_PAGES.iter().map(|sql| {
        let index = match sql.name {
            name if name.contains("of_person") => Some("sign_in_by_person"),
            name if name.contains("of_target") => Some("audit_by_target"),
            name if name.contains("sign_in.page") => Some("sign_in_by_time"),
            name if name.contains("audit.page") => Some("audit_by_time"),
            _ => None,
        };
        (*sql, ["sign_in", "audit"].as_slice(), index)
    });
    let members = MEMBERS
        .iter()
        .filter(|sql| sql.text.contains("SELECT") && !sql.text.contains("COUNT"))
        .map(|sql| {
            let index = match sql.name {
                "group_member.walk" => Some("group_member_by_member"),
                "group.list_below" => Some("group_member_nested"),
                _ => None,
            };
            (*sql, ["group_member"].as_slice(), index)
        });
    logs.chain(members).collect()
}

/// What SQLite does, step by step.
fn explain(connection: &Connection, sql: &Sql) -> Vec<String> {
    let text = format!("EXPLAIN QUERY PLAN {}", lite_text(sql.text));
    let mut statement = connection.prepare(&text).unwrap();
    let nothing = vec![rusqlite::types::Null; parameters_of(sql.text)];
    let steps = statement.query_map(rusqlite::params_from_iter(nothing), |row| row.get(3));
    steps.unwrap().map(Result::unwrap).collect()
}

#[test]
fn sqlite_answers_pages_by_an_index() {
    run(On::Sqlite, async |place: Place| {
        let _store = place.open_real().await;
        let Location::Sqlite { file } = &place.options.location else {
            unreachable!()
        };
        let connection = Connection::open(file).unwrap();
        for (sql, tables, index) in questions() {
            let steps = explain(&connection, sql);
            for table in tables {
                let words = sql.text.split_whitespace();
                let mut after = words.skip_while(|word| word != table).skip(1);
                let alias = after.next().unwrap_or(table);
                let whole = |step: &String| {
                    [table, alias]
                        .iter()
                        .any(|name| step.starts_with(&format!("SCAN {name}")))
                };
                assert!(!steps.iter().any(whole), "{}: {steps:#?}", sql.name);
            }
            let uses = |index| steps.iter().any(|step| step.contains(index));
            assert!(index.is_none_or(uses), "{}: {steps:#?}", sql.name);
        }
    });
}

/// Each step along nested groups looks at the memberships of one group or member, and not at the tenant's.
#[test]
fn sqlite_walks_nested_groups_one_by_one() {
    run(On::Sqlite, async |place: Place| {
        let _store = place.open_real().await;
        let Location::Sqlite { file } = &place.options.location else {
            unreachable!()
        };
        let connection = Connection::open(file).unwrap();
        let nested = registry()
            .into_iter()
            .filter(|sql| sql.text.contains("RECURSIVE") && sql.text.contains("group_member"));
        let mut walked = 0;
        for sql in nested {
            let steps = explain(&connection, sql);
            let at = steps.iter().position(|step| step == "RECURSIVE STEP");
            let at = at.unwrap_or_else(|| panic!("{}: {steps:#?}", sql.name));
            assert!(
                steps[at + 1].starts_with("SCAN "),
                "{}: {steps:#?}",
                sql.name
            );
            for step in &steps[at + 2..at + 4] {
                assert!(step.starts_with("SEARCH "), "{}: {steps:#?}", sql.name);
                assert!(!step.ends_with("(tenant_id=?)"), "{}: {steps:#?}", sql.name);
            }
            walked += 1;
        }
        assert!(walked >= 8, "{walked}");
    });
}

/// Ending a session, or what was renewed by it, looks at what is that person's, and delivering at one message for each recipient: however many there are.
#[test]
fn sqlite_finds_sessions_and_whom_to_tell_by_an_index() {
    run(On::Sqlite, async |place: Place| {
        let _store = place.open_real().await;
        let Location::Sqlite { file } = &place.options.location else {
            unreachable!()
        };
        let connection = Connection::open(file).unwrap();
        let asked = OUTBOX.iter().chain(SESSION_CLIENTS);
        let of_sessions = TOKENS.iter().chain(FORWARD_AUTH);
        let of_sessions = of_sessions.filter(|sql| sql.text.contains(" session "));
        let asked = asked
            .chain(SESSIONS)
            .chain(REFRESH_FAMILIES)
            .chain(of_sessions);
        let asked = asked.filter(|sql| {
            // Once a minute, over what waits.
            let is_rare = ["outbox.list_old", "outbox.count"].contains(&sql.name);
            // Walking groups has a test of its own.
            !is_rare && !sql.text.contains("RECURSIVE above")
        });
        for sql in asked {
            let steps = explain(&connection, sql);
            // `e`, `f` and `r` are what a question made itself.
            let whole = steps.iter().any(|step| {
                step.starts_with("SCAN ")
                    && !["SCAN e", "SCAN f", "SCAN r"].contains(&step.as_str())
            });
            assert!(!whole, "{}: {steps:#?}", sql.name);
            let by_tenant = steps.iter().any(|step| {
                let is_one_row = step.contains("sqlite_autoindex_tenant_1");
                step.ends_with("(tenant_id=?)") && !step.contains("COVERING") && !is_one_row
            });
            assert!(!by_tenant, "{}: {steps:#?}", sql.name);
        }
    });
}

/// The plan is made without knowing the bounds, as for a statement that was prepared long ago.
const SETTING: &str = "SET plan_cache_mode = force_generic_plan;";

const FILL: &str = "
    INSERT INTO sign_in (tenant_id, record_id, created_at, person_id, result, body)
        SELECT '\\x01', decode(md5('r' || i), 'hex'), i, decode(md5('p' || (i % 300)), 'hex'), 'ok', '{}'
        FROM generate_series(1, 20000) i;
    INSERT INTO audit (tenant_id, record_id, created_at, activity, target_id, body)
        SELECT '\\x01', decode(md5('r' || i), 'hex'), i, 'user.changed', decode(md5('p' || (i % 300)), 'hex'), '{}'
        FROM generate_series(1, 20000) i;
    INSERT INTO group_member (tenant_id, group_id, member_id, member_kind, created_at)
        SELECT '\\x01', decode(md5('g' || (i % 200)), 'hex'), decode(md5('p' || i), 'hex'),
            CASE WHEN i % 100 = 0 THEN 'group' ELSE 'person' END, 1
        FROM generate_series(1, 20000) i;
    INSERT INTO directory_group (tenant_id, group_id, display_name, display_name_key, mail_nickname, role_assignable,
            record_version, created_at, changed_at)
        SELECT '\\x01', decode(md5('g' || i), 'hex'), 'g', 'g', 'g', 0, 1, 1, 1 FROM generate_series(0, 199) i;
    ANALYZE;";

#[test]
fn postgres_answers_pages_by_an_index() {
    run(On::Postgres, async |place: Place| {
        let _store = place.open_real().await;
        let database = place.database.as_ref().unwrap();
        database.run(FILL).unwrap();
        for (sql, tables, index) in questions() {
            let nothing = vec!["NULL"; parameters_of(sql.text)].join(", ");
            let text = format!(
                "{SETTING} PREPARE question AS {}; EXPLAIN EXECUTE question({nothing})",
                sql.text
            );
            let plan = database.run(&text).unwrap();
            for table in tables {
                assert!(
                    !plan.contains(&format!("Seq Scan on {table} ")),
                    "{}:\n{plan}",
                    sql.name
                );
            }
            let uses = |index: &str| plan.contains(index);
            assert!(index.is_none_or(uses), "{}:\n{plan}", sql.name);
        }
    });
}
