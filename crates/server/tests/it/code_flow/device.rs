//! Devices that can't show our pages (RFC 8628, security 19).

use identity::applications::{self, ApplicationChange};
use identity::roles::{self, Role};
use identity::{MINUTE, SECOND};
use oidc::form::{self, Parameters};
use oidc::redirect_uri::Platform;
use oidc::token_request::DEVICE_CODE;
use serde_json::{Value, json};
use testkit::{Answer, Application, CALLBACK, House, Person, find_tags, read_claims};

use super::{COMMAND_LINE, TOKEN, refused, web};
use crate::in_each_house;

const BEGIN: &str = "/oauth2/v2.0/devicecode";
const SCOPE: &str = "openid profile offline_access";

pub(super) async fn turn(house: &House, app: &Application, on: bool) {
    let change = ApplicationChange {
        device_flow: Some(on),
        ..ApplicationChange::default()
    };
    applications::change(house.identity(), COMMAND_LINE, app.object_id, &change)
        .await
        .unwrap();
}

async fn board(house: &House) -> Application {
    let app = house
        .application_at("Board", &[], &[(Platform::Native, CALLBACK)])
        .await;
    turn(house, &app, true).await;
    app
}

async fn try_begin(house: &House, app: &Application, scope: &str) -> Answer {
    let app_id = app.app_id.to_string();
    let form = [("client_id", app_id.as_str()), ("scope", scope)];
    house.browser().ask_token(BEGIN, &form).await
}

async fn poll(house: &House, app: &Application, begun: &Value) -> Answer {
    let app_id = app.app_id.to_string();
    let form = [
        ("grant_type", DEVICE_CODE),
        ("client_id", app_id.as_str()),
        ("device_code", begun["device_code"].as_str().unwrap()),
    ];
    house.browser().ask_token(TOKEN, &form).await
}

/// Comes with the code, proves who is there, and stands before the question; gives what the page sends back.
pub(super) async fn come(house: &House, person: &mut Person, begun: &Value) -> Value {
    let code = begun["user_code"].as_str().unwrap();
    // A sign-in from before the code counts for nothing.
    house.advance(SECOND);
    let answer = person
        .browser
        .get(&format!("/device?user_code={code}"))
        .await;
    let page = answer.header("location").to_owned();
    let back = page.strip_prefix("/reauthenticate?").unwrap();
    let back = Parameters::parse(back.as_bytes()).unwrap();
    let back = back.find("return").unwrap().to_owned();
    // Not before the proof.
    assert_eq!(person.browser.get(&back).await.status, 303);
    house.advance(SECOND);
    person.reauthenticate().await.ok();
    let page = person.browser.open(&back).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let data = find_tags(&page.text(), "meta")
        .into_iter()
        .find(|it| it.attribute("name") == Some("page-data"))
        .unwrap();
    serde_json::from_str(data.attribute("content").unwrap()).unwrap()
}

pub(super) async fn decide(person: &mut Person, data: &Value, decision: &str) -> Answer {
    let body =
        json!({ "userCode": data["userCode"], "since": data["since"], "decision": decision });
    person.browser.post("/device/decide", body).await
}

#[test]
fn somebody_lets_a_device_in() {
    in_each_house(async |house| {
        let app = board(&house).await;
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let begun = try_begin(&house, &app, SCOPE).await.ok();
        assert_eq!(begun["expires_in"], json!(900));
        assert_eq!(begun["interval"], json!(5));
        let address = begun["verification_uri"].as_str().unwrap();
        assert!(begun["message"].as_str().unwrap().contains(address));
        refused(poll(&house, &app, &begun).await, "authorization_pending");
        let written = house.run_sql("SELECT activity FROM audit").len();
        refused(poll(&house, &app, &begun).await, "authorization_pending");
        assert_eq!(house.run_sql("SELECT activity FROM audit").len(), written);
        let data = come(&house, &mut bob, &begun).await;
        decide(&mut bob, &data, "allow").await.ok();
        let body = poll(&house, &app, &begun).await.ok();
        assert_eq!(body["scope"], json!(SCOPE));
        let claims = read_claims(body["id_token"].as_str().unwrap());
        assert_eq!(claims["preferred_username"], json!("bob"));
        // Security 19: of how sure it is nothing is said, now and later.
        assert!(
            claims.get("acr").is_none() && claims.get("amr").is_none(),
            "{claims}"
        );
        let app_id = app.app_id.to_string();
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", app_id.as_str()),
            ("refresh_token", body["refresh_token"].as_str().unwrap()),
        ];
        let next = house.browser().ask_token(TOKEN, &form).await.ok();
        let claims = read_claims(next["access_token"].as_str().unwrap());
        assert!(
            claims.get("acr").is_none() && claims.get("amr").is_none(),
            "{claims}"
        );
        // Once, and a second question takes nothing away from the first.
        refused(poll(&house, &app, &begun).await, "invalid_grant");
        let token = next["access_token"].as_str().unwrap();
        identity::bearer::authenticate(house.identity(), &identity::bearer::Shown::bearer(token))
            .await
            .unwrap();
        // Decided is decided.
        decide(&mut bob, &data, "deny")
            .await
            .refused(404, "device.code_unknown");
    });
}

