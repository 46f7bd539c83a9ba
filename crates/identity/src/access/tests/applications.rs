//! Changing applications: under the rules that changing people and groups is under.

use super::*;
use crate::applications::{self, ApplicationChange, Consent, PrincipalChange};
use crate::groups::{NewGroup, ProtectedBy, members};
use crate::owners::{self, Owned};

async fn make(identity: &Identity) -> (Id, Id) {
    let new = ApplicationChange {
        display_name: Some("Travel".to_owned()),
        ..ApplicationChange::default()
    };
    let made = applications::add(identity, SHELL, &new).await.unwrap();
    let principal = applications::add_principal(identity, SHELL, made.app_id).await;
    (made.object_id, principal.unwrap().object_id)
}

#[tokio::test]
async fn what_is_refused_at_applications_is_recorded() {
    let scene = Scene::make().await;
    let (identity, caller) = (&scene.identity, &scene.caller);
    let (object, principal) = make(identity).await;
    let own_api = applications::find_own_api(identity).await.unwrap();
    let role = Permission::UserReadAll.application_id().unwrap();
    let bearer = application(&[Permission::ApplicationReadAll]);
    let actor = Actor::Token(caller, &bearer);
    let change = ApplicationChange::default();
    let disable = PrincipalChange {
        enabled: Some(false),
        ..PrincipalChange::default()
    };
    let nobody = Id([0xaa; 16]);
    // Who may not is told the same of what is there and of what is not.
    for (object, principal) in [(object, principal), (nobody, nobody)] {
        let outcomes = [
            applications::add(identity, actor, &change).await.map(drop),
            applications::change(identity, actor, object, &change)
                .await
                .map(drop),
            applications::add_secret(identity, actor, object, "", None)
                .await
                .map(drop),
            applications::add_key(identity, actor, object, "", b"", None)
                .await
                .map(drop),
            applications::remove_credential(identity, actor, object, None, nobody).await,
            owners::add(identity, actor, Owned::Application(object), nobody).await,
            owners::add(identity, actor, Owned::ServicePrincipal(principal), nobody).await,
            owners::remove(identity, actor, Owned::Application(object), nobody).await,
            owners::remove(identity, actor, Owned::ServicePrincipal(principal), nobody).await,
            applications::delete(identity, actor, object, None).await,
            applications::restore(identity, actor, object)
                .await
                .map(drop),
            applications::erase(identity, actor, object).await,
            applications::add_principal(identity, actor, object)
                .await
                .map(drop),
            applications::change_principal(identity, actor, principal, disable).await,
            applications::delete_principal(identity, actor, principal, None).await,
            applications::assign(identity, actor, principal, own_api, role)
                .await
                .map(drop),
            applications::unassign(identity, actor, nobody).await,
            applications::grant(identity, actor, principal, Consent::Everybody, "User.Read")
                .await
                .map(drop),
            applications::change_grant(identity, actor, nobody, "User.Read").await,
            applications::revoke(identity, actor, nobody).await,
        ];
        let before = list_refusals(identity, "change.refused").await.len();
        assert_eq!(before % outcomes.len(), 0, "each of them is on record");
        for outcome in outcomes {
            refused(outcome, "permission.missing");
        }
        // So many of one actor are recorded in a minute.
        identity.0.ambient.clock.advance(crate::MINUTE);
    }
    let told = list_refusals(identity, "change.refused").await;
    assert_eq!(told.len(), 40, "{told:?}");
    let (_, code, by) = &told[0];
    assert_eq!(
        (code.as_str(), *by),
        ("permission.missing", Some(PRINCIPAL))
    );
}

#[tokio::test]
async fn security_11_changing_applications_by_tier_zero_alerts() {
    let scene = Scene::make().await;
    let (identity, caller) = (&scene.identity, &scene.caller);
    let (object, principal) = make(identity).await;
    let own_api = applications::find_own_api(identity).await.unwrap();
    let bearer = application(&[
        Permission::ApplicationReadWriteAll,
        Permission::AppRoleAssignmentReadWriteAll,
        Permission::DelegatedPermissionGrantReadWriteAll,
    ]);
    // An application's own token is compared when the unit is written, so it is registered as one.
    let actor = Actor::Token(caller, &bearer);
    let alerts = async || {
        let all = list_records(identity).await;
        all.iter()
            .filter(|record| record.word == "alert.tier_zero_use")
            .count()
    };
    applications::add_secret(identity, actor, object, "", None)
        .await
        .unwrap();
    assert_eq!(alerts().await, 1);
    let role = Permission::UserReadAll.application_id().unwrap();
    applications::assign(identity, actor, principal, own_api, role)
        .await
        .unwrap();
    assert_eq!(alerts().await, 2);
    applications::grant(identity, actor, principal, Consent::Everybody, "User.Read")
        .await
        .unwrap();
    assert_eq!(alerts().await, 3);
    // A permission of tier 0 no application gives, whatever it holds.
    let role = Permission::DirectoryReadWriteAll.application_id().unwrap();
    let given = applications::assign(identity, actor, principal, own_api, role).await;
    refused(given, "permission.missing");
    assert_eq!(alerts().await, 3);
}

