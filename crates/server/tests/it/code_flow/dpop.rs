//! Tokens that are bound to a key, and proofs that it is there (RFC 9449).

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, header};
use data_encoding::HEXLOWER;
use identity::{MINUTE, SECOND};
use oidc::dpop::derive_token_hash;
use oidc::redirect_uri::Platform;
use serde_json::{Value, json};
use testkit::{Answer, Application, Browser, CALLBACK, House, ORIGIN, Person, SigningKey};

use super::{TOKEN, ask, code_of, redeem_form, refused};
use crate::in_each_house;

const DPOP: HeaderName = HeaderName::from_static("dpop");
const USER_INFO: &str = "/oidc/userinfo";
const SCOPE: &str = "openid profile offline_access User.Read";

/// A proof for a request, as a client makes it.
pub(super) fn claims_of(house: &House, method: &str, path: &str) -> Value {
    json!({
        "htm": method,
        "htu": format!("{ORIGIN}{path}"),
        "iat": house.now() / SECOND,
        "jti": HEXLOWER.encode(&house.random()),
    })
}

fn proof(house: &House, key: &SigningKey, path: &str) -> String {
    key.prove(|_| {}, &claims_of(house, "POST", path))
}

/// The same, of a request that shows a token.
fn proof_of(house: &House, key: &SigningKey, path: &str, token: &str) -> String {
    let mut claims = claims_of(house, "GET", path);
    claims["ath"] = json!(derive_token_hash(token));
    key.prove(|_| {}, &claims)
}

fn put(request: &mut Request<Body>, name: HeaderName, value: &str) {
    let value = HeaderValue::from_str(value).unwrap();
    request.headers_mut().append(name, value);
}

/// A script's request at the token endpoint: it proves nothing but its key.
async fn ask_token(browser: &Browser, pairs: &[(&str, &str)], proof: Option<&str>) -> Answer {
    let mut request = browser.token_request(TOKEN, pairs);
    if let Some(proof) = proof {
        put(&mut request, DPOP, proof);
    }
    browser.send_program(request).await
}

async fn show(
    browser: &Browser,
    path: &str,
    (scheme, token): (&str, &str),
    proof: Option<&str>,
) -> Answer {
    let mut request = browser.request(Method::GET, path, Body::empty());
    put(
        &mut request,
        header::AUTHORIZATION,
        &format!("{scheme} {token}"),
    );
    if let Some(proof) = proof {
        put(&mut request, DPOP, proof);
    }
    browser.send_program(request).await
}

/// A script in a page, which can keep no secret.
pub(super) async fn begin(house: &House) -> (Application, Person) {
    let app = house
        .application_at("Board", &[], &[(Platform::SinglePage, CALLBACK)])
        .await;
    house.grant(&app, "User.Read offline_access").await;
    (app, house.administrator("ada").await)
}

pub(super) async fn take_code(
    person: &mut Person,
    app: &Application,
    more: &[(&str, &str)],
) -> String {
    let mut changes = vec![("scope", SCOPE)];
    changes.extend(more);
    code_of(&ask(&mut person.browser, app, &changes).await)
}

pub(super) async fn redeem_bound(
    house: &House,
    app: &Application,
    code: &str,
    key: &SigningKey,
) -> Answer {
    let app_id = app.app_id.to_string();
    let form = redeem_form(&app_id, code, &[]);
    let proof = proof(house, key, TOKEN);
    ask_token(&house.browser(), &form, Some(&proof)).await
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body[name].as_str().unwrap()
}

