//! What access tokens say of the person and of the application.

use identity::{MINUTE, SECOND};
use oidc::jwt::Algorithm;
use serde_json::{Value, json};
use testkit::{Device, House, ORIGIN};

use crate::in_each_house;

/// The claims as a resource reads them.
async fn verify(house: &House, token: &str) -> Value {
    let (claims, algorithm) = house.verify_token(token).await;
    assert_eq!(algorithm, Algorithm::Es256);
    claims
}

#[test]
fn an_access_token_says_who_signed_in_how_and_when() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let app = house.client("Travel", "User.Read Group.Read.All").await;
        let session = house.session(&ada.browser).await;
        house.advance(2 * MINUTE);
        let scope = "openid User.Read";
        let token = house.delegated_token(&app, &mut ada.browser, scope).await;
        let claims = verify(&house, &token).await;
        let (now, person) = (house.now() / SECOND, session.person_id.to_string());
        let client = app.app_id.to_string();
        for (name, value) in [
            ("iss", json!(ORIGIN)),
            ("aud", json!(ORIGIN)),
            ("tid", json!(house.identity().tenant_id().to_string())),
            ("oid", json!(person)),
            ("sub", json!(person)),
            ("sid", json!(session.session_id.to_string())),
            // A passkey was verified: phishing-resistant, by OpenID's word for it.
            ("acr", json!("phr")),
            ("auth_time", json!(now - 120)),
            ("iat", json!(now)),
            ("nbf", json!(now)),
            ("azp", json!(client)),
            ("appid", json!(client)),
            ("scp", json!("openid User.Read")),
            ("ver", json!("2.0")),
        ] {
            assert_eq!(claims[name], value, "{name}");
        }
        let lasts = claims["exp"].as_i64().unwrap() - now;
        assert!((1..=600).contains(&lasts), "{lasts} seconds");
        assert_eq!(claims.get("roles"), None);
        // Asked for anew it is another token about the same sign-in; after a new proof, about that.
        let again = house.delegated_token(&app, &mut ada.browser, scope).await;
        let again = verify(&house, &again).await;
        assert_ne!(again["jti"], claims["jti"]);
        assert_eq!(again["auth_time"], claims["auth_time"]);
        ada.reauthenticate().await.ok();
        let fresh = house.delegated_token(&app, &mut ada.browser, scope).await;
        assert_eq!(verify(&house, &fresh).await["auth_time"], json!(now));
        // What the token says does not follow the passkey: a device-bound one is phishing-resistant, too.
        let mut key = Device::device_bound();
        ada.add_device(&mut key).await;
        let mut other = house.browser();
        other.sign_in(&mut key).await.ok();
        let token = house.delegated_token(&app, &mut other, scope).await;
        let claims = verify(&house, &token).await;
        assert_eq!(
            (&claims["acr"], &claims["auth_time"]),
            (&json!("phr"), &json!(now))
        );
        assert_ne!(claims["sid"], json!(session.session_id.to_string()));
    });
}

/// An application by itself has no sign-in to tell of.
#[test]
fn an_applications_own_token_claims_nobodys_sign_in() {
    in_each_house(async |house| {
        let app = house.application("Robot", &["User.Read.All"]).await;
        let claims = verify(&house, &house.token(&app).await).await;
        let principal = json!(app.principal_id.to_string());
        assert_eq!((&claims["oid"], &claims["sub"]), (&principal, &principal));
        assert_eq!(
            claims["tid"],
            json!(house.identity().tenant_id().to_string())
        );
        assert_eq!(claims["roles"], json!(["User.Read.All"]));
        for name in [
            "acr",
            "auth_time",
            "scp",
            "sid",
            "amr",
            "preferred_username",
            "name",
        ] {
            assert_eq!(claims.get(name), None, "{name}");
        }
    });
}

/// Nothing is said of the key that nobody knows: a passkey of a provider lies in no one device, and one without a statement
/// may lie anywhere.
#[test]
fn a_token_says_no_more_of_the_key_than_is_known() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let app = house.client("Travel", "User.Read").await;
        let mut key = Device::device_bound();
        ada.add_device(&mut key).await;
        let mut with_key = ada.clone();
        with_key.device = key;
        with_key.browser = house.browser();
        with_key.sign_in().await.ok();
        for (person, amr) in [
            (&mut ada, json!(["pop", "user", "mfa", "swk"])),
            (&mut with_key, json!(["pop", "user", "mfa"])),
        ] {
            let token = house
                .delegated_token(&app, &mut person.browser, "openid")
                .await;
            let claims = verify(&house, &token).await;
            assert_eq!(claims["amr"], amr);
            assert_eq!(claims["acr"], json!("phr"));
        }
    });
}
