//! Tokens for applications' own APIs: resource indicators (RFC 8707) and access tokens as RFC 9068 has them.

use identity::applications::{self, ApiScope, ApplicationChange, Consent};
use identity::permissions::Permission;
use identity::{bearer, codes};
use oidc::form;
use oidc::jwt;
use serde_json::{Map, Value, json};
use testkit::{Answer, Application, House, ORIGIN, Person, find_tags, listen};

use super::{
    AUTHORIZE, COMMAND_LINE, TOKEN, ask, code_of, error_of, query, read_answer, redeem_form,
    refused, web,
};
use crate::in_each_house;

mod by_itself;
mod devices;
mod worth;

pub(super) const LEDGER: &str = "https://ledger.example.org";
pub(super) const ARCHIVE: &str = "urn:example:archive/v1";
const INTROSPECT: &str = "/oauth2/v2.0/introspect";

/// An API with a scope for people and one for administrators.
async fn api(house: &House, name: &str, uri: &str) -> Application {
    let app = web(house, name).await;
    let scope = |value: &str, name: &str, is_for_people| ApiScope {
        is_for_people,
        user_description: format!("More of {value}"),
        ..ApiScope::make(house.identity(), value, name)
    };
    let scopes = vec![
        scope("expenses.read", "Read your <b>expenses</b>", true),
        scope("expenses.audit", "Read everybody's expenses", false),
    ];
    change(house, &app, Some(&[uri]), Some(scopes)).await;
    app
}

async fn change(
    house: &House,
    app: &Application,
    uris: Option<&[&str]>,
    api_scopes: Option<Vec<ApiScope>>,
) {
    let uris = uris.map(|uris| uris.iter().map(|it| (*it).to_owned()).collect());
    let change = ApplicationChange {
        identifier_uris: uris,
        api_scopes,
        ..ApplicationChange::default()
    };
    applications::change(house.identity(), COMMAND_LINE, app.object_id, &change)
        .await
        .unwrap();
}

/// Lets the client act at an API in everybody's name.
async fn grant(house: &House, client: &Application, api: &Application, scope: &str) {
    let at = (client.principal_id, api.principal_id);
    applications::grant_at(
        house.identity(),
        COMMAND_LINE,
        at,
        Consent::Everybody,
        scope,
    )
    .await
    .unwrap();
}

/// A client, an API, and somebody who is signed in and holds no role.
async fn begin(house: &House) -> (Application, Application, Person) {
    let client = web(house, "Travel").await;
    house.grant(&client, "offline_access User.Read").await;
    let ledger = api(house, "Ledger", LEDGER).await;
    let mut ada = house.administrator("ada").await;
    let bob = house.person(&mut ada, "bob").await;
    (client, ledger, bob)
}

/// A request with resources, each of its own.
fn query_for(app: &Application, scope: &str, resources: &[&str]) -> String {
    let mut query = query(app, &[("scope", scope)]);
    for uri in resources {
        query.push('&');
        query.push_str(&form::write(&[("resource", uri)]));
    }
    query
}

async fn ask_for(
    person: &mut Person,
    app: &Application,
    scope: &str,
    resources: &[&str],
) -> Answer {
    let query = query_for(app, scope, resources);
    person.browser.get(&format!("{AUTHORIZE}?{query}")).await
}

fn redeem_pairs(app: &Application, code: &str, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let app_id = app.app_id.to_string();
    let mut all = vec![("client_secret", app.secret.as_str())];
    all.extend(more);
    redeem_form(&app_id, code, &all)
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

async fn send(house: &House, pairs: &[(String, String)]) -> Answer {
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    house.browser().ask_token(TOKEN, &pairs).await
}

async fn redeem_for(house: &House, app: &Application, code: &str, more: &[(&str, &str)]) -> Answer {
    send(house, &redeem_pairs(app, code, more)).await
}

async fn renew_for(house: &House, app: &Application, token: &str, more: &[(&str, &str)]) -> Answer {
    let app_id = app.app_id.to_string();
    let mut pairs = vec![
        ("grant_type", "refresh_token"),
        ("client_id", app_id.as_str()),
        ("client_secret", app.secret.as_str()),
        ("refresh_token", token),
    ];
    pairs.extend(more);
    house.browser().ask_token(TOKEN, &pairs).await
}

/// What an access token says, once its signature is right.
fn read(house: &House, body: &Value) -> Map<String, Value> {
    let token = body["access_token"].as_str().unwrap();
    let parsed = jwt::parse(token).unwrap();
    assert_eq!(parsed.header().token_type.as_deref(), Some("at+jwt"));
    let name = parsed.header().key_id.clone().unwrap();
    let keys = identity::issuer::key_set(house.identity());
    let key = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == json!(name))
        .unwrap();
    let key = oidc::jwk::parse(key.to_string().as_bytes()).unwrap();
    parsed.verify(&key, &[jwt::Algorithm::Es256]).unwrap();
    let payload = token.split('.').nth(1).unwrap();
    let payload = data_encoding::BASE64URL_NOPAD
        .decode(payload.as_bytes())
        .unwrap();
    serde_json::from_slice(&payload).unwrap()
}

