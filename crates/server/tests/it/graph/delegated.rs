//! The API in somebody's name: tokens that the authorization code flow gave, and what becomes of them when what they
//! rest on moves.

use identity::permissions::Permission;
use identity::roles::{self, Role};
use identity::{Actor, Id, MINUTE, SECOND};
use serde_json::{Value, json};
use testkit::{Device, House, ORIGIN, Person};

use super::{Client, Said};
use crate::in_each_house;

const COMMAND_LINE: Actor<'static> = Actor::CommandLine { os_user: "test" };
const DENIED: &str = "Authorization_RequestDenied";

async fn client<'a>(house: &'a House, person: &mut Person, scope: &str) -> Client<'a> {
    let application = house.client("Travel", scope).await;
    let token = house
        .delegated_token(&application, &mut person.browser, scope)
        .await;
    Client::with(house, &token)
}

async fn id_of(house: &House, person: &Person) -> Id {
    house.session(&person.browser).await.person_id
}

async fn give(house: &House, role: Role, person: &Person) {
    let holder = id_of(house, person).await;
    roles::assign(house.identity(), COMMAND_LINE, role, holder)
        .await
        .unwrap();
}

/// Everything that the directory says of Cem, whom the tests try to change.
struct Witness<'a> {
    reader: Client<'a>,
    before: Value,
}

impl<'a> Witness<'a> {
    const CEM: &'static str = "/beta/users/cem";

    async fn of(house: &'a House) -> Witness<'a> {
        let reader = Client::of(
            house,
            &["User.ReadWrite.All", "UserAuthMethod-Passkey.Read.All"],
        )
        .await;
        let new = json!({"userPrincipalName": "cem", "displayName": "Cem"});
        reader.post("/v1.0/users", &new).await.is(201);
        let before = reader.get(Witness::CEM).await.is(200);
        Witness { reader, before }
    }

    async fn saw_nothing(&self) {
        assert_eq!(self.reader.get(Witness::CEM).await.is(200), self.before);
    }
}

fn retitle() -> Value {
    json!({"jobTitle": "Captain"})
}

#[test]
fn me_is_the_person_behind_the_token() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let application = house
            .client("Travel", "User.Read UserAuthMethod-Passkey.Read")
            .await;
        for person in [&mut ada, &mut bob] {
            let id = id_of(&house, person).await.to_string();
            let scope = "https://graph.microsoft.com/.default";
            let token = house
                .delegated_token(&application, &mut person.browser, scope)
                .await;
            let client = Client::with(&house, &token);
            for version in ["v1.0", "beta"] {
                let me = client.get(&format!("/{version}/me")).await.is(200);
                assert_eq!(me["id"], json!(id));
                assert_eq!(me["userPrincipalName"], json!(person.user_name));
                let methods = format!("/{version}/me/authentication/fido2Methods");
                let found = client.get(&methods).await.is(200);
                let found = found["value"].as_array().unwrap();
                assert_eq!(found.len(), 1);
                assert_eq!(found[0]["id"], json!(person.passkey_id()));
                let one = format!("{methods}/{}", person.passkey_id());
                assert_eq!(client.get(&one).await.is(200)["passkeyType"], "synced");
                client.get(&format!("/{version}/me/memberOf")).await.is(200);
            }
        }
    });
}

#[test]
fn ones_own_record_and_passkeys_are_read_without_a_role_and_nobody_elses() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let hers = ada.passkey_id();
        let witness = Witness::of(&house).await;
        let scope = "User.Read.All User.ReadWrite.All UserAuthMethod-Passkey.ReadWrite.All";
        let client = client(&house, &mut bob, scope).await;
        let mine = format!("/v1.0/users/{}", bob.person_id);
        client.get(&mine).await.is(200);
        client.get("/v1.0/users/bob").await.is(200);
        client
            .get(&format!("{mine}/authentication/fido2Methods"))
            .await
            .is(200);
        // With the widest permissions somebody without a role reads and changes nobody else.
        for path in [
            "/v1.0/users",
            "/v1.0/users/ada",
            "/v1.0/users/ada/authentication/fido2Methods",
            &format!("/v1.0/users/ada/authentication/fido2Methods/{hers}"),
            "/v1.0/users/ada/memberOf",
            "/v1.0/users/nobody",
        ] {
            client
                .get(path)
                .await
                .refused_as(403, DENIED, "role.insufficient");
        }
        let denied = client.patch(Witness::CEM, &retitle()).await;
        denied.refused_as(403, DENIED, "role.insufficient");
        client
            .delete(&format!(
                "/v1.0/users/ada/authentication/fido2Methods/{hers}"
            ))
            .await
            .refused_as(403, DENIED, "role.insufficient");
        // One's own are read only (security 13): neither one's name nor one's passkey is changed by token.
        let told = client.patch(&mine, &retitle()).await;
        told.refused_as(403, DENIED, "role.insufficient");
        let own = format!("{mine}/authentication/fido2Methods/{}", bob.passkey_id());
        let told = client.delete(&own).await;
        told.refused_as(403, DENIED, "role.insufficient");
        let own = format!("/v1.0/me/authentication/fido2Methods/{}", bob.passkey_id());
        let told = client.delete("/v1.0/me").await;
        told.refused_as(405, "methodNotAllowed", "request.method_not_allowed");
        let told = client.delete(&own).await;
        told.refused_as(405, "methodNotAllowed", "graph.me_read_only");
        let told = client
            .post("/v1.0/me/authentication/fido2Methods", &json!({}))
            .await;
        told.refused_as(405, "methodNotAllowed", "graph.me_read_only");
        witness.saw_nothing().await;
        assert!(bob.browser.is_signed_in().await);
        assert!(ada.browser.is_signed_in().await);
    });
}

