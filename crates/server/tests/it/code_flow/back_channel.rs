//! Applications are told that a session is over (OpenID Connect Back-Channel Logout 1.0).

mod addresses;
mod delivery;
mod endings;
mod nodes;
mod receiver;

use identity::applications::{self, ApplicationChange};
use identity::{Identity, SECOND, bearer};
use oidc::form;
use oidc::jwt::{self, Algorithm};
use serde_json::{Value, json};
use server::outbound::{Outbound, PrivateAddresses};
use server::outbox::Courier;
use testkit::{Application, CALLBACK, House, ORIGIN, Person, VERIFIER, read_claims};

use self::receiver::{Heard, Receiver};
use super::{COMMAND_LINE, ask, begin, code_of, redeem, web};
use crate::in_each_house;

/// One that reaches this machine.
fn courier() -> Courier {
    Courier::new(&Outbound::new(PrivateAddresses::Allowed).unwrap())
}

/// Delivers what is due, until nothing is.
async fn deliver(identity: &Identity) {
    while courier().step(identity).await.unwrap() > 0 {}
}

/// How many messages wait.
fn waiting(house: &House) -> usize {
    house
        .run_sql("SELECT CAST(attempts AS TEXT) FROM outbox WHERE kind = 'logout'")
        .len()
}

fn records(house: &House, activity: &str) -> Vec<Value> {
    crate::metadata::records(house, activity)
}

async fn set_address(house: &House, app: &Application, uri: &str) -> Result<(), identity::Refusal> {
    let change = ApplicationChange {
        back_channel_logout_uri: Some(uri.to_owned()),
        ..ApplicationChange::default()
    };
    let object = app.object_id;
    applications::change(house.identity(), COMMAND_LINE, object, &change)
        .await
        .map(drop)
}

/// An application that is told at an address of its own.
async fn told_at(house: &House, name: &str, receiver: &Receiver) -> Application {
    let app = web(house, name).await;
    house.grant(&app, "User.Read offline_access").await;
    set_address(house, &app, &receiver.url).await.unwrap();
    app
}

/// Signs in to the application; gives the id token.
async fn id_token(house: &House, app: &Application, person: &mut Person) -> String {
    let code = code_of(&ask(&mut person.browser, app, &[]).await);
    let body = redeem(house, app, &code).await.ok();
    body["id_token"].as_str().unwrap().to_owned()
}

/// Signs in to the application; gives the session's name.
async fn sid(house: &House, app: &Application, person: &mut Person) -> String {
    let claims = read_claims(&id_token(house, app, person).await);
    claims["sid"].as_str().unwrap().to_owned()
}

/// The verified claims of what was posted, as a client library reads them.
async fn verify(house: &House, heard: &Heard) -> Value {
    let fields = form::Parameters::parse(heard.body.as_bytes()).unwrap();
    let token = fields.find("logout_token").unwrap();
    let parsed = jwt::parse(token).unwrap();
    assert_eq!(parsed.header().algorithm, Algorithm::Rs256);
    assert_eq!(parsed.header().token_type.as_deref(), Some("logout+jwt"));
    house.verify_token(token).await.0
}

/// The names of the sessions that an application has heard of, since it was asked last.
async fn sids(house: &House, receiver: &mut Receiver) -> Vec<String> {
    let mut all = Vec::new();
    for heard in receiver.take() {
        let claims = verify(house, &heard).await;
        all.push(claims["sid"].as_str().unwrap().to_owned());
    }
    all.sort();
    all
}

