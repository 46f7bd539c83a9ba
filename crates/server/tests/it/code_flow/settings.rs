//! What an administrator lets an application's tokens say, and how they are asked for and signed.

use data_encoding::BASE64URL_NOPAD;
use identity::applications::{
    self, AppRole, ApplicationChange, ClaimRule, DEFAULT_ROLE, Source, TokenSettings,
};
use identity::groups::{self, NewGroup, members};
use identity::people::{self, Attribute, PersonChange};
use identity::token::preview;
use identity::{Id, Refusal};
use oidc::jwk;
use oidc::jwt::{self, ALGORITHMS, Algorithm};
use oidc::redirect_uri::Platform;
use serde_json::{Value, json};
use testkit::{Application, CALLBACK, House, Person};

use super::{COMMAND_LINE, TOKEN, ask, code_of, error_of, redeem, redeem_form, refused, web};
use crate::in_each_house;

async fn set(house: &House, app: &Application, settings: &TokenSettings) -> Result<(), Refusal> {
    let change = ApplicationChange {
        token_settings: Some(settings.clone()),
        ..ApplicationChange::default()
    };
    applications::change(house.identity(), COMMAND_LINE, app.object_id, &change)
        .await
        .map(drop)
}

fn claim(name: &str, source: &str) -> ClaimRule {
    ClaimRule {
        name: name.to_owned(),
        source: Source::parse(source).unwrap(),
    }
}

/// The claims of a token that the published keys verify, and its algorithm.
async fn verify(house: &House, token: &str) -> (Value, Algorithm) {
    let parsed = jwt::parse(token).unwrap();
    let set = house.browser().get("/discovery/v2.0/keys").await.ok();
    let name = parsed.header().key_id.clone().unwrap();
    let keys = set["keys"].as_array().unwrap();
    let key = keys.iter().find(|key| key["kid"] == json!(name)).unwrap();
    let key = jwk::parse(key.to_string().as_bytes()).unwrap();
    parsed.verify(&key, ALGORITHMS).unwrap();
    let part = token.split('.').nth(1).unwrap();
    let bytes = BASE64URL_NOPAD.decode(part.as_bytes()).unwrap();
    (
        serde_json::from_slice(&bytes).unwrap(),
        parsed.header().algorithm,
    )
}

async fn sign_in(house: &House, app: &Application, person: &mut Person) -> Value {
    let code = code_of(&ask(&mut person.browser, app, &[]).await);
    redeem(house, app, &code).await.ok()
}

async fn group(house: &House, name: &str, member: Id) -> Id {
    let new = NewGroup {
        display_name: name.to_owned(),
        ..NewGroup::default()
    };
    let made = groups::create(house.identity(), COMMAND_LINE, &new)
        .await
        .unwrap();
    members::add(house.identity(), COMMAND_LINE, made.group_id, member)
        .await
        .unwrap();
    made.group_id
}

async fn assign(house: &House, app: &Application, whom: Id, role: Id) -> Result<(), Refusal> {
    applications::assign(house.identity(), COMMAND_LINE, whom, app.principal_id, role)
        .await
        .map(drop)
}

