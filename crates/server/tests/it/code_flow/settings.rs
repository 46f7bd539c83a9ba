//! What an administrator lets an application's tokens say, and how they are asked for and signed.

use axum::body::Body;
use axum::http::Method;
use axum::http::header::AUTHORIZATION;
use identity::applications::{
    self, AppRole, ApplicationChange, ClaimRule, DEFAULT_ROLE, Source, TokenSettings,
};
use identity::groups::members;
use identity::people::{self, Attribute, PersonChange};
use identity::token::preview;
use identity::{Id, Refusal};
use oidc::jwt::Algorithm;
use oidc::redirect_uri::Platform;
use serde_json::{Value, json};
use testkit::{Answer, Application, CALLBACK, House, Person};

use super::assignments::{assign, group};
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

async fn sign_in(house: &House, app: &Application, person: &mut Person) -> Value {
    let code = code_of(&ask(&mut person.browser, app, &[]).await);
    redeem(house, app, &code).await.ok()
}

async fn group_of(house: &House, name: &str, member: Id) -> Id {
    let made = group(house, name).await;
    members::add(house.identity(), COMMAND_LINE, made, member)
        .await
        .unwrap();
    made
}

async fn ask_user_info(house: &House, tokens: &Value) -> Answer {
    let browser = house.browser();
    let mut request = browser.request(Method::GET, "/oidc/userinfo", Body::empty());
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, bearer.parse().unwrap());
    browser.send_program(request).await
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
        let pilots = group_of(&house, "Pilots", person).await;
        let crew = group_of(&house, "Crew", pilots).await;
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
        let (claims, algorithm) = house.verify_token(body["id_token"].as_str().unwrap()).await;
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
        let (access, _) = house
            .verify_token(body["access_token"].as_str().unwrap())
            .await;
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
        let info = ask_user_info(&house, &body).await.ok();
        assert_eq!(Value::Object(told.user_info), info);
        assert_eq!(info["assigned"], json!(["Crew"]));
        // A role that is switched off is nobody's.
        let mut off = settings.clone();
        off.roles[1].is_enabled = false;
        set(&house, &app, &off).await.unwrap();
        let body = sign_in(&house, &app, &mut ada).await;
        let (claims, _) = house.verify_token(body["id_token"].as_str().unwrap()).await;
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
        let mut of_programs = role();
        of_programs.for_people = false;
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
            (of_roles(vec![of_programs]), "tokens.role_kind"),
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
            let (claims, found) = house.verify_token(token).await;
            assert_eq!(found, algorithm);
            let answer = ask_user_info(&house, &body).await;
            assert_eq!(answer.header("content-type"), "application/jwt");
            let (info, found) = house.verify_token(&answer.text()).await;
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
            group_of(&house, &format!("Group {number}"), person).await;
        }
        let body = sign_in(&house, &app, &mut ada).await;
        let (claims, _) = house.verify_token(body["id_token"].as_str().unwrap()).await;
        assert_eq!(claims["groups"].as_array().unwrap().len(), 200);
        assert!(claims.get("hasgroups").is_none());
        group_of(&house, "One more", person).await;
        let body = sign_in(&house, &app, &mut ada).await;
        let (claims, _) = house.verify_token(body["id_token"].as_str().unwrap()).await;
        assert_eq!(claims["hasgroups"], json!(true));
        assert!(claims.get("groups").is_none());
    });
}