#[test]
fn a_bound_token_works_with_its_key_and_not_without() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let key = SigningKey::make();
        let code = take_code(&mut ada, &app, &[]).await;
        let body = redeem_bound(&house, &app, &code, &key).await.ok();
        assert_eq!(body["token_type"], json!("DPoP"));
        let token = text(&body, "access_token");
        let browser = house.browser();
        for path in [USER_INFO, "/v1.0/me"] {
            let good = proof_of(&house, &key, path, token);
            show(&browser, path, ("DPoP", token), Some(&good))
                .await
                .ok();
            // Query and fragment are not part of what is signed, nor is the scheme's own port.
            let mut spelt = claims_of(&house, "GET", path);
            spelt["htu"] = json!(format!(
                "{}:443{path}?a=b#c",
                ORIGIN.replace("https://", "HTTPS://")
            ));
            spelt["ath"] = json!(derive_token_hash(token));
            let spelt = key.prove(|_| {}, &spelt);
            show(&browser, path, ("DPoP", token), Some(&spelt))
                .await
                .ok();

            let thief = SigningKey::make();
            let stolen = proof_of(&house, &thief, path, token);
            let other = proof_of(&house, &key, path, "another token");
            let elsewhere = proof_of(&house, &key, "/v1.0/users", token);
            let twice = show(&browser, path, ("DPoP", token), Some(&good)).await;
            let cases = [
                (twice, "invalid_dpop_proof"),
                (
                    show(&browser, path, ("Bearer", token), None).await,
                    "invalid_token",
                ),
                (
                    show(
                        &browser,
                        path,
                        ("Bearer", token),
                        Some(&proof_of(&house, &key, path, token)),
                    )
                    .await,
                    "invalid_token",
                ),
                (
                    show(&browser, path, ("DPoP", token), None).await,
                    "invalid_dpop_proof",
                ),
                (
                    show(&browser, path, ("DPoP", token), Some(&stolen)).await,
                    "invalid_token",
                ),
                (
                    show(&browser, path, ("DPoP", token), Some(&other)).await,
                    "invalid_dpop_proof",
                ),
                (
                    show(&browser, path, ("DPoP", token), Some(&elsewhere)).await,
                    "invalid_dpop_proof",
                ),
            ];
            for (number, (answer, error)) in cases.into_iter().enumerate() {
                assert_eq!(answer.status, 401, "{path} {number}: {}", answer.text());
                let challenge = answer.header("www-authenticate");
                let expected = format!("DPoP error=\"{error}\", algs=\"ES256 ");
                assert!(
                    challenge.starts_with(&expected),
                    "{path} {number}: {challenge}"
                );
            }
        }
        // A token that is bound to nothing gains nothing by a proof.
        let plain = redeem_form(
            &app.app_id.to_string(),
            &take_code(&mut ada, &app, &[]).await,
            &[],
        )
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect::<Vec<_>>();
        let plain: Vec<(&str, &str)> = plain
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        let body = ask_token(&browser, &plain, None).await.ok();
        assert_eq!(body["token_type"], json!("Bearer"));
        let token = text(&body, "access_token");
        let good = proof_of(&house, &key, USER_INFO, token);
        let answer = show(&browser, USER_INFO, ("DPoP", token), Some(&good)).await;
        assert_eq!(answer.status, 401);
    });
}