#[test]
fn a_logout_token_says_whose_session_is_over_and_no_more() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        let (_, mut ada) = begin(&house).await;
        let app = told_at(&house, "Told", &receiver).await;
        let id_token = id_token(&house, &app, &mut ada).await;
        let known = read_claims(&id_token);
        assert_eq!(known["nonce"], json!("n-1"));
        house.advance(90 * SECOND);
        deliver(house.identity()).await;
        assert!(receiver.take().is_empty(), "nothing is over yet");
        ada.browser.sign_out().await.ok();
        assert_eq!(waiting(&house), 1);
        house.advance(SECOND);
        deliver(house.identity()).await;
        assert_eq!(waiting(&house), 0);
        let [heard] = <[Heard; 1]>::try_from(receiver.take()).unwrap();

        assert!(heard.head.starts_with("POST /logout?x=1 HTTP/1.1\r\n"));
        let lines = heard.head.to_ascii_lowercase();
        assert!(lines.contains("content-type: application/x-www-form-urlencoded\r\n"));
        assert!(!lines.contains("cookie") && !lines.contains("authorization"));
        assert!(heard.body.starts_with("logout_token=") && !heard.body.contains('&'));

        let claims = verify(&house, &heard).await;
        let now = house.now() / SECOND;
        assert_eq!(claims["iss"], known["iss"]);
        assert_eq!(claims["iss"], json!(ORIGIN));
        assert_eq!(claims["sub"], known["sub"]);
        assert_eq!(claims["sid"], known["sid"]);
        assert_eq!(claims["aud"], json!(app.app_id.to_string()));
        assert_eq!(
            (&claims["iat"], &claims["exp"]),
            (&json!(now), &json!(now + 120))
        );
        let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
        assert_eq!(claims["events"], event);
        assert!(claims["jti"].as_str().unwrap().len() >= 22);
        let names: Vec<&String> = claims.as_object().unwrap().keys().collect();
        let expected = ["iss", "sub", "aud", "iat", "exp", "jti", "events", "sid"];
        assert_eq!(names, expected, "never a nonce");

        // It opens nothing here: it is neither an access token nor a hint of who is meant.
        let token = heard.body.trim_start_matches("logout_token=");
        assert!(
            bearer::authenticate(house.identity(), &bearer::Shown::bearer(token))
                .await
                .is_err()
        );
        ada.sign_in().await.ok();
        let address = format!("/oauth2/v2.0/logout?id_token_hint={token}");
        assert!(
            ada.browser
                .get(&address)
                .await
                .text()
                .contains("Sign out here?")
        );
        assert!(ada.browser.is_signed_in().await);
    });
}

#[test]
fn each_issuer_tells_of_what_it_issued_and_once() {
    in_each_house(async |house| {
        let mut receiver = Receiver::open().await;
        let (_, mut ada) = begin(&house).await;
        let app = told_at(&house, "Told", &receiver).await;
        for _ in 0..3 {
            id_token(&house, &app, &mut ada).await;
        }
        let query = super::query(&app, &[]);
        let address = format!("/organizations/oauth2/v2.0/authorize?{query}");
        let answer = ada.browser.get(&address).await;
        let location = answer.header("location").to_owned();
        let read = form::Parameters::parse(location.split_once('?').unwrap().1.as_bytes());
        let app_id = app.app_id.to_string();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", &app_id),
            ("client_secret", &app.secret),
            ("code", read.as_ref().unwrap().find("code").unwrap()),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        let path = "/organizations/oauth2/v2.0/token";
        house.browser().ask_token(path, &form).await.ok();
        // Without `openid` there is no id token, and so no session that the application could know.
        let answer = ask(&mut ada.browser, &app, &[("scope", "User.Read")]).await;
        redeem(&house, &app, &code_of(&answer)).await.ok();

        ada.browser.sign_out().await.ok();
        deliver(house.identity()).await;
        let mut issuers = Vec::new();
        for heard in receiver.take() {
            let claims = verify(&house, &heard).await;
            issuers.push(claims["iss"].as_str().unwrap().to_owned());
        }
        issuers.sort();
        let expected = [ORIGIN.to_owned(), format!("{ORIGIN}/organizations/v2.0")];
        assert_eq!(issuers, expected);
    });
}

#[test]
fn discovery_says_that_applications_are_told() {
    in_each_house(async |house| {
        let path = "/.well-known/openid-configuration";
        let document = house.browser().get(path).await.ok();
        for name in ["supported", "session_supported"] {
            assert_eq!(document[format!("backchannel_logout_{name}")], json!(true));
        }
        assert!(
            document["end_session_endpoint"]
                .as_str()
                .unwrap()
                .starts_with("https://")
        );
    });
}
