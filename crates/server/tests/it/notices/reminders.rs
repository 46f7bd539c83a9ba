//! Whoever has a passkey that time is about to end is told in time.

use identity::DAY;
use identity::policies;
use identity::policies::profiles::{Document, Profile, Strictness};

use super::*;

async fn save(house: &House, change: impl FnOnce(&mut Profile)) {
    let mut document = Document::default();
    change(&mut document.profiles[0]);
    let saved = policies::save(
        house.identity(),
        COMMAND_LINE,
        None,
        &document,
        Strictness::Own,
        "",
    );
    saved.await.unwrap();
}

/// Days go by on two nodes that run; gives what Bob was told, by the day.
async fn pass(house: &House, office: &PostOffice, days: usize) -> Vec<(usize, Heard)> {
    let mut told = Vec::new();
    for day in 1..=days {
        house.advance(DAY);
        for node in [0, 1, 0, 1] {
            identity::tenant::tick_minute(house.identity_at(node))
                .await
                .unwrap();
        }
        deliver(house.identity()).await;
        told.extend(office.take().into_iter().map(|heard| (day, heard)));
    }
    told
}

fn days_of(told: &[(usize, Heard)]) -> Vec<usize> {
    told.iter().map(|(day, _)| *day).collect()
}

#[test]
fn disuse_is_told_of_thirty_and_seven_days_before_and_once_each() {
    in_each_house(async |mut house: House| {
        house.add_node().await;
        let (office, _, mut bob, _) = with_bob(&house).await;
        save(&house, |it| it.max_unused_days = Some(40)).await;
        bob.sign_in().await.ok();
        let told = pass(&house, &office, 38).await;
        assert_eq!(days_of(&told), [10, 33]);
        for (_, heard) in &told {
            assert_eq!(heard.header("Subject"), "A passkey will end soon");
            for part in [heard.part("text/plain"), heard.part("text/html")] {
                assert!(part.contains("unless you sign in with it"), "{part}");
                assert!(part.contains("/security-info"), "{part}");
                assert!(!part.contains("/not-me"), "nothing happened: {part}");
            }
        }
        // Used in time: it begins anew.
        bob.browser = house.browser();
        bob.sign_in().await.ok();
        let told = pass(&house, &office, 60).await;
        assert_eq!(days_of(&told), [10, 33], "and nothing once it is over");
    });
}

#[test]
fn age_is_told_of_and_what_is_short_only_shortly_before() {
    in_each_house(async |mut house: House| {
        house.add_node().await;
        let (office, _, mut bob, _) = with_bob(&house).await;
        assert!(pass(&house, &office, 3).await.is_empty(), "no limit");
        bob.browser = house.browser();
        bob.sign_in().await.ok();
        save(&house, |it| it.max_age_days = Some(20)).await;
        let told = pass(&house, &office, 30).await;
        assert_eq!(days_of(&told), [10]);
        let text = told[0].1.part("text/plain");
        assert!(text.contains("Create another one before then"), "{text}");
        assert!(text.contains("11 December 2026"), "{text}");
        // What is long past is forgotten.
        pass(&house, &office, 31).await;
        assert!(house.run_sql("SELECT 'left' FROM reminder").is_empty());
    });
}