#[test]
fn security_07_a_change_by_token_needs_a_verification_of_five_minutes() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let witness = Witness::of(&house).await;
        let application = house.client("Travel", "User.ReadWrite.All").await;
        let token = async |person: &mut Person| {
            let scope = "User.ReadWrite.All";
            let token = house.delegated_token(&application, &mut person.browser, scope);
            token.await
        };
        house.advance(4 * MINUTE);
        let old = token(&mut ada).await;
        house.advance(MINUTE + SECOND);
        // The token is a minute old, the proof behind it more than five.
        let client = Client::with(&house, &old);
        client.get(Witness::CEM).await.is(200);
        let new = json!({"userPrincipalName": "dan", "displayName": "Dan"});
        for told in [
            client.patch(Witness::CEM, &retitle()).await,
            client.delete(Witness::CEM).await,
            client.post("/v1.0/users", &new).await,
        ] {
            let body = told.refused_as(403, DENIED, "session.not_fresh");
            let remedy = body["error"]["innerError"]["remedy"].as_str().unwrap();
            assert!(remedy.contains("passkey"), "{remedy}");
        }
        witness.saw_nothing().await;
        let missing = witness.reader.get("/v1.0/users/dan").await;
        assert_eq!(missing.status, 404);
        // A token that is asked for anew is no fresher; a proof is what makes the difference.
        let again = Client::with(&house, &token(&mut ada).await);
        let told = again.patch(Witness::CEM, &retitle()).await;
        told.refused_as(403, DENIED, "session.not_fresh");
        witness.saw_nothing().await;
        ada.reauthenticate().await.ok();
        let fresh = Client::with(&house, &token(&mut ada).await);
        fresh.patch(Witness::CEM, &retitle()).await.is(204);
    });
}

#[test]
fn a_role_that_was_lost_meanwhile_gives_nothing_any_more() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let witness = Witness::of(&house).await;
        give(&house, Role::UserAdministrator, &bob).await;
        let client = client(&house, &mut bob, "User.ReadWrite.All").await;
        client.get(Witness::CEM).await.is(200);
        let holder = id_of(&house, &bob).await;
        roles::unassign(
            house.identity(),
            COMMAND_LINE,
            Role::UserAdministrator,
            holder,
        )
        .await
        .unwrap();
        for told in [
            client.get(Witness::CEM).await,
            client.patch(Witness::CEM, &retitle()).await,
            client.delete(Witness::CEM).await,
        ] {
            told.refused_as(403, DENIED, "role.insufficient");
        }
        witness.saw_nothing().await;
    });
}

