//! A session that was live when the handler read it and is not when the unit is written changes nothing
//! (security 3). HTTP does both in one request, so the use cases are called directly.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use identity::people::{self, Actor, PersonView};
use identity::roles::{self, Role};
use identity::{Caller, Class, Refusal, Session, passkeys, sessions};
use testkit::{Backend, Device, House, Offer, Person, on_each_backend, passkey_id};

use crate::{at_once, in_each_house};

/// How a session ends behind its holder's back.
#[derive(Debug, Clone, Copy)]
enum End {
    Session,
    Disabled,
    Passkey,
}

/// What the holder of a session that is over tries with it.
struct Stale {
    caller: Caller,
    session: Session,
    creation: passkeys::Creation,
    response: String,
    /// Of the holder, not the one that opened the session.
    spare_passkey: String,
    other_session: identity::Id,
    newcomer: PersonView,
    bob: PersonView,
}

/// Makes somebody a second Global Administrator.
async fn promote(house: &House, user_name: &str) {
    let shell = Actor::CommandLine { os_user: "root" };
    let person = house.find(user_name).await.person_id;
    roles::assign(house.identity(), shell, Role::GlobalAdministrator, person)
        .await
        .unwrap();
}

/// Reads the session, prepares everything, and ends the session then.
async fn prepare(house: &House, end: End) -> (Stale, Person) {
    let mut ada = house.administrator("ada").await;
    let mut bob = house.person(&mut ada, "bob").await;
    promote(house, "bob").await;
    house.invite(&mut ada, "newcomer").await;
    let (mut second, mut spare) = (Device::synced(), Device::synced());
    ada.add_device(&mut second).await;
    ada.add_device(&mut spare).await;
    let mut other = house.browser();
    other.sign_in(&mut second).await.ok();

    let (session, caller) = (house.session(&ada.browser).await, house.caller());
    let creation = passkeys::begin_add(house.identity(), &caller, &session)
        .await
        .unwrap();
    let offer = Offer {
        state: creation.state.clone(),
        options: serde_json::to_value(&creation.options).unwrap(),
    };
    let response = ada
        .browser
        .create(&mut Device::synced(), &offer)
        .to_string();
    let stale = Stale {
        caller,
        creation,
        response,
        spare_passkey: passkey_id(&spare),
        other_session: house.session(&other).await.session_id,
        newcomer: house.find("newcomer").await,
        bob: house.find("bob").await,
        session,
    };
    let target = serde_json::json!({ "sessionId": stale.session.session_id.to_string() });
    match end {
        End::Session => other.post("/security-info/sessions/end", target).await.ok(),
        End::Passkey => other.remove_passkey(&ada.passkey_id()).await.ok(),
        End::Disabled => {
            let person = house.find("ada").await.person_id.to_string();
            let body = serde_json::json!({ "personId": person });
            bob.browser.post("/people/disable", body).await.ok()
        }
    };
    (stale, bob)
}

#[track_caller]
fn assert_over<T: std::fmt::Debug>(end: End, what: &str, outcome: Result<T, Refusal>) {
    let refusal = outcome.expect_err(what);
    let expected: &[&str] = match end {
        // The account's roles are read live, and before.
        End::Disabled => &["session.none", "role.insufficient"],
        End::Session | End::Passkey => &["session.none"],
    };
    assert!(
        expected.contains(&refusal.code.id),
        "{end:?} {what}: {refusal}"
    );
    assert_ne!(refusal.code.class, Class::Internal);
}

async fn try_everything(house: &House, stale: &Stale, end: End) {
    let (identity, caller, session) = (house.identity(), &stale.caller, &stale.session);
    let actor = Actor::Person(caller, session);
    let (newcomer, bob) = (stale.newcomer.person_id, stale.bob.person_id);
    let added = people::add(identity, actor, "eve", "Eve").await;
    assert_over(end, "add", added);
    let link = people::make_link(identity, actor, newcomer).await;
    assert_over(end, "make_link", link);
    let disabled = people::disable(identity, actor, bob).await;
    assert_over(end, "disable", disabled);
    let renamed = people::rename(identity, actor, bob, "robert", "Robert").await;
    assert_over(end, "rename a person", renamed);
    let renamed = passkeys::rename(identity, caller, session, &stale.spare_passkey, "Stolen").await;
    assert_over(end, "rename", renamed);
    let removed = passkeys::remove(identity, caller, session, &stale.spare_passkey).await;
    assert_over(end, "remove", removed);
    let ended = sessions::end(identity, caller, session, stale.other_session).await;
    assert_over(end, "end", ended);
}