/// Consents on the page, and gives what the page said.
async fn allow(person: &mut Person, page: &Answer) -> (String, Answer) {
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    let data = find_tags(&text, "meta")
        .into_iter()
        .find(|it| it.attribute("name") == Some("page-data"))
        .unwrap();
    let data: Value = serde_json::from_str(data.attribute("content").unwrap()).unwrap();
    let body = json!({ "query": data["query"], "tenant": null, "decision": "allow" });
    let location = person.browser.post("/consent", body).await.ok();
    let location = location["location"].as_str().unwrap().to_owned();
    (text, person.browser.get(&location).await)
}

async fn introspect(house: &House, app: &Application, body: &Value) -> Value {
    let app_id = app.app_id.to_string();
    let form = [
        ("client_id", app_id.as_str()),
        ("client_secret", &app.secret),
        ("token", body["access_token"].as_str().unwrap()),
    ];
    house.browser().ask_token(INTROSPECT, &form).await.ok()
}

/// Our own API and userinfo refuse it for whom it is.
async fn is_refused_here(house: &House, body: &Value) {
    let token = body["access_token"].as_str().unwrap();
    let refusal = bearer::authenticate(house.identity(), &bearer::Shown::bearer(token))
        .await
        .unwrap_err();
    assert_eq!(refusal.code, &codes::TOKEN_UNUSABLE);
    assert_eq!(refusal.detail, Some("token.audience"));
    for path in ["/oidc/userinfo", "/v1.0/me", "/v1.0/applications"] {
        let mut request =
            house
                .browser()
                .request(axum::http::Method::GET, path, axum::body::Body::empty());
        let value = format!("Bearer {token}").parse().unwrap();
        let headers = request.headers_mut();
        headers.insert(axum::http::header::AUTHORIZATION, value);
        let answer = house.browser().send_program(request).await;
        assert_eq!(answer.status, 401, "{path}: {}", answer.text());
    }
}

#[test]
fn people_consent_to_scopes_of_an_api_and_its_token_is_for_it_alone() {
    in_each_house(async |house| {
        let (client, _, mut bob) = begin(&house).await;
        let scope = "openid offline_access expenses.read";
        let page = ask_for(&mut bob, &client, scope, &[LEDGER]).await;
        let (text, answer) = allow(&mut bob, &page).await;
        // In the words of the API, which are no markup.
        assert!(text.contains("Ledger") && text.contains("More of expenses.read"));
        assert!(text.contains("Read your") && !text.contains("<b>expenses"));
        assert!(!text.contains("everybody"));
        let code = code_of(&answer);
        let body = redeem_for(&house, &client, &code, &[("resource", LEDGER)]).await;
        let body = body.ok();
        assert_eq!(body["scope"], json!("openid offline_access expenses.read"));
        assert!(body["id_token"].is_string() && body["refresh_token"].is_string());
        let claims = read(&house, &body);
        assert_eq!(claims["aud"], json!(LEDGER));
        assert_eq!(claims["scp"], json!("expenses.read"));
        assert_eq!(claims["scope"], json!("expenses.read"));
        assert_eq!(claims["client_id"], json!(client.app_id.to_string()));
        assert_eq!(claims["iss"], json!(ORIGIN));
        assert!(claims["jti"].is_string() && !claims.contains_key("roles"));
        let lives = claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap();
        assert_eq!(lives, 600);
        is_refused_here(&house, &body).await;
        // Not asked again; by the other spelling, too.
        let scope = format!("openid {LEDGER}/expenses.read");
        let silent = [("scope", scope.as_str()), ("prompt", "none")];
        let code = code_of(&ask(&mut bob.browser, &client, &silent).await);
        let body = redeem_for(&house, &client, &code, &[]).await.ok();
        assert_eq!(body["scope"], json!(scope));
        assert_eq!(read(&house, &body)["aud"], json!(LEDGER));
        // Both spellings at once say the same.
        let answer = ask_for(&mut bob, &client, &scope, &[LEDGER]).await;
        code_of(&answer);
        // Without any of that, everything is as it was.
        let answer = ask(&mut bob.browser, &client, &[("scope", "openid User.Read")]).await;
        let body = redeem_for(&house, &client, &code_of(&answer), &[])
            .await
            .ok();
        let claims = read(&house, &body);
        assert_eq!(claims["aud"], json!(ORIGIN));
        assert_eq!(claims["scp"], json!("openid User.Read"));
        assert!(!claims.contains_key("res") && !claims.contains_key("client_id"));
        // It is listed with the person's consents, and withdrawn there.
        let page = bob.browser.get("/security-info").await.text();
        assert!(page.contains("Ledger") && page.contains("Read your"));
        let identity = house.identity();
        let session = house.session(&bob.browser).await;
        let all = applications::list_consents(identity, &session)
            .await
            .unwrap();
        let consent = all.iter().find(|it| it.api.is_some()).unwrap();
        let caller = house.caller();
        applications::withdraw(identity, &caller, &session, consent.grant_id)
            .await
            .unwrap();
        let again = ask_for(&mut bob, &client, "openid expenses.read", &[LEDGER]).await;
        assert_eq!(again.status, 200);
    });
}

