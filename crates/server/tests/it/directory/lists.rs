use identity::people::{self, NewRecord, PersonRecord};
use identity::{
    Cursor, Direction, Filter, GroupColumn, Id, ListQuery, PersonColumn, Test, Value, groups,
    paging,
};
use testkit::House;

use super::{SHELL, make_group, refused};
use crate::in_each_house;

async fn fill(house: &House) {
    house.administrator("ada").await;
    for number in 0..40 {
        let department = if number % 4 == 0 { "Anna" } else { "Bert" };
        let new = NewRecord {
            mail: (number % 2 == 0).then(|| format!("M{number:02}@example.org")),
            enabled: number % 3 != 0,
            ..NewRecord::named(
                &format!("user{number:02}"),
                &format!("{department} Example {:02}", 39 - number),
            )
        };
        house.advance(identity::SECOND);
        people::create(house.identity(), SHELL, &new).await.unwrap();
    }
}

/// Every page of a query, with small pages, by way of tokens as a client follows them.
async fn walk(house: &House, query: &ListQuery<PersonColumn>) -> Vec<PersonRecord> {
    let (identity, mut rows) = (house.identity(), Vec::new());
    let mut query = query.clone();
    loop {
        let page = people::list_records(identity, SHELL, query.clone())
            .await
            .unwrap();
        assert!(page.rows.len() <= 7);
        rows.extend(page.rows);
        let Some(next) = page.next else { return rows };
        let token = paging::write_token(identity, &["users", "x"], &next);
        query.after = Some(paging::read_token(identity, &["users", "x"], &token).unwrap());
    }
}

fn names(rows: &[PersonRecord]) -> Vec<&str> {
    rows.iter().map(|row| row.user_name.as_str()).collect()
}

fn is(column: PersonColumn, test: Test) -> Filter<PersonColumn> {
    Filter::Is(column, test)
}

fn prefix(column: PersonColumn, text: &str) -> Filter<PersonColumn> {
    is(column, Test::Prefix(text.to_owned()))
}

fn equal(column: PersonColumn, text: &str) -> Filter<PersonColumn> {
    is(column, Test::Equal(Value::Text(text.to_owned())))
}

type Keeps = Box<dyn Fn(&PersonRecord) -> bool>;

/// Filters, and what each lets through, said in another way. `one` is anybody's id.
fn cases(one: Id) -> Vec<(Filter<PersonColumn>, Keeps)> {
    let enabled = is(PersonColumn::Enabled, Test::Equal(Value::Int(1)));
    vec![
        (
            prefix(PersonColumn::UserName, "USER1"),
            Box::new(|row| row.user_name.starts_with("user1")),
        ),
        (
            equal(PersonColumn::UserName, "User07"),
            Box::new(|row| row.user_name == "user07"),
        ),
        (
            prefix(PersonColumn::DisplayName, "anna"),
            Box::new(|row| row.display_name.starts_with("Anna")),
        ),
        (
            prefix(PersonColumn::Mail, "m1"),
            Box::new(|row| {
                row.mail
                    .as_deref()
                    .is_some_and(|mail| mail.starts_with("M1"))
            }),
        ),
        (
            is(PersonColumn::Mail, Test::Equal(Value::Null)),
            Box::new(|row| row.mail.is_none()),
        ),
        (enabled.clone(), Box::new(|row| row.enabled == Some(true))),
        (
            is(PersonColumn::Id, Test::Equal(one.into())),
            Box::new(move |row| row.person_id == one),
        ),
        (
            Filter::All(vec![
                prefix(PersonColumn::DisplayName, "Bert"),
                enabled.clone(),
            ]),
            Box::new(|row| row.display_name.starts_with("Bert") && row.enabled == Some(true)),
        ),
        (
            Filter::Any(vec![
                equal(PersonColumn::UserName, "ada"),
                equal(PersonColumn::UserName, "user39"),
                prefix(PersonColumn::UserName, "user0"),
            ]),
            Box::new(|row| {
                ["ada", "user39"].contains(&row.user_name.as_str())
                    || row.user_name.starts_with("user0")
            }),
        ),
        (
            Filter::Any(vec![
                equal(PersonColumn::UserName, "ada"),
                equal(PersonColumn::Mail, "m02@EXAMPLE.org"),
            ]),
            Box::new(|row| row.user_name == "ada" || row.user_name == "user02"),
        ),
        (
            Filter::Not(Box::new(prefix(PersonColumn::UserName, "user"))),
            Box::new(|row| row.user_name == "ada"),
        ),
        (
            is(
                PersonColumn::DisplayName,
                Test::Words(vec!["exam".into(), "12".into()]),
            ),
            Box::new(|row| row.display_name.ends_with("12")),
        ),
    ]
}

