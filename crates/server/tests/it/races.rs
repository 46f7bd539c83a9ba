//! What happens at once: the right one wins (security 3 and 4).

use serde_json::{Value, json};
use testkit::{Answer, Backend, Browser, Device, House, Offer, on_each_backend, passkey_id};

use crate::{at_once, brief, count, in_each_house};

#[test]
fn security_04_two_parallel_removals_leave_one() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for round in 0..5 {
            let mut second = Device::device_bound();
            ada.add_device(&mut second).await;
            let mut other = house.browser();
            other.sign_in(&mut second).await.ok();
            other.hold_token().await;
            ada.browser.hold_token().await;
            let (first_id, second_id) = (ada.passkey_id(), passkey_id(&second));
            let removals = [(ada.browser.clone(), second_id), (other, first_id)]
                .map(|(mut browser, id)| async move { browser.remove_passkey(&id).await });
            let answers = at_once(removals.into()).await;
            assert_eq!(
                count(&answers, 200),
                1,
                "round {round}: {:?}",
                brief(&answers)
            );
            if answers[1].status == 200 {
                ada.device = second;
                ada.browser.forget();
            }
            // The loser's own session may have ended with its passkey, or it met the last one.
            let loser = answers.iter().find(|it| it.status != 200).unwrap();
            assert!(
                ["passkey.last", "session.none", "store.moved"].contains(&loser.code().as_str()),
                "{}",
                loser.text()
            );
            ada.sign_in().await.ok();
            assert_eq!(house.security_info(&ada.browser).await.passkeys.len(), 1);
        }
    });
}

#[test]
fn security_04_eleven_registrations_at_once_make_ten() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut work = Vec::new();
        for _ in 0..11 {
            let offer = ada.browser.begin_add().await;
            let response = ada.browser.create(&mut Device::synced(), &offer);
            let mut tab = ada.browser.clone();
            work.push(async move { tab.finish_add(&offer, &response).await });
        }
        let answers = at_once(work).await;
        assert_eq!(count(&answers, 200), 9, "{:?}", brief(&answers));
        for answer in answers.into_iter().filter(|it| it.status != 200) {
            answer.refused(409, "passkey.too_many");
        }
        assert_eq!(house.security_info(&ada.browser).await.passkeys.len(), 10);
    });
}

#[test]
fn security_03_a_removal_beats_a_sign_in_under_way() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for round in 0..8 {
            let mut key = Device::device_bound();
            ada.add_device(&mut key).await;
            let mut other = house.browser();
            let offer = other.challenge().await;
            let response = other.answer(&mut key, &offer);
            let (id, mut remover, mut signer) =
                (passkey_id(&key), ada.browser.clone(), other.clone());
            let removal = tokio::spawn(async move { remover.remove_passkey(&id).await });
            let sign_in = tokio::spawn(async move {
                let answer = signer.finish_sign_in(&offer, &response).await;
                (answer, signer)
            });
            removal.await.unwrap().ok();
            let (answer, mut signer) = sign_in.await.unwrap();
            assert!(
                [200, 401, 409].contains(&answer.status.as_u16()),
                "round {round}: {}",
                answer.text()
            );
            // Whatever the order was: after the removal was answered nobody is in by that passkey.
            assert!(
                !signer.is_signed_in().await,
                "round {round}: {}",
                answer.text()
            );
            if answer.status != 200 {
                assert!(!signer.has_session());
            }
        }
    });
}

#[test]
fn security_03_disabling_beats_a_sign_in_under_way() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        for round in 0..8 {
            let mut other = house.browser();
            let offer = other.challenge().await;
            let response = other.answer(&mut bob.device, &offer);
            let body = json!({ "personId": bob.person_id });
            let (mut disabler, wanted) = (ada.browser.clone(), body.clone());
            let disabling =
                tokio::spawn(async move { disabler.post("/people/disable", wanted).await });
            let sign_in = tokio::spawn(async move {
                let answer = other.finish_sign_in(&offer, &response).await;
                (answer, other)
            });
            disabling.await.unwrap().ok();
            let (answer, mut other) = sign_in.await.unwrap();
            assert!(
                [200, 403, 409].contains(&answer.status.as_u16()),
                "round {round}: {}",
                answer.text()
            );
            assert!(!other.is_signed_in().await, "round {round}");
            ada.browser.post("/people/enable", body).await.ok();
        }
    });
}

#[test]
fn the_same_registration_at_once_is_kept_once() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let offer = ada.browser.begin_add().await;
        let response = ada.browser.create(&mut Device::synced(), &offer);
        let tries = (0..6).map(|_| {
            let (mut tab, offer, response) = (ada.browser.clone(), offer.clone(), response.clone());
            async move { tab.finish_add(&offer, &response).await }
        });
        let answers = at_once(tries.collect()).await;
        assert_eq!(count(&answers, 200), 1, "{:?}", brief(&answers));
        for loser in answers.iter().filter(|it| it.status != 200) {
            assert!(
                ["state.spent", "registration.credential_exists"].contains(&loser.code().as_str()),
                "{}",
                loser.text()
            );
            // A retry that lost must not make the page tell the provider to delete the good passkey.
            assert!(
                loser.json()["error"]["signalUnknownCredential"].is_null(),
                "{}",
                loser.text()
            );
        }
        assert_eq!(house.security_info(&ada.browser).await.passkeys.len(), 2);
    });
}

