//! What comes of a letter, and how the next try goes.

use identity::outbox;
use identity::{DAY, HOUR, MINUTE, SECOND};

use super::*;

#[test]
fn what_is_deferred_is_tried_again_and_holds_up_nobody() {
    in_each_house(async |house| {
        let (office, mut ada, _, id) = with_bob(&house).await;
        house.person(&mut ada, "carol").await;
        let carol = set_address(&house, "carol", Some("carol@example.org")).await;
        deliver(house.identity()).await;
        office.take();
        office.answer("bob@example.org", 451);
        make_pass(&house, id).await;
        make_pass(&house, carol).await;
        deliver(house.identity()).await;
        assert_eq!(one(&office).to, "carol@example.org");
        house.advance(SECOND);
        deliver(house.identity()).await;
        house.advance(5 * SECOND - 1);
        office.answer("bob@example.org", 250);
        deliver(house.identity()).await;
        assert!(office.take().is_empty(), "not before its time");
        house.advance(1);
        deliver(house.identity()).await;
        assert_eq!(one(&office).to, "bob@example.org");
        assert!(records(&house, "notice.server_failed").is_empty());
        assert_eq!(waiting(&house), 0);
    });
}

#[test]
fn a_server_that_fails_is_tried_again_and_told_of_once() {
    in_each_house(async |house| {
        let (office, _, _, id) = with_bob(&house).await;
        office.hang_up(true);
        make_pass(&house, id).await;
        deliver(house.identity()).await;
        for pause in [SECOND, 5 * SECOND] {
            house.advance(pause);
            deliver(house.identity()).await;
        }
        // Not listening at all is the same.
        set_mail(&house, 1).await;
        house.advance(30 * SECOND);
        deliver(house.identity()).await;
        let told = records(&house, "notice.server_failed");
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0]["cause"], "connect");
        // A server that takes nothing from our sender says nothing about Bob.
        let strict = PostOffice::open().await;
        strict.answer_sender(550);
        set_mail(&house, strict.port).await;
        house.advance(2 * MINUTE);
        deliver(house.identity()).await;
        assert_eq!((waiting(&house), undelivered(&house).await.len()), (1, 0));
        office.hang_up(false);
        set_mail(&house, office.port).await;
        house.advance(10 * MINUTE);
        deliver(house.identity()).await;
        assert_eq!(one(&office).to, "bob@example.org");
        assert_eq!(waiting(&house), 0);
    });
}

/// One that was told is not told again for another's sake.
#[test]
fn of_two_addresses_each_is_told_once() {
    in_each_house(async |house| {
        let (office, _, _, id) = with_bob(&house).await;
        set_address(&house, "bob", Some("new@example.org")).await;
        office.answer("new@example.org", 451);
        make_pass(&house, id).await;
        deliver(house.identity()).await;
        assert_eq!(one(&office).to, "bob@example.org");
        house.advance(SECOND);
        deliver(house.identity()).await;
        assert!(office.take().is_empty());
        assert_eq!(waiting(&house), 1);
        house.advance(5 * SECOND);
        office.answer("new@example.org", 250);
        deliver(house.identity()).await;
        assert_eq!(one(&office).to, "new@example.org");
        assert_eq!(waiting(&house), 0);
        // Whoever was told at one of them is told, also where the other is refused later.
        office.answer("new@example.org", 451);
        make_pass(&house, id).await;
        deliver(house.identity()).await;
        assert_eq!(one(&office).to, "bob@example.org");
        house.advance(SECOND);
        office.answer("new@example.org", 550);
        deliver(house.identity()).await;
        assert_eq!((waiting(&house), undelivered(&house).await.len()), (0, 0));
        assert!(records(&house, "notice.refused").is_empty());
    });
}

#[test]
fn settings_that_can_not_be_read_are_looked_at_ever_more_rarely() {
    in_each_house(async |house| {
        let (office, _, _, id) = with_bob(&house).await;
        house.run_sql("UPDATE mail_settings SET sealed = tenant_id");
        make_pass(&house, id).await;
        let mut tried = 0;
        for _ in 0..120 {
            tried += usize::from(mailer().step(house.identity()).await.is_err());
            house.advance(SECOND);
        }
        assert!((3..=8).contains(&tried), "{tried} tries in two minutes");
        // Nobody says that there was no mail.
        house.advance(3 * DAY);
        let given_up = outbox::give_up_notices(house.identity()).await.unwrap();
        assert_eq!((given_up.messages, given_up.alerts), (1, 1));
        let expected = [("pass_issued".to_owned(), Some("given_up".to_owned()))];
        assert_eq!(undelivered(&house).await, expected);
        assert!(office.take().is_empty());
    });
}