#[test]
fn claims_come_from_the_directory_and_a_preview_shows_them() {
    in_each_house(async |house| {
        let app = web(&house, "Travel").await;
        house.grant(&app, "User.Read").await;
        let mut ada = house.administrator("ada").await;
        let person = house.find("ada").await.person_id;
        let mut change = PersonChange::default();
        change
            .profile
            .texts
            .insert(Attribute::Department, Some("Würfel".to_owned()));
        people::update(house.identity(), COMMAND_LINE, person, None, &change)
            .await
            .unwrap();
        let pilots = group(&house, "Pilots", person).await;
        let crew = group(&house, "Crew", pilots).await;
        let clerk = AppRole::make(house.identity(), "clerk", "Clerk");
        let boss = AppRole::make(house.identity(), "boss", "Boss");
        let settings = TokenSettings {
            claims: vec![
                claim("email", "userName"),
                claim("https://travel.example/dept", "department"),
                claim("phone", "mobilePhone"),
                claim("groups", "groupNames"),
                claim("assigned", "assignedGroupNames"),
                claim("ids", "assignedGroupIds"),
                claim("plan", "fixed:gold"),
                claim("titles", "roles"),
            ],
            roles: vec![boss.clone(), clerk.clone()],
            ..TokenSettings::default()
        };
        set(&house, &app, &settings).await.unwrap();
        // A role through a group, and being let in says nothing of roles.
        assign(&house, &app, crew, clerk.id).await.unwrap();
        assign(&house, &app, person, DEFAULT_ROLE).await.unwrap();
        let body = sign_in(&house, &app, &mut ada).await;
        let (claims, algorithm) = verify(&house, body["id_token"].as_str().unwrap()).await;
        assert_eq!(algorithm, Algorithm::Rs256);
        let mut groups: Vec<&str> = claims["groups"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        groups.sort_unstable();
        assert_eq!(groups, ["Crew", "Pilots"]);
        for (name, expected) in [
            ("email", json!("ada")),
            ("https://travel.example/dept", json!("Würfel")),
            ("phone", Value::Null),
            ("assigned", json!(["Crew"])),
            ("ids", json!([crew.to_string()])),
            ("plan", json!("gold")),
            ("titles", json!(["clerk"])),
            ("roles", json!(["clerk"])),
        ] {
            let found = claims.get(name).cloned().unwrap_or(Value::Null);
            assert_eq!(found, expected, "{name}");
        }
        // The access token is for our API, which has roles of its own.
        let (access, _) = verify(&house, body["access_token"].as_str().unwrap()).await;
        assert!(access.get("roles").is_none() && access.get("plan").is_none());
        // The preview is what was told, but for what the sign-in itself says.
        let scopes = ["openid", "profile"];
        let told = preview(
            house.identity(),
            COMMAND_LINE,
            app.object_id,
            person,
            &scopes,
        )
        .await
        .unwrap();
        assert!(told.is_assigned);
        let mut previewed = Value::Object(told.id_token);
        for of_sign_in in ["sid", "auth_time", "nonce", "acr", "amr"] {
            previewed[of_sign_in] = claims[of_sign_in].clone();
        }
        assert_eq!(previewed, claims);
        let mut request = house.browser().request(
            axum::http::Method::GET,
            "/oidc/userinfo",
            axum::body::Body::empty(),
        );
        let bearer = format!("Bearer {}", body["access_token"].as_str().unwrap());
        request
            .headers_mut()
            .insert("authorization", bearer.parse().unwrap());
        let info = house.browser().send_program(request).await.ok();
        assert_eq!(Value::Object(told.user_info), info);
        assert_eq!(info["assigned"], json!(["Crew"]));
        // A role that is switched off is nobody's.
        let mut off = settings.clone();
        off.roles[1].is_enabled = false;
        set(&house, &app, &off).await.unwrap();
        let body = sign_in(&house, &app, &mut ada).await;
        let (claims, _) = verify(&house, body["id_token"].as_str().unwrap()).await;
        assert!(claims.get("roles").is_none());
        let refusal = assign(&house, &app, person, clerk.id).await.unwrap_err();
        assert_eq!(refusal.code.id, "permission.unknown");
        let unknown = preview(
            house.identity(),
            COMMAND_LINE,
            app.object_id,
            person,
            &["x"],
        )
        .await;
        assert_eq!(unknown.unwrap_err().code.id, "scope.unknown");
    });
}

#[test]
fn what_the_server_vouches_for_is_nobodys_to_map() {
    in_each_house(async |house| {
        let app = web(&house, "Travel").await;
        let role = || AppRole::make(house.identity(), "clerk", "Clerk");
        let of_claims = |claims: Vec<ClaimRule>| TokenSettings {
            claims,
            ..TokenSettings::default()
        };
        let of_roles = |roles: Vec<AppRole>| TokenSettings {
            roles,
            ..TokenSettings::default()
        };
        let mut spaced = role();
        spaced.value = "two words".to_owned();
        let mut nameless = role();
        nameless.display_name = String::new();
        let mut standing = role();
        standing.id = DEFAULT_ROLE;
        let many = |count: u32| {
            let names = (0..count).map(|number| claim(&format!("c{number}"), "mail"));
            of_claims(names.collect())
        };
        let unknown = ClaimRule {
            name: "a".to_owned(),
            source: Source::read("shoeSize"),
        };
        let mut cases = vec![
            (of_claims(vec![unknown]), "tokens.claim_source"),
            (of_claims(vec![claim("", "mail")]), "tokens.claim_name"),
            (of_claims(vec![claim("a b", "mail")]), "tokens.claim_name"),
            (of_claims(vec![claim("ü", "mail")]), "tokens.claim_name"),
            (
                of_claims(vec![claim("_claim_names", "mail")]),
                "tokens.claim_name",
            ),
            (
                of_claims(vec![claim(&"c".repeat(121), "mail")]),
                "tokens.claim_name",
            ),
            (
                of_claims(vec![claim("a", "mail"), claim("a", "id")]),
                "tokens.claim_twice",
            ),
            (of_claims(vec![claim("a", "fixed:")]), "tokens.fixed_value"),
            (many(51), "tokens.too_many_claims"),
            (of_roles(vec![role(), role()]), "tokens.role_twice"),
            (of_roles(vec![spaced]), "tokens.role_value"),
            (of_roles(vec![nameless]), "tokens.role_name"),
            (of_roles(vec![standing]), "tokens.role_id"),
        ];
        for name in [
            "sub", "iss", "aud", "acr", "amr", "nonce", "exp", "sid", "roles", "cnf",
        ] {
            cases.push((
                of_claims(vec![claim(name, "mail")]),
                "tokens.claim_reserved",
            ));
        }
        for (settings, detail) in cases {
            let refusal = set(&house, &app, &settings).await.unwrap_err();
            assert_eq!(
                refusal.code.id, "application.token_settings_unfit",
                "{detail}"
            );
            assert_eq!(refusal.detail, Some(detail));
        }
        set(&house, &app, &many(50)).await.unwrap();
    });
}

#[test]
fn id_tokens_and_user_info_are_signed_as_the_application_chose() {
    in_each_house(async |house| {
        let app = web(&house, "Travel").await;
        house.grant(&app, "User.Read").await;
        let mut ada = house.administrator("ada").await;
        for algorithm in applications::ID_TOKEN_ALGORITHMS {
            let settings = TokenSettings {
                algorithm,
                is_user_info_signed: true,
                ..TokenSettings::default()
            };
            set(&house, &app, &settings).await.unwrap();
            let body = sign_in(&house, &app, &mut ada).await;
            let token = body["id_token"].as_str().unwrap();
            let (claims, found) = verify(&house, token).await;
            assert_eq!(found, algorithm);
            let mut request = house.browser().request(
                axum::http::Method::GET,
                "/oidc/userinfo",
                axum::body::Body::empty(),
            );
            let bearer = format!("Bearer {}", body["access_token"].as_str().unwrap());
            request
                .headers_mut()
                .insert("authorization", bearer.parse().unwrap());
            let answer = house.browser().send_program(request).await;
            assert_eq!(answer.header("content-type"), "application/jwt");
            let (info, found) = verify(&house, &answer.text()).await;
            assert_eq!(found, algorithm);
            for name in ["iss", "aud", "sub", "preferred_username"] {
                assert_eq!(info[name], claims[name], "{name}");
            }
            // It comes back as a hint of whom the application means.
            let answer = ask(
                &mut ada.browser,
                &app,
                &[("id_token_hint", token), ("prompt", "none")],
            )
            .await;
            code_of(&answer);
        }
    });
}

#[test]
fn pkce_is_left_out_by_who_keeps_a_secret_and_may() {
    in_each_house(async |house| {
        let app = web(&house, "Old").await;
        house.grant(&app, "User.Read").await;
        let script = house
            .application_at("Script", &[], &[(Platform::SinglePage, CALLBACK)])
            .await;
        house.grant(&script, "User.Read").await;
        let mut ada = house.administrator("ada").await;
        let without = [("code_challenge", ""), ("code_challenge_method", "")];
        let query = |app: &Application| {
            let whole = super::query(app, &[]);
            let kept: Vec<&str> = whole
                .split('&')
                .filter(|pair| !pair.starts_with("code_challenge"))
                .collect();
            format!("{}?{}", super::AUTHORIZE, kept.join("&"))
        };
        assert_eq!(
            error_of(&ada.browser.get(&query(&app)).await),
            "invalid_request"
        );
        let optional = TokenSettings {
            is_pkce_optional: true,
            ..TokenSettings::default()
        };
        for app in [&app, &script] {
            set(&house, app, &optional).await.unwrap();
        }
        // A script must, whatever is written beside its name.
        assert_eq!(
            error_of(&ada.browser.get(&query(&script)).await),
            "invalid_request"
        );
        let _ = without;
        let app_id = app.app_id.to_string();
        let secret = [("client_secret", app.secret.as_str())];
        let form = |code: &str, verifier: bool| {
            let mut form: Vec<(String, String)> = redeem_form(&app_id, code, &secret)
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            if !verifier {
                form.retain(|(name, _)| name != "code_verifier");
            }
            form
        };
        let send = async |form: Vec<(String, String)>| {
            let form: Vec<(&str, &str)> =
                form.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
            house.browser().ask_token(TOKEN, &form).await
        };
        let code = code_of(&ada.browser.get(&query(&app)).await);
        send(form(&code, false)).await.ok();
        // RFC 9700 section 4.8.2: somebody took the challenge away.
        let code = code_of(&ada.browser.get(&query(&app)).await);
        assert!(
            refused(send(form(&code, true)).await, "invalid_grant").starts_with("code.verifier")
        );
        // And a challenge that was sent is asked for.
        let code = code_of(&ask(&mut ada.browser, &app, &[]).await);
        assert!(
            refused(send(form(&code, false)).await, "invalid_grant").starts_with("code.verifier")
        );
        let code = code_of(&ask(&mut ada.browser, &app, &[]).await);
        send(form(&code, true)).await.ok();
    });
}

/// More groups than a token has room for: said so, and none of them told.
#[test]
fn too_many_groups_are_not_told_by_halves() {
    in_each_house(async |house| {
        let app = web(&house, "Travel").await;
        house.grant(&app, "User.Read").await;
        let mut ada = house.administrator("ada").await;
        let person = house.find("ada").await.person_id;
        let settings = TokenSettings {
            claims: vec![claim("groups", "groupIds")],
            ..TokenSettings::default()
        };
        set(&house, &app, &settings).await.unwrap();
        for number in 0..200 {
            group(&house, &format!("Group {number}"), person).await;
        }
        let body = sign_in(&house, &app, &mut ada).await;
        let (claims, _) = verify(&house, body["id_token"].as_str().unwrap()).await;
        assert_eq!(claims["groups"].as_array().unwrap().len(), 200);
        assert!(claims.get("hasgroups").is_none());
        group(&house, "One more", person).await;
        let body = sign_in(&house, &app, &mut ada).await;
        let (claims, _) = verify(&house, body["id_token"].as_str().unwrap()).await;
        assert_eq!(claims["hasgroups"], json!(true));
        assert!(claims.get("groups").is_none());
    });
}