fn count_passkeys(house: &House) -> usize {
    house
        .run_sql("SELECT status FROM credential WHERE status = 'active'")
        .len()
}

#[test]
fn security_03_a_session_that_ended_since_it_was_read_changes_nothing() {
    on_each_backend(async |backend| {
        for end in [End::Session, End::Disabled, End::Passkey] {
            let house = House::open(backend.clone()).await;
            let (stale, _) = prepare(&house, end).await;
            let (rows, passkeys_before) = (house.count_rows(), count_passkeys(&house));
            try_everything(&house, &stale, end).await;
            assert_eq!(house.count_rows(), rows, "{end:?}");
            assert!(!house.holds("Stolen") && !house.holds("robert"), "{end:?}");
            assert!(house.find("bob").await.enabled);

            // A registration is spent and recorded, and makes nothing.
            let added = passkeys::finish_add(
                house.identity(),
                &stale.caller,
                &stale.session,
                &stale.creation.state,
                stale.response.as_bytes(),
            )
            .await;
            assert_over(end, "finish_add", added);
            assert_eq!(count_passkeys(&house), passkeys_before, "{end:?}");
            assert_eq!(
                house.count_rows(),
                rows + 2,
                "{end:?}: the spent state and the record"
            );
        }
    });
}

/// The other way round: with the session alive every one of these succeeds, so the refusals above mean something.
#[test]
fn security_03_the_same_with_a_live_session_succeeds() {
    in_each_house(async |house| {
        let (stale, mut bob) = prepare(&house, End::Session).await;
        bob.browser.hold_token().await;
        let (identity, caller) = (house.identity(), &stale.caller);
        let session = &house.session(&bob.browser).await;
        let actor = Actor::Person(caller, session);
        people::add(identity, actor, "eve", "Eve").await.unwrap();
        people::make_link(identity, actor, stale.newcomer.person_id)
            .await
            .unwrap();
        people::rename(identity, actor, stale.newcomer.person_id, "new", "New")
            .await
            .unwrap();
        people::disable(identity, actor, stale.newcomer.person_id)
            .await
            .unwrap();
        let mut second = Device::synced();
        bob.add_device(&mut second).await;
        passkeys::rename(identity, caller, session, &passkey_id(&second), "Mine")
            .await
            .unwrap();
        passkeys::remove(identity, caller, session, &passkey_id(&second))
            .await
            .unwrap();
        let mut other = house.browser();
        other.sign_in(&mut bob.device).await.ok();
        let target = house.session(&other).await.session_id;
        sessions::end(identity, caller, session, target)
            .await
            .unwrap();
        assert!(!other.is_signed_in().await);
    });
}

/// The ids of `allAccepted`, sorted.
fn accepted(body: &serde_json::Value) -> Vec<String> {
    let list = &body["signals"]["allAccepted"]["allAcceptedCredentialIds"];
    let mut ids: Vec<String> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

fn joined(ids: &[String], more: &str) -> Vec<String> {
    let mut ids = ids.to_vec();
    ids.push(more.to_owned());
    ids.sort();
    ids
}

/// Security 24: a sign-in and a registration at once: each list is the one before or the one after, and the
/// registration's has everything.
#[test]
fn security_24_lists_are_whole_while_a_passkey_is_added() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let known = [ada.passkey_id()];
        for round in 0..30 {
            // Else the limit of tries would answer.
            house.advance(10 * identity::SECOND);
            ada.reauthenticate().await.ok();
            let mut device = Device::synced();
            let adding = ada.browser.begin_add().await;
            let made = ada.browser.create(&mut device, &adding);
            let mut other = house.browser();
            let offer = other.challenge().await;
            let response = other.answer(&mut ada.device, &offer);
            let mut tab = ada.browser.clone();
            let add = tokio::spawn(async move { tab.finish_add(&adding, &made).await });
            let sign_in =
                tokio::spawn(async move { other.finish_sign_in(&offer, &response).await });
            let added = accepted(&add.await.unwrap().ok());
            let signed_in = accepted(&sign_in.await.unwrap().ok());
            let all = joined(&known, &passkey_id(&device));
            assert_eq!(added, all, "round {round}");
            assert!(
                signed_in == all || signed_in == known,
                "round {round}: {signed_in:?}"
            );
            // Now that both are done the next list has everything.
            let next = house.browser().sign_in(&mut ada.device).await.ok();
            assert_eq!(accepted(&next), all, "round {round}");
            let id = passkey_id(&device);
            ada.browser.remove_passkey(&id).await.ok();
        }
    });
}