#[test]
fn every_filter_and_order_gives_what_reading_everybody_gives() {
    in_each_house(async |house| {
        fill(&house).await;
        let everybody = walk(&house, &ListQuery::first(7)).await;
        assert_eq!(everybody.len(), 41);
        assert!(names(&everybody).is_sorted());
        let cases = cases(everybody[5].person_id);
        let orders = [
            None,
            Some((PersonColumn::UserName, Direction::Descending)),
            Some((PersonColumn::DisplayName, Direction::Ascending)),
            Some((PersonColumn::DisplayName, Direction::Descending)),
            Some((PersonColumn::CreatedAt, Direction::Ascending)),
            Some((PersonColumn::CreatedAt, Direction::Descending)),
        ];
        for (filter, keeps) in &cases {
            let mut expected: Vec<_> = everybody
                .iter()
                .filter(|row| keeps(row))
                .map(|row| row.person_id)
                .collect();
            expected.sort_unstable();
            assert!(!expected.is_empty(), "{filter:?}");
            for order in orders {
                let query = ListQuery {
                    filter: Some(filter.clone()),
                    order,
                    count: true,
                    ..ListQuery::first(7)
                };
                let rows = walk(&house, &query).await;
                let mut found: Vec<_> = rows.iter().map(|row| row.person_id).collect();
                found.sort_unstable();
                assert_eq!(found, expected, "{filter:?} {order:?}");
                match order {
                    Some((PersonColumn::UserName, _)) => {
                        assert!(names(&rows).is_sorted_by(|one, other| one > other))
                    }
                    Some((PersonColumn::DisplayName, Direction::Ascending)) => {
                        assert!(rows.is_sorted_by_key(|row| row.display_name.to_lowercase()));
                    }
                    Some((PersonColumn::CreatedAt, Direction::Ascending)) => {
                        assert!(rows.is_sorted_by_key(|row| row.created_at))
                    }
                    _ => {}
                }
                let page = people::list_records(house.identity(), SHELL, query)
                    .await
                    .unwrap();
                assert_eq!(page.count, Some(expected.len() as u64), "{filter:?}");
            }
        }
        // Without a filter the count comes from the database.
        let query = ListQuery {
            count: true,
            ..ListQuery::first(1)
        };
        let page = people::list_records(house.identity(), SHELL, query)
            .await
            .unwrap();
        assert_eq!(
            (page.count, page.rows.len(), page.next.is_some()),
            (Some(41), 1, true)
        );
        let query = ListQuery {
            order: Some((PersonColumn::Mail, Direction::Ascending)),
            ..ListQuery::first(1)
        };
        refused(
            people::list_records(house.identity(), SHELL, query).await,
            "list.query_unfit",
        );
    });
}

#[test]
fn the_deleted_are_in_no_list_but_their_own() {
    in_each_house(async |house| {
        fill(&house).await;
        let identity = house.identity();
        let bob = people::read_by_name(identity, SHELL, "user07")
            .await
            .unwrap();
        people::delete(identity, SHELL, bob.person_id, None)
            .await
            .unwrap();
        for order in [
            None,
            Some((PersonColumn::DisplayName, Direction::Ascending)),
            Some((PersonColumn::CreatedAt, Direction::Descending)),
        ] {
            let query = ListQuery {
                order,
                ..ListQuery::first(7)
            };
            let rows = walk(&house, &query).await;
            assert_eq!(rows.len(), 40);
            assert!(!names(&rows).contains(&"user07"));
        }
        let deleted = people::list_deleted(identity, SHELL, ListQuery::first(10))
            .await
            .unwrap();
        assert_eq!(names(&deleted.rows), ["user07"]);
    });
}

#[test]
fn next_links_are_ours_and_belong_to_their_list() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let identity = house.identity();
        let cursor = Cursor {
            key: Value::Text("ada".to_owned()),
            id: identity.tenant_id(),
        };
        let token = paging::write_token(identity, &["users", "filter"], &cursor);
        paging::read_token(identity, &["users", "filter"], &token).unwrap();
        for other in [
            &["users", "other"][..],
            &["groups", "filter"],
            &["usersfilter"],
        ] {
            refused(
                paging::read_token(identity, other, &token),
                "list.cursor_unfit",
            );
        }
        let mut forged = token.clone();
        forged.pop();
        for bad in ["", "AAAA", "no base64url!", forged.as_str()] {
            refused(
                paging::read_token(identity, &["users", "filter"], bad),
                "list.cursor_unfit",
            );
        }
    });
}

#[test]
fn groups_are_found_by_name() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let identity = house.identity();
        for name in ["Pilots Berlin", "pilots hamburg", "Crew"] {
            make_group(&house, name).await;
        }
        let list = async |filter: Filter<GroupColumn>| {
            let query = ListQuery {
                filter: Some(filter),
                count: true,
                ..ListQuery::first(10)
            };
            groups::list(identity, SHELL, query).await.unwrap()
        };
        let page = list(Filter::Is(
            GroupColumn::DisplayName,
            Test::Prefix("PILOTS".into()),
        ))
        .await;
        let found: Vec<_> = page
            .rows
            .iter()
            .map(|row| row.display_name.as_str())
            .collect();
        assert_eq!(
            (found, page.count),
            (vec!["Pilots Berlin", "pilots hamburg"], Some(2))
        );
        let page = list(Filter::Is(
            GroupColumn::DisplayName,
            Test::Words(vec!["Ham".into()]),
        ))
        .await;
        assert_eq!(page.rows.len(), 1);
        let query = ListQuery {
            order: Some((GroupColumn::DisplayName, Direction::Descending)),
            ..ListQuery::first(2)
        };
        let page = groups::list(identity, SHELL, query).await.unwrap();
        let found: Vec<_> = page
            .rows
            .iter()
            .map(|row| row.display_name.as_str())
            .collect();
        assert_eq!(found, ["pilots hamburg", "Pilots Berlin"]);
        assert!(page.next.is_some());
    });
}