#[test]
fn two_administrators_cannot_make_one_name_twice() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let mut tab = ada.browser.clone();
        tab.hold_token().await;
        let tries = (0..6).map(|_| {
            let mut tab = tab.clone();
            async move {
                tab.post(
                    "/people/add",
                    json!({ "userName": "bob", "displayName": "Bob" }),
                )
                .await
            }
        });
        let answers = at_once(tries.collect()).await;
        assert_eq!(
            (count(&answers, 200), count(&answers, 409)),
            (1, 5),
            "{:?}",
            brief(&answers)
        );
    });
}

#[test]
fn many_people_sign_in_at_once() {
    in_each_house(async |house| {
        let ada = house.administrator("ada").await;
        let tries = (0..24).map(|_| {
            let (mut browser, mut device) = (house.browser(), ada.device.clone());
            async move {
                let answer = browser.sign_in(&mut device).await;
                (answer.status, browser.is_signed_in().await)
            }
        });
        let outcomes = at_once(tries.collect()).await;
        assert!(
            outcomes
                .iter()
                .all(|(status, signed_in)| *status == 200 && *signed_in),
            "{outcomes:?}"
        );
        assert_eq!(house.security_info(&ada.browser).await.sessions.len(), 25);
    });
}

/// How many deadlocks PostgreSQL had to break in this house's database. The connections that met them must be
/// closed: they tell when they end.
fn count_deadlocks(house: &House) -> u32 {
    if house.backend() == &Backend::Sqlite {
        // One writer: there is nothing to wait for in a circle.
        return 0;
    }
    let counted =
        "SELECT CAST(deadlocks AS TEXT) FROM pg_stat_database WHERE datname = current_database()";
    house.run_sql(counted)[0].parse().unwrap()
}

/// A tab of each browser does one thing.
enum Change {
    Rename(String),
    Remove(String),
    End(String),
    Reauthenticate(Offer, Value),
}

async fn change(mut tab: Browser, change: Change) -> Answer {
    match change {
        Change::Rename(id) => tab.rename_passkey(&id, "renamed").await,
        Change::Remove(id) => tab.remove_passkey(&id).await,
        Change::End(id) => {
            let body = json!({ "sessionId": id });
            tab.post("/security-info/sessions/end", body).await
        }
        Change::Reauthenticate(offer, response) => {
            tab.finish_reauthentication(&offer, &response).await
        }
    }
}

/// Everything that touches somebody's sessions and passkeys, at once and crosswise: each asks from a session of its
/// own about another. Person, sessions, credentials is the order everywhere, so they wait for each other, and none
/// has to be broken off by the database a second later.
#[test]
fn changes_of_one_person_at_once_do_not_deadlock() {
    on_each_backend(async |backend| {
        let mut house = House::open_with(backend, |settings| {
            settings.changes_per_person = 1_000_000;
        })
        .await;
        let mut ada = house.administrator("ada").await;
        for _ in 0..8 {
            let mut tabs = vec![(ada.browser.clone(), ada.device.clone())];
            for _ in 0..3 {
                let mut device = Device::device_bound();
                ada.add_device(&mut device).await;
                let mut browser = house.browser();
                browser.sign_in(&mut device).await.ok();
                tabs.push((browser, device));
            }
            let mut sessions = Vec::new();
            for (browser, _) in &mut tabs {
                browser.hold_token().await;
                sessions.push(house.session(browser).await.session_id.to_string());
            }
            let mut confirmations = Vec::new();
            for at in [1, 2] {
                let (browser, device) = &mut tabs[at];
                let offer = browser.begin_reauthentication().await;
                let response = browser.answer(device, &offer);
                confirmations.push(Change::Reauthenticate(offer, response));
            }
            let (two, one) = (confirmations.pop().unwrap(), confirmations.pop().unwrap());
            let passkey = |at: usize| passkey_id(&tabs[at].1);
            let session = |at: usize| sessions[at].clone();
            let work = [
                (1, one),
                (1, Change::End(session(2))),
                (2, Change::End(session(1))),
                (2, Change::Rename(passkey(2))),
                (0, Change::Remove(passkey(2))),
                (1, Change::Rename(passkey(1))),
                (2, Change::Remove(passkey(1))),
                (3, Change::End(session(1))),
                (2, two),
                (1, Change::Remove(passkey(3))),
                (3, Change::Rename(passkey(3))),
            ];
            let work = work.map(|(tab, what)| change(tabs[tab].0.clone(), what));
            let answers = at_once(work.into()).await;
            assert!(
                answers.iter().all(|it| it.status.as_u16() < 500),
                "{:?}",
                brief(&answers)
            );
            for at in 1..=3 {
                ada.browser.remove_passkey(&passkey(at)).await;
            }
            assert_eq!(house.security_info(&ada.browser).await.passkeys.len(), 1);
        }
        house.restart().await;
        assert_eq!(count_deadlocks(&house), 0);
    });
}