/// Security 24: a sign-in that is answered after a passkey was added names that passkey, however early it read: the
/// provider of a passkey that is missing in the list may delete it.
#[test]
fn security_24_a_slow_sign_in_tells_no_stale_list() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut device = Device::synced();
        let adding = ada.browser.begin_add().await;
        let made = ada.browser.create(&mut device, &adding);
        let mut other = house.browser();
        let offer = other.challenge().await;
        let response = other.answer(&mut ada.device, &offer);
        let mut tab = ada.browser.clone();
        let answered = Arc::new(AtomicUsize::new(0));
        let numbers = [answered.clone(), answered];
        let [first, second] = numbers.map(|it| move || it.fetch_add(1, Ordering::SeqCst));
        let add = async move { (tab.finish_add(&adding, &made).await, first()) };
        let sign_in = async move { (other.finish_sign_in(&offer, &response).await, second()) };
        let pause = || tokio::time::sleep(Duration::from_millis(250));

        let held = house.hold("sign_in", Duration::from_millis(900));
        pause().await;
        let (added, signed_in) = match house.backend() {
            // One writer: the registration queues first, the sign-in, which read before, second.
            Backend::Sqlite => {
                let add = tokio::spawn(add);
                pause().await;
                let sign_in = tokio::spawn(sign_in);
                (add.await.unwrap(), sign_in.await.unwrap())
            }
            // The sign-in has read and waits for its last row; the registration waits for it, or overtakes it.
            Backend::Postgres { .. } => {
                let sign_in = tokio::spawn(sign_in);
                pause().await;
                let add = tokio::spawn(add);
                (add.await.unwrap(), sign_in.await.unwrap())
            }
        };
        held.join().unwrap();
        let all = joined(&[ada.passkey_id()], &passkey_id(&device));
        assert_eq!(accepted(&added.0.ok()), all);
        let told = accepted(&signed_in.0.ok());
        if added.1 < signed_in.1 {
            assert_eq!(told, all, "answered last, read first");
        }
    });
}

/// Who signs in while another passkey of theirs is removed is told the list before or the one after.
#[test]
fn security_24_lists_are_whole_while_passkeys_go() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        for round in 0..10 {
            house.advance(10 * identity::SECOND);
            ada.reauthenticate().await.ok();
            let mut device = Device::synced();
            ada.add_device(&mut device).await;
            let (first, second) = (ada.passkey_id(), passkey_id(&device));
            let mut remover = ada.browser.clone();
            let mut other = house.browser();
            let offer = other.challenge().await;
            let response = other.answer(&mut ada.device, &offer);
            let id = second.clone();
            let work: Vec<std::pin::Pin<Box<dyn Future<Output = testkit::Answer> + Send>>> = vec![
                Box::pin(async move { remover.remove_passkey(&id).await }),
                Box::pin(async move { other.finish_sign_in(&offer, &response).await }),
            ];
            let mut answers = at_once(work).await;
            let signed_in = accepted(&answers.pop().unwrap().ok());
            let removed = accepted(&answers.pop().unwrap().ok());
            let before = joined(std::slice::from_ref(&first), &second);
            assert_eq!(removed, std::slice::from_ref(&first), "round {round}");
            assert!(
                signed_in == before || signed_in == [first],
                "round {round}: {signed_in:?}"
            );
        }
    });
}