#[test]
fn security_28_a_token_is_refused_when_person_or_passkey_is_gone() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let witness = Witness::of(&house).await;
        give(&house, Role::UserAdministrator, &bob).await;
        let application = house.client("Travel", "User.Read User.ReadWrite.All").await;
        let scope = "User.Read User.ReadWrite.All";
        let gone = async |client: &Client<'_>| {
            for told in [
                client.get("/v1.0/me").await,
                client.get(Witness::CEM).await,
                client.patch(Witness::CEM, &retitle()).await,
            ] {
                let challenge = told.header("www-authenticate");
                assert_eq!(challenge, "Bearer error=\"invalid_token\"");
                told.refused_as(401, "InvalidAuthenticationToken", "token.unusable");
            }
            witness.saw_nothing().await;
        };
        // The passkey that opened the session is removed, by its owner with another one.
        let mut spare = Device::synced();
        bob.add_device(&mut spare).await;
        let token = house.delegated_token(&application, &mut bob.browser, scope);
        let client = Client::with(&house, &token.await);
        client.get("/v1.0/me").await.is(200);
        let mut other = house.browser();
        other.sign_in(&mut spare).await.ok();
        other.remove_passkey(&bob.passkey_id()).await.ok();
        gone(&client).await;
        // Disabled, and enabled again.
        let token = house.delegated_token(&application, &mut other, scope).await;
        let client = Client::with(&house, &token);
        client.get("/v1.0/me").await.is(200);
        let person = json!({ "personId": bob.person_id });
        let disabled = ada.browser.post("/people/disable", person.clone()).await;
        disabled.ok();
        gone(&client).await;
        ada.browser.post("/people/enable", person).await.ok();
        gone(&client).await;
        // Deleted, and restored.
        other.forget_session();
        other.sign_in(&mut spare).await.ok();
        let token = house.delegated_token(&application, &mut other, scope).await;
        let client = Client::with(&house, &token);
        client.get("/v1.0/me").await.is(200);
        let id = Id::parse(&bob.person_id).unwrap();
        identity::people::delete(house.identity(), COMMAND_LINE, id, None)
            .await
            .unwrap();
        gone(&client).await;
        identity::people::restore(house.identity(), COMMAND_LINE, id)
            .await
            .unwrap();
        gone(&client).await;
    });
}

#[test]
fn a_scope_that_was_not_asked_for_is_not_there() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let witness = Witness::of(&house).await;
        let granted = "User.Read User.ReadWrite.All UserAuthMethod-Passkey.Read.All";
        let application = house.client("Travel", granted).await;
        let scope = "openid User.Read";
        let token = house.delegated_token(&application, &mut ada.browser, scope);
        let client = Client::with(&house, &token.await);
        client.get("/v1.0/me").await.is(200);
        let mine = id_of(&house, &ada).await;
        for path in [
            "/v1.0/users",
            Witness::CEM,
            "/v1.0/me/manager",
            "/v1.0/me/authentication/fido2Methods",
            &format!("/v1.0/users/{mine}/authentication/fido2Methods"),
            "/v1.0/groups",
            "/v1.0/auditLogs/signIns",
        ] {
            client
                .get(path)
                .await
                .refused_as(403, DENIED, "permission.missing");
        }
        let told = client.patch(Witness::CEM, &retitle()).await;
        told.refused_as(403, DENIED, "permission.missing");
        let told = client.delete(Witness::CEM).await;
        told.refused_as(403, DENIED, "permission.missing");
        witness.saw_nothing().await;
    });
}

/// The permission is the application's; what its person may not do by themselves, nobody does in their name.
#[test]
fn nobody_raises_themselves_or_anybody_by_token() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let widest = "RoleManagement.ReadWrite.Directory Directory.ReadWrite.All Application.ReadWrite.All \
            AppRoleAssignment.ReadWrite.All DelegatedPermissionGrant.ReadWrite.All User.Read";
        let application = house.client("Tool", widest).await;
        let scope = widest.split_whitespace().collect::<Vec<_>>().join(" ");
        let me = id_of(&house, &bob).await;
        let global = Role::GlobalAdministrator.template_id();
        let reference = json!({"@odata.id": format!("{ORIGIN}/v1.0/users/{me}")});
        let new =
            json!({"displayName": "Mine", "isAssignableToRole": true, "mailNickname": "mine"});
        let api = identity::applications::find_own_api(house.identity())
            .await
            .unwrap();
        let role = Permission::RoleManagementReadWriteDirectory
            .application_id()
            .unwrap();
        let principal = application.principal_id;
        let assignment = json!({
            "principalId": principal.to_string(), "resourceId": api.to_string(), "appRoleId": role.to_string(),
        });
        let grant = json!({
            "clientId": principal.to_string(), "consentType": "AllPrincipals", "resourceId": api.to_string(),
            "scope": "Directory.ReadWrite.All",
        });
        let secret = json!({"passwordCredential": {"displayName": "mine"}});
        let tries = [
            (
                format!("/v1.0/directoryRoles/{global}/members/$ref"),
                &reference,
            ),
            ("/v1.0/groups".to_owned(), &new),
            (
                format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments"),
                &assignment,
            ),
            ("/v1.0/oauth2PermissionGrants".to_owned(), &grant),
            (
                format!("/v1.0/applications/{}/addPassword", application.object_id),
                &secret,
            ),
        ];
        // With no role at all, and with roles that are for other things.
        for role in [
            None,
            Some(Role::UserAdministrator),
            Some(Role::ApplicationAdministrator),
        ] {
            if let Some(role) = role {
                give(&house, role, &bob).await;
            }
            let token = house
                .delegated_token(&application, &mut bob.browser, &scope)
                .await;
            let client = Client::with(&house, &token);
            let state = || {
                [
                    "role_member",
                    "directory_group",
                    "app_role_assignment",
                    "permission_grant",
                    "application_credential",
                ]
                .map(|table| house.run_sql(&format!("SELECT COUNT(*) || '' FROM {table}")))
            };
            let before = state();
            for (path, body) in &tries {
                let told = client.post(path, body).await;
                told.refused_as(403, DENIED, "role.insufficient");
            }
            assert_eq!(state(), before, "{role:?}");
        }
    });
}