#[test]
fn a_proof_is_of_this_request_by_its_key_now_and_once() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let (key, app_id) = (SigningKey::make(), app.app_id.to_string());
        let browser = house.browser();
        let with = |change: &dyn Fn(&mut Value)| {
            let mut claims = claims_of(&house, "POST", TOKEN);
            change(&mut claims);
            key.prove(|_| {}, &claims)
        };
        let headed = |change: fn(&mut Value)| key.prove(change, &claims_of(&house, "POST", TOKEN));
        let now = house.now() / SECOND;
        let good = with(&|_| {});
        let mut bent = good.clone();
        bent.replace_range(bent.len() - 4..bent.len() - 2, "AA");
        let unfit = [
            String::new(),
            "x".to_owned(),
            "a".repeat(20_000),
            bent,
            with(&|claims| claims["htm"] = json!("GET")),
            with(&|claims| claims["htm"] = json!("post")),
            with(&|claims| claims["htu"] = json!(format!("{ORIGIN}/oauth2/v2.0/revoke"))),
            with(&|claims| claims["htu"] = json!("https://elsewhere.example/oauth2/v2.0/token")),
            with(&|claims| claims["htu"] = json!(TOKEN)),
            with(&|claims| claims["htu"] = json!(format!("{ORIGIN}{TOKEN}/"))),
            with(&|claims| claims["iat"] = json!(now - 60)),
            with(&|claims| claims["iat"] = json!(now + 31)),
            with(&|claims| claims["iat"] = json!("now")),
            with(&|claims| claims["jti"] = json!("")),
            with(&|claims| claims["jti"] = json!("j".repeat(257))),
            with(&|claims| claims["jti"] = Value::Null),
            with(&|claims| {
                claims.as_object_mut().unwrap().remove("iat");
            }),
            headed(|header| header["typ"] = json!("JWT")),
            headed(|header| header["alg"] = json!("none")),
            headed(|header| header["alg"] = json!("HS256")),
            headed(|header| header["crit"] = json!(["b64"])),
            headed(|header| header["jwk"]["d"] = header["jwk"]["x"].clone()),
            headed(|header| header["jwk"]["x"] = json!("AAAA")),
            headed(|header| header["jwk"] = json!({ "kty": "oct", "k": "AAAA" })),
            headed(|header| {
                header.as_object_mut().unwrap().remove("jwk");
            }),
            SigningKey::make().prove(
                |header| {
                    header["jwk"] =
                        serde_json::from_str(&SigningKey::make().public().to_json()).unwrap();
                },
                &claims_of(&house, "POST", TOKEN),
            ),
        ];
        let code = take_code(&mut ada, &app, &[]).await;
        let form = redeem_form(&app_id, &code, &[]);
        for (number, unfit) in unfit.iter().enumerate() {
            let answer = ask_token(&browser, &form, Some(unfit)).await;
            assert_eq!(answer.status, 400, "{number}: {}", answer.text());
            refused(answer, "invalid_dpop_proof");
        }
        // Two are none.
        let mut request = browser.token_request(TOKEN, &form);
        put(&mut request, DPOP, &good);
        put(&mut request, DPOP, &with(&|_| {}));
        refused(browser.send_program(request).await, "invalid_dpop_proof");
        // None of that cost the code.
        ask_token(&browser, &form, Some(&good)).await.ok();
        // Once, for whatever it is shown.
        let code = take_code(&mut ada, &app, &[]).await;
        let form = redeem_form(&app_id, &code, &[]);
        refused(
            ask_token(&browser, &form, Some(&good)).await,
            "invalid_dpop_proof",
        );
        // Clocks may differ a little.
        let early = with(&|claims| claims["iat"] = json!(now + 30));
        ask_token(&browser, &form, Some(&early)).await.ok();
    });
}

/// At another node, which never saw it: where something is asked for or changed.
#[test]
fn a_proof_counts_once_on_all_nodes_together() {
    in_each_house(async |mut house| {
        let (app, mut ada) = begin(&house).await;
        let second = house.add_node().await;
        let (key, app_id) = (SigningKey::make(), app.app_id.to_string());
        let codes = [
            take_code(&mut ada, &app, &[]).await,
            take_code(&mut ada, &app, &[]).await,
        ];
        let proof = proof(&house, &key, TOKEN);
        let forms = codes.each_ref().map(|code| redeem_form(&app_id, code, &[]));
        ask_token(&house.browser(), &forms[0], Some(&proof))
            .await
            .ok();
        let there = house.browser_at(second);
        let text = refused(
            ask_token(&there, &forms[1], Some(&proof)).await,
            "invalid_dpop_proof",
        );
        assert!(text.starts_with("proof.replayed"), "{text}");
    });
}

