//! Who may change an application (security 11).

use identity::applications::{self, ApplicationChange};
use identity::owners::{self, Owned};
use identity::permissions::Permission;
use identity::roles::{self, Role};
use identity::{Actor, MINUTE, SECOND, bearer};

use super::COMMAND_LINE;
use crate::in_each_house;

#[test]
fn changing_an_application_needs_its_rights() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let plain = house.application("plain", &["User.Read.All"]).await;
        let powerful = house
            .application("powerful", &["Application.ReadWrite.All"])
            .await;
        let identity = house.identity();
        let caller = house.caller();
        let session = house.session(&bob.browser).await;
        let nobody = Actor::Person(&caller, &session);
        // Somebody without a role, and an owner, may nothing at all.
        owners::add(
            identity,
            COMMAND_LINE,
            Owned::Application(plain.object_id),
            session.person_id,
        )
        .await
        .unwrap();
        let change = ApplicationChange {
            display_name: Some("x".to_owned()),
            ..ApplicationChange::default()
        };
        let not_allowed = |code: &str| assert_eq!(code, "role.insufficient");
        not_allowed(
            applications::find(identity, nobody, plain.object_id)
                .await
                .unwrap_err()
                .code
                .id,
        );
        not_allowed(
            applications::change(identity, nobody, plain.object_id, &change)
                .await
                .unwrap_err()
                .code
                .id,
        );
        not_allowed(
            applications::add_secret(identity, nobody, plain.object_id, "", None)
                .await
                .unwrap_err()
                .code
                .id,
        );
        not_allowed(
            applications::delete(identity, nobody, plain.object_id, None)
                .await
                .unwrap_err()
                .code
                .id,
        );
        // An application with tier 0 in its own name reaches plain applications, but no privileged one, itself included.
        let token = house.token(&powerful).await;
        let bearer = bearer::authenticate(identity, &bearer::Shown::bearer(&token))
            .await
            .unwrap();
        let actor = Actor::Token(&caller, &bearer);
        applications::add_secret(identity, actor, plain.object_id, "", None)
            .await
            .unwrap();
        not_allowed(
            applications::add_secret(identity, actor, powerful.object_id, "", None)
                .await
                .unwrap_err()
                .code
                .id,
        );
        // Nor may it give rights, to itself or to another.
        let resource = applications::find_own_api(identity).await.unwrap();
        let role = Permission::RoleManagementReadWriteDirectory
            .application_id()
            .unwrap();
        for principal in [plain.principal_id, powerful.principal_id] {
            let refusal = applications::assign(identity, actor, principal, resource, role)
                .await
                .unwrap_err();
            assert_eq!(refusal.code.id, "permission.missing");
        }
        // Freshness: five minutes, for an administrator.
        let session = house.session(&ada.browser).await;
        let actor = Actor::Person(&caller, &session);
        applications::add_secret(identity, actor, powerful.object_id, "", None)
            .await
            .unwrap();
        house.advance(5 * MINUTE + SECOND);
        let refusal = applications::add_secret(identity, actor, powerful.object_id, "", None)
            .await
            .unwrap_err();
        assert_eq!(refusal.code.id, "session.not_fresh");
    });
}

#[test]
fn security_11_an_application_administrator_reaches_no_tier_zero() {
    in_each_house(async |house| {
        let mut ada = house.administrator("ada").await;
        let bob = house.person(&mut ada, "bob").await;
        let plain = house.application("plain", &["User.Read.All"]).await;
        let powerful = house
            .application("powerful", &["Application.ReadWrite.All"])
            .await;
        let holder = house.application("holder", &[]).await;
        let (identity, caller) = (house.identity(), house.caller());
        let session = house.session(&bob.browser).await;
        let role = Role::ApplicationAdministrator;
        roles::assign(identity, COMMAND_LINE, role, session.person_id)
            .await
            .unwrap();
        let role = Role::UserAdministrator;
        roles::assign(identity, COMMAND_LINE, role, holder.principal_id)
            .await
            .unwrap();
        let bob = Actor::Person(&caller, &session);
        let resource = applications::find_own_api(identity).await.unwrap();
        let assign = async |principal, permission: Permission| {
            let role = permission.application_id().unwrap();
            let made = applications::assign(identity, bob, principal, resource, role).await;
            made.map(drop).map_err(|refusal| refusal.code.id)
        };
        // Plain permissions of plain applications are what the role is for.
        let secret = applications::add_secret(identity, bob, plain.object_id, "", None).await;
        assert!(secret.is_ok());
        assert_eq!(
            assign(plain.principal_id, Permission::AuditLogReadAll).await,
            Ok(())
        );
        // Tier 0 is not, in either form, nor a change of what holds it or a directory role.
        let refused = Err("role.insufficient");
        assert_eq!(
            assign(plain.principal_id, Permission::DirectoryReadWriteAll).await,
            refused
        );
        let consent = applications::Consent::Everybody;
        let scope = "User.Read RoleManagement.ReadWrite.Directory";
        let granted = applications::grant(identity, bob, plain.principal_id, consent, scope).await;
        assert_eq!(
            granted.map(drop).map_err(|refusal| refusal.code.id),
            refused
        );
        for app in [&powerful, &holder] {
            assert_eq!(
                assign(app.principal_id, Permission::GroupReadAll).await,
                refused
            );
            let secret = applications::add_secret(identity, bob, app.object_id, "", None).await;
            assert_eq!(secret.map(drop).map_err(|refusal| refusal.code.id), refused);
            let jwk = app.key.public().to_json();
            let key =
                applications::add_key(identity, bob, app.object_id, "", jwk.as_bytes(), None).await;
            assert_eq!(key.map(drop).map_err(|refusal| refusal.code.id), refused);
            let change = ApplicationChange {
                redirect_uris: Some(Vec::new()),
                ..ApplicationChange::default()
            };
            let changed = applications::change(identity, bob, app.object_id, &change).await;
            assert_eq!(
                changed.map(drop).map_err(|refusal| refusal.code.id),
                refused
            );
            let owner = owners::add(
                identity,
                bob,
                Owned::Application(app.object_id),
                session.person_id,
            )
            .await;
            assert_eq!(owner.map_err(|refusal| refusal.code.id), refused);
            let deleted = applications::delete(identity, bob, app.object_id, None).await;
            assert_eq!(deleted.map_err(|refusal| refusal.code.id), refused);
        }
        // A Global Administrator may.
        let session = house.session(&ada.browser).await;
        let ada = Actor::Person(&caller, &session);
        let role = Permission::DirectoryReadWriteAll.application_id().unwrap();
        applications::assign(identity, ada, plain.principal_id, resource, role)
            .await
            .unwrap();
    });
}