/// Each rests on the version that the one before moved, and is decided anew.
#[tokio::test]
async fn changes_of_one_application_at_once_all_come_through() {
    let scene = Scene::make().await;
    let identity = &scene.identity;
    let (object, principal) = make(identity).await;
    let own_api = applications::find_own_api(identity).await.unwrap();
    let role = Permission::UserReadAll.application_id().unwrap();
    let change = ApplicationChange {
        display_name: Some("Journeys".to_owned()),
        ..ApplicationChange::default()
    };
    let (secret, key, renamed) = tokio::join!(
        applications::add_secret(identity, SHELL, object, "one", None),
        applications::assign(identity, SHELL, principal, own_api, role),
        applications::change(identity, SHELL, object, &change),
    );
    secret.unwrap();
    key.unwrap();
    renamed.unwrap();
    let found = applications::find(identity, SHELL, object).await.unwrap();
    assert_eq!(
        (found.display_name.as_str(), found.secrets.len()),
        ("Journeys", 1)
    );
}

#[tokio::test]
async fn an_outdated_change_of_an_application_is_told_so() {
    let scene = Scene::make().await;
    let identity = &scene.identity;
    let (object, principal) = make(identity).await;
    let change = ApplicationChange {
        display_name: Some("Journeys".to_owned()),
        record_version: Some(7),
        ..ApplicationChange::default()
    };
    let changed = applications::change(identity, SHELL, object, &change).await;
    refused(changed, "record.outdated");
    let change = PrincipalChange {
        enabled: Some(false),
        record_version: Some(7),
        ..PrincipalChange::default()
    };
    let changed = applications::change_principal(identity, SHELL, principal, change).await;
    refused(changed, "record.outdated");
    let found = applications::find(identity, SHELL, object).await.unwrap();
    assert_eq!(found.display_name, "Travel");
    let found = applications::find_principal(identity, SHELL, principal).await;
    assert!(found.unwrap().enabled);
}

#[tokio::test]
async fn a_disabled_application_stays_disabled_when_it_is_restored() {
    let scene = Scene::make().await;
    let identity = &scene.identity;
    let (object, principal) = make(identity).await;
    let enabled = async || {
        let found = applications::find_principal(identity, SHELL, principal).await;
        found.unwrap().enabled
    };
    for expected in [true, false] {
        let change = PrincipalChange {
            enabled: Some(expected),
            ..PrincipalChange::default()
        };
        applications::change_principal(identity, SHELL, principal, change)
            .await
            .unwrap();
        applications::delete(identity, SHELL, object, None)
            .await
            .unwrap();
        refused(
            applications::find_principal(identity, SHELL, principal).await,
            "application.missing",
        );
        applications::restore(identity, SHELL, object)
            .await
            .unwrap();
        assert_eq!(enabled().await, expected);
    }
}

/// Members of a group that is assigned to an application have what was assigned.
#[tokio::test]
async fn security_12_groups_assigned_to_applications_are_protected() {
    let scene = Scene::make().await;
    let (identity, caller) = (&scene.identity, &scene.caller);
    let bob = scene.person("bob").await;
    let group = async |name: &str| {
        let new = NewGroup {
            display_name: name.to_owned(),
            ..NewGroup::default()
        };
        groups::create(identity, SHELL, &new)
            .await
            .unwrap()
            .group_id
    };
    let (assigned, inner, plain) = (
        group("Assigned").await,
        group("Inner").await,
        group("Plain").await,
    );
    members::add(identity, SHELL, assigned, inner)
        .await
        .unwrap();
    let mut unit = Unit::new();
    let assignment = store::AppRoleAssignment {
        assignment_id: Id([0xd1; 16]),
        principal_id: assigned,
        resource_id: PRINCIPAL,
        app_role_id: Id([0; 16]),
        created_at: NOW,
        principal_name: String::new(),
        principal_kind: store::PrincipalKind::Group,
        resource_name: String::new(),
        resource_app_id: CLIENT,
    };
    unit.insert_app_role_assignment(identity.0.tenant_id, &assignment);
    identity.write(unit).await.unwrap();
    let bearer = application(&[Permission::GroupReadWriteAll]);
    let actor = Actor::Token(caller, &bearer);
    for protected in [assigned, inner] {
        let reasons = groups::list_protections(identity, SHELL, protected).await;
        assert_eq!(reasons.unwrap(), [ProtectedBy::ApplicationAssignment]);
        refused(
            members::add(identity, actor, protected, bob).await,
            "role.insufficient",
        );
        refused(
            groups::delete(identity, actor, protected, None).await,
            "role.insufficient",
        );
    }
    // Neither is a group put into it.
    refused(
        members::add(identity, actor, assigned, plain).await,
        "role.insufficient",
    );
    members::add(identity, actor, plain, bob).await.unwrap();
}
