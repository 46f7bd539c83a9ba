//! Several nodes, several things at once.

use identity::outbox::{self, Outcome};
use identity::{MINUTE, people};

use super::receiver::Answer;
use super::*;

/// Some sessions of one person, all of which know the application; all end in one unit.
async fn end_many(house: &House, receiver: &Receiver, many: usize) -> Vec<String> {
    let mut ada = house.administrator("ada").await;
    let app = told_at(house, "Told", receiver).await;
    let mut all = Vec::new();
    for _ in 0..many {
        all.push(sid(house, &app, &mut ada).await);
        ada.browser = house.browser();
        ada.sign_in().await.ok();
    }
    all.sort();
    let person = house.find("ada").await.person_id;
    people::end_sessions(house.identity(), COMMAND_LINE, person)
        .await
        .unwrap();
    assert_eq!(waiting(house), many);
    all
}

#[test]
fn two_nodes_deliver_each_message_once() {
    in_each_house(async |mut house: House| {
        house.add_node().await;
        let mut receiver = Receiver::open().await;
        let all = end_many(&house, &receiver, 25).await;
        while waiting(&house) > 0 {
            let work = [0, 1, 0, 1].map(|node| {
                let identity = house.identity_at(node).clone();
                async move { courier().step(&identity).await.unwrap() }
            });
            crate::at_once(work.into_iter().collect()).await;
        }
        assert_eq!(sids(&house, &mut receiver).await, all);
    });
}

#[test]
fn a_node_that_dies_with_a_lease_is_followed_by_another() {
    in_each_house(async |mut house: House| {
        let other = house.add_node().await;
        let mut receiver = Receiver::open().await;
        let all = end_many(&house, &receiver, 2).await;
        // The first node took both and says nothing more.
        let mut taken = outbox::take_due(house.identity()).await.unwrap();
        assert_eq!(taken.deliveries.len(), 2);
        let late = taken.deliveries.pop().unwrap();
        drop(taken);
        deliver(house.identity_at(other)).await;
        house.advance(MINUTE - 1);
        deliver(house.identity_at(other)).await;
        assert!(receiver.take().is_empty(), "it may still be at it");
        house.advance(1);
        receiver.answer(Answer::Status(500));
        deliver(house.identity_at(other)).await;
        assert_eq!(receiver.take().len(), 2);
        // The first wakes up: what it holds is not its own any more, however it went.
        outbox::finish(house.identity(), late, Outcome::Delivered)
            .await
            .unwrap();
        assert_eq!(waiting(&house), 2);
        receiver.answer(Answer::Status(200));
        house.advance(5 * SECOND);
        deliver(house.identity_at(other)).await;
        assert_eq!(sids(&house, &mut receiver).await, all);
        assert_eq!(waiting(&house), 0);
    });
}

#[test]
fn a_session_that_two_nodes_end_at_once_is_told_once() {
    in_each_house(async |mut house: House| {
        house.add_node().await;
        let mut receiver = Receiver::open().await;
        let mut ada = house.administrator("ada").await;
        let app = told_at(&house, "Told", &receiver).await;
        let person = house.find("ada").await.person_id;
        let known = sid(&house, &app, &mut ada).await;
        house.advance(SECOND);
        let work = (0..6).map(|number| {
            let mut browser = house.moved_to(&ada.browser, number % 2);
            let identity = house.identity_at(number % 2).clone();
            async move {
                match number {
                    0..3 => drop(browser.sign_out().await),
                    _ => drop(people::end_sessions(&identity, COMMAND_LINE, person).await),
                }
            }
        });
        crate::at_once(work.collect()).await;
        assert!(!ada.browser.is_signed_in().await);
        assert_eq!(waiting(&house), 1);
        deliver(house.identity()).await;
        assert_eq!(sids(&house, &mut receiver).await, [known]);
    });
}

/// Whoever got an id token while the session ended is told of it; whoever got none is not.
#[test]
fn a_sign_in_to_an_application_is_not_overtaken_by_the_sessions_end() {
    in_each_house(async |mut house: House| {
        house.add_node().await;
        let mut receiver = Receiver::open().await;
        let mut ada = house.administrator("ada").await;
        let app = told_at(&house, "Told", &receiver).await;
        let person = house.find("ada").await.person_id;
        for round in 0..10 {
            house.advance(SECOND);
            let code = code_of(&ask(&mut ada.browser, &app, &[]).await);
            let (app_id, secret) = (app.app_id.to_string(), app.secret.clone());
            let (browser, identity) = (house.browser(), house.identity_at(1).clone());
            let redeem = async move {
                let form = super::super::redeem_form(&app_id, &code, &[("client_secret", &secret)]);
                let answer = browser.ask_token(super::super::TOKEN, &form).await;
                usize::from(answer.status == 200)
            };
            let end = async move {
                if round % 2 == 0 {
                    tokio::task::yield_now().await;
                }
                let ended = people::end_sessions(&identity, COMMAND_LINE, person).await;
                ended.unwrap();
                0
            };
            let (redeem, end) = (tokio::spawn(redeem), tokio::spawn(end));
            let got = redeem.await.unwrap() + end.await.unwrap();
            assert_eq!(waiting(&house), got);
            deliver(house.identity()).await;
            assert_eq!(receiver.take().len(), got);
            ada.sign_in().await.ok();
        }
    });
}