/// Past mistake 45: of many questions at once one is answered.
#[test]
fn past_mistake_45_a_device_code_is_redeemed_once() {
    in_each_house(async |house| {
        let app = board(&house).await;
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let begun = try_begin(&house, &app, SCOPE).await.ok();
        let data = come(&house, &mut bob, &begun).await;
        decide(&mut bob, &data, "allow").await.ok();
        let all = [
            poll(&house, &app, &begun),
            poll(&house, &app, &begun),
            poll(&house, &app, &begun),
        ];
        let [a, b, c] = all;
        let (a, b, c) = tokio::join!(a, b, c);
        let won: Vec<Answer> = [a, b, c]
            .into_iter()
            .filter(|it| it.status == 200)
            .collect();
        assert_eq!(won.len(), 1);
        let token = won[0].json()["access_token"].as_str().unwrap().to_owned();
        identity::bearer::authenticate(house.identity(), &identity::bearer::Shown::bearer(&token))
            .await
            .unwrap();
    });
}

#[test]
fn security_19_only_where_it_was_turned_on_and_never_for_administrators() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let off = house
            .application_at("Off", &[], &[(Platform::Native, CALLBACK)])
            .await;
        refused(try_begin(&house, &off, SCOPE).await, "unauthorized_client");
        let app = board(&house).await;
        // Nothing that administrators have.
        for scope in [
            "openid User.ReadWrite.All",
            "https://graph.microsoft.com/.default",
            "x",
        ] {
            refused(try_begin(&house, &app, scope).await, "invalid_scope");
        }
        let begun = try_begin(&house, &app, SCOPE).await.ok();
        let data = come(&house, &mut ada, &begun).await;
        decide(&mut ada, &data, "allow")
            .await
            .refused(403, "device.privileged");
        let id = house.find("bob").await.person_id;
        let data = come(&house, &mut bob, &begun).await;
        roles::assign(house.identity(), COMMAND_LINE, Role::ReportsReader, id)
            .await
            .unwrap();
        decide(&mut bob, &data, "allow")
            .await
            .refused(403, "device.privileged");
        roles::unassign(house.identity(), COMMAND_LINE, Role::ReportsReader, id)
            .await
            .unwrap();
        // Who may not sign in to it doesn't on a device either.
        let principal =
            applications::find_principal_by_app(house.identity(), COMMAND_LINE, app.app_id);
        let principal = principal.await.unwrap().object_id;
        let mut change = applications::PrincipalChange {
            assignment_required: Some(true),
            ..applications::PrincipalChange::default()
        };
        applications::change_principal(house.identity(), COMMAND_LINE, principal, change)
            .await
            .unwrap();
        decide(&mut bob, &data, "allow")
            .await
            .refused(403, "application.not_assigned");
        change.assignment_required = Some(false);
        applications::change_principal(house.identity(), COMMAND_LINE, principal, change)
            .await
            .unwrap();
        decide(&mut bob, &data, "allow").await.ok();
        // Turned off meanwhile: what waits is nothing any more.
        let begun = try_begin(&house, &app, SCOPE).await.ok();
        turn(&house, &app, false).await;
        let code = begun["user_code"].as_str().unwrap();
        let page = bob.browser.get(&format!("/device?user_code={code}")).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("There is no such code"));
    });
}

#[test]
fn each_thing_about_a_device_code_counts_alone() {
    in_each_house(async |house| {
        let app = board(&house).await;
        let other = board(&house).await;
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let mut eve = house.person(&mut ada, "eve").await;
        let begun = try_begin(&house, &app, SCOPE).await.ok();
        refused(poll(&house, &other, &begun).await, "invalid_grant");
        refused(
            poll(&house, &app, &json!({ "device_code": "x" })).await,
            "invalid_grant",
        );
        let bent = json!({ "device_code": "A".repeat(54) });
        refused(poll(&house, &app, &bent).await, "invalid_grant");
        // Somebody else's mark, a mark of nobody, another code's: no decision.
        let data = come(&house, &mut bob, &begun).await;
        eve.browser.open("/security-info").await;
        decide(&mut eve, &data, "allow")
            .await
            .refused(403, "session.not_fresh");
        for since in ["", "0.x", "1795258800000000.AAAA"] {
            let bent = json!({ "userCode": data["userCode"], "since": since });
            decide(&mut bob, &bent, "allow")
                .await
                .refused(403, "session.not_fresh");
        }
        for code in ["", "BCDF-GHJ", "AAAA-AAAA"] {
            let bent = json!({ "userCode": code, "since": data["since"] });
            decide(&mut bob, &bent, "allow")
                .await
                .refused(404, "device.code_unknown");
        }
        // Typed in any way that people type.
        let typed = begun["user_code"]
            .as_str()
            .unwrap()
            .replace('-', " ")
            .to_lowercase();
        let typed = form::write(&[("user_code", &typed)]);
        assert_eq!(
            bob.browser.get(&format!("/device?{typed}")).await.status,
            303
        );
        decide(&mut bob, &data, "deny").await.ok();
        refused(poll(&house, &app, &begun).await, "access_denied");
        // Too often, and too late.
        let begun = try_begin(&house, &app, SCOPE).await.ok();
        let mut slowed = false;
        for _ in 0..20 {
            let error = poll(&house, &app, &begun).await.json()["error"].clone();
            slowed |= error == json!("slow_down");
        }
        assert!(slowed);
        let data = come(&house, &mut bob, &begun).await;
        house.advance(16 * MINUTE);
        refused(poll(&house, &app, &begun).await, "expired_token");
        decide(&mut bob, &data, "allow")
            .await
            .refused(404, "device.code_unknown");
        // Of an application with a server, too: its devices keep no secret.
        let server = web(&house, "Server").await;
        turn(&house, &server, true).await;
        let begun = try_begin(&house, &server, SCOPE).await.ok();
        refused(poll(&house, &server, &begun).await, "authorization_pending");
    });
}
