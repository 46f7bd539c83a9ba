//! Where an application is told: registered, changed, taken away; and what becomes of what waits.

use identity::applications::PrincipalChange;

use super::*;
use crate::graph::{Client, Said};

#[test]
fn an_address_is_https_or_of_this_machine() {
    in_each_house(async |house| {
        let app = web(&house, "Told").await;
        let long = format!("https://a.example/{}", "a".repeat(1024));
        for uri in [
            "x",
            "/logout",
            "//app.example.org/logout",
            "http://app.example.org/logout",
            "http://localhost.example.org/",
            "http://127.0.0.2/",
            "http://10.0.0.1/",
            "https://user@app.example.org/logout",
            "https://user:word@app.example.org/logout",
            "https://app.example.org/logout#x",
            "https://app.example.org\\@evil.example/",
            "https://app.example.org/a/../b",
            "https://*.example.org/",
            "https://app.example.org/ x",
            "https://app.example.org/\r\nX: y",
            "ftp://app.example.org/",
            "org.example.app://logout",
            "file:///etc/passwd",
            &long,
        ] {
            let refusal = set_address(&house, &app, uri).await.unwrap_err();
            assert_eq!(refusal.code.id, "application.logout_address_unfit", "{uri}");
        }
        for uri in [
            "https://app.example.org:8443/logout?x=1",
            "http://localhost:1/",
        ] {
            set_address(&house, &app, uri).await.unwrap();
        }
        let told = records(&house, "application.changed");
        let last = told
            .iter()
            .find(|it| it["logoutAddress"] == json!("http://localhost:1/"));
        let before = json!("https://app.example.org:8443/logout?x=1");
        assert_eq!(last.unwrap()["logoutAddressBefore"], before);
    });
}

#[test]
fn the_api_shows_and_changes_it() {
    const URI: &str = "@claviger.backChannelLogoutUri";
    const REQUIRED: &str = "@claviger.backChannelLogoutSessionRequired";
    in_each_house(async |house| {
        let client = Client::of(&house, &["Application.ReadWrite.All"]).await;
        let path = "/v1.0/applications";
        let body = json!({ "displayName": "Told", URI: "https://a.example/out", REQUIRED: true });
        let made = client.post(path, &body).await.is(201);
        assert_eq!((&made[URI], &made[REQUIRED]), (&body[URI], &json!(true)));
        let one = format!("{path}/{}", made["id"].as_str().unwrap());
        // What a body doesn't name stays.
        let rename = json!({ "displayName": "Still told" });
        client.patch(&one, &rename).await.is(204);
        let read = client.get(&one).await.is(200);
        assert_eq!((&read[URI], &read[REQUIRED]), (&body[URI], &json!(true)));
        let unfit = json!({ URI: "http://a.example/out" });
        let answer = client.patch(&one, &unfit).await;
        answer.refused_as(
            400,
            "Request_BadRequest",
            "application.logout_address_unfit",
        );
        for wrong in [json!({ URI: 5 }), json!({ REQUIRED: "no word" })] {
            assert_eq!(client.patch(&one, &wrong).await.status, 400);
        }
        assert_eq!(client.get(&one).await.is(200)[URI], body[URI]);
        let away = json!({ URI: null, REQUIRED: false });
        client.patch(&one, &away).await.is(204);
        let read = client.get(&one).await.is(200);
        assert_eq!((&read[URI], &read[REQUIRED]), (&Value::Null, &json!(false)));
    });
}

/// Between the end of a session and the try: the address that counts is that of the try.
#[test]
fn the_address_of_now_counts() {
    in_each_house(async |house| {
        let (mut before, mut after) = (Receiver::open().await, Receiver::open().await);
        let mut ada = house.administrator("ada").await;
        let app = told_at(&house, "Told", &before).await;
        let known = sid(&house, &app, &mut ada).await;
        ada.browser.sign_out().await.ok();
        set_address(&house, &app, &after.url).await.unwrap();
        deliver(house.identity()).await;
        assert!(before.take().is_empty());
        assert_eq!(sids(&house, &mut after).await, [known]);
    });
}

#[test]
fn who_can_not_be_told_any_more_is_not() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        let mut ada = house.administrator("ada").await;
        let identity = house.identity();
        for number in 0..3 {
            let app = told_at(&house, &format!("Told {number}"), &receiver).await;
            id_token(&house, &app, &mut ada).await;
            ada.browser.sign_out().await.ok();
            assert_eq!(waiting(&house), 1);
            match number {
                0 => set_address(&house, &app, "").await.unwrap(),
                1 => {
                    let change = PrincipalChange {
                        enabled: Some(false),
                        ..PrincipalChange::default()
                    };
                    let principal = app.principal_id;
                    applications::change_principal(identity, COMMAND_LINE, principal, change)
                        .await
                        .unwrap();
                }
                _ => applications::delete(identity, COMMAND_LINE, app.object_id, None)
                    .await
                    .unwrap(),
            }
            let taken = identity::outbox::take_due(identity).await.unwrap();
            assert_eq!((taken.deliveries.len(), taken.dropped), (0, 1));
            assert_eq!(waiting(&house), 0);
            house.advance(SECOND);
            ada.sign_in().await.ok();
            // Nor is anything written for it from then on.
            ada.browser.sign_out().await.ok();
            assert_eq!(waiting(&house), 0);
            house.advance(SECOND);
            ada.sign_in().await.ok();
        }
        assert!(receiver.take().is_empty());
    });
}

/// What somebody put there who can write to the database, but has no key.
#[test]
fn security_37_a_payload_that_we_did_not_seal_is_told_to_nobody() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        let mut ada = house.administrator("ada").await;
        let app = told_at(&house, "Told", &receiver).await;
        let other = told_at(&house, "Other", &receiver).await;
        let known = sid(&house, &app, &mut ada).await;
        id_token(&house, &other, &mut ada).await;
        assert!(
            !house.holds(&known),
            "sealed, and the session is there as bytes"
        );
        ada.browser.sign_out().await.ok();
        // Each has what was meant for the other.
        house.run_sql(
            "UPDATE outbox SET payload = (SELECT c.payload FROM session_client c WHERE c.principal_id <> outbox.recipient_id)",
        );
        deliver(house.identity()).await;
        assert!(receiver.take().is_empty());
        assert_eq!(waiting(&house), 0);
    });
}
