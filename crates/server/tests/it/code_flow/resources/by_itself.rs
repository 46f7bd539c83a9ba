//! Applications at another one's API in their own name.

use identity::applications::{AppRole, TokenSettings};
use identity::permissions::Permission;

use super::*;

/// Lets applications have a role at the API, and gives it to one of them.
async fn give_role(house: &House, ledger: &Application, client: &Application) -> AppRole {
    let role = AppRole {
        for_people: false,
        for_applications: true,
        ..AppRole::make(house.identity(), "Expenses.Import", "Bring expenses in")
    };
    let off = AppRole {
        is_enabled: false,
        for_applications: true,
        ..AppRole::make(house.identity(), "Expenses.Off", "Nothing")
    };
    let of_people = AppRole::make(house.identity(), "clerk", "Clerk");
    set_roles(
        house,
        ledger,
        vec![role.clone(), off.clone(), of_people.clone()],
    )
    .await;
    let (whom, at) = (client.principal_id, ledger.principal_id);
    let assign =
        async |id| applications::assign(house.identity(), COMMAND_LINE, whom, at, id).await;
    for other in [off, of_people] {
        assert_eq!(
            assign(other.id).await.unwrap_err().code,
            &codes::PERMISSION_UNKNOWN
        );
    }
    assign(role.id).await.unwrap();
    role
}

async fn set_roles(house: &House, app: &Application, roles: Vec<AppRole>) {
    let settings = TokenSettings {
        roles,
        ..TokenSettings::default()
    };
    let change = ApplicationChange {
        token_settings: Some(settings),
        ..ApplicationChange::default()
    };
    applications::change(house.identity(), COMMAND_LINE, app.object_id, &change)
        .await
        .unwrap();
}

async fn ask_alone(house: &House, app: &Application, more: &[(&str, &str)]) -> Answer {
    let app_id = app.app_id.to_string();
    let mut pairs = vec![
        ("grant_type", "client_credentials"),
        ("client_id", app_id.as_str()),
        ("client_secret", app.secret.as_str()),
    ];
    pairs.extend(more);
    house.browser().ask_token(TOKEN, &pairs).await
}

#[test]
fn an_application_gets_its_roles_at_an_api() {
    in_each_house(async |house| {
        let ledger = api(&house, "Ledger", LEDGER).await;
        let archive = api(&house, "Archive", ARCHIVE).await;
        let client = house.application("Importer", &["User.Read.All"]).await;
        // Nothing was given yet.
        let scope = format!("{LEDGER}/.default");
        let answer = ask_alone(&house, &client, &[("scope", &scope)]).await;
        assert!(refused(answer, "invalid_target").starts_with("resource.not_granted"));
        let role = give_role(&house, &ledger, &client).await;
        for more in [
            vec![("scope", scope.as_str())],
            vec![("resource", LEDGER)],
            vec![("resource", LEDGER), ("scope", scope.as_str())],
        ] {
            let body = ask_alone(&house, &client, &more).await.ok();
            let claims = read(&house, &body);
            assert_eq!(claims["aud"], json!(LEDGER));
            assert_eq!(claims["roles"], json!(["Expenses.Import"]));
            assert_eq!(claims["idtyp"], json!("app"));
            assert_eq!(claims["sub"], json!(client.principal_id.to_string()));
            assert_eq!(claims["client_id"], json!(client.app_id.to_string()));
            is_refused_here(&house, &body).await;
            for (app, active) in [(&ledger, true), (&client, true), (&archive, false)] {
                let told = introspect(&house, app, &body).await;
                assert_eq!(told["active"], json!(active));
                assert_eq!(told.get("aud").is_some(), active);
            }
        }
        let ours = format!("{ORIGIN}/.default");
        let of_archive = format!("{ARCHIVE}/.default");
        let named = format!("{LEDGER}/Expenses.Import");
        for (more, error) in [
            (vec![("resource", ARCHIVE)], "invalid_target"),
            (vec![("resource", ORIGIN)], "invalid_target"),
            (vec![("resource", "urn:example:none")], "invalid_target"),
            (
                vec![("resource", LEDGER), ("scope", of_archive.as_str())],
                "invalid_target",
            ),
            (
                vec![("resource", LEDGER), ("scope", ours.as_str())],
                "invalid_target",
            ),
            (
                vec![("resource", LEDGER), ("resource", ARCHIVE)],
                "invalid_target",
            ),
            (vec![("scope", named.as_str())], "invalid_scope"),
            (
                vec![("resource", LEDGER), ("scope", "Expenses.Import")],
                "invalid_scope",
            ),
            (vec![], "invalid_scope"),
        ] {
            refused(ask_alone(&house, &client, &more).await, error);
        }
        // At our own API the role is none, and theirs are none there.
        let body = ask_alone(&house, &client, &[("scope", &ours)]).await.ok();
        let claims = read(&house, &body);
        assert_eq!(
            (&claims["aud"], &claims["roles"]),
            (&json!(ORIGIN), &json!(["User.Read.All"]))
        );
        // Taken back: no more of them, and none that there are.
        let body = ask_alone(&house, &client, &[("resource", LEDGER)])
            .await
            .ok();
        let identity = house.identity();
        let held = applications::list_app_roles(identity, COMMAND_LINE, client.principal_id);
        let held = held.await.unwrap();
        let held = held.iter().find(|it| it.app_role_id == role.id).unwrap();
        assert_eq!(held.permission, None);
        applications::unassign(identity, COMMAND_LINE, held.assignment_id)
            .await
            .unwrap();
        refused(
            ask_alone(&house, &client, &[("resource", LEDGER)]).await,
            "invalid_target",
        );
        assert_eq!(
            introspect(&house, &ledger, &body).await["active"],
            json!(false)
        );
    });
}

