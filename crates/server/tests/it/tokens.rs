//! Tokens of applications for themselves, and what they are worth.

use identity::applications::{self, ApplicationChange, ID_TOKEN_ALGORITHMS, PrincipalChange};
use identity::permissions::Permission;
use identity::{Actor, DAY, MINUTE, SECOND, bearer, tenant};
use oidc::token_request::JWT_BEARER;
use serde_json::{Value, json};

use testkit::{Application, House, ORIGIN, SigningKey, read_claims};

use crate::in_each_house;

const ROOT: &str = "/oauth2/v2.0/token";
const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };

fn secret_form<'a>(app_id: &'a str, secret: &'a str, scope: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("client_id", app_id),
        ("client_secret", secret),
        ("scope", scope),
    ]
}

fn key_form(assertion: &str) -> [(&str, &str); 4] {
    [
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ]
}

async fn is_live(house: &House, token: &str) -> bool {
    bearer::authenticate(house.identity(), &bearer::Shown::bearer(token))
        .await
        .is_ok()
}

#[track_caller]
fn refused(answer: testkit::Answer, status: u16, error: &str) -> String {
    let body = answer.json();
    assert_eq!(
        (
            answer.status.as_u16(),
            body["error"].as_str().unwrap_or_default()
        ),
        (status, error),
        "{body}"
    );
    body["error_description"].as_str().unwrap().to_owned()
}

#[test]
fn an_application_gets_what_it_was_assigned() {
    in_each_house(async |house| {
        let app = house
            .application("reader", &["User.Read.All", "AuditLog.Read.All"])
            .await;
        let app_id = app.app_id.to_string();
        let tenant = house.identity().tenant_id().to_string();
        let scopes = [
            format!("{ORIGIN}/.default"),
            "https://graph.microsoft.com/.default".to_owned(),
            "00000003-0000-0000-c000-000000000000/.default".to_owned(),
        ];
        let addresses = [
            (ROOT.to_owned(), ORIGIN.to_owned()),
            (
                format!("/{tenant}{ROOT}"),
                format!("{ORIGIN}/{tenant}/v2.0"),
            ),
            (
                format!("/login.example.org{ROOT}"),
                format!("{ORIGIN}/login.example.org/v2.0"),
            ),
            (
                format!("/organizations{ROOT}"),
                format!("{ORIGIN}/organizations/v2.0"),
            ),
        ];
        for (path, issuer) in &addresses {
            for scope in &scopes {
                let form = secret_form(&app_id, &app.secret, scope);
                let answer = house.browser().ask_token(path, &form).await;
                assert_eq!(answer.header("cache-control"), "no-store");
                assert!(answer.headers.get("set-cookie").is_none());
                let body = answer.ok();
                assert_eq!(
                    (&body["token_type"], &body["expires_in"]),
                    (&json!("Bearer"), &json!(600))
                );
                let token = body["access_token"].as_str().unwrap();
                let claims = read_claims(token);
                assert_eq!(claims["iss"], json!(issuer));
                assert_eq!(claims["aud"], json!(ORIGIN));
                assert_eq!(claims["tid"], json!(tenant));
                assert_eq!(claims["appid"], json!(app_id));
                assert_eq!(claims["oid"], json!(app.principal_id.to_string()));
                assert_eq!(
                    claims["roles"],
                    json!(["AuditLog.Read.All", "User.Read.All"])
                );
                let bearer = bearer::authenticate(house.identity(), &bearer::Shown::bearer(token))
                    .await
                    .unwrap();
                assert!(bearer.is_application() && bearer.person().is_none());
                assert_eq!(bearer.principal(), app.principal_id);
                assert_eq!(
                    bearer.permissions(),
                    [Permission::AuditLogReadAll, Permission::UserReadAll]
                );
            }
        }
    });
}

