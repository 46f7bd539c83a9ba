//! Which addresses an application protects: exact, one application each, never ours.

use identity::Actor;
use identity::applications::{self, ApplicationChange};
use serde_json::json;
use testkit::{House, ORIGIN};

use super::{COMMAND_LINE, SHOP, Visitor, WIKI, begin_signed_in, behind_a_proxy, protect};
use crate::in_each_house;

fn change(origins: &[&str]) -> ApplicationChange {
    ApplicationChange {
        protected_origins: Some(origins.iter().map(|it| (*it).to_owned()).collect()),
        ..ApplicationChange::default()
    }
}

async fn refusal_of(house: &House, object: identity::Id, origins: &[&str]) -> &'static str {
    let change = change(origins);
    applications::change(house.identity(), COMMAND_LINE, object, &change)
        .await
        .unwrap_err()
        .code
        .id
}

#[test]
fn an_address_is_an_origin_of_one_application_and_never_ours() {
    in_each_house(async |house| {
        let wiki = house.application("Wiki", &[]).await;
        let other = house.application("Other", &[]).await;
        for text in [
            "",
            "wiki.example.org",
            "http://wiki.example.org",
            "https://wiki.example.org/",
            "https://wiki.example.org/path",
            "https://wiki.example.org?x",
            "https://wiki.example.org#x",
            "https://user@wiki.example.org",
            "https://*.example.org",
            "https://wiki.example.org:0",
            "https://wiki.example.org:99999",
            "https://192.0.2.1",
            "https://[::1]",
            "https://wiki.example.org.",
            "https://wïki.example.org",
            "ftp://wiki.example.org",
            "null",
            "https://wiki.example.org https://x.example.org",
            ORIGIN,
            "https://LOGIN.example.org:443",
            "https://login.example.org:8443",
            "http://login.example.org",
        ] {
            let code = refusal_of(&house, wiki.object_id, &[WIKI, text]).await;
            assert_eq!(code, "application.origin_unfit", "{text}");
        }
        let many: Vec<String> = (0..51)
            .map(|it| format!("https://w{it}.example.org"))
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let code = refusal_of(&house, wiki.object_id, &many).await;
        assert_eq!(code, "application.origin_unfit");
        let find = async |object| {
            let found = applications::find(house.identity(), COMMAND_LINE, object).await;
            found.unwrap().protected_origins
        };
        assert!(find(wiki.object_id).await.is_empty());
        // In one form, in order, each once.
        let given = [
            "https://WIKI.example.org:443",
            SHOP,
            WIKI,
            "http://localhost:3000",
        ];
        protect(&house, &wiki, &given).await;
        let expected = ["http://localhost:3000", SHOP, WIKI];
        assert_eq!(find(wiki.object_id).await, expected);
        // Nobody else gets one of them, and nothing else of that change happens.
        for origins in [
            [WIKI, "https://a.example.org"],
            ["https://a.example.org", WIKI],
        ] {
            let code = refusal_of(&house, other.object_id, &origins).await;
            assert_eq!(code, "application.origin_taken");
            assert!(find(other.object_id).await.is_empty());
        }
        let new = ApplicationChange {
            display_name: Some("Third".to_owned()),
            ..change(&[WIKI])
        };
        let made = applications::add(house.identity(), COMMAND_LINE, &new).await;
        assert_eq!(made.unwrap_err().code.id, "application.origin_taken");
        // Deleted it can be restored, and keeps them; gone for good it frees them.
        let object = wiki.object_id;
        applications::delete(house.identity(), COMMAND_LINE, object, None)
            .await
            .unwrap();
        let code = refusal_of(&house, other.object_id, &[WIKI]).await;
        assert_eq!(code, "application.origin_taken");
        applications::erase(house.identity(), COMMAND_LINE, object)
            .await
            .unwrap();
        protect(&house, &other, &[WIKI]).await;
        assert_eq!(find(other.object_id).await, [WIKI]);
        let told = house.run_sql("SELECT body FROM audit WHERE activity = 'application.changed'");
        assert!(
            told.iter().any(|body| body.contains("\"protects\"")),
            "{told:?}"
        );
    });
}

#[test]
fn of_two_applications_at_once_one_gets_the_address() {
    in_each_house(async |house| {
        let (first, second) = (
            house.application("First", &[]).await,
            house.application("Second", &[]).await,
        );
        let put = async |object| {
            applications::change(house.identity(), COMMAND_LINE, object, &change(&[WIKI])).await
        };
        let (one, two) = tokio::join!(put(first.object_id), put(second.object_id));
        assert!(one.is_ok() != two.is_ok());
    });
}

/// Whoever could give an application an address would read what people send there: it takes the right to change it.
#[test]
fn giving_an_address_takes_the_right_to_change_the_application() {
    in_each_house(async |house| {
        let wiki = house.application("Wiki", &[]).await;
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let (caller, session) = (house.caller(), house.session(&bob.browser).await);
        let actor = Actor::Person(&caller, &session);
        let object = wiki.object_id;
        let made = applications::change(house.identity(), actor, object, &change(&[WIKI])).await;
        assert_eq!(made.unwrap_err().code.id, "role.insufficient");
    });
}

#[test]
fn the_api_tells_and_takes_addresses() {
    behind_a_proxy(async |house| {
        let (app, mut ada, mut wiki) = begin_signed_in(&house).await;
        let tool = house.client("Tool", "Application.ReadWrite.All").await;
        let scope = "Application.ReadWrite.All";
        let token = house.delegated_token(&tool, &mut ada.browser, scope).await;
        let path = format!("/v1.0/applications/{}", app.object_id);
        let ask = async |method: &str, body: Option<serde_json::Value>| {
            let mut request = http::Request::builder()
                .method(method)
                .uri(&path)
                .header("host", ORIGIN.trim_start_matches("https://"))
                .header("authorization", format!("Bearer {token}"));
            if body.is_some() {
                request = request.header("content-type", "application/json");
            }
            let body = body.map(|it| it.to_string()).unwrap_or_default();
            let request = request.body(axum::body::Body::from(body)).unwrap();
            house.browser().send_program(request).await
        };
        let name = "@claviger.protectedOrigins";
        assert_eq!(ask("GET", None).await.ok()[name], json!([WIKI]));
        // What doesn't name them leaves them.
        let answer = ask("PATCH", Some(json!({ "displayName": "Encyclopaedia" }))).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
        assert!(wiki.is_in().await);
        let answer = ask("PATCH", Some(json!({ name: [SHOP] }))).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
        assert_eq!(ask("GET", None).await.ok()[name], json!([SHOP]));
        assert!(!wiki.is_in().await);
        assert_eq!(Visitor::of(&house, SHOP).check("/").await, 401);
        for wrong in [json!([ORIGIN]), json!(["x"]), json!("x"), json!([1])] {
            let answer = ask("PATCH", Some(json!({ name: wrong }))).await;
            assert_eq!(answer.status, 400, "{}", answer.text());
        }
        assert_eq!(ask("GET", None).await.ok()[name], json!([SHOP]));
    });
}