#[test]
fn after_a_day_it_is_given_up_with_an_alert() {
    in_each_house(async |house| {
        let (office, _, _, id) = with_bob(&house).await;
        office.hang_up(true);
        make_pass(&house, id).await;
        deliver(house.identity()).await;
        house.advance(DAY - 1);
        let none = outbox::give_up_notices(house.identity()).await.unwrap();
        assert_eq!((none.messages, none.alerts), (0, 0));
        house.advance(1);
        let one = outbox::give_up_notices(house.identity()).await.unwrap();
        assert_eq!((one.messages, one.alerts), (1, 1));
        let told = records(&house, "alert.notices_undelivered");
        assert_eq!(told.len(), 1);
        assert_eq!(told[0]["alert"], true);
        let expected = [("pass_issued".to_owned(), Some("given_up".to_owned()))];
        assert_eq!(undelivered(&house).await, expected);
        let left = "SELECT CAST(length(payload) AS TEXT) FROM outbox WHERE kind = 'undelivered'";
        assert_eq!(house.run_sql(left), ["0"]);
        // It is shown for a month.
        house.advance(29 * DAY);
        identity::tenant::tick_minute(house.identity())
            .await
            .unwrap();
        assert_eq!(undelivered(&house).await.len(), 0);
    });
}

#[test]
fn without_a_server_notices_wait_and_are_listed() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let session = house.session(&bob.browser).await;
        set_address(&house, "bob", Some("bob@example.org")).await;
        deliver(house.identity()).await;
        let listed = notices::list_undelivered(house.identity(), COMMAND_LINE).await;
        let listed = listed.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(listed[0].topic, "passkey_added");
        assert_eq!(listed[0].user_name.as_deref(), Some("bob"));
        assert!(!listed[0].is_over);
        // Who may not read the logs reads no such list.
        let caller = house.caller();
        let actor = Actor::Person(&caller, &session);
        let refused = notices::list_undelivered(house.identity(), actor).await;
        assert_eq!(refused.unwrap_err().code.id, "role.insufficient");
        house.advance(3 * DAY);
        outbox::give_up_notices(house.identity()).await.unwrap();
        let expected = [(
            "passkey_added".to_owned(),
            Some("not_configured".to_owned()),
        )];
        assert_eq!(undelivered(&house).await, expected);
        assert!(records(&house, "alert.notices_undelivered").is_empty());
    });
}

#[test]
fn two_nodes_send_each_letter_once() {
    in_each_house(async |mut house: House| {
        house.add_node().await;
        let (office, _, _, id) = with_bob(&house).await;
        for _ in 0..12 {
            make_pass(&house, id).await;
        }
        while waiting(&house) > 0 {
            let work = [0, 1, 0, 1].map(|node| {
                let identity = house.identity_at(node).clone();
                async move { mailer().step(&identity).await.unwrap() }
            });
            crate::at_once(work.into_iter().collect()).await;
        }
        let mut ids: Vec<String> = office
            .take()
            .iter()
            .map(|it| it.header("Message-ID"))
            .collect();
        let sent = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!((sent, ids.len()), (12, 12));
    });
}

#[test]
fn a_node_that_dies_with_a_lease_is_followed_by_another() {
    in_each_house(async |mut house: House| {
        let other = house.add_node().await;
        let (office, _, _, id) = with_bob(&house).await;
        make_pass(&house, id).await;
        let taken = outbox::take_due_notices(house.identity()).await.unwrap();
        assert_eq!(taken.dispatches.len(), 1);
        drop(taken);
        deliver(house.identity_at(other)).await;
        assert!(office.take().is_empty(), "it may still be at it");
        house.advance(MINUTE);
        deliver(house.identity_at(other)).await;
        assert_eq!(one(&office).to, "bob@example.org");
        house.advance(HOUR);
        deliver(house.identity()).await;
        assert!(office.take().is_empty());
    });
}

#[test]
fn security_27_the_password_is_sealed() {
    in_each_house(async |house| {
        house.administrator("ada").await;
        let password = mail::Zeroizing::new("correct horse".to_owned());
        let settings = MailSettings::new(
            "mail.example.org",
            None,
            Security::Tls,
            SENDER,
            Some(("claviger".to_owned(), password)),
            Some("de"),
        );
        mail::set(house.identity(), "test", &settings.unwrap())
            .await
            .unwrap();
        assert!(!house.holds("correct horse"));
        let found = mail::find(house.identity()).await.unwrap().unwrap();
        assert_eq!(found.password(), Some("correct horse"));
        assert_eq!((found.port, found.language.as_deref()), (465, Some("de")));
        mail::remove(house.identity(), "test").await.unwrap();
        assert!(mail::find(house.identity()).await.unwrap().is_none());
    });
}