#[test]
fn every_way_to_prove_oneself() {
    in_each_house(async |house| {
        let app = house.application("prover", &["User.Read.All"]).await;
        let app_id = app.app_id.to_string();
        let joined = format!("{app_id}:{}", app.secret);
        let header = data_encoding::BASE64.encode(joined.as_bytes());
        let mut request = house.browser().token_request(
            ROOT,
            &[
                ("grant_type", "client_credentials"),
                ("scope", "https://graph.microsoft.com/.default"),
            ],
        );
        let value = format!("Basic {header}").parse().unwrap();
        request.headers_mut().insert("authorization", value);
        house.browser().send_program(request).await.ok();
        let assertion = app.assertion(&house);
        house
            .browser()
            .ask_token(ROOT, &key_form(&assertion))
            .await
            .ok();
        // The issuer instead of the endpoint, and beside others.
        let assertion = app.assertion_with(&house, |claims| {
            claims["aud"] = json!(["https://elsewhere.example", ORIGIN]);
        });
        house
            .browser()
            .ask_token(ROOT, &key_form(&assertion))
            .await
            .ok();
    });
}

#[test]
fn who_does_not_prove_it_gets_nothing() {
    in_each_house(async |house| {
        let app = house.application("victim", &["User.Read.All"]).await;
        let other = house.application("other", &[]).await;
        let app_id = app.app_id.to_string();
        let default = "https://graph.microsoft.com/.default";
        let browser = house.browser();
        for secret in [other.secret.as_str(), "guessed", &app.secret[1..]] {
            let form = secret_form(&app_id, secret, default);
            let text = refused(browser.ask_token(ROOT, &form).await, 401, "invalid_client");
            assert!(!text.contains(secret), "{text}");
        }
        for id in [
            "",
            "x",
            "00000000-0000-0000-0000-000000000000",
            &other.principal_id.to_string(),
        ] {
            let form = secret_form(id, &app.secret, default);
            refused(
                house.browser().ask_token(ROOT, &form).await,
                401,
                "invalid_client",
            );
        }
        let bare = [
            ("grant_type", "client_credentials"),
            ("client_id", app_id.as_str()),
            ("scope", default),
        ];
        refused(
            house.browser().ask_token(ROOT, &bare).await,
            401,
            "invalid_client",
        );
        // One proof, not two.
        let assertion = app.assertion(&house);
        let mut both = key_form(&assertion).to_vec();
        both.push(("client_secret", &app.secret));
        refused(
            house.browser().ask_token(ROOT, &both).await,
            400,
            "invalid_request",
        );
        // Twice the same parameter.
        let mut twice = secret_form(&app_id, &app.secret, default).to_vec();
        twice.push(("client_id", &app_id));
        refused(
            house.browser().ask_token(ROOT, &twice).await,
            400,
            "invalid_request",
        );
        let wrong_scope = secret_form(&app_id, &app.secret, "User.Read.All");
        refused(
            house.browser().ask_token(ROOT, &wrong_scope).await,
            400,
            "invalid_scope",
        );
        let elsewhere = format!("/11111111-1111-1111-1111-111111111111{ROOT}");
        let form = secret_form(&app_id, &app.secret, default);
        refused(
            house.browser().ask_token(&elsewhere, &form).await,
            404,
            "invalid_tenant",
        );
    });
}

