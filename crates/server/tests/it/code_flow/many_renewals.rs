//! How many sign-ins of one person one application can renew at a time.

use identity::{MINUTE, SECOND};
use serde_json::{Value, json};
use testkit::{Answer, Application, House, Person};

use super::{TOKEN, ask, code_of, redeem, refused, web};
use crate::{at_once, in_each_house};

const SCOPE: &str = "openid offline_access User.Read";
/// As many as there may be.
const MOST: usize = 50;

async fn begin(house: &House) -> (Application, Person) {
    let app = web(house, "Travel").await;
    house.grant(&app, "User.Read offline_access").await;
    (app, house.administrator("ada").await)
}

async fn sign_in(house: &House, app: &Application, person: &mut Person) -> String {
    // Each a little later, and not too many in a minute.
    house.advance(4 * SECOND);
    let answer = ask(&mut person.browser, app, &[("scope", SCOPE)]).await;
    let body = redeem(house, app, &code_of(&answer)).await.ok();
    body["refresh_token"].as_str().unwrap().to_owned()
}

async fn renew(house: &House, app: &Application, token: &str) -> Answer {
    let app_id = app.app_id.to_string();
    let form = [
        ("grant_type", "refresh_token"),
        ("client_id", app_id.as_str()),
        ("client_secret", &app.secret),
        ("refresh_token", token),
    ];
    house.browser().ask_token(TOKEN, &form).await
}

fn count_live(house: &House) -> usize {
    house
        .run_sql("SELECT 'x' FROM refresh_family WHERE ended_at IS NULL")
        .len()
}

fn displaced(house: &House) -> Vec<Value> {
    house
        .run_sql("SELECT body FROM audit WHERE activity = 'token.displaced'")
        .iter()
        .map(|body| serde_json::from_str(body).unwrap())
        .collect()
}

#[test]
fn one_sign_in_too_many_ends_the_oldest() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let other_app = web(&house, "Other").await;
        house.grant(&other_app, "User.Read offline_access").await;
        let mut bea = house.person(&mut ada, "bea").await;
        let elsewhere = sign_in(&house, &other_app, &mut ada).await;
        let of_bea = sign_in(&house, &app, &mut bea).await;
        let mut tokens = Vec::new();
        for _ in 0..MOST {
            tokens.push(sign_in(&house, &app, &mut ada).await);
        }
        assert!(displaced(&house).is_empty());
        // A renewal is no sign-in more, and doesn't make a family younger.
        let second = renew(&house, &app, &tokens[1]).await.ok();
        tokens[1] = second["refresh_token"].as_str().unwrap().to_owned();
        tokens.push(sign_in(&house, &app, &mut ada).await);
        tokens.push(sign_in(&house, &app, &mut ada).await);
        let told = displaced(&house);
        assert_eq!(told.len(), 2);
        assert!(
            told.iter()
                .all(|it| it["ended"] == json!(1) && it["application"] == json!("Travel"))
        );
        house.advance(MINUTE);
        for gone in &tokens[..2] {
            let text = refused(renew(&house, &app, gone).await, "invalid_grant");
            assert!(text.starts_with("refresh.ended"), "{text}");
        }
        for live in &tokens[2..] {
            renew(&house, &app, live).await.ok();
            house.advance(SECOND);
        }
        renew(&house, &other_app, &elsewhere).await.ok();
        renew(&house, &app, &of_bea).await.ok();
        assert_eq!(count_live(&house), MOST + 2);
    });
}

/// Several codes at once, where there is room for none: each is redeemed, and the bound is met again by the next at the latest.
#[test]
fn several_sign_ins_too_many_at_once() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        for _ in 0..MOST {
            sign_in(&house, &app, &mut ada).await;
        }
        let mut codes = Vec::new();
        for _ in 0..4 {
            house.advance(4 * SECOND);
            codes.push(code_of(
                &ask(&mut ada.browser, &app, &[("scope", SCOPE)]).await,
            ));
        }
        let app_id = app.app_id.to_string();
        let work = codes.iter().map(|code| {
            let form = super::redeem_form(&app_id, code, &[("client_secret", &app.secret)]);
            let browser = house.browser();
            let request = browser.token_request(TOKEN, &form);
            async move { browser.send_program(request).await }
        });
        let answers = at_once(work.collect()).await;
        assert!(
            answers
                .iter()
                .all(|it| [200, 503].contains(&it.status.as_u16()))
        );
        assert!(answers.iter().any(|it| it.status == 200));
        sign_in(&house, &app, &mut ada).await;
        assert_eq!(count_live(&house), MOST);
    });
}