#[test]
fn what_is_no_resource_here_is_told_to_the_client() {
    in_each_house(async |house| {
        let (client, ledger, mut bob) = begin(&house).await;
        grant(&house, &client, &ledger, "expenses.read").await;
        api(&house, "Archive", ARCHIVE).await;
        let long = format!("https://ledger.example.org/{}", "a".repeat(300));
        let graph = "https://graph.microsoft.com";
        let own = format!("{ORIGIN}/v1.0");
        let slash = format!("{LEDGER}/");
        let case = LEDGER.to_uppercase();
        let other_port = format!("{ORIGIN}:8443");
        for resource in [
            "ledger",
            "/ledger",
            "//ledger.example.org",
            "https://ledger.example.org#",
            "https://ledger.example.org?x=1",
            "https://user@ledger.example.org",
            "https://ledger.example.org.evil.example",
            "https://unknown.example.org",
            "http://ledger.example.org",
            "javascript:alert(1)",
            slash.as_str(),
            case.as_str(),
            long.as_str(),
            // Never ours, by none of our names.
            ORIGIN,
            own.as_str(),
            other_port.as_str(),
            graph,
            "api://00000003-0000-0000-c000-000000000000",
            "00000003-0000-0000-c000-000000000000",
        ] {
            let answer = ask_for(&mut bob, &client, "openid expenses.read", &[resource]).await;
            assert_eq!(error_of(&answer), "invalid_target", "{resource}");
            // One that is known does not help another.
            let both = [LEDGER, resource];
            let answer = ask_for(&mut bob, &client, "openid expenses.read", &both).await;
            assert_eq!(error_of(&answer), "invalid_target", "{resource}");
            let answer = ask_for(&mut bob, &client, "openid expenses.read", &[LEDGER]).await;
            let (code, more) = (code_of(&answer), [("resource", resource)]);
            let answer = redeem_for(&house, &client, &code, &more).await;
            refused(answer, "invalid_target");
            // That was a mistake and no theft: the code is still good.
            let more = [("resource", LEDGER)];
            redeem_for(&house, &client, &code, &more).await.ok();
        }
        // An empty one is none (RFC 6749 section 3.1).
        let answer = ask_for(&mut bob, &client, "openid User.Read", &[""]).await;
        let body = redeem_for(&house, &client, &code_of(&answer), &[("resource", "")]).await;
        assert_eq!(read(&house, &body.ok())["aud"], json!(ORIGIN));
        // More than anybody needs.
        let many: Vec<String> = (0..6).map(|it| format!("urn:example:{it}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let answer = ask_for(&mut bob, &client, "openid", &many).await;
        assert_eq!(error_of(&answer), "invalid_target");
    });
}

#[test]
fn contradictions_and_what_was_not_granted_are_refused() {
    in_each_house(async |house| {
        let (client, ledger, mut bob) = begin(&house).await;
        api(&house, "Archive", ARCHIVE).await;
        let of_archive = format!("openid {ARCHIVE}/expenses.read");
        let ours = format!("openid {ORIGIN}/User.Read");
        for (scope, resources, error) in [
            // A scope of another API, or of ours, than is named.
            (of_archive.as_str(), &[LEDGER][..], "invalid_target"),
            (&ours, &[LEDGER], "invalid_target"),
            // Nothing of it was granted, and nothing of it is asked for by name.
            ("openid", &[LEDGER], "invalid_target"),
            (
                "openid https://unknown.example.org/read",
                &[],
                "invalid_target",
            ),
            // Words that it doesn't have: ours are none of its.
            ("openid User.Read", &[LEDGER], "invalid_scope"),
            ("openid nothing", &[LEDGER], "invalid_scope"),
            ("openid expenses.read", &[], "invalid_scope"),
            (
                "openid https://ledger.example.org/nothing",
                &[],
                "invalid_scope",
            ),
            // Ours that there are not.
            (
                "openid https://graph.microsoft.com/Mail.Read",
                &[],
                "invalid_scope",
            ),
            // What administrators grant.
            ("openid expenses.audit", &[LEDGER], "consent_required"),
        ] {
            let answer = ask_for(&mut bob, &client, scope, resources).await;
            assert_eq!(error_of(&answer), error, "{scope} {resources:?}");
        }
        let silent = query_for(&client, "openid expenses.read", &[LEDGER]) + "&prompt=none";
        let answer = bob.browser.get(&format!("{AUTHORIZE}?{silent}")).await;
        assert_eq!(error_of(&answer), "consent_required");
        // Nobody consents to what is an administrator's, however the page is bent.
        let page = ask_for(&mut bob, &client, "openid expenses.read", &[LEDGER]).await;
        assert_eq!(page.status, 200);
        let bent = query_for(&client, "openid expenses.audit", &[LEDGER]);
        let body = json!({ "query": bent, "tenant": null, "decision": "allow" });
        bob.browser
            .post("/consent", body)
            .await
            .refused(403, "role.insufficient");
        // Once granted there is no question, and the resource alone stands for it.
        grant(&house, &client, &ledger, "expenses.audit").await;
        let answer = ask_for(&mut bob, &client, "openid", &[LEDGER]).await;
        let body = redeem_for(&house, &client, &code_of(&answer), &[])
            .await
            .ok();
        assert_eq!(read(&house, &body)["scp"], json!("expenses.audit"));
        // Who isn't assigned where that is asked for gets none.
        let change = applications::PrincipalChange {
            assignment_required: Some(true),
            ..applications::PrincipalChange::default()
        };
        applications::change_principal(house.identity(), COMMAND_LINE, ledger.principal_id, change)
            .await
            .unwrap();
        let answer = ask_for(&mut bob, &client, "openid", &[LEDGER]).await;
        assert_eq!(error_of(&answer), "access_denied");
    });
}

/// Words of an API are never rights of ours, whatever they are called and wherever they stand.
#[test]
fn security_28_no_scope_and_no_role_of_an_api_is_one_of_ours() {
    in_each_house(async |house| {
        let (client, ledger, mut bob) = begin(&house).await;
        let identity = house.identity();
        // Nobody registers one of our names or ids.
        let of_ours = |value: &str, id| ApiScope {
            id,
            ..ApiScope::make(identity, value, "X")
        };
        let fresh = || ApiScope::make(identity, "x", "X").id;
        let tier_zero = Permission::DirectoryReadWriteAll;
        for scope in [
            of_ours("Directory.ReadWrite.All", fresh()),
            of_ours("openid", fresh()),
            of_ours("read", tier_zero.delegated_id().unwrap()),
            of_ours("read", tier_zero.application_id().unwrap()),
        ] {
            let change = ApplicationChange {
                api_scopes: Some(vec![scope]),
                ..ApplicationChange::default()
            };
            let object = ledger.object_id;
            let refusal = applications::change(identity, COMMAND_LINE, object, &change).await;
            assert_eq!(refusal.unwrap_err().code, &codes::API_SCOPE_UNFIT);
        }
        // And if the database had one all the same, it would say nothing here.
        grant(&house, &client, &ledger, "expenses.read").await;
        house.run_sql(
            "UPDATE permission_grant SET scope = 'expenses.read Directory.ReadWrite.All' WHERE scope = 'expenses.read'",
        );
        let found =
            house.run_sql("SELECT scope FROM permission_grant WHERE scope LIKE '%Directory%'");
        assert_eq!(found.len(), 1);
        let answer = ask(
            &mut bob.browser,
            &client,
            &[("scope", "openid Directory.ReadWrite.All")],
        )
        .await;
        assert_eq!(error_of(&answer), "consent_required");
        let scope = format!("{ORIGIN}/.default");
        let answer = ask(&mut bob.browser, &client, &[("scope", &scope)]).await;
        let body = redeem_for(&house, &client, &code_of(&answer), &[])
            .await
            .ok();
        assert!(!body["scope"].as_str().unwrap().contains("Directory"));
        let answer = ask_for(&mut bob, &client, "openid", &[LEDGER]).await;
        let body = redeem_for(&house, &client, &code_of(&answer), &[])
            .await
            .ok();
        assert_eq!(read(&house, &body)["scp"], json!("expenses.read"));
    });
}

#[test]
fn several_apis_are_granted_at_once_and_got_one_by_one() {
    in_each_house(async |house| {
        let (client, ledger, mut bob) = begin(&house).await;
        let archive = api(&house, "Archive", ARCHIVE).await;
        grant(&house, &client, &ledger, "expenses.read expenses.audit").await;
        grant(&house, &client, &archive, "expenses.read").await;
        let scope = "openid offline_access expenses.read";
        let both = [LEDGER, ARCHIVE, LEDGER];
        let answer = ask_for(&mut bob, &client, scope, &both).await;
        let code = code_of(&answer);
        // Which one?
        let answer = redeem_for(&house, &client, &code, &[]).await;
        assert!(refused(answer, "invalid_target").starts_with("resource.ambiguous"));
        // A token is for one.
        let two = [("resource", LEDGER), ("resource", ARCHIVE)];
        let pairs = redeem_pairs(&client, &code, &[]);
        let mut pairs = pairs.to_vec();
        pairs.extend(two.map(|(name, value)| (name.to_owned(), value.to_owned())));
        refused(send(&house, &pairs).await, "invalid_target");
        let first = redeem_for(&house, &client, &code, &[("resource", ARCHIVE)]).await;
        let first = first.ok();
        assert_eq!(read(&house, &first)["aud"], json!(ARCHIVE));
        // The other, by either spelling; neither: which?
        let mut token = first["refresh_token"].as_str().unwrap().to_owned();
        refused(
            renew_for(&house, &client, &token, &[]).await,
            "invalid_target",
        );
        let spelled = format!("{LEDGER}/expenses.read");
        for more in [
            vec![("resource", LEDGER)],
            vec![("resource", LEDGER), ("scope", "expenses.read")],
            vec![("scope", spelled.as_str())],
        ] {
            let next = renew_for(&house, &client, &token, &more).await.ok();
            let claims = read(&house, &next);
            assert_eq!(claims["aud"], json!(LEDGER), "{more:?}");
            assert_eq!(claims["scp"], json!("expenses.read"), "{more:?}");
            is_refused_here(&house, &next).await;
            token = next["refresh_token"].as_str().unwrap().to_owned();
        }
        // Never more than at the sign-in, although the client holds it.
        let of_archive = format!("{ARCHIVE}/expenses.read");
        let ours = format!("{ORIGIN}/User.Read");
        for (more, error) in [
            (vec![("resource", "urn:example:none")], "invalid_target"),
            (vec![("resource", ORIGIN)], "invalid_target"),
            (
                vec![("resource", LEDGER), ("scope", "expenses.audit")],
                "invalid_scope",
            ),
            (
                vec![("resource", LEDGER), ("scope", of_archive.as_str())],
                "invalid_target",
            ),
            (
                vec![("resource", LEDGER), ("scope", ours.as_str())],
                "invalid_target",
            ),
            (vec![("scope", "User.Read")], "invalid_scope"),
            (vec![("scope", "expenses.audit")], "invalid_scope"),
            // Both have it.
            (vec![("scope", "expenses.read")], "invalid_target"),
        ] {
            let answer = renew_for(&house, &client, &token, &more).await;
            refused(answer, error);
        }
        // What of it is about the sign-in alone is for our own API.
        let more = [("scope", "openid offline_access")];
        let own = renew_for(&house, &client, &token, &more).await.ok();
        let claims = read(&house, &own);
        assert_eq!(
            (&claims["aud"], &claims["scp"]),
            (&json!(ORIGIN), &json!("openid"))
        );
        // A sign-in that named none gives none later.
        let answer = ask(
            &mut bob.browser,
            &client,
            &[("scope", "openid offline_access User.Read")],
        )
        .await;
        let code = code_of(&answer);
        let answer = redeem_for(&house, &client, &code, &[("resource", LEDGER)]).await;
        assert!(refused(answer, "invalid_target").starts_with("resource.not_granted"));
        let body = redeem_for(&house, &client, &code, &[]).await.ok();
        let token = body["refresh_token"].as_str().unwrap();
        let answer = renew_for(&house, &client, token, &[("resource", LEDGER)]).await;
        refused(answer, "invalid_target");
    });
}

#[test]
fn a_pushed_request_names_resources_as_well() {
    in_each_house(async |house| {
        let (client, ledger, mut bob) = begin(&house).await;
        grant(&house, &client, &ledger, "expenses.read").await;
        let push = async |resource: &str| {
            let query = query_for(&client, "openid expenses.read", &[resource]);
            let query = format!("{query}&client_secret={}", form::encode(&client.secret));
            let pairs = form::Parameters::parse(query.as_bytes()).unwrap();
            let mut all: Vec<(String, String)> = query
                .split('&')
                .map(|pair| pair.split('=').next().unwrap().to_owned())
                .filter_map(|name| {
                    let value = pairs.find(&name)?.to_owned();
                    Some((name, value))
                })
                .collect();
            all.push(("resource".to_owned(), resource.to_owned()));
            let all: Vec<(&str, &str)> = all
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            house.browser().ask_token("/oauth2/v2.0/par", &all).await
        };
        for resource in ["ledger", "urn:example:none", ORIGIN] {
            refused(push(resource).await, "invalid_target");
        }
        let pushed = push(LEDGER).await;
        assert_eq!(pushed.status, 201, "{}", pushed.text());
        let name = pushed.json()["request_uri"].as_str().unwrap().to_owned();
        let app_id = client.app_id.to_string();
        // What the address says besides counts for nothing.
        let pairs = [
            ("client_id", app_id.as_str()),
            ("request_uri", &name),
            ("resource", "urn:example:none"),
        ];
        let address = format!("{AUTHORIZE}?{}", form::write(&pairs));
        let code = code_of(&bob.browser.get(&address).await);
        let body = redeem_for(&house, &client, &code, &[]).await.ok();
        assert_eq!(read(&house, &body)["aud"], json!(LEDGER));
    });
}

/// What an API is called, and whether it is there, counts at each token.
#[test]
fn an_api_that_goes_takes_its_tokens_along() {
    in_each_house(async |house| {
        let (client, ledger, mut bob) = begin(&house).await;
        grant(&house, &client, &ledger, "expenses.read").await;
        let identity = house.identity();
        let scope = "openid offline_access expenses.read";
        let sign_in = async |bob: &mut Person| {
            let code = code_of(&ask_for(bob, &client, scope, &[LEDGER]).await);
            redeem_for(&house, &client, &code, &[]).await.ok()
        };
        let ask_again = async |bob: &mut Person, token: &str, code: &str| {
            let answer = ask_for(bob, &client, scope, &[LEDGER]).await;
            assert_eq!(error_of(&answer), "invalid_target");
            refused(
                renew_for(&house, &client, token, &[]).await,
                "invalid_target",
            );
            refused(
                redeem_for(&house, &client, code, &[]).await,
                "invalid_target",
            );
        };
        let body = sign_in(&mut bob).await;
        let token = body["refresh_token"].as_str().unwrap();
        let code = code_of(&ask_for(&mut bob, &client, scope, &[LEDGER]).await);
        assert_eq!(
            introspect(&house, &ledger, &body).await["active"],
            json!(true)
        );
        // Another name.
        change(&house, &ledger, Some(&["api://ledger"]), None).await;
        ask_again(&mut bob, token, &code).await;
        assert_eq!(
            introspect(&house, &ledger, &body).await["active"],
            json!(false)
        );
        // The name is somebody else's now: what was granted was not granted there, and what was made is not for it.
        let thief = api(&house, "Thief", LEDGER).await;
        ask_again_of_another(&house, &client, &mut bob, token, &code).await;
        assert_eq!(
            introspect(&house, &thief, &body).await["active"],
            json!(false)
        );
        change(&house, &thief, Some(&[]), None).await;
        change(&house, &ledger, Some(&[LEDGER]), None).await;
        assert_eq!(
            introspect(&house, &ledger, &body).await["active"],
            json!(true)
        );
        // Disabled, and back.
        let principal = ledger.principal_id;
        let enable = |enabled| applications::PrincipalChange {
            enabled: Some(enabled),
            ..applications::PrincipalChange::default()
        };
        applications::change_principal(identity, COMMAND_LINE, principal, enable(false))
            .await
            .unwrap();
        ask_again(&mut bob, token, &code).await;
        assert_eq!(
            introspect(&house, &client, &body).await["active"],
            json!(false)
        );
        applications::change_principal(identity, COMMAND_LINE, principal, enable(true))
            .await
            .unwrap();
        // A scope that is not there any more.
        change(&house, &ledger, None, Some(Vec::new())).await;
        let answer = renew_for(&house, &client, token, &[]).await;
        refused(answer, "invalid_target");
        // Deleted: it keeps the name for its way back, and gives nothing.
        applications::delete(identity, COMMAND_LINE, ledger.object_id, None)
            .await
            .unwrap();
        ask_again(&mut bob, token, &code).await;
        let claim = ApplicationChange {
            identifier_uris: Some(vec![LEDGER.to_owned()]),
            ..ApplicationChange::default()
        };
        let taken = applications::change(identity, COMMAND_LINE, thief.object_id, &claim).await;
        assert_eq!(taken.unwrap_err().code, &codes::IDENTIFIER_URI_TAKEN);
        applications::erase(identity, COMMAND_LINE, ledger.object_id)
            .await
            .unwrap();
        change(&house, &thief, Some(&[LEDGER]), None).await;
        // None of the erased one's grants is left.
        let left =
            house.run_sql("SELECT scope FROM permission_grant WHERE scope LIKE '%expenses%'");
        assert_eq!(left, Vec::<String>::new());
    });
}

/// The same words at another API were granted by nobody.
async fn ask_again_of_another(
    house: &House,
    client: &Application,
    bob: &mut Person,
    token: &str,
    code: &str,
) {
    let answer = ask_for(bob, client, "openid", &[LEDGER]).await;
    assert_eq!(error_of(&answer), "invalid_target");
    let answer = renew_for(house, client, token, &[]).await;
    assert!(refused(answer, "invalid_target").starts_with("resource.not_granted"));
    refused(redeem_for(house, client, code, &[]).await, "invalid_target");
}

/// A request that names no resource asks the database for no more than before there were any.
#[test]
fn where_no_resource_is_named_none_is_looked_for() {
    in_each_house(async |house| {
        let (client, _, mut bob) = begin(&house).await;
        let is_about_resources = |calls: &[String]| {
            calls
                .iter()
                .filter(|it| it.starts_with("identifier_uri"))
                .count()
        };
        let scope = ("scope", "openid User.Read");
        let asked = listen(ask(&mut bob.browser, &client, &[scope])).await;
        assert!(!asked.1.is_empty(), "they are heard at all");
        assert_eq!(is_about_resources(&asked.1), 0);
        let code = code_of(&asked.0);
        let (answer, calls) = listen(redeem_for(&house, &client, &code, &[])).await;
        answer.ok();
        assert_eq!(is_about_resources(&calls), 0);
        // And where one is named, once.
        let (_, calls) = listen(ask_for(
            &mut bob,
            &client,
            "openid expenses.read",
            &[LEDGER],
        ))
        .await;
        assert_eq!(is_about_resources(&calls), 1);
    });
}

#[test]
fn answers_keep_the_state_of_the_request() {
    in_each_house(async |house| {
        let (client, _, mut bob) = begin(&house).await;
        let answer = ask_for(&mut bob, &client, "openid", &["urn:example:none"]).await;
        let read = read_answer(answer.header("location"));
        assert_eq!(read.find("error"), Some("invalid_target"));
        let reason = read.find("error_description").unwrap();
        assert_eq!(reason, codes::RESOURCE_UNKNOWN.meaning);
    });
}