/// The same where something is changed by a token that is bound already.
#[test]
fn a_change_counts_once_on_all_nodes_together() {
    in_each_house(async |mut house| {
        const GROUPS: &str = "/v1.0/groups";
        let app = house
            .application_at("Groups", &[], &[(Platform::SinglePage, CALLBACK)])
            .await;
        house.grant(&app, "Group.ReadWrite.All").await;
        let mut ada = house.administrator("ada").await;
        let second = house.add_node().await;
        let key = SigningKey::make();
        let code = take_code(&mut ada, &app, &[("scope", "openid Group.ReadWrite.All")]).await;
        let body = redeem_bound(&house, &app, &code, &key).await.ok();
        let token = text(&body, "access_token");
        let mut claims = claims_of(&house, "POST", GROUPS);
        claims["ath"] = json!(derive_token_hash(token));
        let proof = key.prove(|_| {}, &claims);
        let create = async |browser: Browser, name: &str, proof: &str| {
            let group = json!({
                "displayName": name, "mailEnabled": false, "mailNickname": name, "securityEnabled": true,
            });
            let mut request = browser.request(Method::POST, GROUPS, Body::from(group.to_string()));
            put(&mut request, header::CONTENT_TYPE, "application/json");
            put(
                &mut request,
                header::AUTHORIZATION,
                &format!("DPoP {token}"),
            );
            put(&mut request, DPOP, proof);
            browser.send_program(request).await
        };
        let made = create(house.browser(), "first", &proof).await;
        assert_eq!(made.status, 201);
        // At the node that saw it, and at the one that did not.
        for browser in [house.browser(), house.browser_at(second)] {
            let answer = create(browser, "again", &proof).await;
            assert_eq!(answer.status, 401);
            assert!(
                answer.text().contains("proof.replayed"),
                "{}",
                answer.text()
            );
        }
        claims["jti"] = json!("another");
        let fresh = key.prove(|_| {}, &claims);
        let made = create(house.browser_at(second), "second", &fresh).await;
        assert_eq!(made.status, 201);
        let names = house.run_sql("SELECT display_name FROM directory_group ORDER BY display_name");
        assert_eq!(names.len(), 2, "{names:?}");
    });
}

#[test]
fn a_code_may_be_bound_to_the_key_before() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let key = SigningKey::make();
        let name = key.public().thumbprint_text();
        let bound = [("dpop_jkt", name.as_str())];
        let code = take_code(&mut ada, &app, &bound).await;
        redeem_bound(&house, &app, &code, &key).await.ok();
        for other in [Some(SigningKey::make()), None] {
            let code = take_code(&mut ada, &app, &bound).await;
            let app_id = app.app_id.to_string();
            let form = redeem_form(&app_id, &code, &[]);
            let proof = other.map(|other| proof(&house, &other, TOKEN));
            let answer = ask_token(&house.browser(), &form, proof.as_deref()).await;
            let text = refused(answer, "invalid_grant");
            assert!(text.starts_with("code.other_key"), "{text}");
            // Somebody has it who should not.
            let answer = redeem_bound(&house, &app, &code, &key).await;
            refused(answer, "invalid_grant");
        }
        for unfit in ["x", "", &"A".repeat(44)] {
            let answer = ask(&mut ada.browser, &app, &[("dpop_jkt", unfit)]).await;
            if unfit.is_empty() {
                code_of(&answer);
            } else {
                assert_eq!(super::error_of(&answer), "invalid_request");
            }
        }
    });
}

async fn renew(
    browser: &Browser,
    (app, proves): (&Application, bool),
    token: &str,
    proof: Option<&str>,
) -> Answer {
    let app_id = app.app_id.to_string();
    let mut form = vec![
        ("grant_type", "refresh_token"),
        ("client_id", app_id.as_str()),
        ("refresh_token", token),
    ];
    if proves {
        form.push(("client_secret", &app.secret));
    }
    ask_token(browser, &form, proof).await
}