/// A role of an API that has, by whatever way, the id of one of our permissions.
#[test]
fn security_28_no_role_of_an_api_is_a_permission_of_ours() {
    in_each_house(async |house| {
        let ledger = api(&house, "Ledger", LEDGER).await;
        let client = house.application("Importer", &[]).await;
        let raised = Permission::RoleManagementReadWriteDirectory;
        let id = raised.application_id().unwrap();
        let role = AppRole {
            id,
            for_applications: true,
            ..AppRole::make(house.identity(), "x", "X")
        };
        let change = ApplicationChange {
            token_settings: Some(TokenSettings {
                roles: vec![role],
                ..TokenSettings::default()
            }),
            ..ApplicationChange::default()
        };
        let identity = house.identity();
        let made = applications::change(identity, COMMAND_LINE, ledger.object_id, &change).await;
        assert_eq!(made.unwrap_err().code, &codes::TOKEN_SETTINGS_UNFIT);
        // In the database nevertheless.
        let role = give_role(&house, &ledger, &client).await;
        let bytes = |id: identity::Id| -> String {
            id.0.iter().map(|byte| format!("{byte:02x}")).collect()
        };
        let literal = |id| match house.backend() {
            testkit::Backend::Sqlite => format!("x'{}'", bytes(id)),
            _ => format!("'\\x{}'", bytes(id)),
        };
        let (to, from) = (literal(id), literal(role.id));
        house.run_sql(&format!(
            "UPDATE app_role_assignment SET app_role_id = {to} WHERE app_role_id = {from}"
        ));
        let ours = format!("{ORIGIN}/.default");
        let body = ask_alone(&house, &client, &[("scope", &ours)]).await.ok();
        assert_eq!(read(&house, &body)["roles"], json!([]));
        let held = applications::list_app_roles(identity, COMMAND_LINE, client.principal_id);
        let held = held.await.unwrap();
        assert_eq!((held.len(), held[0].permission), (1, None));
        assert_eq!(held[0].app_role_id, id, "it is there");
    });
}

/// What a person is in the API is told there.
#[test]
fn a_persons_roles_at_the_api_are_in_its_token() {
    in_each_house(async |house| {
        let (client, ledger, mut bob) = begin(&house).await;
        grant(&house, &client, &ledger, "expenses.read").await;
        let role = AppRole::make(house.identity(), "approver", "Approves");
        let mut other = AppRole::make(house.identity(), "machine", "Machines alone");
        (other.for_people, other.for_applications) = (false, true);
        set_roles(&house, &ledger, vec![role.clone(), other]).await;
        let person = house.find("bob").await.person_id;
        let at = ledger.principal_id;
        applications::assign(house.identity(), COMMAND_LINE, person, at, role.id)
            .await
            .unwrap();
        let answer = ask_for(&mut bob, &client, "openid", &[LEDGER]).await;
        let body = redeem_for(&house, &client, &code_of(&answer), &[])
            .await
            .ok();
        assert_eq!(read(&house, &body)["roles"], json!(["approver"]));
        is_refused_here(&house, &body).await;
        // Not in the client's own token.
        let part = body["id_token"]
            .as_str()
            .unwrap()
            .split('.')
            .nth(1)
            .unwrap();
        let part = data_encoding::BASE64URL_NOPAD
            .decode(part.as_bytes())
            .unwrap();
        let claims: Value = serde_json::from_slice(&part).unwrap();
        assert_eq!(claims.get("roles"), None);
    });
}