#[test]
fn assertions_are_bound_short_lived_and_used_once() {
    in_each_house(async |mut house: House| {
        let second = house.add_node().await;
        let app = house.application("signer", &["User.Read.All"]).await;
        let other = house.application("other", &["User.Read.All"]).await;
        let now = house.now() / SECOND;
        let wrong: [(&str, Value); 11] = [
            ("iss", json!(other.app_id.to_string())),
            ("sub", json!(other.app_id.to_string())),
            ("aud", json!("https://elsewhere.example/oauth2/v2.0/token")),
            (
                "aud",
                json!(format!("{ORIGIN}/organizations/oauth2/v2.0/token")),
            ),
            ("aud", json!([])),
            ("exp", json!(now - 61)),
            ("exp", json!(now + 3700)),
            ("exp", json!("soon")),
            ("nbf", json!(now + 120)),
            ("jti", json!("")),
            ("jti", Value::Null),
        ];
        for (name, value) in wrong {
            let assertion = app.assertion_with(&house, |claims| claims[name] = value.clone());
            let answer = house.browser().ask_token(ROOT, &key_form(&assertion)).await;
            refused(answer, 401, "invalid_client");
        }
        // Another's key, a key that nobody registered.
        let claims = json!({ "iss": app.app_id.to_string(), "sub": app.app_id.to_string(), "aud": ORIGIN, "exp": now + 60, "jti": "a" });
        for key in [&other.key, &SigningKey::make()] {
            let assertion = key.sign("JWT", &claims);
            let answer = house.browser().ask_token(ROOT, &key_form(&assertion)).await;
            refused(answer, 401, "invalid_client");
        }
        // Our own access token is no assertion.
        let token = house.token(&app).await;
        refused(
            house.browser().ask_token(ROOT, &key_form(&token)).await,
            401,
            "invalid_client",
        );
        // Once, on whichever node; also after a failed try.
        let assertion = app.assertion(&house);
        house
            .browser()
            .ask_token(ROOT, &key_form(&assertion))
            .await
            .ok();
        for node in [0, second] {
            let answer = house
                .browser_at(node)
                .ask_token(ROOT, &key_form(&assertion))
                .await;
            let text = refused(answer, 401, "invalid_client");
            assert!(text.starts_with("client.assertion_replayed"), "{text}");
        }
        let assertion = app.assertion(&house);
        let mut form = key_form(&assertion);
        form[1].1 = "User.Read.All";
        refused(
            house.browser().ask_token(ROOT, &form).await,
            400,
            "invalid_scope",
        );
        refused(
            house.browser().ask_token(ROOT, &key_form(&assertion)).await,
            401,
            "invalid_client",
        );
        // It is remembered as long as it lives: the purge does not bring it back.
        let assertion = app.assertion_with(&house, |claims| claims["exp"] = json!(now + 600));
        house
            .browser()
            .ask_token(ROOT, &key_form(&assertion))
            .await
            .ok();
        house.advance(10 * MINUTE);
        tenant::tick_minute(house.identity()).await.unwrap();
        refused(
            house.browser().ask_token(ROOT, &key_form(&assertion)).await,
            401,
            "invalid_client",
        );
    });
}

#[test]
fn the_same_assertion_at_once_works_once() {
    in_each_house(async |mut house: House| {
        let second = house.add_node().await;
        let app = house.application("signer", &["User.Read.All"]).await;
        let assertion = app.assertion(&house);
        let work = (0..8).map(|number| {
            let browser = house.browser_at(if number % 2 == 0 { 0 } else { second });
            let assertion = assertion.clone();
            async move { browser.ask_token(ROOT, &key_form(&assertion)).await }
        });
        let answers = crate::at_once(work.collect()).await;
        assert_eq!(
            crate::count(&answers, 200),
            1,
            "{:?}",
            crate::brief(&answers)
        );
        assert_eq!(
            crate::count(&answers, 401),
            7,
            "{:?}",
            crate::brief(&answers)
        );
    });
}

#[test]
fn security_28_a_token_ends_with_what_it_rests_on() {
    in_each_house(async |house| {
        let identity = house.identity();
        let token_of = async |app: &Application| {
            let token = house.token(app).await;
            assert!(is_live(&house, &token).await);
            token
        };
        let app = house.application("one", &["User.Read.All"]).await;
        // Time.
        let token = token_of(&app).await;
        house.advance(10 * MINUTE + 31 * SECOND);
        assert!(!is_live(&house, &token).await);
        // A removed secret or key.
        let token = token_of(&app).await;
        let view = applications::find(identity, COMMAND_LINE, app.object_id)
            .await
            .unwrap();
        let secret = view.secrets[0].key_id;
        applications::remove_credential(identity, COMMAND_LINE, app.object_id, None, secret)
            .await
            .unwrap();
        assert!(!is_live(&house, &token).await);
        // A permission taken back.
        let token = token_of(&app).await;
        let roles = applications::list_app_roles(identity, COMMAND_LINE, app.principal_id)
            .await
            .unwrap();
        applications::unassign(identity, COMMAND_LINE, roles[0].assignment_id)
            .await
            .unwrap();
        assert!(!is_live(&house, &token).await);
        // Disabled: nothing new either; enabled again: the old one stays void.
        let token = token_of(&app).await;
        let enabled = |enabled| PrincipalChange {
            enabled: Some(enabled),
            ..PrincipalChange::default()
        };
        let principal = app.principal_id;
        applications::change_principal(identity, COMMAND_LINE, principal, enabled(false))
            .await
            .unwrap();
        assert!(!is_live(&house, &token).await);
        let assertion = app.assertion(&house);
        refused(
            house.browser().ask_token(ROOT, &key_form(&assertion)).await,
            401,
            "invalid_client",
        );
        applications::change_principal(identity, COMMAND_LINE, principal, enabled(true))
            .await
            .unwrap();
        assert!(!is_live(&house, &token).await);
        // Deleted and restored.
        let token = token_of(&app).await;
        applications::delete(identity, COMMAND_LINE, app.object_id, None)
            .await
            .unwrap();
        assert!(!is_live(&house, &token).await);
        let assertion = app.assertion(&house);
        refused(
            house.browser().ask_token(ROOT, &key_form(&assertion)).await,
            401,
            "invalid_client",
        );
        applications::restore(identity, COMMAND_LINE, app.object_id)
            .await
            .unwrap();
        assert!(!is_live(&house, &token).await);
        token_of(&app).await;
        // A restored database.
        let token = token_of(&app).await;
        let restored = house.restored().await;
        assert!(!is_live(&restored, &token).await);
    });
}