#[test]
fn a_script_renews_with_its_key_alone() {
    in_each_house(async |house| {
        let (app, mut ada) = begin(&house).await;
        let (key, browser, script) = (SigningKey::make(), house.browser(), (&app, false));
        let code = take_code(&mut ada, &app, &[]).await;
        let body = redeem_bound(&house, &app, &code, &key).await.ok();
        let first = text(&body, "refresh_token").to_owned();
        for other in [Some(proof(&house, &SigningKey::make(), TOKEN)), None] {
            let answer = renew(&browser, script, &first, other.as_deref()).await;
            let text = refused(answer, "invalid_grant");
            assert!(text.starts_with("refresh.other_key"), "{text}");
        }
        // A thief ends nothing.
        let body = renew(&browser, script, &first, Some(&proof(&house, &key, TOKEN)))
            .await
            .ok();
        assert_eq!(body["token_type"], json!("DPoP"));
        let second = text(&body, "refresh_token").to_owned();
        // The answer was lost: repeated by the same key, once.
        let again = renew(&browser, script, &first, Some(&proof(&house, &key, TOKEN)))
            .await
            .ok();
        assert_eq!(text(&again, "refresh_token"), second);
        let token = text(&again, "access_token").to_owned();
        let good = proof_of(&house, &key, USER_INFO, &token);
        show(&browser, USER_INFO, ("DPoP", &token), Some(&good))
            .await
            .ok();
        house.advance(MINUTE);
        let reused = renew(&browser, script, &first, Some(&proof(&house, &key, TOKEN))).await;
        assert!(refused(reused, "invalid_grant").starts_with("refresh.reused"));
    });
}

/// Security 29: who proves itself by a secret may come with a new key (a server that was started anew), but a repeat is of the
/// same client and key only.
#[test]
fn security_29_a_repeat_is_of_the_same_key() {
    in_each_house(async |house| {
        let app = super::web(&house, "Travel").await;
        house.grant(&app, "User.Read offline_access").await;
        let mut ada = house.administrator("ada").await;
        let (keys, server) = ([SigningKey::make(), SigningKey::make()], (&app, true));
        let code = take_code(&mut ada, &app, &[]).await;
        let app_id = app.app_id.to_string();
        let form = redeem_form(&app_id, &code, &[("client_secret", &app.secret)]);
        let browser = house.browser();
        let at_first = proof(&house, &keys[0], TOKEN);
        let body = ask_token(&browser, &form, Some(&at_first)).await.ok();
        let first = text(&body, "refresh_token").to_owned();
        let other = proof(&house, &keys[1], TOKEN);
        let body = renew(&browser, server, &first, Some(&other)).await.ok();
        assert_eq!(body["token_type"], json!("DPoP"));
        for key in [Some(&keys[0]), None] {
            let proof = key.map(|key| proof(&house, key, TOKEN));
            let answer = renew(&browser, server, &first, proof.as_deref()).await;
            let text = refused(answer, "invalid_grant");
            // The first wrong one shows that two have it.
            let expected = match key {
                Some(_) => "refresh.reused",
                None => "refresh.ended",
            };
            assert!(text.starts_with(expected), "{text}");
        }
    });
}

#[test]
fn the_key_of_a_token_is_told_to_who_asks_what_it_is_worth() {
    in_each_house(async |house| {
        let app = super::web(&house, "Travel").await;
        house.grant(&app, "User.Read").await;
        let mut ada = house.administrator("ada").await;
        let key = SigningKey::make();
        let code = code_of(&ask(&mut ada.browser, &app, &[]).await);
        let app_id = app.app_id.to_string();
        let form = redeem_form(&app_id, &code, &[("client_secret", &app.secret)]);
        let browser = house.browser();
        let proof = proof(&house, &key, TOKEN);
        let body = ask_token(&browser, &form, Some(&proof)).await.ok();
        let form = [
            ("client_id", app_id.as_str()),
            ("client_secret", &app.secret),
            ("token", text(&body, "access_token")),
        ];
        let told = browser
            .ask_token("/oauth2/v2.0/introspect", &form)
            .await
            .ok();
        assert_eq!(told["active"], json!(true));
        assert_eq!(told["token_type"], json!("DPoP"));
        assert_eq!(told["cnf"]["jkt"], json!(key.public().thumbprint_text()));
        // A machine's own token is bound in the same way.
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", app_id.as_str()),
            ("client_secret", &app.secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let again = self::proof(&house, &key, TOKEN);
        let body = ask_token(&browser, &form, Some(&again)).await.ok();
        assert_eq!(body["token_type"], json!("DPoP"));
    });
}
