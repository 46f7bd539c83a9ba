//! What a client learns of a token (RFC 7662).

use identity::{DAY, MINUTE, people};
use serde_json::{Value, json};
use testkit::{Application, House};

use super::{COMMAND_LINE, ask, code_of, redeem, web};
use crate::in_each_house;

const INTROSPECT: &str = "/oauth2/v2.0/introspect";

async fn tell(house: &House, app: &Application, token: &Value) -> Value {
    let app_id = app.app_id.to_string();
    let form = [
        ("client_id", app_id.as_str()),
        ("client_secret", &app.secret),
        ("token", token.as_str().unwrap()),
    ];
    house.browser().ask_token(INTROSPECT, &form).await.ok()
}

async fn begin(house: &House) -> (Application, testkit::Person, Value) {
    let app = web(house, "Travel").await;
    house.grant(&app, "User.Read offline_access").await;
    let mut ada = house.administrator("ada").await;
    let scope = ("scope", "openid User.Read offline_access");
    let code = code_of(&ask(&mut ada.browser, &app, &[scope]).await);
    let body = redeem(house, &app, &code).await.ok();
    (app, ada, body)
}

#[test]
fn a_client_learns_what_its_token_is_worth() {
    in_each_house(async |house| {
        let (app, _, body) = begin(&house).await;
        let subject = house.find("ada").await.person_id.to_string();
        let told = tell(&house, &app, &body["access_token"]).await;
        assert_eq!(told["active"], json!(true));
        assert_eq!(told["token_type"], json!("Bearer"));
        assert_eq!(told["client_id"], json!(app.app_id.to_string()));
        assert_eq!(told["sub"], json!(subject));
        assert_eq!(told["username"], json!("ada"));
        assert_eq!(told["scope"], json!("openid User.Read"));
        assert_eq!(told["acr"], json!("phr"));
        assert_eq!(
            told["exp"].as_i64().unwrap() - told["iat"].as_i64().unwrap(),
            600
        );
        let told = tell(&house, &app, &body["refresh_token"]).await;
        assert_eq!(told["active"], json!(true));
        assert_eq!(told["token_type"], json!("refresh_token"));
        assert_eq!(told["sub"], json!(subject));
        // An id token is none of both; and to ask for a used one ends nothing.
        for other in [
            &body["id_token"],
            &json!("x"),
            &json!("a.b.c"),
            &json!("A".repeat(86)),
        ] {
            assert_eq!(tell(&house, &app, other).await, json!({ "active": false }));
        }
        let app_id = app.app_id.to_string();
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", app_id.as_str()),
            ("client_secret", &app.secret),
            ("refresh_token", body["refresh_token"].as_str().unwrap()),
        ];
        let next = house.browser().ask_token(super::TOKEN, &form).await.ok();
        house.advance(MINUTE);
        for _ in 0..2 {
            let told = tell(&house, &app, &body["refresh_token"]).await;
            assert_eq!(told, json!({ "active": false }));
        }
        assert_eq!(
            tell(&house, &app, &next["refresh_token"]).await["active"],
            json!(true)
        );
        house.advance(11 * MINUTE);
        let told = tell(&house, &app, &body["access_token"]).await;
        assert_eq!(told, json!({ "active": false }));
        house.advance(31 * DAY);
        let told = tell(&house, &app, &next["refresh_token"]).await;
        assert_eq!(told, json!({ "active": false }));
    });
}

/// What our API or a renewal would refuse is not active from that moment on.
#[test]
fn past_mistake_44_what_is_revoked_is_not_active() {
    in_each_house(async |house| {
        let (app, ada, body) = begin(&house).await;
        let tokens = [&body["access_token"], &body["refresh_token"]];
        let active = async |expected: bool, why: &str| {
            for token in tokens {
                let told = tell(&house, &app, token).await;
                assert_eq!(told["active"], json!(expected), "{why}");
            }
        };
        active(true, "at first").await;
        // A second administrator, so that the first may be disabled.
        let mut other = ada.clone();
        let bob = house.person(&mut other, "bob").await;
        let id = house.find("bob").await.person_id;
        let role = identity::roles::Role::GlobalAdministrator;
        identity::roles::assign(house.identity(), COMMAND_LINE, role, id)
            .await
            .unwrap();
        drop(bob);
        let id = house.find("ada").await.person_id;
        people::disable(house.identity(), COMMAND_LINE, id)
            .await
            .unwrap();
        active(false, "disabled").await;
    });
}

/// What an administrator took back, or a renewal would leave out, is not told as if it were there.
#[test]
fn past_mistake_44_what_a_renewal_would_refuse_is_not_active() {
    in_each_house(async |house| {
        let (app, _, body) = begin(&house).await;
        house.run_sql("UPDATE permission_grant SET scope = 'offline_access'");
        let told = tell(&house, &app, &body["refresh_token"]).await;
        // The scopes of the sign-in itself come with what was granted for everybody.
        assert_eq!(told["scope"], json!("openid offline_access"));
        house.run_sql("DELETE FROM permission_grant");
        let told = tell(&house, &app, &body["refresh_token"]).await;
        assert_eq!(told, json!({ "active": false }));
    });
}

/// Another's token is not active for it, who proves nothing is told nothing, and nothing is told of by chance.
#[test]
fn a_client_learns_of_its_own_tokens_only() {
    in_each_house(async |house| {
        let (app, _, body) = begin(&house).await;
        let stranger = web(&house, "Stranger").await;
        for token in [&body["access_token"], &body["refresh_token"]] {
            assert_eq!(
                tell(&house, &stranger, token).await,
                json!({ "active": false })
            );
        }
        assert_eq!(
            tell(&house, &app, &body["refresh_token"]).await["active"],
            json!(true)
        );
        let app_id = app.app_id.to_string();
        let token = body["access_token"].as_str().unwrap();
        let refused = [
            (
                vec![("client_id", app_id.as_str()), ("token", token)],
                401,
                "invalid_client",
            ),
            (
                vec![
                    ("client_id", &app_id),
                    ("client_secret", "x"),
                    ("token", token),
                ],
                401,
                "invalid_client",
            ),
            (
                vec![("client_id", &app_id), ("client_secret", &app.secret)],
                400,
                "invalid_request",
            ),
            (vec![("token", token)], 401, "invalid_client"),
        ];
        for (form, status, error) in refused {
            let answer = house.browser().ask_token(INTROSPECT, &form).await;
            assert_eq!(answer.status, status, "{form:?}");
            assert_eq!(answer.json()["error"], json!(error));
        }
        // An assertion is used up by it, too.
        let assertion = app.assertion(&house);
        let form = [
            ("client_assertion_type", oidc::token_request::JWT_BEARER),
            ("client_assertion", &assertion),
            ("token", token),
        ];
        let told = house.browser().ask_token(INTROSPECT, &form).await.ok();
        assert_eq!(told["active"], json!(true));
        let answer = house.browser().ask_token(INTROSPECT, &form).await;
        assert_eq!(answer.json()["error"], json!("invalid_client"));
    });
}