#[test]
fn only_an_access_token_of_ours_is_one() {
    in_each_house(async |house| {
        let app = house.application("one", &["User.Read.All"]).await;
        let token = house.token(&app).await;
        assert!(is_live(&house, &token).await);
        let parts: Vec<&str> = token.split('.').collect();
        let encode = |text: &str| data_encoding::BASE64URL_NOPAD.encode(text.as_bytes());
        let none = encode(r#"{"alg":"none","typ":"at+jwt"}"#);
        let mac = encode(r#"{"alg":"HS256","typ":"at+jwt"}"#);
        let mut bent: Vec<String> = vec![
            String::new(),
            "x".to_owned(),
            app.assertion(&house),
            format!("{none}.{}.", parts[1]),
            format!("{mac}.{}.{}", parts[1], parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{}.{}", parts[0], parts[1]),
            format!("{token}."),
            format!("{token}="),
            format!(" {token}"),
        ];
        // Signed by a key of the sender's own, under our key's name or its own.
        let claims = read_claims(&token);
        bent.push(SigningKey::make().sign("at+jwt", &claims));
        for at in (0..token.len()).step_by(7) {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            bent.push(String::from_utf8(bytes).unwrap());
        }
        for token in bent {
            assert!(!is_live(&house, &token).await, "{token}");
        }
        // Another house, with the same names and another tenant's keys.
        let other = House::open_seeded(house.backend().clone(), 77).await;
        assert!(!is_live(&other, &token).await);
    });
}

#[test]
fn security_11_tier_zero_needs_a_key_and_every_use_alerts() {
    in_each_house(async |house| {
        let app = house
            .application("powerful", &["UserAuthMethod-Passkey.ReadWrite.All"])
            .await;
        let app_id = app.app_id.to_string();
        let form = secret_form(&app_id, &app.secret, "https://graph.microsoft.com/.default");
        let answer = house.browser().ask_token(ROOT, &form).await;
        let text = refused(answer, 400, "unauthorized_client");
        assert!(text.starts_with("client.tier_zero_needs_key"), "{text}");
        let count = || {
            let text = "SELECT body FROM audit WHERE activity = 'alert.tier_zero_use'";
            house.run_sql(text).len()
        };
        assert_eq!(count(), 0);
        house.token(&app).await;
        house.token(&app).await;
        assert_eq!(count(), 2);
        let assigned =
            house.run_sql("SELECT body FROM audit WHERE activity = 'permission.assigned'");
        assert!(
            assigned
                .iter()
                .any(|body| body.contains("\"tierZero\":true")),
            "{assigned:?}"
        );
    });
}

#[test]
fn past_mistake_48_a_secret_is_shown_once_and_kept_as_a_hash() {
    in_each_house(async |house| {
        let app = house.application("one", &[]).await;
        assert!(!house.holds(&app.secret));
        let view = applications::find(house.identity(), COMMAND_LINE, app.object_id)
            .await
            .unwrap();
        let shown = format!("{view:?}");
        assert!(!shown.contains(&app.secret));
        assert_eq!(view.secrets[0].hint, app.secret[..3]);
        assert!(
            view.keys[0]
                .jwk
                .as_ref()
                .unwrap()
                .contains("\"kty\":\"EC\"")
        );
        let made = applications::add_secret(
            house.identity(),
            COMMAND_LINE,
            app.object_id,
            "second",
            None,
        )
        .await
        .unwrap();
        assert!(!format!("{made:?}").contains(&made.secret));
        assert_ne!(made.secret, app.secret);
    });
}

#[test]
fn an_expired_secret_or_key_is_none() {
    in_each_house(async |house| {
        let app = house.application("one", &["User.Read.All"]).await;
        let identity = house.identity();
        let ends = Some(house.now() + DAY);
        let made = applications::add_secret(identity, COMMAND_LINE, app.object_id, "", ends)
            .await
            .unwrap();
        let key = SigningKey::make();
        let jwk = key.public().to_json();
        applications::add_key(
            identity,
            COMMAND_LINE,
            app.object_id,
            "",
            jwk.as_bytes(),
            ends,
        )
        .await
        .unwrap();
        house.advance(DAY);
        let app_id = app.app_id.to_string();
        let form = secret_form(
            &app_id,
            &made.secret,
            "https://graph.microsoft.com/.default",
        );
        refused(
            house.browser().ask_token(ROOT, &form).await,
            401,
            "invalid_client",
        );
        let now = house.now() / SECOND;
        let claims =
            json!({ "iss": app_id, "sub": app_id, "aud": ORIGIN, "exp": now + 60, "jti": "a" });
        let assertion = key.sign("JWT", &claims);
        refused(
            house.browser().ask_token(ROOT, &key_form(&assertion)).await,
            401,
            "invalid_client",
        );
        // The others still hold.
        let form = secret_form(&app_id, &app.secret, "https://graph.microsoft.com/.default");
        house.browser().ask_token(ROOT, &form).await.ok();
        for ends in [house.now(), house.now() + 731 * DAY] {
            let refusal =
                applications::add_secret(identity, COMMAND_LINE, app.object_id, "", Some(ends))
                    .await
                    .unwrap_err();
            assert_eq!(refusal.code.id, "application.expiry_unfit");
        }
    });
}

#[test]
fn unfit_keys_and_addresses_are_refused() {
    in_each_house(async |house| {
        let app = house.application("one", &[]).await;
        let identity = house.identity();
        let public = app.key.public().to_json();
        let private = public.replace("\"kty\"", "\"d\":\"AAAA\",\"kty\"");
        let keys = [
            "",
            "{}",
            &private,
            r#"{"kty":"oct","k":"AAAA"}"#,
            r#"{"kty":"RSA","e":"AQAB","n":"AQAB"}"#,
            "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        ];
        for key in keys {
            let refusal = applications::add_key(
                identity,
                COMMAND_LINE,
                app.object_id,
                "",
                key.as_bytes(),
                None,
            )
            .await
            .unwrap_err();
            assert_eq!(refusal.code.id, "application.key_unfit", "{key}");
        }
        let change = ApplicationChange {
            redirect_uris: Some(vec![applications::RedirectUri {
                platform: oidc::redirect_uri::Platform::Web,
                uri: "http://app.example.org/".to_owned(),
            }]),
            ..ApplicationChange::default()
        };
        let refusal = applications::change(identity, COMMAND_LINE, app.object_id, &change)
            .await
            .unwrap_err();
        assert_eq!(refusal.code.id, "application.redirect_unfit");
        for number in 0..20 {
            let made =
                applications::add_secret(identity, COMMAND_LINE, app.object_id, "", None).await;
            // The first two came with the application.
            assert_eq!(made.is_ok(), number < 8, "{number}");
        }
    });
}

#[test]
fn failed_tries_are_limited_by_network_and_tell_nothing() {
    in_each_house(async |house| {
        let app = house.application("victim", &["User.Read.All"]).await;
        let app_id = app.app_id.to_string();
        let attacker = house.browser();
        let form = secret_form(&app_id, "wrong", "https://graph.microsoft.com/.default");
        for _ in 0..60 {
            refused(attacker.ask_token(ROOT, &form).await, 401, "invalid_client");
        }
        let answer = attacker.ask_token(ROOT, &form).await;
        assert!(!answer.header("retry-after").is_empty());
        refused(answer, 429, "temporarily_unavailable");
        // Also with the right secret, from there; elsewhere the application goes on.
        let form = secret_form(&app_id, &app.secret, "https://graph.microsoft.com/.default");
        refused(
            attacker.ask_token(ROOT, &form).await,
            429,
            "temporarily_unavailable",
        );
        house.browser().ask_token(ROOT, &form).await.ok();
        house.advance(MINUTE);
        attacker.ask_token(ROOT, &form).await.ok();
    });
}

#[test]
fn keys_rotate_and_old_tokens_stay_good() {
    in_each_house(async |mut house: House| {
        let second = house.add_node().await;
        let app = house.application("one", &["User.Read.All"]).await;
        let names = async |house: &House| -> Vec<String> {
            let set = house.browser().get("/discovery/v2.0/keys").await.ok();
            let keys = set["keys"].as_array().unwrap().clone();
            assert!(
                keys.iter()
                    .all(|key| key.get("d").is_none() && key["use"] == "sig")
            );
            keys.iter()
                .map(|key| key["kid"].as_str().unwrap().to_owned())
                .collect()
        };
        let kid = |token: &str| {
            let head = data_encoding::BASE64URL_NOPAD
                .decode(token.split('.').next().unwrap().as_bytes())
                .unwrap();
            let head: Value = serde_json::from_slice(&head).unwrap();
            assert_eq!(
                (&head["typ"], &head["alg"]),
                (&json!("at+jwt"), &json!("ES256"))
            );
            head["kid"].as_str().unwrap().to_owned()
        };
        let first = names(&house).await;
        assert_eq!(first.len(), 1);
        house.advance(30 * DAY);
        tenant::tick_minute(house.identity()).await.unwrap();
        assert_eq!(names(&house).await.len(), 2);
        let old = house.token(&app).await;
        assert_eq!(kid(&old), first[0]);
        house.advance(DAY - MINUTE);
        let old = house.token(&app).await;
        house.advance(2 * MINUTE);
        let new = house.token(&app).await;
        assert_eq!(kid(&old), first[0]);
        assert_ne!(kid(&new), first[0]);
        for node in [0, second] {
            // The other node has not looked for new keys yet: the name of an unknown one makes it.
            let identity = house.identity_at(node);
            for token in [&old, &new] {
                assert!(
                    bearer::authenticate(identity, &bearer::Shown::bearer(token))
                        .await
                        .is_ok()
                );
            }
        }
        house.advance(DAY);
        tenant::tick_minute(house.identity()).await.unwrap();
        assert_eq!(names(&house).await, [kid(&new)]);
    });
}

#[test]
fn discovery_says_where_everything_is() {
    in_each_house(async |house| {
        let tenant = house.identity().tenant_id().to_string();
        let upper = tenant.to_uppercase();
        for (prefix, issuer) in [
            (String::new(), ORIGIN.to_owned()),
            (format!("/{tenant}/v2.0"), format!("{ORIGIN}/{tenant}/v2.0")),
            (format!("/{upper}/v2.0"), format!("{ORIGIN}/{tenant}/v2.0")),
            ("/common/v2.0".to_owned(), format!("{ORIGIN}/common/v2.0")),
        ] {
            let path = format!("{prefix}/.well-known/openid-configuration");
            let document = house.browser().get(&path).await.ok();
            assert_eq!(document["issuer"], json!(issuer));
            assert_eq!(
                document["code_challenge_methods_supported"],
                json!(["S256"])
            );
            // What signs is what an application may choose.
            let signing = ID_TOKEN_ALGORITHMS.map(|algorithm| algorithm.as_str());
            for name in ["id_token", "userinfo"] {
                let told = &document[format!("{name}_signing_alg_values_supported")];
                assert_eq!(told, &json!(signing));
            }
            let keys = document["jwks_uri"].as_str().unwrap();
            house
                .browser()
                .get(keys.strip_prefix(ORIGIN).unwrap())
                .await
                .ok();
            for name in ["authorization_endpoint", "token_endpoint"] {
                let address = document[name]
                    .as_str()
                    .unwrap()
                    .strip_prefix(ORIGIN)
                    .unwrap();
                let answer = house.browser().get(address).await;
                assert_ne!(answer.status, 404, "{address}");
            }
        }
        let answer = house
            .browser()
            .get("/other.example.org/v2.0/.well-known/openid-configuration")
            .await;
        assert_eq!(answer.status, 404);
    });
}