/// Logs and reports are for roles of their own, by token as on pages.
#[test]
fn logs_and_reports_are_read_in_the_name_of_who_may() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let mut bob = house.person(&mut ada, "bob").await;
        let scope = "AuditLog.Read.All Reports.Read.All User.Read";
        let client = client(&house, &mut bob, scope).await;
        let paths = [
            "/v1.0/auditLogs/signIns",
            "/v1.0/auditLogs/directoryAudits",
            "/v1.0/reports/authenticationMethods/userRegistrationDetails",
            "/v1.0/reports/authenticationMethods/usersRegisteredByMethod()",
        ];
        for path in paths {
            let told = client.get(path).await;
            told.refused_as(403, DENIED, "role.insufficient");
        }
        give(&house, Role::ReportsReader, &bob).await;
        for path in paths {
            client.get(path).await.is(200);
        }
        let told = client.get("/v1.0/users").await;
        told.refused_as(403, DENIED, "permission.missing");
    });
}

/// Everything that the flow hands out besides, and tokens for others than us.
#[test]
fn only_an_access_token_for_this_api_is_let_in() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let application = house.client("Travel", "User.Read").await;
        let query = oidc::form::write(&[
            ("client_id", &application.app_id.to_string()),
            ("redirect_uri", testkit::CALLBACK),
            ("response_type", "code"),
            ("scope", "openid User.Read"),
            ("code_challenge", &testkit::challenge()),
            ("code_challenge_method", "S256"),
        ]);
        let path = format!("/oauth2/v2.0/authorize?{query}");
        let answer = ada.browser.get(&path).await;
        let location = answer.header("location").to_owned();
        let read = location.split_once('?').unwrap().1;
        let read = oidc::form::Parameters::parse(read.as_bytes()).unwrap();
        let code = read.find("code").unwrap();
        let tokens = house.redeem(&application, code).await.ok();
        let access = tokens["access_token"].as_str().unwrap();
        Client::with(&house, access).get("/v1.0/me").await.is(200);
        let now = house.now() / SECOND;
        let claims = json!({
            "iss": testkit::ORIGIN, "aud": testkit::ORIGIN, "sub": "x", "iat": now, "nbf": now, "exp": now + 300,
            "scp": "User.Read", "tid": house.identity().tenant_id().to_string(),
        });
        let (header_and_claims, _) = access.rsplit_once('.').unwrap();
        let wrong = [
            tokens["id_token"].as_str().unwrap().to_owned(),
            code.to_owned(),
            application.assertion(&house),
            application.secret.clone(),
            application.key.sign("at+jwt", &claims),
            format!("{header_and_claims}."),
            format!("{access}x"),
        ];
        for token in wrong {
            let told = Client::with(&house, &token).get("/v1.0/me").await;
            told.refused_as(401, "InvalidAuthenticationToken", "token.unusable");
        }
        // No client gets a token for another audience: it is refused where it is asked for.
        for scope in [
            "https://elsewhere.example/.default",
            "https://elsewhere.example/User.Read",
            "api://elsewhere/User.Read",
        ] {
            let asked = query.replace("openid+User.Read", "SCOPE");
            let asked = asked.replace("openid%20User.Read", "SCOPE");
            let encoded = oidc::form::write(&[("scope", scope)]);
            let asked = asked.replace("scope=SCOPE", &encoded);
            let answer = ada
                .browser
                .get(&format!("/oauth2/v2.0/authorize?{asked}"))
                .await;
            let location = answer.header("location");
            assert!(location.contains("error=invalid_target"), "{location}");
        }
    });
}
